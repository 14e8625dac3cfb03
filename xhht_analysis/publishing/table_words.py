"""Tables as they are read: words for heads and values, names for codes.

For the Excel annex and for tables in a notebook.
"""

import pandas as pd

from xhht_analysis.plan.goals import split_codes
from xhht_analysis.publishing.labels import Labels

NAMES = ("goal_code", "indicator_code", "unit_code", "task_code", "reporter_code", "sender")
TECHNICAL = ("definition_variant", "frame", "rule", "source_id", "source_ids")
VALUES = {
    "verdict_class": "class",
    "depends_on": "variant",
    "variant": "variant",
    "kind": "variant_kind",
    "forms": "form",
    "budget_source": "money",
    **{name: name for name in ("basis", "firmness", "tested", "reason", "value_type", "status",
                               "missing_reason", "measure_unit", "metric", "model_id",
                               "comparator", "is_sample")},
}  # fmt: skip
"""Words of the values of a column, by the section of words.toml."""


def in_words(
    table: pd.DataFrame, labels: Labels, names: dict[str, str], *, codes: bool = True
) -> pd.DataFrame:
    """A table as it is read: words for heads and values, ``names`` for codes.

    The codes themselves stand in the last columns if ``codes``; digests of files stay in the
    tables of the run.
    """
    columns, last = {}, {}
    for name, values in table.drop(columns="sha256", errors="ignore").items():
        head = labels.word_of("head", str(name))
        if name in TECHNICAL:
            last[head] = values
            continue
        if name in NAMES:
            last[labels.word("head.code", name=head)] = values
            values = values.map(lambda code: names.get(code, code), na_action="ignore")
        elif name in VALUES:
            values = values.map(lambda code, s=VALUES[name]: _words(labels, s, code), "ignore")
        columns[head] = values
    return pd.DataFrame(columns | last if codes else columns)


def names_by_code(labels: Labels, *plan: pd.DataFrame) -> dict[str, str]:
    """Names of what stands in tables of the plan (goals, indicators, tasks, units, agencies).

    The first column of each table is the code; of two of one code the last table names it.
    """
    names = {}
    for _, row in pd.concat([table.assign(code=table.iloc[:, 0]) for table in plan]).iterrows():
        english = labels.local(row[["name_en"]], "name") if labels.lang == "en" else ""
        short = labels.local(row, "short_name") or row["name_vi"]
        names[row["code"]] = labels.local(row, "title") or english or short
    return names


def _words(labels: Labels, section: str, codes: str) -> str:
    """Words of a value, or of several joined by ;."""
    year = labels.word("latest_year")
    return "; ".join(labels.word_of(section, code, year=year) for code in split_codes(str(codes)))
