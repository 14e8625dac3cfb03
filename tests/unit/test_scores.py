"""Scores against plain one-line references and published identities."""

import numpy as np
import pytest
from scipy import stats

from xhht_analysis.forecasting import scores

pytestmark = pytest.mark.unit
LEVELS = np.round(np.arange(1, 40) * 0.025, 3)


def test_crps_of_a_normal_is_the_closed_form():
    # Gneiting & Raftery 2007: sigma (z (2 Phi(z) - 1) + 2 phi(z) - 1 / sqrt(pi))
    levels = (np.arange(1, 4000) / 4000).round(6)
    quantiles = stats.norm.ppf(levels, 10, 3)
    z = (12.0 - 10) / 3
    expected = 3 * (z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / np.sqrt(np.pi))
    assert scores.crps_quantiles(quantiles, levels, 12.0) == pytest.approx(expected, abs=2e-3)


def test_crps_of_a_point_is_the_absolute_error():
    point = np.full(39, 20.0)
    # straight lines to a loss of 0 at levels 0 and 1 leave out half a step at one end
    assert scores.crps_quantiles(point, LEVELS, 26.0) == pytest.approx(6.0, rel=0.03)


def test_brier_and_ranked_score_agree_on_two_classes():
    assert scores.brier(0.7, 1) == pytest.approx(0.09)
    assert scores.ranked_probability(np.array([0.3, 0.7]), np.array(1)) == pytest.approx(0.09)


def test_ranked_score_grows_with_distance():
    sure = np.eye(4)[0]
    assert [scores.ranked_probability(sure, np.array(k)) for k in range(4)] == [0, 1, 2, 3]


def test_coverage_counts_the_edges():
    assert scores.covered([1, 1, 1], [2, 2, 2], np.array([1, 2, 2.1])).tolist() == [
        True,
        True,
        False,
    ]
