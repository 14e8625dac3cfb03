"""Tables whose columns are units or results and whose rows say what is counted; by hand."""

from __future__ import annotations

import pytest

from tests.form_fixtures import left_out, read, rules
from tests.unit.test_cross_tables import stands, told
from tests.unit.test_office_tables import CAI_BE, CHO_GAO, SKILLS, sheet

pytestmark = pytest.mark.unit

TITLE = ("TỶ LỆ KỸ NĂNG SỐNG NĂM 2024",)
UNITS = ("Nội dung", "Huyện Cái Bè", "Huyện Chợ Gạo")
WHOLE = "Tổng số người trong độ tuổi lao động"
PART = "Số người trong độ tuổi lao động được trang bị kỹ năng sống"


def side(*rows, title=TITLE, heads=UNITS):
    return read(sheet(("SỞ GDĐT",), title, heads, *rows))


def test_counts_of_the_indicator_in_the_title_stand_in_rows():
    reading = side(("Số đạt", 30, 40), ("Tổng số", 80, 90), ("Tỷ lệ (%)", 37.5, 44.44))
    assert stands(reading) == {(SKILLS, CAI_BE, 2024): (30, 80), (SKILLS, CHO_GAO, 2024): (40, 90)}
    cells = [row["cell_denominator"] for row in reading.observation_rows]
    assert cells == ["B5", "C5"]  # as in the file, not as the table was turned


def test_a_row_of_results_under_units_is_no_unit():
    reading = side(("Kết quả (%)", 41.2, 40.1))
    assert stands(reading) == {(SKILLS, CAI_BE, 2024): 41.2, (SKILLS, CHO_GAO, 2024): 40.1}


def test_counts_in_words_stand_in_rows():
    reading = side((PART, 30, 40), (WHOLE, 80, 90), title=("NĂM 2024",))
    assert stands(reading) == {(SKILLS, CAI_BE, 2024): (30, 80), (SKILLS, CHO_GAO, 2024): (40, 90)}


def test_rows_of_years_under_units():
    rows = ((2023, 41.2, 40.1), (2024, 42.2, 43.1))
    reading = side(*rows, title=("TỶ LỆ KỸ NĂNG SỐNG (%)",), heads=("Năm", *UNITS[1:]))
    assert stands(reading) == {
        (SKILLS, CAI_BE, 2023): 41.2,
        (SKILLS, CHO_GAO, 2023): 40.1,
        (SKILLS, CAI_BE, 2024): 42.2,
        (SKILLS, CHO_GAO, 2024): 43.1,
    }


def test_a_row_and_a_column_that_are_not_read_are_named():
    heads = ("Nội dung", "Năm 2024", "Kế hoạch 2025")
    rows = ((PART, 30, 50), (WHOLE, 80, 90), ("Số lớp đã mở", 3, 4))
    board = sheet(("HUYỆN CHỢ GẠO",), heads, *rows)
    reading = read(board)
    assert stands(reading) == {(SKILLS, CHO_GAO, 2024): (30, 80)}
    assert left_out(reading) == [("column_left_out", "A5"), ("row_left_out", "C3")]
    assert "Dòng “Số lớp đã mở”" in told(reading)
    assert "Cột “Kế hoạch 2025”" in told(reading)


ADULTS = "Dân số từ 15 tuổi trở lên"
WORKERS = {(SKILLS, CHO_GAO, 2024): (6905, 13800), ("learning_citizens", CHO_GAO, 2024): (30, 90)}


def listed(*rows, heads=("STT", "Nội dung", "ĐVT", "Số liệu")):
    return read(sheet(("HUYỆN CHỢ GẠO",), ("SỐ LIỆU NĂM 2024",), heads, *rows))


@pytest.mark.parametrize(
    "share", ["Tỷ lệ kỹ năng sống", "Tỷ lệ so với người trong độ tuổi lao động"]
)
def test_counts_stand_in_rows_of_their_own_beside_their_percentage(share):
    reading = listed(
        ("I", "Người trong độ tuổi lao động", "người", 13800),
        (1, PART, "người", 6905),
        ("", share, "%", 50.04),
        ("II", ADULTS, "người", 90),
        (2, "Số người đạt danh hiệu công dân học tập", "người", 30),
        ("", "Tỷ lệ công dân học tập", "%", 33.33),
    )
    assert stands(reading) == WORKERS


def test_counts_below_each_percentage_may_name_their_people_twice():
    reading = listed(
        (1, "Tỷ lệ kỹ năng sống", "%", "50,04"),
        ("", "- Tổng số người trong độ tuổi lao động", "người", "13.800"),
        ("", "- Số người được trang bị kỹ năng sống", "người", "6.905"),
        (2, "Tỷ lệ năng lực thông tin", "%", "25"),
        ("", "- Tổng số người trong độ tuổi lao động", "người", "13.800"),
        ("", "- Số người được trang bị năng lực thông tin", "người", "3.450"),
    )
    assert stands(reading) == {
        (SKILLS, CHO_GAO, 2024): (6905, 13800),
        ("information_literacy", CHO_GAO, 2024): (3450, 13800),
    }


def test_people_of_unlike_number_are_of_neither_indicator():
    reading = listed(
        (1, "Tỷ lệ kỹ năng sống", "%", 50),
        ("", "- Tổng số người trong độ tuổi lao động", "người", 13810),
        ("", "- Số người được trang bị kỹ năng sống", "người", 6905),
        ("", "- Tổng số người trong độ tuổi lao động", "người", 13900),
        (2, ADULTS, "người", 90),
        (3, "Số người đạt danh hiệu công dân học tập", "người", 30),
    )
    assert stands(reading) == {
        (SKILLS, CHO_GAO, 2024): 50,
        ("learning_citizens", CHO_GAO, 2024): (30, 90),
    }
    assert "nhiều cột cùng một nghĩa" in told(reading)


def test_measures_stand_in_a_column_beside_the_indicators():
    names = ("Kỹ năng sống", "Công dân học tập")
    measures = ("Tử số", 30, 40), ("Mẫu số", 80, 90), ("Tỷ lệ (%)", 37.5, 44.44)
    rows = [(n, name, *row) for n, name in enumerate(names) for row in measures]
    heads = ("TT", "Chỉ tiêu", "Số liệu", "Huyện Cái Bè", "Huyện Chợ Gạo")
    assert stands(side(*rows, title=("NĂM 2024",), heads=heads)) == {
        (code, *unit): pair
        for code in (SKILLS, "learning_citizens")
        for unit, pair in (((CAI_BE, 2024), (30, 80)), ((CHO_GAO, 2024), (40, 90)))
    }


@pytest.mark.parametrize("heading", ["Cùng kỳ năm trước", "Trong đó nữ", "Năm 2023"])
def test_rows_of_counts_below_a_heading_of_something_else_are_none_of_the_year(heading):
    reading = listed(
        (1, ADULTS, "người", 90),
        (2, "Số người đạt danh hiệu công dân học tập", "người", 30),
        ("", heading, "", ""),
        (1, "Người trong độ tuổi lao động", "người", 13800),
        (2, PART, "người", 6905),
    )
    stood = stands(reading)
    assert stood[("learning_citizens", CHO_GAO, 2024)] == (30, 90)
    assert (SKILLS, CHO_GAO, 2024) not in stood


def test_units_over_groups_of_columns_with_their_share():
    heads = ("TT", "Chỉ tiêu", *["Xã Long Định"] * 3, *["Xã Tân Đông"] * 3)
    below = ("TT", "Chỉ tiêu", *["Tổng số", "Đạt", "%"] * 2)
    row = (1, "Kỹ năng sống", 13800, 6905, 50, 13810, 6900, 40)
    reading = read(sheet(("NĂM 2024",), heads, below, row))
    assert stands(reading) == {
        (SKILLS, "28552", 2024): (6905, 13800),
        (SKILLS, "28732", 2024): (6900, 13810),
    }
    shares = [row["value"] for row in reading.observation_rows]
    assert shares == [50, 40]  # the last contradicts its counts: judging makes it doubtful


def test_a_count_below_a_hundred_beside_another_units_is_no_half_of_a_number():
    heads = ("TT", "Chỉ tiêu", *["Xã Long Định"] * 2, *["Xã Tân Đông"] * 2)
    below = ("TT", "Chỉ tiêu", *["Tổng số", "Đạt"] * 2)
    reading = read(sheet(("NĂM 2024",), heads, below, (1, "Kỹ năng sống", 100, 86, 831, 400)))
    assert stands(reading) == {
        (SKILLS, "28552", 2024): (86, 100),
        (SKILLS, "28732", 2024): (400, 831),
    }


def test_a_bare_share_of_other_counts_is_not_taken():
    heads = ("TT", "Đơn vị", "Dân số từ 15 tuổi trở lên", "Đăng ký", "Công dân đạt", "Tỷ lệ")
    rows = ((1, "Huyện Cái Bè", 1000, 400, 300, 75),)
    reading = read(sheet(("MÔ HÌNH HỌC TẬP NĂM 2024",), heads, *rows))
    assert stands(reading) == {("learning_citizens", CAI_BE, 2024): (300, 1000)}
    assert [row["value"] for row in reading.observation_rows] == [None]
    assert ("printed_differs", "F3") not in rules(reading)
