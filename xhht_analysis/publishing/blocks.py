"""The pieces a document is made of (heading, prose, list, table, picture) and pages of them.

A block shows itself in Jupyter and carries its content as JSON, so that the same notebook becomes
HTML, Word and print without reading HTML back. HTML is made by templates/committee/blocks.html.j2,
which escapes every text; ``**two stars**`` make bold. A page is the blocks that its template in
templates/pages/ asks for.
"""

import base64
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from xhht_analysis.publishing.labels import Labels
from xhht_analysis.publishing.report_data import ReportData

BLOCK_MIME = "application/vnd.xhht.block+json"
TEMPLATES = Path(__file__).parent / "templates" / "committee"


@dataclass(frozen=True)
class Block:
    """One piece: ``content`` is plain JSON with a ``kind``; a picture also has its PNG bytes."""

    content: dict
    png: bytes | None = None

    def _repr_mimebundle_(self, include=None, exclude=None):
        data = {BLOCK_MIME: self.content, "text/plain": self.content["kind"]}
        if self.png is None:
            return data | {"text/html": self.html}, {}
        image = {"image/png": base64.b64encode(self.png).decode()}
        return data | image, {"image/png": {"alt": self.content["alt"]}}

    @property
    def html(self) -> str:
        """The block as HTML with every text escaped and no inline style."""
        return str(templates().get_template("blocks.html.j2").module.show(self.shown))

    @property
    def shown(self) -> dict:
        """Content as the template needs it: of a picture with its PNG in base64."""
        png = {"png": base64.b64encode(self.png).decode()} if self.png else {}
        return self.content | png


@cache
def templates() -> Environment:
    """The templates of pages and blocks; they escape whatever is put in."""
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
    environment.filters |= {"runs": runs, "text": cell_text, "sha256": sha256}
    return environment


def sha256(text: str) -> str:
    """Digest of a text in base64, as a page's policy names its styles and script."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def plain_template(name: str) -> Template:
    """A template of sentences: plain text, where nothing is escaped."""
    loader = FileSystemLoader(TEMPLATES.parent)
    return Environment(loader=loader, undefined=StrictUndefined).get_template(name)


def prose(paragraphs: Iterable[str], style: str = "plain") -> Block:
    """Paragraphs; ``style`` is plain, lead, note, banner, list or blank (a place to write in)."""
    return Block({"kind": "prose", "style": style, "paragraphs": [p for p in paragraphs if p]})


def cell_text(cell: str | list) -> str:
    """Text of a table cell."""
    return cell if isinstance(cell, str) else cell[0]


def runs(text: str) -> list[tuple[str, bool]]:
    """Split ``text`` at its double stars: (piece, bold)."""
    return [(piece, i % 2 == 1) for i, piece in enumerate(text.split("**")) if piece]


def clean(value: object, width: int = 160) -> str:
    """Text of a submitted cell: none of its own bold marks, cut between words after ``width``."""
    text = "" if pd.isna(value) else str(value).replace("**", "* *")
    return text if len(text) <= width else text[: width - 1].rsplit(" ", 1)[0] + "…"


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


def make_page(
    name: str, run: ReportData | None = None, labels: Labels | None = None, **values: object
) -> list[Block]:
    """Blocks of templates/pages/``name``.j2 from ``run`` and ``values``.

    The words are those of the run, or ``labels`` where there is none.
    """
    labels = labels or run.labels
    page = Page(labels)
    tools = {"page": page, "run": run, "labels": labels, "word": labels.word, "clean": clean}
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
