"""Notes beside numbers, marks with two meanings, lost formats, formulas never computed.

Each input is one row or a few, with the figures worked out by hand; "reject" stands for a rule.
"""

from __future__ import annotations

import zipfile
from xml.etree import ElementTree

import pytest
import xlsxwriter
import xlwt

from tests import odd_files
from tests.odd_files import CAI_BE, HEAD, figures, list_xml, read, rules, write_package, write_xlsb
from xhht_analysis.intake.reading.sheets import UNCACHED
from xhht_analysis.intake.reading.text import parse_number
from xhht_analysis.intake.reading.xlsx import run_text

pytestmark = pytest.mark.unit


def line(code: str, *cells: object) -> tuple:
    return (CAI_BE, 2026, code, *cells)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1126²", 1126), ("1126 ⁽¹⁾", 1126), ("1.126*", 1126), ("1126 **", 1126),
        ("1126 (1)", 1126), ("1126[2]", 1126), ("1126①", 1126), ("1126₂", 1126),
        ("³1126", 1126), ("1126² người", 1126), ("1.126²⁾", 1126), ("1126†", 1126),
    ],
)  # fmt: skip
def test_a_note_beside_a_count_is_dropped_and_told(typed, number):
    parsed = parse_number(typed)
    assert (parsed.value, parsed.note) == (number, "footnote")


@pytest.mark.parametrize(
    ("typed", "number"), [("9,5²", 9.5), ("98,76%*", 98.76), ("98,7 (2)", 98.7)]
)
def test_a_note_beside_a_percentage(typed, number):
    parsed = parse_number(typed, kind="percent")
    assert (parsed.value, parsed.note) == (number, "footnote")


@pytest.mark.parametrize(
    "typed", ["11²26", "²", "1126 (12)", "1126 1)", "11261)", "12\ufffd34", "*"]
)
def test_what_may_be_a_note_or_a_figure_is_no_number(typed):
    parsed = parse_number(typed)
    assert parsed.value is None
    assert parsed.problem == "not_number"


@pytest.mark.parametrize(
    ("siblings", "number"),
    [
        (["1550.000", "980.000"], 12),
        (["0.000", "980.000"], 12),
        (["1.234.567"], 12_000),
        (["9.500", "8.100"], 12_000),
        (["7.5"], "ambiguous_number"),
        (["1550.000", "1.234.567"], "ambiguous_number"),
        ([15.0, 20.0], 12_000),
    ],
)
def test_the_column_decides_what_a_mark_in_a_count_means(siblings, number):
    parsed = parse_number("12.000", siblings=siblings)
    assert (parsed.problem or parsed.value) == number


def test_a_count_with_decimals_in_a_column_of_decimals_is_not_guessed():
    assert parse_number("1.234", siblings=["1550.000"]).problem == "ambiguous_number"


RUN = "<r>{}<t>{}</t></r>"
RAISED = '<rPr><vertAlign val="superscript"/></rPr>'


def rich(text: str, note: str, shape: str = RAISED) -> str:
    return RUN.format("", text) + RUN.format(shape, note)


@pytest.mark.parametrize(
    "shape", [RAISED, "<rPr><sz val='8'/><vertAlign val='superscript'/></rPr>"]
)
def test_raised_runs_of_xlsx_are_notes(tmp_path, shape):
    shared = f"<si>{rich('1126', '7', shape)}</si><si>{rich('Tử số', '1')}</si>"
    cells = line("clc_it", ' t="s"><v>0</v></c>', 21388)
    inline = line("life_skills", f' t="inlineStr"><is>{rich("50", "2", shape)}</is></c>', 100)
    path = write_package(tmp_path / "a.xlsx", list_xml([cells, inline]), strings=shared)
    reading = read(path)
    assert figures(reading) == {"clc_it": (1126, 21388, None), "life_skills": (50, 100, None)}
    assert "footnote" in rules(reading)


def test_raised_runs_by_another_program(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet, up = book.add_worksheet(), book.add_format({"font_script": 1})
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, line("clc_it"))
        sheet.write_rich_string(1, 3, "1126", up, "7")
        sheet.write(1, 4, 21388)
    assert figures(read(tmp_path / "a.xlsx")) == {"clc_it": (1126, 21388, None)}


def test_raised_runs_of_xls(tmp_path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    normal, up = xlwt.easyfont(""), xlwt.easyfont("escapement superscript")
    for column, text in enumerate(HEAD):
        sheet.write(0, column, text)
    for row in range(1, 3001):  # more text than one record holds
        sheet.write(row, 7, f"Ghi chú rất dài của dòng số {row}, để bảng chuỗi đầy")
    for column, value in enumerate(line("clc_it")):
        sheet.write(1, column, value)
    sheet.write_rich_text(1, 3, (("1126", normal), ("7", up)))
    sheet.write(1, 4, 21388)
    book.save(str(tmp_path / "a.xls"))
    assert figures(read(tmp_path / "a.xls")) == {"clc_it": (1126, 21388, None)}


STRUCK = "<rPr><strike/></rPr>"
NOT_STRUCK = '<rPr><strike val="0"/></rPr>'


@pytest.mark.parametrize("value", [3001, "3.001", 45.5])
def test_a_figure_with_a_line_through_it_is_none(tmp_path, value):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet, line_through = book.add_worksheet(), book.add_format({"font_strikeout": True})
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, line("clc_it", value, 21388))
        sheet.write(1, 3, value, line_through)
        sheet.write_row(2, 0, line("life_skills", 50, 100))
    reading = read(tmp_path / "a.xlsx")
    assert figures(reading)["life_skills"] == (50, 100, None)
    claim = next(c for c in reading.observation_rows if c["indicator_code"] == "clc_it")
    assert (claim["problem"], claim["problem_cell"]) == ("struck_out", "D2")
    assert claim["raw"] == f"{value} (gạch bỏ)"


def test_a_row_struck_out_asks_nobody_to_mend_it(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet, line_through = book.add_worksheet(), book.add_format({"font_strikeout": True})
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, line("clc_it", 10, 20), line_through)
        sheet.write_row(2, 0, line("life_skills", 50, 100))
    reading = read(tmp_path / "a.xlsx")
    assert figures(reading)["life_skills"] == (50, 100, None)
    assert [c["problem"] for c in reading.observation_rows] == ["struck_out", None]
    assert reading.finding_rows == []
    assert "không cần sửa" in reading.observation_rows[0]["remedy"]


@pytest.mark.parametrize(("shape", "figure"), [(STRUCK, None), (NOT_STRUCK, 30013101)])
def test_a_corrected_figure_beside_the_struck_one_is_not_glued_to_it(tmp_path, shape, figure):
    shared = f"<si>{RUN.format(shape, '3001')}{RUN.format('', '3101')}</si>"
    row = line("clc_it", ' t="s"><v>0</v></c>', 40_000_000)
    path = write_package(tmp_path / "a.xlsx", list_xml([row]), strings=shared)
    reading = read(path)
    (claim,) = reading.observation_rows
    assert claim.get("numerator") == figure
    assert (claim.get("raw") == "3001 (gạch bỏ)3101") == (figure is None)


@pytest.mark.parametrize(
    ("mark", "text"),
    [
        ("<w:strike/>", "3001 (gạch bỏ)"), ("<w:dstrike/>", "3001 (gạch bỏ)"),
        ('<w:strike w:val="1"/>', "3001 (gạch bỏ)"), ('<w:strike w:val="false"/>', "3001"),
    ],
)  # fmt: skip
def test_struck_runs_of_word_say_so(mark, text):
    run = f"<w:r xmlns:w='w'><w:rPr>{mark}</w:rPr>\n<w:t>3001</w:t></w:r>"
    assert run_text(ElementTree.fromstring(run)) == text


def test_lines_through_figures_of_xls(tmp_path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    struck = xlwt.easyxf("font: struck_out on")
    for row, cells in enumerate([HEAD, line("clc_it", 1, 21388), line("life_skills", 1, 100)]):
        for column, value in enumerate(cells):
            if (row, column) not in ((1, 3), (2, 3)):
                sheet.write(row, column, value)
    sheet.write(1, 3, 3001, struck)
    old, new = xlwt.easyfont("struck_out on"), xlwt.easyfont("")
    sheet.write_rich_text(2, 3, (("30", old), ("31", new)))
    book.save(str(tmp_path / "a.xls"))
    reading = read(tmp_path / "a.xls")
    raws = [claim.get("raw") for claim in reading.observation_rows]
    assert raws == ["3001 (gạch bỏ)", "30 (gạch bỏ)31"]
    assert [claim.get("problem") for claim in reading.observation_rows] == ["struck_out"] * 2


def write_ods(path, rows, look: str) -> None:
    """A list as .ods; ``look`` are the properties of the style T1, in which a tuple is written."""
    space = "urn:oasis:names:tc:opendocument:xmlns"
    names = " ".join(f'xmlns:{n}="{space}:{n}:1.0"' for n in ("office", "table", "text", "style"))

    def cell(value: object) -> str:
        shape, value = (
            (' table:style-name="T1"', *value) if value.__class__ is tuple else ("", value)
        )
        kind = "float" if isinstance(value, int) else "string"
        told = f' office:value="{value}"' if isinstance(value, int) else ""
        return (
            f'<table:table-cell{shape} office:value-type="{kind}"{told}><text:p>{value}</text:p>'
            "</table:table-cell>"
        )

    table = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    style = (
        '<style:style style:name="T1" style:family="text">'
        f"<style:text-properties {look}/></style:style>"
    )
    xml = (
        f"<office:document-content {names}><office:automatic-styles>{style}"
        "</office:automatic-styles><office:body><office:spreadsheet>"
        f'<table:table table:name="a">{table}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("META-INF/manifest.xml", "<manifest/>")
        package.writestr("content.xml", xml)


SPAN = '<text:span text:style-name="T1">{}</text:span>'


def test_raised_spans_of_ods(tmp_path):
    row = line("clc_it", f"1126{SPAN.format(7)}", 21388)
    write_ods(tmp_path / "a.ods", (HEAD, row), 'style:text-position="super 58%"')
    assert figures(read(tmp_path / "a.ods")) == {"clc_it": (1126, 21388, None)}


@pytest.mark.parametrize(("line_style", "n_read"), [("solid", 0), ("none", 2)])
@pytest.mark.parametrize("written", [(3001,), ("45,5 %",), SPAN.format(3001)])
def test_a_line_through_a_figure_of_ods(tmp_path, line_style, n_read, written):
    rows = [HEAD, line("clc_it", written, 21388), line("life_skills", (50,), 100)]
    if written == ("45,5 %",):
        rows[1] = line("clc_it", "", "", written)
    write_ods(tmp_path / "a.ods", rows, f'style:text-line-through-style="{line_style}"')
    found = figures(read(tmp_path / "a.ods"))
    assert sum(figure != "struck_out" for figure in found.values()) == n_read


def test_raised_runs_of_word(tmp_path):
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    up = '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>7</w:t></w:r>'

    def cell(text: object, after: str = "") -> str:
        return f"<w:tc><w:p><w:r><w:t>{text}</w:t></w:r>{after}</w:p></w:tc>"

    cells = [*map(cell, line("clc_it")), cell(1126, up), cell(21388), cell("")]
    rows = "".join(f"<w:tr>{''.join(row)}</w:tr>" for row in (map(cell, HEAD), cells))
    xml = f"<w:document {space}><w:body><w:tbl>{rows}</w:tbl></w:body></w:document>"
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as package:
        package.writestr("word/document.xml", xml)
    assert figures(read(tmp_path / "a.docx")) == {"clc_it": (1126, 21388, None)}


SHARE = ' s="1"><v>0.9876</v></c>'


@pytest.mark.parametrize(
    "spell",
    [
        lambda xml: xml,
        lambda xml: xml.replace('s="1"', "s='1'"),
        lambda xml: xml.replace('s="1"', 's = "1"'),
        lambda xml: xml.replace('<c r="', '<c\n  r="'),
        lambda xml: xml.replace('r="F2"', 'r="f2"'),
        lambda xml: xml.replace("<c ", "<x:c ").replace("</c>", "</x:c>").replace("<v>", "<x:v>")
        .replace("</v>", "</x:v>").replace("<row", f'<x:row xmlns:x="{odd_files.MAIN}"')
        .replace("</row>", "</x:row>").replace("<is>", "<x:is>").replace("</is>", "</x:is>")
        .replace("<t>", "<x:t>").replace("</t>", "</x:t>"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("before", ["", '<cols><col min="1" max="2" width="9"/></cols>'])
def test_a_percent_format_is_seen_in_every_spelling(tmp_path, spell, before):
    xml = spell(list_xml([line("clc_it", None, None, SHARE)]))
    path = write_package(tmp_path / "a.xlsx", xml, before=before)
    assert figures(read(path)) == {"clc_it": (None, None, 98.76)}


def test_a_percent_format_of_cells_without_addresses(tmp_path):
    rows = [line("clc_it", 3, 4, SHARE), line("life_skills", "", "", SHARE)]
    path = write_package(tmp_path / "a.xlsx", list_xml(rows, refs=False))
    assert figures(read(path)) == {"clc_it": (3, 4, 98.76), "life_skills": (None, None, 98.76)}


@pytest.mark.parametrize(
    ("shown", "value"), [("0.00%", 98.76), ('0.00"%"', 0.9876), ("0%;[Red]-0%", 98.76)]
)
def test_the_percent_format_of_xlsb(tmp_path, shown, value):
    path = write_xlsb(tmp_path / "a.xlsb", [line("clc_it", None, None, 0.9876)], shown)
    assert figures(read(path)) == {"clc_it": (None, None, value)}


@pytest.mark.parametrize(("font", "found"), [(0, (3001, 21388, None)), (1, "struck_out")])
def test_a_line_through_a_cell_of_xlsb(tmp_path, font, found):
    path = write_xlsb(tmp_path / "a.xlsb", [line("clc_it", 3001.0, 21388)], "0", font=font)
    assert figures(read(path)).get("clc_it") == found


def test_counts_of_xlsb_are_read(tmp_path):
    path = write_xlsb(tmp_path / "a.xlsb", [line("clc_it", 3, (4,))])
    assert figures(read(path)) == {"clc_it": (3, 4, None)}
    assert read(path).forms


@pytest.mark.parametrize(
    ("calc", "value", "expected"),
    [
        (1, (0,), "formula_text"), (16, (0,), "formula_text"), (3, (0,), "formula_text"),
        (2, (0,), (0, 4, None)), (None, (0,), (0, 4, None)),
        (1, 0, (0, 4, None)), (1, (3,), (3, 4, None)), (1, 3, (3, 4, None)),
    ],
)  # fmt: skip
def test_a_formula_of_xlsb_that_was_never_computed(tmp_path, calc, value, expected):
    path = write_xlsb(tmp_path / "a.xlsb", [line("clc_it", value, 4)], calc=calc)
    assert figures(read(path)) == {"clc_it": expected}


FORMULA = "><f>SUM(H2:J2)</f>{}</c>"
RECALCULATED = '<calcPr calcId="0" fullCalcOnLoad="1"/>'


@pytest.mark.parametrize(
    ("result", "calc", "expected"),
    [
        ("<v>0</v>", RECALCULATED, "formula_text"),
        ("<v>0</v>", RECALCULATED.replace('"1"', "'true'"), "formula_text"),
        ("<v>0</v>", "", (0, 4, None)),
        ("<v>3</v>", RECALCULATED, (3, 4, None)),
        ("<v></v>", "", "formula_text"),
        ("<v/>", RECALCULATED, "formula_text"),
        ("", "", "formula_text"),
    ],
)
def test_a_formula_that_was_never_computed_is_no_figure(tmp_path, result, calc, expected):
    xml = list_xml([line("clc_it", FORMULA.format(result), 4)])
    reading = read(write_package(tmp_path / "a.xlsx", xml, calc=calc))
    assert figures(reading) == {"clc_it": expected} or expected == "formula_text"
    if expected == "formula_text":
        (row,) = reading.observation_rows
        assert (row["problem"], row["raw"]) == (expected, "(công thức chưa có kết quả)")
        assert "Mở bằng Excel, lưu lại" in row["remedy"]


def test_a_typed_zero_beside_formulas_to_be_computed_is_a_zero(tmp_path):
    path = write_package(tmp_path / "a.xlsx", list_xml([line("clc_it", 0, 4)]), calc=RECALCULATED)
    assert figures(read(path)) == {"clc_it": (0, 4, None)}


def test_a_formula_of_xls_that_was_never_computed(tmp_path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    for column, (text, value) in enumerate(zip(HEAD, line("clc_it", 0, 4, None), strict=True)):
        sheet.write(0, column, text)
        sheet.write(1, column, xlwt.Formula("H2+I2") if column == 3 else value)
    book.save(str(tmp_path / "a.xls"))
    assert read(tmp_path / "a.xls").observation_rows[0]["problem"] == "formula_text"


def test_a_formula_of_ods_without_a_result(tmp_path):
    from tests.unit.test_workbooks import NUMBER, write_ods

    formula = '<table:table-cell table:formula="of:=[.B1]+1"/>'
    rows = f"<table:table-row>{NUMBER.format('float', 1200)}{formula}</table:table-row>"
    sheet = odd_files.read_workbook(write_ods(tmp_path / "a.ods", rows))[0]
    assert sheet.grid == [[1200.0, UNCACHED]]
