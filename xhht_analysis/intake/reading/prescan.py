"""Look into a zipped package before any library reads it; an .ods in words that it shows.

Sizes and ratios are checked before anything is unpacked, so that a bomb costs nothing. `ooxml` and
`xlsb` look at the sheets.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from functools import lru_cache
from xml.etree import ElementTree
from xml.parsers import expat

from xhht_analysis.intake.reading.sheets import UNCACHED, RefusedError

MAX_BYTES = 100 * 2**20
MAX_UNPACKED = 600 * 2**20
MAX_RATIO, RATIO_FROM = 200, 50 * 2**20
MAX_SHEETS, MAX_PARTS = 200, 5_000
MAX_ROWS, MAX_COLUMNS, MAX_CELLS = 65_536, 500, 4_000_000  # as many rows as an .xls can hold
MAX_AREA = 5 * MAX_CELLS
"""Cells from the first to the last one that is not empty, blank ones between them included."""

_RUN = re.compile(r"<(?:\w+:)?r(?:\s[^>]*)?>.*?</(?:\w+:)?r>", re.S)
_RUN_TEXT = re.compile(r"(?<=>)[^<]+")
_STRUCK_RUN = re.compile(r'<(?:\w+:)?d?strike\b(?![^>]*val="(?:0|false|off|none)")')
STRUCK = " (gạch bỏ)"
"""Stands behind what has a line through it, so that it is neither a number nor a name."""
RAISED = str.maketrans("0123456789()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾")
_ODF_STYLE = r'<style:style style:name="([^"]+)"[^>]*>(?:(?!</style:style>).)*?'
_ODF_RAISED = re.compile(rf'{_ODF_STYLE}text-position="(?:su|[1-9-])', re.S)
_ODF_STRUCK = re.compile(rf'{_ODF_STYLE}text-line-through-style="(?!none")', re.S)
_ODF_CELL = re.compile(r'<table:table-cell\b(?:[^>"]|"[^"]*")*+>')
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    LookupError,
    OSError,
    ValueError,
    SyntaxError,
    expat.ExpatError,
)
"""What reading a broken package raises; XML that is not well-formed is a SyntaxError."""


@dataclass
class SheetNotes:
    """Notes on one sheet; positions count from 0.

    ``percent_styles`` are the numbers of the cell styles shown as percent, ``struck_styles`` of
    those with a line through them; ``struck`` are such cells. ``texts`` holds what
    the value reader does not show: errors, `UNCACHED` formulas, raised digits; ``bottom`` and
    ``right`` are how far the cells reach.
    """

    percent_styles: set = field(default_factory=set)
    struck_styles: set = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    percent: set[tuple[int, int]] = field(default_factory=set)
    struck: set[tuple[int, int]] = field(default_factory=set)
    formulas: set[tuple[int, int]] = field(default_factory=set)
    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    bottom: int = 0
    right: int = 0

    def add_cell(self, place: tuple[int, int], style: object = None) -> None:
        """Note a cell that is not empty, and what its style says."""
        if place[0] >= self.bottom or place[1] >= self.right:
            self.bottom, self.right = max(self.bottom, place[0] + 1), max(self.right, place[1] + 1)
        if style in self.percent_styles:
            self.percent.add(place)
        if style in self.struck_styles:
            self.struck.add(place)


def fits(rows: int, columns: int) -> bool:
    """Whether a sheet of this size is read."""
    return rows <= MAX_ROWS and columns <= MAX_COLUMNS and rows * columns <= MAX_CELLS


def open_package(data: bytes) -> zipfile.ZipFile:
    """Open a zip package after a look at its directory.

    Raises
    ------
    RefusedError
        truncated, password, zip_bomb, file_too_large, too_many_sheets.
    """
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
    except DAMAGED:
        raise RefusedError("truncated") from None
    parts = package.infolist()
    unpacked = sum(part.file_size for part in parts)
    if any(part.flag_bits & 1 for part in parts):
        raise RefusedError("password")
    if len(package.NameToInfo) < len(parts):
        raise RefusedError("truncated", "hai phần cùng tên")
    if len(parts) > MAX_PARTS:
        raise RefusedError("too_many_sheets", f"{len(parts)} phần")
    if unpacked > RATIO_FROM and unpacked > MAX_RATIO * max(len(data), 1):
        raise RefusedError("zip_bomb", f"{unpacked} byte từ {len(data)}")
    if unpacked > MAX_UNPACKED:
        raise RefusedError("file_too_large", f"{unpacked} byte khi mở nén")
    return package


def part_bytes(package: zipfile.ZipFile, target: str) -> bytes:
    """Content of one part, named as `part_name` takes it; empty when the package has none.

    Raises
    ------
    RefusedError
        entity (a document type declaration), truncated.
    """
    name = part_name(package, target)
    try:
        data = package.read(name) if name else b""
    except DAMAGED:
        raise RefusedError("truncated") from None
    if b"<!DOCTYPE" in data:
        raise RefusedError("entity", name)
    return data


def part_text(package: zipfile.ZipFile, target: str) -> str:
    """Text of one XML part; as `part_bytes`."""
    return part_bytes(package, target).decode("utf-8", errors="replace")


def parse(xml: str | bytes) -> ElementTree.Element:
    """Tree of one small XML part; an empty element when there is none.

    Raises
    ------
    RefusedError
        truncated.
    """
    try:
        return ElementTree.fromstring(xml or "<none/>")
    except DAMAGED:
        raise RefusedError("truncated") from None


def links(package: zipfile.ZipFile, target: str) -> dict[str | None, str]:
    """Part that each relation of the part ``target`` leads to, by its id."""
    relations = parse(part_bytes(package, target)).iterfind(".//{*}Relationship")
    return {link.get("Id"): part_name(package, link.get("Target", "")) for link in relations}


def part_name(package: zipfile.ZipFile, target: str) -> str:
    """Name of a part as the package spells it, whatever case and slashes; empty when none."""
    wanted = _path(target if target.startswith(("/", "xl/")) else f"xl/{target}")
    return next((name for name in package.NameToInfo if _path(name) == wanted), "")


@lru_cache(maxsize=4096)
def _path(name: str) -> str:
    return posixpath.normpath(posixpath.join("/", name.replace("\\", "/"))).lower()


def raised_runs(xml: str) -> str:
    """XML whose raised or lowered runs hold raised digits, and whose struck ones say so."""
    return _RUN.sub(_shown_run, xml)


def _shown_run(match: re.Match) -> str:
    run = raise_text(match[0]) if "script" in match[0] else match[0]
    if not _STRUCK_RUN.search(run):
        return run
    return strike_text(run)


def strike_text(xml: str) -> str:
    """XML whose texts say that they have a line through them."""
    return _RUN_TEXT.sub(lambda text: f"{text[0]}{STRUCK}" if text[0].strip() else text[0], xml)


def raise_text(xml: str) -> str:
    """XML with raised digits in its texts."""
    return _RUN_TEXT.sub(lambda text: text[0].translate(RAISED), xml)


def is_percent(code: str) -> bool:
    """Whether a number format multiplies by 100; a sign that is only shown does not."""
    return "%" in re.sub(r'\\.|"[^"]*"', "", code)


def reworded_ods(package: zipfile.ZipFile) -> dict[str, bytes]:
    """The content of an .ods with what the value reader does not show put into words.

    Percentages have their sign, raised digits are raised signs, struck texts and formulas without
    a result say so.

    Raises
    ------
    RefusedError
        entity.
    """
    xml = part_text(package, "/content.xml")
    struck = {*_ODF_STRUCK.findall(xml)}
    for styles, show in ((_ODF_RAISED.findall(xml), raise_text), (struck, strike_text)):
        if styles:
            names = "|".join(map(re.escape, styles))
            span = rf'<text:span text:style-name="(?:{names})">.*?</text:span>'
            xml = re.sub(span, lambda match, show=show: show(match[0]), xml, flags=re.S)
    return {"content.xml": _ODF_CELL.sub(lambda match: _shown(match[0], struck), xml).encode()}


def _shown(tag: str, struck: set[str]) -> str:
    """The tag of a cell of an .ods, as text where it is a percentage, struck or has no result."""
    value = re.search(r' office:value="([^"]*)"', tag)
    kind = re.search(r' office:value-type="([^"]*)"', tag)
    style = re.search(r' table:style-name="([^"]*)"', tag)
    text = value[1] if value else ""
    if value and kind and kind[1] == "percentage":
        text = f"{float(text) * 100:.10g}%"
    elif "table:formula=" in tag and not kind:
        text = UNCACHED
    elif not (kind and style and style[1] in struck):
        return tag
    if style and style[1] in struck:
        text += STRUCK
    for old in filter(None, (value, kind)):
        tag = tag.replace(old[0], "")
    text = f'table-cell office:value-type="string" office:string-value="{text}"'
    return tag.replace("table-cell", text, 1)


def repacked(package: zipfile.ZipFile, changed: dict[str, bytes]) -> bytes:
    """Bytes of a package with other contents of the parts in ``changed``."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        for name in package.NameToInfo:
            out.writestr(name, changed.get(name) or package.read(name))
    return stream.getvalue()
