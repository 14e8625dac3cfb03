"""Forecasts of shares and levels: models, verdicts, scores."""

from xhht_analysis.forecasting.history import HistoryError
from xhht_analysis.forecasting.levels import forecast_levels
from xhht_analysis.forecasting.panel import forecast_panel
from xhht_analysis.forecasting.plan_forecast import forecast_plan

__all__ = ["HistoryError", "forecast_levels", "forecast_panel", "forecast_plan"]
