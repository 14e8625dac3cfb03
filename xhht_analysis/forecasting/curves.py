"""Quantile functions of many forecasts at once, and the draws that join them.

A forecast is a quantile function on a grid of normal scores, so quantiles, chances and draws are
the same table read in three ways. Units of a group share a common score, years of a unit are
linked from one to the next (a Gaussian copula).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from xhht_analysis.forecasting.calibration import GRID

STEP = GRID[1] - GRID[0]
FARTHEST = 8.0


@dataclass(frozen=True)
class Curves:
    """Quantile functions in percent and their dependence.

    Attributes
    ----------
    percent
        (series, years, scores): percent at each score of `GRID`, rising; may leave 0-100.
    shared
        (series, years): share of the variance that the units of a group have in common.
    own_lag, common_lag
        (series, years): correlation of a year's own and common score with the year before.
    group
        (series,): number of the group whose common score the series shares.
    rounding
        (series,): step of the reported percentages, in points.
    """

    percent: np.ndarray
    shared: np.ndarray
    own_lag: np.ndarray
    common_lag: np.ndarray
    group: np.ndarray
    rounding: np.ndarray

    def at_scores(self, scores: np.ndarray) -> np.ndarray:
        """Percent at the same normal scores for all, (series, years, scores)."""
        return np.clip(read_curves(self.percent, scores), 0, 100)

    def below(self, row, year, value, strict) -> np.ndarray:
        """Chance that the reported figure lies below `value`.

        A report is a rounded figure: with `strict` it lies below when its exact value is below
        `value` - half a step, else when it is below `value` + half a step.
        """
        half = np.where(strict, -0.5, 0.5) * self.rounding[row]
        edge = value + half
        curve = self.percent[row, year]
        at = np.clip((curve < edge[:, None]).sum(axis=1) - 1, 0, len(GRID) - 2)
        pick = np.arange(len(at))
        low, high = curve[pick, at], curve[pick, at + 1]
        part = np.clip((edge - low) / np.maximum(high - low, 1e-12), -FARTHEST, FARTHEST + 1)
        chance = ndtr(np.clip(GRID[at] + part * STEP, -FARTHEST, FARTHEST))
        sure = np.where(strict, value <= 0, value < 0)
        return np.where(
            sure, 0.0, np.where(np.where(strict, value > 100, edge >= 100), 1.0, chance)
        )

    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Joint draws in percent, (n, series, years)."""
        n_series, n_years, n_grid = self.percent.shape
        first = np.unique(self.group, return_index=True)[1]
        common, own = np.zeros((n, len(first))), np.zeros((n, n_series))
        out = np.empty((n, n_series, n_years))
        base = np.arange(n_series) * n_grid
        for h in range(n_years):
            common = _next(common, self.common_lag[first, h] * (h > 0), rng)
            own = _next(own, self.own_lag[:, h] * (h > 0), rng)
            rho = self.shared[:, h]
            place = np.sqrt(1 - rho) * own
            place += np.sqrt(rho) * common[:, self.group]
            place -= GRID[0]
            place /= STEP
            at = np.clip(place.astype(np.int32), 0, n_grid - 2)
            place -= at
            curve = np.ascontiguousarray(self.percent[:, h]).ravel()
            at = at + base
            low = curve[at]
            low += place * (curve[at + 1] - low)
            out[:, :, h] = np.clip(low, 0, 100, out=low)
        return out


def _next(score, lag, rng):
    return lag * score + np.sqrt(1 - lag**2) * rng.standard_normal(score.shape)


def read_curves(values: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Values at the given normal scores, straight lines between and beyond the grid."""
    scores = np.asarray(scores, dtype=float)
    at = np.clip(np.searchsorted(GRID, scores) - 1, 0, len(GRID) - 2)
    part = (scores - GRID[at]) / STEP
    return values[..., at] * (1 - part) + values[..., at + 1] * part
