"""Years that a head mentions and that are none of its figures; worked out by hand."""

from __future__ import annotations

import pytest

from tests.form_fixtures import read
from tests.unit.test_office_tables import CAI_BE, LEFT, SKILLS, UP, sheet, stands
from xhht_analysis.intake.forms.context import figures_year
from xhht_analysis.intake.forms.locating import _year_in
from xhht_analysis.intake.reading.text import fold

pytestmark = pytest.mark.unit

HEAD = ("STT", "Chỉ tiêu", "Tử số", "Mẫu số")


def listing(*lines):
    """Years of a list below these lines of its head."""
    head = [(line,) for line in ("UBND HUYỆN CÁI BÈ", *lines)]
    return {
        key[2]: value
        for key, value in stands(read(sheet(*head, HEAD, (1, "Kỹ năng sống", 10, 20)))).items()
        if key[:2] == (SKILLS, CAI_BE)
    }


OTHERS = [
    "So với năm 2023",
    "So sánh với cùng kỳ năm 2023",
    "Tăng so với năm trước (2023)",
    "Cùng kỳ năm học 2023",
    "Xây dựng xã hội học tập đến năm 2030",
    "So với năm học 2022 - 2023",
    "Kết quả so với kế hoạch năm 2023",
    "Trong năm năm giai đoạn 2021-2025",
    "Trong hai năm, giai đoạn 2024 - 2025",
]


PLANS = ["Kế hoạch năm 2025", "KH 2025", "Mục tiêu đến năm 2030"]


@pytest.mark.parametrize("line", [*OTHERS, *PLANS])
def test_a_year_of_comparison_plan_goal_or_period_is_not_the_figures(line):
    assert {year for year in listing(line) if year} == set()


@pytest.mark.parametrize("line", OTHERS)
def test_beside_such_a_year_the_year_of_the_figures_is_read(line):
    assert listing("Số liệu năm 2024", line) == {2024: (10, 20)}


@pytest.mark.parametrize(
    "line",
    [
        "Năm 2024 so với năm 2023",
        "So với năm 2023, số liệu năm 2024",
        "Kết quả thực hiện kế hoạch năm 2024",
        "Báo cáo thực hiện mục tiêu năm 2024",
        "Kế hoạch xây dựng xã hội học tập năm 2024",
        "Các chỉ tiêu năm 2024",
        "Số liệu tính đến hết năm 2024",
        "Giai đoạn 2021-2025, năm 2024",
    ],
)
def test_the_year_of_the_figures_stays(line):
    assert listing(line) == {2024: (10, 20)}


@pytest.mark.parametrize("name", ["Ke_hoach_2025.xlsx", "So voi nam 2023.xlsx"])
def test_the_name_of_a_file_says_no_such_year(name):
    assert _year_in(name) is None
    assert _year_in(f"Nam 2024 {name}") == 2024


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Kế hoạch 2025", ""),
        ("So với năm học 2023 - 2024", ""),
        ("Kết quả kế hoạch năm 2025", "ket qua ke hoach nam 2025"),
    ],
)
def test_what_is_left_of_a_text(text, left):
    assert figures_year(fold(text)).strip() == left


def test_the_year_of_the_plan_ahead_is_not_that_of_the_report():
    title = "Báo cáo kết quả năm 2023, phương hướng nhiệm vụ năm 2024"
    assert figures_year(fold(title)).split() == ["bao", "cao", "ket", "qua", "nam", "2023"]
    assert set(listing(title)) == {2023}
    assert listing("Phương hướng năm 2024, kết quả năm 2023").keys() == {2023}


@pytest.mark.parametrize("since", ["Cộng dồn từ 2021", "Lũy kế từ năm 2021 đến nay"])
def test_a_sum_since_a_year_is_of_the_year_of_the_form(since):
    head = ("TT", "Chỉ tiêu", "Trong năm", LEFT, since, LEFT), (UP, UP, *HEAD[2:], *HEAD[2:])
    rows = ("UBND HUYỆN CÁI BÈ",), ("Năm 2024",), *head, (1, "Kỹ năng sống", 3, 20, 10, 21)
    assert stands(read(sheet(*rows))) == {(SKILLS, CAI_BE, 2024): (10, 21)}


@pytest.mark.parametrize("other", ["Phấn đấu 2023", "Mục tiêu 2025"])
def test_what_is_aimed_at_is_no_figure_of_its_year(other):
    head = ("TT", "Chỉ tiêu", "Năm 2024", LEFT, other, LEFT), (UP, UP, *HEAD[2:], *HEAD[2:])
    rows = ("UBND HUYỆN CÁI BÈ",), *head, (1, "Kỹ năng sống", 3, 20, 10, 21)
    assert stands(read(sheet(*rows))) == {(SKILLS, CAI_BE, 2024): (3, 20)}


@pytest.mark.parametrize("parts", [["6 tháng"], ["6 tháng đầu năm 2024"], ["Quý I", "Quý II"]])
@pytest.mark.parametrize("whole", ["Cả năm", "Thực hiện cả năm", "Năm 2024"])
def test_the_column_of_the_whole_year_stands_beside_those_of_its_parts(parts, whole):
    heads, figures = ("TT", "Chỉ tiêu", *parts, whole), [20 + n for n in range(len(parts))]
    board = sheet(
        ("UBND HUYỆN CÁI BÈ",), ("KẾT QUẢ NĂM 2024 (%)",), heads, (1, "Kỹ năng sống", *figures, 42)
    )
    reading = read(board)
    assert stands(reading) == {(SKILLS, CAI_BE, 2024): 42}
    told = [f["message"] for f in reading.finding_rows if f["rule"] == "column_left_out"]
    assert sum("chưa đủ năm" in text for text in told) == len(parts)
