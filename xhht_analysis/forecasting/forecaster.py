"""Who forecasts: the kit itself, a baseline, or a forecaster of one's own, under one name.

`forecast_plan`, `backtest` and the benchmarks take the same object, and its ``model_id`` stands in
every table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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
    known, numerator and denominator. The answer is a `PanelForecast`: that of `forecast_panel` for
    other figures, or of `baselines.normal_forecast` from a middle and a spread. Its name is that of
    the function.
    """
    if isinstance(model, Forecaster):
        return model
    return Forecaster(model.__name__, lambda history, horizon: model(history.rows, horizon))
