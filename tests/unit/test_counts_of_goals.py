"""Tables of units whose columns are the counts of an indicator, in the words of offices."""

from __future__ import annotations

import pytest

from tests.form_fixtures import left_out, read
from tests.unit.test_office_tables import sheet, stands

pytestmark = pytest.mark.unit
AN_CU, MY_LOI_A = "28390", "28396"


def table(*heads: str, rows=((99, 100), (190, 200)), title="BIỂU TỔNG HỢP"):
    """Two communes of huyện Cái Bè; the columns in the order of ``heads``, the share at last."""
    places = ("Xã An Cư", "Xã Mỹ Lợi A")
    return read(
        sheet(
            ("UBND HUYỆN CÁI BÈ",),
            (title,),
            ("Năm 2024",),
            ("TT", "Xã, thị trấn", *heads),
            *((n, place, *row) for n, (place, row) in enumerate(zip(places, rows, strict=True), 1)),
        )
    )


COUNTS = [
    ("primary_entry_6", "Số trẻ 6 tuổi", "Số trẻ 6 tuổi vào lớp 1"),
    ("primary_entry_6", "Tổng số trẻ em 6 tuổi", "Trẻ 6 tuổi vào lớp 1"),
    ("primary_entry_6", "Trẻ 6 tuổi PPC", "Số huy động vào lớp 1"),
    ("primary_completion_11", "Số trẻ 11 tuổi", "Số trẻ 11 tuổi hoàn thành chương trình tiểu học"),
    ("primary_completion_11", "Trẻ 11 tuổi", "HTCTTH"),
    ("primary_completion_14", "Trẻ 14 tuổi phải phổ cập", "Trẻ 14 tuổi HTCTTH"),
    ("preschool5_attendance", "Số trẻ 5 tuổi", "Số trẻ 5 tuổi ra lớp"),
    ("preschool5_attendance", "Tổng số trẻ 5 tuổi", "Huy động trẻ 5 tuổi đến lớp"),
    ("preschool_attendance", "Số trẻ 3-5 tuổi", "Số trẻ 3-5 tuổi đến lớp"),
    ("preschool_attendance", "Tổng số trẻ mẫu giáo 3–5 tuổi", "Số đến lớp"),
    ("lower_secondary_graduates_15_18", "Số thanh thiếu niên 15-18 tuổi", "Số tốt nghiệp THCS"),
    ("lower_secondary_graduates_15_18", "Dân số từ 15 đến 18 tuổi", "Người 15–18 tuổi TN THCS"),
    ("literate_l1_15_25", "Dân số 15-25 tuổi", "Biết chữ mức độ 1"),
    ("literate_l2_15_60", "Số người 15–60 tuổi", "Số người 15–60 tuổi biết chữ mức độ 2"),
    ("life_skills", "Số người trong độ tuổi LĐ", "Số người trong độ tuổi LĐ được trang bị KNS"),
    ("learning_citizens", "Dân số từ 15 tuổi trở lên", "Số người đạt danh hiệu CDHT"),
    ("clc_it", "Tổng số TTHTCĐ", "TTHTCĐ ứng dụng CNTT trong quản lý, tổ chức hoạt động giáo dục"),
    ("trained_population", "Dân số từ 15 tuổi trở lên", "Số người từ 15 tuổi đã qua đào tạo CMKT"),
    ("university_degree", "Dân số từ 15 tuổi trở lên", "Người có trình độ đại học trở lên"),
    ("life_skills", "Người trong độ tuổi lao động", "Người trong độ tuổi lao động có kỹ năng sống"),
]


@pytest.mark.parametrize(("code", "whole", "part"), COUNTS)
def test_the_counts_of_an_indicator_are_its_figure(code, whole, part):
    with_share = table(whole, part, "Tỷ lệ %", rows=((100, 99, 99), (200, 190, 95)))
    other_way = table(part, whole)
    expected = {(code, AN_CU, 2024): (99, 100), (code, MY_LOI_A, 2024): (190, 200)}
    for reading in (with_share, other_way):
        assert stands(reading) == expected
        assert left_out(reading) == [("column_left_out", "A4")]  # TT


def test_counts_under_the_title_of_the_form():
    reading = table(
        "Số trẻ 6 tuổi", "Số trẻ 6 tuổi vào lớp 1", "Tỷ lệ %",
        rows=((100, 99, 99), (200, 190, 95)), title="KẾT QUẢ PCGD TIỂU HỌC",
    )  # fmt: skip
    assert stands(reading) == {
        ("primary_entry_6", AN_CU, 2024): (99, 100),
        ("primary_entry_6", MY_LOI_A, 2024): (190, 200),
    }


@pytest.mark.parametrize(
    ("whole", "part"),
    [
        ("Số trẻ 6 tuổi", "Số trẻ 6 tuổi học hòa nhập"),
        ("Số trẻ 6 tuổi (nữ)", "Số trẻ 6 tuổi vào lớp 1 (nữ)"),
        ("Số trẻ 3-5 tuổi", "Số trẻ 3-5 tuổi học 2 buổi/ngày"),
        ("Số người 15-25 tuổi dân tộc", "Biết chữ mức độ 1"),
        ("Số người đăng ký", "Số người đạt danh hiệu CDHT đã đăng ký"),
    ],
)
def test_counts_of_others_are_no_figure(whole, part):
    reading = table(whole, part, "Tỷ lệ %", rows=((100, 99, 99), (200, 190, 95)))
    assert stands(reading) == {}


def test_two_ages_beside_a_deed_without_age_leave_it_unread():
    heads = ("Số người 15-25 tuổi", "Biết chữ mức độ 1", "Số người 15-35 tuổi", "Biết chữ mức độ 1")
    assert stands(table(*heads, rows=((100, 99, 150, 140), (200, 190, 300, 290)))) == {}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Người từ 15 tuổi đã qua đào tạo chuyên môn kỹ thuật", "trained_population"),
        ("2. Người đạt danh hiệu Công dân học tập", "learning_citizens"),
        ("Người có trình độ đại học trở lên", "university_degree"),
        ("Tỷ lệ trung tâm học tập cộng đồng ứng dụng CNTT", "clc_it"),
        ("Trẻ 3–5 tuổi hoàn thành chương trình theo độ tuổi", "preschool_completion"),
    ],
)
def test_titles_of_goals_and_numerators_are_names_in_a_list(name, code):
    reading = read(
        sheet(
            ("Đơn vị: Xã An Cư, huyện Cái Bè",),
            ("Năm 2024",),
            ("TT", "Chỉ tiêu", "Tử số", "Mẫu số"),
            (1, name, 99, 100),
        )
    )
    assert stands(reading) == {(code, AN_CU, 2024): (99, 100)}


def test_a_goal_of_districts_at_a_level_is_no_name_of_the_level():
    reading = read(
        sheet(
            ("Đơn vị: Tỉnh Tiền Giang",),
            ("Năm 2024",),
            ("TT", "Chỉ tiêu", "Tử số", "Mẫu số"),
            (1, "Huyện đạt chuẩn xóa mù chữ mức độ 2", 9, 11),
        )
    )
    assert stands(reading) == {}


def test_a_school_year_is_told_as_typed():
    reading = read(
        sheet(
            ("UBND HUYỆN CÁI BÈ",),
            ("THỐNG KÊ NĂM HỌC 2023-2024",),
            ("TT", "Xã, thị trấn", "Số trẻ 6 tuổi", "Số trẻ 6 tuổi vào lớp 1"),
            (1, "Xã An Cư", 100, 99),
        )
    )
    told = [f["message"] for f in reading.finding_rows if f["rule"] == "school_year"]
    assert told == ["Biểu ghi năm học: hiểu là năm bắt đầu, 2023; nếu là năm khác thì ghi rõ Năm."]


def test_all_institutions_are_the_whole_of_those_that_teach_online():
    teach = "Số CSGD triển khai quản lý, giảng dạy và học tập trên môi trường số"
    reading = read(
        sheet(
            ("SỐ LIỆU NĂM 2024",),
            ("TT", "Đơn vị", "Tổng số CSGD", teach),
            (1, "Huyện Tân Phước", 40, 26),
        )
    )
    assert stands(reading) == {("digital_institutions", "818", 2024): (26, 40)}
