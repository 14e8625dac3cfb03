"""Verdicts and the numbers behind a decision, worked by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xhht_analysis.forecasting import paces
from xhht_analysis.forecasting.verdicts import Case, classify, judge, observed_outcome, rounded

pytestmark = pytest.mark.unit
AS_OF = "2026-11-20"


def observed(**years):
    return pd.Series({int(k[1:]): float(v) for k, v in years.items()})


def make_case(draws=None, **changes):
    seen = changes.pop("seen", observed(y2024=40, y2025=44, y2026=50))
    years = None if draws is None else np.arange(2026, 2026 + draws.shape[1])
    start = {"unit_code": "82", "measure_unit": "percent", "need": 60.0, "n_points": 3}
    return Case(**{**start, "low": seen, "high": seen, "years": years, "draws": draws, **changes})


def straight(ends, start=50.0, years=5):
    """One path per end value, in equal steps from ``start``."""
    return np.linspace(start, np.asarray(ends, dtype=float), years).T


@pytest.mark.parametrize(
    ("probability", "name"),
    [
        (0.0, "very_unlikely"),
        (0.124, "very_unlikely"),  # rounds to 10 %
        (0.126, "unlikely"),
        (0.324, "unlikely"),  # rounds to 30 %
        (0.326, "open"),
        (0.5, "open"),
        (0.674, "open"),  # rounds to 65 %
        (0.676, "likely"),
        (0.874, "likely"),  # rounds to 85 %
        (0.876, "very_likely"),
        (1.0, "very_likely"),
    ],
)
def test_the_class_is_that_of_the_nearest_five_percent(probability, name):
    assert classify(probability) == name


def test_halves_are_rounded_upwards():
    assert [round(rounded(p), 2) for p in (0.025, 0.075, 0.925)] == [0.05, 0.1, 0.95]


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_higher_chance_never_has_a_worse_class(a, b):
    order = ["very_unlikely", "unlikely", "open", "likely", "very_likely"]
    low, high = sorted([a, b])
    assert order.index(classify(low)) <= order.index(classify(high))


@pytest.mark.parametrize(("need", "name", "chance"), [(44, "reached", 1), (45, "missed", 0)])
def test_the_target_years_own_figure_decides_whatever_came_later(need, name, chance):
    row = judge(make_case(straight([70, 80]), need=need), 2025, AS_OF)
    assert (row["verdict_class"], row["basis"]) == (name, "observed")
    assert row["prob_reached"] == chance
    assert "pace_required" not in row


def test_bounds_decide_when_they_leave_no_doubt():
    low, high = observed(y2025=6, y2026=6), observed(y2025=8, y2026=8)
    verdict = [
        observed_outcome(make_case(low=low, high=high, need=need), 2025) for need in (6, 7, 9)
    ]
    np.testing.assert_array_equal(verdict, [1, np.nan, 0])


def test_missing_is_never_a_pass_and_never_a_fail():
    low, high = observed(y2024=6, y2025=6), observed(y2024=8, y2025=8)
    case = make_case(
        straight([9, 9]),
        low=low,
        high=high,
        need=7,
        measure_unit="units",
        n_points=2,
        reasons=("units_missing",),
    )
    row = judge(case, 2025, AS_OF, has_districts=False)
    assert (row["verdict_class"], row["basis"]) == ("no_data", "none")
    assert "prob_reached" not in row
    assert (row["current_low"], row["current_high"]) == (6, 8)
    assert row["reason"].split(";") == ["no_legal_object", "units_missing"]


def test_a_past_date_without_its_figure_is_not_forecast():
    case = make_case(straight([70, 80]), seen=observed(y2022=40, y2023=44, y2024=50))
    row = judge(case, 2025, AS_OF)
    assert (row["verdict_class"], row["reason"]) == ("no_data", "target_year_missing")


def test_before_the_year_is_over_a_missing_figure_is_forecast():
    case = make_case(straight([70, 80]), seen=observed(y2023=40, y2024=44, y2025=50))
    assert judge(case, 2026, "2026-11-20")["basis"] == "forecast"
    assert judge(case, 2026, "2027-01-01")["basis"] == "none"


@pytest.mark.parametrize(("points", "reason"), [(2, "few_points"), (0, "no_figures")])
def test_fewer_than_three_points_give_no_chance_but_show_the_pace_needed(points, reason):
    row = judge(make_case(straight([70, 80]), n_points=points), 2030, AS_OF)
    assert (row["verdict_class"], row["reason"]) == ("no_data", reason)
    assert (row["current"], row["pace_required"]) == (50, 2.5)


def test_a_target_reached_today_but_dated_later_is_still_a_forecast():
    row = judge(make_case(straight([55, 65]), need=45.0), 2030, AS_OF)
    assert (row["current"], row["verdict_class"], row["basis"]) == (50, "very_likely", "forecast")


def test_a_forecast_worked_by_hand():
    # four paths from 50 in 2026 by equal steps to 54, 58, 62, 66 in 2030; target 60; two reach it
    # 62: 50 53 56 59 62 in 2030; 66: 50 54 58 62 66 from 2029 on
    row = judge(make_case(straight([54, 58, 62, 66]), size=1000.0), 2030, AS_OF)
    assert (row["prob_reached"], row["verdict_class"]) == (0.5, "open")
    assert (row["prob_ever"], row["prob_held"]) == (0.5, 0.25)
    assert row["median"] == 60
    # slopes of 40, 44, 50 in 2024-2026: 4, 5, 6, median 5; needed 10 points in 4 years
    assert (row["pace_own"], row["pace_required"]) == (5, 2.5)
    assert row["people_required"] == 25  # 10 % of 1000 people in 4 years
    # three of four are not 80 %: a shift of (60 - 54) / 4 lifts all of them over the line
    assert row["extra_pace_80"] == 1.5


def test_ever_is_at_least_and_held_at_most_the_chance_at_the_date():
    draws = np.array([[50, 61, 59, 61, 59], [50, 50, 50, 50, 61.0]])
    row = judge(make_case(draws), 2030, AS_OF)
    assert (row["prob_held"], row["prob_reached"], row["prob_ever"]) == (0, 0.5, 1)


def test_a_lower_is_better_target_reads_the_other_way():
    case = make_case(straight([40, 45, 55, 58]), need=46.0, comparator="<=")
    assert judge(case, 2030, AS_OF)["prob_reached"] == 0.5


def test_a_lower_is_better_forecast_worked_by_hand():
    # four paths from 50 in 2026 by equal steps to 34, 38, 42, 46 in 2030; at most 40: two get there
    # 38: 50 47 44 41 38 in 2030; 34: 50 46 42 38 34 from 2029 on
    history = observed(y2024=60, y2025=56, y2026=50)
    case = make_case(straight([34, 38, 42, 46]), seen=history, need=40.0, comparator="<=")
    row = judge(replace(case, size=1000.0), 2030, AS_OF)
    assert (row["prob_reached"], row["prob_ever"], row["prob_held"]) == (0.5, 0.5, 0.25)
    # slopes -4, -5, -6: five points a year down so far, ten points in four years are needed
    assert (row["pace_own"], row["pace_required"]) == (-5, -2.5)
    assert row["people_required"] == 25  # 10 % of 1000 people fewer in 4 years
    assert row["extra_pace_80"] == -1.5  # (46 - 40) / 4 brings all of them under the line
    assert np.isnan(row["reason"])  # the middle, 40, is better than 50


def test_what_rises_where_less_is_better_is_said():
    rising = straight([35, 40, 55, 60], start=38.0)
    history = observed(y2024=37, y2025=37, y2026=38)
    case = make_case(rising, seen=history, need=39.0, comparator="<=")
    row = judge(case, 2030, AS_OF)
    assert row["reason"] == "may_fall"  # the middle, 47.5, is worse than 38
    assert row["pace_required"] == 0
    # 60, 55, 50: five points a year down, 2.5 are needed, and one draw in ten gets there
    slow = straight([39, 41, 42, 43, 44, 45, 46, 47, 48, 49])
    case = make_case(slow, seen=observed(y2024=60, y2025=55, y2026=50), need=40.0, comparator="<=")
    assert judge(case, 2030, AS_OF)["reason"] == "gains_slow"


@given(st.lists(st.floats(0, 100), min_size=3, max_size=3), st.floats(1, 99))
def test_a_target_and_its_mirror_image_say_the_same(figures, need):
    draws = straight([figures[0], 30, 55, 80], start=figures[-1])
    history = observed(**dict(zip(("y2024", "y2025", "y2026"), figures, strict=True)))
    up = judge(make_case(draws, seen=history, need=need), 2030, AS_OF)
    mirror = make_case(100 - draws, seen=100 - history, need=100 - need, comparator="<=")
    down = judge(mirror, 2030, AS_OF)
    for name in ("prob_reached", "prob_ever", "prob_held"):
        assert down[name] == pytest.approx(up[name], nan_ok=True)
    for name in ("pace_required", "pace_own", "extra_pace_80"):
        assert down[name] == pytest.approx(-up[name], nan_ok=True)
    assert str(down["reason"]) == str(up["reason"])


def test_own_pace_is_the_median_slope_of_the_last_five_years():
    series = observed(y2018=0, y2022=10, y2023=12, y2024=40, y2025=16, y2026=18)
    # an outlier in 2024 does not move it: 2 points a year
    assert paces.own_pace(series) == pytest.approx(2)
    assert np.isnan(paces.own_pace(observed(y2025=3)))


def test_ties_share_the_places():
    # one draw: a, b tied first, c third, d, e tied last; three best: a, b, c
    best, last = paces.place_chances(np.array([[9.0, 9, 5, 1, 1]]))
    assert best.tolist() == [1, 1, 1, 0, 0]
    assert last.tolist() == [0, 0, 1, 1, 1]
    best, last = paces.place_chances(np.ones((7, 11)))
    np.testing.assert_allclose([best, last], 3 / 11)


def test_leverage_of_a_district_in_a_count():
    # draws: one, two and two of three districts stand at the level; two are needed
    met = np.array([[True, False, False], [True, True, False], [True, False, True]])
    gain = paces.leverage(met.astype(float), np.ones(3), 1, 2)
    np.testing.assert_allclose(gain, [0, 1 / 3, 1 / 3])


def test_leverage_of_a_district_in_a_share_goes_by_its_people():
    # 300 people at 40 %, 100 people at 80 %: 50 %; with the first at 60 % the province has 65 %
    draws, parts = np.array([[40.0, 80.0]]), np.array([0.75, 0.25])
    np.testing.assert_allclose(paces.leverage(draws, parts, 60.0, 60.0), [1, 0])
    # at the target exactly it is met without help, and with it
    same = np.full((1, 2), 60.0)
    np.testing.assert_allclose(paces.leverage(same, parts, 60.0, 60.0), [0, 0])


def test_the_own_pace_looks_back_five_years_and_no_further():
    # slopes of 2022 to 2026, sorted: 2 2 2 10/3 4 4 14/3 6 6 6; their median is 4. With 2021 it
    # would be 6, without 2022 it would be 8/3
    values = observed(y2021=0, y2022=40, y2023=46, y2024=52, y2025=54, y2026=56)
    assert paces.own_pace(values) == pytest.approx(4)


def test_a_past_target_is_described_by_the_figures_of_its_own_time():
    case = make_case(straight([70, 80]), need=44)
    row = judge(case, 2025, AS_OF)
    assert (row["current_year"], row["current"], row["verdict_class"]) == (2025, 44, "reached")


@pytest.mark.parametrize("now", [50, 62])
def test_held_means_at_the_date_and_the_year_before_wherever_one_stands_today(now):
    # the second path is below 60 in 2027 and back in 2029, the third leaves in 2030
    draws = np.array([[now, 65, 65, 65, 65], [now, 55, 65, 65, 65], [now, 65, 65, 65, 55.0]])
    row = judge(make_case(draws, seen=observed(y2024=40, y2025=44, y2026=now)), 2030, AS_OF)
    reached = 0.005 + 0.99 * 2 / 3  # half a hundredth either way for the unforeseen
    assert row["prob_reached"] == pytest.approx(reached)
    assert row["prob_held"] == pytest.approx(reached)
    # every second path is at the target in 2027 and 2028
    assert judge(make_case(draws), 2028, AS_OF)["prob_held"] == pytest.approx(2 / 3)


@pytest.mark.parametrize(("before", "held"), [(50, 0.5), (40, 0.0), (np.nan, np.nan)])
def test_held_to_a_year_that_is_open_today_reads_what_the_year_before_reported(before, held):
    low, high = (
        observed(y2024=45, y2025=before, y2026=40),
        observed(y2024=45, y2025=before, y2026=60),
    )
    draws = np.array([[50.0, 50], [40, 50]])
    row = judge(make_case(draws, low=low.dropna(), high=high.dropna(), need=45), 2026, AS_OF)
    assert (row["basis"], row["prob_reached"]) == ("forecast", 0.5)
    assert row["prob_held"] == pytest.approx(held, nan_ok=True)


def test_a_reached_target_was_held_if_the_year_before_says_so():
    for figures, held in (({"y2024": 46}, 1), ({"y2024": 44}, 0), ({}, np.nan)):
        row = judge(make_case(seen=observed(**figures, y2025=46), need=45), 2025, AS_OF)
        assert row["verdict_class"] == "reached"
        assert row["prob_held"] == pytest.approx(held, nan_ok=True)


def test_the_pace_of_an_open_count_starts_where_the_forecast_sees_it_today():
    low, high = observed(y2024=3, y2025=4, y2026=10), observed(y2024=3, y2025=4, y2026=11)
    draws = np.tile([10.0, 10, 10, 11, 11], (4, 1))
    case = make_case(draws, low=low, high=high, need=11.0, measure_unit="units")
    row = judge(case, 2030, AS_OF)
    assert (row["current_low"], row["current_high"]) == (10, 11)
    assert row["pace_required"] == pytest.approx(1 / 4)  # from 10 in 2026, not from 4 in 2025
    assert row["pace_own"] == pytest.approx(1)  # from 3 to 4: 2026 is not known


@pytest.mark.parametrize("is_open", [True, False])
def test_the_pace_of_a_share_whose_latest_year_is_open_starts_from_what_is_expected_of_it(is_open):
    # 40 in 2021, then nothing whole; in 2023 others have reported and 45 is expected of the middle;
    # the draws go on to 60, the target, in steps of 3; a thousand people
    draws = np.array(
        [[44.0, 47, 50, 53, 56, 59], [45, 48, 51, 54, 57, 60], [46, 49, 52, 55, 58, 61]]
    )
    draws = np.column_stack([draws, draws[:, -1], draws[:, -1]])
    low, high = observed(y2020=38, y2021=40, y2023=30), observed(y2020=38, y2021=40, y2023=52)
    if not is_open:  # a unit that has not reported at all
        low, high = (ends.drop(2023) for ends in (low, high))
    case = make_case(draws, low=low, high=high, size=1000.0)
    row = judge(replace(case, years=np.arange(2023, 2031)), 2028, "2023-11-30")
    assert row["pace_required"] == pytest.approx((60 - 45) / 5)  # not (60 - 40) / 7
    # 15 % of 1000 are 150 people in five years
    assert row["people_required"] == pytest.approx(30)
    assert row["pace_own"] == pytest.approx(2)  # 38 to 40
    assert (row["current_year"], row["current"]) == (2021, 40)  # what was seen stays what was seen


def test_what_may_be_lost_and_what_is_too_slow_is_said():
    falling = straight([40, 45, 65, 70], start=62.0)
    row = judge(make_case(falling, seen=observed(y2024=61, y2025=61, y2026=62)), 2030, AS_OF)
    assert row["reason"] == "may_fall"  # the middle, 55, lies below 62
    # 40, 44, 50: five points a year, 2.5 are needed, and one draw in ten gets there
    slow = straight([51, 52, 53, 54, 55, 56, 57, 58, 59, 61])
    assert judge(make_case(slow), 2030, AS_OF)["reason"] == "gains_slow"
