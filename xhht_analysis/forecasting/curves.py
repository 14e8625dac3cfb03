"""Quantile functions of many forecasts at once, and the draws that join them.

A forecast is a quantile function on a grid of normal scores, so quantiles, chances and draws are
the same table read in three ways. Units of a group share a common score, years of a unit are
linked from one to the next (a Gaussian copula). What is reported lies on a lattice: k of n
persons, or a percentage with so many decimals; all three readings are rounded to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import make_interp_spline
from scipy.special import ndtr

GRID = np.arange(-7, 8) * 0.5
"""Normal scores at which every quantile function is held."""
STEP = GRID[1] - GRID[0]
MEDIAN = len(GRID) // 2
NEAR = 1e-6
"""Parts of a lattice step that are no step."""
SURPRISE = 0.01
"""Chance left to what no model knows, half of it at either end of what is possible."""


@dataclass(frozen=True)
class Curves:
    """Quantile functions in percent and their dependence.

    Attributes
    ----------
    percent
        (series, years, scores): percent at each score of `GRID`, rising; may leave 0-100.
    shared
        (series, years): share of the variance that the units of a group have in common.
    own_lag
        (series, years): correlation of a year's own score with the year before; the common score
        is a random walk.
    group
        (series,): number of the group whose common score the series shares.
    lattice
        (series,): lattice steps in 100 %: n for k of n, 1000 for percent with one decimal.
    """

    percent: np.ndarray
    shared: np.ndarray
    own_lag: np.ndarray
    group: np.ndarray
    lattice: np.ndarray

    def on_lattice(self, values: np.ndarray) -> np.ndarray:
        """Values (series, …) inside 0-100 as they would be reported."""
        steps = self.lattice.reshape(-1, *[1] * (values.ndim - 1))
        return np.rint(np.clip(values, 0, 100) * (steps / 100)) * 100 / steps

    def at_scores(self, scores: np.ndarray) -> np.ndarray:
        """Percent at the same normal scores for all, (series, years, scores)."""
        return self.on_lattice(self.percent @ between(GRID, scores))

    def below(self, row, year, value, strict) -> np.ndarray:
        """Chance that the reported figure lies below `value`; at it too unless `strict`."""
        steps = self.lattice[row]
        place = value * steps / 100
        # the first step of the lattice that does not count as below
        first = np.where(strict, np.ceil(place - NEAR), np.floor(place + NEAR) + 1)
        edge = (first - 0.5) * 100 / steps
        curve = self.percent[row, year]
        at = np.clip((curve < edge[:, None]).sum(axis=1) - 1, 0, len(GRID) - 2)
        low, high = curve[np.arange(len(at)), at], curve[np.arange(len(at)), at + 1]
        part = np.clip((edge - low) / np.maximum(high - low, NEAR), 0, 1)
        inside = leave_room(ndtr(GRID[at] + part * STEP))
        return np.where(first <= 0, 0.0, np.where(first > steps + NEAR, 1.0, inside))

    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Joint draws in percent, (n, series, years): one path from the last year reported on.

        Units of a group share their shocks. Those that have reported the first year stand still in
        it; the others are drawn given them.
        """
        common, unit_scores, out = 0.0, 0.0, np.empty((n, *self.percent.shape[:2]))
        # half the memory and time; only whole steps of the lattice are told
        percent, shared, own_lag = map(np.float32, (self.percent, self.shared, self.own_lag))
        row = np.arange(len(percent))
        for h, (rho, lag) in enumerate(zip(shared.T, own_lag.T, strict=True)):
            after = np.float32(max(h - 1, 0) / max(h, 1))
            common = _next(common, np.sqrt(after), rng, n, self.group.max() + 1)
            unit_scores = _next(unit_scores, lag, rng, n, len(row))
            place = np.sqrt(1 - rho) * unit_scores + np.sqrt(rho) * common[:, self.group]
            place = (place - np.float32(GRID[0])) / np.float32(STEP)
            at = np.clip(place.astype(np.int32), 0, len(GRID) - 2)
            curve = percent[:, h]
            low, high = curve[row, at], curve[row, at + 1]
            out[:, :, h] = self.on_lattice((low + (place - at) * (high - low)).T).T
        return out


def leave_room(chance):
    """A chance (0-1) of what is neither certain nor impossible, with room for `SURPRISE`."""
    return SURPRISE / 2 + (1 - SURPRISE) * chance


def _next(score, lag, rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Normal scores of the next year, with the correlation ``lag`` to those before."""
    return lag * score + np.sqrt(1 - lag**2) * rng.standard_normal(shape, np.float32)


def between(scores, wanted) -> np.ndarray:
    """Matrix from values at `scores` to those at `wanted`: straight lines, between and beyond."""
    return make_interp_spline(scores, np.eye(len(scores)), k=1)(wanted).T
