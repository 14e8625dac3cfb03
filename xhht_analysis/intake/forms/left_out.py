"""What a table holds beside the figures that were read: every column of numbers has its reason.

After a layout has read a table, each column that holds numbers is either read or one finding
`column_left_out` at its heading, and a row of numbers in a read column that no claim, total or
part accounts for is one finding `row_left_out`. Nothing vanishes without a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from xhht_analysis.intake.forms import text_kinds
from xhht_analysis.intake.forms.claims import Claim
from xhht_analysis.intake.forms.headings import NUMBERING
from xhht_analysis.intake.forms.tables import Table, figure, is_mark
from xhht_analysis.intake.reading.sheets import UNCACHED
from xhht_analysis.intake.reading.text import EMPTY, parse_level, parse_year

if TYPE_CHECKING:
    from xhht_analysis.intake.forms.layouts import Layout

REASONS = {
    NUMBERING: "số thứ tự",
    r"(tre )?(do )?(tuoi )?\d{1,2}( (den )?\d{1,2})?( tuoi)?": "nhóm tuổi không thuộc chỉ tiêu",
    r"nam sinh": "năm sinh",
    r".*\b(20\d\d) 20\d\d\b.*": "năm học; ghi một năm (năm bắt đầu) ở tiêu đề cột",
    r"nam (duoc )?(dat|cong nhan)( .*)?": "năm công nhận",
    r"ghi chu.*|luu i.*|nhan xet.*|danh gia.*": "ghi chú",
    r"(.* )?(dt|kt)": text_kinds.KINDS["people"][1],
    rf".*{text_kinds.PLANS.pattern}.*": text_kinds.PLAN,
    r"(tong( so| cong)?|ts|cong)": "tổng số",
    "": "không có tiêu đề",
}
"""Why a column is not read where no word of `text_kinds` tells, by its folded heading."""
OTHER = "tiêu đề không khớp tên số liệu nào của Kế hoạch"
NOT_COMPUTED = "công thức chưa được tính; mở tệp bằng Excel, lưu lại rồi gửi"
FIGURE_PROBLEMS = ("negative", "ratio", "approximate", "not_finite", "percent_in_count")


@lru_cache(maxsize=65536, typed=True)
def is_figure(cell: object) -> bool:
    """Whether a cell holds a number or a level, be it one that cannot be used."""
    parsed = figure(cell)
    if parsed.value is not None or parsed.problem in FIGURE_PROBLEMS or cell == UNCACHED:
        return True
    return isinstance(cell, str) and parse_level(cell).value is not None


@lru_cache(maxsize=4096)
def reason(heading: str, other: str) -> str:
    """Why a column of this folded heading path is left out; ``other`` where no word tells."""
    texts = [heading.rsplit(" | ", 1)[-1], heading.replace(" | ", " ")]
    fitting = (why for word, why in REASONS.items() if any(re.fullmatch(word, t) for t in texts))
    return text_kinds.reason(texts[1]) or next(fitting, other)


def report(layout: Layout, figures: set[int], claims: Iterable[Claim] = ()) -> None:
    """Note every column, every row and every count beside a percentage that was not read.

    ``figures`` are the columns that were read, ``claims`` what was read of them. Columns that the
    layout has as ``others`` (codes, names, units) and rows ``covered`` by claims, totals or parts
    are accounted for.
    """
    table, reader = layout.table, layout.reader
    sheet, others = table.sheet, {*layout.others, table.key}
    read = {cell for claim in claims for cell in claim.all_cells}
    along, across = ("Cột", "Dòng") if sheet.turned else ("Dòng", "Cột")
    for column, heading in enumerate(table.headings):
        cells = [*table.cells(column)]
        at = table.head(column)
        if column in figures:
            reader.note(at, None, parse_year(sheet.text(*at)))
        is_others = not heading and sheet.text(*at)  # of another unit
        if (
            column not in figures | others
            and not is_others
            and any(is_figure(cell) or is_mark(cell) for cell in cells)
        ):
            head = _joined(sheet.text(row, column) for row in range(table.top, at[0] + 1))
            why = layout.unclear.get(column, reason(heading, OTHER))
            why = NOT_COMPUTED if UNCACHED in cells else why
            text = f"{across} “{head}” có số nhưng không đọc: {why}."
            reader.find(at, "column_left_out", text)
    lone = {claim.cell("value")[0]: claim.indicator for claim in claims if claim.is_lone}
    told = {row["cell"] for row in reader.reading.finding_rows if row["sheet"] == sheet.name}
    totals = {row for row, kind in table.rows if kind in ("total", "average") and not layout.plain}
    for row in table.body:
        left = [(row, c) for c in sorted(figures - others) if (row, c) not in read]
        for at in left if row in lone else ():
            if figure(sheet.cell(*at)) != EMPTY and sheet.address(*at) not in told:
                text = f"Ô “{sheet.text(*at)[:60]}” không thành cặp tử số, mẫu số; chỉ dùng tỷ lệ."
                reader.find(at, "count_unread", text, lone[row])
        left = [at for at in left if is_figure(sheet.cell(*at))]
        if row not in layout.covered and left:
            text = f"{along} “{_joined(sheet.grid[row])}” có số nhưng không đọc"
            why = ": cộng, bình quân hoặc của địa bàn rộng hơn." if row in totals else "."
            why = table.aside(row) or why
            reader.find(left[0], "row_left_out", text + why)


def unread_table(table: Table, why: str) -> str:
    """What is told of a table of numbers that is not read; empty where it holds none."""
    grid = table.sheet.grid
    if not any(is_figure(cell) for row in table.body for cell in grid[row]):
        return ""
    return f"Bảng “{_joined(grid[table.top])}” có số nhưng không đọc: {why}."


def _joined(cells: Iterable[object]) -> str:
    texts = (" ".join(cell.split()) for cell in cells if isinstance(cell, str))
    return " / ".join(filter(None, dict.fromkeys(texts)))[:80]
