"""Make the kit's Word forms anew: ``python -m tests.word_template`` (Nghị định 30/2020, Phụ lục I).

An office changes a form in Word and lays its copy into config/word/; this is only where the kit's
own forms come from.
"""

from __future__ import annotations

from pathlib import Path

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from xhht_analysis.publishing import word

FONT = "Times New Roman"
VI = {
    "office": ["UBND {{authority}}", "**{{letterhead}}**"],
    "number": "Số:        /BC-SGDĐT",
    "nation": ["**CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM**", "**Độc lập - Tự do - Hạnh phúc**"],
    "day": "{{place}}, ngày … tháng … năm ……",
    "kind": "BÁO CÁO",
    "recipients": "Nơi nhận:",
    "list": ["- Bộ GDĐT (để báo cáo);", "- UBND tỉnh (để báo cáo);",
             "- Các sở, ban, ngành, đoàn thể tỉnh;", "- UBND các xã, phường;",
             "- Lưu: VT, ……"],
    "signer": "GIÁM ĐỐC",
}  # fmt: skip
EN = VI | {
    "office": ["PEOPLE'S COMMITTEE OF {{authority}}", "**{{letterhead}}**"],
    "number": "No.        /BC-SGDĐT",
    "nation": ["**SOCIALIST REPUBLIC OF VIET NAM**", "**Independence - Freedom - Happiness**"],
    "day": "{{place}}, date ……………",
    "kind": "REPORT",
    "recipients": "Recipients:",
    "list": ["- Ministry of Education and Training;", "- People's Committee of the province;",
             "- Departments and organisations;", "- Communes and wards;", "- Archive: ……"],
    "signer": "DIRECTOR",
}  # fmt: skip


def blank_form():
    """A4, margins 20/20/30/20 mm, Times New Roman, page number at the top from page two."""
    doc = Document()
    normal = doc.styles["Normal"]
    for name in ("Normal", "Body Text", "Heading 1", "Heading 2", "Heading 3", "Caption",
                 "List Bullet"):  # fmt: skip
        style = doc.styles[name]
        style.font.name, style.font.size = FONT, Pt(13)
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in [k for k in fonts.attrib if k.endswith("Theme")]:
            del fonts.attrib[key]
        for side in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(side), FONT)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN")
    normal.element.get_or_add_rPr().append(language)
    for name in ("Body Text", "List Bullet"):
        form = doc.styles[name].paragraph_format
        form.space_after, form.space_before, form.line_spacing = Pt(6), Pt(0), 1.0
        form.alignment = ALIGN.JUSTIFY
    doc.styles["Body Text"].paragraph_format.first_line_indent = Mm(10)
    for level, italic in ((1, False), (2, False), (3, True)):
        style = doc.styles[f"Heading {level}"]
        style.font.bold, style.font.italic = True, italic
        form = style.paragraph_format
        form.first_line_indent, form.space_before, form.space_after = Mm(10), Pt(6), Pt(6)
    doc.styles["Caption"].font.size, doc.styles["Caption"].font.bold = Pt(12), True
    form = doc.styles["Caption"].paragraph_format
    form.space_before, form.space_after, form.line_spacing = Pt(8), Pt(3), 1.0
    for name, base, size in (("Note", "Body Text", 10), ("Banner", "Body Text", None),
                             ("Blank", "Body Text", None), ("Cell", "Normal", 9.5)):  # fmt: skip
        style = doc.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style, style.font.size = doc.styles[base], Pt(size) if size else None
        style.font.bold, style.font.italic = name == "Banner" or None, name == "Blank" or None
        if base == "Normal":
            style.paragraph_format.space_after = Pt(0)
    section = doc.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = Mm(30)
    section.right_margin = section.top_margin = section.bottom_margin = Mm(20)
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = ALIGN.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    number._p.append(field)
    return doc


def write(paragraph, text: str, size: float, side=ALIGN.CENTER, *, italic: bool = False):
    paragraph.alignment, paragraph.paragraph_format.space_after = side, Pt(0)
    run = paragraph.add_run(text.replace("**", ""))
    run.bold, run.italic, run.font.size = "**" in text, italic, Pt(size)
    run.font.name = FONT
    return paragraph


def rule(paragraph, width: float, share: float) -> None:
    """A line under a text: an empty paragraph ``share`` as wide as ``width`` mm, with a border."""
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = Mm(width * (1 - share) / 2)
    form.space_after, form.line_spacing = Pt(4), Pt(4)
    border = OxmlElement("w:pBdr")
    top = OxmlElement("w:top")
    for key, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{key}"), value)
    border.append(top)
    paragraph._p.get_or_add_pPr().append(border)


def two_cells(doc, widths: tuple[float, float]):
    grid = doc.add_table(1, 2)
    grid.autofit = False
    for column, cell, width in zip(grid.columns, grid.rows[0].cells, widths, strict=True):
        column.width = cell.width = Mm(width)
        margins = OxmlElement("w:tcMar")
        for side in ("left", "right"):
            edge = OxmlElement(f"w:{side}")
            edge.set(qn("w:w"), "0")
            edge.set(qn("w:type"), "dxa")
            margins.append(edge)
        cell._tc.get_or_add_tcPr().append(margins)
    return grid.rows[0].cells


def report_form(words: dict, path: Path) -> Path:
    doc = blank_form()
    left, right = two_cells(doc, (60, 100))
    write(left.paragraphs[0], words["office"][0], 12)
    write(left.add_paragraph(), words["office"][1], 12)
    rule(left.add_paragraph(), 60, 0.4)
    write(left.add_paragraph(), words["number"], 13)
    write(right.paragraphs[0], words["nation"][0], 13)
    write(right.add_paragraph(), words["nation"][1], 14)
    rule(right.add_paragraph(), 92, 0.62)
    write(right.add_paragraph(), words["day"], 14, italic=True)
    heading = write(doc.add_paragraph(), f"**{words['kind']}**", 14)
    heading.paragraph_format.space_before = Pt(14)
    write(doc.add_paragraph(), "**{{title}}**", 14)
    rule(doc.add_paragraph(), 160, 0.35)
    doc.add_paragraph(word.CONTENT, style="Body Text")
    left, right = two_cells(doc, (85, 75))
    write(left.paragraphs[0], f"**{words['recipients']}**", 12, ALIGN.LEFT, italic=True)
    for line in words["list"]:
        write(left.add_paragraph(), line, 11, ALIGN.LEFT)
    write(right.paragraphs[0], f"**{words['signer']}**", 14)
    doc.save(str(path))
    return path


def plain_form(path: Path) -> Path:
    doc = blank_form()
    doc.styles["Normal"].font.size = Pt(13)
    doc.styles["Cell"].font.size, doc.styles["Note"].font.size = Pt(8.5), Pt(9)
    for name in ("Body Text", "List Bullet"):
        doc.styles[name].font.size = Pt(10.5)
        doc.styles[name].paragraph_format.space_after = Pt(2)
    section = doc.sections[0]
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin = section.bottom_margin = Mm(13)
    write(doc.add_paragraph(), "**{{title}}**", 13)
    rule(doc.add_paragraph(), 165, 0.35)
    doc.add_paragraph(word.CONTENT, style="Body Text")
    doc.save(str(path))
    return path


if __name__ == "__main__":
    report_form(VI, word.TEMPLATES / "report.vi.docx")
    report_form(EN, word.TEMPLATES / "report.en.docx")
    plain_form(word.TEMPLATES / "plain.docx")
