"""The small province of tests/fixtures: what the notebooks read is what the kit makes today."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.sample_data.fixture import FIXTURES, SLIP, write_raw
from tests.sample_data.geography import Geography
from tests.sample_data.patching import unpacked
from tests.sample_data.truth import Truth
from xhht_analysis import store
from xhht_analysis.intake import run_intake

pytestmark = pytest.mark.golden

MAX_RAW_BYTES = 200_000
REFRESH = "làm mới bằng: python -m tests.sample_data --fixture"


@pytest.fixture(scope="module")
def result():
    return run_intake(FIXTURES / "raw", sample=True)


@pytest.mark.parametrize("name", ["panel", "rejects", "findings", "activities", "submissions"])
def test_tables_of_the_notebooks_are_current(result, name, tmp_path):
    store.write_table(result.tables[name], name, tmp_path)
    today = store.read_table(name, tmp_path)
    tracked = store.read_table(name, FIXTURES / "processed")
    words = ["message", "remedy"]  # may be put better without new tables
    today, tracked = (table.drop(columns=words, errors="ignore") for table in (today, tracked))
    pd.testing.assert_frame_equal(today, tracked, obj=f"{name} ({REFRESH})")


def test_raw_files_are_what_the_generator_writes(tmp_path):
    write_raw(tmp_path / "raw")
    tracked, today = (
        {p.relative_to(folder): unpacked(p) for p in folder.rglob("*.xls*")}
        for folder in (FIXTURES / "raw", tmp_path / "raw")
    )
    assert tracked.keys() == today.keys()
    for name, content in tracked.items():
        assert today[name] == content, name


def test_small():
    size = sum(p.stat().st_size for p in (FIXTURES / "raw").rglob("*") if p.is_file())
    assert size < MAX_RAW_BYTES


def test_two_rejects_and_one_wrong_total(result):
    assert sorted(result.rejects["rule"]) == ["html", "numerator_above"]
    wrong = result.findings[result.findings["rule"].eq("total_differs")]
    assert wrong["cell"].tolist() == ["M14"]


def test_eleven_districts_in_every_year_but_the_slip(result):
    """Seven shares, 11 districts, 6 years: 462 figures, less the one rejected."""
    truth = Truth(Geography())
    panel = result.panel[result.panel["frame"].eq("2021") & result.panel["unit_code"].ne("82")]
    shares = panel[panel["numerator"].notna() & panel["unit_code"].str.len().eq(3)]
    shares = shares[~shares["indicator_code"].str.startswith("literate")]
    assert len(shares) == 7 * 11 * 6 - 1
    keys = shares[["unit_code", "year", "indicator_code"]].itertuples(index=False, name=None)
    assert SLIP not in set(keys)
    for row in shares.itertuples():
        on = f"{row.year}-09-30"
        counts = truth.of_unit(row.indicator_code, row.unit_code, row.year, on)
        assert (row.numerator, row.denominator) == counts
