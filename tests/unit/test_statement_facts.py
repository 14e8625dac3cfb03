"""What the tables of a run say of one verdict: one condition of its gathering at a time."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests import frames
from xhht_analysis.forecasting.backtest import DEFAULT
from xhht_analysis.publishing import sentences
from xhht_analysis.publishing.run_tables import select
from xhht_analysis.publishing.statement_facts import chance_of, gap_of

pytestmark = pytest.mark.unit
GOAL = "information_literacy"


@pytest.fixture(scope="module")
def run():
    return frames.make_material()


def changed(run, **columns):
    """The run with other columns in the verdict on `GOAL` of the province in 2030."""
    verdicts = run.verdicts.copy()
    key = {"goal_code": GOAL, "unit_code": "82", "target_year": 2030}
    mine = (verdicts[list(key)] == pd.Series(key)).all(axis=1)
    assert mine.sum() == 1
    for name, value in columns.items():
        verdicts.loc[mine, name] = value
    return frames.make_material(verdicts=verdicts)


def test_a_firm_verdict_depends_on_nothing(run):
    firm = {"firmness": "firm", "depends_on": "last_year_dropped"}
    assert changed(run, **firm).statement(GOAL, 2030).depends_on == ""
    loose = changed(run, **firm | {"firmness": "depends"}).statement(GOAL, 2030)
    assert (loose.depends_on, loose.star) == ("last_year_dropped", "\u00a0*")


@pytest.mark.parametrize(
    ("tested", "covered", "doubt"), [("scored", 60.0, "narrow"), ("unscored", None, "untested")]
)
def test_the_coverage_is_that_of_a_scored_chance(run, tested, covered, doubt):
    row = {"model_id": DEFAULT, "indicator_code": GOAL, "origin_year": 2023, "horizon": 1,
           "metric": "coverage_80", "value": 0.6, "n": 10}  # fmt: skip
    judged = replace(changed(run, tested=tested), scores=pd.DataFrame([row]))
    said = judged.statement(GOAL, 2030)
    assert said.covered == covered if covered else np.isnan(said.covered)
    assert said.doubt == doubt


@pytest.mark.parametrize(
    ("last", "is_slowing"),
    [(60.0, True), (62.6, True), (62.7, False), (57.0, True)],  # usual 4 points: two thirds 2.67
)
def test_a_year_is_slow_below_two_thirds_of_the_usual_pace(last, is_slowing):
    """60 percent in 2025; a year without a figure before it tells nothing of one year."""
    verdicts, panel = frames.make_verdicts(), frames.make_panel()
    mine = verdicts["goal_code"].eq(GOAL) & verdicts["unit_code"].eq("82")
    verdicts.loc[mine, ["pace_required", "pace_own", "n_points"]] = [5.0, 4.0, 5]
    rows = panel["indicator_code"].eq(GOAL)
    for year, value in ((2025, 60.0), (2026, last)):
        at = rows & panel["year"].eq(year)
        panel.loc[at, "value"] = value
        panel.loc[at, "numerator"] = panel.loc[at, "denominator"] * value / 100
    run = frames.make_material(verdicts=verdicts, panel=panel)
    one = run.statement(GOAL, 2030)
    assert [o.low for o in one.history[-2:]] == pytest.approx([60.0, last])
    assert one.is_slowing == is_slowing
    text = sentences.sentence("effort", run, one)
    told = f"Riêng năm 2026 thấp hơn hẳn tốc độ ấy: từ {one.range_text(one.history[-2])} đến "
    assert (told + one.range_text(one.history[-1]) in text) == is_slowing
    gap = replace(one, history=(*one.history[:-2], one.history[-1]))
    assert not gap.is_slowing


@pytest.mark.parametrize(
    ("pace", "shown"), [(5.448, 5.5), (5.4, 5.4), (5.401, 5.5), (-5.41, -5.5), (0.0, 0.0)]
)
def test_the_pace_needed_is_never_shown_as_less_than_is_needed(pace, shown):
    """48.2 and four times 5.4 are 69.8: the target of 70 would be missed."""
    verdicts = frames.make_verdicts()
    mine = verdicts["goal_code"].eq(GOAL) & verdicts["unit_code"].eq("82")
    verdicts.loc[mine, "pace_required"] = pace
    assert frames.make_material(verdicts=verdicts).statement(GOAL, 2030).pace_required == shown


def test_the_figure_of_a_target_year_is_that_of_no_later_year():
    panel = frames.make_panel()
    mine = panel["indicator_code"].eq(GOAL) & panel["year"].eq(2025)
    said = frames.make_material(panel=panel[~mine]).statement(GOAL, 2025)
    assert said.actual is None
    assert said.latest.year == 2026


def test_the_word_deploy_is_read_one_step_lower(run):
    said = run.statement("digital_university", 2025)
    assert [other.need for other in said.readings] == [said.need - 1]


def test_goals_asked_of_every_district_are_shares_and_whole_counts(run):
    asked = run.asked_of_units(2030)
    assert "literacy_l2_districts" in asked  # 11 of 11
    assert "lower_secondary_l3_districts" not in asked  # 6 of 11
    assert "digital_university" not in asked
    assert select(run, "lower_secondary_l3_districts").asked_of_units(2030) == []


def test_the_pace_starts_where_nothing_is_missing():
    panel = frames.make_panel()
    lost = panel["indicator_code"].eq(GOAL) & panel["unit_code"].isin(["819", "82"])
    said = frames.make_material(panel=panel[~(lost & panel["year"].eq(2026))]).statement(GOAL, 2030)
    assert (said.latest.year, said.latest.exact) == (2026, False)
    assert (said.base.year, said.base.low) == (2025, 41.0)


@pytest.mark.parametrize(("year", "base"), [(2025, 45.0), (2026, 45.0), (2027, 52.0)])
def test_an_estimate_stands_for_a_later_year_alone(year, base):
    """The last figure is that of 2026, 45 percent: its own year is known, and no estimate."""
    now = {"indicator_code": GOAL, "unit_code": "82", "year": year, "n_reported": 10,
           "n_units": 11, "median": 52.0}  # fmt: skip
    said = frames.make_material(nowcasts=pd.DataFrame([now])).statement(GOAL, 2030)
    assert (said.base.year, said.base.low) == (max(year, 2026), base)


def test_districts_at_the_level_asked_are_counted(run):
    # every third of eleven stands at level 3 in 2026: numbers 0, 3, 6, 9
    assert run.statement("lower_secondary_l3_districts", 2030).latest.low == 4


def test_a_year_of_which_nothing_is_known_is_no_observation():
    panel = frames.make_panel()
    lost = panel["indicator_code"].eq("lower_secondary_level") & panel["year"].eq(2026)
    panel.loc[lost, ["level", "level_derived_min", "level_derived_max"]] = [np.nan, 0, 3]
    said = frames.make_material(panel=panel).statement("lower_secondary_l3_districts", 2030)
    assert said.latest.year == 2025


@pytest.mark.parametrize(("sent", "is_other"), [(41.0, False), (41.04, False), (41.06, True)])
def test_another_source_is_one_that_differs_in_what_is_shown(sent, is_other):
    panel = frames.make_panel()
    mine = panel["indicator_code"].eq(GOAL) & panel["unit_code"].eq("82") & panel["year"].eq(2025)
    panel.loc[mine, ["value", "numerator"]] = [sent, 110 * sent]
    panel.loc[mine, "value_type"] = "reported"
    # 20 + 4 * 4 + 5 = 41 percent of the districts' people
    other = frames.make_material(panel=panel).statement(GOAL, 2025).other_source
    assert (other is not None) == is_other


def test_a_part_is_read_as_a_share_of_what_its_whole_is_expected_to_be(run):
    whole = run.statement("trained_population", 2030)
    (other,) = run.statement("university_degree", 2030).readings
    assert whole.expected[1] == 60  # `frames`: the middle is the target
    assert other.need == pytest.approx(0.15 * 60)


def test_the_chance_of_a_most_is_that_of_staying_below(run):
    said = run.statement(GOAL, 2030)
    # quantile of the province in 2030: 58 at 25 %
    assert chance_of(run, replace(said, need=58.0, lower_is_better=True)) == pytest.approx(0.25)
    assert chance_of(run, replace(said, need=58.0)) == pytest.approx(0.75)


def test_that_no_district_stands_at_a_level_is_an_observation(run):
    # in 2021 the districts stand at levels 1 and 2
    first = run.statement("lower_secondary_l3_districts", 2030).history[0]
    assert (first.year, first.low, first.high) == (2021, 0, 0)


def with_a_commune(of_province: str):
    """A commune of 816 reports for 2026, and 815 itself; the province's figure is of this kind."""
    panel = frames.make_panel()
    newest = panel["indicator_code"].eq(GOAL) & panel["year"].eq(2026)
    kinds = {"815": "reported", "82": of_province}
    kind = panel["unit_code"].map(kinds).where(newest)
    panel["value_type"] = panel["value_type"].mask(kind.notna(), kind)
    units = frames.make_material().units
    commune = units.loc[units["district_code"].eq("816") & units["level"].eq("commune")].iloc[0]
    row = panel[newest & panel["unit_code"].eq("816")].assign(unit_code=commune["unit_code"])
    return frames.make_material(panel=pd.concat([panel, row], ignore_index=True)), commune


def test_a_district_that_reports_speaks_for_its_communes():
    run, commune = with_a_commune("derived")
    gap = gap_of(run, run.panel[run.panel["indicator_code"].eq(GOAL)], "82")
    communes = run.units[run.units["level"].eq("commune")]
    silent = communes[~communes["district_code"].eq("815")]["name_vi"].tolist()
    silent.remove(commune["name_vi"])
    assert (gap.year, gap.total, list(gap.silent)) == (2026, 57, silent)


def test_a_known_year_has_a_gap_where_the_agency_alone_settles_it():
    for kind, is_told in (("derived", False), ("reported", True)):
        run, _ = with_a_commune(kind)
        assert (run.statement(GOAL, 2030).gap is not None) == is_told


@pytest.mark.parametrize(("ends", "lowest"), [((1, 1), 1.0), ((0, 2), None), ((2, 2), None)])
def test_the_lowest_district_is_another_source_where_it_is_known_and_differs(ends, lowest):
    panel = frames.make_panel()
    mine = panel["indicator_code"].eq("literacy_level") & panel["year"].eq(2026)
    columns = ["level", "level_derived_min", "level_derived_max"]
    panel.loc[mine & panel["unit_code"].eq("819"), columns] = [np.nan, *ends]
    said = frames.make_material(panel=panel).statement("literacy_l2_province", 2030)
    assert said.latest.low == 2  # as the province reports
    assert (said.other_source.low if said.other_source else None) == lowest
    assert said.source_key == ("lowest" if lowest else "known")
