"""The files to copy that docs/huong-dan.md names: ``python -m tests.guide_examples`` writes them.

Each is a layout that an office may use instead of the template, filled with invented figures and
marked as such in its last line.
"""

from __future__ import annotations

from pathlib import Path

from xhht_analysis.intake.returning.book import Book, open_book
from xhht_analysis.project import ROOT

FOLDER = ROOT / "docs" / "mau"
MARK = "SỐ LIỆU MINH HỌA: thay số của đơn vị vào rồi xóa dòng này"
DISTRICTS = (("815", "Thành phố Mỹ Tho"), ("819", "Huyện Cái Bè"), ("823", "Huyện Gò Công Tây"))
SKILLS, INFORMATION = "Kỹ năng sống", "Năng lực thông tin"


def counts(row: int, year: int, first: int = 403) -> tuple[int, int]:
    """Invented numerator and denominator of the ``row``-th unit in a year."""
    return first + 20 * row + 30 * (year - 2021), 1000 + row


def write_list(path: Path) -> None:
    """One line per unit, year and indicator: the layout for past years."""
    heads = ("Mã đơn vị", "Đơn vị", "Năm", "Mã chỉ tiêu", "Tử số", "Mẫu số", "Mức độ")
    lines: list[tuple] = []
    for row, (code, name) in enumerate(DISTRICTS):
        for year in (2021, 2022, 2023, 2024):
            lines.append((code, name, year, "life_skills", *counts(row, year), None))
        lines.append((code, name, 2024, "literacy_level", None, None, 1 + row % 2))
    with open_book(path) as book:
        sheet = book.sheet("Danh sách", [12, 26, 8, 18, 12, 12, 10])
        _write(book, sheet, [heads, *lines], header=1)


def write_units(path: Path) -> None:
    """One line per unit, one pair of columns per indicator, one year."""
    with open_book(path) as book:
        sheet = book.sheet("Tổng hợp", [12, 26, 12, 12, 12, 12])
        book.put(sheet, 0, 0, "Năm", "header")
        book.put(sheet, 0, 1, 2024, "plain")
        _two_rows(book, sheet, 2, (SKILLS, INFORMATION))
        for row, (code, name) in enumerate(DISTRICTS):
            values = (code, name, *counts(row, 2024), *counts(row, 2024, 300))
            _write(book, sheet, [values], at=4 + row, end=row == len(DISTRICTS) - 1)


def write_years(path: Path) -> None:
    """One line per unit, one pair of columns per year, the indicator's name in each heading."""
    years = (2022, 2023, 2024)
    with open_book(path) as book:
        sheet = book.sheet("Nhiều năm", [12, 26, *[12] * 6])
        _two_rows(book, sheet, 0, [f"{SKILLS} năm {year}" for year in years])
        for row, (code, name) in enumerate(DISTRICTS):
            values = [code, name, *(n for year in years for n in counts(row, year))]
            _write(book, sheet, [values], at=2 + row, end=row == len(DISTRICTS) - 1)


def _two_rows(book: Book, sheet, top: int, groups) -> None:
    style = book.styles["header"]
    for column, title in enumerate(("Mã đơn vị", "Đơn vị")):
        sheet.merge_range(top, column, top + 1, column, title, style)
    for place, title in enumerate(groups):
        column = 2 + 2 * place
        sheet.merge_range(top, column, top, column + 1, title, style)
        book.put(sheet, top + 1, column, "Tử số", "header")
        book.put(sheet, top + 1, column + 1, "Mẫu số", "header")


def _write(book: Book, sheet, lines, *, at: int = 0, header: int = 0, end: bool = True) -> None:
    for row, values in enumerate(lines, start=at):
        for column, value in enumerate(values):
            style = "header" if row < header else "text" if isinstance(value, str) else "input"
            if value is not None or style == "input":
                book.put(
                    sheet, row, column, value, "plain" if value in range(2021, 2031) else style
                )
    if end:
        book.put(sheet, at + len(lines) + 1, 0, MARK, "mark")


WRITERS = {
    "danh-sach.xlsx": write_list,
    "moi-dong-mot-don-vi.xlsx": write_units,
    "nhieu-nam-theo-cot.xlsx": write_years,
}


def main(folder: Path = FOLDER) -> None:
    """Write every file below ``folder``."""
    for name, write in WRITERS.items():
        write(folder / name)


if __name__ == "__main__":
    main()
