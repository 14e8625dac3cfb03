"""The worked examples of docs/examples.md, run as they stand.

python -m tests.examples

writes what they say now into the document: read the diff before you commit it.
"""

import contextlib
import io
import re

from xhht_analysis.files import write_text
from xhht_analysis.project import ROOT

PATH = ROOT / "docs" / "examples.md"
BLOCK = re.compile(r"```python\n(.*?)```\n\n```text\n(.*?)```", re.DOTALL)


def answered(text: str) -> str:
    """The document with the answer of every example as the code gives it, in order."""
    names: dict = {}

    def answer(found: re.Match) -> str:
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(compile(found[1], PATH.name, "exec"), names)
        lines = "\n".join(line.rstrip() for line in said.getvalue().splitlines())
        return f"```python\n{found[1]}```\n\n```text\n{lines}\n```"

    return BLOCK.sub(answer, text)


if __name__ == "__main__":
    write_text(PATH, answered(PATH.read_text(encoding="utf-8")))
