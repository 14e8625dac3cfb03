"""The table of all goals: it stands in the report, in a unit's page and in the Excel annex.

Nothing here draws, so that the annex is written without matplotlib.
"""

from __future__ import annotations

from xhht_analysis.publishing import sentences
from xhht_analysis.publishing.material import PROVINCE, TARGET_YEARS, Material


def goal_rows(material: Material) -> tuple[list[str], list[list]]:
    """Columns and rows of the table of all goals, a row of one cell before each block."""
    columns = goal_columns(material)
    rows, block = [], None
    for goal in material.ordered_goals.itertuples():
        if goal.block != block:
            block = goal.block
            rows.append([block_name(material, block)])
        rows.append(goal_row(material, goal.goal_code))
    return columns, rows


def goal_columns(material: Material) -> list[str]:
    """Heads of the table of goals."""
    word = material.labels.word
    heads = [(word("col.target", year=y), word("col.verdict", year=y)) for y in TARGET_YEARS]
    return [word("col.goal"), word("col.current"), *heads[0], *heads[1]]


def goal_row(material: Material, code: str, unit_code: str = PROVINCE) -> list:
    """Row of one goal in one unit: title, current figure, then target and verdict per year."""
    order = int(material.ordered_goals.loc[code, "order"])
    verdicts = [material.verdict(code, year, unit_code) for year in TARGET_YEARS]
    known = [v for v in verdicts if v is not None and material.current_text(v)]
    current = material.labels.word("none")
    if known:
        last = max(known, key=lambda v: v["current_year"])
        current = f"{material.current_text(last)} ({int(last['current_year'])})"
    row = [f"{order}. {material.title(code)}", current]
    for verdict in verdicts:
        text = "–" if verdict is None else sentences.commitment_text(material, verdict)
        tone = "none" if verdict is None else verdict["verdict_class"]
        row += [text, [material.labels.verdict_cell(verdict), tone]]
    return row


def block_name(material: Material, block: object) -> str:
    """Name of one of the plan's four blocks of goals."""
    goals = material.ordered_goals
    name = material.labels.local(goals[goals["block"] == block].iloc[0], "block")
    return material.labels.word("heading.block", n=block, name=name)
