"""The tables of one run, read from disk into a `ReportData`."""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from xhht_analysis import store
from xhht_analysis.parameters import newest_run
from xhht_analysis.plan import areas
from xhht_analysis.plan.config_tables import read_config
from xhht_analysis.plan.goals import split_codes
from xhht_analysis.project import Project, resolve
from xhht_analysis.publishing.labels import TODAY, Labels, plan_words
from xhht_analysis.publishing.report_data import OPTIONAL, PLAN, ReportData, all_units
from xhht_analysis.publishing.selection import where

FIXTURE = "tests/fixtures/processed"
BOTH_RUNS = ("panel", "verdicts")
"""Tables that are read of this run and of the run before."""


def open_run(processed_dir: str = "", *, lang: str = "vi") -> ReportData:
    """Tables of one run; by default the newest run of this project, else the small fixture."""
    newest, _ = newest_run()
    folder = processed_dir or newest.get("processed_dir", FIXTURE)
    return read_report_data(resolve(str(folder)), lang=lang)


def read_report_data(
    processed_dir: Path, config_dir: Path | None = None, *, lang: str = "vi", previous_dir: str = ""
) -> ReportData:
    """Read the tables of one run and the plan.

    Raises
    ------
    store.MissingTableError
        If panel or verdicts are missing; the other tables may be, and are empty then.
    """
    config = config_dir or Project().config_dir
    areas_ = areas.read_areas(config)
    tables = {
        name: store.read_table(name, processed_dir, optional=name in OPTIONAL)
        for name in (*BOTH_RUNS, *OPTIONAL)
    }
    earlier = {
        name: store.read_table(name, resolve(previous_dir), optional=True) for name in BOTH_RUNS
    }
    unread = tables["findings"]["rule"].str.endswith("_left_out")  # told to the sender by check
    tables["findings"] = tables["findings"][~unread.fillna(False).astype(bool)]
    dates = [*tables["verdicts"]["as_of"].dropna(), *tables["panel"]["as_of"].dropna()]
    as_of = max(dates, default="")
    return ReportData(
        as_of=as_of,
        previous=earlier["verdicts"],
        previous_panel=earlier["panel"],
        units=all_units(areas_),
        areas=areas_,
        labels=Labels(lang, plan_words(config, as_of or TODAY)),
        **{name: read_config(name, config) for name in PLAN},
        **tables,
    )


def select(run: ReportData, goal_codes: str = "", unit_codes: str = "") -> ReportData:
    """The run with only the chosen goals and districts (codes joined by commas; empty: all).

    Raises
    ------
    ValueError
        If a code is none of the plan's goals or of the districts.
    """
    goals = _chosen("goals", goal_codes, run.goals["goal_code"])
    units = _chosen("units", unit_codes, run.districts["unit_code"])
    if goals:
        run = replace(run, goals=where(run.goals, goal_code=goals))
    return replace(run, chosen_units=tuple(units)) if units else run


def _chosen(name: str, joined: str, codes: pd.Series) -> list[str]:
    """Codes joined by commas; ValueError if one is not among ``codes``."""
    chosen = split_codes(joined.replace(",", ";"))
    if unknown := sorted(set(chosen) - set(codes)):
        raise ValueError(f"{name}: unknown code {', '.join(unknown)}")
    return chosen
