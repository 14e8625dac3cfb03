"""The kit's template as an office fills it in: the figures typed into its empty cells."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from xhht_analysis import files
from xhht_analysis.intake.gathering import Plan
from xhht_analysis.intake.returning import template
from xhht_analysis.intake.returning.book import Book
from xhht_analysis.plan.areas import Areas

WORDS = {"status": template.STATUS_WORDS, "budget_source": template.SOURCE_WORDS}
PART = ("numerator", "denominator")


class FilledBook(Book):
    """A template in which what is given for a cell stands where the kit leaves it empty.

    Parameters
    ----------
    path : Path
        The .xlsx to make.
    values : dict
        By indicator_code: numerator, denominator, value (percent 0-100), level, valid_from,
        valid_to (ISO dates), note.
    commune_values : dict
        By unit_code, indicator_code, part: a count.
    rates : list of str
        indicator_code of the pairs of columns of the sheet of communes.
    done : dict
        By task_code, the records of its rows in order.
    mark : str, optional
        The sample mark, written into a visible cell of every sheet.
    """

    def __init__(
        self,
        path: Path,
        values: dict[str, dict[str, Any]],
        commune_values: dict[tuple[str, str, str], float],
        rates: list[str],
        done: dict[str, list[dict[str, Any]]],
        mark: str | None,
    ) -> None:
        super().__init__(path)
        self.values, self.commune_values, self.rates = values, commune_values, rates
        self.done, self.mark = done, mark
        self.rows: dict[int, str] = {}
        self.record: dict[str, Any] = {}
        self.last = None

    def sheet(self, name: str, widths: list[float]) -> Any:
        """Add a sheet; the one before is complete now."""
        if self.last is not None and self.last.name == template.SHEET_FIGURES:
            self._type_percentages(self.last)
        elif self.last is not None and self.mark:
            super().put(self.last, max(self.rows, default=2) + 2, 0, self.mark, "mark")
        self.rows, self.record = {}, {}
        self.last = super().sheet(name, widths)
        return self.last

    def header(self, sheet: Any, row: int, columns: dict[str, tuple[str, int, str]]) -> None:
        """Write the mark above the header, and it."""
        if self.mark:
            super().put(sheet, row - 1, 0, self.mark, "mark")
        super().header(sheet, row, columns)
        self.rows = {}

    def put(self, sheet: Any, row: int, column: int, value: object, style: str = "text") -> None:
        """Write one cell: what the kit writes, else what the office does."""
        key_column = int(sheet.name == template.SHEET_COMMUNES)
        if column == key_column and isinstance(value, str) and style == "text":
            self.rows[row] = value
            of_task = self.done.get(value, [])
            self.record = of_task.pop(0) if of_task else self.values.get(value, {})
        elif value is None and row in self.rows:
            value = self._typed(sheet.name, row, column)
        super().put(sheet, row, column, value, style)

    def _typed(self, sheet: str, row: int, column: int) -> object:
        if sheet == template.SHEET_COMMUNES:
            pair, part = divmod(column - 3, 2)
            return self.commune_values.get((self.rows[row], self.rates[pair], PART[part]))
        columns = template.COLUMNS if sheet == template.SHEET_FIGURES else template.TASK_COLUMNS
        name = list(columns)[column]
        value = self.record.get(name)
        if name.startswith("valid_"):
            return datetime.fromisoformat(value) if isinstance(value, str) and value else None
        return WORDS.get(name, {}).get(value, value)

    def _type_percentages(self, sheet: Any) -> None:
        """Give the formulas their results; a percentage without counts replaces its formula."""
        for row, code in self.rows.items():
            formula = getattr(sheet.table[row].get(5), "formula", None)
            record = self.values.get(code, {})
            top, bottom = (record.get(part) for part in PART)
            if formula is None:
                continue
            if pd.isna(top) or pd.isna(bottom):
                if not pd.isna(record.get("value")):
                    super().put(sheet, row, 5, record["value"], "percent")
            elif bottom > 0:
                shown = int(float(top) / float(bottom) * 10_000 + 0.5) / 100
                sheet.write_formula(row, 5, f"={formula}", self.styles["percent"], shown)


def write_filled(
    path: Path,
    *,
    areas: Areas,
    indicators: pd.DataFrame,
    tasks: pd.DataFrame,
    agencies: pd.DataFrame,
    year: int,
    unit_code: str | None = None,
    agency_code: str | None = None,
    values: pd.DataFrame | None = None,
    commune_values: pd.DataFrame | None = None,
    activities: pd.DataFrame | None = None,
    mark: str | None = None,
) -> Path:
    """Write a template to ``path`` and fill it in; what is not given stays empty.

    ``values``, ``commune_values`` and ``activities`` are the records of `FilledBook` as tables;
    equal arguments give equal bytes.
    """
    rates = indicators[indicators["kind"].eq("rate")]["indicator_code"].drop_duplicates().tolist()
    figures = {} if values is None else {r["indicator_code"]: r for r in values.to_dict("records")}
    counts = {
        (r["unit_code"], r["indicator_code"], part): r[part]
        for r in ([] if commune_values is None else commune_values.to_dict("records"))
        for part in PART
    }
    done: dict[str, list[dict[str, Any]]] = {}
    if activities is not None:
        for record in activities.to_dict("records"):
            done.setdefault(record["task_code"], []).append(record)
        tasks = tasks.merge(activities[["task_code"]], how="outer").fillna({"agency_codes": ""})
    with files.whole(path) as partial:
        book = FilledBook(partial, figures, counts, rates, done, mark)
        plan = Plan(areas, indicators, pd.DataFrame(), agencies, tasks, path.parent)
        template.write_template(book, unit_code or agency_code, year, plan)
        book.file.close()
    return path
