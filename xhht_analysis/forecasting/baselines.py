"""Simple models with the interface of `forecast_panel`, to be beaten.

Units are forecast one by one: their draws are independent, so intervals of sums are too narrow by
construction. Every model answers for any history that `forecast_panel` answers for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from xhht_analysis.forecasting.curves import GRID, Curves
from xhht_analysis.forecasting.history import History, check_horizon, read_history
from xhht_analysis.forecasting.panel import PanelForecast
from xhht_analysis.forecasting.structural import gaps_filled, late_levels

FLOOR = 0.05
"""Smallest yearly standard deviation of any baseline, in points."""
LINE_POINTS = 3
"""No straight line is drawn through fewer figures."""


def normal_forecast(
    history: pd.DataFrame | History, horizon: int, *, rule: Callable
) -> PanelForecast:
    """Normal forecasts of every unit by itself.

    Parameters
    ----------
    history
        As that of `forecast_panel`.
    rule
        Function (shares, horizon) of one group, percent (N, T) up to the last year, NaN where
        missing; it returns middle and standard deviation (N, 1 + H), the last year first.
    """
    past, lead = read_history(history), np.arange(1 + check_horizon(horizon))
    shape = len(past.series), len(lead)
    values = np.empty((*shape, len(GRID)))
    for at, group in past.groups():
        middle, spread = rule(100 * group.shares, horizon)
        values[at] = middle[..., None] + spread[..., None] * GRID
    lag = np.broadcast_to(np.sqrt(np.maximum(lead - 1, 0) / np.maximum(lead, 1)), shape)
    lattice = past.series["lattice"].to_numpy(dtype=float)
    path = Curves(values, np.zeros(shape), lag, np.arange(shape[0]), lattice)
    return PanelForecast(past.series, past.origin + lead[1:], path, past.origin)


def random_walk(shares: np.ndarray, horizon: int) -> tuple[np.ndarray, np.ndarray]:
    """Middle and standard deviation (N, 1 + H) of a random walk from the last figure.

    Its yearly variance is the mean square of all steps of the group.
    """
    steps = np.diff(gaps_filled(shares), axis=1)
    still = np.zeros(shares.shape[1] - 1)
    last, gap = late_levels(shares, drift=still, step_var=still + 1)
    spread = np.sqrt(np.nanmean(steps**2)) if np.isfinite(steps).any() else 1.0
    lead = gap[:, None] + np.arange(1 + horizon)
    return np.repeat(last[:, None], 1 + horizon, axis=1), max(spread, FLOOR) * np.sqrt(lead)


def linear_trend(shares: np.ndarray, horizon: int) -> tuple[np.ndarray, np.ndarray]:
    """Straight line through each unit's figures by statsmodels; below three the random walk."""
    from statsmodels.api import OLS, add_constant  # a second to import

    middle, spread = random_walk(shares, horizon)
    years = np.arange(shares.shape[1] + horizon)
    for i, figures in enumerate(shares):
        seen = np.isfinite(figures)
        if seen.sum() >= LINE_POINTS:
            line = OLS(figures[seen], add_constant(years[: len(figures)][seen])).fit()
            ahead = line.get_prediction(add_constant(years[-horizon:], has_constant="add"))
            middle[i, 1:], spread[i, 1:] = ahead.predicted, np.maximum(ahead.se_obs, FLOOR)
    return middle, spread


MODELS = {
    "persistence": partial(normal_forecast, rule=random_walk),
    "linear_trend": partial(normal_forecast, rule=linear_trend),
}
"""Every baseline by name: called like `forecast_panel`, returns a `PanelForecast`."""
