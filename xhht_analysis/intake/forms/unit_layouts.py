"""Layouts of units: one row per unit, or one unit by age.

Columns are described by the form, or named by their headings and the title of the table. Ages are
rows (XMC-3, CMC-2) or columns (MN-01-TE, THCS-M1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import chain, pairwise

from xhht_analysis.intake.forms import left_out
from xhht_analysis.intake.forms.claims import COUNTS, FIGURES, Cell, Cells, Claim
from xhht_analysis.intake.forms.headings import (
    FILLER,
    FLOW,
    PLAIN,
    YEAR,
    fits,
    heading_key,
    is_share,
    year_of,
)
from xhht_analysis.intake.forms.layouts import (
    LEVEL,
    MEASURE,
    TWINS,
    Layout,
    Parts,
    Terms,
    parse_amount,
)
from xhht_analysis.intake.forms.tables import ticked
from xhht_analysis.intake.reading.text import fold

COUNTING = frozenset(fold("số tổng tử mẫu số sl ts tỷ lệ % người").split())
"""Words of a heading that holds a count or a share, never a level."""
RECOGNISED = frozenset(fold("được công nhận quyết định xếp loại").split())
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
SCHOOLING = re.compile(r"(?<=chuan )(?=tieu hoc|thcs|trung hoc co so|mam non)")
"""Where a heading below a title of universal education leaves that word out."""
OF_YEAR = re.compile(r"\bnam (duoc )?(dat|cong nhan)\b")
"""What heads the years of recognition."""
CONTENT = re.compile(r"noi dung|chi tieu|tieu chi|muc tieu|tieu chuan|chi so|nhiem vu")
"""Heading over the names of what is counted, not of those who report."""
PRELIMINARY = re.compile(r"\b(prel|so bo|tam tinh)\b")
LEVEL_LAST = re.compile(r"\bmuc [0-3]$")
Group = tuple[int, int]
"""First and last age."""
AGES = re.compile(r"(\d{1,2})(?: +(\d{1,2}))?")
BARE = re.compile(r"\b(tre( em)?|tuoi|do|tu|den|nhom|lua|nguoi|cong|tong( so| cong)?)\b|@")
"""Words of the label of an age group beside its ages."""


class Units(Layout):
    """One row per unit; a year in a heading makes it that year's column."""

    @property
    def claims(self) -> bool:
        """Whether observations are there, and no row names an indicator in place of a unit."""
        names, head = self._names.values(), self.table.headings[self.table.key]
        if self.table.sheet.turned or CONTENT.match(head):
            is_due = any(self._is_plain(n) or self.reader.places.is_name(n) for n in names)
        else:
            is_due = True
        return super().claims and is_due and not any(map(self.reader.indicators.code_of, names))

    @cached_property
    def _names(self) -> dict[int, str]:
        """What each row is called."""
        return {row: self.table.sheet.text(row, self.table.key) for row, _ in self.table.rows}

    def _is_plain(self, name: str) -> bool:
        """Whether a row names a year or nothing, where rows need not name units."""
        is_free = self.table.sheet.turned or self._year_column == self.table.key
        label = heading_key(name)
        return is_free and bool(PLAIN.fullmatch(label)) and len(YEAR.findall(label)) < 2

    def each(self) -> Iterator[Claim]:
        """One claim per unit row, observation and year."""
        places, table = self.reader.places, self.table
        self.others = {places.code_column(table)} - {None}
        gives = [(code, *pair) for code, parts in self.gives for pair in self._by_year(parts)]
        for row, name in self._names.items():
            label = heading_key(name)
            for code, lines, year in gives if self._is_plain(name) else ():
                if not is_share(label) or lines.keys() & {"value"}:
                    yield self._claim(code, lines, [row], year or year_of(label))
        is_free = table.sheet.turned or self._year_column == table.key
        others = {
            row
            for row, name in self._names.items()
            if is_free and (self._is_plain(name) or not places.is_name(name))
        }
        rows = places.unit_rows(table, others)
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
                if kind == "total" and not self.reader.places.is_wider(self._names[row]):
                    self.compare((row, column), parts, "dòng")
                    self.covered.add(row)
                elif kind == "data" and row not in groups:
                    parts.append((row, column))


class Indicators(Units):
    """One row per unit; headings name the indicator (code or name) and what the column holds."""

    def bind(self) -> None:
        """Find the columns of each indicator; a code says more than a name.

        Headings that name none are of the indicator in the title, if there is one.
        """
        names, paths = self.reader.indicators, self._paths()
        wholes = {p for p in paths.values() if dict(names.counted_in(p)).get("denominator")}
        headed = any(map(names.name_in, paths.values()))
        title = self._title(headed=headed)
        if title and names.is_level(names.codes[title]) and wholes:
            title = None  # "PHỔ CẬP GIÁO DỤC THCS" over counts of what it asks for
        if "titles" in self.about and not title:
            return
        whole = next(iter(wholes)) if len(wholes) == 1 else ""
        taken: dict[tuple[str, str, int | None], list[int]] = {}
        counts: dict[tuple[str, str, int | None], list[int]] = {}
        for column, path in paths.items():
            counted = () if title else names.counted_in(path, whole)
            if self.table.sheet.turned:  # a row's "tỷ lệ" is asked for its titles below
                counted = [pair for pair in counted if pair[0] != "value"]
            for part, code in counted:
                counts.setdefault((part, code, year_of(path)), []).append(column)
            if not counted and (meaning := self._meaning(column, path, title, headed=headed)):
                taken.setdefault((*meaning, year_of(path)), []).append(column)
        self._take(counts | taken)  # one column of people serves all that have none
        right = [self.table.cells(c) for c in self.unclear if c > self.table.key]
        loose = any(map(left_out.is_figure, chain(*right)))
        if title and loose and not any(parts.keys() >= {*COUNTS} for _, parts in self.gives):
            self.gives = []  # a percentage beside counts of something else

    def _paths(self) -> dict[int, str]:
        """Heading paths of the columns that may hold figures, as one text."""
        usable = (pair for pair in self.table.usable if pair[0] != self.table.key)
        paths = {column: path.replace(" | ", " ") for column, path in usable}
        if any("pho cap" in heading_key(text) for text in self.table.titles):
            for column, path in paths.items():
                paths[column] = SCHOOLING.sub("pho cap giao duc ", path)
        return paths

    def _meaning(
        self, column: int, path: str, title: str | None, *, headed: bool
    ) -> tuple[str, str] | None:
        """Part and code of the indicator that a heading, or the title above it, names."""
        names, name = self.reader.indicators, self.reader.indicators.name_in(path)
        group, _, below = self.table.headings[column].partition(" | ")
        if headed and not name:  # beside names in full a row's name will do
            in_full = names.code_of(path)
            code = in_full or names.code_of(group)
            name = code and heading_key(names.rows[code]["short_name_vi"])
            path = name if in_full else f"{name} {below}"
        if name and ("denominator", names.codes[name]) in names.counted_in(group):
            path = below.replace(" | ", " ")  # the people that all columns below are of
        if title and not name:
            path, name = f"{title} {path}", title
        part = name and self._part(column, path, name)
        if not part:
            return None
        self.certainty = max(self.certainty, 2 * names.is_code(name))
        return part, names.codes[name]

    def _take(self, taken: dict[tuple[str, str, int | None], list[int]]) -> None:
        """Make fields of the columns of each part; several of one meaning are none."""
        gives: dict[str, Parts] = {}
        for (part, code, year), columns in taken.items():
            marks = [f"_{self.table.headings[column][-1]}" for column in columns]
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
            if names.is_level(code):
                words -= RECOGNISED
            if not words <= FILLER or names.is_other(rest, code) or FLOW.search(rest):
                head = self.table.sheet.text(*self.table.head(column)).split()
                odd = " ".join(word for word in head if fold(word) in words - FILLER)
                self.unclear[column] = (
                    f"không rõ nghĩa của chữ “{odd}”" if odd else "có chữ không rõ nghĩa"
                )
                return None
            half = None if self.table.sheet.turned else names.half_in(rest, code)
            if half:
                return half
        counted = path.endswith(" dat") or (name != path and set(rest.split()) & COUNTING)
        is_level = names.is_level(code)
        if is_level and (counted or LEVEL.search(path)):
            return None if counted or OF_YEAR.search(path) else "level"
        specs = self.about["fields"].items()
        fitting = (p for p, spec in specs if any(fits(s, rest) for s in spec.split(";")))
        part = "result" if is_level else next(fitting, "result" if name == path else None)
        if part != "result" and not (part == "value" and self.table.sheet.turned):
            return part
        cells = [(r, column) for r in self.table.body if self.table.sheet.text(r, column)]
        kinds = {self.kind_of(code, at) for at in cells}
        return kinds.pop() if len(kinds) == 1 else None

    def _are_marked(self, columns: list[int]) -> bool:
        """Whether each of the columns is of one level and holds nothing but marks."""
        table = self.table
        levels = {path[-1] for c in columns if LEVEL_LAST.search(path := table.headings[c])}
        ticks = {ticked(cell) for column in columns for cell in table.cells(column)}
        return len(levels) == len(columns) and None not in ticks


class Ages(Layout):
    """Rows are age groups of one unit; cumulative and disjoint groups are told by their labels."""

    @cached_property
    def groups(self) -> dict[Group, int]:
        """Row of each age group; two of one age with unlike figures are none."""
        twins: dict[Group, list[int]] = {}
        totals, cell = [], self.table.sheet.cell
        for row, kind in self.table.rows:
            label = BARE.sub(" ", fold(self.table.sheet.text(row, self.table.key)))
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
        self.covered |= {row for row, kind in self.table.rows if kind == "total"}
        for ages, line in self.groups.items():
            others = {group: at for group, at in self.groups.items() if group != ages}
            parts = join_ages(others, ages)
            for name in self._fields():
                for total in self._on(name, [line]):
                    self.compare(total, self._on(name, parts), "nhóm tuổi")
        if not self.table.sheet.turned:
            self.covered |= set(self.groups.values())

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
