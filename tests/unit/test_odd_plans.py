"""Panels of odd kinds through plan and back-test: no fall, no sure chance, no contradiction."""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from tests.unit.test_consistency import GOALS, LEVELS, contradictions
from tests.unit.test_forecast_plan import AS_OF, PLAN, PROVINCE_DATA
from xhht_analysis import contracts
from xhht_analysis.forecasting import forecast_plan
from xhht_analysis.forecasting.backtest import backtest_rows, summarise
from xhht_analysis.forecasting.forecaster import KIT

pytestmark = pytest.mark.unit
YEARS = np.arange(2021, 2027)
T = len(YEARS)
UNITS = [str(code) for code in range(815, 826)]
NO = np.nan


@dataclass(frozen=True)
class Areas:
    codes: tuple
    province = PROVINCE_DATA

    def districts(self):
        return pd.DataFrame({"unit_code": list(self.codes)})


def make(share, level, units=UNITS, size=1000.0, counted=True, years=YEARS):
    """Share (percent) and level (0 to its top) of unit i in every year; NaN: not reported."""
    rows = []
    for i, unit in enumerate(units):
        for year, value in zip(years, share(i), strict=True):
            count = round(size * value / 100) if value == value else NO
            row = {"indicator_code": "life_skills", "unit_code": unit, "year": year}
            row |= {"numerator": count, "denominator": size} if counted else {}
            rows.append(row | {"value": 100 * count / size if counted else value})
        for code, top in LEVELS.items():
            for year, value in zip(years, np.clip(level(i, top), 0, top), strict=True):
                rows.append(
                    {"indicator_code": code, "unit_code": unit, "year": year, "level": value}
                )
    panel = pd.DataFrame(rows)
    panel = panel[panel["value"].notna() | panel["level"].notna()]
    panel = panel.assign(frame="2021", status="ok", as_of=AS_OF, value_type="reported")
    return contracts.conform(panel.assign(definition_variant="plan"), contracts.PANEL)


def rising(i):
    return 40 + i + 4.0 * np.arange(T)


def gains(i, top):
    return (np.arange(T) + i) // 2


def merged(i, values):
    """Six of eleven units are gone after three years."""
    return np.where((np.arange(T) >= 3) & (i > 4), NO, values)


KINDS = {
    "constant": make(lambda i: np.full(T, 55.0), lambda i, top: np.full(T, 1)),
    "none": make(lambda i: np.zeros(T), lambda i, top: np.zeros(T)),
    "all": make(lambda i: np.full(T, 100.0), lambda i, top: np.full(T, top)),
    "all of five": make(lambda i: np.full(T, 100.0), gains, size=5.0),
    "saturating": make(lambda i: 100 / (1 + np.exp(1 - np.arange(T) - 0.1 * i)), gains),
    "falling": make(
        lambda i: 90 - 6.0 * np.arange(T), lambda i, top: top - (np.arange(T) + i) // 2
    ),
    "met, then lost": make(
        lambda i: np.where(np.arange(T) < 4, 95.0, 60.0),
        lambda i, top: np.where(np.arange(T) < 4, top, top - 1),
    ),
    "a break": make(lambda i: rising(i) - 25 * (np.arange(T) >= 3), gains),
    "one person": make(lambda i: np.resize([0.0, 100.0], T + i)[i:], gains, size=1.0),
    "one unit": make(rising, gains, units=["815"]),
    "merged units": make(lambda i: merged(i, rising(i)), lambda i, top: merged(i, gains(i, top))),
    "late": make(lambda i: np.where((np.arange(T) == 5) & (i > 0), NO, rising(i)), gains),
    "shares below one": make(lambda i: 0.3 + 0.05 * np.arange(T) + 0.01 * i, gains, counted=False),
    "three years": make(lambda i: rising(i)[:3], lambda i, top: gains(i, top)[:3], years=YEARS[3:]),
    "two years": make(lambda i: rising(i)[:2], lambda i, top: gains(i, top)[:2], years=YEARS[4:]),
}


@pytest.mark.cases(3)
@pytest.mark.parametrize("kind", KINDS)
def test_an_odd_panel_is_judged_without_a_sure_chance(kind):
    panel, units = KINDS[kind], ("815",) if kind == "one unit" else tuple(UNITS)
    goals = [goal for goal in GOALS if kind != "one unit" or not goal.endswith("districts")]
    plan = {**PLAN, "targets": PLAN["targets"][PLAN["targets"]["goal_code"].isin(goals)]}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = forecast_plan(panel, areas=Areas(units), as_of=AS_OF, n_draws=200, **plan)
        how = {"areas": Areas(units), "horizons": (1, 2), "models": [KIT]}
        rows = backtest_rows(panel, PLAN["indicators"], **how)
        assert summarise(rows)["value"].notna().all()
    verdicts = result.verdicts
    assert contradictions(verdicts.astype({"current_year": float}), AS_OF) == []
    forecast = verdicts[verdicts["basis"] == "forecast"]
    assert len(forecast) == 0 if kind == "two years" else len(forecast) > 1
    assert forecast["prob_reached"].between(0.005, 0.995).all()
    assert result.variants["prob_reached"].between(0.005, 0.995).all()


@pytest.mark.cases(1)
@pytest.mark.parametrize("kind", ["falling", "all", "saturating", "one person"])
def test_a_higher_target_is_never_likelier(kind):
    line = PLAN["targets"][PLAN["targets"]["goal_code"] == "life_skills"].tail(1)
    chances = []
    for target in (20.0, 50.0, 80.0, 99.0, 100.0):
        plan = {**PLAN, "targets": line.assign(target_value=target)}
        how = {"as_of": AS_OF, "n_draws": 200, "variants": False}
        verdicts = forecast_plan(KINDS[kind], areas=Areas(tuple(UNITS)), **plan, **how).verdicts
        chances.append(verdicts.set_index("unit_code")["prob_reached"])
    assert (np.diff(pd.concat(chances, axis=1), axis=1) <= 1e-9).all()
