"""Forecasts of shares in percent: `forecast_panel` and what can be asked of its answer.

A forecast is one quantile function per unit and year, held on a grid of normal scores, plus the
correlation that joins the units of one group (a province) and the years of one unit. Everything
printed comes from the same object: quantiles, the chance of reaching a target, joint draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from xhht_analysis.forecasting.shares import Shape, fit_shares

KEYS = ["indicator_code", "unit_code"]
COMPARATORS = (">=", "<=", ">", "<")


class HistoryError(ValueError):
    """The history cannot be forecast; the message names the rule, the row and the remedy."""


def forecast_panel(history: pd.DataFrame, horizon: int, *, variant: str = "default"):
    """Forecast shares for every unit and every year 1 … `horizon` after the last year.

    Parameters
    ----------
    history
        One row per indicator_code, unit_code, year: value (percent, 0-100) and, where known,
        numerator, denominator (counts) and group_code (the province whose units share shocks;
        one group when absent). A missing year is a missing row.
    horizon
        Years ahead of the last year of the history, 1-30.
    variant
        A name of `VARIANTS`: one assumption changed, to see what the answer hangs on.

    Returns
    -------
    PanelForecast

    Raises
    ------
    HistoryError
        Empty history, a column missing, a value that is empty, infinite or outside 0-100, two
        rows for one unit and year, counts that contradict each other.
    """
    rows = check_history(history, horizon)
    return PanelForecast(*fit_shares(rows, int(horizon), variant))


def check_history(history: pd.DataFrame, horizon: int) -> pd.DataFrame:
    """Return the sorted history with group_code, numerator and denominator, or refuse it."""
    if isinstance(horizon, bool) or int(horizon) != horizon or not 1 <= horizon <= 30:
        raise HistoryError(
            f"horizon: must be a whole number of years from 1 to 30, got {horizon!r}"
        )
    lacking = [c for c in [*KEYS, "year", "value"] if c not in history.columns]
    if lacking:
        raise HistoryError(f"history: column {', '.join(lacking)} is missing")
    if history.empty:
        raise HistoryError("history: there are no rows to forecast from")
    wanted = [*KEYS, "year", "value", "numerator", "denominator", "group_code"]
    rows = history.reindex(columns=wanted).reset_index(drop=True)
    for name in ("year", "value", "numerator", "denominator"):
        rows[name] = pd.to_numeric(rows[name], errors="coerce").astype("float64")
    rows["group_code"] = rows["group_code"].astype("object").where(rows["group_code"].notna(), "")
    counted = rows["numerator"].notna() & rows["denominator"].notna()
    rules = {
        "the code of the indicator or the unit is empty": rows[KEYS].isna().any(axis=1),
        "the year is not a whole number": ~(rows["year"] % 1 == 0),
        "the value is empty; leave the row out": rows["value"].isna(),
        "the value lies outside 0-100 percent": ~rows["value"].between(0, 100),
        "two rows for one unit and year": rows.duplicated([*KEYS, "year"], keep=False),
        "the denominator is not above 0": counted & ~(rows["denominator"] > 0),
        "the numerator lies outside 0 … denominator": counted
        & ~rows["numerator"].between(0, rows["denominator"]),
        "an infinite count": np.isinf(rows[["numerator", "denominator"]]).any(axis=1),
    }
    for rule, broken in rules.items():
        if broken.any():
            row = rows[broken].iloc[0]
            where = f"{row['indicator_code']}, {row['unit_code']}, {row['year']}"
            raise HistoryError(f"history: {rule} ({where}; {int(broken.sum())} rows)")
    rows.loc[~counted, ["numerator", "denominator"]] = np.nan
    return rows.sort_values([*KEYS, "year"], ignore_index=True)


@dataclass(frozen=True)
class PanelForecast:
    """Joint predictive distribution of shares.

    Attributes
    ----------
    series
        One row per series: indicator_code, unit_code, group_code, first_year, last_year,
        last_value (percent), n_points, pace (points a year, own estimate), numerator and
        denominator of the last year.
    years
        Forecast years (H,).
    shape
        The distribution on the link scale: see `shares.Shape`.
    model_id, origin_year
        Name of the model and the last year of the history.
    """

    series: pd.DataFrame
    years: np.ndarray
    shape: Shape
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
        return self.shape.at_scores(ndtri(levels))

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
        if unknown.any():
            first = targets[unknown].iloc[0].to_dict()
            raise ValueError(f"targets: no forecast or comparator for {first}")
        value = targets["target_value"].to_numpy(dtype=float)
        up = targets["comparator"].isin([">=", ">"]).to_numpy()
        below = self.shape.below(row, year, value, up)
        return targets.assign(prob_reached=np.where(up, 1 - below, below))

    def draw_array(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Joint draws in percent, (n, series, years): units of a group share their shocks."""
        return self.shape.draw(n, rng)

    def draws(self, n: int, rng: np.random.Generator) -> pd.DataFrame:
        """Joint draws as rows: draw, indicator_code, unit_code, year, value."""
        values = self.draw_array(n, rng)
        frame = pd.DataFrame(self._frame(1)).drop(columns="horizon")
        out = frame.iloc[np.tile(np.arange(len(frame)), n)].reset_index(drop=True)
        out.insert(0, "draw", np.repeat(np.arange(n), len(frame)))
        return out.assign(value=values.reshape(-1))

    def weight_array(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draws of the denominators, (n, series, years); 1 where no counts are known."""
        del rng
        weight = self.series["denominator"].fillna(1.0).to_numpy()
        return np.broadcast_to(weight[None, :, None], (n, len(weight), len(self.years)))

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
        values, weights = self.draw_array(n, rng), self.weight_array(n, rng)
        top = np.zeros((n, len(names), len(self.years)))
        base = np.zeros_like(top)
        for g in range(len(names)):
            mine = at == g
            top[:, g] = (values[:, mine] * weights[:, mine]).sum(axis=1)
            base[:, g] = weights[:, mine].sum(axis=1)
        return names, top / base
