"""Verdicts: what is known and what is likely about one target of one unit.

A `Case` holds what was observed and what may come; `judge` turns it into one row of
`contracts.VERDICTS`. The order of judgement (METHODS 2.8, 2.11):

1. the target year's own figure, once it is in the panel, decides: reached or missed. Where units
   are missing it decides only if the bounds leave no doubt;
2. a date that is past without that figure gets no probability: missing is never a pass and never
   a fail, and the past is not forecast;
3. fewer than three observed years: no probability;
4. otherwise the joint draws speak, and 5 % steps decide the class.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from xhht_analysis.contracts import DISTRICTS_END
from xhht_analysis.forecasting import decisions

MIN_POINTS = 3
STEP = 0.05
"""A probability is known to this step at best; its class is that of the rounded value."""
UPPER_EDGES = ((0.10, "very_unlikely"), (0.30, "unlikely"), (0.65, "open"), (0.85, "likely"))
"""Highest rounded probability of each class; above them all: very_likely."""
REASONS = (
    "no_figures",  # nothing was ever reported
    "few_points",  # fewer than three observed years
    "target_year_missing",  # the date is past and its figure has not come
    "units_missing",  # some districts have no figure: bounds only
    "no_denominators",  # districts cannot be added up without counts
    "province_only",  # only the province reports this
    "rule_gap",  # the reported province status is not what the districts' levels give
    "source_gap",  # the reported province figure is not the sum of its districts
    "no_legal_object",  # the district level ended on 2025-07-01: rebuilt reading
    "reference_hazard",  # milestone: chance from the reference class of one year's moves
    "expert_judgement",  # milestone: signed probability of config/expert.csv
)
RANGE = {"q025": 0.025, "q100": 0.1, "q250": 0.25, "q750": 0.75, "q900": 0.9, "q975": 0.975}


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
    chance
        P(value >= need) by position among the years where it is known better than by counting
        draws, else None.
    sizes
        (T,) median denominators, people or institutions; None where there are no counts.
    reasons
        Remarks that hold whatever the verdict.
    """

    unit_code: str
    measure_unit: str
    need: float
    low: pd.Series
    high: pd.Series
    years: np.ndarray | None = None
    draws: np.ndarray | None = None
    chance: Callable[[int], float] | None = None
    sizes: np.ndarray | None = None
    reasons: tuple[str, ...] = ()
    comparator: str = ">="

    def meets(self, values) -> np.ndarray:
        """Whether values stand at the target; NaN never does."""
        return meets(values, self.need, self.comparator)

    @cached_property
    def exact(self) -> pd.Series:
        """Observed values of the years without doubt."""
        return self.low[self.high.to_numpy() - self.low.to_numpy() < 1e-9]

    def at(self, year: int) -> int:
        """Position of ``year`` among the forecast years, -1 when it is not one of them."""
        if self.draws is None or year not in self.years:
            return -1
        return int(year - self.years[0])


def meets(values, need: float, comparator: str) -> np.ndarray:
    """Whether values stand at ``need``; NaN never does."""
    values = np.asarray(values, dtype=float)
    return values >= need - 1e-9 if comparator == ">=" else values <= need + 1e-9


def rounded(probability: float) -> float:
    """Probability to the nearest 5 %, halves upwards."""
    return np.floor(probability / STEP + 0.5 + 1e-9) * STEP


def classify(probability: float) -> str:
    """Class of a forecast probability (0-1): five classes, symmetric about one half."""
    near = rounded(probability)
    for edge, name in UPPER_EDGES:
        if near <= edge + 1e-9:
            return name
    return "very_likely"


def settled(case: Case, target_year: int) -> bool | None:
    """Whether the target year's own figure meets the target; None while it leaves doubt."""
    if target_year not in case.low.index:
        return None
    ends = case.meets([case.low[target_year], case.high[target_year]])
    known = np.isfinite([case.low[target_year], case.high[target_year]]).all()
    return bool(ends[0]) if known and ends[0] == ends[1] else None


def probability(case: Case, target_year: int) -> float:
    """P(the unit stands at the target at the date) from the draws."""
    at = case.at(target_year)
    if at < 0:
        return np.nan
    if case.chance is not None:
        return float(np.clip(case.chance(at), 0, 1))
    return float(case.meets(case.draws[:, at]).mean())


def judge(case: Case, target_year: int, as_of: str, n_points: int) -> dict:
    """One row of `contracts.VERDICTS` but for the columns that need other units or variants.

    Parameters
    ----------
    as_of
        Day the data were frozen (ISO); a target is past when its 31 December lies before it.
    n_points
        Years observed.
    """
    row = {**_standing(case), "n_points": n_points, **_paces(case, target_year)}
    reasons = [*case.reasons]
    if f"{target_year}-12-31" >= DISTRICTS_END and case.measure_unit == "units":
        reasons.append("no_legal_object")
    outcome, past = settled(case, target_year), as_of > f"{target_year}-12-31"
    if outcome is not None:
        row |= {
            "verdict_class": "reached" if outcome else "missed",
            "basis": "observed",
            "prob_reached": float(outcome),
        }
        seen = case.low.index <= target_year
        row["prob_ever"] = float(outcome or case.meets(case.low[seen]).any())
        row["prob_held"] = float(outcome and case.meets(case.low.get(target_year - 1, np.nan)))
        row |= {"pace_required": np.nan, "pace_ratio": np.nan, "people_required": np.nan}
    elif past or case.at(target_year) < 0 or n_points < MIN_POINTS:
        row |= {"verdict_class": "no_data", "basis": "none"}
        reasons = _why_silent(past, n_points) + reasons
    else:
        row |= _forecast(case, target_year)
    row["reason"] = ";".join(dict.fromkeys(reasons)) or np.nan
    return row


def _why_silent(past: bool, n_points: int) -> list[str]:
    if n_points == 0:
        return ["no_figures"]
    if past:
        return ["target_year_missing"]
    return ["few_points"] if n_points < MIN_POINTS else []


def _standing(case: Case) -> dict:
    """Latest figure: the exact value, or bounds where units are missing."""
    known = ~np.isnan(case.low.to_numpy(dtype=float) + case.high.to_numpy(dtype=float))
    if not known.any():
        return {}
    exact = case.exact
    year = int(case.low.index[known][-1])
    if case.measure_unit == "percent" and len(exact):
        year = int(exact.index[-1])
    row = {"current_year": year}
    if year in exact.index:
        return {**row, "current": float(exact[year])}
    return {**row, "current_low": case.low[year], "current_high": case.high[year]}


def _paces(case: Case, target_year: int) -> dict:
    exact = case.exact
    own = decisions.own_pace(exact)
    if exact.empty:
        return {}
    year, now = int(exact.index[-1]), float(exact.iloc[-1])
    need = decisions.required_pace(now, case.need, target_year - year)
    ratio = need / own if own > 0 else np.nan
    people = need if case.measure_unit == "units" else np.nan
    at = case.at(target_year)
    if case.sizes is not None and at >= 0 and target_year > year:
        gap = case.need * case.sizes[at] - now * case.sizes[0]
        people = max(0.0, gap) / 100 / (target_year - year)
    return {"pace_required": need, "pace_own": own, "pace_ratio": ratio, "people_required": people}


def _forecast(case: Case, target_year: int) -> dict:
    """Distribution at the date, chances, first year, extra pace."""
    at, draws = case.at(target_year), case.draws
    chance = probability(case, target_year)
    met = case.meets(draws)
    method = "linear" if case.measure_unit == "percent" else "inverted_cdf"
    quantiles = np.quantile(draws[:, at], [0.5, *RANGE.values()], method=method)
    row = {
        "prob_reached": chance,
        "verdict_class": classify(chance),
        "basis": "forecast",
        "median": quantiles[0],
        **dict(zip(RANGE, quantiles[1:], strict=True)),
        "prob_ever": max(chance, float(met[:, : at + 1].any(axis=1).mean())),
        "prob_held": min(chance, float(met[:, max(0, at - 1) : at + 1].all(axis=1).mean())),
    }
    exact = case.exact
    before = exact.index[case.meets(exact)]
    if len(before) and case.meets(exact.iloc[-1]):
        passage = (float(before[0]),) * 3
    else:
        passage = decisions.first_year(met, case.years)
    names = ("year_reached_median", "year_reached_low", "year_reached_high")
    row |= dict(zip(names, passage, strict=True))
    if case.measure_unit == "percent":
        years = target_year - int(case.years[0])
        for goal in (50, 80, 90):
            row[f"extra_pace_{goal}"] = decisions.extra_pace(
                draws[:, at], case.need, years, goal / 100
            )
    return row
