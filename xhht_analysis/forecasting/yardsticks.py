"""What the official yardsticks would say: shown beside the forecast, never used.

They answer with one number and no doubt, see no ceiling and take noise for progress
(docs/methodology.md); they are here so that a reader can compare.
"""

from __future__ import annotations

import numpy as np
import pandas as pd


def pace_ratio(observed: pd.Series, need: float, target_year: int) -> float:
    """Actual over required compound yearly growth since the first figure (UNSD, Eurostat).

    Parameters
    ----------
    observed
        Percent by year (index), no gaps needed.

    Returns
    -------
    float
        1 and above is on track; NaN where growth is undefined: fewer than two figures, a first
        figure of 0 or one that already stands at the target.
    """
    known = observed.dropna()
    first, last = known.index.min(), known.index.max()
    if len(known) < 2 or not 0 < known[first] < need or target_year <= first:
        return np.nan
    actual = (known[last] / known[first]) ** (1 / (last - first)) - 1
    required = (need / known[first]) ** (1 / (target_year - first)) - 1
    return float(actual / required)


def anticipated_progress(observed: pd.Series, need: float, target_year: int) -> dict[str, float]:
    """Time-weighted straight line to the target year, and the gap it leaves (UNESCAP).

    The newest figure weighs most: weights 1, 2, … by year. ``escap_gap`` is the gap left over the
    progress needed since the first figure: up to 0.1 maintain, above accelerate; more than 1 is
    going backwards.
    """
    known = observed.dropna()
    if len(known) < 2:
        return {"escap_value": np.nan, "escap_gap": np.nan}
    year = known.index.to_numpy(dtype=float)
    level = np.polyfit(year - target_year, known, 1, w=np.sqrt(year - year[0] + 1))[1]
    needed = need - known.iloc[0]
    gap = (need - level) / needed if needed > 0 else np.nan
    return {"escap_value": float(level), "escap_gap": float(gap)}


def yardstick_table(panel: pd.DataFrame, verdicts: pd.DataFrame, unit: str) -> pd.DataFrame:
    """One row per open share target of ``unit``: the kit's forecast beside the yardsticks.

    Parameters
    ----------
    panel, verdicts
        `contracts.PANEL` and `contracts.VERDICTS` of one run.

    Returns
    -------
    DataFrame
        goal_code, target_year, target_value, median, prob_reached (0-1), unsd_ratio,
        escap_value (percent), escap_gap.
    """
    mine = (verdicts["unit_code"] == unit) & (verdicts["basis"] == "forecast")
    mine &= verdicts["measure_unit"] == "percent"
    rows = []
    for line in verdicts[mine].itertuples():
        seen = panel[(panel["indicator_code"] == line.indicator_code) & panel["value"].notna()]
        seen = seen[(seen["unit_code"] == unit) & (seen["year"] <= line.current_year)]
        observed = seen.groupby("year")["value"].last().astype(float)
        target = (float(line.target_value), int(line.target_year))
        rows.append(
            {
                "goal_code": line.goal_code,
                "target_year": target[1],
                "target_value": target[0],
                "median": line.median,
                "prob_reached": line.prob_reached,
                "unsd_ratio": pace_ratio(observed, *target),
                **anticipated_progress(observed, *target),
            }
        )
    return pd.DataFrame(rows)
