"""Run the stages through papermill, one after the other, and publish what they made.

A stage is skipped when all that it reads – its notebook, its rooms of the package, its files of
config/, its parameters, the bytes it starts from – is as in the last published run and its outputs
are still whole. Everything is made in staging first; see `publication`.
"""

import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from xhht_analysis import files
from xhht_analysis.project import KitError, Project
from xhht_analysis.running import (
    document_stage,
    execution,
    messages,
    publication,
    records,
    terminal,
    unit_reports,
)
from xhht_analysis.running.stages import ALL, REPORT, UNITS, Settings, Stage

READ_BY_STAGES = ("data/", "figures/")
"""Where the tables and figures of a run stand below OUT: later stages start from them."""


def run(
    settings: Settings,
    project: Project,
    stages: Sequence[Stage] = ALL,
    *,
    executor: Executor | None = None,
    finish: Callable[[], None] = lambda: None,
) -> dict:
    """Run ``stages`` for ``settings.as_of`` and publish their outputs to ``project.out``.

    Unit reports are made on ``executor``. ``finish`` writes what else belongs to the set. The
    terminal shows each stage.

    Returns
    -------
    dict
        The run record (run.json).

    Raises
    ------
    KitError
        Locked folder, failing notebook, missing output, or a file that cannot be replaced: what
        was published before is untouched. Or a unit report failed: all else was published.
    """
    started = time.monotonic()
    with publication.staging(project.out, settings.as_of) as staging:
        pipeline = _Pipeline(settings, project, staging, executor)
        before = pipeline.before
        publication.check_targets(project, settings.as_of, before.get("outputs", ()))
        entries = {stage.name: pipeline.entry(stage) for stage in stages}
        record = pipeline.record(entries)
        now = records.sources(settings.raw_dir, settings.as_of, project)
        if moved := records.differences(record, now, ["inputs"]):  # half counted
            raise KitError("\n".join([messages.INPUT_MOVED, *moved]))
        record["seconds"] = round(time.monotonic() - started, 2)
        record = publication.publish(staging, project, before, record, finish)
    if failures := pipeline.failures:
        summary = messages.UNITS_FAILED.format(n=len(failures), names=", ".join(sorted(failures)))
        text = "\n".join([summary, *sorted(set(failures.values()))])
        raise execution.NotebookError(text, summary)
    return record


@dataclass
class _Pipeline:
    """The stages of one run, from the record of the last one (``before``).

    ``whole`` are the places of files that still are as the last run wrote them; ``sources`` what
    this run is made from; ``failures`` unit → message of a report that failed.
    """

    settings: Settings
    project: Project
    staging: Project
    executor: Executor | None

    def __post_init__(self):
        """Read what the last run left and hash what this one reads."""
        as_of = self.settings.as_of
        self.before = self.project.runs().get(as_of, {})
        broken = records.broken_outputs(self.project, self.before)
        self.whole = set(self.before.get("outputs", ())).difference(broken)
        self.sources = records.sources(self.settings.raw_dir, as_of, self.project)
        self.failures: dict[str, str] = {}

    def entry(self, stage: Stage) -> dict:
        """Run ``stage``, or leave it as it is if nothing changed; its entry of the record."""
        key, started = self.key(stage), time.monotonic()
        old = self.before.get("stages", {}).get(stage.name, {})
        is_same = old.get("key") == key and not self.settings.force
        whole = self.whole.intersection(old["outputs"]) if is_same else set()
        terminal.show_begin(stage.name)
        if stage != UNITS and whole and len(whole) == len(old["outputs"]):
            entry = {**old, "status": "skipped", "seconds": 0.0}
            for place in whole:
                if place.startswith(READ_BY_STAGES):
                    shutil.copy2(self.project.out / place, self.staging.out / place)
        else:
            places = sorted(self._make_pages(whole) if stage == UNITS else self._make(stage))
            seconds = round(time.monotonic() - started, 2)
            entry = {"key": key, "status": "done", "seconds": seconds, "outputs": places}
        terminal.show_end(entry)
        return entry

    def key(self, stage: Stage) -> str:
        """Digest of all that ``stage`` reads: notebook, code, config, packages, parameters, bytes.

        A parameter counts for the notebooks that declare it.
        """
        source = self.project.notebooks_dir / stage.notebook
        values = execution.accepted(source, self.settings.parameters(self.project))
        inputs = self.sources["inputs"]
        if stage.reads:
            folder = self.staging.processed(self.settings.as_of)
            tables = [folder / f"{table}.csv" for table in stage.reads]
            inputs = [files.sha256(path) if path.is_file() else "" for path in tables]
        code = stage.read_code(self.sources["code"])
        return records.digest([code, self.sources["versions"], values, inputs])

    def _make(self, stage: Stage) -> set[str]:
        """Run the notebook of ``stage``; places of what it leaves."""
        settings, staging = self.settings, self.staging
        earlier = _files(staging)
        execution.execute(
            self.project.notebooks_dir / stage.notebook,
            staging.run_dir(settings.as_of) / stage.notebook,
            settings.parameters(staging),
            cell_seconds=settings.cell_seconds,
        )
        if stage == REPORT:
            document_stage.write_documents(staging, settings.as_of, settings.lang)
        tables = [staging.processed(settings.as_of) / f"{table}.csv" for table in stage.makes]
        if missing := ", ".join(path.name for path in tables if not path.is_file()):
            text = messages.STAGE_MADE_NOTHING
            raise KitError(text.format(notebook=stage.notebook, missing=missing))
        return _files(staging) - earlier

    def _make_pages(self, whole: set[str]) -> set[str]:
        """Make the pages of units that are not among the ``whole`` ones; places of all."""
        pages = unit_reports.pages(self.settings, self.staging)
        units = [unit for unit, page in pages.items() if page not in whole]
        work = self.settings, self.project, self.staging
        results = unit_reports.outcomes(units, self.executor, *work)
        self.failures.update({unit: error for unit, error in results if error})
        return whole | {page for unit, page in pages.items() if unit not in self.failures}

    def record(self, entries: dict[str, dict]) -> dict:
        """The record of a run with ``entries`` of its stages."""
        from xhht_analysis import store

        settings, before = self.settings, self.before
        folder = self.staging.processed(settings.as_of)
        submissions = store.read_table("submissions", folder, optional=True)
        is_sample = settings.sample or bool(submissions["is_sample"].eq(True).any())
        # what was made from invented figures never stands beside what real ones gave
        if before.get("sample", is_sample) == is_sample:
            entries = before.get("stages", {}) | entries
        return {
            "as_of": settings.as_of,
            "status": "done",
            "finished_at": records.now(),
            "sample": is_sample,
            "parameters": settings.parameters(self.project),
            "overrides": settings.overrides,
            **self.sources,
            "stages": entries,
        }


def _files(staging: Project) -> set[str]:
    """Places of all that stands in ``staging``; a file that a dead kernel left half is hidden."""
    paths = (path for path in staging.out.rglob("[!.]*") if path.is_file())
    return {path.relative_to(staging.out).as_posix() for path in paths}
