"""The kernel reads nobody's settings: one small notebook under a home full of them."""

import nbformat
import pytest

from tests.golden import test_hostile_home
from tests.notebook_maker import write_notebook
from xhht_analysis.running import execution, kernel

pytestmark = pytest.mark.unit
hostile = test_hostile_home.hostile
ASK = """
import os, sys, warnings
import matplotlib, pandas
shell = get_ipython()
print(matplotlib.rcParams["axes.facecolor"], matplotlib.rcParams["text.usetex"])
print(matplotlib.rcParams["figure.dpi"], "inline" in matplotlib.get_backend())
print(pandas.get_option("display.max_rows"), pandas.get_option("display.precision"))
print(shell.pdb, "x" in shell.user_ns, os.environ.get("PYTHONBREAKPOINT"), sys.warnoptions)
print(os.environ["HOME"].endswith("home"))
"""
DEFAULTS = """white False
100.0 True
60 6
False False None []
True
"""


def test_a_hostile_home_reaches_no_kernel(tmp_path, hostile, monkeypatch):
    for name, value in hostile.items():
        monkeypatch.setenv(name, value)
    source = write_notebook(tmp_path / "notebooks" / "a.ipynb", "y: int = 1", ASK)
    target = tmp_path / "out.ipynb"
    execution.execute(source, target, {}, cell_seconds=3600)
    [output] = nbformat.read(target, as_version=4).cells[-1].outputs
    assert output.text == DEFAULTS


def test_only_variables_of_place_are_kept_of_pythons_own():
    given = {"PYTHONPATH": "a", "PYTHONHOME": "b", "PYTHONWARNINGS": "error", "PATH": "c"}
    given |= {"IPYTHONDIR": "d", "MPLBACKEND": "svg", "JUPYTER_PATH": "e", "JPY_SESSION_NAME": "f"}
    kept = kernel.environment(given)
    places = {"PYTHONPATH": "a", "PYTHONHOME": "b", "PATH": "c"}
    assert {name: value for name, value in kept.items() if given.get(name) == value} == places
