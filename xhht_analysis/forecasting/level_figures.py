"""The figure that decides a recognition level, by unit and year: `level_figures`.

In: the panel's commune rates and the recognition rules. Out: for every district and the province
one percentage per level that stands at or above what is asked exactly when the rule gives the
level: a share that `levels` can forecast like any other.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from xhht_analysis.contracts import MAX_PERCENT
from xhht_analysis.forecasting.observed import PROVINCE
from xhht_analysis.plan.areas import Areas
from xhht_analysis.plan.goals import split_codes
from xhht_analysis.plan.standards import ROUNDING, prerequisites_first, rules_in_force

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
    above = [areas.province.code, *areas.districts()["unit_code"]]
    rows = panel[
        panel["indicator_code"].isin(asked_rates(standards))
        & panel["definition_variant"].eq("plan")
    ]
    rows = rows[rows["value"].notna() & ~rows["unit_code"].isin(above)]
    parts = [
        _margins(some, f"{year}-12-31", standards, areas).assign(year=year)
        for year, some in rows.groupby("year")
    ]
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    table = pd.concat(parts).dropna(subset="margin").sort_values("year")
    table["asked"] = table.groupby(LEVEL)["asked"].transform("last")
    return table.assign(value=(table["margin"] + table["asked"]).clip(0, MAX_PERCENT))[COLUMNS]


def asked_rates(standards: pd.DataFrame) -> set[str]:
    """Indicators that a rule names."""
    return {*standards["indicator_code"], *standards["indicator_special"]} - {""}


def _margins(rows: pd.DataFrame, on: str, standards: pd.DataFrame, areas: Areas) -> pd.DataFrame:
    """Margins of districts and province on one day: `LEVEL`, unit_code, margin, asked."""
    scopes = ("commune", "district", "province")
    asked, of_district, of_province = (rules_in_force(standards, scope, on) for scope in scopes)
    homes, special = areas.parents(on), list(areas.special_communes(on))
    here = rows[rows["frame"] == areas.province.frame_on(on)]
    rates = here.pivot_table(
        index="unit_code", columns="indicator_code", values="value", aggfunc="first"
    ).reindex(index=sorted(homes), columns=sorted(asked_rates(standards)))
    rates.loc[FULL] = MAX_PERCENT
    margins = _commune_margins(rates, asked, rates.index.isin(special))
    is_full = margins["unit_code"] == FULL
    left = margins[is_full].set_index(LEVEL)["margin"]
    communes = margins[~is_full].assign(home=margins["unit_code"].map(homes))
    districts = _of_homes(communes, of_district, special)
    below = districts if areas.province.has_districts(on) else communes
    units = [districts, _of_homes(below.assign(home=PROVINCE), of_province, special)]
    return pd.concat(units).join(MAX_PERCENT - left.rename("asked"), on=LEVEL)


def _commune_margins(
    rates: pd.DataFrame, rules: pd.DataFrame, is_special: np.ndarray
) -> pd.DataFrame:
    """Points above what each level asks, `LEVEL` and unit_code; NaN where a rate is missing."""
    margins: dict[tuple[str, int], pd.Series] = {}
    for name in prerequisites_first(rules):
        margin = pd.Series(np.inf, rates.index)
        for level, asked in rules[rules["level_indicator"] == name].groupby("level"):
            parts = [margin]
            for rule in asked.itertuples():
                other = rates[rule.indicator_special or rule.indicator_code]
                value = rates[rule.indicator_code].mask(is_special, other)
                parts.append(value - np.where(is_special, rule.threshold_special, rule.threshold))
                first = (code.split(":") for code in split_codes(rule.prerequisites))
                parts += [margins[programme, int(least)] for programme, least in first]
            margin = pd.concat(parts, axis=1).min(axis=1, skipna=False)
            margins[name, int(level)] = margin
    return pd.concat(margins, names=LEVEL).rename("margin").reset_index()


def _of_homes(members: pd.DataFrame, rules: pd.DataFrame, special: list[str]) -> pd.DataFrame:
    """Margin of each home: of the last member that its rule asks for, the best first."""
    rules = rules.assign(indicator_code=rules["level_indicator"])  # of a district: its level
    table = members.merge(rules[[*LEVEL, "share", "share_special"]], on=LEVEL)
    is_apart = table["unit_code"].isin(special) & table["share_special"].notna()
    table["share"] = table["share"].mask(is_apart, table["share_special"])
    group = table.groupby([*LEVEL, "home", "share"])["margin"]
    known, place = group.transform("count"), group.rank(ascending=False, method="first")
    is_last = place == np.ceil(known * table["share"] / 100 - ROUNDING)
    kept = table[is_last & (2 * known >= group.transform("size"))]
    found = kept.groupby([*LEVEL, "home"])["margin"].min().reset_index()
    return found.rename(columns={"home": "unit_code"})
