"""A small invented run that obeys the contracts: frames for tests of figures and documents.

The plan is the real one from config/; the numbers are simple rules anyone can check by hand:
district number i (0-10, by code) has share ``20 + 4 * (year - 2021) + i`` percent of 1000 people.
"""

from __future__ import annotations

import copy
import functools

import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.plan import areas, goals, standards
from xhht_analysis.plan.config_tables import read_config
from xhht_analysis.project import Project
from xhht_analysis.publishing import report_data
from xhht_analysis.publishing.labels import Labels

AS_OF = "2026-11-20"
YEARS = range(2021, 2027)
DISTRICTS = [str(code) for code in range(815, 826)]
CONFIG = Project().config_dir
NO_DATA_GOAL = "life_skills"
TOPS = {
    "literacy_level": 2,
    "preschool5_level": 1,
    "preschool_level": 1,
    "learning_community_level": 2,
}
SPREAD = {"q025": -9, "q100": -6, "median": 0, "q900": 6, "q975": 9}
CHANCES = (0.97, 0.78, 0.5, 0.21, 0.03)
CLASSES = ("very_likely", "likely", "open", "unlikely", "very_unlikely")


def made_once(function):
    """``function``, worked out once for the same arguments, `YEARS` and `AS_OF`, which tests patch.

    Every caller gets a copy.
    """
    once = functools.cache(lambda _, given, named: function(*given, **dict(named)))

    @functools.wraps(function)
    def copy_of(*given, **named):
        return copy.deepcopy(once((YEARS, AS_OF), given, tuple(named.items())))

    return copy_of


def share(year: int, i: int) -> float:
    return 20 + 4 * (year - 2021) + i


def level(year: int, i: int) -> int:
    return 1 + (year - 2021) // 3 + (i % 3 == 0)


@made_once
def make_panel(status: str = "sample") -> pd.DataFrame:
    indicators = goals.read_indicators(CONFIG)
    rows = []
    for indicator in indicators.itertuples():
        code = indicator.indicator_code
        if code == NO_DATA_GOAL or indicator.kind == "context":
            continue
        for year in YEARS:
            for i, unit in enumerate([*DISTRICTS, "82"]):
                row = {"indicator_code": code, "unit_code": unit, "year": year}
                if indicator.kind in ("level", "milestone"):
                    row["level"] = float(min(level(year, i), TOPS.get(code, 3)))
                else:
                    n = 1000.0 if unit != "82" else 11000.0
                    value = share(year, i) if unit != "82" else share(year, 5)
                    row |= {"numerator": n * value / 100, "denominator": n, "value": float(value)}
                row["value_type"] = "derived" if year > 2024 else "reported"
                rows.append(row | {"definition_variant": indicator.definition_variant})
    panel = pd.DataFrame(rows).assign(frame="2021", status=status, as_of=AS_OF)
    return contracts.check(contracts.conform(panel, contracts.PANEL), contracts.PANEL)


@made_once
def make_verdicts(no_data: bool = False) -> pd.DataFrame:
    """One row per target and unit; future chances walk through the five classes in plan order."""
    plan, targets = goals.read_goals(CONFIG), goals.read_targets(CONFIG)
    order = {code: int(n) for code, n in zip(plan["goal_code"], plan["order"], strict=True)}
    kinds = dict(zip(plan["goal_code"], plan["kind"], strict=True))
    rows = []
    for target in targets.itertuples():
        kind, place = kinds[target.goal_code], order[target.goal_code]
        for i, unit in enumerate(["82", *DISTRICTS]):
            if unit != "82" and kind in ("province_status", "milestone"):
                continue
            empty = no_data or target.goal_code == NO_DATA_GOAL
            rows.append(_verdict(target, kind, unit, place + i, empty))
    verdicts = pd.DataFrame(rows).assign(frame="2021", as_of=AS_OF, model_id="test")
    return contracts.check(contracts.conform(verdicts, contracts.VERDICTS), contracts.VERDICTS)


def _verdict(target, kind: str, unit: str, place: int, empty: bool) -> dict:
    counted = kind == "share_districts" and unit == "82"
    is_share = kind in ("share_people", "share_institutions")
    need = float(target.target_value)
    if kind == "share_districts":
        need = float(target.target_units if counted else target.level_required)
    row = {
        "goal_code": target.goal_code,
        "indicator_code": target.indicator_code,
        "unit_code": unit,
        "target_year": int(target.target_year),
        "comparator": ">=",
        "measure_unit": "percent" if is_share else ("units" if counted else "level"),
        "target_value": need,
        "target_units": need if counted else None,
        "n_units": 11.0 if counted else None,
        "n_points": 0 if empty else 6,
        "basis": "none",
        "verdict_class": "no_data",
    }
    if empty:
        return row | {"reason": "no_figures"}
    now = observed(target, kind, 2026, unit)
    row |= {"current_year": 2026, "current": now}
    if int(target.target_year) == 2025:
        met = observed(target, kind, 2025, unit) >= need
        row |= {"verdict_class": "reached" if met else "missed", "basis": "observed"}
        return row | {"prob_reached": float(met)}
    row |= {"basis": "forecast", "prob_reached": CHANCES[place % 5]}
    row |= {"verdict_class": CLASSES[place % 5], "firmness": "firm"}
    if is_share or counted:
        top = 100.0 if is_share else 11.0
        row |= {name: min(top, need + step * top / 100) for name, step in SPREAD.items()}
        row |= {"pace_required": (need - now) / 4, "pace_own": top / 25}
        row |= {"people_required": 2500.0, "leverage": place % 7 / 50}
    if place % 5 == 2:
        row |= {"firmness": "depends", "depends_on": "last_year_dropped"}
    return row


def observed(target, kind: str, year: int, unit: str = "82") -> float:
    """What `make_panel` holds for the province or the level of a district: by hand."""
    if unit != "82" and kind == "share_districts":
        top = TOPS.get(target.indicator_code, 3)
        return float(min(level(year, DISTRICTS.index(unit)), top))
    if kind in ("share_people", "share_institutions"):
        return float(share(year, 5))
    levels = [min(level(year, i), TOPS.get(target.indicator_code, 3)) for i in range(11)]
    if kind == "share_districts":
        return float(sum(one >= float(target.level_required) for one in levels))
    return float(level(year, 11)) if kind == "milestone" else float(min(levels))


@made_once
def make_forecasts() -> pd.DataFrame:
    codes = ["information_literacy", "trained_population", "university_degree"]
    codes += ["digital_institutions", "clc_it", "learning_citizens"]
    levels = {0.025: -6, 0.1: -4, 0.25: -2, 0.5: 0, 0.75: 2, 0.9: 4, 0.975: 6}
    rows = [
        {"indicator_code": code, "unit_code": unit, "year": year, "horizon": year - 2026,
         "output_type_id": q, "value": min(100.0, share(year, i) + step * (year - 2026) / 2)}
        for code in codes for i, unit in enumerate([*DISTRICTS, "82"])
        for year in range(2027, 2031) for q, step in levels.items()
    ]  # fmt: skip
    frame = pd.DataFrame(rows).assign(
        model_id="test", as_of=AS_OF, frame="2021", origin_year=2026, output_type="quantile"
    )
    frame.loc[frame["unit_code"] == "82", "value"] -= 5
    return contracts.check(contracts.conform(frame, contracts.FORECASTS), contracts.FORECASTS)


@made_once
def make_submissions(is_sample: bool = True) -> pd.DataFrame:
    known = areas.read_areas(CONFIG)
    rows = []
    for year in YEARS:
        homes = known.parents("2025-07-01").items()
        communes = [c for d in DISTRICTS for c in sorted(c for c, home in homes if home == d)]
        for i, sender in enumerate([*(DISTRICTS if year < 2025 else communes), "SGDDT", "HKH"]):
            day = f"{year}-12-05" if (i == 3 and year == 2023) else f"{year}-11-{10 + i % 15}"
            if not (i == 6 and year == 2022):
                rows.append({"file": f"{day}/{sender}_{year}.xlsx", "received_on": day,
                             "sender": sender, "year": year})  # fmt: skip
    frame = pd.DataFrame(rows).assign(
        forms="template", n_observations=20, n_panel=18, n_rejected=1, n_superseded=1,
        n_duplicate=0, n_out_of_scope=0, n_columns_left_out=0, is_sample=is_sample, sha256="0" * 64,
    )  # fmt: skip
    return contracts.check(contracts.conform(frame, contracts.SUBMISSIONS), contracts.SUBMISSIONS)


@made_once
def make_doubts() -> tuple[pd.DataFrame, pd.DataFrame]:
    place = {"file": "2026-11-15/TH-02 Cái Bè.xlsx", "sheet": "TH-02", "cell": "F12"}
    where = place | {"indicator_code": "primary_entry_6", "unit_code": "819", "year": 2026}
    reject = {"raw": "=cmd|' /C calc'!A0<script>alert(1)</script>", "rule": "percent_range"}
    reject |= {"remedy": "Ghi tỷ lệ từ 0 đến 100; kiểm tra lại tử số và mẫu số."}
    finding = {"rule": "jump", "message": "Tăng 21,4 điểm so với năm trước."}
    rejects = contracts.conform(pd.DataFrame([where | reject]), contracts.REJECTS)
    return rejects, contracts.conform(pd.DataFrame([where | finding]), contracts.FINDINGS)


@made_once
def make_activities() -> pd.DataFrame:
    base = {
        "year": 2026,
        "received_on": "2026-11-15",
        "file": "2026-11-15/a.xlsx",
        "sheet": "Thực hiện",
    }
    rows = [
        {"task_code": "II.1.1", "reporter_code": "819", "status": "done", "budget_planned": 120.0,
         "budget_spent": 100.5, "budget_source": "state_budget", "text": "Tổ chức 12 hội nghị"},
        {"task_code": "II.3.1", "reporter_code": "SGDDT", "status": "in_progress",
         "budget_planned": 80.0, "budget_spent": 20.0, "budget_source": "social",
         "difficulty": "Thiếu giáo viên <b>tin học</b>", "proposal": "Bổ sung biên chế"},
    ]  # fmt: skip
    frame = pd.DataFrame([base | row for row in rows])
    return contracts.conform(frame, contracts.ACTIVITIES)


@made_once
def read_plan() -> dict:
    """The plan of config/ as a run holds it."""
    return {
        "areas": areas.read_areas(CONFIG),
        "units": report_data.all_units(areas.read_areas(CONFIG)),
        "goals": goals.read_goals(CONFIG),
        "targets": goals.read_targets(CONFIG),
        "indicators": goals.read_indicators(CONFIG),
        "agencies": goals.read_agencies(CONFIG),
        "tasks": goals.read_tasks(CONFIG),
        "unit_targets": read_config("unit_targets", CONFIG),
        "references": read_config("references", CONFIG),
        "standards": standards.read_standards(CONFIG),
    }


def make_material(lang: str = "vi", **tables) -> report_data.ReportData:
    """The whole run; any table can be given to take the place of the invented one."""
    rejects, findings = make_doubts()
    made = {name: contracts.TABLES[name].empty() for name in report_data.OPTIONAL}
    made |= {"previous": contracts.VERDICTS.empty(), "previous_panel": contracts.PANEL.empty()}
    made |= {
        "panel": make_panel(),
        "verdicts": make_verdicts(),
        "forecasts": make_forecasts(),
        "submissions": make_submissions(),
        "rejects": rejects,
        "findings": findings,
        "activities": make_activities(),
    }
    made |= read_plan()
    return report_data.ReportData(as_of=AS_OF, labels=Labels(lang), **(made | tables))
