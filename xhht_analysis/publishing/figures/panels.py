"""Small multiples of shares: all panels in one axes, for they have one scale.

An axes for each panel would cost ten times what the panel shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.collections import PolyCollection
from matplotlib.ticker import MaxNLocator

from xhht_analysis.publishing.figures import base as look
from xhht_analysis.publishing.figures.base import BAND_COLOURS, DATA, GREY, LIGHT, TARGET
from xhht_analysis.publishing.figures.goals import BOUNDARY, from_origin
from xhht_analysis.publishing.material import TARGET_YEARS, Material

FIRST, LAST, GAP = 2020.4, 2030.8, 1.6
STEP = LAST - FIRST + GAP
"""Years from one panel to the next; a panel is 1 high."""
YEARS, LAST_YEAR = (2021, 2025, 2030), TARGET_YEARS[-1]
TITLE_WIDTH = 26


@dataclass(frozen=True)
class Panel:
    """One unit's course of one share in percent: observed (year, value), bands and target."""

    title: str
    observed: pd.DataFrame
    bands: pd.DataFrame
    target: float


def panel(material: Material, goal: pd.Series, unit_code: str, title: str) -> Panel:
    """What the tables say on the share of a goal in one unit."""
    code = goal["indicator_code"]
    rows = material.rows(code)
    own = rows[rows["unit_code"] == unit_code].dropna(subset="value")
    bands = from_origin(material.bands(code, unit_code), own.assign(low=own["value"]))
    target = material.target(goal["goal_code"], LAST_YEAR)
    aim = float("nan" if target is None else target["target_value"])
    return Panel(look.wrapped(title, TITLE_WIDTH), own, bands, aim)


def draw_panels(
    axis,
    panels: Sequence[Panel],
    columns: int,
    material: Material,
    *,
    scale: tuple[float, float] | None = None,
) -> None:
    """Draw panels line by line, ``columns`` a line; ``scale`` defaults to what holds them all."""
    low, high = scale or _scale(panels)
    head = 0.08 + 0.14 * max((p.title.count("\n") + 1 for p in panels), default=1)
    moves = [((i % columns) * STEP - FIRST, -(i // columns) * (1 + head))
             for i in range(len(panels))]  # fmt: skip

    def placed(i: int, years, values) -> np.ndarray:
        x, y = np.asarray(years, dtype=float), np.asarray(values, dtype=float)
        return np.column_stack([x + moves[i][0], (y - low) / (high - low) + moves[i][1]])

    _draw_courses(axis, panels, placed)
    ticks = [t for t in MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
             if low <= t <= high]  # fmt: skip
    for i, one in enumerate(panels):
        (x, y), (_, top) = placed(i, [FIRST, FIRST], [low, high])
        axis.text(x, top + 0.03, one.title, weight="bold", fontsize=8.5, gid="title")
        if i % columns == 0:
            for tick in ticks:
                place, text = placed(i, [FIRST - 0.4], [tick])[0], material.labels.number(tick, 0)
                axis.text(*place, text, ha="right", va="center", fontsize=8.5)
        if i + columns >= len(panels):
            for year in YEARS:
                place = placed(i, [year], [low])[0]
                axis.text(place[0], y - 0.05, f"{year}", ha="center", va="top", fontsize=8.5)
    corners = [placed(i, [FIRST, LAST, BOUNDARY], [low, high, low]) for i in range(len(panels))]
    _draw_frames(axis, np.array(corners), (np.array(ticks) - low) / (high - low))
    lines = -(-len(panels) // columns)
    axis.set(xlim=(-0.2, columns * STEP - GAP), ylim=(-(lines - 1) * (1 + head) - 0.01, 1.01))
    axis.axis("off")


def _scale(panels: Sequence[Panel]) -> tuple[float, float]:
    parts = [[p.target, *p.observed["value"], *p.bands.to_numpy().ravel()] for p in panels]
    values = np.array([v for part in parts for v in part], dtype=float)
    if not np.isfinite(values).any():
        return 0.0, 103.0
    return max(0.0, np.nanmin(values) - 3), np.nanmax(values) + 3


def _draw_courses(axis, panels: Sequence[Panel], placed) -> None:
    """Bands, medians, observed years and targets: one artist each, parted by gaps."""
    shown = [(i, p.bands) for i, p in enumerate(panels)]
    for level, (low, high) in look.BAND_LEVELS.items():
        shapes = [
            np.concatenate([placed(i, b.index, b[low]), placed(i, b.index, b[high])[::-1]])
            for i, b in shown
            if low in b and high in b
        ]
        axis.add_collection(PolyCollection(shapes, lw=0, color=BAND_COLOURS[level]))
    middles = [placed(i, b.index, b[0.5]) for i, b in shown if 0.5 in b]
    axis.plot(*_joined(middles), color=DATA, lw=1.4, ls=(0, (4, 2)), gid="median")
    seen = [placed(i, p.observed["year"], p.observed["value"]) for i, p in enumerate(panels)]
    axis.plot(*_joined(seen), "-o", color=DATA, lw=1.3, ms=3, gid="observed")
    aims = [placed(i, [LAST_YEAR], [p.target]) for i, p in enumerate(panels)]
    axis.plot(*_joined(aims), "D", color=TARGET, ms=4.5, zorder=5, gid="target")


def _joined(parts: Sequence[np.ndarray]) -> np.ndarray:
    """Points of all parts as two rows, a gap after each part."""
    gap = np.full((1, 2), np.nan)
    return np.concatenate([gap, *(piece for part in parts for piece in (part, gap))]).T


def _draw_frames(axis, corners: np.ndarray, ticks: np.ndarray) -> None:
    """Left and lower edge, level lines and the change of boundaries of every panel."""
    left, right, middle = corners[:, 0, 0], corners[:, 1, 0], corners[:, 2, 0]
    bottom, top = corners[:, 0, 1], corners[:, 1, 1]
    axis.vlines(left, bottom, top, color=GREY, lw=0.7)
    axis.hlines(bottom, left, right, color=GREY, lw=0.7)
    for tick in ticks:
        axis.hlines(bottom + tick, left, right, color=LIGHT, lw=0.8, zorder=0)
    axis.vlines(middle, bottom, top, color=GREY, lw=0.7, ls="--")
