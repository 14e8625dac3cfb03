"""Learn config/priors.csv again from reference panels (METHODS 2.2, 2.3).

    python -m benchmarks.rebuild_priors --bench ../shared/bench --write --folds

For every case of the benchmark folder (a short history and what came after) a sample of the model
settings is forecast. Prior weights are learnt so that the average quantile function of the
settings has the smallest CRPS and Brier score; then two small maps widen the forecasts and their
common part so that intervals of units and of group means cover what they promise. With --folds the
same is learnt for each fold without its indicators (benchmarks/folds.csv). Needs pyarrow.
"""

from __future__ import annotations

import argparse
import functools
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import ndtr, ndtri

from xhht_analysis.forecasting.calibration import (
    AXES,
    FILTER_AXES,
    GRID,
    KERNEL_AXES,
    Settings,
    calibrate,
    plain_reading,
    read_settings,
)
from xhht_analysis.forecasting.changes import HALF_SUPPORT, changes_weight, pooled_changes
from xhht_analysis.forecasting.curves import Curves, read_curves, stretch
from xhht_analysis.forecasting.history import check_history, describe, matrices
from xhht_analysis.forecasting.panel import forecast_panel
from xhht_analysis.forecasting.shares import members, prepare, weigh
from xhht_analysis.project import Project

LEVELS = np.arange(1, 40) / 40
TOLERANCE = 0.015
SAMPLE = 180
POWERS = (0.5, 1.5, 4.0)
"""Settings are sampled by a mixture of these powers of their evidence."""
RIDGE = 3e-3
BRIER, FIRST_YEAR = 3.0, 0.3
"""Weight of the Brier score beside the CRPS (in units of the best reference), and of h = 1."""
MEMBER = ("changes", "changes_short")
MEMBER_START = (-1.5, 1.0)
WIDEN = ("widen", "widen_short", "widen_far", "widen_tail")
SHARED = ("shared", "shared_short", "shared_far")
LEARNT = WIDEN + SHARED


def read_cases(bench: Path) -> list[dict]:
    """Histories and outcomes of the benchmark cases, with the weight of every outcome."""
    sys.path.insert(0, str(bench))
    import evaluate  # the benchmark's own cutting of cases, so that nothing can differ

    panels, table = evaluate.read_inputs(bench / "dev.parquet", bench / "cases.csv")
    peers = pd.read_parquet(bench / "peers_dev.parquet")
    best = evaluate.add_blocks(peers, table).rename(columns={"crps": "score"})
    best = best.groupby(["dataset", "band", "model"], observed=True)["score"].mean()
    best = best.groupby(level=[0, 1], observed=True).min()
    cases = []
    for case in table.to_dict("records"):
        panel = panels[(case["dataset"], case["indicator_code"], case["group_code"])]
        horizons = [int(h) for h in case["horizons"].split(",")]
        history, future = evaluate.cut(
            panel, case["origin_year"], case["n_years"], case["step"], horizons
        )
        points = history.groupby("unit_code")["year"].size()
        units = {u: k for k, u in enumerate(points.index)}
        cases.append(
            {
                **case,
                "history": history,
                "points": points.to_numpy(),
                "row": future["unit_code"].map(units).to_numpy(),
                "lead": future["horizon"].to_numpy(),
                "outcome": future["value"].to_numpy(),
                **_targets(evaluate.make_targets(history, future), future),
            }
        )
    return _with_weights(cases, table, best, evaluate)


def _targets(asked: pd.DataFrame, future: pd.DataFrame) -> dict:
    """Row of the outcome that each target asks about, the target, and whether it was reached."""
    keys = ["unit_code", "year"]
    row = pd.MultiIndex.from_frame(future[keys]).get_indexer(pd.MultiIndex.from_frame(asked[keys]))
    need = asked["target_value"].to_numpy(dtype=float)
    return {"asked": row, "need": need, "hit": future["value"].to_numpy()[row] >= need - 1e-9}


def _with_weights(cases, table, best, evaluate) -> list[dict]:
    """Weight outcomes so that data sets, bands and blocks count alike, in units of the best."""
    rows = pd.concat([pd.DataFrame({"case_id": c["case_id"], "horizon": c["lead"]}) for c in cases])
    rows = evaluate.add_blocks(rows, table)
    cell = ["dataset", "band"]
    size = rows.groupby([*cell, "block"])["horizon"].transform("size")
    blocks = rows.groupby(cell)["block"].transform("nunique")
    bands = rows.groupby("dataset")["band"].transform("nunique")
    scale = pd.MultiIndex.from_frame(rows[cell]).map(best.to_dict()).to_numpy(dtype=float)
    first = np.where(rows["band"] == "1", FIRST_YEAR, 1.0)
    rows["plain"] = 1 / (size * blocks * bands)
    rows["weight"] = rows["plain"] * first / scale
    for case in cases:
        mine = rows[rows["case_id"] == case["case_id"]]
        case["weight"], case["plain"] = mine["weight"].to_numpy(), mine["plain"].to_numpy()
        each = np.bincount(case["asked"], minlength=len(mine))[case["asked"]]
        first = np.where(case["lead"][case["asked"]] == 1, FIRST_YEAR, 1.0)
        case["brier"] = BRIER * first * case["plain"][case["asked"]] / each
    return cases


def sample_case(case: dict, settings: Settings) -> dict:
    """Forecast a case under a sample of settings."""
    rows = check_history(case["history"], int(case["lead"].max()))
    panel = matrices(rows, describe(rows), int(case["origin_year"]))
    group = prepare(panel, settings)
    logs = weigh(group, settings)
    each = [np.exp(power * (logs - logs.max())).ravel() for power in POWERS]
    chance = sum(some / some.sum() for some in each) / len(POWERS)
    rng = np.random.default_rng(0)
    mixed = rng.permutation(chance.size)
    ticks = (np.arange(SAMPLE) + rng.random()) / SAMPLE
    picks = mixed[np.searchsorted(np.cumsum(chance[mixed]), ticks).clip(0, chance.size - 1)]
    picks, count = np.unique(picks, return_counts=True)
    chosen = np.stack(np.unravel_index(picks, logs.shape), axis=1)
    quantiles = np.empty((len(picks), len(case["row"]), len(LEVELS)), dtype=np.float32)
    chances = np.empty((len(picks), len(case["asked"])), dtype=np.float32)
    reading = plain_reading(case["points"], int(case["lead"].max()))
    for some, curves, *_ in members(group, settings, chosen, reading):
        here = curves[:, case["row"], case["lead"] - 1]
        quantiles[some] = np.clip(read_curves(here, ndtri(LEVELS)), 0, 100)
        chances[some] = [chance_above(one[case["asked"]], case["need"]) for one in here]
    axes = np.concatenate(
        [settings.kernels[chosen[:, 0]], chosen[:, 1:2], settings.filters[chosen[:, 2]]], axis=1
    )
    evidence = logs.ravel()[picks]
    pooled = pooled_changes(panel.shares, int(case["lead"].max()))[case["row"], case["lead"] - 1]
    return {
        "quantiles": quantiles,
        "chances": chances,
        "other_chances": chance_above(pooled[case["asked"]], case["need"]),
        "changes": np.clip(read_curves(pooled, ndtri(LEVELS)), 0, 100).astype(np.float32),
        "evidence": evidence - evidence.max(),
        "offset": np.log(count / chance[picks]),
        "axes": axes,
    }


def chance_above(curves: np.ndarray, need: np.ndarray) -> np.ndarray:
    """P(value >= need) for rows of quantile functions at the scores of `GRID`."""
    score = [np.interp(y, c, GRID) for y, c in zip(need, curves, strict=True)]
    return 1 - ndtr(np.array(score, dtype=float))


def learn_weights(pairs: list[tuple[dict, dict]], settings: Settings, ridge=RIDGE) -> Settings:
    """Prior log weights and the second member's weight by CRPS and Brier score.

    The ridge pulls the log weights to 0 and the member to `MEMBER_START`.
    """
    sizes = [len(settings.levels[a]) for a in AXES]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    anchor = np.concatenate([np.zeros(starts[-1]), MEMBER_START])
    n_sets, power = (
        len({case["dataset"] for case, _ in pairs}),
        settings.constants["evidence_power"],
    )

    def loss(theta):
        total, slope = 0.0, np.zeros(len(theta))
        for case, sample in pairs:
            part, turn, short = _member(theta[-2:], case)
            at = sample["axes"] + starts[:-1]
            logs = power * sample["evidence"] + sample["offset"] + theta[at].sum(axis=1)
            weight = np.exp(logs - logs.max())
            weight /= weight.sum()
            model = np.tensordot(weight.astype(np.float32), sample["quantiles"], 1)
            gap = case["outcome"][:, None] - ((1 - part) * model + part * sample["changes"])
            tilt = 2 / 40 * case["weight"][:, None]
            total += (tilt * np.maximum(LEVELS * gap, (LEVELS - 1) * gap)).sum()
            pull = tilt * ((gap < 0) - LEVELS)
            own = ((1 - part) * pull).astype(np.float32)
            each = np.tensordot(sample["quantiles"], own, 2)
            away, told = part[case["asked"], 0], weight @ sample["chances"]
            miss = (1 - away) * told + away * sample["other_chances"] - case["hit"]
            total += (case["brier"] * miss**2).sum()
            push = 2 * case["brier"] * miss
            each = each + sample["chances"] @ (push * (1 - away))
            change = weight * (each - (weight * each).sum())
            np.add.at(slope, at.ravel(), np.repeat(change, len(AXES)))
            other = (pull * (sample["changes"] - model)).sum(axis=1)
            gain = push * (sample["other_chances"] - told)
            other = turn * (other + np.bincount(case["asked"], gain, minlength=len(other)))
            slope[-2:] += other.sum(), (other * short).sum()
        pulled = theta - anchor
        return total / n_sets + ridge * (pulled**2).sum(), slope / n_sets + 2 * ridge * pulled

    found = minimize(loss, anchor, jac=True, method="L-BFGS-B", options={"maxiter": 80}).x
    weights = {a: found[i:j] for a, i, j in zip(AXES, starts, starts[1:], strict=False)}
    constants = {**settings.constants, **dict(zip(MEMBER, found[-2:], strict=True))}
    return replace(settings, log_weights=weights, constants=constants)


def _member(theta: np.ndarray, case: dict) -> tuple:
    """Weight of the pooled changes, its derivative by the first constant, the second's factor."""
    points = case["points"][case["row"]]
    n_units = len(case["points"])
    part = changes_weight(points, n_units, dict(zip(MEMBER, theta, strict=True)))
    most = n_units / (n_units + HALF_SUPPORT)
    return part[:, None], part * (1 - part / most), np.log(8 / np.clip(points, 4, 12))


def uncalibrated(case: dict, settings: Settings) -> Curves:
    """Forecast of a case without calibration."""
    constants = {**settings.constants, **dict.fromkeys(LEARNT, 0.0)}
    bare = replace(settings, constants=constants)
    return forecast_panel(case["history"], int(case["lead"].max()), settings=bare).curves


def learn_calibration(pairs: list[tuple[dict, Curves]], settings: Settings) -> Settings:
    """Fit the two maps so that intervals of units, then of group means, hold what they say.

    Pinball loss of the ends of the 50, 80 and 95 % intervals, and a penalty where short, long,
    near or far forecasts miss their coverage by more than `TOLERANCE`; data sets count alike.
    """
    rows = []
    for case, curves in pairs:
        curve = curves.percent[case["row"], case["lead"] - 1]
        places = zip(case["outcome"], curve, strict=True)
        place = np.abs([np.interp(y, c, GRID) for y, c in places])
        part = {**_kind(case), "points": case["points"][case["row"]], "place": place}
        rows.append(pd.DataFrame({**part, "lead": case["lead"], "weight": case["plain"]}))
    rows = pd.concat(rows, ignore_index=True)
    points, lead, place = (rows[c].to_numpy() for c in ("points", "lead", "place"))
    cells, wanted = _cells(rows), np.array([0.5, 0.8, 0.95])

    def unit_loss(x):
        constants = {**dict.fromkeys(LEARNT, 0.0), **dict(zip(WIDEN, x, strict=True))}
        edges = calibrate(points, lead[:, None], constants, ndtri((1 + wanted) / 2))[0][:, 0]
        gap = place[:, None] - edges
        pinball = cells.mean(axis=0) @ np.maximum(wanted * gap, (wanted - 1) * gap)
        return pinball.sum() + _penalty(cells @ ndtr(-gap / 0.05) - wanted)  # steps, smoothed

    search = {"maxiter": 600, "initial_simplex": np.vstack([np.zeros(4), 0.2 * np.eye(4)])}
    widen = minimize(unit_loss, np.zeros(4), method="Nelder-Mead", options=search).x
    constants = {**settings.constants, **dict(zip(WIDEN, widen, strict=True))}
    means = functools.partial(_mean_loss, pairs, constants)
    simplex = np.array([[0.3, 0, 0], [1.0, 0, 0], [0.3, 1.0, 0], [0.3, 0, 0.5]])
    search = {"maxiter": 40, "initial_simplex": simplex}
    shared = minimize(means, simplex[0], method="Nelder-Mead", options=search).x
    constants |= dict(zip(SHARED, shared, strict=True))
    return replace(settings, constants=constants)


def _kind(case: dict) -> dict:
    return {"set": case["dataset"], "short": case["n_years"] < 6.5}


def _cells(rows: pd.DataFrame) -> np.ndarray:
    """Weights (4, rows) of short, long, near (h = 1) and far forecasts; data sets count alike."""
    cells = []
    for name, mark in {"short": rows["short"], "far": rows["lead"] > 1}.items():
        whole = rows.assign(**{name: mark}).groupby(["set", name])["weight"].transform("sum")
        cells += [np.where(mark == side, rows["weight"] / whole, 0) for side in (True, False)]
    return np.array([cell / cell.sum() for cell in cells])


def _mean_loss(pairs, constants, x) -> float:
    """Miss of the 80 % interval of group means."""
    constants = {**constants, **dict(zip(SHARED, x, strict=True))}
    rows = []
    for case, curves in pairs:
        points = case["points"]
        rng = np.random.default_rng(1)
        for h in np.unique(case["lead"]):
            rows_h = case["lead"] == h
            units = case["row"][rows_h]
            read, odds = calibrate(points[units], np.full((len(units), 1), h), constants)
            rho = curves.shared[units, h - 1]
            rho = odds[:, 0] * rho / (1 - rho + odds[:, 0] * rho)
            z = np.sqrt(rho) * rng.standard_normal((200, 1))
            z = z + np.sqrt(1 - rho) * rng.standard_normal((200, len(units)))
            place = np.clip((z - GRID[0]) / 0.25, 0, len(GRID) - 1.001)
            at, unit = place.astype(int), np.arange(len(units))
            curve = stretch(curves.percent[units, h - 1][None], read[:, 0])[0]
            low, high = curve[unit, at], curve[unit, at + 1]
            drawn = np.clip(low + (place - at) * (high - low), 0, 100).mean(axis=1)
            ends = np.quantile(drawn, [0.1, 0.9])
            truth = case["outcome"][rows_h].mean()
            gap = np.abs(truth - ends.mean()) / max(ends[1] - ends[0], 1e-9) - 0.5
            rows.append(
                {**_kind(case), "lead": h, "gap": gap, "weight": case["plain"][rows_h].sum()}
            )
    rows = pd.DataFrame(rows)
    inside = ndtr(-rows["gap"].to_numpy() / 0.03)  # a step, slightly smoothed
    return _penalty(_cells(rows) @ inside - 0.8) + 5e-4 * np.square(x).sum()


def _penalty(miss: np.ndarray) -> float:
    return 30 * np.square(np.maximum(np.abs(miss) - TOLERANCE, 0)).sum()


def fit(cases, samples, settings, workers=None) -> Settings:
    """Learn weights, then calibrate on the forecasts they give."""
    learnt = learn_weights(list(zip(cases, samples, strict=True)), settings)
    run = workers.map if workers else map
    curves = list(run(functools.partial(uncalibrated, settings=learnt), cases))
    return learn_calibration(list(zip(cases, curves, strict=True)), learnt)


def fold_of(case: dict, cases: list[dict]) -> str:
    """Fold of a case: its data set if that has one indicator, else one of four by indicator."""
    codes = sorted({c["indicator_code"] for c in cases if c["dataset"] == case["dataset"]})
    if len(codes) == 1:
        return case["dataset"]
    return f"fold {codes.index(case['indicator_code']) % 4}"


def crossfit(cases, samples, settings, workers=None) -> dict[str, Settings]:
    """Settings per fold, learnt from the other folds only."""
    folds = [fold_of(case, cases) for case in cases]
    learnt, curves = {}, [None] * len(cases)
    for fold in sorted(set(folds)):
        others = [k for k, f in enumerate(folds) if f != fold]
        learnt[fold] = learn_weights([(cases[k], samples[k]) for k in others], settings)
        mine = [k for k, f in enumerate(folds) if f == fold]
        run = workers.map if workers else map
        job = functools.partial(uncalibrated, settings=learnt[fold])
        for k, curve in zip(mine, run(job, [cases[k] for k in mine]), strict=True):
            curves[k] = curve
    for fold in learnt:
        pairs = [(c, v) for c, v, f in zip(cases, curves, folds, strict=True) if f != fold]
        learnt[fold] = learn_calibration(pairs, learnt[fold])
    return learnt


def to_table(settings: Settings, source: str = "") -> pd.DataFrame:
    """Settings as rows of config/priors.csv; `source` says where the learnt numbers are from."""
    rows = [
        (axis, level, round(weight, 3), source)
        for axis in (*KERNEL_AXES, "tail", *FILTER_AXES)
        for level, weight in zip(settings.levels[axis], settings.log_weights[axis], strict=True)
    ]
    rows += [
        (
            name,
            round(value, 3),
            None,
            source if name in (*LEARNT, *MEMBER) else "set",
        )
        for name, value in settings.constants.items()
    ]
    return pd.DataFrame(rows, columns=["parameter", "level", "log_weight", "source"])


def folds_table(cases: list[dict], learnt: dict[str, Settings]) -> pd.DataFrame:
    """Rows of benchmarks/folds.csv: the fold of each indicator, and the numbers of each fold."""
    places = {str(case["indicator_code"]): fold_of(case, cases) for case in cases}
    members = pd.DataFrame({"level": list(places), "fold": list(places.values())})
    members = members.assign(parameter="indicator")
    tables = [to_table(s).drop(columns="source").assign(fold=f) for f, s in learnt.items()]
    return pd.concat([members, *tables])[["fold", "parameter", "level", "log_weight"]]


def provenance(cases: list[dict]) -> str:
    """Where the learnt numbers come from, in one line."""
    names = sorted({case["dataset"] for case in cases})
    years = [case["origin_year"] for case in cases]
    panels = f"{len(cases)} cases of {' '.join(names)}; origins {min(years)}-{max(years)}"
    return f"benchmarks/rebuild_priors.py: {panels}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", type=Path, default=Project().root.parent / "shared" / "bench")
    parser.add_argument("--write", action="store_true", help="write config/priors.csv")
    parser.add_argument("--folds", action="store_true", help="write benchmarks/folds.csv too")
    arguments = parser.parse_args()
    settings, cases = read_settings(), read_cases(arguments.bench)
    with ProcessPoolExecutor(2) as workers:
        samples = list(workers.map(functools.partial(sample_case, settings=settings), cases))
        table = to_table(fit(cases, samples, settings, workers), provenance(cases))
        learnt = crossfit(cases, samples, settings, workers) if arguments.folds else {}
    print(table.to_string())
    if arguments.write:
        table.to_csv(Project().config_dir / "priors.csv", index=False, lineterminator="\n")
    if arguments.folds:
        folds = folds_table(cases, learnt)
        folds.to_csv(Path(__file__).with_name("folds.csv"), index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
