"""Administrative units with dates of validity, and the exact matching of what people type.

A code is no identity: after a reform communes carry codes that named other units before, and a
merged province may keep the code of one that it was made of. A unit is therefore a code on a date,
and a name is only accepted where the unit that bore it on that date is the only one it can mean.
A frame is the list of units in force over a period, by the name that config/province.yml gives it
(one with districts; after their end one of communes alone); a code is unique within one.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from xhht_analysis.plan.config_tables import read_config
from xhht_analysis.plan.names import Name, parse_name, without_accents
from xhht_analysis.plan.province import Province, read_province

MAX_SUGGESTED = 3
SHORT_KINDS = {"^Thành phố": "TP", "^Thị xã": "TX", "^Huyện": "H."}
PROBLEMS = (
    "unknown_unit",  # no unit has this code or name
    "ambiguous_unit",  # several bore the name on that date
    "code_name_disagree",  # code and name mean two units
    "unit_not_valid_then",  # a unit of another time: before it began or after it ended
    "other_province",  # a unit of the merged province outside the plan's area
)
"""Why a typed unit is none of ours."""


@dataclass(frozen=True)
class Match:
    """What a typed unit means: a unit, or one of `PROBLEMS` and perhaps a suggestion.

    ``frame`` tells the plan's province from the one it was merged into where both have one code.
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
    is_special: str
    source: str
    name: Name
    frame: str

    @property
    def ours(self) -> bool:
        """Whether it lies in the plan's province or its former area."""
        return self.scope == "plan"

    def valid_on(self, on: str) -> bool:
        """Whether the unit bore this code and name on the ISO date ``on``."""
        return self.valid_from <= on and (not self.valid_to or on <= self.valid_to)

    def nameable_on(self, on: str) -> bool:
        """Like `valid_on`, but departments go on reporting the province after its merger."""
        merged = self.ours and self.level == "province" and self.valid_to != ""
        return self.valid_on(on) or merged


@dataclass(frozen=True, eq=False)
class Areas:
    """The units of one province and the way its communes were merged.

    ``table`` and ``changes`` are the config tables units and crosswalk.
    """

    table: pd.DataFrame
    changes: pd.DataFrame
    province: Province

    @cached_property
    def _units(self) -> list[Unit]:
        rows, frame_on = self.table.itertuples(index=False, name=None), self.province.frame_on
        return [Unit(*row, name=parse_name(row[1]), frame=frame_on(row[4])) for row in rows]

    @cached_property
    def crosswalk(self) -> pd.DataFrame:
        """What became of the communes of the plan's first day.

        Returns
        -------
        DataFrame
            One row per commune: ``district_code``, then for the first day and for each later day on
            which units changed (ISO dates as columns) the code of the unit it belongs to.
        """
        first = f"{self.province.first_year}-01-01"
        units = self.units(first)
        units = units[units["level"].eq("commune")]
        codes = units["unit_code"].reset_index(drop=True)
        lists = {"district_code": units["parent_code"].to_numpy(), first: codes}
        for day, rows in self.changes.groupby("valid_from"):
            heirs = dict(zip(rows["unit_code"], rows["successor_code"], strict=True))
            lists[day] = codes = codes.replace(heirs)
        return pd.DataFrame(lists)

    @cached_property
    def _by_core(self) -> dict[str, list[Unit]]:
        return _index(self._units, lambda unit: unit.name.core)

    @cached_property
    def _by_code(self) -> dict[str, list[Unit]]:
        return _index(self._units, lambda unit: unit.unit_code)

    @cached_property
    def _by_letters(self) -> dict[str, list[Unit]]:
        return _index(self._units, lambda unit: without_accents(unit.name.core))

    @cached_property
    def _former(self) -> dict[str, str]:
        """Former district of each commune since the districts ended."""
        last = self.crosswalk[self._column(self.province.districts_end)]
        return dict(zip(last, self.crosswalk["district_code"], strict=True))

    def units(self, on: str) -> pd.DataFrame:
        """Units of the province (after a merger: of its former area) valid on the date ``on``.

        Returns
        -------
        DataFrame
            Rows of config/units.csv, one per unit_code; without districts once these ended.
        """
        table = self.table
        ended = table["valid_to"].ne("") & table["valid_to"].lt(on)
        rows = table[table["scope"].eq("plan") & table["valid_from"].le(on) & ~ended]
        return rows.reset_index(drop=True)

    def districts(self) -> pd.DataFrame:
        """Districts under their last names: unit_code, name_vi, short_name_vi."""
        rows = self.table[self.table["level"].eq("district") & self.table["scope"].eq("plan")]
        rows = rows.drop_duplicates("unit_code", keep="last")[["unit_code", "name_vi"]]
        rows = rows.assign(short_name_vi=rows["name_vi"].replace(SHORT_KINDS, regex=True))
        return rows.reset_index(drop=True)

    def special_communes(self, on: str) -> frozenset[str]:
        """Codes of the communes marked as specially disadvantaged (đặc biệt khó khăn) on ``on``."""
        return frozenset(self.units(on).query("is_special == 'yes'")["unit_code"])

    def parents(self, on: str) -> dict[str, str]:
        """District of each commune on ``on``; after the reform, its former district."""
        if not self.province.has_districts(on):
            return dict(self._former)
        units = self.units(on)
        units = units[units["level"].eq("commune")]
        return dict(zip(units["unit_code"], units["parent_code"], strict=True))

    def level_of(self, code: str | None, on: str) -> str | None:
        """Level of a unit of the plan's area on ``on``; an ended district keeps its own."""
        units = [unit for unit in self._by_code.get(code or "", ()) if unit.ours]
        return next((u.level for u in units if u.level == "district" or u.valid_on(on)), None)

    def _column(self, on: str) -> str:
        """Column of `crosswalk` with the codes in force on a date; the first before them all."""
        first, *later = self.crosswalk.columns[1:]
        return max((day for day in later if day <= on), default=first)

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
        code = str(code or "").strip().removesuffix(".0")
        typed = self._read(name or "")
        if not typed.core:
            return self._match_code(code, on)
        if typed.core.isdigit() and not typed.kind:  # a running number, not "Phường 1"
            return Match(problem="unknown_unit")
        candidates = [
            unit
            for unit in self._candidates(typed, level)
            if self._has_parents(unit, parent, typed.parents)
        ]
        valid = self._valid_on(candidates, on)
        fitting = [unit for unit in valid if code in ("", unit.unit_code)]
        if len(fitting) == 1:
            return _match_to(fitting[0])
        if code:
            return self._explain_code(code, candidates, valid, on)
        if fitting:
            foreign = not any(unit.ours for unit in fitting)
            problem = "other_province" if foreign else "ambiguous_unit"
            return Match(problem=problem, suggestion=self._labels(fitting))
        return self._explain_name(typed, candidates, on, level, suggest=suggest)

    def _read(self, name: str) -> Name:
        """Name taken apart; a dash ends it only where the whole is the name of no unit."""
        typed = parse_name(name)
        return typed if typed.core in self._by_core else parse_name(name, split_dashes=True)

    def _candidates(self, typed: Name, level: str | None) -> list[Unit]:
        """Units of any time that bear the name; typed without accents only where that is usual."""
        large = ("province", "region")
        rows = self._by_core.get(typed.core, [])
        letters = self._by_letters.get(without_accents(typed.core), [])
        if level in (None, "province") and not rows:  # as English tables write them
            rows = [unit for unit in letters if unit.level in large]
        if not rows and typed.kind and typed.core.isascii():  # "Huyen Cai Be"
            rows = letters
        levels = large if level == "province" else (level,)
        return [
            unit
            for unit in rows
            if typed.kind in ("", unit.name.kind) and (level is None or unit.level in levels)
        ]

    def _has_parents(self, unit: Unit, parent: str | None, parents: tuple[str, ...]) -> bool:
        """Whether every parent named beside the unit is one of its ancestors."""
        ancestors = {unit.parent_code}
        if unit.level == "commune":
            ancestors.add(self.province.code)
        if unit.frame == self.province.frame_of_communes:
            ancestors.add(self._former.get(unit.unit_code, ""))
        meant = (self._candidates(self._read(text), None) for text in parents)
        wanted = [{unit.unit_code for unit in units} for units in meant]
        wanted += [{parent}] if parent else []
        return all(ancestors & codes for codes in wanted)

    def _valid_on(self, candidates: list[Unit], on: str) -> list[Unit]:
        """Units valid on ``on`` under a name of ``candidates``, be it as another kind of unit.

        Thị xã Gò Công and Thành phố Gò Công are one district: the kind may be the old or the
        coming one as long as code, name and frame are the same.
        """
        rows = {
            (row.unit_code, row.frame): row
            for unit in candidates
            for row in self._by_code[unit.unit_code]
            if row.nameable_on(on) and (row.name.core, row.frame) == (unit.name.core, unit.frame)
        }
        return list(rows.values())

    def _match_code(self, code: str, on: str) -> Match:
        """Unit of a code without a name; a problem where none or two have it on that date."""
        rows = [unit for unit in self._by_code.get(code, []) if unit.nameable_on(on)]
        if len(rows) == 1:
            return _match_to(rows[0])
        if rows:  # one code for the merged province and the plan's: only a name can tell
            return Match(problem="ambiguous_unit", suggestion=self._labels(rows))
        return Match(problem="unit_not_valid_then" if code in self._by_code else "unknown_unit")

    def _explain_code(self, code: str, candidates: list[Unit], valid: list[Unit], on: str) -> Match:
        """Problem of a code that does not fit its name.

        unknown_unit: nobody's code; unit_not_valid_then: that of the name at another time;
        code_name_disagree: another unit's.
        """
        rows = self._by_code.get(code, [])
        if not rows:
            return Match(problem="unknown_unit", suggestion=self._labels(valid))
        if any(unit.unit_code == code for unit in candidates):
            return Match(problem="unit_not_valid_then", suggestion=self._heirs(code, on))
        bearers = [unit for unit in rows if unit.valid_on(on)]
        return Match(problem="code_name_disagree", suggestion=self._labels([*bearers, *valid]))

    def _explain_name(
        self, typed: Name, candidates: list[Unit], on: str, level: str | None, *, suggest: bool
    ) -> Match:
        """Problem of a name that no unit bears on that date.

        unit_not_valid_then: one of ours did at another time; other_province: one elsewhere does;
        else unknown_unit, with near names.
        """
        ours = [unit for unit in candidates if unit.ours]
        if ours:
            heirs = {self._heirs(unit.unit_code, on) for unit in ours} - {None}
            suggestion = "; ".join(sorted(heirs)[:MAX_SUGGESTED]) or None
            return Match(problem="unit_not_valid_then", suggestion=suggestion)
        if candidates:
            return Match(problem="other_province", suggestion=self._labels(candidates))
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
        """Labels of the units that a unit no longer valid went into by ``on``.

        A commune is looked for in the list of the plan's first day: one that began later has none.
        """
        table = self.crosswalk
        gone = table["district_code"].eq(code) | table.iloc[:, 1].eq(code)
        heirs = table.loc[gone, self._column(on)].drop_duplicates()
        rows = [u for heir in heirs for u in self._by_code[heir] if u.valid_on(on)]
        return self._labels(rows, limit=len(rows))

    def _labels(self, units: list[Unit], limit: int = MAX_SUGGESTED) -> str | None:
        """Names with code and district, for a person to choose from."""
        labels = []
        for unit in units[:limit]:
            above = self._by_code.get(unit.parent_code, [])
            districts = [f", {u.name_vi}" for u in above if u.ours and u.level == "district"]
            labels.append(f"{unit.name_vi} ({unit.unit_code})" + "".join(districts[-1:]))
        return "; ".join(dict.fromkeys(labels)) or None


def read_areas(config_dir: Path) -> Areas:
    """Read units, crosswalk and province from ``config_dir``.

    Raises
    ------
    ConfigError
        If a file is missing or breaks its contract.
    """
    tables = (read_config(name, config_dir) for name in ("units", "crosswalk"))
    return Areas(*tables, read_province(config_dir))


def _match_to(unit: Unit) -> Match:
    if not unit.ours:
        return Match(problem="other_province", suggestion=f"{unit.name_vi} ({unit.unit_code})")
    return Match(unit_code=unit.unit_code, frame=unit.frame, name_vi=unit.name_vi)


def _index(units: list[Unit], key: Callable[[Unit], str]) -> dict[str, list[Unit]]:
    return pd.Series(units).groupby(list(map(key, units))).agg(list).to_dict()
