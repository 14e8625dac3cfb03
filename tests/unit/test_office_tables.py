"""Tables as offices write them, row by row, and the figures they hold worked out by hand."""

from __future__ import annotations

import pytest

from tests.form_fixtures import Board, read

pytestmark = pytest.mark.unit

LEFT, UP = object(), object()
"""A cell merged with the one on its left, or above."""
CAI_BE, CHO_GAO = "819", "822"
SKILLS, CITIZENS = "life_skills", "learning_citizens"


def sheet(*rows: tuple, name: str = "Sheet1") -> Board:
    """A sheet of these rows from A1 on; merged cells are `LEFT` or `UP` of their first."""
    board = Board(name)
    for r, cells in enumerate(rows):
        for c, value in enumerate(cells):
            if value not in (LEFT, UP, None):
                board.cells[r, c] = value
                right = _run([(r, n) for n in range(c + 1, len(cells))], rows, LEFT)
                down = _run([(n, c) for n in range(r + 1, len(rows))], rows, UP)
                if right or down:
                    board.merges.append((r, c, r + down, c + right))
    return board


def _run(places: list[tuple[int, int]], rows: tuple, mark: object) -> int:
    n = 0
    for r, c in places:
        if c >= len(rows[r]) or rows[r][c] is not mark:
            break
        n += 1
    return n


def stands(reading) -> dict[tuple[str, str, int], object]:
    """Counts or percentage by indicator, unit and year; the rule in place of what is refused."""
    return {
        (r["indicator_code"], r["unit_code"], r["year"]): r.get("problem")
        or (r["value"] if r.get("numerator") is None else (r["numerator"], r["denominator"]))
        for r in reading.observation_rows
    }


def test_a_list_whose_counts_stand_below_the_year():
    reading = read(
        sheet(
            ("UBND HUYỆN CÁI BÈ",),
            ("STT", "Chỉ tiêu", "Thực hiện năm 2023", LEFT, "Thực hiện năm 2024", LEFT),
            (UP, UP, "Tử số", "Mẫu số", "Tử số", "Mẫu số"),
            (1, "2. Kỹ năng sống (%)", "80.000", "172.000", "86.831", "172.840"),
            (2, "c) Công dân học tập", None, None, 60500, 190120),
        )
    )
    assert stands(reading) == {
        (SKILLS, CAI_BE, 2023): (80000, 172000),
        (SKILLS, CAI_BE, 2024): (86831, 172840),
        (CITIZENS, CAI_BE, 2024): (60500, 190120),
    }


UNITS_BY_YEAR = (
    ("TT", "Đơn vị", "Năm", "Kỹ năng sống", LEFT),
    (UP, UP, UP, "Tử số", "Mẫu số"),
    (1, "Huyện Cái Bè", 2022, 50000, 120000),
    (2, "Huyện Chợ Gạo", 2023, 40000, 110000),
)


@pytest.mark.parametrize("title", ["", "Báo cáo năm 2024", "Năm 2023"])
def test_a_row_of_a_unit_is_of_the_year_that_it_says(title):
    assert stands(read(sheet((title,), *UNITS_BY_YEAR))) == {
        (SKILLS, CAI_BE, 2022): (50000, 120000),
        (SKILLS, CHO_GAO, 2023): (40000, 110000),
    }


def test_a_blank_year_beside_rows_of_another_year_is_not_that_of_the_form():
    rows = (*UNITS_BY_YEAR, (3, "Huyện Cái Bè", None, 52000, 121000))
    reading = read(sheet(("Báo cáo năm 2024",), *rows))
    assert stands(reading)[SKILLS, CAI_BE, None] == "year_missing"
    same = (*UNITS_BY_YEAR[:2], (1, "Huyện Cái Bè", 2024, 1, 2), (2, "Huyện Chợ Gạo", None, 1, 3))
    assert stands(read(sheet(("Báo cáo năm 2024",), *same)))[SKILLS, CHO_GAO, 2024] == (1, 3)


def test_percentages_of_several_years_stand_under_one_heading():
    head = ("TT", "Chỉ tiêu", "Thực hiện (%)", LEFT, "Mục tiêu (%)"), (UP, UP, 2023, 2024, 2025)
    reading = read(sheet(("UBND HUYỆN CÁI BÈ",), *head, (1, "Kỹ năng sống", 40.3, 45.4, 50)))
    assert stands(reading) == {(SKILLS, CAI_BE, 2023): 40.3, (SKILLS, CAI_BE, 2024): 45.4}


@pytest.mark.parametrize(
    "head", ["% so với kế hoạch", "% tăng", "Đạt (%)", "Trọng số (%)", "Nữ (%)"]
)
def test_a_percent_sign_alone_makes_no_share_of_the_people(head):
    rows = (
        ("UBND HUYỆN CÁI BÈ NĂM 2024",),
        ("TT", "Chỉ tiêu", "Số", head),
        (1, "Kỹ năng sống", 9, 8),
    )
    assert stands(read(sheet(*rows))) == {}


@pytest.mark.parametrize(
    "head", ["Tỷ lệ tăng (%)", "Tỷ lệ hoàn thành kế hoạch (%)", "Tỷ lệ đạt so với chỉ tiêu (%)"]
)
def test_a_percentage_of_something_else_in_a_list_is_left_out(head):
    rows = (("TT", "Chỉ tiêu", "Số liệu", head), (1, "Kỹ năng sống", 50, 3.7))
    reading = read(sheet(("UBND HUYỆN CHỢ GẠO NĂM 2024",), *rows))
    assert stands(reading) == {}
    assert reading.refusal or "column_left_out" in {f["rule"] for f in reading.finding_rows}


@pytest.mark.parametrize(
    ("whole", "part"),
    [("Kế hoạch", "Thực hiện"), ("Số đăng ký", "Số đạt"), ("Chỉ tiêu giao năm 2024", "Số đạt")],
)
def test_a_share_of_the_plan_or_of_registrations_is_no_share_of_the_people(whole, part):
    rows = (
        ("TT", "Đơn vị", "Công dân học tập", LEFT, LEFT),
        (UP, UP, whole, part, "Tỷ lệ (%)"),
        (1, "Huyện Cái Bè", 50000, 49000, 98.0),  # 49000 / 50000
        (2, "Huyện Chợ Gạo", 40000, 39000, 24.38),  # of 160000 people
    )
    assert stands(read(sheet(("Năm 2024",), *rows))) == {
        (CITIZENS, CAI_BE, 2024): "share_of_plan",
        (CITIZENS, CHO_GAO, 2024): 24.38,
    }


def test_a_full_share_is_none_of_the_plan_for_being_the_plan_itself():
    rows = (
        ("TT", "Đơn vị", "Công dân học tập", LEFT),
        (UP, UP, "Kế hoạch (%)", "Tỷ lệ (%)"),
        (1, "Huyện Cái Bè", 100, 100),
    )
    assert stands(read(sheet(("Năm 2024",), *rows))) == {(CITIZENS, CAI_BE, 2024): 100}


def literate(*hamlets: str) -> Board:
    rows = [(n, name, 1000, 990) for n, name in enumerate(hamlets, start=1)]
    return sheet(
        ("UBND XÃ ĐÔNG HÒA HIỆP",),
        ("THỐNG KÊ ĐẠT CHUẨN XÓA MÙ CHỮ NĂM 2024",),
        ("TT", "Đơn vị", "Độ tuổi 15-35", LEFT),
        (UP, UP, "Tổng số", "Số người biết chữ mức độ 1"),
        *rows,
        ("@", "Cộng", 1000 * len(hamlets), 990 * len(hamlets)),
    )


DONG_HOA_HIEP = "28411"


@pytest.mark.parametrize(
    "hamlets",
    [("Tân Phong", "Mỹ Lương", "An Cư"), ("Hòa Phúc", "An Cư"), ("Tân Phú", "An Cư", "An Hữu")],
)
def test_hamlets_that_bear_names_of_communes_are_hamlets(hamlets):
    counts = (990 * len(hamlets), 1000 * len(hamlets))
    assert stands(read(literate(*hamlets))) == {("literate_l1_15_35", DONG_HOA_HIEP, 2024): counts}


def test_a_list_of_communes_of_one_district_stays_one_below_a_communes_head():
    codes = {unit for _, unit, _ in stands(read(literate("An Cư", "An Hữu", "Mỹ Lương")))}
    assert codes == {"28390", "28429", "28420"}
    assert DONG_HOA_HIEP in {
        unit for _, unit, _ in stands(read(literate("Đông Hòa Hiệp", "Tân Phong")))
    }


def test_a_homonym_in_the_sheets_name_is_of_the_district_in_the_files_name():
    rows = (("Năm 2024",), ("TT", "Chỉ tiêu", "Tử số", "Mẫu số"), (1, "Kỹ năng sống", 100, 200))
    name = "2024-11-20/KNS huyen Tan Phu Dong.xlsx"
    reading = read(sheet(*rows, name="Xã Tân Phú"), file=name)
    assert stands(reading) == {(SKILLS, "28693", 2024): (100, 200)}


@pytest.mark.parametrize(
    "title",
    [
        "Năm 2024 (Kèm theo Báo cáo số 15/BC-UBND ngày 10/01/2025)",
        "Năm 2024 (số liệu đến 30/9/2024)",
        "BIỂU TỔNG HỢP NĂM 2024 (ban hành kèm theo Công văn số 99 năm 2021)",
    ],
)
def test_the_date_of_the_letter_that_a_form_is_enclosed_in_is_not_its_year(title):
    rows = (("TT", "Chỉ tiêu", "Tử số", "Mẫu số"), (1, "Kỹ năng sống", 100, 200))
    reading = read(sheet(("UBND HUYỆN CÁI BÈ",), (title,), *rows), received_on="2025-02-01")
    assert stands(reading) == {(SKILLS, CAI_BE, 2024): (100, 200)}


def test_a_numerator_beside_another_count_that_the_printed_share_is_of_is_refused():
    rows = (
        ("TT", "Đơn vị", "Công dân học tập", LEFT, LEFT, LEFT),
        (UP, UP, "Số đạt", "Số cũ và mới", "Tổng số", "Tỷ lệ (%)"),
        (1, "Huyện Cái Bè", 100, 900, 1000, 90),  # 900 of 1000
        (2, "Huyện Chợ Gạo", 200, 1900, 2000, 10),  # 200 of 2000
    )
    assert stands(read(sheet(("Năm 2024",), *rows))) == {
        (CITIZENS, CAI_BE, 2024): "share_of_other_count",
        (CITIZENS, CHO_GAO, 2024): (200, 2000),
    }


@pytest.mark.parametrize(
    "heads",
    [
        ("Số lớp kế hoạch", "Số lớp đã mở", "Tỷ lệ hoàn thành (%)"),
        ("Số hộ nghèo", "Dân số", "Tỷ lệ % trên dân số"),
        ("Trẻ khuyết tật 6 tuổi", "Trẻ 6 tuổi vào lớp 1 tư thục", "Tỷ lệ trẻ nữ 6 tuổi vào lớp 1"),
    ],
)
def test_a_table_without_a_forms_title_gives_no_figure_for_one_word(heads):
    rows = (("TT", "Đơn vị", *heads), (1, "Xã Mỹ Trung", 10, 9, 90), (2, "Xã Mỹ Tân", 20, 19, 95))
    reading = read(sheet(("UBND HUYỆN CÁI BÈ",), ("BÁO CÁO NĂM 2024",), *rows))
    assert stands(reading) == {}
    assert reading.refusal.rule == "unknown_form"


def test_a_row_of_levels_and_dates_is_no_head_of_another_table():
    reading = read(
        sheet(
            ("Đơn vị", "Xã Cái Bè"),
            ("Năm", 2026),
            ("Mã chỉ tiêu", "Chỉ tiêu", "Đơn vị tính", "Tử số", "Mẫu số", "Mức độ", "Hiệu lực từ"),
            (SKILLS, "Kỹ năng sống", "người", 5, 9),
            ("learning_community_level", None, "đơn vị", None, None, "Mức độ 2", "15/10/2025"),
            ("preschool5_level", None, "đơn vị", None, None, "Đạt", "15/10/2025"),
            (CITIZENS, "Công dân học tập", "người", 6, 9),
        ),
        received_on="2026-11-20",
    )
    levels = {r["indicator_code"]: r["level"] for r in reading.observation_rows}
    assert (levels["learning_community_level"], levels["preschool5_level"]) == (2, 1)
    assert stands(reading)[CITIZENS, "28360", 2026] == (6, 9)


def test_a_percentage_with_its_sign_says_its_scale():
    rows = (("TT", "Chỉ tiêu", "Tỷ lệ (%)"), (1, "Kỹ năng sống", "0,79%"), (2, CITIZENS, "0,79"))
    reading = read(sheet(("UBND HUYỆN CÁI BÈ",), ("Năm 2024",), *rows))
    assert [r["percent_sign"] for r in reading.observation_rows] == ["%", None]


@pytest.mark.parametrize(
    ("around", "unit"),
    [("UBND HUYỆN CÁI BÈ", CAI_BE), ("Báo cáo huyện Cái Bè", CAI_BE), ("", None)],
)
def test_a_district_is_no_hint_to_its_commune_of_the_same_name(around, unit):
    rows = (("Năm 2024",), ("TT", "Chỉ tiêu", "Tử số", "Mẫu số"), (1, "Kỹ năng sống", 100, 200))
    name = "2024-11-20/Huyen Cai Be.xlsx"
    (row,) = read(sheet((around,), ("Đơn vị", "Cái Bè"), *rows), file=name).observation_rows
    assert row["unit_code"] == unit
    assert row.get("problem") == (None if unit else "ambiguous_unit")


SKILLS_OF_UNITS = (
    ("TT", "Đơn vị", "Kỹ năng sống", LEFT),
    (UP, UP, "Tử số", "Mẫu số"),
    (1, "Huyện Cái Bè", 1000, 2000),
    (2, "Huyện Chợ Gạo", 500, 900),
)
ENTERED = {(SKILLS, CAI_BE, 2024): (1000, 2000), (SKILLS, CHO_GAO, 2024): (500, 900)}


@pytest.mark.parametrize(
    "title",
    ["GIAO CHỈ TIÊU KẾ HOẠCH NĂM 2024", "KẾ HOẠCH NĂM 2024", "Dự kiến năm 2024",
     "II. Ước thực hiện năm 2024", "Chỉ tiêu phấn đấu"],
)  # fmt: skip
def test_a_table_of_a_plan_or_an_estimate_is_not_read(title):
    plan = sheet(("Năm 2024",), (title,), *SKILLS_OF_UNITS)
    reading = read(plan)
    assert stands(reading) == {}
    assert "kế hoạch" in reading.refusal.detail
    both = read(sheet(("Kết quả năm 2024",), *SKILLS_OF_UNITS, name="KQ"), plan)
    assert stands(both) == ENTERED


def test_a_table_of_the_plan_below_one_of_results_is_told():
    more = (("II. Kế hoạch năm 2025",), *SKILLS_OF_UNITS)
    reading = read(sheet(("Năm 2024",), ("I. Kết quả",), *SKILLS_OF_UNITS, (None,), *more))
    assert stands(reading) == ENTERED
    (told,) = [f for f in reading.finding_rows if f["rule"] == "table_left_out"]
    assert "Kế hoạch năm 2025" in told["message"]


@pytest.mark.parametrize(
    "title", ["Kết quả thực hiện kế hoạch năm 2024", "Biểu tổng hợp", "Kế hoạch số 12 của tỉnh"]
)
def test_results_of_a_plan_are_read(title):
    assert stands(read(sheet(("Năm 2024",), (title,), *SKILLS_OF_UNITS))) == ENTERED


@pytest.mark.parametrize("columns", [(LEFT,), (LEFT, LEFT)])
def test_a_number_merged_over_unlike_columns_is_no_figure_of_each(columns):
    rows = (
        ("TT", "Chỉ tiêu", "Tử số", "Mẫu số", "Tỷ lệ"),
        (1, "Kỹ năng sống", 50, *columns),
        (2, "Công dân học tập", 60, 120, 50),
    )
    assert stands(read(sheet(("UBND HUYỆN CÁI BÈ",), ("Năm 2024",), *rows))) == {
        (SKILLS, CAI_BE, 2024): "merged_value",
        (CITIZENS, CAI_BE, 2024): (60, 120),
    }


@pytest.mark.parametrize(
    ("title", "told"), [("6 tháng đầu năm 2024", 1), ("Quý III năm 2024", 1), ("Năm 2024", 0)]
)
def test_figures_of_a_part_of_the_year_are_told(title, told):
    reading = read(sheet((title,), *SKILLS_OF_UNITS))
    assert stands(reading) == ENTERED
    assert [f["rule"] for f in reading.finding_rows].count("part_of_year") == told


def test_units_in_the_last_column():
    heads = (
        "Số người được trang bị kỹ năng sống",
        "Tổng số người trong độ tuổi lao động",
        "Đơn vị",
    )
    rows = ((9900, 18400, "Huyện Cái Bè"), (8800, 16700, "Huyện Chợ Gạo"))
    reading = read(sheet(("Năm 2024",), heads, *rows))
    assert stands(reading) == {
        (SKILLS, CAI_BE, 2024): (9900, 18400),
        (SKILLS, "822", 2024): (8800, 16700),
    }


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("KỸ NĂNG SỐNG CÁC HUYỆN, THỊ XÃ, THÀNH PHỐ", (99, 181)),
        ("KỸ NĂNG SỐNG CÁC XÃ CỦA CÁC HUYỆN", "ambiguous_unit"),
    ],
)
def test_a_title_of_districts_settles_names_that_a_town_bears_too(title, expected):
    heads = (
        "TT",
        "Đơn vị",
        "Số người được trang bị kỹ năng sống",
        "Tổng số người trong độ tuổi lao động",
    )
    reading = read(sheet((title,), ("Năm 2024",), heads, (1, "Cái Bè", 99, 181)))
    assert [*stands(reading).values()] == [expected]


def test_short_heads_beside_names_in_full():
    heads = ("TT", "Đơn vị", "Kỹ năng sống", "Đào tạo CMKT", "Đại học trở lên")
    reading = read(sheet(("Năm 2024",), ("ĐVT: %",), heads, (1, "Huyện Cái Bè", 45, 43.8, 6.8)))
    assert stands(reading) == {
        (SKILLS, CAI_BE, 2024): 45,
        ("trained_population", CAI_BE, 2024): 43.8,
        ("university_degree", CAI_BE, 2024): 6.8,
    }


def test_short_heads_alone_are_of_anything():
    heads = ("TT", "Đơn vị", "Cao đẳng", "Đại học trở lên")
    reading = read(sheet(("Cơ cấu lao động năm 2024",), ("ĐVT: %",), heads, (1, "Cái Bè", 3, 6.8)))
    assert stands(reading) == {}


def test_what_is_done_of_the_plan_is_no_result():
    heads = (
        "TT",
        "Chỉ tiêu",
        "Đơn vị tính",
        "Kế hoạch năm 2024",
        "Thực hiện năm 2024",
        "TH/KH (%)",
    )
    row = (1, "Tỷ lệ người trong độ tuổi lao động được trang bị kỹ năng sống", "%", 48, 49.7, 103.5)
    reading = read(sheet(("UBND HUYỆN CÁI BÈ",), ("KẾT QUẢ NĂM 2024",), heads, row))
    assert stands(reading) == {(SKILLS, CAI_BE, 2024): 49.7}
