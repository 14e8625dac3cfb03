"""Speed of reading beside bare calamine, in one run on one machine.

``python -m benchmarks.intake [--files 2000] [--rows 20000] [--columns 40]`` prints, for one large
sheet and for a simulated delivery of small workbooks, seconds, files per second, the ratio to
calamine's own time, and the memory of this process and its readers at the middle and the end; then
the processor seconds (readers included) of a whole intake of half the files and of all of them,
lists of one commune each: 2 times where work is linear and nothing is paid once.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import python_calamine as calamine
import xlsxwriter

from tests.form_fixtures import cmc1, cmc2, forms, mn01, write_xlsx, xmc3
from xhht_analysis.intake import run_intake
from xhht_analysis.intake.reading.delivery import find_files, read_files
from xhht_analysis.plan.areas import read_areas
from xhht_analysis.project import Project


def large(path: Path, rows: int, columns: int) -> Path:
    """One sheet of numbers under one header."""
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Số liệu")
        sheet.write_row(0, 0, ["Đơn vị", *[f"Cột {c}" for c in range(1, columns)]])
        for row in range(1, rows):
            sheet.write_row(row, 0, [f"Xã {row}", *range(row, row + columns - 1)])
    return path


def delivery(folder: Path, n_files: int) -> None:
    """Small official forms of one commune each."""
    ages = dict.fromkeys(range(15, 61), 100)
    few = dict.fromkeys(ages, 2)
    small = {age: 50 + age for age in range(7)}
    groups = {"15-25": (1100, 11, 22), "26-35": (1000, 10, 20), "36-60": (2500, 25, 50)}
    boards = (
        xmc3(ages, few, few),
        cmc2(groups),
        mn01(small, small, small),
        cmc1({"Xã Tân Thới": groups, "Xã Tân Phú": groups}),
    )
    for number in range(n_files):
        day = folder / f"2024-11-{1 + number % 28:02d}"
        day.mkdir(parents=True, exist_ok=True)
        write_xlsx(day / f"{number:05d}.xlsx", boards[number % len(boards)])


def bare(paths: list[Path]) -> None:
    """Read every cell with calamine alone, in this process."""
    for path in paths:
        book = calamine.CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python()


def memory() -> float:
    """Resident memory of this process in MB (Linux; else 0)."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    line = next(x for x in status.read_text().splitlines() if x.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def read_all(paths: list[Path], root: Path, jobs: int, *, recognise: bool) -> list[float]:
    """Read, and recognise forms when asked; memory in the middle and at the end."""
    marks = []
    for number, content in enumerate(read_files(paths, root, jobs=jobs), start=1):
        if recognise:
            forms().read(content, "2024-11-30")
        if number in (len(paths) // 2, len(paths)):
            marks.append(memory())
    return marks


def lists(folder: Path, n_files: int) -> None:
    """Lists of one commune each, over two years and four weeks of receipt; later ones revise."""
    communes = read_areas(Project().config_dir).units("2026-09-30")
    codes = communes.loc[communes["level"].eq("commune"), "unit_code"].tolist()
    for number in range(n_files):
        code, year = codes[number % len(codes)], 2025 + number // len(codes) % 2
        day = folder / f"{year}-11-{1 + number % 28:02d}"
        day.mkdir(parents=True, exist_ok=True)
        row = f"{code};life_skills;{1 + number % 200};200"
        lines = [f"Năm;{year}", "", "Mã đơn vị;Mã chỉ tiêu;Tử số;Mẫu số", row, ""]
        (day / f"{number:05d}.csv").write_text("\n".join(lines), encoding="utf-8")


def whole_intake(n_files: int) -> float:
    """Processor seconds of reading, judging and gathering; RuntimeError if a file is lost."""
    with tempfile.TemporaryDirectory() as folder:
        lists(Path(folder), n_files)
        before = sum(os.times()[:4])
        account = run_intake(Path(folder), None, Project().config_dir).account
        if sum(account.values()) != n_files or account["rejected"]:
            raise RuntimeError(f"{n_files} files: {account}")
        return sum(os.times()[:4]) - before


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--columns", type=int, default=40)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    forms()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        path = large(root / "lon.xlsx", options.rows, options.columns)
        bare_times = [seconds(lambda: bare([path])) for _ in range(3)]
        kit_times = [seconds(lambda: read_all([path], root, 1, recognise=False)) for _ in range(3)]
        print(
            f"{options.rows} x {options.columns}: calamine {min(bare_times):.2f} s, "
            f"kit {min(kit_times):.2f} s,"
        )
        print(f"  ratio {min(kit_times) / min(bare_times):.2f} (goal: at most 3)")
        path.unlink()
        delivery(root, options.files)
        paths = find_files(root)
        alone = seconds(lambda: bare(paths))
        for recognise in (False, True):
            start = time.perf_counter()
            marks = read_all(paths, root, options.jobs, recognise=recognise)
            took = time.perf_counter() - start
            what = "read and recognised" if recognise else "read"
            print(f"{len(paths)} files {what}: {took:.1f} s, {len(paths) / took:.0f} files/s,")
            print(f"  ratio to calamine {took / alone:.1f}; MB half-way and end: {marks}")
    half, double = (whole_intake(n) for n in (options.files // 2, options.files))
    print(f"whole intake: {options.files // 2} files {half:.1f} s of processor, ", end="")
    print(f"{options.files} files {double:.1f} s, {double / half:.2f} times")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
