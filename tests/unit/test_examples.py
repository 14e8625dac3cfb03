"""The worked examples of the documents run as they stand and say what is written there."""

import subprocess
import sys

import pytest

import xhht_analysis
from tests import examples

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("name", "n"), [("examples", 9), ("api", 7)])
def test_every_example_says_what_is_written(name, n):
    text = examples.PATHS[name].read_text(encoding="utf-8")
    assert len(examples.BLOCK.findall(text)) == n
    assert examples.answered(text) == text, "python -m tests.examples writes the answers again"


def test_every_public_name_is_on_the_page_with_an_example():
    text = examples.PATHS["api"].read_text(encoding="utf-8")
    code = "".join(block for block, _ in examples.BLOCK.findall(text))
    for name in xhht_analysis.PUBLIC:
        assert f"| `{name}` |" in text
        assert f"xhht.{name}(" in code, f"{name} has no example"
    assert set(xhht_analysis.PUBLIC) <= set(dir(xhht_analysis))
    with pytest.raises(AttributeError, match="no_such"):
        xhht_analysis.no_such  # noqa: B018


def test_importing_the_kit_imports_nothing_else():
    script = "import sys, xhht_analysis\n"
    script += "print(*(m for m in sys.modules if m.startswith('xhht')), 'pandas' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "xhht_analysis False\n"
