"""What else a form prints beside a figure: other counts, totals, shares; they must agree with it.

A figure that cannot be true beside its witness gets a problem, one that differs a finding; where a
form can be read in two ways the printed count or share decides.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import permutations, product
from typing import TYPE_CHECKING

from xhht_analysis.contracts import MAX_PERCENT
from xhht_analysis.intake.forms.claims import COUNTS, WITNESSES, Amount, Amounts, Cell, Claim
from xhht_analysis.intake.forms.headings import FILLER, SHARE, is_share, year_of
from xhht_analysis.intake.forms.tables import Table, figure
from xhht_analysis.intake.forms.text_kinds import NOT_NOW, SOME_ONLY, heading_kinds
from xhht_analysis.intake.reading.text import parse_ratio

if TYPE_CHECKING:
    from xhht_analysis.intake.forms.file_reader import FileReader

WHOLE = re.compile(r"\b(tong|ts|dan so|doi tuong|phai pho cap)\b")
MIN_ROWS = 3
"""Rows in which two columns give a third one's percentages, as a sign that it is theirs."""
Pair = tuple[int, int]
"""Columns of a part and of its whole."""
COUNTED = frozenset(["so", "sl", "ts", "tong", "dat", "nguoi", "tre", "thuc", "ket"])
"""Words one of which stands in a heading that says no more than that it is a count."""
NEAR = 8
"""Columns on either side of a percentage where the counts stand that it may be of."""


def compare(reader: FileReader, claim: Claim, amounts: Amounts) -> None:
    """Compare the amounts of a claim with all that stands beside them."""
    _take_ratio(reader.table, claim, amounts)
    _ask_witnesses(reader, claim, amounts)
    _ask_whole(reader, claim, amounts["denominator"])
    _ask_scales(reader.table, *(amounts[name] for name in COUNTS))
    _ask_share(reader, claim, amounts)
    _take_counts(reader, claim, amounts)
    for name in COUNTS:
        _ask_right(reader.table, amounts, amounts[name])


def _ask_right(table: Table, amounts: Amounts, amount: Amount) -> None:
    """Refuse a count whose right neighbour without a heading may be its other half: 86 | 831."""
    top, bottom = (amounts[name].value for name in COUNTS)
    if amount.value is None or not amount.cell or amount.value >= 1000:
        return
    row, column = amount.cell
    rest = table.sheet.text(row, column + 1)
    is_bare = not table.sheet.text(*table.head(column + 1))
    if is_bare and re.fullmatch(r"\d{3}|0", rest):
        is_share = bool(bottom) and top is not None and rounds_to(top / bottom, float(rest))
        amount.problem = None if is_share else "number_split"


def rounds_to(part: float, share: float) -> bool:
    """Whether a part of the whole is the printed percentage, within its rounding."""
    return abs(MAX_PERCENT * part - share) <= rounding(share)


def rounding(share: float) -> float:
    """Half of the last decimal (at most the second) that a percentage was typed with."""
    half = 0.5 if share % 1 == 0 else 0.05 if round(share * 10, 6) % 1 == 0 else 0.005
    return half + 1e-6


def _take_ratio(table: Table, claim: Claim, amounts: Amounts) -> None:
    """Ratio text such as 234/250 gives both counts, unless another denominator stands there."""
    top, bottom = amounts["numerator"], amounts["denominator"]
    if amounts["value"].problem == "ratio" and not (top.given or bottom.given):
        top = amounts["numerator"] = amounts["value"]
        amounts["value"] = Amount()
    if top.problem == "ratio":
        pair = parse_ratio(table.sheet.cell(*top.cell))
        if pair and (not bottom.given or bottom.value == pair[1]):
            top.value, top.problem = pair[0], None
            bottom.value, bottom.given, bottom.cell = pair[1], True, bottom.cell or top.cell


def _ask_witnesses(reader: FileReader, claim: Claim, amounts: Amounts) -> None:
    """Compare the numerator with what the form prints beside it.

    Where the form can be read in two ways (``otherwise``), the printed count or share decides.
    """
    top, bottom = amounts["numerator"], amounts["denominator"].value
    if top.value is None or not bottom:
        return
    other, most, printed, of = (reader.count(claim, name) for name in WITNESSES)
    share = reader.number(claim.cell("share"), "percent")
    stated = printed if printed.value is not None else share
    fitting = []
    for amount in [of] if of.given else [top, other, most]:
        if amount.value is not None and stated.value is not None:
            exact, whole = stated is printed, amount.value / bottom
            if amount.value == stated.value if exact else rounds_to(whole, stated.value):
                fitting.append(amount)
    if stated.value is not None and not fitting:
        text = f"Biểu ghi {stated.value:.10g}, không khớp các số còn lại của dòng."
        reader.find(stated.cell, "printed_differs", text, claim.indicator)
    elif other in fitting and top not in fitting:
        text = "Số biết chữ của biểu cho thấy mù chữ mức 2 không gồm mức 1; tính theo đó."
        reader.find(stated.cell, "level2_without_level1", text, claim.indicator)
        amounts["numerator"] = other
    if most.value is not None and amounts["numerator"].value > most.value:
        amounts["numerator"].problem = "level2_above_level1"


def _ask_whole(reader: FileReader, claim: Claim, whole: Amount) -> None:
    """Refuse a denominator whose heading names other people than its indicator's.

    Not where rows are ages.
    """
    table = reader.table
    if not (whole.given and whole.cell and claim.indicator) or "tuoi" in table.headings[table.key]:
        return
    if _other_wholes(reader, claim, [whole.cell[1]]):
        whole.problem = "share_of_plan"


def _ask_scales(table: Table, top: Amount, bottom: Amount) -> None:
    """Refuse counts in unlike scales by their headings that are alike as they are typed."""
    if top.value and bottom.value:
        scales = [table.declared_scale(amount.cell[1]) for amount in (top, bottom)]
        if scales[0] != scales[1] and top.value / scales[0] <= bottom.value / scales[1]:
            bottom.problem = "scale_of_count"


def _other_wholes(reader: FileReader, claim: Claim, columns: Iterable[int]) -> set[int]:
    """Those of the columns that by their headings count other people, or those of another year."""
    headings, is_other = reader.table.headings, reader.indicators.is_other_whole
    others = {c for c in columns if is_other(headings[c], claim.indicator)}
    return others | _of_other_years(reader, claim, columns)


def _of_other_years(reader: FileReader, claim: Claim, columns: Iterable[int]) -> set[int]:
    """Those of the columns whose headings say another year."""
    years = {None, claim.year.value if claim.year else reader.context.year}
    return {c for c in columns if year_of(reader.table.headings[c]) not in years}


def _ask_share(reader: FileReader, claim: Claim, amounts: Amounts) -> None:
    """Refuse a numerator where another count beside it is the printed share of the denominator.

    A bare "Tỷ lệ" right of both counts is their share, if it is that of no other two.
    """
    top, bottom, share = (amounts[name] for name in (*COUNTS, "value"))
    if not (top.value and bottom.value) or len(claim.cells.get("numerator", ())) != 1:
        return
    table, (row, column) = reader.table, max(top.cell, bottom.cell, key=lambda at: at[1])
    others = _counts(table, row, column, claim.scale)
    others[column] = table.number((row, column), scale=claim.scale).value
    last = {c: path.rpartition(" | ")[2] for c, path in enumerate(table.headings)}
    right = (c for c in range(column + 1, len(last)) if not SOME_ONLY & heading_kinds(last[c]))
    at = next(right, column)
    if not share.given and last[at] and is_share(last[at]):
        printed = reader.number((row, at), "percent")
        pairs = [(c, w) for c, w in permutations(others.values(), 2) if w and printed.value]
        is_own = rounds_to(top.value / bottom.value, printed.value or 0)
        if is_own or not any(rounds_to(c / w, printed.value) for c, w in pairs):
            share = amounts["value"] = printed
            claim.cells["value"] = ((1, row, at),)
    if share.value and not rounds_to(top.value / bottom.value, share.value):
        own = {at[1] for at in (top.cell, bottom.cell)}
        parts = (part for c, part in others.items() if c not in own)
        if any(rounds_to(part / bottom.value, share.value) for part in parts):
            top.problem = "share_of_other_count"


def _counts(table: Table, row: int, column: int, scale: float = 1.0) -> dict[int, float]:
    """The counts of a row on either side of a column, but those of other groups of headings."""
    group = table.headings[column].partition(" | ")[0]
    counts = {}
    for c, heading in enumerate(table.headings):
        above, is_grouped, _ = heading.partition(" | ")
        is_near = c > table.key and 0 < abs(c - column) <= NEAR
        if heading and is_near and (above == group or not is_grouped):
            counts[c] = table.number((row, c), scale=scale).value
    return {c: count for c, count in counts.items() if count is not None}


def is_of_plan(table: Table, at: Cell) -> bool:
    """Whether a percentage is of a plan or of an earlier year: 98.64 beside 54.25 and 55."""
    (row, column), heads = at, table.headings
    others = {*range(table.key + 1, len(heads))} - {column}
    plans = {c for c in others if NOT_NOW & heading_kinds(heads[c])}
    years = {c: year_of(heads[c]) or 0 for c in others - plans}
    plans |= {c for c in years if 0 < years[c] < max(years.values())}
    if not plans:
        return False
    share, year = table.number(at, "percent").value, year_of(heads[column])
    numbers = {c: table.number((row, c), "percent").value or 0 for c in others}
    results = {numbers[c] for c in years.keys() - plans if year in {None, years[c]}}
    pairs = product(results - {share}, (numbers[c] for c in plans if 0 < numbers[c] <= MAX_PERCENT))
    return share is not None and any(rounds_to(result / plan, share) for result, plan in pairs)


def _take_counts(reader: FileReader, claim: Claim, amounts: Amounts) -> None:
    """Give a lone percentage the two counts that it is printed for; refuse one of another whole.

    Only one pair may give it: by the heading of its whole, or as plain counts (Số đạt) of a row.
    """
    share, counted = amounts["value"], all(amounts[name].given for name in COUNTS)
    if share.value is None or share.problem or counted or not claim.indicator:
        return
    counts, bare, wholes, strangers, late = _told_apart(reader, claim, share.cell)
    heads, names = reader.table.headings, reader.indicators
    parts: dict[Pair, float] = {
        (c, w): counts[c] / counts[w] for c, w in permutations(counts, 2) if counts[w]
    }
    named = [p for p in parts if p[0] not in late and (p[1] in wholes or {*p} <= bare)]
    fitting = [p for p in parts if rounds_to(parts[p], share.value)]
    cut_off = 2 * rounding(share.value)  # or rounded twice: 9,549 as 9,55 as 9,6
    fitting = fitting or [p for p in named if abs(MAX_PERCENT * parts[p] - share.value) <= cut_off]
    pairs = [p for p in fitting if p in named]
    pairs = [p for p in pairs if p[1] in wholes] or [p for p in pairs if p[1] < p[0]] or pairs
    if len(pairs) == 1:
        _give_counts(claim, amounts, [counts[c] for c in pairs[0]], pairs[0])
    if pairs:
        return
    own = bare or {c for c in counts if names.code_in(heads[c]) == claim.indicator}
    column = share.cell[1]
    if is_of_plan(reader.table, share.cell):
        share.problem = "share_of_plan"
        return
    of_column = [p for p, n in _fits(reader.table, column).items() if n >= MIN_ROWS and p in parts]
    fitting = [(c, w) for c, w in fitting if late.isdisjoint((c, w)) or counts[c] < counts[w]]
    if any(
        (c in late and w in wholes)
        or (w in strangers and not NOT_NOW & heading_kinds(heads[c]))
        or (c in own and w not in own)
        for c, w in fitting + of_column
    ):
        share.problem = "share_of_plan"
    elif not fitting:
        beside = (p for p in named if max(*p, column) - min(*p, column) == len(p))
        others = (
            [p for p in named if p[0] in bare]
            if claim.indicator_cell
            else [p for p in beside if not names.is_other(heads[p[0]], claim.indicator)]
        )
        if others:
            pair = max(others, key=lambda p: (p[1] in wholes, counts[p[0]] <= counts[p[1]]))
            _tell_contradiction(reader, claim, share, [counts[c] for c in pair])


def _told_apart(
    reader: FileReader, claim: Claim, at: Cell
) -> tuple[dict[int, float], set[int], set[int], set[int], set[int]]:
    """Counts beside a percentage by column.

    Then those of nothing but plain words, wholes, strangers, and those of another year or kind.
    """
    table, names, code, (row, column) = reader.table, reader.indicators, claim.indicator, at
    counts, heads = _counts(table, row, column, claim.scale), table.headings
    if (year := year_of(heads[column])) not in {None, reader.context.year or year}:
        counts = {c: n for c, n in counts.items() if year_of(heads[c]) == year}
    group = heads[column].rpartition(" | ")[0]
    if group in heads:  # a bare "%" has the heading beside it above it
        group = group.rpartition(" | ")[0]
    plain = (FILLER | names.words(code)) - SHARE
    odd = {c for c in counts if heading_kinds(heads[c])}
    other = _other_wholes(reader, claim, counts)
    bare = {c for c in counts if claim.indicator_cell and _is_bare(heads[c], group, plain)}
    people = {c for c in counts if ("denominator", code) in names.counted_in(heads[c])}
    wholes = people | {c for c in counts if WHOLE.search(heads[c])} - odd
    years = _of_other_years(reader, claim, counts)
    return counts, bare - other, wholes - other, odd | other, odd | years


def _tell_contradiction(
    reader: FileReader, claim: Claim, share: Amount, counts: list[float]
) -> None:
    """Refuse a percentage that is not that of its counts."""
    part, whole = counts
    percent = MAX_PERCENT * part / whole
    if 0 < share.value <= 1:  # its scale is asked later
        return
    text = f"Biểu ghi {share.value:.10g} %, nhưng hai số đếm bên cạnh {part:.10g}/{whole:.10g}"
    text = f"{text} là {percent:.2f} %.".replace(".", ",").rstrip(",") + "."
    reader.find(share.cell, "printed_differs", text, claim.indicator)
    share.problem = "printed_differs"


def _give_counts(claim: Claim, amounts: Amounts, counts: Iterable[float], columns: Pair) -> None:
    """Take two counts of the row of a percentage as what it is of."""
    row, _ = amounts["value"].cell
    for name, count, column in zip(COUNTS, counts, columns, strict=True):
        amounts[name] = Amount(count, None, (row, column), given=True)
        claim.cells[name] = ((1, row, column),)


@lru_cache(maxsize=256)
def _fits(table: Table, column: int) -> Counter[Pair]:
    """In how many rows two columns give the percentages of a third one."""
    fits: Counter[Pair] = Counter()
    for row in table.body[:200]:
        counts, share = _counts(table, row, column), figure(table.sheet.cell(row, column)).value
        for c, w in permutations(counts, 2):
            fits[c, w] += 0 < counts[c] < counts[w] and rounds_to(counts[c] / counts[w], share or 0)
    return fits


def _is_bare(heading: str, group: str, plain: frozenset[str]) -> bool:
    """Whether a heading of a group is that of a count, of nothing but ``plain`` words."""
    above, _, last = heading.rpartition(" | ")
    words = {*last.split()}
    return above == group and words <= plain and not words.isdisjoint(COUNTED)
