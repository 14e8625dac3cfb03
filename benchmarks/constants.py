"""What two constants of the structural member rest on.

    python -m benchmarks.constants noise [--bench DIR]
    python -m benchmarks.constants unseen [--provinces 200]

noise: `structural.NOISE` is the part of a unit's own step that the next year takes back. The steps
of a level with noise in its figures have a lag-one autocorrelation of -noise / 2, so noise = -2
times that of the units' own steps (less the mean of the group in each year and of the unit over all
years). Mean of the groups of a data set, then of the data sets; and the same without each of them.
The mean of a short series makes the autocorrelation a little lower than it is. Needs pyarrow.

unseen: `structural.unseen_variance` is for few units of few institutions that have hardly moved in
a short history. Simulated provinces of three districts with 4 to 20 institutions and three to five
years of reports: the Brier score of standing at the next institution up, and the 80 % coverage, one
to five years ahead, with the variance and without it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit

from xhht_analysis.forecasting import panel, scores
from xhht_analysis.forecasting.structural import NOISE, link
from xhht_analysis.project import Project

LEAST_UNITS, LEAST_YEARS, LEAST_PAIRS = 5, 5, 10
LEADS = 5
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
    unit_steps = pd.DataFrame(steps - pd.DataFrame(steps).mean().to_numpy())
    unit_steps = unit_steps.sub(unit_steps.mean(axis=1), axis=0).to_numpy()
    pairs = unit_steps[:, 1:] * unit_steps[:, :-1]
    if np.isfinite(pairs).sum() < LEAST_PAIRS:
        return np.nan
    return -2 * np.nanmean(pairs) / np.nanmean(unit_steps**2)


def noise_of_panels(panels: pd.DataFrame) -> pd.Series:
    """Mean of the groups of each data set."""
    rows = []
    for (dataset, *_), part in panels.groupby(GROUP):
        wide = part.pivot_table(index="unit_code", columns="year", values="value")
        years = range(wide.columns.min(), wide.columns.max() + 1)
        rows.append((dataset, noise_of_group(wide.reindex(columns=years))))
    table = pd.DataFrame(rows, columns=["dataset", "noise"]).dropna()
    return table.groupby("dataset")["noise"].mean()


def simulate(rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """History of three small districts (percent and counts) and what is reported after it.

    The true share walks on the logit: a pace and a shock a year of the province, a step of each
    district. Some provinces stand still.
    """
    n_years, sizes = int(rng.integers(3, 6)), rng.integers(4, 21, 3)
    span = n_years + LEADS
    moves = rng.choice([0.0, 1.0], p=[0.3, 0.7]) * rng.normal(0.1, 0.1)
    steps = moves + rng.normal(0, 0.1, (1, span)) + rng.normal(0, 0.2, (3, span))
    share = expit(rng.normal(0.8, 1.0, (3, 1)) + np.cumsum(steps, axis=1))
    count = np.rint(share * sizes[:, None])
    at = {"unit_code": np.repeat(list("abc"), span), "year": np.tile(np.arange(span), 3) + 2020}
    rows = pd.DataFrame(at | {"numerator": count.ravel(), "denominator": np.repeat(sizes, span)})
    rows = rows.assign(indicator_code="x", value=100 * rows["numerator"] / rows["denominator"])
    is_past = rows["year"] < 2020 + n_years
    return rows[is_past], rows[~is_past]


def score_unseen(provinces: int) -> pd.DataFrame:
    """Brier score and coverage with the variance and without, one row each."""
    real = panel.unseen_variance
    rows = []
    for number in range(provinces):
        history, ahead = simulate(np.random.default_rng([7, number]))
        last = history.groupby("unit_code")["numerator"].last()
        goal = 100 * (ahead["unit_code"].map(last) + 1) / ahead["denominator"]
        targets = ahead.assign(target_value=goal, comparator=">=")[goal <= 100]
        for name, change in (("with", real), ("without", lambda *how: 0 * real(*how))):
            panel.unseen_variance = change
            forecast = panel.forecast_panel(history, LEADS)
            chance = forecast.probability_reached(targets)["prob_reached"]
            hit = targets["value"] >= targets["target_value"] - 1e-9
            rows += zip([name] * len(hit), ["brier"] * len(hit), (chance - hit) ** 2, strict=True)
            low, high = np.moveaxis(forecast.quantile_array([0.1, 0.9]), -1, 0)
            inside = scores.covered(low.ravel(), high.ravel(), ahead["value"].to_numpy())
            rows += [(name, "coverage_80", value) for value in inside]
    panel.unseen_variance = real
    table = pd.DataFrame(rows, columns=["variance", "metric", "value"])
    return table.astype({"value": float}).pivot_table(
        index="variance", columns="metric", values="value"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=("noise", "unseen"))
    parser.add_argument("--bench", type=Path, default=Project().root.parent / "shared" / "bench")
    parser.add_argument("--provinces", type=int, default=200)
    options = parser.parse_args()
    if options.part == "unseen":
        print(score_unseen(options.provinces).round(3).to_string())
        return 0
    for name in ("dev.parquet", "train/train.parquet"):
        noise = noise_of_panels(pd.read_parquet(options.bench / name))
        without = {code: noise.drop(code).mean() for code in noise.index}
        table = pd.DataFrame({"noise": noise, "mean of the others": without})
        print(f"{name}\n{table.round(3).to_string()}\nmean {noise.mean():.3f}, ", end="")
        print(f"median {noise.median():.3f}; in the model {NOISE}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
