"""Tasks and money of the reporting year, as reported; earlier years as a trend, never added up."""

import pandas as pd

from xhht_analysis.publishing import parts
from xhht_analysis.publishing.agencies import addressee, task_label
from xhht_analysis.publishing.blocks import Block, clean, prose
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.selection import where

STATES = ("done", "in_progress", "not_started", "stopped")
MONEY = ["budget_planned", "budget_spent"]
DUTIES = "IV."
"""Tasks of section IV of the plan are duties of agencies, not measures."""
N_NAMED, MAX_ASKS = 3, 8


def year_rows(run: ReportData) -> pd.DataFrame:
    """Activities of the reporting year, one row per task and reporter: the latest received."""
    rows = where(run.activities, year=run.report_year).sort_values("received_on", kind="stable")
    keys = ["task_code", "reporter_code"]
    money = rows.groupby(keys, dropna=False)[MONEY].sum(min_count=1)
    last = rows.drop_duplicates(keys, keep="last").set_index(keys)
    last = last.assign(**{c: money[c] for c in MONEY}).reset_index()
    return last.sort_values("task_code", kind="stable")


def implementation(run: ReportData) -> list[Block]:
    """Tasks by state, money, difficulties and proposals of the reporting year."""
    word, rows, year = run.word, year_rows(run), run.report_year
    if rows.empty:
        return [prose([word("activities.none")])]
    counts = {state: int((rows["status"] == state).sum()) for state in STATES}
    counts |= {"units": rows["reporter_code"].nunique(), "tasks": rows["task_code"].nunique()}
    lead = word("activities.lead", year=year, **counts)
    trend = run.activities.groupby("year")[MONEY].sum()
    trend.insert(0, "n", run.activities.groupby("year")["reporter_code"].nunique())
    share = 100 * trend["budget_spent"] / trend["budget_planned"]
    trend = trend.assign(share=share.map(run.labels.percent)).rename(index=str).itertuples()
    columns = "year n_units planned spent spent_share"
    return [
        prose([lead, money_sentence(run, rows)]),
        measure_table(run, rows, by_group=True),
        parts.grid(run, word("activities.trend_caption"), columns, trend, align="lrrrr"),
        *asks(run, rows, "difficulty"),
        *asks(run, rows, "proposal"),
    ]


def money_sentence(run: ReportData, rows: pd.DataFrame) -> str:
    """Money planned and spent in the reporting year, by source where it was stated."""
    planned, spent = rows[MONEY].sum()
    if not planned:
        return ""
    word, number = run.word, run.labels.number
    sums = {"planned": number(planned), "spent": number(spent)}
    share = run.labels.percent(100 * spent / planned)
    text = word("activities.money", year=run.report_year, share=share, **sums)
    sources = where(run.activities, year=run.report_year).groupby("budget_source")[MONEY[0]].sum()
    parts_ = [f"{word(f'money.{s}')} {number(v)}" for s, v in sources.items() if v]
    return f"{text} {word('activities.sources', parts='; '.join(parts_))}" if parts_ else text


def measure_table(run: ReportData, rows: pd.DataFrame, *, by_group: bool = False) -> Block:
    """Measures of the year under the heads of their groups, or the groups alone.

    Columns: units (of a group: reports), states, money in million đồng.
    """
    titles, groups = (
        {task["task_code"]: run.labels.local(task, name) for _, task in run.tasks.iterrows()}
        for name in ("title", "group")
    )
    code = rows["task_code"].fillna("")
    rows = rows.assign(group=code.map(groups), task_code=code)[~code.str.startswith(DUTIES)]
    none = {"group": run.word("none")}
    rows = rows.dropna(subset="group") if by_group else rows.fillna(none)
    states = pd.DataFrame({state: rows["status"] == state for state in STATES}, rows.index)
    rows = rows[["group", "task_code", *MONEY]].assign(n=1).join(states)
    sums = rows.groupby("group" if by_group else ["group", "task_code"], sort=False)
    sums = sums[["n", *STATES, *MONEY]].sum()
    body, group = [], None
    for key, *cells in sums.itertuples():
        name = key
        if not by_group:
            if key[0] != group:
                group = key[0]
                body.append([group])
            name = f"{task_label(clean(key[1]))} {titles.get(key[1], '')}".strip()
        body.append([name, *cells])
    heads = ("group", "reports") if by_group else ("task", "n_units")
    caption = "activities.group_caption" if by_group else "activities.caption"
    caption = run.word(caption, year=run.report_year)
    return parts.grid(run, caption, [*heads, *STATES, "planned", "spent"], body, align="lrrrrrrr")


def asks(run: ReportData, rows: pd.DataFrame, kind: str) -> list[Block]:
    """Difficulties or proposals, alike texts counted once, with who raised them and who answers."""
    rows = rows.dropna(subset=kind)
    if rows.empty:
        return []
    body = []
    for text, part in rows.groupby(rows[kind].map(clean), sort=False):
        who = [run.names.get(code, code) for code in dict.fromkeys(part["reporter_code"])]
        body.append([text, len(who), run.labels.some(who, N_NAMED)])
    body = sorted(body, key=lambda row: -row[1])
    columns = [kind, "n_units", "raised_by"]
    if kind == "proposal":
        columns, body = [*columns, "addressee"], [[*row, addressee(run, row[0])] for row in body]
    given = {"shown": min(len(body), MAX_ASKS), "n": len(body), "year": run.report_year}
    caption = run.word(f"activities.{kind}_caption", **given)
    return [parts.grid(run, caption, columns, body[:MAX_ASKS])]
