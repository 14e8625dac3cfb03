"""The report opens for a person; a scheduled run only says where it is."""

import sys
from types import SimpleNamespace

import pytest
import typer

from xhht_analysis.running import run_commands

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("is_person", [True, False])
def test_a_report_is_opened_for_a_person_and_always_named(tmp_path, monkeypatch, capsys, is_person):
    opened, record = [], {"as_of": "2026-11-20", "replaces": [], "seconds": 1.0}
    report = tmp_path / "reports" / "2026-11-20" / "05_committee_report.html"

    def run(settings, project, *arguments, **options):
        report.parent.mkdir(parents=True)
        report.write_text("x")
        return record

    monkeypatch.setattr(run_commands.runner, "run", run)
    monkeypatch.setattr(typer, "launch", opened.append)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_person)
    run_commands.run(SimpleNamespace(info_name="run"), sample=True, out=tmp_path, show=True)
    assert opened == ([str(report)] if is_person else [])
    assert str(report.parent) in capsys.readouterr().out
