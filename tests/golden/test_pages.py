"""No document of any kind of run is longer than its reader has time for."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser import absent, tool
from xhht_analysis.project import ROOT
from xhht_analysis.publishing.documents import find_browser

pytestmark = [pytest.mark.golden, pytest.mark.slow]

MOST = {"brief": 2, "05_committee_report": 14, "review": 14}
SECOND = ROOT / "tests" / "fixtures" / "ba_song"
OUR = {
    "sơ kết 2025": "--sample --as-of 2025-12-10 -p variant=midterm",
    "annual beside an earlier run": "--sample",
    "tổng kết": "--sample -p variant=final",
    "ad hoc": "--sample -p variant=adhoc -p goals=clc_it,life_skills -p units=819,821",
    "English": "--sample --lang en",
}
"""Runs in one folder, each beside those before it; no file of the sample is of 2030."""


def page_counts(*words: str, out: Path) -> dict[str, int]:
    """Pages of every printed document of one run, by name."""
    command = [sys.executable, "-m", "xhht_analysis.running.cli", "run", *words, "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8",
                          env={**os.environ, "XHHT_CONFIG": ""})  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    folder = max((path for path in (out / "reports").iterdir() if path.is_dir()),
                 key=lambda path: (path / "brief.html").stat().st_mtime)  # fmt: skip
    info = tool("pdfinfo")
    texts = {
        path.stem: subprocess.run([info, path], capture_output=True, text=True, check=True).stdout
        for path in folder.glob("*.pdf")
    }
    return {name: int(re.search(r"Pages:\s+(\d+)", text)[1]) for name, text in texts.items()}


@pytest.fixture(scope="module")
def counts(tmp_path_factory) -> dict[str, dict[str, int]]:
    """Pages by kind of run and document."""
    if not find_browser():
        absent("no Chromium, Chrome or Edge prints the pages")
    folder = tmp_path_factory.mktemp("pages")
    found = {kind: page_counts(*words.split(), out=folder / "our") for kind, words in OUR.items()}
    plan = folder / "plan"
    shutil.copytree(ROOT / "config", plan)
    (plan / "references.csv").unlink()
    for path in (SECOND / "config").iterdir():
        shutil.copy(path, plan)
    words = ["--config", str(plan), "--raw", str(SECOND / "raw")]
    return found | {"another province": page_counts(*words, out=folder / "second")}


@pytest.mark.parametrize("kind", [*OUR, "another province"])
def test_brief_and_report_are_as_short_as_was_promised(counts, kind):
    pages = counts[kind]
    assert {"brief", "05_committee_report", "annex"} <= set(pages)
    assert ("review" in pages) == (kind in ("sơ kết 2025", "tổng kết", "ad hoc"))
    assert {name: n for name, n in pages.items() if n > MOST.get(name, n)} == {}
