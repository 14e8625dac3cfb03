"""Score StatEnsemble on the benchmark: AutoETS, AutoARIMA, DynamicOptimizedTheta, AutoCES averaged.

    python -m benchmarks.stat_ensemble --bench ../shared/bench

One series at a time, on percent; gaps are filled by straight lines, figures of every second year
are forecast in rounds. The means of the four models are averaged, and so are the half widths of
their 80 % intervals (AutoCES gives its mean only: it simulates an interval for seconds a series);
the result is read as a Gaussian inside 0-100. A model that refuses a series is replaced by a
random walk with drift. Needs statsforecast and pyarrow, in an environment of its own
(statsforecast caps pandas); the scores stand in benchmarks/stat_ensemble.parquet, so that
`python -m benchmarks.accuracy` does not need it.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

SCORES = Path(__file__).with_name("stat_ensemble.parquet")
NAME, MEAN_ONLY = "StatEnsemble", "AutoCES"
FLOOR = 0.05
"""Smallest standard deviation, in points: that of the benchmark's other references."""


def models() -> list:
    """The four models that are averaged."""
    from statsforecast.models import AutoARIMA, AutoCES, AutoETS, DynamicOptimizedTheta

    return [
        AutoETS(season_length=1, model="ZZN"),
        AutoARIMA(season_length=1, seasonal=False),
        DynamicOptimizedTheta(season_length=1),
        AutoCES(season_length=1, model="N"),
    ]


def one_model(model, values: np.ndarray, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation (steps,), by a random walk with drift where `model` refuses."""
    from statsforecast.models import RandomWalkWithDrift

    for candidate in (model, RandomWalkWithDrift()):
        level = None if type(candidate).__name__ == MEAN_ONLY else [80]
        try:
            answer = candidate.forecast(y=values.copy(), h=steps, level=level)
        except Exception:  # noqa: BLE001 - a model may refuse in any way
            continue
        mean, width = answer["mean"], np.full(steps, np.nan)
        if level:
            width = np.maximum((answer["hi-80"] - answer["lo-80"]) / 2 / ndtri(0.9), FLOOR)
        if np.isfinite(mean).all() and (not level or np.isfinite(width).all()):
            return mean, width
    step = max(np.abs(np.diff(values)).mean(), FLOOR)
    return np.full(steps, values[-1]), np.full(steps, step)


def one_series(values: np.ndarray, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation (steps,) of the four models averaged."""
    answers = [one_model(model, values, steps) for model in models()]
    return tuple(np.nanmean([answer[k] for answer in answers], axis=0) for k in (0, 1))


def score_case(case: dict, panel: pd.DataFrame, evaluate) -> pd.DataFrame:
    """Scores of one case: case_id, unit_code, horizon, crps, ae, c80, c95, brier."""
    horizons, step = [int(h) for h in case["horizons"].split(",")], case["step"]
    history, future = evaluate.cut(panel, case["origin_year"], case["n_years"], step, horizons)
    targets, answers = evaluate.make_targets(history, future), {}
    for unit, rows in history.groupby("unit_code"):
        years = np.arange(rows["year"].min(), rows["year"].max() + 1, step)
        values = np.interp(years, rows["year"], rows["value"])
        means, deviations = one_series(values, max(horizons) // step)
        for horizon in horizons:
            answers[unit, horizon] = (
                means[horizon // step - 1],
                deviations[horizon // step - 1],
            )
    asked = zip(future["unit_code"], future["horizon"], strict=True)
    mean, deviation = np.array([answers[key] for key in asked]).T
    scores = ndtri(evaluate.LEVELS)
    quantiles = np.clip(mean[:, None] + deviation[:, None] * scores, 0, 100)
    rows = evaluate.score_rows(case["case_id"], future, quantiles)
    if targets.empty:
        return rows
    ahead = zip(targets["unit_code"], targets["year"] - case["origin_year"], strict=True)
    mean, deviation = np.array([answers[key] for key in ahead]).T
    chance = ndtr((mean - targets["target_value"].to_numpy(dtype=float)) / deviation)
    brier = evaluate.brier_rows(targets, chance, future)[["unit_code", "horizon", "brier"]]
    return rows.merge(brier, how="left")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=SCORES)
    arguments = parser.parse_args()
    sys.path.insert(0, str(arguments.bench))
    import evaluate

    warnings.filterwarnings("ignore")
    folder = arguments.bench
    panels, cases = evaluate.read_inputs(folder / "dev.parquet", folder / "cases.csv")
    parts = []
    for number, case in enumerate(cases.to_dict("records")):
        panel = panels[(case["dataset"], case["indicator_code"], case["group_code"])]
        parts.append(score_case(case, panel, evaluate))
        if number % 25 == 0:
            print(f"{number} of {len(cases)} cases", flush=True)
    scores = pd.concat(parts, ignore_index=True).assign(model=NAME)
    numbers = ["crps", "ae", "c80", "c95", "brier"]
    scores = scores.sort_values(evaluate.KEYS, ignore_index=True)
    scores.astype(dict.fromkeys(numbers, "float32")).to_parquet(
        arguments.out, compression="zstd", index=False
    )
    print(scores[numbers].mean().round(3).to_string())


if __name__ == "__main__":
    main()
