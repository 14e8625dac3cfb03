"""The pieces a document is made of: heading, prose, list, table, picture.

A block shows itself in Jupyter and carries its content as JSON, so that the same notebook becomes
HTML, Word and print without reading HTML back. HTML is made by templates/committee/blocks.html.j2,
which escapes every text; ``**two stars**`` make bold.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

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
    filters = {"runs": runs, "slug": slug, "text": cell_text, "compact_json": compact_json}
    environment.filters |= filters | {"sha256": sha256}
    return environment


def sha256(text: str) -> str:
    """Digest of a text in base64, as a page's policy names its styles and script."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def plain_template(name: str) -> Template:
    """A template of sentences: plain text, where nothing is escaped."""
    loader = FileSystemLoader(TEMPLATES.parent)
    return Environment(loader=loader, undefined=StrictUndefined).get_template(name)


def compact_json(content: object) -> str:
    """JSON without spaces."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def prose(paragraphs: Iterable[str], style: str = "plain") -> Block:
    """Paragraphs; ``style`` is plain, lead, note, banner, list or blank (a place to write in)."""
    return Block({"kind": "prose", "style": style, "paragraphs": [p for p in paragraphs if p]})


def by_heading(blocks: Iterable[Block]) -> dict[str, list[Block]]:
    """Blocks under each heading of level 2, in their order; those before the first under ""."""
    name, parts = "", {}
    for block in blocks:
        if block.content["kind"] == "heading" and block.content["level"] == 2:
            name = block.content["text"]
        parts.setdefault(name, []).append(block)
    return parts


def cell_text(cell: str | list) -> str:
    """Text of a table cell."""
    return cell if isinstance(cell, str) else cell[0]


def runs(text: str) -> list[tuple[str, bool]]:
    """Split ``text`` at its double stars: (piece, bold)."""
    return [(piece, i % 2 == 1) for i, piece in enumerate(text.split("**")) if piece]


def clean(value: object, width: int = 160) -> str:
    """Text of a submitted cell: none of its own bold marks, cut between words after ``width``."""
    text = "" if value is None or value != value else str(value).replace("**", "* *")
    return text if len(text) <= width else text[: width - 1].rsplit(" ", 1)[0] + "…"


def slug(text: str) -> str:
    """Anchor of a heading: its letters and digits joined by hyphens."""
    return "-".join(re.findall(r"\w+", text.lower()))
