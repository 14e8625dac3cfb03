"""Layouts of units: one row per unit, or one unit by age.

Columns are described by the form, or named by their headings and the title of the table. Ages are
rows (XMC-3, CMC-2) or columns (MN-01-TE, THCS-M1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import chain, pairwise
from typing import ClassVar

from xhht_analysis.intake.forms import left_out
from xhht_analysis.intake.forms.claims import COUNTS, FIGURES, Cell, Cells, Claim
from xhht_analysis.intake.forms.headings import (
    FILLER,
    PLAIN,
    fits,
    heading_key,
    year_of,
)
from xhht_analysis.intake.forms.layouts import (
    LEVEL,
    MEASURE,
    TWINS,
    Layout,
    Terms,
    in_words,
    parse_amount,
)
from xhht_analysis.intake.forms.tables import figure, is_mark
from xhht_analysis.intake.reading.text import fold

COUNTING = frozenset(fold("số tổng tử mẫu số sl ts tỷ lệ % người").split())
"""Words of a heading that holds a count or a share, never a level."""
RECOGNISED = frozenset(fold("được công nhận quyết định").split())
"""Words of a heading that say that a level is no self-assessment."""
REPORT = re.compile(
    r"^((bao cao|bang|bieu|phu luc|ket qua|thuc hien|tong hop|thong ke|so lieu|tinh hinh|danh gia|"
    r"chi tieu|ve|ti le|cac|so|[ivx]+|\d|[a-c]) )+"
)
WHERE = re.compile(
    r"( (%|nam|giai doan|tu|den|tinh|ngai|thang|cua|theo|tai|o|tren|dia ban|toan|cac|tung|huien|"
    r"thi xa|thanh pho|xa|phuong|thi tran|don vi|dia phuong|20[0-4]\d))+$"
)
"""What stands before and behind the name of an indicator in the title of a table."""
WHOSE = re.compile(r"\b(ti le|nguoi|hoc sinh|(?<!ben )tre|thanh nien)\b")
"""Words of a line that may say of whom the name of an indicator in another line is."""
PRELIMINARY = re.compile(r"\b(prel|so bo)\b")
LEVEL_LAST = re.compile(r"\bmuc [0-3]$")
Group = tuple[int, int]
"""First and last age."""
AGES = re.compile(r"(?<!\d)(\d{1,2})(?: (?:den |tuoi )?(\d{1,2}))?(?!\d)")


class Units(Layout):
    """One row per unit; a year in a heading makes it that year's column."""

    @property
    def claims(self) -> bool:
        """Whether observations are there, and no row names an indicator in place of a unit."""
        names = (self.table.sheet.text(row, self.table.key) for row, _ in self.table.rows)
        return super().claims and not any(map(self.reader.indicators.code_of, names))

    def each(self) -> Iterator[Claim]:
        """One claim per unit row, observation and year."""
        places, table = self.reader.places, self.table
        self.others = {places.code_column(table)} - {None}
        gives = [(code, *pair) for code, parts in self.gives for pair in self._by_year(parts)]
        if self._year_column == table.key:  # each row is a year of one unit
            for row, _ in table.rows:
                if PLAIN.fullmatch(heading_key(table.sheet.text(row, table.key))):
                    for code, lines, year in gives:
                        yield self._claim(code, lines, [row], year)
            return
        rows = places.unit_rows(table)
        for row, unit in rows.units.items():
            for code, lines, year in gives:
                claim = self._claim(code, lines, [row], year, unit)
                claim.foreign = "titles" in self.about
                heads = (table.headings[column] for _, column in claim.all_cells)
                claim.preliminary = any(map(PRELIMINARY.search, heads))
                yield claim
        named = {places.match(u.name, "", places.today).unit_code for u in rows.units.values()}
        if rows.parts and places.of_head(places.context).unit_code not in named:
            totals = [row for row, kind in table.rows if kind == "total"][-1:]
            if gives and not totals:
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
        """Find the columns of each indicator; a code says more than a name.

        Headings that name none are of the indicator in the title, if there is one.
        """
        names, taken, counts, gives = self.reader.indicators, {}, {}, {}
        paths = {column: path.replace(" | ", " ") for column, path in self.table.usable}
        wholes = {
            path for path in paths.values() if dict(names.counted_in(path)).get("denominator")
        }
        whole = wholes.pop() if len(wholes) == 1 else ""
        headed = any(map(names.name_in, paths.values()))
        title = self._title(headed=headed)
        if "titles" in self.about and not title:
            return
        for column, path in paths.items():
            year, name = year_of(path), names.name_in(path)
            counted = () if title else names.counted_in(path, whole)
            for part, code in counted:
                counts.setdefault((part, code, year), []).append(column)
                name = None
            if headed and not (name or counted):  # beside names in full a row's name will do
                code = names.code_of(path)
                path = name = code and heading_key(names.rows[code]["short_name_vi"])
            group, _, below = self.table.headings[column].partition(" | ")
            if name and ("denominator", names.codes[name]) in names.counted_in(group):
                path = below.replace(" | ", " ")  # the people that all columns below are of
            if title and not name:
                path, name = f"{title} {path}", title
            if name and (part := self._part(column, path, name)):
                self.certainty = max(self.certainty, 2 * names.is_code(name))
                taken.setdefault((part, names.codes[name], year), []).append(column)
        taken = counts | taken  # one column of people serves all that have none
        for (part, code, year), columns in taken.items():
            marks = [f"_{paths[column][-1]}" for column in columns]
            if len(columns) == 1 or (part == "level" and self._are_marked(columns)):
                fields = [f"{part}_{code}{mark if columns[1:] else ''}" for mark in marks]
                for field, column in zip(fields, columns, strict=True):
                    self.columns.setdefault(field, {})[year] = column
                gives.setdefault(code, {})[part] = parse_amount(" + ".join(fields))
            else:
                self.unclear |= dict.fromkeys(columns, TWINS)
        for code, parts in gives.items():
            if "value" in parts and not parts.keys() >= {*COUNTS}:
                for name in parts.keys() & {*COUNTS}:
                    columns = self.columns.pop(f"{name}_{code}").values()
                    self.unclear |= dict.fromkeys(columns, "không có cả tử số và mẫu số")
                    del parts[name]
        self.gives = [give for give in gives.items() if FIGURES & give[1].keys()]
        right = [self.table.cells(c) for c in self.unclear if c > self.table.key]
        loose = any(map(left_out.is_figure, chain(*right)))
        if title and loose and not any(parts.keys() >= {*COUNTS} for parts in gives.values()):
            self.gives = []  # a percentage beside counts of something else

    def _title(self, *, headed: bool) -> str | None:
        """Folded name of the one indicator that the lines above name, if no heading names any."""
        names = self.reader.indicators
        lines = [MEASURE.sub("", heading_key(text)) for text in self.table.titles]
        if specs := self.about.get("titles"):
            above = " ".join(reversed(lines))
            named = {code for code, spec in specs.items() if fits(spec, above)}
        else:
            pairs = [f"{upper} {lower}" for lower, upper in pairwise(lines)]
            codes = {line: code for line in lines + pairs if (code := self._named_in(line))}
            others = (line for line in lines if not any(line in named for named in codes))
            named = set() if self.stray or any(map(WHOSE.search, others)) else {*codes.values()}
        if len(named) != 1 or headed:
            if self.stray and not headed:
                self.unclear[self.table.key] = self.stray
            return None
        return heading_key(names.rows[named.pop()]["short_name_vi"])

    def _named_in(self, line: str) -> str | None:
        """Code of the indicator whose name is all that a line says beside what, where and when."""
        province, unit = self.reader.places.areas.province, self.reader.context.unit
        places = (unit, province.short_name_vi, province.merged_short_name_vi)
        for place in filter(None, places):
            line = " ".join(line.replace(heading_key(place), "").split())
        return self.reader.indicators.code_of(WHERE.sub("", REPORT.sub("", line)))

    def _part(self, column: int, path: str, name: str) -> str | None:
        """What a column holds; None where its heading has words that may change its meaning."""
        names, rest = self.reader.indicators, path
        code = names.codes[name]
        if name != path:  # its code, name and short name may all stand there
            alike = (other for other in names.codes if names.codes[other] == code)
            for other in sorted(alike, key=len, reverse=True):
                rest = f" {rest} ".replace(f" {other} ", " ").strip()
            if part := dict(map(reversed, names.counted_in(rest))).get(code):
                return part
            words = set(re.sub(r"\b(\d+|[a-z])\b", "", rest).split()) - names.words(code)
            words -= RECOGNISED if names.is_level(code) else set()
            if not words <= FILLER or names.is_other(rest, code):
                self.unclear[column] = "có chữ không rõ nghĩa"
                return None
        counted = path.endswith(" dat") or (name != path and set(rest.split()) & COUNTING)
        is_level = names.is_level(code)
        if is_level and (counted or LEVEL.search(path)):
            return None if counted else "level"
        specs = self.about["fields"].items()
        fitting = (p for p, spec in specs if any(fits(s, rest) for s in spec.split(";")))
        part = "result" if is_level else next(fitting, "result" if name == path else None)
        if part != "result":
            return part
        cells = [(r, column) for r in self.table.body if self.table.sheet.text(r, column)]
        kinds = {self.kind_of(code, at) for at in cells}
        return kinds.pop() if len(kinds) == 1 else None

    def _are_marked(self, columns: list[int]) -> bool:
        """Whether each of the columns is of one level and holds nothing but marks."""
        table = self.table
        levels = {path[-1] for c in columns if LEVEL_LAST.search(path := table.headings[c])}
        cells = [cell for c in columns for cell in table.cells(c) if cell not in (None, "")]
        return len(levels) == len(columns) and all(map(is_mark, cells))


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
        """Find the row of each measure by its label: the words of the row."""
        labels = {}
        for row, _ in self.table.rows:
            texts = [c for c in self.table.sheet.grid[row] if isinstance(c, str)]
            words = (heading_key(text) for text in texts if figure(text).value is None)
            labels[row] = " | ".join(dict.fromkeys(words))
        for name, spec in self.about["fields"].items():
            fitting = {row: len(label) for row, label in labels.items() if fits(spec, label)}
            shortest = [row for row, n in fitting.items() if n == min(fitting.values())]
            if len(shortest) == 1:
                self.columns[name] = {None: shortest[0]}
            else:
                self.absent[name] = f"“{in_words(spec)}”"

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
