"""The page of a unit: its latest figures, its place, and what it is asked to check."""

import pandas as pd
import pytest

from tests import frames, report_maker
from tests.block_text import plain_text
from xhht_analysis.publishing import appendix, unit_report

pytestmark = pytest.mark.unit


def page_text(run, unit_code: str) -> str:
    return " ".join(plain_text(b.content) for b in unit_report.unit_blocks(run, unit_code))


def test_a_level_of_a_district_is_that_of_its_latest_year_whoever_reported_last():
    """The district's own rows end in 2024; its level of 2026 is that of the table of goals."""
    panel = frames.make_panel()
    own = panel["indicator_code"].eq("literacy_level") & panel["unit_code"].eq("819")
    run = frames.make_material(panel=panel[~(own & (panel["year"] < 2026))])
    (table,) = report_maker.tables(unit_report.unit_blocks(run, "819"), "Số liệu năm gần nhất")
    year, level = next(row[1:4:2] for row in table["rows"] if "xóa mù chữ" in row[0])
    text, latest = run.latest_cell("literacy_level", "819")
    assert (year, level) == (str(latest), f"mức độ {text}") == ("2026", "mức độ 2")
    assert table["caption"].endswith("bên cạnh toàn tỉnh")


def test_a_point_to_check_names_its_unit_and_year():
    run = frames.make_material()
    (table,) = report_maker.tables(unit_report.unit_blocks(run, "819"), "Điểm cần đơn vị kiểm tra")
    assert table["columns"] == ["Đơn vị", "Năm", "Nội dung cần kiểm tra"]
    assert table["rows"][0][:2] == [run.names["819"], "2026"]
    nowhere = run.findings.assign(unit_code=None, year=pd.NA, file="x.xlsx")
    run = frames.make_material(findings=nowhere)
    tables = report_maker.tables(appendix.annex(run, lambda *names: []), "Điểm cần đơn vị kiểm tra")
    assert tables[0]["rows"][0][:2] == ["–", "–"]


def test_of_three_comparable_districts_none_is_first_or_last():
    run = frames.make_material()
    judged = run.verdicts["unit_code"].isin(["82", "815", "816", "819"])
    run = frames.make_material(verdicts=run.verdicts[judged])
    tables = report_maker.tables(appendix.annex(run, lambda *names: []), "Xếp theo các mục tiêu")
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
