"""Text, numbers, levels and dates as people type them into cells.

A parser returns `Parsed`: a value, or a problem (a rule's name), or neither for an empty cell.
Nothing is guessed: what can be read in two ways is a problem for the sender to settle.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from xhht_analysis.intake.reading.siblings import Siblings

FIRST_YEAR, LAST_YEAR = 2000, 2100
CALENDAR = (dt.date, dt.time, dt.timedelta)
"""What Excel makes of a typed "2/1"."""
BLANKS = frozenset(("", "-", "–", "—", "x", "..", "...", "…", "/", "n/a", "na", "không có", "k có"))
ERROR = re.compile(r"#(REF|DIV/0|N/A|VALUE|NAME|NUM|NULL|GETTING_DATA|SPILL|CALC)[!?]?", re.I)
REFUSED = {
    "excel_error": ERROR,
    "formula_text": re.compile("=.*"),
    "not_finite": re.compile("[+-]*(?:nan|inf|infinity|∞)[+-]*"),
    "approximate": re.compile("(?:[~≈<>≤≥±]|khoảng|gần|hơn|trên|dưới).*"),
    "date_in_number": re.compile(r"\d{1,2}[/-]\d{1,2}[/-]\d{4}|\d{4}-\d{2}-\d{2}.*"),
}
"""Shapes of a text in lower case that is no number, by the problem they are."""
SCALES = {"tram": 1e2, "nghin": 1e3, "ngan": 1e3, "trieu": 1e6, "trd": 1e6, "ti": 1e9}
LEVEL = re.compile(r"\b(?:(?:muc(?: do)?|md|m|cap do) ?)?(\d|i{1,3})\b")
LEVEL_WORDS = frozenset(
    re.findall(
        r"\w+",
        "dat chuan pc gd pcgd pcgdmn pcgdth pcgdthcs xmc mn th thcs duoc cong nhan co chua khong "
        "kha tot mot hai ba dui tri giu vung",
    )
)
"""Words that may stand beside a level without changing it."""
NOUNS = frozenset(
    re.findall(
        r"\w+",
        "nguoi nam nu em tre hs sv hoc sinh xa phuong thi tran huien truong co so trung tam tthtcd "
        "don vi ho lop gia dinh dong d vnd",
    )
)

NOTES_VI = {
    "footnote": "Bỏ dấu chú thích sau số “{}”; số đọc được là {:.10g}.",
    "school_year": "Biểu ghi năm học: hiểu là năm bắt đầu, {1}; nếu là năm khác thì ghi rõ Năm.",
    "year_from_date": "Trong biểu không ghi năm báo cáo; lấy năm của ngày chốt số liệu, {1}.",
}
"""What is told where a value was read with a `Parsed.note`: the text typed, the value."""
_NOTE_SIGN = r"[\u00b2\u00b3\u00b9\u2070-\u209c\u2460-\u24ff\u2776-\u2793†‡]+"
"""Raised, lowered and circled signs: notes beside a number or a word, never part of it."""
_NOTE = re.compile(rf"{_NOTE_SIGN}|(?<=[\w%])\s*(?:\*+|[(\[](?:\d|\*+)[)\]])$")
_SPACES = re.compile(r"[\s\u00a0\u2000-\u200a\u202f\u3000]+")
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufffd]"
)
_LOOKALIKE = str.maketrans(
    "ƣƢаеорсухіјѕАВЕКМНОРСТХІЈЅ", "ưƯaeopcyxijsABEKMHOPCTXIJS"
)  # PDF glyph and Cyrillic letters that look Latin
_PUNCTUATION = re.compile(r"[^\w%@]+|_+")
_LETTERS = str.maketrans("đðy", "ddi")
DATES = [
    re.compile(r"\b(?P<year>\d{4}) (?P<month>\d{1,2}) (?P<day>\d{1,2})\b"),
    re.compile(r"\b(?P<day>\d{1,2}) (?:thang )?(?P<month>\d{1,2}) (?:nam )?(?P<year>\d{4})\b"),
    re.compile(r"\bthang (?P<month>\d{1,2}) (?:nam )?(?P<year>\d{4})\b"),
]
_NUMBER = re.compile(r"[+-]?\s*\d[\d\s.,'’]*|\(\s*[\d.,]+\s*\)")
_RATIO = re.compile(
    r"\s*([\d., ]+?)\s*[/:]\s*([\d., ]+?)\s*(?:(?:người|trẻ|em)\s*)*"
    r"(?:\(\s*(?:đạt\s*)?(\d+(?:[.,]\d+)?)\s*%\s*\)\s*)?",
    re.I,
)
_PLAIN = re.compile(r"\d+(?:[.,]\d+)?")
_GROUPED = re.compile(
    r"(?!0)\d{1,3}(?P<mark>[ .,'’])\d{3}(?:(?P=mark)\d{3})*(?:(?!(?P=mark))[.,](?P<decimals>\d+))?"
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a cell says: ``value``, or the ``problem`` that keeps it from being read.

    ``note`` is the rule of a finding that must go with the value (`NOTES_VI`).
    """

    value: float | int | str | None = None
    problem: str | None = None
    note: str | None = None


EMPTY = Parsed()


def normalise(text: str) -> str:
    """NFC text without invisible characters, doubled spaces and look-alike letters of PDF fonts."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    text = unicodedata.normalize("NFC", text.translate(_LOOKALIKE))
    return _INVISIBLE.sub("", _SPACES.sub(" ", text)).strip()


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Key for comparing headings and names: lower case, no accents, y as i, single spaces."""
    text = unicodedata.normalize("NFKD", without_notes(normalise(text))).lower()
    text = re.sub("\u2030|%o\\b", " phan nghin ", text)
    text = "".join(c for c in text if not unicodedata.combining(c)).translate(_LETTERS)
    return " ".join(_PUNCTUATION.sub(" ", text.replace("%", " % ")).split())


def without_marks(text: str) -> str:
    """Text without note signs and without such marks at its end as *, (1), [2], (*)."""
    while (plain := _NOTE.sub("", text).strip()) != text:
        text = plain
    return text


def without_notes(text: str) -> str:
    """Text without raised, lowered or circled note signs."""
    return text if text.isascii() else re.sub(_NOTE_SIGN, "", text)


@lru_cache(maxsize=4096)
def scale_of(text: str) -> float:
    """Factor that a declared unit asks for: ``(nghìn người)`` 1000, ``triệu đồng`` 1e6, else 1."""
    words = re.sub(r"\b1 ?000(?=d?\b)", "nghin ", fold(text)).split()
    factor = 1.0
    for word, following in zip(words, [*words, ""][1:], strict=True):
        if word in SCALES and (following in NOUNS or following in SCALES or not following):
            factor *= SCALES[word]
    return factor


def parse_number(
    raw: object,
    *,
    kind: str = "count",
    siblings: Iterable[object] = (),
    fractions: bool | None = None,
) -> Parsed:
    """Read a number as typed.

    Parameters
    ----------
    raw : object
        The cell: number, text, date, boolean or None.
    kind : str
        ``count`` (whole, not negative), ``percent`` (0-100 scale) or ``money`` (not negative).
    siblings : iterable
        Other cells of the column (`Siblings`, when many cells share them); they decide whether
        "1.234" has decimals, also in a count: beside "1550.000" it cannot mean 1234.
    fractions : bool, optional
        Whether decimals make sense; by default for everything but counts. True for a column
        declared in thousands.

    Returns
    -------
    Parsed
        Problems: not_number, not_finite, excel_error, formula_text, date_in_number,
        boolean_in_number, negative, fractional_count, percent_in_count, approximate, ratio,
        ambiguous_number.
    """
    fractions = kind != "count" if fractions is None else fractions
    if raw is None:
        return EMPTY
    if isinstance(raw, bool):
        return Parsed(problem="boolean_in_number")
    if isinstance(raw, CALENDAR):
        return Parsed(problem="date_in_number")
    if isinstance(raw, str):
        parsed = _from_text(raw, kind, fractions, siblings)
    else:
        parsed = Parsed(float(raw))
    if parsed.value is None:
        return parsed
    value = float(parsed.value)
    if not math.isfinite(value):
        return Parsed(problem="not_finite")
    if value < 0:
        return Parsed(problem="negative")
    value = round(value, 9)
    if not fractions and value != round(value):
        return Parsed(problem="fractional_count")
    return Parsed(value, note=parsed.note)


def _from_text(raw: str, kind: str, fractions: bool, siblings: Iterable[object]) -> Parsed:
    typed = normalise(raw)
    text = without_marks(typed)
    note = "footnote" if text != typed else None
    if "\ufffd" in raw or (note and not text) or re.search(rf"\d{_NOTE_SIGN}[\d.,]", typed):
        return Parsed(problem="not_number")
    text = unicodedata.normalize("NFKC", text).replace("−", "-")  # noqa: RUF001
    text = text.strip().removeprefix("'").strip()
    lowered = text.lower()
    if lowered in BLANKS:
        return EMPTY
    if problem := next((name for name, shape in REFUSED.items() if shape.fullmatch(lowered)), None):
        return Parsed(problem=problem)
    if parse_ratio(text) is not None:
        return Parsed(problem="ratio")
    number = _NUMBER.match(text)
    if not number:
        return Parsed(problem="not_number")
    tail = text[number.end() :].strip()
    if tail.startswith("%") and kind == "count":
        return Parsed(problem="percent_in_count")
    tail = tail.removeprefix("%").strip()
    words = fold(tail).split()
    if any(word not in SCALES and word not in NOUNS for word in words) or (tail and not words):
        return Parsed(problem="not_number")
    body = number[0].strip()
    if body.startswith(("-", "(")):
        return Parsed(problem="negative")
    factor = math.prod(SCALES.get(word, 1.0) for word in words)
    decimals = re.search(r"[.,](\d+)$|$", body)[1] or ""
    if kind == "count" and 10 ** len(decimals) < factor:  # "8,5 nghìn" is no exact number
        return Parsed(problem="approximate")
    if words and factor == 1 and not body.endswith("000"):  # "1.234 người" are no part of a person
        siblings = ()
    parsed = _digits(body.lstrip("+ "), kind, fractions or factor > 1, siblings)
    return parsed if parsed.value is None else Parsed(parsed.value * factor, note=note)


def _digits(body: str, kind: str, fractions: bool, siblings: Iterable[object]) -> Parsed:
    body = body.rstrip(" .,'’") if body[-1:] in " '’" else body
    grouped, plain = _GROUPED.fullmatch(body), _PLAIN.fullmatch(body)
    if grouped and plain:
        return _one_mark(body, grouped["mark"], kind, fractions, siblings)
    if grouped:
        decimals = grouped["decimals"] or ""
        whole = re.sub(r"\D", "", body.removesuffix(decimals))
        return Parsed(float(f"{whole}.{decimals}"))
    return Parsed(float(body.replace(",", "."))) if plain else Parsed(problem="not_number")


def _one_mark(
    body: str, mark: str, kind: str, fractions: bool, siblings: Iterable[object]
) -> Parsed:
    """``1.234``: thousands in a count, a decimal in a percentage, unless its column says not."""
    whole, decimal = float(body.replace(mark, "")), float(body.replace(",", "."))
    if kind == "percent":
        return Parsed(decimal)
    siblings = siblings if isinstance(siblings, Siblings) else Siblings(siblings)
    signs, padded = siblings.habits(mark)
    if not fractions:
        if "decimal" not in signs:
            return Parsed(whole)
        sure = len(signs) == 1 and padded and decimal == round(decimal)
        return Parsed(decimal) if sure else Parsed(problem="ambiguous_number")
    if len(signs) == 1:
        return Parsed(whole if "thousands" in signs else decimal)
    return Parsed(problem="ambiguous_number")


def parse_ratio(raw: object) -> tuple[float, float] | None:
    """Counts of ratio text such as ``234/250``; None when the cell is something else.

    A share behind them, ``3.581/6.813 người (52,56%)``, must be theirs.
    """
    match = _RATIO.fullmatch(raw) if isinstance(raw, str) else None
    if not match:
        return None
    *counts, share = match.groups(default="")
    parts = [_digits(part.strip(), "count", False, ()) for part in counts if part.strip()]
    if len(parts) != 2 or any(p.value is None or p.value != round(p.value) for p in parts):
        return None
    top, bottom = (part.value for part in parts)
    printed = share.replace(",", ".")
    decimals = len(printed.partition(".")[2])
    if share and not (bottom and f"{100 * top / bottom:.{decimals}f}" == printed):
        return None
    return top, bottom


def parse_level(raw: object, *, level_max: int | None = None) -> Parsed:
    """Recognition level: 2, "M2", "Mức độ 2", "Đạt" (only where there is one level), "Chưa đạt".

    Problems: not_level, ambiguous_level ("Đạt" where there are several levels), level_range,
    date_in_number ("2/1" that Excel turned into a date), boolean_in_number, excel_error.
    """
    if raw is None or isinstance(raw, bool):
        return EMPTY if raw is None else Parsed(problem="boolean_in_number")
    if isinstance(raw, CALENDAR):
        return Parsed(problem="date_in_number")
    if isinstance(raw, str):
        typed = normalise(raw).lower()
        if typed in BLANKS - {"x"}:
            return EMPTY
        words = re.sub(r"\b\d+ tuoi\b|(?<=\d) 0$", "", fold(raw))
        levels, rest = LEVEL.findall(words), set(LEVEL.sub(" ", words).split())
        refused = rest & {"chua", "khong"}
        if not rest <= LEVEL_WORDS or typed.startswith("-"):
            return Parsed(problem="excel_error" if ERROR.fullmatch(raw.strip()) else "not_level")
        if refused and not levels:
            value = 0
        elif len(levels) == 1 and not refused:
            value = int(levels[0]) if levels[0].isdigit() else len(levels[0])
        elif not levels and rest & {"dat", "co", "nhan"}:
            if level_max not in (None, 1):
                return Parsed(problem="ambiguous_level")
            value = 1
        else:
            return Parsed(problem="not_level")
    elif isinstance(raw, (int, float)) and math.isfinite(raw) and raw == int(raw):
        value = int(raw)
    else:
        return Parsed(problem="not_level")
    if value < 0 or (level_max is not None and value > level_max):
        return Parsed(problem="level_range")
    return Parsed(value)


def parse_date(raw: object) -> Parsed:
    """Date as ISO text: day before month, or the last day of "tháng 9/2024"."""
    if isinstance(raw, dt.date):
        return Parsed(raw.isoformat()[:10])
    text = fold("" if raw is None else str(raw))
    if not text:
        return EMPTY
    match = next(filter(None, (shape.search(text) for shape in DATES)), None)
    try:
        year, month = int(match["year"]), int(match["month"])
        day = match.groupdict().get("day") or calendar.monthrange(year, month)[1]
        return Parsed(dt.date(year, month, int(day)).isoformat())
    except (TypeError, ValueError):  # no date, or none of the calendar
        return Parsed(problem="not_date")


def parse_year(raw: object) -> Parsed:
    """Year of a figure; a school year "2023-2024" is the year it starts, with a note.

    Problems: not_year, year_range (outside 2000-2100).
    """
    if isinstance(raw, dt.date):
        return Parsed(raw.year)
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return EMPTY
    if isinstance(raw, (int, float)):
        if isinstance(raw, bool) or not math.isfinite(raw) or raw != int(raw):
            return Parsed(problem="not_year")
        years, note = [int(raw)], None
    else:
        years = [*dict.fromkeys(map(int, re.findall(r"(?<!\d)\d{4}(?!\d)", fold(raw))))]
        school = len(years) == 2 and years[1] == years[0] + 1
        years, note = (years[:1], "school_year") if school else (years, None)
        if len(years) != 1:
            return Parsed(problem="not_year")
    if not FIRST_YEAR <= years[0] <= LAST_YEAR:
        return Parsed(problem="year_range")
    return Parsed(years[0], note=note)
