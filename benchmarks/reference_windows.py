"""Short histories and what came after, cut from reference panels: what the learned member learns.

In: dev.parquet and train/train.parquet of the benchmark folder (columns dataset, indicator_code,
group_code, unit_code, year, value in percent). Out: features of every unit and lead of a sample of
windows, the change that came, and its weight. The same number of rows is taken from each data set.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from xhht_analysis.forecasting.history import Matrices
from xhht_analysis.forecasting.learned import FEATURES, features
from xhht_analysis.forecasting.structural import MARGIN, fit_trend, link, percent

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
