"""The model of bounded shares (METHODS 2.2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit, ndtr

GRID = np.arange(-3.5, 3.51, 0.25)
"""Normal scores at which every quantile function is held."""
EPS = 0.0025


@dataclass(frozen=True)
class Shape:
    """Quantile functions on the link scale and the correlation between them.

    Attributes
    ----------
    curves
        (series, years, scores): the quantile at each score of `GRID`, on the link scale.
    shared
        (series, years): share of the variance that the units of a group have in common.
    group
        (series,): number of the group whose shock the series shares.
    lag
        (series, years): correlation of a year's score with that of the year before.
    step
        (series,): rounding of the reported percentages, in points.
    """

    curves: np.ndarray
    shared: np.ndarray
    group: np.ndarray
    lag: np.ndarray
    step: np.ndarray

    def at_scores(self, scores: np.ndarray) -> np.ndarray:
        """Percent at each normal score, (series, years, scores)."""
        at = np.clip(np.searchsorted(GRID, scores) - 1, 0, len(GRID) - 2)
        part = (np.asarray(scores) - GRID[at]) / (GRID[1] - GRID[0])
        low, high = self.curves[..., at], self.curves[..., at + 1]
        return to_percent(low + part * (high - low))

    def below(self, row, year, value, strict) -> np.ndarray:
        """Probability below `value` percent; the rounding of the reports decides the edge."""
        half = np.where(strict, -0.5, 0.5) * self.step[row]
        edge = to_link(value + half)
        curve = self.curves[row, year]
        at = np.clip((curve < edge[:, None]).sum(axis=1) - 1, 0, len(GRID) - 2)
        pick = np.arange(len(at))
        low, high = curve[pick, at], curve[pick, at + 1]
        score = GRID[at] + (edge - low) / np.maximum(high - low, 1e-12) * (GRID[1] - GRID[0])
        inside = ndtr(np.clip(score, -8, 8))
        return np.where(value + half > 100, 1.0, np.where(value + half <= 0, 0.0, inside))

    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Joint draws in percent, (n, series, years)."""
        n_series, n_years, n_grid = self.curves.shape
        groups = int(self.group.max()) + 1
        common = np.zeros((n, groups))
        own = np.zeros((n, n_series))
        out = np.empty((n, n_series, n_years))
        base = np.arange(n_series) * n_grid
        for h in range(n_years):
            lag = self.lag[:, h] if h else np.zeros(n_series)
            glag = np.zeros(groups)
            glag[self.group] = lag
            common = glag * common + np.sqrt(1 - glag**2) * rng.standard_normal((n, groups))
            own = lag * own + np.sqrt(1 - lag**2) * rng.standard_normal((n, n_series))
            rho = self.shared[:, h]
            score = np.sqrt(rho) * common[:, self.group] + np.sqrt(1 - rho) * own
            place = (score - GRID[0]) / (GRID[1] - GRID[0])
            at = np.clip(place.astype(np.int64), 0, n_grid - 2)
            flat = np.ascontiguousarray(self.curves[:, h]).ravel()
            low, high = flat[base + at], flat[base + at + 1]
            out[:, :, h] = to_percent(low + (place - at) * (high - low))
        return out


def to_link(percent):
    """Logit of a percentage, kept finite by `EPS`."""
    p = np.clip(np.asarray(percent, dtype=float) / 100, 0, 1)
    return np.log((p + EPS) / (1 - p + EPS))


def to_percent(link):
    """Percentage of a link value, inside 0-100."""
    return 100 * np.clip((1 + 2 * EPS) * expit(link) - EPS, 0, 1)


def fit_shares(rows: pd.DataFrame, horizon: int, variant: str):
    """Pooled random walk with drift on the logit, with a shared shock."""
    del variant
    origin = int(rows["year"].max())
    years = np.arange(origin + 1, origin + horizon + 1)
    rows = rows.assign(link=to_link(rows["value"]))
    series = (
        rows.groupby(["indicator_code", "unit_code"], sort=True)
        .agg(
            group_code=("group_code", "last"),
            first_year=("year", "first"),
            last_year=("year", "last"),
            first_value=("value", "first"),
            last_value=("value", "last"),
            n_points=("year", "size"),
            numerator=("numerator", "last"),
            denominator=("denominator", "last"),
            first_link=("link", "first"),
            last_link=("link", "last"),
        )
        .reset_index()
    )
    span = (series["last_year"] - series["first_year"]).to_numpy()
    safe = np.maximum(span, 1)
    series["pace"] = (series["last_value"] - series["first_value"]) / safe
    drift = ((series["last_link"] - series["first_link"]) / safe).to_numpy()
    step = rows.groupby(["indicator_code", "unit_code"])["link"].diff()
    gap = rows.groupby(["indicator_code", "unit_code"])["year"].diff()
    rate = (step / gap).to_numpy()
    group = series.groupby(["indicator_code", "group_code"]).ngroup().to_numpy()
    mean, var = np.zeros(len(series)), np.zeros(len(series))
    index = series.set_index(["indicator_code", "unit_code"]).index.get_indexer(
        pd.MultiIndex.from_frame(rows[["indicator_code", "unit_code"]])
    )
    for g in np.unique(group):
        mine, inside = group == g, group[index] == g
        known = rate[inside & np.isfinite(rate)]
        common = np.median(drift[mine & (span > 0)]) if (mine & (span > 0)).any() else 0.0
        mean[mine] = np.where(span[mine] > 0, 0.5 * drift[mine] + 0.5 * common, common)
        var[mine] = (0.01 + ((known - common) ** 2).sum()) / (4 + len(known))
    lead = years[None, :] - series["last_year"].to_numpy()[:, None]
    damp = (1 - 0.9**lead) / (1 - 0.9)
    centre = series["last_link"].to_numpy()[:, None] + mean[:, None] * damp
    width = np.sqrt(var[:, None] * (lead + 0.15 * lead**2))
    curves = centre[..., None] + width[..., None] * GRID
    shared = np.full(lead.shape, 0.3)
    lag = np.sqrt(np.clip((lead - 1) / np.maximum(lead, 1), 0, 0.99))
    columns = ["first_link", "last_link", "first_value"]
    shape = Shape(curves, shared, group, lag, np.zeros(len(series)))
    series = series.drop(columns=columns).astype({"first_year": int, "last_year": int})
    return series, years, shape, "shares-1", origin
