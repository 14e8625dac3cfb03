"""Simple models with the interface of `forecast_panel`, to be beaten.

Units are forecast one by one: their draws are independent, so intervals of sums are too narrow by
construction. Every model answers for any history that `forecast_panel` answers for.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
from scipy.special import ndtri

from xhht_analysis.forecasting.curves import GRID, Curves
from xhht_analysis.forecasting.history import History, check_horizon, read_history
from xhht_analysis.forecasting.panel import PanelForecast
from xhht_analysis.forecasting.structural import gaps_filled

FLOOR = 0.05
"""Smallest yearly standard deviation of any baseline, in points."""
ETS_POINTS = 6
"""A damped trend is not fitted to fewer figures."""


def _forecast(history: pd.DataFrame | History, horizon: int, *, rule: Callable) -> PanelForecast:
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


def random_walk(shares: np.ndarray, horizon: int, *, drift: bool) -> tuple[np.ndarray, np.ndarray]:
    """Middle and standard deviation (N, 1 + H) of a random walk from the last figure.

    Its yearly variance is the mean square of all steps of the group; with ``drift`` it goes on at
    the median pace of the group's units, known as well as the steps of one unit tell it.
    """
    is_figure, steps = np.isfinite(shares), np.diff(gaps_filled(shares), axis=1)
    gap = np.argmax(is_figure[:, ::-1], axis=1)
    last = shares[np.arange(len(shares)), shares.shape[1] - 1 - gap]
    years = np.isfinite(steps).sum(axis=1)
    moving = years > 0
    pace = np.median(np.nanmean(steps[moving], axis=1)) if drift and moving.any() else 0.0
    spread = np.sqrt(np.nanmean((steps - pace) ** 2)) if moving.any() else 1.0
    lead = gap[:, None] + np.arange(1 + horizon)
    doubt = 1 + drift * lead / np.maximum(years, 1)[:, None]
    return last[:, None] + pace * lead, max(spread, FLOOR) * np.sqrt(lead * doubt)


def damped_ets(shares: np.ndarray, horizon: int) -> tuple[np.ndarray, np.ndarray]:
    """Damped additive trend of statsmodels on percent; below six figures the walk with drift."""
    middle, spread = random_walk(shares, horizon, drift=True)
    is_long = (np.isfinite(shares).sum(axis=1) >= ETS_POINTS) & (np.nanstd(shares, axis=1) > 1e-9)
    for i in np.flatnonzero(is_long):
        from statsmodels.tsa.exponential_smoothing.ets import ETSModel  # a second to import

        # a year not yet reported is taken to stand still
        line = pd.Series(gaps_filled(shares)[i]).ffill().dropna(ignore_index=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # convergence remarks on eight points
            fit = ETSModel(line, trend="add", damped_trend=True).fit(disp=False)
            ahead = fit.get_prediction(start=len(line), end=len(line) + horizon - 1)
        frame = ahead.summary_frame(alpha=0.2).to_numpy()
        if np.isfinite(frame).all():
            middle[i, 1:] = frame[:, 0]
            spread[i, 1:] = np.maximum((frame[:, 2] - frame[:, 1]) / (2 * ndtri(0.9)), FLOOR)
    return middle, spread


MODELS = {
    "persistence": partial(_forecast, rule=partial(random_walk, drift=False)),
    "drift": partial(_forecast, rule=partial(random_walk, drift=True)),
    "damped_ets": partial(_forecast, rule=damped_ets),
}
"""Every baseline by name: called like `forecast_panel`, returns a `PanelForecast`."""
