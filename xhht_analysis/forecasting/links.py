"""Shares on a scale without edges, and counts on it.

The link lies between the logit (margin 0) and nearly a straight line (margin 0.3).
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit

EDGE_SHARE = 1e-6


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


def percent(score: np.ndarray, margin) -> np.ndarray:
    """`unlink` in percent, in the place of `score`."""
    expit(score, out=score)
    score *= 100 * (1 + 2 * margin)
    score -= 100 * margin
    return score
