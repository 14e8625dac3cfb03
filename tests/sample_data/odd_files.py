"""Forms with one defect each: every function changes a good `Grid` and gives the cells meant."""

from __future__ import annotations

from tests.sample_data.grids import Grid, cell_name

TCVN3 = dict(
    zip(
        "àảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵĂÂÊÔƠƯĐăâêôơưđ",
        "µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ¡¢£¤¥¦§¨©ª«¬\xad®",  # noqa: RUF001
        strict=True,
    )
)
"""Code of each letter in a .VnTime font (TCVN 5712 VN3); a capital with a tone has none."""


def find(grid: Grid, text: str, col: int = 1) -> int:
    """Row whose cell in ``col`` reads ``text``."""
    return next(r for (r, c), (value, _) in grid.cells.items() if c == col and value == text)


def first_row(grid: Grid) -> int:
    """First data row: the one whose TT is 1 as text."""
    return next(r for (r, c), (value, _) in sorted(grid.cells.items()) if c == 0 and value == "1")


def eaten_comma(grid: Grid) -> list[str]:
    """A percentage whose decimal comma was lost: 98,74 became 9874."""
    row, col = first_row(grid) + 2, 8
    value, style = grid.cells[row, col]
    grid.put(row, col, round(100 * value), style)
    return [cell_name(row, col)]


def wrong_total(grid: Grid) -> list[str]:
    """A total that forgets one commune (people aged 15-60)."""
    row, col = find(grid, "Cộng"), 12
    value, style = grid.cells[row, col]
    grid.put(row, col, value - grid.cells[first_row(grid), col][0], style)
    return [cell_name(row, col)]


def left_sample_note(grid: Grid) -> list[str]:
    """The red note of the example file is still there: a finding for the whole file."""
    grid.put(find(grid, "Cộng") + 1, 1, "Lưu ý: số liệu trong bảng là số liệu làm mẫu", "red")
    return [""]


def tcvn3(grid: Grid) -> list[str]:
    """All text but the mark typed in a TCVN3 font."""
    table = str.maketrans(TCVN3)
    for place, (value, style) in list(grid.cells.items()):
        if isinstance(value, str) and style != "mark":
            lowered = "".join(c if c in TCVN3 else _plain_case(c) for c in value)
            grid.put(*place, lowered.translate(table), style)
    return [""]


def _plain_case(letter: str) -> str:
    """A capital with a tone is typed as its small letter; a capital font shows it large."""
    return letter.lower() if letter.lower() in TCVN3 else letter


def same_commune_twice(grid: Grid) -> list[str]:
    """The row after a commune repeats its name with other figures (MN-02)."""
    row = first_row(grid) + 4
    grid.put(row + 1, 1, *grid.cells[row, 1])
    return [cell_name(r, c) for r in (row, row + 1) for c in (6, 9)]


def short_names(grid: Grid) -> list[str]:
    """Names as people shorten them; each still belongs to one unit of the district."""
    for (row, col), (value, style) in list(grid.cells.items()):
        if col == 1 and isinstance(value, str):
            short = value.replace("Phường ", "P.").replace("Xã ", "X. ")
            grid.put(row, col, short, style)
    return [""]
