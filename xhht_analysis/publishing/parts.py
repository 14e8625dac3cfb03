"""Parts that several documents share: the opening, a table with words for heads, the doubts."""

from collections.abc import Iterable, Sequence

import pandas as pd

from xhht_analysis.publishing.blocks import Block, clean, heading, prose, table
from xhht_analysis.publishing.report_data import ReportData

MAX_ROWS = 40
DOUBTS = {"rejects": "where raw remedy", "findings": "message"}
"""Columns of the tables of doubts."""


def opening(run: ReportData, title: str, note: str = "") -> list[Block]:
    """Title, the banner of invented data, a note."""
    banner = [prose([run.word("sample_banner")], "banner")] if run.is_sample else []
    return [heading(title, 1), *banner, *([prose([note], "note")] if note else [])]


def grid(
    run: ReportData, caption: str, columns: str | Sequence[str], rows: Iterable[Sequence], **form
) -> Block:
    """Table whose heads are the words ``col.<name>`` (another text stays as it is).

    Numbers are written in the language and stand right, with one decimal where a column has any
    fraction (counts have none); what is missing is a dash. ``form`` is that of `blocks.table`.
    """
    names = columns.split() if isinstance(columns, str) else columns
    body = [[_cell(run, cell) for cell in row] for row in rows]
    numeric = {i for row in body for i, (_, is_number) in enumerate(row) if is_number}
    align = "".join("r" if i in numeric else "l" for i in range(len(names)))
    heads = [run.labels.known("col", name) for name in names]
    texts = [[text for text, _ in row] for row in body]
    return table(caption, heads, texts, **{"align": align} | form)


def _cell(run: ReportData, cell: object) -> tuple[str | list, bool]:
    """Text of a cell (a text or ``[text, tone]`` stays), and whether it was a number."""
    if isinstance(cell, str | list):
        return cell, False
    return run.labels.number(cell), cell is not None


def doubt_tables(run: ReportData, **doubts: pd.DataFrame) -> list[Block]:
    """Rejects and findings with file, sheet and cell: what senders are asked to mend."""
    blocks = []
    for name, rows in doubts.items():
        if len(rows):
            shown = {"shown": min(len(rows), MAX_ROWS), "n": len(rows)}
            caption = run.word(f"quality.{name}_caption", **shown)
            columns = DOUBTS[name].split()
            body = [[_doubt(run, r, c) for c in columns] for _, r in rows.head(MAX_ROWS).iterrows()]
            blocks.append(grid(run, caption, columns, body))
    return blocks


def _doubt(run: ReportData, row: pd.Series, column: str) -> str:
    where = ", ".join(str(row[c]) for c in ("file", "sheet", "cell") if pd.notna(row[c]))
    if column == "where":
        return clean(where)
    if run.labels.lang != "vi" and column in ("remedy", "message"):
        text = str(row["rule"]).replace("_", " ")  # what offices are told is in Vietnamese
    else:
        text = row[column]
    return clean(f"{text} ({where})" if column == "message" and where else text, 400)
