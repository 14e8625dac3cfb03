"""Whatever is done to columns, a figure keeps its value, is rejected, or its column is named.

Boards of all forms are taken apart into columns that carry their whole heading; columns are moved,
added, renamed, given their neighbour's head or doubled. The oracle is the untouched form and the
identity of each column; every number in a form differs from the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests import form_fixtures as drawn
from tests.form_fixtures import Board, place
from tests.unit.test_forms import listed, xmc4
from tests.unit.test_forms_traps import row, template
from tests.unit.test_wordings import generic
from xhht_analysis.intake.forms.file_reader import Reading
from xhht_analysis.intake.reading.sheets import FileContent, Sheet

pytestmark = pytest.mark.unit

AGES = range(15, 61)
ADDED = (
    "Cùng kỳ năm trước", "Kế hoạch năm 2025", "Ghi chú", "Mức độ", "Nữ", "Tỷ lệ (%)", "Khác", "",
    "Số trường", "Tăng giảm", "Tổng số", "Chỉ tiêu giao", "Dân tộc", "Xếp loại",
)  # fmt: skip
ALIKE = ("cùng kỳ năm trước", "kế hoạch năm 2025", "nữ", "(dân tộc)", "nam")
WRITTEN = {
    "capitals": str.upper,
    "footnote": lambda text: f"{text} ¹" if text else text,
    "bracket": lambda text: f"{text}*" if text else text,
    "eth": lambda text: text.replace("Đ", "\u00d0").replace("đ", "\u00f0"),
    "breaks": lambda text: text.replace(" ", "\n", 1),
    "lost": lambda text: "Cột khác",
    "empty": lambda text: "",
}


@dataclass
class Columns:
    """A sheet as columns: (original column or None, cells from top to bottom)."""

    columns: list[tuple[int | None, list[object]]]
    top: int
    first: int

    def sheet(self, name: str) -> Sheet:
        return Sheet(
            name, [list(cells) for cells in zip(*(c for _, c in self.columns), strict=True)]
        )


def taken_apart(board: Board, top: int, first: int) -> Columns:
    grid = board.sheet().grid
    return Columns(list(enumerate(map(list, zip(*grid, strict=True)))), top - 1, first - 1)


@cache
def forms() -> dict[str, tuple[Board, int, int]]:
    """Board, first header row and first row below the header of each form."""
    n = count(1001)
    people = {age: 500 + age for age in AGES}
    first, second = {a: a - 10 for a in AGES}, {a: a + 7 for a in AGES}
    by_age = {age: 50 + 3 * age for age in range(7)}
    heads = [("Số trường", []), ("Trẻ 5 tuổi", ["PPC", "Huy động", "%"])]
    heads += [("Trẻ 6 tuổi", ["PPC", "Hoàn thành CTGDMN", "%"])]
    groups = {"15-25": (1110, 11, 22), "15-35": (2110, 51, 101), "15-60": (4110, 201, 401)}
    kkh = ["Tổng số", "Đăng ký", "Đạt", "% đạt/đăng ký", "% đạt/tổng số"]
    models = [("Gia đình học tập", kkh), ("Công dân học tập", kkh)]
    values = [90, 80, 60, 75.5, 66.67, 3000, 2000, 1500, 76, 50]
    wide = generic("Kỹ năng sống tử số", "Kỹ năng sống mẫu số", "clc_it (%)", "literacy_level")
    wide.row("A5", [1, "Xã Tân Thới", 55, 99, 34.5, 2]).row("A6", [2, "Xã Tân Phú", 56, 98, 33, 1])
    level = ["literacy_level", "", "", None, None, None, "Mức độ 2"]
    shares = [*row("clc_it", None, None), 45.67]
    return {
        "template": (template(row("life_skills", next(n), next(n) + 999), shares, level), 8, 9),
        "generic": (wide, 4, 5),
        "XMC-4": (xmc4(), 4, 7),
        "CMC-1": (drawn.cmc1({"Xã Tân Thới": groups}), 4, 7),
        "XMC-3": (drawn.xmc3(people, first, second), 4, 7),
        "MN-01-TE": (drawn.mn01(by_age, {a: b - 2 for a, b in by_age.items()}, {6: 66}), 4, 6),
        "MN-02": (listed("MN-02", "TỔNG HỢP KẾT QUẢ PCGDMN", heads,
                         [2, 60, 59, 98.33, 71, 70, 98.59]), 4, 6),
        "HKH": (listed("HKH", "KẾT QUẢ MÔ HÌNH HỌC TẬP", models, values), 4, 6),
    }  # fmt: skip


change = st.tuples(
    st.sampled_from(["move", "add", "like", "rename", "spread", "double"]),
    st.integers(0, 70),
    st.integers(0, 70),
    st.sampled_from(ADDED),
    st.sampled_from(sorted(WRITTEN)),
    st.booleans(),
)


def apply(sheet: Columns, kind: str, at: int, to: int, head: str, how: str, low: bool) -> None:
    """One change; ``low`` touches the lowest heading only."""
    columns, headers = sheet.columns, range(sheet.top, sheet.first)
    at, to = at % len(columns), to % len(columns)
    origin, cells = columns[at]
    touched = [sheet.first - 1] if low else list(headers)
    if kind == "move":
        columns.insert(to, columns.pop(at))
    elif kind == "double":
        columns.insert(to, (origin, list(cells)))
    elif kind == "add":
        numbers = [31_000 + 7 * n for n in range(len(cells))]
        new = ["" if r < sheet.first or cells[r] == "" else numbers[r] for r in range(len(cells))]
        for r in touched:
            new[r] = head
        columns.insert(to, (None, new))
    elif kind == "like":  # the same head, of last year or of a part
        new = [
            31_000 + 7 * r if isinstance(cells[r], (int, float)) else "" for r in range(len(cells))
        ]
        new[sheet.top : sheet.first] = cells[sheet.top : sheet.first]
        new[sheet.first - 1] = f"{new[sheet.first - 1]} {ALIKE[to % len(ALIKE)]}"
        columns.insert(to, (None, new))
    elif kind == "rename":
        for r in touched:
            cells[r] = WRITTEN[how](str(cells[r]))
    else:  # spread to the right or to the left
        beside = at + 1 if to % 2 and at + 1 < len(columns) else at - 1
        for r in touched:
            columns[beside][1][r] = cells[r]


def read_sheet(sheet: Sheet) -> Reading:
    file = FileContent("2024-11-20/bieu.xlsx", [sheet], sha256="0" * 64)
    return drawn.forms().read(file, "2024-11-20")


def amounts(reading: Reading) -> dict[tuple[str, str], dict[str, object]]:
    rows = [r for r in reading.observation_rows if not r.get("problem")]
    parts = ("numerator", "denominator", "value", "level")
    return {
        (r["indicator_code"], r["unit_code"]): {p: r[p] for p in parts if r.get(p) is not None}
        for r in rows
    }


def check(board: Board, top: int, first: int, changes: list[tuple]) -> None:
    sheet = taken_apart(board, top, first)
    before = amounts(read_sheet(taken_apart(board, top, first).sheet(board.name)))
    assert before
    for one in changes:
        apply(sheet, *one)
    reading = read_sheet(sheet.sheet(board.name))
    if reading.refusal is not None:
        return
    after = amounts(reading)
    rejected = {row["indicator_code"] for row in reading.observation_rows if row.get("problem")}
    told = {row["indicator_code"] for row in reading.finding_rows} | rejected
    named = [r for r in reading.finding_rows if r["rule"].endswith(("_left_out", "_ambiguous"))]
    left = {place(r["cell"])[1] for r in named if r["cell"]}
    lost = {sheet.columns[column][0] for column in left if column < len(sheet.columns)}
    for key, parts in after.items():
        assert key in before, key
        for part, value in parts.items():
            assert value == before[key].get(part, value if part == "value" else None), (key, part)
        gone = before[key].keys() - parts.keys()
        assert not gone or lost or key[0] in told, (key, gone)
    for key in before.keys() - after.keys():
        assert key[0] in told or lost, key


@pytest.mark.cases(3)
@pytest.mark.parametrize("name", sorted(forms()))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
@given(changes=st.lists(change, min_size=1, max_size=3))
def test_columns_moved_added_renamed_spread_doubled(name, changes):
    check(*forms()[name], changes)
