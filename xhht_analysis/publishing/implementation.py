"""Tasks and money of the reporting year, as reported; earlier years as a trend, never added up."""

from __future__ import annotations

import pandas as pd

from xhht_analysis.publishing.agencies import addressee, task_label
from xhht_analysis.publishing.blocks import Block, clean, prose, table
from xhht_analysis.publishing.material import Material

STATES = ("done", "in_progress", "not_started", "stopped")
DUTIES = "IV."
"""Tasks of section IV of the plan are duties of agencies, not measures."""
N_NAMED, MAX_ASKS = 3, 8


def year_rows(run: Material) -> pd.DataFrame:
    """Activities of the reporting year, one row per task and reporter: the latest received."""
    rows = run.activities
    rows = rows[rows["year"] == run.report_year].sort_values("received_on", kind="stable")
    keys = ["task_code", "reporter_code"]
    money = rows.groupby(keys, dropna=False)[["budget_planned", "budget_spent"]].sum(min_count=1)
    last = rows.drop_duplicates(keys, keep="last").set_index(keys)
    return last.assign(**{c: money[c] for c in money}).reset_index()


def implementation(run: Material) -> list[Block]:
    """Tasks by state, money, difficulties and proposals of the reporting year."""
    word, rows, year = run.labels.word, year_rows(run), run.report_year
    if rows.empty:
        return [prose([word("activities.none")])]
    rows = rows.sort_values("task_code", kind="stable")
    lead = word(
        "activities.lead",
        year=year,
        units=rows["reporter_code"].nunique(),
        tasks=rows["task_code"].nunique(),
        **_tally(rows),
    )
    return [
        prose([lead, money_sentence(run, rows)]),
        _group_table(run, rows),
        _money_trend(run),
        *asks(run, rows, "difficulty"),
        *asks(run, rows, "proposal"),
    ]


def _tally(rows: pd.DataFrame) -> dict[str, int]:
    return {state: int((rows["status"] == state).sum()) for state in STATES}


def money_sentence(run: Material, rows: pd.DataFrame) -> str:
    """Money planned and spent in the reporting year, by source where it was stated."""
    planned, spent = (rows[c].sum() for c in ("budget_planned", "budget_spent"))
    if not planned:
        return ""
    word, number = run.labels.word, run.labels.number
    text = word(
        "activities.money",
        year=run.report_year,
        planned=number(planned),
        spent=number(spent),
        share=run.labels.percent(100 * spent / planned),
    )
    mine = run.activities[run.activities["year"] == run.report_year]
    sums = mine.groupby("budget_source")["budget_planned"].sum()
    parts = [f"{word(f'money.{s}')} {number(v)}" for s, v in sums.items() if v]
    return f"{text} {word('activities.sources', parts='; '.join(parts))}" if parts else text


def _group_table(run: Material, rows: pd.DataFrame) -> Block:
    """Groups of measures: reports by state and money; each measure stands in the annex."""
    word, number = run.labels.word, run.labels.number
    known = run.tasks.set_index("task_code") if len(run.tasks) else run.tasks
    measures = rows[rows["task_code"].isin(known.index)]
    measures = measures[~measures["task_code"].str.startswith(DUTIES)]
    names = [run.labels.local(known.loc[code], "group") for code in measures["task_code"]]
    body = []
    for name, part in measures.groupby(pd.Series(names, measures.index, dtype=str), sort=False):
        counts = [number(n) for n in (len(part), *_tally(part).values())]
        money = [number(part[c].sum()) for c in ("budget_planned", "budget_spent")]
        body.append([name, *counts, *money])
    heads = [word(f"col.{c}") for c in ("group", "reports", *STATES, "planned", "spent")]
    caption = word("activities.group_caption", year=run.report_year)
    return table(caption, heads, body, align="lrrrrrrr")


def task_table(run: Material, rows: pd.DataFrame) -> Block:
    """Every measure of the year: units by state, money in million đồng."""
    word, number = run.labels.word, run.labels.number
    known = run.tasks.set_index("task_code") if len(run.tasks) else run.tasks
    body, group = [], None
    measures = rows[~rows["task_code"].fillna("").str.startswith(DUTIES)]
    for code, part in measures.groupby(measures["task_code"].fillna("")):
        task = known.loc[code] if code in known.index else pd.Series({"title_vi": ""})
        if (name := run.labels.local(task, "group")) != group:
            group = name
            body.append([name or word("none")])
        title = f"{task_label(clean(code))} {run.labels.local(task, 'title')}".strip()
        counts = [number(n) for n in (part["reporter_code"].nunique(), *_tally(part).values())]
        money = [number(part[c].sum()) for c in ("budget_planned", "budget_spent")]
        body.append([title, *counts, *money])
    heads = [word(f"col.{c}") for c in ("task", "n_units", *STATES, "planned", "spent")]
    return table(word("activities.caption", year=run.report_year), heads, body, align="lrrrrrrr")


def _money_trend(run: Material) -> Block:
    word, number = run.labels.word, run.labels.number
    sums = run.activities.groupby("year")[["budget_planned", "budget_spent"]].sum()
    rows = [
        [
            str(year),
            number(planned),
            number(spent),
            run.labels.percent(100 * spent / planned) if planned else word("none"),
        ]
        for year, planned, spent in sums.itertuples()
    ]
    heads = [word(f"col.{c}") for c in ("year", "planned", "spent", "spent_share")]
    return table(word("activities.trend_caption"), heads, rows, align="lrrr")


def asks(run: Material, rows: pd.DataFrame, kind: str) -> list[Block]:
    """Difficulties or proposals, alike texts counted once, with who raised them and who answers."""
    word, rows = run.labels.word, rows.dropna(subset=kind)
    if rows.empty:
        return []
    body = []
    for text, part in rows.groupby(rows[kind].map(clean), sort=False):
        who = [run.names.get(code, code) for code in dict.fromkeys(part["reporter_code"])]
        row = [text, run.labels.number(len(who)), run.labels.some(who, N_NAMED)]
        body.append((len(who), row + ([addressee(run, text)] if kind == "proposal" else [])))
    body = [row for _, row in sorted(body, key=lambda pair: -pair[0])]
    given = {"shown": min(len(body), MAX_ASKS), "n": len(body), "year": run.report_year}
    columns = [kind, "n_units", "raised_by", *(["addressee"] if kind == "proposal" else [])]
    heads = [word(f"col.{c}") for c in columns]
    caption = word(f"activities.{kind}_caption", **given)
    return [table(caption, heads, body[:MAX_ASKS], align="lrll"[: len(heads)])]
