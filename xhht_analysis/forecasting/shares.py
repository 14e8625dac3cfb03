"""The model of bounded shares: damped trends with common steps, averaged over its settings.

One unit's share moves, on a link scale between the logit and the straight line, as level + own
damped pace + steps that all units of its group take together + noise (METHODS 2.2). For given
settings everything is linear and Gaussian given one scale per unit: a batched Kalman filter runs
over all units and settings at once and carries the response to each common step along, so that
the common steps (a Gaussian process in time) are integrated exactly. The settings are then
averaged by their evidence in the group's own history times a weak prior (config/priors.csv).
"""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, gammaln, ndtr, stdtrit

from xhht_analysis.forecasting.calibration import GRID, Reading, Settings
from xhht_analysis.forecasting.history import Matrices

MAX_EVIDENCE_UNITS = 64
SCALE_STEPS = np.exp([-1.0, -0.5, 0.0, 0.5, 1.0])
EDGE_SHARE = 1e-6
CENTRE = len(GRID) // 2
ONE = int(np.searchsorted(GRID, 1.0)) - CENTRE
"""Places of the median on `GRID`, and of one standard deviation beside it."""
BREAK_COMMON, BREAK_OWN = 100.0, 4.0
"""Variance of the jump at a change of definition, in yearly variances: of all, of one unit."""


@dataclass(frozen=True)
class Filtered:
    """Filter output for J settings, N units, T years, K = T - 1 common steps, H horizons."""

    innovation: np.ndarray  # (J, N, T) divided by its standard deviation
    response: np.ndarray  # (J, N, T, K) of the innovation to each common step, scaled alike
    log_scale: np.ndarray  # (J,) sum of log innovation variances
    counted: np.ndarray  # (N,) innovations of each unit
    mean: np.ndarray  # (J, N, H) forecast without future common steps
    spread: np.ndarray  # (J, N, H) own forecast variance of the reported value
    carry: np.ndarray  # (J, N, H) own covariance with the year before
    reach: np.ndarray  # (J, N, H, K) response of the forecast to each past common step

    @functools.cached_property
    def products(self) -> tuple:
        """Products of each unit's innovations: (J, N, K, K), (J, N, K), (J, N) squares."""
        turned = np.swapaxes(self.response, 2, 3)
        lean = (turned @ self.innovation[..., None])[..., 0]
        return turned @ self.response, lean, (self.innovation**2).sum(axis=2)

    def part(self, settings) -> Filtered:
        """Keep some settings, by their places."""
        if len(settings) == len(self.log_scale):
            return self
        big = [self.innovation, self.response, self.mean, self.spread, self.carry, self.reach]
        cut = [a[settings] for a in big]
        return Filtered(cut[0], cut[1], self.log_scale[settings], self.counted, *cut[2:])


def link(share, margin):
    """Logit of a share between -margin and 1 + margin: finite at 0 and 1, straight if large."""
    return np.log((share + margin) / (1 - share + margin))


def unlink(score, margin):
    """Share of a link value; outside 0-1 by at most `margin`."""
    return (1 + 2 * margin) * expit(score) - margin


def slope(share, margin):
    """Derivative of `link`."""
    return 1 / (share + margin) + 1 / (1 - share + margin)


def laplace_binomial(x, n, mean, var, margin=0.0):
    """Gaussian pseudo-observation of a count on the link scale (METHODS 2.2).

    Parameters
    ----------
    x, n
        Numerator and denominator, 0 <= x <= n, n > 0.
    mean, var
        Normal prior of the link value.

    Returns
    -------
    z, r
        Value and variance such that one Kalman update with them gives the Laplace posterior,
        its mean corrected for skewness.
    """
    score = np.array(np.broadcast_to(mean, np.shape(x)), dtype=float)
    for _ in range(8):
        push, weight, _ = _binomial_force(x, n, score, margin)
        step = (push - (score - mean) / var) / (weight + 1 / var)
        score = score + np.clip(step, -1.5, 1.5)
    push, weight, _ = _binomial_force(x, n, score, margin)
    if margin:
        # at 0 and n the share itself would count as known: no surer than x + ½ of n + 1
        even = (x + 0.5) / (n + 1)
        weight = np.minimum(weight, n / (even * (1 - even) * slope(even, margin) ** 2))
    # the mode is not the mean: near 0 and 1 the likelihood leans (third order)
    near, after = (_binomial_force(x, n, score + d, margin)[1] for d in (-1e-3, 1e-3))
    most = 0.3 * np.sqrt(weight + 1 / var)
    lean = np.clip((near - after) / 4e-3 / (weight + 1 / var), -most, most)
    return score + (push + lean) / weight, 1 / weight


def _binomial_force(x, n, score, margin):
    share = np.clip(unlink(score, margin), EDGE_SHARE, 1 - EDGE_SHARE)
    rise = 1 / slope(share, margin)
    inner = share * (1 - share)
    return (x - n * share) * rise / inner, n * rise**2 / inner, share


def run_filter(z, noise, phi, pace_var, step_var, horizon, breaks=None) -> Filtered:
    """Filter all units under all settings and forecast `horizon` years.

    Parameters
    ----------
    z, noise
        (J, N, T) link values, NaN where missing, and observation variances.
    phi, pace_var, step_var
        (J,) damping of the own pace, its variance, variance of the level's yearly step.
    breaks
        (T,) whether a year is the first of a new definition: the level may jump, the pace stays.

    Notes
    -----
    State (level e, pace g) with covariance P11, P12, P22; start diffuse in the level at the first
    observation (which adds nothing to the evidence). `re`, `rg` are the responses of e and g to a
    unit step common to all units in each year.
    """
    n_set, n_unit, n_year = z.shape
    seen = np.isfinite(z[0])
    phi, pace_var, step_var = (a[:, None] for a in (phi, pace_var, step_var))
    e, g, p11, p12 = (np.zeros((n_set, n_unit)) for _ in range(4))
    p22 = np.zeros((n_set, n_unit)) + pace_var
    re, rg = (np.zeros((n_set, n_unit, n_year - 1)) for _ in range(2))
    innovation = np.zeros(z.shape)
    response = np.zeros((*z.shape, n_year - 1))
    log_scale = np.zeros(n_set)
    started = np.zeros(n_unit, dtype=bool)

    def advance(e, g, p11, p12, p22):
        return (
            e + g,
            phi * g,
            p11 + 2 * p12 + p22 + step_var,
            phi * (p12 + p22),
            phi**2 * p22 + pace_var * (1 - phi**2),
        )

    for t in range(n_year):
        if t:
            e, g, up11, up12, up22 = advance(e, g, p11, p12, p22)
            up11 = up11 + (0.0 if breaks is None else BREAK_OWN * breaks[t])
            p11, p12, p22 = (
                np.where(started, new, old) for new, old in ((up11, p11), (up12, p12), (up22, p22))
            )
            re, rg = re + rg, phi[..., None] * rg
            re[:, started, t - 1] += 1
        first, update = seen[:, t] & ~started, seen[:, t] & started
        value = np.where(seen[:, t], z[:, :, t], 0)
        var = p11 + noise[:, :, t]
        sd = np.sqrt(var)
        gap = np.where(update, value - e, 0)
        gain1, gain2 = np.where(update, p11 / var, 0), np.where(update, p12 / var, 0)
        innovation[:, :, t] = gap / sd
        response[:, :, t] = np.where(update[:, None], re / sd[..., None], 0)
        log_scale += np.where(update, np.log(var), 0).sum(axis=1)
        e, g = e + gain1 * gap, g + gain2 * gap
        re, rg = re - gain1[..., None] * re, rg - gain2[..., None] * re
        p22, p12, p11 = p22 - gain2 * p12, p12 - gain1 * p12, p11 - gain1 * p11
        e, p11 = np.where(first, value, e), np.where(first, noise[:, :, t], p11)
        started = started | first
    last = n_year - 1 - np.argmax(seen[:, ::-1], axis=1)
    blur = noise[:, np.arange(n_unit), last]
    mean, spread, carry, reach = [], [], [], []
    for _ in range(horizon):
        carry.append(p11 + p12)
        e, g, p11, p12, p22 = advance(e, g, p11, p12, p22)
        re, rg = re + rg, phi[..., None] * rg
        mean.append(e)
        spread.append(p11 + blur)
        reach.append(re)
    stack = [np.stack(a, axis=2) for a in (mean, spread, carry, reach)]
    return Filtered(innovation, response, log_scale, seen.sum(axis=1) - 1, *stack)


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
    steps (J, K), inverse (J, K, K), squares (J, N), penalty (J,), log_det (J,), scale (J,)
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
        inverse = np.linalg.inv(inner)
        steps = (row @ lean) @ inverse
        column = np.swapaxes(steps, 1, 2)
        bent = (tall @ column).reshape(lean.shape)
        squares = np.maximum(energy + ((bent - 2 * lean) @ column)[..., 0], 0)
        penalty = (steps @ precision @ column)[:, 0, 0]
        scale = ((weight * squares).sum(axis=1) + penalty + strength * typical) / total
        weight = (5 + run.counted) / (5 + squares / scale[:, None])
    steps = steps[:, 0]
    log_det = np.linalg.slogdet(inner)[1] + np.linalg.slogdet(cov)[1]
    return steps, inverse, squares, penalty, log_det, scale


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
    run = filter_group(group, settings.filters, settings, 1, units)
    prior = (settings.typical_weight, group.typical[settings.filters[:, 0]])
    logs = []
    for setting in settings.kernels:
        cov = group.kernel_of(settings, setting, n_year - 1)
        fit = common_steps(run, cov, prior, group.rough[settings.filters[:, 0]])
        logs.append(evidence(run, fit, settings.levels["tail"], prior)[0])
    logs = np.stack(logs) + group.jacobian[settings.filters[:, 0]]
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
    order = np.lexsort(chosen.T[::-1])
    for c, places in itertools.groupby(order, key=lambda k: chosen[k, 0]):
        places = list(places)
        at, back = np.unique(np.searchsorted(filters, chosen[places, 2]), return_inverse=True)
        sub, link_at = run.part(at), settings.filters[filters[at], 0]
        cov = group.kernel_of(settings, settings.kernels[c], past + horizon)
        prior = (settings.typical_weight, group.typical[link_at])
        fit = common_steps(sub, cov[:past, :past], prior, group.rough[link_at])
        scales = evidence(sub, fit, settings.levels["tail"], prior)[1]
        bridge = np.linalg.solve(cov[:past, :past], cov[:past, past:]).T
        new = np.diag(ahead @ (cov[past:, past:] - bridge @ cov[:past, past:]) @ ahead.T)
        for k, j in zip(places, back, strict=True):
            nu = settings.levels["tail"][chosen[k, 1]]
            scale, df = scales[chosen[k, 1], j], nu + sub.counted
            reach = sub.reach[j] + ahead @ bridge
            middle = sub.mean[j] + reach @ fit[0][j]
            common = factor * scale * (((reach @ fit[1][j]) * reach).sum(axis=2) + new)
            unit_scale = ((scale * nu + fit[2][j]) / df)[:, None]
            own = unit_scale * sub.spread[j]
            tails = reading.of_units(_student(nu + reading.points - 1, reading.scores))
            curve = np.sqrt(common + own)[..., None] * tails
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


def percent(score: np.ndarray, margin: float) -> np.ndarray:
    """`unlink` in percent, in the place of `score`."""
    expit(score, out=score)
    score *= 100 * (1 + 2 * margin)
    score -= 100 * margin
    return score


def _student(df: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Student t quantiles (kinds, H, G) at normal scores of the same shape."""
    return np.copysign(stdtrit(df[:, None, None], ndtr(-np.abs(scores))), scores)
