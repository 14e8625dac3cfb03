"""Tables whose title, sheet or heads say that they do not hold the figures of the year."""

from __future__ import annotations

import pytest

from tests.form_fixtures import read
from tests.unit.test_office_tables import CAI_BE, SKILLS, sheet, stands

pytestmark = pytest.mark.unit

HEAD, ROW = ("STT", "Chỉ tiêu", "Tử số", "Mẫu số"), (1, "Kỹ năng sống", 1000, 2000)
WHOLE = {(SKILLS, CAI_BE, 2024): (1000, 2000)}


def below(*lines, name="Sheet1", head=HEAD, row=ROW):
    """What a list of Huyện Cái Bè for 2024 gives with these lines right above it."""
    board = sheet(("UBND HUYỆN CÁI BÈ",), ("Năm 2024",), *((line,) for line in lines), head, row)
    board.name = name
    return read(board)


@pytest.mark.parametrize(
    "title",
    [
        "Biểu số liệu nữ", "Nữ", "Khu vực thành thị", "Số liệu người dân tộc Khmer",
        "người khuyết tật", "Đối tượng: cán bộ, công chức", "Riêng khối trường THPT",
        "Số liệu của 5 xã điểm", "Số đăng ký năm 2024", "Số liệu ước tính", "Cùng kỳ năm trước",
        "Bảng 2. Số liệu cùng kỳ để so sánh", "Số liệu năm trước (tham khảo)",
        "Số tăng thêm trong năm", "Kế hoạch năm 2024", "Mục tiêu đến năm 2025",
        "KẾ HOẠCH TRANG BỊ KỸ NĂNG SỐNG NĂM 2024", "KỸ NĂNG SỐNG NĂM 2024 (DỰ BÁO)",
        "Nhu cầu học kỹ năng sống năm 2024", "KỸ NĂNG SỐNG KHU VỰC NÔNG THÔN NĂM 2024",
        "(Số liệu nam)", "(Số ước)", "Kỹ năng sống (theo kế hoạch)", "Dự thảo",
        "SỐ NGƯỜI CHƯA ĐƯỢC TRANG BỊ KỸ NĂNG SỐNG",
        "KẾT QUẢ KHẢO SÁT KỸ NĂNG SỐNG NĂM 2024", "KẾT QUẢ ĐĂNG KÝ HỌC KỸ NĂNG SỐNG",
        "KẾT QUẢ ĐIỀU TRA MẪU KỸ NĂNG SỐNG", "KẾT QUẢ DỰ KIẾN NĂM 2024",
        "KẾT QUẢ ƯỚC THỰC HIỆN NĂM 2024", "TỔNG HỢP KẾ HOẠCH NĂM 2024",
        "BÁO CÁO KẾ HOẠCH TRANG BỊ KỸ NĂNG SỐNG", "TỔNG HỢP NHU CẦU HỌC KỸ NĂNG SỐNG",
        "KẾT QUẢ GIAO CHỈ TIÊU NĂM 2024", "KẾT QUẢ THÍ ĐIỂM KỸ NĂNG SỐNG",
    ],
)  # fmt: skip
def test_a_title_of_a_part_a_plan_or_last_year_bars_the_table(title):
    reading = below(title)
    assert stands(reading) == {}
    assert reading.refusal.rule == "unknown_form"
    assert title in reading.refusal.detail


@pytest.mark.parametrize(
    "line",
    [
        "SỞ DÂN TỘC VÀ TÔN GIÁO", "BAN DÂN TỘC", "HỘI LIÊN HIỆP PHỤ NỮ",
        "Xây dựng nông thôn mới", "Nông thôn mới năm 2024", "Cán bộ tổng hợp: Lê Văn An",
        "Người lập biểu: Trần Thị Nữ", "Nhập số liệu vào các ô màu vàng", "Số đăng ký: 12/BC",
        "Kế hoạch xây dựng xã hội học tập năm 2024", "Kế hoạch số 120/KH-UBND năm 2022",
        "Kết quả thực hiện kế hoạch năm 2024", "Kỳ trước: Năm 2023", "Khối thi đua số 1",
    ],
)  # fmt: skip
def test_lines_that_only_mention_such_words_bar_nothing(line):
    assert stands(below(line)) == WHOLE


@pytest.mark.parametrize(
    ("name", "read_all"),
    [("Nữ", 0), ("Dân tộc", 0), ("Ước TH", 0), ("Nháp", 0), ("Cùng kỳ", 0), ("Mục tiêu", 0),
     ("KH 2025", 0), ("Nhập liệu", 1), ("Tổng hợp", 1), ("Nam Định", 1)],
)  # fmt: skip
def test_the_name_of_a_sheet_bars_it_alike(name, read_all):
    assert stands(below(name=name)) == (WHOLE if read_all else {})


@pytest.mark.parametrize(
    ("old", "new"),
    [("Đã báo cáo", "Điều chỉnh lại"), ("Báo cáo", "Nay sửa"), ("Kết quả", "Sau rà soát"),
     ("Số đã báo cáo", "Số đính chính"), ("", "Thẩm định")],
)  # fmt: skip
def test_old_figures_beside_corrected_ones_are_not_read(old, new):
    head = (*HEAD[:2], *(f"{old} {part}" for part in HEAD[2:]), f"{new} tử số", f"{new} mẫu số")
    reading = below(head=head, row=(1, "Kỹ năng sống", 900, 2000, 1000, 2001))
    assert stands(reading) == {}
    assert "số đã sửa" in reading.refusal.detail
    assert stands(below(head=(*HEAD, new), row=(*ROW, "đã rà soát"))) == WHOLE  # no number


def test_those_who_were_looked_at_are_no_old_figures():
    reading = below(head=(*HEAD, "Tổng đối tượng rà soát"), row=(*ROW, 2000))
    assert stands(reading) == WHOLE


@pytest.mark.parametrize(("month", "year"), [("01", None), ("6", None), ("07", 2024), ("11", 2024)])
def test_the_day_of_a_letter_of_the_first_half_says_no_year_of_figures(month, year):
    lines = ("UBND HUYỆN CÁI BÈ",), (f"Cái Bè, ngày 15 tháng {month} năm 2024",)
    reading = read(sheet(*lines, HEAD, ROW))
    figures = (1000, 2000) if year else "year_missing"
    assert stands(reading) == {(SKILLS, CAI_BE, year): figures}


def test_a_sum_since_a_year_is_no_figure_of_that_year():
    parts = ("tử số", "mẫu số")
    since = (f"Kỹ năng sống 2021 cộng dồn ({part})" for part in parts)
    head = ("TT", "Đơn vị", *(f"Kỹ năng sống ({part})" for part in parts), *since)
    row = (1, "Huyện Cái Bè", 1000, 2000, 3000, 4000)
    assert (SKILLS, CAI_BE, 2021) not in stands(read(sheet(("Năm 2024",), head, row)))
