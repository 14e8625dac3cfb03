"""The model of bounded shares: damped trends with common steps, averaged over its settings.

One unit's share moves, on a link scale between the logit and the straight line, as level + own
damped pace + steps that all units of its group take together + noise (METHODS 2.2). For given
settings everything is linear and Gaussian given one scale per unit: a batched Kalman filter runs
over all units and settings at once and carries the response to each common step along, so that
the common steps (a Gaussian process in time) are integrated exactly. The settings are then
averaged by their evidence in the group's own history times a weak prior (config/priors.csv).
"""

from __future__ import annotations

import itertools
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
BREAK_COMMON = 100.0
"""Variance of the jump of all units at a change of definition, in yearly variances."""


def kernel(white, smooth, memory, ripple, length) -> np.ndarray:
    """Covariance of the common steps of `length` years.

    Lasting shocks of single years, a lasting pace, and a ripple that the next year takes back.
    """
    lag = np.abs(np.subtract.outer(np.arange(length), np.arange(length)))
    back = 2 * (lag == 0) - 1.0 * (lag == 1)
    return white**2 * np.eye(length) + smooth**2 * memory**lag + ripple**2 * back


def common_steps(run: Filtered, cov: np.ndarray, prior: tuple, scale0: np.ndarray):
    """Posterior of the common steps under one kernel, for all settings of `run`.

    The scale of a unit is inverse gamma, so each unit is weighted by its posterior precision;
    three passes settle steps, scale and weights.

    Returns
    -------
    steps (J, K), their precision (J, K, K), squares (J, N), penalty (J,), log_det (J,), scale (J,)
    """
    strength, typical = prior
    gram, lean, energy = run.products
    n_set, n_unit, n_step = lean.shape
    flat = gram.reshape(n_set, n_unit, n_step * n_step)
    tall = gram.reshape(n_set, n_unit * n_step, n_step)
    precision = np.linalg.inv(cov)
    total = run.counted.sum() + strength
    weight, scale = np.ones((n_set, n_unit)), scale0
    for _ in range(3):
        row = weight[:, None]
        inner = (row @ flat).reshape(n_set, n_step, n_step) + precision
        column = np.linalg.solve(inner, np.swapaxes(row @ lean, 1, 2))
        steps = np.swapaxes(column, 1, 2)
        bent = (tall @ column).reshape(lean.shape)
        squares = np.maximum(energy + ((bent - 2 * lean) @ column)[..., 0], 0)
        penalty = (steps @ precision @ column)[:, 0, 0]
        scale = ((weight * squares).sum(axis=1) + penalty + strength * typical) / total
        weight = (5 + run.counted) / (5 + squares / scale[:, None])
    steps = steps[:, 0]
    log_det = np.linalg.slogdet(inner)[1] + np.linalg.slogdet(cov)[1]
    return steps, inner, squares, penalty, log_det, scale


def evidence(run: Filtered, fit: tuple, nu: np.ndarray, prior: tuple):
    """Log evidence (V, J) and mean scale (V, J) for each tail weight `nu`: unit scales out."""
    _, _, squares, penalty, log_det, scale = fit
    strength, typical = prior
    nu, m = nu[:, None, None, None], run.counted
    grid = scale * SCALE_STEPS[:, None]
    ratio = squares / grid[..., None]
    units = gammaln((nu + m) / 2) - gammaln(nu / 2) - m / 2 * np.log(nu * np.pi)
    units = units - (nu + m) / 2 * np.log1p(ratio / nu)
    weak = strength / 2 * (np.log(typical / grid) - typical / grid)
    logs = units.sum(axis=3) - m.sum() / 2 * np.log(grid) - penalty / (2 * grid) + weak
    logs = logs - (log_det + run.log_scale) / 2
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

    def kernel_of(self, settings: Settings, setting, length: int) -> np.ndarray:
        """Covariance of the common steps of `length` years, with the jumps of definitions."""
        cov = settings.kernel_of(setting, kernel, length)
        later = np.flatnonzero(self.breaks[1:])
        cov[later, later] += BREAK_COMMON
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
    logs = []
    for setting in settings.kernels:
        cov = group.kernel_of(settings, setting, n_year - 1)
        fit = common_steps(run, cov, prior, group.rough[filters[:, 0]])
        logs.append(evidence(run, fit, settings.levels["tail"], prior)[0])
    logs = np.stack(logs) + group.jacobian[filters[:, 0]]
    return logs


def members(group: Group, settings: Settings, chosen: np.ndarray, reading: Reading):
    """Forecast under each chosen setting: yields its place in `chosen` and its parts.

    Parameters
    ----------
    chosen
        (M, 3) indices of kernel, tail and filter setting.

    Yields
    ------
    place, curves (N, H, G) percent, common (N, H), own (N, H), own_carry (N, H) variances
    """
    past, horizon = group.shares.shape[1] - 1, reading.scores.shape[1]
    factor = settings.constants.get("shared_factor", 1.0) ** 2
    filters, margins = np.unique(chosen[:, 2]), settings.levels["link_margin"]
    run = filter_group(group, settings.filters[filters], settings, horizon)
    ahead = np.tril(np.ones((horizon, horizon)))
    tails = {
        at: reading.of_units(_student(nu + reading.points - 1, reading.scores))
        for at, nu in enumerate(settings.levels["tail"])
    }
    order = np.lexsort(chosen.T[::-1])
    for c, places in itertools.groupby(order, key=lambda k: chosen[k, 0]):
        places = list(places)
        at, back = np.unique(np.searchsorted(filters, chosen[places, 2]), return_inverse=True)
        sub, link_at = run.part(at), settings.filters[filters[at], 0]
        cov = group.kernel_of(settings, settings.kernels[c], past + horizon)
        prior = (settings.typical_weight, group.typical[link_at])
        fit = common_steps(sub, cov[:past, :past], prior, group.rough[link_at])
        scales, doubt = evidence(sub, fit, settings.levels["tail"], prior)[1], np.linalg.inv(fit[1])
        bridge = np.linalg.solve(cov[:past, :past], cov[:past, past:]).T
        new = np.diag(ahead @ (cov[past:, past:] - bridge @ cov[:past, past:]) @ ahead.T)
        for k, j in zip(places, back, strict=True):
            nu = settings.levels["tail"][chosen[k, 1]]
            scale, df = scales[chosen[k, 1], j], nu + sub.counted
            reach = sub.reach[j] + ahead @ bridge
            middle = sub.mean[j] + reach @ fit[0][j]
            common = factor * scale * (((reach @ doubt[j]) * reach).sum(axis=2) + new)
            unit_scale = ((scale * nu + fit[2][j]) / df)[:, None]
            own = unit_scale * sub.spread[j]
            curve = np.sqrt(common + own)[..., None] * tails[chosen[k, 1]]
            curve += middle[..., None]
            curve = percent(curve, margins[link_at[j]])
            yield k, curve, common, own, unit_scale * sub.carry[j]


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
    for k, curve, common, own, carry in members(group, settings, chosen, reading):
        before = np.roll(own, 1, axis=1)
        sums[0] += weights[k] * common / (common + own)
        sums[1] += weights[k] * np.clip(carry / np.sqrt(own * before), 0, 0.999)
        sums[2] += weights[k] * np.clip(np.sqrt(np.roll(common, 1, axis=1) / common), 0, 0.999)
        between += weights[k] * curve[..., CENTRE] ** 2
        curve *= weights[k]
        curves = curve if np.isscalar(curves) else np.add(curves, curve, out=curves)
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
