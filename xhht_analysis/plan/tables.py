"""The contract of every table in config/, and the one function that reads them.

What `contracts` is for the tables a run makes, this is for the tables people keep: the same
`Table` and `Column`, checked on every read. Text cells that are empty are ``""``, dates are ISO
strings that bound a period inclusively (an empty ``valid_to`` has no end), codes are strings.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.contracts import Column, Table

TEXT = Column("str")
MAYBE = Column("str", required=False)
LEVEL = Column("int", required=False, low=0, high=3)
SHARE = Column("float", required=False, low=0, high=contracts.MAX_PERCENT)
YES = ("yes", "no")
TARGET_YEARS = (2025, 2030)


def _table(name: str, key: str, **columns: Column) -> Table:
    return Table(name, columns, key=tuple(key.split()))


INDICATORS = _table(
    "indicators",
    "indicator_code definition_variant",
    indicator_code=TEXT,
    definition_variant=Column("str", allowed=("plan", "gso_cert", "gso")),
    name_vi=TEXT,
    short_name_vi=TEXT,
    name_en=TEXT,
    kind=Column("str", allowed=("share", "rate", "level", "milestone", "context")),
    measure_unit=Column("str", allowed=("percent", "level")),
    count_unit_vi=MAYBE,
    decimals=Column("int", low=0, high=3),
    level_max=LEVEL,
    parent_indicator=MAYBE,
    series_type=Column("str", allowed=("stock", "flow", "coverage")),
    definition_vi=TEXT,
    numerator_vi=MAYBE,
    denominator_vi=MAYBE,
    legal_basis=TEXT,
    reporter=MAYBE,
    collection_form=TEXT,
    first_year=Column("int", low=1996),
    notes_vi=MAYBE,
)
GOALS = _table(
    "goals",
    "goal_code",
    goal_code=TEXT,
    order=Column("int", low=1, high=18),
    block=Column("int", low=1, high=4),
    block_vi=TEXT,
    title_vi=TEXT,
    title_en=TEXT,
    kind=Column(
        "str",
        allowed=(
            "share_people",
            "share_institutions",
            "share_districts",
            "province_status",
            "milestone",
        ),
    ),
    indicator_code=TEXT,
    level_required=LEVEL,
    parent_goal=MAYBE,
    place=TEXT,
    commitment_vi=TEXT,
    definition_vi=TEXT,
    numerator_vi=MAYBE,
    denominator_vi=MAYBE,
    source_vi=TEXT,
    doubts_vi=TEXT,
    lead_agency=TEXT,
    support_agencies=TEXT,
    task_codes=TEXT,
)
TARGETS = _table(
    "targets",
    "goal_code target_year",
    goal_code=TEXT,
    target_year=Column("int", low=TARGET_YEARS[0], high=TARGET_YEARS[1]),
    indicator_code=TEXT,
    level_required=LEVEL,
    target_value=Column("float", low=0, high=contracts.MAX_PERCENT),
    target_units=Column("int", required=False, low=1, high=11),
    measure_unit=Column("str", allowed=("percent", "level")),
    comparator=Column("str", allowed=(">=", "<=")),
    commitment=Column("str", allowed=("must", "strive", "maintain")),
    place=TEXT,
    note_vi=MAYBE,
)
AGENCIES = _table(
    "agencies",
    "agency_code",
    agency_code=TEXT,
    name_vi=TEXT,
    short_name_vi=TEXT,
    valid_from=TEXT,
    valid_to=MAYBE,
    successor=MAYBE,
    indicators=MAYBE,
    deadline=TEXT,
    place=TEXT,
    status=Column("str", allowed=("plan", "unverified")),
    notes_vi=MAYBE,
)
TASKS = _table(
    "tasks",
    "task_code",
    task_code=TEXT,
    section=Column("str", allowed=("II", "III", "IV")),
    group=TEXT,
    group_vi=TEXT,
    place=TEXT,
    title_vi=TEXT,
    agency_codes=TEXT,
    goal_codes=MAYBE,
)
UNITS = _table(
    "units",
    "unit_code name_vi valid_from",
    unit_code=TEXT,
    name_vi=TEXT,
    level=Column("str", allowed=("region", "province", "district", "commune")),
    parent_code=MAYBE,
    valid_from=TEXT,
    valid_to=MAYBE,
    scope=Column("str", allowed=("tien_giang", "other")),
    is_special=Column("str", required=False, allowed=YES),
    source=TEXT,
)
CROSSWALK = _table(
    "crosswalk",
    "code_2021",
    code_2021=TEXT,
    name_2021=TEXT,
    district_code=TEXT,
    district_name=TEXT,
    code_2024_05=TEXT,
    name_2024_05=TEXT,
    code_2024_11=TEXT,
    name_2024_11=TEXT,
    code_2025_07=TEXT,
    name_2025_07=TEXT,
    share=Column("float", low=0, high=1),
)
STANDARDS = _table(
    "standards",
    "level_indicator scope level indicator_code valid_from",
    level_indicator=TEXT,
    programme=TEXT,
    scope=Column("str", allowed=("commune", "district", "province", "recognition")),
    level=LEVEL,
    indicator_code=TEXT,
    indicator_special=MAYBE,
    comparator=Column("str", allowed=(">=",)),
    threshold=SHARE,
    threshold_special=SHARE,
    share=SHARE,
    share_special=SHARE,
    prerequisites=MAYBE,
    valid_months=Column("int", required=False, low=1),
    valid_from=TEXT,
    valid_to=MAYBE,
    source=TEXT,
    status=Column("str", allowed=("verified", "secondary")),
    note_vi=MAYBE,
)
EXPERT = _table(
    "expert",
    "goal_code target_year",
    goal_code=TEXT,
    target_year=Column("int", low=TARGET_YEARS[0], high=TARGET_YEARS[1]),
    probability=Column("float", low=0, high=1),
    who=TEXT,
    signed_on=TEXT,
    reason=TEXT,
)
CONFIG_TABLES = {
    table.name: table
    for table in (
        INDICATORS,
        GOALS,
        TARGETS,
        AGENCIES,
        TASKS,
        UNITS,
        CROSSWALK,
        STANDARDS,
        EXPERT,
    )
}


def read_config(name: str, config_dir: Path) -> pd.DataFrame:
    """Read table ``name`` of `CONFIG_TABLES` from ``config_dir``, in the order of the file.

    Returns
    -------
    DataFrame
        Columns and types of the table; empty text is ``""``, empty numbers are missing.

    Raises
    ------
    FileNotFoundError
        If the file is not there.
    contracts.ContractError
        If it breaks its contract; the message lists every breach.
    """
    table = CONFIG_TABLES[name]
    path = config_dir / f"{name}.csv"
    frame = pd.read_csv(
        path, dtype=table.dtypes, keep_default_na=False, na_values=[""], encoding="utf-8-sig"
    )
    frame = contracts.check(contracts.conform(frame, table), table)
    text = [column for column, spec in table.columns.items() if spec.kind == "str"]
    return frame.assign(**{column: frame[column].fillna("") for column in text})
