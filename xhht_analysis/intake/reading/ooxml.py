"""What the value reader does not show of an .xlsx, noted in one pass over small pieces.

Hidden rows and columns, percent formats, old Vietnamese fonts, formulas without results, raised
notes, and how far a sheet reaches: a stray cell far away is told before it costs memory.
"""

from __future__ import annotations

import html
import re
import zipfile
from functools import cached_property

from xhht_analysis.intake.reading.prescan import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_SHEETS,
    SheetNotes,
    fits,
    is_percent,
    legacy_font,
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
_HIDDEN_ROW = re.compile(rb'<row r="(\d{1,7})"[^>]*\bhidden="(?:1|true)"')
_ANY_CELL = re.compile(_TAG + rb"c[\s/>]")
_ROW_OR_CELL = re.compile(_TAG + rb"(row|c)(?=[\s/>])([^>]*?)(/?)>")
_FIELD = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
PIECE_HEAD = 2**16
"""As much of a piece as shows how its writer quotes attributes."""
_REF = re.compile(rb'\br="([A-Za-z]{1,3})(\d{1,7})"')
_CELL = re.compile(rb'<c r="([A-Za-z]{1,3})(\d{1,7})"([^>]*[^>/])?>(.*?)</(?:\w+:)?c>', re.S)
_NO_RESULT = re.compile(
    _TAG + rb'c\b((?:(?!t="str")[^>])*[^/>])>\s*' + _TAG + rb"f\b[^>]*(?:/>|>[^<]*</[^>]*>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*(0?)\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_FORMULA = re.compile(_TAG + rb"c\b([^>]*[^/])>\s*" + _TAG + rb"f\b")
_ERROR = re.compile(
    _TAG + rb'c\b([^>]*\bt="e"[^>]*)>(?:\s*<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</[^>]*>))?'
    rb"\s*<(?:\w+:)?v>([^<]*)<"
)
_COLUMN = re.compile(_TAG + rb"col\b([^>]*)>")


def _sheet_parts(package: zipfile.ZipFile, book: str) -> dict[str, str]:
    """Part name of each sheet of an .xlsx package, by sheet name, in the order of the workbook."""
    rels = part_text(package, "xl/_rels/workbook.xml.rels")
    links = {link.get("Id"): link.get("Target", "") for link in tags("Relationship", rels)}
    sheets = {}
    for fields in tags("sheet", book):
        link = next((v for k, v in fields.items() if k.endswith(":id")), None)
        sheets[fields.get("name", "")] = part_name(package, links.get(link, ""))
    return sheets


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
    parts = _sheet_parts(package, book)
    if len(parts) > MAX_SHEETS:
        raise RefusedError("too_many_sheets", f"{len(parts)} sheets")
    changed: dict[str, bytes] = {}
    strings = part_name(package, "sharedStrings.xml")
    if strings and max([b"vertAlign" in piece for piece in pieces(package, strings)]):
        changed[strings] = raised_runs(part_text(package, strings)).encode()
    recalculated = any(f.get("fullCalcOnLoad") in ("1", "true") for f in tags("calcPr", book))
    styles = _styles(part_text(package, "xl/styles.xml"))
    notes = {}
    for name, part in parts.items():
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
        self.styled = _styled({*self.percent, *self.fonts})
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
            if cells > MAX_CELLS or not fits(bottom, self.right):
                raise RefusedError("too_many_cells", f"{part}: row {bottom}, column {self.right}")
            self._look(piece)

    def _plain(self, match: re.Match[bytes]) -> bytes:
        """A row's or cell's tag in the one spelling that is searched for, with its place."""
        kind, told, end = match.groups()
        fields = {name: double or single for name, double, single in _FIELD.findall(told)}
        place = re.fullmatch(rb"([A-Za-z]{0,3})(\d{1,7})", fields.pop(b"r", b""))
        if kind == b"row":
            self.row, self.column = int(place[2]) if place else self.row + 1, 0
            at = b"%d" % self.row
        else:
            self.column = column_number(place[1].decode()) if place else self.column + 1
            at = b"%b%d" % (
                column_letters(self.column).encode(),
                int(place[2]) if place else self.row,
            )
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
                    cell = None if fits(line, column) else _CELL.match(row, start)
                    if cell and self._is_blank(cell):
                        self.blank = True
                        continue
                    bottom, self.right = max(bottom, line), max(self.right, column)
                    break
        return bottom

    def _is_blank(self, cell: re.Match[bytes]) -> bool:
        text = html.unescape(re.sub(rb"<[^>]*>", b"", cell[4]).decode("utf-8", "replace")).strip()
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
        return _CELL.sub(self._without_blank, data) if self.blank else data

    def _without_blank(self, cell: re.Match[bytes]) -> bytes:
        near = fits(int(cell[2]), column_number(cell[1].decode()))
        return cell[0] if near or not self._is_blank(cell) else b""

    def _look(self, piece: bytes) -> None:
        """Note what the value reader does not show of a piece in the plain spelling."""
        notes = self.notes
        if b"hidden" in piece:
            _hidden_columns(piece, notes)
            notes.hidden_rows |= {int(row[1]) for row in _HIDDEN_ROW.finditer(piece)}
        for match in self.styled.finditer(piece) if self.styled else ():
            if place := _place(match[0]):
                if int(match[1]) in self.percent:
                    notes.percent.add(place)
                if int(match[1]) in self.fonts:
                    notes.fonts[place] = self.fonts[int(match[1])]
        if b"f>" in piece or b"<f" in piece or b":f" in piece:
            notes.formulas |= {_place(match[1]) for match in _FORMULA.finditer(piece)} - {None}
            for match in _NO_RESULT.finditer(piece):
                if (not match[2] or self.recalculated) and (place := _place(match[1])):
                    notes.lost[place] = UNCACHED
        for match in _ERROR.finditer(piece) if b't="e"' in piece else ():
            if place := _place(match[1]):
                notes.lost[place] = match[2].decode()


def _is_odd(piece: bytes) -> bool:
    """Whether cells or rows of a piece are not in the usual spelling, ``<c r="A1" …``."""
    n, head = piece.count(b'<c r="'), piece[:PIECE_HEAD]
    odd = n != piece.count(b"<c") or b":c" in piece  # columns and colours begin with <c, too
    odd = odd and n != len(_ANY_CELL.findall(piece))
    odd |= b"hidden" in piece and piece.count(b"<row") != piece.count(b'<row r="')
    return odd or any(sign in head for sign in (b"='", b' ="', b'= "'))


def _place(tag: bytes) -> tuple[int, int] | None:
    at = _REF.search(tag)
    return (int(at[2]), column_number(at[1].decode())) if at else None


def _styled(styles: set[int]) -> re.Pattern[bytes] | None:
    """Cells with one of the ``styles``; of very many, every cell with a style."""
    numbers = "|".join(map(str, styles)) if len(styles) < 100 else r"\d{1,6}"
    return (
        re.compile(_TAG + rb'c\b(?=[^>]*\bs="(%b)")[^>]*[^/>]>' % numbers.encode())
        if styles
        else None
    )


def _hidden_columns(piece: bytes, notes: SheetNotes) -> None:
    for match in _COLUMN.finditer(piece):
        fields = {name: double or single for name, double, single in _FIELD.findall(match[1])}
        first, last = (fields.get(name, b"") for name in (b"min", b"max"))
        if fields.get(b"hidden") in (b"1", b"true") and first.isdigit() and last.isdigit():
            notes.hidden_columns.update(range(int(first), min(int(last), MAX_COLUMNS) + 1))


def _styles(xml: str) -> tuple[set[int], dict[int, str]]:
    """Cell style numbers shown as percent, and those in an old Vietnamese font."""
    formats = {"9", "10"}
    for fields in tags("numFmt", xml):
        if is_percent(fields.get("formatCode", "")):
            formats.add(fields.get("numFmtId", ""))
    block = re.search(r"<(?:\w+:)?fonts\b.*?</(?:\w+:)?fonts>", xml, re.S)
    cut = re.split(r"<(?:\w+:)?font\b(?!s)", block[0])[1:] if block else []
    names = [next(tags("name", font), {}).get("val", "") for font in cut]
    percent, fonts = set(), {}
    block = re.search(r"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", xml, re.S)
    for number, fields in enumerate(tags("xf", block[0] if block else "")):
        if fields.get("numFmtId") in formats:
            percent.add(number)
        font = int(re.sub(r"\D", "", fields.get("fontId", "")) or 0)
        if font < len(names) and (encoding := legacy_font(names[font])):
            fonts[number] = encoding
    return percent, fonts
