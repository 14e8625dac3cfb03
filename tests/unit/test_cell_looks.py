"""Dates, merged, hidden, struck and raised cells are the same in .xlsx, .xls, .xlsb and .ods."""

from __future__ import annotations

import datetime as dt
import struct
import zipfile
from pathlib import Path

import pytest
import python_calamine as calamine
import xlwt

from tests.form_fixtures import Board, write_xlsx
from tests.hostile_files import MAIN
from tests.odd_files import record, wide, write_package, write_xlsb
from tests.unit.test_workbooks import write_ods
from xhht_analysis.intake.reading.sheets import RefusedError, Sheet
from xhht_analysis.intake.reading.workbooks import read_workbook
from xhht_analysis.project import ROOT

pytestmark = pytest.mark.unit

DAY = dt.date(2023, 3, 15)
"""Day 45,000 of Excel's count from 1900, day 43,538 of that from 1904."""


def rewrite(path: Path, **parts: bytes) -> Path:
    """The same package with other contents of some parts, named by their last word."""
    with zipfile.ZipFile(path) as package:
        contents = {name: package.read(name) for name in package.namelist()}
    for name, data in parts.items():
        full = next((full for full in contents if Path(full).stem == name), f"xl/{name}.bin")
        contents[full] = data
    with zipfile.ZipFile(path, "w") as package:
        for name, data in contents.items():
            package.writestr(name, data)
    return path


def sheet_of(path: Path) -> Sheet:
    (sheet,) = read_workbook(path)
    return sheet


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("dd/mm/yyyy", 45000, DAY),
        ("[$-42A]d mmmm yyyy;@", 45000, DAY),
        ("h:mm", 45000.5, dt.datetime.fromisoformat("2023-03-15T12:00")),
        ('0 "thang"', 45000, 45000.0),
        ("[Red]0_d", 45000, 45000.0),
        (r"0\d", 45000, 45000.0),
        ("dd/mm/yyyy", 1e300, 1e300),
    ],
)
def test_a_number_is_a_date_by_its_format(tmp_path, code, value, shown):
    path = write_package(tmp_path / "a.xlsx", f'<row><c s="1"><v>{value}</v></c></row>')
    styles = (
        f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="{{}}"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>'
    )
    rewrite(path, styles=styles.format(code.replace('"', "&quot;")).encode())
    assert sheet_of(path).grid == [[shown]]


def test_dates_of_a_book_that_counts_from_1904(tmp_path):
    path = write_package(
        tmp_path / "a.xlsx",
        '<row><c s="1"><v>43538</v></c></row>',
        calc='<workbookPr date1904="1"/>',
    )
    styles = f'<styleSheet xmlns="{MAIN}"><cellXfs><xf/><xf numFmtId="14"/></cellXfs></styleSheet>'
    rewrite(path, styles=styles.encode())
    assert sheet_of(path).grid == [[DAY]]


def test_a_date_of_xls(tmp_path):
    book = xlwt.Workbook()
    book.add_sheet("a").write(0, 0, DAY, xlwt.easyxf(num_format_str="dd/mm/yyyy"))
    book.save(str(tmp_path / "a.xls"))
    assert sheet_of(tmp_path / "a.xls").grid == [[DAY]]


def biff(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def box_of_xls(number: int, text: str) -> bytes:
    """A drawn object and its text ([MS-XLS] Obj, TxO): xlwt writes none."""
    record = struct.pack("<HHHHH12xHH22xHH", 0x15, 18, 0x19, number, 0x11, 0x0D, 22, 0, 0)
    box = biff(0x5D, record) + biff(0x1B6, struct.pack("<HH6xHHHH", 0x212, 0, len(text), 16, 0, 0))
    box += biff(0x3C, b"\x01" + text.encode("utf-16-le"))
    return box + biff(0x3C, struct.pack("<HHIHHI", 0, 0, 0, len(text), 0, 0))


def test_comments_of_xls_stand_at_their_cells_and_text_boxes_below(tmp_path, monkeypatch):
    chart = biff(0x809, struct.pack("<HH12x", 0x600, 0x20)) + biff(0x0A, b"")
    note = biff(0x1C, struct.pack("<HHHHHBBB", 0, 1, 0, 1, 1, 0, ord("A"), 0))
    drawn = box_of_xls(1, "số ước tính") + chart + box_of_xls(2, "Số của năm 2023") + note
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    sheet.write(0, 1, 5)
    records = sheet.get_biff_data()
    monkeypatch.setattr(sheet, "get_biff_data", lambda: records[:-4] + drawn + records[-4:])
    book.save(str(tmp_path / "a.xls"))
    read = sheet_of(tmp_path / "a.xls")
    assert read.notes == {(0, 1): "số ước tính"}
    assert read.grid == [["", 5.0], ["", ""], ["Số của năm 2023", ""]]


def test_comments_of_xlsb_are_told_as_not_read(tmp_path):
    path = write_xlsb(tmp_path / "a.xlsb", [(1,)])
    text = "số ước tính của 0912345678"
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("xl/comments1.bin", record(637, bytes([0]) + wide(text)))
    assert sheet_of(path).prose == ["số ước tính của 0•••••••••"]


def test_the_text_box_of_xlsb_stands_below_its_cells_as_a_note(tmp_path):
    path = write_xlsb(tmp_path / "a.xlsb", [(1,)])
    link = "<Relationships><Relationship Target='../drawings/drawing1.xml'/></Relationships>"
    box = "<d xmlns:a='a'><txBody><a:t>số ước</a:t></txBody></d>"
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("xl/worksheets/_rels/sheet1.bin.rels", link)
        package.writestr("xl/drawings/drawing1.xml", box)
    assert sheet_of(path).text(3, 0) == "số ước"


def test_a_date_of_xlsb(tmp_path):
    path = write_xlsb(tmp_path / "a.xlsb", [(45000.0,)], "dd/mm/yyyy")
    assert sheet_of(path).cell(1, 0) == DAY


def test_cells_of_xlsb_of_every_kind(tmp_path):
    """Whole and other compressed numbers, truth, errors, shared texts; merged and hidden."""
    whole, hundredths = (1234 << 2) | 2, (1234 << 2) | 3
    real = struct.unpack("<i", struct.pack("<d", 0.5)[4:])[0]
    cells = [
        record(2, struct.pack("<IIi", 0, 0, whole)),
        record(2, struct.pack("<IIi", 1, 0, hundredths)),
        record(2, struct.pack("<IIi", 2, 0, real)),
        record(3, struct.pack("<IIB", 3, 0, 0x07)),
        record(4, struct.pack("<IIB", 4, 0, 1)),
        record(7, struct.pack("<III", 5, 0, 0)),
        record(8, struct.pack("<II", 6, 0) + wide("công thức")),
    ]
    lines = [(0, 0x00, cells), (1, 0x10, [record(7, struct.pack("<III", 0, 0, 1))])]
    part = record(145)
    for row, flags, content in lines:
        part += record(0, struct.pack("<IIHBBBI", row, 0, 300, 0, flags, 0, 0)) + b"".join(content)
    part += record(146) + record(177) + record(176, struct.pack("<4I", 1, 1, 0, 2)) + record(178)
    runs = struct.pack("<IHHHH", 2, 0, 0, 4, 1)
    strings = record(19, b"\0" + wide("chữ")) + record(19, b"\1" + wide("11267") + runs)
    path = write_xlsb(tmp_path / "a.xlsb", [], font=1)
    styles = b"".join(
        record(43, struct.pack("<HHHHBBBB8sB", 220, 0, 400, raised, 0, 2, 0, 0, b"", 0) + wide("x"))
        for raised in (0, 1)
    )
    styles += record(617) + record(47, struct.pack("<HHHHHBBHH", 0, 0, 0, 0, 0, 0, 0, 0, 0))
    rewrite(path, sheet1=part, styles=styles + record(618), sharedStrings=strings)
    sheet = sheet_of(path)
    assert sheet.grid[0] == [1234.0, 12.34, 0.5, "#N/A", True, "chữ", "công thức"]
    assert sheet.grid[1][:4] == ["1126⁷", "1126⁷", "1126⁷", ""]
    assert (sheet.hidden_rows, sheet.formulas) == ({1}, {(0, 6)})


ROW = "<table:table-row{}>{}</table:table-row>"
WORD = '<table:table-cell{} office:value-type="string"><text:p>{}</text:p></table:table-cell>'
NUMBER = '<table:table-cell{} office:value-type="float" office:value="{}"/>'


def with_styles(path: Path, styles: str) -> Path:
    """An .ods with such automatic styles."""
    with zipfile.ZipFile(path) as package:
        xml = package.read("content.xml").decode()
    space = "urn:oasis:names:tc:opendocument:xmlns:style:1.0"
    head = f'<office:automatic-styles xmlns:style="{space}">{styles}</office:automatic-styles>'
    return rewrite(path, content=xml.replace("<office:body>", f"{head}<office:body>").encode())


@pytest.mark.parametrize("how", ["collapse", "filter"])
def test_hidden_rows_of_ods_are_known(tmp_path, how):
    hidden = f' table:visibility="{how}" table:number-rows-repeated="2"'
    rows = ROW.format("", NUMBER.format("", 1)) + ROW.format(hidden, NUMBER.format("", 2))
    sheet = sheet_of(write_ods(tmp_path / "a.ods", rows + ROW.format("", NUMBER.format("", 3))))
    assert sheet.grid == [[1.0], [2.0], [2.0], [3.0]]
    assert sheet.hidden_rows == {1, 2}


def test_merged_cells_of_ods_are_filled(tmp_path):
    spans = ' table:number-columns-spanned="2" table:number-rows-spanned="2"'
    covered = "<table:covered-table-cell/>"
    rows = ROW.format("", WORD.format(spans, "Tổng") + covered) + ROW.format("", covered * 2)
    sheet = sheet_of(write_ods(tmp_path / "a.ods", rows + ROW.format("", NUMBER.format("", 3) * 2)))
    assert sheet.grid == [["Tổng", "Tổng"], ["Tổng", "Tổng"], [3.0, 3.0]]
    assert sheet.merged == [(0, 0, 1, 1)]


def test_raised_and_struck_text_of_ods(tmp_path):
    style = '<style:style style:name="{}"><style:text-properties {}/></style:style>'
    styles = style.format("up", 'style:text-position="super 58%"')
    styles += style.format("line", 'style:text-line-through-style="solid"')
    run = '<text:span text:style-name="{}">{}</text:span>'
    cells = WORD.format("", "1126" + run.format("up", "7")) + WORD.format(
        "", run.format("line", "12") + " 15"
    )
    cells += NUMBER.format(' table:style-name="line"', 40)
    path = write_ods(tmp_path / "a.ods", ROW.format("", cells))
    assert sheet_of(with_styles(path, styles)).grid == [
        ["1126⁷", "12 (gạch bỏ) 15", "40 (gạch bỏ)"]
    ]


@pytest.mark.parametrize("address", ["BB", "2", "1A", "A0", "$B$2"])
def test_an_address_that_is_none_breaks_the_file_and_fills_no_other_cell(tmp_path, address):
    path = write_xlsx(tmp_path / "a.xlsx", Board().row("B4", [1200, 45.5]))
    with zipfile.ZipFile(path) as package:
        xml = package.read("xl/worksheets/sheet1.xml")
    assert b'r="C4"' in xml
    rewrite(path, sheet1=xml.replace(b'r="C4"', f'r="{address}"'.encode()))
    with pytest.raises(RefusedError) as refused:
        read_workbook(path)
    assert refused.value.refusal.rule == "truncated"


def test_a_comment_of_ods_belongs_to_its_cell(tmp_path):
    note = "<office:annotation><text:p>số năm 2025</text:p></office:annotation>"
    cells = NUMBER.format("", 40) + WORD.format("", "Xã").replace("<text:p>", f"{note}<text:p>")
    sheet = sheet_of(write_ods(tmp_path / "a.ods", ROW.format("", cells)))
    assert (sheet.grid, sheet.notes) == ([[40.0, "Xã"]], {(0, 1): "số năm 2025"})


def test_the_text_box_of_ods_stands_below_its_cells_as_a_note(tmp_path):
    box = "<table:shapes><d:frame xmlns:d='urn:oasis:names:tc:opendocument:xmlns:drawing:1.0'>"
    box += "<d:text-box><text:p>số ước</text:p></d:text-box></d:frame></table:shapes>"
    sheet = sheet_of(write_ods(tmp_path / "a.ods", box + ROW.format("", NUMBER.format("", 40))))
    assert sheet.grid == [[40.0], [""], ["số ước"]]


def test_what_a_cell_of_ods_may_hold(tmp_path):
    cell = "<table:table-cell {}>{}</table:table-cell>"
    error = (
        'office:value-type="float" office:value="0" xmlns:calcext="c" calcext:value-type="error"'
    )
    date = 'office:value-type="date" office:date-value="2023-03-15"'
    rows = ROW.format(
        "",
        cell.format(error, "<text:p>#DIV/0!</text:p>")
        + cell.format(date, "<text:p>15/03/2023</text:p>")
        + WORD.format("", 'Xã<text:s text:c="2"/>A</text:p><text:p>B<text:line-break/>C'),
    )
    sheet = sheet_of(write_ods(tmp_path / "a.ods", rows))
    assert sheet.grid == [["#DIV/0!", DAY, "Xã  A\nB\nC"]]


def test_a_stray_number_repeated_to_the_end_of_ods_is_refused(tmp_path):
    rows = ROW.format(' table:number-rows-repeated="1048576"', NUMBER.format("", 2))
    with pytest.raises(RefusedError, match="too_many_cells"):
        read_workbook(write_ods(tmp_path / "a.ods", rows))


SAMPLES = [p for p in (ROOT / "data" / "raw" / "sample").rglob("*.xls*") if p.stat().st_size > 4000]


@pytest.mark.parametrize("path", SAMPLES[::9], ids=lambda path: path.stem)
def test_numbers_are_those_of_another_reader(path):
    """calamine, written by others in another language, sees the same numbers in the same cells."""
    try:
        sheets = read_workbook(path)
    except RefusedError:
        pytest.skip("the sample holds files that are refused on purpose")
    book = calamine.CalamineWorkbook.from_path(str(path))
    for sheet in sheets:
        cells = enumerate(book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False))
        theirs = {
            (r, c): v for r, row in cells for c, v in enumerate(row) if isinstance(v, (int, float))
        }
        texts = {place: sheet.cell(*place) for place in theirs}
        ours = {
            place: float(text[:-1]) / 100 if str(text).endswith("%") else text
            for place, text in texts.items()
        }
        assert ours == pytest.approx(theirs)
