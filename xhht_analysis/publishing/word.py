"""The blocks of an executed notebook as a Word file an office can finish and forward.

The form follows Nghị định 30/2020/NĐ-CP, Phụ lục I: national title, issuing body, number, place
and date, signature and recipients are there to be filled in; Times New Roman 13, A4, margins of
20 mm, 30 mm at the left. Wide tables stand on landscape pages.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from docx import Document
from docx.document import Document as Doc
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from xhht_analysis import files
from xhht_analysis.publishing.blocks import cell_text, runs
from xhht_analysis.publishing.labels import Labels

ZIP_DAY = (1980, 1, 1, 0, 0, 0)
FONT, SIZE = "Times New Roman", Pt(13)
PAGE = (Mm(210), Mm(297))
LEFT, OTHER = Mm(30), Mm(20)
LETTER, MAX_WORD = Mm(2.1), 14
"""Room of one letter at 11 points; longer words may break."""
WIDTH, HEIGHT = {False: Mm(160), True: Mm(247)}, {False: Mm(225), True: Mm(140)}
SIDES = {"l": ALIGN.LEFT, "r": ALIGN.RIGHT, "c": ALIGN.CENTER}
HEADING_SIZES = {1: Pt(14), 2: Pt(14), 3: Pt(13)}


def write_docx(
    blocks: list[tuple[dict, bytes]], out: Path, labels: Labels, title: str | None = None
) -> Path:
    """Write blocks (content, PNG bytes) to ``out``; the file appears whole or not at all."""
    doc = Document()
    headings = [c["text"] for c, _ in blocks if c["kind"] == "heading"]
    doc.core_properties.title = title or (headings[0] if headings else "")
    doc.core_properties.author = ""
    _styles(doc)
    _letterhead(doc, labels)
    wide = False
    turns = [i for i, (c, _) in enumerate(blocks) if c["kind"] == "heading" and c.get("wide")]
    for place, (content, png) in enumerate(blocks):
        if turns and place == turns[-1]:  # the annex follows the signature
            _signature(doc, labels)
        if bool(content.get("wide")) != wide and content["kind"] in ("heading", "table"):
            wide = not wide
            _turn_page(doc, wide)
        _add(doc, content, png, wide)
    if not turns:
        _signature(doc, labels)
    stream = io.BytesIO()
    doc.save(stream)
    return _write_zip(stream, out)


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


def _styles(doc: Doc) -> None:
    for name in ("Normal", "Heading 1", "Heading 2", "Heading 3", "Caption", "List Bullet"):
        style = doc.styles[name]
        style.font.name, style.font.color.rgb = FONT, RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for side in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(side), FONT)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(theme), None)
    for level, size in HEADING_SIZES.items():
        doc.styles[f"Heading {level}"].font.size = size
    doc.styles["Normal"].font.size = doc.styles["List Bullet"].font.size = SIZE
    doc.styles["Normal"].paragraph_format.space_after = Pt(6)
    doc.styles["Caption"].font.size, doc.styles["Caption"].font.italic = Pt(12), False
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN")
    doc.styles["Normal"].element.get_or_add_rPr().append(language)
    section = doc.sections[0]
    section.page_width, section.page_height = PAGE
    section.left_margin, section.right_margin = LEFT, OTHER
    section.top_margin = section.bottom_margin = OTHER
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = ALIGN.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    number._p.append(field)


def _turn_page(doc: Doc, wide: bool) -> None:
    section = doc.add_section()
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = PAGE[::-1] if wide else PAGE
    section.left_margin = OTHER if wide else LEFT
    section.different_first_page_header_footer = False


def _letterhead(doc: Doc, labels: Labels) -> None:
    texts = [labels.word("word.body"), labels.word("word.nation")]
    _side_by_side(doc, texts, [Mm(60), Mm(100)], [Pt(12), Pt(12)], [ALIGN.CENTER, ALIGN.CENTER])
    kind = doc.add_paragraph()
    kind.alignment, kind.paragraph_format.space_before = ALIGN.CENTER, Pt(18)
    kind.add_run(labels.word("word.kind")).bold = True


def _signature(doc: Doc, labels: Labels) -> None:
    texts = [labels.word("word.recipients"), labels.word("word.signature")]
    _side_by_side(doc, texts, [Mm(80), Mm(80)], [Pt(11), SIZE], [ALIGN.LEFT, ALIGN.CENTER])


def _side_by_side(doc: Doc, texts: list, widths: list, sizes: list, sides: list) -> None:
    """Two blocks of lines beside each other; a line between double stars is bold."""
    grid = doc.add_table(1, 2)
    _fix_widths(grid, widths)
    for cell, text, size, side in zip(grid.rows[0].cells, texts, sizes, sides, strict=True):
        for i, line in enumerate(text.splitlines()):
            paragraph = cell.paragraphs[0] if i == 0 else cell.add_paragraph()
            paragraph.alignment, paragraph.paragraph_format.space_after = side, Pt(0)
            run = paragraph.add_run(line.replace("**", ""))
            run.bold, run.font.size = "**" in line, size


def _add(doc: Doc, content: dict, png: bytes, wide: bool) -> None:
    match content["kind"]:
        case "heading":
            title = doc.add_heading(content["text"], min(content["level"], 3))
            if content["level"] == 1:
                title.alignment = ALIGN.CENTER
        case "prose":
            _add_prose(doc, content)
        case "table":
            _add_table(doc, content, wide)
        case "links":
            _add_prose(doc, {"style": "list", "paragraphs": [t for t, _ in content["items"]]})
        case "picture":
            shape = doc.add_picture(io.BytesIO(png), width=Mm(25.4 * content["inches"]))
            scale = min(WIDTH[wide] / shape.width, HEIGHT[wide] / shape.height, 1)
            shape.width, shape.height = int(shape.width * scale), int(shape.height * scale)
            shape._inline.docPr.set("descr", content["alt"])
            shape._inline.docPr.set("title", content["caption"])
            doc.paragraphs[-1].paragraph_format.keep_with_next = True
            doc.add_paragraph(content["caption"], style="Caption")


def _add_prose(doc: Doc, content: dict) -> None:
    style = "List Bullet" if content["style"] == "list" else "Normal"
    for text in content["paragraphs"]:
        paragraph = doc.add_paragraph(style=style)
        if style == "Normal":
            paragraph.alignment = ALIGN.JUSTIFY
        for piece, bold in runs(text):
            run = paragraph.add_run(piece)
            run.bold = bold or content["style"] == "banner"
            if content["style"] == "note":
                run.font.size = Pt(11)


def _add_table(doc: Doc, content: dict, wide: bool) -> None:
    caption = doc.add_paragraph(content["caption"], style="Caption")
    caption.paragraph_format.keep_with_next = True
    names = content["columns"]
    grid = doc.add_table(1, len(names), style="Table Grid")
    _fill(grid.rows[0], [f"**{name}**" for name in names], content["align"])
    header = grid.rows[0]._tr.get_or_add_trPr()
    header.append(OxmlElement("w:tblHeader"))
    for row in content["rows"]:
        cells = grid.add_row()
        if len(row) == 1 < len(names):
            cells.cells[0].merge(cells.cells[-1])
            _fill(cells, [f"**{cell_text(row[0])}**"], "l")
        else:
            _fill(cells, [cell_text(cell) for cell in row], content["align"])
        cells._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    _fix_widths(grid, _column_widths(content, WIDTH[wide]))
    if content["note"]:
        doc.add_paragraph().add_run(content["note"]).font.size = Pt(11)


def _fill(row, texts: list[str], align: str) -> None:
    for cell, text, side in zip(row.cells, texts, align, strict=False):
        paragraph = cell.paragraphs[0]
        paragraph.alignment, paragraph.paragraph_format.space_after = SIDES[side], Pt(0)
        for piece, bold in runs(text):
            run = paragraph.add_run(piece)
            run.bold, run.font.size = bold, Pt(11)


def _column_widths(content: dict, total: int) -> list[int]:
    """Room for the longest word of each column, the rest by length of text, within limits."""
    whole = [row for row in content["rows"] if len(row) == len(content["columns"])]
    columns = zip(content["columns"], *([cell_text(c) for c in row] for row in whole), strict=True)
    columns = [[text.replace("**", "") for text in column] for column in columns]
    least = [max(len(w) for t in texts for w in t.split() or [""]) for texts in columns]
    least = [Mm(4) + min(n, MAX_WORD) * LETTER for n in least]
    shares = [min(max(map(len, texts)), 300) ** 0.6 for texts in columns]
    each = max(total - sum(least), 0) / sum(shares)
    widths = [low + each * share for low, share in zip(least, shares, strict=True)]
    return [int(total * width / sum(widths)) for width in widths]


def _fix_widths(grid, widths: list[int]) -> None:
    """Same widths in the grid and in every cell: Word and LibreOffice then agree."""
    grid.autofit = False
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
    for row in grid.rows:
        for cell, width in zip(row._tr.tc_lst, widths, strict=False):
            if cell.grid_span == 1:
                cell.width = width
