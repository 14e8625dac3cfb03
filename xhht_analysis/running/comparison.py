"""What changed between two runs, and why: model and rules, reading, revision, new data.

Verdicts, figures, code, packages and parameters of the two runs are laid beside each other. A
verdict's causes are the changes of what it was made from, by the rule of the report's page
(`publishing.changes`); nothing is judged again.
"""

import pandas as pd

from xhht_analysis import contracts, store
from xhht_analysis.plan.standards import read_standards
from xhht_analysis.project import KitError, Project
from xhht_analysis.publishing import changes
from xhht_analysis.running import messages, records, stages

NOTICED = 0.01
"""A probability that moved by less, in the same class, is no change worth naming."""
RECORDED = ("code", "versions", "parameters")
WITHOUT_SAY = ("xhht_analysis/running/", "xhht_analysis/publishing/", "notebooks/")
"""No verdict passes through these: the floors of the house forbid it (tests/test_layering.py)."""
JUDGING = tuple(f"notebooks/{stage.notebook}" for stage in (stages.INTAKE, stages.FORECAST))


def compare(
    project: Project, before: str, after: str
) -> tuple[pd.DataFrame, dict[str, int], list[str]]:
    """Compare the published runs ``before`` and ``after`` (their ``as_of``).

    Returns
    -------
    tuple
        Verdicts that moved, one row per key of `contracts.VERDICTS`: ``verdict_class`` and
        ``prob_reached`` (0-1; empty where the outcome is observed) of both runs, suffixed _before
        and _after; ``causes``, joined by ; (new, revision, reread, model; ``other``: none of
        these), which are those of everything that its indicator rests on. The number of panel rows
        by kind of change. A line per code file, package or parameter that differs.

    Raises
    ------
    KitError
        If a run is unknown, its tables are missing or damaged, or one is on invented figures and
        the other is not.
    """
    one, two = (records.record_of(project, as_of) for as_of in (before, after))
    if one.get("sample") != two.get("sample"):
        raise KitError(messages.COMPARE_KINDS.format(before=before, after=after))
    old, new = (store.read_table("panel", project.processed(as_of)) for as_of in (before, after))
    ends = [store.read_table("verdicts", project.processed(as_of)) for as_of in (before, after)]
    kinds = changes.panel_changes(old, new)
    why = records.differences(_judging(one), _judging(two), RECORDED)
    moved = _moved(*ends)
    standards, rules = read_standards(project.config_dir), ["model"] if why else []
    causes = {}
    for code in moved["indicator_code"].unique():
        behind = changes.changes_behind({code}, kinds, standards)
        causes[code] = ";".join([*changes.kinds_of(behind), *rules] or ["other"])
    moved["causes"] = moved["indicator_code"].map(causes)
    return moved, kinds.value_counts().to_dict(), why


def _moved(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Verdicts whose class or probability differs, by key; a side without one is empty.

    What is settled has no probability: nothing is forecast that is known.
    """
    key, result = list(contracts.VERDICTS.key), ["verdict_class", "prob_reached"]
    one, two = (
        verdicts[[*key, *result]].assign(
            prob_reached=verdicts["prob_reached"].mask(verdicts["basis"].eq("observed"))
        )
        for verdicts in (before, after)
    )
    both = one.merge(two, on=key, how="outer", suffixes=("_before", "_after"))
    both = both.fillna({"verdict_class_before": "", "verdict_class_after": ""})
    change = (both["prob_reached_after"] - both["prob_reached_before"]).abs()
    other_class = both["verdict_class_before"].ne(both["verdict_class_after"])
    return both[other_class | change.ge(NOTICED)].reset_index(drop=True)


def _judging(record: dict) -> dict[str, dict]:
    """The part of a record that decides verdicts; the day of the data is no setting."""
    names = record["code"]
    code = {n: h for n, h in names.items() if n in JUDGING or not n.startswith(WITHOUT_SAY)}
    settings = {k: v for k, v in record["parameters"].items() if k not in ("as_of", "lang")}
    return {"code": code, "versions": record["versions"], "parameters": settings}
