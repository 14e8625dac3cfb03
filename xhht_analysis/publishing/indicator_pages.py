"""One page per indicator: what it is, its targets, its figures and their breaks, data to take away.

Pages stand in ``indicators/`` beside the committee's report; the CSV beside each page is the panel
of that indicator as it is, so that a number can be followed from page to table row.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from xhht_analysis import contracts, files
from xhht_analysis.plan.goals import split_codes
from xhht_analysis.publishing import sentences
from xhht_analysis.publishing.blocks import Block, clean, heading, links, prose, table
from xhht_analysis.publishing.documents import write_page
from xhht_analysis.publishing.material import Material
from xhht_analysis.publishing.scorecard import tone

FIELDS = (
    "definition", "numerator", "denominator", "measure_unit", "legal_basis", "reporter",
    "collection_form", "first_year", "notes",
)  # fmt: skip
Drawn = Callable[..., list[Block]]
ANNEX, INDEX = "../05_committee_report.xlsx", "../../index.html"


def write_indicator_pages(material: Material, folder: Path, drawn: Drawn) -> list[Path]:
    """Write ``CODE.html`` and ``CODE.csv`` for every indicator; ``drawn`` gives pictures."""
    made = []
    for code in material.indicators["indicator_code"]:
        page = folder / f"{code}.html"
        blocks = indicator_blocks(material, code, drawn)
        made.append(write_page(blocks, page, lang=material.labels.lang))
        rows = material.panel[material.panel["indicator_code"] == code]
        text = rows.sort_values(list(contracts.PANEL_KEY)).to_csv(
            index=False, lineterminator="\r\n"
        )
        made.append(files.write_text(folder / f"{code}.csv", text))
    return made


def indicator_blocks(material: Material, code: str, drawn: Drawn) -> list[Block]:
    """Blocks of the page of one indicator."""
    word, row = material.labels.word, material.indicator(code)
    blocks = [heading(material.labels.local(row, "name"), 1)]
    if material.is_sample:
        blocks.append(prose([word("sample_banner")], "banner"))
    blocks += [prose([material.footer()], "note"), heading(word("indicator.about"))]
    blocks.append(_about(material, row))
    blocks += [heading(word("indicator.targets")), *_targets(material, code, drawn)]
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


def _targets(material: Material, code: str, drawn: Drawn) -> list[Block]:
    """Target lines with verdicts, then the figure of each goal that rests on the indicator."""
    word, rows, found = material.labels.word, [], []
    lines = material.targets[material.targets["indicator_code"] == code]
    for goal_code in material.ordered_goals.index:
        mine = lines[lines["goal_code"] == goal_code]
        for year in sorted(mine["target_year"].astype(int)):
            if (said := material.statement(goal_code, year)) is not None:
                rows.append([said.title, str(year), said.target_text, said.actual_text,
                             said.latest_text, tone(said)])  # fmt: skip
                found += [sentences.paragraph(material, said)]
    if not rows:
        return [prose([word("indicator.targets_none")])]
    columns = [
        word(f"col.{c}") for c in ("goal", "year", "aim", "actual", "latest_of", "assessment")
    ]
    fans = [f"fan_{goal_code}" for goal_code in dict.fromkeys(lines["goal_code"])]
    drawn_fans = [picture for name in fans for picture in drawn(name)]
    return [table(word("indicator.targets_caption"), columns, rows, align="lcrrrl", cards=True),
            prose(found), *drawn_fans]  # fmt: skip


def _series(material: Material, code: str) -> Block:
    """District by year: the share, or the recognised level with what bounds it."""
    name, word = material.labels.local(material.indicator(code), "name"), material.labels.word
    cells = material.cells(code)
    if not cells:
        return prose([word("indicator.series_none")])
    years = sorted({year for _, year in cells})
    whole, reported = material.province.code, {unit for unit, _ in cells}
    units = [u for u in [*material.districts["unit_code"], whole] if u in reported]
    body = [
        [word("annex.total") if unit == whole else material.names[unit],
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
