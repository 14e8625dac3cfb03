"""How past forecasts held, per kind of goal: what the report may say about tests."""

import pandas as pd

from xhht_analysis.forecasting.backtest import DEFAULT
from xhht_analysis.publishing import parts
from xhht_analysis.publishing.blocks import Block
from xhht_analysis.publishing.report_data import SHARE_KINDS, ReportData
from xhht_analysis.publishing.selection import where

NOMINAL = 80


def coverage(run: ReportData, level: int = NOMINAL) -> pd.DataFrame:
    """Share of past outcomes inside the interval, per indicator of the plan's own goals.

    Columns: indicator_code, covered (percent), n, horizon (the longest tested).
    """
    codes = where(run.ordered_goals, kind=list(SHARE_KINDS))["indicator_code"]
    rows = where(
        run.scores, model_id=DEFAULT, indicator_code=list(codes), metric=f"coverage_{level}"
    )
    rows = rows.dropna(subset="value")
    rows = rows.assign(covered=100 * rows["value"] * rows["n"])
    table = rows.groupby("indicator_code", as_index=False).agg(
        covered=("covered", "sum"), n=("n", "sum"), horizon=("horizon", "max")
    )
    return table.assign(covered=table["covered"] / table["n"]) if len(table) else table


def track_table(run: ReportData) -> list[Block]:
    """Tests of each share: how many, how far ahead, how many outcomes were inside."""
    rows = coverage(run)
    if rows.empty:
        return []
    rows["indicator_code"] = rows["indicator_code"].map(run.short)
    rows["covered"] = rows["covered"].map(lambda value: run.labels.percent(value, 0))
    body = rows[["indicator_code", "n", "horizon", "covered"]].itertuples(index=False)
    caption = run.labels.word("track.caption", nominal=NOMINAL)
    return [parts.grid(run, caption, "indicator n horizon covered", body, align="lrrr")]


def track_sentences(run: ReportData) -> list[str]:
    """What was tested on shares, how far ahead, and whether chances of levels were tested."""
    word, number, rows = run.labels.word, run.labels.number, coverage(run)
    told = [word("track.none")]
    if len(rows):
        worst, n = rows.loc[rows["covered"].idxmin()], rows["n"].sum()
        horizon, ahead = int(rows["horizon"].max()), run.last_year - int(run.panel["year"].max())
        texts = {
            "n": number(n),
            "covered": number((rows["covered"] * rows["n"]).sum() / n),
            "worst": run.short(worst["indicator_code"]),
            "low": number(worst["covered"]),
        }
        told = [word("track.shares", nominal=NOMINAL, **texts)]
        if horizon < ahead:
            told.append(word("track.horizon", horizon=horizon, year=run.last_year, ahead=ahead))
    levels = [s for s in run.all_statements() if s.chance_text and s.measure_unit != "percent"]
    if levels:
        n = sum(s.is_untested for s in levels)
        key = "none" if n == len(levels) else "some" if n else "all"
        told.append(word(f"track.levels_{key}", n=n, of=len(levels)))
    return told
