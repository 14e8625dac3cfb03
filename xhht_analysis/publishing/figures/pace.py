"""Figures of distance, pace, change, leverage and track record: one row per goal or district."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from xhht_analysis.forecasting.backtest import DEFAULT, reliability
from xhht_analysis.publishing.figures import base as look
from xhht_analysis.publishing.figures.base import CLASS_COLOURS, DATA, GREY, LIGHT, TARGET, styled
from xhht_analysis.publishing.material import PROVINCE, Material

N_DOTS = 20
DOT_COLUMNS = ["q025", "q100", "q250", "median", "q750", "q900", "q975"]
DOT_LEVELS = [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975]
COVERAGES = (50, 80, 95)
PIT_BINS = 5


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
    figure, axes = look.canvas(1.1 + 0.38 * max(len(names), 2))
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


def has_outcomes(verdict: pd.Series | None) -> bool:
    """Whether a verdict has the quantiles that twenty outcomes are read from."""
    return verdict is not None and not verdict[DOT_COLUMNS].isna().any()


@styled
def plot_dots(material: Material, goal_code: str, year: int = 2030) -> Figure:
    """Twenty outcomes as dots over the target line; those that reach it are filled."""
    verdict = material.verdict(goal_code, year)
    word, name = material.labels.word, material.title(goal_code)
    figure, axes = look.canvas(2.3)
    axis = axes[0, 0]
    if not has_outcomes(verdict):
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
    side = "right" if target > np.median(dots) else "left"
    axis.text(target, max(heights) + 1.1, f" {word('col.target', year=year)} ", color=TARGET,
              ha=side)  # fmt: skip
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


def own_scores(material: Material) -> pd.DataFrame:
    """Backtest scores of the kit's own models, without the baselines beside them."""
    return material.scores[material.scores["model_id"] == DEFAULT]


def _pooled(rows: pd.DataFrame, metrics: dict) -> pd.DataFrame:
    """Means of the metrics over indicators and origins, weighted by n: key, value, n."""
    found = []
    for metric, key in metrics.items():
        own = rows[rows["metric"] == metric].dropna(subset="value")
        if own["n"].sum() > 0:
            weights = own["n"].astype(float)
            found.append(
                (key, float(np.average(own["value"], weights=weights)), int(weights.sum()))
            )
    return pd.DataFrame(found, columns=["key", "value", "n"])


def coverage(material: Material) -> pd.DataFrame:
    """Share of past outcomes inside the 50, 80 and 95 % intervals: nominal, actual, n (percent)."""
    table = _pooled(own_scores(material), {f"coverage_{level}": level for level in COVERAGES})
    table = table.rename(columns={"key": "nominal", "value": "actual"})
    return table.assign(actual=100 * table["actual"])


@styled
def plot_track(material: Material) -> Figure:
    """How past forecasts held: coverage, reliability of chances, and the PIT histogram."""
    rows, word, number = coverage(material), material.labels.word, material.labels.number
    figure, axes = look.canvas(2.9, 1, 3)
    parts = [
        word("track.part", nominal=row.nominal, actual=number(row.actual), n=number(row.n))
        for row in rows.itertuples()
    ]
    said = reliability(own_scores(material)) if len(rows) else pd.DataFrame()
    parts += [
        word("track.chance", said=number(100 * r.chance), came=number(100 * r.hit), n=number(r.n))
        for r in said.itertuples()
    ]
    if rows.empty:
        for axis in axes.flat:
            look.empty(axis, word("class.no_data"))
    else:
        _on_diagonal(axes[0, 0], rows["nominal"], rows["actual"], rows["n"], material)
        if len(said):
            _on_diagonal(axes[0, 1], 100 * said["chance"], 100 * said["hit"], said["n"], material)
        pit = _pooled(own_scores(material), {f"pit_{k}": k for k in range(1, PIT_BINS + 1)})
        axes[0, 2].bar(pit["key"], 100 * pit["value"], 0.9, color=look.BAND_COLOURS[80])
        axes[0, 2].axhline(100 / PIT_BINS, color=TARGET, lw=1, ls="--")
        axes[0, 2].set_xticks([])
        for axis, key in zip(axes.flat, ("coverage", "reliability", "pit"), strict=True):
            axis.set_title(look.wrapped(word(f"track.{key}"), 26), weight="bold", fontsize=8)
            axis.set_xlabel(look.wrapped(word(f"track.{key}_x"), 30), loc="left", fontsize=7.5)
        axes[0, 0].set_ylabel(word("track.actual"))
    alt = word("track.alt", parts=" ".join(parts) or word("class.no_data"))
    return look.finish(figure, material, word("track.title"), alt)


def _on_diagonal(axis, said, came, n, material: Material) -> None:
    """Said against came true, in percent; the nearer to the diagonal the better."""
    axis.plot([0, 100], [0, 100], color=LIGHT, lw=2, zorder=0)
    axis.plot(said, came, "o", color=CLASS_COLOURS["very_likely"], ms=7)
    for x, y, count in zip(said, came, n, strict=True):
        axis.annotate(f"{material.labels.number(y)}", (x, y), (-5, 4), fontsize=7.5, ha="right",
                      textcoords="offset points", gid=f"n={count}")  # fmt: skip
    axis.set(xlim=(-8, 106), ylim=(-6, 112), xticks=range(0, 101, 25), yticks=range(0, 101, 25))
