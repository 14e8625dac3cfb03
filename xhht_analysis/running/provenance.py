"""What a run was made from: files received, code and configuration, packages, parameters."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import re
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from xhht_analysis import files
from xhht_analysis.project import Project, received_dates
from xhht_analysis.running import messages

VERSIONED = ("pandas", "numpy", "scipy", "statsmodels", "matplotlib", "seaborn", "papermill")
PIN = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)
NO_INFLUENCE = "config/run.yml"
"""Hooks and limits: they decide whether a run ends, never what it says."""


def gather(raw_dir: Path, as_of: str, project: Project) -> dict[str, dict[str, str]]:
    """Hashes of ``inputs`` (received by ``as_of``) and ``code``, and ``versions`` of packages."""
    return {
        "inputs": input_hashes(raw_dir, as_of),
        "code": code_hashes(project),
        "versions": versions(project.root),
    }


def input_hashes(raw_dir: Path, as_of: str) -> dict[str, str]:
    """Path relative to ``raw_dir`` → sha256 of every file received by ``as_of``."""
    received = [day for day in received_dates(raw_dir) if day <= as_of]
    return _hashes((p for day in received for p in (raw_dir / day).rglob("*")), raw_dir)


def code_hashes(project: Project) -> dict[str, str]:
    """Path relative to the root → sha256 of the package, configuration, notebooks and lock."""
    folders = (project.root / "xhht_analysis", project.config_dir)
    paths = [p for folder in folders for p in folder.rglob("*") if p.suffix != ".pyc"]
    paths += [*project.notebooks_dir.glob("*.ipynb"), project.root / "requirements.lock"]
    hashes = _hashes(paths, project.root)
    hashes.pop(NO_INFLUENCE, None)
    return hashes


def versions(root: Path) -> dict[str, str]:
    """Installed version of Python, the system and every package that requirements.lock names."""
    lock = root / "requirements.lock"
    names = {*VERSIONED, *PIN.findall(lock.read_text(encoding="utf-8"))}
    found = {"python": platform.python_version()}
    found["system"] = f"{platform.system()} {platform.machine()}"
    for name in sorted(names):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:  # of another system in the universal lock
            continue
    return found


def commit(root: Path) -> str:
    """Commit of the checkout, empty where there is none."""
    command = ["git", "-C", str(root), "rev-parse", "HEAD"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip()


def differences(before: Mapping, now: Mapping, kinds: Iterable[str] = ()) -> list[str]:
    """One line per input, code file, package or parameter in which two records differ.

    ``kinds`` limits the look (default: all of `messages.PROVENANCE`). A folder among the
    parameters is where a run stood, not what it was made from, and is left out.
    """
    lines = []
    for kind in kinds or messages.PROVENANCE:
        one, two = before.get(kind, {}), now.get(kind, {})
        for name in sorted(set(one) | set(two)):
            if one.get(name) == two.get(name) or name.endswith("_dir"):
                continue
            fate = "added" if name not in one else "removed" if name not in two else "changed"
            text = f"{messages.PROVENANCE[kind]}: {name} ({messages.FATES[fate]}"
            if kind in ("versions", "parameters") and fate == "changed":
                text += f": {one[name]} → {two[name]}"
            lines.append(text + ")")
    return lines


def digest(parts: object) -> str:
    """sha256 of anything JSON can hold."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _hashes(paths: Iterable[Path], root: Path) -> dict[str, str]:
    hashes = {}
    for path in sorted(p for p in paths if p.is_file() and not p.is_symlink()):
        place = path.relative_to(root).as_posix()
        place = place.encode("utf-8", "backslashreplace").decode()  # a name may be no text
        try:
            hashes[place] = files.sha256(path)
        except OSError as error:  # unreadable: intake rejects it by name
            hashes[place] = f"unreadable: {error.strerror}"
    return hashes
