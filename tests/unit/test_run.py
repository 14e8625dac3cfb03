"""run.py: what it installs, when it installs again, and what it hands over to."""

import ast
import importlib.util
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit
SOURCE = Path(__file__).resolve().parents[2] / "run.py"


@pytest.fixture
def runner(tmp_path, monkeypatch):
    """run.py with its folders in a place with spaces and Vietnamese letters, and no real calls."""
    spec = importlib.util.spec_from_file_location("run_under_test", SOURCE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    root = tmp_path / "Bộ số liệu 2026"
    (root / ".venv").mkdir(parents=True)
    monkeypatch.setattr(module, "ROOT", root)
    monkeypatch.setattr(module, "VENV", root / ".venv")
    monkeypatch.setattr(module, "STAMP", root / ".venv" / "xhht-installed")
    monkeypatch.setattr(module, "LOCK", root / "requirements.lock")
    monkeypatch.setattr(module, "PYTHON", root / ".venv" / "python")
    (root / "requirements.lock").write_text("a==1")
    (root / "pyproject.toml").write_text("[project]")
    calls = []

    def call(command):
        calls.append([str(part) for part in command])
        if "venv" in command:
            module.PYTHON.write_text("")
        return module.answers.pop(0) if module.answers else 0

    module.calls, module.answers = calls, []
    monkeypatch.setattr(module, "_call", call)
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    return module


def test_only_the_standard_library_is_used():
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    names |= {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


def test_first_call_installs_from_the_lock_and_runs_the_sample(runner):
    assert runner.main([]) == 0
    make, packages, kit, bytecode, command = runner.calls
    assert make[1:3] == ["-m", "venv"]
    assert packages[-3:] == ["--require-hashes", "-r", str(runner.LOCK)]
    assert "-e" in kit
    assert "compileall" in bytecode
    assert command[-3:] == ["run", "--sample", "--open"]


def test_second_call_starts_at_once(runner):
    runner.main([])
    runner.calls.clear()
    assert runner.main(["status"]) == 0
    assert [call[-1] for call in runner.calls] == ["status"]


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_a_changed_lock_is_noticed(runner, name):
    runner.main([])
    (runner.ROOT / name).write_text("changed")
    runner.calls.clear()
    runner.main([])
    assert len(runner.calls) == 5


def test_uv_is_used_when_it_is_on_path(runner, monkeypatch, capsys):
    monkeypatch.setattr(runner.shutil, "which", lambda name: "/bin/uv")
    runner.main([])
    assert runner.calls[0][:2] == ["/bin/uv", "venv"]
    assert runner.calls[1][:3] == ["/bin/uv", "pip", "install"]
    assert "uv" in capsys.readouterr().out


def test_a_failed_step_is_named_and_tried_again_next_time(runner, capsys):
    runner.answers = [0, 1]
    assert runner.main([]) == 1
    assert "requirements.lock failed" in capsys.readouterr().out
    assert not runner.STAMP.exists()
    runner.calls.clear()
    assert runner.main([]) == 0
    assert len(runner.calls) == 5


def test_test_runs_pytest_then_nbval_and_reports_the_worst(runner):
    runner.main([])
    runner.calls.clear()
    runner.answers = [0, 5]
    assert runner.main(["test"]) == 5
    assert "pytest" in runner.calls[0]
    assert "--nbval-lax" in runner.calls[1]
    runner.calls.clear()
    runner.main(["test", "tests/unit/test_run.py"])
    assert runner.calls == [[*runner.calls[0][:-1], "tests/unit/test_run.py"]]


def test_an_old_python_is_told_so(runner, monkeypatch, capsys):
    monkeypatch.setattr(runner.sys, "version_info", (3, 9, 1))
    assert runner.main([]) == 2
    assert "3.11" in capsys.readouterr().out
