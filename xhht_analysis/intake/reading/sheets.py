"""What reading a file gives: sheets of cells that know their address, or one refusal."""

from __future__ import annotations

from dataclasses import dataclass, field

from xlsxwriter.utility import xl_col_to_name

from xhht_analysis.intake.reading.looks import PLAIN, Look

MAX_ROWS, MAX_COLUMNS, MAX_CELLS = 65_536, 500, 4_000_000  # as many rows as an .xls can hold

UNCACHED = "=?"
"""Stands in the grid for a formula whose result the file does not hold."""
ERROR = "#N/A"
"""Stands in the grid for any error that Excel shows instead of a result."""
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
        Cells as read: "" or None, str, float, int, bool, date or time; a number shown with a %
        format is a text with that sign. Merged ranges are filled.
    n_above : int
        Rows of the grid that stand above row 1 of a table of Word.
    merged : list
        Merged ranges (first row, first column, last row, last column) in grid positions.
    hidden_rows, formulas, masked : set
        Grid positions of hidden rows, of formulas, of cells in which numbers of persons were
        masked.
    notes : dict
        Comments fixed to a cell, by its grid position.
    prose : list of str
        Of the first sheet: lines of Word outside tables that hold figures, comments without a cell.
    turned : bool
        Whether rows and columns have changed places; addresses are those of the file.
    """

    name: str
    grid: list[list[object]] = field(default_factory=list)
    n_above: int = 0
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    formulas: set[tuple[int, int]] = field(default_factory=set)
    masked: set[tuple[int, int]] = field(default_factory=set)
    notes: dict[tuple[int, int], str] = field(default_factory=dict)
    visible: bool = True
    turned: bool = False
    prose: list[str] = field(default_factory=list)

    def add(
        self, row: int, column: int, value: object, look: Look = PLAIN, *, formula: bool = False
    ) -> None:
        """Take up a cell as it is read; one that holds nothing but blanks is none.

        Raises
        ------
        RefusedError
            too_many_cells.
        """
        if formula:
            self.formulas.add((row, column))
        if value is None or (isinstance(value, str) and not value.strip()):
            return
        if row >= MAX_ROWS or column >= MAX_COLUMNS:
            raise RefusedError("too_many_cells", f"{self.name}: {row + 1} × {column + 1}")
        value = look.show(value)
        while len(self.grid) <= row:
            self.grid.append([])
        line = self.grid[row]
        line += [""] * (column + 1 - len(line))
        line[column] = value

    def completed(self) -> Sheet:
        """The sheet when all its cells are taken up: the grid filled, merged ranges too.

        Raises
        ------
        RefusedError
            too_many_cells.
        """
        height, width = self.n_rows, self.n_columns
        if height * width > MAX_CELLS:
            raise RefusedError("too_many_cells", f"{self.name}: {height} × {width}")
        for row in self.grid:
            row += [""] * (width - len(row))
        self.merged = [
            (r1, c1, min(r2, height - 1), min(c2, width - 1))
            for r1, c1, r2, c2 in self.merged
            if r1 < height and c1 < width
        ]
        for r1, c1, r2, c2 in self.merged:
            for row in self.grid[r1 : r2 + 1]:
                for column in range(c1, c2 + 1):  # a merge left behind by others hides values
                    row[column] = row[column] or self.grid[r1][c1]
        return self

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
        """A1 address of a grid position; empty above the first row of a table of Word."""
        if self.turned:
            row, column = column, row
        line = row + 1 - self.n_above
        return f"{xl_col_to_name(column)}{line}" if line > 0 else ""


@dataclass(slots=True)
class FileContent:
    """One file as read: its sheets, or the refusal that stands for the whole file."""

    file: str
    sheets: list[Sheet] = field(default_factory=list)
    refusal: Refusal | None = None
    sha256: str = ""
