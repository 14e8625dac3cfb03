"""Which figure stands: shares beside counts, rounding, last year's workbook, school years."""

from __future__ import annotations

import pytest
from openpyxl import load_workbook

from tests.form_fixtures import Board, figures, read, rules
from tests.intake_case import intake, judged, settled, write_unit

pytestmark = pytest.mark.unit

COUNTS = {"numerator": 248, "denominator": 250}  # 99.2 %
FIRST = {"file": "2023-11-20/a.xlsx", "received_on": "2023-11-20"}
SAME_DAY = {"file": "2023-11-20/b.xlsx", "received_on": "2023-11-20"}
LATER = {"file": "2023-12-18/b.xlsx", "received_on": "2023-12-18"}


@pytest.mark.parametrize("share", [99.2, 99, 99.199])
@pytest.mark.parametrize("second", [SAME_DAY, LATER])
def test_a_share_that_agrees_leaves_the_counts(share, second):
    frame = judged(FIRST | COUNTS, second | {"value": share})
    assert frame["outcome"].tolist() == ["panel", "duplicate"]


@pytest.mark.parametrize("share", [99.3, 98, 99.21])
def test_a_share_that_differs_is_a_revision(share):
    frame = judged(FIRST | COUNTS, LATER | {"value": share})
    assert frame["outcome"].tolist() == ["superseded", "panel"]


def test_counts_after_their_own_share_stand_without_a_conflict():
    tables = settled(FIRST | {"value": 99.2}, SAME_DAY | COUNTS)
    assert tables["panel"][["numerator", "denominator"]].to_numpy().tolist() == [[248, 250]]
    assert "same_day_conflict" not in set(tables["findings"]["rule"])


def test_counts_after_another_share_are_a_conflict_of_the_day():
    tables = settled(FIRST | {"value": 98.2}, SAME_DAY | COUNTS)
    assert tables["panel"]["numerator"].tolist() == [248]
    assert "same_day_conflict" in set(tables["findings"]["rule"])


@pytest.mark.parametrize("order", [1, -1])
def test_a_share_and_its_counts_in_one_file_are_no_conflict(order):
    frame = judged(*[FIRST | COUNTS, FIRST | {"value": 99.2}][::order])
    assert sorted(frame["outcome"]) == ["duplicate", "panel"]
    assert frame.loc[frame["outcome"].eq("panel"), "numerator"].tolist() == [248]


def test_another_share_in_one_file_is_a_conflict():
    frame = judged(FIRST | COUNTS, FIRST | {"value": 97.2})
    assert set(frame["problem"]) == {"conflict_in_file"}


def test_a_rounded_share_leaves_the_exact_one():
    frame = judged(FIRST | {"value": 98.74}, SAME_DAY | {"value": 98.7})
    assert frame["outcome"].tolist() == ["panel", "duplicate"]


def test_an_exact_share_takes_the_place_of_the_rounded_one_without_a_conflict():
    tables = settled(FIRST | {"value": 98.7}, SAME_DAY | {"value": 98.74})
    assert tables["panel"]["value"].tolist() == [98.74]
    assert "same_day_conflict" not in set(tables["findings"]["rule"])


LAST_YEAR = {"life_skills": (60_001, 150_003)}
THIS_YEAR = {"life_skills": (71_002, 151_004)}


def deliver(raw, *files):
    for name, shares, year in files:
        write_unit(raw / name, shares, year=year)
    return intake(raw)


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    ("first", "second", "stands"),
    [
        ("823.xlsx", "bao cao (đính chính).xlsx", 71_002),  # which of the two comes last by name
        ("bao cao.xlsx", "Lần 2/a.xlsx", 71_002),
        ("a.xlsx", "Thay thế CV 12/a.xlsx", 71_002),
        ("b.xlsx", "a.xlsx", 60_001),
        ("y.xlsx", "Sữa học đường.xlsx", 60_001),  # milk, no correction
        ("My Tho.xlsx", "danh sach.xlsx", 60_001),  # capitals stand where folders list them
    ],
)
def test_of_one_day_the_file_stands_that_says_it_amends(tmp_path, first, second, stands):
    day = "2023-11-20"
    sent = [(f"{day}/{first}", LAST_YEAR, 2023), (f"{day}/{second}", THIS_YEAR, 2023)]
    result = deliver(tmp_path, *sent)
    assert result.panel["numerator"].tolist() == [stands]
    (told,) = result.findings.loc[result.findings["rule"].eq("same_day_conflict"), "message"]
    last = sent[1] if stands == 71_002 else sent[0]
    assert last[0] in told


@pytest.mark.parametrize(
    ("line", "stands"),
    [
        ("KẾT QUẢ NĂM 2023 (số liệu đính chính, thay thế báo cáo buổi sáng)", 60_001),
        ("BÁO CÁO BỔ SUNG NĂM 2023", 60_001),
        ("Thay thế cho Báo cáo số 12/BC-UBND", 60_001),
        ("KẾT QUẢ ĐÀO TẠO BỔ SUNG NĂM 2023", 71_002),  # no correction: the last by name
    ],
)
def test_a_title_may_say_that_its_file_amends(tmp_path, line, stands):
    path = write_unit(tmp_path / "2023-11-20/a.xlsx", LAST_YEAR, year=2023)
    book = load_workbook(path)
    book["Số liệu"]["A1"] = line
    book.save(path)
    result = deliver(tmp_path, ("2023-11-20/b.xlsx", THIS_YEAR, 2023))
    assert result.panel["numerator"].tolist() == [stands]
    assert "same_day_conflict" in set(result.findings["rule"])


def test_last_years_workbook_never_replaces_last_years_figures(tmp_path):
    sent = ("2024-11-26/Go Cong Tay 2024.xlsx", THIS_YEAR, 2023)
    result = deliver(tmp_path, ("2023-11-20/Go Cong Tay 2023.xlsx", LAST_YEAR, 2023), sent)
    assert result.panel["numerator"].tolist() == [60_001]
    assert result.rejects["rule"].tolist() == ["year_disagrees"]
    told = result.findings[result.findings["rule"].eq("year_disagrees")]
    assert told["file"].tolist() == [sent[0]]
    assert "2023" in told["message"].iloc[0]
    assert "2024" in told["message"].iloc[0]


def test_a_late_report_of_last_year_is_read_and_told(tmp_path):
    result = deliver(tmp_path, ("2024-11-26/Go Cong Tay 2024.xlsx", THIS_YEAR, 2023))
    assert result.panel["numerator"].tolist() == [71_002]
    assert "year_disagrees" in set(result.findings["rule"])


@pytest.mark.parametrize(
    "name", ["2024-11-26/Go Cong Tay 2023.xlsx", "2024-11-26/sua.xlsx", "2024-03-05/gui 2024.xlsx"]
)
def test_a_revision_that_nothing_speaks_against_stands(tmp_path, name):
    result = deliver(
        tmp_path, ("2023-11-20/Go Cong Tay.xlsx", LAST_YEAR, 2023), (name, THIS_YEAR, 2023)
    )
    assert result.panel["numerator"].tolist() == [71_002]
    assert "year_disagrees" not in set(result.findings["rule"])


def test_the_same_figures_again_under_the_wrong_year_are_a_duplicate(tmp_path):
    sent = ("2024-11-26/Go Cong Tay 2024.xlsx", LAST_YEAR, 2023)
    result = deliver(tmp_path, ("2023-11-20/Go Cong Tay.xlsx", LAST_YEAR, 2023), sent)
    assert result.account["duplicate"] == 1
    assert result.rejects.empty


def listed(**head: object) -> Board:
    board = Board()
    for cell, text in head.items():
        board.put(cell, text)
    heads = ["Đơn vị", "clc_it tử số", "clc_it mẫu số"]
    return board.row("A6", heads).row("A7", ["Xã Tân Thới", 1, 2])


@pytest.mark.parametrize(
    ("head", "year", "told"),
    [
        ({"A1": "Năm học", "B1": "2023-2024"}, 2023, {"school_year"}),
        ({"A1": "Năm học: 2023 - 2024"}, 2023, {"school_year"}),
        ({"A1": "THỐNG KÊ NĂM HỌC 2023-2024"}, 2023, {"school_year"}),
        ({"A1": "Năm học 2024-2025"}, 2024, {"school_year"}),
        ({"A1": "NĂM HỌC 2023-2024", "A2": "Báo cáo năm 2024"}, 2024, set()),
        ({"A1": "Năm học: 2023-2024", "A2": "Năm báo cáo: 2024"}, 2024, set()),
        ({"A1": "Số liệu năm 2024", "A2": "Thời điểm: ngày 30/9/2024"}, 2024, set()),
        ({"A1": "Thời điểm: ngày 30/9/2024"}, 2024, {"year_from_date"}),
        ({"A1": "Cái Bè, ngày 20 tháng 11 năm 2024"}, 2024, {"year_from_date"}),
        ({"A1": "Năm học 2022-2024"}, None, set()),
    ],
)
def test_the_year_of_a_head_and_what_is_told_about_it(head, year, told):
    reading = read(listed(**head))
    (row,) = reading.observation_rows
    assert row["year"] == year
    assert {rule for rule, _ in rules(reading)} >= told
    assert {rule for rule, _ in rules(reading)} & {"school_year", "year_from_date"} == told


@pytest.mark.parametrize(
    ("name", "year", "rule"),
    [
        ("so lieu 2023-2024.xlsx", 2023, "year_from_file_name"),
        ("so lieu 2024.xlsx", 2024, "year_from_file_name"),
        ("so lieu 2021 den 2024.xlsx", None, None),
    ],
)
def test_the_year_of_a_file_name(name, year, rule):
    reading = read(listed(), file=f"2024-11-20/{name}")
    assert reading.observation_rows[0]["year"] == year
    assert rule is None or rule in {told for told, _ in rules(reading)}


def test_a_date_that_the_file_name_agrees_with_needs_no_word():
    board = listed(A1="Thời điểm: ngày 30/9/2024")
    assert rules(read(board, file="2024-11-20/bieu nam 2024.xlsx")) == []


def test_a_school_year_in_a_column_is_told_at_its_cell():
    board = Board().row("A1", ["Đơn vị", "Năm học", "Mã chỉ tiêu", "Tử số", "Mẫu số"])
    reading = read(board.row("A2", ["Xã Tân Thới", "2023-2024", "clc_it", 1, 2]))
    assert reading.observation_rows[0]["year"] == 2023
    assert ("school_year", "B2") in rules(reading)
    assert list(figures(reading).values()) == [(1, 2, "D2")]


@pytest.mark.parametrize(
    ("own", "table"), [("a.xlsx", "b.xlsx"), ("Xã Cái Bè.xlsx", "tong hop.xlsx")]
)
def test_a_units_own_file_stands_over_a_table_of_several_units_of_its_day(own, table):
    day = "2023-11-20"
    mine = {"unit_code": "823", "numerator": 50, "denominator": 200, "file": f"{day}/{own}"}
    of_all = [
        {"unit_code": unit, "numerator": 60, "denominator": 200, "file": f"{day}/{table}"}
        for unit in ("822", "823")
    ]
    for rows in ([mine, *of_all], [*of_all, mine]):
        tables = settled(*rows)
        assert tables["panel"].set_index("unit_code").loc["823", "numerator"] == 50
        (told,) = tables["findings"].query("rule == 'same_day_conflict'")["message"]
        assert own in told
    amended = [row | {"file": f"{day}/{table}", "amends": "x"} for row in of_all]
    panel = settled(*amended, mine)["panel"].set_index("unit_code")
    assert panel.loc["823", "numerator"] == 60
    later = [row | {"received_on": "2023-11-21", "file": f"2023-11-21/{table}"} for row in of_all]
    panel = settled(mine, *later)["panel"].set_index("unit_code")
    assert panel.loc["823", "numerator"] == 60
