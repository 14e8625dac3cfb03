"""Doubts about figures that entered the panel: improbable, not impossible.

`DOUBTS` is the table of the rules about single figures; none changes a number. `find_doubts` runs
them and those about sets of figures; a doubt names the file, sheet and cell it is about.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from xhht_analysis.contracts import PANEL_KEY
from xhht_analysis.intake.forms.witnesses import rounding
from xhht_analysis.intake.gathering import Plan
from xhht_analysis.intake.judging.completeness import incomplete_units
from xhht_analysis.intake.judging.contradictions import ALIKE, distance, slips
from xhht_analysis.intake.judging.doubts import doubts
from xhht_analysis.intake.judging.impossible import FIELDS

SERIES = ["indicator_code", "definition_variant", "unit_code", "frame"]
MIN_JUMP_POINTS = 10.0
LARGE_COUNT = 1000


def has_jumped(rows: pd.DataFrame) -> pd.Series:
    """Where a denominator jumps; small ones vary by chance."""
    now, before = rows["denominator"], rows["denominator_prior"]
    return (now / before - 1).abs().gt(0.2) & (now - before).abs().gt(4 * np.sqrt(now + before))


DOUBTS = (
    (
        "submitted_differs",
        "value",
        lambda rows: (
            (rows.value_submitted - rows.value).abs().gt(rows.rounding) & rows.numerator.notna()
        ),
        "Tỷ lệ ghi {value_submitted:4} nhưng tử số và mẫu số cho {value:2} %{slip}.",
    ),
    (
        "denominator_jump",
        "denominator",
        has_jumped,
        "Năm {year_prior:.0f}: {denominator_prior:0}, năm nay: {denominator:0}; "
        "mẫu số thay đổi trên 20 %, hay đã đổi đơn vị tính?",
    ),
    (
        "jump",
        "numerator",
        lambda rows: (rows.change - rows.usual_change).abs().gt(rows.largest_change),
        "Từ {value_prior:2} % (năm {year_prior:.0f}) thành {value:2} %: thay đổi bất thường.",
    ),
    (
        "round_figures",
        "numerator",
        lambda rows: (
            rows.denominator.ge(LARGE_COUNT)
            & rows.numerator.gt(0)
            & (rows.numerator % 100 + rows.denominator % 100).eq(0)
        ),
        "{numerator:0} trên {denominator:0}: số tròn, có thể là ước lượng.",
    ),
    (
        "zero_share",
        "numerator",
        lambda rows: (
            rows.value.eq(0) & (rows.denominator.ge(LARGE_COUNT / 10) | rows.denominator.isna())
        ),
        "Ghi 0: nếu chưa có số liệu thì để trống, đừng ghi 0.",
    ),
    (
        "level_lost",
        "level",
        lambda rows: rows.level < rows.level_prior,
        "Mức độ {level_prior:2} (năm {year_prior:.0f}) nay còn {level:2}.",
    ),
    (
        "level_differs",
        "level",
        lambda rows: (rows.level < rows.level_derived_min) | (rows.level > rows.level_derived_max),
        "Báo cáo mức độ {level:2}; tính theo tiêu chuẩn được {level_derived_min:2}–"
        "{level_derived_max:2}.",
    ),
    (
        "recognition_lapsed",
        "level",
        lambda rows: rows.level.gt(0) & rows.valid_to.lt(rows.year.astype("str") + "-12-31"),
        "Công nhận hết hiệu lực ngày {valid_to}, cuối năm không còn.",
    ),
    (
        "parts_differ",  # where only a share is given, that is compared
        "numerator",
        lambda rows: (
            (
                rows.numerator.ne(rows.numerator_sum) | rows.denominator.ne(rows.denominator_sum)
            ).where(rows.numerator.notna(), (rows.value - rows.value_sum).abs().gt(0.05))
            & rows.value_sum.notna()
        ),
        "Báo cáo {numerator:0}/{denominator:0} = {value:2} %; cộng từ các đơn vị được "
        "{numerator_sum:0}/{denominator_sum:0} = {value_sum:2} %.",
    ),
    (
        "denominators_differ",
        "denominator",
        lambda rows: rows.distance.gt(ALIKE),
        "Mẫu số {denominator:0}; chỉ tiêu khác trong tệp cùng mẫu số “{people}” ghi số khác.",
    ),
)
"""Rule, field whose cell it is about, where it holds in rows of `_with_context`, what is told."""


def find_doubts(
    panel: pd.DataFrame,
    origins: pd.DataFrame,
    sums: pd.DataFrame,
    gaps: pd.DataFrame,
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
    plan : Plan
        Indicators, names of units and the communes that were merged.

    Returns
    -------
    DataFrame
        `contracts.FINDINGS`.
    """
    places = ["file", "sheet", "cell", *(f"cell_{field}" for field in FIELDS)]
    reported = panel[panel["value_type"] != "derived"].join(origins[places], on="source_id")
    rows, about = _with_context(reported, sums, plan), plan.by_code
    frames = [
        *(
            doubts(rows[where(rows).fillna(False).astype(bool)], rule, text, field)
            for rule, field, where, text in DOUBTS
        ),
        incomplete_units(gaps, about["short_name_vi"], plan.areas),
    ]
    return pd.concat(frames)


def _with_context(reported: pd.DataFrame, sums: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Reported figures with what `DOUBTS` compare them with.

    ``<figure>_prior`` is that of the same series one or two years earlier; missing for a commune
    into which others were merged since. ``<figure>_sum`` is that of its communes or districts.
    """
    rows = reported.sort_values([*SERIES, "year"])
    about = plan.by_code.reindex(rows["indicator_code"]).set_index(rows.index)
    prior = rows.groupby(SERIES)[["year", *FIELDS]].shift().add_suffix("_prior")
    changes, end = plan.areas.changes, plan.areas.province.districts_end
    merged = changes[changes["valid_from"].lt(end)].groupby("successor_code")["valid_from"].max()
    grown = rows["unit_code"].map(merged.str[:4].astype("float64"))
    before, year = prior["year_prior"].astype("float64"), rows["year"].astype("float64")
    prior = prior[before.ge(year - 2) & ~(grown.gt(before) & grown.le(year))]
    added = sums.set_index(list(PANEL_KEY))[["value", *FIELDS[:2]]].add_suffix("_sum")
    rows = rows.join(prior).join(added, on=list(PANEL_KEY))
    rows = rows.assign(
        rounding=rows["value_submitted"].map(rounding),
        slip=slips(rows["value_submitted"], rows["value"]),
        people=about["denominator_vi"],
    )
    rows = rows.assign(distance=distance(rows, rows["people"]))
    return _with_peers(rows)


def _with_peers(rows: pd.DataFrame) -> pd.DataFrame:
    """How values changed among peers: same indicator, year and kind of unit.

    Far from the median change (``usual_change``) are 5 robust standard deviations and
    `MIN_JUMP_POINTS` points, beyond sampling noise (``largest_change``).
    """
    change = rows["value"] - rows["value_prior"]
    keys = ["indicator_code", "definition_variant", "frame", "year"]
    keys = [*(rows[key] for key in keys), rows["unit_code"].str.len()]
    peers = change.groupby(keys)
    few = peers.transform("count") < 5
    usual = peers.transform("median").mask(few, 0.0)
    spread = (change - usual).abs().groupby(keys).transform("median") * 1.4826
    share = (rows["value"] + rows["value_prior"]).div(2).clip(1, 99) / 100
    noise = 400 * np.sqrt(share * (1 - share) / rows["denominator"].fillna(np.inf))
    limit = np.maximum(5 * spread, MIN_JUMP_POINTS).mask(few, 2 * MIN_JUMP_POINTS)
    return rows.assign(change=change, usual_change=usual, largest_change=limit + noise)
