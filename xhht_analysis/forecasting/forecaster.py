"""Who forecasts: the kit itself, a baseline, or a forecaster of one's own, under one name.

`forecast_plan`, `backtest` and the benchmarks take the same object, and its ``model_id`` stands in
every table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xhht_analysis.forecasting.history import KEYS, History
from xhht_analysis.forecasting.levels import LevelForecast, forecast_levels
from xhht_analysis.forecasting.panel import PanelForecast, forecast_panel

MODEL_ID = "xhht-3"


@dataclass(frozen=True)
class Forecaster:
    """A named pair of forecasters; None where it has none of its own: the plan takes the kit's.

    Attributes
    ----------
    panel
        (history, horizon) → what `forecast_panel` answers: shares in percent.
    levels
        (`LevelHistory`, horizon, n_draws=, seed=) → `LevelForecast`.
    """

    model_id: str
    panel: Callable[..., PanelForecast] | None = None
    levels: Callable[..., LevelForecast] | None = None

    def name_of(self, levels: bool) -> str:
        """Name of the model behind shares, or behind levels."""
        return self.model_id if (self.levels if levels else self.panel) else MODEL_ID


KIT = Forecaster(MODEL_ID, forecast_panel, forecast_levels)


def as_forecaster(model: Forecaster | Callable) -> Forecaster:
    """A forecaster from a function (history, horizon) of shares alone.

    ``history`` is a frame with indicator_code, unit_code, group_code, year, value and, where
    known, numerator and denominator. The answer needs ``quantiles(levels)`` and
    ``draws(n, rng)`` as `forecast_panel` gives them. Its name is that of the function.
    """
    if isinstance(model, Forecaster):
        return model

    def panel(history: History, horizon: int) -> PanelForecast:
        """The function's answer, read as a `PanelForecast`."""
        answer = model(history.rows, horizon)
        if isinstance(answer, PanelForecast):
            return answer
        years = history.origin + np.arange(1, 1 + horizon)
        return PublicForecast(history.series, years, None, history.origin, answer=answer)

    return Forecaster(model.__name__, panel)


@dataclass(frozen=True)
class PublicForecast(PanelForecast):
    """An ``answer`` known by ``quantiles`` and ``draws`` alone, read as a `PanelForecast`."""

    answer: object = None

    def _array(self, rows: pd.DataFrame, names: str) -> np.ndarray:
        """Values as (series, years, ``names``)."""
        wide = rows.set_index([*KEYS, "year", names])["value"].unstack(["year", names])  # noqa: PD010
        wide = wide.sort_index(axis=1)
        wide = wide.reindex(pd.MultiIndex.from_frame(self.series[KEYS]))
        return wide.to_numpy(dtype=float).reshape(len(wide), len(self.years), -1)

    def quantile_array(self, levels) -> np.ndarray:
        """Quantiles in percent, (series, years, levels)."""
        return self._array(self.answer.quantiles(levels), "output_type_id")

    def path_array(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Joint draws in percent, (n, series, 1 + years); every unit stands still at its last."""
        ahead = np.moveaxis(self._array(self.answer.draws(n, rng), "draw"), 2, 0)
        now = np.tile(self.series["last_value"].to_numpy(dtype=float)[:, None], (n, 1, 1))
        return np.concatenate([now, ahead], axis=2)

    def probability_reached(self, targets: pd.DataFrame) -> pd.DataFrame:
        """As the answer itself says."""
        return self.answer.probability_reached(targets)
