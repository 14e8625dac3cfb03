"""Numbers in prose are computed: change one figure and every sentence that rests on it changes."""

import pytest

from tests import frames, report_maker
from xhht_analysis.contracts import VERDICTS
from xhht_analysis.forecasting.verdicts import classify
from xhht_analysis.publishing import annex, report, sentences, unit_report
from xhht_analysis.publishing.labels import Labels, rounded_percent

pytestmark = pytest.mark.unit
NB = "\u00a0"
GOAL = "clc_it"


def told(run) -> dict[str, str]:
    """Every text of the report that can name the goal, without drawing a figure."""
    annexed = report.annex(run)[1].content["rows"]
    goals = {row[0]: row for row in report.goal_rows(run)[1]}
    title = next(name for name in goals if "Trung tâm học tập cộng đồng" in name)
    return {
        "goal": " ".join(sentences.goal_sentences(run, GOAL)),
        "lead": " ".join(sentences.summary_sentences(run)),
        "points": " ".join(sentences.summary_points(run)),
        "row": str(goals[title]),
        "annex": str(annexed[-1]),
    }


def changed(**values):
    """The invented run with other numbers in the province's two verdicts on the goal."""
    verdicts, panel = frames.make_verdicts(), frames.make_panel()
    mine = (verdicts["goal_code"] == GOAL) & (verdicts["unit_code"] == "82")
    for name, value in values.items():
        verdicts.loc[mine & (verdicts["target_year"] == 2030), name] = value
    return verdicts, panel, mine


def test_one_panel_value_changes_every_sentence_that_rests_on_it():
    before = told(frames.make_material())
    verdicts, panel, mine = changed(current=91.0)
    # the 2025 figure rises from 41 to 76 percent: above the target of 70
    verdicts.loc[mine & (verdicts["target_year"] == 2025), "verdict_class"] = "reached"
    verdicts.loc[mine, "current"] = 91.0
    rows = panel["indicator_code"] == GOAL
    for year, value in ((2025, 76.0), (2026, 91.0)):
        at = rows & (panel["year"] == year)
        panel.loc[at, "value"] = value
        panel.loc[at, "numerator"] = panel.loc[at, "denominator"] * value / 100
    after = told(frames.make_material(verdicts=verdicts, panel=panel))
    assert f"Năm 2026: 45{NB}%." in before["goal"]
    assert f"Năm 2026: 91{NB}%." in after["goal"]
    assert f"**chưa đạt**, thực hiện 41{NB}%, còn thiếu 29,0 điểm phần trăm" in before["goal"]
    assert f"**đã đạt và vượt**, thực hiện 76{NB}%, vượt 6,0 điểm phần trăm" in after["goal"]
    assert f"(41{NB}%; mục tiêu 70{NB}%)" in before["points"]
    assert f"(76{NB}%; mục tiêu 70{NB}%)" in after["points"]
    assert f"45{NB}% (2026)" in before["row"].replace("\\xa0", NB)
    assert f"91{NB}% (2026)" in after["row"].replace("\\xa0", NB)
    assert {key for key in before if before[key] == after[key]} == set()


@pytest.mark.parametrize(
    ("probability", "shown"), [(0.01, f"<{NB}5{NB}%"), (0.66, f"65{NB}%"), (0.999, f">{NB}95{NB}%")]
)
def test_a_chance_is_said_rounded_with_the_class_of_the_rounded_figure(probability, shown):
    name = classify(probability)
    verdicts, *_ = changed(prob_reached=probability, verdict_class=name)
    text = sentences.goal_sentences(frames.make_material(verdicts=verdicts), GOAL)[-1]
    assert shown in text.replace("< 5 %", f"<{NB}5{NB}%").replace("> 95 %", f">{NB}95{NB}%")
    assert Labels().verdict(name) in text
    assert classify(rounded_percent(probability) / 100) == name


def test_pace_is_said_in_points_people_and_beside_the_recent_pace():
    verdicts, *_ = changed(pace_required=6.0, pace_own=4.0, people_required=2500.0)
    text = sentences.goal_sentences(frames.make_material(verdicts=verdicts), GOAL)[-1]
    # 6 / 4 = 1,5 times
    assert "cần tăng bình quân 6,0 điểm phần trăm, bằng 1,5 lần tốc độ vừa qua" in text
    assert "Tương đương thêm khoảng 2.500 trung tâm mỗi năm" in text


def test_all_goals_without_figures():
    run = frames.make_material(
        verdicts=frames.make_verdicts(no_data=True), panel=frames.make_panel().head(0),
        forecasts=frames.make_forecasts().head(0), submissions=frames.make_submissions().head(0),
    )  # fmt: skip
    assert "18 mục tiêu chưa đủ số liệu" in " ".join(sentences.summary_sentences(run))
    # no word of a chance anywhere in the report's tables and sentences
    for code in run.ordered_goals.index:
        assert "khả năng đạt khoảng" not in " ".join(sentences.goal_sentences(run, code))
    blocks = report_maker.sections(run)
    assert [b.content["text"] for b in blocks if b.content["kind"] == "heading"]
    assert unit_report.summary(run, "815")


def test_no_verdicts_and_no_earlier_run_at_all(tmp_path):
    run = frames.make_material(
        verdicts=VERDICTS.empty(), activities=frames.make_activities().head(0)
    )
    assert sentences.summary_sentences(run) == ["Tính đến ngày 20/11/2026: chưa đủ số liệu."]
    assert "Không có lần tổng hợp trước" in str(report.changes(run)[1].content)
    assert "chưa báo cáo" in str(report.activities(run)[1].content)
    assert annex.write_annex(run, tmp_path / "a.xlsx").is_file()


def test_difficulties_are_grouped_and_counted():
    one = frames.make_activities()
    again = one.assign(reporter_code=["815", "816"])
    run = frames.make_material(activities=frames.pd.concat([one, again], ignore_index=True))
    blocks = {b.content["caption"]: b.content for b in report.activities(run)
              if b.content["kind"] == "table"}  # fmt: skip
    asks = next(c for name, c in blocks.items() if name.startswith("Khó khăn"))
    assert asks["rows"] == [["Thiếu giáo viên <b>tin học</b>", "2", f"Sở GDĐT, {run.names['816']}"]]
    tasks = next(c for name, c in blocks.items() if name.startswith("Nhiệm vụ"))
    done = next(row for row in tasks["rows"] if row[0].startswith("II.1.1"))
    # two units, both done; 120 + 120 planned, 100,5 + 100,5 spent
    assert done[1:] == ["2", "0", "0", "0", "240", "201"]


@pytest.mark.parametrize(
    ("variant", "title"),
    [("annual", "Báo cáo năm"), ("midterm", "sơ kết giai đoạn 2021–2025"),
     ("final", "tổng kết giai đoạn 2021–2030"), ("adhoc", "Báo cáo đột xuất")],
)  # fmt: skip
def test_variants_name_their_kind(variant, title):
    assert title in str([b.content for b in report.opening(frames.make_material(), variant)])


def test_an_unknown_variant_is_refused():
    with pytest.raises(ValueError, match="annual, midterm, final, adhoc"):
        report.opening(frames.make_material(), "monthly")


def test_the_english_page_has_no_vietnamese_but_names():
    run = frames.make_material("en")
    names = {*run.names.values(), *run.units["name_vi"], *run.agencies["name_vi"]}
    texts = []
    for block in report_maker.sections(run):
        texts.append(str(block._repr_mimebundle_()[0]["text/plain"]))
    text = "\n".join(texts)
    quoted = ["Thiếu giáo viên <b>tin học</b>", "Bổ sung biên chế", "TH-02 Cái Bè", "Tiền Giang"]
    quoted += ["Đồng Tháp", "QĐ-BGDĐT", "NĐ-CP"]
    for name in sorted([*names, *quoted], key=len, reverse=True):
        text = text.replace(name, "")
    strange = {c for c in text if c in "ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"}
    where = [line for line in text.splitlines() if set(line) & strange]
    assert where == []
