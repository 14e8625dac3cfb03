"""The layouts of forms: how the words of a description become cells of a table.

``units`` one row per unit; ``indicators`` the same with indicators named in the headings; ``list``
one row per indicator; ``ages`` rows are age groups; ``measures`` columns are ages; ``series`` one
row per province, one column per year. Amounts are written ``field``, ``field@15-35``, and added
or subtracted: ``people@15-35 - not_l1@15-35``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any, ClassVar

from xhht_analysis.intake.forms import left_out
from xhht_analysis.intake.forms.claims import (
    COUNTS,
    DATES,
    FIELDS,
    WITNESSES,
    Cell,
    Cells,
    Claim,
    UnitCell,
)
from xhht_analysis.intake.forms.context import LABELS
from xhht_analysis.intake.forms.file_reader import FileReader
from xhht_analysis.intake.forms.headings import foreign_words
from xhht_analysis.intake.forms.tables import AmbiguousColumnError, Table
from xhht_analysis.intake.reading.text import Parsed, parse_year, scale_of


@dataclass
class Layout:
    """One description applied to one table.

    ``columns`` holds for each field its column by the year of the heading, ``absent`` what was
    looked for in vain; ``others`` are columns read beside figures, ``covered`` the rows read,
    ``unclear`` the headings that name an indicator beside words that are not known.
    """

    row_rule: ClassVar[str] = "row_left_out"
    has_totals: ClassVar[bool] = True
    """Whether rows of totals add up the others: then they are compared, not read."""
    plain: ClassVar[bool] = False
    """Whether foreign words in its headings tell parts of the figures."""

    name: str
    about: dict[str, Any]
    table: Table
    reader: FileReader
    titled: bool
    columns: dict[str, dict[int | None, int]] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    others: set[int] = field(default_factory=set)
    covered: set[int] = field(default_factory=set)
    unclear: list[str] = field(default_factory=list)

    def bind(self) -> None:
        """Find the column of every field; of two that fit alike that of the figure's block."""
        twins, every = {}, self.titled or "title" not in self.about
        for part, spec in self.about["fields"].items():
            wanted = spec if every else spec.split(";")[0]
            try:
                self.columns[part] = self.table.columns(wanted, plain=self.plain)
            except AmbiguousColumnError as error:
                twins[part] = sorted(error.args[0])
                heads = ", ".join(
                    self.table.sheet.address(*self.table.head(c)) for c in twins[part]
                )
                self.absent[part] = f"{in_words(spec)} (nhiều cột giống nhau: {heads})"
                continue
            if not self.columns[part]:
                del self.columns[part]
                self.absent[part] = in_words(spec)
        for part, columns in twins.items():
            self._place_twins(part, columns)

    def _place_twins(self, part: str, twins: list[int]) -> None:
        """A denominator that stands once in every block is that of its numerator's block."""
        gives = self.about.get("gives", ())
        tops = {
            n: min(self.columns[give["numerator"]].values())
            for n, give in enumerate(gives)
            if give.get("denominator") == part and give.get("numerator") in self.columns
        }
        blocks = pairwise([*twins, self.table.sheet.n_columns])
        if not all(any(start < top < end for top in tops.values()) for start, end in blocks):
            return
        self.about = self.about | {"gives": [*gives]}
        for n, top in tops.items():
            column = max((c for c in twins if c < top), default=twins[0])
            self.columns[f"{part}_{n}"] = {None: column}
            self.about["gives"][n] = gives[n] | {"denominator": f"{part}_{n}"}

    @property
    def score(self) -> int:
        """How well the description fits: columns, and the title."""
        return len(self.columns) + 3 * self.titled

    @property
    def rank(self) -> tuple[int, int]:
        """How sure it is that the table is of this layout."""
        return 1, self.score

    def explains(self, other: Layout) -> bool:
        """Whether it is to be read although ``other`` has the higher rank."""
        return False

    def missing(self) -> str:
        """What was looked for and not found, for the report."""
        lost = ", ".join(f"“{words}”" for words in self.absent.values())
        return f"biểu {self.name}: không thấy {lost or 'cột số liệu'}"

    @cached_property
    def gives(self) -> list[dict[str, Any]]:
        """Observations whose fields are there; a percentage stands alone without its counts."""
        gives = []
        for give in self.about.get("gives", ()):
            counted = "numerator" in give and all(self._has(give.get(name, "")) for name in COUNTS)
            rest = give if counted else {k: v for k, v in give.items() if k not in COUNTS}
            if counted or any(k in rest and self._has(rest[k]) for k in ("value", "level")):
                gives.append(rest)
        return gives

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
        """Hand every observation of the table to the reader."""
        for give in self.about.get("gives", ()):
            if give not in self.gives:
                amounts = " ".join(
                    give.get(part, "") for part in ("numerator", "denominator", "value")
                )
                names = (name for _, name, _ in parse_amount(amounts) if name in self.absent)
                lost = ", ".join(f"“{self.absent[name]}”" for name in names)
                text = f"Không thấy hoặc không rõ cột {lost}."
                self.reader.find(None, "column_missing", text, give["indicator"])
        figures: set[int] = set()
        for claim in self.each():
            rows = {row for row, _ in claim.all_cells}
            if not any(self.table.sections.get(row, {}).get("aside") for row in rows):
                self.reader.observe(self.name, self.table, claim)
                self.covered |= rows
            figures |= {column for _, column in claim.all_cells}
        if self.has_totals:
            self.covered |= {row for row, kind in self.table.rows if kind == "total"}
        for column in sorted(figures & self.table.beside_prior):
            text = "Tỷ lệ đứng sau cột năm trước hoặc kế hoạch: hiểu là tỷ lệ của năm báo cáo."
            self.reader.find(self.table.head(column), "share_beside_prior", text)
        left_out.report(self, figures)

    def total_differs(self, at: Cell, printed: float, added: float, parts: str) -> None:
        """Note a printed total that is not the sum of its parts."""
        text = f"Tổng ghi {printed:.10g}, cộng {parts} được {added:.10g}."
        self.reader.find(at, "total_differs", text)

    def each(self) -> Iterator[Claim]:
        """Claims of the table, row by row."""
        raise NotImplementedError

    def _claim(
        self, give: dict[str, Any], row: int, year: int | None, unit: UnitCell | None = None
    ) -> Claim:
        cells = {
            part: self._cells(amount, row, year)
            for part, amount in give.items()
            if part != "indicator"
        }
        return Claim(give["indicator"], cells, year, unit)

    def _by_year(self, give: dict[str, Any]) -> Iterator[tuple[dict[str, Any], int | None]]:
        """The parts of an observation that are there, for each year that its own headings name.

        A column without a year serves every year, unless it has figures of its own to go with:
        then it is of the form's year and nobody else's.
        """
        parts = {
            part: [self.columns.get(name, {}) for _, name, _ in parse_amount(amount)]
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
            there = (p for p, columns in parts.items() if all(wanted & c.keys() for c in columns))
            yield {"indicator": give["indicator"]} | {p: give[p] for p in there}, year

    @cached_property
    def _year_column(self) -> int | None:
        """Column that says the year of each row."""
        heads = enumerate(self.table.headings)
        return next((c for c, head in heads if LABELS["year"].fullmatch(head)), None)

    def _date(self, claim: Claim, row: int) -> Claim:
        """The claim with the year of its row, or of the heading above it.

        A blank is the year of the form only where no other row says another one.
        """
        column, context = self._year_column, self.reader.context
        at = self.table.sections.get(row, {}).get("year")
        if at and claim.year is None:
            claim.year_parsed, claim.year_cell = parse_year(self.table.sheet.text(*at)), at
        if column is not None and claim.year is None:
            self.others.add(column)
            typed = parse_year(self.table.sheet.cell(row, column))
            years = {parse_year(cell).value for cell in self.table.cells(column)} - {None}
            if typed == Parsed() and not years <= {context.year}:
                typed = Parsed(problem="year_missing")
            if typed != Parsed():
                claim.year_parsed, claim.year_cell = typed, (row, column)
        return claim

    def _cells(self, amount: str, row: int, year: int | None) -> Cells:
        cells = []
        for sign, name, ages in parse_amount(amount):
            at = self._at(name, ages, row, year)
            if not at:
                return ()
            cells += [(sign, *cell) for cell in at]
        return tuple(cells)

    def _at(
        self, name: str, ages: tuple[int, int] | None, row: int, year: int | None
    ) -> list[Cell]:
        column = self.column(name, year)
        return [] if column is None else [(row, column)]

    def column(self, name: str, year: int | None = None) -> int | None:
        """Column of a field in a year; one without a year serves every year."""
        columns = self.columns.get(name, {})
        return columns.get(year, columns.get(None))


class Listing(Layout):
    """One row per indicator: the kit's template and any long table; no row is the sum of others."""

    has_totals = False
    plain = True

    def bind(self) -> None:
        """A percentage whose heading has unknown words (increase, of the plan) is another one."""
        super().bind()
        spec, headings = self.about["fields"]["value"], self.table.headings
        for year, column in [*self.columns.get("value", {}).items()]:
            if foreign_words(spec, headings[column].rsplit(" | ", 1)[-1]):
                del self.columns["value"][year]
        if not self.columns.get("value", True):
            self.absent["value"] = in_words(spec)
            del self.columns["value"]

    @property
    def claims(self) -> bool:
        """Whether indicators and a figure can be read."""
        if not {"numerator", "value", "level"} & self.columns.keys():
            return False
        names = (self._text("name", row) for row, _ in self.table.rows)
        return "code" in self.columns or any(map(self.reader.indicators.code_of, names))

    def each(self) -> Iterator[Claim]:
        """One claim per row that names an indicator."""
        names = self.columns.keys() & {"code", "unit_code"}
        self.others = {column for name in names for column in self.columns[name].values()}
        code_of = self.reader.indicators.code_of
        give = {"indicator": None} | {part: part for part in (*FIELDS, *DATES)}
        parts = [*self._by_year(give)]
        for row, kind in self.table.rows:
            code, name = self._text("code", row), self._text("name", row)
            indicator = code_of(code or name)
            if indicator or kind == "data":
                disagree = indicator and (code_of(name) or indicator) != indicator
                for give, year in parts:
                    give["indicator"] = None if disagree else indicator
                    claim = self._of_row(self._claim(give, row, year), code or name, row)
                    if disagree:
                        claim.indicator_problem = "indicator_disagrees"
                    yield claim

    def _of_row(self, claim: Claim, typed: str, row: int) -> Claim:
        claim.indicator_raw = typed
        claim.indicator_cell = self._first("code", row) or self._first("name", row)
        claim.scale = scale_of(self._text("counted", row))
        cell = self._first("unit", row) or self._first("unit_code", row)
        at = self.table.sections.get(row, {}).get("place")
        if cell:
            claim.unit = UnitCell(self._text("unit", row), self._text("unit_code", row), cell)
        elif at:
            claim.unit = UnitCell(self.table.sheet.text(*at).strip(), "", at)
        return self._date(claim, row)

    def _first(self, name: str, row: int) -> Cell | None:
        column = self.column(name)
        return None if column is None else (row, column)

    def _text(self, name: str, row: int) -> str:
        at = self._first(name, row)
        return self.table.sheet.text(*at).strip() if at else ""


@lru_cache(maxsize=4096)
def in_words(spec: str) -> str:
    """A description of a column as a reader understands it: "5 tuổi, phải phổ cập hoặc ppc"."""
    terms = [term.strip() for term in spec.split(";")[0].split(",")]
    return ", ".join(t.replace("|", " hoặc ") for t in terms if not t.startswith("!"))


def parse_amount(amount: str) -> Iterator[tuple[int, str, tuple[int, int] | None]]:
    """Parts of an amount: sign, field, ages."""
    for sign, name, low, high in re.findall(r"([+-]?)\s*([a-z]\w*)(?:@(\d+)(?:-(\d+))?)?", amount):
        yield (-1 if sign == "-" else 1), name, (int(low), int(high or low)) if low else None
