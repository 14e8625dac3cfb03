"""One observation as a form describes it: the cells it rests on and what they hold."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from xhht_analysis.intake.reading.text import Parsed

Cell = tuple[int, int]
Cells = tuple[tuple[int, int, int], ...]
"""Signed cells of an amount: (sign, row, column)."""
Terms = tuple[tuple[int, str, tuple[int, int] | None], ...]
"""An amount: sign, field and ages of each part."""
Amounts = dict[str, "Amount"]
FIELDS = ("numerator", "denominator", "value", "level")
COUNTS = FIELDS[:2]
FIGURES = {*FIELDS} - {"denominator"}
"""Fields one of which an observation must have."""
WITNESSES = ("otherwise", "at_most", "printed", "share_of")
"""Amounts that a form prints beside a figure: another reading of its numerator, the count it
cannot exceed, the numerator itself, what its printed share is of."""
DATES = ("valid_from", "valid_to")


@dataclass(frozen=True)
class UnitCell:
    """What a row says of its unit: name and code as typed, their cell.

    ``parent`` (code of the group above) and ``level`` (of the column's heading) settle a homonym;
    ``is_former`` where it is a commune before its merger.
    """

    name: str
    code: str
    cell: Cell
    parent: str | None = None
    level: str | None = None
    is_former: bool = False


@dataclass
class Claim:
    """One observation as a form describes it.

    ``cells`` holds the cells of `FIELDS`, `WITNESSES`, `DATES` and of the printed ``share``;
    without ``unit`` or ``year`` the figure is of the sheet's own. ``doubts`` are told by their rule
    where the figure is accepted; ``is_lone`` says that it is a percentage without its counts.
    """

    indicator: str | None
    cells: dict[str, Cells]
    year: Parsed | None = None
    year_cell: Cell | None = None
    unit: UnitCell | None = None
    indicator_raw: str = ""
    indicator_cell: Cell | None = None
    indicator_problem: str = "indicator_unknown"
    scale: float = 1.0
    foreign: bool = False
    is_doubtful: bool = False
    is_lone: bool = False
    doubts: dict[str, str] = field(default_factory=dict)

    def cell(self, part: str) -> Cell | None:
        """First cell of a part."""
        return next((cell[1:] for cell in self.cells.get(part, ())), None)

    @property
    def all_cells(self) -> list[Cell]:
        """Every cell that the claim rests on; dates hold no figure."""
        parts = self.cells.keys() - {*DATES}
        others = (self.indicator_cell, self.year_cell, self.unit and self.unit.cell)
        figures = [cell[1:] for part in parts for cell in self.cells[part]]
        return figures + [cell for cell in others if cell]


@dataclass
class Amount:
    """A parsed amount: its value, or the problem and the cell that has it."""

    value: float | None = None
    problem: str | None = None
    cell: Cell | None = None
    given: bool = False


def unreadable(amounts: Amounts) -> tuple[str, Cell | None] | None:
    """The first cell of a claim that cannot be read or is missing beside another."""
    top, bottom, value = (amounts[name] for name in (*COUNTS, "value"))
    for amount in (top, bottom, amounts["level"]):
        if amount.problem:
            return amount.problem, amount.cell
    if value.problem and not (top.given and bottom.given):
        return value.problem, value.cell
    if top.given != bottom.given and not value.given:
        lost, other = ("denominator", top) if top.given else ("numerator", bottom)
        return f"{lost}_missing", amounts[lost].cell or other.cell
    return None


@lru_cache(maxsize=4096)
def parse_amount(text: str) -> Terms:
    """Parts of an amount: sign, field, ages."""
    parts = re.findall(r"([+-]?)\s*([a-z]\w*)(?:@(\d+)(?:-(\d+))?)?", text)
    return tuple(
        (-1 if sign == "-" else 1, name, (int(low), int(high or low)) if low else None)
        for sign, name, low, high in parts
    )
