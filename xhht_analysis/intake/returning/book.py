"""Write workbooks; the one home of xlsxwriter.

Text stays text (never a formula, link or number), equal content gives equal bytes, every sheet
prints on A4 landscape.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from xhht_analysis import files

CREATED = datetime(2021, 7, 30, tzinfo=UTC).replace(tzinfo=None)  # equal content, equal bytes
NEVER = ("strings_to_formulas", "strings_to_urls", "strings_to_numbers")
ENTRY = {"border": 1, "bg_color": "#FFF9E5", "valign": "top"}
STYLES: dict[str, dict[str, Any]] = {
    "text": {"border": 1, "text_wrap": True, "valign": "top"},
    "plain": {},
    "title": {"bold": True, "font_size": 14},
    "mark": {"bold": True, "font_color": "#C00000", "font_size": 13},
    "header": {
        "bold": True, "border": 1, "bg_color": "#D9E2F3", "text_wrap": True,
        "align": "center", "valign": "vcenter",
    },
    "input": ENTRY | {"num_format": "#,##0"},
    "money": ENTRY | {"num_format": "#,##0.0"},
    "entry": ENTRY | {"text_wrap": True},
    "percent": {"border": 1, "num_format": "0.00", "valign": "top"},
    "date": ENTRY | {"num_format": "dd/mm/yyyy"},
    "closed": {"border": 1, "bg_color": "#EDEDED"},
    "wrong": {"border": 1, "bg_color": "#F4B084", "text_wrap": True},
    "doubt": {"border": 1, "bg_color": "#FFE699", "text_wrap": True},
}  # fmt: skip


class Book:
    """A workbook being written: text stays text, equal content gives equal bytes."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        options = dict.fromkeys(NEVER, False) | {"in_memory": True}  # no temporary files
        self.file = xlsxwriter.Workbook(str(path), options)
        self.file.set_properties({"created": CREATED, "author": "xhht_analysis"})
        base = {"font_name": "Times New Roman", "font_size": 12}
        self.styles = {k: self.file.add_format(base | v) for k, v in STYLES.items()}

    def sheet(self, name: str, widths: list[float]) -> Any:
        """Add an A4 landscape sheet with these column widths."""
        sheet = self.file.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        return sheet

    def put(self, sheet: Any, row: int, column: int, value: object, style: str = "text") -> None:
        """Write one cell; a missing value leaves an empty one."""
        sheet.write(row, column, None if pd.isna(value) else value, self.styles[style])

    def header(self, sheet: Any, row: int, columns: dict[str, tuple[Any, ...]]) -> None:
        """Write one header row (title, width, comment if any) and freeze what stands above."""
        for column, (title, _, *comment) in enumerate(columns.values()):
            self.put(sheet, row, column, title, "header")
            if any(comment):
                sheet.write_comment(row, column, *comment)
        sheet.freeze_panes(row + 1, 2)


@contextmanager
def open_book(path: Path) -> Iterator[Book]:
    """Make the workbook ``path``; it is on disk, whole, when the block ends.

    Raises
    ------
    OSError
        The disk is full, the folder closed, the file open elsewhere; nothing is left half written.
    """
    with files.whole(path) as partial:
        book = Book(partial)
        yield book
        book.file.close()
