"""Districts: who leads, who needs help, by the goals asked of each district alone."""

import pandas as pd

from xhht_analysis.publishing import parts
from xhht_analysis.publishing.blocks import Block, prose
from xhht_analysis.publishing.decisions import NOISE, leverages
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.selection import where
from xhht_analysis.publishing.statements import Statement

N_NAMED, N_GAINS = 3, 8
PLACED = 0.5
"""Chance to be among the best or last three from which a district is named for a goal."""


def standings(run: ReportData, year: int = 0) -> pd.DataFrame:
    """Districts by the goals asked of them: unit_code, total, hopeful, hard, best, last.

    A chance that is one of all districts ranks none. ``hard`` counts goals unlikely or missed;
    ``best`` and ``last`` count goals where the district is among the best or last three with a
    chance of at least one half. No mean over goals.
    """
    rows, year = [], year or run.last_year
    for unit in run.shown_districts["unit_code"]:
        said = [s for s in run.statements(year, unit) if is_own(s)]
        codes = [s.goal_code for s in said]
        places_ = where(run.verdicts, unit_code=unit, target_year=year, goal_code=codes)
        hopeful, hard = sum(s.is_hopeful for s in said), sum(s.is_struggling for s in said)
        ends = ((places_[c] >= PLACED).sum() for c in ("prob_best3", "prob_last3"))
        rows.append([unit, len(said), hopeful, hard, *ends])
    columns = ["unit_code", "total", "hopeful", "hard", "best", "last"]
    table = pd.DataFrame(rows, columns=columns)
    return table[table["total"] > 0].reset_index(drop=True)


def is_own(said: Statement) -> bool:
    """Whether a statement judges this very unit."""
    return said.key not in ("no_data", "no_object") and not said.is_common


def extreme(run: ReportData, rows: pd.DataFrame, column: str) -> str:
    """Districts at the first values of ``column``, ties said as ties and never cut."""
    word, told, n = run.word, [], 0
    for value, tied in sorted(rows.groupby(column), key=lambda pair: -pair[0]):
        if n >= N_NAMED or value == 0:
            break
        names = ", ".join(run.names[u] for u in tied["unit_code"])
        key = "places.tied" if len(tied) > 1 else "places.single"
        told.append(word(key, names=names, n=value, total=tied["total"].max()))
        n += len(tied)
    return "; ".join(told)


def places(run: ReportData, drawn) -> list[Block]:
    """Leading districts, those to support, the chances of all, and where help counts."""
    word, rows, year = run.word, standings(run), run.last_year
    if rows.empty:
        return [prose([word("places.none")])]
    codes = run.asked_of_units(year)
    numbers = ", ".join(str(run.ordered_goals.loc[code, "order"]) for code in codes)
    lines = [word("places.asked", n=len(codes), year=year, goals=numbers)]
    if common := run.common_goals(year):
        lines.append(word("places.common", goals="; ".join(map(run.title, common))))
    for key, column in (("best", "hopeful"), ("push", "hard"), ("top", "best"), ("low", "last")):
        if names := extreme(run, rows, column):
            lines.append(word(f"places.{key}", year=year, names=names))
    note = prose([word("places.note")], "note")
    return [prose(lines), *gain_table(run), note, *drawn("heatmap")]


def gain_table(run: ReportData) -> list[Block]:
    """Where help raises the province's chance: by reaching the target, and per point of effort."""
    rows = leverages(run)
    rows = rows[rows["gain"] >= NOISE].head(N_GAINS)
    if rows.empty:
        return []
    number = run.labels.number
    body = [
        [run.names[row.unit_code], run.title(row.goal_code), number(100 * row.gain),
         number(100 * row.gain_per_point, 1)]
        for row in rows.itertuples()
    ]  # fmt: skip
    caption = run.word("places.gain_caption", year=run.last_year)
    return [parts.grid(run, caption, "unit goal gain gain_per_point", body, align="llrr")]
