"""Whether work grows in proportion: files received, units forecast, years of data.

    python -m benchmarks.scale [--files 5000] [--units 10000] [--years 30]

Each is measured at half the number and at the whole of it, on the same kind of invented data; the
ratio of the two is printed, 2 where work is linear and nothing is paid once. Seconds are those of
the processor, readers in their own processes included, so that other work on the machine counts
little. Under a minute.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from xhht_analysis.forecasting import forecast_panel
from xhht_analysis.intake import run_intake
from xhht_analysis.plan.areas import read_areas
from xhht_analysis.project import Project

PEOPLE, DAYS, SHARE = 200, 28, "life_skills"
UNITS_OF_YEARS = 2000
"""Units of the measurement that lets the years grow."""


def deliver(folder: Path, n_files: int) -> None:
    """Lists of one commune each, over two years and four weeks of receipt; later ones revise."""
    areas = read_areas(Project().config_dir)
    communes = areas.units("2026-09-30")
    communes = communes.loc[communes["level"].eq("commune"), "unit_code"].tolist()
    for number in range(n_files):
        code, year = communes[number % len(communes)], 2025 + number // len(communes) % 2
        day = folder / f"{year}-11-{1 + number % DAYS:02d}"
        day.mkdir(parents=True, exist_ok=True)
        lines = [f"Năm;{year}", "", "Mã đơn vị;Mã chỉ tiêu;Tử số;Mẫu số"]
        lines.append(f"{code};{SHARE};{1 + number % PEOPLE};{PEOPLE}")
        (day / f"{number:05d}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def read(n_files: int) -> float:
    """Processor seconds of reading, judging and gathering ``n_files`` files.

    Raises
    ------
    RuntimeError
        If a file was lost: each must give its one figure, used or revised.
    """
    with tempfile.TemporaryDirectory() as folder:
        deliver(Path(folder), n_files)
        seconds, intake = measured(lambda: run_intake(Path(folder), None, Project().config_dir))
    if sum(intake.account.values()) != n_files or intake.account["rejected"]:
        raise RuntimeError(f"{n_files} files: {intake.account}")
    return seconds


def forecast(n_units: int, n_years: int) -> float:
    """Processor seconds of forecasting one share of ``n_units`` units, five years ahead."""
    rng = np.random.default_rng([n_units, n_years])
    rates = np.clip(rng.uniform(0.1, 0.5, (n_units, 1)) + 0.01 * np.arange(n_years), 0, 1)
    counts = rng.binomial(PEOPLE, rates).ravel()
    history = pd.DataFrame(
        {
            "indicator_code": SHARE,
            "unit_code": np.repeat([f"{number:05d}" for number in range(n_units)], n_years),
            "year": np.tile(np.arange(2026 - n_years, 2026), n_units),
            "value": 100 * counts / PEOPLE,
            "numerator": counts,
            "denominator": PEOPLE,
        }
    )
    return measured(lambda: forecast_panel(history, 5).quantile_array((0.1, 0.5, 0.9)))[0]


def measured(work: Callable[[], object]) -> tuple[float, object]:
    """Processor seconds of ``work`` and of the processes it waited for, and what it gave."""
    before = sum(os.times()[:4])
    result = work()
    return sum(os.times()[:4]) - before, result


def main() -> None:
    """Print seconds at half and at the whole of each, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name, number in {"files": 5000, "units": 10_000, "years": 30}.items():
        parser.add_argument(f"--{name}", type=int, default=number)
    options = parser.parse_args()
    measures: dict[str, Callable[[int], float]] = {
        "files": read,
        "units": lambda n: forecast(n, 8),
        "years": lambda n: forecast(UNITS_OF_YEARS, n),
    }
    forecast(10, 8)  # what is loaded once is paid here
    for name, measure in measures.items():
        whole = getattr(options, name)
        half, double = measure(whole // 2), measure(whole)
        text = f"{name}: {whole // 2} in {half:.2f} s, {whole} in {double:.2f} s"
        print(f"{text}: {double / half:.2f} times", flush=True)


if __name__ == "__main__":
    main()
