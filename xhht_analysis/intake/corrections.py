"""The repairs people decided on: config/corrections.csv, applied before anything is judged.

One line is one repair, with its reason and source. Its ``expect`` says what the file held when the
repair was decided: once the source says something else the repair no longer fits, and the run stops.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.contracts import CODE, MAYBE, Column, Table
from xhht_analysis.project import KitError

FIELDS = ("numerator", "denominator", "value", "level")
CORRECTIONS = Table(
    "corrections",
    {
        "action": Column("str", allowed=("override", "drop", "scale")),
        "file": MAYBE,
        "sheet": MAYBE,
        "cell": MAYBE,
        "indicator_code": MAYBE,
        "unit_code": MAYBE,
        "year": Column("int", required=False),
        "field": Column("str", required=False, allowed=FIELDS),
        "expect": MAYBE,
        "value": Column("float", required=False),
        "reason": CODE,
        "source": CODE,
        "decided_by": MAYBE,
        "decided_on": MAYBE,
    },
    note="Key: file, sheet and cell, or indicator, unit and year (of every file received).",
)


class CorrectionError(KitError):
    """A line of corrections.csv no longer fits what was submitted."""


def read_corrections(config_dir: Path) -> pd.DataFrame:
    """Read config/corrections.csv (`CORRECTIONS`); no file means no corrections.

    Raises
    ------
    contracts.ContractError
        If a line has no reason, no source, or an unknown action or field.
    """
    path = config_dir / "corrections.csv"
    if not path.is_file():
        return CORRECTIONS.empty()
    types = CORRECTIONS.dtypes
    frame = pd.read_csv(
        path, dtype=types, keep_default_na=False, na_values=[""], encoding="utf-8-sig"
    )
    return contracts.check(contracts.conform(frame, CORRECTIONS), CORRECTIONS)


def apply_corrections(
    claims: pd.DataFrame, problems: pd.DataFrame, corrections: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Apply every correction whose file is among the claims.

    Parameters
    ----------
    claims : DataFrame
        One row per observation, indexed by claim; `FIELDS` and ``cell_<field>``.
    problems : DataFrame
        claim, cell, raw, rule, remedy: cells that cannot be read. An override of such a cell
        takes its problem away.
    corrections : DataFrame
        `CORRECTIONS`.

    Returns
    -------
    tuple of DataFrame
        New claims (``corrected`` is true where a line changed them) and problems.

    Raises
    ------
    CorrectionError
        If a received file has no such cell, or ``expect`` is not what it holds.
    """
    claims = claims.assign(corrected=False)
    for line in corrections.to_dict("records"):
        if pd.notna(line["file"]) and not claims["file"].eq(line["file"]).any():
            continue  # another delivery, or received after as_of
        claims, problems = _apply(line, claims, problems)
    return claims, problems


def _apply(
    line: dict, claims: pd.DataFrame, problems: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    hit = _matching(line, claims, problems)
    if hit.empty:
        if pd.isna(line["file"]):
            return claims, problems
        raise CorrectionError(f"{_place(line)}: không có ô nào như vậy trong tệp đã nhận.")
    claims = claims.copy()
    for claim in hit:
        field = line["field"] if pd.notna(line["field"]) else _field(line, claims.loc[claim])
        own = problems["claim"].eq(claim)
        at_cell = own & problems["cell"].eq(_cell(claims.loc[claim], field))
        raw = problems.loc[at_cell, "raw"]
        _guard(line, raw.iloc[0] if len(raw) else claims.loc[claim, field])
        claims.loc[claim, "corrected"] = True
        if line["action"] == "drop":
            drop = {"claim": claim, "cell": claims.loc[claim, "cell"], "raw": line["expect"]}
            drop |= {"rule": "dropped", "remedy": f"Đã bỏ theo đính chính: {line['reason']}"}
            problems = pd.concat([problems[~own], pd.DataFrame([drop])], ignore_index=True)
            continue
        old = claims.loc[claim, field] if line["action"] == "scale" else 1.0
        claims.loc[claim, field] = old * line["value"]
        problems = problems[~at_cell]
    return claims, problems


def _matching(line: dict, claims: pd.DataFrame, problems: pd.DataFrame) -> pd.Index:
    hit = pd.Series(True, index=claims.index)
    for column in ("file", "sheet", "indicator_code", "unit_code", "year"):
        if pd.notna(line[column]):
            hit &= claims[column].eq(line[column]).fillna(False).astype(bool)
    if pd.notna(line["cell"]):
        cells = claims[["cell", *(f"cell_{field}" for field in FIELDS)]]
        owners = problems.loc[problems["cell"].eq(line["cell"]), "claim"]
        hit &= cells.eq(line["cell"]).any(axis=1) | claims.index.isin(owners)
    return claims.index[hit]


def _field(line: dict, claim: pd.Series) -> str:
    """Field that stands in the cell the line names; the claim's only figure without a cell."""
    for field in FIELDS:
        if pd.notna(line["cell"]) and claim[f"cell_{field}"] == line["cell"]:
            return field
    given = [field for field in FIELDS if pd.notna(claim[field])]
    if line["action"] == "drop" or len(given) == 1:
        return given[0] if given else "value"
    raise CorrectionError(f"{_place(line)}: cần ghi rõ cột field ({', '.join(FIELDS)}).")


def _cell(claim: pd.Series, field: str) -> str:
    own = claim[f"cell_{field}"]
    return own if isinstance(own, str) else claim["cell"]


def _guard(line: dict, found: object) -> None:
    expected = line["expect"]
    if pd.isna(expected):
        return
    if isinstance(found, str) or pd.isna(found):
        same = str(found).strip() == expected.strip()
    else:
        number = pd.to_numeric(expected.strip().replace(",", "."), errors="coerce")
        same = abs(number - found) <= 1e-9 * max(1.0, abs(found))
    if not same:
        raise CorrectionError(
            f"{_place(line)}: đính chính chờ thấy «{expected}» nhưng tệp ghi «{found}». "
            "Nguồn đã thay đổi; kiểm tra lại rồi xóa hoặc sửa dòng đính chính."
        )


def _place(line: dict) -> str:
    keys = ("file", "sheet", "cell", "indicator_code", "unit_code", "year")
    return "corrections.csv: " + ", ".join(str(line[key]) for key in keys if pd.notna(line[key]))
