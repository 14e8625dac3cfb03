"""Official yardsticks and the spreadsheet, worked by hand."""

import numpy as np
import pandas as pd
import pytest

from xhht_analysis.forecasting import yardsticks

pytestmark = pytest.mark.unit
LINE = pd.Series({2021: 30.0, 2022: 33.0, 2023: 36.0, 2024: 39.0})


def test_the_pace_ratio_is_actual_over_required_growth():
    # 30 to 39 in 3 years: 9.14 % a year; 30 to 60 in 9 years: 8.01 % a year
    expected = ((39 / 30) ** (1 / 3) - 1) / (2 ** (1 / 9) - 1)
    assert yardsticks.pace_ratio(LINE, 60, 2030) == pytest.approx(expected)
    assert round(expected, 2) == 1.14


@pytest.mark.parametrize("first", [0.0, 60.0, 70.0])
def test_growth_from_nothing_or_past_the_target_is_undefined(first):
    assert np.isnan(yardsticks.pace_ratio(pd.Series({2021: first, 2024: 65.0}), 60, 2030))


def test_a_straight_line_goes_on_whatever_the_weights():
    found = yardsticks.anticipated_progress(LINE, 60, 2030)
    assert found["escap_value"] == pytest.approx(57)
    assert found["escap_gap"] == pytest.approx(3 / 30)  # maintain, at the edge


def test_the_newest_figures_weigh_most():
    bent = pd.Series({2021: 30.0, 2022: 30.0, 2023: 40.0})
    # weights 1, 2, 3: mean year 2022 + 1/3, mean 35; slope = 5.5 by the weighted sums
    year, value, weight = np.array([0, 1, 2]), bent.to_numpy(), np.array([1, 2, 3])
    mean, level = (weight * year).sum() / 6, (weight * value).sum() / 6
    slope = (weight * (year - mean) * value).sum() / (weight * (year - mean) ** 2).sum()
    found = yardsticks.anticipated_progress(bent, 60, 2025)
    assert found["escap_value"] == pytest.approx(level + slope * (4 - mean))


def test_one_figure_says_nothing():
    one = pd.Series({2024: 40.0})
    assert np.isnan(yardsticks.pace_ratio(one, 60, 2030))
    assert np.isnan(list(yardsticks.anticipated_progress(one, 60, 2030).values())).all()
