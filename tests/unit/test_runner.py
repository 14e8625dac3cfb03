"""A run of toy notebooks: skipping, publication, failure, locking, cleaning."""

import json
import subprocess
import sys

import pytest

from tests.notebook_maker import WRITE_TABLE, write_notebook
from xhht_analysis.project import KitError, Project, UsageError
from xhht_analysis.running import comparison, publication, records, run_commands, runner
from xhht_analysis.running.stages import Stage

pytestmark = pytest.mark.unit
FIRST = Stage("01_first", makes=("panel",))
SECOND = Stage("02_second", reads=("panel",), makes=("scores",))
PARAMETERS = 'output_dir: str = ""\nfactor: int = 1'
AS_OF = "2024-11-20"


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "Bộ công cụ"
    for stage, value in ((FIRST, "1"), (SECOND, "{factor}")):
        cell = WRITE_TABLE.format(table=stage.makes[0], value=value)
        cell = cell.replace('"a\\n{factor}', 'f"a\\n{factor}')
        write_notebook(root / "notebooks" / stage.notebook, PARAMETERS, cell)
    (root / "config").mkdir()
    (root / "requirements.lock").write_text("x==1\npandas==3.0.0\nnumpy==2.0\n")
    (root / "raw" / AS_OF).mkdir(parents=True)
    (root / "raw" / AS_OF / "a.csv").write_text("1")
    (root / "raw" / "2025-11-20").mkdir()
    (root / "raw" / "2025-11-20" / "b.csv").write_text("2")
    return Project(root=root, out=tmp_path / "out")


def settings(project, **values):
    return runner.Settings(raw_dir=project.root / "raw", as_of=AS_OF, **values)


def go(project, chosen=(FIRST, SECOND), **values):
    record = runner.run(settings(project, **values), project, chosen)
    return {name: stage["status"] for name, stage in record["stages"].items()}


def test_outputs_and_record_are_published_and_staging_is_gone(project):
    assert go(project) == {"01_first": "done", "02_second": "done"}
    processed = project.processed(AS_OF)
    assert (processed / "panel.csv").read_text() == "a\n1\n"
    record = records.read_record(project, AS_OF)
    assert set(record["inputs"]) == {f"{AS_OF}/a.csv"}  # later files are not even opened
    assert records.broken_outputs(project, record) == []
    assert sorted(record["outputs"]) == [
        f"data/processed/{AS_OF}/panel.csv",
        f"data/processed/{AS_OF}/scores.csv",
        f"reports/{AS_OF}/run/01_first.ipynb",
        f"reports/{AS_OF}/run/02_second.ipynb",
    ]
    assert not (project.out / publication.STAGING).exists()
    shown = (project.run_dir(AS_OF) / "01_first.ipynb").read_text(encoding="utf-8")
    assert publication.STAGING not in shown


def test_unchanged_stages_are_skipped_and_changed_ones_run(project):
    go(project)
    assert go(project) == {"01_first": "skipped", "02_second": "skipped"}
    assert go(project, force=True) == {"01_first": "done", "02_second": "done"}
    (project.root / "raw" / AS_OF / "a.csv").write_text("changed")
    # the first stage makes the same panel from other bytes, so the second has nothing to do
    assert go(project) == {"01_first": "done", "02_second": "skipped"}
    (project.processed(AS_OF) / "scores.csv").write_text("touched by hand")
    assert go(project) == {"01_first": "skipped", "02_second": "done"}
    assert (project.processed(AS_OF) / "scores.csv").read_text() == "a\n1\n"


def test_a_file_beside_the_days_of_receipt_is_a_reason_to_run_again(project):
    """Intake names it (folder_not_date), so a run that left it out would lose it."""
    go(project)
    beside = project.root / "raw" / "gửi lại" / "c.csv"
    beside.parent.mkdir()
    beside.write_text("3")
    assert go(project)["01_first"] == "done"
    inputs = records.read_record(project, AS_OF)["inputs"]
    assert set(inputs) == {f"{AS_OF}/a.csv", "gửi lại/c.csv"}
    (beside.parents[1] / "README.md").write_text("ours")
    assert go(project)["01_first"] == "skipped"


def test_a_parameter_reaches_the_notebook_that_declares_it(project):
    go(project, overrides={"factor": 3})
    assert (project.processed(AS_OF) / "scores.csv").read_text() == "a\n3\n"


def test_stages_up_to_one_are_run_and_the_later_ones_left_as_they_are(project):
    assert go(project, chosen=(FIRST,)) == {"01_first": "done"}
    assert go(project) == {"01_first": "skipped", "02_second": "done"}
    before = (project.processed(AS_OF) / "scores.csv").read_bytes()
    (project.processed(AS_OF) / "panel.csv").write_text("a\n2\n")
    assert go(project, chosen=(FIRST,)) == {"01_first": "done", "02_second": "done"}
    assert (project.processed(AS_OF) / "panel.csv").read_text() == "a\n1\n"
    assert (project.processed(AS_OF) / "scores.csv").read_bytes() == before
    commands = run_commands.AS_FAR_AS.items()
    assert {name: [stage.name[:2] for stage in chosen] for name, chosen in commands} == {
        "intake": ["01"],
        "backtest": ["01", "02"],
        "forecast": ["01", "02", "03"],
        "figures": ["01", "02", "03", "04"],
        "report": ["01", "02", "03", "04", "05"],
    }


def test_a_stage_finds_the_figures_of_the_same_tables_and_no_others(project):
    where = 'output_dir: str = ""\nfigures_dir: str = ""'
    draw, look = Stage("03_draw", reads=("panel",)), Stage("04_look", reads=("panel",))
    panel = "from pathlib import Path\npanel = (Path(output_dir) / 'panel.csv').read_text()\n"
    show = f"{panel}_ = (Path(figures_dir) / 'a.png').write_text(panel)"
    write_notebook(project.notebooks_dir / draw.notebook, where, show)
    text = f"{panel}print([p.read_text() == panel for p in Path(figures_dir).iterdir()])"
    write_notebook(project.notebooks_dir / look.notebook, where, text)

    def seen():
        return (project.run_dir(AS_OF) / look.notebook).read_text(encoding="utf-8")

    go(project, chosen=(FIRST, draw, look))
    assert "[True]" in seen()
    assert (project.figures(AS_OF) / "a.png").is_file()
    write_notebook(project.notebooks_dir / look.notebook, where, text + " ")
    done = go(project, chosen=(FIRST, draw, look))
    assert (done["03_draw"], done["04_look"], "[True]" in seen()) == ("skipped", "done", True)
    first = WRITE_TABLE.format(table="panel", value="5")
    write_notebook(project.notebooks_dir / FIRST.notebook, PARAMETERS, first)
    go(project, chosen=(FIRST, look))
    assert "[]" in seen()  # never the picture of another table


def test_a_failure_leaves_what_was_published(project):
    go(project)
    before = {p: p.read_bytes() for p in project.out.rglob("*.csv")}
    write_notebook(project.notebooks_dir / SECOND.notebook, PARAMETERS, "1 / 0")
    (project.root / "raw" / AS_OF / "a.csv").write_text("changed")
    with pytest.raises(KitError, match="02_second"):
        go(project)
    assert {p: p.read_bytes() for p in project.out.rglob("*.csv")} == before
    record = records.read_record(project, AS_OF)
    assert records.broken_outputs(project, record) == []


def test_a_notebook_that_makes_nothing_is_a_failure(project):
    write_notebook(project.notebooks_dir / SECOND.notebook, PARAMETERS, "factor")
    with pytest.raises(KitError, match=r"02_second.*scores\.csv"):
        go(project)


def test_leavings_of_a_killed_run_are_no_result(project):
    torn = project.out / publication.STAGING / "data" / "processed" / AS_OF / "torn.csv"
    torn.parent.mkdir(parents=True)
    torn.write_text("half")
    go(project)
    assert not list(project.out.rglob("torn.csv"))


HOLD = """
import sys, time
from pathlib import Path
from xhht_analysis.running.publication import staging
with staging(Path(sys.argv[1]), "2024-11-20"):
    print("held", flush=True)
    time.sleep(600)
"""


def test_two_runs_never_write_at_once_and_a_dead_one_frees_the_lock(project):
    command = [sys.executable, "-c", HOLD, str(project.out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(KitError, match="lần chạy khác"):
            go(project)
        holder.kill()
    assert go(project)["01_first"] == "done"


def test_a_file_that_cannot_be_replaced_is_named(project):
    go(project)
    target = project.processed(AS_OF) / "scores.csv"
    target.unlink()
    target.mkdir()  # os.replace refuses a folder on every system
    (target / "x").write_text("")
    with pytest.raises(OSError, match=r"scores\.csv"):
        go(project)


@pytest.mark.parametrize(
    ("as_of", "error"),
    [("2024-13-01", UsageError), ("tomorrow", UsageError), ("2020-01-01", KitError)],
)
def test_as_of_is_checked(project, as_of, error):
    with pytest.raises(error):
        run_commands.choose_day(project.root / "raw", as_of)


def test_as_of_defaults_to_the_latest_receipt(project):
    raw = project.root / "raw"
    assert run_commands.choose_day(raw, None) == "2025-11-20"
    assert run_commands.choose_day(raw, "2025-01-01") == "2025-01-01"
    (project.root / "empty").mkdir()
    with pytest.raises(KitError, match="--sample"):
        run_commands.choose_day(project.root / "empty", None)


def test_run_record_is_json_a_machine_reads(project):
    go(project)
    record = json.loads((project.run_dir(AS_OF) / "run.json").read_text(encoding="utf-8"))
    assert record["as_of"] == AS_OF
    assert record["versions"]["pandas"].startswith("3.")


def test_a_run_leaves_one_record(project):
    with pytest.raises(KitError, match="–"):
        records.read_record(project, AS_OF)
    go(project)
    assert [*project.runs()] == [AS_OF]


def test_verify_proves_a_run_and_names_what_differs(project):
    go(project)
    proof = comparison.verify(project, AS_OF, stages=(FIRST, SECOND))
    assert proof == []
    (project.config_dir / "targets.csv").write_text("new")
    assert comparison.verify(project, AS_OF, stages=(FIRST, SECOND)) == []  # of no effect
    (project.processed(AS_OF) / "scores.csv").write_text("touched")
    (project.root / "raw" / AS_OF / "a.csv").write_text("changed")
    text = WRITE_TABLE.format(table="panel", value="9")
    write_notebook(project.notebooks_dir / FIRST.notebook, PARAMETERS, text)
    proof = comparison.verify(project, AS_OF, stages=(FIRST, SECOND))
    assert proof == [
        f"Kết quả đã bị sửa hoặc mất sau khi chạy: data/processed/{AS_OF}/scores.csv",
        f"Tệp đầu vào: {AS_OF}/a.csv (đã sửa)",
        "Mã, cấu hình: config/targets.csv (thêm)",
        "Mã, cấu hình: notebooks/01_first.ipynb (đã sửa)",
        f"Chạy lại cho kết quả khác: data/processed/{AS_OF}/panel.csv",
        f"Chạy lại cho kết quả khác: reports/{AS_OF}/run/01_first.ipynb",
    ]
    with pytest.raises(KitError, match=AS_OF):
        comparison.verify(project, "2020-01-01")


def test_verify_follows_submissions_that_were_moved(project):
    go(project)
    moved = (project.root / "raw").rename(project.root / "lưu trữ")
    proof = comparison.verify(project, AS_OF, stages=(FIRST, SECOND))
    assert any("không còn" in problem for problem in proof)
    proof = comparison.verify(project, AS_OF, stages=(FIRST, SECOND), raw_dir=moved)
    assert proof == []


def test_a_project_that_was_moved_proves_its_runs(project):
    (project.root / "data").mkdir()
    (project.root / "raw").rename(project.raw_dir)
    given = {"raw_dir": project.raw_dir, "as_of": AS_OF}
    runner.run(runner.Settings(**given), project, (FIRST, SECOND))
    before = {p.name: p.read_bytes() for p in project.processed(AS_OF).iterdir()}
    place = project.root.parent / "Bản sao"
    place.mkdir()
    moved = Project(root=project.root.rename(place / "kit"), out=project.out.rename(place / "out"))
    assert comparison.verify(moved, AS_OF, stages=(FIRST, SECOND)) == []
    settings = runner.Settings(raw_dir=moved.raw_dir, as_of=AS_OF)
    runner.run(settings, moved, (FIRST, SECOND))
    assert {p.name: p.read_bytes() for p in moved.processed(AS_OF).iterdir()} == before


def test_a_rerun_that_publishes_other_figures_names_their_tables(project):
    go(project)
    assert records.read_record(project, AS_OF)["replaces"] == []
    go(project, overrides={"factor": 3})
    place = f"data/processed/{AS_OF}/scores.csv"
    assert records.read_record(project, AS_OF)["replaces"] == [place]
    go(project, overrides={"factor": 3})
    assert records.read_record(project, AS_OF)["replaces"] == []


def test_a_real_run_keeps_nothing_of_an_invented_one(project):
    go(project, sample=True)
    other = Stage("06_unit_report")
    write_notebook(project.root / "notebooks" / other.notebook, PARAMETERS, "print(1)")
    go(project, (other,), sample=True)
    (project.root / "raw" / AS_OF / "a.csv").write_text("real")
    values = settings(project, overrides={"factor": 2})
    record = runner.run(values, project, (FIRST, SECOND))
    assert record["sample"] is False
    assert set(record["stages"]) == {"01_first", "02_second"}
    assert not (project.run_dir(AS_OF) / other.notebook).exists()


def test_a_skipped_intake_still_tells_that_its_figures_are_invented(project):
    counts = ("observations", "panel", "rejected", "superseded", "duplicate", "out_of_scope")
    table = {f"n_{name}": 0 for name in (*counts, "columns_left_out")}
    table |= {"file": f"{AS_OF}/a.csv", "received_on": AS_OF, "sha256": "0", "is_sample": True}
    cell = f"""
import pandas as pd
from pathlib import Path
from xhht_analysis import contracts, store
row = contracts.conform(pd.DataFrame([{table}]), contracts.TABLES["submissions"])
_ = store.write_table(row, "submissions", Path(output_dir))
"""
    intake = Stage("01_first", makes=("submissions",))
    write_notebook(project.root / "notebooks" / intake.notebook, PARAMETERS, cell)
    for _ in range(2):
        assert runner.run(settings(project), project, (intake,))["sample"] is True
