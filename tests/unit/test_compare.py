"""What changed between two runs: verdicts that moved and the changes behind them."""

import json
import shutil

import pandas as pd
import pytest

from xhht_analysis import contracts, store
from xhht_analysis.project import KitError, Project
from xhht_analysis.publishing.changes import panel_changes
from xhht_analysis.publishing.labels import Labels
from xhht_analysis.running import comparison, records, result_commands

pytestmark = pytest.mark.unit
BEFORE, AFTER = "2024-11-20", "2025-11-20"


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


def verdicts(prob, verdict_class="open"):
    row = {
        "goal_code": "clc_it",
        "indicator_code": "clc_it",
        "unit_code": "815",
        "frame": "2021",
        "target_year": 2030,
        "comparator": ">=",
        "target_value": 90.0,
        "measure_unit": "percent",
        "n_points": 3,
        "prob_reached": prob,
        "verdict_class": verdict_class,
        "basis": "forecast",
        "as_of": AFTER,
    }
    return contracts.conform(pd.DataFrame([row]), contracts.VERDICTS)


@pytest.fixture
def project(tmp_path):
    made = Project(root=tmp_path / "root", out=tmp_path / "out")
    made.config_dir.mkdir(parents=True)
    shutil.copy(Project().config_dir / "standards.csv", made.config_dir)
    (made.root / "requirements.lock").write_text("")
    return made


def publish(project, as_of, table, judged, **record):
    folder = project.processed(as_of)
    store.write_table(table, "panel", folder)
    store.write_table(judged, "verdicts", folder)
    made_from = {
        "code": records.code_hashes(project),
        "versions": records.versions(project.root),
        "parameters": {"as_of": as_of, "lang": "vi", "processed_dir": str(folder)},
        "overrides": {},
    }
    project.run_dir(as_of).mkdir(parents=True)
    (project.run_dir(as_of) / "run.json").write_text(json.dumps({**made_from, **record}))


def only(verdicts):
    assert len(verdicts) == 1
    return verdicts.iloc[0]


def test_every_kind_of_change_behind_a_verdict_is_a_cause(project):
    old = panel((2021, 40.0, "a"), (2022, 20.0, "b"), (2023, 60.0, "c"))
    new = panel((2021, 46.0, "a"), (2022, 50.0, "z"), (2023, 60.0, "c"), (2024, 84.0, "d"))
    (project.config_dir / "targets.csv").write_text("old")
    publish(project, BEFORE, old, verdicts(0.30, "unlikely"))
    (project.config_dir / "targets.csv").write_text("new")
    publish(project, AFTER, new, verdicts(0.60))
    moved, figures, why = comparison.compare(project, BEFORE, AFTER)
    row = only(moved)
    assert row["causes"] == "new;revision;reread;model"
    assert (row["prob_reached_before"], row["prob_reached_after"]) == (0.30, 0.60)
    assert (row["verdict_class_before"], row["verdict_class_after"]) == ("unlikely", "open")
    assert figures == {"reread": 1, "revision": 1, "new": 1}
    assert why == ["Mã, cấu hình: config/targets.csv (đã sửa)"]


def test_with_the_same_code_and_only_new_figures_all_is_new_data(project):
    old = panel((2021, 40.0, "a"))
    publish(project, BEFORE, old, verdicts(None, "no_data"))
    publish(project, AFTER, panel((2021, 40.0, "a"), (2022, 50.0, "b")), verdicts(0.5))
    moved, _, _ = comparison.compare(project, BEFORE, AFTER)
    row = only(moved)
    assert row["causes"] == "new"
    assert (row["verdict_class_before"], row["verdict_class_after"]) == ("no_data", "open")


def test_what_is_settled_has_no_probability(project):
    old, new = panel((2024, 40.0, "a")), panel((2024, 40.0, "a"), (2026, 95.0, "c"), (2025, 9, "b"))
    publish(project, BEFORE, old, verdicts(0.3, "unlikely"))
    publish(project, AFTER, new, verdicts(1.0, "reached").assign(basis="observed"))
    moved, _, _ = comparison.compare(project, BEFORE, AFTER)
    row = only(moved)
    assert row["prob_reached_before"] == 0.3
    assert pd.isna(row["prob_reached_after"])
    assert row["verdict_class_after"] == "reached"


@pytest.mark.parametrize(("indicator", "cause"), [("primary_entry_6", "revision"), ("x", "other")])
def test_a_level_rests_on_the_rates_of_its_rules_and_on_no_others(project, indicator, cause):
    # QĐ/NĐ 20/2014: a commune's primary level asks the share of six-year-olds who enter class 1
    level = {"goal_code": "primary_l3_districts", "indicator_code": "primary_level"}
    for as_of, value, prob in ((BEFORE, 90.0, 0.5), (AFTER, 95.0, 0.7)):
        table = panel((2021, value, as_of)).assign(indicator_code=indicator)
        publish(project, as_of, table, verdicts(prob).assign(**level))
    moved, _, _ = comparison.compare(project, BEFORE, AFTER)
    assert only(moved)["causes"] == cause


@pytest.mark.parametrize(("prob", "rows"), [(0.509, 0), (0.511, 1)])
def test_a_chance_that_hardly_moved_in_its_class_is_no_change(project, prob, rows):
    for as_of, chance in ((BEFORE, 0.5), (AFTER, prob)):
        publish(project, as_of, panel((2021, 40.0, "a")), verdicts(chance))
    moved, _, _ = comparison.compare(project, BEFORE, AFTER)
    assert len(moved) == rows


@pytest.mark.parametrize("absent", [BEFORE, AFTER])
def test_a_verdict_of_one_run_alone_is_a_change(project, absent):
    for as_of in (BEFORE, AFTER):
        table = verdicts(0.5)
        publish(project, as_of, panel((2021, 40.0, "a")), table[:0] if as_of == absent else table)
    moved, _, _ = comparison.compare(project, BEFORE, AFTER)
    row = only(moved)
    classes = {BEFORE: row["verdict_class_before"], AFTER: row["verdict_class_after"]}
    assert classes == {BEFORE: "open", AFTER: "open", absent: ""}


def test_nothing_changed_is_no_change(project):
    old = panel((2021, 40.0, "a"))
    for as_of in (BEFORE, AFTER):
        publish(project, as_of, old, verdicts(0.5))
    moved, figures, why = comparison.compare(project, BEFORE, AFTER)
    assert moved.empty
    assert (figures, why) == ({}, [])


def test_code_that_no_verdict_passes_through_is_no_cause(project):
    old = panel((2021, 40.0, "a"))
    page = project.root / "xhht_analysis" / "publishing" / "page.py"
    page.parent.mkdir(parents=True)
    for as_of, text, prob in ((BEFORE, "old", 0.2), (AFTER, "new", 0.4)):
        page.write_text(text)
        publish(project, as_of, old, verdicts(prob))
    moved, _, why = comparison.compare(project, BEFORE, AFTER)
    assert (why, only(moved)["causes"]) == ([], "other")  # only the day moved on


def test_a_changed_parameter_or_package_is_a_change_of_the_model(project):
    old = panel((2021, 40.0, "a"))
    publish(project, BEFORE, old, verdicts(0.2), versions={"numpy": "2.0"})
    publish(project, AFTER, old, verdicts(0.4), versions={"numpy": "2.4"})
    moved, _, why = comparison.compare(project, BEFORE, AFTER)
    assert why == ["Gói phần mềm: numpy (đã sửa: 2.0 → 2.4)"]
    assert only(moved)["causes"] == "model"


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


def test_an_unknown_run_is_named(project):
    with pytest.raises(KitError, match=BEFORE):
        comparison.compare(project, BEFORE, AFTER)


def test_invented_and_real_runs_are_never_compared(project):
    table = panel()
    publish(project, "2024-11-20", table, verdicts(0.5), sample=True)
    publish(project, "2025-11-20", table, verdicts(0.5), sample=False)
    with pytest.raises(KitError, match="minh hoạ"):
        comparison.compare(project, "2024-11-20", "2025-11-20")


def test_the_command_shows_what_moved_for_the_whole_province(tmp_path, monkeypatch, capsys):
    row = {"goal_code": "clc_it", "indicator_code": "clc_it", "frame": "2021", "target_year": 2030}
    row |= {"verdict_class_before": "open", "verdict_class_after": "likely"}
    row |= {"prob_reached_before": 0.48, "prob_reached_after": 0.71, "causes": "new;revision"}
    of_district, of_province = ({**row, "unit_code": code} for code in ("815", "82"))
    same = {**of_province, "goal_code": "life_skills", "verdict_class_after": "open"}
    first = {**of_province, "goal_code": "information_literacy", "causes": "revision"}
    first |= {"verdict_class_after": "reached", "prob_reached_after": None}
    frame = pd.DataFrame([of_district, of_province, same | {"prob_reached_after": 0.49}, first])
    monkeypatch.setattr(comparison, "compare", lambda *arguments: (frame, {"new": 3}, []))
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "reports" / AFTER).mkdir(parents=True)
    result_commands.compare(BEFORE, AFTER, out=tmp_path)
    output = capsys.readouterr().out.replace("\u00a0", " ")
    assert output.count(f"{Labels('vi').verdict('open')} 50 %") == 2  # chances go by 5
    assert output.count(f"{Labels('vi').verdict('likely')} 70 %") == 1
    assert f"{Labels('vi').verdict('reached')}  " in output  # nothing is forecast that is known
    assert "kỹ năng sống" not in output  # 48 and 49 % are both shown as 50 %
    assert output.index("năng lực thông tin") < output.index("CNTT")  # the plan's order
    assert "số liệu mới; sửa, rút số liệu đã gửi" in output
    assert "ở mọi đơn vị và mọi năm" in output  # causes are those of the indicator
    assert "4 đánh giá thay đổi" in output
