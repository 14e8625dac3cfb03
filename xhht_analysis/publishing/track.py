"""How past forecasts held, per kind of goal: what the report may say about tests."""

from __future__ import annotations

import pandas as pd

from xhht_analysis.forecasting.backtest import DEFAULT
from xhht_analysis.publishing.material import SHARE_KINDS, Material

NOMINAL = 80


def coverage(run: Material, level: int = NOMINAL) -> pd.DataFrame:
    """Share of past outcomes inside the interval, per indicator of the plan's own goals.

    Columns: indicator_code, covered (percent), n, horizon (the longest tested).
    """
    goals = run.ordered_goals
    codes = goals[goals["kind"].isin(SHARE_KINDS)]["indicator_code"]
    rows = run.scores[
        (run.scores["model_id"] == DEFAULT)
        & run.scores["indicator_code"].isin(codes)
        & (run.scores["metric"] == f"coverage_{level}")
    ]
    rows = rows.dropna(subset="value")
    rows = rows.assign(covered=100 * rows["value"] * rows["n"])
    table = rows.groupby("indicator_code", as_index=False).agg(
        covered=("covered", "sum"), n=("n", "sum"), horizon=("horizon", "max")
    )
    return table.assign(covered=table["covered"] / table["n"]) if len(table) else table


def track_sentences(run: Material) -> list[str]:
    """What was tested on shares, how far ahead, and whether chances of levels were tested."""
    word, number, rows = run.labels.word, run.labels.number, coverage(run)
    told = [word("track.none")]
    if len(rows):
        worst, n = rows.loc[rows["covered"].idxmin()], rows["n"].sum()
        whole = (rows["covered"] * rows["n"]).sum() / n
        horizon, last = int(rows["horizon"].max()), run.panel["year"].max()
        told = [
            word(
                "track.shares",
                n=number(n),
                covered=number(whole),
                nominal=NOMINAL,
                worst=run.short(worst["indicator_code"]),
                low=number(worst["covered"]),
            )
        ]
        if horizon < run.last_year - last:
            told.append(
                word(
                    "track.horizon",
                    horizon=horizon,
                    year=run.last_year,
                    ahead=int(run.last_year - last),
                )
            )
    levels = [
        s
        for y in run.target_years
        for s in run.statements(y)
        if s.is_forecast and s.measure_unit != "percent"
    ]
    if levels:
        tested = [s for s in levels if s.tested == "scored"]
        key = "all" if len(tested) == len(levels) else "some" if tested else "none"
        told.append(word(f"track.levels_{key}", n=len(levels) - len(tested), of=len(levels)))
    return told
