"""All files of a delivery, read in child processes that are used again.

Each file has a time limit and a memory limit, watched from outside on every system: a file that
kills its reader costs one refusal, and the next file gets a new reader.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import pickle
import re
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import psutil

from xhht_analysis.intake.reading.packages import MAX_BYTES
from xhht_analysis.intake.reading.personal import mask_name
from xhht_analysis.intake.reading.sheets import FileContent, Refusal, RefusedError, Sheet
from xhht_analysis.intake.reading.workbooks import read_workbook
from xhht_analysis.project import is_date

SECONDS = 60.0
"""Time limit of a file."""
MEMORY_BYTES = 1792 * 2**20
GLANCE = 0.05
"""Seconds between two looks at a reader's memory."""
EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)
"""The system gives no more files or memory: no fault of the file at hand."""
SYSTEM_FILES = ("thumbs.db", "desktop.ini", ".ds_store")


OUR_FILES = ("readme.md", "readme.txt", ".gitkeep", ".gitignore")
"""Files of ours that may lie beside the folders of receipt."""


def find_files(folder: Path) -> list[Path]:
    """All files below ``folder`` but `OUR_FILES`, sorted; links are listed, never followed."""
    paths = []
    for parent, folders, files in os.walk(folder, followlinks=False):
        links = [name for name in folders if (Path(parent) / name).is_symlink()]
        paths += [Path(parent) / name for name in [*files, *links]]
    return sorted(p for p in paths if is_date(p.parent.name) or p.name.lower() not in OUR_FILES)


def read_files(
    paths: Iterable[Path],
    root: Path,
    *,
    jobs: int = 2,
    seconds: float = SECONDS,
    memory_bytes: int = MEMORY_BYTES,
) -> Iterator[FileContent]:
    """Read files in child processes, in the order given.

    Parameters
    ----------
    paths : iterable of Path
        Files to read; taken from the iterable only as fast as they are read.
    root : Path
        Folder that holds them, and that names are relative to.
    jobs : int
        Number of child processes.
    seconds : float
        Time limit of one file.
    memory_bytes : int
        Memory of one child.

    Yields
    ------
    FileContent
        One per path; never raises for what is in a file.

    Raises
    ------
    OSError
        If the system opens no more files: no file is to blame.
    """
    readers = deque(_Reader(seconds, memory_bytes) for _ in range(jobs))

    def read(path: Path) -> FileContent:
        """One file, by a reader that is free: there are as many as threads."""
        reader = readers.pop()
        try:
            return _read_guarded(path, root, reader)
        finally:
            readers.append(reader)

    waiting: deque = deque()
    try:
        with ThreadPoolExecutor(jobs) as pool:
            for path in paths:
                waiting.append(pool.submit(read, Path(path)))
                if len(waiting) > 2 * jobs:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
    finally:
        for reader in readers:
            reader.close()


def _read_guarded(path: Path, root: Path, reader: _Reader) -> FileContent:
    content = FileContent(relative_name(path, root))
    try:
        _look(path, root)
        n_bytes = path.stat().st_size
        if n_bytes > MAX_BYTES:
            raise RefusedError("file_too_large", f"{n_bytes} byte")
        with path.open("rb") as stream:
            content.sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        content.sheets = reader.read(path)
    except RefusedError as error:
        content.refusal = error.refusal
    except OSError as error:
        if error.errno in EXHAUSTED:
            raise
        content.refusal = Refusal("unreadable", type(error).__name__)
    return content


def relative_name(path: Path, root: Path) -> str:
    """Name of a file for tables: relative to ``root``, with /, and always writable as UTF-8.

    Numbers of persons in it are hidden (`personal`).
    """
    inside = path.relative_to(root) if path.is_relative_to(root) else Path(path.name)
    name = inside.as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    name = re.sub(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", "\ufffd", name)
    return "/".join(map(mask_name, name.split("/")))


def _look(path: Path, root: Path) -> None:
    """Refuse by name and kind alone, without opening the file."""
    steps = path.relative_to(root).parts
    if any(root.joinpath(*steps[: n + 1]).is_symlink() for n in range(len(steps))):
        raise RefusedError("symlink")
    if path.name.lower() in SYSTEM_FILES or path.name.startswith(("~$", ".~lock.", "._")):
        raise RefusedError("system_file")
    if not path.is_file():
        raise RefusedError("unreadable")


class _Reader:
    """A child process that reads one file after the other, until a file kills it."""

    def __init__(self, seconds: float, memory_bytes: int) -> None:
        self.seconds, self.memory_bytes = seconds, memory_bytes
        self.process: subprocess.Popen | None = None
        self.answers = ThreadPoolExecutor(1)

    def read(self, path: Path) -> list[Sheet]:
        """Sheets of ``path``; raises RefusedError as `read_workbook` does."""
        if self.process is None or self.process.poll() is not None:
            self.close()
            self.process = self._start()
        try:
            pickle.dump(str(path), self.process.stdin)
            self.process.stdin.flush()
            answer = self.answers.submit(pickle.load, self.process.stdout)
            cause = self._watch(answer)
            content = None if cause else answer.result()
        except (OSError, EOFError, pickle.UnpicklingError):
            cause = "reader_crashed"
        if cause:
            self.close()
            raise RefusedError(cause)
        if isinstance(content, Exception):
            raise content
        return content

    def _watch(self, answer: Future) -> str | None:
        """Wait for an answer; the limit that the file at hand has passed before it came."""
        end = time.monotonic() + self.seconds
        while not wait([answer], min(GLANCE, self.seconds)).done:
            with contextlib.suppress(psutil.Error):
                if psutil.Process(self.process.pid).memory_info().rss > self.memory_bytes:
                    return "memory_limit"
            if time.monotonic() >= end:
                return "time_limit"
        return None

    def _start(self) -> subprocess.Popen:
        home = str(Path(__file__).resolve().parents[3])
        search = os.pathsep.join([home, os.environ.get("PYTHONPATH", "")])
        code = "from xhht_analysis.intake.reading.delivery import serve; serve()"
        return subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": search, "OPENBLAS_NUM_THREADS": "1"},
        )

    def close(self) -> None:
        """End the child."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


def serve() -> None:
    """Loop of a child process: a path comes in, sheets or a refusal go out."""
    while True:
        try:
            path = Path(pickle.load(sys.stdin.buffer))
        except EOFError:
            return
        try:
            answer: object = read_workbook(path)
        except MemoryError:
            answer = RefusedError("memory_limit")
        except (RefusedError, OSError) as error:
            answer = error
        pickle.dump(answer, sys.stdout.buffer, protocol=5)
        sys.stdout.buffer.flush()
