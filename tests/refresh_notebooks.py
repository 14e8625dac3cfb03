"""Run source notebooks on their defaults and keep the outputs of their check cells only.

    python -m tests.refresh_notebooks [notebooks/03_forecast.ipynb …]

The one command that rewrites what nbval compares with; read the diff before you commit it.
"""

import sys
import tempfile
from pathlib import Path

import nbformat

from xhht_analysis.running import execution

ROOT = Path(__file__).resolve().parents[1]


def refresh(path: Path) -> None:
    """Execute ``path`` as nbval does, then strip all but the outputs tagged keep_output."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / path.name
        execution.execute(path, target, {}, cell_seconds=900)
        executed = nbformat.read(target, as_version=4)
    executed.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in executed.cells:
        if cell.cell_type == "code" and "keep_output" not in cell.metadata.get("tags", ()):
            cell.outputs, cell.execution_count = [], None
    nbformat.write(executed, path)


if __name__ == "__main__":
    given = [Path(name).resolve() for name in sys.argv[1:]]
    for notebook in given or sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        refresh(notebook)
        print(notebook.name)
