"""A Dask cluster as an Executor: checked before a run begins, every failure with its remedy."""

import contextlib
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from typing import Any

from xhht_analysis.project import KitError, UsageError
from xhht_analysis.running import messages, records

ADDRESS = re.compile(r"(tcp|tls|ws|wss|ucx|inproc)://[^/\s]+:\d+")
ANSWER_SECONDS = 10
WORKER_SECONDS = 60


class ClusterExecutor(Executor):
    """Sends work to the workers of a Dask ``client``; the scheduler itself needs no kit."""

    def __init__(self, client: Any, address: str):
        """Take over a connected ``client`` of the scheduler at ``address``."""
        self.client, self.address = client, address
        self.executor = client.get_executor(pure=False)

    def submit(self, function: Callable, /, *words: object, **options: object) -> Future:
        """Future of ``function`` on some worker; its arguments are plain values."""

        def call_by_name(module: str, name: str) -> object:
            """What ``function`` gives; this travels whole, and names only what workers have."""
            import importlib

            return getattr(importlib.import_module(module), name)(*words, **options)

        return self.executor.submit(call_by_name, function.__module__, function.__name__)

    def check(self) -> None:
        """Wait for a worker, if none is left; `KitError` if there has been none for a minute."""
        wait_for_worker(self.client, self.address, WORKER_SECONDS)


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

    Raises
    ------
    UsageError
        If ``address`` is none.
    KitError
        If distributed is not installed, nobody answers, there is no worker, or a worker has no kit
        or another version of it.
    """
    if not ADDRESS.fullmatch(address):
        raise UsageError(messages.DASK_ADDRESS.format(address=address))
    try:
        from distributed import Client
    except ImportError:
        raise KitError(messages.NO_DASK) from None
    try:
        client = Client(address, timeout=ANSWER_SECONDS)
    except (OSError, ValueError) as error:
        raise KitError(messages.DASK_SILENT.format(address=address, cause=error)) from None
    with client:
        check_workers(client, address)
        yield ClusterExecutor(client, address)


def check_workers(client: Any, address: str) -> None:
    """Whether every worker has this version of the kit.

    Raises
    ------
    KitError
        If there is no worker, or one without the kit or with another version.
    """

    def kit_digest() -> str:
        """Digest of the worker's kit; this travels whole, so one without a kit answers, too."""
        try:
            from xhht_analysis.running.records import package_digest
        except ImportError:
            return ""
        return package_digest()

    wait_for_worker(client, address, ANSWER_SECONDS)
    for worker, digest in sorted(client.run(kit_digest).items()):
        if digest != records.package_digest():
            text = messages.DASK_OTHER_KIT if digest else messages.DASK_NO_KIT
            raise KitError(text.format(worker=worker))
