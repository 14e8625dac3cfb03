"""Titles, wholes and units of measure of offices of education and labour, as they write them."""

from __future__ import annotations

import pytest

from tests.workbook_rows import write_rows
from xhht_analysis.intake import run_intake

pytestmark = pytest.mark.unit

ENTRY = "Tỷ lệ trẻ 6 tuổi vào lớp 1"


def figures(folder, rows):
    write_rows(folder / "2026-11-20" / "a.xlsx", rows)
    panel = run_intake(folder, sample=False, jobs=1).panel
    panel = panel[panel["value_type"].ne("derived")]
    return panel[["indicator_code", "numerator", "denominator", "status"]].to_numpy().tolist()


@pytest.mark.parametrize(
    ("title", "n_read"),
    [
        ("Biểu 3. Giáo dục", 1),
        ("Bảng 2. Giáo dục mầm non", 1),
        ("Phụ biểu 3 - Giáo dục và đào tạo", 1),
        ("Biểu 3. Giao chỉ tiêu", 0),
        ("Bảng giao chỉ tiêu", 0),
    ],
)
def test_a_table_of_education_is_no_assignment_of_targets(tmp_path, title, n_read):
    rows = [["UBND XÃ TÂN HƯƠNG, năm 2026"], [title], ["Tên chỉ tiêu", "Tử số", "Mẫu số"]]
    read = figures(tmp_path, [*rows, [ENTRY, 187, 188]])
    assert read == [["primary_entry_6", 187, 188, "ok"]] * n_read


@pytest.mark.parametrize("whole", ["Số phải phổ cập", "PPC", "Dân số trong độ tuổi"])
def test_those_who_are_owed_schooling_are_the_whole(tmp_path, whole):
    rows = [["UBND XÃ LONG BÌNH"], ["KẾT QUẢ PCGD NĂM 2026"]]
    heads = ["Tiêu chí", whole, "Số đạt", "Tỷ lệ (%)"]
    assert figures(tmp_path, [*rows, heads, [ENTRY, 128, 125, 97.66]]) == [  # 125/128
        ["primary_entry_6", 125, 128, "ok"]
    ]


@pytest.mark.parametrize("unit", ["", " (người)"])
@pytest.mark.parametrize("deed", ["đã qua", "được"])
def test_people_named_with_their_unit_of_measure(tmp_path, unit, deed):
    heads = ["Đơn vị", f"Dân số từ 15 tuổi trở lên{unit}"]
    heads += [f"Số người {deed} đào tạo chuyên môn kỹ thuật{unit}"]
    rows = [["SỞ NỘI VỤ"], ["SỐ LIỆU NĂM 2026"], heads, ["Xã Tân Hương", 11114, 5866]]
    assert figures(tmp_path, rows) == [["trained_population", 5866, 11114, "ok"]]
