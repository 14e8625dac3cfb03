"""A batched Kalman filter for level and damped pace that carries the response to common steps."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

BREAK_OWN = 4.0
"""Variance of one unit's own jump at a change of definition, in yearly variances."""


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
        """These settings, by their places."""
        if np.array_equal(settings, np.arange(len(self.log_scale))):
            return self
        big = [self.innovation, self.response, self.mean, self.spread, self.carry, self.reach]
        cut = [a[settings] for a in big]
        return Filtered(cut[0], cut[1], self.log_scale[settings], self.counted, *cut[2:])


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
