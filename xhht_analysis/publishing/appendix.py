"""The annex: everything behind the report, by goal and by unit (templates/pages/annex.j2)."""

from collections.abc import Callable

from xhht_analysis.publishing import agencies, parts, receipts, sentences
from xhht_analysis.publishing.blocks import Block
from xhht_analysis.publishing.report_data import COUNTED_KIND, SHARE_KINDS, ReportData
from xhht_analysis.publishing.what_if import what_if_table


def annex(run: ReportData, drawn: Callable[..., list[Block]]) -> list[Block]:
    """Every block of the annex, under the headings of its template; ``drawn`` gives pictures."""
    return parts.make_page(
        "annex",
        run.labels,
        run=run,
        drawn=drawn,
        sentences=sentences,
        agencies=agencies,
        what_if=what_if_table(run),
        calendar=receipts.calendar(run),
        coverage=list(receipts.coverage(run).itertuples()),
        nominal=receipts.NOMINAL,
        counted_kinds=[COUNTED_KIND],
        share_kinds=list(SHARE_KINDS),
    )
