"""One notebook through papermill: this environment's kernel, failures named with their cause."""

import asyncio
import os
import sys

import nbformat
import pytest
from nbclient import NotebookClient

from tests.notebook_maker import write_notebook
from xhht_analysis.running import execution

pytestmark = pytest.mark.unit
LONG = 3600
"""Seconds that no machine needs here, however slow."""
PARAMETERS = """
horizon: int = 3  # years ahead
as_of: str = "2024-11-30"  # vintage
sample: bool = False  # invented data
"""


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    folder = tmp_path_factory.mktemp("Bộ số liệu")
    return write_notebook(folder / "03_x.ipynb", PARAMETERS, "print(horizon, as_of, sample)")


def test_executes_with_own_kernel_and_leaves_no_times(notebook, tmp_path):
    target = tmp_path / "out.ipynb"
    given = {"horizon": 7, "unknown_here": 1}
    execution.execute(notebook, target, given, cell_seconds=LONG)
    executed = nbformat.read(target, as_version=4)
    printed = "".join(o.text for c in executed.cells for o in c.get("outputs", ()))
    assert printed == "7 2024-11-30 False\n"
    assert "papermill" not in executed.metadata
    first = target.read_bytes()
    execution.execute(notebook, target, given, cell_seconds=LONG)
    assert target.read_bytes() == first


def test_a_failing_cell_is_named_with_its_cause(tmp_path):
    bad = write_notebook(tmp_path / "02_bad.ipynb", "x: int = 1", "x + 1", "1 / 0  # here")
    with pytest.raises(execution.NotebookError, match=r"02_bad.*1 / 0.*ZeroDivisionError"):
        execution.execute(bad, tmp_path / "out.ipynb", {}, cell_seconds=LONG)


def test_a_cell_at_its_limit_is_named_with_the_setting(tmp_path):
    slow = write_notebook(tmp_path / "cell.ipynb", "x: int = 1", "import time; time.sleep(600)")
    with pytest.raises(execution.NotebookError, match=r"cell.*1 giây, dừng ở ô «.+\n.*run\.yml"):
        execution.execute(slow, tmp_path / "out.ipynb", {}, cell_seconds=1)


def test_what_a_message_names_of_a_cell_is_its_first_line():
    assert execution.first_line("\nimport time; time.sleep(600)\nx = 1\n") == (
        "import time; time.sleep(600)"
    )


@pytest.mark.parametrize(("deaths", "tries"), [(1, 2), (2, 2)])
def test_a_kernel_that_dies_is_tried_once_more(tmp_path, deaths, tries):
    count = tmp_path / "count"
    text = f"""
import os, pathlib
tries = pathlib.Path({str(count)!r})
tries.open("a").write("x")
if len(tries.read_text()) <= {deaths}:
    os._exit(3)
"""
    source = write_notebook(tmp_path / "a.ipynb", "x: int = 1", text)
    given = {"cell_seconds": LONG}
    if deaths < tries:
        execution.execute(source, tmp_path / "o.ipynb", {}, **given)
    else:
        with pytest.raises(execution.NotebookError, match=r"a\.ipynb.*import os.*Kernel died"):
            execution.execute(source, tmp_path / "o.ipynb", {}, **given)
    assert len(count.read_text()) == tries


def test_a_kernel_that_does_not_start_is_told(notebook, tmp_path, monkeypatch):
    (tmp_path / "ipykernel.py").write_text("import no_such_package")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(execution.NotebookError, match=r"03_x.*«khởi động».*Kernel died"):
        execution.execute(notebook, tmp_path / "o.ipynb", {}, cell_seconds=LONG)


@pytest.mark.skipif(sys.platform == "win32", reason="no signals")
def test_a_kernel_that_the_system_killed_is_said_to_lack_memory_mostly(tmp_path, capfd):
    text = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    source = write_notebook(tmp_path / "a.ipynb", "x: int = 1", text)
    with pytest.raises(execution.NotebookError, match=r"import os.*\n.*thiếu bộ nhớ"):
        execution.execute(source, tmp_path / "o.ipynb", {}, cell_seconds=LONG)
    assert capfd.readouterr().err == ""  # no library adds words of its own


def test_the_kernel_is_this_very_python(tmp_path):
    source = write_notebook(tmp_path / "a.ipynb", "x: int = 1", "import sys; print(sys.executable)")
    execution.execute(source, tmp_path / "o.ipynb", {}, cell_seconds=LONG)
    [output] = nbformat.read(tmp_path / "o.ipynb", as_version=4).cells[-1].outputs
    assert output.text == f"{sys.executable}\n"


def test_the_kernel_has_the_packages_of_the_path_that_is_its_folder_too(tmp_path, monkeypatch):
    (tmp_path / "beside.py").write_text("NUMBER = 7")
    (tmp_path / "notebooks").mkdir()
    path = tmp_path / "notebooks" / "a.ipynb"
    source = write_notebook(path, "x: int = 1", "import beside; beside.NUMBER")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    execution.execute(source, tmp_path / "o.ipynb", {}, cell_seconds=LONG)
    [output] = nbformat.read(tmp_path / "o.ipynb", as_version=4).cells[-1].outputs
    assert output["data"]["text/plain"] == "7"


def test_a_failing_cell_runs_once_and_its_words_stay_out_of_the_log(tmp_path):
    count = tmp_path / "count"
    text = f"open({str(count)!r}, 'a').write('x')\nraise ValueError('Nguyễn Văn A')"
    bad = write_notebook(tmp_path / "bad.ipynb", "x: int = 1", text)
    with pytest.raises(execution.NotebookError, match="Nguyễn") as caught:
        execution.execute(bad, tmp_path / "out.ipynb", {}, cell_seconds=LONG)
    assert count.read_text() == "x"
    assert "ValueError" in caught.value.log_text
    assert caught.value.log_text.count("Nguyễn") == 0


@pytest.mark.parametrize(
    "name",
    [
        "Bộ số liệu",
        "Đạt 50% & 'hơn' #1",
        pytest.param(
            'a\\b "c" _dir = x',
            marks=pytest.mark.skipif(os.name == "nt", reason="no folder of Windows has this name"),
        ),
    ],
)
def test_a_notebook_run_elsewhere_has_the_same_bytes(tmp_path, name):
    declared = 'output_dir: str = ""\nlang: str = "vi"'
    show = write_notebook(tmp_path / "n.ipynb", declared, "print(len(output_dir) > 3, lang)")
    made = {}
    for folder in (tmp_path / "other", tmp_path / name):
        given = {"output_dir": str(folder), "lang": "en"}
        execution.execute(show, folder / "n.ipynb", given, cell_seconds=LONG)
        made[folder] = (folder / "n.ipynb").read_bytes()
    assert len(set(made.values())) == 1
    cells = nbformat.read(folder / "n.ipynb", as_version=4).cells
    assert [
        cell.source for cell in cells if "injected-parameters" in cell.metadata.get("tags", ())
    ] == ['# Parameters\nlang = "en"\n']
    assert cells[-1].outputs[0].text == "True en\n"


def test_words_that_arrive_in_pieces_are_one_output(tmp_path):
    text = "import sys, time\nfor i in range(3):\n    print(i, flush=True)\n    time.sleep(0.4)"
    source = write_notebook(tmp_path / "a.ipynb", "x: int = 1", text)
    target = tmp_path / "out" / "a.ipynb"
    execution.execute(source, target, {}, cell_seconds=LONG)
    [output] = nbformat.read(target, as_version=4).cells[-1].outputs
    assert output.text == "0\n1\n2\n"


@pytest.mark.slow
def test_an_output_read_late_on_a_busy_machine_is_not_lost(tmp_path, monkeypatch):
    read = NotebookClient._async_poll_output_msg

    async def read_late(self, *args):
        await asyncio.sleep(5)
        return await read(self, *args)

    monkeypatch.setattr(NotebookClient, "_async_poll_output_msg", read_late)
    source = write_notebook(tmp_path / "a.ipynb", "x: int = 1", "print('muộn')")
    target = tmp_path / "out" / "a.ipynb"
    execution.execute(source, target, {}, cell_seconds=LONG)
    [output] = nbformat.read(target, as_version=4).cells[-1].outputs
    assert output.text == "muộn\n"
