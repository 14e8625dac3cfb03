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
    """A named pair of forecasters, by default those of the kit.

    Attributes
    ----------
    panel
        (history, horizon) → what `forecast_panel` answers: shares in percent.
    levels
        (`LevelHistory`, horizon, n_draws=, seed=) → `LevelForecast`.
    """

    model_id: str
    panel: Callable[..., PanelForecast] = forecast_panel
    levels: Callable[..., LevelForecast] = forecast_levels

    def name_of(self, is_level: bool) -> str:
        """Name of the model behind shares, or behind levels."""
        is_kit = self.levels is KIT.levels if is_level else self.panel is KIT.panel
        return MODEL_ID if is_kit else self.model_id


KIT = Forecaster(MODEL_ID)


@dataclass(frozen=True)
class DrawSettings:
    """How the indicators of a plan are drawn, the same for all of them.

    Attributes
    ----------
    last_year
        Last year that is forecast.
    n_draws, seed
        Joint draws, and the start of their random streams.
    forecaster
        Who forecasts.
    variant
        A name of `panel.VARIANTS` or `levels.VARIANTS`; empty: as published.
    """

    last_year: int
    n_draws: int
    seed: int
    forecaster: Forecaster
    variant: str = ""

    @property
    def change(self) -> dict[str, str]:
        """What a forecaster is told of the variant: nothing where there is none."""
        return {"variant": self.variant} if self.variant else {}


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
