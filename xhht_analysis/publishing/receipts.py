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


def account(run: ReportData) -> dict[str, int]:
    """The account of the intake: received = used + rejected + superseded + duplicate + out.

    Of figures, files and senders; rejects and findings that are left to settle. A file that is
    refused as a whole is one rejected observation, but no figure.
    """
    counts = run.submissions.filter(like="n_").sum().rename(lambda name: name.removeprefix("n_"))
    refused = run.rejects[["indicator_code", "unit_code", "year"]].isna().all(axis=1).sum()
    counts[["observations", "rejected"]] -= refused
    return counts.to_dict() | {
        "files": len(run.submissions),
        "senders": run.submissions["sender"].nunique(),
        "rejects": len(run.rejects),
        "findings": len(run.findings),
    }


def calendar(run: ReportData) -> dict:
    """Reports received, and how many of them late, by year.

    Of those who owe one, as `xhht status` says it; a file counts for the year that it is about.
    ``years``; ``senders``: (name, texts by year), districts (once they ended with the reports of
    their communes) first.
    """
    plan, unread = Plan.read(Project().config_dir), contracts.OBSERVATIONS.empty()
    rows = submission_status(run.submissions, unread, run.panel, plan, as_of=run.as_of)
    rows = rows.dropna(subset="received_on")
    homes = run.units.set_index("unit_code")["district_code"]
    sender = rows["reporter_code"].map(homes).fillna(rows["reporter_code"])
    rows = rows.assign(sender=sender, late=rows["state"].eq("late"))
    table = rows.pivot_table("late", "sender", "year", _count).fillna(run.word("none"))
    table = table.loc[[code for code in run.names if code in table.index]].rename(run.names)
    return {"years": [str(year) for year in table], "senders": list(table.itertuples())}


def _count(late: pd.Series) -> str:
    """How many reports; in brackets those that were late."""
    return f"{len(late)} ({late.sum()})" if late.any() else str(len(late))
