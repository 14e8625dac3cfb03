"""How settings are chosen and averaged: by weight, and with what they disagree about."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xhht_analysis.forecasting.calibration import (
    GRID,
    Reading,
    calibrate,
    plain_reading,
    read_settings,
)
from xhht_analysis.forecasting.changes import pooled_changes
from xhht_analysis.forecasting.history import Matrices
from xhht_analysis.forecasting.links import link, percent, unlink
from xhht_analysis.forecasting.panel import spread_picks
from xhht_analysis.forecasting.shares import members, predict, prepare

pytestmark = pytest.mark.unit


def panel(rng, n_unit=4, n_year=6):
    shares = 0.5 + rng.normal(0, 0.02, (n_unit, n_year)).cumsum(axis=1)
    nothing, still = np.full(shares.shape, np.nan), np.zeros(n_year, dtype=bool)
    step = np.full((n_unit, 1), 0.1)
    return Matrices(shares, nothing, nothing, step, np.zeros(shares.shape), still)


def test_settings_are_picked_as_often_as_they_weigh():
    logs = np.log([[[0.5, 0.25]], [[0.125, 0.125]]])
    picks, weights = spread_picks(logs, 8)
    assert picks.tolist() == [[0, 0, 0], [0, 0, 1], [1, 0, 0], [1, 0, 1]]
    np.testing.assert_allclose(weights, [0.5, 0.25, 0.125, 0.125])


@settings(deadline=None)
@given(st.lists(st.floats(-30, 5), min_size=1, max_size=60), st.integers(1, 40))
def test_no_region_of_the_grid_is_left_out_or_counted_twice(logs, most):
    logs = np.array(logs).reshape(1, 1, -1)
    picks, weights = spread_picks(logs, most)
    assert len(picks) <= most
    assert weights.sum() == pytest.approx(1)
    picked = np.zeros(logs.size)
    picked[picks[:, 2]] = weights
    truth = np.exp(logs.ravel()) / np.exp(logs).sum()
    assert np.abs(np.cumsum(picked) - np.cumsum(truth)).max() <= 0.5 / most + 1e-9


def test_what_settings_disagree_about_widens_their_average():
    known, shown = read_settings(), panel(np.random.default_rng(4))
    group, reading = prepare(shown, known), plain_reading(np.full(4, 6), 3)
    chosen = np.array([[0, 0, 0], [len(known.kernels) - 1, 2, len(known.filters) - 1]])
    weights = np.array([0.3, 0.7])
    each = np.zeros((2, 4, 3, len(GRID)))
    for some, curves, *_ in members(group, known, chosen, reading):
        each[some] = curves
    mean = np.tensordot(weights, each, 1)
    sd = (mean[..., 18] - mean[..., 10]) / 2
    gap = each[0, ..., 14] - each[1, ..., 14]
    # variance of two points 0.3 : 0.7 apart by `gap`
    total = np.sqrt(sd**2 + 0.3 * 0.7 * gap**2)
    found = predict(group, known, chosen, weights, reading)[0]
    np.testing.assert_allclose(found[..., 14], mean[..., 14])
    np.testing.assert_allclose((found[..., 18] - found[..., 10]) / 2, total)
    assert (total > sd * 1.0001).any()


def test_a_forecast_read_further_out_is_the_same_forecast():
    # reading the score 2 s where the grid says s gives at s what the plain one has at 2 s
    known, shown = read_settings(), panel(np.random.default_rng(5))
    group, one = prepare(shown, known), np.ones(1)
    chosen, plain = np.array([[1, 1, 1]]), plain_reading(np.full(4, 6), 2)
    wide = Reading(2 * plain.scores, plain.points, plain.kind)
    a = predict(group, known, chosen, one, plain)[0]
    b = predict(group, known, chosen, one, wide)[0]
    np.testing.assert_allclose(b[..., 7:22], a[..., 0::2])


def test_units_seen_less_often_are_read_at_their_own_scores():
    constants = {**read_settings().constants, "widen_short": 0.5}
    points = np.array([3, 8])
    scores, _ = calibrate(points, np.ones((2, 1)), constants)
    reading = Reading(scores, points, np.array([1, 0, 1]))
    shares = 0.4 + np.random.default_rng(6).normal(0, 0.02, (3, 6))
    plain = link(pooled_changes(shares, 1) / 100, 0.0025)
    found = link(pooled_changes(shares, 1, reading=reading) / 100, 0.0025)
    for unit, kind in enumerate([1, 0, 1]):
        wanted = np.interp(scores[kind, 0, 9:20], GRID, plain[unit, 0])
        np.testing.assert_allclose(found[unit, 0, 9:20], wanted)


def test_percent_is_the_share_of_a_link_value_in_percent():
    score = np.linspace(-4, 4, 9)
    np.testing.assert_allclose(percent(score.copy(), 0.03), 100 * unlink(score, 0.03))


def test_settings_in_any_order_are_each_setting_alone():
    known, shown = read_settings(), panel(np.random.default_rng(6))
    group, reading = prepare(shown, known), plain_reading(np.full(4, 6), 3)
    chosen = np.array([[3, 1, 9], [0, 2, 4], [7, 0, 0], [3, 2, 4]])
    for picked in (chosen[:2], chosen[:3], chosen):
        together = np.concatenate([part[1] for part in members(group, known, picked, reading)])
        for k, one in enumerate(picked):
            (alone,) = members(group, known, one[None], reading)
            np.testing.assert_allclose(together[k], alone[1][0])
