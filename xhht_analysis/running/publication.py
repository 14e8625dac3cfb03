"""From staging to the reader: one run at a time, a whole set or the earlier one.

Kernels write only under ``OUT/.staging``; nothing there is ever read by people. `publish` keeps a
copy of every file it will replace, moves each new one into place with ``os.replace`` – a reader
finds the old file or the new one, never a torn one and never none – and writes run.json, with the
hash of every file, last. When one step fails, or the machine goes down, the copies come back.
"""

import contextlib
import functools
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from filelock import FileLock, Timeout

from xhht_analysis import files
from xhht_analysis.project import KitError, Project
from xhht_analysis.running import messages, records

STAGING = ".staging"
REPLACED = ".replaced"
BACKUP_LIST = "files.json"
LOCK = ".xhht.lock"
INDEX = "index.html"


@contextlib.contextmanager
def staging(out: Path, as_of: str) -> Iterator[Project]:
    """Hold ``out`` for one run of ``as_of``; fresh, empty staging folders for what it makes.

    What a killed run left behind is cleared first, and what it replaced comes back. The operating
    system frees ``out`` when the process dies.

    Raises
    ------
    KitError
        If another process holds it.
    """
    project = Project(out=out / STAGING)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with FileLock(out / LOCK, timeout=0):
            shutil.rmtree(project.out, ignore_errors=True)
            _restore(out)
            for folder in (project.processed, project.figures, project.run_dir):
                folder(as_of).mkdir(parents=True)
            try:
                yield project
            finally:
                shutil.rmtree(project.out, ignore_errors=True)
    except Timeout:
        raise KitError(messages.LOCKED.format(path=out)) from None
    except OSError as error:  # a write that fails on a full disk does not say where
        error.filename = error.filename or str(out)
        raise


def check_targets(project: Project, as_of: str, places: Iterable[str]) -> list[Path]:
    """Open for writing, and close again, all that a run of ``as_of`` may replace and that exists.

    Returns
    -------
    list of Path
        Its outputs at ``places`` (relative to OUT), the index, the record.

    Raises
    ------
    OSError
        Of the first that another program or another user's rights keep from being replaced.
    """
    paths = [project.out / place for place in places]
    paths += [project.reports_root / INDEX, project.run_dir(as_of) / "run.json"]
    for path in filter(Path.is_file, paths):
        files.patiently(functools.partial(path.open, "ab")).close()
    return paths


def publish(
    staged: Project,
    final: Project,
    before: Mapping,
    record: dict,
    finish: Callable[[], None] = lambda: None,
) -> dict:
    """Put the staged outputs of a run in their places; what is no longer made goes.

    ``record["stages"]`` lists the outputs of each stage (paths relative to OUT, with ``/``); staged
    files that are none are left behind. ``before`` is the record of what stands there now. Then
    run.json is written, and ``finish`` writes what else belongs to the set.

    Returns
    -------
    dict
        ``record`` with ``outputs``: path → sha256; ``replaces``: tables that differ from before.

    Raises
    ------
    OSError
        If a file cannot be replaced (open in Excel, disk full, read-only); all is as before then.
    """
    old = before.get("outputs", {})
    places = {place for stage in record["stages"].values() for place in stage["outputs"]}
    fresh = records.file_hashes((staged.out / place for place in sorted(places)), staged.out)
    obsolete = old.keys() - places
    changed = [p for p, sha in fresh.items() if p.startswith("data/") and old.get(p, sha) != sha]
    outputs = {place: sha for place, sha in (old | fresh).items() if place in places}
    full = {**record, "outputs": outputs, "replaces": changed}
    with _transaction(final.out, check_targets(final, record["as_of"], [*fresh, *obsolete])):
        for place in fresh:
            (final.out / place).parent.mkdir(parents=True, exist_ok=True)
            files.replace(staged.out / place, final.out / place)
        for place in obsolete:
            files.remove(final.out / place)
        records.write_record(final, full)
        finish()
    return full


@contextlib.contextmanager
def _transaction(out: Path, paths: Iterable[Path]) -> Iterator[None]:
    """Keep a copy of each of ``paths`` while the block runs; it comes back if that fails.

    `BACKUP_LIST` is written when all are kept: it lists the paths, also those that were absent.
    """
    backup = out / REPLACED
    places = {str(n): path.relative_to(out).as_posix() for n, path in enumerate(paths)}
    try:
        shutil.rmtree(backup, ignore_errors=True)
        backup.mkdir()
        for number, place in places.items():
            if (out / place).is_file():
                shutil.copy2(out / place, backup / number)
        files.write_text(backup / BACKUP_LIST, json.dumps(places))
        yield
    except BaseException:
        _restore(out)
        raise
    with contextlib.suppress(OSError):
        files.remove(backup / BACKUP_LIST)  # first: what is half cleared away must never come back
    shutil.rmtree(backup, ignore_errors=True)


def _restore(out: Path) -> None:
    """Put back what an unfinished publication replaced; nothing to do if there was none."""
    backup = out / REPLACED
    for number, place in files.read_json(backup / BACKUP_LIST).items():
        with contextlib.suppress(OSError):  # the others must not stay behind
            if (backup / number).is_file():
                files.replace(backup / number, out / place)
            else:
                files.remove(out / place)
    shutil.rmtree(backup, ignore_errors=True)
