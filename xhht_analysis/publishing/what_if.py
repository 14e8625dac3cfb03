"""What if growth were faster: numbers of one run that a page computes with, without a network.

The page embeds the joint draws of each share in the last target year; its script adds points to
one district or to all, as `explore.what_if` does with the same draws, and a table shows the same
where scripts are off.
"""

import numpy as np

from xhht_analysis.publishing import explore
from xhht_analysis.publishing.blocks import Block
from xhht_analysis.publishing.report_data import ReportData

N_DRAWS = 400
POINTS = (0.5, 1.0, 2.0)
"""Extra points a year of the table."""
CONTROLS = ("goal", "unit", "all", "points", "before", "after")
"""Words of the page's controls."""


def courses(run: ReportData) -> list[explore.Course]:
    """Courses of the shares to be raised, with a tested chance, whose districts add up."""
    every = (explore.forecast_course(run, c, n_draws=N_DRAWS) for c in explore.open_shares(run))
    return [
        course
        for course in every
        if not np.isnan(course.weights).any()
        and not course.statement.lower_is_better
        and course.statement.doubt != "untested"
    ]


def page_model(run: ReportData, course: explore.Course) -> dict:
    """What the page's script needs on one goal; draws are whole hundredths of a percent."""
    statement = course.statement
    return {
        "title": statement.title,
        "need": statement.need,
        "years": course.years,
        "chance": round(statement.chance, 4),
        "units": [run.names[u] for u in course.units],
        "weights": [float(w) for w in course.weights],
        "draws": np.round(100 * course.draws).astype(int).tolist(),
    }


def what_if_table(run: ReportData) -> dict | None:
    """Controls of the page's script, and columns and rows of the table; None: no share is open.

    The table gives the chance of each share with `POINTS` a year more in every district.
    """
    open_courses, word, number = courses(run), run.word, run.labels.number
    rows = []
    for course in open_courses:
        changed = (explore.what_if(run, course, run.province.code, p) for p in POINTS)
        after = [table["prob_after"].iloc[-1] for table in changed]
        chances = (course.statement.chance, *after)
        rows.append([course.statement.title, *map(run.labels.short_chance, chances)])
    heads = [word("what_if.column", points=number(p, 1)) for p in POINTS]
    content = {
        "kind": "what_if",
        "models": [page_model(run, c) for c in open_courses],
        "words": {key: word(f"what_if.{key}") for key in CONTROLS},
    }
    columns = [word("col.goal"), word("what_if.before"), *heads]
    return {"controls": Block(content), "columns": columns, "rows": rows} if rows else None
