"""Districts: who leads, who needs help, by the goals asked of each district alone."""

from collections.abc import Callable

import pandas as pd

from xhht_analysis.publishing.blocks import Block, make_page
from xhht_analysis.publishing.decisions import NOISE, leverages
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.selection import where

N_GAINS, RANKED = 8, 6
PLACED = 0.5
"""Chance to be among the best or last three from which a district is named for a goal."""


def standings(run: ReportData) -> pd.DataFrame:
    """Districts by the goals asked of them.

    Columns: unit_code, total, hopeful, open, hard, best, last. Those with most goals hopeful first,
    then those with fewest hard; ties as in config/units.csv.

    ``hard`` counts goals unlikely or missed; ``best`` and ``last`` count goals where the district
    is among the best or last three with a chance of at least one half; of fewer than `RANKED`
    districts they are missing: three are always the first three. No mean over goals.
    """
    year, counts = run.last_year, ["total", "hopeful", "open", "hard", "best", "last"]
    rows = [
        (unit, s.goal_code, True, s.is_hopeful, s.key == "open", s.is_struggling)
        for unit in run.districts["unit_code"]
        for s in run.statements(year, unit)
        if s.key not in ("no_data", "no_object")
    ]
    table = pd.DataFrame(rows, columns=["unit_code", "goal_code", *counts[:4]])
    table = table.merge(where(run.verdicts, target_year=year))  # by unit and goal
    table = table.assign(best=table["prob_best3"] >= PLACED, last=table["prob_last3"] >= PLACED)
    table = table.groupby("unit_code", sort=False)[counts].sum().reset_index()
    table = table.sort_values(["hopeful", "hard"], ascending=[False, True], kind="stable")
    table = table if len(table) >= RANKED else table.assign(best=pd.NA, last=pd.NA)
    return where(table, unit_code=list(run.shown_districts["unit_code"]))


def places(run: ReportData, drawn: Callable[..., list[Block]]) -> list[Block]:
    """How districts stand, the best first, and where help counts (pages/places.j2)."""
    gains = leverages(run)
    gains = gains[gains["gain"] >= NOISE].groupby(["goal_code", "gain", "is_met"], sort=False)
    gains = gains.agg({"unit_code": list, "gain_per_point": "first"})
    return make_page(
        "places",
        run,
        drawn=drawn,
        standings=list(standings(run).itertuples()),
        asked=run.asked_of_units(run.last_year),
        gains=gains.reset_index().head(N_GAINS).to_dict("records"),
    )
