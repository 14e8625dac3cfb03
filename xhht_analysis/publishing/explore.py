"""Questions an analyst asks of one run: the functions behind explore.ipynb.

Each takes the `ReportData` of a run and can be copied into a notebook of one's own
(docs/examples.md). Nothing is written to disk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.intake.reading.sheets import RefusedError, column_letters
from xhht_analysis.intake.reading.workbooks import read_workbook
from xhht_analysis.parameters import newest_run
from xhht_analysis.project import resolve
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.run_tables import read_report_data
from xhht_analysis.publishing.selection import NoFiguresError
from xhht_analysis.publishing.statement_facts import chance_of

FIXTURE = "tests/fixtures/processed"


def open_run(processed_dir: str = "", *, lang: str = "vi") -> ReportData:
    """Tables of one run; by default the newest run of this project, else the small fixture."""
    newest, _ = newest_run()
    folder = processed_dir or newest.get("processed_dir", FIXTURE)
    return read_report_data(resolve(str(folder)), lang=lang)


def open_shares(run: ReportData) -> list[str]:
    """Goals on a share whose last target is still ahead, in the plan's order."""
    statements = run.statements(run.last_year)
    return [s.goal_code for s in statements if s.is_forecast and s.measure_unit == "percent"]


def forecast_course(run: ReportData, goal_code: str) -> pd.DataFrame:
    """Forecast of one share in the last target year, as the verdicts give it, by unit_code.

    Rows: the districts, or the province where it alone has a forecast. Columns: median (percent),
    years (from the latest figure to the target), weight (latest denominator, NaN where missing).

    Raises
    ------
    NoFiguresError
        If the goal is no share, or nothing is left to forecast; it names the goals that can be.
    """
    if goal_code not in (choice := open_shares(run)):
        raise NoFiguresError(f"{goal_code} has no forecast of a share; try {', '.join(choice)}")
    whole, *every = (
        run.statement(goal_code, run.last_year, unit) for unit in ["", *run.districts["unit_code"]]
    )
    every = [one for one in every if one and one.expected] or [whole]
    rows = [[s.unit_code, s.expected[1], run.last_year - s.base.year] for s in every]
    course = pd.DataFrame(rows, columns=["unit_code", "median", "years"]).set_index("unit_code")
    sizes = run.rows(whole.indicator_code).groupby("unit_code")["denominator"].last()
    return course.assign(weight=sizes)


def what_if(run: ReportData, goal_code: str, unit_code: str, points: float) -> pd.DataFrame:
    """What changes if a unit (of the province: every unit) grew ``points`` percent a year more.

    The published forecast of the last target year moves as far as its median can within 0-100 %,
    the province's by the mean of its districts, weighted by denominators. Rows: the unit and, where
    all weights are known, the province; chance of the target before (that of its verdict) and
    after, in words and 0-1. Raises NoFiguresError as `forecast_course` does, or for another unit.
    """
    course, province, rows = forecast_course(run, goal_code), run.province.code, []
    unit_code = run.code(unit_code)
    ahead = (course["median"] + points * course["years"]).clip(0, contracts.MAX_PERCENT)
    is_faster = (course.index == unit_code) | (unit_code == province)
    moves = (ahead - course["median"]).where(is_faster, 0)
    weights = course["weight"] / course["weight"].sum(skipna=False)
    moves = {province: (moves * weights).sum(skipna=False)} | moves.to_dict()
    if pd.isna(moves.get(unit_code)):
        choice = ", ".join(course.index)
        raise NoFiguresError(f"{goal_code}: no forecast of {unit_code!r}; choose one of {choice}")
    for unit in dict.fromkeys([unit_code, province]):
        if pd.isna(moves[unit]):
            continue
        statement = run.statement(goal_code, run.last_year, unit)
        faster = replace(statement, need=statement.need - moves[unit])
        gain = chance_of(run, faster) - chance_of(run, statement)
        chances = [statement.chance, float(np.clip(statement.chance + gain, 0, 1))]
        texts = [statement.as_tested(run.labels.short_chance(p)) for p in chances]
        rows.append([run.unit_name(unit), *texts, *chances])
    columns = [run.word(name) for name in ("col.unit", "explore.before", "explore.after")]
    return pd.DataFrame(rows, columns=[*columns, "prob_before", "prob_after"]).round(3)


def cell_around(row: Mapping, raw_dir: Path, around: int = 4) -> pd.DataFrame:
    """The submitted sheet around the cell of a reject or finding (file, sheet, cell), as typed.

    Index and columns are the lines and letters of the file under ``raw_dir``; no rows when the
    doubt is about a whole file or the file cannot be read.
    """
    path = Path(raw_dir) / str(row["file"])
    try:
        sheets = read_workbook(path) if path.is_file() else []
    except RefusedError:
        sheets = []
    for sheet in sheets:
        lines, columns = range(sheet.n_rows), range(sheet.n_columns)
        places = [(r, c) for r in lines for c in columns if sheet.address(r, c) == row["cell"]]
        if places and (pd.isna(row["sheet"]) or sheet.name == row["sheet"]):
            line, column = (slice(max(at - around, 0), at + around + 1) for at in places[0])
            table = pd.DataFrame([[sheet.text(r, c) for c in columns] for r in lines])
            table.columns = [column_letters(c + 1) for c in columns]
            return table.set_index(pd.Index(lines) + 1 - sheet.n_above).iloc[line, column]
    return pd.DataFrame()
