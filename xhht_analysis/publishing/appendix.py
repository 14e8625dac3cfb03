"""The annex: everything behind the report, by goal and by unit (templates/pages/annex.j2)."""

from collections.abc import Callable

from xhht_analysis.publishing import agencies, parts, records, sentences
from xhht_analysis.publishing.blocks import Block
from xhht_analysis.publishing.report_data import COUNTED_KIND, SHARE_KINDS, ReportData
from xhht_analysis.publishing.selection import where
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
        calendar=records.calendar(run),
        coverage=list(records.coverage(run).itertuples()),
        nominal=records.NOMINAL,
        **latest_figures(run),
    )


def latest_figures(run: ReportData) -> dict:
    """Latest share or level of every district (``latest``), with its year where not ``newest``."""
    goals = where(run.ordered_goals, kind=[*SHARE_KINDS, COUNTED_KIND])
    codes = goals["indicator_code"].unique()
    units = [*run.shown_districts["unit_code"], run.province.code]
    cells = {unit: [run.latest_cell(code, unit) for code in codes] for unit in units}
    newest = max((year for row in cells.values() for _, year in row), default=0)
    latest = {
        unit: [text if year in (0, newest) else f"{text} ({year})" for text, year in row]
        for unit, row in cells.items()
    }
    return {"latest": latest, "names": [run.short(code) for code in codes], "newest": newest}
