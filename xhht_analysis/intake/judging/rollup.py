"""From the figures that stand to the panel: recomputed shares, former districts, province.

Communes are added up to the districts of the plan's frame, and these to the province, by counts
and only where every part is there; a figure that was submitted is never replaced by a sum.
"""

from __future__ import annotations

import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.contracts import PANEL
from xhht_analysis.intake.judging.cleaning import recompute
from xhht_analysis.plan.areas import Areas

SERIES = ["indicator_code", "definition_variant", "year"]
GAP_COLUMNS = ["indicator_code", "year", "unit_code", "missing"]
STATUSES = ("ok", "doubtful", "sample")
"""A sum has the last status that one of its parts has."""
PANEL_AND_DAY = (*PANEL.columns, "on")


def reported_rows(standing: pd.DataFrame, as_of: str) -> pd.DataFrame:
    """Panel rows of the claims that stand (outcome panel), with ``on`` beside the contract.

    ``value`` is recomputed from the counts; a count without its partner is left out.
    """
    counted = standing["numerator"].notna() & standing["denominator"].notna()
    rows = standing.assign(
        value=recompute(standing),
        value_submitted=standing["value"],
        numerator=standing["numerator"].where(counted),
        denominator=standing["denominator"].where(counted),
        value_type=standing["corrected"].map({True: "corrected", False: "reported"}),
        as_of=as_of,
    )
    return rows.reindex(columns=list(PANEL_AND_DAY))


def add_up(panel: pd.DataFrame, areas: Areas) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sums of communes for every former district, and of districts for the province.

    Parameters
    ----------
    panel : DataFrame
        From `reported_rows`.

    Returns
    -------
    sums : DataFrame
        Panel rows (value_type derived, the plan's frame) of complete sets with counts, also where a
        figure was submitted: the caller keeps that one and compares.
    gaps : DataFrame
        indicator_code, year, unit_code, missing (codes of units without counts, joined by ", "):
        sets begun but not complete.
    """
    counts = panel[panel["value"].notna()]
    parts, whole = _communes_at_home(counts, areas)
    districts, gaps = _sum(parts, whole, areas.province.frame)
    codes, province = set(areas.districts()["unit_code"]), areas.province
    submitted = counts[counts["frame"].eq(province.frame) & counts["unit_code"].isin(codes)]
    both = pd.concat([submitted, districts.astype(counts.dtypes)])
    both = both.drop_duplicates([*SERIES, "unit_code"], keep="first").assign(home=province.code)
    whole = {(province.code, day): codes for day in both["on"].unique()}
    total, wide = _sum(both, whole, province.frame)
    sums = pd.concat([districts.astype(panel.dtypes), total.astype(panel.dtypes)])
    return sums, pd.concat([gaps, wide])


def _communes_at_home(
    counts: pd.DataFrame, areas: Areas
) -> tuple[pd.DataFrame, dict[tuple[str, str], set[str]]]:
    """Rows of communes with their district (``home``), and all communes of each home and day.

    A set is asked of the last day its figures stand for; new communes of the day they began.
    """
    province = areas.province
    upper = {province.code, *areas.districts()["unit_code"]}
    communes = counts[~counts["unit_code"].isin(upper)]
    is_new = communes["frame"].eq(province.frame_of_communes)
    communes = communes.assign(on=communes["on"].mask(is_new, province.districts_end))
    homes = pd.DataFrame(
        [(*pair, day) for day in communes["on"].unique() for pair in areas.parents(day).items()],
        columns=["unit_code", "home", "on"],
        dtype="str",
    )
    communes = communes.merge(homes, on=["unit_code", "on"])
    last = communes.groupby([*SERIES, "home", "frame"])["on"].transform("max")
    whole = homes.groupby(["home", "on"])["unit_code"].agg(set).to_dict()
    return communes.assign(on=last).merge(homes, on=["unit_code", "home", "on"]), whole


def _sum(
    parts: pd.DataFrame, whole: dict[tuple[str, str], set[str]], frame: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Panel rows in ``frame`` of the complete sets, and `GAP_COLUMNS` for each other."""
    counted = parts["unit_code"].where(parts["numerator"].notna())
    parts = parts.assign(counted=counted, doubt=parts["status"].map(STATUSES.index))
    groups = parts.groupby([*SERIES, "home", "frame"])
    sums = groups.agg(
        numerator=("numerator", "sum"),
        denominator=("denominator", "sum"),
        counted=("counted", set),
        doubt=("doubt", "max"),
        on=("on", "max"),
        as_of=("as_of", "first"),
    ).reset_index()
    pairs = zip(sums["home"], sums["on"], sums["counted"], strict=True)
    sums["missing"] = [", ".join(sorted(whole[home, on] - there)) for home, on, there in pairs]
    sums = sums.assign(unit_code=sums["home"])
    complete = sums["missing"].eq("")
    gaps = sums.loc[~complete, GAP_COLUMNS]
    sums = sums[complete].drop_duplicates([*SERIES, "home"], keep="last")
    sums = sums.assign(
        frame=frame,
        value=sums["numerator"] / sums["denominator"] * contracts.MAX_PERCENT,
        value_type="derived",
        status=sums["doubt"].map(STATUSES.__getitem__).astype("str"),
    )
    return sums.reindex(columns=[name for name in parts.columns if name in PANEL_AND_DAY]), gaps


def merge_sums(reported: pd.DataFrame, sums: pd.DataFrame) -> pd.DataFrame:
    """Panel of the submitted rows, and of the sums for which nothing was submitted."""
    both = pd.concat([reported, sums.astype(reported.dtypes)])
    return both.drop_duplicates(list(contracts.PANEL_KEY), ignore_index=True)
