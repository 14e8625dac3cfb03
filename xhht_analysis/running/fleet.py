"""One notebook for many units at once, over any ``concurrent.futures.Executor``.

Threads by default (each waits for a kernel of its own), a Dask cluster when an address is given:
its workers must see the same folders. No scheduler of our own.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from xhht_analysis.project import KitError
from xhht_analysis.running import messages, notebooks

KERNEL_BYTES = 400 * 2**20
"""Memory set aside for one kernel with the full stack (230 MB measured, and its tables)."""
UNIT_TIMEOUT = 600


@dataclass(frozen=True)
class Job:
    """One execution of ``source`` into ``target``; ``name`` is what a failure is called."""

    name: str
    source: Path
    target: Path
    parameters: dict[str, object]
    cwd: Path


@dataclass(frozen=True)
class Outcome:
    """``error`` is empty when the job worked, else the message for the user."""

    name: str
    error: str = ""


def execute_job(job: Job) -> Outcome:
    """Run one job; a failing notebook is an outcome, never an exception (the rest goes on)."""
    try:
        notebooks.execute(job.source, job.target, job.parameters, cwd=job.cwd, timeout=UNIT_TIMEOUT)
    except KitError as error:
        return Outcome(job.name, str(error))
    return Outcome(job.name)


def run_jobs(
    jobs: Sequence[Job],
    executor: Executor,
    *,
    listener: Callable[[int, int, Outcome], None] = lambda done, total, outcome: None,
) -> list[Outcome]:
    """Run every job on ``executor``; outcomes in the order of ``jobs``.

    ``listener`` hears the number done, the total and each outcome as it arrives.
    """
    futures: dict[Future, int] = {executor.submit(execute_job, j): i for i, j in enumerate(jobs)}
    outcomes: list[Outcome] = [Outcome(job.name) for job in jobs]
    for done, future in enumerate(as_completed(futures), start=1):
        place = futures[future]
        outcomes[place] = future.result()
        listener(done, len(jobs), outcomes[place])
    return outcomes


def default_workers() -> int:
    """Kernels at once that cores and free memory allow, at least one."""
    cores = os.cpu_count() or 1
    try:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # Windows, macOS
        return cores
    return max(1, min(cores, free // KERNEL_BYTES))


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
