"""Whether the tables of config/ fit each other and the province, asked before a run starts."""

from __future__ import annotations

import math
from pathlib import Path
from textwrap import shorten

import pandas as pd

from xhht_analysis.contracts import MAX_PERCENT, TOLERANCE
from xhht_analysis.plan.areas import Areas, read_areas
from xhht_analysis.plan.config_tables import CONFIG_TABLES, config_file, read_config
from xhht_analysis.plan.goals import split_codes

LINKS = {
    "indicators": "goals.indicator_code targets.indicator_code agencies.indicators "
    "indicators.parent_indicator standards.level_indicator standards.indicator_code "
    "standards.indicator_special",
    "levels": "standards.prerequisites",
    "goals": """targets.goal_code expert.goal_code unit_targets.goal_code references.goal_codes
    goals.part_of""",
    "agencies": "goals.lead_agency tasks.agency_codes indicators.reporter "
    "agencies.successor province.duty_of_districts province.duty_of_communes",
    "tasks": "goals.task_codes",
    "units": "crosswalk.unit_code crosswalk.successor_code unit_targets.unit_code province.code",
}
"""Columns whose codes must stand in the first column of another table; lines of the province are
its columns, and ``levels`` are level_indicator:level of the rules."""
MAY_BE_EMPTY = ("corrections", "crosswalk", "expert", "references", "unit_targets")
"""Tables that are filled in only when there is something to say."""
FILES = {"province": "province.yml", "levels": "standards.csv"}
MAX_CODES = 80
"""Characters of the codes that a message names."""


def check_plan(config_dir: Path) -> None:
    """Compare every table of ``config_dir`` with the others.

    Raises
    ------
    ConfigError
        Of a table without a row; or with one line per breach: a code that stands nowhere, a goal
        without a target, a number of districts that is not the share it stands for, a commune
        without a district.
    """
    plan = {name: read_config(name, config_dir) for name in CONFIG_TABLES}
    for name, table in plan.items():
        with config_file(config_dir / f"{name}.csv"):
            if table.empty and name not in MAY_BE_EMPTY:
                raise ValueError("tệp không có dòng nào.")
    areas = read_areas(config_dir)
    plan["province"] = pd.DataFrame([vars(areas.province)])
    rules = plan["standards"]
    plan["levels"] = (rules["level_indicator"] + ":" + rules["level"].astype("str")).to_frame()
    with config_file(config_dir):
        if faults := [*_codes(plan), *_targets(plan, areas), *_units(areas)]:
            raise ValueError("\n".join(["các bảng không khớp nhau:", *faults]))


def _codes(plan: dict[str, pd.DataFrame]) -> list[str]:
    faults = []
    for home, columns in LINKS.items():
        codes_of_home = set(plan[home].iloc[:, 0])
        for place in columns.split():
            table, column = place.split(".")
            used = {code for cell in plan[table][column] for code in split_codes(cell)}
            if used - codes_of_home:
                file, other = (FILES.get(name, f"{name}.csv") for name in (table, home))
                codes = _some(used - codes_of_home)
                faults.append(f"  {file}, cột {column}: {codes} không có trong {other}")
    return faults


def _targets(plan: dict[str, pd.DataFrame], areas: Areas) -> list[str]:
    goals, targets, province = plan["goals"], plan["targets"], areas.province
    faults = [
        f"  targets.csv: mục tiêu {code} chưa có dòng nào"
        for code in sorted(set(goals["goal_code"]) - set(targets["goal_code"]))
    ]
    if targets["target_year"].nunique() < 2:
        faults.append("  targets.csv: cần ít nhất hai năm mục tiêu")
    kinds, n = goals.set_index("goal_code")["kind"], len(areas.districts())
    for row in targets.itertuples():
        if not province.first_year <= row.target_year <= province.last_year:
            faults.append(f"  targets.csv: {row.goal_code}: năm {row.target_year} ngoài kế hoạch")
        counted = kinds.get(row.goal_code) == "share_districts"
        needed = math.ceil(row.target_value * n / MAX_PERCENT - TOLERANCE) if counted else pd.NA
        if str(row.target_units) != str(needed):
            rule = f"là {needed} ({row.target_value:g} % của {n})" if counted else "để trống"
            place = f"{row.goal_code} năm {row.target_year}"
            faults.append(f"  targets.csv: {place}: target_units phải {rule}")
    return faults


def _units(areas: Areas) -> list[str]:
    province, districts, faults = areas.province, set(areas.districts()["unit_code"]), []
    for on in (f"{province.first_year}-12-31", province.districts_end):
        units, homes = areas.units(on), areas.parents(on)
        communes = set(units.loc[units["level"].eq("commune"), "unit_code"])
        if unplaced := communes ^ {code for code, home in homes.items() if home in districts}:
            place = f"  units.csv, crosswalk.csv: ngày {on}"
            faults.append(f"{place}, chưa rõ huyện của {_some(unplaced)}")
    return faults


def _some(codes: set[str]) -> str:
    return shorten(", ".join(sorted(codes)), MAX_CODES, placeholder=" …")
