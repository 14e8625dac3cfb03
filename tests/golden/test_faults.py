"""Kills, two runs at once, full disks: nothing torn, nothing absent, the next run right."""

import random
import re
import shutil
import subprocess
import sys
import time

import openpyxl
import pandas as pd
import pytest

from tests import killed_runs
from xhht_analysis.project import ROOT

pytestmark = [pytest.mark.golden, pytest.mark.slow, pytest.mark.long]
YEAR = ["--year", "2024"]


def test_killed_runs_tear_nothing_and_leave_no_kernel(tmp_path):
    counts = killed_runs.rounds(12, seed=1, project=killed_runs.make_toy(tmp_path))
    counts.pop("half_published")
    assert set(counts.values()) == {0}, counts


def test_two_runs_at_once_end_well_or_are_told(tmp_path):
    killed_runs.make_toy(tmp_path)
    assert killed_runs.one_of_two(tmp_path, 1)


def test_the_real_run_survives_kills_and_brings_back_what_was_deleted(tmp_path):
    assert killed_runs.real(1, tmp_path)


@pytest.mark.parametrize(
    ("frees", "words"),
    [
        (killed_runs.FREE[1:6:2], ("run",)),
        ((0, 0.1, 0.5), ("intake",)),
        ((0, 0.01, 0.2, 0.4), ("run", "--units", "815,816", "--jobs", "2")),
    ],
)
def test_a_disk_that_fills_up_is_told_and_keeps_the_earlier_set(tmp_path, frees, words):
    with killed_runs.small_disk(tmp_path / "disk") as mounted:
        if not mounted:
            pytest.skip("mounting is not allowed here")
        assert killed_runs.full_disk(tmp_path / "disk", frees, *words) == ""


@pytest.mark.parametrize("words", [["template", "--all", *YEAR], ["intake", "--raw", "RAW"]])
def test_a_disk_that_takes_no_more_files_is_told_and_tears_none(tmp_path, words):
    words = [str(killed_runs.FIXTURE) if word == "RAW" else word for word in words]
    with killed_runs.small_disk(tmp_path / "disk", "size=64m,nr_inodes=12") as mounted:
        if not mounted:
            pytest.skip("mounting is not allowed here")
        command = xhht(*words, "--out", tmp_path / "disk" / "out")
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 1
        assert "hết số tệp" in done.stderr
        assert "Traceback" not in done.stderr
        whole_files(tmp_path / "disk" / "out")
        subprocess.run(
            ["mount", "-o", "remount,nr_inodes=5000", str(tmp_path / "disk")], check=True
        )
        subprocess.run(command, check=True, capture_output=True)


def test_a_submission_on_a_broken_disk_is_named_and_the_others_count(tmp_path):
    raw = tmp_path / "raw"
    shutil.copytree(killed_runs.FIXTURE / "2022-11-20", raw / "2022-11-20")
    with killed_runs.broken_file(raw / "2022-11-20" / "Cai Be.xlsx") as broken:
        if not broken:
            pytest.skip("mounting is not allowed here")
        command = xhht("intake", "--raw", raw, "--out", tmp_path / "out")
        done = subprocess.run(command, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
    tables = tmp_path / "out" / "data" / "processed" / "2022-11-20"
    rejects = pd.read_csv(tables / "rejects.csv").set_index("file")
    assert "ổ đĩa báo lỗi" in rejects.loc["2022-11-20/Cai Be.xlsx", "remedy"]
    assert len(pd.read_csv(tables / "panel.csv")) > 100


def test_unit_pages_killed_while_they_are_made_stay_whole(tmp_path):
    out, rng = tmp_path / "out", random.Random(3)
    command = [*killed_runs.on_fixture(out), "--units", "815,816,817,818", "--jobs", "2"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(command, check=True, **quiet)
    before, pages = killed_runs.made(out), out / "reports" / "2026-11-20" / "units"
    began = time.monotonic()
    shutil.rmtree(pages)
    subprocess.run(command, check=True, **quiet)
    seconds = time.monotonic() - began
    for _ in range(4):
        shutil.rmtree(pages, ignore_errors=True)
        with subprocess.Popen(command, **quiet) as process:
            time.sleep(rng.uniform(0.3, 1) * seconds)
            assert killed_runs.kill(process) == []
        seen = {k: v for k, v in killed_runs.made(out).items() if not k.startswith(".")}
        after = {k: v for k, v in seen.items() if k != "reports/index.html"}  # lists the pages
        assert {place: before[place] for place in after} == after  # absent or whole, never torn
    subprocess.run(command, check=True, **quiet)
    assert killed_runs.made(out) == before


def xhht(*words):
    return [sys.executable, "-m", "xhht_analysis.running.cli", *map(str, words)]


def impossible_submission(folder):
    """A filled workbook that names an impossible figure, as an office would send it."""
    asked = xhht("template", "--unit", "815", *YEAR, "--out", folder)
    subprocess.run(asked, check=True, capture_output=True)
    (path,) = (folder / "templates").glob("*.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book["Số liệu"]
    row = next(r[0].row for r in sheet.iter_rows() if r[0].value == "learning_citizens")
    sheet.cell(row, 4).value, sheet.cell(row, 5).value = 120, 100
    book.save(folder / "nop.xlsx")
    return folder / "nop.xlsx"


COMMANDS = {
    "template": lambda path, out: xhht("template", "--all", *YEAR, "--out", out),
    "check": lambda path, out: xhht("check", path, "--excel", "--out", out),
    "schedule": lambda path, out: xhht("schedule", "--daily", "--for", "windows", "--out", out),
    "intake": lambda path, out: xhht("intake", "--raw", killed_runs.FIXTURE, "--out", out),
}


def whole_files(folder):
    """Names of what a reader sees below ``folder``; a file that is torn raises.

    A list of repairs never takes the place of an earlier one: its number is left out.
    """
    names = set()
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if hidden or not path.is_file():
            continue
        names.add(re.sub(r"(?<=de_nghi_sua)_\d+", "", path.relative_to(folder).as_posix()))
        if path.suffix == ".xlsx":
            openpyxl.load_workbook(path).close()
        elif path.suffix == ".csv":
            pd.read_csv(path, dtype=str)
        elif path.suffix == ".xml":
            assert path.read_text(encoding="utf-16").rstrip().endswith("</Task>")
    return names


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_killed_at_any_moment_tears_no_file(tmp_path, name):
    rng, out = random.Random(name), tmp_path / "out"
    command = COMMANDS[name](impossible_submission(tmp_path), out)
    began = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    seconds, complete = time.monotonic() - began, whole_files(out)
    assert complete
    for starts_empty in (False, True, False, True):
        subprocess.run(command, check=True, capture_output=True)
        if starts_empty:
            shutil.rmtree(out)
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            time.sleep(rng.uniform(0.5, 1) * seconds)
            killed_runs.kill(process)
        seen = whole_files(out) if out.exists() else set()
        assert seen <= complete
        assert starts_empty or seen == complete
    subprocess.run(command, check=True, capture_output=True)
    assert whole_files(out) == complete


WRITE = """
import sys
from pathlib import Path
import pandas as pd
from xhht_analysis.intake.returning.returns import CORRECTIONS, add_corrections
row = {"file": "2024-11-20/a.xlsx", "sheet": "S", "cell": "D5", "action": "drop", "reason": "x"}
row |= {"source": "y", "decided_by": "z", "decided_on": "2024-12-01", "expect": "120"}
print("ready", flush=True)
for number in range(10_000):
    line = {**row, "cell": f"D{int(sys.argv[2]) + number}"}
    lines = pd.DataFrame([line], columns=list(CORRECTIONS.columns))
    add_corrections(lines.astype(CORRECTIONS.dtypes), Path(sys.argv[1]))
"""


def test_corrections_killed_while_they_are_written_stay_whole(tmp_path):
    config = tmp_path / "config"
    shutil.copytree(ROOT / "config", config)
    path, rng = config / "corrections.csv", random.Random(1)
    for _ in range(4):
        before = path.read_bytes().splitlines()
        command = [sys.executable, "-c", WRITE, str(config), str(len(before))]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout.readline() == b"ready\n"
            time.sleep(rng.uniform(0.1, 0.5))
            killed_runs.kill(process)
        after = path.read_bytes()
        assert after.endswith(b"\n")
        assert after.splitlines()[: len(before)] == before
