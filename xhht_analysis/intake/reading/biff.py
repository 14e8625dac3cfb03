"""What the value reader does not show of an .xls: formats, old fonts, raised notes, hidden rows.

Only as much of OLE and BIFF8 is read as that needs. A file that is not built as expected gives no
notes: whether it can be read at all is for the value reader to say.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from xhht_analysis.intake.reading.prescan import RAISED, SheetNotes, is_percent, legacy_font
from xhht_analysis.intake.reading.sheets import UNCACHED, RefusedError

FORMULA = 0x0006
CELLS = (0x0203, 0x027E, FORMULA, 0x00FD, 0x0204)
"""NUMBER, RK, FORMULA, LABELSST, LABEL: row, column, cell format."""
FREE = 0xFFFFFFFA
Record = tuple[int, bytes]


def scan_xls(data: bytes) -> dict[str, SheetNotes]:
    """Notes on every sheet of an .xls file, by sheet name.

    Raises
    ------
    RefusedError
        truncated: the sectors of a stream turn in a circle, the value reader would never end.
    """
    try:
        book = _workbook_stream(data)
        return dict(_sheets(book)) if book else {}
    except (struct.error, IndexError, UnicodeDecodeError):
        return {}


def _workbook_stream(data: bytes) -> bytes:
    """Stream `Workbook` of the OLE container; empty when there is none."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    if size not in (512, 4096):
        return b""
    n_fat, start = struct.unpack_from("<II", data, 44)
    (more,) = struct.unpack_from("<I", data, 68)
    sectors = list(struct.unpack_from("<109I", data, 76))
    while more < FREE and len(sectors) < min(n_fat, len(data) // size):
        *part, more = struct.unpack_from(f"<{size // 4}I", data, (more + 1) * size)
        sectors += part
    numbers = f"<{size // 4}I"
    fat = [n for s in sectors[:n_fat] for n in struct.unpack_from(numbers, data, (s + 1) * size)]

    folder = _chain(data[size:], start, fat, size)
    (cut,) = struct.unpack_from("<I", data, 56)
    for at in range(0, len(folder), 128):
        if folder[at : at + 18] == "Workbook\0".encode("utf-16-le"):
            first, length = struct.unpack_from("<II", folder, at + 116)
            if length >= cut:
                return _chain(data[size:], first, fat, size)[:length]
            small = _chain(data[size:], struct.unpack_from("<I", data, 60)[0], fat, size)
            inner = _chain(data[size:], struct.unpack_from("<I", folder, 116)[0], fat, size)
            small_fat = struct.unpack(f"<{len(small) // 4}I", small)
            return _chain(inner, first, small_fat, 64)[:length]
    return b""


def _chain(data: bytes, sector: int, fat: Sequence[int], size: int) -> bytes:
    """Sectors of one stream, joined."""
    parts: list[bytes] = []
    while sector < FREE:
        if len(parts) > len(fat):
            raise RefusedError("truncated", "FAT")
        parts.append(data[sector * size : (sector + 1) * size])
        sector = fat[sector]
    return b"".join(parts)


def _records(book: bytes, at: int) -> Iterator[Record]:
    """Records from ``at`` to the end of that substream; charts inside it are passed over."""
    depth = 0
    while at + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, at)
        depth += (kind == 0x0809) - (kind == 0x000A)
        if depth == 0:
            return
        if depth == 1:
            yield kind, book[at + 4 : at + 4 + length]
        at += 4 + length


def _text(data: bytes, n: int, at: int) -> str:
    """Text of ``n`` letters whose flags stand at ``at``."""
    wide = data[at] & 1
    raw = data[at + 1 : at + 1 + n * (1 + wide)]
    return raw.decode("utf-16-le" if wide else "latin-1")


def _sheets(book: bytes) -> Iterator[tuple[str, SheetNotes]]:
    formats, fonts, styles, sheets, strings = {9, 10}, [], [], [], []
    raised: set[int] = set()
    joined = False
    for kind, data in _records(book, 0):
        if kind == 0x041E and is_percent(_text(data, struct.unpack_from("<H", data, 2)[0], 4)):
            formats.add(struct.unpack_from("<H", data)[0])
        elif kind == 0x0031:
            if struct.unpack_from("<H", data, 8)[0]:
                raised.add(len(fonts) + (len(fonts) > 3))  # there is no font 4
            fonts.append(legacy_font(_text(data, data[14], 15)))
        elif kind == 0x00E0:
            styles.append(struct.unpack_from("<HH", data))
        elif kind == 0x0085:
            sheets.append((_text(data, data[6], 7), struct.unpack_from("<I", data)[0]))
        joined = kind == 0x00FC or (kind == 0x003C and joined)  # SST and what continues it
        strings += [data] * joined
    fonts.insert(4, None)
    percent = {n for n, (_, number) in enumerate(styles) if number in formats}
    legacy = {n: fonts[f] for n, (f, _) in enumerate(styles) if f < len(fonts) and fonts[f]}
    texts = _raised_texts(strings, raised) if strings and raised else {}
    for name, at in sheets:
        yield name, _notes(book, at, SheetNotes(percent, legacy), texts)


def _raised_texts(chunks: list[bytes], raised: set[int]) -> dict[int, str]:
    """Shared strings with runs in a raised font, by number, with raised digits in those runs."""
    stream = _Strings(chunks)
    texts = {}
    for number in range(stream.take("<II")[1]):
        text, runs = stream.text()
        ends = [start for start, _ in runs[1:]] + [len(text)]
        for (start, font), end in zip(runs, ends, strict=False):
            if font in raised:
                text = text[:start] + text[start:end].translate(RAISED) + text[end:]
                texts[number] = text
    return texts


class _Strings:
    """The shared strings, read on where one record is full and the next continues it."""

    def __init__(self, chunks: list[bytes]) -> None:
        self.chunks = chunks[::-1]

    def piece(self, n: int) -> bytes:
        """Up to ``n`` bytes of one record."""
        while not self.chunks[-1]:
            self.chunks.pop()
        data, self.chunks[-1] = self.chunks[-1][:n], self.chunks[-1][n:]
        return data

    def bytes(self, n: int) -> bytes:
        """Next ``n`` bytes, of as many records as it takes."""
        data = b""
        while len(data) < n:
            data += self.piece(n - len(data))
        return data

    def take(self, shape: str) -> tuple:
        """Next values of a struct."""
        return struct.unpack(shape, self.bytes(struct.calcsize(shape)))

    def text(self) -> tuple[str, list[tuple[int, int]]]:
        """Next string, and its runs: first letter, font."""
        left, flags = self.take("<HB")
        n_runs = self.take("<H")[0] if flags & 8 else 0
        extra = self.take("<I")[0] if flags & 4 else 0
        text = ""
        while left:
            if not self.chunks[-1]:  # goes on in the next record, with flags of its own
                (flags,) = self.take("<B")
            width = 1 + flags % 2
            raw = self.piece(left * width)
            text += raw.decode("utf-16-le" if width == 2 else "latin-1", "replace")
            left -= len(raw) // width
        runs = [self.take("<HH") for _ in range(n_runs)]
        self.bytes(extra)
        return text, runs


def _notes(book: bytes, at: int, notes: SheetNotes, texts: dict[int, str]) -> SheetNotes:
    stale = False
    blank: set[tuple[int, int]] = set()
    zero: set[tuple[int, int]] = set()
    for kind, data in _records(book, at):
        if kind in CELLS:
            row, column, style = struct.unpack_from("<HHH", data)
            place = row, column
            notes.add_cell(place, style)
            if kind == FORMULA:
                notes.formulas.add(place)
                result = data[6:14]
                if result[6:] == b"\xff\xff" and result[0] == 3:
                    blank.add(place)
                elif not any(result):
                    zero.add(place)
            if kind == 0x00FD and (text := texts.get(struct.unpack_from("<I", data, 6)[0])):
                notes.texts[place] = text
        elif kind == 0x00BD:  # MULRK: several numbers of one row
            row, column = struct.unpack_from("<HH", data)
            for step in range((len(data) - 6) // 6):
                (style,) = struct.unpack_from("<H", data, 4 + 6 * step)
                notes.add_cell((row, column + step), style)
        elif kind == 0x0208 and struct.unpack_from("<I", data, 12)[0] & 0x20:
            notes.hidden_rows.add(struct.unpack_from("<H", data)[0])
        elif kind == 0x007D and struct.unpack_from("<H", data, 8)[0] & 1:
            first, last = struct.unpack_from("<HH", data)
            notes.hidden_columns.update(range(first, last + 1))
        stale |= kind == 0x005E  # UNCALCED: written without computing
    lost = blank if blank == notes.formulas else set()
    notes.texts |= dict.fromkeys(lost | (zero if stale else set()), UNCACHED)
    return notes
