"""Forecasts of shares and levels: models, verdicts, scores."""

from xhht_analysis.forecasting.panel import HistoryError, PanelForecast, forecast_panel

__all__ = ["HistoryError", "PanelForecast", "forecast_panel"]
