"""Figures with one cell per district: levels by year, chances by goal, reports by year."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from xhht_analysis.publishing.figures import base as look
from xhht_analysis.publishing.figures.base import CLASS_COLOURS, LEVEL_COLOURS, styled
from xhht_analysis.publishing.labels import CLASS_ORDER, PERCENT
from xhht_analysis.publishing.material import COUNTED_KIND, UNIT_KIND, Material
from xhht_analysis.publishing.reports_received import received_reports, senders

COLUMNS = 3
UNSURE = len(LEVEL_COLOURS)
"""Place of the colour of what is not known for sure."""


def short_names(run: Material) -> list[str]:
    """Proper names of the districts; with "huyện", "thị xã" … where two share one."""
    names = run.shown_districts["short_name"]
    proper = names.str.replace(UNIT_KIND, "", regex=True)
    return list(proper.mask(proper.duplicated(keep=False), names).str[:22])


@styled
def plot_ladder(run: Material, indicators: tuple[str, ...] = ()) -> Figure:
    """Level of every district by year, one panel per standard, with the plan's targets."""
    goals, word = run.ordered_goals, run.labels.word
    lines = run.targets[run.targets["goal_code"].isin(goals[goals["kind"] == COUNTED_KIND].index)]
    codes = indicators or tuple(dict.fromkeys(lines["indicator_code"]))
    codes = [c for c in codes if run.levels(c)["reported"].any()]
    title = word("ladder.title")
    if not codes:
        return look.nothing(run, title)
    rows = math.ceil(len(codes) / COLUMNS)
    height = 0.8 + (0.75 + 0.165 * max(len(run.shown_districts), 1)) * rows
    figure, axes = look.canvas(height, rows, min(COLUMNS, len(codes)))
    parts = [_ladder_panel(axis, run, c) for axis, c in zip(axes.flat, codes, strict=False)]
    for axis in axes.flat[len(codes) :]:
        axis.axis("off")
    for axis in axes[:, 1:].flat:
        axis.set_yticklabels([])
    return look.finish(figure, run, title, " ".join([f"{title}.", *parts]), key=word("ladder.key"))


def _ladder_panel(axis, run: Material, code: str) -> str:
    """Draw one standard; its sentence for the alt text."""
    cells, word = run.levels(code), run.labels.word
    cells = cells[cells["unit_code"].isin(run.shown_districts["unit_code"])]
    known = cells["low"] == cells["high"]
    cells = cells.assign(
        colour=np.where(known, cells["low"], UNSURE),
        text=np.where(
            known,
            cells["low"].astype(str),
            cells["low"].astype(str) + "–" + cells["high"].astype(str),
        ),
    )
    grid = cells.pivot_table("colour", "unit_code", "year", "max")
    grid = grid.reindex(run.shown_districts["unit_code"])
    texts = cells.pivot_table("text", "unit_code", "year", "first").reindex(grid.index).fillna("–")
    look.heat(
        axis,
        grid.to_numpy(dtype=float),
        texts.to_numpy(),
        [*LEVEL_COLOURS, "#f2f2f2"],
        xticklabels=[str(y) for y in grid.columns],
        yticklabels=short_names(run),
        annot_kws={"fontsize": 7},
    )
    axis.tick_params(axis="x", rotation=90)
    said = [
        s
        for g in run.ordered_goals[run.ordered_goals["kind"] == COUNTED_KIND].index
        for y in run.target_years
        if (s := run.statement(g, y)) is not None and s.indicator_code == code
    ]
    aims = [
        f"{s.target_year}: {_level_asked(run, s)} {s.amount(s.need)} {s.mark} {s.chance_text}"
        for s in said
    ]
    lines = [look.wrapped(run.short(code), 30), *(look.wrapped(a.rstrip(), 33) for a in aims)]
    axis.set_title("\n".join(lines), fontsize=6.8)
    last = cells[cells["year"] == cells["year"].max()]
    counts = last["text"].value_counts().sort_index(ascending=False)
    told = ", ".join(word("ladder.count", n=n, level=text) for text, n in counts.items())
    given = {"name": run.short(code), "year": int(cells["year"].max()), "counts": told}
    return " ".join(
        [word("ladder.part", **given), *(f"{s.target_year}: {s.verdict_text}." for s in said)]
    )


def _level_asked(run: Material, said) -> str:
    required = float(run.ordered_goals.loc[said.goal_code, "level_required"])
    return "" if required <= 1 else run.labels.word("level_short", n=run.labels.number(required))


def _cell_text(said) -> str:
    """Chance without its sign; the mark alone where there is none or no test scored it."""
    return said.mark if said.is_untested else said.chance_text.replace(PERCENT, "") or said.mark


@styled
def plot_heatmap(run: Material, year: int = 0) -> Figure:
    """Class and chance of each district on the goals asked of every district."""
    units, word = list(run.shown_districts["unit_code"]), run.labels.word
    year = year or run.last_year
    goals = [g for g in run.asked_of_units(year) if any(run.statement(g, year, u) for u in units)]
    title = word("heat.title", year=year)
    if not goals or not units:
        return look.nothing(run, title)
    said = [[run.statement(g, year, u) for g in goals] for u in units]
    place = {name: i for i, name in enumerate(CLASS_ORDER)}
    values = [[np.nan if s is None else place[s.key] for s in row] for row in said]
    texts = [["" if s is None else _cell_text(s) for s in row] for row in said]
    figure, axes = look.canvas(max(3, 1.6 + 0.21 * len(units)))
    heads = [look.wrapped(run.title(g), 22) for g in goals]
    look.heat(
        axes[0, 0],
        np.array(values, dtype=float),
        np.array(texts),
        list(CLASS_COLOURS.values()),
        xticklabels=heads,
        yticklabels=short_names(run),
        annot_kws={"fontsize": 7.5},
    )
    axes[0, 0].xaxis.tick_top()
    axes[0, 0].tick_params(axis="x", rotation=90, labelsize=7)
    parts = [
        word(
            "heat.part",
            unit=run.names[unit],
            n=sum(s is not None and s.is_hopeful for s in row),
            total=sum(s is not None for s in row),
        )
        for unit, row in zip(units, said, strict=True)
    ]
    alt = " ".join([f"{title}.", *parts])
    return look.finish(figure, run, title, alt, key=word("heat.key"))


@styled
def plot_calendar(run: Material) -> Figure:
    """Who reported for which year, on time or late; communes are counted per former district."""
    word, rows = run.labels.word, received_reports(run)
    title = word("calendar.title")
    if rows.empty:
        return look.nothing(run, title)
    who, years = senders(run, rows), sorted(rows["year"].unique())
    colours = pd.DataFrame(0.0, who, years)
    texts = pd.DataFrame("–", who, years)
    for (sender, year), part in rows.groupby(["sender", "year"]):
        if sender in who:
            late, total = int(part["late"].sum()), run.n_communes(sender)
            direct = bool((part["reporter"] == sender).any())
            day = run.labels.date(part["received_on"].iloc[0])[:5]
            text = day if direct else f"{len(part)}/{total}"
            texts.loc[sender, year] = f"{text} !" if late else text
            colours.loc[sender, year] = 1 if late or not (direct or len(part) == total) else 2
    figure, axes = look.canvas(0.9 + 0.24 * len(who))
    look.heat(
        axes[0, 0],
        colours.to_numpy(),
        texts.to_numpy(),
        ["#ffffff", LEVEL_COLOURS[1], LEVEL_COLOURS[3]],
        xticklabels=[str(y) for y in years],
        yticklabels=[run.names.get(s, s)[:28] for s in who],
        annot_kws={"fontsize": 7.5},
    )
    axes[0, 0].xaxis.tick_top()
    parts = [
        word("calendar.part", year=y, n=len(r), late=int(r["late"].sum()))
        for y, r in rows.groupby("year")
    ]
    alt = " ".join([f"{title}.", *parts])
    return look.finish(figure, run, title, alt, key=word("calendar.key"))
