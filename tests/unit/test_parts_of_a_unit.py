"""Rows of parts of a unit are never its figure, be their figures equal; nor are men and women."""

import pytest

from tests.form_fixtures import left_out, read
from tests.intake_case import plan
from tests.unit.test_office_tables import LEFT, SKILLS, UP, sheet, stands
from xhht_analysis.intake.forms.recognise import observation_frame
from xhht_analysis.intake.gathering import complete_claims
from xhht_analysis.intake.judging import impossible
from xhht_analysis.intake.judging.cleaning import settle

pytestmark = pytest.mark.unit
PROVINCE, COMMUNE = ("UBND TỈNH TIỀN GIANG",), ("UBND XÃ CÁI BÈ",)
TITLE = ("BÁO CÁO KẾT QUẢ XÂY DỰNG XÃ HỘI HỌC TẬP NĂM 2025",)
CAI_BE, TAN_THOI = "28360", "28693"
"""Communes of 2025."""


def read_late(*rows):
    return read(sheet(*rows), received_on="2025-12-01")


def outcomes(reading) -> set[tuple[str, str]]:
    """Unit and outcome of every figure, judged with the others of its file."""
    rows = [row | {"original": row["file"]} for row in reading.observation_rows]
    frame = impossible.mark_impossible(complete_claims(observation_frame(rows), plan()), plan())
    judged = settle(impossible.refuse_whole_files(frame))
    return {*zip(judged["unit_code"], judged["outcome"], strict=True)}


LABELS = [("Nhóm", "A", "B"), ("Khối", "THCS", "THPT"), ("Ngành", "Y tế", "Giáo dục")]


@pytest.mark.parametrize(
    ("head", "first", "second", "name"),
    [
        *((*label, name) for label in LABELS for name in ("Xã Cái Bè", "")),
        ("Đợt", 1, 2, "Xã Cái Bè"),  # without words beside the figures a row has no unit
    ],
)
def test_equal_rows_of_one_unit_with_unlike_labels_are_parts(head, first, second, name):
    heads = ("TT", "Đơn vị", head, "Kỹ năng sống", LEFT), (UP, UP, UP, "Tử số", "Mẫu số")
    rows = (1, "Xã Cái Bè", first, 100, 200), (2, name, second, 100, 200)
    reading = read_late(PROVINCE, TITLE, *heads, *rows, (3, "Xã Tân Thới", first, 101, 200))
    assert outcomes(reading) == {(CAI_BE, "rejected"), (TAN_THOI, "panel")}


@pytest.mark.parametrize("head", ["Nhóm", ""])
def test_so_are_those_of_a_list(head):
    heads = ("TT", "Chỉ tiêu", head, "Tử số", "Mẫu số")
    rows = (1, "Kỹ năng sống", "a", 100, 200), (2, "Kỹ năng sống", "b", 100, 200)
    assert outcomes(read_late(COMMUNE, TITLE, heads, *rows)) == {(CAI_BE, "rejected")}


def test_a_row_typed_twice_is_one():
    heads = ("TT", "Đơn vị", "Nhóm", "Kỹ năng sống", LEFT), (UP, UP, UP, "Tử số", "Mẫu số")
    rows = (1, "Xã Cái Bè", "A", 100, 200), (2, "Xã Cái Bè", "A", 100, 200)
    reading = read_late(PROVINCE, TITLE, *heads, *rows)
    assert outcomes(reading) == {(CAI_BE, "panel"), (CAI_BE, "duplicate")}


@pytest.mark.parametrize("men", ["Nam (%)", "Nam", "NAM (%)", "Tỷ lệ nam (%)"])
def test_columns_of_men_and_women_are_no_year(men):
    heads = ("TT", "Chỉ tiêu (%)", men, "Nữ (%)")
    rows = (1, "Kỹ năng sống", 50, 60), (2, "Công dân học tập", 55, 60)
    assert stands(read_late(COMMUNE, TITLE, heads, *rows)) == {}


@pytest.mark.parametrize("labels", [("Nam", "Nữ"), ("Nam (%)", "Nữ (%)"), ("Tỷ lệ nam", "Nữ giới")])
def test_rows_of_men_and_women_are_not_the_indicators(labels):
    title = ("TỶ LỆ CÔNG DÂN ĐẠT DANH HIỆU CÔNG DÂN HỌC TẬP NĂM 2025",)
    rows = [(n, label, 50 + n) for n, label in enumerate(labels, start=1)]
    assert stands(read_late(COMMUNE, title, ("TT", "Nội dung", "Tỷ lệ (%)"), *rows)) == {}


@pytest.mark.parametrize("head", ["", "Giới", "Cơ cấu"])
def test_rows_that_say_men_or_women_beside_the_name_are_parts(head):
    heads = ("TT", "Chỉ tiêu", head, "Số đạt", "Tổng số", "Tỷ lệ (%)")
    rows = (1, "Kỹ năng sống", "Nam", 100, 200, 50), (2, "Kỹ năng sống", "Nữ", 120, 240, 50)
    assert stands(read_late(COMMUNE, TITLE, heads, *rows)) == {}


@pytest.mark.parametrize("part", ["Số đạt 2024", "Số đạt năm 2024", "Số đạt năm trước"])
@pytest.mark.parametrize("whole", ["Tổng số 2025", "Tổng số"])
def test_a_share_of_last_years_count_is_none_of_the_year(part, whole):
    heads = ("TT", "Chỉ tiêu", part, whole, "Tỷ lệ (%)")
    reading = read_late(COMMUNE, TITLE, heads, (1, "Kỹ năng sống", 101, 200, 50.5))
    assert stands(reading) == {(SKILLS, CAI_BE, 2025): "share_of_plan"}


def test_beside_the_counts_of_the_year_those_of_last_year_change_nothing():
    heads = ("TT", "Chỉ tiêu", "Số đạt năm 2024", "Số đạt năm 2025", "Tổng số", "Tỷ lệ (%)")
    reading = read_late(COMMUNE, TITLE, heads, (1, "Kỹ năng sống", 90, 101, 200, 50.5))
    assert stands(reading)[SKILLS, CAI_BE, 2025] == (101, 200)


@pytest.mark.parametrize(("new", "old"), [("I", "1"), ("1", "1.1"), ("A", "1"), ("1", "a")])
def test_rows_of_former_communes_below_the_new_one_are_left_out(new, old):
    heads = ("TT", "Đơn vị", "Kỹ năng sống", LEFT), (UP, UP, "Tử số", "Mẫu số")
    rows = [
        (new, "Xã Cái Bè", 101, 200), (old, "Thị trấn Cái Bè", 51, 100),
        (old, "Xã Đông Hòa Hiệp", 50, 100), (new, "Xã Tân Thới", 102, 201),
        (old, "Xã Tân Thới", 50, 101), (old, "Xã Tân Phú", 52, 100),
    ]  # fmt: skip
    reading = read_late(PROVINCE, TITLE, *heads, *rows)
    units = {(SKILLS, CAI_BE, 2025): (101, 200), (SKILLS, TAN_THOI, 2025): (102, 201)}
    assert stands(reading) == units
    cells = [cell for rule, cell in left_out(reading) if rule == "row_left_out"]
    assert cells == ["C6", "C7", "C9", "C10"]


def test_a_row_marked_as_former_says_nothing_of_the_new_communes():
    heads = ("Đơn vị", "Kỹ năng sống", LEFT), (UP, "Tử số", "Mẫu số")
    rows = [("Xã Cái Bè", 101, 200), ("Thị trấn Cái Bè (cũ)", 51, 100), ("Xã Tân Thới", 102, 201)]
    figures = stands(read_late(PROVINCE, TITLE, *heads, *rows))
    assert figures[SKILLS, CAI_BE, 2025] == (101, 200)
    assert figures[SKILLS, TAN_THOI, 2025] == (102, 201)
    assert figures[SKILLS, None, 2025] == "unit_not_valid_then"


HEADS = ("TT", "Đơn vị", "Kỹ năng sống", LEFT), (UP, UP, "Tử số", "Mẫu số")
MEN = (1, "Xã Cái Bè", 100, 200), (2, "Xã Tân Thới", 101, 200)
WOMEN = (1, "Xã Cái Bè", 50, 100), (2, "Xã Tân Thới", 51, 100)


@pytest.mark.parametrize("lines", [("Nam", "Nữ"), ("1. Nam", "2. Nữ"), ("a) NAM", "b) NỮ")])
def test_a_table_below_men_is_no_more_than_theirs(lines):
    men, women = ((line,) for line in lines)
    assert stands(read_late(PROVINCE, TITLE, men, *HEADS, *MEN, women, *HEADS, *WOMEN)) == {}
    rows = ("A", lines[0][-3:].strip(), None, None), *MEN, ("B", lines[1][-2:], None, None), *WOMEN
    assert stands(read_late(PROVINCE, TITLE, *HEADS, *rows)) == {}


def test_so_is_a_sheet_of_that_name():
    boards = [
        sheet(PROVINCE, TITLE, *HEADS, *rows, name=name)
        for name, rows in (("Chung", MEN), ("Nữ", WOMEN))
    ]
    figures = stands(read(*boards, received_on="2025-12-01"))
    assert figures[SKILLS, CAI_BE, 2025] == (100, 200)
    assert stands(read(boards[1], received_on="2025-12-01")) == {}


@pytest.mark.parametrize("head", ["Nhóm", "Khối", "Thành phần", "Phân loại", ""])
def test_a_column_that_says_officials_holds_a_part_even_alone(head):
    heads = ("TT", "Đơn vị", head, "Kỹ năng sống", LEFT), (UP, UP, UP, "Tử số", "Mẫu số")
    row = (1, "Xã Cái Bè", "Công chức, viên chức", 100, 200)
    assert stands(read_late(PROVINCE, TITLE, *heads, row)) == {}


@pytest.mark.parametrize(("head", "text"), [("Phân loại", "Xã loại I"), ("Khối", "Phường")])
def test_a_kind_of_commune_is_no_part(head, text):
    heads = ("TT", "Đơn vị", head, "Kỹ năng sống", LEFT), (UP, UP, UP, "Tử số", "Mẫu số")
    row = (1, "Xã Cái Bè", text, 100, 200)
    assert stands(read_late(PROVINCE, TITLE, *heads, row)) == {(SKILLS, CAI_BE, 2025): (100, 200)}
