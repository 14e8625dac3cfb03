"""The floors of the house: who may import whom, and the one home of each third party."""

import ast
import importlib.util
import re
import tokenize
from collections import Counter
from pathlib import Path

import pytest

pytestmark = pytest.mark.contract
ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "xhht_analysis"
BASE = {"characters", "contracts", "files", "schema", "store", "project", "parameters", "remedies"}
MAY_IMPORT = {
    "characters": set(),
    "files": set(),
    "schema": set(),
    "remedies": set(),
    "contracts": {"schema"},
    "store": BASE,
    "project": BASE,
    "parameters": BASE,
    "plan": BASE | {"plan"},
    "intake": BASE | {"plan", "intake"},
    "forecasting": BASE | {"plan", "forecasting"},
    "publishing": BASE | {"plan", "intake", "forecasting", "publishing"},
    "running": BASE | {"plan", "intake", "forecasting", "publishing", "running"},
}
HOMES = {
    "babel": ("publishing/labels.py",),
    "papermill": ("running",),
    "jinja2": ("publishing/blocks.py",),
    "xlrd": ("intake/reading/",),
    "python_calamine": (),
    "openpyxl": (),
    "statsmodels": ("forecasting",),
    "matplotlib": ("publishing/figures/",),
    "seaborn": ("publishing/figures/",),
    "distributed": ("running",),
    "filelock": ("running",),
    "dask": (),
}
MODULES = sorted(PACKAGE.rglob("*.py"))
MAX_FILE_LINES = 400
MAX_TOKENS = {
    "ground": 3_820,
    "plan": 7_000,
    "intake": 67_370,
    "forecasting": 22_000,
    "publishing": 27_960,
    "running": 12_050,
}
"""Tokens a room may hold (ADR 0010); comments, docstrings and layout are free."""
LAYOUT = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
LAYOUT |= {tokenize.ENCODING, tokenize.ENDMARKER}


def imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            if node.level:
                package = ".".join(path.relative_to(ROOT).parent.parts)
                module = importlib.util.resolve_name(module, package)
            names |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return names


def room(dotted: str) -> str | None:
    parts = dotted.split(".")
    return parts[1] if parts[0] == "xhht_analysis" and len(parts) > 1 else None


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_each_room_imports_only_the_floors_below(path):
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if own == "__init__":
        return
    reached = {room(name) for name in imports(path)} - {None, "__version__"}
    assert reached <= MAY_IMPORT[own], f"{own} may not import {reached - MAY_IMPORT[own]}"


INTAKE_ORDER = ("reading", "forms", "gathering", "judging", "panel_build", "returning")
"""The way of a submission through the intake room: no module imports one that comes later."""


def intake_step(dotted: str) -> int | None:
    parts = dotted.split(".")
    known = parts[:2] == ["xhht_analysis", "intake"] and len(parts) > 2 and parts[2] in INTAKE_ORDER
    return INTAKE_ORDER.index(parts[2]) if known else None


@pytest.mark.parametrize("step", INTAKE_ORDER)
def test_the_intake_room_is_one_way(step):
    place = INTAKE_ORDER.index(step)
    for path in MODULES:
        if path.is_relative_to(PACKAGE / "intake") and step in (path.stem, path.parent.name):
            later = {n for n in imports(path) if (at := intake_step(n)) is not None and at > place}
            assert not later, f"{path.name} reaches up to {later}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_each_third_party_has_one_home(path):
    place = path.relative_to(PACKAGE).as_posix()
    for name in {dotted.split(".")[0] for dotted in imports(path)} & set(HOMES):
        assert place.startswith(HOMES[name]), f"{name} belongs in {HOMES[name]}"


def count_tokens(path: Path) -> int:
    """Tokens of a file without comments, layout and docstrings."""
    n, previous = 0, tokenize.NEWLINE
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            starts_line = previous in LAYOUT - {tokenize.COMMENT}
            is_docstring = token.type == tokenize.STRING and starts_line
            n += token.type not in LAYOUT and not is_docstring
            if token.type not in (tokenize.COMMENT, tokenize.NL):
                previous = token.type
    return n


def test_no_file_is_long():
    folders = [PACKAGE, ROOT / "tests", ROOT / "benchmarks"]
    files = [p for folder in folders for p in folder.rglob("*.py")] + [ROOT / "run.py"]
    long = {
        p.relative_to(ROOT).as_posix(): n
        for p in files
        if (n := len(p.read_text(encoding="utf-8").splitlines())) > MAX_FILE_LINES
    }
    assert not long


def test_the_benchmarks_are_these():
    """Each is named in docs/ by the claims that it prints."""
    names = {path.stem for path in (ROOT / "benchmarks").glob("*.py")} - {"__init__"}
    assert names == {"accuracy", "levels", "rebuild", "intake", "pipeline", "nation"}
    pages = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "docs").rglob("*.md"))
    assert {name for name in names if f"benchmarks.{name}" not in pages} == set()
    assert set(re.findall(r"benchmarks\.(\w+)", pages)) == names


def test_each_room_keeps_its_budget_of_tokens():
    sizes = Counter()
    for path in MODULES:
        parts = path.relative_to(PACKAGE).parts
        sizes[parts[0] if len(parts) > 1 else "ground"] += count_tokens(path)
    assert set(sizes) == set(MAX_TOKENS)
    over = {name: n for name, n in sizes.items() if n > MAX_TOKENS[name]}
    assert not over, f"over budget: {over}; what could go instead?"
