"""Questions of an analyst: draws by hand, what-if, the cell behind a reject."""

from dataclasses import replace
from types import SimpleNamespace

import nbformat
import numpy as np
import openpyxl
import pytest

from tests import frames
from xhht_analysis import project
from xhht_analysis.publishing import explore
from xhht_analysis.publishing.explore import Course
from xhht_analysis.publishing.selection import NoFiguresError
from xhht_analysis.running import run_commands

pytestmark = pytest.mark.unit
GOAL = "information_literacy"


@pytest.fixture(scope="module")
def run():
    return frames.make_material()


@pytest.fixture
def course(run) -> Course:
    """Two districts and four draws of 2030, four years ahead; the target is 70 percent."""
    gains = np.array([[0, 5], [10, 15], [20, 25], [30, 35]], dtype=float)
    draws = np.array([[40, 60]] * 4, dtype=float) + gains
    statement = run.statement(GOAL, 2030)
    assert statement.need == 70
    return Course(statement, 4, ["815", "816"], draws, np.array([100.0, 300.0]))


def test_the_province_is_the_sum_of_its_districts_by_counts(course):
    # first draw: (100 * 40 + 300 * 65) / 400
    assert course.of("82").tolist() == [58.75, 68.75, 78.75, 88.75]
    assert course.of("815").tolist() == [40, 50, 60, 70]
    with pytest.raises(NoFiguresError, match="815, 816"):
        replace(course, weights=np.array([np.nan, np.nan])).of("82")
    with pytest.raises(NoFiguresError, match="999"):
        course.of("999")


def test_a_chance_counts_the_draws_at_or_beyond_the_target(run, course):
    assert course.chance("815") == 0.25  # 70 itself is reached
    assert course.chance("82") == 0.5
    least = replace(course.statement, lower_is_better=True)
    assert replace(course, statement=least).chance("815") == 1


def test_speeding_up_moves_one_unit_and_through_it_the_province(course):
    faster = course.sped_up("815", 2.5)  # 4 years: 10 points more
    assert faster.of("815").tolist() == [50, 60, 70, 80]
    assert faster.of("816").tolist() == course.of("816").tolist()
    assert faster.of("82")[0] == pytest.approx((100 * 50 + 300 * 65) / 400)
    assert course.sped_up("82", 2.5).of("816").tolist() == [75, 85, 95, 100]
    assert course.sped_up("815", 50).of("815").max() == 100
    with pytest.raises(NoFiguresError, match="999"):
        course.sped_up("999", 2.5)


def test_what_if_moves_the_chance_of_the_verdict_by_what_the_draws_gain(run, course):
    table = explore.what_if(run, course, "815", 2.5)
    # one of four draws at the target before, two after
    unit, province = table["prob_before"]
    assert unit == round(run.verdict(GOAL, 2030, "815")["prob_reached"], 3)
    assert province == round(run.verdict(GOAL, 2030)["prob_reached"], 3)
    assert table["prob_after"][0] == pytest.approx(min(unit + 0.25, 1), abs=1e-3)
    assert list(table.iloc[:, 0]) == [run.names["815"], "toàn tỉnh"]
    assert table.iloc[0, 1] == run.labels.short_chance(unit)


def test_a_chance_nobody_scored_is_said_to_be_untested(run, course):
    unscored = replace(course, statement=replace(course.statement, tested="unscored"))
    texts = explore.what_if(run, unscored, "815", 2.5).iloc[0, 1:3]
    assert all("chưa kiểm định" in text for text in texts)


def test_a_share_is_drawn_for_all_districts_in_its_last_target_year(run):
    course = explore.forecast_course(run, GOAL, n_draws=50)
    assert course.years == 4  # figures to 2026, target of 2030
    assert course.draws.shape == (50, 11)
    assert ((course.draws >= 0) & (course.draws <= 100)).all()
    assert course.units == sorted(run.districts["unit_code"])


@pytest.mark.parametrize("code", ["literacy_l2_districts", frames.NO_DATA_GOAL, "no_such_goal"])
def test_what_has_no_forecast_of_a_share_names_the_goals_that_have_one(run, code):
    with pytest.raises(NoFiguresError, match=GOAL):
        explore.forecast_course(run, code)


def test_the_sheet_around_a_rejected_cell(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Số liệu"
    for row in range(1, 11):
        book.active.append([f"{row}-{column}" for column in range(1, 8)])
    (tmp_path / "2026-11-20").mkdir()
    book.save(tmp_path / "2026-11-20" / "tệp.xlsx")
    row = {"file": "2026-11-20/tệp.xlsx", "sheet": "Số liệu", "cell": "C5"}
    found = explore.cell_around(row, tmp_path, around=1)
    assert list(found.columns) == ["B", "C", "D"]
    assert list(found.index) == [4, 5, 6]
    assert found.loc[5, "C"] == "5-3"
    for other in ({"file": "2026-11-20/không có.xlsx"}, {"cell": None}, {"sheet": "Xã"}):
        assert explore.cell_around(row | other, tmp_path).empty


def test_the_newest_run_is_opened_or_the_fixture():
    assert len(explore.open_run("tests/fixtures/processed").ordered_goals) == 18


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
    with pytest.raises(UsageError, match="--out"):
        find(project, "2024-11-20", True)


@pytest.mark.parametrize("is_sample", [True, False])
def test_the_notebook_opens_the_files_of_its_own_run(is_sample, monkeypatch):
    home = project.Project()
    nb = nbformat.read(home.notebooks_dir / "explore.ipynb", as_version=4)
    first, setup = [cell.source for cell in nb.cells if cell.cell_type == "code"][:2]
    own = SimpleNamespace(is_sample=is_sample)
    monkeypatch.setattr(explore, "open_run", lambda *_, **__: own)
    names = {}
    exec(first, names)
    exec(setup, names)
    assert names["raw"] == (home.sample_dir if is_sample else home.raw_dir)
