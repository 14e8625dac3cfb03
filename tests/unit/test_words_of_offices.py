"""Heads, titles and levels in words that offices use; each figure worked out from the rows."""

from __future__ import annotations

import pytest

from tests.form_fixtures import Board, figures, problems, read, rules
from xhht_analysis.intake.reading.text import parse_ratio

pytestmark = pytest.mark.unit

CITIZENS, ENTRY, DIGITAL = "learning_citizens", "primary_entry_6", "digital_university"
AN_HUU, HOI_CU = "28429", "28393"
ADULTS, LEARNERS = "Dân số từ 15 tuổi trở lên", "Số công dân đạt danh hiệu công dân học tập"


def board(*rows):
    sheet = Board("Sheet1")
    for number, row in enumerate(rows, start=1):
        sheet.row(f"A{number}", row)
    return sheet


@pytest.mark.parametrize(
    "head", ["Đơn vị/Chỉ tiêu", "Đơn vị, chỉ tiêu", "Phòng GDĐT huyện, thị xã"]
)
def test_heads_over_units_that_say_more_than_units(head):
    rows = ["TT", head, ADULTS, LEARNERS], [1, "Huyện Cái Bè", 9040, 4110]
    reading = read(board(["KẾT QUẢ NĂM 2024"], *rows))
    assert figures(reading) == {(CITIZENS, "819"): (4110, 9040, "D3")}


def test_a_unit_behind_the_year_in_a_title_of_the_plan():
    title = "KẾT QUẢ THỰC HIỆN KẾ HOẠCH XÂY DỰNG XÃ HỘI HỌC TẬP NĂM 2026 CỦA XÃ AN HỮU"
    rows = ["TT", "Chỉ tiêu", "Tổng số", "Số đạt"], [1, "Công dân học tập", 9040, 4110]
    reading = read(board([title], *rows), received_on="2026-11-17")
    assert figures(reading) == {(CITIZENS, AN_HUU): (4110, 9040, "D3")}


@pytest.mark.parametrize("where", ["CÁC XÃ KHU VỰC CÁI BÈ NĂM 2026", "PHÂN THEO XÃ NĂM 2026"])
def test_a_title_that_names_its_indicator_and_where(where):
    title = f"Bảng 12. TỶ LỆ TRẺ 6 TUỔI VÀO LỚP 1 {where}"
    rows = ["TT", "Xã", "Tỷ lệ (%)"], [1, "Xã An Hữu", 99.2], [2, "Xã Hội Cư", 98.5]
    reading = read(board([title], *rows), received_on="2026-11-17")
    values = {row["unit_code"]: row["value"] for row in reading.observation_rows}
    assert values == {AN_HUU: 99.2, HOI_CU: 98.5}
    assert {row["indicator_code"] for row in reading.observation_rows} == {ENTRY}


@pytest.mark.parametrize(
    ("typed", "level"),
    [
        ("Mức độ 2 (đang triển khai)", 2),
        ("2 (đang triển khai)", 2),
        ("Đang triển khai", 2),
        ("Mức độ 3 (đang triển khai)", None),  # level 3 is "đã triển khai"
        ("2→3", None),
    ],
)
def test_a_level_beside_its_name(typed, level):
    name = "Trường Đại học Tiền Giang triển khai đại học số và học liệu số"
    rows = ["TT", "Chỉ tiêu", "Mức độ"], [1, name, typed]
    reading = read(board(["Đơn vị: Trường Đại học Tiền Giang"], ["NĂM 2024"], *rows))
    levels = [row.get("level") for row in reading.observation_rows if not row.get("problem")]
    assert levels == ([level] if level else [])
    assert [rule for rule, *_ in problems(reading)] == ([] if level else ["not_level"])


def test_a_sheet_named_by_the_year_that_is_awaited_is_no_plan():
    rows = ["TT", "Chỉ tiêu", "Tổng số", "Số đạt"], [1, "Công dân học tập", 9040, 4110]
    sheet = board(["UBND XÃ AN HỮU"], ["KẾT QUẢ NĂM 2025"], *rows)
    sheet.name = "2026"
    reading = read(sheet, received_on="2026-11-20")
    told = [f["message"] for f in reading.finding_rows] + [str(reading.refusal)]
    assert not [text for text in told if "chưa đến" in text]
    assert figures(reading) == {(CITIZENS, AN_HUU): (4110, 9040, "D4")}
    assert ("year_disagrees", None) in rules(reading)


@pytest.mark.parametrize(
    ("typed", "counts"),
    [
        ("3.581/6.813 người (52,56%)", (3581, 6813)),  # 3581 / 6813 = 52.561 %
        ("3.581/6.813 người (52,6 %)", (3581, 6813)),
        ("3.581/6.813 (53%)", (3581, 6813)),
        ("3.581/6.813 người", (3581, 6813)),
        ("3.581/6.813 người (62,56%)", None),
    ],
)
def test_a_fraction_with_words_and_its_share(typed, counts):
    assert parse_ratio(typed) == counts


def test_a_letter_with_old_and_new_fractions_names_what_it_corrects():
    heads = ["TT", "Chỉ tiêu", "Số đã báo cáo", "Số đính chính"]
    rows = [1, "Công dân học tập", "4110/9040", "3334/6395"]
    reading = read(board(["UBND XÃ AN HỮU"], ["ĐÍNH CHÍNH SỐ LIỆU NĂM 2026"], heads, rows))
    assert reading.revised == {(None, CITIZENS)}
    assert "có cả số cũ và số đã sửa" in reading.refusal.detail
