"""Judge claims against each other: what stands, what is superseded, and whether all are counted.

Every claim gets one outcome of `contracts.OUTCOMES`; nothing is dropped.
"""

from __future__ import annotations

import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.contracts import MAX_PERCENT, PANEL_KEY
from xhht_analysis.intake.judging.impossible import FIGURES, lead_field, mark
from xhht_analysis.project import KitError


class AccountError(KitError):
    """The account of the intake does not balance: a figure was lost or counted twice."""


def settle(claims: pd.DataFrame) -> pd.DataFrame:
    """Give every claim its outcome, from receipt to receipt.

    A later receipt supersedes an earlier one key by key; a rejected claim supersedes nothing, and
    a claim that says what already stands is a duplicate.

    Parameters
    ----------
    claims : DataFrame
        Placed claims, with ``parent_indicator`` and a filled ``outcome`` where it is known before
        (out_of_scope). A claim with a problem is rejected; in a file whose bytes had been received
        before (``original``) it is a duplicate.

    Returns
    -------
    DataFrame
        Claims in order of receipt, ``outcome`` and `PROBLEM_COLUMNS` filled.
    """
    claims = claims.sort_values(["received_on", "file", "order"], kind="stable")
    open_ = claims["outcome"].isna() & claims["problem"].isna()
    clash, twin = _same_file(claims[open_])
    claims = _reject(claims, clash, "conflict_in_file")
    claims = claims.assign(outcome=claims["outcome"].mask(claims.index.isin(twin), "duplicate"))
    while True:
        fate = _supersede(claims[claims["outcome"].isna() & claims["problem"].isna()])
        nested = _above_parent(claims.loc[fate.index[fate == "panel"]])
        if nested.empty:
            break
        claims = _reject(claims, nested, "nested_above_parent")
    wrong = claims["outcome"].isna() & claims["problem"].notna()
    again = wrong & claims["original"].ne(claims["file"])  # rejected once is enough
    outcome = claims["outcome"].mask(again, "duplicate").mask(wrong & ~again, "rejected")
    return claims.assign(outcome=outcome.fillna(fate))


def _reject(claims: pd.DataFrame, which: pd.Index, rule: str) -> pd.DataFrame:
    wrong = claims.loc[which]
    return mark(claims, pd.Series(rule, index=which, dtype="str"), lead_field(wrong))


def _key(claims: pd.DataFrame) -> pd.Series:
    """One number per panel key."""
    return claims.groupby(list(PANEL_KEY), dropna=False, sort=False).ngroup()


def _figures(claims: pd.DataFrame) -> pd.Series:
    """One number per set of figures; a percentage beside counts is only a check."""
    counted = claims["numerator"].notna() & claims["denominator"].notna()
    figures = claims.assign(value=claims["value"].mask(counted))
    return figures.groupby(list(FIGURES), dropna=False, sort=False).ngroup()


def _same_file(claims: pd.DataFrame) -> tuple[pd.Index, pd.Index]:
    """Claims of one file on one key: those whose figures differ, and repetitions."""
    keys = pd.DataFrame({"file": claims["file"], "key": _key(claims), "figures": _figures(claims)})
    differ = keys.groupby(["file", "key"])["figures"].transform("nunique") > 1
    again = keys.duplicated(["file", "key"]) & ~differ
    return claims.index[differ], claims.index[again]


def _supersede(claims: pd.DataFrame) -> pd.Series:
    """Outcome of claims in order of receipt: panel, superseded or duplicate."""
    rows = pd.DataFrame({"key": _key(claims), "figures": _figures(claims)}, index=claims.index)
    again = rows.groupby("key")["figures"].shift() == rows["figures"]
    last = ~rows[~again].duplicated("key", keep="last").reindex(rows.index, fill_value=True)
    fate = pd.Series("superseded", index=rows.index, dtype="str")
    return fate.mask(again, "duplicate").mask(last & ~again, "panel")


def _above_parent(standing: pd.DataFrame) -> pd.Index:
    """Standing claims whose share is larger than that of the indicator they are a part of."""
    share = recompute(standing)
    place = ["unit_code", "year", "frame"]
    parents = standing.assign(share=share)[[*place, "indicator_code", "share"]]
    nested = standing.assign(share=share, claim=standing.index)
    nested = nested[nested["parent_indicator"].fillna("").ne("")]
    both = nested.merge(
        parents,
        left_on=[*place, "parent_indicator"],
        right_on=[*place, "indicator_code"],
        suffixes=("", "_parent"),
    )
    return pd.Index(both.loc[both["share"] > both["share_parent"] + 1e-9, "claim"])


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
    counts = observations["outcome"].value_counts()
    account = {name: int(counts.get(name, 0)) for name in contracts.OUTCOMES}
    reported = panel[panel["value_type"] != "derived"]
    standing = observations.loc[observations["outcome"] == "panel", "source_id"]
    faults = []
    if sum(account.values()) != len(observations):
        faults.append(f"{len(observations)} quan sát nhưng {sum(account.values())} có kết quả")
    if sorted(reported["source_id"]) != sorted(standing):
        faults.append(f"{len(reported)} dòng panel nhưng {len(standing)} quan sát đứng vững")
    if len(rejects) != account["rejected"]:
        faults.append(f"{len(rejects)} dòng bị loại nhưng {account['rejected']} quan sát bị loại")
    if faults:
        raise AccountError("Bảng cân đối tiếp nhận không khớp: " + "; ".join(faults) + ".")
    return account
