"""Schedules for the operating system's own scheduler: cron, systemd timer, Windows Task.

What a scheduler is told stands as files with braces in ``schedules/<kind>/``. Times are Vietnamese
time (UTC+7 all year, so a fixed offset serves on every system). A run missed while the machine was
off is caught up by systemd and Windows, not by cron.
"""

import shlex
import subprocess
import sys
import unicodedata
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from html import escape
from pathlib import Path

from xhht_analysis import files
from xhht_analysis.project import UsageError
from xhht_analysis.running import messages

VIETNAM = timezone(timedelta(hours=7))
MONDAY = datetime(2026, 11, 23, tzinfo=VIETNAM)
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
TEMPLATES = Path(__file__).with_name("schedules")


@dataclass(frozen=True)
class When:
    """A time of day in Vietnam, on some weekdays (0 = Monday): one of them, or all seven."""

    at: time
    weekdays: tuple[int, ...] = tuple(range(7))


def parse_when(at: str, weekly: str | None, daily: bool) -> When:
    """Check the options of ``xhht schedule``.

    Raises
    ------
    UsageError
        If the time or weekday is none, or not exactly one of weekly, daily is given.
    """
    if daily == (weekly is not None):
        raise UsageError(messages.SCHEDULE_ONE_OF)
    try:
        clock = datetime.strptime(at, "%H:%M").replace(tzinfo=VIETNAM).time()
        return When(clock) if weekly is None else When(clock, (_weekday(weekly),))
    except (ValueError, KeyError):
        raise UsageError(messages.SCHEDULE_BAD_TIME.format(at=at, day=weekly or "")) from None


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


def describe(when: When) -> str:
    """When the run comes, in the analyst's words."""
    first, *others = when.weekdays
    day = messages.DAILY if others else messages.WEEKDAYS[first]
    return messages.SCHEDULE_WHEN.format(day=day, at=f"{when.at:%H:%M}")


def _unit_word(text: str) -> str:
    """One word of a unit file: % starts a specifier, $ a variable, quotes group words."""
    for character, written in ("%", "%%"), ("$", "$$"), ("\\", "\\\\"), ('"', '\\"'):
        text = text.replace(character, written)
    return f'"{text}"'


QUOTES = {
    "cron": lambda word: shlex.quote(word).replace("%", r"\%"),
    "systemd": _unit_word,
    "windows": lambda word: escape(word, quote=False),
}
"""How a word stands in a scheduler's file."""


def fill(
    kind: str, when: When, argv: list[str], places: dict[str, Path], now: datetime
) -> dict[str, str]:
    """Files of scheduler ``kind`` (cron, systemd, windows), by name: ``argv`` comes at ``when``.

    ``places`` are the folders and files that a template names; ``now`` is the machine's time. cron
    knows no zones, so its line has the time and weekdays of ``now``'s zone; a Windows task begins
    today, and its times carry Vietnam's offset.
    """
    if kind == "windows":
        argv = [argv[0], subprocess.list2cmdline(argv[1:])]
    command, *arguments = map(QUOTES[kind], argv)
    start = datetime.combine(MONDAY, when.at, VIETNAM)
    local = [(start + timedelta(days=day)).astimezone(now.tzinfo) for day in when.weekdays]
    days = [DAY_NAMES[day] for day in when.weekdays]
    values = {
        "command": command,
        "arguments": " ".join(arguments),
        "at": when.at,
        "local": local[0],
        "cron_days": ",".join(sorted(f"{moment:%w}" for moment in local)),
        "short_days": ",".join(day[:3] for day in days),
        "day_elements": "".join(f"<{day}/>" for day in days),
        "today": now.astimezone(VIETNAM),
    }
    values |= {name: QUOTES[kind](str(path)) for name, path in places.items()}
    templates = sorted((TEMPLATES / kind).iterdir())
    return {path.name: path.read_text(encoding="utf-8").format(**values) for path in templates}


def write(
    kind: str, when: When, arguments: list[str], directory: Path, folder: Path
) -> dict[Path, str]:
    """Write the files of scheduler ``kind`` into ``folder``; ``directory`` is the kit's own.

    Returns
    -------
    dict
        Text of each file written.
    """
    argv = [sys.executable, "-m", "xhht_analysis.running.cli", "run", *arguments]
    places = {"directory": directory, "log": folder / "xhht.log"}
    texts = fill(kind, when, argv, places, datetime.now(VIETNAM).astimezone())
    texts = {folder / name: text for name, text in texts.items()}
    for path, text in texts.items():
        with files.whole(path) as partial:  # UTF-16 is what the Task Scheduler reads
            partial.write_text(text, encoding="utf-16" if kind == "windows" else "utf-8")
    return texts
