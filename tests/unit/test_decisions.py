"""What the committee is asked: which goals need another pace, how much is missing."""

import pytest

from tests import frames
from xhht_analysis.forecasting.verdicts import classify
from xhht_analysis.publishing import decisions

PROVINCE = "82"
pytestmark = pytest.mark.unit
NB = "\u00a0"


def test_every_goal_that_is_very_unlikely_is_asked_another_pace():
    """Two shares and a count of districts are: all three, the least likely first, and no other."""
    verdicts = frames.make_verdicts()
    of_2030 = verdicts["unit_code"].eq(PROVINCE) & verdicts["target_year"].eq(2030)
    chances = {"digital_institutions": 0.02, "trained_population": 0.05,
               "lower_secondary_l3_districts": 0.04, "clc_it": 0.2}  # fmt: skip
    verdicts.loc[of_2030, ["prob_reached", "verdict_class"]] = [0.9, "very_likely"]
    at_target = of_2030 & verdicts["goal_code"].eq("university_degree")  # 45 of 15 percent
    verdicts.loc[at_target, ["prob_reached", "verdict_class"]] = [0.01, "very_unlikely"]
    for goal, chance in chances.items():
        mine = of_2030 & verdicts["goal_code"].eq(goal)
        verdicts.loc[mine, ["basis", "prob_reached", "verdict_class"]] = [
            "forecast", chance, classify(chance)]  # fmt: skip
    run = frames.make_material(verdicts=verdicts)
    slow = ["digital_institutions", "lower_secondary_l3_districts", "trained_population"]
    assert [s.goal_code for s in decisions.slow_goals(run)] == slow
    asked = decisions.course_decision(run)
    assert "năm 2030: " + ", ".join(f"“{run.title(code)}”" for code in slow) in asked.asked
    assert f"“{run.title(slow[0])}”: khả năng đạt <{NB}5{NB}%." in asked.basis
    verdicts.loc[of_2030 & verdicts["goal_code"].isin(slow), "verdict_class"] = "likely"
    alone = frames.make_material(verdicts=verdicts)
    assert [s.goal_code for s in decisions.slow_goals(alone)] == ["clc_it"]
    assert "Khả năng đạt khoảng 20" in decisions.course_decision(alone).basis


def test_many_goals_without_figures_are_a_number():
    """Every goal of both years without figures: one number in place of three titles."""
    verdicts = frames.make_verdicts(no_data=True)
    run = frames.make_material(verdicts=verdicts, panel=frames.make_panel().head(0))
    silent = [one for one, *_ in decisions.unsettled(run) if one.key == "no_data"]
    basis = decisions.data_decision(run).basis
    assert len(silent) > decisions.MAX_ITEMS
    assert f"{len(silent)} lượt đánh giá mục tiêu (mốc 2025, 2030) chưa đủ số liệu" in basis
    assert silent[0].title not in basis
