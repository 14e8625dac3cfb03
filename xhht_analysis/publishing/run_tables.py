"""The tables of one run, read from disk into a `Material`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from xhht_analysis import contracts, store
from xhht_analysis.plan import areas, goals, standards
from xhht_analysis.project import Project, resolve
from xhht_analysis.publishing.labels import Labels, plan_words
from xhht_analysis.publishing.material import OPTIONAL, Material, all_units


def read_material(
    processed_dir: Path, config_dir: Path | None = None, *, lang: str = "vi", previous_dir: str = ""
) -> Material:
    """Read the tables of one run and the plan.

    Raises
    ------
    store.MissingTableError
        If panel or verdicts are missing; the other tables may be, and are empty then.
    """
    config = config_dir or Project().config_dir
    known = areas.read_areas(config)
    must = {name: store.read_table(name, processed_dir) for name in ("panel", "verdicts")}
    may = {
        name: store.read_table(name, processed_dir)
        for name in OPTIONAL
        if name in contracts.TABLES and (processed_dir / f"{name}.csv").is_file()
    }
    may.setdefault("forecasts", contracts.FORECASTS.empty())
    if "findings" in may:  # left out is told to the sender by check
        unread = may["findings"]["rule"].str.endswith("_left_out")
        may["findings"] = may["findings"][~unread]
    as_of = max([*must["verdicts"]["as_of"].dropna(), *must["panel"]["as_of"].dropna()], default="")
    earlier = resolve(previous_dir) if previous_dir else None
    for name, table in (("previous", "verdicts"), ("previous_panel", "panel")):
        if earlier is not None and (earlier / f"{table}.csv").is_file():
            may[name] = store.read_table(table, earlier)
    return Material(
        as_of=as_of,
        goals=goals.read_goals(config),
        targets=goals.read_targets(config),
        indicators=goals.read_indicators(config),
        agencies=goals.read_agencies(config),
        tasks=goals.read_tasks(config),
        standards=standards.read_standards(config),
        units=all_units(known),
        province=known.province,
        labels=Labels(lang, plan_words(config)),
        **must,
        **may,
    )


def select(run: Material, goal_codes: str = "", unit_codes: str = "") -> Material:
    """The run with only the chosen goals and districts (codes joined by commas; empty: all).

    Raises
    ------
    ValueError
        If a code is none of the plan's goals or of the districts.
    """
    known = {"goals": set(run.goals["goal_code"]), "units": set(run.districts["unit_code"])}
    chosen = {"goals": goal_codes.split(","), "units": unit_codes.split(",")}
    chosen = {name: [c.strip() for c in codes if c.strip()] for name, codes in chosen.items()}
    for name, codes in chosen.items():
        if unknown := sorted(set(codes) - known[name]):
            raise ValueError(f"{name}: unknown code {', '.join(unknown)}")
    if not any(chosen.values()):
        return run
    wanted = run.goals["goal_code"].isin(chosen["goals"] or known["goals"])
    return replace(run, goals=run.goals[wanted], chosen_units=tuple(chosen["units"]))
