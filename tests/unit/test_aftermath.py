"""Log, summary and hooks of a run nobody watched."""

import json
import sys

import pytest

from xhht_analysis.project import Project
from xhht_analysis.running import aftermath, ledger

pytestmark = pytest.mark.unit
RECORD = {
    "as_of": "2025-11-30",
    "status": "done",
    "seconds": 12.5,
    "sample": True,
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


def write_hooks(project, success=(), failure=(), seconds=10):
    hooks = {"success": list(success), "failure": list(failure), "timeout_seconds": seconds}
    (project.config_dir / "run.yml").write_text(json.dumps({"hooks": hooks}))


def test_success_is_remembered_and_told(project, tmp_path):
    told = tmp_path / "told.json"
    write_hooks(project, success=[sys.executable, "-c", TELL, str(told)])
    aftermath.succeed(project, RECORD)
    page = project.run_dir("2025-11-30") / "summary.md"
    text = page.read_text(encoding="utf-8")
    assert "SỐ LIỆU MINH HOẠ" in text
    assert "Tiếp nhận số liệu: không đổi, 0,0 giây" in text
    environment, last_word = json.loads(told.read_text())
    assert environment["XHHT_STATUS"] == "done"
    assert environment["XHHT_AS_OF"] == "2025-11-30"
    assert last_word == str(page)
    assert ledger.read(project)[0]["seconds"] == 12.5


def test_failure_reaches_log_ledger_and_hook(project, tmp_path):
    told = tmp_path / "told.json"
    write_hooks(project, failure=[sys.executable, "-c", TELL, str(told)])
    log = aftermath.open_log(project)
    aftermath.fail(project, "2025-11-30", "Sổ tay 03 dừng")
    aftermath.close_log(log)
    assert "Sổ tay 03 dừng" in (project.reports_root / "xhht.log").read_text(encoding="utf-8")
    assert json.loads(told.read_text())[0]["XHHT_MESSAGE"] == "Sổ tay 03 dừng"
    assert ledger.read(project) == [
        {"as_of": "2025-11-30", "status": "failed", "error": "Sổ tay 03 dừng"}
    ]


@pytest.mark.parametrize("command", [["no-such-program"], [sys.executable, "-c", "1/0"]])
def test_a_broken_hook_is_logged_and_nothing_more(project, command):
    write_hooks(project, success=command)
    log = aftermath.open_log(project)
    aftermath.succeed(project, RECORD)
    aftermath.close_log(log)
    assert "hook success failed" in (project.reports_root / "xhht.log").read_text(encoding="utf-8")


def test_a_hanging_hook_ends_at_its_limit(project):
    write_hooks(project, success=[sys.executable, "-c", "import time; time.sleep(60)"], seconds=1)
    log = aftermath.open_log(project)
    aftermath.succeed(project, RECORD)
    aftermath.close_log(log)
    assert "timed out" in (project.reports_root / "xhht.log").read_text(encoding="utf-8")
