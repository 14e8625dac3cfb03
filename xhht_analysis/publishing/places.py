"""Districts: who leads, who needs help, by the goals asked of each district alone."""

from __future__ import annotations

import pandas as pd

from xhht_analysis.publishing.blocks import Block, prose, table
from xhht_analysis.publishing.decisions import leverages
from xhht_analysis.publishing.material import Material

N_NAMED, N_GAINS = 3, 8
PLACED = 0.5
"""Chance to be among the best or last three from which a district is named for a goal."""


def standings(run: Material, year: int = 0) -> pd.DataFrame:
    """Districts by the goals asked of them: unit_code, hopeful, hard, total, best, last.

    ``hard`` counts goals unlikely or missed; ``best`` and ``last`` count goals where the district
    is among the best or last three with a chance of at least one half. No mean over goals.
    """
    rows, year = [], year or run.last_year
    for unit in run.shown_districts["unit_code"]:
        said = [s for s in run.statements(year, unit) if s.key not in ("no_data", "no_object")]
        places = run.verdicts[
            (run.verdicts["unit_code"] == unit)
            & (run.verdicts["target_year"] == year)
            & run.verdicts["goal_code"].isin([s.goal_code for s in said])
        ]
        rows.append(
            {
                "unit_code": unit,
                "hopeful": sum(s.is_hopeful for s in said),
                "hard": sum(s.is_struggling for s in said),
                "total": len(said),
                "best": int((places["prob_best3"] >= PLACED).sum()),
                "last": int((places["prob_last3"] >= PLACED).sum()),
            }
        )
    table_ = pd.DataFrame(rows, columns=["unit_code", "hopeful", "hard", "total", "best", "last"])
    return table_[table_["total"] > 0].reset_index(drop=True)


def extreme(run: Material, rows: pd.DataFrame, column: str) -> str:
    """Districts at the first values of ``column``, ties said as ties and never cut."""
    word, told, n = run.labels.word, [], 0
    for value, tied in sorted(rows.groupby(column), key=lambda pair: -pair[0]):
        if n >= N_NAMED or value == 0:
            break
        names = ", ".join(run.names[u] for u in tied["unit_code"])
        total = tied["total"].max()
        key = "places.tied" if len(tied) > 1 else "places.single"
        told.append(word(key, names=names, n=value, total=total))
        n += len(tied)
    return "; ".join(told)


def places(run: Material, drawn) -> list[Block]:
    """Leading districts, those to support, the chances of all, and where help counts."""
    word, rows = run.labels.word, standings(run)
    if rows.empty:
        return [prose([word("places.none")])]
    asked = "; ".join(run.title(c) for c in run.asked_of_units(run.last_year))
    year, n = run.last_year, len(run.asked_of_units(run.last_year))
    lines = [word("places.asked", n=n, year=year, goals=asked)]
    for key, column in (("best", "hopeful"), ("push", "hard"), ("top", "best"), ("low", "last")):
        if names := extreme(run, rows, column):
            lines.append(word(f"places.{key}", year=run.last_year, names=names))
    return [prose(lines), *drawn("heatmap"), *gain_table(run), prose([word("places.note")], "note")]


def gain_table(run: Material, n: int = N_GAINS) -> list[Block]:
    """Where help raises the province's chance: by reaching the target, and per point of effort."""
    word, number, rows = run.labels.word, run.labels.number, leverages(run)
    rows = rows[rows["gain"] >= 0.005].head(n)
    if rows.empty:
        return []
    body = [
        [
            run.names[r.unit_code],
            run.title(r.goal_code),
            number(100 * r.gain, 1),
            number(100 * r.gain_per_point, 1),
        ]
        for r in rows.itertuples()
    ]
    heads = [word(f"col.{c}") for c in ("unit", "goal", "gain", "gain_per_point")]
    return [table(word("places.gain_caption", year=run.last_year), heads, body, align="llrr")]
