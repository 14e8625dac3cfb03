"""Tables of .docx: cells merged, fields to fill in, text boxes, what stands around a table."""

import zipfile

import pytest

from xhht_analysis.intake.reading.workbooks import read_workbook

pytestmark = pytest.mark.unit


def test_word_tables_with_the_lines_above(tmp_path):
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'

    def cell(text: str, span: int = 1) -> str:
        return (
            f'<w:tc><w:tcPr><w:gridSpan w:val="{span}"/></w:tcPr>'
            f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"
        )

    lines = "1</w:t><w:br/><w:t>2</w:t><w:tab/><w:t>3"  # apart, or 123 would be read
    rows = (
        f"<w:tr>{cell('Nhiệm vụ')}{cell('Kinh phí', 2)}</w:tr><w:tr>{cell('A')}{cell(lines)}</w:tr>"
    )
    body = f"<w:p><w:r><w:t>Năm 2024</w:t></w:r></w:p><w:tbl>{rows}</w:tbl>"
    body += "<w:p><w:r><w:t>Toàn xã có 7.046/18.707 người đạt.</w:t></w:r></w:p>"
    run = "<w:r><w:t>{}</w:t></w:r>".format
    note = f"<w:comment><w:p>{run('số ước tính')}</w:p></w:comment>"
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as package:
        package.writestr(
            "word/document.xml", f"<w:document {space}><w:body>{body}</w:body></w:document>"
        )
        package.writestr("word/comments.xml", f"<w:comments {space}>{note}</w:comments>")
        mark = f"<w:footnote><w:p>{run('theo báo cáo nhanh')}</w:p></w:footnote>"
        package.writestr("word/footnotes.xml", f"<w:footnotes {space}>{mark}</w:footnotes>")
    (sheet,) = read_workbook(tmp_path / "a.docx")
    below = ["Toàn xã có 7.046/18.707 người đạt.", ""]
    assert sheet.grid == [["Năm 2024", ""], ["Nhiệm vụ", "Kinh phí"], ["A", "1\n2\n3"], below]
    assert sheet.merged == [(1, 1, 1, 1)]  # of two columns; the second holds nothing
    assert [sheet.address(0, 0), sheet.address(1, 0), sheet.address(2, 1)] == ["", "A1", "B2"]
    told = ["số ước tính", "theo báo cáo nhanh", "Toàn xã có 7.046/18.707 người đạt."]
    assert sheet.prose == told  # as not read


def word_file(path, table: str):
    """A .docx of one table."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    paper = '<w:background w:color="FFF2CC"/>'  # the colour of the page stands before the text
    body = f'<w:document xmlns:w="{space}">{paper}<w:body>{table}</w:body></w:document>'
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("word/document.xml", body)
    return path


def word_cell(text: str, marks: str = "") -> str:
    return f"<w:tc><w:tcPr>{marks}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"


def control(content: str) -> str:
    return f"<w:sdt><w:sdtPr/><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def test_word_tables_and_cells_in_fields_to_fill_in_are_read(tmp_path):
    row = word_cell("Xã A") + control(word_cell("12")) + word_cell("40")
    heads = "".join(map(word_cell, ("Đơn vị", "Tử số", "Mẫu số")))
    table = f"<w:tbl><w:tr>{heads}</w:tr>{control(f'<w:tr>{row}</w:tr>')}</w:tbl>"
    (sheet,) = read_workbook(word_file(tmp_path / "a.docx", control(table)))
    assert sheet.grid == [["Đơn vị", "Tử số", "Mẫu số"], ["Xã A", "12", "40"]]


def test_word_cells_merged_over_rows_and_rows_that_begin_later(tmp_path):
    first = word_cell("Xã A", '<w:vMerge w:val="restart"/>') + word_cell("12")
    second = word_cell("", "<w:vMerge/>") + word_cell("13")
    third = '<w:trPr><w:gridBefore w:val="1"/></w:trPr>' + word_cell("25")
    rows = "".join(f"<w:tr>{row}</w:tr>" for row in (first, second, third))
    (sheet,) = read_workbook(word_file(tmp_path / "a.docx", f"<w:tbl>{rows}</w:tbl>"))
    assert sheet.grid == [["Xã A", "12"], ["Xã A", "13"], ["", "25"]]
    assert sheet.merged == [(0, 0, 1, 0)]


def test_signs_of_word_are_part_of_a_number_and_what_was_moved_away_is_not(tmp_path):
    signs = ("noBreakHyphen", 'sym w:font="Symbol" w:char="F0BB"')
    cells = [word_cell("12").replace("<w:t>", f"<w:{sign}/><w:t>") for sign in signs]
    moved = (
        word_cell("12")
        .replace("<w:r>", "<w:moveFrom><w:r>")
        .replace("</w:r>", "</w:r></w:moveFrom>")
    )
    row = "".join([*cells, moved, word_cell("9")])
    (sheet,) = read_workbook(word_file(tmp_path / "a.docx", f"<w:tbl><w:tr>{row}</w:tr></w:tbl>"))
    assert sheet.grid == [["-12", "\ufffd12", "", "9"]]


def test_hidden_text_of_word_is_no_part_of_a_number(tmp_path):
    hidden = word_cell("12").replace("<w:t>", "<w:rPr><w:vanish/></w:rPr><w:t>")
    shown = hidden.replace("<w:vanish/>", '<w:vanish w:val="0"/>')
    row = "".join([hidden, shown, hidden.replace("</w:r>", "</w:r><w:r><w:t>9</w:t></w:r>")])
    (sheet,) = read_workbook(word_file(tmp_path / "a.docx", f"<w:tbl><w:tr>{row}</w:tr></w:tbl>"))
    assert sheet.grid == [["", "12", "9"]]


def test_a_table_in_a_text_box_of_word_is_read(tmp_path):
    table = f"<w:tbl><w:tr>{word_cell('Xã A')}{word_cell('12')}</w:tr></w:tbl>"
    box = f"<w:p><w:r><w:pict><w:txbxContent>{table}</w:txbxContent></w:pict></w:r></w:p>"
    sheets = read_workbook(word_file(tmp_path / "a.docx", f"{table}{box}"))
    assert [sheet.grid[-1] for sheet in sheets] == [["Xã A", "12"]] * 2


def test_a_table_in_a_cell_of_a_word_table_is_no_text_of_that_cell(tmp_path):
    inner = f"<w:tbl><w:tr>{word_cell('Xã A')}{word_cell('12')}</w:tr></w:tbl>"
    table = f"<w:tbl><w:tr><w:tc>{inner}<w:p/></w:tc></w:tr></w:tbl>"
    (sheet,) = read_workbook(word_file(tmp_path / "a.docx", table))
    assert sheet.grid == [["", ""], ["Xã A", "12"]]
