"""Recognise a form by its headings and turn its sheets into observations.

Every form is a short description in config/forms.yml; this file knows only the five layouts they
use (`layouts`). A sheet is read by the one form that fits best; a table that no form explains is
reported with what was looked for, never half-read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from xhht_analysis import contracts, project
from xhht_analysis.intake.forms import activities, age_layouts, layouts, left_out, series
from xhht_analysis.intake.forms.claims import FIELDS
from xhht_analysis.intake.forms.context import Context, is_register, read_context, sample_marks
from xhht_analysis.intake.forms.locating import by_file, enter_table, locate
from xhht_analysis.intake.forms.office import Office
from xhht_analysis.intake.forms.places import Places
from xhht_analysis.intake.forms.tables import AmbiguousColumnError, Table, find_tables
from xhht_analysis.intake.reading.sheets import FileContent, Refusal, Sheet
from xhht_analysis.intake.reading.text import fold, parse_year
from xhht_analysis.remedies import remedy

CELLS = tuple(f"cell_{name}" for name in (*FIELDS, "unit", "year"))
EXTRA = ("frame", "problem", "problem_cell", "raw", "remedy", "year_doubt", *CELLS)
EXTRA += ("raw_numerator", "raw_denominator")
"""Columns of observation rows beside the contract: why a row must be rejected and where, and
the cell of each figure."""


@dataclass
class Reading:
    """What one file holds; rows as dicts of `observation_frame`, FINDINGS and ACTIVITIES."""

    file: str
    observation_rows: list[dict[str, Any]] = field(default_factory=list)
    finding_rows: list[dict[str, Any]] = field(default_factory=list)
    activity_rows: list[dict[str, Any]] = field(default_factory=list)
    refusal: Refusal | None = None
    is_sample: bool = False
    sender: str | None = None
    sender_name: str | None = None
    year: int | None = None
    forms: tuple[str, ...] = ()


def observation_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Typed frame of any number of rows: contract OBSERVATIONS without outcome, and `EXTRA`."""
    types = {n: t for n, t in contracts.OBSERVATIONS.dtypes.items() if n != "outcome"}
    types |= dict.fromkeys(EXTRA, "str")
    return pd.DataFrame(rows, columns=list(types)).astype(types)


@lru_cache(maxsize=4)
def read_descriptions(config_dir: Path) -> dict[str, dict[str, Any]]:
    """Descriptions of all forms by form number, from ``config_dir``/forms.yml.

    Raises
    ------
    project.KitError
        If the file is missing or no YAML.
    """
    path = config_dir / "forms.yml"
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise project.KitError(f"{path}: {error}") from None


def read_forms(
    content: FileContent,
    *,
    received_on: str,
    areas: Any,
    indicators: pd.DataFrame,
    tasks: pd.DataFrame | None = None,
    agencies: pd.DataFrame | None = None,
    descriptions: dict[str, dict[str, Any]] | None = None,
) -> Reading:
    """Read every form of one file.

    Parameters
    ----------
    content : FileContent
        From `delivery.read_files`; a refusal is passed on.
    received_on : str
        ISO date of receipt.
    areas : plan.areas.Areas
        Units with their dates.
    indicators, tasks, agencies : DataFrame
        Tables of `plan.goals`.
    descriptions : dict, optional
        Forms; config/forms.yml of the project by default.

    Returns
    -------
    Reading
        With ``refusal`` set when nothing of the file may be used.
    """
    reading = Reading(content.file, refusal=content.refusal)
    if reading.refusal is None and is_register(content.sheets):
        reading.refusal = Refusal("personal_data")
    if reading.refusal is not None:
        return reading
    reading.is_sample, doubtful = sample_marks(content.sheets)
    places = Places(areas, agencies, received_on)
    status = _status(reading.is_sample, doubtful)
    office = Office(content.file, received_on, indicators, places, status)
    if doubtful:
        office.find(
            None, "sample_numbers", "Tệp có ghi chú số liệu mẫu: kiểm tra đã thay hết số mẫu chưa."
        )
    tables = [(sheet, find_tables(sheet)) for sheet in content.sheets]
    heads = [read_context(s, t[0].top if t else s.n_rows) for s, t in tables]
    whole = Context()
    for head in heads:
        whole.filled_from(head)
    _year_of_name(whole, office)
    _locate_sheets(tables, heads, whole, office)
    known = descriptions or read_descriptions(project.ROOT / "config")
    missed = []
    for (sheet, found), head in zip(tables, heads, strict=True):
        office.enter(sheet, head.filled_from(whole))
        if sheet.encoding:
            office.find(
                None,
                "legacy_text",
                f"Chữ viết bằng phông {sheet.encoding.upper()}: đã chuyển sang Unicode.",
            )
        unread = []
        for table, before in zip(found, [None, *found], strict=False):
            enter_table(table, before, head, whole.mentions, office)
            unread += [] if _read_table(table, known, office, reading) else [table]
        if len(unread) < len(found):
            for table in unread:
                left_out.report_table(table, office)
        elif _has_figures(sheet):
            missed.append((sheet, office.looked_for))
    _report_missed(missed, office, reading)
    reading.sender, reading.sender_name = places.sender(whole)
    reading.year, reading.forms = whole.year, tuple(dict.fromkeys(office.forms))
    reading.observation_rows, reading.finding_rows = office.observations, office.findings
    return reading


def _status(is_sample: bool, doubtful: bool) -> str:
    return "sample" if is_sample else "doubtful" if doubtful else "ok"


def _year_of_name(whole: Context, office: Office) -> None:
    """Compare the year in the file's name with that inside, or take it when nothing else tells.

    A file that was received when the next year's reports were due and whose name says a later year
    is last year's workbook with the year left as it was: ``office.year_doubt``.
    """
    name = office.file.rsplit("/", 1)[-1]
    named = parse_year(" ".join(re.findall(r"(?<!\d)20[0-4]\d(?!\d)", name))).value
    office.named_year = named
    if named is None:
        return
    if whole.year is None and whole.year_problem is None:
        whole.year = named
        text = f"Trong biểu không ghi năm; lấy năm {named} từ tên tệp."
        office.find(None, "year_from_file_name", text)
    elif whole.year and whole.year < named and office.received_on >= f"{whole.year + 1}-09-01":
        office.year_doubt = True
        text = f"Trong biểu ghi năm {whole.year}, tên tệp ghi năm {named}: có phải quên đổi năm?"
        office.find(None, "year_disagrees", text)


def _locate_sheets(
    tables: list[tuple[Sheet, list[Table]]], heads: list[Context], whole: Context, office: Office
) -> None:
    """Settle the unit of every sheet and tell what disagrees."""
    differ = "place_differs", "Trong tệp có ghi nơi khác: “{}”; hiểu số liệu là của “{}”."
    whole.unit = whole.code = ""
    around = whole.mentions = [mention for head in heads for mention in head.mentions]
    places = office.places
    for (sheet, _), head in zip(tables, heads, strict=True):
        places.context = head
        other = locate(head, sheet.name, around, places, places.on(head.year or whole.year))
        if other:
            office.sheet = sheet
            text = differ[1].format(other.name_vi, head.unit or head.code)
            office.find(other.mention.cell or head.cells.get("unit"), differ[0], text)
        whole.filled_from(head)
    office.sheet, before = None, whole.unit
    other = by_file(office.file, whole, heads, places, places.on(whole.year))
    if other and not before:
        text = f"Trong biểu không ghi đơn vị; lấy “{other.name_vi}” từ tên tệp."
        office.find(None, "unit_from_file_name", text)
    elif other:
        office.find(None, differ[0], differ[1].format(f"{other.name_vi} (tên tệp)", whole.unit))


def _read_table(
    table: Table, known: dict[str, dict[str, Any]], office: Office, reading: Reading
) -> bool:
    if activities.is_activity_table(table):
        reading.activity_rows += activities.read_activities(table, office)
        office.forms.append("THUC-HIEN")
        return True
    title = fold(" ".join([office.file, table.sheet.name, *_lines_above(table)]))
    bound = []
    for name, description in known.items():
        layout = bind(name, description, table, office, title)
        if layout is not None:
            bound.append(layout)
    complete = [layout for layout in bound if layout.claims]
    if not complete:
        office.looked_for += [own.missing() for own in bound if own.titled or not own.columns]
        return False
    best = max(complete, key=_rank)
    best.read()
    office.forms.append(best.name)
    return True


def _rank(layout: layouts.Layout) -> tuple[bool, bool, int]:
    """How sure it is that a table is of a layout: the kit's codes in its headings decide."""
    general = isinstance(layout, layouts.Indicators)
    return general and layout.coded, not general, layout.score


def _lines_above(table: Table) -> list[str]:
    rows = table.sheet.grid[max(0, table.top - 12) : table.top]
    return [cell for row in rows for cell in dict.fromkeys(row) if isinstance(cell, str)]


def _has_figures(sheet: Sheet) -> bool:
    rows = sum(any(isinstance(c, (int, float)) for c in row) for row in sheet.grid[:500])
    return rows >= 1 or (sheet.lines is not None and sheet.n_rows > 0)


def _report_missed(missed: list[tuple[Sheet, list[str]]], office: Office, reading: Reading) -> None:
    """A file without any form is refused; a sheet without one, beside others, is a finding."""
    if not office.forms:
        looked = "; ".join(dict.fromkeys(text for _, texts in missed for text in texts))
        reading.refusal = Refusal("unknown_form", looked or "không thấy dòng tiêu đề của biểu nào")
        return
    for sheet, looked in missed:
        detail = "; ".join(looked)
        office.sheet = sheet
        office.find(
            None,
            "sheet_not_recognised",
            f"Không đọc sheet này. {remedy('unknown_form')} {detail}".strip(),
        )


LAYOUTS: dict[str, type[layouts.Layout]] = {
    "units": layouts.Units,
    "indicators": layouts.Indicators,
    "list": layouts.Listing,
    "ages": age_layouts.Ages,
    "measures": age_layouts.Measures,
    "series": series.Series,
}


def bind(
    name: str, about: dict[str, Any], table: Table, office: Office, title: str
) -> layouts.Layout | None:
    """Apply a description to a table; None when nothing of it is there."""
    titled = any(f" {fold(t)} " in f" {title} " for t in about.get("title", "").split("|") if t)
    layout = LAYOUTS[about["layout"]](name, about, table, office, titled)
    if hasattr(layout, "bind"):
        layout.bind()
        return layout if layout.columns or titled or getattr(layout, "unclear", None) else None
    for part, spec in about["fields"].items():
        try:
            columns = table.columns(spec)
        except AmbiguousColumnError as error:
            layout.twins[part] = error.args[0]
            heads = ", ".join(table.sheet.address(*table.head(c)) for c in error.args[0])
            layout.absent[part] = f"{layouts.in_words(spec)} (nhiều cột giống nhau: {heads})"
            continue
        if columns:
            layout.columns[part] = columns
        else:
            layout.absent[part] = layouts.in_words(spec)
    layout.place_twins()
    return layout if layout.columns or titled else None
