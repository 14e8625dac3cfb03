"""One page per indicator: what it is, its targets, its figures, data to take away.

Pages stand in ``indicators/`` beside the committee's report; the CSV beside each page is the panel
of that indicator as it is, so that a number can be followed from page to table row.
"""

from collections.abc import Callable
from pathlib import Path

from xhht_analysis import contracts, files
from xhht_analysis.publishing import parts, sentences
from xhht_analysis.publishing.blocks import Block
from xhht_analysis.publishing.documents import number, write_page
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.selection import where

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
    about = {"run": run, "row": run.indicator(code), "drawn": drawn, "sentences": sentences}
    return parts.make_page("indicator", run.labels, **about)
