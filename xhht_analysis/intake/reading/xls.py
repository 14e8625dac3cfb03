"""Sheets of an .xls, by xlrd; its records tell what xlrd does not: formulas and text boxes."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import xlrd

from xhht_analysis.intake.reading.looks import FIRST_DAYS, Font, Fonts, Look, look_of, show_runs
from xhht_analysis.intake.reading.sheets import ERROR, UNCACHED, Sheet

FORMULA, END, CONTINUED, NOT_COMPUTED, BOX, BEGIN = 0x06, 0x0A, 0x3C, 0x5E, 0x1B6, 0x809


def read_xls(data: bytes) -> Iterator[Sheet]:
    """Worksheets of an .xls file.

    Raises
    ------
    RefusedError
        too_many_cells. A broken file raises anything.
    """
    book = xlrd.open_workbook(
        file_contents=data,
        logfile=io.StringIO(),
        formatting_info=True,
        on_demand=True,  # the stream stays open
        ragged_rows=True,
        ignore_workbook_corruption=True,
    )
    listed = (Font(bool(font.escapement), bool(font.struck_out)) for font in book.font_list)
    fonts = Fonts(Font, enumerate(listed))
    formats, first_day = book.format_map, FIRST_DAYS[book.datemode]
    looks = [
        look_of(formats[style.format_key].format_str, fonts[style.font_index], first_day)
        for style in book.xf_list
    ]
    for source, start in zip(book.sheets(), book._sh_abs_posn, strict=True):
        sheet = Sheet(source.name, visible=not source.visibility)
        sheet.hidden_rows = {row for row, about in source.rowinfo_map.items() if about.hidden}
        sheet.notes = {at: note.text for at, note in source.cell_note_map.items()}
        sheet.merged = [(r1, c1, r2 - 1, c2 - 1) for r1, r2, c1, c2 in source.merged_cells]
        *formulas, boxes = _records(book.mem, start)
        _fill(sheet, source, looks, fonts, *formulas)
        for text in boxes:
            if text not in sheet.notes.values():
                sheet.add(sheet.n_rows + 1, 0, text)
        yield sheet


def _fill(
    sheet: Sheet,
    source: xlrd.sheet.Sheet,
    looks: list[Look],
    fonts: Fonts,
    formulas: set[tuple[int, int]],
    without_result: set[tuple[int, int]],
) -> None:
    for row in range(source.nrows):
        for column, cell in enumerate(source.row(row)):
            place, value = (row, column), cell.value
            if place in without_result:
                value = UNCACHED
            elif cell.ctype == xlrd.XL_CELL_TEXT:
                value = show_runs(value, source.rich_text_runlist_map.get(place, ()), fonts)
            elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
                value = bool(value)
            elif cell.ctype == xlrd.XL_CELL_ERROR:
                value = ERROR
            sheet.add(row, column, value, looks[cell.xf_index], formula=place in formulas)


def _records(stream: bytes, at: int) -> tuple[set, set, list[str]]:
    """Cells of formulas in the records of the sheet at ``at``; those never computed; text boxes.

    A chart on the sheet begins and ends as a sheet does. The text of a box, that of a comment too,
    goes on in the record behind it.
    """
    formulas, blank, zero, boxes, is_stale, depth, kind = set(), set(), set(), [], False, 0, BEGIN
    while depth or kind == BEGIN:
        before, (kind, length) = kind, struct.unpack_from("<HH", stream, at)
        data, at = stream[at + 4 : at + 4 + length], at + 4 + length
        depth += (kind == BEGIN) - (kind == END)
        is_stale |= kind == NOT_COMPUTED
        if kind == FORMULA:
            place, result = struct.unpack_from("<HH", data), data[6:14]
            formulas.add(place)
            if result[6:] == b"\xff\xff" and result[0] == 3:
                blank.add(place)
            elif not any(result):
                zero.add(place)
        elif (before, kind) == (BOX, CONTINUED):
            boxes.append(data[1:].decode("utf-16-le" if data[0] else "latin-1"))
    lost = blank if blank == formulas else set()
    return formulas, lost | zero if is_stale else lost, boxes
