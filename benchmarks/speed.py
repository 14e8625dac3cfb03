"""Speed of the share forecast beside AutoETS of statsforecast, in one run on one core.

    python -m benchmarks.speed [--peer-env DIR] [--peer-series 1000]

Prints, for 1,000, 10,000 and 100,000 series of ten years and six horizons, the rate of both members
together and its ratio to the peer's; 500 joint draws added up to 34 provinces; the fit of 18
indicators × 5,500 series; and the whole plan of the fixture. Seconds are those of the processor, so
that other work on the machine counts little. The peer lives in an environment of its own, made
here with pip (it caps pandas).
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit, ndtri

from xhht_analysis import store
from xhht_analysis.forecasting import forecast_plan
from xhht_analysis.forecasting.curves import Curves
from xhht_analysis.forecasting.history import Matrices
from xhht_analysis.forecasting.learned import read_learned
from xhht_analysis.forecasting.panel import PanelForecast, fit_group
from xhht_analysis.plan import areas, goals, standards
from xhht_analysis.project import ROOT, Project

YEARS, HORIZON, PROVINCES, DRAWS = 10, 6, 34, 500
MOST_CELLS = 6_000_000
"""Draws × series × years held at once: a few hundred megabytes."""
LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)
PEER = """
import sys, time, numpy as np
from statsforecast import StatsForecast
from statsforecast.models import AutoETS
import pandas as pd
y = np.load(sys.argv[1])
n, t = y.shape
frame = pd.DataFrame({"unique_id": np.repeat(np.arange(n), t), "ds": np.tile(np.arange(t), n),
                      "y": y.ravel()})
run = lambda part: StatsForecast(models=[AutoETS(season_length=1, model="ZZN")], freq=1,
                                 n_jobs=1).forecast(df=part, h=6, level=[80])
run(frame[frame["unique_id"] < 5])  # compiled before the clock starts
start = time.process_time()
run(frame)
print(n / (time.process_time() - start))
"""


def simulate(n: int) -> np.ndarray:
    """Shares (n, YEARS) in 0-1: level, pace and noise on the logit."""
    rng = np.random.default_rng(1)
    pace = rng.normal(0.05, 0.05, (n, 1)) * np.arange(YEARS)
    return expit(rng.normal(0, 1, (n, 1)) + pace + rng.normal(0, 0.06, (n, YEARS)).cumsum(axis=1))


def curves_of(shares: np.ndarray, groups: list[np.ndarray]) -> Curves:
    """Forecasts of shares, percent with one decimal, nothing missing; ``groups`` of rows."""
    learned, out = read_learned(), None
    group = np.empty(len(shares), dtype=int)
    for number, at in enumerate(groups):
        panel = Matrices(shares[at], np.zeros(YEARS, dtype=bool), np.zeros(len(at)))
        parts = fit_group(panel, HORIZON, learned)
        out = out or [np.empty((len(shares), *part.shape[1:])) for part in parts]
        for whole, part in zip(out, parts, strict=True):
            whole[at] = part
        group[at] = number
    return Curves(*out, group, np.full(len(shares), 1000.0))


def seconds(call) -> float:
    """Processor seconds of one call, this process only."""
    start = time.process_time()
    call()
    return time.process_time() - start


def rate(n: int) -> float:
    """Series per second: quantiles and a probability for six horizons."""
    shares = simulate(n)
    parts = np.array_split(np.arange(n), max(1, n // 3000))

    def run() -> None:
        for part in parts:
            curves = curves_of(shares[part], [np.arange(len(part))])
            curves.at_scores(ndtri(LEVELS))
            row, year = (a.ravel() for a in np.indices((len(part), HORIZON)))
            curves.below(row, year + 1, np.full(len(row), 60.0), True)

    return n / seconds(run)


def peer_rate(env: Path, n: int) -> float:
    """Series per second of AutoETS, measured in its own environment and process."""
    python = env / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        venv.create(env, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "statsforecast>=2"], check=True)
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "y.npy", 100 * simulate(n))
        script = Path(folder) / "peer.py"
        script.write_text(PEER, encoding="utf-8")
        one = {**os.environ, "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
        out = subprocess.run(
            [python, script, Path(folder) / "y.npy"], env=one, capture_output=True, check=True
        )
    return float(out.stdout)


def added_up(forecast: PanelForecast, labels: np.ndarray, n: int, rng) -> np.ndarray:
    """Shares of whole groups, draw by draw (n, groups, years); ``labels`` rise with the series."""
    starts = np.unique(labels, return_index=True)[1]
    sizes = forecast.series[["denominator"]].fillna(1.0).to_numpy()
    whole = np.add.reduceat(sizes, starts, axis=0)
    at_once = max(1, MOST_CELLS // (len(sizes) * len(forecast.years)))
    parts = []
    for start in range(0, n, at_once):
        values = forecast.path.draw(min(at_once, n - start), rng)[:, :, 1:] * sizes
        parts.append(np.add.reduceat(values, starts, axis=1) / whole)
    return np.concatenate(parts)


def joint(n: int) -> tuple[float, float]:
    """Processor seconds and gigabytes of `DRAWS` joint draws added up to provinces."""
    groups = np.array_split(np.arange(n), PROVINCES)
    curves = curves_of(simulate(n), groups)
    series = pd.DataFrame({"denominator": np.full(n, np.nan)})
    forecast = PanelForecast(series, np.arange(HORIZON), curves, 2024)
    label = np.repeat(np.arange(PROVINCES), [len(at) for at in groups])
    took = seconds(lambda: added_up(forecast, label, DRAWS, np.random.default_rng(1)))
    unit = 1e6 if sys.platform != "darwin" else 1e9
    return took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def plan_seconds(folder: Path) -> float:
    """The whole plan of a run's tables: 18 goals, 11 districts, 4,000 draws, all variants."""
    config = Project().config_dir
    panel, findings = (store.read_table(name, folder) for name in ("panel", "findings"))
    plan = (goals.read_goals(config), goals.read_targets(config), goals.read_indicators(config))
    rules = standards.read_standards(config)
    here = areas.read_areas(config)
    how = {"as_of": "2024-12-31", "standards": rules, "findings": findings}
    return seconds(lambda: forecast_plan(panel, *plan, here, **how))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    peer_env = Path(tempfile.gettempdir()) / "xhht-peer-env"
    parser.add_argument("--peer-env", type=Path, default=peer_env)
    parser.add_argument("--peer-series", type=int, default=1000)
    parser.add_argument("--processed", type=Path, help="data/processed of a run, timed too")
    arguments = parser.parse_args()
    peer = peer_rate(arguments.peer_env, arguments.peer_series)
    print(f"AutoETS, {arguments.peer_series} series: {peer:,.0f} series a second")
    rate(1000)  # imports and first pages of memory
    for n in (1_000, 10_000, 100_000):
        each = rate(n)
        line = f"{n / each:.2f} s, {each:,.0f} series a second, {each / peer:,.0f} times AutoETS"
        print(f"both members, {n:>7,} series: {line}")
    for n in (1_000, 10_000, 100_000):
        took, memory = joint(n)
        print(f"{DRAWS} joint draws to {PROVINCES} provinces, {n:>7,} series: {took:.1f} s, "
              f"{memory:.1f} GB at most")  # fmt: skip
    one, whole = simulate(5_500), [np.arange(5_500)]
    took = 18 * seconds(lambda: curves_of(one, whole))
    print(f"fit of 18 indicators × 5,500 series: {took:.1f} s")
    fixture = ROOT / "tests" / "fixtures" / "processed"
    for folder in filter(None, (fixture, arguments.processed)):
        print(f"the plan of {folder}, variants included: {plan_seconds(folder):.1f} s")


if __name__ == "__main__":
    main()
