"""One page per indicator: what it is, its targets, its figures and their breaks, data to take away.

Pages stand in ``indicators/`` beside the committee's report; the CSV beside each page is the panel
of that indicator as it is, so that a number can be followed from page to table row.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from xhht_analysis import contracts, files
from xhht_analysis.plan.goals import split_codes
from xhht_analysis.publishing import sentences
from xhht_analysis.publishing.blocks import Block, clean, heading, links, prose, table
from xhht_analysis.publishing.documents import write_page
from xhht_analysis.publishing.material import PROVINCE, Material

FIELDS = (
    "definition", "numerator", "denominator", "measure_unit", "legal_basis", "reporter",
    "collection_form", "first_year", "notes",
)  # fmt: skip
ANNEX, INDEX = "../05_committee_report.xlsx", "../../index.html"


def write_indicator_pages(
    material: Material, folder: Path, drawn: Mapping[str, Block] | None = None
) -> list[Path]:
    """Write ``CODE.html`` and ``CODE.csv`` for every indicator; ``drawn`` are figures by caption.

    A figure that is not in ``drawn`` is drawn anew.
    """
    made = []
    for code in material.indicators["indicator_code"]:
        page = folder / f"{code}.html"
        made.append(write_page(indicator_blocks(material, code, drawn or {}), page,
                               lang=material.labels.lang))  # fmt: skip
        rows = material.panel[material.panel["indicator_code"] == code]
        text = rows.sort_values(list(contracts.PANEL_KEY)).to_csv(
            index=False, lineterminator="\r\n"
        )
        made.append(files.write_text(folder / f"{code}.csv", text))
    return made


def indicator_blocks(
    material: Material, code: str, drawn: Mapping[str, Block] | None = None
) -> list[Block]:
    """Blocks of the page of one indicator."""
    word, row = material.labels.word, material.indicator(code)
    blocks = [heading(material.labels.local(row, "name"), 1)]
    if material.is_sample:
        blocks.append(prose([word("sample_banner")], "banner"))
    blocks += [prose([material.footer()], "note"), heading(word("indicator.about"))]
    blocks.append(_about(material, row))
    blocks += [heading(word("indicator.targets")), *_targets(material, code, drawn or {})]
    blocks += [heading(word("indicator.series")), _series(material, code)]
    blocks += [heading(word("indicator.breaks")), prose(break_sentences(material, code), "list")]
    shown = [(word("indicator.csv"), f"{code}.csv"), (word("indicator.all"), ANNEX)]
    shown.append((word("indicator.back"), INDEX))
    return [*blocks, heading(word("indicator.download")), links(shown)]


def _about(material: Material, row: pd.Series) -> Block:
    word = material.labels.word
    body = [[word("indicator.code"), row["indicator_code"]]]
    for name in FIELDS:
        value = material.labels.local(row, name) or row.get(name)
        if name == "reporter":
            value = ", ".join(material.names.get(c, c) for c in split_codes(str(value or "")))
        if name == "measure_unit":
            value = material.labels.known("measure_unit", str(value))
        if pd.notna(value) and str(value):
            body.append([word(f"indicator.{name}"), clean(value, 600)])
    columns = [word("indicator.field"), word("indicator.value")]
    return table(word("indicator.about_caption"), columns, body)


def _targets(material: Material, code: str, drawn: Mapping[str, Block]) -> list[Block]:
    """Target lines with verdicts, then the figure of each goal that rests on the indicator."""
    word, rows, figures = material.labels.word, [], []
    lines = material.targets[material.targets["indicator_code"] == code]
    for goal_code in material.ordered_goals.index:
        mine = lines[lines["goal_code"] == goal_code]
        for year in sorted(mine["target_year"].astype(int)):
            verdict = material.verdict(goal_code, year)
            if verdict is not None:
                aim = sentences.commitment_text(material, verdict)
                now = material.current_text(verdict) or word("none")
                tone = [material.labels.verdict_cell(verdict), verdict["verdict_class"]]
                rows.append([material.title(goal_code), str(year), aim, now, tone])
        if len(mine):
            caption = material.title(goal_code)
            figures.append(drawn.get(caption) or _drawn_anew(material, goal_code))
    if not rows:
        return [prose([word("indicator.targets_none")])]
    columns = [word("col.goal"), word("col.year"), word("col.aim"), word("col.current"),
               word("col.assessment")]  # fmt: skip
    return [table(word("indicator.targets_caption"), columns, rows, align="lcrrl"), *figures]


def _drawn_anew(material: Material, goal_code: str) -> Block:
    """The fan of a goal; matplotlib is imported only where a figure is missing."""
    from xhht_analysis.publishing.figures import base, goals

    return base.picture(goals.plot_fan(material, goal_code))


def _series(material: Material, code: str) -> Block:
    """District by year: the share, or the recognised level with what bounds it."""
    name, word = material.labels.local(material.indicator(code), "name"), material.labels.word
    cells = material.cells(code)
    if not cells:
        return prose([word("indicator.series_none")])
    years = sorted({year for _, year in cells})
    units = [
        u for u in [*material.districts["unit_code"], PROVINCE] if any(k[0] == u for k in cells)
    ]
    body = [
        [word("annex.total") if unit == PROVINCE else material.names[unit],
         *(cells.get((unit, year), word("none")) for year in years)]
        for unit in units
    ]  # fmt: skip
    columns = [word("col.unit"), *map(str, years)]
    return table(word("indicator.series_caption", name=name), columns, body,
                 align="l" + "r" * len(years))  # fmt: skip


def break_sentences(material: Material, code: str) -> list[str]:
    """Where the series breaks: the merger, other definitions, doubtful figures."""
    word, number, rows = material.labels.word, material.labels.number, material.rows(code)
    other = material.panel[material.panel["indicator_code"] == code]["definition_variant"]
    others = sorted(set(other.dropna()) - set(rows["definition_variant"]))
    told = []
    own = rows["unit_code"].isin(material.districts["unit_code"])
    if n := int((own & (rows["value_type"] == "derived")).sum()):
        told.append(word("indicator.break_boundary", n=number(n)))
    if others and len(rows):
        told.append(word("indicator.break_variant", names=", ".join(others)))
    if n := int((rows["status"] == "doubtful").sum()):
        told.append(word("indicator.break_doubtful", n=number(n)))
    return told or [word("indicator.break_none")]
