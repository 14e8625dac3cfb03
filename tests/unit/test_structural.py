"""The structural member against independent calculations: moments and levels by hand."""

import numpy as np
import pytest
from scipy import stats

from xhht_analysis.forecasting.curves import GRID, MEDIAN, Curves
from xhht_analysis.forecasting.history import Matrices
from xhht_analysis.forecasting.learned import read_learned
from xhht_analysis.forecasting.panel import VARIANTS, fit_group, learned_weight
from xhht_analysis.forecasting.structural import (
    MARGIN,
    NOISE,
    fit_trend,
    gaps_filled,
    late_levels,
    link,
    percent,
    pooled_changes,
    unseen_variance,
)

pytestmark = pytest.mark.unit


def matrices(z, breaks=()):
    """Shares with the soft logits z."""
    z = np.asarray(z, dtype=float)
    return Matrices(
        percent(z) / 100,
        np.isin(np.arange(z.shape[1]), breaks),
        np.zeros(len(z)),
    )


def test_the_soft_logit_and_its_way_back():
    share = np.linspace(0, 1, 11)
    np.testing.assert_allclose(percent(link(share)), 100 * share, atol=1e-12)
    assert link(1.0) == pytest.approx(np.log((1 + MARGIN) / MARGIN))
    assert link(0.3) == pytest.approx(-link(0.7))


def test_gaps_are_crossed_by_straight_lines_and_ends_stay_open():
    nan = np.nan
    z = np.array([[nan, 1, nan, 3, nan], [2, nan, nan, nan, 10]])
    expected = [[nan, 1, 2, 3, nan], [2, 4, 6, 8, 10]]
    np.testing.assert_allclose(gaps_filled(z), expected)


def test_a_late_unit_stands_at_its_last_figure_and_the_steps_expected_since():
    nan = np.nan
    z = np.array([[0.3, nan, 0.7, nan, nan], [0.1, 0.2, 0.3, 0.4, 0.5], [1.0, nan, nan, nan, nan]])
    drift, var = np.array([0.1, 0.2, 0.3, 0.4]), np.array([1.0, 2.0, 3.0, 4.0])
    level, doubt = late_levels(z, drift, var)
    np.testing.assert_allclose(level, [0.7 + 0.3 + 0.4, 0.5, 2.0])
    np.testing.assert_allclose(doubt, [7, 0, 10])


def test_moments_of_a_small_group_by_hand():
    # steps of the two units: 0.1, 0.4 and 0.3, 0.2; the group's 0.2 and 0.3, pace 0.25
    z = np.array([[0.0, 0.1, 0.5], [1.0, 1.3, 1.5]])
    trend = fit_trend(matrices(z))
    assert trend.pace == pytest.approx(0.25)
    # a usual step of 0.09 counts as one: (2 * 0.05**2 + 0.09**2 / 2) / (1 + 1 / 2)
    assert trend.common_var == pytest.approx((2 * 0.05**2 + 0.09**2 / 2) / 1.5)
    # around the group -0.1, 0.1 and 0.1, -0.1; four steps less two of the group, two own means
    assert trend.own_var == pytest.approx((1 - NOISE) * (4 * 0.1**2 + 0.09**2))
    np.testing.assert_allclose(trend.level, [0.5, 1.5], atol=1e-9)
    # mean step 0.25 over its root mean square, times 0.25 / (0.25 + 0.05)
    root = np.sqrt((0.1**2 + 0.4**2 + 0.3**2 + 0.2**2) / 4)
    assert trend.trend_share == pytest.approx(0.25 / root * 0.25 / 0.3)


def test_a_year_without_a_figure_is_no_step():
    # steps of the units: 0.1, 0.4 and 0.3 alone; the group's 0.2 and 0.4
    trend = fit_trend(matrices([[0.0, 0.1, 0.5], [1.0, 1.3, np.nan]]))
    # around the group -0.1, 0 and 0.1; around the units' own mean of it -0.05, 0.05 and 0: three
    # steps less two of the group and two own means leave the usual step of 0.09 alone
    assert trend.own_var == pytest.approx((1 - NOISE) * (2 * 0.05**2 + 0.09**2))


def test_a_group_that_reports_every_second_year_is_believed_more_than_the_reference_panels():
    yearly = fit_trend(matrices([[0.0, 0.1, 0.2, 0.3, 0.4], [0.1, 0.2, 0.3, 0.4, 0.5]]))
    nan = np.nan
    second = fit_trend(matrices([[0.0, nan, 0.2, nan, 0.4], [0.1, nan, 0.3, nan, 0.5]]))
    one = fit_trend(matrices([[nan, nan, 0.2], [nan, nan, 0.3]]))
    assert (yearly.years_between, second.years_between, one.years_between) == (1, 2, 1)
    # all steps alike, 0.1 a year: trend_share is 0.1 / (0.1 + 0.05)
    share = 0.1 / 0.15
    assert learned_weight(yearly) == pytest.approx(1 / (1 + np.exp(-(2.5 - 5 * share))), abs=1e-6)
    assert learned_weight(second) == pytest.approx(1 / (1 + np.exp(-(1.5 - 5 * share))), abs=1e-6)


def test_who_is_late_stands_where_the_others_say():
    z = np.linspace(-1, 1, 11)[:, None] + 0.1 * np.arange(6)
    z[:, -1] += 0.4
    z[9:, -1] = np.nan
    trend = fit_trend(matrices(z))
    # nine units that moved by 0.5 leave little of the doubt between 0.1 and 0.5
    step = trend.level[9:] - z[9:, -2]
    assert ((step > 0.35) & (step <= 0.5)).all()
    assert (trend.level_var[:9] < 1e-9).all()
    assert (trend.level_var[9:] > 1e-4).all()


def test_no_pace_is_read_across_a_change_of_definition():
    z = np.linspace(-1, 1, 5)[:, None] + np.array([0, 0.1, 0.2, 2.3, 2.4])
    trend = fit_trend(matrices(z, breaks=(3,)))
    assert trend.pace == pytest.approx(0.1)
    changes = pooled_changes(trend, 1)[..., MEDIAN]
    np.testing.assert_allclose(changes, 0.1, atol=1e-9)


def test_pooled_changes_are_those_that_all_units_have_seen():
    z = np.array([[-1.0], [0.0], [1.0]]) + 0.3 * np.arange(4)
    trend = fit_trend(matrices(z))
    middle = pooled_changes(trend, 5)[..., MEDIAN]
    # three years are spanned by figures; four and five are scaled from three
    expected = 0.3 * np.arange(1, 6)
    np.testing.assert_allclose(middle, expected, atol=1e-9)
    still = pooled_changes(trend, 5, "group_pace")[..., MEDIAN]
    np.testing.assert_allclose(still, np.zeros(5), atol=1e-9)


def test_pooled_changes_are_normal_with_the_moments_of_what_was_seen():
    # changes of one year 0.1, 0.4, 0.3, 0.2; of two years 0.5, 0.5: scaled from one year, wider
    trend = fit_trend(matrices([[0.0, 0.1, 0.5], [1.0, 1.3, 1.5]]))
    one = np.std([0.1, 0.4, 0.3, 0.2]) + 0.02
    np.testing.assert_allclose(pooled_changes(trend, 1)[0], 0.25 + one * GRID, atol=1e-9)
    np.testing.assert_allclose(pooled_changes(trend, 2)[1], 0.5 + one * GRID, atol=1e-9)


def test_members_are_averaged_as_quantiles():
    z = np.random.default_rng(3).normal(0.1, 0.2, (200, 6)).cumsum(axis=1)
    panel, numbers = matrices(z), read_learned()
    names = ("default", "own_changes_alone", "learned_alone")
    both, own, learned = (
        link(fit_group(panel, 3, numbers, VARIANTS[name])[0][:, 1:, MEDIAN] / 100) for name in names
    )
    weight = learned_weight(fit_trend(panel))
    np.testing.assert_allclose(both, weight * learned + (1 - weight) * own)


def test_units_share_the_part_of_the_variance_that_their_common_steps_have():
    # steps 0.1, 0.3 and 0.3, 0.5: the group's 0.2, 0.4, the units' own the same in both years
    panel = matrices([[0.0, 0.1, 0.4], [1.0, 1.3, 1.8]])
    common, own = (0.02 + 0.0081 / 2) / 1.5, (1 - NOISE) * 0.0081
    _, shared, lag = fit_group(panel, 3, read_learned())
    np.testing.assert_allclose(shared[:, 1:], common / (common + own))
    # a walk: what two years have in common is the variance of the first
    np.testing.assert_allclose(lag, [[0, 0, np.sqrt(1 / 2), np.sqrt(2 / 3)]] * 2, atol=1e-9)


def test_what_may_fall_is_a_tenth_nearer_than_the_members_say():
    z = np.random.default_rng(3).normal(0, 0.2, (200, 6)).cumsum(axis=1)
    values, _, _ = fit_group(matrices(z), 3, read_learned(), VARIANTS["own_changes_alone"])
    pooled = pooled_changes(fit_trend(matrices(z)), 3)
    apart, expected = (c - c[..., [MEDIAN]] for c in (link(values[:, 1:] / 100), pooled))
    # one usual step of 0.09 beside the thousand that were seen, and one group of 200 units
    unseen = 0.09**2 * np.arange(1, 4)[:, None] / 1000 * GRID**2
    wanted = np.where(GRID < 0, 0.9, 1.0) * (1 + 0.5 / 200**2)
    wanted = wanted * np.sign(GRID) * np.sqrt(expected**2 + unseen)
    np.testing.assert_allclose(apart, np.broadcast_to(wanted, apart.shape), atol=1e-6)


def test_chances_of_curves_far_wider_than_percent_are_read_row_by_row():
    """A baseline may spread over hundreds of points."""
    still, numbers = np.zeros((3, 1)), np.arange(3)
    spread = np.array([1.0, 400.0, 900.0])[:, None, None]
    curves = Curves(50 + spread * GRID, still, still, numbers, np.full(3, 1000.0))
    chance = curves.below(numbers, np.zeros(3, dtype=int), np.array([50.0, 90, 20]), True)
    # the first step of 0.1 points that does not count begins half a step before the target
    expected = 0.005 + 0.99 * stats.norm.cdf([-0.05, 39.95 / 400, -30.05 / 900])
    np.testing.assert_allclose(chance, expected, atol=1e-9)


def test_a_large_group_is_not_widened_for_what_it_has_not_shown():
    """A hundred units of 10,000 persons over nine years: one usual step in 800."""
    rng = np.random.default_rng(5)
    z = np.cumsum(rng.normal(0.05, 0.2, (100, 9)), axis=1)
    variance = unseen_variance(fit_trend(matrices(z)), np.full(100, 1e-4), 5)
    assert variance[:, 5] == pytest.approx(0.09**2 * 5 / 800)


def test_where_one_step_was_seen_one_usual_step_a_year_is_open():
    variance = unseen_variance(fit_trend(matrices([[0.0, 0.1]])), np.full(1, 1e-4), 3)
    assert variance[0] == pytest.approx([0, 0.09**2, 2 * 0.09**2, 3 * 0.09**2])
