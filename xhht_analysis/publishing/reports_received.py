"""Who reported for which year, and when: first reports, on time or late."""

from __future__ import annotations

import pandas as pd

from xhht_analysis.publishing.material import Material


def deadline(run: Material) -> str:
    """Month and day (MM-DD) by which the year's report of a district or commune is due."""
    due = run.agencies.reindex(columns=["agency_code", "deadline"]).set_index("agency_code")
    return str(due["deadline"].get(run.province.duty_of_districts, "12-31"))


def received_reports(run: Material) -> pd.DataFrame:
    """First report of each reporter and year; ``sender`` is its (former) district or agency.

    Columns reporter, sender, year, received_on, late. A report about a year after its receipt was
    rejected by the intake and does not count.
    """
    rows = run.submissions.dropna(subset=["sender", "year"])
    rows = rows[rows["year"].astype(int) <= rows["received_on"].str[:4].astype(int)]
    first = rows.sort_values("received_on").drop_duplicates(["sender", "year"])
    home = dict(zip(run.units["unit_code"], run.units["district_code"], strict=True))
    district = first["sender"].map(home)
    out = first.assign(reporter=first["sender"], year=first["year"].astype(int))
    out["sender"] = district.where(district.notna(), out["sender"])
    due = out["year"].astype(str) + "-" + deadline(run)
    columns = ["reporter", "sender", "year", "received_on", "late"]
    return out.assign(late=out["received_on"] > due)[columns]


def senders(run: Material, rows: pd.DataFrame) -> list[str]:
    """Districts in their order, then agencies by name."""
    districts = list(run.districts["unit_code"])
    others = set(rows["sender"]) - {*districts, run.province.code}
    return districts + sorted(others, key=lambda code: run.names.get(code, code))
