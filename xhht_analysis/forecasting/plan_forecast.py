"""`forecast_plan`: the plan's dated targets against the panel, as forecasts and verdicts.

In: the panel and the plan as data. Out: `contracts.FORECASTS`, `contracts.VERDICTS` and what they
rest on for every target line of the plan, for the province and its districts in the plan's
frame. All rows of one goal are read from the same joint draws; each indicator has a random stream
of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.forecasting import firmness, paces
from xhht_analysis.forecasting.backtest import COUNT, UNIT, scored_kinds
from xhht_analysis.forecasting.cases import DISTRICT_COUNT, cases
from xhht_analysis.forecasting.explanations import driver_rows, nowcast_rows
from xhht_analysis.forecasting.forecaster import (
    KIT,
    DrawSettings,
    Forecaster,
    as_forecaster,
)
from xhht_analysis.forecasting.joint_forecast import JointForecast
from xhht_analysis.forecasting.level_figures import level_figures
from xhht_analysis.forecasting.levels import distribution
from xhht_analysis.forecasting.observed import PROVINCE
from xhht_analysis.forecasting.panel import long_rows
from xhht_analysis.forecasting.plan_indicators import forecast_indicators, plan_facts
from xhht_analysis.forecasting.scores import QUANTILE_LEVELS
from xhht_analysis.forecasting.verdicts import classify, judge
from xhht_analysis.plan.province import Province
from xhht_analysis.plan.standards import read_standards
from xhht_analysis.project import Project


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
    n_draws: int = 4000,
    seed: int = 1,
    expert: pd.DataFrame | None = None,
    unit_targets: pd.DataFrame | None = None,
    findings: pd.DataFrame | None = None,
    standards: pd.DataFrame | None = None,
    model: Forecaster | Callable = KIT,
    variants: bool = True,
) -> PlanForecast:
    """Judge every dated target of the plan.

    Parameters
    ----------
    panel
        `contracts.PANEL`; the plan's frame is read, and the communes' rates behind levels.
    goals, targets, indicators, areas
        The plan as data (`plan.goals`, `plan.areas`).
    as_of
        Day the data were frozen, ISO.
    n_draws
        Joint draws, of each variant too; the standard error of a probability is at most
        0.5 / sqrt(n_draws).
    expert
        Signed probabilities: goal_code, target_year, probability (0-1).
    unit_targets
        Targets given to single units (config/unit_targets.csv: goal_code, unit_code, target_year,
        target_value): a district is judged by its own, where it has one.
    findings
        `contracts.FINDINGS`: the figures they doubt are left out in one variant.
    standards
        Recognition rules, by default those of config/: they say which figures decide a level, and
        a province level that rests on a rule known at second hand says so.
    model
        One's own forecaster: a function (history, horizon) of shares, or a `Forecaster`.
    variants
        Whether to test what each verdict hangs on (firm or depends), and to give the range of
        chances of levels with too few points.

    Returns
    -------
    PlanForecast
        Probabilities in [0, 1], percent 0-100. The same inputs give the same bytes.
    """
    standards = read_standards(Project().config_dir) if standards is None else standards
    forecaster, districts = as_forecaster(model), sorted(areas.districts()["unit_code"])
    lines = _target_lines(
        goals, targets, areas.province.districts_end, as_of, expert, standards, unit_targets
    )
    figures = level_figures(panel, standards, areas)
    facts = plan_facts(panel, indicators, areas, figures)
    settings = DrawSettings(int(lines["target_year"].max()), n_draws, seed, forecaster)
    joints = forecast_indicators(facts, settings)
    chances = contracts.VARIANTS.empty().drop(columns="model_id")
    if variants and joints:
        chances = firmness.variant_chances(
            panel,
            facts=facts,
            figures=figures,
            indicators=indicators,
            lines=lines,
            areas=areas,
            standards=standards,
            findings=findings,
            settings=settings,
        )
    verdicts = _judge_lines(lines, joints, facts, chances, districts, as_of)
    tables = _tables(forecaster, lines, facts, joints, chances, verdicts)
    return PlanForecast(**{k: _finished(k, v, areas.province, as_of) for k, v in tables.items()})


def _finished(name: str, table: pd.DataFrame, province: Province, as_of: str) -> pd.DataFrame:
    """Table as its contract, under the province's own code."""
    code = table["unit_code"].replace(PROVINCE, province.code)
    table = table.assign(unit_code=code, frame=province.frame, as_of=as_of).round(4)
    return contracts.conform(table, contracts.TABLES[name])


def _tables(forecaster: Forecaster, lines, facts: dict, joints: dict, chances, verdicts) -> dict:
    """Tables of `PlanForecast` but for frame and as_of, with the model behind each row."""
    names = {code: forecaster.name_of(fact.is_level) for code, fact in facts.items()}
    # a number of districts stands under the goal's code
    names |= lines.set_index("goal_code")["indicator_code"].map(names).to_dict()
    forecasts, verdicts = (
        table.assign(model_id=table["indicator_code"].map(names))
        for table in (_forecast_rows(joints, lines), verdicts)
    )
    return {
        "forecasts": forecasts,
        "verdicts": verdicts,
        "variants": firmness.of_open_targets(chances, verdicts),
        "drivers": driver_rows(joints, lines),
        "nowcasts": nowcast_rows(joints),
    }


def _target_lines(
    goals, targets, districts_end: str, as_of: str, expert, standards, unit_targets
) -> pd.DataFrame:
    """The plan's dated targets in its order, with what else is known of each.

    ``kind`` of the goal, ``has_districts``, ``signed`` (probability of a milestone by a signed
    judgement, or NaN), ``second_hand`` (first year of a province rule known at second hand
    only, or infinity) and ``unit_targets`` (what was given to single units, by their codes).
    """
    lines = targets.merge(goals[["goal_code", "kind", "order"]], on="goal_code")
    lines = lines.sort_values(["order", "target_year"], ignore_index=True)
    ends = lines["target_year"].astype("str") + "-12-31"
    line_key = ["goal_code", "target_year"]
    signed = {} if expert is None else expert.set_index(line_key)["probability"]
    given = {}
    if unit_targets is not None:
        given = dict(iter(unit_targets.set_index("unit_code").groupby(line_key)["target_value"]))
    rules = standards[(standards["scope"] == "province") & (standards["status"] == "secondary")]
    since = rules.groupby("level_indicator")["valid_from"].min().str[:4].astype(float)
    keys = lines.set_index(line_key).index
    return lines.assign(
        # what a report dated before the districts ended says of them is what was known on its day
        has_districts=(ends < districts_end) | (as_of < districts_end),
        signed=[signed.get(key, np.nan) for key in keys],
        second_hand=lines["indicator_code"].map(since).fillna(np.inf),
        unit_targets=[given.get(key, {}) for key in keys],
    )


def _judge_lines(lines, joints: dict, facts: dict, chances, districts: list[str], as_of: str):
    """One row of `contracts.VERDICTS` per line and unit, but for the model's name."""
    rows = []
    for line in lines.itertuples():
        rows += _judge_line(line, joints.get(line.indicator_code), districts, as_of)
    verdicts = firmness.add_firmness(pd.DataFrame(rows).astype({"reason": "str"}), chances)
    return _add_tested(firmness.add_range(verdicts, chances), scored_kinds(facts))


def _judge_line(line, joint: JointForecast | None, districts: list[str], as_of: str) -> list[dict]:
    rows = []
    for case in cases(line, joint, districts):
        row = {
            "goal_code": line.goal_code,
            "indicator_code": line.indicator_code,
            "unit_code": case.unit_code,
            "target_year": line.target_year,
            "comparator": line.comparator,
            "target_value": case.need,
            "measure_unit": case.measure_unit,
            **judge(case, int(line.target_year), as_of, line.has_districts),
        }
        if case.unit_code == PROVINCE and line.kind == DISTRICT_COUNT:
            row |= {"target_units": line.target_units, "n_units": len(districts)}
        rows.append(_signed(row, line.signed) if line.kind == "milestone" else row)
        year = row.get("current_year", 0)
        is_status = case.unit_code == PROVINCE and case.measure_unit == "level"
        if is_status and year >= line.second_hand and year not in joint.facts.reported_years:
            reasons = filter(pd.notna, [row["reason"], "rule_secondary"])
            rows[-1]["reason"] = ";".join(reasons)
    if joint is not None and len(joint.districts) > 1:
        _add_places(rows, line, joint)
    return rows


def _add_places(rows: list[dict], line, joint: JointForecast) -> None:
    """Leverage, best and last places, for targets still open."""
    is_open = {row["unit_code"]: row["basis"] == "forecast" for row in rows}
    if not is_open[PROVINCE]:
        return
    units, at = joint.districts, int(line.target_year) - joint.origin_year
    direction = 1 if line.comparator == ">=" else -1
    now = direction * np.stack([joint.draws[unit][:, at] for unit in units], axis=1)
    best, last = paces.place_chances(now)
    gain = np.full(len(units), np.nan)
    if line.kind == DISTRICT_COUNT and line.comparator == ">=":
        at_level = (now >= line.level_required).astype(float)
        gain = paces.leverage(at_level, np.ones(len(units)), 1, line.target_units)
    elif joint.sizes:
        sizes, need = np.array([joint.sizes[u] for u in units]), direction * line.target_value
        gain = paces.leverage(now, sizes / sizes.sum(), need, need)
    for row in rows:
        if row["unit_code"] in units and is_open[row["unit_code"]]:
            i = units.index(row["unit_code"])
            row |= {"leverage": gain[i], "prob_best3": best[i], "prob_last3": last[i]}


def _signed(row: dict, chance: float) -> dict:
    """A milestone that is not settled by its signed judgement, never mixed with a model."""
    is_late = "target_year_missing" in str(row["reason"])
    if np.isnan(chance) or row["basis"] == "observed" or is_late:
        return row
    signed = {"basis": "expert", "reason": "expert_judgement", "verdict_class": classify(chance)}
    return row | signed | {"prob_reached": chance, "prob_ever": np.nan, "prob_held": np.nan}


def _add_tested(verdicts: pd.DataFrame, scored: set[tuple[str, str]]) -> pd.DataFrame:
    """Whether 02_backtest can score the model behind a chance; a range is scored by nothing."""
    forecast = verdicts["basis"].eq("forecast")
    kind = verdicts["unit_code"].where(verdicts["unit_code"].eq(PROVINCE), UNIT)
    kind = kind.mask(verdicts["measure_unit"].eq("units"), COUNT)
    is_scored = pd.MultiIndex.from_arrays([verdicts["indicator_code"], kind]).isin(scored)
    tested = pd.Series(np.where(forecast & is_scored, "scored", "unscored"), verdicts.index)
    return verdicts.assign(tested=tested.where(forecast | verdicts["prob_low"].notna()))


def _forecast_rows(joints: dict[str, JointForecast], lines: pd.DataFrame) -> pd.DataFrame:
    """Quantiles of every share, chances of every level and of each number of districts.

    Per unit and year; a number of districts stands under the goal's code, for it is a quantity of
    its own.
    """
    parts = []
    counts = lines[lines["kind"] == DISTRICT_COUNT].drop_duplicates("goal_code")
    for code, joint in joints.items():
        units, n = list(joint.draws), len(joint.districts)
        draws = np.stack(list(joint.draws.values()), axis=1)[..., 1:]
        if not joint.facts.is_level:
            values = np.moveaxis(np.quantile(draws, QUANTILE_LEVELS, axis=0), 0, -1)
            parts.append(_long(code, joint, units, "quantile", QUANTILE_LEVELS, values))
            continue
        pmf = distribution(draws, joint.facts.top)
        parts.append(_long(code, joint, units, "pmf", range(pmf.shape[-1]), pmf))
        for line in counts[counts["indicator_code"] == code].itertuples():
            at_level = draws[:, :n] >= line.level_required
            pmf = distribution(at_level.sum(axis=1, keepdims=True), n)
            parts.append(_long(line.goal_code, joint, [PROVINCE], "pmf", range(n + 1), pmf))
    return pd.concat(parts) if parts else contracts.FORECASTS.empty()


def _long(code, joint: JointForecast, units, output_type, ids, values) -> pd.DataFrame:
    """Rows from values (units, years, ids)."""
    axes = {"unit_code": units, "year": joint.years[1:], "output_type_id": ids}
    fixed = {"indicator_code": code, "origin_year": joint.origin_year, "output_type": output_type}
    rows = long_rows(values, axes).assign(**fixed)
    return rows.assign(horizon=rows["year"] - joint.origin_year)
