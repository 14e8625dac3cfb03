"""Sheets of an .xlsb, by as many of its records ([MS-XLSB] 2.1.4) as that needs."""

from __future__ import annotations

import datetime as dt
import struct
import zipfile
from collections.abc import Iterator

from xhht_analysis.intake.reading.looks import (
    FIRST_DAYS,
    FORMATS,
    Font,
    Fonts,
    Look,
    look_of,
    show_runs,
)
from xhht_analysis.intake.reading.packages import part_name, worksheets
from xhht_analysis.intake.reading.sheets import ERROR, UNCACHED, Sheet
from xhht_analysis.intake.reading.xlsx import add_text_boxes

ROW, COMPRESSED, SHARED, FORMULAS, CELLS = 0, 2, 7, range(8, 12), range(2, 12)
FIXED = {4: "?", 5: "<d", 7: "<I", 9: "<d", 10: "?"}
"""Kinds of records of cells: how the value of some is written; that of 6 and 8 is a text."""
ERRORS = (3, 11)
STRING, FONT, FORMAT, STYLE, BOOK, SHEET, CALCULATION, MERGED = 19, 43, 44, 47, 153, 156, 157, 176
STYLES_BEGIN, STYLES_END, NOTE = 617, 618, 637
STRUCK_OUT, HIDDEN, SINCE_1904, HAS_RUNS = 0x08, 0x10, 0x01, 0x01
"""Flags of `FONT`, `ROW`, `BOOK` and of a rich text."""
NOT_COMPUTED = 0x11
"""Flags of `CALCULATION`: compute all on loading, some were not computed on saving."""


def read_xlsb(package: zipfile.ZipFile) -> Iterator[Sheet]:
    """Worksheets of an .xlsb package.

    Raises
    ------
    RefusedError
        too_many_cells. A broken package raises anything.
    """
    parts = worksheets(package, "xl/_rels/workbook.bin.rels")
    sheets, is_stale, is_1904 = [], False, 0
    for kind, data in _records(package, "xl/workbook.bin"):
        if kind == SHEET:
            link, at = _text(data, 8)
            sheets.append((_text(data, at)[0], data[0] == 0, parts[link]))
        elif kind == CALCULATION:
            is_stale = bool(data[24] & NOT_COMPUTED)
        elif kind == BOOK:
            is_1904 = data[0] & SINCE_1904
    looks, fonts = _styles(package, FIRST_DAYS[is_1904])
    strings = _records(package, "xl/sharedStrings.bin")
    texts = [_rich_text(data, fonts) for kind, data in strings if kind == STRING]
    remarks = [
        _rich_text(data, fonts)
        for name in package.namelist()
        if "/comments" in name.lower()
        for kind, data in _records(package, f"/{name}")
        if kind == NOTE
    ]
    for name, visible, part in sheets:
        if part is not None:
            sheet, row = Sheet(name, visible=visible, prose=remarks), 0
            remarks = []
            for kind, data in _records(package, part, required=True):
                if kind == ROW:
                    (row,) = struct.unpack_from("<I", data)
                    sheet.hidden_rows |= {row} if data[11] & HIDDEN else set()
                elif kind == MERGED:
                    first, last, left, right = struct.unpack_from("<4I", data)
                    sheet.merged.append((first, left, last, right))
                elif kind in CELLS:
                    column, style = (n & 0xFFFFFF for n in struct.unpack_from("<II", data))
                    value = _value(kind, data, texts)
                    if is_stale and kind in FORMULAS and value == 0:
                        value = UNCACHED
                    sheet.add(row, column, value, looks[style], formula=kind in FORMULAS)
            add_text_boxes(sheet, package, part)
            yield sheet


def _records(
    package: zipfile.ZipFile, target: str, *, required: bool = False
) -> Iterator[tuple[int, bytes]]:
    """Records of a binary part: kind and content; none where there is no such part."""
    name, at = part_name(package, target), 0
    data = package.read(name) if name or required else b""
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


def _rich_text(data: bytes, fonts: Fonts) -> str:
    """Shared text, whose runs may have fonts of their own."""
    text, end = _text(data, 1)
    runs = struct.iter_unpack("<HH", data[end + 4 :]) if data[0] == HAS_RUNS else ()
    return show_runs(text, runs, fonts)


def _value(kind: int, data: bytes, texts: list[str]) -> object:
    """Value of a cell's record; a compressed number is the highest bits of one, or a whole one."""
    if kind == COMPRESSED:
        (number,) = struct.unpack_from("<i", data, 8)
        (wide,) = struct.unpack("<d", struct.pack("<ii", 0, number & ~3))
        return (float(number >> 2) if number & 2 else wide) / (100 if number & 1 else 1)
    if kind in ERRORS:
        return ERROR
    if kind not in FIXED:
        return _text(data, 8)[0]
    (value,) = struct.unpack_from(FIXED[kind], data, 8)
    return texts[value] if kind == SHARED else value


def _styles(package: zipfile.ZipFile, first_day: dt.datetime) -> tuple[list[Look], Fonts]:
    """Looks of the cell styles by number; which fonts raise or strike their text."""
    codes, fonts, looks, is_cell_style = {**FORMATS}, Fonts(Font), [], False
    for kind, data in _records(package, "xl/styles.bin"):
        if kind == FORMAT:
            codes[struct.unpack_from("<H", data)[0]] = _text(data, 2)[0]
        elif kind == FONT:
            fonts[len(fonts)] = Font(data[6] > 0, bool(data[2] & STRUCK_OUT))
        elif kind in (STYLES_BEGIN, STYLES_END):
            is_cell_style = kind == STYLES_BEGIN
        elif kind == STYLE and is_cell_style:
            number, font = struct.unpack_from("<HH", data, 2)
            looks.append(look_of(codes.get(number, ""), fonts[font], first_day))
    return looks, fonts
