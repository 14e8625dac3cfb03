"""Schedules for the operating system's own scheduler: a Windows task, or a line of cron.

A Windows task keeps Vietnamese time and catches up a run missed while the machine was off; cron
goes by the machine's own clock and catches up nothing.
"""

import shlex
import subprocess
from datetime import time
from html import escape
from pathlib import Path

from xhht_analysis.intake.reading.text import fold
from xhht_analysis.project import UsageError
from xhht_analysis.running import messages

TASK = Path(__file__).with_name("xhht-task.xml")


def parse_when(at: str, weekly: str | None, daily: bool) -> tuple[time, list[str]]:
    """Time of day and English weekdays that the options of ``xhht schedule`` ask for.

    A weekday is "thứ 2", "thứ hai", "T2", "CN", "chủ nhật", "mon", "Monday".

    Raises
    ------
    UsageError
        If the time or weekday is none, or not exactly one of weekly, daily is given.
    """
    if daily == (weekly is not None):
        raise UsageError(messages.SCHEDULE_ONE_OF)
    word = fold(weekly or "").replace(" ", "")
    days = [day for day, words in messages.WEEKDAYS.items() if daily or word in map(fold, words)]
    if not days:
        raise UsageError(messages.SCHEDULE_BAD_DAY.format(day=weekly))
    try:
        return time.fromisoformat(at), days
    except ValueError:
        raise UsageError(messages.SCHEDULE_BAD_TIME.format(at=at)) from None


def windows_task(argv: list[str], start: str, days: list[str], directory: Path) -> str:
    """XML for the Task Scheduler: ``argv`` runs in ``directory`` on ``days``, from ``start`` on.

    ``start`` is a moment (ISO 8601) with its offset.
    """
    return TASK.read_text(encoding="utf-8").format(
        start=start,
        days="".join(f"<{day}/>" for day in days),
        command=escape(argv[0]),
        arguments=escape(subprocess.list2cmdline(argv[1:])),
        directory=escape(str(directory)),
    )


def cron_line(argv: list[str], at: time, days: list[str]) -> str:
    """A line of a crontab: ``argv`` runs at ``at`` on ``days``."""
    weekday = days[0][:3] if len(days) == 1 else "*"
    command = shlex.join(argv).replace("%", r"\%")  # a bare % ends the command in a crontab
    return f"{at.minute} {at.hour} * * {weekday} {command}"
