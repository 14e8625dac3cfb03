"""Figures of shares through the years: observed, forecast with its range, targets."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from xhht_analysis.forecasting.backtest import DEFAULT
from xhht_analysis.publishing.figures import base as look
from xhht_analysis.publishing.figures.base import BAND, DATA, GREY, INK, TARGET, styled
from xhht_analysis.publishing.report_data import SHARE_KINDS, ReportData
from xhht_analysis.publishing.selection import NoFiguresError, where
from xhht_analysis.publishing.sentences import set_aside_note
from xhht_analysis.publishing.statement_facts import set_aside
from xhht_analysis.publishing.statements import NEARLY, Statement

WIDE, RANGE = (0.025, 0.975), (0.1, 0.9)
AT_REFORM = 0.25
"""Place of a reform in a year's middle before that year's figure, which is of 30 September."""
FULL = 104
"""Highest end of an axis in percent."""


def draw_course(
    axis,
    run: ReportData,
    goal_code: str,
    unit_code: str = "",
    *,
    title: str = "",
    bands: pd.DataFrame | None = None,
    fine: bool = False,
    size: float = 7.0,
) -> list[str]:
    """Draw one share of one unit in percent, its verdicts in the title; return the signs drawn.

    ``bands`` has a row per year and a column per quantile level, by default those of the run; its
    first year is the origin, and figures of later years are hollow. ``fine`` adds the 95 % range,
    ``size`` is that of the letters in the title.
    """
    said = statements(run, goal_code, unit_code)
    bands = run_bands(run, goal_code, unit_code) if bands is None else bands
    signs = _draw_observed(axis, run, goal_code, unit_code, bands.index.min())
    signs += _draw_bands(axis, bands, fine)
    aims = {s.target_year: s.need for s in said}
    axis.plot([*aims], [*aims.values()], "D", color=TARGET, ms=5.5, mec="w", zorder=5, gid="target")
    signs += ["target"] if aims else []
    if not run.labels.plan["keeps_districts"]:
        axis.axvline(int(run.labels.plan["year_ended"]) - AT_REFORM, color=GREY, lw=0.7, ls=":")
        signs.append("reform")
    signs += [s.doubt for s in said if s.doubt]
    first = min([run.province.first_year, *run.observed(goal_code, None, unit_code)["year"]])
    axis.set(xlim=(first - 0.5, run.last_year + 0.7), xlabel="", ylabel="")
    axis.set_xticks([run.province.first_year, *run.target_years])
    marks = (f"{s.target_year}: {s.mark} {s.short_chance}" for s in said)
    axis.set_title(f"{title}\n{'  '.join(mark.rstrip() for mark in marks)}", fontsize=size)
    look.local_numbers(axis.yaxis, run)
    return signs


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


def _draw_bands(axis, bands: pd.DataFrame, fine: bool) -> list[str]:
    """Median and ranges of a forecast; the signs drawn, none for a mere point."""
    signs = []
    for sign, (low, high), alpha in (("fine", WIDE, 0.4), ("band", RANGE, 0.9)):
        if low in bands and (fine or sign == "band"):
            look_ = {"lw": 0, "color": BAND, "alpha": alpha}
            axis.fill_between(bands.index, bands[low], bands[high], **look_)
            signs.append(sign)
    if 0.5 in bands:
        axis.plot(bands.index, bands[0.5], "--", color=DATA, lw=1.2, gid="median")
        signs.append("median")
    return signs if len(bands) > 1 else []


def _draw_observed(
    axis, run: ReportData, goal_code: str, unit_code: str, origin_year: float
) -> list[str]:
    """Figures year by year: exact, open, after the origin, and what was set aside; their signs."""
    seen = run.observed(goal_code, None, unit_code)
    exact, later = seen["high"] - seen["low"] < NEARLY, seen["year"] > origin_year
    whole = run.code(unit_code) == run.province.code
    code = run.ordered_goals.loc[goal_code, "indicator_code"]
    aside = set_aside(run, code) if whole else pd.Series(dtype=float)
    known, hollow, open_ = seen[exact & ~later], seen[exact & later], seen[~exact]
    dots = {"marker": "o", "ms": 4.5, "mec": "white", "mew": 0.75}
    axis.vlines(open_["year"], open_["low"], open_["high"], color=GREY, lw=4, alpha=0.6)
    axis.plot(known["year"], known["low"], color=DATA, gid="observed", **dots)
    axis.plot(hollow["year"], hollow["low"], "o", color=DATA, mfc="white", gid="later")
    axis.plot(aside.index, aside, "x", color=INK, ms=5, mew=1.2, gid="aside")
    drawn = {"observed": known, "open": open_, "later": hollow, "aside": aside}
    return [sign for sign, rows in drawn.items() if len(rows)]


def _key(run: ReportData, signs: Iterable[str]) -> str:
    """What the signs of a figure mean: those that are drawn, and no others."""
    drawn = set(signs)
    entries = [name for name in run.labels.entries("sign") if name in drawn]
    return "   ".join(run.word(f"sign.{name}") for name in entries)


def _facets(
    run: ReportData, drawn: Sequence[tuple[str, str, str]], columns: int, height: float
) -> tuple[Figure, str]:
    """Small multiples of (goal, unit, title) on one scale, in percent, and their key."""
    form = {"sharex": True, "sharey": True}
    figure, axes = look.small_multiples(len(drawn), columns, height, 0.5, **form)
    signs = []
    for axis, (goal, unit, title) in zip(axes.flat, drawn, strict=False):
        head = {"title": look.wrapped(title, 106 // columns), "size": 7.6 - 0.35 * columns}
        signs += draw_course(axis, run, goal, unit, **head)
    top = max(axis.dataLim.y1 for axis in axes.flat)
    axes[0, 0].set_ylim(0, min(FULL, 1.1 * top))
    axes[0, 0].yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    figure.supylabel(run.word("axis.percent"), fontsize=8)
    return figure, _key(run, signs)


def _name(run: ReportData, unit_code: str) -> str:
    whole = run.code(unit_code) == run.province.code
    return run.word("province") if whole else run.names[unit_code]


@styled
def plot_shares(run: ReportData, unit_code: str = "") -> Figure:
    """Every share of the plan in one unit: observed, forecast with its 80 % range, targets."""
    word, codes = run.word, where(run.ordered_goals, kind=list(SHARE_KINDS)).index
    drawn = [(c, unit_code, run.title(c)) for c in codes if len(run.observed(c, None, unit_code))]
    title = word("shares.title", name=_name(run, unit_code))
    if not drawn:
        raise NoFiguresError(title)
    figure, key = _facets(run, drawn, 2, 1.55)
    said = [s for c in codes if (s := run.statement(c, run.last_year, unit_code)) is not None]
    aim = word("col.aim").lower()
    alt = [f"{s.title}: {s.latest_text}, {aim} {s.target_text}, {s.verdict_text}." for s in said]
    asides = "" if unit_code else " ".join(set_aside_note(run, c) for c in codes)
    return look.finish(figure, run, title, f"{title}.", *alt, asides, key=key)


@styled
def plot_districts(run: ReportData, goal_code: str) -> Figure:
    """One share in every district, the province last."""
    word, units = run.word, [*run.shown_districts["unit_code"], run.province.code]
    seen = {u: rows for u in units if len(rows := run.observed(goal_code, None, u))}
    title = word("districts.title", name=run.title(goal_code))
    if not seen:
        raise NoFiguresError(title)
    figure, key = _facets(run, [(goal_code, u, _name(run, u)) for u in seen], 4, 1.35)
    last = {u: o["low"].iloc[-1] for u, o in seen.items() if u != run.province.code}
    alt = [f"{title}."]
    if last:
        ends = {}
        for name, unit in (("top", max(last, key=last.get)), ("low", min(last, key=last.get))):
            ends |= {name: run.names[unit], f"{name}_value": run.labels.percent(last[unit])}
        alt = [word("districts.alt", title=title, **ends)]
    return look.finish(figure, run, title, *alt, set_aside_note(run, goal_code), key=key)


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
    axis, word, bands, alt, signs = axes[0, 0], run.word, None, [], []
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
            signs = ["scenario"]
    name = look.wrapped(run.title(goal_code), 100)
    signs += draw_course(axis, run, goal_code, unit_code, title=name, bands=bands, fine=True)
    axis.set_ylabel(word("axis.percent"))
    said = statements(run, goal_code, unit_code)
    alt += [f"{said[-1].latest_text}."] if said else []
    alt += [f"{s.target_year}: {s.target_text}, {s.verdict_text}." for s in said]
    alt += [] if unit_code else [set_aside_note(run, goal_code)]
    return look.finish(figure, run, title, f"{title}.", *alt, key=_key(run, signs))
