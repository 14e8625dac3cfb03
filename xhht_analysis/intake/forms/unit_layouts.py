"""Layouts of one row per unit.

Columns are described by the form, or named by their headings and the title of the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain, pairwise
from typing import Any

from xhht_analysis.intake.forms import left_out
from xhht_analysis.intake.forms.claims import COUNTS, FIGURES, Cell, Claim, parse_amount
from xhht_analysis.intake.forms.context import HAMLET
from xhht_analysis.intake.forms.headings import (
    FILLER,
    FLOW,
    PLAIN,
    fits,
    heading_key,
    is_share,
    year_of,
)
from xhht_analysis.intake.forms.layouts import LEVEL, MEASURE, Layout, Parts
from xhht_analysis.intake.forms.places import UnitRows
from xhht_analysis.intake.forms.tables import ticked
from xhht_analysis.intake.forms.text_kinds import SOME_ONLY, YEAR, heading_kinds
from xhht_analysis.intake.reading.text import fold

COUNTING = frozenset(fold("số tổng tử mẫu số sl ts tỷ lệ % người").split())
"""Words of a heading that holds a count or a share, never a level."""
RECOGNISED = frozenset(fold("được công nhận quyết định xếp loại").split())
"""Words of a heading that say that a level is no self-assessment."""
REPORT = re.compile(
    r"^((bao cao|bang|bieu|phu luc|ket qua|thuc hien|tong hop|thong ke|so lieu|tinh hinh|danh gia|"
    r"chi tieu|ve|ti le|cac|so|danh sach|xa|phuong|huien|don vi|duoc|cong nhan|[ivx]+|\d{1,2}|"
    r"[a-c]) )+"
)
WHERE = re.compile(
    r"( (%|nam|giai doan|khu vuc( \w+){1,3}|phan|tu|den|tinh|ngai|thang|cua|theo|tai|o|tren|"
    r"dia ban|toan|cac|tung|mot so|qua|huien|thi( xa)?|thanh( pho)?|xa|phuong|thi tran|don vi|"
    r"dia phuong|20[0-4]\d))+$"
)
"""What stands before and behind the name of an indicator in the title of a table."""
DONE = re.compile(r" \| ((so (nguoi |luong )?)?dat|thuc hien)$")
"""Headings of the numerator below one of an indicator: "Tổng số" beside them is the whole."""
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


class Units(Layout):
    """One row per unit; a year in a heading makes it that year's column."""

    @property
    def claims(self) -> bool:
        """Whether observations are there, and no row names an indicator in place of a unit."""
        names, head = self.table.names.values(), self.table.headings[self.table.key]
        is_name, code_of = self.reader.places.is_name, self.reader.indicators.code_of
        is_of_units = not (self.table.sheet.turned or CONTENT.match(head))
        is_due = is_of_units or any(map(self._is_plain, names)) or any(map(is_name, names))
        return super().claims and is_due and not any(map(code_of, names))

    @cached_property
    def _is_free(self) -> bool:
        """Whether rows need not name units."""
        return self.table.sheet.turned or self.table.key in self._year_columns

    def _is_plain(self, name: str) -> bool:
        """Whether a row names a year or nothing, where rows need not name units."""
        label = heading_key(name)
        return self._is_free and bool(PLAIN.fullmatch(label)) and len(YEAR.findall(label)) < 2

    def each(self) -> Iterator[Claim]:
        """One claim per unit row, observation and year."""
        places, table = self.reader.places, self.table
        self.others |= {places.code_column(table)} - {None}
        gives = [(code, *pair) for code, parts in self.gives for pair in self._by_year(parts)]
        for row, name in table.names.items():
            label = heading_key(name)
            for code, lines, year in gives if self._is_plain(name) else ():
                if not is_share(label) or lines.keys() & {"value"}:
                    yield self._claim(code, lines, [row], year or year_of(label))
        others = {row for row, name in table.names.items() if not places.is_name(name)}
        rows = places.unit_rows(table, others if self._is_free else ())
        for row, unit in rows.units.items():
            for code, lines, year in gives:
                claim = self._claim(code, lines, [row], year, unit)
                claim.foreign = "titles" in self.about
                heads = (table.headings[column] for _, column in claim.all_cells)
                if any(map(PRELIMINARY.search, heads)):
                    claim.is_doubtful = True
                    claim.doubts["preliminary"] = "Số liệu sơ bộ của cơ quan thống kê."
                yield claim
        named = {places.match(u.name).unit_code for u in rows.units.values()}
        if rows.parts and places.of_head(places.context).unit_code not in named:
            yield from self._of_parts(rows.parts, gives)
        self._check_totals(rows)

    def _of_parts(self, parts: list[int], gives: Iterable[Any]) -> Iterator[Claim]:
        """Claims of a commune whose ấp, khu phố have a row each: of their total, else their sum.

        A row that holds the sum of the others is the total, whatever it is called; beside any
        other row that is no hamlet, or without words for hamlets, nothing is added up.
        """
        table, names = self.table, self.table.names
        columns = {c for *_, lines, _ in gives for part in COUNTS for _, c in lines.get(part, ())}
        counts = {row: [table.number((row, c)).value for c in sorted(columns)] for row in parts}
        hamlets = [row for row in parts if HAMLET.match(fold(names[row]))]
        others = [row for row in parts if row not in hamlets]
        totals = [row for row, kind in table.rows if kind == "total"]
        for row in () if totals or not columns else others if hamlets else parts[-1:]:
            rest = hamlets or [part for part in parts if part != row]
            totals += [row] if rest[1:] and counts[row] == _sums(counts, rest) else []
        if others and not totals:
            why = f"“{names[others[0]]}” không ghi là ấp, khu phố nên không cộng; thêm dòng cộng"
            self.unclear |= dict.fromkeys(columns, why)
            return
        hamlets = hamlets or [row for row in parts if row not in totals]
        totals = totals[-1:]
        self.covered |= {*hamlets, *totals}
        for code, lines, year in gives:
            claim = self._claim(code, lines, totals or hamlets, year)
            has_hole = None in chain(*(counts[row] for row in hamlets))
            if not totals and not has_hole:
                text = f"Biểu không có dòng cộng: cộng {len(hamlets)} ấp, khu phố thành số của xã."
                claim.doubts["summed_from_parts"] = text
            elif totals and has_hole:
                claim.is_doubtful = True
                claim.doubts["part_missing"] = "Có ấp, khu phố thiếu số: số cộng có thể thiếu."
            yield claim
            taken = [at for name in COUNTS if totals and (at := claim.cell(name))]
            for row, column in taken:  # those found beside a percentage; others are compared below
                if column not in columns:
                    self.compare((row, column), [(part, column) for part in hamlets], "dòng")

    def _check_totals(self, rows: UnitRows) -> None:
        """Compare every "Cộng" with the rows above it; a difference is a finding.

        A total without the rows that name no unit, such as subtotals of blocks, is no difference.
        """
        of_row, year = self.reader.places.of_row, self.reader.context.year
        placed = {row for row, unit in rows.units.items() if of_row(unit, year).unit_code}
        placed |= {*rows.parts}
        for column in sorted({c for name in self._fields() for c in self.columns[name].values()}):
            parts: list[Cell] = []
            for row, kind in self.table.rows:
                if kind == "total" and not self.reader.places.is_wider(self.table.names[row]):
                    sure = [part for part in parts if part[0] in placed]
                    self.compare((row, column), parts, "dòng", sure)
                    self.covered.add(row)
                elif kind == "data" and row not in rows.groups:
                    parts.append((row, column))


def _sums(counts: dict[int, list[float | None]], rows: list[int]) -> list[float]:
    """Sum of every column of counts over some rows; a hole counts as none."""
    return [sum(n or 0 for n in column) for column in zip(*map(counts.get, rows), strict=True)]


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
            if self._is_open:
                counted = [pair for pair in counted if pair[0] != "value"]
            for part, code in counted:
                counts.setdefault((part, code, year_of(path)), []).append(column)
            if not counted and (meaning := self._meaning(column, path, title, headed=headed)):
                taken.setdefault((*meaning, year_of(path)), []).append(column)
        self._take(counts | taken)  # one column of people serves all that have none
        right = [self.table.cells(c) for c in self.unclear if c > self.table.key]
        loose = any(map(left_out.is_figure, chain(*right)))
        if title and loose:  # no percentage beside counts of something else
            self.gives = [
                (code, parts)
                for code, parts in self.gives
                if parts.keys() >= {*COUNTS} or "level" in parts
            ]

    @cached_property
    def _is_open(self) -> bool:
        """Whether "tỷ lệ" in a name does not make a share of what stands there.

        A row's is asked for its titles; lines above may say what all figures are counted in.
        """
        return self.table.sheet.turned or bool(MEASURE.search(self.said))

    def _paths(self) -> dict[int, str]:
        """Heading paths of the columns that may hold figures, as one text."""
        names, paths = self.reader.indicators, dict(self.table.usable)
        paths.pop(self.table.key, None)
        done = {path.rpartition(" | ")[0] for path in paths.values() if DONE.search(path)}
        for column, path in paths.items():
            group, _, below = path.partition(" | ")
            if group in done and (code := names.code_of(group)):
                path = f"{heading_key(names.rows[code]['short_name_vi'])} {below}"
            paths[column] = path.replace(" | ", " ")
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
        if headed and not name and (code := names.code_of(path)):  # a row's name will do
            path = name = heading_key(names.rows[code]["short_name_vi"])
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
            if part != "level":
                self.others |= {*columns}
                columns = [*{tuple(self.table.cells(c)): c for c in reversed(columns)}.values()]
                self.others -= {*columns}
            marks = [f"_{self.table.headings[column][-1]}" for column in columns]
            if len(columns) == 1 or (part == "level" and self._are_marked(columns)):
                fields = [f"{part}_{code}{mark if columns[1:] else ''}" for mark in marks]
                for field, column in zip(fields, columns, strict=True):
                    self.columns.setdefault(field, {})[year] = column
                gives.setdefault(code, {})[part] = parse_amount(" + ".join(fields))
            else:
                self.unclear |= dict.fromkeys(columns, "nhiều cột cùng một nghĩa")
        for code, parts in gives.items():
            if self.measure == "%" and parts.keys() == {"numerator"}:
                parts["value"] = parts.pop("numerator")
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
        if max(YEAR.findall(line), default="") > self.reader.received_on:
            return None
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
            is_part = SOME_ONLY & heading_kinds(rest) or FLOW.search(rest)
            if is_part or not words <= FILLER or names.is_other(rest, code):
                self.unclear[column] = left_out.reason(
                    self.table.headings[column], "có chữ không rõ nghĩa"
                )
                return None
            half = None if self.table.sheet.turned else names.half_in(rest, code)
            if half:
                return half
        counted = (path.endswith(" dat") and not path.endswith(("muc dat", "muc do dat"))) or (
            name != path and set(rest.split()) & COUNTING
        )
        is_level = names.is_level(code)
        if is_level and (counted or LEVEL.search(path)):
            return None if counted or OF_YEAR.search(path) else "level"
        specs = self.about["fields"].items()
        fitting = (p for p, spec in specs if any(fits(s, rest) for s in spec.split(";")))
        part = "result" if is_level else next(fitting, "result" if name == path else None)
        if part != "result" and not (part == "value" and self._is_open):
            return part
        cells = [(r, column) for r in self.table.body if self.table.sheet.text(r, column)]
        kinds = {self.kind_of(code, at) for at in cells}
        return kinds.pop() if len(kinds) == 1 else None

    def _are_marked(self, columns: list[int]) -> bool:
        """Whether each of the columns is of one level and holds nothing but marks."""
        table = self.table
        levels = {path[-1] for c in columns if LEVEL_LAST.search(path := table.headings[c])}
        rows = [row for row, kind in table.rows if kind == "data"]
        ticks = {ticked(table.sheet.cell(row, column)) for column in columns for row in rows}
        return len(levels) == len(columns) and None not in ticks
