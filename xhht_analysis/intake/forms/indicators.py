"""The plan's indicators by the words that headings use for them; built once for many files."""

from __future__ import annotations

import re

import pandas as pd

from xhht_analysis.intake.forms.headings import heading_key


class IndicatorNames:
    """Indicators by code, name, short name and denominator.

    Parameters
    ----------
    indicators : DataFrame
        config/indicators.csv.
    """

    def __init__(self, indicators: pd.DataFrame) -> None:
        self.rows = {row["indicator_code"]: row for row in indicators.to_dict("records")}
        keys = ("name_vi", "short_name_vi", "indicator_code")
        rows = self.rows.items()
        self.codes = {heading_key(str(row[key])): code for key in keys for code, row in rows}
        """Code of an indicator by its folded code, name and short name."""
        self._denominators: dict[str, list[str]] = {}
        for code, row in rows:
            people = _without_count(heading_key(str(row["denominator_vi"] or "")))
            self._denominators.setdefault(people, []).append(code)
        self._names: dict[str, str | None] = {}

    def code_of(self, typed: str) -> str | None:
        """Code of the indicator that a cell names, be it numbered ("2.", "c)") or with a unit."""
        bare = re.sub(r"^\s*(?:\w{1,4}\s*[.)/]|[-–—+*•])\s*", "", typed)
        keys = (heading_key(text).removesuffix(" %") for text in (typed, bare))
        return next((self.codes[key] for key in keys if key in self.codes), None)

    def name_in(self, path: str) -> str | None:
        """The folded code or the longest name that stands in a heading."""
        if path not in self._names:
            names = [name for name in self.codes if f" {name} " in f" {path} "]
            rank = {name: (self.is_code(name), len(name)) for name in names}
            self._names[path] = max(names, key=rank.get, default=None)
        return self._names[path]

    def is_code(self, name: str) -> bool:
        """Whether a folded name is an indicator's code."""
        return name == heading_key(self.codes[name])

    def of_denominator(self, path: str) -> list[str]:
        """Codes of the indicators whose denominator a heading names."""
        return self._denominators.get(_without_count(path), [])

    def words(self, code: str) -> set[str]:
        """Folded words of an indicator's own name and numerator: beside it they change nothing."""
        row = self.rows[code]
        return set(heading_key(f"{row['name_vi']} {row['numerator_vi']}").split())


def _without_count(words: str) -> str:
    return re.sub("^(tong )?(so )?", "", words)
