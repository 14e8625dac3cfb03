"""A broken file of config/ or notebooks/ is named with its remedy before anything starts."""

import json
import shutil

import pytest

from xhht_analysis.forecasting import learned
from xhht_analysis.intake.forms import recognise
from xhht_analysis.project import ROOT, KitError, Project, UsageError, is_date
from xhht_analysis.running import execution, run_commands

pytestmark = pytest.mark.unit
OPTIONAL, MAY_BE_EMPTY = "references.csv", ("expert.csv", "crosswalk.csv", "references.csv")
OPTIONAL_FILES = {(OPTIONAL, "gone"), ("paragraphs.md", "gone"), ("paragraphs.md", "empty")}
FILES = sorted({p.name for p in (ROOT / "config").iterdir()} - {"run.yml", "corrections.csv"})


@pytest.fixture
def project(tmp_path):
    shutil.copytree(ROOT / "config", tmp_path / "config")
    (tmp_path / "notebooks").mkdir()
    learned.read_learned.cache_clear()
    recognise.read_descriptions.cache_clear()
    return Project(root=tmp_path, out=tmp_path)


def test_what_is_delivered_passes(project):
    run_commands.check_config(project)
    sources = [*(ROOT / "notebooks").glob("*.ipynb")]
    assert execution.parse_overrides([], sources) == {}
    assert len(sources) > 5


@pytest.mark.parametrize(
    ("name", "cause"),
    [(n, c) for n in FILES for c in ("gone", "empty", "other") if (n, c) not in OPTIONAL_FILES],
)
def test_a_file_gone_emptied_or_of_something_else_is_named(project, name, cause):
    path = project.config_dir / name
    path.unlink()
    if cause != "gone":
        path.write_bytes({"empty": b"", "other": b"PK\x03\x04\xff\xfe\n\x00"}[cause])
    with pytest.raises(KitError, match="Hãy sửa tệp, hoặc lấy lại bản gốc") as told:
        run_commands.check_config(project)
    assert str(path) in str(told.value)
    assert "Errno" not in str(told.value)


@pytest.mark.parametrize("name", [n for n in FILES if n.endswith(".csv") and n not in MAY_BE_EMPTY])
def test_a_table_without_a_row_is_named(project, name):
    path = project.config_dir / name
    path.write_bytes(path.read_bytes().split(b"\n")[0] + b"\n")
    with pytest.raises(KitError, match=r"không có dòng nào|thiếu") as told:
        run_commands.check_config(project)
    assert str(path) in str(told.value)


def test_what_does_not_fit_between_two_tables_is_told(project):
    path = project.config_dir / "crosswalk.csv"
    path.write_bytes(path.read_bytes().split(b"\n")[0] + b"\n")
    with pytest.raises(KitError, match=r"2025-07-01, chưa rõ huyện của 28252, .* …\nHãy sửa"):
        run_commands.check_config(project)


def test_no_opinion_and_no_correction_are_no_mistake(project):
    path = project.config_dir / "expert.csv"
    path.write_bytes(path.read_bytes().split(b"\n")[0] + b"\n")
    (project.config_dir / "corrections.csv").unlink()
    (project.config_dir / OPTIONAL).unlink()
    run_commands.check_config(project)


@pytest.mark.parametrize("text", [None, "", "{}", '{"cells": 3}', "một văn bản"])
def test_a_notebook_that_is_none_is_named(project, text):
    path = project.notebooks_dir / "01_intake.ipynb"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(KitError, match=r"01_intake\.ipynb.*\n.*bản gốc"):
        execution.parse_overrides([], [path])


def test_parameters_that_are_no_python_are_named(project):
    cell = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": "a: int = = 1"}
    path = project.notebooks_dir / "01_intake.ipynb"
    path.write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    with pytest.raises(KitError, match=r"01_intake\.ipynb"):
        execution.parse_overrides([], [path])


@pytest.mark.parametrize(
    ("values", "units", "told"),
    [
        ({"goals": "clc_it,khongco"}, [], "«khongco» không phải mã trong Kế hoạch"),
        ({"goals": "clc_i"}, [], "«clc_i».*Có phải: clc_it"),
        ({"units": "815, 99"}, [], "«99»"),
        ({"units": "28360"}, [], "«28360»"),  # the report chooses districts
        ({}, ["all", "99999"], "«99999»"),
        ({}, ["2836"], "«2836».*28360"),
    ],
)
def test_a_code_that_the_plan_does_not_have_is_refused(project, values, units, told):
    plan = run_commands.check_config(project)
    with pytest.raises(UsageError, match=told):
        run_commands.check_codes(plan, values, units)


def test_codes_of_the_plan_are_taken(project):
    plan = run_commands.check_config(project)
    given = {"goals": "clc_it, trained_population", "units": "815,816", "horizon": 3, "lang": "vi"}
    run_commands.check_codes(plan, given, ["all", "82", "815", "28360"])
    run_commands.check_codes(plan, {"goals": "", "units": ""}, [])


def test_a_folder_that_is_absent_or_without_a_day_is_told(project):
    words = r"raw: không có thư mục này, hoặc chưa nhận tệp nào.*ngày nhận.*--sample"
    with pytest.raises(KitError, match=words):
        run_commands.choose_day(project.raw_dir, None)
    project.raw_dir.mkdir(parents=True)
    with pytest.raises(KitError, match=words):
        run_commands.choose_day(project.raw_dir, None)


def receive(project, day: str) -> None:
    """One file in the folder of ``day``: an empty folder is no receipt."""
    folder = project.raw_dir / day
    folder.mkdir(parents=True)
    (folder / "a.csv").touch()


def test_a_folder_that_no_calendar_has_is_no_day_of_receipt(project):
    for name in ("2026-11-20", "2026-11-31", "2026-13-40"):
        receive(project, name)
    assert run_commands.choose_day(project.raw_dir, None) == "2026-11-20"
    with pytest.raises(UsageError, match="2026-11-31"):
        run_commands.choose_day(project.raw_dir, "2026-11-31")


def test_today_is_a_day_like_those_of_receipt():
    assert is_date(run_commands.today())


@pytest.mark.parametrize("today", ["2026-11-19", "2026-11-20"])
def test_a_folder_of_a_day_to_come_is_named(project, monkeypatch, capsys, today):
    receive(project, "2026-11-20")
    monkeypatch.setattr(run_commands, "today", lambda: today)
    assert run_commands.choose_day(project.raw_dir, None) == "2026-11-20"
    assert ("2026-11-20 mang ngày chưa đến" in capsys.readouterr().err) == (today < "2026-11-20")


@pytest.mark.parametrize(
    ("as_of", "today", "accepted"),
    [
        ("2026-11-25", "2026-11-25", True),
        ("2026-11-26", "2026-11-25", False),
        ("2026-11-20", "2024-01-01", True),  # the clock is behind: the receipt is not wrong
        ("2026-11-21", "2024-01-01", False),
    ],
)
def test_no_run_claims_to_know_a_day_to_come(project, monkeypatch, as_of, today, accepted):
    monkeypatch.setattr(run_commands, "today", lambda: today)
    receive(project, "2026-11-20")
    if accepted:
        assert run_commands.choose_day(project.raw_dir, as_of) == as_of
    else:
        with pytest.raises(UsageError, match=f"Ngày {as_of} chưa đến"):
            run_commands.choose_day(project.raw_dir, as_of)
