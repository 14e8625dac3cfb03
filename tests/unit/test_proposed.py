"""What is proposed in a decision, and how its figures are written."""

import pandas as pd
import pytest

from tests import frames
from xhht_analysis.publishing import decisions, sentences

pytestmark = pytest.mark.unit
PROVINCE, L3 = "82", "lower_secondary_l3_districts"


@pytest.mark.parametrize(
    ("goals", "proposed"),
    [
        (["clc_it", L3], "số {} điều chỉnh lộ trình (mức tăng cần có lớn hơn mọi năm đã có số "
         "liệu); số {} trình giải pháp tăng tốc."),
        (["clc_it"], "điều chỉnh lộ trình (mức tăng cần có lớn hơn mọi năm đã có số liệu)."),
        ([L3], "trình giải pháp tăng tốc."),
    ],
)  # fmt: skip
def test_another_schedule_is_proposed_where_no_year_brought_what_is_needed(goals, proposed):
    """Frames: clc_it rises by 4 points every year; 6 are needed."""
    verdicts = frames.make_verdicts()
    of_2030 = verdicts["unit_code"].eq(PROVINCE) & verdicts["target_year"].eq(2030)
    verdicts.loc[of_2030, ["prob_reached", "verdict_class"]] = [0.9, "very_likely"]
    slow = of_2030 & verdicts["goal_code"].isin(goals)
    verdicts.loc[slow, ["basis", "prob_reached", "verdict_class"]] = [
        "forecast", 0.02, "very_unlikely"]  # fmt: skip
    verdicts.loc[slow & verdicts["goal_code"].eq("clc_it"),
                 ["pace_required", "pace_own", "n_points"]] = [6, 4, 6]  # fmt: skip
    run = frames.make_material(verdicts=verdicts)
    asked = next(one for one in decisions.decisions(run) if one.kind == "pace")
    numbers = [run.ordered_goals.loc[goal, "order"] for goal in goals]
    text = asked.basis[-1]
    assert text == f"Đề nghị: {proposed.format(*numbers)} Chưa quyết định thì giữ mục tiêu."


def test_the_gain_of_several_districts_is_told_from_the_least_to_the_greatest(monkeypatch):
    run = frames.make_material()
    rows = [(L3, "815", 2.0, 0.03, 0.6, 0.018), (L3, "816", 2.0, 0.12, 0.3, 0.036)]
    columns = ["goal_code", "unit_code", "current", "gain", "prob_reached", "weight"]
    table = pd.DataFrame(rows, columns=columns).assign(is_met=False)
    monkeypatch.setattr(decisions, "leverages", lambda _: table)
    assert "tăng khoảng 3–12 điểm phần trăm" in decisions.help_decision(run).basis[0]


def test_how_many_communes_report_a_level_is_counted_in_the_newest_year():
    """Of three communes two stand at level 1 or above in 2026; years before do not count."""
    panel = frames.make_panel()
    base = frames.make_material()
    communes = list(base.units["unit_code"][base.units["level"].eq("commune")])[:3]
    row = panel.head(1).assign(indicator_code="learning_community_level", value=None)
    rows = [
        row.assign(unit_code=code, year=year, level=level, frame=base.province.frame_of_communes)
        for year, levels in ((2025, (0, 0, 0)), (2026, (1, 0, 2)))
        for code, level in zip(communes, levels, strict=True)
    ]
    run = frames.make_material(panel=pd.concat([panel, *rows]))
    goal = run.statement("learning_districts", 2030)
    assert sentences.lines("decisions.j2", "standing", goal, run) == ["2/3 xã báo cáo đạt"]
    leads = {goal.goal_code: "Sở GDĐT"}
    _, basis, _ = sentences.lines("decisions.j2", "no_object", run, leads, [goal], None, None)
    assert "xét theo xã, phường (số 18: 2/3 xã báo cáo đạt); chưa" in basis
    assert sentences.lines("decisions.j2", "standing", goal, base) == []
