"""Rolling origins: blind to the future, honest about how little many forecasts are worth."""

import numpy as np
import pandas as pd
import pytest

from xhht_analysis import contracts
from xhht_analysis.forecasting import backtest, forecast_panel
from xhht_analysis.forecasting.forecaster import KIT, Forecaster
from xhht_analysis.plan.goals import read_indicators
from xhht_analysis.plan.province import read_province
from xhht_analysis.project import Project

pytestmark = pytest.mark.unit
INDICATORS = read_indicators(Project().config_dir)
TWO = INDICATORS[INDICATORS["indicator_code"].isin(["life_skills", "literacy_level"])]
FEW = [one for one in backtest.candidates() if one.model_id in (KIT.model_id, "persistence")]
DISTRICTS = ["815", "816", "817"]


class ThreeAreas:
    province = read_province(Project().config_dir)

    def districts(self):
        return pd.DataFrame({"unit_code": DISTRICTS})


AREAS = ThreeAreas()


def make_panel(years=range(2019, 2026)):
    rows = []
    for i, unit in enumerate(DISTRICTS):
        for year in years:
            both = {"unit_code": unit, "year": year, "frame": "2021", "definition_variant": "plan"}
            value = 30.0 + 3 * (year - 2019) + 5 * i + (year % 2)
            rows.append(both | {"indicator_code": "life_skills", "value": value})
            level = float(min(2, (year >= 2021 + i) + (year >= 2024)))
            rows.append(both | {"indicator_code": "literacy_level", "level": level})
    panel = pd.DataFrame(rows).assign(status="ok", as_of="2025-12-31", value_type="reported")
    return contracts.conform(panel, contracts.PANEL)


@pytest.fixture(scope="module")
def rows():
    return backtest.backtest_rows(make_panel(), TWO, areas=AREAS, horizons=(1, 2), models=FEW)


def test_every_origin_with_three_years_is_asked(rows):
    shares = rows[rows["crps"].notna()]
    assert sorted(shares["origin_year"].unique()) == [2021, 2022, 2023, 2024]
    # three districts, two models, two leads, the last origin only one: 3 * 2 * (2 * 4 - 1)
    assert len(shares) == 42
    assert set(rows.loc[rows["count_rps"].notna(), "indicator_code"]) == {"literacy_level"}


def test_what_comes_after_the_origin_changes_no_byte_of_its_forecast():
    asked = []

    def spy(history, horizon):
        forecast = forecast_panel(history, horizon)
        asked.append(forecast.quantile_array([0.1, 0.5, 0.9]))
        return forecast

    clean = make_panel()
    late = (clean["year"] > 2023) & clean["value"].notna()  # a level has no percentage
    dirty = clean.assign(value=clean["value"].mask(late, 99.0))
    for panel in (clean, dirty):
        backtest.backtest_rows(panel, TWO, areas=AREAS, models=[Forecaster("spy", spy)])
    half = len(asked) // 2
    for before, after in list(zip(asked[:half], asked[half:], strict=True))[:3]:
        np.testing.assert_array_equal(before, after)


def test_scores_are_means_of_the_rows(rows):
    table = contracts.check(backtest.summarise(rows), contracts.SCORES)
    mine = rows[(rows["model_id"] == backtest.DEFAULT) & (rows["origin_year"] == 2022)]
    mine = mine[(mine["horizon"] == 1) & mine["crps"].notna()]
    key = (table["model_id"] == backtest.DEFAULT) & (table["origin_year"] == 2022)
    key &= (table["horizon"] == 1) & (table["metric"] == "crps")
    found = table[key & (table["indicator_code"] == "life_skills")].iloc[0]
    assert found["value"] == pytest.approx(mine["crps"].mean(), abs=1e-6)
    assert found["n"] == len(mine) == 3


def test_a_steady_rise_is_forecast_better_than_standing_still(rows):
    loss = rows.dropna(subset="crps").astype({"crps": float})
    loss = loss.pivot_table(index=["horizon", "origin_year"], columns="model_id", values="crps")
    assert len(loss) == 4 + 3
    assert (loss[backtest.DEFAULT] < 0.7 * loss["persistence"]).all()


def test_one_two_and_three_years_ahead_are_scored_unless_others_are_asked():
    rows = backtest.backtest_rows(make_panel(), TWO, areas=AREAS, models=FEW)
    assert set(rows["horizon"]) == {1, 2, 3}


def test_an_empty_panel_gives_an_empty_table():
    empty = backtest.summarise(backtest.backtest_rows(contracts.PANEL.empty(), TWO, models=FEW))
    assert empty.empty
    contracts.check(empty, contracts.SCORES)


def test_with_three_years_there_is_nothing_to_score_and_every_answer_is_an_empty_table():
    rows = backtest.backtest_rows(make_panel(range(2021, 2024)), TWO, areas=AREAS, models=FEW)
    assert rows.columns.tolist() == backtest.ROW_COLUMNS
    scores = backtest.summarise(rows)
    assert [len(table) for table in (rows, scores)] == [0, 0]


def test_with_levels_alone_shares_are_empty_columns():
    levels = make_panel()
    levels = levels[levels["indicator_code"].eq("literacy_level")]
    rows = backtest.backtest_rows(levels, TWO, areas=AREAS, horizons=(1,), models=FEW)
    assert rows.loc[rows["unit_code"] != "count", "chance"].notna().all()
    assert rows["crps"].isna().all()
    metrics = set(backtest.summarise(rows)["metric"])
    of_units = {"brier", "chance", "hit"}
    counts = {"count_rps", "count_coverage_80"}
    assert metrics == of_units | counts | {f"province_{name}" for name in of_units}


def test_standing_still_is_scored_beside_the_kit_by_unit_and_by_count(rows):
    models = [m for m in backtest.candidates() if m.name_of(is_level=True) == m.model_id]
    names = {m.model_id for m in models}
    members = {"transitions", "figures"}
    assert names == {backtest.DEFAULT, "persistence", "reference_class", *members}
    levels = TWO[TWO["kind"] == "level"]
    how = {"areas": AREAS, "horizons": (1,), "models": models}
    table = backtest.backtest_rows(make_panel(), levels, **how)
    still = table[table["model_id"] == "persistence"]
    assert set(still["chance"].dropna().round(4)) <= {0.005, 0.995}  # half the surprise
    # origin 2021 to 2022: 815 stays at level 1, 816 rises to it, 817 stays at 0. Standing still
    # misses 816 at level 1, and the province (its lowest district) not at all
    mine = still[(still["origin_year"] == 2021) & (still["unit_code"] != "count")]
    assert mine.loc[mine["brier"].round(4) == 0.99, "unit_code"].tolist() == ["816"]
    counts = still[(still["origin_year"] == 2021) & (still["unit_code"] == "count")]
    assert sorted(counts["count_rps"].round(1)) == [0, 1]
    # it has 0.995 of the mass, of which the inner 0.8 counts as inside
    assert sorted(counts["count_coverage_80"].round(3)) == [0, 0.804]
