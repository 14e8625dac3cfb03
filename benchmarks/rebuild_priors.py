"""Learn config/learned.json and config/priors.csv again from reference panels.

    python -m benchmarks.rebuild_priors --bench ../shared/bench --write --folds

First the networks of the learned member, on windows of all reference panels
(`reference_windows`, `quantile_network`); then the weights of the members and a small map of
widths, by CRPS and Brier score on the cases of the benchmark and of the training panels
(`scored_cases`), with networks that have not seen the case's data set; then how much of the
variance units share, so that intervals of group means hold what they say. With --folds all of it
is learnt for each data set of the benchmark without it (benchmarks/folds.json), which is what
`benchmarks.accuracy` scores. Needs pyarrow.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import ndtr, ndtri

from benchmarks import quantile_network
from benchmarks.reference_windows import Windows, sample_windows
from benchmarks.scored_cases import LEVELS, benchmark_cases, training_cases
from xhht_analysis.forecasting.calibration import (
    SHARED,
    combine,
    shared_part,
)
from xhht_analysis.forecasting.curves import GRID, STEP, read_curves
from xhht_analysis.forecasting.learned import (
    FARTHEST,
    FEATURES,
    Learned,
    learned_curves,
    learned_from,
)
from xhht_analysis.forecasting.structural import percent, pooled_changes
from xhht_analysis.project import Project

FOLDS = Path(__file__).with_name("folds.json")
SEEDS = (0, 1, 2, 3)
TRAINING_FOLDS = (
    ("br_snis", "idn_aceh", "idn_provinces", "scot_lgbf", "us_energy"),
    ("cl_retention", "ct_libraries", "ct_schools", "rus_regions"),
    ("gapminder", "wdi", "owid_electricity"),
    ("it_isoc", "it_provinces", "jp_ssdse", "kaz_sdg", "eu_labour"),
    ("can_sdg", "tx_counties", "uk_regions", "us_laus", "us_states"),
)
"""Training panels left out together: relatives stand in one fold."""
BRIER = 6.0
"""Weight of the Brier score beside the CRPS (in units of the best reference)."""
BENCHMARK_WEIGHT = 22 / 7
"""Weight of a data set of the benchmark: its seven count as much as the 22 training panels."""
COVER, TOLERANCE, NEAR = 20.0, 0.01, 1e-9
"""Weight of a miss of the coverage by more than the tolerance, squared."""
CHOICES = {
    "learned": (1.0, 1.5, 2.0, 2.5, 3.0),
    "learned_trend": (-6.0, -5.0, -4.0, -3.0, -2.0),
    "widen": (-0.1, -0.05, 0.0, 0.05, 0.1),
    "widen_tail": (0.0, 0.05, 0.1, 0.15, 0.2),
    "widen_low": (-0.3, -0.2, -0.1, 0.0),
    "widen_ceiling": (0.05, 0.25, 0.45, 0.65),
}
"""Few values of few constants: with more freedom the data sets are learnt by heart."""
PASSES = 3
OF_OUTCOMES = ("lead", "outcome", "weight", "plain")
OF_TARGETS = ("need", "hit", "brier")


def learn_networks(windows: Windows, without: Collection[str] = ()) -> dict:
    """Learn the table of config/learned.json from all data sets but some."""
    used = ~np.isin(windows.dataset, list(without))
    x = windows.x[used]
    center, spread = x.mean(axis=0), x.std(axis=0) + 1e-6
    x = np.clip((x - center) / spread, -FARTHEST, FARTHEST)
    numbers = (x, windows.change[used], windows.weight[used])
    return {
        "made_by": "benchmarks/rebuild_priors.py: quantile regression on windows of 3-10 years",
        "sources": sorted(set(windows.dataset[used].tolist())),
        "features": list(FEATURES),
        "levels": quantile_network.LEVELS.tolist(),
        "center": [float(f"{v:.5g}") for v in center],
        "spread": [float(f"{v:.5g}") for v in spread],
        "networks": [quantile_network.learn(*numbers, seed) for seed in SEEDS],
    }


def all_networks(bench: Path, rows: int, kept: Path | None) -> dict[str, dict]:
    """Networks of all data sets (""), without each of the benchmark, and without each fold."""
    if kept and kept.is_file():
        return json.loads(kept.read_text(encoding="utf-8"))
    windows = sample_windows(bench, rows)
    folds = {name for fold in TRAINING_FOLDS for name in fold}
    left_out = [(), *((name,) for name in sorted(set(windows.dataset.tolist()) - folds))]
    tables = {
        "/".join(names): learn_networks(windows, names) for names in (*left_out, *TRAINING_FOLDS)
    }
    if kept:
        kept.write_text(json.dumps(tables), encoding="utf-8")
    return tables


def members_of(trend, horizon: int, network: Learned) -> tuple[np.ndarray, np.ndarray]:
    """Both members of one group."""
    return pooled_changes(trend, horizon), learned_curves(trend, horizon, network)


def stack_members(cases: list[dict], networks: dict[str, Learned]) -> dict:
    """Members of all outcomes of all cases as rows, networks without the case's data set."""
    parts, offset = [], 0
    for case in cases:
        trend, n, at = case["trend"], len(case["lead"]), (case["unit"], case["lead"] - 1)
        made = members_of(trend, int(case["lead"].max()), networks[case["dataset"]])
        parts.append(
            {
                "members": np.stack([member[at] for member in made]).astype("float32"),
                "trend_share": np.full(n, trend.trend_share),
                "last": case["last"][case["unit"]],
                "asked": case["asked"] + offset,
                "dataset": np.repeat(case["dataset"], n),
                "asked_dataset": np.repeat(case["dataset"], len(case["asked"])),
                "short": np.full(n, case["n_years"] < 6.5),
                **{k: case[k] for k in (*OF_OUTCOMES, *OF_TARGETS)},
            }
        )
        offset += n
    return {
        key: np.concatenate([part[key] for part in parts], axis=int(key == "members"))
        for key in parts[0]
    }


def losses_of(rows: dict, constants: dict) -> pd.DataFrame:
    """By data set: CRPS and Brier score together, and weights inside the intervals and in all."""
    # one lead per row: (rows, 1, G)
    members = [member[:, None].astype(float) for member in rows["members"]]
    how = (rows["trend_share"][:, None], rows["last"][:, None], constants)
    curves = percent(combine(members, *how)[:, 0])
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
    loss = pd.Series(rows["weight"] * crps).groupby(rows["dataset"]).sum()
    out = {"loss": loss + pd.Series(brier).groupby(rows["asked_dataset"]).sum()}
    for edge, wanted in ((4, 0.8), (1, 0.95)):
        inside = (quantiles[:, edge - 1] <= y + NEAR) & (y <= quantiles[:, -edge] + NEAR)
        for short in (True, False):
            weight = pd.Series(rows["plain"] * (rows["short"] == short))
            out[wanted, short, "all"] = weight.groupby(rows["dataset"]).sum()
            out[wanted, short, "in"] = (weight * inside).groupby(rows["dataset"]).sum()
    return pd.DataFrame(out)


def learn_constants(parts: list[tuple[dict, float]], without: str, losses: dict) -> dict:
    """Weights and widths of `CHOICES`, one after the other, on all data sets but one.

    ``parts`` are rows of `stack_members` with the weight of each of their data sets; ``losses``
    keeps what has been computed for another data set.
    """

    def loss(choice: dict) -> float:
        key = tuple(choice.values())
        if key not in losses:
            losses[key] = pd.concat([losses_of(rows, choice) * weight for rows, weight in parts])
        used = losses[key].drop(index=without, errors="ignore")
        sums = used.sum()
        total = sums["loss"] / sum(
            weight * len(set(rows["dataset"]) - {without}) for rows, weight in parts
        )
        for wanted in (0.8, 0.95):
            for short in (True, False):
                share = sums[(wanted, short, "in")] / sums[(wanted, short, "all")]
                total += COVER * max(abs(share - wanted) - TOLERANCE, 0) ** 2
        return float(total)

    best = {name: values[len(values) // 2] for name, values in CHOICES.items()}
    for _ in range(PASSES):
        for name, values in CHOICES.items():
            best[name] = min(values, key=lambda v, name=name: loss({**best, name: v}))
    return best


def learn_shared(cases, networks, settings: dict, without: str = "") -> dict:
    """Common part of the variance, so that 80 % intervals of group means cover 80 %."""
    made = []
    for case in [c for c in cases if c["dataset"] != without]:
        trend, horizon = case["trend"], int(case["lead"].max())
        members = members_of(trend, horizon, networks[case["dataset"]])
        how = (trend.trend_share, case["last"][:, None], settings)
        own, common = trend.variances(horizon)
        made.append((case, percent(combine(members, *how)), own[1:], common[1:]))

    def loss(x):
        constants = {**settings, **dict(zip(SHARED, x, strict=True))}
        cells: dict[tuple, list] = {}
        for case, curves, own, common in made:
            rng, trend = np.random.default_rng(1), case["trend"]
            rho = shared_part(own, common, trend.points, constants)
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


def write_priors(settings: dict, n_cases: int) -> None:
    """Write config/priors.csv with its provenance."""
    source = f"benchmarks/rebuild_priors.py: {n_cases} cases of the panels named in learned.json"
    rows = [(name, value, source) for name, value in settings.items()]
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
    tables = all_networks(arguments.bench, arguments.rows, arguments.networks)
    networks = {
        name: learned_from(table) for names, table in tables.items() for name in names.split("/")
    }
    cases, training = benchmark_cases(arguments.bench), training_cases(arguments.bench)
    datasets = sorted({case["dataset"] for case in cases})
    parts = [
        (stack_members(cases, networks), BENCHMARK_WEIGHT),
        (stack_members(training, networks), 1),
    ]
    folds, losses = {}, {}
    for name in ["", *datasets] if arguments.folds else [""]:
        chosen = learn_constants(parts, name, losses)
        folds[name] = learn_shared(cases, networks, chosen, name)
        print(name or "all", folds[name], flush=True)
    if arguments.write:
        text = json.dumps(tables[""], separators=(",", ":")) + "\n"
        (Project().config_dir / "learned.json").write_text(text, encoding="utf-8")
        write_priors(folds[""], len(cases) + len(training))
    if arguments.folds:
        whole = {n: {"settings": folds[n], "learned": tables[n]} for n in datasets}
        FOLDS.write_text(json.dumps(whole, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
