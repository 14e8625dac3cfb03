"""Every Vietnamese and English word made by code, and how numbers, dates and chances are written.

The words stand in ``templates/words.toml``, those that figures show in ``figure_words.toml``, one
entry per sentence, so that an office can correct its own wording. Vietnamese numbers have a
decimal comma and dates the form dd/mm/yyyy.
"""

import math
import re
import tomllib
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import takewhile
from pathlib import Path

import pandas as pd
from babel.dates import format_date
from babel.numbers import format_compact_decimal, format_decimal

from xhht_analysis.plan.areas import read_areas
from xhht_analysis.plan.goals import read_agencies, read_targets
from xhht_analysis.project import Project

DATE_FORMATS = {"vi": "dd/MM/yyyy", "en": "yyyy-MM-dd"}
TEMPLATES = Path(__file__).parent / "templates"
FIGURE_WORDS, WORDS = TEMPLATES / "figure_words.toml", TEMPLATES / "words.toml"
SPACE = "\u00a0"
PERCENT = f"{SPACE}%"
"""The sign never leaves its number at the end of a line."""
PROBABILITY_STEP = 5
"""A chance is shown to the nearest 5 %, as `verdicts.rounded` classifies it."""
CLASS_ORDER = (
    "reached",
    "very_likely",
    "likely",
    "open",
    "unlikely",
    "very_unlikely",
    "missed",
    "no_data",
    "no_object",
)
SYMBOLS = dict(zip(CLASS_ORDER, "✔▲△○▽▼✘–∅", strict=True))
"""The shape that goes with each class: readable without colour."""
SIGNS = {"star": "*", "contested": "?", "untested": "\u2020", "narrow": "\u2021"}
"""Signs at a verdict that is not firm or that another source contradicts, at a chance that no test
scored, or whose band held too few outcomes."""
HOPEFUL = ("reached", "very_likely", "likely")
STRUGGLING = ("unlikely", "very_unlikely", "missed")

TODAY = "9999"
"""Later than every day but the end of what has none."""
DAY, LEGAL_YEAR = re.compile(r"\b(\d\d?)/(\d\d?)/(\d{4})\b"), re.compile(r"\d/(\d{4})/")
"""A day (dd/mm/yyyy) and the year in the number of a legal text (n/yyyy/NĐ-CP)."""


@dataclass(frozen=True)
class Labels:
    """Words and formats of one language, ``vi`` or ``en``."""

    lang: str = "vi"
    plan: dict[str, object] = field(
        default_factory=lambda: plan_words(Project().config_dir), compare=False
    )

    def __post_init__(self) -> None:
        """Refuse a language there are no words for."""
        if self.lang not in DATE_FORMATS:
            raise ValueError(f"lang must be one of {', '.join(DATE_FORMATS)}, not {self.lang!r}")

    def word(self, key: str, **values: object) -> str:
        """Text of ``key`` (dots go down a section) with its braces filled, also from `plan_words`.

        Raises
        ------
        KeyError
            If there is no such text: a word is never made up.
        """
        section, *parts = key.split(".")
        entry = _section(section)
        for part in parts:
            entry = entry[part]
        return self._in_language(entry).format(**self.plan | values)

    def _in_language(self, entry: dict) -> str | list[str]:
        """Text in this language; ``_kept`` is that of a date on which there are districts."""
        kept = f"{self.lang}_kept" if self.plan["keeps_districts"] else ""
        return entry.get(kept, entry[self.lang])

    def word_of(self, section: str, code: str, **values: object) -> str:
        """Words of ``code`` in ``section``; a text that is no code stays as it is."""
        return self.word(f"{section}.{code}", **values) if code in _section(section) else code

    def count(self, key: str, n: float, decimals: int = 0) -> str:
        """A number and its noun, "1 district", "3 districts"."""
        number = self.number(n, decimals)
        return self.word(f"{key}_one" if number == "1" else key, n=number)

    def about(self, n: float) -> str:
        """A count of people as it is said: 44.147 → "44,1 nghìn", 343,7 → "344"."""
        form = {"format_type": "long", "fraction_digits": 1}
        return format_compact_decimal(round(n), locale=self.lang, **form)

    def some(self, names: list[str], most: int = 3) -> str:
        """The first names and how many more there are."""
        more = f" {self.word('more', n=len(names) - most)}" if len(names) > most else ""
        return ", ".join(names[:most]) + more

    def entries(self, section: str) -> list[str]:
        """Keys of one section."""
        return list(_section(section))

    def paragraphs(self, key: str) -> list[str]:
        """Fixed paragraphs of one section (``limits``, ``methods``)."""
        return [text.format(**self.plan) for text in self._in_language(_section("paragraphs")[key])]

    def local(self, row: pd.Series, name: str) -> str:
        """Text column ``name`` in this language, else in Vietnamese or in none, else empty.

        It ends before the first clause that names a day or a legal text later than the report.
        """
        for column in (f"{name}_{self.lang}", f"{name}_vi", name):
            if pd.notna(text := row.get(column)) and text:
                clauses = re.split(r"(?<=[.;]) ", str(text))
                return " ".join(takewhile(self._is_past, clauses)).rstrip(";")
        return ""

    def _is_past(self, text: str) -> bool:
        days = [f"{y}-{int(m):02}-{int(d):02}" for d, m, y in DAY.findall(text)]
        return all(day <= self.plan["as_of"] for day in [*days, *LEGAL_YEAR.findall(text)])

    def number(self, value: float, decimals: int = 0) -> str:
        """Write ``value`` with a decimal comma and points between thousands (``vi``)."""
        if pd.isna(value):
            return self.word("none")
        pattern = f"#,##0{'.':0<{decimals + 1}}"
        return format_decimal(round_half_up(value, decimals), pattern, self.lang)

    def numbers(self, values: Mapping[str, float]) -> dict[str, str]:
        """Whole numbers by name, each as `number` writes it."""
        return {name: self.number(value) for name, value in values.items()}

    def figure(self, value: float) -> str:
        """Write ``value`` with one decimal where it has a fraction."""
        return self.number(value, 0 if pd.isna(value) else int(round(value, 1) % 1 > 0))

    def percent(self, value: float, decimals: int = 1) -> str:
        """Percent 0-100 with its sign; a dash where there is none."""
        if pd.isna(value):
            return self.word("none")
        return f"{self.number(value, decimals)}{PERCENT}"

    def date(self, iso: str) -> str:
        """``2026-11-24`` as ``24/11/2026`` (``vi``), as it is (``en``); empty without one."""
        form = DATE_FORMATS[self.lang]
        return format_date(date.fromisoformat(iso), form, self.lang) if iso else ""

    def chance(self, probability: float) -> str:
        """Probability 0-1 as the words of a sentence, rounded (docs/methodology.md 4), or empty."""
        text = self.short_chance(probability)
        key = "chance" if text[:1].isdigit() else "chance_bound"
        return self.word(key, p=text) if text else ""

    def short_chance(self, probability: float) -> str:
        """Probability 0-1 for a cell: ``75 %``, ``< 5 %``, ``> 95 %``; empty when there is none."""
        if pd.isna(probability):
            return ""
        percent = rounded_percent(probability)
        shown = min(max(percent, PROBABILITY_STEP), 100 - PROBABILITY_STEP)
        sign = f"<{SPACE}" if percent < shown else f">{SPACE}" if percent > shown else ""
        return f"{sign}{shown}{PERCENT}"

    def level(self, value: float, scale: float | str) -> str:
        """A level in words; ``scale`` is the highest level asked for, or "milestone"."""
        if scale == "milestone":
            return self.word(f"milestone.{int(value)}")
        if scale <= 1:
            return self.word("level_met" if value >= 1 else "level_unmet")
        return self.word("level", n=self.number(value))

    def verdict(self, verdict_class: str) -> str:
        """Word of a verdict class."""
        return self.word(f"class.{verdict_class}")

    def key(self, classes: Container[str], text: str = "") -> str:
        """Marks of these verdict classes from best to worst, and `SIGNS` in ``text``, explained."""
        marks = [f"{SYMBOLS[c]} {self.verdict(c)}" for c in CLASS_ORDER if c in classes]
        signs = [f"{sign} {self.word(f'sign.{k}')}" for k, sign in SIGNS.items() if sign in text]
        return "; ".join(marks + signs)


@cache
def plan_words(config_dir: Path, as_of: str = TODAY) -> dict[str, object]:
    """Names, years and counts of the plan that stand in braces in words.toml.

    What begins or ends after ``as_of`` (ISO date) has not happened: districts are there.
    """
    areas = read_areas(config_dir)
    province, years = areas.province, read_targets(config_dir)["target_year"]
    keeps = province.has_districts(as_of)
    year, month, day = province.districts_end.split("-")
    month = month if month in ("01", "02") else month.lstrip("0")
    due = read_agencies(config_dir).set_index("agency_code")["deadline"]
    due = due.get(province.duty_of_districts, "12-31")
    return {
        "home": province,
        "province": province.name_vi[0].lower() + province.name_vi[1:],
        "letterhead": province.department_vi.upper(),
        "authority": (("" if keeps else province.merged_name_vi) or province.name_vi).upper(),
        "place": ("" if keeps else province.merged_short_name_vi) or province.short_name_vi,
        "first_target": years.min(),
        "last_target": years.max(),
        "n_districts": len(areas.districts()),
        "due": due,
        "deadline": "/".join(reversed(due.split("-"))),
        "ended": f"{day}/{month}/{year}",
        "year_ended": year,
        "keeps_districts": keeps,
        "as_of": as_of,
    }


def _section(name: str) -> dict:
    """Texts of a section; words.toml stays shut while only figures are drawn."""
    return _words(FIGURE_WORDS).get(name) or _words(WORDS)[name]


@cache
def _words(path: Path) -> dict:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def round_half_up(value: float, decimals: int = 0) -> float:
    """Round as people do on paper: halves away from zero, 2.675 to 2.68."""
    scale = 10**decimals
    rounded = math.copysign(math.floor(abs(value) * scale + 0.5 + 1e-9), value) / scale
    return rounded + 0.0  # no minus before a zero


def rounded_percent(probability: float) -> int:
    """Probability 0-1 as percent rounded to 5, halves up, as its class is told."""
    return int(round_half_up(100 * probability / PROBABILITY_STEP)) * PROBABILITY_STEP
