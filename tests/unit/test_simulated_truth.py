"""What is known about the truth: the model's own, walks, S-curves, jumps, and no order at all."""

import numpy as np
import pytest
from scipy.special import expit, ndtri
from scipy.stats import t as student

from xhht_analysis.forecasting import scores
from xhht_analysis.forecasting.curves import Curves
from xhht_analysis.forecasting.history import Matrices
from xhht_analysis.forecasting.learned import read_learned
from xhht_analysis.forecasting.panel import fit_group
from xhht_analysis.forecasting.structural import percent

pytestmark = pytest.mark.slow
UNITS, YEARS, HORIZON = 11, 8, 5
LEVELS = np.round(np.arange(1, 40) * 0.025, 3)


def forecast(shares):
    """Quantiles (units, horizon, levels) in percent from the first `YEARS` of shares."""
    seen = shares[:, :YEARS]
    panel = Matrices(seen, np.zeros(YEARS, dtype=bool), np.zeros(len(seen)))
    parts = fit_group(panel, HORIZON, read_learned())
    curves = Curves(*parts, np.zeros(len(seen), dtype=int), np.full(len(seen), 10_000.0))
    return curves.at_scores(ndtri(LEVELS))[:, 1:]


def coverage(make, n, percent=80):
    """Share of outcomes inside the central interval, and of group means of the centre."""
    rng, edge = np.random.default_rng(1), int((100 - percent) / 5)
    inside = []
    for _ in range(n):
        shares = make(rng)
        q, truth = forecast(shares), 100 * shares[:, YEARS:]
        low, high = q[..., edge - 1], q[..., -edge]
        inside.append(scores.covered(low, high, truth).mean())
    return np.mean(inside), np.std(inside) / np.sqrt(n)


def shared_steps(rng):
    """Steps that all units take together, own steps, part of them noise; pace as the group's."""
    length, scale = YEARS + HORIZON, 0.12 * np.exp(rng.normal(0, 0.3))
    noise = rng.uniform(0.1, 0.8)
    common = rng.normal(0, 0.6) + rng.normal(0, 0.5, length)
    steps = np.sqrt(1 - noise) * rng.normal(size=(UNITS, length))
    z = (common + steps).cumsum(axis=1) + np.sqrt(noise / 2) * rng.normal(size=(UNITS, length))
    return np.clip(percent(rng.normal(0, 0.7, (UNITS, 1)) + scale * z) / 100, 0, 1)


def walk(rng):
    z = rng.normal(0, 1, (UNITS, 1)) + rng.normal(0, 0.15, (UNITS, YEARS + HORIZON)).cumsum(axis=1)
    return expit(z)


def s_curve(rng):
    start, speed = rng.uniform(-3, 0), rng.uniform(0.1, 0.6)
    pace = speed * np.exp(rng.normal(0, 0.2, (UNITS, 1)))
    z = start + rng.normal(0, 0.5, (UNITS, 1)) + pace * np.arange(YEARS + HORIZON)
    return expit(z + rng.normal(0, 0.05, z.shape))


def jump_and_plateau(rng):
    when = rng.integers(2, YEARS, (UNITS, 1))
    size = rng.normal(0.6, 0.3, (UNITS, 1))
    z = rng.normal(0, 0.7, (UNITS, 1)) + size * (np.arange(YEARS + HORIZON) >= when)
    return expit(z + rng.normal(0, 0.08, z.shape))


@pytest.mark.parametrize(
    ("make", "least"),
    [(walk, 0.72), (shared_steps, 0.72), (s_curve, 0.75), (jump_and_plateau, 0.75)],
)
def test_other_truths_are_covered_too(make, least):
    """Shares of outcomes inside 80 % intervals.

    0.75 is not reached where every step lasts for ever: in the reference panels 43 % of a unit's
    step is taken back in the next year, and intervals learnt from them grow more slowly with the
    horizon than those of a random walk.
    """
    found, _ = coverage(make, 400)
    assert found > least


def test_without_order_in_time_nothing_is_gained():
    """No skill where there is none; the loss against the mean of the past may reach a quarter.

    Shuffled years have no level: the best forecast is the mean of all figures. The model, which
    has learnt that real series have one, believes the last figure more than half.
    """
    rng, own, plain = np.random.default_rng(2), [], []
    for _ in range(50):
        shares = walk(rng)[:, rng.permutation(YEARS + HORIZON)]
        seen, truth = 100 * shares[:, :YEARS], 100 * shares[:, YEARS:]
        width = seen.std(axis=1, ddof=1, keepdims=True) * np.sqrt(1 + 1 / YEARS)
        flat = seen.mean(axis=1, keepdims=True) + width * student.ppf(LEVELS, YEARS - 1)
        flat = np.repeat(flat.clip(0, 100)[:, None], HORIZON, axis=1)
        own.append(scores.crps_quantiles(forecast(shares), LEVELS, truth).mean())
        plain.append(scores.crps_quantiles(flat, LEVELS, truth).mean())
    # against the mean and spread of the past, the best forecast there is
    skill = 1 - np.sum(own) / np.sum(plain)
    assert -0.25 < skill < 0.02
