"""The workbook a unit or an agency fills in: layout, formulas, validation, the same bytes."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from tests.filled_template import write_filled
from tests.intake_case import communes_of, intake, plan
from xhht_analysis.intake.returning.template import SOURCE_WORDS, STATUS_WORDS

pytestmark = pytest.mark.unit

VALUES = pd.DataFrame(
    [
        {"indicator_code": "life_skills", "numerator": 5, "denominator": 8, "note": "=1+1"},
        {"indicator_code": "trained_population", "value": 45.5},
        {"indicator_code": "literacy_level", "level": 2, "valid_from": "2023-12-31"},
    ]
)
COMMUNES = pd.DataFrame(
    [
        {
            "unit_code": "28654",
            "indicator_code": "literate_l2_15_60",
            "numerator": 9,
            "denominator": 10,
        }
    ]
)
DONE = pd.DataFrame(
    [
        {"task_code": "II.1.1", "status": "done", "text": "=cmd|' /c calc'!A1",
         "budget_planned": 12.5, "budget_spent": 10, "budget_source": "state_budget"},
        {"task_code": "II.1.1", "status": "done", "budget_spent": 3, "budget_source": "social"},
    ]
)  # fmt: skip


def write(path: Path, **more) -> Path:
    tables = {n: getattr(plan(), n) for n in ("areas", "indicators", "tasks", "agencies")}
    usual = {"year": 2023} if "agency_code" in more else {"year": 2023, "unit_code": "823"}
    return write_filled(path, **{**usual, **tables, **more})


@pytest.fixture
def filled(tmp_path) -> Path:
    more = {"values": VALUES, "commune_values": COMMUNES, "activities": DONE}
    return write(tmp_path / "2023-11-20" / "t.xlsx", mark="SỐ LIỆU MINH HỌA", **more)


def rows(path: Path, sheet: str) -> list[tuple]:
    return list(load_workbook(path, data_only=True)[sheet].iter_rows(values_only=True))


def test_head_and_header_row(filled):
    cells = rows(filled, "Số liệu")
    assert cells[0][0] == "BIỂU SỐ LIỆU XÂY DỰNG XÃ HỘI HỌC TẬP"
    assert [row[:2] for row in cells[1:6]] == [
        ("Đơn vị", "Huyện Gò Công Tây"),
        ("Mã đơn vị", "823"),
        ("Năm", 2023),
        ("Ngày chốt số liệu", dt.datetime(2023, 9, 30)),  # noqa: DTZ001
        ("Người lập biểu", None),
    ]
    assert cells[6][0] == "SỐ LIỆU MINH HỌA"
    assert " | ".join(cells[7]) == (
        "Mã chỉ tiêu | Chỉ tiêu | Đơn vị tính | Tử số | Mẫu số | Tỷ lệ (%) | Mức độ | "
        "Có hiệu lực từ | Có hiệu lực đến | Ghi chú"
    )


def test_one_row_per_share_rate_and_level(filled):
    codes = [row[0] for row in rows(filled, "Số liệu")[8:]]
    kinds = plan().indicators.set_index("indicator_code")["kind"]
    assert len(codes) == len(set(codes))
    assert {kinds[code] for code in codes} == {"share", "rate", "level"}
    assert len(codes) == int(kinds.isin(["share", "rate", "level"]).sum())


def test_percentage_is_a_formula_with_its_value_and_the_only_formula(filled):
    shown = {row[0]: row for row in rows(filled, "Số liệu")}
    assert shown["life_skills"][3:6] == (5, 8, 62.5)
    assert shown["trained_population"][3:6] == (None, None, 45.5)
    formulas = {
        (sheet.title, cell.column_letter)
        for sheet in load_workbook(filled)
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }
    assert formulas == {("Số liệu", "F")}
    assert shown["life_skills"][9] == "=1+1"


def test_sheet_of_communes_has_names_hidden_codes_and_one_row_per_commune(filled):
    cells = rows(filled, "Xã")
    assert cells[0][:4] == ("TT", "Mã đơn vị", "Đơn vị", "Biết chữ mức 1, 15–25 tuổi")
    assert cells[1][3] == "literate_l1_15_25"
    assert cells[2][3:5] == ("Tử số", "Mẫu số")
    sheet = load_workbook(filled)["Xã"]
    assert [sheet.row_dimensions[n].hidden for n in (1, 2, 3, 4)] == [False, True, False, False]
    assert sheet["D3"].comment.text == "Người 15–25 tuổi biết chữ mức độ 1"
    assert sheet["E3"].comment.text == "Người 15–25 tuổi"
    codes = [row[1] for row in cells[3:] if row[1]]
    assert codes == communes_of("823", "2023-09-30")
    assert len(codes) == 13
    column = cells[1].index("literate_l2_15_60")
    assert cells[3 + codes.index("28654")][column : column + 2] == (9, 10)


def old_sheet_of_communes(path: Path) -> None:
    """Make the sheet as it was until 2026: codes as headings, no names."""
    book = load_workbook(path)
    sheet = book["Xã"]
    for merged in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(merged))
    for column in range(1, 4):
        sheet.cell(2, column).value = sheet.cell(1, column).value
    sheet.delete_rows(1)
    sheet.row_dimensions[2].hidden = sheet.row_dimensions[1].hidden = False
    book.save(path)


@pytest.mark.parametrize("change", [None, old_sheet_of_communes])
def test_both_sheets_of_communes_are_read(tmp_path, change):
    rates = plan().indicators.query("kind == 'rate'").drop_duplicates("indicator_code")
    typed = [
        {"unit_code": unit, "indicator_code": code, "numerator": 100 + i, "denominator": 200 + j}
        for i, unit in enumerate(communes_of("823", "2023-09-30"))
        for j, code in enumerate(rates["indicator_code"])
    ]
    path = tmp_path / "2023-11-20" / "x.xlsx"
    write(path, commune_values=pd.DataFrame(typed))
    if change:
        change(path)
    panel = intake(tmp_path).panel
    panel = panel[panel["value_type"].eq("reported")].set_index(["unit_code", "indicator_code"])
    assert len(panel) == len(typed) == 13 * 13
    for row in typed:
        counts = panel.loc[(row["unit_code"], row["indicator_code"]), ["numerator", "denominator"]]
        assert counts.tolist() == [row["numerator"], row["denominator"]]


def test_a_source_of_money_with_a_comma_is_one_choice(filled):
    sheet = load_workbook(filled)["Thực hiện"]
    [rule] = [v for v in sheet.data_validations.dataValidation if str(v.sqref).startswith("G4")]
    choices = [cell.value for (cell,) in sheet[rule.formula1.lstrip("=").replace("$", "")]]
    assert choices == ["Ngân sách nhà nước", "Chương trình, đề án", "Xã hội hóa"]
    assert rule.formula1.count("$") == 4
    assert sheet.column_dimensions["L"].hidden


def test_tasks_of_the_unit_with_money_by_source(filled):
    cells = rows(filled, "Thực hiện")
    assert cells[2][0] == "Mã nhiệm vụ"
    done = [row for row in cells if row[0] == "II.1.1"]
    assert [row[2] for row in done] == [STATUS_WORDS["done"]] * 2
    assert [row[4:7] for row in done] == [
        (12.5, 10, SOURCE_WORDS["state_budget"]),
        (None, 3, SOURCE_WORDS["social"]),
    ]
    tasks = plan().tasks
    own = tasks["agency_codes"].str.split(";").map(lambda codes: "UBNDH" in codes)
    assert {row[0] for row in cells[3:] if row[0]} == set(tasks.loc[own, "task_code"])


def test_cells_are_validated_and_explained(filled):
    sheet = load_workbook(filled)["Số liệu"]
    row = next(c.row for c in sheet["A"] if c.value == "life_skills")
    level = next(c.row for c in sheet["A"] if c.value == "literacy_level")
    rules = {str(v.sqref): v for v in sheet.data_validations.dataValidation}
    assert (rules[f"D{row}"].type, rules[f"D{row}"].formula2) == ("whole", f"E{row}")
    assert (rules[f"E{row}"].operator, rules[f"E{row}"].formula1) == ("greaterThanOrEqual", "1")
    assert (rules[f"G{level}"].type, rules[f"G{level}"].formula1) == ("list", '"0,1,2"')
    assert "mẫu số" in sheet["D8"].comment.text
    assert sheet[f"B{row}"].comment.text


def test_what_was_written_is_read_back(filled):
    result = intake(filled.parents[1])
    panel = result.panel[result.panel["value_type"] == "reported"].set_index(
        ["indicator_code", "unit_code"]
    )
    assert panel.loc[("life_skills", "823"), "numerator"] == 5
    assert panel.loc[("trained_population", "823"), "value"] == 45.5
    assert panel.loc[("literacy_level", "823"), ["level", "valid_from"]].tolist() == [
        2,
        "2023-12-31",
    ]
    assert panel.loc[("literate_l2_15_60", "28654"), "denominator"] == 10
    assert set(panel["status"]) == {"sample"}
    assert result.activities["budget_spent"].tolist() == [10, 3]
    assert result.activities["text"].iloc[0] == "=cmd|' /c calc'!A1"
    assert result.rejects.empty


def test_empty_template_claims_nothing(tmp_path):
    path = write(tmp_path / "2023-11-20" / "empty.xlsx")
    result = intake(path.parents[1])
    assert result.panel["source_id"].isna().all()
    rejected = result.rejects[["rule", "unit_code", "year"]].to_numpy().tolist()
    assert rejected == [["nothing_filled_in", "823", 2023]]
    assert result.submissions["sender"].tolist() == ["823"]


def test_agency_gets_its_indicators_and_tasks(tmp_path):
    path = write(tmp_path / "a.xlsx", agency_code="DHTG")
    cells = rows(path, "Số liệu")
    assert [row[1] for row in cells[1:3]] == ["Trường Đại học Tiền Giang", "DHTG"]
    assert [row[0] for row in cells[8:]] == ["digital_university"]
    assert load_workbook(path).sheetnames == ["Số liệu", "Thực hiện"]


def test_equal_content_gives_equal_bytes(filled, tmp_path):
    more = {"values": VALUES, "commune_values": COMMUNES, "activities": DONE}
    again = write(tmp_path / "again.xlsx", mark="SỐ LIỆU MINH HỌA", **more)
    assert again.read_bytes() == filled.read_bytes()


def test_no_link_leaves_the_workbook(filled):
    with zipfile.ZipFile(filled) as package:
        names = package.namelist()
        text = b"".join(package.read(name) for name in names if name.endswith(".rels"))
    assert b'TargetMode="External"' not in text
    assert not [name for name in names if "externalLink" in name or "vbaProject" in name]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"unit_code": "999"}, "999"),
        ({"unit_code": "819", "year": 2025}, "30/09/2025.*Cái Bè.*819.*không phải.*Xã "),
        ({"unit_code": "29869", "year": 2026}, "Phường Cao Lãnh.*nơi báo cáo của Kế hoạch.$"),
        ({"unit_code": "29869", "year": 2024}, "Phường Cao Lãnh.*nơi báo cáo của Kế hoạch.$"),
        ({"agency_code": "XYZ"}, "XYZ"),
        ({"agency_code": "SLDTBXH", "year": 2026}, r"30/09/2026.*Hãy lập .* Sở Nội vụ \(SNV\)"),
        ({"agency_code": "SNV", "year": 2024}, r"30/09/2024.*Thương binh.* \(SLDTBXH\)"),
        ({"agency_code": "DPTTH", "year": 2026}, r"Báo Ấp Bắc \(BAOAB\)"),
    ],
)
def test_unknown_codes_are_refused_by_name(tmp_path, more, message):
    with pytest.raises(ValueError, match=message):
        write(tmp_path / "x.xlsx", **more)


def test_a_plan_without_tasks_gives_a_template_without_rows_of_tasks(tmp_path):
    path = write(tmp_path / "x.xlsx", tasks=plan().tasks.iloc[:0])
    assert [row[0] for row in rows(path, "Thực hiện")[2:] if row[0]] == ["Mã nhiệm vụ"]
