"""Recognition levels that can be gained and lost: `forecast_levels` (METHODS 2.5).

In: levels by unit and year, possibly only bounded or unknown, with their periods of validity.
Out: joint draws of levels and, for a target "x % of districts", the distribution of a whole
number. Where the rates behind a level are known, the rule is applied inside every joint draw of
the rates; otherwise a pooled ordered transition model with a shared factor takes its place.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from xhht_analysis.forecasting.panel import HistoryError

PRIOR_GAIN, PRIOR_LOSS, PRIOR_LEAP = 0.12, 0.06, 0.01
"""Reference class of one year's move: one level up, one down, further (docs/methodology.md)."""
PRIOR_YEARS = 8.0
"""Weight of the reference class in unit-years (kappa of METHODS 2.5)."""
SHARED = 0.25
"""Share of a move's variance that all units of a year have in common (rho of METHODS 2.5)."""
EM_ROUNDS = 15
VARIANTS = ("prior_half", "prior_double", "shared_half", "shared_double", "last_year_dropped")
"""Assumptions that `forecast_levels` can change one at a time."""

Rule = Callable[[np.random.Generator, int], np.ndarray]


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
    basis
        ``rule`` or ``transitions``.
    """

    units: list[str]
    years: np.ndarray
    levels: np.ndarray
    chance: np.ndarray
    basis: str

    @property
    def origin_year(self) -> int:
        """Last year of the history."""
        return int(self.years[0])

    def probability(self, level: int) -> np.ndarray:
        """P(unit stands at ``level`` or above) at each year's end, (U, T)."""
        return self.chance[..., int(level)].mean(axis=0)

    def count_pmf(self, level: int, at=None) -> np.ndarray:
        """P(exactly 0 … U units stand at ``level`` or above), (years, U + 1).

        ``at`` are positions in `years`, by default all.
        """
        at = range(len(self.years)) if at is None else at
        chances = self.chance[..., int(level)]
        return np.array([poisson_binomial(chances[:, :, t]).mean(axis=0) for t in at])

    def pmf(self) -> np.ndarray:
        """P(each level) per unit and year, (U, T, levels)."""
        above = self.chance.mean(axis=0)
        return above - np.concatenate([above[..., 1:], np.zeros((*above.shape[:2], 1))], axis=-1)


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
    rates: Rule | None = None,
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
    rates
        Where the rates behind the level are known: a function (rng, n) that draws the rates,
        applies the rule and returns levels (n, units in sorted order, last years).
    top
        Highest level of the scale; by default the highest one seen, at least 1.
    variant
        ``default`` or one of `VARIANTS`.

    Raises
    ------
    HistoryError
        Empty history, two rows for one unit and year, a level that is no whole number 0-3.
    """
    earlier = history[history["year"] < history["year"].max()]
    skip = int(variant == "last_year_dropped" and len(earlier) > 0)
    history, horizon = (earlier, horizon + 1) if skip else (history, horizon)
    low, high, valid, past, units = observed_bounds(history, top)
    top = max(1, top or 0, int(high.max()))
    years = np.arange(past[-1], past[-1] + horizon + 1)
    code = str(history["indicator_code"].iloc[0])
    rng = np.random.default_rng([seed, zlib.crc32(code.encode())])
    weight = PRIOR_YEARS * {"prior_half": 0.5, "prior_double": 2.0}.get(variant, 1.0)
    rho = SHARED * {"shared_half": 0.5, "shared_double": 2.0}.get(variant, 1.0)
    counts, start = smooth_states(low, high, top, weight)
    matrix = _draw_matrices(counts + weight * prior_matrix(top), n_draws, rng)
    factor = rng.standard_normal((n_draws, horizon))
    drawn = None if rates is None else rates(rng, n_draws)
    span = horizon if drawn is None else horizon - drawn.shape[-1]
    above = _shocked(matrix, rho, factor[:, :span])
    covered = valid[:, None] >= years[None, 1:]
    streams = [np.random.default_rng([seed, zlib.crc32(f"{code}/{u}".encode())]) for u in units]
    uniform = np.stack([s.random((n_draws, horizon + 1)) for s in streams], axis=1)
    levels, chance = _walk(start, above, covered, uniform[..., : span + 1])
    if drawn is not None:
        levels = np.concatenate([levels, drawn.astype(np.int8)], axis=2)
        met = drawn[..., None] >= np.arange(top + 1)
        chance = np.concatenate([chance, met], axis=2)
    basis = "transitions" if rates is None else "rule"
    return LevelForecast(units, years[skip:], levels[..., skip:], chance[:, :, skip:], basis)


def observed_bounds(history: pd.DataFrame, top: int | None = None):
    """Lowest and highest level each unit can have had at each year's end.

    Returns
    -------
    low, high
        (units, years), years without gaps; unknown is 0 … top.
    valid
        (units,) last year whose end the unit's latest recognition covers (0: no date given).
    years, units
        Labels of the two axes.
    """
    if history.empty:
        raise HistoryError("history: there are no levels to forecast from")
    wanted = ["unit_code", "year", "level", "level_derived_min", "level_derived_max", "valid_to"]
    rows = history.reindex(columns=wanted).sort_values(["unit_code", "year"])
    if rows.duplicated(["unit_code", "year"]).any():
        raise HistoryError("history: two rows for one unit and year")
    lowest = rows["level"].fillna(rows["level_derived_min"]).astype(float)
    highest = rows["level"].fillna(rows["level_derived_max"]).astype(float)
    known = pd.concat([lowest, highest]).dropna()
    if not (known.isin(range(4)).all() and (lowest.dropna() <= highest[lowest.notna()]).all()):
        raise HistoryError("history: a level must be a whole number from 0 to 3, lowest first")
    top = max(1, int(top or 0), *known.astype(int))
    units = sorted(rows["unit_code"].unique())
    years = np.arange(int(rows["year"].min()), int(rows["year"].max()) + 1)
    low = np.zeros((len(units), len(years)), dtype=int)
    high = np.full_like(low, top)
    valid = np.zeros(len(units), dtype=int)
    end = pd.to_numeric(rows["valid_to"].astype("str").str[:4], errors="coerce")
    late = rows["valid_to"].astype("str").str[5:] < "12-31"
    last = (end - late).fillna(0).to_numpy(dtype=int)
    at = zip(rows["unit_code"], rows["year"].astype(int), lowest, highest, last, strict=True)
    for unit, year, below, above, until in at:
        i, t = units.index(unit), year - int(years[0])
        if until and until < year:
            below = above = 0.0
        if not np.isnan(below):
            low[i, t] = below
        if not np.isnan(above):
            high[i, t] = above
        if until >= year and below > 0:
            low[i, t + 1 : until - int(years[0]) + 1] = below
            valid[i] = until
        elif below == 0:
            valid[i] = 0
    return low, high, valid, years, units


def prior_matrix(top: int) -> np.ndarray:
    """One year's moves of the reference class, (top + 1, top + 1), rows sum to 1."""
    step = np.arange(top + 1)[None, :] - np.arange(top + 1)[:, None]
    moves = np.select(
        [step == 0, step == 1, step == -1], [0.0, PRIOR_GAIN, PRIOR_LOSS], default=PRIOR_LEAP
    )
    return moves + np.diag(1 - moves.sum(axis=1))


def smooth_states(low: np.ndarray, high: np.ndarray, top: int, weight: float = PRIOR_YEARS):
    """Expected moves of all units and the state each stands in, given bounds only (EM).

    Returns
    -------
    counts
        Expected numbers of moves between levels, summed over units, (top + 1, top + 1). Moves
        before a unit's first or after its last report are no evidence and not counted.
    start
        P(level) of each unit in the last year, (units, top + 1).
    """
    scale = np.arange(top + 1)
    fits = ((low[..., None] <= scale) & (scale <= high[..., None])).astype(float)
    told = ~fits.all(axis=-1)
    before, after = np.logical_or.accumulate(told, axis=1), told[:, ::-1]
    after = np.logical_or.accumulate(after, axis=1)[:, ::-1]
    counted = before[:, :-1] & after[:, 1:]
    prior = weight * prior_matrix(top)
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
    keep = np.tril(np.ones((size, size), dtype=bool))
    for t in range(1, span):
        step = above[:, t - 1]
        held = np.where(keep, 1.0, step)
        here = np.where(covered[None, :, t - 1, None, None], held[:, None], step[:, None])
        mass = chance[:, :, t - 1] - np.pad(chance[:, :, t - 1, 1:], ((0, 0), (0, 0), (0, 1)))
        chance[:, :, t] = np.einsum("nua,nual->nul", mass, here)
        state = levels[:, :, t - 1, None, None].astype(np.int64)
        reach = np.take_along_axis(here, state, axis=2)[:, :, 0]
        levels[:, :, t] = (uniform[..., t, None] < reach[..., 1:]).sum(axis=-1)
    return levels, chance
