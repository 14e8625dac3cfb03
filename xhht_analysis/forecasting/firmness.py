"""What a verdict hangs on: its chance again with one assumption or some figures changed.

In: the panel and what is known of each indicator. Out: `contracts.VARIANTS`, and per verdict
whether its class stays the same (firm) or which change moves it most (depends).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.forecasting.cases import cases
from xhht_analysis.forecasting.forecaster import MODEL_ID, DrawSettings
from xhht_analysis.forecasting.joint_forecast import Facts, JointForecast
from xhht_analysis.forecasting.level_figures import level_figures
from xhht_analysis.forecasting.observed import PROVINCE, plan_rows
from xhht_analysis.forecasting.panel import VARIANTS
from xhht_analysis.forecasting.plan_indicators import (
    forecast_indicators,
    plan_facts,
    with_levels_by_rule,
)
from xhht_analysis.forecasting.verdicts import STEP, classify, probability
from xhht_analysis.plan.areas import Areas
from xhht_analysis.plan.goals import split_codes
from xhht_analysis.plan.standards import asked_rates

FIRM_SHARE = 0.8
"""A verdict is firm when this share of its variants gives its class, or a chance that is nearer
than the `STEP` to which chances are rounded: 87 and 88 % are of two classes by rounding alone."""
SHARE_VARIANTS = tuple(name for name in VARIANTS if name != "default")
HAZARDS = ("prior_half", "prior_double", "hazard_half", "hazard_double")
"""Reference assumptions that give the range of a level with too few points: the reference class
weighs half or twice as much beside the unit's own history, or its yearly moves are half or twice
as frequent (`levels.VARIANTS`)."""
LEVEL_VARIANTS = (*HAZARDS, "transitions")
KEY = ["goal_code", "unit_code", "target_year"]
FIGURE = ["indicator_code", "unit_code", "year"]
DIFFERS = 0.05
"""Points between the submitted and the recomputed percentage that are no rounding."""
NO_DOUBTS = ("unit_incomplete", "submitted_differs")
"""Findings that are no doubt about a figure in the panel, or have a variant of their own."""
LAST_YEAR = "last_year_dropped"
NO_GROWTH = "shared_pace_stops"
"""That growth ends altogether changes the class of every goal not yet reached: named last."""


def data_variants(
    panel: pd.DataFrame, frame: str, findings: pd.DataFrame | None = None
) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """Panels with other figures, and the figures that were left out or replaced.

    Returns
    -------
    dict
        ``doubtful_dropped`` (marked doubtful, or with a finding), ``submitted_percent`` (as
        submitted instead of recounted), ``last_year_dropped`` (of each indicator, in ``frame``).
    """
    doubtful = panel["status"].eq("doubtful")
    if findings is not None:
        doubts = findings[~findings["rule"].isin(NO_DOUBTS)].dropna(subset=FIGURE)
        doubts = pd.MultiIndex.from_frame(doubts[FIGURE].astype({"year": "int64"}))
        doubtful |= pd.MultiIndex.from_frame(panel[FIGURE].astype({"year": "int64"})).isin(doubts)
    submitted = panel["value_submitted"].clip(0, contracts.MAX_PERCENT)
    # a share typed as a fraction is the same figure
    scale = np.where((100 * submitted - panel["value"]).abs() < DIFFERS, 100, 1)
    differs = (scale * submitted - panel["value"]).abs() > DIFFERS
    value = panel["value"].mask(differs, submitted)
    counted = panel["numerator"].mask(differs, submitted * panel["denominator"] / 100)
    newest = panel["year"].where(panel["frame"] == frame)
    last = panel["year"] >= newest.groupby(panel["indicator_code"]).transform("max")
    return {
        "doubtful_dropped": (panel[~doubtful], panel[doubtful]),
        "submitted_percent": (panel.assign(value=value, numerator=counted), panel[differs]),
        LAST_YEAR: (panel[~last], panel[last].assign(source_id=np.nan)),  # the year says it
    }


def variant_chances(
    panel: pd.DataFrame,
    *,
    facts: dict[str, Facts],
    figures: pd.DataFrame,
    indicators: pd.DataFrame,
    lines: pd.DataFrame,
    areas: Areas,
    standards: pd.DataFrame,
    findings: pd.DataFrame | None,
    settings: DrawSettings,
) -> pd.DataFrame:
    """`contracts.VARIANTS` but for frame and as_of, of every target of ``lines``.

    A forecaster of one's own is tried on other figures; the kit's under other assumptions too.
    Where rates of communes change, so do the levels that the rules give and the figures that
    decide them.
    ``settings`` are those of the verdicts, so that a variant differs from them by what it changes,
    not by other random numbers.
    """
    target_codes, parts = set(lines["indicator_code"]), []
    for is_level, names in ((False, SHARE_VARIANTS), (True, LEVEL_VARIANTS)):
        of_kind = {
            code: fact
            for code, fact in facts.items()
            if code in target_codes and fact.is_level == is_level
        }
        for name in names if settings.forecaster.name_of(is_level) == MODEL_ID else ():
            joints = forecast_indicators(of_kind, replace(settings, variant=name))
            parts.append(_chances(lines, joints).assign(variant=name, kind="model"))
    panels = data_variants(panel, areas.province.frame, findings)
    for name, (changed_panel, changed_figures) in panels.items():
        of_variant, differing = figures, plan_rows(changed_figures, areas.province)
        behind = _behind_levels(changed_figures, standards, areas)
        if name != LAST_YEAR and len(behind):
            changed_panel = with_levels_by_rule(changed_panel, standards, areas)
            of_variant = level_figures(changed_panel, standards, areas)
            differing = pd.concat([differing, behind])
        touched = indicators["indicator_code"].isin(target_codes & set(differing["indicator_code"]))
        touched_facts = plan_facts(changed_panel, indicators[touched], areas, of_variant)
        joints = forecast_indicators(touched_facts, settings)
        chances = _chances(lines, joints).assign(variant=name, kind="data")
        parts.append(_with_figures(chances, differing))
    table = pd.concat(parts).drop(columns="indicator_code")
    return table.assign(verdict_class=table["prob_reached"].map(classify))


def _behind_levels(figures: pd.DataFrame, standards: pd.DataFrame, areas: Areas) -> pd.DataFrame:
    """Rates of communes as rows of the levels that ask for them, under their districts."""
    homes, parts = {}, [figures.iloc[:0]]
    of_communes = standards[standards["scope"].eq("commune")]
    for level, rules in of_communes.groupby("level_indicator"):
        # a level may presuppose that of another programme, and so its rates
        needs = [code.split(":")[0] for row in rules["prerequisites"] for code in split_codes(row)]
        asked = asked_rates(of_communes[of_communes["level_indicator"].isin([level, *needs])])
        parts.append(figures[figures["indicator_code"].isin(asked)].assign(indicator_code=level))
    rates = pd.concat(parts).dropna(subset="value")
    for year in rates["year"].unique():
        homes |= areas.parents(f"{year}-12-31")
    return rates.assign(unit_code=rates["unit_code"].map(homes)).dropna(subset="unit_code")


def _with_figures(chances: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    """Rows whose own figures changed (the province: those of any unit), with these figures."""
    everyone = figures.assign(unit_code=PROVINCE)
    both = pd.concat([figures[figures["unit_code"] != PROVINCE], everyone])
    counts = both.groupby(["indicator_code", "unit_code"]).agg(
        n_figures=("source_id", "size"),
        source_ids=("source_id", lambda ids: ";".join(sorted(set(ids.dropna()))) or np.nan),
    )
    return chances.merge(counts.reset_index(), on=["indicator_code", "unit_code"])


def _chances(lines: pd.DataFrame, joints: dict[str, JointForecast]) -> pd.DataFrame:
    rows = [
        (
            *(line.goal_code, case.unit_code, line.target_year, line.indicator_code),
            *(case.quantiles(at, 0.5), probability(case, line.target_year)),
        )
        for line in lines[lines["indicator_code"].isin(joints)].itertuples()
        for case in cases(line, joints[line.indicator_code], is_observed=False)
        if (at := case.at(line.target_year)) >= 0
    ]
    columns = [*KEY, "indicator_code", "median", "prob_reached"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[-2:], float))


def add_firmness(verdicts: pd.DataFrame, chances: pd.DataFrame) -> pd.DataFrame:
    """Firm where enough variants give the same class or chance; else the one that moves it most."""
    forecast = verdicts[verdicts["basis"] == "forecast"]
    # none may be forecast: then there are no such columns
    forecast = forecast.reindex(columns=[*KEY, "verdict_class", "prob_reached"])
    both = forecast.merge(chances, on=KEY, suffixes=("", "_variant"))
    shift = (both["prob_reached_variant"] - both["prob_reached"]).abs()
    same = both["verdict_class_variant"].eq(both["verdict_class"]) | (shift < STEP)
    shift = shift.mask(both["variant"] == NO_GROWTH, 0).mask(same, -1)
    both = both.assign(same=same, shift=shift).sort_values([*KEY, "shift", "variant"])
    table = both.groupby(KEY).agg(same=("same", "mean"), depends_on=("variant", "last"))
    firm = table.pop("same") >= FIRM_SHARE
    table["firmness"] = np.where(firm, "firm", "depends")
    table["depends_on"] = table["depends_on"].where(~firm)
    return verdicts.merge(table.reset_index(), on=KEY, how="left")


def add_range(verdicts: pd.DataFrame, chances: pd.DataFrame) -> pd.DataFrame:
    """Least and greatest chance of levels too little known; a class only where all agree."""
    hazard_rows = chances[chances["variant"].isin(HAZARDS)]
    ends = hazard_rows.groupby(KEY)["prob_reached"].agg(prob_low="min", prob_high="max")
    few = verdicts["reason"].fillna("").str.contains("few_points|level_unknown")
    few &= verdicts["measure_unit"].ne("percent")
    table = verdicts.join(ends, on=KEY)
    table.loc[~few, list(ends)] = np.nan
    low, high = (table[end].map(classify, na_action="ignore") for end in ends)
    agree = low.notna() & (low == high)
    return table.assign(verdict_class=table["verdict_class"].mask(agree, low))


def of_open_targets(chances: pd.DataFrame, verdicts: pd.DataFrame) -> pd.DataFrame:
    """The variants of targets that are forecast, or have a range."""
    open_ = verdicts["basis"].eq("forecast") | verdicts["prob_low"].notna()
    return chances.merge(verdicts.loc[open_, [*KEY, "model_id"]], on=KEY)
