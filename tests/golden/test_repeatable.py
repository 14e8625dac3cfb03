"""Same inputs, same bytes: other folders, other places of the files, after deleting everything."""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from xhht_analysis.project import Project
from xhht_analysis.running import ledger

pytestmark = pytest.mark.golden
FIXTURE = Path(__file__).resolve().parents[1] / "fixtures" / "raw"
COMPARED = (".csv", ".png", ".svg", ".ipynb")


def run(raw, out, cwd):
    command = [sys.executable, "-m", "xhht_analysis.running.cli", "run", "--raw", str(raw)]
    done = subprocess.run(
        [*command, "--out", str(out)], capture_output=True, text=True, encoding="utf-8", cwd=cwd
    )
    assert done.returncode == 0, done.stderr
    return Project(out=out)


def contents(project):
    """Bytes of every table, figure and notebook; notebooks without their injected parameters."""
    found = {}
    for path in project.out.rglob("*"):
        if path.suffix not in COMPARED:
            continue
        data = path.read_bytes()
        if path.suffix == ".ipynb":
            cells = nbformat.read(path, as_version=4).cells
            kept = [c for c in cells if "injected-parameters" not in c.metadata.get("tags", ())]
            data = repr(kept)
        found[path.relative_to(project.out).as_posix()] = data
    return found


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    folder = tmp_path_factory.mktemp("một")
    return run(FIXTURE, folder / "out", folder)


def test_files_copied_elsewhere_give_the_same_bytes(first, tmp_path):
    raw = tmp_path / "Bộ số liệu 2026" / "nhận"
    shutil.copytree(FIXTURE, raw)
    second = run(raw, tmp_path / "kết quả", tmp_path)
    one, two = contents(first), contents(second)
    assert sorted(one) == sorted(two)
    assert [name for name in one if one[name] != two[name]] == []
    assert any(name.endswith(".png") for name in one)
    assert any(name.endswith(".ipynb") for name in one)


def test_everything_deleted_comes_back_identical(first):
    before = contents(first)
    for name in ("data", "figures", "reports"):
        shutil.rmtree(first.out / name)
    run(FIXTURE, first.out, first.out)
    after = contents(first)
    assert [name for name in before if before[name] != after.get(name)] == []


def test_a_run_proves_itself(first):
    as_of = ledger.known_runs(first)[-1]
    assert ledger.verify(first, as_of) == []
