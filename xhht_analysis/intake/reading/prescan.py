"""Look into a zipped package before any library reads it; what the value reader hides of an .ods.

Sizes and ratios are checked before anything is unpacked, and parts are read in small pieces, so
that a bomb costs nothing. `ooxml` and `xlsb` look at the sheets.
"""

from __future__ import annotations

import html
import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from xhht_analysis.intake.reading.sheets import UNCACHED, RefusedError

MAX_BYTES = 100 * 2**20
MAX_UNPACKED = 600 * 2**20
MAX_RATIO, RATIO_FROM = 200, 50 * 2**20
MAX_SHEETS, MAX_PARTS = 200, 5_000
MAX_ROWS, MAX_COLUMNS, MAX_CELLS = 65_536, 500, 4_000_000  # as many rows as an .xls can hold
MAX_AREA = 5 * MAX_CELLS
"""Cells from the first to the last one that is not empty, blank ones between them included."""
PIECE = 2**22

_RUN = re.compile(r"<(?:\w+:)?r(?:\s[^>]*)?>.*?</(?:\w+:)?r>", re.S)
_RUN_TEXT = re.compile(r"(?<=>)[^<]+")
RAISED = str.maketrans("0123456789()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾")
_FIELD = re.compile(r"""([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_ODF_RAISED = re.compile(
    r'<style:style style:name="([^"]+)"[^>]*>(?:(?!</style:style>).)*?text-position="(?:su|[1-9-])',
    re.S,
)
_LEGACY_FONT = {"tcvn3": re.compile(r"^\.vn", re.I), "vni": re.compile(r"^vni[- ]", re.I)}
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    KeyError,
    OSError,
    ValueError,
)
"""What reading a broken package raises."""


@dataclass
class SheetNotes:
    """Notes on one sheet; positions count from 1 as in the file.

    ``texts`` holds what the value reader does not show: errors, `UNCACHED` formulas, raised digits;
    ``bottom`` and ``right`` are how far the cells reach.
    """

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    percent: set[tuple[int, int]] = field(default_factory=set)
    fonts: dict[tuple[int, int], str] = field(default_factory=dict)
    formulas: set[tuple[int, int]] = field(default_factory=set)
    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    bottom: int = 0
    right: int = 0

    def reach(self, row: int, column: int) -> None:
        """Note that a cell that is not empty stands there."""
        self.bottom, self.right = max(self.bottom, row), max(self.right, column)


def fits(rows: int, columns: int) -> bool:
    """Whether a sheet of this size is read."""
    return rows <= MAX_ROWS and columns <= MAX_COLUMNS and rows * columns <= MAX_CELLS


def open_package(data: bytes) -> zipfile.ZipFile:
    """Open a zip package after a look at its directory.

    Raises
    ------
    RefusedError
        truncated, password, zip_method, zip_bomb, file_too_large, too_many_sheets.
    """
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
    except DAMAGED:
        raise RefusedError("truncated") from None
    parts = package.infolist()
    unpacked = sum(part.file_size for part in parts)
    if any(part.flag_bits & 1 for part in parts):
        raise RefusedError("password")
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        raise RefusedError("zip_method")
    if len(parts) > MAX_PARTS:
        raise RefusedError("too_many_sheets", f"{len(parts)} phần")
    if unpacked > RATIO_FROM and unpacked > MAX_RATIO * max(len(data), 1):
        raise RefusedError("zip_bomb", f"{unpacked} byte từ {len(data)}")
    if unpacked > MAX_UNPACKED:
        raise RefusedError("file_too_large", f"{unpacked} byte khi mở nén")
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
    except DAMAGED:
        raise RefusedError("truncated", name) from None


def part_text(package: zipfile.ZipFile, name: str) -> str:
    """Text of one small XML part; empty when the package has none of that name."""
    name = part_name(package, f"/{name}")
    if not name:
        return ""
    return b"".join(pieces(package, name)).decode("utf-8", errors="replace")


def tags(names: str, xml: str) -> Iterator[dict[str, str]]:
    """Attributes of every tag of the ``names`` (a|b), however spelled; its name stands under ""."""
    for tag, fields in re.findall(rf"<(?:[\w.-]+:)?({names})(?=[\s/>])([^>]*)>", xml):
        pairs = {name: html.unescape(one or two) for name, one, two in _FIELD.findall(fields)}
        yield pairs | {"": tag}


def links(package: zipfile.ZipFile, name: str) -> dict[str | None, str]:
    """Part that each relation of the part ``name`` leads to, by its id."""
    relations = tags("Relationship", part_text(package, name))
    return {link.get("Id"): part_name(package, link.get("Target", "")) for link in relations}


def part_name(package: zipfile.ZipFile, target: str) -> str:
    """Name of a part as the package spells it, whatever case and slashes; empty when none."""
    wanted = _path(target if target.startswith(("/", "xl/")) else f"xl/{target}")
    return next((name for name in package.NameToInfo if _path(name) == wanted), "")


def _path(name: str) -> str:
    return posixpath.normpath(posixpath.join("/", name.replace("\\", "/"))).lower()


def raised_runs(xml: str) -> str:
    """XML whose raised or lowered runs of text hold raised digits."""
    return _RUN.sub(lambda run: raise_text(run[0]) if "script" in run[0] else run[0], xml)


def raise_text(xml: str) -> str:
    """XML with raised digits in its texts."""
    return _RUN_TEXT.sub(lambda text: text[0].translate(RAISED), xml)


def is_percent(code: str) -> bool:
    """Whether a number format multiplies by 100; a sign that is only shown does not."""
    return "%" in re.sub(r'\\.|"[^"]*"', "", code)


def legacy_font(name: str) -> str | None:
    """Encoding of the text in an old Vietnamese font: tcvn3, vni, or None."""
    return next((code for code, shape in _LEGACY_FONT.items() if shape.match(name)), None)


def scan_ods(package: zipfile.ZipFile) -> tuple[dict[str, SheetNotes], dict[str, bytes]]:
    """Notes on every sheet of an .ods package and the parts in another wording, as of a workbook.

    Raises
    ------
    RefusedError
        entity, truncated.
    """
    xml, sheets = part_text(package, "content.xml"), {}
    notes, row, column = SheetNotes(), 0, 0
    for fields in tags("table|table-column|table-row|(?:covered-)?table-cell", xml):
        kind = fields[""].removeprefix("covered-").removeprefix("table").removeprefix("-")
        repeated = fields.get(f"table:number-{'rows' if kind == 'row' else 'columns'}-repeated")
        n = int(repeated) if (repeated or "").isdecimal() else 1
        is_hidden = fields.get("table:visibility") in ("collapse", "filter") and n <= MAX_COLUMNS
        is_filled = "office:value-type" in fields
        if kind == "":
            notes, row, column = SheetNotes(), 0, 0
            sheets[fields.get("table:name", "")] = notes
        elif kind == "column":
            notes.hidden_columns.update(range(column + 1, column + 1 + n) if is_hidden else ())
            column += n
        elif kind == "row":
            notes.hidden_rows.update(range(row + 1, row + 1 + n) if is_hidden else ())
            row, column = row + n, 0
        else:
            if fields.get("office:value-type") == "percentage" and n <= MAX_COLUMNS:
                notes.percent.update((row, c) for c in range(column + 1, column + 1 + n))
            if "table:formula" in fields:
                notes.formulas.add((row, column + 1))
                if not is_filled:
                    notes.texts[row, column + 1] = UNCACHED
            column += n
            if is_filled:
                notes.reach(row, column)
    raised = "|".join(map(re.escape, _ODF_RAISED.findall(xml)))
    if not raised:
        return sheets, {}
    span = rf'<text:span text:style-name="(?:{raised})">.*?</text:span>'
    return sheets, {
        "content.xml": re.sub(span, lambda m: raise_text(m[0]), xml, flags=re.S).encode()
    }


def repacked(package: zipfile.ZipFile, changed: dict[str, bytes]) -> bytes:
    """Bytes of a package with other contents of the parts in ``changed``."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        for name in package.NameToInfo:
            out.writestr(name, changed.get(name) or package.read(name))
    return stream.getvalue()
