"""The place a form speaks for, wherever officials write it: label, letterhead, title, names."""

from __future__ import annotations

import pytest

from tests.form_fixtures import TAN_PHU, TAN_THOI, Board, figures, problems, read, rules

pytestmark = pytest.mark.unit

CAI_BE, AN_CU, TX_CAI_LAY = "819", "28390", "817"
HEADS = ["Mã chỉ tiêu", "Tử số", "Mẫu số"]


def own(*lines: object, name: str = "Sheet1") -> Board:
    """A form of one unit below the given lines; a pair stands in two cells."""
    board = Board(name)
    for number, line in enumerate([*lines, "Năm 2024"], start=1):
        board.row(f"A{number}", list(line) if isinstance(line, tuple) else [line])
    return board.row("A12", HEADS).row("A13", ["clc_it", 1, 2])


def unit_of(reading) -> object:
    (row,) = reading.observation_rows
    return row["unit_code"] or row["problem"]


@pytest.mark.parametrize(
    ("lines", "unit"),
    [
        # labels with alternatives
        (["Huyện (TX, TP): Cái Bè"], CAI_BE),
        (["Huyện (thị xã, thành phố): Thị xã Cai Lậy"], TX_CAI_LAY),
        (["Quận/Huyện/Thị xã/TP: Cai Lậy (thị xã)"], TX_CAI_LAY),
        (["Xã/Phường/Thị trấn: Tân Thới"], TAN_THOI),
        (["Xã (P, TT): Tân Thới"], TAN_THOI),
        ([("Xã (phường, thị trấn):", "Tân Thới")], TAN_THOI),
        ([("Huyện:", "Cái Bè")], CAI_BE),
        (["Địa phương: xã Tân Thới"], TAN_THOI),
        (["Nơi gửi: UBND xã Tân Thới"], TAN_THOI),
        (["Đơn vị báo cáo: Phòng GDĐT huyện Cái Bè"], CAI_BE),
        (["TEN DON VI: XA TAN THOI"], TAN_THOI),
        # the deepest of a chain, in any order
        (["Tỉnh: Tiền Giang", "Huyện: Tân Phú Đông", "Xã: Tân Thới"], TAN_THOI),
        (["Xã: Tân Thới", "Huyện: Tân Phú Đông", "Tỉnh: Tiền Giang"], TAN_THOI),
        (["Huyện: Tân Phú Đông", "Xã: Tân Phú"], TAN_PHU),
        (["UBND HUYỆN TÂN PHÚ ĐÔNG", "XÃ TÂN PHÚ"], TAN_PHU),
        (["Tỉnh Tiền Giang", ("Huyện", "Tân Phú Đông"), ("Xã", "Tân Phú")], TAN_PHU),
        # letterheads and titles
        (["PHÒNG GIÁO DỤC VÀ ĐÀO TẠO HUYỆN CÁI BÈ", "THỐNG KÊ SỐ LIỆU"], CAI_BE),
        (["BAN CHỈ ĐẠO PCGD-XMC XÃ TÂN THỚI"], TAN_THOI),
        (["TRUNG TÂM HỌC TẬP CỘNG ĐỒNG", "XÃ TÂN THỚI, HUYỆN TÂN PHÚ ĐÔNG"], TAN_THOI),
        (["THỐNG KÊ XÓA MÙ CHỮ XÃ TÂN THỚI ĐẠT CHUẨN NĂM 2024"], TAN_THOI),
        (["BÁO CÁO XÃ HỘI HỌC TẬP TRÊN ĐỊA BÀN HUYỆN CÁI BÈ NĂM 2024"], CAI_BE),
        (["BAO CAO XA HOI HOC TAP HUYEN CAI BE"], CAI_BE),
        # what names another office
        (["UBND TỈNH TIỀN GIANG", "Xã Tân Thới", "Kính gửi: UBND huyện Cái Bè"], TAN_THOI),
        (["Xã Tân Thới", "Địa chỉ: xã Tân Phú, huyện Tân Phú Đông"], TAN_THOI),
        (["Tỉnh Tiền Giang", "TP. Mỹ Tho, ngày 15 tháng 11 năm 2024"], "82"),
        # a name that no unit bears is nobody's figure
        (["UBND HUYỆN TÂN PHÚ ĐÔNG", "Xã Tân Thơi"], "unknown_unit"),
        (["HUYỆN TÂN PHÚ ĐÔNG", "KẾT QUẢ XÃ TÂN THƠI NĂM 2024"], "unknown_unit"),
        (["Huyện: Tân Phú Đông", "Xã: Không Có"], "unknown_unit"),
        (["Xã: Tân Phú"], "ambiguous_unit"),
        (["Cai Lậy"], "unit_missing"),
    ],
)
def test_the_place_in_the_head(lines, unit):
    assert unit_of(read(own(*lines))) == unit


def test_the_name_of_a_sheet_and_of_the_file():
    sheets = [own(name="Xã Tân Thới"), own(name="Xã Tân Phú")]
    cover = Board("Bìa").put("A1", "UBND HUYỆN TÂN PHÚ ĐÔNG")
    assert [key[1] for key in figures(read(cover, *sheets))] == [TAN_THOI, TAN_PHU]
    by_name = read(own(), file="2024-11-20/PCGD_2024_xa Tan Thoi.xlsx")
    assert (unit_of(by_name), rules(by_name)) == (TAN_THOI, [("unit_from_file_name", None)])


def test_witnesses_that_disagree_are_told():
    lines = read(own("Xã: Tân Thới", "THỐNG KÊ XÃ PHÚ THẠNH"))
    assert (unit_of(lines), rules(lines)) == (TAN_THOI, [("place_differs", "A2")])
    name = read(own("Xã Tân Thới"), file="2024-11-20/xã_Phú Thạnh_2024.xlsx")
    assert (unit_of(name), rules(name)) == (TAN_THOI, [("place_differs", None)])
    sheet = read(own("Xã Tân Thới", name="Xã Phú Thạnh"))
    assert (unit_of(sheet), rules(sheet)) == (TAN_THOI, [("place_differs", "A1")])
    parent = read(own("Huyện Tân Phú Đông", "Xã Tân Thới"), file="2024-11-20/Tân Phú Đông.xlsx")
    assert rules(parent) == []


def hamlets(head: str, *rows: list[object], key: str = "Đơn vị", title: str = "") -> Board:
    board = Board("XMC-4").put("A1", head).put("A2", title or "THỐNG KÊ ĐẠT CHUẨN XMC NĂM 2024")
    board.merge("A4:A5", "TT").merge("B4:B5", key).merge("C4:F4", "15-35")
    board.row("C5", ["Tổng số", "Biết chữ mức 1", "Biết chữ mức 2", "Ghi chú"])
    for number, row in enumerate(rows, start=6):
        board.row(f"A{number}", row)
    return board


AP = ([1, "Ấp 1", 100, 95, 90], [2, "Ấp Tân Phú", 50, 48, 40])
WHOLE = {("literate_l1_15_35", TAN_THOI): (143, 150), ("literate_l2_15_35", TAN_THOI): (130, 150)}


def counts(reading) -> dict:
    return {key: found[:2] for key, found in figures(reading).items()}


@pytest.mark.parametrize(
    "board",
    [
        hamlets("Xã: Tân Thới", *AP, ["@", "Cộng", 150, 143, 130]),
        hamlets("Xã: Tân Thới", *AP, ["", "TỔNG CỘNG", 150, 143, 130]),
        hamlets("Xã: Tân Thới", *AP, ["", "Xã Tân Thới", 150, 143, 130]),
        hamlets("Xã: Tân Thới", ["", "Toàn xã", 150, 143, 130], *AP),
        hamlets("UBND XÃ TÂN THỚI", [1, 1, 100, 95, 90], [2, 2, 50, 48, 40],
                ["", "Cộng", 150, 143, 130], key="Ấp, khu phố"),
        hamlets("Xã Tân Thới", [1, "Bà Tứ", 100, 95, 90], [2, "Lý Quàn", 50, 48, 40],
                ["", "Cộng", 150, 143, 130]),
    ],
)  # fmt: skip
def test_a_communes_own_form_by_hamlets(board):
    reading = read(board)
    assert counts(reading) == WHOLE
    assert (problems(reading), rules(reading)[2:]) == ([], [])


def test_hamlets_without_a_total_are_added_up_and_told():
    reading = read(hamlets("Xã: Tân Thới", *AP))
    assert counts(reading) == WHOLE
    assert ("summed_from_parts", "D6") in rules(reading)


def test_a_total_of_hamlets_that_does_not_add_up_is_told():
    reading = read(hamlets("Xã: Tân Thới", *AP, ["@", "Cộng", 160, 143, 130]))
    assert ("total_differs", "C8") in rules(reading)


def test_hamlets_of_no_commune_are_unknown_units():
    reading = read(hamlets("Huyện: Tân Phú Đông", *AP, ["@", "Cộng", 150, 143, 130]))
    assert {rule for rule, _, _ in problems(reading)} == {"unknown_unit"}


@pytest.mark.parametrize("name", ["Hướng dẫn", "HUONG DAN GHI", "Ví dụ"])
def test_a_sheet_of_examples_is_told_and_not_read(name):
    form = own(("Đơn vị:", "Hội Khuyến học xã Tân Thới"), ("Mã đơn vị", TAN_THOI), name="SL")
    guide = own(("Đơn vị:", "Huyện Cái Bè"), name=name)
    guide.put("B13", 2)
    reading = read(form, guide)
    (row,) = reading.observation_rows
    assert (row["unit_code"], row["numerator"]) == (TAN_THOI, 1)
    told = [(row["rule"], row["sheet"]) for row in reading.finding_rows]
    assert ("sheet_not_recognised", name) in told
    (only,) = read(guide).observation_rows  # the one sheet there is, whatever its name
    assert only["numerator"] == 2
