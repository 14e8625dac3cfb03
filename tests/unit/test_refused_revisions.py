"""A correction that cannot be used makes the figures that it was meant for doubtful."""

from __future__ import annotations

import pytest
from docx import Document

from tests.workbook_rows import write_rows
from xhht_analysis.intake import run_intake

pytestmark = pytest.mark.unit

FIRST = [
    ["UBND XÃ TÂN PHÚ ĐÔNG"],
    ["KẾT QUẢ XÂY DỰNG XÃ HỘI HỌC TẬP NĂM 2026"],
    ["Chỉ tiêu", "Tổng số", "Số đạt"],
    ["Công dân đạt danh hiệu công dân học tập", 9040, 4110],
    ["Người trong độ tuổi lao động được trang bị kỹ năng sống", 7310, 3120],
]


def tables(folder, *later):
    write_rows(folder / "2026-11-10" / "tan phu dong.xlsx", FIRST)
    for name, rows in later:
        write_rows(folder / "2026-11-24" / name, rows)
    return run_intake(folder, sample=False, jobs=1)


def status(result, code):
    panel = result.panel[result.panel["value_type"] != "derived"]
    return panel.set_index("indicator_code")["status"][code]


@pytest.mark.parametrize(
    ("old", "new"),
    [("Số đã gửi", "Số đính chính"), ("Số liệu cũ", "Số liệu điều chỉnh"), ("Cũ", "Sau rà soát")],
)
def test_only_the_indicators_that_a_letter_of_old_and_new_figures_names(tmp_path, old, new):
    letter = [*FIRST[:2], ["Chỉ tiêu", "Tổng số", old, new], [*FIRST[3], 3110]]
    result = tables(tmp_path, ("tan phu dong 2.xlsx", letter))
    assert status(result, "learning_citizens") == "doubtful"
    assert status(result, "life_skills") == "ok"
    told = result.findings[result.findings["rule"] == "revision_refused"]
    assert told[["file", "cell", "indicator_code"]].to_numpy().tolist() == [
        ["2026-11-10/tan phu dong.xlsx", "C4", "learning_citizens"]
    ]


def test_every_figure_where_a_letter_does_not_say_which(tmp_path):
    letter = [*FIRST[:2], ["Chỉ tiêu", "Số cũ", "Số đính chính"], ["Người học", 4110, 3110]]
    result = tables(tmp_path, ("tan phu dong.xlsx", letter))
    assert status(result, "learning_citizens") == status(result, "life_skills") == "doubtful"


def test_the_communes_that_a_letter_of_another_office_lists(tmp_path):
    title = "SỐ LIỆU CÔNG DÂN HỌC TẬP NĂM 2026"
    letter = [["HỘI KHUYẾN HỌC TỈNH"], [title], ["Xã", "Đã báo cáo", "Đính chính"]]
    result = tables(tmp_path, ("hkh.xlsx", [*letter, ["Xã Tân Phú Đông", 4110, 3110]]))
    assert status(result, "learning_citizens") == "doubtful"


def test_a_scan_whose_name_says_that_it_corrects(tmp_path):
    scan = tmp_path / "2026-11-24" / "Xã Tân Phú Đông đính chính.pdf"
    scan.parent.mkdir()
    scan.write_bytes(b"%PDF-1.7")
    assert status(tables(tmp_path), "life_skills") == "doubtful"


def test_another_table_that_cannot_be_used_withdraws_nothing(tmp_path):
    staff = [*FIRST[:2], ["Chức danh", "Số người"], ["Giáo viên", 41]]
    result = tables(tmp_path, ("tan phu dong nhan su.xlsx", staff))
    assert status(result, "learning_citizens") == "ok"


def test_a_figure_that_its_own_sender_sends_again_wrongly(tmp_path):
    again = [*FIRST[:4], [FIRST[4][0], 7310, 8120]]
    result = tables(tmp_path, ("tan phu dong.xlsx", again))
    assert status(result, "life_skills") == "doubtful"
    assert status(result, "learning_citizens") == "ok"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Đề nghị Sở sửa số công dân học tập từ 4.110 thành 3.110 người.", "doubtful"),
        ("UBND xã đính chính số công dân học tập: 3.110 người.", "doubtful"),
        ("UBND xã đã mở 12 lớp bồi dưỡng cho 310 người.", "ok"),
        ("Tỷ lệ công dân học tập đạt 45,5 %.", "ok"),
    ],
)
def test_a_letter_without_a_table_that_corrects_in_a_sentence(tmp_path, line, expected):
    path = tmp_path / "2026-11-24" / "cong van 15.docx"
    path.parent.mkdir()
    letter = Document()
    for text in ("UBND XÃ TÂN PHÚ ĐÔNG", "Năm 2026", line):
        letter.add_paragraph(text)
    letter.save(path)
    result = tables(tmp_path)
    assert status(result, "learning_citizens") == expected
    refused = result.rejects.set_index("file").loc["2026-11-24/cong van 15.docx"]
    assert (refused["rule"], refused["unit_code"]) == ("unknown_form", "28696")
    told = result.findings.query("file == '2026-11-24/cong van 15.docx'")["rule"]
    assert ("text_left_out" in set(told)) == ("%" in line)
