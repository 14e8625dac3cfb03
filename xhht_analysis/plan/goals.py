"""What the plan promised: indicators, goals, dated targets, agencies and tasks, from config/.

Every function takes the folder of the config tables and returns one checked table; the columns
stand in `plan.config_tables`, their meaning in docs/data-dictionary.md.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from xhht_analysis.plan.config_tables import read_config


def read_indicators(config_dir: Path) -> pd.DataFrame:
    """Read what is measured: one row per (indicator_code, definition_variant)."""
    return read_config("indicators", config_dir)


def read_goals(config_dir: Path) -> pd.DataFrame:
    """Read the plan's goals: one row per goal_code, in the plan's order."""
    return read_config("goals", config_dir).sort_values("order", ignore_index=True)


def read_targets(config_dir: Path) -> pd.DataFrame:
    """Read the dated targets: one row per (goal_code, target_year).

    ``target_value`` is percent (0-100) or a level by ``measure_unit``; for shares of districts
    ``target_units`` is the whole number of districts it takes. A year the plan leaves out
    has no row. ``indicator_code`` is the year's own (preschool_province measures two standards).
    """
    return read_config("targets", config_dir)


def read_agencies(config_dir: Path) -> pd.DataFrame:
    """Read who reports: one row per agency_code.

    ``indicators`` are the province-level ones it reports, joined by ``;``; ``deadline`` (MM-DD)
    is the last day of the year on which a report is on time (plan IV.5.b: before 1 December).
    """
    return read_config("agencies", config_dir)


def read_tasks(config_dir: Path) -> pd.DataFrame:
    """Read tasks (section II), funding sources (III) and duties (IV): one row per task_code."""
    return read_config("tasks", config_dir)


def read_expert(config_dir: Path) -> pd.DataFrame:
    """Read signed expert probabilities in [0, 1]: one row per (goal_code, target_year)."""
    return read_config("expert", config_dir)


def split_codes(joined: str) -> list[str]:
    """Codes of a cell in which they are joined by ``;``; an empty cell has none."""
    return [code.strip() for code in joined.split(";") if code.strip()]
