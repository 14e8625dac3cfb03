"""The floors of the house: who may import whom, and the one home of each third party."""

import ast
import importlib.util
from pathlib import Path

import pytest

pytestmark = pytest.mark.contract
ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "xhht_analysis"
BASE = {"contracts", "files", "schema", "store", "project"}
MAY_IMPORT = {
    "files": set(),
    "schema": set(),
    "contracts": {"schema"},
    "store": BASE,
    "project": BASE,
    "plan": BASE | {"plan"},
    "intake": BASE | {"plan", "intake"},
    "forecasting": BASE | {"plan", "forecasting"},
    "publishing": BASE | {"plan", "intake", "forecasting", "publishing"},
    "running": BASE | {"plan", "intake", "forecasting", "publishing", "running"},
}
HOMES = {
    "papermill": ("running", "publishing"),
    "nbconvert": ("running", "publishing"),
    "python_calamine": ("intake/reading/workbooks.py",),
    "openpyxl": ("intake/reading/workbooks.py",),
    "statsmodels": ("forecasting",),
    "matplotlib": ("publishing/figures/",),
    "seaborn": ("publishing/figures/",),
    "distributed": ("running",),
    "dask": (),
}
MODULES = sorted(PACKAGE.rglob("*.py"))
MAX_FILE_LINES, MAX_PACKAGE_LINES = 400, 18_000


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


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_each_third_party_has_one_home(path):
    place = path.relative_to(PACKAGE).as_posix()
    for name in {dotted.split(".")[0] for dotted in imports(path)} & set(HOMES):
        assert place.startswith(HOMES[name]), f"{name} belongs in {HOMES[name]}"


def test_no_file_is_long_and_the_package_stays_small():
    folders = [PACKAGE, ROOT / "tests", ROOT / "benchmarks"]
    files = [p for folder in folders for p in folder.rglob("*.py")] + [ROOT / "run.py"]
    long = {
        p.relative_to(ROOT).as_posix(): n
        for p in files
        if (n := len(p.read_text(encoding="utf-8").splitlines())) > MAX_FILE_LINES
    }
    assert not long
    assert sum(len(p.read_text(encoding="utf-8").splitlines()) for p in MODULES) < MAX_PACKAGE_LINES
