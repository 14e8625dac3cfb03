"""Learn config/learned.json again from reference panels.

    python -m benchmarks.rebuild_learned --bench ../shared/bench --write

Networks of the learned member, on windows of all reference panels (`reference_windows`,
`quantile_network`); and the same for each data set of the benchmark without it
(benchmarks/folds.json), which is what `benchmarks.accuracy` scores. Needs pyarrow.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import quantile_network
from benchmarks.reference_windows import Windows, sample_windows
from xhht_analysis.forecasting.learned import FARTHEST, FEATURES
from xhht_analysis.project import Project

FOLDS = Path(__file__).with_name("folds.json")
SEEDS = (0, 1, 2, 3)


def learn_networks(windows: Windows, without: str = "") -> dict:
    """Learn the table of config/learned.json from all data sets but one."""
    used = windows.dataset != without
    x = windows.x[used]
    center, spread = x.mean(axis=0), x.std(axis=0) + 1e-6
    x = np.clip((x - center) / spread, -FARTHEST, FARTHEST)
    numbers = (x, *(a[used] for a in (windows.change, windows.weight, windows.target)))
    return {
        "made_by": "benchmarks/rebuild_learned.py: quantile regression on windows of 3-10 years",
        "sources": sorted(set(windows.dataset[used].tolist())),
        "features": list(FEATURES),
        "levels": quantile_network.LEVELS.tolist(),
        "center": [float(f"{v:.5g}") for v in center],
        "spread": [float(f"{v:.5g}") for v in spread],
        "networks": [quantile_network.learn(*numbers, seed) for seed in SEEDS],
    }


def write(path: Path, table: dict) -> None:
    """Write a table as JSON without spaces."""
    path.write_text(json.dumps(table, separators=(",", ":")) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", type=Path, default=Project().root.parent / "shared" / "bench")
    parser.add_argument("--rows", type=int, default=14_000, help="rows from each data set")
    parser.add_argument("--write", action="store_true", help="write what was learnt")
    arguments = parser.parse_args()
    windows = sample_windows(arguments.bench, arguments.rows)
    learned = learn_networks(windows)
    datasets = sorted(pd.read_parquet(arguments.bench / "dev.parquet")["dataset"].unique())
    folds = {name: learn_networks(windows, name) for name in datasets}
    if arguments.write:
        write(Project().config_dir / "learned.json", learned)
        write(FOLDS, folds)


if __name__ == "__main__":
    main()
