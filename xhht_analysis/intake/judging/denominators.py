"""Denominators of one file that contradict each other: counts of the same people must agree.

Indicators that share a denominator (``denominator_vi``) say the same number in one file, of one
unit and year, or nearly: offices count adults for people from 15 on, which is a few percent less.
"""

from __future__ import annotations

import pandas as pd

from xhht_analysis.intake.gathering import Plan
from xhht_analysis.intake.judging.doubts import doubts
from xhht_analysis.intake.judging.impossible import mark

BLOCK = ["file", "unit_code", "year", "frame"]
ALIKE, APART = 1.1, 2.0
"""Ratios of two denominators: up to the first people are counted alike, from the second never."""
MIN_ROWS = 2
"""Denominators unlike others as typed that must agree with others one row off."""


def mark_contradicting(claims: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Refuse denominators far from others of the same people, and figures typed one row off.

    Figures are one row off where denominators that differ as typed agree as those of the
    indicator above or below (in the order of config/indicators.csv, as in the template).
    """
    people = plan.by_code["denominator_vi"]
    rows = claims[claims["problem"].isna()]
    near = {step: _distance(rows, people.shift(step)) for step in (-1, 0, 1)}
    rules = near[0].ge(APART).map({True: "denominators_differ"})
    for step in (-1, 1):
        fits = near[step].le(ALIKE) & near[0].gt(ALIKE)
        n_fitting = fits.groupby([rows[name] for name in BLOCK]).transform("sum")
        rules = rules.mask(n_fitting.ge(MIN_ROWS), "rows_shifted")
    return mark(claims, rules.dropna(), pd.Series("denominator", rows.index))


def denominators_differ(reported: pd.DataFrame, origins: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Denominators of the same people that differ in one file (``origins``: file by source_id)."""
    rows = reported.assign(file=reported["source_id"].map(origins["file"]))
    people = plan.by_code["denominator_vi"]
    rows = rows.assign(people=rows["indicator_code"].map(people))
    text = "Mẫu số {denominator:0}; chỉ tiêu khác trong tệp cùng mẫu số “{people}” ghi số khác."
    differ = _distance(rows, people).gt(ALIKE)
    return doubts(rows[differ], "denominators_differ", text, "denominator")


def _distance(rows: pd.DataFrame, people: pd.Series) -> pd.Series:
    """Ratio of each denominator to the nearest other one of the same people in its file."""
    ordered = rows.sort_values("denominator")
    of_people = ordered.groupby([*BLOCK, ordered["indicator_code"].map(people)])["denominator"]
    ratios = [of_people.shift(-1) / ordered["denominator"]]
    ratios += [ordered["denominator"] / of_people.shift()]
    return pd.concat(ratios, axis=1).min(axis=1).reindex(rows.index)
