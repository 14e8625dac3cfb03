"""One's own forecaster in one line, under its name, through plan and back-test alike."""

from functools import partial

import numpy as np
import pytest

from tests.unit.test_backtest import AREAS, TWO
from tests.unit.test_backtest import make_panel as years_of_levels
from tests.unit.test_forecast_plan import PLAN, make_panel, pick, run
from xhht_analysis.forecasting import backtest
from xhht_analysis.forecasting.baselines import normal_forecast
from xhht_analysis.forecasting.forecaster import KIT, Forecaster, as_forecaster

pytestmark = pytest.mark.unit


def still(shares, horizon):
    """Every unit keeps its last value, with a standard deviation of one point."""
    middle = np.repeat(shares[:, -1:], 1 + horizon, axis=1)
    return middle, np.sign(np.arange(1 + horizon)) * np.ones_like(middle)


def flat(history, horizon):
    return normal_forecast(history, horizon, rule=still)


def test_a_function_gets_its_own_name_and_the_levels_of_the_kit():
    made = as_forecaster(flat)
    assert (made.name_of(is_level=False), made.name_of(is_level=True)) == ("flat", "xhht-3")
    assert as_forecaster(made) is made


def test_the_plan_is_judged_by_ones_own_forecaster_under_its_name():
    some = PLAN["targets"]["goal_code"].isin(["life_skills", "lower_secondary_l3_districts"])
    result = run(make_panel(), targets=PLAN["targets"][some], model=flat, variants=True)
    for table, code in ((result.verdicts, "goal_code"), (result.forecasts, "indicator_code")):
        names = table.groupby(code)["model_id"].unique().map(list)
        assert names["life_skills"] == ["flat"]
        assert names["lower_secondary_l3_districts"] == ["xhht-3"]  # a count: the kit's levels
    # 815 stands at 45: the tenth quantile of a normal one 1.28 below
    mine = result.forecasts[result.forecasts["indicator_code"] == "life_skills"]
    mine = mine[(mine["unit_code"] == "815") & (mine["year"] == 2030)]
    ends = mine[mine["output_type"] == "quantile"].set_index("output_type_id")["value"]
    assert (ends.loc[0.1], ends.loc[0.9]) == pytest.approx((43.72, 46.28), abs=0.3)
    assert pick(result.verdicts, "life_skills")["prob_reached"] == 0.005  # half the surprise
    tried = result.variants[result.variants["goal_code"] == "life_skills"]
    assert set(tried["variant"]) == {"last_year_dropped"}  # the kit's assumptions are not its own
    assert set(tried["model_id"]) == {"flat"}


def test_the_backtest_scores_it_under_the_same_name():
    models = backtest.candidates(flat)
    assert [one.model_id for one in models][:3] == [KIT.model_id, "flat", backtest.PERSISTENCE]
    how = {"areas": AREAS, "horizons": (1,), "models": [as_forecaster(flat)]}
    rows = backtest.backtest_rows(years_of_levels(), TWO, **how)
    assert set(rows["model_id"]) == {"flat"}
    # the value after one year is 2 or 4 above the last, the interval ends 1.28 above it
    assert set(rows["coverage_80"].dropna()) == {0}


def test_a_forecaster_without_shares_or_levels_is_scored_on_what_it_has():
    only = Forecaster("only_levels", levels=partial(KIT.levels, variant="transitions"))
    rows = backtest.backtest_rows(years_of_levels(), TWO, areas=AREAS, horizons=(1,), models=[only])
    assert set(rows["indicator_code"]) == {"literacy_level"}


def test_what_the_kit_is_compared_with_judges_the_plan_as_itself():
    still = next(one for one in backtest.candidates() if one.model_id == "persistence")
    some = PLAN["targets"]["goal_code"].isin(["life_skills", "lower_secondary_l3_districts"])
    found = run(make_panel(), targets=PLAN["targets"][some], model=still).verdicts
    assert set(found["model_id"]) == {"persistence"}
    # level 3 in 2026 where i % 3 is 2, and so it stays
    levels = found[(found["measure_unit"] == "level") & (found["target_year"] == 2030)]
    sure = {True: 0.995, False: 0.005}  # half a hundredth is left to surprise
    assert levels["prob_reached"].round(3).tolist() == [sure[i % 3 == 2] for i in range(11)]
