"""Learn config/learned.json again from reference panels.

    python -m benchmarks.rebuild --bench ../shared/bench --write

Windows of 3-10 years are cut from all reference panels (dev.parquet and train/train.parquet of the
benchmark folder: dataset, indicator_code, group_code, unit_code, year, value in percent), the same
number of rows from each data set. The networks of the learned member are fitted to them by quantile
regression (Adam; loss: the pinball loss of nine quantiles and the Brier score of one target), once
on all data sets and, for `benchmarks.accuracy`, without each of the benchmark's own
(benchmarks/folds.json). The same rows and seed give the same networks on one machine.
Needs pyarrow.
"""

from __future__ import annotations

import argparse
import itertools
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from xhht_analysis.forecasting.history import Matrices
from xhht_analysis.forecasting.learned import FARTHEST, FEATURES, features
from xhht_analysis.forecasting.structural import MARGIN, fit_trend, link, percent
from xhht_analysis.project import Project

FOLDS = Path(__file__).with_name("folds.json")
SEEDS = (0, 1, 2, 3)
LENGTHS = (3, 4, 5, 5, 5, 6, 7, 8, 8, 8, 10)
HORIZON = 5
PASSES = 6
EVERY_SECOND_YEAR, WITH_HOLES, HOLES = 0.12, 0.1, 0.12
"""Shares of windows with figures of every second year, with missing ones, and of these missing."""
FEWEST_UNITS = 4
MODEL_BASED = "smooth"
"""Column that marks series made by a model: they are left out."""
TREND_BINS, TREND_POWER = (0.1, 0.25, 0.45, 0.65), 0.7
"""Groups that move in one direction are rare: rows of a bin weigh by its size to minus this."""
LEVEL_POWER = 0.25
"""Weight of a row by how many points its scale is, to this power: near the ceiling a step counts
less in points, but what it teaches is the same."""
MOST_CHANGE = 8.0
NEARBY = (-2.0, 7.0)
"""Points from the last figure within which a target is drawn."""
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


@dataclass(frozen=True)
class Windows:
    """Features (rows, K), change, weight, change that reaches a target, data set of every row.

    Changes are in units of the scale.
    """

    x: np.ndarray
    change: np.ndarray
    weight: np.ndarray
    target: np.ndarray
    dataset: np.ndarray


def read_panels(bench: Path) -> dict[str, list[np.ndarray]]:
    """Shares (units, years) of every group by data set."""
    panels: dict[str, list[np.ndarray]] = {}
    for path in (bench / "dev.parquet", bench / "train" / "train.parquet"):
        rows = pd.read_parquet(path)
        if MODEL_BASED in rows:
            rows = rows[~rows[MODEL_BASED].astype(bool)]
        for (dataset, *_), part in rows.groupby(
            ["dataset", "indicator_code", "group_code"], observed=True
        ):
            wide = part.pivot_table(index="unit_code", columns="year", values="value")
            years = range(int(wide.columns.min()), int(wide.columns.max()) + 1)
            panels.setdefault(str(dataset), []).append(wide.reindex(columns=years).to_numpy() / 100)
    return panels


def cut_window(shares: np.ndarray, origin: int, rng) -> tuple[np.ndarray, np.ndarray] | None:
    """History and outcomes (units, years) of one window, None where too little is left."""
    length = int(rng.choice(LENGTHS))
    every = 2 if rng.random() < EVERY_SECOND_YEAR else 1
    start = max(origin - (length - 1) * every, 0)
    history = shares[:, start : origin + 1].copy()
    if every == 2:
        history[:, -2::-2] = np.nan
    elif rng.random() < WITH_HOLES:
        hole = rng.random(history.shape) < HOLES
        history[:, :-1][hole[:, :-1]] = np.nan
    count = np.isfinite(history).sum(axis=1)
    used = np.isfinite(history[:, -1]) & (count >= max(min(3, length), np.ceil(0.7 * length)))
    outcome = shares[used, origin + 1 : origin + 1 + HORIZON]
    if used.sum() < FEWEST_UNITS or not np.isfinite(outcome).any():
        return None
    history = history[used]
    history = history[:, np.flatnonzero(np.isfinite(history).any(axis=0))[0] :]
    return (history, outcome) if history.shape[1] > 1 else None


def rows_of(history: np.ndarray, outcome: np.ndarray, rng) -> tuple:
    """Features, change in units of the scale, the scale in points, and the change to a target."""
    still = np.zeros(history.shape[1], dtype=bool)
    trend = fit_trend(Matrices(history, still, np.zeros(len(history))))
    x, scale = features(trend)
    there, lead = np.isfinite(outcome), np.arange(1, 1 + outcome.shape[1])
    x = np.repeat(x[:, None], len(lead), axis=1)
    x[..., FEATURES.index("lead")] = np.log(lead)
    scale = np.broadcast_to(scale * np.sqrt(lead), outcome.shape)
    change = (link(outcome) - trend.level[:, None]) / scale
    last = history[:, [-1]]
    points = scale * (last + MARGIN) * (1 - last + MARGIN)
    target = percent(trend.level[:, None]) + rng.uniform(*NEARBY, outcome.shape)
    target = (link(np.clip(target, 0, 99.5) / 100) - trend.level[:, None]) / scale
    return tuple(a[there].astype("float32") for a in (x, change, points, target))


def sample_windows(bench: Path, rows_each: int, seed: int = 0) -> Windows:
    """Draw about ``rows_each`` rows from every data set."""
    rng, of_targets = np.random.default_rng(seed), np.random.default_rng([seed, 1])
    parts = []
    for dataset, panels in read_panels(bench).items():
        places = [(p, o) for p, a in enumerate(panels) for o in range(2, a.shape[1] - 1)]
        rows, n = [], 0
        for place in np.concatenate([rng.permutation(len(places)) for _ in range(PASSES)]):
            which, origin = places[place]
            window = cut_window(panels[which], origin, rng)
            if window is None:
                continue
            rows.append(rows_of(*window, of_targets))
            n += len(rows[-1][0])
            if n >= rows_each:
                break
        x, change, points, target = (np.concatenate(part) for part in zip(*rows, strict=True))
        weight = points**LEVEL_POWER
        parts.append((x, change, weight / weight.mean(), target, np.repeat(dataset, len(x))))
    x, change, weight, target, names = (np.concatenate(part) for part in zip(*parts, strict=True))
    moving = np.abs(np.sinh(x[:, FEATURES.index("group_pace")]))
    bins = np.digitize(moving, TREND_BINS)
    weight = weight * ((np.bincount(bins) / len(bins)) ** -TREND_POWER)[bins]
    weight = (weight / weight.mean()).astype("float32")
    return Windows(x, np.clip(change, -MOST_CHANGE, MOST_CHANGE), weight, target, names)


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


def learn_networks(windows: Windows, without: str = "") -> dict:
    """Learn the table of config/learned.json from all data sets but one."""
    used = windows.dataset != without
    x = windows.x[used]
    center, spread = x.mean(axis=0), x.std(axis=0) + 1e-6
    x = np.clip((x - center) / spread, -FARTHEST, FARTHEST)
    numbers = (x, *(a[used] for a in (windows.change, windows.weight, windows.target)))
    return {
        "made_by": "benchmarks/rebuild.py: quantile regression on windows of 3-10 years",
        "sources": sorted(set(windows.dataset[used].tolist())),
        "features": list(FEATURES),
        "levels": LEVELS.tolist(),
        "center": [float(f"{v:.5g}") for v in center],
        "spread": [float(f"{v:.5g}") for v in spread],
        "networks": [learn(*numbers, seed) for seed in SEEDS],
    }


def write(path: Path, table: dict) -> None:
    """Write a table as JSON without spaces."""
    path.write_text(json.dumps(table, separators=(",", ":")) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", type=Path, default=Project().root.parent / "shared" / "bench")
    parser.add_argument("--rows", type=int, default=14_000, help="rows from each data set")
    parser.add_argument("--write", action="store_true", help="write what was learnt")
    arguments = parser.parse_args()
    windows = sample_windows(arguments.bench, arguments.rows)
    learned = learn_networks(windows)
    datasets = sorted(pd.read_parquet(arguments.bench / "dev.parquet")["dataset"].unique())
    folds = {name: learn_networks(windows, name) for name in datasets}
    if arguments.write:
        write(Project().config_dir / "learned.json", learned)
        write(FOLDS, folds)


if __name__ == "__main__":
    main()
