"""The claims of all files become the tables of the stage, and the account is balanced."""

from __future__ import annotations

from typing import Any

import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.contracts import (
    FINDINGS,
    OBSERVATIONS,
    OUTCOMES,
    PANEL,
    REJECTS,
    SUBMISSIONS,
    Table,
)
from xhht_analysis.intake.gathering import Gathered, Plan
from xhht_analysis.intake.judging import (
    checks,
    cleaning,
    contradictions,
    copies,
    impossible,
    rollup,
)
from xhht_analysis.intake.judging.corrections import apply_corrections
from xhht_analysis.intake.judging.doubts import doubts
from xhht_analysis.plan import standards
from xhht_analysis.plan.config_tables import read_config

KEY = list(contracts.PANEL_KEY)
FORM = ["unit_code", "year", "frame"]
MANY_LEVELS = 3
"""Levels of a unit that are not those of its rates, from which all its levels are doubtful.

A level that its scale does not have says as much as two that may lag behind the rates.
"""


def build_tables(gathered: Gathered, plan: Plan, as_of: str) -> dict[str, Any]:
    """Judge the claims and build the tables of the stage.

    Returns
    -------
    dict
        The tables by name, ``as_of`` and ``account``.

    Raises
    ------
    corrections.CorrectionError, cleaning.AccountError
        See there.
    """
    claims = judge(gathered.claims, plan)
    claims, copied = copies.mark_copies(claims, plan.areas)
    standing = claims[claims["outcome"].eq("panel")]
    reported = rollup.reported_rows(standing, as_of)
    sums, gaps = rollup.add_up(reported, plan.areas)
    panel = _with_levels(rollup.merge_sums(reported, sums), claims, plan, as_of)
    panel = _columns_of(PANEL, panel.sort_values(KEY, ignore_index=True))
    doubtful = claims["source_id"].isin(panel.loc[panel["status"].eq("doubtful"), "source_id"])
    status = claims["status"].mask(doubtful, "doubtful")
    observations = _columns_of(OBSERVATIONS, claims.assign(status=status))
    rejects = reject_rows(claims)
    origins = standing.set_index("source_id")
    improbable = checks.find_doubts(panel, origins, sums, gaps, plan)
    refused = claims.loc[claims["whole"], "file"]
    of_cells = pd.DataFrame(gathered.findings, columns=list(FINDINGS.columns))
    activities = gathered.activities[~gathered.activities["file"].isin(refused)]
    parts = [
        of_cells[~of_cells["file"].isin(refused)],
        _about_files(claims),
        _between_files(claims),
        copied,
        improbable,
    ]
    findings = _columns_of(FINDINGS, pd.concat(parts, ignore_index=True))
    return {
        "observations": observations,
        "panel": panel,
        "rejects": rejects,
        "findings": findings,
        "activities": activities.reset_index(drop=True),
        "submissions": submissions(gathered.files, observations, findings),
        "as_of": as_of,
        "account": cleaning.check_account(observations, panel, rejects),
    }


def judge(claims: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Corrections, impossible values, and the outcome of every claim."""
    claims = apply_corrections(claims, read_config("corrections", plan.config_dir))
    claims = impossible.mark_impossible(claims, plan)
    claims = contradictions.mark_contradicting(claims, plan)
    return cleaning.settle(impossible.refuse_whole_files(claims))


def _with_levels(panel: pd.DataFrame, claims: pd.DataFrame, plan: Plan, as_of: str) -> pd.DataFrame:
    """Panel with the levels that the rates give under the recognition rules.

    Levels of a unit many of which are not those of its rates may stand in wrong rows: doubtful.
    Where no level was reported the bounds stand in a derived row, marked as sample as soon as one
    figure of its year is.
    """
    rules = standards.read_standards(plan.config_dir)
    levels = standards.derive_levels(panel, rules, plan.areas).assign(definition_variant="plan")
    bounds = ["level_derived_min", "level_derived_max"]
    merged = panel.drop(columns=bounds).merge(levels, on=KEY, how="outer")
    level, beyond = merged["level"], claims["problem"].eq("level_range")
    apart = level.lt(merged["level_derived_min"]) | level.gt(merged["level_derived_max"])
    signs = pd.concat([merged[FORM][apart], *2 * [claims.loc[beyond, FORM]]]).value_counts()
    many = pd.MultiIndex.from_frame(merged[FORM]).isin(signs.index[signs.ge(MANY_LEVELS)])
    is_doubtful = many & level.notna() & merged["status"].eq("ok")
    merged = merged.assign(status=merged["status"].mask(is_doubtful, "doubtful"))
    invented = merged["year"].isin(panel.loc[panel["status"].eq("sample"), "year"])
    status = invented.map({True: "sample", False: "ok"})
    return merged.assign(status=merged["status"].fillna(status)).fillna(
        {"value_type": "derived", "as_of": as_of}
    )


def _about_files(claims: pd.DataFrame) -> pd.DataFrame:
    """A doubt for each file with figures of other areas."""
    foreign = claims.loc[claims["outcome"].eq("out_of_scope"), "file"].value_counts()
    text = (
        "{count:.0f} số liệu của tỉnh khác hoặc đơn vị ngoài phạm vi Kế hoạch: không đưa vào bảng."
    )
    return doubts(foreign.reset_index(), "out_of_scope", text)


def _between_files(claims: pd.DataFrame) -> pd.DataFrame:
    """Doubts where files say the same figure: two of one day or of two senders, one refused."""
    earlier = cleaning.replaced(claims)
    of_day = earlier["received_on"].eq(earlier["received_on_last"])
    of_others = earlier["sender"].ne(earlier["sender_last"]).fillna(False).astype(bool)
    other = "Nơi khác gửi sau ({file_last}) ghi khác; dùng số gửi sau, kiểm tra số nào đúng."
    conflict = "Hai tệp cùng ngày nhận ghi khác nhau; dùng số trong {file_last}."
    kept = "Số sửa trong {file_later} không dùng được: đang giữ số cũ này, kiểm tra lại."
    late = (
        "Tệp nhận sau ({file_last}) cũng ghi năm {year:.0f} và đã thay số này, khi đang chờ số năm "
        "sau: nếu tệp ấy quên đổi năm, sửa năm rồi gửi lại."
    )
    return pd.concat(
        [
            doubts(earlier[earlier["is_late"]], "replaced_late", late),
            doubts(earlier[of_day], "same_day_conflict", conflict),
            doubts(earlier[of_others & ~of_day], "senders_differ", other),
            doubts(cleaning.refused_revisions(claims), "revision_refused", kept),
        ]
    )


def submissions(
    files: pd.DataFrame, observations: pd.DataFrame, findings: pd.DataFrame
) -> pd.DataFrame:
    """One row per file with the fate of its observations and columns (contract SUBMISSIONS)."""
    unread = findings.loc[findings["rule"].eq("column_left_out"), "file"].value_counts()
    counts = pd.crosstab(observations["file"], observations["outcome"])
    counts = counts.reindex(index=files["file"], columns=list(OUTCOMES), fill_value=0)
    counts = counts.add_prefix("n_").assign(
        n_observations=counts.sum(axis=1),
        n_columns_left_out=unread.reindex(counts.index, fill_value=0),
    )
    both = pd.concat([files, counts.reset_index(drop=True)], axis=1)
    return contracts.conform(both, SUBMISSIONS)


def reject_rows(claims: pd.DataFrame) -> pd.DataFrame:
    """One reject per rejected claim (contract REJECTS)."""
    wrong = claims[claims["outcome"].eq("rejected")]
    cell = wrong["problem_cell"].fillna(wrong["cell"])
    wrong = wrong.assign(cell=cell, rule=wrong["problem"])
    return _columns_of(REJECTS, wrong.reset_index(drop=True))


def _columns_of(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """The columns of a contract, with its types."""
    return contracts.conform(frame.reindex(columns=list(table.columns)), table)
