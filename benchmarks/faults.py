"""Kill a run at random moments, many times: nothing torn, no kernel left, next run right.

    python -m benchmarks.faults [--kills 50] [--seed 1]

Each round changes the input, starts ``xhht run`` on a copy of the test fixture, kills the runner
(SIGKILL / TerminateProcess) after a random time and looks: every table on disk is whole (old or
new), run.json matches or tells; kernels are gone within seconds; the last, undisturbed run gives
the same tables as a run that was never disturbed.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
FIXTURE = ROOT / "tests" / "fixtures" / "raw"
GRACE = 15.0
RUN = [sys.executable, "-m", "xhht_analysis.running.cli", "run", "--raw"]


def start(raw: Path, out: Path) -> subprocess.Popen:
    """Start a run in the background, silent."""
    quiet = subprocess.DEVNULL
    return subprocess.Popen([*RUN, str(raw), "--out", str(out)], stdout=quiet, stderr=quiet)


def kill(process: subprocess.Popen) -> list[psutil.Process]:
    """Kill the runner alone; return the kernels that outlive it beyond the grace time."""
    try:
        children = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        children = []
    process.kill()
    process.wait()
    return psutil.wait_procs(children, timeout=GRACE)[1]


def torn_tables(out: Path) -> list[Path]:
    """Published tables that do not end with a full line."""
    tables = (out / "data" / "processed").rglob("*.csv")
    return [t for t in tables if not t.read_bytes().endswith(b"\n")]


def tables(out: Path) -> dict[str, bytes]:
    """Bytes of every published table."""
    root = out / "data" / "processed"
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*.csv")}


def rounds(kills: int, seed: int, raw: Path, out: Path, seconds: float) -> dict[str, int]:
    """Kill ``kills`` runs at random moments within ``seconds``; count what went wrong."""
    rng = random.Random(seed)
    wrong = {"torn": 0, "lost": 0, "orphans": 0}
    for _ in range(kills):
        before = set(tables(out))
        process = start(raw, out)
        time.sleep(rng.uniform(0, seconds))
        wrong["orphans"] += len(kill(process))
        wrong["torn"] += len(torn_tables(out))
        wrong["lost"] += len(before - set(tables(out)))
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        raw, out, calm = (Path(folder) / name for name in ("raw", "out", "calm"))
        shutil.copytree(FIXTURE, raw)
        began = time.perf_counter()
        start(raw, calm).wait()
        seconds = time.perf_counter() - began
        wrong = rounds(options.kills, options.seed, raw, out, seconds)
        start(raw, out).wait()
        same = tables(out) == tables(calm) != {}
    print(f"{options.kills} kills within {seconds:.1f} s: {wrong}")
    print(f"next run gives the tables of an undisturbed run: {same}")
    sys.exit(0 if same and not any(wrong.values()) else 1)


if __name__ == "__main__":
    main()
