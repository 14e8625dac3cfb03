"""Run the stages through papermill, in order, and publish what they made.

A stage is skipped when its notebook, the code, the configuration, its parameters and the bytes it
reads are those of the last published run and its outputs are still whole.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import json
import platform
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from xhht_analysis import store
from xhht_analysis.project import DATE, KitError, Project, UsageError, received_dates
from xhht_analysis.running import messages, notebooks, publication, stages

VERSIONED = ("pandas", "numpy", "scipy", "statsmodels", "matplotlib", "seaborn", "papermill")
NOTEBOOK_TIMEOUT = 1800


@dataclass(frozen=True)
class Settings:
    """What one run was asked to do. ``as_of`` is an ISO date; ``overrides`` come from ``-p``."""

    raw_dir: Path
    as_of: str
    sample: bool = False
    lang: str = "vi"
    force: bool = False
    overrides: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class StageResult:
    """Fate of one stage: ``status`` is done or skipped."""

    name: str
    status: str
    seconds: float


Listener = Callable[[str, StageResult | None], None]


def choose_as_of(raw_dir: Path, as_of: str | None) -> str:
    """``as_of`` if given, else the latest date of receipt in ``raw_dir`` (never today).

    Raises
    ------
    UsageError
        If ``as_of`` is no ISO date.
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
    try:
        date.fromisoformat(as_of if DATE.fullmatch(as_of) else "")
    except ValueError:
        raise UsageError(messages.BAD_DATE.format(text=as_of)) from None
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
        changed = set(publication.broken_outputs(project, before))
        base = _base_hashes(settings, project)
        done: dict[str, dict] = dict(before.get("stages", {}))
        for wave in sorted({stage.wave for stage in chosen}):
            together = [stage for stage in chosen if stage.wave == wave]
            listener(" · ".join(stage.name for stage in together), None)
            work = functools.partial(
                _run_stage,
                settings=settings,
                project=project,
                staged=staged,
                base=base,
                done=done,
                changed=changed,
            )
            with ThreadPoolExecutor(len(together)) as pool:
                entries = list(pool.map(work, together))
            for stage, entry in zip(together, entries, strict=True):
                done[stage.name] = entry
                listener(stage.name, StageResult(stage.name, entry["status"], entry["seconds"]))
        if finish is not None:
            done["documents"] = _finish(finish, settings, project, staged, done, changed, listener)
        record = {
            "as_of": as_of,
            "status": "done",
            "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - started, 2),
            "sample": settings.sample,
            "parameters": _parameters(settings, project),
            "overrides": settings.overrides,
            "inputs": base["inputs"],
            "commit": _commit(project.root),
            "versions": _versions(),
            "stages": done,
        }
        return publication.publish(staged, project, as_of, record)


def _run_stage(
    stage: stages.Stage,
    *,
    settings: Settings,
    project: Project,
    staged: Project,
    base: dict,
    done: dict[str, dict],
    changed: set[str],
) -> dict:
    as_of, started = settings.as_of, time.monotonic()
    source = project.notebooks_dir / stage.notebook
    tables = {t: staged.processed(as_of) / f"{t}.csv" for t in (*stage.reads, *stage.makes)}
    absent = [t for t in stage.reads if not tables[t].is_file()]
    if absent:
        raise KitError(messages.NOTHING_ON_DISK.format(path=project.processed(as_of)))
    key = _digest(
        [
            store.sha256(source),
            base["code"],
            _parameters(settings, project),
            base["inputs"] if not stage.reads else [store.sha256(tables[t]) for t in stage.reads],
        ]
    )
    old = done.get(stage.name, {})
    if not settings.force and old.get("key") == key and not changed & set(old["outputs"]):
        return {**old, "status": "skipped", "seconds": 0.0}
    target = staged.run_dir(as_of) / stage.notebook
    notebooks.execute(
        source,
        target,
        _parameters(settings, staged),
        cwd=project.root,
        timeout=NOTEBOOK_TIMEOUT,
    )
    notebooks.replace_paths(target, staged.out, project.out)
    missing = [f"{t}.csv" for t in stage.makes if not tables[t].is_file()]
    drawn = list(staged.figures(as_of).iterdir()) if stage.figures else []
    if len([path for path in drawn if path.suffix == ".png"]) < stage.figures:
        missing.append(f"{stage.figures} PNG")
    if missing:
        text = messages.STAGE_MADE_NOTHING
        raise KitError(text.format(notebook=stage.notebook, missing=", ".join(missing)))
    made = {_place(path, staged) for path in (target, *drawn, *map(tables.get, stage.makes))}
    seconds = round(time.monotonic() - started, 2)
    return {"key": key, "status": "done", "seconds": seconds, "outputs": sorted(made)}


def _finish(finish, settings, project, staged, done, changed, listener) -> dict:
    """Make the documents unless every notebook they come from was skipped and they are whole."""
    listener("documents", None)
    key = _digest([done.get(s.name, {}).get("key") for s in stages.ALL])
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


def _base_hashes(settings: Settings, project: Project) -> dict:
    """Hashes of the files received by ``as_of``, and one of code, configuration and lock."""
    code = [*(project.root / "xhht_analysis").rglob("*"), *project.config_dir.rglob("*")]
    code.append(project.root / "requirements.lock")
    return {
        "inputs": input_hashes(settings.raw_dir, settings.as_of),
        "code": _digest(_hashes((p for p in code if p.suffix != ".pyc"), project.root)),
    }


def input_hashes(raw_dir: Path, as_of: str) -> dict[str, str]:
    """Path relative to ``raw_dir`` → sha256 of every file received by ``as_of``."""
    received = [day for day in received_dates(raw_dir) if day <= as_of]
    return _hashes((p for day in received for p in (raw_dir / day).rglob("*")), raw_dir)


def _hashes(paths: Iterable[Path], root: Path) -> dict[str, str]:
    found = sorted(p for p in paths if p.is_file() and not p.is_symlink())
    hashes = {}
    for path in found:
        try:
            hashes[path.relative_to(root).as_posix()] = store.sha256(path)
        except OSError as error:  # unreadable: intake rejects it by name
            hashes[path.relative_to(root).as_posix()] = f"unreadable: {error.strerror}"
    return hashes


def _files(project: Project) -> set[str]:
    return {_place(path, project) for path in project.out.rglob("*") if path.is_file()}


def _place(path: Path, project: Project) -> str:
    return path.relative_to(project.out).as_posix()


def _digest(parts: object) -> str:
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _versions() -> dict[str, str]:
    versions = {name: importlib.metadata.version(name) for name in VERSIONED}
    return {"python": platform.python_version(), **versions}


def _commit(root: Path) -> str:
    """Commit of the checkout, empty where there is none."""
    command = ["git", "-C", str(root), "rev-parse", "HEAD"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip()
