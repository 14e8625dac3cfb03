"""Recognise a form by its headings and turn its sheets into observations.

Every form is a short description in config/forms.yml; this file knows only the layouts they
use (`layouts`). A sheet is read by the one form that fits best; a table that no form explains is
reported with what was looked for, never half-read.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from xhht_analysis import contracts
from xhht_analysis.intake.forms import activities, age_layout, layouts, left_out, unit_layouts
from xhht_analysis.intake.forms.claims import FIELDS
from xhht_analysis.intake.forms.context import (
    Context,
    file_mentions,
    is_output,
    is_register,
    read_context,
    sample_marks,
)
from xhht_analysis.intake.forms.file_reader import FileReader, Reading
from xhht_analysis.intake.forms.headings import IndicatorNames
from xhht_analysis.intake.forms.locating import (
    SheetTables,
    bar,
    enter_table,
    settle_units,
    settle_years,
    side_by_side,
    tables_by_unit,
    titles,
)
from xhht_analysis.intake.forms.places import Places
from xhht_analysis.intake.forms.table_search import find_tables
from xhht_analysis.intake.forms.tables import ALIKE, Table, has_number, head_end
from xhht_analysis.intake.forms.text_kinds import AMENDING_LINE
from xhht_analysis.intake.reading.sheets import FileContent, Refusal, Sheet
from xhht_analysis.intake.reading.text import fold
from xhht_analysis.plan.config_tables import config_file

CELLS = tuple(f"cell_{name}" for name in (*FIELDS, "unit", "year"))
EXTRA = (
    "frame",
    "problem",
    "problem_cell",
    "raw",
    "remedy",
    "year_doubt",
    "percent_sign",
    "raw_numerator",
    "raw_denominator",
    "hidden",
    "line",
    "original",
    "amends",
    *CELLS,
)
"""Columns of observation rows beside the contract: why a row must be rejected and where, the cell
of each figure, the first file received with the same bytes, whether its file amends others."""
UNKNOWN = (
    "không đủ cột của biểu nào, hoặc có nhiều cột giống nhau; tên bảng, dòng và cột không ghi đúng "
    "tên một chỉ tiêu"
)
NO_TABLE = (
    "không thấy dòng tiêu đề có cột Đơn vị, Chỉ tiêu, Nội dung hoặc Độ tuổi; bảng Pivot, danh sách "
    "đánh dấu, số gõ bằng dấu tab hay trong lời văn thì không đọc"
)
GUIDE = "trang hướng dẫn, ví dụ hoặc đề nghị sửa."
GUIDES = ("huong dan", "vi du", "de nghi sua")
"""Beginnings of the names of sheets whose figures are examples, or our own remarks."""
MAX_TURNED = 200
"""Rows of a table that may as well be read by its columns."""
LAYOUTS: dict[str, type[layouts.Layout]] = {
    "units": unit_layouts.Units,
    "indicators": unit_layouts.Indicators,
    "list": layouts.Listing,
    "ages": age_layout.Ages,
    "activities": activities.Activities,
}


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
    config_tables.ConfigError
        If the file is missing or no YAML.
    """
    path = config_dir / "forms.yml"
    with config_file(path):
        return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


class FormReader:
    """Reads the forms of any number of files.

    Parameters
    ----------
    plan : gathering.Plan
        The plan's units, indicators and agencies; the forms stand in its folder.
    """

    def __init__(self, plan: Any) -> None:
        self._areas, self._indicators = plan.areas, IndicatorNames(plan.indicators, plan.goals)
        agencies = plan.agencies.set_index("agency_code")
        self._agencies = agencies["name_vi"].to_dict()
        self._collector = str(agencies["indicators"].fillna("").str.count(";").idxmax())
        self._descriptions = read_descriptions(plan.config_dir)

    def read(self, content: FileContent, received_on: str) -> Reading:
        """Read every form of one file from `delivery.read_files`, received on an ISO date.

        Returns
        -------
        Reading
            With ``refusal`` set when nothing of the file may be used.
        """
        reading, sheets = Reading(content.file, refusal=content.refusal), content.sheets
        if is_register(sheets):
            reading.refusal = Refusal("personal_data")
        elif is_output(sheets):
            reading.refusal = Refusal("own_output")
        else:
            self._read_sheets(sheets, reading, received_on)
            if content.refusal:  # what its name says of unit and year is all
                reading.refusal, reading.finding_rows = content.refusal, []
        return reading

    def _read_sheets(self, sheets: list[Sheet], reading: Reading, received_on: str) -> None:
        reading.is_sample, doubtful = sample_marks(sheets)
        status = "sample" if reading.is_sample else "doubtful" if doubtful else "ok"
        places = Places(self._areas, self._agencies, self._collector, received_on)
        reader = FileReader(reading, received_on, self._indicators, places, status)
        if doubtful:
            text = "Tệp có ghi chú số liệu mẫu: kiểm tra đã thay hết số mẫu chưa."
            reader.find(None, "sample_numbers", text)
        forms = [sheet for sheet in sheets if not fold(sheet.name).startswith(GUIDES)] or sheets
        tables = [(sheet, find_tables(sheet)) for sheet in forms]
        heads = [
            read_context(sheet, found[0].top if found else head_end(sheet, 0, sheet.n_rows))
            if found or sheet.visible
            else Context()  # a hidden list of units for a choice
            for sheet, found in tables
        ]
        whole = Context()
        for head in heads:
            places.mentions += head.mentions
            whole.filled_from(head)
            reading.amends |= any(map(AMENDING_LINE.search, head.lines))
        places.mentions += file_mentions(reader.file)
        settle_years(tables, heads, whole, reader)
        whole.unit = whole.code = ""
        rest = settle_units(tables, heads, whole, reader)
        unread = self._read_tables(tables, heads, rest, reader)
        if not reading.forms:
            detail = " ".join(dict.fromkeys(text for _, text in unread)) or NO_TABLE
            reading.refusal, unread = Refusal("unknown_form", detail), []
        guides = ((sheet, GUIDE) for sheet in sheets if sheet not in forms)
        for reader.sheet, text in (*unread, *guides):
            reader.find(None, "sheet_not_recognised", f"Không đọc trang tính này: {text}")
        reading.sender, reading.sender_name = places.sender(rest if rest.place else whole)
        found = dict.fromkeys(tuple(row.items()) for row in reading.finding_rows)
        reading.finding_rows = [*map(dict, found)]  # columns of all units are told once
        reading.year, reading.forms = whole.year, tuple(dict.fromkeys(reading.forms))

    def _read_tables(
        self, tables: SheetTables, heads: list[Context], whole: Context, reader: FileReader
    ) -> list[tuple[Sheet, str]]:
        """Read what a form explains; give the sheets of which nothing was read, and why."""
        missed = []
        for (sheet, found), head in zip(tables, heads, strict=True):
            reader.enter(sheet, head.filled_from(whole))
            places, unread = reader.places, []
            pairs = zip(found, [None, *found], strict=False)
            parts = [(part, before) for t, before in pairs for part in side_by_side(t, places)]
            for table, before in parts:
                unclear = enter_table(table, before, head, reader)
                table.titles = titles(table, before)
                table.kind_of = places.line_kind
                why = [unclear or bar(table, reader)]
                if not why[0]:
                    why = [self._read_table(t, reader) for t in tables_by_unit(table, places)]
                if all(why):
                    unread.append((table, left_out.unread_table(table, why[0])))
            if len(unread) < len(parts):
                for table, text in unread:
                    if text:
                        reader.find((table.top, table.key), "table_left_out", text)
            elif any(map(has_number, sheet.grid)):
                missed.append((sheet, " ".join(text for _, text in unread) or NO_TABLE))
        return missed

    def _read_table(self, table: Table, reader: FileReader) -> str | None:
        """Read a table; else why it cannot be read."""
        rows = table.sheet.grid[max(0, table.top - 12) : table.top]
        above = [cell for row in rows for cell in dict.fromkeys(row) if isinstance(cell, str)]
        title = f" {fold(' '.join([reader.file, table.sheet.name, *above]))} "
        bound = self._bound(table, reader, title)
        best = _best(bound)
        is_bare = not best or (best.plain and not best.is_counted)
        if is_bare and table.last - table.first < MAX_TURNED:
            turned = _best(self._bound(table.turned(), reader, title))
            best = turned if turned and (turned.is_counted or not best) else best
        if not best:
            unclear = (pair for layout in bound for pair in layout.unclear.items())
            texts = [text for c, text in unclear if c not in table.numbers]
            return max([UNKNOWN, *texts], key=lambda text: (ALIKE not in text, "“" in text))
        context = reader.context
        reader.take(best.table)
        best.read()
        reader.sheet, reader.places.context = table.sheet, context
        reader.reading.forms += (best.name,)
        return None

    def _bound(self, table: Table, reader: FileReader, title: str) -> list[layouts.Layout]:
        """Every description applied to a table below a title."""
        bound = []
        for name, about in self._descriptions.items():
            words = about.get("title", "").split("|")
            titled = any(f" {fold(text)} " in title for text in words if text)
            layout = LAYOUTS[about["layout"]](name, about, table, reader, titled)
            layout.bind()
            bound.append(layout)
        return bound


def _best(bound: list[layouts.Layout]) -> layouts.Layout | None:
    """The layout of a table that is surest of those that can read it."""
    complete = (layout for layout in bound if layout.columns and layout.claims)
    return max(complete, key=lambda layout: layout.rank, default=None)
