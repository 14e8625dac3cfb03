"""Schedules for the operating system's own scheduler: cron, systemd timer, Windows Task.

Times are Vietnamese time (UTC+7 all year, so a fixed offset serves on every system). A run missed
while the machine was off is caught up by systemd and Windows, not by cron.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
import unicodedata
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from pathlib import Path

from xhht_analysis import files
from xhht_analysis.project import KitError, UsageError
from xhht_analysis.running import messages

VIETNAM = timezone(timedelta(hours=7))
ZONE_NAME = "Asia/Ho_Chi_Minh"
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
CRON_MARK = "# xhht"
ENCODINGS = {"windows": "utf-16"}
"""How a scheduler's files are written; UTF-8 for the others."""
TASK_XMLNS = "http://schemas.microsoft.com/windows/2004/02/mit/task"


@dataclass(frozen=True)
class When:
    """A time of day in Vietnam, on one weekday (0 = Monday), on one date, or every day."""

    at: time
    weekday: int | None = None
    on: date | None = None


def parse_when(at: str, weekly: str | None, daily: bool, on: str | None) -> When:
    """Check the options of ``xhht schedule``.

    Raises
    ------
    UsageError
        If the time, weekday or date is none, or not exactly one of weekly, daily, on is given.
    """
    if sum((weekly is not None, daily, on is not None)) != 1:
        raise UsageError(messages.SCHEDULE_ONE_OF)
    try:
        clock = datetime.strptime(at, "%H:%M").replace(tzinfo=VIETNAM).time()
        day = date.fromisoformat(on) if on else None
        weekday = None if weekly is None else _weekday(weekly)
    except (ValueError, KeyError):
        raise UsageError(messages.SCHEDULE_BAD_TIME.format(at=at, day=weekly or on)) from None
    return When(clock, weekday, day)


def _weekday(text: str) -> int:
    """Weekday (0 = Monday) of "thứ 2", "thứ hai", "T2", "CN", "chủ nhật", "mon", "Monday".

    Raises
    ------
    KeyError
        If it is none of them: "thu" alone is English Thursday, "thứ" alone is no day.
    """
    letters = unicodedata.normalize("NFD", text.lower())
    plain = "".join(letter for letter in letters if letter.isalnum())
    if not text.isascii() and plain == "thu":
        raise KeyError(text)
    return {word: day for day, row in enumerate(messages.WEEKDAY_WORDS) for word in row}[plain]


def spoken(when: When) -> str:
    """When the run comes, in the analyst's words."""
    if when.on:
        day = f"{when.on:%d/%m/%Y}"
    else:
        day = messages.DAILY if when.weekday is None else messages.WEEKDAYS[when.weekday]
    return messages.SCHEDULE_WHEN.format(day=day, at=f"{when.at:%H:%M}")


def command(arguments: list[str]) -> list[str]:
    """The scheduled command: this environment's Python and ``xhht run``."""
    return [sys.executable, "-m", "xhht_analysis.running.cli", "run", *arguments]


def cron_line(when: When, argv: list[str], log: Path, zone: tzinfo | None = None) -> str:
    """A crontab line in the machine's own time (cron knows no zones), output to ``log``."""
    start = datetime.combine(when.on or date(2026, 11, 23), when.at, VIETNAM)  # a Monday
    if when.weekday is not None:
        start += timedelta(days=when.weekday)
    local = start.astimezone(zone)
    day = f"{local.day} {local.month} *" if when.on else "* * *"
    if when.weekday is not None:
        day = f"* * {local.isoweekday() % 7}"
    shell = f"{shlex.join(argv)} >> {shlex.quote(str(log))} 2>&1".replace("%", r"\%")
    return f"{local.minute} {local.hour} {day} {shell}"


def calendar(when: When) -> str:
    """``OnCalendar`` expression of systemd."""
    day = "*-*-*"
    if when.on:
        day = when.on.isoformat()
    elif when.weekday is not None:
        day = f"{DAY_NAMES[when.weekday][:3]} *-*-*"
    return f"{day} {when.at:%H:%M}:00 {ZONE_NAME}"


def systemd_units(when: When, argv: list[str], directory: Path) -> dict[str, str]:
    """Service and timer by file name; the timer catches up a missed run (Persistent)."""
    service = (
        "[Unit]\nDescription=xhht: learning-society plan report\n\n"
        "[Service]\nType=oneshot\n"
        f"WorkingDirectory={_unit_text(str(directory), quote=False)}\n"
        f"ExecStart={' '.join(_unit_text(part) for part in argv)}\n"
    )
    timer = (
        "[Unit]\nDescription=xhht: schedule of the report\n\n"
        f"[Timer]\nOnCalendar={calendar(when)}\nPersistent=true\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )
    return {"xhht.service": service, "xhht.timer": timer}


def _unit_text(text: str, *, quote: bool = True) -> str:
    """Escape ``text`` for a unit file: % starts a specifier, $ a variable, quotes group words."""
    text = text.replace("%", "%%")
    if not quote:
        return text
    text = text.replace("$", "$$").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def windows_task(when: When, argv: list[str], directory: Path, today: date) -> str:
    """XML of a Windows task; the times carry Vietnam's offset, a missed start is caught up.

    It runs while its user is logged on, also on battery: a laptop at night is the usual case.
    """
    task = ET.Element("Task", version="1.2", xmlns=TASK_XMLNS)
    trigger_name = "TimeTrigger" if when.on else "CalendarTrigger"
    trigger = ET.SubElement(ET.SubElement(task, "Triggers"), trigger_name)
    start = datetime.combine(when.on or today, when.at, VIETNAM)
    ET.SubElement(trigger, "StartBoundary").text = start.isoformat(timespec="seconds")
    ET.SubElement(trigger, "Enabled").text = "true"
    if when.weekday is not None:
        weekly = ET.SubElement(trigger, "ScheduleByWeek")
        ET.SubElement(weekly, "DaysOfWeek").append(ET.Element(DAY_NAMES[when.weekday]))
        ET.SubElement(weekly, "WeeksInterval").text = "1"
    elif when.on is None:
        daily = ET.SubElement(trigger, "ScheduleByDay")
        ET.SubElement(daily, "DaysInterval").text = "1"
    principal = ET.SubElement(ET.SubElement(task, "Principals"), "Principal", id="Author")
    ET.SubElement(principal, "LogonType").text = "InteractiveToken"
    limits = ET.SubElement(task, "Settings")
    ET.SubElement(limits, "MultipleInstancesPolicy").text = "IgnoreNew"
    ET.SubElement(limits, "DisallowStartIfOnBatteries").text = "false"
    ET.SubElement(limits, "StopIfGoingOnBatteries").text = "false"
    ET.SubElement(limits, "StartWhenAvailable").text = "true"
    ET.SubElement(limits, "ExecutionTimeLimit").text = "PT4H"
    run = ET.SubElement(ET.SubElement(task, "Actions", Context="Author"), "Exec")
    ET.SubElement(run, "Command").text = argv[0]
    ET.SubElement(run, "Arguments").text = subprocess.list2cmdline(argv[1:])
    ET.SubElement(run, "WorkingDirectory").text = str(directory)
    ET.indent(task)
    return ET.tostring(task, encoding="unicode", xml_declaration=False)


def write(
    kind: str, when: When, arguments: list[str], directory: Path, folder: Path
) -> tuple[list[Path], list[list[str]]]:
    """Write the files of scheduler ``kind`` (cron, systemd, windows) into ``folder``.

    Returns
    -------
    tuple
        The files, and the commands that install them, each a list of words (no shell).
    """
    argv = command(arguments)
    if kind == "cron":
        line = cron_line(when, argv, folder / "xhht.log")
        return [files.write_text(folder / "xhht.crontab", f"{line} {CRON_MARK}\n")], []
    if kind == "systemd":
        units = systemd_units(when, argv, directory)
        paths = [files.write_text(folder / name, text) for name, text in units.items()]
        user = ["systemctl", "--user"]
        links = [*user, "link", "--force", *map(str, paths)]
        return paths, [links, [*user, "daemon-reload"], [*user, "enable", "--now", "xhht.timer"]]
    xml = windows_task(when, argv, directory, datetime.now(UTC).astimezone(VIETNAM).date())
    path = folder / "xhht-task.xml"  # the Task Scheduler reads and writes UTF-16
    folder.mkdir(parents=True, exist_ok=True)
    text = f'<?xml version="1.0" encoding="UTF-16"?>\n{xml}\n'
    path.write_text(text, encoding=ENCODINGS[kind])
    return [path], [["schtasks", "/Create", "/TN", "xhht", "/XML", str(path), "/F"]]


def merged_crontab(current: str, line: str) -> str:
    """``current`` crontab with ``line`` in place of the kit's earlier one."""
    kept = [other for other in current.splitlines() if not other.endswith(CRON_MARK)]
    return "\n".join([*kept, line.strip(), ""])


def by_hand(kind: str, paths: list[Path], commands: list[list[str]]) -> list[str]:
    """What a person types to install what `write` wrote, one command a line."""
    if kind == "cron":
        kept = f"crontab -l 2>/dev/null | grep -v '{CRON_MARK}$'"
        return [f"( {kept} ; cat {shlex.quote(str(paths[0]))} ) | crontab -"]
    join = subprocess.list2cmdline if kind == "windows" else shlex.join
    return [join(words) for words in commands]


def install(kind: str, paths: list[Path], commands: list[list[str]]) -> None:
    """Install what `write` wrote for this user.

    Raises
    ------
    KitError
        If the scheduler is not there or refuses; the message holds its own words.
    """
    words = ["crontab"]
    try:
        if kind == "cron":
            old = subprocess.run(["crontab", "-l"], capture_output=True, text=True, check=False)
            current = old.stdout if old.returncode == 0 else ""
            text = merged_crontab(current, paths[0].read_text(encoding="utf-8"))
            subprocess.run(["crontab", "-"], input=text, text=True, check=True, capture_output=True)
        for words in commands:
            subprocess.run(words, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        cause = f"{words[0]}: {getattr(error, 'stderr', '') or error}"  # Windows names no program
        raise KitError(messages.SCHEDULE_REFUSED.format(kind=kind, cause=cause.strip())) from None
