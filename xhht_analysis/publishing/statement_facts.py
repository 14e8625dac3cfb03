"""What the tables of a run say of one verdict, gathered into its `Statement`."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from xhht_analysis.forecasting.observed import PROVINCE
from xhht_analysis.forecasting.verdicts import classify
from xhht_analysis.plan.goals import split_codes
from xhht_analysis.publishing.selection import where
from xhht_analysis.publishing.statements import NAN, NEARLY, Gap, Observation, Statement

if TYPE_CHECKING:
    from xhht_analysis.publishing.report_data import ReportData

MOVES = 0.5
"""Points of percent that a driver must move the median to be named."""
STATUS_KIND = "province_status"
SAME_FIGURE = 0.05
"""Points of percent below which two sources round to the same figure."""


def make_statement(run: ReportData, verdict: pd.Series) -> Statement:
    """Gather all that the tables of a run say of one verdict row (`contracts.VERDICTS`)."""
    statement = Statement(**_aim(run, verdict), **_figures(run, verdict), labels=run.labels)
    statement = replace(statement, gap=_gap(run, statement))
    if statement.has_object:
        statement = replace(statement, **_chances(run, verdict))
    if statement.unit_code != run.province.code:
        return statement
    about = statement.actual if verdict["basis"] == "observed" else statement.latest
    statement = replace(statement, readings=_readings(run, statement))
    if about is None:
        return statement
    if statement.kind == STATUS_KIND:
        return _beside_status(run, statement, about)
    if statement.measure_unit != "percent":
        return statement
    return replace(statement, other_source=reported_share(run, statement, about))


def _gap(run: ReportData, statement: Statement) -> Gap | None:
    """Who has no figure of the target year or, before it, of the latest year with figures.

    A year that is known needs none but where the lead agency's own figure settles it.
    """
    rows = where(run.panel, indicator_code=statement.indicator_code)
    rows = rows[rows["year"] <= statement.target_year]
    exact, last = {o.year for o in statement.history if o.exact}, rows["year"].max()
    gap = gap_of(run, rows, statement.unit_code)
    if last not in exact:
        return None if gap and gap.year in exact else gap
    sent = where(rows, unit_code=statement.unit_code, year=last).dropna(subset="value")
    is_settled = gap and gap.year == last and sent["value_type"].ne("derived").any()
    return gap if is_settled else None


def gap_of(run: ReportData, rows: pd.DataFrame, unit_code: str) -> Gap | None:
    """Units without a figure in the latest year of these panel rows; None before any has one.

    Units are the communes where they report, else the districts; of a district its own. A level
    that the rules give for sure is a figure; what a district itself reports is of all its communes.
    """
    units = where(run.units, level=["district", "commune"])
    if unit_code != run.province.code:
        units = where(units, district_code=unit_code)
    is_sure = rows["level_derived_min"].eq(rows["level_derived_max"])
    rows = rows[rows["value"].notna() | rows["level"].notna() | is_sure]
    rows = where(rows, unit_code=list(units["unit_code"]))
    rows = where(rows, year=rows["year"].max())
    if rows.empty:
        return None
    year, reporting = int(rows["year"].iloc[0]), set(rows["unit_code"])
    by_commune = not run.province.has_districts(f"{year}-12-31")
    communes = where(units, level="commune")
    by_commune &= communes["unit_code"].isin(reporting).any()
    asked = communes if by_commune else where(units, level="district")
    has_figure = asked["unit_code"].isin(reporting)
    whole = rows["unit_code"][rows["value_type"].ne("derived")]
    silent = asked[~has_figure & ~asked["district_code"].isin(whole)]
    counts = where(rows, unit_code=list(asked["unit_code"]))[["numerator", "denominator"]]
    top, base = counts.dropna().sum()
    return Gap(
        year=year,
        total=len(asked),
        silent=tuple(silent["unit_code"].map(run.names)),
        reporting=tuple(asked["unit_code"][has_figure].map(run.names)),
        share=100 * top / base if base else NAN,
    )


def _aim(run: ReportData, v: pd.Series) -> dict:
    """What is to be reached, and who can be judged by it."""
    code, indicator_code, year = v["goal_code"], v["indicator_code"], int(v["target_year"])
    goal, target = run.ordered_goals.loc[code], run.target(code, year)
    standards = where(run.targets, goal_code=code)["indicator_code"].nunique()
    counted = v["measure_unit"] == "units" and pd.notna(v["target_units"])
    reasons = tuple(split_codes(v["reason"])) if isinstance(v["reason"], str) else ()
    ended = "no_legal_object" in reasons
    return {
        "goal_code": code,
        "unit_code": str(v["unit_code"]),
        "target_year": year,
        "indicator_code": indicator_code,
        "order": int(goal["order"]),
        "title": run.title(code),
        "kind": goal["kind"],
        "measure_unit": v["measure_unit"],
        "need": float(v["target_units"] if counted else v["target_value"]),
        "total": len(run.districts),
        "commitment": "must" if target is None else str(target["commitment"]),
        "lower_is_better": v["comparator"] == "<=",
        "standard": run.short(indicator_code) if standards > 1 else "",
        "count_unit": str(run.indicator(indicator_code).get("count_unit_vi") or ""),
        "verdict_class": v["verdict_class"],
        "reasons": reasons,
        "ended": ended,
        "has_object": not ended or v["basis"] == "observed" or run.is_rebuilt(indicator_code),
    }


def _figures(run: ReportData, v: pd.Series) -> dict:
    """What was observed, year by year, and the run before."""
    code, unit, year = v["goal_code"], str(v["unit_code"]), int(v["target_year"])
    rows = run.observed(code, v["indicator_code"], unit).itertuples(index=False)
    history = tuple(Observation(*row) for row in rows)
    known, before = [o for o in history if o.exact], run.verdict(code, year, unit, "previous")
    known += [
        Observation(now.year, now.median, now.median)
        for now in run.nowcast(v["indicator_code"], unit)
        if not known or now.year > known[-1].year
    ]
    return {
        "history": history,
        "actual": next((o for o in history if o.year == year), None),
        "latest": history[-1] if history else None,
        "base": known[-1] if known else None,
        "n_points": int(v["n_points"]),
        "previous": None if before is None else (before["verdict_class"], before["prob_reached"]),
    }


def _chances(run: ReportData, v: pd.Series) -> dict:
    """What is expected, how sure that is and what would change it."""
    code, unit, year = v["goal_code"], str(v["unit_code"]), int(v["target_year"])
    forecast = v["basis"] in ("forecast", "expert") and pd.notna(v["prob_reached"])
    expected = v[["q100", "median", "q900"]].astype(float)
    variants = where(run.variants, goal_code=code, unit_code=unit, target_year=year)
    chances = variants.set_index("variant")["prob_reached"].to_dict()
    tested, is_district = str(v.get("tested", "")), unit != run.province.code
    metric = "count_coverage_80" if v["measure_unit"] == "units" else "coverage_80"
    covered = run.coverage(metric)["covered"].get(v["indicator_code"], NAN)
    return {
        "is_forecast": forecast,
        "chance": float(v["prob_reached"]),
        "chance_held": float(v["prob_held"]),
        "chance_range": tuple(float(v.get(c, NAN)) for c in ("prob_low", "prob_high")),
        "expected": None if expected.isna().any() or not forecast else tuple(expected),
        "pace_required": float(v["pace_required"]),
        "pace_before": float(v["pace_own"]),
        "people": float(v["people_required"]),
        "depends_on": v["depends_on"] if v["firmness"] == "depends" else "",
        "variants": chances,
        "drivers": _drivers(run, code, year, unit) if forecast else (),
        "tested": tested,
        "covered": float(covered) if tested == "scored" else NAN,
        "is_common": v["basis"] == "forecast" and is_district and run.is_level(code),
    }


def _drivers(run: ReportData, code: str, year: int, unit: str) -> tuple[tuple[str, float], ...]:
    rows = where(run.drivers, goal_code=code, target_year=year)
    if unit != run.province.code:
        rows = where(rows, unit_code=unit)
    mean = rows.groupby("feature")["effect"].mean()
    mean = mean[mean.abs() >= MOVES].sort_values(key=abs, ascending=False).head(2)
    return tuple((str(name), float(effect)) for name, effect in mean.items())


def _beside_status(run: ReportData, statement: Statement, shown: Observation) -> Statement:
    """Add the level that the rules give from the rates, else that of the lowest district."""
    facts = run.facts[statement.indicator_code]
    levels = {"by_rule": facts.by_rule.get(PROVINCE, pd.Series(dtype=float)).get(shown.year, NAN)}
    if facts.units != [PROVINCE]:
        low, high = (end.loc[shown.year, facts.units].min() for end in facts.bounds)
        levels["lowest"] = float(low) if low == high else NAN
    for key, value in levels.items():
        if value == value and not (shown.exact and value == shown.low):
            other = Observation(shown.year, float(value), float(value))
            return replace(statement, other_source=other, source_key=key)
    return statement


def reported_share(run: ReportData, statement: Statement, shown: Observation) -> Observation | None:
    """What was reported for the province where another figure of that year is shown."""
    rows = where(run.rows(statement.indicator_code), unit_code=run.province.code, year=shown.year)
    for value in rows["value"][rows["value_type"].ne("derived")].dropna().head(1):
        if not (shown.exact and abs(value - shown.low) < SAME_FIGURE):
            return Observation(shown.year, value, value)
    return None


def _readings(run: ReportData, statement: Statement) -> tuple[Statement, ...]:
    """The plan's disputed words: "triển khai" one step lower, "trong đó" as part of the parent."""
    parent = run.parent_goal(statement.goal_code)
    if statement.kind == "milestone":
        need = statement.need - 1
    elif parent:
        above = run.statement(parent, statement.target_year)
        share = float(run.target(statement.goal_code, statement.target_year)["target_value"]) / 100
        parent_figure = _then(above, statement) if above else NAN
        if parent_figure != parent_figure:
            return ()
        need = share * parent_figure
        need = math.ceil(need - NEARLY) if statement.measure_unit == "units" else need
    else:
        return ()
    other = replace(statement, need=need, parent=run.title(parent) if parent else "")
    if statement.actual is not None and statement.actual.exact:
        name = "reached" if other.meets(statement.actual.low) else "missed"
        return (replace(other, verdict_class=name, chance=NAN),)
    chance = chance_of(run, other) if statement.is_forecast else NAN
    if chance != chance:
        return ()
    return (replace(other, verdict_class=classify(chance), chance=chance),)


def _then(above: Statement, statement: Statement) -> float:
    """Figure of the parent goal in the target year of its part: observed or, ahead, expected."""
    if statement.is_forecast:
        return above.expected[1] if above.expected else NAN
    seen = above.actual
    return seen.low if seen and seen.exact else NAN


def chance_of(run: ReportData, statement: Statement) -> float:
    """P(the province stands at the target in its year) from the forecasts; NaN without."""
    kind = "quantile" if statement.measure_unit == "percent" else "pmf"
    rows = where(
        run.forecasts,
        indicator_code=statement.goal_code
        if statement.measure_unit == "units"
        else statement.indicator_code,
        unit_code=statement.unit_code,
        year=statement.target_year,
        frame=run.province.frame,
        output_type=kind,
    ).sort_values("output_type_id")
    if rows.empty:
        return float("nan")
    at, value = rows["output_type_id"].to_numpy(), rows["value"].to_numpy()
    if kind == "pmf":
        return float(value[[statement.meets(level) for level in at]].sum())
    below = float(np.interp(statement.need, value, at, left=0, right=1))
    return below if statement.lower_is_better else 1 - below
