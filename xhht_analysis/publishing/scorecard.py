"""The table of all goals: it stands in the brief, in the report and in a unit's page.

Nothing here draws, so that the Excel workbook is written without matplotlib.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from xhht_analysis.publishing.blocks import Block, table
from xhht_analysis.publishing.material import Material
from xhht_analysis.publishing.statements import Statement


def scorecard(
    run: Material,
    caption: str,
    codes: Sequence[str] = (),
    unit_code: str = "",
    *,
    short: bool = False,
    note: bool = True,
) -> Block:
    """Make one row per goal: what the first target year brought, what the last promises.

    ``codes`` default to all goals, with a heading row per block of the plan; ``short`` leaves
    out what the caption and the key of the signs say.
    """
    word, rows, block = run.labels.word, [], None
    seen = run.panel[run.panel["frame"] == run.province.frame]["year"]
    ends = first, last = run.next_years
    newest = int(seen.max()) if len(seen) else int(run.as_of[:4])
    for goal in run.ordered_goals.itertuples():
        said = [run.statement(goal.goal_code, year, unit_code) for year in ends]
        if (codes and goal.goal_code not in codes) or not any(said):
            continue
        if not codes and goal.block != block:
            block = goal.block
            rows.append([block_name(run, block)])
        rows.append(
            [
                f"{int(goal.order)}. {run.title(goal.goal_code)}",
                *_cells(run, newest, *said, short=short),
            ]
        )
    heads = [
        word("col.goal"),
        word("col.target", year=first),
        word("col.actual_of", year=first),
        word("col.verdict", year=first),
        word("col.target", year=last),
        word("col.latest", year=newest),
        word("col.verdict", year=last),
        word("col.since"),
    ]
    return table(
        caption, heads, rows, align="lrrlrrlc", note=word("goals.note") if note else "", cards=True
    )


def _cells(
    run: Material,
    newest: int,
    first: Statement | None,
    last: Statement | None,
    *,
    short: bool,
) -> list:
    none = run.labels.word("none")
    cells = [none] * 3
    if first is not None:
        cells = [first.target_text, first.actual_text, tone(first, short=short)]
    latest = (last or first).latest
    shown = none
    if latest is not None:
        own = "" if latest.year == newest else f" ({latest.year})"
        shown = (last or first).range_text(latest) + own
    if last is None:
        cells += [none, shown, none, none]
    else:
        cells += [last.target_text, shown, tone(last, short=short), last.direction]
    return [_without_noun(run, c) if short and isinstance(c, str) else c for c in cells]


def _without_noun(run: Material, text: str) -> str:
    """Shorten "11/11 đơn vị" to "11/11" where the caption says what is counted."""
    return text.replace(run.labels.word("units", n="").rstrip(), "").rstrip().replace(" (", " (")


def tone(said: Statement, *, short: bool = False) -> list[str]:
    """Cell of a verdict: its text and the class that colours its edge.

    A star marks a verdict that one changed assumption would move to another class.
    """
    text = f"{said.mark} {said.chance_text}" if short and said.chance_text else said.verdict_text
    text += " *" if said.depends_on else ""
    return [text, said.key]


def block_name(run: Material, block: object) -> str:
    """Name of one of the plan's blocks of goals."""
    goals = run.ordered_goals
    name = run.labels.local(goals[goals["block"] == block].iloc[0], "block")
    return run.labels.word("heading.block", n=block, name=name)


def summary_table(run: Material) -> pd.DataFrame:
    """Every statement on the province, one row each, in words: the first sheet of the workbook."""
    pairs = ((code, year) for code in run.ordered_goals.index for year in run.target_years)
    said = (run.statement(*pair) for pair in pairs)
    return pd.DataFrame([one.record for one in said if one is not None])
