"""The share model against independent calculations: state space, quadrature, plain algebra."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit
from statsmodels.tsa.statespace.kalman_filter import KalmanFilter

from xhht_analysis.forecasting.calibration import read_settings
from xhht_analysis.forecasting.changes import changes_weight, pooled_changes
from xhht_analysis.forecasting.links import laplace_binomial, link, slope, unlink
from xhht_analysis.forecasting.shares import common_steps, evidence, kernel
from xhht_analysis.forecasting.statespace import run_filter

pytestmark = pytest.mark.unit


def random_series(rng):
    """One series with gaps, its noise and its settings."""
    n = int(rng.integers(2, 13))
    z = rng.normal(0, 1, n).cumsum()
    seen = rng.random(n) < 0.7
    seen[rng.integers(n)] = True
    settings = {
        "phi": rng.uniform(0.1, 1),
        "pace_var": rng.uniform(0.001, 1),
        "step_var": rng.uniform(0.01, 2),
    }
    return np.where(seen, z, np.nan), rng.uniform(0.01, 2, n), settings


def state_space(z, noise, phi, pace_var, step_var, horizon):
    """The same series by statsmodels, from the first figure on, and its forecast."""
    first = int(np.flatnonzero(np.isfinite(z))[0])
    later = np.append(z[first + 1 :], np.full(horizon, np.nan))
    errors = np.append(noise[first + 1 :], np.zeros(horizon))
    model = KalmanFilter(k_endog=1, k_states=2, k_posdef=2)
    model.bind(later[:, None].copy())
    move, shocks = np.array([[1, 1], [0, phi]]), np.diag([step_var, pace_var * (1 - phi**2)])
    model["design"], model["transition"], model["selection"] = [[1, 0]], move, np.eye(2)
    model["state_cov"], model["obs_cov"] = shocks, errors[None, None]
    start = np.diag([noise[first], pace_var])
    model.initialize_known(move @ [z[first], 0], move @ start @ move.T + shocks)
    return model.filter(), first


def test_the_filter_is_that_of_statsmodels_on_500_series_with_gaps():
    rng = np.random.default_rng(1)
    for _ in range(500):
        z, noise, settings = random_series(rng)
        each = {name: np.array([value]) for name, value in settings.items()}
        ours = run_filter(z[None, None], noise[None, None], **each, horizon=4)
        theirs, first = state_space(z, noise, **settings, horizon=4)
        seen = np.isfinite(z)
        seen[first] = False
        errors, variances = theirs.forecasts_error[0], theirs.forecasts_error_cov[0, 0]
        at = np.flatnonzero(seen)
        expected = errors[at - first - 1] / np.sqrt(variances[at - first - 1])
        np.testing.assert_allclose(ours.innovation[0, 0, at], expected, atol=1e-9)
        logs = -0.5 * (np.log(2 * np.pi) + expected**2 + np.log(variances[at - first - 1])).sum()
        mine = -0.5 * (len(at) * np.log(2 * np.pi) + (ours.innovation**2).sum())
        assert mine - ours.log_scale[0] / 2 == pytest.approx(logs, abs=1e-7)
        ends = slice(len(z) - first - 1, len(z) - first + 3)
        level, spread = theirs.predicted_state[0, ends], theirs.predicted_state_cov[0, 0, ends]
        blur = noise[np.flatnonzero(np.isfinite(z))[-1]]
        np.testing.assert_allclose(ours.mean[0, 0], level, atol=1e-9)
        np.testing.assert_allclose(ours.spread[0, 0] - blur, spread, atol=1e-9)


def test_the_response_to_a_common_step_is_what_the_step_does_to_the_series():
    rng = np.random.default_rng(2)
    z, noise, settings = random_series(rng)
    z = np.where(np.isfinite(z), z, 0.3)  # no gaps: every step is seen
    each = {name: np.array([value]) for name, value in settings.items()}
    base = run_filter(z[None, None], noise[None, None], **each, horizon=3)
    for k in range(len(z) - 1):
        moved = z + (np.arange(len(z)) > k)
        other = run_filter(moved[None, None], noise[None, None], **each, horizon=3)
        gap = other.innovation - base.innovation
        np.testing.assert_allclose(gap[0, 0], base.response[0, 0, :, k], atol=1e-9)
        # once the step is accounted for, the forecast moves by the whole of it
        ahead = other.mean[0, 0] + base.reach[0, 0, :, k] - base.mean[0, 0]
        np.testing.assert_allclose(ahead, 1, atol=1e-9)


def test_a_ripple_is_taken_back_in_the_next_year():
    # steps u1 - u0, u2 - u1, u3 - u2 of independent u with variance 0.09
    expected = 0.09 * np.array([[2, -1, 0], [-1, 2, -1], [0, -1, 2]])
    np.testing.assert_allclose(kernel(0, 0, 1, 0.3, 3), expected)
    # a lasting pace is shared by all years, a shock is of its own year
    np.testing.assert_allclose(kernel(0.2, 0.3, 1, 0, 2), [[0.13, 0.09], [0.09, 0.13]])


def test_common_steps_and_evidence_are_those_of_one_large_normal_distribution():
    # with very light tails all scales are one, and the evidence is the density of a normal
    # vector: own innovations plus the steps that all four units share
    rng = np.random.default_rng(3)
    z = rng.normal(0, 1, (4, 6)).cumsum(axis=1)
    noise, one = np.full((1, 4, 6), 0.5), np.ones(1)
    run = run_filter(z[None], noise, 0.7 * one, 0.04 * one, 0.8 * one, 1)
    cov = kernel(0.5, 0.4, 0.9, 0.6, 5)
    rows = run.response[0].reshape(-1, 5)
    used = np.abs(rows).sum(axis=1) > 0
    rows, x = rows[used], run.innovation[0].ravel()[used]
    whole = np.eye(len(x)) + rows @ cov @ rows.T
    precision = np.linalg.inv(cov)
    inner = rows.T @ rows + precision
    steps = np.linalg.solve(inner, rows.T @ x)
    squares = ((run.innovation[0] - run.response[0] @ steps) ** 2).sum(axis=1)[None]
    log_det = np.linalg.slogdet(inner)[1] + np.linalg.slogdet(cov)[1]
    known = (1e-9, one)
    penalty = steps @ precision @ steps
    fit = (None, None, squares[None], *(np.array([[x]]) for x in (penalty, log_det, 1.0)))
    light = np.array([1e7])
    logs = evidence(run, fit, light, known)[0][0, 0, 0]
    # the evidence averages over five scales; here is each of them by the normal density
    scales = np.exp([-1.0, -0.5, 0.0, 0.5, 1.0])
    each = [stats.multivariate_normal(np.zeros(len(x)), s * whole).logpdf(x) for s in scales]
    each = np.array(each) - run.log_scale[0] / 2
    assert logs == pytest.approx(np.log(np.exp(each).mean()), abs=1e-4)


@pytest.mark.parametrize("n", [3, 10, 50, 300, 10_000])
def test_the_laplace_step_is_that_of_quadrature_at_zero_and_at_all(n):
    for x in {0, 1, n // 4, n // 2, n - 1, n}:
        for sd in (0.1, 0.3, 0.6):
            mean = np.log((x + 0.5) / (n - x + 0.5))
            z, r = laplace_binomial(np.array([x]), np.array([n]), np.array([mean]), sd**2)
            weight = 1 / r + 1 / sd**2
            got, width = (z / r + mean / sd**2) / weight, weight**-0.5
            grid = got + width * np.linspace(-10, 10, 4001)
            logs = x * np.log(expit(grid)) + (n - x) * np.log(expit(-grid))
            logs = logs - (grid - mean) ** 2 / 2 / sd**2
            mass = np.exp(logs - logs.max())
            mass /= mass.sum()
            middle = mass @ grid
            exact = np.sqrt(mass @ (grid - middle) ** 2)
            assert abs(got - middle) < 0.05 * exact
            assert width == pytest.approx([exact], rel=0.06)


@pytest.mark.parametrize("margin", [0.002, 0.03, 0.3])
def test_a_link_and_its_way_back(margin):
    share = np.linspace(0, 1, 11)
    np.testing.assert_allclose(unlink(link(share, margin), margin), share, atol=1e-12)
    step = (link(share + 1e-6, margin) - link(share, margin)) / 1e-6
    np.testing.assert_allclose(step[1:-1], slope(share, margin)[1:-1], rtol=1e-4)


def test_nobody_of_a_hundred_is_not_known_to_be_nobody_at_all():
    # 0 of 100: the share's standard error is that of half a person of 101, about 0.7 points
    for margin in (0.002, 0.03, 0.3):
        middle = link(np.array([0.5 / 101]), margin)
        _, r = laplace_binomial(np.array([0]), np.array([100]), middle, 0.36, margin)
        error = np.sqrt(r) / slope(0.5 / 101, margin)
        assert 0.003 < error[0] < 0.011


def test_pooled_changes_are_the_moves_of_all_units_over_the_same_years():
    # every unit moved by 0.5 on the logit in each year: one year ahead is one such move
    z = np.array([[-1.0], [0.0], [1.0]]) + 0.5 * np.arange(4)
    curves = pooled_changes(unlink(z, 0.0025), 3)
    middle = curves[:, :, 14] / 100
    np.testing.assert_allclose(link(middle, 0.0025), z[:, -1:] + [0.5, 1.0, 1.5], atol=1e-9)
    assert (np.diff(curves, axis=2) >= 0).all()


def test_pooled_changes_over_more_years_than_were_seen_are_scaled_up():
    z = np.array([[0.0, 0.2], [0.0, 0.4], [0.0, 0.6]])
    curves = link(pooled_changes(unlink(z, 0.0025), 4) / 100, 0.0025)
    width = curves[0, :, 18] - curves[0, :, 10]
    np.testing.assert_allclose(curves[0, :, 14], 0.2 + 0.4 * np.arange(1, 5), atol=1e-9)
    np.testing.assert_allclose(width / width[0], np.sqrt([1, 2, 3, 4]), rtol=1e-6)


def test_the_second_member_counts_more_with_few_years_and_less_with_few_units():
    constants = read_settings().constants
    few, many = changes_weight(np.array([5, 8]), 11, constants)
    assert 0 < many < few < 0.5
    assert changes_weight(np.array([5]), 1, constants)[0] < few / 3


@pytest.mark.parametrize("n_year", [1, 5])
def test_many_kernels_at_once_are_each_kernel_alone(n_year):
    # a single year has no common step, and nothing fails
    rng = np.random.default_rng(n_year)
    z = rng.normal(0, 1, (2, 3, n_year)).cumsum(axis=2)
    one = np.ones(2)
    run = run_filter(z, np.full(z.shape, 0.5), 0.7 * one, 0.04 * one, 0.8 * one, 1)
    prior = (2.0, np.array([0.8, 1.3]))
    cov = np.stack([kernel(w, 0.4, 0.9, 0.6, n_year - 1) for w in (0.3, 0.5, 1.0)])
    nu = np.array([4.0, 30.0])
    together = common_steps(run, cov[None], prior)
    logs, scale = evidence(run, together, nu, prior)
    assert logs.shape == scale.shape == (2, 2, 3)
    for c in range(3):
        alone = common_steps(run, np.stack([cov[c]] * 2)[:, None], prior)
        for many, single in zip(together, alone, strict=True):
            np.testing.assert_allclose(many[:, c : c + 1], single, atol=1e-12)
        np.testing.assert_allclose(logs[..., c : c + 1], evidence(run, alone, nu, prior)[0])


def test_the_steps_are_the_weighted_least_squares_of_the_last_pass():
    rng = np.random.default_rng(8)
    z = rng.normal(0, 1, (1, 4, 5)).cumsum(axis=2)
    one = np.ones(1)
    noise = np.ones(z.shape) * np.array([0.2, 0.5, 1, 3])[:, None]  # else all units respond alike
    run = run_filter(z, noise, 0.7 * one, 0.04 * one, 0.8 * one, 1)
    cov = kernel(0.5, 0.4, 0.9, 0.6, 4)
    steps, inner, squares, penalty, *_ = common_steps(run, cov[None, None], (1.0, one))
    rows, x = run.response[0], run.innovation[0]
    gap = x - rows @ steps[0, 0]
    np.testing.assert_allclose(squares[0, 0], (gap**2).sum(axis=1))
    assert penalty[0, 0] == pytest.approx(steps[0, 0] @ np.linalg.inv(cov) @ steps[0, 0])
    # the weights behind the precision, taken back out of it, give the right-hand side as well
    made = inner[0, 0] - np.linalg.inv(cov)
    weights, *_ = np.linalg.lstsq(
        np.stack([(r.T @ r).ravel() for r in rows], axis=1), made.ravel(), rcond=None
    )
    lean = sum(w * r.T @ g for w, r, g in zip(weights, rows, x, strict=True))
    np.testing.assert_allclose(inner[0, 0] @ steps[0, 0], lean, atol=1e-10)
