"""The files to copy that the guide names give the figures that stand in them."""

import re
import shutil
import zipfile

import pytest
from openpyxl import load_workbook

from tests import guide_examples
from tests.intake_case import intake
from xhht_analysis.project import ROOT

pytestmark = pytest.mark.unit
FILES = sorted(guide_examples.FOLDER.glob("*.xlsx"))


def read(path, tmp_path, *, unmarked: bool = False):
    target = tmp_path / "raw" / "2026-11-20" / path.name
    target.parent.mkdir(parents=True)
    shutil.copy(path, target)
    if unmarked:  # what the guide asks for: the last line goes
        book = load_workbook(target)
        sheet = book.worksheets[0]
        sheet.delete_rows(sheet.max_row)
        book.save(target)
    result = intake(tmp_path / "raw")
    assert result.rejects.empty
    return result.panel[result.panel["value_type"] == "reported"]


def test_the_guide_names_every_file_and_no_other():
    guide = (ROOT / "docs" / "huong-dan.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\(mau/([\w-]+\.xlsx)\)", guide)) == {path.name for path in FILES}
    assert set(guide_examples.WRITERS) == {path.name for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_files_are_as_their_writer_makes_them_and_say_that_they_are_invented(path, tmp_path):
    guide_examples.main(tmp_path)
    with zipfile.ZipFile(tmp_path / path.name) as made, zipfile.ZipFile(path) as tracked:
        assert made.namelist() == tracked.namelist()  # a zip names the system that wrote it
        assert all(made.read(part) == tracked.read(part) for part in tracked.namelist())
    assert set(read(path, tmp_path)["status"]) == {"sample"}


def test_a_list_of_years_gives_each_unit_year_and_indicator(tmp_path):
    panel = read(FILES[0], tmp_path, unmarked=True)
    assert set(panel["status"]) == {"ok"}
    shares = panel[panel["indicator_code"] == "life_skills"].set_index(["unit_code", "year"])
    assert len(shares) == 3 * 4
    assert shares.loc[("819", 2023), ["numerator", "denominator"]].tolist() == [483, 1001]
    levels = panel[panel["indicator_code"] == "literacy_level"].set_index("unit_code")["level"]
    assert levels.to_dict() == {"815": 1, "819": 2, "823": 1}


def test_a_row_per_unit_gives_two_indicators_of_one_year(tmp_path):
    panel = read(FILES[1], tmp_path, unmarked=True)
    assert panel["year"].unique().tolist() == [2024]
    cells = panel.set_index(["unit_code", "indicator_code"])[["numerator", "denominator"]]
    assert cells.loc[("823", "life_skills")].tolist() == [533, 1002]
    assert cells.loc[("823", "information_literacy")].tolist() == [430, 1002]
    assert len(cells) == 6


def test_a_wide_table_gives_every_year(tmp_path):
    panel = read(FILES[2], tmp_path, unmarked=True).set_index(["unit_code", "year"])
    assert len(panel) == 3 * 3
    assert panel.loc[("815", 2022), ["numerator", "denominator"]].tolist() == [433, 1000]
    assert panel.loc[("823", 2024), ["numerator", "denominator"]].tolist() == [533, 1002]
