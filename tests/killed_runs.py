"""Runs that are killed, meet each other or meet a full disk: the machinery of test_faults.py.

Runs of two small notebooks that write two tables and `PICTURES` figures, all stamped with the
version of the input. Each round changes the input, starts a run and kills the runner (SIGKILL,
TerminateProcess): half of them at any moment, half in the midst of publishing. Then every file must
be there, whole, of the old or the new version; a set that mixes the two must not match its
run.json; kernels must be gone within seconds, and the next run must be right.
"""

from __future__ import annotations

import contextlib
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

from tests.notebook_maker import write_notebook
from xhht_analysis.project import Project
from xhht_analysis.running import publication, records

ROOT = Path(__file__).resolve().parents[1]
FIXTURE = ROOT / "tests" / "fixtures" / "raw"
AS_OF, PICTURES, LINES, GRACE = "2024-11-20", 60, 500, 20.0
KINDS = (".csv", ".png", ".ipynb", ".html", ".docx", ".xlsx")
DISK, FREE = 128, (0, 0.02, 0.06, 0.25, 0.5, 0.7, 0.8)  # MiB; share of what a run takes
PARAMETERS = 'raw_dir: str = ""\noutput_dir: str = ""\nfigures_dir: str = ""'
STAMP = f"""
from pathlib import Path
version = (Path(raw_dir) / "{AS_OF}" / "a.csv").read_text()
"""
FIRST = '_ = (Path(output_dir) / "panel.csv").write_text(f"{{version}}\\n" * {lines})'
SECOND = """
_ = (Path(output_dir) / "scores.csv").write_text(f"{{version}}\\n" * {lines})
for i in range({pictures}):
    _ = (Path(figures_dir) / f"{{i}}.png").write_text(f"{{version}}\\n" * {lines})
"""
RUNNER = """
import sys
from pathlib import Path
from xhht_analysis.project import KitError, Project
from xhht_analysis.running import runner
from xhht_analysis.running.stages import Stage
root = Path(sys.argv[1])
first = Stage("01_a", makes=("panel",))
second = Stage("02_b", reads=("panel",), makes=("scores",))
settings = runner.Settings(raw_dir=root / "raw", as_of="2024-11-20")
try:
    runner.run(settings, Project(root=root, out=root / "out"), (first, second))
except KitError as error:
    sys.exit(f"{type(error).__name__}: {error}")
"""


def make_toy(root: Path) -> Project:
    """Notebooks, configuration and version 0 of the input below ``root``."""
    cells = {"01_a": FIRST, "02_b": SECOND}
    for name, cell in cells.items():
        text = STAMP + cell.format(lines=LINES, pictures=PICTURES)
        write_notebook(root / "notebooks" / f"{name}.ipynb", PARAMETERS, text)
    (root / "config").mkdir()
    (root / "requirements.lock").write_text("")
    (root / "raw" / AS_OF).mkdir(parents=True)
    return Project(root=root, out=root / "out")


def start(root: Path, version: int) -> subprocess.Popen:
    """Start a run on input ``version`` in the background."""
    (root / "raw" / AS_OF / "a.csv").write_text(str(version))
    command = [sys.executable, "-c", RUNNER, str(root)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def _ended_well(process: subprocess.Popen) -> bool:
    said = process.communicate()[1]
    if process.returncode:
        print(said)
    return process.returncode == 0


def kill(process: subprocess.Popen) -> list[psutil.Process]:
    """Kill the runner alone; return the kernels that outlive it beyond the grace time."""
    try:
        children = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        children = []
    process.kill()
    process.communicate()
    return psutil.wait_procs(children, timeout=GRACE)[1]


def files(project: Project) -> list[Path]:
    """Every table and figure that must be there once a run ended."""
    tables = [project.processed(AS_OF) / name for name in ("panel.csv", "scores.csv")]
    return tables + [project.figures(AS_OF) / f"{i}.png" for i in range(PICTURES)]


def versions(project: Project) -> list[str]:
    """Version of each file: a number, ``absent`` or ``torn``."""
    found = []
    for path in files(project):
        lines = path.read_text().split("\n") if path.is_file() else ["absent"]
        whole = len(lines) == LINES + 1 and len(set(lines[:-1])) == 1 and not lines[-1]
        found.append(lines[0] if whole or lines == ["absent"] else "torn")
    return found


def wait_for_publishing(process: subprocess.Popen, project: Project, version: int) -> None:
    """Return as soon as the first file of ``version`` is published, or the run ended."""
    first = files(project)[0].parent
    before = {p: p.stat().st_ino for p in first.glob("*.csv")}
    while process.poll() is None:
        if {p: p.stat().st_ino for p in first.glob("*.csv")} != before:
            return


def rounds(kills: int, seed: int, project: Project) -> dict[str, int]:
    """Kill ``kills`` runs; count what went wrong (must be 0) and sets caught half published."""
    rng, root = random.Random(seed), project.root
    counts = {"torn": 0, "absent": 0, "orphans": 0, "untold": 0, "locks": 0, "half_published": 0}
    began = time.monotonic()
    assert _ended_well(start(root, 0))
    seconds = time.monotonic() - began
    for version in range(1, kills + 1):
        process = start(root, version)
        if version % 2:
            time.sleep(rng.uniform(0.2, seconds))
        else:
            wait_for_publishing(process, project, version)
            time.sleep(rng.uniform(0, 0.01))
        counts["orphans"] += len(kill(process))
        found = versions(project)
        record = project.runs().get(AS_OF, {})
        counts["torn"] += found.count("torn")
        counts["absent"] += found.count("absent")
        counts["half_published"] += len(set(found)) > 1
        counts["untold"] += len(set(found)) > 1 and not records.broken_outputs(project, record)
        if version % 10 == 0:
            counts["locks"] += not one_of_two(root, version)
    assert _ended_well(start(root, kills))
    counts["wrong_after"] = len([v for v in versions(project) if v != str(kills)])
    record = records.read_record(project, AS_OF)
    counts["wrong_after"] += len(records.broken_outputs(project, record))
    return counts


def one_of_two(root: Path, version: int) -> bool:
    """Start two runs at once; whether one ended well and the other was told of the lock."""
    pair = [start(root, version) for _ in range(2)]
    said = [process.communicate()[1] for process in pair]
    codes = sorted(process.returncode for process in pair)
    return codes == [0, 0] or (codes == [0, 1] and any("LockedError" in text for text in said))


def on_fixture(out: Path, name: str = "run", *more: str) -> list[str]:
    """The command ``name`` over the real notebooks on the test fixture."""
    command = [sys.executable, "-m", "xhht_analysis.running.cli", name, "--raw", str(FIXTURE)]
    return [*command, "--out", str(out), *more]


def made(out: Path) -> dict[str, bytes]:
    """Everything a run made that repeats byte for byte, by its place."""
    paths = [p for p in out.rglob("*") if p.suffix in KINDS]
    return {p.relative_to(out).as_posix(): p.read_bytes() for p in paths}


def real(seed: int, place: Path) -> bool:
    """Three kills of ``xhht run`` on the fixture, then the restore drill."""
    rng, out = random.Random(seed), place / "out"
    command = on_fixture(out)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    began = time.monotonic()
    subprocess.run(command, check=True, **quiet)
    seconds = time.monotonic() - began
    before, same = made(out), True
    for _ in range(3):
        process = subprocess.Popen([*command, "--force"], **quiet)
        time.sleep(rng.uniform(1, seconds))
        same &= not kill(process) and {k: made(out).get(k) for k in before} == before
    for name in ("data", "figures", "reports"):
        shutil.rmtree(out / name)
    subprocess.run(command, check=True, **quiet)
    restored = made(out) == before
    return same and restored


@contextlib.contextmanager
def small_disk(place: Path, options: str = f"size={DISK}m") -> Iterator[bool]:
    """A file system of `DISK` MiB at ``place``; False where mounting is not allowed."""
    place.mkdir()
    with mounted(place, "-t", "tmpfs", "-o", options, "tmpfs") as allowed:
        yield allowed


@contextlib.contextmanager
def broken_file(path: Path) -> Iterator[bool]:
    """Reading ``path`` ends in EIO, as on a broken disk: it is the memory of a process."""
    path.touch()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        with mounted(path, "--bind", f"/proc/{process.pid}/mem") as allowed:
            yield allowed
        process.kill()


@contextlib.contextmanager
def mounted(place: Path, *words: str) -> Iterator[bool]:
    """Mount what ``words`` say at ``place``; False where that is not allowed."""
    try:
        done = subprocess.run(["mount", *words, str(place)], capture_output=True, check=False)
        mounted = not done.returncode
    except FileNotFoundError:
        mounted = False
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(place)], check=True)


def full_disk(disk: Path, frees: Sequence[float], name: str = "run", *more: str) -> str:
    """A good run on ``disk``, one each with that share of its room, one with room; what failed.

    ``name`` is the command, ``more`` are its options. Where these name units the pages alone are
    made again, else all is.
    """
    out, ballast = disk / "out", disk / "ballast"
    pages = out / "reports" / "2026-11-20" / "units"
    force = () if "--units" in more else ("--force",)

    def run(*options: str) -> tuple[int, str]:
        shutil.rmtree(pages, ignore_errors=True)
        command = on_fixture(out, name, *more, *options)
        done = subprocess.run(command, capture_output=True, text=True)
        return done.returncode, done.stderr.strip()

    good, before = run()[0] == 0, made(out)
    kept = {k: v for k, v in before.items() if "/units/" not in k and k != "reports/index.html"}
    taken = shutil.disk_usage(disk).used // 1024
    for kib in (int(share * taken) for share in frees):
        shutil.rmtree(pages, ignore_errors=True)
        ballast.write_bytes(bytes(shutil.disk_usage(disk).free - kib * 1024))
        code, said = run(*force)
        ballast.unlink()
        found = made(out)
        whole = all(before.get(k) == v for k, v in found.items() if k != "reports/index.html")
        whole &= kept.items() <= found.items()
        left = [p for p in (out / publication.STAGING).rglob("*") if p.is_file()]
        clear = "Traceback" not in said and "ổ đĩa" in said.lower()
        good &= code == 1 and whole and not left and clear
        if not good:
            return f"{kib} KiB free: exit {code}, whole {whole}, staging left {len(left)}: {said}"
    code, said = run(*force)
    other = sorted(k for k, v in made(out).items() if before.get(k) != v)
    lost = sorted(before.keys() - made(out).keys())
    if (code, other, lost) == (0, [], []):
        return ""
    return f"with room again: exit {code}, other {other}, lost {lost}: {said}"
