"""Figures of shares through the years: observed, forecast with its range, targets."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from xhht_analysis.publishing.evidence import NEARLY
from xhht_analysis.publishing.figures import base as look
from xhht_analysis.publishing.figures.base import BAND, DATA, GREY, TARGET, styled
from xhht_analysis.publishing.report_data import SHARE_KINDS, ReportData
from xhht_analysis.publishing.selection import NoFiguresError, where
from xhht_analysis.publishing.statements import Statement

LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9
"""Quantile levels of a forecast that are drawn: the 80 % range and the median."""
COLUMNS, HEIGHT, NAME_LETTERS = 4, 1.3, 26
"""Panels in a row, inches of each, letters of a line above it."""
AT_REFORM = 0.25
"""Place of a reform in a year's middle before that year's figure, which is of 30 September."""


@styled
def plot_shares(run: ReportData, unit_code: str = "") -> Figure:
    """Every share of the plan in one unit: observed, forecast with its 80 % range, targets."""
    codes = where(run.ordered_goals, kind=list(SHARE_KINDS)).index
    title = run.word("shares.title", name=run.unit_name(unit_code))
    return _figure(run, title, [(code, unit_code, run.title(code)) for code in codes])


@styled
def plot_districts(run: ReportData, goal_code: str) -> Figure:
    """One share in the province and in every district."""
    units = ["", *run.shown_districts["unit_code"]]
    title = run.word("districts.title", name=run.title(goal_code))
    return _figure(run, title, [(goal_code, unit, run.unit_name(unit)) for unit in units])


def _figure(run: ReportData, title: str, panels: Sequence[tuple[str, str, str]]) -> Figure:
    """Small multiples of (goal, unit, name) on one scale in percent, those that have figures.

    The alt text says of each panel what its statements say.
    """
    courses = [
        (name, [s for s in run.all_statements(unit) if s.goal_code == goal])
        for goal, unit, name in panels
    ]
    courses = [(name, some) for name, some in courses if some and some[-1].history]
    if not courses:
        raise NoFiguresError(title)
    figure, axes = look.canvas(HEIGHT, len(courses), COLUMNS, 0.5, sharex=True, sharey=True)
    alt = []
    for axis, (name, statements) in zip(axes.flat, courses, strict=False):
        _draw_course(axis, run, statements)
        marks = "  ".join(f"{s.target_year}: {s.short_verdict}" for s in statements)
        axis.set_title(f"{textwrap.fill(name, NAME_LETTERS)}\n{marks}", fontsize=6.2)
        alt += [f"{name}: {statements[-1].latest_text}.", *(s.aim_text for s in statements)]
    axes[0, 0].set_ylim(0)
    for axis in axes[:, 0]:
        axis.set_ylabel(run.word("axis.percent"))
    return look.finish(figure, run, title, f"{title}.", *alt, key=run.word("sign.course"))


def _draw_course(axis, run: ReportData, statements: list[Statement]) -> None:
    """Draw one share of one unit in percent: what is said of each of its target years."""
    bands, figures = _bands(run, statements), pd.DataFrame(map(vars, statements[-1].history))
    if MIDDLE in bands:
        axis.fill_between(bands.index, bands[LOW], bands[HIGH], lw=0, color=BAND, alpha=0.9)
        axis.plot(bands.index, bands[MIDDLE], "--", color=DATA, lw=1.2, gid="median")
    exact = figures["high"] - figures["low"] < NEARLY
    known, open_ = figures[exact], figures[~exact]
    dots = {"marker": "o", "ms": 4.5, "mec": "white", "mew": 0.75}
    axis.vlines(open_["year"], open_["low"], open_["high"], color=GREY, lw=4, alpha=0.6)
    axis.plot(known["year"], known["low"], color=DATA, gid="observed", **dots)
    aims = {s.target_year: s.need for s in statements}
    axis.plot([*aims], [*aims.values()], "D", color=TARGET, ms=5.5, mec="w", zorder=5, gid="target")
    if not run.labels.plan["keeps_districts"]:
        axis.axvline(int(run.labels.plan["year_ended"]) - AT_REFORM, color=GREY, lw=0.7, ls=":")
    first = min([run.province.first_year, *figures["year"]])
    axis.set(xlim=(first - 0.5, run.last_year + 0.7), xlabel="", ylabel="")
    axis.set_xticks([run.province.first_year, *run.target_years])
    look.local_numbers(axis.yaxis, run)


def _bands(run: ReportData, statements: list[Statement]) -> pd.DataFrame:
    """Forecast of the run from the last figure on; no rows where no verdict stands on it."""
    if not any(s.expected for s in statements):
        return pd.DataFrame()
    last = statements[-1].latest
    bands = run.bands(statements[-1].indicator_code, statements[-1].unit_code)
    bands = bands[bands.index >= last.year]
    if last.exact:
        bands.loc[last.year] = last.low  # it grows out of the last figure
    return bands.sort_index()
