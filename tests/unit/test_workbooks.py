"""Files of every kind become the same sheets; formats the value reader hides are seen."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
import xlwt
from hypothesis import given
from hypothesis import strategies as st
from xlsxwriter.utility import xl_col_to_name

from tests.form_fixtures import Board, write_xlsx
from tests.odd_files import list_xml, write_package
from xhht_analysis.intake.reading import delivery, packages
from xhht_analysis.intake.reading.sheets import (
    UNCACHED,
    RefusedError,
    Sheet,
)
from xhht_analysis.intake.reading.workbooks import read_csv, read_sheets, read_workbook
from xhht_analysis.intake.reading.xls import read_xls

pytestmark = pytest.mark.unit


def two_rows() -> Board:
    board = Board("Số liệu").merge("B2:C2", "Biết chữ").row("B3", ["Tổng số", "Đạt"])
    return board.row("B4", [1200, 45.5])


GRID = [[""] * 3, ["", "Biết chữ", "Biết chữ"], ["", "Tổng số", "Đạt"], ["", 1200.0, 45.5]]


def test_xlsx_keeps_addresses_and_fills_merged_cells(tmp_path):
    (sheet,) = read_workbook(write_xlsx(tmp_path / "a.xlsx", two_rows()))
    assert (sheet.name, sheet.grid) == ("Số liệu", GRID)
    assert [sheet.address(1, 1), sheet.address(3, 2)] == ["B2", "C4"]
    assert sheet.merged == [(1, 1, 1, 2)]


def test_xls_is_read_the_same(tmp_path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("Số liệu")
    sheet.write_merge(1, 1, 1, 2, "Biết chữ")
    for (r, c), value in two_rows().cells.items():
        if r > 1:
            sheet.write(r, c, value)
    book.save(str(tmp_path / "a.xls"))
    (read,) = read_workbook(tmp_path / "a.xls")
    assert (read.grid, read.address(3, 2)) == (GRID, "C4")


def test_the_content_decides_not_the_extension(tmp_path):
    write_xlsx(tmp_path / "a.xlsx", two_rows()).rename(tmp_path / "a.xls")
    assert read_workbook(tmp_path / "a.xls")[0].grid == GRID


def write_ods(path: Path, rows: str) -> Path:
    space = "urn:oasis:names:tc:opendocument:xmlns"
    xml = (
        f'<office:document-content xmlns:office="{space}:office:1.0" '
        f'xmlns:table="{space}:table:1.0" '
        f'xmlns:text="{space}:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="Bảng">{rows}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("META-INF/manifest.xml", "<manifest/>")
        package.writestr("content.xml", xml)
    return path


NUMBER = '<table:table-cell office:value-type="{}" office:value="{}"/>'
TEXT = '<table:table-cell office:value-type="string"><text:p>Xã</text:p></table:table-cell>'


def test_ods(tmp_path):
    rows = f"<table:table-row>{TEXT}{NUMBER.format('float', 1200)}</table:table-row>"
    (sheet,) = read_workbook(write_ods(tmp_path / "a.ods", rows))
    assert (sheet.name, sheet.grid) == ("Bảng", [["Xã", 1200.0]])


def test_a_percentage_of_ods_has_its_sign(tmp_path):
    gap = '<table:table-cell table:number-columns-repeated="2"/>'
    share = NUMBER.format("percentage", 0.456)
    rows = (
        f"<table:table-row>{TEXT}</table:table-row>"
        '<table:table-row table:number-rows-repeated="2"/>'
        f"<table:table-row>{TEXT}{gap}{share}</table:table-row>"
    )
    (sheet,) = read_workbook(write_ods(tmp_path / "a.ods", rows))
    assert sheet.cell(3, 3) == "45.6%"


@pytest.mark.parametrize("n_rows", [3, 300])  # the stream of a small file lies elsewhere
def test_xls_percent_and_formulas(tmp_path, n_rows):
    book = xlwt.Workbook()
    sheet = book.add_sheet("Tờ 1")
    sheet.write(1, 1, 0.456, xlwt.easyxf(num_format_str="0.0%"))
    sheet.write(1, 2, 45.6, xlwt.easyxf(num_format_str='0.0"%"'))
    sheet.write(1, 3, "T©n Phó")
    sheet.write(1, 4, xlwt.Formula("B2*2"))
    sheet.row(2).hidden = True
    for row in range(2, n_rows):
        sheet.write(row, 1, row)
    book.save(str(tmp_path / "a.xls"))
    (read,) = read_workbook(tmp_path / "a.xls")
    assert (read.formulas, read.hidden_rows) == ({(1, 4)}, {2})
    assert read.grid[1][1:4] == ["45.6%", 45.6, "Tân Phú"]


def test_percent_of_an_xls_whose_table_of_sectors_is_long(tmp_path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    share = xlwt.easyxf(num_format_str="0%")
    for row in range(230):
        sheet.write(row, 1, f"{row:03d}" + "ạ" * 16_300)  # 7.5 MB: more than 109 sectors of numbers
    sheet.write(229, 0, 0.5, share)
    book.save(str(tmp_path / "a.xls"))
    assert (tmp_path / "a.xls").stat().st_size > 109 * 128 * 512
    (read,) = read_workbook(tmp_path / "a.xls")
    assert read.cell(229, 0) == "50%"


@given(cut=st.integers(8, 8000), noise=st.binary(max_size=40), at=st.integers(0, 6000))
def test_a_broken_xls_gives_notes_or_is_refused(cut, noise, at):
    book = xlwt.Workbook()
    book.add_sheet("a").write(0, 0, 0.5, xlwt.easyxf(num_format_str="0%"))
    stream = io.BytesIO()
    book.save(stream)
    data = stream.getvalue()
    broken = (data[:at] + noise + data[at + len(noise) :])[:cut]
    try:
        assert len(read_sheets(read_xls, broken)) == 1
    except RefusedError:
        assert broken != data


def test_an_xls_that_asks_for_a_password(tmp_path):
    book = xlwt.Workbook()
    book.add_sheet("a").write(0, 0, 0.5)
    book.save(str(tmp_path / "a.xls"))
    data = bytearray((tmp_path / "a.xls").read_bytes())
    start = data.index(b"\xe1\x00\x02\x00")  # a record of four letters: now FILEPASS, of RC4
    data[start : start + 6] = b"\x2f\x00\x02\x00\x01\x00"
    (tmp_path / "a.xls").write_bytes(data)
    with pytest.raises(RefusedError, match="password"):
        read_workbook(tmp_path / "a.xls")


def test_percent_errors_and_missing_results(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        share = book.add_format({"num_format": "0.0%"})
        literal = book.add_format({"num_format": '0.0"%"'})
        sheet.write_row(0, 0, [1, 2, 3])
        sheet.write(1, 0, 0.456, share)
        sheet.write(1, 1, 45.6, literal)
        sheet.write_formula(1, 2, "=A1+B1", None, "")
        sheet.write_formula(3, 3, "=1/0", None, "#DIV/0!")
        sheet.set_row(1, None, None, {"hidden": True})
    (sheet,) = read_workbook(path)
    assert (sheet.cell(1, 0), sheet.cell(1, 1), sheet.hidden_rows) == ("45.6%", 45.6, {1})
    assert (sheet.cell(1, 2), sheet.cell(3, 3)) == (UNCACHED, "#DIV/0!")
    assert sheet.formulas == {(1, 2), (3, 3)}


def test_a_formula_without_a_result_shows_above_and_left_of_all_values(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_formula(0, 0, "=C3", None, "")
        sheet.write(2, 2, 7)
    (sheet,) = read_workbook(path)
    assert sheet.grid == [[UNCACHED, "", ""], [""] * 3, ["", "", 7.0]]


def test_old_letters_are_converted_by_content(tmp_path):
    board = Board().put("A1", "T©n Phó").put("A2", "Phó").put("A3", "Cai Lậy")
    (sheet,) = read_workbook(write_xlsx(tmp_path / "a.xlsx", board))  # "Phó" may be Unicode here
    assert [row[0] for row in sheet.grid] == ["Tân Phú", "Phó", "Cai Lậy"]
    content = Board().put("A1", "T©n Phó").put("A2", "Phó")
    (sheet,) = read_workbook(write_xlsx(tmp_path / "b.xlsx", content))
    assert [row[0] for row in sheet.grid] == ["Tân Phú", "Phú"]


def test_the_text_box_of_a_sheet_stands_below_it_as_a_note(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", Board("a").row("A1", ["Chỉ tiêu", 5]))
    ours = "http://schemas.openxmlformats.org/package/2006/relationships"
    link = f'<Relationships xmlns="{ours}"><Relationship Target="../drawings/drawing1.xml"/>'
    box = (
        "<d xmlns:a='a'><sp><txBody><a:p><a:t>Số liệu </a:t><a:t>ước</a:t></a:p></txBody></sp></d>"
    )
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("xl/worksheets/_rels/sheet1.xml.rels", f"{link}</Relationships>")
        package.writestr("xl/drawings/drawing1.xml", box)
    (sheet,) = read_workbook(path)
    assert sheet.grid == [["Chỉ tiêu", 5], ["", ""], ["Số liệu ước", ""]]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_csv_delimiters_and_line_ends(mark, ends):
    text = ends.join(["", mark.join(["Đơn vị", "Số"]), "", mark.join(["Xã A", '"1,5"']), ""])
    sheet = read_csv(text.encode("utf-8-sig"))
    assert sheet.grid == [["", ""], ["Đơn vị", "Số"], ["", ""], ["Xã A", "1,5"]]
    assert sheet.address(3, 1) == "B4"  # as Excel shows the file


def test_a_cell_of_csv_that_spans_lines():
    sheet = read_csv(b'a;"x\ny";b\nc;d;e\n')
    assert (sheet.grid[0][1], sheet.address(1, 0)) == ("x\ny", "A2")


def test_cells_outside_the_grid_are_empty():
    sheet = Sheet("", [["a", ""], ["b"]])
    assert [sheet.cell(0, 1), sheet.cell(1, 1), sheet.cell(9, 9), sheet.cell(0, -1)] == [None] * 4


def test_prefixed_package_is_scanned_too(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", two_rows())
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    name = "xl/worksheets/sheet1.xml"
    for tag in (b"row", b"c", b"v", b"sheetData", b"worksheet"):
        parts[name] = parts[name].replace(b"<" + tag + b" ", b"<x:" + tag + b" ")
        parts[name] = parts[name].replace(b"<" + tag + b">", b"<x:" + tag + b">")
        parts[name] = parts[name].replace(b"</" + tag + b">", b"</x:" + tag + b">")
    parts[name] = parts[name].replace(b" xmlns=", b" xmlns:x=", 1)
    parts[name] = parts[name].replace(b'r="C4"', b'r="XFD1048576"')
    with zipfile.ZipFile(path, "w") as package:
        for part, data in parts.items():
            package.writestr(part, data)
    with pytest.raises(RefusedError) as refused:
        read_workbook(path)
    assert refused.value.refusal.rule == "too_many_cells"


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml"])
def test_a_part_that_is_not_well_formed_is_refused_not_read_in_half(tmp_path, part):
    path = write_package(tmp_path / "a.xlsx", list_xml([("28360", 2026, "clc_it", 3, 4)]))
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    parts[part] = parts[part].replace(b"><", b">&<", 1)
    with zipfile.ZipFile(path, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data)
    with pytest.raises(RefusedError) as refused:
        read_workbook(path)
    assert refused.value.refusal.rule == "truncated"


@given(
    shapes=st.lists(
        st.sampled_from([' s="1"', ' s="0"', "", ' t="s"', " t='n'", ' t="e"', ' s="1" t="s"']),
        min_size=1,
        max_size=12,
    ),
    formulas=st.sets(st.integers(0, 11)),
    empty=st.sets(st.integers(0, 11)),
)
def test_plain_cells_between_others_change_nothing(tmp_path_factory, shapes, formulas, empty):
    """Cells of one row in any mixture: each note stands at its own cell."""
    cells = []
    for n, shape in enumerate(shapes):
        formula = "<f>A9</f>" if n in formulas else ""
        content = "" if n in empty else f"{formula}<v>0</v>"
        cells.append(f'<c r="{xl_col_to_name(n)}1"{shape}>{content}</c>')
    path = tmp_path_factory.mktemp("x") / "a.xlsx"
    write_package(path, f'<row r="1">{"".join(cells)}</row>', strings="<si><t>x</t></si>")
    (sheet,) = read_workbook(path)
    full = [n for n in range(len(shapes)) if n not in empty]
    assert sheet.formulas == {(0, n) for n in full if n in formulas}
    shown = {' s="1"': "0%", ' t="s"': "x", ' s="1" t="s"': "x", ' t="e"': "0"}
    values = {n: shown.get(shapes[n], 0) for n in full}
    assert {n: v for n, v in enumerate([*sheet.grid, []][0]) if v != ""} == values
    assert sheet.n_columns == max(full, default=-1) + 1


def test_a_style_without_value_far_away_is_harmless(tmp_path):
    board = two_rows().put("ZZZ5000", "", bold=True)
    (sheet,) = read_workbook(write_xlsx(tmp_path / "a.xlsx", board))
    assert sheet.grid == GRID


@pytest.mark.parametrize(
    ("data", "suffix", "rule"),
    [
        (b"{\\rtf1 abc}", ".doc", "word_97"),
        (b"hello", ".xls", "unknown_format"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
         ".xls", "xml_2003"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", ".xls", "html"),
        (b'<?xml version="1.0"?><office:document/>', ".fods", "unknown_format"),
        (b"PK\x03\x04garbage", ".xlsx", "truncated"),
        (b"\xd0\xcf\x11\xe0garbage", ".xls", "truncated"),
    ],
)  # fmt: skip
def test_what_only_looks_like_a_workbook(tmp_path, data, suffix, rule):
    (tmp_path / f"a{suffix}").write_bytes(data)
    with pytest.raises(RefusedError) as refused:
        read_workbook(tmp_path / f"a{suffix}")
    assert refused.value.refusal.rule == rule


def test_an_ods_that_asks_for_a_password(tmp_path):
    entry = "<file-entry full-path='content.xml'><encryption-data/></file-entry>"
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("META-INF/manifest.xml", f"<manifest>{entry}</manifest>")
        package.writestr("content.xml", bytes(range(256)))
    with pytest.raises(RefusedError, match="password"):
        read_workbook(tmp_path / "a.ods")


def test_zip_that_is_no_workbook(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as package:
        package.writestr("../../etc/x.txt", "x")
    with pytest.raises(RefusedError) as refused:
        read_workbook(tmp_path / "a.xlsx")
    assert refused.value.refusal.rule == "archive"
    assert list(tmp_path.iterdir()) == [tmp_path / "a.xlsx"]


def test_entities_in_any_part_are_refused(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", two_rows())
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("xl/sharedStrings2.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x/>')
        with pytest.raises(RefusedError):
            packages.part_bytes(package, "xl/sharedStrings2.xml")


def test_a_dead_reader_is_replaced(tmp_path):
    paths = [write_xlsx(tmp_path / f"{n}.xlsx", two_rows()) for n in "ab"]
    reader = delivery._Reader(60, delivery.MEMORY_BYTES)
    reader.read(paths[0])
    reader.process.kill()
    reader.process.wait()
    assert reader.read(paths[1])[0].grid == GRID
    reader.close()


def test_time_limit(tmp_path):
    reader = delivery._Reader(0.0, delivery.MEMORY_BYTES)
    with pytest.raises(RefusedError) as refused:
        reader.read(write_xlsx(tmp_path / "a.xlsx", two_rows()))
    assert refused.value.refusal.rule == "time_limit"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit of address space")
def test_memory_limit(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes((b"x" * 1_190 + b"\n") * 65_000)  # far above: no slow dying at the edge
    (content,) = delivery.read_files([path], tmp_path, jobs=1, memory_bytes=400 * 2**20)
    assert content.refusal.rule == "memory_limit"


def test_a_line_of_thousands_of_columns_is_refused():
    with pytest.raises(RefusedError) as refused:
        read_csv(b"x;" * 100_000)
    assert refused.value.refusal.rule == "too_many_cells"


def test_files_keep_their_order_and_hashes(tmp_path):
    paths = [write_xlsx(tmp_path / f"{n:02d}.xlsx", two_rows().put("B4", n)) for n in range(12)]
    contents = list(delivery.read_files(paths, tmp_path, jobs=2))
    assert [c.file for c in contents] == [p.name for p in paths]
    assert [c.sheets[0].grid[3][1] for c in contents] == [float(n) for n in range(12)]
    assert len({c.sha256 for c in contents}) == 12
