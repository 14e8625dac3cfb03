"""Layout of statistics by province and year, as PX-Web gives them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xhht_analysis.intake.forms.claims import Claim, UnitCell
from xhht_analysis.intake.forms.headings import YEAR, fits
from xhht_analysis.intake.forms.layouts import Layout
from xhht_analysis.intake.reading.text import fold


class Series(Layout):
    """One row per province, one column per year; the title names the indicator."""

    def bind(self) -> None:
        """Find the indicator in the title and the year columns."""
        grid = self.table.sheet.grid[: self.table.top]
        above = fold(" ".join(str(cell) for row in grid for cell in row if cell))
        self.codes = [c for c, spec in self.about["titles"].items() if fits(spec, above)]
        for column, path in enumerate(self.table.headings):
            year = YEAR.search(path)
            if year and re.fullmatch(rf"(prel |so bo |nam )*{year[1]}( prel| so bo)*", path):
                self.columns[str(column)] = {int(year[1]): column}

    @property
    def claims(self) -> bool:
        """Whether the title names exactly one indicator."""
        return len(self.codes) == 1

    def each(self) -> Iterator[Claim]:
        """One claim per province and year that has a figure; the rest is not ours."""
        for row in range(self.table.first, self.table.last):
            name = self.table.sheet.text(row, self.table.key).strip()
            for columns in self.columns.values() if name else ():
                for year, column in columns.items():
                    yield Claim(
                        self.codes[0],
                        {"value": ((1, row, column),)},
                        year,
                        UnitCell(name, "", (row, self.table.key)),
                        foreign=True,
                        preliminary=bool(re.search("prel|so bo", self.table.headings[column])),
                    )
