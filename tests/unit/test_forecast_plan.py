"""Verdicts for the whole plan: complete, coherent, repeatable, blind to the future."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from xhht_analysis import contracts
from xhht_analysis.forecasting.forecaster import KIT, DrawSettings
from xhht_analysis.forecasting.joint_forecast import ShareFacts
from xhht_analysis.forecasting.observed import (
    PROVINCE,
    observed_shares,
)
from xhht_analysis.forecasting.panel import forecast_panel
from xhht_analysis.forecasting.plan_forecast import forecast_plan
from xhht_analysis.forecasting.plan_indicators import forecast_indicators, plan_facts
from xhht_analysis.forecasting.verdicts import classify
from xhht_analysis.plan import goals
from xhht_analysis.plan.province import read_province
from xhht_analysis.plan.standards import read_standards
from xhht_analysis.project import Project

pytestmark = pytest.mark.unit
CONFIG = Project().config_dir
PROVINCE_DATA = read_province(CONFIG)
PLAN = {
    "goals": goals.read_goals(CONFIG),
    "targets": goals.read_targets(CONFIG),
    "indicators": goals.read_indicators(CONFIG),
}
DISTRICTS = [str(code) for code in range(815, 826)]
AS_OF = "2026-11-20"
START = {"trained_population": 40, "university_degree": 8}


@dataclass(frozen=True)
class FewAreas:
    province = PROVINCE_DATA

    def districts(self):
        return pd.DataFrame({"unit_code": DISTRICTS})


def make_panel(last_year=2026):
    """Shares rise 3 points a year plus the district's number; levels rise by one in 2023."""
    rows = []
    for indicator in PLAN["indicators"].itertuples():
        code, kind = indicator.indicator_code, indicator.kind
        units = ["82"] if kind == "milestone" else DISTRICTS
        if kind in ("rate", "context"):
            continue
        for i, unit in enumerate(units):
            for year in range(2021, last_year + 1):
                row = {"indicator_code": code, "unit_code": unit, "year": year}
                if kind in ("level", "milestone"):
                    row["level"] = float(min(indicator.level_max, (year >= 2023) + (i % 3)))
                else:
                    pace = 0.5 if code == "university_degree" else 3
                    n = 1000.0 * (i + 1)
                    x = round(n * (START.get(code, 30) + pace * (year - 2021) + i / 2) / 100)
                    row |= {"numerator": float(x), "denominator": n, "value": 100 * x / n}
                rows.append(row | {"definition_variant": indicator.definition_variant})
    panel = pd.DataFrame(rows).assign(
        frame="2021", status="sample", as_of=AS_OF, value_type="reported"
    )
    return contracts.conform(panel, contracts.PANEL)


def run(panel, **changes):
    settings = {"as_of": AS_OF, "n_draws": 200, "variants": False, **changes}
    plan = {**PLAN, **{k: settings.pop(k) for k in list(settings) if k in PLAN}}
    return forecast_plan(panel, areas=FewAreas(), **plan, **settings)


@pytest.fixture(scope="module")
def panel():
    return make_panel()


@pytest.fixture(scope="module")
def result(panel):
    return run(panel)


def pick(verdicts, goal, year=2030, unit="82"):
    mask = (verdicts["goal_code"] == goal) & (verdicts["target_year"] == year)
    return verdicts[mask & (verdicts["unit_code"] == unit)].iloc[0]


def test_every_target_line_has_a_verdict_for_the_province_and_each_district(result):
    contracts.check(result.verdicts, contracts.VERDICTS)
    contracts.check(result.forecasts, contracts.FORECASTS)
    counted = result.verdicts.groupby(["goal_code", "target_year"]).size()
    lines = PLAN["targets"].set_index(["goal_code", "target_year"]).index
    assert set(counted.index) == set(lines)
    assert result.verdicts["goal_code"].nunique() == 18
    expected = {True: 1, False: 12}
    assert all(n == expected[goal == "digital_university"] for (goal, _), n in counted.items())


def test_settled_targets_are_observed_and_open_ones_forecast(result):
    basis = result.verdicts.groupby("target_year")["basis"].unique()
    assert set(basis[2025]) == {"observed"}
    assert set(basis[2030]) == {"forecast"}


def test_the_province_stands_where_its_districts_counts_say(result):
    # n_i = 1000 (i + 1), value 30 + 15 + i / 2: sum n_i i / 2 / sum n_i = 110 / 33 = 10 / 3
    row = pick(result.verdicts, "information_literacy")
    assert row["current"] == pytest.approx(45 + 10 / 3, abs=1e-3)
    assert row["current_year"] == 2026
    assert row["n_points"] == 6


def test_a_count_target_is_a_whole_number_of_districts(result):
    row = pick(result.verdicts, "lower_secondary_l3_districts")
    assert (row["measure_unit"], row["target_value"], row["target_units"]) == ("units", 6, 6)
    assert row["n_units"] == 11
    assert row["current"] == 3  # i % 3 = 2 for 3 of 11 districts, plus one in 2023: level 3
    rows = result.forecasts
    mask = (rows["indicator_code"] == "lower_secondary_l3_districts") & (rows["year"] == 2030)
    pmf = rows[mask].set_index("output_type_id")["value"]
    assert list(pmf.index) == list(range(12))
    assert pmf.sum() == pytest.approx(1, abs=1e-3)
    assert pmf.loc[6:].sum() == pytest.approx(row["prob_reached"], abs=1e-3)
    assert "no_legal_object" in row["reason"]


def test_the_province_is_read_by_its_lowest_district_where_it_reports_no_status(result):
    status = pick(result.verdicts, "literacy_l2_province")
    assert status["current"] == 1
    assert status["n_points"] == 6


def test_a_reported_status_stands_whatever_the_rule_gives(panel):
    mine = panel["indicator_code"] == "literacy_level"
    told = panel[mine & (panel["unit_code"] == "815")].assign(unit_code="82", level=2.0)
    told = told.assign(level_derived_min=1.0, level_derived_max=1.0)
    found = run(pd.concat([panel, told])).verdicts
    row = pick(found, "literacy_l2_province", 2025)
    assert (row["verdict_class"], row["current"]) == ("reached", 2)
    assert pd.isna(row["reason"])


def test_a_rule_known_at_second_hand_is_said_where_the_level_rests_on_it(panel):
    rules = read_standards(CONFIG)
    is_literacy = rules["level_indicator"].eq("literacy_level")
    rules = rules[rules["status"].eq("verified") | is_literacy]
    found = run(panel, standards=rules).verdicts
    assert "rule_secondary" in pick(found, "literacy_l2_province")["reason"]
    assert "rule_secondary" not in str(pick(found, "primary_l3_province")["reason"])
    told = panel[panel["unit_code"] == "815"].assign(unit_code="82")
    told = told[told["indicator_code"] == "literacy_level"]
    row = pick(run(pd.concat([panel, told]), standards=rules).verdicts, "literacy_l2_province")
    assert "rule_secondary" not in str(row["reason"])


def test_draws_add_up(panel):
    facts = plan_facts(panel, PLAN["indicators"], FewAreas())
    joints = forecast_indicators(facts, DrawSettings(2035, 150, 3, KIT))
    trained = joints["trained_population"]
    assert list(trained.draws) == [*DISTRICTS, PROVINCE]
    people = sum(trained.draws[unit] * trained.sizes[unit] for unit in DISTRICTS)
    total = people / sum(trained.sizes[unit] for unit in DISTRICTS)
    np.testing.assert_allclose(trained.draws[PROVINCE], total, atol=1e-9)
    assert all(np.ptp(draws[:, 0]) == 0 for draws in trained.draws.values())


def test_the_same_inputs_give_the_same_tables_in_any_row_order(panel, result):
    again = run(panel.sample(frac=1, random_state=5))
    pd.testing.assert_frame_equal(result.verdicts, again.verdicts)
    pd.testing.assert_frame_equal(result.forecasts, again.forecasts)


def test_a_late_district_leaves_bounds_and_no_verdict_on_the_past():
    panel = make_panel(2025)
    late = (panel["unit_code"] == "825") & (panel["year"] == 2025)
    found = run(panel[~late], as_of="2026-01-15").verdicts
    row = pick(found, "learning_districts", 2025, "825")
    assert row["verdict_class"] == "no_data"
    share = pick(found, "information_literacy", 2025)
    # 66,000 people, of whom 11,000 in the silent district: at most a sixth more
    low, high = 55 / 66 * 42 + 150 / 66, 55 / 66 * 42 + 150 / 66 + 100 / 6
    assert low < 50 < high
    assert (share["verdict_class"], share["reason"]) == ("no_data", "target_year_missing")
    assert share["current_year"] == 2024
    # level 2 from 2023 on where i % 3 > 0: seven districts, the silent one (i = 10) among them
    count = pick(found, "literacy_l2_districts", 2025)
    assert (count["verdict_class"], count["current_low"], count["current_high"]) == ("missed", 6, 7)


def test_before_the_year_ends_a_late_district_is_forecast_for_it():
    panel = make_panel(2025)
    late = (panel["unit_code"] == "825") & (panel["year"] == 2025)
    row = pick(run(panel[~late], as_of="2025-12-01").verdicts, "information_literacy", 2025)
    assert row["basis"] == "forecast"
    # the ten districts that reported stand still: only a sixth of the people is in doubt
    assert row["q975"] - row["q025"] < 4


def test_a_gap_between_the_report_and_the_sum_is_said(panel):
    told = panel[panel["unit_code"] == "815"].assign(unit_code="82", value=60.0)
    told = told[told["indicator_code"] == "life_skills"]
    row = pick(run(pd.concat([panel, told])).verdicts, "life_skills")
    assert row["reason"] == "source_gap"
    assert row["current"] < 50


def test_half_a_point_between_report_and_sum_is_no_gap_and_six_tenths_are():
    # ten of a hundred in each of eleven districts: the sum is 10 %
    one = {"year": 2026, "numerator": 10.0, "denominator": 100.0, "value": 10.0}
    rows = [{"unit_code": unit, **one} for unit in DISTRICTS]
    for sent, reasons in ((10.5, ()), (10.6, ("source_gap",))):
        own = {"unit_code": PROVINCE, "year": 2026, "value": sent}
        assert ShareFacts("x", pd.DataFrame([*rows, own]), DISTRICTS).reasons == reasons


def test_who_made_a_chance_and_whether_it_was_tested_is_said(panel):
    targets = PLAN["targets"][PLAN["targets"]["goal_code"].isin(["life_skills", "clc_it"])]
    short = panel[(panel["indicator_code"] != "clc_it") | (panel["year"] >= 2024)]
    found = run(short, targets=targets).verdicts
    assert set(found["model_id"]) == {"xhht-3"}
    # three years: forecast, but no origin with three years before it and one after
    assert pick(found, "clc_it")["tested"] == "unscored"
    assert pick(found, "life_skills")["tested"] == "scored"
    assert pd.isna(pick(found, "life_skills", 2025)["tested"])


def test_a_share_that_only_the_province_reports_is_judged_there(panel):
    mine = panel["indicator_code"] == "clc_it"
    alone = panel[mine & (panel["unit_code"] == "815")].assign(unit_code="82")
    found = run(pd.concat([panel[~mine], alone])).verdicts
    row = pick(found, "clc_it")
    assert (row["basis"], row["reason"]) == ("forecast", "province_only")
    district = pick(found, "clc_it", unit="815")
    assert (district["verdict_class"], district["n_points"]) == ("no_data", 0)


def test_without_counts_districts_are_not_added_up(panel):
    bare = panel.copy()
    bare.loc[bare["indicator_code"] == "clc_it", ["numerator", "denominator"]] = np.nan
    found = run(bare).verdicts
    row = pick(found, "clc_it")
    assert (row["verdict_class"], "no_denominators" in row["reason"]) == ("no_data", True)
    assert pick(found, "clc_it", unit="815")["basis"] == "forecast"


def test_a_signed_judgement_speaks_for_a_milestone_and_for_nothing_else(panel):
    expert = pd.DataFrame(
        {
            "goal_code": ["digital_university", "life_skills"],
            "target_year": [2030, 2030],
            "probability": [0.8, 0.99],
        }
    )
    found = run(panel, expert=expert).verdicts
    row = pick(found, "digital_university")
    assert (row["prob_reached"], row["basis"], row["verdict_class"]) == (0.8, "expert", "likely")
    assert pick(found, "life_skills")["basis"] == "forecast"


def test_an_empty_panel_says_no_data_everywhere():
    found = run(contracts.PANEL.empty()).verdicts
    contracts.check(found, contracts.VERDICTS)
    assert set(found["verdict_class"]) == {"no_data"}
    first = found["reason"].fillna("").str.split(";").str[0]
    counts = found["measure_unit"] == "units"
    assert set(first[~counts]) == {"no_figures"}
    assert set(first[counts]) == {"no_legal_object"}
    # nobody knew on that day that the districts would end
    early = run(contracts.PANEL.empty(), as_of="2024-11-30").verdicts
    assert set(early["reason"]) == {"no_figures"}


def test_firmness_is_tested_by_changing_one_assumption_at_a_time(panel):
    mine = PLAN["targets"]["goal_code"].isin(["life_skills", "literacy_l2_districts"])
    found = run(panel, targets=PLAN["targets"][mine], variants=True).verdicts
    opened = found[found["basis"] == "forecast"]
    assert opened["firmness"].isin(["firm", "depends"]).all()
    assert (opened["depends_on"].notna() == opened["firmness"].eq("depends")).all()
    assert found.loc[found["basis"] != "forecast", "firmness"].isna().all()


def test_medians_of_both_members_of_a_share_are_those_of_each_alone(panel):
    """Against `forecast_panel` asked for one member: quantiles without draws, on n = 1,000."""
    mine = PLAN["targets"]["goal_code"].isin(["life_skills", "literacy_l2_districts"])
    result = run(panel, targets=PLAN["targets"][mine], variants=True, n_draws=2000)
    contracts.check(result.variants, contracts.VARIANTS)
    rows = result.variants[result.variants["target_year"] == 2030]
    medians = rows.set_index(["goal_code", "unit_code", "variant"])["median"]
    own = panel[panel["indicator_code"].eq("life_skills") & panel["unit_code"].ne("82")]
    members = {}
    for variant in ("own_changes_alone", "learned_alone"):
        alone = forecast_panel(own.assign(group_code="82"), 4, variant=variant)
        members[variant] = dict(
            zip(alone.series["unit_code"], alone.quantile_array([0.5])[:, -1, 0], strict=True)
        )
        for unit in ("815", "825"):
            expected = pytest.approx(members[variant][unit], abs=0.5)
            assert medians["life_skills", unit, variant] == expected
    low, high = sorted(by_unit["825"] for by_unit in members.values())
    assert high - low > 1
    assert low - 0.5 < pick(result.verdicts, "life_skills", unit="825")["median"] < high + 0.5
    levels = medians["literacy_l2_districts"]
    assert (levels % 1 == 0).all()


def test_two_years_give_levels_a_range_and_a_class_only_where_its_ends_agree(panel):
    short = panel[panel["year"] >= panel["year"].max() - 1]
    found = run(short, variants=True, as_of="2024-12-31").verdicts
    contracts.check(found, contracts.VERDICTS)
    opened = found[found["target_year"] == 2030]
    assert opened[["prob_reached", "firmness"]].isna().all(axis=None)
    shares = opened["measure_unit"] == "percent"
    assert set(opened.loc[shares, "verdict_class"]) == {"no_data"}
    assert opened.loc[shares, ["prob_low", "tested"]].isna().all(axis=None)
    ranged = opened[~shares]
    assert set(ranged["tested"]) == {"unscored"}
    assert (ranged["prob_low"] < ranged["prob_high"]).all()
    agree = ranged["prob_low"].map(classify) == ranged["prob_high"].map(classify)
    assert agree.any()
    assert (
        ranged["verdict_class"] == ranged["prob_low"].map(classify).where(agree, "no_data")
    ).all()
    assert ranged["reason"].str.contains("few_points").all()


def test_the_last_year_of_the_plan_can_be_judged_when_not_all_have_reported(panel):
    late = panel.assign(year=panel["year"] + 2030 - panel["year"].max())
    silent = (late["year"] == 2030) & (late["unit_code"] == "815")
    found = run(late[~silent], variants=True, as_of="2030-12-20").verdicts
    contracts.check(found, contracts.VERDICTS)
    mine = pick(found, "life_skills", unit="815")
    assert mine["basis"] == "forecast"
    assert mine["firmness"] in ("firm", "depends")
    assert pick(found, "life_skills", unit="816")["basis"] == "observed"


def test_bounds_of_a_province_with_a_silent_district():
    own = pd.DataFrame(
        {
            "unit_code": ["815", "816", "815"],
            "year": [2024, 2024, 2025],
            "numerator": [30.0, 30.0, 40.0],
            "denominator": [100.0, 50.0, 100.0],
            "value": [30.0, 60.0, 40.0],
        }
    )
    low, high = observed_shares(own, own.iloc[:0], True)
    assert low.loc[2024, PROVINCE] == high.loc[2024, PROVINCE] == 40
    assert low.loc[2025, PROVINCE] == pytest.approx(100 * 40 / 150)
    assert high.loc[2025, PROVINCE] == pytest.approx(100 * 90 / 150)
    # 816 is late: from 26.7 to 60 percent are possible, and the agency's own report says which
    report = pd.DataFrame({"unit_code": PROVINCE, "year": [2024, 2025], "value": [41.0, 37.5]})
    low, high = observed_shares(own, report, True)
    assert (low.loc[2025, PROVINCE], high.loc[2025, PROVINCE]) == (37.5, 37.5)
    assert low.loc[2024, PROVINCE] == high.loc[2024, PROVINCE] == 40  # all there: their sum
    low, high = observed_shares(own, report.assign(value=[41.0, 70.0]), True)
    assert low.loc[2025, PROVINCE] < high.loc[2025, PROVINCE] < 70  # it cannot be: the ends stand


def test_no_district_is_late_because_the_province_reported_early():
    # percentages without counts: the province's own report of 2026 is no sum of what will come
    panel = make_panel()
    panel = panel[panel["indicator_code"].isin(["information_literacy"])]
    panel = panel.assign(numerator=np.nan, denominator=np.nan)
    own = panel[panel["unit_code"].eq("815")].assign(unit_code="82", value=60.0)
    found = run(pd.concat([panel[panel["year"] < 2026], own]), as_of="2026-12-01")
    assert found.nowcasts.empty
    ahead = found.forecasts[found.forecasts["unit_code"] == "815"]
    assert (ahead["origin_year"].unique() == 2025).all()
    assert ahead["year"].min() == 2026
    assert pick(found.verdicts, "information_literacy")["current_year"] == 2026


def test_a_district_is_judged_by_the_target_given_to_it(panel, result):
    plan = pick(result.verdicts, "life_skills", unit="815")
    others = result.verdicts["unit_code"].ne("815")
    given = {"goal_code": "life_skills", "unit_code": "815", "target_year": 2030}
    for value, compare in ((plan["median"] - 5, np.greater), (plan["median"] + 5, np.less)):
        mine = run(panel, unit_targets=pd.DataFrame([given | {"target_value": value}])).verdicts
        own = pick(mine, "life_skills", unit="815")
        assert own["target_value"] == pytest.approx(value)
        assert compare(own["prob_reached"], 0.5)
        assert own["median"] == plan["median"]  # the forecast itself asks for no target
        pd.testing.assert_frame_equal(mine[others], result.verdicts[others])
