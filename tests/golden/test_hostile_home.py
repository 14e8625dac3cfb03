"""Nobody's settings reach a result: the whole way under a hostile home gives the same bytes."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.golden, pytest.mark.slow]
FIXTURE = Path(__file__).resolve().parents[1] / "fixtures" / "raw"
KINDS = {".csv", ".png", ".ipynb", ".html", ".docx", ".xlsx"}
RC = "axes.facecolor: yellow\ntext.usetex: True\nsavefig.facecolor: red\nfigure.dpi: 300\n"
PROFILE = "c.InteractiveShell.pdb = True\nc.InteractiveShellApp.exec_lines = ['x = 1 / 0']\n"
KERNEL_CONFIG = "raise RuntimeError('một tệp cấu hình hỏng')\n"
START_UP = """
import pandas as pd
pd.set_option("display.max_rows", 2, "display.precision", 1, "display.max_columns", 1)
print("xin chào")
"""
KERNEL = '{"argv": ["no-such-kernel", "-f", "{connection_file}"], "display_name": "x"}'
TEMPLATE = "{% extends 'base/null.j2' %}{% block body %}không phải báo cáo{% endblock %}"
VARIABLES = {
    "JUPYTER_PREFER_ENV_PATH": "0",
    "IPYTHON_SUPPRESS_CONFIG_ERRORS": "0",
    "MPLBACKEND": "svg",
    "PYTHONWARNINGS": "always",
    "PYTHONBREAKPOINT": "pdb.set_trace",
}


@pytest.fixture
def hostile(tmp_path):
    """Environment whose home, paths and variables carry everything that could reach a result."""
    home = tmp_path / "home"
    written = {
        ".config/matplotlib/matplotlibrc": RC,
        ".ipython/profile_default/ipython_config.py": PROFILE,
        ".ipython/profile_default/ipython_kernel_config.py": KERNEL_CONFIG,
        ".ipython/profile_default/startup/00.py": START_UP,
        ".jupyter/jupyter_config.py": "c.TemplateExporter.exclude_output = True\n",
        ".jupyter/jupyter_nbconvert_config.py": "c.TemplateExporter.exclude_output = True\n",
        ".local/share/jupyter/kernels/python3/kernel.json": KERNEL,
        "jupyter/kernels/python3/kernel.json": KERNEL,
        "startup.py": START_UP,
    }
    for base in (".local/share/jupyter", "jupyter"):
        for name in ("base", "classic", "lab"):
            written[f"{base}/nbconvert/templates/{name}/index.html.j2"] = TEMPLATE
    for place, text in written.items():
        (home / place).parent.mkdir(parents=True, exist_ok=True)
        (home / place).write_text(text, encoding="utf-8")
    paths = {
        "HOME": home,
        "USERPROFILE": home,
        "IPYTHONDIR": home / ".ipython",
        "JUPYTER_PATH": home / "jupyter",
        "JUPYTER_CONFIG_DIR": home / ".jupyter",
        "MATPLOTLIBRC": home / ".config" / "matplotlib" / "matplotlibrc",
        "MPLCONFIGDIR": home / ".config" / "matplotlib",
        "PYTHONSTARTUP": home / "startup.py",
    }
    return os.environ | VARIABLES | {name: str(path) for name, path in paths.items()}


def results(out):
    return {p.relative_to(out): p.read_bytes() for p in out.rglob("*") if p.suffix in KINDS}


def test_a_hostile_home_changes_no_byte_and_cannot_hang_a_run(tmp_path, hostile):
    out, found = tmp_path / "Báo cáo", []
    command = [sys.executable, "-m", "xhht_analysis.running.cli", "run", "--raw", str(FIXTURE)]
    for environment in (None, hostile):
        done = subprocess.run(
            [*command, "--out", str(out), "--units", "815"],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=600,
        )
        assert done.returncode == 0, done.stderr
        found.append(results(out))
        shutil.rmtree(out)
    assert {path.suffix for path in found[0]} == KINDS
    assert [str(p) for p in found[0] if found[0][p] != found[1].get(p)] == []
    assert set(found[1]) == set(found[0])
