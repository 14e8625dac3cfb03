"""The model of bounded shares: damped trends with common steps, averaged over its settings.

One unit's share moves, on a link scale between the logit and the straight line, as level + own
damped pace + steps that all units of its group take together + noise (METHODS 2.2). For given
settings everything is linear and Gaussian given one scale per unit: a batched Kalman filter runs
over all units and settings at once and carries the response to each common step along, so that
the common steps (a Gaussian process in time) are integrated exactly. The settings are then
averaged by their evidence in the group's own history times a weak prior (config/priors.csv).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, ndtr, stdtrit

from xhht_analysis.forecasting.calibration import GRID, Reading, Settings
from xhht_analysis.forecasting.history import Matrices
from xhht_analysis.forecasting.links import laplace_binomial, link, percent, slope
from xhht_analysis.forecasting.statespace import Filtered, run_filter

MAX_EVIDENCE_UNITS = 64
SCALE_STEPS = np.exp([-1.0, -0.5, 0.0, 0.5, 1.0])
CENTRE = len(GRID) // 2
ONE = int(np.searchsorted(GRID, 1.0)) - CENTRE
"""Places of the median on `GRID`, and of one standard deviation beside it."""
CELLS_AT_ONCE = 300_000
"""Numbers of quantile functions (settings × units × years × quantiles) that are made at once."""
BREAK_COMMON = 100.0
"""Variance of the jump of all units at a change of definition, in yearly variances."""


def kernel(white, smooth, memory, ripple, length) -> np.ndarray:
    """Covariance of the common steps of `length` years.

    Lasting shocks of single years, a lasting pace, and a ripple that the next year takes back.
    """
    lag = np.abs(np.subtract.outer(np.arange(length), np.arange(length)))
    back = 2 * (lag == 0) - 1.0 * (lag == 1)
    return white**2 * np.eye(length) + smooth**2 * memory**lag + ripple**2 * back


def common_steps(run: Filtered, cov: np.ndarray, prior: tuple):
    """Posterior of the common steps for all settings of `run` under C kernels each.

    The scale of a unit is inverse gamma, so each unit is weighted by its posterior precision;
    three passes settle steps, scale and weights.

    Parameters
    ----------
    cov
        (J, C, K, K), or (1, C, K, K) where all settings have the same kernels.

    Returns
    -------
    steps (J, C, K), their precision (J, C, K, K), squares (J, C, N), and (J, C) each: penalty,
    log determinant, scale
    """
    strength, typical = prior
    gram, lean, energy = run.products
    n_set, n_unit, n_step = lean.shape
    flat = gram.reshape(n_set, n_unit, n_step * n_step)
    precision = np.linalg.inv(cov)
    total = run.counted.sum() + strength
    square = (n_set, cov.shape[1], n_step * n_step)
    weight = np.ones((*square[:2], n_unit))
    for _ in range(3):
        inner = (weight @ flat).reshape(*square[:2], n_step, n_step) + precision
        steps = np.linalg.solve(inner, (weight @ lean)[..., None])[..., 0]
        both = steps[..., None] * steps[..., None, :]
        squares = both.reshape(square) @ flat.swapaxes(1, 2)
        squares += energy[:, None] - 2 * steps @ lean.swapaxes(1, 2)
        squares = np.maximum(squares, 0)
        penalty = (both * precision).sum(axis=(2, 3))
        scale = (weight * squares).sum(axis=2) + penalty + (strength * typical)[:, None]
        scale = scale / total
        weight = (5 + run.counted) / (5 + squares / scale[..., None])
    log_det = np.linalg.slogdet(inner)[1] + np.linalg.slogdet(cov)[1]
    return steps, inner, squares, penalty, log_det, scale


def evidence(run: Filtered, fit: tuple, nu: np.ndarray, prior: tuple):
    """Log evidence and mean scale (V, J, C) for each tail weight `nu`: unit scales out."""
    _, _, squares, penalty, log_det, scale = fit
    strength, typical = prior
    nu, m = nu[:, None, None, None, None], run.counted
    grid = scale * SCALE_STEPS[:, None, None]
    known = gammaln((nu + m) / 2) - gammaln(nu / 2) - m / 2 * np.log(nu * np.pi)
    units = known.sum(axis=4) - ((nu + m) / 2 * np.log1p(squares / grid[..., None] / nu)).sum(
        axis=4
    )
    ratio = typical[:, None] / grid
    logs = units - m.sum() / 2 * np.log(grid) - penalty / (2 * grid)
    logs = logs + strength / 2 * (np.log(ratio) - ratio)
    logs = logs - (log_det + run.log_scale[:, None]) / 2
    top = logs.max(axis=1, keepdims=True)
    weights = np.exp(logs - top)
    mean = (weights * grid).sum(axis=1) / weights.sum(axis=1)
    return top[:, 0] + np.log(weights.mean(axis=1)), mean


@dataclass(frozen=True)
class Group:
    """One indicator in one group: everything the evidence and the forecast are made from."""

    shares: np.ndarray  # (N, T), NaN where missing
    links: np.ndarray  # (E, N, T) per link margin
    errors: np.ndarray  # (E, N, T) reporting variance on the link scale (counts, rounding)
    jacobian: np.ndarray  # (E,) log derivative, to compare links on the same data
    rough: np.ndarray  # (E,) rough yearly variance, to scale `errors`
    typical: np.ndarray  # (E,) prior variance
    breaks: np.ndarray  # (T,) first year of a new definition

    def kernels_of(self, settings: Settings, length: int) -> np.ndarray:
        """Covariance (C, K, K) of the common steps of `length` years under each kernel.

        With the jumps of definitions.
        """
        cov = kernel(*settings.kernel_values.T[..., None, None], length)
        later = np.flatnonzero(self.breaks[1:])
        cov[:, later, later] += BREAK_COMMON
        return cov


def prepare(panel: Matrices, settings: Settings) -> Group:
    """Put shares (N, T) on every link; counts by Laplace, percentages with rounding error."""
    shares, numerator, denominator, rounding, doubt, breaks = panel.parts()
    margins = settings.levels["link_margin"]
    seen, counted = np.isfinite(shares), np.isfinite(denominator)
    filled = np.where(seen, shares, 0.5)
    later = seen & (np.cumsum(seen, axis=1) > 1)
    out = {name: [] for name in ("links", "errors", "jacobian", "rough", "typical")}
    for margin in margins:
        z = link(filled, margin)
        inner = np.clip(filled[seen], 0.02, 0.98)
        typical = settings.typical_step**2
        typical *= (inner * (1 - inner) * slope(inner, margin)).mean() ** 2
        half = np.broadcast_to(rounding / 200, filled.shape)
        error = half**2 / 3 * slope(np.clip(filled, half, 1 - half), margin) ** 2
        if counted.any():
            x, n = numerator[counted], denominator[counted]
            middle = link((x + 0.5) / (n + 1), margin)
            z[counted], error[counted] = laplace_binomial(x, n, middle, 25 * typical, margin)
        calm = np.clip(filled, 0.02, 0.98)
        error = error + (doubt * calm * (1 - calm) * slope(calm, margin)) ** 2
        steps = _rates(np.where(seen, z, np.nan))  # median square of a normal: 0.455 variances
        rough = len(steps) * np.median(steps**2) / 0.455 if len(steps) else 0.0
        rough = (rough + settings.typical_weight * typical) / (len(steps) + settings.typical_weight)
        out["links"].append(np.where(seen, z, np.nan))
        out["errors"].append(error)
        out["jacobian"].append(np.log(slope(filled, margin))[later].sum())
        out["rough"].append(rough)
        out["typical"].append(typical)
    return Group(shares, **{name: np.array(value) for name, value in out.items()}, breaks=breaks)


def _rates(z: np.ndarray) -> np.ndarray:
    """Changes between neighbouring figures of all rows, over the root of the years between."""
    at = np.where(np.isfinite(z), np.arange(z.shape[1]), -1)
    before = np.maximum.accumulate(at, axis=1)[:, :-1]
    row, year = np.nonzero((at[:, 1:] >= 0) & (before >= 0))
    since = before[row, year]
    return (z[row, year + 1] - z[row, since]) / np.sqrt(year + 1 - since)


def filter_group(group: Group, axes: np.ndarray, settings: Settings, horizon, units=slice(None)):
    """Run the filter for the settings `axes` (J, 4): indices of margin, noise, pace, damping."""
    lv = settings.levels
    noise_ratio = lv["noise_ratio"][axes[:, 1]]
    step_var = 1 / (1 + noise_ratio**2)
    at = axes[:, 0]
    noise = (1 - step_var)[:, None, None] + (group.errors / group.rough[:, None, None])[at][
        :, units
    ]
    pace_var, phi = lv["pace_ratio"][axes[:, 2]] ** 2, lv["pace_damping"][axes[:, 3]]
    z = group.links[at][:, units]
    return run_filter(z, noise, phi, pace_var, step_var, horizon, group.breaks)


def sample_units(n_unit: int, most: int) -> np.ndarray:
    """Places of at most `most` units, evenly spread."""
    return np.unique(np.linspace(0, n_unit - 1, min(n_unit, most)).astype(int))


def weigh(group: Group, settings: Settings):
    """Log evidence (C, V, J) of all settings, from at most 64 units of the group."""
    n_unit, n_year = group.shares.shape
    units = sample_units(n_unit, MAX_EVIDENCE_UNITS)
    filters = settings.filters
    run = filter_group(group, filters, settings, 1, units)
    prior = (settings.typical_weight, group.typical[filters[:, 0]])
    cov = group.kernels_of(settings, n_year - 1)[None]
    fit = common_steps(run, cov, prior)
    logs = evidence(run, fit, settings.levels["tail"], prior)[0]
    return np.moveaxis(logs, 2, 0) + group.jacobian[filters[:, 0]]


def members(group: Group, settings: Settings, chosen: np.ndarray, reading: Reading):
    """Forecast under each chosen setting, as many at once as memory likes.

    Parameters
    ----------
    chosen
        (M, 3) indices of kernel, tail and filter setting.

    Yields
    ------
    slice of `chosen` (m of them), curves (m, N, H, G) percent, common, own, own carry (m, N, H)
    variances
    """
    past, (_, horizon, n_score) = group.shares.shape[1] - 1, reading.scores.shape
    filters, back = np.unique(chosen[:, 2], return_inverse=True)
    run = filter_group(group, settings.filters[filters], settings, horizon)
    cov = group.kernels_of(settings, past + horizon)
    nu = settings.levels["tail"]
    tails = [_student(v + reading.points - 1, reading.scores) for v in nu]
    at_once = max(1, CELLS_AT_ONCE // (len(group.shares) * horizon * n_score))
    for first in range(0, len(chosen), at_once):
        some = slice(first, first + at_once)
        kernel_at, tail_at, filter_at = chosen[some].T
        link_at = settings.filters[filter_at, 0]
        parts = _member_parts(
            group, settings, run.part(back[some]), cov[kernel_at], tail_at, link_at
        )
        middle, common, own, carry = parts
        curves = np.stack([reading.of_units(tails[at]) for at in tail_at])
        curves = np.sqrt(common + own)[..., None] * curves + middle[..., None]
        margins = settings.levels["link_margin"][link_at]
        yield some, percent(curves, margins[:, None, None, None]), common, own, carry


def _member_parts(group: Group, settings: Settings, run: Filtered, cov, tail_at, link_at):
    """Middle on the link scale, common and own variance and own carry, each (m, N, H)."""
    n_set, _, horizon, past = run.reach.shape
    factor, each = settings.constants.get("shared_factor", 1.0) ** 2, np.arange(n_set)
    prior = (settings.typical_weight, group.typical[link_at])
    fit = common_steps(run, cov[:, None, :past, :past], prior)
    steps, precision, squares = (part[:, 0] for part in fit[:3])
    nu = settings.levels["tail"]
    scale = evidence(run, fit, nu, prior)[1][tail_at, each, 0][:, None]
    nu = nu[tail_at][:, None]
    ahead = np.tril(np.ones((horizon, horizon)))
    bridge = np.linalg.solve(cov[:, :past, :past], cov[:, :past, past:]).swapaxes(1, 2)
    new = ahead @ (cov[:, past:, past:] - bridge @ cov[:, :past, past:]) @ ahead.T
    reach = run.reach + (ahead @ bridge)[:, None]
    middle = run.mean + (reach @ steps[:, None, :, None])[..., 0]
    doubt = ((reach @ np.linalg.inv(precision)[:, None]) * reach).sum(axis=3)
    common = factor * scale[..., None] * (doubt + np.diagonal(new, axis1=1, axis2=2)[:, None])
    unit_scale = ((scale * nu + squares) / (nu + run.counted))[..., None]
    return middle, common, unit_scale * run.spread, unit_scale * run.carry


def predict(group: Group, settings: Settings, chosen, weights: np.ndarray, reading: Reading):
    """Average the quantile functions of the chosen settings.

    Quantiles are averaged, not chances: as accurate here and always monotone. What the settings
    disagree about is put back by the law of total variance.

    Returns
    -------
    curves (N, H, G) percent at the scores of `reading`, not yet inside 0-100
    shared (N, H) common part of the variance
    own_lag, common_lag (N, H) correlations with the year before
    """
    shape = (len(group.shares), reading.scores.shape[1])
    curves, sums, between = 0.0, np.zeros((3, *shape)), np.zeros(shape)
    for some, curve, common, own, carry in members(group, settings, chosen, reading):
        w, before = weights[some], np.roll(own, 1, axis=2)
        lags = carry / np.sqrt(own * before), np.sqrt(np.roll(common, 1, axis=2) / common)
        sums[0] += np.tensordot(w, common / (common + own), 1)
        sums[1] += np.tensordot(w, np.clip(lags[0], 0, 0.999), 1)
        sums[2] += np.tensordot(w, np.clip(lags[1], 0, 0.999), 1)
        between += np.tensordot(w, curve[..., CENTRE] ** 2, 1)
        part = np.tensordot(w, curve, 1)
        curves = part if np.isscalar(curves) else np.add(curves, part, out=curves)
    if len(chosen) > 1:
        middle = curves[..., CENTRE].copy()
        width = (curves[..., CENTRE + ONE] - curves[..., CENTRE - ONE]) / 2
        wider = np.sqrt(1 + np.maximum(between - middle**2, 0) / np.maximum(width, 1e-6) ** 2)
        curves -= middle[..., None]
        curves *= wider[..., None]
        curves += middle[..., None]
    return curves, *sums


def _student(df: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Student t quantiles (kinds, H, G) at normal scores of the same shape."""
    return np.copysign(stdtrit(df[:, None, None], ndtr(-np.abs(scores))), scores)
