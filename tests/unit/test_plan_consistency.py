"""What does not fit between two tables of config/ is said before a run, with file and code."""

from __future__ import annotations

import csv
import shutil

import pytest

from xhht_analysis.plan.config_tables import ConfigError
from xhht_analysis.plan.consistency import check_plan
from xhht_analysis.project import ROOT

pytestmark = pytest.mark.unit


@pytest.fixture
def config(tmp_path):
    return shutil.copytree(ROOT / "config", tmp_path / "config")


def change(folder, table, change_row):
    """Rewrite a table; ``change_row`` returns a row's new cells, or None to drop the row."""
    path = folder / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows({**r, **cells} for r in rows if (cells := change_row(r)) is not None)


def where(**wanted):
    def cells(new):
        return lambda row: new if wanted.items() <= row.items() else {}

    return cells


def test_our_plan_and_the_invented_one_fit(config):
    check_plan(config)
    for path in (ROOT / "tests" / "fixtures" / "ba_song" / "config").iterdir():
        shutil.copy(path, config)
    (config / "references.csv").unlink()
    check_plan(config)


@pytest.mark.parametrize(
    ("table", "changed", "said"),
    [
        ("goals", where(goal_code="clc_it")({"indicator_code": "clc"}),
         r"goals\.csv, cột indicator_code: clc không có trong indicators\.csv"),
        ("goals", where(goal_code="clc_it")({"task_codes": "II.4.1;II.9.9"}),
         r"goals\.csv, cột task_codes: II\.9\.9 không"),
        ("targets", where(goal_code="clc_it")({"goal_code": "clc"}),
         r"cột goal_code: clc không có trong goals\.csv(.|\n)*clc_it chưa có dòng nào"),
        ("targets", where(target_units="6")({"target_units": "5"}),
         r"preschool_districts năm 2025: target_units phải là 6 \(50 % của 11\)"),
        ("targets", where(goal_code="clc_it")({"target_units": "5"}),
         r"clc_it năm 2025: target_units phải để trống"),
        ("targets", where(goal_code="clc_it", target_year="2030")({"target_year": "2031"}),
         r"clc_it: năm 2031 ngoài kế hoạch"),
        ("targets", lambda row: {} if row["target_year"] == "2030" else None,
         r"cần ít nhất hai năm"),
        ("units", where(unit_code="816")({"unit_code": "826"}),
         r"ngày 2021-12-31, chưa rõ huyện của .*28"),
        ("units", where(unit_code="28252")({"parent_code": "999"}),
         r"ngày 2021-12-31, chưa rõ huyện của 28252"),
        ("crosswalk", where(unit_code="28252")({"valid_from": "2026-07-01"}),
         r"ngày 2025-07-01, chưa rõ huyện của 28252"),
        ("standards", lambda row: {"indicator_special": "literate_25x"}
         if row["indicator_special"] else {},
         r"standards\.csv, cột indicator_special: literate_25x không có trong indicators\.csv"),
        ("standards", lambda row: {"prerequisites": "primary_levl:1"}
         if row["prerequisites"] else {},
         r"standards\.csv, cột prerequisites: primary_levl:1 không có trong standards\.csv"),
        ("agencies", where(agency_code="UBNDX")({"agency_code": "XA"}),
         r"province\.yml, cột duty_of_communes: UBNDX không có trong agencies\.csv"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(config, table, changed, said):
    change(config, table, changed)
    with pytest.raises(ConfigError, match=said):
        check_plan(config)


def test_a_nineteenth_goal_is_two_lines_of_csv(config):
    """A line of goals.csv and one of targets.csv, on an indicator that is already reported."""
    goal = (
        "trained_workers_certified,19,2,Năng lực cơ bản và trình độ của người dân,Basic skills,"
        "Người có bằng đại học (đợt hai),Second wave of degrees,share_people,university_degree,,,"
        "Phụ lục,Mới giao năm 2026.,Given in 2026.,SGDDT,II.2.2\n"
    )
    target = "trained_workers_certified,2030,university_degree,,14,,percent,>=,must,Phụ lục,\n"
    for table, line in (("goals", goal), ("targets", target)):
        with (config / f"{table}.csv").open("a", encoding="utf-8") as file:
            file.write(line)
    check_plan(config)
