"""What is known of one goal in one target year and one unit, and what of it is worth a sentence.

Figures are in the ``measure_unit`` of the goal (percent 0-100, number of districts, level 0-3),
probabilities 0-1, NaN where there is none.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import pandas as pd

from xhht_analysis.contracts import TOLERANCE
from xhht_analysis.forecasting.verdicts import classify
from xhht_analysis.publishing.labels import HOPEFUL, STRUGGLING, Labels

NAN = math.nan
SAME_FIGURE = 0.05
"""Points of percent or districts below which two figures round to the same."""
COVERED_ENOUGH = 70.0
"""Percent of past outcomes inside the 80 % interval below which a chance carries a remark."""
SLOW = 2 / 3
"""Part of the usual pace below which the latest year's change is told as slow."""
PACE_POINTS = 3
"""Years with figures from which the usual pace is compared with the pace needed."""


@dataclass(frozen=True)
class Observation:
    """Figure of one year; ``low`` and ``high`` differ where units have not reported."""

    year: int
    low: float
    high: float

    @property
    def exact(self) -> bool:
        """Whether nothing is missing."""
        return self.high - self.low < TOLERANCE


@dataclass(frozen=True)
class Gap:
    """Names of the units without a figure of ``year``, of ``total`` units asked.

    ``key``, of the words ``goal``, says what that means for the province's own figure.
    """

    year: int
    total: int
    silent: tuple[str, ...]
    key: str = "missing"

    @property
    def n(self) -> int:
        """How many are not silent: they report, or their district does."""
        return self.total - len(self.silent)


@dataclass(frozen=True)
class GoalFacts:
    """What is known of one goal, target year and unit.

    Templates read the properties by name: look for callers in templates/, too. What has the name of
    a column of `contracts.VERDICTS` is that column's (``goal_code``, ``unit_code``,
    ``target_year``, ``indicator_code``, ``measure_unit``, ``verdict_class``, ``n_points``,
    ``pace_own``, ``pace_required``); ``order``, ``title``, ``kind`` and ``commitment`` are the
    plan's (config/goals.csv, targets.csv).

    Attributes
    ----------
    need, total
        What must be reached, in ``measure_unit`` (a number of districts where these are counted);
        how many districts there are.
    lower_is_better
        Whether ``need`` is a most.
    reasons, depends_on
        Codes of `forecasting.verdicts.REASONS`; the variant of assumptions or data that moves the
        class, empty where none does.
    is_forecast, chance_range
        Whether there is a single chance; least and greatest where there is none but a range.
    actual
        Figure of the target year itself, None before it is reported.
    latest
        Latest figure, as a range where units are missing.
    base
        Where the required pace starts: the latest figure without gaps, or what is expected of a
        later year that is still open (then not in ``history``).
    expected
        Lowest, middle and highest value of the target year (10, 50, 90 % quantile), or None.
    chance, chance_two_years
        P(target met at the end of the target year); P(met then and at the end of the year before).
    pace_required, pace_own
        Points of percent a year from ``base`` (negative towards a most), to one decimal and never
        less than is needed; median slope between all pairs of exact figures of the five years up
        to the last of them.
    people
        People or institutions more a year that ``pace_required`` means.
    other_source
        Figure of the same year from another source, where the two differ: for a share what the
        lead agency sent ("reported"), for a status of the province what the rules give from the
        rates ("by_rule") or the level of the lowest district ("lowest"): see ``source_key``, which
        is "known" where no other source differs and only a range may be known.
    history
        Observed years, oldest first.
    gap
        Who has not reported the year that the verdict rests on, or the latest year; else None. A
        year that the lead agency's own figure settles has one, too.
    ended, has_object
        Whether the districts no longer exist at the date; whether there is anything to judge then:
        a level that communes have is rebuilt for the former districts, another has ended with them.
    tested, covered
        Whether 02_backtest scored the chance (else "unscored"); percent of the outcomes that its
        80 % interval held there.
    is_common
        Whether the chance of a district follows from the level at which it stands, as that of
        every other at that level.
    readings
        The same under other readings of the plan's words: other need, class and chance.
    parent, standard, note
        Number of the goal of which this one is a part; which of a goal's two standards counts; what
        the table of targets notes, such as the plan's own sentence; else empty.
    previous
        Class and chance of the run before, or None.
    variants
        Chance under other assumptions or other data, by name.
    drivers
        What moves the forecast most, in points of percent; of the province the districts' mean.
    """

    goal_code: str
    unit_code: str
    target_year: int
    indicator_code: str
    order: int
    title: str
    kind: str
    measure_unit: str
    need: float
    total: int
    commitment: str
    verdict_class: str
    labels: Labels = field(repr=False, compare=False)
    lower_is_better: bool = False
    is_forecast: bool = False
    chance: float = NAN
    chance_two_years: float = NAN
    chance_range: tuple[float, float] = (NAN, NAN)
    actual: Observation | None = None
    latest: Observation | None = None
    base: Observation | None = None
    expected: tuple[float, float, float] | None = None
    pace_required: float = NAN
    pace_own: float = NAN
    people: float = NAN
    count_unit: str = ""
    n_points: int = 0
    reasons: tuple[str, ...] = ()
    depends_on: str = ""
    other_source: Observation | None = None
    source_key: str = "known"
    history: tuple[Observation, ...] = ()
    gap: Gap | None = None
    ended: bool = False
    has_object: bool = True
    readings: tuple[GoalFacts, ...] = ()
    parent: str = ""
    standard: str = ""
    note: str = ""
    previous: tuple[str, float] | None = None
    variants: Mapping[str, float] = field(default_factory=dict)
    drivers: tuple[tuple[str, float], ...] = ()
    tested: str = ""
    covered: float = NAN
    is_common: bool = False

    def meets(self, value: float) -> bool:
        """Whether ``value`` is at the target."""
        gap = self.need - value if self.lower_is_better else value - self.need
        return gap >= -TOLERANCE

    @property
    def key(self) -> str:
        """Class as shown: a goal without object is "no_object"."""
        return self.verdict_class if self.has_object else "no_object"

    @property
    def is_hopeful(self) -> bool:
        """Reached or likely."""
        return self.key in HOPEFUL

    @property
    def is_struggling(self) -> bool:
        """Missed or unlikely."""
        return self.key in STRUGGLING

    @property
    def at_target(self) -> bool:
        """Whether the latest figure is at the target, whatever is still missing."""
        latest = self.latest
        return latest is not None and self.meets(latest.low) and self.meets(latest.high)

    @property
    def is_at_risk(self) -> bool:
        """Whether the target is met today and its chance, or the least of a range, not likely."""
        least = self.chance_range[0] if self.has_range else self.chance
        return self.at_target and pd.notna(least) and classify(least) not in HOPEFUL

    @property
    def shown_figure(self) -> Observation | None:
        """Figure that the verdict is about: of the target year once settled, else the latest."""
        return self.actual if self.actual and not self.is_forecast else self.latest

    @property
    def is_contested(self) -> bool:
        """Whether the figure of another source would settle the target otherwise."""
        shown, other = self.shown_figure, self.other_source
        is_sure = other is not None and shown.exact
        return is_sure and self.meets(other.low) != self.meets(shown.low)

    @property
    def has_range(self) -> bool:
        """Whether there is no single chance but a least and a greatest one."""
        low, _ = self.chance_range
        return pd.notna(low) and not self.is_forecast

    @property
    def doubt(self) -> str:
        """Remark on a chance: "untested", "narrow" where its band held too few, or none.

        Untested is one for which 02_backtest scored nothing that it could rest on.
        """
        if not (self.is_forecast or self.has_range):
            return ""
        narrow = "narrow" if self.covered < COVERED_ENOUGH else ""
        return "untested" if self.tested == "unscored" else narrow

    @property
    def effort(self) -> str:
        """What is missing, as a key of the words ``goal``: held already, districts or pace."""
        if self.at_target:
            return "at_risk" if self.is_at_risk else "at_target"
        if self.measure_unit == "units" and self.latest and self.latest.exact:
            return "short"
        if self.measure_unit == "percent" and self.base and self.towards(self.pace_required) > 0:
            return "pace_down" if self.lower_is_better else "pace"
        return ""

    def towards(self, pace: float) -> float:
        """A pace, positive where it leads to the target."""
        return -pace if self.lower_is_better else pace

    @property
    def pace_note(self) -> str:
        """How the pace needed compares with the usual one, a key of ``pace``; empty: no telling."""
        need, usual = self.towards(self.pace_required), self.towards(self.pace_own)
        if self.n_points < PACE_POINTS or pd.isna(usual):
            return ""
        if usual <= 0:
            return "none_down" if self.lower_is_better else "none"
        if self.labels.number(need, 1) == self.labels.number(usual, 1):
            return "same"
        return "above" if need > usual else "below"

    @property
    def steps(self) -> dict[int, float]:
        """Change of each year towards the target, where it and the year before are known."""
        return {
            now.year: self.towards(now.low - before.low)
            for before, now in pairwise(self.history)
            if before.exact and now.exact and now.year == before.year + 1
        }

    @property
    def is_unprecedented(self) -> bool:
        """Whether the pace needed is greater than the change of every year on record."""
        most, need = max(self.steps.values(), default=math.inf), self.towards(self.pace_required)
        return bool(self.pace_note) and need > most + SAME_FIGURE

    @property
    def is_slowing(self) -> bool:
        """Whether the latest year moved much less towards the target than is usual."""
        usual = self.towards(self.pace_own)
        if not self.pace_note or usual <= 0:
            return False
        return self.steps.get(self.history[-1].year, math.inf) < SLOW * usual

    @property
    def maintenance(self) -> tuple[str, list[int]]:
        """Measure "duy trì": a key of ``goal`` after "held_", and the years it is about.

        Every year below the target, some, some of which nobody knows, none. Empty: not asked.
        """
        met = {o.year: self.meets(o.low) + self.meets(o.high) for o in self.history}
        lost, unsure = ([year for year, ends in met.items() if ends == n] for n in (0, 1))
        is_kept = self.at_target and self.measure_unit != "percent"
        if not met or (self.commitment != "maintain" and not is_kept):
            return "", []
        if lost:
            return "never" if len(lost) == len(met) else "lost", lost
        return "unsure" if unsure else "always", unsure

    @property
    def reading_key(self) -> str:
        """What another of the ``readings`` supposes, as a key of the words ``reading``."""
        return "step_lower" if self.kind == "milestone" else "of_parent"

    @property
    def remarks(self) -> list[str]:
        """Codes of the forecast's ``reasons`` that no other sentence says.

        Only a share that is to grow has a pace that is hard to keep; what may not hold is said with
        the effort, too few years with the range.
        """
        has_sentence = {
            **dict.fromkeys(("no_legal_object", "source_gap", "reference_hazard"), True),
            "few_points": self.has_range,
            "may_fall": self.lower_is_better or self.is_at_risk,
            "gains_slow": self.measure_unit != "percent" or self.lower_is_better,
            "units_missing": self.gap or self.key == "no_data",
            "no_figures": self.key == "no_data",
            "rule_secondary": self.other_source and self.source_key == "lowest",
        }
        is_open = self.has_object and not self.actual
        return [code for code in self.reasons if is_open and not has_sentence.get(code)]
