"""The labelled sample through the whole intake: defects as listed, figures as invented."""

from __future__ import annotations

import csv
import itertools
from collections import Counter

import pandas as pd
import pytest

from tests.sample_data import paths, traps
from tests.sample_data.__main__ import SAMPLE, write_sample
from tests.sample_data.deliveries import MISSING, REVISED, revised_counts
from tests.sample_data.geography import PROVINCE, Geography
from tests.sample_data.grids import MARK
from tests.sample_data.listing import EXPECTED_CSV
from tests.sample_data.patching import unpacked
from tests.sample_data.recognition import Recognition
from tests.sample_data.templates import TemplateWriter
from tests.sample_data.truth import YEARS, Truth
from xhht_analysis.intake import run_intake
from xhht_analysis.intake.reading.delivery import read_files
from xhht_analysis.intake.returning.status import submission_status

pytestmark = pytest.mark.golden

MAX_BYTES = 3 * 2**20
TRAP_FINDINGS = (
    "submitted_differs",
    "denominator_jump",
    "copied_from_last_year",
    "total_differs",
    "sample_numbers",
    "out_of_scope",
    "parts_differ",
    "jump",
    "scale_suspected",
    "level_differs",
    "round_figures",
    "nothing_filled_in",
    "sheet_not_recognised",
)
"""Findings that only a listed defect may cause; others, such as a level lost, are news."""


@pytest.fixture(scope="module")
def result():
    return run_intake(SAMPLE, sample=True)


@pytest.fixture(scope="module")
def expected() -> list[dict[str, str]]:
    with EXPECTED_CSV.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def truth() -> Truth:
    return Truth(Geography())


def places(table: pd.DataFrame) -> Counter:
    """File, cell and rule of each row, counted."""
    columns = table[["file", "cell", "rule"]].fillna("").astype(str)
    return Counter(columns.itertuples(index=False, name=None))


def listed(expected: list[dict[str, str]], table: str) -> Counter:
    return Counter((x["file"], x["cell"], x["rule"]) for x in expected if x["table"] == table)


def test_rejects_are_exactly_those_listed(result, expected):
    assert places(result.rejects) == listed(expected, "rejects")


def test_findings_of_defects_are_exactly_those_listed(result, expected):
    found = result.findings[result.findings["rule"].isin(TRAP_FINDINGS)]
    assert places(found) == listed(expected, "findings")


def test_odd_but_readable_files_give_neither(result, expected):
    accepted = {x["file"] for x in expected} - {x["file"] for x in expected if x["table"]}
    assert len(accepted) >= 3
    assert not accepted & set(result.rejects["file"])
    harmless = result.findings["file"].isin(accepted) & result.findings["rule"].isin(TRAP_FINDINGS)
    assert not harmless.any()


def test_at_least_twelve_kinds_of_defect(expected):
    assert len({x["rule"] for x in expected if x["rule"]}) >= 12


def test_readme_lists_every_defect(expected):
    readme = (SAMPLE / "README.md").read_text(encoding="utf-8")
    for line in expected:
        assert f"| {line['file']} | {line['sheet']} | {line['cell']} |" in readme


def test_account_and_status(result):
    outcomes = result.observations["outcome"].value_counts()
    reported = (result.panel["value_type"] != "derived").sum()
    assert outcomes["panel"] == reported
    assert outcomes["superseded"] == len(revised_counts(TemplateWriter.sample()))
    assert outcomes["rejected"] == len(result.rejects)
    assert set(result.panel["status"]) == {"sample"}


def test_register_of_persons_leaves_no_name_anywhere(result):
    for table in result.tables.values():
        assert "Nguyễn Văn" not in table.to_csv()


def as_sent(truth: Truth, indicator: str, unit: str, year: int) -> tuple[int, int]:
    """Counts that the sample sends last: the truth, the revision, the change of population."""
    counts = truth.of_unit(indicator, unit, year, f"{year}-09-30")
    converted, in_year, indicators, factor = traps.CONVERTED_RESIDENTS
    if (unit, year) == REVISED[:2]:
        return revised_counts(TemplateWriter.sample()).get(indicator, counts)
    if (unit, year) == (converted, in_year) and indicator in indicators:
        return round(counts[0] * factor), round(counts[1] * factor)
    if (unit, year, indicator) == traps.COPIED:
        return truth.of_unit(indicator, unit, year - 1, f"{year - 1}-09-30")
    return counts


def absent(indicator: str, district: str, year: int) -> bool:
    """District figures that a rejected cell or a silent year keeps out of the panel."""
    slips = {(s.unit, s.year, s.indicator) for s in traps.SLIPS if s.table == "rejects"}
    ambiguous = ("817", 2022, "learning_citizens")
    key = (district, year, indicator)
    return (district, year) in MISSING or key in slips or key == ambiguous


def test_every_district_share_is_the_invented_one(result, truth):
    panel = result.panel[result.panel["frame"].eq("2021")]
    rows = panel.set_index(["indicator_code", "unit_code", "year"])[["numerator", "denominator"]]
    seen = rows[~rows.index.duplicated()].to_dict("index")
    checked = 0
    for indicator in paths.SHARES:
        for district in truth.geography.atoms:
            for year in range(2021, 2027):
                key = (indicator, district, year)
                if absent(indicator, district, year):
                    assert key not in seen or pd.isna(seen[key]["numerator"]), key
                    continue
                counts = as_sent(truth, indicator, district, year)
                assert (seen[key]["numerator"], seen[key]["denominator"]) == counts, key
                checked += 1
    # 7 shares x 11 districts x 6 years, less the silent year, the ambiguous name and the slips:
    # clc_it 823/2021, life_skills 819/2021, digital_institutions 825/2022, clc_it 818/2022,
    # university_degree 817/2022, trained_population 820/2023
    assert checked == 7 * 11 * 6 - 7 - 1 - 6


def test_derived_levels_are_those_of_the_decree(result, truth):
    """The kit's rules against the sample's own, where every rate is there."""
    recognition = Recognition(truth)
    panel = result.panel[result.panel["unit_code"].ne(PROVINCE)]
    compared = 0
    for row in panel[panel["level_derived_min"].eq(panel["level_derived_max"])].itertuples():
        on = f"{row.year}-09-30"
        rule = recognition.district if len(row.unit_code) == 3 else recognition.commune
        level = rule(row.indicator_code, row.unit_code, row.year, on)
        assert row.level_derived_min == level, (row.indicator_code, row.unit_code, row.year)
        compared += 1
    assert compared > 3000


def test_no_rate_jumps_when_a_recognition_is_won_or_lost(truth):
    # the bands on both sides of a threshold reach from 69 to 90 %: no school enrols so in a year
    communes = [code for codes in truth.atoms.values() for code in codes]
    for rate in paths.RATES:
        for code in communes:
            counts = [truth.count(rate, code, year) for year in YEARS]
            if min(total for _, total in counts) < 200:
                continue  # one child of fifty is two points
            percents = [100 * some / total for some, total in counts]
            steps = [abs(b - a) for a, b in itertools.pairwise(percents)]
            assert max(steps) < 5, (rate, code, percents)


def test_silent_year_and_late_district(result):
    frames = (result.submissions, result.observations, result.panel)
    table = submission_status(*frames, result.plan, as_of=result.as_of)
    silent = table[table["state"].eq("missing") & table["kind"].eq("district")]
    units = silent[["reporter_code", "year"]].itertuples(index=False, name=None)
    assert {(unit, int(year)) for unit, year in units} == MISSING
    late = result.submissions[result.submissions["received_on"].eq("2024-01-12")]
    assert late[["sender", "year"]].to_numpy().tolist() == [["824", 2023]]


@pytest.mark.slow
def test_regenerated_files_equal_the_tracked_ones(tmp_path, expected):
    written, lines = write_sample(tmp_path)
    tracked = {p.relative_to(SAMPLE).as_posix() for p in SAMPLE.rglob("*") if p.is_file()}
    assert set(written) == tracked - {"README.md"}
    torn = next(x["file"] for x in expected if x["rule"] == "truncated")
    for name in set(written) - {torn}:
        assert unpacked(tmp_path / name) == unpacked(SAMPLE / name), name
    assert sorted(lines) == [traps.Expected(**line) for line in expected]


def test_small_enough_to_be_tracked():
    assert sum(p.stat().st_size for p in SAMPLE.rglob("*") if p.is_file()) < MAX_BYTES


def test_every_file_carries_the_mark(expected):
    unreadable = {x["file"]: x["rule"] for x in expected if x["rule"] in ("html", "pdf")}
    torn = {x["file"] for x in expected if x["rule"] == "truncated"}
    files = [p for p in sorted(SAMPLE.rglob("*")) if p.is_file() and p.suffix != ".md"]
    for content in read_files(files, SAMPLE, jobs=2):
        if content.file in torn:
            assert "minh hoa" in content.file
        elif content.file in unreadable:
            raw = (SAMPLE / content.file).read_bytes()
            assert MARK.encode() in raw or MARK.encode("utf-16").hex().encode() in raw
        else:
            cells = (cell for sheet in content.sheets for row in sheet.grid for cell in row)
            assert any(MARK in cell for cell in cells if isinstance(cell, str)), content.file
