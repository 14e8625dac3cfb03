"""The part of a unit's own step that the next year takes back, in reference panels.

    python -m benchmarks.noise [--bench DIR]

What `structural.NOISE` is taken from: the steps of a level with noise in its figures have a lag-one
autocorrelation of -noise / 2, so noise = -2 times that of the units' own steps (less the mean of
the group in each year and of the unit over all years). Mean of the groups of a data set, then of
the data sets; and the same without each of them. The mean of a short series makes the
autocorrelation a little lower than it is. Needs pyarrow.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from xhht_analysis.forecasting.structural import NOISE, link
from xhht_analysis.project import Project

LEAST_UNITS, LEAST_YEARS, LEAST_PAIRS = 5, 5, 10
GROUP = ["dataset", "indicator_code", "group_code"]


def noise_of_group(values: pd.DataFrame) -> float:
    """-2 times the lag-one autocorrelation of own steps; NaN where too little is known.

    Parameters
    ----------
    values
        Percent by unit (index) and year (columns, without gaps).
    """
    steps = np.diff(link(values.to_numpy() / 100), axis=1)
    if len(values) < LEAST_UNITS or values.shape[1] < LEAST_YEARS:
        return np.nan
    own = pd.DataFrame(steps - pd.DataFrame(steps).mean().to_numpy())
    own = own.sub(own.mean(axis=1), axis=0).to_numpy()
    pairs = own[:, 1:] * own[:, :-1]
    if np.isfinite(pairs).sum() < LEAST_PAIRS:
        return np.nan
    return -2 * np.nanmean(pairs) / np.nanmean(own**2)


def noise_of_panels(panels: pd.DataFrame) -> pd.Series:
    """Mean of the groups of each data set."""
    rows = []
    for (dataset, *_), part in panels.groupby(GROUP):
        wide = part.pivot_table(index="unit_code", columns="year", values="value")
        years = range(wide.columns.min(), wide.columns.max() + 1)
        rows.append((dataset, noise_of_group(wide.reindex(columns=years))))
    table = pd.DataFrame(rows, columns=["dataset", "noise"]).dropna()
    return table.groupby("dataset")["noise"].mean()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", type=Path, default=Project().root.parent / "shared" / "bench")
    bench = parser.parse_args().bench
    for name in ("dev.parquet", "train/train.parquet"):
        noise = noise_of_panels(pd.read_parquet(bench / name))
        without = {code: noise.drop(code).mean() for code in noise.index}
        table = pd.DataFrame({"noise": noise, "mean of the others": without})
        print(f"{name}\n{table.round(3).to_string()}\nmean {noise.mean():.3f}, ", end="")
        print(f"median {noise.median():.3f}; in the model {NOISE}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
