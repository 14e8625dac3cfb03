"""Everything gathered becomes the tables of the stage, and the account is balanced."""

from __future__ import annotations

from typing import Any

import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.contracts import FINDINGS, OBSERVATIONS, OUTCOMES, PANEL, REJECTS, SUBMISSIONS
from xhht_analysis.intake.gathering import Gathered, Plan
from xhht_analysis.intake.judging import checks, cleaning, impossible, rollup
from xhht_analysis.intake.judging.corrections import apply_corrections, read_corrections
from xhht_analysis.plan import standards


def settle_all(gathered: Gathered, plan: Plan, as_of: str, *, sample: bool) -> dict[str, Any]:
    """Judge what was gathered and build the tables of the stage.

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
    standing = claims[claims["outcome"].eq("panel")]
    reported = rollup.reported_rows(standing, as_of)
    sums, gaps = rollup.add_up(reported, plan.areas)
    rules = standards.read_standards(plan.config_dir)
    panel = _with_levels(rollup.merge_sums(reported, sums), rules, plan, as_of)
    panel = panel.drop(columns="on").sort_values(list(contracts.PANEL_KEY), ignore_index=True)
    panel = contracts.conform(panel, PANEL)
    observations = contracts.conform(
        claims.reindex(columns=list(OBSERVATIONS.columns)), OBSERVATIONS
    )
    rejects = contracts.conform(reject_rows(claims), REJECTS)
    origins = standing.set_index("source_id")
    doubts = checks.find_doubts(
        panel,
        origins,
        sums,
        gaps,
        rejects,
        plan.indicators,
        thresholds(plan, rules),
        rules,
        plan.areas,
    )
    refused = claims.loc[claims["whole"], "file"]
    seen = pd.DataFrame(gathered.findings, columns=list(FINDINGS.columns))
    activities = gathered.activities[~gathered.activities["file"].isin(refused)]
    parts = [seen[~seen["file"].isin(refused)], _about_files(gathered, claims, sample), doubts]
    findings = pd.concat([contracts.conform(p, FINDINGS) for p in parts], ignore_index=True)
    account = cleaning.check_account(observations, panel, rejects)
    return {
        "observations": observations,
        "panel": panel,
        "rejects": rejects,
        "findings": findings,
        "activities": activities.reset_index(drop=True),
        "submissions": submissions(gathered.files, observations, findings),
        "as_of": as_of,
        "account": account,
    }


def judge(claims: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Corrections, impossible values, and the outcome of every claim."""
    claims = apply_corrections(claims, read_corrections(plan.config_dir))
    claims = impossible.place_claims(claims, plan.areas, plan.indicators)
    claims = impossible.mark_impossible(claims, plan.areas, plan.indicators)
    return cleaning.settle(impossible.refuse_whole_files(claims, plan.areas.province))


def thresholds(plan: Plan, rules: pd.DataFrame) -> pd.DataFrame:
    """Thresholds that figures may heap above: targets and recognition rules, in percent."""
    targets = plan.targets.loc[plan.targets["measure_unit"].eq("percent")]
    targets = targets.rename(columns={"target_value": "threshold"})
    both = pd.concat([t[["indicator_code", "threshold"]] for t in (targets, rules)])
    return both[both["threshold"].notna() & both["indicator_code"].fillna("").ne("")]


def _with_levels(panel: pd.DataFrame, rules: pd.DataFrame, plan: Plan, as_of: str) -> pd.DataFrame:
    """Panel with the levels that the rates give under the recognition rules.

    Where no level was reported the bounds stand in a derived row, marked as sample as soon as one
    figure of its year is.
    """
    levels = standards.derive_levels(panel, rules, plan.areas).assign(definition_variant="plan")
    key = list(contracts.PANEL_KEY)
    bounds = ["level_derived_min", "level_derived_max"]
    merged = panel.drop(columns=bounds).merge(levels, on=key, how="outer", indicator="side")
    fresh = merged["side"].eq("right_only")
    invented = merged["year"].isin(panel.loc[panel["status"].eq("sample"), "year"])
    filled = {
        "value_type": merged["value_type"].mask(fresh, "derived"),
        "status": merged["status"].mask(fresh, invented.map({True: "sample", False: "ok"})),
        "as_of": merged["as_of"].mask(fresh, as_of),
    }
    return merged.assign(**filled).drop(columns="side")


def _about_files(gathered: Gathered, claims: pd.DataFrame, sample: bool) -> pd.DataFrame:
    """Doubts about whole files: foreign units, samples among real files, same-day conflicts."""
    rows = []
    foreign = claims[claims["outcome"].eq("out_of_scope")].groupby("file").size()
    for file, n in foreign.items():
        text = f"{n} số liệu của tỉnh khác hoặc đơn vị ngoài phạm vi Kế hoạch: không đưa vào bảng."
        rows.append({"file": file, "rule": "out_of_scope", "message": text})
    files = gathered.files
    for file in files.loc[files["is_sample"] & (not sample), "file"]:
        text = "Tệp mang dấu số liệu minh hoạ nhưng nằm trong thư mục số liệu thật."
        rows.append({"file": file, "rule": "sample_file", "message": text})
    dated = claims.drop_duplicates("file")
    for file in dated.loc[dated["snapshot_date"] > dated["received_on"], "file"]:
        text = "Ngày chốt số liệu sau ngày nhận tệp; kiểm tra lại ngày."
        rows.append({"file": file, "rule": "snapshot_after_receipt", "message": text})
    live = claims[claims["outcome"].isin(("panel", "superseded"))]
    last = live[live["outcome"].eq("panel")]
    both = live[live["outcome"].eq("superseded")].merge(
        last, on=[*contracts.PANEL_KEY, "received_on"], suffixes=("", "_last")
    )
    for row in both.to_dict("records"):
        place = {
            k: row[k] for k in ("file", "sheet", "cell", "indicator_code", "unit_code", "year")
        }
        text = f"Hai tệp cùng ngày nhận ghi khác nhau; dùng số trong {row['file_last']}."
        rows.append(place | {"rule": "same_day_conflict", "message": text})
    empty = files.loc[~files["file"].isin(claims["file"]), "file"]
    quiet = empty[~empty.isin(gathered.activities["file"])]
    for file in quiet:
        text = "Nhận ra biểu mẫu nhưng không có số liệu nào."
        rows.append({"file": file, "rule": "nothing_filled_in", "message": text})
    return pd.DataFrame(rows, columns=list(FINDINGS.columns))


def submissions(
    files: pd.DataFrame, observations: pd.DataFrame, findings: pd.DataFrame
) -> pd.DataFrame:
    """One row per file with the fate of its observations and columns (contract SUBMISSIONS)."""
    unread = findings.loc[findings["rule"].eq("column_left_out"), "file"].value_counts()
    counts = pd.crosstab(observations["file"], observations["outcome"])
    counts = counts.reindex(index=files["file"], columns=list(OUTCOMES), fill_value=0)
    counts.columns = [f"n_{name}" for name in counts.columns]
    counts = counts.assign(
        n_observations=counts.sum(axis=1),
        n_columns_left_out=unread.reindex(counts.index, fill_value=0),
    ).reset_index(drop=True)
    return contracts.conform(pd.concat([files, counts], axis=1), SUBMISSIONS)


def reject_rows(claims: pd.DataFrame) -> pd.DataFrame:
    """One reject per rejected claim (contract REJECTS)."""
    wrong = claims[claims["outcome"].eq("rejected")]
    cell = wrong["problem_cell"].fillna(wrong["cell"])
    columns = ["file", "sheet", "cell", "raw", "rule", "remedy"]
    columns += ["indicator_code", "unit_code", "year"]
    return wrong.assign(cell=cell, rule=wrong["problem"])[columns].reset_index(drop=True)
