"""A row of a commune as it was before the merger is never the figure of the merged one."""

from __future__ import annotations

import pytest

from tests.form_fixtures import read, rules
from tests.unit.test_office_tables import LEFT, sheet

pytestmark = pytest.mark.unit

LABEL = "Người trong độ tuổi lao động được trang bị kỹ năng sống"
HEADS = ("TT", "Đơn vị", "Kỹ năng sống: số đạt", "Kỹ năng sống: tổng số")
VINH_KIM, COMMUNE = "28576", "ỦY BAN NHÂN DÂN XÃ VĨNH KIM"
"""Merged on 2025-07-01 of Vĩnh Kim, Bàn Long and Phú Phong (config/crosswalk.csv)."""


def report(*rows, of=COMMUNE):
    return read(sheet((of,), ("KẾT QUẢ NĂM 2025",), HEADS, *rows), received_on="2025-11-22")


def taken(reading):
    return {
        (row["unit_code"], row["numerator"], row["denominator"])
        for row in reading.observation_rows
        if not row["problem"]
    }


@pytest.mark.parametrize("mark", ["{} (cũ)", "Xã {} (cũ)", "{} (trước sắp xếp)", "Xã {} cũ"])
def test_the_total_of_former_communes_is_that_of_the_merged_one(mark):
    parts = ("Vĩnh Kim", 30, 40), ("Bàn Long", 10, 20), ("Phú Phong", 15, 20)
    rows = [(n, mark.format(name), *counts) for n, (name, *counts) in enumerate(parts, 1)]
    assert taken(report(*rows, ("", "Tổng cộng", 55, 80))) == {(VINH_KIM, 55, 80)}


@pytest.mark.parametrize("head", ["Xã", "Địa bàn", "Đơn vị cũ", "Xã (trước sắp xếp)"])
def test_so_it_is_where_one_of_them_bears_the_name_of_the_merged_one(head):
    heads = (HEADS[0], head, *HEADS[2:])
    rows = (1, "Vĩnh Kim", 30, 40), (2, "Bàn Long", 10, 20), (3, "Phú Phong", 15, 20)
    total = ("", "Tổng cộng toàn xã", 55, 80)
    reading = read(
        sheet((COMMUNE,), ("KẾT QUẢ NĂM 2025",), heads, *rows, total), received_on="2025-11-22"
    )
    assert taken(reading) == {(VINH_KIM, 55, 80)}


def test_a_former_commune_among_those_of_a_list_is_refused():
    rows = (1, "Xã Vĩnh Kim (cũ)", 30, 40), (2, "Xã Châu Thành", 50, 90)
    reading = report(*rows, of="SỞ GIÁO DỤC VÀ ĐÀO TẠO")
    problems = {row["unit_name_raw"]: row["problem"] for row in reading.observation_rows}
    assert problems["Xã Vĩnh Kim (cũ)"] == "unit_not_valid_then"
    assert problems["Xã Châu Thành"] is None


def test_in_a_list_of_former_communes_no_name_is_that_of_the_merged_one():
    rows = (1, "Xã Vĩnh Kim", 30, 40), (2, "Xã Bàn Long", 10, 20), (3, "Xã Long Hưng", 50, 90)
    reading = report(*rows, of="HỘI KHUYẾN HỌC TỈNH TIỀN GIANG")
    problems = {row["unit_name_raw"]: row["problem"] for row in reading.observation_rows}
    assert problems["Xã Vĩnh Kim"] == problems["Xã Bàn Long"] == "unit_not_valid_then"
    assert problems["Xã Long Hưng"] is None  # nothing says that it is no merged one
    old = report(
        *rows,
        (4, "Xã Phú Phong", 10, 20),
        (5, "Xã Đông Hòa", 10, 20),
        of="HỘI KHUYẾN HỌC TỈNH TIỀN GIANG",
    )
    assert {row["problem"] for row in old.observation_rows} == {"unit_not_valid_then"}


def test_a_group_of_columns_of_a_former_commune_is_refused():
    groups = ("TT", "Chỉ tiêu", "Vĩnh Kim", LEFT, "Bàn Long", LEFT)
    heads = ("", "", *("Tử số", "Mẫu số") * 2)
    table = (COMMUNE,), ("KẾT QUẢ NĂM 2025",), groups, heads, (1, LABEL, 30, 40, 10, 20)
    assert taken(read(sheet(*table), received_on="2025-11-22")) == set()


def test_a_hamlet_of_the_communes_name_stands_for_it_only_in_the_total():
    rows = (1, "Vĩnh Kim", 30, 40), (2, "Vĩnh Thạnh B", 10, 20), (3, "Vĩnh Quí C", 15, 20)
    assert taken(report(*rows, ("", "Tổng", 55, 80))) == {(VINH_KIM, 55, 80)}


@pytest.mark.parametrize(("name", "year"), [("HỘI CƯ", 2026), ("HỘI XUÂN", 2024)])
def test_a_commune_whose_name_begins_like_a_society_is_none(name, year):
    rows = ("TT", "Đơn vị", "Kỹ năng sống (%)"), (1, f"Xã {name.title()}", 47)
    dated = f"{name.title()}, ngày 23 tháng 11 năm {year}"
    heads = (f"ỦY BAN NHÂN DÂN XÃ {name}",), (dated,), (f"NĂM {year}",)
    reading = read(sheet(*heads, *rows), received_on=f"{year}-11-24")
    assert "sender_is_society" not in dict(rules(reading))
    assert [row["status"] for row in reading.observation_rows] == ["ok"]
