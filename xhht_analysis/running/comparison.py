"""What changed between two runs, and why: model and rules, reading, revision, new data.

The way from one run's verdicts to the other's is walked in steps, one cause at a time, and each
step is judged anew by the forecast notebook: first the old figures under today's code and
configuration, then figures read differently from the same cell, then figures an office revised or
took back, last the new figures (and the time that passed). What a step moves is its cause's share;
the shares add up to the whole change.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from xhht_analysis import contracts, store
from xhht_analysis.project import KitError, Project
from xhht_analysis.publishing.changes import panel_changes
from xhht_analysis.running import execution, messages, records, stages

STEPS = ("model", "reread", "revision", "new")
NOTICED = 0.01
"""A step that moves a probability by less, and no class, is no cause worth naming."""
RECORDED = ("code", "versions", "parameters")
WITHOUT_SAY = ("xhht_analysis/running/", "xhht_analysis/publishing/", "notebooks/")
"""No verdict passes through these: the floors of the house forbid it (tests/test_layering.py)."""
JUDGING = tuple(f"notebooks/{stage.notebook}" for stage in (stages.INTAKE, stages.FORECAST))
Judge = Callable[[pd.DataFrame, str], pd.DataFrame]


@dataclass(frozen=True)
class Comparison:
    """What `compare` found.

    ``verdicts``: one row per verdict that moved, by its key: class and probability before and
    after, ``by_<step>`` (points of probability), ``causes`` (steps that moved it, joined by ;).
    ``figures``: number of panel rows by kind of change. ``why``: code, packages, parameters that
    differ. ``outdated``: what differs between the later run and the code at hand.
    """

    verdicts: pd.DataFrame
    figures: dict[str, int]
    why: list[str]
    outdated: list[str]


def compare(project: Project, before: str, after: str, judge: Judge | None = None) -> Comparison:
    """Compare the published runs ``before`` and ``after`` (their ``as_of``).

    ``judge`` makes verdicts from a panel and an ``as_of`` (default: the forecast notebook).

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
    judge = judge or (lambda panel, as_of: _judge(panel, as_of, project, two["overrides"]))
    why = records.differences(_judging(one), _judging(two), RECORDED)
    kinds = panel_changes(old, new)
    chain, panel = [ends[0]], old
    for step in STEPS[:-1]:
        panel = _patched(panel, new, kinds, step)
        needed = bool(why) if step == "model" else step in set(kinds)
        chain.append(judge(panel, before) if needed else chain[-1])
    now = {"code": records.code_hashes(project), "versions": records.versions(project.root)}
    outdated = (
        records.differences(two, now, ("code", "versions")) if why or panel is not old else []
    )
    figures = kinds.value_counts().to_dict()
    return Comparison(_moved([*chain, ends[1]]), figures, why, outdated)


def _patched(panel: pd.DataFrame, new: pd.DataFrame, kinds: pd.Series, step: str) -> pd.DataFrame:
    """``panel`` with the rows of one kind of change as ``new`` has them."""
    wanted = kinds.index[kinds.eq(step)]
    if wanted.empty:
        return panel
    key = list(contracts.PANEL_KEY)
    kept = panel[~pd.MultiIndex.from_frame(panel[key]).isin(wanted)]
    return pd.concat([kept, new[pd.MultiIndex.from_frame(new[key]).isin(wanted)]])


def _moved(chain: list[pd.DataFrame]) -> pd.DataFrame:
    """Verdicts whose class or probability differs between the ends of ``chain``, with causes."""
    key, points = list(contracts.VERDICTS.key), ["before", *STEPS]
    by_key = [verdicts.set_index(key) for verdicts in chain]
    classes, chances = (
        pd.concat([verdicts[column] for verdicts in by_key], axis=1, keys=points)
        for column in ("verdict_class", "prob_reached")
    )
    classes, chances = classes.fillna(""), chances.astype(float)
    shares = chances.diff(axis=1)[list(STEPS)]
    caused = classes.ne(classes.shift(axis=1))[list(STEPS)] | shares.abs().ge(NOTICED)
    ends = {"before": "before", "after": STEPS[-1]}
    table = pd.DataFrame({f"class_{end}": classes[point] for end, point in ends.items()})
    table = table.assign(**{f"prob_{end}": chances[point] for end, point in ends.items()})
    table = table.join(shares.round(4).add_prefix("by_"))
    table["causes"] = [";".join(caused.columns[row]) for row in caused.to_numpy(dtype=bool)]
    total = (table["prob_after"] - table["prob_before"]).abs()
    moved = table["class_before"].ne(table["class_after"]) | total.ge(NOTICED)
    return table[moved].reset_index().sort_values(key, ignore_index=True)


def _judging(record: dict) -> dict[str, dict]:
    """The part of a record that decides verdicts; the day of the data is no setting."""
    names = record["code"]
    code = {n: h for n, h in names.items() if n in JUDGING or not n.startswith(WITHOUT_SAY)}
    settings = {k: v for k, v in record["parameters"].items() if k not in ("as_of", "lang")}
    return {"code": code, "versions": record["versions"], "parameters": settings}


def _judge(panel: pd.DataFrame, as_of: str, project: Project, overrides: dict) -> pd.DataFrame:
    """Verdicts of the forecast notebook for ``panel``."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        store.write_table(panel, "panel", folder)
        parameters = {**overrides, "as_of": as_of}
        parameters |= {"processed_dir": str(folder), "output_dir": str(folder)}
        source = project.notebooks_dir / stages.FORECAST.notebook
        execution.execute(source, folder / source.name, parameters, cwd=project.root, timeout=1800)
        return store.read_table("verdicts", folder)
