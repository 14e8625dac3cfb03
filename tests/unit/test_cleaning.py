"""What stands, what not, and why: claims judged one by one and against each other."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.intake_case import judged, settled
from xhht_analysis.intake.judging.cleaning import AccountError, check_account
from xhht_analysis.intake.judging.impossible import HEAD_RULES
from xhht_analysis.plan.areas import PROBLEMS
from xhht_analysis.remedies import REMEDIES

pytestmark = pytest.mark.unit

FIRST = {"file": "2023-11-20/a.xlsx", "received_on": "2023-11-20"}
LATER = {"file": "2023-12-18/b.xlsx", "received_on": "2023-12-18"}
HALF = {"numerator": 50, "denominator": 100}
TRAINED = {"indicator_code": "trained_population"}
DEGREE = {"indicator_code": "university_degree"}


@pytest.mark.parametrize(
    ("row", "rule", "cell"),
    [
        ({"numerator": 101, "denominator": 100}, "numerator_above", "D9"),
        ({"numerator": 0, "denominator": 0}, "denominator_zero", "E9"),
        ({"numerator": -1, "denominator": 100}, "negative", "D9"),
        ({"numerator": 71.3, "denominator": 100}, "percent_of_100", "D9"),
        ({"numerator": 71.3, "denominator": 200}, "fractional_count", "D9"),
        ({"numerator": 50, "denominator": 100.5}, "fractional_count", "E9"),
        ({"numerator": 50}, "denominator_missing", "D9"),
        ({"value": 100.1}, "percent_range", "F9"),
        ({"value": -0.1}, "negative", "F9"),
        ({"value": float("inf")}, "percent_range", "F9"),
        ({"indicator_code": "literacy_level", "level": 3}, "level_range", "G9"),
        ({"indicator_code": "literacy_level", "level": 1.5}, "not_level", "G9"),
        ({"indicator_code": "literacy_level", "numerator": 8, "denominator": 10}, "count_of_level",
         "D9"),
        ({"indicator_code": "literacy_level", "level": 2, "value": 98.5}, "count_of_level", "F9"),
        ({"indicator_code": "no_such_thing", **HALF}, "indicator_unknown", "D9"),
        ({"indicator_code": "literacy_level", "level": 2, "valid_from": "2023-05-01",
          "valid_to": "2023-04-30"}, "validity_order", "D9"),
    ],
)  # fmt: skip
def test_impossible_is_rejected_at_its_cell(row, rule, cell):
    good = {"indicator_code": "clc_it", "numerator": 1, "denominator": 2}
    frame = judged(row, good)
    assert frame["outcome"].tolist() == ["rejected", "panel"]
    assert frame[["problem", "problem_cell"]].iloc[0].tolist() == [rule, cell]
    assert frame["remedy"].iloc[0] == REMEDIES[rule]


@pytest.mark.parametrize("row", [HALF, {"value": 100}, {"numerator": 100, "denominator": 100}])
def test_possible_stands(row):
    assert judged(row)["outcome"].tolist() == ["panel"]


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ({"year": 2024}, "year_after_receipt"),
        ({"year": 1995}, "year_range"),
        ({"year": None}, "year_missing"),
    ],
)
def test_wrong_year_of_every_row_refuses_the_file_once(row, rule):
    frame = judged({**HALF, **row}, {**TRAINED, **HALF, **row})
    assert frame["problem"].tolist() == [rule]
    assert frame["outcome"].tolist() == ["rejected"]
    assert frame[["sheet", "cell", "indicator_code", "unit_code"]].isna().all(axis=None)


def test_district_after_the_reform_is_refused():
    late = {"year": 2025, "received_on": "2025-11-20", "snapshot_date": "2025-09-30"}
    assert judged({**HALF, **late})["problem"].tolist() == ["district_ended"]


def test_district_figures_of_spring_2025_stand():
    early = {"year": 2025, "received_on": "2025-06-20", "snapshot_date": "2025-05-31"}
    frame = judged({**HALF, **early})
    assert frame[["outcome", "frame"]].iloc[0].tolist() == ["panel", "2021"]


def test_code_and_name_that_disagree_refuse_their_row_and_in_the_head_the_file():
    disagree = {"problem": "code_name_disagree", "problem_cell": "B20", "unit_code": None}
    other = {"file": "2023-11-20/other.xlsx", **HALF}
    frame = judged({**HALF, **TRAINED}, {**HALF, **disagree}, other)
    assert frame["outcome"].tolist() == ["panel", "rejected", "panel"]
    head = judged({**HALF, **TRAINED, **disagree}, {**HALF, **disagree}, other)
    assert head["file"].tolist() == ["2023-11-20/a.xlsx", "2023-11-20/other.xlsx"]
    assert head["outcome"].tolist() == ["rejected", "panel"]
    assert head["cell"].tolist()[0] == "B20"


def test_later_receipt_supersedes_key_by_key():
    frame = judged(
        {**FIRST, **HALF},
        {**FIRST, **TRAINED, **HALF},
        {**LATER, "numerator": 60, "denominator": 100},
    )
    assert frame["outcome"].tolist() == ["superseded", "panel", "panel"]


def test_rejected_revision_leaves_the_earlier_figure():
    frame = judged({**FIRST, **HALF}, {**LATER, "numerator": 600, "denominator": 100})
    assert frame["outcome"].tolist() == ["panel", "rejected"]


def test_same_figures_again_are_counted_once_and_a_return_to_them_is_a_revision():
    again = {"file": "2024-01-05/c.xlsx", "received_on": "2024-01-05"}
    assert judged({**FIRST, **HALF}, {**LATER, **HALF})["outcome"].tolist() == [
        "panel",
        "duplicate",
    ]
    other = {**LATER, "numerator": 60, "denominator": 100}
    frame = judged({**FIRST, **HALF}, other, {**again, **HALF})
    assert frame["outcome"].tolist() == ["superseded", "superseded", "panel"]


def test_submitted_percent_does_not_make_a_figure_new():
    frame = judged({**FIRST, **HALF}, {**LATER, **HALF, "value": 50})
    assert frame["outcome"].tolist() == ["panel", "duplicate"]


def test_one_key_twice_in_one_file():
    differ = judged(HALF, {"numerator": 51, "denominator": 100})
    assert differ["problem"].tolist() == ["conflict_in_file"] * 2
    assert differ["problem_cell"].tolist() == ["D9", "D10"]
    assert judged(HALF, HALF)["outcome"].tolist() == ["panel", "duplicate"]


def test_conflict_in_a_file_sent_twice_is_rejected_once():
    copy = {"file": "2023-12-18/copy.xlsx", "received_on": "2023-12-18", "original": FIRST["file"]}
    other = {"numerator": 51, "denominator": 100}
    frame = judged({**FIRST, **HALF}, {**FIRST, **other}, {**copy, **HALF}, {**copy, **other})
    assert frame["outcome"].tolist() == ["rejected", "rejected", "duplicate", "duplicate"]


def test_nested_share_above_its_parent_is_rejected_and_the_earlier_one_stands():
    parent = {**TRAINED, "numerator": 40, "denominator": 100}
    frame = judged(
        {**FIRST, **parent},
        {**FIRST, **DEGREE, "numerator": 10, "denominator": 100},
        {**LATER, **DEGREE, "numerator": 41, "denominator": 100},
    )
    assert frame["outcome"].tolist() == ["panel", "panel", "rejected"]
    assert frame["problem"].tolist()[2] == "nested_above_parent"


def test_nested_share_equal_to_its_parent_stands():
    frame = judged({**TRAINED, **HALF}, {**DEGREE, **HALF})
    assert frame["outcome"].tolist() == ["panel", "panel"]


@pytest.mark.parametrize("rule", [*HEAD_RULES, *PROBLEMS])
def test_every_problem_of_a_head_has_its_own_remedy(rule):
    assert rule in REMEDIES or rule == "other_province"  # never rejected: out of scope


def test_account_of_hand_made_claims():
    tables = settled(
        {**FIRST, **HALF},
        {**FIRST, **TRAINED, "numerator": 5, "denominator": 4},
        {**LATER, "numerator": 60, "denominator": 100},
        {**LATER, "numerator": 60, "denominator": 100},
        {**LATER, "problem": "out_of_scope", "unit_code": None, "value": 3},
    )
    account = {"panel": 1, "rejected": 1, "superseded": 1, "duplicate": 1, "out_of_scope": 1}
    assert tables["account"] == account
    assert tables["submissions"].set_index("file").loc[LATER["file"], "n_observations"] == 3
    assert tables["findings"]["rule"].tolist().count("out_of_scope") == 1


@pytest.mark.parametrize("table", ["observations", "panel", "rejects"])
def test_a_lost_row_breaks_the_account(table):
    tables = settled(HALF, {**TRAINED, "numerator": 5, "denominator": 4})
    frames = {name: tables[name] for name in ("observations", "panel", "rejects")}
    check_account(**frames)
    with pytest.raises(AccountError):
        check_account(**frames | {table: frames[table].iloc[:0]})


def test_a_row_counted_twice_breaks_the_account():
    tables = settled(HALF)
    twice = pd.concat([tables["panel"], tables["panel"]])
    with pytest.raises(AccountError, match="panel"):
        check_account(tables["observations"], twice, tables["rejects"])
