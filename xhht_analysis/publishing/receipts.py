"""Who reported when, and how past forecasts held: what may be said of reports and of tests."""

import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.intake.gathering import Plan
from xhht_analysis.intake.returning.status import submission_status
from xhht_analysis.project import Project
from xhht_analysis.publishing.report_data import SHARE_KINDS, ReportData
from xhht_analysis.publishing.selection import where

NOMINAL = 80


def coverage(run: ReportData) -> pd.DataFrame:
    """`ReportData.coverage` of the shares that the plan's own goals measure."""
    codes = where(run.ordered_goals, kind=list(SHARE_KINDS))["indicator_code"]
    return where(run.coverage().reset_index(), indicator_code=list(codes))


def account(run: ReportData) -> dict:
    """The account of the intake: received = used + rejected + superseded + duplicate + out.

    ``sums`` of files, senders and figures; ``asked``: doubts that senders are to settle, by table;
    ``n_ended``: doubts of districts that have ended. A file that is refused as a whole is one
    rejected observation, but no figure.
    """
    rows = run.submissions
    counts = rows.filter(like="n_").sum().to_dict()
    refused = run.rejects[["indicator_code", "unit_code", "year"]].isna().all(axis=1).sum()
    sums = {name.removeprefix("n_"): n for name, n in counts.items()}
    sums |= {name: sums[name] - refused for name in ("observations", "rejected")}
    is_empty = rows[["n_panel", "n_superseded", "n_duplicate"]].sum(axis=1).eq(0)
    sums |= {
        "empty": (is_empty & ~rows["file"].isin(run.activities["file"])).sum(),
        "files": len(rows),
        "senders": rows["sender"].nunique(),
    }
    is_ended = {name: run.is_ended(getattr(run, name)) for name in ("rejects", "findings")}
    n_ended = sum(ended.sum() for ended in is_ended.values())
    asked = {name: (~ended).sum() for name, ended in is_ended.items()}
    return {"sums": sums, "asked": asked, "n_ended": n_ended}


def calendar(run: ReportData) -> dict:
    """Reports received, and how many of them late, by year; all of them in the last row.

    Of those who owe one, as `xhht status` says it; a file counts for the year that it is about.
    ``years``; ``senders``: (name, texts by year), districts first. Once they ended a district
    counts its communes, whose number stands behind its name.
    """
    names, communes = dict(run.names), where(run.units, level="commune")
    if not run.province.has_districts(run.as_of):
        names |= {
            d: f"{names[d]} ({n})" for d, n in communes["district_code"].value_counts().items()
        }
    plan, unread = Plan.read(Project().config_dir), contracts.OBSERVATIONS.empty()
    rows = submission_status(run.submissions, unread, run.panel, plan, as_of=run.as_of)
    rows = rows.dropna(subset="received_on")
    homes = run.units.set_index("unit_code")["district_code"]
    sender = rows["reporter_code"].map(homes).fillna(rows["reporter_code"]).map(names)
    rows = rows.assign(sender=sender, late=rows["state"].eq("late"))
    order = [*map(names.get, run.districts["unit_code"]), *sorted(names.values())]
    rows = pd.concat([rows, rows.assign(sender=run.word("calendar.total"))])
    table = rows.pivot_table("late", "sender", "year", _count).fillna(run.word("none"))
    order = [name for name in dict.fromkeys([*order, *table.index]) if name in table.index]
    table = table.reindex(order)
    return {"years": [str(year) for year in table], "senders": list(table.itertuples())}


def _count(late: pd.Series) -> str:
    """How many reports; in brackets those that were late."""
    return f"{len(late)} ({late.sum()})" if late.any() else str(len(late))
