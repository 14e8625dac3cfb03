"""The Excel annex: a readable summary and one tidy sheet per table; text is never a formula."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import xlsxwriter

from xhht_analysis import files
from xhht_analysis.plan.goals import split_codes
from xhht_analysis.publishing.labels import Labels
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.scorecard import summary_table

CREATED = datetime(2021, 1, 1, tzinfo=UTC)
"""A fixed day: the same tables give the same bytes."""
MAX_CELL = 32_767
"""Characters an Excel cell can hold."""
MAX_WIDTH = 430
"""Pixels of the widest column, about 60 characters."""
NAMES = ("goal_code", "indicator_code", "unit_code", "task_code", "reporter_code", "sender")
TECHNICAL = ("definition_variant", "frame", "rule", "source_id", "source_ids")
VALUES = {
    "verdict_class": "class",
    "depends_on": "variant",
    "variant": "variant",
    "kind": "variant_kind",
    "forms": "form",
    "budget_source": "money",
    **{name: name for name in ("basis", "firmness", "tested", "reason", "value_type", "status",
                               "missing_reason", "measure_unit", "metric", "model_id",
                               "comparator", "is_sample")},
}  # fmt: skip
"""Words of the values of a column, by the section of words.toml."""
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
    tables = {name: getattr(run, name) for name in TABLES}
    tables = {name: in_words(run, table) for name, table in tables.items()}
    tables = {"summary": summary_table(run), **tables}
    return write_workbook(tables, out, run.labels, run.is_sample)


def in_words(run: ReportData, table: pd.DataFrame) -> pd.DataFrame:
    """A table as it is read: words for heads and values, names for codes; the codes at the end.

    Digests of files stay in the tables of the run.
    """
    labels, names, columns, last = run.labels, _names(run), {}, {}
    for name, values in table.drop(columns="sha256", errors="ignore").items():
        head = labels.word_of("head", str(name))
        if name in TECHNICAL:
            last[head] = values
            continue
        if name in NAMES:
            last[labels.word("head.code", name=head)] = values
            values = values.map(lambda code: names.get(code, code), na_action="ignore")
        elif name in VALUES:
            values = values.map(lambda code, s=VALUES[name]: _words(labels, s, code), "ignore")
        columns[head] = values
    return pd.DataFrame(columns | last)


def _names(run: ReportData) -> dict[str, str]:
    """Names of goals, indicators, tasks, units and agencies by code."""
    tasks = {task["task_code"]: run.labels.local(task, "title") for _, task in run.tasks.iterrows()}
    indicators = {code: run.short(code) for code in run.indicators["indicator_code"]}
    return (
        indicators | run.names | tasks | {code: run.title(code) for code in run.ordered_goals.index}
    )


def _words(labels: Labels, section: str, codes: str) -> str:
    """Words of a value, or of several joined by ;."""
    year = labels.word("latest_year")
    return "; ".join(labels.word_of(section, code, year=year) for code in split_codes(str(codes)))


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
