"""What the value reader does not show of an .xlsb: formats, struck cells and formulas.

Only as much of its records ([MS-XLSB] 2.1.4) is read as that needs.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator

from xhht_analysis.intake.reading import prescan
from xhht_analysis.intake.reading.prescan import SheetNotes
from xhht_analysis.intake.reading.sheets import UNCACHED

ROW, CELLS, FORMULAS = 0, range(2, 12), range(8, 12)
NUMBER_OF_FORMULA, FONT, FORMAT, STYLE, SHEET, CALCULATION = 9, 43, 44, 47, 156, 157
STRUCK_OUT = 0x08
"""Flag of `FONT`: a line goes through its text."""
STYLES_BEGIN, STYLES_END = 617, 618
NOT_COMPUTED = 0x11
"""Flags of `CALCULATION`: compute all on loading, some were not computed on saving."""


def scan_xlsb(package: zipfile.ZipFile) -> dict[str, SheetNotes]:
    """Notes on every sheet of an .xlsb package, by sheet name.

    Raises
    ------
    RefusedError
        truncated.
    """
    parts = prescan.links(package, "xl/_rels/workbook.bin.rels")
    try:
        percent, struck = _styles(package)
        names, is_stale = {}, False
        for kind, data in _records(package, "xl/workbook.bin"):
            if kind == SHEET:
                link, at = _text(data, 8)
                names[_text(data, at)[0]] = parts.get(link)
            elif kind == CALCULATION:
                is_stale = any(flags & NOT_COMPUTED for flags in data[24:25])
        return {
            name: _notes(package, part, SheetNotes(percent, struck), is_stale)
            for name, part in names.items()
            if part
        }
    except (struct.error, IndexError, UnicodeDecodeError):
        raise prescan.RefusedError("truncated") from None


def _records(package: zipfile.ZipFile, name: str) -> Iterator[tuple[int, bytes]]:
    """Records of a binary part: kind and content."""
    data, at = prescan.part_bytes(package, f"/{name}"), 0
    while at < len(data):
        kind, size, shift = data[at], 0, 0
        at += 1
        if kind & 0x80:
            kind, at = kind & 0x7F | data[at] << 7, at + 1
        while True:
            byte, at = data[at], at + 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80 or shift > 21:
                break
        yield kind, data[at : at + size]
        at += size


def _text(data: bytes, at: int) -> tuple[str, int]:
    """Text at ``at``, and where it ends."""
    (n,) = struct.unpack_from("<I", data, at)
    end = at + 4 + 2 * n
    return data[at + 4 : end].decode("utf-16-le"), end


def _styles(package: zipfile.ZipFile) -> tuple[set[int], set[int]]:
    """Numbers of the cell styles shown as percent, and of those with a line through them."""
    formats, fonts, percent, struck, count = {9, 10}, [], set(), set(), None
    for kind, data in _records(package, "xl/styles.bin"):
        if kind == FORMAT and prescan.is_percent(_text(data, 2)[0]):
            formats.add(struct.unpack_from("<H", data)[0])
        elif kind == FONT:
            fonts.append(data[2] & STRUCK_OUT)
        elif kind in (STYLES_BEGIN, STYLES_END):
            count = 0 if kind == STYLES_BEGIN else None
        elif kind == STYLE and count is not None:
            number_format, font = struct.unpack_from("<HH", data, 2)
            if number_format in formats:
                percent.add(count)
            if fonts[font : font + 1] > [0]:
                struck.add(count)
            count += 1
    return percent, struck


def _notes(package: zipfile.ZipFile, part: str, notes: SheetNotes, is_stale: bool) -> SheetNotes:
    row = 0
    for kind, data in _records(package, part):
        if kind == ROW:
            (row,) = struct.unpack_from("<I", data)
        elif kind in CELLS:
            column, style = (n & 0xFFFFFF for n in struct.unpack_from("<II", data))
            place = row, column
            notes.add_cell(place, style)
            if kind in FORMULAS:
                notes.formulas.add(place)
                if is_stale and kind == NUMBER_OF_FORMULA and not any(data[8:16]):
                    notes.texts[place] = UNCACHED
    return notes
