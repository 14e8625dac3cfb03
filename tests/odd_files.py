"""Writers of files as other programs leave them: one list of figures, in many spellings.

A list has the columns of `HEAD`; a file gives `figures`: (numerator, denominator, value) by
indicator, "reject" where a row's figures must not enter.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterable
from pathlib import Path

from tests.form_fixtures import forms
from tests.hostile_files import CONTENT_TYPE, MAIN, OFFICE, PACKAGE, XML
from xhht_analysis.intake.forms.file_reader import Reading
from xhht_analysis.intake.reading.sheets import FileContent
from xhht_analysis.intake.reading.workbooks import read_workbook

HEAD = ("Mã đơn vị", "Năm", "Mã chỉ tiêu", "Tử số", "Mẫu số", "Tỷ lệ (%)")
CAI_BE = "28360"
COLUMNS = "ABCDEF"


def read(path: Path, *, received_on: str = "2026-11-20") -> Reading:
    """Read a file as the intake does, in this process."""
    content = FileContent(f"{received_on}/{path.name}", read_workbook(path))
    return forms().read(content, received_on)


def figures(reading: Reading) -> dict[str, object]:
    """What the file says by indicator; a rule in place of figures that cannot enter."""
    found = {}
    for row in reading.observation_rows:
        told = tuple(row.get(name) for name in ("numerator", "denominator", "value"))
        found[row["indicator_code"]] = row.get("problem") or told
    return found


def rules(reading: Reading) -> set[str]:
    """Rules of the findings."""
    return {row["rule"] for row in reading.finding_rows}


def inline(text: str) -> str:
    """XML content of a text cell, without its address."""
    return f' t="inlineStr"><is><t>{text}</t></is></c>'


def plain(value: object) -> str:
    """XML of a cell's attributes and content: text inline, numbers as they are."""
    if isinstance(value, str) and not value.startswith((" ", ">")):
        return inline(value)
    return value if isinstance(value, str) else f"><v>{value}</v></c>"


def list_xml(rows: Iterable[tuple], *, refs: bool = True) -> str:
    """Rows of a sheet under `HEAD`; a cell is a value, or XML from its attributes on."""
    lines = []
    for number, row in enumerate([HEAD, *rows], start=1):
        cells = "".join(
            ""
            if v is None
            else f"<c{f' r={chr(34)}{c}{number}{chr(34)}' if refs else ''}{plain(v)}"
            for c, v in zip(COLUMNS, row, strict=False)
        )
        lines.append(f'<row r="{number}">{cells}</row>' if refs else f"<row>{cells}</row>")
    return "".join(lines)


STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font><name val="Times"/></font></fonts>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0"/><xf numFmtId="10" fontId="0"/></cellXfs>'
    "</styleSheet>"
)
"""Style 1 is a percentage with two decimals."""


def write_package(
    path: Path,
    sheet_data: str,
    *,
    calc: str = "",
    strings: str = "",
    part: str = "xl/worksheets/sheet1.xml",
    target: str = "worksheets/sheet1.xml",
    book: str = "xl/workbook.xml",
    before: str = "",
    after: str = "",
) -> Path:
    """An .xlsx of one sheet, its XML as given."""
    links = (
        f'<Relationship Id="r1" Type="{OFFICE}/relationships/worksheet" Target="{target}"/>'
        f'<Relationship Id="r2" Type="{OFFICE}/relationships/styles" Target="styles.xml"/>'
    )
    if strings:
        kind = f"{OFFICE}/relationships/sharedStrings"
        links += f'<Relationship Id="r3" Type="{kind}" Target="sharedStrings.xml"/>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{CONTENT_TYPE}.sheet.main+xml"/>'
        "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{OFFICE}/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        book: f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}/relationships">'
        f'<sheets><sheet name="Số liệu" sheetId="1" r:id="r1"/></sheets>{calc}</workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{links}'
        "</Relationships>",
        "xl/styles.xml": STYLES,
        part: f'<worksheet xmlns="{MAIN}">{before}<sheetData>{sheet_data}</sheetData>{after}'
        "</worksheet>",
    }
    if strings:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{strings}</sst>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items():
            package.writestr(name, XML + text)
    return path


def record(kind: int, data: bytes = b"") -> bytes:
    """One record of an .xlsb part."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = bytearray()
    n = len(data)
    while True:
        size.append(n & 0x7F | (0x80 if n > 127 else 0))
        n >>= 7
        if not n:
            return head + bytes(size) + data


def wide(text: str) -> bytes:
    """A string of an .xlsb record."""
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def write_xlsb(
    path: Path,
    rows: Iterable[tuple],
    percent: str = "0.00%",
    calc: int | None = None,
    font: int = 0,
) -> Path:
    """A list as .xlsb; a float is shown as percent, a one-item tuple is a formula's result.

    Floats are written with ``font``: 0 a plain one, 1 one with a line through it.

    ``calc`` are the flags of the record on calculation: 1 compute all on loading, 2 A1 references,
    16 some not computed.
    """
    styles = record(278) + record(615, struct.pack("<I", 1))
    styles += record(44, struct.pack("<H", 164) + wide(percent)) + record(616)
    styles += record(611, struct.pack("<I", 2))
    for flags in (0, 0x08):
        look = struct.pack("<HHHHBBBB8sB", 220, flags, 400, 0, 0, 2, 0, 0, b"", 0)
        styles += record(43, look + wide("Calibri"))
    styles += record(612) + record(617, struct.pack("<I", 2))
    for number, shape in ((0, 0), (164, font)):
        styles += record(47, struct.pack("<HHHHHBBHH", 0, number, shape, 0, 0, 0, 0, 0, 0))
    styles += record(618) + record(279)
    rows = list(rows)
    dims = struct.pack("<IIII", 0, len(rows), 0, len(HEAD) - 1)
    sheet = record(129) + record(148, dims) + record(145)
    for line, row in enumerate([HEAD, *rows]):
        sheet += record(0, struct.pack("<IIHBBBI", line, 0, 300, 0, 0, 0, 0))
        for column, value in enumerate(row):
            head = struct.pack("<II", column, 1 if isinstance(value, float) else 0)
            if isinstance(value, str):
                sheet += record(6, head + wide(value))
            elif isinstance(value, tuple):
                sheet += record(
                    9, head + struct.pack("<dH", value[0], 0) + struct.pack("<II", 0, 0)
                )
            elif value is not None:
                sheet += record(5, head + struct.pack("<d", value))
    sheet += record(146) + record(130)
    bundle = struct.pack("<II", 0, 1) + wide("r1") + wide("Số liệu")
    book = record(131) + record(143) + record(156, bundle) + record(144)
    if calc is not None:
        book += record(157, struct.pack("<IIIdIH", 191029, 1, 100, 0.001, 1, calc))
    book += record(132)
    kind = f"{OFFICE}/relationships"
    types = "application/vnd.ms-excel"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        f'<Default Extension="bin" ContentType="{types}.sheet.binary.macroEnabled.main"/>'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{kind}/officeDocument" Target="xl/workbook.bin"/></Relationships>',
        "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{kind}/worksheet" Target="worksheets/sheet1.bin"/>'
        f'<Relationship Id="r2" Type="{kind}/styles" Target="styles.bin"/></Relationships>',
        "xl/workbook.bin": book,
        "xl/styles.bin": styles,
        "xl/worksheets/sheet1.bin": sheet,
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return path
