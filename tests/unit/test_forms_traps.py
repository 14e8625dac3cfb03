"""What goes wrong in real files: every trap ends in the right figure, a finding or a reject."""

from __future__ import annotations

import pytest

from tests import form_fixtures as drawn
from tests.form_fixtures import TAN_THOI, Board, figures, problems, read, rules
from xhht_analysis.intake.forms.context import is_register
from xhht_analysis.intake.reading.workbooks import read_csv

pytestmark = pytest.mark.unit

HEADS = [
    "Mã chỉ tiêu", "Chỉ tiêu", "Đơn vị tính", "Tử số", "Mẫu số", "Tỷ lệ (%)", "Mức độ",
    "Có hiệu lực từ", "Có hiệu lực đến", "Ghi chú",
]  # fmt: skip


def template(*rows: list[object], heads: list[str] = HEADS, year: object = 2024) -> Board:
    """The kit's sheet `Số liệu` of xã Tân Thới."""
    board = Board("Số liệu").put("A1", "BIỂU SỐ LIỆU XÂY DỰNG XÃ HỘI HỌC TẬP")
    board.row("A2", ["Đơn vị", "Xã Tân Thới"]).row("A3", ["Mã đơn vị", TAN_THOI])
    board.row("A4", ["Năm", year]).row("A5", ["Ngày chốt số liệu", "30/09/2024"])
    board.row("A8", heads)
    for number, row in enumerate(rows, start=9):
        board.row(f"A{number}", row)
    return board


def row(code: str, top: object, bottom: object, unit: str = "người") -> list[object]:
    return [code, "", unit, top, bottom]


def test_template_as_sent_out():
    level = ["literacy_level", "Mức độ XMC", "mức độ", None, None, None, "Mức độ 2", "01/01/2024"]
    reading = read(template(row("life_skills", "1.234", 2500), level))
    assert figures(reading)["life_skills", TAN_THOI] == (1234, 2500, "D9")
    second = reading.observation_rows[1]
    assert (second["level"], second["valid_from"], second["cell"]) == (2, "2024-01-01", "G10")


def test_template_with_columns_moved_and_renamed():
    heads = ["Ghi chú", "TT", "Tên chỉ tiêu", "Mẫu số (người)", "Tử số (người)", "Mã chỉ tiêu"]
    values = ["", 1, "Kỹ năng sống", 2500, 1234, "life_skills"]
    assert figures(read(template(values, heads=heads))) == {
        ("life_skills", TAN_THOI): (1234, 2500, "E9")
    }


def test_indicator_by_name_when_the_code_is_gone():
    values = ["", "CÔNG DÂN HỌC TẬP", "người", 400, 1000]
    assert figures(read(template(values))) == {("learning_citizens", TAN_THOI): (400, 1000, "D9")}


def test_unknown_indicator_is_rejected_at_its_code():
    assert problems(read(template(row("life_skill", 1, 2)))) == [
        ("indicator_unknown", "A9", "life_skill")
    ]


@pytest.mark.parametrize(
    ("top", "bottom", "problem"),
    [
        ("#REF!", 10, ("excel_error", "D9", "#REF!")),
        (5, "=cmd|' /c calc'!A1", ("formula_text", "E9", "=cmd|' /c calc'!A1")),
        (float("inf"), 10, ("not_finite", "D9", "inf")),
        (12.5, 40, ("fractional_count", "D9", "12.5")),
        (-3, 40, ("negative", "D9", "-3")),
        ("mười", 40, ("not_number", "D9", "mười")),
        (True, 40, ("boolean_in_number", "D9", "True")),
        (None, 40, ("numerator_missing", "D9", None)),
        (7, None, ("denominator_missing", "E9", None)),
    ],
)
def test_unreadable_cell_is_rejected_at_its_address(top, bottom, problem):
    (found,) = problems(read(template(row("life_skills", top, bottom))))
    assert (found[0], found[1], found[2] or None) == problem


def test_empty_row_is_no_observation():
    assert (
        read(template(row("life_skills", None, None), row("clc_it", "-", "x"))).observation_rows
        == []
    )


def test_ratio_text_gives_both_counts():
    assert figures(read(template(row("life_skills", "234/250", None)))) == {
        ("life_skills", TAN_THOI): (234, 250, "D9")
    }


def test_ratio_text_against_another_denominator_is_rejected():
    assert problems(read(template(row("life_skills", "234/250", 260)))) == [
        ("ratio", "D9", "234/250")
    ]


def test_declared_thousands_are_converted():
    reading = read(template(row("life_skills", "1,5", "2,25", "nghìn người")))
    assert figures(reading) == {("life_skills", TAN_THOI): (1500, 2250, "D9")}


def test_one_dot_in_thousands_is_ambiguous_alone_and_clear_among_decimals():
    alone = read(template(row("life_skills", "1.234", 2, "nghìn người")))
    assert problems(alone) == [("ambiguous_number", "D9", "1.234")]
    among = template(
        row("life_skills", "1.234", 2, "nghìn người"), row("clc_it", "1.5", 2, "nghìn người")
    )
    assert figures(read(among))["life_skills", TAN_THOI] == (1234, 2000, "D9")


def test_year_missing_or_absurd():
    assert problems(read(template(row("life_skills", 1, 2), year=None))) == []
    bare = (
        Board().row("A1", ["Đơn vị", "Xã Tân Thới"]).row("A3", HEADS).row("A4", row("clc_it", 1, 2))
    )
    assert [rule for rule, _, _ in problems(read(bare))] == ["year_missing"]
    assert [p[0] for p in problems(read(template(row("clc_it", 1, 2), year=202)))] == ["year_range"]


def test_year_from_the_name_of_the_file_is_a_finding():
    bare = (
        Board().row("A1", ["Đơn vị", "Xã Tân Thới"]).row("A3", HEADS).row("A4", row("clc_it", 1, 2))
    )
    reading = read(bare, file="2024-11-20/PCGD_2023_Tan Thoi.xlsx")
    assert (reading.year, rules(reading)) == (2023, [("year_from_file_name", None)])


def test_merged_figure_over_two_rows_belongs_to_neither():
    board = template(row("life_skills", 5, 10), row("clc_it", 5, 10)).merge("D9:D10", 5)
    assert [p[:2] for p in problems(read(board))] == [
        ("merged_value", "D9"),
        ("merged_value", "D10"),
    ]


def test_last_years_columns_are_never_this_years():
    board = drawn.dress("Biểu", "KẾT QUẢ", "Huyện: Tân Phú Đông")
    board.merge("A4:A5", "Đơn vị")
    for area, head in (
        ("B4:C4", "Cùng kỳ năm trước"),
        ("D4:E4", "life_skills"),
        ("F4:G4", "Kế hoạch năm 2025"),
    ):
        board.merge(area, head).row(f"{area[0]}5", ["Tử số", "Mẫu số"])
    board.put("B4", "Cùng kỳ năm trước life_skills").put("F4", "Kế hoạch năm life_skills")
    board.row("A6", ["Xã Tân Thới", 1, 2, 30, 40, 5, 6])
    assert figures(read(board)) == {("life_skills", TAN_THOI): (30, 40, "D6")}


def test_a_year_in_the_heading_is_the_year_of_its_column():
    board = drawn.dress("Biểu", "KẾT QUẢ", "Huyện: Tân Phú Đông")
    board.row("A4", ["Đơn vị", "Kỹ năng sống 2022 tỷ lệ %", "Kỹ năng sống 2023 tỷ lệ %"])
    board.row("A5", ["Xã Tân Thới", 41.5, 47])
    found = [(r["year"], r["value"], r["cell"]) for r in read(board).observation_rows]
    assert found == [(2022, 41.5, "B5"), (2023, 47, "C5")]


def communes(*lines: list[object]) -> Board:
    board = (
        Board("Xã").merge("A1:A2", "Đơn vị").merge("B1:C1", "clc_it").row("B2", ["Tử số", "Mẫu số"])
    )
    for number, line in enumerate(lines, start=3):
        board.row(f"A{number}", line)
    return board


def test_homonyms_are_settled_by_the_group_they_stand_in():
    board = communes(
        ["Huyện Tân Phú Đông"], ["Xã Tân Phú", 1, 1], ["Thị xã Cai Lậy"], ["Xã Tân Phú", 0, 1]
    )
    reading = read(board, file="2024-11-20/nam 2024.xlsx")
    assert [r["unit_code"] for r in reading.observation_rows] == ["28693", "28459"]


def test_unknown_unit_is_rejected_with_its_name():
    reading = read(communes(["Xã Không Có", 1, 1]), file="2024-11-20/nam 2024.xlsx")
    assert problems(reading) == [("unknown_unit", "A3", "Xã Không Có")]


def test_sample_mark_and_sample_note():
    ours = read(template(row("clc_it", 1, 2)).put("A7", "SỐ LIỆU MINH HOẠ – không chính thức"))
    assert (ours.is_sample, ours.observation_rows[0]["status"]) == (True, "sample")
    noted = read(template(row("clc_it", 1, 2)).put("A20", "Số liệu trong bảng là số liệu làm mẫu"))
    assert (noted.is_sample, noted.observation_rows[0]["status"]) == (False, "doubtful")
    assert rules(noted) == [("sample_numbers", None)]


def test_a_form_without_one_of_its_columns_gives_the_figures_of_the_others():
    board = drawn.dress("MN-02", "TỔNG HỢP KẾT QUẢ PCGDMN", "Huyện: Tân Phú Đông")
    board.merge("A4:A5", "Đơn vị").merge("B4:C4", "Trẻ 5 tuổi").row("B5", ["PPC", "Huy động"])
    reading = read(board.row("A6", ["Xã Tân Thới", 60, 59]))
    assert figures(reading) == {("preschool5_attendance", TAN_THOI): (59, 60, "C6")}
    assert rules(reading) == [("year_from_date", None)]


def test_household_register_is_refused_and_nothing_copied():
    board = Board("MauNhapLieu").row("A4", ["TT", "Họ đệm", "Tên", "Ngày", "Tháng", "Năm sinh"])
    board.row("A5", [1, "Trần Thị", "Bí Mật", 1, 2, 1990])
    reading = read(board, file="2024-11-20/tong hop.xls")
    assert reading.refusal.rule == "personal_data"
    assert "Bí Mật" not in repr(reading)


@pytest.mark.parametrize("birth", ["Ngày sinh", "Năm sinh", "Số CCCD", "Ngày, tháng, năm sinh"])
def test_persons_in_any_table_are_a_register(birth):
    board = Board().row("A7", ["TT", "Họ và tên", birth, "Lớp"])
    assert is_register([board.sheet()])
    assert not is_register([drawn.cmc2({"15-25": (1, 0, 0), "26-35": (1, 0, 0)}).sheet()])


def test_px_web_figures_by_name_of_province():
    text = (
        '"Percentage of trained employed workers (%)"\r\n\r\n'
        '"Cities, provincies";"2014";"Prel. 2015"\r\n'
        '" WHOLE COUNTRY";18.2;19.9\r\n"Tien Giang";..;13.0\r\n"An Giang";9.9;10.2\r\n'
    )
    content = drawn.FileContent("2022-11-20/gso.csv", [read_csv(text.encode())])
    reading = drawn.forms().read(content, "2022-11-20")
    (ours,) = [r for r in reading.observation_rows if not r.get("problem")]
    assert (ours["indicator_code"], ours["definition_variant"]) == (
        "gso_trained_workers",
        "gso_cert",
    )
    assert (ours["year"], ours["value"], ours["cell"], ours["status"]) == (
        2015,
        13.0,
        "C5",
        "doubtful",
    )
    assert {rule for rule, _, _ in problems(reading)} == {"out_of_scope"}
    assert len(problems(reading)) == 4


def test_activities_with_money_in_its_own_unit():
    heads = ["Mã nhiệm vụ", "Nhiệm vụ", "Tình trạng", "Kết quả thực hiện"]
    heads += [
        "Kinh phí dự toán (triệu đồng)",
        "Kinh phí đã chi (đồng)",
        "Nguồn kinh phí",
        "Khó khăn",
    ]
    board = Board("Thực hiện").row("A1", ["Đơn vị", "Xã Tân Thới"]).row("A2", ["Năm", 2024])
    board.row("A4", heads)
    board.row(
        "A5", ["II.1.1", "Tuyên truyền", "Đang thực hiện", "Mở 3 lớp", "1,5 tỷ", "850.000.000"]
    )
    board.row("G5", ["Ngân sách nhà nước", "Thiếu kinh phí"]).row("A6", ["II.1.2", "Hội thảo"])
    reading = read(board)
    (found,) = reading.activity_rows
    assert (found["budget_planned"], found["budget_spent"]) == (1500, 850)
    assert (found["status"], found["budget_source"]) == ("in_progress", "state_budget")
    assert (found["reporter_code"], found["cell"], found["text"]) == (TAN_THOI, "D5", "Mở 3 lớp")
    assert reading.observation_rows == []


def test_a_date_in_a_note_does_not_end_the_table():
    first = [*row("clc_it", 1, 2), *[None] * 4, "cập nhật ngày 1 tháng 9 năm 2024"]
    assert len(figures(read(template(first, row("life_skills", 3, 4))))) == 2
    signed = template(row("clc_it", 1, 2)).put("B12", "NGƯỜI LẬP BIỂU")
    assert len(read(signed.row("A14", row("life_skills", 3, 4))).observation_rows) == 1
