"""Recognition levels that can be gained and lost: `forecast_levels`.

In: levels by unit and year, possibly only bounded or unknown, with their periods of validity.
Out: joint draws of levels and, for a target "x % of districts", the distribution of a whole
number, from one pooled ordered transition model with a factor that all units of a year share.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from xhht_analysis.forecasting.curves import SURPRISE
from xhht_analysis.forecasting.panel import HistoryError

PRIOR_GAIN, PRIOR_LOSS, PRIOR_LEAP = 0.12, 0.06, 0.01
"""Reference class of one year's move: one level up, one down, further (docs/methodology.md)."""
PRIOR_YEARS = 4.0
"""Weight of the reference class in unit-years (kappa of docs/methodology.md)."""
SHARED = 0.5
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
class LevelForecast:
    """Joint predictive distribution of the levels of one indicator.

    Attributes
    ----------
    units, years
        Codes (U,) and years (T,): the origin year, then every forecast year.
    levels
        Joint draws, whole numbers (draws, U, T).
    chance
        P(level >= 0 … top | shared factor and matrix of the draw), (draws, U, T, levels).
        Given one draw the units are independent.
    """

    units: list[str]
    years: np.ndarray
    levels: np.ndarray
    chance: np.ndarray

    def positions(self, units: list[str]) -> list[int]:
        """Where ``units`` stand in `units`."""
        return [self.units.index(unit) for unit in units]

    def probability(self, level: int) -> np.ndarray:
        """P(unit stands at ``level`` or above) at each year's end, (U, T)."""
        return self.pmf[..., int(level) :].sum(axis=-1)

    def count_pmf(self, level: int, at=None, among=slice(None)) -> np.ndarray:
        """P(exactly 0 … n units stand at ``level`` or above), (years, n + 1).

        ``at`` are positions in `years`, by default all; ``among`` positions in `units`.
        """
        at = np.arange(len(self.years)) if at is None else np.asarray(at)
        chances = self.chance[..., int(level)][:, among]
        pmf = np.array([poisson_binomial(chances[:, :, t]).mean(axis=0) for t in at])
        return self._leave_room(pmf, at)

    @cached_property
    def pmf(self) -> np.ndarray:
        """P(each level) per unit and year, (U, T, levels)."""
        above = self.chance.mean(axis=0)
        beyond = np.pad(above[..., 1:], ((0, 0), (0, 0), (0, 1)))
        return self._leave_room(above - beyond, np.arange(len(self.years)))

    def _leave_room(self, pmf: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Leave room for `SURPRISE` at both ends in every year after the origin."""
        room = np.where(at > 0, SURPRISE, 0.0)[:, None]
        pmf = (1 - room) * pmf
        pmf[..., [0, -1]] += room / 2
        return pmf


def poisson_binomial(chances: np.ndarray) -> np.ndarray:
    """Distribution of the number of successes of independent trials, row by row.

    Parameters
    ----------
    chances
        (rows, trials), in [0, 1].

    Returns
    -------
    ndarray
        (rows, trials + 1); each row sums to 1.
    """
    chances = np.atleast_2d(chances)
    out = np.zeros((len(chances), chances.shape[1] + 1))
    out[:, 0] = 1.0
    for p in chances.T[..., None]:
        out[:, 1:] = out[:, 1:] * (1 - p) + out[:, :-1] * p
        out[:, :1] *= 1 - p
    return out


def forecast_levels(
    history: pd.DataFrame,
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
        unknown, not lost; a recognition still valid covers the years without a report.
    top
        Highest level of the scale; by default the highest one seen, at least 1.
    variant
        ``default`` or one of `VARIANTS` or `RIVALS`.

    Raises
    ------
    HistoryError
        Empty history, two rows for one unit and year, a level that is no whole number 0-3.
    """
    low, high, valid = observed_bounds(history, top)
    units, origin = list(low.index), low.columns[-1]
    low, high = low.to_numpy(), high.to_numpy()
    top = max(1, top or 0, int(high.max()))
    years = np.arange(origin, origin + horizon + 1)
    code = str(history["indicator_code"].iloc[0])
    rng = np.random.default_rng([seed, zlib.crc32(code.encode())])
    factors = dict.fromkeys(("weight", "shared", "hazard"), 1.0)
    factors |= (VARIANTS | RIVALS).get(variant, {})
    prior = PRIOR_YEARS * factors["weight"] * prior_matrix(top, factors["hazard"])
    counts, start = smooth_states(low, high, prior)
    matrix = _draw_matrices(counts + prior, n_draws, rng)
    factor = rng.standard_normal((n_draws, horizon))
    above = _shocked(matrix, SHARED * factors["shared"], factor)
    covered = valid[:, None] >= years[None, 1:]
    streams = [np.random.default_rng([seed, zlib.crc32(f"{code}/{u}".encode())]) for u in units]
    uniform = np.stack([s.random((n_draws, horizon + 1)) for s in streams], axis=1)
    levels, chance = _walk(start, above, covered, uniform)
    return LevelForecast(units, years, levels, chance)


def observed_bounds(history: pd.DataFrame, top: int | None = None):
    """Lowest and highest level each unit can have had at each year's end.

    Returns
    -------
    low, high : DataFrame
        Whole numbers by unit (index) and year (columns, without gaps); unknown is 0 … top.
    valid : ndarray
        (units,) last year whose end the unit's latest recognition covers (0: no date given).
    """
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
    low, high = low.fillna(covered).fillna(0), high.fillna(top)
    return low.astype(int), high.astype(int), until.iloc[:, -1].to_numpy(dtype=int)


def prior_matrix(top: int, hazard: float = 1.0) -> np.ndarray:
    """One year's moves of the reference class times ``hazard``, (top + 1, top + 1)."""
    step = np.arange(top + 1)[None, :] - np.arange(top + 1)[:, None]
    moves = np.select(
        [step == 0, step == 1, step == -1], [0.0, PRIOR_GAIN, PRIOR_LOSS], default=PRIOR_LEAP
    )
    return hazard * moves + np.diag(1 - hazard * moves.sum(axis=1))


def smooth_states(low: np.ndarray, high: np.ndarray, prior: np.ndarray):
    """Expected moves of all units and the state each stands in, given bounds only (EM).

    Parameters
    ----------
    low, high
        See `observed_bounds`.
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


def _walk(start, above, covered, uniform):
    """Follow every unit through the years: sampled levels and chances given the draw."""
    n, units, span = uniform.shape
    size = start.shape[1]
    first = np.cumsum(start[:, ::-1], axis=1)[:, ::-1]
    levels = np.empty((n, units, span), dtype=np.int8)
    chance = np.empty((n, units, span, size))
    chance[:, :, 0], chance[..., 0, 0] = first, 1.0
    levels[:, :, 0] = (uniform[..., 0, None] < first[None, :, 1:]).sum(axis=-1)
    keep, draw = np.tril(np.ones((size, size), dtype=bool)), np.arange(n)[:, None]
    for t in range(1, span):
        mass = chance[:, :, t - 1].copy()
        mass[..., :-1] -= mass[..., 1:]
        for is_covered in np.unique(covered[:, t - 1]):
            step = np.where(keep, 1.0, above[:, t - 1]) if is_covered else above[:, t - 1]
            some = np.flatnonzero(covered[:, t - 1] == is_covered)
            chance[:, some, t] = mass[:, some] @ step
            reach = step[draw, levels[:, some, t - 1]]
            levels[:, some, t] = (uniform[:, some, t, None] < reach[..., 1:]).sum(axis=-1)
    return levels, chance
