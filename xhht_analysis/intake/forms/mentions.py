"""Places that officials name outside a table: labels, letterheads, titles, names of sheets, files.

A mention is a text that begins with a kind of unit, or stands behind a label of kinds ("Huyện
(TX, TP): …"). Whether it is a unit, `places` finds out: only what the list of units knows counts,
and a text that can be nothing but a unit's name although none bears it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from xhht_analysis.intake.reading.text import fold, normalise

KIND = re.compile(
    r"\b(?:(?:thành phố|thị xã|thị trấn|tỉnh|huyện|quận|xã|phường|"
    r"thanh pho|thi xa|thi tran|tinh|huyen|quan|xa|phuong|tp|tx|tt)\b\.?|[hxp]\.)\s*(?=[^\W_])",
    re.I,
)
NO_PLACE = re.compile(r"xã\s+hội(?!\s+cư\b)|(?<!ubnd )[\s,]+(năm|quý|tháng)\s.*$", re.I)
OTHER = re.compile(r"kinh gui|kem theo|noi nhan|can cu|theo |dia chi|tru so|dien thoai|noi sinh")
"""Lines of the head that name other offices than the one whose figures these are."""
DATELINE = re.compile(r",\s*(ngày|ngay)\b", re.I)
LABEL = frozenset(
    fold("tỉnh thành phố thị xã trấn huyện quận phường tp tx tt h x p tên hoặc và").split()
)
PIECES = re.compile(r"\s*(?:[,;:()\n]|\s[-–—]\s)\s*")
MAX_WORDS = 4
"""Words of the longest name of a unit."""


@dataclass(frozen=True)
class Mention:
    """A text that may name a unit.

    ``level`` where its label tells one; ``labelled`` behind a label; ``whole`` where it is all
    that its line says.
    """

    text: str
    cell: tuple[int, int] | None = None
    level: str | None = None
    labelled: bool = False
    whole: bool = False

    @property
    def names(self) -> Iterator[str]:
        """The text, then ever shorter: what follows a name in a title is no part of it."""
        words = self.text.split()
        for n in range(min(len(words), MAX_WORDS + 2), 0, -1):
            yield " ".join(words[:n])


def level_of(label: str) -> str | None:
    """Level that a folded label of kinds stands for; None where it allows several."""
    words = set(label.replace("thi xa", "huien").replace("thanh pho", "huien").split())
    words |= {"huien"} if words & {"tx", "tp", "h", "quan"} else set()
    lower = words & {"xa", "phuong", "tran", "tt", "x", "p"}
    if "tinh" in words:
        return "province"
    return None if lower and "huien" in words else "commune" if lower else "district"


def find_mentions(
    text: str, cell: tuple[int, int] | None = None, beside: str = ""
) -> Iterator[Mention]:
    """Mentions of one cell; ``beside`` is the text of the cell on its right."""
    label, colon, rest = text.partition(":")
    key = fold(label)
    if key and LABEL.issuperset(key.split()) and (colon or (beside and ":" not in beside)):
        name, _, kind = (rest.strip() or beside).partition("(")
        kind = kind.strip(" )")
        if KIND.match(f"{kind} x"):  # "Cai Lậy (thị xã)"
            name = f"{kind} {name}"
        yield Mention(NO_PLACE.sub("", name).strip(), cell, level_of(key), labelled=True)
        return
    if OTHER.match(fold(text)) or DATELINE.search(text):
        return
    clean = NO_PLACE.sub("", text)
    for piece in PIECES.split(clean):
        for found in KIND.finditer(piece):
            alone = re.fullmatch(r"(ủy|uỷ)? ?(ban nhân dân|ubnd)? ?", clean[: found.start()], re.I)
            few = len(piece[found.end() :].split()) <= MAX_WORDS
            yield Mention(
                piece[found.start() :], cell, whole=piece == clean and few and bool(alone)
            )


def file_mentions(name: str) -> Iterator[Mention]:
    """Mentions in the name of a sheet or file, where words are joined by any mark."""
    words = re.sub(r"\.\w{2,4}$", "", normalise(name.rsplit("/", 1)[-1]))
    words = re.sub(r"[\W_]+|\d{3,}", " ", words).strip()
    yield from find_mentions(words)
