"""The Excel annex: a readable summary and one tidy sheet per table; text is never a formula."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import xlsxwriter

from xhht_analysis.publishing.labels import Labels
from xhht_analysis.publishing.material import Material
from xhht_analysis.publishing.report import goal_rows

CREATED = datetime(2021, 1, 1, tzinfo=UTC)
"""A fixed day: the same tables give the same bytes."""
MAX_CELL = 32_767
"""Characters an Excel cell can hold."""
TABLES = ("verdicts", "panel", "forecasts", "rejects", "findings", "activities", "submissions")
OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}


def write_annex(material: Material, out: Path) -> Path:
    """Write the annex of one run; the same tables give the same sheets."""
    tables = {name: getattr(material, name) for name in (*TABLES, "scores")}
    columns, rows = goal_rows(material)
    summary = pd.DataFrame([row for row in rows if len(row) == len(columns)], columns=columns)
    return write_workbook({"summary": summary, **tables}, out, material.labels, material.is_sample)


def write_workbook(
    tables: dict[str, pd.DataFrame], out: Path, labels: Labels, is_sample: bool = False
) -> Path:
    """Write each table to a sheet with a header that stays in view and a filter."""
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(f".{out.stem}.{os.getpid()}.part.xlsx")
    book = xlsxwriter.Workbook(partial, OPTIONS)
    book.set_properties({"created": CREATED})
    head = book.add_format({"bold": True, "bg_color": "#E8EEF5", "text_wrap": True, "border": 1})
    mark = book.add_format({"bold": True, "font_color": "#9B1C13"})
    for name, table in tables.items():
        sheet = book.add_worksheet(labels.known("sheet", name)[:31])
        top = 1 if is_sample else 0
        if is_sample:
            sheet.write_string(0, 0, labels.word("sample_banner"), mark)
        for place, column in enumerate(table.columns):
            sheet.write_string(top, place, str(column), head)
            sheet.set_column(place, place, _width(table[column], str(column)))
        for line, row in enumerate(table.itertuples(index=False), top + 1):
            for place, value in enumerate(row):
                _write(sheet, line, place, value)
        sheet.freeze_panes(top + 1, 1)
        if len(table.columns):
            sheet.autofilter(top, 0, top + max(len(table), 1), len(table.columns) - 1)
    book.close()
    return partial.replace(out)


def _width(column: pd.Series, name: str) -> float:
    longest = column.astype("str").str.len().clip(upper=60).max() if len(column) else 0
    return float(max(len(name), longest or 0)) + 2


def _write(sheet, line: int, place: int, value: object) -> None:
    if isinstance(value, list):
        value = value[0]
    if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return
    if isinstance(value, bool):
        sheet.write_boolean(line, place, value)
    elif isinstance(value, int | float):
        sheet.write_number(line, place, value)
    else:
        sheet.write_string(line, place, str(value)[:MAX_CELL])
