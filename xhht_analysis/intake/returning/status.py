"""Who has submitted for which year, when, and what is still missing."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from xhht_analysis.intake.gathering import Plan
from xhht_analysis.plan.goals import split_codes
from xhht_analysis.plan.standards import read_standards

STATES_VI = {
    "on_time": "đúng hạn",
    "late": "trễ hạn",
    "elsewhere": "có phần lớn số liệu trong tệp của nơi khác",
    "blank": "đã nhận nhưng chưa có số liệu",
    "refused": "đã nhận nhưng không dùng được",
    "missing": "chưa nộp",
    "not_due": "chưa đến hạn",
}
WITH_FIGURES = ("on_time", "late", "elsewhere")
"""States of those of whom it is of use to say what is still missing."""
COLUMNS = [
    "year",
    "kind",
    "reporter_code",
    "name_vi",
    "state",
    "received_on",
    "n_files",
    "n_panel",
    "n_rejected",
    "missing_indicators",
]
ENTERED = ["n_panel", "n_superseded"]
"""Counts of the figures that a unit has submitted; a second copy of a file submits nothing."""


def submission_status(
    submissions: pd.DataFrame,
    observations: pd.DataFrame,
    panel: pd.DataFrame,
    plan: Plan,
    *,
    as_of: str,
    years: Iterable[int] | None = None,
) -> pd.DataFrame:
    """State of every reporter and year.

    Parameters
    ----------
    submissions, observations, panel : DataFrame
        Tables of the intake; a workbook counts for every year that it has figures of.
    plan : gathering.Plan
        Units, indicators and agencies.
    as_of : str
        ISO date; a year whose deadline it has not reached is not due yet.
    years : iterable of int, optional
        From the first year of the plan submitted to that of ``as_of`` by default.

    Returns
    -------
    DataFrame
        `COLUMNS`, one row per (year, reporter_code), in order of `STATES_VI`. ``received_on`` is
        the first receipt of something of use, else the first; ``missing_indicators`` the codes
        joined by ; that the reporter owes and the panel lacks (of a level or rate only once a
        recognition rule asks for it).
    """
    stated = pd.concat([submissions["year"], panel["year"]]).dropna()
    last = int(as_of[:4])
    first = min(max(int(min([*stated, last])), plan.areas.province.first_year), last)
    years = range(first, last + 1) if years is None else years
    frames = [expected_reporters(year, plan) for year in years]
    expected = pd.concat(frames, ignore_index=True)
    files = _by_year(submissions, observations).rename(columns={"sender": "reporter_code"})
    files = files.assign(
        n_files=1,
        n_used=files[ENTERED].sum(axis=1).gt(0).astype("int64"),
    )
    key = ["year", "reporter_code"]
    counts = ["n_files", "n_used", "n_panel", "n_rejected"]
    first = files.sort_values(["n_used", "received_on"], ascending=[False, True]).groupby(key)
    received = first.agg(dict.fromkeys(counts, "sum") | {"received_on": "first"}).reset_index()
    table = expected.merge(received, on=key, how="left")
    table[counts] = table[counts].fillna(0).astype("int64")
    owed, is_elsewhere = _owed(table, panel, plan)
    is_used = table["n_used"] > 0
    cases = {
        "on_time": is_used & (table["received_on"] <= table["due"]),
        "late": is_used,
        "refused": table["n_rejected"] > 0,
        "blank": table["n_files"] > 0,
        "elsewhere": is_elsewhere,
        "not_due": table["due"] >= as_of,
    }
    state = np.select(list(cases.values()), list(cases), "missing")
    table = table.assign(state=state, missing_indicators=owed)[COLUMNS]
    rank = table["state"].map([*STATES_VI].index)
    return table.loc[rank.sort_values(kind="stable").index]


def _by_year(submissions: pd.DataFrame, observations: pd.DataFrame) -> pd.DataFrame:
    """A row for each year that a file has observations of, with their fates; else its own row."""
    fates = pd.crosstab([observations["file"], observations["year"]], observations["outcome"])
    fates = fates.add_prefix("n_").reset_index()
    others = submissions.drop(columns=fates.columns.drop("file"), errors="ignore")
    years = others.merge(fates, on="file")
    rest = submissions[~submissions["file"].isin(years["file"])]
    return pd.concat([years, rest])


def expected_reporters(year: int, plan: Plan) -> pd.DataFrame:
    """Who owes figures of one year: districts until they ended, then communes; agencies.

    Returns
    -------
    DataFrame
        reporter_code, name_vi, due (ISO date), kind (agency, district, commune), year.
    """
    province, deadlines = plan.areas.province, plan.agencies.set_index("agency_code")["deadline"]
    due = {
        "district": deadlines[province.duty_of_districts],
        "commune": deadlines[province.duty_of_communes],
    }
    kind = "district" if province.has_districts(f"{year}-{due['district']}") else "commune"
    on = f"{year}-{due[kind]}"
    units = plan.areas.units(on)
    units = units.loc[units["level"].eq(kind), ["unit_code", "name_vi"]]
    there = in_office(plan.agencies, on)
    there = there.loc[there["indicators"].ne(""), ["agency_code", "name_vi", "deadline"]]
    both = pd.concat(
        [
            there.set_axis(["reporter_code", "name_vi", "due"], axis=1).assign(kind="agency"),
            units.set_axis(["reporter_code", "name_vi"], axis=1).assign(kind=kind, due=due[kind]),
        ]
    )
    return both.assign(year=year, due=f"{year}-" + both["due"])


def in_office(agencies: pd.DataFrame, on: str) -> pd.DataFrame:
    """Rows of the agencies that exist on the ISO date ``on``."""
    ended = agencies["valid_to"].replace("", "9999")
    return agencies[agencies["valid_from"].le(on) & ended.ge(on)]


def _owed(table: pd.DataFrame, panel: pd.DataFrame, plan: Plan) -> tuple[list[str], list[bool]]:
    """Codes each reporter still owes, joined by ;, and whether the panel has most that it owes."""
    province, indicators = plan.areas.province, plan.indicators
    filled = panel[panel[["value", "level"]].notna().any(axis=1)]
    codes = filled.groupby(["unit_code", "frame", "year"])["indicator_code"].agg(set)
    of_agency = plan.agencies.set_index("agency_code")["indicators"].map(split_codes)
    by_duty = indicators.assign(duty=indicators["reporter"].map(split_codes))
    by_duty = by_duty.explode("duty").groupby("duty")["indicator_code"].agg(list)
    kinds = {
        "district": (province.duty_of_districts, province.frame),
        "commune": (province.duty_of_communes, province.frame_of_communes or province.frame),
    }
    rules = read_standards(plan.config_dir)
    asked = {year: _asked(indicators, rules, year) for year in table["year"].unique()}
    missing, is_elsewhere = [], []
    for year, kind, code in table[["year", "kind", "reporter_code"]].itertuples(index=False):
        if kind == "agency":
            wanted, place = of_agency[code], (province.code, province.frame, year)
        else:
            duty, frame = kinds[kind]
            wanted, place = by_duty.get(duty, ()), (code, frame, year)
        wanted, there = set(wanted), codes.get(place, set())
        owed = wanted & asked[year]
        missing.append(";".join(sorted(owed - there)))
        is_elsewhere.append(len(wanted & there) > len(owed) / 2)
    return missing, is_elsewhere


def _asked(indicators: pd.DataFrame, standards: pd.DataFrame, year: int) -> set[str]:
    """Indicators that are due in a year: shares and milestones always, others once ruled."""
    asks = standards["scope"].isin(["commune", "recognition"])
    ruled = standards[asks & standards["valid_from"].le(f"{year}-12-31")]
    free = indicators["kind"].isin(["share", "milestone"])
    named = {*ruled["level_indicator"], *ruled["indicator_code"]}
    return {*indicators.loc[free, "indicator_code"], *named}
