"""Proof of a run: hash its inputs and outputs again, run it again, compare the bytes."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from xhht_analysis.project import KitError, Project
from xhht_analysis.running import messages, records, runner, stages

COMPARED = (".csv", ".png", ".svg", ".ipynb", ".html", ".docx", ".xlsx")
"""A PDF holds the moment a browser printed it."""


def verify(
    project: Project,
    as_of: str,
    *,
    raw_dir: Path | None = None,
    chosen: Sequence[stages.Stage] = stages.ALL,
) -> list[str]:
    """Prove run ``as_of``: hash its inputs and outputs again, run it again, compare the bytes.

    ``raw_dir`` is where the submissions are now, if they were moved.

    Returns
    -------
    list
        What keeps the run from being proven, a line each; code and packages that differ among it,
        when the rerun differs, too.

    Raises
    ------
    KitError
        If there is no such run.
    """
    record = records.record_of(project, as_of)
    parameters = record["parameters"]
    settings = runner.Settings(
        raw_dir=raw_dir or Path(parameters["raw_dir"]),
        as_of=as_of,
        sample=parameters["sample"],
        lang=parameters["lang"],
        overrides=record["overrides"],
    )
    now = records.sources(settings.raw_dir, as_of, project)
    broken = records.broken_outputs(project, record)
    problems = [f"{messages.OUTPUT_CHANGED}: {place}" for place in broken]
    problems += records.differences(record, now, ["inputs"])
    code = records.differences(record, now, ["code", "versions"])
    chosen = [stage for stage in chosen if stage.name in record["stages"]]
    with tempfile.TemporaryDirectory() as folder:
        again = Project(root=project.root, out=Path(folder).resolve())
        try:
            outputs = runner.run(settings, again, chosen)["outputs"]
        except KitError as error:
            return [*problems, *code, f"{messages.RERUN_FAILED}: {error}"]
    differing = [
        f"{messages.RERUN_DIFFERS}: {place}"
        for place, sha in sorted(record["outputs"].items())
        if place.endswith(COMPARED) and "/units/" not in place and outputs.get(place) != sha
    ]
    return [*problems, *code, *differing] if differing else problems
