"""The Excel annex: a readable summary and one tidy sheet per table; text is never a formula."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import xlsxwriter

from xhht_analysis import files
from xhht_analysis.publishing.labels import Labels
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.scorecard import summary_table
from xhht_analysis.publishing.table_words import in_words, names_by_code

CREATED = datetime(2021, 1, 1, tzinfo=UTC)
"""A fixed day: the same tables give the same bytes."""
MAX_CELL = 32_767
"""Characters an Excel cell can hold."""
MAX_WIDTH = 430
"""Pixels of the widest column, about 60 characters."""
TABLES = (
    "verdicts",
    "panel",
    "variants",
    "rejects",
    "findings",
    "activities",
    "submissions",
    "scores",
)
HEAD = {"bold": True, "bg_color": "#E8EEF5", "text_wrap": True, "border": 1}
MARK = {"bold": True, "font_color": "#9B1C13"}
OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}


def write_annex(run: ReportData, out: Path) -> Path:
    """Write the annex of one run; the same tables give the same sheets."""
    plan = (run.units, run.agencies, run.tasks, run.indicators, run.goals)
    names = names_by_code(run.labels, *plan)
    tables = {name: in_words(getattr(run, name), run.labels, names) for name in TABLES}
    tables = {"summary": summary_table(run), **tables}
    return write_workbook(tables, out, run.labels, run.is_sample)


def write_workbook(
    tables: dict[str, pd.DataFrame], out: Path, labels: Labels, is_sample: bool = False
) -> Path:
    """Write each table to a sheet with a header that stays in view and a filter."""
    top = int(is_sample)
    with files.whole(out) as partial:
        book = xlsxwriter.Workbook(partial, OPTIONS)
        book.set_properties({"created": CREATED})
        head, mark = map(book.add_format, (HEAD, MARK))
        for name, table in tables.items():
            sheet = book.add_worksheet(labels.word_of("sheet", name)[:31])
            cells = table.map(lambda cell: cell[:MAX_CELL] if isinstance(cell, str) else cell)
            cells = cells.astype(object).where(table.notna(), None)
            sheet.write_row(top, 0, table.columns, head)
            for line, row in enumerate(cells.itertuples(index=False, name=None), top + 1):
                sheet.write_row(line, 0, row)
            sheet.autofit(MAX_WIDTH)
            if is_sample:
                sheet.write_string(0, 0, labels.word("sample_banner"), mark)
            sheet.freeze_panes(top + 1, 1)
            if len(table.columns):
                sheet.autofilter(top, 0, top + max(len(table), 1), len(table.columns) - 1)
        book.close()
    return out
