"""The figures of a run: how each is drawn, under which file names, and the pictures once drawn.

Where all goals stand, the pace needed beside the usual pace; levels by district and year, chances
by district and goal; shares through the years. None is drawn before it is asked for.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from xhht_analysis.contracts import TOLERANCE
from xhht_analysis.forecasting.paces import PACE_YEARS
from xhht_analysis.publishing.blocks import Block
from xhht_analysis.publishing.district_ranks import standings
from xhht_analysis.publishing.figures import base as look
from xhht_analysis.publishing.figures.base import (
    DATA,
    GREY,
    LEVEL_COLOURS,
    SMALL,
    TARGET,
    styled,
)
from xhht_analysis.publishing.labels import PERCENT
from xhht_analysis.publishing.report_data import COUNTED_KIND, SHARE_KINDS, ReportData
from xhht_analysis.publishing.selection import NoFiguresError, where
from xhht_analysis.publishing.statements import Statement

LADDER_COLUMNS, MIN_ROWS = 3, 6
LEVELS = [str(level) for level in range(len(LEVEL_COLOURS))]
"""Texts of levels that are known for sure; the others have a colour of their own."""
BAND_LEVELS = [0.1, 0.5, 0.9]
"""Quantile levels of a forecast that are drawn: the 80 % range and the median."""
COLUMNS, HEIGHT, LETTERS = 4, 2.1, 22
"""Panels in a row, inches of each; letters of a line above it and of a district in a row."""
Sketches = dict[str, Callable[[], Figure]]


@styled
def plot_overview(run: ReportData) -> Figure:
    """Verdicts of both years beside each goal, its latest figure and its last target."""
    word, codes = run.word, run.ordered_goals.index
    pairs = [[run.statement(code, year) for year in run.page_years] for code in codes]
    pairs = [pair for pair in pairs if any(pair)]
    title = word("overview.title", n=len(pairs))
    if not pairs:
        raise NoFiguresError(title)
    last = [next(s for s in reversed(pair) if s) for pair in pairs]
    figure, axes = look.canvas(max(2.4, 0.7 + 0.33 * len(pairs)))
    axis = axes[0, 0]
    look.heat_of_verdicts(
        axis,
        pd.DataFrame(pairs, columns=run.page_years),
        lambda s: s.short_verdict,
        xticklabels=run.page_years,
        yticklabels=[f"{_row_name(s)}\n{_against_target(run, s)}" for s in last],
        annot_kws={"fontsize": SMALL},
    )
    axis.tick_params(axis="y", labelsize=SMALL)
    axis.grid(visible=False)
    axis.yaxis.tick_right()  # on a phone, whose screen ends in the names, the verdicts stand first
    axis.set(box_aspect=0.12 * len(pairs), anchor="W")
    keys = {s.key for pair in pairs for s in pair if s}
    parts = " ".join(filter(None, map(run.tally, run.page_years)))
    key = f"{run.labels.key(keys)}. {word('overview.key')}"
    return look.finish(figure, run, title, word("overview.alt", parts=parts), key=key)


def _row_name(statement: Statement) -> str:
    """Number and title of a goal on one line."""
    return textwrap.shorten(f"{statement.order}. {statement.title}", 72, placeholder=" …")


def _against_target(run: ReportData, statement: Statement) -> str:
    """Latest figure and target, with the year of a target that is not the plan's last."""
    size = f"{statement.latest_text} / {statement.amount(statement.need, 0)}"
    if statement.target_year == run.last_year:
        return size
    return f"{size} ({run.word('overview.target', year=statement.target_year)})"


@styled
def plot_pace(run: ReportData) -> Figure:
    """Pace that each share needs to its target beside its usual pace, points a year."""
    word, year = run.word, run.last_year
    statements = [
        s
        for s in run.statements(year)
        if s.is_forecast and s.measure_unit == "percent" and s.pace_note
    ]
    title = word("pace_figure.title", year=year)
    if not statements:
        raise NoFiguresError(title)
    marks = {
        word("pace_figure.before"): [s.pace_own for s in statements],
        word("pace_figure.required"): [s.pace_required for s in statements],
    }
    rows = pd.DataFrame({"goal": [_pace_name(s) for s in statements], **marks})
    figure, axes = look.canvas(1.5 + 0.34 * len(statements))
    axis = axes[0, 0]
    axis.tick_params(axis="y", labelsize=SMALL)
    axis.hlines(range(len(statements)), *marks.values(), color="#9aa5b1", lw=2.5, zorder=1)
    sns.pointplot(
        rows.melt("goal", var_name="pace"),
        x="value",
        y="goal",
        hue="pace",
        linestyle="none",
        palette=[DATA, TARGET],
        markers=["o", "D"],
        ax=axis,
    )
    axis.axvline(0, color=GREY)
    axis.set_ylabel("")
    axis.set_xlabel(word("pace_figure.axis"), loc="left")
    look.local_numbers(axis.xaxis, run)
    sns.move_legend(axis, "lower left", bbox_to_anchor=(0, 1), ncol=2, title=None, frameon=False)
    number = run.labels.number
    alt = [
        s.say("pace_figure.part", usual=number(s.pace_own, 1), required=number(s.pace_required, 1))
        for s in statements
    ]
    key = word("pace_figure.key", n=PACE_YEARS)
    return look.finish(figure, run, title, f"{axis.get_xlabel()}.", *alt, key=key)


def _pace_name(statement: Statement) -> str:
    """Title of a goal, where it stands and must go, and its verdict."""
    way = f"{statement.range_text(statement.base)} → {statement.amount(statement.need, 0)}"
    return f"{_row_name(statement)}\n{way}   {statement.short_verdict}"


@styled
def plot_ladder(run: ReportData) -> Figure:
    """Level of every district by year, one panel per standard, with the plan's targets."""
    word, goals = run.word, where(run.ordered_goals, kind=COUNTED_KIND).index
    lines = where(run.targets, goal_code=list(goals))
    codes = lines["indicator_code"].unique()
    tables = {code: run.level_texts(code) for code in codes}
    tables = {code: texts for code, texts in tables.items() if texts.isin(LEVELS).any(axis=None)}
    title = word("ladder.title")
    if not tables:
        raise NoFiguresError(title)
    height = 1.8 + 0.17 * max(len(run.shown_districts), MIN_ROWS)
    figure, axes = look.canvas(height, len(tables), min(LADDER_COLUMNS, len(tables)))
    every = pd.concat(tables).sort_index(axis="columns")  # all panels show the same years
    panels = zip(axes.flat, tables, strict=False)  # the last row may have more axes than panels
    alt = [_ladder_panel(axis, run, code, every.loc[code]) for axis, code in panels]
    for axis in axes[:, 1:].flat:
        axis.set_yticklabels([])
    return look.finish(figure, run, title, *alt, key=word("ladder.key"))


def _ladder_panel(axis, run: ReportData, code: str, levels: pd.DataFrame) -> str:
    """Draw ``levels`` of one standard (texts, NaN: none); its sentence for the alt text."""
    units, word = list(run.shown_districts["unit_code"]), run.word
    texts = levels.reindex(units).fillna("–")
    look.heat(
        axis,
        texts.where(texts.isin(LEVELS), str(len(LEVELS))).astype(int).to_numpy(),
        texts.to_numpy(),
        [*LEVEL_COLOURS, "#f2f2f2"],
        xticklabels=[str(year) for year in texts.columns],
        yticklabels=list(run.shown_districts["short_name"].str[:LETTERS]),
        annot_kws={"fontsize": SMALL},
    )
    axis.tick_params(axis="x", rotation=90)
    statements = [
        s for s in run.all_statements() if (s.kind, s.indicator_code) == (COUNTED_KIND, code)
    ]
    heads = [word("ladder.head", name=run.short(code))]
    for s in statements:
        level = word("level_short", n=run.ordered_goals.loc[s.goal_code, "level_required"])
        heads.append(f"{s.target_year}: {level} {s.amount(s.need)} {s.short_verdict}")
    axis.set_title("\n".join(textwrap.fill(head, 30) for head in heads), fontsize=7)
    return " ".join(f"{s.title}: {s.latest_text}. {s.aim_text}" for s in statements)


def _cell_text(statement: Statement) -> str:
    """Chance without its unit; the mark alone where there is none or only a range."""
    text = statement.short_chance.replace(PERCENT, "") if statement.is_forecast else statement.mark
    return text + statement.star


@styled
def plot_heatmap(run: ReportData) -> Figure:
    """Class and chance of each district on the goals asked of every district."""
    units, word, year = list(run.shown_districts["unit_code"]), run.word, run.last_year
    goals = run.asked_of_units(year)
    statements = pd.DataFrame({g: [run.statement(g, year, u) for u in units] for g in goals}, units)
    statements = statements.dropna(axis="columns", how="all")
    shown = [s for s in statements.to_numpy().flat if s]
    title = word("heat.title", year=year)
    if not {s.key for s in shown} - {"no_data", "no_object"}:
        raise NoFiguresError(title)
    figure, axes = look.canvas(max(3, 2 + 0.25 * len(units)))
    axis = axes[0, 0]
    look.heat_of_verdicts(
        axis,
        statements,
        _cell_text,
        xticklabels=[textwrap.fill(run.title(goal), 26) for goal in statements],
        yticklabels=list(run.shown_districts["short_name"].str[:LETTERS]),
        annot_kws={"fontsize": SMALL},
    )
    axis.tick_params(axis="x", rotation=90, labelsize=SMALL)
    alt = [
        word("heat.part", unit=run.names[row.unit_code], n=row.hopeful, total=row.total)
        for row in standings(run).itertuples()
    ]
    marks = run.labels.key({s.key for s in shown if not s.is_forecast})
    return look.finish(figure, run, title, *alt, key=f"{word('heat.key')}; {marks}".strip("; "))


@styled
def plot_shares(run: ReportData, unit_code: str = "") -> Figure:
    """Every share of the plan in one unit: observed, forecast with its 80 % range, targets."""
    codes = where(run.ordered_goals, kind=list(SHARE_KINDS)).index
    title = run.word("shares.title", name=run.unit_name(unit_code))
    return _small_multiples(run, title, [(code, unit_code) for code in codes])


@styled
def plot_districts(run: ReportData, goal_code: str) -> Figure:
    """One share in the province and in every district."""
    units = ["", *run.shown_districts["unit_code"]]
    title = run.word("districts.title", name=run.title(goal_code))
    return _small_multiples(run, title, [(goal_code, unit) for unit in units], one_scale=True)


def _small_multiples(
    run: ReportData,
    title: str,
    panels: Sequence[tuple[str, str]],
    one_scale: bool = False,
) -> Figure:
    """Small multiples in percent of (goal, unit), those that have figures.

    The alt text says of each panel what its statements say. Panels of one goal are named by their
    units and stand on ``one_scale``, those of one unit by their goals and on a scale each.
    """
    courses = [
        [s for s in run.all_statements(unit) if s.goal_code == goal] for goal, unit in panels
    ]
    courses = [some for some in courses if some and some[-1].history]
    if not courses:
        raise NoFiguresError(title)
    figure, axes = look.canvas(HEIGHT, len(courses), COLUMNS, sharex=True, sharey=one_scale)
    alt = []
    for axis, statements in zip(axes.flat, courses, strict=False):
        last = statements[-1]
        goal = f"{last.order}. {run.short(last.indicator_code)}"
        name = run.unit_name(last.unit_code) if one_scale else goal
        _draw_course(axis, run, statements)
        axis.margins(y=0.15)
        marks = [f"{s.target_year}: {s.short_verdict}" for s in statements]
        axis.set_title("\n".join([textwrap.fill(name, LETTERS), *marks]), fontsize=7)
        alt += [f"{name}: {last.latest_text}.", *(s.aim_text for s in statements)]
    for axis in axes.flat[: len(courses)]:  # all are drawn: one scale holds the highest of them
        axis.set_ylim(0)
    for axis in axes[:, 0]:
        axis.set_ylabel(run.word("axis.percent"))
    key = run.word("sign.course")
    if any(not o.exact for some in courses for o in some[-1].history):
        key += f"; {run.word('sign.open')}"
    return look.finish(figure, run, title, *alt, key=key)


def _draw_course(axis, run: ReportData, statements: list[Statement]) -> None:
    """Draw one share of one unit in percent: what is said of each of its target years."""
    bands, figures = _bands(run, statements), pd.DataFrame(map(vars, statements[-1].history))
    course = partial(sns.lineplot, x="year", color=DATA, errorbar=None, ax=axis)
    if len(bands):
        course(
            bands.melt(ignore_index=False),
            y="value",
            estimator="median",
            errorbar=("pi", 100),
            err_kws={"alpha": 0.35},
            ls="--",
            gid="median",
        )
    exact = figures["high"] - figures["low"] < TOLERANCE
    open_ = figures[~exact]
    axis.vlines(open_["year"], open_["low"], open_["high"], color=GREY, lw=4)
    course(figures[exact], y="low", marker="o", gid="observed")
    aims = {s.target_year: s.need for s in statements}
    sns.scatterplot(aims, marker="D", color=TARGET, zorder=5, gid="target", ax=axis)
    last, beside = statements[-1], {"xytext": (5, -3), "textcoords": "offset points"}
    place = last.target_year, last.need
    axis.annotate(run.labels.figure(last.need), place, color=TARGET, fontsize=SMALL, **beside)
    first = min([run.province.first_year, *figures["year"]])
    axis.set(xlim=(first - 0.5, run.last_year + 2.5), xlabel="", ylabel="")
    axis.set_xticks([run.province.first_year, *run.target_years])
    axis.tick_params(labelbottom=True)  # below each panel: the last row may be shorter
    look.local_numbers(axis.yaxis, run)


def _bands(run: ReportData, statements: list[Statement]) -> pd.DataFrame:
    """Forecast of the run from the last figure on; no rows where no verdict stands on it."""
    last = statements[-1].latest
    bands = run.bands(statements[-1].indicator_code, statements[-1].unit_code)
    if bands.empty or not any(s.expected for s in statements):
        return pd.DataFrame()
    bands = bands.loc[bands.index >= last.year, BAND_LEVELS]
    if last.exact:
        bands.loc[last.year] = last.low  # it grows out of the last figure
    return bands.sort_index()


def report_figures(run: ReportData) -> Sketches:
    """The figures of the report: all goals, levels, shares, pace, chances by district.

    Without a goal of its kind there is no figure.
    """
    kinds = set(run.ordered_goals["kind"])
    plots = {"overview": plot_overview, "heatmap": plot_heatmap}
    if kinds & {*SHARE_KINDS}:
        plots |= {"shares": plot_shares, "pace": plot_pace}
    if COUNTED_KIND in kinds:
        plots["ladder"] = plot_ladder
    return {name: partial(plot, run) for name, plot in plots.items()}


def annex_figures(run: ReportData) -> Sketches:
    """The figures of the annex: every share in the province and by district."""
    return {
        f"districts_{s.goal_code}": partial(plot_districts, run, s.goal_code)
        for s in run.all_statements()
        if s.kind in SHARE_KINDS and s.history
    }


def save_all(run: ReportData, sketches: Sketches, folder: str | Path) -> dict[str, Block]:
    """Draw and save one figure after the other (empty ``folder``: nowhere); blocks by name."""
    return {
        name: look.picture_or_note(run, lambda d=draw, n=name: look.save_figure(d(), folder, n))
        for name, draw in sketches.items()
    }


def pictures(run: ReportData, folder: str | Path = "") -> Callable[..., list[Block]]:
    """What gives the pictures of this run by name, as notebook 04 has drawn them into ``folder``.

    A picture that is not there is drawn; a name that the run has no figure for gives none.
    """
    sketches = report_figures(run) | annex_figures(run)

    def blocks_of(*names: str) -> list[Block]:
        """Pictures of these names, in their order."""
        files = {name: Path(folder) / f"{name}.png" for name in names if name in sketches}
        return [
            look.picture_or_note(
                run, file.read_bytes if folder and file.is_file() else sketches[name]
            )
            for name, file in files.items()
        ]

    return blocks_of
