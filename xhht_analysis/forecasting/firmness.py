"""What a verdict hangs on: its chance again with one assumption changed, firm or depends.

In: what is known of each indicator (`outlook.read_facts`). Out: P(reached) under every variant,
read straight from the joint draws, and per verdict whether the class stays the same.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from xhht_analysis.forecasting import levels
from xhht_analysis.forecasting.calibration import VARIANTS
from xhht_analysis.forecasting.outlook import PROVINCE, Outlook
from xhht_analysis.forecasting.plan_indicators import LevelFacts, build_outlooks
from xhht_analysis.forecasting.verdicts import classify, meets

LAST_TARGET_YEAR = 2030
VARIANT_DRAWS = 1000
FIRM_SHARE = 0.8
"""A verdict is firm when this share of the listed variants gives its class."""
SHARES = ("share_people", "share_institutions")
SHARE_VARIANTS = tuple(name for name in VARIANTS if name != "default")
KEY = ["goal_code", "unit_code", "target_year"]


def variant_chances(facts: dict, lines: pd.DataFrame, seed: int) -> pd.DataFrame:
    """P(reached) under each variant that touches the indicator.

    Parameters
    ----------
    facts
        `outlook.read_facts`.
    lines
        Target lines with the kind of their goal.

    Returns
    -------
    DataFrame
        goal_code, unit_code, target_year, variant, kind, prob_reached (0-1), verdict_class.
    """
    wanted = set(lines["indicator_code"])
    rows = []
    for variant in dict.fromkeys([*SHARE_VARIANTS, *levels.VARIANTS]):
        mine = {
            code: known
            for code, known in facts.items()
            if code in wanted
            and variant in (levels.VARIANTS if isinstance(known, LevelFacts) else SHARE_VARIANTS)
        }
        how = {"n_draws": VARIANT_DRAWS, "seed": seed, "last_year": LAST_TARGET_YEAR}
        outlooks = build_outlooks(mine, variant=variant, **how)
        for line in lines[lines["indicator_code"].isin(outlooks)].itertuples():
            chances = reached(line, outlooks[line.indicator_code])
            key = (line.goal_code, line.target_year, variant)
            rows += [(*key, unit, chance) for unit, chance in chances.items()]
    columns = ["goal_code", "target_year", "variant", "unit_code", "prob_reached"]
    table = pd.DataFrame(rows, columns=columns).assign(kind="model")
    return table.assign(verdict_class=table["prob_reached"].map(classify))


def reached(line, outlook: Outlook) -> dict[str, float]:
    """P(standing at the target of ``line`` at its date) of the districts and the province.

    The same numbers as `verdicts.probability` of each case: by counting draws for shares, from
    the chances behind the draws for levels.
    """
    at = int(line.target_year) - outlook.origin_year
    if not 0 <= at < len(outlook.years):
        return {}
    if line.kind in SHARES:
        met = meets(outlook.draws[:, :, at], line.target_value, line.comparator)
        found = dict(zip(outlook.units, met.mean(axis=0), strict=True))
        if outlook.province is not None:
            met = meets(outlook.province[:, at], line.target_value, line.comparator)
            found[PROVINCE] = met.mean()
        return found
    level = int(line.level_required)
    needed = line.target_units if line.kind == "share_districts" else len(outlook.units)
    chances = np.clip(outlook.levels.chance[:, :, at, level].mean(axis=0), 0, 1)
    found = dict(zip(outlook.units, chances, strict=True)) if line.kind != "milestone" else {}
    count = outlook.levels.count_pmf(level, [at])[0, int(needed) :].sum()
    return {**found, PROVINCE: np.clip(count, 0, 1)}


def add_firmness(verdicts: pd.DataFrame, chances: pd.DataFrame) -> pd.DataFrame:
    """Firm where enough variants give the same class; else the one that moves it most."""
    both = verdicts.loc[verdicts["basis"] == "forecast"].reindex(
        columns=[*KEY, "verdict_class", "prob_reached"]
    )
    both = both.merge(chances, on=KEY, suffixes=("", "_variant"))
    both["same"] = both["verdict_class_variant"] == both["verdict_class"]
    shift = (both["prob_reached_variant"] - both["prob_reached"]).abs()
    both["shift"] = shift.where(~both["same"], -1)
    both = both.sort_values([*KEY, "shift", "variant"])
    found = both.groupby(KEY).agg(same=("same", "mean"), depends_on=("variant", "last"))
    firm = found["same"] >= FIRM_SHARE
    found["firmness"] = np.where(firm, "firm", "depends")
    found["depends_on"] = found["depends_on"].where(~firm)
    return verdicts.merge(found.drop(columns="same").reset_index(), on=KEY, how="left")
