"""What `xhht check` says: what was read, what was not and why, one line per kind of problem."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from tests.form_fixtures import mn01, write_xlsx
from tests.intake_case import communes_of, type_over, write_unit
from xhht_analysis.intake.returning.returns import Checked
from xhht_analysis.project import KitError
from xhht_analysis.running import submission_commands

pytestmark = pytest.mark.unit

DAY = "2023-11-20"


@pytest.fixture
def check(tmp_path, capsys):
    def told(path: Path, day: str = DAY) -> list[str]:
        submission_commands.check([path], as_of=day, out=tmp_path / "out")
        return capsys.readouterr().out.rstrip("\n").split("\n")

    return told


def commune_values() -> pd.DataFrame:
    codes = communes_of("823", "2023-09-30")
    rows = [
        {"unit_code": code, "indicator_code": "primary_entry_6", "numerator": 90 + i}
        for i, code in enumerate(codes)
    ]
    return pd.DataFrame(rows).assign(denominator=200)


def test_a_good_file_tells_what_was_read(tmp_path, check):
    path = tmp_path / "823.xlsx"
    write_unit(path, {"life_skills": (51, 103)}, commune_values=commune_values())
    head, clean = check(path)
    # one share and 13 communes; the running number of sheet Xã is no figure that could be missed
    assert head.startswith("823.xlsx: đọc được 14 số liệu; không dùng được 0; không đọc 0 cột số. ")
    assert "Huyện Gò Công Tây; năm 2023" in head
    assert "Không thấy gì sai trong tệp" in clean


def test_a_heading_of_two_lines_is_one_line_of_the_columns_not_read(tmp_path, check):
    path = tmp_path / "823.csv"
    path.write_text(
        "Đơn vị;Huyện Gò Công Tây\nNăm;2023\n\n"
        'Mã chỉ tiêu;Tử số;Mẫu số;"Kinh phí\n(triệu: đồng)"\nlife_skills;51;103;7\n',
        "utf-8",
    )
    head, column = check(path)  # and not that nothing is wrong
    assert "không đọc 1 cột số" in head
    assert column.startswith("  [không đọc] ô D4 (column_left_out): Cột “Kinh phí (triệu: đồng)” ")
    assert "tiêu đề không khớp tên số liệu nào của Kế hoạch" in column


def test_every_row_of_measures_not_read_is_named(tmp_path, check):
    counts = {age: 50 + age for age in range(7)}
    path = write_xlsx(tmp_path / "mn01.xlsx", mn01(counts, counts, counts))
    head, *lines = check(path, "2024-11-20")
    named = [line for line in lines if "[không đọc]" in line]
    # ages 0 to 2; rows of all children and of girls; no word of running numbers
    assert "không đọc 2 cột số" in head
    assert len(named) == 5
    sheet = load_workbook(path).sheetnames[0]
    for cell, text in (("D6", "Tổng số trẻ trong độ tuổi"), ("D7", "Trong đó: nữ")):
        assert any(f"{sheet} ô {cell} " in line and f"Dòng “{text}”" in line for line in named)
    for cell, text in (("E8", "0 tuổi"), ("G8", "2 tuổi")):
        assert any(f"{sheet} ô {cell} " in line and f"Cột “{text}”" in line for line in named)


def test_nothing_is_wrong_is_not_said_of_a_file_without_figures(tmp_path, check):
    path = write_unit(tmp_path / "823.xlsx", {})
    told = check(path)
    assert told[0].startswith("823.xlsx: cả tệp không dùng được")
    assert not any("Không thấy gì sai" in line for line in told)


def test_a_list_that_was_filled_in_stays_and_files_of_one_name_have_their_own(tmp_path, capsys):
    folders = [tmp_path / "raw" / DAY / name for name in ("cum 1", "cum 2")]
    for folder, value in zip(folders, (120, 130), strict=True):
        folder.mkdir(parents=True)
        write_unit(folder / "bao cao.xlsx", {"life_skills": (value, 100)})
    submission_commands.check([tmp_path / "raw"], excel=True, as_of=DAY, out=tmp_path)
    told = capsys.readouterr().out
    lists = tmp_path / "checks"
    both = [lists / "bao cao_de_nghi_sua.xlsx", lists / "bao cao_de_nghi_sua_2.xlsx"]
    assert sorted(lists.iterdir()) == sorted(both)
    for folder, path, value in zip(folders, both, ("120", "130"), strict=True):
        _, rest = told.split(f"{DAY}/{folder.name}/bao cao.xlsx: ")[1].split("→", 1)
        assert rest.split("\n")[0].strip() == str(path)
        assert load_workbook(path).active["D4"].value == value
    both[0].write_bytes(b"filled in")
    submission_commands.check([folders[0]], excel=True, as_of=DAY, out=tmp_path)
    assert both[0].read_bytes() == b"filled in"
    assert str(lists / "bao cao_de_nghi_sua_3.xlsx") in capsys.readouterr().out


def test_what_lies_beside_the_days_of_receipt_is_no_submission(tmp_path, capsys):
    folder = tmp_path / "raw"
    for place in ("sample/2024-11-20/823.xlsx", "2025-11-20/xa/821.xlsx"):
        (folder / place).parent.mkdir(parents=True)
        write_unit(folder / place, {"life_skills": (51, 103)})
    (folder / "README.md").write_text("x")
    submission_commands.check([folder], as_of=DAY, out=tmp_path / "out")
    told = capsys.readouterr().out
    assert ("823.xlsx" in told, "821.xlsx" in told, "README" in told) == (True, True, False)
    submission_commands.check([folder / "README.md"], as_of=DAY, out=tmp_path / "out")
    assert "README.md: cả tệp không dùng được." in capsys.readouterr().out


def test_a_folder_without_a_file_is_told(tmp_path):
    (tmp_path / "raw" / "2026-11-20").mkdir(parents=True)
    with pytest.raises(KitError, match=r"Không thấy tệp nào trong .*raw"):
        submission_commands.check([tmp_path / "raw"], as_of=DAY, out=tmp_path / "out")


@pytest.mark.skipif(os.name == "nt", reason="Windows makes no links without a right of its own")
def test_what_is_no_file_is_refused_as_a_run_refuses_it(tmp_path, check):
    folder = tmp_path / "nhan"
    folder.mkdir()
    write_unit(folder / "823.xlsx", {"life_skills": (51, 103)})
    (folder / "README.md").write_text("Tệp nhận ngày 20/11.")  # ours, no office sent it
    (folder / "0.xlsx").symlink_to(tmp_path / "nowhere.xlsx")
    (folder / "9.xlsx").symlink_to(folder / "823.xlsx")  # a run refuses it as well
    os.mkfifo(folder / "pipe")
    told = "\n".join(check(folder))
    assert (told.count("đọc được 1 số liệu"), told.count("README")) == (1, 0)
    for name, rule in (("0.xlsx", "symlink"), ("9.xlsx", "symlink"), ("pipe", "unreadable")):
        assert f"{name}: cả tệp không dùng được.\n  [không dùng được] cả tệp ({rule}): " in told
    assert "nowhere" not in told


def test_one_problem_of_a_whole_column_is_told_once(tmp_path, check):
    path = tmp_path / "823.xlsx"
    write_unit(path, {"life_skills": (51, 103)}, commune_values=commune_values())
    book = load_workbook(path)
    sheet = book["Xã"]
    column = next(c.column for c in sheet[2] if c.value == "primary_entry_6")
    letter = sheet.cell(4, column).column_letter
    for row in range(4, 17):
        sheet.cell(row, column).value = "chưa rõ"
    book.save(path)
    told = check(path)
    own = [line for line in told if "Xã ô " in line]
    assert len(own) == 1
    assert f"Xã ô {letter}4; {letter}5; {letter}6 … (13)" in own[0]
    assert "«chưa rõ»" in own[0]
    assert len(told) < 10


def test_problems_of_other_columns_and_rules_stay_apart(tmp_path, check):
    path = write_unit(tmp_path / "823.xlsx", {"clc_it": (31, 13), "life_skills": (51, 103)})
    row = next(c.row for c in load_workbook(path)["Số liệu"]["A"] if c.value == "life_skills")
    type_over(path, f"D{row}", "năm mươi")
    told = "\n".join(check(path))
    assert told.count("[không dùng được]") == 2
    assert "«31» (numerator_above)" in told
    assert f"Số liệu ô D{row} «năm mươi»" in told


@pytest.mark.parametrize("typed", ["31\x1b[2J", "\u202e13\u2066", "\x9b31;1m31", "a\x07b"])
def test_no_control_sequence_of_a_submitter_reaches_the_terminal(tmp_path, check, typed):
    in_name = "" if os.name == "nt" else "\x1b[31m"  # no file name of Windows holds one
    path = tmp_path / f"82{in_name}3.csv"
    path.write_text(
        f"Năm;2023\n\nĐơn vị;Mã chỉ tiêu;Tử số;Mẫu số\nHuyện Gò Công Tây;clc_it;{typed};13\n",
        "utf-8",
    )
    for line in check(path):
        assert line.isprintable()


def test_cells_of_one_column_are_named_from_top_to_bottom(tmp_path, check):
    shares = {"life_skills": (3000, 9000), "clc_it": (2000, 9000), "learning_citizens": (100, 9000)}
    path = write_unit(tmp_path / "823.xlsx", shares)
    rows = [c.row for c in load_workbook(path)["Số liệu"]["A"] if c.value in shares]
    (line,) = [line for line in check(path) if "round_figures" in line]
    assert f"Số liệu ô {'; '.join(f'D{row}' for row in sorted(rows))} «3000» (round" in line


def test_a_refused_file_is_explained_in_vietnamese_alone(tmp_path, check):
    path = write_unit(tmp_path / "823.xlsx", {"life_skills": (51, 103)})
    path.write_bytes(path.read_bytes()[:2000])
    _, line = check(path)
    assert line.startswith("  [không dùng được] cả tệp (truncated): Tệp bị hỏng, tải chưa xong ")


def test_the_head_line_names_the_sender_and_what_there_is(tmp_path, check):
    path = tmp_path / "ma.csv"
    text = "Mã đơn vị;823\nNăm;2023\nMã chỉ tiêu;Tử số;Mẫu số\nlife_skills;51;103\n"
    path.write_text(text, "utf-8")
    head, *_ = check(path)
    # no column is left out, the code alone is in the file
    assert head == (
        "ma.csv: đọc được 1 số liệu; không dùng được 0; không đọc 0 cột số. "
        "Nơi gửi: Huyện Gò Công Tây; năm 2023."
    )


def test_the_head_line_names_the_one_unit_and_year_of_the_rows(tmp_path, check):
    path = tmp_path / "cot.csv"
    text = "Mã đơn vị;Năm;Mã chỉ tiêu;Tử số;Mẫu số\n"
    path.write_text(text + "823;2022;life_skills;51;103\n823;2022;clc_it;3;13\n", "utf-8")
    assert "Nơi gửi: Huyện Gò Công Tây; năm 2022." in check(path)[0]
    path.write_text(text + "823;2022;life_skills;51;103\n822;2023;clc_it;3;13\n", "utf-8")
    assert "Nơi gửi: 2 đơn vị; năm –." in check(path)[0]


def test_a_code_of_an_agency_is_named_too(tmp_path, check):
    path = tmp_path / "hkh.csv"
    text = "Mã đơn vị;HKH\nNăm;2023\nMã chỉ tiêu;Tử số;Mẫu số\nlearning_citizens;51;103\n"
    path.write_text(text, "utf-8")
    assert "Nơi gửi: Hội Khuyến học" in check(path)[0]


def test_a_file_refused_as_a_whole_is_no_figure(tmp_path, check):
    path = tmp_path / "bao cao.xlsx"
    path.write_bytes(b"%PDF-1.4")
    assert check(path)[0] == "bao cao.xlsx: cả tệp không dùng được."


def test_a_cell_is_named_once(tmp_path, check):
    rows = "".join(f"life_skills;{unit};51;103\n" for unit in ("Huyện Cái Bè", "Huyện Chợ Gạo"))
    path = tmp_path / "a.csv"
    path.write_text(f"Năm;2030\nMã chỉ tiêu;Đơn vị;Tử số;Mẫu số\n{rows}", "utf-8")
    (line,) = (line for line in check(path) if "year_after_receipt" in line)
    assert "ô B1 «2030»" in line


@pytest.mark.parametrize(("folder", "is_told"), [("2023-11-21", False), ("2024-11-21", True)])
def test_a_folder_named_as_a_day_is_the_day_of_receipt_anywhere(tmp_path, check, folder, is_told):
    path = tmp_path / "other place" / folder / "823.xlsx"
    write_unit(path, {"life_skills": (51, 103)})  # of 2023
    assert any("year_behind" in line for line in check(path.parent, "2026-11-29")) is is_told


def test_files_of_one_folder_are_judged_together_and_lists_do_not_replace_each_other(
    tmp_path, capsys
):
    day = tmp_path / "raw" / DAY
    for name, unit, counts in (("cum 1", "823", (31, 13)), ("cum 2", "822", (32, 13))):
        write_unit(day / name / "bao cao.xlsx", {"clc_it": counts}, unit=unit)
    write_unit(day / "823 lan 2.xlsx", {"clc_it": (9, 13), "life_skills": (51, 103)})
    submission_commands.check([day], excel=True, as_of=DAY, out=tmp_path)
    out = capsys.readouterr().out
    assert out.count("đọc được 0 số liệu; không dùng được 1") == 2
    assert "823 lan 2.xlsx: đọc được 2 số liệu; " in out
    assert len([*(tmp_path / "checks").iterdir()]) == 3


def test_a_file_of_which_figures_were_read_is_never_called_refused():
    about = {"file": "a.xlsx", "n_read": 3, "n_rejected": 0, "sender_name": "HKH", "year": 2023}
    fault = {"sheet": None, "cell": None, "kind": "reject", "rule": "no_table", "raw": None}
    faults = pd.DataFrame([fault | {"message": "Không thấy bảng nào."}])
    checked = Checked(faults, faults.head(0), about)
    head, line = submission_commands._lines(checked)
    assert head.startswith("a.xlsx: đọc được 3 số liệu; ")
    assert "cả tệp (no_table): Không thấy bảng nào." in line
