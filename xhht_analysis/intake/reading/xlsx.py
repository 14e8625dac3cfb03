"""Sheets of an .xlsx, and the text of runs as .xlsx and .docx hold them."""

from __future__ import annotations

import datetime as dt
import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from xml.etree import ElementTree

from xlsxwriter.utility import xl_cell_to_rowcol

from xhht_analysis.intake.reading.looks import (
    FIRST_DAYS,
    FORMATS,
    PLAIN,
    Font,
    Fonts,
    Look,
    look_of,
)
from xhht_analysis.intake.reading.packages import parse, part_bytes, tag, values_of, worksheets
from xhht_analysis.intake.reading.sheets import UNCACHED, RefusedError, Sheet

TRUE = ("1", "true")
NOT_SET = ("0", "false", "off", "none")
"""Values of a mark of a font that switch it off."""
SIGNS = dict.fromkeys(("br", "cr", "tab"), "\n") | {"noBreakHyphen": "-", "sym": "\ufffd"}
"""Parts of a run that stand for a sign: such as keep texts apart, and one of a font of signs."""


def read_xlsx(package: zipfile.ZipFile) -> Iterator[Sheet]:
    """Worksheets of an .xlsx package.

    Raises
    ------
    RefusedError
        too_many_cells, entity. A broken package raises anything.
    """
    book = parse(package, "xl/workbook.xml")
    parts = worksheets(package, "xl/_rels/workbook.xml.rels")
    settings = {tag(part): part.attrib for part in book}
    recalculated = settings.get("calcPr", {}).get("fullCalcOnLoad") in TRUE
    no_results = ("", 0) if recalculated else ("",)  # a 0 that Excel computes anew is no result
    is_1904 = settings.get("workbookPr", {}).get("date1904") in TRUE
    looks = _looks(package, FIRST_DAYS[is_1904])
    texts = [text_of(item) for item in parse(package, "xl/sharedStrings.xml").iterfind("{*}si")]
    for about in book.iterfind("{*}sheets/{*}sheet"):
        part = parts[next(value for name, value in about.items() if name.endswith("}id"))]
        if part is not None:
            sheet = Sheet(about.get("name", ""), visible=about.get("state", "visible") == "visible")
            _fill(sheet, part_bytes(package, part), texts, looks, no_results)
            comments = _linked(package, part, "/comments", "{*}commentList/{*}comment")
            sheet.notes = {place_of(c.get("ref", "")): "".join(c.itertext()) for c in comments}
            add_text_boxes(sheet, package, part)
            yield sheet


def _fill(
    sheet: Sheet, xml: bytes, texts: list[str], looks: list[Look], no_results: tuple[object, ...]
) -> None:
    """Take up the cells of a sheet's part; ``no_results`` are values of a formula that are none."""
    row = -1
    for _, element in ElementTree.iterparse(io.BytesIO(xml)):
        name = tag(element)
        if name == "row":
            row, column = int(element.get("r", row + 2)) - 1, -1
            if element.get("hidden") in TRUE:
                sheet.hidden_rows.add(row)
            for cell in element:
                address, style = cell.get("r"), cell.get("s")
                row, column = place_of(address) if address else (row, column + 1)
                parts = {tag(part): part for part in cell}
                value = _value(cell.get("t"), parts, texts)
                if "f" in parts and value in no_results:
                    value = "" if cell.get("t") == "str" else UNCACHED
                look = looks[int(style)] if style else PLAIN
                sheet.add(row, column, value, look, formula="f" in parts)
            element.clear()
        elif name == "mergeCell":
            first, _, last = element.get("ref", "").partition(":")
            sheet.merged.append((*place_of(first), *place_of(last or first)))


def add_text_boxes(sheet: Sheet, package: zipfile.ZipFile, part: str) -> None:
    """Take up the text boxes of a sheet's part as notes below its cells."""
    for box in _linked(package, part, "/drawing", ".//{*}txBody"):
        sheet.add(sheet.n_rows + 1, 0, "".join(box.itertext()))


def _linked(
    package: zipfile.ZipFile, part: str, kind: str, path: str
) -> Iterator[ElementTree.Element]:
    """Elements at ``path`` of the parts of a ``kind`` that belong to a sheet's part.

    An answer in a thread of comments stands in them as text, too.
    """
    folder, _, name = part.rpartition("/")
    for link in parse(package, f"{folder}/_rels/{name}.rels"):
        if kind in (target := posixpath.join(folder, link.get("Target", ""))):
            yield from parse(package, target).iterfind(path)


@lru_cache(maxsize=65536)
def place_of(address: str) -> tuple[int, int]:
    """Row and column, counted from 0, of an A1 address.

    Raises
    ------
    RefusedError
        truncated: it is none, and xlsxwriter would take it for A1.
    """
    if not re.fullmatch("[A-Za-z]+[1-9][0-9]*", address):
        raise RefusedError("truncated", address)
    return xl_cell_to_rowcol(address.upper())


def _value(kind: str | None, parts: dict[str, ElementTree.Element], texts: list[str]) -> object:
    """Value of a cell of the type ``kind``; empty text when it has none."""
    if "is" in parts:
        return text_of(parts["is"])
    text = parts["v"].text or "" if "v" in parts else ""
    if kind == "str":
        return _unescaped(text)
    text = text.strip()
    if not text or kind == "e":
        return text
    if kind == "s":
        return texts[int(text)]
    if kind == "b":
        return text in TRUE
    return dt.datetime.fromisoformat(text) if kind == "d" else float(text)


def text_of(item: ElementTree.Element) -> str:
    """Text of a string of .xlsx, of one piece or of runs."""
    return _unescaped("".join(map(run_text, item.findall("{*}r") or [item])))


def _unescaped(text: str) -> str:
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda sign: chr(int(sign[1], 16)), text)


def run_text(run: ElementTree.Element) -> str:
    """Text of a run of .xlsx or .docx, raised and struck text as `Font` shows it."""
    marks = values_of(run.iterfind("{*}rPr/*"))
    if _is_set(marks, "vanish"):  # hidden text of Word
        return ""
    parts = ((tag(part), part.text or "") for part in run)
    text = "".join(text if kind == "t" else SIGNS.get(kind, "") for kind, text in parts)
    return _font(marks).show(text)


def _is_set(marks: dict[str, str], *names: str) -> bool:
    """Whether one of the marks ``names`` of a style or a run is there and not switched off."""
    return any(marks.get(name, "0") not in NOT_SET for name in names)


def _font(marks: dict[str, str]) -> Font:
    """Font that the ``marks`` of a style or a run make."""
    return Font("script" in marks.get("vertAlign", ""), _is_set(marks, "strike", "dstrike"))


def _looks(package: zipfile.ZipFile, first_day: dt.datetime) -> list[Look]:
    """Looks of the cell styles, by their number."""
    xml = parse(package, "xl/styles.xml")
    spelled = xml.iterfind(".//{*}numFmt")
    codes = FORMATS | {int(f.get("numFmtId", 0)): f.get("formatCode", "") for f in spelled}
    fonts = map(values_of, xml.iterfind("{*}fonts/{*}font"))
    fonts = Fonts(Font, enumerate(map(_font, fonts)))
    return [
        look_of(
            codes.get(int(style.get("numFmtId", 0)), ""),
            fonts[int(style.get("fontId", 0))],
            first_day,
        )
        for style in xml.iterfind("{*}cellXfs/{*}xf")
    ]
