"""Parts of a statement: a figure with its bounds, and a verdict under another reading."""

import math
from dataclasses import dataclass

NEARLY = 1e-9
NAN = math.nan


@dataclass(frozen=True)
class Observation:
    """Figure of one year; ``low`` and ``high`` differ where units have not reported."""

    year: int
    low: float
    high: float

    @property
    def exact(self) -> bool:
        """Whether nothing is missing."""
        return self.high - self.low < NEARLY


@dataclass(frozen=True)
class Reading:
    """Verdict under another reading of the plan's words: ``key`` names the reading.

    ``need`` is what that reading asks for; ``chance`` is NaN where the year is observed.
    """

    key: str
    need: float
    verdict_class: str
    chance: float = NAN
