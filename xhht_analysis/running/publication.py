"""From staging to the reader: one run at a time, a whole set or the earlier one.

Kernels write only under ``OUT/.staging``; nothing there is ever read by people. `publish` keeps a
copy of every file it will replace, moves each new one into place with ``os.replace`` – a reader
finds the old file or the new one, never a torn one and never none – and writes run.json, with the
hash of every file, last. When one step fails, or the machine goes down, the copies come back.
"""

import contextlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from filelock import FileLock, Timeout

from xhht_analysis import files
from xhht_analysis.project import KitError, Project
from xhht_analysis.running import file_errors, messages, records

STAGING = ".staging"
REPLACED = ".replaced"
BACKUP_LIST = "files.json"
LOCK = ".xhht.lock"
INDEX = "index.html"


class LockedError(KitError):
    """Another run holds the output folder."""


class PublishError(KitError):
    """A file could not be put in its place; the earlier set stands."""


@contextlib.contextmanager
def exclusive(out: Path) -> Iterator[None]:
    """Hold ``out`` for one run; the operating system frees it when the process dies.

    Raises
    ------
    LockedError
        If another process holds it.
    """
    out.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(out / LOCK, timeout=0):
            yield
    except Timeout:
        raise LockedError(messages.LOCKED.format(path=out)) from None


@contextlib.contextmanager
def staging(out: Path, as_of: str) -> Iterator[Project]:
    """Fresh, empty staging folders of ``as_of`` for a caller that holds the lock.

    What a killed run left behind is cleared first, and what it replaced comes back.
    """
    root = out / STAGING
    shutil.rmtree(root, ignore_errors=True)
    _restore(out)
    project = Project(out=root)
    try:
        for folder in (project.processed, project.figures, project.run_dir):
            folder(as_of).mkdir(parents=True)
        yield project
    except OSError as error:  # a write that fails on a full disk does not say where
        error.filename = error.filename or str(out)
        raise
    finally:
        shutil.rmtree(root, ignore_errors=True)


def targets(project: Project, as_of: str, places: Iterable[str]) -> list[Path]:
    """Files that a run of ``as_of`` may replace: its outputs at ``places``, index, ledger, record.

    ``places`` are relative to OUT.
    """
    run_json, ledger = project.run_dir(as_of) / "run.json", project.reports_root / records.LEDGER
    outputs = [project.out / place for place in places]
    return [*outputs, project.reports_root / INDEX, run_json, ledger]


def check_targets(paths: Iterable[Path]) -> None:
    """Open every one of ``paths`` that exists for writing, and close it again.

    Raises
    ------
    PublishError
        Naming the first that another program or another user's rights keep from being replaced.
    """
    for path in paths:
        try:
            if path.is_file():
                files.patiently(lambda path=path: path.open("ab")).close()
        except OSError as error:
            raise PublishError(file_errors.cannot_write(path, error)) from None


def publish(
    staged: Project,
    final: Project,
    as_of: str,
    record: dict,
    finish: Callable[[], None] = lambda: None,
) -> dict:
    """Put the staged outputs of a run in their places, drop what is no longer made, write run.json.

    ``record["stages"]`` lists the outputs of each stage (paths relative to OUT, with ``/``); staged
    files that are none are left behind. ``finish`` writes what belongs to the set: index, ledger.

    Returns
    -------
    dict
        ``record`` with ``outputs``: path → sha256; and, if tables of an earlier run of this
        vintage were replaced by others, ``replaces``: when that ended, which, and what differs.

    Raises
    ------
    PublishError
        If a file cannot be replaced (open in Excel, disk full, read-only); all is as before then.
    """
    before = records.read_record(final, as_of)
    claimed = _outputs(record)
    dropped = _outputs(before) - claimed
    outputs = {p: h for p, h in before.get("outputs", {}).items() if p in claimed}
    moved = [place for place in sorted(claimed) if (staged.out / place).is_file()]
    paths = targets(final, as_of, [*moved, *dropped])
    check_targets(paths)
    with _transaction(final.out, paths):
        for place in moved:
            outputs[place] = files.sha256(staged.out / place)
            (final.out / place).parent.mkdir(parents=True, exist_ok=True)
            files.replace(staged.out / place, final.out / place)
        for place in dropped:
            files.remove(final.out / place)
        full = {**record, "outputs": {p: outputs[p] for p in sorted(claimed)}}
        full |= _replaced(before, full)
        text = json.dumps(full, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        files.write_text(final.run_dir(as_of) / "run.json", text)
        finish()
    return full


def _outputs(record: Mapping) -> set[str]:
    """Places of all files that the stages of ``record`` made."""
    return {place for stage in record.get("stages", {}).values() for place in stage["outputs"]}


def _replaced(before: Mapping, full: Mapping) -> dict:
    """``replaces``, if tables of an earlier run on the same kind of data gave way to others."""
    was = before.get("outputs", {})
    changed = [p for p, h in full["outputs"].items() if p.endswith(".csv") and was.get(p, h) != h]
    if not changed or before.get("sample") != full.get("sample"):
        return {}
    names, why = [Path(place).name for place in changed], records.differences(before, full)
    return {"replaces": {"finished_at": before["finished_at"], "changed": names, "why": why}}


@contextlib.contextmanager
def _transaction(out: Path, paths: Iterable[Path]) -> Iterator[None]:
    """Keep a copy of each of ``paths`` while the block runs; it comes back if that fails.

    `BACKUP_LIST` is written when all are kept: it lists the paths, also those that were absent.

    Raises
    ------
    PublishError
        For an error of the file system: it names the file and the remedy.
    """
    kept = out / REPLACED
    places = {str(n): path.relative_to(out).as_posix() for n, path in enumerate(paths)}
    try:
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir()
        for number, place in places.items():
            if (out / place).is_file():
                shutil.copy2(out / place, kept / number)
        files.write_text(kept / BACKUP_LIST, json.dumps(places))
        yield
    except BaseException as error:
        _restore(out)
        if not isinstance(error, OSError):
            raise
        place = error.filename2 or error.filename or out
        raise PublishError(file_errors.cannot_write(place, error)) from None
    with contextlib.suppress(OSError):
        files.remove(kept / BACKUP_LIST)  # first: what is half cleared away must never come back
    shutil.rmtree(kept, ignore_errors=True)


def _restore(out: Path) -> None:
    """Put back what an unfinished publication replaced; nothing to do if there was none."""
    kept = out / REPLACED
    with contextlib.suppress(OSError, ValueError):
        for number, place in json.loads((kept / BACKUP_LIST).read_text("utf-8")).items():
            with contextlib.suppress(OSError):  # the others must not stay behind
                if (kept / number).is_file():
                    files.replace(kept / number, out / place)
                else:
                    files.remove(out / place)
    shutil.rmtree(kept, ignore_errors=True)
