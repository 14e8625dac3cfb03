"""What went wrong, in words: only what the error, or the system's own number, proves."""

import errno
import os
from pathlib import Path

from xhht_analysis.project import KitError
from xhht_analysis.running import messages

SHARING_VIOLATION = {32, 33}
"""Windows: another program holds the file, or a part of it."""


def explain(error: BaseException) -> str:
    """Message for whoever started what ended in ``error``; empty for one that nobody foresaw."""
    if isinstance(error, KitError):
        return str(error)
    if isinstance(error, KeyboardInterrupt):
        return messages.INTERRUPTED
    return cannot_use(error) if isinstance(error, OSError) else remedy(repr(error))


def remedy(cause: str) -> str:
    """What helps against ``cause``, where the cause alone does not say it."""
    return next((text for word, text in messages.REMEDIES.items() if word in cause), "")


def cannot_use(error: OSError) -> str:
    """What keeps the file that ``error`` names from being written or read, and what helps."""
    path = Path(error.filename2 or error.filename or "")
    cause = _cause(path, error)
    if os.name == "nt" and isinstance(error, PermissionError) and path.is_dir():
        cause = messages.FILE_CAUSES["EISDIR"]  # Windows refuses a folder as it does a busy file
    return messages.CANNOT_USE.format(path=path, cause=cause)


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
