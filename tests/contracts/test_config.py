"""The tables of config/ agree with each other ; test_plan_facts holds them to the plan."""

from __future__ import annotations

import math
import re
from collections import Counter

import pandas as pd
import pytest

from xhht_analysis.plan import areas, config_tables, goals, standards
from xhht_analysis.project import ROOT

pytestmark = pytest.mark.contract

CONFIG = ROOT / "config"
GOALS_IN_ORDER = [
    "literacy_l2_districts",
    "literacy_l2_province",
    "preschool_districts",
    "preschool_province",
    "primary_l3_districts",
    "primary_l3_province",
    "lower_secondary_l2_districts",
    "lower_secondary_l3_districts",
    "lower_secondary_l2_province",
    "information_literacy",
    "life_skills",
    "trained_population",
    "university_degree",
    "digital_university",
    "digital_institutions",
    "clc_it",
    "learning_citizens",
    "learning_districts",
]
SHARES = [
    "information_literacy",
    "life_skills",
    "trained_population",
    "university_degree",
    "digital_institutions",
    "clc_it",
    "learning_citizens",
]
RATES = [
    "literate_l1_15_25",
    "literate_l1_15_35",
    "literate_l2_15_35",
    "literate_l2_15_60",
    "preschool5_attendance",
    "preschool5_completion",
    "preschool_attendance",
    "preschool_completion",
    "primary_entry_6",
    "primary_completion_11",
    "primary_completion_14",
    "lower_secondary_graduates_15_18",
    "upper_secondary_enrolment_15_18",
]
LEVELS = {
    "literacy_level": 2,
    "preschool5_level": 1,
    "preschool_level": 1,
    "primary_level": 3,
    "lower_secondary_level": 3,
    "learning_community_level": 2,
}


@pytest.fixture(scope="module")
def plan() -> dict[str, pd.DataFrame]:
    return {name: config_tables.read_config(name, CONFIG) for name in config_tables.CONFIG_TABLES}


def split(cell: str) -> set[str]:
    return set(goals.split_codes(cell))


# --- the tables among themselves ------------------------------------------------------------


def test_goals_and_indicators_are_the_agreed_codes(plan):
    assert goals.read_goals(CONFIG)["goal_code"].tolist() == GOALS_IN_ORDER
    found = plan["indicators"].set_index("indicator_code")
    of_kind = {kind: set(rows.index) for kind, rows in found.groupby("kind")}
    assert of_kind["share"] == set(SHARES)
    assert of_kind["rate"] == set(RATES)
    assert of_kind["level"] == set(LEVELS)
    assert of_kind["milestone"] == {"digital_university"}
    assert of_kind["context"] == {"gso_trained_workers", "gso_literacy"}
    assert found.loc[list(LEVELS), "level_max"].tolist() == list(LEVELS.values())
    assert found.loc["university_degree", "parent_indicator"] == "trained_population"
    assert set(found["definition_variant"]) == {"plan", "gso_cert", "gso"}
    assert found.query("kind == 'context'")["definition_variant"].ne("plan").all()


def test_every_goal_has_indicator_agencies_tasks_and_at_least_one_target(plan):
    indicators = set(plan["indicators"]["indicator_code"])
    agencies, tasks = set(plan["agencies"]["agency_code"]), set(plan["tasks"]["task_code"])
    assert set(plan["targets"]["goal_code"]) == set(GOALS_IN_ORDER)
    assert set(plan["targets"]["indicator_code"]) <= indicators
    for goal in plan["goals"].itertuples():
        assert goal.indicator_code in indicators
        assert goal.lead_agency in agencies
        assert split(goal.task_codes)
        assert split(goal.task_codes) <= tasks


def test_every_agency_has_a_task_and_every_task_agencies_we_know(plan):
    agencies = set(plan["agencies"]["agency_code"])
    assert all(split(cell) <= agencies for cell in plan["tasks"]["agency_codes"])
    with_duty = set().union(*(split(cell) for cell in plan["tasks"]["agency_codes"]))
    assert with_duty == agencies


def test_targets_missing_from_the_plan_are_missing_here(plan):
    dated = set(zip(plan["targets"]["goal_code"], plan["targets"]["target_year"], strict=True))
    absent = {(g, y) for g in GOALS_IN_ORDER for y in (2025, 2030)} - dated
    assert absent == {("primary_l3_districts", 2030), ("lower_secondary_l2_province", 2030)}


def test_a_share_of_districts_is_a_whole_number_of_the_eleven(plan):
    targets = plan["targets"].merge(plan["goals"][["goal_code", "kind"]], on="goal_code")
    of_districts = targets.query("kind == 'share_districts'")
    needed = [math.ceil(11 * value / 100) for value in of_districts["target_value"]]
    assert of_districts["target_units"].tolist() == needed
    by_share = dict(zip(of_districts["target_value"], of_districts["target_units"], strict=True))
    assert by_share == {20: 3, 25: 3, 50: 6, 100: 11}
    assert targets.query("kind != 'share_districts'")["target_units"].isna().all()


def test_the_preschool_goal_of_the_province_measures_two_standards(plan):
    rows = plan["targets"].query("goal_code == 'preschool_province'").set_index("target_year")
    assert rows["indicator_code"].to_dict() == {2025: "preschool5_level", 2030: "preschool_level"}


def test_targets_fit_their_indicator(plan):
    indicators = plan["indicators"].set_index("indicator_code")
    for target in plan["targets"].itertuples():
        indicator = indicators.loc[target.indicator_code]
        if indicator["measure_unit"] == "level":
            assert target.level_required <= indicator["level_max"]
        if target.measure_unit == "level":
            assert target.target_value == target.level_required


def test_places_of_tasks_lie_in_the_section_of_their_code(plan):
    for task in plan["tasks"].itertuples():
        assert task.place.split(",")[0].split(".")[0] == task.task_code.split(".")[0]


def test_references_bear_on_goals_of_the_plan_and_say_how_far_they_were_read(plan):
    references = plan["references"]
    assert all(split(cell) <= set(GOALS_IN_ORDER) for cell in references["goal_codes"])
    second_hand = references["source"].str.contains("nguồn thứ cấp")
    assert references["status"].eq("secondary").equals(second_hand)
    assert list(references.loc[~second_hand, "reference_code"]) == ["TT25"]  # its text was seen
    roadmap = references.query("kind == 'roadmap'").set_index("year")["value"]
    assert roadmap.to_dict() == {2028: 50, 2030: 100}
    figures = references.query("kind == 'figure'")
    trained = set(zip(figures["year"], figures["value"], strict=True))
    assert trained == {(2020, 64.5), (2025, 70), (2020, 24.1), (2025, 29)}


def test_agencies_report_known_indicators_by_30_november_and_have_heirs(plan):
    agencies, known = plan["agencies"], set(plan["indicators"]["indicator_code"])
    assert all(split(cell) <= known for cell in agencies["indicators"])
    assert agencies["deadline"].eq("11-30").all()
    gone = agencies[agencies["valid_to"].ne("")]
    assert set(gone["successor"]) <= set(agencies["agency_code"])
    assert agencies.loc[agencies["valid_to"].eq(""), "successor"].eq("").all()
    reported = set().union(*(split(cell) for cell in agencies["indicators"]))
    assert {*SHARES, "digital_university"} <= reported
    assert all(
        split(cell) <= set(agencies["agency_code"]) for cell in plan["indicators"]["reporter"]
    )


def test_the_crosswalk_is_complete_and_whole(plan):
    found = areas.read_areas(CONFIG)
    crosswalk = found.crosswalk
    steps = ["2021-01-01", "2024-05-01", "2024-11-01", "2025-07-01"]
    assert [crosswalk[step].nunique() for step in steps] == [172, 170, 164, 57]
    assert crosswalk.groupby("2025-07-01")["district_code"].nunique().eq(1).all()
    assert crosswalk["district_code"].nunique() == 11
    for step in steps:
        units = found.units(step).query("level == 'commune'")["unit_code"]
        assert set(units) == set(crosswalk[step])
    changed = plan["crosswalk"].query("valid_from == '2025-07-01'")
    assert set(changed["unit_code"]) == set(crosswalk["2024-11-01"])  # a kept code is said too


def test_units_at_each_date_are_the_official_numbers(plan):
    found = areas.read_areas(CONFIG)
    kinds = {  # xã, phường, thị trấn
        "2021-12-31": (143, 22, 7),
        "2022-12-31": (142, 22, 8),
        "2024-05-01": (138, 24, 8),
        "2024-11-01": (135, 21, 8),
        "2025-07-01": (44, 13, 0),
    }
    for on, expected in kinds.items():
        units = found.units(on)
        assert units["unit_code"].is_unique
        communes = units.query("level == 'commune'")["name_vi"]
        count = Counter(name.split()[0] for name in communes)
        assert (count["Xã"], count["Phường"], count["Thị"]) == expected
        assert units["level"].eq("district").sum() == (11 if on < "2025-07-01" else 0)
    others = plan["units"].query("scope == 'other' and level == 'commune'")
    assert len(others) == 45


def test_periods_of_a_code_never_overlap(plan):
    rows = plan["units"].query("level in ('district', 'commune')")
    rows = rows.sort_values(["unit_code", "valid_from"])
    for code, periods in rows.groupby("unit_code"):
        ends = periods["valid_to"].tolist()
        starts = periods["valid_from"].tolist()
        assert all(end and end < start for end, start in zip(ends, starts[1:], strict=False)), code


def test_standards_ask_known_rates_and_keep_their_order(plan):
    rules = plan["standards"]
    assert set(rules["level_indicator"]) == set(LEVELS)
    asked = rules.query("scope == 'commune'")
    assert set(asked["indicator_code"]) | set(asked["indicator_special"]) - {""} == set(RATES)
    assert asked["threshold_special"].le(asked["threshold"]).all()
    assert rules.query("scope in ('district', 'province')")["share"].notna().all()
    assert rules["source"].str.len().gt(10).all()
    for (indicator, scope), levels in rules.groupby(["level_indicator", "scope"])["level"]:
        if scope != "recognition":
            assert set(levels) == set(range(1, LEVELS[indicator] + 1)), (indicator, scope)
    after = standards.rules_in_force(rules, "province", "2026-12-31")
    assert after["status"].eq("secondary").all()  # no decree text of the new rules was seen


def test_no_placeholder_is_left(plan):
    for name, table in plan.items():
        text = " ".join(map(str, table.to_numpy().ravel()))
        assert not re.search(r"TODO|FIXME|Insert|XXX|\?\?", text), name
