"""Denominators of the same people in one file; a column typed one row off. Worked out by hand."""

from __future__ import annotations

import pytest

from tests.intake_case import plan, settled

pytestmark = pytest.mark.unit

FORM = {
    "information_literacy": (5000, 8000),
    "life_skills": (5100, 8010),
    "trained_population": (5200, 10000),
    "university_degree": (900, 10000),
    "digital_institutions": (7, 9),
    "clc_it": (1, 1),
    "learning_citizens": (3000, 9400),
    "literate_l1_15_25": (1490, 1500),
    "literate_l1_15_35": (3180, 3200),
    "literate_l2_15_35": (3150, 3200),
    "literate_l2_15_60": (6800, 7000),
    "preschool5_attendance": (148, 150),
    "preschool5_completion": (139, 140),
    "preschool_attendance": (430, 450),
    "preschool_completion": (420, 450),
    "primary_entry_6": (150, 151),
    "primary_completion_11": (160, 161),
    "primary_completion_14": (149, 152),
    "lower_secondary_graduates_15_18": (570, 600),
    "upper_secondary_enrolment_15_18": (510, 600),
}
"""A form as one unit fills it in; the order is that of the template."""
CODES = list(FORM)


def filled(form):
    """Tables of one file with these counts."""
    return settled(
        *({"indicator_code": c, "numerator": n, "denominator": d} for c, (n, d) in form.items())
    )


def moved(step, codes=CODES):
    """The form with the figures of some rows typed so many rows below their own."""
    rows = [code for code in CODES if code in codes]
    at = {code: CODES[CODES.index(code) + step] for code in rows if code in codes}
    kept = {code: pair for code, pair in FORM.items() if code not in rows}
    return kept | {other: FORM[code] for code, other in at.items()}


def told(tables):
    """(rule, indicator) of the findings about denominators."""
    rows = tables["findings"].query("rule == 'denominators_differ'")
    return sorted(rows["indicator_code"])


def refused(tables):
    """Rules of the rejects by indicator."""
    return dict(zip(tables["rejects"]["indicator_code"], tables["rejects"]["rule"], strict=True))


def test_the_form_has_the_order_of_the_template():
    codes = plan().by_code.query("measure_unit == 'percent' and definition_variant == 'plan'")
    assert list(codes.index) == CODES


def test_adults_instead_of_people_from_15_on_are_no_contradiction():
    tables = filled(FORM)
    assert refused(tables) == {}
    assert told(tables) == []


@pytest.mark.parametrize(
    ("step", "codes"),
    [
        (1, CODES[:-1]),
        (-1, CODES[1:]),
        (1, CODES[:7]),  # the first block alone
        (1, CODES[2:-1]),
        (-1, CODES[3:]),
        (1, CODES[5:-1]),
        (-1, CODES[6:]),
    ],
)
def test_figures_typed_one_row_off_do_not_enter(step, codes):
    form = moved(step, codes)
    tables = filled(form)
    assert len(tables["rejects"]) == len(form)
    assert tables["account"]["panel"] == 0
    assert "rows_shifted" in set(tables["rejects"]["rule"])


def test_one_denominator_that_cannot_be_that_of_the_same_people():
    tables = filled(FORM | {"university_degree": (900, 20000)})
    assert refused(tables) == {"university_degree": "denominators_differ"}


def test_of_a_pair_neither_is_known_to_be_right():
    tables = filled({"literate_l1_15_35": (3180, 3200), "literate_l2_15_35": (310, 320)})
    assert refused(tables) == dict.fromkeys(CODES[8:10], "denominators_differ")
    assert tables["rejects"]["cell"].tolist() == ["E9", "E10"]


@pytest.mark.parametrize(("other", "finding"), [(9091, 0), (8900, 2), (5001, 2)])
def test_a_difference_that_may_be_one_of_counting_is_a_finding(other, finding):
    tables = filled({"trained_population": (4000, 10000), "learning_citizens": (900, other)})
    assert refused(tables) == {}
    assert len(told(tables)) == finding


def test_other_units_years_and_files_are_not_compared():
    wide = {"indicator_code": "trained_population", "numerator": 10, "denominator": 1000}
    small = {"indicator_code": "university_degree", "numerator": 1, "denominator": 100}
    for other in ({"unit_code": "824"}, {"year": 2022}, {"file": "2023-11-20/b.xlsx"}):
        assert refused(settled(wide, small | other)) == {}


def test_one_population_for_every_indicator_is_no_shift():
    tables = filled(dict.fromkeys(CODES, (90, 1000)))
    assert refused(tables) == {}


def test_one_denominator_copied_from_the_row_below_refuses_its_pair_alone():
    tables = filled(FORM | {"literate_l2_15_35": (3150, 7000)})
    assert refused(tables) == dict.fromkeys(CODES[8:10], "denominators_differ")
