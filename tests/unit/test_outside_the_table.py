"""What stands outside the rows of figures: letterheads, scales, hidden lists, lost heads."""

from __future__ import annotations

from dataclasses import replace

import pytest
from docx import Document

from tests.form_fixtures import content, figures, forms, left_out, problems, read, rules
from tests.unit.test_office_tables import CAI_BE, CITIZENS, SKILLS, sheet, stands
from xhht_analysis.intake.reading.sheets import FileContent
from xhht_analysis.intake.reading.workbooks import read_workbook

pytestmark = pytest.mark.unit
HEADS = ("TT", "Chỉ tiêu", "Tử số", "Mẫu số")
AN_CU, NEW_CAI_BE = "28390", "28360"


@pytest.mark.parametrize(
    "head",
    [
        (("UBND XÃ AN CƯ, HUYỆN CÁI BÈ",), ("ẤP AN THIỆN",), ("Năm 2024",)),
        (("Đơn vị: Ấp An Thiện, xã An Cư, huyện Cái Bè",), ("Năm 2024",)),
        (("UBND HUYỆN CÁI BÈ",), ("Trường THCS An Cư",), ("Năm 2024",)),
    ],
)
def test_a_hamlet_or_a_school_is_no_unit(head):
    reading = read(sheet(*head, HEADS, (1, "Kỹ năng sống", 60, 140)))
    assert figures(reading) == {}
    assert [rule for rule, *_ in problems(reading)] == ["unknown_unit"]


def test_a_block_of_a_school_below_that_of_a_district_is_nobodys():
    reading = read(
        sheet(
            ("Đơn vị: Huyện Cái Bè",),
            ("Năm 2024",),
            HEADS,
            (1, "Kỹ năng sống", 60, 140),
            ("Đơn vị: Trường THPT Cái Bè",),
            (2, "Công dân học tập", 6, 14),
        )
    )
    assert figures(reading) == {(SKILLS, CAI_BE): (60, 140, "C4")}
    assert ("row_left_out", "C6") in left_out(reading)


@pytest.mark.parametrize(
    "line",
    ["NĂM 2024 (Đvt: nghìn người)", "Năm 2024 - ĐVT: 1.000 người", "Đơn vị tính: nghìn người"],
)
def test_a_scale_in_any_line_above_the_table_counts(line):
    rows = (1, "Kỹ năng sống", 1.5, 3.2), (2, "Công dân học tập", 1, 2)
    reading = read(sheet(("UBND HUYỆN CÁI BÈ",), ("Năm 2024",), (line,), HEADS, *rows))
    assert stands(reading) == {
        (SKILLS, CAI_BE, 2024): (1500, 3200),
        (CITIZENS, CAI_BE, 2024): (1000, 2000),
    }


def test_a_table_far_below_has_the_lines_right_above_it():
    words = [("Phần lời",)] * 44
    head = ("UBND HUYỆN CÁI BÈ",), ("Năm 2024",)
    reading = read(sheet(*words, *head, HEADS, (1, "Kỹ năng sống", 60, 140)))
    assert stands(reading) == {(SKILLS, CAI_BE, 2024): (60, 140)}


def test_a_hidden_list_of_units_speaks_for_nobody():
    of_district = sheet(("UBND HUYỆN CÁI BÈ",), ("Năm 2024",), HEADS, (1, "Kỹ năng sống", 60, 140))
    units = sheet(("Danh mục",), ("Huyện Cái Bè", "Xã An Cư", 28390), name="DM")
    file = content(of_district, units, file="2024-11-20/a.xlsx")
    file.sheets = [file.sheets[0], replace(file.sheets[1], visible=False)]
    reading = forms().read(file, "2024-11-20")
    assert stands(reading) == {(SKILLS, CAI_BE, 2024): (60, 140)}
    assert "place_differs" not in [rule for rule, _ in rules(reading)]


@pytest.mark.parametrize(
    ("unit", "name"),
    [
        ("Xã (mới)", "Xã Cái Bè"),
        ("Xã mới", "Xã Cái Bè (sáp nhập từ TT. Cái Bè, xã Đông Hòa Hiệp)"),
        ("Xã sau sắp xếp", "Xã Cái Bè (gồm TT. Cái Bè)"),
    ],
)
def test_units_of_2025_with_their_history(unit, name):
    heads = ("TT", unit, "Kỹ năng sống (tử số)", "Kỹ năng sống (mẫu số)")
    reading = read(sheet(("Năm 2026",), heads, (1, name, 60, 140)), received_on="2026-11-20")
    assert stands(reading) == {(SKILLS, NEW_CAI_BE, 2026): (60, 140)}


@pytest.mark.parametrize(("head", "level"), [("Mức", 2), ("MỨC", 2), ("Muc", None), ("Mục", None)])
def test_a_column_of_levels_may_be_headed_muc(head, level):
    rows = ("literacy_level", "Mức độ đạt chuẩn xóa mù chữ", None, None, 2), ("clc_it", "", 1, 2)
    top = ("UBND HUYỆN CÁI BÈ",), ("Năm 2024",), ("Mã chỉ tiêu", *HEADS[1:], head)
    reading = read(sheet(*top, *rows))
    levels = [row["level"] for row in reading.observation_rows if row["level"] is not None]
    assert levels == ([level] if level else [])
    assert left_out(reading) == ([] if level else [("column_left_out", "E3")])


def test_a_value_counted_in_persons_is_no_percentage():
    heads = ("TT", "Chỉ tiêu", "ĐVT", "Giá trị")
    rows = (1, "Công dân học tập", "người", 85), (2, "Kỹ năng sống", "%", 45)
    reading = read(sheet(("UBND HUYỆN CÁI BÈ",), ("Năm 2024",), heads, *rows))
    assert [(r["indicator_code"], r["value"]) for r in reading.observation_rows] == [(SKILLS, 45)]
    assert ("row_left_out", "D4") in left_out(reading)


def test_a_table_of_word_that_goes_on_without_its_head_is_told(tmp_path):
    document = Document()
    document.add_paragraph("UBND HUYỆN CÁI BÈ")
    document.add_paragraph("Năm 2024")
    for rows in ([HEADS, (1, "Kỹ năng sống", 60, 140)], [(2, "Công dân học tập", 6, 14)]):
        table = document.add_table(len(rows), 4)
        for row, cells in zip(table.rows, rows, strict=True):
            for cell, value in zip(row.cells, cells, strict=True):
                cell.text = str(value)
        document.add_paragraph("(tiếp theo)")
    document.save(tmp_path / "a.docx")
    file = FileContent("2024-11-20/a.docx", read_workbook(tmp_path / "a.docx"))
    reading = forms().read(file, "2024-11-20")
    assert stands(reading) == {(SKILLS, CAI_BE, 2024): (60, 140)}
    told = [f["sheet"] for f in reading.finding_rows if f["rule"] == "sheet_not_recognised"]
    assert told == ["Bảng 2"]


def test_subtotals_of_former_districts_are_no_units_and_no_part_of_a_total():
    heads = ("TT", "Đơn vị", "Kỹ năng sống (tử số)", "Kỹ năng sống (mẫu số)")
    reading = read(
        sheet(
            ("Năm 2026",),
            heads,
            ("I", "Địa bàn huyện Cái Bè (cũ)", 60, 140),
            (1, "Xã Cái Bè", 60, 140),
            ("", "Tổng cộng", 60, 140),
        ),
        received_on="2026-11-20",
    )
    assert stands(reading) == {(SKILLS, NEW_CAI_BE, 2026): (60, 140)}
    assert "total_differs" not in [rule for rule, _ in rules(reading)]
    assert ("row_left_out", "C3") in left_out(reading)


@pytest.mark.parametrize("label", ["Trong đó: Nữ", "Nữ", "Trong đó: dân tộc thiểu số"])
def test_rows_of_a_part_below_each_unit_are_left_out(label):
    heads = ("TT", "Đơn vị", "Kỹ năng sống (tử số)", "Kỹ năng sống (mẫu số)")
    rows = (1, "Huyện Cái Bè", 60, 140), ("", label, 30, 70), (2, "Huyện Chợ Gạo", 10, 20)
    reading = read(sheet(("Năm 2024",), heads, *rows))
    assert figures(reading) == {(SKILLS, CAI_BE): (60, 140, "C3"), (SKILLS, "822"): (10, 20, "C5")}
    assert problems(reading) == []
    assert ("row_left_out", "C4") in left_out(reading)


def test_a_level_may_be_called_by_what_was_reached():
    rows = (1, "Đạt chuẩn XMC", 2), (2, "Đạt chuẩn PCGD THCS", 3)
    top = ("UBND HUYỆN CÁI BÈ",), ("Năm 2024",), ("TT", "Chỉ tiêu", "Mức độ")
    levels = {r["indicator_code"]: r["level"] for r in read(sheet(*top, *rows)).observation_rows}
    assert levels == {"literacy_level": 2, "lower_secondary_level": 3}
