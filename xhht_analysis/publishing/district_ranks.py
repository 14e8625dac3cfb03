"""Districts: who leads, who needs help, by the goals asked of each district alone."""

from collections.abc import Callable

import pandas as pd

from xhht_analysis.publishing import parts
from xhht_analysis.publishing.blocks import Block
from xhht_analysis.publishing.decisions import NOISE, leverages
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.selection import where
from xhht_analysis.publishing.statements import Statement

N_NAMED, N_GAINS = 3, 8
RANKED = 2 * N_NAMED
PLACED = 0.5
"""Chance to be among the best or last three from which a district is named for a goal."""


def standings(run: ReportData, year: int = 0) -> pd.DataFrame:
    """Districts by the goals asked of them: unit_code, total, hopeful, hard, best, last.

    A chance that is one of all districts ranks none. ``hard`` counts goals unlikely or missed;
    ``best`` and ``last`` count goals where the district is among the best or last three with a
    chance of at least one half; of fewer than `RANKED` districts they are missing: three are always
    the first three. No mean over goals.
    """
    rows, year = [], year or run.last_year
    for unit in run.shown_districts["unit_code"]:
        statements = [s for s in run.statements(year, unit) if is_own(s)]
        codes = [s.goal_code for s in statements]
        verdicts = where(run.verdicts, unit_code=unit, target_year=year, goal_code=codes)
        hopeful = sum(s.is_hopeful for s in statements)
        hard = sum(s.is_struggling for s in statements)
        ends = ((verdicts[c] >= PLACED).sum() for c in ("prob_best3", "prob_last3"))
        rows.append([unit, len(statements), hopeful, hard, *ends])
    columns = ["unit_code", "total", "hopeful", "hard", "best", "last"]
    table = pd.DataFrame(rows, columns=columns)
    table = table[table["total"] > 0].reset_index(drop=True)
    return table if len(table) >= RANKED else table.assign(best=pd.NA, last=pd.NA)


def is_own(statement: Statement) -> bool:
    """Whether a statement judges this very unit."""
    return statement.key not in ("no_data", "no_object") and not statement.is_of_all


def firsts(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """The districts at the first three values of ``column``, ties never cut; none where all tie."""
    ordered = rows[rows[column] > 0].sort_values(column, ascending=False, kind="stable")
    named = ordered[ordered[column].rank(method="min", ascending=False) <= N_NAMED]
    return named if rows[column].min() < rows[column].max() else named.head(0)


def listed(run: ReportData, rows: pd.DataFrame, column: str) -> str:
    """Names of districts with ``column`` of their total, those with the same together."""
    parts = []
    for (n, total), same in rows.groupby([column, "total"], sort=False):
        names = ", ".join(same["unit_code"].map(run.names))
        key = "places.tied" if len(same) > 1 else "places.single"
        parts.append(run.word(key, names=names, n=n, total=total))
    return "; ".join(parts)


def extremes(run: ReportData, rows: pd.DataFrame) -> dict[str, str]:
    """Leading districts and those to support, by kind (words ``places``): nobody is both.

    Of fewer than `RANKED` districts none is named: the first and the last would be the same.
    """
    rows = rows if len(rows) >= RANKED else rows.head(0)
    leading = {"best": firsts(rows, "hopeful"), "top": firsts(rows, "best")}
    leaders = pd.concat(leading.values())["unit_code"]
    others = rows[~rows["unit_code"].isin(leaders)]
    named = leading | {"push": firsts(others, "hard"), "low": firsts(others, "last")}
    columns = {"best": "hopeful", "push": "hard", "top": "best", "low": "last"}
    return {key: listed(run, named[key], column) for key, column in columns.items()}


def places(run: ReportData, drawn: Callable[..., list[Block]]) -> list[Block]:
    """Leading districts, those to support, and where help counts (pages/places.j2)."""
    rows, gains = standings(run), leverages(run)
    gains = gains[gains["gain"] >= NOISE].groupby(["goal_code", "gain"], sort=False)
    gains = gains.agg(
        names=("unit_code", lambda units: list(units.map(run.names))),
        gain_per_point=("gain_per_point", "first"),
    )
    return parts.make_page(
        "places",
        run.labels,
        run=run,
        drawn=drawn,
        judged=len(rows),
        asked=run.asked_of_units(run.last_year),
        extremes=extremes(run, rows),
        gains=gains.reset_index().head(N_GAINS).to_dict("records"),
    )
