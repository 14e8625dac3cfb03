"""What a text beside figures says that they are: results of all, or of what is no result.

One list of words serves headings of columns, lines above tables and between rows, labels and notes.
In a heading a word is enough. A line is longer: there it counts where the line begins with it, or
where what stands before it says that the figures are of just that.
"""

from __future__ import annotations

import re
from functools import lru_cache

from xhht_analysis.intake.reading.text import fold

YEAR = re.compile(r"\b(20[0-4]\d)\b")
MEN = re.compile(r"(?<!Việt )\bnam\b(?! (giới|bộ|hoc|\d))")
"""Men, in a text with its accents: a year is "năm"."""
MEN_ALONE = re.compile(r"^(?:\W*\w{,4}[.)/])?\W*nam\W*$", re.I)
"""A line that says no more than that."""
RESULT = re.compile(r"(?<!\buoc )\b(ket qua|thuc hien|bao cao|thong ke|tong hop|danh gia)\b")
"""Words of a line over results."""
_AMENDING = (
    r"dinh chinh|(ban|da) sua|sua (so|ti le)|ban (chot|cuoi|chinh thuc)|final|"
    r"(dieu chinh|thai the)( cho)? (bao cao|so lieu|bieu|bang|van ban|cong van)"
)
_AMENDING_WITH_NOUN = r"dieu chinh|thai the|bo sung|sua (lai|doi)|lan ([2-9]|hai|ba)"
AMENDING_NAME = re.compile(rf"\b({_AMENDING}|{_AMENDING_WITH_NOUN})\b")
"""What the name of a file has that stands over the others of its day."""
AMENDING_LINE = re.compile(
    rf"\b({_AMENDING}|(bao cao|so lieu|bieu|bang|ban) (so lieu )?({_AMENDING_WITH_NOUN}))\b"
)
"""What a line of such a file's head has."""
PLANS = re.compile(
    r"\b(chi tieu(?! (ve )?((cong tac|xai dung) )*(xa hoi hoc tap|xhht)\b)|ke hoach|kh)\b"
)
DEEDS = re.compile(
    r"\b(?:ket qua|thuc hien|tien do|danh gia|so lieu|so ket|tong ket|kem theo|cong van|quiet dinh|"
    r"ke hoach so|tong hop (?:cac )?(?:chi|muc) tieu(?! (?:ke|giao|kh|dang)\b))\b"
)
"""Words of a line that may name a plan as well, over what was done towards it."""
PLAN, MISSED = "kế hoạch, mục tiêu hoặc ước tính", "số năm trước, so sánh"
_RESULT_OF = r"(th|kq|nam|thuc hien|ket qua) (nam )?20\d\d"
_BACKWARDS = "|".join(f"{year} {year - 1}" for year in range(2011, 2050))
"""One year over the one before: growth, while 2023–2024 is a school year."""
KINDS = {
    "plan": (
        r"chi tieu (giao|ke hoach|kh|phan dau|dang ki|(den )?nam|den|20\d\d)|muc tieu|phan dau|"
        r"ke hoach (nam|giao|20\d\d)|kh (nam )?20\d\d|(giao|phan bo) (chi tieu|ke hoach)|"
        r"(duoc|tam) giao|phuong huong|dinh huong|lo trinh|nhiem vu (trong tam )?(den )?nam|"
        r"(^|(?<=\| ))(giao(?=( %)?( \||$))|(ke hoach|kh)\b(?! so \d))",
        PLAN,
    ),
    "estimate": (r"(?<!qui )(?<!huong )uoc|(?<!muc )du kien|du bao", PLAN),
    "earlier": (r"cung ki|(nam|ki) truoc", MISSED),
    "compared": (
        r"th kh|tang giam|chenh lech|so (ke hoach|kh)\b|"
        r"so (sanh )?voi (cung|nam|ki|ke hoach|kh\b|th|kq|chi tieu|muc tieu)|"
        r"(?<=% )so 20\d\d|"
        rf"{_RESULT_OF} (so (sanh )?(voi )?)?({_RESULT_OF}|(kh|ke hoach) (nam )?20\d\d)|"
        rf"(^|(?<=\| ))so sanh(?=( %)?( \||$))|{_BACKWARDS}|"
        r"hoan thanh (ke hoach|chi tieu|muc tieu)|(ti le|muc|toc do|so) (tang|giam)|"
        r"tang (them|truong)",
        MISSED,
    ),
    "registered": (
        r"dang ki|dk|tu danh gia|de nghi|(?<!nhan )xet (cong nhan|duiet|danh hieu)",
        "số tự đánh giá, đề nghị hoặc đăng ký",
    ),
    "units": (
        r"((?<!mot )so|ti le|%) (xa|phuong|thi tran|huien|ap|khu pho|ho|gia dinh|dong ho)",
        "số xã, ấp, hộ; không phải số người",
    ),
    "sample": (
        r"khao sat|dieu tra (chon )?mau|nhu cau|thi diem|so lieu mau|ra soat nhanh",
        "khảo sát, thí điểm, nhu cầu",
    ),
    "people": (
        r"nu|gai|nam gioi|(?<!\w )(thuong|tam) tru$|ho (can )?ngheo|dan toc|dtts|khmer|"
        r"khuiet tat|"
        r"ton giao|thanh thi|nong thon(?! moi)|"
        r"quan so|sinh vien|can bo|cong chuc|vien chuc|dang vien|doan vien|hoi vien|lao dong tu do|"
        r"trong do nam(?! \d)|(?<!thong )tin do|co cong(?! nghe)|"
        r"(?<!doan )(thanh|thieu) nien(?! (thieu nien |tu )*\d)",
        "số chia nhỏ (nữ, dân tộc …)",
    ),
    "without": (r"(?<!dat )(chua|khong)(?! (phai so lieu|bao gom|gom|ke|tinh)\b)", "số chưa đạt"),
    "other_deed": (
        r"kham|suc khoe|dinh duong|tiem|bhit|bao hiem|2 buoi|ban tru|tieng anh|internet|"
        r"ki nang so|di lam|"
        r"khen( thuong)?|tieu bieu|bieu duong|vao lop (6|10)|tu thuc|cong lap|dan lap",
        "số của việc khác",
    ),
    "average": ("trung binh|binh quan", "số bình quân"),
    "per_mille": (
        r"(tren|phan) (1 ?000|mot nghin|nghin|1 nghin|100 ?000)( (dan|nguoi))?",
        "số trên 1.000 dân, không phải tỷ lệ % hay số đếm",
    ),
    "part_of_year": (
        r"(3|6|9|ba|sau|chin) thang(?! tuoi)|qui (i{1,3}|iv|[1-4])",
        "số của một phần năm, chưa đủ năm",
    ),
    "later": (None, "số của năm chưa đến"),
    "place": (None, "số của một nơi trong địa bàn"),
    "wider": (None, "số của địa bàn rộng hơn nơi gửi ở đầu biểu"),
}
"""Words of each kind as they stand in a heading, and what is told of its figures."""
NOT_OF_YEAR = {"plan", "estimate", "earlier", "compared", "per_mille"}
"""Kinds of headings over no result of the year."""
NOT_NOW = NOT_OF_YEAR | {"part_of_year", "average"}
"""Those and the kinds of headings over results of a part of it and over averages; a title may
have them."""
SOME_ONLY = {"people", "without", "other_deed", "registered", "units"}
"""Kinds of headings of a part of the people, of those who have not, of another deed of theirs, of
communes or households: read where a form asks for them."""
_TABLE = r"(ket qua|bao cao|thong ke|tong hop|bang|bieu) (\w+ )?"
_PLANNED = r"ke hoach(?! (so|xay dung|thuc hien|trien khai)\b)"
_BEGINNING = {
    "plan": r"^((chi tieu (ke hoach|giao|kh|phan dau|dang ki)|(giao|dang ki) (chi tieu|ke hoach)|"
    r"phuong huong|dinh huong|phan dau|lo trinh|nhiem vu (trong tam )?(den )?nam)\b|"
    r"(ke hoach|kh|chi tieu|muc tieu)( (den )?(nam )?20\d\d)?$|"
    r"((mot so|cac) )?chi tieu\b.* giao\b(?! duc)|"
    rf"({_PLANNED}|muc tieu|chi tieu)(?!.*\b(giai doan|den nam|xa hoi hoc tap)\b) )",
    "people": r"^(((khu vuc|nguoi|cua) )*(nu|gai|dan toc|khmer|dtts|khuiet tat|thanh thi|"
    r"nong thon(?! moi))\b|(cua )?(rieng|\d+ (xa|truong) (thi )?diem)\b|doi tuong (nu|dan toc|"
    r"can bo|cong chuc|vien chuc|hoc sinh|sinh vien|thanh nien(?! thieu)|hoi vien|doan vien|"
    r"nguoi cao tuoi|nong dan|cong nhan)\b)",
    "sample": "^(ban )?nhap$",
}
"""Beginnings of lines that name no result, by kind."""
_ANYWHERE = {
    "earlier": r"^(cung ki( (nam truoc|(nam )?20\d\d))?|(nam|ki) truoc( lien ke)?)"
    r"( (de |va )?(so sanh|doi chieu|tham khao))?$",
    "estimate": r"^(uoc|du kien|du bao|so tang them)\b|\bso (uoc|tam tinh)\b|\bdu (thao|bao)$|"
    rf"\b{_TABLE}(du kien|uoc)\b",
    "plan": rf"\b{_TABLE}(giao(?! duc)|phan (bo|dau)|{_PLANNED})\b|"
    r"\bphan bo chi tieu\b|\btheo ke hoach$",
    "sample": rf"\b({KINDS['sample'][0]})\b|\b(xa|ap|khu pho|truong) diem\b",
    "registered": r"^(?!.*\bcong nhan\b).*\bdang ki\b(?! \d)",
    "without": r"^(so )?nguoi (chua|khong)\b|\bso nguoi chua\b",
    "place": r"^(chi )?(doi voi|gom|cua) (cac |\d+ )?(xa|huien|ap) (nong thon moi|diem|vung|"
    r"bien gioi|"
    r"kho khan|nang cao)|^(so lieu|ket qua|bao cao) ((cua|tai) )?(ap|khu pho|khom|kp) "
    r"(?!(khu pho|ap|dung)\b)\w|"
    r"^(?!.*\b(ap|khu pho|chua|khong|gom)\b.*\b(ap|khu pho)\b)"
    r".+(?<!cac )(?<!theo )(?<!tung )(?<!cap )\b(ap|khu pho|khom|kp) "
    r"(?!(nam|va|dung|dat|cua|thuoc|tren|trong|hoc tap|van hoa|nong thon)\b)"
    r"\w+( \w+){,3}?( nam 20\d\d)?$",
    "people": r"\b((tai|trong) (noi bo )?co quan|noi bo|khu vuc (nong thon(?! moi)|thanh thi)|"
    r"nam gioi|dan toc thieu so|(?<!lien hiep )phu nu|(?<!hoi )nguoi (cao tuoi|khuiet tat)|"
    r"(?<!phu )(?<!thi )(?<!nam )(?<!nam va )nu)\b|"
    r"\b(trong|cua|cho|doi voi|so lieu)( (?!hoi )\w+){0,2} (can bo|cong chuc|vien chuc|doan vien|"
    r"hoi vien|luc luong vu trang|chien si|cong nhan|sinh vien|hoc sinh|dong bao|khuiet tat|"
    r"nguoi cao tuoi|ho ngheo|thanh nien(?! (thieu nien|\d)))\b",
}
"""What lines have that are never of results, be that word there, too."""
_LEAD = r"^((bang|bieu|phu luc|so lieu|trong do|[ivx]+|\d+|[a-z]) )*"


def with_men(text: str) -> str:
    """The text with "nam giới" for men, whose word is that of a year once accents are gone."""
    return text if text.isascii() else MEN.sub("nam giới", text)


@lru_cache(maxsize=65536)
def heading_kinds(path: str) -> frozenset[str]:
    """Kinds of figures that a folded heading names; empty for those of the year and of all."""
    words = ((kind, words) for kind, (words, _) in KINDS.items() if words)
    return frozenset(kind for kind, words in words if re.search(rf"\b({words})\b", path))


def reason(path: str) -> str:
    """What is told of the figures below a folded heading; empty where no word tells."""
    kinds = heading_kinds(path)
    return next((why for kind, (_, why) in KINDS.items() if kind in kinds), "")


@lru_cache(maxsize=65536)
def line_kind(text: str, year: str = "") -> str:
    """Kind of the figures below a line: ``result``, one of `KINDS`, or empty where it is silent.

    ``year`` is the last that has come; without it a year to come is not looked for.
    """
    key = fold(MEN_ALONE.sub("nam giới", with_men(text)))
    years = YEAR.findall(re.sub(r"\b(den |\d{1,2} )(nam )?\d{4}", "", key))
    if year and min(years, default="") > year:
        return "later"
    rest, unsaid = re.sub(_LEAD, "", key), "result" if RESULT.search(key) else ""
    signs = [*_ANYWHERE.items(), *(() if unsaid else _BEGINNING.items())]
    kinds = (kind for kind, words in signs if re.search(words, key) or re.search(words, rest))
    return next(kinds, unsaid)


def is_stray(key: str) -> bool:
    """Whether a folded line above a table is of something else than results of all the people.

    A plan that stands behind what was done towards it changes nothing.
    """
    first = DEEDS.split(key, maxsplit=1)[0]
    is_plan = heading_kinds(first) & {"plan", "estimate"} or PLANS.search(first)
    return bool(is_plan or heading_kinds(key) - {"plan", "estimate", "sample", "part_of_year"})
