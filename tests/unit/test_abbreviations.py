"""What officials abbreviate in the rows and the heads of their own lists."""

from __future__ import annotations

import pytest

from tests.form_fixtures import CONFIG, Board, figures, problems, read
from xhht_analysis.intake.forms.headings import IndicatorNames, heading_key
from xhht_analysis.intake.gathering import Plan

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def names() -> IndicatorNames:
    plan = Plan.read(CONFIG)
    return IndicatorNames(plan.indicators, plan.goals)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Người trong độ tuổi LĐ có năng lực thông tin", "information_literacy"),
        ("2. Tỷ lệ người trong độ tuổi LĐ được trang bị KNS", "life_skills"),
        ("Nguoi trong do tuoi LD duoc trang bi ki nang song", "life_skills"),
        ("TL người trong độ tuổi lđ đã được trang bị KNS (%)", "life_skills"),
        ("KNS", "life_skills"),
        ("Dân số từ 15 tuổi trở lên được đào tạo CMKT", "trained_population"),
        ("Dân số từ 15 tuổi trở lên được đào tạo trình độ CMKT", "trained_population"),
        ("Dân số có trình độ ĐH trở lên", "university_degree"),
        ("Tỷ lệ trình độ ĐH trở lên", "university_degree"),
        ("CSGD hoạt động trên môi trường số", "digital_institutions"),
        ("CSGD triển khai quản lý, dạy và học trên môi trường số", "digital_institutions"),
        ("Cơ sở GD số", "digital_institutions"),
        ("Trung tâm HTCĐ ứng dụng CNTT", "clc_it"),
        ("Tỷ lệ TTHTCĐ ứng dụng công nghệ thông tin", "clc_it"),
        ("TT HTCĐ ứng dụng CNTT", "clc_it"),
        ("Tỷ lệ công dân đạt danh hiệu CDHT", "learning_citizens"),
        ("CDHT", "learning_citizens"),
        ("Mức độ công nhận CĐHT", "learning_community_level"),
        ("CĐHT", "learning_community_level"),
        ("Mức độ đạt chuẩn XMC", "literacy_level"),
        ("Mức độ đạt chuẩn PCGD tiểu học", "primary_level"),
        ("Đạt chuẩn PCGD mầm non cho trẻ em 5 tuổi", "preschool5_level"),
    ],
)
def test_an_abbreviated_name_is_that_indicator(names, typed, code):
    assert names.code_of(typed) == code


@pytest.mark.parametrize(
    "typed",
    [
        "Sinh viên ĐH",
        "Sinh viên có trình độ ĐH trở lên",
        "Trường ĐH",
        "Đang đào tạo CMKT",
        "Dân số từ 15 tuổi trở lên đang đào tạo CMKT",
        "Dân số từ 15 tuổi trở lên chưa được đào tạo CMKT",
        "Học sinh là CDHT",
        "Đảng viên đạt danh hiệu CDHT",
        "CSGD mầm non",
        "CSGD",
        "CSGD chưa hoạt động trên môi trường số",
        "CSGD quản lý trên môi trường số",
        "Trung tâm HTCĐ",
        "Trung tâm HTCĐ chưa ứng dụng CNTT",
        "CSGD ứng dụng CNTT",
        "Người trong độ tuổi LĐ",
        "Người trong độ tuổi LĐ chưa được trang bị KNS",
        "LĐ có KNS",
        "Tỷ lệ",
    ],
)
def test_a_near_miss_is_none(names, typed):
    assert names.code_of(typed) is None


@pytest.mark.parametrize("typed", ["ldh", "GDTX", "GDNN", "CNTTT", "XMCN", "PCGDX"])
def test_only_whole_words_are_abbreviations(typed):
    assert heading_key(typed) == typed.lower()


def test_the_names_of_the_plan_stay_apart(names):
    rows = names.rows.values()
    assert all(names.code_of(row["name_vi"]) == row["indicator_code"] for row in rows)
    assert all(names.code_of(row["short_name_vi"]) == row["indicator_code"] for row in rows)


def test_an_officials_own_list_is_read_and_its_other_rows_are_named():
    board = Board().row("A1", ["Huyện Tân Phú Đông"]).row("A2", ["Năm 2023"])
    board.row("A4", ["STT", "Nội dung", "Tổng số đối tượng", "Số đạt", "TL %"])
    board.row("A5", [1, "Người trong độ tuổi LĐ có năng lực thông tin", 2000, 800, 40])
    board.row("A6", [2, "Sinh viên ĐH", 300, 30, 10])
    board.row("A7", [3, "Dân số có trình độ ĐH trở lên", 4000, 200, 5])
    board.row("A8", [4, "CSGD mầm non", 20, 10, 50])
    board.row("A9", [5, "Trung tâm HTCĐ ứng dụng CNTT", 6, 3, 50])
    reading = read(board)
    assert figures(reading) == {
        ("information_literacy", "825"): (800, 2000, "D5"),
        ("university_degree", "825"): (200, 4000, "D7"),
        ("clc_it", "825"): (3, 6, "D9"),
    }
    assert problems(reading) == [
        ("indicator_unknown", "B6", "Sinh viên ĐH"),
        ("indicator_unknown", "B8", "CSGD mầm non"),
    ]


@pytest.mark.parametrize("due", ["Phải PC", "PPC", "Phải phổ cập"])
@pytest.mark.parametrize("done", ["HTCTGDMN", "Hoàn thành CTGDMN"])
def test_children_of_a_programme_in_short_words(due, done):
    board = (
        Board("MN-02").put("A1", "PHỔ CẬP GIÁO DỤC MẦM NON CHO TRẺ 5 TUỔI").put("A2", "Năm 2024")
    )
    heads = [f"Trẻ 5 tuổi {due}", "Huy động đến lớp", f"Trẻ 6 tuổi {due}", done]
    board.row("A4", ["TT", "Xã, phường", *heads]).row("A5", [1, "Xã Tân Thới", 200, 198, 190, 187])
    got = {code: pair[:2] for (code, _), pair in figures(read(board)).items()}
    assert got == {"preschool5_attendance": (198, 200), "preschool5_completion": (187, 190)}
