"""The worked examples of docs/examples.md and docs/api.md, run as they stand.

python -m tests.examples

writes what they say now into the documents: read the diff before you commit it.
"""

import contextlib
import importlib
import io
import re

import xhht_analysis
from xhht_analysis.files import write_text
from xhht_analysis.project import ROOT

PATHS = {name: ROOT / "docs" / f"{name}.md" for name in ("examples", "api")}
BLOCK = re.compile(r"```python\n(.*?)```\n\n```text\n(.*?)```", re.DOTALL)
TABLE = re.compile(r"(\| hàm \| ở \| việc \|\n\|---\|---\|---\|\n)(?:\|.*\n)*")


def answered(text: str) -> str:
    """The document with the answer of every example as the code gives it, in order."""
    names: dict = {}

    def answer(found: re.Match) -> str:
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(compile(found[1], "example", "exec"), names)
        lines = "\n".join(line.rstrip() for line in said.getvalue().splitlines())
        return f"```python\n{found[1]}```\n\n```text\n{lines}\n```"

    return TABLE.sub(lambda found: found[1] + public_table(), BLOCK.sub(answer, text))


def public_table() -> str:
    """One line per public function: its name, its module, the first sentence of its docstring."""
    lines = []
    for name, place in xhht_analysis.PUBLIC.items():
        module = importlib.import_module(f"xhht_analysis.{place}")
        first = " ".join(getattr(module, name).__doc__.split("\n\n")[0].split())
        lines.append(f"| `{name}` | `{place}` | {first} |\n")
    return "".join(lines)


if __name__ == "__main__":
    for path in PATHS.values():
        write_text(path, answered(path.read_text(encoding="utf-8")))
