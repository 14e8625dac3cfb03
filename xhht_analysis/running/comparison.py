"""Two runs laid side by side: a run and its repetition (`verify`), two vintages (`compare`)."""

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
        If there is no such run, or it cannot be run again.
    """
    record = records.read_record(project, as_of)
    values, overrides = record["parameters"], record["overrides"]
    raw_dir = raw_dir or project.raw_of(values)
    settings = Settings(raw_dir, as_of, values["sample"], values["lang"], overrides=overrides)
    chosen = [stage for stage in stages if stage.name in record["stages"]]
    with tempfile.TemporaryDirectory() as folder:
        elsewhere = Project(root=project.root, out=Path(folder).resolve())
        again = runner.run(settings, elsewhere, chosen)
    broken = records.broken_outputs(project, record)
    lines = [f"{messages.OUTPUT_CHANGED}: {place}" for place in broken]
    differing = [
        f"{messages.RERUN_DIFFERS}: {place}"
        for place, sha in sorted(record["outputs"].items())
        if place.endswith(COMPARED)
        and "/units/" not in place  # their stage is not run again
        and again["outputs"].get(place) != sha
    ]
    kinds = ["inputs", "code", "versions"] if differing else ["inputs"]
    return [*lines, *records.differences(record, again, kinds), *differing]


def compare(
    project: Project, before: str, after: str
) -> tuple[list[tuple[str, str, str, str]], list[str]]:
    """Compare the published runs ``before`` and ``after`` (their ``as_of``).

    Verdicts and figures are laid beside each other in the words of the report's section on changes
    (`publishing.changes`); nothing is judged again.

    Returns
    -------
    tuple
        Goals of the whole province whose class changed, in the plan's order, a row per target
        year: goal, verdict before, verdict after, causes, all in words. A line per code file,
        package or parameter that differs.

    Raises
    ------
    KitError
        If a run is unknown, its tables are missing or damaged, or only one is on invented figures.
    """
    from xhht_analysis import store
    from xhht_analysis.publishing.changes import changed_goals
    from xhht_analysis.publishing.run_tables import read_report_data

    old, new = (records.read_record(project, as_of) for as_of in (before, after))
    if old.get("sample") != new.get("sample"):
        raise KitError(messages.COMPARE_KINDS.format(before=before, after=after))
    earlier = project.processed(before)
    store.read_table("panel", earlier)  # its absence is no change
    run = read_report_data(project.processed(after), project.config_dir, previous_dir=str(earlier))
    rows = []
    for statements, causes in changed_goals(run):
        words = "; ".join(run.word(f"cause.{cause}") for cause in causes)
        for s in statements:
            verdict = run.labels.verdict(s.previous[0])
            rows.append((f"{s.title} ({s.target_year})", verdict, s.verdict_text, words))
    return rows, records.differences(old, new, ("code", "versions", "parameters"))
