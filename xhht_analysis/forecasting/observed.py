"""What was observed of one indicator of the plan, with bounds where districts are missing.

In: the panel in the plan's frame. Out: what is drawn from and judged.
"""

from __future__ import annotations

import pandas as pd

from xhht_analysis.plan.province import Province

PROVINCE = "province"
"""Code of the province inside this room: `plan_rows` and `forecast_plan` stand at its doors."""
SOURCE_GAP = 0.5
"""Points between the reported province figure and the sum of its districts worth a remark."""


def plan_rows(panel: pd.DataFrame, province: Province) -> pd.DataFrame:
    """Rows of the panel in the plan's frame, with `PROVINCE` for the province.

    ``is_reform`` marks the year in which the districts ended.
    """
    rows = panel[panel["frame"] == province.frame]
    return rows.assign(
        unit_code=rows["unit_code"].replace(province.code, PROVINCE),
        is_reform=rows["year"] == int(province.districts_end[:4]),
    )


def observed_shares(
    district_rows: pd.DataFrame, reported: pd.DataFrame, is_counted: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lowest and highest possible value by year (index) and unit (columns).

    Where all districts have counts (``is_counted``) the province is their sum; a missing district's
    people, by its nearest denominator, count as none for the lowest and as all for the highest
    value. The province's own report stands where it lies between these ends, and without counts
    or in a year without any of them.
    """
    low, size, top = (
        district_rows.pivot(index="year", columns="unit_code", values=name).astype(float)  # noqa: PD010
        for name in ("value", "denominator", "numerator")
    )
    submitted = reported.set_index("year")["value"].astype(float)
    low = low.reindex(low.index.union(submitted.index))
    high = low.copy()
    low[PROVINCE] = high[PROVINCE] = submitted
    if is_counted:
        size = size.ffill().bfill()
        least, unknown = top.sum(axis=1), size.where(top.isna()).sum(axis=1)
        for ends, people in ((low, least), (high, least + unknown)):
            ends[PROVINCE] = (100 * people / size.sum(axis=1)).reindex(low.index).fillna(submitted)
        fits = submitted.reindex(low.index).between(low[PROVINCE], high[PROVINCE])
        for ends in (low, high):
            ends[PROVINCE] = ends[PROVINCE].mask(fits, submitted)
    return low, high


def is_broad(points: pd.DataFrame) -> pd.Series:
    """Whether at least half of the districts have a figure, by year; ``points`` by year and unit.

    What one district of eleven settles of the province (a status asks for all, so one that lacks
    it is enough) says nothing of how the province moves.
    """
    return points.drop(columns=PROVINCE, errors="ignore").mean(axis=1) >= 0.5
