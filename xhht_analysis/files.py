"""Files on disk: whole or not at all, known by the hash of their bytes, moved with patience."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

ATTEMPTS = 40
PAUSE_SECONDS = 0.05
"""A refused move is tried again for two seconds: virus scanners and indexers hold new files."""
T = TypeVar("T")


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A neighbour file to write; it takes the place of ``path`` when the block ends well.

    Raises
    ------
    OSError
        The disk is full, the folder closed, the file open elsewhere; nothing is left half written.
        A library's own error around an OSError comes out as that OSError: its number names the
        remedy.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        yield partial
        replace(partial, path)
    except Exception as failed:
        if failed.args and isinstance(failed.args[0], OSError):
            raise failed.args[0] from None
        raise
    finally:
        with contextlib.suppress(OSError):  # held open by what failed; it must not hide why
            partial.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> Path:
    """Write ``text`` to ``path`` in UTF-8, whole or not at all."""
    with whole(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="")
    return path


def read_json(path: Path) -> dict:
    """What the JSON file ``path`` holds; nothing if it is not there or was torn by a power cut."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return {}


def replace(source: Path, target: Path) -> None:
    """Move ``source`` over ``target`` at once; a refusal is tried again for two seconds."""
    patiently(lambda: source.replace(target))


def remove(path: Path) -> None:
    """Delete the file ``path`` if it is there; a refusal is tried again for two seconds."""
    patiently(lambda: path.unlink(missing_ok=True))


def patiently(action: Callable[[], T]) -> T:
    """Result of ``action``; after a PermissionError it is tried again, `ATTEMPTS` times.

    Raises
    ------
    OSError
        What ``action`` raised last.
    """
    for _ in range(ATTEMPTS):
        try:
            return action()
        except PermissionError:
            time.sleep(PAUSE_SECONDS)
    return action()


def sha256(path: Path) -> str:
    """Hex digest of the bytes of ``path``."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
