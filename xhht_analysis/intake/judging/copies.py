"""Counts that are those of last year or of another unit: copied, sent again, or in wrong rows."""

from __future__ import annotations

import numpy as np
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
NEAR = 0.05
"""Relative change of a denominator within which it may be that of last year."""
KEY = ["indicator_code", "definition_variant", "frame", "year"]
COUNTS = ["numerator", "denominator"]
FORM = ["file", "unit_code", "year"]
COLUMN = ["file", "indicator_code", "year"]
COPIED = "{n:0} trên {n_counts:0} cặp tử số, mẫu số giống hệt của {of} (ô {cells})."
SHUFFLED = (
    "Mẫu số của các đơn vị trong cột gần bằng mẫu số năm trước của đơn vị khác: tên và số có vẻ "
    "lệch dòng."
)


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
        copied counts and for columns whose units were sorted without their figures; one doubt
        (`contracts.FINDINGS`) per form and what it is a copy of, and per column.
    """
    rows = claims[claims["outcome"].eq("panel")].dropna(subset=COUNTS)
    last = rows[[*KEY, "unit_code", *COUNTS]].assign(year=rows["year"] + 1)
    both = rows.merge(last, on=[*KEY, "unit_code"], suffixes=("", "_last"))
    copied, shuffled = _copies(rows, both), _shuffled(both)
    whole = copied[copied["n"].ge(MANY) & copied["n"].eq(copied["n_counts"])]
    of_form, of_column = (
        pd.MultiIndex.from_frame(claims[key]).isin(pd.MultiIndex.from_frame(found[key]))
        for key, found in ((FORM, whole), (COLUMN, shuffled))
    )
    is_doubtful = (of_form | of_column) & claims["status"].eq("ok")
    of = [
        f"năm {row.year - 1}"
        if row.other == row.unit_code
        else names_of(row.other, row.year, areas)
        for row in copied.itertuples()
    ]
    told = [
        doubts(copied.assign(of=of), copied["rule"], COPIED),
        doubts(shuffled, "rows_shifted", SHUFFLED, "denominator"),
    ]
    status = claims["status"].mask(is_doubtful, "doubtful")
    return claims.assign(status=status), pd.concat(told)


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


def _shuffled(both: pd.DataFrame) -> pd.DataFrame:
    """First rows of columns whose denominators are last year's, but those of other units.

    In order of size all are `NEAR` last year's, and unit by unit most are not.
    """
    rows = both.sort_values("denominator")
    column = [rows[name] for name in COLUMN]
    in_order = rows["denominator_last"].groupby(column).transform(np.sort)
    own, ordered = (
        (rows["denominator"] / last - 1).abs().gt(NEAR).groupby(column)
        for last in (rows["denominator_last"], in_order)
    )
    moved = own.transform("mean").gt(0.5) & own.transform("size").ge(MANY)
    found = rows[moved & ~ordered.transform("any")]
    return found.sort_index().drop_duplicates(COLUMN)
