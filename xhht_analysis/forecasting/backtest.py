"""Rolling origins over the panel: how good the forecasts would have been.

In: the panel. Out: one row per forecast (`backtest_rows`), the table `contracts.SCORES`
(`run_backtest`) and what an analyst reads from it: skill by horizon, coverage, reliability, and
how few independent forecasts the many rows are worth. Today's revised figures stand in for those
known at each origin (a hindcast), so every model looks a little better than in live use.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.forecasting import scores
from xhht_analysis.forecasting.history import History, read_history
from xhht_analysis.forecasting.levels import forecast_levels
from xhht_analysis.forecasting.panel import forecast_panel

MIN_TRAINING = 3
"""Years of history an origin must look back on."""
LEVELS = np.round(np.arange(1, 40) * 0.025, 3)
AT = {level: int(np.argmin(np.abs(LEVELS - level))) for level in (0.025, 0.1, 0.25, 0.5)}
DEFAULT, PERSISTENCE = "default", "persistence"
MARK, MARK_GAP, MARK_TOP = 5, 2, 99
"""A synthetic target: the next 5-point mark at least 2 points above the last value, below 99."""
DISTRICT_DIGITS = 3
"""Length of a district's code; the province has 2 digits, a commune 5."""
BIN = 0.2
"""Width of the bins of PIT and reliability."""
Model = Callable[[pd.DataFrame, int], object]
KEYS = ["model_id", "indicator_code", "origin_year", "horizon"]
METRICS = ["crps", "wis", "ae", "brier", "coverage_50", "coverage_80", "coverage_95", "rps"]
ROW_COLUMNS = [*KEYS, "unit_code", "year", *METRICS, "pit", "chance", "hit"]
SKILL_COLUMNS = ["horizon", "skill", "low", "high", "n", "n_clusters", "n_effective"]


def registered_models() -> dict[str, Model]:
    """Every model under test by name: the kit's own and the baselines."""
    from xhht_analysis.forecasting import baselines  # statsmodels behind it: only when asked

    return {DEFAULT: forecast_panel, **baselines.MODELS}


def run_backtest(
    panel: pd.DataFrame,
    indicators: pd.DataFrame,
    *,
    horizons: tuple[int, ...] = (1, 2, 3),
    models: dict[str, Model] | None = None,
) -> pd.DataFrame:
    """Scores of every model at every origin, `contracts.SCORES`.

    Parameters
    ----------
    panel
        `contracts.PANEL`; the districts in the frame of 2021 are scored, shares and levels.
    indicators
        Config table; kinds share, rate and level are scored.
    models
        Name to a function (history, horizon) that takes a `History` and answers like
        `forecast_panel`; by default all `registered_models`.

    Returns
    -------
    DataFrame
        Metrics crps, ae, wis, brier, coverage_50, coverage_80, coverage_95 (share covered, 0-1),
        rps (levels), pit_1 … pit_5 (share of outcomes per fifth of the forecast) and per fifth of
        the announced chance chance_1 … chance_5 (mean chance) and hit_1 … hit_5 (share reached).
    """
    rows = backtest_rows(panel, indicators, horizons=horizons, models=models)
    return summarise(rows)


def backtest_rows(panel, indicators, *, horizons=(1, 2, 3), models=None) -> pd.DataFrame:
    """One row per model, indicator, unit, origin and horizon with the outcome and its losses.

    Always `ROW_COLUMNS`: no row where no unit has a year after `MIN_TRAINING` others, an empty
    column where only shares or only levels can be scored.
    """
    models = registered_models() if models is None else models
    parts = []
    for indicator in indicators[indicators["kind"].isin(["share", "rate", "level"])].itertuples():
        mask = (panel["indicator_code"] == indicator.indicator_code) & (
            panel["frame"] == contracts.FRAME_DISTRICTS
        )
        mask &= panel["definition_variant"] == indicator.definition_variant
        rows = panel[mask]
        is_district = rows["unit_code"].str.len() == DISTRICT_DIGITS
        rows = rows[is_district] if is_district.any() else rows
        if indicator.kind == "level":
            parts += _level_origins(rows, horizons)
        else:
            rows = rows[rows["value"].notna()].assign(group_code="all")
            asked = _share_origins(rows, horizons)
            for name, model in models.items():
                parts += [_score_shares(model, *one).assign(model_id=name) for one in asked]
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=KEYS)
    return rows.reindex(columns=ROW_COLUMNS)


def _origins(rows: pd.DataFrame) -> list[int]:
    years = sorted(int(y) for y in rows["year"].unique())
    return years[MIN_TRAINING - 1 : -1]


def _share_origins(rows, horizons) -> list[tuple[History, pd.DataFrame, int]]:
    """What was known at each origin, the outcomes after it, and the origin."""
    found = []
    for origin in _origins(rows):
        history = rows[rows["year"] <= origin]
        ahead = rows[rows["year"].isin([origin + h for h in horizons])]
        ahead = ahead[ahead["unit_code"].isin(history["unit_code"])]
        if len(ahead):
            found.append((read_history(history, max(horizons)), ahead, origin))
    return found


def _score_shares(model: Model, history: History, ahead, origin: int) -> pd.DataFrame:
    horizon = ahead["year"].to_numpy(dtype=int) - origin
    forecast = model(history, int(horizon.max()))
    row = pd.Index(history.series["unit_code"]).get_indexer(ahead["unit_code"])
    q = forecast.quantile_array(LEVELS)[row, horizon - 1]
    y = ahead["value"].to_numpy(dtype=float)
    target = MARK * np.ceil((history.series["last_value"].to_numpy()[row] + MARK_GAP) / MARK)
    below = forecast.curves.below(row, horizon - 1, np.minimum(target, MARK_TOP), True)
    is_open = target <= MARK_TOP
    out = {
        "origin_year": origin,
        "horizon": horizon,
        "crps": scores.crps_quantiles(q, LEVELS, y),
        "wis": scores.wis(q, LEVELS, y),
        "ae": np.abs(q[:, AT[0.5]] - y),
        "pit": scores.pit(q, LEVELS, y),
    }
    for percent, edge in ((50, 0.25), (80, 0.1), (95, 0.025)):
        low, high = q[:, AT[edge]], q[:, -1 - AT[edge]]
        out[f"coverage_{percent}"] = scores.covered(low, high, y).astype(float)
    out["chance"] = np.where(is_open, 1 - below, np.nan)
    out["hit"] = np.where(is_open, (y >= target).astype(float), np.nan)
    out["brier"] = scores.brier(out["chance"], out["hit"])
    return ahead[["indicator_code", "unit_code", "year"]].reset_index(drop=True).assign(**out)


def _level_origins(rows: pd.DataFrame, horizons) -> list[pd.DataFrame]:
    """Transition model against standing still, by the ranked probability score."""
    known = rows["level"].fillna(rows["level_derived_min"])
    sure = known.eq(rows["level"].fillna(rows["level_derived_max"]))
    rows = rows.assign(known=known.where(sure))
    parts = []
    for origin in _origins(rows[rows["known"].notna()]):
        history = rows[rows["year"] <= origin]
        ahead = rows[rows["year"].isin([origin + h for h in horizons]) & rows["known"].notna()]
        ahead = ahead[ahead["unit_code"].isin(history["unit_code"])]
        if ahead.empty:
            continue
        top = int(rows["known"].max())
        forecast = forecast_levels(history, max(horizons), top=top, n_draws=500)
        pmf, units = forecast.pmf(), forecast.units
        at = [units.index(u) for u in ahead["unit_code"]]
        horizon = ahead["year"].to_numpy(dtype=int) - origin
        still = np.eye(pmf.shape[-1])[pmf[:, 0].argmax(axis=-1)]
        observed = ahead["known"].to_numpy(dtype=int)
        base = ahead[["indicator_code", "unit_code", "year"]].reset_index(drop=True)
        base = base.assign(origin_year=origin, horizon=horizon)
        for name, chances in ((DEFAULT, pmf[at, horizon]), (PERSISTENCE, still[at])):
            rps = scores.ranked_probability(chances, np.minimum(observed, top))
            parts.append(base.assign(model_id=name, rps=rps))
    return parts


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    """Mean of every metric by model, indicator, origin and horizon, `contracts.SCORES`."""
    if rows.empty:
        return contracts.SCORES.empty()
    long = [
        rows[[*KEYS, name]].rename(columns={name: "value"}).assign(metric=name) for name in METRICS
    ]
    fifth = _fifth(rows["pit"])
    for k in range(1, round(1 / BIN) + 1):
        share = fifth.eq(k).astype(float).where(rows["pit"].notna())
        long.append(rows[KEYS].assign(value=share, metric=f"pit_{k}"))
    bin_ = _fifth(rows["chance"]).astype("str")
    for name in ("chance", "hit"):
        metric = name + "_" + bin_
        long.append(rows[KEYS].assign(value=rows[name], metric=metric))
    table = pd.concat(long).dropna(subset="value")
    grouped = table.groupby([*KEYS, "metric"], sort=True)["value"].agg(value="mean", n="size")
    return contracts.conform(grouped.round(6).reset_index(), contracts.SCORES)


def _fifth(values: pd.Series) -> pd.Series:
    bins = np.ceil(values.clip(lower=1e-9) / BIN).clip(upper=round(1 / BIN))
    return bins.astype("Int64")


def skill_by_horizon(
    rows: pd.DataFrame, metric: str = "crps", model: str = DEFAULT, reference: str = PERSISTENCE
) -> pd.DataFrame:
    """Skill of ``model`` over ``reference`` per horizon, bootstrapped over indicator-origins.

    Returns
    -------
    DataFrame
        `SKILL_COLUMNS`; empty when nothing could be scored.
    """
    keys = [*KEYS[1:], "unit_code"]
    a = rows.loc[rows["model_id"] == model, [*keys, metric]]
    b = rows.loc[rows["model_id"] == reference, [*keys, metric]]
    both = a.merge(b, on=keys, suffixes=("", "_ref")).dropna()
    out = []
    for horizon, part in both.groupby("horizon"):
        cluster = part["indicator_code"] + "@" + part["origin_year"].astype(str)
        found = scores.skill(part[metric], part[f"{metric}_ref"], cluster)
        worth = scores.effective_size(part[metric], cluster)
        out.append({"horizon": horizon, **found, "n_effective": worth})
    return pd.DataFrame(out, columns=SKILL_COLUMNS)


def reliability(table: pd.DataFrame, model: str = DEFAULT) -> pd.DataFrame:
    """Announced chance against what came true, per fifth of the chance.

    Parameters
    ----------
    table
        `contracts.SCORES`.

    Returns
    -------
    DataFrame
        bin (1-5), chance and hit (means, 0-1), n forecasts.
    """
    mine = table[table["model_id"] == model]
    kind = mine["metric"].str.extract(r"^(chance|hit)_(\d)$")
    mine = mine.assign(what=kind[0], bin=kind[1]).dropna(subset="what")
    mine = mine.assign(total=mine["value"] * mine["n"].astype(float))
    sums = mine.groupby(["bin", "what"])[["total", "n"]].sum().reset_index()
    sums["mean"] = sums["total"] / sums["n"].astype(float)
    wide = sums.pivot_table(index="bin", columns="what", values="mean")
    n = sums[sums["what"] == "chance"].set_index("bin")["n"]
    return wide.assign(n=n).reset_index().reindex(columns=["bin", "chance", "hit", "n"])
