"""Figures of distance, pace, change, leverage and track record: one row per goal or district."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from xhht_analysis.publishing.figures import base as look
from xhht_analysis.publishing.figures.base import CLASS_COLOURS, DATA, GREY, LIGHT, TARGET, styled
from xhht_analysis.publishing.material import PROVINCE, Material

N_DOTS = 20
DOT_COLUMNS = ["q025", "q100", "q250", "median", "q750", "q900", "q975"]
DOT_LEVELS = [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975]
COVERAGES = (50, 80, 95)


def _share_verdicts(material: Material, year: int) -> pd.DataFrame:
    """Province verdicts on shares in percent, in the plan's order."""
    rows = material.verdicts
    shares = [code for code in material.ordered_goals.index if not material.is_level(code)]
    mask = (rows["unit_code"] == PROVINCE) & (rows["target_year"] == year)
    rows = rows[mask & rows["goal_code"].isin(shares)].set_index("goal_code", drop=False)
    return rows.loc[[code for code in shares if code in rows.index]]


def _pairs(
    material: Material, names: list[str], left, right, notes: list[str], marks="oD"
) -> Figure:
    """Rows of two marks joined by a line, with a note at the right: the body of three figures."""
    figure, axes = look.canvas(1.1 + 0.46 * max(len(names), 2))
    axis = axes[0, 0]
    places = np.arange(len(names))
    axis.hlines(places, left, right, color="#b8c2cc", lw=3)
    axis.plot(left, places, marks[0], color=DATA, ms=7, mfc="white" if marks[0] == "o" else DATA)
    axis.plot(right, places, marks[1], color=TARGET, ms=7)
    axis.set_yticks(places, [look.wrapped(name, 40) for name in names], fontsize=8)
    axis.set_ylim(len(names) - 0.5, -0.5)
    for place, note in zip(places, notes, strict=True):
        axis.text(1.01, place, note, transform=axis.get_yaxis_transform(), va="center", fontsize=8)
    axis.grid(axis="x")
    axis.tick_params(left=False)
    axis.spines["left"].set_visible(False)
    look.local_numbers(axis.xaxis, material)
    return figure


@styled
def plot_dumbbell(material: Material, year: int = 2030) -> Figure:
    """From today to the target for every share, with the pace it needs (points a year)."""
    rows = _share_verdicts(material, year).dropna(subset="current")
    word, percent = material.labels.word, material.labels.percent
    names = [material.title(code) for code in rows["goal_code"]]
    notes = ["✔" if n <= 0 else word("dumbbell.pace", pace=material.labels.number(n, 1))
             if pd.notna(n) else "" for n in rows["pace_required"]]  # fmt: skip
    figure = _pairs(material, names, rows["current"], rows["target_value"], notes)
    figure.axes[0].set_xlim(0, 100)
    figure.axes[0].set_xlabel(word("dumbbell.key"), loc="left")
    parts = [
        word("dumbbell.part", name=name, current=percent(now), target=percent(goal))
        for name, now, goal in zip(names, rows["current"], rows["target_value"], strict=True)
    ]
    alt = word("dumbbell.alt", year=year, parts=" ".join(parts))
    return look.finish(figure, material, word("dumbbell.title", year=year), alt)


@styled
def plot_peers(material: Material, year: int = 2030) -> Figure:
    """Required against recent pace of every share, and its rank among comparable courses."""
    rows = _share_verdicts(material, year).dropna(subset=["pace_required", "pace_own"])
    word, number = material.labels.word, material.labels.number
    names = [material.title(code) for code in rows["goal_code"]]
    ranks = rows["pace_percentile"]
    notes = [word("peers.rank", n=number(p)) if pd.notna(p) else "" for p in ranks]
    figure = _pairs(material, names, rows["pace_own"], rows["pace_required"], notes)
    figure.axes[0].axvline(0, color=GREY, lw=0.8)
    figure.axes[0].set_xlabel(word("peers.axis"), loc="left")
    parts = [
        word("peers.part", name=name, need=number(need, 1), own=number(own, 1))
        for name, need, own in zip(names, rows["pace_required"], rows["pace_own"], strict=True)
    ]
    alt = word("peers.alt", parts=" ".join(parts))
    return look.finish(figure, material, word("peers.title", year=year), alt)


def changed_chances(material: Material, year: int) -> pd.DataFrame:
    """Province verdicts of this and the previous run side by side: goal_code, *_old, *_new."""
    keys = ["goal_code", "prob_reached", "verdict_class", "basis"]
    both = [
        rows[(rows["unit_code"] == PROVINCE) & (rows["target_year"] == year)][keys]
        for rows in (material.previous, material.verdicts)
    ]
    return both[0].merge(both[1], on="goal_code", suffixes=("_old", "_new"))


@styled
def plot_changes(material: Material, year: int = 2030) -> Figure:
    """Chance of every goal in the previous run and in this one."""
    rows = changed_chances(material, year).dropna(subset=["prob_reached_old", "prob_reached_new"])
    word, chance = material.labels.word, material.labels.short_chance
    names = [material.title(code) for code in rows["goal_code"]]
    old, new = rows["prob_reached_old"], rows["prob_reached_new"]
    notes = [f"{chance(a)} → {chance(b)}" for a, b in zip(old, new, strict=True)]
    figure = _pairs(material, names, 100 * old, 100 * new, notes)
    figure.axes[0].set_xlim(0, 100)
    figure.axes[0].set_xlabel(f"{word('overview.axis')}: ○ {word('col.previous').lower()}, "
                              f"◆ {word('col.now').lower()}", loc="left")  # fmt: skip
    parts = [
        word("changes.part", name=name, old=chance(a), new=chance(b))
        for name, a, b in zip(names, old, new, strict=True)
    ]
    alt = word("changes.alt", year=year, parts=" ".join(parts))
    return look.finish(figure, material, word("changes.title", year=year), alt)


def outcome_dots(verdict: pd.Series) -> np.ndarray:
    """Twenty equally likely outcomes of a verdict, read off its quantiles (METHODS 2.11)."""
    levels = (np.arange(N_DOTS) + 0.5) / N_DOTS
    return np.interp(levels, DOT_LEVELS, verdict[DOT_COLUMNS].astype(float))


@styled
def plot_dots(material: Material, goal_code: str, year: int = 2030) -> Figure:
    """Twenty outcomes as dots over the target line; those that reach it are filled."""
    verdict = material.verdict(goal_code, year)
    word, name = material.labels.word, material.title(goal_code)
    figure, axes = look.canvas(2.3)
    axis = axes[0, 0]
    if verdict is None or verdict[DOT_COLUMNS].isna().any():
        look.empty(axis, word("class.no_data"))
        alt = f"{name}: {word('class.no_data')}."
        return look.finish(figure, material, word("dots.title", year=year, name=name), alt)
    dots, target = outcome_dots(verdict), verdict["target_value"]
    step = max(np.ptp(dots) / 12, 0.5)
    columns = np.round(dots / step)
    heights = [int((columns[:i] == c).sum()) for i, c in enumerate(columns)]
    met = round(N_DOTS * verdict["prob_reached"])
    reached = np.arange(N_DOTS) >= N_DOTS - met
    for chosen, fill in ((reached, DATA), (~reached, "white")):
        axis.scatter(columns[chosen] * step, np.array(heights)[chosen], s=70, c=fill, ec=DATA)
    axis.axvline(target, color=TARGET, lw=1.2)
    axis.text(target, max(heights) + 1.1, word("col.target", year=year), color=TARGET, ha="center")
    axis.set_ylim(-0.7, max(heights) + 1.8)
    axis.set_yticks([])
    axis.spines["left"].set_visible(False)
    axis.set_xlabel(word("dots.note", n=met), loc="left")
    axis.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    look.local_numbers(axis.xaxis, material, 0 if np.ptp(dots) > 5 else 1)
    alt = word("dots.alt", name=name, year=year, n=met, target=material.target_text(verdict))
    return look.finish(figure, material, word("dots.title", year=year, name=name), alt)


@styled
def plot_leverage(material: Material, goal_code: str, year: int = 2030) -> Figure:
    """Gain in the province's chance if one district reached its own target."""
    rows = material.verdicts
    mask = (rows["goal_code"] == goal_code) & (rows["target_year"] == year)
    rows = rows[mask & (rows["unit_code"] != PROVINCE)].dropna(subset="leverage")
    rows = rows.sort_values("leverage", ascending=False).head(11)
    word, name = material.labels.word, material.title(goal_code)
    figure, axes = look.canvas(1.2 + 0.22 * max(len(rows), 3))
    axis = axes[0, 0]
    names = [material.names[code] for code in rows["unit_code"]]
    axis.barh(names, 100 * rows["leverage"], color=DATA, height=0.6)
    for place, value in enumerate(100 * rows["leverage"]):
        text = material.labels.number(value, 1)
        axis.text(value, place, f" {text}", va="center", fontsize=8)
    axis.invert_yaxis()
    axis.set_xlabel(word("leverage.axis"), loc="left")
    look.local_numbers(axis.xaxis, material, 1)
    alt = f"{name}: {word('class.no_data')}."
    if len(rows):
        gain = material.labels.number(100 * rows["leverage"].iloc[0], 1)
        alt = word("leverage.alt", name=name, unit=names[0], gain=gain)
    return look.finish(figure, material, word("leverage.title", name=name, year=year), alt)


def coverage(material: Material) -> pd.DataFrame:
    """Share of past outcomes inside the 50, 80 and 95 % intervals: nominal, actual, n (percent)."""
    rows, scale = material.scores, 100.0
    if not material.forecasts.empty:
        models = set(material.forecasts["model_id"]) & set(rows["model_id"])
        rows = rows[rows["model_id"].isin(models)] if models else rows
    found = []
    for nominal in COVERAGES:
        own = rows[rows["metric"] == f"coverage_{nominal}"].dropna(subset="value")
        if own["n"].sum() > 0:
            actual = float(np.average(own["value"], weights=own["n"].astype(float)))
            found.append((nominal, actual, int(own["n"].sum())))
    table = pd.DataFrame(found, columns=["nominal", "actual", "n"])
    return table.assign(actual=table["actual"] * (scale if table["actual"].max() <= 1 else 1.0))


@styled
def plot_track(material: Material) -> Figure:
    """Reliability: nominal against observed coverage of past forecasts."""
    rows, word = coverage(material), material.labels.word
    figure, axes = look.canvas(3.0)
    axis = axes[0, 0]
    axis.plot([0, 100], [0, 100], color=LIGHT, lw=2)
    axis.plot(rows["nominal"], rows["actual"], "o", color=CLASS_COLOURS["very_likely"], ms=9)
    parts = []
    for row in rows.itertuples():
        given = {"actual": material.labels.number(row.actual), "n": material.labels.number(row.n)}
        parts.append(word("track.part", nominal=row.nominal, **given))
        axis.annotate(f"{given['actual']} (n = {given['n']})", (row.nominal, row.actual), (8, -10),
                      textcoords="offset points", fontsize=8)  # fmt: skip
    if rows.empty:
        look.empty(axis, word("class.no_data"))
    else:
        axis.set(xlim=(40, 102), ylim=(min(30, rows["actual"].min() - 5), 104))
        axis.set_xlabel(word("track.nominal"), loc="left")
        axis.set_ylabel(word("track.actual"))
    alt = word("track.alt", parts=" ".join(parts) or word("class.no_data"))
    return look.finish(figure, material, word("track.title"), alt)
