"""Plans, averages and comparisons beside results are left out; the results are read."""

import pytest

from tests.form_fixtures import left_out, read
from tests.unit.test_office_tables import CAI_BE, CHO_GAO, CITIZENS, LEFT, SKILLS, UP, sheet, stands

pytestmark = pytest.mark.unit
PROVINCE, DISTRICT = ("UBND TỈNH TIỀN GIANG",), ("UBND HUYỆN CÁI BÈ",)
TITLE = ("BÁO CÁO KẾT QUẢ XÂY DỰNG XÃ HỘI HỌC TẬP NĂM 2024",)
OF_CITIZENS = {(CITIZENS, CAI_BE, 2024): 50, (CITIZENS, CHO_GAO, 2024): 50.5}
OF_SKILLS = {(SKILLS, unit, year): share for (_, unit, year), share in OF_CITIZENS.items()}


def of_units(*lines, values):
    rows = [(1, "Huyện Cái Bè", *values[0]), (2, "Huyện Chợ Gạo", *values[1])]
    return read(sheet(PROVINCE, *lines, *rows))


@pytest.mark.parametrize(
    ("heads", "values", "left"),
    [
        (("Chỉ tiêu giao năm 2024 (%)", "Kết quả thực hiện (%)", "So với chỉ tiêu (%)"),
         ((45, 50, 111.1), (45, 50.5, 112.2)), ["C3", "E3"]),
        (("TH 2024",), ((50,), (50.5,)), []),
        (("Năm 2024", "Bình quân"), ((50, 47.5), (50.5, 48)), ["D3"]),
    ],
)  # fmt: skip
def test_below_the_name_of_an_indicator(heads, values, left):
    title = ("TỶ LỆ CÔNG DÂN ĐẠT DANH HIỆU CÔNG DÂN HỌC TẬP NĂM 2024",)
    reading = of_units(title, ("TT", "Đơn vị", *heads), values=values)
    assert stands(reading) == OF_CITIZENS
    assert [cell for _, cell in left_out(reading)] == ["A3", *left]


def test_plan_and_result_below_an_indicator():
    heads = ("KH (%)", "TH (%)", "Đạt so KH")
    lines = ("TT", "Đơn vị", "Kỹ năng sống", LEFT, LEFT), (UP, UP, *heads)
    reading = of_units(TITLE, *lines, values=((45, 50, 111.1), (45, 50.5, 112.2)))
    assert stands(reading) == OF_SKILLS
    assert left_out(reading) == [("column_left_out", cell) for cell in ("A4", "C4", "E4")]


@pytest.mark.parametrize("group", ["TH", "Thực hiện", "Thực hiện năm 2024", "TH năm 2024"])
def test_a_group_of_results_over_indicators(group):
    lines = ("TT", "Đơn vị", group, LEFT), (UP, UP, "Kỹ năng sống (%)", "Công dân học tập (%)")
    reading = of_units(TITLE, *lines, values=((50, 50), (50.5, 50.5)))
    assert stands(reading) == OF_SKILLS | OF_CITIZENS


LIST = ("TT", "Chỉ tiêu", "Đơn vị tính", "Số liệu"), (1, "Kỹ năng sống", "%", 50)


@pytest.mark.parametrize(
    "title",
    [
        "CHỈ TIÊU XÃ HỘI HỌC TẬP NĂM 2024", "CÁC CHỈ TIÊU XÃ HỘI HỌC TẬP NĂM 2024",
        "Phụ lục 1: Một số chỉ tiêu về xây dựng xã hội học tập năm 2024",
    ],
)  # fmt: skip
def test_a_list_of_indicators_is_no_plan(title):
    assert stands(read(sheet(DISTRICT, (title,), *LIST))) == {(SKILLS, CAI_BE, 2024): 50}


@pytest.mark.parametrize(
    "title",
    ["CHỈ TIÊU XÃ HỘI HỌC TẬP GIAO NĂM 2024", "Các chỉ tiêu chủ yếu kế hoạch năm 2024"],
)
def test_what_was_set_is(title):
    assert stands(read(sheet(DISTRICT, (title,), *LIST))) == {}


@pytest.mark.parametrize(
    ("note", "doubtful"),
    [
        ("Ghi chú: Huyện Chợ Gạo chưa bao gồm xã Bình Ninh", {CHO_GAO}),
        ("Ghi chú: số ước tính", {CAI_BE, CHO_GAO}),
        ("Ghi chú: Huyện Chợ Gạo và các huyện khác là số ước tính", {CAI_BE, CHO_GAO}),
    ],
)
def test_a_note_that_names_a_row_doubts_that_row(note, doubtful):
    lines = ("TT", "Đơn vị", "Kỹ năng sống", LEFT), (UP, UP, "Tử số", "Mẫu số")
    rows = (1, "Huyện Cái Bè", 100, 200), (2, "Huyện Chợ Gạo", 101, 200)
    reading = read(sheet(PROVINCE, TITLE, *lines, *rows, (note,)))
    units = {r["unit_code"] for r in reading.observation_rows if r["status"] == "doubtful"}
    assert units == doubtful


@pytest.mark.parametrize("row", [(2, "B", 100, 200), (3, "", 20, 30), (1, "A", 40, 50)])
def test_a_row_of_figures_is_no_row_of_column_numbers(row):
    heads = ("TT", "Đơn vị", "Kỹ năng sống", LEFT), (UP, UP, "Tử số", "Mẫu số")
    reading = read(sheet(PROVINCE, TITLE, *heads, (1, "Huyện Cái Bè", 100, 200), row))
    told = {r["problem_cell"] for r in reading.observation_rows if r["problem"]}
    assert told | {cell for _, cell in left_out(reading)} == {"A4", "B6"}
