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
    notebooks,
    publication,
    records,
    unit_reports,
)
from xhht_analysis.running.stages import ALL, DOCUMENTS, REPORT, UNITS, Stage

TABLES = "data/"
"""Where a run's tables stand below OUT."""


@dataclass(frozen=True)
class Settings:
    """What one run was asked to do. ``as_of`` is an ISO date; ``overrides`` come from ``-p``.

    A cell that takes longer than ``cell_seconds`` is ended, and the run with it.
    """

    raw_dir: Path
    as_of: str
    sample: bool = False
    lang: str = "vi"
    force: bool = False
    overrides: dict[str, object] = field(default_factory=dict)
    cell_seconds: float = 900

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


Listener = Callable[[str, dict | None], None]
"""Called when a stage begins (``None``) and, with its entry of the record, when it has ended."""


def run(
    settings: Settings,
    project: Project,
    chosen: Sequence[Stage] = ALL,
    *,
    units: Collection[str] = (),
    executor: Executor | None = None,
    finish: Callable[[], None] = lambda: None,
    listener: Listener = lambda name, entry: None,
) -> dict:
    """Run ``chosen`` stages for ``settings.as_of`` and publish their outputs to ``project.out``.

    The reports of ``units`` (codes, or ``all``) are made on ``executor``, if that stage is chosen.
    ``finish`` writes what belongs to the set, beside the ledger's line.

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
    from xhht_analysis import store

    as_of, started = settings.as_of, time.monotonic()
    with publication.staging(project.out, as_of) as staged:
        before = records.read_record(project, as_of)
        paths = publication.targets(project, as_of, before.get("outputs", ()))
        publication.check_targets(paths)
        sources = records.sources(settings.raw_dir, as_of, project)
        whole = set(before.get("outputs", ())).difference(records.broken_outputs(project, before))
        _copy(project, staged, [place for place in whole if place.startswith(TABLES)])
        stages = _Stages(
            settings, project, staged, sources, before, whole, units, executor, listener
        )
        done = {stage.name: stages.entry(stage) for stage in chosen}
        _refuse_moved(settings, sources["inputs"])
        submissions = store.read_table("submissions", staged.processed(as_of), optional=True)
        is_sample = settings.sample or bool(submissions["is_sample"].eq(True).any())
        # what was made from invented figures never stands beside what real ones gave
        if before.get("sample", is_sample) == is_sample:
            done = before.get("stages", {}) | done
        record = {
            "as_of": as_of,
            "status": "done",
            "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - started, 2),
            "sample": is_sample,
            "parameters": settings.parameters(project),
            "overrides": settings.overrides,
            "commit": records.commit(project.root),
            "kernel": before.get("kernel", ""),
            **sources,
            **stages.kernel_record,
            "stages": done,
        }

        def close() -> None:
            """Index and ledger belong to the set."""
            finish()
            records.append_to_ledger(project, record)

        full = publication.publish(staged, project, before, record, close)
    if failed := stages.failed:
        logged = messages.UNITS_FAILED.format(n=len(failed), names=", ".join(sorted(failed)))
        text = "\n".join([logged, *sorted(set(failed.values()))])
        raise execution.NotebookError(text, logged)
    return full


@dataclass(frozen=True)
class _Stages:
    """The stages of one run: settings, places, sources, what the last run left (``before``).

    ``whole`` are the places of files that still are as the last run wrote them; ``kernel_record``
    is what the kernels saw of their environment, ``failed`` unit → message of a report that failed.
    """

    settings: Settings
    project: Project
    staged: Project
    sources: dict
    before: dict
    whole: set[str]
    units: Collection[str]
    executor: Executor | None
    listener: Listener
    kernel_record: dict = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def entry(self, stage: Stage) -> dict:
        """Run ``stage``, or leave it as it is if nothing changed; its entry of the record."""
        key, started = self.key(stage), time.monotonic()
        old = self.before.get("stages", {}).get(stage.name, {"key": "", "outputs": []})
        is_same = old["key"] == key and not self.settings.force
        kept = self.whole.intersection(old["outputs"]) if is_same else set()
        due = not kept or len(kept) < len(old["outputs"]) or stage == UNITS
        if due or (stage == DOCUMENTS and document_stage.lacks_pdf(kept)):
            self.listener(stage.name, None)
            outputs = self._make(stage, kept)
            places = sorted({path.relative_to(self.staged.out).as_posix() for path in outputs})
            seconds = round(time.monotonic() - started, 2)
            entry = {"key": key, "status": "done", "seconds": seconds, "outputs": places}
        else:
            entry = {**old, "status": "skipped", "seconds": 0.0}
            if stage != DOCUMENTS:  # figures and notebook, too, for the stages after it
                _copy(self.project, self.staged, kept)
        self.listener(stage.name, entry)
        return entry

    def key(self, stage: Stage) -> str:
        """Digest of all that ``stage`` reads: notebook, code, config, packages, parameters, bytes.

        A parameter counts for the notebooks that declare it.
        """
        declared = notebooks.declared_parameters(self.project.notebooks_dir / stage.notebook)
        values = self.settings.parameters(self.project)
        values = {name: value for name, value in values.items() if name in declared}
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
        if stage == DOCUMENTS:
            return self._write_documents()
        with ThreadPoolExecutor(1) as beside:  # the kernel works in a process of its own
            if stage == REPORT:
                what = (self.staged, self.settings.as_of, self.settings.lang)
                beside.submit(document_stage.write_workbook, *what)
            return self._execute(stage)

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
        facts = execution.execute(
            self.project.notebooks_dir / stage.notebook,
            target,
            self.settings.parameters(self.staged),
            cwd=self.project.root,
            cell_seconds=self.settings.cell_seconds,
        )
        self.kernel_record.update(kernel=facts["executable"], versions=facts["versions"])
        tables = [folder / f"{table}.csv" for table in stage.makes]
        figures = list(drawn.iterdir()) if stage.draws else []
        missing = [path.name for path in tables if not path.is_file()]
        missing += ["*.png"] * (stage.draws and not figures)
        if missing:
            text = messages.STAGE_MADE_NOTHING
            raise KitError(text.format(notebook=stage.notebook, missing=", ".join(missing)))
        return [target, *figures, *tables]

    def _write_documents(self) -> list[Path]:
        """Write the documents from the executed report, of this run or an earlier one."""
        as_of = self.settings.as_of
        document_stage.write_documents(self.staged, as_of, self.settings.lang)
        paths = (path for path in self.staged.reports(as_of).rglob("*") if path.is_file())
        return [path for path in paths if self.staged.run_dir(as_of) not in path.parents]

    def _write_unit_pages(self, kept: set[str]) -> list[Path]:
        """Make the pages of the units asked for that are not among ``kept``; all there are then."""
        settings = self.settings
        pages = unit_reports.pages(
            self.units, self.staged.processed(settings.as_of), settings.as_of
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


def _copy(project: Project, staged: Project, places: Iterable[str]) -> None:
    """A run starts from what its last one wrote, where that is whole, and from nothing else."""
    for place in places:
        shutil.copy2(project.out / place, staged.out / place)


def _refuse_moved(settings: Settings, inputs: dict[str, str]) -> None:
    """Files that changed while the run read them are half counted: publish nothing."""
    now = records.input_hashes(settings.raw_dir, settings.as_of)
    if now != inputs:
        names = records.differences({"inputs": inputs}, {"inputs": now}, ["inputs"])
        raise KitError("\n".join([messages.INPUT_MOVED, *names]))
