"""A table that kept last year's heading, and last year's share beside this year's counts."""

from __future__ import annotations

import pytest

from tests.workbook_rows import write_rows
from xhht_analysis.intake import run_intake

pytestmark = pytest.mark.unit

CITIZENS = "Công dân đạt danh hiệu công dân học tập"
SKILLS = "Người trong độ tuổi lao động được trang bị kỹ năng sống"


def form(year, *counts, note=""):
    return [
        ["UBND XÃ PHÚ THÀNH"],
        [f"KẾT QUẢ XÂY DỰNG XÃ HỘI HỌC TẬP NĂM {year}{note}"],
        ["Chỉ tiêu", "Tổng số", "Số đạt"],
        *([name, *pair] for name, pair in zip((CITIZENS, SKILLS), counts, strict=True)),
    ]


def of_2025(result):
    panel = result.panel[result.panel["value_type"].ne("derived") & result.panel["year"].eq(2025)]
    return panel.set_index("indicator_code")[["numerator", "status"]]


BEFORE = form(2025, (9040, 4110), (7310, 3120))


@pytest.mark.parametrize(
    ("day", "later", "expected"),
    [
        ("2026-11-20", form(2025, (9090, 4507), (7340, 3415)), "doubtful"),
        ("2026-03-20", form(2025, (9090, 4507), (7340, 3415)), "ok"),  # still awaited
        ("2026-11-20", form(2025, (9090, 4507), (7340, 3415), note=" (ĐÍNH CHÍNH)"), "ok"),
    ],
)
def test_figures_replaced_when_those_of_a_later_year_are_awaited(tmp_path, day, later, expected):
    write_rows(tmp_path / "2025-11-20" / "Phu Thanh.xlsx", BEFORE)
    write_rows(tmp_path / day / "Phu Thanh so lieu.xlsx", later)
    result = run_intake(tmp_path, sample=False, jobs=1)
    figures = of_2025(result)
    assert figures["numerator"].tolist() == [4507, 3415]
    assert figures["status"].tolist() == [expected, expected]
    found = result.findings[result.findings["rule"].eq("replaced_late")]
    assert found["indicator_code"].tolist() == (
        ["learning_citizens", "life_skills"] if expected == "doubtful" else []
    )
    assert found["file"].eq("2025-11-20/Phu Thanh.xlsx").all()


def test_a_table_of_several_years_may_revise_the_earlier_ones(tmp_path):
    write_rows(tmp_path / "2025-11-20" / "Phu Thanh.xlsx", BEFORE)
    heads = ["Chỉ tiêu", "Năm 2025 | Tổng số", "Năm 2025 | Số đạt"]
    heads += ["Năm 2026 | Tổng số", "Năm 2026 | Số đạt"]
    rows = [["UBND XÃ PHÚ THÀNH"], ["KẾT QUẢ NĂM 2026"]]
    rows += [[name.replace(" | ", " - ") for name in heads], [CITIZENS, 9041, 4120, 9100, 4600]]
    write_rows(tmp_path / "2026-11-20" / "Phu Thanh.xlsx", rows)
    result = run_intake(tmp_path, sample=False, jobs=1)
    assert of_2025(result).loc["learning_citizens"].tolist() == [4120, "ok"]


@pytest.mark.parametrize("share_of_before", [45.46, 48.63])  # 4110/9040; stood still
def test_last_years_share_beside_this_years_counts(tmp_path, share_of_before):
    heads = ["Chỉ tiêu", "Tổng số", "Số đạt", "Tỷ lệ (%) năm 2026", "Tỷ lệ (%) năm 2025"]
    rows = [["UBND XÃ PHÚ THÀNH"], ["SỐ LIỆU NĂM 2026"], heads]
    write_rows(
        tmp_path / "2026-11-20" / "a.xlsx", [*rows, [CITIZENS, 9271, 4508, 48.63, share_of_before]]
    )
    result = run_intake(tmp_path, sample=False, jobs=1)
    panel = result.panel[result.panel["value_type"].ne("derived")].set_index("year")
    assert panel.loc[2026, ["numerator", "denominator", "status"]].tolist() == [4508, 9271, "ok"]
    assert panel.loc[2025, ["numerator", "denominator"]].isna().all()
    assert panel.loc[2025, ["value", "status"]].tolist() == [share_of_before, "ok"]
    assert result.rejects.empty
    assert "count_unread" not in set(result.findings["rule"])  # they are those of 2026
