"""What may come for one indicator of the plan: joint draws for the districts and the province.

In: the panel's rows of one indicator in the plan's frame. Out: a `JointForecast`, from
which every number of a verdict is read, so that they cannot contradict each other. The province
is the sum of its districts by counts, draw by draw.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from xhht_analysis.forecasting.forecaster import KIT, Forecaster
from xhht_analysis.forecasting.history import History, read_history
from xhht_analysis.forecasting.observed import (
    PROVINCE,
    SOURCE_GAP,
    is_broad,
    observed_shares,
)
from xhht_analysis.forecasting.panel import VARIANTS, PanelForecast

if TYPE_CHECKING:
    from xhht_analysis.forecasting.plan_indicators import LevelFacts


@dataclass(frozen=True)
class JointForecast:
    """Joint draws of one indicator, beside what is known of it.

    Attributes
    ----------
    facts
        `ShareFacts` or `plan_indicators.LevelFacts`: indicator_code, ``bounds`` (observed year by
        year, lowest and highest possible: columns are units and the province), ``points`` (whether
        a figure stands behind them) and ``reasons``.
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

    facts: ShareFacts | LevelFacts
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
class ShareFacts:
    """What is known of one share, whatever is assumed about its future.

    Attributes
    ----------
    rows
        Panel rows of one indicator (`observed.plan_rows`) with a value, of districts and province.
    """

    indicator_code: str
    rows: pd.DataFrame
    districts: list[str]

    @cached_property
    def district_rows(self) -> pd.DataFrame:
        """Rows of the districts."""
        return self.rows[self.rows["unit_code"].isin(self.districts)]

    @cached_property
    def reported(self) -> pd.DataFrame:
        """Rows of the province as it reports itself."""
        return self.rows[self.rows["unit_code"] == PROVINCE]

    @cached_property
    def history(self) -> History:
        """What is forecast from: the districts' rows, or the province's where there are none.

        Read once for all variants.
        """
        return _read(self.district_rows if len(self.district_rows) else self.reported)

    @cached_property
    def bounds(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Observed figures, see `observed_shares`."""
        return observed_shares(self.district_rows, self.reported, self.counted)

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
        latest = self.district_rows.groupby("unit_code")["denominator"].last()
        return len(latest) == len(self.districts) and bool(latest.notna().all())

    @cached_property
    def reasons(self) -> tuple[str, ...]:
        """Code of a remark on the province figure, if any.

        ``province_only`` (no district reported, the province's own report is all there is),
        ``units_missing`` (some district never did), ``no_denominators`` (all did, but percentages
        without counts cannot be added up), ``source_gap`` (its own report is not their sum).
        """
        if self.district_rows.empty:
            return ("province_only",)
        if not self.counted:
            whole = self.district_rows["unit_code"].nunique() == len(self.districts)
            return ("no_denominators" if whole else "units_missing",)
        gap = self.reported.set_index("year")["value"] - self.bounds[0][PROVINCE]
        return ("source_gap",) if (gap.dropna().abs() > SOURCE_GAP).iloc[-1:].any() else ()

    def joint(
        self,
        last_year: int,
        *,
        n_draws: int,
        seed: int,
        forecaster: Forecaster = KIT,
        **change: str,
    ) -> JointForecast | None:
        """Forecast up to ``last_year``; None when there is no figure at all.

        ``change`` is empty, or ``variant``: a name of `panel.VARIANTS`.
        """
        if self.rows.empty:
            return None
        rng = np.random.default_rng([seed, zlib.crc32(self.indicator_code.encode())])
        model = forecaster.panel or KIT.panel
        shares = self._forecast(self.history, model, last_year, **change)
        years = np.concatenate([[shares.origin_year], shares.years])
        units, sizes = shares.series["unit_code"], {}
        draws = dict(zip(units, np.moveaxis(shares.path_array(n_draws, rng), 1, 0), strict=True))
        if self.counted:
            sizes = dict(zip(units, shares.series["denominator"], strict=True))
            total = sum(draws[unit] * sizes[unit] for unit in units)
            sizes[PROVINCE] = sum(sizes.values())
            draws[PROVINCE] = total / sizes[PROVINCE]
        elif len(self.district_rows) and len(self.reported):
            # its last year may be another: no district is late because the province was early
            alone = self._forecast(_read(self.reported), model, last_year, **change)
            at = np.clip(years - alone.origin_year, 0, len(alone.years))
            draws[PROVINCE] = alone.path_array(n_draws, rng)[:, 0, at]
        return JointForecast(self, years, draws, sizes, shares=shares)

    def _forecast(
        self, history: History, model: Callable, last_year: int, **change
    ) -> PanelForecast:
        """Forecast of the districts, or of the province alone.

        A variant `at_break` asks of the reform year, or of the last where the history ends
        before it.
        """
        if change and VARIANTS[change["variant"]].at_break:
            reform = self.rows.loc[self.rows["is_reform"], "year"]
            last = history.origin
            change["breaks"] = (min(reform.min(), last) if len(reform) else last,)
        return model(history, max(1, last_year - history.origin), **change)


def _read(rows: pd.DataFrame) -> History:
    """History of one group; the panel's contract says percent, so 0.4 everywhere is 0.4 %."""
    return read_history(rows.assign(group_code=PROVINCE), is_percent=True)
