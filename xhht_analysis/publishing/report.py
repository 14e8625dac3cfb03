"""The committee's report, section by section, as blocks for notebook 05.

The order is that of a provincial review: results by goal, by block of the plan, by place, changes,
duties, implementation and money, data quality, limits, methods, annex. Each function returns the
blocks of one section; all words come from `labels`, all numbers from the tables.
"""

from __future__ import annotations

import pandas as pd

from xhht_analysis.publishing import sentences
from xhht_analysis.publishing.blocks import Block, clean, heading, prose, table
from xhht_analysis.publishing.figures import goals as figures_goals
from xhht_analysis.publishing.figures import pace as figures_pace
from xhht_analysis.publishing.figures import places as figures_places
from xhht_analysis.publishing.figures.base import picture
from xhht_analysis.publishing.followup import (
    activities,
    agency_name,
    changes,
    duties,
    pace,
    places,
    track,
)
from xhht_analysis.publishing.material import PROVINCE, TARGET_YEARS, Material
from xhht_analysis.publishing.overview import block_name, goal_rows

__all__ = ["activities", "changes", "duties", "pace", "places"]
MAX_ROWS = 12
VARIANTS = ("annual", "midterm", "final", "adhoc")
SHARE_KINDS = ("share_people", "share_institutions")


def opening(material: Material, variant: str = "annual") -> list[Block]:
    """Title, kind of report, date, and the banner of invented data.

    Raises
    ------
    ValueError
        If ``variant`` is none of `VARIANTS`.
    """
    if variant not in VARIANTS:
        raise ValueError(f"variant must be one of {', '.join(VARIANTS)}, not {variant!r}")
    word = material.labels.word
    as_of = word("as_of", date=material.labels.date(material.as_of))
    lines = [f"**{word('heading.' + variant)}.** {word('heading.subtitle', as_of=as_of)}"]
    blocks = [heading(word("heading.title"), 1), prose(lines)]
    banner = [prose([word("sample_banner")], "banner")] if material.is_sample else []
    return blocks[:1] + banner + blocks[1:] + [prose([material.footer()], "note")]


def summary(material: Material) -> list[Block]:
    """What a chairman reads aloud: tallies, names with numbers, focus, data."""
    word, number = material.labels.word, material.labels.number
    data = word(
        "summary.data",
        files=number(len(material.submissions)),
        panel=number(len(material.panel)),
        rejects=number(len(material.rejects)),
        findings=number(len(material.findings)),
    )
    lead = [*sentences.summary_sentences(material), sentences.focus_sentence(material)]
    return [
        heading(word("heading.summary")),
        prose(lead, "lead"),
        picture(figures_goals.plot_tally(material)),
        prose(sentences.summary_points(material), "list"),
        prose([word("summary.reading"), data], "note"),
    ]


def goals_overview(material: Material) -> list[Block]:
    """Table and figure of all goals."""
    word = material.labels.word
    columns, rows = goal_rows(material)
    return [
        heading(word("heading.goals")),
        table(word("goals.caption"), columns, rows, align="lrrlrl", note=word("goals.note")),
        picture(figures_goals.plot_overview(material)),
    ]


def goal_block(material: Material, number: int) -> list[Block]:
    """One block of the plan: each goal with sentences, fan and districts."""
    goals = material.ordered_goals[material.ordered_goals["block"].astype(int) == number]
    blocks = [heading(block_name(material, goals["block"].iloc[0]))]
    if number == 1:
        blocks += [prose([material.labels.word("goal.huyen")], "note")]
        blocks += [picture(figures_places.plot_ladder(material))]
    for goal in goals.itertuples():
        code = goal.goal_code
        blocks += [
            heading(f"{int(goal.order)}. {material.title(code)}", 3),
            prose(sentences.goal_sentences(material, code)),
            picture(figures_goals.plot_fan(material, code)),
        ]
        if figures_pace.has_outcomes(material.verdict(code, TARGET_YEARS[-1])) and (
            goal.kind in SHARE_KINDS
        ):
            blocks.append(picture(figures_pace.plot_dots(material, code, TARGET_YEARS[-1])))
        if goal.kind in SHARE_KINDS and not material.observed(code).empty:
            blocks.append(picture(figures_places.plot_districts(material, code)))
        blocks.append(prose(_owner_lines(material, pd.Series(goal._asdict())), "note"))
    return blocks


def _owner_lines(material: Material, goal: pd.Series) -> list[str]:
    word = material.labels.word
    lead = agency_name(material, str(goal["lead_agency"]))
    place = goal["place"].replace("gạch", word("dash_mark")).replace("ý", word("item_mark"))
    lines = [word("goal.owner", lead=lead, place=place)]
    if doubts := material.labels.local(goal, "doubts"):
        lines.append(word("goal.doubts", what=doubts))
    return lines


def quality(material: Material) -> list[Block]:
    """The account of the intake, the calendar, and what units are asked to mend."""
    word = material.labels.word
    blocks = [heading(word("heading.quality"))]
    blocks.append(
        prose([sentences.account_sentence(material), sentences.status_sentence(material)])
    )
    if not material.submissions.empty:
        blocks.append(picture(figures_places.plot_calendar(material)))
    for name, columns in (("rejects", ("where", "raw", "remedy")), ("findings", ("message",))):
        rows = getattr(material, name)
        if not rows.empty:
            caption = word(f"quality.{name}_caption", shown=min(len(rows), MAX_ROWS), n=len(rows))
            blocks.append(doubt_table(material, rows.head(MAX_ROWS), caption, columns))
    if material.rejects.empty and material.findings.empty:
        blocks.append(prose([word("quality.none")]))
    return blocks


def doubt_table(material: Material, rows: pd.DataFrame, caption: str, columns: tuple) -> Block:
    """Rejects or findings as a table; where they stand: file, sheet, cell."""
    body = [[_doubt_cell(material, row, c) for c in columns] for _, row in rows.iterrows()]
    return table(caption, [material.labels.word(f"col.{c}") for c in columns], body)


def _doubt_cell(material: Material, row: pd.Series, column: str) -> str:
    where = ", ".join(str(row[c]) for c in ("file", "sheet", "cell") if pd.notna(row[c]))
    if column == "where":
        return clean(where)
    if material.labels.lang != "vi" and column in ("remedy", "message"):
        text = str(row["rule"]).replace("_", " ")  # what offices are told is in Vietnamese
    else:
        text = row[column]
    return clean(f"{text} ({where})" if column == "message" and where else text, 400)


def limits(material: Material) -> list[Block]:
    """What the numbers do not say."""
    paragraphs = material.labels.paragraphs("limits")
    return [heading(material.labels.word("heading.limits")), prose(paragraphs, "list")]


def methods(material: Material) -> list[Block]:
    """Methods on one page, in plain words."""
    paragraphs = material.labels.paragraphs("methods")
    text = [heading(material.labels.word("heading.methods")), prose(paragraphs)]
    return [*text, *track(material)]


def annex(material: Material) -> list[Block]:
    """Landscape table: every share and level of every district, latest year."""
    goals = material.ordered_goals
    codes = goals[goals["kind"].isin([*SHARE_KINDS, "share_districts"])]
    codes = codes.drop_duplicates("indicator_code")["indicator_code"]
    names = [material.short(code) for code in codes]
    word, units = material.labels.word, [*material.districts["unit_code"], PROVINCE]
    cells = {code: material.cells(code) for code in codes}
    found = {(u, c): latest(material, cells[c], u) for u in units for c in codes}
    year = max((year for _, year in found.values()), default=0)
    rows = []
    for unit in units:
        cells = [_dated(text, own, year) for text, own in (found[unit, c] for c in codes)]
        rows.append([word("annex.total") if unit == PROVINCE else material.names[unit], *cells])
    caption = word("annex.caption", name=word("annex.latest"))
    annexed = table(caption, [word("col.unit"), *names], rows, align="l" + "r" * len(names),
                    note=word("annex.note", year=year), wide=True)  # fmt: skip
    return [heading(word("heading.annex"), wide=True), annexed]


def _dated(text: str, own: int, year: int) -> str:
    return f"{text} ({own})" if own and own != year else text


def latest(material: Material, cells: dict, unit: str) -> tuple[str, int]:
    """Latest of ``Material.cells`` for a unit and its year; a dash and 0 when there is none."""
    year = max((year for code, year in cells if code == unit), default=0)
    return cells.get((unit, year), material.labels.word("none")), int(year)
