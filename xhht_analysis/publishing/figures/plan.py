"""Figures with one row per goal: where all stand, pace needed beside usual pace."""

import textwrap
from math import isnan

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from xhht_analysis.forecasting.paces import PACE_YEARS
from xhht_analysis.publishing.figures import base as look
from xhht_analysis.publishing.figures.base import CLASS_COLOURS, DATA, GREY, INK, TARGET, styled
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.selection import NoFiguresError
from xhht_analysis.publishing.sentences import tally
from xhht_analysis.publishing.statements import Statement

FULL, MARKS_AT = 100, (-46, -17)
ROOM, END = 130, 330
"""Where bars end (what lies beyond 130 % of the target is cut there), and the whole row."""


@styled
def plot_overview(run: ReportData) -> Figure:
    """Marks of both years beside each goal, and how much of its last target is reached."""
    word = run.word
    codes = run.ordered_goals.index
    pairs = [[run.statement(code, year) for year in run.next_years] for code in codes]
    pairs = [pair for pair in pairs if any(pair)]
    title = word("overview.title", n=len(pairs))
    if not pairs:
        raise NoFiguresError(title)
    figure, axes = look.canvas(max(2.4, 0.7 + 0.33 * len(pairs)))
    axis = axes[0, 0]
    for place, pair in enumerate(pairs):
        _draw_row(axis, run, place, pair)
    for x, year in zip(MARKS_AT, run.next_years, strict=True):
        axis.text(x, -0.75, str(year), fontsize=6, weight="bold", ha="center")
    axis.grid(visible=False)
    axis.set(xlim=(-60, END), ylim=(len(pairs) - 0.5, -1), yticks=[], ylabel="")
    axis.set_xticks([0, 50, FULL])
    axis.set_xlabel(word("overview.axis", year=run.last_year), loc="left")
    sns.despine(ax=axis, left=True, bottom=True)
    shown = [s for pair in pairs for s in pair if s]
    key = f"{look.class_key(run, {s.key for s in shown})}. {word('overview.key')}"
    parts = " ".join(text for year in run.next_years if (text := tally(run, year)))
    alt, signs = word("overview.alt", parts=parts), {"star" for s in shown if s.depends_on}
    return look.finish(figure, run, title, alt, key=key, signs=signs)


def attained(said: Statement) -> float:
    """Latest figure as percent of the target; 0 where there is none."""
    if said.latest is None or said.need <= 0:
        return 0.0
    share = said.latest.low / said.need
    if said.lower_is_better:
        share = said.need / said.latest.high if said.latest.high else ROOM
    return min(ROOM, FULL * share)


def _draw_row(axis, run: ReportData, place: int, pair: list[Statement | None]) -> None:
    """Marks, title, the bar with its target, and latest figure against target."""
    for x, said in zip(MARKS_AT, pair, strict=True):
        if said is not None:
            colour = CLASS_COLOURS[said.key]
            box = {"boxstyle": "square,pad=0.25", "fc": colour, "ec": GREY, "lw": 0.5}
            text = {"color": look.ink_on(colour), "bbox": box, "fontsize": 8}
            axis.text(x, place + 0.06, said.mark + said.star, ha="center", va="center", **text)
    said = next(s for s in reversed(pair) if s)
    title = textwrap.shorten(f"{said.order}. {said.title}", 100, placeholder="…")
    axis.text(0, place - 0.2, title, va="center", fontsize=7.4)
    axis.barh(place + 0.22, attained(said), 0.3, color=CLASS_COLOURS[said.key], edgecolor=GREY)
    axis.vlines(FULL, place + 0.03, place + 0.41, color=TARGET, lw=1.5)
    size = f"{said.latest_text} / {said.amount(said.need, 0)}"
    if said.target_year != run.last_year:
        size += f" ({run.word('overview.target', year=said.target_year)})"
    axis.text(ROOM + 4, place + 0.22, size, va="center", fontsize=7, color=INK)


@styled
def plot_pace(run: ReportData) -> Figure:
    """Pace that each share needs to its target beside its usual pace, points a year."""
    word, number, year = run.word, run.labels.number, run.last_year
    said = [s for s in run.statements(year) if s.is_forecast and s.measure_unit == "percent"]
    said = [s for s in said if not isnan(s.pace_required - s.pace_before)]
    title = word("pace_figure.title", year=year)
    if not said:
        raise NoFiguresError(title)
    marks = {
        word("pace_figure.before"): [s.pace_before for s in said],
        word("pace_figure.required"): [s.pace_required for s in said],
    }
    rows = pd.DataFrame(
        {"goal": [textwrap.fill(f"{s.order}. {s.title}", 36) for s in said], **marks}
    )
    figure, axes = look.canvas(max(1.8, 0.9 + 0.4 * len(said)))
    axis = axes[0, 0]
    axis.hlines(range(len(said)), *marks.values(), color="#9aa5b1", lw=2.5, zorder=1)
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
    right = {"xycoords": axis.get_yaxis_transform(), "textcoords": "offset points"}
    for place, s in enumerate(said):
        text = f"{s.range_text(s.base)} → {s.amount(s.need, 0)}   {s.mark} {s.chance_text}{s.star}"
        axis.annotate(text, (1, place), (6, 0), va="center", fontsize=7.5, **right)
    axis.axvline(0, color=GREY, lw=0.8)
    axis.set(ylabel="", ylim=(len(said) - 0.5, -0.5))
    axis.set_xlabel(word("pace_figure.axis"), loc="left")
    look.local_numbers(axis.xaxis, run)
    sns.move_legend(axis, "lower left", bbox_to_anchor=(0, 1), ncol=2, title=None, frameon=False)
    sns.despine(ax=axis, left=True)
    parts = []
    for s in said:
        paces = {"need": number(s.pace_required, 1), "before": number(s.pace_before, 1)}
        parts.append(word("pace_figure.part", name=s.title, window=s.pace_window, **paces))
    alt = word("pace_figure.alt", year=year, parts=" ".join(parts))
    signs = {"star" for s in said if s.depends_on}
    key = word("pace_figure.key", n=PACE_YEARS)
    return look.finish(figure, run, title, alt, key=key, signs=signs)
