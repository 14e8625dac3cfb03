"""What a statement rests on: the figure of one year, and who has none."""

from __future__ import annotations

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
class Gap:
    """Names of the units without a figure of ``year``, of ``total`` units asked."""

    year: int
    total: int
    silent: tuple[str, ...]

    @property
    def n(self) -> int:
        """How many are not silent: they report, or their district does."""
        return self.total - len(self.silent)
