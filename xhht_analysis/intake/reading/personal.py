"""Numbers of persons, hidden once, where texts, cells and names enter.

Hidden are identity cards (CCCD, 12 digits; CMND, 9 digits) and telephones:

- in a text, wherever their form or the word before tells them; nine digits alone among words,
  unless the text speaks of money or the number counts something;
- in a cell that holds nothing but a whole number of 9 to 11 digits (a spreadsheet drops the zero
  in front), unless a head of its column names a figure or money, or the number is in full
  thousands. A head that names identity cards or telephones decides against the figure.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

MASK = "•"
PERSONAL = re.compile(
    r"(?<![\d.,])(?:0(?:0[1-9]|[1-8]\d|9[0-6])(?:[ .]?\d{3}){3}"  # CCCD
    r"|(?:0|\+84[ .]?)[235789](?:[ .-]?\d){8,9}"  # telephone
    r"|(?i:cmnd|\bcmt)\W{0,2}(?:số\W)?\d{9})(?!\d|[.,]\d|/(?:QĐ|KH|BC|TB|CV|NQ|NĐ|UBND))"
)
"""Wherever their form or the word before tells them, also glued to letters ("SĐT0912…")."""
NINE_DIGITS = re.compile(
    r"(?<![\w.,/+-])\d{6}(?!000)\d{3}(?![\w/]|[.,-]\d| ?(?i:đồng|vnđ|vnd|đ|d|người|trẻ)\b)"
)
THREE_DIGITS = re.compile(r"\d[ .-]?\d[ .-]?\d")
"""Stands in each of these numbers, and in few other texts."""
MONEY = re.compile(r"kinh phí|dự toán|quyết toán|ngân sách|số tiền|\bchi\b|\bvốn\b|đồng\b(?! chí)")
FIGURE_HEAD = re.compile(
    rf"{MONEY.pattern}|t[ửư] số|mẫu số|t[ỷỉ] lệ|số lượng|tổng số|tổng cộng|dân số|số người"
)
PERSON_HEAD = re.compile(
    r"cccd|cmnd|\bcmt\b|căn cước|định danh|điện thoại|\bs?đt\b|di động|liên hệ|zalo"
)
LOW, HIGH = 1e8, 97e9
"""Numbers that may be an identity card or a telephone without its zero."""


def mask(text: str) -> str:
    """``text`` with only the first digit of every number of a person."""
    if not THREE_DIGITS.search(text):
        return text
    hidden = PERSONAL.sub(_hide, text)
    if re.search(r"[^\W\d_]", hidden) and not MONEY.search(hidden.lower()):
        hidden = NINE_DIGITS.sub(_hide, hidden)
    return hidden


def mask_name(name: str) -> str:
    """Name of a file or folder, its numbers of persons hidden; two files never get one name."""
    shown = mask(name.replace("_", " "))
    if MASK not in shown:
        return name
    hidden = "".join(a if b == " " else b for a, b in zip(name, shown, strict=True))
    mark = hashlib.sha256(name.encode()).hexdigest()[:4]
    return re.sub(r"(\.\w*)?$", rf" [{mark}]\1", hidden, count=1)


def is_candidate(value: object) -> bool:
    """Whether a cell holds nothing but a number that may be one of a person."""
    if value.__class__ is str:
        return len(value) == 9 and value.isascii() and value.isdigit()
    return value.__class__ in (int, float) and LOW <= value < HIGH and value % 1 == 0


def is_of_persons(column: Iterable[object]) -> bool | None:
    """Whether the texts of a column name numbers of persons; None: neither these nor figures."""
    heads = " ".join(cell for cell in column if isinstance(cell, str)).lower()
    return bool(PERSON_HEAD.search(heads)) or (False if FIGURE_HEAD.search(heads) else None)


def mask_alone(value: object, of_persons: bool | None) -> str | None:
    """What is shown of a candidate in a column (`is_of_persons`); None where it may be a figure."""
    digits = value if isinstance(value, str) else f"{value:.0f}"
    if of_persons is False or (digits.endswith("000") and not of_persons):
        return None
    return digits[0] + MASK * (len(digits) - 1)


def _hide(match: re.Match[str]) -> str:
    first = re.search(r"[+\d]", match[0]).end()
    return match[0][:first] + re.sub(r"\d", MASK, match[0][first:])
