"""Run the stages through papermill, in order, and publish what they made.

A stage is skipped when its notebook, the code, the configuration, its parameters and the bytes it
reads are those of the last published run and its outputs are still whole.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from xhht_analysis import files
from xhht_analysis.project import KitError, Project, UsageError, received_dates
from xhht_analysis.running import messages, preflight, provenance, publication, stages
from xhht_analysis.running.work import DOCUMENTS, Finish, Listener, Settings, Work


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
    check: Callable[[], None] | None = None,
    finish: Finish | None = None,
    listener: Listener = lambda name, result: None,
) -> dict:
    """Run ``chosen`` stages for ``settings.as_of`` and publish their outputs to ``project.out``.

    ``check`` raises if the configuration is no good; what the last run was made from, which passed,
    is not checked again. ``finish`` makes the documents in staging, see `work.Finish`.
    ``listener`` hears each stage begin (``None``) and end, from several threads.

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
        work = Work(
            settings=settings,
            project=project,
            staged=staged,
            made_from=made_from,
            before=before.get("stages", {}),
            changed=set(publication.broken_outputs(project, before)),
            listener=listener,
        )
        passed = made_from["code"] == before.get("code")
        done = work.do(chosen, None if passed else check, finish)
        done = work.before | done | _left_behind(work, done)
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
            "parameters": settings.parameters(project),
            "overrides": settings.overrides,
            "commit": provenance.commit(project.root),
            **made_from,
            "stages": done,
        }
        return publication.publish(staged, project, as_of, record)


def _left_behind(work: Work, done: dict) -> dict[str, dict]:
    """Entries of what was not made now: skipped, or stale where what it was made from changed.

    Stale files are whole but old; the record says so, and the next whole run makes them again.
    """
    made_by = {stage.name: stage for stage in stages.ALL} | {DOCUMENTS: stages.REPORT}
    left = {n: e for n, e in work.before.items() if n in made_by and n not in done}
    status = {True: "skipped", False: "stale"}
    return {
        name: {**entry, "status": status[entry["key"] == work.key(made_by[name])], "seconds": 0.0}
        for name, entry in left.items()
    }


def _refuse_unproven(
    chosen: Sequence[stages.Stage], project: Project, as_of: str, before: dict
) -> None:
    """A stage run alone starts from tables exactly as an earlier run wrote them, or not at all."""
    made_here = {table for stage in chosen for table in stage.makes}
    for table in sorted({t for stage in chosen for t in stage.reads} - made_here):
        path = project.processed(as_of) / f"{table}.csv"
        if not path.is_file():
            raise KitError(messages.NOTHING_ON_DISK.format(path=path.parent))
        place = path.relative_to(project.out).as_posix()
        if before.get("outputs", {}).get(place) != files.sha256(path):
            raise KitError(messages.TABLE_CHANGED.format(path=path))


def _holds_sample(folder: Path) -> bool:
    """Whether any file received is marked as invented, wherever it was read from."""
    path = folder / "submissions.csv"
    if not path.is_file():
        return False
    with path.open(encoding="utf-8", newline="") as stream:
        return any(row.get("is_sample") == "True" for row in csv.DictReader(stream))
