"""Doubts about figures that entered the panel: improbable, not impossible.

Every check takes frames and gives `DOUBT_COLUMNS`; none changes a number. `find_doubts` runs them
all and adds the file, sheet and cell each doubt is about.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from xhht_analysis.contracts import FINDINGS
from xhht_analysis.intake.gathering import Plan
from xhht_analysis.intake.judging.completeness import coverage, incomplete_units, parts_differ
from xhht_analysis.intake.judging.contradictions import denominators_differ, submitted_differs
from xhht_analysis.intake.judging.doubts import doubts, vn
from xhht_analysis.intake.judging.impossible import FIELDS
from xhht_analysis.plan.areas import Areas

SERIES = ["indicator_code", "definition_variant", "unit_code", "frame"]
MAX_DENOMINATOR_JUMP = 0.20
MIN_JUMP_POINTS = 10.0
LARGE_COUNT = 1000
THOUSAND = (500.0, 2000.0)
"""Ratio of a count to last year's that tells a switch between persons and thousands."""


def find_doubts(
    panel: pd.DataFrame,
    origins: pd.DataFrame,
    sums: pd.DataFrame,
    gaps: pd.DataFrame,
    rejects: pd.DataFrame,
    plan: Plan,
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
    plan : Plan
        Indicators, names of units and the communes that were merged.

    Returns
    -------
    DataFrame
        `contracts.FINDINGS`.
    """
    reported = panel[panel["value_type"] != "derived"]
    steps = _with_prior(reported)
    steps = steps[~_merged_between(steps, plan.areas)]
    about = plan.by_code
    frames = [
        submitted_differs(reported),
        counts_jump(steps),
        value_jumps(steps),
        copied(steps),
        round_figures(reported),
        level_lost(steps),
        level_differs(panel),
        lapsed(reported),
        before_plan(reported, about),
        parts_differ(reported, sums),
        denominators_differ(reported, origins, plan),
        incomplete_units(gaps, about["short_name_vi"], plan.areas),
        coverage(panel, rejects, about, plan.areas),
    ]
    return locate(pd.concat([f for f in frames if len(f)] or frames[:1]), origins)


def locate(rows: pd.DataFrame, origins: pd.DataFrame) -> pd.DataFrame:
    """Add file, sheet and cell (of ``field`` where it is known) from ``origins``."""
    source = origins.reindex(rows["source_id"].to_numpy()).reset_index(drop=True)
    rows = rows.reset_index(drop=True)
    cell = source["cell"].astype("str")
    for field in FIELDS:
        of_field = source[f"cell_{field}"].astype("str").where(rows["field"].eq(field))
        cell = of_field.fillna(cell)
    rows = rows.assign(file=source["file"], sheet=source["sheet"], cell=cell)
    return rows[list(FINDINGS.columns)]


def _with_prior(reported: pd.DataFrame) -> pd.DataFrame:
    """Rows with the figures of the same series one or two years earlier (``*_prior``)."""
    ordered = reported.sort_values([*SERIES, "year"])
    prior = ordered.groupby(SERIES)[["year", *FIELDS]].shift().add_suffix("_prior")
    steps = ordered.join(prior)
    return steps[(steps["year"] - steps["year_prior"]).le(2).fillna(False).astype(bool)]


def _merged_between(steps: pd.DataFrame, areas: Areas) -> pd.Series:
    """Steps of a commune into which others were merged between the two years."""
    spans = steps[["year_prior", "year"]].drop_duplicates().itertuples(index=False, name=None)
    merged = {span: areas.enlarged(*span) for span in spans}
    rows = zip(steps["unit_code"], steps["year_prior"], steps["year"], strict=True)
    crossed = [code in merged[before, after] for code, before, after in rows]
    return pd.Series(crossed, steps.index, dtype=bool) & steps["frame"].eq(areas.province.frame)


def counts_jump(steps: pd.DataFrame) -> pd.DataFrame:
    """Counts that switch between persons and thousands, and denominators that jump."""
    frames, switched = [], pd.Series(False, index=steps.index)
    text = "Năm {{year_prior:.0f}}: {{{0}_prior:0}}, năm nay: {{{0}:0}}; {1}"
    for field in FIELDS[:2]:
        ratio = steps[field] / steps[f"{field}_prior"]
        hit = ratio.between(*THOUSAND) | (1 / ratio).between(*THOUSAND)
        switched |= hit
        template = text.format(field, "đổi đơn vị tính?")
        frames.append(doubts(steps[hit], "unit_switch", template, field))
    now, before = steps["denominator"], steps["denominator_prior"]
    noise = 4 * np.sqrt(now + before)  # counts of small units vary by chance
    jump = (now / before - 1).abs().gt(MAX_DENOMINATOR_JUMP) & (now - before).abs().gt(noise)
    template = text.format("denominator", "mẫu số thay đổi trên 20 %.")
    rows = steps[jump & ~switched]
    return pd.concat([*frames, doubts(rows, "denominator_jump", template, "denominator")])


def value_jumps(steps: pd.DataFrame) -> pd.DataFrame:
    """Changes far from what the other units of the same kind saw that year.

    Far is more than 5 robust standard deviations and `MIN_JUMP_POINTS` points from the median
    change (peers: same indicator, frame, year and length of code), beyond sampling noise.
    """
    steps = steps[steps["value"].notna() & steps["value_prior"].notna()]
    change = steps["value"] - steps["value_prior"]
    keys = ["indicator_code", "definition_variant", "frame", "year"]
    keys = [*(steps[key] for key in keys), steps["unit_code"].str.len()]
    peers = change.groupby(keys)
    few = peers.transform("size") < 5
    usual = peers.transform("median").mask(few, 0.0)
    spread = (change - usual).abs().groupby(keys).transform("median") * 1.4826
    share = (steps["value"] + steps["value_prior"]).div(2).clip(1, 99) / 100
    noise = 400 * np.sqrt(share * (1 - share) / steps["denominator"].fillna(np.inf))
    limit = np.maximum(5 * spread, MIN_JUMP_POINTS).mask(few, 2 * MIN_JUMP_POINTS)
    alone = "thay đổi quá nhanh."
    beside = [f"khác hẳn các đơn vị cùng cấp ({vn(points)} điểm)." for points in usual]
    field = steps["numerator"].notna().map({True: "numerator", False: "value"})
    steps = steps.assign(tail=pd.Series(beside, steps.index, dtype="str").mask(few, alone))
    rows = steps[(change - usual).abs() > limit + noise]
    text = "Từ {value_prior:2} % (năm {year_prior:.0f}) thành {value:2} %, {tail}"
    return doubts(rows, "jump", text).assign(field=field[rows.index])


def copied(steps: pd.DataFrame) -> pd.DataFrame:
    """Both counts exactly those of the year before.

    Small groups repeat by chance: one figure is doubted from 5 × `LARGE_COUNT` people on; a unit
    of which more than half the figures repeat is doubted as a whole.
    """
    next_year = steps["year"].eq(steps["year_prior"] + 1).fillna(False).astype(bool)
    rows = steps[next_year & steps["numerator"].notna() & steps["numerator_prior"].notna()]
    same = rows["numerator"].eq(rows["numerator_prior"])
    same &= rows["denominator"].eq(rows["denominator_prior"])
    unit = same.groupby([rows["unit_code"], rows["frame"], rows["year"]])
    whole = (unit.transform("size") >= 5) & (unit.transform("mean") > 0.5)
    rows = rows[same & (rows["denominator"].ge(5 * LARGE_COUNT) | whole)]
    text = "Tử số và mẫu số giống hệt năm {year_prior:.0f}."
    return doubts(rows, "copied_from_last_year", text, "numerator")


def round_figures(reported: pd.DataFrame) -> pd.DataFrame:
    """Both counts whole hundreds, of a thousand or more: estimated rather than counted."""
    top, bottom = reported["numerator"], reported["denominator"]
    rows = reported[bottom.ge(LARGE_COUNT) & top.gt(0) & (top % 100).eq(0) & (bottom % 100).eq(0)]
    text = "{numerator:0} trên {denominator:0}: số tròn, có thể là ước lượng."
    return doubts(rows, "round_figures", text, "numerator")


def level_lost(steps: pd.DataFrame) -> pd.DataFrame:
    """A recognition level below that of the year before."""
    text = "Mức độ {level_prior:2} (năm {year_prior:.0f}) nay còn {level:2}."
    return doubts(steps[steps["level"] < steps["level_prior"]], "level_lost", text, "level")


def level_differs(panel: pd.DataFrame) -> pd.DataFrame:
    """A reported level outside what the rates give under the recognition rules."""
    low, high = panel["level_derived_min"], panel["level_derived_max"]
    rows = panel[(panel["level"] < low) | (panel["level"] > high)]
    until = rows["level_derived_max"].map(lambda level: f" đến {vn(level)}", na_action="ignore")
    until = until.astype("str").where(high > low, "")
    text = "Báo cáo mức độ {level:2}; tính theo tiêu chuẩn được {level_derived_min:2}{until}."
    return doubts(rows.assign(until=until), "level_differs", text, "level")


def lapsed(reported: pd.DataFrame) -> pd.DataFrame:
    """A level still reported for a year at whose end its recognition no longer held."""
    ended = reported["valid_to"].lt(reported["year"].astype("str") + "-12-31")
    rows = reported[reported["level"].gt(0) & ended]
    text = "Công nhận hết hiệu lực ngày {valid_to}, cuối năm không còn."
    return doubts(rows, "recognition_lapsed", text, "level")


def before_plan(reported: pd.DataFrame, about: pd.DataFrame) -> pd.DataFrame:
    """A year before the first one of the indicator."""
    first = reported["indicator_code"].map(about["first_year"].astype("Int64"))
    text = "Năm số liệu trước năm đầu của chỉ tiêu; kiểm tra lại năm."
    return doubts(reported[reported["year"] < first], "before_first_year", text)
