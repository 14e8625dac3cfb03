"""The page of a unit: its latest figures, its place, and what it is asked to check."""

import pandas as pd
import pytest

from tests import frames, report_maker
from tests.block_text import plain_text
from xhht_analysis.publishing import (
    district_ranks,
    report,
    site,
    unit_report,
)

pytestmark = pytest.mark.unit


def test_a_level_of_a_district_is_that_of_its_latest_year_whoever_reported_last():
    """The district's own rows end in 2024; its level of 2026 is that of the table of goals."""
    panel = frames.make_panel()
    own = panel["indicator_code"].eq("literacy_level") & panel["unit_code"].eq("819")
    run = frames.make_material(panel=panel[~(own & (panel["year"] < 2026))])
    (table,) = report_maker.tables(unit_report.unit_blocks(run, "819"), "Số liệu năm gần nhất")
    year, level = next(row[1:4:2] for row in table["rows"] if "xóa mù chữ" in row[0])
    text, latest = run.latest_cell("literacy_level", "819")
    assert (year, level) == (str(latest), text) == ("2026", "mức độ 2")
    assert table["caption"].endswith("bên cạnh toàn tỉnh")


def test_a_target_for_some_districts_judges_no_single_one():
    """In 2025 the plan asks half of the districts for the preschool standard, in 2030 all."""
    run = frames.make_material()
    (table,) = report_maker.tables(unit_report.unit_blocks(run, "819"), "Mục tiêu, thực hiện và")
    row = next(row for row in table["rows"] if "phổ cập giáo dục mầm non" in row[0])
    assert row[1:4] == ["–", "–", "–"]
    assert row[4] == "đạt chuẩn"
    (tally,) = [s for s in run.statements(2025, "819") if s.goal_code == "preschool_districts"] or [
        0
    ]
    assert tally == 0


def test_levels_are_the_same_words_for_unit_and_province():
    run = frames.make_material()
    code = "lower_secondary_level"
    said = next(s for s in run.all_statements() if s.goal_code == "lower_secondary_l2_province")
    assert run.latest_cell(code, "82") == (said.range_text(said.latest), said.latest.year)
    assert run.level_text(code, "2–3") == "mức độ 2–mức độ 3"
    assert run.level_text("preschool_level", "0") == "chưa đạt chuẩn"
    assert run.level_text("preschool5_level", "1") == "đạt chuẩn"
    assert run.level_text("digital_university", "2") == run.word("milestone.2")


def indicator_page(run, code: str) -> str:
    blocks = site.indicator_blocks(run, code, lambda *names: [])
    return "\n".join(plain_text(block.content) for block in blocks)


def test_an_indicator_of_several_goals_names_each():
    run = frames.make_material()
    page = indicator_page(run, "lower_secondary_level")
    for goal in ("lower_secondary_l2_districts", "lower_secondary_l2_province"):
        assert f"{run.title(goal)}. Mục tiêu năm" in page


def test_the_province_stands_with_the_figure_by_which_it_is_judged():
    """The lead agency's figure of 2025 is five points above the sum of the districts."""
    panel = frames.make_panel()
    of_2025 = panel["indicator_code"].eq("information_literacy") & panel["year"].eq(2025)
    whole = of_2025 & panel["unit_code"].eq("82")
    panel.loc[whole, "value"] = 5 + panel.loc[whole, "value"]
    panel.loc[whole, "value_type"] = "reported"
    panel.loc[whole, ["numerator", "denominator"]] = float("nan")
    run = frames.make_material(panel=panel)
    (used,) = [o for o in run.statement("information_literacy", 2030).history if o.year == 2025]
    shown = run.cells("information_literacy").loc["82", 2025]
    # 20 + 4 * 4 + 5 = 41 percent of the districts' people; the agency wrote five points more
    assert used.low == 41
    assert shown == "41,0\u00a0%; báo cáo 46,0\u00a0%"


def test_a_point_to_check_names_its_unit_and_year():
    run = frames.make_material()
    (table,) = report_maker.tables(unit_report.unit_blocks(run, "819"), "Điểm cần đơn vị kiểm tra")
    assert table["columns"] == ["Đơn vị", "Năm", "Nội dung cần kiểm tra"]
    assert table["rows"][0][:2] == [run.names["819"], "2026"]
    nowhere = run.findings.assign(unit_code=None, year=pd.NA, file="x.xlsx")
    run = frames.make_material(findings=nowhere)
    tables = report_maker.tables(report.annex(run, lambda *names: []), "Điểm cần đơn vị kiểm tra")
    assert tables[0]["rows"][0][:2] == ["–", "–"]


def test_of_three_comparable_districts_none_is_first_or_last():
    run = frames.make_material()
    judged = run.verdicts["unit_code"].isin(["82", "815", "816", "819"])
    run = frames.make_material(verdicts=run.verdicts[judged])
    blocks = district_ranks.places(run, lambda *names: [])
    tables = report_maker.tables(blocks, "Đơn vị theo số mục tiêu")
    assert [row[-2:] for row in tables[0]["rows"]] == [["–", "–"]] * 3


def test_a_commune_whose_rates_give_its_level_is_not_asked_for_it_again():
    """The typed level was unusable; the rates give level 2 for sure, or leave it open."""
    panel = frames.make_panel()
    of_level = panel["indicator_code"].eq("literacy_level") & panel["year"].eq(2026)
    row = panel[of_level].iloc[0]
    communes = frames.make_material().units.query("district_code == '819' and level == 'commune'")
    typed, sure, unsure, absent, *_ = communes["unit_code"]
    rows = [
        row.copy().replace({row["unit_code"]: unit}).to_dict() | {"frame": "2025-07"} | levels
        for unit, levels in {
            typed: {"level": 2.0},
            sure: {"level": float("nan"), "level_derived_min": 2.0, "level_derived_max": 2.0},
            unsure: {"level": float("nan"), "level_derived_min": 0.0, "level_derived_max": 2.0},
        }.items()
    ]
    panel = pd.concat([panel[~of_level], pd.DataFrame(rows).astype(panel.dtypes)])
    run = frames.make_material(panel=panel)
    names = run.statement("literacy_l2_districts", 2030).gap.silent
    assert {run.names[unsure], run.names[absent]} <= set(names)
    assert not {run.names[typed], run.names[sure]} & set(names)


def test_a_new_commune_has_nothing_of_the_one_that_bore_its_code_before():
    """28366 was Xã Hậu Mỹ Bắc A until 30/6/2025; Xã Hậu Mỹ has had the code since."""
    panel, (rejects, findings) = frames.make_panel(), frames.make_doubts()
    old = panel[(panel["unit_code"] == "819") & (panel["indicator_code"] == "clc_it")]
    old = old[old["year"] == 2024].assign(unit_code="28366", numerator=7, denominator=9)
    refused = {"unit_code": "28366", "year": 2022, "raw": "9868", "file": "2022-11-23/Cũ.xlsx"}
    rejects = pd.concat([rejects, rejects.head(1).assign(**refused)], ignore_index=True)
    new = {"unit_code": "28366", "year": 2026, "raw": "12,,5", "file": "2026-11-11/Mới.xlsx"}
    rejects = pd.concat([rejects, rejects.head(1).assign(**new)], ignore_index=True)
    panel = pd.concat([panel, old], ignore_index=True)
    run = frames.make_material(panel=panel, rejects=rejects, findings=findings.head(0))
    text = "\n".join(plain_text(one.content) for one in unit_report.unit_blocks(run, "28366"))
    assert "12,,5" in text
    assert "9868" not in text
    assert "7/9" not in text
