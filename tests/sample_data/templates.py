"""The kit's template, filled from the truth: districts to 2024, communes after, agencies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from tests.filled_template import write_filled
from tests.sample_data import paths
from tests.sample_data.activities import tasks_of
from tests.sample_data.geography import PROVINCE, Geography
from tests.sample_data.grids import MARK
from tests.sample_data.patching import slim
from tests.sample_data.recognition import Recognition, learning_community
from tests.sample_data.truth import Truth
from xhht_analysis.plan.areas import read_areas
from xhht_analysis.plan.goals import read_agencies, read_indicators, read_tasks
from xhht_analysis.project import ROOT

LEVELS = (
    "literacy_level",
    "preschool5_level",
    "preschool_level",
    "primary_level",
    "lower_secondary_level",
)
COMMUNE_RATES = ("primary_completion_14", "preschool_attendance", "preschool_completion")
"""Rates that a commune types itself from 2025 on; the others come in the Sở's forms."""


@dataclass
class TemplateWriter:
    """Writes templates of one sample; ``with_tasks`` limits the size of the fixture."""

    truth: Truth
    config_dir: Path = ROOT / "config"
    with_tasks: bool = True
    shares: tuple[str, ...] = tuple(paths.SHARES)
    rates: tuple[str, ...] = tuple(paths.RATES)
    recognition: Recognition = field(init=False)

    def __post_init__(self) -> None:
        self.recognition = Recognition(self.truth)

    @classmethod
    def sample(cls) -> TemplateWriter:
        """Writer over the one truth of the sample."""
        return cls(Truth(Geography()))

    @cached_property
    def tables(self) -> dict[str, object]:
        """What `write_filled` needs of the plan."""
        return {
            "areas": read_areas(self.config_dir),
            "indicators": read_indicators(self.config_dir),
            "tasks": read_tasks(self.config_dir),
            "agencies": read_agencies(self.config_dir),
        }

    def district(
        self,
        path: Path,
        district: str,
        year: int,
        *,
        leave_out: tuple[str, ...] = (),
        instead: Mapping[str, tuple[int, int]] | None = None,
    ) -> None:
        """A district's template; ``leave_out`` comes in a form, ``instead`` replaces counts."""
        on = f"{year}-09-30"
        rates = [r for r in self._district_rates(year) if r not in leave_out]
        shares = [s for s in self.shares if s not in leave_out]
        rows = [self._counts(i, district, year, on) for i in (*shares, *rates)]
        for row in rows:
            if row["indicator_code"] in (instead or {}):
                row["numerator"], row["denominator"] = instead[row["indicator_code"]]
        levels = [x for x in LEVELS if x != "preschool_level"]
        rows += [self._level(x, self.recognition.district(x, district, year, on)) for x in levels]
        known = learning_community(district, year)
        if known is not None:
            rows.append(self._level("learning_community_level", *known))
        communes = [
            {"unit_code": code, **self._counts(rate, code, year, on)}
            for code in self.truth.geography.communes(district, on)
            for rate in rates
        ]
        self._write(path, year, rows, communes, "UBNDH", unit_code=district)

    def commune(
        self, path: Path, commune: str, year: int, *, leave_out: tuple[str, ...] = ()
    ) -> None:
        """A commune's template of 2025 or later."""
        on = f"{year}-09-30"
        wanted = (*self.shares, *(r for r in COMMUNE_RATES if r in self.rates))
        rows = [self._counts(i, commune, year, on) for i in wanted if i not in leave_out]
        rows += [self._level(x, self.recognition.commune(x, commune, year, on)) for x in LEVELS]
        known = commune_recognition(commune, year)
        rows.append(self._level("learning_community_level", *known))
        self._write(path, year, rows, None, "UBNDX", unit_code=commune)

    def agency(self, path: Path, agency: str, year: int) -> None:
        """An agency's template: the province's figures and its tasks."""
        on = f"{year}-09-30"
        rows = []
        for indicator in self._reported_by(agency):
            if indicator == "digital_university":
                rows.append(self._level(indicator, paths.DIGITAL_UNIVERSITY[year - 2021]))
            elif indicator in paths.SHARES or indicator in paths.RATES:
                rows.append(self._counts(indicator, PROVINCE, year, on))
            elif indicator in LEVELS and (indicator != "preschool_level" or year >= 2025):
                level = self.recognition.province(indicator, year, on)
                rows.append(self._level(indicator, level))
        self._write(path, year, rows, None, agency, agency_code=agency)

    def agencies_of(self, year: int) -> dict[str, str]:
        """Code and name of the agencies that report in a year; not yet their successors."""
        agencies, on = self.tables["agencies"], f"{year}-09-30"
        ended = agencies["valid_to"].fillna("").replace("", "9999")
        there = agencies[(agencies["valid_from"] <= on) & (ended >= on)]
        waiting = set(there["successor"].dropna())
        wanted = there["indicators"].fillna("").ne("") & ~there["agency_code"].isin(waiting)
        wanted |= there["agency_code"].isin(paths.TASKS_ONLY.get(year, ()))
        return dict(there.loc[wanted, ["agency_code", "short_name_vi"]].to_numpy().tolist())

    def _district_rates(self, year: int) -> list[str]:
        """No standard for ages 3-5 before Nghị định 277/2025, so no figures either."""
        later = ("preschool_attendance", "preschool_completion")
        return [r for r in self.rates if r not in later or year >= 2025]

    def _reported_by(self, agency: str) -> list[str]:
        agencies = self.tables["agencies"]
        listed = agencies.loc[agencies["agency_code"] == agency, "indicators"].iloc[0]
        return str(listed).split(";") if isinstance(listed, str) else []

    def _counts(self, indicator: str, unit: str, year: int, on: str) -> dict[str, object]:
        numerator, denominator = self.truth.of_unit(indicator, unit, year, on)
        return {"indicator_code": indicator, "numerator": numerator, "denominator": denominator}

    @staticmethod
    def _level(indicator: str, level: int, start: str = "", end: str = "") -> dict[str, object]:
        row = {"indicator_code": indicator, "level": level}
        return row | ({"valid_from": start, "valid_to": end} if start else {})

    def _write(
        self,
        path: Path,
        year: int,
        rows: list[dict[str, object]],
        communes: list[dict[str, object]] | None,
        duty: str,
        **who: str,
    ) -> None:
        indicators, tasks = self.tables["indicators"], self.tables["tasks"]
        duties = tasks["agency_codes"].fillna("").str.split(";").map(lambda codes: duty in codes)
        codes = tasks.loc[duties, "task_code"].tolist() if self.with_tasks else []
        done = tasks_of(next(iter(who.values())), year, codes)
        given = {row["indicator_code"] for row in rows}
        kept = indicators["indicator_code"].isin(given) | indicators["kind"].isin(
            ["share", "level"]
        )
        write_filled(
            path,
            year=year,
            values=pd.DataFrame(rows),
            commune_values=pd.DataFrame(communes) if communes else None,
            activities=pd.DataFrame(done) if done else None,
            mark=MARK,
            **self.tables
            | {
                # small files: rows and columns this office leaves empty are deleted
                "indicators": indicators[kept].assign(definition_vi=""),
                "tasks": tasks[tasks["task_code"].isin({row["task_code"] for row in done})],
            },
            **who,
        )
        slim(path)


def commune_recognition(commune: str, year: int) -> tuple[int, str, str]:
    """Level, valid from and to of a commune's recognition as cộng đồng học tập."""
    level, start = paths.COMMUNE_COMMUNITY.get(commune, (0, ""))
    if not start or int(start[:4]) > year:
        return 0, "", ""
    return level, start, f"{int(start[:4]) + 3}{start[4:]}"
