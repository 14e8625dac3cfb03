"""The target of one line of the plan for the province and every district, as `verdicts.Case`s.

In: a target line and the `Outlook` of its indicator. Every number of a verdict, and of its
variants, is read from these cases.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from xhht_analysis.forecasting.outlook import PROVINCE, Outlook
from xhht_analysis.forecasting.verdicts import Case

SHARES = ("share_people", "share_institutions")


def cases(line, outlook: Outlook | None, districts: list[str] = ()) -> Iterator[tuple[Case, int]]:
    """Yield the target of one line for the province, then for each district, with its points."""
    shared = {"comparator": line.comparator}
    is_count, is_share = line.kind == "share_districts", line.kind in SHARES
    unit, of_unit = ("percent", _share) if is_share else ("level", _level)
    own = ("units", line.target_units) if is_count else (unit, line.target_value)
    need = line.target_value if is_share else line.level_required
    asked = set() if line.kind == "milestone" else set(districts)
    nothing = pd.Series(dtype=float)
    if outlook is None:
        yield Case(PROVINCE, *own, nothing, nothing, **shared), 0
    else:
        shared["reasons"] = outlook.reasons
        seen = outlook.low[outlook.units].notna()
        exact = ((outlook.high - outlook.low) < 1e-9).reindex(columns=seen.columns) & seen
        points = exact.mean(axis=1) >= 0.5
        case = _count(line, outlook) if is_count else of_unit(line, outlook, PROVINCE, own[1])
        if is_share:
            points |= case.low.notna().reindex(points.index, fill_value=False)
        yield case, len(case.exact) if case.measure_unit == "level" else int(points.sum())
        for code in () if line.kind == "milestone" else outlook.units:
            yield of_unit(line, outlook, code, need), int(exact[code].sum())
        asked -= set(outlook.units)
    for code in sorted(asked):
        yield Case(code, unit, need, nothing, nothing, **shared), 0


def _share(line, outlook: Outlook, code: str, need: float) -> Case:
    """Percent of one district, or of the whole province."""
    whole = code == PROVINCE
    at = slice(None) if whole else [outlook.units.index(code)]
    sizes = None
    if outlook.weights is not None:
        sizes = np.median(outlook.weights[:, at].sum(axis=1), axis=0)
    return Case(
        code,
        "percent",
        need,
        outlook.low[code].dropna(),
        outlook.high[code].dropna(),
        outlook.years,
        outlook.province if whole else outlook.draws[:, at[0]],
        sizes=sizes,
        reasons=outlook.reasons if whole else (),
        comparator=line.comparator,
    )


def _count(line, outlook: Outlook) -> Case:
    """Number of districts at the level, out of all."""
    level, units, forecast = line.level_required, outlook.units, outlook.levels
    low, high = ((ends[units] >= level).sum(axis=1) for ends in (outlook.low, outlook.high))
    among = forecast.positions(units)
    by_rule = outlook.by_rule.reindex(columns=units)
    by_rule = (by_rule >= level).sum(axis=1).where(by_rule.notna().all(axis=1))
    return Case(
        PROVINCE,
        "units",
        line.target_units,
        low.astype(float),
        high.astype(float),
        outlook.years,
        (outlook.draws >= level).sum(axis=1),
        lambda at: forecast.count_pmf(level, [at], among)[0],
        reasons=("units_missing",) if (high - low).iloc[-1] > 0 else (),
        by_rule=by_rule,
        comparator=line.comparator,
    )


def _level(line, outlook: Outlook, code: str, need: float) -> Case:
    """Level of one unit, or of the province."""
    at = outlook.levels.units.index(code)
    return Case(
        code,
        "level",
        need,
        outlook.low[code].astype(float),
        outlook.high[code].astype(float),
        outlook.years,
        outlook.levels.levels[:, at],
        outlook.levels.pmf[at].__getitem__,
        reasons=("reference_hazard",) if outlook.units == [PROVINCE] else (),
        by_rule=outlook.by_rule.get(code),
        comparator=line.comparator,
    )
