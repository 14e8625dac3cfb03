"""Tables whose columns are of several units, each named in a heading: one table for each unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xhht_analysis.intake.forms.context import Context
from xhht_analysis.intake.forms.file_reader import FileReader
from xhht_analysis.intake.forms.headings import heading_key
from xhht_analysis.intake.forms.places import Places
from xhht_analysis.intake.forms.tables import Table

UNPLACED = ("ambiguous_unit", "unit_not_valid_then")
"""Problems of a name that is a unit's all the same."""


def tables_by_unit(table: Table, reader: FileReader) -> Iterator[Table]:
    """The table as each unit's that its headings name, with ``reader`` in the context of that unit.

    Columns below no unit are everybody's; a table whose headings name none is given as it is.
    """
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
    on = places.on(places.context.year)
    matches = ((text, places.match(text, "", on)) for text in texts if text.strip())
    return next((text for text, m in matches if m.unit_code or m.problem in UNPLACED), "")


def _context_of(unit: str, head: Context, places: Places) -> Context:
    """Context of a unit's columns; that of the sheet settles a homonym."""
    on, name = places.on(head.year), unit
    if head.unit and places.match(unit, "", on).problem == "ambiguous_unit":
        name = f"{unit}, {head.unit}"
    return replace(head, unit=name, code="", level=None, lines=[], cells=dict(head.cells))
