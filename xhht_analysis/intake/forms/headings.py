"""The words of headings: one wording for what offices write in several, and what fits it.

A form describes a column by words (`fits`); the best of several columns is the one with the fewest
words that the description does not ask for.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

import pandas as pd

from xhht_analysis.intake.forms.text_kinds import NOT_NOW, SOME_ONLY, YEAR, heading_kinds, with_men
from xhht_analysis.intake.reading.text import fold, normalise

KEY = re.compile(
    r"(ten |ma |ubnd |phong gd ?(va )?dt |phong giao duc (va )?(dt|dao tao) )?"
    r"(don vi|xa|phuong|ap|khu pho|kp|khom|thon|huien|quan|tinh|thi xa|dia phuong|"
    r"dia ban|dia danh|thanh pho|chi tieu|tieu chi|muc tieu|tieu chuan|nhiem vu)(?! tinh)("
    r" (va|hanh chinh|dieu tra|bao cao|dan cu|"
    r"truc thuoc|phuong|thi tran|thi xa|thanh pho|huien|quan|xa|tp|tx|tt|ap|dia ban|"
    r"khu pho|kp|khom|moi|cu|thi|thanh|(sau|truoc)( khi)? sap (nhap|xep)))*( %)?"
    r"|do tuoi|nhom tuoi|lua tuoi|tuoi|noi dung( .*)?|chi so|indicator code|ten|ma|ma (so|dvhc)"
    r"|danh muc|(cac )?(chi tieu|muc tieu|tieu chi|chi so)"
    r"( (chu ieu|cu the|danh gia|co ban|(theo|cua) ke hoach))?"
    r"|don vi (va )?(chi tieu|noi dung)|cities.*|.*provinc.*|ten don vi.*|nhiem vu.*|"
    r"ho (va )?ten|ho dem|tt don vi"
)
GROUP = re.compile(
    rf"({KEY.pattern}|nhom|khoi|thanh phan|(phan )?loai|co cau|nganh|linh vuc|gioi)?"
)
"""Heading of a column that may name parts of the people as well as a unit."""
NUMBERING = r"(so )?(tt|stt|thu tu)( no)?"
FOOTNOTE = re.compile(
    r"[\u2070\u00b9\u00b2\u00b3\u2074-\u207e*\u2020\u2021]+|"
    r"(?<!mức)(?<!mức )(?<!độ)(?<!độ )(?<!MĐ)(?<!MĐ )[(\[]\d{1,2}[)\]]\s*$"
)
"""Marks that a heading carries for a note below the table: ¹, ⁽²⁾, *, (1) at its end."""
ASIDE = re.compile(
    r"(dat )?(chuan )?(muc( do)?|cap do)( (dat|cong nhan))?( chuan)?|"
    r"xep loai|ghi chu|don vi tinh|dvt"
)
"""Headings of no count: a share on their right is that of a column further left."""
ABBREVIATIONS = {
    "LĐ": "lao động",
    "ĐH": "đại học",
    "GD": "giáo dục",
    "CSGD": "cơ sở giáo dục",
    "HTCĐ": "học tập cộng đồng",
    "TTHTCĐ": "trung tâm học tập cộng đồng",
    "CĐHT": "cộng đồng học tập",
    "CDHT": "công dân học tập",
    "CNTT": "công nghệ thông tin",
    "CMKT": "chuyên môn kỹ thuật",
    "KNS": "kỹ năng sống",
    "XMC": "xóa mù chữ",
    "PCGD TH": "phổ cập giáo dục tiểu học",
    "PCGD": "phổ cập giáo dục",
    "PCGDMN": "phổ cập giáo dục mầm non",
    "PCGDMNTNT": "phổ cập giáo dục mầm non 5 tuổi",
    "PCGDTH": "phổ cập giáo dục tiểu học",
    "PCGDTHCS": "phổ cập giáo dục THCS",
    "PPC": "phải phổ cập",
    "HTCTTH": "hoàn thành chương trình tiểu học",
    "CTGDMN": "chương trình giáo dục mầm non",
    "GDMN": "giáo dục mầm non",
    "HTCTGDMN": "hoàn thành chương trình giáo dục mầm non",
    "HTCT": "hoàn thành chương trình",
    "TTN": "thanh thiếu niên",
    "NLTT": "năng lực thông tin",
    "TN THCS": "tốt nghiệp THCS",
    "SO TH": "so với TH",
    "SO KQ": "so với KQ",
    "SO NĂM": "so với năm",
}
"""What offices abbreviate in headings and names of indicators; without its accent, Đ is D."""
_IN_FULL = {key.replace("Đ", "D"): words for key, words in ABBREVIATIONS.items()} | ABBREVIATIONS
_ABBREVIATION = re.compile(rf"\b({'|'.join(_IN_FULL)})\b", re.IGNORECASE)
WORDINGS = {
    r"\b(\d{1,2})(?: tuoi)? (?:den|toi)(?: chua du| duoi)? (\d{1,2})\b": r"\1 \2",
    r"\b((?:\d{1,2} )+\d{1,2}) tuoi\b": r"\1",
    r"\b(?:muc(?: do)?|md|m) ?(?:1|i)\b": "muc 1",
    r"\b(?:muc(?: do)?|md|m) ?(?:2|ii)\b": "muc 2",
    r"\b(?:muc(?: do)?|md|m) ?(?:3|iii)\b": "muc 3",
    r"(?<=mam non )(?:cho )?(?:tre )?(?:em )?(?=5 tuoi|mau giao)": "",
    r"(?<=pho cap giao duc mam non )(?:cho )?tre (?:em )?3 5\b": "mau giao",
    r"\bso dan\b(?! (so|toc|cu|quan|phong|van)\b)": "dan so",
    r"(\btu )?\b(du )?(?<!\d )(\d\d)( tuoi)? tro len\b": r"tu \3 tuoi tro len",
    r"\btrong (do )?tuoi (tu )?(?=\d)": "",
    r"\b(nguoi )?lao dong trong (do )?tuoi\b": "nguoi trong do tuoi lao dong",
    r"(?<=do tuoi lao dong)(?=.* 15 6[0-2]\b)(?=(?!.* nam\b)(?!.* nu\b)|.* nam\b.* nu\b)"
    r"( (nam|nu|gioi|doi voi|tu|(chua )?du|den|duoi|tuoi|15|5[5-9]|6[0-2])\b)+": "",
    r"(?<=\w) (unit|numerator|denominator|rate|total)\b": "",
    r"\bduoc cong nhan( dat)?( danh hieu)?( la)? (?=cong dan hoc tap)": "dat danh hieu ",
    r"(?<=cong nghe thong tin) trong quan li( .*)?$": "",
    r" ke ca (\w+ ){0,3}khong (co )?bang( cap)?( chung chi)?$": "",
    r"\btruong( hoc)?( va)? (?=co so giao duc\b)": "",
    r"\b(den|ra) lop (mau giao|mam non)\b": "den lop",
    r" tren dia ban( xa| phuong)?$": "",
    r"\btl\b": "ti le",
    r"^th(?=( nam)?( 20\d\d)?( %)?$)": "thuc hien",
    r"\b(phai pc|ppc)\b": "phai pho cap",
    r"(?<=tro len) nguoi$": "",
    r"\bqui mo\b": "tong so",
    r"\btt (?=hoc tap cong dong\b)": "trung tam ",
    r"^(?=20[0-4]\d$)": "nam ",
    r"\bca nam\b": "ket qua nam",
    r"\bnam hoc (20\d\d) 20\d\d\b": r"nam \1",
    r"\b(tu (nam )?20\d\d( den nai)?|20\d\d (cong don|lui ke))\b": "lui ke",
    r"\b(so|le|luong|cong|chu|tieu|vi|dat)\d\b": r"\1",
    r"\bchuong trinh th\b": "chuong trinh tieu hoc",
    r"\bra lop\b": "den lop",
    r"\bgiao duc nghe nghiep\b": "gdnn",
    r"\bchuong trinh (?=thpt\b)|(?<=\bgdtx)( cap thpt)?( hoac)?(?= gdnn\b)": "",
    r"\btrinh do (?=chuien mon ki thuat\b)": "",
    r"\b(da )?duoc trang bi\b": "co",
    r"\b(((trien khai|thuc hien) )?(hoat dong|quan li (giang )?dai (va )?hoc( tap)?)|"
    r"trien khai)(?= tren moi truong so\b)": "hoat dong",
}
"""One wording for what offices write in several: ages ("5 tuổi" is no part of "3–5 tuổi"),
recognition levels, the children of a programme, shares, sums of years, school years by their start,
notes, skills, teaching and management online (both: a school that does one of them is no part)."""
FILLER = frozenset(
    fold(
        "tử số mẫu số tỷ lệ % tổng số đạt trên so với trong người trẻ em cơ sở trung tâm "
        "xã phường đơn vị ts sl chung nghìn ngàn triệu lượng thực hiện triển khai kết quả năm nay "
        "báo cáo mức độ tính đến có đã được cả lũy kế cộng dồn tuổi sơ bộ prel của"
    ).split()
)
"""Words of a heading that do not change what its column holds."""
OTHERS = re.compile(
    r"\b(tre|em|xa|phuong|co so|trung tam|don vi(?! (tinh|nguoi))|(?<!cong )don(?! vi)|"
    r"(?<!bao )cao|\d+ tuoi|[1-6]\d [2-6]\d(?<!15 60))\b"
)
"""Filling words that count something else where the indicator's own name has none of them."""
POPULATION = re.compile(
    r"\b(\d{1,2} \d{1,2}|\d{1,2}(?= tuoi)|[1-6]\d|do tuoi lao dong|lao dong|lam viec|biet chu|ho|"
    r"cu tri|hoc sinh|truong (mam non|mau giao|tieu hoc|thcs|thpt)|toan tinh)\b"
)
"""Whose number a count is, where it is said: ages, the working age, other people, one kind of
schools."""
CORRECTED = re.compile(
    r"\b(dinh chinh|dieu chinh|sua|"
    r"(?<!doi tuong )(?<!nguoi )(?<!da )(?<!duoc )(?<!diem )(ra soat|tham dinh))\b"
)
"""What heads figures that replace others of the same table."""
FLOW = re.compile(r"(?<!thuc hien )(?<!ket qua )\btrong (nam|ki)\b|\b(phat sinh|moi|them)\b")
"""What came about in the year alone: beside it the sum of all years is the figure."""
SHARE = frozenset({"ti", "le", "%", "phan", "tram"})

PLAIN = re.compile(r"((ket qua|thuc hien|th|so lieu|gia tri|ti le|nam|20[0-4]\d)( %)?( |$))+")
"""A heading that says of a figure no more than its year, and that it is one."""


def year_of(path: str) -> int | None:
    """The one year that a heading path names."""
    years = set(YEAR.findall(path))
    return int(years.pop()) if len(years) == 1 else None


@lru_cache(maxsize=65536)
def heading_key(text: str) -> str:
    """Folded heading in one wording: "Từ 15 đến 25, BC MĐ I, TL" is "tu 15 25 bc muc 1 ti le"."""
    text = FOOTNOTE.sub(" ", with_men(normalise(text))).replace("_", " ")
    text = "mức độ" if text.strip().lower() == "mức" else text  # not "Mục", which folds alike
    key = fold(_ABBREVIATION.sub(lambda m: _IN_FULL[m[0].upper()], text))
    for words, wording in WORDINGS.items():
        key = re.sub(words, wording, key)
    return key


@lru_cache(maxsize=4096)
def _terms(spec: str) -> tuple[tuple[bool, tuple[str, ...]], ...]:
    terms = []
    for part in spec.split(","):
        part = part.strip()
        words = tuple(
            f" {heading_key(word)} " for word in part.lstrip("!").split("|") if word.strip()
        )
        terms.append((not part.startswith("!"), words))
    return tuple(terms)


def fits(spec: str, path: str) -> bool:
    """Whether a folded heading path has the words of ``spec``.

    ``spec`` is a comma list of terms that must all stand in the path as whole words; ``a|b`` is
    either, ``!a`` must be absent: ``"15-25, tổng số|ts, !bỏ học"``. Kinds of `SOME_ONLY` must be
    absent unless ``spec`` asks for one.
    """
    padded, terms = f" {path.replace(' | ', '  ')} ", _terms(spec)
    asked = " ".join(word for is_wanted, words in terms if is_wanted for word in words)
    if SOME_ONLY & heading_kinds(path) and not SOME_ONLY & heading_kinds(asked):
        return False
    return all(any(word in padded for word in words) is wanted for wanted, words in terms)


@lru_cache(maxsize=4096)
def ranked_columns(
    spec: str, usable: tuple[tuple[int, str], ...]
) -> dict[int | None, list[tuple[tuple[int, int], int]]]:
    """Columns that fit, best first, for each year: fewest foreign words, then shortest path."""
    for alternative in spec.split(";"):
        fitting: dict[int | None, list[tuple[tuple[int, int], int]]] = {}
        for column, path in usable:
            if fits(alternative, path):
                rank = foreign_words(alternative, path), len(path)
                fitting.setdefault(year_of(path), []).append((rank, column))
        if fitting:
            return {year: sorted(ranked) for year, ranked in fitting.items()}
    return {}


def foreign_words(spec: str, path: str) -> int:
    """Number of words of a path that neither ``spec`` asks for nor are mere filling."""
    wanted = {w for is_wanted, words in _terms(spec) if is_wanted for t in words for w in t.split()}
    words = set(re.sub(r"\b(\d+|[a-z])\b|\|", "", path).split()) - wanted - FILLER
    return len(words) + len(FLOW.findall(path))


def is_aside(path: list[str]) -> bool:
    """Whether a column holds no count of this year: a level, a note, a plan, last year."""
    return bool(ASIDE.fullmatch(path[-1]) or NOT_NOW & heading_kinds(" | ".join(path)))


def is_share(heading: str) -> bool:
    """Whether a heading says "share" and nothing else."""
    return SHARE.issuperset(heading.split())


class IndicatorNames:
    """Indicators by what rows and columns call them.

    Parameters
    ----------
    indicators, goals : DataFrame
        config/indicators.csv and goals.csv.
    """

    def __init__(self, indicators: pd.DataFrame, goals: pd.DataFrame) -> None:
        self.rows = {row["indicator_code"]: row for row in indicators.to_dict("records")}
        keys = ("name_vi", "short_name_vi", "indicator_code")
        rows = self.rows.items()
        self.codes = {heading_key(str(row[key])): code for key in keys for code, row in rows}
        levels = {PROGRAMME.sub("", key): code for key, code in self.codes.items()}
        self.codes |= {k: c for k, c in levels.items() if self.rows[c]["kind"] == "level"}
        """Code of an indicator by its folded code, name and short name; a level's by its
        programme, too."""
        self._counts: dict[str, set[tuple[str, str]]] = {}
        """Part and code by the folded name of what is counted: a goal's title is a numerator."""
        plain = goals[goals["level_required"].isna()]  # the others are shares of units at a level
        titles = {*zip(plain["title_vi"].map(heading_key), plain["indicator_code"], strict=True)}
        for title, code in titles:
            if self.rows[code]["kind"] == "share":
                self._counts.setdefault(_people(title), set()).add(("numerator", code))
        shares = {code: row for code, row in rows if row["kind"] in ("share", "rate")}
        for code, row in shares.items():
            for part in ("numerator", "denominator"):
                for name in {row[f"{part}_vi"], row[f"{part}_vi"].partition(" (")[0]}:
                    self._counts.setdefault(_people(heading_key(name)), set()).add((part, code))
                    titles |= {(heading_key(name), code)} if part == "numerator" else set()
        for name, code in titles:
            if code in shares:  # "Trẻ 6 tuổi vào lớp 1/ Trẻ 6 tuổi"
                whole = heading_key(shares[code]["denominator_vi"].partition(" (")[0])
                self._counts.setdefault(_people(f"{name} {whole}"), set()).add(("value", code))
        named = {(_row_key(name), code) for name, code in titles | {*self.codes.items()}}
        several = Counter(name for name, _ in named)
        self._titles = {name: code for name, code in named if several[name] == 1}

    def code_of(self, typed: str) -> str | None:
        """Code of the indicator that a row names, be it numbered ("2.") or without "Tỷ lệ".

        Beside an indicator's own names its goal's title and its numerator are names.
        """
        return self._titles.get(_row_key(heading_key(NUMBERED.sub("", typed))))

    @lru_cache(maxsize=65536)  # noqa: B019  # of one plan
    def name_in(self, path: str) -> str | None:
        """The folded code or the longest name that stands in a heading."""
        names = [name for name in self.codes if f" {name} " in f" {path} "]
        return max(names, key=lambda name: (self.is_code(name), len(name)), default=None)

    def code_in(self, heading: str) -> str | None:
        """Code of the indicator that a heading path names."""
        return self.codes.get(self.name_in(heading.replace(" | ", " ")))

    def is_code(self, name: str) -> bool:
        """Whether a folded name is an indicator's code."""
        return name == heading_key(self.codes[name])

    def is_level(self, code: str | None) -> bool:
        """Whether an indicator is no share of anything."""
        return self.rows.get(code, {}).get("kind") in ("level", "milestone")

    def counted_in(self, path: str, whole: str = "") -> list[tuple[str, str]]:
        """Part and code of the figures whose people a heading names; ``value`` if it is a share.

        ``whole`` is a heading beside it that may say of which people: "Số trẻ 6 tuổi".
        """
        count = re.sub(
            r"( ti le| %| sl| so luong| so nguoi|( nghin| ngan| trieu)? nguoi)+$|^(ti le|%) ",
            "",
            YEAR.sub("", path).strip(),
        )
        key = _people(count)
        keys = key, f"{_people(whole)} {key.removeprefix('# ')}"
        found = sorted(next((self._counts[key] for key in keys if key in self._counts), ()))
        if SHARE.isdisjoint(path.split()):
            return found
        return [("value", code) for part, code in found if part != "denominator" and count != path]

    def half_in(self, heading: str, code: str) -> str | None:
        """Which count of an indicator a heading names by its deed or by its people alone."""
        words, row = {*_people(heading).split()} - {"#"}, self.rows[code]
        if row["kind"] in ("share", "rate") and SHARE.isdisjoint(words):
            people = {*_people(heading_key(row["denominator_vi"].partition(" (")[0])).split()}
            if words & (self.words(code) - people - FILLER):
                return "numerator"
            if words & (people - FILLER):
                return "denominator"
        return None

    def words(self, code: str) -> set[str]:
        """Folded words of an indicator's own name and numerator: beside it they change nothing."""
        row = self.rows[code]
        return set(heading_key(f"{row['name_vi']} {row['numerator_vi']}").split())

    def is_other_whole(self, heading: str, code: str) -> bool:
        """Whether a heading names other people than those that an indicator is a share of.

        "Dân số" without an age is another whole than "Dân số từ 15 tuổi trở lên".
        """
        right = _populations(heading_key(self.rows[code]["denominator_vi"]))
        if self.code_in(heading) == code:
            heading = heading.replace(self.name_in(heading.replace(" | ", " ")), "")
        last = heading.rpartition(" | ")[2]
        ages = {words for words in _populations(heading) if words[0].isdigit()}
        named = _populations(last) | ages
        is_all = (
            re.search(r"\b(dan so|nhan khau)\b(?! trong do tuoi$)", last) and right and not named
        )
        return bool(is_all) or not named <= right

    def is_other(self, heading: str, code: str) -> bool:
        """Whether filling words of a heading count something else than an indicator does."""
        others = {word for found in OTHERS.finditer(heading) for word in found[0].split()}
        return not others <= self.words(code)


def _populations(key: str) -> set[str]:
    """Whose number a folded heading says that it is: ages "15", "15 60", people."""
    words = re.sub(r"\bmuc \d|\b20\d\d\b", "", key)
    return {match[0] for match in POPULATION.finditer(words)}


NUMBERED = re.compile(r"^\s*(?:(?:\w{1,4}\s*[.)/]|[-–—+*•])\s*)+")
"""What stands before the name in a row: "2.", "a)", "-"."""
PROGRAMME = re.compile(r"^(muc do )?(dat )?chuan |^muc do cong nhan ")
"""What stands before the programme that a level is of."""
UNCHANGED = re.compile(
    r"^trong do | cap (xa|huien)$|^(ti le|%) |^trinh do |^tinh (?=dat )| (%|ti le)$|"
    r"\b(co|duoc|da|dat|qua)\b"
)
"""Words of a row's name beside which it is the same indicator."""
PEOPLE = re.compile(
    r"((nguoi( dan)?|dan so|tre( em)?( mau giao)?(?= \d)|tre|hui dong) |"
    r"((thanh |thieu )+nien )+(?=(tu )?\d))+(tu (?=\d+ \d))?"
)
"""What a count is of; in front of ages or a deed all of them are the same."""


def _people(words: str) -> str:
    """Folded name of a count in one wording: "tổng số trẻ em 6 tuổi PPC" is "# 6 tuổi"."""
    words = re.sub(r" (phai pho cap|tong so|ts)\b", "", words)
    return PEOPLE.sub("# ", re.sub("^(tong )?(so )?(luong )?", "", words), count=1)


def _row_key(key: str) -> str:
    """What is left of the folded name of a row when all that may stand otherwise is gone."""
    words = " ".join(UNCHANGED.sub("", UNCHANGED.sub("", key)).split())
    return _people(words).removeprefix("# ")
