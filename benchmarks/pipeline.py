"""The whole run beside plain papermill over the same notebooks, one after the other.

    python -m benchmarks.pipeline [--rounds 3] [--units 8] [--word]

Plain: ``papermill`` a process per notebook, with the parameters a run gives, then the documents
in a process of their own. Both sides alternate, in fresh folders; the ratio of the medians is the
claim (at most 1.15). ``--word`` then changes one word of the report in a copy of the kit and runs
again: report and documents (at most 12 s was asked); then one of those that figures show, too.
Also prints the CPU seconds of ``xhht --help``, and the throughput of unit reports: ``papermill``
one after the other against two kernels at once, which make the pages too (1.8 times was asked).
Seconds of a shared machine mislead, so processor seconds stand beside them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat

from xhht_analysis.intake.gathering import received_dates
from xhht_analysis.project import Project
from xhht_analysis.running import execution, kernel, runner, stages, unit_reports

ROOT = Path(__file__).resolve().parents[1]
TABLES = ROOT / "tests" / "fixtures" / "processed"
AS_OF = "2026-11-20"
UNIT = ROOT / "notebooks" / "06_unit_report.ipynb"
PAPERMILL = [sys.executable, "-m", "papermill", "--log-level", "ERROR", "--no-progress-bar"]
DOCUMENTS = """
import sys
from pathlib import Path
from xhht_analysis.project import Project
from xhht_analysis.running import document_stage
document_stage.write_documents(Project(out=Path(sys.argv[1])), sys.argv[2], "vi")
"""
SETTINGS = kernel.environment(os.environ)
"""For both sides: with the fonts that a user's cache names a figure differs by some pixels."""
WORDS = {"words.toml": "khả năng đạt khoảng", "figure_words.toml": "rất có khả năng đạt"}
"""One word of the report and one that figures show, too."""


def plain(folder: Path) -> None:
    """Papermill over the five notebooks, then the documents."""
    project = Project(out=folder)
    as_of = received_dates(project.sample_dir)[-1]
    settings = runner.Settings(raw_dir=project.sample_dir, as_of=as_of, sample=True)
    for place in (project.processed(as_of), project.figures(as_of), project.run_dir(as_of)):
        place.mkdir(parents=True)
    for stage in stages.ALL:
        source = project.notebooks_dir / stage.notebook
        given = execution.accepted(source, settings.parameters(project))
        words = [w for name, value in given.items() for w in ("-p", name, str(value))]
        command = [*PAPERMILL, "-k", "python3", *words, str(source)]
        target = project.run_dir(as_of) / stage.notebook
        call([*command, str(target)])
    call([sys.executable, "-c", DOCUMENTS, str(folder), as_of])


def whole(folder: Path, kit: Path = ROOT) -> None:
    """``xhht run --sample`` of the kit at ``kit`` into ``folder``."""
    command = [sys.executable, "-m", "xhht_analysis.running.cli", "run", "--sample"]
    call([*command, "--out", str(folder)], kit)


def call(command: list[str], kit: Path = ROOT) -> None:
    """Run ``command`` in ``kit`` with its code and nobody's settings."""
    variables = {**SETTINGS, "PYTHONPATH": str(kit)}
    subprocess.run(command, check=True, capture_output=True, env=variables, cwd=kit)


def words(place: Path) -> None:
    """Print the seconds of a whole run and of one after each word was changed."""
    kit, out = place / "kit", place / "out"
    shutil.copytree(ROOT, kit, ignore=shutil.ignore_patterns(".venv", ".git", "reports", ".*"))
    seconds = measured(lambda: whole(out, kit))
    print("a whole run {:.1f} s ({:.1f} of processor)".format(*seconds))
    for name, word in WORDS.items():
        path = kit / "xhht_analysis" / "publishing" / "templates" / name
        text = path.read_text(encoding="utf-8")
        assert word in text
        path.write_text(text.replace(word, f"{word} được", 1), encoding="utf-8")
        seconds = measured(lambda: whole(out, kit))
        print("a changed word of {} {:.1f} s ({:.1f})".format(name, *seconds), flush=True)


def measured(action: Callable[[], None]) -> tuple[float, float]:
    """Seconds and processor seconds that ``action`` takes, children included."""
    start, before = time.perf_counter(), cpu()
    action()
    return time.perf_counter() - start, cpu() - before


def cpu() -> float:
    """Processor seconds of this process and the children it has waited for."""
    return sum(os.times()[:4])


def help_cpu() -> float:
    """CPU seconds of ``xhht --help``."""
    command = [sys.executable, "-m", "xhht_analysis.running.cli", "--help"]
    return measured(lambda: call(command))[1]


def one_by_one(units: list[str], folder: Path) -> None:
    """Plain papermill, a process per unit."""
    for unit in units:
        given = ["-r", "unit_code", unit, "-r", "processed_dir", str(TABLES), "-r", "lang", "vi"]
        words = [*PAPERMILL, *given, str(UNIT), str(folder / f"{unit}.ipynb")]
        call(words)


def side_by_side(units: list[str], folder: Path) -> None:
    """The kit's own way: two kernels at once, and the page of each unit."""
    staged = Project(out=folder)
    shutil.copytree(TABLES, staged.processed(AS_OF))
    work = runner.Settings(raw_dir=folder, as_of=AS_OF), Project(), staged
    with ThreadPoolExecutor(2) as executor:
        assert not any(dict(unit_reports.outcomes(units, executor, *work)).values())


def throughput(units: list[str]) -> None:
    """Print both ways' seconds and whether every cell says the same."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        (peer, peer_cpu) = measured(lambda: one_by_one(units, Path(one)))
        (ours, ours_cpu) = measured(lambda: side_by_side(units, Path(two)))
        run_dir = Project(out=Path(two)).run_dir(AS_OF)
        outputs = [
            [
                cell.get("outputs")
                for unit in units
                for cell in nbformat.read(place / name.format(unit), 4).cells
            ]
            for place, name in ((Path(one), "{}.ipynb"), (run_dir, f"{UNIT.stem}_{{}}.ipynb"))
        ]
    print(
        f"{len(units)} unit reports: papermill {peer:.1f} s ({peer_cpu:.1f} of processor), ", end=""
    )
    print(f"two kernels {ours:.1f} s ({ours_cpu:.1f}): {peer / ours:.2f} times the throughput")
    print(f"same cells: {outputs[0] == outputs[1]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--units", type=int, default=8, help="unit reports to make; 0: none")
    parser.add_argument("--word", action="store_true", help="measure a changed word, too")
    options = parser.parse_args()
    ours, peer = [], []
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
            peer.append(measured(lambda place=one: plain(Path(place))))
            ours.append(measured(lambda place=two: whole(Path(place))))
        print("plain papermill and documents {:.1f} s ({:.1f} of processor)".format(*peer[-1]))
        print("xhht run --sample {:.1f} s ({:.1f})".format(*ours[-1]), flush=True)
    if ours:
        ratios = [
            statistics.median(o[kind] for o in ours) / statistics.median(p[kind] for p in peer)
            for kind in (0, 1)
        ]
        print("median ratio {:.2f}, of processor {:.2f} (at most 1.15)".format(*ratios))
    if options.word:
        with tempfile.TemporaryDirectory() as place:
            words(Path(place))
    print(f"xhht --help: {min(help_cpu() for _ in range(3)):.2f} s of processor (at most 0.5)")
    if options.units:
        throughput([str(code) for code in range(815, 826)][: options.units])


if __name__ == "__main__":
    main()
