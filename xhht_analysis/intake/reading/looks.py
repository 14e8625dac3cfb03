"""How a style shows a value: as percent, as a date, raised, with a line through it."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

FORMATS = {9: "0%", 10: "0%"} | dict.fromkeys(
    (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)), "d"
)
"""Numbers of formats that every Excel has, and that no file spells out."""
FIRST_DAYS = (dt.datetime(1899, 12, 30), dt.datetime(1904, 1, 1))  # noqa: DTZ001
"""Day 0 of a workbook's dates, and of one that counts from 1904."""
STRUCK = " (gạch bỏ)"
"""Stands behind what has a line through it, so that it is neither a number nor a name."""
RAISED = str.maketrans("0123456789()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾")


class Font(NamedTuple):
    """Whether text is raised or lowered, and whether a line goes through it."""

    raised: bool = False
    struck: bool = False

    def show(self, text: str) -> str:
        """Text whose raised digits are raised signs, and that says so when it is struck."""
        text = text.translate(RAISED) if self.raised else text
        return f"{text}{STRUCK}" if self.struck and text.strip() else text


Fonts = defaultdict[object, Font]
"""Fonts by their number or name; a plain one for any other."""


class Look(NamedTuple):
    """How a style shows a value; ``first_day`` is that of its dates, None when it shows none."""

    percent: bool = False
    first_day: dt.datetime | None = None
    struck: bool = False

    def show(self, value: object) -> object:
        """The value as date, as text with its percent sign, or with a line through it."""
        if self is PLAIN or not isinstance(value, float):
            pass
        elif self.percent:
            value = f"{value * 100:.12g}%"
        elif self.first_day:
            with contextlib.suppress(ValueError, OverflowError):  # no day of the calendar
                moment = self.first_day + dt.timedelta(value)
                value = moment if value % 1 else moment.date()
        if not self.struck:
            return value
        return Font(struck=True).show(f"{value:.15g}" if isinstance(value, float) else str(value))


PLAIN = Look()


def look_of(code: str, font: Font, first_day: dt.datetime) -> Look:
    """Look of a number format and a font."""
    signs = re.sub(r'\\.|"[^"]*"|\[[^]]*\]|[_*].', "", code)  # without what is only shown
    return Look("%" in signs, first_day if re.search("[dmyhs]", signs, re.I) else None, font.struck)


def show_runs(text: str, runs: Iterable[tuple[int, int]], fonts: Fonts) -> str:
    """Text of runs, each the place where it starts and the number of its font."""
    end = len(text)
    for start, font in reversed([*runs]):
        text = text[:start] + fonts[font].show(text[start:end]) + text[end:]
        end = start
    return text
