"""The units of the sample at every date, from config/: which commune of 2021 went where."""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import cached_property
from pathlib import Path

from xhht_analysis.project import ROOT

PROVINCE, FIRST_DAY = "82", "2021-12-31"
CHANGES = ("2024-05-01", "2024-11-01", "2025-07-01")


class Geography:
    """Communes, districts and names; communes of 2021 are the atoms of every later unit."""

    def __init__(self, config_dir: Path = ROOT / "config") -> None:
        units, changes = (_rows(config_dir / f"{name}.csv") for name in ("units", "crosswalk"))
        self.units = [unit for unit in units if unit["scope"] == "plan"]
        first = [u for u in self._valid("commune", FIRST_DAY) if u["parent_code"] != PROVINCE]
        self.district_of = {unit["unit_code"]: unit["parent_code"] for unit in first}
        self.codes = {FIRST_DAY: {atom: atom for atom in self.district_of}}
        codes = self.codes[FIRST_DAY]
        for day in CHANGES:
            new = {c["unit_code"]: c["successor_code"] for c in changes if c["valid_from"] == day}
            codes = self.codes[day] = {atom: new.get(code, code) for atom, code in codes.items()}
        self.commune_2025 = codes

    def _valid(self, level: str, on: str) -> list[dict[str, str]]:
        """Units of a level valid on a date."""
        return [
            unit
            for unit in self.units
            if unit["level"] == level
            and unit["valid_from"] <= on
            and on <= (unit["valid_to"] or "9999")
        ]

    @cached_property
    def atoms(self) -> dict[str, list[str]]:
        """Communes of 2021 of each of the 11 districts."""
        groups: dict[str, list[str]] = defaultdict(list)
        for atom, district in self.district_of.items():
            groups[district].append(atom)
        return {code: sorted(groups[code]) for code in sorted(groups)}

    def _list(self, on: str) -> str:
        """Day from which the list of communes valid on a date holds."""
        return max(day for day in self.codes if day <= on or day == FIRST_DAY)

    def communes(self, district: str, on: str) -> dict[str, str]:
        """Code and full name of the communes that lie in a (former) district on a date."""
        day = self._list(on)
        names = {unit["unit_code"]: unit["name_vi"] for unit in self._valid("commune", day)}
        found = {self.codes[day][atom] for atom in self.atoms[district]}
        return {code: names[code] for code in sorted(found)}

    def atoms_of(self, unit_code: str, on: str) -> tuple[str, ...]:
        """Communes of 2021 that make up a unit of the list valid on a date."""
        if unit_code == PROVINCE:
            return tuple(atom for atoms in self.atoms.values() for atom in atoms)
        if unit_code in self.atoms:
            return tuple(self.atoms[unit_code])
        codes = self.codes[self._list(on)]
        return tuple(sorted(atom for atom, code in codes.items() if code == unit_code))

    def district_name(self, district: str) -> str:
        """Full name of a district in the list of 2021."""
        units = self._valid("district", FIRST_DAY)
        return next(unit["name_vi"] for unit in units if unit["unit_code"] == district)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
