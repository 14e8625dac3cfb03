"""Verdicts: what is known and what is likely about one target of one unit.

A `Case` holds what was observed and what may come; `judge` turns it into one row of
`contracts.VERDICTS`. The order of judgement:

1. the target year's own figure, once it is in the panel, decides: reached or missed. Where units
   are missing it decides only if the bounds leave no doubt;
2. a date that is past without that figure gets no probability: missing is never a pass and never
   a fail, and the past is not forecast;
3. fewer than three observed years, or a level of which neither of the last two years is known:
   no probability (for levels `firmness` adds the range of chances over the reference hazards);
4. otherwise the joint draws speak, and 5 % steps decide the class.

Reasons, joined by ``;``:

- ``no_figures``: nothing was ever reported
- ``few_points``: fewer than three observed years
- ``level_unknown``: no exact level, or number of districts, of the last two years
- ``target_year_missing``: the date is past and its figure has not come
- ``units_missing``: some districts have no figure: bounds only
- ``no_denominators``: districts cannot be added up without counts
- ``province_only``: only the province reports this
- ``rule_secondary``: the rule in force is known at second hand only
- ``may_fall``: the middle of the forecast is worse than the latest figure
- ``gains_slow``: unlikely although the required pace is no faster than the recent one
- ``source_gap``: the reported province figure is not the sum of its districts
- ``no_legal_object``: the district level has ended by then: rebuilt reading
- ``reference_hazard``: milestone: chance from the reference class of one year's moves
- ``expert_judgement``: milestone: signed probability of config/expert.csv
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from xhht_analysis.forecasting import paces
from xhht_analysis.forecasting.curves import leave_room

MIN_POINTS = 3
STEP = 0.05
"""A probability is known to this step at best; its class is that of the rounded value."""
CLASSES = ("very_unlikely", "unlikely", "open", "likely", "very_likely")
UPPER_EDGES = (0.10, 0.30, 0.65, 0.85)
"""Highest rounded probability of each class but the last."""
EVEN = 0.5
NOTHING = pd.Series(dtype=float)
RANGE = {"q025": 0.025, "q100": 0.1, "q900": 0.9, "q975": 0.975}
SURE = 0.8
"""Chance that the extra pace aims at."""


@dataclass(frozen=True)
class Case:
    """One target of one unit: what was seen and what may come.

    Attributes
    ----------
    need
        What must be reached, in ``measure_unit`` (percent, units, level).
    low, high
        Lowest and highest possible observed value by year (the same index).
    years, draws
        Years (T,) from the origin year on, and joint draws (draws, T); None: no forecast.
    size
        Latest denominator, people or institutions; None where there are no counts.
    n_points
        Years observed: exact figures; of the province those it reported itself, or that half of
        its districts stand behind.
    is_recent
        Whether one of these is of the last two years; of levels and their counts only.
    reasons
        Remarks that hold whatever the verdict.
    """

    unit_code: str
    measure_unit: str
    need: float
    low: pd.Series = field(default_factory=lambda: NOTHING)
    high: pd.Series = field(default_factory=lambda: NOTHING)
    years: np.ndarray | None = None
    draws: np.ndarray | None = None
    size: float | None = None
    n_points: int = 0
    is_recent: bool = True
    reasons: tuple[str, ...] = ()
    comparator: str = ">="

    def meets(self, values) -> np.ndarray:
        """Whether values stand at the target; NaN never does."""
        return self.direction * (np.asarray(values, dtype=float) - self.need) >= -1e-9

    @property
    def direction(self) -> int:
        """1 where more is better, -1 where less is: paces are changes and carry this sign."""
        return 1 if self.comparator == ">=" else -1

    @cached_property
    def exact(self) -> pd.Series:
        """Observed values of the years without doubt."""
        return self.low[self.high - self.low < 1e-9]

    def at(self, year: int) -> int:
        """Position of ``year`` among the forecast years, -1 when it is not one of them."""
        if self.draws is None or year not in self.years:
            return -1
        return int(year - self.years[0])

    def quantiles(self, at: int, probabilities) -> np.ndarray:
        """Quantiles of the value at one position; whole numbers for levels and counts."""
        method = "linear" if self.measure_unit == "percent" else "inverted_cdf"
        return np.quantile(self.draws[:, at], probabilities, method=method)


def rounded(probability: float) -> float:
    """Probability to the nearest 5 %, halves upwards."""
    return np.floor(probability / STEP + 0.5 + 1e-9) * STEP


def classify(probability: float) -> str:
    """Class of a forecast probability (0-1): five classes, symmetric about one half."""
    return CLASSES[np.searchsorted(UPPER_EDGES, rounded(probability) - 1e-9)]


def observed_outcome(case: Case, target_year: int) -> float:
    """Whether the target year's own figure meets the target (0 or 1); NaN while it leaves doubt."""
    ends = case.low.get(target_year, np.nan), case.high.get(target_year, np.nan)
    met = case.meets(ends)
    return float(met[0]) if met[0] == met[1] and np.isfinite(ends).all() else np.nan


def probability(case: Case, target_year: int) -> float:
    """P(the unit stands at the target at the date)."""
    at = case.at(target_year)
    if at < 0:
        return np.nan
    # no room for surprise where 0 and 100, the ends of every measure, both meet the target or not
    chance, ends = float(case.meets(case.draws[:, at]).mean()), case.meets([0, 100])
    return leave_room(chance) if ends[0] != ends[1] else chance


def judge(case: Case, target_year: int, as_of: str, has_districts: bool = True) -> dict:
    """One row of `contracts.VERDICTS` but for the columns that need other units or variants.

    Parameters
    ----------
    as_of
        Day the data were frozen (ISO); a target is past when its 31 December lies before it. A
        past target is described by the figures of its own time.
    has_districts
        Whether there are districts at the date of the target, as known at `as_of`.
    """
    outcome, past = observed_outcome(case, target_year), as_of > f"{target_year}-12-31"
    is_settled = not np.isnan(outcome)
    if is_settled or past:
        case = replace(case, low=case.low.loc[:target_year], high=case.high.loc[:target_year])
    row = {**_standing(case), "n_points": case.n_points}
    reasons = [r for r in case.reasons if not is_settled or r != "reference_hazard"]
    if not has_districts and case.measure_unit == "units":
        reasons = ["no_legal_object", *reasons]
    if is_settled:
        row |= _outcome(case, target_year, outcome)
    elif past or case.at(target_year) < 0 or not has_enough_points(case.n_points, case.is_recent):
        row |= {"verdict_class": "no_data", "basis": "none"}
        reasons += _why_silent(past, case, "no_legal_object" in reasons)
    else:
        row |= _forecast(case, target_year)
    if not past and not is_settled:
        row |= _paces(case, target_year)
        reasons += _caveats(row, case.direction)
    row["reason"] = ";".join(dict.fromkeys(reasons)) or np.nan
    return row


def _outcome(case: Case, target_year: int, outcome: float) -> dict:
    return {
        "verdict_class": "reached" if outcome else "missed",
        "basis": "observed",
        "prob_reached": outcome,
        "prob_ever": float(outcome or case.meets(case.low).any()),
        "prob_held": observed_outcome(case, target_year - 1) if outcome else 0.0,
    }


def has_enough_points(n_points, is_recent):
    """Whether enough is known of a unit for a chance; one unit or many."""
    return (n_points >= MIN_POINTS) & is_recent


def _why_silent(past: bool, case: Case, no_object: bool) -> list[str]:
    if past and no_object:
        return []  # nobody can report it any more: no figure is asked for
    if case.n_points == 0:
        return ["no_figures"]
    if past:
        return ["target_year_missing"]
    if case.n_points < MIN_POINTS:
        return ["few_points"]
    return [] if case.is_recent else ["level_unknown"]


def _caveats(row: dict, direction: int) -> list[str]:
    """Why two numbers of a forecast that seem to contradict each other do not."""
    if row.get("basis") != "forecast":
        return []
    now = row.get("current", row.get("current_low", np.nan))
    unlikely = row["verdict_class"] in ("very_unlikely", "unlikely")
    required = direction * row.get("pace_required", np.nan)
    pace_own = direction * row.get("pace_own", np.nan)
    is_slow = unlikely and required <= pace_own
    worse = direction * (row["median"] - now) < -1e-9
    may_fall = worse or (unlikely and row["prob_ever"] >= EVEN)
    return [code for code, is_so in (("may_fall", may_fall), ("gains_slow", is_slow)) if is_so]


def _standing(case: Case) -> dict:
    """Latest figure: the exact value, or bounds where units are missing."""
    observed, exact = (case.low + case.high).dropna(), case.exact
    if observed.empty:
        return {}
    year = int(observed.index[-1])
    if case.measure_unit == "percent" and len(exact):
        year = int(exact.index[-1])
    row = {"current_year": year}
    if year not in exact.index:
        return {**row, "current_low": case.low[year], "current_high": case.high[year]}
    return {**row, "current": float(exact[year])}


def _paces(case: Case, target_year: int) -> dict:
    """Required pace from the latest figure, while it is open from its expected value; own pace.

    The own pace is of exact figures alone: no forecast is part of what was.
    """
    values, pace_own = case.exact, paces.own_pace(case.exact)
    origin = 0 if case.draws is None else int(case.years[0])
    if origin > max(values.index, default=0):
        values = pd.concat([values, pd.Series({origin: case.quantiles(0, 0.5)})])
    if values.empty:
        return {}
    year, now = int(values.index[-1]), float(values.iloc[-1])
    required = paces.required_pace(now, case.need, target_year - year, case.direction)
    size = np.nan if case.size is None else case.size / 100
    people = abs(required) * (1 if case.measure_unit == "units" else size)
    return {"pace_required": required, "pace_own": pace_own, "people_required": people}


def _forecast(case: Case, target_year: int) -> dict:
    """Distribution at the date, chances, extra pace."""
    at, chance, met = case.at(target_year), probability(case, target_year), case.meets(case.draws)
    both = (met[:, at - 1] & met[:, at]).mean()
    if at == 0:  # the target year is the origin year: the year before was observed
        both = chance * observed_outcome(case, target_year - 1)
    quantiles = case.quantiles(at, [0.5, *RANGE.values()])
    row = {
        "prob_reached": chance,
        "verdict_class": classify(chance),
        "basis": "forecast",
        **dict(zip(["median", *RANGE], quantiles, strict=True)),
        "prob_ever": max(chance, float(met[:, : at + 1].any(axis=1).mean())),
        "prob_held": min(chance, float(both)) if pd.notna(both) else np.nan,
    }
    if case.measure_unit == "percent":
        row["extra_pace_80"] = paces.extra_pace(
            case.draws[:, at], case.need, at, SURE, case.direction
        )
    return row
