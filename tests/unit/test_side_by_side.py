"""Tables that stand side by side under one row of heads, each with names of its own."""

from __future__ import annotations

import pytest

from tests.form_fixtures import read, rules
from tests.unit.test_office_tables import CAI_BE, CHO_GAO, CITIZENS, SKILLS, sheet, stands

pytestmark = pytest.mark.unit

TITLE = ("KẾT QUẢ CÁC HUYỆN NĂM 2024",)
FIRST = ("Kỹ năng sống, tử số", "Kỹ năng sống, mẫu số")
SECOND = ("Công dân học tập, tử số", "Công dân học tập, mẫu số")
EXPECTED = {
    (SKILLS, CAI_BE, 2024): (500, 1200),
    (SKILLS, CHO_GAO, 2024): (400, 1100),
    (CITIZENS, CHO_GAO, 2024): (300, 1300),
    (CITIZENS, CAI_BE, 2024): (700, 1400),
}
CAI, CHO = "Huyện Cái Bè", "Huyện Chợ Gạo"


def test_each_table_has_the_units_of_its_own_column():
    heads = ("TT", "Huyện", *FIRST, None, "TT", "Tên huyện", *SECOND)
    rows = (
        (1, CAI, 500, 1200, None, 1, CHO, 300, 1300),
        (2, CHO, 400, 1100, None, 2, CAI, 700, 1400),
    )
    assert stands(read(sheet(TITLE, heads, *rows))) == EXPECTED


def test_names_may_stand_at_the_right_of_their_figures():
    heads = (*FIRST, "Huyện", *SECOND, "Huyện")
    rows = (500, 1200, CAI, 300, 1300, CHO), (400, 1100, CHO, 700, 1400, CAI)
    assert stands(read(sheet(TITLE, heads, *rows))) == EXPECTED


def test_a_shorter_table_gives_nothing_to_the_rows_beside_it():
    heads = ("Huyện", *FIRST, "Huyện", *SECOND)
    rows = (CAI, 500, 1200, CHO, 300, 1300), (CHO, 400, 1100, CAI, 700, 1400)
    last = ("Huyện Châu Thành", 600, 1500)
    assert stands(read(sheet(TITLE, heads, *rows, last))) == EXPECTED | {
        (SKILLS, "821", 2024): (600, 1500)
    }


def test_each_table_has_the_years_of_its_own_column():
    heads = ("Năm", "Kỹ năng sống (%)", "Năm", "Công dân học tập (%)")
    rows = (2023, 41.5, 2024, 33.5), (2024, 45.5, 2023, 31.5)
    assert stands(read(sheet(("UBND HUYỆN CÁI BÈ",), heads, *rows))) == {
        (SKILLS, CAI_BE, 2023): 41.5,
        (SKILLS, CAI_BE, 2024): 45.5,
        (CITIZENS, CAI_BE, 2023): 31.5,
        (CITIZENS, CAI_BE, 2024): 33.5,
    }


def test_a_table_that_is_not_read_is_named_beside_one_that_is():
    heads = ("Huyện", *FIRST, "Huyện", "Số trạm y tế", "Số giường")
    rows = (CAI, 500, 1200, CHO, 22, 150), (CHO, 400, 1100, CAI, 25, 180)
    reading = read(sheet(TITLE, heads, *rows))
    assert stands(reading) == {k: v for k, v in EXPECTED.items() if k[0] == SKILLS}
    (message,) = (f["message"] for f in reading.finding_rows if f["rule"] == "table_left_out")
    assert "Số trạm y tế" in message


def test_former_and_new_names_are_no_two_tables():
    heads = ("Huyện", "Huyện, thị xã", *FIRST)
    rows = (CAI, CHO, 500, 1200), (CHO, CAI, 400, 1100)
    assert {code for _, code, _ in stands(read(sheet(TITLE, heads, *rows)))} <= {CAI_BE, CHO_GAO}


def test_per_mille_is_no_percentage():
    heads = ("TT", "Huyện", "Kỹ năng sống (‰)")
    reading = read(sheet(TITLE, heads, (1, CAI, 82.5), (2, CHO, 91.5)))
    assert not reading.observation_rows
    assert reading.refusal.rule == "unknown_form"


def test_per_mille_beside_counts_is_told():
    heads = ("TT", "Huyện", *FIRST, "Tỷ lệ (‰)")
    reading = read(sheet(TITLE, heads, (1, CAI, 500, 1200, 416.7), (2, CHO, 400, 1100, 363.6)))
    assert stands(reading) == {k: v for k, v in EXPECTED.items() if k[0] == SKILLS}
    assert any("1.000 dân" in f["message"] for f in reading.finding_rows)


@pytest.mark.parametrize(
    "lines",
    [
        ("KẾT QUẢ XÂY DỰNG XÃ HỘI HỌC TẬP NĂM 2026 CỦA XÃ HẬU MỸ",),
        (
            "KẾT QUẢ XÂY DỰNG XÃ HỘI HỌC TẬP NĂM 2026",
            "(Kèm theo Báo cáo số 118/BC-UBND ngày 17/11/2026 của UBND xã Hậu Mỹ)",
        ),
    ],
)
def test_the_unit_of_an_annex_stands_in_its_title_or_in_its_report(lines):
    heads = ("TT", "Chỉ tiêu", "Tử số", "Mẫu số")
    rows = (1, "Kỹ năng sống", 500, 1200), (2, "Công dân học tập", 300, 1300)
    reading = read(sheet(*((line,) for line in lines), heads, *rows), received_on="2026-11-20")
    assert stands(reading) == {
        (SKILLS, "28366", 2026): (500, 1200),
        (CITIZENS, "28366", 2026): (300, 1300),
    }


@pytest.mark.parametrize("period", ["Năm số liệu", "Kỳ số liệu"])
def test_two_years_of_a_row_are_none(period):
    heads = ("Đơn vị", "Năm báo cáo", period, "Chỉ tiêu", "Tử số", "Mẫu số")
    rows = (
        (CAI, 2024, 2023, "Kỹ năng sống", 500, 1200),
        (CHO, 2024, 2024, "Kỹ năng sống", 400, 1100),
    )
    assert stands(read(sheet(("SỞ GDĐT",), heads, *rows))) == {
        (SKILLS, CAI_BE, None): "year_missing",
        (SKILLS, CHO_GAO, 2024): (400, 1100),
    }


@pytest.mark.parametrize("line", ["Đơn vị tính: hộ", "ĐVT: lượt người", "SỐ LƯỢT NGƯỜI HỌC"])
def test_households_and_turns_are_no_people(line):
    reading = read(sheet(TITLE, (line,), ("TT", "Huyện", *FIRST), (1, CAI, 500, 1200)))
    (row,) = reading.observation_rows
    assert row["status"] == "doubtful"
    assert any(line in f["message"] for f in reading.finding_rows)


def test_turns_in_the_row_of_an_indicator_are_refused():
    heads = ("TT", "Chỉ tiêu", "ĐVT", "Tử số", "Mẫu số")
    rows = (1, "Kỹ năng sống", "lượt người", 500, 1200), (2, "Công dân học tập", "người", 300, 1300)
    reading = read(sheet(("UBND HUYỆN CÁI BÈ NĂM 2024",), heads, *rows))
    assert {r["cell_numerator"]: bool(r["problem"]) for r in reading.observation_rows} == {
        "D3": True,
        "D4": False,
    }


def test_a_count_beneath_a_merge_is_not_used():
    heads = ("TT", "Chỉ tiêu", "Tổng số", "Số đạt", "Tỷ lệ (%)")
    rows = (
        (1, "Kỹ năng sống", 1200, 500, 41.67),
        (2, "Công dân học tập", 1300, 300, 23.08),
        (3, "Năng lực thông tin", 1200, 700, 58.33),
    )
    board = sheet(("UBND HUYỆN CÁI BÈ NĂM 2024",), heads, *rows)
    board.merges.append((3, 3, 4, 3))
    figures = stands(read(board))
    assert figures[SKILLS, CAI_BE, 2024] == (500, 1200)
    assert not {(300, 1300), (700, 1200)} & {*figures.values()}


def test_levels_beside_levels_have_units_of_their_own():
    heads = ("Xã", "Xóa mù chữ", "Xã", "Phổ cập giáo dục tiểu học")
    first, second = "Xã Hậu Mỹ", "Xã Mỹ Thiện"
    rows = (first, "Mức 1", second, "Mức 3"), (second, "Mức 2", first, "Mức 2")
    reading = read(
        sheet(("MỨC ĐỘ ĐẠT CHUẨN CÁC XÃ NĂM 2026",), heads, *rows), received_on="2026-11-20"
    )
    levels = {(r["indicator_code"], r["unit_code"]): r["level"] for r in reading.observation_rows}
    assert levels == {
        ("literacy_level", "28366"): 1,
        ("literacy_level", "28378"): 2,
        ("primary_level", "28378"): 3,
        ("primary_level", "28366"): 2,
    }


def test_a_caption_below_a_table_heads_no_other():
    heads = ("TT", "Huyện", *FIRST)
    stacked = sheet(
        heads,
        (1, CAI, 500, 1200),
        ("(Bảng 1: số liệu năm 2024)",),
        (),
        heads,
        (1, CAI, 450, 1150),
        ("(Bảng 2: số liệu năm 2023)",),
    )
    used = {row["numerator"] for row in read(stacked).observation_rows if not row["problem"]}
    assert not used


def test_a_title_beside_its_own_table_heads_it():
    heads = ("TT", "Huyện", *FIRST)
    lines = (1, CAI, 500, 1200), ("Bảng 2: số liệu năm 2023",), heads, (1, CAI, 450, 1150)
    assert stands(read(sheet(("NĂM 2024",), heads, *lines))) == {
        (SKILLS, CAI_BE, 2024): (500, 1200),
        (SKILLS, CAI_BE, 2023): (450, 1150),
    }


def test_a_yearbook_leaves_the_corner_blank():
    title = (
        "Bảng 12. Tỷ lệ trung tâm học tập cộng đồng ứng dụng công nghệ thông tin phân theo huyện"
    )
    rows = (
        ("TỔNG SỐ", "61,5", "66,5", "70"),
        (CAI, "60,5", "65,5", "69"),
        (CHO, "62,5", "67,5", "71"),
    )
    reading = read(sheet((title,), (None, "2021", "2022", "Sơ bộ 2023"), *rows))
    assert stands(reading) == {
        ("clc_it", CAI_BE, 2021): 60.5,
        ("clc_it", CAI_BE, 2022): 65.5,
        ("clc_it", CAI_BE, 2023): 69,
        ("clc_it", CHO_GAO, 2021): 62.5,
        ("clc_it", CHO_GAO, 2022): 67.5,
        ("clc_it", CHO_GAO, 2023): 71,
    }


def test_a_school_year_over_a_column_is_the_year_it_starts_and_told():
    title = "TỶ LỆ KỸ NĂNG SỐNG CÁC HUYỆN"
    heads = ("TT", "Huyện", "Năm học 2022-2023", "Năm học 2023-2024")
    reading = read(sheet((title,), heads, (1, CAI, 60.5, 65.5), (2, CHO, 62.5, 67.5)))
    assert stands(reading) == {
        (SKILLS, CAI_BE, 2022): 60.5,
        (SKILLS, CAI_BE, 2023): 65.5,
        (SKILLS, CHO_GAO, 2022): 62.5,
        (SKILLS, CHO_GAO, 2023): 67.5,
    }
    assert rules(reading) == [("school_year", "C2"), ("school_year", "D2")]


def test_names_written_again_with_a_gap_are_no_second_table():
    heads = ("Huyện", *FIRST, "Huyện", *SECOND)
    rows = (CAI, 500, 1200, CAI, 700, 1400), (CHO, 400, 1100, None, 300, 1300)
    last = ("Huyện Châu Thành", 600, 1500, "Huyện Châu Thành", 800, 1600)
    assert stands(read(sheet(TITLE, heads, *rows, last))) == EXPECTED | {
        (SKILLS, "821", 2024): (600, 1500),
        (CITIZENS, "821", 2024): (800, 1600),
    }
