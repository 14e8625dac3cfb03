"""A range of chances in place of one: what counts of it."""

import pytest

from tests import frames
from xhht_analysis.publishing import decisions

PROVINCE = "82"
pytestmark = pytest.mark.unit


def test_a_range_of_chances_counts_where_its_greatest_is_unlikely():
    verdicts = frames.make_verdicts()
    of_2030 = verdicts["unit_code"].eq(PROVINCE) & verdicts["target_year"].eq(2030)
    verdicts.loc[of_2030, ["prob_reached", "verdict_class"]] = [0.9, "very_likely"]
    few = ["basis", "prob_reached", "verdict_class", "prob_low", "prob_high"]
    for goal, ends in {"clc_it": (0.02, 0.3), "digital_institutions": (0.02, 0.6)}.items():
        mine = of_2030 & verdicts["goal_code"].eq(goal)
        verdicts.loc[mine, few] = ["none", None, "no_data", *ends]
    run = frames.make_material(verdicts=verdicts)
    assert [s.goal_code for s in decisions.slow_goals(run)] == ["clc_it"]
