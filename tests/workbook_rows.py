"""A workbook of one plain sheet, for tests of what offices type themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from openpyxl import Workbook


def write_rows(path: Path, rows: Iterable[Sequence], merged: Iterable[str] = ()) -> Path:
    """Write ``rows`` from A1 on, ranges ``merged``, as the workbook ``path``."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path
