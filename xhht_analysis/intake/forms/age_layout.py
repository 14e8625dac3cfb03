"""The layout of one unit by age: ages are rows (XMC-3, CMC-2) or columns (MN-01-TE, THCS-M1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import chain

from xhht_analysis.intake.forms.claims import Cell, Cells, Claim, Terms
from xhht_analysis.intake.forms.layouts import Layout
from xhht_analysis.intake.reading.text import fold

Group = tuple[int, int]
"""First and last age."""
AGES = re.compile(r"(\d{1,2})(?: +(\d{1,2}))?")
BARE = re.compile(r"\b(tre( em)?|tuoi|do|tu|den|nhom|lua|nguoi|cong|tong( so| cong)?)\b|@")
"""Words of the label of an age group beside its ages."""


class Ages(Layout):
    """Rows are age groups of one unit; cumulative and disjoint groups are told by their labels."""

    @cached_property
    def groups(self) -> dict[Group, int]:
        """Row of each age group; two of one age with unlike figures are none."""
        twins: dict[Group, list[int]] = {}
        totals, cell = [], self.table.sheet.cell
        for row, kind in self.table.rows:
            label = BARE.sub(" ", fold(self.table.names[row]))
            if (match := AGES.fullmatch(label.strip())) and kind != "note":
                twins.setdefault((int(match[1]), int(match[2] or match[1])), []).append(row)
            elif kind == "total":
                totals.append(row)
        columns = [column for years in self.columns.values() for column in years.values()]
        rows = {
            ages: alike[0]
            for ages, alike in twins.items()
            if all(len({cell(row, column) for row in alike} - {None}) < 2 for column in columns)
        }
        if not self.table.sheet.turned:
            self.covered |= {row for ages in rows for row in twins[ages]}
        if rows and totals:
            rows.setdefault((min(rows)[0], max(high for _, high in rows)), totals[0])
        return rows

    @property
    def claims(self) -> bool:
        """Whether fields and ages of an observation are there."""
        return any(True for _ in self._counted())

    def _counted(self) -> Iterator[Claim]:
        for indicator, parts in self.gives:
            cells = {part: self._cells(terms) for part, terms in parts.items()}
            if len(cells.get("value", ())) > 1:  # percentages of ages add up to none
                del cells["value"]
            claim = Claim(indicator, cells)
            if claim.cell("numerator"):
                yield claim

    def _cells(self, terms: Terms) -> Cells:
        """Signed cells of an amount; none where the ages of a part are not there."""
        parts = [
            [(sign, *cell) for cell in self._on(name, join_ages(self.groups, ages))]
            for sign, name, ages in terms
        ]
        return tuple(chain(*parts)) if all(parts) else ()

    def each(self) -> Iterator[Claim]:
        """One claim per observation; the unit is the sheet's own."""
        yield from self._counted()
        self.covered |= {row for row, kind in self.table.rows if kind == "total"}
        for ages, line in self.groups.items():
            others = {group: at for group, at in self.groups.items() if group != ages}
            parts = join_ages(others, ages)
            for name in self._fields():
                for total in self._on(name, [line]):
                    self.compare(total, self._on(name, parts), "nhóm tuổi")

    def _on(self, name: str, rows: list[int]) -> list[Cell]:
        """Cells of a field on rows of age groups; the form speaks for one year."""
        columns = self.columns[name]
        at = columns.get(self.reader.context.year, columns.get(None))
        return [] if at is None else [(row, at) for row in rows]


def join_ages(groups: dict[Group, int], ages: Group | None) -> list[int]:
    """Rows of disjoint groups that together make ``ages`` exactly, the widest first; else none."""
    if ages is None:
        return []
    low, rows = ages[0], []
    while low <= ages[1]:
        fit = max((g for g in groups if g[0] == low and g[1] <= ages[1]), default=None)
        if fit is None:
            return []
        rows.append(groups[fit])
        low = fit[1] + 1
    return rows
