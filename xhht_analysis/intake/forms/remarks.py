"""What remarks, notes and comments of cells say of the figures beside them.

A remark that withdraws a figure, or says that it is no result of the year and of all, makes it
doubtful; one that is not understood is shown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xhht_analysis.intake.forms.claims import Cell, Claim
from xhht_analysis.intake.reading.text import fold

if TYPE_CHECKING:
    from xhht_analysis.intake.forms.file_reader import FileReader

REMARKS = re.compile(r"\b(ghi chu|luu i)\b")
NOTE_OF_OTHERS = re.compile(
    r"\b((?<!qui )(?<!huong )uoc|(?<!muc )du kien|tam tinh|so bo|chi (tinh|gom|ke|lai)|"
    r"chua (bao gom|gom|tinh|chinh thuc|chot|dai du|duoc kiem|qua|tham dinh|cap nhat|bao cao|"
    r"co (ap|khu pho|xa|phuong))|khong (bao gom|gom|tinh|ke)(?!.* khuiet tat)|tham khao|"
    r"\d+ \d+ (ap|khu pho|xa|phuong|huien|truong|don vi)|"
    r"tu danh gia|khao sat|so lieu mau|thi diem|mau so (la|lai)|ti le tinh tren|"
    r"sai(?! (gon|lech))|(ghi|tinh|nhap|danh|bi) nham|^nham$|nham (lan|cot|dong|so|de nghi)|"
    r"so (dung|cu)|dung (phai )?la|rut lai|(gui|sua|bao cao) lai|"
    r"khong (su )?dung(?! (?!duoc|so)\w)|giu nguien|(nhu|bang) (nam ngoai|(nam|ki) truoc)|"
    r"cho .*(xac nhan|chot|kiem tra)|suy ra|"
    r"(dvt|don vi tinh) (so )?(ho|gia dinh|luot)|so luot|"
    r"(nhan|tinh|ap) (theo|voi) ti le|phieu (hoi|khao sat)|dai khai|bao cao thang \d+|"
    r"so (lieu )?(lai |theo |cua )*nam (?P<year>20\d\d)|(den|het) (\d+ )?(thang )?0?[1-8] 20\d\d)\b"
)
"""What a note beside figures has where they are wrong, estimates, of some people, of that year."""
HARMLESS = re.compile(
    r"\b(tang|giam|vuot|hoan thanh|dat|nguon|cung cap|(da|duoc) (tham dinh|kiem tra|duiet)|"
    r"cong nhan|theo (cong an|chi cuc|phong|qd|bao cao)|phu luc|bieu|quiet dinh|"
    r"ke hoach|chot)\b|^\W*\w{,2}$"
)
"""What a remark has that changes nothing in the figure beside it."""


def is_note_of_others(reader: FileReader, at: Cell, text: object) -> bool:
    """Whether a note says that figures are no results of the year and of all; told if so."""
    match = NOTE_OF_OTHERS.search(fold(text)) if isinstance(text, str) else None
    if match is None or match["year"] == str(reader.context.year):
        return False
    words = f"Ghi chú của bảng: “{text[:80]}”; số có thể không phải kết quả."
    reader.find(at, "note_below", words)
    return True


def is_withdrawn(reader: FileReader, claim: Claim) -> bool:
    """Whether a remark beside a claim, or a comment on its cells or heads, withdraws its figures.

    It is told, as is a remark or a comment on a figure that is not understood; what a comment on a
    head or a name says else is how to fill in the form.
    """
    table, sheet, cells = reader.table, reader.sheet, claim.all_cells
    rows, columns = ({*places} for places in zip(*cells, strict=True))
    heads = [c for c, head in enumerate(table.headings) if REMARKS.search(head)]
    figures = {(row, c): sheet.cell(row, c) for row in rows for c in heads}
    figures |= {at: sheet.notes[at] for at in cells if at in sheet.notes and at[1] != table.key}
    names = {(row, table.key) for row in rows}
    names |= {(row, c) for row in range(table.top, table.first) for c in columns}
    names = {at: text for at, text in sheet.notes.items() if at in names}
    doubts = [at for at, text in (figures | names).items() if is_note_of_others(reader, at, text)]
    for at, text in figures.items():
        if isinstance(text, str) and at not in doubts and not HARMLESS.search(fold(text)):
            words = f"Ghi chú cạnh số: “{text[:80]}”; đọc trước khi dùng số."
            reader.find(at, "remark", words)
    return bool(doubts)
