"""What the plan promises, written down from its text and not from config/: both must agree.

Each fact: year, place in the text (section, dash, plus sign), goal, figure (percent, level, or 1
for a standard without levels), and the plan's own words that change its weight.
"""

from __future__ import annotations

import math
import re
from collections import Counter

import pytest

from xhht_analysis.plan import config_tables, goals
from xhht_analysis.project import ROOT

pytestmark = pytest.mark.contract

CONFIG = ROOT / "config"
PLAN = ROOT.parent / "shared" / "plan" / "plan_2021_2030.txt"
PERCENT, LEVEL, STANDARD = "percent", "level", "standard"
STRIVE, MAINTAIN, CONTINUE, OF_WHICH = "phấn đấu", "duy trì", "tiếp tục", "trong đó"
A, B = "I.2.a", "I.2.b"
FACTS = [
    (2025, A, 1, 1, "literacy_l2_districts", PERCENT, 100, ()),
    (2025, A, 1, 1, "literacy_l2_province", LEVEL, 2, ()),
    (2025, A, 1, 2, "preschool_districts", PERCENT, 50, ()),
    (2025, A, 1, 2, "preschool_province", STANDARD, 1, (CONTINUE,)),
    (2025, A, 1, 3, "primary_l3_districts", PERCENT, 100, ()),
    (2025, A, 1, 3, "primary_l3_province", LEVEL, 3, ()),
    (2025, A, 1, 4, "lower_secondary_l2_districts", PERCENT, 100, (STRIVE,)),
    (2025, A, 1, 4, "lower_secondary_l3_districts", PERCENT, 20, (STRIVE, OF_WHICH)),
    (2025, A, 1, 4, "lower_secondary_l2_province", LEVEL, 2, ()),
    (2025, A, 2, 1, "information_literacy", PERCENT, 50, ()),
    (2025, A, 2, 2, "life_skills", PERCENT, 50, ()),
    (2025, A, 2, 3, "trained_population", PERCENT, 50, ()),
    (2025, A, 2, 3, "university_degree", PERCENT, 12, (OF_WHICH,)),
    (2025, A, 3, 1, "digital_university", STANDARD, 3, ()),
    (2025, A, 3, 2, "digital_institutions", PERCENT, 60, ()),
    (2025, A, 3, 3, "clc_it", PERCENT, 70, ()),
    (2025, A, 4, 1, "learning_citizens", PERCENT, 40, ()),
    (2025, A, 4, 2, "learning_districts", PERCENT, 25, ()),
    (2030, B, 1, 1, "literacy_l2_districts", PERCENT, 100, (MAINTAIN,)),
    (2030, B, 1, 1, "literacy_l2_province", LEVEL, 2, ()),
    (2030, B, 1, 2, "preschool_districts", PERCENT, 100, ()),
    (2030, B, 1, 2, "preschool_province", STANDARD, 1, ()),
    (2030, B, 1, 3, "primary_l3_province", LEVEL, 3, (CONTINUE, MAINTAIN)),
    (2030, B, 1, 4, "lower_secondary_l2_districts", PERCENT, 100, (STRIVE,)),
    (2030, B, 1, 4, "lower_secondary_l3_districts", PERCENT, 50, (STRIVE, OF_WHICH)),
    (2030, B, 2, 1, "information_literacy", PERCENT, 70, ()),
    (2030, B, 2, 2, "life_skills", PERCENT, 70, ()),
    (2030, B, 2, 3, "trained_population", PERCENT, 60, ()),
    (2030, B, 2, 3, "university_degree", PERCENT, 15, (OF_WHICH,)),
    (2030, B, 3, 1, "digital_university", STANDARD, 3, (CONTINUE,)),
    (2030, B, 3, 2, "digital_institutions", PERCENT, 80, ()),
    (2030, B, 3, 3, "clc_it", PERCENT, 90, ()),
    (2030, B, 4, 1, "learning_citizens", PERCENT, 60, ()),
    (2030, B, 4, 2, "learning_districts", PERCENT, 50, ()),
]
DASHES = {"II": [5, 2, 3, 4, 4, 3], "III": [1, 1, 1]}
"""Dashes of each numbered part of section II, and the three lines of section III."""
BODIES = ("Trường Đại học", "Các cơ sở giáo dục nghề", "Các cơ sở giáo dục th", "Các thiết chế")
"""Paragraphs without a dash in II.3, each on the work of one body."""


def commitment(words: tuple[str, ...]) -> str:
    kept = {MAINTAIN, CONTINUE} & set(words)
    return "strive" if STRIVE in words else "maintain" if kept else "must"


# --- config/ against the facts ---------------------------------------------------------------


def test_every_target_of_config_is_a_promise_of_the_plan_and_the_other_way_round():
    targets = goals.read_targets(CONFIG)
    kept = {
        (row.target_year, row.place, row.goal_code): (row.target_value, row.commitment)
        for row in targets.itertuples()
    }
    promised = {
        (year, f"{section}, gạch {dash}, ý {plus}", goal): (figure, commitment(words))
        for year, section, dash, plus, goal, _, figure, words in FACTS
    }
    assert kept == promised


def test_goals_stand_in_the_order_in_which_the_plan_names_them():
    named = list(dict.fromkeys(fact[4] for fact in FACTS))
    assert goals.read_goals(CONFIG)["goal_code"].tolist() == named
    blocks = goals.read_goals(CONFIG).set_index("goal_code")["block"].to_dict()
    assert blocks == {fact[4]: fact[2] for fact in FACTS}


def test_a_share_of_districts_is_a_whole_number_of_the_eleven_rounded_up():
    targets = goals.read_targets(CONFIG).set_index(["goal_code", "target_year"])["target_units"]
    for year, _, _, _, goal, measure, figure, _ in FACTS:
        if measure == PERCENT and goal.endswith("districts"):
            assert targets[goal, year] == math.ceil(11 * figure / 100), (goal, year)


def test_levels_are_required_levels():
    targets = goals.read_targets(CONFIG).set_index(["goal_code", "target_year"])
    for year, _, _, _, goal, measure, figure, _ in FACTS:
        if measure != PERCENT:
            assert targets.loc[(goal, year), "level_required"] == figure


def test_what_the_plan_calls_part_of_another_is_nested_in_it():
    """“Trong đó”: university degrees among the trained, level 3 among level 2."""
    of_which = {fact[4] for fact in FACTS if OF_WHICH in fact[7]}
    assert of_which == {"university_degree", "lower_secondary_l3_districts"}
    indicators = goals.read_indicators(CONFIG).set_index("indicator_code")
    assert indicators.loc["university_degree", "parent_indicator"] == "trained_population"
    plan = goals.read_goals(CONFIG).set_index("goal_code")
    pair = plan.loc[["lower_secondary_l2_districts", "lower_secondary_l3_districts"]]
    assert pair["indicator_code"].nunique() == 1
    assert pair["level_required"].tolist() == [2, 3]


def test_section_two_and_three_have_as_many_tasks_as_dashes_and_paragraphs():
    places = goals.read_tasks(CONFIG)["task_code"].str.split(".", expand=True)
    for section, dashes in DASHES.items():
        kept = places[places[0].eq(section)].groupby(1).size()
        expected = {str(n): count for n, count in enumerate(dashes, 1)}
        if section == "II":
            expected["3"] += len(BODIES)
        assert {str(n): int(count) for n, count in kept.items()} == expected


# --- the facts against the plan's own text, where it lies beside the checkout -----------------


@pytest.fixture(scope="module")
def plan_text() -> str:
    if not PLAN.is_file():
        pytest.skip(f"the text of the plan is not beside the repository ({PLAN.name})")
    return PLAN.read_text(encoding="utf-8")


def sections(text: str) -> dict[int, str]:
    """Text of I.2.a and I.2.b, the targets of 2025 and 2030."""
    body = text[text.index("a) Mục tiêu đến năm 2025") : text.index("II. NHIỆM VỤ VÀ GIẢI PHÁP")]
    first, second = body.split("b) Mục tiêu đến năm 2030:")
    return {2025: first.split(":", 1)[1], 2030: second}


def test_the_facts_are_the_figures_of_the_text_in_its_order(plan_text):
    for year, text in sections(plan_text).items():
        own = [fact for fact in FACTS if fact[0] == year]
        percents, levels = re.findall(r"(\d+)%", text), re.findall(r"mức độ (\d)", text)
        assert [int(n) for n in percents] == [fact[6] for fact in own if fact[5] == PERCENT]
        named = [found[1] for fact in own if (found := re.search(r"_l(\d)_", fact[4]))]
        assert levels == named  # said of the districts and of the province alike


def test_no_other_number_of_the_text_is_left_over(plan_text):
    left = {
        year: re.findall(r"\d+", re.sub(r"\d+%|mức độ \d", "", text))
        for year, text in sections(plan_text).items()
    }
    assert left == {2025: ["5", "15"], 2030: ["15"]}  # ages: children of 5, people from 15
    names = goals.read_indicators(CONFIG).set_index("indicator_code")
    assert "5 tuổi" in names.loc["preschool5_level", "name_vi"]
    assert "từ 15 tuổi trở lên" in names.loc["trained_population", "denominator_vi"]


def test_the_words_of_the_facts_stand_in_the_text_as_often(plan_text):
    for year, text in sections(plan_text).items():
        lines = [line.casefold() for line in text.splitlines() if "+" in line]
        for word in (STRIVE, MAINTAIN, CONTINUE, OF_WHICH):
            places = {fact[1:4] for fact in FACTS if fact[0] == year and word in fact[7]}
            assert len(places) == sum(word in line for line in lines), (year, word)


def test_dashes_and_paragraphs_are_those_of_the_text(plan_text):
    body = plan_text[
        plan_text.index("II. NHIỆM VỤ VÀ GIẢI PHÁP") : plan_text.index("III. KINH PHÍ")
    ]
    parts = re.split(r"^\d\. ", body, flags=re.M)[1:]
    assert [len(re.findall(r"^- ", part, flags=re.M)) for part in parts] == DASHES["II"]
    found = Counter(start for start in BODIES if re.search(rf"^{start}", parts[2], flags=re.M))
    assert found == Counter(BODIES)


def test_titles_are_our_own_words(plan_text):
    flat = " ".join(plan_text.split()).casefold()
    titles = config_tables.read_config("tasks", CONFIG)["title_vi"]
    assert [t for t in titles if len(t.split()) > 8 and t.casefold() in flat] == []
