"""Writers of files that try to hurt a reader; each makes one small file in a temporary folder.

`HOSTILE` maps a name to (file name, writer); every one must end as one clear reject and leave its
neighbours alone. Nothing here is harmful by itself: bombs are a few hundred kilobytes of zip.
"""

from __future__ import annotations

import contextlib
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from xml.sax.saxutils import escape

from xlwt.CompoundDoc import XlsDoc

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def inline(cell: str, text: str) -> str:
    """XML of a text cell."""
    return f'<c r="{cell}" t="inlineStr"><is><t>{text}</t></is></c>'


def number(cell: str, value: object) -> str:
    """XML of a number cell, whatever is written in it."""
    return f'<c r="{cell}"><v>{value}</v></c>'


def row(index: int, cells: str) -> str:
    """XML of a row."""
    return f'<row r="{index}">{cells}</row>'


def write_xlsx(
    path: Path, rows: Iterable[str], *, names: Iterable[str] = ("Sheet1",), doctype: str = ""
) -> None:
    """Write the smallest .xlsx package: every sheet holds the same rows."""
    names = list(names)
    numbers = range(1, len(names) + 1)
    types = "".join(
        f'<Override PartName="/xl/worksheets/s{i}.xml" ContentType="{CONTENT_TYPE}.worksheet+xml"/>'
        for i in numbers
    )
    sheets = "".join(
        f'<sheet name="{name}" sheetId="{i}" r:id="r{i}"/>'
        for i, name in zip(numbers, names, strict=True)
    )
    links = "".join(
        f'<Relationship Id="r{i}" Type="{OFFICE}/relationships/worksheet" '
        f'Target="worksheets/s{i}.xml"/>'
        for i in numbers
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{CONTENT_TYPE}.sheet.main+xml"/>'
        f"{types}</Types>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{OFFICE}/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}/relationships">'
        f"<sheets>{sheets}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f"{links}</Relationships>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package:
        for name, text in parts.items():
            package.writestr(name, XML + text)
        rows = list(rows) if len(names) > 1 else rows
        for i in numbers:
            with package.open(f"xl/worksheets/s{i}.xml", "w") as part:
                part.write(f'{XML}{doctype}<worksheet xmlns="{MAIN}"><sheetData>'.encode())
                for text in rows:
                    part.write(text.encode())
                part.write(b"</sheetData></worksheet>")


def stray_cell(path: Path) -> None:
    """One value in A1 and one in the last cell a sheet can have."""
    last = row(1_048_576, number("XFD1048576", 1))
    write_xlsx(path, [row(1, inline("A1", "Đơn vị")), last])


def zip_bomb(path: Path) -> None:
    """400 MB of blanks in a package of 0.4 MB."""
    write_xlsx(path, [row(1, inline("A1", "Đơn vị")), *[" " * 1_000_000] * 400])


def million_rows(path: Path) -> None:
    """A million rows with one number each."""
    blocks = (range(i, i + 10_000) for i in range(1, 1_000_001, 10_000))
    write_xlsx(path, ("".join(row(i, number(f"A{i}", i)) for i in block) for block in blocks))


def entity_expansion(path: Path) -> None:
    """Entities that double thirty times."""
    levels = "".join(
        f'<!ENTITY e{i} "&e{i - 1};&e{i - 1};">' for i in range(1, 31)
    )  # fmt: skip
    doctype = f'<!DOCTYPE worksheet [<!ENTITY e0 "xxxxxxxxxx">{levels}]>'
    write_xlsx(path, [row(1, inline("A1", "&e30;"))], doctype=doctype)


def truncated(path: Path) -> None:
    """A good workbook cut in the middle, as a broken download leaves it."""
    write_xlsx(path, [row(i, inline(f"A{i}", f"dòng {i}")) for i in range(1, 500)])
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def password_protected(path: Path) -> None:
    """An encrypted package: a compound file whose only stream is EncryptedPackage."""
    XlsDoc().save(str(path), bytes(range(256)) * 20)
    old, new = (f"{n}\0".encode("utf-16-le") for n in ("Workbook", "EncryptedPackage"))
    data = bytearray(path.read_bytes())
    at = data.index(old)
    data[at : at + len(new)] = new
    data[at + 64 : at + 66] = len(new).to_bytes(2, "little")
    path.write_bytes(bytes(data))


def html_as_xls(path: Path) -> None:
    """A web table saved under the suffix of Excel, as old reporting systems do."""
    path.write_text("<html><body><table><tr><td>Đơn vị</td></tr></table></body></html>", "utf-8")


def pdf_as_xlsx(path: Path) -> None:
    """A scanned decision under the suffix of a workbook."""
    path.write_bytes(b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\n%%EOF\n")


def five_thousand_sheets(path: Path) -> None:
    """5,000 sheets of one cell."""
    names = [f"S{i}" for i in range(1, 5001)]
    write_xlsx(path, [row(1, inline("A1", "Đơn vị"))], names=names)


def nul_bytes(path: Path) -> None:
    """A CSV with NUL bytes between the letters of its lines."""
    path.write_bytes("Đơn vị;Năm;\0\0\0\r\nCái Bè;2024;\0\r\n".encode())


def empty_file(path: Path) -> None:
    """Nothing at all."""
    path.write_bytes(b"")


def unreadable(path: Path) -> None:
    """A file its owner may not read (root still may)."""
    write_xlsx(path, [row(1, inline("A1", "Đơn vị"))])
    path.chmod(0)


HOSTILE: dict[str, tuple[str, Callable[[Path], None]]] = {
    "stray_cell": ("o la.xlsx", stray_cell),
    "zip_bomb": ("nen.xlsx", zip_bomb),
    "million_rows": ("trieu dong.xlsx", million_rows),
    "entity_expansion": ("thuc the.xlsx", entity_expansion),
    "truncated": ("tai do dang.xlsx", truncated),
    "password_protected": ("co mat khau.xlsx", password_protected),
    "html_as_xls": ("bang web.xls", html_as_xls),
    "pdf_as_xlsx": ("quyet dinh.xlsx", pdf_as_xlsx),
    "five_thousand_sheets": ("nhieu trang tinh.xlsx", five_thousand_sheets),
    "nul_bytes": ("byte nul.csv", nul_bytes),
    "empty_file": ("rong.xlsx", empty_file),
}
"""Files refused whole. `unreadable` and `symlink` stand apart: they depend on the system."""


def write_hostile(folder: Path, name: str) -> Path:
    """Write one hostile file into ``folder`` and give its path."""
    file_name, writer = HOSTILE[name]
    folder.mkdir(parents=True, exist_ok=True)
    writer(folder / file_name)
    return folder / file_name


NAMES = ("=cmd|' /C calc'!A0", "<script>alert(1)</script>", "../../etc/passwd", "Huyện Cái Bè")
"""Names of units as an attacker would type them, and one good name."""
VALUES = {
    # unit: XML of the numerator's cell
    "Huyện Cái Bè": '<c r="{cell}"><v>NaN</v></c>',
    "Huyện Chợ Gạo": '<c r="{cell}"><v>1e999</v></c>',
    "Thành phố Mỹ Tho": '<c r="{cell}"><f>1+1</f></c>',
    "Huyện Tân Phước": '<c r="{cell}" t="e"><v>#REF!</v></c>',
    "Huyện Gò Công Tây": '<c r="{cell}" t="b"><v>1</v></c>',
    "Huyện Gò Công Đông": '<c r="{cell}"><v>7</v></c>',
}
"""Numbers no spreadsheet should hold; the last one is good."""


def write_units(path: Path, units: dict[str, str]) -> None:
    """Write a table of clc_it of 2024: a row per unit, its numerator cell as XML, of 10."""
    rows = [row(1, inline("A1", "Tổng hợp năm 2024"))]
    heads = {"A2": "Đơn vị", "B2": "clc_it Tử số", "C2": "clc_it Mẫu số"}
    rows.append(row(2, "".join(inline(cell, text) for cell, text in heads.items())))
    for index, (name, cell) in enumerate(units.items(), start=3):
        own = cell.format(cell=f"B{index}")
        rows.append(row(index, inline(f"A{index}", escape(name)) + own + number(f"C{index}", 10)))
    write_xlsx(path, rows)


def lock_file(folder: Path) -> Path:
    """The owner file that Excel leaves beside an open workbook."""
    path = folder / "~$bao cao.xlsx"
    path.write_bytes(b"\x06Nguoi lap" + b" " * 150)
    return path


def symlink(folder: Path, target: Path) -> Path | None:
    """A link out of the folder; None where the system makes none, or none that it then knows."""
    link = folder / "lien ket.xlsx"
    with contextlib.suppress(OSError, NotImplementedError):
        link.symlink_to(target, target_is_directory=target.is_dir())
    return link if link.is_symlink() else None
