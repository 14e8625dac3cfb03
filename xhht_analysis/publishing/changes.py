"""What changed since the run before: goals whose class or fact changed, and the cause of each.

`panel_changes` and `changed_goals` are what `xhht compare` says, too.
"""

import numpy as np
import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.selection import where
from xhht_analysis.publishing.statements import Statement

FIGURES = ["numerator", "denominator", "value", "level", "valid_from", "valid_to"]
CAUSES = ("new", "revision", "reread")
SETTLED = ("reached", "missed")


def panel_changes(old: pd.DataFrame, new: pd.DataFrame) -> pd.Series:
    """Kind of change of every panel row that changed, by panel key.

    ``new``: had no figure before; ``revision``: another cell gives it now, or none does;
    ``reread``: the same cell gives another figure (code, rules or corrections changed). A rebuilt
    figure is revised if a reported one of its indicator and year is, else reread.
    """
    key = list(contracts.PANEL_KEY)
    both = old.merge(new, on=key, how="outer", suffixes=("_old", "_new"), indicator="side")
    columns = [*FIGURES, "source_id"]
    before, now = (
        both[[f"{name}_{run}" for name in columns]].set_axis(columns, axis="columns")
        for run in ("old", "new")
    )
    same = before.eq(now).fillna(False).astype(bool) | (before.isna() & now.isna())
    left, right = (both["side"].eq(f"{side}_only") for side in ("left", "right"))
    kind = np.select([right, left | ~same["source_id"]], ["new", "revision"], "reread")
    changed = left | right | ~same[FIGURES].all(axis=1)
    both, kind = both[changed], pd.Series(kind, both.index)[changed]
    derived = both["source_id_old"].isna() & both["source_id_new"].isna() & kind.eq("reread")
    place = pd.MultiIndex.from_frame(both[["indicator_code", "year"]])
    kind = kind.mask(derived & place.isin(place[kind.eq("revision")]), "revision")
    return kind.set_axis(pd.MultiIndex.from_frame(both[key]))


def changed_goals(run: ReportData) -> list[tuple[list[Statement], list[str]]]:
    """Goals in the plan's order whose class changed since the run before, with the causes.

    Statements of the target years that changed; keys of ``cause`` in words.toml. A verdict rests on
    the figures of its indicator in every unit and year and, if that is a level, on the rates that
    its rules ask for: where none of these changed, the model or the rules did. That a target year
    is over, and its outcome known, is a cause of its own.
    """
    kinds = panel_changes(run.previous_panel, run.panel) if len(run.previous_panel) else None
    goals = []
    for code in run.ordered_goals.index:
        statements = [s for year in run.target_years if (s := run.statement(code, year))]
        moved = [s for s in statements if s.previous and s.previous[0] != s.verdict_class]
        causes = ["unknown"]
        if all(s.key in SETTLED and s.previous[0] not in SETTLED for s in moved):
            causes = ["outcome"]
        elif kinds is not None:
            codes = [s.indicator_code for s in moved]
            codes += list(where(run.standards, level_indicator=codes)["indicator_code"].dropna())
            behind = kinds[kinds.index.get_level_values("indicator_code").isin(codes)]
            causes = [kind for kind in CAUSES if kind in set(behind)] or ["model"]
        if moved:
            goals.append((moved, causes))
    return goals
