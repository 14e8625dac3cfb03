"""A column of names beside the unit: the deepest place counts, and a part is never the whole."""

from __future__ import annotations

import pytest

from tests.form_fixtures import read
from tests.unit.test_office_tables import CAI_BE, SKILLS, sheet, stands

pytestmark = pytest.mark.unit

CHO_GAO, MY_TRUNG, MY_HOI, BINH_NINH = "822", "28369", "28387", "28648"
COUNTS = ("Kỹ năng sống (tử số)", "Kỹ năng sống (mẫu số)")
COMMUNES = {
    (SKILLS, MY_TRUNG, 2024): (10, 20),
    (SKILLS, MY_HOI, 2024): (12, 22),
    (SKILLS, BINH_NINH, 2024): (14, 24),
}


def units(*heads, rows):
    return read(sheet(("NĂM 2024",), ("TT", *heads, *COUNTS), *rows))


@pytest.mark.parametrize(
    "heads",
    [
        ("Huyện", "Xã"), ("Tên huyện", "Tên xã"), ("Địa bàn", "Xã, phường"),
        ("Quận/Huyện", "Phường/Xã"),
    ],
)  # fmt: skip
def test_of_two_columns_of_places_the_deeper_one_names_the_unit(heads):
    rows = [
        (1, "Huyện Cái Bè", "Xã Mỹ Trung", 10, 20),
        (2, "Huyện Cái Bè", "Mỹ Hội", 12, 22),
        (3, "Chợ Gạo", "Xã Bình Ninh", 14, 24),
    ]
    assert stands(units(*heads, rows=rows)) == COMMUNES
    turned = [(n, below, above, *rest) for n, above, below, *rest in rows]
    assert stands(units(*reversed(heads), rows=turned)) == COMMUNES


def test_the_column_of_districts_settles_a_homonym_and_names_a_row_without_commune():
    rows = [
        (1, "Thị xã Cai Lậy", "Phường 1", 10, 20),
        (2, "Thành phố Mỹ Tho", "Phường 1", 12, 22),
        (3, "Huyện Cái Bè", "", 14, 24),
    ]
    assert stands(units("Huyện", "Xã", rows=rows)) == {
        (SKILLS, "28435", 2024): (10, 20),
        (SKILLS, "28261", 2024): (12, 22),
        (SKILLS, CAI_BE, 2024): (14, 24),
    }


def test_of_two_columns_of_codes_that_of_communes_counts():
    head = ("Mã huyện", "Mã xã", "Tên xã", *COUNTS)
    rows = (819, 28369, "Xã Mỹ Trung", 10, 20), (822, 28648, "Xã Bình Ninh", 14, 24)
    reading = read(sheet(("NĂM 2024",), head, *rows))
    assert stands(reading) == {
        (SKILLS, MY_TRUNG, 2024): (10, 20),
        (SKILLS, BINH_NINH, 2024): (14, 24),
    }


def test_a_column_of_counts_of_communes_names_no_unit():
    head = ("TT", "Đơn vị", "Xã", "Phường", *COUNTS)
    rows = (1, "Huyện Cái Bè", 24, 0, 10, 20), (2, "Huyện Chợ Gạo", 18, 0, 14, 24)
    assert stands(read(sheet(("NĂM 2024",), head, *rows))) == {
        (SKILLS, CAI_BE, 2024): (10, 20),
        (SKILLS, CHO_GAO, 2024): (14, 24),
    }


@pytest.mark.parametrize("head", ["Xã", "Tên xã", "Xã, phường, thị trấn", "Địa phương", "Địa bàn"])
def test_a_list_finds_its_column_of_units_under_any_usual_heading(head):
    table = ("TT", head, "Chỉ tiêu", "Tử số", "Mẫu số"), (1, "Xã Mỹ Trung", "Kỹ năng sống", 10, 20)
    reading = read(sheet(("TỈNH TIỀN GIANG - NĂM 2024",), *table))
    assert stands(reading) == {(SKILLS, MY_TRUNG, 2024): (10, 20)}


@pytest.mark.parametrize(
    ("head", "part", "whole"),
    [
        ("Giới tính", "Nữ", "Chung"), ("Nhóm tuổi", "15-25", "Tổng số"), ("Trường", "TH A", ""),
        ("Dân tộc", "Khmer", "Toàn dân"), ("Loại số liệu", "Kế hoạch", "Thực hiện"),
        ("Đối tượng", "Cán bộ", "Người trong độ tuổi lao động"), ("Khu vực", "Nông thôn", "Cả hai"),
    ],
)  # fmt: skip
def test_a_row_of_a_part_is_not_the_whole_and_is_told(head, part, whole):
    rows = (1, "Huyện Cái Bè", part, 10, 20), (2, "Huyện Chợ Gạo", whole, 14, 24)
    reading = units("Đơn vị", head, rows=rows)
    assert stands(reading) == {(SKILLS, CHO_GAO, 2024): (14, 24)}
    assert "row_left_out" in {finding["rule"] for finding in reading.finding_rows}


@pytest.mark.parametrize("head", ["Ấp", "Khu phố"])
def test_a_row_of_a_hamlet_is_no_units(head):
    rows = (1, "Huyện Cái Bè", "Ấp 1", 10, 20), (2, "Huyện Chợ Gạo", "Ấp 2", 14, 24)
    stood = stands(units("Đơn vị", head, rows=rows))
    assert not {code for _, code, _ in stood} & {CAI_BE, CHO_GAO}


@pytest.mark.parametrize(
    ("head", "text"),
    [
        ("Ghi chú", "chốt 30/9"), ("Nguồn", "Phòng GDĐT"), ("Trạng thái", "Đã duyệt"),
        ("Loại đơn vị", "Huyện"), ("Đánh giá", "Đạt"), ("Cụm thi đua", "Cụm 1"),
    ],
)  # fmt: skip
def test_a_note_beside_the_unit_changes_nothing(head, text):
    rows = (1, "Huyện Cái Bè", text, 10, 20), (2, "Huyện Chợ Gạo", text, 14, 24)
    assert stands(units("Đơn vị", head, rows=rows)) == {
        (SKILLS, CAI_BE, 2024): (10, 20),
        (SKILLS, CHO_GAO, 2024): (14, 24),
    }


def test_a_count_behind_a_name_is_no_part_of_it():
    rows = (1, "Huyện Cái Bè (25 xã, thị trấn)", 10, 20), (2, "Huyện Chợ Gạo (19 xã)", 14, 24)
    assert stands(units("Đơn vị", rows=rows)) == {
        (SKILLS, CAI_BE, 2024): (10, 20),
        (SKILLS, CHO_GAO, 2024): (14, 24),
    }


def units_of(*cells):
    return sheet(("NĂM 2024",), ("TT", "Đơn vị", *COUNTS), (1, *cells))


def test_running_numbers_are_called_so_under_a_title_that_names_the_indicator():
    rows = (1, "Huyện Cái Bè", 10, 20), (2, "Huyện Chợ Gạo", 14, 24)
    reading = read(sheet(("KỸ NĂNG SỐNG NĂM 2024",), ("TT", "Đơn vị", "Số đạt", "Tổng số"), *rows))
    assert [f["message"] for f in reading.finding_rows] == [
        "Cột “TT” có số nhưng không đọc: số thứ tự."
    ]
    assert stands(reading)[SKILLS, CAI_BE, 2024] == (10, 20)


def test_an_unknown_unit_hides_no_other_fault_of_its_row():
    reading = read(units_of("Huyện Không Có", "2 3 4 người", 20))
    assert [row["problem"] for row in reading.observation_rows] == ["unknown_unit"]
    assert [(f["rule"], f["cell"]) for f in reading.finding_rows if f["cell"] == "C3"] == [
        ("not_number", "C3")
    ]


@pytest.mark.parametrize(
    ("head", "part", "whole"),
    [
        ("Chỉ tiêu thành phần", "Số hội viên Hội Nông dân đạt", "Chung"),
        ("Thành phần", "Nông dân", "Số người đạt"), ("Phân tổ", "Khối cơ quan", "Tổng số"),
        ("Nội dung", "Thanh niên được trang bị", "Người lao động được trang bị"),
        ("Nhóm đối tượng", "Công nhân", "Toàn dân"), ("Chi tiết", "Đảng viên", "Toàn xã"),
    ],
)  # fmt: skip
def test_a_row_of_an_indicator_may_say_of_which_people_it_is(head, part, whole):
    heads = ("TT", "Chỉ tiêu", head, "Tổng số", "Số đạt")
    rows = (1, "Kỹ năng sống", part, 20, 10), (2, "Năng lực thông tin", whole, 24, 14)
    reading = read(sheet(("XÃ AN HỮU",), ("NĂM 2026",), heads, *rows), received_on="2026-11-20")
    assert stands(reading) == {("information_literacy", "28429", 2026): (14, 24)}
    assert [f["rule"] for f in reading.finding_rows if f["cell"] == "D4"] == ["row_left_out"]
