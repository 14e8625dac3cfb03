"""A doubtful rate of a commune is left out of the figure that decides a level, and of the level."""

import numpy as np
import pandas as pd
import pytest

from tests.unit.test_level_figures import AREAS, CONFIG, RATES, RULES, rates_of_communes
from xhht_analysis.forecasting.plan_forecast import forecast_plan
from xhht_analysis.forecasting.plan_indicators import with_levels_by_rule
from xhht_analysis.plan import goals

pytestmark = pytest.mark.unit
YEARS = range(2019, 2025)
DISTRICT, LEVEL = "815", "literacy_level"


@pytest.fixture(scope="module")
def panel():
    """Six years of rates near what is asked; one commune's is doubtful, and far below."""
    rng = np.random.default_rng(3)
    parts = [rates_of_communes(y, rng.uniform(91, 97, (200, len(RATES))).round(1)) for y in YEARS]
    rows = pd.concat(parts, ignore_index=True).assign(value_type="reported", source_id="a")
    homes = rows["unit_code"].map(AREAS.parents("2024-12-31"))
    last = rows["indicator_code"].eq("literate_l1_15_35") & rows["year"].eq(2024)
    # nine communes of ten are asked for: all but two of the district stand below in their last year
    low = rows.index[last & homes.eq(DISTRICT)][2:]
    rows.loc[low, "value"] = 40.0
    rows.loc[low, ["status", "source_id"]] = ["doubtful", "b"]
    return with_levels_by_rule(rows, RULES, AREAS), len(low)


def chances(panel, **how):
    plan = (goals.read_goals(CONFIG), goals.read_targets(CONFIG), goals.read_indicators(CONFIG))
    how = {"as_of": "2024-12-31", "n_draws": 400, "standards": RULES, **how}
    return forecast_plan(panel, *plan, AREAS, **how)


@pytest.mark.slow
def test_the_chance_without_a_doubtful_rate_is_that_of_a_panel_that_never_had_it(panel):
    rows, n_low = panel
    variants = chances(rows).variants
    key = ["goal_code", "unit_code", "target_year"]
    mine = variants[variants["variant"].eq("doubtful_dropped")].set_index(key)
    mine = mine[mine.index.get_level_values("unit_code").isin([DISTRICT, "82"])]
    never = with_levels_by_rule(rows[rows["status"] != "doubtful"], RULES, AREAS)
    there = chances(never, variants=False).verdicts.set_index(key)
    same = there.loc[mine.index]
    assert len(mine) > 2
    np.testing.assert_allclose(mine["prob_reached"], same["prob_reached"], atol=6e-5)
    assert (mine["n_figures"] == n_low).all()
    assert (mine["source_ids"] == "b").all()
    before = chances(rows, variants=False).verdicts.set_index(key).loc[mine.index]
    assert (before["prob_reached"] - mine["prob_reached"]).abs().max() > 0.05
