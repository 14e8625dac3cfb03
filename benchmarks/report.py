"""Documents beside what a plain office would do: papermill and nbconvert, one after the other.

    python -m benchmarks.report [--units 6]

In one run, on the same tables of the small fixture: seconds of the committee page from its executed
notebook (ours against ``jupyter nbconvert --no-input``), of Word, Excel and the indicator pages (no
peer), and seconds per 100 unit reports (the fleet with its pages against ``papermill`` then
``nbconvert`` for each unit, a process each). Ratios are the claim; seconds of a shared machine
mislead. Sizes and outside addresses of both pages are counted too.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.pipeline import TABLES, as_fleet, one_by_one
from xhht_analysis import store
from xhht_analysis.project import Project
from xhht_analysis.publishing import documents, indicator_pages, workbook
from xhht_analysis.publishing.run_tables import read_report_data
from xhht_analysis.running import execution

REPORT = "05_committee_report"
CONVERT = [sys.executable, "-m", "nbconvert", "--to", "html", "--no-input", "--log-level", "ERROR"]
OUTSIDE = re.compile(r"(?:src|href)=\"https?://")


def seconds(work, *arguments) -> float:
    start = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - start


def convert(notebook: Path) -> Path:
    """The page nbconvert makes with its own template, a process per page."""
    subprocess.run([*CONVERT, str(notebook)], check=True, capture_output=True)
    return notebook.with_suffix(".html")


def described(page: Path) -> str:
    text = page.read_text(encoding="utf-8")
    return f"{page.stat().st_size / 1e6:.1f} MB, {len(OUTSIDE.findall(text))} outside addresses"


def one_page(folder: Path) -> None:
    """The committee's documents from one executed notebook."""
    project, given = Project(), {"processed_dir": str(TABLES), "lang": "vi"}
    executed = folder / f"{REPORT}.ipynb"
    source = project.notebooks_dir / executed.name
    execution.execute(source, executed, given, cwd=project.root, timeout=900)
    ours = seconds(documents.export_html, executed, folder / "ours.html")
    peer = seconds(convert, executed)
    print(f"page: nbconvert {peer:.1f} s ({described(executed.with_suffix('.html'))}),")
    print(f"      ours {ours:.1f} s ({described(folder / 'ours.html')}): {peer / ours:.1f} times")
    run = read_report_data(TABLES)
    word = seconds(documents.export_docx, executed, folder / "a.docx")
    excel = seconds(workbook.write_annex, run, folder / "a.xlsx")
    drawn = documents.drawn_pictures(executed)
    pages = seconds(indicator_pages.write_indicator_pages, run, folder / "indicators", drawn)
    print(f"Word {word:.1f} s, Excel {excel:.1f} s, {len(run.indicators)} indicators {pages:.1f} s")


def plain(units: list[str], folder: Path) -> None:
    """Papermill, then nbconvert, for each unit in turn."""
    one_by_one(units, folder)
    for unit in units:
        convert(folder / f"{unit}.ipynb")


def many_units(n: int) -> None:
    """Seconds per 100 unit reports, both ways."""
    units = sorted(set(store.read_table("verdicts", TABLES)["unit_code"]))[:n]
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        peer = seconds(plain, units, Path(one)) * 100 / len(units)
        ours = seconds(as_fleet, units, Path(two)) * 100 / len(units)
    print(f"100 unit reports: papermill + nbconvert {peer:.0f} s, fleet {ours:.0f} s:", end=" ")
    print(f"{peer / ours:.2f} times the throughput ({len(units)} units measured)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=6)
    n = parser.parse_args().units
    with tempfile.TemporaryDirectory() as folder:
        one_page(Path(folder))
    many_units(n)


if __name__ == "__main__":
    main()
