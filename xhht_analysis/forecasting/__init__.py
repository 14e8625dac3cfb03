"""Forecasts of shares and levels: models, verdicts, scores."""

from xhht_analysis.forecasting.history import HistoryError
from xhht_analysis.forecasting.levels import LevelForecast, forecast_levels
from xhht_analysis.forecasting.panel import PanelForecast, forecast_panel
from xhht_analysis.forecasting.plan_forecast import PlanForecast, forecast_plan

__all__ = [
    "HistoryError",
    "LevelForecast",
    "PanelForecast",
    "PlanForecast",
    "forecast_levels",
    "forecast_panel",
    "forecast_plan",
]
