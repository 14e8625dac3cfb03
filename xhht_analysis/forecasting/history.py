"""What a share forecast starts from: the checked history, one row per series, arrays per group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

KEYS = ["indicator_code", "unit_code"]
GROUP = ["indicator_code", "group_code"]
NUMBERS = ["year", "value", "numerator", "denominator"]
MOST_DECIMALS = 6
"""Decimals of a percentage beyond which it is taken for computed, not typed."""
FRACTION_TOP = 0.2
"""An indicator that never passes 1 but passes this was given as fractions, not as percent."""


class HistoryError(ValueError):
    """The history cannot be forecast; the message names the rule, the row and the remedy."""


@dataclass(frozen=True)
class History:
    """A checked history and what is known of its series: several models need it only once."""

    rows: pd.DataFrame
    series: pd.DataFrame

    @property
    def origin(self) -> int:
        """Last year with a figure."""
        return int(self.rows["year"].max())

    def groups(self, without=(), breaks=()) -> list[tuple[np.ndarray, Matrices]]:
        """Places of the series of each group, and its arrays up to the last year.

        Figures of the years ``without`` are left out but of a unit known in these years only.
        """
        other = ~self.rows["year"].isin(without)
        is_kept = other | ~other.groupby([self.rows[key] for key in KEYS]).transform("any")
        both = zip(self.series.groupby(GROUP), self.rows[is_kept].groupby(GROUP), strict=True)
        return [
            (place.index.to_numpy(), matrices(part, self.origin, breaks))
            for (_, place), (_, part) in both
        ]


def read_history(history: pd.DataFrame | History, *, is_percent: bool = False) -> History:
    """Check, sort and describe ``history``, or refuse it; one that was read before is taken as is.

    ``is_percent`` says that the values are percent beyond doubt, also where all are below 1.
    """
    if isinstance(history, History):
        return history
    missing = [c for c in [*KEYS, "year", "value"] if c not in history.columns]
    if missing:
        raise HistoryError(f"history: column {', '.join(missing)} is missing")
    if history.empty:
        raise HistoryError("history: there are no rows to forecast from")
    rows = history.reindex(columns=[*KEYS, *NUMBERS, "group_code"]).reset_index(drop=True)
    rows[NUMBERS] = rows[NUMBERS].apply(pd.to_numeric, errors="coerce").astype("float64")
    rows["group_code"] = rows["group_code"].astype("object").where(rows["group_code"].notna(), "")
    counts = rows[["numerator", "denominator"]]
    rows[counts.columns] = counts.where(counts.notna().all(axis=1))
    for rule, broken in _broken_rules(rows, is_percent).items():
        if broken.any():
            row = rows[broken].iloc[0]
            where = f"{row['indicator_code']}, {row['unit_code']}, {row['year']:.0f}"
            raise HistoryError(f"history: {rule} ({where}; {int(broken.sum())} rows)")
    rows = rows.astype({"year": "int64"}).sort_values([*KEYS, "year"], ignore_index=True)
    return History(rows, describe(rows))


def check_horizon(horizon: int) -> int:
    """Years ahead; refused where they are not 1 to 30."""
    if isinstance(horizon, bool) or horizon not in range(1, 31):
        raise HistoryError(f"horizon: whole years from 1 to 30 are possible, not {horizon!r}")
    return int(horizon)


def _broken_rules(rows: pd.DataFrame, is_percent: bool) -> dict[str, pd.Series]:
    """Which rows break which rule, in the order in which they are told."""
    year, value, of_indicator = rows["year"], rows["value"], rows["indicator_code"]
    numerator, denominator = rows["numerator"], rows["denominator"]
    fits = (numerator / denominator * 100 - value).abs() < 0.5
    proven = fits.groupby(of_indicator).transform("all") | is_percent
    top = value.groupby(of_indicator).transform("max")
    return {
        "the code of the indicator or the unit is empty": rows[KEYS].isna().any(axis=1),
        "the year is not a whole number from 1900 to 2100": (year % 1 != 0)
        | ~year.between(1900, 2100),
        "the value is empty; leave the row out": value.isna(),
        "the value lies outside 0-100 percent": ~value.between(0, 100),
        # the one mistake of an analyst who brings figures of their own: in Vietnamese too
        "values are fractions 0-1, but percent 0-100 is expected: multiply them by 100; "
        "các giá trị là phần 0–1, hãy nhân với 100 để thành phần trăm": ~proven
        & top.between(FRACTION_TOP, 1)
        & (value % 1 != 0),
        "two rows for one unit and year": rows.duplicated([*KEYS, "year"], keep=False),
        "the denominator is not above 0, or infinite": (denominator <= 0) | np.isinf(denominator),
        "the numerator lies outside 0 … denominator": (numerator < 0) | (numerator > denominator),
        "one unit in two groups": rows.groupby(KEYS)["group_code"].transform("nunique") > 1,
    }


def describe(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per series of a checked history: what is known of it."""
    number = rows.groupby(KEYS).ngroup().to_numpy()
    series = rows[[*KEYS, "group_code", "value", "denominator"]].groupby(number).last()
    value = rows["value"]
    places = sum((value.round(d) - value).abs() > 1e-9 for d in range(MOST_DECIMALS))
    places = places.groupby(number).max()
    places = places.groupby([series[name] for name in GROUP]).transform("max")
    lattice = series["denominator"].round().clip(lower=1).fillna(100 * 10.0**places)
    return series.rename(columns={"value": "last_value"}).assign(lattice=lattice)


@dataclass(frozen=True)
class Matrices:
    """One indicator in one group as arrays (units, years)."""

    shares: np.ndarray  # 0-1, NaN where missing
    breaks: np.ndarray  # (years,) first year of a new definition
    least_step: np.ndarray  # (units,) share of one person or institution, 0 where uncounted


def matrices(rows: pd.DataFrame, last: int, breaks=()) -> Matrices:
    """Arrays of the sorted rows of one group, from their first year to `last`, two at least."""
    at, first = rows.groupby(KEYS).ngroup(), min(int(rows["year"].min()), last - 1)
    share = (rows["numerator"] / rows["denominator"]).fillna(rows["value"] / 100)
    shares = np.full((at.max() + 1, last - first + 1), np.nan)
    shares[at, rows["year"].to_numpy() - first] = share
    is_break = np.isin(np.arange(first, last + 1), list(breaks))
    least_step = (1 / rows["denominator"].groupby(at).last()).fillna(0.0).to_numpy()
    return Matrices(shares, is_break, least_step)
