"""Any file to sheets of cells; a hostile or broken file to one refusal.

What a file is shows its content, never its extension. Values come from calamine, formats and
guards from `prescan`; `delivery` calls this in child processes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import python_calamine as calamine

from xhht_analysis.intake.reading import biff, legacy_text, prescan
from xhht_analysis.intake.reading.sheets import RefusedError, Sheet

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def read_workbook(path: Path) -> list[Sheet]:
    """Sheets of one file, by its content and not by its extension.

    Raises
    ------
    RefusedError
        When the file must not or cannot be read; see `remedies.REMEDIES` for the rules.
    OSError
        When the file cannot be opened.
    """
    data = path.read_bytes()
    suffix = path.suffix.lower()
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n\x00").lower()
    if not data:
        raise RefusedError("empty_file")
    if data.startswith(b"PK"):
        return _read_package(data)
    if data.startswith((b"\xd0\xcf\x11\xe0", b"\x09\x08", b"\x09\x04", b"\x09\x00", b"\x09\x02")):
        if b"W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t" in data and b"W\0o\0r\0k\0b\0o\0o\0k" not in data:
            raise RefusedError("word_97")
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise RefusedError("password")
        return _read_values(data, biff.scan_xls(data))
    if head.startswith(b"%pdf"):
        raise RefusedError("pdf")
    if head.startswith(b"<"):
        raise RefusedError("xml_2003" if b"office:spreadsheet" in data[:8192] else "html")
    if b"mime-version" in head:
        raise RefusedError("html")
    if suffix in (".csv", ".tsv", ".txt"):
        return [read_csv(data)]
    raise RefusedError("unknown_format", suffix)


def _read_package(data: bytes) -> list[Sheet]:
    package = prescan.open_package(data)
    names = set(package.namelist())
    if "word/document.xml" in names:
        return list(_read_word(package))
    if "xl/workbook.bin" in names:
        return _read_values(data, {})
    if "xl/workbook.xml" in names:
        return _read_values(data, prescan.scan_workbook(package))
    if "content.xml" in names and b"spreadsheet" in package.read("mimetype")[:100]:
        return _read_values(data, prescan.scan_ods(package))
    raise RefusedError("unknown_format", "zip")


def _read_values(data: bytes, notes: dict[str, prescan.SheetNotes]) -> list[Sheet]:
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        about = [meta for meta in book.sheets_metadata if "WorkSheet" in str(meta.typ)]
        if len(about) > prescan.MAX_SHEETS:
            raise RefusedError("too_many_sheets", f"{len(about)} sheets")
        return [
            _sheet(book.get_sheet_by_name(m.name), notes.get(m.name), "Visible" in str(m.visible))
            for m in about
        ]
    except calamine.PasswordError:
        raise RefusedError("password") from None
    except (calamine.CalamineError, calamine.XmlError, calamine.ZipError) as error:
        raise RefusedError("truncated", str(error)[:200]) from None


def _sheet(
    source: calamine.CalamineSheet, notes: prescan.SheetNotes | None, visible: bool
) -> Sheet:
    height, width = source.height, source.width
    if (
        height > prescan.MAX_ROWS
        or width > prescan.MAX_COLUMNS
        or height * width > prescan.MAX_CELLS
    ):
        raise RefusedError("too_many_cells", f"{source.name}: {height} x {width}")
    grid = source.to_python(skip_empty_area=True)
    top, left = source.start or (0, 0)
    merged = tuple(
        (r1 - top, c1 - left, min(r2 - top, len(grid) - 1), min(c2 - left, width - 1))
        for (r1, c1), (r2, c2) in source.merged_cell_ranges or ()
        if r1 >= top and c1 >= left and r1 - top < len(grid) and c1 - left < width
    )
    for r1, c1, r2, c2 in merged:
        for row in range(r1, r2 + 1):
            grid[row][c1 : c2 + 1] = [grid[r1][c1]] * (c2 + 1 - c1)
    sheet = Sheet(source.name, grid, (top + 1, left + 1), merged=merged, visible=visible)
    fonts: dict[tuple[int, int], str] = {}
    if notes:
        sheet.hidden_rows = frozenset(row - 1 - top for row in notes.hidden_rows)
        sheet.hidden_columns = frozenset(column - 1 - left for column in notes.hidden_columns)
        sheet.percent = frozenset((r - 1 - top, c - 1 - left) for r, c in notes.percent)
        sheet.formulas = frozenset((r - 1 - top, c - 1 - left) for r, c in notes.formulas)
        _put_back(grid, {(r - 1 - top, c - 1 - left): v for (r, c), v in notes.lost.items()})
        fonts = {(r - 1 - top, c - 1 - left): e for (r, c), e in notes.fonts.items()}
    return _repair(sheet, fonts)


def _put_back(grid: list[list[object]], cells: dict[tuple[int, int], str]) -> None:
    """Show errors and formulas without results, which calamine reads as empty cells."""
    for (r, c), text in cells.items():
        if r >= 0 and c >= 0:
            grid += [[] for _ in range(r + 1 - len(grid))]
            grid[r] += [""] * (c + 1 - len(grid[r]))
            if grid[r][c] == "":
                grid[r][c] = text


def _repair(sheet: Sheet, fonts: dict[tuple[int, int], str]) -> Sheet:
    """Convert TCVN3 and VNI text: by font where the file shows it, else by the whole sheet."""
    texts = {v for row in sheet.grid for v in row if v.__class__ is str and not v.isascii()}
    sheet.encoding = legacy_text.vote(texts) if texts else None
    changed = {text: legacy_text.repair_legacy(text, sheet.encoding) for text in texts}
    if not fonts and not any(encoding for _, encoding in changed.values()):
        return sheet
    for r, row in enumerate(sheet.grid):
        for c, value in enumerate(row):
            if value in changed if isinstance(value, str) else False:
                font = fonts.get((r, c))
                row[c], used = legacy_text.repair_legacy(value, font) if font else changed[value]
                sheet.encoding = sheet.encoding or used
    return sheet


def read_csv(data: bytes) -> Sheet:
    """One sheet of a delimited text file; the delimiter is the one that gives the most columns."""
    text = legacy_text.decode(data)
    if text is None:
        raise RefusedError("unknown_encoding")
    if "\x00" in text:
        raise RefusedError("nul_bytes")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\n") > prescan.MAX_ROWS or len(text) > 20 * prescan.MAX_CELLS:
        raise RefusedError("too_many_cells", f"{text.count(chr(10))} lines")
    head = text[:20_000]
    delimiter = max(";\t,", key=lambda mark: (_columns(head, mark), mark != ","))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    grid, lines, start = [], [], 1
    try:
        for row in reader:
            if len(row) > prescan.MAX_COLUMNS:
                raise RefusedError("too_many_cells", f"{len(row)} columns")
            if any(cell.strip() for cell in row):
                grid.append(row)
                lines.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        raise RefusedError("truncated", str(error)) from None
    return _repair(Sheet("", grid, lines=tuple(lines)), {})


def _columns(head: str, mark: str) -> int:
    """Typical number of fields a line has when split at ``mark``."""
    lines = list(csv.reader(io.StringIO(head, newline=""), delimiter=mark))
    counts = sorted(len(line) for line in lines if line)
    return counts[len(counts) * 3 // 4] if counts else 0


def _read_word(package: ZipFile) -> Iterator[Sheet]:
    """Tables of a .docx; the paragraphs above a table stand in the rows before its row 1."""
    try:
        body = ElementTree.fromstring(prescan.part_text(package, "word/document.xml"))[0]
    except (ElementTree.ParseError, IndexError) as error:
        raise RefusedError("truncated", str(error)) from None
    above: list[list[object]] = []
    number = 0
    for block in body:
        if block.tag == f"{WORD}p" and (line := _word_text(block)):
            above.append([line])
        elif block.tag == f"{WORD}tbl":
            number += 1
            rows = [_word_row(row) for row in block.iter(f"{WORD}tr")]
            yield _repair(Sheet(f"Bảng {number}", above + rows, (1 - len(above), 1)), {})
            above = []


def _word_row(row: ElementTree.Element) -> list[object]:
    cells: list[object] = []
    for cell in row.iterfind(f"{WORD}tc"):
        span = cell.find(f"{WORD}tcPr/{WORD}gridSpan")
        told = span.get(f"{WORD}val", "") if span is not None else ""
        width = int(told) if told.isdigit() else 1
        text = "\n".join(filter(None, map(_word_text, cell.iter(f"{WORD}p"))))
        cells += [text] * min(width, prescan.MAX_COLUMNS)
    return cells


def _word_text(block: ElementTree.Element) -> str:
    return "".join(part.text or "" for part in block.iter(f"{WORD}t")).strip()
