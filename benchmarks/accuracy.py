"""Score the share forecast on the frozen benchmark, cross-fitted by data set; or time it.

    python -m benchmarks.accuracy [--bench DIR] [--model NAME] [further options of evaluate.py]
    python -m benchmarks.accuracy --speed [--peer-env DIR]

The networks of a case were learnt without its data set (benchmarks/folds.json, made by
`python -m benchmarks.rebuild`). With --model a baseline, `shipped` for the numbers of config/, or
`structural` and `learned` for one member alone, cross-fitted. Needs pyarrow. The references are
those of the benchmark and StatEnsemble (stat_ensemble.parquet): AutoETS, AutoARIMA,
DynamicOptimizedTheta and AutoCES averaged, means and half widths of 80 % intervals (AutoCES gives
its mean only), read as a Gaussian inside 0-100; gaps filled by straight lines, figures of every
second year forecast in rounds, a random walk with drift where a model refuses a series.

--speed: processor seconds of one core for n series of ten years (arrays, groups of 3,000), six
horizons, five quantiles and one chance, beside AutoETS of statsforecast on the same series in the
same run; the ratio at 20,000 and at 10,000 series tells whether work grows in proportion. The peer
lives in an environment of its own, made here with pip (it caps pandas).
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit, ndtri

from xhht_analysis.forecasting.curves import Curves
from xhht_analysis.forecasting.history import Matrices
from xhht_analysis.forecasting.learned import Learned, learned_from, read_learned
from xhht_analysis.forecasting.panel import PanelForecast, fit_group, forecast_panel
from xhht_analysis.project import Project

FOLDS = Path(__file__).with_name("folds.json")
CASES = Path("dev.parquet")
SCORES = Path(__file__).with_name("stat_ensemble.parquet")
"""Scores of StatEnsemble on the same cases, made in November 2026 by statsforecast."""
YEARS, HORIZON, GROUP, PEER_SERIES = 10, 6, 3000, 1000
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


@functools.cache
def folds() -> dict[str, Learned]:
    """Numbers learnt without each data set."""
    tables = json.loads(FOLDS.read_text(encoding="utf-8"))
    return {dataset: learned_from(table) for dataset, table in tables.items()}


@functools.cache
def datasets() -> dict[tuple[str, str], str]:
    """Data set of every indicator and group of the benchmark."""
    bench = Path(os.environ["XHHT_BENCH"])
    rows = pd.read_parquet(bench / CASES, columns=["dataset", "indicator_code", "group_code"])
    rows = rows.drop_duplicates().astype(str)
    keys = zip(rows["indicator_code"], rows["group_code"], strict=True)
    return dict(zip(keys, rows["dataset"], strict=True))


def crossfitted(history: pd.DataFrame, horizon: int, variant: str = "default") -> PanelForecast:
    """Forecast with numbers learnt without the data set of `history`."""
    first = history.iloc[0]
    dataset = datasets()[(str(first["indicator_code"]), str(first["group_code"]))]
    return forecast_panel(history, horizon, variant=variant, learned=folds()[dataset])


structural = functools.partial(crossfitted, variant="own_changes_alone")
learned = functools.partial(crossfitted, variant="learned_alone")


def __getattr__(name: str):
    """Baselines by name, as the benchmark asks for them."""
    from xhht_analysis.forecasting.baselines import MODELS

    if name in MODELS:
        return MODELS[name]
    raise AttributeError(name)


def all_peers(bench: Path, folder: Path) -> Path:
    """Scores of the benchmark's references and of StatEnsemble in one file."""
    peers = pd.concat([pd.read_parquet(bench / "peers_dev.parquet"), pd.read_parquet(SCORES)])
    path = folder / "peers.parquet"
    peers.to_parquet(path, index=False)
    return path


def simulate(n: int) -> np.ndarray:
    """Shares (n, YEARS) in 0-1: level, pace and noise on the logit."""
    rng = np.random.default_rng(1)
    pace = rng.normal(0.05, 0.05, (n, 1)) * np.arange(YEARS)
    noise = rng.normal(0, 0.06, (n, YEARS)).cumsum(axis=1)
    return expit(rng.normal(0, 1, (n, 1)) + pace + noise)


def rate(n: int) -> float:
    """Series per second of processor: quantiles and one chance for every horizon."""
    shares, model = simulate(n), read_learned()
    start = time.process_time()
    for part in np.array_split(shares, max(1, n // GROUP)):
        still = np.zeros(YEARS, dtype=bool)
        fitted = fit_group(Matrices(part, still, np.zeros(len(part))), HORIZON, model)
        one = np.zeros(len(part), dtype=int)
        curves = Curves(*fitted, one, np.full(len(part), 1000.0))
        curves.at_scores(ndtri(LEVELS))
        row, year = (a.ravel() for a in np.indices((len(part), HORIZON)))
        curves.below(row, year + 1, np.full(len(row), 60.0), True)
    return n / (time.process_time() - start)


def peer_rate(env: Path) -> float:
    """Series per second of AutoETS, measured in its own environment and process."""
    python = env / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        venv.create(env, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "statsforecast>=2"], check=True)
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "y.npy", 100 * simulate(PEER_SERIES))
        script = Path(folder) / "peer.py"
        script.write_text(PEER, encoding="utf-8")
        one = {**os.environ, "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
        command = [python, script, Path(folder) / "y.npy"]
        return float(subprocess.run(command, env=one, capture_output=True, check=True).stdout)


def print_speed(env: Path) -> None:
    """Print the rates, their ratio to the peer's, and how work grows."""
    peer = peer_rate(env)
    print(f"AutoETS: {peer:,.0f} series a second")
    rate(1000)  # imports and first pages of memory
    rates = {n: rate(n) for n in (10_000, 20_000, 100_000)}
    for n, each in rates.items():
        print(f"both members, {n:>7,} series: {n / each:.2f} s, {each / peer:,.0f} times AutoETS")
    print(f"20,000 series beside 10,000: {2 * rates[10_000] / rates[20_000]:.2f} times the seconds")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", type=Path, default=Project().root.parent / "shared" / "bench")
    parser.add_argument("--model", default="crossfitted")
    parser.add_argument("--speed", action="store_true", help="time the forecast beside AutoETS")
    peer_env = Path(tempfile.gettempdir()) / "xhht-peer-env"
    parser.add_argument("--peer-env", type=Path, default=peer_env)
    arguments, rest = parser.parse_known_args()
    bench = arguments.bench.resolve()
    if arguments.speed:
        print_speed(arguments.peer_env)
        return 0
    script = bench / "evaluate.py"
    if not script.is_file():
        print(f"no benchmark at {bench}: give its folder with --bench")
        return 2
    name = "benchmarks.accuracy:" + arguments.model
    if arguments.model == "shipped":
        name = "xhht_analysis.forecasting.panel:forecast_panel"
    with tempfile.TemporaryDirectory() as folder:
        if SCORES.is_file():
            rest += ["--peers", str(all_peers(bench, Path(folder)))]
        paths = [str(Project().root), *filter(None, [os.environ.get("PYTHONPATH")])]
        return subprocess.run(
            [sys.executable, str(script), "--forecaster", name, *rest],
            cwd=Project().root,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "XHHT_BENCH": str(bench)},
            check=False,
        ).returncode


if __name__ == "__main__":
    raise SystemExit(main())
