"""From staging to the reader: one run at a time, file by file, run.json last.

Kernels write only under ``OUT/.staging``; nothing there is ever read by people. `publish` moves
each file with ``os.replace``, so a reader finds the old file or the new one, never a torn one and
never none. run.json, written last, holds the hash of every file: a set that does not match it is
not whole.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from xhht_analysis import files
from xhht_analysis.project import KitError, Project
from xhht_analysis.running import messages, provenance

STAGING = ".staging"
LOCK = ".xhht.lock"


class LockedError(KitError):
    """Another run holds the output folder."""


class PublishError(KitError):
    """A file could not be put in its place; earlier results stay readable."""


@contextlib.contextmanager
def exclusive(out: Path) -> Iterator[None]:
    """Hold ``out`` for one run; the operating system frees it when the process dies.

    Raises
    ------
    LockedError
        If another process holds it.
    """
    out.mkdir(parents=True, exist_ok=True)
    with (out / LOCK).open("a+b") as handle:
        try:
            _lock(handle.fileno())
        except OSError:
            raise LockedError(messages.LOCKED.format(path=out)) from None
        yield


def _lock(descriptor: int) -> None:
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextlib.contextmanager
def staging(out: Path, as_of: str) -> Iterator[Project]:
    """Fresh staging folders that start from the tables already published for ``as_of``.

    What a killed run left behind is removed first: the caller holds the lock, so it is nobody's.
    """
    root = out / STAGING
    shutil.rmtree(root, ignore_errors=True)
    project = Project(out=root)
    try:
        published = Project(out=out).processed(as_of)
        project.processed(as_of).mkdir(parents=True)
        for table in filter(Path.is_file, published.glob("*.csv")):
            shutil.copy2(table, project.processed(as_of) / table.name)
        for folder in (project.figures(as_of), project.run_dir(as_of)):
            folder.mkdir(parents=True)
        yield project
    except OSError as error:  # a write that fails on a full disk does not say where
        error.filename = error.filename or str(out)
        raise
    finally:
        shutil.rmtree(root, ignore_errors=True)


def publish(staged: Project, final: Project, as_of: str, record: dict) -> dict:
    """Move every staged file of ``as_of`` into place, drop what is no longer made, write run.json.

    ``record["stages"]`` lists the outputs of each stage (paths relative to OUT, with ``/``).

    Returns
    -------
    dict
        ``record`` with ``outputs``: path → sha256; and, if tables of an earlier run of this
        vintage were replaced by others, ``replaces``: when that ended, which, and what differs.

    Raises
    ------
    PublishError
        If a file cannot be replaced (open in Excel, disk full, read-only).
    """
    before = read_record(final, as_of)
    claimed = {place for stage in record["stages"].values() for place in stage["outputs"]}
    outputs = {p: h for p, h in before.get("outputs", {}).items() if p in claimed}
    for path in sorted(p for p in staged.out.rglob("*") if p.is_file()):
        target = final.out / path.relative_to(staged.out)
        with _named(target):
            outputs[path.relative_to(staged.out).as_posix()] = files.sha256(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
    old = {place for stage in before.get("stages", {}).values() for place in stage["outputs"]}
    for gone in old - claimed:
        with _named(final.out / gone):
            (final.out / gone).unlink(missing_ok=True)
    full = {**record, "outputs": {p: outputs[p] for p in sorted(claimed)}}
    was = before.get("outputs", {})
    changed = [p for p, h in full["outputs"].items() if p.endswith(".csv") and was.get(p, h) != h]
    if changed:
        why = provenance.differences(before, record)
        told = [Path(place).name for place in changed]
        full["replaces"] = {"finished_at": before["finished_at"], "changed": told, "why": why}
    text = json.dumps(full, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    target = final.run_dir(as_of) / "run.json"
    with _named(target):
        files.write_text(target, text)
    return full


@contextlib.contextmanager
def _named(path: Path) -> Iterator[None]:
    """Turn an error of the file system into one that names the file and the likely remedy."""
    try:
        yield
    except OSError as error:
        raise PublishError(messages.FILE_BUSY.format(path=path, cause=error.strerror)) from None


def read_record(project: Project, as_of: str) -> dict:
    """run.json of ``as_of``, or an empty dict when that run did not happen or cannot be read."""
    path = project.run_dir(as_of) / "run.json"
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def broken_outputs(project: Project, record: dict) -> list[str]:
    """Outputs of ``record`` that are absent or changed on disk since the run."""
    return [
        place
        for place, digest in record.get("outputs", {}).items()
        if not (project.out / place).is_file() or files.sha256(project.out / place) != digest
    ]
