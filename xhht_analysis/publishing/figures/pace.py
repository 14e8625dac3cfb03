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


def _pairs(material: Material, key: str, year: int, rows: list[tuple], axis_label: str) -> Figure:
    """Rows of two marks joined by a line: (name, left, right, note, sentence); words of ``key``."""
    names, left, right, notes, parts = zip(*rows, strict=True) if rows else [()] * 5
    figure, axes = look.canvas(1.1 + 0.38 * max(len(names), 2))
    axis, places, word = axes[0, 0], np.arange(len(names)), material.labels.word
    axis.hlines(places, left, right, color=look.EDGE, lw=3)
    axis.plot(left, places, "o", color=DATA, ms=7, mfc="white")
    axis.plot(right, places, "D", color=TARGET, ms=7)
    axis.set_yticks(places, [look.wrapped(name, 40) for name in names], fontsize=8)
    axis.set_ylim(max(len(names), 1) - 0.5, -0.5)
    for place, note in zip(places, notes, strict=True):
        axis.text(1.01, place, note, transform=axis.get_yaxis_transform(), va="center", fontsize=8)
    axis.grid(axis="x")
    axis.tick_params(left=False)
    axis.spines["left"].set_visible(False)
    axis.set_xlabel(axis_label, loc="left")
    look.local_numbers(axis.xaxis, material)
    alt = word(f"{key}.alt", year=year, parts=" ".join(parts) or word("class.no_data"))
    return look.finish(figure, material, word(f"{key}.title", year=year), alt)


@styled
def plot_dumbbell(material: Material, year: int = 2030) -> Figure:
    """From today to the target for every share, with the pace it needs (points a year)."""
    word, percent, rows = material.labels.word, material.labels.percent, []
    for v in _share_verdicts(material, year).dropna(subset="current").itertuples():
        name, need = material.title(v.goal_code), v.pace_required
        note = word("dumbbell.pace", pace=material.labels.number(need, 1)) if need > 0 else ""
        note = "✔" if need <= 0 else note
        said = {"name": name, "current": percent(v.current), "target": percent(v.target_value)}
        rows.append((name, v.current, v.target_value, note, word("dumbbell.part", **said)))
    figure = _pairs(material, "dumbbell", year, rows, word("dumbbell.key"))
    figure.axes[0].set_xlim(0, 100)
    return figure


@styled
def plot_peers(material: Material, year: int = 2030) -> Figure:
    """Required against recent pace of every share, and its rank among comparable courses."""
    word, number, rows = material.labels.word, material.labels.number, []
    known = _share_verdicts(material, year).dropna(subset=["pace_required", "pace_own"])
    for v in known.itertuples():
        name, rank = material.title(v.goal_code), v.pace_percentile
        note = word("peers.rank", n=number(rank)) if pd.notna(rank) else ""
        said = {"need": number(v.pace_required, 1), "own": number(v.pace_own, 1)}
        part = word("peers.part", name=name, **said)
        rows.append((name, v.pace_own, v.pace_required, note, part))
    figure = _pairs(material, "peers", year, rows, word("peers.axis"))
    figure.axes[0].axvline(0, color=GREY, lw=0.8)
    return figure


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
    word, chance, rows = material.labels.word, material.labels.short_chance, []
    known = changed_chances(material, year).dropna(subset=["prob_reached_old", "prob_reached_new"])
    for v in known.itertuples():
        name, old, new = material.title(v.goal_code), v.prob_reached_old, v.prob_reached_new
        part = word("changes.part", name=name, old=chance(old), new=chance(new))
        rows.append((name, 100 * old, 100 * new, f"{chance(old)} → {chance(new)}", part))
    marks = f"○ {word('col.previous').lower()}, ◆ {word('col.now').lower()}"
    figure = _pairs(material, "changes", year, rows, f"{word('overview.axis')}: {marks}")
    figure.axes[0].set_xlim(0, 100)
    return figure


def outcome_dots(verdict: pd.Series) -> np.ndarray:
    """Twenty equally likely outcomes of a verdict, read off its quantiles (METHODS 2.11)."""
    levels = (np.arange(N_DOTS) + 0.5) / N_DOTS
    return np.interp(levels, DOT_LEVELS, verdict[DOT_COLUMNS].astype(float))


def has_outcomes(verdict: pd.Series | None) -> bool:
    """Whether a verdict has the quantiles that twenty outcomes are read from."""
    return verdict is not None and not verdict[DOT_COLUMNS].isna().any()


def _dot_columns(dots: np.ndarray, target: float, percent: bool) -> tuple[np.ndarray, np.ndarray]:
    """Column of each dot and where it stands; columns of a share end at the target and at 100."""
    step = max(np.ptp(dots) / 12, 0.5)
    if not percent:
        columns = np.round(dots / step)
        return columns, columns * step
    columns = np.floor((dots - target) / step + 1e-9)
    return columns, np.clip(target + (columns + 0.5) * step, 0, 100)


@styled
def plot_dots(material: Material, goal_code: str, year: int = 2030) -> Figure:
    """Twenty outcomes as dots over the target line; those that reach it are filled."""
    verdict = material.verdict(goal_code, year)
    word, name = material.labels.word, material.title(goal_code)
    figure, axes = look.canvas(2.3)
    axis = axes[0, 0]
    if not has_outcomes(verdict):
        alt = f"{name}: {word('class.no_data')}."
        return look.nothing(material, word("dots.title", year=year, name=name), alt)
    dots, target = outcome_dots(verdict), verdict["target_value"]
    columns, places = _dot_columns(dots, target, verdict["measure_unit"] == "percent")
    heights = [int((columns[:i] == c).sum()) for i, c in enumerate(columns)]
    met = round(N_DOTS * verdict["prob_reached"])
    reached = np.arange(N_DOTS) >= N_DOTS - met
    for chosen, fill in ((reached, DATA), (~reached, "white")):
        axis.scatter(places[chosen], np.array(heights)[chosen], s=70, c=fill, ec=DATA)
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
    names = [look.clip(material.names[code]) for code in rows["unit_code"]]
    axis.barh(range(len(names)), 100 * rows["leverage"], color=DATA, height=0.6)
    axis.set_yticks(range(len(names)), names)
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
