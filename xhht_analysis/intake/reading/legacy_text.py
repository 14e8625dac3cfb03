"""Vietnamese text from before Unicode: TCVN3 and VNI letters, and the bytes of CSV files.

A legacy text is recognised by its content: a word is believed when it is a possible Vietnamese
syllable, so a text is converted only when that makes its words possible and nothing else does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

TCVN3_LETTERS = dict(
    zip(
        "µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ¡¢£¤¥¦§¨©ª«¬\xad®",  # noqa: RUF001
        "àảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵĂÂÊÔƠƯĐăâêôơưđ",
        strict=True,
    )
)
"""One character of a .VnTime font each; capitals with tones are the small codes in .VnTimeH."""


_VNI_PAIRS = """
ôơ öư ñđ íí ìì æỉ óĩ òị îỵ aùá aøà aûả aõã aïạ eùé eøè eûẻ eõẽ eïẹ oùó oøò oûỏ oõõ oïọ uùú uøù uûủ
uõũ uïụ yùý yøỳ yûỷ yõỹ yïỵ ôùớ öùứ ôøờ öøừ ôûở öûử ôõỡ öõữ ôïợ öïự aââ aáấ aàầ aåẩ aãẫ aäậ eâê eáế
eàề eåể eãễ eäệ oâô oáố oàồ oåổ oãỗ oäộ aêă aéắ aèằ aúẳ aüẵ aëặ
"""
VNI_LETTERS = {
    case(pair[:-1]): case(pair[-1])
    for pair in _VNI_PAIRS.split()
    for case in (str, str.upper, str.capitalize)
}
"""A base letter and its sign, as a VNI-Times font shows them on Windows."""

_TCVN3 = str.maketrans(TCVN3_LETTERS)
_VNI = re.compile("|".join(sorted(map(re.escape, VNI_LETTERS), key=len, reverse=True)))

_ONSET = "(?:ngh|ng|nh|n|tr|th|t|ch|c|kh|k|ph|p|gi|gh|g|qu|b|d|đ|h|l|m|r|s|v|x)?"
_OPEN = """a ai am an ang anh ao au ay ăm ăn ăng âm ân âng âu ây e em en eng eo ê êm ên êng ênh êu
i ia iêm iên iêng iêu im in inh iu o oa oai oam oan oang oanh oao oay oăm oăn oăng oe oen oeo oi om
on ong oong ô ôi ôm ôn ông ơ ơi ơm ơn u ua uân uâng uây uê uênh ui um un ung uôi uôm uôn uông uơ
uy uya uyên uynh uyu ư ưa ưi ưng ươi ươm ươn ương ươu ưu ưn y yên yêm yêng yêu"""
_STOPPED = """ac ach ap at ăc ăp ăt âc âp ât ec ep et êch êp êt ich iêc iêp iêt ip it oac oach oap
oat oăc oăt oc ooc op ot ôc ôp ôt ơp ơt uât uc uêch up ut uôc uôp uôt uyêt uych uyp uyt ưc ưt ươc
ươp ươt yêt ic"""
_WORD_SHAPE = re.compile(
    f"{_ONSET}(?:(?:{'|'.join(_OPEN.split())})[0-5]|(?:{'|'.join(_STOPPED.split())})[15])"
)
_TONES = {"\u0301": "1", "\u0300": "2", "\u0309": "3", "\u0303": "4", "\u0323": "5"}
_UNICODE_ONLY = re.compile("[\u0102\u0103\u0110\u0111\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9]")
_LETTERS = re.compile(r"[^\W\d_]+")
_RUNS = re.compile(r"[^\s\d.,;:()/%+'\"-]+")


def is_syllable(word: str) -> bool:
    """Whether ``word`` can be a Vietnamese syllable: spelling, one tone that fits the ending."""
    base, tones = [], []
    for char in unicodedata.normalize("NFD", word.lower()):
        on_vowel = base and base[-1] in "aeiouy\u0302\u0306\u031b"  # the "ñ" of VNI carries none
        (tones if char in _TONES and on_vowel else base).append(char)
    if len(tones) > 1:
        return False
    stem = unicodedata.normalize("NFC", "".join(base))
    return bool(_WORD_SHAPE.fullmatch(stem + (_TONES[tones[0]] if tones else "0")))


def from_tcvn3(text: str) -> str:
    """Unicode text of TCVN3 (ABC) text whose bytes were read as Latin letters."""
    return unicodedata.normalize("NFC", text.translate(_TCVN3))


def from_vni(text: str) -> str:
    """Unicode text of VNI text whose bytes were read as Latin letters."""
    return unicodedata.normalize("NFC", _VNI.sub(lambda pair: VNI_LETTERS[pair[0]], text))


BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
READINGS = (str, from_tcvn3, from_vni)
"""What a text may have been written in: Unicode first, then the old letters."""


def doubtful_words(text: str) -> int:
    """Number of words of ``text`` with foreign-looking letters that are no syllable."""
    words = [w for w in _RUNS.findall(text) if not w.isascii()]
    return sum(not (w.isalpha() and is_syllable(w)) for w in words)


def repair_of(texts: Iterable[str]) -> Callable[[str], str]:
    """Return a function that converts the texts of a sheet to Unicode, where that is certain.

    The reading of the sheet is that with the fewest words that cannot be Vietnamese. A text that
    could be read either way follows it, unless one text of the sheet is Unicode Vietnamese.
    """
    open_texts = [text for text in texts if not text.isascii()]
    old_texts = [text for text in open_texts if not _UNICODE_ONLY.search(text)]
    read = min(READINGS, key=lambda reading: sum(doubtful_words(reading(t)) for t in old_texts))
    is_mixed = len(old_texts) < len(open_texts)

    def repair(text: str) -> str:
        """The text as it stands, or as the sheet is read."""
        if text.isascii() or _UNICODE_ONLY.search(text):
            return text
        ways = (text, read(text)) if is_mixed else (read(text), text)
        return min(ways, key=doubtful_words)

    return repair


def decode(data: bytes) -> str | None:
    """Text of a CSV file: UTF-8, UTF-16, cp1258, cp1252, TCVN3 or VNI; None when it is none.

    A byte order mark decides; else strict UTF-8; else the reading with the fewest words that
    cannot be Vietnamese. The result is NFC.
    """
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            return _strict(data, encoding)
    text = _strict(data, "utf-8")
    if text is not None:
        return text
    windows, vietnamese = (data.decode(page, errors="replace") for page in ("cp1252", "cp1258"))
    readings = [windows, unicodedata.normalize("NFC", vietnamese)]
    readings += [read(windows) for read in READINGS[1:]]
    return min(readings, key=lambda reading: doubtful_words(reading[:200_000]))


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return unicodedata.normalize("NFC", data.decode(encoding))
    except UnicodeDecodeError:
        return None
