"""Unit reports: a notebook and a page per unit, side by side; what is done is not redone.

They run over any ``concurrent.futures.Executor``: threads, each waiting for a kernel of its own, or
the workers of a Dask cluster (`cluster`). No scheduler of our own.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    CancelledError,
    Executor,
    Future,
    ThreadPoolExecutor,
    wait,
)
from dataclasses import dataclass
from pathlib import Path

from xhht_analysis import files, store
from xhht_analysis.project import KitError, Project, UsageError
from xhht_analysis.running import documents, execution, messages, publication, records, stages

SOURCE = "06_unit_report"
PAGE = "reports/{}/units/{}.html"
CHECKPOINT = 20
KERNEL_BYTES = 400 * 2**20
"""Memory set aside for one kernel with the full stack (230 MB measured, and its tables)."""
UNIT_TIMEOUT = 600


class UnitsFailedError(KitError):
    """Some unit reports could not be made (unit → message); the others were published."""

    def __init__(self, errors: dict[str, str], total: int):
        names = ", ".join(sorted(errors))
        self.logged = messages.UNITS_FAILED.format(failed=len(errors), total=total, names=names)
        super().__init__("\n".join([self.logged, *sorted(set(errors.values()))]))


@dataclass(frozen=True)
class Job:
    """One execution of ``source`` into ``target`` and, if given, its ``page`` in ``lang``.

    ``name`` is what a failure is called.
    """

    name: str
    source: Path
    target: Path
    parameters: dict[str, object]
    cwd: Path
    page: Path | None = None
    lang: str = "vi"


@dataclass(frozen=True)
class Outcome:
    """``error`` is empty when the job worked, else the message for the user."""

    name: str
    error: str = ""


def execute_job(job: Job) -> Outcome:
    """Run one job; a failing notebook is an outcome, never an exception (the rest goes on)."""
    try:
        execution.execute(job.source, job.target, job.parameters, cwd=job.cwd, timeout=UNIT_TIMEOUT)
        if job.page:
            documents.export_unit(job.target, job.page, job.lang)
    except KitError as error:
        return Outcome(job.name, str(error))
    return Outcome(job.name)


def outcomes(jobs: Sequence[Job], executor: Executor) -> Iterator[Outcome]:
    """Run every job on ``executor``; outcomes as they arrive, an executor's own failure among them.

    If the caller stops listening, jobs not yet begun are given up.
    """
    futures: dict[Future, Job] = {executor.submit(execute_job, job): job for job in jobs}
    try:
        for future in _as_completed(futures, getattr(executor, "check", lambda: None)):
            job = futures[future]
            cause = CancelledError() if future.cancelled() else future.exception()
            if cause is None:
                yield future.result()
            else:
                text = messages.UNIT_LOST.format(cause=f"{type(cause).__name__}: {cause}")
                yield Outcome(job.name, text)
    finally:
        for future in futures:
            future.cancel()


def _as_completed(futures: Iterable[Future], check: Callable[[], None]) -> Iterator[Future]:
    """Futures as they end; ``check`` is called while none does and may raise.

    On Windows Ctrl+C reaches only a wait that ends by itself.
    """
    pending = set(futures)
    while pending:
        done, pending = wait(pending, timeout=0.5, return_when=FIRST_COMPLETED)
        yield from done
        if not done:
            check()


def default_workers() -> int:
    """Kernels at once that cores and free memory allow, at least one."""
    import psutil

    return max(1, min(os.cpu_count() or 1, psutil.virtual_memory().available // KERNEL_BYTES))


@contextlib.contextmanager
def make_executor(workers: int | None = None) -> Iterator[Executor]:
    """Threads, as many as ``workers``; an interruption waits for none of them."""
    pool = ThreadPoolExecutor(workers or default_workers())
    try:
        yield pool
    finally:
        interrupted = isinstance(sys.exc_info()[1], KeyboardInterrupt)
        if interrupted:
            execution.end_own_kernels()
        pool.shutdown(wait=not interrupted, cancel_futures=True)


def unit_codes(project: Project, as_of: str) -> list[str]:
    """Codes of the units that have a verdict or a figure in the tables of ``as_of``."""
    folder = project.processed(as_of)
    verdicts = store.read_table("verdicts", folder)["unit_code"]
    panel = store.read_table("panel", folder)["unit_code"]
    return sorted(set(verdicts) | set(panel))


def choose(wanted: Sequence[str], project: Project, as_of: str) -> list[str]:
    """Units to report on: ``["all"]`` or codes.

    Raises
    ------
    UsageError
        If a code is unknown in this run.
    """
    codes = unit_codes(project, as_of)
    if list(wanted) == ["all"]:
        return codes
    for code in wanted:
        if code not in codes:
            raise UsageError(messages.UNKNOWN_UNIT.format(code=code))
    return sorted(set(wanted))


def run(
    wanted: Sequence[str],
    as_of: str,
    lang: str,
    project: Project,
    executor: Executor,
    *,
    finish: Callable[[dict], None] = lambda record: None,
    listener: Callable[[int, int, Outcome], None] = lambda done, total, outcome: None,
) -> dict:
    """Make the report of each unit from the published tables of ``as_of`` and publish them.

    Pages are published as they are made, `CHECKPOINT` at a time, so a run that is killed loses
    little. A unit whose tables, notebook and code are those of its last report is left as it is.
    ``finish`` is called at each publication, see `publication.publish`.

    Returns
    -------
    dict
        The run record with a stage ``06_unit_report``.

    Raises
    ------
    UnitsFailedError
        If any unit failed, after the others were published; the message names them.
    """
    started, errors = time.monotonic(), {}
    with publication.exclusive(project.out), publication.staging(project.out, as_of) as staged:
        record = records.read_record(project, as_of)
        units = choose(wanted, project, as_of)
        key = _key(project, record, lang)
        old = record["stages"].get(SOURCE, {"key": "", "outputs": []})
        broken = set(records.broken_outputs(project, record))
        pages = set(old["outputs"]) - broken - set(old.get("pending", ()))
        if old["key"] != key:
            pages = set()
        due = [unit for unit in units if PAGE.format(as_of, unit) not in pages]
        ready = Project(root=project.root, out=staged.out / "ready")
        jobs = [_job(unit, project, staged, as_of, lang) for unit in due]
        full = record
        for done, outcome in enumerate(outcomes(jobs, executor), start=1):
            listener(done, len(jobs), outcome)
            if outcome.error:
                errors[outcome.name] = outcome.error
            else:
                pages.add(_move_page(outcome.name, staged, ready, as_of))
            if done % CHECKPOINT and done < len(jobs):
                continue
            # pages of an earlier run stay readable until theirs is made, or could not be made
            pending = set(old["outputs"]) - broken - pages if done < len(jobs) else set()
            entry = {"key": key, "status": "done", "failed": sorted(errors)}
            entry |= {"outputs": sorted(pages | pending), "pending": sorted(pending)}
            entry["seconds"] = round(time.monotonic() - started, 2)
            stages_now = {**record["stages"], SOURCE: entry}
            full = publication.publish(
                ready, project, as_of, {**record, "stages": stages_now}, finish
            )
    if errors:
        raise UnitsFailedError(errors, len(units))
    return full


def _move_page(unit: str, staged: Project, ready: Project, as_of: str) -> str:
    """Take a finished page out of the kernels' reach; return its place."""
    place = PAGE.format(as_of, unit)
    (ready.out / place).parent.mkdir(parents=True, exist_ok=True)
    files.replace(staged.out / place, ready.out / place)
    files.remove(staged.run_dir(as_of) / f"{SOURCE}_{unit}.ipynb")
    return place


def _job(unit: str, project: Project, staged: Project, as_of: str, lang: str) -> Job:
    parameters = {
        "unit_code": unit,
        "as_of": as_of,
        "lang": lang,
        "processed_dir": str(project.processed(as_of)),
    }
    target = staged.run_dir(as_of) / f"{SOURCE}_{unit}.ipynb"
    source = project.notebooks_dir / f"{SOURCE}.ipynb"
    page = staged.out / PAGE.format(as_of, unit)
    return Job(unit, source, target, parameters, project.root, page, lang)


def _key(project: Project, record: dict, lang: str) -> str:
    """Tables, notebook, code and language a unit report depends on."""
    tables = [f"data/processed/{record['as_of']}/{t}.csv" for t in stages.REPORT.reads]
    parts = [record["outputs"].get(table, "") for table in tables]
    parts += [files.sha256(project.notebooks_dir / f"{SOURCE}.ipynb"), lang]
    return records.digest([*parts, record["stages"][stages.REPORT.name]["key"]])
