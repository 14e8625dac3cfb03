"""The layouts of forms: how the words of a description become cells of a table.

``units`` one row per unit; ``indicators`` the same with indicators named in the headings; ``list``
one row per indicator; ``ages`` rows are age groups; ``measures`` columns are ages; ``series`` one
row per province, one column per year. Amounts are written ``field``, ``field@15-35``, and added
or subtracted: ``people@15-35 - not_l1@15-35``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from xhht_analysis.intake.forms import left_out
from xhht_analysis.intake.forms.claims import COUNTS, WITNESSES, Claim
from xhht_analysis.intake.forms.office import Office
from xhht_analysis.intake.forms.tables import FILLER, YEAR, Table, fits, heading_key
from xhht_analysis.intake.reading.text import fold, parse_number, parse_year, scale_of

COUNTING = frozenset(fold("số tổng tử mẫu sl ts tỷ lệ % người").split())
"""Words of a heading that holds a count or a share, never a level."""
Cells = tuple[tuple[int, int, int], ...]
"""Signed cells of an amount: (sign, row, column)."""


@dataclass
class Layout:
    """One description applied to one table."""

    name: str
    about: dict[str, Any]
    table: Table
    office: Office
    titled: bool
    columns: dict[str, dict[int | None, int]] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    twins: dict[str, list[int]] = field(default_factory=dict)
    covered: set[int] = field(default_factory=set)
    row_rule: str = "row_left_out"

    def place_twins(self) -> None:
        """A denominator that stands once in every block is that of its numerator's block."""
        gives = self.about.get("gives", ())
        for part, twins in self.twins.items():
            tops = {n: self.columns.get(give.get("numerator")) for n, give in enumerate(gives)}
            tops = {n: min(c.values()) for n, c in tops.items() if c}
            tops = {n: column for n, column in tops.items() if gives[n].get("denominator") == part}
            blocks = dict(
                zip(sorted(twins), [*sorted(twins)[1:], self.table.sheet.n_columns], strict=True)
            )
            if not all(any(a < top < b for top in tops.values()) for a, b in blocks.items()):
                continue
            for n, top in tops.items():
                self.columns[f"{part}_{n}"] = {None: max(c for c in blocks if c < top)}
                gives = [*gives]
                gives[n] = gives[n] | {"denominator": f"{part}_{n}"}
        self.about = self.about | {"gives": gives}

    @property
    def score(self) -> int:
        """How well the description fits: columns found, and the title."""
        return len(self.columns) + 3 * self.titled

    def missing(self) -> str:
        """What was looked for and not found, for the report."""
        lost = ", ".join(f"“{words}”" for words in self.absent.values())
        return f"biểu {self.name}: không thấy {lost or 'cột số liệu'}"

    @cached_property
    def gives(self) -> list[dict[str, Any]]:
        """Observations whose fields are there; a percentage stands alone without its counts."""
        found = []
        for give in self.about.get("gives", ()):
            counted = "numerator" in give and all(self._has(give.get(name, "")) for name in COUNTS)
            own = give if counted else {k: v for k, v in give.items() if k not in COUNTS}
            if counted or any(k in own and self._has(own[k]) for k in ("value", "level")):
                found.append(own)
        return found

    def _fields(self) -> set[str]:
        """Fields of counts, which add up."""
        amounts = [give.get(name, "") for give in self.gives for name in (*COUNTS, *WITNESSES)]
        fields = {name for amount in amounts for _, name, _ in parse_amount(amount)}
        return fields & self.columns.keys()

    def _has(self, amount: str) -> bool:
        return all(name in self.columns for _, name, _ in parse_amount(amount))

    @property
    def claims(self) -> bool:
        """Whether the table can give an observation."""
        return bool(self.gives)

    def read(self) -> None:
        """Hand every observation of the table to the office."""
        for give in self.about.get("gives", ()):
            if give not in self.gives:
                lost = [
                    self.absent[n]
                    for a in ("numerator", "denominator", "value")
                    for _, n, _ in parse_amount(give.get(a, ""))
                    if n in self.absent
                ]
                self.office.find(
                    None,
                    "column_missing",
                    "Không thấy hoặc không rõ cột " + ", ".join(f"“{t}”" for t in lost) + ".",
                    give["indicator"],
                )
        columns: set[int] = set()
        for claim in self.each():
            columns |= {column for _, column in claim.cells}
            self.covered |= {row for row, _ in claim.cells}
            self.office.observe(self.name, self.table, claim)
        self.covered |= self.totals()
        for column in sorted(columns & self.table.beside_prior):
            text = "Tỷ lệ đứng sau cột năm trước hoặc kế hoạch: hiểu là tỷ lệ của năm báo cáo."
            self.office.find(self.table.head(column), "share_beside_prior", text)
        read = (columns, self.structure(), self.covered, self.row_rule)
        left_out.report(self.table, self.office, *read)

    def totals(self) -> set[int]:
        """Rows that add up others: compared by `check_totals`, no figures of their own."""
        return {row for row, kind in self.table.rows() if kind == "total"}

    def structure(self) -> set[int]:
        """Columns read beside the cells of figures: codes, names, units of measurement."""
        return set()

    def each(self) -> Iterator[Claim]:
        """Claims of the table, row by row."""
        raise NotImplementedError

    def _claim(self, give: dict[str, Any], row: int, year: int | None) -> Claim:
        claim = Claim(give["indicator"], row, year=year)
        for attribute in (*COUNTS, *WITNESSES):
            setattr(claim, attribute, self._cells(give.get(attribute, ""), row, year))
        for attribute in ("value", "level", "share"):
            cells = self._cells(give.get(attribute, ""), row, year)
            if cells:
                setattr(claim, attribute, cells[0][1:])
        return claim

    def _cells(self, amount: str, row: int, year: int | None) -> Cells:
        cells = []
        for sign, name, ages in parse_amount(amount):
            at = self._at(name, ages, row, year)
            if not at:
                return ()
            cells += [(sign, r, c) for r, c in at]
        return tuple(cells)

    def _at(
        self, name: str, ages: tuple[int, int] | None, row: int, year: int | None
    ) -> list[tuple[int, int]]:
        columns = self.columns.get(name, {})
        column = columns.get(year, columns.get(None))
        return [] if column is None else [(row, column)]


class Units(Layout):
    """One row per unit; a year in a heading makes it that year's column."""

    def each(self) -> Iterator[Claim]:
        """One claim per unit row, observation and year."""
        places = self.office.places
        places.begin(self.table)
        rows = list(self.table.rows())
        pairs = [pair for give in self.gives for pair in self._by_year(give)]
        parts = places.hamlets(self.table, [row for row, kind in rows if kind == "data"])
        self.covered |= set(parts)
        for row, kind in rows:
            if kind == "data" and row not in parts and places.take(self.table, row):
                for give, year in pairs:
                    yield self._claim(give, row, year)
        others = [row for row, kind in rows if kind == "data" and row not in parts]
        if parts and not any(places.is_own(self.table, row) for row in others):
            totals = [row for row, kind in rows if kind == "total"][-1:]
            places.row_unit = None
            if not totals:
                text = f"Biểu không có dòng cộng: cộng {len(parts)} ấp, khu phố thành số của xã."
                self.office.find((parts[0], self.table.key), "summed_from_parts", text)
            for give, year in pairs:
                yield self._whole(give, totals or parts, year)
        self.check_totals(rows)

    def _by_year(self, give: dict[str, Any]) -> Iterator[tuple[dict[str, Any], int | None]]:
        """The parts of an observation that are there, for each year that its own headings name.

        A column without a year serves every year, unless it has figures of its own to go with:
        then it is of the form's year and nobody else's.
        """
        parts = {
            part: [self.columns.get(name, {}) for name in self._names(amount)]
            for part, amount in give.items()
            if part != "indicator"
        }
        years = {
            year
            for part in parts.keys() & {"numerator", "value", "level"}
            for year in set().union(*parts[part])
            if all({year, None} & columns.keys() for columns in parts[part])
        }
        for year in sorted(years, key=str):
            wanted = {year} if None in years else {year, None}
            there = (p for p, found in parts.items() if all(wanted & c.keys() for c in found))
            yield {"indicator": give["indicator"]} | {p: give[p] for p in there}, year

    def _names(self, amount: str) -> list[str]:
        return [name for _, name, _ in parse_amount(amount)]

    def structure(self) -> set[int]:
        """The column of codes."""
        return {self.office.places.code_column(self.table)} - {None}

    def _whole(self, give: dict[str, Any], rows: list[int], year: int | None) -> Claim:
        """The claim of one row, or of the sum of several; a sum of percentages says nothing."""
        claim, *others = [self._claim(give, row, year) for row in rows]
        for other in others:
            claim.value = claim.share = claim.level = None
            for name in (*COUNTS, *WITNESSES):
                setattr(claim, name, getattr(claim, name) + getattr(other, name))
        return claim

    def check_totals(self, rows: list[tuple[int, str]]) -> None:
        """Compare every "Cộng" with the rows above it; a difference is a finding."""
        columns = {c for name in self._fields() for c in self.columns[name].values()}
        for column in sorted(columns):
            parts: list[float] = []
            for row, kind in rows:
                value = parse_number(self.table.sheet.cell(row, column)).value
                if kind == "data" and value is not None and row not in self.office.places.parents:
                    parts.append(value)
                elif kind == "total" and value is not None and parts and sum(parts) != value:
                    self.office.find(
                        (row, column),
                        "total_differs",
                        f"Tổng ghi {value:.10g}, cộng các dòng được {sum(parts):.10g}.",
                    )


@dataclass
class Indicators(Units):
    """One row per unit; headings name the indicator (code or name) and what the column holds."""

    doubled: list[int] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    coded: bool = False

    def bind(self) -> None:
        """Find the columns of each indicator; a code says more than a name."""
        names, taken, shared = self.office.indicator_names, {}, []
        for column in self.table.usable:
            path = self.table.headings[column].replace(" | ", " ")
            years = set(YEAR.findall(path))
            year = int(years.pop()) if len(years) == 1 else None
            there = [name for name in names if f" {name} " in f" {path} "]
            found = max(there, key=lambda n: (n == fold(names[n]), len(n)), default=None)
            part = self._part(path, found, names.get(found, ""))
            if part:
                self.coded |= found == fold(names[found])
                taken.setdefault((f"{part} {names[found]}", year), []).append(column)
            elif found is None:
                codes = self.office.denominators.get(re.sub("^(tong )?(so )?", "", path), ())
                shared += [((f"denominator {code}", year), column) for code in codes]
        for key, column in shared:  # one column of people serves all that have none of their own
            taken.setdefault(key, [column])
        for (name, year), columns in taken.items():
            if len(columns) == 1:
                self.columns.setdefault(name, {})[year] = columns[0]
            else:
                self.doubled.append(columns[1])

    def _part(self, path: str, found: str | None, code: str) -> str | None:
        """What a column holds; None where its heading has words that may change its meaning."""
        if found is None:
            return None
        rest, names = path, self.office.indicator_names
        if found != path:  # its code, name and short name may all stand there
            own = sorted((name for name in names if names[name] == code), key=len, reverse=True)
            for name in own:
                rest = f" {rest} ".replace(f" {name} ", " ").strip()
        words = set(re.sub(r"\b(\d+|[a-z])\b", "", rest).split()) - self.office.words(code)
        if found != path and not words <= FILLER:
            self.unclear.append(path)
            return None
        if self.office.kind(code) in ("level", "milestone"):
            return None if found != path and set(rest.split()) & COUNTING else "level"
        parts = self.about["fields"].items()
        return next((p for p, spec in parts if any(fits(s, rest) for s in spec.split(";"))), None)

    def missing(self) -> str:
        """Columns that name an indicator beside words that are not known."""
        told = ", ".join(f"“{path}”" for path in self.unclear)
        return f"cột có chữ không rõ nghĩa: {told}" if told else super().missing()

    def read(self) -> None:
        """Hand over the observations; two columns of one meaning give none."""
        for column in self.doubled:
            text = "Hai cột cùng một nghĩa: không đọc cột nào."
            at = (self.table.first - 1, column)
            self.office.find(at, "column_ambiguous", text)
        super().read()

    @cached_property
    def gives(self) -> list[dict[str, Any]]:
        """One observation per indicator that has a numerator, a value or a level."""
        codes = dict.fromkeys(name.split()[1] for name in self.columns)
        gives = [
            {"indicator": code}
            | {p: f"{p} {code}" for p in self.about["fields"] if f"{p} {code}" in self.columns}
            for code in codes
        ]
        return [g for g in gives if {"numerator", "value", "level"} & g.keys()]

    def _names(self, amount: str) -> list[str]:
        return [amount]

    def _cells(self, amount: str, row: int, year: int | None) -> Cells:
        return tuple((1, r, c) for r, c in self._at(amount, None, row, year)) if amount else ()

    def _fields(self) -> set[str]:
        return {name for name in self.columns if name.startswith(COUNTS)}


class Listing(Layout):
    """One row per indicator: the kit's template and any long table."""

    @property
    def claims(self) -> bool:
        """Whether indicators and a figure can be read."""
        if not {"numerator", "value", "level"} & self.columns.keys():
            return False
        names = {heading_key(self._text("name", row)) for row, _ in self.table.rows()}
        return "code" in self.columns or not names.isdisjoint(self.office.indicator_names)

    def each(self) -> Iterator[Claim]:
        """One claim per row that names an indicator."""
        names = self.office.indicator_names
        for row, kind in self.table.rows():
            code, name = self._text("code", row), self._text("name", row)
            known = names.get(heading_key(code) or heading_key(name))
            if known or kind == "data":
                disagree = known and names.get(heading_key(name), known) != known
                claim = Claim(None if disagree else known, row, indicator_raw=code or name)
                self._fill(claim, row)
                yield claim

    def totals(self) -> set[int]:
        """None: rows of unlike indicators have no sum, so "Tổng số hộ …" is a row of its own."""
        return set()

    def structure(self) -> set[int]:
        """Columns of codes and years."""
        names = self.columns.keys() & {"code", "unit_code", "year"}
        return {column for name in names for column in self.columns[name].values()}

    def _fill(self, claim: Claim, row: int) -> None:
        claim.indicator_cell = self._first("code", row) or self._first("name", row)
        for attribute in ("value", "level", "valid_from", "valid_to"):
            setattr(claim, attribute, self._first(attribute, row))
        for attribute in ("numerator", "denominator"):
            at = self._first(attribute, row)
            setattr(claim, attribute, ((1, *at),) if at else ())
        claim.scale = scale_of(self._text("counted", row))
        year = self._first("year", row)
        if year and self.table.sheet.cell(*year) is not None:
            claim.year_parsed, claim.year_cell = parse_year(self.table.sheet.cell(*year)), year
        if {"unit", "unit_code"} & self.columns.keys():
            cell = self._first("unit", row) or self._first("unit_code", row)
            claim.unit_raw = (self._text("unit", row), self._text("unit_code", row), cell)

    def _first(self, name: str, row: int) -> tuple[int, int] | None:
        return next(iter(self._at(name, None, row, None)), None)

    def _text(self, name: str, row: int) -> str:
        at = self._first(name, row)
        return self.table.sheet.text(*at).strip() if at else ""


def in_words(spec: str) -> str:
    """A description of a column as a reader understands it: "5 tuổi, phải phổ cập hoặc ppc"."""
    terms = [term.strip() for term in spec.split(";")[0].split(",")]
    return ", ".join(t.replace("|", " hoặc ") for t in terms if not t.startswith("!"))


def parse_amount(amount: str) -> Iterable[tuple[int, str, tuple[int, int] | None]]:
    """Parts of an amount: sign, field, ages."""
    for sign, name, low, high in re.findall(r"([+-]?)\s*([a-z]\w*)(?:@(\d+)(?:-(\d+))?)?", amount):
        yield (-1 if sign == "-" else 1), name, (int(low), int(high or low)) if low else None
