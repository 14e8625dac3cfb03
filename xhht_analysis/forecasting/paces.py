"""Numbers a decision needs, from observed figures and joint draws.

Paces in points (or units) a year, extra pace, leverage, places among the best and the last. No
pace is ever projected.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

PACE_YEARS = 5
"""Calendar years up to the latest figure that the own pace looks at: five figures and four yearly
steps where every year has one, fewer where some are missing or leave doubt."""


def own_pace(observed: pd.Series) -> float:
    """Change per year: the median slope between all pairs of figures of `PACE_YEARS` (Theil-Sen).

    The median, not the mean: one recount or one changed boundary moves a mean, and the usual pace
    is what a required pace is held against.

    Parameters
    ----------
    observed
        Values by year (index), exact years only.
    """
    figures = observed.dropna()
    figures = figures[figures.index > figures.index.max() - PACE_YEARS]
    first, second = np.triu_indices(len(figures), k=1)
    year, value = figures.index.to_numpy(dtype=float), figures.to_numpy(dtype=float)
    slopes = (value[second] - value[first]) / (year[second] - year[first])
    return float(np.median(slopes)) if len(slopes) else np.nan


def required_pace(current: float, need: float, years: int, direction: int = 1) -> float:
    """Change per year that just reaches ``need``; 0 when it is reached already.

    ``direction`` is -1 where less is better: a fall, at most 0.
    """
    if years <= 0 or np.isnan(current):
        return np.nan
    return direction * max(0.0, direction * (need - current)) / years


def extra_pace(
    draws: np.ndarray, need: float, years: int, chance: float, direction: int = 1
) -> float:
    """Points a year on top of every draw so that the target is met with at least ``chance``.

    A shift of all draws: the answer is the gap at the quantile 1 - ``chance``, so it grows with
    ``chance`` and no search is needed. As in `required_pace` it is a fall where less is better.
    """
    at = np.quantile(direction * draws, 1 - chance, method="inverted_cdf")
    return required_pace(direction * at, need, years, direction)


def place_chances(values: np.ndarray, places: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """P(among the best ``places``) and P(among the last) per unit; ties share the places.

    Parameters
    ----------
    values
        (draws, units), higher is better.
    """
    ahead = np.sign(values[:, :, None] - values[:, None, :])  # of each unit before every other
    tied = (ahead == 0).sum(axis=2)
    best, last = (
        np.clip((places - (side * ahead < 0).sum(axis=2)) / tied, 0, 1).mean(axis=0)
        for side in (1, -1)
    )
    return best, last


def leverage(draws: np.ndarray, parts: np.ndarray, need: float, whole_need: float) -> np.ndarray:
    """Gain in P(province >= ``whole_need``) if a district stood at ``need`` itself, (U,).

    Parameters
    ----------
    draws
        (draws, U), higher is better; the same are used with and without the help, so the gain is
        never negative.
    parts
        (U,) what a point of each district is for the province: its share of the people, or 1 where
        districts are counted.
    """
    whole = draws @ parts
    helped = whole[:, None] + np.maximum(need - draws, 0) * parts
    return (helped >= whole_need).mean(axis=0) - (whole >= whole_need).mean()
