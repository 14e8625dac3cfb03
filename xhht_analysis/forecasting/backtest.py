"""Rolling origins over the panel: how good the forecasts would have been.

In: the panel. Out: one row per forecast (`backtest_rows`), the table `contracts.SCORES`
(`summarise`) and what an analyst reads from it: skill by horizon, coverage, reliability, the
record of each kind of goal. Today's
revised figures stand in for those known at each origin (a hindcast), so every model looks a
little better than in live use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

import numpy as np
import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.forecasting import scores
from xhht_analysis.forecasting.forecaster import KIT, Forecaster, as_forecaster
from xhht_analysis.forecasting.history import History, read_history
from xhht_analysis.forecasting.joint_forecast import ShareFacts
from xhht_analysis.forecasting.levels import LevelForecast, forecast_levels
from xhht_analysis.forecasting.observed import PROVINCE, plan_rows
from xhht_analysis.forecasting.plan_indicators import LevelFacts, read_facts
from xhht_analysis.plan.areas import Areas, read_areas
from xhht_analysis.project import Project

MIN_TRAINING = 3
"""Years of history an origin must look back on."""
LEVELS = np.round(np.arange(1, 40) * 0.025, 3)
AT = {level: int(np.argmin(np.abs(LEVELS - level))) for level in (0.025, 0.1, 0.25, 0.5)}
DEFAULT, PERSISTENCE = KIT.model_id, "persistence"
MARK, MARK_GAP, MARK_TOP = 5, 2, 99
"""A synthetic target: the next 5-point mark at least 2 points above the last value, below 99."""
BINS = 5
"""Number of bins of reliability."""
BOOTSTRAPS = 2000
TINY = 1e-9
LEVEL_DRAWS = 500
Model = Callable[[pd.DataFrame, int], object]
KEYS = ["model_id", "indicator_code", "origin_year", "horizon"]
METRICS = ["crps", "ae", "brier", "coverage_50", "coverage_80", "coverage_95", "rps"]
METRICS += ["count_rps", "count_coverage_80", "chance", "hit"]
ROW_COLUMNS = [*KEYS, "unit_code", "year", *METRICS, "pit"]
SKILL_COLUMNS = ["horizon", "skill", "low", "high", "n", "n_clusters"]


def registered_models() -> dict[str, Model]:
    """Every share model under test by name: the kit's own and the baselines."""
    from xhht_analysis.forecasting import baselines  # statsmodels behind it: only when asked

    return {DEFAULT: KIT.panel, **baselines.MODELS}


def candidates(model: Forecaster | Callable = KIT) -> list[Forecaster]:
    """``model``, the kit, and what they are compared with.

    Persistence for shares and levels; for shares the other baselines; for levels units that move
    independently, and the reference class without any history of one's own.
    """
    shares = registered_models()
    persistence = Forecaster(PERSISTENCE, shares.pop(PERSISTENCE), persist_levels)
    models = [KIT, as_forecaster(model), persistence]
    models += [Forecaster(name, panel) for name, panel in shares.items() if name != DEFAULT]
    for name in ("independent", "reference_class"):
        models.append(Forecaster(name, None, partial(forecast_levels, variant=name)))
    return list({one.model_id: one for one in models}.values())


def persist_levels(history: pd.DataFrame, horizon: int, **how) -> LevelForecast:
    """Every unit stays where it most likely stands, for sure."""
    like = forecast_levels(history, horizon, **how)
    now = like.chance[:, :, 0].mean(axis=0)
    level = (now >= 0.5).sum(axis=-1) - 1
    chance = np.broadcast_to(level[:, None, None] >= np.arange(now.shape[-1]), like.chance[0].shape)
    draws = np.broadcast_to(level[:, None], like.levels[0].shape)
    return LevelForecast(like.units, like.years, draws[None], chance[None].astype(float), 0.0)


def backtest_rows(
    panel: pd.DataFrame,
    indicators: pd.DataFrame,
    *,
    areas: Areas | None = None,
    horizons: Iterable[int] = (1, 2, 3),
    models: Mapping[str, Model] | Iterable[Forecaster] | None = None,
) -> pd.DataFrame:
    """One row per model, indicator, unit, origin and horizon with the outcome and its losses.

    Parameters
    ----------
    panel
        `contracts.PANEL`; the districts in the plan's frame are scored, shares and levels, and
        the province's own levels.
    indicators
        Config table; kinds share, rate, level and milestone are scored.
    areas
        The plan's units; by default those of config/.
    models
        Forecasters, or names with functions (history, horizon) of shares; by default `candidates`.

    Returns
    -------
    DataFrame
        Always `ROW_COLUMNS`: no row where no unit has a year after `MIN_TRAINING` others, an empty
        column where only shares or only levels can be scored.
    """
    if isinstance(models, Mapping):
        models = [as_forecaster(model, name) for name, model in models.items()]
    models = candidates() if models is None else list(models)
    areas = read_areas(Project().config_dir) if areas is None else areas
    parts = []
    for facts in _facts(panel, indicators, areas):
        level = isinstance(facts, LevelFacts)
        problems = _level_origins(facts, horizons) if level else _share_origins(facts, horizons)
        for model in models:
            score = _score_levels if level else _score_shares
            forecaster = model.levels if level else model.panel
            for problem in problems if forecaster else ():
                parts.append(score(forecaster, *problem).assign(model_id=model.model_id))
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=KEYS)
    return rows.reindex(columns=ROW_COLUMNS)


def scored_indicators(facts: Mapping[str, ShareFacts | LevelFacts]) -> set[str]:
    """Indicators of `read_facts` that have at least one origin with an outcome after it."""
    return {code for code, fact in facts.items() if _origins(_years(fact))}


def _facts(
    panel: pd.DataFrame, indicators: pd.DataFrame, areas: Areas
) -> list[ShareFacts | LevelFacts]:
    """What is known of the indicators that can be scored."""
    some = indicators[indicators["kind"].isin(["share", "rate", "level", "milestone"])]
    rows, districts = plan_rows(panel, areas.province), areas.districts()["unit_code"]
    districts = sorted(set(districts) & set(rows["unit_code"]))
    return list(read_facts(rows, some, districts).values())


def _origins(years: Iterable[int]) -> list[int]:
    return sorted({int(year) for year in years})[MIN_TRAINING - 1 : -1]


def _years(facts: ShareFacts | LevelFacts) -> Iterable[int]:
    """Years with a figure of some unit that leaves no doubt."""
    if isinstance(facts, ShareFacts):
        return facts.rows["year"]
    if facts.history.empty:
        return ()
    low, high = facts.bounds
    return low.index[(low == high).any(axis=1)]


def _share_origins(facts: ShareFacts, horizons) -> list[tuple[History, pd.DataFrame, int]]:
    """What was known at each origin, the outcomes after it, and the origin."""
    rows = facts.own if len(facts.own) else facts.reported
    rows = rows.assign(group_code=PROVINCE)
    problems = []
    for origin in _origins(rows["year"]):
        history = rows[rows["year"] <= origin]
        ahead = rows[rows["year"].isin([origin + h for h in horizons])]
        ahead = ahead[ahead["unit_code"].isin(history["unit_code"])]
        if len(ahead):
            problems.append((read_history(history, max(horizons)), ahead, origin))
    return problems


def _score_shares(model: Model, history: History, ahead, origin: int) -> pd.DataFrame:
    horizon = ahead["year"].to_numpy(dtype=int) - origin
    forecast = model(history, int(horizon.max()))
    row = pd.Index(history.series["unit_code"]).get_indexer(ahead["unit_code"])
    q = forecast.quantile_array(LEVELS)[row, horizon - 1]
    y = ahead["value"].to_numpy(dtype=float)
    target = MARK * np.ceil((history.series["last_value"].to_numpy()[row] + MARK_GAP) / MARK)
    targets = ahead[["indicator_code", "unit_code", "year"]].assign(comparator=">=")
    targets = targets.assign(target_value=np.minimum(target, MARK_TOP)).reset_index(drop=True)
    chance = forecast.probability_reached(targets)["prob_reached"].to_numpy()
    is_open = target <= MARK_TOP
    out = {
        "origin_year": origin,
        "horizon": horizon,
        "crps": scores.crps_quantiles(q, LEVELS, y),
        "ae": np.abs(q[:, AT[0.5]] - y),
        "pit": scores.pit(q, LEVELS, y),
    }
    for percent, edge in ((50, 0.25), (80, 0.1), (95, 0.025)):
        low, high = q[:, AT[edge]], q[:, -1 - AT[edge]]
        out[f"coverage_{percent}"] = scores.covered(low, high, y).astype(float)
    out["chance"] = np.where(is_open, chance, np.nan)
    out["hit"] = np.where(is_open, (y >= target).astype(float), np.nan)
    out["brier"] = scores.brier(out["chance"], out["hit"])
    return targets[["indicator_code", "unit_code", "year"]].assign(**out)


def _level_origins(facts: LevelFacts, horizons) -> list[tuple]:
    """History at each origin, the levels that came (years, units), top, and the districts."""
    if facts.history.empty:
        return []
    low, high = facts.bounds
    outcomes = low.where(low == high)
    problems = []
    for origin in _origins(_years(facts)):
        history = facts.history[facts.history["year"] <= origin]
        ahead = outcomes.reindex([origin + h for h in horizons]).dropna(how="all")
        ahead = ahead[[unit for unit in ahead if unit in set(history["unit_code"])]]
        if ahead.notna().any(axis=None):
            problems.append((history, ahead, facts.top, facts.units))
    return problems


def _score_levels(model, history, ahead: pd.DataFrame, top: int, districts) -> pd.DataFrame:
    """One row per unit, year and level; the number of districts stands on rows of its own.

    ``rps`` stands on the rows of level 1 alone, for it is of all levels at once.
    """
    origin, code = int(history["year"].max()), history["indicator_code"].iloc[0]
    span = int(ahead.index.max()) - origin
    forecast = model(history, span, top=top, n_draws=LEVEL_DRAWS)
    pmf, among = forecast.pmf, [u for u in districts if u in ahead and districts != [PROVINCE]]
    rows = []
    for year, outcome in ahead.iterrows():
        at, outcome = int(year) - origin, outcome.dropna()
        for level in range(1, top + 1):
            key = {"indicator_code": code, "year": year, "origin_year": origin, "horizon": at}
            for unit, value in outcome.items():
                chances = pmf[forecast.units.index(unit), at]
                row = {"unit_code": unit, "chance": chances[level:].sum(), "hit": value >= level}
                if level == 1:
                    row["rps"] = scores.ranked_probability(chances, np.array(value))
                rows.append(key | row)
            if among and set(among) <= set(outcome.index):
                counts = forecast.count_pmf(level, [at], forecast.positions(among))[0]
                rows.append(key | _count_scores(counts, int((outcome[among] >= level).sum())))
    table = pd.DataFrame(rows)
    table["brier"] = scores.brier(table["chance"], table["hit"])
    return table


def _count_scores(pmf: np.ndarray, count: int) -> dict:
    """Losses of the number of districts; coverage as its mean over a randomised interval."""
    below = pmf[:count].sum()
    inside = np.clip([below, below + pmf[count]], 0.1, 0.9)
    share = (inside[1] - inside[0]) / pmf[count] if pmf[count] > 0 else 0.0
    return {
        "unit_code": "count",
        "count_rps": scores.ranked_probability(pmf, np.array(count)),
        "count_coverage_80": share,
    }


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    """Mean of every metric by model, indicator, origin and horizon, `contracts.SCORES`.

    Metrics crps, ae, coverage_50, coverage_80, coverage_95 (share covered, 0-1), rps (levels),
    brier, chance (announced) and hit (share reached). With ``province_`` before: the province's
    own level. count_rps and count_coverage_80: the number of districts at each level.
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


def skill_by_horizon(rows: pd.DataFrame) -> pd.DataFrame:
    """Skill of the kit's shares over persistence per horizon: 1 - ratio of their CRPS.

    Returns
    -------
    DataFrame
        `SKILL_COLUMNS`: low and high are the 95 % interval of a bootstrap over indicator-origins,
        whose units share their shocks; empty with fewer than two of them. No row when nothing
        could be scored.
    """
    from scipy import stats  # half a second for every notebook that forecasts nothing

    trial = ["horizon", "indicator_code", "origin_year"]
    table = rows.dropna(subset="crps").astype({"crps": float})
    wide = table.pivot_table(index=[*trial, "unit_code"], columns="model_id", values="crps")
    both = wide.reindex(columns=[DEFAULT, PERSISTENCE]).dropna()
    out = []
    for horizon, part in both.groupby("horizon"):
        sums = part.groupby(trial).sum().to_numpy().T
        row = {"horizon": horizon, "skill": _skill(*sums), "n": len(part)}
        row |= {"n_clusters": sums.shape[1], "low": np.nan, "high": np.nan}
        if sums.shape[1] > 1:
            ends = stats.bootstrap(
                sums, _skill, paired=True, n_resamples=BOOTSTRAPS, method="percentile", rng=1
            ).confidence_interval
            row |= {"low": ends.low, "high": ends.high}
        out.append(row)
    return pd.DataFrame(out, columns=SKILL_COLUMNS)


def _skill(loss, reference, axis=-1):
    return 1 - loss.sum(axis=axis) / np.maximum(reference.sum(axis=axis), TINY)


def reliability(rows: pd.DataFrame) -> pd.DataFrame:
    """Announced chance against what came true, per fifth of the chance.

    Parameters
    ----------
    rows
        As `backtest_rows` gives them.

    Returns
    -------
    DataFrame
        bin (1-5), chance and hit (means, 0-1), n forecasts.
    """
    forecasts = rows[rows["model_id"] == DEFAULT].dropna(subset="chance").astype({"hit": float})
    edges = np.linspace(0, 1, BINS + 1)
    bins = pd.cut(forecasts["chance"], edges, labels=range(1, BINS + 1), include_lowest=True)
    means = {"chance": ("chance", "mean"), "hit": ("hit", "mean"), "n": ("hit", "size")}
    return forecasts.groupby(bins.rename("bin"), observed=True).agg(**means).reset_index()


KINDS = {
    "share": ("share", "crps", "coverage_80", ""),
    "level": ("level", "brier", "", ""),
    "count": ("level", "count_rps", "count_coverage_80", "count_"),
    "province": ("level", "province_brier", "", "province_"),
    "milestone": ("milestone", "brier", "", ""),
}
"""Kind of goal: kind of its indicators, loss, coverage, and what its metrics begin with."""


def track_record(table: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """What of the kit was scored for each kind of goal, and how well.

    Parameters
    ----------
    table
        `contracts.SCORES`.
    indicators
        Config table; only those of the wanted kinds count.

    Returns
    -------
    DataFrame
        One row per kind (share, level: by district, count: number of districts, province: its own
        status, milestone), in this order: n forecasts and n_origins scored (0: untested), loss and
        reference (mean of the kit and of persistence, same forecasts), skill = 1 - loss /
        reference, chance and hit (mean announced, share that came true), coverage_80 (0-1).
    """
    codes = indicators.groupby("kind")["indicator_code"].agg(set)
    rows = []
    for kind, (of, metric, coverage, prefix) in KINDS.items():
        some = table[table["indicator_code"].isin(codes.get(of, set()))]
        sums = some.assign(value=some["value"] * some["n"]).groupby(["model_id", "metric"])
        means = sums["value"].sum() / sums["n"].sum()
        both = some[(some["model_id"] == DEFAULT) & (some["metric"] == metric)]
        columns = {
            "loss": (DEFAULT, metric),
            "reference": (PERSISTENCE, metric),
            "chance": (DEFAULT, prefix + "chance"),
            "hit": (DEFAULT, prefix + "hit"),
            "coverage_80": (DEFAULT, coverage),
        }
        row = {name: means.get(key, np.nan) for name, key in columns.items()}
        row |= {"kind": kind, "n": int(both["n"].sum())}
        rows.append(row | {"n_origins": both["origin_year"].nunique()})
    record = pd.DataFrame(rows)
    better = 1 - record["loss"] / record["reference"].where(record["reference"] > 0)
    return record.assign(skill=better)
