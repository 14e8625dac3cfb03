"""The table of all goals: it stands in the brief, in the report and in a unit's page.

Nothing here draws, so that the Excel workbook is written without matplotlib.
"""

from collections.abc import Sequence

import pandas as pd

from xhht_analysis.publishing import sentences
from xhht_analysis.publishing.blocks import Block, make_page
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.selection import where
from xhht_analysis.publishing.statements import Statement

COLUMNS = ["goal", "year", "aim", "actual", "latest_of", "assessment", "chance", "since", "remark"]
"""Columns of the workbook's first sheet, keys of the words ``col``."""


def scorecard(
    run: ReportData,
    caption: str,
    codes: Sequence[str] = (),
    unit_code: str = "",
) -> list[Block]:
    """One row per goal (pages/scorecard.j2): the target year just past, then the last one.

    ``codes`` default to all goals, with a heading row per block of the plan; of a unit only what
    the plan asks of it in a target year is shown; without any there is no table.
    """
    asked = {(s.goal_code, s.target_year): s for s in run.all_statements(unit_code)}
    goals = where(run.ordered_goals, goal_code=list(codes or run.ordered_goals.index))
    rows = [
        (goal, *(asked.get((goal.goal_code, year)) for year in run.page_years))
        for goal in goals.itertuples()
    ]
    return make_page(
        "scorecard",
        run,
        caption=caption,
        rows=[row for row in rows if any(row[1:])],
        by_block=not (codes or unit_code),
        block_name=block_name,
    )


def block_name(run: ReportData, block: object) -> str:
    """Name of one of the plan's blocks of goals."""
    return run.labels.local(where(run.ordered_goals, block=block).iloc[0], "block")


def summary_table(run: ReportData) -> pd.DataFrame:
    """Every statement on the province, one row each, in words: the first sheet of the workbook."""
    statements = sorted(run.all_statements(), key=lambda s: (s.order, s.target_year))
    rows = [
        [_name(s), s.target_year, s.target_text, s.actual_text, s.latest_text,
         f"{s.mark} {s.labels.verdict(s.key)}{s.star}", s.chance_text, s.direction,
         sentences.sentence("basis", run, s)]
        for s in statements
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[run.word(f"col.{name}") for name in COLUMNS])


def _name(statement: Statement) -> str:
    """Number and title of a goal, with its standard where its targets measure two."""
    standard = f" ({statement.standard})" if statement.standard else ""
    return f"{statement.order}. {statement.title}{standard}"
