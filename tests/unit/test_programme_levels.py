"""Tables of levels whose heads are programmes alone; names of rows one word off."""

from __future__ import annotations

import pytest

from tests.form_fixtures import TAN_PHU, TAN_THOI, Board, figures, forms, left_out, problems, read

pytestmark = pytest.mark.unit


def board(heads: list[str], *rows: list[object]) -> Board:
    """Rows of communes of Tân Phú Đông below heads that stand in row 4."""
    drawn = Board().row("A1", ["Huyện: Tân Phú Đông"]).row("A2", ["Năm 2024"])
    drawn.row("A4", ["TT", "Xã", *heads])
    for number, (name, row) in enumerate(zip(["Tân Thới", "Tân Phú"], rows, strict=False)):
        drawn.row(f"A{5 + number}", [number + 1, name, *row])
    return drawn


def levels(reading) -> dict[tuple[str, str], int]:
    """Level by indicator and unit of the rows without a problem."""
    rows = [row for row in reading.observation_rows if not row.get("problem")]
    return {(row["indicator_code"], row["unit_code"]): row["level"] for row in rows}


@pytest.mark.parametrize(
    ("head", "cell", "code", "level"),
    [
        ("PCGDTH", "Mức độ 3", "primary_level", 3),
        ("PCGD tiểu học", "Duy trì mức độ 3", "primary_level", 3),
        ("PCGDTHCS", "MĐ2", "lower_secondary_level", 2),
        ("Phổ cập giáo dục THCS", "Đạt chuẩn mức độ 3", "lower_secondary_level", 3),
        ("Xóa mù chữ", "Mức 1", "literacy_level", 1),
        ("XMC", "Chưa đạt", "literacy_level", 0),
        ("PCGDMN trẻ 5 tuổi", "Đạt", "preschool5_level", 1),
        ("PCGDMNTNT", "Đạt", "preschool5_level", 1),
        ("PCGDMN cho trẻ em mẫu giáo", "Chưa đạt", "preschool_level", 0),
        ("Chuẩn PCGDTH", 3, "primary_level", 3),
    ],
)
def test_cells_that_are_levels_are_the_witness(head, cell, code, level):
    assert levels(read(board([head], [cell]))) == {(code, TAN_THOI): level}


@pytest.mark.parametrize("head", ["Xóa mù chữ", "PCGD tiểu học"])
@pytest.mark.parametrize("cell", [3, 12, "12 người"])
def test_bare_numbers_below_a_programme_are_no_levels(head, cell):
    reading = read(board([head, "Số liệu khác"], [cell, 1]))
    assert reading.observation_rows == []


def test_reached_alone_tells_no_level_of_several():
    reading = read(board(["PCGD tiểu học"], ["Đạt"]))
    assert problems(reading) == [("ambiguous_level", "C5", "Đạt")]


def marked(*rows: list[object]) -> Board:
    drawn = board([], *rows).merge("A3:A4", "TT").merge("B3:B4", "Xã")
    drawn.merge("C3:E3", "Đạt chuẩn PCGD tiểu học")
    return drawn.row("C4", ["Mức độ 1", "Mức độ 2", "Mức độ 3"])


def test_a_mark_chooses_the_level_of_its_column():
    found = levels(read(marked([None, None, "x"], ["X", None, None])))
    assert found == {("primary_level", TAN_THOI): 3, ("primary_level", TAN_PHU): 1}


def test_two_marks_choose_none():
    reading = read(marked([None, "x", "x"], ["x", None, None]))
    assert [(rule, cell) for rule, cell, _ in problems(reading)] == [("not_level", "D5")]
    assert levels(reading) == {("primary_level", TAN_PHU): 1}


def test_numbers_in_columns_of_levels_count_something_else():
    reading = read(marked([1, 4, 12], [0, 2, 9]))
    assert reading.observation_rows == []


def test_a_group_of_people_heads_what_all_below_are_of():
    drawn = board([], [9000, 3000, 33.3]).merge("A3:A4", "TT").merge("B3:B4", "Xã")
    drawn.merge("C2:E2", "Dân số từ 15 tuổi trở lên").merge("D3:E3", "Công dân học tập")
    drawn.merge("A2:A4", "TT").merge("B2:B4", "Xã").merge("C3:C4", "Tổng số")
    reading = read(drawn.row("D4", ["SL", "%"]).row("A1", ["Huyện: Tân Phú Đông năm 2024"]))
    assert figures(reading) == {("learning_citizens", TAN_THOI): (3000, 9000, "D5")}
    assert left_out(reading) == [("column_left_out", "A4")]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Người dân từ 15 tuổi trở lên được đào tạo trình độ CMKT", "trained_population"),
        ("Trong đó: tỷ lệ dân số có trình độ đại học trở lên", "university_degree"),
        ("Trong đó: Tỷ lệ có trình độ đại học trở lên (%)", "university_degree"),
        ("Đào tạo chuyên môn kỹ thuật", "trained_population"),
        ("+ Tỷ lệ trung tâm học tập cộng đồng có ứng dụng CNTT", "clc_it"),
        ("Công dân đạt danh hiệu công dân học tập", "learning_citizens"),
        ("- 2. Phổ cập giáo dục tiểu học", "primary_level"),
        ("Người chưa được trang bị kỹ năng sống", None),
        ("Không đạt danh hiệu công dân học tập", None),
        ("Số người từ 15 tuổi trở lên", None),
    ],
)
def test_names_of_rows_one_word_off(typed, code):
    assert forms()._indicators.code_of(typed) == code


def test_a_row_that_names_an_indicator_is_no_unit():
    heads = ["TT", "Nội dung", "Số người đạt", "Dân số từ 15 tuổi trở lên", "Tỷ lệ (%)"]
    drawn = Board().row("A1", ["Huyện: Tân Phú Đông, mô hình học tập năm 2024"]).row("A3", heads)
    drawn.row("A4", [1, "Công dân đạt danh hiệu công dân học tập", 3000, 9000, 33.3])
    assert figures(read(drawn)) == {("learning_citizens", "825"): (3000, 9000, "C4")}


def test_a_head_of_percentages_alone():
    drawn = Board().row("A1", ["Huyện: Tân Phú Đông, năm 2024"]).row("A2", ["Đơn vị tính: %"])
    drawn.row("A3", ["Xã", "Kỹ năng sống", "Công dân học tập"]).row("A4", ["Tân Thới", 40.3, 21.7])
    rows = read(drawn).observation_rows
    assert [(row["indicator_code"], row["value"]) for row in rows] == [
        ("life_skills", 40.3), ("learning_citizens", 21.7),
    ]  # fmt: skip


def test_a_title_of_levels_makes_bare_digits_levels():
    drawn = board(["PCGD tiểu học", "Xóa mù chữ"], [3, 2], [2, 1])
    reading = read(drawn.put("A3", "MỨC ĐỘ ĐẠT CHUẨN PHỔ CẬP GIÁO DỤC, XÓA MÙ CHỮ"))
    assert levels(reading) == {
        ("primary_level", TAN_THOI): 3,
        ("literacy_level", TAN_THOI): 2,
        ("primary_level", TAN_PHU): 2,
        ("literacy_level", TAN_PHU): 1,
    }


@pytest.mark.parametrize("title", ["SỐ XÃ ĐẠT THEO MỨC ĐỘ", "TỶ LỆ ẤP ĐẠT CHUẨN CÁC MỨC ĐỘ"])
def test_a_title_of_counts_by_level_does_not(title):
    reading = read(board(["PCGD tiểu học", "Xóa mù chữ"], [3, 2]).put("A3", title))
    assert reading.observation_rows == []


ASSESSED = "Mức độ PCGD THCS tự đánh giá"


def test_the_recognised_level_is_read_and_the_own_assessment_named():
    recognised = "Mức độ đạt chuẩn PCGD THCS được công nhận"
    reading = read(board([ASSESSED, recognised], [3, 2], [2, 1]))
    assert levels(reading) == {
        ("lower_secondary_level", TAN_THOI): 2,
        ("lower_secondary_level", TAN_PHU): 1,
    }
    assert ("column_left_out", "C4") in left_out(reading)


def test_in_a_list_too():
    drawn = Board().row("A1", ["Huyện: Tân Phú Đông"]).row("A2", ["Năm 2024"])
    drawn.row("A4", ["TT", "Chỉ tiêu", "Mức độ tự đánh giá", "Mức độ được công nhận"])
    reading = read(drawn.row("A5", [1, "Phổ cập giáo dục THCS", 3, 2]))
    assert levels(reading) == {("lower_secondary_level", "825"): 2}
    assert ("column_left_out", "C4") in left_out(reading)


def test_an_own_assessment_alone_is_no_level():
    assert read(board([ASSESSED], [3], [2])).observation_rows == []
