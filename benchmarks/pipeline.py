"""Whole run against its floor: the same notebooks reduced to their imports, run by papermill.

    python -m benchmarks.pipeline [--rounds 3]

Both sides run in this process's environment, alternately, in fresh folders; the ratio of the
medians is the claim (goal: at most 1.5). Also prints the CPU seconds of ``xhht --help``.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
NUMBERED = sorted((ROOT / "notebooks").glob("0[1-5]_*.ipynb"))


def reduced(source: Path, target: Path) -> Path:
    """Copy of a notebook with only its parameters cell and its import lines."""
    notebook = nbformat.read(source, as_version=4)
    kept = []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        if "parameters" not in cell.metadata.get("tags", ()):
            lines = cell.source.splitlines()
            cell.source = "\n".join(x for x in lines if x.startswith(("import ", "from ")))
        kept.append(cell)
    notebook.cells = [cell for cell in kept if cell.source]
    nbformat.write(notebook, target)
    return target


def floor(folder: Path) -> float:
    """Seconds of bare papermill over the reduced notebooks, one process each."""
    start = time.perf_counter()
    for source in NUMBERED:
        target = reduced(source, folder / source.name)
        command = [sys.executable, "-m", "papermill", "--log-level", "ERROR", "--no-progress-bar"]
        command += [str(target), str(folder / f"out_{source.name}")]
        subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def whole(folder: Path) -> float:
    """Seconds of ``xhht run --sample`` into a fresh folder."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "xhht_analysis.running.cli", "run", "--sample"]
    subprocess.run([*command, "--out", str(folder)], check=True, capture_output=True)
    return time.perf_counter() - start


def help_cpu() -> float:
    """CPU seconds of ``xhht --help``."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "xhht_analysis.running.cli", "--help"]
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    ours, peer = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
            peer.append(floor(Path(one)))
            ours.append(whole(Path(two)))
        print(f"floor {peer[-1]:.1f} s, xhht run --sample {ours[-1]:.1f} s", flush=True)
    ratio = statistics.median(ours) / statistics.median(peer)
    print(f"median ratio {ratio:.2f} (goal at most 1.5)")
    print(f"xhht --help: {min(help_cpu() for _ in range(3)):.2f} s of CPU (goal at most 0.5)")


if __name__ == "__main__":
    main()
