"""Districts: who leads, who needs help, by the goals asked of each district alone."""

from collections.abc import Callable

import pandas as pd

from xhht_analysis.publishing import parts
from xhht_analysis.publishing.blocks import Block
from xhht_analysis.publishing.decisions import NOISE, leverages
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.selection import where
from xhht_analysis.publishing.statements import Statement

N_GAINS, RANKED = 8, 6
PLACED = 0.5
"""Chance to be among the best or last three from which a district is named for a goal."""


def standings(run: ReportData) -> pd.DataFrame:
    """Districts by the goals asked of them: unit_code, total, hopeful, hard, best, last.

    Those with most goals hopeful first, then those with fewest hard; ties as in config/units.csv.

    ``hard`` counts goals unlikely or missed;
    ``best`` and ``last`` count goals where the district is among the best or last three with a
    chance of at least one half; of fewer than `RANKED` districts they are missing: three are always
    the first three. No mean over goals.
    """
    rows, year = [], run.last_year
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
    table = table[table["total"] > 0]
    table = table.sort_values(
        ["hopeful", "hard"], ascending=[False, True], kind="stable", ignore_index=True
    )
    return table if len(table) >= RANKED else table.assign(best=pd.NA, last=pd.NA)


def is_own(statement: Statement) -> bool:
    """Whether a statement judges this very unit."""
    return statement.key not in ("no_data", "no_object")


def places(run: ReportData, drawn: Callable[..., list[Block]]) -> list[Block]:
    """How districts stand, the best first, and where help counts (pages/places.j2)."""
    rows, gains = standings(run), leverages(run)
    gains = gains[gains["gain"] >= NOISE]
    gains = gains.groupby(["goal_code", "gain", "is_met"], sort=False)
    gains = gains.agg({"unit_code": list, "gain_per_point": "first"})
    return parts.make_page(
        "places",
        run.labels,
        run=run,
        drawn=drawn,
        standings=list(rows.itertuples()),
        asked=run.asked_of_units(run.last_year),
        gains=gains.reset_index().head(N_GAINS).to_dict("records"),
    )
