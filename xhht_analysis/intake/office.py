"""Where the claims of a file become rows: cells parsed, units matched, doubts noted."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from xhht_analysis.intake.context import Context
from xhht_analysis.intake.remedies import remedy
from xhht_analysis.intake.sheets import UNCACHED, Sheet
from xhht_analysis.intake.tables import Table
from xhht_analysis.intake.text import (
    Parsed,
    fold,
    parse_date,
    parse_level,
    parse_number,
    parse_ratio,
    scale_of,
)

Cell = tuple[int, int]
FIELDS = ("numerator", "denominator", "value", "level")


@dataclass
class Claim:
    """One observation as a form describes it: which cells hold what."""

    indicator: str | None
    row: int
    year: int | None = None
    numerator: tuple[tuple[int, int, int], ...] = ()
    denominator: tuple[tuple[int, int, int], ...] = ()
    value: Cell | None = None
    level: Cell | None = None
    valid_from: Cell | None = None
    valid_to: Cell | None = None
    indicator_raw: str = ""
    indicator_cell: Cell | None = None
    unit_raw: tuple[str, str] | None = None
    unit_cell: Cell | None = None
    year_parsed: Parsed | None = None
    year_cell: Cell | None = None
    scale: float = 1.0
    foreign: bool = False
    preliminary: bool = False


@dataclass
class Amount:
    """A parsed amount: its value, or the problem and the cell that has it."""

    value: float | None = None
    problem: str | None = None
    cell: Cell | None = None
    given: bool = False


@dataclass
class Office:
    """Collects what one file says; knows the units, indicators and agencies to compare with."""

    file: str
    received_on: str
    areas: Any
    indicators: pd.DataFrame
    agencies: pd.DataFrame | None
    status: str
    observations: list[dict[str, Any]] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)
    looked_for: list[str] = field(default_factory=list)
    parents: set[int] = field(default_factory=set)
    sheet: Sheet | None = None
    context: Context = field(default_factory=Context)
    _unit: Any = None
    _parent: str | None = None
    _matches: dict[tuple, Any] = field(default_factory=dict)
    _agencies: dict[tuple, str | None] = field(default_factory=dict)

    def enter(self, sheet: Sheet, context: Context) -> None:
        """Begin a sheet."""
        self.sheet, self.context, self.looked_for = sheet, context, []
        self.wide = {
            (r, c): bottom - top + 1
            for top, left, bottom, right in sheet.merged if bottom > top
            for r in range(top, bottom + 1) for c in range(left, right + 1)
        }  # fmt: skip

    @cached_property
    def _kinds(self) -> dict[str, dict[str, Any]]:
        rows = self.indicators.drop_duplicates("indicator_code").to_dict("records")
        return {row["indicator_code"]: row for row in rows}

    @cached_property
    def indicator_names(self) -> dict[str, str]:
        """Code of an indicator by its folded code, name and short name."""
        names = {}
        for code, row in self._kinds.items():
            for column in ("name_vi", "short_name_vi"):
                names[fold(str(row[column]))] = code
            names[fold(code)] = code
        return names

    def kind(self, code: str) -> str:
        """Kind of an indicator: share, rate, level, milestone or context."""
        return self._kinds[code]["kind"]

    def indicator(self, code: str, name: str) -> str | None:
        """Code that a row names; its code decides, else its name."""
        key = fold(code) or fold(name)
        return self.indicator_names.get(key)

    def find(
        self,
        row: int | None,
        column: int | None,
        rule: str,
        message: str,
        indicator: str | None = None,
    ) -> None:
        """Note a doubt; without a row it stands for the sheet or the file."""
        cell = self.sheet.address(row, column or 0) if self.sheet and row is not None else ""
        self.findings.append(
            {"file": self.file, "sheet": (self.sheet.name if self.sheet else "") or None, "cell": cell or None,
             "indicator_code": indicator, "unit_code": None, "year": self.context.year, "rule": rule, "message": message}
        )  # fmt: skip

    # units ------------------------------------------------------------------------------------

    def on(self, year: int | None) -> str:
        """Date on which names and codes are read: the moment of the figures, at most receipt."""
        moment = self.context.snapshot_date
        if moment and (year is None or moment[:4] == str(year)):
            return moment
        return min(self.received_on, f"{year}-12-31") if year else self.received_on

    def match(
        self,
        name: str,
        code: str,
        year: int | None,
        *,
        level: str | None = None,
        parent: str | None = None,
    ) -> Any:
        """Unit that a name and code mean (`plan.areas.Match`)."""
        key = (name, code, self.on(year), level, parent)
        if key not in self._matches:
            self._matches[key] = self.areas.match(
                name or None, key[2], code=code or None, level=level, parent=parent
            )
        return self._matches[key]

    def sender(self, context: Context) -> tuple[str | None, str | None]:
        """Code of the unit or agency that sent the file, and its name as typed."""
        agency = self._agency(context)
        if agency:
            return agency, context.unit or agency
        if not context.unit and not context.code:
            return None, None
        found = self.match(context.unit, context.code, context.year, level=context.level)
        return found.unit_code, context.unit or context.code

    def _agency(self, context: Context) -> str | None:
        """Code of the agency that a head names by code or name."""
        if (context.code, context.unit) not in self._agencies:
            keys = {fold(context.unit), re.sub(" tinh| tien giang", "", fold(context.unit))}
            found = (
                code for code, name in self._agency_names.items()
                if code == context.code or (context.unit and {name, name.removesuffix(" tinh")} & keys)
            )  # fmt: skip
            self._agencies[context.code, context.unit] = next(found, None)
        return self._agencies[context.code, context.unit]

    @cached_property
    def _agency_names(self) -> dict[str, str]:
        if self.agencies is None:
            return {}
        codes, names = self.agencies["agency_code"], self.agencies["name_vi"]
        return dict(zip(codes, map(fold, names), strict=True))

    def begin_units(self, table: Table) -> None:
        """Begin a table with one row per unit: the sheet's own unit is the first parent."""
        self._code_column = next(
            (c for c, path in enumerate(table.headings)
             if path.split(" | ")[0] in ("ma don vi", "ma xa", "ma huien", "ma", "ma dvhc")), None
        )  # fmt: skip
        own = self.match(self.context.unit, "", self.context.year, level=self.context.level)
        self._parent, self._unit, self.parents = (
            own.unit_code if self.context.unit else None,
            None,
            set(),
        )

    def take_unit(self, table: Table, row: int) -> bool:
        """Take the unit of a row; a row without figures that names a district heads a group."""
        name = table.sheet.text(row, table.key).strip()
        code = (
            table.sheet.text(row, self._code_column).strip()
            if self._code_column is not None
            else ""
        )
        cells = [
            table.sheet.cell(row, c)
            for c in range(table.key + 1, len(table.headings))
            if c != self._code_column
        ]
        empty = all(parse_number(c, kind="percent") == Parsed() for c in cells)
        if not name and not code:
            self._unit = ((name, code), (row, table.key))
            return not empty
        if empty:
            group = self.match(name, code, self.context.year, level="district")
            self._parent = group.unit_code or self._parent
            self.parents.add(row)
            return False
        self._unit = ((name, code), (row, table.key))
        return True

    def _settle_unit(self, claim: Claim) -> tuple[Any, Cell | None, str]:
        """Match of a claim's unit, the cell that names it, and the name as typed."""
        year = claim.year or self.context.year
        if claim.unit_raw is not None:
            (name, code), cell = claim.unit_raw, claim.unit_cell
            return self.match(name, code, year), cell, name or code
        if self._unit is not None:
            (name, code), cell = self._unit
            found = self.match(name, code, year)
            if found.problem == "ambiguous_unit" and self._parent:
                found = self.match(name, code, year, parent=self._parent)
            return found, cell, name or code
        context = self.context
        if self._agency(context):
            return (
                self.match("Tỉnh Tiền Giang", "", min(year, 2024) if year else None),
                None,
                context.unit,
            )
        return (
            self.match(context.unit, context.code, year, level=context.level),
            None,
            context.unit or context.code,
        )

    # claims -----------------------------------------------------------------------------------

    def observe(self, form: str, table: Table, claim: Claim) -> None:
        """Turn a claim into one observation row; a claim whose cells are all empty is none."""
        numerator = self._amount(table, claim, claim.numerator)
        denominator = self._amount(table, claim, claim.denominator)
        value = self._single(table, claim.value, "percent")
        level = self._level(table, claim)
        if claim.foreign and value.problem == "not_number":
            value = Amount()
        if not (numerator.given or denominator.given or value.given or level.given):
            return
        if claim.foreign and not value.given:
            return
        self._take_ratio(table, claim, numerator, denominator)
        main = next((a for a in (numerator, value, level, denominator) if a.given), numerator)
        unit, unit_cell, unit_name = self._settle_unit(claim)
        row = self._row(form, table, claim, main.cell, unit, unit_name)
        for name, amount in zip(FIELDS, (numerator, denominator, value, level), strict=True):
            row[f"cell_{name}"] = table.sheet.address(*amount.cell) if amount.cell else None
        problem = self._problem(claim, row, unit, unit_cell, numerator, denominator, value, level)
        if problem:
            self._reject(row, table, problem)
        else:
            counts = numerator.value is not None and denominator.value is not None
            if counts and value.problem:
                self.find(
                    *value.cell,
                    "submitted_percent_unreadable",
                    "Không đọc được tỷ lệ đã ghi; dùng tử số, mẫu số.",
                    claim.indicator,
                )
            row |= {
                "numerator": numerator.value if counts else None,
                "denominator": denominator.value if counts else None,
                "value": value.value, "level": level.value,
            }  # fmt: skip
            row |= self._validity(table, claim)
        if main.cell and main.cell[0] in table.sheet.hidden_rows:
            self.find(
                *main.cell,
                "hidden_row",
                "Số liệu nằm trong dòng ẩn; vẫn được đọc.",
                claim.indicator,
            )
        self.observations.append(row)

    def _problem(
        self,
        claim: Claim,
        row: dict[str, Any],
        unit: Any,
        unit_cell: Cell | None,
        numerator: Amount,
        denominator: Amount,
        value: Amount,
        level: Amount,
    ) -> tuple[str, Cell | None] | None:
        if claim.indicator is None:
            return "indicator_unknown", claim.indicator_cell
        if claim.foreign and unit.unit_code is None:
            return "out_of_scope", unit_cell
        if unit.unit_code is None:
            return (unit.problem or "unit_missing") if row[
                "unit_name_raw"
            ] else "unit_missing", unit_cell
        if row["year"] is None:
            stated = claim.year_parsed.problem if claim.year_parsed else self.context.year_problem
            return stated or "year_missing", claim.year_cell
        for amount in (numerator, denominator, level):
            if amount.problem:
                return amount.problem, amount.cell
        alone = value.given and value.problem is None
        if numerator.given and not denominator.given and not alone:
            return "denominator_missing", claim.denominator[0][
                1:
            ] if claim.denominator else numerator.cell
        if denominator.given and not numerator.given and not alone:
            return "numerator_missing", claim.numerator[0][
                1:
            ] if claim.numerator else denominator.cell
        if value.problem and not (numerator.given and denominator.given):
            return value.problem, value.cell
        return None

    def _reject(self, row: dict[str, Any], table: Table, problem: tuple[str, Cell | None]) -> None:
        rule, cell = problem
        where = table.sheet.address(*cell) if cell else row["cell"]
        raw = table.sheet.text(*cell) if cell else row["unit_name_raw"]
        suggestion = row.pop("suggestion", None)
        advice = remedy(rule) + (f" Có phải: {suggestion}?" if suggestion else "")
        row |= {"problem": rule, "problem_cell": where, "raw": raw or None, "remedy": advice}

    def _row(
        self, form: str, table: Table, claim: Claim, cell: Cell | None, unit: Any, unit_name: str
    ) -> dict[str, Any]:
        year = claim.year_parsed.value if claim.year_parsed else claim.year or self.context.year
        address = table.sheet.address(*cell) if cell else ""
        name = claim.indicator or claim.indicator_raw
        key = "|".join([self.file, table.sheet.name, address, name, str(year)])
        about = self._kinds.get(claim.indicator or "", {})
        moment = self.context.snapshot_date
        if claim.preliminary:
            self.find(*cell, "preliminary", "Số liệu sơ bộ của cơ quan thống kê.", claim.indicator)
        return {
            "source_id": hashlib.sha256(key.encode()).hexdigest()[:16],
            "indicator_code": claim.indicator,
            "definition_variant": about.get("definition_variant"),
            "unit_code": unit.unit_code,
            "unit_name_raw": unit_name or None,
            "year": year,
            "status": "doubtful" if claim.preliminary and self.status == "ok" else self.status,
            "snapshot_date": moment if moment and year and moment[:4] == str(year) else None,
            "received_on": self.received_on,
            "sender": self.sender(self.context)[0],
            "form": form,
            "file": self.file,
            "sheet": table.sheet.name or None,
            "cell": address or None,
            "frame": getattr(unit, "frame", None),
            "suggestion": getattr(unit, "suggestion", None),
        }  # fmt: skip

    # cells ------------------------------------------------------------------------------------

    def _single(self, table: Table, cell: Cell | None, kind: str, scale: float = 1.0) -> Amount:
        if cell is None:
            return Amount()
        raw = table.sheet.cell(*cell)
        if cell in self.wide and raw is not None:
            return Amount(problem="merged_value", cell=cell, given=True)
        if raw == UNCACHED and kind == "percent":
            return Amount(problem="formula_text", cell=cell)
        siblings = (
            ()
            if scale == 1
            else [
                table.sheet.cell(r, cell[1])
                for r in range(table.first, min(table.last, table.sheet.n_rows))
            ]
        )
        parsed = parse_number(
            raw, kind=kind, percent_format=cell in table.sheet.percent, siblings=siblings,
            fractions=scale != 1 or kind != "count",
        )  # fmt: skip
        number = None if parsed.value is None else round(parsed.value * scale, 6)
        return Amount(number, parsed.problem, cell, given=parsed != Parsed())

    def _amount(
        self, table: Table, claim: Claim, cells: tuple[tuple[int, int, int], ...]
    ) -> Amount:
        """Sum of signed cells; one that is missing beside others that are there is a problem."""
        parts = []
        for sign, row, column in cells:
            scale = max(
                claim.scale, self.context.scale, scale_of(table.headings[column].replace("|", " "))
            )
            parts.append((sign, self._single(table, (row, column), "count", scale)))
        if not any(part.given for _, part in parts):
            return Amount(cell=parts[0][1].cell if parts else None)
        for _, part in parts:
            if part.problem or not part.given:
                return Amount(
                    problem=part.problem or "numerator_missing", cell=part.cell, given=True
                )
        deciding = next((part.cell for sign, part in parts if sign < 0), parts[0][1].cell)
        return Amount(sum(sign * part.value for sign, part in parts), None, deciding, given=True)

    def _take_ratio(
        self, table: Table, claim: Claim, numerator: Amount, denominator: Amount
    ) -> None:
        """Ratio text such as 234/250 gives both counts, where the second is not there already."""
        if numerator.problem == "ratio" and len(claim.numerator) == 1:
            pair = parse_ratio(table.sheet.cell(*numerator.cell))
            if pair and (not denominator.given or denominator.value == pair[1]):
                numerator.value, numerator.problem = pair[0], None
                denominator.value, denominator.given = pair[1], True

    def _level(self, table: Table, claim: Claim) -> Amount:
        if claim.level is None:
            return Amount()
        highest = self._kinds.get(claim.indicator or "", {}).get("level_max")
        highest = None if highest is None or pd.isna(highest) else int(highest)
        parsed = parse_level(table.sheet.cell(*claim.level), level_max=highest)
        return Amount(parsed.value, parsed.problem, claim.level, given=parsed != Parsed())

    def _validity(self, table: Table, claim: Claim) -> dict[str, str | None]:
        dates = {}
        for name in ("valid_from", "valid_to"):
            cell = getattr(claim, name)
            parsed = parse_date(table.sheet.cell(*cell)) if cell else Parsed()
            if parsed.problem:
                self.find(
                    *cell,
                    "not_date",
                    f"Không đọc được ngày “{table.sheet.text(*cell)[:40]}”; để trống.",
                    claim.indicator,
                )
            dates[name] = parsed.value
        return dates
