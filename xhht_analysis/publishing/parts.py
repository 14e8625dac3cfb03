"""A page from its template: blocks in the order in which templates/pages/ asks for them."""

from collections.abc import Callable, Iterable, Sequence

from xhht_analysis.publishing.blocks import (
    Block,
    clean,
    heading,
    links,
    plain_template,
    prose,
    table,
)
from xhht_analysis.publishing.labels import Labels
from xhht_analysis.publishing.report_data import ReportData

MAX_ROWS = 40
"""Most rows of a table of doubts."""


class Page:
    """Blocks of one page of a run; what a template calls here prints nothing in its place."""

    def __init__(self, labels: Labels):
        """Begin a page without blocks."""
        self.labels, self.blocks = labels, []

    def add(self, *blocks: Block) -> str:
        """Add blocks made elsewhere."""
        self.blocks += blocks
        return ""

    def heading(self, text: str, level: int = 2, **form) -> str:
        """Add a heading; ``form`` as of `blocks.heading`."""
        return self.add(heading(text, level, **form))

    def prose(self, paragraphs: Iterable[str], style: str = "plain") -> str:
        """Add paragraphs, nothing where all are empty."""
        block = prose(paragraphs, style)
        return self.add(block) if block.content["paragraphs"] else ""

    def table(self, caption: str, columns: str | Sequence[str], caller: Callable, **form) -> str:
        """Add a table of the rows that the body of a call block hands over; none without rows."""
        rows = []
        caller(lambda *cells: rows.append(cells))
        return self.add(grid(self, caption, columns, rows, **form)) if rows else ""

    def links(self, items: Sequence[tuple[str, str]]) -> str:
        """Add a list of links."""
        return self.add(links(items))


def make_page(name: str, labels: Labels, **values: object) -> list[Block]:
    """Blocks of templates/pages/``name``.j2 from ``values``; the words are those of ``labels``."""
    page = Page(labels)
    tools = {"page": page, "labels": labels, "word": labels.word, "clean": clean}
    plain_template(f"pages/{name}.j2").render(tools, max_rows=MAX_ROWS, **values)
    return page.blocks


def grid(
    run: ReportData | Page,
    caption: str,
    columns: str | Sequence[str],
    rows: Iterable[Sequence],
    **form,
) -> Block:
    """Table whose heads are the words ``col.<name>`` (another text stays as it is).

    Numbers are written in the language and stand right, with one decimal where a column has any
    fraction (counts have none); what is missing is a dash. ``form`` is that of `blocks.table`.
    """
    names = columns.split() if isinstance(columns, str) else columns
    body = [[_cell(run.labels, cell) for cell in row] for row in rows]
    numeric = {i for row in body for i, (_, is_number) in enumerate(row) if is_number}
    align = "".join("r" if i in numeric else "l" for i in range(len(names)))
    heads = [run.labels.word_of("col", name) for name in names]
    texts = [[text for text, _ in row] for row in body]
    return table(caption, heads, texts, **{"align": align} | form)


def _cell(labels: Labels, cell: object) -> tuple[str | list, bool]:
    """Text of a cell (a text or ``[text, tone]`` stays), and whether it was a number."""
    if isinstance(cell, str | list):
        return cell, False
    return labels.number(cell), cell is not None
