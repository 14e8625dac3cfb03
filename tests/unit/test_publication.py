"""A set is whole or the earlier one stands: busy files, refused moves, a machine that goes down."""

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from xhht_analysis import files
from xhht_analysis.project import Project
from xhht_analysis.running import causes, publication, records

pytestmark = pytest.mark.unit
AS_OF = "2024-11-20"
NAMES = ("panel.csv", "scores.csv", "verdicts.csv")


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "ATTEMPTS", 3)
    made = Project(root=tmp_path, out=tmp_path / "Kết quả")
    made.out.mkdir()
    publish(made, "1")
    return made


def publish(project, version, *, names=NAMES, finish=None):
    """Publish a set of tables and an index, all of ``version``."""

    def write_index():
        files.write_text(project.reports_root / publication.INDEX, version)

    with publication.staging(project.out, AS_OF) as staged:
        for name in names:
            (staged.processed(AS_OF) / name).write_text(version)
        places = [f"data/processed/{AS_OF}/{name}" for name in names]
        record = {"as_of": AS_OF, "status": version, "stages": {"01": {"outputs": places}}}
        for old in set(staged.processed(AS_OF).glob("*.csv")):
            if old.name not in names:
                old.unlink()
        before = project.runs().get(AS_OF, {})
        return publication.publish(staged, project, before, record, finish or write_index)


def state(project):
    """Bytes of everything a reader can see."""
    return {
        p.relative_to(project.out).as_posix(): p.read_bytes()
        for p in project.out.rglob("*")
        if p.is_file() and p.name != publication.LOCK
    }


def test_a_new_set_takes_the_place_of_the_old_and_leaves_nothing_beside_it(project):
    publish(project, "2", names=NAMES[:2])
    seen = state(project)
    assert seen[f"data/processed/{AS_OF}/panel.csv"] == b"2"
    assert f"data/processed/{AS_OF}/verdicts.csv" not in seen
    assert records.read_record(project, AS_OF)["status"] == "2"
    assert not any(publication.REPLACED in place for place in seen)


def hold(monkeypatch, held, times=10**6, winerror=None):
    """Refuse ``held`` to whoever would write it, ``times`` times, as a program that has it open."""
    left = [times]

    def refuse(path):
        published = publication.STAGING not in Path(path).parts
        if published and Path(path).name == held and left[0] > 0:
            left[0] -= 1
            error = PermissionError(errno.EACCES, "Permission denied", str(path))
            error.winerror = winerror
            raise error

    for name in ("replace", "unlink", "rename"):
        real = getattr(Path, name)

        def guarded(self, *arguments, real=real, **options):
            refuse(arguments[0] if arguments else self)
            return real(self, *arguments, **options)

        monkeypatch.setattr(Path, name, guarded)
    real_open = Path.open

    def open_(self, mode="r", *arguments, **options):
        if "r" not in mode:
            refuse(self)
        return real_open(self, mode, *arguments, **options)

    monkeypatch.setattr(Path, "open", open_)


HELD = ["panel.csv", "verdicts.csv", "index.html", "run.json"]


@pytest.mark.parametrize("held", HELD)
def test_a_busy_file_of_the_set_is_named_and_nothing_moves(project, monkeypatch, held):
    before = state(project)
    hold(monkeypatch, held, winerror=32)
    with pytest.raises(OSError, match="denied") as caught:
        publish(project, "2")
    told = causes.cannot_use(caught.value)
    assert f"{held}. Tệp đang mở trong" in told
    monkeypatch.undo()
    assert state(project) == before


@pytest.mark.parametrize("held", HELD)
def test_a_file_that_becomes_busy_in_the_midst_brings_the_earlier_set_back(
    project, monkeypatch, held
):
    before = state(project)
    check_targets = publication.check_targets

    def free_until_now(*arguments):
        paths = check_targets(*arguments)
        hold(monkeypatch, held)
        return paths

    monkeypatch.setattr(publication, "check_targets", free_until_now)
    with pytest.raises(OSError, match="denied") as caught:
        publish(project, "2", names=NAMES[:2])  # verdicts.csv is to be removed
    assert held in causes.cannot_use(caught.value)
    monkeypatch.undo()
    assert state(project) == before


@pytest.mark.parametrize("held", HELD)
def test_a_refusal_that_passes_is_waited_for(project, monkeypatch, held):
    hold(monkeypatch, held, times=2)
    publish(project, "2")
    assert state(project)[f"data/processed/{AS_OF}/panel.csv"] == b"2"
    assert records.read_record(project, AS_OF)["status"] == "2"


def power_cut(project, monkeypatch, after):
    """A publication that ends at its ``after``-th move, with nobody left to tidy up."""
    real, moves = files.replace, [0]

    class Gone(BaseException):
        pass

    def replace(source, target):
        if publication.STAGING in source.parts:
            moves[0] += 1
            if moves[0] > after:
                raise Gone
        return real(source, target)

    monkeypatch.setattr(files, "replace", replace)
    monkeypatch.setattr(publication, "_restore", lambda out: None)
    with pytest.raises(Gone):
        publish(project, "2")
    monkeypatch.undo()


@pytest.mark.parametrize("after", [0, 1, 2])
def test_after_a_power_cut_the_next_run_starts_from_the_earlier_set(project, monkeypatch, after):
    before = state(project)
    power_cut(project, monkeypatch, after)
    with publication.staging(project.out, AS_OF):
        pass
    assert state(project) == before


def test_what_was_half_cleared_away_never_comes_back(project):
    kept = project.out / publication.REPLACED
    kept.mkdir()
    (kept / "0").write_text("alt")
    before = {k: v for k, v in state(project).items() if publication.REPLACED not in k}
    with publication.staging(project.out, AS_OF):
        pass
    assert state(project) == before
    assert not kept.exists()


def test_an_index_that_cannot_be_written_brings_the_earlier_set_back(project):
    before = state(project)
    with pytest.raises(OSError, match="EIO"):
        publish(project, "2", finish=lambda: (_ for _ in ()).throw(OSError(5, "EIO")))
    assert state(project) == before


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "Ổ đĩa đầy"),
        (errno.EROFS, "chỉ cho đọc"),
        (errno.EIO, "báo lỗi đọc, ghi"),
        (errno.EMFILE, "ulimit -n"),
    ],
)
def test_the_cause_is_what_the_system_says(tmp_path, number, words):
    error = OSError(number, os.strerror(number), str(tmp_path / "a.csv"))
    told = causes.cannot_use(error)
    assert str(tmp_path / "a.csv") in told
    assert words in told
    assert "Excel" not in told


@pytest.mark.parametrize("there", [True, False])
def test_on_windows_what_is_closed_is_not_told_as_open_in_a_program(tmp_path, there):
    path = tmp_path / "a.csv"
    if there:
        path.write_text("")
    error = PermissionError(errno.EACCES, "Access denied", str(path))
    error.winerror = 5
    told = causes.cannot_use(error)
    assert "Không có quyền (tệp, thư mục của người dùng khác, hoặc chỉ cho đọc)" in told
    assert "Excel" not in told


HOLDER = """
import ctypes, sys
from ctypes import wintypes
create = ctypes.windll.kernel32.CreateFileW
create.restype = wintypes.HANDLE
share_read, existing, read_write = 1, 3, 0xC0000000
handle = create(sys.argv[1], read_write, share_read, None, existing, 0, None)
print("held" if handle != wintypes.HANDLE(-1).value else "no", flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "win32", reason="only Windows holds files as Excel does")
@pytest.mark.parametrize("held", HELD)
def test_a_file_held_by_another_process_as_excel_does_leaves_the_earlier_set(project, held):
    (path,) = project.out.rglob(held)
    before = state(project)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], **pipes) as holder:
        assert holder.stdout.readline().strip() == "held"
        with pytest.raises(PermissionError) as caught:
            publish(project, "2")
        assert "đang mở trong" in causes.cannot_use(caught.value)
        holder.communicate()
    assert state(project) == before


def test_run_json_names_every_file_of_the_set(project):
    record = json.loads((project.run_dir(AS_OF) / "run.json").read_text(encoding="utf-8"))
    assert sorted(Path(place).name for place in record["outputs"]) == sorted(NAMES)
    shutil.rmtree(project.processed(AS_OF))
    assert len(records.broken_outputs(project, record)) == 3
