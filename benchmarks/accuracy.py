"""Score the share forecast on the frozen benchmark, cross-fitted by indicator.

    python -m benchmarks.accuracy [--bench DIR] [--model NAME] [further options of evaluate.py]

The settings of a case were learnt without its own indicator (benchmarks/folds.csv, made by
`python -m benchmarks.rebuild_priors --folds`). With --model a baseline, or `shipped` for the
numbers of config/priors.csv. Needs pyarrow.
"""

from __future__ import annotations

import argparse
import functools
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd

from xhht_analysis.forecasting.calibration import Settings, settings_from
from xhht_analysis.forecasting.panel import PanelForecast, forecast_panel
from xhht_analysis.project import Project

FOLDS = Path(__file__).with_name("folds.csv")


@functools.cache
def folds() -> tuple[dict[str, str], dict[str, Settings]]:
    """Fold of each indicator, and the settings learnt without that fold."""
    table = pd.read_csv(FOLDS, dtype={"level": str})
    member = table["parameter"] == "indicator"
    places = dict(zip(table.loc[member, "level"], table.loc[member, "fold"], strict=True))
    numbers = table[~member].astype({"level": float})
    return places, {f: settings_from(rows) for f, rows in numbers.groupby("fold")}


def crossfitted(history: pd.DataFrame, horizon: int) -> PanelForecast:
    """Forecast with settings learnt without the indicator of `history`."""
    places, settings = folds()
    fold = places[str(history["indicator_code"].iloc[0])]
    return forecast_panel(history, horizon, settings=settings[fold])


def __getattr__(name: str):
    """Baselines by name, as the benchmark asks for them."""
    from xhht_analysis.forecasting.baselines import MODELS

    if name in MODELS:
        return MODELS[name]
    raise AttributeError(name)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", type=Path, default=Project().root.parent / "shared" / "bench")
    parser.add_argument("--model", default="crossfitted")
    arguments, rest = parser.parse_known_args()
    script = arguments.bench / "evaluate.py"
    if not script.is_file():
        print(f"no benchmark at {arguments.bench}: give its folder with --bench")
        return 2
    name = "benchmarks.accuracy:" + arguments.model
    if arguments.model == "shipped":
        name = "xhht_analysis.forecasting.panel:forecast_panel"
    return subprocess.run(
        [sys.executable, str(script), "--forecaster", name, *rest],
        cwd=Project().root,
        env={**os.environ, "PYTHONPATH": str(Project().root)},
        check=False,
    ).returncode


if __name__ == "__main__":
    raise SystemExit(main())
