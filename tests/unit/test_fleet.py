"""A fleet of notebooks: order kept, one failure does not stop the rest, same bytes as alone."""

from concurrent.futures import Executor, Future, ThreadPoolExecutor

import pytest

from tests.notebook_maker import write_notebook
from xhht_analysis.project import KitError, Project
from xhht_analysis.running import execution, unit_reports
from xhht_analysis.running.stages import Settings

pytestmark = pytest.mark.unit


AS_OF = "2024-11-20"
SHOW = """
from xhht_analysis.publishing import blocks
display(blocks.prose([str(1 / (int(unit_code) - 2))]))
"""


def work(folder):
    """What `unit_reports.outcomes` takes beside the units: a kit of one small notebook."""
    project = Project(root=folder)
    notebook = project.notebooks_dir / "06_unit_report.ipynb"
    write_notebook(notebook, 'unit_code: str = ""', SHOW)
    settings = Settings(folder / "raw", AS_OF, cell_seconds=3600)
    return settings, project, Project(out=folder / "staged")


def made(folder):
    """Bytes of every notebook and page that was made, by name."""
    files = (folder / "staged").rglob("*.*")
    return {path.name: path.read_bytes() for path in files}


def test_every_outcome_arrives_and_a_failure_is_named(tmp_path):
    with ThreadPoolExecutor(2) as executor:
        ended = dict(unit_reports.outcomes(["1", "2", "3"], executor, *work(tmp_path)))
    assert sorted(ended) == ["1", "2", "3"]
    assert "ZeroDivisionError" in ended["2"]
    assert ended["1"] == ended["3"] == ""


def test_together_and_alone_give_the_same_bytes(tmp_path):
    for name, workers in (("alone", 1), ("together", 2)):
        with ThreadPoolExecutor(workers) as executor:
            ended = unit_reports.outcomes(["3", "4"], executor, *work(tmp_path / name))
            assert dict(ended) == {"3": "", "4": ""}
    assert sorted(made(tmp_path / "alone")) == [
        *("06_unit_report_3.ipynb", "06_unit_report_4.ipynb"),
        *("3.html", "4.html"),
    ]
    assert made(tmp_path / "alone") == made(tmp_path / "together")


class Lossy(Executor):
    """Loses its first job the way a dead worker does, cancels its second."""

    def submit(self, function, unit, *work):
        future = Future()
        if unit == "1":
            future.set_exception(ConnectionError("worker gone"))
        else:
            future.cancel()
            future.set_running_or_notify_cancel()
        return future


def test_a_lost_worker_is_an_outcome_with_the_remedy(tmp_path):
    ended = dict(unit_reports.outcomes(["1", "3"], Lossy(), *work(tmp_path)))
    assert "worker gone" in ended["1"]
    assert "CancelledError" in ended["3"]
    assert all("chạy lại" in error for error in ended.values())


def test_a_worker_elsewhere_uses_the_plan_that_was_named_here(tmp_path, monkeypatch):
    used = []

    def refuse(*words, **options):
        used.append(Project().config_dir)
        raise KitError("đủ rồi")

    monkeypatch.setenv("XHHT_CONFIG", "another plan of this worker")
    monkeypatch.setattr(execution, "execute", refuse)
    config = str(tmp_path / "Ba Song")
    assert unit_reports.make_page("1", *work(tmp_path), config) == "đủ rồi"
    assert used == [tmp_path / "Ba Song"]
