"""The contract of every table in config/, and the one function that reads them.

What `contracts` is for the tables a run makes, config_tables.toml is for those people keep: it is
checked on every read.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import yaml

from xhht_analysis import schema
from xhht_analysis.project import KitError

CONFIG_TABLES = schema.read_tables(Path(__file__).with_suffix(".toml"))
CAUSES = {
    "EmptyDataError": "tệp không có dòng nào.",
    "FileNotFoundError": "không có tệp này.",
    "KeyError": "thiếu {error}.",
    "TypeError": "tệp không có dòng nào, hoặc không theo mẫu.",
    "UnicodeDecodeError": "không phải văn bản UTF-8; trong Excel hãy lưu lại dạng «CSV UTF-8».",
}
REMEDY = "Hãy sửa tệp, hoặc lấy lại bản gốc của nó từ bộ công cụ."


class ConfigError(KitError):
    """A file of config/ is missing or broken; the message names it and every breach."""


@contextlib.contextmanager
def config_file(path: Path) -> Iterator[None]:
    """Read ``path`` in the block; whatever keeps it from that is told in words.

    Raises
    ------
    ConfigError
        Naming the file, the cause and how to mend it.
    """
    try:
        yield
    except (OSError, ValueError, LookupError, TypeError, AttributeError, yaml.YAMLError) as error:
        shown = getattr(error, "strerror", None) or error
        cause = CAUSES.get(type(error).__name__, "{shown}").format(error=error, shown=shown)
        raise ConfigError(f"Không dùng được {path}: {cause}\n{REMEDY}") from error


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
    with config_file(path):
        frame = schema.check(schema.read_csv(path, table), table)
    return frame.fillna(dict.fromkeys(table.text_columns, ""))
