"""Who reported when, and how past forecasts held: what may be said of reports and of tests."""

import pandas as pd

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
    names = ("observations", "panel", "rejected", "superseded", "duplicate", "out_of_scope")
    refused = run.rejects[["indicator_code", "unit_code", "year"]].isna().all(axis=1).sum()
    sums = {name: rows[f"n_{name}"].sum() for name in names}
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


def deadline(run: ReportData) -> str:
    """Month and day (MM-DD) by which the year's report of a district or commune is due."""
    return "-".join(reversed(run.labels.plan["deadline"].split("/")))


def received_reports(run: ReportData) -> pd.DataFrame:
    """First report of each reporter and year; ``sender`` is its (former) district or agency.

    Columns reporter, sender, year, received_on, late. A report about a year after its receipt was
    rejected by the intake and does not count.
    """
    rows = run.submissions.dropna(subset=["sender", "year"])
    rows = rows[rows["year"].astype(int) <= rows["received_on"].str[:4].astype(int)]
    first = rows.sort_values("received_on").drop_duplicates(["sender", "year"])
    home = first["sender"].map(run.units.set_index("unit_code")["district_code"])
    year = first["year"].astype(int)
    late = first["received_on"] > year.astype(str) + "-" + deadline(run)
    first = first.assign(reporter=first["sender"], year=year, late=late)
    first["sender"] = home.fillna(first["sender"])
    return first[["reporter", "sender", "year", "received_on", "late"]]


def calendar(run: ReportData) -> dict:
    """Reports received, and how many of them late, by year; all of them in the last row.

    ``years``; ``senders``: (name, texts by year), districts first. Once they ended a district
    counts its communes, whose number stands behind its name.
    """
    names, rows = dict(run.names), received_reports(run)
    communes = where(run.units, level="commune")
    if not run.province.has_districts(run.as_of):
        names |= {
            d: f"{names[d]} ({n})" for d, n in communes["district_code"].value_counts().items()
        }
    order = [*map(names.get, run.districts["unit_code"]), *sorted(names.values())]
    rows = rows.assign(sender=rows["sender"].map(names).fillna(rows["sender"]))
    rows = pd.concat([rows, rows.assign(sender=run.word("calendar.total"))])
    table = rows.pivot_table("late", "sender", "year", _count).fillna(run.word("none"))
    order = [name for name in dict.fromkeys([*order, *table.index]) if name in table.index]
    table = table.reindex(order)
    return {"years": [str(year) for year in table], "senders": list(table.itertuples())}


def _count(late: pd.Series) -> str:
    """How many reports; in brackets those that were late."""
    return f"{len(late)} ({late.sum()})" if late.any() else str(len(late))
