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
    short: bool = False,
    note: bool = True,
) -> Block:
    """Make one row per goal: what the first target year brought, what the last promises.

    ``codes`` default to all goals, with a heading row per block of the plan; of a unit only what
    the plan asks of it in a target year is shown. ``short`` leaves out what the caption and the
    key of the signs say.
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
        rows.append([name, *_cells(run, newest, *pair, short=short)])
    columns = [
        "goal",
        *(word(f"col.{name}", year=first) for name in ("target", "actual_of", "verdict")),
        word("col.target", year=last),
        word("col.latest", year=newest),
        word("col.verdict", year=last),
        *(() if run.previous.empty else ["since"]),  # nothing to compare with
    ]
    rows = [row[: len(columns)] for row in rows]
    key = sign_key(run, run.all_statements(unit_code), short=short) if note else ""
    form = {"align": "lrrlrrlc"[: len(columns)], "note": key, "cards": True}
    return parts.grid(run, caption, columns, rows, **form)


def sign_key(run: ReportData, statements: Sequence[Statement], *, short: bool) -> str:
    """What the signs beside these statements mean; ``short`` verdicts carry signs for remarks."""
    word = run.word
    keys = [word("goals.note")]
    if any(s.has_range for s in statements):
        keys.append(word("goals.note_range"))
    doubts = {s.doubt for s in statements} - {""} if short else ()
    keys += [word(f"goals.note_{doubt}") for doubt in sorted(doubts, reverse=True)]
    if not run.previous.empty:
        keys.append(word("goals.note_since"))
    return " ".join(keys)


def _cells(
    run: ReportData, newest: int, first: Statement | None, last: Statement | None, *, short: bool
) -> list:
    none = run.word("none")
    cells = [none] * 3
    if first is not None:
        cells = [first.target_text, first.actual_text, tone(first, short=short)]
    texts = [s.latest_text for s in (first, last) if s is not None]
    shown = max(texts, key=len).removesuffix(f" ({newest})")  # the finer one: beside its target
    if last is None:
        cells += [none, shown, none, none]
    else:
        cells += [last.target_text, shown, tone(last, short=short), last.direction]
    return [_without_noun(run, c) if short and isinstance(c, str) else c for c in cells]


def _without_noun(run: ReportData, text: str) -> str:
    """Shorten "11/11 đơn vị" to "11/11" where the caption says what is counted."""
    return text.replace(run.word("units", n="").rstrip(), "").rstrip().replace(" (", " (")


def tone(said: Statement, *, short: bool = False) -> list[str]:
    """Cell of a verdict: its text and the class that colours its edge."""
    return [said.short_verdict if short and said.bare_chance else said.verdict_text, said.key]


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
