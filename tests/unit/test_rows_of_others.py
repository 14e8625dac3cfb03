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


def test_so_is_the_row_of_a_commune_of_another_district():
    assert ("other_unit", "B5") in rules(beside("Xã Long Định, huyện Châu Thành", 45.2))
    assert "other_unit" not in dict(rules(beside("Xã Hậu Thành, huyện Cái Bè", 45.2)))


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


HAMLETS = ("Ấp 1", 4000, 1700), ("Ấp 2", 4500, 1900), ("Ấp 3", 4977, 2122)  # 13477, 5722
CITIZENS, CAI_BE_COMMUNE = "learning_citizens", "28360"


def hamlets(*more, of=HAMLETS):
    """A table of Xã Cái Bè with a row for each of its hamlets."""
    heads = "TT", "Ấp", "Dân số từ 15 tuổi trở lên", "Số công dân học tập"
    rows = [(n, *row) for n, row in enumerate((*of, *more), start=1)]
    return read(sheet(("UBND XÃ CÁI BÈ",), ("NĂM 2026",), heads, *rows), received_on="2026-11-20")


@pytest.mark.parametrize(
    "name",
    [
        "Toàn xã", "Xã Cái Bè", "TỔNG TOÀN XÃ", "", "Xã", "TC", "Tổng xã", "Cả xã", "T.Cộng",
        "Total", "Σ", "Cái Bè", "UBND xã",
    ],
)  # fmt: skip
def test_the_row_that_holds_the_sum_of_the_hamlets_is_the_total(name):
    assert stands(hamlets((name, 13477, 5722))) == {(CITIZENS, CAI_BE_COMMUNE, 2026): (5722, 13477)}


@pytest.mark.parametrize(
    ("name", "counts"),
    [("Cùng kỳ năm 2025", (13300, 5000)), ("Kế hoạch", (13477, 6000)), ("Tổ 1", (2000, 900)),
     ("Trường TH Cái Bè", (35, 33))],
)  # fmt: skip
def test_beside_a_row_that_is_no_hamlet_nothing_is_added_up(name, counts):
    reading = hamlets((name, *counts))
    assert stands(reading) == {}
    assert any(name in f["message"] for f in reading.finding_rows)
    assert "summed_from_parts" not in dict(rules(reading))


def test_an_average_of_hamlets_is_neither_a_hamlet_nor_their_total():
    reading = hamlets(("Bình quân", 4492, 1907))
    assert stands(reading) == {(CITIZENS, CAI_BE_COMMUNE, 2026): (5722, 13477)}
    assert "total_differs" not in dict(rules(reading))


def test_a_total_beside_a_hamlet_without_its_count_is_doubtful():
    holed = *HAMLETS[:2], ("Ấp 3", 4977, None)
    (row,) = hamlets(("Cộng", 13477, 3600), of=holed).observation_rows
    assert (row["numerator"], row["denominator"], row["status"]) == (3600, 13477, "doubtful")


def test_nothing_is_said_of_a_sum_that_was_refused():
    holed = *HAMLETS[:2], ("Ấp 3", 4977, None)
    reading = hamlets(of=holed)
    assert [rule for rule, *_ in problems(reading)] == ["part_missing"]
    assert "summed_from_parts" not in dict(rules(reading))


@pytest.mark.parametrize(
    "who", ["thanh niên", "thanh thiếu niên", "lao động tự do", "tín đồ", "người có công"]
)
def test_a_rate_of_some_people_is_none_of_all(who):
    name = f"Tỷ lệ {who} được trang bị kỹ năng sống"
    top = ("UBND HUYỆN CÁI BÈ",), ("NĂM 2024",)
    assert (SKILLS, CAI_BE, 2024) not in stands(
        read(sheet(*top, ("TT", "Chỉ tiêu", "Kết quả (%)"), (1, name, 41.3)))
    )
    heads, row = ("TT", "Huyện", name), (1, "Huyện Cái Bè", 41.3)
    assert stands(read(sheet(("NĂM 2024",), heads, row))) == {}
    heads, row = ("TT", "Huyện", "Tổng số", "Số đạt"), (1, "Huyện Cái Bè", 200, 90)
    assert stands(read(sheet((f"{name.upper()} NĂM 2024",), heads, row))) == {}


def test_a_mark_in_a_column_that_is_not_read_is_told():
    heads = "TT", "Huyện", "Đạt chuẩn XMC mức độ 1", "Đạt chuẩn XMC mức độ 2", "Chưa đạt"
    rows = (1, "Huyện Cái Bè", "x", "", ""), (2, "Huyện Chợ Gạo", "", "", "x")
    reading = read(sheet(("NĂM 2024",), heads, *rows))
    assert ("column_left_out", "E2") in left_out(reading)
