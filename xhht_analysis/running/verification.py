"""Proof of a run: hash its inputs and outputs again, run it again, compare the bytes."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from xhht_analysis.project import KitError, Project
from xhht_analysis.running import messages, records, runner
from xhht_analysis.running.stages import ALL, Settings, Stage

COMPARED = (".csv", ".png", ".svg", ".ipynb", ".html", ".docx", ".xlsx")
"""A PDF holds the moment a browser printed it."""


def verify(
    project: Project,
    as_of: str,
    *,
    raw_dir: Path | None = None,
    stages: Sequence[Stage] = ALL,
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
    settings = Settings(
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
    stages = [stage for stage in stages if stage.name in record["stages"]]
    try:
        differing = _differing(project, settings, stages, record["outputs"])
    except KitError as error:
        differing = [f"{messages.RERUN_FAILED}: {error}"]
    code = records.differences(record, now, ["code", "versions"]) if differing else []
    return [*problems, *code, *differing]


def _differing(
    project: Project, settings: Settings, stages: Sequence[Stage], hashes: Mapping[str, str]
) -> list[str]:
    """A line for each output of which a run of ``stages`` elsewhere gives other bytes."""
    with tempfile.TemporaryDirectory() as folder:
        elsewhere = Project(root=project.root, out=Path(folder).resolve())
        outputs = runner.run(settings, elsewhere, stages)["outputs"]
    return [
        f"{messages.RERUN_DIFFERS}: {place}"
        for place, sha in sorted(hashes.items())
        if place.endswith(COMPARED) and "/units/" not in place and outputs.get(place) != sha
    ]
