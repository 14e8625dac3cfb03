"""Deliveries as offices and their programs write them; every figure worked out by hand."""

from __future__ import annotations

import pytest
from openpyxl import Workbook

from tests.form_fixtures import forms, problems, read
from tests.unit.test_office_tables import CAI_BE, CHO_GAO, CITIZENS, LEFT, SKILLS, sheet, stands
from xhht_analysis.intake.reading.sheets import FileContent
from xhht_analysis.intake.reading.workbooks import read_workbook

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("beside", [LEFT, None])
def test_groups_of_columns_above_the_row_that_names_the_units(beside):
    reading = read(
        sheet(
            ("Năm 2024",),
            (None, None, "Kỹ năng sống", beside, "Công dân học tập", beside),
            ("TT", "Đơn vị", "Tử số", "Mẫu số", "Tử số", "Mẫu số"),
            (1, "Huyện Cái Bè", 10, 20, 11, 21),
            (2, "Huyện Chợ Gạo", 12, 22, 13, 23),
        )
    )
    assert stands(reading) == {
        (SKILLS, CAI_BE, 2024): (10, 20),
        (CITIZENS, CAI_BE, 2024): (11, 21),
        (SKILLS, CHO_GAO, 2024): (12, 22),
        (CITIZENS, CHO_GAO, 2024): (13, 23),
    }


def test_a_line_above_headings_that_stand_once_is_no_group():
    reading = read(
        sheet(
            ("Năm 2024",),
            (None, None, "Đơn vị tính: người", "Biểu 2"),
            ("TT", "Đơn vị", "Kỹ năng sống (tử số)", "Kỹ năng sống (mẫu số)"),
            (1, "Huyện Cái Bè", 10, 20),
        )
    )
    assert stands(reading) == {(SKILLS, CAI_BE, 2024): (10, 20)}


def test_persons_in_words_are_whole_beside_a_number_with_decimals():
    reading = read(
        sheet(
            ("Huyện Cái Bè",),
            ("Năm 2024",),
            ("TT", "Chỉ tiêu", "Tử số", "Mẫu số"),
            (1, "Kỹ năng sống", "1.234 người", "2.345 người"),
            (2, "Công dân học tập", "12.34", "2345"),
        )
    )
    assert stands(reading)[SKILLS, CAI_BE, 2024] == (1234, 2345)
    assert problems(reading) == [("fractional_count", "C5", "12.34")]


def test_persons_with_three_zeros_follow_their_column():
    rows = [(1, "Kỹ năng sống", "12.000 người", "1550.000 người")]
    rows += [(2, "Công dân học tập", "1550.000 người", "1560.000 người")]
    head = [("Huyện Cái Bè",), ("Năm 2024",), ("TT", "Chỉ tiêu", "Tử số", "Mẫu số")]
    assert stands(read(sheet(*head, *rows)))[SKILLS, CAI_BE, 2024] == (12, 1550)


def test_values_under_a_merge_left_behind_are_not_written_over(tmp_path):
    """Rows were put in above by a program that moves cells and not their merges."""
    book = Workbook()
    page = book.active
    page.append(["Năm 2024"])
    page.append(["TT", "Đơn vị", "Kỹ năng sống (tử số)", "Kỹ năng sống (mẫu số)"])
    page.append([1, "Huyện Cái Bè", 10, 20])
    page.append([2, "Huyện Chợ Gạo", 12, 22])
    page.merge_cells("A2:A3")
    for place in ("C3:D3", "B2:B3"):
        page.merged_cells.add(place)
    book.save(tmp_path / "a.xlsx")
    content = FileContent("2024-11-20/a.xlsx", read_workbook(tmp_path / "a.xlsx"))
    reading = forms().read(content, "2024-11-20")
    assert stands(reading)[SKILLS, CHO_GAO, 2024] == (12, 22)
    assert problems(reading) == [("merged_value", "C3", "10")]
