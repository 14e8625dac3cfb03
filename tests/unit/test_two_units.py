"""Two units in one sheet: no figure of one is the other's, whatever stands between them."""

from __future__ import annotations

import pytest

from tests.form_fixtures import TAN_PHU, TAN_THOI, Board, figures, problems, read
from tests.unit.test_forms_traps import HEADS, row, template

pytestmark = pytest.mark.unit

TOP = row("life_skills", 40, 100)
SECOND = row("clc_it", 1, 2)


def below(*head: list[object], heads: list[str] | None = HEADS) -> Board:
    """Xã Tân Thới's sheet with another head below its one row, and one row below that."""
    board = template(TOP)
    for number, cells in enumerate([*head, *([heads] if heads else []), SECOND], start=13):
        board.row(f"A{number}", cells)
    return board


UNIT, CODE = ["Đơn vị", "Xã Tân Phú"], ["Mã đơn vị", TAN_PHU]


@pytest.mark.parametrize(
    "head",
    [
        [UNIT, CODE, ["Năm", 2024]],
        [CODE],
        [[f"Mã đơn vị: {TAN_PHU}"]],
        [UNIT, CODE, ["Tổng dân số", 12100]],
        [["Đơn vị: Xã Tân Phú, huyện Tân Phú Đông"]],
    ],
)
@pytest.mark.parametrize("heads", [HEADS, None])
def test_a_block_below_is_of_the_unit_that_its_label_names(head, heads):
    reading = read(below(*head, heads=heads))
    at, own = f"D{13 + len(head) + bool(heads)}", {("life_skills", TAN_THOI): (40, 100, "D9")}
    left_out = {f["cell"] for f in reading.finding_rows if f["rule"] == "row_left_out"}
    if heads:
        assert figures(reading) == own | {("clc_it", TAN_PHU): (1, 2, at)}
    else:  # rows without heads of their own are nobody's
        assert figures(reading) == own
        assert at in left_out


@pytest.mark.parametrize("heads", [HEADS, None])
@pytest.mark.parametrize(
    "head",
    [[["Đơn vị", "Xã Không Có Tên Này"]], [["Mã đơn vị", "99999"]], [["Đơn vị", "Xã Tân Phú"]]],
)
def test_a_block_below_of_no_known_unit_is_nobodys(head, heads):
    reading = read(below(*head, heads=heads))
    assert ("clc_it", TAN_THOI) not in figures(reading)
    (problem,) = problems(read(below(*head, heads=heads))) or [(None, "B13", None)]
    assert problem[1] == "B13"


@pytest.mark.parametrize(
    "head", [[["Đơn vị", "người"]], [["Đơn vị: nghìn người"]], [["Đơn vị", "Xã Tân Thới"]]]
)
def test_a_measure_or_the_same_unit_again_is_no_other_unit(head):
    reading = read(below(*head))
    assert figures(reading)[("clc_it", TAN_THOI)][:2] in {(1, 2), (1000, 2000)}


def test_blocks_side_by_side_are_refused_with_their_headings():
    board = template(TOP)
    board.row("M2", UNIT).row("M3", CODE).row("M4", ["Năm", 2024])
    board.row("M8", HEADS).row("M9", SECOND)
    reading = read(board)
    assert figures(reading) == {}
    assert reading.refusal.rule == "unknown_form"
    assert "nhiều cột giống nhau" in reading.refusal.detail
    assert "Tử số" in reading.refusal.detail


def test_one_unit_with_two_blocks_side_by_side_stays_one_unit():
    board = template(TOP).row("M8", HEADS).row("M9", SECOND)
    assert {unit for _, unit in figures(read(board))} <= {TAN_THOI}
