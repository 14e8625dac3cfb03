"""Rules every source notebook keeps: thin, typed, stripped, without paths, run by our kernel."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

pytestmark = pytest.mark.contract
ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NUMBERED = [p for p in NOTEBOOKS if p.name[:2].isdigit()]
MAX_CELLS, MAX_CELL_LINES, MAX_LINES = 25, 12, 150
BANNED = re.compile(
    r"\bopen\(|read_csv|to_csv|read_excel|^\s*[%!]|\btry:|/work|\.\./", re.MULTILINE
)
STATEMENTS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Try, ast.With)


def cells(path: Path, kind: str) -> list:
    return [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == kind]


def tags(cell) -> set[str]:
    return set(cell.metadata.get("tags", ()))


def parameters(path: Path):
    found = [c for c in cells(path, "code") if "parameters" in tags(c)]
    assert len(found) == 1, "exactly one cell is tagged parameters"
    return found[0]


def test_the_five_stages_are_there():
    names = [p.stem for p in NUMBERED]
    assert names[:5] == [
        "01_intake",
        "02_backtest",
        "03_forecast",
        "04_figures",
        "05_committee_report",
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_cells_are_few_and_thin(path):
    code = [c.source for c in cells(path, "code")]
    assert len(code) <= MAX_CELLS
    assert sum(len(source.splitlines()) for source in code) <= MAX_LINES
    for source in code:
        assert len(source.splitlines()) <= MAX_CELL_LINES, source
        assert not BANNED.search(source), source
        found = [n for n in ast.walk(ast.parse(source)) if isinstance(n, STATEMENTS)]
        assert not found, source


@pytest.mark.parametrize("path", NUMBERED, ids=lambda p: p.stem)
def test_parameters_are_typed_commented_and_write_nothing_by_default(path):
    source = parameters(path).source
    for line in source.strip().splitlines():
        assert re.fullmatch(r"[a-z_0-9]+: (str|int|float|bool) = [^=]+  # \S.*", line), line
    given = {n.target.id: n.value.value for n in ast.parse(source).body}
    for name, value in given.items():
        if name.endswith("_dir") and name not in ("raw_dir", "processed_dir"):
            assert value == "", name
        elif name.endswith("_dir"):
            assert value.startswith("tests/fixtures/"), name


@pytest.mark.parametrize("path", NUMBERED, ids=lambda p: p.stem)
def test_one_cell_is_checked_and_only_kept_cells_have_outputs(path):
    code = cells(path, "code")
    checked = [c for c in code if "nbval-check-output" in tags(c)]
    assert checked
    for cell in code:
        if "keep_output" in tags(cell):
            assert cell.outputs
            assert "nbval-check-output" in tags(cell)
        else:
            assert cell.outputs == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_kernel_and_metadata_travel(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert "papermill" not in notebook.metadata
    assert "widgets" not in notebook.metadata
    assert notebook.cells[0].cell_type == "markdown"
    assert notebook.cells[0].source.startswith("# ")
