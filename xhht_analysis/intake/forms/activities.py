"""The sheet `Thực hiện`, or a table of the same columns in Word or Excel: deeds and money."""

from __future__ import annotations

import re
from typing import Any

from xhht_analysis.intake.forms import left_out
from xhht_analysis.intake.forms.tables import AmbiguousColumnError, Table
from xhht_analysis.intake.reading.sheets import UNCACHED
from xhht_analysis.intake.reading.text import SCALES, fold, normalise, parse_number, scale_of

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
    "not_started": r"chưa(?! hoàn)|chua(?! hoan)",
    "stopped": r"dừng|ngừng|khong thuc hien",
    "in_progress": r"đang|dang|chua hoan thanh|mot phan|\d{1,2} %",
    "done": r"đã|da|(hoan )?thanh|xong|100 %",
}
"""Words of each state, the first that stands there decides: "đã dừng", "hoàn thành 80 %"."""
SOURCES = {
    "state_budget": r"ngan sach|ns\w{0,3}",
    "programme": r"chuong trinh|de an",
    "social": r"xa hoi|xhh|tai tro|van dong",
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
        texts = {name: "" if text == UNCACHED else text for name, text in texts.items()}
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
                "status": _word(texts["status"], STATUS, office, (row, columns.get("status"))),
                "text": text or None,
                "budget_planned": _money(table, row, columns.get("budget_planned"), office),
                "budget_spent": _money(table, row, columns.get("budget_spent"), office),
                "budget_source": _word(
                    texts["budget_source"], SOURCES, office, (row, columns.get("budget_source"))
                ),
                "difficulty": texts["difficulty"] or None,
                "proposal": texts["proposal"] or None,
                "received_on": office.received_on,
                "file": office.file,
                "sheet": sheet.name or None,
                "cell": sheet.address(row, place) or None,
            }
        )
    left_out.report(table, office, set(columns.values()), set(), set(dict(table.rows())))
    if lost:
        text = f"{lost} dòng nhiệm vụ không rõ đơn vị hoặc năm báo cáo: không đọc."
        office.find(None, "activity_without_sender", text)
    return rows


def _word(text: str, words: dict[str, str], office: Any, at: tuple[int, int]) -> str | None:
    key = f"{text.lower()} | {fold(text)}"
    codes = [code for code, word in words.items() if re.search(rf"\b({word})(?!\w)", key)]
    if not text or len(codes) == 1 or (codes and words is STATUS):
        return codes[0] if codes else None
    told = "Không nhận ra" if not codes else "Nhiều nguồn trong một ô, mỗi nguồn cần một dòng:"
    office.find(at, "word_unknown", f"{told} “{text[:60]}”; để trống.")
    return None


def _money(table: Table, row: int, column: int | None, office: Any) -> float | None:
    if column is None:
        return None
    raw = table.sheet.cell(row, column)
    heading = table.headings[column]
    own = isinstance(raw, str) and any(
        w in SCALES or w in ("dong", "d", "vnd") for w in fold(raw).split()
    )
    declared = scale_of(heading.replace("|", " "))
    if declared == 1.0 and not {"dong", "d", "vnd"} & set(heading.split()):
        declared = office.context.money_scale or MILLION
    scale = 1.0 if own else declared
    whole = scale == 1.0 and not own
    parsed = parse_number(raw, kind="money", siblings=table.siblings(column), fractions=not whole)
    if parsed.problem:
        office.find(
            (row, column),
            "money_unreadable",
            f"Không đọc được số tiền “{str(raw)[:40]}”; để trống.",
        )
        return None
    return None if parsed.value is None else round(parsed.value * scale / MILLION, 6)
