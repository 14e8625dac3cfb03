"""A page from its template: blocks in the order in which templates/pages/ asks for them."""

from collections.abc import Callable, Iterable, Sequence

from xhht_analysis.publishing.blocks import Block, clean, plain_template, prose
from xhht_analysis.publishing.labels import Labels


class Page:
    """Blocks of one page of a run; what a template calls here prints nothing in its place."""

    def __init__(self, labels: Labels):
        """Begin a page without blocks."""
        self.labels, self.blocks = labels, []

    def add(self, *blocks: Block) -> str:
        """Add blocks made elsewhere."""
        self.blocks += blocks
        return ""

    def heading(self, text: str, level: int = 2) -> str:
        """Add a heading of ``level`` 1-4."""
        return self.add(Block({"kind": "heading", "level": level, "text": text}))

    def prose(self, paragraphs: Iterable[str], style: str = "plain") -> str:
        """Add paragraphs, nothing where all are empty."""
        block = prose(paragraphs, style)
        return self.add(block) if block.content["paragraphs"] else ""

    def table(self, caption: str, columns: str | Sequence[str], caller: Callable, **form) -> str:
        """Add a table of the rows that the body of a call block hands over; none without rows.

        ``form`` is that of `grid`.
        """
        rows = []
        caller(lambda *cells: rows.append(cells))
        return self.add(grid(self.labels, caption, columns, rows, **form)) if rows else ""

    def links(self, items: Sequence[tuple[str, str]]) -> str:
        """Add a list of links: (text, address relative to the page)."""
        return self.add(Block({"kind": "links", "items": [list(item) for item in items]}))


def make_page(name: str, labels: Labels, **values: object) -> list[Block]:
    """Blocks of templates/pages/``name``.j2 from ``values``; the words are those of ``labels``."""
    page = Page(labels)
    tools = {"page": page, "labels": labels, "word": labels.word, "clean": clean}
    plain_template(f"pages/{name}.j2").render(tools, **values)
    return page.blocks


def grid(
    labels: Labels,
    caption: str,
    columns: str | Sequence[str],
    rows: Iterable[Sequence],
    *,
    align: str = "",
    note: str = "",
    cards: bool = False,
) -> Block:
    """Table with one header row, of texts as they are and of numbers in the language.

    Parameters
    ----------
    columns
        Heads, the words ``col.<name>``; another text stays as it is.
    rows
        A cell is a text, ``[text, tone]`` or a number, which is written with one decimal where it
        has a fraction (counts have none); what is missing is a dash. A row of one cell is a group
        heading.
    align
        One letter per column: l, r or c; those without one stand left.
    cards
        On a phone each row becomes a card, so that no column is off the screen.
    """
    names = columns.split() if isinstance(columns, str) else columns
    content = {
        "kind": "table",
        "caption": caption,
        "columns": [labels.word_of("col", name) for name in names],
        "rows": [
            [cell if isinstance(cell, str | list) else labels.figure(cell) for cell in row]
            for row in rows
        ],
        "align": align.ljust(len(names), "l"),
        "note": note,
        "cards": cards,
    }
    return Block(content)
