"""Tiny real notebooks for tests of the runner."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook


def write_notebook(path: Path, parameters: str, *cells: str) -> Path:
    """A notebook with one ``parameters`` cell and the given code cells."""
    first = new_code_cell(parameters)
    first.metadata["tags"] = ["parameters"]
    body = [new_markdown_cell("# Thử"), first, *(new_code_cell(cell) for cell in cells)]
    notebook = new_notebook(cells=body)
    # a kernel of this name exists nowhere: the runner must force its own
    notebook.metadata["kernelspec"] = {
        "name": "elsewhere",
        "display_name": "x",
        "language": "python",
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


WRITE_TABLE = """
from pathlib import Path
folder = Path(output_dir)
folder.mkdir(parents=True, exist_ok=True)
_ = (folder / "{table}.csv").write_text("a\\n{value}\\n")
"""
