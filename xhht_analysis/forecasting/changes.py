"""The second member of the forecast: what all units of the group have moved in as many years.

It knows no model: the changes on the logit that any unit of the group has seen over a lead of
that many years are taken for what any unit may see next (METHODS 2.7). With few years it adds to
the share model what a damped trend misses; its weight was learnt (config/priors.csv).
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit, ndtr, ndtri

from xhht_analysis.forecasting.calibration import GRID, Reading
from xhht_analysis.forecasting.curves import stretch
from xhht_analysis.forecasting.links import link, percent
from xhht_analysis.forecasting.shares import sample_units

MARGIN = 0.0025
UNKNOWN_MOVES = np.array([-0.3, 0.3])
"""Yearly moves on the logit where nothing has been seen to move."""
EDGE = 0.02
"""Quantiles further out are those of a normal curve: moves are few."""
MOST_UNITS = 500
HALF_SUPPORT = 4
"""With this many units the member gets half its weight."""


def pooled_changes(shares, horizon: int, breaks=None, reading: Reading | None = None) -> np.ndarray:
    """Quantile functions in percent (N, H, G) from the changes that all units have seen.

    Parameters
    ----------
    shares
        (N, T) in 0-1, NaN where missing, a figure for every unit.
    breaks
        (T,) first years of a new definition: no change is read across.
    reading
        Scores to read at other than `GRID`.

    Notes
    -----
    A lead that no two figures span is scaled from the longest shorter one by the root of time.
    """
    z = link(shares, MARGIN)
    some = z[sample_units(len(z), MOST_UNITS)]
    moves, era = {}, np.cumsum(np.zeros(z.shape[1]) if breaks is None else breaks)
    for span in range(1, z.shape[1]):
        seen = (some[:, span:] - some[:, :-span])[:, era[span:] == era[:-span]]
        seen = seen[np.isfinite(seen)]
        if len(seen) > 1:
            moves[span] = seen
    moves = moves or {1: UNKNOWN_MOVES}
    gap = np.argmax(np.isfinite(z)[:, ::-1], axis=1)
    now = z[np.arange(len(z)), z.shape[1] - 1 - gap]
    lead = gap[:, None] + np.arange(1, horizon + 1)
    leads, at = np.unique(lead, return_inverse=True)
    shapes = np.stack([_spread(moves, int(k)) for k in leads])[at.reshape(lead.shape)]
    if reading is not None:
        for k, scores in enumerate(reading.scores):
            shapes[reading.kind == k] = stretch(shapes[reading.kind == k], scores)
    return percent(now[:, None, None] + shapes, MARGIN)


def _spread(moves: dict[int, np.ndarray], lead: int) -> np.ndarray:
    """Quantiles of the move over `lead` years at the scores of `GRID`."""
    shorter = [span for span in moves if span <= lead]
    span = max(shorter) if shorter else min(moves)
    seen, time = moves[span], lead / span
    middle, width = np.median(seen), seen.std() + 0.02
    inner = np.quantile(seen, np.clip(ndtr(GRID), EDGE, 1 - EDGE))
    outer = width * (GRID - np.clip(GRID, ndtri(EDGE), ndtri(1 - EDGE)))
    return middle * time + np.sqrt(time) * (inner - middle + outer)


def changes_weight(points: np.ndarray, n_units: int, constants: dict) -> np.ndarray:
    """Weight of this member (N,): the fewer years were observed, the more."""
    short = np.log(8 / np.clip(points, 4, 12))
    support = n_units / (n_units + HALF_SUPPORT)
    return support * expit(constants["changes"] + constants["changes_short"] * short)
