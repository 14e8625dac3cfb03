"""The Excel annex: a readable summary and one tidy sheet per table; text is never a formula."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import xlsxwriter

from xhht_analysis import files
from xhht_analysis.publishing.labels import Labels
from xhht_analysis.publishing.material import Material
from xhht_analysis.publishing.scorecard import summary_table

CREATED = datetime(2021, 1, 1, tzinfo=UTC)
"""A fixed day: the same tables give the same bytes."""
MAX_CELL = 32_767
"""Characters an Excel cell can hold."""
TABLES = ("verdicts", "panel", "forecasts", "rejects", "findings", "activities", "submissions")
HEAD = {"bold": True, "bg_color": "#E8EEF5", "text_wrap": True, "border": 1}
MARK = {"bold": True, "font_color": "#9B1C13"}
OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}


def write_annex(material: Material, out: Path) -> Path:
    """Write the annex of one run; the same tables give the same sheets."""
    tables = {name: getattr(material, name) for name in (*TABLES, "scores")}
    tables["forecasts"] = forecast_lines(material)  # keeps its place among the sheets
    tables = {"summary": summary_table(material), **tables}
    return write_workbook(tables, out, material.labels, material.is_sample)


def forecast_lines(material: Material) -> pd.DataFrame:
    """One line per quantity, unit and year, to be read and filtered by eye.

    Names stand beside the codes; then median, q025 … q975 (as in verdicts) and, for levels and
    counts of districts, the chance p0, p1, … of each.
    """
    rows = material.forecasts
    at = rows["output_type_id"].fillna(0)
    kind = rows["output_type"]
    thousandth = (1000 * at).round().astype(int).astype("str").str.zfill(3)
    name = kind.where(kind == "median", "q" + thousandth)
    name = name.where(kind != "pmf", "p" + at.astype(int).astype(str))
    key = ["indicator_code", "unit_code", "origin_year", "horizon", "year"]
    wide = rows.assign(name=name).pivot_table("value", key, "name", aggfunc="first")
    wide = wide[sorted(wide.columns, key=_place)].reset_index()
    wide.columns.name = None
    goals = set(material.ordered_goals.index)
    names = {
        code: material.title(code) if code in goals else material.short(code)
        for code in wide["indicator_code"].unique()
    }
    wide.insert(1, "indicator", wide["indicator_code"].map(names))
    wide.insert(3, "unit", wide["unit_code"].map(material.names))
    return wide


def _place(column: str) -> tuple[int, int]:
    """Median first, then quantiles, then chances, each by number."""
    return "mqp".index(column[0]), int(column[1:]) if column[1:].isdigit() else 0


def write_workbook(
    tables: dict[str, pd.DataFrame], out: Path, labels: Labels, is_sample: bool = False
) -> Path:
    """Write each table to a sheet with a header that stays in view and a filter."""
    with files.whole(out) as partial:
        book = xlsxwriter.Workbook(partial, OPTIONS)
        book.set_properties({"created": CREATED})
        head, mark = book.add_format(HEAD), book.add_format(MARK)
        for name, table in tables.items():
            sheet = book.add_worksheet(labels.known("sheet", name)[:31])
            top = 1 if is_sample else 0
            if is_sample:
                sheet.write_string(0, 0, labels.word("sample_banner"), mark)
            for place, column in enumerate(table.columns):
                sheet.write_string(top, place, str(column), head)
                sheet.set_column(place, place, _fill(sheet, top + 1, place, table[column], column))
            sheet.freeze_panes(top + 1, 1)
            if len(table.columns):
                sheet.autofilter(top, 0, top + max(len(table), 1), len(table.columns) - 1)
        book.close()
    return out


def _fill(sheet, top: int, place: int, column: pd.Series, name: str) -> float:
    """Write the known values of a column from line ``top`` down; the width it needs."""
    column = column.map(lambda value: value[0] if isinstance(value, list) else value)
    column = column.set_axis(range(top, top + len(column))).dropna()
    longest = 0
    for line, value in zip(column.index.tolist(), column.tolist(), strict=True):
        if isinstance(value, bool):
            sheet.write_boolean(line, place, value)
        elif isinstance(value, int | float):
            sheet.write_number(line, place, value)
        else:
            value = str(value)
            sheet.write_string(line, place, value[:MAX_CELL])
        longest = max(longest, len(str(value)))
    return float(max(len(str(name)), min(longest, 60))) + 2
