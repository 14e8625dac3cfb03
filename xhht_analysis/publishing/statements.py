"""What is said of one goal in one target year and one unit: made once, read by everything.

Text, tables, figures, alt texts, Excel, unit and indicator pages take a `Statement` and never the
verdict row, so that no two of them can differ. Figures are in the ``measure_unit`` of the
statement (percent 0-100, number of districts, level 0-3), probabilities 0-1, NaN where there is
none.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from xhht_analysis.forecasting.paces import PACE_YEARS
from xhht_analysis.publishing.goal_facts import SAME_FIGURE, GoalFacts, Observation
from xhht_analysis.publishing.labels import PERCENT, SIGNS, SPACE, SYMBOLS, rounded_percent


@dataclass(frozen=True)
class Statement(GoalFacts):
    """Everything said of one goal, target year and unit: `GoalFacts` in words."""

    @property
    def mark(self) -> str:
        """Shape of the class, readable without colour."""
        return SYMBOLS[self.key]

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
        is_open = latest and latest == self.shown_figure and not latest.exact
        other = self.other_source if is_open and self.source_key == "reported" else None
        return self.both_sources(latest, other) + year

    @property
    def verdict_text(self) -> str:
        """Shape, word and chance, with the star of a verdict that is not firm."""
        return f"{self.mark} {self.assessment}{self.star}"

    @property
    def aim_text(self) -> str:
        """Year, target and verdict: how figures are described to who cannot see them."""
        return f"{self.target_year}: {self.target_text}, {self.verdict_text}."

    @property
    def star(self) -> str:
        """Signs of a verdict that other assumptions, figures or sources would move."""
        star = f"{SPACE}*" if self.depends_on else ""
        return f"{star}{SPACE}?" if self.is_contested else star

    @property
    def cell(self) -> list[str]:
        """Cell of a table: chance or word, and the class that colours its edge."""
        return [self.short_verdict if self.bare_chance else self.verdict_text, self.key]

    @property
    def short_verdict(self) -> str:
        """Shape and rounded chance with their signs; the shape alone where there is none."""
        return f"{self.mark}{SPACE}{self.short_chance}".rstrip() + self.star

    @property
    def assessment(self) -> str:
        """Word and chance."""
        text = self.labels.verdict(self.key)
        return f"{text} ({self.chance_text})" if self.chance_text else text

    @property
    def margin(self) -> str:
        """How far the figure of a settled target year is from the target; empty: nothing to say."""
        gap = self.actual.low - self.need if self.actual and self.actual.exact else 0.0
        return self.distance(gap) if abs(gap) >= SAME_FIGURE else ""

    @property
    def outcome(self) -> str:
        """Sentence on the class, as a key of the words ``goal``."""
        if self.has_range:
            return "range"
        if self.is_forecast:
            return "forecast"
        if self.key in ("no_data", "no_object"):
            return "no_data_ended" if self.ended and self.has_object else self.key
        by = "_by_down" if self.lower_is_better else "_by"
        return self.key + by if self.margin else self.key

    @property
    def named(self) -> str:
        """Title with the number behind the verdict: the chance or, settled, the figure."""
        number = self.chance_text
        if not number and self.key in ("reached", "missed"):
            number = self.say("summary.actual", target=self.amount(self.need, 0))
        return self.say("summary.named", number=number) if number else self.title

    @property
    def pace_window(self) -> str:
        """First and last year with a figure that `pace_own` rests on."""
        exact = [o.year for o in self.history if o.exact]
        years = [year for year in exact if year > exact[-1] - PACE_YEARS]
        return f"{years[0]}–{years[-1]}" if years else ""

    @property
    def chance_text(self) -> str:
        """Rounded chance or its range, with what must be said of it; empty where none."""
        text = self.as_tested(self.bare_chance) if self.bare_chance else ""
        return self.labels.word("common", chance=text) if self.is_common else text

    @property
    def short_chance(self) -> str:
        """Rounded chance or its range, with a sign for the remark of `doubt`."""
        return self.bare_chance + SIGNS.get(self.doubt, "")

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

    def as_tested(self, chance: str) -> str:
        """``chance`` in words, with the remark of `doubt`."""
        return self.labels.word(self.doubt, chance=chance) if self.doubt else chance

    @property
    def direction(self) -> str:
        """Sign of the change since the run before: ↑ ↓ → or a dash where nothing compares."""
        if self.previous is None:
            return self.labels.word("none")
        old_class, old = self.previous
        if self.is_forecast and pd.notna(old):
            step = rounded_percent(self.chance) - rounded_percent(old)
            return "↑" if step > 0 else "↓" if step else "→"
        same = self.labels.word("none") if self.has_range else "→"  # a range may have moved
        return same if old_class == self.verdict_class else "≠"

    def amount(self, value: float, decimals: int = 1) -> str:
        """``value`` in words: percent, number of districts, or level."""
        word, number = self.labels.word, self.labels.number
        if pd.isna(value):
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
