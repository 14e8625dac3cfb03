"""One notebook for many units at once, over any ``concurrent.futures.Executor``.

Threads by default (each waits for a kernel of its own), a Dask cluster when an address is given:
its workers must see the same folders. No scheduler of our own.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from xhht_analysis.project import KitError
from xhht_analysis.running import documents, messages, notebooks

KERNEL_BYTES = 400 * 2**20
"""Memory set aside for one kernel with the full stack (230 MB measured, and its tables)."""
UNIT_TIMEOUT = 600


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
        notebooks.execute(job.source, job.target, job.parameters, cwd=job.cwd, timeout=UNIT_TIMEOUT)
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
        for future in as_completed(futures):
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


def default_workers() -> int:
    """Kernels at once that cores and free memory allow, at least one."""
    import psutil

    return max(1, min(os.cpu_count() or 1, psutil.virtual_memory().available // KERNEL_BYTES))


@contextlib.contextmanager
def make_executor(workers: int | None = None, dask: str | None = None) -> Iterator[Executor]:
    """Threads, or the workers of the Dask scheduler at address ``dask``.

    Raises
    ------
    KitError
        If a Dask address is given and distributed is not installed or nobody answers there.
    """
    if not dask:
        with ThreadPoolExecutor(workers or default_workers()) as pool:
            yield pool
        return
    try:
        from distributed import Client
    except ImportError:
        raise KitError(messages.NO_DASK) from None
    try:
        client = Client(dask, timeout=10)
    except OSError as error:
        raise KitError(messages.DASK_SILENT.format(address=dask, cause=error)) from None
    with client:
        yield client.get_executor(pure=False)
