"""A run under bad luck: damaged tables, full and read-only disks, moving inputs, wrong clocks."""

import errno
import json
import os
import shutil
import sys
from datetime import datetime
from pathlib import Path

import pytest

from tests.notebook_maker import WRITE_TABLE, write_notebook
from tests.unit.test_runner import AS_OF, FIRST, PARAMETERS, SECOND, go, project, settings
from xhht_analysis.project import KitError, Project
from xhht_analysis.running import execution, publication, records, runner
from xhht_analysis.running.stages import Stage

pytestmark = pytest.mark.unit
__all__ = ["project"]
THIRD = Stage("03_third", reads=("scores",), makes=("verdicts",))


def tables(project):
    return {p.name: p.read_bytes() for p in project.processed(AS_OF).glob("*.csv")}


def whole(project):
    record = project.runs().get(AS_OF, {})
    return record != {} and records.broken_outputs(project, record) == []


def test_a_table_changed_by_hand_is_made_again(project):
    go(project)
    (project.processed(AS_OF) / "panel.csv").write_text("a\n2\n")
    assert go(project) == {"01_first": "done", "02_second": "skipped"}
    assert whole(project)


def test_a_table_without_a_record_proves_nothing(project):
    go(project)
    (project.run_dir(AS_OF) / "run.json").write_text('{"as_of": "2024')  # torn by a power cut
    assert project.runs().get(AS_OF, {}) == {}
    assert go(project) == {"01_first": "done", "02_second": "done"}


def test_stages_left_behind_keep_their_files_until_they_run(project):
    go(project)
    scores = project.processed(AS_OF) / "scores.csv"
    before = scores.read_bytes()
    text = WRITE_TABLE.format(table="panel", value="5")
    write_notebook(project.notebooks_dir / FIRST.notebook, PARAMETERS, text)
    go(project, chosen=(FIRST,))
    assert scores.read_bytes() == before
    assert go(project) == {"01_first": "skipped", "02_second": "done"}


def test_a_file_that_arrives_during_the_run_is_not_half_counted(project):
    late = project.root / "raw" / AS_OF / "late.csv"
    text = f"open({str(late)!r}, 'w').write('x')\n" + WRITE_TABLE.format(table="panel", value="1")
    write_notebook(project.notebooks_dir / FIRST.notebook, PARAMETERS, text)
    with pytest.raises(KitError, match=r"late\.csv"):
        go(project)
    assert not project.processed(AS_OF).exists()
    assert go(project)["01_first"] == "done"


@pytest.mark.parametrize(
    "fate",
    [
        "(raw / day / 'a.csv').write_text('another')",
        "(raw / day / 'a.csv').unlink()",
        "shutil.rmtree(raw)",
    ],
)
def test_a_file_that_changes_or_goes_during_the_run_publishes_nothing(project, fate):
    raw = project.root / "raw"
    (raw / AS_OF / "b.csv").write_text("b")
    where = f"import pathlib, shutil\nraw, day = pathlib.Path({str(raw)!r}), {AS_OF!r}\n"
    text = f"{where}{fate}\n" + WRITE_TABLE.format(table="panel", value="1")
    write_notebook(project.notebooks_dir / FIRST.notebook, PARAMETERS, text)
    with pytest.raises(KitError) as caught:
        go(project)
    assert f"{AS_OF}/a.csv" in str(caught.value)
    assert (f"{AS_OF}/b.csv" in str(caught.value)) is ("rmtree" in fate)
    assert not project.processed(AS_OF).exists()


@pytest.mark.parametrize(
    ("number", "remedy"), [(errno.ENOSPC, "Ổ đĩa đầy"), (errno.EROFS, "--out")]
)
def test_a_disk_that_refuses_in_a_notebook_is_told_with_the_remedy(project, number, remedy):
    go(project)
    before = tables(project)
    text = f"raise OSError({number}, {os.strerror(number)!r})"
    write_notebook(project.notebooks_dir / SECOND.notebook, PARAMETERS, text)
    with pytest.raises(KitError, match=f"02_second.*\n.*{remedy}"):
        go(project)
    assert tables(project) == before
    assert whole(project)


@pytest.mark.cases(1)
@pytest.mark.parametrize("moves", [0, 1, 2, 3, 4])
def test_a_disk_full_in_the_midst_of_publishing_leaves_the_earlier_set(project, monkeypatch, moves):
    go(project)
    before = tables(project)
    (project.root / "raw" / AS_OF / "a.csv").write_text("2")
    real, count = Path.replace, [0]

    def replace(self, target):
        staged = publication.STAGING in self.parts
        published = staged and publication.STAGING not in Path(target).parts
        if published or self.name.startswith(".run."):
            count[0] += 1
            if count[0] > moves:
                raise OSError(errno.ENOSPC, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(OSError, match="No space left"):
        go(project, force=True, overrides={"factor": 2})
    monkeypatch.undo()
    assert tables(project) == before
    assert whole(project)
    assert not (project.out / publication.REPLACED).exists()
    go(project, overrides={"factor": 2})
    assert tables(project)["scores.csv"].split() == [b"a", b"2"]
    assert whole(project)


def test_a_full_disk_is_named_where_the_system_names_no_file(project, monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    go(project)
    monkeypatch.setattr(execution, "execute", refuse)
    with pytest.raises(OSError, match="No space left") as caught:
        go(project, force=True)
    assert caught.value.filename == str(project.out)
    assert whole(project)
    assert not (project.out / publication.STAGING).exists()


def test_a_read_only_folder_is_named_with_the_remedy(project, monkeypatch):
    def refuse(self, *args, **kwargs):
        raise OSError(errno.EROFS, "Read-only file system", str(self))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(OSError, match="Read-only") as caught:
        go(project)
    assert str(project.out) in str(caught.value.filename)


@pytest.mark.skipif(sys.platform != "linux", reason="file names are Unicode on this system")
def test_a_file_whose_name_is_no_text_is_an_input_like_any_other(project):
    name = os.fsdecode(b"S\xed li\xe7u.csv")  # as an old archive leaves it
    (project.root / "raw" / AS_OF / name).write_text("1")
    assert go(project) == {"01_first": "done", "02_second": "done"}
    in_tables = f"{AS_OF}/S\ufffd li\ufffdu.csv"
    assert in_tables in records.read_record(project, AS_OF)["inputs"]
    assert go(project) == {"01_first": "skipped", "02_second": "skipped"}


def test_file_times_decide_nothing_so_a_clock_may_run_backwards(project):
    go(project)
    for path in project.out.rglob("*.csv"):
        os.utime(path, (4e9, 4e9))
    source = project.root / "raw" / AS_OF / "a.csv"
    source.write_text("changed")
    os.utime(source, (1, 1))
    assert go(project) == {"01_first": "done", "02_second": "skipped"}
    assert go(project) == {"01_first": "skipped", "02_second": "skipped"}


def test_a_clock_set_back_between_two_runs_changes_only_what_is_shown(project, monkeypatch):
    go(project)

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(2001, 1, 1, tzinfo=tz)

    monkeypatch.setattr(records, "datetime", Clock)
    assert go(project) == {"01_first": "skipped", "02_second": "skipped"}
    (project.root / "raw" / AS_OF / "a.csv").write_text("changed")
    go(project, overrides={"factor": 4})
    assert tables(project)["scores.csv"].split() == [b"a", b"4"]
    assert whole(project)
    assert records.read_record(project, AS_OF)["finished_at"].startswith("2001-01-01")


def test_a_failure_in_the_third_notebook_publishes_nothing_of_the_first_two(project):
    third = project.notebooks_dir / THIRD.notebook
    write_notebook(third, PARAMETERS, WRITE_TABLE.format(table="verdicts", value="1"))
    go(project, chosen=(FIRST, SECOND, THIRD))
    before = tables(project)
    write_notebook(third, PARAMETERS, "raise ValueError('hỏng')")
    with pytest.raises(KitError, match=r"03_third.*hỏng"):
        go(project, chosen=(FIRST, SECOND, THIRD), overrides={"factor": 7}, force=True)
    assert tables(project) == before
    assert whole(project)


def test_the_record_names_inputs_code_packages_and_parameters(project):
    (project.root / "xhht_analysis").mkdir()
    (project.root / "xhht_analysis" / "a.py").write_text("1")
    (project.config_dir / "run.yml").write_text("hooks: none of a result's business")
    record = runner.run(settings(project), Project(project.root, project.out), (FIRST,))
    kept = json.loads((project.run_dir(AS_OF) / "run.json").read_text(encoding="utf-8"))
    assert sorted(record["code"]) == [
        "notebooks/01_first.ipynb",
        "notebooks/02_second.ipynb",
        "requirements.lock",
        "xhht_analysis/a.py",
    ]
    assert {"python", "system", "numpy"} <= set(kept["versions"])
    assert kept["inputs"] == record["inputs"]


def test_restore_drill_one_run_brings_back_what_was_deleted(project):
    go(project)
    before = {p.relative_to(project.out): p.read_bytes() for p in project.out.rglob("*.[ci]*")}
    assert {path.suffix for path in before} == {".csv", ".ipynb"}
    for name in ("data", "reports"):
        shutil.rmtree(project.out / name)
    assert set(go(project).values()) == {"done"}
    after = {p.relative_to(project.out): p.read_bytes() for p in project.out.rglob("*.[ci]*")}
    assert after == before
