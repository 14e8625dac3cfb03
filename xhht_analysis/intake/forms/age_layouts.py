"""Layouts of one unit by age: ages as rows (XMC-3, CMC-2) or as columns (MN-01-TE, THCS-M1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import chain
from typing import ClassVar

from xhht_analysis.intake.forms.claims import Cell, Cells, Claim
from xhht_analysis.intake.forms.headings import fits
from xhht_analysis.intake.forms.layouts import Layout, Terms, in_words
from xhht_analysis.intake.forms.tables import figure
from xhht_analysis.intake.reading.text import fold

Group = tuple[int, int]
"""First and last age."""
AGES = re.compile(r"(?<!\d)(\d{1,2})(?: (?:den |tuoi )?(\d{1,2}))?(?!\d)")


class Ages(Layout):
    """Rows are age groups of one unit; cumulative and disjoint groups are told by their labels."""

    order: ClassVar[int] = 1
    """1 where a cell is on the row of its ages, -1 where it is in their column."""

    @cached_property
    def groups(self) -> dict[Group, int]:
        """Row of each age group."""
        rows: dict[Group, int] = {}
        for row, kind in self.table.rows:
            match = AGES.search(fold(self.table.sheet.text(row, self.table.key)))
            if match and kind != "note":
                rows.setdefault(_group(match), row)
            elif kind == "total" and rows:
                rows.setdefault((min(rows)[0], max(high for _, high in rows)), row)
        return rows

    @property
    def claims(self) -> bool:
        """Whether fields and ages of an observation are there."""
        return any(True for _ in self._counted())

    def _counted(self) -> Iterator[Claim]:
        for indicator, parts in self.gives:
            claim = Claim(indicator, {part: self._cells(terms) for part, terms in parts.items()})
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
        for ages, line in self.groups.items():
            others = {group: at for group, at in self.groups.items() if group != ages}
            parts = join_ages(others, ages)
            for name in self._fields():
                for total in self._on(name, [line]):
                    self.compare(total, self._on(name, parts), "nhóm tuổi")
        if self.has_totals:
            self.covered |= set(self.groups.values())

    def _on(self, name: str, lines: list[int]) -> list[Cell]:
        """Cells of a field on lines of age groups; the form speaks for one year."""
        columns = self.columns[name]
        at = columns.get(self.reader.context.year, columns.get(None))
        return [] if at is None else [(line, at)[:: self.order] for line in lines]


def _group(match: re.Match) -> Group:
    return int(match[1]), int(match[2] or match[1])


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


class Measures(Ages):
    """Rows are measures, columns are ages, for one unit: no row is the sum of others."""

    row_rule = "column_left_out"
    has_totals = False
    order = -1

    def bind(self) -> None:
        """Find the row of each measure by its label: the folded words of the row."""
        labels = {}
        for row, _ in self.table.rows:
            texts = [c for c in self.table.sheet.grid[row] if isinstance(c, str)]
            words = (fold(text) for text in texts if figure(text).value is None)
            labels[row] = " | ".join(dict.fromkeys(words))
        for name, spec in self.about["fields"].items():
            fitting = {row: len(label) for row, label in labels.items() if fits(spec, label)}
            shortest = [row for row, n in fitting.items() if n == min(fitting.values())]
            if len(shortest) == 1:
                self.columns[name] = {None: shortest[0]}
            else:
                self.absent[name] = in_words(spec)

    @cached_property
    def groups(self) -> dict[Group, int]:
        """Column of each age or age group; two of one age with unlike figures are none."""
        columns: dict[Group, list[int]] = {}
        for column, path in self.table.usable:
            last = re.sub(r"\b(tre|tuoi|do|em)\b", "", path.rsplit("|")[-1])
            if match := AGES.fullmatch(last.strip()):
                columns.setdefault(_group(match), []).append(column)
        cell, measures = self.table.sheet.cell, self.columns.values()
        rows = [row for measure in measures for row in measure.values()]
        return {
            ages: twins[0]
            for ages, twins in columns.items()
            if all(len({cell(row, column) for column in twins} - {None}) < 2 for row in rows)
        }
