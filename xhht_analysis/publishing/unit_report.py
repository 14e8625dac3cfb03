"""The report of one district or commune, as blocks for notebook 06.

A district has verdicts of its own. A commune that began with a reform has too few years for a
chance of its own: it shows its figures beside those of its former district, whose verdicts stand
there under the district's name.
"""

from __future__ import annotations

import pandas as pd

from xhht_analysis.publishing import sentences
from xhht_analysis.publishing.agencies import task_label
from xhht_analysis.publishing.appendix import MAX_ROWS, doubt_table, latest
from xhht_analysis.publishing.blocks import Block, clean, heading, prose, table
from xhht_analysis.publishing.decisions import WORTH_SAYING, leverages
from xhht_analysis.publishing.figures import courses
from xhht_analysis.publishing.figures.base import picture
from xhht_analysis.publishing.implementation import STATES
from xhht_analysis.publishing.material import Material
from xhht_analysis.publishing.places import standings
from xhht_analysis.publishing.reports_received import deadline
from xhht_analysis.publishing.scorecard import scorecard


def judged_unit(material: Material, unit_code: str) -> str:
    """Unit whose verdicts are shown: itself, or a commune's former district; else ValueError."""
    rows = material.units[material.units["unit_code"] == unit_code]
    if rows.empty:
        raise ValueError(f"unit_code {unit_code!r} is no unit of the province")
    row = rows.iloc[0]
    return str(row["district_code"]) if row["level"] == "commune" else unit_code


def unit_name(material: Material, unit_code: str) -> str:
    """Full name of a unit."""
    rows = material.units[material.units["unit_code"] == unit_code]
    return str(rows.iloc[0]["name_vi"]) if len(rows) else unit_code


def opening(material: Material, unit_code: str) -> list[Block]:
    """Title, the banner of invented data, date and frame."""
    word, judged = material.labels.word, judged_unit(material, unit_code)
    key = "unit.frame_district" if judged == unit_code else "unit.frame_commune"
    lines = [f"**{word('as_of', date=material.labels.date(material.as_of))}.**"]
    if unit_code != material.province.code:
        lines.append(word(key, district=unit_name(material, judged)))
    banner = [prose([word("sample_banner")], "banner")] if material.is_sample else []
    title = word("unit.title", name=unit_name(material, unit_code))
    return [heading(title, 1), *banner, prose(lines), prose([material.footer()], "note")]


def summary(material: Material, unit_code: str) -> list[Block]:
    """Tallies, standing among the districts, named goals, where its effort helps the province."""
    word, judged = material.labels.word, judged_unit(material, unit_code)
    told = (sentences.tally(material, year, judged) for year in material.target_years)
    lead = [*filter(None, told), _standing(material, judged)]
    if judged != unit_code:
        lead.insert(0, word("unit.of_district", district=unit_name(material, judged)))
    points = sentences.named_points(material, material.last_year, judged)
    gains = leverages(material, material.last_year)
    gains = gains[(gains["unit_code"] == judged) & (gains["gain"] >= WORTH_SAYING)]
    if len(gains):
        best, name = gains.iloc[0], unit_name(material, judged)
        gain = material.labels.number(100 * best["gain"], 1)
        goal = material.title(best["goal_code"])
        points.append(word("unit.leverage", unit=name, name=goal, gain=gain))
    return [heading(word("unit.summary")), prose(lead, "lead"), prose(points, "list")]


def _standing(material: Material, unit_code: str) -> str:
    rows = standings(material, material.last_year)
    mine = rows[rows["unit_code"] == unit_code]
    if mine.empty:
        return ""
    row = mine.iloc[0]
    above = int((rows["hopeful"] > row["hopeful"]).sum())
    tied = int((rows["hopeful"] == row["hopeful"]).sum()) - 1
    return material.labels.word(
        "unit.standing",
        year=material.last_year,
        total=row["total"],
        above=above,
        tied=tied,
        hopeful=row["hopeful"],
        hard=row["hard"],
    )


def goals(material: Material, unit_code: str) -> list[Block]:
    """Every target asked of the unit: where it stands, verdict, sentences; then its shares."""
    word, judged = material.labels.word, judged_unit(material, unit_code)
    said = [s for year in material.target_years for s in material.statements(year, judged)]
    blocks = [heading(word("unit.goals"))]
    if not said:
        return [*blocks, prose([word("class.no_data")])]
    codes = [c for c in material.ordered_goals.index if c in {s.goal_code for s in said}]
    caption = word("unit.goals_caption", name=unit_name(material, judged))
    blocks.append(scorecard(material, caption, codes, judged))
    if judged != material.province.code:
        blocks.append(prose([word("unit.not_asked")], "note"))
    efforts = [
        f"{s.title}: {text}"
        for s in said
        if s.target_year == material.last_year and (text := sentences.effort_sentence(s))
    ]
    if efforts:
        blocks.append(prose(efforts, "list"))
    drawn = picture(courses.plot_shares(material, judged))
    return [*blocks, heading(word("unit.ahead")), drawn]


def figures(material: Material, unit_code: str) -> list[Block]:
    """Latest figure of every indicator of the unit beside its former district and the province."""
    word, judged = material.labels.word, judged_unit(material, unit_code)
    own = material.panel[material.panel["unit_code"] == unit_code]
    if judged == unit_code:
        own = own[own["frame"] == material.province.frame]
    own = own[own["value"].notna() | own["level"].notna()]
    last = own.sort_values("year").drop_duplicates("indicator_code", keep="last")
    last = last.set_index("indicator_code")
    name, rows = unit_name(material, unit_code), []
    for code in material.indicators["indicator_code"]:
        if code in last.index:
            rows.append(_figure_row(material, last.loc[code], code, judged, unit_code))
    blocks = [heading(word("unit.figures"))]
    if not rows:
        return [*blocks, prose([word("indicator.series_none")])]
    columns = [word(f"col.{c}") for c in ("indicator", "year", "counts", "own")]
    columns += [word("col.district")] * (judged != unit_code)
    columns += [word("col.province")] * (unit_code != material.province.code)
    caption = word("unit.figures_caption", name=name)
    return [*blocks, table(caption, columns, rows, align="lcrrrr"[: len(columns)])]


def _figure_row(material: Material, row: pd.Series, code: str, judged: str, unit: str) -> list:
    number, none = material.labels.number, material.labels.word("none")
    counts = pd.notna(row["numerator"]) and pd.notna(row["denominator"])
    shown = f"{number(row['numerator'])}/{number(row['denominator'])}" if counts else none
    value = material.labels.percent(row["value"])
    if pd.isna(row["value"]):
        value = material.labels.word("level", n=number(row["level"]))
    cells = [
        material.labels.local(material.indicator(code), "name"),
        str(row["year"]),
        shown,
        value,
    ]
    known = material.cells(code)
    if judged != unit:
        cells.append(latest(material, known, judged)[0])
    whole = material.province.code
    return cells if unit == whole else [*cells, latest(material, known, whole)[0]]


def quality(material: Material, unit_code: str) -> list[Block]:
    """What was received from the unit, on time or late, and what it is asked to mend."""
    word, number = material.labels.word, material.labels.number
    sent = material.submissions[material.submissions["sender"] == unit_code]
    told = word("unit.received_none")
    if len(sent):
        due = sent["year"].astype("Int64").astype(str) + f"-{deadline(material)}"
        late, day = int((sent["received_on"] > due).sum()), sent["received_on"].max()
        told = word(
            "unit.received", n=number(len(sent)), late=number(late), date=material.labels.date(day)
        )
    blocks = [heading(word("unit.quality")), prose([told])]
    for name, columns in (("rejects", ("where", "raw", "remedy")), ("findings", ("message",))):
        rows = getattr(material, name)
        mine = rows[(rows["unit_code"] == unit_code) | rows["file"].isin(sent["file"])]
        if len(mine):
            caption = word(f"quality.{name}_caption", shown=min(len(mine), MAX_ROWS), n=len(mine))
            blocks.append(doubt_table(material, mine.head(MAX_ROWS), caption, columns))
    return blocks if len(blocks) > 2 else [*blocks, prose([word("unit.clean")])]


def activities(material: Material, unit_code: str) -> list[Block]:
    """Tasks of the latest year the unit reported on: state, what was done, money."""
    word, number = material.labels.word, material.labels.number
    rows = material.activities[material.activities["reporter_code"] == unit_code]
    blocks = [heading(word("unit.activities"))]
    if rows.empty:
        return [*blocks, prose([word("unit.activities_none")])]
    year = int(rows["year"].max())
    titles = {
        t["task_code"]: material.labels.local(t, "title") for _, t in material.tasks.iterrows()
    }
    body = [
        [
            f"{task_label(clean(r.task_code))} {titles.get(r.task_code, '')}".strip(),
            word(f"col.{r.status}") if r.status in STATES else word("none"),
            clean(r.text),
            number(r.budget_planned),
            number(r.budget_spent),
        ]
        for r in rows[rows["year"] == year].sort_values("task_code").itertuples()
    ]
    columns = [word(f"col.{c}") for c in ("task", "state", "done_text", "planned", "spent")]
    return [
        *blocks,
        table(word("unit.activities_caption", year=year), columns, body, align="lllrr"),
    ]
