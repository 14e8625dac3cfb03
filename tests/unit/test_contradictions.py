"""Figures of one file that contradict each other; columns typed one row off. By hand."""

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


SHARES = {code: round(100 * top / bottom, 2) for code, (top, bottom) in FORM.items()}
LEVELS = {
    "literacy_level": 2,
    "preschool5_level": 1,
    "preschool_level": 1,
    "primary_level": 3,
    "lower_secondary_level": 3,
    "learning_community_level": 1,
}
"""Of a commune whose rates are `FORM`."""
COMMUNE = {"unit_code": "28360", "year": 2026, "received_on": "2026-11-20", "file": "2026-11-20/a"}


def typed(form, shares=SHARES, levels=LEVELS):
    """Tables of a commune's file with counts, typed percentages and levels."""
    rows = [
        {"indicator_code": c, "numerator": n, "denominator": d, "value": shares.get(c)}
        for c, (n, d) in form.items()
    ]
    rows += [{"indicator_code": c, "level": level} for c, level in levels.items()]
    return settled(*(COMMUNE | row for row in rows))


def entered(tables):
    """Indicators of the figures that stand."""
    panel = tables["panel"].query("value_type != 'derived'")
    return set(panel["indicator_code"])


def test_percentages_and_levels_as_they_should_be_refuse_nothing():
    assert refused(typed(FORM)) == {}


@pytest.mark.cases(3)
@pytest.mark.parametrize("step", [1, -1])
@pytest.mark.parametrize(("first", "last"), [(7, 19), (9, 19), (1, 12), (1, 7), (4, 15)])
def test_counts_one_row_off_beside_typed_percentages_do_not_enter(step, first, last):
    wrong = CODES[first:last]
    at = {CODES[n]: FORM[CODES[n - step]] for n in range(first, last)}
    tables = typed(FORM | at)
    assert entered(tables).isdisjoint(wrong)
    assert set(LEVELS) <= entered(tables)


@pytest.mark.cases(2)
@pytest.mark.parametrize("step", [1, -1])
@pytest.mark.parametrize(("first", "last"), [(1, 7), (8, 12), (12, 18)])
def test_numerators_alone_one_row_off_do_not_enter(step, first, last):
    wrong = {CODES[n]: (FORM[CODES[n - step]][0], FORM[CODES[n]][1]) for n in range(first, last)}
    tables = typed(FORM | wrong)
    assert entered(tables).isdisjoint(wrong)
    # rows three or more away keep what they say
    assert entered(tables) >= {*CODES[: max(0, first - 2)], *CODES[last + 2 :]}


def test_percentages_of_another_day_here_and_there_are_doubts():
    shares = SHARES | {code: SHARES[code] - 3 for code in (CODES[1], CODES[6], CODES[11])}
    tables = typed(FORM, shares)
    assert refused(tables) == {}
    told = tables["findings"].query("rule == 'submitted_differs'")
    assert set(told["indicator_code"]) == {CODES[1], CODES[6], CODES[11]}


def test_percentages_cut_off_or_on_the_scale_of_1_contradict_nothing():
    assert refused(typed(FORM, {code: int(share) for code, share in SHARES.items()})) == {}
    assert refused(typed(FORM, {code: share / 100 for code, share in SHARES.items()})) == {}


@pytest.mark.parametrize("shift", [1, -1])
def test_levels_one_row_off_are_refused_or_doubtful(shift):
    codes = list(LEVELS)
    moved = {codes[n]: LEVELS[codes[n - shift]] for n in range(6) if 0 <= n - shift < 6}
    tables = typed(FORM, levels=moved)
    panel = tables["panel"].query("value_type == 'reported' and level.notna()")
    assert len(panel)
    assert set(panel["status"]) == {"doubtful"}
    told = tables["observations"].query("outcome == 'panel' and level.notna()")
    assert set(told["status"]) == {"doubtful"}
    assert set(refused(tables).values()) <= {"level_range"}


def test_one_level_unlike_its_rates_is_a_doubt():
    tables = typed(FORM, levels=LEVELS | {"primary_level": 1})
    assert refused(tables) == {}
    assert "level_differs" in set(tables["findings"]["rule"])


def column(*rows, indicator="life_skills"):
    """A table of communes: numerator, denominator, typed percentage."""
    units = ("28360", "28366", "28378", "28381", "28393", "28426")
    return settled(
        *(
            COMMUNE
            | {"indicator_code": indicator, "unit_code": unit}
            | dict(zip(("numerator", "denominator", "value"), row, strict=False))
            for unit, row in zip(units, rows, strict=False)
        )
    )


def test_a_column_of_a_table_of_units_one_row_off_does_not_enter():
    rows = [(700, 1000), (900, 1500), (500, 2000), (900, 1200), (840, 2100), (630, 900)]
    shares = [70, 60, 25, 75, 40, 70]
    off = [(*rows[n - 1], share) for n, share in enumerate(shares)]
    assert column(*off)["account"]["panel"] == 0
    right = [(*row, share) for row, share in zip(rows, shares, strict=True)]
    assert column(*right)["account"]["panel"] == 6


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    ("odd", "others", "rule"),
    [
        ((60, 100), 24000, "percent_of_100"),
        ((99, 100), 1200, "percent_of_100"),
        ((52.5, 100), 24000, "percent_of_100"),
        ((60, 100), 300, None),
        ((60, 101), 24000, None),
    ],
)
def test_one_row_in_percent_among_counts_is_refused(odd, others, rule):
    rows = [(others - 7 * n, others + 13 * n) for n in range(4)]
    tables = column(odd, *rows)
    assert refused(tables) == ({"life_skills": rule} if rule else {})
    assert tables["account"]["panel"] == (4 if rule else 5)


def test_the_row_in_percent_is_refused_where_few_people_are_counted_too():
    wide = [{"numerator": n, "denominator": d} for n, d in ((60, 100), (20000, 24000))]
    small = [{"numerator": n, "denominator": d} for n, d in ((99, 100), (180, 200))]
    rows = [
        COMMUNE | {"indicator_code": code, "unit_code": unit} | counts
        for code, both in (("learning_citizens", wide), ("preschool5_attendance", small))
        for unit, counts in zip(("28360", "28366"), both, strict=True)
    ]
    tables = settled(*rows)
    assert set(refused(tables)) == {"learning_citizens", "preschool5_attendance"}
    assert tables["account"]["panel"] == 2
