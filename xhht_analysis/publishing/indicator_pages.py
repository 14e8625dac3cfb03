"""One page per indicator: what it is, its targets, its figures, data to take away.

Pages stand in ``indicators/`` beside the committee's report; the CSV beside each page is the panel
of that indicator as it is, so that a number can be followed from page to table row.
"""

from collections.abc import Callable
from pathlib import Path

from xhht_analysis import contracts, files
from xhht_analysis.plan.goals import split_codes
from xhht_analysis.publishing import parts, sentences
from xhht_analysis.publishing.blocks import Block
from xhht_analysis.publishing.documents import number, write_page
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.selection import where
from xhht_analysis.publishing.statements import Statement

Drawn = Callable[..., list[Block]]


def write_indicator_pages(run: ReportData, folder: Path, drawn: Drawn) -> list[Path]:
    """Write ``CODE.html`` and ``CODE.csv`` for every indicator; ``drawn`` gives pictures."""
    paths = []
    for code in run.indicators["indicator_code"]:
        blocks = number(indicator_blocks(run, code, drawn), run.labels)
        paths.append(write_page(blocks, folder / f"{code}.html", run.labels))
        rows = where(run.panel, indicator_code=code).sort_values(list(contracts.PANEL_KEY))
        text = rows.to_csv(index=False, lineterminator="\r\n")
        paths.append(files.write_text(folder / f"{code}.csv", text))
    return paths


def indicator_blocks(run: ReportData, code: str, drawn: Drawn) -> list[Block]:
    """Every block of the page of one indicator, under the headings of its template."""
    row, lines = run.indicator(code), where(run.targets, indicator_code=code)
    statements = [s for s in run.all_statements() if s.indicator_code == code]
    statements.sort(key=lambda s: (s.order, s.target_year))
    pictures = drawn(*(f"fan_{goal}" for goal in lines["goal_code"].unique()))
    units = [*run.districts["unit_code"], run.province.code]
    cells = run.cells(code)
    cells = cells.reindex([unit for unit in units if unit in cells.index]).fillna(run.word("none"))
    return parts.make_page(
        "indicator",
        run.labels,
        run=run,
        row=row,
        reporters=[run.names.get(c, c) for c in split_codes(row["reporter"])],
        statements=statements,
        paragraphs=[_named(s, sentences.paragraph(run, s), statements) for s in statements],
        pictures=pictures if statements else [],
        references=run.references_on(lines["goal_code"]),
        years=[str(year) for year in cells.columns],
        cells=list(zip(cells.index, cells.to_numpy(), strict=True)),
    )


def _named(said: Statement, text: str, statements: list[Statement]) -> str:
    """A paragraph with its goal's title where the page speaks of several goals."""
    several = len({s.goal_code for s in statements}) > 1
    return f"**{said.title}.** {text}" if several else text
