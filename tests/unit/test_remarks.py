"""Remarks beside figures and comments on their cells: what withdraws a figure makes it doubtful."""

import io
import zipfile

import openpyxl
import pytest
from openpyxl.comments import Comment

from tests.form_fixtures import forms
from xhht_analysis.intake.forms.remarks import HARMLESS, NOTE_OF_OTHERS
from xhht_analysis.intake.reading.sheets import FileContent
from xhht_analysis.intake.reading.text import fold
from xhht_analysis.intake.reading.xlsx import read_xlsx

pytestmark = pytest.mark.unit
FILE = "2026-11-20/a.xlsx"
HEADS = ("TT", "Xã", "Dân số từ 15 tuổi trở lên", "Số công dân học tập", "Ghi chú")
DOUBTS = [
    "Số này ghi nhầm, số đúng là 10.933",
    "nhầm, đề nghị lấy 5.011",
    "sai",
    "đúng phải là 9.450",
    "sẽ gửi lại sau",
    "xin rút lại số này",
    "giữ nguyên như năm ngoái",
    "chờ Công an phường xác nhận",
    "nhân theo tỷ lệ chung của tỉnh",
    "số cũ, chưa cập nhật",
    "lấy từ báo cáo tháng 6",
    "suy ra từ 200 phiếu hỏi",
    "cán bộ phụ trách nghỉ, điền đại khái",
    "đề nghị Sở không sử dụng",
    "Số này em ước, tháng 12 mới chốt",
    "chưa có ấp 4, ấp 5",
    "số năm 2025",
]
NO_DOUBTS = [
    "nhằm nâng cao chất lượng",
    "theo hương ước của xã",
    "không sử dụng bếp",
    "đối chiếu Sài Gòn",
    "tăng 3% so với năm trước",
    "vượt kế hoạch",
    "nguồn: công an xã cung cấp",
    "đã thẩm định",
]


@pytest.mark.parametrize("text", DOUBTS)
def test_a_remark_that_withdraws_is_a_doubt(text):
    assert NOTE_OF_OTHERS.search(fold(text))


@pytest.mark.parametrize("text", NO_DOUBTS)
def test_other_remarks_are_none(text):
    assert not NOTE_OF_OTHERS.search(fold(text))


@pytest.mark.parametrize("text", NO_DOUBTS[4:])
def test_what_changes_nothing_need_not_be_shown(text):
    assert HARMLESS.search(fold(text))


def workbook(remark: str = "", **comments: str):
    """What is read from a commune's workbook with a remark in column E and comments by cell."""
    book = openpyxl.Workbook()
    for row in (("UBND XÃ CÁI BÈ",), ("Năm 2026",), HEADS, (1, "Xã Cái Bè", 20000, 8000, remark)):
        book.active.append(row)
    for cell, text in comments.items():
        book.active[cell].comment = Comment(text, "Lan")
    stream = io.BytesIO()
    book.save(stream)
    with zipfile.ZipFile(stream) as package:
        sheets = [*read_xlsx(package)]
    return forms().read(FileContent(FILE, sheets), "2026-11-20")


def told(reading):
    """Status of the only figure; rule and cell of what is told."""
    (row,) = reading.observation_rows
    told = [(f["rule"], f["cell"]) for f in reading.finding_rows if "left_out" not in f["rule"]]
    return row["numerator"], row["status"], told


@pytest.mark.parametrize("cell", ["C4", "D4", "D3", "B4"])
def test_a_comment_on_a_figure_its_head_or_its_unit_is_read(cell):
    reading = workbook(**{cell: "Lan:\nsố năm 2025"})
    assert told(reading) == (8000, "doubtful", [("note_below", cell)])


def test_a_comment_elsewhere_is_none_of_the_figure():
    assert told(workbook(A1="sai", E3="số năm 2025")) == (8000, "ok", [])


def test_a_remark_that_is_not_understood_is_shown():
    assert told(workbook("em Hai bảo vậy")) == (8000, "ok", [("remark", "E4")])
    assert told(workbook("đã thẩm định")) == (8000, "ok", [])
    assert told(workbook(D4="em Hai bảo vậy")) == (8000, "ok", [("remark", "D4")])


def test_how_to_fill_in_a_column_is_no_remark_on_its_figures():
    text = "Số nguyên lớn hơn 0. Chưa có số liệu thì để trống."
    assert told(workbook(D3=text, B4=text)) == (8000, "ok", [])
