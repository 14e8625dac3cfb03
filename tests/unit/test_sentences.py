"""Numbers in prose are computed: change one figure and every sentence that rests on it changes."""

import pandas as pd
import pytest

from tests import frames, report_maker
from xhht_analysis.contracts import VERDICTS
from xhht_analysis.forecasting.backtest import DEFAULT
from xhht_analysis.forecasting.verdicts import classify
from xhht_analysis.publishing import (
    decisions,
    district_ranks,
    implementation,
    report,
    run_tables,
    sentences,
    unit_report,
    workbook,
)
from xhht_analysis.publishing.labels import Labels, rounded_percent
from xhht_analysis.publishing.selection import where

pytestmark = pytest.mark.unit
NB = "\u00a0"
GOAL = "clc_it"


def changed(**values):
    """Verdicts with other numbers in the province's verdict of 2030 on the goal."""
    verdicts = frames.make_verdicts()
    mine = (verdicts["goal_code"] == GOAL) & (verdicts["unit_code"] == "82")
    for name, value in values.items():
        verdicts.loc[mine & (verdicts["target_year"] == 2030), name] = value
    return verdicts


def told(run) -> dict[str, str]:
    return {
        "goal": " ".join(sentences.goal_sentences(run, GOAL)),
        "lead": " ".join(sentences.on_plan("headline", run)),
        "points": " ".join(sentences.on_plan("points", run, 2025)),
    }


def test_one_panel_value_changes_every_sentence_that_rests_on_it():
    before = told(frames.make_material())
    verdicts, panel = frames.make_verdicts(), frames.make_panel()
    mine = (verdicts["goal_code"] == GOAL) & (verdicts["unit_code"] == "82")
    verdicts.loc[mine & (verdicts["target_year"] == 2025), "verdict_class"] = "reached"
    at = (panel["indicator_code"] == GOAL) & (panel["year"] == 2025)
    panel.loc[at, "value"] = 76.0
    panel.loc[at, "numerator"] = panel.loc[at, "denominator"] * 0.76
    after = told(frames.make_material(verdicts=verdicts, panel=panel))
    assert f"**chưa đạt**, thực hiện năm 2025 là 41,0{NB}%, còn thiếu 29,0 điểm" in before["goal"]
    assert (
        f"**đã đạt và vượt** 6,0 điểm phần trăm, thực hiện năm 2025 là 76,0{NB}%" in after["goal"]
    )
    assert f"(41,0{NB}%; mục tiêu 70{NB}%)" in before["points"]
    assert f"(76,0{NB}%; mục tiêu 70{NB}%)" in after["points"]
    assert {key for key in before if before[key] == after[key]} == set()


@pytest.mark.parametrize(
    ("probability", "shown"), [(0.01, f"<{NB}5{NB}%"), (0.66, f"65{NB}%"), (0.999, f">{NB}95{NB}%")]
)
def test_a_chance_is_said_rounded_with_the_class_of_the_rounded_figure(probability, shown):
    name = classify(probability)
    verdicts = changed(prob_reached=probability, verdict_class=name)
    text = sentences.goal_sentences(frames.make_material(verdicts=verdicts), GOAL)[-1]
    assert shown in text.replace("< 5 %", f"<{NB}5{NB}%").replace("> 95 %", f">{NB}95{NB}%")
    assert Labels().verdict(name) in text
    assert classify(rounded_percent(probability) / 100) == name


@pytest.mark.parametrize(
    ("need", "before", "words"),
    [(6.0, 4.0, "cao hơn tốc độ thường gặp 2022–2026 (4,0 điểm phần trăm)"),
     (3.9, 4.0, "thấp hơn tốc độ thường gặp"), (3.96, 4.0, "bằng tốc độ thường gặp"),
     (6.0, 0.0, "trong khi 2022–2026 không tăng")],
)  # fmt: skip
def test_the_pace_needed_is_compared_with_the_pace_so_far(need, before, words):
    verdicts = changed(pace_required=need, pace_own=before)
    run = frames.make_material(verdicts=verdicts)
    text = sentences.sentence("effort", run, run.statement(GOAL, 2030))
    assert words in text


def test_two_years_are_no_pace():
    verdicts = changed(pace_required=6.0, pace_own=0.0, n_points=2)
    run = frames.make_material(verdicts=verdicts)
    text = sentences.sentence("effort", run, run.statement(GOAL, 2030))
    assert "không tăng" not in text


def test_the_assumption_is_said_with_the_chance_without_it():
    verdicts = changed(firmness="depends", depends_on="last_year_dropped")
    row = {"goal_code": GOAL, "unit_code": "82", "target_year": 2030, "kind": "model",
           "variant": "last_year_dropped", "prob_reached": 0.42}  # fmt: skip
    run = frames.make_material(verdicts=verdicts, variants=pd.DataFrame([row]))
    text = sentences.goal_sentences(run, GOAL)[-1]
    assert f"nếu không tính số liệu năm 2026, khả năng đạt khoảng 40{NB}%" in text
    (text,) = sentences.on_plan("unsteady", run)
    now = run.statement(GOAL, 2030).bare_chance
    assert f"; số 16: 40{NB}%, hiện {now};" in text


def test_a_target_missed_in_its_year_and_met_by_a_later_figure_is_told_as_such():
    panel = frames.make_panel()
    at = (panel["indicator_code"] == GOAL) & (panel["year"] == 2026)
    panel.loc[at, "value"] = 76.0
    panel.loc[at, "numerator"] = panel.loc[at, "denominator"] * 0.76
    after, before = (
        " ".join(sentences.on_plan("met_since", run, (2025,)))
        for run in (frames.make_material(panel=panel), frames.make_material())
    )
    assert f"16: 76,0{NB}% (2026)" in after
    assert "16:" not in before


def test_all_goals_without_figures():
    run = frames.make_material(
        verdicts=frames.make_verdicts(no_data=True), panel=frames.make_panel().head(0),
        forecasts=frames.make_forecasts().head(0), submissions=frames.make_submissions().head(0),
    )  # fmt: skip
    assert ": 18 chưa đủ số liệu." in " ".join(sentences.on_plan("headline", run))
    for code in run.ordered_goals.index:
        assert "khả năng đạt khoảng" not in " ".join(sentences.goal_sentences(run, code))
    assert report_maker.sections(run)
    assert unit_report.unit_blocks(run, "815")


def test_no_verdicts_and_no_earlier_run_at_all(tmp_path):
    run = frames.make_material(
        verdicts=VERDICTS.empty(), activities=frames.make_activities().head(0)
    )
    assert sentences.on_plan("headline", run) == ["Tính đến ngày 20/11/2026: chưa đủ số liệu."]
    text = str([block.content for block in report_maker.sections(run)])
    assert "Không có lần tổng hợp trước" in text
    assert run.word("activities.none") in text
    assert workbook.write_annex(run, tmp_path / "a.xlsx").is_file()


# ---- tasks and money --------------------------------------------------------------------------


def test_groups_of_tasks_add_up_to_the_sentence():
    one = frames.make_activities()
    duties = one.assign(task_code=["IV.1.a.1", "IV.3.a.1"], budget_planned=[7.0, 5.0])
    unknown = one.head(1).assign(task_code=None, budget_planned=1.0)
    run = frames.make_material(activities=pd.concat([one, duties, unknown], ignore_index=True))
    made = implementation.implementation(run)
    rows, money = made["tasks"][1].content["rows"], made["money"]
    # two measures, two duties, one report without a task; 120 + 80 + 7 + 5 + 1 million
    assert sum(int(row[1]) for row in rows) == 5
    assert sum(int(row[1]) for row in money[1].content["rows"]) == 213
    assert "dự toán 213 triệu đồng" in " ".join(money[0].content["paragraphs"])
    assert ["Trách nhiệm của các cơ quan (mục IV Kế hoạch)", "2"] in [row[:2] for row in rows]


def annual_report(run) -> list:
    return report.report(run, "annual", lambda *names: [])


def annex_tables(run, caption: str) -> list[dict]:
    return report_maker.tables(report.annex(run, lambda *names: []), caption)


def test_money_and_tasks_are_those_of_the_reporting_year():
    one = frames.make_activities()
    again = one.assign(reporter_code=["815", "816"])
    old = one.assign(year=2025, budget_planned=[1000.0, 2000.0], status="not_started")
    run = frames.make_material(activities=pd.concat([one, again, old], ignore_index=True))
    made = implementation.implementation(run)
    blocks = [*made["tasks"], *made["money"]]
    tables = {
        b.content["caption"]: b.content["rows"] for b in blocks if b.content["kind"] == "table"
    }
    rows = implementation.year_rows(run)
    (done,) = implementation.sums(run, rows[rows["task_code"] == "II.1.1"]).itertuples(index=False)
    # two units, both done; 120 + 120 planned, 100,5 + 100,5 spent; nothing of 2025
    assert list(done[1:]) == [2, 2, 0, 0, 0, 240, 201]
    trend = next(rows for name, rows in tables.items() if "từng năm" in name)
    assert [row[:3] for row in trend] == [["2025", "2", "3.000"], ["2026", "4", "400"]]
    text = " ".join(made["money"][0].content["paragraphs"])
    assert "dự toán 400 triệu đồng, đã chi 241 triệu đồng" in text
    asks = next(rows for name, rows in tables.items() if name.startswith("Khó khăn"))
    assert asks == [["Thiếu giáo viên <b>tin học</b>", "2", f"Sở GDĐT, {run.names['816']}"]]


def test_a_unit_that_reports_a_task_twice_counts_once():
    one = frames.make_activities()
    later = one.assign(received_on="2026-11-18", status="done", budget_planned=1.0)
    run = frames.make_material(activities=pd.concat([one, later], ignore_index=True))
    rows = implementation.year_rows(run)
    assert len(rows) == 2
    assert set(rows["status"]) == {"done"}


def test_a_proposal_goes_to_the_agency_it_names():
    one = frames.make_activities().assign(
        proposal=["Đề nghị Sở Lao động - Thương binh và Xã hội mở lớp", "Bổ sung biên chế"]
    )
    run = frames.make_material(activities=one)
    tasks = implementation.implementation(run)["tasks"]
    (asks,) = report_maker.tables(tasks, "Đề xuất, kiến nghị")
    assert {row[0]: row[3] for row in asks["rows"]} == {
        "Đề nghị Sở Lao động - Thương binh và Xã hội mở lớp": "Sở Nội vụ",
        "Bổ sung biên chế": "UBND tỉnh",
    }


# ---- reports received, tests of the forecast ---------------------------------------------------


def test_the_calendar_marks_late_and_missing():
    run = frames.make_material()
    (grid,) = annex_tables(run, "Báo cáo đã nhận")
    rows = {row[0]: row[1:] for row in grid["rows"]}
    assert grid["columns"] == ["Đơn vị", *map(str, frames.YEARS)]
    assert rows[run.names["818"]][2] == "1 (1)"  # number 3 was late for 2023
    assert rows[run.names["821"]][1] == "–"  # nothing for 2022
    assert rows[run.names["818"]][5] == str(
        len(where(run.units, level="commune", district_code="818"))
    )


def test_reports_about_years_to_come_are_no_column_of_the_calendar():
    rows = frames.make_submissions()
    later = rows.head(1).assign(year=2030, file="x.xlsx")
    run = frames.make_material(submissions=pd.concat([rows, later], ignore_index=True))
    (grid,) = annex_tables(run, "Báo cáo đã nhận")
    assert grid["columns"][1:] == [str(year) for year in frames.YEARS]


def test_the_track_record_is_a_mean_weighted_by_tests():
    row = {"model_id": DEFAULT, "indicator_code": GOAL, "origin_year": 2023,
           "metric": "coverage_80"}  # fmt: skip
    scores = pd.DataFrame([row | {"horizon": 1, "value": 0.9, "n": 20},
                           row | {"horizon": 2, "value": 0.6, "n": 10}])  # fmt: skip
    run = frames.make_material(scores=scores)
    (grid,) = annex_tables(run, "Thử ngược dự báo")
    # (0.9 * 20 + 0.6 * 10) / 30 = 0.8
    assert grid["rows"] == [[run.short(GOAL), "30", "2", f"80{NB}%"]]
    assert annex_tables(frames.make_material(), "Thử ngược dự báo") == []


def test_the_annex_shows_the_medians_of_both_members_of_a_share():
    row = {"goal_code": GOAL, "target_year": 2030, "prob_reached": 0.5}
    medians = {("82", "own_changes_alone"): 91.0, ("82", "learned_alone"): 86.54,
               ("819", "own_changes_alone"): 93.0, ("82", "last_year_dropped"): 11.0}  # fmt: skip
    rows = [
        row | {"unit_code": unit, "variant": variant, "median": median}
        for (unit, variant), median in medians.items()
    ]
    run = frames.make_material(variants=pd.DataFrame(rows))
    (grid,) = annex_tables(run, f"{run.title(GOAL)}: trung vị dự báo năm 2030")
    published = {unit: run.statement(GOAL, 2030, unit).expected[1] for unit in ("82", "819")}
    assert grid["rows"] == [
        ["Toàn tỉnh", run.labels.percent(published["82"]), f"91,0{NB}%", f"86,5{NB}%"],
        [run.names["819"], run.labels.percent(published["819"]), f"93,0{NB}%", "–"],
    ]
    assert not annex_tables(frames.make_material(), "trung vị dự báo")


# ---- districts --------------------------------------------------------------------------------


def test_districts_are_judged_by_the_goals_asked_of_each_alone():
    run = frames.make_material()
    asked = run.asked_of_units(2030)
    assert "lower_secondary_l3_districts" not in asked  # 50 % of the districts
    assert "literacy_l2_province" not in asked
    assert {"literacy_l2_districts", "clc_it"} <= set(asked)


# ---- decisions, changes, variants -------------------------------------------------------------


def test_three_decisions_with_number_and_addressee():
    run = frames.make_material()
    asked = decisions.decisions(run)
    assert [one.kind for one in asked[:3]] == ["help", "data", "pace"]
    for one in asked:
        assert one.addressee
        assert any(c.isdigit() for c in " ".join([one.asked, *one.basis]))
    best = decisions.candidates(run).iloc[0]
    assert run.names[best["unit_code"]] in asked[0].asked
    assert (
        "Người trong độ tuổi lao động có kỹ năng sống (2025, 2030): chưa đủ số liệu."
        in asked[1].basis
    )


def test_a_goal_changes_once_with_its_cause():
    previous, old = frames.make_verdicts(), frames.make_panel()
    mine = (previous["goal_code"] == GOAL) & (previous["unit_code"] == "82")
    previous.loc[mine, "verdict_class"] = "unlikely"
    old = old[~((old["indicator_code"] == GOAL) & (old["year"] == 2026))]
    run = frames.make_material(previous=previous, previous_panel=old)
    (grid,) = report_maker.tables(annual_report(run), run.word("changes.caption", n=1))
    ((title, before, now, cause),) = grid["rows"]
    assert title.startswith("16. Trung tâm học tập cộng đồng")
    assert before.startswith("2025: khó đạt")
    assert "2025: ✘ chưa đạt; 2030: △ nhiều khả năng đạt" in now
    assert cause == "số liệu mới nhận"


def test_an_outcome_is_no_change_of_mind():
    """2025 was likely and was missed: its year is over. Nothing of that is counted in the brief."""
    previous = frames.make_verdicts()
    mine = (previous["goal_code"] == GOAL) & (previous["unit_code"] == "82")
    previous.loc[mine & (previous["target_year"] == 2025), "verdict_class"] = "likely"
    run = frames.make_material(previous=previous, previous_panel=frames.make_panel())
    (grid,) = report_maker.tables(annual_report(run), run.word("changes.caption", n=0))
    assert grid["caption"].endswith(", 1 mục tiêu đã có kết quả")
    assert grid["rows"][0][-1] == "đã có kết quả của năm mục tiêu"
    assert "So lần trước: đổi" not in str([block.content for block in report.brief(run)])


@pytest.mark.cases(1)
@pytest.mark.parametrize("variant", ["midterm", "final"])
def test_a_review_has_the_customary_outline_and_marked_places(variant, tmp_path):
    run = frames.make_material()
    path = tmp_path / "paragraphs.md"
    text = f"# {variant}\n\n## causes\n\nNguyên nhân <b>một</b>\ntiếp.\n\nHai.\n\n## basis\n"
    text += "<!-- trợ giúp -->\n# adhoc\n## causes\nkhông\n"
    path.write_text(text, encoding="utf-8")
    office = report.office_paragraphs(path, variant)
    assert office == {"causes": ["Nguyên nhân <b>một</b> tiếp.", "Hai."], "basis": []}
    blocks = report.report(run, variant, lambda *names: [], office)
    heads = [b.content["text"] for b in blocks
             if b.content["kind"] == "heading" and b.content["level"] == 2]  # fmt: skip
    assert heads == ["Căn cứ", "Công tác chỉ đạo, triển khai", "Kết quả thực hiện theo mục tiêu",
                     "Kết quả thực hiện nhiệm vụ, giải pháp (năm 2026)",
                     "Kinh phí thực hiện (năm 2026)", "Ưu điểm",
                     "Hạn chế", "Nguyên nhân", "Bài học kinh nghiệm",
                     "Phương hướng, nhiệm vụ thời gian tới",
                     "Đề xuất, kiến nghị theo nơi nhận",
                     *map(run.word, ("heading.quality", "heading.methods"))]  # fmt: skip
    blank = [b for b in blocks if b.content.get("style") == "blank"]
    assert all(str(b.content["paragraphs"][0]).startswith("[Sở ghi thêm: ") for b in blank)
    assert "config" not in str([b.content for b in blank])
    assert not any("Nguyên nhân khách quan" in str(b.content) for b in blank)


@pytest.mark.cases(1)
@pytest.mark.parametrize(
    ("variant", "title"),
    [("annual", "năm 2026"), ("midterm", "Sơ kết"), ("final", "Tổng kết"),
     ("adhoc", "Báo cáo chuyên đề")],
)  # fmt: skip
def test_variants_name_their_kind(variant, title):
    blocks = report.report(frames.make_material(), variant, lambda *names: [])
    assert title in blocks[0].content["text"]


def test_an_unknown_variant_is_refused():
    with pytest.raises(ValueError, match="annual, midterm, final, adhoc"):
        report.report(frames.make_material(), "monthly", lambda *names: [])


def test_the_english_page_has_no_vietnamese_but_names_and_no_codes():
    run = frames.make_material("en")
    names = {*run.names.values(), *run.units["name_vi"], *run.agencies["name_vi"]}
    text = "\n".join(str(b._repr_mimebundle_()[0]["text/plain"])
                     for b in report_maker.sections(run, figures=False))  # fmt: skip
    quoted = ["Thiếu giáo viên <b>tin học</b>", "Bổ sung biên chế", "TH-02 Cái Bè", "Tiền Giang"]
    quoted += [".đ.", "Đồng Tháp", "QĐ-BGDĐT", "NĐ-CP", "QĐ-BKHCN", "QĐ-TTg"]
    for name in sorted([*names, *quoted], key=len, reverse=True):
        text = text.replace(name, "")
    strange = set("ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ")
    assert [line for line in text.splitlines() if set(line) & strange] == []
    assert " 1 districts" not in text
    assert not any(code in text for code in run.ordered_goals.index if "_" in code)


def test_an_ad_hoc_report_shows_what_was_chosen_and_counts_all():
    whole = frames.make_material()
    run = run_tables.select(whole, "clc_it, life_skills", "819")
    assert list(run.ordered_goals.index) == ["life_skills", "clc_it"]
    assert run.statement("clc_it", 2025).actual_text == f"41,0{NB}%"  # of all eleven districts
    assert list(district_ranks.standings(run)["unit_code"]) == ["819"]
    assert run_tables.select(whole) is whole
    with pytest.raises(ValueError, match="units: unknown code 999"):
        run_tables.select(whole, "", "999")
