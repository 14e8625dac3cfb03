"""What went wrong, in words: only what the error, or the system's own number, proves."""

import os
from pathlib import Path

from xhht_analysis.project import KitError
from xhht_analysis.running import messages

SHARING_VIOLATION = 32
"""Windows' number for a file that another program holds."""


def explain(error: BaseException) -> str:
    """Message for whoever started what ended in ``error``; empty for one that nobody foresaw."""
    if isinstance(error, KitError):
        return str(error)
    return cannot_use(error) if isinstance(error, OSError) else remedy(repr(error))


def remedy(cause: str) -> str:
    """What helps against ``cause``, where the cause alone does not say it."""
    return next((text for word, text in messages.REMEDIES.items() if word in cause), "")


def cannot_use(error: OSError) -> str:
    """What keeps the file that ``error`` names from being written or read, and what helps.

    The cause is a program, a right, the disk, else what the system says.
    """
    path = Path(error.filename2 or error.filename or "")
    cause = remedy(os.strerror(error.errno or 0)) or f"{error.strerror}. "
    if isinstance(error, PermissionError) and is_busy(path):
        cause = messages.BUSY
    return messages.CANNOT_USE.format(path=path, cause=cause)


def is_busy(path: Path) -> bool:
    """Whether a program of Windows holds ``path``: then it cannot even be named as it is."""
    try:
        path.rename(path)
    except OSError as error:
        return getattr(error, "winerror", 0) == SHARING_VIOLATION
    return False
