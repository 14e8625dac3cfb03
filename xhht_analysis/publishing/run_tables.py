"""The tables of one run, read from disk into a `ReportData`."""

from dataclasses import replace
from pathlib import Path

from xhht_analysis import contracts, store
from xhht_analysis.plan import areas
from xhht_analysis.plan.config_tables import read_config
from xhht_analysis.project import Project, resolve
from xhht_analysis.publishing.labels import TODAY, Labels, plan_words
from xhht_analysis.publishing.report_data import OPTIONAL, PLAN, ReportData, all_units
from xhht_analysis.publishing.selection import where


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
    earlier = resolve(previous_dir) if previous_dir else None
    areas_ = areas.read_areas(config)
    tables = {name: store.read_table(name, processed_dir) for name in ("panel", "verdicts")}
    tables |= {name: _optional(name, processed_dir) for name in OPTIONAL}
    unread = tables["findings"]["rule"].str.endswith("_left_out")  # told to the sender by check
    tables["findings"] = tables["findings"][~unread.fillna(False).astype(bool)]
    dates = [*tables["verdicts"]["as_of"].dropna(), *tables["panel"]["as_of"].dropna()]
    as_of = max(dates, default="")
    return ReportData(
        as_of=as_of,
        previous=_optional("verdicts", earlier),
        previous_panel=_optional("panel", earlier),
        units=all_units(areas_),
        province=areas_.province,
        labels=Labels(lang, plan_words(config, as_of or TODAY)),
        **{name: read_config(name, config) for name in PLAN},
        **tables,
    )


def _optional(name: str, folder: Path | None):
    """Table of a run, without rows where there is no such file."""
    there = folder is not None and (folder / f"{name}.csv").is_file()
    return store.read_table(name, folder) if there else contracts.TABLES[name].empty()


def select(run: ReportData, goal_codes: str = "", unit_codes: str = "") -> ReportData:
    """The run with only the chosen goals and districts (codes joined by commas; empty: all).

    Raises
    ------
    ValueError
        If a code is none of the plan's goals or of the districts.
    """
    goals, units = (
        [code.strip() for code in codes.split(",") if code.strip()]
        for codes in (goal_codes, unit_codes)
    )
    choices = {
        "goals": (goals, run.goals["goal_code"]),
        "units": (units, run.districts["unit_code"]),
    }
    for name, (chosen, codes) in choices.items():
        if unknown := sorted(set(chosen) - set(codes)):
            raise ValueError(f"{name}: unknown code {', '.join(unknown)}")
    if not goals and not units:
        return run
    wanted = where(run.goals, goal_code=goals) if goals else run.goals
    return replace(run, goals=wanted, chosen_units=tuple(units))
