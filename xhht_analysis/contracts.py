"""The contract of every table the kit writes: columns, keys, measure units, ranges.

The tables stand in contracts.toml, the only home of their column names (those of config/ stand in
plan/config_tables.toml). `store` reads and writes with these types. `Column`, `Table`, `check` and
`conform` are those of `schema`, offered here to whoever has a table of the contract in hand.
"""

from __future__ import annotations

from pathlib import Path

from xhht_analysis.schema import (  # noqa: F401
    Column,
    ContractError,
    Table,
    check,
    conform,
    read_tables,
)

MAX_PERCENT = 100.0
TOLERANCE = 1e-9
"""Two shares this near are equal: what floating point makes of one fraction; nothing is given."""
CODE = Column("str")
MAYBE = Column("str", required=False)

TABLES = read_tables(Path(__file__).with_suffix(".toml"))
OBSERVATIONS = TABLES["observations"]
PANEL = TABLES["panel"]
PANEL_KEY = PANEL.key
REJECTS = TABLES["rejects"]
FINDINGS = TABLES["findings"]
ACTIVITIES = TABLES["activities"]
SUBMISSIONS = TABLES["submissions"]
FORECASTS = TABLES["forecasts"]
VERDICTS = TABLES["verdicts"]
VARIANTS = TABLES["variants"]
DRIVERS = TABLES["drivers"]
NOWCASTS = TABLES["nowcasts"]
SCORES = TABLES["scores"]

OUTCOMES = OBSERVATIONS.columns["outcome"].allowed
