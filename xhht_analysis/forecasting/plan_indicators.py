"""What is known of every indicator of the plan, and what may come: shares and levels alike.

In: the panel's rows as `observed.plan_rows` gives them. Out: one `JointForecast` per indicator.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.forecasting.forecaster import DrawSettings
from xhht_analysis.forecasting.joint_forecast import Facts, JointForecast, ShareFacts
from xhht_analysis.forecasting.levels import LevelHistory, read_levels
from xhht_analysis.forecasting.observed import PROVINCE, is_broad, plan_rows
from xhht_analysis.plan.areas import Areas
from xhht_analysis.plan.standards import derive_levels

BY_RULE = ["level_derived_min", "level_derived_max"]
SAYS_LEVEL = ["level", *BY_RULE]


@dataclass(frozen=True)
class LevelFacts(Facts):
    """What is known of a recognition level of the units and of the province.

    A unit without a row is unknown, not lost. ``figures`` decide the level (`level_figures`). The
    province is a unit of its own: once the
    districts ended its status rests on the communes, no longer on every district.
    """

    is_level = True
    top: int
    figures: pd.DataFrame | None = None

    @cached_property
    def history(self) -> LevelHistory | None:
        """Levels of all units and of the province; None where no unit says anything.

        Where nothing is said of the province it stands where its lowest district stands (Nghị
        định 20/2014, Điều 6-21: a status of the province asks for all districts).
        """
        if self.unit_rows.empty:
            return None
        silent = sorted({*self.units, PROVINCE} - set(self.rows["unit_code"]))
        empty = pd.DataFrame({"unit_code": silent, "year": self.unit_rows["year"].max()})
        every = pd.concat([self.rows, empty]).assign(indicator_code=self.indicator_code)
        history = read_levels(every, self.top, self.figures)
        for ends in (history.low, history.high):
            is_reported = ends.columns.isin(self.reported["year"])
            ends.loc[PROVINCE] = ends.loc[PROVINCE].where(is_reported, ends.loc[self.units].min())
        return history

    @cached_property
    def bounds(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Lowest and highest level by year (index) and unit, the province among them."""
        if self.history is None:
            return pd.DataFrame(), pd.DataFrame()
        return self.history.low.T, self.history.high.T

    @cached_property
    def points(self) -> pd.DataFrame:
        """Whether the level is known, by year and unit.

        Of the province by its own report, or where at least half of the districts are known.
        """
        low, high = self.bounds
        points = low == high
        if self.units != [PROVINCE] and len(points):
            points[PROVINCE] &= is_broad(points) | points.index.isin(self.reported_years)
        return points

    @cached_property
    def reported_years(self) -> list[int]:
        """Years of which the province itself reported its level."""
        return self.reported.dropna(subset="level")["year"].tolist()

    @property
    def reasons(self) -> tuple[str, ...]:
        """Code of a remark on the province's own level, if any."""
        return ("reference_hazard",) if self.units == [PROVINCE] else ()

    @cached_property
    def by_rule(self) -> pd.DataFrame:
        """Level that the rules give from the rates, by year and unit; NaN where it is not sure."""
        rows = self.rows[self.rows["level_derived_min"] == self.rows["level_derived_max"]]
        return rows.pivot_table(index="year", columns="unit_code", values="level_derived_min")

    def joint(self, settings: DrawSettings) -> JointForecast | None:
        """Draw the units and the province; None when there is no figure at all."""
        if self.history is None:
            return None
        horizon = max(1, settings.last_year - self.history.origin)
        how = {"n_draws": settings.n_draws, "seed": settings.seed, **settings.change}
        levels = settings.forecaster.levels(self.history, horizon, **how)
        draws = {u: levels.levels[:, levels.units.index(u)] for u in (*self.units, PROVINCE)}
        return JointForecast(self, levels.years, draws)


def plan_facts(
    panel: pd.DataFrame,
    indicators: pd.DataFrame,
    areas: Areas,
    figures: pd.DataFrame | None = None,
) -> dict[str, Facts]:
    """What `contracts.PANEL` knows by indicator code.

    ``figures``: those that decide levels (`level_figures`), needed for forecasts only.
    """
    facts, districts = {}, sorted(areas.districts()["unit_code"])
    plan_panel = plan_rows(panel, areas.province)
    plan_panel = plan_panel[plan_panel["unit_code"].isin([*districts, PROVINCE])]
    plan_panel = plan_panel.sort_values(["unit_code", "year"])
    for _, indicator in indicators.iterrows():
        code, variant = indicator["indicator_code"], indicator["definition_variant"]
        rows = plan_panel[plan_panel["indicator_code"] == code]
        if isinstance(variant, str):
            rows = rows[rows["definition_variant"] == variant]
        if indicator["kind"] in ("level", "milestone"):
            units = districts if rows["unit_code"].isin(districts).any() else [PROVINCE]
            deciding = None if figures is None else figures[figures["indicator_code"] == code]
            rows = rows.dropna(subset=SAYS_LEVEL, how="all")
            facts[code] = LevelFacts(code, rows, units, int(indicator["level_max"]), deciding)
        else:
            facts[code] = ShareFacts(code, rows.dropna(subset="value"), districts)
    return facts


def with_levels_by_rule(panel: pd.DataFrame, standards: pd.DataFrame, areas: Areas) -> pd.DataFrame:
    """Panel with the levels that the rules give from its own rates, in place of those it holds."""
    levels = derive_levels(panel, standards, areas).assign(definition_variant="plan")
    rows = panel.drop(columns=BY_RULE)
    return rows.merge(levels, on=list(contracts.PANEL_KEY), how="outer")


def forecast_indicators(
    facts: dict[str, Facts], settings: DrawSettings
) -> dict[str, JointForecast]:
    """Forecasts by indicator code, of those that have a figure."""
    joints = {code: fact.joint(settings) for code, fact in facts.items()}
    return {code: joint for code, joint in joints.items() if joint is not None}
