"""Recognition rules: commune rates to levels of communes, districts and the province.

The rules are data (config/standards.csv, each `verified` or `secondary`); this module only
evaluates them. Every answer is a pair of bounds: what is sure from the figures at hand, and what
is still possible where figures are missing. A missing figure is neither a pass nor a fail.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from xhht_analysis.contracts import MAX_PERCENT
from xhht_analysis.plan.areas import Areas
from xhht_analysis.plan.config_tables import read_config
from xhht_analysis.plan.goals import split_codes
from xhht_analysis.plan.province import NEVER

ROUNDING = 1e-9
"""Shares computed from counts may miss a whole percent by float error; nothing else is given."""
BOUNDS = ["unit_code", "indicator_code", "level_min", "level_max"]
DERIVED = ["indicator_code", "unit_code", "year", "frame", "level_derived_min", "level_derived_max"]


def read_standards(config_dir: Path) -> pd.DataFrame:
    """Read the rules: one row per (level_indicator, scope, level, indicator_code, valid_from).

    Commune rows ask ``threshold`` percent of a rate (``threshold_special`` in specially
    disadvantaged communes); district and province rows ask ``share`` percent of their members.
    """
    return read_config("standards", config_dir)


def rules_in_force(standards: pd.DataFrame, scope: str, on: str) -> pd.DataFrame:
    """Rules of ``scope`` valid on the ISO date ``on`` (both ends of the period included).

    The last district rules are kept when none follow: they read the rebuilt former districts.
    """
    rules = standards[standards["scope"].eq(scope)]
    last = rules["valid_to"].replace("", NEVER)
    on = min(on, last.max()) if scope == "district" and len(rules) else on
    return rules[rules["valid_from"].le(on) & last.ge(on)]


def commune_levels(
    rates: pd.DataFrame,
    on: str,
    standards: pd.DataFrame,
    *,
    special: Iterable[str] = (),
    reported: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Levels that the rates of communes give on one date.

    Parameters
    ----------
    rates : DataFrame
        Index ``unit_code``, one column per indicator_code, percent 0-100, missing where unknown.
    on : str
        ISO date; rules in force then are applied, and no others.
    special : iterable of str
        Specially disadvantaged communes (lower thresholds, younger age group for literacy).
    reported : DataFrame, optional
        unit_code, indicator_code, level as recognised: they stand for a programme that another
        one presupposes (lower secondary needs primary and literacy level 1).

    Returns
    -------
    DataFrame
        `BOUNDS`: one row per commune and level indicator of which at least one rate is known.
    """
    rules = rules_in_force(standards, "commune", on)
    asked = {*rules["indicator_code"], *rules["indicator_special"]} - {""}
    rates = rates.reindex(columns=sorted(asked)).astype("float64")
    is_special = pd.Series(rates.index.isin(list(special)), index=rates.index)
    bounds_by_indicator: dict[str, pd.DataFrame] = {}
    parts = []
    for indicator in prerequisites_first(rules):
        criteria = rules[rules["level_indicator"].eq(indicator)]
        bounds, has_figure = _level_bounds(rates, criteria, is_special, bounds_by_indicator)
        parts.append(_rows_of(bounds[has_figure], indicator))
        bounds_by_indicator[indicator] = _with_reported(bounds, indicator, reported)
    return _stack([pd.DataFrame(columns=BOUNDS), *parts])


def area_levels(
    levels: pd.DataFrame,
    rules: pd.DataFrame,
    areas_of_members: Mapping[str, str],
    special: Iterable[str] = (),
) -> pd.DataFrame:
    """Level bounds of districts or of the province from those of their members.

    Parameters
    ----------
    levels : DataFrame
        `BOUNDS` of members; a member without a row may be at any level.
    rules : DataFrame
        Those of the scope ``district`` or ``province`` in force (`rules_in_force`).
    areas_of_members : mapping
        Every commune (of the province: while there are districts, every district) to its area.
    special : iterable of str
        Members counted apart where a rule has a share for them.

    Returns
    -------
    DataFrame
        `BOUNDS`: one row per area and level indicator that at least one of its members has.
        Source: Decree 20/2014, Articles 6-21, as in config/standards.csv.
    """
    groups = pd.Series(areas_of_members)
    parts = [pd.DataFrame(columns=BOUNDS)]
    is_special = pd.Series(groups.index.isin(list(special)), index=groups.index)
    of_members = levels[levels["unit_code"].isin(groups.index)]
    for indicator, rows in of_members.groupby("indicator_code"):
        asked = rules[rules["level_indicator"].eq(indicator)].sort_values("level")
        bounds = rows.set_index("unit_code").reindex(groups.index)
        ends = bounds["level_min"].fillna(0), bounds["level_max"].fillna(asked["level"].max())
        reached = (
            {r.level: _enough(at.ge(r.level), r, groups, is_special) for r in asked.itertuples()}
            for at in ends
        )
        levels_of_groups = _cumulative(*map(pd.DataFrame, reached))
        has_figure = levels_of_groups.index.isin(groups[bounds["level_min"].notna()])
        parts.append(_rows_of(levels_of_groups[has_figure], indicator))
    return _stack(parts)


def derive_levels(panel: pd.DataFrame, standards: pd.DataFrame, areas: Areas) -> pd.DataFrame:
    """Levels by rule for communes, districts (also rebuilt after the reform) and the province.

    Parameters
    ----------
    panel : DataFrame
        `contracts.PANEL`; rows of the definition variant ``plan`` are used, a year's figures
        under the rules of its 31 December. A reported level of a member outranks a derived one.

    Returns
    -------
    DataFrame
        `DERIVED`: one row per indicator_code, unit_code, year and frame; none where nothing is
        known. Communes stand in the frame of their year, districts and province in the plan's.
    """
    plan = panel[panel["definition_variant"].eq("plan")]
    parts = [
        _year_levels(rows, f"{year}-12-31", standards, areas).assign(year=year)
        for year, rows in plan.groupby("year")
    ]
    out = _stack([pd.DataFrame(columns=[*BOUNDS, "year", "frame"]), *parts])
    out = out.rename(columns={"level_min": "level_derived_min", "level_max": "level_derived_max"})
    return out.astype({"year": "Int64"})[DERIVED]


def _year_levels(
    panel: pd.DataFrame, on: str, standards: pd.DataFrame, areas: Areas
) -> pd.DataFrame:
    province = areas.province
    frame = province.frame_on(on)
    units = areas.units(on).query("level == 'commune'")["unit_code"]
    special = areas.special_communes(on)
    here = panel[panel["unit_code"].isin(units) & panel["frame"].eq(frame)]
    rates = here.pivot_table(
        index="unit_code", columns="indicator_code", values="value", aggfunc="first"
    )
    reported = _reported(here)
    communes = commune_levels(rates, on, standards, special=special, reported=reported)
    levels = _prefer(reported, communes)
    districts = areas.districts()["unit_code"]
    rules = {name: rules_in_force(standards, name, on) for name in ("district", "province")}
    derived = area_levels(levels, rules["district"], areas.parents(on))
    recognised = _reported(panel[panel["unit_code"].isin(districts)])
    by_district = (_prefer(recognised, derived), districts)
    below, members = by_district if province.has_districts(on) else (levels, units)
    homes = dict.fromkeys(members, province.code)
    whole = area_levels(below, rules["province"], homes, special)
    upper = _stack([derived, whole]).assign(frame=province.frame)
    return _stack([communes.assign(frame=frame), upper])


def _level_bounds(
    rates: pd.DataFrame,
    criteria: pd.DataFrame,
    is_special: pd.Series,
    bounds_by_indicator: dict[str, pd.DataFrame],
) -> tuple[pd.DataFrame, pd.Series]:
    """Bounds of one level indicator for every commune, and which communes have a figure."""
    sure = pd.DataFrame(True, index=rates.index, columns=sorted(criteria["level"].unique()))
    possible, has_figure = sure.copy(), pd.Series(False, index=rates.index)
    for rule in criteria.itertuples(index=False):
        special_rate = rates[rule.indicator_special or rule.indicator_code]
        value = rates[rule.indicator_code].mask(is_special, special_rate)
        needed = is_special.map({True: rule.threshold_special, False: rule.threshold})
        met = value.ge(needed - ROUNDING)
        sure[rule.level] &= met
        possible[rule.level] &= met | value.isna()
        has_figure |= value.notna()
        for needed_first in split_codes(rule.prerequisites):
            name, least = needed_first.split(":")
            sure[rule.level] &= bounds_by_indicator[name]["level_min"].ge(int(least))
            possible[rule.level] &= bounds_by_indicator[name]["level_max"].ge(int(least))
    return _cumulative(sure, possible), has_figure


def _rows_of(bounds: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """`BOUNDS` of one level indicator from its bounds by unit."""
    return bounds.rename_axis("unit_code").reset_index().assign(indicator_code=indicator)[BOUNDS]


def _stack(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Parts that have rows, one below the other; of empty ones the first."""
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def _enough(
    reached: pd.Series, rule: object, groups: pd.Series, is_special: pd.Series
) -> pd.Series:
    """Whether each group has the share the rule asks; special members may be counted apart."""
    apart = pd.notna(rule.share_special)
    asked = is_special.map({True: rule.share_special, False: rule.share}) if apart else rule.share
    share = reached.groupby([groups, is_special & apart]).transform("mean") * MAX_PERCENT
    return share.ge(asked - ROUNDING).groupby(groups).all()


def _cumulative(sure: pd.DataFrame, possible: pd.DataFrame) -> pd.DataFrame:
    """Highest level up to which every level is met: level 3 counts only on top of 1 and 2."""
    bounds = {"level_min": sure, "level_max": possible}
    return pd.DataFrame(
        {name: met.astype("float64").cumprod(axis=1).sum(axis=1) for name, met in bounds.items()}
    )


def prerequisites_first(rules: pd.DataFrame) -> list[str]:
    """Level indicators of ``rules``, those that presuppose another one last."""
    dependent = set(rules.loc[rules["prerequisites"].ne(""), "level_indicator"])
    return sorted(rules["level_indicator"].unique(), key=lambda name: (name in dependent, name))


def _reported(panel: pd.DataFrame) -> pd.DataFrame:
    rows = panel.loc[panel["level"].notna(), ["unit_code", "indicator_code", "level"]]
    return rows.reset_index(drop=True)


def _prefer(reported: pd.DataFrame, derived: pd.DataFrame) -> pd.DataFrame:
    """Bounds of units: the recognised level where there is one, else what the rates give."""
    fixed = reported.assign(level_min=reported["level"], level_max=reported["level"])[BOUNDS]
    return _stack([fixed, derived]).drop_duplicates(BOUNDS[:2], keep="first")


def _with_reported(
    bounds: pd.DataFrame, indicator: str, reported: pd.DataFrame | None
) -> pd.DataFrame:
    if reported is None:
        return bounds
    levels = reported[reported["indicator_code"].eq(indicator)].set_index("unit_code")["level"]
    levels = levels.reindex(bounds.index)
    return bounds.apply(lambda column: levels.fillna(column))
