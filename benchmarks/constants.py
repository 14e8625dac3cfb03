"""What some constants of the share forecast rest on, and what they cost.

    python -m benchmarks.constants noise [--bench DIR]
    python -m benchmarks.constants unseen [--provinces 200]
    python -m benchmarks.constants walks [--scores FILE]

noise: `structural.NOISE` is the part of a unit's own step that the next year takes back. The steps
of a level with noise in its figures have a lag-one autocorrelation of -noise / 2, so noise = -2
times that of the units' own steps (less the mean of the group in each year and of the unit over all
years). Mean of the groups of a data set, then of the data sets; and the same without each of them.
The mean of a short series makes the autocorrelation a little lower than it is. Needs pyarrow.

unseen: `structural.unseen_variance` is for few units of few institutions that have hardly moved in
a short history. Simulated provinces of three districts with 4 to 20 institutions and three to five
years of reports: the Brier score of standing at the next institution up, and the 80 % coverage, one
to five years ahead, with the variance and without it.

walks: 80 % intervals of random walks (11 units, 8 years, steps of 0.15 on the logit, 5 years ahead)
as published, by each member alone, and with both sides as wide. And what that means for real
series: with the scores of `python -m benchmarks.accuracy --out FILE`, the coverage in the cases
whose units turn back (`learned.features`: reversal, about 0 for walks) and in those that do not.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit

from xhht_analysis.forecasting import panel, scores
from xhht_analysis.forecasting.history import read_history
from xhht_analysis.forecasting.learned import FEATURES, features
from xhht_analysis.forecasting.structural import NOISE, fit_trend, link
from xhht_analysis.project import Project

LEAST_UNITS, LEAST_YEARS, LEAST_PAIRS = 5, 5, 10
LEADS = 5
WALK = {"units": 11, "years": 8, "step": 0.15}
TURNS_BACK = -0.1
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


def walk_coverage(provinces: int) -> pd.Series:
    """Share of the outcomes of random walks inside the 80 % intervals, by what is changed."""
    published = panel.LOWER_WIDTH
    changes = {
        "published": ("default", published),
        "lower side as wide": ("default", 1.0),
        "own changes alone": ("own_changes_alone", published),
        "learned alone": ("learned_alone", published),
    }
    shape, years = (WALK["units"], WALK["years"] + LEADS), WALK["years"]
    inside = {name: [] for name in changes}
    for number in range(provinces):
        rng = np.random.default_rng([8, number])
        walks = rng.normal(0, 1, (shape[0], 1)) + rng.normal(0, WALK["step"], shape).cumsum(axis=1)
        values = 100 * expit(walks)
        at = {"unit_code": np.repeat(np.arange(shape[0]), years), "year": np.tile(range(years), 11)}
        rows = pd.DataFrame(at | {"value": values[:, :years].ravel(), "indicator_code": "x"})
        history = rows.assign(
            unit_code=rows["unit_code"].map("{:02d}".format), year=rows["year"] + 2015
        )
        for name, (variant, panel.LOWER_WIDTH) in changes.items():
            q = panel.forecast_panel(history, LEADS, variant=variant).quantile_array([0.1, 0.9])
            inside[name].append(scores.covered(q[..., 0], q[..., 1], values[:, years:]).mean())
    panel.LOWER_WIDTH = published
    return pd.DataFrame(inside).mean()


def coverage_by_turning(bench: Path, rows: pd.DataFrame) -> pd.DataFrame:
    """80 % coverage by data set in the cases whose own steps turn back, and in the others.

    Parameters
    ----------
    rows
        Scores of `benchmarks.accuracy`: case_id, c80.
    """
    data = pd.read_parquet(bench / "dev.parquet").astype(dict.fromkeys(GROUP, "str"))
    turning = {}
    for case in pd.read_csv(bench / "cases.csv", dtype=dict.fromkeys(GROUP, "str")).itertuples():
        mine = (data[GROUP] == [case.dataset, case.indicator_code, case.group_code]).all(axis=1)
        first = case.origin_year - case.n_years * case.step
        history = read_history(data[mine & data["year"].between(first + 1, case.origin_year)])
        values, _ = features(fit_trend(history.groups()[0][1]))
        turning[case.case_id] = values[0, FEATURES.index("reversal")]
    kind = np.where(rows["case_id"].map(turning) < TURNS_BACK, "turn back", "do not")
    by_kind = rows.groupby(["dataset", kind])["c80"]
    table = by_kind.mean().unstack().assign(cases=rows.groupby("dataset")["case_id"].nunique())  # noqa: PD010
    table.loc["all forecasts"] = [*rows.groupby(kind)["c80"].mean(), rows["case_id"].nunique()]
    table.loc["cases"] = [*rows.groupby(kind)["case_id"].nunique(), rows["case_id"].nunique()]
    return table


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=("noise", "unseen", "walks"))
    parser.add_argument("--bench", type=Path, default=Project().root.parent / "shared" / "bench")
    parser.add_argument("--provinces", type=int, default=200)
    parser.add_argument("--scores", type=Path, help="FILE of benchmarks.accuracy --out")
    options = parser.parse_args()
    if options.part == "unseen":
        print(score_unseen(options.provinces).round(3).to_string())
        return 0
    if options.part == "walks":
        print(walk_coverage(options.provinces).round(3).to_string())
        if options.scores:
            rows = pd.read_csv(options.scores)
            print(coverage_by_turning(options.bench, rows).round(3).to_string())
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
