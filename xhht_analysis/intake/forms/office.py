"""Where the claims of a file become rows: cells parsed, units matched, doubts noted."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from xhht_analysis.intake.forms.claims import (
    COUNTS,
    WITNESSES,
    Amount,
    Amounts,
    Cell,
    Claim,
    rounds_to,
    take_ratio,
    unreadable,
)
from xhht_analysis.intake.forms.context import Context
from xhht_analysis.intake.forms.places import Places
from xhht_analysis.intake.forms.tables import Table, heading_key
from xhht_analysis.intake.reading.sheets import NO_RESULT, UNCACHED, Sheet
from xhht_analysis.intake.reading.text import (
    NOTES_VI,
    Parsed,
    parse_date,
    parse_level,
    parse_number,
    scale_of,
)
from xhht_analysis.remedies import remedy


@dataclass
class Office:
    """Collects what one file says; knows the units and indicators to compare with."""

    file: str
    received_on: str
    indicators: pd.DataFrame
    places: Places
    status: str
    observations: list[dict[str, Any]] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)
    looked_for: list[str] = field(default_factory=list)
    sheet: Sheet | None = None
    context: Context = field(default_factory=Context)
    sender: str | None = None
    named_year: int | None = None
    year_doubt: bool = False
    _tall: set[Cell] = field(default_factory=set)

    def enter(self, sheet: Sheet, context: Context) -> None:
        """Begin a sheet."""
        self.sheet, self.context, self.looked_for = sheet, context, []
        self.places.enter(context)
        self.sender, _ = self.places.sender(context)
        moment = context.snapshot_date
        if sheet.masked:
            text = "Số định danh hoặc số điện thoại cá nhân: đã che, không ghi vào biểu."
            for at in sorted(sheet.masked):
                self.find(at, "personal_number", text)
        agreed = context.year_note == "year_from_date" and context.year == self.named_year
        if context.year_note and not agreed:
            self._note(
                context.cells.get("year"),
                context.year_raw,
                Parsed(context.year, note=context.year_note),
            )
        if context.date_cell:
            typed = sheet.text(*context.date_cell)
            self.find(context.date_cell, "not_date", f"Không đọc được ngày chốt “{typed[:40]}”.")
        elif moment and context.year and moment[:4] != str(context.year):
            text = f"Ngày chốt số liệu thuộc năm {moment[:4]}, khác năm báo cáo {context.year}."
            self.find(context.cells.get("year"), "snapshot_other_year", text)
        self._tall = {
            (row, column)
            for top, left, bottom, right in sheet.merged
            if bottom > top
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
        }

    @cached_property
    def _about(self) -> dict[str, dict[str, Any]]:
        names = ["kind", "level_max", "definition_variant", "name_vi", "short_name_vi"]
        names += ["numerator_vi", "denominator_vi"]
        columns = [self.indicators[name].tolist() for name in names]
        codes = self.indicators["indicator_code"].tolist()
        rows = zip(codes, zip(*columns, strict=True), strict=True)
        return {c: {"indicator_code": c, **dict(zip(names, r, strict=True))} for c, r in rows}

    @cached_property
    def indicator_names(self) -> dict[str, str]:
        """Code of an indicator by its folded code, name and short name."""
        keys = ("name_vi", "short_name_vi", "indicator_code")
        rows = self._about.items()
        return {heading_key(str(row[key])): code for key in keys for code, row in rows}

    @cached_property
    def denominators(self) -> dict[str, list[str]]:
        """Codes of the indicators by the folded words of their denominator."""
        found: dict[str, list[str]] = {}
        for code, row in self._about.items():
            key = re.sub("^(tong )?(so )?", "", heading_key(str(row["denominator_vi"] or "")))
            found.setdefault(key, []).append(code)
        return found

    def words(self, code: str) -> set[str]:
        """Folded words of an indicator's own name and numerator: beside it they change nothing."""
        own = self._about[code]
        return set(heading_key(f"{own['name_vi']} {own['numerator_vi']}").split())

    def kind(self, code: str) -> str:
        """Kind of an indicator: share, rate, level, milestone or context."""
        return self._about[code]["kind"]

    def find(self, at: Cell | None, rule: str, message: str, indicator: str | None = None) -> None:
        """Note a doubt about a cell, or about the sheet or file when ``at`` is None."""
        sheet = self.sheet
        self.findings.append(
            {
                "file": self.file,
                "sheet": (sheet.name if sheet else "") or None,
                "cell": (sheet.address(*at) if sheet and at else "") or None,
                "indicator_code": indicator,
                "unit_code": None,
                "year": self.context.year,
                "rule": rule,
                "message": message,
            }
        )

    def observe(self, form: str, table: Table, claim: Claim) -> None:
        """Turn a claim into one observation row; a claim whose cells are all empty is none."""
        amounts = {name: self._count(table, claim, getattr(claim, name)) for name in COUNTS}
        amounts["value"] = self._number(table, claim.value, "percent", 1.0)
        amounts["level"] = self._level(table, claim)
        if not any(amount.given for amount in amounts.values()):
            return
        take_ratio(table, claim, amounts)
        self._ask_witnesses(table, claim, amounts)
        main = next(
            amounts[n].cell
            for n in ("numerator", "value", "level", "denominator")
            if amounts[n].given
        )
        year = claim.year_parsed.value if claim.year_parsed else claim.year or self.context.year
        if claim.year_parsed:
            self._note(claim.year_cell, table.sheet.text(*claim.year_cell), claim.year_parsed)
        unit, name, unit_cell = self._unit(claim, year)
        year_cell = claim.year_cell or (None if claim.year else self.context.cells.get("year"))
        row = self._row(form, table, claim, main, year) | {
            "unit_code": unit.unit_code,
            "unit_name_raw": name or None,
            "frame": unit.frame,
        }
        for part, amount in amounts.items():
            row[f"cell_{part}"] = table.sheet.address(*amount.cell) if amount.given else None
        for part, at in (("unit", unit_cell), ("year", year_cell)):
            row[f"cell_{part}"] = table.sheet.address(*at) if at else None
        problem = self._unplaced(claim, unit, name, unit_cell, year, year_cell)
        problem = problem or unreadable(claim, amounts)
        if problem:
            rule, cell = problem
            advice = remedy(rule) + (f" Có phải: {unit.suggestion}?" if unit.suggestion else "")
            raw = table.sheet.text(*cell) if cell else "" if rule == "year_missing" else name
            raw = NO_RESULT if raw == UNCACHED else raw or None
            where = table.sheet.address(*cell) if cell else None
            row |= {"problem": rule, "problem_cell": where, "raw": raw, "remedy": advice}
            row |= self._beside(table, claim, amounts, rule, cell)
        else:
            row |= self._figures(table, claim, amounts)
            self._doubts(claim, main)
        self.observations.append(row)

    def _beside(
        self, table: Table, claim: Claim, amounts: Amounts, rule: str, cell: Cell | None
    ) -> dict[str, Any]:
        """What a rejected claim keeps for a correction: the figures read, a count as typed.

        Where one count has decimals the other is listed too: a factor may be missing from both.
        """
        kept: dict[str, Any] = {name: amounts[name].value for name in amounts}
        for name in COUNTS:
            amount = amounts[name]
            if amount.given and amount.problem:
                kept[f"raw_{name}"] = table.sheet.text(*amount.cell)
            if rule == "fractional_count" and amount.given and amount.cell != cell:
                text = "Ô cùng dòng có số lẻ; nếu ghi theo nghìn thì nhân với 1000 cả hai ô."
                self.find(amount.cell, rule, text, claim.indicator)
        return kept

    def _unit(self, claim: Claim, year: int | None) -> tuple[Any, str, Cell | None]:
        """Match of a claim's unit, its name as typed, and the cell that names it."""
        places = self.places
        if claim.unit_raw is not None:
            name, code, cell = claim.unit_raw
            return places.match(name, code, places.on(year)), name or code, cell
        if places.row_unit is not None:
            name, code, cell = places.row_unit
            return places.of_row(year), name or code, cell
        cells = self.context.cells
        cell = cells.get("unit") or cells.get("code")
        return places.own(year), self.context.unit or self.context.code, cell

    def _row(
        self, form: str, table: Table, claim: Claim, cell: Cell, year: int | None
    ) -> dict[str, Any]:
        address, sheet = table.sheet.address(*cell), table.sheet.name
        name = claim.indicator or claim.indicator_raw
        key = "|".join([self.file, sheet, address, name, str(year)])
        moment = self.context.snapshot_date
        return {
            "source_id": hashlib.sha256(key.encode()).hexdigest()[:16],
            "indicator_code": claim.indicator,
            "definition_variant": self._about.get(claim.indicator, {}).get("definition_variant"),
            "year": year,
            "status": "doubtful" if claim.preliminary and self.status == "ok" else self.status,
            "year_doubt": "year_disagrees" if self.year_doubt else None,
            "snapshot_date": moment if moment and moment[:4] == str(year) else None,
            "received_on": self.received_on,
            "sender": self.sender,
            "form": form,
            "file": self.file,
            "sheet": sheet or None,
            "cell": address or None,
        }

    def _unplaced(
        self,
        claim: Claim,
        unit: Any,
        name: str,
        cell: Cell | None,
        year: int | None,
        year_cell: Cell | None,
    ) -> tuple[str, Cell | None] | None:
        """Why it is not known what, whose or when the figure is."""
        if claim.indicator is None:
            return "indicator_unknown", claim.indicator_cell
        if unit.unit_code is None:
            known = unit.problem or "unknown_unit"
            return ("out_of_scope" if claim.foreign else known if name else "unit_missing"), cell
        if year is None:
            stated = claim.year_parsed.problem if claim.year_parsed else self.context.year_problem
            return stated or "year_missing", year_cell
        return None

    def _figures(self, table: Table, claim: Claim, amounts: Amounts) -> dict[str, Any]:
        top, bottom = (amounts[name].value for name in COUNTS)
        counts = {"numerator": top, "denominator": bottom} if None not in (top, bottom) else {}
        value = amounts["value"]
        if value.problem and value.given:
            text = "Không đọc được tỷ lệ đã ghi; dùng tử số, mẫu số."
            self.find(value.cell, "submitted_unreadable", text, claim.indicator)
        dates = {}
        for name in ("valid_from", "valid_to"):
            cell = getattr(claim, name)
            parsed = parse_date(table.sheet.cell(*cell)) if cell else Parsed()
            if parsed.problem:
                text = f"Không đọc được ngày “{table.sheet.text(*cell)[:40]}”; để trống."
                self.find(cell, "not_date", text, claim.indicator)
            dates[name] = parsed.value
        return {**counts, "value": value.value, "level": amounts["level"].value, **dates}

    def _doubts(self, claim: Claim, cell: Cell) -> None:
        places = {
            "hidden_row": cell[0] in self.sheet.hidden_rows and "dòng ẩn",
            "hidden_column": cell[1] in self.sheet.hidden_columns and "cột ẩn",
            "hidden_sheet": not self.sheet.visible and "trang tính ẩn",
        }
        for rule, where in places.items():
            if where:
                self.find(cell, rule, f"Số liệu ở {where}; vẫn được đọc.", claim.indicator)
        if claim.preliminary:
            self.find(cell, "preliminary", "Số liệu sơ bộ của cơ quan thống kê.", claim.indicator)

    def _number(self, table: Table, cell: Cell | None, kind: str, scale: float) -> Amount:
        sheet = table.sheet
        raw = sheet.cell(*cell) if cell else None
        if raw is None:
            return Amount(cell=cell)
        if cell in self._tall:
            return Amount(problem="merged_value", cell=cell, given=True)
        if raw == UNCACHED and kind == "percent":
            return Amount(problem="formula_text", cell=cell)
        parsed = parse_number(
            raw,
            kind=kind,
            percent_format=cell in sheet.percent,
            siblings=table.siblings(cell[1]),
            fractions=kind == "percent" or scale != 1,
        )
        self._note(cell, raw, parsed)
        nothing = parsed.value == 0 or raw == "#DIV/0!"
        if nothing and cell in sheet.formulas and not self._says_something(table, cell[0]):
            return Amount(cell=cell)
        number = None if parsed.value is None else round(parsed.value * scale, 6)
        return Amount(number, parsed.problem, cell, given=parsed != Parsed())

    def _note(self, at: Cell | None, raw: object, parsed: Parsed) -> None:
        """Tell what was dropped or supposed where a cell was read."""
        if parsed.note:
            self.find(at, parsed.note, NOTES_VI[parsed.note].format(str(raw)[:40], parsed.value))

    def _says_something(self, table: Table, row: int) -> bool:
        """Whether a row holds a number: formulas over empty cells, all of them 0, say nothing."""
        for column in range(table.key + 1, len(self.sheet.grid[row])):
            value = parse_number(self.sheet.cell(row, column), kind="percent").value
            if value or (value == 0 and (row, column) not in self.sheet.formulas):
                return True
        return False

    def _count(self, table: Table, claim: Claim, cells: tuple[tuple[int, int, int], ...]) -> Amount:
        """Sum of signed cells; one that is missing beside others that are there is a problem."""
        parts = []
        for sign, row, column in cells:
            declared = scale_of(table.headings[column].replace("|", " "))
            scale = max(claim.scale, self.context.scale, declared)
            parts.append((sign, self._number(table, (row, column), "count", scale)))
        if not any(part.given for _, part in parts):
            return Amount(cell=parts[0][1].cell if parts else None)
        for _, part in parts:
            if part.problem or not part.given:
                return Amount(None, part.problem or "part_missing", part.cell, given=True)
        deciding = next((part.cell for sign, part in parts if sign < 0), parts[0][1].cell)
        return Amount(sum(sign * part.value for sign, part in parts), None, deciding, given=True)

    def _ask_witnesses(self, table: Table, claim: Claim, amounts: Amounts) -> None:
        """Compare the numerator with what the form prints beside it.

        Where the form can be read in two ways (``otherwise``), the printed count or share decides.
        """
        top, bottom = amounts["numerator"], amounts["denominator"].value
        if top.value is None or not bottom:
            return
        other, most, printed, of = (
            self._count(table, claim, getattr(claim, name)) for name in WITNESSES
        )
        share = self._number(table, claim.share, "percent", 1.0)
        stated = printed if printed.value is not None else share
        fitting = []
        for reading in [of] if of.given else [top, other, most]:
            if reading.value is not None and stated.value is not None:
                exact, whole = stated is printed, reading.value / bottom
                if reading.value == stated.value if exact else rounds_to(whole, stated.value):
                    fitting.append(reading)
        if stated.value is not None and not fitting:
            text = f"Biểu ghi {stated.value:.10g}, không khớp các số còn lại của dòng."
            self.find(stated.cell, "printed_differs", text, claim.indicator)
        elif other in fitting and top not in fitting:
            text = "Số biết chữ của biểu cho thấy mù chữ mức 2 không gồm mức 1; tính theo đó."
            self.find(stated.cell, "level2_without_level1", text, claim.indicator)
            amounts["numerator"] = other
        if most.value is not None and amounts["numerator"].value > most.value:
            amounts["numerator"].problem = "level2_above_level1"

    def _level(self, table: Table, claim: Claim) -> Amount:
        if claim.level is None:
            return Amount()
        highest = self._about.get(claim.indicator, {}).get("level_max")
        highest = None if pd.isna(highest) else int(highest)
        parsed = parse_level(table.sheet.cell(*claim.level), level_max=highest)
        return Amount(parsed.value, parsed.problem, claim.level, given=parsed != Parsed())
