"""Every sentence the `xhht` command says to the analyst, in Vietnamese: messages.toml."""

import errno
import os
import tomllib
from pathlib import Path

_TEXTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
SHARING_VIOLATION = {32, 33}
"""Windows: another program holds the file, or a part of it."""


def __getattr__(name: str):
    try:
        return _TEXTS[name]
    except KeyError:
        raise AttributeError(f"messages.toml has no {name}") from None


def cannot_write(path: Path | str, error: OSError) -> str:
    """What keeps ``path`` from being written, and what helps."""
    return _TEXTS["CANNOT_WRITE"].format(path=path, cause=_cause(Path(path), error))


def cannot_read(path: Path | str, error: OSError) -> str:
    """What keeps ``path`` from being read, and what helps."""
    return _TEXTS["CANNOT_READ"].format(path=path, cause=_cause(Path(path), error))


def _cause(path: Path, error: OSError) -> str:
    """The cause in words, by the system's own number; its own words where there are none here."""
    causes, number = _TEXTS["FILE_CAUSES"], errno.errorcode.get(error.errno or 0, "")
    if getattr(error, "winerror", None) in SHARING_VIOLATION or number == "EBUSY":
        program = _TEXTS["PROGRAMS"].get(path.suffix.lower(), _TEXTS["PROGRAMS"]["other"])
        return causes["busy"].format(program=program)
    if number in ("EACCES", "EPERM"):
        place = path if path.exists() else path.parent
        owner = place.stat().st_uid if place.exists() and os.name != "nt" else None
        if owner is not None and owner != os.geteuid():
            return causes["other_user"].format(owner=owner)
        if os.name == "nt":
            program = _TEXTS["PROGRAMS"].get(path.suffix.lower(), _TEXTS["PROGRAMS"]["other"])
            return causes["busy"].format(program=program)
    return causes.get(number, "{error}").format(error=error.strerror or error)
