"""Documents through their structure: page, Word, Excel, indicator pages, index, unit report."""

import base64
import hashlib
import re

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from tests import frames, report_maker
from tests.block_text import heading
from tests.pages import Page
from xhht_analysis.project import KitError, Project
from xhht_analysis.publishing import documents, report, word, workbook
from xhht_analysis.publishing.blocks import grid, prose
from xhht_analysis.publishing.labels import Labels
from xhht_analysis.publishing.report_data import ReportData

pytestmark = pytest.mark.unit
NB = "\u00a0"
HOSTILE = "<script>alert('x')</script>"


@pytest.fixture(scope="module")
def run() -> ReportData:
    return frames.make_material()


@pytest.fixture(scope="module")
def made(run, tmp_path_factory):
    """The three documents of one invented run as page and Word, the workbook, and the blocks."""
    folder = tmp_path_factory.mktemp("documents")
    parts = report_maker.parts(run)
    notebook = report_maker.executed(parts, folder / "05.ipynb")
    for part in parts:
        form = {"part": part, "outline": part != "brief"}
        report_maker.export_html(notebook, folder / f"{part}.html", **form)
        report_maker.export_docx(notebook, folder / f"{part}.docx", **form)
    workbook.write_annex(run, folder / "annex.xlsx")
    return folder, {part: [b.content for b in blocks] for part, blocks in parts.items()}


@pytest.fixture(scope="module", params=["brief", "report", "annex"])
def part(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def page(made, part) -> Page:
    return Page((made[0] / f"{part}.html").read_text(encoding="utf-8"))


# ---- page -------------------------------------------------------------------------------------


def test_the_page_needs_nothing_but_itself(page, part, made):
    policy = next(m["content"] for m in page.all("meta") if "http-equiv" in m)
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert page.all("html") == [{"lang": "vi"}]
    assert page.all("link") == page.all("iframe") == []
    assert all(image["src"].startswith("data:image/png;base64,") for image in page.all("img"))
    assert all("style" not in attrs for _, attrs in page.tags)
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)
    assert len(page.all("script")) == (part == "annex")
    assert ("script-src" in policy) == (part == "annex")


def test_the_only_script_is_the_one_its_hash_names(made):
    text = (made[0] / "annex.html").read_text(encoding="utf-8")
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in text
    assert not re.search(r"fetch|XMLHttp|import|eval|innerHTML|https?:", script)


def test_contents_lead_to_headings_and_ids_are_unique(page):
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    targets = {a["href"][1:] for a in page.all("a")}
    assert targets <= set(ids)
    headings = [attrs["id"] for tag, attrs in page.tags if tag in ("h2", "h3")]
    assert set(headings) <= targets


def test_the_outline_is_that_of_a_provincial_review(made):
    text = Page((made[0] / "report.html").read_text(encoding="utf-8")).text
    at = [text.rindex(words) for words in (
        "I. Đánh giá chung", "II. Kết quả theo mục tiêu", "1. Xóa mù chữ và phổ cập giáo dục",
        "4. Mô hình học tập trong xã hội", "III. Tốc độ cần có", "IV. Tình hình theo địa bàn",
        "V. Thực hiện nhiệm vụ", "VI. Thay đổi so với lần tổng hợp trước",
        "VII. Chất lượng số liệu", "VIII. Cách tính", "IX. Đề xuất, kiến nghị",
    )]  # fmt: skip
    assert at == sorted(at)
    assert "SỐ LIỆU MINH HỌA" in text


def test_headings_are_numbered_roman_arabic_letter(tmp_path):
    blocks = [heading("A", 1), heading("B"), heading("C", 3), heading("D", 4), heading("E", 4),
              heading("F", 3), heading("G"), heading("H", 3)]  # fmt: skip
    notebook = report_maker.executed(blocks, tmp_path / "n.ipynb")
    out = report_maker.export_docx(notebook, tmp_path / "n.docx", outline=True)
    found = [p.text for p in Document(out).paragraphs if p.style.name.startswith("Heading")]
    assert found == ["I. B", "1. C", "a) D", "b) E", "2. F", "II. G", "1. H"]


@pytest.mark.parametrize(("style", "mark"), [("banner", " – SỐ LIỆU MINH HỌA"), ("plain", "")])
def test_every_page_in_word_says_that_the_figures_are_invented(style, mark, tmp_path):
    """The first page has the banner; the head of the others has the page number and the mark."""
    out = word.write_docx([prose(["Số liệu"], style)], tmp_path / "n.docx", Labels())
    assert Document(out).sections[0].header.paragraphs[0].text == mark


def test_every_picture_has_words_and_a_number_and_every_table_a_head(page, part, made):
    images = page.all("img")
    assert len(images) == sum(c["kind"] == "picture" for c in made[1][part])
    assert all(len(image["alt"]) > 40 for image in images)
    numbers = [int(n) for n in re.findall(r"Hình (\d+)\.", " ".join(page.words))]
    assert numbers == list(range(1, len(images) + 1))
    assert len(page.all("caption")) == len(page.all("table")) == len(page.all("thead"))
    assert {th.get("scope") for th in page.all("th")} <= {"col", "row", "colgroup"}


def test_submitted_markup_stays_text(tmp_path):
    run = report_maker.hostile()
    office = {"causes": [f"{HOSTILE} của **cơ quan**"]}
    blocks = report_maker.sections(run, figures=False)
    blocks += report.report(run, "midterm", lambda *names: [], office)
    notebook = report_maker.executed(blocks, tmp_path / "05.ipynb")
    text = report_maker.export_html(notebook, tmp_path / "p.html").read_text(encoding="utf-8")
    assert len(Page(text).all("script")) == 1
    assert text.count("<script>alert") == 0
    assert HOSTILE in Page(text).text
    assert f"{HOSTILE} của cơ quan" in Page(text).text
    assert "**" not in Page(text).text
    word = Document(report_maker.export_docx(notebook, tmp_path / "w.docx"))
    cells = {cell.text for grid in word.tables for row in grid.rows for cell in row.cells}
    assert any(HOSTILE in text for text in cells)


def test_a_notebook_that_failed_or_never_ran_is_no_document(tmp_path):
    import nbformat

    cell = nbformat.v4.new_code_cell("1/0")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    nbformat.write(notebook, tmp_path / "a.ipynb")
    with pytest.raises(documents.ExportError, match="none was run"):
        report_maker.export_html(tmp_path / "a.ipynb", tmp_path / "a.html")
    cell.outputs = [nbformat.v4.new_output("error", ename="E", evalue="v", traceback=[])]
    nbformat.write(notebook, tmp_path / "a.ipynb")
    with pytest.raises(documents.ExportError, match="failed"):
        report_maker.export_docx(tmp_path / "a.ipynb", tmp_path / "a.docx")
    assert sorted(p.suffix for p in tmp_path.iterdir()) == [".ipynb"]


# ---- Word -------------------------------------------------------------------------------------


def test_the_report_has_the_form_of_the_decree(made):
    doc = Document(made[0] / "report.docx")
    first, last = doc.tables[0].rows[0].cells, doc.tables[-1].rows[0].cells
    assert [p.text for p in first[1].paragraphs[:2]] == [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc",
    ]  # fmt: skip
    before = doc.tables[-1]._tbl.getprevious()
    while not before.xpath("string(.)").strip():
        before = before.getprevious()
    assert before.xpath(
        "(.//w:p)[last()]/w:pPr/w:keepNext"
    )  # the signature never stands alone on a page
    nation, motto, line, day = first[1].paragraphs
    assert (nation.runs[0].font.size, motto.runs[0].font.size) == (Pt(13), Pt(14))
    assert line._p.pPr.find(qn("w:pBdr")) is not None
    assert day.runs[0].italic
    assert "Số:" in first[0].text
    assert first[0].text.startswith("UBND TỈNH ĐỒNG THÁP\nSỞ GIÁO DỤC VÀ ĐÀO TẠO")
    assert day.text.startswith("Đồng Tháp, ngày")
    assert last[0].text.splitlines()[1] == "- Bộ GDĐT (để báo cáo);"
    assert last[1].text == "GIÁM ĐỐC"  # nothing the form does not have
    texts = [p.text for p in doc.paragraphs]
    place = texts.index("BÁO CÁO")
    assert texts[place + 1].startswith(
        "Kết quả năm 2026 thực hiện Kế hoạch xây dựng xã hội học tập"
    )
    assert doc.paragraphs[place + 2]._p.pPr.find(qn("w:pBdr")) is not None
    body = doc.styles["Body Text"].paragraph_format
    assert round(body.first_line_indent.mm) == 10
    assert doc.styles["Body Text"].font.name == "Times New Roman"
    section = doc.sections[0]
    assert section.different_first_page_header_footer
    assert [round(m.mm) for m in (section.left_margin, section.right_margin)] == [30, 20]
    assert "PAGE" in section.header._element.xml
    assert "{{" not in " ".join(texts)


def test_an_office_lays_its_own_form_beside_the_configuration(tmp_path, monkeypatch):
    own = tmp_path / "config" / "word" / "report.docx"
    own.parent.mkdir(parents=True)
    form = Document(word.TEMPLATES / "report.vi.docx")
    form.paragraphs[0].insert_paragraph_before("CƠ QUAN KHÁC")
    form.save(own)
    monkeypatch.setattr(word, "Project", lambda: Project(root=tmp_path))
    out = word.write_docx([heading("Tên", 1)], tmp_path / "a.docx", Labels())
    assert Document(out).paragraphs[0].text == "CƠ QUAN KHÁC"
    form.paragraphs[-1]._p.getparent().remove(
        next(p._p for p in form.paragraphs if word.CONTENT in p.text)
    )
    form.save(own)
    with pytest.raises(KitError, match="content"):
        word.write_docx([], tmp_path / "b.docx", Labels())


def test_word_has_real_headings_captions_and_alt_texts(made, part):
    doc, blocks = Document(made[0] / f"{part}.docx"), made[1][part]
    wanted = [c["text"] for c in blocks if c["kind"] == "heading" and c["level"] > 1]
    found = [p.text for p in doc.paragraphs if p.style.name.startswith("Heading")]
    if part != "brief":  # its headings have no numbers
        found = [f[f.index(" ") + 1 :] for f in found]
    assert found == wanted
    captions = [p.text for p in doc.paragraphs if p.style.name == "Caption"]
    n = {kind: sum(c["kind"] == kind for c in blocks) for kind in ("picture", "table")}
    assert sum(text.startswith("Hình ") for text in captions) == n["picture"]
    assert sum(text.startswith("Bảng ") for text in captions) == n["table"]
    alts = [shape._inline.docPr.get("descr") for shape in doc.inline_shapes]
    assert alts == [c["alt"] for c in blocks if c["kind"] == "picture"]
    assert all(s.height <= Mm(226) and s.width <= Mm(248) for s in doc.inline_shapes)


def test_word_tables_repeat_their_head_and_keep_their_widths(made):
    sheets = [t for t in Document(made[0] / "report.docx").tables if t.style.name == "Table Grid"]
    assert len(sheets) > 8
    for sheet in sheets:
        assert sheet.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        columns = [column.width for column in sheet.columns]
        assert [cell.width for cell in sheet.rows[0].cells] == columns
        assert Mm(150) < sum(columns) <= Mm(248)


def test_a_column_without_a_side_of_its_own_is_written_too(tmp_path):
    table = grid(Labels(), "c", ["Tên", "Số", "Ghi chú"], [["một", 2, "ba"]], align="lr")
    assert table.content["align"] == "lrl"
    word.write_docx([table], tmp_path / "one.docx", Labels(), "annex")
    (sheet,) = Document(tmp_path / "one.docx").tables
    assert [cell.text for cell in sheet.rows[1].cells] == ["một", "2", "ba"]


def test_a_column_has_room_for_its_longest_word():
    text = "một hai ba " * 40
    content = grid(Labels(), "c", ["Tên", "Số"], [[text, "1.234.567,5"]]).content
    widths = word._column_widths(content, Mm(160))
    assert sum(widths) <= Mm(160)
    assert widths[1] >= Mm(4) + 11 * Mm(2.09)


# ---- PDF --------------------------------------------------------------------------------------


def test_without_a_browser_there_is_no_pdf_and_no_failure(made, tmp_path, monkeypatch, caplog):
    caplog.set_level("INFO")  # the command says it in Vietnamese; the log has the cause
    monkeypatch.setattr(documents, "find_browser", lambda: None)
    assert documents.export_pdf(made[0] / "report.html", tmp_path / "a.pdf") is None
    assert "print report.html by hand" in caplog.text
    monkeypatch.setattr(documents, "find_browser", lambda: "/no/such/browser")
    assert documents.export_pdf(made[0] / "report.html", tmp_path / "a.pdf") is None
    assert list(tmp_path.iterdir()) == []
