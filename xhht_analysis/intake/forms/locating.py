"""Which unit and year a sheet speaks for: its head, its name, the file's name.

The deepest unit that is named counts, for a letterhead names district and province too; of two on
one level the first with a label, then the first line, then the name of the sheet. Whatever
disagrees is a finding. The name of the file is the weakest witness: it counts when nothing else
names a unit or a year.

A table of several units whose names head its columns is one table for each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from xhht_analysis.intake.forms.context import (
    INSIDE,
    KIND,
    LABELS,
    Context,
    Mention,
    figures_year,
    file_mentions,
    has_unit_label,
    level_of,
    read_context,
)
from xhht_analysis.intake.forms.file_reader import FileReader
from xhht_analysis.intake.forms.headings import CORRECTED, KEY, heading_key
from xhht_analysis.intake.forms.left_out import is_figure
from xhht_analysis.intake.forms.places import DEPTHS, Places, is_former_commune
from xhht_analysis.intake.forms.tables import NOTE, SIGNATURE, Table, has_figures, has_number
from xhht_analysis.intake.forms.text_kinds import KINDS, NOT_OF_YEAR, SOME_ONLY, heading_kinds
from xhht_analysis.intake.reading.sheets import Sheet
from xhht_analysis.intake.reading.text import fold, parse_year

SheetTables = list[tuple[Sheet, list[Table]]]
"""The sheets of a file and the tables of each."""


@dataclass(frozen=True)
class Site:
    """A mention and the unit it names; ``unit_code`` None where no unit bears the name."""

    mention: Mention
    text: str
    depth: int
    unit_code: str | None = None
    name_vi: str = ""


def settle_years(
    tables: SheetTables, heads: list[Context], whole: Context, reader: FileReader
) -> None:
    """Take years from the names of sheets and file where nothing else tells; compare the others.

    Sheets whose names say years are of these years, unless file or heads name another one. A file
    that was received when the next year's reports were due and whose name, or that of a sheet,
    says a later year is last year's workbook with the year left as it was: ``reader.year_doubt``.
    """
    in_file = reader.named_year = _year_in(reader.file.rsplit("/", 1)[-1])
    in_sheets = [_year_in(sheet.name) for sheet, _ in tables]
    agreed = {whole.year, in_file} <= {None, *in_sheets}
    for (sheet, sheet_tables), head, named in zip(tables, heads, in_sheets, strict=True):
        reader.sheet = sheet
        silent = sheet_tables and head.year is None and head.year_problem is None
        if silent and named and agreed and named != whole.year:
            head.year = named
            text = f"Trong sheet không ghi năm; lấy năm {named} từ tên sheet."
            reader.find(None, "year_from_sheet_name", text)
        elif silent and named and whole.year and named != whole.year:
            text = f"Trong tệp ghi năm {whole.year}, tên sheet ghi năm {named}: kiểm tra lại năm."
            reader.find(None, "year_disagrees", text)
    reader.sheet = None
    if whole.year is None and whole.year_problem is None:
        whole.year = max((head.year for head in heads if head.year), default=None)
        if in_file and whole.year is None:
            whole.year = in_file
            paths = (path for _, found in tables for table in found for path in table.headings)
            if not any(map(LABELS["year"].fullmatch, paths)):
                text = f"Trong biểu không ghi năm; lấy năm {in_file} từ tên tệp."
                reader.find(None, "year_from_file_name", text)
    late = whole.year and reader.received_on >= f"{whole.year + 1}-09-01"
    behind = (n for h, n in zip(heads, in_sheets, strict=True) if n and n > (h.year or n))
    later = max([in_file or 0, *behind])
    if late and whole.year < later:
        reader.year_doubt = True
        text = f"Trong biểu ghi năm {whole.year}, tên tệp hoặc sheet ghi {later}: quên đổi năm?"
        reader.find(None, "year_disagrees", text)


def _year_in(name: str) -> int | None:
    """Year in the name of a file or sheet; a school year is the year it starts."""
    key = figures_year(re.sub(r"[\W_]+", " ", fold(name)))
    return parse_year(" ".join(re.findall(r"(?<!\d)20[0-4]\d(?!\d)", key))).value


def settle_units(
    tables: SheetTables, heads: list[Context], whole: Context, reader: FileReader
) -> Context:
    """Settle the unit of every sheet and tell what disagrees.

    Gives the context of a sheet that names no unit: that of the file, but where sheets of several
    units of one level stand beside it only a unit above them in the file's name.
    """
    differ = "place_differs", "Trong tệp có ghi nơi khác: “{}”; hiểu số liệu là của “{}”."
    places = reader.places
    for (sheet, _), head in zip(tables, heads, strict=True):
        places.context = head
        other = locate(head, sheet.name, places, places.on(head.year or whole.year))
        if other:
            reader.sheet = sheet
            text = differ[1].format(other.name_vi, head.place)
            reader.find(other.mention.cell or head.cells.get("unit"), differ[0], text)
        whole.filled_from(head)
    reader.sheet, places.context, on = None, whole, places.on(whole.year)
    sites = _sites(file_mentions(reader.file), places, on)
    sites = [site for site in sites if site.unit_code]
    named = [h for h in heads if h.place]
    units = {places.typed_in(head, on).unit_code: head for head in reversed(named)}
    units.pop(None, None)
    rest, depths = whole, {unit: places.depth(unit, on) for unit in units}
    if len(units) > 1:
        least = min(depths.values())
        above = [head for unit, head in units.items() if depths[unit] == least]
        one = above[0] if len(above) == 1 else Context()
        rest = replace(whole, unit=one.unit, code=one.code, level=one.level, lines=one.lines)
        sites = [site for site in sites if site.depth < least]
    if sites and not rest.place:
        site = _take_deepest(rest, sites)
        text = f"Trong biểu không ghi đơn vị; lấy “{site.name_vi}” từ tên tệp."
        reader.find(None, "unit_from_file_name", text)
    elif len(units) == 1 and (other := _other(*units, sites, places, on)):
        reader.find(None, differ[0], differ[1].format(f"{other.name_vi} (tên tệp)", whole.unit))
    return rest


def locate(head: Context, sheet: str, places: Places, on: str) -> Site | None:
    """Settle unit and level of a head; give what disagrees with them, if anything does."""
    mentions = sorted(head.mentions, key=lambda mention: not mention.labelled)
    mentions += [Mention(sheet), *file_mentions(sheet)]
    if head.place and places.agency(head):
        return None
    if not head.place and places.match("", sheet, on).unit_code:
        head.code = sheet
    all_sites = sites = _sites(mentions, places, on)
    if INSIDE.match(fold(head.unit)):
        sites = []
    stated = places.typed_in(head, on).unit_code
    if sites and stated is None and not head.code:
        site = _take_deepest(head, sites)
        if site.mention.cell:
            head.cells["unit"] = site.mention.cell
        stated = places.typed_in(head, on).unit_code
    return _other(stated, all_sites, places, on)


def _take_deepest(head: Context, sites: list[Site]) -> Site:
    site = max(sites, key=lambda site: site.depth)
    head.unit, head.level = site.text, DEPTHS[site.depth]
    return site


def enter_table(
    table: Table, before: Table | None, head: Context, reader: FileReader
) -> str | None:
    """Begin a table: a later one of a sheet may have a year and a unit of its own above it.

    The lines right above it count, up to the figures or signatures of the table ``before`` or to a
    label of a unit; of a unit less deep than that of the sheet nothing is its own without a label.

    Returns
    -------
    str or None
        Why it is not read: lines that may as well be a caption below the table before.
    """
    places = reader.places
    places.context = head
    if before is None:
        return None
    sheet, first = table.sheet, table.top
    while first > before.first and _is_title(sheet.grid[first - 1]):
        first -= 1
    labels = [row for row in range(before.first, table.top) if has_unit_label(sheet, row)]
    above = read_context(sheet, table.top, min(first, *labels[-1:], table.top))
    labelled, of_sheet = above.place and places.names_one(above), places.of_head(head).unit_code
    if above.year_note == "year_from_date":
        above.year = None
    on = places.on(above.year or head.year)
    is_labelled = any(mention.labelled for mention in above.mentions)
    locate(above, "", places, on)
    code = places.typed_in(above, on).unit_code
    depths = [places.depth(unit, on) if unit else -1 for unit in (code, of_sheet)]
    if not labelled and (depths[0] < depths[1] if code else not is_labelled):
        above.unit, above.level = "", None
        above.cells.pop("unit", None)
    cells = {k: v for k, v in head.cells.items() if k == "year" or not above.place}
    above.cells = cells | above.cells
    above.scale = head.scale if above.scale == 1 else above.scale
    above.money_scale = above.money_scale or head.money_scale
    places.context = above.filled_from(head)
    if above.year != head.year or (above.unit, above.code) != (head.unit, head.code):
        lines = [" ".join(filter(None, map(str, row))) for row in sheet.grid[first : table.top]]
        if lines and lines[0] and not lines[-1]:
            return f"“{lines[0][:60]}” liền dưới bảng trên, cách bảng này: không rõ là của bảng nào"
        text = f"Bảng có tiêu đề riêng: hiểu là số của “{above.place}”, năm {above.year}."
        reader.find((table.top, table.key), "own_heading", text)
    return None


def titles(table: Table, before: Table | None) -> list[str]:
    """Texts above a table and below the figures of the one before, the nearest first."""
    sheet, texts = table.sheet, []
    for row in range(table.top - 1, before.first if before else -1, -1):
        if before and has_figures(sheet, row):
            break
        if not has_number(sheet.grid[row]):
            texts += [cell for cell in sheet.grid[row] if isinstance(cell, str) and cell]
    return texts


def bar(table: Table, reader: FileReader) -> str | None:
    """Why a table is not read: its title or the name of its sheet, or columns of old figures.

    The nearest line above the table that speaks of a plan, a part or of results decides. Old
    figures beside new ones are ``revised``.
    """
    sheet = table.sheet
    for column, heading in enumerate(table.headings):
        if CORRECTED.search(heading) and any(map(is_figure, table.cells(column))):
            head = sheet.text(*table.head(column))
            for name in table.names.values():
                unit = reader.places.match(name).unit_code
                reader.reading.revised.add((unit, reader.indicators.code_of(name)))
            return f"có cả số cũ và số đã sửa (“{head[:60]}”): chỉ để lại cột số đúng"
    texts = *table.titles, sheet.name
    if table.kind_of(sheet.name) in SOME_ONLY:
        texts = [sheet.name]
    told = ((text, table.kind_of(text)) for text in texts)
    text, kind = next(((text, kind) for text, kind in told if kind), ("", "result"))
    return None if kind == "result" else f"“{text[:60]}” là {KINDS[kind][1]}"


def _is_title(cells: list[object]) -> bool:
    """Whether a row can stand above a table: no figures, no signatures, no note to a table."""
    texts = [fold(cell) for cell in cells if isinstance(cell, str) and cell.strip()]
    others = [text for text in texts if not re.match("thoi diem|.*tinh den", text)]
    if any(SIGNATURE.match(t) or NOTE.match(t) or NOT_OF_YEAR & heading_kinds(t) for t in others):
        return False
    labelled = not {"nam", "nam hoc", "nam bao cao"}.isdisjoint(texts)
    return labelled or not has_number(cells)


def _other(stated: str | None, sites: list[Site], places: Places, on: str) -> Site | None:
    """The first site that names another unit of the same level."""
    depth = places.depth(stated, on)
    alike = (site for site in sites if site.unit_code and site.depth == depth)
    return next((site for site in alike if stated and site.unit_code != stated), None)


def _sites(mentions: Iterable[Mention], places: Places, on: str) -> list[Site]:
    """Units that mentions name, a homonym by the districts named beside it.

    A text that can only be the name of a unit that is not known stays, unless it names one that
    is less deep than those that are known: its figures are nobody else's.
    """
    districts = {}
    for mention in places.mentions:
        for name in mention.names:
            match = places.areas.match(name, on, level=mention.level, suggest=False)
            if match.unit_code:
                districts[match.unit_code] = match.name_vi
    sites = [site for mention in mentions if (site := _site(mention, districts, places, on))]
    deepest = max((site.depth for site in sites if site.unit_code), default=-1)
    return [site for site in sites if site.unit_code or site.depth > deepest]


def _site(mention: Mention, districts: dict[str, str], places: Places, on: str) -> Site | None:
    for name in mention.names:
        same = places.areas.match(name, on, level="district", suggest=False).unit_code
        for parent in (None, *(code for code in districts if code != same)):
            match = places.areas.match(name, on, level=mention.level, parent=parent, suggest=False)
            if match.unit_code:
                text = f"{name}, {districts[parent]}" if parent else name
                depth = places.depth(match.unit_code, on)
                return Site(mention, text, depth, match.unit_code, match.name_vi)
            if match.problem != "ambiguous_unit":
                break
    kind = KIND.match(mention.text)
    level = mention.level or (level_of(fold(kind[0])) if kind else None)
    if level is None:
        return None
    near = places.areas.match(mention.text, on, level=mention.level).suggestion
    sure = mention.labelled or mention.whole or near
    return Site(mention, mention.text, DEPTHS.index(level)) if sure else None


def side_by_side(table: Table, places: Places) -> Iterator[Table]:
    """The tables that stand side by side in one, each with names of its own for its rows.

    Their names stand at the left of the figures, or at the right where none stand beyond the last.
    """
    heads, keys = table.headings, _name_columns(table, places)
    if len(keys) < 2:
        yield table
        return
    is_last = _has_figures(table, 0, keys[0]) and not _has_figures(table, keys[-1], len(heads))
    edges = [key + 1 for key in keys[:-1]] if is_last else keys[1:]
    for key, start, end in zip(keys, [0, *edges], [*edges, len(heads)], strict=True):
        paths = [head if start <= c < end else "" for c, head in enumerate(heads)]
        yield replace(table, key=key, headings=paths)


def _name_columns(table: Table, places: Places) -> list[int]:
    """Columns of names with figures between them where a row holds two unlike ones.

    Names are those of units, and whatever stands under the heading of the table's own names.
    """
    heads, keys, before = table.headings, [], []
    for column, head in enumerate(heads):
        names = [table.sheet.text(row, column) for row in table.body]
        is_key = bool(head) and head == heads[table.key]
        if not is_key and (not KEY.fullmatch(head) or sum(map(places.is_name, names)) < 2):
            continue
        is_other = any(a != b and b for a, b in zip(before, names, strict=False))
        if not keys or (is_other and _has_figures(table, keys[-1], column)):
            keys.append(column)
            before = names
    return keys


def _has_figures(table: Table, start: int, end: int) -> bool:
    """Whether columns of a range hold figures, under heads of neither names nor numbers of rows."""
    heads, own = table.headings, table.headings[table.key]
    others = {c for c, head in enumerate(heads) if head == own or KEY.fullmatch(head)}
    columns = {*range(start, end)} - others - table.numbers
    return any(is_figure(cell) for c in columns for cell in table.cells(c))


def tables_by_unit(table: Table, places: Places) -> Iterator[Table]:
    """The table as each unit's that heads a group of its columns; those of others have no heading.

    Where a unit heads one column alone the table is read on its side.
    """
    head, groups = places.context, {}
    for column, path in enumerate(table.headings):
        texts = (table.sheet.text(row, column) for row in range(table.top, table.first))
        if " | " in path and (names := [*filter(places.is_name, texts)]):
            groups[column] = names[0]
    matches = [places.match(unit) for unit in {*groups.values()}]
    is_old = any(map(is_former_commune, matches))
    for unit in dict.fromkeys(groups.values()):
        paths = [*table.headings]
        for column, name in groups.items():
            rest = [part for part in paths[column].split(" | ") if part != heading_key(name)]
            paths[column] = " | ".join(rest) if name == unit else ""
        is_known = places.match(unit).unit_code or not head.unit
        name = f"{unit} (cũ)" if is_old else unit if is_known else f"{unit}, {head.unit}"
        places.context = replace(head, unit=name, code="", level=None, lines=[])
        yield replace(table, headings=paths)
    if not groups:
        yield table
