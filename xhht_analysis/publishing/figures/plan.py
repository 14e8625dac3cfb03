"""Figures with one row per goal: where all stand, pace needed beside usual pace."""

import textwrap
from math import isnan

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from xhht_analysis.forecasting.paces import PACE_YEARS
from xhht_analysis.publishing.figures import base as look
from xhht_analysis.publishing.figures.base import CLASS_COLOURS, DATA, GREY, TARGET, styled
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.selection import NoFiguresError
from xhht_analysis.publishing.statements import Statement

FULL, ROOM = 100, 130
"""Percent of the target at which it is met, and at which bars are cut."""


@styled
def plot_overview(run: ReportData) -> Figure:
    """Marks of both years beside each goal, and how much of its last target is reached."""
    word, codes = run.word, run.ordered_goals.index
    pairs = [[run.statement(code, year) for year in run.next_years] for code in codes]
    pairs = [pair for pair in pairs if any(pair)]
    title = word("overview.title", n=len(pairs))
    if not pairs:
        raise NoFiguresError(title)
    last = [next(s for s in reversed(pair) if s) for pair in pairs]
    height = max(2.4, 0.7 + 0.36 * len(pairs))
    figure, axes = look.canvas(height, 2, 2, width_ratios=[1, 2])
    look.heat_of_verdicts(
        axes[0, 0],
        pd.DataFrame(pairs, columns=run.next_years),
        lambda s: s.mark + s.doubt_sign + s.star,
        xticklabels=run.next_years,
        yticklabels=[f"{_row_name(s, 72)}\n{_against_target(run, s)}" for s in last],
        annot_kws={"fontsize": 8},
    )
    axes[0, 0].tick_params(axis="y", labelsize=6.5)
    axes[0, 0].grid(visible=False)
    axis, places = axes[0, 1], [place + 0.5 for place in range(len(last))]
    colours = [CLASS_COLOURS[s.key] for s in last]
    axis.barh(places, [attained(s) for s in last], 0.5, color=colours, edgecolor=GREY)
    axis.axvline(FULL, color=TARGET, lw=1.5)
    axis.set(xlim=(0, ROOM), ylim=axes[0, 0].get_ylim(), xticks=[0, 50, FULL], yticks=[])
    axis.grid(visible=False)
    axis.set_xlabel(textwrap.fill(word("overview.axis", year=run.last_year), 34), loc="left")
    sns.despine(ax=axis, left=True, bottom=True)
    shown = [s for pair in pairs for s in pair if s]
    key = f"{look.class_key(run, {s.key for s in shown})}. {word('overview.key')}"
    parts = " ".join(text for year in run.next_years if (text := run.tally(year)))
    return look.finish(figure, run, title, word("overview.alt", parts=parts), key=key)


def _row_name(statement: Statement, width: int) -> str:
    """Number and title of a goal on one line."""
    return textwrap.shorten(f"{statement.order}. {statement.title}", width, placeholder=" …")


def _against_target(run: ReportData, statement: Statement) -> str:
    """Latest figure and target, with the year of a target that is not the plan's last."""
    size = f"{statement.latest_text} / {statement.amount(statement.need, 0)}"
    is_last = statement.target_year == run.last_year
    return (
        size if is_last else f"{size} ({run.word('overview.target', year=statement.target_year)})"
    )


def attained(statement: Statement) -> float:
    """Latest figure as percent of the target; 0 where there is none."""
    if statement.latest is None or statement.need <= 0:
        return 0.0
    share = statement.latest.low / statement.need
    if statement.lower_is_better:
        share = statement.need / statement.latest.high if statement.latest.high else ROOM
    return min(ROOM, FULL * share)


@styled
def plot_pace(run: ReportData) -> Figure:
    """Pace that each share needs to its target beside its usual pace, points a year."""
    word, year = run.word, run.last_year
    statements = [s for s in run.statements(year) if s.is_forecast and s.measure_unit == "percent"]
    statements = [s for s in statements if not isnan(s.pace_required - s.pace_before)]
    title = word("pace_figure.title", year=year)
    if not statements:
        raise NoFiguresError(title)
    marks = {
        word("pace_figure.before"): [s.pace_before for s in statements],
        word("pace_figure.required"): [s.pace_required for s in statements],
    }
    rows = pd.DataFrame({"goal": [_pace_name(s) for s in statements], **marks})
    figure, axes = look.canvas(max(1.8, 0.9 + 0.4 * len(statements)))
    axis = axes[0, 0]
    axis.tick_params(axis="y", labelsize=6.8)
    axis.hlines(range(len(statements)), *marks.values(), color="#9aa5b1", lw=2.5, zorder=1)
    sns.scatterplot(
        rows.melt("goal", var_name="pace"),
        x="value",
        y="goal",
        hue="pace",
        style="pace",
        s=70,
        zorder=2,
        palette=[DATA, TARGET],
        markers=["o", "D"],
        ax=axis,
    )
    axis.axvline(0, color=GREY, lw=0.8)
    axis.set(ylabel="", ylim=(len(statements) - 0.5, -0.5))
    axis.set_xlabel(word("pace_figure.axis"), loc="left")
    look.local_numbers(axis.xaxis, run)
    sns.move_legend(axis, "lower left", bbox_to_anchor=(0, 1), ncol=2, title=None, frameon=False)
    sns.despine(ax=axis, left=True)
    number, alt = run.labels.number, [f"{title}, {axis.get_xlabel()}."]
    for s in statements:
        paces = {"usual": number(s.pace_before, 1), "required": number(s.pace_required, 1)}
        alt.append(s.say("pace_figure.part", **paces))
    return look.finish(figure, run, title, *alt, key=word("pace_figure.key", n=PACE_YEARS))


def _pace_name(statement: Statement) -> str:
    """Title of a goal, where it stands and must go, and its verdict."""
    way = f"{statement.range_text(statement.base)} → {statement.amount(statement.need, 0)}"
    verdict = f"{statement.mark} {statement.chance_text}{statement.star}"
    return f"{_row_name(statement, 72)}\n{way}   {verdict}"
