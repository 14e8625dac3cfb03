"""Why a file could not be written or read, in words: only what the system's own number proves."""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from xhht_analysis.project import KitError
from xhht_analysis.running import messages

SHARING_VIOLATION = {32, 33}
"""Windows: another program holds the file, or a part of it."""


def cannot_write(path: Path | str, error: OSError) -> str:
    """What keeps ``path`` from being written, and what helps."""
    cause = _cause(Path(path), error)
    if os.name == "nt" and isinstance(error, PermissionError) and Path(path).is_dir():
        cause = messages.FILE_CAUSES["EISDIR"]  # Windows refuses a folder as it does a busy file
    return messages.CANNOT_WRITE.format(path=path, cause=cause)


def cannot_read(path: Path | str, error: OSError) -> str:
    """What keeps ``path`` from being read, and what helps."""
    return messages.CANNOT_READ.format(path=path, cause=_cause(Path(path), error))


@contextlib.contextmanager
def reading() -> Iterator[None]:
    """For a command that only reads: what keeps a file from it is told as that."""
    try:
        yield
    except PermissionError as error:
        raise KitError(cannot_read(error.filename or "", error)) from None


def _cause(path: Path, error: OSError) -> str:
    """The cause and the remedy in words: a program, another user, the disk, else the system's."""
    number, causes = errno.errorcode.get(error.errno or 0, ""), messages.FILE_CAUSES
    refused = number in ("EACCES", "EPERM")
    if getattr(error, "winerror", None) in SHARING_VIOLATION or (refused and os.name == "nt"):
        program = messages.PROGRAMS.get(path.suffix.lower(), messages.PROGRAMS["other"])
        return causes["busy"].format(program=program)
    if refused and (owner := _other_owner(path)) is not None:
        return causes["other_user"].format(owner=owner)
    return causes.get(number, "{error}").format(error=error.strerror or error)


def _other_owner(path: Path) -> int | None:
    """Number of the user who owns ``path`` (or its folder), if that is not who runs this."""
    place = path if path.exists() else path.parent
    owner = place.stat().st_uid if place.exists() else None
    return None if owner in (None, os.geteuid()) else owner
