"""What changed between two runs: each cause gets its own share, worked out by hand."""

import json

import pandas as pd
import pytest

from xhht_analysis import contracts, store
from xhht_analysis.project import KitError, Project
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


def judge(panel, as_of):
    """The chance is the mean share: anyone can work it out."""
    assert as_of == BEFORE
    return verdicts(round(panel["value"].mean() / 100, 4))


@pytest.fixture
def project(tmp_path):
    made = Project(root=tmp_path / "root", out=tmp_path / "out")
    made.config_dir.mkdir(parents=True)
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


def only(found):
    assert len(found.verdicts) == 1
    return found.verdicts.iloc[0]


def test_each_cause_gets_its_share_and_they_add_up(project):
    old = panel((2021, 40.0, "a"), (2022, 20.0, "b"), (2023, 60.0, "c"))
    new = panel((2021, 46.0, "a"), (2022, 50.0, "z"), (2023, 60.0, "c"), (2024, 84.0, "d"))
    (project.config_dir / "targets.csv").write_text("old")
    publish(project, BEFORE, old, verdicts(0.30, "unlikely"))
    (project.config_dir / "targets.csv").write_text("new")
    publish(project, AFTER, new, verdicts(0.60))
    found = comparison.compare(project, BEFORE, AFTER, judge)
    # published 0.30; (40+20+60)/3 = 40; (46+20+60)/3 = 42; (46+50+60)/3 = 52; published 0.60
    row = only(found)
    shares = [row[f"by_{step}"] for step in comparison.STEPS]
    assert shares == pytest.approx([0.10, 0.02, 0.10, 0.08])
    assert sum(shares) == pytest.approx(row["prob_after"] - row["prob_before"])
    assert row["causes"] == "model;reread;revision;new"
    assert found.figures == {"reread": 1, "revision": 1, "new": 1}
    assert found.why == ["Mã, cấu hình: config/targets.csv (đã sửa)"]
    assert found.outdated == []


def refuse(panel, as_of):
    raise AssertionError("nothing to judge again: only data were added")


def test_with_the_same_code_and_only_new_figures_all_is_new_data(project):
    old = panel((2021, 40.0, "a"))
    publish(project, BEFORE, old, verdicts(None, "no_data"))
    publish(project, AFTER, panel((2021, 40.0, "a"), (2022, 50.0, "b")), verdicts(0.5))
    row = only(comparison.compare(project, BEFORE, AFTER, refuse))
    assert row["causes"] == "new"
    assert (row["class_before"], row["class_after"]) == ("no_data", "open")


def test_nothing_changed_is_nothing_found(project):
    old = panel((2021, 40.0, "a"))
    for as_of in (BEFORE, AFTER):
        publish(project, as_of, old, verdicts(0.5))
    found = comparison.compare(project, BEFORE, AFTER, refuse)
    assert found.verdicts.empty
    assert (found.figures, found.why) == ({}, [])


def test_code_that_no_verdict_passes_through_is_no_cause(project):
    old = panel((2021, 40.0, "a"))
    page = project.root / "xhht_analysis" / "publishing" / "page.py"
    page.parent.mkdir(parents=True)
    for as_of, text, prob in ((BEFORE, "old", 0.2), (AFTER, "new", 0.4)):
        page.write_text(text)
        publish(project, as_of, old, verdicts(prob))
    found = comparison.compare(project, BEFORE, AFTER, refuse)
    assert (found.why, only(found)["causes"]) == ([], "new")  # only the day moved on


def test_a_changed_parameter_or_package_is_a_change_of_the_model(project):
    old = panel((2021, 40.0, "a"))
    publish(project, BEFORE, old, verdicts(0.2), versions={"numpy": "2.0"})
    publish(project, AFTER, old, verdicts(0.4), versions={"numpy": "2.4"})
    found = comparison.compare(project, BEFORE, AFTER, judge)
    assert found.why == ["Gói phần mềm: numpy (đã sửa: 2.0 → 2.4)"]
    assert only(found)["causes"] == "model"


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
    found = comparison.panel_changes(panel(old), panel(new))
    assert list(found) == ([kind] if kind else [])


def test_a_figure_taken_back_is_a_revision():
    found = comparison.panel_changes(
        panel((2021, 1.0, "a"), (2022, 2.0, "b")), panel((2021, 1.0, "a"))
    )
    assert list(found) == ["revision"]


def test_a_rebuilt_figure_follows_the_reported_one_it_is_built_from():
    def both(value, source):
        commune = panel((2021, value, source)).assign(unit_code="28249", frame="2025-07")
        return pd.concat([panel((2021, value, None)), commune])

    found = comparison.panel_changes(both(40.0, "a"), both(41.0, "b"))
    assert sorted(found) == ["revision", "revision"]


def test_an_unknown_run_is_named(project):
    with pytest.raises(KitError, match=BEFORE):
        comparison.compare(project, BEFORE, AFTER)


def test_invented_and_real_runs_are_never_compared(project):
    table = panel()
    publish(project, "2024-11-20", table, verdicts(0.5), sample=True)
    publish(project, "2025-11-20", table, verdicts(0.5), sample=False)
    with pytest.raises(KitError, match="minh hoạ"):
        comparison.compare(project, "2024-11-20", "2025-11-20", judge=judge)


def test_the_command_shows_what_moved_for_the_whole_province(tmp_path, monkeypatch, capsys):
    row = {"goal_code": "clc_it", "indicator_code": "clc_it", "frame": "2021", "target_year": 2030}
    row |= {"class_before": "open", "class_after": "likely", "prob_before": 0.48}
    row |= {"prob_after": 0.71, "by_model": 0.0, "by_reread": 0.0, "by_revision": 0.05}
    row |= {"by_new": 0.18, "causes": "revision;new"}
    frame = pd.DataFrame([{**row, "unit_code": "815"}, {**row, "unit_code": "82"}])
    found = comparison.Comparison(frame, {"new": 3}, [], [])
    monkeypatch.setattr(comparison, "compare", lambda *arguments: found)
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "reports" / AFTER).mkdir(parents=True)
    result_commands.compare(BEFORE, AFTER, out=tmp_path)
    told = capsys.readouterr().out.replace("\u00a0", " ")
    assert told.count(f"{Labels('vi').verdict('open')} 50 %") == 1  # chances go by 5
    assert told.count(f"{Labels('vi').verdict('likely')} 70 %") == 1
    assert "sửa, rút số liệu đã gửi +5 điểm; số liệu mới +18 điểm" in told
    assert "2 đánh giá thay đổi" in told
