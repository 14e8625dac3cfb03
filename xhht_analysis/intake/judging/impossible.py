"""Judge claims one by one: where and when they stand, and what in them cannot be true.

A claim is one observation as a form claims it, with the cells its figures stand in. The first
rule a claim breaks is its problem; nothing is dropped and nothing is repaired here.
"""

from __future__ import annotations

import pandas as pd

from xhht_analysis.contracts import MAX_PERCENT, PANEL_KEY
from xhht_analysis.intake.forms.claims import FIELDS
from xhht_analysis.intake.gathering import Plan
from xhht_analysis.remedies import remedy

FIGURES = (*FIELDS, "valid_from", "valid_to")
PROBLEM_COLUMNS = ["problem", "problem_cell", "raw", "remedy"]
HEAD_RULES = (
    "district_ended",
    "unit_not_valid_then",
    "unknown_unit",
    "ambiguous_unit",
    "unit_missing",
    "year_missing",
    "not_year",
    "year_range",
    "year_after_receipt",
    "code_name_disagree",
    "sample_file",
)
"""Problems that refuse the file when every claim has them: its head is wrong."""
ABOUT_ONE_FIGURE = [*PANEL_KEY, *FIGURES, "unit_name_raw", "snapshot_date"]
MANY = 5
"""Denominators of 100 of one unit, or one indicator, in a file that tell of percentages."""
FAR = 10
"""Times 100 from which a denominator of other units tells that one of 100 is no count."""
DISTRICT_NAME = r"\s*(huyện|h\.|thị xã|tx|thành phố|tp)"


def mark_impossible(claims: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Fill `PROBLEM_COLUMNS` of claims that cannot be true, with the first rule they break."""
    hundredths = _hundredths(claims)
    rules = [*_head_rules(claims, plan), *_figure_rules(claims, plan, hundredths)]
    rule = pd.Series(index=claims.index, dtype="str")
    field_of = pd.Series("", index=claims.index, dtype="str")
    for name, field, broken in rules:
        first = broken.fillna(False).astype(bool) & rule.isna()
        rule, field_of = rule.mask(first, name), field_of.mask(first, field)
    claims = mark(claims, rule.dropna(), field_of).copy()
    hundred = claims["denominator"].eq(MAX_PERCENT)  # also alone: no count has decimals
    district = claims["unit_name_raw"].str.match(DISTRICT_NAME, case=False, na=False)
    district &= claims["received_on"].ge(plan.areas.province.districts_end)
    hundred &= claims["problem"].isin(("fractional_count", "percent_in_count"))
    district &= claims["problem"].eq("unit_not_valid_then")
    truer = {"percent_of_100": hundred, "district_ended": district}
    for name, where in truer.items():
        claims.loc[where, ["problem", "remedy"]] = name, remedy(name)
    return claims


def _head_rules(claims: pd.DataFrame, plan: Plan) -> list[tuple[str, str, pd.Series]]:
    """Rules about indicator, year and unit: name, field whose cell is wrong, where it is broken."""
    province, year = plan.areas.province, claims["year"].astype("float64")
    received = claims["received_on"].str[:4].astype("float64")
    ended = claims["unit_code"].isin(plan.areas.districts()["unit_code"])
    return [
        ("indicator_unknown", "", ~claims["indicator_code"].isin(plan.by_code.index)),
        ("year_missing", "year", year.isna()),
        ("year_range", "year", ~year.between(*province.figure_years)),
        ("year_after_receipt", "year", year > received),
        ("district_ended", "unit", ended & claims["on"].ge(province.districts_end)),
    ]


def _figure_rules(
    claims: pd.DataFrame, plan: Plan, hundredths: pd.Series
) -> list[tuple[str, str, pd.Series]]:
    """Rules about figures, as `_head_rules`."""
    top, bottom, value, level = (claims[field] for field in FIELDS)
    about = plan.by_code.reindex(claims["indicator_code"]).set_index(claims.index)
    is_level = about["measure_unit"].eq("level")
    has_decimals = (claims[list(FIELDS)] % 1).gt(0)
    return [
        *(("count_of_level", field, is_level & claims[field].notna()) for field in FIELDS[:3]),
        *(("negative", field, claims[field] < 0) for field in FIELDS),
        ("percent_of_100", "numerator", hundredths),
        *(("fractional_count", field, has_decimals[field]) for field in FIELDS[:2]),
        ("denominator_zero", "denominator", bottom <= 0),
        ("numerator_above", "numerator", top > bottom),
        ("denominator_missing", "numerator", top.notna() & bottom.isna() & value.isna()),
        ("numerator_missing", "denominator", bottom.notna() & top.isna() & value.isna()),
        ("percent_range", "value", (value > MAX_PERCENT) & (top.isna() | bottom.isna())),
        ("level_range", "level", (level > about["level_max"]) | (level.notna() & ~is_level)),
        ("not_level", "level", has_decimals["level"]),
        ("validity_order", "", claims["valid_to"] < claims["valid_from"]),
        ("figure_missing", "", claims[list(FIELDS)].isna().all(axis=1)),
    ]


def _hundredths(claims: pd.DataFrame) -> pd.Series:
    """Percentages typed as counts of 100: most of a unit or a column, or one row among counts."""
    bottom, file = claims["denominator"], claims["file"]
    hundred = bottom.eq(MAX_PERCENT)
    peers = [claims["indicator_code"], claims["year"], claims["unit_code"].str.len()]
    usual = bottom.mask(hundred).groupby(peers).transform("median")
    alone = hundred & usual.ge(FAR * MAX_PERCENT)
    told = alone.groupby([file, claims["unit_code"]]).transform("any")
    for name in ("unit_code", "indicator_code"):
        share = hundred.astype("float64").where(bottom.notna()).groupby([file, claims[name]])
        told |= share.transform("sum").ge(MANY) & share.transform("mean").gt(0.5)
    return hundred & told


def mark(claims: pd.DataFrame, rules: pd.Series, fields: pd.Series) -> pd.DataFrame:
    """Fill `PROBLEM_COLUMNS` of the claims in ``rules`` that have no problem yet.

    The cell is that of the claim's field in ``fields`` (also unit, year); else the claim's own.
    """
    fresh = claims.loc[rules.index]
    fresh = fresh[fresh["problem"].isna()]
    if fresh.empty:
        return claims
    filled = []
    for row in fresh.assign(rule=rules, about=fields).to_dict("records"):
        figures = {field: number_text(row[field]) for field in FIELDS}
        raw, cell = "; ".join(filter(None, figures.values())), row["cell"]
        figures |= {"unit": row["unit_name_raw"], "year": row["year"]}
        about, at = row["about"], row.get(f"cell_{row['about']}")
        if about in ("unit", "year") or pd.notna(at):  # a head without a cell is the file's
            raw, cell = figures[about], at
        filled.append((row["rule"], cell, raw, remedy(row["rule"])))
    out = claims.copy()
    columns = pd.DataFrame(filled, fresh.index, PROBLEM_COLUMNS).astype("str")
    out.loc[fresh.index, PROBLEM_COLUMNS] = columns
    return out


def lead_field(claims: pd.DataFrame) -> pd.Series:
    """First field of each claim that holds a figure; empty where none does."""
    filled = claims[list(FIELDS)].notna().assign(none=True)
    return filled.idxmax(axis=1).replace("none", "")


def number_text(number: float) -> str:
    """Return a number as a person types it: no decimals when whole."""
    return "" if pd.isna(number) else f"{number:.15g}"


def refuse_whole_files(claims: pd.DataFrame) -> pd.DataFrame:
    """Make one claim (``whole``) of every file that is wrong as a whole.

    That is a problem of `HEAD_RULES` in one and the same cell (that of the head) that all its
    claims share.
    """
    heads = claims["problem"].where(claims["problem"].isin(HEAD_RULES), "")
    one_cell = claims.groupby("file")["problem_cell"].transform("nunique").le(1)
    shared = heads.groupby(claims["file"]).transform("nunique").eq(1) & heads.ne("") & one_cell
    one = claims[shared].sort_values("problem_cell", kind="stable").drop_duplicates("file")
    one = one.drop(columns=ABOUT_ONE_FIGURE)
    sheet = one["sheet"].where(one["problem_cell"].notna())
    one = one.assign(whole=True, cell=one["problem_cell"], sheet=sheet)
    both = pd.concat([claims[~shared], one.reindex(columns=claims.columns).astype(claims.dtypes)])
    return both.sort_index()
