"""The Vietnamese guide names only commands, files and codes that exist."""

from __future__ import annotations

import re

import pytest
import typer.main

from xhht_analysis.plan import areas, goals
from xhht_analysis.project import ROOT
from xhht_analysis.remedies import REMEDIES
from xhht_analysis.running import cli

pytestmark = pytest.mark.contract

GUIDE = (ROOT / "docs" / "huong-dan.md").read_text(encoding="utf-8")


def test_every_command_and_option_of_the_guide_exists():
    commands = typer.main.get_command(cli.app).commands
    for command, rest in re.findall(r"xhht ([a-z]+)([^`|\n]*)", GUIDE):
        assert command in commands, command
        options = {name for parameter in commands[command].params for name in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", rest)) <= options, command


def test_every_unit_and_agency_of_the_guide_exists():
    known = areas.read_areas(ROOT / "config")
    for code, year in re.findall(r"--unit (\d+) --year (\d+)", GUIDE):
        assert code in set(known.units(f"{year}-12-31")["unit_code"])
    agencies = set(goals.read_agencies(ROOT / "config")["agency_code"])
    assert set(re.findall(r"--agency (\w+)", GUIDE)) <= agencies


def test_every_rule_the_guide_explains_has_its_advice_or_is_a_finding():
    source = "".join(path.read_text("utf-8") for path in (ROOT / "xhht_analysis").rglob("*.py"))
    table = GUIDE.split("## 4.")[1].split("## 5.")[0]
    rules = re.findall(r"`([a-z]+(?:_[a-z]+)*)`(?=[,| ])", table)
    rules = [rule for rule in rules if rule != "expect"]
    assert len(rules) > 10
    for rule in rules:
        assert rule in REMEDIES or f'"{rule}"' in source, rule


def test_every_file_the_guide_links_or_edits_exists():
    for target in re.findall(r"\]\(([\w./-]+)\)", GUIDE):
        assert (ROOT / "docs" / target).is_file(), target
    for target in re.findall(r"`(config/\w+\.csv)`", GUIDE):
        assert (ROOT / target).is_file(), target
