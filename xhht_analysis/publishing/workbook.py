"""The Excel annex: a readable summary and one tidy sheet per table; text is never a formula."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from xhht_analysis import files
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.scorecard import summary_table
from xhht_analysis.publishing.table_words import in_words, names_by_code

CREATED = datetime(2021, 1, 1, tzinfo=UTC)
"""A fixed day: the same tables give the same bytes."""
MAX_CELL = 32_767
"""Characters an Excel cell can hold."""
MAX_WIDTH = 430
"""Pixels of the widest column, about 60 characters."""
TABLES = [
    "verdicts",
    "panel",
    "variants",
    "rejects",
    "findings",
    "activities",
    "submissions",
    "scores",
]
OPTIONS = {"options": {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}}


def write_annex(run: ReportData, out: Path) -> Path:
    """Write the annex of one run; the same tables give the same sheets.

    Each has a header that stays in view and a filter.
    """
    names = names_by_code(run.labels, run.units, run.agencies, run.tasks, run.indicators, run.goals)
    tables = {name: in_words(getattr(run, name), run.labels, names) for name in TABLES}
    tables = {"summary": summary_table(run), **tables}
    top, stream = int(run.is_sample), io.BytesIO()
    with files.whole(out) as partial:
        with pd.ExcelWriter(stream, engine="xlsxwriter", engine_kwargs=OPTIONS) as writer:
            writer.book.set_properties({"created": CREATED})
            for name, table in tables.items():
                title = run.labels.word_of("sheet", name)[:31]
                cells = table.map(lambda cell: cell[:MAX_CELL] if isinstance(cell, str) else cell)
                form = {"index": False, "startrow": top, "freeze_panes": (top + 1, 1)}
                cells.to_excel(writer, sheet_name=title, **form)
                sheet = writer.sheets[title]
                sheet.autofilter(top, 0, top + max(len(table), 1), table.shape[1] - 1)
                sheet.autofit(MAX_WIDTH)
                if run.is_sample:
                    sheet.write_string(0, 0, run.word("sample_banner"))
        partial.write_bytes(stream.getvalue())
    return out
