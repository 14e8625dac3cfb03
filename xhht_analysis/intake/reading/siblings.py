"""The cells beside a number in its column: they decide what one mark in it means."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache


class Siblings:
    """The other cells of a number's column, which decide what one mark in it means."""

    def __init__(self, cells: Iterable[object]) -> None:
        self._cells = cells

    @cached_property
    def _texts(self) -> list[str]:
        """The cells that are short texts, looked at only when a number asks."""
        return [cell for cell in self._cells if isinstance(cell, str) and len(cell) < 40]

    @lru_cache(maxsize=256)  # noqa: B019  # of the columns at hand
    def habits(self, mark: str) -> tuple[set[str], bool]:
        """What ``mark`` plainly is in the cells, and whether only zeros follow it as a decimal."""
        habits = {text: _habit(text, mark) for text in self._texts}
        decimals = [text for text, habit in habits.items() if habit == "decimal"]
        padded = all(re.search(r"[.,]0+\D*$", text) for text in decimals)
        return {*habits.values()} - {None}, padded


def _habit(text: str, mark: str) -> str | None:
    """What ``mark`` plainly is in another cell of the column: thousands, decimal, or unclear."""
    number = re.search(r"\d[\d.,\s]*|$", text)[0]  # what is behind it is no part of it
    whole, separator, part = re.sub(r"\s", "", number).partition(mark)
    if not whole[:1].isdigit():
        return None
    if separator and not part.isdigit() and part:
        return "thousands"
    if separator:
        sure = len(part) != 3 or len(whole) > 3 or not whole.isdigit() or whole.startswith("0")
        return "decimal" if sure else None
    groups = re.split("[.,]", whole)
    return "thousands" if len(groups) == 2 and len(groups[1]) != 3 else None
