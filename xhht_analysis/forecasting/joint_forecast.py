"""What may come for one indicator of the plan: joint draws for the districts and the province.

In: the panel's rows of one indicator in the plan's frame. Out: a `JointForecast`, from
which every number of a verdict is read, so that they cannot contradict each other. The province
is the sum of its districts by counts, draw by draw.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from xhht_analysis.forecasting.forecaster import DrawSettings
from xhht_analysis.forecasting.history import History, read_history
from xhht_analysis.forecasting.observed import (
    PROVINCE,
    SOURCE_GAP,
    is_broad,
    observed_shares,
)
from xhht_analysis.forecasting.panel import VARIANTS, PanelForecast


@dataclass(frozen=True)
class Facts:
    """What is known of one indicator, whatever is assumed about its future.

    A share (`ShareFacts`) or a recognition level (`plan_indicators.LevelFacts`). Both also have

    - ``is_level``: which of both it is;
    - ``bounds``: lowest and highest possible value by year (index) and unit (columns), the
      province among them;
    - ``points``: whether the value is known, by year and unit;
    - ``reasons``: codes of remarks on the province, see `verdicts`;
    - ``joint(settings)``: the `JointForecast`, None where there is no figure at all.

    Attributes
    ----------
    rows
        Panel rows of the indicator (`observed.plan_rows`) that say something, of the units and of
        the province.
    units
        Codes of the districts; of a level that none of them reports the province alone.
    """

    is_level = False
    indicator_code: str
    rows: pd.DataFrame
    units: list[str]

    @cached_property
    def unit_rows(self) -> pd.DataFrame:
        """Rows of the units."""
        return self.rows[self.rows["unit_code"].isin(self.units)]

    @cached_property
    def reported(self) -> pd.DataFrame:
        """Rows of the province as it reports itself."""
        return self.rows[self.rows["unit_code"] == PROVINCE]


@dataclass(frozen=True)
class JointForecast:
    """Joint draws of one indicator, beside what is known of it.

    Attributes
    ----------
    facts
        What was observed; ``facts.is_level`` says whether draws are levels.
    years
        The origin year and every year after it (T,).
    draws
        By unit, districts first, then `PROVINCE` where it can be drawn: (draws, T) in percent, or
        levels. In the origin year units that have reported stand still.
    sizes
        By unit: latest denominator, the province's their sum; empty where counts are missing.
    shares
        The forecast behind draws of shares; None: these are levels.
    """

    facts: Facts
    years: np.ndarray
    draws: dict[str, np.ndarray]
    sizes: dict[str, float] = field(default_factory=dict)
    shares: PanelForecast | None = None

    @property
    def origin_year(self) -> int:
        """Last year with a figure."""
        return int(self.years[0])

    @cached_property
    def districts(self) -> list[str]:
        """Units but the province."""
        return [unit for unit in self.draws if unit != PROVINCE]


@dataclass(frozen=True)
class ShareFacts(Facts):
    """What is known of one share: rows with a value."""

    @cached_property
    def history(self) -> History:
        """What is forecast from: the districts' rows, or the province's where there are none.

        Read once for all variants.
        """
        return _read(self.unit_rows if len(self.unit_rows) else self.reported)

    @cached_property
    def bounds(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Observed figures, see `observed_shares`."""
        return observed_shares(self.unit_rows, self.reported, self.counted)

    @cached_property
    def points(self) -> pd.DataFrame:
        """Whether the figure is exact, by year and unit; of a sum: whether half of it is."""
        low, high = self.bounds
        points = high - low < 1e-9
        if self.counted:
            points[PROVINCE] |= is_broad(points)
        return points

    @cached_property
    def counted(self) -> bool:
        """Whether the districts can be added up: all there, all with counts."""
        latest = self.unit_rows.groupby("unit_code")["denominator"].last()
        return len(latest) == len(self.units) and bool(latest.notna().all())

    @cached_property
    def reasons(self) -> tuple[str, ...]:
        """Code of a remark on the province figure, if any.

        ``province_only`` (no district reported, the province's own report is all there is),
        ``units_missing`` (some district never did), ``no_denominators`` (all did, but percentages
        without counts cannot be added up), ``source_gap`` (its own report is not their sum).
        """
        if self.unit_rows.empty:
            return ("province_only",)
        if not self.counted:
            whole = self.unit_rows["unit_code"].nunique() == len(self.units)
            return ("no_denominators" if whole else "units_missing",)
        gap = self.reported.set_index("year")["value"] - self.bounds[0][PROVINCE]
        return ("source_gap",) if (gap.dropna().abs() > SOURCE_GAP).iloc[-1:].any() else ()

    def joint(self, settings: DrawSettings) -> JointForecast | None:
        """Draw the districts and the province; None when there is no figure at all."""
        if self.rows.empty:
            return None
        rng = np.random.default_rng([settings.seed, zlib.crc32(self.indicator_code.encode())])
        shares = self._forecast(self.history, settings)
        years = np.concatenate([[shares.origin_year], shares.years])
        units, sizes = shares.series["unit_code"], {}
        paths = np.moveaxis(shares.path.draw(settings.n_draws, rng), 1, 0)
        draws = dict(zip(units, paths, strict=True))
        if self.counted:
            sizes = dict(zip(units, shares.series["denominator"], strict=True))
            total = sum(draws[unit] * sizes[unit] for unit in units)
            sizes[PROVINCE] = sum(sizes.values())
            draws[PROVINCE] = total / sizes[PROVINCE]
        elif len(self.unit_rows) and len(self.reported):
            # its last year may be another: no district is late because the province was early
            alone = self._forecast(_read(self.reported), settings)
            at = np.clip(years - alone.origin_year, 0, len(alone.years))
            draws[PROVINCE] = alone.path.draw(settings.n_draws, rng)[:, 0, at]
        return JointForecast(self, years, draws, sizes, shares=shares)

    def _forecast(self, history: History, settings: DrawSettings) -> PanelForecast:
        """Forecast of the districts, or of the province alone.

        A variant `at_break` asks of the reform year, or of the last where the history ends
        before it.
        """
        change = settings.change
        if change and VARIANTS[settings.variant].at_break:
            reform = self.rows.loc[self.rows["is_reform"], "year"]
            change["breaks"] = (min([*reform, history.origin]),)
        horizon = max(1, settings.last_year - history.origin)
        return settings.forecaster.panel(history, horizon, **change)


def _read(rows: pd.DataFrame) -> History:
    """History of one group; the panel's contract says percent, so 0.4 everywhere is 0.4 %."""
    return read_history(rows.assign(group_code=PROVINCE), is_percent=True)
