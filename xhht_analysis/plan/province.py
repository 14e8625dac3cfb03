"""The province whose plan it is: its names, code, dates and places, from config/province.yml."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from pathlib import Path

import yaml

from xhht_analysis.plan.config_tables import config_file
from xhht_analysis.project import is_date

NEVER = "9999-12-31"
"""End of what has none; later than every date, so that dates need no special case."""
AFTER_DISTRICTS = ("districts_end", "frame_of_communes")


@dataclass(frozen=True)
class Province:
    """What one province is called, and from when to when its units are what they are.

    ``code`` is the province's unit_code and ``frame`` the name of the list of units in which the
    plan counts. From ``districts_end`` (ISO date, the first day without districts; `NEVER` where
    they go on) communes report in ``frame_of_communes``. ``merged_name_vi`` is the province it was
    merged into, ``""`` without a merger. ``duty_of_districts`` and ``duty_of_communes`` are the
    agency_code that stands for all of them in indicators.csv.
    """

    code: str
    name_vi: str
    short_name_vi: str
    name_en: str
    first_year: int
    last_year: int
    frame: str
    department_vi: str
    duty_of_districts: str
    duty_of_communes: str
    districts_end: str = NEVER
    frame_of_communes: str = ""
    merged_name_vi: str = ""
    merged_short_name_vi: str = ""

    @property
    def figure_years(self) -> tuple[int, int]:
        """First and last year that a figure may stand for: long before the plan, soon after."""
        return self.first_year - 25, self.last_year + 5

    def has_districts(self, on: str) -> bool:
        """Whether there are districts on the ISO date ``on``."""
        return on < self.districts_end

    def frame_on(self, on: str) -> str:
        """Frame of the lists of communes in force on the ISO date ``on``."""
        return self.frame if self.has_districts(on) else self.frame_of_communes


def read_province(config_dir: Path) -> Province:
    """Read province.yml from ``config_dir``.

    Raises
    ------
    ConfigError
        If the file is missing or is not what `Province` describes; the message names the lines
        that are missing, unknown or of the wrong kind.
    """
    path = config_dir / "province.yml"
    with config_file(path):
        # texts as they are typed: the zeroes before a code count, and a day is no number
        settings = yaml.BaseLoader(path.read_text(encoding="utf-8")).get_single_data()
        return _parse(settings if isinstance(settings, dict) else {})


def _parse(settings: dict) -> Province:
    lines = {each.name: each for each in fields(Province)}
    texts = {n: t.strip() for n, t in settings.items() if isinstance(t, str) and t.strip()}
    required = [name for name, each in lines.items() if each.default is MISSING]
    required += AFTER_DISTRICTS if texts.keys() & AFTER_DISTRICTS else ()
    faults = {
        "thiếu dòng": [name for name in required if name not in texts],
        "dòng lạ": [name for name in settings if name not in lines],
        "không đọc được": [
            f"{name} ({texts[name]})"
            for name, is_right in RULES.items()
            if name in texts and not is_right(texts[name])
        ],
    }
    if messages := [f"{fault}: {', '.join(names)}" for fault, names in faults.items() if names]:
        raise ValueError("; ".join(messages))
    return Province(**texts | {name: int(texts[name]) for name in YEARS})


YEARS = ("first_year", "last_year")
RULES = {**dict.fromkeys(YEARS, str.isdecimal), "districts_end": is_date}
