"""What stands behind the plan's share forecasts: what moved them, and the year not yet complete.

In: the joint forecasts of one run. Out: rows of `contracts.DRIVERS` and `contracts.NOWCASTS`, read
from the same forecasts and draws as the verdicts.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.forecasting.joint_forecast import JointForecast

LINE = ["goal_code", "indicator_code", "target_year"]


def driver_rows(joints: dict[str, JointForecast], lines: pd.DataFrame) -> pd.DataFrame:
    """Drivers of every open target of a share by unit; ``lines`` are the plan's target lines.

    Columns of `contracts.DRIVERS` but for frame and as_of. A forecaster of one's own gives none.
    """
    shares = (joint.shares for joint in joints.values())
    parts = [forecast.drivers() for forecast in shares if forecast is not None and forecast.panels]
    if not parts:
        return contracts.DRIVERS.empty()
    drivers = pd.concat(parts).rename(columns={"year": "target_year"})
    return lines[LINE].merge(drivers, on=["indicator_code", "target_year"])


def nowcast_rows(joints: dict[str, JointForecast]) -> pd.DataFrame:
    """The last year of units whose figure is still open, and of the province, given the others.

    Columns of `contracts.NOWCASTS` but for frame and as_of; nothing where all have reported.
    ``median`` is where `verdicts` lets the required pace of an open year start.
    """
    rows = []
    for code, joint in joints.items():
        if joint.facts.is_level:
            continue
        low, high = (ends.loc[joint.origin_year] for ends in joint.facts.bounds)
        last = low[joint.districts]
        same = {
            "indicator_code": code,
            "year": joint.origin_year,
            "n_reported": int(last.notna().sum()),
            "n_units": len(last),
        }
        for unit, draws in joint.draws.items():
            if low.get(unit, np.nan) != high.get(unit, np.nan):  # so do two unknown ends
                low10, median, high10 = np.quantile(draws[:, 0], (0.1, 0.5, 0.9))
                ends = {"unit_code": unit, "q100": low10, "median": median, "q900": high10}
                rows.append(same | ends)
    return pd.DataFrame(rows) if rows else contracts.NOWCASTS.empty()
