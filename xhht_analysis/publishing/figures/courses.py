"""Figures of shares through the years: observed, forecast with its range, targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from xhht_analysis.publishing.figures import base as look
from xhht_analysis.publishing.figures.base import BAND, DATA, GREY, INK, TARGET, styled
from xhht_analysis.publishing.report_data import SHARE_KINDS, ReportData
from xhht_analysis.publishing.selection import NoFiguresError, where
from xhht_analysis.publishing.sentences import sentence
from xhht_analysis.publishing.statements import NEARLY, Statement

if TYPE_CHECKING:
    from xhht_analysis.publishing.explore import Course

WIDE, RANGE = (0.025, 0.975), (0.1, 0.9)
AT_REFORM = 0.25
"""Place of a reform in a year's middle before that year's figure, which is of 30 September."""
FULL = 104
"""Highest end of an axis in percent."""


@styled
def plot_shares(run: ReportData, unit_code: str = "") -> Figure:
    """Every share of the plan in one unit: observed, forecast with its 80 % range, targets."""
    codes = where(run.ordered_goals, kind=list(SHARE_KINDS)).index
    panels = [(code, unit_code, run.title(code)) for code in codes]
    title = run.word("shares.title", name=_name(run, unit_code))
    return _figure(run, title, panels, columns=2, height=1.55)


@styled
def plot_districts(run: ReportData, goal_code: str) -> Figure:
    """One share in every district, the province last."""
    units = [*run.shown_districts["unit_code"], run.province.code]
    panels = [(goal_code, unit, _name(run, unit)) for unit in units]
    title = run.word("districts.title", name=run.title(goal_code))
    return _figure(run, title, panels, columns=4, height=1.35)


@styled
def plot_fan(
    run: ReportData,
    goal_code: str,
    unit_code: str = "",
    course: Course | None = None,
) -> Figure:
    """One share of one unit with its 80 and 95 % ranges, in percent.

    By default as the run has it, else of a `Course` that an analyst made. NoFiguresError where
    nothing was observed.
    """
    name, bands, about = run.title(goal_code), None, ""
    title = name
    if course is not None:
        title += f": {_name(run, unit_code)}"
        levels = [WIDE[0], RANGE[0], 0.5, RANGE[1], WIDE[1]]
        quantiles = np.quantile(course.of(unit_code), levels, axis=0).T
        bands = pd.DataFrame(quantiles, index=course.years, columns=levels)
        last = run.labels.percent(bands[0.5].iloc[-1])
        alt = run.word("explore.alt", year=bands.index[-1], value=last)
        about = f"{run.word(f'model_id.{course.model}')} {alt}"
    panels, form = [(goal_code, unit_code, name)], {"fine": True, "bands": bands, "about": about}
    return _figure(run, title, panels, columns=1, height=2.1, **form)


def _figure(
    run: ReportData,
    title: str,
    panels: Sequence[tuple[str, str, str]],
    *,
    columns: int,
    height: float,
    fine: bool = False,
    bands: pd.DataFrame | None = None,
    about: str = "",
) -> Figure:
    """Small multiples of (goal, unit, name) on one scale in percent, those that have figures.

    The alt text says of each panel what its statements say; ``about`` stands before it. ``fine``
    and ``bands`` are those of `draw_course`.
    """
    panels = [panel for panel in panels if len(run.observed(panel[0], None, panel[1]))]
    if not panels:
        raise NoFiguresError(title)
    form = {"sharex": True, "sharey": True}
    figure, axes = look.small_multiples(len(panels), columns, height, 0.5, **form)
    head = "" if [name for *_, name in panels] == [title] else f"{title}."
    signs, alt, notes, firm = set(), [head, about], {}, True
    for axis, (goal, unit, name) in zip(axes.flat, panels, strict=False):
        signs |= draw_course(axis, run, goal, unit, bands=bands, fine=fine)
        said = statements(run, goal, unit)
        marks = "  ".join(f"{s.target_year}: {s.short_verdict}" for s in said)
        head = look.wrapped(name, 106 // columns)
        axis.set_title(f"{head}\n{marks}", fontsize=7.6 - 0.35 * columns)
        aims = [f"{s.target_year}: {s.target_text}, {s.verdict_text}." for s in said]
        alt.append(" ".join([f"{name}: {said[-1].latest_text}." if said else "", *aims]))
        firm &= not any(s.depends_on for s in said)
        if said and said[-1].set_aside:
            notes[name] = sentence("aside", run, said[-1])
    top = max(axis.dataLim.y1 for axis in axes.flat)
    axes[0, 0].set_ylim(0, min(FULL, 1.1 * top))
    axes[0, 0].yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    for axis in axes[:, 0]:
        axis.set_ylabel(run.word("axis.percent"))
    if notes:
        figures = "; ".join(f"{name}: {text}" for name, text in notes.items())
        alt.append(run.word("set_aside.figures", figures=figures))
    alt += [] if firm else [f"{run.word('sign.star')}."]
    return look.finish(figure, run, title, *alt, key="   ".join(look.sign_words(run, signs)))


def draw_course(
    axis,
    run: ReportData,
    goal_code: str,
    unit_code: str = "",
    *,
    bands: pd.DataFrame | None = None,
    fine: bool = False,
) -> set[str]:
    """Draw one share of one unit in percent; return the signs drawn (words ``sign``).

    ``bands`` has a row per year and a column per quantile level; by
    default those of the run. Its first year is the origin: figures of later years are hollow.
    ``fine`` adds the 95 % range.
    """
    said, seen = statements(run, goal_code, unit_code), run.observed(goal_code, None, unit_code)
    bands = run_bands(run, goal_code, unit_code) if bands is None else bands
    signs = _draw_forecast(axis, bands, fine).union(*(s.signs for s in said))
    aside = said[-1].set_aside if said else {}
    signs |= _draw_observed(axis, seen, aside, bands.index.min())
    aims = {s.target_year: s.need for s in said}
    axis.plot([*aims], [*aims.values()], "D", color=TARGET, ms=5.5, mec="w", zorder=5, gid="target")
    if not run.labels.plan["keeps_districts"]:
        axis.axvline(int(run.labels.plan["year_ended"]) - AT_REFORM, color=GREY, lw=0.7, ls=":")
        signs.add("reform")
    first = min([run.province.first_year, *seen["year"]])
    axis.set(xlim=(first - 0.5, run.last_year + 0.7), xlabel="", ylabel="")
    axis.set_xticks([run.province.first_year, *run.target_years])
    look.local_numbers(axis.yaxis, run)
    return signs | ({"target"} if aims else set())


def statements(run: ReportData, goal_code: str, unit_code: str) -> list[Statement]:
    """What is said of one goal and unit, target year by target year."""
    said = (run.statement(goal_code, year, unit_code) for year in run.target_years)
    return [s for s in said if s]


def run_bands(run: ReportData, goal_code: str, unit_code: str) -> pd.DataFrame:
    """Forecast of the run from the last figure on; none where no verdict stands on it."""
    seen = run.observed(goal_code, None, unit_code)
    bands = run.bands(run.ordered_goals.loc[goal_code, "indicator_code"], unit_code)
    is_used = any(s.expected for s in statements(run, goal_code, unit_code))
    bands = bands[is_used & (bands.index >= seen["year"].max())]
    if len(seen) and (last := seen.iloc[-1])["high"] - last["low"] < NEARLY:
        bands.loc[int(last["year"])] = last["low"]  # it grows out of the last figure
    return bands.sort_index()


def _draw_forecast(axis, bands: pd.DataFrame, fine: bool) -> set[str]:
    """Median and ranges of a forecast; the signs drawn, none for a mere point."""
    signs = set()
    for sign, (low, high), alpha in (("fine", WIDE, 0.4), ("band", RANGE, 0.9)):
        if low in bands and (fine or sign == "band"):
            look_ = {"lw": 0, "color": BAND, "alpha": alpha}
            axis.fill_between(bands.index, bands[low], bands[high], **look_)
            signs.add(sign)
    if 0.5 in bands:
        axis.plot(bands.index, bands[0.5], "--", color=DATA, lw=1.2, gid="median")
        signs.add("median")
    return signs if len(bands) > 1 else set()


def _draw_observed(
    axis, seen: pd.DataFrame, aside: Mapping[int, float], origin_year: float
) -> set[str]:
    """Figures year by year: exact, open, after the origin, and what was set aside; their signs."""
    exact, later = seen["high"] - seen["low"] < NEARLY, seen["year"] > origin_year
    known, hollow, open_ = seen[exact & ~later], seen[exact & later], seen[~exact]
    dots = {"marker": "o", "ms": 4.5, "mec": "white", "mew": 0.75}
    axis.vlines(open_["year"], open_["low"], open_["high"], color=GREY, lw=4, alpha=0.6)
    axis.plot(known["year"], known["low"], color=DATA, gid="observed", **dots)
    axis.plot(hollow["year"], hollow["low"], "o", color=DATA, mfc="white", gid="later")
    axis.plot([*aside], [*aside.values()], "x", color=INK, ms=5, mew=1.2, gid="aside")
    drawn = {"observed": known, "open": open_, "later": hollow, "aside": aside}
    return {sign for sign, rows in drawn.items() if len(rows)}


def _name(run: ReportData, unit_code: str) -> str:
    whole = run.code(unit_code) == run.province.code
    return run.word("province") if whole else run.names[unit_code]
