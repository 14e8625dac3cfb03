"""Figures with one row per goal: where all stand, pace needed beside pace so far, tests."""

from __future__ import annotations

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from xhht_analysis.publishing import track
from xhht_analysis.publishing.figures import base as look
from xhht_analysis.publishing.figures.base import CLASS_COLOURS, DATA, GREY, INK, TARGET, styled
from xhht_analysis.publishing.material import Material
from xhht_analysis.publishing.sentences import tally
from xhht_analysis.publishing.statements import Statement

FULL, MARKS_AT = 100, (2, 11)
ROOM = 130
"""Right end of the axis: what lies beyond 130 % of the target is cut there."""


@styled
def plot_overview(run: Material) -> Figure:
    """Marks of both years beside each goal, and how much of the last target is reached."""
    said = [
        [run.statement(code, year) for year in run.target_years] for code in run.ordered_goals.index
    ]
    said = [pair for pair in said if any(pair)]
    if not said:
        return look.nothing(run, run.labels.word("overview.title", n=0))
    rows = pd.DataFrame({"goal": range(len(said)), "attained": [attained(p) for p in said]})
    figure, axes = look.canvas(max(2.4, 0.7 + 0.31 * len(said)))
    axis, newest = axes[0, 0], [[s for s in pair if s is not None][-1] for pair in said]
    sns.barplot(
        rows,
        x="attained",
        y="goal",
        orient="y",
        hue=[s.key for s in newest],
        palette=CLASS_COLOURS,
        legend=False,
        width=0.3,
        edgecolor=GREY,
        ax=axis,
    )
    for bar in axis.patches:
        bar.set_y(bar.get_y() + 0.22)
    for place, pair in enumerate(said):
        _marks(axis, place, pair)
        text = f"{pair[0].order if pair[0] else pair[1].order}. {newest[place].title}"
        axis.text(16, place - 0.18, text, va="center", fontsize=7.4)
        seen = newest[place]
        size = f"{seen.latest_text} / {seen.amount(seen.need, 0)}"
        axis.text(ROOM + 1, place + 0.2, size, va="center", fontsize=7, color=INK)
    axis.axvline(FULL, color=TARGET, lw=1, ls="--", zorder=0)
    heads = [str(year) for year in run.target_years]
    for x, text in zip(MARKS_AT, heads, strict=True):
        axis.text(x, -0.75, text, fontsize=6, weight="bold", ha="center")
    axis.set(
        xlim=(-2, ROOM), ylim=(len(said) - 0.5, -1), yticks=[], ylabel="", xticks=[0, 50, FULL]
    )
    axis.set_xlabel(run.labels.word("overview.axis", year=run.last_year), loc="left")
    sns.despine(ax=axis, left=True)
    parts = " ".join(text for year in run.target_years if (text := tally(run, year)))
    alt = run.labels.word("overview.alt", parts=parts)
    title = run.labels.word("overview.title", n=len(said))
    return look.finish(figure, run, title, alt, key=run.labels.word("overview.key"))


def attained(pair: list[Statement | None]) -> float:
    """Latest figure as percent of the last target; 0 where there is none."""
    said = [s for s in pair if s is not None][-1]
    if said.latest is None or said.need <= 0:
        return 0.0
    return min(ROOM, FULL * said.latest.low / said.need)


def _marks(axis, place: int, pair: list[Statement | None]) -> None:
    for x, said in zip(MARKS_AT, pair, strict=True):
        if said is not None:
            colour = CLASS_COLOURS[said.key]
            box = {"boxstyle": "square,pad=0.25", "fc": colour, "ec": GREY, "lw": 0.5}
            axis.text(
                x,
                place - 0.16,
                said.mark,
                color=look.ink_on(colour),
                bbox=box,
                ha="center",
                va="center",
                fontsize=8,
            )


@styled
def plot_pace(run: Material, year: int = 0) -> Figure:
    """Pace that each share needs to its target beside its pace so far, points a year."""
    word, number, year = run.labels.word, run.labels.number, year or run.last_year
    said = [
        s
        for s in run.statements(year)
        if s.is_forecast
        and s.pace_required == s.pace_required
        and s.pace_before == s.pace_before
        and s.measure_unit == "percent"
    ]
    title = word("pace_figure.title", year=year)
    if not said:
        return look.nothing(run, title)
    names = [look.wrapped(s.title, 36) for s in said]
    marks = {
        word("pace_figure.before"): [s.pace_before for s in said],
        word("pace_figure.required"): [s.pace_required for s in said],
    }
    rows = pd.DataFrame({"goal": names, **marks}).melt("goal", var_name="pace")
    figure, axes = look.canvas(max(1.8, 0.9 + 0.4 * len(said)))
    axis = axes[0, 0]
    axis.hlines(range(len(said)), *marks.values(), color="#9aa5b1", lw=2.5, zorder=1)
    sns.scatterplot(
        rows,
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
    for place, s in enumerate(said):
        text = f"{s.range_text(s.base)} → {s.amount(s.need, 0)}   {s.mark} {s.chance_text}"
        axis.annotate(
            text,
            (1, place),
            (6, 0),
            xycoords=axis.get_yaxis_transform(),
            textcoords="offset points",
            va="center",
            fontsize=7.5,
        )
    axis.axvline(0, color=GREY, lw=0.8)
    axis.set(ylabel="", ylim=(len(said) - 0.5, -0.5))
    axis.set_xlabel(word("pace_figure.axis"), loc="left")
    look.local_numbers(axis.xaxis, run)
    sns.move_legend(axis, "lower left", bbox_to_anchor=(0, 1), ncol=2, title=None, frameon=False)
    sns.despine(ax=axis, left=True)
    parts = [
        word(
            "pace_figure.part",
            name=s.title,
            need=number(s.pace_required, 1),
            before=number(s.pace_before, 1),
        )
        for s in said
    ]
    alt = word("pace_figure.alt", year=year, parts=" ".join(parts))
    return look.finish(figure, run, title, alt)


@styled
def plot_track(run: Material) -> Figure:
    """Share of past outcomes inside the 80 % interval, per share of the plan."""
    word, rows = run.labels.word, track.coverage(run)
    title = word("track_figure.title")
    if rows.empty:
        return look.nothing(run, title)
    rows = rows.assign(name=[run.short(c) for c in rows["indicator_code"]])
    figure, axes = look.canvas(0.9 + 0.28 * len(rows))
    axis = axes[0, 0]
    sns.barplot(rows, x="covered", y="name", color=look.BAND, width=0.6, ax=axis)
    for place, row in enumerate(rows.itertuples()):
        text = f" {run.labels.number(row.covered)} % (n = {run.labels.number(row.n)})"
        axis.text(row.covered, place, text, va="center", fontsize=7.5)
    axis.axvline(track.NOMINAL, color=TARGET, ls="--", lw=1)
    axis.set(xlim=(0, 118), xticks=range(0, 101, 20), ylabel="")
    axis.set_xlabel(word("track_figure.axis"), loc="left")
    return look.finish(figure, run, title, " ".join([f"{title}.", *track.track_sentences(run)]))
