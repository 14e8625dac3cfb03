"""Run the stages through papermill, one after the other, and publish what they made.

A stage is skipped when all that it reads – its notebook, the code it imports, its files of config/,
its parameters, the bytes it starts from – is as in the last published run and its outputs are still
whole. Everything is made in staging first; see `publication`.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from xhht_analysis import files
from xhht_analysis.project import KitError, Project, UsageError, received_dates
from xhht_analysis.running import (
    execution,
    messages,
    notebooks,
    preflight,
    publication,
    records,
    source_code,
    stages,
)

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
    """Fate of one stage: ``status`` is done, skipped or stale; ``seconds`` it took."""

    name: str
    status: str
    seconds: float


Listener = Callable[[str, StageResult | None], None]
"""Called when a stage begins (``None``) and when it has ended."""


@dataclass(frozen=True)
class MakeDocuments:
    """How the documents of a run are made.

    ``write`` is called with the staged project, the settings and the executed report notebook.
    ``code`` is a text that imports what it uses. ``tools`` are programs of this computer that add a
    document (a browser the PDF): a new one is a reason to make the documents again.
    """

    write: Callable[[Project, Settings, Path], None]
    code: str = ""
    tools: tuple[str, ...] = ()


def choose_as_of(raw_dir: Path, as_of: str | None, today: str = "9999-12-31") -> str:
    """``as_of`` if given, else the latest date of receipt in ``raw_dir`` (never today).

    Raises
    ------
    UsageError
        If ``as_of`` is no ISO date, or later than both ``today`` and the latest receipt.
    KitError
        If the folder is absent, holds no dated folder, or had received nothing by ``as_of``.
    """
    if not raw_dir.is_dir():
        raise KitError(messages.NO_RAW_DIR.format(path=raw_dir))
    dates = received_dates(raw_dir)
    if not dates:
        raise KitError(messages.NO_SUBMISSIONS.format(path=raw_dir))
    if not as_of:
        return dates[-1]
    if preflight.check_day(as_of) > max(today, dates[-1]):
        raise UsageError(messages.FUTURE.format(as_of=as_of, latest=dates[-1]))
    if dates[0] > as_of:
        raise KitError(messages.NOTHING_BY_THEN.format(as_of=as_of, path=raw_dir))
    return as_of


def run(
    settings: Settings,
    project: Project,
    chosen: Sequence[stages.Stage] = stages.ALL,
    *,
    check: Callable[[], None] = lambda: None,
    make_documents: MakeDocuments | None = None,
    finish: Callable[[dict], None] = lambda record: None,
    listener: Listener = lambda name, result: None,
) -> dict:
    """Run ``chosen`` stages for ``settings.as_of`` and publish their outputs to ``project.out``.

    ``check`` raises if the configuration is no good; what the last run was made from, which passed,
    is not checked again. ``finish`` is given the final record and writes what belongs to the set.

    Returns
    -------
    dict
        The run record (run.json).

    Raises
    ------
    KitError
        Locked folder, failing notebook, missing output, or a file that cannot be replaced. What
        was published before is untouched.
    """
    as_of, started = settings.as_of, time.monotonic()
    with publication.exclusive(project.out), publication.staging(project.out, as_of) as staged:
        before = records.read_record(project, as_of)
        _refuse_unproven(chosen, project, as_of, before)
        publication.check_targets(publication.targets(project, as_of, before))
        sources = records.sources(settings.raw_dir, as_of, project)
        if sources["code"] != before.get("code"):
            check()
        changed = frozenset(records.broken_outputs(project, before))
        work = _Run(settings, project, staged, sources, before, changed, listener)
        done = {stage.name: work.stage(stage) for stage in chosen}
        if make_documents:
            done[DOCUMENTS] = work.documents(make_documents)
        _refuse_moved(settings, sources["inputs"])
        is_sample = settings.sample or _holds_sample(staged, project, as_of)
        # what was made from invented figures never stands beside what real ones gave
        kept = before.get("stages", {}) if before.get("sample", is_sample) == is_sample else {}
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
            **work.kernel_record,
            "stages": kept | done | (work.other_entries(done) if kept else {}),
        }
        return publication.publish(staged, project, as_of, record, finish)


@dataclass(frozen=True)
class _Run:
    """One run: its settings and places, what it is made from, what the last run left (``before``).

    ``changed`` are the published files that are no longer what the last run wrote;
    ``kernel_record`` is what the kernels saw of their environment.
    """

    settings: Settings
    project: Project
    staged: Project
    sources: dict
    before: dict
    changed: frozenset[str]
    listener: Listener
    kernel_record: dict = field(default_factory=dict)

    def stage(self, stage: stages.Stage) -> dict:
        """Run ``stage``, or leave it as it is; its entry of the record."""
        key, source = self.key(stage), self.project.notebooks_dir / stage.notebook
        if entry := self._unchanged(stage.name, key):
            return entry
        self.listener(stage.name, None)
        started = time.monotonic()
        target = self.staged.run_dir(self.settings.as_of) / stage.notebook
        facts = execution.execute(
            source,
            target,
            self.settings.parameters(self.staged),
            cwd=self.project.root,
            timeout=self.settings.notebook_seconds,
            cell_timeout=self.settings.cell_seconds,
        )
        self.kernel_record.update(kernel=facts["executable"], versions=facts["versions"])
        notebooks.replace_paths(target, self.staged.out, self.project.out)
        return self._done(stage.name, key, started, [target, *self._made(stage)])

    def documents(self, make: MakeDocuments) -> dict:
        """Make the documents, unless they are whole and all they were made from is as it was."""
        as_of, report_key = self.settings.as_of, self.key(stages.REPORT)
        code = self._code(make.code, (), templates=True)
        key = records.digest([report_key, code])
        old_tools = self.before.get("stages", {}).get(DOCUMENTS, {}).get("tools", ())
        same_tools = set(make.tools) <= set(old_tools)
        if same_tools and (entry := self._unchanged(DOCUMENTS, key)):
            return entry
        self.listener(DOCUMENTS, None)
        started, name = time.monotonic(), stages.REPORT.notebook
        executed = self.staged.run_dir(as_of) / name
        if not executed.is_file():
            executed = self.project.run_dir(as_of) / name
        make.write(self.staged, self.settings, executed)
        paths = [p for p in self.staged.reports(as_of).rglob("*") if p.is_file()]
        paths = [p for p in paths if self.staged.run_dir(as_of) not in p.parents]
        more = {"report_key": report_key, "tools": list(make.tools)}
        return self._done(DOCUMENTS, key, started, paths) | more

    def key(self, stage: stages.Stage) -> str:
        """Digest of all that ``stage`` reads: notebook, code, config, packages, parameters, bytes.

        A parameter counts for the notebooks that declare it.
        """
        source = self.project.notebooks_dir / stage.notebook
        declared = notebooks.declared_parameters(source)
        given = self.settings.parameters(self.project)
        given = {name: value for name, value in given.items() if name in declared}
        text = source_code.notebook_code(source)
        code = self._code(text, stage.config_unread, stage.templates)
        parts = [files.sha256(source), code, self.sources["versions"], given, self._inputs(stage)]
        return records.digest(parts)

    def other_entries(self, done: dict[str, dict]) -> dict[str, dict]:
        """Entries of what was not made now: skipped, or stale where what it was made from changed.

        Stale files are whole but old; the record says so, and the next whole run makes them again.
        """
        made_by = {stage.name: stage for stage in stages.ALL} | {DOCUMENTS: stages.REPORT}
        left = {}
        for name, entry in self.before.get("stages", {}).items():
            if name in made_by and name not in done:
                same = entry.get("report_key", entry["key"]) == self.key(made_by[name])
                left[name] = {**entry, "status": "skipped" if same else "stale", "seconds": 0.0}
        return left

    def _code(self, text: str, config_unread: Sequence[str], templates: bool) -> dict[str, str]:
        """Place → sha256 of the package files that ``text`` imports and the config it may read."""
        hashes = self.sources["code"]
        places = source_code.reachable_files(text, self.project.root, hashes, templates)
        unread = {f"config/{name}" for name in config_unread}
        places |= {p for p in hashes if p.startswith("config/")} - unread
        return {place: hashes[place] for place in sorted(places)}

    def _inputs(self, stage: stages.Stage) -> object:
        if not stage.reads:
            return self.sources["inputs"]
        return [files.sha256(p) if p.is_file() else "" for p in self._tables(stage.reads)]

    def _unchanged(self, name: str, key: str) -> dict | None:
        """Entry of ``name`` if its last outputs are whole and were made from the same."""
        old = self.before.get("stages", {}).get(name, {})
        whole = old.get("key") == key and not self.changed & set(old["outputs"])
        if not whole or self.settings.force:
            return None
        self.listener(name, StageResult(name, "skipped", 0.0))
        return {**old, "status": "skipped", "seconds": 0.0}

    def _done(self, name: str, key: str, started: float, outputs: Sequence[Path]) -> dict:
        seconds = round(time.monotonic() - started, 2)
        self.listener(name, StageResult(name, "done", seconds))
        places = sorted({path.relative_to(self.staged.out).as_posix() for path in outputs})
        return {"key": key, "status": "done", "seconds": seconds, "outputs": places}

    def _made(self, stage: stages.Stage) -> list[Path]:
        """What ``stage`` had to leave behind; KitError if some of it is missing."""
        tables = self._tables(stage.makes)
        missing = [path.name for path in tables if not path.is_file()]
        folder = self.staged.figures(self.settings.as_of)
        figures = list(folder.iterdir()) if stage.figures else []
        if len([path for path in figures if path.suffix == ".png"]) < stage.figures:
            missing.append(f"{stage.figures} PNG")
        if missing:
            text = messages.STAGE_MADE_NOTHING
            raise KitError(text.format(notebook=stage.notebook, missing=", ".join(missing)))
        return [*figures, *tables]

    def _tables(self, names: Sequence[str]) -> list[Path]:
        folder = self.staged.processed(self.settings.as_of)
        return [folder / f"{name}.csv" for name in names]


def _refuse_unproven(
    chosen: Sequence[stages.Stage], project: Project, as_of: str, before: dict
) -> None:
    """A stage run alone starts from tables exactly as an earlier run wrote them, or not at all."""
    own_tables = {table for stage in chosen for table in stage.makes}
    for table in sorted({t for stage in chosen for t in stage.reads} - own_tables):
        path = project.processed(as_of) / f"{table}.csv"
        if not path.is_file():
            raise KitError(messages.NOTHING_ON_DISK.format(path=path.parent))
        place = path.relative_to(project.out).as_posix()
        if before.get("outputs", {}).get(place) != files.sha256(path):
            raise KitError(messages.TABLE_CHANGED.format(path=path))


def _refuse_moved(settings: Settings, inputs: dict[str, str]) -> None:
    """Files that changed while the run read them are half counted: publish nothing."""
    now = records.input_hashes(settings.raw_dir, settings.as_of)
    if now != inputs:
        names = records.differences({"inputs": inputs}, {"inputs": now}, ["inputs"])
        raise KitError("\n".join([messages.INPUT_MOVED, *names]))


def _holds_sample(staged: Project, project: Project, as_of: str) -> bool:
    """Whether any file received is marked as invented, wherever it was read from."""
    folders = (staged.processed(as_of), project.processed(as_of))  # a skipped intake is not staged
    paths = [folder / "submissions.csv" for folder in folders]
    path = next((path for path in paths if path.is_file()), None)
    if path is None:
        return False
    with path.open(encoding="utf-8", newline="") as stream:
        return any(row.get("is_sample") == "True" for row in csv.DictReader(stream))
