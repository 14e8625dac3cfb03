"""The repairs people decided on: config/corrections.csv, applied before anything is judged.

One line is one repair, with its reason and source. Its ``expect`` says what the file held when
the repair was decided: once the source says something else it no longer fits, and the run stops.
"""

from __future__ import annotations

import pandas as pd

from xhht_analysis.intake.judging.impossible import FIELDS, PROBLEM_COLUMNS, number_text
from xhht_analysis.intake.reading.text import parse_number
from xhht_analysis.project import KitError


class CorrectionError(KitError):
    """A line of corrections.csv no longer fits what was submitted."""


def apply_corrections(claims: pd.DataFrame, corrections: pd.DataFrame) -> pd.DataFrame:
    """Apply every correction whose file is among the claims.

    Parameters
    ----------
    claims : DataFrame
        One row per observation: `FIELDS`, ``cell_<field>`` and what keeps it from being read
        (problem, problem_cell, raw, remedy).
    corrections : DataFrame
        Table corrections of `config_tables`.

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
        if hit.empty and claims["file"].eq(line["file"]).any():
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
    field, unread = _field(line, claim), claim["problem_cell"] == line["cell"]
    raw = claim.get(f"raw_{field}") if pd.isna(claim[field]) else None
    content = raw if isinstance(raw, str) else claim["raw"] if unread else claim[field]
    _guard(line, content)
    if line["action"] == "drop":
        why = f"Đã bỏ theo đính chính: {line['reason']}"
        typed = content if isinstance(content, str) else number_text(content)
        values = ("dropped", line["cell"], typed, why)
        return {"corrected": True, **dict(zip(PROBLEM_COLUMNS, values, strict=True))}
    if pd.isna(line["value"]):
        raise CorrectionError(f"{_place(line)}: thiếu giá trị ở cột value.")
    value = line["value"]
    if line["action"] == "scale":
        factors = numbers(content)
        if not factors:
            raise CorrectionError(f"{_place(line)}: ô ghi «{content}», không phải số để nhân.")
        value = round(value * factors[0], 6)
    return {"corrected": True, field: value, **(dict.fromkeys(PROBLEM_COLUMNS) if unread else {})}


def _matching(line: dict, claims: pd.DataFrame) -> pd.Index:
    """Claims of which a figure stands in the cell, or is refused for what stands there."""
    # the same bytes sent again hold the same mistake
    hit = claims["file"].eq(line["file"]) | claims["original"].eq(line["file"])
    if line["sheet"]:
        hit &= claims["sheet"].eq(line["sheet"])
    cells = claims[["cell", "problem_cell", *(f"cell_{field}" for field in FIELDS)]]
    return claims.index[hit & cells.eq(line["cell"]).any(axis=1)]


def _field(line: dict, claim: pd.Series) -> str:
    """Field that stands in the cell the line names.

    Where a count is missing, the cell of that message is where the missing one belongs.
    """
    at_cell = [field for field in FIELDS if claim[f"cell_{field}"] == line["cell"]]
    if line["action"] == "override" and claim["problem_cell"] == line["cell"]:
        at_cell = [field for field in FIELDS if claim["problem"] == f"{field}_missing"] or at_cell
    if not at_cell and line["action"] != "drop":
        raise CorrectionError(f"{_place(line)}: không phải ô số liệu; sửa trong tệp rồi gửi lại.")
    return [*at_cell, "value"][0]


def _guard(line: dict, content: object) -> None:
    expected = line["expect"]
    if not expected:
        return
    near = (
        abs(n - number) <= 1e-9 * max(1.0, abs(number))
        for n in numbers(expected)
        for number in numbers(content)
    )
    same = str(content).strip() == expected.strip() or any(near)
    if not same:
        raise CorrectionError(
            f"{_place(line)}: đính chính chờ thấy «{expected}» nhưng tệp ghi «{content}». "
            "Nguồn đã thay đổi; kiểm tra lại rồi xóa hoặc sửa dòng đính chính."
        )


def numbers(typed: object) -> list[float]:
    """Numbers that a cell or a person may mean: 41.507 is also 41507."""
    read = (parse_number(typed, kind=kind).value for kind in ("percent", "count"))
    return [number for number in read if number is not None]


def _place(line: dict) -> str:
    return "corrections.csv: " + ", ".join(filter(None, map(line.get, ("file", "sheet", "cell"))))
