"""Which files of the package a notebook depends on, read from its imports; nothing is executed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

PACKAGE = "xhht_analysis"
IMPORT = re.compile(
    rf"^\s*(?:from ({PACKAGE}[\w.]*) import (\([^)]*\)|[^\n#]+)|import ({PACKAGE}[\w.]*))", re.M
)
TEMPLATES = f"{PACKAGE}/publishing/templates/"


def imported_modules(text: str) -> set[str]:
    """Dotted names of the package that ``text`` imports (a name may be a function's, too)."""
    modules = set()
    for package, names, module in IMPORT.findall(text):
        modules.add(package or module)
        modules |= {f"{package}.{name}" for name in re.findall(r"\w+", names) if package}
    return modules


def notebook_code(notebook: Path) -> str:
    """The code cells of ``notebook`` as one text."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")


def reachable_files(text: str, root: Path, places: Iterable[str], templates: bool) -> set[str]:
    """Those of ``places`` (relative to ``root``) that code ``text`` depends on.

    Modules that it imports, directly or through others, with their packages; and the data files
    beside them. ``templates``: the words and templates of documents count too.
    """
    modules = {_dotted(place): place for place in places if place.endswith(".py")}
    pending, files = imported_modules(text), set()
    while pending:
        name = pending.pop()
        parent = name.rpartition(".")[0]
        pending |= {parent} - {""} if modules.get(parent) not in files else set()
        place = modules.get(name)
        if place is not None and place not in files:
            files.add(place)
            pending |= imported_modules((root / place).read_text(encoding="utf-8"))
    folders = {str(PurePosixPath(place).parent) for place in files}
    for place in places:
        beside = not place.endswith(".py") and str(PurePosixPath(place).parent) in folders
        if beside or (templates and place.startswith(TEMPLATES)):
            files.add(place)
    return files


def _dotted(place: str) -> str:
    return place.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
