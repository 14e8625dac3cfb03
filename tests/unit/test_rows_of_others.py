"""Rows that are not the sender's are told at their cell; nobody speaks for the province."""

from __future__ import annotations

import pytest

from tests.form_fixtures import left_out, problems, read, rules
from tests.unit.test_office_tables import CAI_BE, CHO_GAO, SKILLS, UP, sheet, stands

pytestmark = pytest.mark.unit

HEAD = "Tỷ lệ người trong độ tuổi lao động có kỹ năng sống (%)"
LITERACY = "Mức độ đạt chuẩn xóa mù chữ"


def beside(name, *figures, heads=(HEAD,), of="UBND HUYỆN CÁI BÈ"):
    """A table of Huyện Cái Bè (47 %, or level 2) with one more row below it."""
    own = [47 if head == HEAD else 2 for head in heads]
    rows = ("TT", "Đơn vị", *heads), (1, "Huyện Cái Bè", *own), (2, name, *figures)
    return read(sheet((of,), ("KẾT QUẢ NĂM 2024",), *rows))


@pytest.mark.parametrize(
    "name",
    ["Toàn tỉnh", "Trung bình toàn tỉnh", "Chung toàn tỉnh", "Cả tỉnh", "Tổng cộng", "Bình quân"],
)
def test_a_rate_of_a_wider_place_or_of_all_rows_is_told_at_its_cell(name):
    reading = beside(name, 45.2)
    assert stands(reading) == {(SKILLS, CAI_BE, 2024): 47}
    assert ("row_left_out", "C5") in left_out(reading)


def test_so_is_a_level():
    reading = beside("Toàn tỉnh", 1, heads=(LITERACY,))
    assert [row["level"] for row in reading.observation_rows] == [2]
    assert ("row_left_out", "C5") in left_out(reading)


def test_so_is_a_column_beside_the_indicators():
    rows = ("TT", "Chỉ tiêu", "Huyện Cái Bè", "Toàn tỉnh"), (1, HEAD, 47, 45.2)
    reading = read(sheet(("UBND HUYỆN CÁI BÈ",), ("NĂM 2024",), *rows))
    assert stands(reading) == {(SKILLS, CAI_BE, 2024): 47}
    assert ("row_left_out", "D4") in left_out(reading)


def test_counts_of_the_province_are_no_sum_of_the_rows_of_a_district():
    heads = "Kỹ năng sống: số đạt", "Kỹ năng sống: tổng số"
    rows = ("TT", "Xã", *heads), (1, "Xã Hậu Mỹ Bắc A", 10, 20), (2, "Xã Tân Hưng", 30, 40)
    wide = ("", "Toàn tỉnh", 4000, 6000)
    own = ("", "Toàn huyện", 40, 60)
    reading = read(sheet(("UBND HUYỆN CÁI BÈ",), ("NĂM 2024",), *rows, own, wide))
    assert "total_differs" not in dict(rules(reading))
    assert [pair for pair in left_out(reading) if pair[0] == "row_left_out"] == [
        ("row_left_out", "C7")
    ]


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("Tỉnh Tiền Giang", "other_unit"),
        ("Cả nước", "other_province"),
        ("Vùng ĐBSCL", "unknown_unit"),
    ],
)
def test_a_district_does_not_speak_for_what_holds_it(name, rule):
    reading = beside(name, 45.2)
    assert problems(reading) == [(rule, "B5", name)]


def test_the_row_of_a_neighbour_is_read_and_told():
    reading = beside("Huyện Chợ Gạo", 45.2)
    assert stands(reading) == {(SKILLS, CAI_BE, 2024): 47, (SKILLS, CHO_GAO, 2024): 45.2}
    assert ("other_unit", "B5") in rules(reading)


@pytest.mark.parametrize("of", ["UBND TỈNH TIỀN GIANG", "SỞ GIÁO DỤC VÀ ĐÀO TẠO TIỀN GIANG"])
def test_the_province_speaks_for_all(of):
    reading = beside("Huyện Chợ Gạo", 45.2, of=of)
    assert "other_unit" not in dict(rules(reading))


def test_a_level_in_one_cell_over_three_rows_is_that_of_all_and_told():
    rows = [(n, name, UP) for n, name in enumerate(["Xã Hậu Mỹ Bắc B", "Xã Tân Hưng"], start=2)]
    table = ("TT", "Đơn vị", LITERACY), (1, "Xã Hậu Mỹ Bắc A", 2), *rows
    reading = read(sheet(("UBND HUYỆN CÁI BÈ",), ("NĂM 2024",), *table))
    assert [row["level"] for row in reading.observation_rows] == [2, 2, 2]
    assert ("merged_level", "C4") in rules(reading)
