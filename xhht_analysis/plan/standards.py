"""Recognition rules: commune rates to levels of communes, districts and the province.

The rules are data (config/standards.csv, each `verified` or `secondary`); this module only
evaluates them. Every answer is a pair of bounds: what is sure from the figures at hand, and what
is still possible where figures are missing. A missing figure is neither a pass nor a fail.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from xhht_analysis.contracts import MAX_PERCENT, TOLERANCE
from xhht_analysis.plan.areas import Areas
from xhht_analysis.plan.config_tables import read_config
from xhht_analysis.plan.goals import split_codes
from xhht_analysis.plan.province import NEVER

HOME = ["indicator_code", "home"]
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
    rules, has_rate, ends = rules_in_force(standards, "commune", on), {}, {}
    for indicator, asked in rules.groupby("level_indicator"):
        has_rate[indicator] = rates.reindex(columns=asked_rates(asked)).notna().any(axis=1)
    for name, missing in (("level_min", -np.inf), ("level_max", np.inf)):
        margins = commune_margins(rates, rules, special, reported, missing)
        ends[name] = margins.ge(-TOLERANCE).T.groupby(level=0).sum().unstack()  # noqa: PD010
    bounds = pd.DataFrame(ends)[pd.DataFrame(has_rate).stack().astype(bool)]  # noqa: PD013
    return bounds.rename_axis(BOUNDS[:2]).reset_index()


def asked_rates(rules: pd.DataFrame) -> list[str]:
    """Indicators that rules name."""
    return sorted({*rules["indicator_code"], *rules["indicator_special"]} - {""})


def commune_margins(
    rates: pd.DataFrame,
    rules: pd.DataFrame,
    special: Iterable[str] = (),
    reported: pd.DataFrame | None = None,
    missing: float = np.nan,
) -> pd.DataFrame:
    """Points by which each commune passes what each level asks of it; below 0: it falls short.

    The margin of a level is that of the rate that is furthest below what is asked, of the levels
    below it and of the programmes it presupposes.

    Parameters
    ----------
    rates, special, reported
        See `commune_levels`.
    missing
        In place of a rate that is unknown.
    rules
        Those of communes in force (`rules_in_force`).

    Returns
    -------
    DataFrame
        One column per level_indicator and level; NaN where a rate is unknown, ±inf where
        ``missing`` is, or where a programme of ``reported`` decides.

    Raises
    ------
    KeyError
        A programme presupposed has no rule in force.

    Notes
    -----
    One step of presupposed programmes: those that presuppose others are read after all others.
    """
    rates = rates.reindex(columns=asked_rates(rules)).astype("float64").fillna(missing)
    is_special = rates.index.isin(list(special))
    margins: dict[tuple[str, int], pd.Series] = {}
    needed_first: dict[tuple[str, int], pd.Series] = {}
    first = rules.groupby("level_indicator")["prerequisites"].max()  # "" sorts before any other
    for name in first.sort_values().index:
        margin, reported_level = pd.Series(np.inf, rates.index), pd.Series(np.nan, rates.index)
        if reported is not None:
            rows = reported[reported["indicator_code"].eq(name)].set_index("unit_code")
            reported_level = rows["level"].astype("float64").reindex(rates.index)
        for level, asked in rules[rules["level_indicator"].eq(name)].groupby("level"):
            parts = [margin]
            for rule in asked.itertuples(index=False):
                other = rates[rule.indicator_special or rule.indicator_code]
                value = rates[rule.indicator_code].mask(is_special, other)
                parts.append(value - np.where(is_special, rule.threshold_special, rule.threshold))
                needed = (code.split(":") for code in split_codes(rule.prerequisites))
                parts += [needed_first[programme, int(least)] for programme, least in needed]
            margin = pd.concat(parts, axis=1).min(axis=1, skipna=False)
            margins[name, level] = margin
            of_report = np.where(reported_level.ge(level), np.inf, -np.inf)
            needed_first[name, level] = margin.mask(reported_level.notna(), of_report)
    return pd.DataFrame(margins, index=rates.index)


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
    homes = pd.Series(areas_of_members, name="home").rename_axis("unit_code").reset_index()
    rungs = rules[["level_indicator", "level"]].set_axis(["indicator_code", "level"], axis=1)
    members = levels[levels["unit_code"].isin(homes["unit_code"])]
    pairs = members[["indicator_code"]].drop_duplicates().merge(rungs).merge(homes, how="cross")
    table = pairs.merge(members, how="left", on=["unit_code", "indicator_code"])
    has_figure = table.groupby(HOME)["level_min"].count() > 0
    top = table.groupby("indicator_code")["level"].transform("max")
    ends = {}
    for name, missing in (("level_min", 0), ("level_max", top)):
        margin = table[name].astype("float64").fillna(missing) - table["level"]
        margins = home_margins(table.assign(margin=margin), rules, special)
        ends[name] = margins["margin"].ge(0).groupby([margins[key] for key in HOME]).sum()
    bounds = pd.DataFrame(ends)[has_figure].reset_index()
    return bounds.rename(columns={"home": "unit_code"})[BOUNDS]


def home_margins(
    members: pd.DataFrame, rules: pd.DataFrame, special: Iterable[str] = ()
) -> pd.DataFrame:
    """Margin of each area: that of the last member its rule asks for, the best first.

    Parameters
    ----------
    members
        indicator_code (of the level), level, unit_code, ``home`` (its area) and ``margin`` of
        each; NaN where it is unknown.
    rules, special
        See `area_levels`.

    Returns
    -------
    DataFrame
        indicator_code, level, home, margin: of a level no more than of the levels below it. No row
        where less than half of the members are known.
    """
    shares = rules.assign(indicator_code=rules["level_indicator"])  # of members: their level
    keys = ["indicator_code", "level"]
    table = members.merge(shares[[*keys, "share", "share_special"]], on=keys)
    is_apart = table["unit_code"].isin(list(special)) & table["share_special"].notna()
    table["share"] = table["share"].mask(is_apart, table["share_special"])
    group = table.groupby([*keys, "home", "share"])["margin"]
    n_known, place = group.transform("count"), group.rank(ascending=False, method="first")
    is_last = place == np.ceil(n_known * table["share"] / MAX_PERCENT - TOLERANCE)
    deciding = table[is_last & (2 * n_known >= group.transform("size"))]
    margins = deciding.groupby([*keys, "home"])["margin"].min().reset_index()
    return margins.assign(margin=margins.groupby(HOME)["margin"].cummin())


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
    asked = [*asked_rates(standards), *standards["level_indicator"]]  # a year without is skipped
    is_asked = panel["definition_variant"].eq("plan") & panel["indicator_code"].isin(asked)
    parts = [pd.DataFrame(columns=[*BOUNDS, "year", "frame"])]
    for year, rows in panel[is_asked].groupby("year"):
        parts.append(_year_levels(rows, f"{year}-12-31", standards, areas).assign(year=year))
    names = {"level_min": "level_derived_min", "level_max": "level_derived_max"}
    return _stack(parts).rename(columns=names).astype({"year": "Int64"})[DERIVED]


def _year_levels(
    panel: pd.DataFrame, on: str, standards: pd.DataFrame, areas: Areas
) -> pd.DataFrame:
    province = areas.province
    frame = province.frame_on(on)
    units = areas.units(on).query("level == 'commune'")["unit_code"]
    special = areas.special_communes(on)
    frame_rows = panel[panel["unit_code"].isin(units) & panel["frame"].eq(frame)]
    rates = frame_rows.pivot_table(
        index="unit_code", columns="indicator_code", values="value", aggfunc="first"
    )
    reported = _reported(frame_rows)
    communes = commune_levels(rates, on, standards, special=special, reported=reported)
    levels = _prefer(reported, communes)
    districts = areas.districts()["unit_code"]
    derived = area_levels(levels, rules_in_force(standards, "district", on), areas.parents(on))
    recognised = _reported(panel[panel["unit_code"].isin(districts)])
    by_district = (_prefer(recognised, derived), districts)
    below, members = by_district if province.has_districts(on) else (levels, units)
    rules = rules_in_force(standards, "province", on)
    whole = area_levels(below, rules, dict.fromkeys(members, province.code), special)
    upper = _stack([derived, whole]).assign(frame=province.frame)
    return _stack([communes.assign(frame=frame), upper])


def _stack(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Parts that have rows, one below the other; of empty ones the first."""
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def _reported(panel: pd.DataFrame) -> pd.DataFrame:
    rows = panel.loc[panel["level"].notna(), ["unit_code", "indicator_code", "level"]]
    return rows.reset_index(drop=True)


def _prefer(reported: pd.DataFrame, derived: pd.DataFrame) -> pd.DataFrame:
    """Bounds of units: the recognised level where there is one, else what the rates give."""
    fixed = reported.assign(level_min=reported["level"], level_max=reported["level"])[BOUNDS]
    return _stack([fixed, derived]).drop_duplicates(BOUNDS[:2], keep="first")
