"""What reading a file gives: sheets of cells that know their address, or one refusal."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from string import digits

UNCACHED = "=?"
"""Stands in the grid for a formula whose result the file does not hold."""
NO_RESULT = "(công thức chưa có kết quả)"
"""What people are shown for it."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file is not read at all: a rule, what the sender should do, and the detail."""

    rule: str
    detail: str = ""


class RefusedError(Exception):
    """A file that must not or cannot be read."""

    def __init__(self, rule: str, detail: str = "") -> None:
        super().__init__(rule, detail)
        self.refusal = Refusal(rule, detail)


@dataclass(slots=True)
class Sheet:
    """One sheet: a grid of raw cells from A1 on.

    Parameters
    ----------
    name : str
        Name of the sheet; empty for CSV.
    grid : list of list
        Cells as read: "" or None, str, float, int, bool, date or time. Merged ranges are filled.
    n_above : int
        Rows of the grid that stand above row 1 of a table of Word.
    lines : tuple, optional
        For CSV: the line on which each row starts.
    merged : tuple
        Merged ranges (first row, first column, last row, last column) in grid positions.
    hidden_rows, percent, formulas, masked : frozenset
        Grid positions of hidden rows (of .xlsx and .xls), of cells shown with a % format, of
        formulas, of cells in which numbers of persons were masked.
    """

    name: str
    grid: list[list[object]]
    n_above: int = 0
    lines: tuple[int, ...] | None = None
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    percent: frozenset[tuple[int, int]] = frozenset()
    formulas: frozenset[tuple[int, int]] = frozenset()
    masked: frozenset[tuple[int, int]] = frozenset()
    visible: bool = True

    @property
    def n_rows(self) -> int:
        """Number of rows of the grid."""
        return len(self.grid)

    @property
    def n_columns(self) -> int:
        """Number of columns of the widest row."""
        return max(map(len, self.grid), default=0)

    def cell(self, row: int, column: int) -> object:
        """Raw cell at a grid position; None outside the grid and for an empty cell."""
        if not 0 <= row < len(self.grid) or not 0 <= column < len(self.grid[row]):
            return None
        value = self.grid[row][column]
        return None if value == "" else value

    def text(self, row: int, column: int) -> str:
        """Cell as text; whole numbers without decimals, empty text for an empty cell."""
        value = self.cell(row, column)
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        return "" if value is None else str(value)

    def address(self, row: int, column: int) -> str:
        """A1 address of a grid position, or the line number in a CSV file."""
        if self.lines is not None:
            return str(self.lines[row]) if 0 <= row < len(self.lines) else ""
        line = row + 1 - self.n_above
        return f"{column_letters(column + 1)}{line}" if line > 0 else ""

    def text_at(self, address: str) -> str:
        """Cell as text by its A1 address."""
        row, column = place_of(address)
        return self.text(row + self.n_above, column)


@dataclass(slots=True)
class FileContent:
    """One file as read: its sheets, or the refusal that stands for the whole file."""

    file: str
    sheets: list[Sheet] = field(default_factory=list)
    refusal: Refusal | None = None
    sha256: str = ""
    n_bytes: int = 0


def column_letters(number: int) -> str:
    """Letters of a column counted from 1: 1 is A, 27 is AA."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def place_of(address: str) -> tuple[int, int]:
    """Row and column, counted from 0, of an A1 address."""
    letters = address.rstrip(digits)
    return int(address[len(letters) :]) - 1, column_number(letters) - 1


@lru_cache(maxsize=1024)
def column_number(letters: str) -> int:
    """Number of a column from its letters: A is 1, AA is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
