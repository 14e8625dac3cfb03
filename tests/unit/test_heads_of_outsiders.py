"""Heads and lines of plain deliveries that were lost, or told with a wrong cause."""

from __future__ import annotations

import pytest

from tests.form_fixtures import read, rules
from tests.unit.test_counts_beside_shares import HEADS, SKILLS, figures, report
from tests.unit.test_office_tables import CAI_BE, LEFT, sheet, stands

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("name", ["Chỉ tiêu theo Kế hoạch", "Nội dung đánh giá"])
@pytest.mark.parametrize("whole", ["Tổng số", "Quy mô (người)"])
def test_plain_words_for_names_and_wholes(name, whole):
    heads = ("TT", name, whole, "Kết quả thực hiện (người)", "Tỷ lệ (%)")
    assert figures(report(heads, (1, SKILLS, 10000, 6000, 60))) == {"life_skills": (6000, 60, "ok")}


def test_counts_of_residents_and_of_all():
    groups = ("TT", "Chỉ tiêu", "Thường trú", LEFT, "Tạm trú", LEFT, "Tổng cộng", LEFT, "Tỷ lệ (%)")
    heads = ("", "", *("Tổng số", "Đạt") * 3, "")
    reading = report(groups, heads, (1, SKILLS, 8000, 5000, 2000, 1000, 10000, 6000, 60))
    assert figures(reading) == {"life_skills": (6000, 60, "ok")}


def test_a_line_that_counts_in_percent_makes_shares_of_short_names():
    heads = ("TT", "Huyện", "CSGD số", "TTHTCĐ ứng dụng CNTT")
    lines = ("TỔNG HỢP NĂM 2024",), ("(Đơn vị tính: %)",)
    reading = read(sheet(*lines, heads, (1, "Huyện Cái Bè", 71.9, 66)))
    assert stands(reading) == {
        ("digital_institutions", CAI_BE, 2024): 71.9,
        ("clc_it", CAI_BE, 2024): 66,
    }


def test_a_label_of_the_sender_is_no_head_of_a_table():
    box = (
        ("Biểu số: 07", None, "BÁO CÁO KẾT QUẢ", None, "Đơn vị báo cáo:"),
        ("Ban hành theo CV 12", None, "NĂM 2024", None, "UBND huyện Cái Bè"),
    )
    reading = read(sheet(*box, HEADS, (1, SKILLS, 10000, 6000, 60)))
    assert stands(reading) == {("life_skills", CAI_BE, 2024): (6000, 10000)}
    assert not {"unit_from_file_name", "own_heading"} & {rule for rule, _ in rules(reading)}


def test_the_percentage_of_one_age_is_no_witness_of_several():
    rows = (1, "15 - 25", 1000, 998, 99.8), (2, "26 - 35", 1000, 950, 95)
    heads = ("STT", "Độ tuổi", "Tổng số người", "Biết chữ mức độ 1", "Tỷ lệ %")
    reading = read(sheet(("UBND HUYỆN CÁI BÈ",), ("XÓA MÙ CHỮ NĂM 2024",), heads, *rows))
    both = {r["indicator_code"]: (r["numerator"], r["value"]) for r in reading.observation_rows}
    assert both["literate_l1_15_35"] == (1948, None)


def test_words_of_an_assessment_are_no_counts_of_those_who_have_not():
    reading = report((*HEADS, "Đánh giá (đạt/chưa đạt)"), (1, SKILLS, 10000, 6000, 60, "Chưa đạt"))
    (message,) = (f["message"] for f in reading.finding_rows if f["cell"] == "F3")
    assert message.endswith("không đọc: ghi chú.")


def test_a_number_per_thousand_is_no_count():
    heads = ("TT", "Huyện", "Số công dân học tập trên 1.000 dân")
    reading = read(sheet(("CÔNG DÂN HỌC TẬP NĂM 2024",), heads, (1, "Huyện Cái Bè", 352)))
    assert not reading.observation_rows
