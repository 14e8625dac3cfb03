"""A fleet of notebooks: order kept, one failure does not stop the rest, same bytes as alone."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.notebook_maker import write_notebook
from xhht_analysis.project import KitError
from xhht_analysis.running import fleet

pytestmark = pytest.mark.unit


def make_jobs(folder, units):
    source = write_notebook(
        folder / "06.ipynb", 'unit_code: str = ""', "print(1 / (int(unit_code) - 2))"
    )
    return [
        fleet.Job(unit, source, folder / f"{unit}.ipynb", {"unit_code": unit}, folder)
        for unit in units
    ]


def test_outcomes_keep_the_order_and_a_failure_is_named(tmp_path):
    heard = []
    jobs = make_jobs(tmp_path, ["1", "2", "3"])
    with fleet.make_executor(2) as executor:
        outcomes = fleet.run_jobs(
            jobs, executor, listener=lambda done, total, outcome: heard.append((done, total))
        )
    assert [o.name for o in outcomes] == ["1", "2", "3"]
    assert [bool(o.error) for o in outcomes] == [False, True, False]
    assert "ZeroDivisionError" in outcomes[1].error
    assert heard == [(1, 3), (2, 3), (3, 3)]


def test_together_and_alone_give_the_same_bytes(tmp_path):
    for name, workers in (("alone", 1), ("together", 2)):
        (tmp_path / name).mkdir()
        with ThreadPoolExecutor(workers) as executor:
            fleet.run_jobs(make_jobs(tmp_path / name, ["3", "4"]), executor)
    for unit in ("3", "4"):
        one, two = (tmp_path / name / f"{unit}.ipynb" for name in ("alone", "together"))
        assert one.read_bytes() == two.read_bytes()


def test_a_silent_or_absent_dask_is_a_message():
    with pytest.raises(KitError, match=r"[Dd]ask"), fleet.make_executor(dask="tcp://127.0.0.1:9"):
        pass


def test_there_is_always_one_worker(monkeypatch):
    monkeypatch.setattr(fleet, "KERNEL_BYTES", 2**60)
    assert fleet.default_workers() >= 1
