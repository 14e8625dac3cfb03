"""What is said of one goal in one target year and one unit: made once, read by everything.

Text, tables, figures, alt texts, Excel, unit and indicator pages take a `Statement` and never the
verdict row, so that no two of them can differ. Figures are in the ``measure_unit`` of the
statement (percent 0-100, number of districts, level 0-3), probabilities 0-1, NaN where there is
none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xhht_analysis.forecasting.paces import PACE_YEARS
from xhht_analysis.forecasting.verdicts import classify
from xhht_analysis.publishing.evidence import NAN, NEARLY, Gap, Observation
from xhht_analysis.publishing.labels import (
    DOUBT_SIGNS,
    HOPEFUL,
    PERCENT,
    STRUGGLING,
    SYMBOLS,
    Labels,
    rounded_percent,
)

COVERED_ENOUGH = 70.0
"""Percent of past outcomes inside the 80 % interval below which a chance carries a remark."""


@dataclass(frozen=True)
class Statement:
    """Everything said of one goal, target year and unit.

    Attributes
    ----------
    actual
        Figure of the target year itself, None before it is reported.
    latest
        Latest figure, as a range where units are missing.
    base
        Where the required pace starts: the latest figure without gaps, or what is expected of a
        later year that is still open (then not in ``history``).
    expected
        Lowest, middle and highest value of the target year (10, 50, 90 % quantile), or None.
    chance, chance_held
        P(target met at the end of the target year); P(met then and at the end of the year before).
    pace_required, pace_before
        Points of percent a year from ``base`` (negative towards a most); median slope between
        all pairs of exact figures of the five years up to the last of them.
    people
        People or institutions more a year that ``pace_required`` means.
    other_source
        Figure of the same year from another source, where the two differ: for a share what the
        lead agency sent ("reported"), for a status of the province what the rules give from the
        rates ("by_rule") or the level of the lowest district ("lowest"): see ``source_key``.
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
    parent, standard
        Goal of which this one is a part; which of a goal's two standards counts; else empty.
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
    chance_held: float = NAN
    chance_range: tuple[float, float] = (NAN, NAN)
    actual: Observation | None = None
    latest: Observation | None = None
    base: Observation | None = None
    expected: tuple[float, float, float] | None = None
    pace_required: float = NAN
    pace_before: float = NAN
    people: float = NAN
    count_unit: str = ""
    n_points: int = 0
    reasons: tuple[str, ...] = ()
    depends_on: str = ""
    other_source: Observation | None = None
    source_key: str = "reported"
    history: tuple[Observation, ...] = ()
    gap: Gap | None = None
    ended: bool = False
    has_object: bool = True
    readings: tuple[Statement, ...] = ()
    parent: str = ""
    standard: str = ""
    previous: tuple[str, float] | None = None
    variants: Mapping[str, float] = field(default_factory=dict)
    drivers: tuple[tuple[str, float], ...] = ()
    tested: str = ""
    covered: float = NAN
    is_common: bool = False

    def meets(self, value: float) -> bool:
        """Whether ``value`` is at the target."""
        gap = self.need - value if self.lower_is_better else value - self.need
        return gap >= -NEARLY

    @property
    def key(self) -> str:
        """Class as shown: a goal without object is "no_object"."""
        return self.verdict_class if self.has_object else "no_object"

    @property
    def mark(self) -> str:
        """Shape of the class, readable without colour."""
        return SYMBOLS[self.key]

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
        return self.at_target and least == least and classify(least) not in HOPEFUL

    @property
    def about(self) -> Observation | None:
        """Figure that the verdict is about: of the target year once settled, else the latest."""
        return self.actual if self.actual and not self.is_forecast else self.latest

    @property
    def need_text(self) -> str:
        """What must be reached, "không quá" before a most."""
        text = self.amount(self.need, 0)
        return self.labels.word("at_most", target=text) if self.lower_is_better else text

    @property
    def target_text(self) -> str:
        """Target with the plan's "phấn đấu" or "duy trì" before it."""
        text = self.need_text
        if self.commitment == "must":
            return text
        kept_status = (self.kind, self.commitment) == ("milestone", "maintain")
        name = "maintain_status" if kept_status else self.commitment
        return f"{self.labels.word(f'commitment.{name}')} {text}"

    @property
    def actual_text(self) -> str:
        """Figure of the target year, a dash before there is one."""
        return self.range_text(self.actual)

    @property
    def latest_text(self) -> str:
        """Latest figure and its year; beside a range what was reported."""
        latest = self.latest
        year = f" ({latest.year})" if latest else ""
        is_open = latest is not None and latest == self.about and not latest.exact
        other = self.other_source if is_open and self.source_key == "reported" else None
        return self.both_sources(latest, other) + year

    @property
    def verdict_text(self) -> str:
        """Shape, word and chance, with the star of a verdict that is not firm."""
        return f"{self.mark} {self.assessment}{self.star}"

    @property
    def star(self) -> str:
        """Sign of a verdict that other assumptions or figures would move to another class."""
        return " *" if self.depends_on else ""

    @property
    def cell(self) -> list[str]:
        """Cell of a table: chance or word, and the class that colours its edge."""
        return [self.short_verdict if self.bare_chance else self.verdict_text, self.key]

    @property
    def short_verdict(self) -> str:
        """Shape and rounded chance with their signs; the shape alone where there is none."""
        return f"{self.mark} {self.short_chance}".rstrip() + self.star

    @property
    def assessment(self) -> str:
        """Word and chance."""
        text = self.labels.verdict(self.key)
        return f"{text} ({self.chance_text})" if self.chance_text else text

    @property
    def last_step(self) -> tuple[int, float]:
        """The last year with an exact figure, and its change since the year before (or NaN)."""
        figures = {o.year: o.low for o in self.history if o.exact}
        year = max(figures, default=0)
        return year, figures.get(year, NAN) - figures.get(year - 1, NAN)

    @property
    def pace_window(self) -> str:
        """Years that `pace_before` rests on, in words: all of five, or those with figures."""
        exact = [o.year for o in self.history if o.exact]
        last = max(exact, default=0)
        years = [year for year in exact if year > last - PACE_YEARS]
        key = "whole" if len(years) == PACE_YEARS else "since"
        return self.labels.word(f"pace_window.{key}", first=years[0] if years else "")

    @property
    def years_below(self) -> tuple[list[int], list[int]]:
        """Years with figures that were not at the target, and those of which nobody knows."""
        met = {o.year: self.meets(o.low) + self.meets(o.high) for o in self.history}
        return tuple([year for year, ends in met.items() if ends == n] for n in (0, 1))

    @property
    def chance_text(self) -> str:
        """Rounded chance or its range, with what must be said of it; empty where none."""
        text = self.as_tested(self.bare_chance) if self.bare_chance else ""
        return self.labels.word("common", chance=text) if self.is_common else text

    @property
    def short_chance(self) -> str:
        """Rounded chance or its range, with a sign for the remark of `doubt`."""
        return self.bare_chance + self.doubt_sign

    @property
    def doubt_sign(self) -> str:
        """Sign for the remark of `doubt`."""
        return DOUBT_SIGNS.get(self.doubt, "")

    @property
    def bare_chance(self) -> str:
        """Rounded chance or its range, without a remark; empty where none."""
        if self.has_range:
            return self.chance_bounds
        return self.labels.short_chance(self.chance) if self.is_forecast else ""

    @property
    def chance_bounds(self) -> str:
        """Least and greatest chance in words; of an end beyond 5 or 95 % only the other."""
        low, high = (self.labels.short_chance(p) for p in self.chance_range)
        if low == high:
            return low
        if low[0] == "<" and high[0] != ">":
            return self.labels.word("at_most", target=high)
        if high[0] == ">" and low[0] != "<":
            return self.labels.word("at_least", target=low)
        return self.labels.word("range", low=low, high=high)

    @property
    def doubt(self) -> str:
        """Remark on a chance: "untested", "narrow" where its band held too few, or none.

        Untested is one for which 02_backtest scored nothing that it could rest on.
        """
        if not (self.is_forecast or self.has_range):
            return ""
        narrow = "narrow" if self.covered < COVERED_ENOUGH else ""
        return "untested" if self.tested == "unscored" else narrow

    def as_tested(self, chance: str) -> str:
        """``chance`` in words, with the remark of `doubt`."""
        return self.labels.word(self.doubt, chance=chance) if self.doubt else chance

    @property
    def has_range(self) -> bool:
        """Whether there is no single chance but a least and a greatest one."""
        low, _ = self.chance_range
        return low == low and not self.is_forecast

    @property
    def direction(self) -> str:
        """Sign of the change since the run before: ↑ ↓ → or a dash where nothing compares."""
        if self.previous is None:
            return self.labels.word("none")
        old_class, old = self.previous
        if self.is_forecast and old == old:
            step = rounded_percent(self.chance) - rounded_percent(old)
            return "↑" if step > 0 else "↓" if step else "→"
        same = self.labels.word("none") if self.has_range else "→"  # a range may have moved
        return same if old_class == self.verdict_class else "≠"

    def amount(self, value: float, decimals: int = 1) -> str:
        """``value`` in words: percent, number of districts, or level."""
        word, number = self.labels.word, self.labels.number
        if value != value:
            return word("none")
        if self.measure_unit == "units":
            return word("units_of", n=number(value), total=number(self.total))
        if self.measure_unit == "percent":
            return f"{number(value, decimals if decimals or value == round(value) else 1)}{PERCENT}"
        return self.labels.level(value, "milestone" if self.kind == "milestone" else self.need)

    def range_text(self, observation: Observation | None) -> str:
        """One figure, or the range where units are missing."""
        if observation is None:
            return self.labels.word("none")
        low, high = self._figure(observation.low), self._figure(observation.high)
        return low if observation.exact else self.labels.word("range", low=low, high=high)

    def both_sources(self, observation: Observation, other: Observation | None) -> str:
        """One figure, with that of another source behind it."""
        shown = self.range_text(observation)
        texts = {"shown": shown, "other": self.range_text(other)}
        return self.labels.word("two_sources", **texts) if other else shown

    def _figure(self, value: float) -> str:
        """A figure in words; two decimals where one would round it onto a target that it misses."""
        number = self.labels.number
        hidden = not self.meets(value) and number(value, 1) == number(self.need, 1)
        return self.amount(value, 2 if hidden else 1)

    def distance(self, gap: float) -> str:
        """A difference in points of percent or districts; empty for a level."""
        if self.measure_unit == "level":
            return ""
        key = "units" if self.measure_unit == "units" else "points"
        decimals = 0 if key == "units" else 1
        return self.labels.count(key, abs(gap), decimals)

    def say(self, key: str, **more: object) -> str:
        """Words of ``key``, filled from this statement and ``more``."""
        values = {
            "year": self.target_year,
            "before": self.target_year - 1,
            "goal": self.title,
            "target": self.target_text,
            "verdict": self.labels.verdict(self.key),
            "assessment": self.verdict_text,
            "actual": self.actual_text,
            "latest": self.latest_text,
            "chance": self.chance_text,
        }
        return self.labels.word(key, **values | more)

    def condition(self, variant: str) -> str:
        """Assumption or data of a variant in words: "nếu …"."""
        return self.labels.word_of("variant", variant, year=self.latest.year if self.latest else "")
