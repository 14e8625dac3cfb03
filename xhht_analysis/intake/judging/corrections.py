"""The repairs people decided on: config/corrections.csv, applied before anything is judged.

One line is one repair, with its reason and source. Its ``expect`` says what the file held when
the repair was decided: once the source says something else it no longer fits, and the run stops.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from xhht_analysis import schema
from xhht_analysis.contracts import CODE, MAYBE, Column, Table
from xhht_analysis.intake.judging.impossible import FIELDS, PROBLEM_COLUMNS, number_text
from xhht_analysis.intake.reading.text import parse_number
from xhht_analysis.plan.config_tables import config_file
from xhht_analysis.project import KitError

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
    config_tables.ConfigError
        If a line has no reason, no source, or an unknown action or field.
    """
    path = config_dir / "corrections.csv"
    if not path.is_file():
        return CORRECTIONS.empty()
    with config_file(path):
        return schema.check(schema.read_csv(path, CORRECTIONS), CORRECTIONS)


def apply_corrections(claims: pd.DataFrame, corrections: pd.DataFrame) -> pd.DataFrame:
    """Apply every correction whose file is among the claims.

    Parameters
    ----------
    claims : DataFrame
        One row per observation: `FIELDS`, ``cell_<field>`` and what keeps it from being read
        (problem, problem_cell, raw, remedy).
    corrections : DataFrame
        `CORRECTIONS`.

    Returns
    -------
    DataFrame
        New claims; ``corrected`` is true where a line changed one. An override of the cell that
        could not be read takes the problem away; a dropped claim has the problem ``dropped``.

    Raises
    ------
    CorrectionError
        If a received file has no such cell, or ``expect`` is not what it holds.
    """
    claims = claims.assign(corrected=False)
    for line in corrections.to_dict("records"):
        hit = _matching(line, claims)
        if hit.empty and pd.notna(line["file"]) and claims["file"].eq(line["file"]).any():
            raise CorrectionError(
                f"{_place(line)}: không có ô số liệu nào như vậy trong tệp đã nhận; "
                "sửa hoặc xóa dòng đính chính ấy."
            )
        for claim in hit:  # none: another delivery, or received after as_of
            for column, value in _corrected(line, claims.loc[claim]).items():
                claims.loc[claim, column] = value
    return claims


def _corrected(line: dict, claim: pd.Series) -> dict[str, object]:
    """Columns of the claim that the line changes."""
    field = line["field"] if pd.notna(line["field"]) else _field(line, claim)
    cell_of_field = claim[f"cell_{field}"]
    cell = cell_of_field if isinstance(cell_of_field, str) else claim["cell"]
    unread = pd.notna(claim["problem"]) and claim["problem_cell"] in (cell, line["cell"])
    raw = claim.get(f"raw_{field}") if pd.isna(claim[field]) else None
    content = raw if isinstance(raw, str) else claim["raw"] if unread else claim[field]
    _guard(line, content)
    if line["action"] == "drop":
        why = f"Đã bỏ theo đính chính: {line['reason']}"
        at = claim["cell"] if pd.isna(line["cell"]) else line["cell"]
        typed = content if isinstance(content, str) else number_text(content)
        values = ("dropped", at, typed, why)
        return {"corrected": True, **dict(zip(PROBLEM_COLUMNS, values, strict=True))}
    if pd.isna(line["value"]):
        raise CorrectionError(f"{_place(line)}: thiếu giá trị ở cột value.")
    value = line["value"]
    if line["action"] == "scale":
        factors = _numbers(content)
        if not factors:
            raise CorrectionError(f"{_place(line)}: ô ghi «{content}», không phải số để nhân.")
        value = round(value * factors[0], 6)
    return {"corrected": True, field: value, **(dict.fromkeys(PROBLEM_COLUMNS) if unread else {})}


def _matching(line: dict, claims: pd.DataFrame) -> pd.Index:
    hit = pd.Series(True, index=claims.index)
    if pd.notna(line["file"]):  # the same bytes sent again hold the same mistake
        hit &= claims["file"].eq(line["file"]) | claims["original"].eq(line["file"])
    for column in ("sheet", "indicator_code", "unit_code", "year"):
        if pd.notna(line[column]):
            hit &= claims[column].eq(line[column]).fillna(False).astype(bool)
    if pd.notna(line["cell"]):
        cells = claims[["cell", "problem_cell", *(f"cell_{field}" for field in FIELDS)]]
        hit &= cells.eq(line["cell"]).any(axis=1)
    return claims.index[hit]


def _field(line: dict, claim: pd.Series) -> str:
    """Field that stands in the cell the line names; the claim's only figure without a cell.

    Where a count is missing, the cell of that message is where the missing one belongs.
    """
    if line["action"] == "override" and claim["problem_cell"] == line["cell"]:
        for field in FIELDS:
            if claim["problem"] == f"{field}_missing":
                return field
    for field in FIELDS:
        if pd.notna(line["cell"]) and claim[f"cell_{field}"] == line["cell"]:
            return field
    filled = [field for field in FIELDS if pd.notna(claim[field])]
    if line["action"] == "drop" or len(filled) == 1:
        return filled[0] if filled else "value"
    raise CorrectionError(f"{_place(line)}: cần ghi rõ cột field ({', '.join(FIELDS)}).")


def _guard(line: dict, content: object) -> None:
    expected = line["expect"]
    if pd.isna(expected):
        return
    near = (
        abs(n - number) <= 1e-9 * max(1.0, abs(number))
        for n in _numbers(expected)
        for number in _numbers(content)
    )
    same = str(content).strip() == expected.strip() or any(near)
    if not same:
        raise CorrectionError(
            f"{_place(line)}: đính chính chờ thấy «{expected}» nhưng tệp ghi «{content}». "
            "Nguồn đã thay đổi; kiểm tra lại rồi xóa hoặc sửa dòng đính chính."
        )


def _numbers(typed: object) -> list[float]:
    """Numbers that a cell or a person may mean: 41.507 is also 41507."""
    if not isinstance(typed, str):
        return [] if pd.isna(typed) else [typed]
    read = (parse_number(typed, kind=kind).value for kind in ("percent", "count"))
    return [number for number in read if number is not None]


def _place(line: dict) -> str:
    keys = ("file", "sheet", "cell", "indicator_code", "unit_code", "year")
    return "corrections.csv: " + ", ".join(str(line[key]) for key in keys if pd.notna(line[key]))
