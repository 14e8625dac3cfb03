"""Runs on random figures, judged by the kit itself: nothing said of them may contradict."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd

from tests import frames
from xhht_analysis import contracts
from xhht_analysis.forecasting.plan_forecast import forecast_plan
from xhht_analysis.plan import areas
from xhht_analysis.publishing.labels import Labels, plan_words
from xhht_analysis.publishing.report_data import ReportData

PROVINCE = "82"
GOALS = ["literacy_l2_districts", "literacy_l2_province", "lower_secondary_l2_districts",
         "lower_secondary_l3_districts", "university_degree", "trained_population", "clc_it",
         "digital_university", "learning_districts"]  # fmt: skip


@cache
def places():
    return areas.read_areas(frames.CONFIG)


def random_run(seed: int, years: int, holes: float, most: bool, as_of: str) -> ReportData:
    """A run on random figures of nine goals, with holes, judged by the kit itself.

    ``most`` turns the targets of the shares round: what was a least is a most.
    """
    rng = np.random.default_rng(seed)
    base = frames.make_material()
    plan = base.goals[base.goals["goal_code"].isin(GOALS)]
    lines = base.targets[base.targets["goal_code"].isin(GOALS)]
    shares = plan.loc[plan["kind"].isin(["share_people", "share_institutions"]), "goal_code"]
    turned = lines["goal_code"].isin(shares) & most
    lines = lines.assign(comparator=lines["comparator"].mask(turned, "<="))
    codes, last = set(plan["indicator_code"]), min(int(as_of[:4]), 2030)
    panel = frames.make_panel()
    newest = panel[panel["year"] == 2026]
    panel = pd.concat([panel, *(newest.assign(year=y) for y in range(2027, last + 1))])
    panel = panel[
        panel["indicator_code"].isin(codes) & panel["year"].between(last + 1 - years, last)
    ]
    panel = panel.assign(as_of=as_of)
    apart = (panel["indicator_code"] == "digital_university") & (panel["unit_code"] != PROVINCE)
    panel = panel[~apart & (rng.random(len(panel)) >= holes)].reset_index(drop=True)
    is_level = panel["level"].notna()
    tops = panel["indicator_code"].map(frames.TOPS).fillna(3).astype(int)
    panel["level"] = np.where(is_level, rng.integers(0, tops + 1), np.nan)
    start = panel.groupby(["indicator_code", "unit_code"]).ngroup() % 40 + rng.uniform(2, 50)
    value = np.clip(start + (panel["year"] - 2021) * rng.uniform(-1, 6), 0, 100)
    panel["numerator"] = np.where(is_level, np.nan, np.round(value * 10))
    panel["denominator"] = np.where(is_level, np.nan, 1000.0)
    panel["value"] = panel["numerator"] / 10
    panel = contracts.check(contracts.conform(panel, contracts.PANEL), contracts.PANEL)
    result = forecast_plan(
        panel, plan, lines, base.indicators, places(), as_of=as_of, n_draws=60,
        variants=False,
    )  # fmt: skip
    run = frames.make_material(
        panel=panel, goals=plan, targets=lines, verdicts=result.verdicts,
        forecasts=result.forecasts,
    )  # fmt: skip
    return replace(run, as_of=as_of, labels=Labels("vi", plan_words(frames.CONFIG, as_of)))
