"""Deliveries as offices and their programs write them; every figure worked out by hand."""

from __future__ import annotations

import pytest
from openpyxl import Workbook

from tests.form_fixtures import forms, problems, read
from tests.unit.test_office_tables import CAI_BE, CHO_GAO, CITIZENS, LEFT, SKILLS, UP, sheet, stands
from xhht_analysis.intake.reading.sheets import FileContent
from xhht_analysis.intake.reading.workbooks import read_workbook

pytestmark = pytest.mark.unit


def test_groups_of_columns_above_the_row_that_names_the_units_are_asked_for_beside_it():
    rows = (1, "Huyện Cái Bè", 10, 20, 11, 21), (2, "Huyện Chợ Gạo", 12, 22, 13, 23)
    groups = "Kỹ năng sống", LEFT, "Công dân học tập", LEFT
    heads = ("TT", "Đơn vị", "Tử số", "Mẫu số", "Tử số", "Mẫu số")
    reading = read(sheet(("Năm 2024",), (None, None, *groups), heads, *rows))
    assert not stands(reading)
    assert "Bảng “TT / Đơn vị / Tử số / Mẫu số” có số" in reading.refusal.detail


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


SIDES = ("TT", "Đơn vị", "Kỹ năng sống", LEFT, LEFT, LEFT)


def test_men_are_no_year_and_women_no_total():
    rows = ((UP, UP, "Nam", LEFT, "Nữ", LEFT), (UP, UP, *("Tử số", "Mẫu số") * 2))
    reading = read(sheet(("NĂM 2024",), SIDES, *rows, (1, "Huyện Cái Bè", 4, 9, 6, 11)))
    assert stands(reading) == {}
    assert reading.refusal.rule == "unknown_form"


def test_the_total_beside_men_and_women_is_the_figure():
    head = (*SIDES, LEFT, LEFT)
    rows = ((UP, UP, "Tổng số", LEFT, "Nam", LEFT, "Nữ", LEFT), (UP, UP, *("Tử số", "Mẫu số") * 3))
    reading = read(sheet(("NĂM 2024",), head, *rows, (1, "Huyện Cái Bè", 10, 20, 4, 9, 6, 11)))
    assert stands(reading) == {(SKILLS, CAI_BE, 2024): (10, 20)}


def test_a_year_without_accents_is_no_man():
    rows = (("Don vi", "Nam", "Ky nang song (tu so)", "Ky nang song (mau so)"),)
    reading = read(sheet(*rows, ("Huyen Cai Be", 2023, 10, 20)))
    assert stands(reading) == {(SKILLS, CAI_BE, 2023): (10, 20)}


LISTED = ("TT", "Chỉ tiêu", "Tử số", "Mẫu số")


def test_a_number_over_two_cells_is_refused():
    """86831 of 172840, as a scan leaves them: 86 | 831 and 172 | 840."""
    head = ("TT", "Chỉ tiêu", "Tử số", None, "Mẫu số", None)
    rows = ((1, "Kỹ năng sống", 86, 831, 172, 840), (2, "Công dân học tập", 50, 50, 100, None))
    reading = read(sheet(("Huyện Cái Bè",), ("Năm 2024",), head, *rows))
    assert problems(reading) == [("number_split", "C4", "86")]
    assert stands(reading)[CITIZENS, CAI_BE, 2024] == (50, 100)  # 50 is its share


def of_unit(title: str | None, top: int, name: str):
    return sheet((title,), ("NĂM 2026",), LISTED, (1, "Kỹ năng sống", top, 200), name=name)


XA = "Xã Hậu Mỹ", "Xã Hội Cư"
HAU_MY, HOI_CU, XA_CAI_BE = "28366", "28393", "28360"


def test_a_sheet_without_a_unit_beside_sheets_of_several_is_nobodys():
    boards = [of_unit(f"UBND {name}", n, f"S{n}") for n, name in enumerate(XA, start=1)]
    nameless = sheet(("NĂM 2026",), LISTED, (1, "Công dân học tập", 5, 9), name="TH")
    reading = read(*boards, nameless, received_on="2026-11-20")
    assert stands(reading) == {
        (SKILLS, HAU_MY, 2026): (1, 200),
        (SKILLS, HOI_CU, 2026): (2, 200),
        (CITIZENS, None, 2026): "unit_missing",
    }


def test_a_sheet_without_a_unit_is_of_the_one_above_the_others():
    districts = sheet(
        ("Huyện Cái Bè",), ("Năm 2024",), LISTED, (1, "Kỹ năng sống", 9, 10), name="1"
    )
    communes = [
        sheet((name,), ("Năm 2024",), LISTED, (1, "Kỹ năng sống", n, 10), name=f"{n}")
        for n, name in ((2, "Xã Mỹ Trung"), (3, "Xã Hậu Thành"))
    ]
    nameless = sheet(("Năm 2024",), LISTED, (1, "Công dân học tập", 5, 9), name="4")
    reading = read(communes[0], districts, communes[1], nameless)
    assert stands(reading)[CITIZENS, CAI_BE, 2024] == (5, 9)
    named = read(*communes, nameless, file="2024-11-20/Huyện Cái Bè.xlsx")
    assert stands(named)[CITIZENS, CAI_BE, 2024] == (5, 9)
    assert "unit_from_file_name" in {row["rule"] for row in named.finding_rows}


def test_the_name_of_a_sheet_may_be_the_code_of_its_unit():
    reading = read(of_unit(None, 7, XA_CAI_BE), received_on="2026-11-20")
    assert stands(reading) == {(SKILLS, XA_CAI_BE, 2026): (7, 200)}


def test_a_list_whose_indicators_stand_under_noi_dung():
    head = ("STT", "Nội dung", "Tử số", "Mẫu số")
    reading = read(sheet(("Huyện Cái Bè",), ("Năm 2024",), head, (1, "Kỹ năng sống", 10, 20)))
    assert stands(reading) == {(SKILLS, CAI_BE, 2024): (10, 20)}


def test_citizens_whose_total_is_parted_by_women():
    title = ("Kết quả xây dựng mô hình học tập năm 2024",)
    head = ("STT", "Đơn vị", "Tổng số người từ 15 tuổi trở lên", "Số công dân được công nhận", LEFT)
    women = (UP, UP, UP, "Tổng số", "Trong đó nữ")
    reading = read(sheet(title, head, women, (1, "Huyện Cái Bè", 10000, 4000, 2100)))
    assert stands(reading) == {(CITIZENS, CAI_BE, 2024): (4000, 10000)}


def test_hamlets_under_a_short_heading():
    head = ("TT", "Ấp/KP", "Kỹ năng sống (tử số)", "Kỹ năng sống (mẫu số)")
    rows = ((1, "Ấp Mỹ Thuận", 100, 200), (2, "KP 2", 110, 210), (None, "Toàn xã", 210, 410))
    board = sheet(("UBND XÃ HẬU MỸ",), ("NĂM 2026",), head, *rows)
    assert stands(read(board, received_on="2026-11-20")) == {(SKILLS, HAU_MY, 2026): (210, 410)}


@pytest.mark.parametrize(
    ("part", "whole"), [("Quý I", "Cả năm"), ("Trong năm", "Lũy kế"), ("Phát sinh", "Cộng dồn")]
)
def test_the_figure_of_the_whole_year_stands(part, whole):
    head = ("TT", "Chỉ tiêu", part, whole, LEFT)
    rows = ((UP, UP, "Tử số", "Tử số", "Mẫu số"), (1, "Kỹ năng sống", 100, 900, 2000))
    reading = read(sheet(("Huyện Cái Bè - Năm 2024",), head, *rows))
    assert stands(reading) == {(SKILLS, CAI_BE, 2024): (900, 2000)}


def by_unit(*heads: str, title: str = "TỈNH TIỀN GIANG", year: int = 2024):
    """A list with columns of two units: 10 of 20 in the first, 11 of 21 in the second."""
    over = [cell for head in heads for cell in (head, LEFT)]
    top = ((title,), (f"NĂM {year}",), ("TT", "Chỉ tiêu", *over))
    below = (UP, UP, *("Tử số", "Mẫu số") * 2)
    return sheet(*top, below, (1, "Kỹ năng sống", 10, 20, 11, 21))


def test_columns_of_units_are_no_figures_of_the_sheets_own():
    reading = read(by_unit("Huyện Cái Bè", "Huyện Chợ Gạo"))
    assert stands(reading) == {(SKILLS, CAI_BE, 2024): (10, 20), (SKILLS, CHO_GAO, 2024): (11, 21)}
    told = [(row["rule"], row["cell"]) for row in reading.finding_rows]
    assert told == [("column_left_out", "A4")]  # the running number, once


def test_a_unit_over_its_columns_needs_no_help_of_the_title():
    reading = read(by_unit("Huyện Cái Bè", "Huyện Chợ Gạo", title="THỊ XÃ CAI LẬY"))
    assert set(stands(reading)) == {(SKILLS, CAI_BE, 2024), (SKILLS, CHO_GAO, 2024)}


def test_units_below_numerator_and_denominator():
    units = ("TT Cái Bè", "Xã Mỹ Trung")
    head = ("TT", "Chỉ tiêu", "Tử số", LEFT, "Mẫu số", LEFT)
    rows = (head, (UP, UP, *units, *units), (1, "Kỹ năng sống", 10, 11, 20, 21))
    reading = read(sheet(("UBND HUYỆN CÁI BÈ",), ("NĂM 2024",), *rows))
    assert stands(reading) == {(SKILLS, "28360", 2024): (10, 20), (SKILLS, "28369", 2024): (11, 21)}


def test_a_column_of_a_unit_that_is_homonymous_or_ended_is_refused():
    reading = read(by_unit("Phường 1", "Huyện Chợ Gạo"))
    assert stands(reading)[SKILLS, CHO_GAO, 2024] == (11, 21)
    assert [problem[0] for problem in problems(reading)] == ["ambiguous_unit"]
    late = read(by_unit("Huyện Cái Bè", "Xã Hậu Mỹ", year=2026), received_on="2026-11-20")
    assert stands(late)[SKILLS, HAU_MY, 2026] == (11, 21)
    assert (SKILLS, "82", 2026) not in stands(late)


def test_communes_of_a_district_in_columns_are_its_own():
    """A Phường 1 is in three towns, 28435 in Thị xã Cai Lậy."""
    reading = read(by_unit("Phường 1", "Phường 2", title="THỊ XÃ CAI LẬY"))
    assert stands(reading) == {(SKILLS, "28435", 2024): (10, 20), (SKILLS, "28436", 2024): (11, 21)}


@pytest.mark.parametrize(
    "parts", [("Công lập", "Dân lập"), ("Quý I", "Quý II"), ("Lần 1", "Đợt 2")]
)
def test_of_several_parts_none_is_the_figure(parts):
    head = ("TT", "Chỉ tiêu", parts[0], LEFT, parts[1], LEFT)
    rows = ((UP, UP, *("Tử số", "Mẫu số") * 2), (1, "Kỹ năng sống", 50, 60, 2, 5))
    reading = read(sheet(("Huyện Cái Bè - Năm 2024",), head, *rows))
    assert stands(reading) == {}
    assert reading.refusal.rule == "unknown_form"


def test_chi_tieu_beside_noi_dung_names_the_indicators():
    head = ("STT", "Nội dung", "Chỉ tiêu", "Tử số", "Mẫu số")
    row = (1, "Mục tiêu 2", "Kỹ năng sống", 10, 20)
    reading = read(sheet(("Huyện Cái Bè",), ("Năm 2024",), head, row))
    assert stands(reading) == {(SKILLS, CAI_BE, 2024): (10, 20)}
