"""Log and hooks of a run nobody watched."""

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from xhht_analysis.project import KitError, Project, UsageError
from xhht_analysis.running import (
    execution,
    run_commands,
    run_log,
    terminal,
)

pytestmark = pytest.mark.unit
RECORD = {
    "as_of": "2025-11-30",
    "status": "done",
    "seconds": 12.5,
    "sample": True,
    "replaces": [],
    "stages": {"01_intake": {"status": "skipped", "seconds": 0.0}},
}
TELL = """
import json, os, sys
told = {k: v for k, v in os.environ.items() if k.startswith("XHHT_")}
open(sys.argv[1], "w").write(json.dumps([told, sys.argv[2]]))
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "config").mkdir()
    return Project(root=tmp_path, out=tmp_path / "out")


def write_hooks(project, success=(), failure=(), seconds=600):
    hooks = {"success": list(success), "failure": list(failure), "timeout_seconds": seconds}
    (project.config_dir / "run.yml").write_text(
        json.dumps({"hooks": hooks, "limits": {"cell_seconds": 900}})
    )


def end(project, record):
    """A run that ended well with ``record``."""
    with run_log.logged_run(project, "2025-11-30") as logged:
        logged["record"] = record


def test_success_is_remembered_and_told(project, tmp_path):
    told = tmp_path / "told.json"
    write_hooks(project, success=[sys.executable, "-c", TELL, str(told)])
    end(project, RECORD)
    log = (project.reports_root / "xhht.log").read_text(encoding="utf-8")
    assert "2025-11-30: xong sau 12.5 giây" in log
    environment, last_word = json.loads(told.read_text())
    assert environment["XHHT_STATUS"] == "done"
    assert environment["XHHT_AS_OF"] == "2025-11-30"
    assert last_word == str(project.reports("2025-11-30"))


def test_failure_reaches_log_and_hook(project, tmp_path):
    told = tmp_path / "told.json"
    write_hooks(project, failure=[sys.executable, "-c", TELL, str(told)])
    run_log.fail(project, "2025-11-30", KitError("Sổ tay 03 dừng"))
    log = (project.reports_root / "xhht.log").read_text(encoding="utf-8").strip()
    moment, words = log.split(" ", 1)
    assert words == "ERROR Số liệu đến 2025-11-30: hỏng. Sổ tay 03 dừng"
    assert datetime.fromisoformat(moment).utcoffset() == timedelta(hours=7)  # an office's clock
    assert json.loads(told.read_text())[0]["XHHT_MESSAGE"] == "Sổ tay 03 dừng"


def test_the_list_of_runs_is_the_log_and_a_torn_line_stays_alone(project, capsys):
    write_hooks(project)
    run_log.fail(project, "2025-11-30", KitError("Sổ tay 03 dừng"))
    with (project.reports_root / "xhht.log").open("a") as stream:
        stream.write("\n2025-11-30T0")
    end(project, RECORD)
    run_commands.runs(out=project.out)
    first, torn, last = capsys.readouterr().out.splitlines()
    assert first.endswith("2025-11-30: hỏng. Sổ tay 03 dừng")
    assert torn == "2025-11-30T0"
    assert last.endswith("INFO Số liệu đến 2025-11-30: xong sau 12.5 giây; bảng khác lần trước: –")


@pytest.mark.parametrize("command", [["no-such-program"], [sys.executable, "-c", "1/0"]])
def test_a_broken_hook_is_logged_and_nothing_more(project, command):
    write_hooks(project, success=command)
    end(project, RECORD)
    assert "hook success failed" in (project.reports_root / "xhht.log").read_text(encoding="utf-8")


def test_a_hanging_hook_ends_at_its_limit(project):
    write_hooks(project, success=[sys.executable, "-c", "import time; time.sleep(600)"], seconds=1)
    end(project, RECORD)
    assert "timed out" in (project.reports_root / "xhht.log").read_text(encoding="utf-8")


def watch(project, error):
    with pytest.raises(type(error)), run_log.logged_run(project, "2025-11-30"):
        raise error


@pytest.mark.parametrize(
    ("error", "kept", "never"),
    [
        (execution.NotebookError("ô D7: Nguyễn Văn A", "ô 3: ValueError"), "ô 3", "Nguyễn"),
        (ValueError("Nguyễn Văn A, 0912345678"), "ValueError", "Nguyễn"),
        (KeyboardInterrupt(), "dừng theo yêu cầu", "Traceback"),
        (OSError(28, "No space left on device", "a.csv"), "a.csv. Ổ đĩa đầy", "Errno"),
    ],
)
def test_no_log_keeps_what_a_submitted_cell_says(project, error, kept, never):
    write_hooks(project)
    watch(project, error)
    log = (project.reports_root / "xhht.log").read_text(encoding="utf-8")
    assert kept in log
    assert never not in log


def test_wrong_use_is_no_run(project):
    watch(project, UsageError("-p"))
    assert not project.reports_root.exists()


def test_a_full_disk_does_not_hide_the_first_error_or_silence_the_hook(
    project, tmp_path, monkeypatch
):
    told = tmp_path / "told.json"
    write_hooks(project, failure=[sys.executable, "-c", TELL, str(told)])

    real = Path.open

    def full(self, mode="r", *args, **kwargs):
        if "r" not in mode:
            raise OSError(28, "No space left on device")
        return real(self, mode, *args, **kwargs)

    monkeypatch.setattr(Path, "open", full)
    watch(project, KitError("cái đầu tiên"))
    assert json.loads(told.read_text())[0]["XHHT_MESSAGE"] == "cái đầu tiên"


HOOKS = "hooks: {success: [], failure: [], timeout_seconds: 1}\n"


@pytest.mark.parametrize(
    "text",
    [
        "hooks: [",
        "hooks: {success: []}",
        "other: 1",
        "- 1",
        HOOKS,
        HOOKS + "limits: {cell: 1}",
        HOOKS + "limits: {cell_seconds: lâu}",
        HOOKS + "limits: {cell_seconds: 0}",
    ],
)
def test_settings_that_cannot_be_read_are_named(project, text):
    (project.config_dir / "run.yml").write_text(text, encoding="utf-8")
    with pytest.raises(KitError, match=r"run\.yml"):
        run_log.read_settings(project)


def test_a_run_that_replaces_other_figures_names_their_tables(project, capsys):
    write_hooks(project)
    changed = ["data/panel.csv", "data/scores.csv"]
    end(project, {**RECORD, "replaces": changed})
    log = (project.reports_root / "xhht.log").read_text(encoding="utf-8")
    assert "bảng khác lần trước: data/panel.csv, data/scores.csv" in log
    terminal.show_places(project, "2025-11-30", changed)
    assert "Khác lần công bố trước của cùng ngày số liệu: panel.csv, scores.csv." in (
        capsys.readouterr().out
    )


def test_files_of_no_use_are_named_with_the_first_remedy(capsys):
    none = {"n_panel": 0, "n_superseded": 0, "n_duplicate": 0}
    rows = [
        {"file": "d/a.xlsx", **none, "n_panel": 3},
        {"file": "d/b.pdf", **none},
        {"file": "d/c.docx", **none},  # tasks alone
        {"file": "d/e.xlsx", **none},
        {"file": "d/f.xlsx", **none, "n_superseded": 1},
    ]
    rejects = pd.DataFrame(
        [("d/b.pdf", "Nhập vào biểu."), ("d/e.xlsx", "Sửa ô."), ("d/e.xlsx", "Sửa năm.")],
        columns=["file", "remedy"],
    )
    activities = pd.DataFrame({"file": ["d/c.docx"]})
    terminal.show_refused(pd.DataFrame(rows), activities, rejects)
    assert capsys.readouterr().out.splitlines() == [
        "Đã nhận nhưng không dùng được 2 tệp:",
        "  d/b.pdf: Nhập vào biểu.",
        "  d/e.xlsx: Sửa ô.",
    ]
    terminal.show_refused(pd.DataFrame(rows[:1]), activities, rejects)
    assert capsys.readouterr().out == ""


def test_a_stage_in_words(capsys):
    terminal.show_begin("01_intake")
    terminal.show_end({"status": "skipped", "seconds": 0.0})
    assert capsys.readouterr().out == "Tiếp nhận số liệu: không đổi, 0,0 giây\n"
