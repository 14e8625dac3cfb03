"""Any file to sheets of cells; a hostile or broken file to one refusal.

What a file is shows its content, never its extension. `delivery` calls this in child processes.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import chain, islice
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

from xhht_analysis.characters import printable
from xhht_analysis.intake.reading import legacy_text, personal
from xhht_analysis.intake.reading.ods import read_ods
from xhht_analysis.intake.reading.packages import open_package, parse, part_bytes, tag, values_of
from xhht_analysis.intake.reading.sheets import RefusedError, Sheet
from xhht_analysis.intake.reading.xls import read_xls
from xhht_analysis.intake.reading.xlsb import read_xlsb
from xhht_analysis.intake.reading.xlsx import read_xlsx, run_text

REFUSED = re.compile(
    rb"(?P<archive>\x1f\x8b|BZh|\xfd7zXZ|7z\xbc\xaf|Rar!)|(?P<old_excel>\t[\0\x02\x04\x08])|"
    rb"[\xef\xbb\xbf\s\0]*(?:(?P<word_97>\{\\rtf)|(?P<pdf>%PDF)|(?P<unknown_format><\?xml)|(?P<html><))",
    re.I,
)
"""What a file that is not read begins with."""
OFFICE = "[content_types].xml"
"""Part that every package of Office has, whatever else it lacks."""
FIGURE_IN_TEXT = re.compile(
    r"\d ?%|\d/\d[\d.]* +(?:người|trẻ|em|học sinh|cơ sở|trường|xã|phường|ấp)\b"
)
"""A share or a ratio in running text."""
WORD_NOTES = ("comments", "footnotes", "endnotes")
"""Parts of a .docx whose text belongs to no cell."""
MAX_SHEETS = 200
OLE_PARTS = {
    "word_97": "WordDocument",
    "password": "EncryptedPackage",
    "email": "__properties_version1.0",  # a letter of Outlook (.msg)
}
"""What a compound file that is no workbook holds."""


def read_workbook(path: Path) -> list[Sheet]:
    """Sheets of one file, by its content and not by its extension.

    Raises
    ------
    RefusedError
        When the file must not or cannot be read; see `remedies.REMEDIES` for the rules.
    OSError
        When the file cannot be opened.
    """
    data, suffix = path.read_bytes(), path.suffix.lower()
    if not data:
        raise RefusedError("empty_file")
    if data.startswith(b"PK"):
        return read_sheets(_read_package, data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        parts = {rule: name.encode("utf-16-le") in data for rule, name in OLE_PARTS.items()}
        if any(parts.values()) and "Workbook".encode("utf-16-le") not in data:
            raise RefusedError(max(parts, key=parts.get))
        return read_sheets(read_xls, data)
    if refused := REFUSED.match(data):
        is_table = b"office:spreadsheet" in data[:8192]
        raise RefusedError("xml_2003" if is_table else refused.lastgroup)
    if b"mime-version" in data[:1024].lower():
        raise RefusedError("email" if b"attachment" in data.lower() else "html")
    if suffix in (".csv", ".tsv", ".txt") or _is_table(data):
        return [read_csv(data)]
    raise RefusedError("unknown_format", suffix)


def _is_table(data: bytes) -> bool:
    """Whether a file is a text table under another name, as web systems export it."""
    text = legacy_text.decode(data) or "\x00"
    fit = max(_fitness(text[:20_000], mark) for mark in ";\t,")
    return "\x00" not in text and fit[0] > 2 and fit[2] > 2


def _read_package(data: bytes) -> Iterator[Sheet]:
    package = open_package(data)
    names = {name.lower().replace("\\", "/") for name in package.namelist()}
    if b"encryption-data" in part_bytes(package, "/META-INF/manifest.xml"):
        raise RefusedError("password")
    if "word/document.xml" in names:
        return _read_word(package)
    if "xl/workbook.bin" in names:
        return read_xlsb(package)
    if "xl/workbook.xml" in names:
        return read_xlsx(package)
    if "content.xml" in names:
        kind = part_bytes(package, "/mimetype")
        if not kind or b"text" in kind:
            raise RefusedError("word_97" if kind else "truncated", ".odt" if kind else "mimetype")
        return read_ods(package)
    raise RefusedError("unknown_format" if OFFICE in names else "archive")


def read_sheets(read: Callable[[bytes], Iterator[Sheet]], data: bytes) -> list[Sheet]:
    """Sheets of a workbook; whatever a broken one raises is a refusal."""
    try:
        sheets = [*islice(read(data), MAX_SHEETS + 1)]
    except (RefusedError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - a broken file raises anything
        rule = "password" if "encrypted" in str(error) else "truncated"
        raise RefusedError(rule) from None
    if len(sheets) > MAX_SHEETS:
        raise RefusedError("too_many_sheets", f"{len(sheets)} trang tính")
    return [_mend(sheet.completed()) for sheet in sheets]


def _mend(sheet: Sheet) -> Sheet:
    """Mend the texts of a sheet, once, before anything reads them.

    TCVN3 and VNI text is converted, control characters are replaced, and numbers of persons are
    masked.
    """
    grid = sheet.grid
    texts = {value for row in grid for value in row if isinstance(value, str)}
    repair = legacy_text.repair_of(texts)

    @cache
    def is_of_persons(column: int) -> bool | None:
        """As `personal.is_of_persons`, once for each column."""
        return personal.is_of_persons(row[column] for row in grid if column < len(row))

    @cache
    def mend(text: str) -> str:
        """The text to show."""
        return personal.mask(printable(repair(text)))

    for r, row in enumerate(grid):
        for c, value in enumerate(row):
            hidden = personal.is_candidate(value) and personal.mask_alone(value, is_of_persons(c))
            if hidden:
                row[c] = hidden
            elif isinstance(value, str):
                row[c] = mend(value)
                hidden = row[c].count(personal.MASK) > value.count(personal.MASK)
            if hidden:
                sheet.masked.add((r, c))
    sheet.name = personal.mask(printable(sheet.name))
    sheet.notes = {at: mend(text) for at, text in sheet.notes.items()}
    sheet.prose = [*map(mend, sheet.prose)]
    return sheet


def read_csv(data: bytes) -> Sheet:
    """One sheet of a delimited text file.

    The delimiter is the one that splits the most lines into the same number of cells.

    Raises
    ------
    RefusedError
        unknown_encoding, nul_bytes, too_many_cells, decimal_comma (decimals and cells are parted
        by the same comma), open_quote.
    """
    text = legacy_text.decode(data)
    if text is None:
        raise RefusedError("unknown_encoding")
    if "\x00" in text:
        raise RefusedError("nul_bytes")
    delimiter = max(";\t|,", key=lambda mark: _fitness(text[:20_000], mark))
    # strict: a quotation mark that is not closed would take the lines below it
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, line = [], 1
    try:
        for row in reader:
            rows.append(row)
            line = reader.line_num + 1
    except csv.Error:
        raise RefusedError("open_quote", f"dòng {line}") from None
    if delimiter == ",":
        _check_commas(rows)
    sheet = Sheet("")
    for r, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.add(r, column, re.sub(r'^="(.*)"$', r"\1", cell))
    return _mend(sheet.completed())


def _fitness(head: str, mark: str) -> tuple[int, int, int]:
    """How well ``mark`` splits the lines: those of one width, cells left whole, their number."""
    rows = [row for row in csv.reader(io.StringIO(head, newline=""), delimiter=mark) if row]
    widths = Counter(len(row) for row in rows if len(row) > 1)
    width, alike = widths.most_common(1)[0] if widths else (0, 0)
    torn = sum(";" in cell or "\t" in cell for row in rows for cell in row)
    return alike, -torn, width


def _check_commas(rows: list[list[str]]) -> None:
    """Refuse rows that are wider than the widest line of headings: decimals were split."""
    heads = (row for row in rows if not any(cell.strip().isdigit() for cell in row))
    width = max(map(len, heads), default=0)
    for line, row in enumerate(rows, start=1):
        if width > 2 and any(cell.strip() for cell in row[width:]):
            raise RefusedError("decimal_comma", f"dòng {line}")


def _read_word(package: ZipFile) -> Iterator[Sheet]:
    """Tables of a .docx, also in text boxes.

    The paragraphs above a table stand in the rows before its row 1. The first behind the last
    table, where its note is, stands below it.
    A letter without tables is one sheet of paragraphs: it says whose it is, or that it corrects.
    """
    above: list[list[object]] = []
    notes = (parse(package, f"/word/{name}.xml") for name in WORD_NOTES)
    number, prose = 0, [*filter(None, map(_word_text, chain(*notes)))]
    for block in _word_parts(parse(package, "/word/document.xml").iterfind("{*}body/*")):
        if tag(block) == "p" and (line := _word_text(block)):
            above.append([line])
            prose += [line] if FIGURE_IN_TEXT.search(line) else []
        for table in [block] if tag(block) == "tbl" else block.iterfind(".//{*}tbl"):
            number += 1
            lines = prose if number == 1 else []  # grows until the last line is read
            sheet = Sheet(f"Bảng {number}", above, len(above), prose=lines)
            for place, row in enumerate(table.iterfind(".//{*}tr"), start=len(above)):
                _add_word_row(sheet, place, row)
            yield sheet
            above = []
    if number:
        sheet.grid += above[:1]  # below the last table, as notes of a sheet
    elif above:
        yield Sheet("", above, len(above), prose=prose)


def _word_parts(block: Iterable[ElementTree.Element]) -> Iterator[ElementTree.Element]:
    """Parts of a block; those of a content control (a field to fill in) in its place."""
    for part in block:
        yield from _word_parts(part) if tag(part).startswith("sdt") else (part,)


def _add_word_row(sheet: Sheet, row: int, line: ElementTree.Element) -> None:
    """Take up the cells of a row; one that goes on from the row above is merged with it."""
    column = int(values_of(line.iterfind("{*}trPr/*")).get("gridBefore", 0))
    for cell in _word_parts(line):
        if tag(cell) == "tc":
            marks = values_of(cell.iterfind("{*}tcPr/*"))
            right = column + max(1, int(marks.get("gridSpan", 1)))
            goes_on = marks.get("vMerge") in ("", "continue")
            if goes_on or right > column + 1:
                sheet.merged.append((row - goes_on, column, row, right - 1))
            lines = (part for part in _word_parts(cell) if tag(part) == "p")
            sheet.add(row, column, "\n".join(filter(None, map(_word_text, lines))))
            column = right


def _word_text(block: ElementTree.Element) -> str:
    """Text of a block without what was moved from it; lines that a break parts stay apart."""
    moved = block.findall(".//{*}moveFrom/{*}r")
    runs = (run for run in block.iterfind(".//{*}r") if run not in moved)
    return "".join(map(run_text, runs)).strip()
