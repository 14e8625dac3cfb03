"""Schedules for the operating system's own scheduler: cron, systemd timer, Windows Task.

Times are Vietnamese time (UTC+7 all year, so a fixed offset serves on every system). A run missed
while the machine was off is caught up by systemd and Windows, not by cron.
"""

import contextlib
import shlex
import subprocess
import sys
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from html import escape
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
TEMPLATES = Path(__file__).with_name("schedules")
REPEATS = {
    "weekly": "<ScheduleByWeek><DaysOfWeek><{day}/></DaysOfWeek>"
    "<WeeksInterval>1</WeeksInterval></ScheduleByWeek>",
    "daily": "<ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>",
}
"""How a Windows task that comes more than once says so."""


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
    command = " ".join(f'"{_unit_text(part)}"' for part in argv)
    place = str(directory).replace("%", "%%")
    service = _filled("xhht.service", directory=place, command=command)
    return {
        "xhht.service": service,
        "xhht.timer": _filled("xhht.timer", calendar=calendar(when)),
    }


def _unit_text(text: str) -> str:
    """Escape ``text`` for a unit file: % starts a specifier, $ a variable, quotes group words."""
    for character, written in ("%", "%%"), ("$", "$$"), ("\\", "\\\\"), ('"', '\\"'):
        text = text.replace(character, written)
    return text


def windows_task(when: When, argv: list[str], directory: Path, today: date) -> str:
    """XML of a Windows task; the times carry Vietnam's offset, a missed start is caught up.

    It runs while its user is logged on, also on battery: a laptop at night is the usual case.
    """
    start = datetime.combine(when.on or today, when.at, VIETNAM)
    repeat = REPEATS["daily"]
    if when.weekday is not None:
        repeat = REPEATS["weekly"].format(day=DAY_NAMES[when.weekday])
    return _filled(
        "xhht-task.xml",
        trigger="TimeTrigger" if when.on else "CalendarTrigger",
        start=start.isoformat(timespec="seconds"),
        repeat="" if when.on else repeat,
        command=escape(argv[0], quote=False),
        arguments=escape(subprocess.list2cmdline(argv[1:]), quote=False),
        directory=escape(str(directory), quote=False),
    )


def _filled(template: str, **values: str) -> str:
    """Text of a file of `TEMPLATES` with its braces filled."""
    return (TEMPLATES / template).read_text(encoding="utf-8").format(**values)


def write(
    kind: str, when: When, arguments: list[str], directory: Path, folder: Path
) -> tuple[list[Path], list[list[str]]]:
    """Write the files of scheduler ``kind`` (cron, systemd, windows) into ``folder``.

    Returns
    -------
    tuple
        The files, and the commands that install them, each a list of words (no shell).
    """
    argv = [sys.executable, "-m", "xhht_analysis.running.cli", "run", *arguments]
    if kind == "cron":
        line = f"{cron_line(when, argv, folder / 'xhht.log')} {CRON_MARK}"
        path = files.write_text(folder / "xhht.crontab", merged_crontab(line))
        return [path], [["crontab", str(path)]]
    if kind == "systemd":
        units = systemd_units(when, argv, directory)
        paths = [files.write_text(folder / name, text) for name, text in units.items()]
        user = ["systemctl", "--user"]
        links = [*user, "link", "--force", *map(str, paths)]
        return paths, [links, [*user, "daemon-reload"], [*user, "enable", "--now", "xhht.timer"]]
    path = folder / "xhht-task.xml"
    xml = windows_task(when, argv, directory, datetime.now(UTC).astimezone(VIETNAM).date())
    with files.whole(path) as partial:
        partial.write_text(xml, encoding=ENCODINGS[kind])
    return [path], [["schtasks", "/Create", "/TN", "xhht", "/XML", str(path), "/F"]]


def merged_crontab(line: str) -> str:
    """The crontab of this user as it is now, with ``line`` in place of the kit's earlier one."""
    current = ""
    with contextlib.suppress(OSError):  # no crontab program
        asked = subprocess.run(["crontab", "-l"], capture_output=True, text=True, check=False)
        current = "" if asked.returncode else asked.stdout
    others = [other for other in current.splitlines() if not other.endswith(CRON_MARK)]
    return "\n".join([*others, line, ""])


def install(kind: str, commands: list[list[str]]) -> None:
    """Install for this user what `write` wrote.

    Raises
    ------
    KitError
        If the scheduler is not there or refuses; the message holds its own words.
    """
    for words in commands:
        try:
            subprocess.run(words, check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            cause = f"{words[0]}: {getattr(error, 'stderr', '') or error}"  # Windows names none
            text = messages.SCHEDULE_REFUSED.format(kind=kind, cause=cause.strip())
            raise KitError(text) from None
