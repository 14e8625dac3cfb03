"""Score the share forecast on the frozen benchmark, cross-fitted by data set.

    python -m benchmarks.accuracy [--bench DIR] [--model NAME] [further options of evaluate.py]

The networks of a case were learnt without its data set (benchmarks/folds.json, made by
`python -m benchmarks.rebuild_learned`). With --model a baseline, `shipped` for the
numbers of config/, or `structural` and `learned` for one member alone, cross-fitted. The references
are those of the benchmark and StatEnsemble (`benchmarks.stat_ensemble`). Needs pyarrow.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

from benchmarks.stat_ensemble import SCORES
from xhht_analysis.forecasting.learned import Learned, learned_from
from xhht_analysis.forecasting.panel import PanelForecast, forecast_panel
from xhht_analysis.project import Project

FOLDS = Path(__file__).with_name("folds.json")
CASES = Path("dev.parquet")


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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", type=Path, default=Project().root.parent / "shared" / "bench")
    parser.add_argument("--model", default="crossfitted")
    arguments, rest = parser.parse_known_args()
    bench = arguments.bench.resolve()
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
