"""The units of the sample at every date, from config/: which commune of 2021 went where."""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import cached_property
from pathlib import Path

from xhht_analysis.project import ROOT

PROVINCE = "82"
CHANGES = ("2024-05-01", "2024-11-01", "2025-07-01")


class Geography:
    """Communes, districts and names; communes of 2021 are the atoms of every later unit."""

    def __init__(self, config_dir: Path = ROOT / "config") -> None:
        with (config_dir / "crosswalk.csv").open(encoding="utf-8", newline="") as file:
            self.rows = list(csv.DictReader(file))
        self.district_of = {row["code_2021"]: row["district_code"] for row in self.rows}
        self.commune_2025 = {row["code_2021"]: row["code_2025_07"] for row in self.rows}

    @cached_property
    def atoms(self) -> dict[str, list[str]]:
        """Communes of 2021 of each of the 11 districts."""
        groups: dict[str, list[str]] = defaultdict(list)
        for row in self.rows:
            groups[row["district_code"]].append(row["code_2021"])
        return {code: sorted(groups[code]) for code in sorted(groups)}

    def _column(self, on: str) -> str:
        """Stem of the crosswalk column valid on a date."""
        past = sum(on >= day for day in CHANGES)
        return ("{}_2021", "{}_2024_05", "{}_2024_11", "{}_2025_07")[past]

    def communes(self, district: str, on: str) -> dict[str, str]:
        """Code and full name of the communes that lie in a (former) district on a date."""
        stem = self._column(on)
        code, name = stem.format("code"), stem.format("name")
        found = {row[code]: row[name] for row in self.rows if row["district_code"] == district}
        return dict(sorted(found.items()))

    def atoms_of(self, unit_code: str, on: str) -> tuple[str, ...]:
        """Communes of 2021 that make up a unit of the list valid on a date."""
        if unit_code == PROVINCE:
            return tuple(atom for atoms in self.atoms.values() for atom in atoms)
        if unit_code in self.atoms:
            return tuple(self.atoms[unit_code])
        code = self._column(on).format("code")
        return tuple(sorted(r["code_2021"] for r in self.rows if r[code] == unit_code))

    def district_name(self, district: str) -> str:
        """Full name of a district in the list of 2021."""
        return next(r["district_name"] for r in self.rows if r["district_code"] == district)
