"""Whole run against its floor: the same notebooks reduced to their imports, run by papermill.

    python -m benchmarks.pipeline [--rounds 3] [--units 8]

Both sides run in this process's environment, alternately, in fresh folders; the ratio of the
medians is the claim (goal: at most 1.5). Also prints the CPU seconds of ``xhht --help``, and the
throughput of unit reports: ``papermill`` one after the other against the fleet with two kernels
(which makes the pages too), same cells out (goal: at least 1.8 times). Seconds of a shared machine
mislead, so processor seconds stand beside them.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

from xhht_analysis.running import unit_reports

ROOT = Path(__file__).resolve().parents[1]
TABLES = ROOT / "tests" / "fixtures" / "processed"
UNIT = ROOT / "notebooks" / "06_unit_report.ipynb"
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


def cpu() -> float:
    """Processor seconds of this process and the children it has waited for."""
    return sum(os.times()[:4])


def help_cpu() -> float:
    """CPU seconds of ``xhht --help``."""
    before = cpu()
    command = [sys.executable, "-m", "xhht_analysis.running.cli", "--help"]
    subprocess.run(command, check=True, capture_output=True)
    return cpu() - before


def one_by_one(units: list[str], folder: Path) -> None:
    """Plain papermill, a process per unit."""
    command = [sys.executable, "-m", "papermill", "--log-level", "ERROR", "--no-progress-bar"]
    for unit in units:
        given = ["-r", "unit_code", unit, "-r", "processed_dir", str(TABLES), "-r", "lang", "vi"]
        words = [*command, *given, str(UNIT), str(folder / f"{unit}.ipynb")]
        subprocess.run(words, check=True, capture_output=True, cwd=ROOT)


def as_fleet(units: list[str], folder: Path) -> None:
    """The kit's own way: two kernels at once, and the page of each unit."""
    given = {"processed_dir": str(TABLES), "lang": "vi"}
    jobs = [
        unit_reports.Job(
            name=unit,
            source=UNIT,
            target=folder / f"{unit}.ipynb",
            parameters={**given, "unit_code": unit},
            cwd=ROOT,
            page=folder / f"{unit}.html",
        )
        for unit in units
    ]
    with unit_reports.make_executor(2) as executor:
        assert [o.error for o in unit_reports.outcomes(jobs, executor)] == [""] * len(units)


def throughput(units: list[str]) -> None:
    """Print both ways' seconds and whether every cell says the same."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        spent = []
        for way, place in ((one_by_one, one), (as_fleet, two)):
            start, before = time.perf_counter(), cpu()
            way(units, Path(place))
            spent += [(time.perf_counter() - start, cpu() - before)]
        outputs = [
            [
                cell.get("outputs")
                for u in units
                for cell in nbformat.read(place / f"{u}.ipynb", 4).cells
            ]
            for place in map(Path, (one, two))
        ]
    (plain, plain_cpu), (ours, ours_cpu) = spent
    print(
        f"{len(units)} unit reports: papermill {plain:.1f} s ({plain_cpu:.1f} of processor),",
        end="",
    )
    print(f" fleet of two {ours:.1f} s ({ours_cpu:.1f}): {plain / ours:.2f} times the throughput")
    print(f"same cells: {outputs[0] == outputs[1]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--units", type=int, default=8, help="unit reports to make; 0: none")
    options = parser.parse_args()
    ours, peer = [], []
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
            before = cpu()
            peer.append(floor(Path(one)))
            between = cpu()
            ours.append(whole(Path(two)))
        print(
            f"floor {peer[-1]:.1f} s ({between - before:.1f} of processor), "
            f"xhht run --sample {ours[-1]:.1f} s ({cpu() - between:.1f})",
            flush=True,
        )
    if ours:
        ratio = statistics.median(ours) / statistics.median(peer)
        print(f"median ratio {ratio:.2f} (goal at most 1.5)")
    print(f"xhht --help: {min(help_cpu() for _ in range(3)):.2f} s of CPU (goal at most 0.5)")
    if options.units:
        throughput([str(code) for code in range(815, 826)][: options.units])


if __name__ == "__main__":
    main()
