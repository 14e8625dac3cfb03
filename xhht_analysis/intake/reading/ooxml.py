"""What the value reader does not show of an .xlsx, noted in one pass over small pieces.

Hidden rows and columns, percent formats, old Vietnamese fonts, formulas without results, raised
notes, and how far a sheet reaches: a stray cell far away is told before it costs memory.
"""

from __future__ import annotations

import html
import re
import zipfile
from functools import cached_property

from xhht_analysis.intake.reading import prescan
from xhht_analysis.intake.reading.prescan import (
    SheetNotes,
    fits,
    part_name,
    part_text,
    pieces,
    raised_runs,
    tags,
)
from xhht_analysis.intake.reading.sheets import (
    UNCACHED,
    RefusedError,
    column_letters,
    column_number,
)

_TAG = rb"<(?:[A-Za-z][\w.-]*:)?"
_ANY_CELL = re.compile(_TAG + rb"c[\s/>]")
_ROW_OR_CELL = re.compile(_TAG + rb"(row|c)(?=[\s/>])([^>]*?)(/?)>")
_FIELD = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_PLACE = re.compile(rb"([A-Za-z]{0,3})(\d{1,7})")
_REF = re.compile(rb'\br="([A-Za-z]{1,3})(\d{1,7})"')
_STYLE = re.compile(rb'\bs="(\d{1,6})"')
_CELL = rb'<c r="([A-Za-z]{1,3})(\d{1,7})"%b([^>]*[^>/])?>(.*?)</(?:\w+:)?c>'
"""A cell that is not empty, with room for a look ahead."""
_FILLED = re.compile(_CELL % b"", re.S)
_FORMULA = re.compile(rb"\s*" + _TAG + rb"f\b[^>]*(?:/>|>[^<]*</[^>]*>)")
_MARKUP = re.compile(rb"<[^>]*>")
_HIDDEN_ROW = re.compile(rb'<row r="(\d{1,7})"[^>]*\bhidden="(?:1|true)"')
PIECE_HEAD = 2**16
"""As much of a piece as shows how its writer quotes attributes."""
MANY_STYLES = 100


def scan_workbook(package: zipfile.ZipFile) -> tuple[dict[str, SheetNotes], dict[str, bytes]]:
    """Notes on every sheet of an .xlsx package, and the parts that are read in another wording.

    There the digits of raised runs are raised signs, so that a note beside a number stays one, and
    blank cells far away are left out.

    Raises
    ------
    RefusedError
        too_many_sheets, too_many_cells, entity, truncated.
    """
    book = part_text(package, "xl/workbook.xml")
    parts = prescan.links(package, "xl/_rels/workbook.xml.rels")
    sheets = {
        fields.get("name", ""): parts.get(link)
        for fields in tags("sheet", book)
        for link in [next((v for k, v in fields.items() if k.endswith(":id")), None)]
    }
    if len(sheets) > prescan.MAX_SHEETS:
        raise RefusedError("too_many_sheets", f"{len(sheets)} trang tính")
    changed: dict[str, bytes] = {}
    strings = part_name(package, "sharedStrings.xml")
    if strings and max([b"vertAlign" in piece for piece in pieces(package, strings)]):
        changed[strings] = raised_runs(part_text(package, strings)).encode()
    recalculated = any(f.get("fullCalcOnLoad") in ("1", "true") for f in tags("calcPr", book))
    styles = _styles(part_text(package, "xl/styles.xml"))
    notes = {}
    for name, part in sheets.items():
        if part:
            scan = _SheetScan(package, part, styles, recalculated)
            notes[name] = scan.notes
            if scan.raised or scan.blank:
                changed[part] = scan.reworded()
    return notes, changed


class _SheetScan:
    """One pass over a sheet's part: ``notes``, and whether it must be read in another wording."""

    def __init__(
        self,
        package: zipfile.ZipFile,
        part: str,
        styles: tuple[set[int], dict[int, str]],
        recalculated: bool,
    ) -> None:
        self.package, self.part, self.recalculated = package, part, recalculated
        self.percent, self.fonts = styles
        self.signs, self.special = _special({*self.percent, *self.fonts})
        self.notes = SheetNotes()
        self.raised = self.blank = False
        self.row = self.column = self.right = 0
        cells = 0
        for piece in pieces(package, part):
            self.raised |= b"vertAlign" in piece
            if _is_odd(piece):
                piece = _ROW_OR_CELL.sub(self._plain, piece)
            cells += piece.count(b'<c r="')
            bottom = self._extent(piece)
            if cells > prescan.MAX_CELLS or not fits(bottom, self.right):
                raise RefusedError("too_many_cells", f"{part}: dòng {bottom}, cột {self.right}")
            self._look(piece)

    def _plain(self, match: re.Match[bytes]) -> bytes:
        """A row's or cell's tag in the one spelling that is searched for, with its place."""
        kind, written, end = match.groups()
        fields = {name: double or single for name, double, single in _FIELD.findall(written)}
        place = _PLACE.fullmatch(fields.pop(b"r", b""))
        if kind == b"row":
            self.row, self.column = int(place[2]) if place else self.row + 1, 0
            at = b"%d" % self.row
        else:
            self.column = column_number(place[1].decode()) if place else self.column + 1
            row = int(place[2]) if place else self.row
            at = b"%b%d" % (column_letters(self.column).encode(), row)
        rest = b"".join(b' %b="%b"' % item for item in fields.items())
        return b'<%b r="%b"%b%b>' % (kind, at, rest, end)

    def _extent(self, piece: bytes) -> int:
        """Last row of the cells of ``piece`` that are not empty; widens ``right``."""
        bottom = 0
        for row in piece.split(b"row>"):
            start = len(row)
            while (start := row.rfind(b"<c ", 0, start)) >= 0:
                tag = row[start : row.find(b">", start) + 1]
                at = None if tag.endswith(b"/>") else _REF.search(tag)
                if at:
                    line, column = int(at[2]), column_number(at[1].decode())
                    cell = None if fits(line, column) else _FILLED.match(row, start)
                    if cell and self._is_blank(cell):
                        self.blank = True
                        continue
                    bottom, self.right = max(bottom, line), max(self.right, column)
                    break
        return bottom

    def _is_blank(self, cell: re.Match[bytes]) -> bool:
        text = html.unescape(_MARKUP.sub(b"", cell[4]).decode("utf-8", "replace")).strip()
        return text in self._blank_strings if b't="s"' in (cell[3] or b"") else not text

    @cached_property
    def _blank_strings(self) -> set[str]:
        """Numbers of the shared strings that hold nothing but blanks."""
        xml = part_text(self.package, "xl/sharedStrings.xml")
        items = re.findall(r"<(?:\w+:)?si\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?si>)", xml, re.S)
        plain = (html.unescape(re.sub("<[^>]*>", "", item)).strip() for item in items)
        return {str(number) for number, text in enumerate(plain) if not text}

    def reworded(self) -> bytes:
        """The part with raised digits in raised runs and without the blank cells far away."""
        xml = part_text(self.package, self.part)
        data = (raised_runs(xml) if self.raised else xml).encode()
        return _FILLED.sub(self._without_blank, data) if self.blank else data

    def _without_blank(self, cell: re.Match[bytes]) -> bytes:
        near = fits(int(cell[2]), column_number(cell[1].decode()))
        return cell[0] if near or not self._is_blank(cell) else b""

    def _look(self, piece: bytes) -> None:
        """Note what the value reader does not show of a piece in the plain spelling."""
        notes = self.notes
        if b"hidden" in piece:
            notes.hidden_columns |= _hidden_columns(piece.partition(b"sheetData")[0])
            notes.hidden_rows |= {int(row) for row in _HIDDEN_ROW.findall(piece)}
        if not any(sign in piece for sign in self.signs):
            return
        for letters, line, fields, content in self.special.findall(piece):
            place = int(line), column_number(letters.decode())
            style = int(number[1]) if (number := _STYLE.search(fields)) else None
            if style in self.percent:
                notes.percent.add(place)
            if style in self.fonts:
                notes.fonts[place] = self.fonts[style]
            formula = _FORMULA.match(content)
            value = _MARKUP.sub(b"", content[formula.end() :] if formula else content).strip()
            if formula:
                notes.formulas.add(place)
                is_lost = not value or (value == b"0" and self.recalculated)
                if is_lost and b't="str"' not in fields:
                    notes.texts[place] = UNCACHED
            if b't="e"' in fields:
                notes.texts[place] = value.decode("utf-8", "replace")


def _is_odd(piece: bytes) -> bool:
    """Whether cells or rows of a piece are not in the usual spelling, ``<c r="A1" …``."""
    n, head = piece.count(b'<c r="'), piece[:PIECE_HEAD]
    odd = n != piece.count(b"<c") or b":c" in piece  # columns and colours begin with <c, too
    odd = odd and n != len(_ANY_CELL.findall(piece))
    odd |= b"hidden" in piece and piece.count(b"<row") != piece.count(b'<row r="')
    return odd or any(sign in head for sign in (b"='", b' ="', b'= "'))


def _special(styles: set[int]) -> tuple[list[bytes], re.Pattern[bytes]]:
    """Signs of a piece that must be looked at, and the cells: errors, formulas, ``styles``."""
    signs, shapes = [b't="e"', b"<f", b":f"], [rb't="e"']
    if styles:
        numbers = "|".join(map(str, styles)) if len(styles) < MANY_STYLES else r"\d{1,6}"
        signs.append(b's="')
        shapes.append(rb's="(?:%b)"' % numbers.encode())
    ahead = rb"(?=[^>]*\b(?:%b)|[^>]*>\s*%bf\b)" % (b"|".join(shapes), _TAG)
    return signs, re.compile(_CELL % ahead, re.S)


def _hidden_columns(head: bytes) -> set[int]:
    """Numbers of the hidden columns of a sheet."""
    hidden: set[int] = set()
    for fields in tags("col", head.decode("utf-8", "replace")):
        first, last = fields.get("min", ""), fields.get("max", "")
        if fields.get("hidden") in ("1", "true") and first.isdecimal() and last.isdecimal():
            hidden.update(range(int(first), min(int(last), prescan.MAX_COLUMNS) + 1))
    return hidden


def _styles(xml: str) -> tuple[set[int], dict[int, str]]:
    """Cell style numbers shown as percent, and those in an old Vietnamese font."""
    formats = {"9", "10"}
    for fields in tags("numFmt", xml):
        if prescan.is_percent(fields.get("formatCode", "")):
            formats.add(fields.get("numFmtId", ""))
    names: list[str] = []
    for fields in tags("font|name", _block("fonts", xml)):
        if fields[""] == "font":
            names.append("")
        elif names:
            names[-1] = names[-1] or fields.get("val", "")
    percent, fonts = set(), {}
    for number, fields in enumerate(tags("xf", _block("cellXfs", xml))):
        if fields.get("numFmtId") in formats:
            percent.add(number)
        font = int(re.sub(r"\D", "", fields.get("fontId", "")) or 0)
        if font < len(names) and (encoding := prescan.legacy_font(names[font])):
            fonts[number] = encoding
    return percent, fonts


def _block(name: str, xml: str) -> str:
    match = re.search(rf"<(?:\w+:)?{name}\b.*?</(?:\w+:)?{name}>", xml, re.S)
    return match[0] if match else ""
