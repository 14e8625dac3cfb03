"""One statement per goal, year and unit: no sentence, table or figure says another thing."""

import re

import numpy as np
import pandas as pd
import pytest

from tests import frames
from tests.block_text import cell_text, plain_text
from tests.random_runs import random_run
from xhht_analysis.publishing import decisions, report, scorecard, sentences
from xhht_analysis.publishing.figures import gallery
from xhht_analysis.publishing.goal_facts import Observation
from xhht_analysis.publishing.report_data import ReportData

PROVINCE, TARGET_YEARS = "82", (2025, 2030)
pytestmark = pytest.mark.unit
NB = "\u00a0"


def oracle(run: ReportData, said) -> tuple[float, float] | None:
    """Lowest and highest figure of the target year, counted from the panel by plain loops."""
    rows = run.panel[(run.panel["indicator_code"] == said.indicator_code)
                     & (run.panel["year"] == said.target_year)]  # fmt: skip
    own = rows[rows["unit_code"].isin(frames.DISTRICTS)]
    if said.measure_unit == "percent":
        if len(own) < 11:
            return None  # bounds with missing units have tests of their own
        return (100 * own["numerator"].sum() / own["denominator"].sum(),) * 2
    if said.kind == "milestone":
        own = rows[rows["unit_code"] == PROVINCE]
        return None if own.empty else (own["level"].iloc[0],) * 2
    status = rows[rows["unit_code"] == PROVINCE]
    if said.measure_unit == "level" and len(status):
        return (status["level"].iloc[0],) * 2
    if len(own) < 11:
        return None
    required = float(run.ordered_goals.loc[said.goal_code, "level_required"])
    if said.measure_unit == "units":
        return (float((own["level"] >= required).sum()),) * 2
    return (own["level"].min(),) * 2


def said_by(run: ReportData, unit: str = PROVINCE) -> list:
    return [s for year in TARGET_YEARS for s in run.statements(year, unit)]


def test_no_statement_of_one_run_contradicts_its_tables():
    check_run(random_run(1, 6, 0.0, True, "2026-11-20"))


def check_run(run: ReportData) -> None:
    for said in [*said_by(run), *said_by(run, "819")]:
        check_against_tables(run, said)
        check_text(run, said)
        check_readings(run, said)
    check_page(run)
    check_pairs(run)
    check_tables(run)


def check_against_tables(run: ReportData, said) -> None:
    row = run.verdict(said.goal_code, said.target_year, said.unit_code)
    assert said.verdict_class == row["verdict_class"]
    untested = row["tested"] == "unscored" and said.chance_text != ""
    assert all(r.chance != r.chance or said.is_forecast for r in said.readings)
    texts = (said.chance_text, said.verdict_text, sentences.paragraph(run, said))
    assert ["chưa kiểm định" in text for text in texts[:2]] == [untested] * 2
    assert ("chưa được thử ngược" in texts[2]) == untested
    if said.key == "reached":
        assert said.meets(said.actual.low)
    if said.key == "missed":
        assert not said.meets(said.actual.high)
    if said.is_forecast:
        assert said.chance == row["prob_reached"]
        assert said.actual is None or not said.actual.exact
    known = said.actual is not None and said.actual.exact
    if said.unit_code == PROVINCE and known and (right := oracle(run, said)):
        assert (said.actual.low, said.actual.high) == pytest.approx(right)
    if said.is_forecast and pd.notna(row["current"]) and said.measure_unit == "percent":
        assert said.base.low == pytest.approx(row["current"], abs=1e-3)


def check_text(run: ReportData, said) -> None:
    text = sentences.paragraph(run, said)
    assert f"năm {said.target_year} ({said.target_text})" in text
    if said.key not in ("no_object",):
        assert said.labels.verdict(said.key) in text
    if said.has_range:
        assert said.chance_bounds in text
    asked = ("cần tăng", "nhiệm vụ là duy trì", "còn thiếu")
    if said.key == "no_object":
        assert not any(words in text for words in asked)
        assert "bổ sung số liệu" not in text
    if f"{said.target_year}-12-31" < run.as_of or not said.is_forecast:
        assert "mỗi năm cần" not in text
    assert not ("cần tăng" in text and said.lower_is_better)
    assert not ("cần giảm" in text and not said.lower_is_better)
    assert not ("mỗi năm cần tăng" in text and "Hiện đã ở mức mục tiêu" in text)
    assert not ("nhiệm vụ là duy trì" in text and said.is_struggling)
    if said.measure_unit != "percent":  # what was never reached cannot be hard to hold
        assert not ("khó duy trì tốc độ" in text and "chưa năm nào" in text)
    assert not re.search(r"nan|None|\{|\}|[a-z]+_[a-z]+", text), text
    shown = said.actual if not said.is_forecast and said.actual else said.latest
    if shown is not None and not shown.exact and said.key != "no_object":
        assert "chưa có số liệu" in text or "chưa đủ số liệu" in text


def check_readings(run: ReportData, said) -> None:
    """Another reading of the target of a figure that is known: judged by its own comparator."""
    for reading in said.readings:
        if said.actual is not None:
            value = said.actual.low
            met = value <= reading.need if said.lower_is_better else value >= reading.need
            assert reading.verdict_class == ("reached" if met else "missed")
        elif said.measure_unit == "percent" and said.expected:
            low, _, high = said.expected  # 10 and 90 % quantile
            if reading.need > high:
                assert (reading.chance > 0.85) == said.lower_is_better
            elif reading.need < low:
                assert (reading.chance < 0.15) == said.lower_is_better


def check_page(run: ReportData) -> None:
    """Sentences on the whole plan: counted from the statements, of the day of the report."""
    blocks = [*report.brief(run), *report.report(run, "annual", lambda *_: [])]
    text = "\n".join(plain_text(block.content) for block in blocks)
    assert not re.search(r"\u22120(,0+)?(?!,?\d)|\bnan\b|None|đạt đạt", text)
    for year in TARGET_YEARS:
        past = f"{year}-12-31" < run.as_of
        if past:
            assert f"mục tiêu năm {year} khó đạt" not in text
            assert f"Dự báo năm {year}" not in text
    if run.as_of < "2025-07-01":
        assert not re.search(r"(?<!30/11)/2025|không còn|địa bàn cũ|sắp xếp", text)
    for one in decisions.decisions(run):
        assert len(" ".join(one.basis)) > 10
        names = re.split(r"[,;] | và \d+ đơn vị khác", one.addressee)
        assert len(names) == len(set(names))


def check_pairs(run: ReportData) -> None:
    """Goals on the same districts cannot differ on what those districts are."""
    for year in TARGET_YEARS:
        districts = run.statement("literacy_l2_districts", year)
        province = run.statement("literacy_l2_province", year)
        if province.other_source is None and {districts.key, province.key} <= {"reached", "missed"}:
            assert province.key == districts.key
        two = run.statement("lower_secondary_l2_districts", year)
        three = run.statement("lower_secondary_l3_districts", year)
        if two.actual is not None and three.actual is not None:
            assert two.actual.low >= three.actual.low
    for code in run.ordered_goals.index:
        pair = [run.statement(code, year) for year in TARGET_YEARS]
        assert pair[0].latest == pair[1].latest


def check_tables(run: ReportData) -> None:
    """Scorecard, workbook and alt text of the overview take the statement's own words."""
    last_year = run.panel["year"].max()

    def newest(first, last) -> str:
        return last.latest_text.removesuffix(f" ({last_year})")

    rows = [r for r in scorecard.scorecard(run, "c")[0].content["rows"] if len(r) > 1]
    book = scorecard.summary_table(run)
    for row, code in zip(rows, run.ordered_goals.index, strict=True):
        first, last = (run.statement(code, year) for year in TARGET_YEARS)
        shown = [first.target_text, first.actual_text, first.cell[0],
                 last.target_text, newest(first, last), last.cell[0]]  # fmt: skip
        assert [cell_text(c) for c in row[1:]] == [text.replace(" đơn vị", "") for text in shown]
    assert list(book["Số liệu mới nhất"])[::2] == [
        run.statement(code, 2025).latest_text for code in run.ordered_goals.index
    ]
    assert len(book) == 2 * len(rows)
    alt = gallery.report_figures(run)["overview"]().get_label()
    assert all(run.tally(year) in alt for year in TARGET_YEARS)


# ---- single statements, worked by hand --------------------------------------------------------


def made(**tables):
    return frames.make_material(**tables)


def test_a_target_of_2025_stands_beside_the_figure_of_2025():
    said = made().statement("clc_it", 2025)
    # 20 + 4 * (2025 - 2021) + 5 = 41; 2026: 45
    assert (said.actual_text, said.latest_text) == (f"41,0{NB}%", f"45,0{NB}% (2026)")


def test_a_report_that_the_rules_contradict_is_said_with_both_figures():
    panel, verdicts = frames.make_panel(), frames.make_verdicts()
    mine = (panel["indicator_code"] == "primary_level") & (panel["unit_code"] == PROVINCE)
    panel.loc[mine, "level"] = 3.0
    at = verdicts["goal_code"] == "primary_l3_province"
    verdicts.loc[at & (verdicts["target_year"] == 2025), "verdict_class"] = "reached"
    run = made(panel=panel, verdicts=verdicts)
    said = run.statement("primary_l3_province", 2025)
    # the lowest district stands at 2 in 2025: reached by the report, missed by the rule
    assert (said.actual_text, said.other_source) == ("mức độ 3", Observation(2025, 2.0, 2.0))
    text = sentences.paragraph(run, said)
    assert "Địa bàn thấp nhất năm 2025: mức độ 2" in text
    (item,) = [i for i in decisions.unsettled(run) if i[0] == said]
    assert "địa bàn thấp nhất ở mức độ 2" in item[1]
    panel.loc[mine, ["level_derived_min", "level_derived_max"]] = 1.0
    said = made(panel=panel, verdicts=verdicts).statement("primary_l3_province", 2025)
    assert "tính theo quy tắc công nhận là mức độ 1" in sentences.sentence("source", run, said)


def test_two_sources_of_one_share_are_both_said():
    panel = frames.make_panel()
    mine = (panel["indicator_code"] == "clc_it") & (panel["unit_code"] == PROVINCE)
    at = mine & (panel["year"] == 2025)
    panel.loc[at, ["value", "numerator", "value_type"]] = [47.5, 5225.0, "reported"]
    run = made(panel=panel)
    text = sentences.paragraph(run, run.statement("clc_it", 2025))
    assert f"Năm 2025, cơ quan chủ trì báo cáo 47,5{NB}%; cộng từ các đơn vị là 41,0{NB}%." in text


def test_one_missing_unit_gives_a_range_and_its_name():
    panel = frames.make_panel()
    lost = (panel["indicator_code"] == "clc_it") & panel["unit_code"].isin(["819", PROVINCE])
    run = made(panel=panel[~(lost & (panel["year"] == 2026))])
    said = run.statement("clc_it", 2030)
    # 11 units of 1000; without 819 (44 %) the ten others hold 4510: 41,0 % to 50,1 %
    assert said.latest.low == pytest.approx(100 * 4510 / 11000)
    assert said.latest.high == pytest.approx(100 * 5510 / 11000)
    text = sentences.paragraph(run, said)
    assert (
        "Năm 2026 mới có số liệu của 10/11 đơn vị, chưa có số liệu dùng được của H. Cái Bè." in text
    )
    assert f"từ 41,0{NB}% (năm 2025)" in text  # no estimate of 2026 came with the tables


def test_the_pace_of_a_year_in_part_starts_from_its_estimate_and_says_so():
    panel, now = frames.make_panel(), {"n_reported": 10, "n_units": 11, "median": 45.2}
    lost = (panel["indicator_code"] == "clc_it") & panel["unit_code"].isin(["819", PROVINCE])
    now |= {"indicator_code": "clc_it", "unit_code": PROVINCE, "year": 2026}
    run = made(panel=panel[~(lost & (panel["year"] == 2026))], nowcasts=pd.DataFrame([now]))
    said = run.statement("clc_it", 2030)
    assert (said.base.year, said.base.low) == (2026, 45.2)
    assert f"từ 45,2{NB}% (ước năm 2026) mỗi năm" in sentences.paragraph(run, said)
    assert said.pace_window == "2021–2025"  # the usual pace is of these figures


def test_to_maintain_is_measured_year_by_year():
    run = made()
    text = sentences.sentence("held", run, run.statement("literacy_l2_districts", 2030))
    # every district is at level 2 from 2024 on (1 + (2024 - 2021) // 3)
    assert "chưa ở mức mục tiêu: 2021, 2022, 2023." in text


def test_a_goal_without_object_and_figures_is_asked_for_nothing():
    verdicts = frames.make_verdicts()
    mine = (verdicts["goal_code"] == "learning_districts") & (verdicts["target_year"] == 2030)
    blank = {"verdict_class": "no_data", "basis": "none", "prob_reached": np.nan,
             "reason": "few_points;no_legal_object"}  # fmt: skip
    verdicts.loc[mine, list(blank)] = list(blank.values())
    panel = frames.make_panel()  # no district is recognised after the districts have ended
    late = (panel["indicator_code"] == "learning_community_level") & (panel["year"] > 2024)
    run = made(verdicts=verdicts, panel=panel[~late])
    said = run.statement("learning_districts", 2030)
    assert (said.key, said.mark) == ("no_object", "∅")
    text = sentences.paragraph(run, said)
    assert "không còn đối tượng công nhận" in text
    assert "Lưu ý" not in text


def test_disputed_words_show_both_verdicts():
    run = made()
    text = sentences.paragraph(run, run.statement("digital_university", 2025))
    # level(2025, 11) = 1 + 4 // 3 = 2: deployed is 3, in deployment is 2
    assert "**chưa đạt**" in text
    assert (
        "“đang triển khai” cũng là đáp ứng yêu cầu “triển khai” của Kế hoạch thì mục tiêu đã đạt"
        in text
    )
    said = run.statement("lower_secondary_l3_districts", 2025)
    # 20 % of the 11 districts at level 2 are 2,2: three districts, of the four there are
    assert (said.readings[0].need, said.readings[0].verdict_class) == (3, "reached")


def test_a_goal_without_a_verdict_has_none_under_another_reading():
    verdicts = frames.make_verdicts()
    code = "university_degree"
    mine = (verdicts["goal_code"] == code) & (verdicts["target_year"] == 2030)
    assert made().statement(code, 2030).readings
    blank = {"verdict_class": "no_data", "basis": "none", "prob_reached": np.nan,
             "reason": "few_points"}  # fmt: skip
    verdicts.loc[mine, list(blank)] = list(blank.values())
    run = made(verdicts=verdicts)
    assert run.statement(code, 2030).readings == ()
    assert "nếu hiểu" not in sentences.paragraph(run, run.statement(code, 2030))


def test_a_share_of_an_unknown_count_is_no_target():
    """Half of what is expected in 2030 (11), of nothing where nothing is expected."""
    cell = {"indicator_code": "lower_secondary_l3_districts", "unit_code": PROVINCE, "year": 2030,
            "output_type": "pmf", "output_type_id": 11.0, "value": 1.0}  # fmt: skip
    sure, verdicts = frames.make_forecasts().head(1).assign(**cell), frames.make_verdicts()
    (reading,) = made(forecasts=sure).statement("lower_secondary_l3_districts", 2030).readings
    assert reading.need == 6
    above = verdicts["goal_code"].eq("lower_secondary_l2_districts")
    verdicts.loc[above, ["q100", "median", "q900"]] = np.nan
    run = made(verdicts=verdicts, forecasts=sure)
    assert run.statement("lower_secondary_l3_districts", 2030).readings == ()


def test_to_maintain_a_status_is_said_as_one():
    assert made().statement("digital_university", 2030).target_text == "duy trì mức đã triển khai"


@pytest.mark.parametrize(
    ("people", "words"),
    [
        (44147.0, "44,1 nghìn"),
        (2480.0, "2,5 nghìn"),
        (147.0, "147"),
        (7.4, "7"),
        (1_240_000, "1,2 triệu"),
    ],
)
def test_people_are_rounded_as_they_are_said(people, words):
    verdicts = frames.make_verdicts()
    verdicts["people_required"] = people
    run = made(verdicts=verdicts)
    text = sentences.sentence("effort", run, run.statement("clc_it", 2030))
    assert f"tương đương khoảng {words} trung tâm mỗi năm" in text


def test_direction_compares_with_the_run_before():
    previous = frames.make_verdicts()
    mine = previous["goal_code"] == "clc_it"
    previous.loc[mine & (previous["target_year"] == 2030), "prob_reached"] = 0.3
    run = made(previous=previous)
    assert run.statement("clc_it", 2030).direction == "↑"  # 30 % before, 78 % now
    assert run.statement("trained_population", 2030).direction == "→"
    assert made().statement("clc_it", 2030).direction == "–"


def test_why_names_what_moves_the_forecast_and_a_year_in_part_has_an_estimate():
    rows = [
        {"goal_code": "clc_it", "unit_code": unit, "target_year": 2030, "rank": 1,
         "feature": name, "effect": effect}
        for unit, name, effect in (("815", "group_pace", 2.0), ("816", "group_pace", 3.0),
                                   ("815", "last_step", -0.8), ("816", "own_pace", 0.1))
    ]  # fmt: skip
    panel = frames.make_panel()
    lost = (panel["indicator_code"] == "clc_it") & panel["unit_code"].isin(["819", PROVINCE])
    now = {"indicator_code": "clc_it", "unit_code": PROVINCE, "year": 2026, "n_reported": 10,
           "n_units": 11, "median": 45.2}  # fmt: skip
    run = made(drivers=pd.DataFrame(rows), nowcasts=pd.DataFrame([now]),
               panel=panel[~(lost & (panel["year"] == 2026))])  # fmt: skip
    text = sentences.paragraph(run, run.statement("clc_it", 2030))
    # mean of 2,0 and 3,0 up; 0,8 down; 0,1 is too little to be named
    why = "tốc độ tăng chung của các địa bàn (nâng dự báo); mức tăng của năm gần nhất (hạ dự báo)."
    assert why in text
    assert "nhịp tăng riêng" not in text
    assert f"Ước từ 10/11 đơn vị đã báo cáo: khoảng 45,2{NB}%." in text


def test_a_verdict_that_hangs_on_figures_without_which_nothing_is_known():
    verdicts = frames.make_verdicts()
    at = (verdicts["goal_code"] == "clc_it") & (verdicts["target_year"] == 2030)
    at &= verdicts["unit_code"] == PROVINCE
    verdicts.loc[at, ["firmness", "depends_on"]] = ["depends", "doubtful_dropped"]
    none = {"goal_code": "clc_it", "unit_code": PROVINCE, "target_year": 2030,
            "variant": "doubtful_dropped", "prob_reached": np.nan}  # fmt: skip
    run = made(verdicts=verdicts, variants=pd.DataFrame([none]))
    said = run.statement("clc_it", 2030)
    (item,) = [one for one in decisions.unsettled(run) if one[0] == said]
    assert item[1] == "nếu bỏ các số còn nghi vấn"
    text = sentences.paragraph(run, said)
    assert "chưa vững: nếu bỏ các số còn nghi vấn thì kết luận đã khác." in text


@pytest.mark.parametrize("firmness", ["firm", "depends"])
def test_a_star_marks_only_what_another_assumption_would_change(firmness):
    verdicts = frames.make_material().verdicts
    at = (verdicts["goal_code"] == "clc_it") & (verdicts["target_year"] == 2030)
    verdicts = verdicts.assign(
        firmness=verdicts["firmness"].mask(at, firmness),
        depends_on=verdicts["depends_on"].mask(at, "shared_pace_stops"),
    )
    said = frames.make_material(verdicts=verdicts).statement("clc_it", 2030)
    text, key = said.cell
    assert text.endswith("\u00a0*") == (firmness == "depends")
    assert key == said.key
