"""Learn the networks of the learned member: quantile regression by Adam.

The loss is the pinball loss of nine quantiles and, beside it, the Brier score of one target. Plain
numpy in single precision; the same rows and seed give the same network on one machine.
"""

from __future__ import annotations

import itertools

import numpy as np
from scipy.special import ndtr, ndtri

LEVELS = np.array([0.025, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.975])
SCORES = ndtri(LEVELS)
MEDIAN = len(LEVELS) // 2
HIDDEN = (24, 24)
EPOCHS, BATCH, RATE, DECAY = 6, 4096, 5e-3, 1e-2
DIGITS = 5
BRIER = 0.5
"""Weight of the Brier score beside the mean pinball loss."""
LEAST_STEP = 2e-3
"""Distance of two quantiles below which they stand in one place."""


def start(n_features: int, seed: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Weights and biases: at first every forecast is a standard normal."""
    rng, sizes = np.random.default_rng(seed), (n_features, *HIDDEN, len(LEVELS))
    weights = [rng.normal(0, np.sqrt(2 / a), (a, b)) for a, b in itertools.pairwise(sizes)]
    weights[-1] *= 0.1
    biases = [np.zeros(b) for b in sizes[1:]]
    gaps = np.log(np.diff(SCORES))
    biases[-1] = np.insert(gaps, MEDIAN, 0.0)
    return [w.astype("float32") for w in weights], [b.astype("float32") for b in biases]


def brier_slopes(quantiles, y, target) -> np.ndarray:
    """Derivatives of (P(change <= target) - [y <= target])² by the quantiles (rows, levels)."""
    row = np.arange(len(y))
    at = np.clip((quantiles < target[:, None]).sum(axis=1) - 1, 0, len(LEVELS) - 2)
    low, step = quantiles[row, at], np.diff(SCORES)[at]
    gap = np.maximum(quantiles[row, at + 1] - low, LEAST_STEP)
    part = (target - low) / gap
    score = np.clip(SCORES[at] + part * step, -5, 5)
    density = np.exp(-(score**2) / 2) / np.sqrt(2 * np.pi) * (np.abs(score) < 5)
    slope = 2 * (ndtr(score) - (y <= target)) * density * step / gap
    out = np.zeros_like(quantiles)
    out[row, at], out[row, at + 1] = -slope * (1 - part), -slope * part
    return out


def gradients(weights, biases, x, y, w, target) -> list[np.ndarray]:
    """Derivatives of the weighted loss by all weights, then all biases."""
    layers = [x]
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        layers.append(np.maximum(layers[-1] @ weight + bias, 0))
    raw = layers[-1] @ weights[-1] + biases[-1]
    steps = np.exp(np.clip(raw, -6, 4))
    middle = raw[:, [MEDIAN]]
    below = middle - np.cumsum(steps[:, :MEDIAN][:, ::-1], axis=1)[:, ::-1]
    above = middle + np.cumsum(steps[:, MEDIAN + 1 :], axis=1)
    quantiles = np.hstack([below, middle, above])
    pull = (y[:, None] < quantiles).astype("float32") - LEVELS.astype("float32")
    pull = pull / np.float32(len(LEVELS)) + np.float32(BRIER) * brier_slopes(quantiles, y, target)
    pull *= (w / np.float32(len(y)))[:, None]
    slope = np.empty_like(raw)
    slope[:, MEDIAN] = pull.sum(axis=1)
    later = np.cumsum(pull[:, MEDIAN + 1 :][:, ::-1], axis=1)[:, ::-1]
    slope[:, MEDIAN + 1 :] = later * steps[:, MEDIAN + 1 :]
    slope[:, :MEDIAN] = -np.cumsum(pull[:, :MEDIAN], axis=1) * steps[:, :MEDIAN]
    by_weight, by_bias = [], []
    for k in range(len(weights) - 1, -1, -1):
        by_weight.append(layers[k].T @ slope)
        by_bias.append(slope.sum(axis=0))
        if k:
            slope = (slope @ weights[k].T) * (layers[k] > 0)
    return by_weight[::-1] + by_bias[::-1]


def learn(x, y, w, target, seed: int) -> list:
    """Layers [weights, bias] as lists of rounded numbers, for config/learned.json.

    Parameters
    ----------
    x, y, w, target
        Standardised features (rows, K), changes, weights and changes that reach a target, float32.
    """
    rng = np.random.default_rng(seed)
    weights, biases = start(x.shape[1], seed)
    numbers = weights + biases
    mean, square = ([np.zeros_like(a) for a in numbers] for _ in range(2))
    total, step = EPOCHS * (len(y) // BATCH), 0
    for _ in range(EPOCHS):
        order = rng.permutation(len(y))
        for at in range(0, len(y) - BATCH + 1, BATCH):
            batch = order[at : at + BATCH]
            slopes = gradients(weights, biases, x[batch], y[batch], w[batch], target[batch])
            step += 1
            rate = np.float32(RATE * 0.5 * (1 + np.cos(np.pi * step / total)))
            for k, (number, slope) in enumerate(zip(numbers, slopes, strict=True)):
                mean[k] += np.float32(0.1) * (slope - mean[k])
                square[k] += np.float32(0.001) * (slope * slope - square[k])
                even = np.sqrt(square[k] / np.float32(1 - 0.999**step)) + np.float32(1e-8)
                number -= rate * mean[k] / np.float32(1 - 0.9**step) / even
                if k < len(weights):
                    number *= np.float32(1 - rate * DECAY)
    return [
        [_rounded(weight), _rounded(bias)] for weight, bias in zip(weights, biases, strict=True)
    ]


def _rounded(array: np.ndarray) -> list:
    text = np.vectorize(lambda number: float(f"{number:.{DIGITS}g}"))
    return text(array.astype(float)).tolist()
