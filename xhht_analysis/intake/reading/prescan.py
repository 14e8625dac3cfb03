"""Look into an OOXML or ODF package before any library reads it.

Sizes, ratios and sheet extents are checked on a stream of small pieces, so that a bomb or a stray
cell costs nothing; the same pass notes what the value reader does not show: hidden rows and
columns, percent formats, old Vietnamese fonts, formulas without results.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax.saxutils import unescape

from xhht_analysis.intake.reading.sheets import UNCACHED, RefusedError, column_number

MAX_BYTES = 100 * 2**20
MAX_UNPACKED = 600 * 2**20
MAX_RATIO, RATIO_FROM = 200, 50 * 2**20
MAX_SHEETS, MAX_PARTS = 200, 5_000
MAX_ROWS, MAX_COLUMNS, MAX_CELLS = 65_536, 500, 4_000_000  # as many rows as an .xls can hold
PIECE = 2**22

_TAG = rb"<(?:[A-Za-z]\w*:)?"
_ROW = re.compile(_TAG + rb"row\b([^>]*)>")
_CELL = re.compile(_TAG + rb"c\b([^>]*)>")
_REF = re.compile(rb'\br\s*=\s*["\']([A-Z]{1,3})(\d{1,7})["\']')
_NO_RESULT = re.compile(
    _TAG + rb'c\b((?:(?!t="str")[^>])*[^/>])>\s*' + _TAG + rb"f\b[^>]*(?:/>|>[^<]*</[^>]*>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_FORMULA = re.compile(_TAG + rb"c\b([^>]*[^/])>\s*" + _TAG + rb"f\b")
_ERROR = re.compile(
    _TAG + rb'c\b([^>]*\bt="e"[^>]*)>(?:\s*<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</[^>]*>))?'
    rb"\s*<(?:\w+:)?v>([^<]*)<"
)
_COLUMN = re.compile(_TAG + rb"col\b([^>]*)>")
_ODF = re.compile(r"<table:(?:covered-)?table(?:-(row|column|cell))?(?=[\s/>])([^>]*)>")
_LEGACY_FONT = {"tcvn3": re.compile(r"^\.vn", re.I), "vni": re.compile(r"^vni[- ]", re.I)}


@dataclass
class SheetNotes:
    """Notes on one sheet; positions count from 1 as in the file.

    ``lost`` holds the cells that the value reader shows as empty: errors, and `UNCACHED` formulas.
    """

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    percent: set[tuple[int, int]] = field(default_factory=set)
    lost: dict[tuple[int, int], str] = field(default_factory=dict)
    fonts: dict[tuple[int, int], str] = field(default_factory=dict)
    formulas: set[tuple[int, int]] = field(default_factory=set)


def open_package(data: bytes) -> zipfile.ZipFile:
    """Open a zip package after a look at its directory.

    Raises
    ------
    RefusedError
        truncated, password, zip_bomb, file_too_large.
    """
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise RefusedError("truncated", str(error)) from None
    parts = package.infolist()
    unpacked = sum(part.file_size for part in parts)
    if any(part.flag_bits & 1 for part in parts):
        raise RefusedError("password")
    if len(parts) > MAX_PARTS:
        raise RefusedError("too_many_sheets", f"{len(parts)} parts")
    if unpacked > RATIO_FROM and unpacked > MAX_RATIO * max(len(data), 1):
        raise RefusedError("zip_bomb", f"{unpacked} bytes from {len(data)}")
    if unpacked > MAX_UNPACKED:
        raise RefusedError("file_too_large", f"{unpacked} bytes unpacked")
    return package


def pieces(package: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Pieces of one XML part, each ending between tags.

    Raises
    ------
    RefusedError
        entity (a document type declaration), truncated.
    """
    rest = b""
    try:
        with package.open(name) as stream:
            while piece := stream.read(PIECE):
                piece = rest + piece
                if b"<!DOCTYPE" in piece or b"<!ENTITY" in piece:
                    raise RefusedError("entity", name)
                cut = max(piece.rfind(b"<row"), 0) or max(piece.rfind(b"<"), 0) or len(piece)
                rest, piece = piece[cut:], piece[:cut]
                yield piece
        yield rest
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        KeyError,
        OSError,
    ) as error:
        raise RefusedError("truncated", f"{name}: {error}") from None


def part_text(package: zipfile.ZipFile, name: str) -> str:
    """Text of one small XML part; empty when the package has none of that name."""
    if name not in package.NameToInfo:
        return ""
    return b"".join(pieces(package, name)).decode("utf-8", errors="replace")


def sheet_parts(package: zipfile.ZipFile) -> dict[str, str]:
    """Part name of each sheet of an .xlsx package, by sheet name, in the order of the workbook."""
    links = {}
    for link in re.findall(
        r"<(?:\w+:)?Relationship\b[^>]*>", part_text(package, "xl/_rels/workbook.xml.rels")
    ):
        fields = dict(re.findall(r'(\w+)="([^"]*)"', link))
        target = fields.get("Target", "")
        links[fields.get("Id")] = target.lstrip("/") if target[:1] == "/" else f"xl/{target}"
    sheets = {}
    for tag in re.findall(r"<(?:\w+:)?sheet\b[^>]*>", part_text(package, "xl/workbook.xml")):
        fields = dict(re.findall(r'([\w:]+)="([^"]*)"', tag))
        link = next((v for k, v in fields.items() if k.endswith(":id")), None)
        name = unescape(fields.get("name", ""), {"&quot;": '"', "&apos;": "'"})
        sheets[name] = links.get(link, "")
    return sheets


def scan_workbook(package: zipfile.ZipFile) -> dict[str, SheetNotes]:
    """Notes on every sheet of an .xlsx package.

    Raises
    ------
    RefusedError
        too_many_sheets, too_many_cells, entity, truncated.
    """
    names = [n for n in package.namelist() if re.match(r"xl/worksheets/[^/]+\.xml$", n)]
    if len(names) > MAX_SHEETS:
        raise RefusedError("too_many_sheets", f"{len(names)} sheets")
    if "xl/sharedStrings.xml" in package.NameToInfo:
        for _ in pieces(package, "xl/sharedStrings.xml"):
            pass  # only to see that it is whole and declares no entities
    percent, fonts = _styles(part_text(package, "xl/styles.xml"))
    wanted = {**dict.fromkeys(percent, "%"), **fonts}
    parts = sheet_parts(package)
    return {
        name: _scan_sheet(package, part, wanted, percent)
        for name, part in parts.items()
        if part in package.NameToInfo and part.endswith(".xml")
    }


def _scan_sheet(
    package: zipfile.ZipFile, part: str, styles: dict[int, str], percent: set[int]
) -> SheetNotes:
    notes, row, right, cells = SheetNotes(), 0, 0, 0
    styled = _styled(styles)
    for piece in pieces(package, part):
        if not row and b"hidden" in piece:
            _hidden_columns(piece, notes)
        for match in _ROW.finditer(piece):
            number = re.search(rb'\br="(\d{1,7})"', match[1])
            row = int(number[1]) if number else row + 1
            if b"hidden" in match[1] and re.search(rb'\bhidden="(1|true)"', match[1]):
                notes.hidden_rows.add(row)
        cells += piece.count(b"<c ") + piece.count(b":c ")
        bottom, right = _extent(piece, right)
        if (
            bottom > MAX_ROWS
            or right > MAX_COLUMNS
            or cells > MAX_CELLS
            or bottom * right > MAX_CELLS
        ):
            raise RefusedError("too_many_cells", f"{part}: row {bottom}, column {right}")
        if styled:
            for match in styled.finditer(piece):
                at = _REF.search(match[0])
                if at:
                    place, style = (int(at[2]), column_number(at[1].decode())), int(match[1])
                    if style in percent:
                        notes.percent.add(place)
                    if styles[style] != "%":
                        notes.fonts[place] = styles[style]
        if b"f>" in piece or b"<f" in piece:
            for match in _FORMULA.finditer(piece):
                if at := _REF.search(match[1]):
                    notes.formulas.add((int(at[2]), column_number(at[1].decode())))
            for match in _NO_RESULT.finditer(piece):
                at = _REF.search(match[1])
                if at:
                    notes.lost[int(at[2]), column_number(at[1].decode())] = UNCACHED
        if b't="e"' in piece:
            for match in _ERROR.finditer(piece):
                at = _REF.search(match[1])
                if at:
                    notes.lost[int(at[2]), column_number(at[1].decode())] = match[2].decode()
    return notes


def _extent(piece: bytes, right: int) -> tuple[int, int]:
    """Last row and column of the cells of ``piece`` that are not empty."""
    bottom = 0
    mark = b":c " if b":row" in piece else b"<c "
    for row in piece.split(b"row>"):
        start = len(row)
        while (start := row.rfind(mark, 0, start)) >= 0:
            tag = row[start : row.find(b">", start) + 1]
            at = None if tag.endswith(b"/>") else _REF.search(tag)
            if at:
                bottom, right = max(bottom, int(at[2])), max(right, column_number(at[1].decode()))
                break
    return bottom, right


def _styled(styles: dict[int, str]) -> re.Pattern[bytes] | None:
    if not styles:
        return None
    numbers = b"|".join(str(number).encode() for number in styles)
    return re.compile(_TAG + rb'c\b(?=[^>]*\bs="(' + numbers + rb')")[^>]*[^/>]>')


def _hidden_columns(piece: bytes, notes: SheetNotes) -> None:
    for match in _COLUMN.finditer(piece):
        fields = dict(re.findall(rb'(\w+)="([^"]*)"', match[1]))
        if fields.get(b"hidden") in (b"1", b"true"):
            first, last = int(fields.get(b"min", b"0")), int(fields.get(b"max", b"0"))
            notes.hidden_columns.update(range(first, min(last, MAX_COLUMNS) + 1))


def is_percent(code: str) -> bool:
    """Whether a number format multiplies by 100; a sign that is only shown does not."""
    return "%" in re.sub(r'\\.|"[^"]*"', "", code)


def legacy_font(name: str) -> str | None:
    """Encoding of the text in an old Vietnamese font: tcvn3, vni, or None."""
    return next((code for code, shape in _LEGACY_FONT.items() if shape.match(name)), None)


def scan_ods(package: zipfile.ZipFile) -> dict[str, SheetNotes]:
    """Notes on every sheet of an .ods package: percent cells, hidden rows and columns.

    Raises
    ------
    RefusedError
        entity, truncated.
    """
    sheets: dict[str, SheetNotes] = {}
    notes, row, column = SheetNotes(), 0, 0
    for tag, fields in _ODF.findall(part_text(package, "content.xml")):
        repeated = re.search(r'number-(?:rows|columns)-repeated="(\d+)"', fields)
        n = int(repeated[1]) if repeated else 1
        hidden = re.search(r'visibility="(collapse|filter)"', fields) and n <= MAX_COLUMNS
        if tag == "":
            name = re.search(r'table:name="([^"]*)"', fields)
            notes, row, column = SheetNotes(), 0, 0
            sheets[unescape(name[1] if name else "", {"&quot;": '"', "&apos;": "'"})] = notes
        elif tag == "column":
            notes.hidden_columns.update(range(column + 1, column + 1 + n) if hidden else ())
            column += n
        elif tag == "row":
            notes.hidden_rows.update(range(row + 1, row + 1 + n) if hidden else ())
            row, column = row + n, 0
        else:
            if 'value-type="percentage"' in fields and n <= MAX_COLUMNS:
                notes.percent.update((row, c) for c in range(column + 1, column + 1 + n))
            if "table:formula=" in fields:
                notes.formulas.add((row, column + 1))
            column += n
    return sheets


def _styles(xml: str) -> tuple[set[int], dict[int, str]]:
    """Cell style numbers shown as percent, and those in an old Vietnamese font."""
    formats = {9, 10}
    for tag in re.findall(r"<(?:\w+:)?numFmt\b[^>]*>", xml):
        fields = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        code = unescape(fields.get("formatCode", ""), {"&quot;": '"'})
        if is_percent(code) and fields.get("numFmtId", "").isdigit():
            formats.add(int(fields["numFmtId"]))
    names = [
        (re.search(r'<(?:\w+:)?name\b[^>]*val="([^"]*)"', font) or [None, ""])[1]
        for font in re.findall(r"<(?:\w+:)?font\b[^>]*?(?:/>|>.*?</(?:\w+:)?font>)", xml, re.S)
    ]
    percent, fonts = set(), {}
    block = re.search(r"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", xml, re.S)
    for number, tag in enumerate(re.findall(r"<(?:\w+:)?xf\b[^>]*>", block[0] if block else "")):
        fields = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if int(fields.get("numFmtId") or 0) in formats:
            percent.add(number)
        font = int(fields.get("fontId") or 0)
        if font < len(names) and (encoding := legacy_font(names[font])):
            fonts[number] = encoding
    return percent, fonts
