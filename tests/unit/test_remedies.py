"""What is wrong is called by its name: each case once went with a remedy that did not mend it."""

from __future__ import annotations

import re
import zipfile

import pytest

from tests.form_fixtures import Board, problems, read
from xhht_analysis import project
from xhht_analysis.intake.forms.context import OUTPUT_MARK
from xhht_analysis.intake.reading.sheets import Refusal, RefusedError
from xhht_analysis.intake.reading.workbooks import read_workbook
from xhht_analysis.publishing.labels import Labels
from xhht_analysis.remedies import REMEDIES, remedy

pytestmark = pytest.mark.unit


def listing(*rows: list[object]) -> Board:
    """A list of indicators of one district, with codes."""
    board = Board("Sheet1").row("A1", ["Huyện Cái Bè"]).row("A2", ["Năm 2024"])
    board.row("A3", ["Mã chỉ tiêu", "Chỉ tiêu", "Tử số", "Mẫu số"])
    for line, cells in enumerate(rows, start=4):
        board.row(f"A{line}", cells)
    return board


def test_counts_merged_sideways_are_told_to_be_parted_not_typed_row_by_row():
    board = listing(["life_skills", "Kỹ năng sống", 50])
    board.merge("C4:D4", 50)
    assert problems(read(board)) == [("merged_value", "C4", "50")]
    assert "nhiều cột" in remedy("merged_value")


def test_a_code_beside_the_name_of_another_indicator_is_told_as_that():
    board = listing(
        ["life_skills", "Công dân học tập", 50, 100],
        ["learning_citizens", "Công dân học tập", 60, 100],
        ["no_such_code", "Công dân học tập", 70, 100],
    )
    reading = read(board)
    assert problems(reading) == [
        ("indicator_disagrees", "A4", "life_skills"),
        ("indicator_unknown", "A6", "no_such_code"),  # "Công dân" is no "Cộng"
    ]
    assert "không khớp" in remedy("indicator_disagrees")


def test_no_remedy_says_sheet():
    assert not [rule for rule, text in REMEDIES.items() if re.search(r"\bsheet\b", text, re.I)]


def test_a_formula_without_result_may_be_a_circle():
    assert "công thức vòng" in remedy("formula_text")


@pytest.mark.parametrize(
    "cell",
    [
        "Mức độ chắc chắn theo quy tắc",
        "definition_variant",
        "Khả năng theo đà hiện nay",
        "✔ đã đạt; ▽ khó đạt; ▼ rất khó đạt",
    ],
)
def test_a_result_of_the_kit_is_no_submission(cell):
    board = listing(["life_skills", "Kỹ năng sống", 50, 100]).row("G3", [cell])
    reading = read(board)
    assert reading.refusal.rule == "own_output"
    assert not reading.observation_rows


def test_the_marks_of_results_stand_in_what_the_kit_writes():
    templates = project.ROOT / "xhht_analysis/publishing/templates"
    words = "".join(path.read_text("utf-8") for path in templates.glob("*words.toml"))
    columns = (project.ROOT / "docs/data-dictionary.md").read_text("utf-8")
    marks = OUTPUT_MARK.pattern.split("|", 3)[:3]
    assert all(mark in words + columns for mark in marks)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("key", ["very_likely", "likely", "unlikely", "very_unlikely"])
def test_a_verdict_as_a_key_explains_it_marks_a_result(lang, key):
    assert OUTPUT_MARK.search(Labels(lang).key([key]))


@pytest.mark.parametrize(
    ("parts", "rule"),
    [
        (["[Content_Types].xml", "word/styles.xml"], "unknown_format"),
        (["[Content_Types].xml", "xl/styles.xml"], "unknown_format"),
        (["[Content_Types].xml", "ppt/presentation.xml"], "unknown_format"),
        (["anh.jpg"], "archive"),
        (["a.zip"], "archive"),
        ([], "archive"),
    ],
)
def test_what_a_package_without_figures_is(tmp_path, parts, rule):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        for part in parts:
            package.writestr(part, "x")
    with pytest.raises(RefusedError) as refused:
        read_workbook(path)
    assert refused.value.refusal == Refusal(rule)


@pytest.mark.parametrize("is_cut", [True, False])
def test_a_broken_word_file_is_refused_without_the_names_of_its_parts(tmp_path, is_cut):
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("word/document.xml", "x" * 500)
    data = path.read_bytes()
    path.write_bytes(data[:200] if is_cut else data.replace(b"xx", b"xy"))
    with pytest.raises(RefusedError) as refused:
        read_workbook(path)
    assert refused.value.refusal == Refusal("truncated")
