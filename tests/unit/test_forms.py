"""Each form, as printed and as offices change it: which figure of which cell it gives."""

from __future__ import annotations

import pytest

from tests import form_fixtures as drawn
from tests.form_fixtures import TAN_PHU, TAN_THOI, Board, figures, problems, read, rules

pytestmark = pytest.mark.unit

PEOPLE = dict.fromkeys(range(15, 61), 100)
NONE_YOUNG = {age: 1 if age > 20 else 0 for age in PEOPLE}
TWO_EACH = dict.fromkeys(PEOPLE, 2)


def xmc4(board: Board | None = None, top: int = 4) -> Board:
    """XMC-4 with the two communes; literate 1 and 2 of 15-25, 15-35, 15-60."""
    board = board or drawn.dress("XMC-4", "THỐNG KÊ ĐẠT CHUẨN XMC", "Huyện: Tân Phú Đông")
    board.merge(f"A{top}:A{top + 2}", "TT").merge(f"B{top}:B{top + 2}", "Đơn vị")
    for block, ages in enumerate(("15-25", "15-35", "15-60")):
        left = [drawn.column_letters(3 + 5 * block + n) for n in range(5)]
        board.merge(f"{left[0]}{top}:{left[4]}{top}", ages)
        board.merge(f"{left[0]}{top + 1}:{left[0]}{top + 2}", "Tổng số")
        for level in (1, 2):
            at = left[2 * level - 1 : 2 * level + 1]
            board.merge(f"{at[0]}{top + 1}:{at[1]}{top + 1}", f"Biết chữ mức độ {level}")
            board.row(f"{at[0]}{top + 2}", ["Số lượng", "Tỷ lệ"])
    board.row(f"A{top + 3}", [*range(1, 3), *range(3, 13), *range(13, 18)])
    board.row(f"A{top + 4}", [1, "Xã Tân Thới", 100, 99, 99, 98, 98, 200, 190, 95, 180, 90, 400])
    board.row(f"N{top + 4}", [370, 92.5, 360, 90])
    board.row(f"A{top + 5}", [2, "Tân Phú", 50, 50, 100, 49, 98, 90, 81, 90, 80, 88.89, 210])
    board.row(f"N{top + 5}", [200, 95.24, 189, 90])
    board.row(
        f"A{top + 6}", ["@", "Cộng", 150, 149, None, 147, None, 290, 271, None, 260, None, 610]
    )
    board.row(f"N{top + 6}", [570, None, 549])
    board.put(f"B{top + 8}", "Số xã, phường đạt chuẩn XMC mức độ 1: 2")
    return drawn.sign(board, top + 10)


XMC4_FIGURES = {
    ("literate_l1_15_25", TAN_THOI): (99, 100, "D8"),
    ("literate_l1_15_35", TAN_THOI): (190, 200, "I8"),
    ("literate_l2_15_35", TAN_THOI): (180, 200, "K8"),
    ("literate_l2_15_60", TAN_THOI): (360, 400, "P8"),
    ("literate_l1_15_25", TAN_PHU): (50, 50, "D9"),
    ("literate_l1_15_35", TAN_PHU): (81, 90, "I9"),
    ("literate_l2_15_35", TAN_PHU): (80, 90, "K9"),
    ("literate_l2_15_60", TAN_PHU): (189, 210, "P9"),
}


def test_xmc4_by_commune():
    reading = read(xmc4())
    assert figures(reading) == XMC4_FIGURES
    assert (reading.forms, reading.sender, reading.year) == (("XMC-4",), "825", 2024)
    assert (problems(reading), rules(reading)) == ([], [("year_from_date", None)])


def test_totals_and_number_rows_are_no_observations():
    assert len(read(xmc4()).observation_rows) == 8


def test_wrong_total_is_a_finding_at_its_cell():
    reading = read(xmc4().put("H10", 291))
    assert rules(reading) == [("year_from_date", None), ("total_differs", "H10")]
    assert figures(reading) == XMC4_FIGURES


def test_the_table_may_stand_anywhere():
    cells = {key: cell for key, (_, _, cell) in figures(read(xmc4().moved(3, 2))).items()}
    assert cells["literate_l1_15_25", TAN_THOI] == "F11"
    assert len(cells) == 8


def test_submitted_percent_is_kept_as_value():
    reading = read(xmc4())
    assert [row["value"] for row in reading.observation_rows[:4]] == [99, 95, 90, 90]


def test_snapshot_unit_and_form_of_a_row():
    row = read(xmc4()).observation_rows[4]
    assert row["snapshot_date"] == "2024-09-30"
    assert (row["unit_name_raw"], row["form"], row["sheet"]) == ("Tân Phú", "XMC-4", "XMC-4")
    assert (row["status"], row["definition_variant"]) == ("ok", "plan")


def test_cmc1_literate_is_people_without_illiterate():
    groups = {"15-25": (1000, 10, 20), "15-35": (2000, 50, 100), "15-60": (4000, 200, 400)}
    assert figures(read(drawn.cmc1({"Xã Tân Thới": groups}))) == {
        ("literate_l1_15_25", TAN_THOI): (990, 1000, "K8"),
        ("literate_l1_15_35", TAN_THOI): (1950, 2000, "AE8"),
        ("literate_l2_15_35", TAN_THOI): (1900, 2000, "AM8"),
        ("literate_l2_15_60", TAN_THOI): (3600, 4000, "BG8"),
    }


def test_xmc3_takes_cumulative_totals_once():
    # ages 15-25: 11 x 100 people, 5 of them (21-25) with one illiterate at level 1
    reading = read(drawn.xmc3(PEOPLE, NONE_YOUNG, TWO_EACH))
    assert figures(reading) == {
        ("literate_l1_15_25", TAN_THOI): (1095, 1100, "G19"),
        ("literate_l1_15_35", TAN_THOI): (2085, 2100, "G30"),
        ("literate_l2_15_35", TAN_THOI): (2058, 2100, "K30"),
        ("literate_l2_15_60", TAN_THOI): (4508, 4600, "K56"),
    }
    assert rules(reading) == [("year_from_date", None)]


def test_xmc3_total_that_does_not_add_up():
    assert ("total_differs", "C30") in rules(
        read(drawn.xmc3(PEOPLE, NONE_YOUNG, TWO_EACH).put("C30", 2105))
    )


def test_cmc2_adds_up_disjoint_groups():
    groups = {"15-25": (1100, 11, 22), "26-35": (1000, 10, 20), "36-60": (2500, 25, 50)}
    found = {key: pair[:2] for key, pair in figures(read(drawn.cmc2(groups))).items()}
    assert found == {
        ("literate_l1_15_25", TAN_THOI): (1089, 1100),
        ("literate_l1_15_35", TAN_THOI): (2079, 2100),
        ("literate_l2_15_35", TAN_THOI): (2058, 2100),
        ("literate_l2_15_60", TAN_THOI): (4508, 4600),
    }


def test_mn01_by_age_without_the_total_column():
    expected = {age: 50 + age for age in range(7)}
    board = drawn.mn01(expected, {age: 40 + age for age in range(6)}, {5: 30, 6: 54})
    assert figures(read(board)) == {
        ("preschool5_attendance", TAN_THOI): (45, 55, "J9"),
        ("preschool5_completion", TAN_THOI): (54, 56, "K11"),
        ("preschool_attendance", TAN_THOI): (43 + 44 + 45, 53 + 54 + 55, "H9"),
    }


def test_mn01_of_the_newer_file_is_one_column_further():
    expected = {age: 50 + age for age in range(7)}
    board = drawn.mn01(expected, {age: 40 + age for age in range(6)}, {5: 30, 6: 54})
    assert figures(read(board.moved(0, 1)))["preschool5_attendance", TAN_THOI] == (45, 55, "K9")


def test_thcs_m1_leaves_out_those_from_elsewhere():
    board = drawn.thcs_m1([100] * 8, [80] * 8, [5] * 8, [9] * 8)
    assert figures(read(board)) == {
        ("lower_secondary_graduates_15_18", TAN_THOI): (340, 400, "L8"),
    }


def listed(name: str, title: str, heads: list[tuple[str, list[str]]], values: list) -> Board:
    """A form with one row per unit and two header rows, one unit."""
    board = drawn.dress(name, title, "Huyện: Tân Phú Đông")
    board.merge("A4:A5", "TT").merge("B4:B5", "Đơn vị")
    left = 3
    for head, parts in heads:
        letters = [drawn.column_letters(left + n) for n in range(max(len(parts), 1))]
        if parts:
            board.merge(f"{letters[0]}4:{letters[-1]}4", head) if len(parts) > 1 else board.put(
                f"{letters[0]}4", head
            )
            board.row(f"{letters[0]}5", parts)
        else:
            board.merge(f"{letters[0]}4:{letters[0]}5", head)
        left += len(letters)
    return drawn.sign(board.row("A6", [1, "Xã Tân Thới", *values]), 9)


def test_th02_gives_percentages_alone():
    heads = [("Số xã", []), ("Trẻ 6 tuổi vào lớp 1", ["SL", "%"]), ("11 tuổi HTCTTH", ["SL", "%"])]
    heads += [("11-14 tuổi HTCTTH", ["SL", "%"])]
    board = listed(
        "TH-02", "THỐNG KÊ KẾT QUẢ PCGD TIỂU HỌC", heads, [1, 99, "99,5", 95, 97.2, 400, 98]
    )
    rows = [(r["indicator_code"], r["value"], r["cell"]) for r in read(board).observation_rows]
    assert rows == [("primary_entry_6", 99.5, "E6"), ("primary_completion_11", 97.2, "G6")]


def test_thcs_tk_gives_percentages_alone():
    heads = [("Số trường", []), ("15-18 tuổi TN THCS", ["SL", "%"])]
    heads += [("15-18 học THPT/GDTX/GDNN", ["SL", "%"])]
    board = listed("THCS-TK", "THỐNG KÊ KẾT QUẢ PCGD THCS", heads, [1, 470, 94, 400, "80,5%"])
    rows = [(r["indicator_code"], r["value"], r["cell"]) for r in read(board).observation_rows]
    assert rows == [
        ("lower_secondary_graduates_15_18", 94, "E6"),
        ("upper_secondary_enrolment_15_18", 80.5, "G6"),
    ]


def test_mn02_counts():
    heads = [("Số trường", []), ("Trẻ 5 tuổi", ["PPC", "Huy động", "%"])]
    heads += [("Trẻ 6 tuổi", ["PPC", "Hoàn thành CTGDMN", "%"])]
    board = listed("MN-02", "TỔNG HỢP KẾT QUẢ PCGDMN", heads, [2, 60, 59, 98.33, 70, 70, 100])
    assert figures(read(board)) == {
        ("preschool5_attendance", TAN_THOI): (59, 60, "E6"),
        ("preschool5_completion", TAN_THOI): (70, 70, "H6"),
    }


def test_khuyen_hoc_divides_by_all_never_by_registered():
    parts = ["Tổng số", "Đăng ký", "Đạt", "% đạt/đăng ký", "% đạt/tổng số"]
    heads = [("Gia đình học tập", parts), ("Cộng đồng học tập", parts), ("Công dân học tập", parts)]
    values = [90, 80, 60, 75, 66.67, 4, 4, 3, 75, 75, 3000, 2000, 1500, 75, 50]
    board = listed("Biểu 1", "KẾT QUẢ XÂY DỰNG MÔ HÌNH HỌC TẬP", heads, values)
    reading = read(board)
    assert figures(reading) == {("learning_citizens", TAN_THOI): (1500, 3000, "O6")}
    assert reading.observation_rows[0]["value"] == 50
