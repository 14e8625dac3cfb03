"""How the members become one forecast, and which assumptions can be changed.

The numbers stand in config/priors.csv with their provenance; `benchmarks/rebuild_priors.py` makes
them again. Nothing here depends on the panels they were learnt from.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit, ndtr, ndtri

from xhht_analysis.forecasting.curves import GRID, MEDIAN
from xhht_analysis.project import Project

WEIGHTS = ("learned", "learned_trend")
WIDTHS = ("widen", "widen_tail", "widen_low", "widen_ceiling")
SHARED = ("shared", "shared_short", "shared_far")
CONSTANTS = (*WEIGHTS, *WIDTHS, *SHARED)
USUAL_POINTS = 8
"""Histories are taken as this long beyond it: longer ones were not there to learn from."""
FARTHEST = 40.0
"""Soft logits beyond which nothing in percent changes any more."""
CEILING = 1.5
"""Points below 100 within which the ceiling is near."""


@dataclass(frozen=True)
class Variant:
    """One assumption changed, to see what an answer hangs on.

    Attributes
    ----------
    constants
        Constants of config/priors.csv that are set to other values.
    without
        Driver of `learned.DRIVERS` that is taken for none.
    is_lasting
        Whether the years of ``breaks`` begin a new level that lasts; else they are forecast as if
        they had not been reported.
    """

    constants: Mapping[str, float] = field(default_factory=dict)
    without: str = ""
    is_lasting: bool = True


VARIANTS = {
    "default": Variant(),
    "own_changes_alone": Variant({"learned": -50.0, "learned_trend": 0.0}),
    "learned_alone": Variant({"learned": 50.0, "learned_trend": 0.0}),
    "shared_pace_stops": Variant(without="group_pace"),
    "temporary_shock": Variant(is_lasting=False),
    "lasting_break": Variant(),
}
"""Named changes of one assumption.

Each member alone; the pace that the units share stops; the shock of the years in `breaks` passes,
or stays as a new level.
"""

BREAK_VARIANTS = ("temporary_shock", "lasting_break")


def combine(members, trend_share, last, constants: Mapping) -> np.ndarray:
    """Mean of the members' distributions on the soft logit, its quantiles widened or narrowed.

    Parameters
    ----------
    members
        Quantile functions of pooled changes and learned member, each (N, H, G).
    trend_share
        How far and how fast the group moves in one direction, 0-1; one for all or (N, 1).
    last
        (N, 1) last figure in percent.

    Returns
    -------
    Quantile functions (N, H, G).
    """
    c = constants
    learned = expit(c["learned"] + c["learned_trend"] * np.asarray(trend_share))[..., None]
    mean = pool(members, (1 - learned, learned))
    width = c["widen"] + c["widen_ceiling"] * np.exp((last - 100) / CEILING)
    shape = abs(c["widen_tail"]) * GRID**2 / 6 + c["widen_low"] * (GRID < 0)
    middle = mean[..., [MEDIAN]]
    return middle + (mean - middle) * np.exp(width)[..., None] * np.exp(shape)


def pool(members, weights) -> np.ndarray:
    """Quantile functions of the weighted mean of the members' distribution functions.

    The mean is taken at the places that the mean of the quantiles gives.
    """
    members = [np.clip(member, -FARTHEST, FARTHEST) for member in members]
    place = sum(w * member for w, member in zip(weights, members, strict=True))
    place[..., 0] = np.minimum.reduce([member[..., 0] for member in members])
    place[..., -1] = np.maximum.reduce([member[..., -1] for member in members])
    chance = 0.0
    for w, member in zip(weights, members, strict=True):
        inside = np.clip(place, member[..., :1], member[..., -1:])
        chance = chance + w * ndtr(interpolate(inside, member, GRID))
    return interpolate(GRID, np.clip(ndtri(chance), GRID[0], GRID[-1]), place)


def interpolate(x, xp, fp) -> np.ndarray:
    """`numpy.interp` for every row of the last axis; each ``x`` lies inside its row of ``xp``."""
    apart = 4 * FARTHEST * np.arange(xp[..., 0].size).reshape(*xp.shape[:-1], 1)
    flat = np.interp(
        (x + apart).ravel(), (xp + apart).ravel(), np.broadcast_to(fp, xp.shape).ravel()
    )
    return flat.reshape(xp.shape)


def shared_part(own, common, points, constants: Mapping) -> np.ndarray:
    """Share of the variance that the units of a group have in common (N, H).

    ``own`` and ``common`` are the variances (H,) of the change after 1 … H years.
    """
    c, short = constants, np.log(USUAL_POINTS / np.clip(points, 3, USUAL_POINTS))
    far = np.log(np.arange(1, 1 + len(own)))
    odds = np.exp(c["shared"] + c["shared_short"] * short[:, None] + c["shared_far"] * far)
    return expit(np.log(odds * common / own))


@functools.cache
def read_settings(config_dir: Path | None = None) -> dict[str, float]:
    """Read config/priors.csv: parameter, level, source."""
    return settings_from(pd.read_csv((config_dir or Project().config_dir) / "priors.csv"))


def settings_from(table: pd.DataFrame) -> dict[str, float]:
    """Constants of a table as config/priors.csv; ValueError if some are missing."""
    there = table.dropna(subset="level")
    if missing := [name for name in CONSTANTS if name not in set(there["parameter"])]:
        raise ValueError(f"thiếu tham số {', '.join(missing)}")
    return dict(zip(there["parameter"], there["level"].astype(float), strict=True))
