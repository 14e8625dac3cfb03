"""Goals turned round, of two standards, with a star: what text, table and decisions say of them."""

import re
from dataclasses import replace

import pandas as pd
import pytest

from tests import frames
from tests.block_text import plain_text
from xhht_analysis.forecasting.backtest import DEFAULT
from xhht_analysis.forecasting.verdicts import classify
from xhht_analysis.publishing import decisions, district_ranks, scorecard, sentences
from xhht_analysis.publishing.goal_facts import NAN, Observation
from xhht_analysis.publishing.labels import SYMBOLS
from xhht_analysis.publishing.report_data import ReportData

PROVINCE, TARGET_YEARS = "82", (2025, 2030)
UNITS = [str(code) for code in range(815, 826)]
pytestmark = pytest.mark.unit
NB = "\u00a0"


def made(**tables) -> ReportData:
    return frames.make_material(**tables)


def test_the_direction_stands_only_beside_an_earlier_run():
    alone = scorecard.scorecard(made(), "c")[0].content
    assert alone["columns"][-1] == "Đánh giá 2030"
    assert "so lần trước" not in alone["note"]
    beside = scorecard.scorecard(made(previous=frames.make_verdicts()), "c")[0].content
    assert beside["columns"] == alone["columns"]
    shown = {str(row[-1][0])[-1] for row in beside["rows"] if len(row) > 1 and row[-1] != "–"}
    told = {s.direction for s in made(previous=frames.make_verdicts()).statements(2030)}
    assert "→" in shown & told
    assert shown & set("↑↓→≠") == told - {"–"}
    assert "so lần trước: ↑ tăng" in beside["note"]


def at_most(value: float) -> ReportData:
    """The run with goal clc_it turned round: at most ``value`` percent in both years."""
    tables = {"verdicts": frames.make_verdicts(), "targets": frames.make_material().targets}
    for table in tables.values():
        mine = table["goal_code"] == "clc_it"
        table.loc[mine, ["comparator", "target_value"]] = ["<=", value]
    row = tables["verdicts"]["goal_code"].eq("clc_it") & tables["verdicts"]["unit_code"].eq("82")
    past = row & tables["verdicts"]["target_year"].eq(2025)
    tables["verdicts"].loc[past, "verdict_class"] = "reached" if value >= 41 else "missed"
    pace = min(0.0, (value - 45) / 4)  # from 45 % in 2026
    blank = {"pace_required": pace, "pace_own": 4.0, "reason": "may_fall;gains_slow",
             "people_required": 0.0}  # fmt: skip
    tables["verdicts"].loc[row & ~past, list(blank)] = list(blank.values())
    return made(**tables)


def test_a_most_is_said_as_one():
    run = at_most(5.0)
    said = run.statement("clc_it", 2030)
    assert said.target_text == f"không quá 5{NB}%"
    text = sentences.paragraph(run, said)
    # from 45 % in 2026 to 5 % in 2030: 10 points a year, while it rose by 4
    assert "mỗi năm cần giảm bình quân 10,0 điểm phần trăm, trong khi 2022–2026" in text
    assert "cần tăng" not in text
    assert "Lưu ý" not in text
    past = sentences.paragraph(run, run.statement("clc_it", 2025))
    assert f"chưa đạt**, thực hiện năm 2025 là 41,0{NB}%, còn cao hơn mức tối đa 36,0" in past
    met = at_most(50.0)
    past = sentences.paragraph(met, met.statement("clc_it", 2025))
    assert f"đã đạt**, thực hiện năm 2025 là 41,0{NB}%, thấp hơn mức tối đa 9,0 điểm" in past
    assert "Hiện đã ở mức mục tiêu" in sentences.paragraph(met, met.statement("clc_it", 2030))


def test_a_figure_just_below_its_target_is_not_rounded_onto_it():
    said = made().statement("clc_it", 2025)  # 41 percent in 2025
    below = replace(said, need=41.04)
    assert (said.actual_text, below.actual_text) == (f"41,0{NB}%", f"41,00{NB}%")
    close = replace(said, need=12.0, actual=Observation(2025, 11.96, 11.96))
    assert close.actual_text == f"11,96{NB}%"
    assert replace(close, actual=Observation(2025, 12.0, 12.0)).actual_text == f"12,0{NB}%"


def test_two_standards_of_one_goal_are_named():
    run = made()
    texts = [sentences.paragraph(run, run.statement("preschool_province", y)) for y in TARGET_YEARS]
    assert "xét theo Chuẩn PCGDMN 5 tuổi" in texts[0]
    assert "xét theo Chuẩn PCGDMN mẫu giáo" in texts[1]
    assert "xét theo" not in sentences.paragraph(run, run.statement("clc_it", 2030))


# ---- objects that ended, narrow bands, chances of all ------------------------------------------


def silent(goal: str, *, panel=None, **more) -> ReportData:
    """A run in which nothing can be said of a goal of the province, as the kit judges it."""
    verdicts = frames.make_verdicts()
    mine = (verdicts["goal_code"] == goal) & (verdicts["unit_code"] == PROVINCE)
    blank = {"verdict_class": "no_data", "basis": "none", "prob_reached": float("nan"),
             "reason": "no_legal_object"} | more  # fmt: skip
    verdicts.loc[mine, list(blank)] = list(blank.values())
    return made(verdicts=verdicts, panel=frames.make_panel() if panel is None else panel)


@pytest.mark.cases(1)
@pytest.mark.parametrize("sent", ["nothing", "one_commune", "before_the_end"])
def test_what_communes_can_report_is_missing_and_asked_for(sent):
    """The districts ended, but their level is rebuilt from communes: one level more or less
    changes neither class nor count nor what is asked."""
    panel, code = frames.make_panel(), "preschool_level"
    of_code = panel["indicator_code"] == code
    one = (panel["unit_code"] == "819") & (panel["year"] == 2026)
    before = panel["year"] < 2025
    keep = {"nothing": before & False, "before_the_end": before, "one_commune": one}[sent]
    run = silent("preschool_districts", panel=panel[~of_code | keep])
    for year in TARGET_YEARS:
        said = run.statement("preschool_districts", year)
        assert said.key == "no_data"
        text = sentences.paragraph(run, said)
        assert "**chưa đủ số liệu** xã, phường để tính lại trên 11 địa bàn cũ" in text
        assert any(one == said for one, *_ in decisions.unsettled(run))
    asked = " ".join(one.asked for one in decisions.decisions(run))
    assert run.title("preschool_districts") not in asked


@pytest.mark.cases(2)
@pytest.mark.parametrize("basis", ["none", "forecast"])
@pytest.mark.parametrize("sent", ["nothing", "before_the_end", "every_year"])
def test_what_no_one_can_report_any_more_is_said_first_and_asked_for_nothing(sent, basis):
    """No rule rebuilds a learning district from communes: without an object, without a chance."""
    panel = frames.make_panel()
    of_code = panel["indicator_code"] == "learning_community_level"
    keep = {"nothing": panel["year"] < 0, "before_the_end": panel["year"] < 2025,
            "every_year": panel["year"] > 0}[sent]  # fmt: skip
    chance = {"basis": basis} | ({"prob_reached": 0.2, "verdict_class": "unlikely"}
                                 if basis == "forecast" else {})  # fmt: skip
    run = silent("learning_districts", panel=panel[~of_code | keep], **chance)
    said = run.statement("learning_districts", 2030)
    assert (said.key, said.chance_text) == ("no_object", "")
    text = sentences.paragraph(run, said)
    assert text.startswith("Mục tiêu năm 2030 (6/11 đơn vị): **không còn đối tượng công nhận**")
    assert "cần" not in text
    assert said not in [one for one, *_ in decisions.unsettled(run)]


def test_an_outcome_known_before_the_end_stands():
    assert made().statement("learning_districts", 2025).key == "reached"


def scored(indicator: str, covered: float, metric: str = "coverage_80") -> pd.DataFrame:
    """Twenty tests one year ahead and ten two years ahead, both with this share inside."""
    row = {"model_id": DEFAULT, "indicator_code": indicator, "origin_year": 2023, "metric": metric}
    return pd.DataFrame(
        [row | {"horizon": h, "value": covered, "n": n} for h, n in ((1, 20), (2, 10))]
    )


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    ("goal", "indicator", "metric"),
    [("clc_it", "clc_it", "coverage_80"),
     ("lower_secondary_l2_districts", "lower_secondary_level", "count_coverage_80")],
)  # fmt: skip
@pytest.mark.parametrize(("covered", "narrow"), [(0.53, True), (0.69, True), (0.7, False)])
def test_a_band_that_held_too_few_outcomes_marks_its_chance(
    goal, indicator, metric, covered, narrow
):
    verdicts = frames.make_verdicts()
    verdicts["tested"] = "scored"
    run = made(scores=scored(indicator, covered, metric), verdicts=verdicts)
    said = run.statement(goal, 2030)
    assert ("độ tin cậy thấp" in said.chance_text) == narrow
    assert ("‡" in said.cell[0]) == narrow
    row = scorecard.summary_table(run).set_index(["Mục tiêu", "Năm"])
    mine = row.loc[(f"{said.order}. {said.title}", 2030)]
    assert ("độ tin cậy thấp" in mine["Khả năng đạt"]) == narrow
    remark = mine["Lưu ý về khả năng đạt"]
    assert remark.startswith(sentences.sentence("chance_note", run, said))
    assert remark.endswith(sentences.sentence("depends", run, said))  # and no source differs
    text = sentences.sentence("chance_note", run, said)
    shown = f"{100 * covered:.1f}{NB}%".replace(".", ",")
    assert (f"chỉ chứa {shown} số thực tế" in text) == narrow
    assert not made(verdicts=verdicts).statement(goal, 2030).doubt
    untested = made(
        scores=scored(indicator, covered, metric), verdicts=verdicts.assign(tested="unscored")
    )
    assert untested.statement(goal, 2030).doubt == "untested"
    note = scorecard.scorecard(untested, "c")[0].content["note"]
    assert "† chưa kiểm định" in note
    assert "‡" not in note  # no chance of this table has the sign
    alike = [s for s in run.statements(2030) if s.doubt == "narrow"]
    note = scorecard.scorecard(run, "c")[0].content["note"]
    assert ("‡ độ tin cậy thấp" in note) == bool(alike)
    assert ("* chưa vững" in note) == any(s.star for s in run.all_statements())
    shown = {s.mark for s in run.all_statements()}
    told = {part[0] for part in note.split("; ")}
    assert told & set(SYMBOLS.values()) == shown


def pooled(chances: list[float]) -> ReportData:
    """Verdicts of 2030 on one goal of levels with these chances, one per district."""
    verdicts = frames.make_verdicts()
    mine = (verdicts["goal_code"] == "literacy_l2_districts") & (verdicts["target_year"] == 2030)
    mine &= verdicts["unit_code"] != PROVINCE
    verdicts.loc[mine, "prob_reached"] = chances
    verdicts.loc[mine, "verdict_class"] = [classify(p) for p in chances]
    return made(verdicts=verdicts)


def test_a_chance_that_follows_from_a_level_is_said_to_be_no_judgement_of_one():
    run, goal = pooled([0.9] * 10 + [0.91]), "literacy_l2_districts"  # shown as 90 eleven times
    own_page = run.statement(goal, 2030, "819")
    assert "ước theo mức hiện nay" in sentences.paragraph(run, own_page)
    assert own_page.chance_text == f"90{NB}%, ước theo mức hiện nay"
    assert "theo mức hiện nay" not in sentences.paragraph(run, run.statement(goal, 2030))


def at_two_levels() -> ReportData:
    """Lower secondary level 3 of 2030: seven districts at level 2 with one chance, four at 3.

    If one of the seven got there the province would gain 12 points, 14 by the draws of the first;
    one at level 3 would bring 3. Two of the seven gain as much by their university degrees.
    """
    verdicts, goal = frames.make_verdicts(), "lower_secondary_l3_districts"
    of_2030 = verdicts["target_year"].eq(2030) & verdicts["unit_code"].ne(PROVINCE)
    verdicts["leverage"] = float("nan")
    for unit in UNITS:
        low = unit in UNITS[:7]
        mine = of_2030 & verdicts["goal_code"].eq(goal) & verdicts["unit_code"].eq(unit)
        values = {"prob_reached": 0.3163 if low else 0.72, "current": 2.0 if low else 3.0,
                  "leverage": (0.14 if unit == UNITS[0] else 0.1167) if low else 0.03,
                  "basis": "forecast",
                  "verdict_class": "unlikely" if low else "likely"}  # fmt: skip
        verdicts.loc[mine, list(values)] = list(values.values())
    share = of_2030 & verdicts["goal_code"].eq("university_degree")
    verdicts.loc[share & verdicts["unit_code"].isin(UNITS[:2]), "leverage"] = 0.135
    share = of_2030 & verdicts["goal_code"].eq("clc_it")
    verdicts.loc[share & verdicts["unit_code"].isin(UNITS[1:4]), "leverage"] = 0.132
    whole = verdicts["unit_code"].eq(PROVINCE) & verdicts["target_year"].eq(2030)
    asked = verdicts["goal_code"].isin([goal, "university_degree", "clc_it"])
    verdicts.loc[whole & asked, ["basis", "prob_reached", "verdict_class"]] = [
        "forecast", 0.45, "open"]  # fmt: skip
    return made(verdicts=verdicts)


def test_districts_of_one_chance_are_asked_for_together():
    """(0.14 + 6 x 0.1167) / 7 = 0.12: a mean of 12 points; nobody's chance is his own."""
    run, goal = at_two_levels(), "lower_secondary_l3_districts"
    said = run.statement(goal, 2030, UNITS[0])
    assert said.chance_text == f"30{NB}%, ước theo mức hiện nay"
    gains = decisions.leverages(run)
    mine = gains["goal_code"].eq(goal) & gains["unit_code"].isin(UNITS[:7])
    assert gains[mine]["gain"].tolist() == pytest.approx([0.12] * 7, abs=1e-3)


@pytest.mark.parametrize(
    ("ends", "words"),
    [((0.005, 0.02), f"<{NB}5{NB}%"), ((0.0051, 0.0312), f"không quá 5{NB}%"),
     ((0.11, 0.36), f"từ 10{NB}% đến 35{NB}%"), ((0.9, 0.999), f"từ 90{NB}% trở lên"),
     ((0.01, 0.99), f"từ <{NB}5{NB}% đến >{NB}95{NB}%")],
)  # fmt: skip
def test_a_range_of_chances_is_said_as_one(ends, words):
    said = replace(made().statement("clc_it", 2030), is_forecast=False, chance_range=ends)
    assert said.bare_chance == words


def test_a_reading_that_gives_the_same_is_not_told():
    run = made()
    said = run.statement("clc_it", 2030)
    same = replace(said, readings=(replace(said, need=89.0),))
    other = replace(said, readings=(replace(said, verdict_class="unlikely", chance=0.3),))
    assert sentences.sentence("reading", run, same) == ""
    assert "Cách hiểu khác" in sentences.sentence("reading", run, other)


def test_what_may_be_lost_is_said_once():
    """At the target today, but open: the effort says that it may not hold, the remark does not."""
    run = made()
    said = run.statement("literacy_l2_districts", 2030)  # 11 of 11 today
    at_risk = replace(said, verdict_class="open", chance=0.5, reasons=("may_fall",))
    text = sentences.paragraph(run, at_risk)
    assert "chưa chắc giữ được" in text
    assert "có thể giảm" not in text
    sure = sentences.paragraph(run, replace(at_risk, verdict_class="likely", chance=0.75))
    assert "nhiệm vụ là duy trì" in sure
    assert "có thể giảm" in sure
    for least, words in ((0.85, "nhiệm vụ là duy trì"), (0.4, "chưa chắc giữ được")):
        few = replace(said, verdict_class="no_data", is_forecast=False, chance=NAN,
                      chance_range=(least, 0.95))  # fmt: skip
        assert words in sentences.sentence("effort", run, few)


def test_two_standards_stand_beside_their_values():
    run = made()
    rows = {row[0]: row for row in scorecard.scorecard(run, "c")[0].content["rows"]}
    name = "4. Tỉnh đạt chuẩn phổ cập giáo dục mầm non"
    assert f"{name} (2025: Chuẩn PCGDMN 5 tuổi; 2030: Chuẩn PCGDMN mẫu giáo)" in rows
    book = scorecard.summary_table(run)
    named = book.loc[book["Mục tiêu"].str.startswith(name), ["Mục tiêu", "Năm"]]
    assert named.to_numpy().tolist() == [
        [f"{name} (Chuẩn PCGDMN 5 tuổi)", 2025],
        [f"{name} (Chuẩn PCGDMN mẫu giáo)", 2030],
    ]


def test_a_year_without_a_target_is_named_as_such():
    texts = sentences.goal_sentences(made(), "primary_l3_districts")
    assert texts[-1] == "Kế hoạch không đặt mục tiêu này cho năm 2030."


def test_no_text_of_the_plan_speaks_of_years_of_figures():
    """A run may lack those years: only days of law and other areas' figures may be dated."""
    run = made()
    texts = [*run.goals["doubts_vi"], *run.indicators["notes_vi"], *run.goals["doubts_en"]]
    dated = r"(số liệu|giá trị|figures?|values?)[^.;]{0,30}20\d\d–20\d\d"
    assert [text for text in texts if re.search(dated, str(text))] == []
    assert not run.goals["doubts_vi"].str.contains("không phải 12 %|chỉ có thể hiểu").any()


def test_two_districts_are_neither_first_nor_last():
    """Nine districts sent nothing: who leads and who lags would be the same two."""
    verdicts = frames.make_verdicts()
    silent = ~verdicts["unit_code"].isin([PROVINCE, "815", "819"])
    verdicts.loc[silent, ["verdict_class", "basis", "prob_reached"]] = ["no_data", "none", None]
    run = made(verdicts=verdicts)
    said = " ".join(plain_text(b.content) for b in district_ranks.places(run, lambda *_: []))
    assert "Mới có 2/11 địa bàn đủ số liệu" in said
    whole = " ".join(plain_text(b.content) for b in district_ranks.places(made(), lambda *_: []))
    assert "Mới có" not in whole


def test_a_pace_of_fewer_than_five_figures_names_its_first_year():
    panel, run = frames.make_panel(), made()
    whole = sentences.sentence("effort", run, run.statement("clc_it", 2030))
    assert "tốc độ thường gặp 2022–2026" in whole
    nobody = panel["unit_code"].isin(["819", "82"])  # neither the district nor the lead agency
    hole = (panel["indicator_code"] == "clc_it") & nobody
    run = made(panel=panel[~(hole & (panel["year"] == 2022))])
    text = sentences.sentence("effort", run, run.statement("clc_it", 2030))
    assert "tốc độ thường gặp 2023–2026" in text


def test_a_share_of_the_parent_goal_is_of_what_is_expected_then():
    """The plan's 15 % of 56.6 % in 2030 are 8.5 %, whatever the parent stands at today (45 %)."""
    verdicts = frames.make_verdicts()
    above = verdicts["goal_code"].eq("trained_population") & verdicts["target_year"].eq(2030)
    verdicts.loc[above, ["q100", "median", "q900"]] = [54.0, 56.6, 58.9]
    of_part = verdicts["goal_code"].eq("university_degree") & verdicts["target_year"].eq(2030)
    verdicts.loc[of_part, ["basis", "prob_reached"]] = ["forecast", 0.4]
    run = made(verdicts=verdicts)
    (reading,) = run.statement("university_degree", 2030).readings
    assert reading.need == pytest.approx(8.49)
    assert f"(cần 8,5{NB}%)" in sentences.sentence("condition", run, reading)


def test_what_another_source_reported_is_of_the_year_that_it_stands_beside():
    """2025 is open: one district is missing. Of 2026 the agency reported no sum of units."""
    panel, verdicts = frames.make_panel(), frames.make_verdicts()
    mine = panel["indicator_code"] == "clc_it"
    lost = mine & panel["unit_code"].isin(["819", PROVINCE]) & (panel["year"] == 2025)
    at = mine & (panel["unit_code"] == PROVINCE) & (panel["year"] == 2026)
    panel.loc[at, ["value", "numerator", "value_type"]] = [50.0, 5500.0, "reported"]
    of_2025 = (verdicts["goal_code"] == "clc_it") & (verdicts["target_year"] == 2025)
    verdicts.loc[of_2025, ["basis", "verdict_class", "prob_reached"]] = ["none", "no_data", None]
    run = made(panel=panel[~lost], verdicts=verdicts)
    text = sentences.paragraph(run, run.statement("clc_it", 2025))
    assert f"Năm 2025, cơ quan chủ trì báo cáo 50,0{NB}%" not in text
    assert "năm 2025 chỉ xác định được từ" in text
