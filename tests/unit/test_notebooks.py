"""One notebook through papermill: checked parameters, forced kernel, named failures."""

import asyncio

import nbformat
import pytest
from nbclient import NotebookClient

from tests.notebook_maker import write_notebook
from xhht_analysis.project import Project, UsageError
from xhht_analysis.running import messages, notebooks

pytestmark = pytest.mark.unit
PARAMETERS = """
horizon: int = 3  # years ahead
as_of: str = "2024-11-30"  # vintage
share: float = 0.5  # a share
sample: bool = False  # invented data
label: str = ""  # a word
is_short: bool = False  # a truth
n_draws: int = 1000  # draws
variant: str = "annual"  # kind of report
"""


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    folder = tmp_path_factory.mktemp("Bộ số liệu")
    return write_notebook(folder / "03_x.ipynb", PARAMETERS, "print(horizon, as_of, sample)")


def test_parameters_are_read_with_their_types(notebook):
    found = notebooks.declared_parameters(notebook)
    assert {n: p.type_name for n, p in found.items()} == {
        "horizon": "int",
        "as_of": "str",
        "share": "float",
        "sample": "bool",
        "label": "str",
        "is_short": "bool",
        "n_draws": "int",
        "variant": "str",
    }


def test_overrides_take_the_declared_type(notebook):
    pairs = ["horizon=5", "label=2025=hai", "share=0.25", "is_short=true"]
    assert notebooks.parse_overrides(pairs, [notebook]) == {
        "horizon": 5,
        "label": "2025=hai",
        "share": 0.25,
        "is_short": True,
    }


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        ("horizont=5", r"horizont.*horizon\?"),
        ("horizon=năm", "horizon.*số nguyên.*năm"),
        ("is_short=perhaps", "is_short.*true hoặc false"),
        ("horizon", "-p"),
        ("nope=1", "nope.*đặt được: horizon, is_short, label, n_draws, share, variant"),
        ("as-of=2025-11-30", "as_of\\?"),
        ("as_of=2025-11-30", "as_of.*--as-of"),
        ("as_of=mai", "as_of.*--as-of"),
        ("sample=true", "sample.*--sample"),
        ("raw_dir=/tmp", "--raw"),
        ("lang=en", "--lang"),
        ("output_dir=x", "--out"),
        ("processed_dir=x", "--out"),
        ("figures_dir=x", "--out"),
        ("previous_dir=x", "--out"),
        ("unit_code=819", "--units"),
        ("n_draws=-5", "n_draws.*-5.*100 đến 100000"),
        ("n_draws=99", "100 đến"),
        ("n_draws=100001", "100 đến"),
        ("horizon=0", "horizon.*từ 1 đến 10"),
        ("horizon=11", "horizon.*từ 1 đến 10"),
        ("variant=weekly", "annual, midterm, final, adhoc"),
    ],
)
def test_wrong_overrides_are_refused_with_the_remedy(notebook, pair, words):
    with pytest.raises(UsageError, match=words) as caught:
        notebooks.parse_overrides([pair], [notebook])
    assert caught.value.exit_code == 2


def test_every_parameter_of_the_kits_notebooks_is_the_analysts_or_an_options():
    folder = Project().notebooks_dir
    declared = {name for p in folder.glob("0*.ipynb") for name in notebooks.declared_parameters(p)}
    assert declared == {*notebooks.ALLOWED, *messages.PARAMETER_OPTIONS}


def test_executes_with_own_kernel_and_leaves_no_times(notebook, tmp_path):
    target = tmp_path / "out.ipynb"
    given = {"horizon": 7, "unknown_here": 1}
    notebooks.execute(notebook, target, given, cwd=tmp_path, timeout=60)
    executed = nbformat.read(target, as_version=4)
    printed = "".join(o.text for c in executed.cells for o in c.get("outputs", ()))
    assert printed == "7 2024-11-30 False\n"
    assert "papermill" not in executed.metadata
    first = target.read_bytes()
    notebooks.execute(notebook, target, given, cwd=tmp_path, timeout=60)
    assert target.read_bytes() == first


def test_a_failing_cell_is_named_with_its_cause(tmp_path):
    bad = write_notebook(tmp_path / "02_bad.ipynb", "x: int = 1", "x + 1", "1 / 0  # here")
    with pytest.raises(notebooks.NotebookError, match=r"02_bad.*1 / 0.*ZeroDivisionError"):
        notebooks.execute(bad, tmp_path / "out.ipynb", {}, cwd=tmp_path, timeout=60)


def test_a_hanging_cell_ends_at_its_limit(tmp_path):
    slow = write_notebook(tmp_path / "slow.ipynb", "x: int = 1", "import time; time.sleep(60)")
    with pytest.raises(notebooks.NotebookError, match="slow"):
        notebooks.execute(slow, tmp_path / "out.ipynb", {}, cwd=tmp_path, timeout=1)


def test_the_limit_is_the_notebooks_not_each_cells(tmp_path):
    naps = ["import time", *["time.sleep(1.5)"] * 6]
    slow = write_notebook(tmp_path / "naps.ipynb", "x: int = 1", *naps)
    with pytest.raises(notebooks.NotebookError, match="naps"):
        notebooks.execute(slow, tmp_path / "out.ipynb", {}, cwd=tmp_path, timeout=3)


def test_a_cell_has_a_limit_of_its_own(tmp_path):
    slow = write_notebook(tmp_path / "cell.ipynb", "x: int = 1", "import time; time.sleep(60)")
    limits = {"timeout": 60, "cell_timeout": 1}
    with pytest.raises(notebooks.NotebookError, match=r"cell.*1 giây.*import time.*\n.*run\.yml"):
        notebooks.execute(slow, tmp_path / "out.ipynb", {}, cwd=tmp_path, **limits)


def test_a_dying_kernel_is_a_message_that_names_the_cell(tmp_path):
    text = "import os; os._exit(9)"
    dead = write_notebook(tmp_path / "dead.ipynb", "x: int = 1", text)
    with pytest.raises(notebooks.NotebookError, match=r"dead.*os\._exit.*\n.*bộ nhớ"):
        notebooks.execute(dead, tmp_path / "out.ipynb", {}, cwd=tmp_path, timeout=30)


@pytest.mark.parametrize(
    ("fails", "error", "tries"),
    [
        (1, "Kernel died before replying to kernel_info", 2),
        (2, "Kernel didn't respond in 120 seconds", 2),
        (1, "something else", 1),
    ],
)
def test_only_a_kernel_that_failed_to_start_is_tried_again(
    notebook, tmp_path, monkeypatch, fails, error, tries
):
    real, calls = notebooks._papermill, []

    def flaky(*args):
        calls.append(args)
        if len(calls) <= fails:
            raise RuntimeError(error)
        return real(*args)

    monkeypatch.setattr(notebooks, "_papermill", flaky)
    if tries > fails:
        notebooks.execute(notebook, tmp_path / "o.ipynb", {}, cwd=tmp_path, timeout=60)
    else:
        with pytest.raises(notebooks.NotebookError, match=error[:12]):
            notebooks.execute(notebook, tmp_path / "o.ipynb", {}, cwd=tmp_path, timeout=60)
    assert len(calls) == tries


def test_a_failing_cell_runs_once_and_its_words_stay_out_of_the_log(tmp_path):
    count = tmp_path / "count"
    text = f"open({str(count)!r}, 'a').write('x')\nraise ValueError('Nguyễn Văn A')"
    bad = write_notebook(tmp_path / "bad.ipynb", "x: int = 1", text)
    with pytest.raises(notebooks.NotebookError, match="Nguyễn") as caught:
        notebooks.execute(bad, tmp_path / "out.ipynb", {}, cwd=tmp_path, timeout=60)
    assert count.read_text() == "x"
    assert "ValueError" in caught.value.logged
    assert caught.value.logged.count("Nguyễn") == 0


@pytest.mark.parametrize("name", ["Bộ số liệu", "Báo cáo xã hội học tập", "Đạt 50% & 'hơn' #1"])
def test_shown_paths_are_those_of_the_reader(tmp_path, name):
    out = tmp_path / name
    show = write_notebook(tmp_path / "n.ipynb", 'output_dir: str = ""', "print(output_dir)")
    target = out / ".staging" / "n.ipynb"
    given = {"output_dir": str(out / ".staging" / "x")}
    notebooks.execute(show, target, given, cwd=tmp_path, timeout=60)
    notebooks.replace_paths(target, out / ".staging", out)
    text = target.read_text(encoding="utf-8")
    assert ".staging" not in text
    assert (out / "x").as_posix() in text


def test_the_font_cache_of_this_machine_leaves_no_words_in_a_notebook(tmp_path, monkeypatch):
    (tmp_path / "no_folder").write_text("")
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path / "no_folder"))
    source = write_notebook(tmp_path / "a.ipynb", "x: int = 1", "import matplotlib.pyplot")
    target = tmp_path / "out" / "a.ipynb"
    notebooks.execute(source, target, {}, cwd=tmp_path, timeout=300)
    cells = nbformat.read(target, as_version=4).cells
    assert [cell.outputs for cell in cells if cell.cell_type == "code"] == [[], []]


def test_words_that_arrive_in_pieces_are_one_output(tmp_path):
    text = "import sys, time\nfor i in range(3):\n    print(i, flush=True)\n    time.sleep(0.4)"
    source = write_notebook(tmp_path / "a.ipynb", "x: int = 1", text)
    target = tmp_path / "out" / "a.ipynb"
    notebooks.execute(source, target, {}, cwd=tmp_path, timeout=60)
    [output] = nbformat.read(target, as_version=4).cells[-1].outputs
    assert output.text == "0\n1\n2\n"


def test_a_notebook_run_elsewhere_reads_as_if_it_had_run_here(tmp_path):
    show = write_notebook(tmp_path / "n.ipynb", 'raw_dir: str = ""', "print(raw_dir)")
    ran = {}
    for name in ("raw", "raw2", "Báo cáo"):
        target = tmp_path / f"{name}.ipynb"
        given = {"raw_dir": str(tmp_path / name)}
        notebooks.execute(show, target, given, cwd=tmp_path, timeout=60)
        ran[name] = target.read_bytes()
    for one, other in (("raw", "raw2"), ("raw2", "Báo cáo"), ("Báo cáo", "raw")):
        again = tmp_path / "again.ipynb"
        again.write_bytes(ran[one])
        notebooks.replace_paths(again, tmp_path / one, tmp_path / other)
        assert again.read_bytes() == ran[other]


def test_an_output_read_late_on_a_busy_machine_is_not_lost(tmp_path, monkeypatch):
    read = NotebookClient._async_poll_output_msg

    async def read_late(self, *args):
        await asyncio.sleep(5)
        return await read(self, *args)

    monkeypatch.setattr(NotebookClient, "_async_poll_output_msg", read_late)
    source = write_notebook(tmp_path / "a.ipynb", "x: int = 1", "print('muộn')")
    target = tmp_path / "out" / "a.ipynb"
    notebooks.execute(source, target, {}, cwd=tmp_path, timeout=60)
    [output] = nbformat.read(target, as_version=4).cells[-1].outputs
    assert output.text == "muộn\n"
