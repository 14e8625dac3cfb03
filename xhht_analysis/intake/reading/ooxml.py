"""What the value reader does not show of an .xlsx, noted in one pass over each sheet.

Hidden rows, percent formats, formulas without results, raised notes, and how far a sheet reaches: a
stray cell far away is told before it costs memory.
"""

from __future__ import annotations

import io
import re
import zipfile
from functools import lru_cache
from xml.etree import ElementTree

from xhht_analysis.intake.reading import prescan
from xhht_analysis.intake.reading.prescan import SheetNotes, parse, part_bytes
from xhht_analysis.intake.reading.sheets import UNCACHED, RefusedError, place_of

STRINGS = "xl/sharedStrings.xml"
TRUE = ("1", "true")
_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="(\w+)"(?:[^>]*/>|[^>]*>.*?</(?:\w+:)?c>)', re.S)


def scan_workbook(package: zipfile.ZipFile) -> tuple[dict[str, SheetNotes], dict[str, bytes]]:
    """Notes on every sheet of an .xlsx package, and the parts that are read in another wording.

    There the digits of raised runs are raised signs, so that a note beside a number stays one, and
    blank cells far away are left out.

    Raises
    ------
    RefusedError
        too_many_sheets, too_many_cells, entity, truncated.
    """
    book = parse(part_bytes(package, "xl/workbook.xml"))
    links = prescan.links(package, "xl/_rels/workbook.xml.rels")
    sheets = {
        sheet.get("name", ""): links.get(link)
        for sheet in book.iterfind(".//{*}sheet")
        for link in [next((v for k, v in sheet.items() if k.endswith("}id")), None)]
    }
    if len(sheets) > prescan.MAX_SHEETS:
        raise RefusedError("too_many_sheets", f"{len(sheets)} trang tính")
    recalculated = any(calc.get("fullCalcOnLoad") in TRUE for calc in book.iterfind(".//{*}calcPr"))
    no_results = ("", "0") if recalculated else ("",)  # a 0 that Excel computes anew is no result
    styles = _styles(package)
    notes, changed = {}, {}
    for name, part in sheets.items():
        if part:
            notes[name] = SheetNotes(*styles)
            try:
                changed[part] = _scan_sheet(package, part, notes[name], no_results)
            except prescan.DAMAGED:
                raise RefusedError("truncated") from None
    changed[prescan.part_name(package, STRINGS)] = _raised(part_bytes(package, STRINGS))
    return notes, {part: data for part, data in changed.items() if data}


def _raised(data: bytes) -> bytes:
    """XML with raised digits and struck texts in its runs; empty when it has none."""
    has_runs = b"vertAlign" in data or b"strike" in data
    return prescan.raised_runs(data.decode("utf-8", "replace")).encode() if has_runs else b""


def _scan_sheet(
    package: zipfile.ZipFile, part: str, notes: SheetNotes, no_results: tuple[str, ...]
) -> bytes:
    """Fill ``notes`` from a sheet's part; give the part in other words, empty when unchanged.

    ``no_results`` are values of a formula that are none.
    """
    xml = part_bytes(package, f"/{part}")
    row, column, blanks = -1, -1, set()
    for event, element in ElementTree.iterparse(io.BytesIO(xml or b"<none/>"), ("start", "end")):
        name = _name(element)
        if name == "row" and event == "start":
            row, column = int(element.get("r", row + 2)) - 1, -1
            if element.get("hidden") in TRUE:
                notes.hidden_rows.add(row)
        elif name == "c" and event == "end":
            address = element.get("r", "")
            column += 1
            if address:
                row, column = place_of(address)
            parts = {_name(child): "".join(child.itertext()).strip() for child in element}
            value = parts.get("v", parts.get("is"))
            is_formula = "f" in parts
            if not prescan.fits(row + 1, column + 1):
                if is_formula or not _is_blank(package, element.get("t"), value):
                    raise RefusedError("too_many_cells", f"{row + 1} × {column + 1}")
                blanks.add(address.encode())
            elif is_formula or value is not None:
                place, kind = (row, column), element.get("t")
                notes.add_cell(place, element.get("s"))
                if is_formula:
                    notes.formulas.add(place)
                if kind == "e":
                    notes.texts[place] = value
                elif is_formula and kind != "str" and (value or "") in no_results:
                    notes.texts[place] = UNCACHED
        if event == "end" and name in ("row", "c"):
            element.clear()
    shown = _CELL.sub(lambda cell: b"" if cell[1] in blanks else cell[0], xml) if blanks else xml
    return _raised(shown) or (shown if blanks else b"")


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _is_blank(package: zipfile.ZipFile, kind: str | None, value: str | None) -> bool:
    """Whether a cell holds nothing but blanks, be it as a shared string."""
    return not value or (kind == "s" and value in _blank_strings(package))


@lru_cache(maxsize=1)
def _blank_strings(package: zipfile.ZipFile) -> set[str]:
    """Numbers of the shared strings that hold nothing but blanks."""
    items = parse(part_bytes(package, STRINGS)).iterfind("{*}si")
    return {str(n) for n, item in enumerate(items) if not "".join(item.itertext()).strip()}


def _styles(package: zipfile.ZipFile) -> tuple[set[str], set[str]]:
    """Numbers of the cell styles shown as percent, and of those with a line through them."""
    xml = parse(part_bytes(package, "xl/styles.xml"))
    formats = {"9", "10"} | {
        shown.get("numFmtId")
        for shown in xml.iterfind(".//{*}numFmt")
        if prescan.is_percent(shown.get("formatCode", ""))
    }
    fonts = (font.find("{*}strike") for font in xml.iterfind("{*}fonts/{*}font"))
    struck = {
        str(number)
        for number, line in enumerate(fonts)
        if line is not None and line.get("val", "1") in TRUE
    }
    styles = list(enumerate(xml.iterfind("{*}cellXfs/{*}xf")))
    return (
        {str(number) for number, style in styles if style.get("numFmtId") in formats},
        {str(number) for number, style in styles if style.get("fontId") in struck},
    )
