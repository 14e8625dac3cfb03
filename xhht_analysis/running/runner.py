"""Run the stages through papermill, one after the other, and publish what they made.

A stage is skipped when all that it reads – its notebook, its rooms of the package, its files of
config/, its parameters, the bytes it starts from – is as in the last published run and its outputs
are still whole. Everything is made in staging first; see `publication`.
"""

import os
import shutil
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from xhht_analysis import files
from xhht_analysis.project import CONFIG_VARIABLE, KitError, Project
from xhht_analysis.running import (
    document_stage,
    execution,
    messages,
    publication,
    records,
    terminal,
    unit_reports,
)
from xhht_analysis.running.stages import ALL, REPORT, UNITS, Stage

TABLES = "data/"
"""Where a run's tables stand below OUT."""


@dataclass(frozen=True)
class Settings:
    """What one run was asked to do. ``as_of`` is an ISO date; ``overrides`` come from ``-p``.

    A cell that takes longer than ``cell_seconds`` is ended, and the run with it. ``units`` (codes,
    or ``all``) are those whose reports are made, if that stage is chosen.
    """

    raw_dir: Path
    as_of: str
    sample: bool = False
    lang: str = "vi"
    force: bool = False
    overrides: dict[str, object] = field(default_factory=dict)
    cell_seconds: float = 900
    units: Collection[str] = ()

    def parameters(self, project: Project) -> dict[str, object]:
        """Every parameter the runner sets; a notebook is passed those it declares."""
        tables = str(project.processed(self.as_of))
        return {
            "raw_dir": str(self.raw_dir),
            "as_of": self.as_of,
            "sample": self.sample,
            "lang": self.lang,
            "processed_dir": tables,
            "output_dir": tables,
            "figures_dir": str(project.figures(self.as_of)),
            **self.overrides,
        }


def run(
    settings: Settings,
    project: Project,
    chosen: Sequence[Stage] = ALL,
    *,
    executor: Executor | None = None,
    finish: Callable[[], None] = lambda: None,
) -> dict:
    """Run ``chosen`` stages for ``settings.as_of`` and publish their outputs to ``project.out``.

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
    with publication.staging(project.out, settings.as_of) as staged:
        stages = _Stages(settings, project, staged, executor)
        paths = publication.targets(project, settings.as_of, stages.before.get("outputs", ()))
        publication.check_targets(paths)
        stages.copy(place for place in stages.whole if place.startswith(TABLES))
        done = {stage.name: stages.entry(stage) for stage in chosen}
        _refuse_moved(settings, stages.sources["inputs"])
        record = stages.record(done) | {"seconds": round(time.monotonic() - started, 2)}

        def close() -> None:
            """Index and ledger belong to the set."""
            finish()
            records.append_to_ledger(project, record)

        record = publication.publish(staged, project, stages.before, record, close)
    if failed := stages.failed:
        logged = messages.UNITS_FAILED.format(n=len(failed), names=", ".join(sorted(failed)))
        text = "\n".join([logged, *sorted(set(failed.values()))])
        raise execution.NotebookError(text, logged)
    return record


class _Stages:
    """The stages of one run, from the record of the last one (``before``).

    ``whole`` are the places of files that still are as the last run wrote them; ``sources`` what
    this run is made from, ``kernel`` what its kernels ran on; ``failed`` unit → message of a
    report that failed.
    """

    def __init__(
        self, settings: Settings, project: Project, staged: Project, executor: Executor | None
    ):
        """Read what the last run left and hash what this one reads."""
        self.settings, self.project, self.staged = settings, project, staged
        self.executor = executor
        self.before = records.read_record(project, settings.as_of)
        self.whole = records.whole_outputs(project, self.before)
        self.sources = records.sources(settings.raw_dir, settings.as_of, project)
        self.kernel = {"kernel": self.before.get("kernel", "")}
        self.failed: dict[str, str] = {}

    def copy(self, places: Iterable[str]) -> None:
        """Start from what the last run wrote at ``places``."""
        for place in places:
            shutil.copy2(self.project.out / place, self.staged.out / place)

    def entry(self, stage: Stage) -> dict:
        """Run ``stage``, or leave it as it is if nothing changed; its entry of the record."""
        key, started = self.key(stage), time.monotonic()
        old = self.before.get("stages", {}).get(stage.name, {"key": "", "outputs": []})
        is_same = old["key"] == key and not self.settings.force
        kept = self.whole.intersection(old["outputs"]) if is_same else set()
        due = not kept or len(kept) < len(old["outputs"]) or stage == UNITS
        if due or (stage == REPORT and document_stage.lacks_pdf(kept)):
            terminal.show_stage(stage.name, None)
            outputs = self._make(stage, kept)
            places = sorted({path.relative_to(self.staged.out).as_posix() for path in outputs})
            seconds = round(time.monotonic() - started, 2)
            entry = {"key": key, "status": "done", "seconds": seconds, "outputs": places}
        else:
            entry = {**old, "status": "skipped", "seconds": 0.0}
            if stage.draws:  # the stages after it show its figures
                self.copy(kept)
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
            folder = self.staged.processed(self.settings.as_of)
            tables = [folder / f"{table}.csv" for table in stage.reads]
            inputs = [files.sha256(path) if path.is_file() else "" for path in tables]
        code = stage.read_code(self.sources["code"])
        return records.digest([code, self.sources["versions"], values, inputs])

    def _make(self, stage: Stage, kept: set[str]) -> Iterable[Path]:
        """Files that ``stage`` leaves; of unit pages those in ``kept`` need not be made."""
        if stage == UNITS:
            return self._write_unit_pages(kept)
        if stage != REPORT:
            return self._execute(stage)
        documents = self.staged, self.settings.as_of, self.settings.lang
        with ThreadPoolExecutor(1) as beside:  # the kernel works in a process of its own
            workbook = beside.submit(document_stage.write_workbook, *documents)
            made = self._execute(stage)
            workbook.result()
        return [*made, *document_stage.write_documents(*documents)]

    def _execute(self, stage: Stage) -> list[Path]:
        """Execute the notebook of ``stage``; the files it left, itself among them.

        Raises
        ------
        KitError
            If it fails, leaves less than it must, or if a table it reads is not there as an earlier
        stage wrote it.
        """
        as_of = self.settings.as_of
        folder, drawn = self.staged.processed(as_of), self.staged.figures(as_of)
        for path in (folder / f"{table}.csv" for table in stage.reads):
            if not path.is_file():
                path = self.project.processed(as_of) / path.name
                raise KitError(messages.TABLE_NOT_PROVEN.format(path=path))
        target = self.staged.run_dir(as_of) / stage.notebook
        self.kernel = execution.execute(
            self.project.notebooks_dir / stage.notebook,
            target,
            self.settings.parameters(self.staged),
            cwd=self.project.root,
            cell_seconds=self.settings.cell_seconds,
        )
        tables = [folder / f"{table}.csv" for table in stage.makes]
        figures = list(drawn.iterdir()) if stage.draws else []
        missing = [path.name for path in tables if not path.is_file()]
        missing += ["*.png"] * (stage.draws and not figures)
        if missing:
            text = messages.STAGE_MADE_NOTHING
            raise KitError(text.format(notebook=stage.notebook, missing=", ".join(missing)))
        return [target, *figures, *tables]

    def _write_unit_pages(self, kept: set[str]) -> list[Path]:
        """Make the pages of the units asked for that are not among ``kept``; all there are then."""
        settings = self.settings
        pages = unit_reports.pages(
            settings.units, self.staged.processed(settings.as_of), settings.as_of
        )
        results = unit_reports.outcomes(
            [unit for unit, page in pages.items() if page not in kept],
            self.executor,
            root=str(self.project.root),
            staged_out=str(self.staged.out),
            config=os.environ.get(CONFIG_VARIABLE, ""),
            as_of=settings.as_of,
            lang=settings.lang,
            cell_seconds=settings.cell_seconds,
        )
        self.failed.update({unit: error for unit, error in results if error})
        made = {page for unit, page in pages.items() if unit not in self.failed}
        return [self.staged.out / page for page in kept | made]

    def record(self, done: dict[str, dict]) -> dict:
        """The record of a run that made the stages ``done``."""
        from xhht_analysis import store

        settings, before = self.settings, self.before
        folder = self.staged.processed(settings.as_of)
        submissions = store.read_table("submissions", folder, optional=True)
        is_sample = settings.sample or bool(submissions["is_sample"].eq(True).any())
        # what was made from invented figures never stands beside what real ones gave
        if before.get("sample", is_sample) == is_sample:
            done = before.get("stages", {}) | done
        return {
            "as_of": settings.as_of,
            "status": "done",
            "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "sample": is_sample,
            "parameters": settings.parameters(self.project),
            "overrides": settings.overrides,
            "commit": records.commit(self.project.root),
            **self.sources,
            **self.kernel,
            "stages": done,
        }


def _refuse_moved(settings: Settings, inputs: dict[str, str]) -> None:
    """Files that changed while the run read them are half counted: publish nothing."""
    now = records.input_hashes(settings.raw_dir, settings.as_of)
    if now != inputs:
        names = records.differences({"inputs": inputs}, {"inputs": now}, ["inputs"])
        raise KitError("\n".join([messages.INPUT_MOVED, *names]))
