"""`forecast_plan`: the plan's dated targets against the panel, as forecasts and verdicts.

In: the panel and the plan as data. Out: `contracts.FORECASTS` and `contracts.VERDICTS` for every
target line of the plan, for the province and its 11 districts in the frame of 2021. All rows of
one goal are read from the same joint draws; each indicator has a random stream of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.forecasting import decisions
from xhht_analysis.forecasting.firmness import (
    LAST_TARGET_YEAR,
    SHARES,
    add_firmness,
    variant_chances,
)
from xhht_analysis.forecasting.outlook import PROVINCE, Outlook
from xhht_analysis.forecasting.plan_indicators import build_outlooks, read_facts
from xhht_analysis.forecasting.recognition import Recognition
from xhht_analysis.forecasting.verdicts import Case, classify, judge

QUANTILE_LEVELS = (0.025, *(round(0.05 * i, 2) for i in range(1, 20)), 0.975)


@dataclass(frozen=True)
class PlanForecast:
    """Tables of one run, each as its contract in `contracts`."""

    forecasts: pd.DataFrame
    verdicts: pd.DataFrame
    variants: pd.DataFrame
    drivers: pd.DataFrame
    nowcasts: pd.DataFrame

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """All of them by name."""
        return vars(self)


def forecast_plan(
    panel: pd.DataFrame,
    goals: pd.DataFrame,
    targets: pd.DataFrame,
    indicators: pd.DataFrame,
    areas,
    *,
    as_of: str,
    origin_year: int | None = None,
    n_draws: int = 4000,
    seed: int = 1,
    expert: pd.DataFrame | None = None,
    standards: pd.DataFrame | None = None,
    variants: bool = True,
) -> PlanForecast:
    """Judge every dated target of the plan.

    Parameters
    ----------
    panel
        `contracts.PANEL`; only the frame of the 11 districts is read.
    goals, targets, indicators, areas
        The plan as data (`plan.goals`, `plan.areas`).
    as_of
        Day the data were frozen, ISO.
    origin_year
        Use no figure of a later year; by default all.
    n_draws
        Joint draws; the standard error of a probability is at most 0.5 / sqrt(n_draws).
    expert
        Signed probabilities: goal_code, target_year, probability (0-1).
    standards
        Recognition rules: applied inside the draws of commune rates where these are known.
    variants
        Whether to test what each verdict hangs on (firm or depends).

    Returns
    -------
    PlanForecast
        Probabilities in [0, 1], percent 0-100. The same inputs give the same bytes.
    """
    facts = panel if origin_year is None else panel[panel["year"] <= origin_year]
    districts = sorted(areas.districts()["unit_code"])
    lines = targets.merge(goals[["goal_code", "kind", "order"]], on="goal_code")
    lines = lines.sort_values(["order", "target_year"], ignore_index=True)
    by_rule = None if standards is None else Recognition(facts, standards, areas, districts)
    known = read_facts(facts, indicators, districts, by_rule)
    outlooks = build_outlooks(known, n_draws=n_draws, seed=seed)
    rows = []
    for line in lines.itertuples():
        rows += _judge_line(line, outlooks.get(line.indicator_code), districts, as_of)
    verdicts = pd.DataFrame(rows).assign(
        frame=contracts.FRAME_DISTRICTS, as_of=as_of, model_id=_model_id()
    )
    verdicts = _add_expert(verdicts, lines, expert)
    chances = variant_chances(known, lines, seed) if variants else contracts.VARIANTS.empty()
    verdicts = add_firmness(verdicts, chances)
    chances = chances.assign(frame=contracts.FRAME_DISTRICTS, as_of=as_of)
    forecasts = pd.concat([_forecast_rows(outlooks), _count_rows(outlooks, lines)])
    forecasts = forecasts.assign(as_of=as_of, frame=contracts.FRAME_DISTRICTS, model_id=_model_id())
    return PlanForecast(
        contracts.conform(forecasts, contracts.FORECASTS),
        contracts.conform(verdicts.round(4), contracts.VERDICTS),
        contracts.conform(chances.round(4), contracts.VARIANTS),
        contracts.DRIVERS.empty(),
        contracts.NOWCASTS.empty(),
    )


def _model_id() -> str:
    return "xhht-1"


def cases(line, outlook: Outlook | None, districts: list[str]) -> Iterator[tuple[Case, int]]:
    """Yield the target of one line for the province, then for each district, with its points."""
    shared = {"comparator": line.comparator}
    is_count = line.kind == "share_districts"
    unit = "percent" if line.kind in SHARES else "level"
    if outlook is None:
        nothing = pd.Series(dtype=float)
        own = ("units", line.target_units) if is_count else (unit, line.target_value)
        yield Case(PROVINCE, *own, nothing, nothing, **shared), 0
        need = line.target_value if line.kind in SHARES else line.level_required
        for code in districts if line.kind != "milestone" else ():
            yield Case(code, unit, need, nothing, nothing, **shared), 0
        return
    seen = outlook.low[outlook.units].notna()
    exact = ((outlook.high - outlook.low) < 1e-9).reindex(columns=seen.columns) & seen
    broad = exact.mean(axis=1) >= 0.5
    if line.kind in SHARES:
        case = _share_province(line, outlook, shared)
        broad = broad | case.low.notna().reindex(broad.index, fill_value=False)
    else:
        case = _level_province(line, outlook, is_count, shared)
    yield case, int(broad.sum())
    if line.kind == "milestone":
        return
    level = None if line.kind in SHARES else line.level_required
    chances = None if outlook.levels is None else outlook.levels.probability(level)
    for code in districts:
        case = _district(line, outlook, code, unit, chances, shared)
        yield case, int(exact.get(code, broad[:0]).sum())


def _share_province(line, outlook: Outlook, shared: dict) -> Case:
    low, high = outlook.low[PROVINCE].dropna(), outlook.high[PROVINCE].dropna()
    sizes = None if outlook.weights is None else np.median(outlook.weights.sum(axis=1), axis=0)
    return Case(
        PROVINCE,
        "percent",
        line.target_value,
        low,
        high,
        outlook.years,
        outlook.province,
        None,
        sizes,
        outlook.reasons,
        **shared,
    )


def _level_province(line, outlook: Outlook, is_count: bool, shared: dict) -> Case:
    """Number of districts at the level, or the province's own level: that of its last district.

    Every status the plan asks for needs 100 % of the districts (Nghị định 20/2014, Điều 6-21),
    so the province stands where its lowest district stands.
    """
    level, low, high = line.level_required, outlook.low, outlook.high
    forecast = outlook.levels
    if is_count:
        draws = (outlook.draws >= level).sum(axis=1)
        low, high = (low >= level).sum(axis=1), (high >= level).sum(axis=1)
        unit, need, least = "units", line.target_units, int(line.target_units)
    else:
        draws = outlook.draws.min(axis=1)
        low, high = low.min(axis=1), high.min(axis=1)
        unit, need, least = "level", line.target_value, len(outlook.units)

    def chance(at: int) -> float:
        return forecast.count_pmf(level, [at])[0, least:].sum()

    open_ended = ("units_missing",) if (high - low).iloc[-1] > 0 else ()
    milestone = ("reference_hazard",) if line.kind == "milestone" else ()
    reasons = open_ended + milestone
    bounds = low.astype(float), high.astype(float)
    return Case(
        PROVINCE, unit, need, *bounds, outlook.years, draws, chance, None, reasons, **shared
    )


def _district(line, outlook: Outlook, code: str, unit: str, chances, shared: dict) -> Case:
    need = line.target_value if line.kind in SHARES else line.level_required
    if code not in outlook.units:
        nothing = pd.Series(dtype=float)
        return Case(code, unit, need, nothing, nothing, reasons=outlook.reasons, **shared)
    i = outlook.units.index(code)
    low, high = outlook.low[code].dropna(), outlook.high[code].dropna()
    sizes = None if outlook.weights is None else np.median(outlook.weights[:, i], axis=0)
    chance = None if chances is None else chances[i].__getitem__
    return Case(
        code, unit, need, low, high, outlook.years, outlook.draws[:, i], chance, sizes, **shared
    )


def _judge_line(line, outlook: Outlook | None, districts: list[str], as_of: str) -> list[dict]:
    rows = []
    for case, n_points in cases(line, outlook, districts):
        row = {
            "goal_code": line.goal_code,
            "indicator_code": line.indicator_code,
            "unit_code": case.unit_code,
            "target_year": line.target_year,
            "comparator": line.comparator,
            "target_value": case.need,
            "measure_unit": case.measure_unit,
            **judge(case, int(line.target_year), as_of, n_points),
        }
        if case.unit_code == PROVINCE and line.kind == "share_districts":
            row |= {"target_units": line.target_units, "n_units": len(districts)}
        rows.append(row)
    if outlook is not None and len(outlook.units) > 1:
        _add_places(rows, line, outlook)
    return rows


def _add_places(rows: list[dict], line, outlook: Outlook) -> None:
    """Leverage, best and last places and pace among peers, for targets still open."""
    at = int(line.target_year) - outlook.origin_year
    is_open = {row["unit_code"]: row["basis"] == "forecast" for row in rows}
    if at < 0 or not is_open[PROVINCE]:
        return
    now = outlook.draws[:, :, at]
    best, last = decisions.place_chances(now)
    if line.kind not in SHARES:
        needed = line.target_units if line.kind == "share_districts" else len(outlook.units)
        gain = decisions.count_leverage(now >= line.level_required, needed)
    elif outlook.weights is not None:
        gain = decisions.share_leverage(now, outlook.weights[:, :, at], line.target_value)
    else:
        gain = np.full(len(outlook.units), np.nan)
    history = outlook.low.reindex(columns=outlook.units)
    for row in rows:
        if line.kind in SHARES and is_open[row["unit_code"]]:
            start = row.get("current", np.nan)
            row["pace_percentile"] = decisions.pace_percentile(
                history, start, line.target_value, at
            )
        if row["unit_code"] in outlook.units and is_open[row["unit_code"]]:
            i = outlook.units.index(row["unit_code"])
            row |= {"leverage": gain[i], "prob_best3": best[i], "prob_last3": last[i]}


def _add_expert(verdicts, lines, expert: pd.DataFrame | None) -> pd.DataFrame:
    """Signed judgement for milestones that are not settled; never mixed with a model."""
    if expert is None or expert.empty:
        return verdicts
    kinds = lines.drop_duplicates("goal_code").set_index("goal_code")["kind"]
    signed = expert.set_index(["goal_code", "target_year"])["probability"].astype(float)
    rows = verdicts.to_dict("records")
    for row in rows:
        key = (row["goal_code"], row["target_year"])
        is_open = row["basis"] != "observed" and "target_year_missing" not in str(row["reason"])
        if kinds[key[0]] == "milestone" and is_open and key in signed.index:
            chance = float(signed[key])
            row |= {"prob_reached": chance, "verdict_class": classify(chance)}
            row |= {"basis": "expert", "reason": "expert_judgement"}
            row |= {"prob_ever": np.nan, "prob_held": np.nan}
    return pd.DataFrame(rows)


def _forecast_rows(outlooks: dict[str, Outlook]) -> pd.DataFrame:
    """Quantiles and median of every share, chances of every level, per unit and year."""
    parts = []
    for code, outlook in outlooks.items():
        last = LAST_TARGET_YEAR - outlook.origin_year + 1
        years = outlook.years[1:last]
        if outlook.levels is not None:
            chances = outlook.levels.pmf()[:, 1:last]
            ids = np.arange(chances.shape[-1])
            parts.append(_long(code, outlook.units, years, "pmf", ids, chances, outlook))
            continue
        draws, units = outlook.draws[:, :, 1:last], outlook.units
        if outlook.province is not None:
            draws = np.concatenate([draws, outlook.province[:, None, 1:last]], axis=1)
            units = [*units, PROVINCE]
        values = np.moveaxis(np.quantile(draws, QUANTILE_LEVELS, axis=0), 0, -1)
        parts.append(_long(code, units, years, "quantile", QUANTILE_LEVELS, values, outlook))
        middle = values[..., [QUANTILE_LEVELS.index(0.5)]]
        parts.append(_long(code, units, years, "median", [np.nan], middle, outlook))
    return pd.concat(parts) if parts else contracts.FORECASTS.empty()


def _count_rows(outlooks: dict[str, Outlook], lines: pd.DataFrame) -> pd.DataFrame:
    """Chances of each number of districts, under the goal's code: the count is its own quantity."""
    parts = []
    counted = lines[lines["kind"] == "share_districts"].drop_duplicates("goal_code")
    for line in counted[counted["indicator_code"].isin(outlooks)].itertuples():
        outlook = outlooks[line.indicator_code]
        last = LAST_TARGET_YEAR - outlook.origin_year + 1
        pmf = outlook.levels.count_pmf(line.level_required, range(1, last))[None]
        ids = np.arange(pmf.shape[-1])
        years = outlook.years[1:last]
        parts.append(_long(line.goal_code, [PROVINCE], years, "pmf", ids, pmf, outlook))
    return pd.concat(parts) if parts else contracts.FORECASTS.empty()


def _long(code, units, years, output_type, ids, values, outlook: Outlook) -> pd.DataFrame:
    """Rows from (units, years, ids)."""
    shape = values.shape
    at = np.indices(shape).reshape(3, -1)
    return pd.DataFrame(
        {
            "indicator_code": code,
            "unit_code": np.array(units)[at[0]],
            "origin_year": outlook.origin_year,
            "horizon": years[at[1]] - outlook.origin_year,
            "year": years[at[1]],
            "output_type": output_type,
            "output_type_id": np.asarray(ids, dtype=float)[at[2]],
            "value": np.round(values.ravel(), 4),
        }
    )
