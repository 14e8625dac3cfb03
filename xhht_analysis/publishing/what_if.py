"""What if growth were faster: numbers of one run that a page computes with, without a network.

The page embeds the joint draws of each share in the last target year; its script adds points to
one district or to all, as `explore.what_if` does with the same draws, and a table shows the same
where scripts are off.
"""

from __future__ import annotations

import json
from html import escape

import numpy as np

from xhht_analysis.publishing import explore
from xhht_analysis.publishing.blocks import Block, heading, prose, table, widget
from xhht_analysis.publishing.material import Material

N_DRAWS = 400
POINTS = (0.5, 1.0, 2.0)
"""Extra points a year of the table."""


def courses(run: Material) -> dict[str, explore.Course]:
    """Joint courses of the shares whose last target is open and whose districts add up."""
    found = {}
    for said in run.statements(run.last_year):
        if said.is_forecast and said.measure_unit == "percent":
            course = explore.forecast_course(run, said.goal_code, n_draws=N_DRAWS)
            if course.weights is not None:
                found[said.goal_code] = course
    return found


def page_model(run: Material, course: explore.Course) -> dict:
    """What the page's script needs on one goal; draws are whole hundredths of a percent."""
    said = run.statement(course.goal_code, run.last_year)
    at = int(np.flatnonzero(course.years == run.last_year)[0])
    return {
        "title": said.title,
        "need": said.need,
        "years": run.last_year - course.origin_year,
        "chance": round(said.chance, 4),
        "units": [run.names[u] for u in course.units],
        "weights": [float(w) for w in course.weights],
        "draws": np.round(100 * course.draws[:, :, at]).astype(int).tolist(),
    }


def what_if_section(run: Material) -> list[Block]:
    """Heading, controls and the table; nothing where no share is open."""
    found, word = courses(run), run.labels.word
    if not found:
        return []
    rows = []
    for code, course in found.items():
        changed = (explore.what_if(run, course, run.province.code, p) for p in POINTS)
        after = [rows["prob_after"].iloc[-1] for rows in changed]
        chances = (run.statement(code, run.last_year).chance, *after)
        rows.append([run.title(code), *(run.labels.short_chance(p) for p in chances)])
    heads = [word("what_if.column", points=run.labels.number(p, 1)) for p in POINTS]
    columns = [word("col.goal"), word("what_if.before"), *heads]
    return [
        heading(word("what_if.heading")),
        prose([word("what_if.lead")]),
        widget(_controls(run, [page_model(run, course) for course in found.values()])),
        table(word("what_if.caption", year=run.last_year), columns, rows, align="lrrrr"),
    ]


def _controls(run: Material, models: list[dict]) -> str:
    word = run.labels.word
    text = {
        key: escape(word(f"what_if.{key}"))
        for key in ("goal", "unit", "all", "points", "before", "after")
    }
    goals = "".join(
        f'<option value="{i}">{escape(m["title"])}</option>' for i, m in enumerate(models)
    )
    data = escape(json.dumps(models, ensure_ascii=False, separators=(",", ":")))
    return (
        f'<div class="what-if" id="what-if" hidden data-model="{data}">'
        f'<label>{text["goal"]} <select id="what-if-goal">{goals}</select></label>'
        f'<label>{text["unit"]} <select id="what-if-unit" data-all="{text["all"]}"></select>'
        f"</label>"
        f'<label>{text["points"]} <input id="what-if-points" type="number" min="-5" max="10" '
        f'step="0.1" value="1"></label>'
        f'<p>{text["before"]}: <output id="what-if-before"></output>. {text["after"]}: '
        f'<strong><output id="what-if-after"></output></strong></p></div>'
    )
