"""Tables whose rows are years of the unit in the letterhead, and names alone as headings."""

from __future__ import annotations

import pytest

from tests.form_fixtures import read
from tests.unit.test_cross_tables import stands, told
from tests.unit.test_office_tables import CAI_BE, CITIZENS, SKILLS, sheet

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("years", [(2022, 2023), ("Năm 2022", "Năm 2023"), ("2022", "2023")])
def test_rows_of_years_are_of_the_unit_in_the_letterhead(years):
    board = sheet(
        ("UBND HUYỆN CÁI BÈ",),
        ("KẾT QUẢ GIAI ĐOẠN 2022-2023",),
        ("TT", "Năm", "Kỹ năng sống (%)", "Công dân học tập (%)"),
        (1, years[0], 20, 30),
        (2, years[1], 22.5, None),
        (3, "Ước 2024", 25, 40),
        (4, "Kế hoạch 2025", 30, 45),
    )
    reading = read(board)
    assert stands(reading) == {
        (SKILLS, CAI_BE, 2022): 20,
        (CITIZENS, CAI_BE, 2022): 30,
        (SKILLS, CAI_BE, 2023): 22.5,
    }
    assert "Ước 2024" in told(reading)


def test_rows_of_years_with_counts_of_the_indicator_in_the_title():
    board = sheet(
        ("UBND HUYỆN CÁI BÈ",),
        ("KẾT QUẢ CÔNG DÂN HỌC TẬP",),
        ("Năm", "Tổng số", "Số đạt", "Tỷ lệ (%)"),
        (2022, 200, 20, 10),
        (2023, 220, 33, 15),
    )
    assert stands(read(board)) == {
        (CITIZENS, CAI_BE, 2022): (20, 200),
        (CITIZENS, CAI_BE, 2023): (33, 220),
    }


@pytest.mark.parametrize(
    "title",
    [
        "TỶ LỆ KỸ NĂNG SỐNG CÁC HUYỆN, THỊ, THÀNH GIAI ĐOẠN 2022 - 2023 (%)",
        "Bảng 4: Tỷ lệ kỹ năng sống của một số huyện, thị xã qua các năm (ĐVT: %)",
    ],
)
def test_rows_of_years_below_a_title_that_says_where_and_when(title):
    heads = ("Năm", "H. Cái Bè", "TX. Gò Công")
    assert stands(read(sheet((title,), heads, (2022, 20, 30), (2023, 22.5, 33)))) == {
        (SKILLS, CAI_BE, 2022): 20,
        (SKILLS, CAI_BE, 2023): 22.5,
        (SKILLS, "816", 2022): 30,
        (SKILLS, "816", 2023): 33,
    }


def test_rows_of_years_below_a_head_of_two_rows():
    heads = ("Năm", *["Kỹ năng sống"] * 2, *["Công dân học tập"] * 2)
    below = ("Năm", *["Tử số", "Mẫu số"] * 2)
    board = sheet(
        ("UBND HUYỆN CÁI BÈ",), heads, below, (2022, 20, 90, 30, 80), (2023, 21, 91, 31, 81)
    )
    assert stands(read(board)) == {
        (SKILLS, CAI_BE, 2022): (20, 90),
        (CITIZENS, CAI_BE, 2022): (30, 80),
        (SKILLS, CAI_BE, 2023): (21, 91),
        (CITIZENS, CAI_BE, 2023): (31, 81),
    }


def test_men_beside_women_are_no_years():
    board = sheet(
        ("CÔNG DÂN HỌC TẬP NĂM 2024",), ("Nam", "Nữ", "Tổng số"), (2020, 2021, 4041), (10, 11, 21)
    )
    assert stands(read(board)) == {}


@pytest.mark.parametrize("line", ["Đơn vị tính: %", "ĐVT: người", "KẾT QUẢ"])
def test_names_alone_head_percentages_where_a_line_above_says_so(line):
    board = sheet(
        ("KẾT QUẢ NĂM 2024",),
        (line,),
        ("TT", "Đơn vị", "Kỹ năng sống", "Công dân học tập"),
        (1, "Huyện Cái Bè", 20.5, 30),
    )
    both = {(SKILLS, CAI_BE, 2024): 20.5, (CITIZENS, CAI_BE, 2024): 30}
    assert stands(read(board)) == (both if "%" in line else {})
