"""The index of what has been made: works from a file share and from any web server."""

from __future__ import annotations

import base64
import hashlib
import json
from html import escape
from pathlib import Path
from urllib.parse import quote

from xhht_analysis import store
from xhht_analysis.project import DATE
from xhht_analysis.publishing.documents import TEMPLATES
from xhht_analysis.publishing.labels import Labels, collation_key

SUFFIXES = (".html", ".docx", ".pdf", ".xlsx")


def write_index(reports_root: Path, *, lang: str = "vi") -> Path:
    """Write ``index.html``: one section per run, newest first, with links to its documents.

    A run without ``run.json`` did not happen and is left out.
    """
    labels = Labels(lang)
    dates = sorted((p for p in reports_root.iterdir() if DATE.fullmatch(p.name)), reverse=True)
    sections = [text for folder in dates if (text := _run_section(folder, labels))]
    css = (TEMPLATES / "committee" / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    title = escape(labels.word("site.title"))
    body = "".join(sections) or f"<p>{escape(labels.word('site.none'))}</p>"
    page = (
        f'<!DOCTYPE html>\n<html lang="{lang}"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        f"style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{css}</style></head><body>"
        f'<div class="layout"><main id="main"><h1>{title}</h1>{body}</main></div></body></html>\n'
    )
    return store.write_text(reports_root / "index.html", page)


def _run_section(folder: Path, labels: Labels) -> str:
    run = folder / "run" / "run.json"
    if not run.is_file():
        return ""
    try:
        sample = bool(json.loads(run.read_text(encoding="utf-8")).get("sample"))
    except (ValueError, AttributeError):
        sample = False
    date = labels.word("as_of", date=labels.date(folder.name))
    mark = f" – {labels.word('sample')}" if sample else ""
    files = (p for p in folder.rglob("*") if p.suffix in SUFFIXES and "run" not in p.parts[-2:-1])
    found = sorted(files, key=lambda p: (SUFFIXES.index(p.suffix), collation_key(p.stem)))
    links = "".join(f"<li>{_link(path, folder, labels)}</li>" for path in found)
    return f"<h2>{escape(date + mark)}</h2><ul>{links}</ul>"


def _link(path: Path, folder: Path, labels: Labels) -> str:
    target = quote(path.relative_to(folder.parent).as_posix())
    name = labels.known("document", path.stem)
    return f'<a href="{target}">{escape(name)} ({path.suffix[1:].upper()})</a>'
