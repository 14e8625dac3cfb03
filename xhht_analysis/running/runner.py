"""Run the stages through papermill, one after the other, and publish what they made.

A stage is skipped when all that it reads – its notebook, its rooms of the package, its files of
config/, its parameters, the bytes it starts from – is as in the last published run and its outputs
are still whole. Everything is made in staging first; see `publication`.
"""

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from xhht_analysis import files
from xhht_analysis.project import KitError, Project
from xhht_analysis.running import (
    document_stage,
    execution,
    messages,
    notebooks,
    publication,
    records,
)
from xhht_analysis.running.stages import ALL, DOCUMENTS, REPORT, Stage

PACKAGE = "xhht_analysis/"


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
    finish: Callable[[], None] = lambda: None,
    listener: Listener = lambda name, entry: None,
) -> dict:
    """Run ``chosen`` stages for ``settings.as_of`` and publish their outputs to ``project.out``.

    ``finish`` writes what belongs to the set, beside the ledger's line.

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
        paths = publication.targets(project, as_of, before.get("outputs", ()))
        publication.check_targets(paths)
        sources = records.sources(settings.raw_dir, as_of, project)
        _copy_tables(project, staged, before)
        stages = _Stages(settings, project, staged, sources, before, listener)
        done = {stage.name: stages.entry(stage) for stage in chosen}
        _refuse_moved(settings, sources["inputs"])
        is_sample = settings.sample or _holds_sample(staged.processed(as_of))
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

        return publication.publish(staged, project, as_of, record, close)


@dataclass(frozen=True)
class _Stages:
    """The stages of one run: settings, places, sources, what the last run left (``before``).

    ``kernel_record`` is what the kernels saw of their environment.
    """

    settings: Settings
    project: Project
    staged: Project
    sources: dict
    before: dict
    listener: Listener
    kernel_record: dict = field(default_factory=dict)

    def entry(self, stage: Stage) -> dict:
        """Run ``stage``, or leave it as it is if nothing changed; its entry of the record."""
        key, started = self.key(stage), time.monotonic()
        old = self.before.get("stages", {}).get(stage.name, {"key": "", "outputs": []})
        due = self.settings.force or old["key"] != key
        due = due or records.broken_outputs(self.project, self.before, old["outputs"])
        if due or (stage == DOCUMENTS and document_stage.lacks_pdf(old["outputs"])):
            self.listener(stage.name, None)
            outputs = self._write_documents() if stage == DOCUMENTS else self._execute(stage)
            places = sorted({path.relative_to(self.staged.out).as_posix() for path in outputs})
            seconds = round(time.monotonic() - started, 2)
            entry = {"key": key, "status": "done", "seconds": seconds, "outputs": places}
        else:
            entry = {**old, "status": "skipped", "seconds": 0.0}
        self.listener(stage.name, entry)
        return entry

    def key(self, stage: Stage) -> str:
        """Digest of all that ``stage`` reads: notebook, code, config, packages, parameters, bytes.

        A parameter counts for the notebooks that declare it; the documents are made from the
        report's notebook.
        """
        source = self.project.notebooks_dir / (REPORT if stage == DOCUMENTS else stage).notebook
        declared = notebooks.declared_parameters(source)
        values = self.settings.parameters(self.project)
        values = {name: value for name, value in values.items() if name in declared}
        inputs = self.sources["inputs"]
        if stage.reads:
            folder = self.staged.processed(self.settings.as_of)
            tables = [folder / f"{table}.csv" for table in stage.reads]
            inputs = [files.sha256(path) if path.is_file() else "" for path in tables]
        code = read_code(stage, self.sources["code"])
        return records.digest(
            [files.sha256(source), code, self.sources["versions"], values, inputs]
        )

    def _execute(self, stage: Stage) -> list[Path]:
        """Execute the notebook of ``stage``; the files it left, itself among them.

        Raises
        ------
        KitError
            If it fails, leaves less than it must, or if a table it reads is not there as an earlier
        stage wrote it.
        """
        as_of = self.settings.as_of
        folder = self.staged.processed(as_of)
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
        figures = list(self.staged.figures(as_of).iterdir()) if stage.figures else []
        missing = [path.name for path in tables if not path.is_file()]
        if len([path for path in figures if path.suffix == ".png"]) < stage.figures:
            missing.append(f"{stage.figures} PNG")
        if missing:
            text = messages.STAGE_MADE_NOTHING
            raise KitError(text.format(notebook=stage.notebook, missing=", ".join(missing)))
        return [target, *figures, *tables]

    def _write_documents(self) -> list[Path]:
        """Write the documents from the executed report, of this run or an earlier one."""
        as_of = self.settings.as_of
        places = [where.run_dir(as_of) / REPORT.notebook for where in (self.staged, self.project)]
        executed = next((path for path in places if path.is_file()), places[0])
        document_stage.write_documents(self.staged, as_of, self.settings.lang, executed)
        paths = (path for path in self.staged.reports(as_of).rglob("*") if path.is_file())
        return [path for path in paths if self.staged.run_dir(as_of) not in path.parents]


def read_code(stage: Stage, hashes: dict[str, str]) -> dict[str, str]:
    """Those of ``hashes`` (place → sha256, see `records.code_hashes`) that ``stage`` reads."""
    rooms = ("config/", *(PACKAGE + place for place in ("plan/", *stage.code)))

    def is_read(place: str) -> bool:
        """The ground is read by all stages, the rest by what the stage's row says."""
        is_ground = place.startswith(PACKAGE) and place.count("/") == 1
        return is_ground or (place.startswith(rooms) and not place.startswith(stage.unread))

    return {place: sha for place, sha in hashes.items() if is_read(place)}


def _copy_tables(project: Project, staged: Project, before: dict) -> None:
    """A run starts from the tables that are as its last one wrote them, and from no others."""
    folder = staged.processed(before.get("as_of", "")).relative_to(staged.out).as_posix()
    tables = {place for place in before.get("outputs", {}) if place.startswith(folder)}
    for place in tables.difference(records.broken_outputs(project, before, tables)):
        shutil.copy2(project.out / place, staged.out / place)


def _refuse_moved(settings: Settings, inputs: dict[str, str]) -> None:
    """Files that changed while the run read them are half counted: publish nothing."""
    now = records.input_hashes(settings.raw_dir, settings.as_of)
    if now != inputs:
        names = records.differences({"inputs": inputs}, {"inputs": now}, ["inputs"])
        raise KitError("\n".join([messages.INPUT_MOVED, *names]))


def _holds_sample(folder: Path) -> bool:
    """Whether any file received is marked as invented, in the table of submissions there is."""
    import pandas as pd

    path = folder / "submissions.csv"
    return path.is_file() and bool(pd.read_csv(path)["is_sample"].eq(True).any())
