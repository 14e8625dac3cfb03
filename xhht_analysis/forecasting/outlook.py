"""What may come for one indicator of the plan: joint draws for the districts and the province.

In: the panel's rows of one indicator in the plan's frame. Out: an `Outlook`, from
which every number of a verdict is read, so that they cannot contradict each other. The province
is the sum of its districts by counts, draw by draw; a share inside another is drawn as a part of
it.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from xhht_analysis.forecasting.calibration import BREAK_VARIANTS
from xhht_analysis.forecasting.forecaster import Forecaster
from xhht_analysis.forecasting.history import History, read_history
from xhht_analysis.forecasting.levels import LevelForecast
from xhht_analysis.forecasting.observed import (
    PROVINCE,
    SAME_BASE,
    conditional_history,
    observed_shares,
    report_error,
    share_reasons,
)
from xhht_analysis.forecasting.panel import PanelForecast


@dataclass(frozen=True)
class Outlook:
    """Observed figures and joint draws of one indicator.

    Attributes
    ----------
    units
        District codes (U,), sorted; empty when only the province reports.
    years
        The origin year and every year after it (T,).
    draws
        (draws, U, T): percent, or level. In the origin year observed units stand still.
    province
        (draws, T): percent of the whole province, or its level; None where districts do not add
        up to it.
    weights
        (draws, U, T) denominators; None where counts are missing.
    low, high
        Observed year by year, lowest and highest possible: columns are units and the province.
    levels
        The level forecast behind ``draws``; None for shares.
    by_rule
        Levels that the rules give, by year and unit; None for shares.
    shares
        The forecast behind ``draws``; None for levels and for a share drawn inside another.
    reasons
        Codes of remarks on the province figure: source_gap, units_missing, no_denominators,
        province_only.
    """

    indicator_code: str
    units: list[str]
    years: np.ndarray
    draws: np.ndarray
    province: np.ndarray | None
    weights: np.ndarray | None
    low: pd.DataFrame
    high: pd.DataFrame
    levels: LevelForecast | None = None
    reasons: tuple[str, ...] = field(default=())
    by_rule: pd.DataFrame | None = None
    shares: PanelForecast | None = None

    @property
    def origin_year(self) -> int:
        """Last year with a figure."""
        return int(self.years[0])


@dataclass(frozen=True)
class Told:
    """Rows of one share by unit and year, read once to be drawn from under every variant."""

    rows: pd.DataFrame

    @cached_property
    def history(self) -> History:
        """All rows, as one group."""
        return self._read(self.rows)

    def _read(self, rows: pd.DataFrame) -> History:
        return read_history(rows.assign(group_code=PROVINCE, report_error=report_error(rows)), 1)

    def draw(self, last_year: int, n: int, rng: np.random.Generator, variant: str, model: Callable):
        """Years, draws and denominators (n, units, years), the origin year first, the forecast.

        The shock of the reform year, or of the last where the history ends before it, passes or
        lasts under `calibration.BREAK_VARIANTS`.
        """
        origin = int(self.rows["year"].max())
        reform = self.rows.reindex(columns=["year", "is_reform"])
        reform = tuple(reform.loc[reform["is_reform"].eq(True), "year"].unique())
        breaks = (reform or (origin,)) if variant in BREAK_VARIANTS else ()
        forecast = model(self.history, max(1, last_year - origin), variant=variant, breaks=breaks)
        draws = forecast.path_array(n, rng)
        now = np.tile(forecast.series["denominator"].to_numpy(dtype=float), (n, 1))
        weights = np.concatenate([now[:, :, None], forecast.weight_array(n, rng)], axis=2)
        return np.concatenate([[origin], forecast.years]), draws, weights, forecast


@dataclass(frozen=True)
class ShareFacts:
    """What is known of one share, whatever is assumed about its future.

    Attributes
    ----------
    rows
        Panel rows of one indicator: unit_code, year, value, numerator, denominator.
    parent
        Facts of the share that this one is a part of: its draws are then conditional shares of
        the parent's draws and never exceed them.
    """

    indicator_code: str
    rows: pd.DataFrame
    districts: list[str]
    parent: ShareFacts | None = None

    @cached_property
    def own(self) -> Told:
        """Rows of the districts."""
        return Told(self.rows[self.rows["unit_code"].isin(self.districts)])

    @cached_property
    def reported(self) -> Told:
        """Rows of the province as it reports itself."""
        return Told(self.rows[self.rows["unit_code"] == PROVINCE])

    @cached_property
    def part(self) -> Told | None:
        """Shares of the parent's counts; None where some unit lacks them."""
        if self.parent is None:
            return None
        part = conditional_history(self.rows, self.parent.rows)
        part = part[part["unit_code"].isin(self.districts)]
        units = self.own.rows["unit_code"].unique()
        return Told(part) if set(part["unit_code"]) == set(units) else None

    @cached_property
    def bounds(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Observed figures, see `observed_shares`."""
        return observed_shares(self.own.rows, self.reported.rows, self.districts)

    @cached_property
    def counted(self) -> bool:
        """Whether the districts can be added up: all there, all with counts."""
        latest = self.own.rows.groupby("unit_code")["denominator"].last()
        return len(latest) == len(self.districts) and bool(latest.notna().all())

    @cached_property
    def reasons(self) -> tuple[str, ...]:
        """Remarks on the province figure."""
        whole = self.own.rows["unit_code"].nunique() == len(self.districts)
        own, reported = self.own.rows, self.reported.rows
        return share_reasons(own, reported, self.bounds[0], whole, self.counted)

    def outlook(
        self,
        last_year: int,
        *,
        n_draws: int,
        seed: int,
        variant: str,
        found: dict[str, Outlook],
        forecaster: Forecaster,
    ) -> Outlook | None:
        """Outlook up to ``last_year``; None when there is no figure at all.

        ``found`` holds the parent's outlook under the same variant.
        """
        code, own, reported = self.indicator_code, self.own, self.reported
        rng = np.random.default_rng([seed, zlib.crc32(code.encode())])
        how = (last_year, n_draws, rng, variant, forecaster.panel)
        if own.rows.empty and reported.rows.empty:
            return None
        if own.rows.empty:
            years, draws, _, forecast = reported.draw(*how)
            known = (*self.bounds, None, self.reasons)
            nothing, alone = np.empty((n_draws, 0, len(years))), draws[:, 0]
            return Outlook(code, [], years, nothing, alone, None, *known, shares=forecast)
        parent = found.get(self.parent.indicator_code) if self.parent else None
        drawn = self._draw_part(how, parent) if parent and self.part else None
        years, draws, weights, forecast = drawn or own.draw(*how)
        province = None
        if self.counted:
            province = (draws * weights).sum(axis=1) / weights.sum(axis=1)
        elif len(reported.rows):
            years_82, alone, *_ = reported.draw(*how)
            province = _on_years(alone[:, 0], years_82, years)
        units = sorted(own.rows["unit_code"].unique())
        weights = weights if self.counted else None
        known = (*self.bounds, None, self.reasons)
        return Outlook(code, units, years, draws, province, weights, *known, shares=forecast)

    def _draw_part(self, how: tuple, parent: Outlook):
        """Draws inside the parent's; None where the two cannot be laid side by side."""
        if sorted(self.part.rows["unit_code"].unique()) != parent.units:
            return None
        years, share, *_ = self.part.draw(*how)
        whole, weights = parent.draws, _part_weights(self.own.rows, parent)
        behind = parent.origin_year - int(years[0])
        if behind > 0:  # the whole is a year ahead: its figures of the years between are known
            past = parent.low.reindex(index=years[:behind], columns=parent.units).to_numpy().T
            past = np.broadcast_to(past, (len(whole), *past.shape))
            if np.isnan(past[0]).any():
                return None
            whole = np.concatenate([past, whole], axis=2)
            weights = np.concatenate([weights[:, :, :1]] * behind + [weights], axis=2)
        return years, share * whole / 100, weights, None


def _part_weights(rows: pd.DataFrame, parent: Outlook) -> np.ndarray:
    """Denominators of a part: those of the whole where both count the same people."""
    last = rows.groupby("unit_code")["denominator"].last().to_numpy(dtype=float)
    own = np.broadcast_to(last[None, :, None], parent.draws.shape)
    if parent.weights is None:
        return own
    same = np.abs(parent.weights[0, :, 0] / last - 1).max() < SAME_BASE
    return parent.weights if same else own


def _on_years(values: np.ndarray, years: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Columns of ``values`` for the ``wanted`` years; the nearest year stands in at the ends."""
    return values[:, np.clip(np.searchsorted(years, wanted), 0, len(years) - 1)]
