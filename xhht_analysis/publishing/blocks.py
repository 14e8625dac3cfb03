"""The pieces a document is made of: heading, prose, list, table, picture.

A block shows itself in Jupyter and carries its content as JSON, so that the same notebook becomes
HTML, Word and print without reading HTML back. Every text is escaped here and nowhere else;
``**two stars**`` make bold.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

BLOCK_MIME = "application/vnd.xhht.block+json"


@dataclass(frozen=True)
class Block:
    """One piece: ``content`` is plain JSON with a ``kind``; a picture also has its PNG bytes."""

    content: dict
    png: bytes | None = None

    def _repr_mimebundle_(self, include=None, exclude=None):
        data = {BLOCK_MIME: self.content, "text/plain": plain_text(self.content)}
        if self.png is None:
            return data | {"text/html": to_html(self.content)}, {}
        image = {"image/png": base64.b64encode(self.png).decode()}
        return data | image, {"image/png": {"alt": self.content["alt"]}}


def heading(text: str, level: int = 2, *, wide: bool = False) -> Block:
    """Heading of ``level`` 1-4; ``wide`` starts the landscape pages."""
    return Block({"kind": "heading", "level": level, "text": text, "wide": wide})


def prose(paragraphs: Iterable[str], style: str = "plain") -> Block:
    """Paragraphs; ``style`` is plain, lead, note, banner, list or blank (a place to write in)."""
    return Block({"kind": "prose", "style": style, "paragraphs": [p for p in paragraphs if p]})


def table(
    caption: str,
    columns: Sequence[str],
    rows: Sequence[Sequence],
    *,
    align: str = "",
    note: str = "",
    wide: bool = False,
    cards: bool = False,
) -> Block:
    """Table of texts with one header row.

    Parameters
    ----------
    rows
        A cell is a text or ``[text, tone]``; a row of one cell is a group heading.
    align
        One letter per column: l, r or c; missing letters are l.
    wide
        Printed on a landscape page.
    cards
        On a phone each row becomes a card, so that no column is off the screen.
    """
    align = align.ljust(len(columns), "l")
    body = [[cell if isinstance(cell, str) else list(cell) for cell in row] for row in rows]
    content = {"kind": "table", "caption": caption, "columns": list(columns), "rows": body}
    return Block(content | {"align": align, "note": note, "wide": wide, "cards": cards})


def links(items: Sequence[tuple[str, str]]) -> Block:
    """List of links: (text, address relative to the page). Only pages beside each other link."""
    return Block({"kind": "links", "items": [list(item) for item in items]})


def widget(html: str) -> Block:
    """Controls and data of the page's own script; the caller has escaped every text."""
    return Block({"kind": "widget", "html": html})


def plain_text(content: dict) -> str:
    """Content without markup, one line per row or paragraph."""
    match content["kind"]:
        case "heading":
            return content["text"]
        case "prose":
            return "\n".join(content["paragraphs"]).replace("**", "")
        case "picture":
            return f"{content['caption']}: {content['alt']}"
        case "links":
            return "\n".join(text for text, _ in content["items"])
        case "widget":
            return ""
    lines = [content["caption"], " | ".join(content["columns"])]
    return "\n".join(lines + [" | ".join(cell_text(c) for c in row) for row in content["rows"]])


def cell_text(cell: str | list) -> str:
    """Text of a table cell."""
    return cell if isinstance(cell, str) else cell[0]


def runs(text: str) -> list[tuple[str, bool]]:
    """Split ``text`` at its double stars: (piece, bold)."""
    return [(piece, i % 2 == 1) for i, piece in enumerate(text.split("**")) if piece]


def clean(value: object, width: int = 160) -> str:
    """Text of a submitted cell: none of its own bold marks, no longer than ``width``."""
    text = "" if value is None or value != value else str(value).replace("**", "* *")
    return text if len(text) <= width else text[: width - 1] + "…"


def slug(text: str) -> str:
    """Anchor of a heading: its letters and digits joined by hyphens."""
    return "-".join(re.findall(r"\w+", text.lower()))


def to_html(content: dict) -> str:
    """Content as HTML with every text escaped and no inline style."""
    match content["kind"]:
        case "heading":
            level, text = content["level"], content["text"]
            name = ' class="wide"' if content["wide"] else ""
            anchor = escape(content.get("id") or slug(text))
            return f'<h{level} id="{anchor}"{name}>{escape(text)}</h{level}>'
        case "prose":
            return _prose_html(content)
        case "picture":
            return f"<p>{escape(content['caption'])}</p>"
        case "links":
            items = (f'<li><a href="{escape(h)}">{escape(t)}</a></li>' for t, h in content["items"])
            return f'<ul class="links">{"".join(items)}</ul>'
        case "widget":
            return content["html"]
    return _table_html(content)


def _inline(text: str) -> str:
    return "".join(f"<strong>{escape(t)}</strong>" if b else escape(t) for t, b in runs(text))


def _prose_html(content: dict) -> str:
    style = escape(content["style"])
    if style == "list":
        items = "".join(f"<li>{_inline(p)}</li>" for p in content["paragraphs"])
        return f"<ul>{items}</ul>"
    role = ' role="note"' if style == "banner" else ""
    paragraphs = "".join(f"<p>{_inline(p)}</p>" for p in content["paragraphs"])
    return f'<div class="{style}"{role}>{paragraphs}</div>'


def _table_html(content: dict) -> str:
    width = len(content["columns"])
    head = "".join(
        f'<th scope="col" class="{side}">{escape(name)}</th>'
        for name, side in zip(content["columns"], content["align"], strict=True)
    )
    body = []
    for row in content["rows"]:
        if len(row) == 1 < width:
            text = escape(cell_text(row[0]))
            body.append(
                f'<tr class="group"><th scope="colgroup" colspan="{width}">{text}</th></tr>'
            )
        else:
            cells = zip(row, content["align"], content["columns"], strict=True)
            body.append(f"<tr>{''.join(_cell_html(i, *c) for i, c in enumerate(cells))}</tr>")
    note = f'<p class="note">{escape(content["note"])}</p>' if content["note"] else ""
    caption = escape(content["caption"])
    name = " ".join(["sheet", *(k for k in ("wide", "cards") if content.get(k))])
    region = f'<div class="scroll" tabindex="0" role="region" aria-label="{caption}">'
    return (
        f'<div class="{name}">{region}'
        f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table></div>{note}</div>"
    )


def _cell_html(index: int, cell: str | list, side: str, column: str) -> str:
    tone = "" if isinstance(cell, str) else f" tone-{escape(cell[1])}"
    tag, scope = ("th", ' scope="row"') if index == 0 else ("td", "")
    label = f' data-label="{escape(column)}"' if index else ""
    return f'<{tag}{scope}{label} class="{side}{tone}">{_inline(cell_text(cell))}</{tag}>'
