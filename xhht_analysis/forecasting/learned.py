"""The learned member: quantiles of the change over h years from features of unit and group.

A quantile regression learnt on reference panels (config/learned.json, with its sources;
`python -m benchmarks.rebuild` learns it again): a few small networks of rectified sums,
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
    *("own_pace", "last_step", "previous_step", "above_recent", "own_sd"),
    *("scale", "reversal", "unchanged"),
)
"""Every feature of a forecast; paces, steps and spreads are in units of the group's `scale`."""
UNSCALED = ("points", "years_between", "level", "group_level", "scale", "reversal", "unchanged")
DRIVERS = {
    "group_pace": ("group_pace", "pace_sureness", "group_acceleration", "last_group_step"),
    "own_pace": ("own_pace",),
    "last_step": ("last_step", "previous_step", "above_recent"),
    "distance_to_ceiling": ("level", "group_level"),
    "place_in_group": ("above_group", "above_own_mean"),
}
"""What may move a forecast, as it is told, and the features that say it."""
MOST_POINTS = 10
LEAST_SCALE = 0.003
RECENT = 0.5
"""Weight of the last figure in a unit's recent mean, halved with every year before it."""
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
    networks: list[list[tuple[np.ndarray, np.ndarray]]]
    levels: np.ndarray

    def quantiles(self, x: np.ndarray, lead: np.ndarray) -> np.ndarray:
        """Quantiles (N, H, G) at the scores of `GRID`.

        ``x`` (N, K) holds the features of every unit; the first, the lead, is that of ``lead``
        (H,) instead.
        """
        rows = np.repeat(x, len(lead), axis=0)
        rows[:, 0] = np.tile(lead, len(x))
        rows = np.clip((rows - self.center) / self.spread, -FARTHEST, FARTHEST)
        steps = sum(run_network(rows, layers) for layers in self.networks)
        return (steps @ self.from_steps).reshape(len(x), len(lead), len(GRID))

    @functools.cached_property
    def from_steps(self) -> np.ndarray:
        """Matrix (levels, G) from the sum of the networks' steps to their mean quantiles."""
        return (
            rising(np.eye(len(self.levels)))
            @ between(ndtri(self.levels), GRID)
            / len(self.networks)
        )


def run_network(x: np.ndarray, layers) -> np.ndarray:
    """Steps between quantiles (rows, levels), the median in the middle: rectified sums by layer.

    A quantile stands so many steps from the median, each the exponential of what the last layer
    says; what stands below it is subtracted.
    """
    *hidden, (weights, bias) = layers
    for weights_in, bias_in in hidden:
        x = np.maximum(x @ weights_in + bias_in, 0)
    x = x @ weights + bias
    middle = x.shape[1] // 2
    steps = np.exp(np.clip(x, -6, 4))
    steps[:, middle] = x[:, middle]
    return steps


def rising(steps: np.ndarray) -> np.ndarray:
    """Quantiles (rows, levels) that cannot cross, from the median and steps away from it."""
    whole, middle = np.ones((steps.shape[1], steps.shape[1])), steps.shape[1] // 2
    signs = np.triu(whole)
    signs[:middle], signs[middle] = -np.tril(whole)[:middle], 1
    return steps @ signs


def features(trend: Trend) -> tuple[np.ndarray, float]:
    """Features (N, K) of every unit one year ahead, and the group's scale on the soft logit.

    The scale is the root mean square of the yearly steps of all units.
    """
    is_step = np.isfinite(trend.steps)
    steps = np.where(is_step, trend.steps, 0.0)
    n_step = steps.shape[1]
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
    weights = RECENT ** np.arange(n_step, -1, -1)
    recent = np.nansum(trend.z * weights, axis=1) / (np.isfinite(trend.z) @ weights)
    values = {
        "lead": 0.0,
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
        "above_recent": (trend.level - recent) / scale,
        "own_sd": np.sqrt((rest**2).sum(axis=1) / np.maximum(intervals, 1)) / scale,
        "scale": np.log(scale),
        "reversal": turned,
        "unchanged": (np.abs(steps) < 1e-9)[is_step].mean() if is_step.any() else 0.0,
    }
    columns = [values[k] if k in UNSCALED else np.arcsinh(values[k]) for k in FEATURES]
    return np.stack(np.broadcast_arrays(*columns), axis=1), scale


def learned_changes(trend: Trend, horizon: int, numbers: Learned, without: str = "") -> np.ndarray:
    """Quantile functions (N, H, G) of the change on the soft logit.

    ``without`` names one of `DRIVERS`, whose features are then those of a usual group.
    """
    (x, scale), lead = features(trend), np.arange(1, 1 + horizon)
    for name in DRIVERS.get(without, ()):
        at = FEATURES.index(name)
        x[:, at] = numbers.center[at] if name in UNSCALED else 0.0
    return numbers.quantiles(x, np.log(lead)) * (scale * np.sqrt(lead))[:, None]


def learned_from(table: dict) -> Learned:
    """Numbers of a table as in config/learned.json; ValueError where they do not fit."""
    if tuple(table["features"]) != FEATURES:
        raise ValueError("features")
    networks = [[(np.array(w), np.array(b)) for w, b in layers] for layers in table["networks"]]
    parts = (np.array(table[name]) for name in ("center", "spread"))
    return Learned(*parts, networks, np.array(table["levels"]))


@functools.cache
def read_learned(config_dir: Path | None = None) -> Learned:
    """Read config/learned.json; ConfigError where it is missing or damaged."""
    path = (config_dir or Project().config_dir) / "learned.json"
    with config_file(path):
        return learned_from(json.loads(path.read_text(encoding="utf-8")))
