"""What if growth were faster: numbers of one run that a page computes with, without a network.

The page embeds the published forecast of each share in the last target year; its script moves it as
`explore.what_if` does, and a table shows the same where scripts are off.
"""

from xhht_analysis.publishing import explore
from xhht_analysis.publishing.blocks import Block
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.statements import Statement

POINTS = (0.5, 1.0, 2.0)
"""Extra points a year of the table."""
MIN_GAIN = 0.1
"""Gain of a chance (0-1) worth a sentence."""
CONTROLS = ("goal", "unit", "all", "points", "before", "after")
"""Words of the page's controls."""


def open_statements(run: ReportData) -> list[Statement]:
    """Statements of the shares to be raised, with a tested chance, whose districts add up."""
    return [
        statement
        for statement in (run.statement(c, run.last_year) for c in explore.open_shares(run))
        if explore.forecast_course(run, statement.goal_code)["weight"].notna().all()
        and not statement.lower_is_better
        and statement.doubt != "untested"
    ]


def page_model(run: ReportData, statement: Statement) -> dict:
    """What the page's script needs on one goal: quantiles of the province, medians of districts."""
    course = explore.forecast_course(run, statement.goal_code)
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


def faster_chances(run: ReportData) -> list[tuple[Statement, list[float]]]:
    """Each share's statement, and its chance (0-1) with each of `POINTS` more in all districts."""
    return [
        (s, [explore.what_if(run, s.goal_code, "", p)["prob_after"].item() for p in POINTS])
        for s in open_statements(run)
    ]


def largest_gain(run: ReportData) -> tuple[Statement, float, float] | None:
    """The share that the least of `POINTS` helps most, its chance (0-1) then, and these points.

    A gain below `MIN_GAIN` is none.
    """
    rows = [(s, after[0], POINTS[0]) for s, after in faster_chances(run)]
    best = max(rows, key=lambda row: row[1] - row[0].chance, default=None)
    return best if best and best[1] - best[0].chance >= MIN_GAIN else None


def what_if_table(run: ReportData) -> dict | None:
    """Controls of the page's script, and columns and rows of the table; None: no share is open.

    The table gives the chance of each share with `POINTS` a year more in every district.
    """
    word, number = run.word, run.labels.number
    rows = [
        [statement.title, *map(run.labels.short_chance, (statement.chance, *after))]
        for statement, after in faster_chances(run)
    ]
    heads = [word("what_if.column", points=number(p, 1)) for p in POINTS]
    content = {
        "kind": "what_if",
        "models": [page_model(run, statement) for statement in open_statements(run)],
        "words": {key: word(f"what_if.{key}") for key in CONTROLS},
    }
    columns = [word("col.goal"), word("what_if.before"), *heads]
    return {"controls": Block(content), "columns": columns, "rows": rows} if rows else None
