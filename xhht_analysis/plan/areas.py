"""Administrative units with dates of validity, and the exact matching of what people type.

A code is no identity: 45 of the 57 communes of 2025 carry a code that named another unit before,
and 82 was Tiền Giang and is Đồng Tháp. A unit is therefore a code on a date, and a name is only
accepted where the unit that bore it on that date is the only one it can mean.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from xhht_analysis.contracts import DISTRICTS_END, FRAME_COMMUNES, FRAME_DISTRICTS
from xhht_analysis.plan.names import Name, parse_name, without_accents
from xhht_analysis.plan.tables import read_config

PROVINCE = "82"
LAST_DISTRICT_DAY = "2025-06-30"
STEPS = {
    "2025-07": "code_2025_07",
    "2024-11": "code_2024_11",
    "2024-05": "code_2024_05",
    "": "code_2021",
}
MAX_SUGGESTED = 3
SHORT_KINDS = {"Thành phố": "TP", "Thị xã": "TX", "Huyện": "H."}
UNIT_COLUMNS = ["unit_code", "name_vi", "level", "parent_code", "valid_from", "valid_to"]
PROBLEMS = (
    "unknown_unit",
    "ambiguous_unit",
    "code_name_disagree",
    "unit_not_valid_then",
    "other_province",
)


@dataclass(frozen=True)
class Match:
    """What a typed unit means: a unit, or one of `PROBLEMS` and perhaps a suggestion.

    ``frame`` tells Tiền Giang (frame 2021) from Đồng Tháp (2025-07), which share the code 82.
    """

    unit_code: str | None = None
    problem: str | None = None
    suggestion: str | None = None
    frame: str | None = None
    name_vi: str | None = None


@dataclass(frozen=True)
class Unit:
    """One row of config/units.csv: a code under one name for one period (both ends included)."""

    unit_code: str
    name_vi: str
    level: str
    parent_code: str
    valid_from: str
    valid_to: str
    scope: str
    name: Name

    @property
    def ours(self) -> bool:
        """Whether it lies in Tiền Giang or its former area."""
        return self.scope == "tien_giang"

    @property
    def frame(self) -> str:
        """Frame its figures stand in: districts and all that ended with them are ``2021``."""
        return FRAME_COMMUNES if self.valid_from >= DISTRICTS_END else FRAME_DISTRICTS

    def valid_on(self, on: str) -> bool:
        """Whether the unit bore this code and name on the ISO date ``on``."""
        return self.valid_from <= on and (not self.valid_to or on <= self.valid_to)

    def nameable_on(self, on: str) -> bool:
        """Like `valid_on`, but departments go on reporting Tiền Giang after its merger."""
        merged = self.ours and self.level == "province" and self.valid_to != ""
        return self.valid_on(on) or (merged and on > self.valid_to)


@dataclass(frozen=True, eq=False)
class Areas:
    """The units of the plan and the way their communes were merged."""

    table: pd.DataFrame
    crosswalk_table: pd.DataFrame

    @cached_property
    def _units(self) -> list[Unit]:
        rows = self.table[[*UNIT_COLUMNS, "scope"]].itertuples(index=False, name=None)
        return [Unit(*row, name=parse_name(row[1])) for row in rows]

    @cached_property
    def _by_core(self) -> dict[str, list[Unit]]:
        return _index((unit.name.core, unit) for unit in self._units)

    @cached_property
    def _by_code(self) -> dict[str, list[Unit]]:
        return _index((unit.unit_code, unit) for unit in self._units)

    @cached_property
    def _provinces(self) -> dict[str, list[Unit]]:
        """Provinces and regions by their bare letters, as English tables write them."""
        large = [unit for unit in self._units if unit.level in ("province", "region")]
        return _index((without_accents(unit.name.core), unit) for unit in large)

    @cached_property
    def _by_letters(self) -> dict[str, list[Unit]]:
        return _index((without_accents(unit.name.core), unit) for unit in self._units)

    @cached_property
    def _former(self) -> dict[str, str]:
        table = self.crosswalk_table
        return dict(zip(table["code_2025_07"], table["district_code"], strict=True))

    def units(self, on: str) -> pd.DataFrame:
        """Units of Tiền Giang (after the reform: of its former area) valid on the date ``on``.

        Returns
        -------
        DataFrame
            One row per unit_code: `UNIT_COLUMNS`. 11 districts and 172, 170 or 164 communes
            before 2025-07-01; then 57 communes and the province, which is Đồng Tháp.
        """
        return self._ours(on)[UNIT_COLUMNS].reset_index(drop=True)

    def districts(self) -> pd.DataFrame:
        """The 11 districts under their last names: unit_code, name_vi, short_name_vi."""
        rows = self.table[self.table["level"].eq("district")]
        rows = rows.drop_duplicates("unit_code", keep="last")[["unit_code", "name_vi"]]
        short = rows["name_vi"]
        for kind, written in SHORT_KINDS.items():
            short = short.str.replace(kind, written, n=1)
        return rows.assign(short_name_vi=short).reset_index(drop=True)

    def special_communes(self, on: str) -> frozenset[str]:
        """Codes of the communes marked as specially disadvantaged (đặc biệt khó khăn) on ``on``."""
        marked = self._ours(on)
        return frozenset(marked.loc[marked["is_special"].eq("yes"), "unit_code"])

    def _ours(self, on: str) -> pd.DataFrame:
        frame = self.table
        ended = frame["valid_to"].ne("") & frame["valid_to"].lt(on)
        return frame[frame["scope"].eq("tien_giang") & frame["valid_from"].le(on) & ~ended]

    def crosswalk(self) -> pd.DataFrame:
        """The 172 communes of 2021 and what became of each in 2024-05, 2024-11 and 2025-07."""
        return self.crosswalk_table.copy()

    def former_district(self, commune_code: str) -> str:
        """Former district of a commune of 2025-07.

        Raises
        ------
        KeyError
            If ``commune_code`` is not one of the 57 communes.
        """
        return self._former[commune_code]

    def parents(self, on: str) -> dict[str, str]:
        """District of each commune on ``on``; after the reform, its former district."""
        if on >= DISTRICTS_END:
            return dict(self._former)
        units = self._ours(on)
        units = units[units["level"].eq("commune")]
        return dict(zip(units["unit_code"], units["parent_code"], strict=True))

    def communes_of(self, district_code: str, on: str) -> list[str]:
        """Codes of the communes of a district on ``on``; after the reform, of its former area."""
        return sorted(code for code, home in self.parents(on).items() if home == district_code)

    def predecessors(self, codes: Iterable[str], year: int, on: str) -> dict[str, frozenset[str]]:
        """Communes of ``on`` and the whole communes of ``year`` that each was made of.

        Parameters
        ----------
        codes
            Codes that figures of ``year`` carry. The latest list of that year that holds them all
            says which units they name; no list holds them: the one of 31 December.
        """
        ends = [f"{year}-12-31", f"{year}-01-01"]
        last, first = (list(STEPS.values()).index(self._column(day)) for day in ends)
        lists = list(STEPS.values())[last : first + 1]
        table, named = self.crosswalk_table, set(codes)
        then = next((name for name in lists if named <= set(table[name])), lists[0])
        made = table.groupby(self._column(on))[then].agg(frozenset)
        return made.to_dict()

    @staticmethod
    def _column(on: str) -> str:
        """Column of the crosswalk with the codes in force on a date."""
        return next(name for step, name in STEPS.items() if on >= step)

    def frame_of(self, unit_code: str, on: str) -> str:
        """Frame of a unit's figures for the date ``on``.

        Communes after the reform are ``2025-07``; districts, their communes and Tiền Giang are
        ``2021``. The code 82 alone is Tiền Giang here; `Match.frame` knows the name.
        """
        is_new = on >= DISTRICTS_END and unit_code in self._former
        return FRAME_COMMUNES if is_new else FRAME_DISTRICTS

    def match(
        self,
        name: str | None,
        on: str,
        *,
        code: str | None = None,
        level: str | None = None,
        parent: str | None = None,
        suggest: bool = True,
    ) -> Match:
        """Find the one unit that ``name`` (and ``code``) means on the date ``on``.

        Parameters
        ----------
        name : str or None
            As typed: any case, prefix, accent style; ``"Tân Phú, H. Tân Phú Đông"`` names its
            parent. Compared exactly on a normalised key; near names are only suggested.
        on : str
            ISO date the figure stands for; a code or name is only read as of that date.
        code : str, optional
            As typed; must fit the name.
        level, parent : str, optional
            Level (province, district, commune) and code of the parent, where the place in the
            file tells them.
        suggest : bool
            Whether to look for near names, which takes some milliseconds a name.

        Returns
        -------
        Match
            With ``unit_code``, or with a ``problem`` and, where there is one, a ``suggestion``.
        """
        code = _clean_code(code)
        typed = self._read(name or "")
        if not typed.core:
            return self._match_code(code, on)
        if typed.core.isdigit() and not typed.kind:  # a running number, not "Phường 1"
            return Match(problem="unknown_unit")
        named = [u for u in self._named(typed, level) if self._under(u, parent, typed.rest)]
        valid = self._as_of(named, on)
        fitting = [unit for unit in valid if code in ("", unit.unit_code)]
        if len(fitting) == 1:
            return _found(fitting[0])
        if code:
            return self._explain_code(code, named, valid, on)
        if fitting:
            foreign = not any(unit.ours for unit in fitting)
            problem = "other_province" if foreign else "ambiguous_unit"
            return Match(problem=problem, suggestion=self._labels(fitting))
        return self._explain_name(typed, named, on, level, suggest=suggest)

    def _read(self, name: str) -> Name:
        typed = parse_name(name)
        return typed if typed.core in self._by_core else parse_name(name, split_dashes=True)

    def _named(self, typed: Name, level: str | None) -> list[Unit]:
        rows = self._by_core.get(typed.core, [])
        if level in (None, "province") and not rows:
            rows = self._provinces.get(without_accents(typed.core), [])
        if not rows and typed.kind and typed.core.isascii():  # "Huyen Cai Be"
            rows = self._by_letters.get(typed.core, [])
        levels = ("province", "region") if level == "province" else (level,)
        return [
            unit
            for unit in rows
            if typed.kind in ("", unit.name.kind) and (level is None or unit.level in levels)
        ]

    def _under(self, unit: Unit, parent: str | None, rest: tuple[str, ...]) -> bool:
        """Whether every parent named beside the unit is one of its ancestors."""
        ancestors = {unit.parent_code}
        if unit.level == "commune":
            ancestors.add(PROVINCE)
        if unit.frame == FRAME_COMMUNES:
            ancestors.add(self._former.get(unit.unit_code, ""))
        wanted = [{u.unit_code for u in self._named(self._read(text), None)} for text in rest]
        wanted += [{parent}] if parent else []
        return all(ancestors & codes for codes in wanted)

    def _as_of(self, named: list[Unit], on: str) -> list[Unit]:
        """Units valid on ``on`` under a name of ``named``, be it as another kind of unit.

        Thị xã Gò Công and Thành phố Gò Công are one district: the kind may be the old or the
        coming one as long as code, name and frame are the same.
        """
        found = {
            (row.unit_code, row.frame): row
            for unit in named
            for row in self._by_code[unit.unit_code]
            if row.nameable_on(on) and (row.name.core, row.frame) == (unit.name.core, unit.frame)
        }
        return list(found.values())

    def _match_code(self, code: str, on: str) -> Match:
        rows = [unit for unit in self._by_code.get(code, []) if unit.nameable_on(on)]
        if len(rows) == 1:
            return _found(rows[0])
        if rows:  # 82 after the merger: only a name can tell
            return Match(problem="ambiguous_unit", suggestion=self._labels(rows))
        known = code in self._by_code
        return Match(problem="unit_not_valid_then" if known else "unknown_unit")

    def _explain_code(self, code: str, named: list[Unit], valid: list[Unit], on: str) -> Match:
        rows = self._by_code.get(code, [])
        if not rows:
            return Match(problem="unknown_unit", suggestion=self._labels(valid))
        if any(unit.unit_code == code for unit in named):
            return Match(problem="unit_not_valid_then", suggestion=self._heirs(code, on))
        borne = [unit for unit in rows if unit.valid_on(on)]
        return Match(problem="code_name_disagree", suggestion=self._labels([*borne, *valid]))

    def _explain_name(
        self, typed: Name, named: list[Unit], on: str, level: str | None, *, suggest: bool
    ) -> Match:
        ours = [unit for unit in named if unit.ours]
        if ours:
            heirs = {self._heirs(unit.unit_code, on) for unit in ours} - {None}
            suggestion = "; ".join(sorted(heirs)[:MAX_SUGGESTED]) or None
            return Match(problem="unit_not_valid_then", suggestion=suggestion)
        if named:
            return Match(problem="other_province", suggestion=self._labels(named))
        if not suggest:
            return Match(problem="unknown_unit")
        valid = [u for u in self._units if u.ours and u.valid_on(on) and level in (None, u.level)]
        near = [unit for unit in valid if unit.name.core == typed.core]
        if not near:
            letters = {without_accents(unit.name.core): unit for unit in reversed(valid)}
            close = difflib.get_close_matches(
                without_accents(typed.core), letters, n=MAX_SUGGESTED, cutoff=0.75
            )
            near = [letters[key] for key in close]
        return Match(problem="unknown_unit", suggestion=self._labels(near))

    def _heirs(self, code: str, on: str) -> str | None:
        """Labels of the units that a unit no longer valid went into by ``on``."""
        column, table = self._column(on), self.crosswalk_table
        gone = table["code_2021"].eq(code) | table["district_code"].eq(code)
        heirs = table.loc[gone, column].drop_duplicates()
        rows = [u for heir in heirs for u in self._by_code[heir] if u.valid_on(on)]
        return self._labels(rows, limit=len(rows))

    def _labels(self, units: list[Unit], limit: int = MAX_SUGGESTED) -> str | None:
        """Names with code and parent, for a person to choose from."""
        labels = []
        for unit in units[:limit]:
            parents = [u.name_vi for u in self._by_code.get(unit.parent_code, []) if u.ours]
            where = f", {parents[-1]}" if unit.level == "commune" and parents else ""
            labels.append(f"{unit.name_vi} ({unit.unit_code}){where}")
        return "; ".join(dict.fromkeys(labels)) or None


def read_areas(config_dir: Path) -> Areas:
    """Read units and crosswalk from ``config_dir``.

    Raises
    ------
    contracts.ContractError
        If a table breaks its contract.
    """
    return Areas(read_config("units", config_dir), read_config("crosswalk", config_dir))


def _found(unit: Unit) -> Match:
    if not unit.ours:
        return Match(problem="other_province", suggestion=f"{unit.name_vi} ({unit.unit_code})")
    return Match(unit_code=unit.unit_code, frame=unit.frame, name_vi=unit.name_vi)


def _index(pairs: Iterable[tuple[str, Unit]]) -> dict[str, list[Unit]]:
    index: dict[str, list[Unit]] = {}
    for key, unit in pairs:
        index.setdefault(key, []).append(unit)
    return index


def _clean_code(code: str | None) -> str:
    return str(code or "").strip().removesuffix(".0")
