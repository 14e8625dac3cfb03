"""Files on disk: whole or not at all, and known by the hash of their bytes."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path


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
        partial.replace(path)
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


def sha256(path: Path) -> str:
    """Hex digest of the bytes of ``path``."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
