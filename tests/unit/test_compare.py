"""What changed between two runs: verdicts that moved and the changes behind them."""

import json
import shutil

import pandas as pd
import pytest

from xhht_analysis import contracts, store
from xhht_analysis.project import KitError, Project
from xhht_analysis.publishing.changes import panel_changes
from xhht_analysis.publishing.labels import Labels
from xhht_analysis.running import comparison, records, run_commands

pytestmark = pytest.mark.unit
BEFORE, AFTER = "2024-11-20", "2025-11-20"
WORDS = {name: Labels("vi").verdict(name) for name in ("unlikely", "open", "likely")}


def panel(*figures):
    """Rows (year, value, source); source None is a rebuilt figure."""
    rows = [
        {
            "indicator_code": "clc_it",
            "definition_variant": "plan",
            "unit_code": "815",
            "year": year,
            "frame": "2021",
            "value": value,
            "value_type": "reported" if source else "derived",
            "status": "sample",
            "as_of": AFTER,
            "source_id": source,
        }
        for year, value, source in figures
    ]
    return contracts.conform(pd.DataFrame(rows), contracts.PANEL)


def verdicts(verdict_class, **values):
    """The province's verdict on the goal of centres that use IT, of ``verdict_class``."""
    row = {
        "goal_code": "clc_it",
        "indicator_code": "clc_it",
        "unit_code": "82",
        "frame": "2021",
        "target_year": 2030,
        "comparator": ">=",
        "target_value": 90.0,
        "measure_unit": "percent",
        "n_points": 3,
        "prob_reached": 0.5,
        "verdict_class": verdict_class,
        "basis": "forecast",
        "as_of": AFTER,
    }
    return contracts.conform(pd.DataFrame([row | values]), contracts.VERDICTS)


@pytest.fixture
def project(tmp_path):
    made = Project(root=tmp_path / "root", out=tmp_path / "out")
    shutil.copytree(Project().config_dir, made.config_dir)
    (made.root / "requirements.lock").write_text("")
    return made


def publish(project, as_of, table, judged, **record):
    folder = project.processed(as_of)
    store.write_table(table, "panel", folder)
    store.write_table(judged, "verdicts", folder)
    made_from = {
        "code": records.code_hashes(project),
        "versions": records.versions(),
        "parameters": {"as_of": as_of, "lang": "vi", "processed_dir": str(folder)},
        "overrides": {},
    }
    project.run_dir(as_of).mkdir(parents=True)
    (project.run_dir(as_of) / "run.json").write_text(json.dumps({**made_from, **record}))


def only(compared):
    """Goal, class before and after, causes of the one row of what `compare` gives."""
    (row,) = compared[0]
    return row


def test_every_kind_of_change_behind_a_verdict_is_a_cause(project):
    old = panel((2021, 40.0, "a"), (2022, 20.0, "b"), (2023, 60.0, "c"))
    new = panel((2021, 46.0, "a"), (2022, 50.0, "z"), (2023, 60.0, "c"), (2024, 84.0, "d"))
    publish(project, BEFORE, old, verdicts("unlikely"))
    with (project.config_dir / "targets.csv").open("a") as stream:
        stream.write("\n")
    publish(project, AFTER, new, verdicts("open"))
    compared = comparison.compare(project, BEFORE, AFTER)
    goal, before, after, causes = only(compared)
    assert goal.endswith("(2030)")
    assert before == WORDS["unlikely"]
    assert WORDS["open"] in after
    assert causes == "số liệu mới nhận; số liệu được sửa, thay; đọc lại, đính chính số liệu"
    assert compared[1] == ["Mã, cấu hình: config/targets.csv (đã sửa)"]


def test_with_the_same_code_and_only_new_figures_all_is_new_data(project):
    publish(project, BEFORE, panel((2021, 40.0, "a")), verdicts("unlikely"))
    publish(project, AFTER, panel((2021, 40.0, "a"), (2022, 50.0, "b")), verdicts("open"))
    assert only(comparison.compare(project, BEFORE, AFTER))[-1] == "số liệu mới nhận"


@pytest.mark.parametrize(
    ("indicator", "cause"),
    [("primary_entry_6", "số liệu được sửa"), ("clc_it", "cách tính, quy tắc")],
)
def test_a_level_rests_on_the_rates_of_its_rules_and_on_no_others(project, indicator, cause):
    # QĐ/NĐ 20/2014: a commune's primary level asks the share of six-year-olds who enter class 1
    level = {"goal_code": "primary_l3_districts", "indicator_code": "primary_level"}
    level |= {"measure_unit": "units", "target_value": 9.0}
    for as_of, value, name in ((BEFORE, 90.0, "open"), (AFTER, 95.0, "likely")):
        table = panel((2021, value, as_of)).assign(indicator_code=indicator)
        publish(project, as_of, table, verdicts(name, **level))
    assert only(comparison.compare(project, BEFORE, AFTER))[-1].startswith(cause)


def test_a_chance_that_moved_in_its_class_and_a_district_are_no_row(project):
    for as_of, chance, name in ((BEFORE, 0.45, "open"), (AFTER, 0.55, "likely")):
        of_district = verdicts(name, unit_code="815")
        both = pd.concat([verdicts("open", prob_reached=chance), of_district])
        publish(project, as_of, panel((2021, 40.0, "a")), both)
    assert comparison.compare(project, BEFORE, AFTER) == ([], [])


def test_all_code_that_changed_is_named(project):
    page = project.root / "xhht_analysis" / "publishing" / "labels.py"
    page.parent.mkdir(parents=True)
    for as_of, text in ((BEFORE, "open"), (AFTER, "likely")):
        page.write_text(text)
        publish(project, as_of, panel((2021, 40.0, "a")), verdicts(text))
    compared = comparison.compare(project, BEFORE, AFTER)
    assert compared[1] == ["Mã, cấu hình: xhht_analysis/publishing/labels.py (đã sửa)"]
    assert only(compared)[-1].startswith("cách tính, quy tắc")  # no figure changed


@pytest.mark.parametrize("place", ["notebooks/03_forecast.ipynb", "xhht_analysis/forecasting/a.py"])
def test_code_that_verdicts_pass_through_is_a_cause(project, place):
    path = project.root / place
    path.parent.mkdir(parents=True)
    for as_of, text in ((BEFORE, "open"), (AFTER, "likely")):
        path.write_text(text)
        publish(project, as_of, panel((2021, 40.0, "a")), verdicts(text))
    compared = comparison.compare(project, BEFORE, AFTER)
    assert compared[1] == [f"Mã, cấu hình: {place} (đã sửa)"]
    assert only(compared)[-1].startswith("cách tính, quy tắc")


def test_a_changed_parameter_or_package_is_a_change_of_the_model(project):
    old = panel((2021, 40.0, "a"))
    publish(project, BEFORE, old, verdicts("open"), versions={"numpy": "2.0"})
    publish(project, AFTER, old, verdicts("likely"), versions={"numpy": "2.4"})
    compared = comparison.compare(project, BEFORE, AFTER)
    assert compared[1] == ["Gói phần mềm: numpy (đã sửa: 2.0 → 2.4)"]
    assert only(compared)[-1].startswith("cách tính, quy tắc")


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ((2021, 40.0, "a"), (2021, 40.0, "b"), None),  # sent again, same figure
        ((2021, 40.0, "a"), (2021, 41.0, "b"), "revision"),
        ((2021, 40.0, "a"), (2021, 41.0, "a"), "reread"),
        ((2021, 40.0, "a"), (2021, None, "b"), "revision"),
        ((2021, 40.0, None), (2021, 41.0, None), "reread"),
    ],
)
def test_kinds_of_change(old, new, kind):
    kinds = panel_changes(panel(old), panel(new))
    assert list(kinds) == ([kind] if kind else [])


def test_a_figure_taken_back_is_a_revision():
    kinds = panel_changes(panel((2021, 1.0, "a"), (2022, 2.0, "b")), panel((2021, 1.0, "a")))
    assert list(kinds) == ["revision"]


def test_a_rebuilt_figure_follows_the_reported_one_it_is_built_from():
    def both(value, source):
        commune = panel((2021, value, source)).assign(unit_code="28249", frame="2025-07")
        return pd.concat([panel((2021, value, None)), commune])

    kinds = panel_changes(both(40.0, "a"), both(41.0, "b"))
    assert sorted(kinds) == ["revision", "revision"]


def test_an_unknown_run_and_one_without_tables_are_named(project):
    with pytest.raises(KitError, match=BEFORE):
        comparison.compare(project, BEFORE, AFTER)
    for as_of in (BEFORE, AFTER):
        publish(project, as_of, panel((2021, 40.0, "a")), verdicts("open"))
    shutil.rmtree(project.processed(BEFORE))
    with pytest.raises(KitError, match=BEFORE):
        comparison.compare(project, BEFORE, AFTER)


def test_invented_and_real_runs_are_never_compared(project):
    table = panel()
    publish(project, BEFORE, table, verdicts("open"), sample=True)
    publish(project, AFTER, table, verdicts("open"), sample=False)
    with pytest.raises(KitError, match="minh họa"):
        comparison.compare(project, BEFORE, AFTER)


def test_the_command_shows_what_moved_and_why(tmp_path, monkeypatch, capsys):
    rows = [("Trung tâm dùng CNTT (2030)", "chưa rõ", "nhiều khả năng đạt", "số liệu mới")]
    compared = (rows, ["Tham số: seed (thêm)"])
    monkeypatch.setattr(comparison, "compare", lambda *arguments: compared)
    monkeypatch.setenv("COLUMNS", "200")
    run_commands.compare(BEFORE, AFTER, out=tmp_path)
    output = capsys.readouterr().out
    for words in (*rows[0], "Tham số: seed (thêm)", "1 đánh giá"):
        assert words in output
    assert "ở mọi đơn vị và mọi năm" in output  # causes are those of the indicator
