"""Read and write the kit's tables: typed by their contract, whole or not at all.

CSV in UTF-8 with a decimal point (RFC 4180) is the only format. A text cell that a spreadsheet
would run as a formula is written behind an apostrophe and read back without it.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from xhht_analysis import characters, contracts, files, schema
from xhht_analysis.project import KitError

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "'")
NUMBER = r"[+-]?[\d.,]+%?"


class MissingTableError(KitError, FileNotFoundError):
    """A stage asks for a table that no earlier stage has written."""


class BrokenTableError(KitError, contracts.ContractError):
    """A table on disk is not what the kit wrote: damaged, or changed by hand."""


def read_table(name: str, folder: Path, optional: bool = False) -> pd.DataFrame:
    """Read table ``name`` of `contracts.TABLES` from ``folder``; empty if ``optional`` and absent.

    Returns
    -------
    DataFrame
        Columns, order and types of the contract; empty cells are missing values.

    Raises
    ------
    MissingTableError
        If the file is not there; the message names the command that makes it.
    BrokenTableError
        If the file cannot be read or breaks the contract.
    """
    table = contracts.TABLES[name]
    path = folder / f"{name}.csv"
    if optional and not path.is_file():
        return table.empty()
    if not path.is_file():
        raise MissingTableError(f"Không thấy bảng {path}; hãy chạy «xhht run» trước.")
    try:
        return contracts.check(schema.read_csv(path, table), table)
    except ValueError as error:  # also pandas' and Unicode's
        text = f"Bảng {path} bị hỏng hoặc bị sửa: {error}\nHãy chạy lại «xhht run»."
        raise BrokenTableError(text) from None


def write_table(frame: pd.DataFrame, name: str, folder: Path) -> Path:
    """Write ``frame`` as table ``name`` into ``folder`` and return the path.

    Rows are sorted by the table's key (else by all columns), so equal content gives equal bytes;
    the file appears whole or not at all.

    Raises
    ------
    contracts.ContractError
        If the frame breaks the contract; nothing is written then.
    """
    table = contracts.TABLES[name]
    frame = contracts.check(contracts.conform(frame, table), table)
    frame = frame.sort_values(list(table.key or table.columns), kind="stable", na_position="first")
    for column in table.text_columns:
        frame[column] = frame[column].map(characters.printable, na_action="ignore").astype("str")
        frame[column] = harmless(frame[column])
    text = frame.to_csv(index=False, lineterminator="\n")
    return files.write_text(folder / f"{name}.csv", text)


def harmless(texts: pd.Series) -> pd.Series:
    """Texts, those that a spreadsheet would run as a formula behind an apostrophe."""
    risky = texts.str.startswith(FORMULA_STARTS) & ~texts.str.fullmatch(NUMBER)
    return texts.mask(risky.fillna(False).astype(bool), "'" + texts)
