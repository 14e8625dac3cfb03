"""The account as a property: whatever is done to a workbook, no figure is lost or counted twice."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tests.form_fixtures import cmc1, write_xlsx, xmc3
from tests.intake_case import intake, write_unit

SHARES = {
    "information_literacy": (300, 1000),
    "life_skills": (250, 1000),
    "trained_population": (400, 1000),
    "university_degree": (100, 1000),
    "clc_it": (3, 12),
    "literate_l2_15_60": (950, 1000),
}
COMMUNES = [("28651", "literate_l2_15_60", 90, 100), ("28654", "literate_l2_15_60", 0, 0)]
TYPED = [
    None, "", "x", "-", "abc", "1.234", "1,5", "45,6%", "5/12/2023", "#REF!", "NaN", "Infinity",
    "=1+1", "=cmd|' /c calc'!A1", "<script>", "M2", "Đạt", "2400/1000", "\uff11\uff12", "1 234",
    0, 1, -1, 7, 0.456, 45.6, 99.99, 100, 101, 2405, 10**9, 1e300, True, False,
    dt.date(2023, 5, 12), "822", "Huyện Chợ Gạo", "life_skills", "clc_it", 2024, 2030,
]  # fmt: skip
CHANGES = ("type", "delete_row", "repeat_row", "insert_row", "insert_column", "delete_column")
change = st.tuples(
    st.sampled_from(CHANGES),
    st.sampled_from(["Số liệu", "Số liệu", "Xã"]),
    st.integers(1, 30),
    st.integers(1, 12),
    st.sampled_from(TYPED),
)
mutation = st.tuples(
    st.lists(change, min_size=1, max_size=3), st.sampled_from(["2023-11-20", "2023-12-18"])
)


@pytest.fixture(scope="module")
def originals(tmp_path_factory) -> list[Path]:
    """A template, and two official forms on sheets of the same names."""
    folder = tmp_path_factory.mktemp("original")
    groups = {"15-25": (110, 1, 2), "15-35": (210, 3, 5), "15-60": (460, 9, 20)}
    ages = dict.fromkeys(range(15, 61), 10)
    wide = cmc1({"Xã Tân Thới": groups, "Xã Tân Phú": groups})
    tall = xmc3(ages, dict.fromkeys(ages, 1), dict.fromkeys(ages, 2))
    wide.name, tall.name = "Số liệu", "Xã"
    for board in (wide, tall):
        board.put("C3", "Thời điểm: ngày 30 tháng 9 năm 2023")
    return [template(folder / "823.xlsx"), write_xlsx(folder / "forms.xlsx", wide, tall)]


def template(path: Path) -> Path:
    communes = pd.DataFrame(
        COMMUNES, columns=["unit_code", "indicator_code", "numerator", "denominator"]
    )
    return write_unit(
        path,
        SHARES,
        commune_values=communes,
        only=[*SHARES, "literacy_level"],
    )


def mutate(original: Path, target: Path, changes: list[tuple]) -> None:
    book = load_workbook(original)
    for kind, name, row, column, value in changes:
        sheet = book[name]
        if kind == "type" and type(sheet.cell(row, column)).__name__ != "MergedCell":
            sheet.cell(row, column).value = value
        elif kind == "delete_row":
            sheet.delete_rows(row)
        elif kind == "insert_row":
            sheet.insert_rows(row)
        elif kind == "insert_column":
            sheet.insert_cols(column)
        elif kind == "delete_column":
            sheet.delete_cols(column)
        elif kind == "repeat_row":
            sheet.append([cell.value for cell in sheet[row]])
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)


def check_tables(result) -> None:
    """The identity from the tables alone, as a reader of the CSV files would count."""
    observed, panel = result.observations, result.panel
    reported = panel[panel["value_type"] != "derived"]
    fate = observed["outcome"].value_counts()
    other = sum(fate.get(name, 0) for name in ("superseded", "duplicate", "out_of_scope"))
    assert len(observed) == len(reported) + len(result.rejects) + other
    assert reported["source_id"].is_unique
    standing = observed.set_index("source_id").loc[reported["source_id"]]
    assert (standing["outcome"] == "panel").all()
    assert standing["numerator"].to_numpy() == pytest.approx(
        reported["numerator"].to_numpy(), nan_ok=True
    )
    assert panel["value"].dropna().between(0, 100).all()
    counted = panel.dropna(subset="numerator")
    assert (counted["numerator"] <= counted["denominator"]).all()
    assert (counted["denominator"] > 0).all()
    assert result.rejects["remedy"].notna().all()
    per_file = result.submissions.set_index("file")["n_observations"]
    assert per_file.sum() == len(observed)


def run_mutations(originals: list[Path], raw: Path, mutations: list) -> None:
    shutil.rmtree(raw, ignore_errors=True)
    for number, (changes, day) in enumerate(mutations):
        mutate(originals[number % 2], raw / day / f"{number}.xlsx", changes)
    check_tables(intake(raw))


@pytest.mark.unit
def test_account_of_a_few_mutations(originals, tmp_path):
    changes = [(kind, "Số liệu", 10, 4, -1) for kind in CHANGES]
    changes += [("type", "Số liệu", 11, 4, value) for value in TYPED]
    mutations = [([one], "2023-11-20") for one in changes]
    run_mutations(originals, tmp_path / "raw", [*mutations, ([changes[0]], "2023-12-18")])


@pytest.mark.slow
@settings(
    max_examples=24,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(mutations=st.lists(mutation, min_size=42, max_size=42))
def test_account_of_a_thousand_mutations(originals, tmp_path_factory, mutations):
    run_mutations(originals, tmp_path_factory.mktemp("raw"), mutations)
