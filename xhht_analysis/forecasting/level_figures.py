"""The figure that decides a recognition level, by unit and year: `level_figures`.

In: the panel's commune rates and the recognition rules. Out: for every district and the province
one percentage per level that stands at or above what is asked exactly when the rule gives the
level: a share that `levels` can forecast like any other.
"""

from __future__ import annotations

import pandas as pd

from xhht_analysis.contracts import MAX_PERCENT
from xhht_analysis.forecasting.observed import PROVINCE
from xhht_analysis.plan.areas import Areas
from xhht_analysis.plan.standards import (
    asked_rates,
    commune_margins,
    home_margins,
    rules_in_force,
)

LEVEL = ["indicator_code", "level"]
FULL = ""
"""In place of a commune: one with 100 percent of everything, whose margin is the greatest."""
COLUMNS = [*LEVEL, "unit_code", "year", "value", "asked"]


def level_figures(panel: pd.DataFrame, standards: pd.DataFrame, areas: Areas) -> pd.DataFrame:
    """Deciding figures of the districts and of the province, each year by its own rules.

    The margin of a commune is that of the rate that is furthest below what the level asks, or
    least above it; that of a district is the margin of the last commune that the share of
    communes asks for, the best first; that of the province likewise.

    Parameters
    ----------
    panel
        `contracts.PANEL`: rates of communes in the frame of their year.
    standards
        Recognition rules (`plan.standards.read_standards`).

    Returns
    -------
    DataFrame
        indicator_code, level, unit_code (`PROVINCE` for the province), year, value (percent
        0-100: margin + asked, cut at both ends) and asked: what the latest year's rules leave below
        the margin of a commune with 100 percent everywhere.
        No row where less than half of the members are known.
    """
    rows = panel[panel["indicator_code"].isin(asked_rates(standards))]
    rows = rows[rows["value"].notna() & rows["definition_variant"].eq("plan")]
    parts = [
        _margins(year_rows, f"{year}-12-31", standards, areas).assign(year=year)
        for year, year_rows in rows.groupby("year")
    ]
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    table = pd.concat(parts).sort_values("year")
    asked = MAX_PERCENT - table.groupby(LEVEL)["full"].transform("last")
    value = (table["margin"] + asked).clip(0, MAX_PERCENT)
    return table.assign(value=value, asked=asked)[COLUMNS]


def _margins(rows: pd.DataFrame, on: str, standards: pd.DataFrame, areas: Areas) -> pd.DataFrame:
    """Margins of districts and province on one day: `LEVEL`, unit_code, margin, full."""
    scopes = ("commune", "district", "province")
    asked, of_district, of_province = (rules_in_force(standards, scope, on) for scope in scopes)
    homes, special = areas.parents(on), areas.special_communes(on)
    frame_rows = rows[rows["frame"] == areas.province.frame_on(on)]
    rates = frame_rows.pivot_table(
        index="unit_code", columns="indicator_code", values="value", aggfunc="first"
    ).reindex(index=sorted(homes), columns=asked_rates(asked))
    rates.loc[FULL] = MAX_PERCENT
    margins = commune_margins(rates, asked, special).rename_axis(columns=LEVEL)
    full = margins.loc[FULL].rename("full")
    long = margins.drop(FULL).rename_axis("unit_code").unstack()  # noqa: PD010
    communes = long.rename("margin").reset_index()
    communes["home"] = communes["unit_code"].map(homes)
    districts = home_margins(communes, of_district, special).assign(unit_code=lambda d: d["home"])
    members = districts if areas.province.has_districts(on) else communes
    province = home_margins(members.assign(home=PROVINCE), of_province, special)
    units = pd.concat([districts.drop(columns="unit_code"), province])
    return units.rename(columns={"home": "unit_code"}).join(full, on=LEVEL)
