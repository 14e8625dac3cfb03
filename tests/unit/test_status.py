"""Who has submitted, on time or not, and what is missing."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.intake_case import intake, plan, write_unit
from xhht_analysis.intake.returning.status import COLUMNS, submission_status
from xhht_analysis.plan.standards import read_standards

pytestmark = pytest.mark.unit

SHARES = {"life_skills": (50, 103), "clc_it": (3, 12)}


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    raw = tmp_path_factory.mktemp("raw")
    write_unit(raw / "2023-11-30" / "823.xlsx", SHARES, year=2023)
    write_unit(raw / "2023-12-01" / "822.xlsx", SHARES, unit="822", year=2023)
    write_unit(raw / "2024-01-05" / "823 sửa.xlsx", {"clc_it": (4, 12)}, year=2023)
    write_unit(raw / "2025-11-20" / "x.xlsx", SHARES, unit="28249", year=2025)
    return intake(raw)


def status(result, as_of: str) -> pd.DataFrame:
    table = submission_status(
        result.submissions,
        result.panel,
        areas=plan().areas,
        indicators=plan().indicators,
        agencies=plan().agencies,
        standards=read_standards(plan().config_dir),
        as_of=as_of,
    )
    return table.set_index(["year", "reporter_code"])


def test_received_by_30_november_is_on_time_and_a_day_later_is_late(result):
    table = status(result, "2025-11-20")
    assert table.loc[(2023, "823"), "state"] == "on_time"
    assert table.loc[(2023, "822"), "state"] == "late"
    assert table.loc[(2023, "821"), "state"] == "missing"


def test_first_receipt_counts_and_revisions_are_counted(result):
    row = status(result, "2025-11-20").loc[(2023, "823")]
    assert row[["received_on", "n_files", "n_panel"]].tolist() == ["2023-11-30", 2, 2]


def test_before_the_deadline_nobody_is_missing_after_it_they_are(result):
    before, after = status(result, "2025-11-30"), status(result, "2025-12-01")
    assert set(before.loc[2025, "state"]) == {"on_time", "not_due"}
    assert set(after.loc[2025, "state"]) == {"on_time", "missing"}


def test_districts_report_until_they_ended_then_communes(result):
    table = status(result, "2025-11-20").reset_index()
    kinds = table.groupby(["year", "kind"]).size()
    assert kinds[2024, "district"] == 11
    assert kinds[2025, "commune"] == 57
    assert (2025, "district") not in kinds
    assert sorted(table.columns) == sorted(COLUMNS)


def test_what_is_owed_and_not_what_no_rule_asks_yet(result):
    owed = status(result, "2025-11-20")["missing_indicators"]
    missing = owed[(2023, "823")].split(";")
    assert "trained_population" in missing
    assert "life_skills" not in missing
    assert "preschool_level" not in missing  # standard since 20/10/2025 (Nghị định 277/2025)
    assert "preschool_level" in owed[(2025, "28249")].split(";")
    assert owed[(2023, "DHTG")] == "digital_university"


def test_agencies_that_were_merged_away_are_no_longer_asked(result):
    table = status(result, "2025-11-20")
    assert (2024, "SLDTBXH") in table.index
    assert (2025, "SLDTBXH") not in table.index
    assert (2025, "SNV") in table.index


@pytest.mark.parametrize("name", ["a.pdf", "a.csv"])
def test_files_that_tell_no_year_leave_the_year_of_the_day_asked(tmp_path, name):
    path = tmp_path / "2024-11-20" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"%PDF-1.4\n" if name.endswith("pdf") else b"a,b\n1,2\n")
    table = status(intake(tmp_path), "2024-11-20").reset_index()
    assert table["year"].unique().tolist() == [2024]
    assert set(table["state"]) == {"not_due"}
