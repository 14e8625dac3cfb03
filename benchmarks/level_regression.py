"""Levels by binomial regression (statsmodels): a rival of `benchmarks.levels`.

"At the level or above in h years" is regressed on "there now" and on how far the deciding figure
stands above what is asked, over all units and origins of the history, for every level and h by
itself. Forty rows that often do not overlap: a ridge keeps the coefficients finite.
"""

from __future__ import annotations

import numpy as np

from xhht_analysis.forecasting.curves import leave_room
from xhht_analysis.forecasting.levels import LevelHistory

RIDGE = 0.01
POINTS, FARTHEST = 10, 3
"""Points of a margin that count as one, and how many of these at most."""


def margin(past: LevelHistory, level: int) -> list[np.ndarray]:
    """Deciding figure less what is asked, (units, years); nothing where there are no figures."""
    rows = past.figures[past.figures["level"] == level]
    if rows.empty:
        return []
    value = rows.pivot_table(index="unit_code", columns="year", values="value")
    above = (value.reindex_like(past.low) - rows["asked"].iloc[-1]) / POINTS
    return [above.ffill(axis=1).fillna(0).clip(-FARTHEST, FARTHEST).to_numpy()]


def regression(past: LevelHistory, horizon: int, n_draws: int, seed: int = 1) -> np.ndarray:
    """Draws of the levels after the origin, (draws, units, horizon); units are independent."""
    from statsmodels.api import GLM, families

    rng, low = np.random.default_rng(seed), past.low.to_numpy()
    draws = np.zeros((n_draws, len(low), horizon), dtype=int)
    for h in range(horizon):
        lag, chances = min(h + 1, low.shape[1] - 2), []
        for level in range(1, past.top + 1):
            there = (low >= level).astype(float)
            x = np.stack([np.ones_like(there), there, *margin(past, level)], axis=-1)
            rows, outcome = x[:, :-lag].reshape(-1, x.shape[-1]), there[:, lag:].ravel()
            model = GLM(outcome, rows, family=families.Binomial())
            chances.append(model.fit_regularized(alpha=RIDGE, L1_wt=0).predict(x[:, -1]))
        at_least = leave_room(np.minimum.accumulate(chances))
        draws[..., h] = (rng.random((n_draws, len(low), 1)) < at_least.T).sum(axis=-1)
    return draws
