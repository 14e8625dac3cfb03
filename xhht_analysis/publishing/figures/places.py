"""Figures of the districts: small multiples, ladder of levels, calendar, heat map, sketch map."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from xhht_analysis.publishing.figures import base as look
from xhht_analysis.publishing.figures.base import GREY, LEVEL_COLOURS, styled
from xhht_analysis.publishing.figures.goals import BOUNDARY
from xhht_analysis.publishing.figures.panels import draw_panels, panel
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
    figure, axes = look.canvas(0.9 + 1.6 * -(-max(len(material.districts), 1) // 4))
    panels = [panel(material, goal, district.unit_code, look.clip(district.short_name))
              for district in material.districts.itertuples()]  # fmt: skip
    draw_panels(axes[0, 0], panels, 4, material)
    rows = material.rows(goal["indicator_code"]).dropna(subset="value")
    title = material.labels.word("districts.title", name=name)
    alt = _districts_alt(material, name, rows, material.target(goal_code, LAST_YEAR))
    return look.finish(figure, material, title, alt, key=_share_key(material))


@styled
def plot_unit(material: Material, unit_code: str) -> Figure:
    """Every share of the plan in one district (or the province), a panel each."""
    word, name = material.labels.word, material.names.get(unit_code, unit_code)
    goals = material.ordered_goals[~material.ordered_goals["kind"].isin(LEVEL_KINDS)]
    figure, axes = look.canvas(0.8 + 1.75 * -(-max(len(goals), 1) // 3))
    panels = [panel(material, goal, unit_code, material.short(goal["indicator_code"]))
              for _, goal in goals.iterrows()]  # fmt: skip
    draw_panels(axes[0, 0], panels, 3, material, scale=(0, 105))
    parts = []
    for one in (p for p in panels if len(p.observed)):
        last, percent = one.observed.iloc[-1], material.labels.percent
        said = {"year": int(last["year"]), "value": percent(last["value"])}
        said |= {"indicator": " ".join(one.title.split()), "target": percent(one.target)}
        parts.append(word("unit.figure_part", **said))
    alt = word("unit.figure_alt", name=name, parts=" ".join(parts) or word("class.no_data"))
    title = word("unit.figure", name=name)
    return look.finish(figure, material, title, alt, key=_share_key(material))


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
    cells = []
    for row in rows.itertuples():
        known = row.low == row.high
        if known or row.reported:
            text = f"{row.low:.0f}" if known else f"{row.low:.0f}–{row.high:.0f}"
            colour = LEVEL_COLOURS[int(row.low)] if known else "#ffffff"
            place = (row.year - years[0] - 0.5, units.index(row.unit_code) - 0.5)
            cells.append(look.Cell(*place, 1, 1, colour, text, not known))
    look.draw_cells(axis, cells)
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
    cells = [
        _calendar_cell(senders.index(sender), years.index(year), rows, material)
        for (sender, year), rows in received.groupby(["sender", "year"])
        if sender in senders
    ]
    look.draw_cells(axis, cells)
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


def _calendar_cell(place: int, column: int, rows: pd.DataFrame, material: Material) -> look.Cell:
    sender, late = rows["sender"].iloc[0], int(rows["late"].sum())
    own = bool((rows["reporter"] == sender).any())
    day = "/".join(reversed(rows["received_on"].iloc[0][5:].split("-")))
    total = int((material.units["district_code"] == sender).sum()) - 1
    text = day if own else f"{len(rows)}/{total}"
    whole = own or len(rows) == total
    colour = LEVEL_COLOURS[3] if not late and whole else LEVEL_COLOURS[1]
    text = f"{text} !" if late else text
    return look.Cell(column - 0.48, place - 0.44, 0.96, 0.88, colour, text)


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
    cells = []
    for row in rows.itertuples():
        x, y = units.index(row.unit_code), goals.index(row.goal_code)
        x, y = (y, x) if flip else (x, y)
        colour, text = look.CLASS_COLOURS[row.verdict_class], heat_text(material, row)
        unknown = row.verdict_class == "no_data"
        cells.append(look.Cell(x - 0.5, y - 0.5, 1, 1, colour, text, unknown))
    look.draw_cells(axis, cells, fontsize=7)
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
    axis, parts, cells = axes[0, 0], [], []
    for unit in material.districts.itertuples():
        if unit.unit_code not in TILES or unit.unit_code not in rows.index:
            continue
        (x, y), row = TILES[unit.unit_code], rows.loc[unit.unit_code]
        text = f"{look.clip(unit.short_name, 16)}\n{heat_text(material, row)}"
        cells.append(look.Cell(x, y, 0.96, 0.92, look.CLASS_COLOURS[row["verdict_class"]], text))
        parts.append(f"{unit.short_name}: {material.labels.verdict_cell(row)}.")
    look.draw_cells(axis, cells, edge=GREY, lw=0.8)
    axis.set(xlim=(-0.1, 6.1), ylim=(-0.1, 3.0))
    axis.axis("off")
    word, name = material.labels.word, material.title(goal_code)
    alt = word("tiles.alt", parts=" ".join(parts) or word("class.no_data"))
    return look.finish(figure, material, word("tiles.title", name=name, year=year), alt)
