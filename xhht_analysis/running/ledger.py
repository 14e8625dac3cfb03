"""The memory of runs: a line per run that ended, the latest record per vintage, and its proof."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from xhht_analysis.project import KitError, Project
from xhht_analysis.running import messages, pipeline, publication, stages

LEDGER = "runs.jsonl"
KEPT = ("as_of", "finished_at", "status", "seconds", "sample", "commit", "error")
COMPARED = (".csv", ".png", ".svg")  # notebooks and documents show the paths and day of their run


def append(project: Project, record: dict) -> None:
    """Add one line about a run that ended, well or not, to reports/runs.jsonl."""
    line = {name: record[name] for name in KEPT if name in record}
    project.reports_root.mkdir(parents=True, exist_ok=True)
    with (project.reports_root / LEDGER).open("a", encoding="utf-8", newline="\n") as stream:
        stream.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")


def read(project: Project) -> list[dict]:
    """Lines of the ledger, oldest first; a torn last line is left out."""
    path = project.reports_root / LEDGER
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.endswith("}")]


def known_runs(project: Project) -> list[str]:
    """Vintages that have a run record, oldest first."""
    return sorted(p.parent.parent.name for p in project.reports_root.glob("*/run/run.json"))


def record_of(project: Project, as_of: str) -> dict:
    """run.json of ``as_of``.

    Raises
    ------
    KitError
        If there is none; the message lists those there are.
    """
    record = publication.read_record(project, as_of)
    if not record:
        known = ", ".join(known_runs(project)) or "–"
        raise KitError(messages.UNKNOWN_RUN.format(as_of=as_of, path=project.out, known=known))
    return record


def verify(project: Project, as_of: str, chosen: Sequence[stages.Stage] = stages.ALL) -> list[str]:
    """Prove run ``as_of``: hash its inputs and outputs again, run it again, compare the bytes.

    Returns
    -------
    list of str
        One line per difference, naming the file; empty when the run is proven.
    """
    record = record_of(project, as_of)
    parameters = record["parameters"]
    raw_dir = Path(parameters["raw_dir"])
    problems = [
        f"{messages.OUTPUT_CHANGED}: {p}" for p in publication.broken_outputs(project, record)
    ]
    inputs = pipeline.input_hashes(raw_dir, as_of)
    for name in sorted(set(inputs) | set(record["inputs"])):
        if inputs.get(name) != record["inputs"].get(name):
            problems.append(f"{messages.INPUT_CHANGED}: {name}")
    settings = pipeline.Settings(
        raw_dir=raw_dir,
        as_of=as_of,
        sample=parameters["sample"],
        lang=parameters["lang"],
        overrides=record["overrides"],
    )
    with tempfile.TemporaryDirectory() as folder:
        again = pipeline.run(settings, Project(root=project.root, out=Path(folder)), chosen)
    for place, digest in again["outputs"].items():
        if place.endswith(COMPARED) and record["outputs"].get(place) != digest:
            problems.append(f"{messages.RERUN_DIFFERS}: {place}")
    return problems
