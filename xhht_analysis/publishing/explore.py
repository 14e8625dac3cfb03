"""Questions an analyst asks of one run, without writing code: the functions behind explore.ipynb.

Each function takes the `ReportData` of a run and returns a frame, a figure or a widget, so that it
can be copied into a notebook of one's own (docs/examples.md). Nothing is written to disk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.forecasting.backtest import DEFAULT, registered_models
from xhht_analysis.forecasting.plan_forecast import forecast_plan
from xhht_analysis.forecasting.verdicts import classify
from xhht_analysis.intake.reading.sheets import RefusedError, column_letters
from xhht_analysis.intake.reading.workbooks import read_workbook
from xhht_analysis.plan import areas
from xhht_analysis.project import Project, resolve
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.run_tables import read_report_data
from xhht_analysis.publishing.selection import NoFiguresError, where

FIXTURE = "tests/fixtures/processed"


def open_run(processed_dir: str = "", *, lang: str = "vi") -> ReportData:
    """Tables of one run; by default the newest run of this project, else the small fixture."""
    root = Project().out / "data" / "processed"
    runs = sorted(p.parent for p in root.glob("*/verdicts.csv"))
    newest = runs[-1] if runs else resolve(FIXTURE)
    return read_report_data(resolve(processed_dir) if processed_dir else newest, lang=lang)


@dataclass(frozen=True)
class Course:
    """Joint draws of one share from an origin year to the last target year, in percent.

    ``years`` are the origin year and every later one (T,), ``units`` the districts (U,) or the
    province alone, ``draws`` (n, U, T) start at the latest known figure, ``weights`` are the
    denominators (U,) or None where some are missing; ``is_published`` tells the run's own
    forecast, whose chances are those of its verdicts.
    """

    goal_code: str
    model: str
    origin_year: int
    years: np.ndarray
    units: list[str]
    draws: np.ndarray
    weights: np.ndarray | None
    province: str
    is_published: bool = False

    def of(self, unit_code: str) -> np.ndarray:
        """Draws (n, T) of one unit, or of the province by counts; else NoFiguresError."""
        if unit_code in self.units:
            return self.draws[:, self.units.index(unit_code)]
        if unit_code not in ("", self.province):
            raise NoFiguresError(f"{self.goal_code}: unit {unit_code!r} has no figure")
        if self.weights is None:
            raise NoFiguresError(f"{self.goal_code}: denominators are missing, nothing adds up")
        return np.average(self.draws, axis=1, weights=self.weights)

    def chance(self, unit_code: str, year: int, target: float, *, most: bool = False) -> float:
        """Chance (0-1) that a unit stands at ``target`` percent or above (``most``: below)."""
        ahead = self.of(unit_code)[:, year - self.origin_year]
        return float((ahead <= target if most else ahead >= target).mean())

    def sped_up(self, unit_code: str, points: float) -> Course:
        """The same draws with a unit ``points`` percent a year faster; of the province all units.

        Raises NoFiguresError as `of` does.
        """
        self.of(unit_code)
        draws = self.draws.copy()
        shift = points * (self.years - self.origin_year)
        at = self.units.index(unit_code) if unit_code in self.units else slice(None)
        draws[:, at] = np.clip(draws[:, at] + shift, 0, contracts.MAX_PERCENT)
        return replace(self, draws=draws, is_published=False)


def forecast_course(
    run: ReportData,
    goal_code: str,
    *,
    model: str = DEFAULT,
    origin_year: int | None = None,
    n_draws: int = 2000,
    seed: int = 1,
) -> Course:
    """Forecast one share of the plan anew, with any model, from what was known in any year.

    Parameters
    ----------
    model
        ``default`` (the kit's own) or a baseline of `forecasting.baselines.MODELS`.
    origin_year
        Figures of later years are left out; by default none is.

    Raises
    ------
    NoFiguresError
        If the goal is no share, or has no figure by then.
    ValueError
        If there is no such model.
    """
    models = registered_models()
    if model not in models:
        raise ValueError(f"model must be one of {', '.join(models)}, not {model!r}")
    if run.is_level(goal_code):
        raise NoFiguresError(f"{goal_code} counts recognised units; see `judge_again`")
    every = run.rows(run.ordered_goals.loc[goal_code, "indicator_code"]).dropna(subset="value")
    rows = every[every["year"] <= (origin_year or run.last_year - 1)]
    districts = where(rows, unit_code=list(run.districts["unit_code"]))
    history = (districts if len(districts) else rows).assign(group_code=run.province.code)
    if history.empty:
        raise NoFiguresError(f"{goal_code} has no figure by {origin_year}")
    forecast = models[model](history, run.last_year - int(history["year"].max()))
    ahead = forecast.draw_array(n_draws, np.random.default_rng(seed))
    last = np.broadcast_to(forecast.series["last_value"].to_numpy(), ahead.shape[:2])
    weights = forecast.series["denominator"].to_numpy(dtype=float)
    draws = np.concatenate([last[:, :, None], ahead], axis=2)
    years = np.concatenate([[forecast.origin_year], forecast.years])
    return Course(
        goal_code,
        model,
        forecast.origin_year,
        years,
        list(forecast.series["unit_code"]),
        draws,
        None if np.isnan(weights).any() else weights,
        run.province.code,
        is_published=model == DEFAULT and len(rows) == len(every),
    )


def judge_again(
    run: ReportData, goal_code: str, origin_year: int, *, n_draws: int = 1000, seed: int = 1
) -> ReportData:
    """The run with one goal judged by the kit's model from the figures up to ``origin_year``."""
    goal, lines = (where(t, goal_code=goal_code) for t in (run.goals, run.targets))
    plan = forecast_plan(
        run.panel, goal, lines, run.indicators, areas.read_areas(Project().config_dir),
        as_of=run.as_of, origin_year=origin_year, n_draws=n_draws, seed=seed,
        standards=run.standards, variants=False,
    )  # fmt: skip
    panel = run.panel[run.panel["year"] <= origin_year]
    return replace(run, panel=panel, forecasts=plan.forecasts, verdicts=plan.verdicts)


def _chance(run: ReportData, course: Course, unit: str, target: pd.Series) -> float:
    """Chance by the course; where it is the run's own, that of the verdict: they never differ."""
    year = target["target_year"]
    verdict = run.verdict(course.goal_code, year, unit)
    if course.is_published and verdict is not None and verdict["basis"] == "forecast":
        return float(verdict["prob_reached"])
    return course.chance(unit, year, target["target_value"], most=target["comparator"] == "<=")


def _shown(run: ReportData, course: Course, chance: float) -> str:
    """Chance in words, "untested" where 02_backtest did not score the model on this goal."""
    text = run.labels.short_chance(chance)
    statement = run.statement(course.goal_code, run.last_year)
    if course.model == DEFAULT and statement is not None:
        return statement.as_tested(text)
    code = run.ordered_goals.loc[course.goal_code, "indicator_code"]
    untested = where(run.scores, model_id=course.model, indicator_code=code).empty
    return run.word("untested", chance=text) if untested else text


def _places(run: ReportData, course: Course, *units: str) -> dict[str, str]:
    """Names of units, the province last where its districts add up."""
    whole = run.province.code
    codes = dict.fromkeys([*units, *([whole] if course.weights is not None else [])])
    return {u: run.word("province") if u == whole else run.names[u] for u in codes}


def chances(run: ReportData, course: Course) -> pd.DataFrame:
    """What a course says of every unit, the province last, in words.

    One row per unit: latest figure, then per target year to come the median, the 80 % range and
    the verdict with its rounded chance.
    """
    word, percent, rows = run.word, run.labels.percent, []
    targets = [run.target(course.goal_code, y) for y in run.target_years if y > course.origin_year]
    for unit, name in _places(run, course, *course.units).items():
        draws = course.of(unit)
        row = {word("col.unit"): name, word("col.current"): percent(draws[0, 0])}
        for target in (t for t in targets if t is not None):
            year, chance = int(target["target_year"]), _chance(run, course, unit, target)
            low, middle, high = np.quantile(draws[:, year - course.origin_year], [0.1, 0.5, 0.9])
            row[word("col.expected", year=year)] = percent(middle)
            row[f"80 % ({year})"] = f"{percent(low)} – {percent(high)}"
            verdict = f"{run.labels.verdict(classify(chance))} ({_shown(run, course, chance)})"
            row[word("col.verdict", year=year)] = verdict
        rows.append(row)
    return pd.DataFrame(rows).set_index(word("col.unit"))


def what_if(
    run: ReportData, course: Course, unit_code: str, points: float, year: int = 0
) -> pd.DataFrame:
    """What changes if one unit sped up by ``points`` percentage points a year.

    Rows: the unit and the province; chance of the target before and after, in words and 0-1.
    """
    year, unit_code = year or run.last_year, run.code(unit_code)
    target = run.target(course.goal_code, year)
    if target is None:
        raise NoFiguresError(f"{course.goal_code} has no target for {year}")
    need, most = float(target["target_value"]), target["comparator"] == "<="
    faster, rows = course.sped_up(unit_code, points), []
    for unit, name in _places(run, course, unit_code).items():
        old = _chance(run, course, unit, target)
        after, before = (c.chance(unit, year, need, most=most) for c in (faster, course))
        new = float(np.clip(old + after - before, 0, 1))
        rows.append([name, *(_shown(run, course, p) for p in (old, new)), old, new])
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


def figure_data(run: ReportData, name: str) -> dict[str, pd.DataFrame]:
    """Rows behind a figure file of one goal (``fan_clc_it`` …) by table; KeyError for another."""
    code = next((c for c in run.ordered_goals.index if name.endswith(f"_{c}")), None)
    if code is None:
        raise KeyError(f"{name}: no figure of one goal; the goals are in config/goals.csv")
    indicator = {"indicator_code": run.ordered_goals.loc[code, "indicator_code"]}
    keys = {"panel": indicator, "forecasts": indicator, "verdicts": {"goal_code": code}}
    return {
        table: where(getattr(run, table), frame=run.province.frame, **key).reset_index(drop=True)
        for table, key in keys.items()
    }
