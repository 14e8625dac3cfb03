"""Figures that decide a level: as the rule says, and mixed with transitions by what came before."""

import numpy as np
import pandas as pd
import pytest

from xhht_analysis import contracts
from xhht_analysis.forecasting import forecast_levels
from xhht_analysis.forecasting.level_figures import level_figures
from xhht_analysis.forecasting.levels import figure_weight, read_levels
from xhht_analysis.forecasting.observed import PROVINCE
from xhht_analysis.forecasting.plan_indicators import plan_facts
from xhht_analysis.plan.areas import read_areas
from xhht_analysis.plan.goals import read_indicators
from xhht_analysis.plan.standards import derive_levels, read_standards
from xhht_analysis.project import Project

pytestmark = pytest.mark.unit
CONFIG = Project().config_dir
AREAS, RULES = read_areas(CONFIG), read_standards(CONFIG)
RATES = sorted({*RULES["indicator_code"], *RULES["indicator_special"]} - {""})
RATES = [code for code in RATES if not code.endswith("_level")]


def rates_of_communes(year, values):
    """Panel rows of every commune of a year's end; ``values`` (communes, rates) in percent."""
    on = f"{year}-12-31"
    communes = sorted(AREAS.parents(on))
    table = pd.DataFrame(values[: len(communes)], index=communes, columns=RATES)
    rows = table.rename_axis("unit_code").reset_index().melt("unit_code", var_name="indicator_code")
    frame = AREAS.province.frame_on(on)
    rows = rows.assign(year=year, frame=frame, definition_variant="plan", status="ok")
    return contracts.conform(rows.assign(as_of="2026-11-20"), contracts.PANEL)


@pytest.mark.parametrize("year", [2023, 2025])
def test_a_figure_stands_at_what_is_asked_exactly_where_the_rule_gives_the_level(year):
    rng = np.random.default_rng(year)
    values = np.full((200, len(RATES)), 99.5)
    is_low = rng.random(values.shape) < 0.04
    values[is_low] = rng.uniform(70, 99, is_low.sum()).round(1)
    panel = rates_of_communes(year, values)
    figures = level_figures(panel, RULES, AREAS)
    met = figures.assign(met=figures["value"] >= figures["asked"] - 1e-9)
    met = met.groupby(["indicator_code", "unit_code"])["met"].sum()
    rule = derive_levels(panel, RULES, AREAS).replace({"unit_code": {"82": PROVINCE}})
    rule = rule[rule["unit_code"].isin(figures["unit_code"])]
    rule = rule.set_index(["indicator_code", "unit_code"])["level_derived_min"].astype(int)
    assert len(met) == (len(AREAS.districts()) + 1) * rule.index.get_level_values(0).nunique()
    pd.testing.assert_series_equal(met, rule.loc[met.index], check_names=False, check_dtype=False)
    assert met.nunique() > 2


def test_the_margin_of_a_district_is_that_of_the_last_commune_asked_for():
    # literacy 1 asks 90 percent of the people and 90 percent of the communes: of ten the ninth
    on, year = "2023-12-31", 2023
    homes = pd.Series(AREAS.parents(on)).sort_index()
    district = homes.value_counts().index[-1]
    n = int((homes == district).sum())
    values = np.full((len(homes), len(RATES)), 99.0)
    own = np.flatnonzero(homes == district)
    values[own, RATES.index("literate_l1_15_35")] = 88 + np.arange(n)
    found = level_figures(rates_of_communes(year, values), RULES, AREAS)
    found = found[found["indicator_code"].eq("literacy_level") & found["level"].eq(1)]
    found = found.set_index("unit_code")
    last = 88 + n - int(np.ceil(0.9 * n))  # the best is 88 + n - 1
    assert found.loc[district, "value"] == pytest.approx(min(last, 99))
    assert (found["asked"] == 90).all()
    # while there are districts nine in ten of them are asked for: eleven have ten at 99
    assert found.loc[PROVINCE, "value"] == pytest.approx(99)


def test_a_level_whose_communes_are_mostly_unknown_has_no_figure():
    panel = rates_of_communes(2023, np.full((200, len(RATES)), 99.0))
    is_asked = panel["indicator_code"].eq("literate_l1_15_35")
    homes = panel["unit_code"].map(AREAS.parents("2023-12-31"))
    panel = panel[~(is_asked & homes.eq("815"))]
    found = level_figures(panel, RULES, AREAS).groupby("indicator_code")["unit_code"].agg(set)
    assert "815" not in found["literacy_level"]
    assert "815" in found["primary_level"]


# ---- the mixture


def problem(years=6, lag=0, units=6):
    """Levels that follow a rate at 80 percent, ``lag`` years late, and that rate."""
    rng = np.random.default_rng(1)
    path = 72 + 1.5 * np.arange(units)[:, None] + np.cumsum(rng.normal(0.8, 1, (units, years)), 1)
    index = pd.MultiIndex.from_product([[f"u{i}" for i in range(units)], range(2020, 2020 + years)])
    rows = pd.DataFrame({"value": path.ravel()}, index.rename(["unit_code", "year"])).reset_index()
    late = np.concatenate([np.repeat(path[:, :1], lag, 1), path[:, : years - lag]], 1)
    rows = rows.assign(indicator_code="x", level=(late >= 80).ravel().astype(float))
    return rows.drop(columns="value"), rows[["unit_code", "year", "value"]].assign(
        level=1, asked=80.0
    )


def test_what_is_published_are_so_many_draws_of_one_member_and_the_rest_of_the_other():
    rows, figures = problem()
    how = {"figures": figures, "n_draws": 500}
    names = ("default", "transitions", "figures")
    mixed, moves, rule = (forecast_levels(rows, 3, variant=n, **how).levels for n in names)
    k = round(500 * figure_weight(read_levels(rows, 1, figures)))
    assert 0 < k < 500
    np.testing.assert_array_equal(mixed, np.concatenate([rule[:k], moves[k:]]))
    # so every chance is the convex combination of both
    both = (rule[:k] >= 1).mean(axis=0) * k / 500 + (moves[k:] >= 1).mean(axis=0) * (1 - k / 500)
    np.testing.assert_allclose((mixed >= 1).mean(axis=0), both)


def test_the_weight_is_how_much_more_often_the_figures_gave_the_level_than_not():
    rows, figures = problem(lag=1)
    told = (figures["value"] >= 80).to_numpy() == (rows["level"] == 1).to_numpy()
    assert 0.5 < told.mean() < 1
    weight = figure_weight(read_levels(rows, 1, figures))
    assert weight == pytest.approx(0.8 * (2 * told.mean() - 1))
    always = rows.assign(level=(figures["value"] >= 80).to_numpy().astype(float))
    assert figure_weight(read_levels(always, 1, figures)) == 0.8
    assert figure_weight(read_levels(rows, 1, None)) == 0


def test_figures_that_never_told_the_level_lose_their_weight():
    rows, figures = problem(years=8, units=11)
    stays = rows.assign(level=0.0)  # nobody was ever recognised, whatever the figures
    assert figure_weight(read_levels(stays, 1, figures)) < 0.25


def test_units_without_figures_and_short_series_move_by_transitions_alone():
    rows, figures = problem()
    alone = forecast_levels(rows, 2, n_draws=300, variant="transitions").levels
    short = figures[figures["year"] > 2023]
    np.testing.assert_array_equal(
        forecast_levels(rows, 2, figures=short, n_draws=300).levels, alone
    )
    some = figures[figures["unit_code"] != "u3"]
    found = forecast_levels(rows, 2, figures=some, n_draws=300).levels
    np.testing.assert_array_equal(found[:, 3], alone[:, 3])
    assert (found[:, 2] != alone[:, 2]).any()


def test_figures_after_the_origin_are_not_read():
    rows, figures = problem()
    past = rows[rows["year"] <= 2024]
    changed = figures.assign(value=figures["value"].where(figures["year"] <= 2024, 1.0))
    one, two = (forecast_levels(past, 2, figures=f, n_draws=200).levels for f in (figures, changed))
    np.testing.assert_array_equal(one, two)


def test_a_level_without_the_one_below_is_not_reached():
    rows, figures = problem()
    low = figures.assign(value=40.0)  # level 1 is out of reach, level 2 asks for another figure
    high = figures.assign(level=2, value=99.0)
    both = pd.concat([low, high])
    found = forecast_levels(rows, 2, figures=both, top=2, n_draws=100, variant="figures").levels
    assert (found[..., 1:] == 0).all()


def test_a_level_has_the_figures_of_its_own_rule_alone():
    figures = pd.DataFrame(
        {"indicator_code": ["primary_level", "literacy_level"], "unit_code": "815", "year": 2024}
    )
    facts = plan_facts(contracts.PANEL.empty(), read_indicators(CONFIG), AREAS, figures)
    for code in ("primary_level", "literacy_level"):
        assert facts[code].figures["indicator_code"].tolist() == [code]
    assert facts["preschool_level"].figures.empty
