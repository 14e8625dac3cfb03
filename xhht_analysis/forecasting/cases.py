"""The target of one line of the plan for the province and every district, as `verdicts.Case`s.

In: a target line and the `JointForecast` of its indicator. Every number of a verdict, and of its
variants, is read from these cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
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
    levels = None if joint is None else joint.levels
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
            pmf = partial(_count_pmf, joint, need)
            yield replace(case, years=joint.years, draws=count, pmf=pmf)
        else:
            pmf = None if levels is None else levels.pmf[levels.units.index(code)].__getitem__
            yield replace(case, years=joint.years, draws=joint.draws[code], pmf=pmf)


def _count_pmf(joint: JointForecast, level: int, at: int) -> np.ndarray:
    """P(0, 1, … districts stand at the level) at one position of the years."""
    return joint.levels.count_pmf(level, [at], joint.levels.positions(joint.districts))[0]


def cases(line, joint: JointForecast | None, districts: list[str] = ()) -> Iterator[Case]:
    """Yield the target of one line for the province, then each district, as observed so far."""
    for case in open_cases(line, joint, districts):
        if joint is None or (case.measure_unit == "units" and case.draws is None):
            yield case
        elif case.measure_unit == "units":
            yield _count(case, line, joint)
        else:
            yield (_share if case.measure_unit == "percent" else _level)(case, joint)


def _share(case: Case, joint: JointForecast) -> Case:
    """Percent of one unit."""
    code, whole = case.unit_code, case.unit_code == PROVINCE
    low, high = (ends.get(code, NOTHING).dropna() for ends in (joint.low, joint.high))
    case = replace(case, low=low, high=high, sizes=joint.sizes.get(code))
    reasons = joint.reasons if whole or case.draws is None else ()
    n_points = int(joint.points.get(code, NOTHING).sum())
    return replace(case, n_points=n_points, reasons=reasons)


def _level(case: Case, joint: JointForecast) -> Case:
    """Level of one unit."""
    code = case.unit_code
    low, high = (ends.get(code, NOTHING).astype(float) for ends in (joint.low, joint.high))
    case = replace(case, low=low, high=high, by_rule=joint.by_rule.get(code))
    reasons = ("reference_hazard",) if code == PROVINCE and not joint.districts else ()
    return replace(case, reasons=reasons, **_known(joint.points.get(code, NOTHING)))


def _known(points: pd.Series) -> dict:
    """How many years of a level, or number of districts, are known, and whether a late one is."""
    return {"n_points": int(points.sum()), "is_recent": bool(points.iloc[-2:].any())}


def _count(case: Case, line, joint: JointForecast) -> Case:
    """Number of districts at the level, out of all."""
    level, units = line.level_required, joint.districts
    low, high = (
        (ends[units] >= level).sum(axis=1).astype(float) for ends in (joint.low, joint.high)
    )
    by_rule = joint.by_rule.reindex(columns=units)
    by_rule = (by_rule >= level).sum(axis=1).where(by_rule.notna().all(axis=1))
    reasons = ("units_missing",) if (high - low).iloc[-1] > 0 else ()
    case = replace(case, low=low, high=high, by_rule=by_rule, reasons=reasons)
    return replace(case, **_known(is_broad(joint.points)))
