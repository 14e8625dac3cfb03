"""Tables whose figures are named by row, column and title together, and near misses of them.

Every figure has an indicator, a unit, a year, and is a percentage, a count or a level. What neither
row nor column says is said above the table, or the figure is not read.
"""

from __future__ import annotations

import pytest

from tests.form_fixtures import read
from tests.unit.test_office_tables import CAI_BE, CHO_GAO, CITIZENS, LEFT, SKILLS, UP, sheet

pytestmark = pytest.mark.unit

MY_THO, PROVINCE = "815", "82"
FULL_SKILLS = "Tỷ lệ người trong độ tuổi lao động được trang bị kỹ năng sống"
FULL_CENTRES = "Tỷ lệ trung tâm học tập cộng đồng ứng dụng công nghệ thông tin"


def stands(reading) -> dict[tuple[str, str, int], object]:
    """Level, counts or percentage by indicator, unit and year; the rule of what is refused."""
    figures = {}
    for r in reading.observation_rows:
        counts = None if r.get("numerator") is None else (r["numerator"], r["denominator"])
        share = counts or r.get("value")
        figure = r.get("problem") or (share if r.get("level") is None else f"L{r['level']:.0f}")
        figures[r["indicator_code"], r["unit_code"], r["year"]] = figure
    return figures


def told(reading) -> str:
    """All that is said of what was not read."""
    detail = reading.refusal.detail if reading.refusal else ""
    return " ".join([detail, *(f["message"] for f in reading.finding_rows)])


def of_units(title: str, *heads: str, rows: tuple = (), above: str = "SỞ GDĐT"):
    cells = rows or ((1, "Huyện Cái Bè", 41.2, 44.5), (2, "Huyện Chợ Gạo", 39, 40.5))
    return sheet(
        (above,), (title,), ("TT", "Đơn vị", *heads), *(r[: 2 + len(heads)] for r in cells)
    )


# The indicator stands in the title.

TITLES = [
    f"{FULL_SKILLS.upper()} NĂM 2024",
    "BÁO CÁO KẾT QUẢ TỶ LỆ KỸ NĂNG SỐNG CÁC HUYỆN, THỊ XÃ, THÀNH PHỐ NĂM 2024",
    "3. TỶ LỆ NGƯỜI TRONG ĐỘ TUỔI LAO ĐỘNG CÓ KỸ NĂNG SỐNG CỦA TỈNH TIỀN GIANG NĂM 2024",
    "Kết quả thực hiện chỉ tiêu tỷ lệ người trong độ tuổi lao động được trang bị KNS năm 2024",
]


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("head", ["Tỷ lệ (%)", "Kết quả (%)", "Năm 2024", "Thực hiện năm 2024"])
def test_a_column_of_percentages_is_of_the_indicator_in_the_title(title, head):
    assert stands(read(of_units(title, head))) == {
        (SKILLS, CAI_BE, 2024): 41.2,
        (SKILLS, CHO_GAO, 2024): 39,
    }


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("Số người được trang bị", "Số người trong độ tuổi lao động"),
        ("Số đạt", "Tổng số"),
        ("Tử số", "Mẫu số"),
        ("Số người có kỹ năng sống", "Tổng số người trong độ tuổi lao động"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_counts_under_heads_of_their_own_are_of_the_indicator_in_the_title(part, whole, turned):
    rows = (
        ("Toàn tỉnh", 90, 200, 45),
        ("Huyện Cái Bè", 30, 80, 37.5),
        ("Huyện Chợ Gạo", 60, 120, 50),
    )
    heads = (whole, part) if turned else (part, whole)
    cells = [(name, b, a, s) if turned else (name, a, b, s) for name, a, b, s in rows]
    board = sheet((TITLES[0],), ("Địa phương", *heads, "Tỷ lệ (%)"), *cells)
    assert stands(read(board)) == {
        (SKILLS, CAI_BE, 2024): (30, 80),
        (SKILLS, CHO_GAO, 2024): (60, 120),
    }


def test_a_title_over_two_rows_names_its_indicator():
    board = sheet(
        ("TỶ LỆ TRUNG TÂM HỌC TẬP CỘNG ĐỒNG",),
        ("ỨNG DỤNG CÔNG NGHỆ THÔNG TIN (%)",),
        ("Đơn vị", 2023, "Năm 2024", "Kế hoạch 2025", "Ước 2025"),
        ("Huyện Cái Bè", 52, 57.9, 60, 61),
    )
    assert stands(read(board)) == {("clc_it", CAI_BE, 2023): 52, ("clc_it", CAI_BE, 2024): 57.9}


def test_communes_after_the_reform_under_the_title():
    board = sheet(
        ("UBND TỈNH ĐỒNG THÁP",),
        ("CÔNG DÂN HỌC TẬP NĂM 2025 (ĐVT: %)",),
        ("TT", "Xã, phường", "Thực hiện năm 2024", "Năm 2025", "Ghi chú"),
        (1, "Xã Cái Bè", 20.5, 25, None),
        (2, "Phường Mỹ Tho", 30, 31.5, "x"),
    )
    found = stands(read(board, received_on="2025-12-01"))
    assert found[CITIZENS, "28360", 2025] == 25
    assert {key[2] for key in found} == {2024, 2025}


def test_levels_under_a_title_of_levels():
    board = of_units(
        "MỨC ĐỘ ĐẠT CHUẨN XÓA MÙ CHỮ",
        "2023",
        "2024",
        rows=((1, "Huyện Cái Bè", "Mức độ 1", "MĐ 2"), (2, "Huyện Chợ Gạo", 1, 2)),
    )
    assert stands(read(board)) == {
        ("literacy_level", CAI_BE, 2023): "L1",
        ("literacy_level", CAI_BE, 2024): "L2",
        ("literacy_level", CHO_GAO, 2023): "L1",
        ("literacy_level", CHO_GAO, 2024): "L2",
    }


@pytest.mark.parametrize(
    "lines",
    [
        ("TỶ LỆ HỌC SINH ĐƯỢC TRANG BỊ KỸ NĂNG SỐNG NĂM 2024",),
        ("TỶ LỆ HỌC SINH ĐƯỢC TRANG BỊ", "KỸ NĂNG SỐNG NĂM 2024"),
        ("TỶ LỆ PHỤ NỮ CÓ KỸ NĂNG SỐNG NĂM 2024",),
        ("TỶ LỆ KỸ NĂNG SỐNG VÀ CÔNG DÂN HỌC TẬP NĂM 2024",),
        ("TỶ LỆ KỸ NĂNG SỐNG NĂM 2024", "TỶ LỆ CÔNG DÂN HỌC TẬP NĂM 2024"),
        ("KẾ HOẠCH TỶ LỆ KỸ NĂNG SỐNG NĂM 2024",),
        ("CHỈ TIÊU TỶ LỆ KỸ NĂNG SỐNG NĂM 2024",),
        ("DỰ KIẾN TỶ LỆ KỸ NĂNG SỐNG", "NĂM 2024"),
        ("TỶ LỆ TĂNG KỸ NĂNG SỐNG NĂM 2024",),
        ("TỶ LỆ HOÀN THÀNH KẾ HOẠCH KỸ NĂNG SỐNG NĂM 2024",),
        ("TỶ LỆ KỸ NĂNG SỐNG NĂM 2024", "(trong cán bộ, công chức, viên chức)"),
        ("TỶ LỆ KỸ NĂNG SỐNG NĂM 2024 SO VỚI KẾ HOẠCH",),
        ("TỶ LỆ XÃ CÓ CÔNG DÂN HỌC TẬP NĂM 2024",),
        ("TỶ LỆ HỘ NGHÈO NĂM 2024",),
        ("BÁO CÁO NĂM 2024 (%)",),
    ],
)
@pytest.mark.parametrize("head", ["Tỷ lệ (%)", "Năm 2024"])
def test_a_title_of_something_else_names_no_indicator(lines, head):
    board = sheet(*((line,) for line in lines), ("Đơn vị", head, "Ghi chú"), ("Huyện Cái Bè", 41.2))
    reading = read(board)
    assert stands(reading) == {}
    assert told(reading)


@pytest.mark.parametrize(
    "heads",
    [
        ("Số học sinh", "Số học sinh được trang bị", "Tỷ lệ (%)"),
        ("Dân số", "Số đạt", "Tỷ lệ (%)"),
        ("Số lớp tập huấn", "Số lượt người", "Tỷ lệ (%)"),
        ("Kế hoạch (%)", "Thực hiện (%)", "Tỷ lệ (%)"),
        ("Nữ (%)", "Dân tộc (%)", "Khuyết tật (%)"),
        ("6 tháng (%)", "9 tháng (%)", "Ước năm (%)"),
        ("Quý I (%)", "Quý II (%)", "Quý III (%)"),
        ("Chỉ tiêu giao", "Đăng ký", "Tỷ lệ đăng ký (%)"),
    ],
)
def test_heads_of_something_else_under_a_title_are_not_read(heads):
    rows = ((1, "Huyện Cái Bè", 80, 40, 50.0), (2, "Huyện Chợ Gạo", 60, 45, 75.0))
    reading = read(of_units(TITLES[0], *heads, rows=rows))
    assert stands(reading) == {}
    assert told(reading)


@pytest.mark.parametrize("title", ["KẾT QUẢ CÔNG DÂN HỌC TẬP", "CÔNG DÂN HỌC TẬP (ĐVT: người)"])
def test_bare_numbers_under_years_are_no_percentages(title):
    reading = read(of_units(title, 2023, 2024))
    assert stands(reading) == {}
    assert "tỷ lệ (%) hay số đếm" in told(reading)


def test_a_table_without_a_name_of_an_indicator_says_so():
    assert "chỉ tiêu" in told(read(of_units("BÁO CÁO NĂM 2024", "Tỷ lệ (%)"))).lower()


def test_the_title_of_the_table_before_is_not_that_of_the_next():
    board = sheet(
        (TITLES[0],),
        ("TT", "Đơn vị", "Tỷ lệ (%)"),
        (1, "Huyện Cái Bè", 41.2),
        (),
        ("2. Tỷ lệ hộ nghèo năm 2024",),
        ("TT", "Đơn vị", "Tỷ lệ (%)"),
        (1, "Huyện Cái Bè", 3.5),
        (),
        ("3. Tỷ lệ công dân học tập năm 2024",),
        ("TT", "Đơn vị", "Tỷ lệ (%)"),
        (1, "Huyện Cái Bè", 31.5),
    )
    assert stands(read(board)) == {(SKILLS, CAI_BE, 2024): 41.2, (CITIZENS, CAI_BE, 2024): 31.5}


# Rows are indicators, columns are units or years.

LIST = ((1, FULL_SKILLS, 41.2, 43.5), (2, FULL_CENTRES, 52, 57.9))


def listed(*lines: str, heads: tuple = ("Huyện Cái Bè", "Huyện Chợ Gạo"), rows: tuple = LIST):
    return sheet(*((line,) for line in lines), ("TT", "Chỉ tiêu", *heads), *rows)


@pytest.mark.parametrize(
    "heads",
    [
        ("Huyện Cái Bè", "Huyện Chợ Gạo"),
        ("Huyện Cái Bè (%)", "Huyện Chợ Gạo (%)"),
        ("H. Cái Bè", "H. Chợ Gạo", "Toàn tỉnh"),
        ("Huyện Cái Bè", "Huyện Chợ Gạo", "Kế hoạch năm 2024", "Ghi chú"),
    ],
)
def test_a_column_of_percentages_per_unit(heads):
    rows = tuple((*row, 47.1, "x")[: 2 + len(heads)] for row in LIST)
    assert stands(read(listed("KẾT QUẢ NĂM 2024 (%)", heads=heads, rows=rows))) == {
        (SKILLS, CAI_BE, 2024): 41.2,
        (SKILLS, CHO_GAO, 2024): 43.5,
        ("clc_it", CAI_BE, 2024): 52,
        ("clc_it", CHO_GAO, 2024): 57.9,
    }


def test_a_group_of_years_per_unit():
    board = sheet(
        ("TỔNG HỢP KẾT QUẢ CÁC CHỈ TIÊU (Đơn vị tính: %)",),
        ("TT", "Chỉ tiêu", "Huyện Cái Bè", LEFT, LEFT, "Thành phố Mỹ Tho", LEFT, LEFT),
        (UP, UP, 2023, 2024, "KH 2025", 2023, 2024, "KH 2025"),
        (1, "Công dân học tập", 20, 25, 30, 40, 45, 50),
    )
    assert stands(read(board)) == {
        (CITIZENS, CAI_BE, 2023): 20,
        (CITIZENS, CAI_BE, 2024): 25,
        (CITIZENS, MY_THO, 2023): 40,
        (CITIZENS, MY_THO, 2024): 45,
    }


def test_a_column_of_percentages_per_year():
    board = listed(
        "UBND HUYỆN CÁI BÈ",
        "KẾT QUẢ GIAI ĐOẠN 2022-2024",
        "Đơn vị tính: %",
        heads=("Năm 2022", "TH 2023", "Năm 2024", "Mục tiêu 2025", "So với 2023"),
        rows=((1, "Kỹ năng sống", 30, 35.5, 40, 50, 4.5), (2, "Công dân học tập", None, 21.7, 33)),
    )
    assert stands(read(board)) == {
        (SKILLS, CAI_BE, 2022): 30,
        (SKILLS, CAI_BE, 2023): 35.5,
        (SKILLS, CAI_BE, 2024): 40,
        (CITIZENS, CAI_BE, 2023): 21.7,
        (CITIZENS, CAI_BE, 2024): 33,
    }


@pytest.mark.parametrize("head", ["Kết quả", "Kết quả thực hiện", "Kết quả năm 2024", "Năm 2024"])
def test_a_list_of_two_columns(head):
    board = sheet(
        ("ỦY BAN NHÂN DÂN",),
        ("HUYỆN CÁI BÈ",),
        ("KẾT QUẢ THỰC HIỆN CÁC CHỈ TIÊU NĂM 2024",),
        ("Chỉ tiêu", head),
        ("Mức độ đạt chuẩn xóa mù chữ", "Mức độ 2"),
        ("Mức độ đạt chuẩn phổ cập giáo dục tiểu học", 3),
        ("Đạt chuẩn phổ cập giáo dục mầm non cho trẻ em 5 tuổi", "Đạt"),
        (FULL_SKILLS, "52,5%"),
        ("Công dân học tập (%)", 33.9),
    )
    assert stands(read(board)) == {
        ("literacy_level", CAI_BE, 2024): "L2",
        ("primary_level", CAI_BE, 2024): "L3",
        ("preschool5_level", CAI_BE, 2024): "L1",
        (SKILLS, CAI_BE, 2024): 52.5,
        (CITIZENS, CAI_BE, 2024): 33.9,
    }


@pytest.mark.parametrize(
    "head", [("Đơn vị", "Sở Giáo dục và Đào tạo"), ("Nơi gửi", "Huyện Cái Bè")]
)
def test_a_letterhead_of_two_cells_is_no_list(head):
    board = sheet(head, ("Năm", 2024), ("TT", "Chỉ tiêu", "Tỷ lệ (%)"), (1, "Kỹ năng sống", 41.2))
    unit = CAI_BE if "Huyện" in head[1] else PROVINCE
    assert stands(read(board)) == {(SKILLS, unit, 2024): 41.2}


@pytest.mark.parametrize(
    "lines",
    [
        ("CÁC CHỈ TIÊU NĂM 2024 (%)",),
        ("TỔNG HỢP CHỈ TIÊU KẾ HOẠCH GIAO CÁC HUYỆN NĂM 2024 (%)",),
        ("KẾ HOẠCH THỰC HIỆN CÁC CHỈ TIÊU NĂM 2024", "ĐVT: %"),
        ("TỶ LỆ HOÀN THÀNH CHỈ TIÊU NĂM 2024",),
        ("KẾT QUẢ THỰC HIỆN SO VỚI KẾ HOẠCH NĂM 2024 (%)",),
        ("KẾT QUẢ ĐĂNG KÝ NĂM 2024 (%)", "Số liệu đăng ký"),
        ("KẾT QUẢ NĂM 2024 TRONG CÁN BỘ, CÔNG CHỨC (%)",),
        ("KẾT QUẢ NĂM 2024", "ĐVT: người"),
    ],
)
def test_a_title_of_a_plan_a_part_or_of_counts_gives_plain_columns_nothing(lines):
    reading = read(listed(*lines))
    assert stands(reading) == {}
    assert told(reading)


def test_counts_in_a_list_of_percentages_are_no_percentages():
    rows = (
        (1, "Số người đạt danh hiệu công dân học tập", 85, 90),
        (2, "Công dân học tập", 41.2, 43.5),
    )
    assert stands(read(listed("KẾT QUẢ NĂM 2024", "Đơn vị tính: %", rows=rows))) == {
        (CITIZENS, CAI_BE, 2024): 41.2,
        (CITIZENS, CHO_GAO, 2024): 43.5,
    }


def test_what_a_row_counts_decides_before_the_line_above():
    board = sheet(
        ("KẾT QUẢ NĂM 2024",),
        ("TT", "Chỉ tiêu", "ĐVT", "Huyện Cái Bè", "Huyện Chợ Gạo"),
        (1, "Kỹ năng sống", "%", 41.2, 43.5),
        (2, "Công dân học tập", "Người", 85, 90),
        (3, "Tỷ lệ trẻ 5 tuổi đến lớp", None, 99.1, 100),
    )
    reading = read(board)
    assert stands(reading) == {
        (SKILLS, CAI_BE, 2024): 41.2,
        (SKILLS, CHO_GAO, 2024): 43.5,
        ("preschool5_attendance", CAI_BE, 2024): 99.1,
        ("preschool5_attendance", CHO_GAO, 2024): 100,
    }
    assert "Công dân học tập" in told(reading)


def test_two_columns_of_one_unit_contradict_each_other():
    heads = ("Huyện Cái Bè", "Huyện Cái Bè")
    claims = read(listed("KẾT QUẢ NĂM 2024 (%)", heads=heads)).observation_rows
    skills = [(r["unit_code"], r["value"]) for r in claims if r["indicator_code"] == SKILLS]
    assert skills == [(CAI_BE, 41.2), (CAI_BE, 43.5)]  # judging refuses both: conflict_in_file


def test_a_school_year_or_a_date_is_no_year_of_a_column():
    heads = ("2022-2023", "Đến 30/6/2024")
    assert stands(read(listed("UBND HUYỆN CÁI BÈ", "KẾT QUẢ (%)", heads=heads))) == {}


def test_a_districts_column_is_not_the_provinces():
    reading = read(listed("SỞ GIÁO DỤC VÀ ĐÀO TẠO TIỀN GIANG", "KẾT QUẢ NĂM 2024 (%)"))
    assert {unit for _, unit, _ in stands(reading)} == {CAI_BE, CHO_GAO}


def test_a_column_of_results_stands_between_the_plan_and_its_fulfilment():
    board = sheet(
        ("UBND HUYỆN CÁI BÈ",),
        ("KẾT QUẢ THỰC HIỆN CÁC CHỈ TIÊU NĂM 2024",),
        ("TT", "Chỉ tiêu", "ĐVT", "Kế hoạch", "Thực hiện", "So với KH (%)"),
        (1, "Kỹ năng sống", "%", 45, 42, 93.3),
        (2, "Công dân học tập", "người", 5000, 4000, 80),
    )
    assert stands(read(board)) == {(SKILLS, CAI_BE, 2024): 42}


def test_beside_a_year_to_come_nothing_is_a_result():
    rows = ((1, FULL_SKILLS, 50, 70),)
    board = listed("UBND HUYỆN CÁI BÈ", "Đơn vị tính: %", heads=("2025", "2030"), rows=rows)
    reading = read(board, received_on="2025-11-20")
    assert stands(reading) == {}
    assert "năm chưa đến" in told(reading)


def test_a_percentage_that_its_heading_names_stands_beside_ranks():
    rows = ((1, "Huyện Cái Bè", 92, 1, 31.5),)
    heads = ("Điểm", "Xếp hạng", "Tỷ lệ công dân đạt danh hiệu công dân học tập (%)")
    reading = read(of_units("KẾT QUẢ CÔNG DÂN HỌC TẬP NĂM 2024", *heads, rows=rows))
    assert stands(reading) == {(CITIZENS, CAI_BE, 2024): 31.5}


def test_a_unit_that_is_not_known_is_told_as_such():
    rows = ((1, "Huyện Không Có", 5, 9),)
    reading = read(of_units("BÁO CÁO NĂM 2024", "Kỹ năng sống tử số", "KNS mẫu số", rows=rows))
    assert set(stands(reading).values()) == {"unknown_unit"}
