"""Write the workbook a unit or an agency fills in.

The layout is fixed so that people, sample and reader agree. Sheet `SHEET_FIGURES`: title in A1,
the rows of `LABELS` (label in A, value in B), then `COLUMNS` and one row per indicator; a
district also gets `SHEET_COMMUNES` (names, a hidden row of codes, the two counts; one row per
commune); `SHEET_TASKS` lists the tasks. In an agency's workbook ``Mã đơn vị`` holds the agency's
code and every figure is the province's. The percentage cells are the only formulas the kit writes;
text never becomes one.
"""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from xhht_analysis.intake.returning.book import Book, cell_name, open_book
from xhht_analysis.intake.returning.status import in_office
from xhht_analysis.plan.areas import Areas
from xhht_analysis.plan.province import Province

SHEET_FIGURES, SHEET_COMMUNES, SHEET_TASKS = "Số liệu", "Xã", "Thực hiện"
_WORDS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
LABELS = _WORDS["LABELS"]
COLUMNS = _WORDS["COLUMNS"]
COMMUNE_COLUMNS = _WORDS["COMMUNE_COLUMNS"]
TASK_COLUMNS = _WORDS["TASK_COLUMNS"]
STATUS_WORDS = _WORDS["STATUS_WORDS"]
SOURCE_WORDS = _WORDS["SOURCE_WORDS"]
REFUSALS = _WORDS["REFUSALS"]
SOURCES_COLUMN = len(TASK_COLUMNS) + 2
"""Hidden column of `SHEET_TASKS`: a choice that holds a comma cannot stand in a rule itself."""
HEADER_ROW = len(LABELS) + 2
"""Zero-based row of the header of `SHEET_FIGURES`; the sample mark stands in the row above."""


def write_template(
    path: Path,
    *,
    unit_code: str | None = None,
    agency_code: str | None = None,
    year: int,
    areas: Areas,
    indicators: pd.DataFrame,
    tasks: pd.DataFrame,
    agencies: pd.DataFrame,
    values: pd.DataFrame | None = None,
    commune_values: pd.DataFrame | None = None,
    activities: pd.DataFrame | None = None,
    mark: str | None = None,
    snapshot_date: str | None = None,
) -> Path:
    """Write the workbook that one unit or one agency fills in for one year.

    Parameters
    ----------
    path : Path
        The .xlsx to make; equal arguments give equal bytes.
    unit_code, agency_code : str
        Exactly one of the two.
    areas, indicators, tasks, agencies
        From `plan`: `plan.areas.Areas` and the tables of `plan.goals`.
    values : DataFrame, optional
        Filled in already: indicator_code, and any of numerator, denominator, value (percent
        0-100), level, valid_from, valid_to (ISO dates), note.
    commune_values : DataFrame, optional
        unit_code, indicator_code, numerator, denominator (sheet `SHEET_COMMUNES`).
    activities : DataFrame, optional
        task_code, status, text, budget_planned, budget_spent (million đồng), budget_source, …
    mark : str, optional
        The sample mark, written into a visible cell of every sheet.
    snapshot_date : str, optional
        ISO date of the figures; 30 September of ``year`` when absent.

    Raises
    ------
    ValueError
        If not exactly one code is given, or the unit or agency is unknown, outside the plan's area
        or not there at that date; the message names who reports instead.
    """
    if (unit_code is None) == (agency_code is None):
        raise ValueError("Cần đúng một trong hai: mã đơn vị (unit_code) hoặc mã cơ quan.")
    on = snapshot_date or f"{year}-09-30"
    units, province = areas.units(on), areas.province
    if unit_code is not None:
        name, level = _unit(areas, unit_code, on)
        rows = indicators[indicators["kind"].isin(["share", "rate", "level"])]
        todo = tasks[_lists(tasks["agency_codes"], _duty(level, province))]
    else:
        name, level = _agency(agencies, agency_code, on), "agency"
        codes = agencies.loc[agencies["agency_code"] == agency_code, "indicators"].iloc[0]
        rows = indicators[indicators["indicator_code"].isin(str(codes).split(";"))]
        todo = tasks[_lists(tasks["agency_codes"], agency_code)]
    rows = rows.drop_duplicates("indicator_code")
    with open_book(path) as book:
        head = (name, unit_code or agency_code, year, datetime.fromisoformat(on), None)
        by_code = (
            {}
            if values is None or values.empty
            else values.set_index("indicator_code").to_dict("index")
        )
        _write_figures(book, head, rows, by_code, mark)
        if level == "district":
            communes = units[units["parent_code"] == unit_code]
            _write_communes(book, communes, rows[rows["kind"] == "rate"], commune_values, mark)
        _write_tasks(book, todo, activities, mark)
    return path


def _unit(areas: Areas, code: str, on: str) -> tuple[str, str]:
    units = areas.units(on).set_index("unit_code")
    if code in units.index:
        return tuple(units.loc[code, ["name_vi", "level"]])
    names = areas.table.loc[areas.table["unit_code"] == code, "name_vi"]
    if names.empty:
        raise ValueError(REFUSALS["unit_unknown"].format(code=code))
    match = areas.match(names.iloc[-1], on, code=code)
    instead = match.suggestion if match.problem == "unit_not_valid_then" else None
    raise ValueError(_not_there(code, names.iloc[-1], on, instead))


def _agency(agencies: pd.DataFrame, code: str | None, on: str) -> str:
    names = agencies.set_index("agency_code")["name_vi"]
    if code not in names.index:
        raise ValueError(REFUSALS["agency_unknown"].format(code=code, known=", ".join(names.index)))
    there = in_office(agencies, on).set_index("agency_code")
    if code not in there.index:
        after = agencies.loc[agencies["agency_code"] == code, "successor"]
        instead = there[there.index.isin(after) | there["successor"].eq(code)]
        others = [f"{name} ({other})" for other, name in instead["name_vi"].items()]
        raise ValueError(_not_there(code, names[code], on, "; ".join(others)))
    return names[code]


def _not_there(code: str | None, name: str, on: str, instead: str | None) -> str:
    day = f"{datetime.fromisoformat(on):%d/%m/%Y}"
    text = REFUSALS["not_there"].format(code=code, name=name, on=day)
    return text + (REFUSALS["instead"].format(instead=instead) if instead else "")


def _duty(level: str, province: Province) -> str:
    return province.duty_of_communes if level == "commune" else province.duty_of_districts


def _lists(codes: pd.Series, code: str | None) -> pd.Series:
    return codes.fillna("").map(lambda text: code in text.split(";")).astype(bool)


def _write_figures(
    book: Book,
    head: tuple[object, ...],
    rows: pd.DataFrame,
    values: dict[str, dict[str, Any]],
    mark: str | None,
) -> None:
    sheet = book.sheet(SHEET_FIGURES, [width for _, width, _ in COLUMNS.values()])
    book.put(sheet, 0, 0, "BIỂU SỐ LIỆU XÂY DỰNG XÃ HỘI HỌC TẬP", "title")
    styles = ("entry", "entry", "plain", "date", "entry")
    for row, (label, value, style) in enumerate(zip(LABELS, head, styles, strict=True), start=1):
        book.put(sheet, row, 0, label, "header")
        book.put(sheet, row, 1, value, style)
    if mark:
        book.put(sheet, HEADER_ROW - 1, 0, mark, "mark")
    book.header(sheet, HEADER_ROW, COLUMNS)
    for row, record in enumerate(rows.to_dict("records"), start=HEADER_ROW + 1):
        _write_indicator(book, sheet, row, record, values.get(record["indicator_code"], {}))


def _write_indicator(
    book: Book, sheet: Any, row: int, record: dict[str, Any], values: dict[str, Any]
) -> None:
    is_level = record["measure_unit"] == "level"
    unit = "mức độ" if is_level else record.get("count_unit_vi")
    for column, text in enumerate((record["indicator_code"], record["name_vi"], unit)):
        book.put(sheet, row, column, text)
    if isinstance(record.get("definition_vi"), str) and record["definition_vi"]:
        sheet.write_comment(row, 1, record["definition_vi"], {"x_scale": 3, "y_scale": 1.5})
    counts = [values.get("numerator"), values.get("denominator")]
    for column, count in enumerate(counts, start=3):
        book.put(sheet, row, column, count, "closed" if is_level else "input")
    if is_level:
        book.put(sheet, row, 5, None, "closed")
        top = int(float(record["level_max"]))
        options = {"validate": "list", "source": list(range(top + 1))}
        sheet.data_validation(row, 6, row, 6, options | _refusal(f"Chọn mức độ từ 0 đến {top}."))
    else:
        _write_percent(book, sheet, row, counts, values.get("value"))
        _validate_counts(sheet, row, 3)
    book.put(sheet, row, 6, values.get("level"), "input" if is_level else "closed")
    for column, field in ((7, "valid_from"), (8, "valid_to")):
        text = values.get(field)
        day = datetime.fromisoformat(text) if isinstance(text, str) and text else None
        book.put(sheet, row, column, day, "date" if is_level else "closed")
    book.put(sheet, row, 9, values.get("note"), "entry")


def _write_percent(book: Book, sheet: Any, row: int, counts: list[Any], value: Any) -> None:
    """Write the formula with its cached value; a percentage without counts stays a number."""
    if not pd.isna(value) and any(pd.isna(count) for count in counts):
        return book.put(sheet, row, 5, value, "percent")
    top, bottom = f"D{row + 1}", f"E{row + 1}"
    formula = f'=IF(N({bottom})>0,ROUND({top}/{bottom}*100,2),"")'
    is_computed = not any(pd.isna(count) for count in counts) and float(counts[1]) > 0
    cached = int(float(counts[0]) / float(counts[1]) * 10_000 + 0.5) / 100 if is_computed else ""
    sheet.write_formula(row, 5, formula, book.styles["percent"], cached)
    return None


def _validate_counts(sheet: Any, row: int, column: int) -> None:
    bottom = cell_name(row, column + 1)
    within = {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": f"={bottom}"}
    above = {"validate": "integer", "criteria": ">=", "value": 1}
    message = "Nhập số nguyên: tử số từ 0 đến mẫu số, mẫu số lớn hơn 0."
    sheet.data_validation(row, column, row, column, within | _refusal(message))
    sheet.data_validation(row, column + 1, row, column + 1, above | _refusal(message))


def _refusal(message: str) -> dict[str, str]:
    return {"error_title": "Số liệu không hợp lệ", "error_message": message}


def _write_communes(
    book: Book,
    communes: pd.DataFrame,
    rates: pd.DataFrame,
    values: pd.DataFrame | None,
    mark: str | None,
) -> None:
    sheet = book.sheet(SHEET_COMMUNES, [5, 11, 26] + [14] * (2 * len(rates)))
    style = book.styles["header"]
    for column, title in enumerate(COMMUNE_COLUMNS):
        sheet.merge_range(0, column, 2, column, title, style)
    for column, record in zip(range(3, 999, 2), rates.to_dict("records"), strict=False):
        for row, name in enumerate(("short_name_vi", "indicator_code")):
            sheet.merge_range(row, column, row, column + 1, record[name], style)
        sheet.write_comment(0, column, record["name_vi"])
        for beside, part in enumerate(("numerator", "denominator")):
            book.put(sheet, 2, column + beside, COLUMNS[part][0], "header")
            sheet.write_comment(2, column + beside, record[f"{part}_vi"])
    sheet.set_row(0, 48)
    sheet.set_row(1, None, None, {"hidden": True})
    place = ["unit_code", "indicator_code"]
    counts_of = {} if values is None or values.empty else values.set_index(place).to_dict("index")
    for row, commune in enumerate(communes.to_dict("records"), start=3):
        for column, text in enumerate((row - 2, commune["unit_code"], commune["name_vi"])):
            book.put(sheet, row, column, text)
        for column, code in zip(range(3, 999, 2), rates["indicator_code"], strict=False):
            counts = counts_of.get((commune["unit_code"], code), {})
            book.put(sheet, row, column, counts.get("numerator"), "input")
            book.put(sheet, row, column + 1, counts.get("denominator"), "input")
            _validate_counts(sheet, row, column)
    sheet.freeze_panes(3, 3)
    if mark:
        book.put(sheet, len(communes) + 4, 0, mark, "mark")


def _write_tasks(
    book: Book, tasks: pd.DataFrame, activities: pd.DataFrame | None, mark: str | None
) -> None:
    sheet = book.sheet(SHEET_TASKS, [width for _, width, _ in TASK_COLUMNS.values()])
    book.put(sheet, 0, 0, "TÌNH HÌNH THỰC HIỆN NHIỆM VỤ", "title")
    if mark:
        book.put(sheet, 1, 0, mark, "mark")
    book.header(sheet, 2, TASK_COLUMNS)
    done = tasks[["task_code", "title_vi"]]
    if activities is not None:
        done = done.merge(activities.drop(columns="title_vi", errors="ignore"), how="outer")
    words = {"status": STATUS_WORDS, "budget_source": SOURCE_WORDS}
    for row, record in enumerate(done.to_dict("records"), start=3):
        for column, field in enumerate(TASK_COLUMNS):
            value = words.get(field, {}).get(record.get(field), record.get(field))
            style = "money" if field.startswith("budget_p") or field == "budget_spent" else "entry"
            book.put(sheet, row, column, value, style if column > 1 else "text")
    last = max(3 + len(done), 4) + 30
    sources = list(SOURCE_WORDS.values())
    for row, word in enumerate(sources, start=last + 2):
        book.put(sheet, row, SOURCES_COLUMN, word, "plain")
    sheet.set_column(SOURCES_COLUMN, SOURCES_COLUMN, None, None, {"hidden": True})
    ends = (cell_name(row, SOURCES_COLUMN, absolute=True) for row in (last + 2, row))
    for column, choices in ((2, list(STATUS_WORDS.values())), (6, f"={':'.join(ends)}")):
        options = {"validate": "list", "source": choices}
        sheet.data_validation(3, column, last, column, options | _refusal("Chọn trong danh sách."))
    money = {"validate": "decimal", "criteria": ">=", "value": 0}
    sheet.data_validation(3, 4, last, 5, money | _refusal("Nhập số không âm (triệu đồng)."))
