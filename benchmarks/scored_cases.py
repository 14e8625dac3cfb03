"""Forecasting problems with their outcomes, to choose weights and widths on.

In: the benchmark folder. Out: the 300 frozen cases of dev.parquet, and `EACH` problems of the same
kind from every panel of train/train.parquet, each with its trend, its outcomes and their weights.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.reference_windows import MODEL_BASED
from xhht_analysis.forecasting import scores
from xhht_analysis.forecasting.baselines import MODELS
from xhht_analysis.forecasting.history import matrices, read_history
from xhht_analysis.forecasting.structural import fit_trend

EACH = 40
LENGTHS = (5, 8)
FEWEST_UNITS = 5
FIRST_YEAR = 0.3
"""Weight of h = 1 beside the other bands."""
LEVELS = np.arange(1, 40) / 40
REFERENCES = ("persistence", "drift")


def _benchmark(bench: Path):
    """The benchmark's own cutting of cases, so that nothing can differ."""
    sys.path.insert(0, str(bench))
    import evaluate

    return evaluate


def _case(history: pd.DataFrame, future: pd.DataFrame, evaluate, **names) -> dict:
    """One problem: trend and outcomes; ``asked`` and ``hit`` are of the benchmark's targets."""
    horizon, origin = int(future["horizon"].max()), int(history["year"].max())
    known = read_history(history, horizon)
    series = known.series
    unit = pd.Index(series["unit_code"]).get_indexer(future["unit_code"])
    asked, keys = evaluate.make_targets(history, future), ["unit_code", "year"]
    row = pd.MultiIndex.from_frame(future[keys]).get_indexer(pd.MultiIndex.from_frame(asked[keys]))
    need, outcome = asked["target_value"].to_numpy(float), future["value"].to_numpy(float)
    half = 50 / series["lattice"].to_numpy(float)
    return {
        **names,
        "trend": fit_trend(matrices(known.rows, origin)),
        "unit": unit,
        "lead": future["horizon"].to_numpy(),
        "outcome": outcome,
        "last": series["last_value"].to_numpy(dtype=float),
        "asked": row.astype(int),
        "need": need - half[unit[row]],
        "hit": (outcome[row] >= need - 1e-9).astype(float),
        "history": known,
    }


def benchmark_cases(bench: Path) -> list[dict]:
    """The frozen cases, in units of the best reference of their data set and band."""
    evaluate = _benchmark(bench)
    panels, table = evaluate.read_inputs(bench / "dev.parquet", bench / "cases.csv")
    cases = []
    for task in table.to_dict("records"):
        panel = panels[(task["dataset"], task["indicator_code"], task["group_code"])]
        horizons = [int(h) for h in task["horizons"].split(",")]
        parts = evaluate.cut(panel, task["origin_year"], task["n_years"], task["step"], horizons)
        cases.append(_case(*parts, evaluate, **task))
    peers = evaluate.add_blocks(pd.read_parquet(bench / "peers_dev.parquet"), table)
    best = peers.groupby(["dataset", "band", "model"], observed=True)["crps"].mean()
    rows = [pd.DataFrame({"case_id": c["case_id"], "horizon": c["lead"]}) for c in cases]
    blocks = evaluate.add_blocks(pd.concat(rows, ignore_index=True), table)["block"]
    return _weighted(cases, best.groupby(level=[0, 1], observed=True).min(), blocks)


def training_cases(bench: Path) -> list[dict]:
    """Problems of the training panels, in units of the better of two simple models."""
    evaluate, cases, losses = _benchmark(bench), [], []
    rows = pd.read_parquet(bench / "train" / "train.parquet")
    rows = rows[~rows[MODEL_BASED].astype(bool)]
    codes = ["dataset", "indicator_code", "group_code", "unit_code"]
    rows = rows.astype(dict.fromkeys(codes, "str")).assign(target=np.nan)
    for dataset, part in rows.groupby("dataset"):
        panels = dict(list(part.groupby(["indicator_code", "group_code"])))
        places = [
            (key, origin, length)
            for key, panel in panels.items()
            for origin in range(int(panel["year"].min()) + 4, int(panel["year"].max()))
            for length in LENGTHS
        ]
        taken = 0
        for place in np.random.default_rng(0).permutation(len(places)):
            key, origin, length = places[place]
            history, future = evaluate.cut(panels[key], origin, length)
            short = history["year"].nunique() < length or history["value"].max() <= 1
            if short or future.empty or history["unit_code"].nunique() < FEWEST_UNITS:
                continue
            name = f"{dataset}/{'/'.join(key)}/{origin}/{length}"
            case = _case(history, future, evaluate, case_id=name, dataset=dataset, n_years=length)
            cases.append(case)
            losses.append(_reference_losses(case))
            taken += 1
            if taken == EACH:
                break
    losses = pd.concat(losses).groupby(["dataset", "band", "model", "case_id"])["crps"].mean()
    best = losses.groupby(["dataset", "band", "model"]).mean().groupby(["dataset", "band"]).min()
    blocks = np.concatenate([np.repeat(c["case_id"], len(c["lead"])) for c in cases])
    return _weighted(cases, best, blocks)


def _band(lead: np.ndarray) -> np.ndarray:
    """Band of the benchmark: 1, 2-3, 4-5."""
    return np.array(["1", "2-3", "4-5"])[np.digitize(lead, [2, 4])]


def _reference_losses(case: dict) -> pd.DataFrame:
    parts = []
    for name in REFERENCES:
        forecast = MODELS[name](case["history"], int(case["lead"].max()))
        curves = forecast.quantile_array(LEVELS)[case["unit"], case["lead"] - 1]
        crps = scores.crps_quantiles(curves, LEVELS, case["outcome"])
        parts.append(pd.DataFrame({"band": _band(case["lead"]), "model": name, "crps": crps}))
    return pd.concat(parts).assign(dataset=case["dataset"], case_id=case["case_id"])


def _weighted(cases: list[dict], best: pd.Series, blocks) -> list[dict]:
    """Weights with which data sets, bands and blocks count alike, in units of the best."""
    rows = [
        pd.DataFrame({"dataset": c["dataset"], "case_id": c["case_id"], "band": _band(c["lead"])})
        for c in cases
    ]
    rows, cell = (
        pd.concat(rows, ignore_index=True).assign(block=np.asarray(blocks)),
        ["dataset", "band"],
    )
    size = rows.groupby([*cell, "block"])["band"].transform("size")
    n_blocks = rows.groupby(cell)["block"].transform("nunique")
    n_bands = rows.groupby("dataset")["band"].transform("nunique")
    scale = pd.MultiIndex.from_frame(rows[cell]).map(best.to_dict()).to_numpy(dtype=float)
    rows["plain"] = 1 / (size * n_blocks * n_bands)
    rows["counted"] = rows["plain"] * np.where(rows["band"] == "1", FIRST_YEAR, 1.0)
    rows["crps"] = rows["counted"] / scale
    for case, (_, mine) in zip(cases, rows.groupby("case_id", sort=False), strict=True):
        case["plain"], case["weight"] = mine["plain"].to_numpy(), mine["crps"].to_numpy()
        each = np.bincount(case["asked"], minlength=len(mine))[case["asked"]]
        case["brier"] = mine["counted"].to_numpy()[case["asked"]] / each
    return cases
