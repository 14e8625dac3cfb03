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


def test_a_bare_share_of_other_counts_is_not_taken():
    heads = ("TT", "Đơn vị", "Dân số từ 15 tuổi trở lên", "Đăng ký", "Công dân đạt", "Tỷ lệ")
    rows = ((1, "Huyện Cái Bè", 1000, 400, 300, 75),)
    reading = read(sheet(("MÔ HÌNH HỌC TẬP NĂM 2024",), heads, *rows))
    assert stands(reading) == {("learning_citizens", CAI_BE, 2024): (300, 1000)}
    assert [row["value"] for row in reading.observation_rows] == [None]
    assert ("printed_differs", "F3") not in rules(reading)
