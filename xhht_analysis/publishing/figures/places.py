"""Figures of the districts: small multiples, ladder of levels, calendar, heat map, sketch map."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from xhht_analysis.publishing.figures import base as look
from xhht_analysis.publishing.figures.base import DATA, GREY, LEVEL_COLOURS, TARGET, styled
from xhht_analysis.publishing.figures.goals import BOUNDARY, from_origin
from xhht_analysis.publishing.labels import HOPEFUL, PERCENT, SYMBOLS
from xhht_analysis.publishing.material import LEVEL_KINDS, PROVINCE, TARGET_YEARS, Material

LEVEL_INDICATORS = (
    "literacy_level",
    "preschool5_level",
    "preschool_level",
    "primary_level",
    "lower_secondary_level",
    "learning_community_level",
)
TILES = {
    "819": (0, 1), "817": (1, 1), "820": (1, 2), "818": (2, 2), "821": (2, 1), "815": (2, 0),
    "822": (3, 1), "823": (4, 1), "816": (5, 1), "824": (5, 0), "825": (4, 0),
}  # fmt: skip
"""Column and row of each district in a sketch of the province, from west to east."""
LAST_YEAR, MAX_ACROSS = TARGET_YEARS[-1], 16
DEADLINE = "11-30"
"""Last day of receipt that is on time (the plan asks for reports before 1 December)."""


@styled
def plot_districts(material: Material, goal_code: str) -> Figure:
    """Observed and expected share of each district, in Vietnamese order, on one scale."""
    goal, name = material.ordered_goals.loc[goal_code], material.title(goal_code)
    lines = -(-max(len(material.districts), 1) // 4)
    figure, axes = look.canvas(0.9 + 1.6 * lines, lines, 4, sharex=True, sharey=True)
    for axis, district in zip(axes.flat, material.districts.itertuples(), strict=False):
        _share_panel(axis, material, goal, district.unit_code, look.clip(district.short_name))
    for axis in axes.flat[len(material.districts) :]:
        axis.axis("off")
    rows = material.rows(goal["indicator_code"]).dropna(subset="value")
    title = material.labels.word("districts.title", name=name)
    alt = _districts_alt(material, name, rows, material.target(goal_code, LAST_YEAR))
    return look.finish(figure, material, title, alt, key=_share_key(material))


@styled
def plot_unit(material: Material, unit_code: str) -> Figure:
    """Every share of the plan in one district (or the province), a panel each."""
    word, name = material.labels.word, material.names.get(unit_code, unit_code)
    goals = material.ordered_goals[~material.ordered_goals["kind"].isin(LEVEL_KINDS)]
    lines = -(-max(len(goals), 1) // 3)
    figure, axes = look.canvas(0.8 + 1.75 * lines, lines, 3, sharex=True)
    parts = []
    for axis, (_, goal) in zip(axes.flat, goals.iterrows(), strict=False):
        short = material.short(goal["indicator_code"])
        own = _share_panel(axis, material, goal, unit_code, short)
        axis.set_ylim(0, 105)
        if len(own):
            target, last = material.target(goal["goal_code"], LAST_YEAR), own.iloc[-1]
            aim = material.labels.percent(
                float("nan" if target is None else target["target_value"])
            )
            given = {"year": int(last["year"]), "value": material.labels.percent(last["value"])}
            parts.append(word("unit.figure_part", indicator=short, target=aim, **given))
    for axis in axes.flat[len(goals) :]:
        axis.axis("off")
    alt = word("unit.figure_alt", name=name, parts=" ".join(parts) or word("class.no_data"))
    title = word("unit.figure", name=name)
    return look.finish(figure, material, title, alt, key=_share_key(material))


def _share_panel(axis, material: Material, goal, unit_code: str, title: str) -> pd.DataFrame:
    """Course of one share in one unit; the figures it drew."""
    code = goal["indicator_code"]
    rows = material.rows(code).dropna(subset="value")
    own = rows[rows["unit_code"] == unit_code]
    look.draw_bands(
        axis, from_origin(material.bands(code, unit_code), own.assign(low=own["value"]))
    )
    axis.plot(own["year"], own["value"], "-o", color=DATA, lw=1.3, ms=3, gid="observed")
    axis.axvline(BOUNDARY, color=GREY, lw=0.7, ls="--")
    target = material.target(goal["goal_code"], LAST_YEAR)
    if target is not None:
        value = float(target["target_value"])
        axis.plot(LAST_YEAR, value, "D", color=TARGET, ms=4.5, zorder=5, gid="target")
    axis.set_title(look.wrapped(title, 26), weight="bold", fontsize=8.5)
    axis.set(xticks=[2021, 2025, 2030], xlim=(2020.4, 2030.8))
    axis.grid(axis="y")
    look.local_numbers(axis.yaxis, material)
    return own


def _share_key(material: Material) -> str:
    word = material.labels.word
    key = f"–●– {word('fan.observed')} (%)    - - {word('fan.median')}    {word('fan.bands')}"
    return f"{key}    ◆ {word('overview.year', year=LAST_YEAR).lower()}    ¦ 01/7/2025"


def _districts_alt(material: Material, name: str, rows: pd.DataFrame, target) -> str:
    rows = rows[rows["unit_code"].isin(material.districts["unit_code"])]
    if rows.empty:
        return material.labels.word("districts.alt_empty", name=name)
    last = rows[rows["year"] == rows["year"].max()].sort_values("value")
    said = {"year": int(last["year"].iloc[0]), "target": "–"}
    for key, row in (("low", last.iloc[0]), ("top", last.iloc[-1])):
        said[key] = material.names[row["unit_code"]]
        said[f"{key}_value"] = material.labels.percent(row["value"])
    if target is not None:
        said["target"] = material.labels.percent(float(target["target_value"]))
    return material.labels.word("districts.alt", name=name, **said)


@styled
def plot_ladder(material: Material) -> Figure:
    """Recognised level of each district and year, one panel per programme."""
    codes = [c for c in LEVEL_INDICATORS if not _levels(material, c).empty]
    if not codes:
        return look.nothing(material, *_ladder_words(material, []))
    lines, rows = -(-len(codes) // 3), pd.concat(_levels(material, c) for c in codes)
    years = range(int(rows["year"].min()), int(rows["year"].max()) + 1)
    high = 0.7 + 0.19 * len(material.districts)
    figure, axes = look.canvas(0.9 + high * lines, lines, min(3, len(codes)), sharey=True)
    for axis, code in zip(axes.flat, codes, strict=False):
        _ladder_panel(axis, material, code, years)
    for axis in axes.flat[len(codes) :]:
        axis.axis("off")
    key = material.labels.word("ladder.key")
    return look.finish(figure, material, *_ladder_words(material, codes), key=key)


def _short_names(material: Material) -> list[str]:
    return [look.clip(name) for name in material.districts["short_name"]]


def _levels(material: Material, code: str) -> pd.DataFrame:
    rows = material.levels(code)
    return rows[rows["unit_code"].isin(material.districts["unit_code"])]


def _ladder_panel(axis, material: Material, code: str, years: range) -> None:
    rows, units = _levels(material, code), list(material.districts["unit_code"])
    for row in rows.itertuples():
        known = row.low == row.high
        if not known and not row.reported:
            continue
        text = f"{row.low:.0f}" if known else f"{row.low:.0f}–{row.high:.0f}"
        colour = LEVEL_COLOURS[int(row.low)] if known else "#ffffff"
        place = (row.year - years[0] - 0.5, units.index(row.unit_code) - 0.5)
        hatch = None if known else "////"
        axis.add_patch(Rectangle(place, 1, 1, fc=colour, ec="#b8c2cc", lw=0.6, hatch=hatch))
        axis.text(place[0] + 0.5, place[1] + 0.5, text, ha="center", va="center", fontsize=7.5,
                  color=look.ink_on(colour))  # fmt: skip
    axis.set(xlim=(-0.5, len(years) - 0.5), ylim=(len(units) - 0.5, -0.5))
    axis.set_xticks(range(len(years)), [str(y) for y in years], rotation=90, fontsize=7)
    axis.set_yticks(range(len(units)), _short_names(material), fontsize=7.5)
    axis.axvline(BOUNDARY - years[0] - 0.25, color=GREY, lw=1.1, ls="--")
    axis.set_title(look.wrapped(material.short(code), 24), fontsize=8, weight="bold")
    axis.tick_params(length=0)
    for side in axis.spines.values():
        side.set_visible(False)


def _ladder_words(material: Material, codes: list[str]) -> tuple[str, str]:
    word, parts = material.labels.word, []
    for code in codes:
        rows = _levels(material, code)
        year = rows["year"].max()
        known = rows[(rows["year"] == year) & (rows["low"] == rows["high"])]
        tally = known["low"].value_counts().sort_index(ascending=False)
        counts = ", ".join(word("ladder.count", n=n, level=f"{k:.0f}") for k, n in tally.items())
        name = material.labels.local(material.indicator(code), "name")
        parts.append(
            word("ladder.part", name=name, year=int(year), counts=counts or word("class.no_data"))
        )
    return word("ladder.title"), word("ladder.alt", parts=" ".join(parts))


@styled
def plot_calendar(material: Material) -> Figure:
    """Who reported for which year, on time or late; communes are counted per former district."""
    received = received_reports(material)
    senders = [*material.districts["unit_code"], *_agencies(material, received)]
    years = sorted(received["year"].unique())
    figure, axes = look.canvas(1.3 + 0.27 * max(len(senders), 3))
    axis = axes[0, 0]
    for (sender, year), rows in received.groupby(["sender", "year"]):
        if sender in senders:
            _calendar_cell(axis, senders.index(sender), years.index(year), rows, material)
    for place, sender in enumerate(senders):
        missing = set(years) - set(received.loc[received["sender"] == sender, "year"])
        for year in (y for y in missing if _is_due(material, sender, y)):
            axis.text(years.index(year), place, "–", ha="center", va="center", color=GREY)
    axis.set(xlim=(-0.5, max(len(years), 1) - 0.5), ylim=(max(len(senders), 1) - 0.5, -0.5))
    axis.set_xticks(range(len(years)), [f"{y}" for y in years])
    axis.set_yticks(
        range(len(senders)), [look.clip(material.names.get(s, s)) for s in senders], fontsize=8
    )
    axis.xaxis.tick_top()
    axis.tick_params(length=0)
    for side in axis.spines.values():
        side.set_visible(False)
    parts = [
        material.labels.word("calendar.part", year=y, n=len(r), late=int(r["late"].sum()))
        for y, r in received.groupby("year")
    ]
    word = material.labels.word
    alt = word("calendar.alt", parts=" ".join(parts))
    return look.finish(figure, material, word("calendar.title"), alt, key=word("calendar.key"))


def received_reports(material: Material) -> pd.DataFrame:
    """First report of each reporter and year; ``sender`` is its (former) district or agency.

    A report about a year after its receipt was rejected by the intake and does not count.
    """
    rows = material.submissions.dropna(subset=["sender", "year"])
    rows = rows[rows["year"].astype(int) <= rows["received_on"].str[:4].astype(int)]
    first = rows.sort_values("received_on").drop_duplicates(["sender", "year"])
    home = dict(zip(material.units["unit_code"], material.units["district_code"], strict=True))
    out = first.assign(reporter=first["sender"], year=first["year"].astype(int))
    district = out["sender"].map(home)
    out["sender"] = district.where(district.notna(), out["sender"])
    due = out["year"].astype(str) + "-" + DEADLINE
    return out.assign(late=out["received_on"] > due)[
        ["reporter", "sender", "year", "received_on", "late"]
    ]


def _agencies(material: Material, received: pd.DataFrame) -> list[str]:
    others = set(received["sender"]) - set(material.districts["unit_code"]) - {PROVINCE}
    return sorted(others, key=lambda code: material.names.get(code, code))


def _is_due(material: Material, sender: str, year: int) -> bool:
    """Whether a report of that year was to be sent: districts, agencies in charge of a figure."""
    if sender in set(material.districts["unit_code"]) or material.agencies.empty:
        return True
    row = material.agencies.set_index("agency_code").reindex([sender]).fillna("").iloc[0]
    due = f"{year}-{DEADLINE}"
    return bool(row["indicators"]) and row["valid_from"] <= due <= (row["valid_to"] or due)


def _calendar_cell(axis, place: int, column: int, rows: pd.DataFrame, material: Material) -> None:
    sender, late = rows["sender"].iloc[0], int(rows["late"].sum())
    own = bool((rows["reporter"] == sender).any())
    day = "/".join(reversed(rows["received_on"].iloc[0][5:].split("-")))
    total = int((material.units["district_code"] == sender).sum()) - 1
    text = day if own else f"{len(rows)}/{total}"
    whole = own or len(rows) == total
    colour = LEVEL_COLOURS[3] if not late and whole else LEVEL_COLOURS[1]
    axis.add_patch(
        Rectangle((column - 0.48, place - 0.44), 0.96, 0.88, fc=colour, ec="#b8c2cc", lw=0.6)
    )
    axis.text(column, place, f"{text} !" if late else text, ha="center", va="center", fontsize=7.5,
              color=look.ink_on(colour))  # fmt: skip


def district_verdicts(material: Material, year: int) -> pd.DataFrame:
    """Verdicts of the districts on the targets of ``year``, without the province's own status."""
    rows = material.verdicts[material.verdicts["target_year"] == year]
    goals = material.ordered_goals
    rows = rows[~rows["goal_code"].isin(goals[goals["kind"] == "province_status"].index)]
    return rows[rows["unit_code"].isin(material.districts["unit_code"])]


@styled
def plot_heatmap(material: Material, year: int = 2030) -> Figure:
    """Chance of each district on each goal that has verdicts by district."""
    rows = district_verdicts(material, year)
    goals = [code for code in material.ordered_goals.index if code in set(rows["goal_code"])]
    units = list(material.districts["unit_code"])
    names = [look.wrapped(material.title(code), 40) for code in goals]
    shorts, flip = _short_names(material), len(units) > MAX_ACROSS
    across, down = (names, shorts) if flip else (shorts, names)
    figure, axes = look.canvas(1.4 + (0.22 if flip else 0.36) * max(len(down), 2))
    axis = axes[0, 0]
    for row in rows.itertuples():
        x, y = units.index(row.unit_code), goals.index(row.goal_code)
        x, y = (y, x) if flip else (x, y)
        colour = look.CLASS_COLOURS[row.verdict_class]
        hatch = "////" if row.verdict_class == "no_data" else None
        corner = (x - 0.5, y - 0.5)
        axis.add_patch(Rectangle(corner, 1, 1, fc=colour, ec="#b8c2cc", lw=0.6, hatch=hatch))
        text = heat_text(material, row)
        axis.text(x, y, text, ha="center", va="center", fontsize=7, color=look.ink_on(colour))
    axis.set(xlim=(-0.5, len(across) - 0.5), ylim=(max(len(down), 1) - 0.5, -0.5))
    axis.set_yticks(range(len(down)), down, fontsize=7)
    axis.set_xticks(range(len(across)), across, rotation=90, fontsize=7.5)
    axis.xaxis.tick_top()
    axis.tick_params(length=0)
    axis.spines[["left", "bottom"]].set_visible(False)
    word = material.labels.word
    parts = [word("heat.part", unit=material.names[r.unit_code], n=r.hopeful, total=r.total)
             for r in standings(material, year).itertuples()]  # fmt: skip
    alt = word("heat.alt", year=year, parts=" ".join(parts))
    return look.finish(figure, material, word("heat.title", year=year), alt)


def heat_text(material: Material, row) -> str:
    """Shape of an outcome, or the chance as a bare number."""
    if row.verdict_class in ("reached", "missed", "no_data") or pd.isna(row.prob_reached):
        return SYMBOLS[row.verdict_class]
    return material.labels.short_chance(row.prob_reached).replace(PERCENT, "")


def standings(material: Material, year: int) -> pd.DataFrame:
    """Districts by hopeful targets and mean chance: unit_code, hopeful, total, chance (0-1)."""
    rows = district_verdicts(material, year)
    rows = rows[rows["verdict_class"] != "no_data"]
    chance = rows["prob_reached"].mask(rows["verdict_class"] == "reached", 1.0)
    chance = chance.mask(rows["verdict_class"] == "missed", 0.0)
    rows = rows.assign(chance=chance, hopeful=rows["verdict_class"].isin(HOPEFUL))
    table = rows.groupby("unit_code").agg(
        hopeful=("hopeful", "sum"), total=("hopeful", "size"), chance=("chance", "mean")
    )
    return table.sort_values(["hopeful", "chance"], ascending=False).reset_index()


@styled
def plot_tiles(material: Material, goal_code: str, year: int = 2030) -> Figure:
    """Sketch map of the districts, one tile each, coloured by class."""
    rows = district_verdicts(material, year)
    rows = rows[rows["goal_code"] == goal_code].set_index("unit_code")
    figure, axes = look.canvas(2.9)
    axis, parts = axes[0, 0], []
    for unit in material.districts.itertuples():
        if unit.unit_code not in TILES or unit.unit_code not in rows.index:
            continue
        (x, y), row = TILES[unit.unit_code], rows.loc[unit.unit_code]
        colour = look.CLASS_COLOURS[row["verdict_class"]]
        axis.add_patch(Rectangle((x, y), 0.96, 0.92, fc=colour, ec=GREY, lw=0.8))
        text = f"{look.clip(unit.short_name, 16)}\n{heat_text(material, row)}"
        axis.text(x + 0.48, y + 0.46, text, ha="center", va="center", fontsize=7.5,
                  color=look.ink_on(colour))  # fmt: skip
        parts.append(f"{unit.short_name}: {material.labels.verdict_cell(row)}.")
    axis.set(xlim=(-0.1, 6.1), ylim=(-0.1, 3.0))
    axis.axis("off")
    word, name = material.labels.word, material.title(goal_code)
    alt = word("tiles.alt", parts=" ".join(parts) or word("class.no_data"))
    return look.finish(figure, material, word("tiles.title", name=name, year=year), alt)
