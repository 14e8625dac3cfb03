"""Firm or depends, the range of few points, and panels with other figures: worked by hand."""

import numpy as np
import pandas as pd
import pytest

from xhht_analysis import contracts
from xhht_analysis.forecasting.firmness import (
    PROVINCE,
    _with_figures,
    add_firmness,
    add_range,
    data_variants,
    of_open_targets,
)
from xhht_analysis.forecasting.verdicts import classify

pytestmark = pytest.mark.unit
KEY = {"goal_code": "g", "unit_code": "82", "target_year": 2030}


def verdict(**changes):
    row = {**KEY, "basis": "forecast", "prob_reached": 0.8, "verdict_class": "likely"}
    row |= {"measure_unit": "level", "reason": np.nan, "prob_low": np.nan, "prob_high": np.nan}
    row |= {"model_id": "m"}
    return pd.DataFrame([row | changes]).astype({"reason": "str"})


def chances(**by_variant):
    rows = [{**KEY, "variant": name, "prob_reached": p} for name, p in by_variant.items()]
    table = pd.DataFrame(rows)
    return table.assign(kind="model", verdict_class=table["prob_reached"].map(classify))


def test_four_of_five_variants_in_the_class_are_firm_and_three_are_not():
    # likely is 70 to 85 %
    firm = add_firmness(verdict(), chances(a=0.75, b=0.8, c=0.7, d=0.85, e=0.6)).iloc[0]
    assert (firm["firmness"], firm["depends_on"]) == ("firm", pytest.approx(np.nan, nan_ok=True))
    loose = add_firmness(verdict(), chances(a=0.75, b=0.8, c=0.7, d=0.4, e=0.6)).iloc[0]
    # d moves the chance by 40 points, e by 20: d is named
    assert (loose["firmness"], loose["depends_on"]) == ("depends", "d")


def test_a_class_that_changes_by_rounding_alone_is_firm():
    # 87 % is likely (85), 88 % very likely (90); 92.1 % is more than five points away
    near = add_firmness(verdict(prob_reached=0.87), chances(a=0.88, b=0.91)).iloc[0]
    assert near["firmness"] == "firm"
    far = add_firmness(verdict(prob_reached=0.87), chances(a=0.88, b=0.921)).iloc[0]
    assert (far["firmness"], far["depends_on"]) == ("depends", "b")


@pytest.mark.parametrize(("others", "named"), [
    ({"learned_alone": 0.18, "temporary_shock": 0.53}, "learned_alone"),
    ({"last_year_dropped": 0.88, "learned_alone": 0.45}, "last_year_dropped"),
    ({"temporary_shock": 0.55}, "shared_pace_stops"),
])  # fmt: skip
def test_that_growth_ends_is_the_last_reason_of_a_star(others, named):
    """0.61 is open (0.325-0.675): of other classes the farthest chance is named."""
    row = verdict(prob_reached=0.61, verdict_class="open")
    table = add_firmness(row, chances(shared_pace_stops=0.01, **others)).iloc[0]
    assert (table["firmness"], table["depends_on"]) == ("depends", named)


def test_a_settled_target_hangs_on_nothing():
    row = add_firmness(verdict(basis="observed"), chances(a=0.1)).iloc[0]
    assert pd.isna(row["firmness"])


def ranged(table, **columns):
    row = verdict(**columns).drop(columns=["prob_low", "prob_high"])
    return add_range(row, table).iloc[0]


def test_few_points_get_the_range_over_the_reference_hazards_only():
    few = {"basis": "none", "reason": "few_points", "prob_reached": np.nan}
    few |= {"verdict_class": "no_data"}
    table = chances(prior_half=0.02, prior_double=0.08, hazard_half=0.01, shared_half=0.9)
    row = ranged(table, **few)
    assert (row["prob_low"], row["prob_high"]) == (0.01, 0.08)
    assert row["verdict_class"] == "very_unlikely"  # 1 and 8 % are both at most 10 %
    table = chances(prior_half=0.02, hazard_double=0.4)
    row = ranged(table, **few)
    assert (row["prob_low"], row["prob_high"], row["verdict_class"]) == (0.02, 0.4, "no_data")
    shares = ranged(table, **few, measure_unit="percent")
    assert pd.isna(shares["prob_low"])
    many = ranged(table)
    assert (many["verdict_class"], pd.isna(many["prob_low"])) == ("likely", True)


def test_only_variants_of_open_targets_are_kept():
    table = chances(a=0.5)
    assert len(of_open_targets(table, verdict())) == 1
    assert len(of_open_targets(table, verdict(basis="none", prob_low=0.1))) == 1
    assert of_open_targets(table, verdict(basis="observed")).empty


def panel(**columns):
    rows = pd.DataFrame(columns)
    rows = rows.assign(definition_variant="plan", frame="2021", value_type="reported", as_of="x")
    return contracts.conform(rows.assign(indicator_code="share"), contracts.PANEL)


def test_figures_are_left_out_or_replaced_and_named():
    rows = panel(
        unit_code=["815", "815", "816", "816"],
        year=[2024, 2025, 2024, 2025],
        numerator=[30.0, 40.0, 50.0, 60.0],
        denominator=[100.0, 100.0, 200.0, 200.0],
        value=[30.0, 40.0, 25.0, 30.0],
        value_submitted=[30.04, 45.0, np.nan, 0.3],
        status=["ok", "doubtful", "ok", "ok"],
        source_id=["a", "b", "c", "d"],
    )
    doubts = pd.DataFrame(
        {
            "indicator_code": ["share", "share", None],
            "unit_code": ["816", "816", None],
            "year": [2024, 2025, None],
            "rule": ["denominator_jump", "unit_incomplete", "legacy_text"],
        }
    )
    made = data_variants(rows, "2021", doubts)
    dropped, figures = made["doubtful_dropped"]
    assert (dropped["source_id"].tolist(), figures["source_id"].tolist()) == (
        ["a", "d"],
        ["b", "c"],
    )
    typed, figures = made["submitted_percent"]
    assert figures["source_id"].tolist() == [
        "b"
    ]  # 0.04 points apart is rounding, 0.3 is 30 % as a fraction
    assert typed["value"].tolist() == [30, 45, 25, 30]
    assert typed["numerator"].tolist() == [30, 45, 50, 60]
    earlier, figures = made["last_year_dropped"]
    assert (earlier["year"].tolist(), figures["unit_code"].tolist()) == ([2024] * 2, ["815", "816"])
    assert figures["source_id"].isna().all()  # the year says which they are


@pytest.mark.parametrize(("sources", "named"), [(["c", "b"], "b;c"), ([None, None], None)])
def test_a_variant_names_its_figures_where_their_sources_are_known(sources, named):
    table = chances(doubtful_dropped=0.6).assign(indicator_code="clc_it", unit_code=PROVINCE)
    figures = pd.DataFrame({"indicator_code": "clc_it", "unit_code": ["815", "817"]})
    row = _with_figures(table, figures.assign(source_id=sources)).iloc[0]
    assert row["n_figures"] == 2
    assert row["source_ids"] == named or (named is None and pd.isna(row["source_ids"]))
