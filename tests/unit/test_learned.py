"""The learned member: features by hand, a network by hand, and what no forecast may do."""

import json

import numpy as np
import pytest
from scipy.special import ndtri

from xhht_analysis.forecasting.curves import GRID, MEDIAN
from xhht_analysis.forecasting.history import Matrices
from xhht_analysis.forecasting.learned import (
    DRIVERS,
    FEATURES,
    Learned,
    features,
    learned_changes,
    learned_from,
    read_learned,
    rising,
)
from xhht_analysis.forecasting.structural import fit_trend, percent
from xhht_analysis.project import Project

pytestmark = pytest.mark.unit


def trend_of(z):
    z = np.asarray(z, dtype=float)
    panel = Matrices(percent(z) / 100, np.zeros(z.shape[1], dtype=bool), np.zeros(len(z)))
    return fit_trend(panel)


def feature(x, name):
    return x[..., FEATURES.index(name)]


def test_features_of_a_small_group_by_hand():
    # steps 0.1 and 0.3 of one unit, 0.3 and 0.5 of the other
    trend = trend_of([[0.0, 0.1, 0.4], [1.0, 1.3, 1.8]])
    x, scale = features(trend)
    root = np.sqrt((0.01 + 0.09 + 0.09 + 0.25) / 4 + 0.003**2)
    assert scale == pytest.approx(root, rel=1e-9)
    np.testing.assert_allclose(np.sinh(feature(x, "group_pace")), 0.3 / root, rtol=1e-9)
    np.testing.assert_allclose(np.sinh(feature(x, "own_pace")), [-0.1 / root, 0.1 / root])
    np.testing.assert_allclose(np.sinh(feature(x, "last_step")), [0.3 / root, 0.5 / root])
    np.testing.assert_allclose(np.sinh(feature(x, "last_group_step")), 0.4 / root)
    np.testing.assert_allclose(np.sinh(feature(x, "above_group")), [-0.7, 0.7])
    # recent means: weights 1/4, 1/2, 1 of the three figures
    recent = np.array([0.05 + 0.4, 0.25 + 0.65 + 1.8]) / 1.75
    np.testing.assert_allclose(np.sinh(feature(x, "above_recent")), ([0.4, 1.8] - recent) / root)
    np.testing.assert_allclose(np.exp(feature(x, "points")), 3)


def test_a_network_by_hand():
    # lead and one feature, added up to one rectified sum; median x, quartile steps of e apart
    layers = (
        (np.array([[3.0], [1.0]]), np.array([0.0])),
        (np.array([[0.0, 1, 0]]), np.array([1.0, 0, 1])),
    )
    levels = np.array([0.25, 0.5, 0.75])
    numbers = Learned(np.zeros(2), np.ones(2), (layers, layers), levels)
    curve = numbers.quantiles(np.array([[0.0, 2.0], [0.0, -1.0]]), np.array([0.0, 0.5]))
    np.testing.assert_allclose(curve[..., MEDIAN], [[2, 3.5], [0, 0.5]])
    np.testing.assert_allclose(curve[0, 0, MEDIAN + 1], 2 + np.e * GRID[MEDIAN + 1] / ndtri(0.75))
    # no feature counts for more than four standard deviations, the lead neither
    assert numbers.quantiles(np.array([[0.0, 9.0]]), np.array([7.0]))[0, 0, MEDIAN] == 16


def test_quantiles_never_cross_whatever_the_network_says():
    z = np.random.default_rng(1).normal(0, 3, (500, 7))
    assert (np.diff(learned_changes(trend_of(z), 30, read_learned())) > 0).all()
    # the median 5, steps of 1 and 2 below it, of 3 above
    np.testing.assert_array_equal(rising(np.array([[2.0, 1, 5, 3, 0.5]])), [[2, 4, 5, 8, 8.5]])


def test_units_in_another_order_or_scale_of_time_give_the_same():
    rng = np.random.default_rng(2)
    z = rng.normal(0, 0.2, (306, 7)).cumsum(axis=1)
    numbers, order = read_learned(), rng.permutation(len(z))
    curves = learned_changes(trend_of(z), 3, numbers)
    assert curves.shape == (len(z), 3, len(GRID))
    np.testing.assert_allclose(learned_changes(trend_of(z[order]), 3, numbers), curves[order])


def test_a_driver_taken_away_changes_what_it_says_and_nothing_else():
    z = 0.3 * np.arange(6) + np.linspace(-1, 1, 8)[:, None]
    trend, numbers = trend_of(z), read_learned()
    whole = learned_changes(trend, 3, numbers)[..., MEDIAN]
    assert (whole > learned_changes(trend, 3, numbers, "group_pace")[..., MEDIAN]).all()
    np.testing.assert_array_equal(whole, learned_changes(trend, 3, numbers, "")[..., MEDIAN])
    assert {name for names in DRIVERS.values() for name in names} <= set(FEATURES)


def test_the_numbers_name_their_sources_and_are_small():
    path = Project().config_dir / "learned.json"
    table = json.loads(path.read_text(encoding="utf-8"))
    assert len(table["sources"]) > 20
    assert path.stat().st_size < 1_000_000
    with pytest.raises(ValueError, match="features"):
        learned_from({**table, "features": table["features"][1:]})
