"""The target of one line of the plan for the province and every district, as `verdicts.Case`s.

In: a target line and the `JointForecast` of its indicator. Every number of a verdict, and of its
variants, is read from these cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from xhht_analysis.forecasting.joint_forecast import JointForecast
from xhht_analysis.forecasting.observed import PROVINCE, is_broad
from xhht_analysis.forecasting.verdicts import NOTHING, Case

SHARES = ("share_people", "share_institutions")
COUNTS = "share_districts"


def open_cases(line, joint: JointForecast | None, districts: list[str] = ()) -> Iterator[Case]:
    """What may come of the target of one line: the province, then each district.

    Cases hold no observation yet. A district without a figure, and the province where it cannot
    be drawn, have no forecast.
    """
    unit, need = "level", line.level_required
    if line.kind in SHARES:
        unit, need = "percent", line.target_value
    asked = (
        []
        if line.kind == "milestone"
        else sorted({*districts, *(joint.districts if joint else ())})
    )
    for code in (PROVINCE, *asked):
        case = Case(code, unit, need, comparator=line.comparator)
        is_count = code == PROVINCE and line.kind == COUNTS
        if is_count:
            case = replace(case, measure_unit="units", need=line.target_units)
        if joint is None or code not in joint.draws or (is_count and not joint.districts):
            yield case
        elif is_count:
            count = sum((joint.draws[u] >= need).astype(int) for u in joint.districts)
            yield replace(case, years=joint.years, draws=count)
        else:
            yield replace(case, years=joint.years, draws=joint.draws[code])


def cases(line, joint: JointForecast | None, districts: list[str] = ()) -> Iterator[Case]:
    """Yield the target of one line for the province, then each district, as observed so far."""
    for case in open_cases(line, joint, districts):
        is_count = case.measure_unit == "units"
        if joint is None or (is_count and case.draws is None):
            yield case
        else:
            yield _count(case, joint, line.level_required) if is_count else _unit(case, joint)


def _unit(case: Case, joint: JointForecast) -> Case:
    """Percent or level of one unit."""
    facts, code, is_level = joint.facts, case.unit_code, joint.shares is None
    low, high = (ends.get(code, NOTHING).astype(float) for ends in facts.bounds)
    case = replace(case, low=low, high=high, size=joint.sizes.get(code))
    if code == PROVINCE or (case.draws is None and not is_level):
        case = replace(case, reasons=facts.reasons)
    return _with_points(case, facts.points.get(code, NOTHING), is_level)


def _with_points(case: Case, points: pd.Series, is_level: bool = True) -> Case:
    """How many years of a unit, or number of districts, are known, and whether a late one is."""
    is_recent = bool(points.iloc[-2:].any()) or not is_level
    return replace(case, n_points=int(points.sum()), is_recent=is_recent)


def _count(case: Case, joint: JointForecast, level: int) -> Case:
    """Number of districts at the level, out of all."""
    units, facts = joint.districts, joint.facts
    low, high = ((ends[units] >= level).sum(axis=1).astype(float) for ends in facts.bounds)
    reasons = ("units_missing",) if (high - low).iloc[-1] > 0 else ()
    case = replace(case, low=low, high=high, reasons=reasons)
    return _with_points(case, is_broad(facts.points))
