"""Delimited text as other programs write it: one list of figures in many dialects."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.odd_files import figures, read
from tests.unit.test_text import windows_1258
from xhht_analysis.intake.reading.sheets import Refusal, RefusedError
from xhht_analysis.intake.reading.workbooks import read_csv, read_workbook

pytestmark = pytest.mark.unit

SEMICOLONS = """Mã đơn vị;Đơn vị;Năm;Mã chỉ tiêu;Tử số;Mẫu số;Tỷ lệ (%)
28360;Xã Cái Bè, huyện Cái Bè, tỉnh Đồng Tháp;2026;clc_it;11.267;21.388;52,68
28360;Xã Cái Bè, huyện Cái Bè, tỉnh Đồng Tháp;2026;life_skills;;;95,29
"""
RIGHT = {"clc_it": (11267, 21388, 52.68), "life_skills": (None, None, 95.29)}
DIALECTS = {
    "semicolons beside commas": SEMICOLONS,
    "sep line": "sep=;\n" + SEMICOLONS,
    "quoted sep line": '"sep=;"\n' + SEMICOLONS,
    "sep line of a spreadsheet": "sep=;;;;;;\n" + SEMICOLONS,
    "tabs": SEMICOLONS.replace(";", "\t"),
    "bars": SEMICOLONS.replace(";", "|"),
    "codes kept as text": SEMICOLONS.replace("\n28360;", '\n="28360";'),
    "codes kept as quoted text": SEMICOLONS.replace("\n28360;", '\n"=""28360""";'),
    "quoted names": SEMICOLONS.replace("Xã Cái Bè, h", '"Xã Cái Bè; h').replace("Tháp", 'Tháp"'),
    "a cell of two lines": SEMICOLONS.replace("Xã Cái Bè, h", '"Xã Cái Bè,\nh').replace(
        "Tháp", 'Tháp"'
    ),
    "title lines": "BÁO CÁO, năm 2026, lần 1\nKèm theo Công văn số 12, ngày 3\n\n" + SEMICOLONS,
    "empty lines and cells": SEMICOLONS.replace("\n", ";;;\n;;;;;;;;;\n"),
    "old line ends": SEMICOLONS.replace("\n", "\r"),
    "many decimals": SEMICOLONS.replace("52,68", "52,680000").replace("95,29", "95,290000"),
}


@pytest.mark.parametrize("name", DIALECTS)
def test_every_dialect_gives_the_same_figures(tmp_path, name):
    (tmp_path / "a.csv").write_bytes(DIALECTS[name].encode())
    assert figures(read(tmp_path / "a.csv")) == RIGHT


def commas(text: str) -> str:
    """The same list as an English program writes it: commas, quotes where they are needed."""
    out = io.StringIO()
    csv.writer(out).writerows(csv.reader(io.StringIO(text), delimiter=";"))
    return out.getvalue()


def test_commas_with_quoted_decimals(tmp_path):
    (tmp_path / "a.csv").write_bytes(commas(SEMICOLONS).encode("utf-8-sig"))
    assert figures(read(tmp_path / "a.csv")) == RIGHT


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
@pytest.mark.parametrize("mark", [";", "\t"])
def test_encodings(tmp_path, encoding, mark):
    (tmp_path / "a.txt").write_bytes(SEMICOLONS.replace(";", mark).encode(encoding))
    assert figures(read(tmp_path / "a.txt")) == RIGHT


def test_vietnamese_windows(tmp_path):
    (tmp_path / "a.csv").write_bytes(windows_1258(SEMICOLONS))
    assert figures(read(tmp_path / "a.csv")) == RIGHT


@pytest.mark.parametrize("title", ["", "Báo cáo năm 2026, quý 3\n", "Năm,2026\n"])
def test_commas_between_cells_and_in_numbers_are_refused(title):
    text = "Mã đơn vị,Năm,Mã chỉ tiêu,Tỷ lệ (%)\n28360,2026,clc_it,98,76\n28366,2026,clc_it,95,29\n"
    with pytest.raises(RefusedError) as refused:
        read_csv((title + text).encode())
    assert refused.value.refusal.rule == "decimal_comma"


def test_longer_lines_of_commas_that_are_empty_are_read():
    sheet = read_csv(b"a,b,c\n1,2,3,,,\n4,5,6,,\n")
    assert [row[:3] for row in sheet.grid] == [["a", "b", "c"], ["1", "2", "3"], ["4", "5", "6"]]


def test_lines_that_end_before_the_last_column_are_read(tmp_path):
    heads, row = "Mã đơn vị;Đơn vị;Năm;Mã chỉ tiêu;Tử số;Mẫu số", "28360;Xã Cái Bè;2026;clc_it;9;10"
    (tmp_path / "a.csv").write_text(f"{heads}\n28360;Xã Cái Bè\n{row}\n", encoding="utf-8")
    assert list(figures(read(tmp_path / "a.csv")).values()) == [(9.0, 10.0, None)]


def test_a_quotation_mark_that_is_not_closed_is_refused():
    """It would take the lines below it, and their figures, as text of one cell."""
    with pytest.raises(RefusedError) as refused:
        read_csv('Đơn vị;Số\nXã A;"12\nXã B;13\n'.encode())
    assert refused.value.refusal == Refusal("open_quote", "dòng 2")


def test_rows_are_counted_from_the_sep_line():
    sheet = read_csv(b"sep=;\na;b;c\n1;2;3\n")
    assert [sheet.text(2, 0), sheet.address(2, 0)] == ["1", "A3"]


def test_utf_16_without_its_mark_is_refused(tmp_path):
    (tmp_path / "a.txt").write_bytes(SEMICOLONS.encode("utf-16-le"))
    with pytest.raises(RefusedError, match="nul_bytes"):
        read_workbook(tmp_path / "a.txt")


WORD = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8)


@given(st.lists(st.tuples(WORD, WORD, st.integers(0, 10**6)), min_size=3, max_size=9))
def test_what_a_csv_writer_wrote_with_semicolons_comes_back(rows):
    out = io.StringIO()
    rows = [(first.lstrip("="), second.lstrip("=") + ",", number) for first, second, number in rows]
    csv.writer(out, delimiter=";").writerows(rows)
    grid = read_csv(out.getvalue().encode("utf-8-sig")).grid
    assert [row[2] for row in grid] == [str(number) for *_, number in rows]
