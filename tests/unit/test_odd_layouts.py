"""Layouts that nobody asked for: years beside each other, Word's merged heads, bare ages, marks."""

from __future__ import annotations

import pytest

from tests import form_fixtures as drawn
from tests.form_fixtures import (
    TAN_PHU,
    TAN_THOI,
    Board,
    column_letters,
    figures,
    left_out,
    problems,
    read,
    rules,
)
from tests.unit.test_forms_traps import row as figure_row
from tests.unit.test_forms_traps import template
from tests.unit.test_witnesses import ONE, THREE, TWO, xmc3
from tests.unit.test_wordings import generic, shares

pytestmark = pytest.mark.unit


def by_year(reading) -> dict[tuple[str, int], tuple]:
    """(numerator, denominator, problem) by indicator and year."""
    rows = reading.observation_rows
    return {
        (r["indicator_code"], r["year"]): (
            r.get("numerator"),
            r.get("denominator"),
            r.get("problem"),
        )
        for r in rows
    }


def xmc4_beside(other: str) -> Board:
    """XMC-4 of 2024 with a block of level 2 of another year on its left."""
    board = drawn.dress("XMC-4", "THỐNG KÊ ĐẠT CHUẨN XMC", "Huyện: Tân Phú Đông")
    board.merge("A4:A5", "Đơn vị").put("A6", "Xã Tân Thới")
    board.merge("B4:C4", f"{other}: độ tuổi 15-60").row("B5", ["Tổng số", "Biết chữ mức 2"])
    board.merge("D4:E4", "Độ tuổi 15-25").row("D5", ["Tổng số", "Biết chữ mức 1"])
    board.merge("F4:G4", "Độ tuổi 15-60").row("F5", ["Tổng số", "Biết chữ mức 2"])
    return board.row("B6", [900, 800, 500, 490, 950, 870])


def test_a_block_of_another_year_does_not_make_the_others_of_that_year():
    assert by_year(read(xmc4_beside("Năm 2023"))) == {
        ("literate_l1_15_25", 2024): (490, 500, None),
        ("literate_l2_15_60", 2024): (870, 950, None),
        ("literate_l2_15_60", 2023): (800, 900, None),
    }


def test_a_numerator_of_another_year_has_no_part_in_this_years_denominator():
    board = generic("clc_it tử số năm 2023", "clc_it tử số", "clc_it mẫu số")
    reading = read(board.row("A5", [1, "Xã Tân Thới", 11, 12, 15]))
    assert by_year(reading) == {
        ("clc_it", 2024): (12, 15, None),
        ("clc_it", 2023): (11, None, "denominator_missing"),
    }


def test_one_column_of_people_without_a_year_serves_the_numerators_of_each_year():
    board = generic("clc_it tử số năm 2023", "clc_it tử số năm 2024", "clc_it mẫu số")
    reading = read(board.row("A5", [1, "Xã Tân Thới", 11, 12, 15]))
    assert by_year(reading) == {
        ("clc_it", 2023): (11, 15, None),
        ("clc_it", 2024): (12, 15, None),
    }


@pytest.mark.parametrize(("year", "top"), [(2024, 2058), (2023, None)])
def test_a_column_of_ages_with_a_year_is_that_years_only(year, top):
    board = xmc3(TWO, ONE).put("G4", f"Mù chữ mức 1 năm {year}")
    assert figures(read(board)).get(("literate_l1_15_35", TAN_THOI), (None,))[0] == top


def test_heads_that_word_merged_are_two_rows():
    board = generic().put("A1", "Huyện: Tân Phú Đông").put("A2", "THỐNG KÊ ĐẠT CHUẨN XMC NĂM 2024")
    board.row("A4", ["TT", "Đơn vị", "15-25", "15-25", "15-60", "15-60"])
    board.row("C5", ["Tổng số", "Biết chữ MĐ1", "Tổng số", "Biết chữ MĐ2"])
    board.row("A6", ["1", "Xã Tân Thới", "1.500", "1.490", "4.000", "3.900"])
    assert figures(read(board)) == {
        ("literate_l1_15_25", TAN_THOI): (1490, 1500, "D6"),
        ("literate_l2_15_60", TAN_THOI): (3900, 4000, "F6"),
    }


AGES = ["TT", "Nội dung", *(f"{age} tuổi" for age in range(11, 19)), "Cộng"]


@pytest.mark.parametrize("kind", [float, str])
def test_bare_numbers_are_no_ages(kind):
    heads = ["TT", "Nội dung", *map(kind, range(11, 19)), "Cộng"]
    board = drawn.dress("THCS-M1", "THỐNG KÊ THANH THIẾU NIÊN", "Xã: Tân Thới").row("A5", heads)
    board.row("A6", [1, "Số người phải phổ cập", 90, 91, 92, 93, 100, 101, 102, 103, 772])
    reading = read(board)
    assert reading.observation_rows == []
    assert reading.refusal.rule == "unknown_form"


@pytest.mark.parametrize("mark", ["*", " (1)", " [2]", "¹", " (*)"])
def test_a_note_behind_a_units_name_is_no_part_of_it(mark):
    board = generic("clc_it tử số", "clc_it mẫu số").row("A5", [1, f"Xã Tân Thới{mark}", 11, 12])
    assert figures(read(board)) == {("clc_it", TAN_THOI): (11, 12, "C5")}


def test_a_share_that_a_group_of_shares_holds_is_of_the_group_on_its_left():
    board = drawn.dress("TH-02", "KẾT QUẢ PHỔ CẬP GIÁO DỤC TIỂU HỌC", "Huyện: Tân Phú Đông")
    board.merge("A4:A6", "TT").merge("B4:B6", "Đơn vị").row("A7", [1, "Xã Tân Thới"])
    for block, (head, done) in enumerate((("Trẻ 6 tuổi", "Vào lớp 1"), ("Trẻ 11 tuổi", "HTCTTH"))):
        at = [column_letters(3 + 5 * block + n) for n in range(5)]
        board.merge(f"{at[0]}4:{at[4]}4", head).merge(f"{at[0]}5:{at[0]}6", "Tổng số")
        board.merge(f"{at[1]}5:{at[2]}5", done).merge(f"{at[3]}5:{at[4]}5", "Tỷ lệ (%)")
        board.row(f"{at[1]}6", ["TS", "Nữ", "TS", "Nữ"])
        board.row(f"{at[0]}7", [200 - 10 * block, 198 - 12 * block, 99, 99 - block, 50])
    rows = read(board).observation_rows
    assert {row["indicator_code"]: (row["value"], row["cell_value"]) for row in rows} == {
        "primary_entry_6": (99, "F7"),  # 198/200
        "primary_completion_11": (98, "K7"),  # 186/190
    }


@pytest.mark.parametrize(
    "heads",
    [["Tỷ lệ huy động nhà trẻ", "Tỷ lệ huy động mẫu giáo"],
     ["Trẻ 6 tuổi: tỷ lệ vào lớp 2", "Tỷ lệ trẻ 5 tuổi tiêm chủng"],
     ["Số trẻ 5 tuổi phải phổ cập", "Số trẻ nhà trẻ huy động ra lớp"]],
)  # fmt: skip
def test_shares_of_other_children_are_no_figures_of_five_year_olds(heads):
    board = generic(*heads).row("A5", [1, "Xã Tân Thới", 30, 12])
    assert read(board).observation_rows == []


def test_a_code_beside_the_name_of_another_indicator_is_rejected():
    named = [["clc_it", "Kỹ năng sống", "", 11, 12], ["life_skills", "Kỹ năng sống", "", 13, 14]]
    reading = read(template(*named))
    assert problems(reading) == [("indicator_disagrees", "A9", "clc_it")]
    assert figures(reading) == {("life_skills", TAN_THOI): (13, 14, "D10")}


def two_tables(*between: str) -> Board:
    board = generic("clc_it tử số", "clc_it mẫu số").row("A5", [1, "Xã Tân Thới", 11, 12])
    for row, line in enumerate(between, start=7):
        board.put(f"A{row}", line)
    board.row("A12", ["TT", "Đơn vị", "life_skills tử số", "life_skills mẫu số"])
    return board.row("A13", [1, "Xã Tân Thới", 9, 10])


@pytest.mark.parametrize(
    ("between", "year"),
    [
        (["BÁO CÁO NĂM 2023"], 2023),
        (["II. Kết quả năm 2023"], 2023),
        (["", "Tân Phú Đông, ngày 5 tháng 1 năm 2025", "NGƯỜI LẬP BIỂU"], 2024),
        (["Ghi chú: tăng so với năm 2023"], 2024),
        (["So với cùng kỳ năm 2023 tăng 2"], 2024),
    ],
)
def test_a_second_table_is_of_the_year_above_it(between, year):
    reading = read(two_tables(*between))
    assert by_year(reading) == {
        ("clc_it", 2024): (11, 12, None),
        ("life_skills", year): (9, 10, None),
    }
    assert rules(reading) == ([("own_heading", "B12")] if year == 2023 else [])


def test_a_second_table_is_of_the_unit_above_it():
    board = xmc3(ONE, TWO)
    below = xmc3(TWO, THREE).put("A1", "Xã: Tân Phú, huyện Tân Phú Đông").moved(80, 0)
    board.cells |= below.cells
    board.merges += below.merges
    reading = read(board)
    assert figures(reading)["literate_l2_15_35", TAN_THOI][:2] == (2100 - 42, 2100)
    assert figures(reading)["literate_l2_15_35", TAN_PHU][:2] == (2100 - 63, 2100)


def test_figures_of_a_second_table_whose_unit_is_not_known_are_nobody_elses():
    board = xmc3(ONE, TWO)
    below = xmc3(TWO, THREE).put("A1", "Xã: Tân Không Có").moved(80, 0)
    board.cells |= below.cells
    board.merges += below.merges
    reading = read(board)
    assert figures(reading)["literate_l2_15_35", TAN_THOI][:2] == (2100 - 42, 2100)
    assert {rule for rule, _, _ in problems(reading)} == {"unknown_unit"}


def test_a_district_above_a_second_table_does_not_take_a_communes_figures():
    board = xmc3(ONE, TWO)
    below = xmc3(ONE, TWO).put("A1", "UBND HUYỆN TÂN PHÚ ĐÔNG").moved(80, 0)
    board.cells |= below.cells
    board.merges += below.merges
    assert {unit for _, unit in figures(read(board))} == {TAN_THOI}


@pytest.mark.parametrize("name", ["Tổng số hộ gia đình học tập", "Cộng", "Toàn xã"])
def test_a_row_without_code_that_reads_like_a_sum_is_named(name):
    known = figure_row("life_skills", 1234, 2500)
    reading = read(template(known, ["", name, "hộ", 1200, 1500]))
    assert figures(reading) == {("life_skills", TAN_THOI): (1234, 2500, "D9")}
    assert left_out(reading) == [("row_left_out", "D10")]


def timeless() -> Board:
    return generic("clc_it tử số", "clc_it mẫu số").put("A2", "BÁO CÁO")


@pytest.mark.parametrize("year", [None, 2024])
def test_each_sheet_is_of_the_year_its_name_says(year):
    boards = [timeless() for _ in range(2)]
    for board, (name, top) in zip(boards, (("2023", 10), ("2024", 11)), strict=True):
        board.name = name
        board.row("A5", [1, "Xã Tân Thới", top, 12])
    if year:  # only the later sheet says its year
        boards[1].put("A3", f"Năm {year}")
    reading = read(*boards)
    assert by_year(reading) == {("clc_it", 2023): (10, 12, None), ("clc_it", 2024): (11, 12, None)}
    assert reading.year == 2024
    told = [f["sheet"] for f in reading.finding_rows if f["rule"] == "year_from_sheet_name"]
    assert told == (["2023"] if year else ["2023", "2024"])


@pytest.mark.parametrize(("file", "line"), [("Bao cao 2022.xlsx", ""), ("bieu.xlsx", "Năm 2022")])
def test_a_year_elsewhere_in_the_file_that_no_sheet_is_named_for_is_told(file, line):
    board = timeless().row("A5", [1, "Xã Tân Thới", 5, 12])
    board.name = "2023"
    cover = Board("Bìa").put("A1", line or "BÁO CÁO")
    reading = read(cover, board, file=f"2024-11-20/{file}")
    assert by_year(reading) == {("clc_it", 2022): (5, 12, None)}
    assert {"year_from_file_name", "year_disagrees"} & {rule for rule, _ in rules(reading)}


NAMES = [
    "Tỷ lệ người 15–25 tuổi biết chữ mức độ 1",
    "Tỷ lệ người 15–60 tuổi biết chữ mức độ 2",
    "Tỷ lệ người trong độ tuổi lao động được trang bị kỹ năng sống",
]


def test_names_of_indicators_as_heads_are_read_as_such_beside_forms_of_like_words():
    reading = read(generic(*NAMES).row("A5", [1, "Xã Tân Thới", 99, 95.5, 40]))
    assert {key[0]: pair for key, pair in shares(reading).items()} == {
        "literate_l1_15_25": (99, "C5"),
        "literate_l2_15_60": (95.5, "D5"),
        "life_skills": (40, "E5"),
    }
    assert left_out(reading) == [("column_left_out", "A4")]  # the running number


@pytest.mark.parametrize("more", [[], ["Cán bộ kỹ năng sống"]])
def test_counts_under_names_of_indicators_are_no_shares_of_another_form(more):
    heads = [f"{name}: {part}" for name in NAMES[:2] for part in ("tử số", "mẫu số")] + more
    reading = read(generic(*heads).row("A5", [1, "Xã Tân Thới", 90, 95, 80, 96, 7]))
    assert by_year(reading) == {
        ("literate_l1_15_25", 2024): (90, 95, None),
        ("literate_l2_15_60", 2024): (80, 96, None),
    }


def grouped(*rows: tuple[str, int]) -> Board:
    board = generic("clc_it tử số", "clc_it mẫu số")
    for number, (name, top) in enumerate(rows, start=5):
        board.row(f"A{number}", [number - 4, name, top, 99])
    return board


def test_a_homonym_below_the_row_of_its_district_is_that_districts_commune():
    board = grouped(
        ("Huyện Tân Phú Đông", 30), ("Xã Tân Thới", 10), ("Xã Tân Phú", 20),
        ("Thị xã Cai Lậy", 7), ("Xã Tân Phú", 7), ("Xã Tân Hội", 0), ("Cộng", 37),
    )  # fmt: skip
    reading = read(board)
    tops = {unit: top for (_, unit), (top, _, _) in figures(reading).items()}
    assert tops == {"825": 30, TAN_THOI: 10, TAN_PHU: 20, "817": 7, "28459": 7, "28468": 0}
    assert [rule for rule, cell in rules(reading) if cell.startswith("C")] == []


def test_a_list_of_districts_and_then_of_communes_settles_no_homonym():
    board = grouped(
        ("Huyện Cái Bè", 5), ("Huyện Tân Phú Đông", 30), ("Xã Tân Phú", 20), ("Xã Tân Hội", 9)
    )
    assert [problem[:2] for problem in problems(read(board))] == [("ambiguous_unit", "B7")]


def test_a_district_without_its_kind_in_a_list_of_districts_stays_ambiguous():
    board = grouped(("Huyện Cái Bè", 5), ("Cai Lậy", 30))
    assert [problem[:2] for problem in problems(read(board))] == [("ambiguous_unit", "B6")]


def test_a_row_of_the_province_ends_the_group_of_a_district():
    board = grouped(
        ("Huyện Tân Phú Đông", 30), ("Xã Tân Thới", 10), ("Xã Tân Phú", 20),
        ("Tỉnh Tiền Giang", 90), ("Xã Tân Hội", 9),
    )  # fmt: skip
    tops = {unit: top for (_, unit), (top, _, _) in figures(read(board)).items()}
    assert tops == {"825": 30, TAN_THOI: 10, TAN_PHU: 20, "82": 90, "28468": 9}


def test_a_row_of_measures_that_is_not_asked_for_is_named():
    counts = {age: 50 + age for age in range(7)}
    reading = read(drawn.mn01(counts, counts, counts))
    rows = [f["message"] for f in reading.finding_rows if f["message"].startswith("Dòng")]
    assert any("Tổng số trẻ trong độ tuổi" in message for message in rows)


def test_a_second_table_has_nothing_of_a_remark_beside_the_figures_of_the_first():
    board = two_tables().put("E5", "Số liệu năm 2023")
    assert set(by_year(read(board))) == {("clc_it", 2024), ("life_skills", 2024)}


@pytest.mark.parametrize(
    ("label", "read_as"),
    [
        ("TN THCS tại chỗ, hệ GDTX", (392, 406, "G7")),  # the shorter label is the measure
        ("TN THCS tại chỗ", None),  # two rows of one label: which is it?
    ],
)
def test_of_two_rows_with_the_words_of_a_measure_the_shorter_label_is_it(label, read_as):
    board = drawn.dress("THCS-M1", "THỐNG KÊ THANH THIẾU NIÊN", "Xã: Tân Thới").row("A5", AGES)
    board.row("A6", [1, "Số người phải phổ cập", 90, 91, 92, 93, 100, 101, 102, 103, 772])
    board.row("A7", [2, "TN THCS tại chỗ", None, None, None, None, 90, 95, 96, 97, 378])
    board.row("A8", [3, "TN THCS học nơi khác", None, None, None, None, 5, 4, 3, 2, 14])
    board.row("A9", [4, label, None, None, None, None, 1, 1, 1, 1, 4])
    key = ("lower_secondary_graduates_15_18", TAN_THOI)
    assert figures(read(board)).get(key) == read_as
