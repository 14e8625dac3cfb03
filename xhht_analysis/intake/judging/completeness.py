"""Doubts about what is missing and what does not add up."""

from __future__ import annotations

import pandas as pd

from xhht_analysis.contracts import PANEL_KEY
from xhht_analysis.intake.judging.doubts import doubts
from xhht_analysis.plan.areas import Areas


def parts_differ(reported: pd.DataFrame, sums: pd.DataFrame) -> pd.DataFrame:
    """A submitted figure that is not the sum of its communes or districts."""
    both = reported.merge(sums, on=list(PANEL_KEY), suffixes=("", "_sum"))
    has_counts = both["numerator"].notna()
    differ = both["numerator"].ne(both["numerator_sum"])
    differ |= both["denominator"].ne(both["denominator_sum"])
    apart = (both["value"] - both["value_sum"]).abs().gt(0.05)
    counted, alone = both[has_counts & differ], both[~has_counts & apart]
    added = "; cộng từ các đơn vị được {numerator_sum:0}/{denominator_sum:0} = {value_sum:2} %."
    of_counts = "Báo cáo {numerator:0}/{denominator:0} = {value:2} %" + added
    frames = [
        doubts(counted, "parts_differ", of_counts, "numerator"),
        doubts(alone, "parts_differ", "Báo cáo {value:2} %" + added, "value"),
    ]
    return pd.concat(frames)


def incomplete_units(gaps: pd.DataFrame, short: pd.Series, areas: Areas) -> pd.DataFrame:
    """Areas that could not be added up: one doubt for those that lack the same indicators."""
    keys = ["year", "unit_code", "missing", "percent_only"]
    codes = gaps.groupby(keys)["indicator_code"].agg(lambda codes: tuple(dict.fromkeys(codes)))
    sets = codes.rename("codes").reset_index()
    is_province = sets["unit_code"].eq(areas.province.code)
    alike = sets.groupby(["year", "codes", "percent_only", is_province.rename("is_province")])
    rows = []
    for row in alike[["unit_code", "missing"]].agg(", ".join).reset_index().to_dict("records"):
        units, year = row["unit_code"], row["year"]
        why = f"thiếu {_names(row['missing'], year, areas)}"
        if row["percent_only"]:
            why = "đơn vị cấp dưới chỉ có tỷ lệ, không có tử số và mẫu số"
        row |= {"where": _names(units, year, areas), "why": why}
        row["listed"] = "; ".join(short.reindex(list(row["codes"])).fillna(""))
        row["indicator_code"] = row["codes"][0] if len(row["codes"]) == 1 else None
        row["unit_code"] = None if "," in units else units
        rows.append(row)
    text = "{where}: chưa cộng được vì {why}. Chỉ tiêu: {listed}."
    return doubts(pd.DataFrame(rows), "unit_incomplete", text)


def _names(codes: str, year: int, areas: Areas) -> str:
    """Names the units (codes joined by ", ") bore that year; districts and province keep theirs."""
    tables = [areas.units(f"{year}-12-31"), areas.districts()]
    names = pd.concat(tables).set_index("unit_code")["name_vi"].to_dict()
    names[areas.province.code] = f"Địa bàn {areas.province.name_vi.replace('Tỉnh', 'tỉnh', 1)}"
    listed = codes.split(", ")
    shown = [f"{names.get(code, '')} ({code})".strip() for code in listed[:5]]
    rest = f" và {len(listed) - 5} đơn vị khác" if len(listed) > 5 else ""
    return ", ".join(shown) + rest
