"""No two fields of a verdict contradict each other: the sample's, and those of random panels."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.example_counts import examples
from tests.unit.test_forecast_plan import AS_OF, DISTRICTS, PLAN, run
from xhht_analysis import contracts, store
from xhht_analysis.forecasting.verdicts import classify
from xhht_analysis.project import ROOT

pytestmark = pytest.mark.unit
GOALS = ["life_skills", "lower_secondary_l3_districts", "primary_l3_province", "learning_districts"]
LEVELS = {"lower_secondary_level": 3, "primary_level": 3, "learning_community_level": 2}
UNLIKELY = ("very_unlikely", "unlikely")
EDGE = 1e-4
"""Tables hold four decimals."""


def contradictions(verdicts: pd.DataFrame, as_of: str) -> list[str]:
    """What a reader would call a contradiction, one line each."""
    found = []
    for row in verdicts.itertuples():
        reasons = set(str(row.reason).split(";"))
        need, now = row.target_value, row.current
        below, past = now < need - EDGE, f"{row.target_year}-12-31" < as_of
        said = {
            "reached, but the figure is below": row.verdict_class == "reached" and below,
            "missed, but the figure is there": row.verdict_class == "missed" and now >= need + EDGE,
            "a figure of later years": past and row.current_year > row.target_year,
            "a pace for a past date": past and not np.isnan(row.pace_required),
            "few points, which is untrue": "few_points" in reasons and row.n_points >= 3,
            "a chance from few points": row.basis == "forecast" and row.n_points < 3,
        }
        if not np.isnan(row.prob_low):
            ends = {classify(row.prob_low), classify(row.prob_high)}
            said |= {
                "a range beside a chance": not np.isnan(row.prob_reached),
                "a range that seems tested": row.tested != "unscored",
                "a class its range does not give": row.verdict_class != "no_data"
                and ends != {row.verdict_class},
            }
        if row.basis == "forecast":
            middle, chance = row.median, row.prob_reached
            slow = row.pace_required <= row.pace_own and row.verdict_class in UNLIKELY
            said |= {
                "likely, but less is expected": chance > 0.5 + EDGE and middle < need - EDGE,
                "unlikely, but more is expected": chance < 0.5 - EDGE and middle > need + EDGE,
                "a fall that nothing explains": middle < now - EDGE and "may_fall" not in reasons,
                "a pace that nothing explains": slow and "gains_slow" not in reasons,
                "chances out of order": row.prob_held > chance + EDGE
                or chance > row.prob_ever + EDGE,
                "quantiles out of order": not row.q025
                <= row.q100
                <= middle
                <= row.q900
                <= row.q975,
                "none or sure": not 0.005 - EDGE <= chance <= 0.995 + EDGE,
                "untold whether tested": row.tested not in ("scored", "unscored"),
            }
        key = f"{row.goal_code} {row.target_year} {row.unit_code}"
        found += [f"{key}: {name}" for name, wrong in said.items() if wrong]
    return found


def test_the_samples_verdicts_do_not_contradict_themselves():
    verdicts = store.read_table("verdicts", ROOT / "tests" / "fixtures" / "processed")
    assert len(verdicts) > 300
    assert contradictions(verdicts, verdicts["as_of"].iloc[0]) == []


@st.composite
def panels(draw):
    """Shares and levels that rise, hold, fall and jump; some years of some districts missing."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    first = draw(st.integers(2020, 2024))
    drift, gap = draw(st.sampled_from([-4, 0, 4])), draw(st.sampled_from([0.0, 0.2]))
    years = np.arange(first, 2027)
    rows = []
    for unit in DISTRICTS:
        path = np.clip(rng.uniform(20, 80) + np.cumsum(rng.normal(drift, 5, len(years))), 0, 100)
        counts = np.round(10 * path)
        for year, x in zip(years, counts, strict=True):
            key = {"unit_code": unit, "year": year, "indicator_code": "life_skills"}
            rows.append(key | {"numerator": x, "denominator": 1000.0, "value": x / 10})
        for code, top in LEVELS.items():
            steps = rng.choice([-1, 0, 1], len(years), p=[0.1, 0.7, 0.2])
            level = np.clip(rng.integers(0, top + 1) + np.cumsum(steps), 0, top)
            for year, value in zip(years, level, strict=True):
                rows.append(
                    {"unit_code": unit, "year": year, "indicator_code": code, "level": value}
                )
    panel = pd.DataFrame(rows)
    panel = panel[rng.random(len(panel)) >= gap].astype({"level": float})
    panel = panel.assign(frame="2021", status="ok", as_of=AS_OF, value_type="reported")
    return contracts.conform(panel.assign(definition_variant="plan"), contracts.PANEL)


@settings(max_examples=examples(8), deadline=None, suppress_health_check=list(HealthCheck))
@given(panels(), st.booleans())
def test_no_verdict_of_any_panel_contradicts_itself(panel, variants):
    targets = PLAN["targets"][PLAN["targets"]["goal_code"].isin(GOALS)]
    result = run(panel, targets=targets, variants=variants)
    assert contradictions(result.verdicts, AS_OF) == []
    counts = result.verdicts[result.verdicts["target_units"].notna()]
    for row in counts[counts["basis"] == "forecast"].itertuples():
        rows = result.forecasts[result.forecasts["indicator_code"] == row.goal_code]
        pmf = rows[rows["year"] == row.target_year].set_index("output_type_id")["value"]
        assert pmf.loc[row.target_units :].sum() == pytest.approx(row.prob_reached, abs=1e-3)


def test_the_checks_find_what_they_look_for():
    row = {"goal_code": "g", "unit_code": "82", "target_year": 2030, "target_value": 6.0}
    row |= {"current": 7.0, "current_year": 2026, "n_points": 6, "basis": "forecast"}
    row |= {"measure_unit": "units", "median": 5.0, "prob_reached": 0.2, "prob_ever": 0.6}
    row |= {"prob_held": 0.1, "verdict_class": "unlikely", "pace_required": 0.0, "pace_own": 1.0}
    row |= {"prob_low": np.nan, "prob_high": np.nan}
    row |= {"q025": 3, "q100": 4, "q900": 6, "q975": 7, "tested": "scored", "reason": np.nan}
    found = contradictions(pd.DataFrame([row]), AS_OF)
    assert [line.split(": ")[1] for line in found] == [
        "a fall that nothing explains",
        "a pace that nothing explains",
    ]
    assert contradictions(pd.DataFrame([row | {"reason": "may_fall;gains_slow"}]), AS_OF) == []
    few = row | {"basis": "none", "n_points": 2, "prob_low": 0.1, "prob_high": 0.4}
    found = contradictions(pd.DataFrame([few]), AS_OF)
    assert [line.split(": ")[1] for line in found] == [
        "a range beside a chance",
        "a range that seems tested",
        "a class its range does not give",
    ]
    said = {"prob_reached": np.nan, "tested": "unscored", "verdict_class": "no_data"}
    assert contradictions(pd.DataFrame([few | said]), AS_OF) == []
