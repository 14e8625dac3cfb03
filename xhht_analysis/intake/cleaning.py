"""Judge observations one by one and against each other: what stands, what not, and why.

A claim is one observation as a form claims it, with the cells its figures stand in. Every claim
gets one outcome of `contracts.OUTCOMES`; nothing is dropped and nothing is repaired here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.contracts import DISTRICTS_END, FRAME_COMMUNES, MAX_PERCENT, PANEL_KEY, YEAR
from xhht_analysis.intake.remedies import remedy
from xhht_analysis.plan.areas import Areas
from xhht_analysis.project import KitError

FIELDS = ("numerator", "denominator", "value", "level")
FIGURES = (*FIELDS, "valid_from", "valid_to")
PROBLEM_COLUMNS = ["problem", "problem_cell", "raw", "remedy"]


class AccountError(KitError):
    """The account of the intake does not balance: a figure was lost or counted twice."""


def place_claims(claims: pd.DataFrame, areas: Areas, indicators: pd.DataFrame) -> pd.DataFrame:
    """Say for which day, in which frame and under which definition each claim stands.

    The day is the file's own, else the last of the year (at most that of receipt).

    Returns
    -------
    DataFrame
        ``claims`` with ``on`` (ISO date), ``frame`` and ``definition_variant``.
    """
    year = claims["year"].astype("str")
    last = (year + "-12-31").where(claims["year"].notna(), claims["received_on"])
    last = last.where(last <= claims["received_on"], claims["received_on"])
    own = claims["snapshot_date"]
    claims = claims.assign(on=own.where(own.notna() & (own.str[:4] == year), last))
    pairs = claims[["unit_code", "on"]].drop_duplicates().dropna()
    frames = {
        (code, on): areas.frame_of(code, on)
        for code, on in pairs.itertuples(index=False, name=None)
    }
    found = [frames.get(pair) for pair in zip(claims["unit_code"], claims["on"], strict=True)]
    frame = pd.Series(found, index=claims.index, dtype="str")
    merged = claims["unit_name_raw"].str.contains("Đồng Tháp", case=False, na=False)
    merged &= claims["unit_code"].eq("82") & claims["on"].ge(DISTRICTS_END)
    variants = indicators.drop_duplicates("indicator_code").set_index("indicator_code")
    variant = claims["indicator_code"].map(variants["definition_variant"]).astype("str")
    return claims.assign(
        frame=claims["frame"].fillna(frame.mask(merged, FRAME_COMMUNES)),
        definition_variant=claims["definition_variant"].fillna(variant),
    )


def mark_impossible(claims: pd.DataFrame, areas: Areas, indicators: pd.DataFrame) -> pd.DataFrame:
    """Fill `PROBLEM_COLUMNS` of claims that cannot be true, with the first rule they break."""
    top, bottom, value, level = (claims[field] for field in FIELDS)
    counted = top.notna() & bottom.notna()
    known = indicators.drop_duplicates("indicator_code").set_index("indicator_code")
    code = claims["indicator_code"]
    level_max = code.map(known["level_max"].astype("Float64")).astype("float64")
    is_level = code.map(known["measure_unit"]).eq("level")
    year = claims["year"].astype("float64")
    received = claims["received_on"].str[:4].astype("float64")
    districts = set(areas.districts()["unit_code"])
    ended = claims["unit_code"].isin(districts) & claims["on"].ge(DISTRICTS_END)
    whole = {field: claims[field].isna() | (claims[field] % 1 == 0) for field in FIELDS}
    rules: list[tuple[str, str, pd.Series]] = [
        ("indicator_unknown", "", ~code.isin(known.index)),
        ("year_missing", "", year.isna()),
        ("year_range", "", (year < YEAR.low) | (year > YEAR.high)),
        ("year_after_receipt", "", year > received),
        ("unit_not_valid_then", "", ended),
        *(("not_finite", field, np.isinf(claims[field])) for field in FIELDS),
        *(("negative", field, claims[field] < 0) for field in FIELDS),
        ("fractional_count", "numerator", ~whole["numerator"]),
        ("fractional_count", "denominator", ~whole["denominator"]),
        ("denominator_zero", "denominator", bottom <= 0),
        ("numerator_above_denominator", "numerator", top > bottom),
        ("denominator_missing", "numerator", top.notna() & bottom.isna() & value.isna()),
        ("numerator_missing", "denominator", bottom.notna() & top.isna() & value.isna()),
        ("percent_above_100", "value", (value > MAX_PERCENT) & ~counted),
        ("level_range", "level", (level > level_max) | (level.notna() & ~is_level)),
        ("not_level", "level", ~whole["level"]),
        ("validity_order", "", claims["valid_to"] < claims["valid_from"]),
        ("figure_missing", "", claims[list(FIELDS)].isna().all(axis=1)),
    ]
    rule = pd.Series(index=claims.index, dtype="str")
    field_of = pd.Series("", index=claims.index, dtype="str")
    for name, field, broken in rules:
        first = broken.fillna(False).astype(bool) & rule.isna()
        rule, field_of = rule.mask(first, name), field_of.mask(first, field)
    return mark(claims, rule.dropna(), field_of)


def mark(claims: pd.DataFrame, rules: pd.Series, fields: pd.Series) -> pd.DataFrame:
    """Fill `PROBLEM_COLUMNS` of the claims in ``rules`` that have no problem yet.

    The cell is that of the claim's field in ``fields``; the claim's own where there is none.
    """
    fresh = claims.loc[rules.index]
    fresh = fresh[fresh["problem"].isna()]
    cell, raw = fresh["cell"].astype("str"), fresh[list(FIELDS)].map(number_text).agg(_join, axis=1)
    for name in FIELDS:
        own = fields.reindex(fresh.index).eq(name) & fresh[name].notna()
        cell = cell.mask(own, fresh[f"cell_{name}"].fillna(cell))
        raw = raw.mask(own, fresh[name].map(number_text))
    rule = rules.reindex(fresh.index)
    columns = (rule, cell, raw, rule.map(remedy))
    filled = pd.DataFrame(dict(zip(PROBLEM_COLUMNS, columns, strict=True))).astype("str")
    out = claims.copy()
    out.loc[filled.index, PROBLEM_COLUMNS] = filled
    return out


def _join(texts: pd.Series) -> str:
    return "; ".join(text for text in texts if text)


def lead_field(claims: pd.DataFrame) -> pd.Series:
    """First field of each claim that holds a figure."""
    given = claims[list(FIELDS)].notna()
    return given.idxmax(axis=1).where(given.any(axis=1), "")


def number_text(number: float) -> str:
    """Return a number as a person types it: no decimals when whole."""
    return "" if pd.isna(number) else str(int(number)) if number % 1 == 0 else f"{number:.10g}"


def settle(claims: pd.DataFrame) -> pd.DataFrame:
    """Give every claim its outcome, from receipt to receipt.

    A later receipt supersedes an earlier one key by key; a rejected claim supersedes nothing, and
    a claim that says what already stands is a duplicate.

    Parameters
    ----------
    claims : DataFrame
        Placed claims, with ``parent_indicator`` and a filled ``outcome`` where it is known before
        (out_of_scope, duplicate). A claim with a problem is rejected.

    Returns
    -------
    DataFrame
        Claims in order of receipt, ``outcome`` and `PROBLEM_COLUMNS` filled.
    """
    claims = claims.sort_values(["received_on", "file", "order"], kind="stable")
    open_ = claims["outcome"].isna() & claims["problem"].isna()
    clash, twin = _same_file(claims[open_])
    claims = _reject(claims, clash, "duplicate_key")
    claims = claims.assign(outcome=claims["outcome"].mask(claims.index.isin(twin), "duplicate"))
    while True:
        fate = _supersede(claims[claims["outcome"].isna() & claims["problem"].isna()])
        nested = _above_parent(claims.loc[fate.index[fate == "panel"]])
        if nested.empty:
            break
        claims = _reject(claims, nested, "nested_above_parent")
    rejected = claims["outcome"].isna() & claims["problem"].notna()
    return claims.assign(outcome=claims["outcome"].mask(rejected, "rejected").fillna(fate))


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
