"""One page per indicator: what it is, its targets, its figures and their breaks, data to take away.

Pages stand in ``indicators/`` beside the committee's report; the CSV beside each page is the panel
of that indicator as it is, so that a number can be followed from page to table row.
"""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from xhht_analysis import contracts, files
from xhht_analysis.plan.goals import split_codes
from xhht_analysis.publishing import parts, sentences
from xhht_analysis.publishing.blocks import Block, clean, heading, links, prose
from xhht_analysis.publishing.documents import number, write_page
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.scorecard import tone
from xhht_analysis.publishing.selection import where

FIELDS = (
    "definition", "numerator", "denominator", "measure_unit", "legal_basis", "reporter",
    "collection_form", "first_year", "notes",
)  # fmt: skip
Drawn = Callable[..., list[Block]]
ANNEX, INDEX = "../05_committee_report.xlsx", "../../index.html"


def write_indicator_pages(run: ReportData, folder: Path, drawn: Drawn) -> list[Path]:
    """Write ``CODE.html`` and ``CODE.csv`` for every indicator; ``drawn`` gives pictures."""
    made = []
    for code in run.indicators["indicator_code"]:
        blocks = number(indicator_blocks(run, code, drawn), run.labels)
        made.append(write_page(blocks, folder / f"{code}.html", run.labels))
        rows = where(run.panel, indicator_code=code).sort_values(list(contracts.PANEL_KEY))
        text = rows.to_csv(index=False, lineterminator="\r\n")
        made.append(files.write_text(folder / f"{code}.csv", text))
    return made


def indicator_blocks(run: ReportData, code: str, drawn: Drawn) -> list[Block]:
    """Blocks of the page of one indicator."""
    word, row = run.word, run.indicator(code)
    addresses = {"csv": f"{code}.csv", "all": ANNEX, "back": INDEX}
    return [
        *parts.opening(run, run.labels.local(row, "name"), run.footer()),
        *section(run, "about", [_about(run, row)]),
        *section(run, "targets", [*_targets(run, code, drawn), *references(run, code)]),
        *section(run, "series", [_series(run, code)]),
        *section(run, "breaks", [prose(break_sentences(run, code), "list")]),
        *section(
            run, "download", [links([(word(f"indicator.{k}"), a) for k, a in addresses.items()])]
        ),
    ]


def section(run: ReportData, name: str, blocks: list[Block]) -> list[Block]:
    """Blocks under their heading."""
    return [heading(run.word(f"indicator.{name}")), *blocks]


def _about(run: ReportData, row: pd.Series) -> Block:
    word = run.word
    body = [[word("indicator.code"), row["indicator_code"]]]
    for name in FIELDS:
        value = run.labels.local(row, name)
        if name == "reporter":
            value = ", ".join(run.names.get(c, c) for c in split_codes(value))
        if name == "measure_unit":
            value = run.labels.known("measure_unit", value)
        if value:
            body.append([word(f"indicator.{name}"), clean(value, 600)])
    columns = [word("indicator.field"), word("indicator.value")]
    return parts.grid(run, word("indicator.about_caption"), columns, body)


def _targets(run: ReportData, code: str, drawn: Drawn) -> list[Block]:
    """Target lines with verdicts, then the figure of each goal that rests on the indicator."""
    goals = where(run.targets, indicator_code=code)["goal_code"].unique()
    said = [s for s in run.all_statements() if s.indicator_code == code]
    if not said:
        return [prose([run.word("indicator.targets_none")])]
    said.sort(key=lambda s: (s.order, s.target_year))
    rows = [
        [s.title, str(s.target_year), s.target_text, s.actual_text, s.latest_text, tone(s)]
        for s in said
    ]
    columns = "goal year aim actual latest_of assessment"
    form = {"align": "lcrrrl", "cards": True}
    return [
        parts.grid(run, run.word("indicator.targets_caption"), columns, rows, **form),
        prose(sentences.paragraph(run, s) for s in said),
        *drawn(*(f"fan_{goal}" for goal in goals)),
    ]


def references(run: ReportData, code: str) -> list[Block]:
    """Laws, roadmaps and figures of other areas on the goals of an indicator, with their source."""
    goals = set(where(run.ordered_goals, indicator_code=code).index)
    goals |= set(where(run.targets, indicator_code=code)["goal_code"])
    rows = [
        [row["area_vi"], str(row["year"]), _reference_value(run, row),
         run.labels.local(row, "text"), row["source"]]
        for _, row in run.past_references.iterrows()
        if goals & set(split_codes(row["goal_codes"]))
    ]  # fmt: skip
    caption = run.word("indicator.references_caption")
    return [parts.grid(run, caption, "area year value content source_of", rows)] if rows else []


def _reference_value(run: ReportData, row: pd.Series) -> str:
    return run.labels.percent(row["value"], 0 if row["value"] % 1 == 0 else 1)


def _series(run: ReportData, code: str) -> Block:
    """District by year: the share, or the recognised level with what bounds it."""
    word, cells = run.word, run.cells(code)
    units = {**{u: run.names[u] for u in run.districts["unit_code"]},
             run.province.code: word("annex.total")}  # fmt: skip
    cells = cells.reindex([unit for unit in units if unit in cells.index]).fillna(word("none"))
    if cells.empty:
        return prose([word("indicator.series_none")])
    body = [[units[unit], *texts] for unit, *texts in cells.itertuples()]
    caption = word("indicator.series_caption", name=run.labels.local(run.indicator(code), "name"))
    columns = ["unit", *map(str, cells.columns)]
    return parts.grid(run, caption, columns, body, align="l" + "r" * len(cells.columns))


def break_sentences(run: ReportData, code: str) -> list[str]:
    """Where the series breaks: the merger, other definitions, doubtful figures."""
    word, number, rows = run.word, run.labels.number, run.rows(code)
    every = where(run.panel, indicator_code=code)["definition_variant"].dropna()
    others = sorted(set(every) - set(rows["definition_variant"]))
    rebuilt = where(rows, unit_code=list(run.districts["unit_code"]), value_type="derived")
    rebuilt, told = rebuilt[rebuilt["year"] >= int(run.labels.plan["year_ended"])], []
    if len(rebuilt):
        told.append(word("indicator.break_boundary", n=number(len(rebuilt))))
    if others and len(rows):
        told.append(word("indicator.break_variant", names=", ".join(others)))
    if n := len(where(rows, status="doubtful")):
        told.append(word("indicator.break_doubtful", n=number(n)))
    return told or [word("indicator.break_none")]
