"""What the value reader does not show of an .xls: formats, raised notes, formulas."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import xlrd
from xlrd.compdoc import CompDoc

from xhht_analysis.intake.reading.prescan import RAISED, STRUCK, SheetNotes, is_percent
from xhht_analysis.intake.reading.sheets import UNCACHED, RefusedError

FORMULA, END, NOT_COMPUTED, SHEET = 0x0006, 0x000A, 0x005E, 0x0085
Record = tuple[int, bytes]


def scan_xls(data: bytes) -> dict[str, SheetNotes]:
    """Notes on every worksheet of an .xls file, by name.

    Raises
    ------
    RefusedError
        password; truncated: the file is not built as its format asks.
    """
    log = io.StringIO()
    try:
        container = CompDoc(data, log, ignore_workbook_corruption=True)
        stream = container.get_named_stream("Workbook") or container.get_named_stream("Book")
        book = xlrd.open_workbook(
            file_contents=data,
            logfile=log,
            formatting_info=True,
            ragged_rows=True,
            ignore_workbook_corruption=True,
        )
        sheets = [part for kind, part in _records(stream, 0) if kind == SHEET and part[5] == 0]
        starts = [struct.unpack_from("<I", part)[0] for part in sheets]
        return {
            sheet.name: _notes(book, sheet, _records(stream, start))
            for sheet, start in zip(book.sheets(), starts, strict=True)
        }
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - a broken file raises anything
        rule = "password" if "encrypted" in str(error) else "truncated"
        raise RefusedError(rule) from None


def _records(stream: bytes, at: int) -> Iterator[Record]:
    """Records from ``at`` to the first end of a part: what is drawn on a sheet comes after it."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind == END:
            return
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _notes(book: xlrd.Book, sheet: xlrd.sheet.Sheet, records: Iterator[Record]) -> SheetNotes:
    formats = (book.format_map[style.format_key].format_str for style in book.xf_list)
    fonts = [book.font_list[style.font_index] for style in book.xf_list]
    notes = SheetNotes(
        {number for number, text in enumerate(formats) if is_percent(text)},
        {number for number, font in enumerate(fonts) if font.struck_out},
    )
    notes.hidden_rows = {row for row, about in sheet.rowinfo_map.items() if about.hidden}
    for row in range(sheet.nrows):
        for column, cell in enumerate(sheet.row(row)):
            if cell.ctype not in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
                notes.add_cell((row, column), cell.xf_index)
    for place, runs in sheet.rich_text_runlist_map.items():
        text = sheet.cell_value(*place)
        ends = [start for start, _ in runs[1:]] + [len(text)]
        for (start, font), end in reversed([*zip(runs, ends, strict=True)]):
            piece, look = text[start:end], book.font_list[font]
            if look.escapement or look.struck_out:
                piece = piece.translate(RAISED) if look.escapement else piece
                piece += STRUCK if look.struck_out else ""
                notes.texts[place] = text = text[:start] + piece + text[end:]
    notes.texts |= dict.fromkeys(_without_results(notes.formulas, records), UNCACHED)
    return notes


def _without_results(formulas: set[tuple[int, int]], records: Iterator[Record]) -> set:
    """Cells of formulas that were never computed; all cells of formulas go into ``formulas``."""
    blank, zero, is_stale = set(), set(), False
    for kind, data in records:
        is_stale |= kind == NOT_COMPUTED
        if kind == FORMULA:
            place, result = struct.unpack_from("<HH", data), data[6:14]
            formulas.add(place)
            if result[6:] == b"\xff\xff" and result[0] == 3:
                blank.add(place)
            elif not any(result):
                zero.add(place)
    lost = blank if blank == formulas else set()
    return lost | zero if is_stale else lost
