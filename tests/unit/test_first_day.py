"""The first day: whatever files are there, the run ends and the page stands."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.intake_case import write_unit
from tests.whole_way import walk
from xhht_analysis.intake.gathering import received_dates
from xhht_analysis.project import Project

DAY = "2024-11-20"
DISTRICTS = [str(code) for code in range(815, 826)]
SAMPLE = Project().sample_dir


def only_a_pdf(folder: Path) -> None:
    (folder / "cong van.pdf").write_bytes(b"%PDF-1.4\n%%EOF\n")


def only_an_unknown_table(folder: Path) -> None:
    pd.DataFrame({"Tên hàng": ["gạo", "muối"], "Giá": [12, 5]}).to_csv(folder / "a.csv")


def only_one_list_of_four_years(folder: Path) -> None:
    """11 districts rise by 4 points a year, from 20 % to 32 %, of a goal whose target is 80 %."""
    rows = [
        {"Mã đơn vị": unit, "Năm": year, "Mã chỉ tiêu": "life_skills"}
        | {"Tử số": 200 + 40 * (year - 2021), "Mẫu số": 1000}
        for unit in DISTRICTS
        for year in (2021, 2022, 2023, 2024)
    ]
    pd.DataFrame(rows).to_csv(folder / "danh sach.csv", index=False)


def only_tables_of_the_statistics_office(folder: Path) -> None:
    for path in SAMPLE.glob("2022-11-14/GSO_*.csv"):
        shutil.copy(path, folder)


def years_of_one_unit(*years: int):
    def write(folder: Path) -> None:
        for year in years:
            shares = {"life_skills": (500 + 10 * (year - 2020), 1000)}
            write_unit(folder / f"{year}.xlsx", shares, unit="823", year=year)

    write.__name__ = f"{len(years)}_years_of_one_unit"
    return write


KINDS = {
    kind.__name__: (kind, figures)
    for kind, figures in (
        (only_a_pdf, 0),
        (only_an_unknown_table, 0),
        (only_one_list_of_four_years, 44 + 4),  # and the province's sum of each year
        (only_tables_of_the_statistics_office, 7),
        (years_of_one_unit(2024), 1),
        (years_of_one_unit(2023, 2024), 2),
        (years_of_one_unit(2022, 2023, 2024), 3),
    )
}


def first_day(kind: str, folder: Path) -> dict:
    write, _ = KINDS[kind]
    received = folder / "raw" / DAY
    received.mkdir(parents=True)
    write(received)
    return walk(folder / "raw", folder / "out")


@pytest.mark.cases(2)
@pytest.mark.unit
@pytest.mark.parametrize("kind", KINDS)
def test_any_set_of_files_gives_a_page(kind, tmp_path):
    done = first_day(kind, tmp_path)
    assert len(done["01_intake"][0]["panel"]) == KINDS[kind][1]
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "chưa đủ số liệu" in page.lower()
    assert list(tmp_path.rglob("*.png"))  # else the runner refuses
    verdicts = done["03_forecast"][0]["plan"].verdicts
    judged = set(verdicts.loc[verdicts["prob_reached"].notna(), "indicator_code"])
    assert judged <= {"life_skills"}
    if "four_years" not in kind:
        said = [getattr(one, "data", "") or "" for one in done["02_backtest"][1]]
        assert any("Chưa đủ năm để kiểm định" in str(text) for text in said)


DAYS = received_dates(SAMPLE)
EVERY_SECOND_YEAR = list({day[:4]: day for day in sorted(DAYS)}.values())[::2]
"""Vintages that every CI run walks in its twenty minutes; the others are marked long."""


@pytest.mark.slow
@pytest.mark.parametrize(
    "day",
    [d if d in EVERY_SECOND_YEAR else pytest.param(d, marks=pytest.mark.long) for d in DAYS],
)
def test_every_vintage_of_the_sample_gives_a_page(day, tmp_path):
    walk(SAMPLE, tmp_path, day)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "SỐ LIỆU MINH HỌA" in page


def test_an_empty_folder_of_a_later_day_is_no_day_of_receipt(tmp_path):
    (tmp_path / "2026-11-20" / "zalo").mkdir(parents=True)
    (tmp_path / "2026-11-20" / "zalo" / "a.xlsx").write_bytes(b"-")
    (tmp_path / "2026-11-25" / "trong").mkdir(parents=True)
    (tmp_path / "ghi chu.txt").write_text("-", "utf-8")
    assert received_dates(tmp_path) == ["2026-11-20"]
