"""How the members become one forecast, and which assumptions can be changed.

The distributions of both members are averaged (docs/methodology.md, section 2).
"""

from __future__ import annotations

from dataclasses import dataclass

from scipy.special import expit

from xhht_analysis.forecasting.structural import Trend

LEARNED_ODDS, LEARNED_BY_TREND, LEARNED_BY_GAP = 2.5, -5.0, -1.0
"""Log odds of the learned member in a group without direction, what is added where all move one
way (there the group's own changes are believed), and for every year more between two figures: the
reference panels report every year, with few exceptions.

Three round numbers, the same for all: docs/adr/0020 says what was tried."""
LOWER_WIDTH = 0.9
"""Quantiles below the median stand this much nearer to it than both members put them: reported
shares fall less often than they say."""


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
        Whether the assumption is about the years of ``breaks``: without it there are none.
    is_lasting
        Whether these years begin a new level that lasts; else they are forecast as if they had not
        been reported.
    """

    learned_weight: float | None = None
    without: str = ""
    at_break: bool = False
    is_lasting: bool = True


VARIANTS = {
    "default": Variant(),
    "own_changes_alone": Variant(learned_weight=0.0),
    "learned_alone": Variant(learned_weight=1.0),
    "shared_pace_stops": Variant(without="group_pace"),
    "temporary_shock": Variant(at_break=True, is_lasting=False),
    "lasting_break": Variant(at_break=True),
}
"""Named changes of one assumption.

Each member alone; the pace that the units share stops; the shock of the years in `breaks` passes,
or stays as a new level.
"""


def learned_weight(trend: Trend) -> float:
    """Weight of the learned member, 0-1."""
    by_gap = LEARNED_BY_GAP * (trend.years_between - 1)
    return expit(LEARNED_ODDS + LEARNED_BY_TREND * trend.trend_share + by_gap)
