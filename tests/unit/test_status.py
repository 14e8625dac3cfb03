"""Who has submitted, on time or not, and what is missing."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.intake_case import intake, plan, write_unit
from xhht_analysis.intake.returning.status import COLUMNS, submission_status

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
        result.observations,
        result.panel,
        plan(),
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


def receive(folder, name: str, content: bytes = b"%PDF-1.4\n") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def test_what_was_received_and_is_of_no_use_is_not_missing(tmp_path):
    write_unit(tmp_path / "2026-11-20" / "x.xlsx", {}, unit="28249", year=2026)
    table = status(intake(tmp_path), "2026-12-05").loc[2026]
    assert table["state"].value_counts().to_dict() == {"missing": 61, "refused": 1}
    assert table.loc["28249", ["state", "received_on"]].tolist() == ["refused", "2026-11-20"]


def test_figures_in_a_list_are_there_though_the_unit_sent_no_file(tmp_path):
    rows = ["Mã đơn vị,Năm,Mã chỉ tiêu,Tử số,Mẫu số", "28249,2026,life_skills,60,101"]
    shares = plan().indicators.query("measure_unit == 'percent' and definition_variant == 'plan'")
    rows += [f"28360,2026,{code},6,11" for code in shares["indicator_code"]]
    receive(tmp_path / "2026-11-20", "a.csv", "\n".join(rows).encode())
    table = status(intake(tmp_path), "2026-12-05").loc[2026]
    # one indicator of many is no reason not to ask for the rest
    assert table["state"].value_counts().to_dict() == {"missing": 61, "elsewhere": 1}
    assert table.loc["28249", "state"] == "missing"
    assert "life_skills" not in table.loc["28249", "missing_indicators"]
    assert table.loc["28360", "state"] == "elsewhere"


def test_a_file_with_rows_of_one_unit_is_of_that_unit(tmp_path):
    rows = "Mã đơn vị,Năm,Mã chỉ tiêu,Tử số,Mẫu số\n28249,2026,life_skills,60,100\n"
    receive(tmp_path / "2026-11-20", "a.csv", rows.encode())
    table = status(intake(tmp_path), "2026-12-05").loc[2026]
    assert table["state"].value_counts().to_dict() == {"missing": 61, "on_time": 1}


def test_a_workbook_of_two_years_counts_for_both(tmp_path):
    head = "Mã đơn vị,Năm,Mã chỉ tiêu,Tử số,Mẫu số\n"
    rows = "823,2022,life_skills,60,100\n823,2023,life_skills,61,101\n823,2023,clc_it,9,5\n"
    receive(tmp_path / "2023-11-20", "a.csv", (head + rows).encode())
    table = status(intake(tmp_path), "2023-12-05")
    assert table.loc[(2022, "823"), ["state", "n_panel", "n_rejected"]].tolist() == ["late", 1, 0]
    assert table.loc[(2023, "823"), ["state", "n_panel", "n_rejected"]].tolist() == [
        "on_time",
        1,
        1,
    ]


def test_a_good_file_counts_from_its_own_day_not_from_that_of_a_bad_one(tmp_path):
    write_unit(tmp_path / "2023-11-20" / "x.xlsx", {}, year=2023)
    write_unit(tmp_path / "2023-12-05" / "x.xlsx", SHARES, year=2023)
    row = status(intake(tmp_path), "2023-12-31").loc[(2023, "823")]
    assert row[["state", "received_on", "n_files"]].tolist() == ["late", "2023-12-05", 2]


def test_any_year_can_be_asked(tmp_path):
    write_unit(tmp_path / "2023-11-20" / "x.xlsx", SHARES, year=2023)
    result = intake(tmp_path)
    asked = submission_status(
        result.submissions,
        result.observations,
        result.panel,
        plan(),
        as_of="2023-11-20",
        years=[2022, 2021],
    )
    assert asked["year"].drop_duplicates().tolist() == [2022, 2021]
    assert set(asked["state"]) == {"missing"}
