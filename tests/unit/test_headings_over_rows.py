"""Headings over rows and counts beside a lone percentage; every figure worked out by hand."""

from __future__ import annotations

from zipfile import ZipFile

import pytest
from openpyxl import Workbook

from tests.form_fixtures import read
from tests.unit.test_office_tables import CAI_BE, CITIZENS, SKILLS, sheet, stands
from xhht_analysis.intake.reading.sheets import Refusal, RefusedError
from xhht_analysis.intake.reading.workbooks import read_workbook

pytestmark = pytest.mark.unit

CHO_GAO = "822"
HEAD = ("STT", "Chỉ tiêu", "Tử số", "Mẫu số")
SKILLS_ROW, CITIZENS_ROW = (1, "Kỹ năng sống", 10, 20), (2, "Công dân học tập", 11, 21)


def listing(*rows, head=HEAD):
    """What a list of Huyện Cái Bè for 2024 gives."""
    return read(sheet(("UBND HUYỆN CÁI BÈ",), ("Năm 2024",), head, *rows))


def rules(reading):
    """Rules of the findings of a file."""
    return {finding["rule"] for finding in reading.finding_rows}


def test_a_heading_with_a_year_dates_the_rows_below_it():
    reading = listing(
        ("I", "Năm 2023"), SKILLS_ROW, ("", "Xã hội học tập"), CITIZENS_ROW, ("II", "Năm 2024"),
        (1, "Kỹ năng sống", 12, 22),
    )  # fmt: skip
    assert stands(reading) == {
        (SKILLS, CAI_BE, 2023): (10, 20),
        (CITIZENS, CAI_BE, 2023): (11, 21),
        (SKILLS, CAI_BE, 2024): (12, 22),
    }


def test_a_heading_with_a_year_dates_rows_of_units():
    head = ("TT", "Đơn vị", "Kỹ năng sống (tử số)", "Kỹ năng sống (mẫu số)")
    reading = read(
        sheet(
            ("Năm 2024",), head, ("A", "Năm 2023"), (1, "Huyện Cái Bè", 10, 20),
            ("B", "Thực hiện năm 2024"), (1, "Huyện Chợ Gạo", 11, 21),
        )
    )  # fmt: skip
    assert stands(reading) == {
        (SKILLS, CAI_BE, 2023): (10, 20),
        (SKILLS, CHO_GAO, 2024): (11, 21),
    }


def test_a_heading_with_a_place_names_the_unit_of_the_rows_below_it():
    reading = listing(("I", "HUYỆN CHỢ GẠO"), SKILLS_ROW, ("II", "Toàn huyện"), CITIZENS_ROW)
    assert stands(reading) == {
        (SKILLS, CHO_GAO, 2024): (10, 20),
        (CITIZENS, CAI_BE, 2024): (11, 21),
    }


def test_figures_below_a_hamlet_are_not_those_of_the_sheet():
    reading = listing(("I", "Toàn huyện"), CITIZENS_ROW, ("II", "Ấp Hòa Phúc"), SKILLS_ROW)
    assert stands(reading) == {
        (CITIZENS, CAI_BE, 2024): (11, 21),
        (SKILLS, None, 2024): "unknown_unit",
    }


@pytest.mark.parametrize(
    "heading",
    ["Kế hoạch năm 2024", "Cùng kỳ năm trước", "Ước thực hiện cả năm", "Dự kiến 2025", "Nữ"],
)
@pytest.mark.parametrize("after", ["Thực hiện", "Năm nay", "Thực hiện năm 2024"])
def test_plans_last_year_and_parts_are_left_out_row_by_row(heading, after):
    reading = listing(("I", heading), SKILLS_ROW, ("II", after), CITIZENS_ROW)
    assert stands(reading) == {(CITIZENS, CAI_BE, 2024): (11, 21)}
    assert "row_left_out" in rules(reading)


@pytest.mark.parametrize(
    "heading",
    ["Xã hội học tập", "Xã đạt chuẩn", "Mục tiêu cụ thể", "Phổ cập giáo dục", "Trong độ tuổi"],
)
def test_other_headings_change_nothing(heading):
    assert stands(listing(("I", heading), SKILLS_ROW)) == {(SKILLS, CAI_BE, 2024): (10, 20)}


def test_a_row_with_numbers_is_no_heading():
    reading = listing(("I", "Kế hoạch năm 2024", 10, 20), SKILLS_ROW)
    assert stands(reading) == {
        (None, CAI_BE, 2024): "indicator_unknown",
        (SKILLS, CAI_BE, 2024): (10, 20),
    }


@pytest.mark.parametrize(
    ("head", "row"),
    [
        (("Số người đạt", "Tổng số người", "Tỷ lệ (%)"), (5100, 10300, 49.51)),
        (("Tổng số", "Số đạt", "Tỷ lệ"), (10300, 5100, "49,5")),
        (("Số lượng", "Số đạt", "Tỷ lệ"), (10300, 5100, "49,51")),
        (("Kết quả thực hiện", "Tổng đối tượng", "Tỷ lệ %"), (5100, 10300, 49.51)),
    ],
)
def test_a_percentage_takes_the_counts_that_give_it(head, row):
    reading = listing((1, "Kỹ năng sống", *row), head=("STT", "Chỉ tiêu", *head))
    assert stands(reading) == {(SKILLS, CAI_BE, 2024): (5100, 10300)}
    assert [f["cell"] for f in reading.finding_rows if f["rule"] == "column_left_out"] == ["A3"]


@pytest.mark.parametrize("head", [("Tổng số", "Số đạt"), ("Số lượng", "Số đạt")])
@pytest.mark.parametrize("row", [(200, 200, 100), (200, 0, 0)])
def test_all_and_none_are_counts_too(head, row):
    reading = listing((1, "Kỹ năng sống", *row), head=("STT", "Chỉ tiêu", *head, "Tỷ lệ"))
    assert stands(reading) == {(SKILLS, CAI_BE, 2024): (row[1], 200)}


@pytest.mark.parametrize(
    ("head", "row"),
    [
        (("Số lớp", "Số buổi", "Tỷ lệ (%)"), (2, 4, 50)),
        (("Tổng số", "Số đạt", "Tỷ lệ (%)"), (200, 199, 0.995)),
        (("Nữ", "Tổng số", "Tỷ lệ (%)"), (2000, 4100, 62.3)),
        (("Năm", "Tổng số", "Tỷ lệ (%)"), (2024, 4100, 62.3)),
        (("Mức độ", "Tổng số", "Tỷ lệ (%)"), (2, 4100, 62.3)),
        (("Tổng số", "Số đạt", "Tỷ lệ (%)"), (4100, None, 62.3)),
        (("Tổng số lớp", "Tổng số", "Đạt", "Tỷ lệ (%)"), (20, 40, 20, 50)),
    ],
)
def test_counts_of_other_things_or_of_another_percentage_are_not_taken(head, row):
    reading = listing((1, "Kỹ năng sống", *row), head=("STT", "Chỉ tiêu", *head))
    assert stands(reading) == {(SKILLS, CAI_BE, 2024): row[-1]}
    assert "printed_differs" not in rules(reading)


@pytest.mark.parametrize(
    ("head", "row", "said"),
    [
        # 5100 of 10300 are 49,51 %
        (("Tổng số", "Số đạt", "Tỷ lệ (%)"), (10300, 5100, 62.3), "5100/10300 là 49,51"),
        (("Tổng số", "Số đạt", "Tỷ lệ (%)"), (300, 5, 0), "5/300 là 1,67"),
        (("Số lượng", "Số đạt", "Tỷ lệ"), (10300, 5100, 62.3), "5100/10300 là 49,51"),
        (("Số đạt", "Tổng số", "Tỷ lệ (%)"), (2000, 4100, 50), "2000/4100 là 48,78"),
        (
            ("Tổng đối tượng", "Nữ", "Đạt", "TL %"),
            (200, 90, 120, 62.3),
            "120/200 là 60,00",
        ),
    ],
)
def test_a_percentage_that_the_counts_beside_it_contradict_is_refused(head, row, said):
    reading = listing((1, "Kỹ năng sống", *row), head=("STT", "Chỉ tiêu", *head))
    assert stands(reading) == {(SKILLS, CAI_BE, 2024): "printed_differs"}
    told = [f["message"] for f in reading.finding_rows if f["rule"] == "printed_differs"]
    assert len(told) == 1
    assert said in told[0]
    assert f"Biểu ghi {row[-1]} %".replace(".", ",") in told[0]


def test_a_percentage_cut_instead_of_rounded_keeps_its_counts():
    head = ("STT", "Chỉ tiêu", "Tổng số", "Số đạt", "Tỷ lệ")
    reading = listing((1, "Kỹ năng sống", 10300, 5100, 49.4), head=head)  # 49,51
    assert stands(reading) == {(SKILLS, CAI_BE, 2024): "printed_differs"}
    reading = listing((1, "Kỹ năng sống", 10000, 4958, 49.5), head=head)  # 49,58
    assert stands(reading) == {(SKILLS, CAI_BE, 2024): (4958, 10000)}
    assert "printed_differs" not in rules(reading)


def test_a_package_with_two_parts_of_one_name_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    Workbook().save(path)
    with pytest.warns(UserWarning, match="Duplicate"), ZipFile(path, "a") as package:
        package.writestr("xl/worksheets/sheet1.xml", package.read("xl/worksheets/sheet1.xml"))
    with pytest.raises(RefusedError) as refused:
        read_workbook(path)
    assert refused.value.refusal == Refusal("truncated", "hai phần cùng tên")


def test_a_letter_of_outlook_is_told_as_a_letter(tmp_path):
    path = tmp_path / "thu.msg"
    stream = "__properties_version1.0".encode("utf-16-le")
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + stream + bytes(99))
    with pytest.raises(RefusedError) as refused:
        read_workbook(path)
    assert refused.value.refusal.rule == "email"
