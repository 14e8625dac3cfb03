"""Whose figures they are: the unit or agency of a file, of a table, of a row."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

from xhht_analysis.intake.forms.claims import UnitCell
from xhht_analysis.intake.forms.context import HAMLET, INSIDE, KIND, SOCIETY, Context, Mention
from xhht_analysis.intake.forms.tables import (
    Table,
    figure,
    has_number,
    is_mark,
    is_name,
    place_depth,
)
from xhht_analysis.intake.forms.text_kinds import line_kind
from xhht_analysis.intake.reading.text import Parsed, fold, normalise, without_marks
from xhht_analysis.plan.names import parse_name

CODE_HEADS = ("ma don vi", "ma xa", "ma huien", "ma", "ma so", "ma dvhc", "ma dv", "ma dia phuong")
NUMBERED = re.compile(
    r"^\d{1,2} ?[.)] ?(?=\D)|[:;]$|\W*%\W*$|"
    r" ?\((?:\d|sáp nhập|hợp nhất|(?:bao )?gồm|trước đây)[^)]*\)$",
    re.I,
)
"""What is no part of a name: its number in a list, a count or history behind it ("(25 xã …)")."""
FORMER = re.compile(r"\b(huyện|thị xã|thành phố|tx|tp)\b.*\bcũ\b\W*$", re.I)
"""The row of a district that is no more: "Địa bàn huyện Cái Bè (cũ)"."""
BEFORE_MERGER = re.compile(r"\W+(cũ|trước( khi)? sắp xếp)\W*$", re.I)
"""What stands behind the name of a commune as it was before others were merged into it."""
PROVINCES = (
    r"an giang|ba ria vung tau|bac giang|bac kan|bac lieu|bac ninh|ben tre|binh dinh|binh duong|"
    r"binh phuoc|binh thuan|ca mau|can tho|cao bang|da nang|dak lak|dak nong|dien bien|dong nai|"
    r"gia lai|ha giang|ha nam|ha noi|ha tinh|hai duong|hai phong|hau giang|hoa binh|ho chi minh|"
    r"hue|hung ien|khanh hoa|kien giang|kon tum|lai chau|lam dong|lang son|lao cai|long an|"
    r"nam dinh|nghe an|ninh binh|ninh thuan|phu tho|phu ien|quang binh|quang nam|quang ngai|"
    r"quang ninh|quang tri|soc trang|son la|tai ninh|thai binh|thai nguien|thanh hoa|"
    r"thua thien hue|tra vinh|tuien quang|vinh long|vinh phuc|ien bai"
)
"""Folded names of the other provinces, before and after mergers."""
DEPTHS = ("province", "district", "commune")
TERRITORIES = (
    re.compile(r"\b(toan quoc|ca nuoc|vung (dong bang|dbscl|kinh te|nam bo))\b"),
    re.compile(r"\b(toan|ca|chung) tinh\b"),
    re.compile(r"\btoan (huien|thi xa|thanh pho)\b|\bdia ban (huien|thi xa) .*\bcu\b"),
)
"""Names of what holds provinces, districts, communes, from the widest on."""
UNPLACED = ("ambiguous_unit", "unit_not_valid_then")
"""Problems of a name that is a unit's all the same."""
MAX_NAMES = 500
"""Names of one file for which near ones are suggested: more are no list of our units."""


@dataclass
class UnitRows:
    """Rows of a table with one row per unit.

    Parameters
    ----------
    units : dict
        What the row of each unit with figures says of it.
    parts : list of int
        Rows of ấp, khu phố of the commune that the sheet speaks for.
    groups : set of int
        Rows of districts above rows of their communes: no part of a sum.
    """

    units: dict[int, UnitCell] = field(default_factory=dict)
    parts: list[int] = field(default_factory=list)
    groups: set[int] = field(default_factory=set)


@dataclass
class Places:
    """Matches names once per file, for the sheet whose head is ``context``.

    ``agencies`` are the names of the agencies by code, ``collector`` the code of the one that
    gathers all figures; ``mentions`` what may name a unit anywhere in the file: a district named
    there settles a homonym.
    """

    areas: Any
    agencies: dict[str, str]
    collector: str
    received_on: str
    mentions: list[Mention] = field(default_factory=list)
    context: Context = field(default_factory=Context)
    _matches: dict[tuple, Any] = field(default_factory=dict)

    def on(self, year: int | None) -> str:
        """Date on which names and codes are read: the moment of the figures, at most receipt."""
        moment = self.context.snapshot_date
        if moment and (year is None or moment[:4] == str(year)):
            return moment
        return min(self.received_on, f"{year}-12-31") if year else self.received_on

    @property
    def today(self) -> str:
        """Date on which the names of the sheet are read."""
        return self.on(self.context.year)

    def match(self, name: str, code: str = "", on: str = "", **hints: Any) -> Any:
        """Unit that a name and code mean on a date, the sheet's by default (`plan.areas.Match`)."""
        on = on or self.today
        key = (name, code, on, *hints.items())
        if key not in self._matches:
            plain = without_marks(normalise(name))
            typed = NUMBERED.sub("", BEFORE_MERGER.sub("", plain)) or None
            options = {"suggest": len(self._matches) < MAX_NAMES} | hints
            match = self.areas.match(typed, on, code=code or None, **options)
            is_merged = match.frame == self.areas.province.frame_of_communes
            if is_merged and BEFORE_MERGER.search(plain):
                heir = f"{match.name_vi} ({match.unit_code})"
                ended = {"unit_code": None, "problem": "unit_not_valid_then"}
                match = replace(match, **ended, suggestion=heir)
            self._matches[key] = match
        return self._matches[key]

    def is_name(self, text: str) -> bool:
        """Whether a text is a unit's name on the day of the sheet."""
        match = self.match(text, suggest=False)
        return match.unit_code is not None or match.problem in UNPLACED

    def of_head(self, head: Context, year: int | None = None) -> Any:
        """Unit that a head names, in its own year by default; an agency's is the province.

        It is the province of the plan, also after a merger, unless the head names the merged one.
        """
        on, province = self.on(year or head.year), self.areas.province
        if not self.agency(head):
            return self.typed_in(head, on)
        short, merged = fold(province.short_name_vi), fold(province.merged_short_name_vi or "")
        typed = fold(" ".join((head.unit, *head.lines)))
        is_merged = merged and merged in typed and short not in typed
        return self.match(province.merged_name_vi if is_merged else province.name_vi, "", on)

    def typed_in(self, head: Context, on: str) -> Any:
        """Unit whose name and code are typed in a head."""
        return self.match(head.unit, head.code, on, level=head.level)

    def of_row(self, unit: UnitCell, year: int | None) -> Any:
        """Unit of a row; the level of its list, then its group settle a homonym.

        A name that another unit bore in the year of the column is that of neither.
        """
        name = f"{unit.name} (cũ)" if unit.is_former else unit.name
        match = self.match(name, unit.code, self.on(year))
        now = self.match(name, unit.code)
        bearers = [(m.unit_code, m.frame) for m in (match, now) if m.unit_code]
        if len({*bearers}) > 1:
            return replace(match, unit_code=None, problem="unit_not_valid_then")
        for hint in ({"level": unit.level}, {"parent": unit.parent}):
            if match.problem == "ambiguous_unit" and any(hint.values()):
                hinted = self.match(unit.name, unit.code, self.on(year), **hint)
                match = hinted if hinted.unit_code else match
        return match

    def depth(self, code: str | None, on: str = "") -> int:
        """Level of a unit: 0 the province, 1 a district, 2 a commune."""
        level = self.areas.level_of(code, on or self.today)
        return DEPTHS.index(level) if level in DEPTHS else 0

    def sender(self, head: Context) -> tuple[str | None, str | None]:
        """Code and name of the sender: an agency's own name, a unit's as typed, else its own."""
        agency = self.agency(head)
        if agency or not head.place:
            return agency, self.agencies.get(agency, head.unit or None)
        unit = self.of_head(head)
        return unit.unit_code, head.unit or unit.name_vi or head.code

    def is_foreign(self, head: Context) -> bool:
        """Whether a head is that of an office of another province."""
        province = self.areas.province
        short, merged = fold(province.short_name_vi), fold(province.merged_short_name_vi or "-")
        is_merged = self.match(province.merged_name_vi).unit_code is not None
        others = PROVINCES if is_merged else f"{PROVINCES}|{merged}"
        line_of = re.compile(rf".*\b(tinh|thanh pho|tp) ({others})")
        named = any(map(line_of.fullmatch, head.lines)) and short not in " ".join(head.lines)
        return named or self.of_head(head).problem == "other_province"

    def is_society(self, head: Context) -> bool:
        """Whether the letterhead is a society's, whose figures may be those of its members."""
        lines = fold(head.unit), *head.lines
        heads = (
            text for text in lines if f"xa {text.partition(' ngai ')[0]}" not in " ".join(lines)
        )
        return not self.agency(head) and any(map(SOCIETY.match, heads))  # Hội Cư is a commune

    def is_outside(self, code: str) -> bool:
        """Whether a unit is neither that of the sheet nor a part of it."""
        home = self.of_head(self.context).unit_code if self.context.place else None
        inside = home in {None, code, self.areas.province.code}
        return not inside and home != _parents(self.areas, self.today).get(code)

    def is_wider(self, name: str) -> bool:
        """Whether a title or the name of a row is of a territory that holds the sheet's unit."""
        home = self.of_head(self.context).unit_code
        depth = next((n for n, words in enumerate(TERRITORIES) if words.search(fold(name))), None)
        return home is not None and depth is not None and depth <= self.depth(home)

    def line_kind(self, text: str) -> str:
        """Kind of the figures below a line (`text_kinds.line_kind`), for the unit of the sheet."""
        return "wider" if self.is_wider(text) else line_kind(text, self.received_on[:4])

    def names_one(self, head: Context) -> bool:
        """Whether a head names a place or an agency, be it one that is not known; no measure."""
        if INSIDE.match(fold(head.unit)):
            return True
        match = self.match(head.unit, head.code, self.on(head.year or self.context.year))
        is_unit = match.unit_code or match.suggestion or match.problem in UNPLACED
        return bool(is_unit or self.agency(head) or head.code.isdigit() or KIND.match(head.unit))

    def agency(self, head: Context) -> str | None:
        """Code of the agency that a head names by code or name."""
        if head.code in self.agencies:
            return head.code
        wide = head.level == "province" or not head.place
        names = {*map(self._bare, (head.unit, *(head.lines if wide else ())))}
        return next((code for name, code in self._by_name.items() if name in names), None)

    @cached_property
    def _by_name(self) -> dict[str, str]:
        return {self._bare(name): code for code, name in self.agencies.items()}

    def _bare(self, name: str) -> str:
        """Folded name of an agency without its province, before or after a merger."""
        province = self.areas.province
        names = filter(None, (province.short_name_vi, province.merged_short_name_vi))
        return re.sub(f"( tinh)?( ({'|'.join(map(fold, names))}))?$", "", fold(name))

    def code_column(self, table: Table) -> int | None:
        """Column of unit codes of a table, of communes before districts."""
        heads = [path.split(" | ")[0] for path in table.headings]
        return next((heads.index(head) for head in CODE_HEADS if head in heads), None)

    def unit_rows(self, table: Table, others: Iterable[int] = ()) -> UnitRows:
        """Rows of a table with one row per unit, but for those of ``others``.

        A row without figures heads a group; so does that of a district above rows of its communes.
        The sheet's own unit is the first group. A row of words and figures that names no unit is of
        the one above it: of a part of it, then, as that is.
        """
        sheet, code_at = table.sheet, self.code_column(table)
        depths = [*map(place_depth, table.headings)]
        titles = (title for title in map(fold, table.titles) if "cac huien" in title)
        deepest = max(depths[table.key], *map(place_depth, titles), 0)
        level = "district" if deepest == 1 else None
        parent = self.of_head(self.context).unit_code if self.context.unit else None
        data = [row for row, kind in table.rows if kind == "data" and row not in others]
        data = self._without_merged(table, data)
        rows = UnitRows(parts=self._hamlets(table, data, code_at))
        right = [c for c in range(table.key + 1, len(depths)) if table.headings[c]]
        columns = [c for c in right or range(table.key) if c != code_at]
        above = [c for c, depth in enumerate(depths) if 0 < depth < depths[table.key]]
        whole: UnitCell | None = None
        for row in data:
            name = "" if code_at == table.key else table.names[row].strip()
            for text in filter(None, (sheet.text(row, column).strip() for column in above)):
                name = name or text
                parent = self._group(text, "", parent)
            code = "" if code_at is None else sheet.text(row, code_at).strip()
            if row in rows.parts:
                continue
            if FORMER.search(normalise(name)):  # a subtotal over its communes
                rows.groups.add(row)
                continue
            cells = [sheet.cell(row, column) for column in columns]
            if any(figure(cell) != Parsed() or is_mark(cell) for cell in cells):
                cell = row, table.key if name or code_at is None else code_at
                is_part = whole and not (name or code) and any(map(is_name, cells))
                whole = whole if is_part else UnitCell(name, code, cell, parent, level)
                rows.units[row] = whole
            elif name or code:
                rows.groups.add(row)
                whole = None
            parent = self._group(name, code, parent)
        self._settle(rows)
        return rows

    def _without_merged(self, table: Table, rows: list[int]) -> list[int]:
        """Rows but those that numbers of another kind (I, 1) put below a commune: its former ones.

        A commune without figures of its own heads no such group.
        """
        kept, first, is_inside = [], "", False
        for row in rows:
            number = "".join(table.sheet.text(row, c) for c in table.numbers).strip(" .")
            kind = number and str(number.isdigit())
            first = first or kind
            if kind == first:
                code = self.match(table.names[row]).unit_code
                is_inside = self.depth(code) == 2 and has_number(
                    table.sheet.grid[row][table.key + 1 :]
                )
            if kind in ("", first) or not is_inside:
                kept.append(row)
        return kept

    def _group(self, name: str, code: str, before: str | None) -> str | None:
        """District that heads a group of rows; that ``before`` goes on where no district does."""
        match = self.match(name, code, level="district")
        is_province = self.match(name, code).unit_code == self.areas.province.code
        ends = is_province or match.problem in UNPLACED
        return match.unit_code or (None if ends else before)

    def _settle(self, rows: UnitRows) -> None:
        """What the units of a table say of each other: districts, homonyms, former communes.

        The row of a district above one of its communes heads a group, if all communes stand below
        their own. The one level of all whose names are plain is that of the homonyms. Communes
        whose names others took over are marked in a list of the communes before these.
        """
        units = rows.units
        matches = {row: self.match(unit.name, unit.code) for row, unit in units.items()}
        codes = {row: match.unit_code for row, match in matches.items() if match.unit_code}
        homes = {row: _parents(self.areas, self.today).get(code) for row, code in codes.items()}
        rows.groups |= {row for row, code in codes.items() if code in homes.values()}
        pairs = ({home, units[row].parent} - {None} for row, home in homes.items())
        is_grouped = all(len(pair) < 2 for pair in pairs)
        depths = {self.depth(code) for code in codes.values()} if len(codes) > 1 else ()
        level = DEPTHS[min(depths)] if len(depths) == 1 else None
        ended = [
            match
            for row, match in matches.items()
            if is_former_commune(match) and not BEFORE_MERGER.search(units[row].name)
        ]
        heirs = " ".join(match.suggestion for match in ended)
        is_old_list = len(ended) > 1 and 2 * len(ended) >= len(matches)
        for row, unit in units.items():
            is_former = is_old_list or bool(heirs and f"({codes.get(row)})" in heirs)
            is_inside = is_grouped or unit.parent not in codes.values()
            units[row] = replace(
                unit,
                parent=unit.parent if is_inside else None,
                level=unit.level or level,
                is_former=is_former,
            )

    def _hamlets(self, table: Table, rows: list[int], code_at: int | None) -> list[int]:
        """Rows of ấp, khu phố of the commune that a sheet speaks for; none in a list of units.

        Bare names beside which the commune's own does not stand are those of its hamlets, be they
        borne by communes elsewhere too; not where they all are communes of one district.
        """
        commune = self.of_head(self.context).unit_code
        if self.depth(commune) != 2:
            return []
        if HAMLET.match(table.headings[table.key]):
            return rows
        names = {row: table.names[row].strip() for row in rows}
        parts = [row for row, name in names.items() if HAMLET.match(fold(name))]
        if len(rows) < 2 or parts or code_at is not None:
            return parts
        matches = [self.match(name) for name in names.values()]
        codes = {match.unit_code for match in matches}
        heirs = [match.suggestion for match in matches if is_former_commune(match)]
        if heirs and codes <= {None, commune} and all(f"({commune})" in heir for heir in heirs):
            return rows  # of communes that were merged into it, be it one of the same name
        if place_depth(table.headings[table.key]) == DEPTHS.index("commune"):
            return parts
        if any(parse_name(name).kind for name in names.values()):
            return []
        if commune in codes:  # a hamlet of the same name, where a total stands below
            is_alone = codes == {None, commune} and any(k == "total" for _, k in table.rows)
            return rows if is_alone else []
        homes = {_parents(self.areas, self.today).get(code) for code in codes}
        return [] if len(homes) == 1 and len(codes) > 2 and None not in homes else rows


def is_former_commune(match: Any) -> bool:
    """Whether a `plan.areas.Match` is of a commune now in another; a district is in several."""
    return match.problem == "unit_not_valid_then" and ";" not in (match.suggestion or ";")


@lru_cache(maxsize=64)
def _parents(areas: Any, on: str) -> dict[str, str]:
    """District of each commune on a date."""
    return areas.parents(on)
