"""What a table holds beside the figures that were read: every column of numbers has its reason.

After a layout has read a table, each column that holds numbers is either read or one finding
`column_left_out` at its heading, and a row of numbers in a read column that no claim, total or
part accounts for is one finding `row_left_out`. Nothing vanishes without a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from xhht_analysis.intake.forms.office import Office
from xhht_analysis.intake.forms.tables import Table, is_number_row
from xhht_analysis.intake.reading.sheets import UNCACHED
from xhht_analysis.intake.reading.text import parse_level, parse_number

REASONS = {
    r"(so )?(tt|stt|thu tu)": "số thứ tự",
    r"(tre )?(do )?(tuoi )?\d{1,2}( (den )?\d{1,2})?( tuoi)?": "nhóm tuổi không thuộc chỉ tiêu",
    r"nam sinh": "năm sinh",
    r"ghi chu.*|luu i.*|nhan xet.*": "ghi chú",
    r".*\b(cung ki|nam truoc|ki truoc|tang giam|chenh lech|so voi)\b.*": "số năm trước, so sánh",
    r".*\b(ke hoach|chi tieu|muc tieu|kh|uoc|du kien)\b.*": "kế hoạch, mục tiêu hoặc ước tính",
    r"(.* )?(dat )?(chuan )?(muc( do)?|cap do)( (dat|cong nhan))?( [1-3])?": "cột mức độ",
    r".*\b(nu|dan toc|dtts|dt|khuiet tat|kt|ton giao)\b.*": "số chia nhỏ (nữ, dân tộc …)",
    r".*(ti le|%|phan tram).*": "tỷ lệ không phải chỉ tiêu của Kế hoạch",
    r"(tong( so| cong)?|ts|cong)": "tổng số",
}
"""Why a column is not read, by its folded heading; the first that fits."""
OTHER = "không thuộc các chỉ tiêu của Kế hoạch, hoặc tiêu đề không rõ"
FIGURE_PROBLEMS = ("negative", "ratio", "approximate", "not_finite", "percent_in_count")


def is_figure(cell: object) -> bool:
    """Whether a cell holds a number or a level, be it one that cannot be used."""
    if cell in ("", None, UNCACHED):
        return cell == UNCACHED
    parsed = parse_number(cell, kind="percent")
    is_level = isinstance(cell, str) and parse_level(cell).value is not None
    return parsed.value is not None or parsed.problem in FIGURE_PROBLEMS or is_level


def reason(heading: str) -> str:
    """Why a column of this folded heading path is left out."""
    last = heading.rsplit(" | ", 1)[-1]
    texts = [last, heading.replace(" | ", " ")]
    found = (why for word, why in REASONS.items() if any(re.fullmatch(word, t) for t in texts))
    return next(found, OTHER)


def report(
    table: Table,
    office: Office,
    figures: set[int],
    others: set[int],
    rows: set[int],
    row_rule: str = "row_left_out",
) -> None:
    """Note every column and every row of numbers that was not read.

    Parameters
    ----------
    figures, others : set of int
        Columns that were read: those of figures, and those of codes, names and units.
    rows : set of int
        Rows that claims, totals or parts account for.
    row_rule : str
        Rule of a row that is left out; `column_left_out` where the measures stand in rows.
    """
    sheet, known = table.sheet, {*figures, *others, table.key}
    body = [
        row
        for row in range(table.first, min(table.last, sheet.n_rows))
        if not is_number_row(sheet, row)
    ]
    for column, heading in enumerate(table.headings):
        if column not in known and any(is_figure(sheet.cell(row, column)) for row in body):
            why = reason(heading) if heading else "không có tiêu đề"
            texts = (sheet.text(row, column) for row in range(table.top, table.head(column)[0] + 1))
            text = f"Cột “{_joined(texts)}” có số nhưng không đọc: {why}."
            office.find(table.head(column), "column_left_out", text)
    for row in body:
        at = next(
            (c for c in sorted(figures - others - {table.key}) if is_figure(sheet.cell(row, c))),
            None,
        )
        if row not in rows and at is not None:
            texts = (cell for cell in sheet.grid[row] if isinstance(cell, str))
            text = f"Dòng “{_joined(texts)}” có số nhưng không đọc."
            office.find((row, at), row_rule, text)


def report_table(table: Table, office: Office) -> None:
    """Note a table of numbers that no form explains, beside others that were read."""
    sheet = table.sheet
    rows = range(table.first, min(table.last, sheet.n_rows))
    if any(is_figure(cell) for row in rows for cell in sheet.grid[row]):
        texts = (cell for cell in sheet.grid[table.top] if isinstance(cell, str))
        text = f"Bảng “{_joined(texts)}” có số nhưng không đọc: không có cột của biểu nào."
        office.find((table.top, table.key), "table_left_out", text)


def _joined(texts: Iterable[str]) -> str:
    return " / ".join(dict.fromkeys(text.strip() for text in texts if text.strip()))[:80]
