"""The stories of the sample: where each figure starts, how it moves, who falls back.

All values are invented. They keep to what the plan's officials would find plausible and are
chosen so that the committee's page meets every kind of verdict.
"""

from __future__ import annotations

from typing import NamedTuple


class Share(NamedTuple):
    """A share of people or institutions: denominator, province's percent 2021-2026, spread."""

    base: str
    percent: tuple[float, float, float, float, float, float]
    spread: float


class Rate(NamedTuple):
    """A rate behind recognition: denominator, usual band, band of a commune below threshold."""

    base: str
    usual: tuple[float, float]
    weak: tuple[float, float]


SHARES = {
    "information_literacy": Share("working_age", (31.8, 37.2, 42.6, 47.6, 53.2, 57.0), 0.16),
    "life_skills": Share("working_age", (30.4, 35.8, 40.1, 43.6, 46.2, 48.1), 0.16),
    "trained_population": Share("aged_15", (40.4, 42.7, 45.1, 47.3, 49.2, 51.5), 0.14),
    "university_degree": Share("aged_15", (6.1, 6.9, 7.6, 8.4, 9.3, 10.1), 0.30),
    "digital_institutions": Share("institutions", (35.0, 43.0, 51.5, 59.0, 66.5, 73.5), 0.25),
    "clc_it": Share("centres", (31.0, 41.0, 52.0, 62.5, 71.5, 78.5), 0.25),
    "learning_citizens": Share("adults", (20.1, 26.0, 31.8, 37.0, 42.4, 47.3), 0.18),
}

STANDING = {
    # general development of the 11 districts, in log odds; Mỹ Tho ahead, Tân Phú Đông behind
    "815": 1.5,
    "816": 0.8,
    "817": 0.5,
    "818": -0.9,
    "819": -0.2,
    "820": -0.1,
    "821": 0.4,
    "822": 0.3,
    "823": -0.3,
    "824": -0.5,
    "825": -1.5,
}

INCIDENTS = {
    # percentage points added to 2021 ... 2026: stagnation, loss, sudden catching up
    ("life_skills", "819"): (0.0, 0.0, -2.5, -6.0, -8.5, -10.5),
    ("life_skills", "824"): (0.0, -1.0, -3.0, -5.0, -7.0, -8.0),
    ("information_literacy", "818"): (0.0, 0.0, 0.0, -5.5, -11.5, -16.0),
    ("clc_it", "824"): (0.0, 0.0, 0.0, -8.0, -20.0, -30.0),
    ("learning_citizens", "825"): (0.0, 0.0, 4.0, 8.0, 10.0, 11.0),
    ("digital_institutions", "823"): (0.0, 0.0, -6.0, -12.0, -14.0, -14.0),
    ("trained_population", "820"): (0.0, -0.5, -1.5, -2.5, -4.0, -5.5),
}

RATES = {
    "literate_l1_15_25": Rate("aged_15_25", (98.9, 100.0), (97.5, 98.8)),
    "literate_l1_15_35": Rate("aged_15_35", (98.0, 99.6), (97.0, 97.9)),
    "literate_l2_15_35": Rate("aged_15_35", (95.5, 97.9), (93.5, 95.0)),
    "literate_l2_15_60": Rate("aged_15_60", (91.2, 95.2), (88.7, 89.8)),
    "preschool5_attendance": Rate("aged_5", (97.0, 100.0), (92.0, 94.6)),
    "preschool5_completion": Rate("aged_6", (92.0, 99.0), (84.0, 84.9)),
    "preschool_attendance": Rate("aged_3_5", (91.0, 97.0), (84.0, 89.6)),
    "preschool_completion": Rate("aged_3_5", (88.0, 96.0), (82.0, 84.8)),
    "primary_entry_6": Rate("aged_6", (98.5, 100.0), (95.2, 97.8)),
    "primary_completion_11": Rate("aged_11", (92.0, 98.5), (85.0, 89.5)),
    "primary_completion_14": Rate("aged_14", (93.5, 99.0), (88.0, 92.0)),
    "lower_secondary_graduates_15_18": Rate("aged_15_18", (90.9, 94.6), (86.5, 89.6)),
    "upper_secondary_enrolment_15_18": Rate("aged_15_18", (69.0, 83.0), (62.0, 68.0)),
}

WEAK = {
    # communes (of the list of 2021) below the threshold, 2021 ... 2026
    ("literate_l2_15_60", "825"): (2, 2, 0, 2, 3, 0),
    ("literate_l2_15_60", "818"): (3, 1, 1, 0, 0, 0),
    ("literate_l2_15_60", "819"): (2, 2, 1, 1, 0, 0),
    ("literate_l2_15_60", "824"): (1, 1, 1, 1, 0, 0),
    ("primary_entry_6", "825"): (2, 1, 0, 0, 0, 0),
    ("primary_entry_6", "818"): (3, 1, 1, 0, 0, 0),
    ("primary_entry_6", "820"): (1, 0, 1, 0, 0, 0),
    ("lower_secondary_graduates_15_18", "825"): (2, 2, 1, 0, 0, 0),
    ("lower_secondary_graduates_15_18", "818"): (2, 0, 1, 0, 0, 0),
    ("preschool5_attendance", "819"): (1, 1, 0, 0, 0, 0),
    ("preschool_attendance", "818"): (12, 12, 12, 12, 12, 8),
    ("preschool_attendance", "819"): (14, 14, 14, 14, 14, 10),
    ("preschool_attendance", "820"): (9, 9, 9, 9, 9, 9),
    ("preschool_attendance", "823"): (8, 8, 8, 8, 8, 5),
    ("preschool_attendance", "824"): (7, 7, 7, 7, 7, 6),
    ("preschool_attendance", "825"): (6, 6, 6, 6, 6, 6),
}

LOWER_SECONDARY_3 = {
    # years in which a district is at level 3: won, kept, lost, won again
    "815": (2022, 2023, 2024, 2025, 2026),
    "816": (2023, 2024, 2025, 2026),
    "817": (2024, 2026),
    "822": (2025, 2026),
}
LEVEL_3_BANDS = {
    "lower_secondary_graduates_15_18": (95.5, 98.8),
    "upper_secondary_enrolment_15_18": (81.0, 90.0),
}

LEARNING_COMMUNITY = {
    # districts recognised under Thông tư 25/2023: level and the day the decision takes effect
    "815": (1, "2024-09-16"),
    "822": (1, "2024-10-21"),
}
COMMUNE_COMMUNITY = {
    # communes of 2025 recognised under Thông tư 25/2023
    "28249": (2, "2025-09-15"),
    "28261": (1, "2025-09-15"),
    "28306": (1, "2025-09-22"),
    "28439": (1, "2026-08-17"),
    "28519": (1, "2026-08-17"),
    "28594": (1, "2025-09-22"),
    "28615": (1, "2026-09-07"),
    "28651": (1, "2026-09-07"),
}
TASKS_ONLY = {
    # agencies without an indicator of their own that hand in only what they did
    2024: ("SVHTTDL",),
    2025: ("SVHTTDL", "LDLD"),
    2026: ("SVHTTDL", "LDLD", "DTN", "HPN"),
}
DIGITAL_UNIVERSITY = (0, 1, 1, 1, 2, 2)
"""Trường Đại học Tiền Giang, 2021-2026: none, planned, planned, planned, deploying, deploying."""


def weak_communes(indicator: str, district: str, year: int) -> int:
    """Communes of ``district`` below the threshold of ``indicator`` in ``year``."""
    return WEAK.get((indicator, district), (0,) * 6)[year - 2021]


def band(indicator: str, district: str, year: int) -> tuple[float, float]:
    """Percent band of a commune that is not weak."""
    if indicator in LEVEL_3_BANDS and year in LOWER_SECONDARY_3.get(district, ()):
        return LEVEL_3_BANDS[indicator]
    return RATES[indicator].usual
