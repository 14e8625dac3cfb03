"""Forecasts of shares in percent: `forecast_panel` and what can be asked of its answer.

Everything printed comes from one object: quantiles, the chance of reaching a target, joint draws
and the shares of whole groups cannot contradict each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.special import expit, ndtri

from xhht_analysis.forecasting.curves import GRID, MEDIAN, Curves
from xhht_analysis.forecasting.history import (
    KEYS,
    History,
    Matrices,
    check_horizon,
    read_history,
)
from xhht_analysis.forecasting.learned import DRIVERS, Learned, learned_changes, read_learned
from xhht_analysis.forecasting.structural import (
    Trend,
    fit_trend,
    percent,
    pooled_changes,
    unseen_variance,
)

COMPARATORS = (">=", "<=")
LEARNED_ODDS, LEARNED_BY_TREND, LEARNED_BY_GAP = 2.5, -5.0, -1.0
"""Log odds of the learned member in a group without direction, what is added where all move one
way (there the group's own changes are believed), and for every year more between two figures: the
reference panels report every year, with few exceptions.

Three round numbers, the same for all: docs/adr/0020 says what was tried."""
LOWER_WIDTH = 0.9
"""Quantiles below the median stand this much nearer to it than both members put them: reported
shares fall less often than they say."""
MOST_DRIVERS = 3
FEW_UNITS = 0.5
"""One unit alone says less about how shares move: its widths are half as wide again."""


@dataclass(frozen=True)
class Variant:
    """One assumption changed, to see what an answer hangs on.

    Attributes
    ----------
    learned_weight
        Weight of the learned member (0-1); None: as `learned_weight` gives it.
    without
        Driver of `learned.DRIVERS` that is taken for none.
    at_break
        What the years of ``breaks`` are to `History.groups`: ``breaks``, the first of a new level
        that lasts, or ``without``, as if they had not been reported. Empty: no assumption about
        them.
    """

    learned_weight: float | None = None
    without: str = ""
    at_break: str = ""


VARIANTS = {
    "default": Variant(),
    "own_changes_alone": Variant(learned_weight=0.0),
    "learned_alone": Variant(learned_weight=1.0),
    "shared_pace_stops": Variant(without="group_pace"),
    "temporary_shock": Variant(at_break="without"),
    "lasting_break": Variant(at_break="breaks"),
}
"""Named changes of one assumption.

Each member alone; the pace that the units share stops; the shock of the years in `breaks` passes,
or stays as a new level.
"""


def learned_weight(trend: Trend) -> float:
    """Weight of the learned member, 0-1."""
    by_gap = LEARNED_BY_GAP * (trend.years_between - 1)
    return expit(LEARNED_ODDS + LEARNED_BY_TREND * trend.trend_share + by_gap)


def forecast_panel(
    history: pd.DataFrame | History,
    horizon: int,
    *,
    variant: str = "default",
    learned: Learned | None = None,
    breaks: Iterable[int] = (),
) -> PanelForecast:
    """Forecast shares for every unit and every year 1 … `horizon` after the last year.

    Parameters
    ----------
    history
        One row per indicator_code, unit_code, year: value (percent, 0-100) and, where known,
        numerator, denominator (counts) and group_code (the province whose units share shocks;
        one group when absent). A missing year is a missing row. Or a `History` read before.
    horizon
        Years ahead of the last year of the history, 1-30.
    variant
        A name of `VARIANTS`: one assumption changed.
    learned
        Other numbers than config/learned.json.
    breaks
        Years whose figures are the first under a new definition, or after a crisis: the level may
        jump there, for all units together and a little for each; the pace is kept. Under the
        variant ``temporary_shock`` the figures of these years are left out instead.

    Returns
    -------
    PanelForecast

    Raises
    ------
    HistoryError
        Empty history, a column missing, a value that is empty, infinite or outside 0-100,
        fractions given as percent, two rows for one unit and year, counts that contradict each
        other.
    ValueError
        An unknown variant.
    """
    horizon, past, years = check_horizon(horizon), read_history(history), tuple(breaks)
    if variant not in VARIANTS:
        raise ValueError(f"variant: {variant!r} is none of {', '.join(VARIANTS)}")
    change = VARIANTS[variant]
    panels = past.groups(**{change.at_break or "breaks": years})
    learned = learned or read_learned()
    how = {"horizon": horizon, "learned": learned, "variant": change}
    path = _gather(panels, past.series["lattice"].to_numpy(dtype=float), how)
    years = past.origin + np.arange(1, horizon + 1)
    return PanelForecast(past.series, years, path, past.origin, tuple(panels), how)


def fit_group(
    panel: Matrices, horizon: int, learned: Learned, variant: Variant = VARIANTS["default"]
) -> tuple[np.ndarray, ...]:
    """Forecast one group by both members.

    Returns
    -------
    values (N, 1 + H, G)
        Quantile functions in percent, the last year of the history first: a reported figure
        stands still there, a missing one is forecast given those of the other units.
    shared, own_lag (N, 1 + H)
        As in `curves.Curves`.
    """
    trend, weight = fit_trend(panel), variant.learned_weight
    weight = learned_weight(trend) if weight is None else weight
    own_changes = pooled_changes(trend, horizon, variant.without)
    changes = learned_changes(trend, horizon, learned, variant.without)
    change = np.pad(weight * changes + (1 - weight) * own_changes, ((0, 0), (1, 0), (0, 0)))
    middle = change[..., [MEDIAN]]
    # what is not known of the last year stays unknown in all years after it
    doubt = trend.level_var[:, None] + unseen_variance(trend, panel.least_step, horizon)
    # each side by itself: where the members are sure of one side alone, it is widened most
    spread = np.sqrt((change - middle) ** 2 + doubt[..., None] * GRID**2)
    width = np.where(GRID < 0, -LOWER_WIDTH, np.sign(GRID)) * (1 + FEW_UNITS / len(doubt) ** 2)
    values = percent(trend.level[:, None, None] + middle + spread * width)
    total = trend.level_var[:, None] + trend.own_var * np.arange(1 + horizon)
    own_lag = np.sqrt(total[:, :-1] / total[:, 1:])
    shared = np.full_like(total, trend.common_var / (trend.common_var + trend.own_var))
    shared[:, 0] = trend.level_shared
    return values, shared, np.pad(own_lag, ((0, 0), (1, 0)))


def _gather(panels: list, lattice: np.ndarray, how: dict) -> Curves:
    """Forecasts of all groups in the order of the series."""
    order = np.argsort(np.concatenate([at for at, _ in panels]))
    fits = zip(*(fit_group(panel, **how) for _, panel in panels), strict=True)
    group = np.repeat(np.arange(len(panels)), [len(at) for at, _ in panels])[order]
    return Curves(*(np.concatenate(parts)[order] for parts in fits), group, lattice)


def long_rows(values: np.ndarray, axes: dict) -> pd.DataFrame:
    """One row per value: its places on the named ``axes``, and ``value``."""
    index = pd.MultiIndex.from_product(axes.values(), names=axes)
    return pd.Series(values.ravel(), index, name="value").reset_index()


@dataclass(frozen=True)
class PanelForecast:
    """Joint predictive distribution of shares.

    Attributes
    ----------
    series
        One row per series: indicator_code, unit_code, group_code, last_value (percent), denominator
        (the last there is), lattice (steps in 100 %).
    years
        Forecast years (H,).
    path
        The joint distribution of the last year of the history and of `years`: ``path.draw(n, rng)``
        are joint draws in percent, (n, series, 1 + H).
    origin_year
        Last year of the history.
    panels, how
        What the forecast was made from, for `drivers`.
    """

    series: pd.DataFrame
    years: np.ndarray
    path: Curves
    origin_year: int
    panels: tuple = ()
    how: dict = field(default_factory=dict)

    def _rows(self, values: np.ndarray, name: str, ids) -> pd.DataFrame:
        """Values (series, years, ``ids``) as rows: year, name, value, indicator_code, unit_code."""
        axes = {"series": range(len(self.series)), "year": self.years, name: ids}
        return long_rows(values, axes).join(self.series[KEYS], on="series").drop(columns="series")

    def quantiles(self, levels) -> pd.DataFrame:
        """Quantiles in percent as hubverse rows, one per series, year and level.

        Columns indicator_code, unit_code, year, horizon, output_type ("quantile"), output_type_id
        (the level) and value. This, `probability_reached` and `draws` are what the frozen
        benchmark asks of a forecast.
        """
        rows = self._rows(self.quantile_array(levels), "output_type_id", levels)
        return rows.assign(output_type="quantile", horizon=rows["year"] - self.origin_year)

    def draws(self, n: int, rng: np.random.Generator) -> pd.DataFrame:
        """Joint draws in percent as rows: draw, indicator_code, unit_code, year, value."""
        drawn = self.path.draw(n, rng)[:, :, 1:]
        return self._rows(np.moveaxis(drawn, 0, -1), "draw", range(n))

    def quantile_array(self, levels) -> np.ndarray:
        """Quantiles in percent, (series, years, levels)."""
        levels = np.asarray(levels, dtype=float)
        if levels.size == 0 or not ((levels > 0) & (levels < 1)).all():
            raise ValueError("levels: quantile levels lie strictly between 0 and 1")
        return self.path.at_scores(ndtri(levels))[:, 1:]

    def probability_reached(self, targets: pd.DataFrame) -> pd.DataFrame:
        """Return `targets` with prob_reached: the chance of standing at the target in its year.

        Parameters
        ----------
        targets
            indicator_code, unit_code, year, target_value (percent), comparator (>=, <=).

        Raises
        ------
        ValueError
            If a target names a series or year that was not forecast, or an unknown comparator.
        """
        value = targets["target_value"].to_numpy(dtype=float)
        keys = pd.MultiIndex.from_frame(self.series[KEYS])
        row = keys.get_indexer(pd.MultiIndex.from_frame(targets[KEYS]))
        year = pd.Index(self.years).get_indexer(targets["year"].astype("int64"))
        is_valid = (row >= 0) & (year >= 0) & np.isfinite(value)
        is_valid &= targets["comparator"].isin(COMPARATORS).to_numpy()
        if not is_valid.all():
            first = targets[~is_valid].iloc[0].to_dict()
            raise ValueError(f"targets: no forecast, comparator or value for {first}")
        is_above = targets["comparator"].eq(">=").to_numpy()
        below = self.path.below(row, year + 1, value, strict=is_above)
        return targets.assign(prob_reached=np.where(is_above, 1 - below, below))

    def drivers(self) -> pd.DataFrame:
        """Return what moved the forecast of each series and year most.

        The forecast is made again with the features of one driver (`learned.DRIVERS`) as in a
        usual group; the effect is how far that moves the median.

        Returns
        -------
        DataFrame
            indicator_code, unit_code, year, rank (1-3, the largest effect first), feature
            (`learned.DRIVERS`), effect (points of percent on the median).
        """
        paths = [self.path]
        for name in DRIVERS:
            how = {**self.how, "variant": Variant(without=name)}
            paths.append(_gather(self.panels, self.path.lattice, how))
        medians = np.clip([path.percent[:, 1:, MEDIAN] for path in paths], 0, 100)
        effects = np.moveaxis(medians[0] - medians[1:], 0, -1)
        table = self._rows(effects, "feature", list(DRIVERS)).rename(columns={"value": "effect"})
        table = table.sort_values("effect", key=lambda effect: -effect.abs(), kind="stable")
        place = table.groupby([*KEYS, "year"]).cumcount() + 1
        table = table.assign(rank=place)[place <= MOST_DRIVERS]
        return table.sort_values([*KEYS, "year", "rank"], ignore_index=True)
