"""Parameters of a notebook, whoever gave them; what a notebook shows in JupyterLab."""

import json
import subprocess
import sys

import nbformat
import pytest

from xhht_analysis import parameters
from xhht_analysis.project import ROOT, Project

pytestmark = pytest.mark.unit
CELL = """
unit_code: str = "819"  # mã
as_of: str = ""  # ngày
n_draws: int = 1000  # số lần
horizon: int = 3  # năm
sample: bool = True  # minh họa
share: float = 0.5  # phần
lang: str = "vi"  # ngôn ngữ
"""


def given(cell=CELL, **values):
    """What a notebook's globals are after its parameters cell and the injected one."""
    defaults = {}
    exec(cell, {}, defaults)
    return {"In": ["", "%matplotlib inline", cell], **defaults, **values}


@pytest.mark.parametrize(
    ("name", "value", "accepted"),
    [
        ("unit_code", 819, "819"),
        ("unit_code", "28249", "28249"),
        ("n_draws", "500", 500),
        ("n_draws", 500, 500),
        ("share", 1, 1.0),
        ("sample", "false", False),
        ("sample", 0, False),
        ("as_of", "2024-11-30", "2024-11-30"),
    ],
)
def test_a_parameter_has_the_type_its_cell_declares(name, value, accepted):
    namespace = given(**{name: value})
    parameters.check(namespace)
    assert namespace[name] == accepted
    assert type(namespace[name]) is type(accepted)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("n_draws", "nhiều", "n_draws.*số nguyên.*nhiều"),
        ("n_draws", 2.5, "n_draws.*số nguyên.*2.5"),
        ("n_draws", -5, "n_draws.*-5.*100 đến 100000"),
        ("horizon", 0, "horizon.*từ 1 đến 10"),
        ("share", "nửa", "share.*số.*nửa"),
        ("sample", "perhaps", "sample.*true hoặc false"),
        ("as_of", 20241231, "as_of.*2026-11-30.*20241231"),
        ("lang", "fr", "lang.*fr.*vi, en"),
    ],
)
def test_a_wrong_one_is_told_in_words(name, value, words):
    with pytest.raises(parameters.ParameterError, match=words):
        parameters.check(given(**{name: value}))


@pytest.mark.slow
def test_what_papermill_makes_of_a_unit_code_is_a_unit(tmp_path):
    target = tmp_path / "out.ipynb"
    command = [sys.executable, "-m", "papermill", "--log-level", "ERROR", "--no-progress-bar"]
    source = ROOT / "notebooks" / "06_unit_report.ipynb"
    words = [*command, str(source), str(target), "-k", "python3", "-p", "unit_code", "819"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Cái Bè" in target.read_text(encoding="utf-8")


FIXTURE_CELL = """
processed_dir: str = "tests/fixtures/processed"  # bảng
as_of: str = "2024-12-31"  # ngày
seed: int = 1  # hạt giống
output_dir: str = ""  # ghi
"""


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """A kernel of JupyterLab, and a project of one's own."""
    project = Project(out=tmp_path)
    monkeypatch.setenv(parameters.IN_LAB, "notebooks/03_forecast.ipynb")
    monkeypatch.setattr(parameters, "Project", lambda: project)
    return project


def record(project, as_of, finished_at, sample=False):
    settings = {"raw_dir": "raw", "processed_dir": str(project.processed(as_of))}
    settings |= {"as_of": as_of, "sample": sample, "output_dir": "never"}
    text = {"as_of": as_of, "finished_at": finished_at, "sample": sample, "parameters": settings}
    project.run_dir(as_of).mkdir(parents=True)
    (project.run_dir(as_of) / "run.json").write_text(json.dumps(text))


def test_in_lab_a_notebook_shows_the_newest_run(lab, capsys):
    record(lab, "2024-11-30", "2026-01-02")
    record(lab, "2025-11-30", "2026-01-01")
    namespace = given(FIXTURE_CELL)
    parameters.check(namespace)
    assert namespace["processed_dir"] == str(lab.processed("2024-11-30"))
    assert (namespace["as_of"], namespace["seed"]) == ("2024-11-30", 1)
    assert namespace["output_dir"] == ""
    assert "raw_dir" not in namespace
    assert capsys.readouterr().out == "Lần tổng hợp mới nhất: số liệu nhận đến 2024-11-30.\n"


def test_in_lab_a_project_that_was_moved_shows_its_own_tables(lab, tmp_path):
    record(lab, "2024-11-30", "2026-01-02", sample=True)
    place = lab.run_dir("2024-11-30") / "run.json"
    kept = json.loads(place.read_text())
    kept["parameters"]["processed_dir"] = str(tmp_path / "gone")
    place.write_text(json.dumps(kept))
    namespace = given(FIXTURE_CELL + 'raw_dir: str = "tests/fixtures/raw"')
    parameters.check(namespace)
    assert namespace["processed_dir"] == str(lab.processed("2024-11-30"))
    assert namespace["raw_dir"] == str(lab.sample_dir)


def test_in_lab_invented_figures_are_said_to_be(lab, capsys):
    namespace = given(FIXTURE_CELL)
    parameters.check(namespace)
    assert namespace["processed_dir"] == "tests/fixtures/processed"
    assert "SỐ LIỆU GIẢ ĐỊNH" in capsys.readouterr().out
    record(lab, "2025-11-30", "2026-01-01", sample=True)
    (lab.run_dir("2026-11-30")).mkdir(parents=True)
    (lab.run_dir("2026-11-30") / "run.json").write_text('{"as_of"')
    parameters.check(given(FIXTURE_CELL))
    assert "MINH HỌA" in capsys.readouterr().out


def test_in_lab_what_an_analyst_has_set_stays(lab, capsys):
    record(lab, "2025-11-30", "2026-01-01")
    namespace = given(FIXTURE_CELL, processed_dir="data/processed/2020-01-01")
    parameters.check(namespace)
    assert namespace["processed_dir"] == "data/processed/2020-01-01"
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "path", sorted((ROOT / "notebooks").glob("0*.ipynb")), ids=lambda p: p.stem
)
def test_every_notebook_checks_its_parameters_before_it_uses_them(path):
    cells = nbformat.read(path, as_version=4).cells
    [setup] = [c.source for c in cells if "setup" in c.metadata.get("tags", ())]
    lines = setup.split("\n")
    [at] = [n for n, line in enumerate(lines) if line.startswith("parameters.check(globals())")]
    assert all(line.startswith(("import ", "from ")) or not line for line in lines[:at])
