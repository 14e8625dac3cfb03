"""forecast_panel: what nobody should send, what must always hold, and what breaks do."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from tests.example_counts import examples
from xhht_analysis.forecasting import HistoryError, forecast_panel
from xhht_analysis.forecasting.baselines import MODELS, linear_trend, normal_forecast, random_walk
from xhht_analysis.forecasting.history import read_history

pytestmark = pytest.mark.unit
LEVELS = [0.025, 0.1, 0.5, 0.9, 0.975]


def panel(values, first=2018, units=None, **columns):
    """Rows from a (units, years) array; NaN is a year without a figure."""
    values = np.atleast_2d(np.asarray(values, dtype=float))
    units = [f"u{i:05d}" for i in range(len(values))] if units is None else units
    at = np.argwhere(np.isfinite(values))
    rows = pd.DataFrame(
        {
            "indicator_code": "share",
            "unit_code": np.array(units)[at[:, 0]],
            "year": first + at[:, 1],
            "value": values[at[:, 0], at[:, 1]],
        }
    )
    return rows.assign(**columns)


def keys(forecast):
    """Every series and year of a forecast."""
    series = forecast.series[["indicator_code", "unit_code"]]
    return series.merge(pd.DataFrame({"year": forecast.years}), how="cross")


def check(history, horizon=5):
    """A forecast for every unit and year, inside 0-100, sorted, and chances inside 0-1."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        forecast = forecast_panel(history, horizon)
        array = forecast.quantile_array(LEVELS)
        draws = forecast.path.draw(50, np.random.default_rng(1))[:, :, 1:]
        asked = keys(forecast).assign(target_value=60.0, comparator=">=")
        chances = forecast.probability_reached(asked)
    assert array.shape == (history["unit_code"].nunique(), horizon, len(LEVELS))
    for values in (array, draws):
        assert np.isfinite(values).all()
        assert values.min() >= 0
        assert values.max() <= 100
    assert (np.diff(array, axis=2) >= -1e-9).all()
    assert chances["prob_reached"].between(0, 1).all()
    return forecast


def counts(history, n):
    x = (history["value"] * n / 100).round()
    return history.assign(numerator=x, denominator=float(n), value=100 * x / n)


HOSTILE = {
    "one point": panel([[40.0]]),
    "one point each": panel([[40.0], [60.0], [0.0]]),
    "constant": panel(np.full((5, 6), 73.0)),
    "all 100": panel(np.full((11, 5), 100.0)),
    "all 0": panel(np.zeros((11, 5))),
    "all 100 of 3": counts(panel(np.full((4, 5), 100.0)), 3),
    "denominators of 3": counts(panel([[0, 33, 67, 100], [100, 0, 100, 0]]), 3),
    "denominator of 1": counts(panel([[0, 100, 100], [0, 0, 100]]), 1),
    "gaps": panel([[10, np.nan, np.nan, 30], [np.nan, 20, np.nan, 25], [np.nan, 5, 6, np.nan]]),
    "one district": panel([[10, 14, 19, 22, 30]]),
    "every second year": panel([[10, np.nan, 20, np.nan, 30], [15, np.nan, 18, np.nan, 26]]),
    "to and fro": panel([[0, 100, 0, 100, 0], [100, 0, 100, 0, 100]]),
    "one silent for long": panel([[50] + [np.nan] * 14 + [60, 61], [5] * 17]),
    "one of eleven jumps": panel(np.vstack([np.full((10, 6), 50.0), [50, 50, 50, 50, 50, 99]])),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_history_nobody_should_send_gets_a_sensible_forecast(name):
    forecast = check(HOSTILE[name])
    last = forecast.series["last_value"].to_numpy()
    near = forecast.quantile_array([0.01, 0.99])[:, 0]
    # next year's forecast does not rule out the last figure
    assert ((near[:, 0] <= last + 0.5) & (last - 0.5 <= near[:, 1])).all()


@pytest.mark.parametrize("name", MODELS)
def test_baselines_answer_whenever_the_model_does(name):
    for history in HOSTILE.values():
        array = MODELS[name](history, 3).quantile_array(LEVELS)
        assert np.isfinite(array).all()
        assert (np.diff(array, axis=2) >= -1e-9).all()


def test_the_variance_of_the_random_walk_by_hand():
    # steps 2 and -1: (4 + 1) / (3 - 1) a year, alone in its group; then twice that
    middle, spread = random_walk(np.array([[50.0, 52, 51]]), 2)
    assert middle.tolist() == [[51, 51, 51]]
    assert spread[0] == pytest.approx([0, 2.5**0.5, 5**0.5])


def test_years_of_a_random_walk_have_the_earlier_ones_in_common():
    path = normal_forecast(panel([[50.0, 52, 51]]), 3, rule=random_walk).path
    # the first year stands alone; of two years' variance half is the first's, of three two thirds
    np.testing.assert_allclose(path.own_lag, [[0, 0, np.sqrt(1 / 2), np.sqrt(2 / 3)]])


@pytest.mark.parametrize(("value", "lattice"), [(12.0, 100), (12.5, 1000), (100 / 3, 10**8)])
def test_a_percentage_was_rounded_as_its_decimals_say(value, lattice):
    """Of more than six decimals no one counts them: it was computed."""
    assert read_history(panel([[10.0, value]])).series["lattice"].tolist() == [lattice]


def test_the_straight_line_and_its_standard_error_by_hand():
    # years 0, 1, 2: slope 1, mean 51 2/3, residuals 2/3, -4/3, 2/3, so s² = 24/9 of one degree;
    # two years on the error of the line is s² (1 + 1/3 + 3² / 2)
    middle, spread = linear_trend(np.array([[51.0, 50.0, 53.0], [np.nan, 7.0, 8.0]]), 2)
    assert middle[0, 1:] == pytest.approx([51 + 1 / 3 + 2, 51 + 1 / 3 + 3])
    assert spread[0, 2] == pytest.approx(np.sqrt(24 / 9 * (1 + 1 / 3 + 9 / 2)))
    assert middle[1].tolist() == [8, 8, 8]  # two figures are no line


def test_all_at_a_hundred_stay_near_it():
    forecast = check(HOSTILE["all 100"])
    assert forecast.quantile_array([0.1]).min() > 90


GOOD = panel([[10, 12, 15], [20, 24, 26]])
REFUSED = {
    "fractions": (panel([[0.31, 0.35], [0.5, 0.62]]), "nhân với 100"),
    "fractions of counts": (
        panel([[0.5, 0.75]]).assign(numerator=[2.0, 3.0], denominator=4.0),
        "multiply them by 100",
    ),
    "no rows": (GOOD.iloc[:0], "no rows"),
    "no value column": (GOOD.drop(columns="value"), "column value"),
    "NaN": (GOOD.assign(value=[np.nan, *GOOD["value"][1:]]), "value is empty"),
    "infinite": (GOOD.assign(value=[np.inf, *GOOD["value"][1:]]), "outside 0-100"),
    "above 100": (GOOD.assign(value=101.0), "outside 0-100"),
    "below 0": (GOOD.assign(value=-1.0), "outside 0-100"),
    "twice": (pd.concat([GOOD, GOOD.iloc[:1]]), "two rows for one unit and year"),
    "half a year": (GOOD.assign(year=2020.5), "whole number"),
    "no denominator": (GOOD.assign(numerator=0.0, denominator=0.0), "not above 0"),
    "more than all": (GOOD.assign(numerator=9.0, denominator=5.0), "outside 0"),
    "no code": (GOOD.assign(unit_code=None), "code of the indicator or the unit is empty"),
    "two groups": (GOOD.assign(group_code=["a", *"bbbbb"]), "one unit in two groups"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_history_that_makes_no_sense_is_refused_by_name(name):
    history, message = REFUSED[name]
    with pytest.raises(HistoryError, match=message):
        forecast_panel(history, 2)


@pytest.mark.parametrize("horizon", [0, -1, 31, 1.5, True])
def test_a_horizon_out_of_reach_is_refused(horizon):
    with pytest.raises(HistoryError, match="horizon"):
        forecast_panel(GOOD, horizon)


def test_ten_thousand_districts_at_once():
    rng = np.random.default_rng(4)
    values = 100 * expit(
        rng.normal(0, 1, (10_000, 1)) + rng.normal(0.1, 0.1, (10_000, 5)).cumsum(1)
    )
    forecast = forecast_panel(panel(values), 2)
    assert np.isfinite(forecast.quantile_array(LEVELS)).all()


@settings(max_examples=examples(25))
@given(
    st.integers(1, 4)
    .flatmap(
        lambda n: st.lists(
            st.lists(
                st.one_of(st.just(np.nan), st.floats(0, 100).map(lambda v: round(v, 1))),
                min_size=n,
                max_size=n,
            ).filter(lambda row: np.isfinite(row).any()),
            min_size=1,
            max_size=4,
        )
    )
    .filter(lambda rows: np.nanmax(rows) > 1)  # else they are taken for fractions, and refused
)
def test_any_history_is_answered_inside_0_and_100(values):
    check(panel(values), 2)


def test_quantiles_chances_and_draws_are_one_distribution():
    forecast = forecast_panel(panel([[30, 34, 37, 42], [50, 53, 55, 60], [20, 22, 27, 31]]), 3)
    draws = forecast.path.draw(20_000, np.random.default_rng(5))[:, :, 1:]
    array = forecast.quantile_array(LEVELS)
    for k, level in enumerate(LEVELS):
        # figures are reported in whole points: the quantile is the first that enough draws reach
        assert ((draws <= array[..., k]).mean(axis=0) >= level - 0.012).all()
        assert ((draws < array[..., k]).mean(axis=0) <= level + 0.012).all()
    asked = keys(forecast).assign(target_value=45.25, comparator=">=")
    chance = forecast.probability_reached(asked)["prob_reached"].to_numpy().reshape(3, 3)
    np.testing.assert_allclose((draws >= 45.25).mean(axis=0), chance, atol=0.012)
    turned = forecast.probability_reached(asked.assign(comparator="<="))["prob_reached"]
    np.testing.assert_allclose(turned.to_numpy().reshape(3, 3), 1 - chance, atol=1e-12)


def test_rows_of_quantiles_and_draws_are_the_arrays():
    """The columns that the frozen benchmark reads (`benchmarks.accuracy`); it scores by them."""
    history = panel([[30, 34, 37], [50, 53, 55]], group_code="g")
    forecast = forecast_panel(history, 2)
    rows = forecast.quantiles([0.1, 0.9])
    assert set(rows) == {
        *("indicator_code", "unit_code", "year", "horizon"),
        *("output_type", "output_type_id", "value"),
    }
    assert set(rows["output_type"]) == {"quantile"}
    # last in the rows: the second unit, two years ahead
    assert rows.iloc[-1][["unit_code", "year", "horizon"]].tolist() == ["u00001", 2022, 2]
    table = rows.pivot_table(
        index=["unit_code", "horizon"], columns="output_type_id", values="value"
    )
    np.testing.assert_array_equal(table, forecast.quantile_array([0.1, 0.9]).reshape(4, 2))
    draws = forecast.draws(3, np.random.default_rng(1))
    assert set(draws) == {"draw", "indicator_code", "unit_code", "year", "value"}
    table = draws.pivot_table(index="draw", columns=["unit_code", "year"], values="value")
    paths = forecast.path.draw(3, np.random.default_rng(1))[:, :, 1:]
    np.testing.assert_array_equal(table, paths.reshape(3, 4))


def test_the_same_history_in_any_order_gives_the_same_bytes():
    history = panel(np.random.default_rng(6).uniform(20, 60, (5, 5)))
    one, two = forecast_panel(history, 3), forecast_panel(history.sample(frac=1, random_state=1), 3)
    pd.testing.assert_frame_equal(one.series, two.series)
    np.testing.assert_array_equal(one.quantile_array(LEVELS), two.quantile_array(LEVELS))
    draws = [f.path.draw(5, np.random.default_rng(2)) for f in (one, two)]
    np.testing.assert_array_equal(*draws)


def test_units_of_a_group_share_their_shocks():
    rng = np.random.default_rng(9)
    values = 40 + 4 * rng.normal(0, 1, 8).cumsum() + rng.normal(0, 0.5, (11, 8))
    draws = forecast_panel(panel(values.clip(1, 99)), 3).path.draw(2000, rng)[:, :, 1:]
    spread = draws.mean(axis=1).std(axis=0) / draws.std(axis=0).mean(axis=0)
    assert (spread > 0.7).all()  # independent units: 1 / sqrt(11) = 0.3


def test_a_change_of_definition_is_no_progress():
    base = np.array([[30, 31, 32], [40, 41, 42], [50, 51, 52]], dtype=float)
    values = np.hstack([base, base[:, -1:] + [20, 21, 22]])
    spliced, told = (forecast_panel(panel(values), 1, breaks=b) for b in ((), (2021,)))
    steps = [f.quantile_array([0.5])[:, 0, 0] - values[:, -1] for f in (spliced, told)]
    assert (np.abs(steps[1] - 1) < 0.5).all()  # the pace before the break goes on
    high = [f.quantile_array([0.9])[:, 0, 0] for f in (spliced, told)]
    assert (high[0] > high[1] + 0.5).all()  # untold, the jump is taken for what may come
    width = [np.ptp(f.quantile_array([0.1, 0.9]), axis=2).mean() for f in (spliced, told)]
    assert width[1] < width[0]


def test_what_the_variants_change_they_change():
    history = panel([[30, 34, 37, 42, 44], [50, 53, 55, 60, 61], [20, 22, 27, 31, 36]])
    ends = {
        name: forecast_panel(history, 4, variant=name).quantile_array([0.5])[:, -1, 0]
        for name in ("shared_pace_stops", "own_changes_alone")
    }
    assert (ends["shared_pace_stops"] < ends["own_changes_alone"]).all()
    with pytest.raises(ValueError, match="none of"):
        forecast_panel(history, 4, variant="wishful")


@pytest.mark.parametrize(
    "change", [{"unit_code": "zz"}, {"year": 2099}, {"comparator": "="}, {"target_value": np.nan}]
)
def test_a_target_without_a_forecast_is_refused(change):
    row = {"indicator_code": "share", "unit_code": "u00000", "year": 2021}
    asked = pd.DataFrame([{**row, "target_value": 50.0, "comparator": ">=", **change}])
    with pytest.raises(ValueError, match="targets"):
        forecast_panel(GOOD, 2).probability_reached(asked)


def test_few_percent_with_their_counts_are_no_fractions():
    few = panel([[0.25, 0.5, 0.75]]).assign(numerator=[1.0, 2.0, 3.0], denominator=400.0)
    assert forecast_panel(few, 1).quantile_array([0.5]).max() < 5


def target(forecast, value, year):
    asked = forecast.series[["indicator_code", "unit_code"]]
    return asked.assign(year=year, target_value=value, comparator=">=")


@pytest.mark.parametrize("n", [5, 12, 200])
def test_all_of_n_for_six_years_is_as_sure_by_counts_as_by_percent(n):
    """Up to about a thousand: half a person of ten thousand is 0.005 points, finer than the least
    step that is learnt (`learned.LEAST_SCALE`, 0.006 points at the ceiling): 0.81 there.
    """
    percent = panel(np.full((11, 6), 100.0))
    chances = [
        forecast_panel(history, 1).probability_reached(
            target(forecast_panel(history, 1), 100, 2024)
        )
        for history in (percent, counts(percent, n))
    ]
    assert chances[0]["prob_reached"].min() > 0.95
    np.testing.assert_allclose(*(c["prob_reached"] for c in chances), atol=0.02)


@pytest.mark.parametrize("n", [2, 7, 10, 33])
def test_quantiles_draws_and_chances_of_counts_lie_on_k_of_n(n):
    rng = np.random.default_rng(n)
    history = counts(panel(rng.uniform(40, 95, (6, 6))), n)
    forecast = forecast_panel(history, 3)
    draws = forecast.path.draw(20_000, np.random.default_rng(1))[:, :, 1:]
    possible = 100 * np.arange(n + 1) / n
    for values in (draws, forecast.quantile_array(LEVELS)):
        assert np.isin(values, possible).all()
    for k in (n // 2, n - 1, n):
        for year in forecast.years:
            chance = forecast.probability_reached(target(forecast, 100 * k / n, year))
            seen = (draws[:, :, year - forecast.years[0]] >= 100 * k / n).mean(axis=0)
            np.testing.assert_allclose(chance["prob_reached"], seen, atol=0.012)
    width = np.ptp(forecast.quantile_array([0.1, 0.9]), axis=2)
    assert (np.diff(width, axis=1) >= -1e-9).all()  # never narrower further away


def test_units_that_have_not_reported_are_drawn_given_those_that_have():
    rng = np.random.default_rng(2)
    values = 40 + rng.normal(1, 1, (11, 7)).cumsum(axis=1)
    values[:, -1] = values[:, -2] + 6 + rng.normal(0, 0.3, 11)
    values[9:, -1] = np.nan
    forecast = forecast_panel(panel(values), 2)
    path = forecast.path.draw(4000, np.random.default_rng(3))
    step = np.median(path[:, 9:, 0], axis=0) - values[9:, -2]
    assert ((step > 4) & (step < 8)).all()  # the others rose by six points
    assert np.ptp(path[:, :9, 0], axis=0).max() == 0  # who has reported stands still
    together = [np.corrcoef(path[:, i, 0], path[:, i, 1])[0, 1] for i in (9, 10)]
    assert min(together) > 0.2  # what is not known of this year is not known of the next either


def test_a_shock_passes_or_stays():
    rng = np.random.default_rng(4)
    values = np.arange(7) + rng.normal(80, 0.4, (8, 7))
    values[:, -1] -= 40
    history = panel(values)
    middle = {
        name: forecast_panel(history, 1, variant=name, breaks=(2024,)).quantile_array([0.5]).mean()
        for name in ("temporary_shock", "lasting_break")
    }
    assert 84 < middle["temporary_shock"] < 89  # as if the year had not been
    assert 45 < middle["lasting_break"] < 50  # one year's pace above the new level


def test_drivers_say_that_a_group_in_motion_moves_because_it_does():
    values = 20 + 5.0 * np.arange(6) + np.linspace(0, 10, 8)[:, None]
    forecast = forecast_panel(panel(values), 3)
    table = forecast.drivers()
    table = table[table["year"] == 2026]
    assert table.groupby("unit_code")["rank"].apply(list).map([1, 2, 3].__eq__).all()
    first = table[table["rank"] == 1]
    assert (first["feature"] == "group_pace").all()
    assert (first["effect"] > 3).all()  # three years at five points a year, damped
    assert (table["effect"].abs().groupby(table["unit_code"]).diff().dropna() <= 1e-9).all()


def test_units_alike_turned_upside_down_fall_as_the_others_rise():
    rng = np.random.default_rng(5)
    values = 50 + rng.normal(0, 1, (7, 6)).cumsum(axis=1)
    up, down = (
        forecast_panel(panel(v), 3, variant="own_changes_alone").quantile_array([0.1, 0.5, 0.9])
        for v in (values, 100 - values)
    )
    np.testing.assert_allclose(up[..., 1], 100 - down[..., 1], atol=0.05)


@pytest.mark.parametrize("numerators", [[4, 2, 3], [0, 5, 6]])
def test_few_institutions_that_stood_still_are_not_certain_to_stand_still(numerators):
    """Three units of six institutions each, four equal years: one step more stays possible."""
    rows = [
        ("a", str(unit), year, 100 * k / 6, k, 6)
        for unit, k in enumerate(numerators)
        for year in range(2020, 2024)
    ]
    names = ["indicator_code", "unit_code", "year", "value", "numerator", "denominator"]
    forecast = forecast_panel(pd.DataFrame(rows, columns=names), 5)
    steps = [1, 2, 1] if numerators[0] == 4 else [1, 1, 0]
    targets = pd.DataFrame({
        "indicator_code": "a", "unit_code": ["0", "1", "2"], "year": 2028, "comparator": ">=",
        "target_value": [100 * (k + n) / 6 for k, n in zip(numerators, steps, strict=True)],
    })  # fmt: skip
    chance = forecast.probability_reached(targets)["prob_reached"]
    assert chance.between(0.01, 0.99).all()
