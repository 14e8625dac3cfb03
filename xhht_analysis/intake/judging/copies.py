"""Counts that are those of last year or of another unit: a form that was copied or sent again."""

from __future__ import annotations

import pandas as pd

from xhht_analysis.intake.judging.completeness import names_of
from xhht_analysis.intake.judging.doubts import doubts
from xhht_analysis.plan.areas import Areas

SOME, MOST, MANY = 3, 0.75, 5
"""Copied counts of a form, and their part, from which it is told; doubtful where all are."""
LARGE_GROUP = 5000
"""Denominator from which both counts of a single figure do not repeat by chance."""
COUNTS = ["numerator", "denominator"]
FORM = ["file", "unit_code", "year"]
TEXT = "{n:0} trên {n_counts:0} cặp tử số, mẫu số giống hệt của {of} (ô {cells})."


def mark_copies(claims: pd.DataFrame, areas: Areas) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Forms whose counts are those of last year or of another unit of their year.

    Small counts repeat by chance: told are forms (a unit and year in a file) most of whose counts
    do (`MOST`), or one of a `LARGE_GROUP`.

    Parameters
    ----------
    claims : DataFrame
        From `cleaning.settle`.

    Returns
    -------
    tuple of DataFrame
        The claims, ``status`` doubtful for forms that hold nothing else; one doubt
        (`contracts.FINDINGS`) per form and what it is a copy of, at the first cell.
    """
    rows = claims[claims["outcome"].eq("panel")].dropna(subset=COUNTS)
    unit, key = rows["unit_code"], ["indicator_code", "definition_variant", "frame", "year"]
    last = rows[[*key, "unit_code", *COUNTS]].assign(year=rows["year"] + 1)
    repeated = rows.assign(rule="copied_from_last_year", other=unit).merge(last)
    alike = rows.groupby([*key, *COUNTS])["unit_code"]
    other = alike.transform("first").where(lambda first: first.ne(unit), alike.transform("last"))
    shared = rows.assign(rule="copied_from_other_unit", other=other)[other.ne(unit)]
    figures = {"n": ("cell", "size"), "cells": ("cell", ", ".join), "top": ("denominator", "max")}
    place = {name: (name, "first") for name in ("sheet", "cell", "indicator_code")}
    forms = pd.concat([repeated, shared]).groupby([*FORM, "rule", "other"], as_index=False)
    forms = forms.agg(**figures, **place).join(
        rows.groupby(FORM).size().rename("n_counts"), on=FORM
    )
    most = forms["n"].ge(SOME) & forms["n"].ge(MOST * forms["n_counts"])
    forms = forms[most | forms["top"].ge(LARGE_GROUP)]
    whole = forms.loc[forms["n"].ge(MANY) & forms["n"].eq(forms["n_counts"]), FORM]
    copied = pd.MultiIndex.from_frame(claims[FORM]).isin(pd.MultiIndex.from_frame(whole))
    status = claims["status"].mask(copied & claims["status"].eq("ok"), "doubtful")
    of = [
        f"năm {row.year - 1}"
        if row.other == row.unit_code
        else names_of(row.other, row.year, areas)
        for row in forms.itertuples()
    ]
    return claims.assign(status=status), doubts(forms.assign(of=of), forms["rule"], TEXT)
