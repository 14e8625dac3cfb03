"""Figures against what the same form prints beside them, and heads as officials write them."""

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
from tests.intake_case import judged
from tests.unit.test_forms import listed, xmc4
from tests.unit.test_forms_traps import row, template
from tests.unit.test_wordings import generic, shares
from xhht_analysis.intake.forms.witnesses import rounds_to

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("part", "whole", "share", "agrees"),
    [
        (101, 200, 50.004, False),  # 50.5: not what three decimals can hide
        (50_004, 100_000, 50.004, True),
        (125_026, 250_000, 50.01, True),  # 50.0104
        (504, 1_000, 50, True),  # 50.4
        (506, 1_000, 50, False),  # 50.6
        (5_054, 10_000, 50.5, True),  # 50.54
        (5_056, 10_000, 50.5, False),  # 50.56
    ],
)
def test_a_part_is_the_printed_share_within_half_of_its_last_decimal(part, whole, share, agrees):
    assert rounds_to(part / whole, share) is agrees


def doubts(reading) -> list[tuple[str, str]]:
    """Findings about figures; that the year stands in the date only is no matter here."""
    return [pair for pair in rules(reading) if pair[0] != "year_from_date"]


AGES = dict.fromkeys(range(15, 61), 100)
"""4600 people: 2100 of 15-35."""
ONE, TWO, THREE = (dict.fromkeys(AGES, n) for n in (1, 2, 3))
L2_35, L2_60 = ("literate_l2_15_35", TAN_THOI), ("literate_l2_15_60", TAN_THOI)


def xmc3(first: dict, second: dict, literate: object = None, share: object = None) -> Board:
    """XMC-3 whose BIẾT CHỮ and percent of the groups 15-35 and 15-60 are ``literate`` of a row."""
    board = drawn.xmc3(AGES, first, second)
    for (r, c), value in list(board.cells.items()):
        people = board.cells.get((r, 2))
        if r < 7 or not isinstance(people, int) or c not in (14, 18):
            continue
        l1, l2 = board.cells[r, 6], board.cells[r, 10]
        count = {"both": people - l1 - l2, "second": people - l2, "first": people - l1}
        board.cells[r, c] = value
        if c == 14:
            board.cells[r, c] = count.get(literate, "")
        else:
            board.cells[r, c] = round(100 * count[share] / people, 2) if share else ""
    return board


@pytest.mark.parametrize(
    ("literate", "share", "first", "second", "at_35", "at_60"),
    [
        # 21 ages of 15-35, 46 of 15-60; level 2 holds level 1 unless what is printed says no
        ("second", "second", ONE, TWO, 2100 - 42, 4600 - 92),
        ("first", "first", ONE, TWO, 2100 - 42, 4600 - 92),
        ("both", "both", TWO, ONE, 2100 - 63, 4600 - 138),
        ("both", "both", ONE, THREE, 2100 - 84, 4600 - 184),
        (None, "both", TWO, ONE, 2100 - 63, 4600 - 138),
        (None, "second", ONE, TWO, 2100 - 42, 4600 - 92),
        (None, None, ONE, TWO, 2100 - 42, 4600 - 92),
    ],
)
def test_what_is_printed_tells_whether_level_2_holds_level_1(
    literate, share, first, second, at_35, at_60
):
    reading = read(xmc3(first, second, literate, share))
    assert (figures(reading)[L2_35][:2], figures(reading)[L2_60][:2]) == (
        (at_35, 2100),
        (at_60, 4600),
    )
    chosen = [rule for rule, _ in doubts(reading)]
    assert chosen == (["level2_without_level1"] * 2 if "both" in (literate, share) else [])


def test_fewer_without_level_2_than_without_level_1_is_rejected_when_nothing_decides():
    reading = read(xmc3(TWO, ONE))
    assert problems(reading) == [
        ("level2_above_level1", "K30", "21"),
        ("level2_above_level1", "K56", "46"),
    ]
    assert figures(reading)["literate_l1_15_35", TAN_THOI][:2] == (2058, 2100)


def test_a_printed_count_of_literate_that_fits_nothing_is_told():
    board = xmc3(ONE, TWO, "second").put("O30", 1999)
    assert ("printed_differs", "O30") in doubts(read(board))


def test_cmc1_compares_levels_and_the_printed_shares_of_illiterate():
    groups = {"15-25": (1000, 10, 20), "15-35": (2000, 100, 50), "15-60": (4000, 200, 400)}
    board = drawn.cmc1({"Xã Tân Thới": groups})
    reading = read(board.put("BH8", 12.5))
    assert problems(reading) == [("level2_above_level1", "AM8", "50")]
    assert doubts(reading) == [("printed_differs", "BH8")]


def test_xmc4_with_more_at_level_2_than_at_level_1_is_rejected():
    assert problems(read(xmc4().put("P8", 371).put("P10", 560))) == [
        ("level2_above_level1", "P8", "371")
    ]


def test_level_2_above_level_1_in_any_table_is_rejected():
    pair = {"unit_code": "823", "denominator": 200}
    found = judged(
        pair | {"indicator_code": "literate_l1_15_35", "numerator": 180},
        pair | {"indicator_code": "literate_l2_15_35", "numerator": 190},
    )
    assert found["outcome"].tolist() == ["panel", "rejected"]


def test_totals_of_a_table_of_units_are_compared():
    board = generic("clc_it tử số", "clc_it mẫu số").row("A5", [1, "Xã Tân Thới", 1, 2])
    board.row("A6", [2, "Xã Phú Thạnh", 1, 1]).row("A7", ["", "Tổng cộng", 2, 4])
    reading = read(board)
    assert doubts(reading) == [("total_differs", "D7")]
    assert len(figures(reading)) == 2


def two_blocks(*heads: str) -> Board:
    """XMC-4 with 15-35 once for each level."""
    board = drawn.dress("XMC-4", "THỐNG KÊ ĐẠT CHUẨN XMC", "Huyện: Tân Phú Đông")
    board.merge("A4:A6", "TT").merge("B4:B6", "Đơn vị").row("A8", [1, "Xã Tân Thới"])
    for block, head in enumerate(heads):
        left = [column_letters(3 + 3 * block + n) for n in range(3)]
        board.merge(f"{left[0]}4:{left[2]}4", head).merge(f"{left[0]}5:{left[2]}5", "15-35")
        board.row(f"{left[0]}6", ["Tổng số", f"Biết chữ mức {block + 1}", "Tỷ lệ"])
        board.row(f"{left[0]}8", [200 + block, 190 - 10 * block, None])
    return board


@pytest.mark.parametrize(
    ("heads", "more", "cells"),
    [
        (("Xóa mù chữ mức độ 1", "Xóa mù chữ mức độ 2"), {}, ["C6", "F6"]),
        (("Xóa mù chữ", "Xóa mù chữ"), {"D6": "Tổng số"}, ["C6", "D6", "F6"]),
    ],
)
def test_an_age_group_twice_is_told_as_ambiguous(heads, more, cells):
    board = two_blocks(*heads)
    for place, text in more.items():
        board.put(place, text)
    reading = read(board)
    assert not figures(reading)
    alike = [f["cell"] for f in reading.finding_rows if "nhiều cột giống nhau" in f["message"]]
    assert alike == cells


FLAT = ["TT", "Đơn vị", "Trẻ 6 tuổi vào lớp 1", "Tỷ lệ %", "Trẻ 11 tuổi HTCTTH", "Tỷ lệ %"]
VALUES = [1, "Xã Tân Thới", 90, 99.5, 80, 98]


def th02(heads: list[str], values: list[object]) -> Board:
    board = drawn.dress("TH-02", "THỐNG KÊ KẾT QUẢ PCGDTH", "Huyện: Tân Phú Đông")
    return board.row("A5", heads).row("A6", values)


@pytest.mark.parametrize(
    ("heads", "values"),
    [
        (FLAT, VALUES),
        (["TT", "Xã, phường", *FLAT[2:]], VALUES),
        (["TT", "Đơn vị điều tra", *FLAT[2:]], VALUES),
        (["TT", "\u00d0ơn vị", *FLAT[2:]], VALUES),
        (["TT", "Đơn vị¹", "Trẻ 6 tuổi vào lớp 1 (1)", "Tỷ lệ %²", *FLAT[4:]], VALUES),
        # a column between a count and its share
        ([*FLAT[:3], "Cùng kỳ năm trước", *FLAT[3:]], [*VALUES[:3], 88, *VALUES[3:]]),
        ([*FLAT[:3], "Kế hoạch năm 2024", *FLAT[3:]], [*VALUES[:3], 88, *VALUES[3:]]),
        ([*FLAT[:3], "Ghi chú", *FLAT[3:]], [*VALUES[:3], "", *VALUES[3:]]),
        ([*FLAT[:3], "Mức độ", *FLAT[3:]], [*VALUES[:3], 3, *VALUES[3:]]),
        # each share left of its count
        (
            ["TT", "Đơn vị", "Tỷ lệ %", "Trẻ 6 tuổi vào lớp 1", "Tỷ lệ %", "Trẻ 11 tuổi HTCTTH"],
            [1, "Xã Tân Thới", 99.5, 90, 98, 80],
        ),
        # columns from right to left
        (
            ["Ghi chú", "Đơn vị", "Tỷ lệ trẻ 11 tuổi HTCTTH", "Tỷ lệ trẻ 6 tuổi vào lớp 1"],
            ["", "Xã Tân Thới", 98, 99.5],
        ),
        (
            ["STT", "Don vi", "Tre 6 tuoi vao lop 1", "Ti le", "Tre 11 tuoi HTCTTH", "Ti le"],
            VALUES,
        ),
    ],
)
def test_shares_keep_their_count_whatever_stands_between(heads, values):
    found = {key[0]: pair[0] for key, pair in shares(read(th02(heads, values))).items()}
    assert found == {"primary_entry_6": 99.5, "primary_completion_11": 98}


COUNTED = [*FLAT[:2], "Trẻ 6 tuổi: tổng số", FLAT[2], "Tỷ lệ trẻ 6 tuổi vào lớp 1"]
COUNTED += ["Trẻ 11 tuổi: tổng số", FLAT[4], "Tỷ lệ trẻ 11 tuổi HTCTTH"]


def test_counts_beside_a_fraction_are_the_figure():
    reading = read(th02(COUNTED, [1, "Xã Tân Thới", 200, 199, 0.995, 80, 78, 0.98]))
    assert {key[0]: figure for key, figure in figures(reading).items()} == {
        "primary_entry_6": (199, 200, "D6"),
        "primary_completion_11": (78, 80, "G6"),
    }


def test_a_share_of_at_most_1_that_no_counts_explain_stays_as_typed():
    reading = read(th02(COUNTED, [1, "Xã Tân Thới", 200, 199, 0.5, 80, 78, 97.5]))
    assert {key[0]: pair[0] for key, pair in shares(reading).items()} == {
        "primary_entry_6": 0.5,  # neither 99.5 nor 0.995: judged with the other units' figures
        "primary_completion_11": 97.5,
    }
    assert doubts(reading) == []


def test_a_group_without_headings_of_its_own_spreads_over_no_neighbour():
    board = Board().put("A1", "Xã Tân Thới").put("A2", "NĂM 2024")
    board.row("A4", ["Mã chỉ tiêu", "Năm nay", None, "Cùng kỳ năm trước", None, "Ghi chú"])
    board.row("A5", [None, "Tử số", "Mẫu số", None, "Tỷ lệ (%)"])
    reading = read(board.row("A6", ["clc_it", 31, 62, 29, 50]))
    assert figures(reading) == {("clc_it", TAN_THOI): (31, 62, "B6")}
    assert shares(reading)["clc_it", TAN_THOI][0] == 50
    assert left_out(reading) == [("column_left_out", "D4")]


def test_last_years_group_keeps_its_own_share():
    board = Board().put("A1", "Xã Tân Thới").put("A2", "NĂM 2024")
    board.row("A4", ["Mã chỉ tiêu", "Năm nay", None, "Cùng kỳ năm trước", None])
    board.row("A5", [None, "Tử số", "Mẫu số", "Tử số", "Tỷ lệ (%)"])
    reading = read(board.row("A6", ["clc_it", 31, 62, 29, 47]))
    assert figures(reading) == {("clc_it", TAN_THOI): (31, 62, "B6")}
    assert shares(reading)["clc_it", TAN_THOI][0] is None
    assert left_out(reading) == [("column_left_out", "D5"), ("column_left_out", "E5")]


@pytest.mark.parametrize(
    ("heads", "values", "expected"),
    [
        (["Mức độ đạt chuẩn xóa mù chữ"], ["Mức độ 2"], {"literacy_level": (None, None, 2)}),
        (["Chuẩn XMC"], [1], {"literacy_level": (None, None, 1)}),
        (["Chuẩn XMC", "Số xã đạt chuẩn XMC"], [1, 7], {"literacy_level": (None, None, 1)}),
        (["Đạt chuẩn phổ cập giáo dục mầm non cho trẻ em 5 tuổi"], ["Đạt"],
         {"preschool5_level": (None, None, 1)}),
        (["Số người được trang bị kỹ năng sống", "Tổng số người trong độ tuổi lao động"],
         [50, 120], {"life_skills": (50, 120, None)}),
        (["Số người có kỹ năng sống", "Số người được trang bị năng lực thông tin",
          "Số người trong độ tuổi lao động"], [50, 40, 120],
         {"life_skills": (50, 120, None), "information_literacy": (40, 120, None)}),
        (["Người đạt danh hiệu Công dân học tập", "Dân số từ 15 tuổi trở lên"], [400, 1000],
         {"learning_citizens": (400, 1000, None)}),
    ],
)  # fmt: skip
def test_one_row_per_unit_with_the_plans_own_names(heads, values, expected):
    reading = read(generic(*heads).row("A5", [1, "Xã Tân Thới", *values]))
    found = {
        r["indicator_code"]: (r.get("numerator"), r.get("denominator"), r.get("level"))
        for r in reading.observation_rows
        if not r.get("problem")
    }
    assert found == expected


def test_every_column_of_numbers_has_its_reason():
    heads = ("clc_it tử số", "clc_it mẫu số", "Cùng kỳ năm trước", "Kế hoạch năm 2025", "Nữ")
    board = generic(*heads, "Số lớp", "Ghi chú", "", "Trống")
    reading = read(board.row("A5", [1, "Xã Tân Thới", 1, 2, 3, 4, 5, 6, 7, 8, ""]))
    told = {f["cell"]: f["message"].split(": ")[1] for f in reading.finding_rows}
    assert told == {
        "A4": "số thứ tự.",
        "E4": "số năm trước, so sánh.",
        "F4": "kế hoạch, mục tiêu hoặc ước tính.",
        "G4": "số chia nhỏ (nữ, dân tộc …).",
        "H4": "tiêu đề không khớp tên số liệu nào của Kế hoạch.",
        "I4": "ghi chú.",
        "J4": "không có tiêu đề.",
    }


def test_rows_and_tables_of_numbers_that_nothing_reads_are_told():
    board = template(row("clc_it", 1, 2)).row("A12", ["Tiêu chí", "Số lượng", "Tỉ lệ"])
    reading = read(board.row("A13", ["Trẻ 5 tuổi học bán trú", 127, 99.22]))
    assert left_out(reading) == [("table_left_out", "A12")]
    board = xmc4().row("A20", ["", "Xã Phú Thạnh", 7, 6])
    assert ("row_left_out", "C20") in left_out(read(board))


def test_a_figure_without_its_indicator_is_rejected():
    assert problems(read(template(row("clc_it", 1, 2), row("", 30, 60)))) == [
        ("indicator_unknown", "A10", None)
    ]


def test_the_list_layout_of_many_units_and_years():
    board = Board().row("A1", ["Mã đơn vị", "Năm", "Mã chỉ tiêu", "Tử số", "Mẫu số"])
    board.row("A2", [TAN_THOI, 2023, "clc_it", 1, 2]).row("A3", [TAN_PHU, 2024, "clc_it", 2, 3])
    rows = [(r["unit_code"], r["year"], r["numerator"]) for r in read(board).observation_rows]
    assert rows == [(TAN_THOI, 2023, 1), (TAN_PHU, 2024, 2)]


def mn01_new(**labels: str) -> Board:
    """The current MN-01-TE: other labels, completion of each age 3, 4, 5."""
    board = Board("MN-01-TE").put("A1", "Xã: Tân Thới").put("I1", "Mẫu: MN-01-TE")
    board.put("A4", "Thời điểm: tháng 9 Năm 2024").row(
        "A5", ["Năm sinh", "", *range(2024, 2017, -1)]
    )
    board.row("A6", ["Độ tuổi", "", *[f"{age} tuổi" for age in range(7)], "0-5 tuổi"])
    lines = [
        ("Tổng số trẻ trong độ tuổi", "", [90, 95, 100, 110, 120, 130, 125]),
        ("Số trẻ phải huy động", "", ["", "", "", 108, 118, 128, 124]),
        (labels.get("attending", "Số trẻ đến trường, nhóm, lớp"), "",
         [5, 10, 40, 100, 112, 127, 123]),
        ("Tỉ lệ huy động", "", ["", "", "", 92.59, 94.92, 99.22, 99.19]),
        ("Trong số trẻ đến trường, lớp", "Số trẻ học 2 buổi/ngày", [1, 1, 1, 90, 91, 92, 93]),
        ("Số trẻ 3, 4, 5 tuổi hoàn thành chương trình GDMN(*)", "", ["", "", "", 98, 110, 126, ""]),
        ("Trẻ từ nơi khác đến học hoàn thành CT GDMN", "", ["", "", "", 3, 3, 4, ""]),
    ]  # fmt: skip
    for number, (label, part, counts) in enumerate(lines, start=7):
        board.row(f"A{number}", [label, part, *counts])
    return board


@pytest.mark.parametrize(
    "label", ["Số trẻ đến trường, nhóm, lớp", "Số trẻ ra lớp", "Số trẻ huy động"]
)
def test_the_current_mn01(label):
    reading = read(mn01_new(attending=label))
    assert figures(reading) == {
        ("preschool5_attendance", TAN_THOI): (127, 128, "H9"),
        ("preschool_attendance", TAN_THOI): (339, 354, "F9"),
        ("preschool_completion", TAN_THOI): (334, 354, "F12"),
    }
    assert problems(reading) == []


def test_those_to_be_enrolled_are_never_those_enrolled():
    board = mn01_new(attending="Số trẻ dưới 6 tuổi")
    assert ("preschool5_attendance", TAN_THOI) not in figures(read(board))


def test_a_form_between_two_others_is_read_by_its_own_columns():
    heads = [("Trẻ 5 tuổi", ["PPC", "Huy động", "Ghi chú"]), ("Trẻ 6 tuổi", ["PPC", "Hoàn thành"])]
    board = listed("MN-02", "TỔNG HỢP KẾT QUẢ PCGDMN", heads, [60, 59, 7, 70, 69])
    reading = read(board)
    assert figures(reading)["preschool5_attendance", TAN_THOI] == (59, 60, "D6")
    assert ("column_left_out", "E5") in left_out(reading)
