"""The sheet `Thực hiện`, or a table of the same columns in Word or Excel: deeds and money."""

from __future__ import annotations

import re
from typing import Any

from xhht_analysis.intake.forms import left_out
from xhht_analysis.intake.forms.claims import Cell
from xhht_analysis.intake.forms.layouts import Layout
from xhht_analysis.intake.reading.sheets import UNCACHED
from xhht_analysis.intake.reading.text import SCALES, fold, normalise, scale_of

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
WORDS = {"status": STATUS, "budget_source": SOURCES}
MONEY = ("budget_planned", "budget_spent")
CURRENCY = {"dong", "d", "vnd"}
MILLION = 1e6
MOST = 1e11
"""Money of one task of one unit, in đồng: more is a figure in đồng under "triệu đồng"."""


class Activities(Layout):
    """One row per task: what became of it, what it cost. Nothing here enters the panel."""

    certainty = 3
    """Before every form of figures."""

    @property
    def claims(self) -> bool:
        """Whether the headings name tasks and what became of them."""
        outcome = {"status", "text", "budget_spent"} & self.columns.keys()
        return "title" in self.columns and len(outcome) >= 2

    def read(self) -> None:
        """Hand over the rows (contract ACTIVITIES) that say anything.

        Money is in million đồng; its unit is the cell's own, else the heading's, else million. A
        cell that cannot be read, or holds more than `MOST`, is a finding and stays empty.
        """
        columns = {name: next(iter(years.values())) for name, years in self.columns.items()}
        table, reader, said = self.table, self.reader, []
        for row, kind in table.rows:
            cells = {name: (row, column) for name, column in columns.items()}
            texts = {name: normalise(table.sheet.text(*at)) for name, at in cells.items()}
            texts = {name: text for name, text in texts.items() if text not in ("", UNCACHED)}
            if kind == "data" and not texts.keys() <= {"task_code", "title", "budget_source"}:
                said.append((cells, texts))
        self.covered = set(dict(table.rows))
        left_out.report(self, set(columns.values()))
        if said and (reader.sender is None or reader.context.year is None):
            text = f"{len(said)} dòng nhiệm vụ không rõ đơn vị hoặc năm báo cáo: không đọc."
            reader.find(None, "activity_without_sender", text)
        else:
            reader.reading.activity_rows += [self._row(*row) for row in said]

    def _row(self, cells: dict[str, Cell], texts: dict[str, str]) -> dict[str, Any]:
        reader, sheet = self.reader, self.table.sheet
        text = texts.get("text", "")
        if "task_code" not in texts:
            text = f"{texts.get('title', '')}: {text}".strip(": ")
        plain = ("task_code", "difficulty", "proposal")
        return {
            **{name: texts.get(name) for name in plain},
            **{
                n: self._word(texts[n], words, cells[n]) for n, words in WORDS.items() if n in texts
            },
            **{name: self._money(cells[name]) for name in MONEY if name in cells},
            "text": text or None,
            "reporter_code": reader.sender,
            "year": reader.context.year,
            "received_on": reader.received_on,
            "file": reader.file,
            "sheet": sheet.name or None,
            "cell": sheet.address(*cells.get("text", cells["title"])) or None,
        }

    def _word(self, text: str, words: dict[str, str], at: Cell) -> str | None:
        key = f"{text.lower()} | {fold(text)}"
        codes = [code for code, word in words.items() if re.search(rf"\b({word})(?!\w)", key)]
        if len(codes) == 1 or (codes and words is STATUS):
            return codes[0]
        why = "Nhiều nguồn trong một ô, mỗi nguồn cần một dòng:" if codes else "Không nhận ra"
        self.reader.find(at, "word_unknown", f"{why} “{text[:60]}”; để trống.")
        return None

    def _money(self, at: Cell) -> float | None:
        raw, heading = self.table.sheet.cell(*at), self.table.headings[at[1]]
        own = isinstance(raw, str) and not (SCALES.keys() | CURRENCY).isdisjoint(fold(raw).split())
        scale = 1.0 if own else scale_of(heading.replace("|", " "))
        if not own and scale == 1.0 and CURRENCY.isdisjoint(heading.split()):
            scale = self.reader.context.money_scale or MILLION
        amount = self.reader.number(at, "money", scale)
        if amount.problem:
            text = f"Không đọc được số tiền “{str(raw)[:40]}”; để trống."
            self.reader.find(at, "money_unreadable", text)
        if not own and amount.value is not None and amount.value > MOST:
            text = (
                f"Số tiền “{self.table.sheet.text(*at)[:40]}” ở cột tính bằng triệu đồng là trên "
                "100 tỷ đồng cho một nhiệm vụ, có thể đã ghi bằng đồng: để trống; ghi lại bằng "
                "triệu đồng."
            )
            self.reader.find(at, "money_scale", text)
            return None
        return amount.value and round(amount.value / MILLION, 6)
