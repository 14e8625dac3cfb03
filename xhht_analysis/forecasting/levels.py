"""Recognition levels that can be gained and lost: `forecast_levels`.

In: levels by unit and year, possibly only bounded or unknown, with their periods of validity.
Out: joint draws of levels and, for a target "x % of districts", the distribution of a whole
number, from one pooled ordered transition model with a factor that all units of a year share.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from xhht_analysis.forecasting.curves import leave_room
from xhht_analysis.forecasting.panel import HistoryError

PRIOR_GAIN, PRIOR_LOSS, PRIOR_LEAP = 0.12, 0.06, 0.01
"""Reference class of one year's move: one level up, one down, further (docs/methodology.md)."""
PRIOR_YEARS = 4.0
"""Weight of the reference class in unit-years (kappa of docs/methodology.md)."""
SHARED = 0.6
"""Share of a move's variance that all units of a year have in common (rho)."""
EM_ROUNDS = 15
VARIANTS = {
    "prior_half": {"weight": 0.5},
    "prior_double": {"weight": 2.0},
    "shared_half": {"shared": 0.5},
    "hazard_half": {"hazard": 0.5},
    "hazard_double": {"hazard": 2.0},
}
"""Assumptions that firm or depends changes one at a time, as factors."""
RIVALS = {
    "persistence": {"hazard": 1e-6, "weight": 1e6},
    "independent": {"shared": 0.0},
    "reference_class": {"weight": 1e6},
}
"""Simpler models of the backtest, as factors: no moves; no shared factor; no own history."""


@dataclass(frozen=True)
class LevelHistory:
    """What is known of the levels of one indicator.

    Attributes
    ----------
    low, high
        Lowest and highest level that each unit (index) can have had at the end of each year
        (columns, without gaps), whole numbers; unknown is 0 … top.
    valid
        (units,) last year whose end the unit's latest recognition covers (0: no date given).
    """

    indicator_code: str
    low: pd.DataFrame
    high: pd.DataFrame
    valid: pd.Series


@dataclass(frozen=True)
class LevelForecast:
    """Joint predictive distribution of the levels of one indicator.

    Attributes
    ----------
    units, years
        Codes (U,) and years (T,): the origin year, then every forecast year.
    levels
        Joint draws, whole numbers (draws, U, T).
    """

    units: list[str]
    years: np.ndarray
    levels: np.ndarray


def distribution(draws: np.ndarray, top: int) -> np.ndarray:
    """P(0), P(1), … P(``top``) of whole numbers (draws, …), (…, top + 1).

    Room for `SURPRISE` is left at both ends.
    """
    pmf = np.stack([(draws == value).mean(axis=0) for value in range(top + 1)], axis=-1)
    above = leave_room(np.cumsum(pmf, axis=-1)[..., :-1])
    return np.diff(above, axis=-1, prepend=0.0, append=1.0)


def forecast_levels(
    history: pd.DataFrame | LevelHistory,
    horizon: int,
    *,
    top: int | None = None,
    n_draws: int = 4000,
    seed: int = 1,
    variant: str = "default",
) -> LevelForecast:
    """Forecast the level of every unit at the end of each of the next ``horizon`` years.

    Parameters
    ----------
    history
        One row per indicator_code, unit_code, year of one indicator: level, or
        level_derived_min and level_derived_max; optional valid_to (ISO date). A missing row is
        unknown, not lost; a recognition still valid covers the years without a report. Or a
        `LevelHistory` read before.
    top
        Highest level of the scale; by default the highest one seen, at least 1.
    variant
        ``default`` or one of `VARIANTS` or `RIVALS`.

    Raises
    ------
    HistoryError
        Empty history, two rows for one unit and year, a level that is no whole number 0-3.
    """
    past = history if isinstance(history, LevelHistory) else read_levels(history, top)
    units, origin = list(past.low.index), past.low.columns[-1]
    low, high = past.low.to_numpy(), past.high.to_numpy()
    top = max(1, top or 0, int(high.max()))
    code, years = past.indicator_code, np.arange(origin, origin + horizon + 1)
    rng = np.random.default_rng([seed, zlib.crc32(code.encode())])
    factors = dict.fromkeys(("weight", "shared", "hazard"), 1.0)
    factors |= (VARIANTS | RIVALS).get(variant, {})
    prior = PRIOR_YEARS * factors["weight"] * prior_matrix(top, factors["hazard"])
    counts, start = smooth_states(low, high, prior)
    matrix = _draw_matrices(counts + prior, n_draws, rng)
    factor = ndtri(_stratified(rng, n_draws, horizon))
    above = _shocked(matrix, SHARED * factors["shared"], factor)
    streams = [np.random.default_rng([seed, zlib.crc32(f"{code}/{u}".encode())]) for u in units]
    uniform = np.stack([_stratified(s, n_draws, horizon + 1) for s in streams], axis=1)
    covered = past.valid.to_numpy()[:, None] >= years
    return LevelForecast(units, years, _walk(start, above, covered, uniform))


def read_levels(history: pd.DataFrame, top: int | None = None) -> LevelHistory:
    """Read and check the levels of one indicator, see `forecast_levels`."""
    if history.empty:
        raise HistoryError("history: there are no levels to forecast from")
    wanted = ["unit_code", "year", "level", "level_derived_min", "level_derived_max", "valid_to"]
    rows = history.reindex(columns=wanted).astype({"year": int})
    if rows.duplicated(["unit_code", "year"]).any():
        raise HistoryError("history: two rows for one unit and year")
    lowest = rows["level"].fillna(rows["level_derived_min"]).astype(float)
    highest = rows["level"].fillna(rows["level_derived_max"]).astype(float)
    levels = pd.concat([lowest, highest]).dropna()
    if not (levels.isin(range(4)).all() and (lowest.dropna() <= highest[lowest.notna()]).all()):
        raise HistoryError("history: a level must be a whole number from 0 to 3, lowest first")
    top = max(1, int(top or 0), *levels.astype(int))
    day_after = pd.to_datetime(rows["valid_to"], errors="coerce") + pd.Timedelta(days=1)
    until = day_after.dt.year - 1
    expired = until < rows["year"]
    until = until.mask(expired | lowest.eq(0), 0)
    columns = {"low": lowest.mask(expired, 0.0), "high": highest.mask(expired, 0.0), "until": until}
    table = rows[["unit_code", "year"]].assign(**columns).set_index(["unit_code", "year"])
    years = np.arange(rows["year"].min(), rows["year"].max() + 1)
    low, high, until = (
        table[name].unstack("year").reindex(columns=years)  # noqa: PD010
        for name in columns
    )
    until = until.ffill(axis=1).fillna(0)
    covered = low.ffill(axis=1).where(until >= years)
    low, high = low.fillna(covered).fillna(0).astype(int), high.fillna(top).astype(int)
    return LevelHistory(str(history["indicator_code"].iloc[0]), low, high, until.iloc[:, -1])


def prior_matrix(top: int, hazard: float = 1.0) -> np.ndarray:
    """One year's moves of the reference class times ``hazard``, (top + 1, top + 1)."""
    step = np.arange(top + 1)[None, :] - np.arange(top + 1)[:, None]
    moves = np.select(
        [step == 0, step == 1, step == -1], [0.0, PRIOR_GAIN, PRIOR_LOSS], default=PRIOR_LEAP
    )
    return hazard * moves + np.diag(1 - hazard * moves.sum(axis=1))


def smooth_states(low: np.ndarray, high: np.ndarray, prior: np.ndarray):
    """Expected moves of all units and the state each stands in, from bounds alone (EM).

    Parameters
    ----------
    low, high
        See `LevelHistory`, as arrays.
    prior
        Moves of the reference class in unit-years, (top + 1, top + 1).

    Returns
    -------
    counts
        Expected numbers of moves between levels, summed over units, (top + 1, top + 1). Moves
        before a unit's first or after its last report are no evidence and not counted.
    start
        P(level) of each unit in the last year, (units, top + 1).
    """
    scale = np.arange(len(prior))
    fits = ((low[..., None] <= scale) & (scale <= high[..., None])).astype(float)
    is_report = ~fits.all(axis=-1)
    before, after = np.logical_or.accumulate(is_report, axis=1), is_report[:, ::-1]
    after = np.logical_or.accumulate(after, axis=1)[:, ::-1]
    counted = before[:, :-1] & after[:, 1:]
    counts = np.zeros_like(prior)
    for _ in range(EM_ROUNDS):
        matrix = counts + prior
        matrix /= matrix.sum(axis=1, keepdims=True)
        ahead = [fits[:, 0] / fits[:, 0].sum(axis=1, keepdims=True)]
        for t in range(1, fits.shape[1]):
            state = (ahead[-1] @ matrix) * fits[:, t]
            ahead.append(state / state.sum(axis=1, keepdims=True))
        counts = np.zeros_like(prior)
        back = np.ones_like(ahead[0])
        for t in range(fits.shape[1] - 1, 0, -1):
            informed = fits[:, t] * back
            moves = ahead[t - 1][:, :, None] * matrix * informed[:, None, :]
            moves = moves / moves.sum(axis=(1, 2), keepdims=True)
            counts += moves[counted[:, t - 1]].sum(axis=0)
            back = informed @ matrix.T
            back /= back.max(axis=1, keepdims=True)
    return counts, ahead[-1]


def _stratified(rng: np.random.Generator, n: int, years: int) -> np.ndarray:
    """Uniform numbers (n, years), one in each n-th part of 0-1 in every year."""
    part = rng.permuted(np.tile(np.arange(n), (years, 1)), axis=1)
    return (part.T + rng.random((n, years))) / n


def _draw_matrices(weights: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Transition matrices from their posterior: what few unit-years leave unknown is shared."""
    gamma = rng.standard_gamma(np.broadcast_to(weights, (n, *weights.shape))) + 1e-12
    return gamma / gamma.sum(axis=-1, keepdims=True)


def _shocked(matrix: np.ndarray, rho: float, factor: np.ndarray) -> np.ndarray:
    """P(next level >= l | level, year's factor), (draws, years, level, l); mean is `matrix`."""
    above = np.cumsum(matrix[..., ::-1], axis=-1)[..., ::-1]
    score = ndtri(np.clip(above, 1e-9, 1 - 1e-9))[:, None]
    out = ndtr((score + np.sqrt(rho) * factor[..., None, None]) / np.sqrt(1 - rho))
    out[..., 0] = 1.0
    return out


def _walk(start, above, covered, uniform) -> np.ndarray:
    """Follow every unit through the years: sampled levels (draws, U, T)."""
    first = np.cumsum(start[:, :0:-1], axis=1)[:, ::-1]
    levels = np.empty(uniform.shape, dtype=np.int8)
    levels[..., 0] = (uniform[..., 0, None] < first).sum(axis=-1)
    draw = np.arange(len(uniform))[:, None]
    for t in range(1, uniform.shape[-1]):
        now = levels[..., t - 1]
        reach = above[draw, t - 1, now, 1:]
        following = (uniform[..., t, None] < reach).sum(axis=-1)
        # a recognition with a date is not lost before it
        levels[..., t] = np.where(covered[:, t], np.maximum(now, following), following)
    return levels
