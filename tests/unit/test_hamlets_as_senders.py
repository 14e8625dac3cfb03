"""A hamlet's own sheet is no commune's, wherever it says so."""

import pytest

from tests.form_fixtures import read
from tests.unit.test_office_tables import sheet
from xhht_analysis.intake.forms.text_kinds import line_kind

pytestmark = pytest.mark.unit
HEADS = ("TT", "Xã", "Dân số từ 15 tuổi trở lên", "Số công dân học tập")
LIST = ("TT", "Chỉ tiêu", "Tổng số", "Số đạt", "Tỷ lệ (%)")


@pytest.mark.parametrize(
    "lines",
    [
        ("UBND XÃ CÁI BÈ", "BAN NHÂN DÂN ẤP MỸ PHÚ"),
        ("ẤP THUẬN HÒA - XÃ CÁI BÈ",),
        ("UBND XÃ CÁI BÈ", "KẾT QUẢ XÂY DỰNG XÃ HỘI HỌC TẬP ẤP MỸ PHÚ NĂM 2026"),
        ("XÃ CÁI BÈ", "TỔ NHÂN DÂN TỰ QUẢN SỐ 5, ẤP LỢI NHƠN"),
        ("XÃ CÁI BÈ", "KẾT QUẢ XHHT NĂM 2026 - ẤP MAI SƠN"),
        ("CHI HỘI KHUYẾN HỌC ẤP HÒA QUÍ", "XÃ CÁI BÈ"),
        ("UBND XÃ CÁI BÈ", "Số liệu của khu phố 3"),
    ],
)
def test_figures_of_a_hamlet_are_not_those_of_its_commune(lines):
    rows = [(line,) for line in (*lines, "Năm 2026")]
    board = sheet(*rows, LIST, (1, "Công dân học tập", 900, 450, 50))
    reading = read(board, received_on="2026-11-20")
    assert not [r for r in reading.observation_rows if r["unit_code"] and not r.get("problem")]


@pytest.mark.parametrize(
    "title",
    [
        "KẾT QUẢ CÁC ẤP NĂM 2026",
        "Kết quả theo ấp, khu phố năm 2026",
        "TỔNG HỢP KẾT QUẢ CÁC ẤP, KHU PHỐ NĂM 2026",
        "Kết quả thực hiện của xã và các ấp",
        "Kết quả xây dựng cộng đồng học tập cấp ấp năm 2026",
        "Kết quả áp dụng năm 2026",
        "Tổng hợp kết quả từ ấp 1 đến ấp 7",
    ],
)
def test_a_title_of_all_hamlets_is_over_results(title):
    assert line_kind(title, "2026") == "result"
