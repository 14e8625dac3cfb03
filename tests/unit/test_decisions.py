"""What the committee is asked: which goals need another pace, how much is missing."""

from dataclasses import replace

import pandas as pd
import pytest

from tests import frames
from xhht_analysis.forecasting.verdicts import classify
from xhht_analysis.publishing import decisions
from xhht_analysis.publishing.statements import Gap

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
    assert f"“{run.title(slow[0])}”: khả năng đạt <{NB}5{NB}%." in " ".join(asked.basis)
    verdicts.loc[of_2030 & verdicts["goal_code"].isin(slow), "verdict_class"] = "likely"
    alone = frames.make_material(verdicts=verdicts)
    assert [s.goal_code for s in decisions.slow_goals(alone)] == ["clc_it"]
    assert "Khả năng đạt khoảng 20" in " ".join(decisions.course_decision(alone).basis)


def test_many_goals_without_figures_are_a_number():
    """Every goal of both years without figures: one number in place of three titles."""
    verdicts = frames.make_verdicts(no_data=True)
    run = frames.make_material(verdicts=verdicts, panel=frames.make_panel().head(0))
    silent = [one for one, *_ in decisions.unsettled(run) if one.key == "no_data"]
    basis = " ".join(decisions.data_decision(run).basis)
    assert len(silent) > decisions.MAX_ITEMS
    assert f"{len(silent)} lượt đánh giá mục tiêu (mốc 2025, 2030) chưa đủ số liệu" in basis
    assert silent[0].title not in basis


def test_what_is_counted_is_not_named_as_well(monkeypatch):
    """Four goals without figures and a forecast between them: it alone is named."""
    run = frames.make_material()
    one, *others = run.statements(2030)[:5]
    items = [(replace(s, verdict_class="no_data"), "chưa đủ số liệu", ["Xã A"]) for s in others]
    items.insert(1, (replace(one, verdict_class="open"), "chưa chắc", ["Xã B", "Xã C", "Xã D"]))
    monkeypatch.setattr(decisions, "unsettled", lambda _: items)
    asked = decisions.data_decision(run)
    assert asked.basis[:2] == (
        f"{one.title} (2030): chưa chắc.",
        "4 lượt đánh giá mục tiêu (mốc 2030) chưa đủ số liệu.",
    )
    assert "5 đánh giá" in asked.asked
    assert asked.addressee == "4 đơn vị chưa có đủ số liệu"


def test_a_verdict_that_waits_for_figures_is_no_other_one(monkeypatch):
    """Of three starred verdicts one waits for figures: two others hang on assumptions."""
    run = frames.make_material()
    starred = [replace(s, depends_on="stalled_trend") for s in run.statements(2030)[:3]]
    monkeypatch.setattr(type(run), "all_statements", lambda self: starred)
    monkeypatch.setattr(decisions, "unsettled", lambda _: [(starred[0], "chưa chắc", ["Xã A"])])
    assert "2 đánh giá khác có dấu *" in " ".join(decisions.data_decision(run).basis)


def test_units_without_figures_are_asked_beside_the_lead_agency(monkeypatch):
    run = frames.make_material()
    gap = Gap(2026, total=2, silent=("Xã 2026",), reporting=("Xã A",), share=50.0)
    one = replace(run.statements(2030)[0], verdict_class="no_data", latest=None, actual=None,
                  gap=gap)  # fmt: skip
    monkeypatch.setattr(type(run), "all_statements", lambda self: [one])
    ((_, _, asked),) = decisions.unsettled(run)
    assert asked == [decisions.lead_name(run, one.goal_code), "Xã 2026"]


def test_districts_that_share_a_chance_share_their_gain():
    """Three districts at level 2 gain 0.10, 0.13 and 0.16 by other draws alone: 0.13 each."""
    verdicts = frames.make_verdicts()
    goal = "lower_secondary_l3_districts"
    of_goal = verdicts["goal_code"].eq(goal) & verdicts["target_year"].eq(2030)
    row = verdicts[of_goal & verdicts["unit_code"].eq(PROVINCE)].assign(
        basis="forecast", prob_reached=0.4, verdict_class="open", leverage=float("nan")
    )
    about = {"815": (0.31, 2, 0.10), "816": (0.31, 2, 0.13), "817": (0.31, 2, 0.16),
             "818": (0.05, 1, 0.20)}  # fmt: skip
    units = [
        row.assign(unit_code=u, prob_reached=p, current=level, leverage=gain)
        for u, (p, level, gain) in about.items()
    ]
    run = frames.make_material(verdicts=pd.concat([verdicts[~of_goal], row, *units]))
    gains = decisions.leverages(run)
    gains = gains[gains["goal_code"] == goal].set_index("unit_code")["gain"]
    assert gains.to_dict() == pytest.approx({"818": 0.20, "817": 0.13, "816": 0.13, "815": 0.13})
