"""The work of one run: each stage as soon as the tables it reads are made, then the documents.

Kernels start while the last stage before them is still at work, and wait with their imports done:
the start of a notebook costs the run nothing.
"""

from __future__ import annotations

import contextlib
import functools
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from xhht_analysis import files
from xhht_analysis.project import KitError, Project
from xhht_analysis.running import messages, notebooks, provenance, stages

DOCUMENTS = "documents"


@dataclass(frozen=True)
class Settings:
    """What one run was asked to do. ``as_of`` is an ISO date; ``overrides`` come from ``-p``.

    ``cell_seconds`` and ``notebook_seconds`` are limits: a cell or notebook that takes longer is
    ended, and the run with it.
    """

    raw_dir: Path
    as_of: str
    sample: bool = False
    lang: str = "vi"
    force: bool = False
    overrides: dict[str, object] = field(default_factory=dict)
    cell_seconds: float = 900
    notebook_seconds: float = 1800

    def parameters(self, project: Project) -> dict[str, object]:
        """Every parameter the runner knows; a notebook is given those it declares."""
        return {
            "raw_dir": str(self.raw_dir),
            "as_of": self.as_of,
            "sample": self.sample,
            "lang": self.lang,
            "processed_dir": str(project.processed(self.as_of)),
            "output_dir": str(project.processed(self.as_of)),
            "figures_dir": str(project.figures(self.as_of)),
            **self.overrides,
        }


@dataclass(frozen=True)
class StageResult:
    """Fate of one stage: ``status`` is done or skipped."""

    name: str
    status: str
    seconds: float


Listener = Callable[[str, StageResult | None], None]
Write = Callable[[Project, Settings, Callable[[], Path]], None]
"""Makes the documents in staging; its last argument waits for the executed report notebook."""
Finish = Callable[[], Write]
"""Imports what making documents takes, which is done while the notebooks are at work."""


class _Unchanged(Exception):
    """A stage whose inputs, code and outputs are those of the last run."""


@dataclass(frozen=True)
class Work:
    """One run's settings, places and what the last run left (``before``, by stage).

    ``made_from`` is what `provenance.gather` found, ``changed`` the published files that are no
    longer what the last run wrote.
    """

    settings: Settings
    project: Project
    staged: Project
    made_from: dict
    before: dict[str, dict]
    changed: set[str]
    listener: Listener

    def do(
        self,
        chosen: Sequence[stages.Stage],
        check: Callable[[], None] | None,
        finish: Finish | None,
    ) -> dict[str, dict]:
        """Run ``chosen`` and, beside them, ``finish``; the record's entry of each, in order.

        No stage begins before ``check`` has ended. Raises what the first, in order, raised, once
        all have ended; an interruption waits for none.
        """
        pool = ThreadPoolExecutor(len(chosen) + 2)
        made: dict[str, Future] = {}
        try:
            checked, before_up = [pool.submit(check)] if check else [], None
            for stage in chosen:
                sources = [made[source.name] for source in stage.sources(chosen)] or checked
                up = Event()
                future = pool.submit(self._stage, stage, sources, before_up, up)
                future.add_done_callback(lambda _, up=up: up.set())
                made[stage.name], before_up = future, up
            if finish is not None:
                sources = [made[s.name] for s in stages.REPORT.sources(chosen)] or checked
                made[DOCUMENTS] = pool.submit(
                    self._documents, finish, sources, made[stages.REPORT.name]
                )
            return {name: self._heard(name, _result(future)) for name, future in made.items()}
        finally:
            interrupted = sys.exc_info()[0] is KeyboardInterrupt
            if interrupted:
                _end_children()
            pool.shutdown(wait=not interrupted, cancel_futures=True)

    def key(self, stage: stages.Stage) -> str:
        """Digest of all ``stage`` depends on: its notebook, code, packages, parameters, bytes.

        A parameter counts for the notebooks that declare it.
        """
        source = self.project.notebooks_dir / stage.notebook
        declared = notebooks.declared_parameters(source)
        given = self.settings.parameters(self.project)
        given = {name: value for name, value in given.items() if name in declared}
        code = self.made_from["code"].items()
        code = {place: sha for place, sha in code if not place.startswith("notebooks/")}
        read = [files.sha256(p) if p.is_file() else "" for p in self._tables(stage.reads)]
        inputs = read if stage.reads else self.made_from["inputs"]
        versions = self.made_from["versions"]
        return provenance.digest([files.sha256(source), code, versions, given, inputs])

    def _stage(
        self, stage: stages.Stage, sources: Sequence[Future], before_up: Event | None, up: Event
    ) -> dict:
        """Run one stage: its cells when its sources ended, its kernel when one is still at work.

        And one kernel at a time: it starts when the one before it is up.
        """
        begin = functools.cache(lambda: self._begin(stage.name, sources, lambda: self.key(stage)))

        def kernel_is_up() -> None:
            up.set()
            begin()

        at_work = set(sources)
        while len(at_work) > 1:
            at_work = wait(at_work, return_when=FIRST_COMPLETED).not_done
        if before_up is not None:
            before_up.wait()
        try:
            if all(source.done() for source in sources):
                begin()  # no kernel for a stage that has nothing to do
            self._execute(stage, kernel_is_up)
        except _Unchanged:
            return {**self.before[stage.name], "status": "skipped", "seconds": 0.0}
        return _entry(*begin(), self._left_by(stage))

    def _documents(self, finish: Finish, sources: Sequence[Future], reported: Future) -> dict:
        """Make the documents, unless they are whole and the report is the one they came from."""
        name, folder = stages.REPORT.notebook, self.settings.as_of

        def report() -> Path:
            _wait([reported])
            drawn = self.staged.run_dir(folder) / name
            return drawn if drawn.is_file() else self.project.run_dir(folder) / name

        write = functools.cache(finish)
        if not all(source.done() for source in sources):
            write()
        try:
            begun = self._begin(DOCUMENTS, sources, lambda: self.key(stages.REPORT))
        except _Unchanged:
            return {**self.before[DOCUMENTS], "status": "skipped", "seconds": 0.0}
        write()(self.staged, self.settings, report)
        files = filter(Path.is_file, self.staged.reports(folder).rglob("*"))
        notebooks_dir = self.staged.run_dir(folder)
        return _entry(*begun, [self._place(f) for f in files if notebooks_dir not in f.parents])

    def _begin(
        self, name: str, sources: Sequence[Future], key: Callable[[], str]
    ) -> tuple[str, float]:
        """Wait for ``sources``; the key and the moment ``name`` begins. Raises `_Unchanged`."""
        _wait(sources)
        now, old = key(), self.before.get(name, {})
        whole = old.get("key") == now and not self.changed & set(old["outputs"])
        if whole and not self.settings.force:
            raise _Unchanged
        self.listener(name, None)
        return now, time.monotonic()

    def _execute(self, stage: stages.Stage, kernel_is_up: Callable[[], None]) -> None:
        target = self.staged.run_dir(self.settings.as_of) / stage.notebook
        notebooks.execute(
            self.project.notebooks_dir / stage.notebook,
            target,
            self.settings.parameters(self.staged),
            cwd=self.project.root,
            timeout=self.settings.notebook_seconds,
            cell_timeout=self.settings.cell_seconds,
            kernel_is_up=kernel_is_up,
            patient=stage.patient,
        )
        notebooks.replace_paths(target, self.staged.out, self.project.out)

    def _left_by(self, stage: stages.Stage) -> list[str]:
        """Places of what ``stage`` had to leave behind; KitError if some of it is missing."""
        as_of, tables = self.settings.as_of, self._tables(stage.makes)
        missing = [path.name for path in tables if not path.is_file()]
        drawn = list(self.staged.figures(as_of).iterdir()) if stage.figures else []
        if len([path for path in drawn if path.suffix == ".png"]) < stage.figures:
            missing.append(f"{stage.figures} PNG")
        if missing:
            text = messages.STAGE_MADE_NOTHING
            raise KitError(text.format(notebook=stage.notebook, missing=", ".join(missing)))
        notebook = self.staged.run_dir(as_of) / stage.notebook
        return [self._place(path) for path in (notebook, *drawn, *tables)]

    def _tables(self, names: Iterable[str]) -> list[Path]:
        folder = self.staged.processed(self.settings.as_of)
        return [folder / f"{name}.csv" for name in names]

    def _place(self, path: Path) -> str:
        return path.relative_to(self.staged.out).as_posix()

    def _heard(self, name: str, entry: dict) -> dict:
        self.listener(name, StageResult(name, entry["status"], entry["seconds"]))
        return entry


def _entry(key: str, started: float, outputs: Iterable[str]) -> dict:
    seconds = round(time.monotonic() - started, 2)
    return {"key": key, "status": "done", "seconds": seconds, "outputs": sorted(set(outputs))}


def _wait(sources: Iterable[Future]) -> None:
    """Until all ``sources`` ended; raises what one of them raised."""
    for source in sources:
        source.result()


def _result(future: Future) -> dict:
    """What ``future`` gives; on Windows Ctrl+C reaches only a wait that ends by itself."""
    while wait([future], timeout=0.5).not_done:
        pass
    return future.result()


def _end_children() -> None:
    """End the kernels of an interrupted run, so that none writes when the lock is free again."""
    import psutil

    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            child.kill()
