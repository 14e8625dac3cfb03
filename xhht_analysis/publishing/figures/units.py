"""The figure of one unit: every share it reports, with what is expected and the plan's target."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from xhht_analysis.publishing.figures import base as look
from xhht_analysis.publishing.figures.base import DATA, GREY, TARGET, styled
from xhht_analysis.publishing.figures.goals import BOUNDARY, from_origin
from xhht_analysis.publishing.material import TARGET_YEARS, Material

SHARE_KINDS = ("share_people", "share_institutions")
YEAR = TARGET_YEARS[-1]


@styled
def plot_unit(material: Material, unit_code: str) -> Figure:
    """Small multiples of one district (or the province): a panel per share of the plan."""
    goals = material.ordered_goals
    goals = goals[goals["kind"].isin(SHARE_KINDS)]
    name = material.names.get(unit_code, unit_code)
    lines = -(-max(len(goals), 1) // 3)
    figure, axes = look.canvas(0.8 + 1.75 * lines, lines, 3, sharex=True)
    parts = []
    for axis, goal in zip(axes.flat, goals.itertuples(), strict=False):
        part = _panel(axis, material, pd.Series(goal._asdict()), unit_code)
        if part:
            parts.append(part)
    for axis in axes.flat[len(goals) :]:
        axis.axis("off")
    word = material.labels.word
    key = f"–●– {word('fan.observed')} (%)    - - {word('fan.median')}    {word('fan.bands')}"
    key = f"{key}    ◆ {word('overview.year', year=YEAR).lower()}    ¦ 01/7/2025"
    alt = word("unit.figure_alt", name=name, parts=" ".join(parts) or word("class.no_data"))
    return look.finish(figure, material, word("unit.figure", name=name), alt, key=key)


def _panel(axis, material: Material, goal: pd.Series, unit_code: str) -> str:
    """Draw one indicator; return its sentence, empty when there is no figure."""
    code, short = goal["indicator_code"], material.short(goal["indicator_code"])
    axis.set_title(look.wrapped(short, 26), weight="bold", fontsize=8)
    rows = material.rows(code).dropna(subset="value")
    own = rows[rows["unit_code"] == unit_code]
    if own.empty:
        look.empty(axis, material.labels.word("fan.empty"))
        return ""
    bands = from_origin(material.bands(code, unit_code), own.assign(low=own["value"]))
    for level, (low, high) in look.BAND_LEVELS.items():
        if low in bands and high in bands:
            axis.fill_between(bands.index, bands[low], bands[high], lw=0,
                              color=look.BAND_COLOURS[level])  # fmt: skip
    if 0.5 in bands:
        axis.plot(bands.index, bands[0.5], color=DATA, lw=1, ls="--")
    axis.plot(own["year"], own["value"], "-o", color=DATA, lw=1.3, ms=3, gid="observed")
    axis.axvline(BOUNDARY, color=GREY, lw=0.7, ls="--")
    target = material.target(goal["goal_code"], YEAR)
    if target is not None:
        axis.plot(YEAR, float(target["target_value"]), "D", color=TARGET, ms=4.5, gid="target")
    axis.set(xticks=[2021, 2025, 2030], ylim=(0, 105), xlim=(2020.5, 2030.7))
    axis.grid(axis="y")
    look.local_numbers(axis.yaxis, material)
    last, percent = own.iloc[-1], material.labels.percent
    aim = percent(float(target["target_value"])) if target is not None else "–"
    return material.labels.word("unit.figure_part", indicator=short, year=int(last["year"]),
                                value=percent(last["value"]), target=aim)  # fmt: skip
