"""Unit reports: made side by side, published as they come, resumed, failures named."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.notebook_maker import write_notebook
from xhht_analysis.project import Project, UsageError
from xhht_analysis.running import publication, records, unit_reports

pytestmark = pytest.mark.unit
TABLES = Path(__file__).resolve().parents[1] / "fixtures" / "processed"
AS_OF = "2026-11-20"
PARAMETERS = 'unit_code: str = ""'
SHOW = """
from xhht_analysis.publishing import blocks
display(blocks.prose([f"đơn vị {unit_code}"]))
"""


@pytest.fixture
def project(tmp_path):
    """A published run and a small notebook in place of the real one."""
    made = Project(root=tmp_path / "root", out=tmp_path / "Kết quả")
    write_notebook(made.notebooks_dir / "06_unit_report.ipynb", PARAMETERS, SHOW)
    shutil.copytree(TABLES, made.processed(AS_OF))
    made.run_dir(AS_OF).mkdir(parents=True)
    stage = {"key": "k", "status": "done", "seconds": 1, "outputs": []}
    record = {"as_of": AS_OF, "outputs": {}, "stages": {"05_committee_report": stage}}
    (made.run_dir(AS_OF) / "run.json").write_text(json.dumps(record))
    return made


def make(project, *codes, **options):
    heard = []
    with ThreadPoolExecutor(2) as executor:
        record = unit_reports.run(
            codes,
            AS_OF,
            "vi",
            project,
            executor,
            listener=options.get("listener", lambda done, total: heard.append(total)),
        )
    return record, heard


def pages(project):
    return {p.stem: p.read_bytes() for p in (project.reports(AS_OF) / "units").glob("*.html")}


def test_each_unit_has_its_page_and_the_record_its_hash(project):
    record, heard = make(project, "815", "28249")
    assert heard == [2, 2]
    assert sorted(pages(project)) == ["28249", "815"]
    assert "đơn vị 815" in pages(project)["815"].decode()
    assert records.broken_outputs(project, record) == []
    assert not (project.out / publication.STAGING).exists()


def test_only_what_is_missing_or_damaged_is_made_again(project):
    make(project, "815", "816")
    before = pages(project)
    (project.reports(AS_OF) / "units" / "816.html").write_text("damaged")
    assert make(project, "815", "816", "817")[1] == [2, 2]
    assert before.items() <= pages(project).items()
    assert make(project, "815")[1] == []
    assert sorted(pages(project)) == ["815", "816", "817"]


def test_a_failing_unit_is_named_and_the_others_are_published(project):
    text = "1 / (int(unit_code) - 816)"
    write_notebook(project.notebooks_dir / "06_unit_report.ipynb", PARAMETERS, text)
    with pytest.raises(
        unit_reports.UnitsFailedError, match=r"(?s)1 trên 2.*816.*ZeroDivision"
    ) as caught:
        make(project, "815", "816")
    assert "ZeroDivision" not in caught.value.logged
    assert sorted(pages(project)) == ["815"]
    record = records.record_of(project, AS_OF)
    assert record["stages"]["06_unit_report"]["failed"] == ["816"]


def test_a_run_cut_short_keeps_the_pages_already_made(project, monkeypatch):
    monkeypatch.setattr(unit_reports, "CHECKPOINT", 1)

    def pull_the_plug(done, total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(project, "815", "816", "817", listener=pull_the_plug)
    assert len(pages(project)) == 1
    assert records.broken_outputs(project, records.record_of(project, AS_OF)) == []
    assert make(project, "815", "816", "817")[1] == [2, 2]


def test_old_pages_are_readable_until_the_new_ones_are_there(project, monkeypatch):
    make(project, "815", "816")
    monkeypatch.setattr(unit_reports, "CHECKPOINT", 1)
    changed = SHOW.replace("đơn vị", "mới")
    write_notebook(project.notebooks_dir / "06_unit_report.ipynb", PARAMETERS, changed)
    seen = []
    make(project, "815", "816", listener=lambda *told: seen.append(len(pages(project))))
    assert seen == [2, 2]
    assert all("mới" in page.decode() for page in pages(project).values())


def test_an_unknown_unit_is_wrong_use(project):
    with pytest.raises(UsageError, match="999"):
        make(project, "999")
