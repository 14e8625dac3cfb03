"""What the kit offers to a notebook is there: the names of `xhht_analysis.PUBLIC`, their page."""

import pytest

import xhht_analysis
from xhht_analysis.project import ROOT

pytestmark = pytest.mark.contract


@pytest.mark.parametrize("name", xhht_analysis.PUBLIC)
def test_a_public_name_is_a_function_with_a_docstring_and_a_line_on_the_page(name):
    assert callable(getattr(xhht_analysis, name))
    assert getattr(xhht_analysis, name).__doc__
    assert f"| `{name}` |" in (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
