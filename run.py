"""Set the kit up and run it: ``python run.py`` (the sample report) or ``python run.py test``.

Standard library only. Makes ``.venv`` beside this file from requirements.lock (through uv when it
is on PATH, else pip), installs the kit, then runs the ``xhht`` command or the tests. A second call
starts at once; a changed lock or Python is noticed. Everything else goes to ``xhht``:
``python run.py run --raw DIR``, ``python run.py check FILE``, ``python run.py --help``.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "xhht-installed"
LOCK = ROOT / "requirements.lock"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
NOTEBOOK_WORKERS = "2"
MAX_ROOT = 90
"""Letters of this folder's path that leave room for the deepest file of the packages."""
RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{p}{n}" for p in ("COM", "LPT") for n in range(1, 10))}


def main(arguments: list[str]) -> int:
    """Install what is missing, then hand over; the exit code is the command's own."""
    if not (3, 11) <= sys.version_info[:2] <= (3, 14):
        print(f"Python 3.11 to 3.14 is needed; this is {sys.version.split()[0]}.")
        print("Get one from python.org or the Microsoft Store, then run this again.")
        return 2
    if problem := _unusable_place(ROOT):
        print(problem)
        return 2
    if not _is_installed() and not _install():
        return 1
    if arguments[:1] == ["test"]:
        return _test(arguments[1:])
    command = arguments or ["run", "--sample", "--open"]
    return _call([PYTHON, "-m", "xhht_analysis.running.cli", *command])


def _unusable_place(root: Path, windows: bool = os.name == "nt") -> str:
    """Why the kit cannot be installed in ``root`` on Windows, empty if it can."""
    if not windows:
        return ""
    reserved = [part for part in root.parts if part.split(".")[0].strip().upper() in RESERVED]
    if reserved:
        return (
            f"Windows keeps the name {reserved[0]} for itself ({root}).\n"
            "Move the kit to a folder of another name, for example C:\\xhht, and run this again."
        )
    if len(str(root)) > MAX_ROOT and not _long_paths_enabled():
        return (
            f"The folder's path has {len(str(root))} letters ({root}); above {MAX_ROOT} some files "
            f"of the packages would exceed Windows' limit of 260.\n"
            "Move the kit to a short folder, for example C:\\xhht, and run this again."
        )
    return ""


def _long_paths_enabled() -> bool:
    """Whether this Windows lets programs use paths above 260 letters."""
    import winreg

    place = r"SYSTEM\CurrentControlSet\Control\FileSystem"
    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, place) as key:
            return bool(winreg.QueryValueEx(key, "LongPathsEnabled")[0])
    except OSError:
        return False


def _fingerprint() -> str:
    """Name what the environment is made from: lock, package description, Python, place."""
    parts = [LOCK.read_bytes(), (ROOT / "pyproject.toml").read_bytes()]
    parts += [sys.version.encode(), sysconfig.get_platform().encode(), str(ROOT).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _is_installed() -> bool:
    return PYTHON.exists() and STAMP.exists() and STAMP.read_text() == _fingerprint()


def _install() -> bool:
    """Make ``.venv``; say which installer, and leave no stamp unless everything worked."""
    uv = shutil.which("uv")
    print(f"Setting up .venv with {'uv' if uv else 'pip'} (once, a minute or two) ...", flush=True)
    start = time.monotonic()
    STAMP.unlink(missing_ok=True)
    if uv:
        install = [uv, "pip", "install", "--python", PYTHON, "--compile-bytecode"]
        make = [uv, "venv", "--allow-existing", "--python", sys.executable, VENV]
    else:
        install = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--compile"]
        make = [sys.executable, "-m", "venv", "--clear", VENV]
    if Path(sys.prefix).resolve() == VENV.resolve():  # a Python cannot clear itself away
        make = [PYTHON, "--version"]
    steps = [
        ("1/4 virtual environment", make),
        ("2/4 packages of requirements.lock", [*install, "--require-hashes", "-r", LOCK]),
        ("3/4 the kit", [*install, "--no-deps", "--no-build-isolation", "-e", ROOT]),
        ("4/4 bytecode", [PYTHON, "-m", "compileall", "-q", ROOT / "xhht_analysis"]),
    ]
    for name, command in steps:
        if _call(command, note=f"  {name}") != 0:
            print(f"Step {name} failed; its message is above. Mend the cause and run this again.")
            return False
    STAMP.write_text(_fingerprint())
    print(f"Ready after {time.monotonic() - start:.0f} s.", flush=True)
    return True


def _test(arguments: list[str]) -> int:
    """Run pytest (unit, contracts, golden, layering), then every notebook by nbval.

    Tests marked slow are left to .ci/run; with ``arguments`` pytest decides by those alone.
    """
    pytest = [PYTHON, "-m", "pytest", "-p", "no:cacheprovider"]
    if arguments:
        return _call([*pytest, *arguments])
    nbval = ["--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout", "300"]
    nbval += ["--nbval-sanitize-with", "tests/nbval_sanitize.cfg", "--dist", "loadfile"]
    codes = [
        _call([*pytest, "-n", NOTEBOOK_WORKERS, "--dist", "loadfile", "-m", "not slow"]),
        _call([*pytest, *nbval, "-n", NOTEBOOK_WORKERS, "notebooks"]),
    ]
    return max(codes)


def _call(command: list, note: str = "") -> int:
    """Run ``command`` in the project folder with UTF-8 everywhere and bytecode written.

    With ``note`` its output is shown only if it fails; meanwhile one line tells where it is.
    """
    environment = {**os.environ, "PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment.pop("PYTHONPATH", None)
    environment.pop("VIRTUAL_ENV", None)
    words = [str(part) for part in command]
    if not note:
        return subprocess.run(words, cwd=ROOT, env=environment).returncode
    print(note, flush=True)
    lines, live = [], sys.stdout.isatty()
    pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    text = {"encoding": "utf-8", "errors": "replace"}
    with subprocess.Popen(words, cwd=ROOT, env=environment, **pipe, **text) as process:
        for line in process.stdout:
            lines.append(line)
            if live:
                print(f"\r    {' '.join(line.split()[:2]):70.70}", end="", flush=True)
    if live:
        print(f"\r{'':76}\r", end="", flush=True)
    if process.returncode:
        print("".join(lines), flush=True)
    return process.returncode


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):  # a console of cp1252 or cp1258 lacks some letters
        stream.reconfigure(errors="replace")
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
