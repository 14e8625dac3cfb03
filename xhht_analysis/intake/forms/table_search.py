"""Find the tables of a sheet by their headings, wherever they stand.

A table begins at a row with a key heading (Đơn vị, Độ tuổi, Mã chỉ tiêu …); the header is as high
as its merged cells or the blanks under the key say. Each column gets one folded heading path, so
that a form describes its columns by words and never by position.
"""

from __future__ import annotations

import re
from itertools import pairwise

from xhht_analysis.intake.forms.headings import (
    KEY,
    PLAIN,
    YEAR,
    fits,
    heading_key,
    is_aside,
    is_share,
)
from xhht_analysis.intake.forms.tables import Table, is_heading, is_name, is_number_row, place_depth
from xhht_analysis.intake.forms.text_kinds import MEN, SOME_ONLY, heading_kinds
from xhht_analysis.intake.reading.sheets import Sheet
from xhht_analysis.intake.reading.text import fold

ALL_PEOPLE = re.compile(r"((tong )?(chung|cong)|ca)( (2|hai) gioi)?|toan \w+")
"""What heads the columns of all people beside those of some of them."""
MAX_HEADER_HEIGHT = 6
MAX_TABLES = 40


def find_tables(sheet: Sheet) -> list[Table]:
    """Tables of a sheet, top to bottom; each ends where the next one begins."""
    tables, row = [], 0
    while row < min(sheet.n_rows, 20_000):
        key = _key_column(sheet, row) if len(tables) < MAX_TABLES else None
        if key is not None and tables and fits("đơn vị tính|đvt", tables[-1].headings[key]):
            key = None  # "đơn vị": what an indicator of the table above counts
        if key is None:
            row += 1
            continue
        first = _header_end(sheet, row, key)
        if tables:
            tables[-1].last = row
        headings = _heading_paths(sheet, row, first, key)
        tables.append(Table(sheet, row, first, sheet.n_rows, key, headings))
        row = max(first, row + 1)
    return tables


def _key_column(sheet: Sheet, row: int) -> int | None:
    cells = sheet.grid[row]
    is_text = (isinstance(c, str) and len(c) < 80 and not c.endswith(":") for c in cells)
    texts = [heading_key(c) if t else "" for c, t in zip(cells, is_text, strict=True)]
    keys = [c for c, t in enumerate(texts) if t and KEY.fullmatch(t)]
    below = sheet.grid[row + 1 : row + 9]
    if not keys:  # a column "Năm" (not "Nam") over years says what the rows are
        named = (c for c, cell in enumerate(cells) if str(cell).lower() == "năm")
        keys = [c for c in named if any(YEAR.search(str(r[c])) for r in below)]
    others = [c for c, cell in enumerate(cells) if cell not in ("", None)]
    years = [c for c in others if PLAIN.fullmatch(heading_key(sheet.text(row, c)))]
    if not keys and years[1:] and others[0] == years[0] > 0:  # as a yearbook leaves the corner
        keys = [years[0] - 1]
    if not keys:
        return None
    if len(others) < 3 and not PLAIN.fullmatch(texts[others[-1]]):
        return None
    if not all(is_heading(cells[c]) for c in others):
        return None
    first = min(keys, key=lambda column: f"{texts[column]} ".startswith("ma "))
    names = [c for c in keys if any(is_name(r[c]) and r[c] != cells[c] for r in below)]
    return max([first, *names], key=lambda column: place_depth(texts[column]))


def _header_end(sheet: Sheet, top: int, key: int) -> int:
    """Row after the header: as high as the merged key cell, or while the key column is blank.

    Only a first row that groups columns (merged sideways, or with gaps) goes on below.
    """
    anchor, rows = sheet.text(top, key), range(top, sheet.n_rows)
    row = next((row for row in rows if sheet.text(row, key) != anchor), sheet.n_rows)
    sideways = any(r1 == top and c2 > c1 for r1, c1, _, c2 in sheet.merged)
    sideways |= any(a and a == b for a, b in pairwise(sheet.grid[top]))  # repeated
    while row < min(sheet.n_rows, top + MAX_HEADER_HEIGHT):
        cells = {c: v for c, v in enumerate(sheet.grid[row]) if v not in ("", None)}
        grouped = sideways or any(not sheet.text(top, c) for c in cells)
        grouped |= sheet.text(row, key) == anchor  # merged cells taken apart and filled
        if not cells or not grouped or sheet.text(row, key) not in ("", anchor):
            break
        if not all(map(is_heading, cells.values())) or is_number_row(sheet, row):
            break
        row += 1
    return row


def _heading_paths(sheet: Sheet, top: int, end: int, key: int) -> list[str]:
    """Folded path per column.

    In a header without merges a blank takes its left neighbour, as long as that one has headings
    of its own below: one that has none stands for its column alone.
    """
    paths: list[list[str]] = [[] for _ in range(sheet.n_columns)]
    rows = [_heading_row(sheet, row) for row in range(top, end)]
    lowest = rows[-1]
    for row, texts in enumerate(rows, start=top):
        left, merged = "", any(r1 <= row <= r2 and c2 > c1 for r1, c1, r2, c2 in sheet.merged)
        for column, below in enumerate(lowest):
            text = texts[column]
            if text:
                left = text if below not in ("", text) else ""
            elif not merged and row < end - 1 and column > key and below:
                text = left
            if text and text not in paths[column]:
                paths[column].append(text)
    if any(SOME_ONLY & heading_kinds(path[0]) for path in paths if path[1:]):  # Nam | Nữ | Chung
        paths = [path[bool(path[1:] and ALL_PEOPLE.fullmatch(path[0])) :] for path in paths]
    return _with_shares(paths, key)


def _heading_row(sheet: Sheet, row: int) -> list[str]:
    """Folded headings of a row; beside women "Nam" is no year."""
    texts = [sheet.text(row, column) for column in range(sheet.n_columns)]
    if any("nu" in fold(text).split() for text in texts):
        texts = [re.sub(MEN.pattern, "nam giới", text, flags=re.I) for text in texts]
    return [*map(heading_key, texts)]


def _with_shares(paths: list[list[str]], key: int) -> list[str]:
    """A share, or a group of them, is that of the counts on its left.

    It is of those on its right where the first share that has no group has none on its left.
    """
    whole = [*map(list, paths)]

    def count_of(column: int, level: int, step: int) -> int | None:
        """Nearest column whose path differs only where that of the share says "share"."""
        path = paths[column]
        for at in range(column + step, key if step < 0 else len(paths), step):
            group, rest = paths[at][: level + 1], paths[at][level + 1 :]
            if len(paths[at]) != len(path) or group[:-1] != path[:level]:
                break
            if rest == path[level + 1 :] and not (is_share(group[-1]) or is_aside(group)):
                return at
        return None

    levels = [(c, n) for c in range(key + 1, len(paths)) for n in range(len(paths[c]))]
    shares = [(column, level) for column, level in levels if is_share(paths[column][level])]
    loose = next((column for column, _ in shares if len(paths[column]) == 1), None)
    step = 1 if loose is not None and count_of(loose, 0, -1) is None else -1
    for column, level in shares:
        at = count_of(column, level, step)
        if at is not None:
            whole[column] = [*paths[at][: level + 1], *paths[column][level:]]
    return [*map(" | ".join, whole)]
