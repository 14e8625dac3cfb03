"""Figures of one file that contradict each other: denominators, typed percentages, levels.

Indicators that share a denominator (``denominator_vi``) say the same number in one file, of one
unit and year, or nearly: offices count adults for people from 15 on, which is a few percent less.
A single contradiction is a doubt; several close together tell that figures stand in wrong rows.
"""

from __future__ import annotations

import pandas as pd

from xhht_analysis.contracts import MAX_PERCENT
from xhht_analysis.intake.forms.witnesses import rounding
from xhht_analysis.intake.gathering import Plan
from xhht_analysis.intake.judging.impossible import mark

BLOCK = ["file", "unit_code", "year", "frame"]
COLUMN = ["file", "indicator_code", "definition_variant", "year"]
ALIKE, APART = 1.1, 2.0
"""Ratios of two denominators: up to the first people are counted alike, from the second never."""
MIN_ROWS = 2
"""Denominators unlike others as typed that must agree with others one row off."""
MIN_SIGNS, ROUND = 3, range(-2, 3)
"""Contradictions of a unit, or of a column, in the rows around one that tell of wrong rows."""
SIGNS = ("numerator_above", "denominators_differ")
SLIPS = {100: "ghi theo thang 0–1", 0.1: "mất dấu phẩy?", 0.01: "mất dấu phẩy?"}
"""What a submitted percentage times the factor being right tells."""


def mark_contradicting(claims: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Refuse denominators far from others of the same people, and figures in wrong rows.

    Figures are one row off where denominators that differ as typed agree as those of the
    indicator above or below (in the order of config/indicators.csv, as in the template).

    Parameters
    ----------
    claims : DataFrame
        With `impossible.PROBLEM_COLUMNS` filled.
    plan : gathering.Plan
        Indicators and units.
    """
    people = plan.by_code["denominator_vi"]
    rows = claims[claims["problem"].isna()]
    near = {
        step: distance(rows, rows["indicator_code"].map(people.shift(step))) for step in (-1, 0, 1)
    }
    rules = near[0].ge(APART).map({True: "denominators_differ"})
    for step in (-1, 1):
        fits = near[step].le(ALIKE) & near[0].gt(ALIKE)
        n_fitting = fits.groupby([rows[name] for name in BLOCK]).transform("sum")
        rules = rules.mask(n_fitting.ge(MIN_ROWS) & rows["level"].isna(), "rows_shifted")
    claims = mark(claims, rules.dropna(), pd.Series("denominator", rows.index))
    typed, share = claims["value"], _share(claims)
    apart = (typed - share).abs().gt(2 * typed.map(rounding)) & slips(typed, share).eq("")
    field = apart.map({True: "value", False: "numerator"})
    shifted = _crowded(claims, apart | claims["problem"].isin(SIGNS))
    return mark(claims, shifted[shifted].map({True: "rows_shifted"}), field)


def _crowded(claims: pd.DataFrame, signs: pd.Series) -> pd.Series:
    """Counts and percentages within the rows `ROUND` `MIN_SIGNS` contradictions side by side."""
    counts, crowded = claims["level"].isna() & claims["outcome"].isna(), False
    for key in (BLOCK, COLUMN):
        near, block = signs[counts], [claims.loc[counts, name] for name in key]
        for least in (MIN_SIGNS, 1):  # then the rows around each crowd
            rows = near.astype("int64").groupby(block)
            near = sum(rows.shift(step, fill_value=0) for step in ROUND).ge(least)
        crowded |= near.reindex(claims.index, fill_value=False)
    return crowded


def _share(rows: pd.DataFrame) -> pd.Series:
    return rows["numerator"] / rows["denominator"] * MAX_PERCENT


def slips(typed: pd.Series, share: pd.Series) -> pd.Series:
    """What was done wrongly where a typed percentage is the share but for its scale."""
    slips = pd.Series("", typed.index)
    for factor, why in SLIPS.items():
        near = (typed * factor / share).between(0.9, 1.1, inclusive="neither")
        slips = slips.mask(near, f" ({why})")
    return slips


def distance(rows: pd.DataFrame, people: pd.Series) -> pd.Series:
    """Ratio of each denominator to the nearest other one of the same ``people`` in its file."""
    ordered = rows.sort_values("denominator")
    of_people = ordered.groupby([*BLOCK, people.reindex(ordered.index)])["denominator"]
    ratios = [of_people.shift(-1) / ordered["denominator"]]
    ratios += [ordered["denominator"] / of_people.shift()]
    return pd.concat(ratios, axis=1).min(axis=1).reindex(rows.index)
