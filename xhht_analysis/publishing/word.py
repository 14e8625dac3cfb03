"""The blocks of an executed notebook as a Word file an office can finish and forward.

The form (Nghị định 30/2020/NĐ-CP, Phụ lục I) stands in a template of Word's own; the code only
fills it.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd
from docx import Document
from docx.document import Document as Doc
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.text.paragraph import Paragraph

from xhht_analysis import files
from xhht_analysis.project import KitError, Project
from xhht_analysis.publishing.blocks import Block, cell_text, runs
from xhht_analysis.publishing.labels import Labels

ZIP_DAY = (1980, 1, 1, 0, 0, 0)
TEMPLATES = Path(__file__).with_name("templates")
FORMS = {"report": "report", "review": "report"}
"""Form of a document that is a letter of the office; the others have a plain one."""
CONTENT, MARK = "{{content}}", re.compile(r"\{\{(\w+)\}\}")
STYLES = {"list": "List Bullet", "note": "Note", "banner": "Banner", "blank": "Blank"}
"""Style of the template for each style of a prose; the others have that of the text."""
CELL = "Cell"
"""Style of the texts of a table."""
HEIGHT = Mm(225)
SIDES = {"l": ALIGN.LEFT, "r": ALIGN.RIGHT, "c": ALIGN.CENTER}


def write_docx(blocks: list[Block], out: Path, labels: Labels, part: str = "report") -> Path:
    """Write blocks to ``out``; the file appears whole or not at all.

    The form comes from a template: ``report.<lang>.docx`` for report and review, ``plain.docx`` for
    brief and annex. A file of that name in config/word/ takes its place.
    """
    doc = Document(str(template_path(FORMS.get(part, "plain"), labels.lang)))
    contents = [block.content for block in blocks]
    title = next((c["text"] for c in contents if c.get("level") == 1), "")
    doc.core_properties.title, doc.core_properties.author = title, ""
    tail = _open_form(doc, {**labels.plan, "title": title})
    if any(
        content.get("style") == "banner" for content in contents
    ):  # on the pages after the first
        doc.sections[0].header.paragraphs[0].add_run(f" – {labels.word('sample')}")
    for block in blocks:
        if block.content.get("level") != 1:
            _add(doc, block)
    if tail:
        _keep_with_next(doc)
    end = doc.element.body.sectPr
    for element in tail:
        end.addprevious(element)
    stream = io.BytesIO()
    doc.save(stream)
    return _write_zip(stream, out)


def template_path(name: str, lang: str) -> Path:
    """Form of a document: the office's own in config/word/, else the kit's."""
    folders, names = (Project().config_dir / "word", TEMPLATES), (f"{name}.{lang}", name)
    places = (folder / f"{form}.docx" for folder in folders for form in names)
    return next(place for place in places if place.is_file())


def _open_form(doc: Doc, texts: Mapping[str, object]) -> list:
    """Fill ``{{name}}`` from ``texts``; take out ``{{content}}`` and return what follows it.

    Raises
    ------
    KitError
        If the template lacks ``{{content}}`` or a style.
    """
    for name in (*STYLES.values(), CELL):
        if name not in doc.styles:
            raise KitError(f"Word template: the style {name} is missing")
    for node in doc.element.body.iter(qn("w:t")):
        node.text = MARK.sub(lambda m: str(texts.get(m[1], m[0])), node.text or "")
    marker = next((p._p for p in doc.paragraphs if CONTENT in p.text), None)
    if marker is None:
        raise KitError(f"Word template: the paragraph {CONTENT} is missing")
    *tail, _ = marker.itersiblings()  # without the form of the page
    doc.element.body.remove(marker)
    return tail


def _keep_with_next(doc: Doc) -> None:
    """Keep what was written last with what follows: no signature stands alone on a page."""
    last = doc.element.body.sectPr.getprevious()
    rows = last.findall(qn("w:tr"))
    for node in (rows[-1] if rows else last).iter(qn("w:p")):
        Paragraph(node, doc).paragraph_format.keep_with_next = True


def _write_zip(saved: io.BytesIO, out: Path) -> Path:
    """Write the container with one fixed day, so that the same parts give the same bytes."""
    with (
        files.whole(out) as partial,
        zipfile.ZipFile(saved) as old,
        zipfile.ZipFile(partial, "w") as new,
    ):
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, ZIP_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return out


def _add(doc: Doc, block: Block) -> None:
    content = block.content
    match content["kind"]:
        case "heading":
            doc.add_heading(content["text"], content["level"] - 1)
        case "prose":
            _add_prose(doc, content)
        case "table":
            _add_table(doc, content)
        case "picture":
            shape = doc.add_picture(io.BytesIO(block.png))
            scale = min(_room(doc) / shape.width, HEIGHT / shape.height, 1)
            shape.width, shape.height = int(shape.width * scale), int(shape.height * scale)
            shape._inline.docPr.set("descr", content["alt"])
            doc.paragraphs[-1].paragraph_format.keep_with_next = True
            doc.add_paragraph(content["caption"], style="Caption")


def _add_prose(doc: Doc, content: dict) -> None:
    style = STYLES.get(content["style"], "Body Text")
    for text in content["paragraphs"]:
        _write(doc.add_paragraph(style=style), text)


def _write(paragraph: Paragraph, text: str) -> None:
    """Write a text, its pieces between double stars bold."""
    for piece, bold in runs(text):
        paragraph.add_run(piece).bold = bold or None


def _add_table(doc: Doc, content: dict) -> None:
    caption = doc.add_paragraph(content["caption"], style="Caption")
    caption.paragraph_format.keep_with_next = True
    names = content["columns"]
    grid = doc.add_table(0, len(names), style="Table Grid")
    grid.autofit = False
    for column, width in zip(grid.columns, _column_widths(content, _room(doc)), strict=True):
        column.width = width  # every row added takes it: Word and LibreOffice then agree
    for texts in ([f"**{name}**" for name in names], *content["rows"]):
        row = grid.add_row()
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        if len(texts) == 1 < len(names):
            row.cells[0].merge(row.cells[-1])
            texts = [f"**{cell_text(texts[0])}**"]
        _fill(row, map(cell_text, texts), content["align"])
    grid.rows[0]._tr.trPr.append(OxmlElement("w:tblHeader"))
    if content["note"]:
        _write(doc.add_paragraph(style=CELL), content["note"])


def _room(doc: Doc) -> int:
    """Width between the margins of the page at hand."""
    section = doc.sections[-1]
    return section.page_width - section.left_margin - section.right_margin


def _fill(row, texts: Iterable[str], align: str) -> None:
    for cell, text, side in zip(row.cells, texts, align, strict=False):
        paragraph = cell.paragraphs[0]
        paragraph.alignment, paragraph.style = SIDES[side], CELL
        _write(paragraph, text)


def _column_widths(content: dict, total: int) -> list[int]:
    """Widths of the columns: by their longest word and, damped, the mean length of their texts."""
    rows = [row for row in content["rows"] if len(row) == len(content["columns"])]
    texts = pd.DataFrame([content["columns"], *rows]).map(cell_text)
    longest = texts.map(lambda text: max(map(len, text.split()), default=0)).max()
    weights = longest + texts.map(len).mean() ** 0.7
    return (total * weights / weights.sum()).astype(int).to_list()
