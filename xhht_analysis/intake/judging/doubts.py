"""The shape that all doubts share, and their numbers as a Vietnamese reader expects them."""

from __future__ import annotations

from numbers import Real

import pandas as pd

from xhht_analysis.contracts import FINDINGS


class _Number(float):
    """A number that a template writes with at most so many decimals: ``{value:2}``."""

    def __format__(self, spec: str) -> str:
        return vn(self, int(spec)) if spec.isdigit() else float.__format__(self, spec)


def vn(number: float, decimals: int = 2) -> str:
    """Return a number as a Vietnamese reader expects it: 1.234,5; a dash where there is none."""
    if pd.isna(number):
        return "–"
    text = f"{number:,.{decimals}f}".rstrip("0").rstrip(".") if decimals else f"{number:,.0f}"
    return text.translate(str.maketrans(",.", ".,"))


def doubts(
    rows: pd.DataFrame, rule: str | pd.Series, template: str, field: str = ""
) -> pd.DataFrame:
    """Rows as doubts of one ``rule`` about ``field``.

    ``template`` names columns: ``{value:2}`` with at most two decimals, ``{year:.0f}`` as it is.
    """
    messages = [
        template.format_map({k: _Number(v) if isinstance(v, Real) else v for k, v in row.items()})
        for row in rows.to_dict("records")
    ]
    cell = rows.get("cell")
    if f"cell_{field}" in rows:
        cell = rows[f"cell_{field}"].fillna(cell)
    return rows.assign(rule=rule, message=messages, cell=cell).reindex(columns=[*FINDINGS.columns])
