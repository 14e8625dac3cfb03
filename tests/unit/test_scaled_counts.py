"""A unit that wrote thousands is mended with «nhân với», in both cells, as the guide says."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest
from openpyxl import load_workbook

from tests.intake_case import cell_of, claims, correction_lines, intake, plan, type_over, write_unit
from xhht_analysis.intake.judging import corrections
from xhht_analysis.intake.returning import returns
from xhht_analysis.project import Project

pytestmark = pytest.mark.unit

TODAY = "2023-12-01"
WHY = {"reason": "ghi nghìn người", "source": "CV 15/UBND", "decided_by": "Trần Văn Ba"}


@pytest.fixture
def path(tmp_path):
    written = write_unit(
        tmp_path / "raw" / "2023-11-20" / "823.xlsx",
        {"life_skills": (50, 100), "clc_it": (3, 13)},
    )
    type_over(written, cell_of(written, "life_skills", "D"), 17.9)
    return written


def check(path):
    (checked,) = returns.read_submissions([path], plan(), as_of=TODAY)
    return checked.problems


def mend(path, tmp_path, actions: dict[str, tuple]):
    """Fill in the list (cell: action, value), take the lines over, and read again."""
    target = returns.write_repair_list(check(path), tmp_path / "de nghi sua.xlsx")
    book = load_workbook(target)
    sheet = book[returns.SHEET]
    heads = {cell.value: cell.column for cell in sheet[3]}
    column = {name: heads[title] for name, (title, _) in returns.HEADINGS.items()}
    for row in range(4, sheet.max_row + 1):
        told = actions.get(sheet.cell(row, column["cell"]).value)
        if told:
            for name, value in {"action": told[0], "value": told[1], **WHY}.items():
                sheet.cell(row, column[name]).value = value
    book.save(target)
    config = tmp_path / "config"
    shutil.copytree(Project().config_dir, config)
    returns.add_corrections(returns.read_repairs(target, decided_on=TODAY), config)
    return intake(path.parents[1], config_dir=config)


@pytest.mark.cases(1)
@pytest.mark.parametrize("denominator", [29.8, 30])
def test_both_cells_are_listed_and_both_are_scaled(path, tmp_path, denominator):
    top, bottom = (cell_of(path, "life_skills", column) for column in "DE")
    type_over(path, bottom, denominator)
    listed = check(path)
    assert set(listed["cell"]) == {top, bottom}
    assert dict(zip(listed["cell"], listed["raw"], strict=True)) == {
        top: "17.9",
        bottom: f"{denominator:g}",
    }
    result = mend(path, tmp_path, {top: ("nhân với", 1000), bottom: ("nhân với", 1000)})
    row = result.panel.set_index("indicator_code").loc["life_skills"]
    assert (row["numerator"], row["denominator"]) == (17_900, denominator * 1000)
    assert row["value_type"] == "corrected"
    assert result.rejects.empty


def test_an_unreadable_count_is_mended_beside_its_good_partner(path, tmp_path):
    top = cell_of(path, "life_skills", "D")
    type_over(path, top, "khoảng 50")
    result = mend(path, tmp_path, {top: ("sửa", 51)})
    row = result.panel.set_index("indicator_code").loc["life_skills"]
    assert (row["numerator"], row["denominator"]) == (51, 100)


def line(**more) -> pd.DataFrame:
    row = {"action": "scale", "file": "2023-11-20/a.xlsx", "sheet": "Số liệu", "value": 1000}
    return correction_lines(row | WHY | more)


UNREAD = {"problem": "fractional_count", "problem_cell": "D9", "raw": "17.9"}
UNREAD |= {"raw_numerator": "17.9", "raw_denominator": "29.8", "remedy": "x"}
UNREAD |= {"cell_numerator": "D9", "cell_denominator": "E9"}


@pytest.mark.parametrize("expect", ["29.8", "29,8"])
def test_a_line_for_the_denominator_added_by_hand(expect):
    out = corrections.apply_corrections(claims(UNREAD), line(cell="E9", expect=expect))
    assert out["denominator"].tolist() == [29_800]
    assert out["problem"].tolist() == ["fractional_count"]  # the numerator is still wrong


def test_words_cannot_be_scaled():
    unread = UNREAD | {"raw_numerator": "mười", "raw": "mười", "problem": "not_number"}
    with pytest.raises(corrections.CorrectionError, match="không phải số"):
        corrections.apply_corrections(claims(unread), line(cell="D9", expect="mười"))
