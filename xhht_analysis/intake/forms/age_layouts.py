"""Layouts of one unit by age: ages as rows (XMC-3, CMC-2) or as columns (MN-01-TE, THCS-M1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from xhht_analysis.intake.forms.claims import Claim
from xhht_analysis.intake.forms.layouts import Layout, in_words
from xhht_analysis.intake.forms.tables import fits
from xhht_analysis.intake.reading.text import fold, parse_number

AGES = re.compile(r"(?<!\d)(\d{1,2})(?: (?:den |tuoi )?(\d{1,2}))?(?!\d)")


class Ages(Layout):
    """Rows are age groups of one unit; cumulative and disjoint groups are told by their labels."""

    @cached_property
    def groups(self) -> dict[tuple[int, int], int]:
        """Row of each age group (first age, last age)."""
        rows = {}
        for row, kind in self.table.rows():
            found = AGES.search(fold(self.table.sheet.text(row, self.table.key)))
            if found and kind != "note":
                low = int(found[1])
                rows.setdefault((low, int(found[2] or low)), row)
            elif kind == "total" and rows:
                rows.setdefault((min(rows)[0], max(high for _, high in rows)), row)
        return rows

    def each(self) -> Iterator[Claim]:
        """One claim per observation; the unit is the sheet's own."""
        for give in self.gives:
            yield self._claim(give, self.table.first, None)
        self.covered |= set(self.groups.values())
        for ages, row in self.groups.items():
            parts = join_ages({g: r for g, r in self.groups.items() if g != ages}, ages)
            for name in sorted(self._fields()) if parts else ():
                self._check(row, parts, self._column(name))

    def _column(self, name: str) -> int | None:
        """Column of a field: the form speaks for one year."""
        columns = self.columns.get(name, {})
        return columns.get(self.office.context.year, columns.get(None))

    def _check(self, row: int, parts: list[int], column: int | None) -> None:
        if column is None:
            return
        values = [parse_number(self.table.sheet.cell(r, column)).value for r in (row, *parts)]
        if None not in values and values[0] != sum(values[1:]):
            text = f"Tổng ghi {values[0]:.10g}, cộng các nhóm tuổi được {sum(values[1:]):.10g}."
            self.office.find((row, column), "total_differs", text)

    def _at(
        self, name: str, ages: tuple[int, int] | None, row: int, year: int | None
    ) -> list[tuple[int, int]]:
        column = self._column(name)
        whole = self.groups.get(ages)
        rows = [whole] if whole is not None else join_ages(self.groups, ages)
        return [] if column is None else [(r, column) for r in rows]


def join_ages(groups: dict[tuple[int, int], int], ages: tuple[int, int] | None) -> list[int]:
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


class Measures(Layout):
    """Rows are measures, columns are ages, for one unit."""

    def bind(self) -> None:
        """Find the row of each measure by its label."""
        self.row_rule = "column_left_out"
        labels = self.table.labels
        for name, spec in self.about["fields"].items():
            found = sorted((len(label), row) for row, label in labels.items() if fits(spec, label))
            if found and (len(found) == 1 or found[0][0] < found[1][0]):
                self.columns[name] = {None: found[0][1]}
            else:
                self.absent[name] = in_words(spec)

    @cached_property
    def ages(self) -> dict[tuple[int, int], int]:
        """Column of each age or age group; two of one age with unlike figures are none."""
        columns, unlike = {}, set()
        rows = [row for found in self.columns.values() for row in found.values()]
        for column in self.table.usable:
            found = AGES.fullmatch(
                re.sub(
                    r"\b(tre|tuoi|do|em)\b", "", self.table.headings[column].rsplit("|")[-1]
                ).strip()
            )
            if found:
                ages = int(found[1]), int(found[2] or found[1])
                other, cell = columns.setdefault(ages, column), self.table.sheet.cell
                pairs = [{cell(row, other), cell(row, column)} - {None} for row in rows]
                unlike |= {ages} if any(len(pair) > 1 for pair in pairs) else set()
        return {ages: column for ages, column in columns.items() if ages not in unlike}

    @property
    def claims(self) -> bool:
        """Whether rows and age columns of an observation are there."""
        return any(self._claim(give, 0, None).numerator for give in self.gives)

    def each(self) -> Iterator[Claim]:
        """One claim per observation."""
        for give in self.gives:
            claim = self._claim(give, self.table.first, None)
            if claim.numerator:
                yield claim

    def _at(
        self, name: str, ages: tuple[int, int] | None, row: int, year: int | None
    ) -> list[tuple[int, int]]:
        measure = self.columns.get(name, {}).get(None)
        whole = self.ages.get(ages)
        columns = [whole] if whole is not None else join_ages(self.ages, ages)
        return [] if measure is None else [(measure, c) for c in columns]
