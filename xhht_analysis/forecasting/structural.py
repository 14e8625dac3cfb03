"""The structural member: a damped trend of the group and of each unit, with shared shocks.

On the soft logit z = ln((p + m) / (1 - p + m)) a unit moves from year to year by

    z_it - z_i,t-1 = c_t + a_i + w_it

with c_t the step that all units of the group take together, a_i the unit's own pace around the
group's, w_it its own step, of which the part θ is taken back in the next year. Paces and
variances are moments of the group's own history, each shrunk by how little it says (empirical
Bayes); nothing is searched. A unit that has not reported yet stands where its own pace and the
group's step, as the others have reported it, put it (docs/methodology.md, section 2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, ndtr, ndtri, stdtrit

from xhht_analysis.forecasting.curves import GRID, MEDIAN
from xhht_analysis.forecasting.history import Matrices

MARGIN = 0.02
"""m of the soft logit: about 0.2 logits a point at the ceiling, where the logit has no end."""
USUAL_PACE = 0.05
"""A step a year on the soft logit that is neither slow nor fast: about one point."""
NEW_LEVEL = 1e6
"""Variance of a level before its first figure, and at a change of definition."""
EXACT = 1e-12
FEW_YEARS = 10
"""Weight, in steps, of `noise_prior` beside what the history says about θ."""
MOST_UNITS = 500
"""Units whose changes stand for those of all."""
EDGE = 0.02
"""Quantiles of the changes further out than this are those of a normal curve."""
UNKNOWN_CHANGES = np.array([-0.3, 0.3])
"""Yearly changes where nothing has been seen to change."""


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
    points: np.ndarray  # (N,) figures
    level: np.ndarray  # (N,) where the unit stands in the last year
    level_var: np.ndarray  # (N,) doubt about it: late or doubtful reports
    level_shared: float  # part of this doubt that late units share
    smooth: np.ndarray  # (N,) level without the noise of the last figure
    pace: float  # c, of the group
    pace_var: float
    own_pace: np.ndarray  # (N,) a, shrunk
    own_pace_var: np.ndarray  # (N,)
    step_var: np.ndarray  # (N,) variance of w
    noise: float  # θ
    common_var: float  # variance of the group's steps around its pace

    @property
    def trend_share(self) -> float:
        """How far and how fast the group moves in one direction, 0-1.

        Mean step over root mean square, and over itself and `USUAL_PACE`.
        """
        steps = self.steps[np.isfinite(self.steps)]
        if not len(steps):
            return 0.0
        mean = abs(steps.mean())
        return mean / (np.sqrt((steps**2).mean()) + EXACT) * mean / (mean + USUAL_PACE)

    @property
    def own_mean(self) -> np.ndarray:
        """(N,) mean of each unit's figures."""
        return np.nanmean(self.z, axis=1)


def gaps_filled(z: np.ndarray) -> np.ndarray:
    """Straight lines between the figures of each row; NaN before the first and after the last."""
    year, row = np.arange(z.shape[1]), np.arange(len(z))[:, None]
    seen = np.isfinite(z)
    before = np.maximum.accumulate(np.where(seen, year, -1), axis=1)
    after = np.minimum.accumulate(np.where(seen, year, len(year))[:, ::-1], axis=1)[:, ::-1]
    low, high = z[row, np.maximum(before, 0)], z[row, np.minimum(after, len(year) - 1)]
    line = low + (year - before) / np.maximum(after - before, 1) * (high - low)
    return np.where((before >= 0) & (after < len(year)), line, np.nan)


def track(z, drift, step_var, error) -> tuple[np.ndarray, np.ndarray]:
    """Level and its variance in the last year: a local level filter with known steps.

    Parameters
    ----------
    z, error
        (N, T) figures, NaN where missing, and the variance of their errors.
    drift, step_var
        (N, T - 1) expected step into each year but the first, and its variance.
    """
    level, var = np.zeros(len(z)), np.full(len(z), NEW_LEVEL)
    for t in range(z.shape[1]):
        if t:
            level, var = level + drift[:, t - 1], np.minimum(var + step_var[:, t - 1], NEW_LEVEL)
        seen = np.isfinite(z[:, t])
        gain = np.where(seen, var / (var + error[:, t]), 0.0)
        level = level + gain * np.where(seen, z[:, t] - level, 0.0)
        var = (1 - gain) * var
    return level, var


def fit_trend(panel: Matrices, constants: dict) -> Trend:
    """Moments of a group's history, each shrunk; ``constants`` as in config/priors.csv."""
    c, z = constants, link(panel.shares)
    n_unit = len(z)
    points = np.isfinite(z).sum(axis=1)
    steps = np.diff(gaps_filled(z), axis=1)
    steps[:, panel.breaks[1:]] = np.nan
    is_step = np.isfinite(steps)
    n_t, n_i = is_step.sum(axis=0), is_step.sum(axis=1)
    typical = (c["typical_step"] * _usual_slope(panel.shares)) ** 2
    # the group: mean step of every year, and its pace with more weight on recent years
    common = np.where(is_step, steps, 0).sum(axis=0) / np.maximum(n_t, 1)
    recent = np.exp(-c["recent"] * np.arange(len(n_t))[::-1]) * (n_t > 0)
    total = max(recent.sum(), EXACT)
    pace = (recent * common).sum() / total
    years = total**2 / max((recent**2).sum(), EXACT)
    common_var = (recent * (common - pace) ** 2).sum() / total * years**2 / max(years - 1, 1)
    common_var = (common_var + c["typical_weight"] / 2 * typical) / (
        years + c["typical_weight"] / 2
    )
    # the units around it: own paces and variances
    own = np.where(is_step, steps - common, 0.0)
    mean = own.sum(axis=1) / np.maximum(n_i, 1)
    squares = np.where(is_step, own - mean[:, None], 0.0) ** 2
    free = np.maximum(points - 2, 0)
    pooled = squares.sum() + c["typical_weight"] * typical
    pooled /= free.sum() * (1 - 1 / max(n_unit, 2)) + c["typical_weight"]
    step_var = (c["own_weight"] * pooled + squares.sum(axis=1)) / (c["own_weight"] + free)
    turned = -2 * (own[:, 1:] * own[:, :-1]).sum() / max((own**2).sum(), EXACT)
    theta = (turned * n_i.sum() + c["noise_prior"] * FEW_YEARS) / (n_i.sum() + FEW_YEARS)
    noise = float(np.clip(theta, 0.02, 0.95))
    mean_var = pooled * (1 - noise) / np.maximum(n_i, 1)
    between = max(mean.var(ddof=1) - np.median(mean_var), 0.0) if n_unit > 2 else 0.0
    shrink = between / (between + mean_var + EXACT)
    own_pace = shrink * mean
    # where they stand: the group's step is known as far as units have reported it
    known = common_var / (common_var + pooled / np.maximum(n_t, 1)) * (n_t > 0)
    drift = own_pace[:, None] + pace + known * (common - pace)
    unknown = (1 - known) * common_var
    lasting = (1 - noise) * step_var[:, None] + unknown
    lasting = lasting + NEW_LEVEL * panel.breaks[1:]
    doubt = panel.doubt**2 + EXACT
    level, level_var = track(z, drift, lasting, doubt)
    smooth, _ = track(z, drift, lasting, doubt + noise / 2 * step_var[:, None])
    shared = unknown[-1] / (unknown[-1] + pooled)
    group = (float(pace), common_var / max(years, 1), own_pace, between * (1 - shrink))
    stand = (level, level_var, shared, smooth)
    return Trend(z, panel.breaks, steps, points, *stand, *group, step_var, noise, float(common_var))


def _usual_slope(shares: np.ndarray) -> float:
    """How many soft logits a logit is, at the group's figures."""
    p = np.clip(shares[np.isfinite(shares)], 0.02, 0.98)
    return float((p * (1 - p) * (1 / (p + MARGIN) + 1 / (1 - p + MARGIN))).mean())


def damped(damping: float, lead: np.ndarray) -> np.ndarray:
    """Sum of damping + damping² + … over `lead` years."""
    return lead * 1.0 if damping >= 1 else damping * (1 - damping**lead) / (1 - damping)


def variances(trend: Trend, horizon: int, constants: dict) -> tuple[np.ndarray, np.ndarray]:
    """Own (N, H) and common (H,) variance of the change after the last year."""
    c, lead = constants, np.arange(1, horizon + 1)
    group, unit = damped(c["group_damping"], lead), damped(c["own_damping"], lead)
    own = trend.step_var[:, None] * (trend.noise + (1 - trend.noise) * lead)
    own = own + unit**2 * trend.own_pace_var[:, None]
    common = trend.common_var * lead ** (2 * c["common_growth"]) + group**2 * trend.pace_var
    return own, common


def damped_trend(trend: Trend, horizon: int, constants: dict, without: str = "") -> np.ndarray:
    """Quantile functions (N, H, G) on the soft logit: damped paces, Student t.

    ``without`` a driver of `learned.DRIVERS`: group_pace and own_pace are then taken for none.
    """
    c, lead = constants, np.arange(1, horizon + 1)
    group = c["group_part"] * damped(c["group_damping"], lead) * trend.pace
    unit = c["own_part"] * damped(c["own_damping"], lead) * trend.own_pace[:, None]
    middle = trend.smooth[:, None] + group * (without != "group_pace")
    middle = middle + unit * (without != "own_pace")
    own, common = variances(trend, horizon, constants)
    student = np.copysign(stdtrit(c["tail"], ndtr(-np.abs(GRID))), GRID)
    return middle[..., None] + np.sqrt(own + common)[..., None] * student


def pooled_changes(trend: Trend, horizon: int, without: str = "") -> np.ndarray:
    """Quantile functions (N, H, G) on the soft logit from the changes that all units have seen.

    The changes that any unit of the group has seen over h years are taken for what any unit may
    see next; a lead that no two figures span is scaled from the longest shorter one. ``without``
    as in `damped_trend`: without the group's pace changes are taken around their median.
    """
    some = trend.z[np.unique(np.linspace(0, len(trend.z) - 1, MOST_UNITS).astype(int))]
    changes, era = {}, np.cumsum(trend.breaks)
    for span in range(1, some.shape[1]):
        change = (some[:, span:] - some[:, :-span])[:, era[span:] == era[:-span]]
        change = change[np.isfinite(change)]
        if len(change) > 1:
            changes[span] = change
    changes = changes or {1: UNKNOWN_CHANGES}
    curves = np.stack([_change(changes, lead) for lead in range(1, horizon + 1)])
    curves = curves - curves[:, [MEDIAN]] * (without == "group_pace")
    return trend.level[:, None, None] + curves


def _change(changes: dict[int, np.ndarray], lead: int) -> np.ndarray:
    """Quantiles of the change over `lead` years at the scores of `GRID`."""
    span = max([s for s in changes if s <= lead], default=min(changes))
    some, time = changes[span], lead / span
    middle, spread = np.median(some), some.std() + 0.02
    inner = np.quantile(some, np.clip(ndtr(GRID), EDGE, 1 - EDGE))
    outer = spread * (GRID - np.clip(GRID, ndtri(EDGE), ndtri(1 - EDGE)))
    return middle * time + np.sqrt(time) * (inner - middle + outer)
