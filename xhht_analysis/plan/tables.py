"""The contract of every table in config/, and the one function that reads them.

What `contracts` is for the tables a run makes, this is for the tables people keep: the same
`Table` and `Column`, checked on every read. A column not described otherwise is text that may not
be empty. Dates are ISO strings that bound a period inclusively; an empty ``valid_to`` has no end.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from xhht_analysis import contracts, schema
from xhht_analysis.contracts import Column, Table
from xhht_analysis.project import KitError

LEVEL = Column("int", required=False, low=0, high=3)
SHARE = Column("float", required=False, low=0, high=contracts.MAX_PERCENT)


def _table(name: str, key: str, columns: str, *, empty: str = "", **special: Column) -> Table:
    """Table with the columns in this order; those in ``empty`` may hold empty text."""
    described = dict.fromkeys(columns.split(), Column("str"))
    described |= dict.fromkeys(empty.split(), Column("str", required=False)) | special
    return Table(name, described, key=tuple(key.split()))


def _one_of(*values: str, required: bool = True) -> Column:
    return Column("str", required=required, allowed=values)


INDICATORS = _table(
    "indicators",
    "indicator_code definition_variant",
    "indicator_code definition_variant name_vi short_name_vi name_en kind measure_unit "
    "count_unit_vi level_max parent_indicator definition_vi numerator_vi "
    "denominator_vi legal_basis reporter collection_form first_year notes_vi",
    empty="count_unit_vi parent_indicator numerator_vi denominator_vi reporter notes_vi",
    definition_variant=_one_of("plan", "gso_cert", "gso"),
    kind=_one_of("share", "rate", "level", "milestone", "context"),
    measure_unit=_one_of("percent", "level"),
    level_max=LEVEL,
    first_year=Column("int", low=1996),
)
GOALS = _table(
    "goals",
    "goal_code",
    "goal_code order block block_vi block_en title_vi title_en kind indicator_code level_required "
    "place definition_vi doubts_vi doubts_en lead_agency support_agencies task_codes",
    order=Column("int", low=1),
    block=Column("int", low=1),
    kind=_one_of(
        "share_people", "share_institutions", "share_districts", "province_status", "milestone"
    ),
    level_required=LEVEL,
)
TARGETS = _table(
    "targets",
    "goal_code target_year",
    "goal_code target_year indicator_code level_required target_value target_units measure_unit "
    "comparator commitment place note_vi",
    empty="note_vi",
    target_year=contracts.YEAR,
    level_required=LEVEL,
    target_value=Column("float", low=0, high=contracts.MAX_PERCENT),
    target_units=Column("int", required=False, low=1),
    measure_unit=_one_of("percent", "level"),
    comparator=_one_of(">=", "<="),
    commitment=_one_of("must", "strive", "maintain"),
)
AGENCIES = _table(
    "agencies",
    "agency_code",
    "agency_code name_vi short_name_vi valid_from valid_to successor indicators deadline place "
    "status notes_vi",
    empty="valid_to successor indicators notes_vi",
    status=_one_of("plan", "unverified"),
)
TASKS = _table(
    "tasks",
    "task_code",
    "task_code section group group_vi group_en place title_vi title_en agency_codes",
)
UNITS = _table(
    "units",
    "unit_code name_vi valid_from",
    "unit_code name_vi level parent_code valid_from valid_to scope is_special source",
    empty="parent_code valid_to",
    level=_one_of("region", "province", "district", "commune"),
    scope=_one_of("plan", "other"),
    is_special=_one_of("yes", "no", required=False),
)
CROSSWALK = _table("crosswalk", "unit_code valid_from", "unit_code successor_code valid_from")
STANDARDS = _table(
    "standards",
    "level_indicator scope level indicator_code valid_from",
    "level_indicator programme scope level indicator_code indicator_special comparator threshold "
    "threshold_special share share_special prerequisites valid_months valid_from valid_to source "
    "status note_vi",
    empty="indicator_special prerequisites valid_to note_vi",
    scope=_one_of("commune", "district", "province", "recognition"),
    level=LEVEL,
    comparator=_one_of(">="),
    threshold=SHARE,
    threshold_special=SHARE,
    share=SHARE,
    share_special=SHARE,
    valid_months=Column("int", required=False, low=1),
    status=_one_of("verified", "secondary"),
)
EXPERT = _table(
    "expert",
    "goal_code target_year",
    "goal_code target_year probability who signed_on reason",
    target_year=contracts.YEAR,
    probability=Column("float", low=0, high=1),
)
UNIT_TARGETS = _table(
    "unit_targets",
    "goal_code unit_code target_year",
    "goal_code unit_code target_year target_value decision_vi",
    target_year=contracts.YEAR,
    target_value=Column("float", low=0, high=contracts.MAX_PERCENT),
)
REFERENCES = _table(
    "references",
    "reference_code",
    "reference_code kind goal_codes area_vi year value measure_unit text_vi text_en source status",
    empty="goal_codes area_vi measure_unit",
    kind=_one_of("law", "roadmap", "figure"),
    year=contracts.YEAR,
    value=Column("float", required=False, low=0),
    status=_one_of("verified", "secondary"),
)
OPTIONAL = (UNIT_TARGETS, REFERENCES)
"""Tables that a province may do without: a file that is not there has no rows."""
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
        *OPTIONAL,
    )
}


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
    if table in OPTIONAL and not path.is_file():
        return table.empty()
    try:
        frame = schema.check(schema.read_csv(path, table), table)
    except (OSError, ValueError) as error:  # a wrong type, encoding or contract is a ValueError
        raise ConfigError(f"{path}: {error}") from error
    return frame.assign(**{column: frame[column].fillna("") for column in table.text_columns})
