"""Every hostile file is one clear refusal, and the good file beside it is read as if alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import hostile_files
from tests.sample_data.grids import Grid, save
from xhht_analysis import store
from xhht_analysis.intake import run_intake
from xhht_analysis.intake.reading.delivery import MEMORY_BYTES, _Reader, find_files, read_files
from xhht_analysis.intake.reading.sheets import RefusedError
from xhht_analysis.remedies import REMEDIES

pytestmark = pytest.mark.unit

RULE_OF = {
    "stray_cell": "too_many_cells",
    "zip_bomb": "zip_bomb",
    "million_rows": "too_many_cells",
    "entity_expansion": "entity",
    "truncated": "truncated",
    "password_protected": "password",
    "html_as_xls": "html",
    "pdf_as_xlsx": "pdf",
    "five_thousand_sheets": "too_many_sheets",
    "nul_bytes": "nul_bytes",
    "empty_file": "empty_file",
}


def good_file(path: Path) -> None:
    grid = Grid()
    grid.row(0, ["Đơn vị", "Tổng số"], "head")
    grid.row(1, ["Xã Tân Thới", 1234])
    save(path, {"Sheet1": grid})


@pytest.fixture(scope="module")
def contents(tmp_path_factory) -> dict:
    """What reading the whole folder gives, by file name."""
    folder = tmp_path_factory.mktemp("raw")
    day = folder / "2026-11-20"
    for name in hostile_files.HOSTILE:
        hostile_files.write_hostile(day, name)
    good_file(day / "zz tot.xlsx")
    hostile_files.lock_file(day)
    read = read_files(find_files(folder), folder, jobs=1, seconds=30)
    return {content.file.removeprefix("2026-11-20/"): content for content in read}


def test_every_hostile_file_has_a_rule():
    assert RULE_OF.keys() == hostile_files.HOSTILE.keys()


@pytest.mark.parametrize("name", RULE_OF)
def test_refused_whole_by_its_own_rule(contents, name):
    content = contents[hostile_files.HOSTILE[name][0]]
    assert content.refusal is not None
    assert content.refusal.rule == RULE_OF[name]
    assert RULE_OF[name] in REMEDIES
    assert content.sheets == []


def test_the_good_file_is_read(contents):
    content = contents["zz tot.xlsx"]
    assert content.refusal is None
    assert content.sheets[0].grid == [["Đơn vị", "Tổng số"], ["Xã Tân Thới", 1234.0]]


def test_lock_file_is_refused_by_name(contents):
    assert contents["~$bao cao.xlsx"].refusal.rule == "system_file"


def test_nothing_is_lost_and_nothing_added(contents):
    assert len(contents) == len(RULE_OF) + 2


def test_link_is_never_followed(tmp_path):
    outside = tmp_path / "ngoai.xlsx"
    good_file(outside)
    raw = tmp_path / "raw"
    (raw / "2026-11-20").mkdir(parents=True)
    if hostile_files.symlink(raw / "2026-11-20", outside) is None:
        pytest.skip("hệ thống này không cho tạo liên kết tệp")
    (content,) = read_files(find_files(raw), raw, jobs=1)
    assert content.refusal.rule == "symlink"
    assert content.sheets == []


def test_linked_folder_is_never_entered(tmp_path):
    outside = tmp_path / "ngoai"
    good_file(outside / "tot.xlsx")
    raw = tmp_path / "raw" / "2026-11-20"
    raw.mkdir(parents=True)
    if hostile_files.symlink(raw, outside) is None:
        pytest.skip("hệ thống này không cho tạo liên kết thư mục")
    (content,) = read_files(find_files(raw.parent), raw.parent, jobs=1)
    assert content.refusal.rule == "symlink"


def test_unreadable_permissions(tmp_path, monkeypatch):
    path = tmp_path / "2026-11-20" / "khoa.xlsx"
    path.parent.mkdir()
    hostile_files.unreadable(path)
    if os.name != "posix" or os.geteuid() == 0:  # who may read everything meets no lock
        monkeypatch.setattr(Path, "open", _refused)
    (content,) = read_files([path], tmp_path, jobs=1)
    assert content.refusal.rule == "unreadable"


def _refused(path: Path, *_: object) -> None:
    raise PermissionError(13, "Permission denied", str(path))


def test_vanished_file_is_unreadable(tmp_path):
    (content,) = read_files([tmp_path / "mat.xlsx"], tmp_path, jobs=1)
    assert content.refusal.rule == "unreadable"


def test_same_file_under_a_path_with_odd_letters(tmp_path):
    is_windows = os.name == "nt"  # it allows neither angle brackets nor line breaks in names
    odd = tmp_path / ("Bộ số liệu 2026 & script" if is_windows else "Bộ số liệu 2026 & <script>")
    good_file(odd / "=cmd.xlsx")
    shutil.copy(odd / "=cmd.xlsx", odd / ("dong moi.xlsx" if is_windows else "dong\nmoi.xlsx"))
    contents = list(read_files(find_files(tmp_path), tmp_path, jobs=1))
    assert [content.refusal for content in contents] == [None, None]
    assert contents[1].file.endswith("dong moi.xlsx" if is_windows else "dong\ufffdmoi.xlsx")


def test_impossible_cells_are_rejected_one_by_one(tmp_path):
    (tmp_path / "2024-11-20").mkdir()
    hostile_files.write_units(tmp_path / "2024-11-20" / "so la.xlsx", hostile_files.VALUES)
    result = run_intake(tmp_path)
    rules = dict(zip(result.rejects["cell"], result.rejects["rule"], strict=True))
    assert rules == {
        "B3": "not_finite",
        "B4": "not_finite",
        "B5": "formula_text",
        "B6": "excel_error",
        "B7": "boolean_in_number",
    }
    good = result.panel[["unit_code", "numerator", "denominator", "value"]]
    assert good.to_numpy().tolist() == [["824", 7.0, 10.0, 70.0]]  # Gò Công Đông: 7 of 10


def test_hostile_names_are_shown_but_never_run(tmp_path):
    (tmp_path / "2024-11-20").mkdir()
    units = dict.fromkeys(hostile_files.NAMES, '<c r="{cell}"><v>5</v></c>')
    hostile_files.write_units(tmp_path / "2024-11-20" / "ten la.xlsx", units)
    result = run_intake(tmp_path)
    assert result.rejects["rule"].tolist() == ["unknown_unit"] * 3
    assert result.rejects["raw"].tolist() == list(hostile_files.NAMES[:3])
    assert result.panel["unit_code"].tolist() == ["819"]
    written = store.write_table(result.rejects, "rejects", tmp_path / "out")
    assert ",=cmd" not in written.read_text(encoding="utf-8")
    back = store.read_table("rejects", tmp_path / "out")
    assert back["raw"].tolist() == list(hostile_files.NAMES[:3])


def test_a_reader_that_answers_nonsense_and_lives_on_is_one_refusal(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a;b\n1;2\n", "utf-8")
    reader = _Reader(60, MEMORY_BYTES)
    code = "import sys, time; sys.stdout.write('no pickle'); sys.stdout.flush(); time.sleep(60)"
    pipes = dict.fromkeys(("stdin", "stdout"), subprocess.PIPE)
    reader.process = subprocess.Popen([sys.executable, "-c", code], **pipes)
    with pytest.raises(RefusedError) as caught:
        reader.read(path)
    assert caught.value.refusal.rule == "reader_crashed"
    assert reader.read(path)[0].grid == [["a", "b"], ["1", "2"]]  # by a new one
    reader.close()
