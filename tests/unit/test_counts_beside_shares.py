"""Counts beside a percentage: texts among them are told, those of all people are taken."""

from __future__ import annotations

import pytest

from tests.form_fixtures import left_out, read, rules
from tests.unit.test_office_tables import LEFT, sheet

pytestmark = pytest.mark.unit

SKILLS = "Người trong độ tuổi lao động được trang bị kỹ năng sống"
INFORMATION = "Người trong độ tuổi lao động được trang bị năng lực thông tin"
HEADS = ("TT", "Chỉ tiêu", "Tổng số", "Số đạt", "Tỷ lệ (%)")


def report(*rows):
    return read(sheet(("UBND HUYỆN CÁI BÈ",), ("KẾT QUẢ NĂM 2024",), *rows))


def figures(reading):
    return {
        row["indicator_code"]: (row["numerator"], row["value"], row["status"])
        for row in reading.observation_rows
        if not row["problem"]
    }


@pytest.mark.parametrize(
    "typed", ["khoảng 6.000", "6.000/ước", "6.000 (tăng 312 người)", "6.000 ng"]
)
def test_a_text_in_place_of_a_count_is_told_and_its_percentage_stands_alone(typed):
    rows = (1, INFORMATION, "10.000", "5.000", 50), (2, SKILLS, "10.000", typed, 60)
    reading = report(HEADS, *rows)
    assert figures(reading) == {
        "information_literacy": (5000, 50, "ok"),
        "life_skills": (None, 60, "ok"),
    }
    assert ("count_unread", "D5") in rules(reading)


def test_a_column_of_such_texts_is_told_at_its_heading():
    rows = (1, INFORMATION, "≈ 10.000", 50), (2, SKILLS, "≈ 10.000", 60)
    reading = report(("TT", "Chỉ tiêu", "Tổng số", "Tỷ lệ (%)"), *rows)
    assert [value for _, value, _ in figures(reading).values()] == [50, 60]
    assert ("column_left_out", "C3") in left_out(reading)


@pytest.mark.parametrize("note", ["theo QĐ 12/QĐ-UBND", "đến 30/9"])
def test_a_note_with_digits_is_no_count(note):
    rows = (1, INFORMATION, "10.000", "5.000", 50, ""), (2, SKILLS, "10.000", "6.000", 60, note)
    reading = report((*HEADS, "Ghi chú"), *rows)
    assert figures(reading)["life_skills"] == (6000, 60, "ok")
    assert "count_unread" not in dict(rules(reading))


def test_words_behind_a_number_do_not_make_its_dot_a_decimal():
    rows = (1, INFORMATION, "10.000", "5.000*", 50), (2, SKILLS, "10.000", "6.000 (tăng 31)", 60)
    reading = report(HEADS, *rows, ("", "* số của xã", "", "", ""))
    assert figures(reading)["information_literacy"][0] == 5000


@pytest.mark.parametrize(
    "whole", ["Chung", "Cả hai giới", "Tổng cộng", "Cộng", "Toàn xã", "Tổng chung", "Chung 2 giới"]
)
def test_counts_of_all_people_stand_beside_those_of_men_and_women(whole):
    groups = ("TT", "Chỉ tiêu", "Nam", LEFT, "Nữ", LEFT, whole, LEFT, "Tỷ lệ chung (%)")
    heads = ("", "", *("Tổng số", "Đạt") * 3, "")
    reading = report(groups, heads, (1, SKILLS, 5000, 3500, 5000, 2500, 10000, 6000, 60))
    assert figures(reading) == {"life_skills": (6000, 60, "ok")}


def test_who_gave_the_figures_is_not_their_unit():
    heads = ("Mã chỉ tiêu", "Chỉ tiêu", "Đơn vị cung cấp", "Tử số", "Mẫu số")
    reading = report(heads, ("life_skills", SKILLS, "Văn phòng HĐND-UBND", 6000, 10000))
    assert figures(reading) == {"life_skills": (6000, None, "ok")}


@pytest.mark.parametrize(("n", "of", "printed"), [(5296, 10001, 52.9), (977, 10231, 9.6)])
def test_a_percentage_cut_off_or_rounded_twice_keeps_its_counts(n, of, printed):
    # 5,296 of 10,001 are 52.955 %; 977 of 10,231 are 9.5494 %, 9.55 %, 9.6 %
    reading = report(HEADS, (1, SKILLS, of, n, printed))
    assert figures(reading)["life_skills"] == (n, printed, "ok")


def test_hamlets_are_compared_with_a_total_found_beside_its_percentage():
    heads = ("TT", "Ấp", "Dân số từ 15 tuổi trở lên", "Công dân học tập", "Tỷ lệ %")
    hamlets = (1, "Ấp Tân Hiệp", 400, 100, 25), (2, "Ấp Tân Quý", 600, 200, 33.33)
    rows = ("UBND XÃ TÂN THỚI",), ("CÔNG DÂN HỌC TẬP NĂM 2024",), heads, *hamlets
    reading = read(sheet(*rows, ("", "TỔNG CỘNG", 1000, 350, 35)))
    assert figures(reading) == {"learning_citizens": (350, 35, "ok")}
    assert ("total_differs", "D6") in rules(reading)


def test_a_title_without_the_word_year_says_it():
    rows = ("UBND HUYỆN CÁI BÈ",), ("SỐ LIỆU 2024",), HEADS, (1, SKILLS, 10000, 6000, 60)
    reading = read(sheet(*rows))
    assert [row["year"] for row in reading.observation_rows] == [2024]


@pytest.mark.parametrize("note", ["Số liệu năm 2022", "Số ước đến 31/12"])
def test_a_note_in_a_row_that_is_left_out_is_of_no_other_row(note):
    rows = (1, INFORMATION, 10000, 5000, 50, ""), (2, SKILLS, 10000, 6000, 60, note)
    reading = report((*HEADS, "Ghi chú"), *rows)
    assert figures(reading)["information_literacy"] == (5000, 50, "ok")
    assert figures(reading).get("life_skills", (0, 0, "doubtful"))[2] == "doubtful"


@pytest.mark.parametrize("typed", ["6.000/10.000", "5.000/10.000"])
def test_both_counts_in_one_cell_beside_their_percentage_are_told(typed):
    reading = report(("TT", "Chỉ tiêu", "Số đạt/Tổng số", "Tỷ lệ (%)"), (1, SKILLS, typed, 60))
    assert figures(reading)["life_skills"][:2] == (None, 60)
    assert ("column_left_out", "C3") in left_out(reading)
