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
        common = np.zeros((n, len(first)), dtype=np.float32)
        own = np.zeros((n, n_series), dtype=np.float32)
        out = np.empty((n, n_series, n_years))
        base = np.arange(n_series, dtype=np.int32) * n_grid
        for h in range(n_years):
            common = _next(common, self.common_lag[first, h] * (h > 0), rng)
            own = _next(own, self.own_lag[:, h] * (h > 0), rng)
            rho = self.shared[:, h]
            place = own * (np.sqrt(1 - rho) / STEP).astype(np.float32)
            place += common[:, self.group] * (np.sqrt(rho) / STEP).astype(np.float32)
            place -= np.float32(GRID[0] / STEP)
            at = np.clip(place.astype(np.int32), 0, n_grid - 2)
            place -= at
            at += base
            curve = np.ascontiguousarray(self.percent[:, h], dtype=np.float32).ravel()
            low = curve.take(at)
            at += 1
            place *= curve.take(at) - low
            low += place
            np.clip(low, 0, 100, out=out[:, :, h], casting="unsafe")
        return out


def _next(score, lag, rng):
    new = rng.standard_normal(score.shape, dtype=np.float32)
    new *= np.sqrt(1 - lag**2).astype(np.float32)
    score *= lag.astype(np.float32)
    score += new
    return score


def read_curves(values: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Values at the given normal scores, straight lines between and beyond the grid."""
    scores = np.asarray(scores, dtype=float)
    at = np.clip(np.searchsorted(GRID, scores) - 1, 0, len(GRID) - 2)
    part = (scores - GRID[at]) / STEP
    return values[..., at] * (1 - part) + values[..., at + 1] * part


def stretch(values: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Quantile functions (series, years, G) read at other scores (years, G) than `GRID`."""
    place = np.clip((scores - GRID[0]) / STEP, -40, 80)
    at = np.clip(place.astype(int), 0, len(GRID) - 2)
    reading = np.zeros((*scores.shape, len(GRID)))
    year, score = np.indices(scores.shape)
    reading[year, score, at] = 1 - (place - at)
    reading[year, score, at + 1] = place - at
    return np.moveaxis(np.moveaxis(values, 1, 0) @ np.swapaxes(reading, 1, 2), 0, 1)
