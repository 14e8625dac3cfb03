"""Tasks and money of the reporting year, as reported; earlier years as a trend, never added up."""

import pandas as pd

from xhht_analysis.publishing import sentences
from xhht_analysis.publishing.agencies import addressee
from xhht_analysis.publishing.blocks import Block, clean, make_page
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.selection import where

STATES = ("done", "in_progress", "not_started", "stopped")
MONEY = ["budget_planned", "budget_spent"]
SUMS = ["n", *STATES, *MONEY]
DUTIES = "IV."
"""Tasks of section IV of the plan are duties of agencies: one line among the groups."""
MAX_ASKS = 8


def year_rows(run: ReportData) -> pd.DataFrame:
    """Activities of the reporting year, one row per task and reporter: the latest received."""
    rows = where(run.activities, year=run.report_year).sort_values("received_on", kind="stable")
    keys = ["task_code", "reporter_code"]
    money = rows.groupby(keys, dropna=False)[MONEY].transform("sum", min_count=1)
    last = rows.assign(**money).drop_duplicates(keys, keep="last")
    return last.sort_values("task_code", kind="stable", ignore_index=True)


def implementation(run: ReportData) -> dict[str, list[Block]]:
    """Of the year: ``tasks`` by state, difficulties, proposals (pages/tasks.j2); ``money``."""
    rows, activities = year_rows(run), run.activities
    groups = sums(run, rows)
    counts = groups[list(STATES)].sum().to_dict()
    counts |= {"units": rows["reporter_code"].nunique(), "tasks": rows["task_code"].nunique()}
    trend = activities.groupby("year").agg(
        n=("reporter_code", "nunique"), planned=(MONEY[0], "sum"), spent=(MONEY[1], "sum")
    )
    tasks = make_page(
        "tasks",
        run,
        rows=rows,
        counts=counts,
        groups=groups,
        asks={kind: asks(run, rows, kind) for kind in ("difficulty", "proposal")},
        addressee=addressee,
        most=MAX_ASKS,
    )
    money = make_page(
        "money",
        run,
        groups=groups,
        sentences=sentences,
        sources=where(activities, year=run.report_year).groupby("budget_source")[MONEY[0]].sum(),
        trend=list(trend.itertuples()),
    )
    return {"tasks": tasks, "money": money}


def sums(run: ReportData, rows: pd.DataFrame) -> pd.DataFrame:
    """Reports (n), states and money (million đồng) of the year by ``group`` of the plan's measures.

    The duties of agencies are one of the groups, so that all reports are counted.
    """
    tasks, code = run.tasks.set_index("task_code", drop=False), rows["task_code"].fillna("")
    group = code.map(tasks.apply(run.labels.local, axis=1, name="group"))
    group = group.mask(code.str.startswith(DUTIES), run.word("activities.duties"))
    states = {state: rows["status"] == state for state in STATES}
    table = rows[MONEY].assign(group=group.fillna(run.word("none")), n=1, **states)
    return table.groupby("group", sort=False)[SUMS].sum().reset_index()


def asks(run: ReportData, rows: pd.DataFrame, kind: str) -> list[tuple[str, list[str]]]:
    """Difficulties or proposals: alike texts once, with who raised each, most first."""
    rows = rows.dropna(subset=kind)
    codes = rows["reporter_code"].groupby(rows[kind].map(clean), sort=False).unique()
    raised = {text: [run.names.get(code, code) for code in some] for text, some in codes.items()}
    return sorted(raised.items(), key=lambda pair: -len(pair[1]))
