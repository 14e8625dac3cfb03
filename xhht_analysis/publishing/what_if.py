"""What if growth were faster: for a notebook, and for a page that computes without a network.

The page embeds the published forecast of each share in the last target year; its script moves it as
`what_if` does, and a table shows the same where scripts are off.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.publishing.blocks import Block
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.selection import NoFiguresError
from xhht_analysis.publishing.statement_facts import chance_of
from xhht_analysis.publishing.statements import Statement

POINTS = (0.5, 1.0, 2.0)
"""Extra points a year of the table."""
CONTROLS = ("goal", "unit", "all", "points", "before", "after")
"""Words of the page's controls."""


def open_shares(run: ReportData) -> dict[str, Statement]:
    """Statements of the shares whose last target is still ahead, by goal in the plan's order."""
    statements = run.statements(run.last_year)
    return {s.goal_code: s for s in statements if s.is_forecast and s.measure_unit == "percent"}


def forecast_course(run: ReportData, goal_code: str) -> pd.DataFrame:
    """Forecast of one share in the last target year, as the verdicts give it, by unit_code.

    Rows: the districts, or the province where it alone has a forecast. Columns: median (percent),
    years (from the latest figure to the target), weight (latest denominator, NaN where missing).

    Raises
    ------
    NoFiguresError
        If the goal is no share, or nothing is left to forecast; it names the goals that can be.
    """
    if goal_code not in (choice := open_shares(run)):
        raise NoFiguresError(f"{goal_code} has no forecast of a share; try {', '.join(choice)}")
    whole, *every = (
        run.statement(goal_code, run.last_year, unit) for unit in ["", *run.districts["unit_code"]]
    )
    every = [one for one in every if one and one.expected] or [whole]
    rows = [[s.unit_code, s.expected[1], run.last_year - s.base.year] for s in every]
    course = pd.DataFrame(rows, columns=["unit_code", "median", "years"]).set_index("unit_code")
    sizes = run.rows(whole.indicator_code).groupby("unit_code")["denominator"].last()
    return course.assign(weight=sizes)


def what_if(run: ReportData, goal_code: str, unit_code: str, points: float) -> pd.DataFrame:
    """What changes if a unit (of the province: every unit) grew ``points`` percent a year more.

    The published forecast of the last target year moves as far as its median can within 0-100 %,
    the province's by the mean of its districts, weighted by denominators. Rows: the unit and, where
    all weights are known, the province; chance of the target before (that of its verdict) and
    after, in words and 0-1. Raises NoFiguresError as `forecast_course` does, or for another unit.
    """
    course, province, rows = forecast_course(run, goal_code), run.province.code, {}
    unit_code = run.code(unit_code)
    ahead = (course["median"] + points * course["years"]).clip(0, contracts.MAX_PERCENT)
    is_faster = (course.index == unit_code) | (unit_code == province)
    moves = (ahead - course["median"]).where(is_faster, 0)
    weights = course["weight"] / course["weight"].sum(skipna=False)
    moves[province] = (moves * weights).sum(skipna=False)
    if pd.isna(moves.get(unit_code)):
        choice = ", ".join(course.index)
        raise NoFiguresError(f"{goal_code}: no forecast of {unit_code!r}; choose one of {choice}")
    for unit, move in moves[[unit_code, province]].dropna().items():
        statement = run.statement(goal_code, run.last_year, unit)
        faster = replace(statement, need=statement.need - move)
        gain = chance_of(run, faster) - chance_of(run, statement)
        chances = [statement.chance, float(np.clip(statement.chance + gain, 0, 1))]
        texts = [statement.as_tested(run.labels.short_chance(p)) for p in chances]
        rows[run.unit_name(unit)] = [*texts, *chances]
    columns = [run.word("explore.before"), run.word("explore.after"), "prob_before", "prob_after"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).round(3)


def page_model(run: ReportData, statement: Statement) -> dict:
    """What the page's script needs on one goal: quantiles of the province, medians of districts."""
    course = forecast_course(run, statement.goal_code)
    band = run.bands(statement.indicator_code).loc[run.last_year]
    return {
        "title": statement.title,
        "need": statement.need,
        "chance": round(statement.chance, 4),
        "units": [run.names[unit] for unit in course.index],
        **course.to_dict("list"),
        "levels": band.index.tolist(),
        "values": band.tolist(),
    }


def what_if_table(run: ReportData) -> dict | None:
    """Controls of the page's script, and columns and rows of the table; None: no share is open.

    Shares to be raised, with a tested chance, whose districts add up. The table gives the chance of
    each with `POINTS` a year more in every district.
    """
    word = run.word
    statements = [
        s
        for s in open_shares(run).values()
        if forecast_course(run, s.goal_code)["weight"].notna().all()
        and not s.lower_is_better
        and s.doubt != "untested"
    ]
    rows = []
    for s in statements:
        after = [what_if(run, s.goal_code, "", p)["prob_after"].item() for p in POINTS]
        rows.append([s.title, *map(run.labels.short_chance, (s.chance, *after))])
    heads = [word("what_if.column", points=run.labels.number(p, 1)) for p in POINTS]
    content = {
        "kind": "what_if",
        "models": [page_model(run, s) for s in statements],
        "words": {key: word(f"what_if.{key}") for key in CONTROLS},
    }
    columns = [word("col.goal"), word("what_if.before"), *heads]
    return {"controls": Block(content), "columns": columns, "rows": rows} if rows else None
