"""Forecasts of shares in percent: `forecast_panel` and what can be asked of its answer.

Everything printed comes from one object: quantiles, the chance of reaching a target, joint draws
and the shares of whole groups cannot contradict each other.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from xhht_analysis.forecasting.calibration import (
    VARIANTS,
    Reading,
    Settings,
    calibrate,
    read_settings,
)
from xhht_analysis.forecasting.changes import changes_weight, pooled_changes
from xhht_analysis.forecasting.curves import Curves
from xhht_analysis.forecasting.history import (
    BASE_DAMPING,
    KEYS,
    History,
    HistoryError,
    Matrices,
    matrices,
    read_history,
)
from xhht_analysis.forecasting.shares import Group, predict, prepare, weigh

__all__ = ["HistoryError", "PanelForecast", "forecast_panel"]

MOST_CELLS = 6_000_000
"""Draws × series × years held at once while groups are added up: a few hundred megabytes."""
LEAST_PART = 1e-9
MOST_PICKS = 40
"""Settings that a forecast of a small group averages; a fifth of them for large groups."""
REMEMBERED = 64
COMPARATORS = (">=", "<=", ">", "<")
MODEL_ID = "share-trend-average"


def forecast_panel(
    history: pd.DataFrame | History,
    horizon: int,
    *,
    variant: str = "default",
    settings: Settings | None = None,
    breaks: Iterable[int] = (),
) -> PanelForecast:
    """Forecast shares for every unit and every year 1 … `horizon` after the last year.

    Parameters
    ----------
    history
        One row per indicator_code, unit_code, year: value (percent, 0-100) and, where known,
        numerator, denominator (counts), group_code (the province whose units share shocks;
        one group when absent) and report_error (standard error of a preliminary or doubtful
        report on the logit scale). A missing year is a missing row. Or a `History` read before.
    horizon
        Years ahead of the last year of the history, 1-30.
    variant
        A name of `calibration.VARIANTS`: one assumption changed.
    settings
        Other priors than config/priors.csv.
    breaks
        Years whose figures are the first under a new definition: the level may jump there, for
        all units together and a little for each; the pace is kept.

    Returns
    -------
    PanelForecast

    Raises
    ------
    HistoryError
        Empty history, a column missing, a value that is empty, infinite or outside 0-100, two
        rows for one unit and year, counts that contradict each other.
    ValueError
        An unknown variant.
    """
    known, breaks = read_history(history, horizon), tuple(breaks)
    rows, series = known.rows, known.series
    if variant not in VARIANTS:
        raise ValueError(f"variant: {variant!r} is none of {', '.join(VARIANTS)}")
    change = VARIANTS[variant]
    settings = change.apply(settings or read_settings())
    origin = int(rows["year"].max())
    used = rows
    if change.drop_last:
        # a unit known in the last year only keeps its one figure
        alone = rows.groupby(KEYS)["year"].transform("min") == origin
        used = rows[(rows["year"] < origin) | alone]
    last = int(used["year"].max())
    parts = []
    for number, (_, part) in enumerate(series.groupby(["indicator_code", "group_code"])):
        panel = matrices(used, part, last, breaks)
        curves = fit_group(panel, int(horizon) + origin - last, settings)
        parts.append((part.index.to_numpy(), number, curves))
    curves = _gather(parts, len(series), origin - last)
    years = np.arange(origin + 1, origin + int(horizon) + 1)
    model_id = MODEL_ID if variant == "default" else f"{MODEL_ID}+{variant}"
    return PanelForecast(series, years, curves, model_id, origin)


def fit_group(panel: Matrices, horizon: int, settings: Settings) -> Curves:
    """Average a sample of the settings and the pooled changes, read where calibration says."""
    group, n_unit = prepare(panel, settings), len(panel.shares)
    logs = settings.log_prior()
    if logs.size > 1:
        logs = settings.constants["evidence_power"] * _evidence(panel, group, settings) + logs
    picks, weights = spread_picks(logs, int(np.clip(10_000 // n_unit, MOST_PICKS // 5, MOST_PICKS)))
    seen = np.isfinite(panel.shares)
    points, silent = seen.sum(axis=1), np.argmax(seen[:, ::-1], axis=1)
    _, first, kind = np.unique(100 * points + silent, return_index=True, return_inverse=True)
    lead = silent[first, None] + np.arange(1, horizon + 1)
    scores, odds = calibrate(points[first], lead, settings.constants)
    reading = Reading(scores, points[first], kind)
    values, shared, own_lag, common_lag = predict(group, settings, picks, weights, reading)
    part = changes_weight(points, n_unit, settings.constants)[:, None, None]
    if part.max() > LEAST_PART:
        moved = pooled_changes(panel.shares, horizon, panel.breaks, reading)
        values += part * (moved - values)
    odds = odds[kind]
    shared = odds * shared / (1 - shared + odds * shared)
    return Curves(values, shared, own_lag, common_lag, np.zeros(0), panel.rounding[:, 0])


def spread_picks(logs: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """At most `most` settings that stand for all of them, (M, 3) indices, and their weights.

    Evenly spaced marks on the running sum of the weights: every region of the grid is stood for
    by its weight. The heaviest alone would promise too much (their coverage of known truth is 3
    points lower).
    """
    sums = np.cumsum(np.exp(logs - logs.max()))
    marks = (np.arange(most) + 0.5) / most * sums[-1]
    at, count = np.unique(np.searchsorted(sums, marks), return_counts=True)
    return np.stack(np.unravel_index(at, logs.shape), axis=1), count / most


_KNOWN: OrderedDict[bytes, np.ndarray] = OrderedDict()


def _evidence(panel: Matrices, group: Group, settings: Settings) -> np.ndarray:
    """`shares.weigh`, remembered for the last few panels: variants ask for the same."""
    made_of = [*panel.parts(), *settings.levels.values()]
    made_of += [settings.typical_step, settings.typical_weight, panel.shares.shape]
    key = hashlib.sha256(b"|".join(np.asarray(part).tobytes() for part in made_of)).digest()
    found = _KNOWN.get(key)
    if found is None:
        found = _KNOWN[key] = weigh(group, settings)
        while len(_KNOWN) > REMEMBERED:
            _KNOWN.popitem(last=False)
    return found


def _gather(parts: list, n_series: int, skip: int) -> Curves:
    """Put the groups' curves in the order of the series; leave out `skip` first years."""
    out, group = {}, np.zeros(n_series, dtype=int)
    for name in ("percent", "shared", "own_lag", "common_lag", "rounding"):
        pieces = [getattr(curves, name) for _, _, curves in parts]
        whole = np.empty((n_series, *pieces[0].shape[1:]))
        for (at, number, _), piece in zip(parts, pieces, strict=True):
            whole[at], group[at] = piece, number
        out[name] = whole if name == "rounding" else whole[:, skip:]
    return Curves(**out, group=group)


@dataclass(frozen=True)
class PanelForecast:
    """Joint predictive distribution of shares.

    Attributes
    ----------
    series
        One row per series: indicator_code, unit_code, group_code, first_year, last_year,
        n_points, last_value (percent), numerator and denominator of the last year, pace (points
        a year over the last five years, NaN with one figure), rounding (points), base_pace,
        base_shared, base_own (growth of the log denominator a year and its deviations).
    years
        Forecast years (H,).
    curves
        The joint distribution: see `curves.Curves`.
    model_id, origin_year
        Name of the model and the last year of the history.
    """

    series: pd.DataFrame
    years: np.ndarray
    curves: Curves
    model_id: str
    origin_year: int

    def _frame(self, repeats: int) -> dict:
        n, h = len(self.series), len(self.years)
        at = np.repeat(np.arange(n), h * repeats)
        years = np.tile(np.repeat(self.years, repeats), n)
        codes = {k: self.series[k].to_numpy()[at] for k in KEYS}
        return {**codes, "year": years, "horizon": years - self.origin_year}

    def quantile_array(self, levels) -> np.ndarray:
        """Quantiles in percent, (series, years, levels)."""
        levels = np.asarray(levels, dtype=float)
        if levels.size == 0 or not ((levels > 0) & (levels < 1)).all():
            raise ValueError("levels: quantile levels lie strictly between 0 and 1")
        return self.curves.at_scores(ndtri(levels))

    def quantiles(self, levels) -> pd.DataFrame:
        """Quantiles in percent as hubverse rows, one per series, year and level."""
        values = self.quantile_array(levels)
        ids = np.tile(np.asarray(levels, dtype=float), values.shape[0] * values.shape[1])
        frame = self._frame(values.shape[2])
        return pd.DataFrame(
            {**frame, "output_type": "quantile", "output_type_id": ids, "value": values.ravel()}
        )

    def probability_reached(self, targets: pd.DataFrame) -> pd.DataFrame:
        """Return `targets` with prob_reached: the chance of standing at the target in its year.

        Parameters
        ----------
        targets
            indicator_code, unit_code, year, target_value (percent), comparator (>=, <=, >, <).

        Raises
        ------
        ValueError
            If a target names a series or year that was not forecast, or an unknown comparator.
        """
        keys = pd.MultiIndex.from_frame(self.series[KEYS])
        row = keys.get_indexer(pd.MultiIndex.from_frame(targets[KEYS]))
        year = pd.Index(self.years).get_indexer(targets["year"].astype("int64"))
        unknown = (row < 0) | (year < 0) | ~targets["comparator"].isin(COMPARATORS).to_numpy()
        value = targets["target_value"].to_numpy(dtype=float)
        unknown |= ~np.isfinite(value)
        if unknown.any():
            first = targets[unknown].iloc[0].to_dict()
            raise ValueError(f"targets: no forecast, comparator or value for {first}")
        up = targets["comparator"].isin([">=", ">"]).to_numpy()
        strict = targets["comparator"].isin([">=", "<"]).to_numpy()
        below = self.curves.below(row, year, value, strict)
        return targets.assign(prob_reached=np.where(up, 1 - below, below))

    def draw_array(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Joint draws in percent, (n, series, years): units of a group share their shocks."""
        return self.curves.draw(n, rng)

    def draws(self, n: int, rng: np.random.Generator) -> pd.DataFrame:
        """Joint draws as rows: draw, indicator_code, unit_code, year, value."""
        values = self.draw_array(n, rng)
        frame = pd.DataFrame(self._frame(1)).drop(columns="horizon")
        out = frame.iloc[np.tile(np.arange(len(frame)), n)].reset_index(drop=True)
        out.insert(0, "draw", np.repeat(np.arange(n), len(frame)))
        return out.assign(value=values.reshape(-1))

    def weight_array(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draws of the denominators, (n, series, years); 1 where no counts are known.

        A damped trend of the logs with steps that a group takes together and steps of its own.
        """
        s, years = self.series, np.arange(1, len(self.years) + 1)
        unknown = s["denominator"].isna().to_numpy()[:, None]
        if unknown.all():
            return np.ones((n, len(s), len(years)))
        groups = self.curves.group
        shared = rng.standard_normal((n, groups.max() + 1, len(years)))[:, groups]
        own = rng.standard_normal((n, len(s), len(years)))
        steps = s["base_shared"].to_numpy()[:, None] * shared
        steps += s["base_own"].to_numpy()[:, None] * own
        steps += s["base_pace"].to_numpy()[:, None] * BASE_DAMPING**years
        weight = s["denominator"].to_numpy()[:, None] * np.exp(np.cumsum(steps, axis=2))
        return np.where(unknown, 1.0, weight)

    def aggregate(
        self, groups: np.ndarray, n: int, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Shares of whole groups: Σ numerators / Σ denominators, draw by draw.

        Parameters
        ----------
        groups
            One label per series, in the order of `series`.

        Returns
        -------
        names, values
            Sorted labels (G,) and percent (n, G, years).
        """
        names, at = np.unique(np.asarray(groups), return_inverse=True)
        order = np.argsort(at, kind="stable")
        starts = np.searchsorted(at[order], np.arange(len(names)))
        at_once = max(1, MOST_CELLS // (len(at) * len(self.years)))
        parts = []
        for start in range(0, n, at_once):
            some = min(at_once, n - start)
            values, weights = self.draw_array(some, rng), self.weight_array(some, rng)
            values *= weights
            sums = [np.add.reduceat(a[:, order], starts, axis=1) for a in (values, weights)]
            parts.append(sums[0] / sums[1])
        return names, np.concatenate(parts)
