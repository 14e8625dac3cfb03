"""Districts: who leads, who needs help, by the goals asked of each district alone."""

from collections.abc import Callable

import pandas as pd

from xhht_analysis.publishing import parts
from xhht_analysis.publishing.blocks import Block
from xhht_analysis.publishing.decisions import NOISE, leverages
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.selection import where
from xhht_analysis.publishing.statements import Statement

N_NAMED, N_GAINS = 3, 8
RANKED = 2 * N_NAMED
PLACED = 0.5
"""Chance to be among the best or last three from which a district is named for a goal."""


def standings(run: ReportData, year: int = 0) -> pd.DataFrame:
    """Districts by the goals asked of them: unit_code, total, hopeful, hard, best, last.

    A chance that is one of all districts ranks none. ``hard`` counts goals unlikely or missed;
    ``best`` and ``last`` count goals where the district is among the best or last three with a
    chance of at least one half; of fewer than `RANKED` districts they are missing: three are always
    the first three. No mean over goals.
    """
    rows, year = [], year or run.last_year
    for unit in run.shown_districts["unit_code"]:
        statements = [s for s in run.statements(year, unit) if is_own(s)]
        codes = [s.goal_code for s in statements]
        verdicts = where(run.verdicts, unit_code=unit, target_year=year, goal_code=codes)
        hopeful = sum(s.is_hopeful for s in statements)
        hard = sum(s.is_struggling for s in statements)
        ends = ((verdicts[c] >= PLACED).sum() for c in ("prob_best3", "prob_last3"))
        rows.append([unit, len(statements), hopeful, hard, *ends])
    columns = ["unit_code", "total", "hopeful", "hard", "best", "last"]
    table = pd.DataFrame(rows, columns=columns)
    table = table[table["total"] > 0].reset_index(drop=True)
    return table if len(table) >= RANKED else table.assign(best=pd.NA, last=pd.NA)


def is_own(statement: Statement) -> bool:
    """Whether a statement judges this very unit."""
    return statement.key not in ("no_data", "no_object") and not statement.is_of_all


def extreme(run: ReportData, rows: pd.DataFrame, column: str) -> str:
    """Districts at the first values of ``column``, ties said as ties and never cut."""
    word, lines, n = run.word, [], 0
    for value, tied in sorted(rows.groupby(column), key=lambda pair: -pair[0]):
        if n >= N_NAMED or value == 0:
            break
        for total, same in tied.groupby("total"):
            names = ", ".join(run.names[u] for u in same["unit_code"])
            key = "places.tied" if len(same) > 1 else "places.single"
            lines.append(word(key, names=names, n=value, total=total))
        n += len(tied)
    return "; ".join(lines)


def places(run: ReportData, drawn: Callable[..., list[Block]]) -> list[Block]:
    """Leading districts, those to support, and where help counts (pages/places.j2).

    Of fewer than `RANKED` districts none is named: the first and the last would be the same.
    """
    rows, gains = standings(run), leverages(run)
    columns = {"best": "hopeful", "push": "hard", "top": "best", "low": "last"}
    ranked = rows if len(rows) >= RANKED else rows.head(0)
    return parts.make_page(
        "places",
        run.labels,
        run=run,
        drawn=drawn,
        judged=len(rows),
        asked=run.asked_of_units(run.last_year),
        extremes={key: extreme(run, ranked, name) for key, name in columns.items()},
        gains=list(gains[gains["gain"] >= NOISE].head(N_GAINS).itertuples()),
    )
