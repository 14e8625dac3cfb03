"""Vietnamese text from before Unicode: TCVN3 and VNI letters, and the bytes of CSV files.

A legacy text is recognised by its content: a word is believed when it is a possible Vietnamese
syllable, so a text is converted only when that makes its words possible and nothing else does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

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
CONVERTERS = {"tcvn3": from_tcvn3, "vni": from_vni}


def doubtful_words(text: str) -> int:
    """Number of words of ``text`` with foreign-looking letters that are no syllable."""
    words = [w for w in _RUNS.findall(text) if not w.isascii()]
    return sum(not (w.isalpha() and is_syllable(w)) for w in words)


def detect(text: str) -> str | None:
    """Legacy encoding of ``text``: ``tcvn3``, ``vni``, or None when it is not certain."""
    if text.isascii() or _UNICODE_ONLY.search(text) or not doubtful_words(text):
        return None
    fits = [name for name, convert in CONVERTERS.items() if not doubtful_words(convert(text))]
    return fits[0] if len(fits) == 1 else None


def repair_legacy(text: str, encoding: str | None = None) -> str:
    """Convert legacy Vietnamese text to Unicode, only where that is certain.

    Parameters
    ----------
    text : str
        A cell's text.
    encoding : str, optional
        ``tcvn3`` or ``vni`` when the neighbours tell it; then even a text that could be read as it
        stands is converted, as long as the result is possible Vietnamese.
    """
    if text.isascii() or _UNICODE_ONLY.search(text):
        return text
    if encoding is None or doubtful_words(CONVERTERS[encoding](text)):
        encoding = detect(text)
    return CONVERTERS[encoding](text) if encoding else text


def vote(texts: Iterable[str]) -> tuple[str | None, bool]:
    """Legacy encoding of the certain texts of a sheet, and whether all its texts may be legacy.

    The encoding is None without a certain text, or with two encodings. Where one text is Unicode
    Vietnamese, only texts with an impossible word are taken for legacy ones.
    """
    texts = list(texts)
    votes = {detect(text) for text in texts} - {None}
    encoding = votes.pop() if len(votes) == 1 else None
    return encoding, not any(map(_UNICODE_ONLY.search, texts))


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
    latin = data.decode("latin-1")
    readings = [
        data.decode("cp1252", errors="replace"),
        unicodedata.normalize("NFC", data.decode("cp1258", errors="replace")),
        from_tcvn3(latin),
        from_vni(data.decode("cp1252", errors="replace")),
    ]
    return min(readings, key=lambda reading: doubtful_words(reading[:200_000]))


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return unicodedata.normalize("NFC", data.decode(encoding))
    except UnicodeDecodeError:
        return None
