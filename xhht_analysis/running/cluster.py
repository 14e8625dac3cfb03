"""A Dask cluster as an Executor: checked before a run begins, every failure with its remedy."""

import contextlib
import functools
from collections.abc import Iterator
from concurrent.futures import Executor
from typing import Any

from xhht_analysis.project import KitError
from xhht_analysis.running import messages, records

ANSWER_SECONDS = 10
WORKER_SECONDS = 60


def wait_for_worker(client: Any, address: str, seconds: float) -> None:
    """Return as soon as the scheduler at ``address`` has a worker.

    Raises
    ------
    KitError
        If it has none after ``seconds``.
    """
    try:
        client.wait_for_workers(1, timeout=seconds)
    except TimeoutError:
        raise KitError(messages.DASK_NO_WORKER.format(address=address)) from None


@contextlib.contextmanager
def connect(address: str) -> Iterator[Executor]:
    """The workers of the Dask scheduler at ``address`` (tcp://HOST:PORT).

    Its ``check`` waits for a worker, if none is left, and raises if there is none for a minute.

    Raises
    ------
    KitError
        If ``address`` is none, distributed is not installed, nobody answers, there is no worker, or
        the scheduler or a worker has no kit or another version of it.
    """
    try:
        from distributed import Client
    except ImportError:
        raise KitError(messages.NO_DASK) from None
    try:
        client = Client(address, timeout=ANSWER_SECONDS)
    except (OSError, ValueError, TypeError) as error:  # TypeError: tls:// without a certificate
        raise KitError(messages.DASK_SILENT.format(address=address, cause=error)) from None
    with client:
        wait_for_worker(client, address, ANSWER_SECONDS)
        check_kits(client, address)
        executor = client.get_executor(pure=False)
        executor.check = functools.partial(wait_for_worker, client, address, WORKER_SECONDS)
        yield executor


def check_kits(client: Any, address: str) -> None:
    """Whether the scheduler at ``address`` and every worker have this version of the kit.

    Raises
    ------
    KitError
        Naming the first that has none, or another version.
    """

    def kit_digest() -> str:
        """Digest of the kit there; this travels whole, so one without a kit answers, too."""
        try:
            from xhht_analysis.running.records import package_digest
        except ImportError:
            return ""
        return package_digest()

    kits = {address: client.run_on_scheduler(kit_digest), **client.run(kit_digest)}
    for machine, digest in sorted(kits.items()):
        if digest != records.package_digest():
            text = messages.DASK_OTHER_KIT if digest else messages.DASK_NO_KIT
            raise KitError(text.format(machine=machine))
