"""What the tables of a run say of one verdict, gathered into its `Statement`."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from xhht_analysis.contracts import TOLERANCE
from xhht_analysis.forecasting.observed import PROVINCE
from xhht_analysis.forecasting.verdicts import classify
from xhht_analysis.plan.goals import split_codes
from xhht_analysis.publishing.goal_facts import NAN, SAME_FIGURE, Gap, Observation
from xhht_analysis.publishing.selection import first, where
from xhht_analysis.publishing.statements import Statement

if TYPE_CHECKING:
    from xhht_analysis.publishing.report_data import ReportData

MOVES = 0.5
"""Points of percent that a driver must move the median to be named."""
SAME = (
    "goal_code",
    "unit_code",
    "indicator_code",
    "target_year",
    "measure_unit",
    "verdict_class",
    "n_points",
    "pace_own",
)
"""What a statement takes over from its verdict under the same name."""
STATUS_KIND = "province_status"


def make_statement(run: ReportData, verdict: pd.Series) -> Statement:
    """Gather all that the tables of a run say of one verdict row (`contracts.VERDICTS`)."""
    facts = _aim(run, verdict) | _figures(run, verdict)
    statement = Statement(**verdict[list(SAME)], **facts, labels=run.labels)
    chances = _chances(run, verdict, statement) if statement.has_object else {}
    statement = replace(statement, gap=_gap(run, statement), **chances)
    if statement.unit_code != run.province.code:
        return statement
    key, other = _other_source(run, statement)
    readings = _readings(run, statement)
    return replace(statement, source_key=key, other_source=other, readings=readings)


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
    return replace(gap, key="missing_settled") if is_settled else None


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
    whole = rows["unit_code"][rows["value_type"].ne("derived")]
    is_silent = ~asked["unit_code"].isin(reporting) & ~asked["district_code"].isin(whole)
    return Gap(year, len(asked), tuple(asked["unit_code"][is_silent].map(run.names)))


def _aim(run: ReportData, v: pd.Series) -> dict:
    """What is to be reached, and who can be judged by it."""
    code, indicator_code = v["goal_code"], v["indicator_code"]
    goal, targets = run.ordered_goals.loc[code], where(run.targets, goal_code=code)
    target = first(targets, target_year=v["target_year"])
    target = {} if target is None else target
    counted = v["measure_unit"] == "units" and pd.notna(v["target_units"])
    reasons = tuple(split_codes(v["reason"])) if isinstance(v["reason"], str) else ()
    ended = "no_legal_object" in reasons
    rules = where(run.standards, level_indicator=indicator_code, scope="district")  # rebuild levels
    return {
        "order": int(goal["order"]),
        "title": run.title(code),
        "kind": goal["kind"],
        "need": float(v["target_units"] if counted else v["target_value"]),
        "total": len(run.districts),
        "commitment": str(target.get("commitment", "must")),
        "note": run.labels.local(target, "note"),
        "lower_is_better": v["comparator"] == "<=",
        "standard": run.short(indicator_code) if len(set(targets["indicator_code"])) > 1 else "",
        "count_unit": str(run.indicator(indicator_code).get("count_unit_vi") or ""),
        "reasons": reasons,
        "ended": ended,
        "has_object": not ended or v["basis"] == "observed" or not rules.empty,
    }


def _figures(run: ReportData, v: pd.Series) -> dict:
    """What was observed, year by year, and the run before."""
    code, unit, year = v["goal_code"], str(v["unit_code"]), int(v["target_year"])
    history = _history(run, v)
    exact, before = [o for o in history if o.exact], run.verdict(code, year, unit, "previous")
    exact += [
        Observation(now.year, now.median, now.median)
        for now in run.nowcast(v["indicator_code"], unit)
        if not exact or now.year > exact[-1].year
    ]
    return {
        "history": history,
        "actual": next((o for o in history if o.year == year), None),
        "latest": history[-1] if history else None,
        "base": exact[-1] if exact else None,
        "previous": None if before is None else (before["verdict_class"], before["prob_reached"]),
    }


def _history(run: ReportData, v: pd.Series) -> tuple[Observation, ...]:
    """Year by year what was achieved; the ends differ where districts are missing.

    Percent for shares; of levels the number of districts for a target in districts, else the level
    of the unit. A year of which nothing is known, be it none or every target reached, is left out.
    """
    code, unit = v["goal_code"], str(v["unit_code"])
    ends = run.bounds(v["indicator_code"])
    if v["measure_unit"] == "units":
        districts = run.districts_in(ends[0])
        required = run.ordered_goals.loc[code, "level_required"]
        low, high = ((end[districts] >= required).sum(axis=1) for end in ends)
    else:
        low, high = (end.get(unit, pd.Series(dtype=float)) for end in ends)
    aims = where(run.verdicts, goal_code=code, unit_code=unit)
    most = aims["target_units"].fillna(aims["target_value"]).max()
    table = pd.DataFrame({"low": low, "high": high}).dropna().astype(float)
    table = table[table["low"].gt(0) | ~table["high"].ge(most)]
    return tuple(Observation(int(year), *row) for year, *row in table.itertuples())


def _chances(run: ReportData, v: pd.Series, statement: Statement) -> dict:
    """What is expected, how sure that is and what would change it."""
    forecast = v["basis"] in ("forecast", "expert") and pd.notna(v["prob_reached"])
    expected = v[["q100", "median", "q900"]].astype(float)
    variants = where(run.variants, **v[["goal_code", "unit_code", "target_year"]])
    is_district = statement.unit_code != run.province.code
    metric = "count_coverage_80" if statement.measure_unit == "units" else "coverage_80"
    covered = run.coverage(metric)["covered"].get(statement.indicator_code, NAN)
    pace = float(v["pace_required"])
    return {
        "chance": float(v["prob_reached"]),
        "chance_two_years": float(v["prob_held"]),
        "people": float(v["people_required"]),
        "pace_required": float(np.copysign(np.ceil(10 * abs(pace) - TOLERANCE) / 10, pace)),
        "is_forecast": forecast,
        "chance_range": tuple(v[["prob_low", "prob_high"]].astype(float)),
        "expected": None if expected.isna().any() or not forecast else tuple(expected),
        "depends_on": v["depends_on"] if v["firmness"] == "depends" else "",
        "variants": variants.set_index("variant")["prob_reached"].to_dict(),
        "drivers": _drivers(run, statement) if forecast else (),
        "tested": str(v["tested"]),
        "covered": float(covered) if v["tested"] == "scored" else NAN,
        "is_common": v["basis"] == "forecast" and is_district and run.is_level(v["goal_code"]),
    }


def _drivers(run: ReportData, statement: Statement) -> tuple[tuple[str, float], ...]:
    rows = where(run.drivers, goal_code=statement.goal_code, target_year=statement.target_year)
    if statement.unit_code != run.province.code:
        rows = where(rows, unit_code=statement.unit_code)
    mean = rows.groupby("feature")["effect"].mean()
    mean = mean[mean.abs() >= MOVES].sort_values(key=abs, ascending=False).head(2)
    return tuple(mean.items())


def _other_source(run: ReportData, statement: Statement) -> tuple[str, Observation | None]:
    """Kind and figure of another source for what the verdict is about, where the two differ.

    Of a share what was reported for the province; of its status the level that the rules give from
    the rates, else that of the lowest district.
    """
    shown, levels = statement.shown_figure, {}
    if shown and statement.measure_unit == "percent":
        other = reported_share(run, statement, shown)
        return "reported" if other else "known", other
    if shown and statement.kind == STATUS_KIND:
        facts = run.facts[statement.indicator_code]
        levels["by_rule"] = facts.by_rule.get(PROVINCE, {}).get(shown.year, NAN)
        if facts.units != [PROVINCE]:
            low, high = (end.loc[shown.year, facts.units].min() for end in facts.bounds)
            levels["lowest"] = low if low == high else NAN
    for key, level in levels.items():
        if pd.notna(level) and not (shown.exact and level == shown.low):
            return key, Observation(shown.year, float(level), float(level))
    return "known", None


def reported_share(run: ReportData, statement: Statement, shown: Observation) -> Observation | None:
    """What was reported for the province where another figure of that year is shown."""
    rows = where(run.rows(statement.indicator_code), unit_code=run.province.code, year=shown.year)
    for value in rows["value"][rows["value_type"].ne("derived")].dropna().head(1):
        if not (shown.exact and abs(value - shown.low) < SAME_FIGURE):
            return Observation(shown.year, value, value)
    return None


def _readings(run: ReportData, statement: Statement) -> tuple[Statement, ...]:
    """The plan's disputed words: "triển khai" one step lower, "trong đó" as part of the parent."""
    parent, need = run.ordered_goals.loc[statement.goal_code, "part_of"], NAN
    above = run.statement(parent, statement.target_year) if parent else None
    if statement.kind == "milestone":
        need = statement.need - 1
    elif above:
        target = first(
            run.targets, goal_code=statement.goal_code, target_year=statement.target_year
        )
        need = target["target_value"] / 100 * _then(above, statement)
        if statement.measure_unit == "units" and pd.notna(need):
            need = math.ceil(need - TOLERANCE)
    if pd.isna(need):
        return ()
    other = replace(statement, need=need, parent=str(above.order) if above else "")
    if statement.actual is not None and statement.actual.exact:
        name = "reached" if other.meets(statement.actual.low) else "missed"
        return (replace(other, verdict_class=name, chance=NAN),)
    chance = chance_of(run, other) if statement.is_forecast else NAN
    if pd.isna(chance):
        return ()
    return (replace(other, verdict_class=classify(chance), chance=chance),)


def _then(above: Statement, statement: Statement) -> float:
    """Figure of the parent goal in the target year of its part: observed or, ahead, expected."""
    if statement.is_forecast:
        return above.expected[1] if above.expected else NAN
    return above.actual.low if above.actual and above.actual.exact else NAN


def chance_of(run: ReportData, statement: Statement) -> float:
    """P(a unit stands at the target in its year) from the forecasts; NaN without."""
    is_share = statement.measure_unit == "percent"
    name = "goal_code" if statement.measure_unit == "units" else "indicator_code"
    rows = where(
        run.forecasts,
        indicator_code=getattr(statement, name),
        unit_code=statement.unit_code,
        year=statement.target_year,
        frame=run.province.frame,
        output_type="quantile" if is_share else "pmf",
    ).sort_values("output_type_id")
    at, value = rows["output_type_id"].to_numpy(), rows["value"].to_numpy()
    if rows.empty:
        return NAN
    if not is_share:
        return float(value[[statement.meets(level) for level in at]].sum())
    below = float(np.interp(statement.need, value, at, left=0, right=1))
    return below if statement.lower_is_better else 1 - below
