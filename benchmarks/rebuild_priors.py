"""Learn config/learned.json and config/priors.csv again from reference panels.

    python -m benchmarks.rebuild_priors --bench ../shared/bench --write --folds

First the networks of the learned member, on windows of all reference panels
(`reference_windows`, `quantile_network`); then, on the cases of the benchmark, the weights of the
members and a small map of widths, by CRPS and Brier score with networks that have not seen the
case's data set; then how much of the variance units share, so that intervals of group means hold
what they say. With --folds all of it is learnt for each data set without it
(benchmarks/folds.json), which is what `benchmarks.accuracy` scores. Needs pyarrow.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import ndtr, ndtri

from benchmarks import quantile_network
from benchmarks.reference_windows import Windows, sample_windows
from xhht_analysis.forecasting.calibration import (
    SHARED,
    STRUCTURE,
    combine,
    read_settings,
    shared_part,
)
from xhht_analysis.forecasting.curves import GRID, STEP, read_curves
from xhht_analysis.forecasting.history import check_history, describe, matrices
from xhht_analysis.forecasting.learned import (
    FARTHEST,
    FEATURES,
    Learned,
    learned_curves,
    learned_from,
)
from xhht_analysis.forecasting.structural import (
    damped_trend,
    fit_trend,
    percent,
    pooled_changes,
    variances,
)
from xhht_analysis.project import Project

FOLDS = Path(__file__).with_name("folds.json")
LEVELS = np.arange(1, 40) / 40
SEEDS = (0, 1, 2, 3)
BRIER, FIRST_YEAR = 6.0, 0.3
"""Weight of the Brier score beside the CRPS (in units of the best reference), and of h = 1."""
COVER, TOLERANCE, NEAR = 20.0, 0.01, 1e-9
"""Weight of a miss of the coverage by more than the tolerance, squared."""
CHOICES = {
    "learned": (1.0, 1.5, 2.0, 2.5, 3.0),
    "learned_trend": (-7.0, -6.0, -5.0, -4.0, -3.0),
    "pooled": (0.0, 0.5, 1.0, 1.5, 2.0),
    "widen": (-0.1, -0.05, 0.0, 0.05, 0.1),
    "widen_tail": (0.0, 0.05, 0.1, 0.15, 0.2),
    "widen_low": (-0.35, -0.3, -0.25, -0.2, -0.15),
    "widen_ceiling": (0.25, 0.45, 0.65),
}
"""Few values of few constants, drawn to the middle ones, which were set with all data sets in view:
with more freedom seven data sets are learnt by heart (docs/methodology.md, section 5)."""
RIDGE = 3e-3
PASSES = 3
KEPT = ("lead", "outcome", "need", "hit", "weight", "plain", "brier")


def learn_networks(windows: Windows, without: str = "") -> dict:
    """Learn the table of config/learned.json from all data sets but one."""
    used = windows.dataset != without
    x = windows.x[used]
    center, spread = x.mean(axis=0), x.std(axis=0) + 1e-6
    x = np.clip((x - center) / spread, -FARTHEST, FARTHEST)
    numbers = (x, windows.change[used], windows.weight[used])
    return {
        "made_by": "benchmarks/rebuild_priors.py: quantile regression on windows of 3-10 years",
        "sources": sorted(set(windows.dataset[used])),
        "features": list(FEATURES),
        "levels": quantile_network.LEVELS.tolist(),
        "center": [float(f"{v:.5g}") for v in center],
        "spread": [float(f"{v:.5g}") for v in spread],
        "networks": [quantile_network.learn(*numbers, seed) for seed in SEEDS],
    }


def read_cases(bench: Path) -> list[dict]:
    """Trends and outcomes of the benchmark cases, with the weight of every outcome."""
    sys.path.insert(0, str(bench))
    import evaluate  # the benchmark's own cutting of cases, so that nothing can differ

    panels, table = evaluate.read_inputs(bench / "dev.parquet", bench / "cases.csv")
    settings, cases = read_settings(), []
    for case in table.to_dict("records"):
        panel = panels[(case["dataset"], case["indicator_code"], case["group_code"])]
        horizons = [int(h) for h in case["horizons"].split(",")]
        history, future = evaluate.cut(
            panel, case["origin_year"], case["n_years"], case["step"], horizons
        )
        rows = check_history(history, max(horizons))
        series = describe(rows)
        unit = pd.Index(series["unit_code"]).get_indexer(future["unit_code"])
        asked = evaluate.make_targets(history, future)
        keys = ["unit_code", "year"]
        where = pd.MultiIndex.from_frame(future[keys])
        row = where.get_indexer(pd.MultiIndex.from_frame(asked[keys]))
        need, outcome = asked["target_value"].to_numpy(float), future["value"].to_numpy()
        trend = fit_trend(matrices(rows, int(case["origin_year"])), settings)
        half = 50 / series["lattice"].to_numpy()
        cases.append(
            {
                **case,
                "trend": trend,
                "unit": unit,
                "lead": future["horizon"].to_numpy(),
                "outcome": outcome,
                "last": series["last_value"].to_numpy(dtype=float),
                "asked": row,
                "need": need - half[unit[row]] if len(row) else need,
                "hit": (outcome[row] >= need - 1e-9).astype(float),
            }
        )
    return _with_weights(cases, table, bench, evaluate)


def _with_weights(cases, table, bench: Path, evaluate) -> list[dict]:
    """Weight outcomes so that data sets, bands and blocks count alike, in units of the best."""
    peers = evaluate.add_blocks(pd.read_parquet(bench / "peers_dev.parquet"), table)
    best = peers.groupby(["dataset", "band", "model"], observed=True)["crps"].mean()
    best = best.groupby(level=[0, 1], observed=True).min()
    rows = pd.concat([pd.DataFrame({"case_id": c["case_id"], "horizon": c["lead"]}) for c in cases])
    rows = evaluate.add_blocks(rows, table)
    cell = ["dataset", "band"]
    size = rows.groupby([*cell, "block"])["horizon"].transform("size")
    blocks = rows.groupby(cell)["block"].transform("nunique")
    bands = rows.groupby("dataset")["band"].transform("nunique")
    scale = pd.MultiIndex.from_frame(rows[cell]).map(best.to_dict()).to_numpy(dtype=float)
    rows["plain"] = 1 / (size * blocks * bands)
    rows["first"] = np.where(rows["band"] == "1", FIRST_YEAR, 1.0)
    rows["crps"] = rows["plain"] * rows["first"] / scale
    for case, (_, mine) in zip(cases, rows.groupby("case_id", sort=False), strict=True):
        case["plain"], case["weight"] = mine["plain"].to_numpy(), mine["crps"].to_numpy()
        each = np.bincount(case["asked"], minlength=len(mine))[case["asked"]]
        case["brier"] = (mine["plain"] * mine["first"]).to_numpy()[case["asked"]] / each
    return cases


def stack_members(cases: list[dict], networks: dict[str, Learned], settings: dict) -> dict:
    """Members of all outcomes of all cases as rows, networks without the case's data set."""
    parts, offset = [], 0
    for case in cases:
        trend, horizon = case["trend"], int(case["lead"].max())
        at = (case["unit"], case["lead"] - 1)
        made = (
            damped_trend(trend, horizon, settings),
            pooled_changes(trend, horizon),
            learned_curves(trend, horizon, networks[case["dataset"]]),
        )
        n = len(case["lead"])
        parts.append(
            {
                "members": np.stack([member[at] for member in made]).astype("float32"),
                "trend_share": np.full(n, trend.trend_share),
                "points": trend.points[case["unit"]],
                "last": case["last"][case["unit"]],
                "asked": case["asked"] + offset,
                "dataset": np.repeat(case["dataset"], n),
                "asked_dataset": np.repeat(case["dataset"], len(case["asked"])),
                "short": np.full(n, case["n_years"] < 6.5),
                **{
                    k: case[k]
                    for k in ("lead", "outcome", "need", "hit", "weight", "plain", "brier")
                },
            }
        )
        offset += n
    return {
        key: np.concatenate([part[key] for part in parts], axis=int(key == "members"))
        for key in parts[0]
    }


def forecast_rows(rows: dict, constants: dict) -> np.ndarray:
    """Quantile functions in percent (rows, G)."""
    # one lead per row: (rows, 1, G)
    members = [member[:, None].astype(float) for member in rows["members"]]
    how = (rows["trend_share"][:, None], rows["last"][:, None], constants)
    return percent(combine(members, *how)[:, 0])


def losses_of(rows: dict, constants: dict) -> dict[str, float]:
    """CRPS and Brier score, and a penalty where the coverage is missed, without each data set."""
    curves = forecast_rows(rows, constants)
    quantiles = np.clip(read_curves(curves, ndtri(LEVELS)), 0, 100)
    y = rows["outcome"]
    gap = y[:, None] - quantiles
    crps = 2 / 40 * np.maximum(LEVELS * gap, (LEVELS - 1) * gap).sum(axis=1)
    curve = curves[rows["asked"]]
    at = np.clip((curve < rows["need"][:, None]).sum(axis=1) - 1, 0, len(GRID) - 2)
    pick = np.arange(len(at))
    low, high = curve[pick, at], curve[pick, at + 1]
    part = (rows["need"] - low) / np.maximum(high - low, 1e-9)
    chance = 1 - ndtr(GRID[at] + STEP * np.clip(part, -20, 20))
    brier = BRIER * rows["brier"] * (chance - rows["hit"]) ** 2
    out = {}
    for without in ["", *sorted(set(rows["dataset"]))]:
        used, asked = rows["dataset"] != without, rows["asked_dataset"] != without
        n = len(set(rows["dataset"][used]))
        total = ((rows["weight"] * crps)[used].sum() + brier[asked].sum()) / n
        for edge, wanted in ((4, 0.8), (1, 0.95)):
            inside = (quantiles[:, edge - 1] <= y + NEAR) & (y <= quantiles[:, -edge] + NEAR)
            for some in (rows["short"] & used, ~rows["short"] & used):
                miss = abs(np.average(inside[some], weights=rows["plain"][some]) - wanted)
                total += COVER * max(miss - TOLERANCE, 0) ** 2
        out[without] = float(total)
    return out


def learn_constants(rows: dict, settings: dict, without: str, losses: dict) -> dict:
    """Weights and widths of `CHOICES` by `losses_of`, one after the other, on all sets but one.

    ``losses`` keeps what has been computed for another data set.
    """

    def loss(choice: dict) -> float:
        key = tuple(choice.values())
        if key not in losses:
            losses[key] = losses_of(rows, {**settings, **choice})
        far = [(values.index(choice[k]) - len(values) // 2) for k, values in CHOICES.items()]
        return losses[key][without] + RIDGE * sum(f * f for f in far)

    best = {name: values[len(values) // 2] for name, values in CHOICES.items()}
    for _ in range(PASSES):
        for name, values in CHOICES.items():
            best[name] = min(values, key=lambda v, name=name: loss({**best, name: v}))
    return {**settings, **best}


def learn_shared(cases, networks, settings: dict, without: str = "") -> dict:
    """Common part of the variance, so that 80 % intervals of group means cover 80 %."""
    made = []
    for case in [c for c in cases if c["dataset"] != without]:
        trend, horizon = case["trend"], int(case["lead"].max())
        members = (
            damped_trend(trend, horizon, settings),
            pooled_changes(trend, horizon),
            learned_curves(trend, horizon, networks[case["dataset"]]),
        )
        how = (trend.trend_share, case["last"][:, None], settings)
        made.append((case, percent(combine(members, *how)), *variances(trend, horizon, settings)))

    def loss(x):
        constants = {**settings, **dict(zip(SHARED, x, strict=True))}
        cells: dict[tuple, list] = {}
        for case, curves, own, common in made:
            rng, trend = np.random.default_rng(1), case["trend"]
            rho = shared_part(own, common, trend.points, np.arange(1, own.shape[1] + 1), constants)
            for h in np.unique(case["lead"]):
                some = case["lead"] == h
                unit = case["unit"][some]
                part = rho[unit, h - 1]
                z = np.sqrt(part) * rng.standard_normal((200, 1))
                z = z + np.sqrt(1 - part) * rng.standard_normal((200, len(unit)))
                at = np.clip(((z - GRID[0]) / STEP).astype(int), 0, len(GRID) - 2)
                low, high = curves[unit, h - 1, at], curves[unit, h - 1, at + 1]
                mean = np.clip(low + (z - GRID[at]) / STEP * (high - low), 0, 100).mean(axis=1)
                ends = np.quantile(mean, [0.1, 0.9])
                gap = abs(case["outcome"][some].mean() - ends.mean()) / max(np.ptp(ends), 1e-9)
                inside = float(ndtr((0.5 - gap) / 0.03))
                key = (case["n_years"] < 6.5, h > 1)
                cells.setdefault(key, []).append((inside, case["plain"][some].sum()))
        means = [
            np.average(*np.array(cell).T[:1], weights=np.array(cell)[:, 1])
            for cell in cells.values()
        ]
        return sum((m - 0.8) ** 2 for m in means) + 1e-3 * (np.array(x) ** 2).sum()

    search = {
        "maxiter": 30,
        "initial_simplex": [[0.3, 0, 0], [1.0, 0, 0], [0.3, 1.0, 0], [0.3, 0, 0.5]],
    }
    found = minimize(loss, [0.3, 0, 0], method="Nelder-Mead", options=search).x
    return {**settings, **{k: round(float(v), 3) for k, v in zip(SHARED, found, strict=True)}}


def write_priors(settings: dict, cases: list[dict]) -> None:
    """Write config/priors.csv with its provenance."""
    origins = [case["origin_year"] for case in cases]
    names = " ".join(sorted({case["dataset"] for case in cases}))
    source = f"benchmarks/rebuild_priors.py: {len(cases)} cases of {names}; "
    source += f"origins {min(origins)}-{max(origins)}"
    rows = [(k, v, "set" if k in STRUCTURE else source) for k, v in settings.items()]
    table = pd.DataFrame(rows, columns=["parameter", "level", "source"])
    table.to_csv(Project().config_dir / "priors.csv", index=False, lineterminator="\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", type=Path, default=Project().root.parent / "shared" / "bench")
    parser.add_argument("--rows", type=int, default=14_000, help="rows from each data set")
    parser.add_argument("--write", action="store_true", help="write config/")
    parser.add_argument("--folds", action="store_true", help="write benchmarks/folds.json")
    parser.add_argument("--networks", type=Path, help="keep or take the networks here")
    arguments = parser.parse_args()
    cases, settings = read_cases(arguments.bench), read_settings()
    datasets = sorted({case["dataset"] for case in cases})
    kept = arguments.networks
    if kept and kept.is_file():
        tables = json.loads(kept.read_text())
    else:
        windows = sample_windows(arguments.bench, arguments.rows)
        tables = {name: learn_networks(windows, name) for name in ["", *datasets]}
        if kept:
            kept.write_text(json.dumps(tables))
    networks = {name: learned_from(tables[name]) for name in datasets}
    rows = stack_members(cases, networks, settings)
    folds, losses = {}, {}
    for name in ["", *datasets] if arguments.folds else [""]:
        found = learn_constants(rows, settings, name, losses)
        folds[name] = learn_shared(cases, networks, found, name)
        print(name or "all", {k: folds[name][k] for k in (*CHOICES, *SHARED)}, flush=True)
    if arguments.write:
        (Project().config_dir / "learned.json").write_text(
            json.dumps(tables[""], separators=(",", ":")) + "\n", encoding="utf-8"
        )
        write_priors(folds[""], cases)
    if arguments.folds:
        whole = {n: {"settings": folds[n], "learned": tables[n]} for n in datasets}
        FOLDS.write_text(json.dumps(whole, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
