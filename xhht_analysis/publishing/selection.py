"""Rows of a table by the values of its columns."""

import numpy as np
import pandas as pd


class NoFiguresError(ValueError):
    """A goal, unit or year for which there is nothing to draw; the message says which."""


def where(table: pd.DataFrame, **values: object) -> pd.DataFrame:
    """Rows whose columns have these values; of a list, any of them."""
    mask = np.ones(len(table), dtype=bool)
    for column, value in values.items():
        mask &= table[column].isin(value if isinstance(value, list) else [value]).to_numpy()
    return table[mask]


def first(table: pd.DataFrame, **values: object) -> pd.Series | None:
    """First of the rows that `where` selects, or None."""
    rows = where(table, **values)
    return None if rows.empty else rows.iloc[0]
