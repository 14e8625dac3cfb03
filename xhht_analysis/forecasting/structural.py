"""The structural member: what the units of a group have moved together, each, and over h years.

On the soft logit z = ln((p + m) / (1 - p + m)) a unit moves from year to year by

    z_it - z_i,t-1 = c_t + w_it

with c_t the step that all units of the group take together and w_it the unit's own, of which the
part θ is taken back in the next year. Variances are moments of the group's own history; nothing
is searched. A unit that has not reported yet stands where the group's step, as the others have
reported it, puts it. What any unit has moved over h years is what any unit may move next
(docs/methodology.md, section 2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from xhht_analysis.forecasting.curves import GRID
from xhht_analysis.forecasting.history import Matrices

MARGIN = 0.02
"""m of the soft logit: about 0.2 logits a point at the ceiling, where the logit has no end."""
NOISE = 0.435
"""θ: the part of a unit's own step that the next year takes back. Taken over from an earlier model,
not estimated from eight years of one province."""
USUAL_STEP = 0.09
"""Standard deviation of a yearly step on the soft logit; it counts as one step seen."""
USUAL_PACE = 0.05
"""A step a year on the soft logit that is neither slow nor fast: about one point."""
NEW_LEVEL = 1e6
"""Variance of the step into a new definition."""
LEAST_SPREAD = 0.02
"""Added to the spread of changes over any number of years."""
NOTHING_SEEN = (0.0, 0.3)
"""Mean and spread of a yearly change where nothing has been seen to change."""


def link(share):
    """Soft logit of a share in 0-1: finite at 0 and 1."""
    return np.log((share + MARGIN) / (1 - share + MARGIN))


def percent(z):
    """Percent of a soft logit, from -100 m to 100 (1 + m)."""
    return 100 * ((1 + 2 * MARGIN) * expit(z) - MARGIN)


@dataclass(frozen=True)
class Trend:
    """What the history of one group says on the soft logit: N units, T years."""

    z: np.ndarray  # (N, T), NaN where missing
    breaks: np.ndarray  # (T,) first year of a new definition
    steps: np.ndarray  # (N, T - 1) yearly steps over gaps too, NaN at their ends and at breaks
    level: np.ndarray  # (N,) where the unit stands in the last year
    level_var: np.ndarray  # (N,) doubt about it where the last report is late
    level_shared: float  # part of this doubt that late units share
    pace: float  # mean of c
    own_var: float  # variance a year of what lasts of w
    common_var: float  # variance of c

    @property
    def points(self) -> np.ndarray:
        """Figures of each unit (N,)."""
        return np.isfinite(self.z).sum(axis=1)

    @property
    def trend_share(self) -> float:
        """How far and how fast the group moves in one direction, 0-1.

        Mean step over root mean square, and over itself and `USUAL_PACE`.
        """
        steps = self.steps[np.isfinite(self.steps)]
        if not len(steps):
            return 0.0
        mean = abs(steps.mean())
        return mean / (np.sqrt((steps**2).mean()) + 1e-12) * mean / (mean + USUAL_PACE)

    @property
    def years_between(self) -> float:
        """Years from one figure of a unit to its next, median of units; 1 where none has two."""
        intervals, years = self.points - 1, np.isfinite(self.steps).sum(axis=1)
        is_some = intervals > 0
        return np.median(years[is_some] / intervals[is_some]) if is_some.any() else 1.0


def gaps_filled(z: np.ndarray) -> np.ndarray:
    """Straight lines between the figures of each row; NaN before the first and after the last."""
    return pd.DataFrame(z).interpolate(axis=1, limit_area="inside").to_numpy()


def late_levels(z, drift, step_var) -> tuple[np.ndarray, np.ndarray]:
    """Level of each row and its variance in the last year: the last figure, moved as expected.

    Parameters
    ----------
    z
        (N, T) figures, NaN where missing.
    drift, step_var
        (T - 1,) expected step into each year but the first, and its variance.
    """
    last = z.shape[1] - 1 - np.argmax(np.isfinite(z)[:, ::-1], axis=1)
    moved, doubt = (np.append(0.0, np.cumsum(part)) for part in (drift, step_var))
    level = z[np.arange(len(z)), last] + moved[-1] - moved[last]
    return level, doubt[-1] - doubt[last]


def fit_trend(panel: Matrices) -> Trend:
    """Moments of a group's history; one usual step stands beside what it says of variances."""
    z = link(panel.shares)
    steps = np.diff(gaps_filled(z), axis=1)
    steps[:, panel.breaks[1:]] = np.nan
    is_step = np.isfinite(steps)
    n_t, usual = is_step.sum(axis=0), USUAL_STEP**2
    common = np.where(is_step, steps, 0).sum(axis=0) / np.maximum(n_t, 1)
    group_steps = common[n_t > 0]
    pace = float(group_steps.mean()) if len(group_steps) else 0.0
    common_var = (((group_steps - pace) ** 2).sum() + usual / 2) / (
        max(len(group_steps) - 1, 0) + 0.5
    )
    unit_steps = np.where(is_step, steps - common, 0.0)
    free = max(is_step.sum() - len(group_steps) - len(z), 0)
    n_steps = np.maximum(is_step.sum(axis=1, keepdims=True), 1)
    unit_steps -= unit_steps.sum(axis=1, keepdims=True) / n_steps
    step_var = (np.where(is_step, unit_steps**2, 0).sum() + usual) / (free + 1)
    # the group's step is known as far as units have reported it
    sureness = common_var / (common_var + step_var / np.maximum(n_t, 1)) * (n_t > 0)
    drift, unknown = pace + sureness * (common - pace), (1 - sureness) * common_var
    own_var = (1 - NOISE) * step_var
    stand = late_levels(z, drift, own_var + unknown + NEW_LEVEL * panel.breaks[1:])
    shared = unknown[-1] / (unknown[-1] + step_var)
    return Trend(z, panel.breaks, steps, *stand, shared, pace, own_var, common_var)


def pooled_changes(trend: Trend, horizon: int, without: str = "") -> np.ndarray:
    """Quantile functions (H, G) of the change on the soft logit, as all units have seen it.

    Normal, with mean and spread of all changes over so many years; a lead that no two figures span
    is scaled from the longest shorter one. ``without`` "group_pace" takes 0 for the mean.
    """
    moments, era = {}, np.cumsum(trend.breaks)
    for span in range(1, trend.z.shape[1]):
        change = (trend.z[:, span:] - trend.z[:, :-span])[:, era[span:] == era[:-span]]
        if np.isfinite(change).sum() > 1:
            moments[span] = np.nanmean(change), np.nanstd(change)
    moments, lead = moments or {1: NOTHING_SEEN}, np.arange(1, 1 + horizon)
    spans = [max((s for s in moments if s <= h), default=min(moments)) for h in lead]
    mean, spread = np.array([moments[span] for span in spans]).T
    time = lead / spans
    # a longer lead is never surer
    spread = np.maximum.accumulate(np.sqrt(time) * (spread + LEAST_SPREAD))
    mean = mean * time * (without != "group_pace")
    return mean[:, None] + spread[:, None] * GRID


def unseen_variance(trend: Trend, least_step: np.ndarray, horizon: int) -> np.ndarray:
    """Variance (N, 1 + H) on the soft logit of changes that a short history had no time to show.

    One step more than the group has shown: a usual one, or one person or institution where that
    is more. Where few figures stand still it is most of what is not known; where hundreds of steps
    have been seen it vanishes.

    Parameters
    ----------
    least_step
        (N,) share (0-1) of one person or institution; 0 where uncounted.
    """
    share = percent(trend.level) / 100
    one_more, one_less = (link(np.clip(share + sign * least_step, 0, 1)) for sign in (1, -1))
    step = np.maximum(USUAL_STEP, (one_more - one_less) / 2)
    n_steps = max(np.isfinite(trend.steps).sum(), 1)
    return step[:, None] ** 2 * np.arange(1 + horizon) / n_steps
