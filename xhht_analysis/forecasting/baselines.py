"""Simple models with the interface of `forecast_panel`, to be beaten.

Units are forecast one by one: their draws are independent, so intervals of sums are too narrow by
construction. Every model answers for any history that `forecast_panel` answers for.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri, stdtrit

from xhht_analysis.forecasting.calibration import read_settings
from xhht_analysis.forecasting.curves import GRID, Curves
from xhht_analysis.forecasting.history import History, Matrices, matrices, read_history
from xhht_analysis.forecasting.panel import PanelForecast
from xhht_analysis.forecasting.structural import fit_trend, link, percent
from xhht_analysis.forecasting.structural import pooled_changes as changes_of

FLOOR = 0.05
"""Smallest yearly standard deviation of any baseline, in points."""
T_GRID = {df: stdtrit(df, ndtr(GRID)) for df in range(1, 31)}


def _forecast(
    history: pd.DataFrame | History, horizon: int, *, name: str, rule: Callable
) -> PanelForecast:
    known = read_history(history, horizon)
    rows, series = known.rows, known.series
    origin = int(rows["year"].max())
    shape = (len(series), horizon)
    values = np.empty((*shape, len(GRID)))
    for _, part in series.groupby("indicator_code"):
        shares = 100 * matrices(rows, part, origin).shares
        values[part.index] = np.maximum.accumulate(rule(shares, horizon), axis=2)
    steady = np.broadcast_to(np.sqrt(np.arange(horizon) / np.arange(1, horizon + 1)), shape)
    own = np.arange(len(series))
    last = np.repeat(series["last_value"].to_numpy(dtype=float)[:, None, None], len(GRID), axis=2)
    values = np.concatenate([last, values], axis=1)
    nothing, steady = np.zeros((len(own), horizon + 1)), np.pad(steady, [(0, 0), (1, 0)])
    path = Curves(values, nothing, steady, steady, own, series["lattice"].to_numpy(dtype=float))
    years = np.arange(origin + 1, origin + 1 + horizon)
    return PanelForecast(series, years, path, name, origin)


def _points(row: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Years (counted from the window's start), values, and years silent since the last."""
    at = np.flatnonzero(np.isfinite(row))
    return at, row[at], len(row) - 1 - at[-1]


def _half_pooled(own: list[float]) -> np.ndarray:
    """Yearly variances, half own and half the group's median; NaN (unknown) becomes pooled."""
    own = np.array(own, dtype=float)
    known = own[np.isfinite(own)]
    pooled = np.median(known) if len(known) else 1.0
    return np.maximum(0.5 * np.where(np.isfinite(own), own, pooled) + 0.5 * pooled, FLOOR**2)


def persistence(shares: np.ndarray, horizon: int) -> np.ndarray:
    """Last value; yearly variance half own, half pooled."""
    ahead = np.arange(1, horizon + 1)
    points = [_points(row) for row in shares]
    variance = _half_pooled(
        [np.mean(np.diff(y) ** 2 / np.diff(t)) if len(y) > 1 else np.nan for t, y, _ in points]
    )
    lead = np.array([gap + ahead for _, _, gap in points])
    last = np.array([y[-1] for _, y, _ in points])
    return last[:, None, None] + np.sqrt(variance[:, None] * lead)[..., None] * GRID


def drift(shares: np.ndarray, horizon: int) -> np.ndarray:
    """Random walk with the unit's drift shrunk to the group's median (the benchmark's bar)."""
    ahead = np.arange(1, horizon + 1)
    points = [_points(row) for row in shares]
    span = np.array([t[-1] - t[0] for t, _, _ in points], dtype=float)
    last = np.array([y[-1] for _, y, _ in points])
    first = np.array([y[0] for _, y, _ in points])
    own = np.divide(last - first, span, out=np.full(len(span), np.nan), where=span > 0)
    moving = np.isfinite(own)
    common = np.median(own[moving]) if moving.any() else 0.0
    own = np.where(moving, own, common)
    spread = []
    for (t, y, _), pace in zip(points, own, strict=True):
        left = np.diff(y) - pace * np.diff(t)
        spread.append((left**2 / np.diff(t)).sum() / (len(y) - 2) if len(y) > 2 else np.nan)
    variance = _half_pooled(spread)
    usual = np.median(span[moving]) if moving.any() else 1.0
    between = max(np.var(own, ddof=1) - np.median(variance) / usual, 0) if len(own) > 3 else 0.0
    error = np.divide(variance, span, out=np.full(len(span), np.inf), where=span > 0)
    weight = between / (between + error)
    pace = weight * own + (1 - weight) * common
    lead = np.array([gap + ahead for _, _, gap in points])
    doubt = (between * (1 - weight) + 0.02)[:, None] * lead**2
    width = np.sqrt(variance[:, None] * lead + doubt)
    return (last[:, None] + pace[:, None] * lead)[..., None] + width[..., None] * GRID


def linear_logit(shares: np.ndarray, horizon: int) -> np.ndarray:
    """Straight line on the logit, each unit alone, Student t interval of the prediction."""
    ahead, out = np.arange(1, horizon + 1), []
    for row in shares:
        t, y, gap = _points(row)
        z, x = link(y / 100), t - t.mean()
        base = max(float((x**2).sum()), 1.0)
        slope = float((x * z).sum()) / base
        df = max(len(z) - 2, 1)
        variance = max(float(((z - z.mean() - slope * x) ** 2).sum()) / df, 1e-4)
        place = x[-1] + gap + ahead
        width = np.sqrt(variance * (1 + 1 / len(z) + place**2 / base))
        line = z.mean() + slope * place
        out.append(percent(line[:, None] + width[:, None] * T_GRID[min(df, 30)]))
    return np.stack(out)


def pooled_changes(shares: np.ndarray, horizon: int) -> np.ndarray:
    """Changes on the soft logit that all units have seen over as many years as are to come."""
    still = np.zeros(shares.shape[1], dtype=bool)
    panel = Matrices(shares / 100, np.zeros(shares.shape), still)
    return percent(changes_of(fit_trend(panel, read_settings()), horizon))


def damped_ets(shares: np.ndarray, horizon: int) -> np.ndarray:
    """Damped additive trend of statsmodels on percent; below six points the drift model."""
    out = drift(shares, horizon)
    for i, row in enumerate(shares):
        t, y, gap = _points(row)
        if len(y) < 6 or np.ptp(y) < 1e-9:
            continue
        from statsmodels.tsa.exponential_smoothing.ets import ETSModel  # a second to import

        full = pd.Series(np.interp(np.arange(t[0], t[-1] + 1), t, y))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # convergence remarks on eight points
            fit = ETSModel(full, trend="add", damped_trend=True).fit(disp=False)
            ahead = fit.get_prediction(start=len(full), end=len(full) + gap + horizon - 1)
            frame = ahead.summary_frame(alpha=0.2)
        middle = frame["mean"].to_numpy()[gap:]
        width = (frame["pi_upper"] - frame["pi_lower"]).to_numpy()[gap:] / (2 * ndtri(0.9))
        if np.isfinite(middle).all() and np.isfinite(width).all():
            out[i] = middle[:, None] + np.maximum(width, FLOOR)[:, None] * GRID
    return out


RULES = (persistence, drift, linear_logit, pooled_changes, damped_ets)
MODELS: dict[str, Callable] = {
    rule.__name__: functools.partial(_forecast, name=rule.__name__, rule=rule) for rule in RULES
}
"""Every baseline by name: called like `forecast_panel`, returns a `PanelForecast`."""
