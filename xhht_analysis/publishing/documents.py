"""An executed notebook becomes a page, a Word file, a PDF and an Excel annex.

The blocks of the notebook (see `blocks`) are numbered once, so that "Hình 3" is the same figure
in every form. Cells tagged ``analyst-only``, all code and all prints stay behind.
"""

import base64
import logging
import os
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import nbformat

from xhht_analysis import files
from xhht_analysis.project import KitError
from xhht_analysis.publishing.blocks import (
    BLOCK_MIME,
    TEMPLATES,
    Block,
    prose,
    templates,
)
from xhht_analysis.publishing.labels import Labels

PAGE_FILES = ("page.css", "what-if.js")
HIDDEN_TAG = "analyst-only"
REPORT, PARTS = "report", ("brief", "annex", "review")
"""Documents made from one executed notebook, by the tag of their cells."""
ROMAN = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
CAPTIONED = {"picture": "figure", "table": "table"}
"""Kinds of blocks that have a number, and the word before it."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge", "microsoft-edge")
EDGE_PLACES = (r"Microsoft\Edge\Application\msedge.exe", r"Google\Chrome\Application\chrome.exe")
PRINT_SECONDS = 120
logger = logging.getLogger(__name__)


class ExportError(KitError):
    """A notebook that cannot become a document: not executed, or failed."""


def read_executed(
    notebook: Path, labels: Labels, part: str = REPORT, *, outline: bool = False
) -> list[Block]:
    """Blocks of one ``part`` of an executed notebook, its pictures and tables numbered.

    A cell belongs to the part whose name is among its tags, else to the report; a part may be
    empty. ``outline`` numbers the headings too, I, 1, a.

    Raises
    ------
    ExportError
        If a cell failed or none ran: a half-made page must not leave the office.
    """
    nb = nbformat.read(notebook, as_version=4)
    outputs = [o for cell in nb.cells for o in cell.get("outputs", ())]
    if not outputs or any(o.output_type == "error" for o in outputs):
        raise ExportError(f"{notebook.name}: a cell failed or none was run; run it to the end")
    blocks = [block for cell in nb.cells if _part(cell) == part for block in _blocks(cell)]
    return number(blocks, labels, outline=outline)


def _part(cell: nbformat.NotebookNode) -> str:
    tags = cell.metadata.get("tags", [])
    return next((part for part in (HIDDEN_TAG, *PARTS) if part in tags), REPORT)


def _blocks(cell: nbformat.NotebookNode) -> Iterator[Block]:
    """Blocks that a cell shows; text and tables of an office's own cells as they are."""
    if cell.cell_type == "markdown":
        yield prose(cell.source.split("\n\n"))
    for data in (output.get("data", {}) for output in cell.get("outputs", ())):
        if BLOCK_MIME in data:
            png = data.get("image/png")
            yield Block(data[BLOCK_MIME], base64.b64decode(png) if png else None)
        elif "text/html" in data:
            yield Block({"kind": "foreign", "html": data["text/html"]})


def number(blocks: Iterable[Block], labels: Labels, *, outline: bool = False) -> list[Block]:
    """Number the captions of pictures and tables (and headings as I, 1, a); name the headings."""
    places, counts, numbered = [0, 0, 0], Counter(), []
    for block in blocks:
        content, kind = dict(block.content), block.content["kind"]
        if kind == "heading":
            level = content["level"] - 2
            if outline and level >= 0:
                places[level:] = [places[level] + 1, 0, 0][: 3 - level]
                sign = (f"{roman(places[0])}.", f"{places[1]}.", f"{chr(96 + places[2])})")[level]
                content["text"] = f"{sign} {content['text']}"
            counts[kind] += 1
            content["id"] = f"h{counts[kind]}"
        if kind in CAPTIONED and content["caption"]:
            counts[kind] += 1
            words = {"n": counts[kind], "text": content["caption"]}
            content["caption"] = labels.word(CAPTIONED[kind], **words)
        numbered.append(Block(content, block.png))
    return numbered


def roman(n: int) -> str:
    """Roman number up to 39."""
    return "X" * (n // 10) + ROMAN[n % 10]


def write_page(blocks: list[Block], out: Path, labels: Labels) -> Path:
    """Write numbered blocks as a page that needs nothing else: no external address.

    The only script is that of the what-if section, named by its hash in the page's policy.
    """
    css, script = ((TEMPLATES / name).read_text(encoding="utf-8") for name in PAGE_FILES)
    texts = {"word": labels.word, "lang": labels.lang, "name": out.stem, "css": css}
    contents = [block.shown for block in blocks]
    page = templates().get_template("page.html.j2").render(texts, blocks=contents, script=script)
    return files.write_text(out, page)


def find_browser() -> str | None:
    """Path of a Chromium, Chrome or Edge that can print, or None."""
    roots = [os.environ.get(k) for k in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")]
    places = [Path(root) / place for root in roots if root for place in EDGE_PLACES]
    paths = (path for name in [*BROWSERS, *places] if (path := shutil.which(name)))
    return next(paths, None)


def export_pdf(html: Path, out: Path) -> Path | None:
    """Print ``html`` to PDF with the browser of this computer, from a profile of its own.

    Several may print at once. Returns None, and logs what to do, when there is no Chromium, Chrome
    or Edge or it fails: the page can always be printed by hand.
    """
    browser = find_browser()
    if browser is None:
        logger.info("No PDF: Chromium, Chrome or Edge not found; print %s by hand", html.name)
        return None
    options = "--headless --no-sandbox --disable-gpu --disable-background-networking --no-first-run"
    command = [browser, *options.split(), "--no-pdf-header-footer"]
    try:
        with (
            files.whole(out) as partial,
            tempfile.TemporaryDirectory(prefix="xhht-", ignore_cleanup_errors=True) as profile,
        ):
            places = [f"--user-data-dir={profile}", f"--print-to-pdf={partial}"]
            subprocess.run(
                [*command, *places, html.resolve().as_uri()],
                capture_output=True,
                timeout=PRINT_SECONDS,
                check=True,
            )
        return out
    except (OSError, subprocess.SubprocessError) as error:
        logger.info("No PDF: %s failed (%s); print %s by hand", browser, error, html.name)
        return None
