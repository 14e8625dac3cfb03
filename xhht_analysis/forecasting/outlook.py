"""What may come for one indicator of the plan: joint draws for the districts and the province.

In: the panel's rows of one indicator in the frame of the 11 districts. Out: an `Outlook`, from
which every number of a verdict is read, so that they cannot contradict each other. The province
is the sum of its districts by counts, draw by draw; a share inside another is drawn as a part of
it (METHODS 2.4, 2.6).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.forecasting.levels import LevelForecast, forecast_levels, observed_bounds
from xhht_analysis.forecasting.panel import forecast_panel
from xhht_analysis.forecasting.recognition import Recognition

PROVINCE = "82"
SOURCE_GAP = 0.5
"""Points between the reported province figure and the sum of its districts worth a remark."""
REPORT_ERROR = 0.05
"""Standard error on the logit of a report that may still be revised (METHODS 2.9)."""
REFORM_YEAR = int(contracts.DISTRICTS_END[:4])
SAME_BASE = 1e-3
"""Denominators closer than this (relative) count the same people."""


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
        (draws, T): percent of the whole province; None where districts do not add up to it,
        or for levels.
    weights
        (draws, U, T) denominators; None where counts are missing.
    low, high
        Observed year by year, lowest and highest possible: columns are units and, for shares,
        the province.
    levels
        The level forecast behind ``draws``; None for shares.
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

    @property
    def origin_year(self) -> int:
        """Last year with a figure."""
        return int(self.years[0])


def indicator_rows(panel: pd.DataFrame, indicator: pd.Series, column: str) -> pd.DataFrame:
    """Rows of one indicator and definition in the district frame that hold ``column``."""
    mask = (panel["indicator_code"] == indicator["indicator_code"]) & (
        panel["frame"] == contracts.FRAME_DISTRICTS
    )
    if isinstance(indicator["definition_variant"], str):
        mask &= panel["definition_variant"] == indicator["definition_variant"]
    if column != "level":
        mask &= panel[column].notna()
    return panel[mask].sort_values(["unit_code", "year"], ignore_index=True)


def share_outlook(
    rows: pd.DataFrame,
    districts: list[str],
    last_year: int,
    *,
    n_draws: int,
    seed: int,
    variant: str = "default",
    parent: Outlook | None = None,
    parent_rows: pd.DataFrame | None = None,
    seen: Outlook | None = None,
) -> Outlook | None:
    """Outlook of a share up to ``last_year``; None when there is no figure at all.

    Parameters
    ----------
    rows
        Panel rows of one indicator: unit_code, year, value, numerator, denominator.
    parent, parent_rows
        Outlook and rows of the share that this one is a part of: the draws are then
        conditional shares of the parent's draws and never exceed them.
    seen
        An outlook of the same rows whose observed figures are taken over.
    """
    own = rows[rows["unit_code"].isin(districts)]
    reported = rows[rows["unit_code"] == PROVINCE]
    low, high = (seen.low, seen.high) if seen else observed_shares(own, reported, districts)
    whole = own["unit_code"].nunique() == len(districts)
    counted = whole and own.groupby("unit_code")["denominator"].last().notna().all()
    reasons = _share_reasons(own, reported, low, whole, counted)
    code = rows["indicator_code"].iloc[0] if len(rows) else ""
    rng = np.random.default_rng([seed, zlib.crc32(str(code).encode())])
    settings = {"last_year": last_year, "n": n_draws, "rng": rng, "variant": variant}
    if own.empty and reported.empty:
        return None
    if own.empty:
        years, draws, _ = _draw(reported, **settings)
        nothing = np.empty((n_draws, 0, len(years)))
        return Outlook(code, [], years, nothing, draws[:, 0], None, low, high, None, reasons)
    years, draws, weights = _draw(own, **settings, parent=parent, parent_rows=parent_rows)
    province = None
    if counted:
        province = (draws * weights).sum(axis=1) / weights.sum(axis=1)
    elif len(reported):
        years_82, alone, _ = _draw(reported, **settings)
        province = _on_years(alone[:, 0], years_82, years)
    units = sorted(own["unit_code"].unique())
    weights = weights if counted else None
    return Outlook(code, units, years, draws, province, weights, low, high, None, reasons)


def _draw(rows, *, last_year, n, rng, variant, parent=None, parent_rows=None):
    """Years, draws and denominators of the units in ``rows``, the origin year first."""
    if parent is not None and parent_rows is not None:
        part = conditional_history(rows, parent_rows)
        units = sorted(rows["unit_code"].unique())
        if sorted(part["unit_code"].unique()) == units == parent.units:
            years, share, _ = _draw(part, last_year=last_year, n=n, rng=rng, variant=variant)
            if (years == parent.years).all():
                return years, share * parent.draws / 100, _part_weights(rows, parent)
    origin = int(rows["year"].max())
    history = rows.assign(group_code=PROVINCE, report_error=report_error(rows))
    horizon = last_year - origin
    forecast = forecast_panel(history, horizon, variant=variant)
    draws = forecast.draw_array(n, rng)
    last = rows[rows["year"] == origin].set_index("unit_code")["value"]
    first = np.tile(last.reindex(forecast.series["unit_code"]).to_numpy(), (n, 1))
    late = np.isnan(first[0])
    if late.any():
        before = forecast_panel(history[history["year"] < origin], 1, variant=variant)
        now = before.draw_array(n, rng)[:, :, 0]
        at = before.series["unit_code"].isin(forecast.series["unit_code"][late]).to_numpy()
        first[:, late] = now[:, at]
    now = np.tile(forecast.series["denominator"].to_numpy(dtype=float), (n, 1))
    weights = np.concatenate([now[:, :, None], forecast.weight_array(n, rng)], axis=2)
    draws = np.concatenate([first[:, :, None], draws], axis=2)
    return np.concatenate([[origin], forecast.years]), draws, weights


def report_error(rows: pd.DataFrame) -> np.ndarray:
    """Standard error on the logit of doubtful figures and of the first rebuilt districts."""
    seen = rows.reindex(columns=["status", "value_type", "year"])
    rebuilt = (seen["value_type"] == "derived") & (seen["year"] == REFORM_YEAR)
    return np.where((seen["status"] == "doubtful") | rebuilt, REPORT_ERROR, 0.0)


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


def conditional_history(rows: pd.DataFrame, parent_rows: pd.DataFrame) -> pd.DataFrame:
    """Share of the parent's count that the child holds: value in percent, with counts.

    Years in which the parent is missing, zero or smaller than the child are left out.
    """
    keys = ["unit_code", "year"]
    both = rows.merge(parent_rows[[*keys, "value", "numerator", "denominator"]], on=keys)
    same = (both["denominator_x"] / both["denominator_y"] - 1).abs() < SAME_BASE
    numerator = both["numerator_x"].where(same)
    denominator = both["numerator_y"].where(same)
    ratio = (numerator / denominator).fillna(both["value_x"] / both["value_y"])
    out = pd.DataFrame(
        {
            "indicator_code": both["indicator_code"],
            "unit_code": both["unit_code"],
            "year": both["year"],
            "value": 100 * ratio,
            "numerator": numerator,
            "denominator": denominator,
        }
    )
    return out[(out["value"] <= contracts.MAX_PERCENT) & (both["value_y"] > 0)]


def observed_shares(own: pd.DataFrame, reported: pd.DataFrame, districts: list[str]):
    """Lowest and highest possible value by year (index) and unit (columns).

    The province is the sum of the districts by counts. Where a district is missing its people
    count as none for the lowest and all for the highest value, with its latest denominator.
    Without counts the reported province figure stands.
    """
    low, base, top = (_grid(own, column) for column in ("value", "denominator", "numerator"))
    high = low.copy()
    whole = set(districts) == set(base.columns[base.notna().any()])
    told = reported.set_index("year")["value"].astype(float)
    years = low.index.union(told.index)
    low, high = low.reindex(years), high.reindex(years)
    if whole:
        filled = base.ffill().bfill()
        missing = filled.where(top.isna(), 0.0).sum(axis=1)
        total, known = filled.where(top.isna(), base).sum(axis=1), top.sum(axis=1)
        low[PROVINCE] = 100 * known / total
        high[PROVINCE] = 100 * (known + missing) / total
        gap = told.reindex(years)[low[PROVINCE].isna()]
        low.loc[gap.index, PROVINCE] = high.loc[gap.index, PROVINCE] = gap
    else:
        low[PROVINCE] = high[PROVINCE] = told.reindex(years)
    return low, high


def _grid(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Years by units; the panel's key leaves one row per cell."""
    years, units = sorted(rows["year"].unique()), sorted(rows["unit_code"].unique())
    cells = rows.set_index(["year", "unit_code"])[column].astype(float)
    values = cells.reindex(pd.MultiIndex.from_product([years, units])).to_numpy()
    return pd.DataFrame(values.reshape(len(years), len(units)), index=years, columns=units)


def _share_reasons(own, reported, low, whole: bool, counted: bool) -> tuple[str, ...]:
    if own.empty:
        return ("province_only",)
    reasons = [] if whole else ["units_missing"]
    if whole and not counted:
        reasons.append("no_denominators")
    told = reported.set_index("year")["value"]
    if counted and len(told):
        gap = (told - low[PROVINCE]).abs().dropna()
        if len(gap) and gap.iloc[-1] > SOURCE_GAP:
            reasons.append("source_gap")
    return tuple(reasons)


def level_outlook(
    rows: pd.DataFrame,
    units: list[str],
    last_year: int,
    *,
    top: int,
    n_draws: int,
    seed: int,
    variant: str = "default",
    seen: Outlook | None = None,
    recognition: Recognition | None = None,
) -> Outlook | None:
    """Outlook of a recognition level for ``units``; a unit without a row is unknown, not lost.

    With ``recognition`` the rule is applied inside every draw of the rates where they are known.
    """
    own = rows[rows["unit_code"].isin(units)]
    held = own[["level", "level_derived_min", "level_derived_max"]].notna().any(axis=1)
    if not held.any():
        return None
    own = own[held]
    origin = int(own["year"].max())
    silent = sorted(set(units) - set(own["unit_code"]))
    blank = pd.DataFrame({"unit_code": silent, "year": origin})
    history = pd.concat([own, blank.assign(indicator_code=own["indicator_code"].iloc[0])])
    code, rule = str(own["indicator_code"].iloc[0]), None
    if recognition is not None and len(units) > 1:
        rule = recognition.rule(code, origin, last_year, variant)
    forecast = forecast_levels(
        history, last_year - origin, rule, top=top, n_draws=n_draws, seed=seed, variant=variant
    )
    if seen is None:
        low, high, _, past, codes = observed_bounds(history, top)
        bounds = [pd.DataFrame(part.T, index=past, columns=codes) for part in (low, high)]
    else:
        bounds = [seen.low, seen.high]
    return Outlook(
        code, forecast.units, forecast.years, forecast.levels, None, None, *bounds, levels=forecast
    )
