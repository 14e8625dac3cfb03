"""The `xhht` command as people type it: exit codes, messages, no tracebacks."""

import contextlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import psutil
import pytest

from xhht_analysis.project import ROOT, KitError
from xhht_analysis.running import cli

pytestmark = pytest.mark.unit
FIXTURE = Path(__file__).resolve().parents[1] / "fixtures" / "raw"
COMMANDS = """run intake backtest forecast figures report
    template check correct status runs verify compare schedule lab"""


@dataclass
class Answer:
    returncode: int
    stdout: str
    stderr: str


def xhht(*words):
    """What the command answers, in this process."""
    shown, variables = io.StringIO(), dict(os.environ)
    try:
        with contextlib.redirect_stdout(shown):
            code, message = cli._run_command([*map(str, words)])
    finally:
        os.environ.clear()
        os.environ.update(variables)
    return Answer(code, shown.getvalue(), message)


def typed(*words):
    """The same in a process of its own, as people type it."""
    command = [sys.executable, "-m", "xhht_analysis.running.cli", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert "Traceback" not in done.stderr + done.stdout
    return Answer(done.returncode, done.stdout, done.stderr.rstrip("\n"))


def test_help_names_every_command():
    text = typed("--help").stdout
    for name in COMMANDS.split():
        assert f"  {name} " in text


@pytest.mark.parametrize(
    "words", [["--help"], ["status", "--as-of", "mai"], ["runs", "--out", "no"]]
)
def test_a_process_of_its_own_answers_the_same(words):
    assert typed(*words) == xhht(*words)


def test_help_loads_nothing_heavy():
    script = "import sys\nfrom xhht_analysis.running import cli\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    loaded = set(done.stdout.split())
    assert "xhht_analysis.running.submission_commands" in loaded
    assert not loaded & {"numpy", "pandas", "papermill", "matplotlib", "nbformat", "yaml", "rich"}


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["run", "--sample", "-p", "horizont=5"], 2, "horizon?"),
        (["run", "--sample", "--as-of", "20/11/2026"], 2, "2026-11-30"),
        (["run", "--sample", "--as-of", "9999-01-01"], 2, "Ngày 9999-01-01 chưa đến"),
        (["run", "--sample", "--jobs", "0"], 2, "--jobs"),
        (["status", "--as-of", "mai"], 2, "mai"),
        (["check", __file__, "--as-of", "mai"], 2, "mai"),
        (["run", "--raw", "no/such/folder"], 1, "folder"),
        (["run", "--lang", "fr"], 2, "fr"),
        (["run", "--config", "no/such/plan"], 2, str(Path("no/such/plan"))),
        (["status", "--config=no/such/plan"], 2, str(Path("no/such/plan"))),
        (["check", "khong_co.xlsx"], 2, "khong_co.xlsx"),
        (["correct", "khong_co.xlsx"], 2, "khong_co.xlsx"),
        (["template", "--year", "2024"], 2, "--unit"),
        (["template", "--year", "2024", "--unit", "999"], 2, "999"),
        (["template", "--year", "2024", "--unit", "815", "--all"], 2, "--all"),
        (["template", "--year", "1999", "--all"], 2, "2021–2030"),
        (["template", "--year", "2026", "--agency", "SLDTBXH"], 2, "Sở Nội vụ (SNV)"),
        (["schedule", "--at", "6", "--daily"], 2, "06:00"),
    ],
)
def test_wrong_use_is_one_message(words, code, told, tmp_path):
    done = xhht(*words, *(() if words[0] in ("correct", "check") else ("--out", tmp_path)))
    assert done.returncode == code
    assert told in done.stderr


def test_no_run_yet_is_said(tmp_path):
    for command in (["runs"], ["status", "--raw", tmp_path], ["verify", "2024-11-30"]):
        done = xhht(*command, "--out", tmp_path)
        assert done.returncode == 1
        assert str(tmp_path) in done.stderr.replace("\n", "")


def test_a_template_is_written_and_found_clean_but_empty(tmp_path):
    out = tmp_path / "Bộ số liệu"
    xhht("template", "--unit", "815", "--year", "2024", "--out", out)
    (path,) = (out / "templates").iterdir()
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Số liệu", "Xã", "Thực hiện"]
    told = xhht("check", path, "--out", out)
    assert "nothing_filled_in" in told.stdout
    assert "cả tệp không dùng được" in told.stdout.lower()


@pytest.mark.cases(1)
@pytest.mark.parametrize(("year", "n"), [("2024", 11 + 5), ("2026", 57 + 5)])
def test_the_whole_set_of_a_year_in_one_call(tmp_path, year, n):
    told = xhht("template", "--all", "--year", year, "--out", tmp_path)
    assert (told.returncode, told.stderr) == (0, "")
    made = {path.stem.split("_")[2] for path in (tmp_path / "templates").iterdir()}
    assert len(made) == n
    assert f"{n} biểu mẫu" in told.stdout
    assert "; 0 tệp đã có" in told.stdout
    assert ({"SLDTBXH", "815"} if year == "2024" else {"SNV", "28360"}) <= made


def test_an_impossible_figure_is_told_and_listed(tmp_path):
    xhht("template", "--unit", "815", "--year", "2024", "--out", tmp_path)
    (path,) = (tmp_path / "templates").iterdir()
    book = openpyxl.load_workbook(path)
    sheet = book["Số liệu"]
    row = next(r[0].row for r in sheet.iter_rows() if r[0].value == "learning_citizens")
    sheet.cell(row, 4).value, sheet.cell(row, 5).value = 120, 100
    filled = tmp_path / "nộp.xlsx"
    book.save(filled)
    told = xhht("check", filled, "--excel", "--as-of", "2024-11-20", "--out", tmp_path)
    assert told.returncode == 0
    assert f"D{row}" in told.stdout
    assert "numerator_above" in told.stdout
    listed = openpyxl.load_workbook(tmp_path / "checks" / "nộp_de_nghi_sua.xlsx")
    assert listed.sheetnames == ["Đề nghị sửa"]
    assert [cell.value for cell in listed["Đề nghị sửa"][4]][1:4] == ["Số liệu", f"D{row}", "120"]


def test_status_reads_the_folder_as_it_is_now(tmp_path):
    day = tmp_path / "2026-11-20"
    day.mkdir()
    (day / "Bao cao xa Cai Be 2026.pdf").write_bytes(b"%PDF-1.4\n")
    told = xhht("status", "--raw", tmp_path, "--as-of", "2026-11-25").stdout
    assert "2026: 61 chưa đến hạn, 1 đã nhận nhưng không dùng được" in told  # whose its name says
    assert "Đã nhận nhưng không dùng được 1 tệp" in told
    assert "Bao cao xa Cai Be 2026.pdf: Tệp là PDF" in told
    assert "MINH HỌA" not in told
    assert "chỉ tiêu:" not in told  # of who has sent nothing, everything is missing
    told = xhht("status", "--raw", FIXTURE, "--year", "2024", "--year", "2022").stdout
    assert "SỐ LIỆU MINH HỌA" in told
    assert told.count("Huyện Cái Bè") == 2
    assert "2025" not in told.split("SỐ LIỆU MINH HỌA")[1].split("không dùng được")[0]


def test_a_broken_plan_is_named_before_anything_starts(tmp_path):
    config, out = tmp_path / "config", tmp_path / "out"
    shutil.copytree(ROOT / "config", config)
    (config / "goals.csv").write_text("")
    done = xhht("run", "--raw", FIXTURE, "--out", out, "--config", config)
    assert done.returncode == 1
    assert str(config / "goals.csv") in done.stderr
    assert [path.name for path in out.iterdir()] == ["reports"]  # the log
    assert "goals.csv" in (out / "reports" / "xhht.log").read_text("utf-8")


HOOK = "import os, sys; open(sys.argv[1], 'w').write(os.environ['XHHT_STATUS'])"


@pytest.mark.cases(1)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals for one process")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"])
def test_an_interrupt_waits_for_no_notebook_and_leaves_no_kernel(tmp_path, name):
    config, out = tmp_path / "config", tmp_path / "out"
    shutil.copytree(ROOT / "config", config)
    failure = json.dumps([sys.executable, "-c", HOOK, str(tmp_path / "hook")])
    hooks = f"hooks: {{success: [], failure: {failure}, timeout_seconds: 600}}"
    (config / "run.yml").write_text(f"{hooks}\nlimits: {{cell_seconds: 900}}")
    # Windows' Ctrl+Break has no signal here: another one stands under its name
    number = signal.SIGUSR1 if name == "SIGBREAK" else getattr(signal, name)
    program = f"import signal; signal.{name} = {int(number)}; from xhht_analysis.running import cli"
    command = [sys.executable, "-c", f"{program}; cli.main()", "run", "--raw", str(FIXTURE)]
    with subprocess.Popen(
        [*command, "--out", str(out), "--config", str(config)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # background shells ignore some
    ) as process:
        while not (below := psutil.Process(process.pid).children(recursive=True)):
            assert process.poll() is None
            time.sleep(0.1)
        time.sleep(1)
        below = psutil.Process(process.pid).children(recursive=True) or below
        process.send_signal(number)
        told = process.communicate(timeout=600)[1].decode()
    assert process.returncode == 130
    assert "Đã dừng theo yêu cầu" in told
    assert "Traceback" not in told
    assert psutil.wait_procs(below, timeout=600)[1] == []
    log = (out / "reports" / "xhht.log").read_text("utf-8")
    assert "Số liệu đến 2026-11-20: hỏng. Đã dừng theo yêu cầu" in log
    assert (tmp_path / "hook").read_text() == "failed"
    assert not (out / ".staging").exists()


@pytest.mark.parametrize("words", [["runs"], ["verify", "2024-11-30"]])
def test_a_command_that_reads_never_says_that_it_could_not_write(words, tmp_path, monkeypatch):
    def refuse(self, *arguments, **options):
        raise PermissionError(13, "Permission denied", str(self))

    log = tmp_path / "reports" / "xhht.log"
    record = tmp_path / "reports" / "2024-11-30" / "run" / "run.json"
    record.parent.mkdir(parents=True)
    log.write_text("")
    record.write_text("{}")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    monkeypatch.setattr(Path, "read_text", refuse)
    code, message = cli._run_command([*words, "--out", str(tmp_path)])
    assert code == 1
    assert re.match(r"Không dùng được .*(xhht\.log|run\.json)\. Không có quyền", message)


def test_a_template_that_may_have_been_filled_in_is_never_overwritten(tmp_path):
    asked = ["template", "--unit", "815", "--year", "2024", "--out", tmp_path]
    assert xhht(*asked).returncode == 0
    (made,) = (tmp_path / "templates").glob("*.xlsx")
    made.write_bytes(b"filled in")
    done = xhht(*asked)
    assert done.returncode == 0
    assert f"0 biểu mẫu ở {made.parent}; 1 tệp đã có từ trước được giữ nguyên." in done.stdout
    assert made.read_bytes() == b"filled in"
    everyone = xhht("template", "--all", "--year", "2024", "--out", tmp_path)
    assert everyone.returncode == 0
    assert "1 tệp đã có từ trước được giữ nguyên" in everyone.stdout
    assert made.read_bytes() == b"filled in"
    again = xhht("template", "--all", "--year", "2024", "--out", tmp_path)
    assert (again.returncode, again.stderr) == (0, "")
    assert "0 biểu mẫu" in again.stdout


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (RuntimeError("can't start new thread"), "ulimit -u"),
        (MemoryError(), "bộ nhớ"),
        (KitError("\x1b[2J\u202e.xlsx: 5\u00a0%"), "\ufffd[2J\ufffd.xlsx: 5\u00a0%"),
    ],
)
def test_an_error_is_told_in_words_that_no_terminal_obeys(error, words, monkeypatch, capsys):
    def fail(**options):
        raise error

    monkeypatch.setattr(cli, "app", fail)
    monkeypatch.setattr(cli.os, "environ", dict(os.environ))
    monkeypatch.setattr(cli.signal, "signal", lambda *handler: None)
    for stream in (sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "reconfigure", lambda **options: None, raising=False)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert words in capsys.readouterr().err
