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
    unit = "percent" if is_share else "level"
    own = ("units", line.target_units) if is_count else (unit, line.target_value)
    need = line.target_value if is_share else line.level_required
    nothing = pd.Series(dtype=float)
    alone = line.kind == "milestone"
    if outlook is None:
        for code in (PROVINCE, *(() if alone else districts)):
            asked = own if code == PROVINCE else (unit, need)
            yield Case(code, *asked, nothing, nothing, **shared), 0
        return
    seen = outlook.low[outlook.units].notna()
    exact = ((outlook.high - outlook.low) < 1e-9).reindex(columns=seen.columns) & seen
    broad = exact.mean(axis=1) >= 0.5
    if is_share:
        case = _share_province(line, outlook, shared)
        points = broad | case.low.notna().reindex(broad.index, fill_value=False)
    elif is_count:
        case, points = _count(line, outlook, shared), broad
    else:
        case = _level(outlook, PROVINCE, own[1], outlook.province, shared)
        points = (case.high - case.low) < 1e-9
    yield case, int(points.sum())
    for i, code in enumerate(() if alone else outlook.units):
        if is_share:
            low, high = outlook.low[code].dropna(), outlook.high[code].dropna()
            sizes = None if outlook.weights is None else np.median(outlook.weights[:, i], axis=0)
            draws = outlook.draws[:, i]
            case = Case(code, unit, need, low, high, outlook.years, draws, None, sizes, **shared)
        else:
            case = _level(outlook, code, need, outlook.draws[:, i], shared)
        yield case, int(exact[code].sum())
    for code in sorted(() if alone else set(districts) - set(outlook.units)):
        yield Case(code, unit, need, nothing, nothing, reasons=outlook.reasons, **shared), 0


def _share_province(line, outlook: Outlook, shared: dict) -> Case:
    low, high = outlook.low[PROVINCE].dropna(), outlook.high[PROVINCE].dropna()
    sizes = None if outlook.weights is None else np.median(outlook.weights.sum(axis=1), axis=0)
    joint = (outlook.years, outlook.province, None, sizes, outlook.reasons)
    return Case(PROVINCE, "percent", line.target_value, low, high, *joint, **shared)


def _count(line, outlook: Outlook, shared: dict) -> Case:
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
        **shared,
    )


def _level(outlook: Outlook, code: str, need: float, draws: np.ndarray, shared: dict) -> Case:
    """Level of one unit, or of the province."""
    low, high = outlook.low[code].astype(float), outlook.high[code].astype(float)
    pmf = outlook.levels.pmf[outlook.levels.units.index(code)]
    return Case(
        code,
        "level",
        need,
        low,
        high,
        outlook.years,
        draws,
        pmf.__getitem__,
        reasons=("reference_hazard",) if outlook.units == [PROVINCE] else (),
        by_rule=outlook.by_rule.get(code),
        **shared,
    )
