"""A count that does not enter although the percentage beside it does is told at its cell."""

from __future__ import annotations

import pytest

from tests.form_fixtures import read, rules
from tests.unit.test_counts_beside_shares import HEADS, INFORMATION, SKILLS, figures, report
from tests.unit.test_office_tables import LEFT, sheet

pytestmark = pytest.mark.unit

CITIZENS = "Công dân đạt danh hiệu công dân học tập"
PAIR = (1, INFORMATION, 10000, 5000, 50)


def told(reading):
    return {cell for rule, cell in rules(reading) if rule == "count_unread"}


@pytest.mark.parametrize(
    ("whole", "part", "cells"),
    [
        ("nt", 6000, {"C5", "D5"}),
        ('"', 6000, {"C5", "D5"}),
        (10000, "đang rà soát", {"C5", "D5"}),
        (10000, "-", {"C5"}),
        (None, 6000, {"D5"}),
        (10.5, 6.3, {"C5", "D5"}),
        ("10,5", "6,3", {"C5", "D5"}),
        (10000, "#REF!", {"C5", "D5"}),
        (10000, -6000, {"C5", "D5"}),
        (10000, "60%", {"C5", "D5"}),
        (10000, "6000 1/2", {"C5", "D5"}),
        (10000, "=D4*2", {"C5", "D5"}),
        (10000, True, {"C5", "D5"}),
        (10000, "2024-06-01", {"C5", "D5"}),
    ],
)
def test_every_count_that_makes_no_pair_is_told_in_a_list(whole, part, cells):
    reading = report(HEADS, PAIR, (2, SKILLS, whole, part, 60))
    stand = figures(reading)
    assert stand["information_literacy"] == (5000, 50, "ok")
    assert stand["life_skills"][:2] == (None, 60)
    assert told(reading) == cells


def test_a_half_of_a_pair_under_its_own_name_is_told():
    heads = ("Mã chỉ tiêu", "Chỉ tiêu", "Tử số", "Mẫu số", "Tỷ lệ (%)")
    rows = (
        ("information_literacy", INFORMATION, 5000, 10000, 50),
        ("life_skills", SKILLS, 6000, None, 60),
        ("learning_citizens", CITIZENS, None, 9000, 70),
    )
    reading = report(heads, *rows)
    assert figures(reading)["learning_citizens"] == (None, 70, "ok")
    assert told(reading) == {"C5", "D6"}


@pytest.mark.parametrize(
    "heads",
    [
        [("TT", "Huyện", "Tổng số", "Số người được trang bị kỹ năng sống", "Tỷ lệ (%)")],
        [
            ("TT", "Huyện", f"Tỷ lệ {SKILLS.lower()}", LEFT, LEFT),
            ("", "", "Tổng số", "Đạt", "%"),
        ],
    ],
)
def test_so_is_one_of_a_unit(heads):
    rows = (1, "Huyện Cái Bè", 10000, 5000, 50), (2, "Huyện Chợ Gạo", 10000, None, 60)
    reading = read(sheet(("SỞ GIÁO DỤC VÀ ĐÀO TẠO",), ("NĂM 2024",), *heads, *rows))
    row = 4 + len(heads)
    assert [r["numerator"] for r in reading.observation_rows] == [5000, None]
    assert told(reading) == {f"C{row}"}


def test_a_row_counted_in_thousands_is_read_so():
    heads = ("TT", "Chỉ tiêu", "ĐVT", "Tổng số", "Số đạt", "Tỷ lệ (%)")
    rows = (1, INFORMATION, "người", 10000, 5000, 50), (2, SKILLS, "nghìn người", 25.7, 11.3, 43.97)
    reading = report(heads, *rows)
    assert figures(reading)["life_skills"] == (11300, 43.97, "ok")
    assert not told(reading)


def test_texts_in_a_column_of_notes_are_no_counts():
    rows = (*PAIR, "vượt kế hoạch"), (2, SKILLS, 10000, 6000, 60, "theo QĐ 12")
    reading = report((*HEADS, "Ghi chú"), *rows)
    assert not told(reading)
