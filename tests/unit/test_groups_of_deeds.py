"""Groups of columns headed by an indicator's name in full."""

from __future__ import annotations

import pytest

from tests.workbook_rows import write_rows
from xhht_analysis.intake import run_intake

pytestmark = pytest.mark.unit


def read(folder, *rows, merged=()):
    write_rows(folder / "2023-11-20" / "bieu.xlsx", rows, merged)
    panel = run_intake(folder, sample=False, jobs=1).panel
    panel = panel[panel["value_type"].eq("reported")]
    names = ["unit_code", "indicator_code", "numerator", "denominator", "status"]
    return sorted(map(tuple, panel[names].to_numpy().tolist()))


@pytest.mark.parametrize(
    "head",
    [
        "Người trong độ tuổi lao động được trang bị kỹ năng sống",
        "Số người trong độ tuổi lao động được trang bị kỹ năng sống",
    ],
)
@pytest.mark.parametrize("done", ["Đạt", "Số đạt", "Số người đạt", "Thực hiện"])
def test_beside_those_who_have_done_it_the_sum_of_all_is_the_denominator(tmp_path, head, done):
    other = "Công dân đạt danh hiệu công dân học tập"
    figures = read(
        tmp_path,
        ["UBND HUYỆN GÒ CÔNG TÂY"],
        ["KẾT QUẢ XÂY DỰNG XÃ HỘI HỌC TẬP NĂM 2023"],
        ["TT", "Đơn vị", head, None, None, other, None, None],
        [None, None, *["Tổng số", done, "Tỷ lệ (%)"] * 2],
        [1, "Xã Đồng Sơn", 18650, 6609, 35.44, 22545, 9018, 40],
        [2, "Xã Đồng Thạnh", 14637, 6702, 45.79, 18275, 7310, 40],
        merged=["A3:A4", "B3:B4", "C3:E3", "F3:H3"],
    )
    assert [figure[1:4] for figure in figures] == [
        ("learning_citizens", 9018, 22545), ("life_skills", 6609, 18650),
        ("learning_citizens", 7310, 18275), ("life_skills", 6702, 14637),
    ]  # fmt: skip
