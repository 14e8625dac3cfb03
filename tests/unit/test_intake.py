"""The stage on small folders of workbooks: provenance, vintages, folders, the same anywhere."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests import hostile_files
from tests.intake_case import cell_of, intake, type_over, write_unit
from xhht_analysis import store
from xhht_analysis.intake.gathering import NothingReceivedError
from xhht_analysis.project import KitError, Project, UsageError

pytestmark = pytest.mark.unit

SHARES = {
    "life_skills": (50, 100),
    "trained_population": (40, 100),
    "university_degree": (10, 100),
    "clc_it": (3, 12),
}
DAY, NEXT = "2023-11-20", "2023-12-18"


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    write_unit(tmp_path / "raw" / DAY / "Gò Công Tây.xlsx", SHARES)
    return tmp_path / "raw"


def written(result, folder: Path) -> dict[str, bytes]:
    paths = [store.write_table(frame, name, folder) for name, frame in result.tables.items()]
    return {path.name: path.read_bytes() for path in paths}


def test_every_figure_knows_its_cell(raw):
    result = intake(raw)
    file = raw / DAY / "Gò Công Tây.xlsx"
    shown = result.observations.set_index("indicator_code")
    for code in SHARES:
        assert shown.loc[code, "cell"] == cell_of(file, code, "D")
    assert set(shown["file"]) == {f"{DAY}/Gò Công Tây.xlsx"}
    assert result.account["panel"] == len(SHARES)


@pytest.mark.cases(2)
@pytest.mark.parametrize("value", [999, -3, "khoảng 40", "#REF!", True, 3.5, "=cmd|'/c calc'!A1"])
def test_one_impossible_value_is_that_reject_and_changes_nothing_else(raw, value):
    file = raw / DAY / "Gò Công Tây.xlsx"
    type_over(file, "J9", None)  # saved by the same program as below
    before = intake(raw).panel.set_index("indicator_code")
    cell = cell_of(file, "clc_it", "D")
    type_over(file, cell, value)
    result = intake(raw)
    assert result.rejects[["sheet", "cell"]].to_numpy().tolist() == [["Số liệu", cell]]
    after = result.panel.set_index("indicator_code")
    pd.testing.assert_frame_equal(after, before.drop(index="clc_it"))


def test_as_of_gives_back_what_was_known_and_opens_no_later_file(raw):
    known = intake(raw)
    write_unit(raw / NEXT / "sửa.xlsx", {"life_skills": (60, 100)})
    (raw / NEXT / "hỏng.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    again = intake(raw, as_of=DAY)
    for name, frame in known.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], frame)
    later = intake(raw)
    assert later.as_of == NEXT
    panel = later.panel.set_index("indicator_code")
    assert panel.loc["life_skills", "numerator"] == 60
    assert panel.loc["clc_it", "numerator"] == 3


def test_same_bytes_twice_are_counted_once(raw):
    shutil.copy(raw / DAY / "Gò Công Tây.xlsx", raw / DAY / "bản sao.xlsx")
    result = intake(raw)
    assert result.account == {
        "panel": len(SHARES), "rejected": 0, "superseded": 0, "duplicate": len(SHARES),
        "out_of_scope": 0,
    }  # fmt: skip


def test_same_bad_bytes_twice_are_rejected_once(raw):
    (raw / DAY / "a.pdf").write_bytes(b"%PDF-1.7 scan")
    (raw / DAY / "b.pdf").write_bytes(b"%PDF-1.7 scan")
    result = intake(raw)
    assert result.rejects["file"].tolist() == [f"{DAY}/a.pdf"]
    assert result.account["duplicate"] == 1


def test_same_tables_wherever_the_files_lie(raw, tmp_path):
    elsewhere = tmp_path / "Bộ số liệu 2026" / "nhận"
    shutil.copytree(raw, elsewhere)
    here, there = (written(intake(f), tmp_path / str(n)) for n, f in enumerate((raw, elsewhere)))
    assert here == there


def test_file_outside_a_dated_folder_is_a_reject(raw):
    for folder in ("nhận qua Zalo", "2023-13-45"):
        (raw / folder).mkdir()
        shutil.copy(raw / DAY / "Gò Công Tây.xlsx", raw / folder / "x.xlsx")
    shutil.copy(raw / DAY / "Gò Công Tây.xlsx", raw / "y.xlsx")
    result = intake(raw)
    assert sorted(result.rejects["file"]) == ["2023-13-45/x.xlsx", "nhận qua Zalo/x.xlsx", "y.xlsx"]
    assert set(result.rejects["rule"]) == {"folder_not_date"}
    assert result.account["panel"] == len(SHARES)
    files = result.submissions.set_index("file")["sha256"]
    assert set(files.index[files.isna()]) == set(result.rejects["file"])  # never opened


def test_links_are_never_followed(raw, tmp_path):
    outside = tmp_path / "outside"
    write_unit(outside / "secret.xlsx", {"life_skills": (1, 100)}, unit="822")
    if hostile_files.symlink(raw / DAY, outside / "secret.xlsx") is None:
        pytest.skip("hệ thống này không cho tạo liên kết tệp")
    (raw / "2023-11-21").symlink_to(outside, target_is_directory=True)
    result = intake(raw)
    assert set(result.panel["unit_code"]) == {"823"}
    assert sorted(result.rejects["file"]) == ["2023-11-20/lien ket.xlsx", "2023-11-21"]


def test_files_are_found_in_folders_below(raw):
    write_unit(raw / DAY / "Zalo" / "ngày 20" / "b.xlsx", {"life_skills": (1, 4)}, unit="822")
    assert set(intake(raw).panel["unit_code"]) == {"822", "823"}


@pytest.mark.parametrize("sample", [True, False])
def test_a_folder_of_invented_files_inside_counts_only_when_it_is_the_one_given(raw, sample):
    mark = "SỐ LIỆU MINH HOẠ – KHÔNG PHẢI SỐ LIỆU CHÍNH THỨC"
    write_unit(raw / "sample" / DAY / "s.xlsx", {"life_skills": (1, 4)}, unit="822", mark=mark)
    assert set(intake(raw, sample=sample).panel["unit_code"]) == {"823"}
    (status,) = intake(raw / "sample").panel["status"]
    assert status == "sample"


@pytest.mark.parametrize("mark", ["SỐ LIỆU MINH HOẠ", "Số liệu minh họa – không dùng"])
def test_a_marked_file_among_real_ones_is_refused_by_name(raw, mark):
    path = raw / "2023-11-22" / "s.xlsx"
    write_unit(path, {"life_skills": (1, 4), "clc_it": (1, 1)}, unit="822", mark=mark)
    result = intake(raw)
    assert set(result.panel["unit_code"]) == {"823"}
    assert set(result.panel["status"]) == {"ok"}
    assert result.rejects["file"].tolist() == ["2023-11-22/s.xlsx"]
    assert result.rejects["rule"].tolist() == ["sample_file"]
    assert not result.submissions["is_sample"].any()
    assert not result.findings["file"].eq("2023-11-22/s.xlsx").any()


def test_a_folder_of_marked_files_alone_is_a_sample(tmp_path):
    for day, unit in ((DAY, "822"), ("2023-11-22", "823")):
        path = tmp_path / day / "s.xlsx"
        write_unit(path, {"life_skills": (1, 4)}, unit=unit, mark="SỐ LIỆU MINH HOẠ")
    (tmp_path / DAY / "ban quet.pdf").write_bytes(b"%PDF-1.4")
    result = intake(tmp_path)
    reported = result.panel.query("value_type != 'derived'")
    assert reported["status"].tolist() == ["sample", "sample"]
    assert result.rejects["rule"].tolist() == ["pdf"]
    assert result.submissions["is_sample"].any()


def test_forms_are_those_of_the_configuration_given(raw, tmp_path):
    config = tmp_path / "config"
    shutil.copytree(Project().config_dir, config)
    (config / "forms.yml").write_text("KHAC: {layout: units, fields: {}, gives: []}", "utf-8")
    result = intake(raw, config_dir=config)
    assert result.rejects["rule"].tolist() == ["unknown_form"]
    (config / "forms.yml").unlink()
    with pytest.raises(KitError, match=r"forms\.yml"):
        intake(raw, config_dir=config.rename(tmp_path / "without"))


def test_nothing_received_and_no_date_say_so(raw):
    with pytest.raises(NothingReceivedError, match="2020-01-01"):
        intake(raw, as_of="2020-01-01")
    with pytest.raises(UsageError, match="hôm nay"):
        intake(raw, as_of="hôm nay")


def test_register_of_persons_leaks_nothing(raw, tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["TT", "Họ đệm", "Tên", "Ngày sinh", "Số CCCD", "Thôn"])
    for number in range(8):
        book.active.append(
            [number, "Trần Thị", "Bí Mật", "01/02/1990", f"08219000{number:04}", "A"]
        )
    book.save(raw / DAY / "danh sách.xlsx")
    result = intake(raw)
    assert result.rejects["rule"].tolist() == ["personal_data"]
    text = b"".join(written(result, tmp_path / "out").values()).decode()
    assert "Bí Mật" not in text
    assert "08219000" not in text
