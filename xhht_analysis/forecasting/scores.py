"""Scores of probability forecasts: CRPS, Brier, ranked probability, coverage.

All losses are negatively oriented (0 is perfect) and in the measure unit of the forecast.
Reference: Gneiting & Raftery 2007; docs/methodology.md.
"""

from __future__ import annotations

import numpy as np

QUANTILE_LEVELS = (0.025, *(round(0.05 * i, 2) for i in range(1, 20)), 0.975)
"""Levels at which shares are published, and scored."""


def crps_quantiles(quantiles: np.ndarray, quantile_levels, observed) -> np.ndarray:
    """CRPS from quantiles: twice the pinball loss integrated over the level.

    Trapezoids between the levels; the loss is 0 at the levels 0 and 1.

    Parameters
    ----------
    quantiles
        (..., quantile_levels), sorted like ``quantile_levels`` (ascending, inside 0-1).
    observed
        (...), same measure unit.
    """
    quantile_levels = np.asarray(quantile_levels, dtype=float)
    gap = np.asarray(observed, dtype=float)[..., None] - quantiles
    loss = 2 * np.maximum(quantile_levels * gap, (quantile_levels - 1) * gap)
    padded = np.pad(loss, [(0, 0)] * (loss.ndim - 1) + [(1, 1)])
    return np.trapezoid(padded, np.concatenate([[0.0], quantile_levels, [1.0]]), axis=-1)


def brier(probability, outcome) -> np.ndarray:
    """Squared distance between a probability (0-1) and what happened (0 or 1)."""
    return (np.asarray(probability, dtype=float) - np.asarray(outcome, dtype=float)) ** 2


def ranked_probability(pmf: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Ranked probability score of ordered classes: squared gaps of the cumulative chances."""
    steps = np.arange(pmf.shape[-1]) >= np.asarray(observed)[..., None]
    return ((np.cumsum(pmf, axis=-1) - steps) ** 2).sum(axis=-1)


def covered(low, high, observed) -> np.ndarray:
    """Whether the interval holds the outcome, edges included."""
    return (np.asarray(low) - 1e-9 <= observed) & (observed <= np.asarray(high) + 1e-9)
