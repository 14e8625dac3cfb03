"""The official forms, drawn cell by cell: what a test changes, it changes on a `Board`.

Layouts follow the printed forms (merged headers, column numbers, "@ Cộng", signatures); all
figures are invented and small enough to check by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import xlsxwriter
from xlsxwriter.utility import xl_cell_to_rowcol, xl_col_to_name

from xhht_analysis.intake.forms.file_reader import Reading
from xhht_analysis.intake.forms.recognise import FormReader
from xhht_analysis.intake.gathering import Plan
from xhht_analysis.intake.reading.sheets import FileContent, Sheet
from xhht_analysis.project import ROOT

CONFIG = ROOT / "config"

TAN_THOI, TAN_PHU = "28690", "28693"
"""Communes of huyện Tân Phú Đông (825) in config/units.csv; Cai Lậy has a Tân Phú as well."""


@cache
def forms() -> FormReader:
    """Reader of the forms of this province."""
    return FormReader(Plan.read(CONFIG))


def read(*boards: Board, received_on: str = "2024-11-20", file: str = "") -> Reading:
    """Read a file of these sheets."""
    name = file or f"{received_on}/bieu.xlsx"
    return forms().read(content(*boards, file=name), received_on)


def figures(reading: Reading) -> dict[tuple[str, str], tuple]:
    """(numerator, denominator, cell) by indicator and unit of the rows without a problem."""
    rows = [row for row in reading.observation_rows if not row.get("problem")]
    return {
        (r["indicator_code"], r["unit_code"]): (r.get("numerator"), r.get("denominator"), r["cell"])
        for r in rows
    }


def problems(reading: Reading) -> list[tuple[str, str, str]]:
    """(rule, cell, raw) of the rows that must be rejected."""
    rows = [row for row in reading.observation_rows if row.get("problem")]
    return [(row["problem"], row["problem_cell"], row["raw"]) for row in rows]


def rules(reading: Reading) -> list[tuple[str, str]]:
    """(rule, cell) of the findings about what was read."""
    told = [(row["rule"], row["cell"]) for row in reading.finding_rows]
    return [pair for pair in told if not pair[0].endswith("_left_out")]


def left_out(reading: Reading) -> list[tuple[str, str]]:
    """(rule, cell) of the findings about columns, rows and tables that were not read."""
    told = [(row["rule"], row["cell"]) for row in reading.finding_rows]
    return [pair for pair in told if pair[0].endswith("_left_out")]


def place(address: str) -> tuple[int, int]:
    """Zero-based row and column of an A1 address."""
    return xl_cell_to_rowcol(address)


def column_letters(number: int) -> str:
    """Letters of a column counted from 1."""
    return xl_col_to_name(number - 1)


@dataclass
class Board:
    """One sheet being drawn; addresses are A1."""

    name: str = "Sheet1"
    cells: dict[tuple[int, int], object] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    formats: dict[tuple[int, int], dict[str, object]] = field(default_factory=dict)

    def put(self, address: str, value: object, **style: object) -> Board:
        """Write one cell, perhaps with an xlsxwriter format."""
        self.cells[place(address)] = value
        if style:
            self.formats[place(address)] = style
        return self

    def row(self, address: str, values: list[object]) -> Board:
        """Write cells to the right; None leaves a cell as it is."""
        top, left = place(address)
        for step, value in enumerate(values):
            if value is not None:
                self.cells[top, left + step] = value
        return self

    def merge(self, area: str, value: object) -> Board:
        """Write a merged range."""
        (top, left), (bottom, right) = map(place, area.split(":"))
        self.cells[top, left] = value
        self.merges.append((top, left, bottom, right))
        return self

    def moved(self, down: int, right: int) -> Board:
        """The same sheet with empty rows and columns before it."""
        return Board(
            self.name,
            {(r + down, c + right): v for (r, c), v in self.cells.items()},
            [(a + down, b + right, c + down, d + right) for a, b, c, d in self.merges],
        )

    def sheet(self) -> Sheet:
        """The sheet as a reader gives it: merged ranges filled."""
        height = max(r for r, _ in self.cells) + 1
        width = max([c for _, c in self.cells] + [m[3] for m in self.merges]) + 1
        grid: list[list[object]] = [[""] * width for _ in range(height)]
        for (r, c), value in self.cells.items():
            grid[r][c] = float(value) if type(value) is int else value
        for top, left, bottom, right in self.merges:
            for r in range(top, min(bottom, height - 1) + 1):
                grid[r][left : right + 1] = [grid[top][left]] * (right + 1 - left)
        return Sheet(self.name, grid, merged=tuple(self.merges))


def content(*boards: Board, file: str = "2024-11-20/bieu.xlsx") -> FileContent:
    """A file of these sheets, as if read."""
    return FileContent(file, [board.sheet() for board in boards], sha256="0" * 64)


def write_xlsx(path: Path, *boards: Board) -> Path:
    """Write the boards as a workbook."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        for board in boards:
            sheet = book.add_worksheet(board.name)
            plain = book.add_format()
            for top, left, bottom, right in board.merges:
                sheet.merge_range(top, left, bottom, right, board.cells[top, left], plain)
            for (r, c), value in board.cells.items():
                style = book.add_format(board.formats.get((r, c), {}))
                sheet.write(r, c, value, style)
    return path


def dress(number: str, title: str, where: str, year: int = 2024) -> Board:
    """The first rows every form has."""
    board = Board(number)
    board.put("A1", where).put("H1", f"Mẫu: {number}")
    board.merge("A2:L2", title)
    return board.put("C3", f"Thời điểm: ngày 30 tháng 9 năm {year}")


def sign(board: Board, row: int) -> Board:
    """Signatures and a note below the table; they hold no figures."""
    board.put(f"B{row}", "Ghi chú: số liệu tính đến ngày 30/9")
    board.put(f"B{row + 2}", "NGƯỜI LẬP BIỂU").put(f"H{row + 2}", "TM. BAN CHỈ ĐẠO")
    return board.put(f"H{row + 3}", "TRƯỞNG BAN").put(f"H{row + 7}", "Nguyễn Văn A")


def cmc1(units: dict[str, dict[str, tuple[int, int, int]]]) -> Board:
    """CMC-1: 66 columns; ``units`` gives people, illiterate level 1 and 2 by age group."""
    board = dress(
        "CMC-1", "TỔNG HỢP TÌNH HÌNH SỐ LIỆU CÔNG TÁC CHỐNG MÙ CHỮ", "Huyện: Tân Phú Đông"
    )
    board.merge("A4:A6", "TT").merge("B4:B6", "Đơn vị").merge("C4:F5", "Tổng dân số")
    board.row("C6", ["TS", "Nữ", "Dân tộc", "Nữ DT"])
    for block, ages in enumerate(("15-25", "15-35", "15-60")):
        left = 7 + 20 * block
        span = f"{column_letters(left)}4:{column_letters(left + 19)}4"
        board.merge(span, f"Độ tuổi {ages}")
        board.merge(f"{column_letters(left)}5:{column_letters(left + 3)}5", "Dân số trong độ tuổi")
        board.row(f"{column_letters(left)}6", ["TS", "Nữ", "Dân tộc", "Nữ DT"])
        for level, grade in ((1, 3), (2, 5)):
            at = left + 4 + 8 * (level - 1)
            head = f"Mức độ {level} (chưa hoàn thành lớp {grade})"
            board.merge(f"{column_letters(at)}5:{column_letters(at + 7)}5", head)
            board.row(f"{column_letters(at)}6", ["TS", "TL", "Nữ", "TL", "DT", "TL", "Nữ DT", "TL"])
    board.row("A7", list(range(1, 67)))
    for number, (name, groups) in enumerate(units.items(), start=1):
        row = 7 + number
        board.row(f"A{row}", [number, name, 9000, 4500, 10, 5])
        for block, (people, first, second) in enumerate(groups.values()):
            left = 7 + 20 * block
            board.row(f"{column_letters(left)}{row}", [people, people // 2, 3, 1])
            for level, missing in ((1, first), (2, second)):
                at = column_letters(left + 4 + 8 * (level - 1))
                share = round(100 * missing / people, 2)
                board.row(f"{at}{row}", [missing, share, missing // 2, share / 2, 0, 0, 0, 0])
    return sign(board, 10 + len(units))


def xmc3(people: dict[int, int], first: dict[int, int], second: dict[int, int]) -> Board:
    """XMC-3: one row per age 15-60 and cumulative "Cộng" rows; counts by age."""
    board = dress("XMC-3", "TỔNG HỢP KẾT QUẢ XÓA MÙ CHỮ", "Xã (Phường): Tân Thới")
    board.merge("A4:A6", "Độ tuổi").merge("B4:B6", "Năm sinh")
    heads = ("Trong độ tuổi", "Mù chữ mức 1", "Mù chữ mức 2", "Biết chữ")
    for block, head in enumerate(heads):
        left = 3 + 4 * block
        board.merge(f"{column_letters(left)}4:{column_letters(left + 3)}5", head)
        board.row(f"{column_letters(left)}6", ["TS", "Nữ", "DT", "Nữ DT"])
    board.merge("S4:S6", "Tỉ lệ % biết chữ").row("A7", list(range(1, 20)))
    row = 8
    for low, high in ((15, 25), (26, 35), (36, 60)):
        for age in range(low, high + 1):
            _age_row(board, row, str(age), 2024 - age, (people[age], first[age], second[age]))
            row += 1
        ages = range(15, high + 1)
        sums = tuple(sum(counts[a] for a in ages) for counts in (people, first, second))
        _age_row(board, row, f"Cộng 15-{high}", "", sums)
        row += 1
    return sign(board, row + 2)


def _age_row(
    board: Board, row: int, label: str, born: object, counts: tuple[int, int, int]
) -> None:
    board.row(f"A{row}", [label, born])
    literate = counts[0] - counts[1]
    for block, count in enumerate((*counts, literate)):
        board.row(f"{column_letters(3 + 4 * block)}{row}", [count, count // 2, 0, 0])
    board.put(f"S{row}", round(100 * literate / counts[0], 2))


def cmc2(groups: dict[str, tuple[int, int, int]]) -> Board:
    """CMC-2: disjoint age groups 15-25, 26-35, 36-60 and "Cộng"."""
    board = dress("CMC-2", "SỐ NGƯỜI MÙ CHỮ TRONG CÁC ĐỘ TUỔI", "Xã (Phường): Tân Thới")
    board.merge("A4:A5", "Nhóm tuổi")
    parts = ["TS", "Nữ", "DT", "Tôn giáo"]
    for left, head in (
        (2, "Dân số"),
        (6, "Mù chữ mức 1"),
        (10, "Mù chữ mức 2"),
        (15, "Tái mù chữ"),
    ):
        board.merge(f"{column_letters(left)}4:{column_letters(left + 3)}4", head)
        board.row(f"{column_letters(left)}5", parts)
    board.merge("N4:N5", "Tỷ lệ").merge("S4:S5", "Ghi chú").row("A6", list(range(1, 20)))
    totals = tuple(map(sum, zip(*groups.values(), strict=True)))
    for row, (label, counts) in enumerate({**groups, "Cộng": totals}.items(), start=7):
        board.put(f"A{row}", label)
        for left, count in zip((2, 6, 10), counts, strict=True):
            board.row(f"{column_letters(left)}{row}", [count, count // 2, 0, 0])
    return sign(board, 13)


def mn01(expected: dict[int, int], attending: dict[int, int], completed: dict[int, int]) -> Board:
    """MN-01-TE: ages 0-6 in columns E-K, total 0-5 in L (age 6 is not in it)."""
    board = dress("MN-01-TE", "THỐNG KÊ TRẺ EM MẦM NON", "Xã (Phường): Tân Thới")
    board.merge("A4:A5", "TT").merge("B4:D5", "Nội dung").merge("E4:K4", "Trẻ em theo độ tuổi")
    board.row("E5", [f"{age} tuổi" for age in range(7)]).merge("L4:L5", "Tổng số 0-5 tuổi")
    rows = {
        "Tổng số trẻ trong độ tuổi": {a: n + 3 for a, n in expected.items()},
        "Trong đó: nữ": {a: n // 2 for a, n in expected.items()},
        "Số trẻ phải phổ cập": expected,
        "Số trẻ huy động ra lớp": attending,
        "Tỷ lệ huy động": {a: round(100 * attending[a] / expected[a], 2) for a in attending},
        "Số trẻ hoàn thành CTGDMN": completed,
        "Tỷ lệ trẻ hoàn thành CTGDMN": {
            a: round(100 * completed[a] / expected[a], 2) for a in completed
        },
    }
    for number, (label, counts) in enumerate(rows.items(), start=1):
        board.put(f"A{5 + number}", number).merge(f"B{5 + number}:D{5 + number}", label)
        board.row(f"E{5 + number}", [counts.get(age) for age in range(7)])
        if not label.startswith("Tỷ lệ"):
            board.put(f"L{5 + number}", sum(n for age, n in counts.items() if age < 6))
    return sign(board, 15)


def thcs_m1(expected: list[int], here: list[int], away: list[int], arrived: list[int]) -> Board:
    """THCS-M1: ages 11-18 in columns, 15-18 in the last; graduates by where they learned."""
    board = dress("THCS-M1", "THỐNG KÊ THANH THIẾU NIÊN 11-18 TUỔI", "Xã (Phường): Tân Thới")
    board.merge("A4:A5", "TT").merge("B4:C5", "Nội dung").merge("D4:L4", "Độ tuổi")
    board.row("D5", [*[str(age) for age in range(11, 19)], "15-18"])
    rows = [
        ("Tổng số", "", [n + 4 for n in expected]),
        ("Số phải phổ cập", "", expected),
        ("Tốt nghiệp THCS", "Học tại chỗ", here),
        ("Tốt nghiệp THCS", "Đi học nơi khác", away),
        ("Tốt nghiệp THCS", "Nơi khác đến", arrived),
    ]
    for number, (label, part, counts) in enumerate(rows, start=1):
        board.row(f"A{5 + number}", [number, label, part or None])
        board.row(f"D{5 + number}", [*counts, sum(counts[4:])])
    return sign(board, 14)
