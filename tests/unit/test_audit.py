"""The audit of the lock never calls a package clean that nobody could be asked about."""

import subprocess
from types import SimpleNamespace

import pytest

from benchmarks import audit

pytestmark = pytest.mark.unit
FLAW = {"id": "PYSEC-1", "fix_versions": ["2.0"]}


def test_flaws_and_silences_are_counted_apart():
    packages = [
        {"name": "a", "version": "1.0", "vulns": [FLAW]},
        {"name": "b", "version": "1.0", "vulns": []},
        {"name": "c", "skip_reason": "Dependency not found"},
    ]
    assert audit.report(packages) == [
        "a 1.0: PYSEC-1, mended in 2.0",
        "Not audited, nobody could be asked: 1 (c …)",
        "2 of 3 packages audited, 1 with known flaws.",
    ]
    assert audit.report(packages[2:])[-1] == "0 of 1 packages audited, 0 with known flaws."


@pytest.mark.parametrize("said", ["", "no json", "{}"])
def test_no_answer_is_told_as_such_and_gates_nothing(monkeypatch, capsys, said):
    monkeypatch.setattr(audit.shutil, "which", lambda name: "/bin/pip-audit")
    answer = SimpleNamespace(stdout=said, stderr="no route to host", returncode=1)
    monkeypatch.setattr(subprocess, "run", lambda *args, **options: answer)
    audit.main()
    assert "nothing is known" in capsys.readouterr().out
