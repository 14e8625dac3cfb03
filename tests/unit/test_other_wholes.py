"""A share of other people than the indicator is of is no figure of it, however well it adds up."""

from __future__ import annotations

import pytest

from tests.form_fixtures import read
from tests.unit.test_office_tables import LEFT, UP, sheet, stands

pytestmark = pytest.mark.unit

TOP = ("UBND PHƯỜNG MỸ THO",), ("Năm 2026",)


def one_row(heads, *figures):
    rows = (("TT", "Xã", *heads), (1, "Xã Cái Bè", *figures))
    return read(sheet(("Năm 2026",), *rows), received_on="2026-11-20")


@pytest.mark.parametrize(
    "whole",
    [
        "Dân số",
        "Tổng dân số",
        "Dân số từ 18 tuổi trở lên",
        "Dân số 15-60 tuổi",
        "Dân số trong độ tuổi lao động",
        "Dân số trong độ tuổi LĐ",
        "Dân số từ 15 tuổi trở lên biết chữ",
        "Dân số toàn tỉnh từ 15 tuổi trở lên",
        "Dân số từ 15 tuổi trở lên năm 2025",
    ],
)
def test_other_people_are_no_whole_of_learning_citizens(whole):
    heads = (whole, "Số công dân học tập", "Tỷ lệ (%)")
    assert [*stands(one_row(heads, 20000, 8000, 40)).values()] == ["share_of_plan"]


@pytest.mark.parametrize(
    "whole",
    [
        "Dân số từ 15 tuổi trở lên",
        "Dân số 15+",
        "Dân số ≥ 15 tuổi",
        "Số dân từ đủ 15 tuổi trở lên",
        "Tổng số dân 15 tuổi trở lên trên địa bàn",
        "Tổng số",
        "Tổng số người từ 15 tuổi",
    ],
)
def test_the_people_of_the_indicator_are_its_whole(whole):
    heads = (whole, "Số công dân học tập", "Tỷ lệ (%)")
    assert [*stands(one_row(heads, 20000, 8000, 40)).values()] == [(8000, 20000)]


@pytest.mark.parametrize(
    ("heads", "is_whole"),
    [
        (("Dân số từ 15 tuổi trở lên", "Số người được trang bị kỹ năng sống"), False),
        (("Dân số trong độ tuổi lao động", "Số người được trang bị kỹ năng sống"), True),
        (("Số người trong độ tuổi LĐ", "Số người được trang bị kỹ năng sống"), True),
        (("Tổng số lao động trong độ tuổi", "Số người được trang bị kỹ năng sống"), True),
        (("Số người trong độ tuổi LĐ (15-60 tuổi)", "Số người được trang bị kỹ năng sống"), True),
        (("Dân số trong độ tuổi lao động (nam 15-60, nữ 15-55)", "Số người có kỹ năng sống"), True),
        (("Dân số ≥ 15 tuổi", "Số người được công nhận Công dân học tập"), True),
        (("Số trẻ 5 tuổi trên địa bàn", "Số trẻ 5 tuổi đến lớp"), True),
        (("Tổng số lao động", "Số người được trang bị kỹ năng sống"), False),
        (("Tổng số trẻ 3-5 tuổi", "Số trẻ 5 tuổi đến lớp"), False),
        (("Tổng số trẻ 5 tuổi", "Số trẻ 5 tuổi đến lớp"), True),
        (("Tổng số học sinh lớp 1", "Số trẻ 6 tuổi vào lớp 1"), False),
        (("Dân số 11-18 tuổi", "Số người 15-18 tuổi tốt nghiệp THCS"), False),
        (("Tổng số người 15-18 tuổi", "Số người 15-18 tuổi tốt nghiệp THCS"), True),
        (("Dân số từ 15 tuổi trở lên", "Số người 15-60 tuổi biết chữ mức độ 2"), False),
        (("Số người 15-35 tuổi", "Số người 15-60 tuổi biết chữ mức độ 2"), False),
    ],
)
def test_the_age_of_the_whole_is_that_of_the_indicator(heads, is_whole):
    (got,) = stands(one_row((*heads, "Tỷ lệ (%)"), 1000, 900, 90)).values()
    assert got == ((900, 1000) if is_whole else "share_of_plan")


@pytest.mark.parametrize("whole", ["Số hộ", "Dân số", "Cử tri"])
def test_a_group_of_headings_that_names_the_indicator_does_not_make_any_count_its_whole(whole):
    heads = ("TT", "Xã", "Công dân học tập", LEFT, LEFT)
    below = (UP, UP, whole, "Số đạt", "Tỷ lệ (%)")
    board = sheet(("Năm 2026",), heads, below, (1, "Xã Cái Bè", 20000, 8000, 40))
    assert [*stands(read(board, received_on="2026-11-20")).values()] == ["share_of_plan"]


def test_in_a_list_the_population_is_not_the_whole_of_those_aged_15():
    heads = ("TT", "Chỉ tiêu", "Dân số", "Số đạt", "Tỷ lệ (%)")
    row = (1, "Tỷ lệ công dân đạt danh hiệu công dân học tập", 20000, 8000, 40)
    assert [*stands(read(sheet(*TOP, heads, row), received_on="2026-11-20")).values()] == [
        "share_of_plan"
    ]


def test_men_are_a_part_of_the_people_and_provisional_counts_are_doubtful():
    men = one_row(("Dân số từ 15 tuổi trở lên", "Số công dân học tập nam"), 20000, 8000)
    assert (8000, 20000) not in stands(men).values()
    reading = one_row(
        ("Dân số từ 15 tuổi trở lên", "Số công dân học tập (tạm tính)", "Tỷ lệ (%)"),
        20000, 8000, 40,
    )  # fmt: skip
    assert [row["status"] for row in reading.observation_rows] == ["doubtful"]


def test_a_list_counted_in_households_is_none_of_persons():
    heads = ("TT", "Chỉ tiêu", "ĐVT", "Tổng số", "Số đạt", "Tỷ lệ (%)")
    for measure, got in (("hộ", "share_of_plan"), ("người", (4000, 8000))):
        row = (1, "Công dân học tập", measure, 8000, 4000, 50)
        reading = read(sheet(*TOP, heads, row), received_on="2026-11-20")
        assert [*stands(reading).values()] == [got]


NOTES = [
    ("Ghi chú: số liệu ước thực hiện đến 31/12/2026", "doubtful"),
    ("Ghi chú: lấy số liệu năm 2025", "doubtful"),
    ("Ghi chú: chỉ tính hội viên Hội Khuyến học", "doubtful"),
    ("Số liệu sơ bộ", "doubtful"),
    ("Nguồn: Chi cục Thống kê, số liệu sơ bộ", "doubtful"),
    ("* Số liệu chưa qua thẩm định", "doubtful"),
    ("Không tính số người đi làm ăn xa", "doubtful"),
    ("Không tính trẻ khuyết tật không có khả năng học tập", "ok"),
    ("Số liệu chưa chính thức, để tham khảo", "doubtful"),
    ("Chưa bao gồm ấp Hiệp Nhơn", "doubtful"),
    ("Mới tổng hợp được 5/7 ấp", "doubtful"),
    ("Kết quả tự đánh giá", "doubtful"),
    ("Ghi chú: số liệu năm 2026", "ok"),
    ("Ghi chú: số liệu do Công an xã cung cấp", "ok"),
]


@pytest.mark.parametrize(("note", "status"), NOTES)
@pytest.mark.parametrize("place", ["below", "above", "beside"])
def test_a_note_that_speaks_of_others_makes_its_figures_doubtful(note, status, place):
    heads = ("TT", "Xã", "Dân số từ 15 tuổi trở lên", "Số công dân học tập", "Ghi chú")
    row = (1, "Xã Cái Bè", 20000, 8000, note if place == "beside" else "")
    above, below = ([(note,)] * (place == where) for where in ("above", "below"))
    reading = read(sheet(("Năm 2026",), *above, heads, row, *below), received_on="2026-11-20")
    assert [row["status"] for row in reading.observation_rows] == [status]
    told = [f["message"] for f in reading.finding_rows if f["rule"] == "note_below"]
    assert [note in message for message in told] == [True] * (status == "doubtful")


@pytest.mark.parametrize(
    ("letterhead", "status"),
    [
        (("UBND XÃ CÁI BÈ",), "ok"),
        (("UBND XÃ CÁI BÈ", "PHÒNG VĂN HÓA - XÃ HỘI"), "ok"),
        (("HỘI KHUYẾN HỌC XÃ CÁI BÈ",), "ok"),
        (("HỘI NÔNG DÂN XÃ CÁI BÈ",), "doubtful"),
        (("ĐOÀN THANH NIÊN XÃ CÁI BÈ",), "doubtful"),
        (("TRẠM Y TẾ XÃ CÁI BÈ",), "doubtful"),
    ],
)
def test_figures_of_a_society_may_be_those_of_its_members(letterhead, status):
    heads = ("TT", "Chỉ tiêu", "Tử số", "Mẫu số")
    row = (1, "Công dân học tập", 8000, 20000)
    lines = [(line,) for line in letterhead]
    reading = read(sheet(*lines, ("NĂM 2026",), heads, row), received_on="2026-11-20")
    assert [row["status"] for row in reading.observation_rows] == [status]
    rules = {found["rule"] for found in reading.finding_rows}
    assert ("sender_is_society" in rules) == (status == "doubtful")


@pytest.mark.parametrize(
    ("whole", "counts", "got"),
    [
        ("(nghìn người)", (19.2, 8100), (8100, 19200)),
        ("(nghìn người)", (19200, 8100), "scale_of_count"),
        ("(người)", (19200, 8100), (8100, 19200)),
    ],
)
def test_the_scale_of_one_heading_is_seen_beside_that_of_the_other(whole, counts, got):
    heads = f"Dân số từ 15 tuổi trở lên {whole}", "Số công dân học tập", "Tỷ lệ (%)"
    assert [*stands(one_row(heads, *counts, 42.2)).values()] == [got]  # 8100 / 19200
