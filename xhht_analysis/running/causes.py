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
    """What keeps the file that ``error`` names from being written or read, and what helps.

    The cause is a program, another user, the disk, else what the system says.
    """
    path = Path(error.filename2 or error.filename or "")
    place = path if path.exists() else path.parent
    cause = errno.errorcode.get(error.errno or 0, "")
    refused = cause in ("EACCES", "EPERM")
    owner = place.stat().st_uid if refused and place.exists() else None
    if getattr(error, "winerror", None) in SHARING_VIOLATION or (refused and os.name == "nt"):
        cause = "EISDIR" if path.is_dir() else "busy"  # Windows refuses both alike
    elif refused and owner not in (None, os.geteuid()):
        cause = "other_user"
    program = messages.PROGRAMS.get(path.suffix.lower(), messages.PROGRAMS["other"])
    values = {"program": program, "owner": owner, "error": error.strerror or error}
    text = messages.FILE_CAUSES.get(cause, "{error}").format(**values)
    return messages.CANNOT_USE.format(path=path, cause=text)
