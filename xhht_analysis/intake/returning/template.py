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
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from xhht_analysis.intake.gathering import Plan
from xhht_analysis.intake.returning.book import Book
from xhht_analysis.intake.returning.status import in_office
from xhht_analysis.plan.goals import split_codes

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
STYLES_OF_SHARE = ("input", "input", "percent", "closed", "closed", "closed", "entry")
STYLES_OF_LEVEL = ("closed", "closed", "closed", "input", "date", "date", "entry")
"""Styles of the cells from the numerator to the note."""


def write_template(book: Book, code: str, year: int, plan: Plan) -> None:
    """Write the workbook that the unit or agency ``code`` fills in for one year.

    Parameters
    ----------
    book : Book
        An empty workbook; equal arguments give equal bytes.
    plan : gathering.Plan
        Units, indicators, tasks and agencies.

    Raises
    ------
    ValueError
        If the unit or agency is unknown, outside the plan's area or not there at that date; the
        message names who reports instead.
    """
    on, province, indicators = f"{year}-09-30", plan.areas.province, plan.indicators
    name, level = _reporter(plan, code, on)
    if level == "agency":
        of_agency = plan.agencies.set_index("agency_code")["indicators"]
        duty, rows = code, indicators["indicator_code"].isin(split_codes(of_agency[code]))
    else:
        is_commune = level == "commune"
        duty = province.duty_of_communes if is_commune else province.duty_of_districts
        rows = indicators["kind"].isin(["share", "rate", "level"])
    rows = indicators[rows].drop_duplicates("indicator_code")
    _write_figures(book, (name, code, year, datetime.fromisoformat(on), None), rows)
    if level == "district":
        units = plan.areas.units(on)
        communes = units[units["parent_code"] == code]
        _write_communes(book, communes, rows[rows["kind"] == "rate"])
    is_due = plan.tasks["agency_codes"].map(lambda codes: duty in split_codes(codes))
    _write_tasks(book, plan.tasks.loc[is_due.astype("bool"), ["task_code", "title_vi"]])


def _reporter(plan: Plan, code: str, on: str) -> tuple[str, str]:
    """Name of the unit or agency there on the day ``on``, and its level (agency)."""
    agencies = plan.agencies.rename(columns={"agency_code": "unit_code"}).assign(level="agency")
    there = pd.concat([plan.areas.units(on), in_office(agencies, on)]).set_index("unit_code")
    if code in there.index:
        return tuple(there.loc[code, ["name_vi", "level"]])
    ever = pd.concat([plan.areas.table, agencies]).drop_duplicates("unit_code", keep="last")
    ever = ever.set_index("unit_code")
    name = ever["name_vi"].get(code)
    found = plan.areas.match(name or code, on, code=code if name else None)
    near = f"{found.name_vi} ({found.unit_code})" if found.unit_code else found.suggestion
    if name is None:
        near = near or ", ".join(agencies["unit_code"])
        raise ValueError(REFUSALS["unknown"].format(code=code, near=near))
    successors = there[there.index.isin([ever["successor"][code]]) | there["successor"].eq(code)]
    others = [f"{name} ({other})" for other, name in successors["name_vi"].items()]
    others += [near] if found.problem == "unit_not_valid_then" and near else []
    day = f"{datetime.fromisoformat(on):%d/%m/%Y}"
    text = REFUSALS["not_there"].format(code=code, name=name, on=day)
    raise ValueError(text + REFUSALS["instead"].format(instead="; ".join(others)) * bool(others))


def _write_figures(
    book: Book,
    head: tuple[object, ...],
    rows: pd.DataFrame,
) -> None:
    sheet = book.sheet(SHEET_FIGURES, [width for _, width, _ in COLUMNS.values()])
    book.put(sheet, 0, 0, "BIỂU SỐ LIỆU XÂY DỰNG XÃ HỘI HỌC TẬP", "title")
    styles = ("entry", "entry", "plain", "date", "entry")
    for row, (label, value, style) in enumerate(zip(LABELS, head, styles, strict=True), start=1):
        book.put(sheet, row, 0, label, "header")
        book.put(sheet, row, 1, value, style)
    book.header(sheet, HEADER_ROW, COLUMNS)
    for row, record in enumerate(rows.to_dict("records"), start=HEADER_ROW + 1):
        _write_indicator(book, sheet, row, record)


def _write_indicator(book: Book, sheet: Any, row: int, record: dict[str, Any]) -> None:
    is_level = record["measure_unit"] == "level"
    unit = "mức độ" if is_level else record["count_unit_vi"]
    for column, text in enumerate((record["indicator_code"], record["name_vi"], unit)):
        book.put(sheet, row, column, text)
    if record["definition_vi"]:
        sheet.write_comment(row, 1, record["definition_vi"], {"x_scale": 3, "y_scale": 1.5})
    for column, style in enumerate(STYLES_OF_LEVEL if is_level else STYLES_OF_SHARE, start=3):
        book.put(sheet, row, column, None, style)
    if is_level:
        top = int(record["level_max"])
        options = {"validate": "list", "source": list(range(top + 1))}
        sheet.data_validation(row, 6, row, 6, options | _refusal(f"Chọn mức độ từ 0 đến {top}."))
    else:
        top, bottom = xl_rowcol_to_cell(row, 3), xl_rowcol_to_cell(row, 4)
        formula = f'=IF(N({bottom})>0,ROUND({top}/{bottom}*100,2),"")'
        sheet.write_formula(row, 5, formula, book.styles["percent"], "")
        _validate_counts(sheet, row, 3)


def _validate_counts(sheet: Any, row: int, column: int) -> None:
    bottom = xl_rowcol_to_cell(row, column + 1)
    within = {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": f"={bottom}"}
    above = {"validate": "integer", "criteria": ">=", "value": 1}
    message = "Nhập số nguyên: tử số từ 0 đến mẫu số, mẫu số lớn hơn 0."
    sheet.data_validation(row, column, row, column, within | _refusal(message))
    sheet.data_validation(row, column + 1, row, column + 1, above | _refusal(message))


def _refusal(message: str) -> dict[str, str]:
    return {"error_title": "Số liệu không hợp lệ", "error_message": message}


def _write_communes(book: Book, communes: pd.DataFrame, rates: pd.DataFrame) -> None:
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
    for row, commune in enumerate(communes.to_dict("records"), start=3):
        for column, text in enumerate((row - 2, commune["unit_code"], commune["name_vi"])):
            book.put(sheet, row, column, text)
        for column in range(3, 3 + 2 * len(rates), 2):
            book.put(sheet, row, column, None, "input")
            book.put(sheet, row, column + 1, None, "input")
            _validate_counts(sheet, row, column)
    sheet.freeze_panes(3, 3)


def _write_tasks(book: Book, tasks: pd.DataFrame) -> None:
    sheet = book.sheet(SHEET_TASKS, [width for _, width, _ in TASK_COLUMNS.values()])
    book.put(sheet, 0, 0, "TÌNH HÌNH THỰC HIỆN NHIỆM VỤ", "title")
    book.header(sheet, 2, TASK_COLUMNS)
    for row, record in enumerate(tasks.to_dict("records"), start=3):
        for column, field in enumerate(TASK_COLUMNS):
            style = "money" if field.startswith("budget_p") or field == "budget_spent" else "entry"
            book.put(sheet, row, column, record.get(field), style if column > 1 else "text")
    last = max(3 + len(tasks), 4) + 30
    sources = list(SOURCE_WORDS.values())
    for row, word in enumerate(sources, start=last + 2):
        book.put(sheet, row, SOURCES_COLUMN, word, "plain")
    sheet.set_column(SOURCES_COLUMN, SOURCES_COLUMN, None, None, {"hidden": True})
    listed = "=" + xl_range_abs(last + 2, SOURCES_COLUMN, row, SOURCES_COLUMN)
    for column, choices in ((2, list(STATUS_WORDS.values())), (6, listed)):
        options = {"validate": "list", "source": choices}
        sheet.data_validation(3, column, last, column, options | _refusal("Chọn trong danh sách."))
    money = {"validate": "decimal", "criteria": ">=", "value": 0}
    sheet.data_validation(3, 4, last, 5, money | _refusal("Nhập số không âm (triệu đồng)."))
