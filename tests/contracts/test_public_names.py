"""What the kit offers to a notebook is there: the names of `xhht_analysis.PUBLIC`, their page."""

import re

import pytest

import xhht_analysis
from xhht_analysis.project import ROOT

pytestmark = pytest.mark.contract


@pytest.mark.parametrize("name", xhht_analysis.PUBLIC)
def test_a_public_name_is_a_function_with_a_docstring_and_a_line_on_the_page(name):
    assert callable(getattr(xhht_analysis, name))
    assert getattr(xhht_analysis, name).__doc__
    assert f"| `{name}` |" in (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


def test_every_name_of_the_methodology_is_one_of_the_code():
    """Single words in code type, `a.b` by its parts; files by their names; commands by modules."""
    page = (ROOT / "docs" / "methodology.md").read_text(encoding="utf-8")
    spans = set(re.findall(r"`([^`\n]+)`", page))
    rooms = [ROOT / name for name in ("xhht_analysis", "benchmarks", "tests")]
    files = [path for room in rooms for path in room.rglob("*.*")]
    code = [path.read_text(encoding="utf-8") for path in files if path.suffix in (".py", ".toml")]
    known = {name for text in code for name in re.findall(r"\w+", text)}
    known |= {path.name for path in files}
    modules = {words.split()[2] for words in spans if words.startswith("python -m ")}
    assert [name for name in modules if not (ROOT / f"{name.replace('.', '/')}.py").is_file()] == []
    words = [word for word in spans if re.fullmatch(r"[A-Za-z_][\w.]*", word)]
    assert len(words) > 50
    unknown = [w for w in words if w not in known and not {*w.split(".")} <= known]
    assert unknown == []
