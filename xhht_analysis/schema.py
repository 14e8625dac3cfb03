"""How a table is described, read, given its types and checked. The tables are in `contracts`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Column:
    """One column: ``kind`` is str, int, float or bool; ``required`` forbids empty cells."""

    kind: str
    required: bool = True
    low: float | None = None
    high: float | None = None
    allowed: tuple[str, ...] | None = None
    note: str = ""


@dataclass(frozen=True)
class Table:
    """One table: its columns in the order they are written, and its unique key."""

    name: str
    columns: dict[str, Column]
    key: tuple[str, ...] = ()
    note: str = ""

    @property
    def dtypes(self) -> dict[str, str]:
        """Pandas dtype of each column, for reading CSV without losing leading zeroes."""
        names = {"str": "str", "int": "Int64", "float": "float64", "bool": "boolean"}
        return {name: names[column.kind] for name, column in self.columns.items()}

    @property
    def text_columns(self) -> list[str]:
        """Columns that hold text."""
        return [name for name, column in self.columns.items() if column.kind == "str"]

    def empty(self) -> pd.DataFrame:
        """Frame with no rows and the right types."""
        return pd.DataFrame({n: pd.Series(dtype=t) for n, t in self.dtypes.items()})


class ContractError(ValueError):
    """A table breaks its contract; the message lists every breach once."""


def read_csv(path: Path, table: Table) -> pd.DataFrame:
    """Read a CSV file with the columns, order and types of ``table``; empty cells are missing.

    A file that a Vietnamese Excel saved (semicolons, decimal commas) is read as well, and text
    that `store.write_table` kept from being run as a formula is given back.

    Raises
    ------
    ContractError
        An unknown column; text where a number belongs, with its line.
    ValueError, OSError
        The file is no CSV in UTF-8 or not there.
    """
    with path.open(encoding="utf-8-sig") as stream:
        style = {"sep": ";", "decimal": ","} if ";" in stream.readline() else {}
    how = {"keep_default_na": False, "na_values": [""], "encoding": "utf-8-sig", **style}
    try:
        frame = conform(pd.read_csv(path, dtype=table.dtypes, **how), table)
    except (ValueError, TypeError):
        _tell_unreadable(pd.read_csv(path, dtype="str", **how), table)
        raise
    for name in table.text_columns:
        frame[name] = frame[name].str.replace(r"^'(?=[=+\-@\t\r'])", "", regex=True)
    return frame


def conform(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Give ``frame`` the columns, order and types of ``table``; absent columns become empty.

    Raises
    ------
    ContractError
        If the frame has a column the table does not know.
    """
    unknown = [name for name in frame.columns if name not in table.columns]
    if unknown:
        told = f"cột lạ: {', '.join(unknown)}; các cột đúng: {', '.join(table.columns)}"
        raise ContractError(_message(table, [told]))
    out = frame.reindex(columns=list(table.columns))
    return out.astype(table.dtypes)


def check(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return ``frame`` unchanged when it obeys ``table``: columns, types, ranges, values, key.

    Raises
    ------
    ContractError
        With one line per breach: column, rule, number of rows and the first of them, counted as a
        spreadsheet does (the header is line 1), with its value.
    """
    if list(frame.columns) != list(table.columns):
        breaches = [f"các cột phải là: {', '.join(table.columns)}"]
    else:
        breaches = [
            f"cột {name}: {told}"
            for name, column in table.columns.items()
            for told in _column_breaches(frame[name], column, table.dtypes[name])
        ]
        if table.key:
            keys = frame[list(table.key)]
            breaches += _told(keys.duplicated(), keys, f"trùng khoá ({', '.join(table.key)})")
    if breaches:
        raise ContractError(_message(table, breaches))
    return frame


def _message(table: Table, breaches: list[str]) -> str:
    return "\n".join(
        [f"Bảng {table.name} không đúng quy ước:", *(f"  {told}" for told in breaches)]
    )


def _tell_unreadable(text: pd.DataFrame, table: Table) -> None:
    """Raise for cells of ``text`` that are no number or truth value where one belongs."""
    breaches = []
    for name, column in table.columns.items():
        if name not in text or column.kind == "str":
            continue
        if column.kind == "bool":
            wrong = ~text[name].str.lower().isin(["true", "false"])
            rule = "không phải True hoặc False"
        else:
            number = pd.to_numeric(text[name].str.replace(",", "."), errors="coerce")
            whole = column.kind == "int"
            wrong = (number % 1 != 0) if whole else number.isna()
            rule = "không phải số nguyên" if whole else "không phải số"
        breaches += _told(wrong & text[name].notna(), text[name], f"cột {name}: {rule}")
    if breaches:
        raise ContractError(_message(table, breaches))


def _column_breaches(values: pd.Series, column: Column, dtype: str) -> list[str]:
    if values.dtype != pd.api.types.pandas_dtype(dtype):
        return [f"kiểu {values.dtype}, phải là {dtype}"]
    found, empty = [], values.isna()
    if column.required:
        found += _told(empty, values, "không được để trống")
    if column.low is not None:
        found += _told(values < column.low, values, f"nhỏ hơn {column.low:g}")
    if column.high is not None:
        found += _told(values > column.high, values, f"lớn hơn {column.high:g}")
    if column.allowed is not None:
        wrong = ~values.isin(column.allowed) & ~empty
        found += _told(wrong, values, f"không phải một trong {', '.join(column.allowed)}")
    return found


def _told(wrong: pd.Series, values: pd.Series | pd.DataFrame, rule: str) -> list[str]:
    """Nothing, or one line: the rule, how many rows break it, the first of them and its value."""
    at = np.flatnonzero(wrong.fillna(False))
    if not len(at):
        return []
    first = values.iloc[at[0]]
    shown = ", ".join(map(str, first)) if isinstance(first, pd.Series) else first
    return [f"{rule}: {len(at)} dòng, đầu tiên là dòng {at[0] + 2} ({shown})"]
