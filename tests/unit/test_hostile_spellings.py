"""Files spelled to slip past a guard, and harmless ones like them: one true cause each."""

from __future__ import annotations

import bz2
import errno
import gzip
import lzma
import struct
import zipfile
from pathlib import Path

import pytest
import xlwt

from tests import hostile_files
from tests.odd_files import (
    CAI_BE,
    HEAD,
    figures,
    list_xml,
    read,
    write_package,
    write_xlsb,
)
from xhht_analysis.intake import run_intake
from xhht_analysis.intake.reading import delivery
from xhht_analysis.intake.reading.sheets import RefusedError
from xhht_analysis.intake.reading.workbooks import read_workbook
from xhht_analysis.remedies import REMEDIES

pytestmark = pytest.mark.unit

ROW = (CAI_BE, 2026, "clc_it", 3, 4)
GOOD = list_xml([ROW])
FAR = '<row r="30000"><c r="EXV30000"><v>1</v></c></row>'


def rule(path: Path) -> str:
    with pytest.raises(RefusedError) as refused:
        read_workbook(path)
    assert refused.value.refusal.rule in REMEDIES
    return refused.value.refusal.rule


SPELLINGS = {
    "plain": FAR,
    "new lines": FAR.replace(" r=", "\nr="),
    "tabs": FAR.replace(" r=", "\tr="),
    "lower case": FAR.replace("EXV", "exv"),
    "single quotes": FAR.replace('"', "'"),
    "spaces around the sign": FAR.replace("=", " = "),
    "another attribute first": FAR.replace("<c r", '<c t="n" r'),
    "a prefix": FAR.replace("<c ", f'<y:c xmlns:y="{hostile_files.MAIN}" ').replace(
        "</c>", "</y:c>"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_stray_cell_is_found_in_every_spelling(tmp_path, name):
    path = write_package(tmp_path / "a.xlsx", GOOD + SPELLINGS[name])
    assert rule(path) == "too_many_cells"


@pytest.mark.parametrize(
    ("part", "target"),
    [
        ("xl/Worksheets/SHEET1.XML", "worksheets/sheet1.xml"),
        ("xl/worksheets/sheet1.dat", "worksheets/sheet1.dat"),
        ("xl/worksheets/sheet1.xml", "/xl/worksheets/sheet1.xml"),
        ("xl/worksheets/sheet1.xml", "../xl/worksheets/./sheet1.xml"),
        ("other/sheet1.xml", "../other/sheet1.xml"),
    ],
)
def test_a_stray_cell_is_found_in_every_part(tmp_path, part, target):
    path = write_package(tmp_path / "a.xlsx", GOOD + FAR, part=part, target=target)
    assert rule(path) in ("too_many_cells", "truncated")


def write_xls(path: Path, *cells: tuple[int, int, object]) -> Path:
    """The list from C4 on, and more cells."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    listed = [(3, c, v) for c, v in enumerate(HEAD)] + [(4, c, v) for c, v in enumerate(ROW)]
    for row, column, value in [*((r, c + 2, v) for r, c, v in listed), *cells]:
        sheet.write(row, column, value)
    book.save(str(path))
    return path


def test_a_stray_cell_of_xls(tmp_path):
    assert rule(write_xls(tmp_path / "a.xls", (65_535, 255, 1))) == "too_many_cells"


def test_a_blank_cell_far_below_in_xls_is_harmless(tmp_path):
    path = write_xls(tmp_path / "a.xls", (65_535, 90, " "))
    assert figures(read(path)) == {"clc_it": (3, 4, None)}
    assert read(path).observation_rows[0]["cell"] == "F5"


def test_a_stray_cell_of_xlsb(tmp_path):
    rows = [ROW, *[(None,)] * 60_000, tuple([None] * 400 + [1])]
    assert rule(write_xlsb(tmp_path / "a.xlsb", rows)) == "too_many_cells"


BLANKS = {
    "a space below": '<row r="70001"><c r="A70001" t="inlineStr"><is><t> </t></is></c></row>',
    "the last cell": '<row r="1048576"><c r="XFD1048576" t="str"><v> </v></c></row>',
    "a hard space": '<row r="70001"><c r="A70001" t="inlineStr"><is><t>&#160;</t></is></c></row>',
    "a shared blank": '<row r="1048576"><c r="XFD1048576" t="s"><v>1</v></c></row>',
    "to the right": '<row r="3"><c r="XFD3" t="s"><v>1</v></c></row>',
    "styles only": '<row r="1048576"><c r="XFD1048576" s="1"/></row>',
    "many": "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>1</v></c></row>'
                    for n in range(70_000, 80_000)),
    "in a merged range": '<row r="1048576"><c r="A1048576" t="s"><v>1</v></c></row>',
}  # fmt: skip
SHARED = "<si><t>x</t></si><si><t xml:space='preserve'>  </t></si>"


@pytest.mark.parametrize("name", BLANKS)
def test_blank_cells_far_away_are_no_reason_to_refuse(tmp_path, name):
    merged = "merged" in name and '<mergeCells><mergeCell ref="A1048576:B1048576"/></mergeCells>'
    path = write_package(
        tmp_path / "a.xlsx", GOOD + BLANKS[name], strings=SHARED, after=merged or ""
    )
    assert figures(read(path)) == {"clc_it": (3, 4, None)}


def test_a_word_far_away_is_a_reason(tmp_path):
    far = '<row r="1048576"><c r="XFD1048576" t="s"><v>0</v></c></row>'
    assert rule(write_package(tmp_path / "a.xlsx", GOOD + far, strings=SHARED)) == "too_many_cells"


def zipped(path: Path, method: int, **parts: str) -> Path:
    with zipfile.ZipFile(path, "w", method) as package:
        for name, text in parts.items():
            package.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return path


TABLE = "Mã đơn vị;Năm\n28360;2026\n".encode()
CAUSES = {
    "a.csv.gz": (gzip.compress(TABLE), "archive"),
    "a.xlsx": (bz2.compress(TABLE), "archive"),
    "b.xlsx": (lzma.compress(TABLE), "archive"),
    "c.rar": (b"Rar!\x1a\x07\x01\x00" + bytes(90), "archive"),
    "d.7z": (b"7z\xbc\xaf\x27\x1c" + bytes(90), "archive"),
    "e.xls": (b"\x09\x04\x06\x00\x00\x00\x10\x00\x18\x00" + bytes(90), "old_excel"),
    "f.xls": (b"\x09\x02\x06\x00\x00\x00\x10\x00\x18\x00" + bytes(90), "old_excel"),
    "g.xls": (b"\x09\x00\x04\x00\x07\x00\x10\x00" + bytes(90), "old_excel"),
    "h.xlsx": (b"hello", "unknown_format"),
    "i.xlsx": (b"\x89PNG\r\n\x1a\n" + bytes(90), "unknown_format"),
    "j.xls": (b"  \r\n<html><table>", "html"),
}


@pytest.mark.parametrize("name", CAUSES)
def test_what_a_file_really_is_is_told(tmp_path, name):
    (tmp_path / name).write_bytes(CAUSES[name][0])
    assert rule(tmp_path / name) == CAUSES[name][1]


def test_an_archive_of_workbooks(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as package:
        package.writestr("xã/báo cáo.xlsx", b"PK")
    assert rule(tmp_path / "a.zip") == "archive"


def test_a_text_of_libreoffice_is_no_archive(tmp_path):
    kind = "application/vnd.oasis.opendocument.text"
    path = zipped(tmp_path / "a.odt", 8, mimetype=kind, content_xml="<office/>")
    assert rule(path) == "word_97"
    assert ".odt" in REMEDIES["word_97"]


def test_ods_without_its_type(tmp_path):
    assert rule(zipped(tmp_path / "a.ods", 8, content_xml="<office/>")) == "truncated"


def test_an_odd_span_of_word_is_told_as_broken(tmp_path):
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    cell = '<w:tc><w:tcPr><w:gridSpan w:val="²"/></w:tcPr><w:p><w:r><w:t>A</w:t></w:r></w:p></w:tc>'
    xml = f"<w:document {space}><w:body><w:tbl><w:tr>{cell}</w:tr></w:tbl></w:body></w:document>"
    path = zipped(tmp_path / "a.docx", 8, word__document_xml=xml)
    assert rule(path) == "truncated"


def test_sectors_of_xls_that_turn_in_a_circle(tmp_path):
    path = write_xls(tmp_path / "a.xls", *((row, 1, row) for row in range(6, 3000)))
    data = bytearray(path.read_bytes())
    table = (struct.unpack_from("<I", data, 76)[0] + 1) * 512
    struct.pack_into("<I", data, table + 4 * 10, 5)  # sector 10 leads back to 5
    path.write_bytes(bytes(data))
    assert rule(path) == "truncated"


def test_a_text_table_under_the_name_of_a_workbook_is_read(tmp_path):
    lines = [HEAD, *[(CAI_BE, 2026, code, 3, 4, "") for code in ("clc_it", "life_skills", "x")]]
    text = "\r\n".join("\t".join(map(str, line)) for line in lines)
    (tmp_path / "a.xls").write_bytes(text.encode("utf-16"))
    assert figures(read(tmp_path / "a.xls"))["clc_it"] == (3, 4, None)


def test_very_many_styles_take_no_longer_than_few(tmp_path):
    path = write_package(tmp_path / "a.xlsx", GOOD * 1)
    styles = '<xf numFmtId="10" fontId="0"/>' * 60_000
    cells = "".join(
        f'<row r="{n}"><c r="A{n}" s="{n}"><v>1</v></c></row>' for n in range(5, 50_000)
    )
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("xl/styles2.xml", "")
    path = write_package(tmp_path / "b.xlsx", GOOD + cells)
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    head, tail = parts["xl/styles.xml"].split(b"<cellXfs", 1)
    tail = tail.split(b"</cellXfs>", 1)[1]
    parts["xl/styles.xml"] = head + f"<cellXfs>{styles}</cellXfs>".encode() + tail
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    reader = delivery._Reader(30, delivery.MEMORY_BYTES)  # half of what such a file once took
    (sheet,) = reader.read(path)
    reader.close()
    assert sum(row[0] == "100%" for row in sheet.grid) == 50_000 - 5


def test_the_memory_of_a_reader_is_watched_from_outside(tmp_path):
    good, large = (tmp_path / name for name in ("good.csv", "large.csv"))
    good.write_bytes(TABLE)
    large.write_bytes(b"x;y;z;1;2;3;4;5;6;7;8;9\n" * 60_000)
    reader = delivery._Reader(60, delivery.MEMORY_BYTES)
    assert len(reader.read(good)) == 1
    reader.memory_bytes = 2**20  # less than any reader needs
    with pytest.raises(RefusedError) as refused:
        reader.read(large)
    assert refused.value.refusal.rule == "memory_limit"
    reader.memory_bytes = delivery.MEMORY_BYTES
    assert len(reader.read(good)) == 1  # the next file gets a new reader
    reader.close()


@pytest.mark.parametrize("alone", [True, False])
def test_hostile_files_alone_and_together_end_in_tables(tmp_path, alone):
    day = tmp_path / "2026-11-20"
    day.mkdir()
    for name, (data, _) in CAUSES.items():
        (day / name).write_bytes(data)
    write_package(day / "stray.xlsx", GOOD + SPELLINGS["new lines"])
    if not alone:
        write_package(day / "tot.xlsx", GOOD)
    result = run_intake(tmp_path, jobs=2)
    assert len(result.rejects) == len(CAUSES) + 1
    assert result.panel["numerator"].tolist() == [3] * (not alone)
    assert set(result.rejects["rule"]) <= {*REMEDIES}


def test_a_system_out_of_files_blames_no_file(tmp_path, monkeypatch):
    def exhausted(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    write_package(tmp_path / "tot.xlsx", GOOD)
    monkeypatch.setattr(delivery.subprocess, "Popen", exhausted)
    with pytest.raises(OSError, match="Too many open files"):
        list(delivery.read_files([tmp_path / "tot.xlsx"], tmp_path, jobs=1))
