"""What the value reader does not show of an .xlsx, noted in one pass over each sheet.

Hidden rows and columns, percent formats, old Vietnamese fonts, formulas without results, raised
notes, and how far a sheet reaches: a stray cell far away is told before it costs memory.
"""

from __future__ import annotations

import re
import zipfile
from functools import cached_property
from string import digits
from xml.parsers import expat

from xhht_analysis.intake.reading import prescan
from xhht_analysis.intake.reading.prescan import SheetNotes, parse, part_bytes
from xhht_analysis.intake.reading.sheets import UNCACHED, RefusedError, column_number

_PLAIN = rb'(?:<c r="[A-Z]{1,2}\d{1,5}"%b(?: t="s")?><v>[^<]*</v></c>)+(?=<c r="[^>]*><[vif])'
"""Cells that hold a number or shared text and nothing else, with a filled cell behind them."""
ANY_STYLE = rb'(?: s="\d+")?'
STRINGS = "xl/sharedStrings.xml"
TRUE = ("1", "true")


def scan_workbook(package: zipfile.ZipFile) -> tuple[dict[str, SheetNotes], dict[str, bytes]]:
    """Notes on every sheet of an .xlsx package, and the parts that are read in another wording.

    There the digits of raised runs are raised signs, so that a note beside a number stays one, and
    blank cells far away are left out.

    Raises
    ------
    RefusedError
        too_many_sheets, entity, truncated.
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
    """XML with raised digits in its raised runs; empty when it has none."""
    is_raised = b"vertAlign" in data
    return prescan.raised_runs(data.decode("utf-8", "replace")).encode() if is_raised else b""


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
        self.first = 0
        self.fields: dict[str, str] = {}
        self.is_watched = self.is_filled = self.is_formula = False
        self.texts: list[str] = []
        special = notes.percent_styles or notes.legacy_styles
        plain = re.compile(_PLAIN % (b"" if special else ANY_STYLE))
        # nine cells of ten show all there is; where a blank is to be cut, every byte counts
        for xml in (plain.sub(b"", self.xml), self.xml):
            self.row = self.column = -1
            self.blanks: list[tuple[int, int]] = []
            self.parser = expat.ParserCreate()
            prescan.walk(xml or b"<none/>", self._start, self.parser)
            if not self.blanks:
                break

    def _start(self, name: str, fields: dict[str, str]) -> None:
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "c":
            self.fields, self.column = fields, self.column + 1
            if "r" in fields:
                letters = fields["r"].rstrip(digits)
                self.row = int(fields["r"][len(letters) :]) - 1
                self.column = column_number(letters) - 1
            if fields.get("t") == "e" or not prescan.fits(self.row + 1, self.column + 1):
                self._watch()
        elif name == "v" or name == "is":
            if self.is_watched:
                self.is_filled = True
                self.parser.CharacterDataHandler = self.texts.append
            else:
                self.notes.add_cell((self.row, self.column), self.fields.get("s"))
        elif name == "f":
            self._watch()
            self.is_filled = self.is_formula = True
        elif name == "row":
            self.row, self.column = int(fields.get("r", self.row + 2)) - 1, -1
            if fields.get("hidden") in TRUE:
                self.notes.hidden_rows.add(self.row)
        elif name == "col" and fields.get("hidden") in TRUE:
            first, last = (int(fields.get(end, 0)) for end in ("min", "max"))
            self.notes.hidden_columns.update(range(first - 1, min(last, prescan.MAX_COLUMNS)))

    def _watch(self) -> None:
        """Look at the content of this cell: errors, formulas, what stands far away."""
        self.texts, self.first = [], self.parser.CurrentByteIndex
        self.is_watched, self.is_filled, self.is_formula = True, False, False
        self.parser.EndElementHandler = self._end

    def _end(self, name: str) -> None:
        """Note what a cell that was watched holds."""
        if name.rpartition(":")[2] != "c":
            return
        self.is_watched = False
        self.parser.EndElementHandler = self.parser.CharacterDataHandler = None
        notes, place, kind = self.notes, (self.row, self.column), self.fields.get("t")
        value = "".join(self.texts).strip()
        is_blank = value in self._blank_strings if kind == "s" else not value
        if not self.is_filled:
            return
        if is_blank and not self.is_formula and not prescan.fits(place[0] + 1, place[1] + 1):
            self.blanks.append((self.first, self.parser.CurrentByteIndex))
            return
        notes.add_cell(place, self.fields.get("s"))
        if self.is_formula:
            notes.formulas.add(place)
        if kind == "e":
            notes.texts[place] = value
        elif self.is_formula and kind != "str" and value in self.no_results:
            notes.texts[place] = UNCACHED

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


def _styles(package: zipfile.ZipFile) -> tuple[set[str], dict[str, str]]:
    """Cell style numbers shown as percent, and those in an old Vietnamese font."""
    xml = parse(part_bytes(package, "xl/styles.xml"))
    formats = {"9", "10"}
    for shown in xml.iterfind(".//{*}numFmt"):
        if prescan.is_percent(shown.get("formatCode", "")):
            formats.add(shown.get("numFmtId", ""))
    names = [font.find("{*}name") for font in xml.iterfind("{*}fonts/{*}font")]
    legacy = {
        str(number): encoding
        for number, name in enumerate(names)
        if name is not None and (encoding := prescan.legacy_font(name.get("val", "")))
    }
    percent, fonts = set(), {}
    for number, style in enumerate(xml.iterfind("{*}cellXfs/{*}xf")):
        if style.get("numFmtId") in formats:
            percent.add(str(number))
        if encoding := legacy.get(style.get("fontId", "0")):
            fonts[str(number)] = encoding
    return percent, fonts
