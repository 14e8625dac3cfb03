"""Workbook, indicator pages, index and unit report through their structure."""

import errno
import hashlib
import json
import re
import subprocess
import sys
import zipfile
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest
import yaml

from tests import frames, report_maker
from tests.block_text import plain_text
from tests.pages import Page
from xhht_analysis.forecasting import backtest
from xhht_analysis.project import Project
from xhht_analysis.publishing import (
    decisions,
    report,
    site,
    unit_report,
    workbook,
)
from xhht_analysis.publishing.blocks import prose
from xhht_analysis.publishing.labels import Labels, plan_words
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.selection import where
from xhht_analysis.publishing.table_words import in_words

pytestmark = pytest.mark.unit
NB = "\u00a0"


@pytest.fixture(scope="module")
def run() -> ReportData:
    return frames.make_material()


@pytest.fixture(scope="module")
def made(run, tmp_path_factory):
    """Report and workbook of one invented run."""
    folder = tmp_path_factory.mktemp("outputs")
    notebook = report_maker.executed(report_maker.sections(run, figures=False), folder / "05.ipynb")
    report_maker.export_html(notebook, folder / "report.html", outline=True)
    report_maker.export_docx(notebook, folder / "report.docx", outline=True)
    workbook.write_annex(run, folder / "annex.xlsx")
    return folder, notebook


# ---- Excel ------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_measure_of_the_backtest_has_words_in_the_annex(lang):
    asked = {*backtest.METRICS, "count_chance", "count_hit"}
    asked |= {f"province_{metric}" for metric in ("brier", "chance", "hit")}
    table = pd.DataFrame({"metric": sorted(asked)})
    words = in_words(table, Labels(lang), {}).iloc[:, 0]
    assert not set(words) & asked
    assert words.is_unique


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_head_form_and_kind_of_the_annex_has_words(lang):
    run = frames.make_material(lang)
    for name in workbook.TABLES:
        columns = list(getattr(run, name).columns)
        heads = [run.labels.word_of("head", column) for column in columns]
        assert not {head for head in heads if "_" in head or re.fullmatch(r"q\d+|kind", head)}
    forms = list(yaml.safe_load((Project().config_dir / "forms.yml").read_text(encoding="utf-8")))
    table = pd.DataFrame({"forms": [";".join(forms)], "kind": ["data"]})
    words, kind = in_words(table, run.labels, {}).iloc[0]
    assert not {*words.split("; "), kind} & {*forms, "data"}


def test_the_annex_reads_back_without_a_formula(made, run):
    book = openpyxl.load_workbook(made[0] / "annex.xlsx")
    assert book.sheetnames[:3] == ["Tổng hợp", "Đánh giá mục tiêu", "Số liệu"]
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    panel = list(book["Số liệu"].values)
    assert panel[0][0].startswith("SỐ LIỆU MINH HỌA")
    heads = panel[1]
    assert heads[:4] == ("Chỉ tiêu", "Đơn vị", "Năm", "Tử số")
    assert not any("_" in head or head.islower() for head in heads)
    assert len(set(heads)) == len(run.panel.columns) + 2  # a column of codes per column of names
    assert len(panel) == len(run.panel) + 2
    first = dict(zip(heads, panel[2], strict=True))
    assert (first["Đơn vị"], first["Đơn vị (mã)"]) == (run.names["815"], "815")  # codes stay texts
    assert (first["Nguồn số"], first["Tình trạng"]) == ("đơn vị báo cáo", "minh họa")
    assert book["Số liệu"].freeze_panes == "B3"
    summary = list(book["Tổng hợp"].values)
    assert len(summary) == 34 + 2  # a line per dated target
    rejects = list(book["Ô chưa dùng được"].values)
    assert (
        dict(zip(rejects[1], rejects[2], strict=True))["Giá trị ghi trong tệp"]
        == "=cmd|' /C calc'!A0<script>alert(1)</script>"
    )


def test_a_full_disk_under_the_annex_is_told_as_a_full_disk(run, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(type(tmp_path), "write_bytes", full)
    with pytest.raises(OSError, match="No space left") as told:
        workbook.write_annex(run, tmp_path / "annex.xlsx")
    assert told.value.errno == errno.ENOSPC
    assert not (tmp_path / "annex.xlsx").exists()


def test_whole_numbers_and_marks_of_the_annex_are_no_text(made):
    book = openpyxl.load_workbook(made[0] / "annex.xlsx")
    rows = list(book["Tệp đã nhận"].values)
    first = dict(zip(rows[1], rows[2], strict=True))
    assert (first["Năm"], first["Số liệu minh họa"]) == (2021, "có")
    assert isinstance(first["Năm"], int)
    panel = list(book["Số liệu"].values)
    place = panel[1].index("Năm")
    assert {type(row[place]) for row in panel[2:]} == {int}


def test_word_excel_and_pages_are_made_without_matplotlib():
    code = "import sys; from xhht_analysis.publishing import documents, site"
    code += ", workbook"
    code += "; print('matplotlib' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"


def test_documents_are_the_same_bytes_every_time(made, run, tmp_path):
    folder = made[0]
    report_maker.export_html(folder / "05.ipynb", tmp_path / "report.html", outline=True)
    report_maker.export_docx(folder / "05.ipynb", tmp_path / "report.docx", outline=True)
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

    site.write_indicator_pages(run, tmp_path, drawn)
    assert len(list(tmp_path.iterdir())) == 2 * len(run.indicators)
    page, data = (tmp_path / f"clc_it.{form}" for form in ("html", "csv"))
    shown = Page(page.read_text(encoding="utf-8"))
    assert "Tổng số trung tâm học tập cộng đồng" in shown.text  # denominator
    # targets of the plan: 70 % in 2025, 90 % in 2030
    assert "70" + NB + "%" in " ".join(shown.words)
    assert "số theo huyện được tính lại trên 11 địa bàn cũ" in shown.text
    assert {"clc_it.csv", "../05_committee_report.xlsx"} <= {a["href"] for a in shown.all("a")}
    table = pd.read_csv(data)
    assert len(table) == (run.panel["indicator_code"] == "clc_it").sum()


def test_every_indicator_has_a_page_with_or_without_figures(run):
    bare = frames.make_material(panel=run.panel.head(0))
    for code in run.indicators["indicator_code"]:
        for material in (run, bare):
            blocks = site.indicator_blocks(material, code, lambda *names: [])
            assert blocks[0].content["text"]
            assert any(b.content["kind"] == "links" for b in blocks)


def test_the_index_lists_only_runs_that_happened(tmp_path):
    root = tmp_path / "reports"
    done = root / "2026-11-20"
    for name in ("brief.html", "05_committee_report.html", "05_committee_report.docx",
                 "indicators/clc_it.html", "units/819.html", "units/28270.html",
                 "run/run.json"):  # fmt: skip
        path = done / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"sample": True}))
    (root / "2025-11-20" / "run").mkdir(parents=True)
    page = Page(site.write_index(Project(out=tmp_path)).read_text(encoding="utf-8"))
    links = [a["href"] for a in page.all("a") if not a["href"].startswith("#")]
    assert links == [f"2026-11-20/{name}" for name in (
        "brief.html", "05_committee_report.html", "05_committee_report.docx",
        "indicators/clc_it.html", "units/819.html", "units/28270.html")]  # fmt: skip
    assert "Huyện Cái Bè" in page.text
    assert "Phường Thới Sơn" in page.text
    assert "20/11/2026 – SỐ LIỆU MINH HỌA" in page.text
    assert "20/11/2025" not in page.text


def test_an_index_of_nothing_says_so(tmp_path):
    page = Page(site.write_index(Project(out=tmp_path), lang="en").read_text(encoding="utf-8"))
    assert "There is no run yet." in page.text


# ---- report of one unit -----------------------------------------------------------------------


def unit_text(run: ReportData, code: str) -> str:
    blocks = unit_report.unit_blocks(run, code)
    return "\n".join(plain_text(block.content) for block in blocks)


def test_a_district_has_verdicts_of_its_own(run):
    text = unit_text(run, "819")
    assert "Huyện Cái Bè: tiến độ xây dựng xã hội học tập" in text
    # 7 shares and 3 goals for all districts are asked of each in 2030
    assert "Trong 10 mục tiêu được xét, mốc năm 2030" in text
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
    (grid, *_) = report_maker.tables(unit_report.unit_blocks(run, "819"), "Mục tiêu")
    rows = {row[0]: row for row in grid["rows"]}
    line = rows["7. Huyện đạt chuẩn phổ cập giáo dục THCS mức độ 2"]
    assert line[5] == "mức độ 2"  # level(2026, 4) = 1 + 5 // 3 = 2
    assert "8. Huyện đạt chuẩn phổ cập giáo dục THCS mức độ 3" not in rows  # half of them
    assert "đơn vị" not in "".join(str(cell) for cell in line[1:])
    assert "2. Tỉnh đạt chuẩn xóa mù chữ mức độ 2" not in rows


def test_a_target_given_to_a_unit_stands_on_its_page(run):
    given = {"goal_code": "clc_it", "unit_code": "819", "target_year": 2027,
             "target_value": 55.5, "decision_vi": "QĐ 12/QĐ-UBND"}  # fmt: skip
    mine = frames.make_material(unit_targets=pd.DataFrame([given]))
    caption = "Chỉ tiêu giao riêng"
    (grid,) = report_maker.tables(unit_report.unit_blocks(mine, "819"), caption)
    # district number 4 stands at 44 percent in 2026
    assert grid["rows"] == [[
        "Trung tâm học tập cộng đồng ứng dụng CNTT", "2027", "55,5", f"44,0{NB}% (2026)",
        "QĐ 12/QĐ-UBND",
    ]]  # fmt: skip
    assert report_maker.tables(unit_report.unit_blocks(mine, "815"), caption) == []


def test_references_stand_on_the_pages_of_their_goals_with_their_source(run):
    def references(code):
        blocks = site.indicator_blocks(run, code, lambda *names: [])
        return report_maker.tables(blocks, "số liệu nơi khác để tham khảo")

    (grid,) = references("trained_population")
    values = [(row[0], row[1], row[2]) for row in grid["rows"]]
    assert ("Cả nước", "2020", f"64,5{NB}%") in values
    assert all("nguồn thứ cấp" in row[4] for row in grid["rows"])
    assert references("clc_it") == []


def test_an_unknown_unit_is_an_error(run):
    with pytest.raises(ValueError, match="99999"):
        unit_report.unit_blocks(run, "99999")


def test_an_early_report_names_no_law_of_a_later_year():
    early = replace(
        frames.make_material(), as_of="2024-11-20",
        labels=Labels("vi", plan_words(frames.CONFIG, "2024-11-20")),
    )  # fmt: skip
    codes = [row["reference_code"] for row in early.references_on(early.ordered_goals.index)]
    assert codes == ["VN-DT-2020", "VN-CC-2020", "TT25"]


def test_what_is_asked_always_has_its_evidence():
    """No figures at all: what can still be reported is asked for, the rest says why it cannot."""
    bare = frames.make_material(
        panel=frames.make_panel().head(0), forecasts=frames.make_forecasts().head(0),
        verdicts=frames.make_verdicts(no_data=True).assign(reason="no_legal_object;no_figures"),
    )  # fmt: skip
    missing, asked = decisions.decisions(bare)
    # Levels that a rule rebuilds from communes' reports have their object still: the plan's first
    # block has nine in 2025 and seven in 2030. Three are named with both years, ten are left.
    named, rest = missing.basis
    assert named.startswith("Huyện đạt chuẩn xóa mù chữ mức độ 2 (2025, 2030); Tỉnh đạt chuẩn xóa")
    assert named.endswith("trẻ em mẫu giáo (2025, 2030): chưa đủ số liệu.")
    assert rest == "Và 10 trường hợp khác."
    levels = ["literacy_l2_districts", "preschool_districts"]
    few = replace(bare, verdicts=where(bare.verdicts, goal_code=levels, target_year=2025))
    assert decisions.decisions(few)[0].basis == (
        "Huyện đạt chuẩn xóa mù chữ mức độ 2 (2025); Huyện hoàn thành phổ cập giáo dục mầm non cho "
        "trẻ em mẫu giáo (2025): chưa đủ số liệu.",
    )
    assert missing.addressee == "Sở GDĐT"
    (basis,) = asked.basis
    assert basis == ("Đề nghị xét theo xã, phường; chưa quyết định thì không xếp loại.")
    none = frames.make_material(verdicts=frames.make_verdicts().head(0))
    texts = [block.content.get("paragraphs") for block in report.brief(none)]
    assert ["Chưa có việc nào phát sinh từ số liệu lần này."] in texts


def test_the_annex_speaks_in_words(run):
    table = pd.DataFrame({
        "model_id": ["xhht-3", "linear_trend"], "comparator": [">=", "<="],
        "is_sample": [True, False],
        "depends_on": ["last_year_dropped", None],
    })  # fmt: skip
    words = in_words(table, run.labels, {})
    assert words.to_numpy().ravel().tolist()[:-1] == [
        "mô hình của bộ công cụ", "không thấp hơn", "có", "nếu không tính số liệu năm mới nhất",
        "kéo dài đường thẳng qua các năm", "không quá", "không",
    ]  # fmt: skip
