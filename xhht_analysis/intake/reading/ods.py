"""Sheets of an .ods."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from itertools import product
from xml.etree.ElementTree import Element

from xhht_analysis.intake.reading.looks import Font, Fonts, Look
from xhht_analysis.intake.reading.packages import parse, tag
from xhht_analysis.intake.reading.sheets import MAX_ROWS, UNCACHED, Sheet

OFFICE, STYLE, TABLE, TEXT, DRAWING = (
    f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}"
    for name in ("office", "style", "table", "text", "drawing")
)
SHAPES = ("text-box", "custom-shape")
"""What is drawn on a sheet and holds text."""


def read_ods(package: zipfile.ZipFile) -> Iterator[Sheet]:
    """Sheets of an .ods package.

    Raises
    ------
    RefusedError
        too_many_cells, entity. A broken package raises anything.
    """
    xml, fonts, hidden = parse(package, "/content.xml"), Fonts(Font), set()
    for style in xml.iter(f"{STYLE}style"):
        name = style.get(f"{STYLE}name")
        values = {key: value for part in style for key, value in part.items()}
        position = values.get(f"{STYLE}text-position", "0")
        line = values.get(f"{STYLE}text-line-through-style", "none")
        fonts[name] = Font(bool(re.match("su|-?[1-9]", position)), line != "none")
        if values.get(f"{TABLE}display") == "false":
            hidden.add(name)
    for table in xml.iter(f"{TABLE}table"):
        visible = table.get(f"{TABLE}style-name") not in hidden
        sheet = Sheet(table.get(f"{TABLE}name", ""), visible=visible)
        _fill(sheet, table, fonts)
        for shape in SHAPES:
            for box in table.iter(f"{DRAWING}{shape}"):
                sheet.add(sheet.n_rows + 1, 0, "".join(box.itertext()))  # as a note below
        yield sheet


def _fill(sheet: Sheet, table: Element, fonts: Fonts) -> None:
    below = 0
    for line in table.iter(f"{TABLE}table-row"):
        row, column = below, 0
        below += min(_count(line, "number-rows-repeated"), MAX_ROWS + 1)
        if line.get(f"{TABLE}visibility") in ("collapse", "filter"):
            sheet.hidden_rows.update(range(row, below))
        for cell in line:
            beside = column + _count(cell, "number-columns-repeated")
            value, is_formula = _value(cell, fonts), f"{TABLE}formula" in cell.attrib
            font = fonts[cell.get(f"{TABLE}style-name")]
            look = Look(cell.get(f"{OFFICE}value-type") == "percentage", None, font.struck)
            if value not in (None, ""):
                for place in product(range(row, below), range(column, beside)):
                    sheet.add(*place, value, look, formula=is_formula)
            last_row = row + _count(cell, "number-rows-spanned") - 1
            last_column = column + _count(cell, "number-columns-spanned") - 1
            if (last_row, last_column) > (row, column):
                sheet.merged.append((row, column, last_row, last_column))
            if (note := cell.find(f"{OFFICE}annotation")) is not None:
                sheet.notes[row, column] = " ".join(note.itertext())
            column = beside


def _count(element: Element, name: str) -> int:
    return int(element.get(f"{TABLE}{name}", 1))


def _value(cell: Element, fonts: Fonts) -> object:
    """Value of a cell; a percentage as its hundredth, what is neither number nor date as text."""
    kind, number = cell.get(f"{OFFICE}value-type"), cell.get(f"{OFFICE}value")
    text = "\n".join(_text(line, fonts) for line in cell.iterfind(f"{TEXT}p"))
    if kind is None and f"{TABLE}formula" in cell.attrib:
        return UNCACHED
    if number and "error" not in cell.attrib.values():
        return float(number)
    if kind == "date":
        moment = dt.datetime.fromisoformat(cell.get(f"{OFFICE}date-value", ""))
        return moment if moment.time() > dt.time() else moment.date()
    return text or cell.get(f"{OFFICE}string-value")


def _text(part: Element, fonts: Fonts) -> str:
    """Text of a paragraph or of a part of it; lines that a break or a tab parts stay apart."""
    font = fonts[part.get(f"{TEXT}style-name")]
    pieces = [font.show(part.text or "")]
    for inner in part:
        blank = {"s": " " * int(inner.get(f"{TEXT}c", 1)), "tab": "\n", "line-break": "\n"}
        pieces += [blank.get(tag(inner)) or _text(inner, fonts), font.show(inner.tail or "")]
    return "".join(pieces)
