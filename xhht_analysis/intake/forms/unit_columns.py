"""Tables of several units: one table for each unit.

A unit is named in the headings of its columns, above its block of columns (each with the same
headings), or by a label between the rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xhht_analysis.intake.forms.context import HEAD_ROWS, Context, read_context, unit_labels
from xhht_analysis.intake.forms.file_reader import FileReader
from xhht_analysis.intake.forms.headings import heading_key
from xhht_analysis.intake.forms.places import UNPLACED, Places
from xhht_analysis.intake.forms.tables import Table, figure
from xhht_analysis.intake.reading.sheets import Sheet


def tables_by_unit(table: Table, reader: FileReader) -> Iterator[Table]:
    """The table as each unit's that it names, with ``reader`` in the context of that unit.

    Columns below no unit are everybody's; a table that names none is given as it is.
    """
    head = reader.context
    for block, context in unit_blocks(table, head, reader.places):
        if (context.unit, context.code) != (head.unit, head.code):
            name = context.place or "–"
            text = f"Cột từ đây là của đơn vị khác: hiểu là số của “{name}”."
            reader.find((block.top, block.key), "own_heading", text)
        for part, own in _row_parts(block, context, reader):
            reader.context = reader.places.context = own
            yield from _by_headings(part, reader)
    reader.context = reader.places.context = head


def unit_blocks(table: Table, head: Context, places: Places) -> Iterator[tuple[Table, Context]]:
    """Blocks side by side, each with the same headings and a unit of its own above it."""
    first = next((c for c, path in enumerate(table.headings) if path), 0)
    starts = [c for c, path in enumerate(table.headings) if path == table.headings[first]]
    owns = [replace(head, unit="", code="", level=None, lines=[], cells={}) for _ in starts]
    for row in range(max(0, table.top - HEAD_ROWS), table.top):
        for column, kind, typed in unit_labels(table.sheet, row):
            own = owns[max((n for n, c in enumerate(starts) if c <= column), default=0)]
            setattr(own, kind, typed)
    units = {(own.unit, own.code) for own in owns if places.names_one(own)}
    if len(starts) < 2 or len(units) < 2:
        yield table, head
        return
    for start, end, own in zip(starts, [*starts[1:], len(table.headings)], owns, strict=True):
        others = frozenset(c for c in range(len(table.headings)) if not start <= c < end)
        yield replace(table, key=table.key - starts[0] + start, others=others), own


def _row_parts(table: Table, head: Context, reader: FileReader) -> Iterator[tuple[Table, Context]]:
    """The rows below each label that names another unit, which need no header of their own."""
    own, first, sheet = head, table.first, table.sheet
    unit = reader.places.of_head(head).unit_code
    for row, next_head in unit_heads(sheet, table.first, table.last, reader.places):
        code = reader.places.of_head(next_head, head.year).unit_code
        if code is None or code != unit:
            yield replace(table, first=first, last=row), own
            own, first, unit = next_head.filled_from(head), row, code
            own.scale, own.money_scale = head.scale, head.money_scale
            if any(_has_figures(sheet, r) for r in range(row, min(table.last, sheet.n_rows))):
                text = f"Số liệu từ đây: hiểu là của “{own.place}”."
                reader.find(min(next_head.cells.values()), "own_heading", text)
    yield replace(table, first=first), own


def unit_heads(
    sheet: Sheet, first: int, last: int, places: Places
) -> Iterator[tuple[int, Context]]:
    """Rows of labels that name a place, those that follow one another as one, and what they say."""
    last = min(last, sheet.n_rows)
    rows = [row for row in range(first, last) if any(unit_labels(sheet, row))]
    for start in (row for row in rows if row - 1 not in rows):
        end = next((row for row in range(start, last) if _has_figures(sheet, row)), last)
        own = read_context(sheet, end, start)
        if places.names_one(own):
            yield start, own


def _has_figures(sheet: Sheet, row: int) -> bool:
    """Whether a row holds figures: a label has one number beside it at most."""
    return sum(figure(cell).value is not None for cell in sheet.grid[row]) > 1


def _by_headings(table: Table, reader: FileReader) -> Iterator[Table]:
    """The table as each unit's that its headings name."""
    head, places = reader.context, reader.places
    units = {c: name for c in range(len(table.headings)) if (name := _unit_of(table, c, places))}
    if not units:
        yield table
    for unit in dict.fromkeys(units.values()):
        others = frozenset(column for column, name in units.items() if name != unit)
        parts = (path.split(" | ") for path in table.headings)
        paths = [" | ".join(p for p in path if p != heading_key(unit)) for path in parts]
        reader.context = places.context = _context_of(unit, head, places)
        yield replace(table, headings=paths, others=others)
    reader.context = places.context = head


def _unit_of(table: Table, column: int, places: Places) -> str:
    """The heading of a column that is a unit's name; empty where none is."""
    texts = (table.sheet.text(row, column) for row in range(table.top, table.first))
    matches = ((text, places.match(text, "", places.today)) for text in texts if text.strip())
    return next((text for text, m in matches if m.unit_code or m.problem in UNPLACED), "")


def _context_of(unit: str, head: Context, places: Places) -> Context:
    """Context of a unit's columns; that of the sheet settles a homonym."""
    on, name = places.on(head.year), unit
    if head.unit and places.match(unit, "", on).problem == "ambiguous_unit":
        name = f"{unit}, {head.unit}"
    return replace(head, unit=name, code="", level=None, lines=[], cells=dict(head.cells))
