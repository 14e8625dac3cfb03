"""Judge claims against each other: what stands, what is superseded, and whether all are counted.

Every claim gets one outcome of `contracts.OUTCOMES`; nothing is dropped.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Any

import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.contracts import MAX_PERCENT, PANEL_KEY
from xhht_analysis.intake.forms.witnesses import rounding
from xhht_analysis.intake.judging.impossible import FIGURES, lead_field, mark
from xhht_analysis.project import KitError

NOT_IN_PLACE = ("year_disagrees", "dropped")
"""Problems of figures that were not meant to stand instead of another."""
SEASON = "07"
"""Month from which the figures of the year itself are awaited; before it, last year's."""
MAX_POINTS = 1.0
"""Percentage points from its counts beyond which a typed percentage makes a figure doubtful."""
MIN_USUAL_PERCENT = 20
"""Median percentage of an indicator from which one of at most 1 is doubted."""


class AccountError(KitError):
    """The account of the intake does not balance: a figure was lost or counted twice."""


def settle(claims: pd.DataFrame) -> pd.DataFrame:
    """Give every claim its outcome, from receipt to receipt.

    A later receipt supersedes an earlier one key by key; a rejected claim supersedes nothing, and
    a claim that says what already stands is a duplicate.

    Parameters
    ----------
    claims : DataFrame
        Placed claims, one per ``source_id``: the columns of a `FileReader` row with ``file``,
        ``received_on``, ``original``, ``order``, ``parent_indicator`` and an ``outcome`` where it
        is known before (out_of_scope). A claim with a problem is rejected; in a file whose bytes
        had been received before (``original``) it is a duplicate.

    Returns
    -------
    DataFrame
        Claims in order of receipt, ``outcome`` and `PROBLEM_COLUMNS` filled; ``status`` doubtful
        where the typed percentage is far from the counts.
    """
    claims = claims.sort_values(["received_on", "order"], kind="stable")
    claims = _reject(claims, pd.Series("scale_suspected", _fractions(_open(claims)), dtype="str"))
    # A rejected claim may have superseded another, which stands again: all are settled anew. Each
    # pass rejects at least one open claim, so this ends.
    while True:
        fate = _fates(_open(claims))
        nested = _above_parent(claims.loc[fate.index[fate.eq("panel")]])
        wrong = fate.mask(fate.index.isin(nested), "nested_above_parent")
        wrong = wrong[~wrong.isin(contracts.OUTCOMES)]
        if wrong.empty:
            break
        claims = _reject(claims, wrong)
    wrong = claims["outcome"].isna() & claims["problem"].notna()
    again = wrong & claims["original"].ne(claims["file"])  # rejected once is enough
    outcome = claims["outcome"].mask(again, "duplicate").mask(wrong & ~again, "rejected")
    differs = (recompute(claims) - claims["value"]).abs().gt(MAX_POINTS)
    claims = claims.assign(outcome=outcome.fillna(fate))
    differs |= claims["source_id"].isin(refused_revisions(claims)["source_id"])
    differs |= claims["source_id"].isin(replaced(claims).query("is_late")["source_id_last"])
    status = claims["status"].mask(differs & claims["status"].eq("ok"), "doubtful")
    return claims.assign(status=status)


def refused_revisions(claims: pd.DataFrame) -> pd.DataFrame:
    """Standing claims that a later, refused one would have replaced (``<column>_later``).

    That is one of the same indicator, or a whole file that amends others.
    """
    claims = claims.assign(at=range(len(claims)))  # in order of receipt
    refused = claims[claims["outcome"].eq("rejected") & ~claims["problem"].isin(NOT_IN_PLACE)]
    is_whole = refused["form"].isna() & refused["amends"].notna()
    refused = refused[refused["indicator_code"].notna() | is_whole]
    both = claims[claims["outcome"].eq("panel")].merge(
        refused[[*PANEL_KEY, "file", "at"]], on="unit_code", suffixes=("", "_later")
    )
    both = both[both["at_later"].gt(both["at"]) & both["file_later"].ne(both["file"])]
    for name in {*PANEL_KEY} - {"unit_code"}:
        both = both[both[name].eq(both[f"{name}_later"]) | both[f"{name}_later"].isna()]
    return both


def replaced(claims: pd.DataFrame) -> pd.DataFrame:
    """Superseded claims with what stands in their place (``<column>_last``).

    ``is_late`` where the standing file may have kept last year's heading: it came on a later day,
    when figures of a later year than its newest were awaited, and says of no correction.
    """
    newest = claims["year"].groupby(claims["file"]).transform("max")
    last = claims.assign(newest=newest)[claims["outcome"].eq("panel")]
    last = last[[*PANEL_KEY, "source_id", "received_on", "file", "sender", "amends", "newest"]]
    superseded = claims[claims["outcome"].eq("superseded")]
    both = superseded.merge(last, on=[*PANEL_KEY], suffixes=("", "_last"))
    day = both["received_on_last"]
    is_late = both["newest"].lt(day.map(awaited_year)) & both["amends_last"].isna()
    return both.assign(is_late=is_late & both["received_on"].ne(day))


def awaited_year(day: str) -> int:
    """Year whose figures are sent on an ISO date: last year's in the first half of a year."""
    return int(day[:4]) - (day[5:7] < SEASON)


def _open(claims: pd.DataFrame) -> pd.DataFrame:
    """Claims on which nothing is decided yet."""
    return claims[claims["outcome"].isna() & claims["problem"].isna()]


def _fractions(claims: pd.DataFrame) -> pd.Index:
    """Percentages of at most 1 without counts, unless the others of their indicator are low too.

    0.99 may be 0,99 % or 99 %: only counts or a sign beside it can tell. One such figure decides
    for its column where no other goes beyond 1 either.
    """
    share = recompute(claims)
    key = [claims["indicator_code"], claims["definition_variant"]]
    usual = share.where(share > 1).groupby(key).transform("median").fillna(MAX_PERCENT)
    low = share.gt(0) & share.le(1) & (claims["numerator"].isna() | claims["denominator"].isna())
    low &= claims["percent_sign"].isna()
    unusual = low & usual.ge(MIN_USUAL_PERCENT)
    letters = claims["cell_value"].str.rstrip("0123456789")
    column = [claims["file"], claims["sheet"].fillna(""), letters]
    as_typed = claims["value"].groupby(column).transform("max").le(1)
    return claims.index[unusual | low & as_typed & unusual.groupby(column).transform("any")]


def _reject(claims: pd.DataFrame, rules: pd.Series) -> pd.DataFrame:
    return mark(claims, rules, lead_field(claims.loc[rules.index]))


def _says_as_much(new: dict[str, Any], old: dict[str, Any]) -> bool:
    """Whether ``new`` adds nothing to ``old``: the same figures, or their share rounded."""
    names = set(FIGURES)
    if None not in (new["numerator"], new["denominator"]):
        names -= {"value"}
    elif None not in (new["value"], old["share"]):
        names -= {"numerator", "denominator", "value"}
        if abs(new["value"] - old["share"]) > rounding(new["value"]):
            return False
    return all(new[name] == old[name] for name in names)


def _fates(claims: pd.DataFrame) -> pd.Series:
    """Outcome of claims in order of receipt (panel, superseded, duplicate), or the rule broken.

    Rejected are figures of one file in conflict, and those of a file that may say the wrong year,
    over another that stands already.
    """
    fate = pd.Series("panel", index=claims.index, dtype="str")
    key = claims.groupby(list(PANEL_KEY), dropna=False, sort=False).ngroup()
    rows = claims.assign(key=key, share=recompute(claims), at=claims.index)
    rows = rows[rows.duplicated("key", keep=False)].sort_values("key", kind="stable")
    rows = rows[["key", "file", "at", "share", "year_doubt", "hidden", "line", *FIGURES]].astype(
        object
    )
    records, last = rows.where(rows.notna(), None).to_dict("records"), None
    for _, of_file in groupby(records, itemgetter("key", "file")):
        row = _settle_file([*of_file], fate)
        if row is None:
            continue
        if last is None or last["key"] != row["key"]:
            last = row
        elif _says_as_much(row, last):
            fate[row["at"]] = "duplicate"
        elif row["year_doubt"]:
            fate[row["at"]] = "year_disagrees"
        else:
            fate[last["at"]] = "duplicate" if _says_as_much(last, row) else "superseded"
            last = row
    return fate


def _settle_file(rows: list[dict[str, Any]], fate: pd.Series) -> dict[str, Any] | None:
    """The fullest claim of one file on one key; None where two of them are in conflict.

    Equal ones whose rows of a table (``line``) differ elsewhere are of two parts of the unit. What
    a hidden sheet or row says otherwise gives way to what stands in sight. ``fate`` of the others
    is filled in.
    """
    in_sight = [row for row in rows if row["hidden"] is None] or rows
    fullest = min(in_sight, key=lambda row: row["numerator"] is None)
    lines = {str(row["line"]) for row in in_sight}
    tables = {line.partition("\n")[0] for line in lines}
    is_one = len(lines) == len(tables) and all(_says_as_much(row, fullest) for row in in_sight)
    for row in rows:
        if row in in_sight and not is_one:
            fate[row["at"]] = "conflict_in_file"
        elif row is not fullest:
            fate[row["at"]] = "duplicate" if _says_as_much(row, fullest) else "hidden_differs"
    return fullest if is_one else None


def _above_parent(standing: pd.DataFrame) -> pd.Index:
    """Standing claims whose share is larger than that of the indicator they are a part of."""
    place = ["unit_code", "year", "frame"]
    parents = standing[[*place, "indicator_code"]].assign(parent_share=recompute(standing))
    parents = parents.rename(columns={"indicator_code": "parent_indicator"})
    nested = standing.reset_index(names="claim").merge(parents, on=[*place, "parent_indicator"])
    return pd.Index(nested.loc[recompute(nested) > nested["parent_share"] + 1e-9, "claim"])


def recompute(claims: pd.DataFrame) -> pd.Series:
    """Percentage from the counts (0-100); the submitted one where there are no counts."""
    share = claims["numerator"] / claims["denominator"] * MAX_PERCENT
    return share.fillna(claims["value"]).astype("float64")


def check_account(
    observations: pd.DataFrame, panel: pd.DataFrame, rejects: pd.DataFrame
) -> dict[str, int]:
    """Balance the account: observations = panel + rejects + superseded + duplicate + out of scope.

    Returns
    -------
    dict
        Number of observations per outcome (`contracts.OUTCOMES`).

    Raises
    ------
    AccountError
        If a figure was lost, counted twice or stands without a source.
    """
    account = observations["outcome"].value_counts().reindex(contracts.OUTCOMES, fill_value=0)
    reported = panel.loc[panel["value_type"] != "derived", "source_id"]
    standing = observations.loc[observations["outcome"] == "panel", "source_id"]
    is_balanced = account.sum() == len(observations) and account["rejected"] == len(rejects)
    if not is_balanced or sorted(reported) != sorted(standing):
        raise AccountError(
            f"Bảng cân đối tiếp nhận không khớp: {len(reported)} dòng panel, {len(rejects)} dòng "
            f"bị loại; kết quả: {account.to_dict()}."
        )
    return account.to_dict()
