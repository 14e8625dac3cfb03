"""Which sentence a statement gives rise to: choices worked out by hand, one condition at a time."""

import pytest

from xhht_analysis.publishing.goal_facts import NAN, Gap, Observation
from xhht_analysis.publishing.labels import Labels
from xhht_analysis.publishing.statements import Statement

pytestmark = pytest.mark.unit


def known(*figures: tuple[int, float]) -> tuple[Observation, ...]:
    return tuple(Observation(year, value, value) for year, value in figures)


def share(**facts) -> Statement:
    """A share to reach 70 percent by 2030, at 50 percent in 2026 and forecast."""
    history = known((2024, 44), (2025, 47), (2026, 50))
    given = {
        "goal_code": "g", "unit_code": "82", "target_year": 2030, "indicator_code": "i",
        "order": 1, "title": "Mục tiêu", "kind": "share_people", "measure_unit": "percent",
        "need": 70.0, "total": 11, "commitment": "must", "verdict_class": "open",
        "labels": Labels(), "is_forecast": True, "chance": 0.5, "history": history,
        "latest": history[-1], "base": history[-1], "pace_required": 5.0, "pace_own": 3.0,
        "n_points": 3,
    }  # fmt: skip
    return Statement(**given | facts)


@pytest.mark.parametrize(
    ("facts", "key"),
    [
        ({}, "above"),  # 5.0 needed, 3.0 usual
        ({"pace_own": 6.0}, "below"),
        ({"pace_own": 5.04}, "same"),  # both 5.0 in one decimal
        ({"pace_own": 5.06}, "below"),  # 5.1
        ({"pace_own": 0.0}, "none"),
        ({"pace_own": -1.0}, "none"),
        ({"pace_own": NAN}, ""),
        ({"n_points": 2}, ""),
        ({"lower_is_better": True, "pace_required": -5.0, "pace_own": -3.0}, "above"),
        ({"lower_is_better": True, "pace_required": -5.0, "pace_own": -6.0}, "below"),
        ({"lower_is_better": True, "pace_required": -5.0, "pace_own": 3.0}, "none_down"),
    ],
)
def test_the_pace_needed_is_compared_with_the_usual_one(facts, key):
    assert share(**facts).pace_note == key


SLOW_YEAR = known((2024, 44), (2025, 49), (2026, 50))
"""One point last year; two thirds of the usual three are two."""


@pytest.mark.parametrize(
    ("facts", "is_slowing"),
    [
        ({}, False),  # three points last year, as usual
        ({"history": SLOW_YEAR}, True),
        ({"history": SLOW_YEAR, "n_points": 2}, False),  # too few years to say what is usual
        ({"history": SLOW_YEAR, "pace_own": NAN}, False),
        # where nothing rises as a rule, a year that falls has not slowed down
        ({"history": known((2024, 56), (2025, 53), (2026, 50)), "pace_own": -1.0}, False),
    ],
)
def test_only_what_rises_as_a_rule_can_slow_down(facts, is_slowing):
    assert share(**facts).is_slowing == is_slowing


@pytest.mark.parametrize(
    ("facts", "is_unprecedented"),
    [
        ({}, True),  # 3 points a year so far, 5 needed
        ({"pace_required": 3.1}, True),
        ({"pace_required": 3.0}, False),
        ({"pace_own": NAN}, False),  # too few years to say what is usual
        ({"history": known((2022, 44), (2024, 47), (2026, 50))}, False),  # no year beside another
        ({"lower_is_better": True, "pace_required": -3.1, "pace_own": -3.0,
          "history": known((2024, 56), (2025, 53), (2026, 50))}, True),
    ],
)  # fmt: skip
def test_a_pace_is_unprecedented_above_every_year_on_record(facts, is_unprecedented):
    assert share(**facts).is_unprecedented == is_unprecedented


@pytest.mark.parametrize(
    ("facts", "key"),
    [
        ({}, "pace"),
        ({"lower_is_better": True, "need": 30.0, "pace_required": -5.0}, "pace_down"),
        ({"pace_required": 0.0}, ""),
        ({"base": None}, ""),
        ({"latest": Observation(2026, 70.0, 70.0), "chance": 0.7}, "at_target"),
        ({"latest": Observation(2026, 70.0, 70.0), "chance": 0.6}, "at_risk"),
        ({"latest": Observation(2026, 69.0, 71.0)}, "pace"),  # not at the target for sure
        ({"measure_unit": "units", "need": 6.0, "latest": Observation(2026, 4, 4)}, "short"),
        ({"measure_unit": "units", "need": 6.0, "latest": Observation(2026, 4, 5)}, ""),
        ({"measure_unit": "units", "need": 6.0, "latest": None}, ""),
    ],
)
def test_what_is_missing_is_told_as_a_pace_as_districts_or_as_held(facts, key):
    assert share(**facts).effort == key


@pytest.mark.parametrize(
    ("figures", "held"),
    [
        ([(2024, 3, 3), (2025, 3, 3)], ("always", [])),
        ([(2024, 3, 3), (2025, 2, 2)], ("lost", [2025])),
        ([(2024, 2, 2), (2025, 2, 2)], ("never", [2024, 2025])),
        ([(2024, 3, 3), (2025, 2, 3)], ("unsure", [2025])),
        ([(2024, 2, 2), (2025, 2, 3)], ("lost", [2024])),  # what is sure is told first
        ([], ("", [])),
    ],
)
def test_a_level_to_be_maintained_is_measured_year_by_year(figures, held):
    history = tuple(Observation(*one) for one in figures)
    level = {"measure_unit": "level", "need": 3.0, "history": history}
    assert share(commitment="maintain", **level).maintenance == held
    assert share(commitment="must", **level).maintenance == held  # 50 in 2026: at the target
    below = level | {"latest": Observation(2026, 2, 2)}
    assert share(commitment="must", **below).maintenance == ("", [])
    assert share(commitment="must", **level | {"measure_unit": "percent"}).maintenance == ("", [])


OTHER = Observation(2026, 1.0, 1.0)


@pytest.mark.parametrize(
    ("code", "facts", "is_said"),
    [
        ("no_legal_object", {}, False),
        ("source_gap", {}, False),
        ("reference_hazard", {}, False),
        ("few_points", {}, True),
        ("few_points", {"is_forecast": False, "chance_range": (0.1, 0.3)}, False),
        ("may_fall", {}, True),
        ("may_fall", {"lower_is_better": True}, False),
        ("may_fall", {"latest": Observation(2026, 71, 71)}, False),  # at risk: told with effort
        ("gains_slow", {}, True),
        ("gains_slow", {"measure_unit": "level"}, False),
        ("gains_slow", {"lower_is_better": True}, False),
        ("units_missing", {}, True),
        ("units_missing", {"gap": Gap(2026, 11, ("A",))}, False),
        ("units_missing", {"verdict_class": "no_data"}, False),
        ("no_figures", {}, True),
        ("no_figures", {"verdict_class": "no_data"}, False),
        ("rule_secondary", {}, True),
        ("rule_secondary", {"other_source": OTHER, "source_key": "reported"}, True),
        ("rule_secondary", {"other_source": OTHER, "source_key": "lowest"}, False),
        ("few_points", {"has_object": False}, False),
        ("few_points", {"actual": OTHER}, False),
    ],
)
def test_a_remark_is_said_where_no_other_sentence_says_it(code, facts, is_said):
    assert share(reasons=(code,), **facts).remarks == [code] * is_said


@pytest.mark.parametrize(
    ("facts", "doubt"),
    [
        ({"tested": "scored", "covered": 70.0}, ""),
        ({"tested": "scored", "covered": 69.9}, "narrow"),
        ({"tested": "unscored", "covered": 50.0}, "untested"),
        ({"tested": "unscored", "is_forecast": False}, ""),
        ({"tested": "unscored", "is_forecast": False, "chance_range": (0.1, 0.3)}, "untested"),
    ],
)
def test_a_chance_carries_the_remark_of_its_test(facts, doubt):
    assert share(**facts).doubt == doubt


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.01, 0.02, "< 5 %"), (0.01, 0.31, "không quá 30 %"), (0.10, 0.30, "từ 10 % đến 30 %"),
        (0.62, 0.99, "từ 60 % trở lên"), (0.01, 0.99, "từ < 5 % đến > 95 %"),
    ],
)  # fmt: skip
def test_a_range_of_chances_names_the_ends_that_tell_something(low, high, text):
    said = share(is_forecast=False, chance_range=(low, high))
    assert said.chance_bounds.replace("\u00a0", " ") == text
    assert (said.bare_chance, share().bare_chance) == (said.chance_bounds, "50\u00a0%")


@pytest.mark.parametrize(
    ("previous", "chance", "sign"),
    [
        (None, 0.5, "–"), (("open", 0.5), 0.5, "→"), (("open", 0.5), 0.52, "→"),
        (("open", 0.5), 0.56, "↑"), (("open", 0.5), 0.44, "↓"), (("open", NAN), 0.5, "→"),
        (("likely", NAN), 0.5, "≠"),
    ],
)  # fmt: skip
def test_the_direction_is_that_of_the_rounded_chance_or_of_the_class(previous, chance, sign):
    assert share(previous=previous, chance=chance).direction == sign


@pytest.mark.parametrize(
    ("shown", "other", "is_contested", "sign"),
    [
        ((71.0, 71.0), 69.0, True, " ?"),  # 70 needed: met by one source alone
        ((71.0, 71.0), 70.5, False, ""),
        ((68.0, 72.0), 69.0, False, ""),  # not known anyway
        ((71.0, 71.0), None, False, ""),
    ],
)
def test_a_source_that_would_decide_otherwise_gives_the_verdict_a_sign(
    shown, other, is_contested, sign
):
    figure = Observation(2026, *shown)
    source = None if other is None else Observation(2026, other, other)
    one = share(latest=figure, history=(figure,), other_source=source)
    assert one.is_contested == is_contested
    assert one.star.replace("\u00a0", " ") == sign
    assert one.short_verdict.endswith(one.star)


@pytest.mark.parametrize(
    ("facts", "outcome", "margin"),
    [
        ({}, "forecast", ""),
        ({"is_forecast": False, "chance_range": (0.1, 0.3)}, "range", ""),
        ({"verdict_class": "missed", "actual": Observation(2030, 67.5, 67.5)}, "missed_by", "2,5"),
        ({"verdict_class": "reached", "actual": Observation(2030, 70.0, 70.0)}, "reached", ""),
        ({"verdict_class": "reached", "actual": Observation(2030, 69.0, 69.0),
          "lower_is_better": True}, "reached_by_down", "1,0"),
        ({"verdict_class": "no_data"}, "no_data", ""),
        ({"verdict_class": "no_data", "ended": True}, "no_data_ended", ""),
        ({"verdict_class": "no_data", "ended": True, "has_object": False}, "no_object", ""),
    ],
)  # fmt: skip
def test_the_class_of_a_target_is_said_by_one_sentence(facts, outcome, margin):
    one = share(**{"is_forecast": not facts, **facts})
    assert one.outcome == outcome
    assert one.margin.startswith(margin)
    assert bool(one.margin) == bool(margin)


def test_a_verdict_is_named_with_its_chance_or_with_figure_and_target():
    settled = {"is_forecast": False, "verdict_class": "missed"}
    missed = share(**settled, actual=Observation(2030, 67.5, 67.5))
    assert share().named.replace("\u00a0", " ") == "Mục tiêu (50 %)"
    assert missed.named.replace("\u00a0", " ") == "Mục tiêu (67,5 %; mục tiêu 70 %)"
    assert share(is_forecast=False, verdict_class="no_data").named == "Mục tiêu"


def test_a_verdict_is_about_the_figure_of_its_year_once_that_is_settled():
    settled, open_ = Observation(2025, 47.0, 47.0), Observation(2026, 48.0, 52.0)
    past = share(target_year=2025, is_forecast=False, actual=settled, latest=open_)
    assert past.shown_figure == settled
    assert share(actual=settled, latest=open_).shown_figure == open_  # forecast: the latest
    assert share(is_forecast=False, latest=open_).shown_figure == open_
    # what the agency sent of 2025 does not stand beside the range of 2026
    sent = {"other_source": Observation(2025, 49.0, 49.0)}
    assert "báo cáo" not in share(
        target_year=2025, is_forecast=False, actual=settled, latest=open_, **sent
    ).latest_text.replace("\u00a0", " ")
    sent = {"other_source": Observation(2026, 49.0, 49.0), "source_key": "reported"}
    beside = share(latest=open_, **sent).latest_text
    assert beside.replace("\u00a0", " ") == "từ 48,0 % đến 52,0 %; báo cáo 49,0 % (2026)"


def test_a_forecast_has_one_chance_and_a_range_may_have_moved_unseen():
    assert not share(chance_range=(0.1, 0.3)).has_range
    ranged = share(
        is_forecast=False,
        chance_range=(0.1, 0.3),
        verdict_class="no_data",
        previous=("no_data", NAN),
    )
    assert ranged.has_range
    assert ranged.direction == "–"


@pytest.mark.parametrize(
    ("low", "high", "at_target"),
    [(70.0, 70.0, True), (69.9, 70.0, False), (70.0, 71.0, True), (69.0, 69.0, False)],
)
def test_a_target_is_met_when_the_least_that_may_be_meets_it(low, high, at_target):
    assert share(latest=Observation(2026, low, high)).at_target == at_target
    mirrored = Observation(2026, 140 - high, 140 - low)  # at most 70, the ends turned round
    assert share(latest=mirrored, lower_is_better=True).at_target == at_target
