"""From the figures that stand to the panel: recomputed shares, former districts, province.

Communes are added up to the 11 districts of frame 2021, and districts to the province, by counts
and only where every part is there; a figure that was submitted is never replaced by a sum.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.contracts import DISTRICTS_END, FRAME_COMMUNES, FRAME_DISTRICTS, PANEL
from xhht_analysis.intake.cleaning import recompute
from xhht_analysis.plan.areas import PROVINCE, Areas

Group = tuple[pd.DataFrame, set[str], str]
SERIES = ["indicator_code", "definition_variant", "year"]


def reported_rows(standing: pd.DataFrame, as_of: str) -> pd.DataFrame:
    """Panel rows of the claims that stand (outcome panel), with ``on`` beside the contract.

    ``value`` is recomputed from the counts; a count without its partner is left out.
    """
    counted = standing["numerator"].notna() & standing["denominator"].notna()
    rows = standing.assign(
        value=recompute(standing).where(counted | standing["value"].notna()),
        value_submitted=standing["value"],
        numerator=standing["numerator"].where(counted),
        denominator=standing["denominator"].where(counted),
        value_type=standing["corrected"].map({True: "corrected", False: "reported"}),
        as_of=as_of,
    )
    return rows.reindex(columns=[*PANEL.columns, "on"])


def add_up(panel: pd.DataFrame, areas: Areas) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sums of communes for every former district, and of districts for the province.

    Parameters
    ----------
    panel : DataFrame
        From `reported_rows`.

    Returns
    -------
    sums : DataFrame
        Panel rows (value_type derived, frame 2021) of complete sets with counts, also where a
        figure was submitted: the caller keeps that one and compares.
    gaps : DataFrame
        indicator_code, year, unit_code, missing (unit codes joined by ", "), percent_only: sets
        begun but not complete.
    """
    counts = panel[panel["value"].notna()].drop(columns=["level", "valid_from", "valid_to"])
    sums, gaps = _collect(_by_district(counts, areas))
    more, wide = _collect(_to_province(counts, sums, areas))
    columns = ["indicator_code", "year", "unit_code", "missing", "percent_only"]
    found = pd.DataFrame(sums + more, columns=panel.columns)
    found = found.drop_duplicates([*SERIES, "unit_code"], keep="last")
    return found, pd.DataFrame(gaps + wide, columns=columns)


def _collect(groups: Iterator[Group]) -> tuple[list[dict], list[dict]]:
    sums, gaps = [], []
    for parts, whole, unit in groups:
        row, gap = _sum(parts, whole, unit)
        if gap is None:
            sums.append(row)
        else:
            gaps.append(gap)
    return sums, gaps


def _by_district(counts: pd.DataFrame, areas: Areas) -> Iterator[Group]:
    """Yield the communes' rows, the complete set, and the code of every district begun."""
    new = counts["frame"].eq(FRAME_COMMUNES) & counts["unit_code"].ne(PROVINCE)
    districts = set(areas.districts()["unit_code"])
    old = counts["frame"].eq(FRAME_DISTRICTS) & ~counts["unit_code"].isin({PROVINCE, *districts})
    for some, is_new in ((counts[old], False), (counts[new], True)):
        if some.empty:
            continue
        days = dict.fromkeys(some["on"])
        parent = {day: _parents(areas, DISTRICTS_END if is_new else day) for day in days}
        homes = [
            parent[on].get(code) for on, code in zip(some["on"], some["unit_code"], strict=True)
        ]
        for keys, parts in some.assign(home=homes).groupby([*SERIES, "home"]):
            on = DISTRICTS_END if is_new else parts["on"].max()
            yield parts, set(areas.communes_of(keys[-1], on)), keys[-1]


def _parents(areas: Areas, on: str) -> dict[str, str]:
    """District of every commune on a day."""
    return {
        commune: district
        for district in areas.districts()["unit_code"]
        for commune in areas.communes_of(district, on)
    }


def _to_province(counts: pd.DataFrame, sums: list[dict], areas: Areas) -> Iterator[Group]:
    """Yield the districts' rows of every series; a submitted row goes before a sum."""
    districts = set(areas.districts()["unit_code"])
    submitted = counts[counts["unit_code"].isin(districts) & counts["frame"].eq(FRAME_DISTRICTS)]
    derived = pd.DataFrame(sums).reindex(columns=counts.columns)
    both = submitted if derived.empty else pd.concat([submitted, derived.astype(counts.dtypes)])
    both = both.drop_duplicates([*SERIES, "unit_code"], keep="first")
    for _, parts in both.groupby(SERIES):
        yield parts, districts, PROVINCE


def _sum(parts: pd.DataFrame, whole: set[str], unit: str) -> tuple[dict, dict | None]:
    first = parts.iloc[0]
    row = {name: first[name] for name in (*SERIES, "as_of")}
    uncounted = parts["numerator"].isna()
    missing = whole - set(parts.loc[~uncounted, "unit_code"])
    if missing:
        gap = {"indicator_code": row["indicator_code"], "year": row["year"], "unit_code": unit}
        only = bool(uncounted.any()) and missing <= set(parts.loc[uncounted, "unit_code"])
        return row, gap | {"missing": ", ".join(sorted(missing)), "percent_only": only}
    total = parts[["numerator", "denominator"]].sum()
    row |= {"unit_code": unit, "frame": FRAME_DISTRICTS, "value_type": "derived"}
    row |= {"numerator": total["numerator"], "denominator": total["denominator"]}
    row |= {"value": total["numerator"] / total["denominator"] * contracts.MAX_PERCENT}
    worst = [status for status in ("sample", "doubtful") if parts["status"].eq(status).any()]
    return row | {"status": (worst or ["ok"])[0], "on": parts["on"].max()}, None


def merge_sums(reported: pd.DataFrame, sums: pd.DataFrame) -> pd.DataFrame:
    """Panel of the submitted rows, and of the sums for which nothing was submitted."""
    if sums.empty:
        return reported
    key = list(contracts.PANEL_KEY)
    known = pd.MultiIndex.from_frame(reported[key])
    fresh = sums[~pd.MultiIndex.from_frame(sums[key]).isin(known)]
    return pd.concat([reported, fresh.astype(reported.dtypes)], ignore_index=True)
