"""A fleet of notebooks: order kept, one failure does not stop the rest, same bytes as alone."""

import dataclasses
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from types import SimpleNamespace

import psutil
import pytest

from tests.notebook_maker import write_notebook
from xhht_analysis.project import Project
from xhht_analysis.running import execution, unit_reports

pytestmark = pytest.mark.unit


def make_jobs(folder, units):
    source = write_notebook(
        folder / "06.ipynb", 'unit_code: str = ""', "print(1 / (int(unit_code) - 2))"
    )
    return [
        unit_reports.Job(unit, source, folder / f"{unit}.ipynb", {"unit_code": unit}, folder)
        for unit in units
    ]


def test_every_outcome_arrives_and_a_failure_is_named(tmp_path):
    jobs = make_jobs(tmp_path, ["1", "2", "3"])
    with unit_reports.make_executor(2) as executor:
        found = dict(unit_reports.outcomes(jobs, executor))
    assert sorted(found) == ["1", "2", "3"]
    assert "ZeroDivisionError" in found["2"]
    assert found["1"] == found["3"] == ""


def test_together_and_alone_give_the_same_bytes(tmp_path):
    for name, workers in (("alone", 1), ("together", 2)):
        (tmp_path / name).mkdir()
        with ThreadPoolExecutor(workers) as executor:
            jobs = make_jobs(tmp_path / name, ["3", "4"])
            assert dict(unit_reports.outcomes(jobs, executor)) == {"3": "", "4": ""}
    for unit in ("3", "4"):
        one, two = (tmp_path / name / f"{unit}.ipynb" for name in ("alone", "together"))
        assert one.read_bytes() == two.read_bytes()


class Lossy(Executor):
    """Loses its first job the way a dead worker does, cancels its second."""

    def submit(self, function, *args, **kwargs):
        future = Future()
        if args[0].name == "1":
            future.set_exception(ConnectionError("worker gone"))
        else:
            future.cancel()
            future.set_running_or_notify_cancel()
        return future


def test_a_lost_worker_is_an_outcome_with_the_remedy(tmp_path):
    found = dict(unit_reports.outcomes(make_jobs(tmp_path, ["1", "3"]), Lossy()))
    assert "worker gone" in found["1"]
    assert "CancelledError" in found["3"]
    assert all("chạy lại" in error for error in found.values())


@pytest.mark.parametrize(
    ("free", "cores", "workers"), [(2**20, 8, 1), (2**30, 8, 2), (2**40, 8, 8)]
)
def test_kernels_at_once_fit_memory_and_cores(monkeypatch, free, cores, workers):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=free))
    monkeypatch.setattr(unit_reports.os, "cpu_count", lambda: cores)
    assert unit_reports.default_workers() == workers


def test_a_worker_elsewhere_uses_the_plan_that_was_named_here(tmp_path, monkeypatch):
    used = []
    monkeypatch.setenv("XHHT_CONFIG", "another plan of this worker")
    monkeypatch.setattr(
        execution, "execute", lambda *words, **options: used.append(Project().config_dir)
    )
    [job] = make_jobs(tmp_path, ["1"])
    config = str(tmp_path / "Ba Song")
    assert unit_reports.execute_job(dataclasses.replace(job, config_dir=config)) == ""
    assert used == [tmp_path / "Ba Song"]
