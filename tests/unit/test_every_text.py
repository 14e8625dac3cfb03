"""Any text an office can type goes through tables and documents; numbers of persons do not."""

from __future__ import annotations

import hashlib
import io
import json

import docx
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tests import odd_files
from tests.example_counts import examples
from tests.filled_template import write_filled
from tests.form_fixtures import Board, write_xlsx
from tests.intake_case import plan
from tests.odd_files import CAI_BE, HEAD, list_xml, write_package
from xhht_analysis import contracts, store
from xhht_analysis.characters import printable
from xhht_analysis.intake import run_intake
from xhht_analysis.intake.reading import personal
from xhht_analysis.intake.reading.personal import mask_name
from xhht_analysis.intake.reading.workbooks import read_csv, read_workbook
from xhht_analysis.intake.returning.book import open_book
from xhht_analysis.project import Project
from xhht_analysis.running.records import sources

pytestmark = pytest.mark.unit

EVERY = st.text(st.characters(), max_size=12)  # also surrogates, controls, noncharacters
HARD = ["\r", "a\rb", "\x0b", "\x1b[2J", "\x00", "\ud800", "\ufffe", "'=x", "=1+1", "NA", "nan"]
HARD += ["", " ", "\ufeff", "a,b;c\n\"d'", "\u2028", "\x85", "-", "+1", "'", "''", "None", "1e5"]


def filled(table: contracts.Table, text: str) -> pd.DataFrame:
    """One row of a table whose free texts are all ``text``."""
    row: dict[str, object] = {}
    for name, column in table.columns.items():
        if column.kind == "str":
            row[name] = column.allowed[0] if column.allowed else text
        elif column.kind == "bool":
            row[name] = True
        else:
            row[name] = column.low if column.low is not None else 1
    return contracts.conform(pd.DataFrame([row]), table)


@pytest.mark.parametrize("name", contracts.TABLES)
@given(text=st.one_of(st.sampled_from(HARD), EVERY))
@settings(max_examples=examples(40), suppress_health_check=list(HealthCheck), deadline=None)
def test_every_table_survives_every_text(name, text, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp() / "tables"
    table = contracts.TABLES[name]
    frame = filled(table, text)
    try:
        contracts.check(frame, table)
    except contracts.ContractError:
        return  # an empty cell where a text is asked for
    store.write_table(frame, name, folder)
    back = store.read_table(name, folder)
    assert back[table.text_columns].fillna("").to_numpy().tolist() == [
        [printable(value) for value in row]
        for row in frame[table.text_columns].fillna("").to_numpy().tolist()
    ]


@given(EVERY)
@settings(max_examples=examples(150), suppress_health_check=list(HealthCheck), deadline=None)
def test_documents_accept_every_text_that_reading_lets_through(tmp_path_factory, text):
    plain = printable(text)
    document = docx.Document()
    document.add_paragraph(plain)
    document.save(io.BytesIO())
    path = tmp_path_factory.getbasetemp() / "a.xlsx"
    with open_book(path) as book:
        book.put(book.sheet("a", [10]), 0, 0, plain)
    load_workbook(path)
    assert json.loads(json.dumps(plain)) == plain
    assert printable(plain) == plain
    assert plain.encode("utf-8").decode("utf-8") == plain


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Xã_x000D_\nA", "Xã\nA"), ("Xã_x000B_A", "Xã\nA"), ("Xã_x001B_[2JA", "Xã\ufffd[2JA"),
        ("_x0007_Xã A", "\ufffdXã A"), ("Xã_x0000_", "Xã\ufffd"), ("Tân Phú", "Tân Phú"),
    ],
)  # fmt: skip
def test_control_characters_end_where_text_enters(tmp_path, typed, shown):
    path = write_package(tmp_path / "a.xlsx", list_xml([(typed,)]))
    assert read_workbook(path)[0].grid[1][0] == shown


def test_a_csv_and_its_sheet_names_are_cleaned_too():
    assert read_csv(b"a;b\n\x1b[2J;\x07c\n").grid[1] == ["\ufffd[2J", "\ufffdc"]


def test_one_unknown_unit_with_a_carriage_return_stops_nobody(tmp_path):
    rows = [(CAI_BE, 2026, "clc_it", 3, 4), ("Xã_x000D_ Lạ_x000B_", 2026, "clc_it", 1, 2)]
    (tmp_path / "2026-11-20").mkdir()
    write_package(tmp_path / "2026-11-20" / "a.xlsx", list_xml(rows))
    result = run_intake(tmp_path, jobs=1)
    for name, frame in result.tables.items():
        store.write_table(frame, name, tmp_path / "out")
        store.read_table(name, tmp_path / "out")
    assert result.panel["numerator"].tolist() == [3]
    assert len(result.rejects) == 1


PERSONS = {
    "Liên hệ ông A 0912 345 678": "Liên hệ ông A 0••• ••• •••",
    "ĐT: 0273.3872.123": "ĐT: 0•••.••••.•••",
    "+84 912345678": "+•• •••••••••",
    "CCCD 082090001234 của ông A": "CCCD 0••••••••••• của ông A",
    "082 090 001 234": "0•• ••• ••• •••",
    "CMND 311234567": "CMND 3••••••••",
    "Số CMND: 311234567.": "Số CMND: 3••••••••.",
    "SĐT0912345678": "SĐT0•••••••••",
    "CCCD:082090001234/CMT311234567": "CCCD:0•••••••••••/CMT3••••••••",
    "0912345678/0987654321": "0•••••••••/0•••••••••",
    "HS082090001234b": "HS0•••••••••••b",
    "Nguyễn Văn A 311234567": "Nguyễn Văn A 3••••••••",
    "đồng chí B (023456789), tổ 3": "đồng chí B (0••••••••), tổ 3",
}
PLAIN = [
    "Kinh phí 150000000 đồng", "0.9123456789", "1.234.567.890", "28360", "30/09/2024",
    "000000012345", "12/KH-UBND ngày 02/03/2024", "0912", "Từ 2021 đến 2025", "0,912345678",
    "1550.000", "20231120", "Quyết định 0123456789/QĐ", "311234567 đồng", "đã chi 123456789",
    "Kinh phí 311234567", "tổng 150000000", "Dân số 123456789 người", "+123456789",
]  # fmt: skip


@pytest.mark.parametrize("typed", PERSONS)
def test_numbers_of_persons_are_masked_where_text_enters(tmp_path, typed):
    (sheet,) = read_workbook(write_xlsx(tmp_path / "a.xlsx", Board().put("B2", typed)))
    assert sheet.grid[1][1] == PERSONS[typed]
    assert sheet.masked == {(1, 1)}


@pytest.mark.parametrize("typed", PLAIN)
def test_what_is_no_number_of_a_person_stays(tmp_path, typed):
    (sheet,) = read_workbook(write_xlsx(tmp_path / "a.xlsx", Board().put("B2", typed)))
    assert (sheet.grid[1][1], sheet.masked) == (typed, frozenset())


def test_a_number_in_a_note_reaches_no_table_and_is_told(tmp_path):
    rows = [(CAI_BE, 2026, "clc_it", "hỏi 0912345678", 4)]
    path = tmp_path / "2026-11-20" / "a.xlsx"
    path.parent.mkdir()
    write_package(path, list_xml(rows))
    result = run_intake(tmp_path, jobs=1)
    texts = " ".join(frame.to_csv() for frame in result.tables.values())
    assert "0912345678" not in texts
    assert result.rejects["raw"].tolist() == ["hỏi 0•••••••••"]
    told = result.findings[result.findings["rule"].eq("personal_number")]
    assert told["cell"].tolist() == ["D2"]


def test_a_list_of_persons_is_still_refused(tmp_path):
    board = Board().row("A1", ["TT", "Mã", "Số"])
    for row in range(2, 9):
        board.row(f"A{row}", [row, f"08209000123{row}", 1])
    path = write_xlsx(tmp_path / "a.xlsx", board)
    assert odd_files.read(path).refusal.rule == "personal_data"


def test_a_telephone_in_the_letterhead_leaves_the_figures(tmp_path):
    board = Board().put("A1", "UBND XÃ CÁI BÈ, ĐT 0273.3823.456").row("A3", list(HEAD))
    board.row("A4", [CAI_BE, 2026, "clc_it", 3, 4])
    reading = odd_files.read(write_xlsx(tmp_path / "a.xlsx", board))
    assert odd_files.figures(reading) == {"clc_it": (3, 4, None)}


ALONE = [311234567, 912345678, "023456789", 82090001234, 1090001234, 2733872123]
"""CMND, mobile, CMND, CCCD of provinces 082 and 001, telephone: the zero in front is dropped."""


@pytest.mark.parametrize("typed", ALONE)
@pytest.mark.parametrize("head", ["Ghi chú", "Số CCCD", "Điện thoại", "Họ tên"])
def test_a_number_of_a_person_alone_in_its_cell_is_masked(tmp_path, typed, head):
    board = Board().row("A1", [head, "Tổng số"]).row("A2", [typed, 12])
    (sheet,) = read_workbook(write_xlsx(tmp_path / "a.xlsx", board))
    digits = str(typed)
    assert sheet.grid[1] == [digits[0] + "•" * (len(digits) - 1), 12]
    assert sheet.masked == {(1, 0)}


@pytest.mark.parametrize("typed", [*ALONE, 150000000])
@pytest.mark.parametrize(
    "head", ["Kinh phí đã chi", "Thành tiền (đồng)", "Dân số", "Tử số", "Mẫu số", "Tỷ lệ (%)"]
)
def test_figures_and_money_are_never_masked(tmp_path, typed, head):
    board = Board().row("A1", ["Xã", head]).row("A2", ["Tân Phú", typed])
    (sheet,) = read_workbook(write_xlsx(tmp_path / "a.xlsx", board))
    assert (sheet.grid[1][1], sheet.masked) == (typed, frozenset())


@pytest.mark.parametrize("typed", [150000000, 99999999, 97000000001, 28360, 311234567.5])
def test_money_in_full_thousands_and_other_sizes_stay_in_any_column(tmp_path, typed):
    board = Board().row("A1", ["Xã", "Ghi chú"]).row("A2", ["Tân Phú", typed])
    (sheet,) = read_workbook(write_xlsx(tmp_path / "a.xlsx", board))
    assert (sheet.grid[1][1], sheet.masked) == (typed, frozenset())


def test_names_of_files_and_sheets_are_masked_in_every_table_and_in_the_record(tmp_path):
    folder = tmp_path / "2026-11-20"
    folder.mkdir()
    board = Board("Ông A 311234567").row("A1", list(HEAD))
    board.row("A2", [CAI_BE, 2026, "clc_it", 3, 4])
    for name in ("bc 0912345678.xlsx", "bc 0912345679.xlsx", "CCCD 082090001234.xlsx"):
        write_xlsx(folder / name, board)
    result = run_intake(tmp_path, jobs=1)
    texts = " ".join(frame.to_csv() for frame in result.tables.values())
    inputs = sources(tmp_path, "2026-11-20", Project())["inputs"]
    texts += json.dumps(inputs, ensure_ascii=False)
    assert not any(n in texts for n in ("912345678", "912345679", "82090001234", "311234567"))
    names = result.submissions["file"]
    assert names.is_unique
    assert names.str.fullmatch(r"2026-11-20/(bc 0•{9}|CCCD 0•{11}) \[[0-9a-f]{4}\]\.xlsx").all()
    assert set(inputs) == set(names)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("0912345678.xlsx", "0••••••••• [{}].xlsx"),
        ("bc_0912345678_x.xls", "bc_0•••••••••_x [{}].xls"),
        ("ông A 311234567", "ông A 3•••••••• [{}]"), ("311234567.csv", "3•••••••• [{}].csv"),
        ("082090001234_TDTT.docx", "0•••••••••••_TDTT [{}].docx"),
        ("XMC-3_28360_2026.xlsx", None), ("2026-11-20", None), ("bieu_mau_823_20231120.xlsx", None),
        ("CV 123_UBND.xlsx", None), ("a_b c.xlsx", None),
    ],
)  # fmt: skip
def test_names_of_files_and_folders(name, shown):
    mark = hashlib.sha256(name.encode()).hexdigest()[:4]
    assert mask_name(name) == (shown or name).format(mark)


def test_the_heads_of_a_long_column_of_telephones_are_read_once(tmp_path, monkeypatch):
    asked = []
    ask = personal.is_of_persons
    monkeypatch.setattr(personal, "is_of_persons", lambda column: asked.append(1) or ask(column))
    board = Board("a").row("A1", ["Họ tên", "Điện thoại"])
    for n in range(2, 40):
        board.row(f"A{n}", [f"Nguyễn Văn {n}", 912345670 + n])
    (sheet,) = read_workbook(write_xlsx(tmp_path / "a.xlsx", board))
    assert [row[1] for row in sheet.grid[1:]] == ["9••••••••"] * 38
    assert sheet.masked == {(n, 1) for n in range(1, 39)}
    assert len(asked) == 1


def test_a_budget_of_nine_digits_is_asked_for_and_not_masked(tmp_path):
    path = tmp_path / "2026-11-20" / "a.xlsx"
    values = {"task_code": "II.1.1", "status": "done", "budget_spent": 123456789.0}
    done = pd.DataFrame([values])
    tables = {name: getattr(plan(), name) for name in ("areas", "indicators", "tasks", "agencies")}
    write_filled(path, unit_code=CAI_BE, year=2026, **tables, activities=done)
    tables = run_intake(tmp_path, jobs=1).tables
    assert tables["activities"]["budget_spent"].isna().all()
    (message,) = tables["findings"].query("rule == 'money_scale'")["message"]
    assert "“123456789”" in message
