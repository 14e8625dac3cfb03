"""The small province of the tests: every district, every share and level, a few defects, 100 kB.

Raw files are one wide table a year (11 districts to 2024, 57 communes after), two templates, one
official form and one refused file; the tables of tests/fixtures/processed are what the kit itself
makes of them, so that every notebook runs on its defaults.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.sample_data import bad_files, forms, odd_files, paths
from tests.sample_data.forms import Listing
from tests.sample_data.grids import MARK, Grid, save
from tests.sample_data.recognition import learning_community
from tests.sample_data.templates import LEVELS, TemplateWriter, commune_recognition
from tests.sample_data.truth import YEARS
from xhht_analysis import store
from xhht_analysis.forecasting import forecast_plan
from xhht_analysis.forecasting.backtest import backtest_rows, summarise
from xhht_analysis.intake import run_intake
from xhht_analysis.plan.areas import read_areas
from xhht_analysis.plan.goals import read_expert, read_goals, read_indicators, read_targets
from xhht_analysis.plan.standards import read_standards
from xhht_analysis.project import ROOT

FIXTURES = ROOT / "tests" / "fixtures"
N_DRAWS, SEED = 4000, 1
SLIP = ("825", 2022, "digital_institutions")
"""Tân Phú Đông types more institutions than there are."""


def year_table(writer: TemplateWriter, year: int) -> Grid:
    """One row per unit: counts of the seven shares, then the levels."""
    geography, on = writer.truth.geography, f"{year}-09-30"
    grid = Grid(widths={0: 5, 1: 10, 2: 26})
    grid.put(0, 0, f"BẢNG TỔNG HỢP SỐ LIỆU XÂY DỰNG XÃ HỘI HỌC TẬP NĂM {year}", "title")
    grid.put(1, 0, MARK, "mark")
    for col, name in enumerate(("TT", "Mã đơn vị", "Đơn vị")):
        grid.merge((3, col), (4, col), name, "head")
    levels = [x for x in LEVELS if x != "preschool_level" or year >= 2025]
    levels += ["learning_community_level"] if year >= 2024 else []
    for i, share in enumerate(paths.SHARES):
        grid.merge((3, 3 + 2 * i), (3, 4 + 2 * i), share, "head")
        grid.row(4, ["Tử số", "Mẫu số"], "head", 3 + 2 * i)
    left = 3 + 2 * len(paths.SHARES)
    for i, level in enumerate(levels):
        grid.put(3, left + i, level, "head")
        grid.put(4, left + i, "Mức độ", "head")
    units = {d: geography.district_name(d) for d in geography.atoms}
    if year >= 2025:
        units = {c: n for d in geography.atoms for c, n in geography.communes(d, on).items()}
    for row, (code, name) in enumerate(units.items(), start=5):
        grid.row(row, [str(row - 4), code, name])
        for i, share in enumerate(paths.SHARES):
            numerator, denominator = writer.truth.of_unit(share, code, year, on)
            numerator += denominator if (code, year, share) == SLIP else 0
            grid.row(row, [numerator, denominator], "count", 3 + 2 * i)
        for i, level in enumerate(levels):
            grid.put(row, left + i, level_of(writer, level, code, year, on), "count")
    return grid


def level_of(writer: TemplateWriter, level: str, code: str, year: int, on: str) -> int:
    """Level that a unit reports."""
    if level == "learning_community_level":
        known = commune_recognition if year >= 2025 else learning_community
        return (known(code, year) or (0,))[0]
    of = writer.recognition.commune if year >= 2025 else writer.recognition.district
    return of(level, code, year, on)


def write_raw(folder: Path) -> None:
    """Write the raw files below ``folder``, emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    writer = TemplateWriter.sample()
    geography = writer.truth.geography
    for year in YEARS:
        path = folder / f"{year}-11-20" / f"Tong hop XHHT {year}.xlsx"
        save(path, {"Tong hop": year_table(writer, year)})
    for year in (2024, 2026):
        for agency, name in (("DHTG", "DH Tien Giang"), ("SGDDT", "So GDDT")):
            path = folder / f"{year}-11-20" / f"{name} {year}.xlsx"
            writer.agency(path, agency, year)
    units = geography.communes("825", "2023-09-30")
    listing = Listing.of(writer.truth, "Huyện: Tân Phú Đông", 2023, units, "2023-09-30")
    grid = forms.xmc4(listing)
    odd_files.wrong_total(grid)
    save(folder / "2023-11-20" / "XMC_4_2023_huyện Tân Phú Đông.xls", {"Bieu": grid})
    bad_files.html_as_xls(folder / "2022-11-20" / "bao cao.xls")


def write_processed(raw: Path, folder: Path) -> None:
    """Write what the kit makes of ``raw``, as the notebooks 01, 02 and 03 do."""
    config = ROOT / "config"
    result = run_intake(raw, sample=True)
    indicators = read_indicators(config)
    plan = forecast_plan(
        result.panel,
        read_goals(config),
        read_targets(config),
        indicators,
        read_areas(config),
        as_of=result.as_of,
        n_draws=N_DRAWS,
        seed=SEED,
        expert=read_expert(config),
        standards=read_standards(config),
        findings=result.findings,
    )
    tables = result.tables | {
        "scores": summarise(backtest_rows(result.panel, indicators)),
        **plan.tables,
    }
    for name, table in tables.items():
        store.write_table(table, name, folder)
