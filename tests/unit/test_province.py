"""One file says whose plan it is; what is wrong in it is said in its own lines."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest

from xhht_analysis.plan import areas, standards
from xhht_analysis.plan.config_tables import ConfigError, read_config
from xhht_analysis.plan.province import NEVER, read_province
from xhht_analysis.project import CONFIG_VARIABLE, ROOT, Project

pytestmark = pytest.mark.unit

LINES = {
    "code": '"007"',
    "name_vi": "Tỉnh Ba Sông",
    "short_name_vi": "Ba Sông",
    "name_en": "Ba Song",
    "first_year": "2023",
    "last_year": "2032",
    "frame": '"2023"',
    "department_vi": "Sở Giáo dục",
    "duty_of_districts": "HUYEN",
    "duty_of_communes": "XA",
}
AFTER = {"districts_end": "2026-01-01", "frame_of_communes": '"2026"'}


def province(folder, **lines):
    text = "\n".join(f"{name}: {value}" for name, value in {**LINES, **lines}.items() if value)
    (folder / "province.yml").write_text(text, encoding="utf-8")
    return read_province(folder)


def test_a_code_is_read_as_it_is_typed_with_quotes_or_without(tmp_path):
    assert province(tmp_path, code="007", frame="2023").code == "007"
    assert province(tmp_path, code="0x1F").code == "0x1F"
    assert province(tmp_path, code='" 82 "').code == "82"


def test_a_province_that_keeps_its_districts(tmp_path):
    known = province(tmp_path)
    assert known.code == "007"  # text, as every code
    assert (known.first_year, known.last_year) == (2023, 2032)
    assert known.districts_end == NEVER
    assert known.has_districts("2099-12-31")
    assert known.frame_on("2099-12-31") == "2023"
    assert known.merged_name_vi == ""


def test_the_day_on_which_the_districts_end_is_the_first_without(tmp_path):
    known = province(tmp_path, **AFTER)
    assert [known.has_districts(on) for on in ("2025-12-31", "2026-01-01")] == [True, False]
    assert [known.frame_on(on) for on in ("2025-12-31", "2026-01-01")] == ["2023", "2026"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ({"name_vi": ""}, "thiếu dòng: name_vi"),
        ({"nmae_vi": "x"}, "dòng lạ: nmae_vi"),
        ({"first_year": "năm"}, r"không đọc được: first_year \(năm\)"),
        ({**AFTER, "districts_end": "1/1/2026"}, r"không đọc được: districts_end \(1/1/2026\)"),
        ({"districts_end": "2026-01-01"}, "thiếu dòng: frame_of_communes"),
        ({"frame_of_communes": "x"}, "thiếu dòng: districts_end"),
        ({"name_vi": "[a, b]"}, "thiếu dòng: name_vi"),
        ({"code": '"'}, "province.yml"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, lines, said):
    with pytest.raises(ConfigError, match=said) as error:
        province(tmp_path, **lines)
    assert "province.yml" in str(error.value)


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "xin chào"])
def test_a_file_that_is_no_list_of_lines_lacks_them_all(tmp_path, text):
    (tmp_path / "province.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="thiếu dòng: code, name_vi"):
        read_province(tmp_path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"province\.yml"):
        read_province(tmp_path)


def test_our_province():
    known = read_province(ROOT / "config")
    assert (known.code, known.name_vi) == ("82", "Tỉnh Tiền Giang")
    assert known.merged_name_vi == "Tỉnh Đồng Tháp"
    assert (known.first_year, known.last_year) == (2021, 2030)
    assert [known.frame_on(on) for on in ("2025-06-30", "2025-07-01")] == ["2021", "2025-07"]
    found = areas.read_areas(ROOT / "config")
    names = {on: found.units(on).set_index("unit_code")["name_vi"] for on in ("2025-06-30", NEVER)}
    assert names["2025-06-30"][known.code] == known.name_vi
    assert names[NEVER][known.code] == known.merged_name_vi
    agencies = set(read_config("agencies", ROOT / "config")["agency_code"])
    assert {known.duty_of_districts, known.duty_of_communes} <= agencies


# --- areas and rules of a province that was never reformed --------------------------------------


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Two districts with two communes each; one commune joined another in 2027."""
    folder = tmp_path_factory.mktemp("plan")
    province(folder)
    rows = [
        ("007", "Tỉnh Ba Sông", "province", "", "2000-01-01", "", "plan", "", "luật"),
        ("71", "Huyện Đông", "district", "007", "2000-01-01", "", "plan", "", "luật"),
        ("72", "Huyện Tây", "district", "007", "2000-01-01", "", "plan", "", "luật"),
        ("99", "Huyện Xa", "district", "008", "2000-01-01", "", "other", "", "luật"),
        ("7101", "Xã Một", "commune", "71", "2000-01-01", "", "plan", "no", "luật"),
        ("7102", "Xã Hai", "commune", "71", "2000-01-01", "2026-12-31", "plan", "no", "luật"),
        ("7201", "Xã Ba", "commune", "72", "2000-01-01", "", "plan", "no", "luật"),
        ("7202", "Xã Bốn", "commune", "72", "2000-01-01", "", "plan", "yes", "luật"),
    ]
    columns = "unit_code name_vi level parent_code valid_from valid_to scope is_special source"
    pd.DataFrame(rows, columns=columns.split()).to_csv(folder / "units.csv", index=False)
    changes = "unit_code,successor_code,valid_from\n7102,7101,2027-01-01\n7101,7101,2027-01-01\n"
    (folder / "crosswalk.csv").write_text(changes, encoding="utf-8")
    return areas.read_areas(folder)


def test_units_districts_and_parents_without_a_reform(small):
    assert small.districts()["unit_code"].tolist() == ["71", "72"]
    others = {"7201": "72", "7202": "72"}
    assert small.parents("2026-12-31") == {"7101": "71", "7102": "71", **others}
    assert small.parents("2027-01-01") == {"7101": "71", **others}
    frames = {small.match("", "2030-12-31", code=code).frame for code in ("007", "71", "7101")}
    assert frames == {"2023"}
    assert small.special_communes("2030-01-01") == {"7202"}
    found = small.match("Xã Ba, huyện Tây, tỉnh Ba Sông", "2030-12-31")
    assert (found.unit_code, found.frame) == ("7201", "2023")
    assert small.match("Huyện Tây", "2030-12-31").unit_code == "72"
    assert small.match("Huyện Xa", "2030-12-31").problem == "other_province"


def test_mergers_of_communes_are_followed(small):
    assert small.crosswalk["2027-01-01"].tolist() == ["7101", "7101", "7201", "7202"]
    assert small.match("Xã Hai", "2028-12-31").suggestion == "Xã Một (7101), Huyện Đông"


def test_levels_of_the_province_come_from_its_districts_for_good(small):
    rules = standards.read_standards(ROOT / "config")
    rules = rules[rules["valid_from"].eq("2014-05-15")].assign(valid_to="")
    levels = {"71": 1, "72": 0}
    panel = pd.DataFrame(
        [("literacy_level", "plan", unit, 2031, "2023", level) for unit, level in levels.items()],
        columns=["indicator_code", "definition_variant", "unit_code", "year", "frame", "level"],
    ).assign(value=float("nan"))
    derived = standards.derive_levels(panel, rules, small)
    assert derived.empty or set(derived["frame"]) == {"2023"}
    communes = [("7101", 1), ("7102", 1), ("7201", 1), ("7202", 0)]
    rows = [("literacy_level", "plan", unit, 2026, "2023", level) for unit, level in communes]
    panel = pd.DataFrame(rows, columns=panel.columns[:-1]).assign(value=float("nan"))
    derived = standards.derive_levels(panel, rules, small).set_index("unit_code")
    # 71: both communes at level 1; 72: one of two, below 90 %; the province: one of two districts
    assert derived.loc[["71", "72", "007"], "level_derived_min"].tolist() == [1, 0, 0]


# --- another folder ---------------------------------------------------------------------------


def test_the_environment_names_the_plan_of_another_province(tmp_path, monkeypatch):
    assert Project().config_dir == ROOT / "config"
    shutil.copytree(ROOT / "config", tmp_path / "plan")
    monkeypatch.setenv(CONFIG_VARIABLE, str(tmp_path / "plan"))
    assert Project().config_dir == tmp_path / "plan"
    assert Project(root=tmp_path).config_dir == tmp_path / "plan"


def test_optional_tables_may_be_absent_and_others_may_not(tmp_path):
    assert read_config("unit_targets", tmp_path).empty
    assert read_config("references", tmp_path).empty
    with pytest.raises(ConfigError, match=r"targets\.csv"):
        read_config("targets", tmp_path)


def test_a_figure_may_stand_for_a_generation_before_the_plan_and_five_years_after(tmp_path):
    assert province(tmp_path).figure_years == (1998, 2037)
