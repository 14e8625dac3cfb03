"""Who waits for whom in a run: stages side by side, kernels ahead of their tables, the check."""

import psutil
import pytest

from tests.notebook_maker import WRITE_TABLE, write_notebook
from tests.unit.test_pipeline import AS_OF, FIRST, PARAMETERS, SECOND, go, project, settings
from xhht_analysis.project import KitError
from xhht_analysis.running import notebooks, pipeline, publication, stages
from xhht_analysis.running.stages import Stage

pytestmark = pytest.mark.unit
__all__ = ["project"]
OTHER = Stage("02_other", reads=("panel",), makes=("forecasts",))
LAST = Stage("03_last", reads=("scores", "forecasts"), makes=("verdicts",))
MEET = """
import time
from pathlib import Path
Path("{mine}").touch()
until = time.monotonic() + 30
while not Path("{theirs}").exists():
    assert time.monotonic() < until, "nobody came"
    time.sleep(0.05)
"""
NEEDS_BOTH = """
from pathlib import Path
assert all((Path(output_dir) / f"{t}.csv").exists() for t in ("scores", "forecasts"))
"""


def kernels():
    return [p for p in psutil.Process().children(recursive=True) if "ipykernel" in str(p.cmdline())]


def test_what_a_stage_reads_says_which_come_before_it():
    chosen = (FIRST, SECOND, OTHER, LAST)
    assert [s.sources(chosen) for s in chosen] == [[], [FIRST], [FIRST], [SECOND, OTHER]]
    assert LAST.sources((FIRST, OTHER, LAST)) == [OTHER]


def test_stages_that_need_not_each_other_run_at_once_and_the_last_waits_for_both(project):
    table = WRITE_TABLE.format
    for stage, mine, theirs in ((SECOND, "a", "b"), (OTHER, "b", "a")):
        cells = MEET.format(mine=mine, theirs=theirs), table(table=stage.makes[0], value="1")
        write_notebook(project.notebooks_dir / stage.notebook, PARAMETERS, *cells)
    last = NEEDS_BOTH, table(table="verdicts", value="1")
    write_notebook(project.notebooks_dir / LAST.notebook, PARAMETERS, *last)
    assert set(go(project, chosen=(FIRST, SECOND, OTHER, LAST)).values()) == {"done"}


def test_a_kernel_does_its_imports_while_the_stage_before_is_at_work(project):
    wait = MEET.format(mine="first", theirs="imported")
    cells = wait, WRITE_TABLE.format(table="panel", value="1")
    write_notebook(project.notebooks_dir / FIRST.notebook, PARAMETERS, *cells)
    (project.root / "early.py").write_text("open('imported', 'w').close()")
    cells = "import early", WRITE_TABLE.format(table="scores", value="1")
    write_notebook(project.notebooks_dir / SECOND.notebook, PARAMETERS, *cells)
    assert go(project) == {"01_first": "done", "02_second": "done"}


def test_no_kernel_outlives_a_stage_that_had_nothing_to_do(project):
    go(project)
    (project.root / "raw" / AS_OF / "a.csv").write_text("changed")
    assert go(project) == {"01_first": "done", "02_second": "skipped"}
    assert kernels() == []


def test_a_failure_is_told_once_and_ends_the_kernels_that_waited(project):
    write_notebook(project.notebooks_dir / FIRST.notebook, PARAMETERS, "1 / 0")
    with pytest.raises(KitError, match="01_first"):
        go(project)
    assert kernels() == []


def test_nothing_begins_before_the_check_and_what_passed_is_not_checked_again(project):
    begun, checks = [], []

    def run(check, **values):
        how = {"check": check, "listener": lambda name, result: begun.append(name)}
        return pipeline.run(settings(project, **values), project, (FIRST, SECOND), **how)

    def refuse():
        raise KitError("hỏng")

    with pytest.raises(KitError, match="hỏng"):
        run(refuse)
    assert begun == []
    assert kernels() == []
    assert publication.read_record(project, AS_OF) == {}
    run(lambda: checks.append(1))
    run(lambda: checks.append(2), force=True)
    (project.config_dir / "goals.csv").write_text("changed")
    run(lambda: checks.append(3))
    assert checks == [1, 3]


def test_what_is_raised_when_the_kernel_is_up_ends_it_and_comes_out(project, tmp_path):
    def refuse():
        raise KitError("không còn gì để làm")

    source = project.notebooks_dir / FIRST.notebook
    how = {"cwd": tmp_path, "timeout": 60, "kernel_is_up": refuse}
    with pytest.raises(KitError, match="không còn"):
        notebooks.execute(source, tmp_path / "out.ipynb", {}, **how)
    assert kernels() == []
    assert not (tmp_path / "out.ipynb").exists()


def test_a_patient_kernel_stands_back(tmp_path):
    asks = "import psutil; print(psutil.Process().nice())"
    source = write_notebook(tmp_path / "nice.ipynb", "x: int = 1", asks)
    for patient in (False, True):
        target = tmp_path / f"{patient}.ipynb"
        notebooks.execute(source, target, {}, cwd=tmp_path, timeout=60, patient=patient)
    own, back = ((tmp_path / f"{p}.ipynb").read_text(encoding="utf-8") for p in (False, True))
    assert own != back


def test_documents_are_stale_when_the_report_was_made_again_without_them(project, monkeypatch):
    report = Stage("02_report", reads=("panel",), makes=("scores",))
    (project.notebooks_dir / SECOND.notebook).rename(project.notebooks_dir / report.notebook)
    monkeypatch.setattr(stages, "REPORT", report)
    monkeypatch.setattr(stages, "ALL", (FIRST, report))

    def finish():
        def write(staged, settings, executed):
            assert executed().name == report.notebook
            page = staged.reports(AS_OF) / "page.html"
            page.write_text("x")

        return write

    def status(**how):
        record = pipeline.run(settings(project), project, (FIRST, report), **how)
        return {name: entry["status"] for name, entry in record["stages"].items()}

    assert status(finish=finish)["documents"] == "done"
    assert status(finish=finish)["documents"] == "skipped"
    text = WRITE_TABLE.format(table="scores", value="7")
    write_notebook(project.notebooks_dir / report.notebook, PARAMETERS, text)
    assert status() == {"01_first": "skipped", "02_report": "done", "documents": "stale"}
    assert status(finish=finish)["documents"] == "done"


def test_documents_wait_for_the_check_when_the_report_runs_alone(project, monkeypatch):
    report = Stage("02_report", reads=("panel",), makes=("scores",))
    (project.notebooks_dir / SECOND.notebook).rename(project.notebooks_dir / report.notebook)
    monkeypatch.setattr(stages, "REPORT", report)
    go(project, chosen=(FIRST,))
    (project.config_dir / "goals.csv").write_text("changed")
    begun = []

    def refuse():
        raise KitError("hỏng")

    how = {"finish": lambda: begun.append, "listener": lambda name, result: begun.append(name)}
    with pytest.raises(KitError, match="hỏng"):
        pipeline.run(settings(project), project, (report,), check=refuse, **how)
    assert begun == []
