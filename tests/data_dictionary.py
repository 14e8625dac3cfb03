"""Make docs/data-dictionary.md from the contracts and config/: ``python -m tests.data_dictionary``.

Nothing in that document is typed by hand; tests/contracts/test_data_dictionary.py holds it current.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable

import pandas as pd

from xhht_analysis.contracts import TABLES, Column, Table
from xhht_analysis.files import write_text
from xhht_analysis.plan.config_tables import CONFIG_TABLES
from xhht_analysis.plan.goals import read_indicators
from xhht_analysis.project import ROOT

PATH = ROOT / "docs" / "data-dictionary.md"
NOTES = tomllib.loads((ROOT / "docs" / "columns.toml").read_text(encoding="utf-8"))
HEAD = """# Data dictionary

Made from the contracts, docs/columns.toml and config/indicators.csv by
`python -m tests.data_dictionary`; do not edit. Percent is always 0–100, codes and dates (ISO,
YYYY-MM-DD) are text, counts hold whole numbers, an empty cell is a missing value. Every table is
CSV in UTF-8 with a decimal point.
"""
KINDS = {"str": "text", "int": "whole number", "float": "number", "bool": "true/false"}


def make_dictionary() -> str:
    """Text of the data dictionary for the contracts and config as they are now."""
    made = [_table(table) for table in TABLES.values()]
    kept = [_table(table) for table in CONFIG_TABLES.values()]
    parts = [HEAD, "## Tables a run makes\n", *made, "## Tables people keep (config/)\n", *kept]
    return "\n".join([*parts, "## Indicators\n", _indicators()])


def _table(table: Table) -> str:
    key = ", ".join(f"`{name}`" for name in table.key) or "none (every row stands for itself)"
    lines = [f"### {table.name}\n", f"Key: {key}. {table.note}".strip() + "\n"]
    rows = [
        (f"`{name}`", KINDS[c.kind], _rule(c), c.note or meaning(table.name, name))
        for name, c in table.columns.items()
    ]
    return "\n".join([*lines, _grid(("column", "type", "allowed", "note"), rows)])


def meaning(table: str, column: str) -> str:
    """What a column means where its contract does not say; a KeyError asks for a line in NOTES."""
    return NOTES.get(table, {}).get(column) or NOTES["all"][column]


def _rule(column: Column) -> str:
    parts = [] if column.required else ["may be empty"]
    if column.allowed:
        parts.append(" · ".join(f"`{value}`" for value in column.allowed))
    if column.low is not None or column.high is not None:
        parts.append(f"{_bound(column.low, 'any')} to {_bound(column.high, 'any')}")
    return "; ".join(parts)


def _bound(value: float | None, none: str) -> str:
    return none if value is None else f"{value:g}"


def _indicators() -> str:
    lines = []
    for row in read_indicators(ROOT / "config").itertuples():
        of = f", within `{row.parent_indicator}`" if row.parent_indicator else ""
        top = "" if pd.isna(row.level_max) else f" 0–{row.level_max}"
        told = f"{row.reporter.replace(';', ', ')} · {row.collection_form} · từ {row.first_year}"
        kind = f"{row.kind}, {row.measure_unit}{top}{of}"
        facts = [
            ("Loại", kind),
            ("Định nghĩa", row.definition_vi),
            ("Tử số / mẫu số", f"{row.numerator_vi} / {row.denominator_vi}".strip(" /")),
            ("Căn cứ", row.legal_basis),
            ("Báo cáo", told),
            ("Lưu ý", row.notes_vi),
        ]
        lines.append(f"### `{row.indicator_code}` ({row.definition_variant}) · {row.name_vi}\n")
        lines += [f"- {label}: {text.strip(' ·')}" for label, text in facts if text]
        lines.append("")
    return "\n".join(lines)


def _grid(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    body = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in body) + "\n"


if __name__ == "__main__":
    write_text(PATH, make_dictionary())
