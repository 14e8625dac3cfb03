"""The sheet `Thực hiện`, or a table of the same columns in Word or Excel: deeds and money."""

from __future__ import annotations

from typing import Any

from xhht_analysis.intake.tables import AmbiguousColumnError, Table
from xhht_analysis.intake.text import SCALES, fold, normalise, parse_number, scale_of

COLUMNS = {
    "task_code": "mã nhiệm vụ|mã nv|mã",
    "title": "nhiệm vụ|nội dung|giải pháp, !mã",
    "status": "tình trạng|trạng thái|tiến độ",
    "text": "kết quả|đã thực hiện|nội dung thực hiện, !khó khăn",
    "budget_planned": "kinh phí, dự toán|kế hoạch|được giao|giao|bố trí",
    "budget_spent": "kinh phí, đã chi|thực hiện|thực chi|giải ngân|sử dụng",
    "budget_source": "nguồn",
    "difficulty": "khó khăn|vướng mắc|hạn chế",
    "proposal": "đề xuất|kiến nghị",
}
STATUS = {
    "chua": "not_started",
    "dang": "in_progress",
    "da": "done",
    "hoan thanh": "done",
    "dung": "stopped",
    "tam dung": "stopped",
    "khong thuc hien": "stopped",
}
SOURCES = {
    "ngan sach": "state_budget",
    "nsnn": "state_budget",
    "chuong trinh": "programme",
    "de an": "programme",
    "xa hoi": "social",
    "tai tro": "social",
    "van dong": "social",
}
MILLION = 1e6


def is_activity_table(table: Table) -> bool:
    """Whether the headings name tasks and what became of them."""
    found = _columns(table)
    return "title" in found and len({"status", "text", "budget_spent"} & found.keys()) >= 2


def _columns(table: Table) -> dict[str, int]:
    found = {}
    for name, spec in COLUMNS.items():
        try:
            columns = table.columns(spec)
        except AmbiguousColumnError:
            continue
        if columns:
            found[name] = next(iter(columns.values()))
    return found


def read_activities(table: Table, office: Any) -> list[dict[str, Any]]:
    """Rows of the activities table (contract ACTIVITIES) that say anything.

    Money is in million đồng; its unit is the cell's own, else the heading's, else million. A cell
    that cannot be read is a finding and stays empty; nothing here enters the panel.
    """
    columns, sheet = _columns(table), table.sheet
    reporter = office.sender
    rows, lost = [], 0
    for row, kind in table.rows():
        if kind != "data":
            continue
        texts = {n: normalise(sheet.text(row, columns[n])) if n in columns else "" for n in COLUMNS}
        if not any(texts[n] for n in COLUMNS if n not in ("task_code", "title", "budget_source")):
            continue
        place = columns.get("text", columns["title"])
        if reporter is None or office.context.year is None:
            lost += 1
            continue
        text = (
            texts["text"]
            if texts["task_code"]
            else f"{texts['title']}: {texts['text']}".strip(": ")
        )
        rows.append(
            {
                "task_code": texts["task_code"] or None,
                "reporter_code": reporter,
                "year": office.context.year,
                "status": _word(texts["status"], STATUS, office, row, columns.get("status")),
                "text": text or None,
                "budget_planned": _money(table, row, columns.get("budget_planned"), office),
                "budget_spent": _money(table, row, columns.get("budget_spent"), office),
                "budget_source": _word(
                    texts["budget_source"], SOURCES, office, row, columns.get("budget_source")
                ),
                "difficulty": texts["difficulty"] or None,
                "proposal": texts["proposal"] or None,
                "received_on": office.received_on,
                "file": office.file,
                "sheet": sheet.name or None,
                "cell": sheet.address(row, place) or None,
            }
        )
    if lost:
        text = f"{lost} dòng nhiệm vụ không rõ đơn vị hoặc năm báo cáo: không đọc."
        office.find(None, "activity_without_sender", text)
    return rows


def _word(
    text: str, words: dict[str, str], office: Any, row: int, column: int | None
) -> str | None:
    key = f" {fold(text)} "
    if not key.strip():
        return None
    code = next((code for word, code in words.items() if f" {word} " in key), None)
    if code is None:
        office.find((row, column), "word_unknown", f"Không nhận ra “{text[:60]}”; để trống.")
    return code


def _money(table: Table, row: int, column: int | None, office: Any) -> float | None:
    if column is None:
        return None
    sheet, raw = table.sheet, table.sheet.cell(row, column)
    heading = table.headings[column]
    own = isinstance(raw, str) and any(
        w in SCALES or w in ("dong", "d", "vnd") for w in fold(raw).split()
    )
    named = any(word in heading.split() for word in ("dong", "trieu", "ti"))
    scale = 1.0 if own else scale_of(heading.replace("|", " ")) if named else MILLION
    column_cells = [
        sheet.cell(r, column) for r in range(table.first, min(table.last, sheet.n_rows))
    ]
    whole = scale == 1.0 and not own
    parsed = parse_number(raw, kind="money", siblings=column_cells, fractions=not whole)
    if parsed.problem:
        office.find(
            (row, column),
            "money_unreadable",
            f"Không đọc được số tiền “{str(raw)[:40]}”; để trống.",
        )
        return None
    return None if parsed.value is None else round(parsed.value * scale / MILLION, 6)
