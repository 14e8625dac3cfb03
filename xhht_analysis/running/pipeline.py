"""Run the stages through papermill, in order, and publish what they made.

A stage is skipped when its notebook, the code, the configuration, its parameters and the bytes it
reads are those of the last published run and its outputs are still whole.
"""

from __future__ import annotations

import csv
import functools
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from xhht_analysis import store
from xhht_analysis.project import KitError, Project, UsageError, received_dates
from xhht_analysis.running import (
    messages,
    notebooks,
    preflight,
    provenance,
    publication,
    stages,
)


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


@dataclass(frozen=True)
class StageResult:
    """Fate of one stage: ``status`` is done or skipped."""

    name: str
    status: str
    seconds: float


Listener = Callable[[str, StageResult | None], None]


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
    finish: Callable[[Project, Settings], None] | None = None,
    listener: Listener = lambda name, result: None,
) -> dict:
    """Run ``chosen`` stages for ``settings.as_of`` and publish their outputs to ``project.out``.

    ``finish`` makes the documents from the executed notebooks, in staging. ``listener`` hears each
    stage begin (``None``) and end.

    Returns
    -------
    dict
        The run record (run.json).

    Raises
    ------
    KitError
        Locked folder, failing notebook, missing output, or a file that cannot be replaced. What
        was published before is untouched unless the last step failed on a file.
    """
    as_of, started = settings.as_of, time.monotonic()
    with publication.exclusive(project.out), publication.staging(project.out, as_of) as staged:
        before = publication.read_record(project, as_of)
        _refuse_unproven(chosen, project, as_of, before)
        made_from = provenance.gather(settings.raw_dir, as_of, project)
        work = functools.partial(
            _run_stage,
            settings=settings,
            project=project,
            staged=staged,
            made_from=made_from,
            changed=set(publication.broken_outputs(project, before)),
        )
        done: dict[str, dict] = dict(before.get("stages", {}))
        for wave in sorted({stage.wave for stage in chosen}):
            together = [stage for stage in chosen if stage.wave == wave]
            listener(" · ".join(stage.name for stage in together), None)
            for stage, entry in zip(together, _side_by_side(work, together, done), strict=True):
                done[stage.name] = entry
                listener(stage.name, StageResult(stage.name, entry["status"], entry["seconds"]))
        if finish is not None:
            changed = work.keywords["changed"]
            done["documents"] = _finish(finish, settings, project, staged, done, changed, listener)
        _mark_stale(chosen, settings, project, staged, made_from, done)
        moved = provenance.input_hashes(settings.raw_dir, as_of)
        if moved != made_from["inputs"]:
            names = provenance.differences(made_from, {"inputs": moved}, ["inputs"])
            raise KitError("\n".join([messages.INPUT_MOVED, *names]))
        record = {
            "as_of": as_of,
            "status": "done",
            "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - started, 2),
            "sample": settings.sample or _holds_sample(staged.processed(as_of)),
            "parameters": _parameters(settings, project),
            "overrides": settings.overrides,
            "commit": provenance.commit(project.root),
            **made_from,
            "stages": done,
        }
        return publication.publish(staged, project, as_of, record)


def _side_by_side(work: Callable, together: Sequence[stages.Stage], done: dict) -> list[dict]:
    """Run stages in threads; when the user interrupts, wait for none of them."""
    pool = ThreadPoolExecutor(len(together))
    try:
        return list(pool.map(functools.partial(work, done=done), together))
    finally:
        pool.shutdown(wait=sys.exc_info()[0] is not KeyboardInterrupt, cancel_futures=True)


def _mark_stale(chosen, settings, project, staged, made_from, done) -> None:
    """Stages not run now whose code, parameters or tables are no longer those they were made from.

    Their files are whole but old; the record says so, and the next whole run makes them again.
    """
    for stage in stages.ALL:
        old = done.get(stage.name)
        if old and stage not in chosen:
            fresh = old["key"] == _key(stage, settings, project, staged, made_from)
            done[stage.name] = {**old, "status": "skipped" if fresh else "stale", "seconds": 0.0}
    if "documents" in done and done[stages.REPORT.name]["status"] == "stale":
        done["documents"] = {**done["documents"], "status": "stale", "seconds": 0.0}


def _refuse_unproven(
    chosen: Sequence[stages.Stage], project: Project, as_of: str, before: dict
) -> None:
    """A stage run alone starts from tables exactly as an earlier run wrote them, or not at all."""
    made_here = {table for stage in chosen for table in stage.makes}
    for table in sorted({t for stage in chosen for t in stage.reads} - made_here):
        path = project.processed(as_of) / f"{table}.csv"
        if not path.is_file():
            raise KitError(messages.NOTHING_ON_DISK.format(path=path.parent))
        if before.get("outputs", {}).get(_place(path, project)) != store.sha256(path):
            raise KitError(messages.TABLE_CHANGED.format(path=path))


def _key(
    stage: stages.Stage, settings: Settings, project: Project, staged: Project, made_from: dict
) -> str:
    """Digest of everything ``stage`` depends on: its notebook, code, packages, parameters, bytes.

    A parameter counts for the notebooks that declare it.
    """
    source = project.notebooks_dir / stage.notebook
    declared = notebooks.declared_parameters(source)
    given = {k: v for k, v in _parameters(settings, project).items() if k in declared}
    code = {p: h for p, h in made_from["code"].items() if not p.startswith("notebooks/")}
    tables = [staged.processed(settings.as_of) / f"{table}.csv" for table in stage.reads]
    read = [store.sha256(path) if path.is_file() else "" for path in tables]
    inputs = read if stage.reads else made_from["inputs"]
    return provenance.digest([store.sha256(source), code, made_from["versions"], given, inputs])


def _run_stage(
    stage: stages.Stage,
    *,
    settings: Settings,
    project: Project,
    staged: Project,
    made_from: dict,
    changed: set[str],
    done: dict[str, dict],
) -> dict:
    as_of, started = settings.as_of, time.monotonic()
    tables = {table: staged.processed(as_of) / f"{table}.csv" for table in stage.makes}
    key, old = _key(stage, settings, project, staged, made_from), done.get(stage.name, {})
    if not settings.force and old.get("key") == key and not changed & set(old["outputs"]):
        return {**old, "status": "skipped", "seconds": 0.0}
    target = staged.run_dir(as_of) / stage.notebook
    notebooks.execute(
        project.notebooks_dir / stage.notebook,
        target,
        _parameters(settings, staged),
        cwd=project.root,
        timeout=settings.notebook_seconds,
        cell_timeout=settings.cell_seconds,
    )
    notebooks.replace_paths(target, staged.out, project.out)
    missing = [path.name for path in tables.values() if not path.is_file()]
    drawn = list(staged.figures(as_of).iterdir()) if stage.figures else []
    if len([path for path in drawn if path.suffix == ".png"]) < stage.figures:
        missing.append(f"{stage.figures} PNG")
    if missing:
        text = messages.STAGE_MADE_NOTHING
        raise KitError(text.format(notebook=stage.notebook, missing=", ".join(missing)))
    made = {_place(path, staged) for path in (target, *drawn, *tables.values())}
    seconds = round(time.monotonic() - started, 2)
    return {"key": key, "status": "done", "seconds": seconds, "outputs": sorted(made)}


def _finish(finish, settings, project, staged, done, changed, listener) -> dict:
    """Make the documents unless every notebook they come from was skipped and they are whole."""
    listener("documents", None)
    key = provenance.digest([done.get(s.name, {}).get("key") for s in stages.ALL])
    old = done.get("documents", {})
    whole = old.get("key") == key and not changed & set(old["outputs"])
    started, seen = time.monotonic(), _files(staged)
    if whole and not settings.force:
        entry = {**old, "status": "skipped", "seconds": 0.0}
    else:
        report = staged.run_dir(settings.as_of) / stages.REPORT.notebook
        if not report.is_file():
            report.write_bytes(
                (project.run_dir(settings.as_of) / stages.REPORT.notebook).read_bytes()
            )
            seen = _files(staged)
        finish(staged, settings)
        seconds = round(time.monotonic() - started, 2)
        made = sorted(_files(staged) - seen)
        entry = {"key": key, "status": "done", "seconds": seconds, "outputs": made}
    listener("documents", StageResult("documents", entry["status"], entry["seconds"]))
    return entry


def _parameters(settings: Settings, project: Project) -> dict[str, object]:
    """Every parameter the runner knows; a notebook is given those it declares."""
    as_of = settings.as_of
    return {
        "raw_dir": str(settings.raw_dir),
        "as_of": as_of,
        "sample": settings.sample,
        "lang": settings.lang,
        "processed_dir": str(project.processed(as_of)),
        "output_dir": str(project.processed(as_of)),
        "figures_dir": str(project.figures(as_of)),
        **settings.overrides,
    }


def _holds_sample(folder: Path) -> bool:
    """Whether any file received is marked as invented, wherever it was read from."""
    path = folder / "submissions.csv"
    if not path.is_file():
        return False
    with path.open(encoding="utf-8", newline="") as stream:
        return any(row.get("is_sample") == "True" for row in csv.DictReader(stream))


def _files(project: Project) -> set[str]:
    return {_place(path, project) for path in project.out.rglob("*") if path.is_file()}


def _place(path: Path, project: Project) -> str:
    return path.relative_to(project.out).as_posix()
