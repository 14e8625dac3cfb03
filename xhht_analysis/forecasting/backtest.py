"""Rolling origins over the panel: how good the forecasts would have been.

In: the panel. Out: one row per forecast (`backtest_rows`), the table `contracts.SCORES`
(`summarise`). Today's revised figures stand in for those known
at each origin (a hindcast), so every model looks a little better than in live use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.forecasting import scores
from xhht_analysis.forecasting.baselines import MODELS
from xhht_analysis.forecasting.forecaster import KIT, Forecaster, as_forecaster
from xhht_analysis.forecasting.joint_forecast import Facts, ShareFacts
from xhht_analysis.forecasting.level_figures import level_figures
from xhht_analysis.forecasting.levels import RIVALS, distribution, forecast_levels
from xhht_analysis.forecasting.observed import PROVINCE, is_broad
from xhht_analysis.forecasting.plan_indicators import LevelFacts, plan_facts
from xhht_analysis.forecasting.scores import QUANTILE_LEVELS
from xhht_analysis.forecasting.verdicts import MIN_POINTS, has_enough_points
from xhht_analysis.plan.areas import Areas, read_areas
from xhht_analysis.plan.standards import read_standards
from xhht_analysis.project import Project

DEFAULT, PERSISTENCE = KIT.model_id, "persistence"
MARK, MARK_GAP, MARK_TOP = 5, 2, 99
"""A synthetic target: the next 5-point mark at least 2 points above the last value, below 99."""
COUNT, UNIT = "count", "unit"
KINDS = (UNIT, PROVINCE, COUNT)
"""What is scored: districts, the province's own figure or level, the number of districts."""
LEVEL_DRAWS = 2000
KEYS = ["model_id", "indicator_code", "origin_year", "horizon"]
METRICS = ["crps", "brier", "coverage_80", "coverage_95", "count_rps", "count_coverage_80"]
METRICS += ["chance", "hit"]
ROW_COLUMNS = [*KEYS, "unit_code", "year", *METRICS]


def candidates(model: Forecaster | Callable = KIT) -> list[Forecaster]:
    """``model``, the kit, and what they are compared with: the baselines and `RIVALS` of levels."""
    forecaster = as_forecaster(model)
    models = {KIT.model_id: KIT, forecaster.model_id: forecaster}
    for name in (*MODELS, *RIVALS):
        levels = partial(forecast_levels, variant=name) if name in RIVALS else KIT.levels
        models.setdefault(name, Forecaster(name, MODELS.get(name, KIT.panel), levels))
    return list(models.values())


def backtest_rows(
    panel: pd.DataFrame,
    indicators: pd.DataFrame,
    *,
    areas: Areas | None = None,
    standards: pd.DataFrame | None = None,
    horizons: Iterable[int] = (1, 2, 3),
    models: Iterable[Forecaster | Callable] | None = None,
) -> pd.DataFrame:
    """One row per model, indicator, unit, origin and horizon with the outcome and its losses.

    A unit is scored where a plan made at the origin would have given it a chance: with three
    figures, of a level one of them in the last two years (`verdicts.has_enough_points`).

    Parameters
    ----------
    panel
        `contracts.PANEL`; the districts in the plan's frame are scored, shares and levels, and
        the province's own levels.
    indicators
        Config table; kinds share, rate, level and milestone are scored.
    areas, standards
        The plan's units and the recognition rules; by default those of config/.
    models
        Forecasters, or functions (history, horizon) of shares; by default `candidates`.

    Returns
    -------
    DataFrame
        Always `ROW_COLUMNS`: no row where no unit has a year after `MIN_POINTS` others, an empty
        column where only shares or only levels can be scored.
    """
    models = [as_forecaster(model) for model in models or candidates()]
    config = Project().config_dir
    areas = areas or read_areas(config)
    standards = read_standards(config) if standards is None else standards
    scored_indicators = indicators[indicators["kind"].isin(["share", "rate", "level", "milestone"])]
    parts, figures = [], level_figures(panel, standards, areas)
    for facts in plan_facts(panel, scored_indicators, areas, figures).values():
        for problem in _problems(facts, horizons):
            for model in models:
                if model.name_of(facts.is_level) == model.model_id:
                    score = _score_levels if facts.is_level else _score_shares
                    parts.append(score(model, *problem).assign(model_id=model.model_id))
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=KEYS)
    return rows.reindex(columns=ROW_COLUMNS)


def scored_kinds(facts: Mapping[str, Facts]) -> set[tuple[str, str]]:
    """What of `plan_facts` has an outcome after some origin: indicator and one of `KINDS`.

    The share of the province is the sum of its districts and tested by them.
    """
    kinds = set()
    for code, fact in facts.items():
        for _, ahead, scored_units in _problems(fact, (1, 2, 3)):
            has_outcome = ahead.notna()
            has_outcome[COUNT] = has_outcome.drop(columns=PROVINCE, errors="ignore").all(axis=1)
            units = set() if fact.is_level else {PROVINCE}
            units |= scored_units.intersection(has_outcome.columns[has_outcome.any()])
            kinds |= {(code, unit if unit in KINDS else UNIT) for unit in units}
    return kinds


def _problems(facts: Facts, horizons: Iterable[int]) -> Iterator[tuple[Facts, pd.DataFrame, set]]:
    """What was known at each origin, the figures (years, units) after it, and who is scored."""
    outcomes = facts.bounds[0].where(facts.points)
    for origin in outcomes.index[facts.points.any(axis=1)][MIN_POINTS - 1 : -1]:
        before = replace(facts, rows=facts.rows[facts.rows["year"] <= origin])
        points = facts.points.loc[:origin]
        if not facts.is_level and len(before.unit_rows):
            points = points.drop(columns=PROVINCE)  # the sum: its districts are scored
        points = points.assign(**{COUNT: is_broad(points)})
        is_recent = points.iloc[-2:].any() | (not facts.is_level)
        scored_units = set(points.columns[has_enough_points(points.sum(), is_recent)])
        ahead = outcomes.reindex([origin + h for h in horizons]).dropna(how="all")
        if ahead[ahead.columns.intersection(scored_units)].notna().any(axis=None):
            yield before, ahead, scored_units


def _score_shares(model: Forecaster, facts: ShareFacts, ahead, scored_units: set) -> pd.DataFrame:
    """One row per unit and year."""
    history, origin = facts.history, facts.history.origin
    units = pd.Index(history.series["unit_code"])
    outcomes = ahead[units[units.isin(scored_units)]].rename_axis("year").reset_index()
    outcomes = outcomes.melt("year", var_name="unit_code").dropna(ignore_index=True)
    keys, y = outcomes[["year", "unit_code"]], outcomes["value"].to_numpy()
    horizon = keys["year"].to_numpy(dtype=int) - origin
    forecast = model.panel(history, int(horizon.max(initial=1)))
    row = units.get_indexer(keys["unit_code"])
    q = forecast.quantile_array(QUANTILE_LEVELS)[row, horizon - 1]
    target = MARK * np.ceil((history.series["last_value"].to_numpy()[row] + MARK_GAP) / MARK)
    targets = keys.assign(indicator_code=facts.indicator_code, comparator=">=")
    targets = targets.assign(target_value=np.minimum(target, MARK_TOP))
    chance = forecast.probability_reached(targets)["prob_reached"].to_numpy()
    is_open = target <= MARK_TOP
    out = {
        "indicator_code": facts.indicator_code,
        "origin_year": origin,
        "horizon": horizon,
        "crps": scores.crps_quantiles(q, QUANTILE_LEVELS, y),
    }
    for percent, edge in ((80, 0.1), (95, 0.025)):
        at = QUANTILE_LEVELS.index(edge)
        low, high = q[:, at], q[:, -1 - at]
        out[f"coverage_{percent}"] = scores.covered(low, high, y).astype(float)
    out["chance"] = np.where(is_open, chance, np.nan)
    out["hit"] = np.where(is_open, (y >= target).astype(float), np.nan)
    out["brier"] = scores.brier(out["chance"], out["hit"])
    return keys.assign(**out)


def _score_levels(model: Forecaster, facts: LevelFacts, ahead, scored_units: set) -> pd.DataFrame:
    """One row per unit, year and level; the number of districts stands on rows of its own."""
    code, top, districts = facts.indicator_code, facts.top, facts.units
    origin = facts.history.origin
    span = int(ahead.index.max()) - origin
    forecast = model.levels(facts.history, span, n_draws=LEVEL_DRAWS)
    pmf, among = distribution(forecast.levels, top), [u for u in districts if u != PROVINCE]
    at_districts = [forecast.units.index(unit) for unit in among]
    rows = []
    for level in range(1, top + 1):
        n_at_level = (forecast.levels[:, at_districts] >= level).sum(axis=1)
        counts = distribution(n_at_level, len(among))
        for year, outcome in ahead.iterrows():
            at, outcome = int(year) - origin, outcome.dropna()
            key = {"indicator_code": code, "year": year, "origin_year": origin, "horizon": at}
            for unit, value in outcome[outcome.index.isin(scored_units)].items():
                chances = pmf[forecast.units.index(unit), at]
                row = {"unit_code": unit, "chance": chances[level:].sum(), "hit": value >= level}
                rows.append(key | row)
            if among and COUNT in scored_units and set(among) <= set(outcome.index):
                number = int((outcome[among] >= level).sum())
                rows.append(key | count_scores(counts[at], number))
    table = pd.DataFrame(rows)
    table["brier"] = scores.brier(table["chance"], table["hit"])
    return table


def count_scores(pmf: np.ndarray, count: int) -> dict:
    """Losses of the number of districts; coverage as its mean over a randomised interval."""
    below = pmf[:count].sum()
    inside = np.clip([below, below + pmf[count]], 0.1, 0.9)
    share = (inside[1] - inside[0]) / pmf[count] if pmf[count] > 0 else 0.0
    return {
        "unit_code": COUNT,
        "count_rps": scores.ranked_probability(pmf, np.array(count)),
        "count_coverage_80": share,
    }


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    """Mean of every metric by model, indicator, origin and horizon, `contracts.SCORES`.

    Metrics crps, coverage_80, coverage_95 (share covered, 0-1), brier, chance (announced) and hit
    (share reached). With ``province_`` before: the province's own level. count_rps and
    count_coverage_80: the number of districts at each level.
    """
    if rows.empty:
        return contracts.SCORES.empty()
    alone = rows["indicator_code"].map(rows.groupby("indicator_code")["unit_code"].nunique()) == 1
    is_province = rows["unit_code"].eq(PROVINCE) & ~alone
    table = rows[[*KEYS, *METRICS]].astype(dict.fromkeys(METRICS, float))
    table = table.assign(prefix=np.where(is_province, "province_", ""))
    long = table.melt([*KEYS, "prefix"], var_name="metric").dropna(subset="value")
    long = long.assign(metric=long["prefix"] + long["metric"])
    grouped = long.groupby([*KEYS, "metric"])["value"].agg(value="mean", n="size")
    return contracts.conform(grouped.round(6).reset_index(), contracts.SCORES)
