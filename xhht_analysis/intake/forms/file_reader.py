"""Where the claims of a file become rows: cells parsed, units matched, doubts noted."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from xhht_analysis.contracts import MAX_PERCENT
from xhht_analysis.intake.forms.claims import (
    COUNTS,
    DATES,
    Amount,
    Amounts,
    Cell,
    Claim,
    unreadable,
)
from xhht_analysis.intake.forms.context import PART_OF_YEAR, Context
from xhht_analysis.intake.forms.headings import IndicatorNames
from xhht_analysis.intake.forms.places import Places
from xhht_analysis.intake.forms.remarks import is_note_of_others, is_withdrawn
from xhht_analysis.intake.forms.tables import Table, figure, is_mark, ticked
from xhht_analysis.intake.forms.witnesses import compare
from xhht_analysis.intake.reading.looks import STRUCK
from xhht_analysis.intake.reading.sheets import NO_RESULT, UNCACHED, Refusal, Sheet
from xhht_analysis.intake.reading.text import NOTES_VI, Parsed, fold, parse_date, parse_level
from xhht_analysis.remedies import remedy

YEAR_END = "09"
"""First month whose figures stand for the year: programmes are counted in autumn."""


@dataclass
class Reading:
    """What one file holds; rows as dicts of `recognise.observation_frame`, FINDINGS, ACTIVITIES."""

    file: str
    observation_rows: list[dict[str, Any]] = field(default_factory=list)
    finding_rows: list[dict[str, Any]] = field(default_factory=list)
    activity_rows: list[dict[str, Any]] = field(default_factory=list)
    refusal: Refusal | None = None
    is_sample: bool = False
    amends: bool = False
    revised: set[tuple[str | None, str | None]] = field(default_factory=set)
    """Unit and indicator of what is to be corrected in a way that cannot be read."""
    sender: str | None = None
    sender_name: str | None = None
    year: int | None = None
    forms: tuple[str, ...] = ()


@dataclass
class FileReader:
    """Writes what one file says into its ``reading``; knows the units and indicators to compare.

    ``status`` is that of the file's figures (ok, sample, doubtful); ``named_year`` the year in its
    name; ``year_doubt`` whether that name contradicts the year inside; ``is_partial`` and
    ``is_foreign`` whether the sheet's figures are of a part of the year, of another province;
    ``noted`` are the rows of which a note of the table says that they are of others, ``is_society``
    whether the letterhead is of a society, whose figures may be those of its members.
    """

    reading: Reading
    received_on: str
    indicators: IndicatorNames
    places: Places
    status: str
    sheet: Sheet | None = None
    table: Table | None = None
    sender: str | None = None
    named_year: int | None = None
    year_doubt: bool = False
    is_partial: bool = False
    is_foreign: bool = False
    noted: set[int] = field(default_factory=set)
    is_society: bool = False

    @property
    def context(self) -> Context:
        """Head of the sheet or table at hand: that of `places`."""
        return self.places.context

    @property
    def file(self) -> str:
        """Name of the file."""
        return self.reading.file

    def enter(self, sheet: Sheet, context: Context) -> None:
        """Begin a sheet."""
        self.sheet, self.places.context = sheet, context
        self.sender, _ = self.places.sender(context)
        for at in sorted(sheet.masked):
            text = "Số định danh hoặc số điện thoại cá nhân: đã che, không ghi vào biểu."
            self.find(at, "personal_number", text)
        at, moment = context.cells.get("year"), context.snapshot_date
        if context.year_note != "year_from_date" or context.year != self.named_year:
            self.note(at, None, Parsed(context.year, note=context.year_note))
        if context.date_cell:
            typed = sheet.text(*context.date_cell)
            self.find(context.date_cell, "not_date", f"Không đọc được ngày chốt “{typed[:40]}”.")
        elif moment and context.year and moment[:4] != str(context.year):
            text = f"Ngày chốt số liệu thuộc năm {moment[:4]}, khác năm báo cáo {context.year}."
            self.find(at, "snapshot_other_year", text)
        self.is_foreign = self.places.is_foreign(context)
        early = moment and moment[:4] == str(context.year) and moment[5:7] < YEAR_END
        lines = *context.lines, re.sub(r"[\W_]+", " ", fold(self.file))
        self.is_partial = bool(early or any(map(PART_OF_YEAR.search, lines)))
        if self.is_partial:
            text = f"Số liệu giữa năm; hiểu là số của năm {context.year} cho đến khi có số cả năm."
            self.find(at, "part_of_year", text)
        self.is_society = self.places.is_society(context)
        if self.is_society:
            text = "Nơi gửi là đoàn thể, cơ quan khác UBND: số có thể chỉ là của hội viên, cán bộ."
            self.find(context.cells.get("unit"), "sender_is_society", text)

    def take(self, table: Table) -> None:
        """Begin a table of the sheet, as it is or on its side."""
        self.table, self.sheet = table, table.sheet
        table.scale = max(table.scale, self.context.scale)
        if self.sheet.turned:
            cells = {name: at[::-1] for name, at in self.context.cells.items()}
            self.places.context = replace(self.context, cells=cells)
        grid = self.sheet.grid
        texts = [((row, c), text) for row in table.notes for c, text in enumerate(grid[row])]
        texts += [((table.top, table.key), text) for text in table.titles]
        self.noted = {
            row
            for at, text in texts
            if is_note_of_others(self, at, text)
            for row in table.named_in(text)
        }

    def find(self, at: Cell | None, rule: str, message: str, indicator: str | None = None) -> None:
        """Note a doubt about a cell, or about the sheet or file when ``at`` is None."""
        sheet = self.sheet
        self.reading.finding_rows.append(
            {
                "file": self.file,
                "sheet": (sheet.name if sheet else "") or None,
                "cell": (sheet.address(*at) if sheet and at else "") or None,
                "indicator_code": indicator,
                "year": self.context.year,
                "rule": rule,
                "message": message,
            }
        )

    def observe(self, form: str, claim: Claim) -> bool:
        """Turn a claim into one observation row; a claim whose cells are all empty is none."""
        amounts = {name: self.count(claim, name) for name in COUNTS}
        amounts["value"] = self.number(claim.cell("value"), "percent")
        amounts["level"] = self._level(claim)
        if not any(amount.given for amount in amounts.values()):
            return False
        compare(self, claim, amounts)
        cells = {f"cell_{name}": a.given and a.cell for name, a in amounts.items()}
        order = ("cell_numerator", "cell_value", "cell_level", "cell_denominator")
        cells["cell"] = main = next(filter(None, map(cells.get, order)))
        year = claim.year or Parsed(self.context.year, self.context.year_problem)
        cells["cell_year"] = claim.year_cell if claim.year else self.context.cells.get("year")
        self.note(cells["cell_year"], None, year)
        unit, name, cells["cell_unit"] = self._unit(claim, year.value)
        unplaced = self._unplaced(claim, unit, name, year, cells)
        fault = unreadable(amounts)
        problem, at = unplaced or fault or (None, None)
        struck = [cell for cell in claim.all_cells if STRUCK in self.sheet.text(*cell)]
        if problem and struck:
            problem, at = "struck_out", min(struck)
        elif unplaced and fault:
            self.find(*reversed(fault), remedy(fault[0]), claim.indicator)
        row = self._row(form, claim, year.value, cells | {"problem_cell": at})
        row["line"] = self.table.line(main[0], {column for _, column in claim.all_cells})
        row |= {part: amount.value for part, amount in amounts.items()}
        share = claim.cell("value")
        row |= {
            "unit_code": unit.unit_code,
            "unit_name_raw": name or None,
            "frame": unit.frame,
            "percent_sign": "%" if share and "%" in self.sheet.text(*share) else None,  # its scale
            "problem": problem,
        }
        if problem:
            advice = f" Có phải: {unit.suggestion}?" if unit.suggestion else ""
            raw = self.sheet.text(*at) if at else "" if problem == "year_missing" else name
            row["raw"] = NO_RESULT if raw == UNCACHED else raw or None
            row["remedy"] = remedy(problem) + advice
            row |= self._beside(claim, amounts, problem, at)
        else:
            row |= self._figures(claim, amounts)
            self._doubts(claim, main)
        self.reading.observation_rows.append(row)
        return True

    def _unplaced(
        self, claim: Claim, unit: Any, name: str, year: Parsed, cells: dict[str, Cell | None]
    ) -> tuple[str, Cell | None] | None:
        """Rule and cell of what keeps a figure from having a unit, an indicator or a year."""
        province, at = self.places.areas.province, cells["cell_unit"]
        if claim.indicator is None:
            return claim.indicator_problem, claim.indicator_cell
        if self.is_foreign or (unit.unit_code == province.code and unit.frame != province.frame):
            return "other_province", at
        if unit.unit_code is None:
            rule = (unit.problem or "unknown_unit") if name else "unit_missing"
            return "out_of_scope" if claim.foreign else rule, at
        reporters = str(self.indicators.rows[claim.indicator]["reporter"]).split(";")
        asked = {None, self.places.collector, *reporters}
        if not claim.unit and self.places.agency(self.context) not in asked:
            return "agency_without_indicators", at
        if year.value is None:
            return year.problem or "year_missing", cells["cell_year"]
        if claim.unit and self.places.is_outside(unit.unit_code):
            text = f"Dòng của “{name}”, không phải của nơi gửi “{self.context.place}”."
            self.find(at, "other_unit", text)
            if unit.unit_code == province.code:
                return "other_unit", at
        return None

    def _unit(self, claim: Claim, year: int | None) -> tuple[Any, str, Cell | None]:
        """Match of a claim's unit, its name as typed, and the cell that names it."""
        head, unit = self.context, claim.unit
        if unit:
            return self.places.of_row(unit, year), unit.name or unit.code, unit.cell
        cell = head.cells.get("unit") or head.cells.get("code")
        return self.places.of_head(head, year), head.place, cell

    def _row(
        self, form: str, claim: Claim, year: int | None, cells: dict[str, Cell | None]
    ) -> dict[str, Any]:
        """What a row says of its indicator, year, file, form and cells."""
        is_doubtful = claim.is_doubtful or self.is_partial
        is_doubtful |= any(row in self.noted for row, _ in claim.all_cells)
        is_doubtful |= is_withdrawn(self, claim) or self.is_society
        about, moment = self.indicators.rows.get(claim.indicator, {}), self.context.snapshot_date
        at = {part: (cell and self.sheet.address(*cell)) or None for part, cell in cells.items()}
        name = claim.indicator or claim.indicator_raw
        key = "|".join([self.file, self.sheet.name, at["cell"] or "", name, str(year)])
        is_hidden = cells["cell"][0] in self.sheet.hidden_rows
        return at | {
            "source_id": hashlib.sha256(key.encode()).hexdigest()[:16],
            "indicator_code": claim.indicator,
            "definition_variant": about.get("definition_variant"),
            "year": year,
            "status": "doubtful" if is_doubtful and self.status == "ok" else self.status,
            "year_doubt": "year_disagrees" if self.year_doubt else None,
            "snapshot_date": moment if moment and moment[:4] == str(year) else None,
            "received_on": self.received_on,
            "sender": self.sender,
            "form": form,
            "file": self.file,
            "sheet": self.sheet.name or None,
            "hidden": "sheet" if not self.sheet.visible else "row" if is_hidden else None,
        }

    def _beside(
        self, claim: Claim, amounts: Amounts, rule: str, cell: Cell | None
    ) -> dict[str, Any]:
        """What a rejected claim keeps for a correction: a count as typed.

        Where one count has decimals the other is listed too: a factor may be missing from both.
        """
        kept = {}
        for name in (name for name in COUNTS if amounts[name].given):
            amount = amounts[name]
            if amount.problem:
                kept[f"raw_{name}"] = self.sheet.text(*amount.cell)
            if rule == "fractional_count" and amount.cell != cell and amount.value != MAX_PERCENT:
                text = "Ô cùng dòng có số lẻ; nếu ghi theo nghìn thì nhân với 1000 cả hai ô."
                self.find(amount.cell, rule, text, claim.indicator)
        return kept

    def _figures(self, claim: Claim, amounts: Amounts) -> dict[str, Any]:
        """What an observation keeps beside its amounts: its dates; no count without the other."""
        counts, value = [amounts[name].value for name in COUNTS], amounts["value"]
        figures: dict[str, Any] = dict.fromkeys(COUNTS) if None in counts else {}
        claim.is_lone = None in counts and value.given
        if claim.is_lone:
            claim.cells = {part: at for part, at in claim.cells.items() if part not in COUNTS}
        if value.problem and value.given:
            text = "Không đọc được tỷ lệ đã ghi; dùng tử số, mẫu số."
            self.find(value.cell, "submitted_unreadable", text, claim.indicator)
        for name in DATES:
            cell = claim.cell(name)
            parsed = parse_date(self.sheet.cell(*cell)) if cell else Parsed()
            if parsed.problem:
                text = f"Không đọc được ngày “{self.sheet.text(*cell)[:40]}”; để trống."
                self.find(cell, "not_date", text, claim.indicator)
            figures[name] = parsed.value
        return figures

    def _doubts(self, claim: Claim, cell: Cell) -> None:
        sheet, text = self.sheet, "Số liệu ở {0} ẩn; nếu khác {0} đang hiện thì dùng số đang hiện."
        doubts = {
            "hidden_row": cell[0] in sheet.hidden_rows and text.format("dòng"),
            "hidden_sheet": not sheet.visible and text.format("trang tính"),
        } | claim.doubts
        for rule, text in doubts.items():
            if text:
                self.find(cell, rule, text, claim.indicator)

    def number(self, cell: Cell | None, kind: str, scale: float = 1.0) -> Amount:
        """One cell as a count, a percentage or money, times the scale its column declares."""
        sheet = self.sheet
        raw = sheet.cell(*cell) if cell else None
        if raw is None:
            return Amount(cell=cell)
        if raw == UNCACHED and kind == "percent":
            return Amount(problem="formula_text", cell=cell)
        parsed = self.table.number(cell, kind, scale)
        self.note(cell, raw, parsed)
        if cell in sheet.formulas and (parsed.value == 0 or raw == "#DIV/0!"):
            row = sheet.grid[cell[0]][self.table.key + 1 :]
            if not any(figure(other).value for other in row):  # formulas over empty cells
                return Amount(cell=cell)
        return Amount(parsed.value, parsed.problem, cell, given=parsed != Parsed())

    def note(self, at: Cell | None, raw: object, parsed: Parsed) -> None:
        """Tell what was dropped or supposed where a cell was read."""
        if parsed.note:
            self.find(at, parsed.note, NOTES_VI[parsed.note].format(str(raw)[:40], parsed.value))

    def count(self, claim: Claim, name: str) -> Amount:
        """Sum of signed cells; one that is missing beside others that are there is a problem."""
        cells = claim.cells.get(name, ())
        parts = [(sign, self.number((row, c), "count", claim.scale)) for sign, row, c in cells]
        if not any(part.given for _, part in parts):
            return Amount(cell=parts[0][1].cell if parts else None)
        for _, part in parts:
            if part.problem or not part.given:
                return Amount(None, part.problem or "part_missing", part.cell, given=True)
        deciding = next((part.cell for sign, part in parts if sign < 0), parts[0][1].cell)
        return Amount(sum(sign * part.value for sign, part in parts), None, deciding, given=True)

    def _level(self, claim: Claim) -> Amount:
        cells = [tuple(at) for _, *at in claim.cells.get("level", ())]
        filled = [at for at in cells if self.sheet.text(*at)]
        if cells[1:]:  # one column for each level
            filled = [at for at in filled if ticked(self.sheet.cell(*at))]
        if not filled:
            return Amount()
        typed = self.sheet.cell(*filled[0])
        if self.table.is_shared(filled[0]):
            text = (
                "Một mức độ ghi trong ô gộp: hiểu là của mọi dòng, cột của ô ấy. Ghi riêng từng ô."
            )
            self.find(self.table.merged[filled[0]][:2], "merged_level", text, claim.indicator)
        if cells[1:]:
            levels = [self.table.headings[column][-1] for _, column in filled]
            typed = " ".join(levels) if is_mark(typed) else max(levels)
        about = self.indicators.rows.get(claim.indicator, {"definition_vi": ""})
        highest = about.get("level_max")
        typed = 1 if highest == 1 and is_mark(typed) else typed
        parsed = parse_level(typed, level_max=None if pd.isna(highest) else int(highest))
        if parsed.problem == "not_level":  # "Khá": a level by its name in the definition
            match = re.fullmatch(r"(?:muc(?: do)? )?(\d?) ?(\D+)", fold(str(typed)))
            number, words = match.groups() if match else ("", "-")
            named = re.findall(r"\b(\d) ([^,;]+)", about["definition_vi"])
            named = [level for level, text in named if f" {words} " in f" {fold(text)} "]
            levels = [int(level) for level in named if number in ("", level)]
            parsed = Parsed(levels[0]) if len(levels) == 1 else parsed
        return Amount(parsed.value, parsed.problem, filled[0], given=parsed != Parsed())
