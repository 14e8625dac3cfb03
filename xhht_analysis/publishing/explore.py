"""Questions an analyst asks of one run: the functions behind explore.ipynb.

Each takes the `ReportData` of a run and can be copied into a notebook of one's own
(docs/examples.md). Nothing is written to disk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.forecasting.forecaster import KIT
from xhht_analysis.intake.reading.sheets import RefusedError, column_letters
from xhht_analysis.intake.reading.workbooks import read_workbook
from xhht_analysis.project import Project, resolve
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.run_tables import read_report_data
from xhht_analysis.publishing.selection import NoFiguresError, where
from xhht_analysis.publishing.statements import Statement

FIXTURE = "tests/fixtures/processed"


def open_run(processed_dir: str = "", *, lang: str = "vi") -> ReportData:
    """Tables of one run; by default the newest run of this project, else the small fixture."""
    root = Project().out / "data" / "processed"
    runs = sorted(p.parent for p in root.glob("*/verdicts.csv"))
    newest = runs[-1] if runs else resolve(FIXTURE)
    return read_report_data(resolve(processed_dir) if processed_dir else newest, lang=lang)


@dataclass(frozen=True)
class Course:
    """Joint draws of one share in the last target year, in percent.

    ``statement`` is the province's on that target; ``years`` lie between the latest figures and
    the target year; ``units`` are the districts (U,) or the province alone, ``draws`` (n, U);
    ``weights`` are the denominators (U,), NaN where missing.
    """

    statement: Statement
    years: int
    units: list[str]
    draws: np.ndarray
    weights: np.ndarray

    def of(self, unit_code: str) -> np.ndarray:
        """Draws (n,) of one unit, or of the province by counts; else NoFiguresError."""
        if unit_code in self.units:
            return self.draws[:, self.units.index(unit_code)]
        if unit_code != self.statement.unit_code or np.isnan(self.weights).any():
            raise NoFiguresError(
                f"{self.statement.goal_code}: no forecast of unit {unit_code!r}; "
                f"choose one of {', '.join(self.units)}"
            )
        return np.average(self.draws, axis=1, weights=self.weights)

    def chance(self, unit_code: str) -> float:
        """Chance (0-1) that a unit is at the target."""
        return float(self.statement.meets(self.of(unit_code)).mean())

    def sped_up(self, unit_code: str, points: float) -> Course:
        """The same draws with a unit ``points`` percent a year faster; of the province all units.

        Raises NoFiguresError as `of` does.
        """
        self.of(unit_code)
        draws = self.draws.copy()
        at = self.units.index(unit_code) if unit_code in self.units else slice(None)
        draws[:, at] = np.clip(draws[:, at] + points * self.years, 0, contracts.MAX_PERCENT)
        return replace(self, draws=draws)


def open_shares(run: ReportData) -> list[str]:
    """Goals on a share whose last target is still ahead, in the plan's order."""
    statements = run.statements(run.last_year)
    return [s.goal_code for s in statements if s.is_forecast and s.measure_unit == "percent"]


def forecast_course(
    run: ReportData, goal_code: str, *, n_draws: int = 2000, seed: int = 1
) -> Course:
    """Draw one share of the plan in its last target year, all districts together.

    Raises
    ------
    NoFiguresError
        If the goal is no share, or nothing is left to forecast; it names the goals that can be.
    """
    if goal_code not in (choice := open_shares(run)):
        raise NoFiguresError(f"{goal_code} has no forecast of a share; try {', '.join(choice)}")
    rows = run.rows(run.ordered_goals.loc[goal_code, "indicator_code"]).dropna(subset="value")
    rows = rows[rows["year"] < run.last_year]
    districts = where(rows, unit_code=list(run.districts["unit_code"]))
    history = (districts if len(districts) else rows).assign(group_code=run.province.code)
    forecast = KIT.panel(history, run.last_year - int(history["year"].max()))
    draws = forecast.draw_array(n_draws, np.random.default_rng(seed))[:, :, -1]
    return Course(
        run.statement(goal_code, run.last_year),
        run.last_year - forecast.origin_year,
        list(forecast.series["unit_code"]),
        draws,
        forecast.series["denominator"].to_numpy(dtype=float),
    )


def what_if(run: ReportData, course: Course, unit_code: str, points: float) -> pd.DataFrame:
    """What changes if one unit sped up by ``points`` percentage points a year.

    Rows: the unit and the province; chance of the target before (that of its verdict) and after,
    in words and 0-1.
    """
    statement, unit_code = course.statement, run.code(unit_code)
    faster, rows = course.sped_up(unit_code, points), []
    whole = [] if np.isnan(course.weights).any() else [statement.unit_code]
    for unit in dict.fromkeys([unit_code, *whole]):
        old = run.verdict(statement.goal_code, run.last_year, unit)["prob_reached"]
        new = np.clip(old + faster.chance(unit) - course.chance(unit), 0, 1)
        texts = (statement.as_tested(run.labels.short_chance(p)) for p in (old, new))
        name = run.word("province") if unit == run.province.code else run.names[unit]
        rows.append([name, *texts, old, new])
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
