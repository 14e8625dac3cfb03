"""The contract of every table in config/, and the one function that reads them.

What `contracts` is for the tables a run makes, config_tables.toml is for those people keep: it is
checked on every read.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from xhht_analysis import schema
from xhht_analysis.project import KitError

CONFIG_TABLES = schema.read_tables(Path(__file__).with_suffix(".toml"))


class ConfigError(KitError):
    """A file of config/ is missing or broken; the message names it and every breach."""


def read_config(name: str, config_dir: Path) -> pd.DataFrame:
    """Read table ``name`` of `CONFIG_TABLES` from ``config_dir``, in the order of the file.

    A file that a Vietnamese Excel saved (semicolons, decimal commas) is read as well.

    Returns
    -------
    DataFrame
        Columns and types of the table; empty text is ``""``, empty numbers are missing.

    Raises
    ------
    ConfigError
        If the file is missing, is not UTF-8 text or breaks its contract.
    """
    table, path = CONFIG_TABLES[name], config_dir / f"{name}.csv"
    if table.optional and not path.is_file():
        return table.empty()
    try:
        frame = schema.check(schema.read_csv(path, table), table)
    except (OSError, ValueError) as error:  # a wrong type, encoding or contract is a ValueError
        raise ConfigError(f"{path}: {error}") from error
    return frame.assign(**{column: frame[column].fillna("") for column in table.text_columns})
