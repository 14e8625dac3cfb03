"""Recognition levels of the sample, worked out here from Nghị định 20/2014 in whole numbers.

Written apart from the kit's own rules on purpose: the golden test holds the two together. All
communes of Tiền Giang are treated as ordinary communes (none is extremely disadvantaged).
"""

from __future__ import annotations

from functools import cache

from tests.sample_data import paths
from tests.sample_data.forms import at_least
from tests.sample_data.truth import Truth

LEVELS = ("literacy_level", "preschool5_level", "primary_level", "lower_secondary_level")
SHARE_OF_COMMUNES = {
    # percent of communes that must hold the level, for a district (Điều 6-21)
    ("literacy_level", 1): 90,
    ("literacy_level", 2): 90,
    ("preschool5_level", 1): 90,
    ("preschool_level", 1): 90,
    ("primary_level", 1): 90,
    ("primary_level", 2): 90,
    ("primary_level", 3): 90,
    ("lower_secondary_level", 1): 90,
    ("lower_secondary_level", 2): 95,
    ("lower_secondary_level", 3): 100,
}
TOP = {"literacy_level": 2, "primary_level": 3, "lower_secondary_level": 3}


class Recognition:
    """Levels of communes, districts and province, from the truth's counts."""

    def __init__(self, truth: Truth) -> None:
        self.truth = truth

    def _holds(self, unit: str, year: int, on: str, rates: dict[str, int]) -> bool:
        return all(at_least(self.truth.of_unit(r, unit, year, on), p) for r, p in rates.items())

    @cache  # noqa: B019 - one Recognition lives for one writing of the sample
    def commune(self, level: str, unit: str, year: int, on: str) -> int:
        """Level of one commune by its own rates."""
        if level == "lower_secondary_level":
            return self._lower_secondary(unit, year, on)
        reached = 0
        for step, rates in RATES_OF[level].items():
            if not self._holds(unit, year, on, rates):
                break
            reached = step
        return reached

    def _lower_secondary(self, unit: str, year: int, on: str) -> int:
        """Needs PCGD tiểu học and XMC at level 1 first."""
        if not self.commune("primary_level", unit, year, on):
            return 0
        if not self.commune("literacy_level", unit, year, on):
            return 0
        graduates = "lower_secondary_graduates_15_18"
        if not self._holds(unit, year, on, {graduates: 80}):
            return 0
        if not self._holds(unit, year, on, {graduates: 90}):
            return 1
        top = {graduates: 95, "upper_secondary_enrolment_15_18": 80}
        return 3 if self._holds(unit, year, on, top) else 2

    @cache  # noqa: B019
    def district(self, level: str, district: str, year: int, on: str) -> int:
        """Highest level held by enough of the district's communes of a date."""
        communes = self.truth.geography.communes(district, on)
        levels = [self.commune(level, code, year, on) for code in communes]
        reached = 0
        for step in range(1, TOP.get(level, 1) + 1):
            enough = SHARE_OF_COMMUNES[level, step] * len(levels)
            if 100 * sum(x >= step for x in levels) >= enough:
                reached = step
        return reached

    def province(self, level: str, year: int, on: str) -> int:
        """Level held by every district (XMC level 1: by nine in ten); by communes from 2025."""
        if year >= 2025:
            return self._province_by_communes(level, year, on)
        districts = list(self.truth.geography.atoms)
        levels = [self.district(level, code, year, on) for code in districts]
        reached = min(levels)
        if level == "literacy_level" and reached == 0:
            return int(10 * sum(x >= 1 for x in levels) >= 9 * len(levels))
        return reached

    def _province_by_communes(self, level: str, year: int, on: str) -> int:
        """Highest level held by enough of the 57 communes (Nghị định 142/2025, 277/2025)."""
        geography = self.truth.geography
        units = [code for district in geography.atoms for code in geography.communes(district, on)]
        levels = [self.commune(level, code, year, on) for code in units]
        reached = 0
        for step in range(1, TOP.get(level, 1) + 1):
            percent = 81 if (level, step) == ("literacy_level", 1) else None
            enough = (percent or SHARE_OF_COMMUNES[level, step]) * len(levels)
            if 100 * sum(x >= step for x in levels) >= enough:
                reached = step
        return reached


RATES_OF = {
    "literacy_level": {1: {"literate_l1_15_35": 90}, 2: {"literate_l2_15_60": 90}},
    "preschool5_level": {1: {"preschool5_attendance": 95, "preschool5_completion": 85}},
    "preschool_level": {1: {"preschool_attendance": 90, "preschool_completion": 85}},
    "primary_level": {
        1: {"primary_entry_6": 90, "primary_completion_14": 80},
        2: {"primary_entry_6": 95, "primary_completion_11": 80},
        3: {"primary_entry_6": 98, "primary_completion_11": 90},
    },
}


def learning_community(district: str, year: int) -> tuple[int, str, str] | None:
    """Level of cộng đồng học tập a district reports, valid from and to (36 months)."""
    if year < 2024:
        return None
    level, start = paths.LEARNING_COMMUNITY.get(district, (0, ""))
    if not start or int(start[:4]) > year:
        return (0, "", "")
    return level, start, f"{int(start[:4]) + 3}{start[4:]}"
