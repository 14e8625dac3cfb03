"""The target of one line of the plan for the province and every district, as `verdicts.Case`s.

In: a target line and the `JointForecast` of its indicator. Every number of a verdict, and of its
variants, is read from these cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xhht_analysis.forecasting.joint_forecast import JointForecast
from xhht_analysis.forecasting.observed import PROVINCE, is_broad
from xhht_analysis.forecasting.verdicts import NOTHING, Case

SHARE_KINDS = ("share_people", "share_institutions")
DISTRICT_COUNT = "share_districts"


def cases(
    line, joint: JointForecast | None, districts: list[str] = (), *, is_observed: bool = True
) -> Iterator[Case]:
    """Yield the target of one line for the province, then for each district.

    A district is judged by the target that was given to it alone, where there is one. A district
    without a figure, and the province where it cannot be drawn, have no forecast.
    ``is_observed``: whether with what was observed so far, or with what may come alone.
    """
    level = line.level_required
    asked = {*districts, *(joint.districts if joint else ())} if line.kind != "milestone" else ()
    for code in (PROVINCE, *sorted(asked)):
        measure, need = "level", level
        if line.kind in SHARE_KINDS:
            measure, need = "percent", line.target_value
        if is_count := code == PROVINCE and line.kind == DISTRICT_COUNT:
            measure, need = "units", line.target_units
        need = line.unit_targets.get(code, need)
        case = Case(code, measure, need, comparator=line.comparator)
        if joint is None or (is_count and not joint.districts):
            yield case
            continue
        draws = joint.draws.get(code)
        if is_count:
            draws = sum((joint.draws[unit] >= level).astype(int) for unit in joint.districts)
        if draws is not None:
            case = replace(case, years=joint.years, draws=draws)
        yield _observed(case, joint, level) if is_observed else case


def _observed(case: Case, joint: JointForecast, level: float) -> Case:
    """With the figures of one unit, or with the number of districts at ``level``."""
    facts, code = joint.facts, case.unit_code
    if case.measure_unit == "units":
        low, high = ((ends[joint.districts] >= level).sum(axis=1) for ends in facts.bounds)
        reasons = ("units_missing",) if (high - low).iloc[-1] > 0 else ()
        points = is_broad(facts.points)
    else:
        low, high = (ends.get(code, NOTHING) for ends in facts.bounds)
        is_told = code == PROVINCE or (case.draws is None and not facts.is_level)
        reasons = facts.reasons if is_told else ()
        points = facts.points.get(code, NOTHING)
    return replace(
        case,
        low=low.astype(float),
        high=high.astype(float),
        size=joint.sizes.get(code),
        n_points=int(points.sum()),
        is_recent=bool(points.iloc[-2:].any()) or not facts.is_level,
        reasons=reasons,
    )
