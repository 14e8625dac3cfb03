"""The layouts of forms: how the words of a description become cells of a table.

``units`` one row per unit; ``indicators`` the same with indicators named in the headings or above;
``list`` one row per indicator; ``ages`` rows are age groups; ``measures`` columns are ages. Amounts
are written ``field``, ``field@15-35``, and added or subtracted: ``people@15-35 - not_l1@15-35``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

from xhht_analysis.intake.forms import left_out
from xhht_analysis.intake.forms.claims import (
    COUNTS,
    DATES,
    FIELDS,
    FIGURES,
    WITNESSES,
    Cell,
    Claim,
    Terms,
    UnitCell,
    parse_amount,
)
from xhht_analysis.intake.forms.context import LABELS
from xhht_analysis.intake.forms.file_reader import FileReader
from xhht_analysis.intake.forms.headings import (
    foreign_words,
    heading_key,
    is_share,
    year_of,
)
from xhht_analysis.intake.forms.tables import Table, figure, is_name
from xhht_analysis.intake.forms.text_kinds import is_stray
from xhht_analysis.intake.forms.witnesses import is_of_plan
from xhht_analysis.intake.reading.text import Parsed, fold, parse_year, scale_of

LEVEL = re.compile(r"\b(muc|chuan|level|xep loai)\b")
"""A heading of levels has one of these; "Cộng đồng học tập" may as well count hamlets."""
LEVELS = re.compile(r"(^|\| )(?![^|]*\b(so|ti le)\b)[^|]*\bmuc do\b")
"""A line above a table that says that its figures are levels."""
PERCENT = re.compile(r"%|\b(ti le|phan tram|percentage)\b")
PROVINCE = re.compile("tỉnh", re.I)
MEASURE = re.compile(
    r"(?:\b(?:dvt|don vi tinh|don vi(?= %)) |"
    r"(?:^|\| )(?=(?:tu so|mau so|so luong)\b(?![^|]* ti le)))([^|]+)"
)
"""What figures are counted in, as lines and the name of a sheet say it."""
PERIOD = re.compile(r"ki (bao cao|so lieu)")
"""What heads the years of rows beside "Năm"."""
COUNT = re.compile(r"(\w{1,3} )?(tong )?so (?!hoa\b)")
"""The name of a count: it is no percentage, whatever a line above says."""
UNPRINTED = {"part": "numerator", "whole": "denominator"}
"""Counts of a list that may be of the percentage beside them, and what they are without one."""
Parts = dict[str, Terms]
Lines = dict[str, list[tuple[int, int]]]
"""Sign and column of each part of the amounts of an observation."""
Give = tuple[str, Parts]
"""Indicator and amounts of an observation."""


@dataclass
class Layout:
    """One description applied to one table.

    ``columns`` holds for each field its column by the year of the heading; ``others`` are columns
    read beside figures, ``covered`` the rows read, ``unclear`` why a column that names an indicator
    or is one of several alike is not read.
    """

    certainty: ClassVar[int] = 1
    plain: ClassVar[bool] = False
    """Whether foreign words in its headings tell parts of the figures."""

    name: str
    about: dict[str, Any]
    table: Table
    reader: FileReader
    titled: bool
    columns: dict[str, dict[int | None, int]] = field(default_factory=dict)
    others: set[int] = field(default_factory=set)
    covered: set[int] = field(default_factory=set)
    unclear: dict[int, str] = field(default_factory=dict)

    def bind(self) -> None:
        """Find the column of every field.

        One column with foreign words in its heading, in a table without the form's title, is of
        something else: children at school that were vaccinated.
        """
        every = self.titled or "title" not in self.about
        for part, spec in self.about["fields"].items():
            wanted = spec if every else spec.split(";")[0]
            if columns := self.table.columns(wanted, self.unclear, plain=self.plain):
                self.columns[part] = columns
        if len(self.columns) == 1 and not every:
            [(part, columns)] = self.columns.items()
            wanted = self.about["fields"][part].split(";")[0]
            if any(foreign_words(wanted, self.table.headings[c]) for c in columns.values()):
                self.columns = {}

    @property
    def rank(self) -> tuple[int, int]:
        """How sure it is that the table is of this layout: its kind, columns, and the title."""
        return self.certainty, len(self.columns) + 3 * self.titled

    @cached_property
    def gives(self) -> list[Give]:
        """Observations whose fields are there; a percentage stands alone without its counts."""
        gives = []
        for about in self.about.get("gives", ()):
            parts = {
                part: parse_amount(text) for part, text in about.items() if part != "indicator"
            }
            there = {
                part: amount
                for part, amount in parts.items()
                if all(name in self.columns for _, name, _ in amount)
            }
            if not there.keys() >= {*COUNTS}:
                there = {p: amount for p, amount in there.items() if p not in COUNTS}
            if there.keys() & FIGURES:
                gives.append((about["indicator"], there))
        return gives

    def _fields(self) -> list[str]:
        """Fields of counts, which add up."""
        parts = [parts.get(name, ()) for _, parts in self.gives for name in (*COUNTS, *WITNESSES)]
        return sorted({name for amount in parts for _, name, _ in amount})

    @property
    def claims(self) -> bool:
        """Whether the table can give an observation."""
        return bool(self.gives)

    @property
    def is_counted(self) -> bool:
        """Whether the table gives both counts of an observation."""
        return any(
            parts.keys() >= {*COUNTS} for parts in (self.columns, *dict(self.gives).values())
        )

    def read(self) -> None:
        """Hand every observation of the table to the reader."""
        read = []
        for claim in self.each():
            self.covered |= {row for row, _ in claim.all_cells}
            if self.reader.observe(self.name, claim):
                read.append(claim)
        left_out.report(self, {column for claim in read for _, column in claim.all_cells}, read)

    @cached_property
    def stray(self) -> str:
        """Why plain headings say nothing: a line above or a year to come is of something else."""
        line = next((text for text in self.table.titles if is_stray(heading_key(text))), "")
        heads = [path for _, path in self.table.usable]
        if (sheet := self.table.sheet).turned:
            heads += [heading_key(sheet.text(row, self.table.key)) for row in self.table.body]
        years = [str(year_of(path) or "") for path in heads]
        if max(years, default="") > self.reader.received_on:
            return "có cột của năm chưa đến, không rõ là mục tiêu hay kết quả"
        return line and f"“{line[:60]}” ở trên bảng nói việc khác"

    @cached_property
    def said(self) -> str:
        """What the lines above the table and the name of its sheet say, folded."""
        texts = *self.table.titles, self.table.sheet.name
        plain = (PROVINCE.sub("", text) for text in texts)  # "Đơn vị: Tỉnh …" is no "đơn vị tính"
        return " | ".join(map(heading_key, plain))

    @cached_property
    def measure(self) -> str:
        """What the lines above the table, its key heading or its sheet say that figures count."""
        said = f"{self.said} | {self.table.headings[self.table.key]}"
        return next(iter(MEASURE.findall(said)), "").strip()

    def kind_of(self, code: str | None, at: Cell, name: str = "", counted: str = "") -> str | None:
        """What a cell under a plain heading holds of an indicator: ``level``, ``value``, unknown.

        Its sign or heading says so, else what it is counted in (``counted``, or a line above),
        else its row's ``name`` or any line above.
        """
        sheet, head = self.table.sheet, self.table.headings[at[1]]
        if sheet.turned:
            name, head = head, heading_key(sheet.text(at[0], self.table.key))
        said = f"{heading_key(name)} | {self.said} | {self.table.headings[self.table.key]}"
        if self.reader.indicators.is_level(code):
            own = f"{head} | {heading_key(name)} | {fold(counted)}"
            is_told = LEVEL.search(own) or LEVELS.search(said) or is_name(sheet.cell(*at))
            return "level" if is_told else None
        measure = fold(counted) or self.measure
        is_told = is_share(measure) if measure else PERCENT.search(said)
        is_told = is_told and not self.stray and not COUNT.match(said)
        own = f"{head} {sheet.text(*at)}"
        if is_told or ("%" in own if measure else PERCENT.search(own)):
            return "value"
        self.unclear[at[1]] = (
            self.stray
            or "không ghi rõ là tỷ lệ (%) hay số đếm (tử số, mẫu số ghi ở hai cột cạnh nhau)"
        )
        return None

    def compare(self, at: Cell, parts: list[Cell], words: str, sure: Iterable[Cell] = ()) -> None:
        """Note a total that neither its parts nor the ``sure`` give."""
        printed = self.table.number(at).value
        counts = ([self.table.number(part).value for part in cells] for cells in (parts, sure))
        readable = ([n for n in column if n is not None] for column in counts)
        sums = [sum(column) for column in readable if column]
        if printed is not None and sums and printed not in sums:
            text = f"Tổng ghi {printed:.10g}, cộng các {words} như đã gửi được {sums[0]:.10g}."
            self.reader.find(at, "total_differs", text)

    def each(self) -> Iterator[Claim]:
        """Claims of the table, row by row."""
        raise NotImplementedError

    def _by_year(self, parts: Parts) -> Iterator[tuple[Lines, int | None]]:
        """Columns of the parts that are there, for each year that their own headings name.

        A column without a year serves every year, unless it has figures of its own to go with:
        then it is of the form's year and nobody else's.
        """
        columns = {
            part: [(sign, self.columns.get(name, {})) for sign, name, _ in terms]
            for part, terms in parts.items()
        }
        years = {
            year
            for part in columns.keys() & FIGURES
            for year in set().union(*(c for _, c in columns[part]))
        }
        for year in sorted(years, key=str):
            wanted = {year} if None in years else {year, None}
            lines = {
                part: [(sign, c.get(year, c.get(None))) for sign, c in terms]
                for part, terms in columns.items()
                if all(wanted & c.keys() for _, c in terms)
            }
            is_flow = year and None in years and year == self.reader.context.year
            if not is_flow or {"denominator", "value", "level"} & lines.keys():
                yield lines, year  # else what came about in the year, beside the sum of all

    def _claim(
        self,
        indicator: str | None,
        lines: Lines,
        rows: list[int],
        year: int | None,
        unit: UnitCell | None = None,
    ) -> Claim:
        """The claim of one row, or of the sum of several; a sum of percentages says nothing."""
        added = (*COUNTS, *WITNESSES) if rows[1:] else lines
        cells = {
            part: tuple((sign, row, column) for sign, column in lines[part] for row in rows)
            for part in lines
            if part in added
        }
        at = (Parsed(year), None) if year else self._year(rows[0])
        return Claim(indicator, cells, *at, unit)

    @cached_property
    def _year_columns(self) -> list[int]:
        """Columns that say the year of each row."""
        heads = enumerate(self.table.headings)
        return [c for c, head in heads if LABELS["year"].fullmatch(head) or PERIOD.fullmatch(head)]

    def _year(self, row: int) -> tuple[Parsed | None, Cell | None]:
        """Year that a row or the heading above it says, and its cell; None: the form's own.

        A blank is the year of the form only where no other row says another one; two years in a
        row are none.
        """
        sheet, columns = self.table.sheet, self._year_columns
        if at := self.table.sections.get(row, {}).get("year"):
            return parse_year(sheet.text(*at)), at
        if not columns:
            return None, None
        self.others |= {*columns}
        typed, *others = (parse_year(sheet.cell(row, column)) for column in columns)
        years = {parse_year(c).value for column in columns for c in self.table.cells(column)}
        is_blank = typed == Parsed() and not years <= {None, self.reader.context.year}
        if is_blank or len({year.value for year in (typed, *others)} - {None}) > 1:
            typed = Parsed(problem="year_missing")
        return (None, None) if typed == Parsed() else (typed, (row, columns[0]))


class Listing(Layout):
    """One row per indicator: the kit's template and any long table; no row is the sum of others."""

    plain = True

    def bind(self) -> None:
        """A percentage whose heading has unknown words (increase, of the plan) is another one."""
        super().bind()
        counts = {UNPRINTED[n]: self.columns.pop(n) for n in UNPRINTED if n in self.columns}
        if not FIGURES & self.columns.keys():
            self.columns |= counts  # beside a percentage the witnesses ask which counts it is of
        specs = self.about["fields"]["value"].split(";")
        columns, rows = self.columns.pop("value", {}), self.table.body
        if any(is_of_plan(self.table, (row, c)) for c in columns.values() for row in rows):
            self.unclear |= dict.fromkeys(columns.values(), "tỷ lệ so với kế hoạch, năm trước")
            results = self.table.columns(";".join(specs[2:]), self.unclear, plain=True)
            columns = results or columns  # the results beside it are the figures
        lowest = {c: self.table.headings[c].split(" | ")[-1] for c in columns.values()}
        if shares := {
            year: column
            for year, column in columns.items()
            if not all(foreign_words(spec, lowest[column]) for spec in specs)
        }:
            self.columns = {"level": shares} | self.columns | {"value": shares}

    @property
    def claims(self) -> bool:
        """Whether indicators and a figure can be read."""
        names = [self._text("code", row) or self._text("name", row) for row, _ in self.table.rows]
        known = any(map(self.reader.indicators.code_of, names)) and any(True for _ in self.each())
        return bool(FIGURES & self.columns.keys()) and (known or "code" in self.columns)

    def each(self) -> Iterator[Claim]:
        """One claim per row that names an indicator."""
        names = self.columns.keys() & {"code", "unit_code"}
        self.others = {column for name in names for column in self.columns[name].values()}
        code_of = self.reader.indicators.code_of
        figures = [*self._by_year({part: parse_amount(part) for part in (*FIELDS, *DATES)})]
        for row, row_kind in self.table.rows:
            code, name = self._text("code", row), self._text("name", row)
            indicator = code_of(code or name)
            if indicator or row_kind == "data":
                disagree = indicator and (code_of(name) or indicator) != indicator
                measure = heading_key(self._text("counted", row))
                is_other = indicator and (
                    "luot" in measure.split()
                    or self.reader.indicators.is_other_whole(measure, indicator)
                )
                problem = "indicator_disagrees" if disagree else "share_of_plan" if is_other else ""
                for lines, year in figures:
                    named = None if problem else indicator
                    claim = self._claim(named, lines, [row], year)
                    at = claim.cell("value")
                    kind = at and self.kind_of(indicator, at, name, self._text("counted", row))
                    if not kind and at and not figure(self.table.sheet.cell(*at)).value:
                        kind = "value"  # words in place of a figure: refused at their cell
                    parts = claim.cells.items()
                    claim.cells = {p: c for p, c in parts if claim.cell(p) != at or p == kind}
                    self._of_row(claim, code or name, row)
                    claim.indicator_problem = problem or claim.indicator_problem
                    if claim.cells.keys() & FIGURES:
                        yield claim

    def _of_row(self, claim: Claim, typed: str, row: int) -> None:
        """What the row says of indicator and unit."""
        claim.indicator_raw, claim.scale = typed, scale_of(self._text("counted", row))
        claim.indicator_cell = self._first(row, "code", "name")
        cell = self._first(row, "unit", "unit_code")
        at = self.table.sections.get(row, {}).get("place")
        if cell:
            claim.unit = UnitCell(self._text("unit", row), self._text("unit_code", row), cell)
        elif at:
            claim.unit = UnitCell(self.table.sheet.text(*at).strip(), "", at)

    def _first(self, row: int, *names: str) -> Cell | None:
        columns = (c for name in names for c in self.columns.get(name, {}).values())
        return next(((row, column) for column in columns), None)

    def _text(self, name: str, row: int) -> str:
        at = self._first(row, name)
        return self.table.sheet.text(*at).strip() if at else ""
