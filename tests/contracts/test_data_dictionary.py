"""The documents that restate contracts and config say what contracts and config say."""

from __future__ import annotations

import ast
import re

import pandas as pd
import pytest

from tests.data_dictionary import NOTES, PATH, make_dictionary
from xhht_analysis import contracts
from xhht_analysis.plan import config_tables, goals
from xhht_analysis.project import ROOT

pytestmark = pytest.mark.contract


def test_the_data_dictionary_is_current():
    current = PATH.read_text(encoding="utf-8") == make_dictionary()
    assert current, "run: python -m tests.data_dictionary"


def test_every_table_column_and_indicator_is_in_it():
    text = make_dictionary()
    for table in [*contracts.TABLES.values(), *config_tables.CONFIG_TABLES.values()]:
        section = text.split(f"### {table.name}\n")[1].split("\n##")[0]
        assert re.findall(r"^\| `(\w+)` \|", section, flags=re.M) == list(table.columns)
    codes = re.findall(r"^### `(\w+)` \(", text, flags=re.M)
    assert codes == goals.read_indicators(ROOT / "config")["indicator_code"].tolist()


def test_no_column_is_explained_that_is_in_no_table():
    tables_known = {
        t.name: t for t in [*contracts.TABLES.values(), *config_tables.CONFIG_TABLES.values()]
    }
    anywhere = {column for table in tables_known.values() for column in table.columns}
    assert set(NOTES["all"]) <= anywhere
    for name in set(NOTES) - {"all"}:
        assert set(NOTES[name]) <= set(tables_known[name].columns), name


def test_every_assumption_has_quality_impact_owner_and_date():
    text = (ROOT / "docs" / "assumptions.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if re.match(r"\| \d", line)]
    assert [int(row[0]) for row in rows] == list(range(1, len(rows) + 1))
    for number, assumption, basis, quality, impact, owner, reviewed in rows:
        assert {quality, impact} <= {"green", "amber", "red"}, number
        assert pd.Timestamp(reviewed) >= pd.Timestamp("2026-01-01"), number
        assert min(map(len, (assumption, basis, owner))) > 5, number
        assert not re.search(r"TODO|TBD|Insert|\?\?", assumption + basis), number


FOR_PEOPLE = {"expert.signed_on", "references.reference_code"}
"""What the people who keep a table ask of it: when an opinion was signed, the name of a row."""


def names_in_code() -> set[str]:
    """Attributes, keywords and words of strings (docstrings left out) in Python; what stands
    behind a dot or in quotes in templates and notebooks."""
    names = set()
    for path in (ROOT / "xhht_analysis").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                node.value.value = None
            elif isinstance(node, ast.Attribute | ast.keyword):
                names.add(node.attr if isinstance(node, ast.Attribute) else node.arg)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                names |= set(re.findall(r"\w+", node.value))
    pages = [*(ROOT / "xhht_analysis").rglob("*.j2"), *(ROOT / "notebooks").glob("*.ipynb")]
    for path in pages:
        names |= set(re.findall(r"""["'.](\w+)""", path.read_text(encoding="utf-8")))
    return names


def test_every_column_of_the_plans_tables_is_read():
    """By its name, or by the name without its language; a common word may hide one."""
    names = names_in_code()
    unread = {
        f"{table.name}.{column}"
        for table in config_tables.CONFIG_TABLES.values()
        for column in table.columns
        if not {column, re.sub("_(vi|en)$", "", column)} & names
    }
    assert unread == FOR_PEOPLE
