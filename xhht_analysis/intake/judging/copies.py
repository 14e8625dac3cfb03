"""Counts that are those of last year or of another unit: a form that was copied or sent again."""

from __future__ import annotations

import pandas as pd

from xhht_analysis.intake.judging.completeness import names_of
from xhht_analysis.intake.judging.doubts import doubts
from xhht_analysis.plan.areas import Areas

MOST, MANY = 0.75, 5
"""Part of the counts of a form from which it is a copy; how many of them, all copied, are doubted.
"""
LARGE_GROUP = 5000
"""Denominator from which both counts of a single figure do not repeat by chance."""
LARGE_FORM = {"copied_from_last_year": LARGE_GROUP**2, "copied_from_other_unit": LARGE_GROUP}
"""Product of the denominators from which a form does not: a unit's own hardly change in a year."""
KEY = ["indicator_code", "definition_variant", "frame", "year"]
COUNTS = ["numerator", "denominator"]
FORM = ["file", "unit_code", "year"]
COPIED = "{n:0} trên {n_counts:0} cặp tử số, mẫu số giống hệt của {of} (ô {cells})."


def mark_copies(claims: pd.DataFrame, areas: Areas) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Counts that are those of last year or of another unit.

    Parameters
    ----------
    claims : DataFrame
        From `cleaning.settle`.

    Returns
    -------
    tuple of DataFrame
        The claims, ``status`` doubtful for forms (a unit and year in a file) that hold nothing but
        copied counts; one doubt (`contracts.FINDINGS`) per form and what it is a copy of.
    """
    rows = claims[claims["outcome"].eq("panel")].dropna(subset=COUNTS)
    last = rows[[*KEY, "unit_code", *COUNTS]].assign(year=rows["year"] + 1)
    both = rows.merge(last, on=[*KEY, "unit_code"], suffixes=("", "_last"))
    copied = _copies(rows, both)
    whole = copied[copied["n"].ge(MANY) & copied["n"].eq(copied["n_counts"])]
    is_copied = pd.MultiIndex.from_frame(claims[FORM]).isin(pd.MultiIndex.from_frame(whole[FORM]))
    status = claims["status"].mask(is_copied & claims["status"].eq("ok"), "doubtful")
    of = [
        f"năm {row.year - 1}"
        if row.other == row.unit_code
        else names_of(row.other, row.year, areas)
        for row in copied.itertuples()
    ]
    findings = doubts(copied.assign(of=of), copied["rule"], COPIED)
    return claims.assign(status=status), findings


def _copies(rows: pd.DataFrame, both: pd.DataFrame) -> pd.DataFrame:
    """Forms that repeat both counts of last year or of another unit, ``other``.

    Small counts repeat by chance: told are forms where the denominators of the repeated counts, if
    these are most, multiply to a `LARGE_FORM`, or one is of a `LARGE_GROUP`.
    """
    same = both["numerator"].eq(both["numerator_last"])
    repeated = both[same & both["denominator"].eq(both["denominator_last"])]
    alike, unit = rows.groupby([*KEY, *COUNTS])["unit_code"], rows["unit_code"]
    other = alike.transform("first").where(lambda first: first.ne(unit), alike.transform("last"))
    shared = rows.assign(rule="copied_from_other_unit", other=other)[other.ne(unit)]
    repeated = repeated.assign(rule="copied_from_last_year", other=repeated["unit_code"])
    figures = {"n": ("cell", "size"), "cells": ("cell", ", ".join)}
    figures |= {name: ("denominator", name) for name in ("max", "prod")}
    figures |= {name: (name, "first") for name in ("sheet", "cell", "indicator_code")}
    forms = pd.concat([repeated, shared]).groupby([*FORM, "rule", "other"], as_index=False)
    forms = forms.agg(**figures).join(rows.groupby(FORM).size().rename("n_counts"), on=FORM)
    least = forms["rule"].map(LARGE_FORM)
    most = forms["n"].ge(MOST * forms["n_counts"]) & forms["prod"].ge(least)
    return forms[most | forms["max"].ge(LARGE_GROUP)]
