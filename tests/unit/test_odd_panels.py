"""Any history that is not refused is forecast: no warning, no crossing, no chance out of range."""

import warnings

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.example_counts import examples
from xhht_analysis.forecasting import forecast_panel
from xhht_analysis.forecasting.panel import VARIANTS

PERCENT = st.one_of(st.sampled_from([0.0, 100.0, 50.0]), st.floats(0, 100))
KEYS = ["indicator_code", "unit_code"]


@st.composite
def histories(draw):
    """Up to five units, up to eight years that may lie apart, with gaps, with or without counts."""
    years = sorted(draw(st.sets(st.integers(1996, 2020), min_size=1, max_size=8)))
    size = draw(st.sampled_from([None, 1, 7, 1000, 10**9]))
    rows = []
    for unit in range(draw(st.integers(1, 5))):
        known = draw(st.sets(st.sampled_from(years), min_size=1))
        for year in sorted(known):
            row = {"indicator_code": "share", "unit_code": f"u{unit}", "year": year}
            row["value"] = 1 + 0.99 * draw(PERCENT)  # never taken for fractions
            if size:
                count = round(row["value"] * size / 100)
                row |= {"numerator": count, "denominator": size, "value": 100 * count / size}
            rows.append(row)
    return pd.DataFrame(rows)


@settings(max_examples=examples(60), deadline=None)
@given(histories(), st.sampled_from([1, 5, 30]), st.sampled_from(sorted(VARIANTS)), st.booleans())
def test_whatever_is_forecast_is_a_distribution(history, horizon, variant, is_broken):
    breaks = (int(history["year"].max()),) if is_broken else ()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        forecast = forecast_panel(history, horizon, variant=variant, breaks=breaks)
        quantiles = forecast.quantile_array([0.025, 0.1, 0.5, 0.9, 0.975])
        draws = forecast.path.draw(50, np.random.default_rng(1))
    assert ((quantiles >= 0) & (quantiles <= 100)).all()
    assert (np.diff(quantiles, axis=2) >= -1e-9).all()
    assert ((draws >= 0) & (draws <= 100)).all()
    asked = forecast.series[KEYS].assign(comparator=">=", year=int(forecast.years[-1]))
    asked = pd.concat([asked.assign(target_value=value) for value in (-1, 0, 20, 80, 100, 101)])
    chance = forecast.probability_reached(asked)["prob_reached"].to_numpy().reshape(6, -1)
    assert (np.diff(chance, axis=0) <= 1e-9).all()
    assert (chance[:2] == 1).all()
    assert ((chance[2:5] > 0.005) & (chance[2:5] < 0.995)).all()  # half a hundredth for surprise
    assert (chance[-1] == 0).all()


def test_three_rising_figures_leave_room_above_them():
    """10, 11, 12 of 17, a thousandfold: one usual step of 0.09 in two seen, half as wide again.

    In five years 1.5 · 0.09 · √(5 / 2) = 0.213 on the soft logit at a score of 1, which at nine
    tenths is 0.213 · 0.92 · 0.12 / 1.04 = 2.3 points, a little less on the way to the ceiling.
    """
    rows = [("u", 2024 + k, 10_000 + 1000 * k, 17_000) for k in range(3)]
    history = pd.DataFrame(rows, columns=["unit_code", "year", "numerator", "denominator"])
    value = 100 * history["numerator"] / history["denominator"]
    forecast = forecast_panel(history.assign(indicator_code="share", value=value), 5)
    middle, high = forecast.quantile_array([0.5, 0.8413])[0, -1]
    assert 85 < middle < 93
    assert 1.7 < high - middle < 2.8


@settings(max_examples=examples(20), deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_order_and_names_of_units_say_nothing(history, random):
    codes = sorted(history["unit_code"].unique())
    other = dict(zip(codes, random.sample(["a", "k", "n", "x", "z"], len(codes)), strict=True))
    renamed = history.assign(unit_code=history["unit_code"].map(other))
    renamed = renamed.sample(frac=1, random_state=random.randrange(99))
    ours, theirs = forecast_panel(history, 5), forecast_panel(renamed, 5)
    place = pd.Index(theirs.series["unit_code"]).get_indexer([other[code] for code in codes])
    again = theirs.quantile_array([0.1, 0.5, 0.9])[place]
    step = 100 / ours.series["lattice"].to_numpy()[:, None, None]  # sums in another order
    assert (np.abs(again - ours.quantile_array([0.1, 0.5, 0.9])) <= step * (1 + 1e-9)).all()
