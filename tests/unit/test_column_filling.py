"""A column that is filled in otherwise all the way down is told as that, not figure by figure."""

from __future__ import annotations

import openpyxl
import pytest

from tests.intake_case import intake, judged, plan
from xhht_analysis.intake.reading.sheets import RefusedError
from xhht_analysis.intake.reading.workbooks import read_workbook
from xhht_analysis.remedies import remedy

pytestmark = pytest.mark.unit

CODES = [
    *("life_skills", "information_literacy", "learning_citizens", "trained_population"),
    *("university_degree", "digital_institutions"),
]


def column(pairs, **also):
    """Claims of one unit's file, one indicator a pair."""
    rows = zip(CODES, pairs, strict=False)
    return [{"indicator_code": c, "numerator": n, "denominator": d} | also for c, (n, d) in rows]


def told(claims) -> list[tuple[str | None, str | None]]:
    rows = claims[["problem", "remedy"]].astype(object)
    return [*rows.where(rows.notna(), None).itertuples(index=False, name=None)]


PERCENT = ("percent_of_100", remedy("percent_of_100"))


def test_whole_percentages_over_100_are_not_believed():
    assert (
        told(judged(*column([(48, 100), (75, 100), (33, 100), (61, 100), (9, 100)])))
        == [PERCENT] * 5
    )


def test_percentages_with_decimals_over_100_get_the_same_cure():
    rows = column([(48, 100), (75, 100), (33, 100), (61, 100), (9, 100)])
    rows[1] |= {"numerator": None, "raw_numerator": "75.5", "problem": "fractional_count"}
    rows[1] |= {"problem_cell": "D10", "raw": "75.5", "remedy": remedy("fractional_count")}
    claims = judged(*rows)
    assert told(claims) == [PERCENT] * 5
    assert claims.iloc[1][["problem_cell", "raw"]].tolist() == ["D10", "75.5"]


@pytest.mark.parametrize(
    ("bottom", "rule"),
    [(100, "percent_of_100"), (1000, "fractional_count"), (101, "fractional_count")],
)
def test_a_count_with_decimals_over_100_is_a_percentage_also_alone(bottom, rule):
    row = {"numerator": None, "raw_numerator": "55.2", "problem": "fractional_count"}
    row |= {"problem_cell": "D9", "raw": "55.2", "remedy": remedy("fractional_count")}
    claims = judged(*column([(None, bottom)], **row))
    assert told(claims) == [(rule, remedy(rule))]
    assert claims.iloc[0][["problem_cell", "raw"]].tolist() == ["D9", "55.2"]


def test_one_indicator_of_many_units_over_100_is_not_believed():
    units = plan().areas.districts()["unit_code"].head(5)
    rows = [
        {"unit_code": code, "numerator": 40 + n, "denominator": 100} for n, code in enumerate(units)
    ]
    assert told(judged(*rows)) == [PERCENT] * 5


@pytest.mark.parametrize(
    "pairs",
    [
        [(48, 100), (75, 100), (33, 100), (61, 100)],  # few
        [(4, 10), (7, 10), (3, 10), (6, 10), (9, 100)],
    ],
)
def test_a_hundred_here_and_there_is_a_count(pairs):
    assert told(judged(*column(pairs))) == [(None, None)] * len(pairs)


def test_some_counts_above_their_whole_are_told_one_by_one():
    claims = judged(*column([(90, 40), (80, 30), (20, 70), (10, 60), (5, 50)]))
    alone = ("numerator_above", remedy("numerator_above"))
    assert told(claims) == [alone] * 2 + [(None, None)] * 3


def test_a_hidden_sheet_does_not_refuse_the_visible_figures():
    shown = column([(48, 90), (75, 90)])
    hidden = [
        r | {"numerator": r["numerator"] - 1, "sheet": "Số liệu (2)", "hidden": "Số liệu (2)"}
        for r in shown
    ]
    assert (
        told(judged(*shown, *hidden))
        == [(None, None)] * 2 + [("hidden_differs", remedy("hidden_differs"))] * 2
    )


def test_a_hidden_sheet_that_says_the_same_is_a_repetition():
    shown = column([(48, 90)])
    twin = shown[0] | {"sheet": "Số liệu (2)", "hidden": "Số liệu (2)"}
    assert judged(*shown, twin)["outcome"].tolist() == ["panel", "duplicate"]


def test_two_visible_sheets_that_differ_refuse_each_other_whatever_is_hidden():
    shown = column([(48, 90)])[0]
    other, third = shown | {"numerator": 50}, shown | {"numerator": 40, "hidden": "x"}
    assert [rule for rule, _ in told(judged(shown, other, third))] == [
        *("conflict_in_file", "conflict_in_file", "hidden_differs")
    ]


def test_a_figure_of_a_hidden_sheet_alone_is_read():
    assert told(judged(column([(48, 90)])[0] | {"hidden": "x"})) == [(None, None)]


@pytest.mark.parametrize("values", [(6902, 6501), (6501, 6902)])
def test_of_two_rows_that_differ_the_one_in_sight_stands(tmp_path, values):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Mã đơn vị", "Năm", "Mã chỉ tiêu", "Tử số", "Mẫu số"])
    for value in values:
        sheet.append(["823", 2023, "life_skills", value, 16000])
    sheet.row_dimensions[values.index(6501) + 2].hidden = True
    (tmp_path / "2023-11-20").mkdir()
    book.save(tmp_path / "2023-11-20" / "a.xlsx")
    tables = intake(tmp_path)
    assert tables.panel["numerator"].dropna().tolist() == [6902]
    (reject,) = tables.rejects.to_dict("records")
    assert reject["rule"] == "hidden_differs"
    assert reject["cell"] == f"D{values.index(6501) + 2}"


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_known_as_hidden(tmp_path, state):
    book = openpyxl.Workbook()
    book.active["A1"] = "Xã"
    book.create_sheet("Ẩn")["A1"] = "Phường"
    book["Ẩn"].sheet_state = state
    book.save(tmp_path / "a.xlsx")
    sheets = read_workbook(tmp_path / "a.xlsx")
    assert [(sheet.name, sheet.visible) for sheet in sheets] == [("Sheet", True), ("Ẩn", False)]


def test_a_saved_letter_is_told_to_give_its_attachment(tmp_path):
    path = tmp_path / "thu.eml"
    head = b"MIME-Version: 1.0\nSubject: bao cao\nContent-Type: multipart/mixed\n\n"
    path.write_bytes(head + b"Content-Disposition: attachment; filename=a.xlsx\n\nUEsDB\n")
    with pytest.raises(RefusedError) as error:
        read_workbook(path)
    assert error.value.refusal.rule == "email"
    assert "đính kèm" in remedy("email")
