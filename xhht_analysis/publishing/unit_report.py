"""The report of one district or commune, as blocks for notebook 06.

A district has verdicts of its own. A commune exists since 2025-07-01 and has too few years for a
chance of its own: it shows its figures beside those of its former district, whose verdicts stand
there under the district's name.
"""

from __future__ import annotations

import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.publishing import sentences
from xhht_analysis.publishing.blocks import Block, clean, heading, prose, table
from xhht_analysis.publishing.figures import places as figures_places
from xhht_analysis.publishing.figures.base import picture
from xhht_analysis.publishing.followup import STATES
from xhht_analysis.publishing.labels import HOPEFUL, WORRYING
from xhht_analysis.publishing.material import PROVINCE, TARGET_YEARS, Material
from xhht_analysis.publishing.report import doubt_table, latest

YEAR = TARGET_YEARS[-1]
MAX_ROWS = 40


class UnknownUnitError(ValueError):
    """The unit is in no table of administrative units."""


def judged_unit(material: Material, unit_code: str) -> str:
    """Unit whose verdicts the report shows: itself, or a commune's former district.

    Raises
    ------
    UnknownUnitError
        If the code is none of the province, its districts and its communes.
    """
    rows = material.units[material.units["unit_code"] == unit_code]
    if rows.empty:
        raise UnknownUnitError(f"unit_code {unit_code!r} is no unit of the province")
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
    if unit_code != PROVINCE:
        lines.append(word(key, district=unit_name(material, judged)))
    banner = [prose([word("sample_banner")], "banner")] if material.is_sample else []
    title = word("unit.title", name=unit_name(material, unit_code))
    return [heading(title, 1), *banner, prose(lines), prose([material.footer()], "note")]


def own_verdicts(material: Material, unit_code: str, year: int) -> list[pd.Series]:
    """Verdicts of a unit on the targets of ``year``, in the plan's order.

    The province's own recognition is no goal of a district.
    """
    goals_ = material.ordered_goals
    if unit_code != PROVINCE:
        goals_ = goals_[goals_["kind"] != "province_status"]
    found = (material.verdict(code, year, unit_code) for code in goals_.index)
    return [v for v in found if v is not None]


def summary(material: Material, unit_code: str) -> list[Block]:
    """Tallies, standing among the districts, named goals, where its effort helps the province."""
    word, judged = material.labels.word, judged_unit(material, unit_code)
    lead = []
    for year in TARGET_YEARS:
        if found := own_verdicts(material, judged, year):
            classes = [v["verdict_class"] for v in found]
            lead.append(sentences.tally_text(material, classes, year))
    lead.append(_standing(material, judged))
    if judged != unit_code:
        lead.insert(0, word("unit.of_district", district=unit_name(material, judged)))
    verdicts, points = own_verdicts(material, judged, YEAR), []
    for key, classes in (("hopeful", HOPEFUL[1:]), ("open", ("open",)), ("worrying", WORRYING)):
        names = [sentences.named(material, v) for v in verdicts if v["verdict_class"] in classes]
        if names:
            points.append(word(f"summary.{key}", year=YEAR, names=material.labels.join(names)))
    best = max(
        verdicts, key=lambda v: v["leverage"] if pd.notna(v["leverage"]) else 0, default=None
    )
    if best is not None and pd.notna(best["leverage"]) and best["leverage"] >= 0.005:
        gain = material.labels.number(100 * best["leverage"], 1)
        points.append(word("unit.leverage", name=material.title(best["goal_code"]), gain=gain))
    return [heading(word("unit.summary")), prose(lead, "lead"), prose(points, "list")]


def _standing(material: Material, unit_code: str) -> str:
    rows = figures_places.standings(material, YEAR)
    mine = rows[rows["unit_code"] == unit_code]
    if mine.empty:
        return ""
    row = mine.iloc[0]
    rank = 1 + int((rows["hopeful"] > row["hopeful"]).sum())
    return material.labels.word("unit.standing", rank=rank, total=len(rows), year=YEAR,
                                n=row["hopeful"], of=row["total"])  # fmt: skip


def goals(material: Material, unit_code: str) -> list[Block]:
    """Every target: where the unit stands, verdict, pace; then the figure of its shares."""
    word, judged = material.labels.word, judged_unit(material, unit_code)
    columns = [word("col.goal"), word("col.current")]
    for year in TARGET_YEARS:
        columns += [word("col.target", year=year), word("col.verdict", year=year)]
    known = [own_verdicts(material, judged, year) for year in TARGET_YEARS]
    codes = {v["goal_code"] for verdicts in known for v in verdicts}
    rows = [_goal_row(material, c, judged) for c in material.ordered_goals.index if c in codes]
    blocks = [heading(word("unit.goals"))]
    if not rows:
        return [*blocks, prose([word("class.no_data")])]
    caption = word("unit.goals_caption", name=unit_name(material, judged))
    blocks.append(table(caption, [*columns, word("col.need")], rows, align="lrrlrlr"))
    return [
        *blocks,
        heading(word("unit.ahead")),
        picture(figures_places.plot_unit(material, judged)),
    ]


def _goal_row(material: Material, goal_code: str, unit: str) -> list:
    found = [material.verdict(goal_code, year, unit) for year in TARGET_YEARS]
    known = [v for v in found if v is not None]
    last = max(known, key=lambda v: v["current_year"] if pd.notna(v["current_year"]) else 0)
    now = material.current_text(last)
    row = [material.title(goal_code), f"{now} ({int(last['current_year'])})" if now else "–"]
    for verdict in found:
        row.append("–" if verdict is None else material.target_text(verdict))
        tone = "none" if verdict is None else verdict["verdict_class"]
        row.append([material.labels.verdict_cell(verdict), tone])
    need = known[-1]["pace_required"]
    is_pace = known[-1]["measure_unit"] != "level" and pd.notna(need)
    return [*row, f"+{material.labels.number(need, 1)}" if is_pace and need > 0 else "–"]


def figures(material: Material, unit_code: str) -> list[Block]:
    """Latest figure of every indicator of the unit beside its former district and the province."""
    word, judged = material.labels.word, judged_unit(material, unit_code)
    own = material.panel[material.panel["unit_code"] == unit_code]
    if judged == unit_code:
        own = own[own["frame"] == contracts.FRAME_DISTRICTS]
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
    columns += [word("col.province")] * (unit_code != PROVINCE)
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
    if judged != unit:
        cells.append(latest(material, code, judged)[0])
    return cells if unit == PROVINCE else [*cells, latest(material, code, PROVINCE)[0]]


def quality(material: Material, unit_code: str) -> list[Block]:
    """What was received from the unit, on time or late, and what it is asked to mend."""
    word, number = material.labels.word, material.labels.number
    sent = material.submissions[material.submissions["sender"] == unit_code]
    told = word("unit.received_none")
    if len(sent):
        due = sent["year"].astype("Int64").astype(str) + f"-{figures_places.DEADLINE}"
        late, day = int((sent["received_on"] > due).sum()), sent["received_on"].max()
        told = word("unit.received", n=number(len(sent)), late=number(late),
                    date=material.labels.date(day))  # fmt: skip
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
    titles = {t["task_code"]: material.labels.local(t, "title")
              for _, t in material.tasks.iterrows()}  # fmt: skip
    body = [
        [f"{clean(r.task_code)} {titles.get(r.task_code, '')}".strip(),
         word(f"col.{r.status}") if r.status in STATES else word("none"), clean(r.text),
         number(r.budget_planned), number(r.budget_spent)]
        for r in rows[rows["year"] == year].sort_values("task_code").itertuples()
    ]  # fmt: skip
    columns = [word(f"col.{c}") for c in ("task", "state", "done_text", "planned", "spent")]
    return [
        *blocks,
        table(word("unit.activities_caption", year=year), columns, body, align="lllrr"),
    ]
