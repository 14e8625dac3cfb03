"""Score the level forecast beside its rivals: sample, simulated provinces, real panels.

    python -m benchmarks.levels [--provinces 20] [--panels 100] [--bench DIR]

(i) the sample at each origin; (ii) simulated provinces whose recognition asks all communes for
several rates at once, with and without shocks of districts and inertia of recognition, with gains
only and with losses; (iii) the number of units at or above a threshold in real panels (needs
pyarrow and the panels' file). Per source and candidate: Brier score of "at the level or above" by
unit, ranked probability score of the number of units there, share of outcomes inside the 80 %
interval of that number (mean over a randomised interval, for a count is discrete), mean chance and
share reached. Candidates: persistence; both members of what is published, transitions and the
deciding figures, each alone; their mixture as `forecast_plan` publishes it.
Then what is published less each other candidate, by case and level, with the standard error of that
difference over blocks whose outcomes do not hang together (a level of the sample, a simulated
province, a group of real units): "worse" is what is above 0 by more than Student's t allows.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import t as student

from xhht_analysis.forecasting import backtest, forecast_levels, scores
from xhht_analysis.forecasting.level_figures import level_figures
from xhht_analysis.project import Project

N_DRAWS = 1000
ORIGINS = (2023, 2024, 2025)
PUBLISHED, PAIR = "published", ["group", "block", "case", "level", "lead"]
VARIANTS = {
    "persistence": "persistence",
    "transitions": "transitions",
    "figures": "figures",
    PUBLISHED: "default",
}
"""Variant of `forecast_levels` behind each candidate."""


@dataclass(frozen=True)
class Case:
    """One forecasting problem.

    Attributes
    ----------
    history
        Rows of `forecast_levels`.
    outcomes
        (U, H) levels of the units in sorted order in the years after the origin; NaN: unknown.
    figures
        What decides the levels, see `forecast_levels`.
    block
        Cases of one block share their shocks: they are drawn together when scores are compared.
    """

    source: str
    block: str
    history: pd.DataFrame
    outcomes: np.ndarray
    top: int
    figures: pd.DataFrame | None = None


def forecasts(case: Case) -> dict[str, np.ndarray]:
    """Draws of the levels after the origin, (draws, U, H), by candidate."""
    horizon = case.outcomes.shape[1]
    how = {"top": case.top, "n_draws": N_DRAWS, "figures": case.figures}
    return {
        name: forecast_levels(case.history, horizon, variant=variant, **how).levels[..., 1:]
        for name, variant in VARIANTS.items()
    }


def score(case: Case) -> pd.DataFrame:
    """One row per candidate, unit, level and year; count scores stand on the first unit's row."""
    rows = []
    for name, draws in forecasts(case).items():
        for level in range(1, case.top + 1):
            for h, outcome in enumerate(case.outcomes.T):
                is_known = ~np.isnan(outcome)
                if not is_known.any():
                    continue
                there, hit = draws[:, is_known, h] >= level, outcome[is_known] >= level
                mean, number = there.mean(axis=0), there.sum(axis=1)
                pmf = np.bincount(number, minlength=is_known.sum() + 1) / len(number)
                of_count = backtest.count_scores(pmf, int(hit.sum()))
                rows.append(
                    {
                        "source": case.source,
                        "block": case.block,
                        "level": level,
                        "lead": h + 1,
                        "candidate": name,
                        "brier": scores.brier(mean, hit).mean(),
                        "rps": float(of_count["count_rps"]),
                        "cover_80": float(of_count["count_coverage_80"]),
                        "chance": mean.mean(),
                        "hit": hit.mean(),
                        "n": int(is_known.sum()),
                    }
                )
    return pd.DataFrame(rows)


# (i) the sample


def sample_cases(project: Project) -> Iterator[Case]:
    """Every recognition level of the sample at each origin, up to three years ahead."""
    from xhht_analysis.intake import run_intake
    from xhht_analysis.plan import areas, goals, standards

    config = project.config_dir
    panel = run_intake(project.root / "data" / "raw", sample=True).panel
    plan_areas, rules = areas.read_areas(config), standards.read_standards(config)
    districts = sorted(plan_areas.districts()["unit_code"])
    figures = level_figures(panel, rules, plan_areas)
    figures = figures[figures["unit_code"].isin(districts)]
    indicators = goals.read_indicators(config)
    for indicator in indicators[indicators["kind"] == "level"].itertuples():
        mine = (panel["indicator_code"] == indicator.indicator_code) & (panel["frame"] == "2021")
        rows = panel[mine & panel["unit_code"].isin(districts)]
        rows = rows.assign(lowest=rows["level"].fillna(rows["level_derived_min"]))
        rows = rows[rows["lowest"].notna()]

        def at(origin, last, rows=rows, indicator=indicator):
            past = rows[rows["year"] <= origin]
            wide = rows.pivot_table(index="unit_code", columns="year", values="lowest")
            outcomes = wide.reindex(sorted(past["unit_code"].unique())).loc[:, origin + 1 : last]
            code, outcomes = indicator.indicator_code, outcomes.to_numpy()
            deciding = figures[figures["indicator_code"] == code]
            return Case("sample", code, past, outcomes, int(indicator.level_max), deciding)

        for origin in ORIGINS:
            years = rows.loc[rows["year"] <= origin, "year"].nunique()
            if years >= 3 and (rows["year"] > origin).any():
                yield at(origin, origin + 3)


# (ii) simulated provinces


@dataclass(frozen=True)
class World:
    """How a simulated province moves; spreads are yearly standard deviations on the logit."""

    name: str
    drift: float
    district_shock: float
    lag: float
    """P(a level met by the figures is recognised in the year)."""
    loss: float
    """P(a level no longer met is withdrawn in the year)."""


WORLDS = (
    World("plain", 0.10, 0.0, 1.0, 1.0),
    World("district shocks", 0.10, 0.25, 1.0, 1.0),
    World("inertia", 0.10, 0.0, 0.7, 0.2),
    World("shocks and inertia", 0.10, 0.25, 0.7, 0.2),
    World("gains only", 0.25, 0.15, 0.7, 0.0),
    World("losses", -0.15, 0.25, 0.7, 0.6),
)
RATES, PAST, AHEAD = 3, 6, 4
THRESHOLDS = np.array([80.0, 90.0])
"""Percent of every rate that levels 1 and 2 ask for."""
SHARE = np.array([0.9, 1.0])
"""Share of communes that a district needs at levels 1 and 2."""


def simulated_cases(world: World, number: int) -> Iterator[Case]:
    """Provinces of 11 districts, 4–9 communes each, three rates behind two nested levels."""
    for k in range(number):
        rng = np.random.default_rng([k, len(world.name)])
        sizes = rng.integers(4, 10, 11)
        home = np.repeat(np.arange(11), sizes)
        years = PAST + AHEAD
        start = rng.normal(2.9, 0.6, 11)[home, None] + rng.normal(0, 0.25, (len(home), RATES))
        common = rng.normal(world.drift, 0.10, (1, 1, years))
        district = rng.normal(0, 1, (11, 1, years)) * world.district_shock
        unit_shocks = rng.normal(0, 0.08, (len(home), RATES, years))
        path = start[..., None] + np.cumsum(common + district[home] + unit_shocks, axis=2)
        people = rng.integers(200, 2000, (len(home), RATES, 1))
        value = 100 * rng.binomial(people, 1 / (1 + np.exp(-path))) / people
        levels = recognised(levels_by_rule(value.min(axis=1), home), world, rng)

        past = levels[:, :PAST]
        units = [f"{i:02d}" for i in range(11)]
        index = pd.MultiIndex.from_product([units, range(PAST)], names=["unit_code", "year"])
        history = pd.DataFrame({"level": past.ravel()}, index=index).reset_index()
        history = history.assign(indicator_code="level", year=history["year"] + 2021)
        figures = deciding(value[..., :PAST].min(axis=1), home, history)
        yield Case(
            f"simulated: {world.name}",
            f"{world.name} {k}",
            history,
            levels[:, PAST:],
            2,
            figures,
        )


def deciding(weakest: np.ndarray, home: np.ndarray, history: pd.DataFrame) -> pd.DataFrame:
    """Figures of `forecast_levels`: the weakest rate of the last commune that a level asks for."""
    parts = []
    for level, (asked, share) in enumerate(zip(THRESHOLDS, SHARE, strict=True), start=1):
        best_first = [np.sort(weakest[home == d], axis=0)[::-1] for d in range(11)]
        last = [some[int(np.ceil(share * len(some) - 1e-9)) - 1] for some in best_first]
        rows = history[["unit_code", "year"]].assign(value=np.ravel(last))
        parts.append(rows.assign(level=level, asked=asked))
    return pd.concat(parts)


def levels_by_rule(weakest: np.ndarray, home: np.ndarray) -> np.ndarray:
    """Levels of districts, (…, 11, years), from the weakest rate of communes (…, C, years)."""
    members = np.bincount(home)
    out = 0
    for threshold, share in zip(THRESHOLDS, SHARE, strict=True):
        met = (weakest >= threshold).astype(float)
        count = np.stack([met[..., home == d, :].sum(axis=-2) for d in range(11)], axis=-2)
        out = out + (count >= share * members[:, None] - 1e-9)
    return out


def recognised(by_rule: np.ndarray, world: World, rng) -> np.ndarray:
    """Reported levels: recognition follows the figures with a delay and is withdrawn late."""
    levels = by_rule.astype(float)
    for t in range(1, levels.shape[1]):
        before, now = levels[:, t - 1], by_rule[:, t]
        follows = rng.random(len(now)) < np.where(now > before, world.lag, world.loss)
        levels[:, t] = np.where(follows | (now == before), now, before)
    return levels


# (iii) real panels


def panel_cases(bench: Path, number: int) -> Iterator[Case]:
    """Units at or above the five-point mark nearest to the group's median, and the one above."""
    data = pd.read_parquet(bench / "dev.parquet")
    tasks = pd.read_csv(bench / "cases.csv", dtype={"group_code": "str"})
    tasks = tasks[tasks["step"] == 1]
    for task in tasks.iloc[:: max(1, len(tasks) // number)].head(number).itertuples():
        mine = (data["dataset"] == task.dataset) & (data["group_code"] == task.group_code)
        rows = data[mine & (data["indicator_code"] == task.indicator_code)]
        now = rows[rows["year"] == task.origin_year]
        rows = rows[rows["year"] > task.origin_year - task.n_years]
        rows = rows[rows["unit_code"].isin(now["unit_code"])]
        middle = 5 * round(now["value"].median() / 5)
        units = sorted(now["unit_code"])
        past = rows[rows["year"] <= task.origin_year]
        ahead = rows.pivot_table(index="unit_code", columns="year", values="value")
        ahead = ahead.reindex(index=units, columns=task.origin_year + np.arange(1, 6)).to_numpy()
        for mark in (middle, middle + 5):
            if 0 < mark < 100:
                figures = past.assign(level=1, asked=float(mark))
                history = past.assign(level=(past["value"] >= mark).astype(float))
                came = np.where(np.isnan(ahead), np.nan, ahead >= mark)
                block = f"{task.dataset} {task.group_code}"
                yield Case(f"panels: {task.dataset}", block, history, came, 1, figures=figures)


def compared(rows: pd.DataFrame) -> pd.DataFrame:
    """Published less each other candidate on the same cases, with its standard error.

    One row per group and candidate; per score the mean difference (below 0: the published model is
    better), its standard error over blocks, and ``t``, their ratio: the candidate is better beyond
    chance where it exceeds ``t_95``, Student's quantile for so many blocks.
    """
    out = []
    ours = rows[rows["candidate"] == PUBLISHED].drop(columns="candidate")
    others = rows[rows["candidate"] != PUBLISHED]
    for (group, name), theirs in others.groupby(["group", "candidate"], sort=False):
        pairs = ours.merge(theirs, on=PAIR, suffixes=("", "_other"))
        size = pairs.groupby("block").size()
        row = {"group": group, "candidate": name}
        for metric in ("brier", "rps"):
            apart = pairs[metric] - pairs[f"{metric}_other"]
            rest = (apart - apart.mean()).groupby(pairs["block"]).sum()
            error = np.sqrt(len(size) / (len(size) - 1) * (rest**2).sum()) / size.sum()
            row |= {
                metric: apart.mean(),
                f"{metric}_se": error,
                f"{metric}_t": apart.mean() / error,
            }
        out.append(row | {"blocks": len(size), "t_95": student.ppf(0.975, len(size) - 1)})
    return pd.DataFrame(out).set_index(["group", "candidate"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--provinces", type=int, default=20)
    parser.add_argument("--panels", type=int, default=100)
    parser.add_argument("--bench", type=Path, default=Project().root.parent / "shared" / "bench")
    arguments = parser.parse_args()
    cases = list(sample_cases(Project()))
    for world in WORLDS:
        cases += simulated_cases(world, arguments.provinces)
    if (arguments.bench / "dev.parquet").is_file():
        cases += panel_cases(arguments.bench, arguments.panels)
    else:
        print(f"No panels in {arguments.bench}: part (iii) is left out.")
    rows = pd.concat(score(case).assign(case=number) for number, case in enumerate(cases))
    rows["group"] = rows["source"].str.split(":").str[0]
    for by in ("source", "group"):
        keys = [by, "candidate"]
        table = rows.groupby(keys, sort=False)[["brier", "rps", "cover_80", "chance", "hit"]].mean()
        print(table.round(4).to_string(), "\n")
    print("published less the candidate\n", compared(rows).round(4).to_string())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
