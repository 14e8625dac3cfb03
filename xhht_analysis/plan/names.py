"""Names of places as people type them, brought to one key that can be compared exactly.

Case, Unicode form, spaces, dots, the place of the tone mark (Hòa, Hoà), final i and y (Qui, Quy),
roman and arabic numerals (Tân Lập I, 1) and the abbreviated kind of unit (TP., TX., H., X., P.,
TT.) are style and vanish; everything else is the name and stays.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

TONES = "\u0300\u0301\u0303\u0309\u0323"
KINDS = {
    "thành phố": ("thành phố", "thanh pho", "tp", "t p"),
    "thị xã": ("thị xã", "thi xa", "tx", "t x"),
    "thị trấn": ("thị trấn", "thi tran", "tt", "t t"),
    "huyện": ("huyện", "huyen", "h"),
    "phường": ("phường", "phuong", "p"),
    "xã": ("xã", "xa", "x"),
    "tỉnh": ("tỉnh", "tinh", "t"),
}
OFFICES = (
    *("ủy ban nhân dân", "uỷ ban nhân dân", "ubnd"),
    *("hội khuyến học", "phòng văn hóa xã hội", "phòng văn hoá xã hội"),
)
"""Offices whose figures are those of the unit named behind them."""
ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
REMARKS = frozenset({"cũ", "mới", "trước sắp xếp", "trước khi sắp xếp", "sau sắp xếp"})
BREAKS = re.compile(r"[,;()/]")
BREAKS_OR_DASH = re.compile(r"[,;()/]|\s[-–—]\s")
FINAL_Y = re.compile(r"(qu|[bcdđghklmnprstvx]+)y")


@dataclass(frozen=True)
class Name:
    """A name taken apart: ``kind`` ("" when not typed), ``core`` key, ``parents`` beside it."""

    kind: str
    core: str
    parents: tuple[str, ...] = ()


@lru_cache(maxsize=65536)
def parse_name(text: str, split_dashes: bool = False) -> Name:
    """Take a typed name apart; what follows a comma, slash or bracket names ``parents``.

    With ``split_dashes`` a dash between spaces ends the name too ("Tân Phú - H. Cai Lậy"); a few
    provinces have one inside (Bà Rịa - Vũng Tàu), so that is the second reading.
    """
    breaks = BREAKS_OR_DASH if split_dashes else BREAKS
    head, *rest = [_fold(part) for part in breaks.split(text)]
    kind, tokens = _split_kind(head)
    parents = tuple(part for part in rest if part and part not in REMARKS)
    return Name(kind, " ".join(_tokens_key(tokens)), parents)


def without_accents(core: str) -> str:
    """Letters of a key without any mark: what is left of a name in an English table."""
    letters = unicodedata.normalize("NFD", core.replace("đ", "d"))
    return re.sub(r"[^a-z ]", "", letters).strip()


def _fold(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    text = text.casefold().replace("ð", "đ")
    text = re.sub(r"[._\-–—'\"]+", " ", text)
    text = re.sub(r"(?<=[^\W\d])(?=\d)", " ", text)  # P1 is P 1
    return " ".join(text.split())


def _split_kind(head: str) -> tuple[str, list[str]]:
    for office in OFFICES:
        head = head.removeprefix(f"{office} ")
    for kind, written in KINDS.items():
        for prefix in written:
            if head.startswith(f"{prefix} "):
                return kind, head.removeprefix(f"{prefix} ").split()
    return "", head.split()


def _tokens_key(tokens: list[str]) -> list[str]:
    if not tokens:
        return []
    *front, last = tokens
    if last in ROMAN or (last.isascii() and last.isdigit()):
        last = str(ROMAN.get(last) or int(last))
    return [_syllable_key(token) for token in [*front, last]]


def _syllable_key(token: str) -> str:
    """Tone moved to the end of the syllable, so that Hòa and Hoà are one; y at the end is i."""
    letters = unicodedata.normalize("NFD", token)
    tone = "".join(c for c in letters if c in TONES)
    base = unicodedata.normalize("NFC", "".join(c for c in letters if c not in TONES))
    if FINAL_Y.fullmatch(base):
        base = base[:-1] + "i"
    return base + tone
