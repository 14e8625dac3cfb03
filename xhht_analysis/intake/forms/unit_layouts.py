"""Layouts with one row per unit: columns described by the form, or named by their headings.

A series has one row per province and one column per year, as PX-Web gives statistics.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from xhht_analysis.intake.forms.claims import FIGURES, Cell, Claim
from xhht_analysis.intake.forms.headings import FILLER, YEAR, fits, year_of
from xhht_analysis.intake.forms.layouts import Layout, parse_amount
from xhht_analysis.intake.reading.text import fold

COUNTING = frozenset(fold("số tổng tử mẫu số sl ts tỷ lệ % người").split())
"""Words of a heading that holds a count or a share, never a level."""


class Units(Layout):
    """One row per unit; a year in a heading makes it that year's column."""

    def each(self) -> Iterator[Claim]:
        """One claim per unit row, observation and year."""
        places, table = self.reader.places, self.table
        self.others = {places.code_column(table)} - {None}
        gives = [(code, *pair) for code, parts in self.gives for pair in self._by_year(parts)]
        rows = places.unit_rows(table)
        for row, unit in rows.units.items():
            for code, lines, year in gives:
                yield self._claim(code, lines, [row], year, unit)
        named = {places.match(u.name, "", places.today).unit_code for u in rows.units.values()}
        if rows.parts and places.of_head(places.context).unit_code not in named:
            totals = [row for row, kind in table.rows if kind == "total"][-1:]
            if not totals:
                text = (
                    f"Biểu không có dòng cộng: cộng {len(rows.parts)} ấp, khu phố thành số của xã."
                )
                self.reader.find((rows.parts[0], table.key), "summed_from_parts", text)
            for code, lines, year in gives:
                yield self._claim(code, lines, totals or rows.parts, year)
        self.covered |= set(rows.parts)
        self._check_totals(rows.groups)

    def _check_totals(self, groups: set[int]) -> None:
        """Compare every "Cộng" with the rows above it; a difference is a finding."""
        for column in sorted({c for name in self._fields() for c in self.columns[name].values()}):
            parts: list[Cell] = []
            for row, kind in self.table.rows:
                if kind == "total":
                    self.compare((row, column), parts, "dòng")
                elif kind == "data" and row not in groups:
                    parts.append((row, column))


class Indicators(Units):
    """One row per unit; headings name the indicator (code or name) and what the column holds."""

    def bind(self) -> None:
        """Find the columns of each indicator; a code says more than a name."""
        names, taken, shared, gives = self.reader.indicators, {}, [], {}
        for column, joined in self.table.usable:
            path = joined.replace(" | ", " ")
            year, name = year_of(path), names.name_in(path)
            if name is None:
                codes = names.of_denominator(path)
                shared += [(("denominator", code, year), column) for code in codes]
            elif part := self._part(column, path, name):
                self.certainty = max(self.certainty, 2 * names.is_code(name))
                taken.setdefault((part, names.codes[name], year), []).append(column)
        for key, column in shared:  # one column of people serves all that have none of their own
            taken.setdefault(key, [column])
        for (part, code, year), columns in taken.items():
            if len(columns) == 1:
                name = f"{part}_{code}"
                self.columns.setdefault(name, {})[year] = columns[0]
                gives.setdefault(code, {})[part] = parse_amount(name)
            else:
                self.unclear |= dict.fromkeys(columns, "nhiều cột cùng một nghĩa")
        self.gives = [give for give in gives.items() if FIGURES & give[1].keys()]

    def _part(self, column: int, path: str, name: str) -> str | None:
        """What a column holds; None where its heading has words that may change its meaning."""
        names, rest = self.reader.indicators, path
        code = names.codes[name]
        if name != path:  # its code, name and short name may all stand there
            alike = (other for other in names.codes if names.codes[other] == code)
            for other in sorted(alike, key=len, reverse=True):
                rest = f" {rest} ".replace(f" {other} ", " ").strip()
            words = set(re.sub(r"\b(\d+|[a-z])\b", "", rest).split()) - names.words(code)
            if not words <= FILLER:
                self.unclear[column] = "có chữ không rõ nghĩa"
                return None
        if names.rows[code]["kind"] in ("level", "milestone"):
            return None if name != path and set(rest.split()) & COUNTING else "level"
        parts = self.about["fields"].items()
        return next((p for p, spec in parts if any(fits(s, rest) for s in spec.split(";"))), None)


class Series(Units):
    """One row per province, one column per year; the title names the indicator."""

    def bind(self) -> None:
        """Find the indicator in the title and the year columns."""
        grid = self.table.sheet.grid[: self.table.top]
        above = fold(" ".join(str(cell) for row in grid for cell in row if cell))
        codes = [c for c, spec in self.about["titles"].items() if fits(spec, above)]
        self.gives = [(code, {"value": parse_amount("value")}) for code in codes if codes[1:] == []]
        for column, path in enumerate(self.table.headings):
            year = re.sub("prel|so bo|nam", "", path).strip()
            if YEAR.fullmatch(year):
                self.columns.setdefault("value", {}).setdefault(int(year), column)

    def each(self) -> Iterator[Claim]:
        """One claim per province and year that has a figure; the rest is not ours."""
        for claim in super().each():
            _, column = claim.cell("value")
            claim.foreign = True
            claim.preliminary = bool(re.search("prel|so bo", self.table.headings[column]))
            yield claim
