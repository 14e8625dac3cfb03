"""Repairs people decided on: applied before judging, guarded by what the source said."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.intake_case import claims, correction_lines
from xhht_analysis.intake.judging.corrections import (
    CorrectionError,
    apply_corrections,
)
from xhht_analysis.plan.config_tables import CONFIG_TABLES, ConfigError, read_config

pytestmark = pytest.mark.unit

FILE = {"file": "2023-11-20/a.xlsx", "sheet": "Số liệu"}
WHY = {"reason": "gõ nhầm", "source": "CV 12/UBND"}
ROW = {"numerator": 500, "denominator": 100}


def lines(*rows: dict) -> pd.DataFrame:
    return correction_lines(*(FILE | WHY | row for row in rows))


def test_override_of_a_cell_changes_that_figure_only():
    out = apply_corrections(
        claims(ROW, ROW), lines({"action": "override", "cell": "D9", "value": 50, "expect": "500"})
    )
    assert out["numerator"].tolist() == [50, 500]
    assert out["denominator"].tolist() == [100, 100]
    assert out["corrected"].tolist() == [True, False]


def test_a_scaled_figure_keeps_six_decimals():
    line = {"action": "scale", "cell": "D9", "value": 0.1}
    out = apply_corrections(claims(ROW | {"numerator": 12.3456789}), lines(line))
    assert out["numerator"].tolist() == [1.234568]  # 1,23456789


def test_a_cell_that_holds_no_figure_is_not_overridden():
    """The unit's name stands there: a number in its place would clear the problem."""
    unread = ROW | {"problem": "unknown_unit", "problem_cell": "B9", "raw": "Xã Z"}
    with pytest.raises(CorrectionError, match="không phải ô số liệu"):
        apply_corrections(claims(unread), lines({"action": "override", "cell": "B9", "value": 5}))


def test_drop_becomes_a_problem_with_its_reason():
    out = apply_corrections(claims(ROW), lines({"action": "drop", "cell": "D9", "expect": "500"}))
    assert out["problem"].tolist() == ["dropped"]
    assert "gõ nhầm" in out["remedy"].iloc[0]


def test_a_dropped_figure_is_told_at_its_own_cell_as_it_was_typed():
    out = apply_corrections(claims(ROW), lines({"action": "drop", "cell": "E9"}))
    assert out[["problem_cell", "raw"]].iloc[0].tolist() == ["E9", "100"]


def test_override_mends_a_cell_that_could_not_be_read():
    unread = {
        "denominator": 100,
        "cell_numerator": "D9",
        "problem": "approximate",
        "problem_cell": "D9",
        "raw": "khoảng 50",
    }
    line = {"action": "override", "cell": "D9", "value": 50}
    out = apply_corrections(claims(unread), lines({**line, "expect": "khoảng 50"}))
    assert out["numerator"].tolist() == [50]
    assert out[["problem", "raw", "remedy"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("stands", "missing", "at"),
    [("numerator", "denominator", "E9"), ("denominator", "numerator", "D9")],
)
def test_what_is_typed_where_a_count_is_missing_is_that_count(stands, missing, at):
    """8800 stands, the other count's cell is empty: what is typed there never replaces 8800."""
    unread = {stands: 8800, "problem": f"{missing}_missing", "problem_cell": at, "raw": ""}
    line = {"action": "override", "cell": at, "value": 19876}
    out = apply_corrections(claims(unread), lines(line))
    assert out[[stands, missing]].iloc[0].tolist() == [8800, 19876]
    assert out[["problem", "raw", "remedy"]].isna().all(axis=None)


def test_correction_also_mends_the_same_bytes_sent_again():
    again = {"file": "2024-01-05/copy.xlsx", "original": FILE["file"]}
    line = {"action": "override", "cell": "D9", "value": 50, "expect": "500"}
    out = apply_corrections(claims(ROW, ROW | again | {"cell_numerator": "D9"}), lines(line))
    assert out["numerator"].tolist() == [50, 50]


@pytest.mark.parametrize("expect", ["500", "500,0", "500.0"])
def test_expected_value_may_be_typed_either_way(expect):
    line = {"action": "override", "cell": "D9", "value": 50, "expect": expect}
    assert apply_corrections(claims(ROW), lines(line))["numerator"].tolist() == [50]


def test_correction_of_a_source_that_was_fixed_fails_loudly():
    line = {"action": "override", "cell": "D9", "value": 50, "expect": "500"}
    with pytest.raises(CorrectionError, match="Nguồn đã thay đổi"):
        apply_corrections(claims(ROW | {"numerator": 50}), lines(line))


def test_correction_of_a_cell_that_is_not_there_fails_loudly():
    with pytest.raises(CorrectionError, match="D99"):
        apply_corrections(claims(ROW), lines({"action": "drop", "cell": "D99"}))


def test_override_without_a_value_fails_loudly():
    with pytest.raises(CorrectionError, match="value"):
        apply_corrections(claims(ROW), lines({"action": "override", "cell": "D9"}))


def test_correction_of_a_file_not_received_waits():
    line = {"file": "2024-01-05/later.xlsx", "action": "drop", "cell": "D9"}
    out = apply_corrections(claims(ROW), lines(line))
    assert out["problem"].isna().all()


def test_lines_need_a_reason_and_a_source(tmp_path):
    header = ",".join(CONFIG_TABLES["corrections"].columns)
    (tmp_path / "corrections.csv").write_text(f"{header}\ndrop,a.xlsx,S,D9,,,,,,\n")
    with pytest.raises(ConfigError, match="reason"):
        read_config("corrections", tmp_path)


def test_no_file_means_no_corrections(tmp_path):
    assert read_config("corrections", tmp_path).empty
