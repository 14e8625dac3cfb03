"""Figures below a line that speaks of a plan, another year or one hamlet are never results."""

import pytest

from tests.form_fixtures import Board, read

pytestmark = pytest.mark.unit
HEADS = ["TT", "Chỉ tiêu", "Tử số", "Mẫu số"]
SKILLS, INFORMATION = (
    "Tỷ lệ người trong độ tuổi lao động được trang bị kỹ năng sống",
    "Tỷ lệ người trong độ tuổi lao động được trang bị năng lực thông tin",
)


def values(board: Board) -> dict:
    rows = read(board, received_on="2026-11-20").observation_rows
    return {(r["indicator_code"], r["year"]): r["numerator"] for r in rows if not r["problem"]}


def commune(*lines: str) -> Board:
    board = Board("Bao cao").put("A1", "UBND XÃ CÁI BÈ")
    for row, line in enumerate(lines, start=2):
        board.put(f"A{row}", line)
    return board


@pytest.mark.parametrize(
    ("section", "got"),
    [
        ("II. Năm 2025", {("information_literacy", 2025): 3000}),
        ("II/ Năm 2025", {("information_literacy", 2025): 3000}),
        ("II. Kế hoạch năm 2027", {}),
        ("2. Cùng kỳ năm trước", {}),
        ("B. Số liệu nữ", {}),
        ("II. Phương hướng năm 2027", {}),
        ("II. Chỉ tiêu đến năm 2030", {}),
        ("II. CHỈ TIÊU PHẤN ĐẤU NĂM 2027", {}),
        ("Nhiệm vụ trọng tâm năm 2027", {}),
        ("Đăng ký chỉ tiêu thi đua năm 2027", {}),
        ("Số liệu của hội viên, đoàn viên", {}),
        ("Số liệu ấp Hòa Phúc", {}),
        ("Nhu cầu đào tạo năm 2027", {}),
        ("Người chưa được trang bị", {}),
        ("II. Số liệu toàn tỉnh", {}),
        ("TOÀN TỈNH NĂM 2026", {}),
        ("Giai đoạn 2027 - 2030", {}),
        ("II. Toàn xã", {("information_literacy", 2026): 3000}),
        ("Giai đoạn 2021 - 2026", {("information_literacy", 2026): 3000}),
        ("Mục tiêu 2: Năng lực thông tin", {("information_literacy", 2026): 3000}),
        ("Chỉ tiêu về năng lực", {("information_literacy", 2026): 3000}),
        ("II. Năng lực", {("information_literacy", 2026): 3000}),
    ],
)
@pytest.mark.parametrize("column", ["A", "B"])
def test_a_numbered_heading_over_rows(section, got, column):
    board = commune("KẾT QUẢ NĂM 2026").row("A4", HEADS).row("A5", [1, SKILLS, 4000, 9000])
    board.put(f"{column}6", section).row("A7", [2, INFORMATION, 3000, 9000])
    assert values(board) == {("life_skills", 2026): 4000} | got


@pytest.mark.parametrize(
    "line",
    [
        "Phương hướng, nhiệm vụ năm 2027",
        "II. PHƯƠNG HƯỚNG, CHỈ TIÊU PHẤN ĐẤU NĂM 2027",
        "Phấn đấu năm 2027",
        "Định hướng đến năm 2030",
        "Giai đoạn 2027 - 2030",
        "Lộ trình thực hiện 2027",
        "Số liệu ấp Hòa Phúc",
    ],
)
@pytest.mark.parametrize("is_second", [True, False])
def test_a_line_above_a_table(line, is_second):
    board = commune("BÁO CÁO NĂM 2026")
    if is_second:
        board.row("A4", HEADS).row("A5", [1, SKILLS, 4000, 9000])
    board.put("A8", line).row("A9", HEADS).row("A10", [1, INFORMATION, 3000, 9000])
    assert values(board) == ({("life_skills", 2026): 4000} if is_second else {})


@pytest.mark.parametrize(
    "line",
    [
        "Kế hoạch xây dựng xã hội học tập đến năm 2030",
        "Kết quả thực hiện giai đoạn 2021 - 2030",
        "II. Kết quả năm 2026",
        "Số liệu các ấp, khu phố",
    ],
)
def test_a_line_above_a_table_of_results(line):
    board = commune("BÁO CÁO NĂM 2026").put("A8", line)
    board.row("A9", HEADS).row("A10", [1, INFORMATION, 3000, 9000])
    assert values(board) == {("information_literacy", 2026): 3000}


def test_what_a_heading_leaves_out_is_told_with_its_reason():
    board = commune("KẾT QUẢ NĂM 2026").row("A4", HEADS).row("A5", [1, SKILLS, 4000, 9000])
    board.put("B6", "II. Phương hướng năm 2027").row("A7", [2, INFORMATION, 3000, 9000])
    told = [f for f in read(board, received_on="2026-11-20").finding_rows if f["cell"] == "C7"]
    assert [f["rule"] for f in told] == ["row_left_out"]
    assert "“II. Phương hướng năm 2027”" in told[0]["message"]
    assert told[0]["message"].endswith("số của năm chưa đến.")
