"""Percentages beside counts that belong to them, by arithmetic or by their headings; by hand."""

from __future__ import annotations

import pytest

from tests.form_fixtures import left_out, read
from tests.unit.test_office_tables import CAI_BE, CITIZENS, LEFT, SKILLS, UP, sheet, stands
from xhht_analysis.intake.reading.sheets import UNCACHED

pytestmark = pytest.mark.unit

UNITS = ("Huyện Cái Bè", "Huyện Chợ Gạo", "Huyện Tân Phước", "Huyện Châu Thành")
CODES = ("819", "822", "818", "821")
COUNTS = ((5000, 10000, 50), (1200, 3000, 40), (1000, 4000, 25), (400, 1000, 62.3))
"""Part, whole and the percentage typed beside them; the last one is wrong (40 %)."""


def units(head, order):
    """A table of four districts, the columns of each row in this order."""
    rows = ((n, unit, *(COUNTS[n][at] for at in order)) for n, unit in enumerate(UNITS))
    return read(sheet(("Năm 2024",), ("TT", "Đơn vị", *head), *rows))


@pytest.mark.parametrize(
    ("head", "order"),
    [
        (("Tổng số", "Số đạt", "Kỹ năng sống (%)"), (1, 0, 2)),
        (("Kỹ năng sống (%)", "Số đạt", "Tổng số"), (2, 0, 1)),
        (("Số học viên", "Đối tượng", "Tỷ lệ kỹ năng sống (%)"), (0, 1, 2)),
    ],
)
def test_two_columns_that_give_most_percentages_are_their_counts(head, order):
    reading = units(head, order)
    right = {
        (SKILLS, code, 2024): (part, whole)
        for code, (part, whole, _) in zip(CODES[:3], COUNTS[:3], strict=True)
    }
    assert stands(reading) == right | {(SKILLS, CODES[3], 2024): "printed_differs"}


def test_a_rate_of_the_people_of_a_survey_is_none_of_the_unit():
    reading = units(("Số người khảo sát", "Số đạt", "Tỷ lệ kỹ năng sống (%)"), (1, 0, 2))
    assert [*stands(reading).values()] == ["share_of_plan"] * 4


def test_counts_that_give_only_some_of_the_percentages_are_others():
    rows = [(n, unit, 10 + n, 20, 30.5 + n) for n, unit in enumerate(UNITS)]
    head = ("TT", "Đơn vị", "Số lớp", "Số trường", "Kỹ năng sống (%)")
    reading = read(sheet(("Năm 2024",), head, *rows))
    assert stands(reading) == {(SKILLS, code, 2024): 30.5 + n for n, code in enumerate(CODES)}


@pytest.mark.parametrize(
    ("head", "rows", "expected"),
    [
        (("Tổng số người", "Số đạt"), [(2000, 1500, 75), (3000, 2100, 80)], [(1500, 2000), "no"]),
        (("Tổng số", "Số đạt"), [(2000, 1500, 75), (300, 2100, 70)], [(1500, 2000), "no"]),
        (("TS", "Đạt"), [(200, 150, 75), (300, 210, 70), (300, 200, 80)],
         [(150, 200), (210, 300), "no"]),
        (("Tổng số", "Số đạt"), [(2000, 1500, 100), (3000, 2100, 70)], ["no", (2100, 3000)]),
        (("Dân số", "Số hộ"), [(2000, 500, 25), (3000, 700, 80), (3000, 800, 60), (3000, 90, 67)],
         ["share_of_plan", 80, 60, 67]),  # 500 / 2000 is 25 %: not known whose share it is
    ],
)  # fmt: skip
def test_few_rows_show_whose_the_percentages_are(head, rows, expected):
    body = [(n, unit, *row) for n, (unit, row) in enumerate(zip(UNITS, rows, strict=False))]
    head = ("TT", "Đơn vị", *head, "Tỷ lệ kỹ năng sống (%)")
    values = list(stands(read(sheet(("Năm 2024",), head, *body))).values())
    assert values == ["printed_differs" if value == "no" else value for value in expected]


def test_counts_that_give_no_percentage_are_told_beside_it():
    head = ("TT", "Đơn vị", "Tổng số người", "Số đạt", "Tỷ lệ kỹ năng sống (%)")
    reading = read(sheet(("Năm 2024",), head, (1, "Huyện Cái Bè", 2000, 1500, 85)))
    assert list(stands(reading).values()) == ["printed_differs"]
    (told,) = [f for f in reading.finding_rows if f["rule"] == "printed_differs"]
    assert "1500/2000 là 75,00 %" in told["message"]


def test_the_pair_is_told_as_it_stands_where_the_part_is_larger():
    board = sheet(
        ("Huyện Cái Bè", "Năm 2024"),
        ("TT", "Chỉ tiêu", "Số đạt", "Tổng số", "Tỷ lệ (%)"),
        (1, "Tỷ lệ người trong độ tuổi lao động được trang bị kỹ năng sống", 12600, 9800, 70),
    )
    reading = read(board)
    told = [f["message"] for f in reading.finding_rows if f["rule"] == "printed_differs"]
    assert len(told) == 1
    assert "12600/9800" in told[0]


def test_a_plan_that_the_percentages_are_of_is_never_their_whole():
    rows = [(n, unit, *COUNTS[n]) for n, unit in enumerate(UNITS[:3])]
    head = ("TT", "Đơn vị", "Thực hiện", "Kế hoạch", "Kỹ năng sống (%)")
    reading = read(sheet(("Năm 2024",), head, *rows))
    assert set(stands(reading).values()) == {"share_of_plan"}


@pytest.mark.parametrize("whole", ["Dân số từ 15 tuổi trở lên", "Người từ 15 tuổi trở lên"])
def test_a_count_and_a_percentage_under_one_indicator_have_their_whole_in_its_own_column(whole):
    board = sheet(
        ("Năm 2024",),
        ("TT", "Đơn vị", whole, "Công dân học tập", LEFT),
        (UP, UP, UP, "SL", "%"),
        (1, "Huyện Cái Bè", 10000, 3400, 34),
        (2, "Huyện Chợ Gạo", 2000, 500, 25),
    )
    assert stands(read(board)) == {
        (CITIZENS, CAI_BE, 2024): (3400, 10000),
        (CITIZENS, "822", 2024): (500, 2000),
    }


def test_the_counts_of_another_group_are_not_taken():
    board = sheet(
        ("Năm 2024",),
        ("TT", "Đơn vị", "Giáo viên", LEFT, "Kỹ năng sống (%)"),
        (UP, UP, "Tổng số", "Đạt", UP),
        *((n, unit, whole, part, share) for n, (unit, (part, whole, share))
          in enumerate(zip(UNITS[:3], COUNTS[:3], strict=True))),
    )  # fmt: skip
    assert set(stands(read(board)).values()) == {50, 40, 25}


def test_a_column_that_is_looked_for_but_gives_no_figure_is_told_with_its_cause():
    head = ("TT", "Khu phố", "Tỷ lệ công dân học tập (%)")
    rows = [(1, "Khu phố 1", 30), (2, "Khu phố 2", 25)]
    top = (("UBND PHƯỜNG MỸ THO",), ("Năm 2026",))
    reading = read(sheet(*top, head, *rows), received_on="2026-11-20")
    assert ("column_left_out", "C3") in left_out(reading)
    assert stands(reading) == {}
    reading = read(sheet(*top, head, *rows, ("", "Tổng cộng", UNCACHED)), received_on="2026-11-20")
    (message,) = [f["message"] for f in reading.finding_rows if f["cell"] == "C3"]
    assert "công thức chưa được tính" in message


@pytest.mark.parametrize("whole", ["Số người dự kiểm tra", "Số phiếu thu về"])
def test_a_rate_of_a_whole_that_is_not_the_indicators_is_refused(whole):
    heads = ("TT", "Huyện", whole, "Số người được trang bị kỹ năng sống", "Tỷ lệ (%)")
    rows = ((1, "Huyện Cái Bè", 1500, 900, 60), (2, "Huyện Tân Phước", 800, 500, 62.5))
    reading = read(sheet(("Năm 2024",), heads, *rows))
    assert [*stands(reading).values()] == ["share_of_plan"] * 2


def test_a_rate_in_a_list_is_refused_beside_the_whole_of_others():
    heads = ("TT", "Chỉ tiêu", "Số người tham gia", "Số đạt", "Tỷ lệ")
    lines = ("UBND HUYỆN CÁI BÈ",), ("Năm 2024",)
    reading = read(sheet(*lines, heads, (1, "Kỹ năng sống", 800, 500, 62.5)))
    assert [*stands(reading).values()] == ["share_of_plan"]


def test_a_whole_in_the_words_of_its_indicator_is_its_own():
    heads = ("TT", "Chỉ tiêu", "Số người đạt", "Số người trong độ tuổi lao động", "Tỷ lệ")
    name = "Tỷ lệ người trong độ tuổi lao động được trang bị kỹ năng sống"
    lines = ("UBND HUYỆN CÁI BÈ",), ("Năm 2024",)
    reading = read(sheet(*lines, heads, (1, name, 500, 800, 62.5)))
    assert stands(reading) == {(SKILLS, CAI_BE, 2024): (500, 800)}


def test_counts_of_something_else_beside_a_rate_do_not_bar_it():
    heads = ("TT", "Huyện", "Số xã", "Dân số", "Tỷ lệ kỹ năng sống (%)")
    rows = ((1, "Huyện Cái Bè", 25, 290000, 51.2), (2, "Huyện Tân Phước", 12, 65000, 46.2))
    reading = read(sheet(("Năm 2024",), heads, *rows))
    assert [*stands(reading).values()] == [51.2, 46.2]


def test_a_rate_beside_counts_of_other_things_contradicts_nothing():
    heads = ("TT", "Đơn vị", "Số xã", "Dân số", "Tỷ lệ kỹ năng sống (%)")
    reading = read(sheet(("Năm 2024",), heads, (1, UNITS[0], 25, 290000, 51.2)))
    assert stands(reading) == {(SKILLS, CAI_BE, 2024): 51.2}
    assert not [f for f in reading.finding_rows if f["rule"] == "printed_differs"]
