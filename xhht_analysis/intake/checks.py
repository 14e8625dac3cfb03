"""Doubts about figures that entered the panel: improbable, not impossible.

Every check takes frames and gives `DOUBT_COLUMNS`; none changes a number. `find_doubts` runs them
all and adds the file, sheet and cell each doubt is about.
"""

from __future__ import annotations

from math import comb

import numpy as np
import pandas as pd

from xhht_analysis.contracts import FINDINGS, PANEL_KEY
from xhht_analysis.plan.areas import Areas

DOUBT_COLUMNS = ["source_id", "field", "indicator_code", "unit_code", "year", "rule", "message"]
SERIES = ["indicator_code", "definition_variant", "unit_code", "frame"]
MAX_DENOMINATOR_JUMP = 0.20
MIN_JUMP_POINTS = 10.0
THOUSAND = (500.0, 2000.0)
"""Ratio of a count to last year's that tells a switch between persons and thousands."""
HEAP_POINTS, HEAP_CHANCE = 0.5, 1e-3
MAX_VALID_MONTHS = 36
"""Recognition of a learning community holds 36 months (Thông tư 25/2023/TT-BGDĐT)."""


def vn(number: float, decimals: int = 2) -> str:
    """Return a number as a Vietnamese reader expects it: 1.234,5."""
    text = f"{number:,.{decimals}f}".rstrip("0").rstrip(".") if decimals else f"{number:,.0f}"
    return text.translate(str.maketrans(",.", ".,"))


def find_doubts(
    panel: pd.DataFrame,
    origins: pd.DataFrame,
    sums: pd.DataFrame,
    gaps: pd.DataFrame,
    indicators: pd.DataFrame,
    thresholds: pd.DataFrame,
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
    indicators : DataFrame
        config/indicators.csv.
    thresholds : DataFrame
        indicator_code, threshold (percent 0-100): targets and recognition thresholds.
    areas : Areas
        For the names of units.

    Returns
    -------
    DataFrame
        `contracts.FINDINGS`.
    """
    reported = panel[panel["value_type"] != "derived"]
    steps = _with_prior(reported)
    names = areas.table.drop_duplicates("unit_code", keep="last")
    name_of = dict(zip(names["unit_code"], names["name_vi"], strict=True))
    found = [
        submitted_differs(reported),
        scale_suspected(reported),
        counts_jump(steps),
        value_jumps(steps),
        copied(steps),
        round_figures(reported),
        heaping(reported, thresholds),
        level_lost(steps),
        level_differs(panel),
        validity(reported),
        before_plan(reported, indicators),
        parts_differ(reported, sums),
        incomplete_units(gaps, name_of),
        coverage(panel, indicators),
    ]
    return locate(pd.concat([f for f in found if len(f)] or found[:1]), origins)


def locate(doubts: pd.DataFrame, origins: pd.DataFrame) -> pd.DataFrame:
    """Add file, sheet and cell (of ``field`` where it is known) from ``origins``."""
    own = origins.reindex(doubts["source_id"].to_numpy()).reset_index(drop=True)
    doubts = doubts.reset_index(drop=True)
    cell = own["cell"].astype("str")
    for field in ("numerator", "denominator", "value", "level"):
        cell = own[f"cell_{field}"].astype("str").where(doubts["field"].eq(field), cell)
    place = {"file": own["file"], "sheet": own["sheet"], "cell": cell.fillna(own["cell"])}
    return doubts.assign(**place).reindex(columns=list(FINDINGS.columns))


def _doubts(rows: pd.DataFrame, rule: str, field: str, messages: list[str]) -> pd.DataFrame:
    rows = rows.assign(rule=rule, field=field, message=messages)
    return rows.reindex(columns=DOUBT_COLUMNS)


def _with_prior(reported: pd.DataFrame) -> pd.DataFrame:
    """Rows with the figures of the same series one or two years earlier (``*_prior``)."""
    ordered = reported.sort_values([*SERIES, "year"])
    fields = ["year", "numerator", "denominator", "value", "level"]
    prior = ordered.groupby(SERIES)[fields].shift().add_suffix("_prior")
    steps = pd.concat([ordered, prior], axis=1)
    return steps[(steps["year"] - steps["year_prior"]).le(2).fillna(False).astype(bool)]


def submitted_differs(reported: pd.DataFrame) -> pd.DataFrame:
    """Submitted percentage against the one its counts give, within the typed rounding."""
    typed = reported["value_submitted"]
    tenths = np.isclose(typed * 10 % 1, 0) | np.isclose(typed * 10 % 1, 1)
    rounding = np.where(typed % 1 == 0, 0.5, np.where(tenths, 0.05, 0.005))
    differ = reported["numerator"].notna() & ((typed - reported["value"]).abs() > rounding + 1e-6)
    rows = reported[differ]
    messages = [
        f"Tỷ lệ ghi {vn(own, 4)} nhưng tử số và mẫu số cho {vn(right)} %"
        + (" (ghi theo thang 0–1)." if right and 0.9 < own * 100 / right < 1.1 else ".")
        for own, right in zip(rows["value_submitted"], rows["value"], strict=True)
    ]
    return _doubts(rows, "submitted_differs", "value", messages)


def scale_suspected(reported: pd.DataFrame) -> pd.DataFrame:
    """A percentage without counts of at most 1 where the others stand far higher."""
    alone = reported[reported["numerator"].isna() & reported["value"].notna()]
    usual = alone.groupby(["indicator_code", "definition_variant"])["value"].transform("median")
    rows = alone[alone["value"].gt(0) & alone["value"].le(1) & usual.ge(20)]
    messages = [f"Tỷ lệ {vn(v, 4)} % rất thấp; có thể là {vn(v * 100)} %." for v in rows["value"]]
    return _doubts(rows, "scale_suspected", "value", messages)


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
        found.append(_doubts(rows, "unit_switch", field, _changes(rows, field, "đổi đơn vị tính?")))
    now, before = steps["denominator"], steps["denominator_prior"]
    noise = 4 * np.sqrt(now + before)  # counts of small units vary by chance
    jump = (now / before - 1).abs().gt(MAX_DENOMINATOR_JUMP) & (now - before).abs().gt(noise)
    rows = steps[jump & ~switched]
    text = _changes(rows, "denominator", "mẫu số thay đổi trên 20 %.")
    return pd.concat([*found, _doubts(rows, "denominator_jump", "denominator", text)])


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
    share = steps["value"].clip(1, 99) / 100
    noise = 400 * np.sqrt(share * (1 - share) / steps["denominator"].fillna(np.inf))
    few = peers.transform("size") < 5
    limit = np.maximum(5 * spread.mask(few, 0.0), MIN_JUMP_POINTS).mask(few, 2 * MIN_JUMP_POINTS)
    rows = steps[(change - usual).abs() > limit + noise]
    messages = [
        f"Từ {vn(a)} % (năm {int(y)}) thành {vn(b)} %, khác hẳn các đơn vị khác (khoảng {vn(u)})."
        for a, b, y, u in zip(
            rows["value_prior"], rows["value"], rows["year_prior"], usual[rows.index], strict=True
        )
    ]
    return _doubts(rows, "jump", "value", messages).assign(
        field=rows["numerator"].notna().map({True: "numerator", False: "value"})
    )


def copied(steps: pd.DataFrame) -> pd.DataFrame:
    """Both counts exactly those of the year before."""
    same = steps["numerator"].eq(steps["numerator_prior"])
    same &= steps["denominator"].eq(steps["denominator_prior"]) & steps["denominator"].ge(100)
    rows = steps[same & steps["year"].eq(steps["year_prior"] + 1).fillna(False).astype(bool)]
    messages = [f"Tử số và mẫu số giống hệt năm {int(y)}." for y in rows["year_prior"]]
    return _doubts(rows, "copied_from_last_year", "numerator", messages)


def round_figures(reported: pd.DataFrame) -> pd.DataFrame:
    """Both counts whole hundreds, of a thousand or more: estimated rather than counted."""
    top, bottom = reported["numerator"], reported["denominator"]
    rows = reported[bottom.ge(1000) & top.gt(0) & (top % 100).eq(0) & (bottom % 100).eq(0)]
    pairs = zip(rows["numerator"], rows["denominator"], strict=True)
    messages = [f"{vn(a, 0)} trên {vn(b, 0)}: số tròn, có thể là ước lượng." for a, b in pairs]
    return _doubts(rows, "round_figures", "numerator", messages)


def heaping(reported: pd.DataFrame, thresholds: pd.DataFrame) -> pd.DataFrame:
    """Units crowded just above a threshold and none just below it, beyond chance (binomial)."""
    rows = reported[["indicator_code", "frame", "year", "value"]].dropna()
    rows = rows.merge(thresholds.drop_duplicates(), on="indicator_code")
    gap = rows["value"] - rows["threshold"]
    rows = rows.assign(
        above=gap.between(0, HEAP_POINTS, "left"), below=gap.between(-HEAP_POINTS, 0, "left")
    )
    sums = rows.groupby(["indicator_code", "frame", "year", "threshold"])[["above", "below"]].sum()
    found = sums[[_tail(a, a + b) < HEAP_CHANCE for a, b in sums.to_numpy()]].reset_index()
    messages = [
        f"{a} đơn vị vừa vượt ngưỡng {vn(t)} %, chỉ {b} đơn vị ngay dưới ngưỡng."
        for a, b, t in zip(found["above"], found["below"], found["threshold"], strict=True)
    ]
    return _doubts(found, "heaping", "", messages)


def _tail(hits: int, n: int) -> float:
    """Chance of at least ``hits`` of ``n`` fair tosses."""
    return sum(comb(n, k) for k in range(hits, n + 1)) / 2**n if n else 1.0


def level_lost(steps: pd.DataFrame) -> pd.DataFrame:
    """A recognition level below that of the year before."""
    rows = steps[steps["level"] < steps["level_prior"]]
    pairs = zip(rows["level_prior"], rows["level"], rows["year_prior"], strict=True)
    messages = [f"Mức độ {vn(a)} (năm {int(y)}) nay còn {vn(b)}." for a, b, y in pairs]
    return _doubts(rows, "level_lost", "level", messages)


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
    return _doubts(rows, "level_differs", "level", messages)


def validity(reported: pd.DataFrame) -> pd.DataFrame:
    """Recognition that runs longer than the rule allows."""
    rows = reported[reported["valid_from"].notna() & reported["valid_to"].notna()]
    start, end = (pd.to_datetime(rows[c], errors="coerce") for c in ("valid_from", "valid_to"))
    rows = rows[end > start + pd.DateOffset(months=MAX_VALID_MONTHS, days=1)]
    messages = [f"Thời hạn công nhận dài hơn {MAX_VALID_MONTHS} tháng."] * len(rows)
    return _doubts(rows, "validity_too_long", "level", messages)


def before_plan(reported: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """A year before the first one of the indicator."""
    first = indicators.drop_duplicates("indicator_code").set_index("indicator_code")["first_year"]
    rows = reported[reported["year"] < reported["indicator_code"].map(first.astype("Int64"))]
    messages = ["Năm số liệu trước năm đầu của chỉ tiêu; kiểm tra lại năm."] * len(rows)
    return _doubts(rows, "before_first_year", "", messages)


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
    return _doubts(rows, "parts_differ", "numerator", messages)


def _share(numerator: float, denominator: float, value: float) -> str:
    counts = f"{vn(numerator, 0)}/{vn(denominator, 0)} = " if pd.notna(numerator) else ""
    return f"{counts}{vn(value)} %"


def incomplete_units(gaps: pd.DataFrame, name_of: dict[str, str]) -> pd.DataFrame:
    """Areas that could not be added up, one doubt per indicator, year and area."""
    messages = [
        f"{name_of.get(unit, unit)}: chưa cộng được vì "
        + ("chỉ có tỷ lệ, không có tử số và mẫu số: " if only else "còn thiếu: ")
        + _names(missing.split(", "), name_of)
        for unit, missing, only in zip(
            gaps["unit_code"], gaps["missing"], gaps["percent_only"], strict=True
        )
    ]
    return _doubts(gaps, "unit_incomplete", "", messages)


def _names(codes: list[str], name_of: dict[str, str]) -> str:
    shown = [f"{name_of.get(code, code)} ({code})" for code in codes[:5]]
    rest = f" và {len(codes) - 5} đơn vị khác" if len(codes) > 5 else ""
    return ", ".join(shown) + rest + "."


def coverage(panel: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """Units that reported fewer indicators than the year before, or nothing at all."""
    short = indicators.drop_duplicates("indicator_code").set_index("indicator_code")
    rows = panel[~panel["indicator_code"].map(short["kind"]).eq("context")]
    rows = rows[~(rows["frame"].eq("2021") & rows["unit_code"].str.len().eq(5))]
    found = []
    last = rows["year"].max()
    for (unit, _), own in rows.groupby(["unit_code", "frame"]):
        by_year = own.groupby("year")["indicator_code"].agg(set)
        for year in range(int(by_year.index.min()) + 1, int(last) + 1):
            lost = by_year.get(year - 1, set()) - by_year.get(year, set())
            if not lost or (year not in by_year.index and year == last):
                continue
            names = ", ".join(sorted(short["short_name_vi"].reindex(sorted(lost)).astype("str")))
            silent = year not in by_year.index
            rule = "unit_silent" if silent else "coverage_shrank"
            text = "Không có số liệu nào; năm trước có: " if silent else "Năm trước có, nay thiếu: "
            found.append((None, "", None, unit, year, rule, f"{text}{names}."))
    return pd.DataFrame(found, columns=DOUBT_COLUMNS)


