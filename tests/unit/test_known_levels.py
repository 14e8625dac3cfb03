"""How much must be known of a level, a number of districts or a sum before it gets a chance."""

import numpy as np
import pandas as pd
import pytest

from tests.unit.test_backtest import AREAS, FEW, TWO
from tests.unit.test_backtest import make_panel as three_districts
from tests.unit.test_forecast_plan import DISTRICTS, PLAN, make_panel, pick, run
from xhht_analysis.forecasting import backtest, forecast_levels, forecast_panel, observed

pytestmark = pytest.mark.unit
GOALS = ["preschool_province", "preschool_districts", "information_literacy"]


def judge(panel, **changes):
    targets = PLAN["targets"][PLAN["targets"]["goal_code"].isin(GOALS)]
    return run(panel, targets=targets, **changes).verdicts


def known(units, since=2021, until=2026):
    """The panel with figures of ``units`` only in the years from ``since`` to ``until``."""
    panel = make_panel()
    gone = panel["year"].between(since, until) & ~panel["unit_code"].isin(units)
    return panel[~gone]


def test_one_district_settles_the_status_of_today_but_gives_it_no_chance():
    # 815 alone, short of the level until 2026: no province without it, whatever the ten others did
    panel = known(["815"])
    short = panel["indicator_code"].isin(["preschool_level", "preschool5_level"])
    found = judge(panel.assign(level=panel["level"].mask(short, 0.0)))
    row = pick(found, "preschool_province")
    assert (row["current"], row["n_points"], row["verdict_class"]) == (0, 0, "no_data")
    assert np.isnan(row["prob_reached"])
    assert pick(found, "preschool_province", 2025)["verdict_class"] == "missed"
    # its own level is known
    assert pick(found, "preschool_province", unit="815")["basis"] == "forecast"


@pytest.mark.parametrize(("n", "basis"), [(5, "none"), (6, "forecast")])
def test_half_of_the_districts_give_the_province_and_their_number_a_chance(n, basis):
    panel = known(DISTRICTS[:n])
    panel.loc[panel["indicator_code"] == "preschool_level", "level"] = 0.0
    found = judge(panel)
    assert pick(found, "preschool_province")["basis"] == basis
    assert pick(found, "preschool_districts")["basis"] == basis


def test_a_status_that_the_province_reports_itself_stands_whoever_is_silent():
    panel = known(["815"])
    own = panel[panel["indicator_code"] == "preschool_level"].assign(unit_code="82", level=0.0)
    row = pick(judge(pd.concat([panel, own])), "preschool_province")
    assert (row["basis"], row["n_points"]) == ("forecast", 6)


@pytest.mark.parametrize(("silent", "reason"), [(1, None), (2, "level_unknown")])
def test_two_silent_years_leave_a_level_a_range_at_most(silent, reason):
    panel = known(DISTRICTS[1:], since=2027 - silent)
    row = pick(judge(panel, variants=True), "preschool_districts", unit="815")
    assert row["n_points"] == 6 - silent
    if reason is None:
        assert row["basis"] == "forecast"
        return
    assert (row["basis"], row["reason"], row["tested"]) == ("none", reason, "unscored")
    assert row["prob_low"] < row["prob_high"]
    assert (row["current_low"], row["current_high"]) == (0, 1)


@pytest.mark.parametrize(("n", "basis"), [(5, "none"), (6, "forecast")])
def test_a_number_of_districts_needs_half_of_them_in_one_of_the_last_two_years(n, basis):
    row = pick(judge(known(DISTRICTS[:n], since=2025)), "preschool_districts")
    assert row["basis"] == basis
    assert row["reason"].split(";")[-1] == ("level_unknown" if basis == "none" else "units_missing")


def test_years_in_which_one_district_reports_are_no_points_of_a_sum():
    row = pick(judge(known(["815"], since=2022)), "information_literacy")
    assert (row["n_points"], row["basis"], row["reason"]) == (1, "none", "few_points")


def test_the_bounds_of_the_last_year_are_evidence():
    columns = ["year", "level", "level_derived_min", "level_derived_max"]
    history = pd.DataFrame([[2025, 0, None, None], [2026, None, 1, 2]], columns=columns)
    history = history.astype(float).assign(indicator_code="x", unit_code="815")
    now = forecast_levels(history, 1, top=2, n_draws=1300).levels[:, 0, 0]
    # a gain of one level is 12 times as frequent as a leap: 12 : 1, and the level is not 0
    np.testing.assert_allclose(np.bincount(now), [0, 1200, 100], atol=25)  # chance: 9.6


def test_the_backtest_scores_a_unit_where_the_plan_would_have_judged_it():
    panel = three_districts()
    late = panel["unit_code"].eq("817") & panel["year"].between(2019, 2020)
    rows = backtest.backtest_rows(panel[~late], TWO, areas=AREAS, horizons=(1,), models=FEW)
    units = rows[rows["origin_year"] == 2022].groupby("indicator_code")["unit_code"].agg(set)
    # two figures in 2022: a third is needed; the other two districts are more than half
    assert units["life_skills"] == {"815", "816"}
    assert units["literacy_level"] == {"815", "816", "province", "count"}
    silent = panel["unit_code"].eq("815") & panel["year"].between(2022, 2023)
    rows = backtest.backtest_rows(panel[~silent], TWO, areas=AREAS, horizons=(1,), models=FEW)
    units = rows[rows["origin_year"] == 2023].groupby("indicator_code")["unit_code"].agg(set)
    assert "815" in units["life_skills"]
    assert "815" not in units["literacy_level"]


def test_after_an_origin_only_the_province_reported_and_nothing_is_scored():
    # its own figure is no sum of districts, which have none after 2021
    panel = three_districts(range(2019, 2022))
    every = three_districts(range(2019, 2024))
    own = every[every["unit_code"] == "815"].assign(unit_code="82", numerator=np.nan)
    rows = backtest.backtest_rows(pd.concat([panel, own]), TWO, areas=AREAS, models=FEW)
    assert rows["crps"].isna().all()
    targets = pd.DataFrame(
        columns=["indicator_code", "unit_code", "year", "target_value", "comparator"]
    )
    history = panel[panel["indicator_code"] == "life_skills"][
        ["indicator_code", "unit_code", "year", "value"]
    ]
    assert forecast_panel(history, 2).probability_reached(targets).empty


def test_an_indicator_with_figures_of_communes_alone_ends_no_run():
    """A first workbook of one district whose own line was refused leaves its communes' figures."""
    panel = make_panel()
    of_share = panel["indicator_code"] == "information_literacy"
    one = panel[of_share & (panel["unit_code"] == "815")].assign(unit_code="28306")
    row = pick(judge(pd.concat([panel[~of_share], one])), "information_literacy")
    assert (row["basis"], row["verdict_class"], row["n_points"]) == ("none", "no_data", 0)


def test_a_number_of_districts_is_untested_where_some_district_was_always_silent():
    # ten of eleven report each year: their levels are scored, the number of all eleven never is
    panel = known(DISTRICTS[1:])
    panel.loc[panel["indicator_code"] == "preschool_level", "level"] = 0.0
    found = judge(panel)
    row = pick(found, "preschool_districts")
    assert (row["basis"], row["tested"]) == ("forecast", "unscored")
    assert pick(found, "preschool_districts", unit="816")["tested"] == "scored"
    rows = backtest.backtest_rows(panel, PLAN["indicators"], models=[backtest.KIT])
    own = rows[rows["indicator_code"] == "preschool_level"]
    assert "816" in set(own["unit_code"])
    assert backtest.COUNT not in set(own["unit_code"])
    everyone = judge(known(DISTRICTS).assign(level=panel["level"].min()))
    assert pick(everyone, "preschool_districts")["tested"] == "scored"


def test_half_of_the_districts_make_a_year_broad():
    """Three, two and one of four districts have a figure; the province's own counts for none."""
    known_in = {"815": [1, 1, 1], "816": [1, 1, 0], "817": [1, 0, 0], "818": [0, 0, 0]}
    points = pd.DataFrame({observed.PROVINCE: [1, 1, 1], **known_in}).astype(bool)
    assert observed.is_broad(points).tolist() == [True, True, False]
