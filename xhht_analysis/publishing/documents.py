"""An executed notebook becomes a page, a Word file, a PDF and an Excel annex.

The blocks of the notebook (see `blocks`) are numbered once, so that "Hình 3" is the same figure
in every form. Cells tagged ``analyst-only``, all code and all prints stay behind.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import nbformat

from xhht_analysis import files
from xhht_analysis.project import KitError
from xhht_analysis.publishing import blocks
from xhht_analysis.publishing.blocks import BLOCK_MIME, Block
from xhht_analysis.publishing.labels import Labels

SCRIPT = "what-if.js"
TEMPLATES = Path(__file__).with_name("templates")
HIDDEN_TAG = "analyst-only"
REPORT, PARTS = "report", ("brief", "annex")
"""Documents made from one executed notebook, by the tag of their cells."""
ROMAN = [
    "I",
    "II",
    "III",
    "IV",
    "V",
    "VI",
    "VII",
    "VIII",
    "IX",
    "X",
    "XI",
    "XII",
    "XIII",
    "XIV",
    "XV",
    "XVI",
    "XVII",
    "XVIII",
    "XIX",
    "XX",
]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge", "microsoft-edge")
EDGE_PLACES = (r"Microsoft\Edge\Application\msedge.exe", r"Google\Chrome\Application\chrome.exe")
PRINT_SECONDS = 120
logger = logging.getLogger(__name__)


class ExportError(KitError):
    """A notebook that cannot become a document: not executed, or failed."""


def read_executed(
    notebook: Path, labels: Labels, part: str = REPORT, *, outline: bool = False
) -> nbformat.NotebookNode:
    """Cells of one ``part`` of an executed notebook, its pictures and tables numbered.

    A cell belongs to the part whose name is among its tags, else to the report; ``outline``
    numbers the headings too, I, 1, a.

    Raises
    ------
    ExportError
        If a cell failed or none ran: a half-made page must not leave the office.
    """
    nb = nbformat.read(notebook, as_version=4)
    nb.cells = [c for c in nb.cells if _part(c) == part]
    outputs = [o for c in nb.cells if c.cell_type == "code" for o in c.outputs]
    if any(o.output_type == "error" for o in outputs):
        raise ExportError(f"{notebook.name}: a cell failed, so there is no document to make")
    if not outputs:
        raise ExportError(f"{notebook.name} was not executed: there is nothing to publish")
    return number(nb, labels, outline=outline)


def _part(cell: nbformat.NotebookNode) -> str:
    tags = cell.metadata.get("tags", [])
    if HIDDEN_TAG in tags:
        return HIDDEN_TAG
    return next((part for part in PARTS if part in tags), REPORT)


def number(
    nb: nbformat.NotebookNode, labels: Labels, *, outline: bool = False
) -> nbformat.NotebookNode:
    """Number the captions of pictures and tables (and headings as I, 1, a), in place."""
    places = [0, 0, 0]
    counts = {"picture": 0, "table": 0}
    words = {"picture": "figure", "table": "table"}
    for content, _ in block_outputs(nb):
        kind = content["kind"]
        level = content["level"] - 2 if kind == "heading" and outline else -1
        if level >= 0:
            places[level:] = [places[level] + 1, 0, 0][: 3 - level]
            sign = (ROMAN[places[0] - 1], str(places[1]), chr(96 + places[2]))[level]
            content["text"] = f"{sign}{')' if level == 2 else '.'} {content['text']}"
        if kind in counts and content["caption"]:
            counts[kind] += 1
            content["caption"] = labels.word(words[kind], n=counts[kind], text=content["caption"])
    return nb


def block_outputs(nb: nbformat.NotebookNode) -> list[tuple[dict, bytes]]:
    """Blocks of a notebook in order: content and, for a picture, the PNG bytes."""
    found = []
    for cell in nb.cells:
        for output in cell.get("outputs", ()):
            content = output.get("data", {}).get(BLOCK_MIME)
            if content:
                png = base64.b64decode(output.data.get("image/png", ""))
                found.append((content, png))
    return found


def export_html(
    executed_notebook: Path,
    out: Path,
    *,
    part: str = REPORT,
    outline: bool = False,
    lang: str = "vi",
) -> Path:
    """Write one part of the notebook as a page that needs nothing else: no external address.

    The only script is that of a `blocks.widget`, named by its hash in the page's policy. Raises
    what `read_executed` raises.
    """
    labels = Labels(lang)
    return _write_page(read_executed(executed_notebook, labels, part, outline=outline), out, labels)


def write_page(found: list[Block], out: Path, *, lang: str = "vi") -> Path:
    """Write blocks as a page of the same look, without a notebook (indicator pages, index)."""
    cell = nbformat.v4.new_code_cell()
    for block in found:
        data, metadata = block._repr_mimebundle_()
        cell.outputs.append(nbformat.v4.new_output("display_data", data=data, metadata=metadata))
    labels = Labels(lang)
    return _write_page(number(nbformat.v4.new_notebook(cells=[cell]), labels), out, labels)


@cache
def page_exporter():
    """What turns a notebook into a page, made once."""
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(
        template_name="committee", extra_template_basedirs=[str(TEMPLATES)], exclude_input=True
    )
    exporter.exclude_input_prompt = exporter.exclude_output_prompt = True
    return exporter


def _write_page(nb: nbformat.NotebookNode, out: Path, labels: Labels) -> Path:
    from nbconvert.exporters.templateexporter import TemplateExporter

    headings = _prepare(nb)
    css = (TEMPLATES / "committee" / "page.css").read_text(encoding="utf-8")
    sample = labels.word("sample") if _is_sample(nb) else ""
    if sample:
        css += f'@page {{ @top-center {{ content: "{sample}"; font-weight: bold; }} }}\n'
    scripted = any(c["kind"] == "widget" for c, _ in block_outputs(nb))
    script = (TEMPLATES / "committee" / SCRIPT).read_text(encoding="utf-8") if scripted else ""
    page = {
        "lang": labels.lang,
        "title": headings[0]["text"] if headings else out.stem,
        "css": css,
        "css_hash": _hash(css),
        "script": script,
        "script_hash": _hash(script) if script else "",
        "sample": sample,
        "skip": labels.word("skip"),
        "contents_title": labels.word("contents"),
        "contents": [h for h in headings if h["level"] in (2, 3)],
    }
    # the template has every alt and tabindex: nbconvert need not parse the page to add them
    text, _ = TemplateExporter.from_notebook_node(page_exporter(), nb, resources={"page": page})
    return files.write_text(out, text)


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def export_docx(
    executed_notebook: Path,
    out: Path,
    *,
    part: str = REPORT,
    outline: bool = False,
    lang: str = "vi",
) -> Path:
    """Write one part of the notebook as a Word file in the form of Nghị định 30/2020/NĐ-CP.

    Raises what `read_executed` raises.
    """
    from xhht_analysis.publishing.word import write_docx

    labels = Labels(lang)
    found = block_outputs(read_executed(executed_notebook, labels, part, outline=outline))
    return write_docx(found, out, labels, part)


def _prepare(nb: nbformat.NotebookNode) -> list[dict]:
    """Turn blocks into what the template prints; return the headings with unique ids."""
    headings, seen = [], {}
    for cell in nb.cells:
        for output in cell.get("outputs", ()):
            content = output.get("data", {}).get(BLOCK_MIME)
            if not content:
                continue
            if content["kind"] == "picture":
                about = output.metadata.setdefault("image/png", {})
                width = round(96 * content["inches"])
                png = base64.b64decode(output.data["image/png"])
                size = [int.from_bytes(png[i : i + 4], "big") for i in (16, 20)]
                about |= {"alt": content["alt"], "caption": content["caption"], "width": width}
                about["height"] = round(width * size[1] / size[0])
                continue
            if content["kind"] == "heading":
                name = blocks.slug(content["text"])
                seen[name] = seen.get(name, 0) + 1
                content["id"] = name if seen[name] == 1 else f"{name}-{seen[name]}"
                headings.append(content)
            output.data["text/html"] = blocks.to_html(content)
    return headings


def _is_sample(nb: nbformat.NotebookNode) -> bool:
    return any(c["kind"] == "prose" and c["style"] == "banner" for c, _ in block_outputs(nb))


def find_browser() -> str | None:
    """Path of a Chromium, Chrome or Edge that can print, or None."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    roots = [os.environ.get(k) for k in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")]
    places = [Path(root) / place for root in roots if root for place in EDGE_PLACES]
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    return next((str(p) for p in [*places, mac] if p.is_file()), None)


def export_pdf(html: Path, out: Path) -> Path | None:
    """Print ``html`` to PDF with the browser of this computer.

    Returns None, and logs what to do, when there is no Chromium, Chrome or Edge or it fails: the
    page can always be printed by hand.
    """
    browser = find_browser()
    if browser is None:
        logger.info("No PDF: Chromium, Chrome or Edge not found; print %s by hand", html.name)
        return None
    options = "--headless --no-sandbox --disable-gpu --disable-background-networking --no-first-run"
    command = [browser, *options.split(), "--no-pdf-header-footer"]
    try:
        with files.whole(out) as partial:
            subprocess.run(
                [*command, f"--print-to-pdf={partial}", html.resolve().as_uri()],
                capture_output=True,
                timeout=PRINT_SECONDS,
                check=True,
            )
        return out
    except (OSError, subprocess.SubprocessError) as error:
        logger.info("No PDF: %s failed (%s); print %s by hand", browser, error, html.name)
        return None
