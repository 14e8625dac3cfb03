"""Figures of shares through the years: observed, forecast with its range, targets."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from xhht_analysis.forecasting.backtest import DEFAULT
from xhht_analysis.publishing.figures import base as look
from xhht_analysis.publishing.figures.base import BAND, DATA, GREY, INK, TARGET, styled
from xhht_analysis.publishing.material import SHARE_KINDS, Material

RANGE = (0.1, 0.9)
AT_REFORM = 0.25
"""Place of a reform in a year's middle before that year's figure, which is of 30 September."""


@dataclass(frozen=True)
class Course:
    """One share of one unit in percent.

    ``observed`` has year, low, high; ``bands`` is indexed by year with one column per quantile
    level; ``targets`` are values by year.
    """

    title: str
    observed: pd.DataFrame
    bands: pd.DataFrame
    targets: dict[int, float]


def course(run: Material, goal_code: str, unit_code: str = "", title: str = "") -> Course:
    """What the tables say on the share of a goal in one unit; the verdicts end the title."""
    indicator = run.ordered_goals.loc[goal_code, "indicator_code"]
    seen = run.observed(goal_code, indicator, unit_code)
    bands = run.bands(indicator, unit_code)
    if len(seen) and len(bands):
        bands = bands[bands.index > seen["year"].max()]
        start = pd.DataFrame(seen["low"].iloc[-1], [seen["year"].iloc[-1]], bands.columns)
        bands = pd.concat([start, bands])
    every = (run.statement(goal_code, year, unit_code) for year in run.target_years)
    said = [one for one in every if one is not None]
    marks = " ".join(f"{s.target_year}: {s.mark} {s.chance_text}".rstrip() for s in said)
    name = look.wrapped(title or run.title(goal_code), 46)
    return Course(f"{name}\n{marks}", seen, bands, {s.target_year: s.need for s in said})


def draw_course(axis, run: Material, one: Course, *, fine: bool = False) -> None:
    """Draw a course into ``axis``; ``fine`` adds the 95 % range."""
    for (low, high), alpha in (((0.025, 0.975), 0.4), (RANGE, 0.9)):
        if low in one.bands and (fine or low == RANGE[0]):
            axis.fill_between(
                one.bands.index, one.bands[low], one.bands[high], lw=0, color=BAND, alpha=alpha
            )
    if 0.5 in one.bands:
        sns.lineplot(one.bands[0.5], color=DATA, ls="--", lw=1.2, ax=axis, gid="median")
    seen = one.observed
    open_ = seen[seen["high"] - seen["low"] > 1e-9]
    axis.vlines(open_["year"], open_["low"], open_["high"], color=GREY, lw=4, alpha=0.6)
    known = seen[seen["high"] - seen["low"] <= 1e-9]
    sns.lineplot(known, x="year", y="low", color=DATA, marker="o", ms=4.5, ax=axis, gid="observed")
    axis.plot(
        list(one.targets),
        list(one.targets.values()),
        "D",
        color=TARGET,
        ms=5.5,
        mec="w",
        zorder=5,
        gid="target",
    )
    first, ended = run.province.first_year, int(run.province.districts_end[:4])
    if ended <= run.last_year:
        axis.axvline(ended - AT_REFORM, color=GREY, lw=0.7, ls=":")
    start = min([first, *seen["year"].astype(int)])
    axis.set(xlim=(start - 0.5, run.last_year + 0.7), xlabel="", ylabel="")
    axis.set_xticks([first, *run.target_years])
    axis.set_title(one.title, fontsize=7.6)
    look.local_numbers(axis.yaxis, run)


def _facets(run: Material, drawn: list[Course], columns: int, height: float) -> Figure:
    """Small multiples on one scale, in percent."""
    rows = math.ceil(len(drawn) / columns)
    figure, axes = look.canvas(height * rows + 0.5, rows, columns, sharex=True, sharey=True)
    for axis, one in zip(axes.flat, drawn, strict=False):
        draw_course(axis, run, one)
    for axis in axes.flat[len(drawn) :]:
        axis.axis("off")
    axes[0, 0].set(ylim=(0, 104), yticks=range(0, 101, 25))
    figure.supylabel(run.labels.word("axis.percent"), fontsize=8)
    return figure


@styled
def plot_shares(run: Material, unit_code: str = "") -> Figure:
    """Every share of the plan in one unit: observed, forecast with its 80 % range, targets."""
    word, goals = run.labels.word, run.ordered_goals
    codes = goals[goals["kind"].isin(SHARE_KINDS)].index
    drawn = [course(run, code, unit_code) for code in codes]
    drawn = [one for one in drawn if len(one.observed)]
    whole = run.code(unit_code) == run.province.code
    title = word("shares.title", name=word("province") if whole else run.names[unit_code])
    if not drawn:
        return look.nothing(run, title)
    figure = _facets(run, drawn, 2, 1.55)
    said = [s for c in codes if (s := run.statement(c, run.last_year, unit_code)) is not None]
    parts = [
        f"{s.title}: {s.latest_text}, {word('col.aim').lower()} {s.target_text}, {s.verdict_text}."
        for s in said
    ]
    return look.finish(figure, run, title, " ".join([f"{title}.", *parts]), key=word("shares.key"))


@styled
def plot_districts(run: Material, goal_code: str) -> Figure:
    """One share in every district, the province last."""
    word = run.labels.word
    units = [*run.shown_districts["unit_code"], run.province.code]
    drawn = [
        course(run, goal_code, u, word("province") if u == run.province.code else run.names[u])
        for u in units
    ]
    title = word("districts.title", name=run.title(goal_code))
    drawn = [one for one in drawn if len(one.observed)]
    if not drawn:
        return look.nothing(run, title)
    figure = _facets(run, drawn, 4, 1.35)
    last = {
        run.names[u]: o["low"].iloc[-1]
        for u in units[:-1]
        if len(o := run.observed(goal_code, None, u))
    }
    alt = f"{title}."
    if last:
        top, low = max(last, key=last.get), min(last, key=last.get)
        ends = {"top": top, "top_value": run.labels.percent(last[top])}
        ends |= {"low": low, "low_value": run.labels.percent(last[low])}
        alt = word("districts.alt", title=title, **ends)
    return look.finish(figure, run, title, alt, key=word("shares.key"))


@styled
def plot_fan(run: Material, goal_code: str) -> Figure:
    """One share of the province with its 80 and 95 % ranges."""
    figure, axes = look.canvas(2.6)
    one = course(run, goal_code)
    draw_course(axes[0, 0], run, one, fine=True)
    return _named_course(figure, run, goal_code, run.title(goal_code), "")


@styled
def plot_course(
    run: Material,
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
    levels = [0.025, RANGE[0], 0.5, RANGE[1], 0.975]
    bands = pd.DataFrame(np.quantile(draws, levels, axis=0).T, index=years, columns=levels)
    whole = course(run, goal_code, unit_code)
    known = whole.observed[whole.observed["year"] <= years[0]]
    later = whole.observed[whole.observed["year"] > years[0]]
    figure, axes = look.canvas(2.9)
    axis = axes[0, 0]
    draw_course(axis, run, Course(whole.title, known, bands, whole.targets), fine=True)
    axis.plot(later["year"], later["low"], "o", color=DATA, mfc="white", gid="later")
    if np.isfinite(pace):
        line = np.clip(bands[0.5].iloc[0] + pace * (years - years[0]), 0, 100)
        axis.plot(years, line, color=INK, lw=1.2, ls=":", gid="scenario")
    whole = run.code(unit_code) == run.province.code
    name = run.labels.word("province") if whole else run.names[unit_code]
    said = {"year": int(years[-1]), "value": run.labels.percent(bands[0.5].iloc[-1])}
    words = (run.labels.word("explore.model." + model), run.labels.word("explore.alt", **said))
    return _named_course(
        figure, run, goal_code, f"{run.title(goal_code)}: {name}", ". ".join(words)
    )


def _named_course(figure: Figure, run: Material, code: str, title: str, alt: str) -> Figure:
    figure.axes[0].set_ylabel(run.labels.word("axis.percent"))
    said = [s for year in run.target_years if (s := run.statement(code, year)) is not None]
    parts = [f"{s.target_year}: {s.target_text}, {s.verdict_text}." for s in said]
    latest = [f"{said[-1].latest_text}."] if said else []
    text = " ".join([f"{title}.", alt, *latest, *parts])
    return look.finish(figure, run, title, text, key=run.labels.word("shares.key"))
