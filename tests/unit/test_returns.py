"""What goes back to the sender: problems, and the list of repairs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from tests.intake_case import cell_of, correction_lines, intake, plan, type_over, write_unit
from xhht_analysis.intake import panel_build
from xhht_analysis.intake.returning import returns
from xhht_analysis.intake.returning.book import STYLES
from xhht_analysis.plan.config_tables import read_config
from xhht_analysis.project import KitError, Project

pytestmark = pytest.mark.unit

TODAY = "2023-12-01"
SHARES = {"life_skills": (50, 100), "clc_it": (31, 13), "digital_institutions": (7, 16)}


@pytest.fixture
def raw(tmp_path) -> Path:
    write_unit(tmp_path / "raw" / "2023-11-20" / "823.xlsx", SHARES)
    return tmp_path / "raw"


def check(path):
    (checked,) = returns.read_submissions([path], plan(), as_of=TODAY)
    return checked.problems


def list_of(path, tmp_path):
    return returns.write_repair_list(check(path), tmp_path / "checks" / f"{path.stem}.xlsx")


def fill_in(path: Path, **values: object) -> Path:
    """Fill in the first row of the list, by its headings."""
    book = load_workbook(path)
    sheet = book[returns.SHEET]
    heads = {cell.value: cell.column for cell in sheet[3]}
    for name, value in {"decided_by": "Trần Văn Ba", **values}.items():
        sheet.cell(4, heads[returns.HEADINGS[name][0]]).value = value
    book.save(path)
    return path


def test_a_clean_submission_has_no_problem(tmp_path):
    path = write_unit(tmp_path / "x.xlsx", {"life_skills": (51, 103)})
    assert check(path).empty


def test_problem_names_file_cell_value_and_remedy(raw):
    path = raw / "2023-11-20" / "823.xlsx"
    rows = check(path).to_dict("records")
    assert [row["cell"] for row in rows] == [cell_of(path, "clc_it", "D")]
    assert rows[0]["file"] == "2023-11-20/823.xlsx"
    assert (rows[0]["raw"], rows[0]["rule"]) == ("31", "numerator_above")
    assert "Tử số" in rows[0]["message"]


def test_file_outside_the_raw_folder_counts_as_received_today(raw, tmp_path):
    path = tmp_path / "from mail" / "823.xlsx"
    path.parent.mkdir()
    shutil.copy(raw / "2023-11-20" / "823.xlsx", path)
    problems = check(path)
    assert problems["file"].tolist() == ["823.xlsx"]
    assert problems["rule"].tolist() == ["numerator_above"]


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    ("as_of", "is_told"),
    [("2024-06-30", False), ("2024-07-01", True), ("2024-11-20", True), ("2023-12-01", False)],
)
def test_a_year_behind_the_one_that_is_awaited_is_told(tmp_path, as_of, is_told):
    path = write_unit(tmp_path / "x.xlsx", {"life_skills": (51, 103)})  # of 2023
    (checked,) = returns.read_submissions([path], plan(), as_of=as_of)
    problems = checked.problems
    assert problems["rule"].tolist() == ["year_behind"] * is_told
    assert not is_told or ("2023" in problems["message"][0] and "2024" in problems["message"][0])


def test_refused_file_gives_back_the_reason_and_nothing_of_its_content(raw, tmp_path):
    from openpyxl import Workbook

    path = raw / "2023-11-20" / "so ho.xlsx"
    book = Workbook()
    book.active.append(["TT", "Họ và tên", "Ngày sinh", "Số CCCD"])
    book.active.append([1, "Trần Bí Mật", "01/02/1990", "082190001234"])
    book.save(path)
    back = load_workbook(list_of(path, tmp_path))
    assert back.sheetnames == [returns.SHEET]
    texts = [str(c.value) for row in back[returns.SHEET].iter_rows() for c in row if c.value]
    assert not [text for text in texts if "Bí Mật" in text or "0821" in text]
    assert any("cá nhân" in text for text in texts)


def test_the_list_shows_what_is_refused_and_what_is_doubted_in_their_colours(tmp_path):
    path = write_unit(tmp_path / "823.xlsx", {"clc_it": (31, 13), "life_skills": (5000, 10000)})
    kinds = check(path)["kind"].tolist()
    assert set(kinds) == {"reject", "finding"}  # more than all; round numbers
    listed = load_workbook(list_of(path, tmp_path))[returns.SHEET]
    colours = [listed.cell(row, 1).fill.fgColor.rgb[2:] for row in range(4, 4 + len(kinds))]
    styles = {"reject": "wrong", "finding": "doubt"}
    assert colours == [STYLES[styles[kind]]["bg_color"][1:] for kind in kinds]


def test_a_cell_of_a_task_is_listed_and_no_correction_of_it_is_added(raw, tmp_path):
    path = raw / "2023-11-20" / "824.xlsx"
    write_unit(path, {"life_skills": (51, 103)}, unit="824")
    for cell, value in (("A4", "II.1"), ("E4", "rất nhiều")):
        type_over(path, cell, value, "Thực hiện")
    filled = fill_in(list_of(path, tmp_path), action="bỏ", reason="x", source="y")
    lines = returns.read_repairs(filled, decided_on=TODAY)
    assert lines["sheet"].tolist() == ["Thực hiện"]
    with pytest.raises(KitError, match="không có ô số liệu nào"):
        returns.check_corrections(lines, raw, plan())


def test_filled_row_becomes_a_correction_that_mends_the_panel(raw, tmp_path):
    path = raw / "2023-11-20" / "823.xlsx"
    filled = fill_in(
        list_of(path, tmp_path), action="sửa", value=13, reason="gõ nhầm", source="CV 12"
    )
    lines = returns.read_repairs(filled, decided_on=TODAY)
    config = tmp_path / "config"
    shutil.copytree(Project().config_dir, config)
    assert returns.add_corrections(lines, config) == 1
    result = intake(raw, config_dir=config)
    row = result.panel.set_index("indicator_code").loc["clc_it"]
    assert row[["numerator", "denominator", "value_type"]].tolist() == [13, 13, "corrected"]
    assert result.rejects.empty
    assert returns.add_corrections(lines, config) == 0  # a list completed in two sittings
    other = fill_in(filled, action="sửa", value=12, reason="gõ nhầm", source="CV 13")
    with pytest.raises(KitError, match="đã có đính chính khác"):
        returns.add_corrections(returns.read_repairs(other, decided_on=TODAY), config)
    assert read_config("corrections", config)["value"].tolist() == [13]


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    ("typed", "value"), [(13, 13), ("41.507", 41507), (98.5, 98.5), ("98,5", 98.5), ("1.000", 1000)]
)
def test_a_right_value_is_a_count_or_a_percentage(raw, tmp_path, typed, value):
    marked = list_of(raw / "2023-11-20" / "823.xlsx", tmp_path)
    fill_in(marked, action="sửa", value=typed, reason="gõ nhầm", source="CV 12")
    assert returns.read_repairs(marked, decided_on=TODAY)["value"].tolist() == [value]


def test_a_line_that_no_figure_answers_is_refused_before_it_is_added(raw, tmp_path):
    filled = fill_in(
        list_of(raw / "2023-11-20" / "823.xlsx", tmp_path), action="bỏ", reason="x", source="y"
    )
    lines = returns.read_repairs(filled, decided_on=TODAY)
    returns.check_corrections(lines, raw, plan())
    with pytest.raises(KitError, match="không có tệp này"):
        returns.check_corrections(lines, tmp_path / "elsewhere", plan())
    with pytest.raises(KitError, match="Z99: không có ô số liệu nào"):
        returns.check_corrections(lines.assign(cell="Z99"), raw, plan())


@pytest.mark.parametrize("lines", [0, 1])
def test_corrections_saved_by_a_vietnamese_excel_are_added_to(raw, tmp_path, lines):
    header = ";".join(returns.CORRECTIONS.columns)
    old = "override;2022-11-20/a.xlsx;S;B2;;7,5;gõ nhầm;CV 1;;\n" * lines
    (tmp_path / "corrections.csv").write_text(f"{header}\n{old}", "utf-8-sig", newline="\r\n")
    filled = fill_in(
        list_of(raw / "2023-11-20" / "823.xlsx", tmp_path),
        action="sửa", value=13, reason="gõ nhầm", source="CV 12",
    )  # fmt: skip
    returns.add_corrections(returns.read_repairs(filled, decided_on=TODAY), tmp_path)
    found = read_config("corrections", tmp_path)
    assert found["value"].tolist() == [*([7.5] * lines), 13]
    assert found["source"].tolist() == [*(["CV 1"] * lines), "CV 12"]


def test_a_figure_that_a_correction_leaves_impossible_is_told_by_check(raw, tmp_path, monkeypatch):
    path = write_unit(raw / "2023-11-21" / "b.xlsx", {"life_skills": (5.5, 100)})
    cell = cell_of(path, "life_skills", "D")
    line = {"action": "scale", "file": "2023-11-21/b.xlsx", "sheet": "Số liệu", "cell": cell}
    lines = correction_lines(line | {"reason": "nghìn người", "source": "thư"})
    for value, rules in (
        (1000.0, ["numerator_above"]),
        (10.0, ["submitted_differs"]),
    ):  # 5500 and 55 of 100
        corrected = lines.assign(value=value)
        monkeypatch.setattr(panel_build, "read_config", lambda *_, rows=corrected: rows)
        assert check(path)["rule"].tolist() == rules


def test_what_did_not_enter_is_not_called_doubtful(tmp_path):
    path = write_unit(tmp_path / "x.xlsx", {"life_skills": (51, 103)})
    book = load_workbook(path)
    sheet = book["Số liệu"]
    sheet.cell(sheet.max_row + 1, 1, "Số người có máy tính")
    sheet.cell(sheet.max_row, 2, "Số người có máy tính")
    sheet.cell(sheet.max_row, 4, 12)
    book.save(path)
    problems = check(path)
    kinds = dict(zip(problems["rule"], problems["kind"], strict=True))
    assert kinds == {"indicator_unknown": "reject", "denominator_missing": "reject"}


def test_a_unit_read_in_its_rows_is_the_sender_beside_refused_ones(tmp_path):
    path = tmp_path / "hai.csv"
    rows = ["Mã đơn vị;Đơn vị;Năm;Mã chỉ tiêu;Tử số;Mẫu số"]
    rows += ["823;Huyện Gò Công Tây;2023;life_skills;50;100", "999;Huyện Xa;2023;life_skills;5;10"]
    path.write_text("\n".join(rows), "utf-8")
    (checked,) = returns.read_submissions([path], plan(), as_of=TODAY)
    assert checked.submission["sender_name"] == "Huyện Gò Công Tây"
    assert checked.problems["rule"].tolist()[0] == "unknown_unit"


def test_rows_not_filled_in_are_left_alone(raw, tmp_path):
    marked = list_of(raw / "2023-11-20" / "823.xlsx", tmp_path)
    assert returns.read_repairs(marked, decided_on=TODAY).empty


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"action": "sửa", "value": 13, "source": "CV 12"}, "lý do"),
        ({"action": "sửa", "reason": "x", "source": "y"}, "giá trị"),
        ({"action": "bỏ", "reason": "x", "source": "y", "decided_by": None}, "người quyết định"),
        ({"action": "xem lại", "value": 1, "reason": "x", "source": "y"}, "xem lại"),
    ],
)
def test_incomplete_row_is_named(raw, tmp_path, values, message):
    marked = fill_in(list_of(raw / "2023-11-20" / "823.xlsx", tmp_path), **values)
    with pytest.raises(KitError, match=rf"dòng 4.*{message}"):
        returns.read_repairs(marked, decided_on=TODAY)


def test_what_is_wrong_in_several_rows_is_said_once(raw, tmp_path):
    path = write_unit(raw / "824.xlsx", {"clc_it": (31, 13), "life_skills": (9, 8)}, unit="824")
    marked = list_of(path, tmp_path)
    book = load_workbook(marked)
    heads = {cell.value: cell.column for cell in book[returns.SHEET][3]}
    for row in (4, 5):
        book[returns.SHEET].cell(row, heads[returns.HEADINGS["action"][0]]).value = "bỏ"
    book.save(marked)
    with pytest.raises(KitError, match=r"dòng 4, 5: thiếu lý do, nguồn hoặc người quyết định\.$"):
        returns.read_repairs(marked, decided_on=TODAY)


def test_a_wrong_head_is_named_and_no_number_mends_it(raw, tmp_path):
    path = raw / "2023-11-20" / "822.xlsx"
    write_unit(path, {"clc_it": (3, 12)}, unit="822")
    type_over(path, "B3", "823")
    filled = list_of(path, tmp_path)
    row = [cell.value for cell in load_workbook(filled)[returns.SHEET][4]]
    assert row[1:4] == ["Số liệu", "B2", "Huyện Chợ Gạo"]
    assert "không khớp" in row[5]
    fill_in(filled, action="sửa", value=1, reason="x", source="y")
    with pytest.raises(KitError, match="gửi lại"):
        returns.read_repairs(filled, decided_on=TODAY)


def test_a_row_of_no_unit_can_be_dropped_by_a_correction(raw, tmp_path):
    path = raw / "2023-11-20" / "list.xlsx"
    book = Workbook()
    for line in (["NĂM 2023"], ["TT", "Đơn vị", "clc_it tử số", "clc_it mẫu số"],
                 [1, "Huyện Chợ Gạo", 3, 12], [2, "Cụm thi đua số 1", 3, 12]):  # fmt: skip
        book.active.append(line)
    book.save(path)
    marked = fill_in(
        list_of(path, tmp_path), action="bỏ", reason="không phải đơn vị", source="CV 3"
    )
    config = tmp_path / "config"
    shutil.copytree(Project().config_dir, config)
    returns.add_corrections(returns.read_repairs(marked, decided_on=TODAY), config)
    result = intake(raw, config_dir=config)
    own = result.rejects[result.rejects["file"].str.endswith("list.xlsx")]
    assert own[["cell", "rule"]].to_numpy().tolist() == [["B4", "dropped"]]


def test_workbook_without_the_list_is_refused(raw):
    with pytest.raises(KitError, match="Đề nghị sửa"):
        returns.read_repairs(raw / "2023-11-20" / "823.xlsx", decided_on=TODAY)


def test_correction_text_never_becomes_a_formula(raw, tmp_path):
    filled = fill_in(
        list_of(raw / "2023-11-20" / "823.xlsx", tmp_path),
        action="bỏ", reason="'=1+1", source="-cmd",
    )  # fmt: skip
    config = tmp_path / "config"
    shutil.copytree(Project().config_dir, config)
    returns.add_corrections(returns.read_repairs(filled, decided_on=TODAY), config)
    path = config / "corrections.csv"
    cells = path.read_text(encoding="utf-8").splitlines()[-1].split(",")
    assert not [cell for cell in cells if cell.startswith(("=", "-", "+", "@"))]


@pytest.mark.cases(1)
@pytest.mark.parametrize("name", ["9.xlsx", "1.xlsx"])
def test_of_two_files_of_one_day_the_one_whose_name_comes_last_stands(raw, name):
    """That is 823.xlsx or 9.xlsx."""
    write_unit(raw / "2023-11-20" / name, {"life_skills": (52, 103)})
    panel = intake(raw, as_of="2023-11-25").panel
    stands = panel.loc[panel["indicator_code"].eq("life_skills"), "numerator"].tolist()
    assert stands == [52 if name == "9.xlsx" else 50]


def test_the_day_of_receipt_is_the_nearest_folder_named_as_one(raw, tmp_path):
    path = tmp_path / "2020-01-01" / "nhan" / "2023-11-20" / "cac xa" / "a.xlsx"
    path.parent.mkdir(parents=True)
    shutil.copy(raw / "2023-11-20" / "823.xlsx", path)
    assert set(check(path)["file"]) == {"2023-11-20/cac xa/a.xlsx"}
