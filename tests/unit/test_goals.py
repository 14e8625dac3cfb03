"""Reading the plan's tables: types, empty cells, what Excel does to a file, broken files."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest

from xhht_analysis.plan import config_tables, goals
from xhht_analysis.project import ROOT, KitError

pytestmark = pytest.mark.unit

CONFIG = ROOT / "config"
HEADER = "goal_code,target_year,probability,who,signed_on,reason\n"
LINE = "digital_university,2025,0.6,Ông A,2025-10-01,Đã có dự án\n"


@pytest.fixture
def config(tmp_path):
    shutil.copytree(CONFIG, tmp_path / "config")
    return tmp_path / "config"


def test_readers_give_checked_tables_with_types():
    targets = goals.read_targets(CONFIG)
    assert len(targets) == 34
    assert targets["target_year"].dtype == "Int64"
    assert targets["target_value"].dtype == "float64"
    assert targets["target_units"].dtype == "Int64"
    assert goals.read_goals(CONFIG)["order"].tolist() == list(range(1, 19))
    assert goals.read_expert(CONFIG).empty
    assert goals.read_indicators(CONFIG)["indicator_code"].is_unique
    assert "SGDDT" in set(goals.read_agencies(CONFIG)["agency_code"])
    assert goals.read_tasks(CONFIG)["task_code"].is_unique


def test_empty_text_is_the_empty_string_and_an_empty_number_is_missing():
    plan = goals.read_goals(CONFIG).set_index("goal_code")
    assert goals.read_targets(CONFIG)["note_vi"].eq("").any()
    assert pd.isna(plan.loc["clc_it", "level_required"])


def test_goals_come_in_the_order_of_the_plan_whatever_the_file_says(config):
    lines = (config / "goals.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (config / "goals.csv").write_text(lines[0] + "".join(reversed(lines[1:])), encoding="utf-8")
    assert goals.read_goals(config)["goal_code"].iloc[0] == "literacy_l2_districts"


def test_a_file_saved_by_a_vietnamese_excel_is_read_the_same(config):
    (config / "expert.csv").write_text(HEADER + LINE, encoding="utf-8")
    plain = goals.read_expert(config)
    saved = (HEADER + LINE).replace(",", ";").replace("0.6", "0,6")
    (config / "expert.csv").write_text("\ufeff" + saved, encoding="utf-8", newline="\r\n")
    pd.testing.assert_frame_equal(goals.read_expert(config), plain)
    assert plain["probability"].tolist() == [0.6]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEADER + LINE.replace("0.6", "60"), "probability"),
        (HEADER + LINE + LINE, "goal_code"),  # the same goal and year twice
        (HEADER.replace("who", "by") + LINE, "cột lạ: by"),
        (HEADER + LINE.replace("Ông A", ""), "who"),
        (HEADER + LINE.replace("2025,", "năm tới,", 1), "năm tới"),
    ],
)
def test_a_broken_file_is_named_with_its_breach(config, text, said):
    (config / "expert.csv").write_text(text, encoding="utf-8")
    with pytest.raises(config_tables.ConfigError, match=said) as error:
        goals.read_expert(config)
    assert "expert.csv" in str(error.value)
    assert isinstance(error.value, KitError)


def test_a_missing_or_wrongly_encoded_file_is_named(config):
    (config / "tasks.csv").unlink()
    with pytest.raises(config_tables.ConfigError, match=r"tasks\.csv"):
        goals.read_tasks(config)
    (config / "agencies.csv").write_bytes("Sở Giáo dục".encode("cp1258", "replace") + b"\xff\xfe")
    with pytest.raises(config_tables.ConfigError, match=r"agencies\.csv"):
        goals.read_agencies(config)


def test_codes_of_a_joined_cell():
    assert goals.split_codes("II.1.1; II.1.2;") == ["II.1.1", "II.1.2"]
    assert goals.split_codes("") == []
