"""Who reported for which year, and when: first reports, on time or late."""

import pandas as pd

from xhht_analysis.publishing import parts
from xhht_analysis.publishing.blocks import Block
from xhht_analysis.publishing.report_data import ReportData


def deadline(run: ReportData) -> str:
    """Month and day (MM-DD) by which the year's report of a district or commune is due."""
    due = run.agencies.reindex(columns=["agency_code", "deadline"]).set_index("agency_code")
    return str(due["deadline"].get(run.province.duty_of_districts, "12-31"))


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


def calendar(run: ReportData) -> list[Block]:
    """Who reported for which year, on time or late; communes are counted per former district."""
    word, rows = run.labels.word, received_reports(run)
    if rows.empty:
        return []
    counts = rows.groupby("year")["late"].agg(["size", "sum"])
    rows = rows[rows["sender"] != run.province.code]
    districts, years = list(run.districts["unit_code"]), list(counts.index)
    agencies = sorted({*rows["sender"]} - {*districts}, key=lambda code: run.names.get(code, code))
    texts = pd.DataFrame(word("none"), [*districts, *agencies], years)
    for (sender, year), part in rows.groupby(["sender", "year"]):
        direct = (part["reporter"] == sender).any()
        day = run.labels.date(part["received_on"].iloc[0])[:5]
        text = day if direct else f"{len(part)}/{run.n_communes(sender)}"
        texts.loc[sender, year] = f"{text} !" if part["late"].any() else text
    body = [[run.names.get(code, code), *line] for code, *line in texts.itertuples()]
    body.append([word("calendar.total"), *(f"{n} ({late})" for n, late in counts.to_numpy())])
    columns = ["unit", *map(str, years)]
    return [parts.grid(run, word("calendar.title"), columns, body, note=word("calendar.key"))]
