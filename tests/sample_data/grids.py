"""Sheets as plain grids, written byte for byte the same on every machine: .xlsx, .xls, .csv."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

import xlsxwriter
import xlwt
from xlsxwriter.utility import xl_rowcol_to_cell

MARK = "SỐ LIỆU MINH HOẠ – KHÔNG PHẢI SỐ LIỆU CHÍNH THỨC"
MADE_ON = dt.datetime(2021, 1, 1)  # noqa: DTZ001 - document property, has no zone
Value = str | int | float | None
STYLES = {
    "title": {"bold": True, "font_size": 13, "align": "center"},
    "head": {"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True},
    "number": {"italic": True, "border": 1, "align": "center"},
    "count": {"border": 1, "num_format": "#,##0"},
    "percent": {"border": 1, "num_format": "0.00"},
    "percent_sign": {"border": 1, "num_format": "0.00%"},
    "text": {"border": 1},
    "free": {},
    "mark": {"bold": True, "font_color": "#C00000"},
    "red": {"font_color": "#FF0000"},
}


@dataclass
class Grid:
    """Cells by (row, column), both from 0, with a style each; merges as (row, col, row, col)."""

    cells: dict[tuple[int, int], tuple[Value, str]] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    widths: dict[int, float] = field(default_factory=dict)

    def put(self, row: int, col: int, value: Value, style: str = "text") -> None:
        """Set one cell."""
        self.cells[row, col] = (value, style)

    def row(self, row: int, values: list[Value], style: str = "text", col: int = 0) -> None:
        """Set neighbouring cells; ``None`` leaves a cell empty."""
        for offset, value in enumerate(values):
            if value is not None:
                self.put(row, col + offset, value, style)

    def merge(self, first: tuple[int, int], last: tuple[int, int], value: Value, style: str):
        """Set a merged cell."""
        self.put(*first, value, style)
        if first != last:
            self.merges.append((*first, *last))

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns in use."""
        return max(r for r, _ in self.cells) + 1, max(c for _, c in self.cells) + 1


def cell_name(row: int, col: int) -> str:
    """A1 name of a cell."""
    return xl_rowcol_to_cell(row, col)


def save(path: Path, sheets: dict[str, Grid]) -> None:
    """Write ``sheets`` in the format that the suffix of ``path`` names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    {".xlsx": _save_xlsx, ".xls": _save_xls}[path.suffix](path, sheets)


def _save_xlsx(path: Path, sheets: dict[str, Grid]) -> None:
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        book.set_properties({"title": MARK, "created": MADE_ON})
        font = {"font_name": "Times New Roman", "font_size": 12}
        styles = {name: book.add_format({**font, **spec}) for name, spec in STYLES.items()}
        for name, grid in sheets.items():
            sheet = book.add_worksheet(name)
            for col, width in grid.widths.items():
                sheet.set_column(col, col, width)
            for area in grid.merges:
                sheet.merge_range(*area, "", styles[grid.cells[area[:2]][1]])
            for (row, col), (value, style) in sorted(grid.cells.items()):
                sheet.write(row, col, value, styles[style])


def _save_xls(path: Path, sheets: dict[str, Grid]) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    formats = {"count": "#,##0", "percent": "0.00", "percent_sign": "0.00%"}
    styles = {
        name: xlwt.easyxf(
            f"font: name Times New Roman, height 240, bold {'on' if spec.get('bold') else 'off'};"
            f"align: wrap {'on' if spec.get('text_wrap') else 'off'}",
            num_format_str=formats.get(name, "General"),
        )
        for name, spec in STYLES.items()
    }
    for name, grid in sheets.items():
        sheet = book.add_sheet(name)
        covered = set()
        for r1, c1, r2, c2 in grid.merges:
            value, style = grid.cells[r1, c1]
            sheet.write_merge(r1, r2, c1, c2, value, styles[style])
            covered.add((r1, c1))
        for (row, col), (value, style) in sorted(grid.cells.items()):
            if (row, col) not in covered:
                sheet.write(row, col, value, styles[style])
    book.save(str(path))


def save_csv(path: Path, lines: list[str], encoding: str = "utf-8-sig") -> None:
    """Write text lines with the line ends of Windows, as the statistics office does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("\r\n".join([*lines, ""]).encode(encoding))
