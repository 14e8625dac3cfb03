"""Doubts about figures that entered the panel: improbable, not impossible.

Every check takes frames and gives `DOUBT_COLUMNS`; none changes a number. `find_doubts` runs them
all and adds the file, sheet and cell each doubt is about.
"""

from __future__ import annotations

from math import comb

import numpy as np
import pandas as pd

from xhht_analysis.contracts import FINDINGS
from xhht_analysis.intake.judging.cleaning import rounding
from xhht_analysis.intake.judging.completeness import (
    coverage,
    doubts,
    incomplete_units,
    parts_differ,
    vn,
)
from xhht_analysis.plan.areas import Areas
from xhht_analysis.plan.standards import recognised_on

SERIES = ["indicator_code", "definition_variant", "unit_code", "frame"]
MAX_DENOMINATOR_JUMP = 0.20
MIN_JUMP_POINTS = 10.0
LARGE_COUNT = 1000
THOUSAND = (500.0, 2000.0)
"""Ratio of a count to last year's that tells a switch between persons and thousands."""
SLIPS = {100: "ghi theo thang 0–1", 0.1: "mất dấu phẩy?", 0.01: "mất dấu phẩy?"}
"""What a submitted percentage times the factor being right tells."""
HEAP_POINTS, HEAP_CHANCE = 0.5, 1e-3
MAX_VALID_MONTHS = 36
"""Recognition of a learning community holds 36 months (Thông tư 25/2023/TT-BGDĐT)."""


def find_doubts(
    panel: pd.DataFrame,
    origins: pd.DataFrame,
    sums: pd.DataFrame,
    gaps: pd.DataFrame,
    rejects: pd.DataFrame,
    indicators: pd.DataFrame,
    thresholds: pd.DataFrame,
    rules: pd.DataFrame,
    areas: Areas,
) -> pd.DataFrame:
    """Run every check.

    Parameters
    ----------
    panel : DataFrame
        `contracts.PANEL`.
    origins : DataFrame
        Indexed by source_id: file, sheet, cell and ``cell_<field>``.
    sums, gaps : DataFrame
        From `rollup.add_up`.
    rejects : DataFrame
        `contracts.REJECTS`: what is missing for that reason is not doubted again.
    indicators : DataFrame
        config/indicators.csv.
    thresholds : DataFrame
        indicator_code, threshold (percent 0-100): targets and recognition thresholds.
    rules : DataFrame
        config/standards.csv.
    areas : Areas
        For the names of units and the communes that were merged.

    Returns
    -------
    DataFrame
        `contracts.FINDINGS`.
    """
    reported = panel[panel["value_type"] != "derived"]
    steps = _with_prior(reported)
    steps = steps[~_merged_between(steps, areas)]
    short = indicators.drop_duplicates("indicator_code").set_index("indicator_code")
    found = [
        submitted_differs(reported),
        counts_jump(steps),
        value_jumps(steps),
        copied(steps),
        round_figures(reported),
        heaping(reported, thresholds),
        level_lost(steps),
        level_differs(panel),
        validity(reported),
        lapsed(reported, rules),
        before_plan(reported, indicators),
        parts_differ(reported, sums),
        incomplete_units(gaps, short["short_name_vi"], areas),
        coverage(panel, rejects, short, areas),
    ]
    return locate(pd.concat([f for f in found if len(f)] or found[:1]), origins)


def locate(found: pd.DataFrame, origins: pd.DataFrame) -> pd.DataFrame:
    """Add file, sheet and cell (of ``field`` where it is known) from ``origins``."""
    own = origins.reindex(found["source_id"].to_numpy()).reset_index(drop=True)
    found = found.reset_index(drop=True)
    cell = own["cell"].astype("str")
    for field in ("numerator", "denominator", "value", "level"):
        cell = own[f"cell_{field}"].astype("str").where(found["field"].eq(field), cell)
    place = {"file": own["file"], "sheet": own["sheet"], "cell": cell.fillna(own["cell"])}
    return found.assign(**place).reindex(columns=list(FINDINGS.columns))


def _with_prior(reported: pd.DataFrame) -> pd.DataFrame:
    """Rows with the figures of the same series one or two years earlier (``*_prior``)."""
    ordered = reported.sort_values([*SERIES, "year"])
    fields = ["year", "numerator", "denominator", "value", "level"]
    prior = ordered.groupby(SERIES)[fields].shift().add_suffix("_prior")
    steps = pd.concat([ordered, prior], axis=1)
    return steps[(steps["year"] - steps["year_prior"]).le(2).fillna(False).astype(bool)]


def _merged_between(steps: pd.DataFrame, areas: Areas) -> pd.Series:
    """Steps of a commune into which others were merged between the two years."""
    spans = set(zip(steps["year_prior"], steps["year"], strict=True))
    merged = {span: areas.enlarged(*span) for span in spans}
    own = zip(steps["unit_code"], steps["year_prior"], steps["year"], strict=True)
    crossed = [code in merged[before, after] for code, before, after in own]
    crossed = pd.Series(crossed, index=steps.index, dtype=bool)
    return crossed & steps["frame"].eq(areas.province.frame)


def submitted_differs(reported: pd.DataFrame) -> pd.DataFrame:
    """Submitted percentage against the one its counts give, within the typed rounding."""
    typed = reported["value_submitted"]
    differ = (typed - reported["value"]).abs() > typed.map(rounding) + 1e-6
    differ &= reported["numerator"].notna()
    rows = reported[differ]
    messages = [
        f"Tỷ lệ ghi {vn(own, 4)} nhưng tử số và mẫu số cho {vn(right)} %"
        + next(
            (f" ({told})." for f, told in SLIPS.items() if 0.9 * right < own * f < 1.1 * right), "."
        )
        for own, right in zip(rows["value_submitted"], rows["value"], strict=True)
    ]
    return doubts(rows, "submitted_differs", "value", messages)


def counts_jump(steps: pd.DataFrame) -> pd.DataFrame:
    """Counts that switch between persons and thousands, and denominators that jump."""
    found = []
    switched = pd.Series(False, index=steps.index)
    for field in ("numerator", "denominator"):
        ratio = steps[field] / steps[f"{field}_prior"]
        low, high = THOUSAND
        hit = ratio.between(low, high) | ratio.between(1 / high, 1 / low)
        switched |= hit
        rows = steps[hit]
        found.append(doubts(rows, "unit_switch", field, _changes(rows, field, "đổi đơn vị tính?")))
    now, before = steps["denominator"], steps["denominator_prior"]
    noise = 4 * np.sqrt(now + before)  # counts of small units vary by chance
    jump = (now / before - 1).abs().gt(MAX_DENOMINATOR_JUMP) & (now - before).abs().gt(noise)
    rows = steps[jump & ~switched]
    text = _changes(rows, "denominator", "mẫu số thay đổi trên 20 %.")
    return pd.concat([*found, doubts(rows, "denominator_jump", "denominator", text)])


def _changes(rows: pd.DataFrame, field: str, tail: str) -> list[str]:
    pairs = zip(rows["year_prior"], rows[f"{field}_prior"], rows[field], strict=True)
    return [f"Năm {int(y)}: {vn(a, 0)}, năm nay: {vn(b, 0)}; {tail}" for y, a, b in pairs]


def value_jumps(steps: pd.DataFrame) -> pd.DataFrame:
    """Changes far from what the other units of the same kind saw that year.

    Far is more than 5 robust standard deviations and `MIN_JUMP_POINTS` points from the median
    change (peers: same indicator, frame, year and length of code), beyond sampling noise.
    """
    steps = steps[steps["value"].notna() & steps["value_prior"].notna()]
    change = steps["value"] - steps["value_prior"]
    kind = steps["unit_code"].str.len()
    keys = [steps["indicator_code"], steps["definition_variant"], steps["frame"], steps["year"]]
    peers = change.groupby([*keys, kind])
    usual = peers.transform("median").where(peers.transform("size") >= 5, 0.0)
    spread = (change - usual).abs().groupby([*keys, kind]).transform("median") * 1.4826
    share = (steps["value"] + steps["value_prior"]).div(2).clip(1, 99) / 100
    noise = 400 * np.sqrt(share * (1 - share) / steps["denominator"].fillna(np.inf))
    few = peers.transform("size") < 5
    limit = np.maximum(5 * spread.mask(few, 0.0), MIN_JUMP_POINTS).mask(few, 2 * MIN_JUMP_POINTS)
    rows = steps[(change - usual).abs() > limit + noise]
    told = rows[["value_prior", "value", "year_prior"]]
    told = told.assign(usual=usual[rows.index], few=few[rows.index])
    messages = [
        f"Từ {vn(a)} % (năm {int(y)}) thành {vn(b)} %, "
        + ("thay đổi quá nhanh." if alone else f"khác hẳn các đơn vị cùng cấp ({vn(u)} điểm).")
        for a, b, y, u, alone in told.itertuples(index=False, name=None)
    ]
    return doubts(rows, "jump", "value", messages).assign(
        field=rows["numerator"].notna().map({True: "numerator", False: "value"})
    )


def copied(steps: pd.DataFrame) -> pd.DataFrame:
    """Both counts exactly those of the year before.

    Small groups repeat by chance: one figure is doubted from 5 × `LARGE_COUNT` people on; a unit
    of which more than half the figures repeat is doubted as a whole.
    """
    next_year = steps["year"].eq(steps["year_prior"] + 1).fillna(False).astype(bool)
    counted = steps[next_year & steps["numerator"].notna() & steps["numerator_prior"].notna()]
    same = counted["numerator"].eq(counted["numerator_prior"])
    same &= counted["denominator"].eq(counted["denominator_prior"])
    unit = same.groupby([counted["unit_code"], counted["frame"], counted["year"]])
    whole = same & (unit.transform("size") >= 5) & (unit.transform("mean") > 0.5)
    rows = counted[(same & counted["denominator"].ge(5 * LARGE_COUNT)) | whole]
    messages = [f"Tử số và mẫu số giống hệt năm {int(y)}." for y in rows["year_prior"]]
    return doubts(rows, "copied_from_last_year", "numerator", messages)


def round_figures(reported: pd.DataFrame) -> pd.DataFrame:
    """Both counts whole hundreds, of a thousand or more: estimated rather than counted."""
    top, bottom = reported["numerator"], reported["denominator"]
    rows = reported[bottom.ge(LARGE_COUNT) & top.gt(0) & (top % 100).eq(0) & (bottom % 100).eq(0)]
    pairs = zip(rows["numerator"], rows["denominator"], strict=True)
    messages = [f"{vn(a, 0)} trên {vn(b, 0)}: số tròn, có thể là ước lượng." for a, b in pairs]
    return doubts(rows, "round_figures", "numerator", messages)


def heaping(reported: pd.DataFrame, thresholds: pd.DataFrame) -> pd.DataFrame:
    """Units crowded just above a threshold and none just below it, beyond chance (binomial)."""
    rows = reported[["indicator_code", "frame", "year", "value"]].dropna()
    rows = rows.merge(thresholds.drop_duplicates(), on="indicator_code")
    gap = rows["value"] - rows["threshold"]
    rows = rows.assign(
        above=gap.between(0, HEAP_POINTS, "left"), below=gap.between(-HEAP_POINTS, 0, "left")
    )
    sums = rows.groupby(["indicator_code", "frame", "year", "threshold"])[["above", "below"]].sum()
    chance = [_tail(int(a), int(a + b)) for a, b in sums.to_numpy()]
    found = sums[pd.Series(chance, index=sums.index, dtype="float64") < HEAP_CHANCE].reset_index()
    messages = [
        f"{a} đơn vị vừa vượt ngưỡng {vn(t)} %, chỉ {b} đơn vị ngay dưới ngưỡng."
        for a, b, t in zip(found["above"], found["below"], found["threshold"], strict=True)
    ]
    return doubts(found, "heaping", "", messages)


def _tail(hits: int, n: int) -> float:
    """Chance of at least ``hits`` of ``n`` fair tosses."""
    return sum(comb(n, k) for k in range(hits, n + 1)) / 2**n if n else 1.0


def level_lost(steps: pd.DataFrame) -> pd.DataFrame:
    """A recognition level below that of the year before."""
    rows = steps[steps["level"] < steps["level_prior"]]
    pairs = zip(rows["level_prior"], rows["level"], rows["year_prior"], strict=True)
    messages = [f"Mức độ {vn(a)} (năm {int(y)}) nay còn {vn(b)}." for a, b, y in pairs]
    return doubts(rows, "level_lost", "level", messages)


def level_differs(panel: pd.DataFrame) -> pd.DataFrame:
    """A reported level outside what the rates give under the recognition rules."""
    low, high = panel["level_derived_min"], panel["level_derived_max"]
    rows = panel[(panel["level"] < low) | (panel["level"] > high)]
    bounds = zip(rows["level"], rows["level_derived_min"], rows["level_derived_max"], strict=True)
    messages = [
        f"Báo cáo mức độ {vn(own)}; tính theo tiêu chuẩn được {vn(a)}"
        + (f" đến {vn(b)}." if b > a else ".")
        for own, a, b in bounds
    ]
    return doubts(rows, "level_differs", "level", messages)


def validity(reported: pd.DataFrame) -> pd.DataFrame:
    """Recognition that runs longer than the rule allows."""
    rows = reported[reported["valid_from"].notna() & reported["valid_to"].notna()]
    start, end = (pd.to_datetime(rows[c], errors="coerce") for c in ("valid_from", "valid_to"))
    rows = rows[end > start + pd.DateOffset(months=MAX_VALID_MONTHS, days=1)]
    messages = [f"Thời hạn công nhận dài hơn {MAX_VALID_MONTHS} tháng."] * len(rows)
    return doubts(rows, "validity_too_long", "level", messages)


def lapsed(reported: pd.DataFrame, rules: pd.DataFrame) -> pd.DataFrame:
    """A level still reported for a year at whose end its recognition no longer held."""
    found = []
    for year, rows in reported[reported["level"].gt(0)].groupby("year"):
        over = rows["valid_to"].notna() & recognised_on(rows, f"{year}-12-31", rules).eq(0)
        found.append(rows[over & rows["valid_to"].lt(f"{year}-12-31")])
    rows = pd.concat(found) if found else reported.iloc[:0]
    messages = [
        f"Công nhận hết hiệu lực ngày {day}, cuối năm không còn." for day in rows["valid_to"]
    ]
    return doubts(rows, "recognition_lapsed", "level", messages)


def before_plan(reported: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """A year before the first one of the indicator."""
    first = indicators.drop_duplicates("indicator_code").set_index("indicator_code")["first_year"]
    rows = reported[reported["year"] < reported["indicator_code"].map(first.astype("Int64"))]
    messages = ["Năm số liệu trước năm đầu của chỉ tiêu; kiểm tra lại năm."] * len(rows)
    return doubts(rows, "before_first_year", "", messages)
