"""Who reported when, and how past forecasts held: what may be said of reports and of tests."""

import pandas as pd

from xhht_analysis.publishing.report_data import SHARE_KINDS, ReportData
from xhht_analysis.publishing.selection import where

NOMINAL = 80


def coverage(run: ReportData) -> pd.DataFrame:
    """`ReportData.coverage` of the shares that the plan's own goals measure."""
    codes = where(run.ordered_goals, kind=list(SHARE_KINDS))["indicator_code"]
    return where(run.coverage().reset_index(), indicator_code=list(codes)).reset_index(drop=True)


def track_facts(run: ReportData) -> dict:
    """What was tested: ``n`` outcomes of shares, percent ``covered``, the ``worst`` indicator.

    ``horizon`` is the longest tested, ``ahead`` the one to the last target; ``untested`` of
    ``n_levels`` chances of levels rest on no test.
    """
    rows = coverage(run)
    levels = [s for s in run.all_statements() if s.chance_text and s.measure_unit != "percent"]
    return {
        "n": rows["n"].sum(),
        "covered": (rows["covered"] * rows["n"]).sum() / rows["n"].sum() if len(rows) else 0,
        "worst": next(rows.sort_values("covered").itertuples(), None),
        "horizon": rows["horizon"].max(),
        "ahead": run.last_year - run.panel["year"].max(),
        "untested": sum(s.doubt == "untested" for s in levels),
        "n_levels": len(levels),
    }


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
    """Who reported for which year, on time or late; communes are counted per former district.

    ``years``; ``senders``: (code, texts by year), districts first; ``totals``: reports by year;
    ``late``: (year, names) of the communes that reported late.
    """
    rows = received_reports(run)
    communes = where(rows[rows["reporter"] != rows["sender"]], late=True)
    late = communes["reporter"].map(run.names).groupby(communes["year"]).apply(list)
    counts = rows.groupby("year")["late"].agg(["size", "sum"])
    rows = rows[rows["sender"] != run.province.code]
    districts, years = list(run.districts["unit_code"]), list(counts.index)
    others = sorted({*rows["sender"]} - {*districts}, key=lambda code: run.names.get(code, code))
    texts = pd.DataFrame(run.word("none"), [*districts, *others], years)
    for (sender, year), part in rows.groupby(["sender", "year"]):
        direct = (part["reporter"] == sender).any()
        day = run.labels.date(part["received_on"].iloc[0])[:5]
        text = day if direct else f"{len(part)}/{run.n_communes(sender)}"
        texts.loc[sender, year] = f"{text} !" if part["late"].any() else text
    return {
        "years": [str(year) for year in years],
        "senders": [(code, line) for code, *line in texts.itertuples()] if years else [],
        "late": list(late.items()),
        "totals": [f"{n} ({late})" for n, late in counts.to_numpy()],
    }
