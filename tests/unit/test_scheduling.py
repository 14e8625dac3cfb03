"""Schedules: what each scheduler is told, in the machine's time and with awkward paths."""

import os
import re
import shutil
import subprocess
import sys
import unicodedata
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, time
from pathlib import PurePosixPath

import pytest

from xhht_analysis.project import UsageError
from xhht_analysis.running import result_commands, scheduling
from xhht_analysis.running.scheduling import VIETNAM, When

pytestmark = pytest.mark.unit
ARGV = ["/opt/Bộ số liệu/python", "-m", "xhht", "run", "--out", "100%"]
SYSTEMD_ANALYZE = shutil.which("systemd-analyze")
NS = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}


def fill(kind, when, directory="/opt/Bộ số liệu", zone=VIETNAM):
    """The files of scheduler ``kind`` on 24 November 2026, noon in Vietnam."""
    now = datetime(2026, 11, 24, 12, tzinfo=VIETNAM).astimezone(zone)
    places = {"directory": PurePosixPath(directory), "log": PurePosixPath("/opt/x y.log")}
    return scheduling.fill(kind, when, ARGV, places, now)


@pytest.mark.parametrize(
    ("when", "zone", "start"),
    [
        (When(time(6, 0), (0,)), VIETNAM, "0 6 * * 1 "),
        (When(time(6, 0), (0,)), UTC, "0 23 * * 0 "),  # Monday 06:00 is Sunday 23:00 UTC
        (When(time(6, 30), (6,)), VIETNAM, "30 6 * * 0 "),
        (When(time(8, 5)), UTC, "5 1 * * 0,1,2,3,4,5,6 "),
    ],
)
def test_cron_runs_at_the_same_moment_in_the_machines_zone(when, zone, start):
    line = fill("cron", when, zone=zone)["xhht.crontab"]
    assert line.startswith(start + "'/opt/Bộ số liệu/python' -m xhht run")
    assert r"100\%" in line  # a bare % ends the command in a crontab
    assert line.endswith(">> '/opt/x y.log' 2>&1 # xhht\n")
    assert line.count("\n") == 1


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (When(time(6, 0), (0,)), "Mon *-*-* 06:00:00 Asia/Ho_Chi_Minh"),
        (When(time(22, 15)), "Mon,Tue,Wed,Thu,Fri,Sat,Sun *-*-* 22:15:00 Asia/Ho_Chi_Minh"),
    ],
)
def test_systemd_calendar(when, expected):
    assert f"OnCalendar={expected}\n" in fill("systemd", when)["xhht.timer"]
    if SYSTEMD_ANALYZE:
        subprocess.run([SYSTEMD_ANALYZE, "calendar", expected], check=True, capture_output=True)


def test_systemd_units_escape_percent_and_catch_up():
    units = fill("systemd", When(time(6, 0)))
    command = '"/opt/Bộ số liệu/python" "-m" "xhht" "run" "--out" "100%%"'
    assert f"ExecStart={command}\n" in units["xhht.service"]
    assert "Persistent=true" in units["xhht.timer"]


@pytest.mark.parametrize(
    ("days", "names"),
    [((0,), ["Monday"]), (tuple(range(7)), [*scheduling.DAY_NAMES])],
)
def test_windows_task_has_one_trigger_with_the_offset(days, names):
    directory = "C:/Bộ số liệu & khác"
    task = ET.fromstring(fill("windows", When(time(6, 0), days), directory)["xhht-task.xml"])
    assert task.findtext(".//t:StartBoundary", namespaces=NS) == "2026-11-24T06:00:00+07:00"
    assert [day.tag.split("}")[1] for day in task.find(".//t:DaysOfWeek", NS)] == names
    assert task.findtext(".//t:StartWhenAvailable", namespaces=NS) == "true"
    assert task.findtext(".//t:Command", namespaces=NS) == ARGV[0]
    assert task.findtext(".//t:Arguments", namespaces=NS) == "-m xhht run --out 100%"
    assert task.findtext(".//t:WorkingDirectory", namespaces=NS) == directory


@pytest.mark.parametrize(
    ("options", "ok"),
    [
        (("06:00", "mon", False), True),
        (("06:00", None, True), True),
        (("06:00", None, False), False),
        (("06:00", "mon", True), False),
        (("25:00", "mon", False), False),
        (("06:00", "someday", False), False),
    ],
)
def test_options_are_checked(options, ok):
    if ok:
        assert scheduling.parse_when(*options).at == time(6, 0)
    else:
        with pytest.raises(UsageError):
            scheduling.parse_when(*options)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        (("thứ 2", "Thứ Hai", "thu2", "T2", "thứ hai", "mon", "Monday", "thu 2"), 0),
        (("thứ 3", "t3", "thu ba", "tue"), 1),
        (("thứ tư", "thứ 4", "T4", "wednesday"), 2),
        (("thứ 5", "thứ năm", "thu", "thurs"), 3),
        (("T6", "thứ sáu", "fri"), 4),
        (("thứ bảy", "thu7", "sat"), 5),
        (("chủ nhật", "Chúa nhật", "CN", "cn", "sun", "Sunday"), 6),
    ],
)
def test_weekdays_are_read_as_people_write_them(words, day):
    for word in words:
        assert scheduling.parse_when("06:00", word, False).weekdays == (day,), word
        decomposed = unicodedata.normalize("NFD", word)
        assert scheduling.parse_when("06:00", decomposed, False).weekdays == (day,), word


@pytest.mark.parametrize("word", ["", "thứ", "thứ 8", "thứ 1", "t9", "monkey", "mo", "2", "hai"])
def test_what_is_no_weekday_is_refused_with_an_example(word):
    with pytest.raises(UsageError, match="thứ 2"):
        scheduling.parse_when("06:00", word, False)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("windows", ["<Sunday/>", 'schtasks /Create /TN xhht /F /XML "']),
        ("systemd", ["Sat,Sun *-*-* 06:00:00", "systemctl --user enable --now xhht.timer"]),
        ("cron", ["xhht.log", "xhht.crontab", "crontab -"]),
    ],
)
def test_the_command_shows_each_schedule_and_what_installs_it(tmp_path, kind, told, capsys):
    out = tmp_path / "Bộ số liệu"
    result_commands.schedule(daily=True, kind=kind, out=out)
    shown = capsys.readouterr().out
    assert "hằng ngày lúc 06:00" in shown
    for text in told:
        assert text in shown


@pytest.fixture
def crontab(tmp_path, monkeypatch):
    """A crontab program of a user who has a line of their own and an old one of the kit."""
    tool, table = tmp_path / "bin" / "crontab", tmp_path / "table"
    tool.parent.mkdir()
    table.write_text("0 1 * * * backup\n0 2 * * * old # xhht\n")
    tool.write_text(f"""#!/bin/sh
if [ "$1" = "-l" ]; then cat {table}; else cat > {table}.new; mv {table}.new {table}; fi
""")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}{os.pathsep}{os.defpath}")
    return table


@pytest.mark.skipif(sys.platform == "win32", reason="cron's program")
def test_a_crontab_keeps_other_lines_and_only_one_of_ours(tmp_path, crontab, capsys):
    for at in ("06:00", "07:00"):
        result_commands.schedule(at=at, daily=True, kind="cron", out=tmp_path / "Bộ số liệu")
        line = capsys.readouterr().out.rstrip().splitlines()[-1]
        subprocess.run(line, shell=True, check=True)  # as a person types it
    first, second = crontab.read_text("utf-8").splitlines()
    assert first == "0 1 * * * backup"
    assert second.endswith("# xhht")
    assert "xhht_analysis.running.cli run" in second


@pytest.mark.parametrize("kind", ["cron", "systemd", "windows"])
def test_files_are_written_and_nothing_is_installed(tmp_path, kind, monkeypatch):
    monkeypatch.delattr(subprocess, "Popen")  # whatever started a program would fail
    texts = scheduling.write(kind, When(time(6, 0)), ["--raw", "x y"], tmp_path, tmp_path)
    encoding = "utf-16" if kind == "windows" else "utf-8"
    for path, text in texts.items():
        assert path.read_text(encoding=encoding) == text
    assert "xhht_analysis.running.cli" in next(iter(texts.values()))


def test_the_windows_file_is_what_the_task_scheduler_reads(tmp_path):
    directory = tmp_path / "Bộ số liệu"
    [path] = scheduling.write("windows", When(time(6, 0)), [], directory, directory)
    assert path.read_bytes()[:2] in (b"\xff\xfe", b"\xfe\xff")
    task = ET.fromstring(path.read_bytes())  # the declaration and the bytes agree
    assert task.findtext(".//t:WorkingDirectory", namespaces=NS) == str(directory)
    assert task.find(".//t:Principal[@id='Author']", NS) is not None
    assert task.findtext(".//t:DisallowStartIfOnBatteries", namespaces=NS) == "false"


@pytest.mark.skipif(not SYSTEMD_ANALYZE, reason="systemd-analyze is not here")
def test_systemd_accepts_the_units(tmp_path):
    directory = tmp_path / "Bộ số liệu 100% $HOME"
    when = When(time(6, 0), (0,))
    paths = scheduling.write("systemd", when, ["--raw", 'x "y"'], tmp_path, directory)
    done = subprocess.run(
        [SYSTEMD_ANALYZE, "--user", "--recursive-errors=no", "verify", *map(str, paths)],
        capture_output=True,
        text=True,
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    assert "xhht" not in done.stderr


@pytest.mark.parametrize("kind", ["cron", "systemd", "windows"])
def test_the_plan_of_another_province_is_part_of_its_schedule(tmp_path, kind, monkeypatch, capsys):
    plan = tmp_path / "Ba Song"
    monkeypatch.setenv("XHHT_CONFIG", str(plan))
    result_commands.schedule(daily=True, kind=kind, out=tmp_path)
    shown = capsys.readouterr().out
    path = str(plan).replace("\\", "\\\\") if kind == "systemd" else str(plan)  # its escapes
    assert re.search(r'--config"? .?' + re.escape(path), shown)
