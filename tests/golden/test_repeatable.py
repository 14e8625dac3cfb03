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


def test_a_new_folder_and_copied_files_give_the_same_bytes(first, tmp_path):
    before = contents(first)
    assert {name.rsplit(".")[-1] for name in before} == {"csv", "png", "svg", "ipynb"}
    raw = tmp_path / "Bộ số liệu 2026" / "nhận"
    shutil.copytree(FIXTURE, raw)
    again = run(raw, tmp_path / "kết quả", tmp_path)
    after = contents(again)
    assert sorted(before) == sorted(after)
    assert [name for name in before if before[name] != after[name]] == []


def test_a_run_proves_itself(first):
    as_of = ledger.known_runs(first)[-1]
    assert ledger.verify(first, as_of) == []
