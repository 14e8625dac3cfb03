"""Which unit a sheet speaks for, from all that names a place: its head, its name, the file's name.

The deepest unit that is named counts, for a letterhead names district and province too; of two on
one level the first with a label, then the first line, then the name of the sheet. Whatever
disagrees is a finding. The name of the file is the weakest witness: it counts when nothing else
names a unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from xhht_analysis.intake.forms.context import Context, read_context
from xhht_analysis.intake.forms.mentions import (
    KIND,
    Mention,
    file_mentions,
    find_mentions,
    level_of,
)
from xhht_analysis.intake.forms.office import Office
from xhht_analysis.intake.forms.places import Places
from xhht_analysis.intake.forms.tables import NOTE, PRIOR, SIGNATURE, Table
from xhht_analysis.intake.reading.text import fold, parse_number

DEPTHS = ("province", "district", "commune")


@dataclass(frozen=True)
class Site:
    """A mention and the unit it names; ``unit_code`` None where no unit bears the name."""

    mention: Mention
    text: str
    depth: int
    unit_code: str | None = None
    name_vi: str = ""


def locate(
    head: Context, sheet: str, around: list[Mention], places: Places, on: str
) -> Site | None:
    """Settle unit and level of a head; give what disagrees with them, if anything does.

    ``around`` holds the mentions of all sheets: a district named there settles a homonym.
    """
    mentions = sorted(head.mentions, key=lambda mention: not mention.labelled)
    mentions += [Mention(sheet), *file_mentions(sheet)]
    if (head.unit or head.code) and places.agency(head):
        return None
    stated = places.match(head.unit, head.code, on, level=head.level)
    inside = [Mention(head.unit), *find_mentions(head.unit)] if head.unit else []
    sites = _sites(inside if head.unit else mentions, around, places, on)
    if head.unit and not sites and not KIND.search(head.unit):
        sites = _sites(mentions, around, places, on)
    if sites and stated.unit_code is None and not head.code:
        site = max(sites, key=lambda site: site.depth)
        head.unit, head.level = site.text, DEPTHS[site.depth]
        if site.mention.cell:
            head.cells["unit"] = site.mention.cell
    found = places.match(head.unit, head.code, on, level=head.level)
    return _other(found.unit_code, _sites(mentions, around, places, on), places, on)


def enter_table(
    table: Table, before: Table | None, head: Context, around: list[Mention], office: Office
) -> None:
    """Begin a table: a later one of a sheet may have a year and a unit of its own above it.

    The lines right above it count, up to the figures or signatures of the table ``before``; of a
    unit less deep than that of the sheet nothing is its own.
    """
    office.context = office.places.context = head
    if before is None:
        return
    sheet, first, places = table.sheet, table.top, office.places
    while first > before.first and _is_title(sheet.grid[first - 1]):
        first -= 1
    own, sheets = read_context(sheet, table.top, first), places.own(head.year).unit_code
    if own.year_note == "year_from_date":
        own.year = None
    year = own.year or head.year
    is_labelled = bool(KIND.search(own.unit)) or any(m.labelled for m in own.mentions)
    locate(own, "", around, places, places.on(year))
    found = places.match(own.unit, own.code, places.on(year), level=own.level).unit_code
    depths = [places.depth(code, places.on(year)) if code else -1 for code in (found, sheets)]
    if depths[0] < depths[1] if found else not is_labelled:
        own.unit, own.level = "", None
        own.cells.pop("unit", None)
    own.cells = head.cells | own.cells
    own.scale = head.scale if own.scale == 1 else own.scale
    own.money_scale = own.money_scale or head.money_scale
    office.context = places.context = own.filled_from(head)
    if own.year != head.year or (own.unit, own.code) != (head.unit, head.code):
        text = f"Bảng có tiêu đề riêng: hiểu là số của “{own.unit or own.code}”, năm {own.year}."
        office.find((table.top, table.key), "own_heading", text)


def _is_title(cells: list[object]) -> bool:
    """Whether a row can stand above a table: no figures, no signatures, no note to a table."""
    texts = [fold(cell) for cell in cells if isinstance(cell, str) and cell.strip()]
    others = [text for text in texts if not re.match("thoi diem|.*tinh den", text)]
    if any(SIGNATURE.match(t) or NOTE.match(t) or PRIOR.search(t) for t in others):
        return False
    labels = {"nam", "nam hoc", "nam bao cao"} & set(texts)
    return bool(labels) or not any(parse_number(cell).value is not None for cell in cells)


def by_file(
    file: str, whole: Context, heads: list[Context], places: Places, on: str
) -> Site | None:
    """Take the unit from the file's name if no sheet names one; give it where it disagrees."""
    sites = _sites(file_mentions(file), whole.mentions, places, on)
    sites = [site for site in sites if site.unit_code]
    known = {places.match(h.unit, h.code, on, level=h.level).unit_code for h in heads if h.unit}
    if sites and not (whole.unit or whole.code):
        site = max(sites, key=lambda site: site.depth)
        whole.unit, whole.level = site.text, DEPTHS[site.depth]
        return site
    return _other(known.pop(), sites, places, on) if len(known) == 1 else None


def _other(own: str | None, sites: list[Site], places: Places, on: str) -> Site | None:
    """The first site that names another unit of the same level."""
    depth = places.depth(own, on)
    alike = (site for site in sites if site.unit_code and site.depth == depth)
    return next((site for site in alike if own and site.unit_code != own), None)


def _sites(
    mentions: Iterable[Mention], all_mentions: list[Mention], places: Places, on: str
) -> list[Site]:
    """Units that mentions name, a homonym by the districts named beside it.

    A text that can only be the name of a unit that is not known stays, unless it names one that
    is less deep than those that are known: its figures are nobody else's.
    """
    districts = {}
    for mention in all_mentions:
        for name in mention.names:
            found = places.areas.match(name, on, level=mention.level, suggest=False)
            if found.unit_code and places.depth(found.unit_code, on) == 1:
                districts[found.unit_code] = found.name_vi
    sites = []
    for mention in mentions:
        site = _site(mention, districts, places, on)
        sites += [site] if site else []
    deepest = max((site.depth for site in sites if site.unit_code), default=-1)
    return [site for site in sites if site.unit_code or site.depth > deepest]


def _site(mention: Mention, districts: dict[str, str], places: Places, on: str) -> Site | None:
    for name in mention.names:
        for parent in (None, *districts):
            found = places.areas.match(name, on, level=mention.level, parent=parent, suggest=False)
            if found.unit_code:
                text = f"{name}, {districts[parent]}" if parent else name
                depth = places.depth(found.unit_code, on)
                return Site(mention, text, depth, found.unit_code, found.name_vi)
            if found.problem != "ambiguous_unit":
                break
    kind = KIND.match(mention.text)
    level = mention.level or (level_of(fold(kind[0])) if kind else None)
    if level is None:
        return None
    near = places.areas.match(mention.text, on, level=mention.level).suggestion
    sure = mention.labelled or mention.whole or near
    return Site(mention, mention.text, DEPTHS.index(level)) if sure else None
