"""A stage's key holds what the stage reads: an audit hook sees the files each notebook opens."""

import json
import re
from pathlib import Path

import pytest

from tests.test_layering import ROOT, imports
from xhht_analysis.project import Project
from xhht_analysis.publishing import labels, sentences
from xhht_analysis.publishing.figures import gallery
from xhht_analysis.publishing.run_tables import read_report_data
from xhht_analysis.running import execution, records, stages

pytestmark = pytest.mark.golden
REPORT_WORDS, FIGURE_WORDS = (
    f"xhht_analysis/publishing/templates/{name}.toml" for name in ("words", "figure_words")
)
WORDS = {REPORT_WORDS, FIGURE_WORDS}
REPORT, DOCUMENT_STAGE = stages.REPORT.name, "xhht_analysis/running/document_stage.py"
FIGURES_CODE = "xhht_analysis/publishing/figures"
HOOK = """
import sys
def note(event, arguments, place={place!r}):
    if event == "open" and isinstance(arguments[0], str) and {root!r} in arguments[0]:
        with open(place, "a") as stream:
            if arguments[0] != place:
                stream.write(arguments[0] + "\\n")
sys.addaudithook(note)
"""


@pytest.fixture(scope="module")
def hashes():
    return records.code_hashes(Project())


def with_hook(source, target, log):
    """Copy of a notebook whose first code cell notes every file of the kit that is opened."""
    notebook = json.loads(source.read_text(encoding="utf-8"))
    first = next(c for c in notebook["cells"] if c["cell_type"] == "code")
    text = HOOK.format(place=str(log), root=str(ROOT))
    notebook["cells"].insert(0, {**first, "id": "hook", "source": text, "metadata": {}})
    target.write_text(json.dumps(notebook), encoding="utf-8")
    return target


@pytest.mark.slow
@pytest.mark.parametrize("stage", stages.ALL, ids=lambda stage: stage.name)
def test_a_stage_opens_no_file_outside_its_key(stage, hashes, tmp_path):
    log = tmp_path / "opened.txt"
    source = with_hook(ROOT / "notebooks" / stage.notebook, tmp_path / stage.notebook, log)
    execution.execute(source, tmp_path / "out.ipynb", {}, cell_seconds=900)
    opened = {Path(line) for line in log.read_text(encoding="utf-8").splitlines()}
    places = {p.relative_to(ROOT).as_posix() for p in opened if p.is_relative_to(ROOT)}
    key = set(stage.read_code(hashes))
    assert (places & set(hashes)) - WORDS <= key  # see ADR 0023
    assert places & key  # the hook saw something


def code_of(path):
    """The code cells of a notebook as a module that `imports` can read."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")


def closure(names, hashes):
    """Places of the modules ``names`` and of all that they import, directly or through others."""
    modules = {}
    for place in hashes:
        if place.endswith(".py"):
            modules[place.removesuffix(".py").removesuffix("/__init__").replace("/", ".")] = place
    pending, places = set(names), set()
    while pending:
        name = pending.pop()
        while name:
            place = modules.get(name)
            if place and place not in places:
                places.add(place)
                pending |= imports(ROOT / place)
            name = name.rpartition(".")[0]
    return places


@pytest.mark.parametrize("stage", stages.ALL, ids=lambda stage: stage.name)
def test_a_stage_imports_no_code_outside_its_key(stage, hashes, tmp_path):
    path = tmp_path / "cells.py"
    path.write_text(code_of(ROOT / "notebooks" / stage.notebook), encoding="utf-8")
    names = imports(path)
    assert not any("running" in name for name in names)
    if stage == stages.REPORT:
        names |= imports(ROOT / DOCUMENT_STAGE)
    needed = closure(names, hashes)
    assert needed
    # of its own room the documents take the name of the report alone
    own_room = {f"xhht_analysis/running/{name}.py" for name in ("__init__", "stages")}
    assert needed - own_room <= set(stage.read_code(hashes))


def test_a_changed_word_is_a_reason_for_the_report_and_one_of_figures_for_them_too(hashes):
    due = {word: [s.name for s in stages.ALL if word in s.read_code(hashes)] for word in WORDS}
    assert set(hashes) >= WORDS
    assert due == {REPORT_WORDS: [REPORT], FIGURE_WORDS: ["04_figures", REPORT]}


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_figures_are_drawn_without_the_words_and_sentences_of_the_report(lang, monkeypatch):
    def refuse(*arguments, **options):
        raise FileNotFoundError("a sentence of the report")

    monkeypatch.setattr(labels, "WORDS", ROOT / "no such file")
    monkeypatch.setattr(sentences, "plain_template", refuse)
    labels._words.cache_clear()
    run = read_report_data(ROOT / "tests" / "fixtures" / "processed", lang=lang)
    sketches = gallery.report_figures(run) | gallery.annex_figures(run)
    drawn = [sketch().get_label() for sketch in sketches.values()]
    assert len(drawn) > 10
    assert all(drawn)
    with pytest.raises(FileNotFoundError):
        run.word("chance")


def test_every_word_that_a_figure_names_stands_in_the_file_of_figures():
    code = "".join(p.read_text("utf-8") for p in (ROOT / FIGURES_CODE).glob("*.py"))
    named = set(re.findall(r"word\(f?[\"'](\w+)", code))
    assert len(named) > 10
    assert named <= set(labels._words(labels.FIGURE_WORDS))


def test_a_changed_outline_of_a_page_draws_no_figure_again(hashes):
    outline = "xhht_analysis/publishing/templates/pages/report.j2"
    assert outline in hashes
    due = [s.name for s in stages.ALL if outline in s.read_code(hashes)]
    assert due == [REPORT]


def test_another_room_is_no_reason_to_run_a_stage_again(hashes):
    places = {s.name: {*s.read_code(hashes)} - {DOCUMENT_STAGE} for s in stages.ALL}
    rooms = {name: {place.split("/")[1] for place in places[name]} for name in places}
    assert "forecasting" not in rooms["01_intake"]
    assert "intake" not in rooms["02_backtest"] | rooms["03_forecast"]
    assert all("running" not in rooms[stage.name] for stage in stages.ALL)
