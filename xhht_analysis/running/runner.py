"""Run the stages through papermill, one after the other, and publish what they made.

A stage is skipped when all that it reads – its notebook, its rooms of the package, its files of
config/, its parameters, the bytes it starts from – is as in the last published run and its outputs
are still whole. Everything is made in staging first; see `publication`.
"""

import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

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

TABLES = "data/"
"""Where a run's tables stand below OUT."""


def run(
    settings: Settings,
    project: Project,
    stages: Sequence[Stage] = ALL,
    *,
    executor: Executor | None = None,
    finish: Callable[[], None] = lambda: None,
) -> dict:
    """Run ``stages`` for ``settings.as_of`` and publish their outputs to ``project.out``.

    Unit reports are made on ``executor``. ``finish`` writes what belongs to the set, beside the
    ledger's line. The terminal shows each stage.

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
        pipeline.copy(place for place in pipeline.whole if place.startswith(TABLES))
        entries = {stage.name: pipeline.entry(stage) for stage in stages}
        _refuse_moved(settings, pipeline.sources["inputs"])
        record = pipeline.record(entries)
        record["seconds"] = round(time.monotonic() - started, 2)

        def close() -> None:
            """Index and ledger belong to the set."""
            finish()
            records.append_to_ledger(project, record)

        record = publication.publish(staging, project, before, record, close)
    if failures := pipeline.failures:
        summary = messages.UNITS_FAILED.format(n=len(failures), names=", ".join(sorted(failures)))
        text = "\n".join([summary, *sorted(set(failures.values()))])
        raise execution.NotebookError(text, summary)
    return record


class _Pipeline:
    """The stages of one run, from the record of the last one (``before``).

    ``whole`` are the places of files that still are as the last run wrote them; ``sources`` what
    this run is made from, ``kernel`` what its kernels ran on; ``failures`` unit → message of a
    report that failed.
    """

    def __init__(
        self, settings: Settings, project: Project, staging: Project, executor: Executor | None
    ):
        """Read what the last run left and hash what this one reads."""
        self.settings, self.project, self.staging = settings, project, staging
        self.executor = executor
        self.before = records.read_record(project, settings.as_of)
        self.whole = records.whole_outputs(project, self.before)
        self.sources = records.sources(settings.raw_dir, settings.as_of, project)
        self.kernel = {"kernel": self.before.get("kernel", "")}
        self.failures: dict[str, str] = {}

    def copy(self, places: Iterable[str]) -> None:
        """Start from what the last run wrote at ``places``."""
        for place in places:
            shutil.copy2(self.project.out / place, self.staging.out / place)

    def entry(self, stage: Stage) -> dict:
        """Run ``stage``, or leave it as it is if nothing changed; its entry of the record."""
        key, started = self.key(stage), time.monotonic()
        old = self.before.get("stages", {}).get(stage.name, {"key": "", "outputs": []})
        is_same = old["key"] == key and not self.settings.force
        current = self.whole.intersection(old["outputs"]) if is_same else set()
        due = not current or len(current) < len(old["outputs"]) or stage == UNITS
        if due or (stage == REPORT and document_stage.lacks_pdf(current)):
            terminal.show_stage(stage.name, None)
            outputs = self._make(stage, current)
            places = sorted({path.relative_to(self.staging.out).as_posix() for path in outputs})
            seconds = round(time.monotonic() - started, 2)
            entry = {"key": key, "status": "done", "seconds": seconds, "outputs": places}
        else:
            entry = {**old, "status": "skipped", "seconds": 0.0}
            if stage.draws:  # the stages after it show its figures
                self.copy(current)
        terminal.show_stage(stage.name, entry)
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

    def _make(self, stage: Stage, current: set[str]) -> Iterable[Path]:
        """Files that ``stage`` leaves; of unit pages those in ``current`` need not be made."""
        if stage == UNITS:
            return self._write_unit_pages(current)
        if stage != REPORT:
            return self._execute(stage)
        documents = self.staging, self.settings.as_of, self.settings.lang
        with ThreadPoolExecutor(1) as beside:  # the kernel works in a process of its own
            workbook = beside.submit(document_stage.write_workbook, *documents)
            outputs = self._execute(stage)
            workbook.result()
        return [*outputs, *document_stage.write_documents(*documents)]

    def _execute(self, stage: Stage) -> list[Path]:
        """Execute the notebook of ``stage``; the files it left, itself among them.

        Raises
        ------
        KitError
            If it fails, leaves less than it must, or if a table it reads is not there as an earlier
        stage wrote it.
        """
        as_of = self.settings.as_of
        folder, pictures = self.staging.processed(as_of), self.staging.figures(as_of)
        for path in (folder / f"{table}.csv" for table in stage.reads):
            if not path.is_file():
                path = self.project.processed(as_of) / path.name
                raise KitError(messages.TABLE_NOT_PROVEN.format(path=path))
        target = self.staging.run_dir(as_of) / stage.notebook
        self.kernel = execution.execute(
            self.project.notebooks_dir / stage.notebook,
            target,
            self.settings.parameters(self.staging),
            cwd=self.project.root,
            cell_seconds=self.settings.cell_seconds,
        )
        tables = [folder / f"{table}.csv" for table in stage.makes]
        figures = list(pictures.iterdir()) if stage.draws else []
        missing = [path.name for path in tables if not path.is_file()]
        missing += ["*.png"] * (stage.draws and not figures)
        if missing:
            text = messages.STAGE_MADE_NOTHING
            raise KitError(text.format(notebook=stage.notebook, missing=", ".join(missing)))
        return [target, *figures, *tables]

    def _write_unit_pages(self, current: set[str]) -> list[Path]:
        """Make the pages of units that are not among ``current``; all pages there are then."""
        pages = unit_reports.pages(self.settings, self.staging)
        units = [unit for unit, page in pages.items() if page not in current]
        work = self.settings, self.project, self.staging
        results = unit_reports.outcomes(units, self.executor, *work)
        self.failures.update({unit: error for unit, error in results if error})
        pages = {page for unit, page in pages.items() if unit not in self.failures}
        return [self.staging.out / page for page in current | pages]

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
            "commit": records.commit(self.project.root),
            **self.sources,
            **self.kernel,
            "stages": entries,
        }


def _refuse_moved(settings: Settings, inputs: dict[str, str]) -> None:
    """Files that changed while the run read them are half counted: publish nothing."""
    now = records.input_hashes(settings.raw_dir, settings.as_of)
    if now != inputs:
        names = records.differences({"inputs": inputs}, {"inputs": now}, ["inputs"])
        raise KitError("\n".join([messages.INPUT_MOVED, *names]))
