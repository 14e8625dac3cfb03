"""What was asked for, planned, estimated or counted of some people is no recognised count."""

import pytest

from tests.form_fixtures import left_out, read, rules
from tests.unit.test_office_tables import CITIZENS, SKILLS, sheet, stands

pytestmark = pytest.mark.unit
TAN_PHUOC = "818"
OFFICE = ("SỞ GIÁO DỤC VÀ ĐÀO TẠO TIỀN GIANG",)


def citizens(head):
    heads = ("TT", "Đơn vị", "Dân số từ 15 tuổi trở lên", head, "Tỷ lệ (%)")
    title = ("KẾT QUẢ CÔNG DÂN HỌC TẬP NĂM 2024",)
    row = (1, "Huyện Tân Phước", 47200, 18266, 38.7)  # 18266 / 47200 = 38.699 %
    return read(sheet(OFFICE, title, heads, row))


@pytest.mark.parametrize(
    "head",
    [
        "Số người đề nghị công nhận CDHT", "CDHT đề nghị công nhận",
        "Số người tự đánh giá đạt CDHT", "Số người đăng ký đạt danh hiệu Công dân học tập",
        "Kế hoạch số người đạt CDHT năm 2024", "Kế hoạch số người đạt CDHT",
        "Kế hoạch năm 2024 số người đạt CDHT", "Chỉ tiêu kế hoạch số người đạt CDHT",
        "Ước số người đạt CDHT cả năm 2024", "Dự kiến số người đạt CDHT",
        "Số người đạt CDHT cùng kỳ năm trước", "Số người đạt CDHT 6 tháng đầu năm",
        "Số người đạt CDHT năm 2023", "Số công dân được xét công nhận CDHT",
        "Số CDHT được khen thưởng", "Số CDHT tiêu biểu được công nhận",
    ],
)  # fmt: skip
def test_neither_such_a_count_nor_its_percentage_stands(head):
    reading = citizens(head)
    of_year = {key: value for key, value in stands(reading).items() if key[2] == 2024}
    assert set(of_year.values()) <= {"share_of_plan"}
    assert reading.refusal or ("column_left_out", "D3") in left_out(reading) or head[-4:] == "2023"


@pytest.mark.parametrize("head", ["Số người đạt CDHT", "Số CDHT được công nhận"])
def test_a_recognised_count_stands(head):
    assert stands(citizens(head)) == {(CITIZENS, TAN_PHUOC, 2024): (18266, 47200)}


HEADS = ("TT", "Đơn vị", "Tổng số", "Số được trang bị kỹ năng sống", "Tỷ lệ (%)")
ROW = (1, "Huyện Tân Phước", 47200, 18266, 38.7)
TITLE = ("KẾT QUẢ TRANG BỊ KỸ NĂNG SỐNG NĂM 2024",)


@pytest.mark.parametrize(
    "people", ["thanh niên từ 16 đến 30 tuổi", "hội viên phụ nữ", "đoàn viên, thanh niên"]
)
def test_a_line_that_names_other_people_bars_the_table(people):
    reading = read(sheet(OFFICE, TITLE, (f"Đối tượng: {people}",), HEADS, ROW))
    assert (stands(reading), reading.refusal.rule) == ({}, "unknown_form")


@pytest.mark.parametrize(
    "sender", ["TỈNH ĐOÀN TIỀN GIANG", "HUYỆN ĐOÀN CÁI BÈ", "XÃ ĐOÀN TÂN THỚI"]
)
def test_what_a_society_says_of_units_is_doubtful(sender):
    reading = read(sheet((sender,), TITLE, HEADS, ROW))
    assert [row["status"] for row in reading.observation_rows] == ["doubtful"]
    assert "sender_is_society" in dict(rules(reading))


def test_the_office_in_charge_is_believed():
    reading = read(sheet(OFFICE, TITLE, HEADS, ROW))
    assert stands(reading) == {(SKILLS, TAN_PHUOC, 2024): (18266, 47200)}
    assert [row["status"] for row in reading.observation_rows] == ["ok"]


@pytest.mark.parametrize("kinds", ["xã", "hộ", "ấp", "gia đình"])
def test_numbers_of_communes_or_households_are_no_numbers_of_people(kinds):
    district, title = ("UBND HUYỆN CÁI BÈ",), ("KẾT QUẢ XÃ HỘI HỌC TẬP NĂM 2024",)
    row = 1, "Kỹ năng sống", 5, 10, 50
    for heads in (
        ("TT", "Chỉ tiêu", f"Số {kinds} đạt", f"Tổng số {kinds}", "Tỷ lệ (%)"),
        ("TT", "Chỉ tiêu", f"Số {kinds} đạt", "Tổng số", "Tỷ lệ (%)"),
    ):
        reading = read(sheet(district, title, heads, row))
        assert set(stands(reading).values()) <= {"share_of_plan"}
    reading = read(sheet(district, title, ("TT", "Chỉ tiêu", f"Tỷ lệ {kinds} đạt (%)"), row[:3]))
    assert (stands(reading), reading.refusal.rule) == ({}, "unknown_form")


@pytest.mark.parametrize(
    "line", ["(Đối với các xã nông thôn mới)", "Chỉ gồm 12 xã điểm", "Đối với các xã vùng sâu"]
)
def test_a_line_that_names_some_communes_bars_the_table(line):
    reading = read(sheet(OFFICE, TITLE, (line,), HEADS, ROW))
    assert stands(reading) == {} or reading.observation_rows[0]["status"] == "doubtful"
