"""Figures of the province's goals: overview, fan, dots, distance, pace, change, track record."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MultipleLocator

from xhht_analysis.publishing.figures import base as look
from xhht_analysis.publishing.figures.base import (
    CLASS_COLOURS,
    DATA,
    GREY,
    INK,
    LIGHT,
    TARGET,
    styled,
)
from xhht_analysis.publishing.labels import CLASS_ORDER, SYMBOLS
from xhht_analysis.publishing.material import COUNTED_KIND, TARGET_YEARS, Material
from xhht_analysis.publishing.sentences import tally_text

CLASS_EDGES = (12.5, 32.5, 67.5, 87.5)
"""Between the classes, of chances rounded to 5 % (verdicts.UPPER_EDGES)."""
BOUNDARY = 2024.75
"""Place of 2025-07-01 on an axis of yearly figures taken at 30 September."""
BAR_WIDTHS = {95: 0.30, 80: 0.42, 50: 0.54}
QUANTILES = {95: ("q025", "q975"), 80: ("q100", "q900"), 50: ("q250", "q750")}


@styled
def plot_overview(material: Material) -> Figure:
    """Chance and class of every goal for both target years, one row per goal."""
    rows = _overview_rows(material)
    height = 0.9 + 0.35 * len(rows)
    figure, axes = look.canvas(height, 1, len(TARGET_YEARS), sharey=True)
    parts = []
    for axis, year in zip(axes[0], TARGET_YEARS, strict=True):
        found = (material.verdict(code, year) for code, _ in rows if code)
        parts.append(
            tally_text(material, [v["verdict_class"] for v in found if v is not None], year)
        )
        for place, (code, _) in enumerate(rows):
            if code:
                _overview_cell(axis, place, material.verdict(code, year), material)
        for edge in CLASS_EDGES:
            axis.axvline(edge, color=LIGHT, lw=0.8, zorder=0)
        axis.set(xlim=(0, 100), ylim=(len(rows) - 0.5, -0.5))
        axis.set_title(material.labels.word("overview.year", year=year), weight="bold")
        axis.set_xlabel(material.labels.word("overview.axis"), loc="left")
        axis.set_xticks([0, 25, 50, 75, 100])
        axis.tick_params(left=False, labelsize=7.5)
        axis.spines["left"].set_visible(False)
    _overview_names(axes[0, 0], rows)
    alt = material.labels.word("overview.alt", parts=" ".join(parts))
    return look.finish(figure, material, material.labels.word("overview.title"), alt)


@styled
def plot_tally(material: Material) -> Figure:
    """How many targets of each year fall in each class: one tile per class and year."""
    found = {
        year: [v["verdict_class"] for code in material.ordered_goals.index
               if (v := material.verdict(code, year)) is not None]
        for year in TARGET_YEARS
    }  # fmt: skip
    shown = [c for c in CLASS_ORDER if any(c in classes for classes in found.values())]
    figure, axes = look.canvas(1.9)
    axis = axes[0, 0]
    for row, classes in enumerate(found.values()):
        for column, name in enumerate(shown):
            n = classes.count(name)
            colour = CLASS_COLOURS[name] if n else "#ffffff"
            hatch = "////" if n and name == "no_data" else None
            axis.add_patch(Rectangle((column - 0.47, row - 0.44), 0.94, 0.88, fc=colour, ec=LIGHT,
                                     hatch=hatch))  # fmt: skip
            axis.text(column, row, str(n) if n else "–", ha="center", va="center", fontsize=13,
                      weight="bold", color=look.ink_on(colour) if n else GREY)  # fmt: skip
    names = [f"{SYMBOLS[c]}\n{look.wrapped(material.labels.verdict(c), 12)}" for c in shown]
    axis.set_xticks(range(len(shown)), names, fontsize=7.5)
    axis.xaxis.tick_top()
    years = [material.labels.word("overview.year", year=year) for year in TARGET_YEARS]
    axis.set_yticks(range(len(years)), years, weight="bold")
    axis.set(xlim=(-0.5, max(len(shown), 1) - 0.5), ylim=(len(years) - 0.5, -0.5))
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    parts = [tally_text(material, classes, year) for year, classes in found.items() if classes]
    return look.finish(figure, material, material.labels.word("tally.title"), " ".join(parts))


def _overview_rows(material: Material) -> list[tuple[str, str]]:
    """Goals in order with a heading row (no code) before each block."""
    rows, block = [], None
    for goal in material.ordered_goals.itertuples():
        if goal.block != block:
            block = goal.block
            rows.append(
                ("", f"{block}. {material.labels.local(pd.Series(goal._asdict()), 'block')}")
            )
        rows.append((goal.goal_code, material.title(goal.goal_code)))
    return rows


def _overview_names(axis, rows: list[tuple[str, str]]) -> None:
    axis.set_yticks(
        range(len(rows)), [look.wrapped(look.clip(t, 78), 41) for _, t in rows], fontsize=7.2
    )
    for tick, (code, _) in zip(axis.get_yticklabels(), rows, strict=True):
        tick.set_weight("normal" if code else "bold")


def _overview_cell(axis, place: int, verdict, material: Material) -> None:
    text = material.labels.verdict_cell(verdict)
    if verdict is not None:
        name = verdict["verdict_class"]
        asked = verdict["basis"] in ("forecast", "expert") and pd.notna(verdict["prob_reached"])
        width = 100 * verdict["prob_reached"] if asked and name not in ("reached", "missed") else 0
        width = 100 if name == "reached" else width
        hatch = "////" if name in ("missed", "no_data") else None
        width = 100 if hatch else width
        colour = "#ffffff" if hatch else CLASS_COLOURS[name]
        axis.barh(place + 0.2, width, 0.22, color=colour, edgecolor=GREY, lw=0.5, hatch=hatch)
        if name in ("reached", "missed"):
            text = f"{text}: {material.outcome_text(verdict)}"
    axis.text(1, place - 0.17, text, fontsize=7.5, va="center", color=INK)


@styled
def plot_fan(material: Material, goal_code: str) -> Figure:
    """Observed years, targets and 50/80/95 % of outcomes of one goal.

    Shares have a fan through the years; counts of districts have bars at the target years.
    """
    figure, axes = look.canvas(3.0)
    axis = axes[0, 0]
    observed = material.observed(goal_code)
    verdicts = [v for y in TARGET_YEARS if (v := material.verdict(goal_code, y)) is not None]
    if observed.empty:
        look.empty(axis, material.labels.word("fan.empty"))
        axis.text(0.5, 0.3, "\n".join(target_label(material, v) for v in verdicts),
                  transform=axis.transAxes, ha="center", va="top")  # fmt: skip
    else:
        _fan_body(axis, material, goal_code, observed, verdicts)
    alt = " ".join(
        [
            material.title(goal_code) + ".",
            *(target_label(material, v, ": ") + "." for v in verdicts),
        ]
    )
    if not observed.empty and verdicts:
        last = observed.iloc[-1]
        value = material.span(verdicts[0], last["low"], last["high"])
        alt += " " + material.labels.word("goal.current", year=int(last["year"]), value=value)
    key = ""
    if not observed.empty:
        key = _fan_key(material, observed, counted=material.is_level(goal_code))
    return look.finish(figure, material, material.title(goal_code), alt, key=key)


def target_label(material: Material, verdict: pd.Series, joint: str = "\n") -> str:
    """Target of a year and its verdict, in two lines."""
    year, target = int(verdict["target_year"]), material.target_text(verdict)
    head = material.labels.word("fan.target", year=year, target=target)
    return f"{head}{joint}{material.labels.verdict_cell(verdict)}"


def _fan_body(axis, material: Material, code: str, observed, verdicts) -> None:
    bands = pd.DataFrame()
    if not material.is_level(code):
        bands = from_origin(
            material.bands(material.ordered_goals.loc[code, "indicator_code"]), observed
        )
        look.draw_bands(axis, bands)
    else:
        for verdict in verdicts:
            _outcome_bars(axis, material, verdict)
    unsure = observed["high"] > observed["low"]
    known, open_ = observed[~unsure], observed[unsure]
    axis.vlines(open_["year"], open_["low"], open_["high"], color=GREY, lw=5, alpha=0.5,
                gid="unsure")  # fmt: skip
    axis.plot(known["year"], known["low"], "-o", color=DATA, lw=1.6, ms=4.5, gid="observed")
    for verdict in verdicts:
        _target_mark(axis, material, verdict, observed["year"].max())
    _fan_marks(axis, material, observed, bands, counted=material.is_level(code))
    _fan_scale(axis, material, code, verdicts)


def _target_mark(axis, material: Material, verdict: pd.Series, origin: int) -> None:
    year, value = verdict["target_year"], verdict["target_value"]
    axis.plot(year, value, "D", color=TARGET, ms=7, mec="white", zorder=6, gid="target")
    axis.axvline(year, color=TARGET, lw=0.6, ls=":", zorder=0)
    place, side = (year + 0.35, "right") if year > origin else (year, "center")
    strip = axis.get_xaxis_transform()
    text = target_label(material, verdict)
    axis.text(place, 1.03, text, transform=strip, ha=side, va="bottom", fontsize=8)


def from_origin(bands: pd.DataFrame, observed: pd.DataFrame) -> pd.DataFrame:
    """Bands that grow out of the last observed point."""
    if bands.empty or observed.empty:
        return bands
    last = observed.iloc[-1]
    bands = bands[bands.index > last["year"]]
    start = pd.DataFrame({c: [last["low"]] for c in bands.columns}, index=[int(last["year"])])
    return pd.concat([start, bands])


def _outcome_bars(axis, material: Material, verdict: pd.Series) -> None:
    if verdict["basis"] not in ("forecast", "expert") or pd.isna(verdict["median"]):
        return
    year = verdict["target_year"]
    for level, (low, high) in QUANTILES.items():
        bottom, top = verdict[low], verdict[high]
        if pd.notna(bottom) and pd.notna(top):
            axis.bar(year, top - bottom + 0.2, BAR_WIDTHS[level], bottom - 0.1, lw=0,
                     color=look.BAND_COLOURS[level])  # fmt: skip
    median = verdict["median"]
    axis.hlines(median, year - 0.27, year + 0.27, color=DATA, lw=2)


def _fan_marks(axis, material: Material, observed, bands, *, counted: bool) -> None:
    word, origin = material.labels.word, int(observed["year"].max())
    last = observed.iloc[-1]
    ends = dict.fromkeys((last["low"], last["high"]))
    text = "–".join(material.labels.number(end, 0 if counted else 1) for end in ends)
    axis.annotate(text, (last["year"], last["low"]), (4, -6), textcoords="offset points",
                  ha="left", va="top", fontsize=8, color=DATA, weight="bold")  # fmt: skip
    if 0.5 in bands and len(bands) > 1:
        end = material.labels.number(bands[0.5].iloc[-1], 1)
        axis.annotate(end, (bands.index[-1], bands[0.5].iloc[-1]), (6, 0), va="center",
                      textcoords="offset points", fontsize=8, color=DATA)  # fmt: skip
    strip = axis.get_xaxis_transform()
    axis.axvline(BOUNDARY, color=GREY, lw=0.9, ls="--", zorder=0, gid="boundary")
    below = {"xycoords": strip, "textcoords": "offset points", "va": "top", "fontsize": 7}
    axis.annotate(word("fan.boundary"), (BOUNDARY, 0), (-2, -17), ha="right", color=GREY, **below)
    axis.axvline(origin, color=INK, lw=0.8, ls="-.", zorder=0, gid="origin")
    place = (max(origin, BOUNDARY), 0)
    axis.annotate(word("fan.origin", year=origin), place, (2, -17), ha="left", color=INK, **below)


def _fan_key(material: Material, observed, *, counted: bool) -> str:
    word = material.labels.word
    middle = f"{'▬' if counted else '- -'} {word('fan.median')}"
    key = f"–●– {word('fan.observed')}    {middle}    ◆ {word('col.goal').lower()}"
    key = f"{key}    {word('fan.bars' if counted else 'fan.bands')}"
    if (observed["high"] > observed["low"]).any():
        key = f"{key}    ▌{word('fan.unsure')}"
    return key


def _fan_scale(axis, material: Material, code: str, verdicts) -> None:
    axis.set_xlim(min(axis.get_xlim()[0], 2020.6), 2030.6)
    axis.xaxis.set_major_locator(MultipleLocator(1))
    axis.grid(axis="y")
    axis.set_axisbelow(True)
    if not material.is_level(code):
        low, high = axis.get_ylim()
        axis.set_ylim(max(0, low - 3), min(100, high + 3))
        axis.set_ylabel(material.labels.word("fan.axis.percent"))
        look.local_numbers(axis.yaxis, material)
        return
    counted = material.ordered_goals.loc[code, "kind"] == COUNTED_KIND
    top = len(material.districts) if counted else 3
    axis.set_ylim(-0.4, top + 0.6)
    axis.yaxis.set_major_locator(MultipleLocator(2 if top > 3 else 1))
    axis.set_ylabel(material.labels.word("fan.axis.units" if top > 3 else "fan.axis.level"))
