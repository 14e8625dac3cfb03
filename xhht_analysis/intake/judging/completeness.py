"""Doubts about sums: areas that cannot be added up, and the names of what they lack."""

from __future__ import annotations

import pandas as pd

from xhht_analysis.intake.judging.doubts import doubts
from xhht_analysis.plan.areas import Areas


def incomplete_units(gaps: pd.DataFrame, short: pd.Series, areas: Areas) -> pd.DataFrame:
    """Areas that could not be added up: a doubt for the indicators that lack the same units."""
    gaps = gaps.drop_duplicates().assign(listed=gaps["indicator_code"].map(short).fillna(""))
    keys = ["year", "unit_code", "missing"]
    sets = gaps.groupby(keys)["listed"].agg("; ".join).reset_index()
    for name in ("unit_code", "missing"):
        pairs = zip(sets[name], sets["year"], strict=True)
        sets[f"{name}_vi"] = [names_of(codes, year, areas) for codes, year in pairs]
    text = (
        "{unit_code_vi}: chưa cộng được vì thiếu tử số, mẫu số của {missing_vi}. "
        "Chỉ tiêu: {listed}."
    )
    return doubts(sets, "unit_incomplete", text)


def names_of(codes: str, year: int, areas: Areas) -> str:
    """Names the units (codes joined by ", ") bore that year; districts and province keep theirs."""
    tables = [areas.units(f"{year}-12-31"), areas.districts()]
    names = pd.concat(tables).set_index("unit_code")["name_vi"].to_dict()
    names[areas.province.code] = f"Địa bàn {areas.province.name_vi.replace('Tỉnh', 'tỉnh', 1)}"
    listed = codes.split(", ")
    shown = [f"{names.get(code, '')} ({code})".strip() for code in listed[:5]]
    rest = f" và {len(listed) - 5} đơn vị khác" if len(listed) > 5 else ""
    return ", ".join(shown) + rest
