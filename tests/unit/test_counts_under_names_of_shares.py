"""What lines above a table say that its figures count beats the "Tỷ lệ" of an indicator's name."""

import pytest

from tests.form_fixtures import problems, read
from tests.unit.test_office_tables import sheet

pytestmark = pytest.mark.unit
HEADS = ("TT", "Huyện", "Tỷ lệ người trong độ tuổi lao động được trang bị kỹ năng sống")
ROWS = ((1, "Huyện Cái Bè", 63), (2, "Huyện Cai Lậy", 84))


def values(title, name="Sheet1", heads=HEADS, rows=ROWS):
    board = sheet(("SỞ GIÁO DỤC VÀ ĐÀO TẠO",), (title,), heads, *rows)
    board.name = name
    reading = read(board, received_on="2024-11-20")
    assert not problems(reading)
    return [row["value"] for row in reading.observation_rows], reading.finding_rows


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("KẾT QUẢ NĂM 2024 (Đơn vị tính: người)", "Sheet1"),
        ("SỐ LƯỢNG NGƯỜI ĐẠT NĂM 2024", "Sheet1"),
        ("KẾT QUẢ NĂM 2024", "Tử số"),
        ("KẾT QUẢ NĂM 2024", "Mẫu số"),
    ],
)
def test_counts_are_no_percentages_and_are_told(title, name):
    board = sheet(("SỞ GIÁO DỤC VÀ ĐÀO TẠO",), (title,), HEADS, *ROWS)
    board.name = name
    reading = read(board, received_on="2024-11-20")
    assert reading.observation_rows == []
    assert reading.refusal.rule == "unknown_form"


@pytest.mark.parametrize(
    "title",
    [
        "KẾT QUẢ NĂM 2024",
        "KẾT QUẢ NĂM 2024 (Đơn vị tính: %)",
        "SỐ LƯỢNG VÀ TỶ LỆ NGƯỜI ĐẠT NĂM 2024",
        "Đơn vị: Tỉnh Tiền Giang, năm 2024",
    ],
)
def test_percentages_are_read_where_nothing_says_that_they_are_counts(title):
    assert values(title)[0] == [63, 84]


def test_a_sign_at_the_head_beats_the_line_above():
    heads = (*HEADS[:2], f"{HEADS[2]} (%)")
    assert values("KẾT QUẢ NĂM 2024 (Đơn vị tính: người)", heads=heads)[0] == [63, 84]
