"""The whole country: 34 provinces, 3,321 communes, 18 goals, 10 years, on one machine or a cluster.

    python -m benchmarks.nation [--scale 0.1]
    python -m benchmarks.nation --place /somewhere --part local     # then one, two, killed

Makes one workbook a year and province (its 11 districts and every commune: seven counted shares and
six recognition levels), each province with units of its own. Then, province by province, as each
Sở would: intake of every workbook, forecasts and verdicts of the plan's 18 goals for the province
and its districts, forecasts and chances for every commune. Runs it in local processes, then on a
real Dask cluster (scheduler and workers started by command line, as on several machines) with one
worker, with two, and with two of which one is killed in the midst; checks that all give the same
bytes. Goals: 10 minutes and 4 GiB on two cores, two workers 1.6 times one.

The whole takes half an hour and needs the extra ``scale``. With ``--place`` each part runs alone,
within 9 minutes on two free cores, and every call prints what the parts so far say together.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import xlsxwriter

ROOT = Path(__file__).resolve().parents[1]
PROVINCES, COMMUNES, YEARS = 34, 3321, range(2017, 2027)
SPAWN = multiprocessing.get_context("spawn")
AS_OF = f"{YEARS[-1]}-11-20"
MARK = "SỐ LIỆU MINH HỌA – KHÔNG PHẢI SỐ LIỆU CHÍNH THỨC"
SHARES = {
    "information_literacy": 4000,
    "life_skills": 4000,
    "trained_population": 6000,
    "university_degree": 6000,
    "digital_institutions": 12,
    "clc_it": 3,
    "learning_citizens": 7000,
}
LEVELS = {
    "literacy_level": 2,
    "preschool5_level": 1,
    "preschool_level": 1,
    "primary_level": 3,
    "lower_secondary_level": 3,
    "learning_community_level": 2,
}


def sizes(scale: float) -> list[int]:
    """Communes of each province: the country's spread evenly, in ``scale`` of its provinces."""
    number = max(2, round(PROVINCES * scale))
    return [len(range(i, COMMUNES, PROVINCES)) for i in range(number)]


def make_province(folder: Path, number: int, communes: int) -> None:
    """Write config/ and raw/ of one invented province."""
    rng = np.random.default_rng([2026, number])
    shutil.copytree(ROOT / "config", folder / "config")
    old = pd.read_csv(ROOT / "config" / "units.csv", dtype=str, keep_default_na=False)
    old = old[old["level"] != "commune"]
    districts = old[old["level"] == "district"].drop_duplicates("unit_code", keep="last")
    last = districts.set_index("unit_code")["name_vi"].sort_index().to_dict()
    named = {f"{30000 + i}": f"Xã Mẫu {number:02d} {i:04d}" for i in range(communes)}
    home = {code: list(last)[i % len(last)] for i, code in enumerate(named)}
    table = pd.DataFrame({"unit_code": named.keys(), "name_vi": named.values()})
    table = table.assign(level="commune", scope="plan", is_special="no", source="mô phỏng")
    before = table.assign(parent_code=home.values(), valid_from="2010-01-01", valid_to="2025-06-30")
    after = table.assign(parent_code="82", valid_from="2025-07-01", valid_to="")
    units = pd.concat([old, before, after])[old.columns]
    units.to_csv(folder / "config" / "units.csv", index=False)
    same = table[["unit_code"]].assign(successor_code=table["unit_code"], valid_from="2025-07-01")
    same.to_csv(folder / "config" / "crosswalk.csv", index=False)
    truth = _truth(rng, list(named), home, list(last))
    for year in YEARS:
        units = named if year >= 2025 else {**last, **named}
        path = folder / "raw" / f"{year}-11-20" / f"Tong hop {year}.xlsx"
        path.parent.mkdir(parents=True)
        _write_workbook(path, year, units, truth)


def _truth(rng, communes: list[str], home: dict[str, str], districts: list[str]) -> dict:
    """(year, unit, code) → (numerator, denominator) or level; a district is its communes' sum."""
    truth = {}
    for code, people in SHARES.items():
        start, pace = rng.uniform(0.1, 0.5, len(communes)), rng.uniform(0.01, 0.06, len(communes))
        for year in YEARS:
            n = np.full(len(communes), people)
            noise = rng.normal(0, 0.01, len(communes))
            k = rng.binomial(n, np.clip(start + pace * (year - YEARS[0]) + noise, 0, 1))
            sums = {d: [0, 0] for d in districts}
            for unit, a, b in zip(communes, k.tolist(), n.tolist(), strict=True):
                truth[year, unit, code] = (a, b)
                sums[home[unit]][0] += a
                sums[home[unit]][1] += b
            truth |= {(year, d, code): tuple(pair) for d, pair in sums.items()}
    for code, top in LEVELS.items():
        begin = rng.integers(0, top + 1, len(communes) + len(districts))
        for year in YEARS:
            risen = np.minimum(top, begin + (rng.random(len(begin)) < 0.1))
            begin = risen
            for unit, level in zip([*communes, *districts], risen.tolist(), strict=True):
                truth[year, unit, code] = level
    return truth


def _write_workbook(path: Path, year: int, units: dict[str, str], truth: dict) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Tong hop")
        sheet.write(0, 0, f"BẢNG TỔNG HỢP SỐ LIỆU XÂY DỰNG XÃ HỘI HỌC TẬP NĂM {year}")
        sheet.write(1, 0, MARK)
        heads = [c for code in SHARES for c in (code, "")] + list(LEVELS)
        sheet.write_row(3, 0, ["TT", "Mã đơn vị", "Đơn vị", *heads])
        sheet.write_row(4, 3, ["Tử số", "Mẫu số"] * len(SHARES) + ["Mức độ"] * len(LEVELS))
        for row, (unit, name) in enumerate(units.items(), start=5):
            counts = [x for code in SHARES for x in truth[year, unit, code]]
            levels = [truth[year, unit, code] for code in LEVELS]
            sheet.write_row(row, 0, [row - 4, unit, name, *counts, *levels])


def run_province(folder: str) -> dict:
    """Intake, forecasts and verdicts of one province; the digest of every table it makes."""
    from xhht_analysis.forecasting import forecast_panel, forecast_plan
    from xhht_analysis.intake import run_intake
    from xhht_analysis.plan import areas, goals

    config = Path(folder) / "config"
    began, spent = time.perf_counter(), sum(os.times()[:4])
    intake = run_intake(Path(folder) / "raw", AS_OF, config, sample=True, jobs=1)
    read = time.perf_counter() - began
    units, indicators = areas.read_areas(config), goals.read_indicators(config)
    targets = goals.read_targets(config)
    plan = forecast_plan(
        intake.panel, goals.read_goals(config), targets, indicators, units, as_of=AS_OF
    )
    judged = time.perf_counter() - began - read
    panel = intake.panel
    communes = panel[panel["unit_code"].str.len().eq(5) & panel["indicator_code"].isin(SHARES)]
    history = communes.drop_duplicates(["indicator_code", "unit_code", "year"], keep="last")
    homes = units.parents(units.province.districts_end)
    history = history.assign(group_code=history["unit_code"].map(homes))
    forecast = forecast_panel(history, 2030 - YEARS[-1])
    dated = targets[targets["indicator_code"].isin(SHARES) & targets["target_year"].eq(2030)]
    asked = dated[["indicator_code", "target_value", "comparator"]].merge(
        history[["indicator_code", "unit_code"]].drop_duplicates()
    )
    chances = forecast.probability_reached(asked.assign(year=2030))
    tables = {**intake.tables, "verdicts": plan.verdicts, "chances": chances}
    digest = hashlib.sha256()
    for name in sorted(tables):
        digest.update(tables[name].to_csv(index=False).encode())
    return {
        "digest": digest.hexdigest(),
        "observations": len(intake.observations),
        "verdicts": len(plan.verdicts) + len(chances),
        "intake": read,
        "plan": judged,
        "communes": time.perf_counter() - began - read - judged,
        "cpu": sum(os.times()[:4]) - spent,
    }


class Memory(threading.Thread):
    """Highest resident memory of this process and all below it, in bytes."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak, self.going = 0, True

    def run(self) -> None:
        me = psutil.Process()
        while self.going:
            total = 0
            for process in (me, *me.children(recursive=True)):
                with contextlib.suppress(psutil.Error):
                    total += process.memory_info().rss
            self.peak = max(self.peak, total)
            time.sleep(0.3)


def measured(label: str, folders: list[str], executor: Executor, kill=lambda done: None) -> dict:
    """Run every province on ``executor``; print and return seconds, peak memory and results."""
    memory = Memory()
    memory.start()
    began, results = time.perf_counter(), {}
    futures = {executor.submit(run_province, folder): folder for folder in folders}
    for done, future in enumerate(as_completed(futures), start=1):
        results[Path(futures[future]).name] = future.result()
        kill(done)
    seconds = time.perf_counter() - began
    memory.going = False
    names = ("observations", "verdicts", "intake", "plan", "communes", "cpu")
    total = {name: sum(result[name] for result in results.values()) for name in names}
    load = psutil.getloadavg()[0]
    print(
        f"{label}: {seconds:.1f} s, {total['cpu']:.0f} s of processor, "
        f"peak {memory.peak / 2**30:.2f} GiB; "
        f"{total['observations']} observations, {total['verdicts']} verdicts; "
        f"worker seconds: intake {total['intake']:.0f}, plan {total['plan']:.0f}, "
        f"communes {total['communes']:.0f}; load of the machine at the end {load:.1f}",
        flush=True,
    )
    digests = {name: result["digest"] for name, result in results.items()}
    return {"seconds": seconds, "cpu": total["cpu"], "peak": memory.peak, "digests": digests}


@contextlib.contextmanager
def cluster(workers: int, folder: Path):
    """A Dask scheduler and workers, each a process of its own started by command line."""
    from distributed import Client

    place = folder / f"scheduler-{workers}-{time.time_ns()}.json"
    command = [sys.executable, "-m", "dask"]
    where = ["--scheduler-file", str(place), "--no-dashboard"]
    scheduler = [*command, "scheduler", *where, "--host", "127.0.0.1", "--port", "0"]
    worker = [*command, "worker", *where, "--nthreads", "1", "--no-nanny"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": ROOT}
    processes = [subprocess.Popen(words, **quiet) for words in (scheduler, *[worker] * workers)]
    try:
        while not place.is_file():
            time.sleep(0.1)
        with Client(scheduler_file=str(place)) as client:
            client.wait_for_workers(workers, timeout=60)
            yield client.get_executor(pure=False, retries=2), processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()


PARTS = {
    "local": "the nation in 2 local processes",
    "one": "Dask, 1 worker",
    "two": "Dask, 2 workers",
    "killed": "Dask, 2 workers, one killed midway",
}


def provinces(part: str, scale: float, place: Path) -> list[str]:
    """Folders of the provinces that ``part`` runs, made if they are not there yet.

    The cluster runs half of them, else its one worker alone would take longer.
    """
    counts = sizes(scale)
    if part != "local":
        counts = counts[: max(2, len(counts) // 2)]
    folders = [place / "provinces" / f"{i:02d}" for i in range(len(counts))]
    due = [
        (f, i, n) for i, (f, n) in enumerate(zip(folders, counts, strict=True)) if not f.is_dir()
    ]
    if due:
        began = time.perf_counter()
        with ProcessPoolExecutor(2, SPAWN) as pool:
            list(pool.map(make_province, *zip(*due, strict=True)))
        print(f"made {len(due)} provinces in {time.perf_counter() - began:.0f} s", flush=True)
    return [str(folder) for folder in folders]


def run_part(part: str, folders: list[str], place: Path) -> dict:
    """Measure one of `PARTS`."""
    label = f"{PARTS[part]}: {len(folders)} provinces"
    if part == "local":
        with ProcessPoolExecutor(2, SPAWN) as pool:
            return measured(label, folders, pool)
    with cluster(1 if part == "one" else 2, place) as (executor, workers):
        half = len(folders) // 2

        def kill(done: int) -> None:
            if part == "killed" and done == half:
                workers[0].kill()

        return measured(label, folders, executor, kill)


def conclude(results: dict[str, dict]) -> bool:
    """Print what the parts measured so far say together; whether equal work gave equal bytes."""
    same = True
    if {"one", "two"} <= set(results):
        gain = results["one"]["seconds"] / results["two"]["seconds"]
        print(f"two workers: {gain:.2f} times one (goal 1.6)")
    for part in [
        part for part in ("one", "two", "killed") if part in results and "local" in results
    ]:
        local = results["local"]["digests"]
        equal = all(local.get(k) == digest for k, digest in results[part]["digests"].items())
        print(f"{PARTS[part]} gives the tables of the local run, byte for byte: {equal}")
        same &= equal
    if "local" in results:
        minutes, peak = results["local"]["seconds"] / 60, results["local"]["peak"] / 2**30
        print(f"the nation: {minutes:.1f} minutes (goal 10), {peak:.2f} GiB (goal 4)")
    return same


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=float, default=1.0, help="share of the 34 provinces")
    parser.add_argument("--part", choices=PARTS, action="append", help="default: every part")
    parser.add_argument("--place", type=Path, help="keep provinces and results here")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        place = options.place or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        place.mkdir(parents=True, exist_ok=True)
        path = place / "results.json"
        results = json.loads(path.read_text()) if path.is_file() else {}
        for part in options.part or PARTS:
            folders = provinces(part, options.scale, place)
            results[part] = run_part(part, folders, place)
            path.write_text(json.dumps(results))
        same = conclude(results)
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
