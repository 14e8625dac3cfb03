"""Headings, titles and results in other words than the plan's, where they mean one thing."""

from __future__ import annotations

import pytest

from tests.form_fixtures import Board, left_out, read, rules
from tests.unit.test_cross_tables import stands, told
from tests.unit.test_office_tables import CAI_BE, CHO_GAO, CITIZENS, LEFT, SKILLS, UP, sheet

pytestmark = pytest.mark.unit

NAME = "Tỷ lệ người trong độ tuổi lao động được trang bị kỹ năng sống"
HEAD = (("UBND HUYỆN CÁI BÈ",), ("NĂM 2024",))
MINE = (SKILLS, CAI_BE, 2024)


@pytest.mark.parametrize(
    "head",
    [
        "Mục tiêu", "Tiêu chuẩn", "Các chỉ tiêu chủ yếu", "Mục tiêu cụ thể", "Chỉ số",
        "Tiêu chí đánh giá", "Danh mục",
    ],
)  # fmt: skip
def test_names_of_indicators_stand_under_it(head):
    board = sheet(*HEAD, ("TT", head, "Kết quả (%)"), (1, NAME, 41.2))
    assert stands(read(board)) == {MINE: 41.2}


@pytest.mark.parametrize(
    "head",
    ["Kết quả đạt được", "Hiện trạng năm 2024", "Kết quả đến 30/9/2024", "Kết quả của xã"],
)
def test_results_stand_under_it(head):
    board = sheet(*HEAD, ("TT", "Chỉ tiêu", "ĐVT", head), (1, NAME, "%", 41.2))
    assert stands(read(board)) == {MINE: 41.2}


def test_a_percent_sign_over_the_names_is_that_of_the_figures():
    board = sheet(HEAD[0], ("TT", "Chỉ tiêu (%)", 2023, 2024), (1, "Kỹ năng sống", 40, 41.2))
    assert stands(read(board)) == {(SKILLS, CAI_BE, 2023): 40, MINE: 41.2}


def test_a_plain_pair_of_counts_in_a_list():
    board = sheet(*HEAD, ("TT", "Chỉ tiêu", "Tổng số", "Số đạt"), (1, "Kỹ năng sống", 80, 30))
    assert stands(read(board)) == {MINE: (30, 80)}


@pytest.mark.parametrize("title", ["TỔNG HỢP CHỈ TIÊU", "SƠ KẾT KẾ HOẠCH XÂY DỰNG XÃ HỘI HỌC TẬP"])
def test_a_title_that_sums_up_says_nothing_else(title):
    board = sheet(*HEAD, (title,), ("TT", "Chỉ tiêu", "ĐVT", "Kết quả"), (1, NAME, "%", 41.2))
    assert stands(read(board)) == {MINE: 41.2}


def test_a_measure_of_levels():
    head = ("TT", "Chỉ tiêu", "ĐVT", "Kết quả năm 2024")
    board = sheet(*HEAD, head, (1, "Phổ cập giáo dục tiểu học", "Mức độ", 3))
    assert stands(read(board)) == {("primary_level", CAI_BE, 2024): "L3"}


@pytest.mark.parametrize(("typed", "level"), [("Khá", 1), ("Tốt", 2), ("Chưa công nhận", 0)])
def test_a_level_by_its_name_in_the_definition(typed, level):
    head = ("TT", "Xã, phường", "Xếp loại cộng đồng học tập")
    reading = read(sheet(("NĂM 2024",), head, (1, "Xã Mỹ Trung", typed)))
    assert [*stands(reading).values()] == [f"L{level}"]


def test_words_in_place_of_a_result_are_told():
    head = ("TT", "Chỉ tiêu", "ĐVT", "Kết quả")
    name = "Cơ sở giáo dục triển khai quản lý, giảng dạy và học tập trên môi trường số"
    rows = ((1, name, "trường", "chưa thống kê"), (2, NAME, "%", 41.2))
    reading = read(sheet(*HEAD, head, *rows))
    assert stands(reading) == {("digital_institutions", CAI_BE, 2024): "not_number", MINE: 41.2}


def test_both_counts_in_the_cell_of_the_result():
    head = ("TT", "Chỉ tiêu", "ĐVT", "Kết quả")
    reading = read(sheet(*HEAD, head, (1, NAME, "%", "30/80")))
    assert stands(reading) == {MINE: (30, 80)}


@pytest.mark.parametrize(
    "head",
    ["Công dân học tập công nhận trong năm", "Số người được trang bị kỹ năng sống trong năm 2024"],
)
def test_those_of_the_year_alone_are_not_all(head):
    whole = "Người trong độ tuổi lao động" if "kỹ năng" in head else "Dân số từ 15 tuổi trở lên"
    board = sheet(("NĂM 2024",), ("TT", "Đơn vị", whole, head), (1, "Huyện Cái Bè", 80, 30))
    assert stands(read(board)) == {}


def test_the_sum_of_all_years_is_read_beside_them():
    heads = ("Công dân học tập công nhận trong năm", "Công dân học tập lũy kế đến nay")
    head = ("TT", "Đơn vị", "Dân số từ 15 tuổi trở lên", *heads)
    reading = read(sheet(("NĂM 2024",), head, (1, "Huyện Cái Bè", 80, 5, 30)))
    assert stands(reading) == {(CITIZENS, CAI_BE, 2024): (30, 80)}
    assert ("column_left_out", "D2") in left_out(reading)


def test_a_heading_with_words_that_are_not_understood_is_told():
    head = ("TT", "Đơn vị", "Kỹ năng sống của nông dân (tử số)", "Kỹ năng sống (mẫu số)")
    reading = read(sheet(("NĂM 2024",), head, (1, "Huyện Cái Bè", 30, 80)))
    assert "có chữ không rõ nghĩa" in told(reading)


def test_example_figures_are_told():
    reading = read(sheet(("SỐ LIỆU VÍ DỤ",), *HEAD, ("TT", "Chỉ tiêu", "Tỷ lệ"), (1, NAME, 41.2)))
    assert ("sample_numbers", None) in rules(reading)


def test_literate_people_by_ages_in_rows():
    board = Board().row("A1", ["UBND XÃ MỸ TRUNG"]).row("A2", ["KẾT QUẢ XÓA MÙ CHỮ NĂM 2024"])
    board.row("A4", ["Độ tuổi", "Tổng số", "Biết chữ mức độ 1", "Biết chữ mức độ 2"])
    for at, row in enumerate(
        (("15-25", 50, 49, 48), ("15-35", 90, 88, 85), ("15-60", 200, 190, 180))
    ):
        board.row(f"A{5 + at}", [*row])
    assert stands(read(board)) == {
        ("literate_l1_15_25", "28369", 2024): (49, 50),
        ("literate_l1_15_35", "28369", 2024): (88, 90),
        ("literate_l2_15_35", "28369", 2024): (85, 90),
        ("literate_l2_15_60", "28369", 2024): (180, 200),
    }


def test_one_whole_over_two_groups_of_counts():
    heads = (
        "TT",
        "Xã",
        "Tổng số thanh thiếu niên 15-18 tuổi",
        "Số tốt nghiệp THCS",
        "Số tốt nghiệp THCS",
    )
    below = (*heads[:3], "SL", "TL (%)")
    reading = read(sheet(("PCGD NĂM 2024",), heads, below, (1, "Xã Mỹ Trung", 80, 60, 75)))
    assert stands(reading) == {("lower_secondary_graduates_15_18", "28369", 2024): (60, 80)}


def test_extremes_are_no_units():
    rows = ((1, "Huyện Cái Bè", 41.2), (2, "Huyện Chợ Gạo", 40), (None, "Cao nhất", 41.2))
    reading = read(sheet(("NĂM 2024",), ("TT", "Đơn vị", "Kỹ năng sống (%)"), *rows))
    assert stands(reading) == {MINE: 41.2, (SKILLS, CHO_GAO, 2024): 40}


@pytest.mark.parametrize(
    "whole",
    [
        "Dân số", "Dân số trung bình", "Dân số trong độ tuổi lao động", "Dân số 15-60 tuổi",
        "Dân số từ 18 tuổi trở lên", "Dân số từ 15 tuổi trở lên biết chữ", "Số hộ",
    ],
)  # fmt: skip
def test_another_population_is_not_the_whole(whole):
    head = ("TT", "Đơn vị", whole, "Số công dân học tập", "Tỷ lệ (%)")
    reading = read(sheet(("NĂM 2024",), head, (1, "Huyện Cái Bè", 19000, 8100, 42.6)))
    assert set(stands(reading).values()) <= {"share_of_plan", "denominator_missing"}


def test_the_indicators_own_population_is():
    head = ("TT", "Đơn vị", "Dân số từ 15 tuổi trở lên", "Số công dân học tập")
    reading = read(sheet(("NĂM 2024",), head, (1, "Huyện Cái Bè", 19000, 8100)))
    assert stands(reading) == {(CITIZENS, CAI_BE, 2024): (8100, 19000)}


@pytest.mark.parametrize(
    "title",
    [
        "KẾ HOẠCH TRANG BỊ KỸ NĂNG SỐNG NĂM 2024", "MỤC TIÊU KỸ NĂNG SỐNG NĂM 2024",
        "NHU CẦU HỌC KỸ NĂNG SỐNG NĂM 2024", "ƯỚC KẾT QUẢ TRANG BỊ KỸ NĂNG SỐNG NĂM 2024",
        "KỸ NĂNG SỐNG NĂM 2024 (KHU VỰC NÔNG THÔN)", "KỸ NĂNG SỐNG NĂM 2024 (DỰ BÁO)",
        "KỸ NĂNG SỐNG NĂM 2024 (THEO KẾ HOẠCH)",
    ],
)  # fmt: skip
def test_a_title_of_a_plan_or_a_part_bars_right_heads(title):
    head = ("TT", "Đơn vị", "Tổng số", "Số đạt")
    reading = read(sheet((title,), head, (1, "Huyện Cái Bè", 80, 30)))
    assert stands(reading) == {}
    assert told(reading)


@pytest.mark.parametrize(
    "title",
    [
        "Kế hoạch xây dựng xã hội học tập giai đoạn 2021-2030",
        "Kế hoạch số 12/KH-UBND ngày 3/2/2021",
        "Chỉ tiêu kỹ năng sống: kết quả năm 2024",
    ],
)
def test_a_line_that_names_the_plan_bars_nothing(title):
    head = ("TT", "Đơn vị", "Kỹ năng sống (tử số)", "Kỹ năng sống (mẫu số)")
    reading = read(sheet((title,), ("NĂM 2024",), head, (1, "Huyện Cái Bè", 30, 80)))
    assert stands(reading) == {MINE: (30, 80)}


def test_a_level_that_was_given_as_a_target_is_none():
    head = ("TT", "Xã", "Mức độ đạt chuẩn PCGD tiểu học được giao")
    assert stands(read(sheet(("NĂM 2024",), head, (1, "Xã Mỹ Trung", 3)))) == {}


ENTRY, COMPLETION = "primary_entry_6", "primary_completion_11"
GRADUATES, LEARNING = "lower_secondary_graduates_15_18", "upper_secondary_enrolment_15_18"
ONLINE, LITERATE = "digital_institutions", "literate_l2_15_60"


@pytest.mark.parametrize(
    ("title", "heads", "indicator"),
    [
        ("HUY ĐỘNG TRẺ 6 TUỔI VÀO LỚP 1 NĂM 2024", ("Trẻ 6 tuổi", "Vào lớp 1", "%"), ENTRY),
        (
            "TRẺ 11 TUỔI HOÀN THÀNH CHƯƠNG TRÌNH TIỂU HỌC NĂM 2024",
            ("Số trẻ 11 tuổi", "HTCTTH", "Tỷ lệ %"),
            COMPLETION,
        ),
        (
            "THANH THIẾU NIÊN 15-18 TUỔI TỐT NGHIỆP THCS NĂM 2024",
            ("Số thanh thiếu niên 15-18 tuổi", "Tốt nghiệp THCS", "Tỷ lệ (%)"),
            GRADUATES,
        ),
        (
            "KẾT QUẢ BIẾT CHỮ MỨC ĐỘ 2 TRONG ĐỘ TUỔI 15-60 NĂM 2024",
            ("Tổng số 15-60 tuổi", "Số người biết chữ mức độ 2", "Tỷ lệ biết chữ (%)"),
            LITERATE,
        ),
        (
            "CHUYỂN ĐỔI SỐ TRONG GIÁO DỤC NĂM 2024",
            ("Số trường, cơ sở GD", "Số CSGD triển khai trên môi trường số", "Tỷ lệ"),
            ONLINE,
        ),
    ],
)
def test_short_heads_under_a_title_that_names_the_indicator(title, heads, indicator):
    rows = (1, "Huyện Cái Bè", 200, 190, 95), (2, "Huyện Chợ Gạo", 100, 96, 96)
    assert stands(read(sheet((title,), ("TT", "Huyện", *heads), *rows))) == {
        (indicator, CAI_BE, 2024): (190, 200),
        (indicator, CHO_GAO, 2024): (96, 100),
    }


def test_one_column_of_people_is_of_all_deeds_beside_it():
    groups = "Số tốt nghiệp THCS", LEFT, "Số đang học THPT, GDTX hoặc GDNN", LEFT
    heads = ("TT", "Huyện", "Tổng số thanh thiếu niên 15-18 tuổi (phải phổ cập)", *groups)
    below = (UP, UP, UP, "SL", "TL (%)", "SL", "TL (%)")
    row = (1, "Huyện Cái Bè", 1000, 950, 95, 800, 80)
    assert stands(read(sheet(("TỔNG HỢP PCGD THCS NĂM 2024",), heads, below, row))) == {
        (GRADUATES, CAI_BE, 2024): (950, 1000),
        (LEARNING, CAI_BE, 2024): (800, 1000),
    }


@pytest.mark.parametrize(
    ("name", "indicator"),
    [
        ("Số công dân được công nhận danh hiệu Công dân học tập", CITIZENS),
        ("Số TTHTCĐ có ứng dụng CNTT trong quản lý", "clc_it"),
        ("TTN 15-18 tuổi đang học THPT, GDTX hoặc GDNN", LEARNING),
        ("Huy động trẻ 5 tuổi ra lớp mẫu giáo", "preschool5_attendance"),
    ],
)
def test_names_of_rows_in_the_words_of_offices(name, indicator):
    board = sheet(*HEAD, ("TT", "Nội dung", "Tổng số", "Số đạt"), (1, name, 80, 30))
    assert stands(read(board)) == {(indicator, CAI_BE, 2024): (30, 80)}


def test_a_name_with_what_it_holds_in_brackets():
    name = "Tỷ lệ dân số từ 15 tuổi trở lên được đào tạo trình độ CMKT (kể cả không có bằng)"
    board = sheet(*HEAD, ("TT", "Chỉ tiêu", "ĐVT", "Kết quả"), (1, name, "%", 46.9))
    assert stands(read(board)) == {("trained_population", CAI_BE, 2024): 46.9}


@pytest.mark.parametrize(
    ("title", "levels"),
    [("TỔNG HỢP CÔNG NHẬN PCGD, XMC NĂM 2024", [3, 2, 2]), ("TỔNG HỢP NĂM 2024", [2])],
)
def test_schools_below_a_title_of_universal_education(title, levels):
    heads = ("TT", "Huyện", "Mức độ đạt chuẩn", LEFT, LEFT)
    below = (UP, UP, "Tiểu học", "THCS", "Xóa mù chữ")
    reading = read(sheet((title,), heads, below, (1, "Huyện Cái Bè", 3, 2, 2)))
    assert [row["level"] for row in reading.observation_rows] == levels


def test_blocks_side_by_side_under_the_same_heads():
    heads = "TT", "Huyện", "Dân số từ 15 tuổi trở lên", "Số công dân học tập", "Tỷ lệ (%)"
    row = (1, "Huyện Cái Bè", 100, 40, 40, "", 2, "Huyện Chợ Gạo", 200, 90, 45)
    board = sheet(("CÔNG DÂN HỌC TẬP NĂM 2024",), (*heads, "", *heads), row)
    assert stands(read(board)) == {
        (CITIZENS, CAI_BE, 2024): (40, 100),
        (CITIZENS, CHO_GAO, 2024): (90, 200),
    }


def test_heads_in_two_languages():
    heads = "TT/No.", "Đơn vị/Unit", "Tử số/Numerator", "Mẫu số/Denominator", "Tỷ lệ/Rate (%)"
    reading = read(sheet(("KỸ NĂNG SỐNG NĂM 2024",), heads, (1, "Huyện Cái Bè", 30, 80, 37.5)))
    assert stands(reading) == {MINE: (30, 80)}
    assert "place_differs" not in dict(rules(reading))


def test_the_share_of_all_right_of_the_women_among_them():
    heads = "TT", "Huyện", "Mẫu số", "Tử số", "Trong đó nữ", "Tỷ lệ (%)"
    reading = read(sheet(("KỸ NĂNG SỐNG NĂM 2024",), heads, (1, "Huyện Cái Bè", 80, 30, 9, 37.5)))
    assert [(row["numerator"], row["value"]) for row in reading.observation_rows] == [(30, 37.5)]
    assert ("column_left_out", "F2") not in left_out(reading)


@pytest.mark.parametrize("name", ["year", "nam", "Năm"])
def test_a_column_of_years_is_the_year_of_its_rows(name):
    heads = "unit_code", name, "indicator_code", "numerator", "denominator"
    reading = read(sheet(heads, ("819", 2024, SKILLS, 30, 80)), file="2024-11-20/bieu 2024.xlsx")
    assert stands(reading) == {MINE: (30, 80)}
    assert "year_from_file_name" not in dict(rules(reading))


def test_what_came_about_in_the_year_beside_the_sum_is_no_numerator_without_people():
    heads = "Dân số từ 15 tuổi trở lên", "Số CDHT công nhận năm 2024", "Tổng số CDHT hiện có"
    table = ("TT", "Huyện", *heads, "Tỷ lệ (%)"), (1, "Huyện Cái Bè", 200, 20, 90, 45)
    reading = read(sheet(("CÔNG DÂN HỌC TẬP NĂM 2024",), *table))
    assert stands(reading) == {(CITIZENS, CAI_BE, 2024): (90, 200)}
    assert ("column_left_out", "D2") in left_out(reading)


@pytest.mark.parametrize(("yes", "no"), [("Có", "Không"), (1, 0), ("Đạt", "Chưa đạt")])
def test_one_column_for_each_level_with_yes_or_no(yes, no):
    heads = "TT", "Huyện", "Đạt chuẩn XMC mức độ 1", "Đạt chuẩn XMC mức độ 2"
    rows = (1, "Huyện Cái Bè", yes, no), (2, "Huyện Chợ Gạo", yes, yes)
    reading = read(sheet(("NĂM 2024",), heads, *rows))
    assert [row["level"] for row in reading.observation_rows] == [1, 2]


def test_years_of_recognition_are_no_levels():
    heads = "TT", "Huyện", "Mức độ đạt chuẩn XMC", "Năm đạt chuẩn XMC"
    reading = read(sheet(("NĂM 2024",), heads, (1, "Huyện Cái Bè", 2, 2015)))
    assert [row["level"] for row in reading.observation_rows] == [2]
    assert ("column_left_out", "D2") in left_out(reading)


def test_the_numbers_of_the_rows_are_no_reason_to_refuse_a_table():
    heads = "TT", "Nội dung", "Mức độ"
    rows = (1, "Đại học số, học liệu số", "2 - đang triển khai"), (2, "Số học phần", 45)
    reading = read(sheet(("KẾT QUẢ ĐẠI HỌC SỐ NĂM 2024",), heads, *rows))
    assert "“TT”" not in reading.refusal.detail


def test_ages_alone_head_the_whole_of_the_deed_beside_them():
    title = "THỐNG KÊ KẾT QUẢ PHỔ CẬP GIÁO DỤC TIỂU HỌC NĂM 2024"
    heads = "TT", "Huyện", "Trẻ 6 tuổi", "Trẻ 6 tuổi vào lớp 1", "Tỷ lệ %"
    assert stands(read(sheet((title,), heads, (1, "Huyện Cái Bè", 230, 228, 99.13)))) == {
        (ENTRY, CAI_BE, 2024): (228, 230)
    }


def test_a_list_of_recognised_communes_names_the_level_in_its_title():
    title = "DANH SÁCH HUYỆN ĐƯỢC CÔNG NHẬN CỘNG ĐỒNG HỌC TẬP NĂM 2024"
    heads = "TT", "Huyện", "Mức độ đạt", "Số quyết định", "Ngày quyết định"
    reading = read(sheet((title,), heads, (1, "Huyện Cái Bè", "Mức độ 2", "12/QĐ", "12/10/2024")))
    assert [row["level"] for row in reading.observation_rows] == [2]


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("SO SÁNH KẾT QUẢ NĂM 2023 VÀ NĂM 2024", None),
        ("KẾT QUẢ NĂM 2024 VÀ KẾ HOẠCH NĂM 2025", 2024),
        ("KẾT QUẢ (Số liệu đến ngày 30/9/2024)", 2024),
    ],
)
def test_two_years_are_no_school_year(title, year):
    heads, row = ("TT", "Chỉ tiêu", "Tử số", "Mẫu số"), (1, "Kỹ năng sống", 30, 80)
    reading = read(sheet(("UBND HUYỆN CÁI BÈ",), (title,), heads, row))
    assert [row["year"] for row in reading.observation_rows] == [year]
    assert "school_year" not in dict(rules(reading))
