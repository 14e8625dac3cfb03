"""What is known of every indicator of the plan, and what may come: shares and levels alike.

In: the panel's rows in the frame of the 11 districts. Out: one `Outlook` per indicator.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.forecasting.levels import forecast_levels, observed_bounds
from xhht_analysis.forecasting.observed import PROVINCE, indicator_rows
from xhht_analysis.forecasting.outlook import Outlook, ShareFacts
from xhht_analysis.forecasting.recognition import Recognition


@dataclass(frozen=True)
class LevelFacts:
    """What is known of a recognition level of ``units``; one without a row is unknown, not lost.

    With ``recognition`` the rule is applied inside every draw of the rates where they are known.
    """

    indicator_code: str
    rows: pd.DataFrame
    units: list[str]
    top: int
    recognition: Recognition | None = None

    @cached_property
    def history(self) -> pd.DataFrame:
        """Rows that say something; every silent unit has an empty one in the last year."""
        own = self.rows[self.rows["unit_code"].isin(self.units)]
        own = own[own[["level", "level_derived_min", "level_derived_max"]].notna().any(axis=1)]
        silent = sorted(set(self.units) - set(own["unit_code"]))
        blank = pd.DataFrame({"unit_code": silent, "year": own["year"].max()})
        blank = blank.assign(indicator_code=self.indicator_code)
        return pd.concat([own, blank]) if len(own) else own

    @cached_property
    def bounds(self) -> list[pd.DataFrame]:
        """Lowest and highest level by year and unit."""
        low, high, _, past, codes = observed_bounds(self.history, self.top)
        return [pd.DataFrame(part.T, index=past, columns=codes) for part in (low, high)]

    def outlook(
        self, last_year: int, *, n_draws: int, seed: int, variant: str, found: dict[str, Outlook]
    ) -> Outlook | None:
        """Outlook up to ``last_year``; None when there is no figure at all."""
        if self.history.empty:
            return None
        code, rule, origin = self.indicator_code, None, int(self.history["year"].max())
        horizon = max(1, last_year - origin)
        if self.recognition is not None and len(self.units) > 1:
            rule = self.recognition.rule(code, origin, horizon, variant)
        how = {"top": self.top, "n_draws": n_draws, "seed": seed, "variant": variant}
        made = forecast_levels(self.history, horizon, rule, **how)
        return Outlook(code, made.units, made.years, made.levels, None, None, *self.bounds, made)


def read_facts(
    panel: pd.DataFrame,
    indicators: pd.DataFrame,
    districts: list[str],
    recognition: Recognition | None = None,
) -> dict[str, ShareFacts | LevelFacts]:
    """What the panel knows by indicator code; wholes before their parts."""
    found: dict[str, ShareFacts | LevelFacts] = {}
    is_part = indicators["parent_indicator"].fillna("").ne("")
    for _, indicator in indicators.assign(is_part=is_part).sort_values("is_part").iterrows():
        code = indicator["indicator_code"]
        if indicator["kind"] in ("level", "milestone"):
            rows = indicator_rows(panel, indicator, "level")
            units = districts if rows["unit_code"].isin(districts).any() else [PROVINCE]
            found[code] = LevelFacts(code, rows, units, int(indicator["level_max"]), recognition)
        else:
            rows = indicator_rows(panel, indicator, "value")
            found[code] = ShareFacts(
                code, rows, districts, found.get(indicator["parent_indicator"])
            )
    return found


def build_outlooks(
    facts: dict[str, ShareFacts | LevelFacts],
    *,
    n_draws: int,
    seed: int,
    variant: str = "default",
    last_year: int = contracts.LAST_YEAR,
) -> dict[str, Outlook]:
    """Outlooks up to ``last_year`` by indicator code, of those that have a figure."""
    found: dict[str, Outlook] = {}
    for code, known in facts.items():
        how = {"n_draws": n_draws, "seed": seed, "variant": variant, "found": found}
        outlook = known.outlook(last_year, **how)
        if outlook is not None:
            found[code] = outlook
    return found
