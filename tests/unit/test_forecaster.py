"""One's own forecaster in one line, under its name, through plan and back-test alike."""

import numpy as np
import pandas as pd
import pytest

from tests.unit.test_backtest import AREAS, TWO
from tests.unit.test_backtest import make_panel as years_of_levels
from tests.unit.test_forecast_plan import PLAN, make_panel, pick, run
from xhht_analysis.forecasting import backtest
from xhht_analysis.forecasting.forecaster import KIT, Forecaster, as_forecaster

pytestmark = pytest.mark.unit


class Flat:
    """Every unit keeps its last value, give or take one point: half the draws each."""

    def __init__(self, history, horizon):
        last = history.sort_values("year").groupby(["indicator_code", "unit_code"])["value"].last()
        years = pd.DataFrame({"year": history["year"].max() + np.arange(1, horizon + 1)})
        self.rows = last.reset_index().merge(years, how="cross")

    def quantiles(self, levels):
        rows = self.rows.merge(pd.DataFrame({"output_type_id": levels}), how="cross")
        return rows.assign(value=rows["value"] + np.where(rows["output_type_id"] < 0.5, -1, 1))

    def draws(self, n, rng):
        rows = self.rows.merge(pd.DataFrame({"draw": range(n)}), how="cross")
        return rows.assign(value=rows["value"] + np.where(rows["draw"] < n // 2, -1, 1))

    def probability_reached(self, targets):
        keys = ["indicator_code", "unit_code", "year"]
        now = targets.merge(self.rows, on=keys, how="left")["value"].to_numpy()
        gap = now - targets["target_value"].to_numpy()
        return targets.assign(prob_reached=np.select([gap >= 1, gap >= -1], [1, 0.5], 0))


def flat(history, horizon):
    return Flat(history, horizon)


def test_a_function_gets_its_own_name_and_no_levels():
    made = as_forecaster(flat)
    assert (made.model_id, made.levels) == ("flat", None)
    assert (made.name_of(levels=False), made.name_of(levels=True)) == ("flat", "xhht-3")
    assert as_forecaster(made) is made


def test_the_plan_is_judged_by_ones_own_forecaster_under_its_name():
    some = PLAN["targets"]["goal_code"].isin(["life_skills", "lower_secondary_l3_districts"])
    result = run(make_panel(), targets=PLAN["targets"][some], model=flat, variants=True)
    for table, code in ((result.verdicts, "goal_code"), (result.forecasts, "indicator_code")):
        names = table.groupby(code)["model_id"].unique().map(list)
        assert names["life_skills"] == ["flat"]
        assert names["lower_secondary_l3_districts"] == ["xhht-3"]  # a count: the kit's levels
    # 815 stands at 45: half the draws at 44, half at 46
    mine = result.forecasts[result.forecasts["indicator_code"] == "life_skills"]
    mine = mine[(mine["unit_code"] == "815") & (mine["year"] == 2030)]
    ends = mine[mine["output_type"] == "quantile"].set_index("output_type_id")["value"]
    assert (ends.loc[0.1], ends.loc[0.9]) == (44, 46)
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
    # the value after one year is 2 or 4 above the last, the interval ends 1 above it
    assert set(rows["coverage_80"].dropna()) == {0}


def test_a_forecaster_without_shares_or_levels_is_scored_on_what_it_has():
    only = Forecaster("only_levels", None, KIT.levels)
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
