"""A commune's own table by hamlets: a total is never added to its parts, whatever it is called."""

import pytest

from tests.form_fixtures import Board, left_out
from tests.unit.test_places import AP, TAN_THOI, WHOLE, counts, hamlets, rules
from tests.unit.test_places import read as read_boards

pytestmark = pytest.mark.unit
BARE = ([1, "Bà Tứ", 100, 95, 90], [2, "Lý Quàn", 50, 48, 40], [3, "Cả Chốt", 150, 100, 80])
OF_BARE = {
    ("literate_l1_15_35", TAN_THOI): (243, 300),
    ("literate_l2_15_35", TAN_THOI): (210, 300),
}


def read(*rows: list[object], key: str = "Ấp"):
    return read_boards(hamlets("Xã: Tân Thới", *rows, key=key))


def states(reading) -> set[str]:
    return {row["status"] for row in reading.observation_rows if not row["problem"]}


@pytest.mark.parametrize(
    "name",
    [
        *("Toàn phường", "Xã Tân Thới", "TỔNG TOÀN XÃ", "", "Phường", "TC", "Tổng xã", "Cả xã"),
        *("Tổng hợp (toàn xã)", "Toàn địa bàn", "T.Cộng", "TS", "Total", "Σ", "UBND xã", "Cái Bè"),
    ],
)
@pytest.mark.parametrize(("rows", "of_all"), [(AP, WHOLE), (BARE, OF_BARE)])
def test_the_row_that_holds_the_sum_of_the_others_is_the_total(name, rows, of_all):
    sums = [sum(row[column] for row in rows) for column in (2, 3, 4)]
    reading = read(*rows, ["", name, *sums])
    assert counts(reading) == of_all
    assert states(reading) == {"ok"}
    assert "summed_from_parts" not in {rule for rule, _ in rules(reading)}


@pytest.mark.parametrize("name", ["Bình quân", "Trung bình"])
def test_an_average_is_no_hamlet_and_no_total(name):
    reading = read(*AP, ["", name, 75, 71, 65])
    assert (counts(reading), states(reading)) == (WHOLE, {"ok"})
    assert ("row_left_out", "C8") in left_out(reading)


@pytest.mark.parametrize("name", ["Cùng kỳ năm 2023", "Chỉ tiêu giao", "Chợ Gạo"])
def test_beside_a_row_that_is_no_hamlet_nothing_is_added(name):
    reading = read(*AP, ["", name, 75, 71, 65])
    assert counts(reading) == {}
    assert "column_left_out" in {rule for rule, _ in left_out(reading)}


def test_names_that_do_not_say_that_they_are_hamlets_are_not_added():
    reading = read(*BARE, ["", "Số liệu xã ta", 290, 243, 210])  # a mistyped total: 300 in truth
    assert counts(reading) == {}
    told = [f["message"] for f in reading.finding_rows if f["rule"] == "column_left_out"]
    assert sum("“Bà Tứ” không ghi là ấp" in text for text in told) == 3


def test_a_hole_makes_a_printed_total_doubtful():
    reading = read(AP[0], [2, "Ấp Tân Phú", 50, None, 40], ["", "Cộng", 150, 95, 130])
    assert states(reading) == {"doubtful"}
    assert "part_missing" in {rule for rule, _ in rules(reading)}


def test_nothing_is_said_of_a_sum_where_nothing_was_added():
    reading = read(AP[0], [2, "Ấp Tân Phú", 50, "chưa có", 40])
    assert "summed_from_parts" not in {rule for rule, _ in rules(reading)}


@pytest.mark.parametrize("last", ["Cả Chốt", "Cùng kỳ năm 2023"])
def test_a_rate_of_the_last_hamlet_is_not_the_communes(last):
    board = Board("XMC").put("A1", "Xã: Tân Thới").put("A2", "KẾT QUẢ NĂM 2024")
    board.row("A4", ["TT", "Ấp", "Tỷ lệ công dân học tập (%)"])
    for row, name in enumerate(["Bà Tứ", "Lý Quàn", last], start=5):
        board.row(f"A{row}", [row - 4, name, 40 + row])
    assert counts(read_boards(board)) == {}


def test_subtotals_of_blocks_are_no_part_of_a_printed_total():
    board = Board("XMC").put("A1", "UBND HUYỆN TÂN PHÚ ĐÔNG").put("A2", "KẾT QUẢ NĂM 2023")
    board.row("A4", ["TT", "Đơn vị", "Dân số từ 15 tuổi trở lên", "Số công dân học tập"])
    rows = [("Khối xã cù lao", 300), ("Xã Tân Thới", 100), ("Xã Tân Phú", 200), ("Cộng", 300)]
    for row, (name, people) in enumerate(rows, start=5):
        board.row(f"A{row}", [row - 4, name, people, people / 2])
    told = [rule for rule, _ in rules(read_boards(board))]
    assert "total_differs" not in told
    board.put("C8", 310)
    assert "total_differs" in [rule for rule, _ in rules(read_boards(board))]
