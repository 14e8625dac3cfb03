"""The memory of runs: a line per run that ended, the latest record per vintage, and its proof."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from xhht_analysis import files
from xhht_analysis.project import KitError, Project
from xhht_analysis.running import messages, notebooks, pipeline, provenance, publication, stages

LEDGER = "runs.jsonl"
KEPT = ("as_of", "finished_at", "status", "seconds", "sample", "commit", "error")
COMPARED = (".csv", ".png", ".svg", ".ipynb", ".html", ".docx", ".xlsx")
"""A PDF holds the moment a browser printed it."""


@dataclass(frozen=True)
class Proof:
    """``problems`` keep the run from being proven; ``notes`` differ without effect."""

    problems: list[str]
    notes: list[str]


def append(project: Project, record: dict) -> None:
    """Add one line about a run that ended, well or not, to reports/runs.jsonl."""
    line = {name: record[name] for name in KEPT if name in record}
    project.reports_root.mkdir(parents=True, exist_ok=True)
    path = project.reports_root / LEDGER
    torn = path.is_file() and not path.read_bytes().endswith(b"\n")
    with path.open("a", encoding="utf-8", newline="\n") as stream:
        text = json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n"
        stream.write("\n" + text if torn else text)


def read(project: Project) -> list[dict]:
    """Lines of the ledger, oldest first; a torn line is left out."""
    path = project.reports_root / LEDGER
    found = []
    for line in path.read_bytes().splitlines() if path.is_file() else ():
        try:
            found.append(json.loads(line))
        except ValueError:  # the machine went down while it was written
            continue
    return [entry for entry in found if isinstance(entry, dict) and "as_of" in entry]


def known_runs(project: Project) -> list[str]:
    """Vintages that have a run record, oldest first."""
    return sorted(p.parent.parent.name for p in project.reports_root.glob("*/run/run.json"))


def earlier_tables(project: Project, as_of: str, sample: bool) -> str:
    """Folder of the tables of the latest run before ``as_of`` on the same kind of data, or empty.

    Invented and real figures are never compared.
    """
    for day in reversed([day for day in known_runs(project) if day < as_of]):
        if publication.read_record(project, day).get("sample") is sample:
            return str(project.processed(day))
    return ""


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


def verify(
    project: Project,
    as_of: str,
    *,
    raw_dir: Path | None = None,
    chosen: Sequence[stages.Stage] = stages.ALL,
    finish: Callable[[Project, pipeline.Settings], None] | None = None,
) -> Proof:
    """Prove run ``as_of``: hash its inputs and outputs again, run it again, compare the bytes.

    ``raw_dir`` is where the submissions are now, if they were moved. Code or packages that differ
    are a problem when the rerun differs, else a note.
    """
    record = record_of(project, as_of)
    parameters = record["parameters"]
    settings = pipeline.Settings(
        raw_dir=raw_dir or Path(parameters["raw_dir"]),
        as_of=as_of,
        sample=parameters["sample"],
        lang=parameters["lang"],
        overrides=record["overrides"],
    )
    now = provenance.gather(settings.raw_dir, as_of, project)
    broken = publication.broken_outputs(project, record)
    problems = [f"{messages.OUTPUT_CHANGED}: {place}" for place in broken]
    problems += provenance.differences(record, now, ["inputs"])
    code = provenance.differences(record, now, ["code", "versions"])
    chosen = [stage for stage in chosen if stage.name in record["stages"]]
    with tempfile.TemporaryDirectory() as folder:
        again = Project(root=project.root, out=Path(folder).resolve())
        try:
            pipeline.run(settings, again, chosen, finish=finish)
        except KitError as error:
            return Proof([*problems, *code, f"{messages.RERUN_FAILED}: {error}"], [])
        differing = _differing(record, parameters, again, project, settings)
    if differing:
        return Proof([*problems, *code, *(f"{messages.RERUN_DIFFERS}: {p}" for p in differing)], [])
    return Proof(problems, code)


def _differing(record, parameters, again: Project, project: Project, settings) -> list[str]:
    """Places of ``record`` whose bytes the rerun did not give, its own folders read as theirs."""
    differing = []
    for place, digest in sorted(record["outputs"].items()):
        path = again.out / place
        if not place.endswith(COMPARED) or "/units/" in place:
            continue
        if path.suffix == ".ipynb" and path.is_file():
            notebooks.replace_paths(path, again.out, project.out)
            notebooks.replace_paths(path, settings.raw_dir, Path(parameters["raw_dir"]))
        if not path.is_file() or files.sha256(path) != digest:
            differing.append(place)
    return differing
