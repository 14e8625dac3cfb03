"""The record of a run: what it was made from and what it made.

``reports/<as_of>/run/run.json`` is that of the latest run of a vintage, with the sha256 of every
input, code file and output.
"""

import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

from xhht_analysis import files
from xhht_analysis.project import KitError, Project
from xhht_analysis.running import messages

VIETNAM = timezone(timedelta(hours=7))
NO_INFLUENCE = "config/run.yml"
"""Hooks and limits: they decide whether a run ends, never what it says."""


def sources(raw_dir: Path, as_of: str, project: Project) -> dict[str, dict[str, str]]:
    """What a run of ``as_of`` is made from.

    ``inputs``: name in tables → sha256 of every file received by then, also of those in no folder
    of a day, which intake names; ``code``: `code_hashes`;
    ``versions`` of packages.
    """
    from xhht_analysis.intake.gathering import received_files

    inputs = file_hashes((path for path, _ in received_files(raw_dir, as_of)), raw_dir)
    return {"inputs": inputs, "code": code_hashes(project), "versions": versions()}


def code_hashes(project: Project) -> dict[str, str]:
    """Place → sha256 of the package, notebooks, lock, and config/ (wherever that folder is)."""
    package = (project.root / "xhht_analysis").rglob("*")
    paths = [p for p in package if p.suffix != ".pyc"]
    paths += [*project.notebooks_dir.glob("*.ipynb"), project.root / "requirements.lock"]
    hashes = file_hashes(paths, project.root)
    config = file_hashes(project.config_dir.rglob("*"), project.config_dir)
    hashes |= {f"config/{place}": sha for place, sha in config.items()}
    hashes.pop(NO_INFLUENCE, None)
    return hashes


def package_digest() -> str:
    """One digest of the installed kit's code and words: equal on machines that agree."""
    hashes = code_hashes(Project())
    return digest({place: sha for place, sha in hashes.items() if place.startswith("xhht_")})


def versions() -> dict[str, str]:
    """Installed version of Python, the system and every package."""
    installed = {str(each.name): each.version for each in importlib.metadata.distributions()}
    system = f"{platform.system()} {platform.machine()}"
    return {"python": platform.python_version(), "system": system, **installed}


def differences(before: Mapping, now: Mapping, kinds: Iterable[str]) -> list[str]:
    """One line per entry of ``kinds`` (of `messages.PROVENANCE`) in which two records differ.

    A folder among the parameters is where a run stood, not what it was made from; its day is known.
    """
    lines = []
    for kind in kinds:
        one, two = before.get(kind, {}), now.get(kind, {})
        for name in sorted(one.keys() | two.keys()):
            if one.get(name) == two.get(name) or name.endswith(("_dir", "as_of")):
                continue
            fate = "added" if name not in one else "removed" if name not in two else "changed"
            text = f"{messages.PROVENANCE[kind]}: {name} ({messages.FATES[fate]}"
            if kind in ("versions", "parameters") and fate == "changed":
                text += f": {one[name]} → {two[name]}"
            lines.append(text + ")")
    return lines


def now() -> str:
    """Moment of the call in Vietnam, with its offset (ISO 8601, whole seconds)."""
    return datetime.now(VIETNAM).isoformat(timespec="seconds")


def digest(parts: object) -> str:
    """sha256 of anything JSON can hold."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def file_hashes(paths: Iterable[Path], root: Path) -> dict[str, str]:
    """Place relative to ``root``, as tables name it → sha256 of each file; links are no files."""
    from xhht_analysis.intake.reading.delivery import relative_name

    hashes = {}
    for path in sorted(p for p in paths if p.is_file() and not p.is_symlink()):
        place = relative_name(path, root)
        try:
            hashes[place] = files.sha256(path)
        except OSError as error:  # unreadable: intake rejects it by name
            hashes[place] = f"unreadable: {error.strerror}"
    return hashes


def read_record(project: Project, as_of: str) -> dict:
    """run.json of ``as_of``; one that is torn is of a run that did not happen.

    Raises
    ------
    KitError
        If there is none; the message lists those there are.
    """
    runs = project.runs()
    if as_of not in runs:
        names = ", ".join(runs) or "–"
        raise KitError(messages.UNKNOWN_RUN.format(as_of=as_of, path=project.out, runs=names))
    return runs[as_of]


def write_record(project: Project, record: Mapping) -> None:
    """Write run.json of a run that was published."""
    text = json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    files.write_text(project.run_dir(record["as_of"]) / "run.json", text)


def broken_outputs(project: Project, record: Mapping) -> list[str]:
    """Places of the outputs of ``record`` that are absent or changed since the run."""
    outputs = record.get("outputs", {})
    hashes = file_hashes((project.out / place for place in outputs), project.out)
    return sorted(place for place, sha in outputs.items() if hashes.get(place) != sha)
