"""What the value reader does not show of an .xlsx, noted in one pass over each sheet.

Hidden rows, percent formats, formulas without results, raised notes, and how far a sheet reaches: a
stray cell far away is told before it costs memory.
"""

from __future__ import annotations

import zipfile
from functools import cached_property
from string import digits
from xml.parsers import expat

from xhht_analysis.intake.reading import prescan
from xhht_analysis.intake.reading.prescan import SheetNotes, parse, part_bytes
from xhht_analysis.intake.reading.sheets import UNCACHED, RefusedError, column_number

STRINGS = "xl/sharedStrings.xml"
TRUE = ("1", "true")


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
    styles = _styles(package)
    notes, changed = {}, {}
    for name, part in sheets.items():
        if part:
            scan = _SheetScan(package, part, SheetNotes(*styles), recalculated)
            notes[name] = scan.notes
            changed[part] = scan.reworded()
    changed[prescan.part_name(package, STRINGS)] = _raised(part_bytes(package, STRINGS))
    return notes, {part: data for part, data in changed.items() if data}


def _raised(data: bytes) -> bytes:
    """XML with raised digits and struck texts in its runs; empty when it has none."""
    has_runs = b"vertAlign" in data or b"strike" in data
    return prescan.raised_runs(data.decode("utf-8", "replace")).encode() if has_runs else b""


class _SheetScan:
    """One pass over a sheet's part: ``notes``, and where blank cells far away stand in its bytes.

    Parameters
    ----------
    package, part
        The package and the name of the part in it.
    notes : SheetNotes
        To be filled in.
    recalculated : bool
        Whether a program that opens the workbook computes it anew, so that a 0 is no result.
    """

    def __init__(
        self, package: zipfile.ZipFile, part: str, notes: SheetNotes, recalculated: bool
    ) -> None:
        self.package, self.notes = package, notes
        self.no_results = ("", "0") if recalculated else ("",)
        self.xml = part_bytes(package, f"/{part}")
        self.blanks: list[tuple[int, int]] = []
        self.row = self.column = -1
        self.first, self.fields, self.is_formula = 0, {}, False
        self.texts: list[str] | None = None
        """What the value of the cell at hand holds; None where it has none."""
        self.parser = expat.ParserCreate()
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartElementHandler = self._start
        try:
            self.parser.Parse(self.xml or b"<none/>", True)
        except prescan.DAMAGED:
            raise RefusedError("truncated") from None

    def _start(self, name: str, fields: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            self.fields, self.first = fields, self.parser.CurrentByteIndex
            self.column, self.texts, self.is_formula = self.column + 1, None, False
            if "r" in fields:
                letters = fields["r"].rstrip(digits)
                self.row = int(fields["r"][len(letters) :]) - 1
                self.column = column_number(letters) - 1
        elif name in ("v", "is"):
            self.texts = []
        elif name == "f":
            self.is_formula = True
        elif name == "row":
            self.row, self.column = int(fields.get("r", self.row + 2)) - 1, -1
            if fields.get("hidden") in TRUE:
                self.notes.hidden_rows.add(self.row)

    def _text(self, text: str) -> None:
        if self.texts is not None:
            self.texts.append(text)

    def _end(self, name: str) -> None:
        """Note what a cell holds."""
        if name.rpartition(":")[2] != "c" or (self.texts is None and not self.is_formula):
            return
        notes, place, kind = self.notes, (self.row, self.column), self.fields.get("t")
        value = "".join(self.texts or ()).strip()
        if not prescan.fits(place[0] + 1, place[1] + 1):
            if self.is_formula or not self._is_blank(kind, value):
                raise RefusedError("too_many_cells", f"{place[0] + 1} × {place[1] + 1}")
            self.blanks.append((self.first, self.parser.CurrentByteIndex))
            return
        notes.add_cell(place, self.fields.get("s"))
        if self.is_formula:
            notes.formulas.add(place)
        if kind == "e":
            notes.texts[place] = value
        elif self.is_formula and kind != "str" and value in self.no_results:
            notes.texts[place] = UNCACHED

    def _is_blank(self, kind: str | None, value: str) -> bool:
        return value in self._blank_strings if kind == "s" else not value

    @cached_property
    def _blank_strings(self) -> set[str]:
        """Numbers of the shared strings that hold nothing but blanks."""
        items = parse(part_bytes(self.package, STRINGS)).iterfind("{*}si")
        return {str(n) for n, item in enumerate(items) if not "".join(item.itertext()).strip()}

    def reworded(self) -> bytes:
        """The part with raised digits and without blank cells far away; empty when unchanged."""
        parts, at = [], 0
        for first, last in self.blanks:
            parts.append(self.xml[at:first])
            at = self.xml.index(b">", last) + 1
        xml = b"".join([*parts, self.xml[at:]])
        return _raised(xml) or (xml if at else b"")


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
