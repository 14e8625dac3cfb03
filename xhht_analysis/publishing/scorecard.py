"""The table of all goals: it stands in the brief, in the report and in a unit's page.

Nothing here draws, so that the Excel workbook is written without matplotlib.
"""

from collections.abc import Sequence

import pandas as pd

from xhht_analysis.publishing import parts, sentences
from xhht_analysis.publishing.blocks import Block
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.selection import where
from xhht_analysis.publishing.statements import Statement


def scorecard(
    run: ReportData,
    caption: str,
    codes: Sequence[str] = (),
    unit_code: str = "",
    *,
    note: bool = True,
) -> Block:
    """Make one row per goal: what the first target year brought, what the last promises.

    ``codes`` default to all goals, with a heading row per block of the plan; of a unit only what
    the plan asks of it in a target year is shown. ``note`` explains the signs.
    """
    word, rows, block = run.word, [], None
    seen = where(run.panel, frame=run.province.frame)["year"]
    newest = int(seen.max()) if len(seen) else int(run.as_of[:4])
    first, last = run.next_years
    asked = {(s.goal_code, s.target_year): s for s in run.all_statements(unit_code)}
    for goal in run.ordered_goals.itertuples():
        pair = [asked.get((goal.goal_code, year)) for year in (first, last)]
        if (codes and goal.goal_code not in codes) or not any(pair):
            continue
        if not (codes or unit_code) and goal.block != block:
            block = goal.block
            rows.append([block_name(run, block)])
        standards = [f"{s.target_year}: {s.standard}" for s in pair if s and s.standard]
        name = f"{goal.order}. {run.title(goal.goal_code)}"
        name += f" ({'; '.join(standards)})" if standards else ""
        rows.append([name, *_cells(run, newest, *pair)])
    columns = [
        "goal",
        *(word(f"col.{name}", year=first) for name in ("target", "actual_of", "verdict")),
        word("col.target", year=last),
        word("col.latest", year=newest),
        word("col.verdict", year=last),
        *(() if run.previous.empty else ["since"]),  # nothing to compare with
    ]
    rows = [row[: len(columns)] for row in rows]
    keys = [word("goals.note"), "" if run.previous.empty else word("goals.note_since")]
    form = {
        "align": "lrrlrrlc"[: len(columns)],
        "note": " ".join(keys).strip() if note else "",
        "cards": True,
    }
    return parts.grid(run, caption, columns, rows, **form)


def _cells(run: ReportData, newest: int, first: Statement | None, last: Statement | None) -> list:
    none = run.word("none")
    cells = [none] * 3
    if first is not None:
        cells = [first.target_text, first.actual_text, tone(first)]
    texts = [s.latest_text for s in (first, last) if s is not None]
    shown = max(texts, key=len).removesuffix(f" ({newest})")  # the finer one: beside its target
    if last is None:
        cells += [none, shown, none, none]
    else:
        cells += [last.target_text, shown, tone(last), last.direction]
    return [_without_noun(run, c) if isinstance(c, str) else c for c in cells]


def _without_noun(run: ReportData, text: str) -> str:
    """Shorten "11/11 đơn vị" to "11/11" where the caption says what is counted."""
    return text.replace(run.word("units", n="").rstrip(), "").rstrip().replace(" (", " (")


def tone(said: Statement) -> list[str]:
    """Cell of a verdict: its chance or its word, and the class that colours its edge."""
    return [said.short_verdict if said.bare_chance else said.verdict_text, said.key]


def block_name(run: ReportData, block: object) -> str:
    """Name of one of the plan's blocks of goals."""
    return run.labels.local(where(run.ordered_goals, block=block).iloc[0], "block")


def summary_table(run: ReportData) -> pd.DataFrame:
    """Every statement on the province, one row each, in words: the first sheet of the workbook."""
    said = sorted(run.all_statements(), key=lambda s: (s.order, s.target_year))
    columns = [
        "goal",
        "year",
        "aim",
        "actual",
        "latest_of",
        "assessment",
        "chance",
        "since",
        "remark",
    ]
    rows = [
        [f"{s.order}. {s.title}", s.target_year, s.target_text, _of_standard(s, s.actual_text),
         _of_standard(s, s.latest_text), f"{s.mark} {s.labels.verdict(s.key)}", s.chance_text,
         s.direction, sentences.sentence("chance_note", run, s)]
        for s in said
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[run.word(f"col.{name}") for name in columns])


def _of_standard(said: Statement, figure: str) -> str:
    """A figure with its standard, where the targets of a goal measure two."""
    return f"{said.standard}: {figure}" if said.standard else figure
