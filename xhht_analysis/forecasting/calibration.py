"""What was learnt on reference panels, as numbers: settings, their prior weights, calibration.

The numbers stand in config/priors.csv with their provenance; `benchmarks/rebuild_priors.py` makes
them again. Nothing here depends on the panels they were learnt from.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from xhht_analysis.project import Project

GRID = np.arange(-14, 15) * 0.25
"""Normal scores at which every quantile function is held."""
FILTER_AXES = ("link_margin", "noise_ratio", "pace_ratio", "pace_damping")
KERNEL_AXES = ("white", "smooth", "memory", "ripple")
AXES = (*KERNEL_AXES, "tail", *FILTER_AXES)
CONSTANTS = (
    *("evidence_power", "typical_step", "typical_weight", "changes", "changes_short"),
    *("widen", "widen_short", "widen_far", "widen_tail", "shared", "shared_short", "shared_far"),
)


@dataclass(frozen=True)
class Settings:
    """The grid of model settings with prior weights, and the constants of the model.

    Attributes
    ----------
    levels, log_weights
        Per axis of `AXES` its levels and the logs of their prior weights.
    constants
        Single numbers of config/priors.csv.
    """

    levels: dict[str, np.ndarray]
    log_weights: dict[str, np.ndarray]
    constants: dict[str, float]

    @property
    def filters(self) -> np.ndarray:
        """All combinations of the filter axes (J, 4), as indices."""
        return _combine(self.levels, FILTER_AXES)

    @property
    def kernels(self) -> np.ndarray:
        """All combinations of the kernel axes (C, 4), as indices."""
        return _combine(self.levels, KERNEL_AXES)

    @property
    def kernel_values(self) -> np.ndarray:
        """Levels of the kernel axes (C, 4) behind `kernels`."""
        columns = zip(KERNEL_AXES, self.kernels.T, strict=True)
        return np.stack([self.levels[axis][at] for axis, at in columns], axis=1)

    @property
    def typical_step(self) -> float:
        """Usual yearly step on the logit scale, where a group says little itself."""
        return self.constants["typical_step"]

    @property
    def typical_weight(self) -> float:
        """Weight of `typical_step`, in observations."""
        return self.constants["typical_weight"]

    def log_prior(self) -> np.ndarray:
        """Log prior weight of every setting (C, V, J)."""
        w = self.log_weights
        kernels = sum(w[a][self.kernels[:, i]] for i, a in enumerate(KERNEL_AXES))
        filters = sum(w[a][self.filters[:, i]] for i, a in enumerate(FILTER_AXES))
        return kernels[:, None, None] + w["tail"][None, :, None] + filters[None, None, :]


@dataclass(frozen=True)
class Variant:
    """One assumption changed, to see what an answer hangs on.

    Attributes
    ----------
    prior
        Factor on the weight of what was learnt elsewhere.
    shared
        Factor on the standard deviation of the common part.
    only
        An axis of `AXES` and the place of the one level kept (0 first, -1 last).
    drop_last
        Forecast as if the last year had not been reported yet.
    alone
        Without the second member, `changes.pooled_changes`.
    """

    prior: float = 1.0
    shared: float = 1.0
    only: tuple[str, int] | None = None
    drop_last: bool = False
    alone: bool = False

    def apply(self, settings: Settings) -> Settings:
        """Return the settings under this variant."""
        weights = {a: w * self.prior for a, w in settings.log_weights.items()}
        constants = {**settings.constants, "shared_factor": self.shared}
        constants["changes"] -= 50.0 * self.alone
        if self.only is not None:
            axis, place = self.only
            weights[axis] = np.full(len(weights[axis]), -np.inf)
            weights[axis][place] = 0.0
        return Settings(settings.levels, weights, constants)


VARIANTS = {
    "default": Variant(),
    "prior_half": Variant(prior=0.5),
    "prior_double": Variant(prior=2.0),
    "shared_half": Variant(shared=0.5),
    "shared_double": Variant(shared=2.0),
    "last_year_dropped": Variant(drop_last=True),
    "trend_fades": Variant(only=("memory", 0)),
    "trend_lasts": Variant(only=("memory", -1)),
    "model_alone": Variant(alone=True),
    "logit_alone": Variant(only=("link_margin", 0)),
    "straight_alone": Variant(only=("link_margin", -1)),
}
"""Named changes of one assumption (METHODS 2.8): prior, shared shock, last year, trend, link."""


@dataclass(frozen=True)
class Reading:
    """Where quantile functions are to be read: units observed alike are read alike.

    Attributes
    ----------
    scores
        (kinds, H, G) normal scores of the model's own quantiles.
    points
        (kinds,) years observed.
    kind
        (N,) kind of each unit.
    """

    scores: np.ndarray
    points: np.ndarray
    kind: np.ndarray

    def of_units(self, table: np.ndarray) -> np.ndarray:
        """Rows (kinds, …) of each unit, (N, …); one row for all (1, …) where all are alike."""
        return table[self.kind] if len(table) > 1 else table


def plain_reading(points, horizon: int) -> Reading:
    """Read at the scores of `GRID` themselves: without calibration."""
    kinds, kind = np.unique(points, return_inverse=True)
    return Reading(np.broadcast_to(GRID, (len(kinds), horizon, len(GRID))), kinds, kind)


def calibrate(points, lead, constants: dict, scores=GRID) -> tuple:
    """Where the model's quantiles lie in truth, and how much is in common (METHODS 2.3).

    Parameters
    ----------
    points
        (N,) years observed; lead (N, H) years since the last of them.
    scores
        Normal scores of the wanted quantiles (G,).

    Returns
    -------
    scores (N, H, G)
        Normal scores at which the model's own quantile functions are to be read: further out
        by a factor, in the tails more so.
    odds (N, H)
        Factor on the odds shared : own variance.
    """
    short = np.log(8 / np.clip(points, 3, 8))[:, None]  # longer histories taught us nothing
    far = np.log(np.clip(lead, 1, 10))
    c = constants
    widen = np.exp(c["widen"] + c["widen_short"] * short + c["widen_far"] * far)
    odds = np.exp(c["shared"] + c["shared_short"] * short + c["shared_far"] * far)
    bend = max(abs(c["widen_tail"]), 1e-6)
    return widen[..., None] * np.sinh(bend * scores) / bend, odds


def _combine(levels: dict, axes: tuple) -> np.ndarray:
    return np.array(list(product(*(range(len(levels[a])) for a in axes))))


@functools.cache
def read_settings(config_dir: Path | None = None) -> Settings:
    """Read config/priors.csv: parameter, level, log_weight (empty for a constant)."""
    return settings_from(pd.read_csv((config_dir or Project().config_dir) / "priors.csv"))


def settings_from(table: pd.DataFrame) -> Settings:
    """Settings of a table with the columns of config/priors.csv; ValueError if some are missing."""
    there = set(table.loc[table["level"].notna(), "parameter"])
    if missing := [name for name in (*AXES, *CONSTANTS) if name not in there]:
        raise ValueError(f"thiếu tham số {', '.join(missing)}")
    known = table[table["parameter"].isin(AXES)]
    levels, weights = {}, {}
    for axis, rows in known.groupby("parameter"):
        levels[axis] = rows["level"].to_numpy(dtype=float)
        weights[axis] = rows["log_weight"].to_numpy(dtype=float)
    rest = table[~table["parameter"].isin(AXES)]
    return Settings(levels, weights, dict(zip(rest["parameter"], rest["level"], strict=True)))
