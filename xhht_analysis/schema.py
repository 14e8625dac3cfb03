"""How a table is described, read, given its types and checked. The tables are in `contracts`."""

from __future__ import annotations

import csv
import itertools
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

# Texts are held as pandas holds them without pyarrow, whatever else is installed or set: other
# ways differ in what an empty or mixed column does, and so in results.
pd.set_option("mode.string_storage", "python")

FORMULA_KEPT = re.compile(r"^'(?=[=+\-@\t\r'])")
"""The apostrophe behind which `store.write_table` keeps a text from being run as a formula."""
KINDS = {
    "int": "số nguyên",
    "float": "số (dấu thập phân của tệp này là «{}»)",
    "bool": "True hoặc False",
}


@dataclass(frozen=True)
class Column:
    """One column: ``kind`` is str, int, float or bool; ``required`` forbids empty cells.

    ``low`` and ``high`` are the least and the greatest value allowed (None: no limit).
    """

    kind: str
    required: bool = True
    low: float | None = None
    high: float | None = None
    allowed: tuple[str, ...] | None = None
    note: str = ""


@dataclass(frozen=True)
class Table:
    """One table: its columns in the order they are written, and its unique key.

    ``optional`` tables may have no file.
    """

    name: str
    columns: dict[str, Column]
    key: tuple[str, ...] = ()
    note: str = ""
    optional: bool = False

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


def read_tables(path: Path) -> dict[str, Table]:
    """Tables described in a TOML file, by name.

    A table has a ``key`` (names of columns), a ``note`` and its ``columns``, one a line: name, kind
    (with ? when it may be empty), then the range ``low..high`` or the values allowed ``a|b|c``,
    then a note behind #.
    """
    described = tomllib.loads(path.read_text(encoding="utf-8"))
    tables = {}
    for name, table in described.items():
        lines = map(str.split, table.pop("columns").strip().splitlines())
        columns = {column: _column(*rule) for column, *rule in lines}
        key = tuple(table.pop("key", "").split())
        tables[name] = Table(name, columns, key, **table)
    return tables


def _column(kind: str, *rule: str) -> Column:
    """Column of one line of a description: kind, then limits or values, then a note behind #."""
    limits, _, note = " ".join(rule).partition("# ")
    low, dots, high = (part.strip() for part in limits.partition(".."))
    return Column(
        kind.removesuffix("?"),
        required=not kind.endswith("?"),
        low=float(low) if dots and low else None,
        high=float(high) if high else None,
        allowed=None if dots or not low else tuple(low.split("|")),
        note=note,
    )


def read_csv(path: Path, table: Table) -> pd.DataFrame:
    """Read a CSV file with the columns, order and types of ``table``; empty cells are missing.

    A file that a Vietnamese Excel saved (semicolons, decimal commas, emptied lines) is read as
    well, and text that `store.write_table` kept from being run as a formula is given back.

    Raises
    ------
    ContractError
        A column too few or too many, cells beyond the header, text where a number belongs, each
        with its row, as a spreadsheet counts.
    ValueError, OSError
        The file is not UTF-8 or not there.
    """
    csv.field_size_limit(2**31 - 1)  # a cell that was refused may hold a whole text
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            first = stream.readline()
            sep, decimal = (";", ",") if ";" in first else (",", ".")
            lines = itertools.chain([first], stream)
            header, *rows = csv.reader(lines, delimiter=sep, strict=True)
    except csv.Error as error:
        raise ContractError(_message(table, [f"ngoặc kép đặt sai chỗ ({error})"])) from None
    missing = [name for name in table.columns if name not in header]
    odd = [name for name in header if name not in table.columns or header.count(name) > 1]
    faults = [f"thiếu cột: {', '.join(missing)}"] * bool(missing)
    faults += [f"cột lạ: {', '.join(odd)}"] * bool(odd)
    is_long = pd.Series([len(row) > len(header) for row in rows], dtype="bool")
    faults += _breach(is_long, None, f"thừa ô; ô có dấu «{sep}» phải nằm trong ngoặc kép")
    frame = {}
    for name, *cells in itertools.zip_longest(header, *rows, fillvalue=""):
        kind = table.columns[name].kind if name in table.columns else "str"
        frame[name] = [FORMULA_KEPT.sub("", cell) or None for cell in cells]
        if kind != "str":
            texts = pd.Series(frame[name], dtype="str")
            frame[name] = _values(texts, kind, decimal)
            rule = f"cột {name}: không phải {KINDS[kind].format(decimal)}"
            faults += _breach(frame[name].isna() & texts.notna(), texts, rule)
    if faults:
        raise ContractError(_message(table, faults))
    return conform(pd.DataFrame(frame), table).dropna(how="all").reset_index(drop=True)


def _values(texts: pd.Series, kind: str, decimal: str) -> pd.Series:
    """Values of ``texts`` as ``kind``; missing where there is no text, or none of that kind."""
    if kind == "bool":
        return texts.str.lower().map({"true": True, "false": False}).astype("boolean")
    if decimal == ",":
        texts = texts.mask(texts.str.contains(".", regex=False)).str.replace(",", ".")
    numbers = pd.to_numeric(texts, errors="coerce", dtype_backend="numpy_nullable")
    is_whole = numbers.mod(1).eq(0) & numbers.abs().lt(2**63)
    return numbers.where(is_whole) if kind == "int" else numbers


def conform(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Give ``frame`` the columns, order and types of ``table``; absent columns become empty.

    Raises
    ------
    ContractError
        If the frame has a column the table does not know.
    """
    unknown = [name for name in frame.columns if name not in table.columns]
    if unknown:
        breach = f"cột lạ: {', '.join(unknown)}; các cột đúng: {', '.join(table.columns)}"
        raise ContractError(_message(table, [breach]))
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
            f"cột {name}: {breach}"
            for name, column in table.columns.items()
            for breach in _column_breaches(frame[name], column, table.dtypes[name])
        ]
        if table.key:
            keys = frame[list(table.key)]
            breaches += _breach(keys.duplicated(), keys, f"trùng khóa ({', '.join(table.key)})")
    if breaches:
        raise ContractError(_message(table, breaches))
    return frame


def _message(table: Table, breaches: list[str]) -> str:
    """The breaches of a table, one a line."""
    return "\n".join(
        [f"Bảng {table.name} không đúng quy ước:", *(f"  {breach}" for breach in breaches)]
    )


def _column_breaches(values: pd.Series, column: Column, dtype: str) -> list[str]:
    """What is wrong with the values of one column: type, emptiness, range, values allowed."""
    if values.dtype != pd.api.types.pandas_dtype(dtype):
        return [f"kiểu {values.dtype}, phải là {dtype}"]
    breaches, empty = [], values.isna()
    if column.kind == "str":
        empty |= values.eq("").fillna(False)
    if column.required:
        breaches += _breach(empty, None, "không được để trống")
    if column.kind == "float":
        breaches += _breach(np.isinf(values), values, "không phải số hữu hạn")
    if column.low is not None:
        breaches += _breach(values < column.low, values, f"nhỏ hơn {column.low:g}")
    if column.high is not None:
        breaches += _breach(values > column.high, values, f"lớn hơn {column.high:g}")
    if column.allowed is not None:
        wrong = ~values.isin(column.allowed) & ~empty
        breaches += _breach(wrong, values, f"phải là một trong: {', '.join(column.allowed)}")
    return breaches


def _breach(wrong: pd.Series, values: pd.Series | pd.DataFrame | None, rule: str) -> list[str]:
    """Nothing, or one line: the rule, how many rows break it, the first of them and its value."""
    at = np.flatnonzero(wrong.fillna(False))
    if not len(at):
        return []
    first = "" if values is None else values.iloc[at[0]]
    shown = ", ".join(map(str, first)) if isinstance(first, pd.Series) else first
    where = f"{len(at)} dòng, đầu tiên là dòng {at[0] + 2}"
    return [f"{rule}: {where} ({shown})" if values is not None else f"{rule}: {where}"]
