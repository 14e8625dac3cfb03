"""The slopes by which the learned member's networks are learnt, against differences of the loss."""

import numpy as np
import pytest
from scipy.special import ndtr

from benchmarks import rebuild

pytestmark = pytest.mark.unit
MEDIAN, LEVELS, SCORES = (getattr(rebuild, n) for n in ("MEDIAN", "LEVELS", "SCORES"))


def loss(weights, biases, x, y, w, target):
    """Mean pinball loss of the nine quantiles and the Brier score of one target, both weighted."""
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        x = np.maximum(x @ weight + bias, 0)
    raw = x @ weights[-1] + biases[-1]
    total = 0.0
    for row, seen, importance, need in zip(raw, y, w, target, strict=True):
        quantiles = np.full(len(LEVELS), row[MEDIAN])
        for k in range(MEDIAN):
            quantiles[k] -= np.exp(row[k:MEDIAN]).sum()
            quantiles[-1 - k] += np.exp(row[MEDIAN + 1 : len(LEVELS) - k]).sum()
        gap = seen - quantiles
        pinball = np.where(gap >= 0, LEVELS * gap, (LEVELS - 1) * gap).mean()
        at = int(np.clip(np.searchsorted(quantiles, need) - 1, 0, len(LEVELS) - 2))
        line = np.polyfit(quantiles[at : at + 2], SCORES[at : at + 2], 1)
        brier = (ndtr(np.polyval(line, need)) - (seen <= need)) ** 2
        total += importance * (pinball + rebuild.BRIER * brier)
    return total / len(y)


def test_slopes_are_those_of_the_loss():
    rng = np.random.default_rng(0)
    weights, biases = rebuild.start(5, seed=1)
    numbers = [a.astype(float) for a in (*weights, *biases)]
    weights, biases = numbers[: len(weights)], numbers[len(weights) :]
    rows = (rng.normal(size=(30, 5)), rng.normal(size=30), rng.uniform(0.5, 2, 30))
    rows = (*rows, rng.normal(size=30))
    slopes = rebuild.gradients(weights, biases, *rows)
    for number, slope in zip(numbers, slopes, strict=True):
        for at in [tuple(rng.integers(n) for n in number.shape) for _ in range(3)]:
            ends, middle = [], number[at]
            for move in (1e-6, -1e-6):
                number[at] = middle + move
                ends.append(loss(weights, biases, *rows))
            number[at] = middle
            assert slope[at] == pytest.approx((ends[0] - ends[1]) / 2e-6, abs=1e-5)
