"""Questions of an analyst: what-if by hand, the run that is opened."""

from types import SimpleNamespace

import nbformat
import openpyxl
import pandas as pd
import pytest

from tests import frames
from xhht_analysis import project
from xhht_analysis.intake.reading.workbooks import read_workbook
from xhht_analysis.publishing import run_tables, what_if
from xhht_analysis.publishing.selection import NoFiguresError
from xhht_analysis.running import run_commands

pytestmark = pytest.mark.unit
GOAL, PROVINCE = "information_literacy", "82"


@pytest.fixture(scope="module")
def run():
    return frames.make_material()


def test_a_forecast_of_a_share_is_that_of_its_verdicts(run):
    course = what_if.forecast_course(run, GOAL)
    assert list(course.index) == list(run.districts["unit_code"])
    assert set(course["median"]) == {70}  # `frames`: the middle is the target
    assert set(course["years"]) == {4}  # figures to 2026, target of 2030
    assert set(course["weight"]) == {1000}


@pytest.mark.parametrize("code", ["literacy_l2_districts", frames.NO_DATA_GOAL, "no_such_goal"])
def test_what_has_no_forecast_of_a_share_names_the_goals_that_have_one(run, code):
    with pytest.raises(NoFiguresError, match=GOAL):
        what_if.forecast_course(run, code)


@pytest.fixture(scope="module")
def hard():
    """A run whose verdicts give no goal a chance: what is gained is not cut off at 1."""
    return frames.make_material(verdicts=frames.make_verdicts().assign(prob_reached=0.0))


def after(run, unit: str, points: float) -> list[float]:
    return what_if.what_if(run, GOAL, unit, points)["prob_after"].tolist()


def test_what_if_moves_the_published_forecast(run, hard):
    # 2030 of district 815: 44, 48, 52, 56, 60, 64, 68 at 2.5, 10, 25, 50, 75, 90, 97.5 %; the
    # target is 70. 2.5 points in 4 years: 10 higher, so that what was 60 is enough: 25 %.
    # The province: 50, 54, 58, 62, 66, 70, 74; one of eleven equal districts moves it by 10 / 11,
    # so that 69.09 is enough: 0.9 - (0.75 + 0.15 * 3.0909 / 4) = 0.0341.
    assert after(hard, "815", 2.5) == pytest.approx([0.25, 0.034], abs=1e-3)
    # all districts: 60 is enough, half way from 58 (25 %) to 62 (50 %)
    assert after(hard, PROVINCE, 2.5) == after(hard, "", 2.5) == pytest.approx([0.9 - 0.375])
    assert after(hard, "815", 0) == [0, 0]
    assert after(run, "", 2.5) == [1]


def test_no_district_grows_beyond_the_whole(hard):
    # from 70 to 100 at most: 40 is enough in district 815 (all of it), 67.27 in the province
    assert after(hard, "815", 50)[1] == pytest.approx(0.9 - (0.75 + 0.15 * 1.2727 / 4), abs=1e-3)
    assert after(hard, "815", 50) == after(hard, "815", 7.5)


def test_what_if_names_units_and_says_chances_as_the_verdicts_do(run):
    table = what_if.what_if(run, GOAL, "815", 2.5)
    assert list(table.index) == [run.names["815"], "toàn tỉnh"]
    verdicts = [run.verdict(GOAL, 2030, unit)["prob_reached"] for unit in ("815", PROVINCE)]
    assert table["prob_before"].tolist() == verdicts
    assert table.iloc[0, 0] == run.labels.short_chance(verdicts[0])
    unscored = frames.make_material(verdicts=run.verdicts.assign(tested="unscored"))
    texts = what_if.what_if(unscored, GOAL, "815", 2.5).iloc[0, :2]
    assert all("chưa kiểm định" in text for text in texts)


def test_what_cannot_be_moved_names_what_can(run):
    with pytest.raises(NoFiguresError, match="815, 816"):
        what_if.what_if(run, GOAL, "999", 2.5)
    is_shown = run.panel["indicator_code"].eq(GOAL) & run.panel["unit_code"].eq("816")
    panel = run.panel.assign(denominator=run.panel["denominator"].mask(is_shown))
    unknown = frames.make_material(panel=panel)
    assert len(what_if.what_if(unknown, GOAL, "815", 2.5)) == 1
    with pytest.raises(NoFiguresError, match="815, 816"):
        what_if.what_if(unknown, GOAL, PROVINCE, 2.5)


def test_the_newest_run_is_opened_or_the_fixture():
    assert len(run_tables.open_run("tests/fixtures/processed").ordered_goals) == 18


def test_only_an_earlier_run_on_the_same_kind_of_data_is_compared(tmp_path):
    from xhht_analysis.project import Project, UsageError

    project = Project(out=tmp_path)
    for day, sample in (("2024-11-20", "false"), ("2025-11-20", "true"), ("2026-11-20", "false")):
        project.run_dir(day).mkdir(parents=True)
        (project.run_dir(day) / "run.json").write_text(f'{{"sample": {sample}}}')
    find = run_commands.previous_tables
    earlier = str(project.processed("2024-11-20"))
    assert find(project, "2026-11-20", False) == {"previous_dir": earlier}
    invented = str(project.processed("2025-11-20"))
    assert find(project, "2026-11-21", True) == {"previous_dir": invented}
    assert find(project, "2024-11-20", False) == {}
    assert find(project, "2027-11-20", True) == {"previous_dir": invented}
    with pytest.raises(UsageError, match="--out"):  # never in the place of real figures
        find(project, "2024-11-20", True)


def cells():
    """Sources of the explorer's code cells."""
    nb = nbformat.read(project.Project().notebooks_dir / "explore.ipynb", as_version=4)
    return [cell.source for cell in nb.cells if cell.cell_type == "code"]


@pytest.mark.parametrize("is_sample", [True, False])
def test_the_notebook_opens_the_files_of_its_own_run(is_sample, monkeypatch):
    home, names = project.Project(), {}
    opened = SimpleNamespace(is_sample=is_sample)
    monkeypatch.setattr(run_tables, "open_run", lambda *_, **__: opened)
    for source in cells()[:2]:
        exec(source, names)
    assert names["raw"] == (home.sample_dir if is_sample else home.raw_dir)


def test_the_notebook_shows_the_sheet_around_a_rejected_cell(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Số liệu"
    for row in range(1, 15):
        book.active.append([f"{row}-{column}" for column in range(1, 8)])
    book.save(tmp_path / "tệp.xlsx")
    (source,) = [text for text in cells() if "read_workbook(path)" in text]
    row = {"file": "tệp.xlsx", "sheet": "Số liệu", "cell": "C7"}
    no_cell = row | {"cell": None}  # files rejected as a whole, no cell
    for place, n in ((row, 1), (row | {"file": "không có.xlsx"}, 0), (no_cell, 0)):
        shown = []
        names = {"run": SimpleNamespace(rejects=pd.DataFrame([place])), "raw": tmp_path, "pd": pd}
        exec(source, names | {"read_workbook": read_workbook, "display": shown.append})
        assert len(shown) == n
        for table in shown:
            assert table.iloc[[0, -1], [0, -1]].to_numpy().tolist() == [
                ["3-1", "3-7"],
                ["11-1", "11-7"],
            ]
