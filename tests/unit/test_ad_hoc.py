"""A report on some goals says nothing of the whole plan; a review tells causes."""

import pandas as pd
import pytest

from tests import frames
from tests.block_text import plain_text
from xhht_analysis.publishing import report
from xhht_analysis.publishing.figures import gallery
from xhht_analysis.publishing.run_tables import select

pytestmark = pytest.mark.unit
SHARES = "life_skills,trained_population"


@pytest.fixture(scope="module")
def run():
    return frames.make_material()


def test_a_tally_of_chosen_goals_does_not_say_what_the_plan_sets(run):
    # trained_population has 45 % in 2026 and 41 % in 2025 of 50 %; life_skills has no figures
    assert select(run, SHARES).tally(2025) == (
        "Trong 2 mục tiêu được xét, mốc năm 2025: 1 chưa đạt, 1 chưa đủ số liệu."
    )
    assert run.tally(2025).startswith("Trong 18 mục tiêu Kế hoạch đặt ra cho năm 2025: ")
    assert run.tally(2025, "819").startswith("Trong 10 mục tiêu được xét, mốc năm 2025: ")


def test_figures_of_kinds_that_were_not_chosen_are_not_missed(run):
    shares = gallery.report_figures(select(run, SHARES))
    levels = gallery.report_figures(select(run, "learning_districts"))
    assert set(shares) == {"overview", "heatmap", "shares", "pace"}
    assert set(levels) == {"overview", "heatmap", "ladder"}


def test_proposals_of_units_on_the_whole_plan_stand_in_the_annual_report_alone(run):
    texts = {
        variant: " ".join(
            plain_text(block.content)
            for block in report.report(select(run, SHARES), variant, lambda *_: [])
        )
        for variant in ("annual", "adhoc")
    }
    assert "Bổ sung biên chế" in texts["annual"]
    assert "Bổ sung biên chế" not in texts["adhoc"]
    assert "Tốc độ cần có so với tốc độ thường gặp" not in texts["adhoc"]  # nothing was drawn


@pytest.mark.cases(1)
@pytest.mark.parametrize(("variant", "n"), [("midterm", 1), ("final", 2)])
def test_a_review_names_the_causes_that_figures_tell(variant, n):
    """A share whose common pace does not do; missed in 2025, unlikely in 2030: told once."""
    goal = "clc_it"
    row = {"goal_code": goal, "target_year": 2030, "unit_code": "82", "indicator_code": goal}
    drivers = pd.DataFrame([row | {"feature": "group_pace", "effect": 3.0}])
    run = frames.make_material(drivers=drivers)
    past = [s for year in (2025, 2030)[:n] for s in run.statements(year)]
    behind = [s for s in past if s.is_struggling and not s.at_target]
    texts = [
        text
        for block in report.report(run, variant, lambda *names: [])
        if block.content["kind"] == "prose"
        for text in block.content["paragraphs"]
        if text.startswith("Số ") and "”. Nguyên nhân: " in text
    ]
    assert len(texts) == len(set(texts))
    assert {int(text.split()[1]) for text in texts} <= {s.order for s in behind}
    said = run.statement(goal, 2030)
    is_behind = any(s.goal_code == goal for s in behind) and said.pace_note == "above"
    told = f"Số {said.order} “{said.title}”. Nguyên nhân: tốc độ chung không đủ."
    assert (told in texts) == is_behind
    assert is_behind
