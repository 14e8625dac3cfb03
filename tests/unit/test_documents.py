"""Documents through their structure: page, Word, Excel, indicator pages, index, unit report."""

import base64
import errno
import hashlib
import json
import re
import subprocess
import sys
import zipfile
from html.parser import HTMLParser

import openpyxl
import pandas as pd
import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from tests import frames, report_maker
from xhht_analysis.project import KitError, Project
from xhht_analysis.publishing import documents, indicator_pages, site, unit_report, workbook
from xhht_analysis.publishing.blocks import heading, prose, table
from xhht_analysis.publishing.labels import Labels
from xhht_analysis.publishing.material import Material

pytestmark = pytest.mark.unit
NB = "\u00a0"
HOSTILE = "<script>alert('x')</script>"


class Page(HTMLParser):
    """Tags, attributes and visible text of a page, by a parser that is not ours."""

    def __init__(self, text: str):
        super().__init__()
        self.tags, self.words = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    def all(self, name: str) -> list[dict]:
        return [attrs for tag, attrs in self.tags if tag == name]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def run() -> Material:
    return frames.make_material()


@pytest.fixture(scope="module")
def made(run, tmp_path_factory):
    """The three documents of one invented run as page and Word, the workbook, and the blocks."""
    folder = tmp_path_factory.mktemp("documents")
    parts = report_maker.parts(run)
    notebook = report_maker.executed(parts, folder / "05.ipynb")
    for part in parts:
        form = {"part": part, "outline": part != "brief"}
        documents.export_html(notebook, folder / f"{part}.html", **form)
        documents.export_docx(notebook, folder / f"{part}.docx", **form)
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
    assert "SỐ LIỆU MINH HOẠ" in text


def test_headings_are_numbered_roman_arabic_letter(tmp_path):
    blocks = [heading("A", 1), heading("B"), heading("C", 3), heading("D", 4), heading("E", 4),
              heading("F", 3), heading("G"), heading("H", 3)]  # fmt: skip
    notebook = report_maker.executed(blocks, tmp_path / "n.ipynb")
    out = documents.export_docx(notebook, tmp_path / "n.docx", outline=True)
    found = [p.text for p in Document(out).paragraphs if p.style.name.startswith("Heading")]
    assert found == ["I. B", "1. C", "a) D", "b) E", "2. F", "II. G", "1. H"]


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
    blocks += report_maker.review.review(run, "midterm", office, lambda *names: [])
    notebook = report_maker.executed(blocks, tmp_path / "05.ipynb")
    text = documents.export_html(notebook, tmp_path / "p.html").read_text(encoding="utf-8")
    assert len(Page(text).all("script")) == 1
    assert text.count("<script>alert") == 0
    assert HOSTILE in Page(text).text
    assert f"{HOSTILE} của cơ quan" in Page(text).text
    assert "**" not in Page(text).text
    word = Document(documents.export_docx(notebook, tmp_path / "w.docx"))
    cells = {cell.text for grid in word.tables for row in grid.rows for cell in row.cells}
    assert any(HOSTILE in text for text in cells)


def test_a_notebook_that_failed_or_never_ran_is_no_document(tmp_path):
    import nbformat

    cell = nbformat.v4.new_code_cell("1/0")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    nbformat.write(notebook, tmp_path / "a.ipynb")
    with pytest.raises(documents.ExportError, match="not executed"):
        documents.export_html(tmp_path / "a.ipynb", tmp_path / "a.html")
    cell.outputs = [nbformat.v4.new_output("error", ename="E", evalue="v", traceback=[])]
    nbformat.write(notebook, tmp_path / "a.ipynb")
    with pytest.raises(documents.ExportError, match="failed"):
        documents.export_docx(tmp_path / "a.ipynb", tmp_path / "a.docx")
    assert sorted(p.suffix for p in tmp_path.iterdir()) == [".ipynb"]


# ---- Word -------------------------------------------------------------------------------------


def test_the_report_has_the_form_of_the_decree(made):
    doc = Document(made[0] / "report.docx")
    first, last = doc.tables[0].rows[0].cells, doc.tables[-1].rows[0].cells
    assert [p.text for p in first[1].paragraphs[:2]] == [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc",
    ]  # fmt: skip
    nation, motto, line, day = first[1].paragraphs
    assert (nation.runs[0].font.size, motto.runs[0].font.size) == (Pt(13), Pt(14))
    assert line._p.pPr.find(qn("w:pBdr")) is not None
    assert day.runs[0].italic
    assert "Số:" in first[0].text
    assert last[0].text.splitlines()[1] == "- Bộ GDĐT (để báo cáo);"
    assert last[1].text == "GIÁM ĐỐC"  # nothing the form does not have
    texts = [p.text for p in doc.paragraphs]
    place = texts.index("BÁO CÁO")
    assert texts[place + 1] == "Kết quả thực hiện Kế hoạch xây dựng xã hội học tập năm 2026"
    assert doc.paragraphs[place + 2]._p.pPr.find(qn("w:pBdr")) is not None
    body = doc.styles["Body Text"].paragraph_format
    assert (body.first_line_indent, doc.styles["Body Text"].font.name) == (
        Mm(10),
        "Times New Roman",
    )
    section = doc.sections[0]
    assert section.different_first_page_header_footer
    assert [round(m.mm) for m in (section.left_margin, section.right_margin)] == [30, 20]
    assert "PAGE" in section.header._element.xml
    assert "{{" not in " ".join(texts)


def test_an_office_lays_its_own_form_beside_the_configuration(tmp_path, monkeypatch):
    from xhht_analysis.publishing import word

    own = tmp_path / "config" / "word" / "report.docx"
    own.parent.mkdir(parents=True)
    form = Document(word.TEMPLATES / "report.vi.docx")
    form.paragraphs[0].insert_paragraph_before("CƠ QUAN KHÁC")
    form.save(own)
    monkeypatch.setattr(word, "Project", lambda: Project(root=tmp_path))
    out = word.write_docx([(heading("Tên", 1).content, b"")], tmp_path / "a.docx", Labels())
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
    assert [f[f.index(" ") + 1 :] for f in found] == wanted
    captions = [p.text for p in doc.paragraphs if p.style.name == "Caption"]
    n = {kind: sum(c["kind"] == kind for c in blocks) for kind in ("picture", "table")}
    assert sum(text.startswith("Hình ") for text in captions) == n["picture"]
    assert sum(text.startswith("Bảng ") for text in captions) == n["table"]
    alts = [shape._inline.docPr.get("descr") for shape in doc.inline_shapes]
    assert alts == [c["alt"] for c in blocks if c["kind"] == "picture"]
    assert all(s.height <= Mm(226) and s.width <= Mm(248) for s in doc.inline_shapes)


def test_word_tables_repeat_their_head_and_keep_their_widths(made):
    grids = [t for t in Document(made[0] / "report.docx").tables if t.style.name == "Table Grid"]
    assert len(grids) > 8
    for grid in grids:
        assert grid.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        columns = [column.width for column in grid.columns]
        assert [cell.width for cell in grid.rows[0].cells] == columns
        assert Mm(150) < sum(columns) <= Mm(248)


def test_a_column_has_room_for_its_longest_word():
    from xhht_analysis.publishing import word

    content = table("c", ["Tên", "Số"], [["một hai ba " * 40, "1.234.567,5"]]).content
    widths = word._column_widths(content, Mm(160))
    assert sum(widths) <= Mm(160)
    assert widths[1] >= Mm(4) + 11 * Mm(2.1) - 1


# ---- Excel ------------------------------------------------------------------------------------


def test_the_annex_reads_back_without_a_formula(made, run):
    book = openpyxl.load_workbook(made[0] / "annex.xlsx")
    assert book.sheetnames[:3] == ["Tổng hợp", "Đánh giá mục tiêu", "Số liệu"]
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    panel = list(book["Số liệu"].values)
    assert panel[0][0].startswith("SỐ LIỆU MINH HOẠ")
    assert list(panel[1]) == list(run.panel.columns)
    assert len(panel) == len(run.panel) + 2
    assert panel[2][panel[1].index("unit_code")] == "815"  # codes stay texts
    assert book["Số liệu"].freeze_panes == "B3"
    summary = list(book["Tổng hợp"].values)
    assert len(summary) == 34 + 2  # a line per dated target
    rejects = list(book["Ô chưa dùng được"].values)
    assert rejects[2][3] == "=cmd|' /C calc'!A0<script>alert(1)</script>"


def test_forecasts_of_the_annex_stand_in_one_line_with_their_names(made, run):
    sheet = list(openpyxl.load_workbook(made[0] / "annex.xlsx")["Dự báo"].values)
    head, lines = sheet[1], sheet[2:]
    assert head[:7] == (
        "indicator_code", "indicator", "unit_code", "unit", "origin_year", "horizon", "year"
    )  # fmt: skip
    key = ["indicator_code", "unit_code", "year"]
    assert len(lines) == len(run.forecasts[key].drop_duplicates())
    told = {(r[0], r[2], r[6]): dict(zip(head, r, strict=True)) for r in lines}
    for row in run.forecasts.sample(200, random_state=1).itertuples():
        name = {"median": "median", "pmf": f"p{row.output_type_id:.0f}"}.get(row.output_type)
        name = name or f"q{1000 * row.output_type_id:03.0f}"
        line = told[row.indicator_code, row.unit_code, row.year]
        assert line[name] == row.value
    assert ("TP Mỹ Tho", "815") in {(line["unit"], line["unit_code"]) for line in told.values()}


def test_a_full_disk_under_the_annex_is_told_as_a_full_disk(run, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("xlsxwriter.workbook.ZipFile.write", full)
    with pytest.raises(OSError, match="No space left") as told:
        workbook.write_annex(run, tmp_path / "annex.xlsx")
    assert told.value.errno == errno.ENOSPC
    assert not (tmp_path / "annex.xlsx").exists()


def test_whole_numbers_and_marks_of_the_annex_are_no_text(made):
    book = openpyxl.load_workbook(made[0] / "annex.xlsx")
    rows = list(book["Tệp đã nhận"].values)
    first = dict(zip(rows[1], rows[2], strict=True))
    assert (first["year"], first["is_sample"]) == (2021, True)
    assert isinstance(first["year"], int)
    panel = list(book["Số liệu"].values)
    place = panel[1].index("year")
    assert {type(row[place]) for row in panel[2:]} == {int}


def test_word_excel_and_pages_are_made_without_matplotlib():
    code = "import sys; from xhht_analysis.publishing import documents, indicator_pages, site"
    code += ", workbook"
    code += "; print('matplotlib' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"


def test_documents_are_the_same_bytes_every_time(made, run, tmp_path):
    folder = made[0]
    documents.export_html(folder / "05.ipynb", tmp_path / "report.html", outline=True)
    documents.export_docx(folder / "05.ipynb", tmp_path / "report.docx", outline=True)
    workbook.write_annex(run, tmp_path / "annex.xlsx")
    for name in ("report.html", "report.docx", "annex.xlsx"):
        one, other = (hashlib.sha256((f / name).read_bytes()) for f in (folder, tmp_path))
        assert one.hexdigest() == other.hexdigest(), name
    days = {entry.date_time for entry in zipfile.ZipFile(folder / "report.docx").infolist()}
    assert days == {(1980, 1, 1, 0, 0, 0)}


# ---- indicator pages and index ----------------------------------------------------------------


def test_an_indicator_page_says_what_it_is_and_gives_its_data(run, made, tmp_path):
    def drawn(*names):
        return [prose([name]) for name in names]

    one = run.indicators[run.indicators["indicator_code"] == "clc_it"]
    material = frames.make_material()
    object.__setattr__(material, "indicators", one)
    page, data = indicator_pages.write_indicator_pages(material, tmp_path, drawn)
    shown = Page(page.read_text(encoding="utf-8"))
    assert "Tổng số trung tâm học tập cộng đồng" in shown.text  # denominator
    # targets of the plan: 70 % in 2025, 90 % in 2030
    assert "70" + NB + "%" in " ".join(shown.words)
    assert "22 số liệu của 11 địa bàn cũ được tính lại" in shown.text
    assert {"clc_it.csv", "../05_committee_report.xlsx"} <= {a["href"] for a in shown.all("a")}
    table = pd.read_csv(data)
    assert len(table) == (run.panel["indicator_code"] == "clc_it").sum()


def test_every_indicator_has_a_page_with_or_without_figures(run):
    bare = frames.make_material(panel=run.panel.head(0))
    for code in run.indicators["indicator_code"]:
        for material in (run, bare):
            blocks = indicator_pages.indicator_blocks(material, code, lambda *names: [])
            assert blocks[0].content["text"]
            assert any(b.content["kind"] == "links" for b in blocks)


def test_the_index_lists_only_runs_that_happened(tmp_path):
    done = tmp_path / "2026-11-20"
    for name in ("brief.html", "05_committee_report.html", "05_committee_report.docx",
                 "indicators/clc_it.html", "units/819.html", "units/28270.html",
                 "run/run.json"):  # fmt: skip
        path = done / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"sample": True}))
    (tmp_path / "2025-11-20" / "run").mkdir(parents=True)
    page = Page(site.write_index(tmp_path, frames.CONFIG).read_text(encoding="utf-8"))
    links = [a["href"] for a in page.all("a") if not a["href"].startswith("#")]
    assert links == [f"2026-11-20/{name}" for name in (
        "brief.html", "05_committee_report.html", "05_committee_report.docx",
        "indicators/clc_it.html", "units/819.html", "units/28270.html")]  # fmt: skip
    assert "Huyện Cái Bè" in page.text
    assert "Phường Thới Sơn" in page.text
    assert "20/11/2026 – SỐ LIỆU MINH HOẠ" in page.text
    assert "20/11/2025" not in page.text


def test_an_index_of_nothing_says_so(tmp_path):
    page = Page(site.write_index(tmp_path, frames.CONFIG, lang="en").read_text(encoding="utf-8"))
    assert "There is no run yet." in page.text


# ---- report of one unit -----------------------------------------------------------------------


def unit_text(run: Material, code: str) -> str:
    names = ("opening", "summary", "figures", "quality", "activities")
    blocks = [block for name in names for block in getattr(unit_report, name)(run, code)]
    return "\n".join(str(block._repr_mimebundle_()[0]["text/plain"]) for block in blocks)


def test_a_district_has_verdicts_of_its_own(run):
    text = unit_text(run, "819")
    assert "Huyện Cái Bè: tiến độ xây dựng xã hội học tập" in text
    # 7 shares and 3 goals for all districts are asked of each in 2030
    assert "Trong 10 mục tiêu cho năm 2030" in text
    # district number 4: 20 + 4 * 5 + 4 = 44 percent of 1000 people in 2026; the province 45
    assert f"440/1.000 | 44,0{NB}% | 45,0{NB}%" in text
    assert "Thiếu giáo viên" not in text
    assert "Tổ chức 12 hội nghị" in text
    assert unit_report.judged_unit(run, "819") == "819"


def test_a_commune_shows_its_former_district_and_no_chance_of_its_own(run):
    text = unit_text(run, "28270")
    assert "nhận định dưới đây là của địa bàn Thành phố Mỹ Tho cũ" in text
    assert "Đã nhận 2 tệp của đơn vị" in text
    assert unit_report.judged_unit(run, "28270") == "815"


def test_the_table_of_a_unit_speaks_of_levels_not_of_counts(run):
    (caption, grid, *_), rows = unit_report.goals(run, "819"), {}
    for row in grid.content["rows"]:
        rows[row[0]] = row
    line = rows["7. Huyện đạt chuẩn phổ cập giáo dục THCS mức độ 2"]
    assert line[5] == "mức độ 2"  # level(2026, 4) = 1 + 5 // 3 = 2
    assert "8. Huyện đạt chuẩn phổ cập giáo dục THCS mức độ 3" not in rows  # half of them
    assert "đơn vị" not in "".join(str(cell) for cell in line[1:])
    assert "2. Tỉnh đạt chuẩn xóa mù chữ mức độ 2" not in rows
    assert caption.content["text"] == "Từng mục tiêu của Kế hoạch"


def test_an_unknown_unit_is_an_error(run):
    with pytest.raises(ValueError, match="99999"):
        unit_report.opening(run, "99999")


# ---- PDF --------------------------------------------------------------------------------------


def test_without_a_browser_there_is_no_pdf_and_no_failure(made, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(documents, "find_browser", lambda: None)
    assert documents.export_pdf(made[0] / "report.html", tmp_path / "a.pdf") is None
    assert "print report.html by hand" in caplog.text
    monkeypatch.setattr(documents, "find_browser", lambda: "/no/such/browser")
    assert documents.export_pdf(made[0] / "report.html", tmp_path / "a.pdf") is None
    assert list(tmp_path.iterdir()) == []
