"""The same forms in the words other offices print: no heading is ever read as another one."""

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
    read,
)

pytestmark = pytest.mark.unit


def shares(reading) -> dict[tuple[str, str], tuple]:
    """(submitted percentage, cell) by indicator and unit."""
    rows = [row for row in reading.observation_rows if not row.get("problem")]
    return {(r["indicator_code"], r["unit_code"]): (r["value"], r["cell"]) for r in rows}


@pytest.mark.parametrize(
    ("ages", "total", "literate", "share"),
    [
        ("Từ {} đến {} tuổi", "Dân số", "Biết chữ mức {}", "Tỉ lệ (%)"),
        ("ĐỘ TUỔI {}-{}", "TỔNG SỐ", "BIẾT CHỮ MỨC {roman}", "%"),
        ("{} – {} tuổi", "Tổng số người trong độ tuổi", "Số người biết chữ MĐ{}", "TL"),
        ("Độ tuổi {} - {}", "TS", "Số người đạt chuẩn biết chữ M{}", "TL%"),
    ],
)
def test_xmc4_in_other_words(ages, total, literate, share):
    board = drawn.dress("XMC-4", "THỐNG KÊ ĐẠT CHUẨN XÓA MÙ CHỮ", "Huyện: Tân Phú Đông")
    board.merge("A4:A6", "TT").merge("B4:B6", "Đơn vị").row("A8", [1, "Xã Tân Thới"])
    for block, high in enumerate((25, 35, 60)):
        left = [column_letters(3 + 5 * block + n) for n in range(5)]
        board.merge(f"{left[0]}4:{left[4]}4", ages.format(15, high))
        board.merge(f"{left[0]}5:{left[0]}6", total)
        for level in (1, 2):
            head = literate.format(level, roman="I" * level)
            board.merge(f"{left[2 * level - 1]}5:{left[2 * level]}5", head)
            board.row(f"{left[2 * level - 1]}6", ["Số lượng", share])
        board.row(f"{left[0]}8", [100 + high, high, 30, high - 1, 20])
    assert figures(read(board)) == {
        ("literate_l1_15_25", TAN_THOI): (25, 125, "D8"),
        ("literate_l1_15_35", TAN_THOI): (35, 135, "I8"),
        ("literate_l2_15_35", TAN_THOI): (34, 135, "K8"),
        ("literate_l2_15_60", TAN_THOI): (59, 160, "P8"),
    }


@pytest.mark.parametrize("share", ["%", "Tỷ lệ %", "TL", "Tỉ lệ (%)"])
def test_a_bare_share_column_belongs_to_the_column_on_its_left(share):
    board = drawn.dress("TH-02", "THỐNG KÊ KẾT QUẢ PCGDTH", "Tỉnh: Tiền Giang")
    heads = ["TT", "Đơn vị", "Số xã", "Số HS", "Trẻ 6 tuổi vào lớp 1", share]
    heads += ["Trẻ 11 tuổi HTCTTH", share, "Trẻ 11-14 tuổi HTCTTH", share, "KT", share]
    board.row("A5", heads).row("A6", list(range(1, 13)))
    board.row("A7", [1, "Xã Tân Thới", 1, 500, 90, "99,5", 80, 98, 300, 97, 2, 100])
    assert shares(read(board)) == {
        ("primary_entry_6", TAN_THOI): (99.5, "F7"),
        ("primary_completion_11", TAN_THOI): (98, "H7"),
    }


def test_thcs_tk_with_bare_share_columns_and_the_month_as_date():
    board = Board("TK").put("A1", "Huyện: Tân Phú Đông").put("C2", "Tháng 9/2024")
    heads = ["TT", "Đơn vị", "Số trường", "Dân số 11-18", "15-18 tuổi TN THCS", "TL %"]
    heads += ["15-18 tuổi đang học THPT, BT THPT, TCCN", "TL %", "KT", "%"]
    board.row("A5", heads).row("A6", list(range(1, 11)))
    reading = read(board.row("A7", [1, "Xã Tân Thới", 1, 800, 350, 97.2, 300, "83,3", 2, 100]))
    assert reading.year == 2024
    assert shares(reading) == {
        ("lower_secondary_graduates_15_18", TAN_THOI): (97.2, "F7"),
        ("upper_secondary_enrolment_15_18", TAN_THOI): (83.3, "H7"),
    }


def test_illiterate_m1_is_level_one():
    ages = dict.fromkeys(range(15, 61), 10)
    board = drawn.xmc3(ages, dict.fromkeys(ages, 1), dict.fromkeys(ages, 2))
    for place, text in board.cells.items():
        if str(text).startswith("Mù chữ mức"):
            board.cells[place] = str(text).replace("mức ", "M")
    assert figures(read(board))["literate_l2_15_60", TAN_THOI][:2] == (368, 460)


HKH = ["Số người từ 15 tuổi trở lên", "Đăng ký", "Được công nhận", "Tỷ lệ/đăng ký", "Tỷ lệ/tổng số"]


def test_learning_citizens_are_never_counted_among_the_registered():
    board = Board().put("A1", "HỘI KHUYẾN HỌC TỈNH TIỀN GIANG").put("A2", "KẾT QUẢ NĂM 2024")
    board.merge("A4:A5", "TT").merge("B4:B5", "Đơn vị").merge("C4:G4", "Công dân học tập")
    board.row("C5", HKH).row("A6", [1, "Xã Tân Thới", 2000, 1500, 900, 60, 45])
    reading = read(board)
    assert figures(reading) == {("learning_citizens", TAN_THOI): (900, 2000, "E6")}
    assert (shares(reading)["learning_citizens", TAN_THOI][0], reading.sender) == (45, "HKH")
    board.put("C5", "Số hộ").put("G5", "Ghi chú")
    assert read(board).observation_rows == []


@pytest.mark.parametrize(
    "part", ["học sinh", "sinh viên", "cán bộ, công chức", "đảng viên", "hội viên", "nữ"]
)
def test_learning_citizens_of_one_group_are_not_those_of_the_commune(part):
    board = Board().put("A1", "HỘI KHUYẾN HỌC TỈNH TIỀN GIANG").put("A2", "KẾT QUẢ NĂM 2024")
    board.merge("A4:A5", "TT").merge("B4:B5", "Đơn vị")
    board.merge("C4:G4", f"Công dân học tập ({part})")
    board.row("C5", HKH).row("A6", [1, "Xã Tân Thới", 2000, 1500, 900, 60, 45])
    reading = read(board)
    assert reading.observation_rows == []
    assert reading.refusal.rule == "unknown_form"
    assert f"Công dân học tập ({part})" in reading.refusal.detail


def test_learning_citizens_with_their_names_in_single_headings():
    heads = ["Stt", "Địa phương", "Dân số từ 15 tuổi trở lên", "Số công dân đăng ký"]
    heads += ["Số công dân được công nhận CDHT", "Tỷ lệ so với đăng ký", "Tỷ lệ so với tổng số"]
    board = Board().put("A2", "KẾT QUẢ CÔNG NHẬN CÔNG DÂN HỌC TẬP NĂM 2024").row("A4", heads)
    board.row("A5", [1, "Xã Tân Thới", "2.000", 1500, 900, 60, 45])
    assert figures(read(board)) == {("learning_citizens", TAN_THOI): (900, 2000, "E5")}


def test_percentage_stands_alone_when_the_denominator_column_is_lost():
    board = drawn.dress("XMC-4", "THỐNG KÊ ĐẠT CHUẨN XMC", "Huyện: Tân Phú Đông")
    board.merge("A4:A6", "TT").merge("B4:B6", "Đơn vị").merge("C4:D4", "15-25")
    board.merge("C5:D5", "Biết chữ mức 1").row("C6", ["Số lượng", "Tỷ lệ"])
    reading = read(board.row("A7", [1, "Xã Tân Thới", 99, 99.2]))
    row = reading.observation_rows[0]
    assert (row.get("numerator"), row.get("denominator"), row["value"]) == (None, None, 99.2)
    assert ("column_left_out", "C6") in left_out(reading)


def generic(*heads: str) -> Board:
    board = Board().put("A1", "Đơn vị: Tỉnh Tiền Giang").put("A2", "BÁO CÁO NĂM 2024")
    return board.row("A4", ["TT", "Đơn vị", *heads])


@pytest.mark.parametrize(
    "other",
    ["Tỷ lệ công dân học tập trong nữ (%)", "Công dân học tập - Tỷ lệ so với đăng ký",
     "Tỷ lệ công dân học tập năm trước (%)", "Chỉ tiêu KH 2024 công dân học tập (%)",
     "Mục tiêu tỷ lệ công dân học tập", "Tỷ lệ công dân học tập cán bộ"],
)  # fmt: skip
def test_a_generic_column_with_other_words_is_not_read(other):
    board = generic(other, "Tỷ lệ công dân học tập (%)").row("A5", [1, "Xã Tân Thới", 71, 45])
    assert shares(read(board)) == {("learning_citizens", TAN_THOI): (45, "D5")}
    alone = generic(other).row("A5", [1, "Xã Tân Thới", 71])
    assert read(alone).observation_rows == []


def test_a_column_that_is_not_read_is_named_when_nothing_else_is():
    alone = generic("Tỷ lệ công dân học tập cán bộ").row("A5", [1, "Xã Tân Thới", 71])
    assert "Tỷ lệ công dân học tập cán bộ" in read(alone).refusal.detail


def test_an_empty_column_does_not_hide_the_one_that_is_filled_in():
    board = drawn.dress("THCS-TK", "KẾT QUẢ PCGD THCS", "SỞ GIÁO DỤC VÀ ĐÀO TẠO TỈNH TIỀN GIANG")
    heads = ["15-18 học THPT (%)", "Tỷ lệ 15-18 tuổi đang học THPT, GDTX, GDNN"]
    board.row("A5", ["TT", "Đơn vị", *heads]).row("A6", [1, "Xã Tân Thới", None, "85,2 %"])
    reading = read(board)
    assert shares(reading) == {("upper_secondary_enrolment_15_18", TAN_THOI): (85.2, "D6")}
    assert reading.sender == "SGDDT"


def test_totals_and_women_below_one_heading():
    board = Board().put("A1", "BÁO CÁO NĂM 2024").merge("A4:A6", "TT").merge("B4:B6", "Đơn vị")
    board.merge("C4:G4", "Kỹ năng sống").merge("C5:C6", "Mẫu số").merge("D5:E5", "Tử số")
    board.merge("F5:G5", "Tỷ lệ").row("D6", ["TS", "Nữ", "Chung", "Nữ"])
    board.row("A7", [1, "Xã Tân Thới", 107, 50, 20, 46.7, 44])
    assert figures(read(board)) == {("life_skills", TAN_THOI): (50, 107, "D7")}
    assert shares(read(board))["life_skills", TAN_THOI][0] == 46.7


def test_two_generic_columns_of_one_meaning_give_neither():
    heads = ("Tỷ lệ công dân học tập (%)", "Tỷ lệ công dân học tập %")
    board = generic(*heads, "Kỹ năng sống tỷ lệ").row("A5", [1, "Xã Tân Thới", 71, 45, 50])
    reading = read(board)
    assert shares(reading) == {("life_skills", TAN_THOI): (50, "E5")}
    told = [f for f in reading.finding_rows if "nhiều cột cùng một nghĩa" in f["message"]]
    assert [(f["rule"], f["cell"]) for f in told] == [
        ("column_left_out", "C4"),
        ("column_left_out", "D4"),
    ]


def test_averages_are_no_units_and_plans_no_figures():
    board = generic("Tỷ lệ công dân học tập (%)", "Kế hoạch", "Chỉ tiêu KH 2025")
    board.row("A5", [1, "Xã Tân Thới", 45, 50, 60]).row("A6", [2, "Bình quân", 45, 50, 60])
    assert shares(read(board)) == {("learning_citizens", TAN_THOI): (45, "C5")}


def test_a_table_that_is_not_read_is_told_with_its_headings():
    board = drawn.dress("MN-02", "TỔNG HỢP KẾT QUẢ PCGDMN", "Xã: Tân Thới")
    reading = read(board.row("A4", ["Đơn vị", "Số lớp", "Số cô"]).row("A5", ["Xã Tân Thới", 3, 5]))
    assert "“Đơn vị / Số lớp / Số cô”" in reading.refusal.detail
    assert not {"!", "|"} & set(reading.refusal.detail)


def test_codes_without_names_and_a_column_called_ten():
    board = Board().put("A1", "NĂM 2024").row("A3", ["Mã đơn vị", "clc_it", None])
    board.merge("B3:C3", "clc_it").row("B4", ["Tử số", "Mẫu số"]).row("A5", [TAN_THOI, 1, 2])
    assert figures(read(board)) == {("clc_it", TAN_THOI): (1, 2, "B5")}
    board = Board().put("A1", "NĂM 2024").row("A3", ["Mã số", "Tên", "clc_it tử số"])
    board.put("D3", "clc_it mẫu số").row("A4", [TAN_PHU, "Xã Tân Phú", 1, 2])
    assert figures(read(board)) == {("clc_it", TAN_PHU): (1, 2, "C4")}


def test_pdf_letters_and_running_numbers_in_the_name_of_a_unit():
    board = generic("clc_it tử số", "clc_it mẫu số").row(
        "A5", [1, "Xã Tân Thới".replace("a", "\u0430"), 1, 2]
    )
    board.row("A6", [2, "Phƣờng 1, TP Mỹ Tho", 1, 1])
    board.row("A7", [3, "3. Phường 2, TP Mỹ Tho", 1, 1])
    assert [key[1] for key in figures(read(board))] == [TAN_THOI, "28261", "28264"]


def test_a_level_of_unit_in_the_heading_settles_a_homonym():
    board = (
        Board()
        .put("A2", "BÁO CÁO NĂM 2023")
        .row("A4", ["TT", "Huyện, thị xã, thành phố", "clc_it tử số"])
    )
    board.put("D4", "clc_it mẫu số").row("A5", [1, "Chợ Gạo", 1, 2]).row("A6", [2, "Cai Lậy", 1, 2])
    reading = read(board, received_on="2023-11-20")
    assert figures(reading) == {("clc_it", "822"): (1, 2, "C5")}
    assert [p[0] for p in drawn.problems(reading)] == ["ambiguous_unit"]


def test_women_below_each_count_do_not_hide_it():
    board = drawn.dress("MN-02", "TỔNG HỢP KẾT QUẢ PCGDMN", "Huyện: Tân Phú Đông")
    board.merge("A4:A5", "Đơn vị").merge("B4:C4", "Trẻ 5 tuổi PPC").merge(
        "D4:E4", "Huy động ra lớp"
    )
    board.row("B5", ["TS", "Nữ", "TS", "Nữ"]).row("A6", ["Xã Tân Thới", 60, 30, 59, 29])
    assert figures(read(board)) == {("preschool5_attendance", TAN_THOI): (59, 60, "D6")}
