"""The learned member: quantiles of the change over h years from features of unit and group.

A quantile regression learnt on reference panels (config/learned.json, with its sources;
`python -m benchmarks.rebuild_learned` learns it again): a few small networks of rectified sums,
averaged. In: the trend of a group (`structural.Trend`). Out: quantile functions on the soft logit.
No panel is needed here, and the numbers are evaluated by numpy alone.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.special import ndtri

from xhht_analysis.forecasting.curves import GRID, between
from xhht_analysis.forecasting.structural import Trend
from xhht_analysis.plan.config_tables import config_file
from xhht_analysis.project import Project

FEATURES = (
    *("lead", "points", "years_between", "level", "group_level", "above_group", "above_own_mean"),
    *("group_pace", "pace_sureness", "group_acceleration", "last_group_step", "group_sd"),
    *("own_pace", "last_step", "previous_step", "noise_of_last", "own_sd"),
    *("scale", "reversal", "unchanged"),
)
"""Every feature of a forecast; paces, steps and spreads are in units of the group's `scale`."""
LEFT_AS_THEY_ARE = ("level", "group_level", "scale", "reversal", "unchanged", "years_between")
DRIVERS = {
    "group_pace": ("group_pace", "pace_sureness", "group_acceleration", "last_group_step"),
    "own_pace": ("own_pace",),
    "last_step": ("last_step", "previous_step", "noise_of_last"),
    "distance_to_ceiling": ("level", "group_level"),
    "place_in_group": ("above_group", "above_own_mean"),
}
"""What may move a forecast, as it is told, and the features that say it."""
MOST_POINTS = 10
LEAST_SCALE = 0.003
FARTHEST = 4.0
"""A feature further from the usual than so many standard deviations is taken for that far."""


@dataclass(frozen=True)
class Learned:
    """Numbers of the learned member.

    Attributes
    ----------
    center, spread
        (K,) mean and standard deviation of every feature in the reference panels.
    networks
        Per network its layers, each weights (in, out) and bias (out,).
    levels
        Quantile levels of the last layer, rising, the median in the middle.
    """

    center: np.ndarray
    spread: np.ndarray
    networks: tuple[tuple[tuple[np.ndarray, np.ndarray], ...], ...]
    levels: np.ndarray

    def quantiles(self, x: np.ndarray) -> np.ndarray:
        """Quantiles (rows, G) at the scores of `GRID` for features (rows, K)."""
        x = np.clip((x - self.center) / self.spread, -FARTHEST, FARTHEST)
        mean = sum(rising(run_network(x, layers)) for layers in self.networks)
        return mean @ between(ndtri(self.levels), GRID) / len(self.networks)


def run_network(x: np.ndarray, layers) -> np.ndarray:
    """Rectified sums, layer by layer; the last is left as it is."""
    for weights, bias in layers[:-1]:
        x = x @ weights
        x += bias
        np.maximum(x, 0, out=x)
    return x @ layers[-1][0] + layers[-1][1]


def rising(raw: np.ndarray) -> np.ndarray:
    """Quantiles (rows, levels) that cannot cross: the median and exponential steps away."""
    middle = raw.shape[1] // 2
    steps = np.exp(np.clip(raw, -6, 4))
    steps[:, middle] = 0
    below = np.cumsum(steps[:, middle::-1], axis=1)[:, ::-1]
    above = np.cumsum(steps[:, middle:], axis=1)
    return raw[:, [middle]] + np.concatenate([-below, above[:, 1:]], axis=1)


def features(trend: Trend, horizon: int) -> tuple[np.ndarray, np.ndarray]:
    """Features (N, H, K) of every unit and lead, and the group's scale on the soft logit (H,).

    The scale is the root mean square of the yearly steps of all units, times the root of the lead.
    """
    is_step = np.isfinite(trend.steps)
    steps = np.where(is_step, trend.steps, 0.0)
    n_unit, n_step = steps.shape
    intervals = np.maximum(trend.points - 1, 0)
    years = is_step.sum(axis=1)
    scale = np.sqrt((steps**2).sum() / max(intervals.sum(), 1) + LEAST_SCALE**2)
    pace = steps.sum(axis=1) / np.maximum(years, 1)
    common = steps.sum(axis=0) / np.maximum(is_step.sum(axis=0), 1)
    group_pace = pace[years > 0].mean() if years.any() else 0.0
    rest = np.where(is_step, steps - common, 0.0)
    group_sd = common.std()
    earlier = common[:-3].mean() if n_step > 3 else common.mean()
    turned = (rest[:, 1:] * rest[:, :-1]).sum() / ((rest**2).sum() + 1e-9)
    values = {
        "points": np.log(np.minimum(trend.points, MOST_POINTS)),
        "years_between": trend.years_between,
        "level": trend.level,
        "group_level": trend.level.mean(),
        "above_group": trend.level - trend.level.mean(),
        "above_own_mean": (trend.level - np.nanmean(trend.z, axis=1)) / scale,
        "group_pace": group_pace / scale,
        "pace_sureness": group_pace / (group_sd + 0.1 * scale) * np.sqrt(n_step),
        "group_acceleration": (common[-3:].mean() - earlier) / scale,
        "last_group_step": common[-1] / scale,
        "group_sd": group_sd / scale,
        "own_pace": (pace - group_pace) / scale,
        "last_step": steps[:, -1] / scale,
        "previous_step": steps[:, -min(2, n_step)] / scale,
        "noise_of_last": (trend.smooth - trend.level) / scale,
        "own_sd": np.sqrt((rest**2).sum(axis=1) / np.maximum(intervals, 1)) / scale,
        "scale": np.log(scale),
        "reversal": turned,
        "unchanged": (np.abs(steps) < 1e-9)[is_step].mean() if is_step.any() else 0.0,
    }
    lead = np.arange(1, horizon + 1)
    out = np.empty((n_unit, horizon, len(FEATURES)))
    out[..., 0] = np.log(lead)
    for k, name in enumerate(FEATURES[1:], start=1):
        is_plain = name in (*LEFT_AS_THEY_ARE, "points")
        value = values[name] if is_plain else np.arcsinh(values[name])
        out[..., k] = np.broadcast_to(value, n_unit)[:, None]
    return out, scale * np.sqrt(lead)


def learned_curves(trend: Trend, horizon: int, numbers: Learned, without: str = "") -> np.ndarray:
    """Quantile functions (N, H, G) on the soft logit.

    ``without`` names one of `DRIVERS`, whose features are then those of a usual group.
    """
    x, scale = features(trend, horizon)
    for name in DRIVERS.get(without, ()):
        at = FEATURES.index(name)
        x[..., at] = numbers.center[at] if name in LEFT_AS_THEY_ARE else 0.0
    change = numbers.quantiles(x.reshape(-1, len(FEATURES))).reshape(*x.shape[:2], len(GRID))
    return trend.level[:, None, None] + scale[:, None] * change


def learned_from(table: dict) -> Learned:
    """Numbers of a table as in config/learned.json; ValueError where they do not fit."""
    if tuple(table["features"]) != FEATURES:
        raise ValueError("features")
    networks = [[(np.array(w), np.array(b)) for w, b in layers] for layers in table["networks"]]
    parts = (np.array(table[name]) for name in ("center", "spread"))
    return Learned(*parts, tuple(map(tuple, networks)), np.array(table["levels"]))


@functools.cache
def read_learned(config_dir: Path | None = None) -> Learned:
    """Read config/learned.json; ConfigError where it is missing or damaged."""
    path = (config_dir or Project().config_dir) / "learned.json"
    with config_file(path):
        return learned_from(json.loads(path.read_text(encoding="utf-8")))
