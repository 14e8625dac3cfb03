"""The report of one district or commune, as blocks for notebook 06 (templates/pages/unit.j2).

A district has verdicts of its own. A commune that began with a reform has too few years for a
chance of its own: it shows its figures beside those of its former district, whose verdicts stand
there under the district's name.
"""

from functools import partial

import pandas as pd

from xhht_analysis.publishing import sentences
from xhht_analysis.publishing.agencies import task_name
from xhht_analysis.publishing.blocks import Block, make_page
from xhht_analysis.publishing.figures import gallery
from xhht_analysis.publishing.figures.base import picture_or_note
from xhht_analysis.publishing.implementation import STATES
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.scorecard import scorecard
from xhht_analysis.publishing.selection import first, where


def unit_row(run: ReportData, unit_code: str) -> pd.Series:
    """Row of a unit in ``run.units``; ValueError if the province has no such unit."""
    row = first(run.units, unit_code=unit_code)
    if row is None:
        raise ValueError(f"Không có đơn vị mang mã «{unit_code}».")
    return row


def judged_unit(run: ReportData, unit_code: str) -> str:
    """Unit whose verdicts are shown: itself, or a commune's former district; else ValueError."""
    unit = unit_row(run, unit_code)
    return str(unit["district_code"]) if unit["level"] == "commune" else unit_code


def unit_rows(
    run: ReportData, table: pd.DataFrame, unit_code: str, column: str = "unit_code"
) -> pd.DataFrame:
    """Rows of a unit in a table of the run.

    Another commune may have borne the code of one that began with a reform: of the years before
    there is none.
    """
    is_new = run.province.frame_of_communes and judged_unit(run, unit_code) != unit_code
    begun = int(run.province.districts_end[:4]) if is_new else 0
    rows = where(table, **{column: unit_code})
    return rows[rows["year"].fillna(begun) >= begun]


def unit_blocks(run: ReportData, unit_code: str) -> list[Block]:
    """Every block of the page of a unit, under the headings of its template."""
    judged = judged_unit(run, unit_code)
    district, statements = unit_row(run, judged), run.all_statements(judged)
    caption = run.word("unit.goals_caption", name=district["name_vi"])
    return make_page(
        "unit",
        run,
        unit=unit_row(run, unit_code),
        district=district,
        statements=statements,
        sentences=sentences,
        scorecard=scorecard(run, caption, unit_code=judged),
        unit_targets=list(where(run.unit_targets, unit_code=unit_code).itertuples()),
        picture=picture_or_note(run, partial(gallery.plot_shares, run, judged)),
        tasks=_tasks(run, unit_code),
        states=STATES,
        task_name=task_name,
        **_figures(run, unit_code, judged),
        **_received(run, unit_code),
    )


def _figures(run: ReportData, unit_code: str, judged: str) -> dict:
    """Latest figure of every indicator of a unit, with those of the units ``beside``.

    ``figures``: (indicator_code, year, panel row or None, level in words or empty, others). The
    level of a district is that of `ReportData.cells`, which goes on after the districts ended.
    """
    rows = unit_rows(run, run.panel, unit_code)
    if judged == unit_code:
        rows = where(rows, frame=run.province.frame)
    rows = rows[rows["value"].notna() | rows["level"].notna()].sort_values("year")
    last = {row.indicator_code: row for row in rows.itertuples()}
    beside = {judged: "district", run.province.code: "province"}
    beside.pop(unit_code, None)
    figures = []
    for code in run.indicators["indicator_code"]:
        row = last.get(code)
        is_share = row is not None and pd.notna(row.value)
        level, year = (
            run.latest_cell(code, unit_code) if judged == unit_code and not is_share else ("", 0)
        )
        if row is not None or year:
            others = [run.latest_text(code, other) for other in beside]
            figures.append((code, year or row.year, row, level if year else "", others))
    return {"figures": figures, "beside": list(beside.values())}


def _received(run: ReportData, unit_code: str) -> dict:
    """What was received from a unit, on time or late, and what it is asked to mend."""
    sent = unit_rows(run, run.submissions, unit_code, "sender")
    due = sent["year"].astype("Int64").astype(str) + f"-{run.labels.plan['due']}"
    doubts = {
        name: table[
            table.index.isin(unit_rows(run, table, unit_code).index)
            | table["file"].isin(sent["file"])
        ]
        for name, table in (("rejects", run.rejects), ("findings", run.findings))
    }
    return {"sent": sent.assign(late=sent["received_on"] > due), **doubts}


def _tasks(run: ReportData, unit_code: str) -> list:
    """Tasks of the latest year that a unit reported on."""
    rows = unit_rows(run, run.activities, unit_code, "reporter_code")
    rows = where(rows, year=rows["year"].max()).sort_values("task_code")
    return list(rows.itertuples())
