"""Doubts about what is missing and what does not add up; the shape all doubts share."""

from __future__ import annotations

import pandas as pd

from xhht_analysis.contracts import PANEL_KEY
from xhht_analysis.plan.areas import Areas

DOUBT_COLUMNS = ["source_id", "field", "indicator_code", "unit_code", "year", "rule", "message"]


def vn(number: float, decimals: int = 2) -> str:
    """Return a number as a Vietnamese reader expects it: 1.234,5."""
    text = f"{number:,.{decimals}f}".rstrip("0").rstrip(".") if decimals else f"{number:,.0f}"
    return text.translate(str.maketrans(",.", ".,"))


def doubts(rows: pd.DataFrame, rule: str, field: str, messages: list[str]) -> pd.DataFrame:
    """Rows as doubts of one ``rule`` about ``field``, with one message each."""
    rows = rows.assign(rule=rule, field=field, message=messages)
    return rows.reindex(columns=DOUBT_COLUMNS)


def parts_differ(reported: pd.DataFrame, sums: pd.DataFrame) -> pd.DataFrame:
    """A submitted figure that is not the sum of its communes or districts."""
    both = reported.merge(sums, on=list(PANEL_KEY), suffixes=("", "_sum"))
    counts = both["numerator"].ne(both["numerator_sum"])
    counts |= both["denominator"].ne(both["denominator_sum"])
    alone = (both["value"] - both["value_sum"]).abs().gt(0.05)
    rows = both[counts.where(both["numerator"].notna(), alone).astype(bool)]
    messages = [
        f"Báo cáo {_share(n, d, v)}; cộng từ các đơn vị được {_share(ns, ds, vs)}."
        for n, d, v, ns, ds, vs in rows[
            [f"{c}{s}" for s in ("", "_sum") for c in ("numerator", "denominator", "value")]
        ].itertuples(index=False, name=None)
    ]
    return doubts(rows, "parts_differ", "numerator", messages)


def _share(numerator: float, denominator: float, value: float) -> str:
    counts = f"{vn(numerator, 0)}/{vn(denominator, 0)} = " if pd.notna(numerator) else ""
    return f"{counts}{vn(value)} %"


def incomplete_units(gaps: pd.DataFrame, short: pd.Series, areas: Areas) -> pd.DataFrame:
    """Areas that could not be added up, by what is missing; percentages only in one doubt."""
    keys = ["year", "unit_code", "missing", "percent_only"]
    sets = gaps.groupby(keys)["indicator_code"].agg(lambda codes: tuple(dict.fromkeys(codes)))
    sets = sets.rename("codes").reset_index()
    only = sets["percent_only"].eq(True)
    found = []
    for (year, codes), rows in sets[only].groupby(["year", "codes"]):
        text = f"{_names(rows['unit_code'].tolist(), year, areas)}: chưa cộng được vì đơn vị cấp "
        text += "dưới chỉ có tỷ lệ, không có tử số và mẫu số."
        found.append((rows["unit_code"].tolist(), year, codes, text))
    for row in sets[~only].to_dict("records"):
        units, year = [row["unit_code"]], row["year"]
        text = f"{_names(units, year, areas)}: chưa cộng được vì thiếu "
        text += f"{_names(row['missing'].split(', '), year, areas)}."
        found.append((units, year, row["codes"], text))
    rows = []
    for units, year, codes, text in found:
        text += " Chỉ tiêu: " + "; ".join(short.reindex(list(codes)).fillna("")) + "."
        one = [items[0] if len(items) == 1 else None for items in (codes, units)]
        rows.append((None, "", *one, year, "unit_incomplete", text))
    return pd.DataFrame(rows, columns=DOUBT_COLUMNS)


def _names(codes: list[str], year: int, areas: Areas) -> str:
    """Names the units bore that year; former districts and the province keep theirs."""
    known = areas.units(f"{year}-12-31").set_index("unit_code")["name_vi"].to_dict()
    known |= areas.districts().set_index("unit_code")["name_vi"].to_dict()
    known[areas.province.code] = f"Địa bàn {areas.province.name_vi.replace('Tỉnh', 'tỉnh', 1)}"
    shown = [f"{known.get(code, '')} ({code})".strip() for code in codes[:5]]
    rest = f" và {len(codes) - 5} đơn vị khác" if len(codes) > 5 else ""
    return ", ".join(shown) + rest


def coverage(
    panel: pd.DataFrame, rejects: pd.DataFrame, short: pd.DataFrame, areas: Areas
) -> pd.DataFrame:
    """Units that reported less than the year before, or nothing; not what was rejected.

    The former districts are followed until they ended, communes beside districts not at all (their
    districts report for them); a unit that has not yet sent anything for the last year is merely
    late.
    """
    province, districts = areas.province, set(areas.districts()["unit_code"])
    end = int(province.districts_end[:4])
    rows = panel[panel["indicator_code"].map(short["kind"]).ne("context")]
    old = rows["frame"].eq(province.frame) & rows["unit_code"].ne(province.code)
    rows = rows[~old | (rows["year"].lt(end) & rows["unit_code"].isin(districts))]
    refused = rejects.groupby(["unit_code", "year"])["indicator_code"].agg(set).to_dict()
    found, last = [], rows["year"].max()
    for (unit, _), own in rows.groupby(["unit_code", "frame"]):
        given = own.groupby("year")["indicator_code"].agg(set).to_dict()
        final = min(last, end - 1) if unit in districts else last
        for year in range(min(given) + 1, final + 1):
            lost = given.get(year - 1, set()) - given.get(year, set())
            lost -= refused.get((unit, year), set())
            if not lost or (year not in given and year == last):
                continue
            rule = "coverage_shrank" if year in given else "unit_silent"
            text = "Năm trước có, nay thiếu" if year in given else "Không có số liệu; năm trước có"
            names = ", ".join(sorted(short["short_name_vi"].reindex(sorted(lost))))
            found.append((None, "", None, unit, year, rule, f"{text}: {names}."))
    return pd.DataFrame(found, columns=DOUBT_COLUMNS)
