"""run.py: what it installs, when it installs again, and what it hands over to."""

import ast
import importlib.util
import os
import subprocess
import sys
from pathlib import Path, PureWindowsPath

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

    def call(command, note=""):
        calls.append([str(part) for part in command])
        if "venv" in command:
            module.PYTHON.write_text("")
        return module.answers.pop(0) if module.answers else 0

    module.calls, module.answers, module.real_call = calls, [], module._call
    monkeypatch.setattr(module, "_call", call)
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    monkeypatch.setattr(module, "_long_paths_enabled", lambda: True)  # pytest's folders are long
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
    assert runner.calls[0][-2:] == ["-m", "not slow"]
    assert "--nbval-lax" in runner.calls[1]
    runner.calls.clear()
    runner.main(["test", "tests/unit/test_run.py"])
    assert runner.calls == [[*runner.calls[0][:-1], "tests/unit/test_run.py"]]


def test_an_old_python_is_told_so(runner, monkeypatch, capsys):
    monkeypatch.setattr(runner.sys, "version_info", (3, 9, 1))
    assert runner.main([]) == 2
    assert "3.11" in capsys.readouterr().out


def test_an_activated_environment_is_not_cleared_under_its_own_python(runner, monkeypatch):
    monkeypatch.setattr(runner.sys, "prefix", str(runner.VENV))
    runner.PYTHON.write_text("")
    assert runner.main([]) == 0
    assert not any("venv" in call for call in runner.calls)
    assert runner.calls[1][-3:] == ["--require-hashes", "-r", str(runner.LOCK)]


@pytest.mark.parametrize(("code", "shown"), [(0, False), (3, True)])
def test_the_installers_words_are_shown_only_when_it_fails(runner, capfd, code, shown):
    talk = f"print('Đang tải gói'); raise SystemExit({code})"
    assert runner.real_call([sys.executable, "-c", talk], note="  2/4 packages") == code
    told = capfd.readouterr().out
    assert told.startswith("  2/4 packages\n")
    assert ("Đang tải gói" in told) is shown


@pytest.mark.parametrize("encoding", ["cp1252", "cp1258", "ascii"])
def test_an_old_windows_console_does_not_end_the_run(tmp_path, encoding):
    place = tmp_path / "Bộ số liệu 2026"
    place.mkdir()
    script = SOURCE.read_bytes().replace(b"MAX_ROOT = 90", b"MAX_ROOT = 900")  # long folders
    (place / "run.py").write_bytes(script)
    (place / "requirements.lock").write_text("gói-không-có==1", "utf-8")
    (place / "pyproject.toml").write_text("[project]")
    code = (
        "import runpy, sys, shutil; shutil.which = lambda name: None;"
        "sys.argv = ['run.py', '--help'];"
        "import subprocess; real = subprocess.Popen;"
        "subprocess.Popen = lambda words, **k: real([sys.executable, '-c',"
        "'print(chr(0x1ed9)); raise SystemExit(1)'], **k);"
        f"runpy.run_path({str(place / 'run.py')!r}, run_name='__main__')"
    )
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True)
    assert done.returncode == 1, done.stderr
    assert b"virtual environment failed" in done.stdout
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("C:\\xhht", ""),
        ("C:\\" + "a" * 87, ""),
        ("C:\\" + "a" * 88, "260"),
        ("C:\\Bộ công cụ\\con\\xhht", "con"),
        ("C:\\aux.2026\\xhht", "aux.2026"),
        ("C:\\Com1\\xhht", "Com1"),
        ("C:\\Com10\\xhht", ""),
        ("C:\\console\\xhht", ""),
    ],
)
def test_a_folder_that_windows_cannot_use_is_told_before_anything_is_installed(
    runner, monkeypatch, place, words
):
    monkeypatch.setattr(runner, "_long_paths_enabled", lambda: False)
    told = runner._unusable_place(PureWindowsPath(place), windows=True)
    assert words in told
    assert bool(told) is bool(words)
    assert runner._unusable_place(PureWindowsPath(place), windows=False) == ""
    monkeypatch.setattr(runner, "_long_paths_enabled", lambda: True)
    assert "260" not in runner._unusable_place(PureWindowsPath(place), windows=True)


def test_an_unusable_folder_ends_before_the_installation(runner, monkeypatch, capsys):
    monkeypatch.setattr(runner, "_unusable_place", lambda root: "dời đi")
    assert runner.main([]) == 2
    assert runner.calls == []
    assert "dời đi" in capsys.readouterr().out
