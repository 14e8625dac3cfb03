"""Figures of shares through the years: observed, forecast with its range, targets."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from xhht_analysis.forecasting.backtest import DEFAULT
from xhht_analysis.publishing.figures import base as look
from xhht_analysis.publishing.figures.base import BAND, DATA, GREY, INK, TARGET, styled
from xhht_analysis.publishing.report_data import SHARE_KINDS, ReportData
from xhht_analysis.publishing.selection import NoFiguresError, where
from xhht_analysis.publishing.statements import NEARLY, Statement

WIDE, RANGE = (0.025, 0.975), (0.1, 0.9)
AT_REFORM = 0.25
"""Place of a reform in a year's middle before that year's figure, which is of 30 September."""


def draw_course(
    axis,
    run: ReportData,
    goal_code: str,
    unit_code: str = "",
    *,
    title: str = "",
    bands: pd.DataFrame | None = None,
    fine: bool = False,
) -> list[Statement]:
    """Draw one share of one unit in percent, its verdicts in the title; return these statements.

    ``bands`` has a row per year and a column per quantile level, by default those of the run, none
    where its verdicts have no forecast to stand on; its first year is the origin, and figures of
    later years are hollow. ``fine`` adds the 95 % range.
    """
    seen = run.observed(goal_code, None, unit_code)
    said = [s for y in run.target_years if (s := run.statement(goal_code, y, unit_code))]
    if bands is None:
        bands = run.bands(run.ordered_goals.loc[goal_code, "indicator_code"], unit_code)
        bands = bands[any(s.expected for s in said) & (bands.index >= seen["year"].max())]
        if len(seen):
            bands.loc[int(seen["year"].iloc[-1])] = seen["low"].iloc[-1]
            bands = bands.sort_index()
    for (low, high), alpha in ((WIDE, 0.4), (RANGE, 0.9)):
        if low in bands and (fine or low == RANGE[0]):
            look_ = {"lw": 0, "color": BAND, "alpha": alpha}
            axis.fill_between(bands.index, bands[low], bands[high], **look_)
    if 0.5 in bands:
        axis.plot(bands.index, bands[0.5], "--", color=DATA, lw=1.2, gid="median")
    later = seen["year"] > (bands.index[0] if len(bands) else np.inf)
    exact = seen["high"] - seen["low"] < NEARLY
    open_, known, hollow = seen[~exact], seen[exact & ~later], seen[later]
    axis.vlines(open_["year"], open_["low"], open_["high"], color=GREY, lw=4, alpha=0.6)
    dots = {"marker": "o", "ms": 4.5, "mec": "white", "mew": 0.75}
    axis.plot(known["year"], known["low"], color=DATA, gid="observed", **dots)
    axis.plot(hollow["year"], hollow["low"], "o", color=DATA, mfc="white", gid="later")
    aims = {s.target_year: s.need for s in said}
    axis.plot([*aims], [*aims.values()], "D", color=TARGET, ms=5.5, mec="w", zorder=5, gid="target")
    first = run.province.first_year
    if not run.labels.plan["keeps_districts"]:
        axis.axvline(int(run.labels.plan["year_ended"]) - AT_REFORM, color=GREY, lw=0.7, ls=":")
    start = min([first, *seen["year"].astype(int)])
    axis.set(xlim=(start - 0.5, run.last_year + 0.7), xlabel="", ylabel="")
    axis.set_xticks([first, *run.target_years])
    marks = " ".join(f"{s.target_year}: {s.mark} {s.chance_text}".rstrip() for s in said)
    axis.set_title(f"{look.wrapped(title or run.title(goal_code), 46)}\n{marks}", fontsize=7.6)
    look.local_numbers(axis.yaxis, run)
    return said


def _facets(
    run: ReportData, drawn: Sequence[tuple[str, str, str]], columns: int, height: float
) -> Figure:
    """Small multiples of (goal, unit, title) on one scale, in percent."""
    form = {"sharex": True, "sharey": True}
    figure, axes = look.small_multiples(len(drawn), columns, height, 0.5, **form)
    for axis, (goal, unit, title) in zip(axes.flat, drawn, strict=False):
        draw_course(axis, run, goal, unit, title=title)
    axes[0, 0].set(ylim=(0, 104), yticks=range(0, 101, 25))
    figure.supylabel(run.word("axis.percent"), fontsize=8)
    return figure


def _name(run: ReportData, unit_code: str) -> str:
    whole = run.code(unit_code) == run.province.code
    return run.word("province") if whole else run.names[unit_code]


@styled
def plot_shares(run: ReportData, unit_code: str = "") -> Figure:
    """Every share of the plan in one unit: observed, forecast with its 80 % range, targets."""
    word, codes = run.word, where(run.ordered_goals, kind=list(SHARE_KINDS)).index
    drawn = [(c, unit_code, "") for c in codes if len(run.observed(c, None, unit_code))]
    title = word("shares.title", name=_name(run, unit_code))
    if not drawn:
        raise NoFiguresError(title)
    figure = _facets(run, drawn, 2, 1.55)
    said = [s for c in codes if (s := run.statement(c, run.last_year, unit_code)) is not None]
    aim = word("col.aim").lower()
    alt = [f"{s.title}: {s.latest_text}, {aim} {s.target_text}, {s.verdict_text}." for s in said]
    return look.finish(figure, run, title, f"{title}.", *alt, key=word("shares.key"))


@styled
def plot_districts(run: ReportData, goal_code: str) -> Figure:
    """One share in every district, the province last."""
    word, units = run.word, [*run.shown_districts["unit_code"], run.province.code]
    seen = {u: rows for u in units if len(rows := run.observed(goal_code, None, u))}
    title = word("districts.title", name=run.title(goal_code))
    if not seen:
        raise NoFiguresError(title)
    figure = _facets(run, [(goal_code, u, _name(run, u)) for u in seen], 4, 1.35)
    last = {u: o["low"].iloc[-1] for u, o in seen.items() if u != run.province.code}
    alt = [f"{title}."]
    if last:
        ends = {}
        for name, unit in (("top", max(last, key=last.get)), ("low", min(last, key=last.get))):
            ends |= {name: run.names[unit], f"{name}_value": run.labels.percent(last[unit])}
        alt = [word("districts.alt", title=title, **ends)]
    return look.finish(figure, run, title, *alt, key=word("shares.key"))


@styled
def plot_fan(
    run: ReportData,
    goal_code: str,
    unit_code: str = "",
    *,
    years: np.ndarray | None = None,
    draws: np.ndarray | None = None,
    model: str = DEFAULT,
    pace: float = float("nan"),
) -> Figure:
    """One share of one unit with its 80 and 95 % ranges.

    By default as the run has it, else from ``draws`` (n, T) of ``years`` (T,), in percent;
    ``pace`` (points a year) adds a scenario line, which carries no chance. NoFiguresError where
    nothing was observed.
    """
    figure, axes = look.canvas(2.6)
    axis, word, bands, alt = axes[0, 0], run.word, None, []
    title = run.title(goal_code)
    if run.observed(goal_code, None, unit_code).empty:
        raise NoFiguresError(title)
    if draws is not None:
        title += f": {_name(run, unit_code)}"
        levels = [WIDE[0], RANGE[0], 0.5, RANGE[1], WIDE[1]]
        bands = pd.DataFrame(np.quantile(draws, levels, axis=0).T, index=years, columns=levels)
        last = run.labels.percent(bands[0.5].iloc[-1])
        alt = [word(f"model_id.{model}"), word("explore.alt", year=int(years[-1]), value=last)]
        if np.isfinite(pace):
            line = np.clip(bands[0.5].iloc[0] + pace * (years - years[0]), 0, 100)
            axis.plot(years, line, color=INK, lw=1.2, ls=":", gid="scenario")
    said = draw_course(axis, run, goal_code, unit_code, bands=bands, fine=True)
    axis.set_ylabel(word("axis.percent"))
    latest = [f"{said[-1].latest_text}."] if said else []
    aims = [f"{s.target_year}: {s.target_text}, {s.verdict_text}." for s in said]
    return look.finish(
        figure, run, title, f"{title}.", *alt, *latest, *aims, key=word("shares.key")
    )
