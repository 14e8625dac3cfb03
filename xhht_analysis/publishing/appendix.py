"""The annex: everything behind the report, by goal and by unit (templates/pages/annex.j2)."""

from collections.abc import Callable

from xhht_analysis.publishing import agencies, parts, records, sentences
from xhht_analysis.publishing.blocks import Block
from xhht_analysis.publishing.district_ranks import standings
from xhht_analysis.publishing.implementation import sums, year_rows
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
        assumptions=assumptions(run),
        what_if=what_if_table(run),
        calendar=records.calendar(run),
        coverage=list(records.coverage(run).itertuples()),
        nominal=records.NOMINAL,
        tasks=sums(run, year_rows(run), "group", "task"),
        standings=list(standings(run).itertuples()),
        **latest_figures(run),
    )


def assumptions(run: ReportData) -> list[list]:
    """Every open goal: statement, then its least and greatest chance under other assumptions."""
    rows, chance = [], run.labels.short_chance
    for statement in run.all_statements():
        ranked = sorted((p, name) for name, p in statement.variants.items() if p == p)
        if ranked and statement.chance_text:
            ends = (
                f"{chance(p)} {statement.condition(name)}" for p, name in (ranked[0], ranked[-1])
            )
            rows.append([statement, *ends])
    return rows


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
