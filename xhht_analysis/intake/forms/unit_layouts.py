"""Layouts with one row per unit: columns described by the form, or named by their headings.

A series has one row per province and one column per year, as PX-Web gives statistics.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from xhht_analysis.intake.forms.claims import COUNTS, WITNESSES, Claim, UnitCell
from xhht_analysis.intake.forms.headings import FILLER, YEAR, fits, year_of
from xhht_analysis.intake.forms.layouts import Layout
from xhht_analysis.intake.reading.text import fold

COUNTING = frozenset(fold("số tổng tử mẫu số sl ts tỷ lệ % người").split())
"""Words of a heading that holds a count or a share, never a level."""


class Units(Layout):
    """One row per unit; a year in a heading makes it that year's column."""

    def each(self) -> Iterator[Claim]:
        """One claim per unit row, observation and year."""
        places, table = self.reader.places, self.table
        self.others = {places.code_column(table)} - {None}
        pairs = [pair for give in self.gives for pair in self._by_year(give)]
        rows = places.unit_rows(table)
        for row, unit in rows.units.items():
            for give, own_year in pairs:
                yield self._date(self._claim(give, row, own_year, unit), row)
        names = [unit.name for unit in rows.units.values()] if rows.parts else []
        own = places.of_head(places.context).unit_code
        if rows.parts and own not in (places.match(n, "", places.today).unit_code for n in names):
            totals = [row for row, kind in table.rows if kind == "total"][-1:]
            if not totals:
                text = (
                    f"Biểu không có dòng cộng: cộng {len(rows.parts)} ấp, khu phố thành số của xã."
                )
                self.reader.find((rows.parts[0], table.key), "summed_from_parts", text)
            for give, own_year in pairs:
                yield self._whole(give, totals or rows.parts, own_year)
        self.covered |= set(rows.parts)
        self._check_totals(rows.groups)

    def _whole(self, give: dict[str, Any], rows: list[int], year: int | None) -> Claim:
        """The claim of one row, or of the sum of several; a sum of percentages says nothing."""
        claim, *others = [self._claim(give, row, year) for row in rows]
        if others:
            claim.cells = {
                part: sum((other.cells[part] for other in others), cells)
                for part, cells in claim.cells.items()
                if part in (*COUNTS, *WITNESSES)
            }
        return claim

    def _check_totals(self, groups: set[int]) -> None:
        """Compare every "Cộng" with the rows above it; a difference is a finding."""
        columns = {c for name in self._fields() for c in self.columns[name].values()}
        for column in sorted(columns):
            parts: list[float] = []
            for row, kind in self.table.rows:
                value = self.table.count(row, column)
                if kind == "data" and value is not None and row not in groups:
                    parts.append(value)
                elif kind == "total" and value is not None and parts and sum(parts) != value:
                    self.total_differs((row, column), value, sum(parts), "các dòng")


@dataclass
class Indicators(Units):
    """One row per unit; headings name the indicator (code or name) and what the column holds."""

    doubled: list[int] = field(default_factory=list)
    coded: bool = False

    def bind(self) -> None:
        """Find the columns of each indicator; a code says more than a name."""
        names, taken, shared = self.reader.indicators, {}, []
        for column, joined in self.table.usable:
            path = joined.replace(" | ", " ")
            year, name = year_of(path), names.name_in(path)
            if name is None:
                codes = names.of_denominator(path)
                shared += [((f"denominator__{code}", year), column) for code in codes]
            elif part := self._part(path, name):
                self.coded |= names.is_code(name)
                taken.setdefault((f"{part}__{names.codes[name]}", year), []).append(column)
        for key, column in shared:  # one column of people serves all that have none of their own
            taken.setdefault(key, [column])
        for (name, year), columns in taken.items():
            if len(columns) == 1:
                self.columns.setdefault(name, {})[year] = columns[0]
            else:
                self.doubled.append(columns[1])

    @property
    def rank(self) -> tuple[int, int]:
        """The kit's codes in the headings decide; without them every form goes before."""
        return 2 * self.coded, self.score

    def explains(self, other: Layout) -> bool:
        """Whether its headings name every figure that an untitled form would read."""
        columns = [
            set().union(*(c.values() for c in lay.columns.values())) for lay in (self, other)
        ]
        return not other.titled and columns[1] <= columns[0]

    def _part(self, path: str, name: str) -> str | None:
        """What a column holds; None where its heading has words that may change its meaning."""
        names, rest = self.reader.indicators, path
        code = names.codes[name]
        if name != path:  # its code, name and short name may all stand there
            alike = (other for other in names.codes if names.codes[other] == code)
            for other in sorted(alike, key=len, reverse=True):
                rest = f" {rest} ".replace(f" {other} ", " ").strip()
            words = set(re.sub(r"\b(\d+|[a-z])\b", "", rest).split()) - names.words(code)
            if not words <= FILLER:
                self.unclear.append(path)
                return None
        if names.rows[code]["kind"] in ("level", "milestone"):
            return None if name != path and set(rest.split()) & COUNTING else "level"
        parts = self.about["fields"].items()
        return next((p for p, spec in parts if any(fits(s, rest) for s in spec.split(";"))), None)

    def missing(self) -> str:
        """Columns that name an indicator beside words that are not known."""
        unclear = ", ".join(f"“{path}”" for path in self.unclear)
        return f"cột có chữ không rõ nghĩa: {unclear}" if unclear else super().missing()

    def read(self) -> None:
        """Hand over the observations; two columns of one meaning give none."""
        for column in self.doubled:
            text = "Hai cột cùng một nghĩa: không đọc cột nào."
            self.reader.find((self.table.first - 1, column), "column_ambiguous", text)
        super().read()

    @cached_property
    def gives(self) -> list[dict[str, Any]]:
        """One observation per indicator that has a numerator, a value or a level."""
        gives: dict[str, dict[str, Any]] = {}
        for name in self.columns:
            part, code = name.split("__")
            gives.setdefault(code, {"indicator": code})[part] = name
        return [give for give in gives.values() if {"numerator", "value", "level"} & give.keys()]


class Series(Layout):
    """One row per province, one column per year; the title names the indicator."""

    def bind(self) -> None:
        """Find the indicator in the title and the year columns."""
        grid = self.table.sheet.grid[: self.table.top]
        above = fold(" ".join(str(cell) for row in grid for cell in row if cell))
        self.codes = [c for c, spec in self.about["titles"].items() if fits(spec, above)]
        for column, path in enumerate(self.table.headings):
            year = YEAR.search(path)
            if year and re.fullmatch(rf"(prel |so bo |nam )*{year[1]}( prel| so bo)*", path):
                self.columns[str(column)] = {int(year[1]): column}

    @property
    def claims(self) -> bool:
        """Whether the title names exactly one indicator."""
        return len(self.codes) == 1

    def each(self) -> Iterator[Claim]:
        """One claim per province and year that has a figure; the rest is not ours."""
        for row in range(self.table.first, self.table.last):
            name = self.table.sheet.text(row, self.table.key).strip()
            for columns in self.columns.values() if name else ():
                for year, column in columns.items():
                    yield Claim(
                        self.codes[0],
                        {"value": ((1, row, column),)},
                        year,
                        UnitCell(name, "", (row, self.table.key)),
                        foreign=True,
                        preliminary=bool(re.search("prel|so bo", self.table.headings[column])),
                    )
