"""Proof of a run: hash its inputs and outputs again, run it again, compare the bytes."""

import tempfile
from collections.abc import Sequence
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
    asked, overrides = record["parameters"], record["overrides"]
    raw_dir, kind = raw_dir or Path(asked["raw_dir"]), (asked["sample"], asked["lang"])
    settings = Settings(raw_dir, as_of, *kind, overrides=overrides)
    now = records.sources(raw_dir, as_of, project)
    broken = records.broken_outputs(project, record)
    problems = [f"{messages.OUTPUT_CHANGED}: {place}" for place in broken]
    problems += records.differences(record, now, ["inputs"])
    differing = _differing(project, settings, stages, record)
    code = records.differences(record, now, ["code", "versions"]) if differing else []
    return [*problems, *code, *differing]


def _differing(
    project: Project, settings: Settings, stages: Sequence[Stage], record: dict
) -> list[str]:
    """A line for each output of ``record`` of which a run elsewhere gives other bytes, or none."""
    stages = [stage for stage in stages if stage.name in record["stages"]]
    with tempfile.TemporaryDirectory() as folder:
        try:
            elsewhere = Project(root=project.root, out=Path(folder).resolve())
            again = runner.run(settings, elsewhere, stages)["outputs"]
        except KitError as error:
            return [f"{messages.RERUN_FAILED}: {error}"]
    return [
        f"{messages.RERUN_DIFFERS}: {place}"
        for place, sha in sorted(record["outputs"].items())
        if place.endswith(COMPARED) and "/units/" not in place and again.get(place) != sha
    ]
