"""The figure of the explorer: one unit's course with any model, from any origin year."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from xhht_analysis.forecasting.backtest import DEFAULT
from xhht_analysis.publishing.figures import base as look
from xhht_analysis.publishing.figures.base import DATA, INK, TARGET, styled
from xhht_analysis.publishing.figures.goals import BOUNDARY
from xhht_analysis.publishing.material import PROVINCE, TARGET_YEARS, Material


@styled
def plot_course(
    material: Material,
    goal_code: str,
    unit_code: str,
    years: np.ndarray,
    draws: np.ndarray,
    *,
    model: str = DEFAULT,
    pace: float = float("nan"),
) -> Figure:
    """Fan of one unit from ``draws`` (n, T) of ``years`` (T,), in percent.

    Figures after the origin year are hollow; ``pace`` (points a year) adds a scenario line, which
    carries no chance.
    """
    word, figure_axes = material.labels.word, look.canvas(3.3)
    figure, axis = figure_axes[0], figure_axes[1][0, 0]
    levels = sorted({0.5, *sum(look.BAND_LEVELS.values(), ())})
    bands = pd.DataFrame(np.quantile(draws, levels, axis=0).T, index=years, columns=levels)
    look.draw_bands(axis, bands)
    middle = bands[0.5].to_numpy()
    seen = _seen(material, goal_code, unit_code)
    known, later = seen[seen.index <= years[0]], seen[seen.index > years[0]]
    axis.plot(known.index, known, "-o", color=DATA, lw=1.6, ms=4.5, gid="observed")
    axis.plot(later.index, later, "o", color=DATA, ms=5, mfc="white", gid="later")
    if np.isfinite(pace):
        line = np.clip(middle[0] + pace * (years - years[0]), 0, 100)
        axis.plot(years, line, color=INK, lw=1.2, ls=":", gid="scenario")
    for year in TARGET_YEARS:
        target = material.target(goal_code, year)
        if target is not None:
            axis.plot(year, float(target["target_value"]), "D", color=TARGET, ms=7, mec="white",
                      gid="target")  # fmt: skip
    axis.axvline(BOUNDARY, color=look.GREY, lw=0.8, ls="--")
    axis.axvline(years[0], color=INK, lw=0.8, ls="-.", gid="origin")
    axis.set(xlim=(2020.6, 2030.6), ylabel=word("fan.axis.percent"))
    axis.xaxis.set_major_locator(MultipleLocator(1))
    axis.grid(axis="y")
    look.local_numbers(axis.yaxis, material)
    name = word("province") if unit_code == PROVINCE else material.names[unit_code]
    title = f"{material.title(goal_code)}: {name}"
    said = {"year": int(years[-1]), "value": material.labels.percent(middle[-1])}
    alt = f"{title}. {word('explore.model.' + model)}. {word('explore.alt', **said)}"
    return look.finish(figure, material, title, alt, key=word("explore.key"))


def _seen(material: Material, goal_code: str, unit_code: str) -> pd.Series:
    """Observed percent by year; of the province only years whose districts are all known."""
    if unit_code == PROVINCE:
        rows = material.observed(goal_code)
        return rows[rows["low"] == rows["high"]].set_index("year")["low"]
    rows = material.rows(material.ordered_goals.loc[goal_code, "indicator_code"])
    return rows[rows["unit_code"] == unit_code].dropna(subset="value").set_index("year")["value"]
