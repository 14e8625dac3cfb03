"""A table of a sheet: its rows and columns, what heads them, and the same table on its side."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

from xhht_analysis.intake.forms.context import has_unit_label
from xhht_analysis.intake.forms.headings import (
    GROUP,
    NUMBERED,
    NUMBERING,
    heading_key,
    ranked_columns,
)
from xhht_analysis.intake.forms.text_kinds import (
    KINDS,
    NOT_NOW,
    SOME_ONLY,
    heading_kinds,
    line_kind,
)
from xhht_analysis.intake.reading.sheets import Sheet
from xhht_analysis.intake.reading.text import Parsed, Siblings, fold, parse_number, scale_of

SIGNATURE = re.compile(
    r"nguoi lap( bieu| bang)?\b|t ?m (ban|ubnd|ui)|k ?t (truong|chu|giam)|thu truong|truong ban\b|"
    r"pho truong ban|giam doc\b|chu tich\b|noi nhan|truong phong|hieu truong|"
    r".*ngai \d* ?thang \d* ?nam \d*$"
)
TOTAL = re.compile(
    r"@|(@ )?(tong )?cong(?! (dan|an|doan|chuc|ti)\b)( .*)?|tong so( .*)?|tong|chung|"
    r"(chung |ca )?toan (tinh|huien|xa|thi xa|thanh pho|quoc)( .*)?|(ca|chung) (tinh|huien|xa)"
)
AVERAGE = re.compile(r"(so )?(binh quan|trung binh|cao nhat|thap nhat)( .*)?")
SECTION = re.compile(
    r"(?:ket qua )?thuc hien(?: trong (?:nam|ki))?|nam nai|hien nai|toan(?: \w+){1,3}|"
    r"(?P<year>(?:(?:so lieu|ket qua|thuc hien) )*nam (?:hoc )?\d{4}(?: \d{4})?)|"
    r"(?P<place>(?:xa|phuong|thi tran|huien|thi xa|thanh pho|ap|khu pho)"
    r"(?! (?:hoi(?! cu)|dat|phuong|thi|co|va)\b)(?: \w+){1,4})"
)
"""Headings over the rows of a table: of the whole, or the year or place of what follows."""
GOAL = re.compile(r"(?:chi tieu|muc tieu) (?!phan dau|giao|ke hoach|kh\b|dang ki|(?:den )?nam\b)")
"""A heading that names a goal of the plan, whose results stand below."""
PART = re.compile(
    r"(?:gioi(?: tinh)?|dan toc|(?:(?:do|nhom|lua) )?tuoi|(?:ten )?truong(?: hoc)?|lop|khu vuc|"
    r"(?:nhom )?doi tuong|loai (?:so lieu|hinh)|(?:\w+ ){,2}thanh phan|phan to|chi tiet): "
    r"(?!(?:tong|chung|toan|ca|tat ca|thuc hien|ket qua|nguoi (?:trong|tu|duoc|dat|co)|dan so|"
    r"cong dan|tu so|mau so|ti le|so (?:dat|luong|nguoi|cong dan)(?! khuiet)(?! cao tuoi))\b).+"
    r"|ghi chu: (?:lai |theo |la )?so (?:lieu )?(?:cua )?(?:uoc|nam \d{4}).*"
)
"""Heading and text of a cell that says of which part, plan or other year its row is."""
DEEPEST = {
    3: {"ap", "khu", "kp", "khom", "thon"},
    2: {"xa", "phuong", "tran"},
    1: {"huien", "quan"},
}
"""Words of headings over names of hamlets, communes, districts."""
OF_WHICH = re.compile(
    r"((trong do|so|ti le|nguoi) )*(nu|nam|dan toc( thieu so)?|dtts|khuiet tat)( gioi)?( %)?"
)
"""The label of a row that holds a part of the row above it."""
COUNTED_IN = re.compile(r"\b(dvt|don vi (tinh|do)|tinh (bang|theo)) ")
NUMBER = re.compile(r"[ivx]+|[a-h]")
NOTE = re.compile(r"ghi chu\b|luu i\b|so xa\b|so phuong\b|so (don vi|huien)\b|nguon\b|\* ")


ALIKE = "nhiều cột giống nhau"
"""Why columns that fit one description equally well are not read."""


@dataclass(eq=False)
class Table:
    """One table of a sheet; rows and columns are grid positions.

    Parameters
    ----------
    top, first, last : int
        First header row, first data row, and the row after the last data row.
    key : int
        Column of the key heading.
    headings : list of str
        Folded heading path of each column, parts joined by " | ".
    titles : list of str
        Texts above it and below the table before, the nearest first.
    kind_of : callable
        What a line or heading between rows says of the figures below (`text_kinds.line_kind`).
    """

    sheet: Sheet
    top: int
    first: int
    last: int
    key: int
    headings: list[str]
    titles: list[str] = field(default_factory=list)
    kind_of: Callable[[str], str] = line_kind

    @cached_property
    def usable(self) -> tuple[tuple[int, str], ...]:
        """Columns that may hold this year's figures, with their heading paths."""
        return tuple(
            (column, path)
            for column, path in enumerate(self.headings)
            if path and (column == self.key or not NOT_NOW & heading_kinds(path))
        )

    def columns(
        self, spec: str, unclear: dict[int, str], *, plain: bool = False
    ) -> dict[int | None, int]:
        """Column that ``spec`` describes, for each year its headings name (None: no year).

        Descriptions after a ``;`` are tried when none before it is there. Of several ``plain``
        ones that all have foreign words (Quý I, Công lập …) each is a part, and none the figure.
        Where two fit equally well there is none: they are ``unclear``.
        """
        chosen = {}
        for year, ranked in ranked_columns(spec, self.usable).items():
            filled = [pair for pair in ranked if any(c is not None for c in self.cells(pair[1]))]
            (least, column), *others = filled or ranked
            is_part = plain and least[0] > 0
            twins = [column, *(twin for rank, twin in others if is_part or rank == least)]
            if len({tuple(self.cells(twin)) for twin in twins}) > 1:
                unclear |= dict.fromkeys(twins, ALIKE)
                return {}
            chosen[year] = column
        return chosen

    def cells(self, column: int) -> Iterator[object]:
        """Cells of a column below the header."""
        return (self.sheet.cell(row, column) for row in self.body)

    def line(self, row: int, columns: set[int]) -> str:
        """Its place, and what tells a row from another of one unit: all but some columns."""
        cells = enumerate(self.sheet.grid[row])
        rest = (str(cell) for c, cell in cells if c not in columns | self.numbers)
        return "\n".join([f"{self.sheet.name}/{self.top}/{self.key}", *rest])

    @cached_property
    def numbers(self) -> set[int]:
        """Columns of the numbers of the rows."""
        return {c for c, heading in enumerate(self.headings) if re.fullmatch(NUMBERING, heading)}

    def head(self, column: int) -> tuple[int, int]:
        """Cell of a column's own heading, the lowest one."""
        rows = range(self.first - 1, self.top - 1, -1)
        heads = (row for row in rows if is_heading(self.sheet.cell(row, column)))
        return next(heads, self.top), column

    @lru_cache(maxsize=256)  # noqa: B019  # of the tables at hand, like those of other functions
    def siblings(self, column: int) -> Siblings:
        """Cells of a column below the header, for `text.parse_number`."""
        return Siblings(self.cells(column))

    def number(self, at: tuple[int, int], kind: str = "count", scale: float = 1.0) -> Parsed:
        """A cell as a count, a percentage or money, times ``scale``.

        A count is of persons: its row or sheet (``scale``), its heading or a note below the table
        may say that it is in thousands.
        """
        if self.is_shared(at):
            return Parsed(problem="merged_value")
        if kind == "count":
            scale = max(scale, self.scale, self.declared_scale(at[1]))
        parsed = parse_number(
            self.sheet.cell(*at),
            kind=kind,
            siblings=self.siblings(at[1]),
            fractions=kind == "percent" or scale != 1,
        )
        value = None if parsed.value is None else round(parsed.value * scale, 6)
        return Parsed(value, parsed.problem, parsed.note)

    @cached_property
    def merged(self) -> dict[tuple[int, int], tuple[int, int, int, int]]:
        """The merged area of each cell that lies in one."""
        return {
            (row, column): area
            for area in self.sheet.merged
            for row in range(area[0], area[2] + 1)
            for column in range(area[1], area[3] + 1)
        }

    def is_shared(self, cell: tuple[int, int]) -> bool:
        """Whether a merged cell goes over several rows, or over columns of unlike headings."""
        top, left, bottom, right = self.merged.get(cell, (0, 0, 0, 0))
        return bottom > top or len({*self.headings[left : right + 1]} - {""}) > 1

    def declared_scale(self, column: int) -> float:
        """What the heading of a column says that its counts are in."""
        return scale_of(self.headings[column].replace("|", " "))

    @cached_property
    def body(self) -> list[int]:
        """Rows below the header that hold anything but the numbers of the columns."""
        sheet, rows = self.sheet, range(self.first, self.last)
        filled = (row for row in rows if any(c not in ("", None) for c in sheet.grid[row]))
        return [row for row in filled if not is_number_row(sheet, row)]

    def turned(self) -> Table:
        """The table on its side: a row is a column under the names that stand before its figures.

        A column is a row, named by its own heading.
        """
        sheet, key, paths = self.sheet, self.first - 1, [""] * self.sheet.n_rows
        columns = range(self.key + 1, len(self.headings))
        numbers = (c for c in columns if has_number(self.cells(c)))
        first = next(numbers, self.key + 1)
        for row in self.body:
            heads = ((row, c) for c in range(self.key, first) if is_heading(sheet.cell(row, c)))
            over = filter(None, self.sections[row].values())
            texts = dict.fromkeys(sheet.text(*at) for at in (*over, *heads))
            paths[row] = " | ".join(map(heading_key, texts))
        paths[key] = self.headings[self.key]
        rows = {key, *self.body}
        grid = [
            [sheet.cell(row, column) if row in rows else "" for row in range(len(paths))]
            for column in range(len(self.headings))
        ]
        side = replace(
            sheet,
            grid=grid,
            merged=[(c1, r1, c2, r2) for r1, c1, r2, c2 in sheet.merged],
            formulas={at[::-1] for at in sheet.formulas},
            notes={at[::-1]: text for at, text in sheet.notes.items()},
            hidden_rows=set(),
            turned=True,
        )
        table = Table(side, self.key, first, len(grid), key, paths, titles=self.titles)
        table.scale, table.kind_of = self.scale, self.kind_of
        return table

    @cached_property
    def scale(self) -> float:
        """What its counts are in, as a note below the rows says: "Ghi chú: ĐVT nghìn người"."""
        cells = (fold(c) for row in self.body[-9:] for c in self.sheet.grid[row] if is_name(c))
        return max((scale_of(text) for text in cells if COUNTED_IN.search(text)), default=1.0)

    @cached_property
    def sections(self) -> dict[int, dict[str, tuple[int, int]]]:
        """Cells of the headings that stand over a row, by their kind in `SECTION`.

        Such a heading has no numbers; one of the whole (Thực hiện, Toàn xã) ends what others say.
        """
        sections, over = {}, {}
        for row in self.body:
            cells = self.sheet.grid[row]
            typed = ((c, n) for n, c in enumerate(cells) if isinstance(c, str) and c.strip())
            texts = ((fold(NUMBERED.sub("", c)) or fold(c), n) for c, n in typed)
            labels = {text: n for text, n in texts if not NUMBER.fullmatch(text)}
            text, column = next(iter(labels.items()), ("", 0))
            is_bare = not has_number(cells[column + 1 :])
            if len(labels) < 3 and has_unit_label(
                self.sheet, row
            ):  # whose columns no heading of theirs names
                over = {"aside": (row, column)}
            if len(labels) == 1 and is_bare and (kind := self._section(text)):
                here = {kind: (row, column)}
                over = {} if kind == "whole" else over | here
                over |= {"aside": None} if kind == "year" else {}
            parts = ({"aside": (row, c)} for c in range(len(cells)) if self._is_part(row, c))
            sections[row] = over | next(parts, {})
        return sections

    def _section(self, text: str) -> str:
        """What a folded heading says of the rows below: year, place, aside, whole or nothing."""
        kinds = {self.kind_of(text) or "result"} | heading_kinds(text) & {"earlier"}
        if not GOAL.match(text) and kinds != {"result"}:
            return "aside"
        match = SECTION.fullmatch(text)
        return (match.lastgroup or "whole") if match else ""

    def aside(self, row: int) -> str:
        """Why a row is left out, where a heading over it or a cell beside it says so."""
        if not (at := self.sections[row].get("aside")):
            return ""
        text, other = self.sheet.text(*at), ("", "số của một phần hoặc đơn vị khác")
        _, why = KINDS.get(self.kind_of(NUMBERED.sub("", text)), other)
        return f" (“{text[:60]}”): {why}."

    def _is_part(self, row: int, column: int) -> bool:
        """Whether a cell beside the key says that its row holds a part only."""
        text = self.sheet.text(row, column)
        heading = self.headings[column]
        is_beside = heading != self.headings[self.key] and is_name(text)
        is_of_some = GROUP.fullmatch(heading) and SOME_ONLY & heading_kinds(fold(text))
        is_of_some = is_of_some or OF_WHICH.fullmatch(fold(text))
        return is_beside and bool(is_of_some or PART.fullmatch(f"{heading}: {fold(text)}"))

    @cached_property
    def notes(self) -> list[int]:
        """Rows of notes: those that begin as one, and below the last table what follows figures."""
        notes = {row for row, kind in self.rows if kind == "note"}
        figures = [
            row for row, kind in self.rows if kind == "data" and has_figures(self.sheet, row)
        ]
        if figures and self.last == self.sheet.n_rows:
            below = (row for row in self.body if row > figures[-1])
            notes |= {row for row in below if not has_figures(self.sheet, row)}
        return sorted(notes)

    def named_in(self, note: str) -> list[int]:
        """Rows that a note speaks of: those it names, unless it says that others are meant too."""
        words = f" {fold(note)} "
        rows = (row for row, kind in self.rows if kind == "data" and row not in self.notes)
        named = [row for row in rows if f" {fold(self.names[row])} " in words]
        is_of_all = re.search(r"\b(khac|con lai|toan|tat ca)\b", words)
        return (not is_of_all and named) or self.body

    @cached_property
    def rows(self) -> list[tuple[int, str]]:
        """Rows and their kind: data, total, average or note; ends at the signatures.

        Rows below a heading that leaves them out (Cùng kỳ, Trong đó nữ) are none.
        """
        rows = []
        for row in self.body:
            cells = self.sheet.grid[row]
            texts = [fold(cell) for cell in cells if isinstance(cell, str) and cell]
            label = fold(self.sheet.text(row, self.key)) or next(iter(texts), "")
            if any(map(SIGNATURE.match, texts)) and not has_number(cells):
                break
            if self.sections[row].get("aside") or OF_WHICH.fullmatch(label):
                continue
            is_total = next(iter(texts), "").startswith("@") or TOTAL.fullmatch(label)
            kind = "average" if AVERAGE.fullmatch(label) else "total" if is_total else "data"
            rows.append((row, "note" if NOTE.match(label) and not is_total else kind))
        return rows

    @cached_property
    def names(self) -> dict[int, str]:
        """What each of its rows is called."""
        return {row: self.sheet.text(row, self.key) for row, _ in self.rows}


@lru_cache(maxsize=65536, typed=True)
def figure(cell: object) -> Parsed:
    """A cell read as loosely as a number can be: a percentage, whatever its column holds."""
    return parse_number(cell, kind="percent")


def has_number(cells: Iterable[object]) -> bool:
    """Whether any of the cells is a number."""
    return any(figure(cell).value is not None for cell in cells)


def is_mark(cell: object) -> bool:
    """Whether a cell is a mark in the column that it chooses."""
    return isinstance(cell, str) and cell.strip().lower() in ("x", "v", "✓", "✔")


def ticked(cell: object) -> bool | None:
    """Whether a cell chooses its column, or leaves it (Không, 0); None where it says more."""
    text = str(cell or "").strip().lower()
    if is_mark(cell) or text in ("1", "1.0", "có", "đạt"):
        return True
    return False if text in ("", "0", "-", "không", "chưa", "không đạt", "chưa đạt") else None


def is_name(cell: object) -> bool:
    """Whether a cell holds words and no number."""
    return isinstance(cell, str) and bool(cell.strip()) and figure(cell).value is None


def is_heading(cell: object) -> bool:
    """Whether a cell can name a column: text that is no number, or a year."""
    value = figure(cell).value
    return isinstance(cell, str) if value is None else 1990 <= value <= 2050


def is_number_row(sheet: Sheet, row: int) -> bool:
    """Whether a row only counts the columns: 1, 2, 3 …, (a), (b) … or A, B, 1, (2), (3)=(2)/(1)."""
    texts = [t for c in range(len(sheet.grid[row])) if (t := sheet.text(row, c).strip())]
    marks = [re.match(r"\(?([1-9]\d{0,2}|[A-Za-z])\)?(\s*=.*)?$", text) for text in texts]
    counts = [mark[1].rjust(3) for mark in marks if mark]
    numbers = [count for count in counts if count.strip().isdigit()]
    counts = numbers or [*dict.fromkeys(counts)]
    is_first = bool(counts[2:]) and counts[0].strip() in ("1", "2", "3", "a")
    is_dense = max(map(int, numbers), default=0) <= 2 * len(texts)
    return all(marks) and is_first and is_dense and counts == sorted(counts)


def place_depth(heading: str) -> int:
    """How deep in the province the places are whose names a heading announces: 3 is a hamlet."""
    words = set() if heading.startswith("ma ") else set(heading.replace("thi xa", "huien").split())
    return next((depth for depth, kinds in DEEPEST.items() if words & kinds), 0)


def head_end(sheet: Sheet, first: int, last: int) -> int:
    """The row of the first figures from ``first`` on: what stands above heads them."""
    return next((row for row in range(first, last) if has_figures(sheet, row)), last)


def has_figures(sheet: Sheet, row: int) -> bool:
    """Whether a row holds figures: a label has one number beside it at most."""
    return sum(figure(cell).value is not None for cell in sheet.grid[row]) > 1
