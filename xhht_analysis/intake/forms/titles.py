"""What a line above a table or between its rows says of the figures below: results, or never.

A plan, an estimate, a year to come, a survey, a part of the people are no results of a unit.
"""

from __future__ import annotations

import re

from xhht_analysis.intake.forms.headings import YEAR, with_men
from xhht_analysis.intake.reading.text import fold

BARRED = re.compile(
    r"((bang|bieu|phu luc|so lieu|[ivx]+|\d+|[a-z]) )*"
    r"((chi tieu (ke hoach|giao|kh|phan dau|dang ki)|(giao|dang ki) (chi tieu|ke hoach))\b.*|"
    r"chi tieu nam \d{4}|(ke hoach|kh)( nam)?( \d{4})?|muc tieu( (den )?(nam )?\d{4})?|"
    r"(du kien|uoc (thuc hien|th|dat|tinh)|so tang them|phuong huong|dinh huong|phan dau|lo trinh|"
    r"nhiem vu (trong tam )?(den )?nam)\b.*|so dang ki( nam \d{4})?|"
    r"cung ki( (nam truoc|(nam )?20\d\d))?|(nam|ki) truoc( lien ke)?|(ban )?nhap|"
    r"((khu vuc|nguoi|cua) )*(nu|gai|dan toc|khmer|dtts|khuiet tat|thanh thi|nong thon(?! moi))"
    r"\b.*|(cua )?(rieng|\d+ (xa|truong) (thi )?diem)\b.*|"
    r"(ke hoach|muc tieu|chi tieu|nhu cau|uoc|du bao)(?! (so|xay dung|thuc hien|trien khai)\b)"
    r"(?!.*\b(giai doan|den nam|xa hoi hoc tap)\b) .*|"
    r"doi tuong (nu|dan toc|can bo|cong chuc|vien chuc|hoc sinh|sinh vien)\b.*)"
)
RESULT = re.compile(r"(?<!\buoc )\b(ket qua|thuc hien|bao cao|thong ke|tong hop|danh gia)\b")
"""Titles of what is planned, estimated, of last year or of a part of the people; of results."""
SOME_PEOPLE = re.compile(
    r"^(so )?nguoi (chua|khong)\b|\bra soat nhanh\b|"
    r"\b(khao sat|dieu tra (chon )?mau|nhu cau|thi diem)\b|"
    r"\b(ket qua|bao cao|thong ke|tong hop|bang|bieu) (\w+ )?"
    r"(du kien|uoc|giao|phan (bo|dau)|ke hoach(?! (so|xay dung|thuc hien|trien khai)\b))\b|"
    r"^(?!.*\bcong nhan\b).*\bdang ki\b(?! \d)|"
    r"\b(tai|trong) (noi bo )?co quan\b|\bnoi bo\b|\b(phan bo chi tieu|khao sat mau)\b|"
    r"\b(xa|ap|khu pho|truong) (thi )?diem\b|\bkhu vuc (nong thon(?! moi)|thanh thi)\b|"
    r"^(so lieu|ket qua|bao cao) ((cua|tai) )?(ap|khu pho|khom|kp) (?!khu pho\b|ap\b)\w|"
    r"\bnam gioi\b|\bso (uoc|tam tinh|nguoi chua)\b|\bdu (thao|bao)$|\btheo ke hoach$|"
    r"\b(trong|cua|cho|doi voi|so lieu)( (?!hoi )\w+){0,2} (can bo|cong chuc|vien chuc|doan vien|"
    r"hoi vien|luc luong vu trang|chien si|cong nhan|sinh vien|hoc sinh|dong bao|khuiet tat|"
    r"nguoi cao tuoi|ho ngheo|thanh nien(?! (thieu nien|\d)))\b|"
    r"(?<!hoi )nguoi (cao tuoi|khuiet tat)\b|\bdan toc thieu so\b|"
    r"(?<!lien hiep )\bphu nu\b|(?<!phu )(?<!thi )(?<!nam )(?<!nam va )\bnu\b"
)
"""What titles of the figures of some of the people only have anywhere."""


def is_result(text: str) -> bool:
    """Whether a line says that the figures below are results."""
    return bool(RESULT.search(fold(with_men(text))))


def is_no_result(text: str, received_in: str = "") -> bool:
    """Whether figures below a line are never results of all in a year that has come.

    ``received_in`` is the year of receipt; without it a year to come is not looked for.
    """
    key = fold(with_men(text))
    years = YEAR.findall(re.sub(r"\b(den |\d{1,2} )(nam )?\d{4}", "", key))
    is_later = bool(received_in) and min(years, default="") > received_in
    is_plan = BARRED.fullmatch(key) and not RESULT.search(key)
    return bool(is_later or is_plan or SOME_PEOPLE.search(key))
