"""What stands beside the tables: head, dates, marks, persons, deeds and their money."""

from __future__ import annotations

import pytest

from tests import form_fixtures as drawn
from tests.form_fixtures import TAN_THOI, Board, figures, problems, read, rules
from tests.unit.test_forms_traps import HEADS, row, template
from xhht_analysis.intake.forms import tables
from xhht_analysis.intake.forms.context import is_register
from xhht_analysis.intake.reading.sheets import Sheet

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("change", "rule", "cell", "raw"),
    [
        (("B4", 202), "year_range", "B4", "202"),
        (("B4", "hai nghìn"), "not_year", "B4", "hai nghìn"),
        (("B2", "Xã Tân Thơi"), "code_name_disagree", "B2", "Xã Tân Thơi"),
        (("B3", "99999"), "unknown_unit", "B2", "Xã Tân Thới"),
    ],
)
def test_a_wrong_head_is_rejected_at_its_own_cell(change, rule, cell, raw):
    board = template(row("life_skills", 1, 2), row("clc_it", 1, 2)).put(*change)
    if rule == "code_name_disagree":
        board.put("B2", "Xã Tân Phú")
        raw = "Xã Tân Phú"
    assert problems(read(board)) == [(rule, cell, raw)] * 2


def test_a_missing_year_shows_no_other_cell():
    bare = Board().row("A1", ["Đơn vị", "Xã Tân Thới"]).row("A3", HEADS)
    assert problems(read(bare.row("A4", row("clc_it", 1, 2)))) == [("year_missing", None, None)]


@pytest.mark.parametrize("typed", ["31/9/2024", "9/30/2024", "cuối tháng chín"])
def test_a_date_that_cannot_be_read_is_a_finding_at_its_cell(typed):
    reading = read(template(row("clc_it", 1, 2)).put("B5", typed))
    assert rules(reading) == [("not_date", "B5")]
    assert reading.observation_rows[0]["snapshot_date"] is None


def test_a_moment_of_another_year_is_a_finding():
    reading = read(template(row("clc_it", 1, 2)).put("B5", "30/09/2023"))
    assert rules(reading) == [("snapshot_other_year", "B4")]


@pytest.mark.parametrize(
    "lines",
    [
        ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "UBND XÃ TÂN THỚI"],
        ["BIỂU SỐ LIỆU XÂY DỰNG XÃ HỘI HỌC TẬP", "Xã Tân Thới"],
        ["KẾT QUẢ XÂY DỰNG XÃ HỘI HỌC TẬP XÃ TÂN THỚI NĂM 2024"],
        ["SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI", "Xã (phường): Tân Thới"],
        ["Kính gửi: UBND huyện Cái Bè", "Xã Tân Thới"],
        [
            "(Kèm theo Công văn số 12/PGDĐT của Phòng GDĐT huyện Cái Bè)",
            "Xã Tân Thới, huyện Tân Phú Đông",
        ],
        ["Thời điểm: 30/9/2024 - Xã Tân Thới"],
    ],
)
def test_the_unit_in_the_lines_above_the_table(lines):
    board = Board()
    for number, line in enumerate(lines, start=1):
        board.put(f"A{number}", line)
    board.put("A6", "Năm 2024").row("A8", ["Độ tuổi", *[None] * 3])
    board.row("A8", ["Mã chỉ tiêu", "Tử số", "Mẫu số"]).row("A9", ["clc_it", 1, 2])
    assert figures(read(board)) == {("clc_it", TAN_THOI): (1, 2, "B9")}


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("KẾT QUẢ THỰC HIỆN KẾ HOẠCH GIAI ĐOẠN 2021-2030, NĂM 2023", 2023),
        ("Kế hoạch xây dựng xã hội học tập 2021–2030 năm 2024", 2024),
        ("SỐ LIỆU NĂM HỌC 2023-2024", 2023),
        ("Sơ kết 3 năm (2021 - 2023)", None),
        ("BÁO CÁO NĂM 2024 (số liệu năm 2023)", 2023),
        ("SƠ KẾT NĂM 2024, KẾT QUẢ NĂM 2023", None),
    ],
)
def test_the_period_of_the_plan_is_not_the_year(title, year):
    board = Board().put("A1", title).row("A3", ["Đơn vị", "clc_it tử số", "clc_it mẫu số"])
    (row,) = read(board.row("A4", ["Xã Tân Thới", 1, 2])).observation_rows
    assert (row["year"], row.get("problem")) == (year, None if year else "year_missing")


def test_the_commune_called_hoi_cu_is_no_society():
    board = Board().put("A1", "UBND XÃ HỘI CƯ").put("A2", "Năm 2025")
    board.row("A8", ["Mã chỉ tiêu", "Tử số", "Mẫu số"]).row("A9", ["clc_it", 1, 2])
    assert list(figures(read(board, received_on="2025-11-20"))) == [("clc_it", "28393")]


def test_the_date_of_the_letter_is_not_the_year_of_the_figures():
    board = (
        Board()
        .put("A1", "BÁO CÁO SỐ LIỆU NĂM 2023")
        .put("F1", "Tân Thới, ngày 05 tháng 01 năm 2024")
    )
    board.row("A3", ["Đơn vị", "clc_it tử số", "clc_it mẫu số"]).row("A4", ["Xã Tân Thới", 1, 2])
    assert [r["year"] for r in read(board).observation_rows] == [2023]


def test_hidden_sheets_are_read_and_told():
    content = drawn.content(template(row("clc_it", 1, 2)))
    content.sheets[0].visible = False
    reading = drawn.forms().read(content, "2024-11-20")
    assert figures(reading) == {("clc_it", TAN_THOI): (1, 2, "D9")}
    assert rules(reading) == [("hidden_sheet", "D9")]


def test_a_formula_without_result_is_shown_in_words():
    assert problems(read(template(row("clc_it", "=?", 2)))) == [
        ("formula_text", "D9", "(công thức chưa có kết quả)")
    ]


@pytest.mark.parametrize("result", [0, "#DIV/0!"])
def test_a_formula_over_empty_cells_says_nothing(result):
    empty, filled = ["life_skills", "", "người", None, None, result], [*row("clc_it", 0, 2), result]
    content = drawn.content(template(empty, filled))
    content.sheets[0].formulas = frozenset({(8, 5), (9, 5)})
    reading = drawn.forms().read(content, "2024-11-20")
    assert figures(reading) == {("clc_it", TAN_THOI): (0, 2, "D10")}
    assert len(reading.observation_rows) == 1
    typed = read(template(["life_skills", "", "người", None, None, 0]))
    assert [r["value"] for r in typed.observation_rows] == [0]


def test_a_zero_among_formulas_that_say_something_stays():
    content = drawn.content(template(row("clc_it", 0, 2), row("life_skills", "=?", "=?")))
    content.sheets[0].formulas = frozenset({(8, 3), (8, 4), (9, 3), (9, 4)})
    reading = drawn.forms().read(content, "2024-11-20")
    assert figures(reading) == {("clc_it", TAN_THOI): (0, 2, "D9")}
    assert [p[0] for p in problems(reading)] == ["formula_text"]


def test_totals_of_a_list_are_no_indicators():
    board = template(row("clc_it", 1, 2), ["Tổng cộng", "", "", 1, 2])
    assert problems(read(board)) == []


@pytest.mark.parametrize(
    "heads",
    [
        ["TT", "Họ", "Tên", "Ngày", "Tháng", "Năm sinh"],
        ["STT", "Tên công dân", "Số CCCD", "Nơi ở"],
        ["STT", "Họ tên chủ hộ", "Số nhân khẩu", "Số điện thoại"],
        ["STT", "Họ và tên người mù chữ", "Sinh năm", "Ấp"],
        ["STT", "Full name", "Date of birth"],
    ],
)
def test_lists_of_persons_in_many_words(heads):
    assert is_register([Board().row("A4", heads).row("A5", [1, "Bí Mật"]).sheet()])


def test_identity_numbers_typed_as_numbers_are_masked_and_still_a_list():
    board = Board().row("A1", ["STT", "Cán bộ phụ trách", "CCCD"])
    for number in range(3):
        board.row(f"A{number + 2}", [number, "Bí Mật", "8" + "•" * 10])
    assert is_register([board.sheet()])


@pytest.mark.parametrize(
    "cells",
    [
        ["Họ và tên người lập biểu:", "Lê Văn C", "Số điện thoại:", "0912"],
        ["Tên đơn vị", "Năm sinh", "Trong độ tuổi"],
        ["Nhiệm vụ", "Kinh phí (đồng)", "Hộ"],
    ],
)
def test_what_is_no_list_of_persons(cells):
    board = Board().row("A4", cells)
    for number in range(6):
        board.row(f"A{number + 5}", ["A", 15_000_000_000 + number, 1])
    assert not is_register([board.sheet()])


def deeds(*lines: list[object], heads: tuple[str, ...] = (), dvt: str = "") -> list[dict]:
    board = Board("Thực hiện").row("A1", ["Đơn vị", "Xã Tân Thới"]).row("A2", ["Năm", 2024])
    board.row("A4", ["Nhiệm vụ", "Tình trạng", "Kết quả", *heads])
    if dvt:
        board.put("E3", f"Đơn vị tính: {dvt}")
    for number, line in enumerate(lines, start=5):
        board.row(f"A{number}", line)
    return read(board)


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ("Đã hoàn thành", "done"), ("hoàn thành 80%", "in_progress"), ("Hoàn thành 100%", "done"),
        ("Chưa hoàn thành", "in_progress"), ("chưa", "not_started"), ("Đã dừng", "stopped"),
        ("Đúng tiến độ", None), ("Đang làm", "in_progress"), ("Không thực hiện", "stopped"),
    ],
)  # fmt: skip
def test_states_of_tasks(typed, status):
    (found,) = deeds(["A", typed, "x"]).activity_rows
    assert found["status"] == status


@pytest.mark.parametrize(
    ("head", "dvt", "values", "million"),
    [
        ("Kinh phí đã chi (đồng)", "", [1.5e9, "850.000.000"], [1500, 850]),
        ("Kinh phí đã chi (nghìn đồng)", "", [150000, "850.000"], [150, None]),
        ("Kinh phí đã chi (1.000đ)", "", [150000, "850.000"], [150, None]),
        ("Kinh phí đã chi (tỷ đồng)", "", [1.5, "0,85"], [1500, 850]),
        ("Kinh phí đã chi", "nghìn đồng", [150000, 900], [150, 0.9]),
        ("Kinh phí đã chi", "", [150, "2 tỷ"], [150, 2000]),
    ],
)
def test_money_in_the_unit_that_is_declared(head, dvt, values, million):
    lines = [["A", "xong", "x", value] for value in values]
    reading = deeds(*lines, heads=(head,), dvt=dvt)
    assert [r["budget_spent"] for r in reading.activity_rows] == million
    told = {f["rule"] for f in reading.finding_rows if "850.000" in f["message"]}
    assert told == ({"money_unreadable"} if None in million else set())


@pytest.mark.parametrize(
    ("head", "typed", "million", "found"),
    [
        ("Kinh phí đã chi (triệu đồng)", 150_000_000, None, [("money_scale", "D5")]),
        ("Kinh phí đã chi", "150.000.000", None, [("money_scale", "D5")]),
        ("Kinh phí đã chi (triệu đồng)", 100_000, 100_000, []),  # a hundred billion
        ("Kinh phí đã chi (triệu đồng)", "150 tỷ đồng", 150_000, []),  # the cell says so itself
    ],
)
def test_money_in_dong_under_million_dong_is_asked_for(head, typed, million, found):
    reading = deeds(["A", "xong", "x", typed], heads=(head,))
    assert [row["budget_spent"] for row in reading.activity_rows] == [million]
    assert rules(reading) == found


def test_money_merged_over_two_tasks_is_the_sum_of_neither():
    board = Board("Thực hiện").row("A1", ["Đơn vị", "Xã Tân Thới"]).row("A2", ["Năm", 2024])
    board.row("A4", ["Nhiệm vụ", "Tình trạng", "Kết quả", "Kinh phí đã chi"])
    board.row("A5", ["A", "xong", "x"]).row("A6", ["B", "xong", "y"]).merge("D5:D6", 120)
    reading = read(board)
    assert [row["budget_spent"] for row in reading.activity_rows] == [None, None]
    assert rules(reading) == [("money_unreadable", "D5"), ("money_unreadable", "D6")]


def test_two_sources_in_one_cell_are_a_finding_and_no_guess():
    reading = deeds(["A", "xong", "x", "NSĐP"], ["B", "xong", "x", "Ngân sách, xã hội hóa"],
                    heads=("Nguồn",))  # fmt: skip
    assert [r["budget_source"] for r in reading.activity_rows] == ["state_budget", None]
    assert rules(reading) == [("word_unknown", "D6")]


def test_an_uncached_formula_is_no_text_of_a_deed():
    (found,) = deeds(["A", "xong", "x", "=?"], heads=("Đề xuất",)).activity_rows
    assert found["proposal"] is None


@pytest.mark.parametrize(
    ("cells", "counts"),
    [
        (["A", "B", "1", "2", "3"], True),
        (["1", "2", "3", "(4)=(3)/(2)"], True),
        (["(3)", "(4)", "(5)"], True),
        (["4", "5", "6"], False),
        (["1", "3", "2"], False),
        (["1", "2"], False),
        (["A", "B", "C"], False),
        (["1", "2", "3", "người"], False),
    ],
)
def test_a_row_that_numbers_the_columns(cells, counts):
    assert tables.is_number_row(Sheet("", [cells]), 0) is counts


def test_the_line_that_says_whose_year_the_figures_are_of_counts():
    board = Board().put("A1", "BÁO CÁO SỐ LIỆU PHỤC VỤ SƠ KẾT NĂM 2025")
    board.put("A2", "Kỳ báo cáo: Năm 2024").row("A3", ["Đơn vị", "clc_it tử số", "clc_it mẫu số"])
    (row,) = read(board.row("A4", ["Xã Tân Thới", 1, 2])).observation_rows
    assert row["year"] == 2024
