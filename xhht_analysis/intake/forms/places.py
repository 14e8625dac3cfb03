"""Whose figures they are: the unit or agency of a file, of a table, of a row."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from xhht_analysis.intake.forms.context import Context
from xhht_analysis.intake.forms.tables import Table
from xhht_analysis.intake.reading.text import (
    Parsed,
    fold,
    normalise,
    parse_number,
    without_marks,
)

CODE_HEADS = ("ma don vi", "ma xa", "ma huien", "ma", "ma so", "ma dvhc", "ma dv", "ma dia phuong")
HAMLET = re.compile(r"(ten )?(ap|khu pho|kp|khom|thon|xom|to dan pho|khu vuc|khu dan cu)\b")
DEPTHS = {"province": 0, "district": 1, "commune": 2}
MAX_NAMES = 500
"""Names of one file for which near ones are suggested: more are no list of our units."""


@dataclass
class Places:
    """Matches names once per file; remembers the unit of the row being read and its parent."""

    areas: Any
    agencies: pd.DataFrame | None
    received_on: str
    context: Context = field(default_factory=Context)
    parents: set[int] = field(default_factory=set)
    row_unit: tuple[str, str, tuple[int, int]] | None = None
    _parent: str | None = None
    _level: str | None = None
    _code_column: int | None = None
    _known: dict[tuple, Any] = field(default_factory=dict)

    def on(self, year: int | None) -> str:
        """Date on which names and codes are read: the moment of the figures, at most receipt."""
        moment = self.context.snapshot_date
        if moment and (year is None or moment[:4] == str(year)):
            return moment
        return min(self.received_on, f"{year}-12-31") if year else self.received_on

    def match(self, name: str, code: str, on: str, **hints: str | None) -> Any:
        """Unit that a name and code mean on a date (`plan.areas.Match`)."""
        key = (name, code, on, *hints.values())
        if key not in self._known:
            typed = re.sub(r"^\d{1,2} ?[.)] ?(?=\D)", "", without_marks(normalise(name))) or None
            few = len(self._known) < MAX_NAMES
            self._known[key] = self.areas.match(typed, on, code=code or None, suggest=few, **hints)
        return self._known[key]

    def own(self, year: int | None) -> Any:
        """Unit that the head of the sheet names; an agency's figures are the province's.

        It is the province of the plan, also after a merger.
        """
        head = self.context
        if self.agency(head):
            return self.match(self.areas.province.name_vi, "", self.on(year))
        return self.match(head.unit, head.code, self.on(year), level=head.level)

    def depth(self, code: str | None, on: str) -> int:
        """Level of a unit: 0 the province, 1 a district, 2 a commune."""
        return DEPTHS.get(self.areas.level_of(code, on), 0)

    def of_row(self, year: int | None) -> Any:
        """Unit of the row last taken; its group, then its column's heading settle a homonym."""
        name, code, _ = self.row_unit
        found = self.match(name, code, self.on(year))
        for hint in ({"parent": self._parent}, {"level": self._level}):
            if found.problem == "ambiguous_unit" and any(hint.values()):
                found = self.match(name, code, self.on(year), **hint)
        return found

    def sender(self, head: Context) -> tuple[str | None, str | None]:
        """Code of the unit or agency that sent the file, and its name as typed."""
        agency = self.agency(head)
        if agency or not (head.unit or head.code):
            return agency, head.unit or agency
        found = self.match(head.unit, head.code, self.on(head.year), level=head.level)
        return found.unit_code, head.unit or head.code

    def agency(self, head: Context) -> str | None:
        """Code of the agency that a head names by code or name."""
        if head.code in self._agency_names:
            return head.code
        wide = head.level == "province" or not (head.unit or head.code)
        names = {fold(head.unit), *(head.lines if wide else ())}
        names |= {re.sub(self._of_province, "", name) for name in names}
        names -= {"", "tinh"}
        found = (c for c, n in self._agency_names.items() if {n, n.removesuffix(" tinh")} & names)
        return next(found, None) if names else None

    @cached_property
    def _of_province(self) -> str:
        """What stands behind an agency's name: the province, before or after a merger."""
        known = self.areas.province
        names = filter(None, (known.short_name_vi, known.merged_short_name_vi))
        return f"( tinh)? ({'|'.join(map(fold, names))})$"

    @cached_property
    def _agency_names(self) -> dict[str, str]:
        if self.agencies is None:
            return {}
        codes, names = self.agencies["agency_code"], self.agencies["name_vi"]
        return dict(zip(codes, map(fold, names), strict=True))

    def enter(self, context: Context) -> None:
        """Begin a sheet."""
        self.context, self.row_unit = context, None

    def code_column(self, table: Table) -> int | None:
        """Column of unit codes of a table."""
        heads = [path.split(" | ")[0] for path in table.headings]
        return next((c for c, head in enumerate(heads) if head in CODE_HEADS), None)

    def begin(self, table: Table) -> None:
        """Begin a table with one row per unit: the sheet's own unit is the first parent."""
        self._code_column = self.code_column(table)
        self.parents, self.row_unit = set(), None
        self._parent = self.own(self.context.year).unit_code if self.context.unit else None
        kinds = table.headings[table.key].replace("thi xa", "huien")
        lower = re.search(r"\b(xa|phuong)\b", kinds)
        self._level = None if lower or "huien" not in kinds.split() else "district"

    def take(self, table: Table, row: int) -> bool:
        """Take the unit of a row; a row without figures heads a group and is no unit's row."""
        sheet, code_at = table.sheet, self._code_column
        name = "" if code_at == table.key else sheet.text(row, table.key).strip()
        code = "" if code_at is None else sheet.text(row, code_at).strip()
        columns = (c for c in range(table.key + 1, len(table.headings)) if c != code_at)
        empty = all(parse_number(sheet.cell(row, c), kind="percent") == Parsed() for c in columns)
        if not empty:
            self.row_unit = (name, code, (row, table.key if name or code_at is None else code_at))
        elif name or code:
            group = self.match(name, code, self.on(self.context.year), level="district")
            self._parent = group.unit_code or self._parent
            self.parents.add(row)
        return not empty

    def hamlets(self, table: Table, rows: list[int]) -> list[int]:
        """Rows of ấp, khu phố of the commune that a sheet speaks for; none in a list of units."""
        on = self.on(self.context.year)
        if self.depth(self.own(self.context.year).unit_code, on) != DEPTHS["commune"]:
            return []
        names = {row: table.sheet.text(row, table.key).strip() for row in rows}
        if HAMLET.match(table.headings[table.key]):
            return rows
        parts = [row for row, name in names.items() if HAMLET.match(fold(name))]
        unknown = (self.match(n, "", on).problem for n in names.values())
        every = len(rows) > 1 and not parts and self._code_column is None
        return rows if every and set(unknown) == {"unknown_unit"} else parts

    def is_own(self, table: Table, row: int) -> bool:
        """Whether a row is that of the sheet's own unit."""
        year, name = self.context.year, table.sheet.text(row, table.key).strip()
        return self.match(name, "", self.on(year)).unit_code == self.own(year).unit_code
