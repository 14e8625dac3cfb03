"""Same inputs, same bytes: the real notebooks run again elsewhere, from files moved elsewhere."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from xhht_analysis.project import Project
from xhht_analysis.running import records

pytestmark = [pytest.mark.golden, pytest.mark.slow]
FIXTURE = Path(__file__).resolve().parents[1] / "fixtures" / "raw"
KINDS = {"csv", "png", "ipynb", "html", "docx", "xlsx"}


def xhht(*words, cwd):
    command = [sys.executable, "-m", "xhht_analysis.running.cli", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=cwd)


def test_a_run_repeats_byte_for_byte_in_another_folder_from_moved_files(tmp_path):
    raw, out = tmp_path / "raw", tmp_path / "Báo cáo"
    shutil.copytree(FIXTURE, raw)
    done = xhht("run", "--raw", raw, "--out", out, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    project = Project(out=out)
    as_of = [*project.runs()][-1]
    record = records.read_record(project, as_of)
    assert {place.rsplit(".")[-1] for place in record["outputs"]} - {"pdf"} == KINDS
    assert record["sample"] is True
    moved = tmp_path / "Bộ số liệu 2026" / "nhận"
    moved.parent.mkdir()
    raw.rename(moved)
    proof = xhht("verify", as_of, "--out", out, "--raw", moved, cwd=moved)
    assert (proof.returncode, proof.stderr) == (0, "")
    assert as_of in proof.stdout
