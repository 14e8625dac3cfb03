"""The explorer's answers: courses by hand, what-if, the cell behind a reject."""

from types import SimpleNamespace

import nbformat
import numpy as np
import openpyxl
import pandas as pd
import pytest

from tests import frames
from tests.figure_checks import overlapping_texts
from xhht_analysis import project
from xhht_analysis.forecasting.backtest import DEFAULT
from xhht_analysis.publishing import explore, explorer
from xhht_analysis.publishing.explore import Course
from xhht_analysis.publishing.figures.courses import plot_fan
from xhht_analysis.running import records

pytestmark = pytest.mark.unit
GOAL = "information_literacy"


@pytest.fixture(scope="module")
def run():
    return frames.make_material()


def course(**changes) -> Course:
    """Two districts and four draws: 40 and 60 percent today, fixed gains to 2030."""
    gains = np.array([[0, 5], [10, 15], [20, 25], [30, 35]], dtype=float)
    draws = np.stack(
        [np.array([[40, 60]] * 4, dtype=float) + gains * k / 4 for k in range(5)], axis=2
    )
    given = {"goal_code": GOAL, "model": "drift", "origin_year": 2026, "draws": draws}
    given["province"] = "82"
    given |= {"years": np.arange(2026, 2031), "units": ["815", "816"]}
    given["weights"] = np.array([100.0, 300.0])
    return Course(**(given | changes))


def test_the_province_is_the_sum_of_its_districts_by_counts():
    # first draw 2030: (100 * 40 + 300 * 65) / 400
    assert course().of("82")[:, -1].tolist() == [58.75, 68.75, 78.75, 88.75]
    assert course().of("815")[:, -1].tolist() == [40, 50, 60, 70]
    with pytest.raises(explore.NoFiguresError, match="denominators"):
        course(weights=None).of("82")
    with pytest.raises(explore.NoFiguresError, match="999"):
        course().of("999")


def test_a_chance_counts_the_draws_at_or_above_the_target():
    assert course().chance("815", 2030, 60) == 0.5
    assert course().chance("82", 2030, 70) == 0.5


def test_speeding_up_moves_one_unit_and_through_it_the_province():
    faster = course().sped_up("815", 2.5)  # 4 years: 10 points more in 2030
    assert faster.of("815")[:, -1].tolist() == [50, 60, 70, 80]
    assert faster.of("816").tolist() == course().of("816").tolist()
    assert faster.of("82")[0, -1] == pytest.approx((100 * 50 + 300 * 65) / 400)
    assert course().sped_up("815", 50).of("815").max() == 100
    with pytest.raises(explore.NoFiguresError, match="999"):
        course().sped_up("999", 2.5)
    assert faster.of("815")[:, 0].tolist() == [40] * 4  # today stays


def test_what_if_says_before_and_after(run):
    table = explore.what_if(run, course(), "815", 2.5)
    # target 70 percent: one of four draws before, two after
    assert table["prob_before"].tolist()[0] == 0.25
    assert table["prob_after"].tolist()[0] == 0.5
    assert list(table.iloc[:, 0]) == [run.names["815"], "toàn tỉnh"]
    with pytest.raises(explore.NoFiguresError, match="2031"):
        explore.what_if(run, course(), "815", 1, year=2031)


@pytest.mark.parametrize("model", [DEFAULT, "persistence", "drift"])
def test_every_model_answers_from_any_origin(run, model):
    made = explore.forecast_course(run, GOAL, model=model, origin_year=2024, n_draws=50)
    assert (made.origin_year, list(made.years)) == (2024, list(range(2024, 2031)))
    assert made.draws.shape == (50, 11, 7)
    assert ((made.draws >= 0) & (made.draws <= 100)).all()
    # district 815 in 2024: 20 + 4 * 3 = 32 percent
    assert made.of("815")[:, 0].tolist() == [32] * 50
    table = explore.chances(run, made)
    assert len(table) == 12
    assert table.iloc[0, 0] == "32,0\u00a0%" or "TX Cai Lậy" in table.index[0]


def test_the_kits_own_course_says_what_the_report_says(run):
    made = explore.forecast_course(run, GOAL, n_draws=20)
    said = run.labels.short_chance(run.verdict(GOAL, 2030)["prob_reached"])
    assert said in explore.chances(run, made).iloc[-1].to_list()[-1]


def test_a_model_without_a_score_is_said_to_be_untested(run):
    score = {"model_id": "drift", "indicator_code": GOAL, "origin_year": 2024, "horizon": 1,
             "metric": "brier", "value": 0.1, "n": 11}  # fmt: skip
    scored = frames.make_material(scores=pd.DataFrame([score]))
    for made, untested in ((run, True), (scored, False)):
        table = explore.what_if(made, course(), "815", 2.5)
        assert ["chưa kiểm định" in text for text in table.iloc[0, 1:3]] == [untested] * 2
        (last,) = {"chưa kiểm định" in text for text in explore.chances(made, course()).iloc[:, -1]}
        assert last is untested


def test_what_cannot_be_drawn_is_said(run):
    with pytest.raises(explore.NoFiguresError, match="judge_again"):
        explore.forecast_course(run, "literacy_l2_districts")
    with pytest.raises(explore.NoFiguresError, match="no figure"):
        explore.forecast_course(run, frames.NO_DATA_GOAL)
    with pytest.raises(ValueError, match="drift"):
        explore.forecast_course(run, GOAL, model="crystal_ball")


def test_judging_again_leaves_later_years_out(run):
    then = explore.judge_again(run, "literacy_l2_districts", 2023, n_draws=50)
    assert then.panel["year"].max() == 2023
    assert set(then.verdicts["goal_code"]) == {"literacy_l2_districts"}
    verdict = then.verdict("literacy_l2_districts", 2025)
    assert verdict["n_points"] == 3
    assert verdict["basis"] != "observed"  # 2025 was still to come
    assert verdict["current_year"] == 2023


def test_the_figure_shows_origin_and_later_years(run):
    made = explore.forecast_course(run, GOAL, origin_year=2024, n_draws=50)
    figure = plot_fan(run, GOAL, "819", made)
    lines = {line.get_gid(): line for line in figure.axes[0].lines}
    assert list(lines["observed"].get_xdata()) == [2021, 2022, 2023, 2024]
    assert list(lines["later"].get_xdata()) == [2025, 2026]
    # the forecast grows out of district 819's 36 percent in 2024 (number 4: 24 + 4 * 3)
    assert lines["median"].get_ydata()[0] == 36
    assert overlapping_texts(figure) == []
    assert "H. Cái Bè" in figure.get_label()


def test_the_words_of_the_figure_give_the_median_of_its_last_year(run):
    draws = np.array([[40.0, 50, 61], [40, 52, 62], [40, 54, 66]])  # medians 40, 52, 62
    years = np.array([2024, 2025, 2026])
    made = course(origin_year=2024, years=years, units=["819"], draws=draws[:, None], weights=None)
    figure = plot_fan(run, GOAL, "819", made)
    assert "62" in figure.get_label()
    assert "52" not in figure.get_label()


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


def test_a_figure_leads_to_its_rows(run):
    found = explore.figure_data(run, "fan_clc_it")
    assert set(found["panel"]["indicator_code"]) == {"clc_it"}
    assert len(found["verdicts"]) == 24  # two targets, the province and 11 districts
    with pytest.raises(KeyError, match="calendar"):
        explore.figure_data(run, "calendar")


def test_choosing_changes_figure_and_table(run):
    box = explorer.explorer(run)
    goal, unit, *_ = box.children
    picture, text = box.children[-2:]
    before, told = bytes(picture.value), text.value
    assert before.startswith(b"\x89PNG")
    unit.value = "819"
    assert bytes(picture.value) != before
    goal.value = "literacy_l2_districts"
    assert "Mục tiêu năm 2030" in text.value
    assert text.value != told
    goal.value = frames.NO_DATA_GOAL
    assert "Chưa có số liệu để dự báo" in text.value


def test_names_in_the_explorers_tables_are_escaped(run):
    units = run.units.assign(short_name="<script>x</script>")
    hostile = frames.make_material(units=units)
    _, _, table = explorer.view(hostile, GOAL, extra=1.0)
    assert "<script>" not in table


def test_the_newest_run_is_opened_or_the_fixture():
    assert len(explore.open_run("tests/fixtures/processed").ordered_goals) == 18


def test_only_an_earlier_run_on_the_same_kind_of_data_is_compared(tmp_path):
    from xhht_analysis.project import Project

    project = Project(out=tmp_path)
    for day, sample in (("2024-11-20", "false"), ("2025-11-20", "true"), ("2026-11-20", "false")):
        project.run_dir(day).mkdir(parents=True)
        (project.run_dir(day) / "run.json").write_text(f'{{"sample": {sample}}}')
    find = records.earlier_tables
    assert find(project, "2026-11-20", False) == str(project.processed("2024-11-20"))
    assert find(project, "2026-11-20", True) == str(project.processed("2025-11-20"))
    assert find(project, "2024-11-20", False) == ""


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
