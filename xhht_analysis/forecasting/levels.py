"""Recognition levels that can be gained and lost: `forecast_levels`.

In: levels by unit and year, possibly only bounded or unknown, with their periods of validity, and
where there are any the figures that decide them (`level_figures`). Out: joint draws of levels and,
for a target "x % of districts", the distribution of a whole number: a mixture of one pooled
ordered transition model, with a factor that all units of a year share, and of the share forecast
of the deciding figures, weighted by what both would have said in earlier years.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy.linalg import toeplitz
from scipy.special import ndtr, ndtri

from xhht_analysis.forecasting.curves import leave_room
from xhht_analysis.forecasting.history import HistoryError, read_history
from xhht_analysis.forecasting.panel import forecast_panel

PRIOR_GAIN, PRIOR_LOSS, PRIOR_LEAP = 0.12, 0.06, 0.01
"""Reference class of one year's move: one level up, one down, further (docs/methodology.md)."""
PRIOR_YEARS = 4.0
"""Weight of the reference class in unit-years (kappa of docs/methodology.md)."""
SHARED = 0.6
"""Share of a move's variance that all units of a year have in common (rho)."""
FIGURE_WEIGHT = 0.8
"""Weight of the deciding figures where they have always given the level."""
MIN_YEARS = 3
"""Years with figures that a forecast of figures asks for."""
VARIANTS = {
    "default": {},
    "prior_half": {"weight": 0.5},
    "prior_double": {"weight": 2.0},
    "hazard_half": {"hazard": 0.5},
    "hazard_double": {"hazard": 2.0},
    "persistence": {"hazard": 1e-6, "weight": 1e6, "figures": 0.0},
    "reference_class": {"weight": 1e6, "figures": 0.0},
    "transitions": {"figures": 0.0},
    "figures": {"figures": 1.0},
}
"""Named changes of the model: factors of the reference class's weight and of its moves, and the
figures' weight."""
RIVALS = ("persistence", "reference_class", "transitions", "figures")
"""Simpler models of the backtest: no moves; no own history; each member of the mixture alone."""


@dataclass(frozen=True, eq=False)
class LevelHistory:
    """What is known of the levels of one indicator.

    Attributes
    ----------
    low, high
        Lowest and highest level that each unit (index) can have had at the end of each year
        (columns, without gaps), whole numbers; unknown is 0 … top.
    valid_until_year
        (units,) last year whose end the unit's latest recognition covers (0: no date given).
    figures
        Figures that decide the levels, see `level_figures`; empty where there are none.
    top
        Highest level of the scale.
    """

    indicator_code: str
    low: pd.DataFrame
    high: pd.DataFrame
    valid_until_year: pd.Series
    figures: pd.DataFrame
    top: int

    @property
    def origin(self) -> int:
        """Last year with a level."""
        return int(self.low.columns[-1])


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
    figures: pd.DataFrame | None = None,
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
    figures
        Figures that decide the levels: level, unit_code, year, value (percent) and asked: the level
        is met where ``value`` is at least ``asked`` and every lower level is met. Units without
        one, and all where a level has figures of less than `MIN_YEARS`, move by transitions alone.
        A `LevelHistory` has its own; this and ``top`` are for a table.
    top
        Highest level of the scale; by default the highest one seen, at least 1.
    variant
        A name of `VARIANTS`.

    Raises
    ------
    HistoryError
        Empty history, two rows for one unit and year, a level that is no whole number 0-3.
    ValueError
        An unknown variant.
    """
    past = history if isinstance(history, LevelHistory) else read_levels(history, top, figures)
    if variant not in VARIANTS:
        raise ValueError(f"variant: {variant!r} is none of {', '.join(VARIANTS)}")
    how = {"weight": 1.0, "hazard": 1.0, "figures": figure_weight(past)} | VARIANTS[variant]
    prior = PRIOR_YEARS * how["weight"] * prior_matrix(past.top, how["hazard"])
    by_figures, has_figures = figure_levels(past, horizon, n_draws, seed)
    follows = (np.arange(n_draws) < round(how["figures"] * n_draws))[:, None] & has_figures
    years = past.origin + np.arange(1 + horizon)
    levels = _walk(past, prior, years, follows, by_figures, seed)
    return LevelForecast(list(past.low.index), years, levels)


@lru_cache(maxsize=64)
def figure_levels(
    past: LevelHistory, horizon: int, n_draws: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Levels that draws of the deciding figures come to: the rule in every draw.

    The figures of all levels share their random numbers, so that they move together.

    Returns
    -------
    levels
        (draws, U, 1 + horizon), the origin year first; (1, 1, 1 + horizon) zeros where no unit has
        figures. Kept for the variants of one `LevelHistory` (known by identity): never write into
        it.
    has_figures
        (U,) whether the unit has a figure for every level.
    """
    units, origin = past.low.index, past.origin
    met, has_figures = [], np.ones(len(units), dtype=bool)
    for level in range(1, past.top + 1):
        rows = past.figures[past.figures["level"] == level]
        if rows["year"].nunique() < MIN_YEARS:
            return np.zeros((1, 1, 1 + horizon), dtype=int), np.zeros(len(units), dtype=bool)
        checked = read_history(rows.assign(indicator_code=past.indicator_code), is_percent=True)
        late = origin - checked.origin
        ahead = forecast_panel(checked, horizon + late)
        paths = ahead.path.draw(n_draws, np.random.default_rng([seed, origin]))
        at = pd.Index(ahead.series["unit_code"]).get_indexer(units)
        met.append(paths[:, at, late:] >= rows["asked"].iloc[-1] - 1e-9)
        has_figures &= at >= 0
    return np.logical_and.accumulate(met).sum(axis=0), has_figures


def figure_weight(past: LevelHistory) -> float:
    """Weight of the deciding figures (0-1): how strictly the rule has been applied so far.

    `FIGURE_WEIGHT` times how much more often the figures of a year gave the known level of a unit
    than not.
    """
    is_exact, is_met, right = past.low == past.high, True, []
    for level, rows in past.figures.groupby("level"):
        value = rows.pivot(index="unit_code", columns="year", values="value")  # noqa: PD010
        value = value.reindex_like(past.low)
        is_met &= value >= rows["asked"].iloc[-1] - 1e-9
        is_right = (is_met == (past.low >= level)).to_numpy()
        right.append(is_right[(is_exact & value.notna()).to_numpy()])
    share = np.concatenate(right).mean() if right else 0.0
    return FIGURE_WEIGHT * max(2 * share - 1, 0.0)


def read_levels(
    history: pd.DataFrame, top: int | None = None, figures: pd.DataFrame | None = None
) -> LevelHistory:
    """Read and check the levels of one indicator, see `forecast_levels`."""
    if history.empty:
        raise HistoryError("history: there are no levels to forecast from")
    wanted = ["unit_code", "year", "level", "level_derived_min", "level_derived_max", "valid_to"]
    types = {"year": int, **dict.fromkeys(wanted[2:5], "float64")}
    rows = history.reindex(columns=wanted).astype(types)
    if rows.duplicated(["unit_code", "year"]).any():
        raise HistoryError("history: two rows for one unit and year")
    lowest = rows["level"].fillna(rows["level_derived_min"])
    highest = rows["level"].fillna(rows["level_derived_max"])
    levels = pd.concat([lowest, highest]).dropna()
    if not levels.isin(range(4)).all() or (lowest > highest).any():
        raise HistoryError("history: a level must be a whole number from 0 to 3, lowest first")
    top = max(1, int(top or 0), *levels.astype(int))
    day_after = pd.to_datetime(rows["valid_to"], errors="coerce") + pd.Timedelta(days=1)
    until = day_after.dt.year - 1
    expired = until < rows["year"]
    until = until.mask(expired | lowest.eq(0), 0)
    columns = {"low": lowest.mask(expired, 0.0), "high": highest.mask(expired, 0.0), "until": until}
    table = rows.assign(**columns).pivot(index="unit_code", columns="year")  # noqa: PD010
    years = np.arange(rows["year"].min(), rows["year"].max() + 1)
    low, high, until = (table[name].reindex(columns=years) for name in columns)
    until = until.ffill(axis=1).fillna(0)
    covered = low.ffill(axis=1).where(until >= years)
    low, high = low.fillna(covered).fillna(0).astype(int), high.fillna(top).astype(int)
    figures = pd.DataFrame(columns=["level", "year"]) if figures is None else figures
    figures = figures[figures["year"] <= years[-1]]
    code = str(history["indicator_code"].iloc[0])
    return LevelHistory(code, low, high, until.iloc[:, -1], figures, top)


def prior_matrix(top: int, hazard: float = 1.0) -> np.ndarray:
    """One year's moves of the reference class times ``hazard``, (top + 1, top + 1)."""
    gains, losses = [0, PRIOR_GAIN, PRIOR_LEAP, PRIOR_LEAP], [0, PRIOR_LOSS, PRIOR_LEAP, PRIOR_LEAP]
    moves = hazard * toeplitz(losses[: top + 1], gains[: top + 1])
    return moves + np.diag(1 - moves.sum(axis=1))


def observed_moves(low: np.ndarray, high: np.ndarray, prior: np.ndarray):
    """Pooled moves of one year and the state each unit stands in.

    Counted are the moves of all units between known levels, and `prior`; between two known years
    without a report the first of them stands.

    Parameters
    ----------
    low, high
        See `LevelHistory`, as arrays.
    prior
        Moves of the reference class in unit-years, (top + 1, top + 1).

    Returns
    -------
    matrix
        P(level next year) by level, (top + 1, top + 1).
    start
        P(level) of each unit in the last year, (units, top + 1), by all bounds up to then.
    """
    exact = pd.DataFrame(np.where(low == high, low, np.nan))
    exact = exact.ffill(axis=1, limit_area="inside").to_numpy()
    both = ~np.isnan(exact[:, :-1] + exact[:, 1:])
    matrix, scale = prior.copy(), np.arange(len(prior))
    np.add.at(matrix, (exact[:, :-1][both].astype(int), exact[:, 1:][both].astype(int)), 1)
    matrix /= matrix.sum(axis=1, keepdims=True)
    fits = (low[..., None] <= scale) & (scale <= high[..., None])
    start = np.ones((len(low), len(prior)))
    for t in range(low.shape[1]):
        start = (start @ matrix if t else start) * fits[:, t]
        start /= start.sum(axis=1, keepdims=True)
    return matrix, start


def _shocked(matrix: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """P(next level >= l | level, year's factor), (draws, years, level, l); mean is ``matrix``."""
    above = np.cumsum(matrix[:, ::-1], axis=1)[:, ::-1]
    score = ndtri(np.clip(above, 1e-9, 1 - 1e-9))
    out = ndtr((score + np.sqrt(SHARED) * factor[..., None, None]) / np.sqrt(1 - SHARED))
    out[..., 0] = 1.0
    return out


def _walk(past: LevelHistory, prior, years, follows, by_figures, seed: int) -> np.ndarray:
    """Follow every unit through the years: sampled levels (draws, U, T).

    Parameters
    ----------
    prior
        Moves of the reference class in unit-years, (top + 1, top + 1).
    years
        (T,) the origin year and every year after it.
    follows
        (draws, U) which draws of which units go where their figures put them.
    by_figures
        Levels by the figures, (draws, U, T) or (1, 1, T), see `figure_levels`.
    """
    n_draws = len(follows)
    matrix, start = observed_moves(past.low.to_numpy(), past.high.to_numpy(), prior)
    rng = np.random.default_rng([seed, zlib.crc32(past.indicator_code.encode())])
    above = _shocked(matrix, rng.standard_normal((n_draws, len(years) - 1)))
    uniform = rng.random((*follows.shape, len(years)))
    first = np.cumsum(start[:, :0:-1], axis=1)[:, ::-1]  # P(level >= 1 … top) in the origin year
    levels = np.empty(uniform.shape, dtype=np.int8)
    levels[..., 0] = (uniform[..., 0, None] < first).sum(axis=-1)
    draw, until = np.arange(n_draws)[:, None], past.valid_until_year.to_numpy()
    for t in range(1, len(years)):
        now = levels[..., t - 1]
        following = (uniform[..., t, None] < above[draw, t - 1, now, 1:]).sum(axis=-1)
        following = np.where(follows, by_figures[..., t], following)
        # a recognition with a date is not lost before it
        levels[..., t] = np.where(until >= years[t], np.maximum(now, following), following)
    return levels
