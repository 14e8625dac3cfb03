"""docs/another-province.md, followed word by word: another plan, from raw files to pages."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from xhht_analysis.project import ROOT
from xhht_analysis.running import execution

pytestmark = pytest.mark.golden

GUIDE = ROOT / "docs" / "another-province.md"
AS_OF = "2026-10-20"
FOREIGN = ("Tiền Giang", "Đồng Tháp", "Mỹ Tho", "Cái Bè", "tien giang", "815", "819", "2021–2030")
COUNTS = (r"\b11 huyện", r"\b11 (đơn vị|địa bàn|districts)", r"\b18 mục tiêu", r"\b18 goals",
          r"\b57 (xã|communes)", r"\b01/0?7/2025")  # fmt: skip


def command(line: str, folder: Path) -> None:
    """Run one line of the guide with its folders ``plan`` and ``out`` in ``folder``."""
    words = [str(folder / w) if re.match(r"(plan|out)(/|$)", w) else w for w in line.split()]
    if words[0] == "xhht":
        words[:1] = [sys.executable, "-m", "xhht_analysis.running.cli"]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, encoding="utf-8",
                              env={**os.environ, "XHHT_CONFIG": ""})  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    elif words[0] == "cp" and words[1] == "-r":
        shutil.copytree(ROOT / words[2], words[3])
    elif words[0] == "cp":
        for path in ROOT.glob(words[1]):
            shutil.copy(path, words[2])
    else:
        assert words[0] == "rm"
        Path(words[1]).unlink()


@pytest.fixture(scope="module")
def followed(tmp_path_factory) -> Path:
    """Folder with what the commands of the guide made."""
    folder = tmp_path_factory.mktemp("another")
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE.read_text(encoding="utf-8"), flags=re.DOTALL)
    for line in "".join(blocks).splitlines():
        command(line, folder)
    return folder


def table(followed: Path, name: str) -> pd.DataFrame:
    path = followed / "out" / "data" / "processed" / AS_OF / f"{name}.csv"
    return pd.read_csv(path, dtype={"unit_code": "str", "frame": "str"})


@pytest.mark.slow
def test_panel_and_verdicts_are_the_other_provinces(followed):
    panel, verdicts = table(followed, "panel"), table(followed, "verdicts")
    assert table(followed, "rejects").empty
    assert set(panel["frame"]) == set(verdicts["frame"]) == {"2023"}
    assert {"07", "701", "705", "70101", "70502"} <= set(panel["unit_code"])
    assert "82" not in {*panel["unit_code"], *verdicts["unit_code"]}
    assert set(verdicts["target_year"]) == {2027, 2032}
    assert verdicts["goal_code"].nunique() == 7
    counted = verdicts.query("goal_code == 'literacy_districts' and unit_code == '07'")
    assert counted["n_units"].tolist() == [5, 5]
    assert counted["target_units"].tolist() == [3, 5]
    # districts are sums of their communes, the province of its districts: Bến Ngự in 2026
    adults = panel.query("indicator_code == 'reading_adults' and year == 2026")
    adults = adults.set_index("unit_code")[["numerator", "denominator"]]
    pd.testing.assert_series_equal(
        adults.loc["701"], adults.loc[["70101", "70102", "70103"]].sum(), check_names=False
    )
    pd.testing.assert_series_equal(
        adults.loc["07"], adults.loc[["701", "702", "703", "704", "705"]].sum(), check_names=False
    )


@pytest.mark.slow
def test_a_goal_that_less_is_better_for_is_judged_from_above(followed):
    leavers = table(followed, "verdicts").query("goal_code == 'early_leavers'")
    assert set(leavers["comparator"]) == {"<="}
    known = leavers.dropna(subset="prob_reached")
    assert len(known)
    sure = known["q975"] <= known["target_value"]
    hopeless = known["q025"] > known["target_value"]
    assert known.loc[sure, "prob_reached"].ge(0.9).all()
    assert known.loc[hopeless, "prob_reached"].le(0.1).all()


@pytest.mark.slow
def test_no_page_holds_a_word_or_a_number_of_our_province(followed):
    pages = [
        path
        for path in (followed / "out").rglob("*")
        if path.suffix in (".html", ".csv", ".md", ".json", ".ipynb") and "run" not in path.parts
    ]
    assert len(pages) > 10
    found = {}
    for path in pages:
        text = re.sub(r"(base64,)[^\"')]*", r"\1", path.read_text(encoding="utf-8"))
        said = [word for word in FOREIGN if re.search(rf"(?<![\w.]){word}(?!\w)", text)]
        if path.suffix == ".html":
            said += [pattern for pattern in COUNTS if re.search(pattern, text)]
        if said:
            found[path.name] = said
    assert not found


@pytest.mark.slow
def test_the_report_names_the_other_province(followed):
    page = followed / "out" / "reports" / AS_OF / "05_committee_report.html"
    text = page.read_text(encoding="utf-8")
    for word in ("Ba Sông", "Bến Ngự", "Học sinh bỏ học", "2027", "2032", "7 mục tiêu", "Thư viện"):
        assert word in text, word


@pytest.mark.slow
def test_the_explorer_opens_on_the_other_province(followed, tmp_path, monkeypatch):
    monkeypatch.setenv("XHHT_CONFIG", str(followed / "plan"))
    processed = followed / "out" / "data" / "processed" / AS_OF
    explored = tmp_path / "explore.ipynb"
    execution.execute(
        ROOT / "notebooks" / "explore.ipynb",
        explored,
        {"processed_dir": str(processed), "raw_dir": "tests/fixtures/ba_song/raw"},
        cell_seconds=300,
    )
    assert "Ba Sông" in explored.read_text(encoding="utf-8")
