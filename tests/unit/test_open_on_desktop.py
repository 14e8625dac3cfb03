"""The report opens on a desktop, and is named where none is."""

import sys
import webbrowser

import pytest

from xhht_analysis.running import terminal

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("is_person", "display", "opens", "told"),
    [
        (True, ":0", True, False),
        (True, ":0", False, True),  # no browser
        (True, "", True, True),  # no desktop
        (False, ":0", True, True),  # a scheduled run
    ],
)
def test_a_report_is_opened_or_named(
    tmp_path, monkeypatch, capsys, is_person, display, opens, told
):
    report, calls = tmp_path / "bao cao.html", []
    report.write_text("x")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_person)
    monkeypatch.setattr(webbrowser, "open", lambda address: calls.append(address) or opens)
    terminal.open_on_desktop(report)
    assert calls == ([report.as_uri()] if is_person and display else [])
    assert (str(report) in capsys.readouterr().out) is told


def test_a_report_that_was_not_made_is_not_named(tmp_path, capsys):
    terminal.open_on_desktop(tmp_path / "bao cao.html")
    assert capsys.readouterr().out == ""
