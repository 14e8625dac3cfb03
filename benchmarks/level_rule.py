"""Levels by rule inside every joint draw of the rates behind them (METHODS 2.5 A).

Where the communes of all districts report the rates that a recognition asks for, the rates are
forecast together and config/standards.csv is applied to every draw: communes, then districts.
`plan.standards` does the same for one year of figures and is the oracle of this module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from xhht_analysis.contracts import TOLERANCE
from xhht_analysis.forecasting.history import History, read_history
from xhht_analysis.forecasting.panel import forecast_panel
from xhht_analysis.plan.areas import Areas
from xhht_analysis.plan.goals import split_codes
from xhht_analysis.plan.standards import rules_in_force

MIN_YEARS = 3


@dataclass(frozen=True)
class Recognition:
    """What is needed to read levels off commune rates: panel rows, rules and areas of the plan."""

    facts: pd.DataFrame
    standards: pd.DataFrame
    areas: object
    districts: list[str]
    cache: dict = field(default_factory=dict, repr=False, compare=False)

    def rule(
        self, level_indicator: str, origin: int, horizon: int, variant: str
    ) -> Callable | None:
        """Draw levels (n, districts, ``horizon`` years after ``origin``); None: rates missing.

        Every commune must have each asked rate in the origin year, and half of them in at least
        three years. Rates of different indicators move independently given their own histories.
        """
        on = f"{origin}-12-31"
        parents = self._once(("parents", on), lambda: self._parents(on))
        key, standards = ("asked", level_indicator, on), self.standards
        asked = self._once(key, lambda: asked_rates(standards, level_indicator, on))
        histories = {c: self._once((c, on), lambda c=c: self._read(c, on)) for c in asked}
        if not asked or None in histories.values():
            return None
        fits = {
            code: self._once(
                (code, on, horizon, variant),
                lambda rows=rows: forecast_panel(rows, horizon, variant=variant),
            )
            for code, rows in histories.items()
        }

        def draw(rng: np.random.Generator, n: int) -> np.ndarray:
            rates = {code: fit.path.draw(n, rng)[:, :, 1:] for code, fit in fits.items()}
            special, order = self.areas.special_communes(on), sorted(parents)
            levels = commune_levels(rates, order, on, self.standards, special)[level_indicator]
            groups = [parents[c] for c in order]
            return district_levels(levels, groups, level_indicator, on, self.standards)

        return draw

    def _parents(self, on: str) -> dict[str, str]:
        homes = self.areas.parents(on).items()
        return {code: home for code, home in homes if home in self.districts}

    def _read(self, rate: str, on: str) -> History | None:
        """History of a rate on the communes of a day; None where there is not enough of it."""
        communes = set(self._parents(on))
        rows = self._history(rate, communes, on)
        if not _enough(rows, communes, int(on[:4])):
            return None
        return read_history(rows.assign(group_code="province"))

    def _once(self, key: tuple, make: Callable):
        """What several levels and variants ask for is made the first time only."""
        if key not in self.cache:
            self.cache[key] = make()
        return self.cache[key]

    def _history(self, rate: str, communes: Iterable[str], on: str) -> pd.DataFrame:
        """Every year's figures of a rate on the communes of ``on``, merged ones by their counts.

        A code may have named another unit before: figures follow the crosswalk, never the code.
        A commune whose parts are not all there, or report no counts, has no figure that year.
        """
        facts = self.facts[self.facts["indicator_code"].eq(rate) & self.facts["value"].notna()]
        above = {self.areas.province.code, *self.districts}
        facts = facts[~facts["unit_code"].isin(above) & facts["year"].le(int(on[:4]))]
        parts = []
        for year, now in facts.groupby("year"):
            origins = predecessors(self.areas, now["unit_code"], int(year), on)
            home = {old: new for new, olds in origins.items() for old in olds}
            sums = now.assign(unit_code=now["unit_code"].map(home)).groupby("unit_code")
            counts = sums[["numerator", "denominator"]].sum(skipna=False)
            counts = counts.assign(value=sums["value"].first(), n=sums.size())
            whole = counts["n"] == [len(origins[code]) for code in counts.index]
            merged = (100 * counts["numerator"] / counts["denominator"]).where(counts["n"] > 1)
            value = merged.where(counts["n"] > 1, counts["value"])
            parts.append(counts.assign(value=value, year=year)[whole & value.notna()])
        history = pd.concat(parts).reset_index() if parts else facts
        kept = history[history["unit_code"].isin(communes)].assign(indicator_code=rate)
        return kept.drop(columns="n", errors="ignore")


def predecessors(
    areas: Areas, codes: Iterable[str], year: int, on: str
) -> dict[str, frozenset[str]]:
    """Communes of ``on`` and the whole communes of ``year`` that each was made of.

    The latest list of that year that holds all ``codes`` says which units they name; no list holds
    them: the one of 31 December.
    """
    table, named = areas.crosswalk, set(codes)
    days = list(table.columns[1:])

    def column(day: str) -> str:
        return max((d for d in days[1:] if d <= day), default=days[0])

    first, last = column(f"{year}-01-01"), column(f"{year}-12-31")
    lists = table.loc[:, first:last].columns[::-1]
    then = next((day for day in lists if named <= set(table[day])), last)
    return table[then].groupby(table[column(on)]).agg(frozenset).to_dict()


def _enough(rows: pd.DataFrame, communes: set[str], origin: int) -> bool:
    broad = rows.groupby("year")["unit_code"].nunique() >= len(communes) / 2
    now = set(rows.loc[rows["year"] == origin, "unit_code"])
    return now == communes and int(broad.sum()) >= MIN_YEARS


def asked_rates(standards: pd.DataFrame, level_indicator: str, on: str) -> list[str]:
    """Rates behind a level indicator, those of the programmes it presupposes among them."""
    rules = rules_in_force(standards, "commune", on)
    rules_of_level = rules[rules["level_indicator"] == level_indicator]
    codes, before = _asked(rules_of_level)
    for first in before:
        codes |= set(asked_rates(standards, first, on))
    return sorted(codes)


def _asked(rules: pd.DataFrame) -> tuple[set[str], set[str]]:
    """Rates that the rules of one programme name, and the programmes they presuppose."""
    codes = {*rules["indicator_code"], *rules["indicator_special"]} - {""}
    return codes, {p.split(":")[0] for cell in rules["prerequisites"] for p in split_codes(cell)}


def commune_levels(
    rates: Mapping[str, np.ndarray],
    communes: list[str],
    on: str,
    standards: pd.DataFrame,
    special: Iterable[str] = (),
) -> dict[str, np.ndarray]:
    """Levels (n, communes, years) of every programme whose rates (percent, alike) are given."""
    rules = rules_in_force(standards, "commune", on)
    is_special = np.isin(communes, list(special))[:, None]
    levels: dict[str, np.ndarray] = {}
    later = rules.groupby("level_indicator")["prerequisites"].agg(lambda cells: any(cells))
    for name in later.sort_values(kind="stable").index:
        rules_of_level = rules[rules["level_indicator"] == name].sort_values("level")
        needed, before = _asked(rules_of_level)
        if not (needed <= set(rates) and before <= set(levels)):
            continue
        met: dict[int, np.ndarray] = {}
        for rule in rules_of_level.itertuples():
            value = rates[rule.indicator_code]
            if rule.indicator_special:
                value = np.where(is_special, rates[rule.indicator_special], value)
            needed = np.where(is_special, rule.threshold_special, rule.threshold)
            ok = value >= needed - TOLERANCE
            for first in split_codes(rule.prerequisites):
                programme, least = first.split(":")
                ok &= levels[programme] >= int(least)
            met[rule.level] = met.get(rule.level, True) & ok
        levels[name] = np.logical_and.accumulate(list(met.values())).sum(axis=0)
    return levels


def district_levels(
    levels: np.ndarray, groups: list[str], level_indicator: str, on: str, standards: pd.DataFrame
) -> np.ndarray:
    """Levels (n, districts in sorted order, years): enough communes at each level, from 1 up.

    ``groups`` are the districts of the communes, in their order.
    """
    rules = rules_in_force(standards, "district", on)
    rules = rules[rules["level_indicator"] == level_indicator].sort_values("level")
    out = []
    for district in sorted(set(groups)):
        mine = levels[:, np.array(groups) == district]
        met = [
            100 * (mine >= rule.level).sum(axis=1) >= rule.share * mine.shape[1] - TOLERANCE
            for rule in rules.itertuples()
        ]
        out.append(np.logical_and.accumulate(met).sum(axis=0))
    return np.stack(out, axis=1)
