"""Schedules: what each scheduler reads, with awkward paths, and what installs it."""

import subprocess
import unicodedata
import xml.etree.ElementTree as ET
from datetime import time

import pytest

from xhht_analysis.project import ROOT, UsageError
from xhht_analysis.running import run_commands, scheduling

pytestmark = pytest.mark.unit
ARGV = ["/opt/Bộ số liệu/python", "-m", "xhht", "run", "--out", "100%"]
NS = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
SIX, MONDAY = time(6), ["Monday"]
WEEK = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


@pytest.mark.parametrize(
    ("at", "days", "start"),
    [
        (SIX, MONDAY, "0 6 * * Mon "),
        (time(6, 30), ["Sunday"], "30 6 * * Sun "),
        (time(18, 5), WEEK, "5 18 * * * "),
    ],
)
def test_a_line_of_cron(at, days, start):
    line = scheduling.cron_line(ARGV, at, days)
    assert line.startswith(start + "'/opt/Bộ số liệu/python' -m xhht run")
    assert r"100\%" in line  # a bare % ends the command in a crontab
    assert "\n" not in line


@pytest.mark.parametrize("days", [MONDAY, WEEK])
def test_a_windows_task_has_one_trigger_with_the_offset(days):
    directory = "C:/Bộ số liệu & khác"
    text = scheduling.windows_task(ARGV, "2026-11-24T06:00:00+07:00", days, directory)
    task = ET.fromstring(text)
    assert task.findtext(".//t:StartBoundary", namespaces=NS) == "2026-11-24T06:00:00+07:00"
    assert [day.tag.split("}")[1] for day in task.find(".//t:DaysOfWeek", NS)] == days
    assert task.findtext(".//t:StartWhenAvailable", namespaces=NS) == "true"
    assert task.findtext(".//t:Command", namespaces=NS) == ARGV[0]
    assert task.findtext(".//t:Arguments", namespaces=NS) == "-m xhht run --out 100%"
    assert task.findtext(".//t:WorkingDirectory", namespaces=NS) == directory


def test_the_windows_task_keeps_the_order_of_the_published_schema():
    """Task Scheduler Schema of learn.microsoft.com: version 1.3; a trigger is a sequence."""
    task = ET.fromstring(scheduling.windows_task(ARGV, "2026-11-24T06:00:00+07:00", WEEK, ROOT))
    assert task.attrib == {"version": "1.3"}
    names = [child.tag.split("}")[1] for child in task.find(".//t:CalendarTrigger", NS)]
    assert names == ["StartBoundary", "ScheduleByWeek"]  # what says it is enabled stands before
    names = [child.tag.split("}")[1] for child in task.find(".//t:Exec", NS)]
    assert sorted(names) == ["Arguments", "Command", "WorkingDirectory"]


@pytest.mark.parametrize(
    ("options", "days"),
    [(("06:00", "mon", False), MONDAY), (("06:00", None, True), WEEK)],
)
def test_a_time_and_its_days(options, days):
    assert scheduling.parse_when(*options) == (SIX, days)


@pytest.mark.parametrize(
    "options",
    [
        ("06:00", None, False),
        ("06:00", "mon", True),
        ("25:00", "mon", False),
        ("6h", "mon", False),
        ("06:00", "someday", False),
    ],
)
def test_options_that_name_no_time_are_refused(options):
    with pytest.raises(UsageError):
        scheduling.parse_when(*options)


def test_the_message_names_what_was_not_understood():
    with pytest.raises(UsageError, match="giờ «25:00»"):
        scheduling.parse_when("25:00", None, True)
    with pytest.raises(UsageError, match="thứ «someday»"):
        scheduling.parse_when("06:00", "someday", False)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        (("thứ 2", "Thứ Hai", "thu2", "T2", "thứ hai", "mon", "Monday", "thu 2"), 0),
        (("thứ 3", "t3", "thu ba", "tue"), 1),
        (("thứ tư", "thứ 4", "T4", "wednesday"), 2),
        (("thứ 5", "thứ năm", "thurs"), 3),
        (("T6", "thứ sáu", "fri"), 4),
        (("thứ bảy", "thu7", "sat"), 5),
        (("chủ nhật", "Chúa nhật", "CN", "cn", "sun", "Sunday"), 6),
    ],
)
def test_weekdays_are_read_as_people_write_them(words, day):
    for word in words:
        for text in (word, unicodedata.normalize("NFD", word)):
            assert scheduling.parse_when("06:00", text, False)[1] == [WEEK[day]], word


@pytest.mark.parametrize(
    "word", ["", "thứ", "thu", "thứ 8", "thứ 1", "t9", "monkey", "mo", "2", "hai"]
)
def test_what_is_no_weekday_is_refused_with_an_example(word):
    with pytest.raises(UsageError, match="thứ 2"):
        scheduling.parse_when("06:00", word, False)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("windows", ["<Sunday/>", 'schtasks /Create /TN xhht /F /XML "', "T06:00:00+07:00"]),
        ("cron", ["0 6 * * * ", "crontab -e", "giờ của máy này"]),
    ],
)
def test_the_command_shows_each_schedule_and_what_installs_it(tmp_path, kind, told, capsys):
    out = tmp_path / "Bộ số liệu"
    run_commands.schedule(daily=True, kind=kind, out=out)
    shown = capsys.readouterr().out
    assert "hằng ngày lúc 06:00" in shown
    for text in told:
        assert text in shown


def test_nothing_is_installed_and_only_windows_has_a_file(tmp_path, monkeypatch, capsys):
    monkeypatch.delattr(subprocess, "Popen")  # whatever started a program would fail
    for kind in ("cron", "windows"):
        run_commands.schedule(daily=True, kind=kind, raw=tmp_path / "x y", out=tmp_path)
        shown = capsys.readouterr().out
        assert "xhht_analysis.running.cli run " in shown
        assert "x y" in shown
    (path,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert path == tmp_path / "reports" / "schedule" / "xhht-task.xml"
    assert path.read_text(encoding="utf-16") in shown
    assert f'/XML "{path}"' in shown


def test_the_windows_file_is_what_the_task_scheduler_reads(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(run_commands, "today", lambda: "2026-11-24")
    run_commands.schedule(weekly="thứ 2", kind="windows", out=tmp_path / "Bộ số liệu")
    (path,) = tmp_path.rglob("*.xml")
    assert path.read_bytes()[:2] in (b"\xff\xfe", b"\xfe\xff")
    task = ET.fromstring(path.read_bytes())  # the declaration and the bytes agree
    assert task.findtext(".//t:StartBoundary", namespaces=NS) == "2026-11-24T06:00:00+07:00"
    assert task.findtext(".//t:WorkingDirectory", namespaces=NS) == str(ROOT)
    assert task.find(".//t:Principal[@id='Author']", NS) is not None
    assert task.findtext(".//t:DisallowStartIfOnBatteries", namespaces=NS) == "false"
    assert task.find(".//t:DaysOfWeek/t:Monday", NS) is not None


@pytest.mark.parametrize("kind", ["cron", "windows"])
def test_the_plan_of_another_province_is_part_of_its_schedule(tmp_path, kind, monkeypatch, capsys):
    plan = tmp_path / "Ba Song"
    monkeypatch.setenv("XHHT_CONFIG", str(plan))
    run_commands.schedule(daily=True, kind=kind, out=tmp_path)
    quote = "'" if kind == "cron" else "&quot;"
    assert f"{quote}--config={plan}{quote}" in capsys.readouterr().out
