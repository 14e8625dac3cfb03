"""Who has submitted for which year, when, and what is still missing."""

from __future__ import annotations

import pandas as pd

from xhht_analysis.plan.areas import Areas
from xhht_analysis.plan.goals import split_codes
from xhht_analysis.plan.province import Province

STATES_VI = {
    "on_time": "đúng hạn",
    "late": "trễ hạn",
    "missing": "chưa nộp",
    "not_due": "chưa đến hạn",
}
COLUMNS = [
    *("year", "kind", "reporter_code", "name_vi", "state", "received_on"),
    *("n_files", "n_panel", "n_rejected", "missing_indicators"),
]


def submission_status(
    submissions: pd.DataFrame,
    panel: pd.DataFrame,
    *,
    areas: Areas,
    indicators: pd.DataFrame,
    agencies: pd.DataFrame,
    standards: pd.DataFrame,
    as_of: str,
) -> pd.DataFrame:
    """State of every reporter and year from the first year submitted to that of ``as_of``.

    Parameters
    ----------
    submissions, panel : DataFrame
        Tables of the intake.
    areas, indicators, agencies, standards
        From `plan`.
    as_of : str
        ISO date; a year whose deadline it has not reached is not due yet.

    Returns
    -------
    DataFrame
        `COLUMNS`, one row per (year, reporter_code). ``received_on`` is the first receipt,
        ``missing_indicators`` the codes joined by ; that the reporter owes and the panel lacks
        (of a level or rate only once a recognition rule asks for it).
    """
    last = int(as_of[:4])
    stated = pd.concat([submissions["year"], panel["year"]]).dropna()
    years = range(int(min(stated.min(), last)) if len(stated) else last, last + 1)
    frames = [expected_reporters(year, areas, agencies) for year in years]
    expected = pd.concat(frames, ignore_index=True)
    files = submissions.dropna(subset=["sender", "year"]).groupby(["year", "sender"])
    received = files.agg(
        received_on=("received_on", "min"),
        n_files=("file", "size"),
        n_panel=("n_panel", "sum"),
        n_rejected=("n_rejected", "sum"),
    ).reset_index()
    table = expected.merge(
        received, left_on=["year", "reporter_code"], right_on=["year", "sender"], how="left"
    )
    counts = ["n_files", "n_panel", "n_rejected"]
    table[counts] = table[counts].fillna(0).astype("int64")
    state = pd.Series("missing", index=table.index, dtype="str")
    state = state.mask(table["received_on"].isna() & (table["due"] >= as_of), "not_due")
    state = state.mask(table["received_on"] <= table["due"], "on_time")
    state = state.mask(table["received_on"] > table["due"], "late")
    owed = _owed(table, panel, indicators, agencies, standards, areas.province)
    return table.assign(state=state, missing_indicators=owed)[COLUMNS]


def expected_reporters(year: int, areas: Areas, agencies: pd.DataFrame) -> pd.DataFrame:
    """Who owes figures of one year: districts until they ended, then communes; agencies.

    Returns
    -------
    DataFrame
        reporter_code, name_vi, due (ISO date), kind (agency, district, commune), year.
    """
    province, deadlines = areas.province, agencies.set_index("agency_code")["deadline"]
    due = {
        "district": deadlines[province.duty_of_districts],
        "commune": deadlines[province.duty_of_communes],
    }
    kind = "district" if province.has_districts(f"{year}-{due['district']}") else "commune"
    on = f"{year}-{due[kind]}"
    units = areas.units(on)
    units = units.loc[units["level"].eq(kind), ["unit_code", "name_vi"]]
    there = in_office(agencies, on)
    there = there.loc[there["indicators"].ne(""), ["agency_code", "name_vi", "deadline"]]
    both = pd.concat(
        [
            there.set_axis(["reporter_code", "name_vi", "due"], axis=1).assign(kind="agency"),
            units.set_axis(["reporter_code", "name_vi"], axis=1).assign(kind=kind, due=due[kind]),
        ]
    )
    return both.assign(year=year, due=f"{year}-" + both["due"])


def in_office(agencies: pd.DataFrame, on: str) -> pd.DataFrame:
    """Rows of the agencies that exist on the ISO date ``on``."""
    ended = agencies["valid_to"].fillna("").replace("", "9999")
    return agencies[agencies["valid_from"].le(on) & ended.ge(on)]


def _owed(
    table: pd.DataFrame,
    panel: pd.DataFrame,
    indicators: pd.DataFrame,
    agencies: pd.DataFrame,
    standards: pd.DataFrame,
    province: Province,
) -> list[str]:
    """Codes each reporter still owes, joined by ;."""
    known = panel[panel["value"].notna() | panel["level"].notna()]
    given = known.groupby(["unit_code", "frame", "year"])["indicator_code"].agg(set).to_dict()
    of_agency = dict(zip(agencies["agency_code"], agencies["indicators"], strict=True))
    duty = {"district": province.duty_of_districts, "commune": province.duty_of_communes}
    out = []
    for row in table.to_dict("records"):
        if row["kind"] == "agency":
            wanted = split_codes(of_agency[row["reporter_code"]])
            place = (province.code, province.frame)
        else:
            wanted = _of_unit(indicators, duty[row["kind"]])
            ended = row["kind"] == "commune" and province.frame_of_communes
            place = (row["reporter_code"], ended or province.frame)
        asked = _asked(indicators, standards, row["year"])
        lacking = set(wanted) & asked - given.get((*place, row["year"]), set())
        out.append(";".join(sorted(lacking)))
    return out


def _of_unit(indicators: pd.DataFrame, duty: str) -> list[str]:
    own = indicators["reporter"].fillna("").map(lambda text: duty in split_codes(text))
    return indicators.loc[own, "indicator_code"].tolist()


def _asked(indicators: pd.DataFrame, standards: pd.DataFrame, year: int) -> set[str]:
    """Indicators that are due in a year: shares and milestones always, others once ruled."""
    asks = standards["scope"].isin(["commune", "recognition"])
    ruled = asks & standards["valid_from"].le(f"{year}-12-31")
    ruled = standards[ruled]
    free = indicators["kind"].isin(["share", "milestone"])
    named = {*ruled["level_indicator"], *ruled["indicator_code"]}
    return {*indicators.loc[free, "indicator_code"], *named}
